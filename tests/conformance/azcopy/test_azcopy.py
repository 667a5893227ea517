"""azcopy: folders and files.

azcopy takes a service for an emulator, with the account in the path, only where the host is an address: https://127.0.0.1:PORT/runyard, not localhost.
It signs nothing itself: addresses carry a SAS. It trusts our authority by SSL_CERT_FILE. --from-to says what its guess by host names would not:
LocalBlob, BlobLocal, BlobBlob, BlobTrash; for list, --location=Blob. --trusted-microsoft-suffixes is for OAuth tokens only and not needed with a SAS."""
import datetime
import hashlib
import json
import os
import pathlib
import subprocess
import time

import pytest
import requests

OUT = pathlib.Path(os.environ["RUNYARD_OUT"])


def note(figure):
    with open(OUT / "figures.txt", "a") as figures:
        figures.write(figure + "\n")


@pytest.fixture(scope="session")
def program():
    # The package of npm brings the program without its executable bit.
    found = next(pathlib.Path(os.environ["PATH"].split(":")[0]).parent.glob("node_modules/@azure-tools/azcopy-linux/dist/bin/azcopy_linux_*"), None)
    if not found:
        pytest.skip("npm is not there to install @azure-tools/azcopy-linux")
    found.chmod(0o755)
    if "not found" in subprocess.run(["ldd", found], capture_output=True, text=True).stdout:
        pytest.skip("azcopy needs libsecret-1.so.0 (Debian package libsecret-1-0)")
    return found


@pytest.fixture(scope="session")
def azcopy(program, service):
    environment = {**os.environ, "SSL_CERT_FILE": service.ca_file, "AZCOPY_LOG_LOCATION": str(OUT / "azcopy"), "AZCOPY_JOB_PLAN_LOCATION": str(OUT / "azcopy"), "HOME": str(OUT)}

    def run(*words, fails=False):
        done = subprocess.run([program, *words, "--skip-version-check"], env=environment, capture_output=True, text=True, timeout=600)
        with open(OUT / "azcopy.log", "a") as log:
            log.write(" ".join(str(word).split("?")[0] for word in words) + "\n" + done.stdout + done.stderr)
        assert (done.returncode != 0) == fails, done.stdout[-3000:] + done.stderr[-1000:]
        return done.stdout

    return run


@pytest.fixture(scope="session")
def address(service):
    """The URL of a place in a container, with a signature for all of the account."""
    from azure.storage.blob import AccountSasPermissions, BlobServiceClient, ResourceTypes, generate_account_sas

    workspace = (f"{service.tls_url}/subscriptions/{service.subscription_id}/resourceGroups/{service.resource_group}"
                 f"/providers/Microsoft.MachineLearningServices/workspaces/{service.workspace_name}")
    key = requests.post(workspace + "/datastores/workspaceblobstore/listSecrets", params={"api-version": "2025-12-01"},
                        headers={"Authorization": "Bearer " + service.token}, timeout=30).json()["key"]
    sas = generate_account_sas("runyard", key, ResourceTypes(service=True, container=True, object=True),
                               AccountSasPermissions(read=True, write=True, delete=True, list=True, create=True, add=True), datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(hours=2))
    base = service.tls_url.replace("localhost", "127.0.0.1") + "/runyard"
    BlobServiceClient(service.tls_url + "/runyard", credential=key).create_container("copied")
    return lambda place: f"{base}/{place}?{sas}"


def digests(folder):
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.rglob("*")) if path.is_file()}


def test_2000_files(azcopy, address, scratch):
    source = scratch / "many"
    for number in range(2000):
        file = source / f"{number % 20:02}" / f"{number:04} ä.bin"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(os.urandom(20_000))
    began = time.monotonic()
    azcopy("copy", source, address("copied"), "--recursive", "--from-to=LocalBlob")
    up = time.monotonic() - began
    listed = azcopy("list", address("copied/many"), "--location=Blob", "--output-type=json")
    assert listed.count(".bin") == 2000
    began = time.monotonic()
    azcopy("copy", address("copied/many"), scratch / "back", "--recursive", "--from-to=BlobLocal")
    down = time.monotonic() - began
    assert digests(scratch / "back" / "many") == digests(source)
    note(f"azcopy, 2,000 files of 20 kB: up {up:.1f} s, down {down:.1f} s")


def test_sync_and_remove(azcopy, address, scratch):
    source = scratch / "synced"
    source.mkdir()
    for name in ("a", "b", "c"):
        (source / name).write_text(name)
    azcopy("sync", source, address("copied/synced"), "--from-to=LocalBlob")
    (source / "a").unlink()
    (source / "b").write_text("changed")
    os.utime(source / "b", (time.time() + 5, time.time() + 5))
    (source / "d").write_text("d")
    azcopy("sync", source, address("copied/synced"), "--from-to=LocalBlob", "--delete-destination=true")
    (scratch / "back").mkdir()
    azcopy("sync", address("copied/synced"), scratch / "back", "--from-to=BlobLocal")
    assert digests(scratch / "back") == digests(source)
    azcopy("copy", address("copied/synced"), address("copied/twice"), "--recursive", "--from-to=BlobBlob")
    azcopy("copy", address("copied/twice/synced/d"), scratch / "d", "--from-to=BlobLocal")
    assert (scratch / "d").read_text() == "d"
    azcopy("remove", address("copied/twice"), "--recursive", "--from-to=BlobTrash")
    assert "INFO" not in azcopy("list", address("copied/twice"), "--location=Blob")


def test_one_large_file(azcopy, address, scratch):
    size = (1024 if os.environ.get("RUNYARD_FULL") else 256) << 20
    source = scratch / "big"
    with open(source, "wb") as file:
        for _ in range(size >> 20):
            file.write(os.urandom(1 << 20))
    began = time.monotonic()
    azcopy("copy", source, address("copied/big"), "--from-to=LocalBlob", "--put-md5")
    up = time.monotonic() - began
    began = time.monotonic()
    azcopy("copy", address("copied/big"), scratch / "back", "--from-to=BlobLocal", "--check-md5=FailIfDifferentOrMissing")
    down = time.monotonic() - began
    with open(source, "rb") as one, open(scratch / "back", "rb") as other:
        assert hashlib.file_digest(one, "sha256").digest() == hashlib.file_digest(other, "sha256").digest()
    note(f"azcopy, {size >> 20} MiB: up {size / up / 1e6:.0f} MB/s, down {size / down / 1e6:.0f} MB/s (with its start and end)")


def test_refused(azcopy, address, scratch):
    (scratch / "x").write_text("x")
    place = address("copied/x")
    said = azcopy("copy", scratch / "x", place[:-6] + "AAAAAA", "--from-to=LocalBlob", fails=True)
    assert "AuthenticationFailed" in said or "403" in said
