"""Blob: large and many."""
import concurrent.futures
import hashlib
import os
import pathlib
import time

import pytest


def note(figure):
    with open(pathlib.Path(os.environ["RUNYARD_OUT"]) / "figures.txt", "a") as figures:
        figures.write(figure + "\n")


@pytest.fixture(scope="module")
def container(by_key):
    client = by_key.create_container("large")
    yield client
    client.delete_container()


def digest_of(path):
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def test_one_large_file(container, scratch, big_size):
    source, target = scratch / "source", scratch / "target"
    with open(source, "wb") as file:
        for _ in range(big_size >> 20):
            file.write(os.urandom(1 << 20))
    began = time.monotonic()
    with open(source, "rb") as file:
        container.upload_blob("big", file, max_concurrency=4)
    up = time.monotonic() - began
    began = time.monotonic()
    with open(target, "wb") as file:
        container.download_blob("big", max_concurrency=4).readinto(file)
    down = time.monotonic() - began
    assert digest_of(target) == digest_of(source) == container.get_blob_client("big").get_blob_properties().metadata["sha256"]
    note(f"azure-storage-blob, {big_size >> 20} MiB: up {big_size / up / 1e6:.0f} MB/s, down {big_size / down / 1e6:.0f} MB/s")


def test_2000_files(container):
    files = {f"many/{number % 20:02}/{number:04}": os.urandom(20_000) for number in range(2000)}
    began = time.monotonic()
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda item: container.upload_blob(*item), files.items()))
    up = time.monotonic() - began
    assert [found.name for found in container.list_blobs(name_starts_with="many/")] == sorted(files)
    began = time.monotonic()
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        found = dict(zip(files, pool.map(lambda name: container.download_blob(name).readall(), files)))
    down = time.monotonic() - began
    assert found == files
    note(f"azure-storage-blob, 2,000 files of 20 kB, 8 threads: up {up:.1f} s, down {down:.1f} s")
