"""Artifacts, up and down."""
import hashlib
import os

import mlflow
import pytest
import requests
from mlflow.artifacts import download_artifacts, list_artifacts


def digest(path):
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def test_files_and_folders(client, run, tmp_path):
    id = run.info.run_id
    (tmp_path / "sub/deep").mkdir(parents=True)
    files = {"ü note.txt": b"one\0two", "empty": b"", "sub/a+b c.bin": os.urandom(70_000), "sub/deep/x;=&.txt": b"x", "sub/.hidden": b"h", "sub/a..b": b"dots"}
    for path, content in files.items():
        (tmp_path / path).write_bytes(content)
    client.log_artifact(id, str(tmp_path / "ü note.txt"))
    client.log_artifacts(id, str(tmp_path), "all")
    assert sorted((f.path, f.is_dir, f.file_size) for f in client.list_artifacts(id)) == [("all", True, None), ("ü note.txt", False, 7)]
    assert sorted(f.path for f in client.list_artifacts(id, "all/sub")) == ["all/sub/.hidden", "all/sub/a+b c.bin", "all/sub/a..b", "all/sub/deep"]
    assert list(client.list_artifacts(id, "all/empty")) == []
    assert list(client.list_artifacts(id, "no/such")) == []
    back = client.download_artifacts(id, "all", str(tmp_path))
    for path, content in files.items():
        with open(os.path.join(back, path), "rb") as file:
            assert file.read() == content, path
    assert open(download_artifacts(run_id=id, artifact_path="ü note.txt"), "rb").read() == b"one\0two"


def test_an_artifact_can_be_replaced(client, run, tmp_path):
    for content in ("one", "twelve"):
        (tmp_path / "a.txt").write_text(content)
        client.log_artifact(run.info.run_id, str(tmp_path / "a.txt"), "x")
    assert mlflow.artifacts.load_text(f"runs:/{run.info.run_id}/x/a.txt") == "twelve"


def test_by_uri(run, client, tmp_path):
    client.log_text(run.info.run_id, "hello", "x/a.txt")
    uri = run.info.artifact_uri + "/x"
    assert [f.path for f in list_artifacts(uri)] == ["x/a.txt"] or [f.path.split("/")[-1] for f in list_artifacts(uri)] == ["a.txt"]
    assert open(download_artifacts(uri + "/a.txt", dst_path=str(tmp_path))).read() == "hello"


def test_large_both_ways(client, run, tmp_path):
    big = tmp_path / "big.bin"
    block = os.urandom(1 << 20)
    with open(big, "wb") as file:
        for i in range(256):
            file.write(i.to_bytes(4, "big") + block[4:])
    before = digest(big)
    client.log_artifact(run.info.run_id, str(big))
    big.unlink()
    assert client.list_artifacts(run.info.run_id)[0].file_size == 256 << 20
    back = client.download_artifacts(run.info.run_id, "big.bin", str(tmp_path))
    assert digest(back) == before


def test_multipart_where_the_client_insists(client, run, tmp_path, monkeypatch):
    """The client asks for parts; a server that has none says so in words that it knows, and gets the whole file."""
    monkeypatch.setenv("MLFLOW_ENABLE_PROXY_MULTIPART_UPLOAD", "true")
    monkeypatch.setenv("MLFLOW_ENABLE_PROXY_MULTIPART_DOWNLOAD", "true")
    monkeypatch.setenv("MLFLOW_MULTIPART_UPLOAD_MINIMUM_FILE_SIZE", str(5 << 20))
    monkeypatch.setenv("MLFLOW_MULTIPART_UPLOAD_CHUNK_SIZE", str(5 << 20))
    big = tmp_path / "big.bin"
    big.write_bytes(os.urandom(17 << 20))
    client.log_artifact(run.info.run_id, str(big), "parts")
    back = client.download_artifacts(run.info.run_id, "parts/big.bin")
    assert digest(back) == digest(big)


def test_many_small(client, run, tmp_path):
    for i in range(120):
        (tmp_path / f"f{i:03}.txt").write_text(str(i))
    client.log_artifacts(run.info.run_id, str(tmp_path), "many")
    assert len(client.list_artifacts(run.info.run_id, "many")) == 120


def test_delete(client, run):
    from mlflow.store.artifact.artifact_repository_registry import get_artifact_repository

    for name in ("x/a.txt", "x/b.txt", "y.txt"):
        client.log_text(run.info.run_id, "t", name)
    repository = get_artifact_repository(run.info.artifact_uri)
    repository.delete_artifacts("x/a.txt")
    assert [f.path for f in client.list_artifacts(run.info.run_id, "x")] == ["x/b.txt"]
    repository.delete_artifacts("x")
    assert [f.path for f in client.list_artifacts(run.info.run_id)] == ["y.txt"]


@pytest.mark.parametrize("path", ["../../etc/passwd", "a/../../b", "/etc/passwd", "%2e%2e/%2e%2e/x", "%252e%252e/x"])
def test_ways_out_are_closed(service, run, path):
    base = f"{service.url}/api/2.0/mlflow-artifacts/artifacts/{run.info.experiment_id}/{run.info.run_id}/artifacts/"
    session = requests.Session()
    session.headers["Authorization"] = f"Bearer {service.token}"
    for method in ("GET", "PUT", "DELETE"):
        request = session.prepare_request(requests.Request(method, base + "x", data=b"bad"))
        request.url = base + path  # as it is, without the library's tidying
        answer = session.send(request)
        assert answer.status_code in (400, 404), (method, answer.text)


def test_listing_refuses_ways_out(rest, run):
    for path in ("..", "a/../..", "/etc"):
        status, answer = rest("GET", "artifacts/list", query={"run_id": run.info.run_id, "path": path})
        assert (status, answer["error_code"], answer["message"].startswith("Invalid path")) == (400, "INVALID_PARAMETER_VALUE", True)


def test_missing(client, run, refused):
    with pytest.raises(Exception):
        client.download_artifacts(run.info.run_id, "no such file")
