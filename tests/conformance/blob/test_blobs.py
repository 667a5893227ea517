"""Blob: reading and writing."""
import base64
import hashlib
import os
import time

import pytest
from azure.core import MatchConditions
from azure.core.exceptions import HttpResponseError, ResourceExistsError, ResourceModifiedError, ResourceNotFoundError
from azure.storage.blob import BlobBlock, ContentSettings


@pytest.fixture(scope="module")
def container(by_key):
    client = by_key.create_container("blobs")
    yield client
    client.delete_container()


def fails(call, code, status):
    with pytest.raises(HttpResponseError) as fault:
        call()
    assert (fault.value.status_code, fault.value.error_code) == (status, code), fault.value


def test_properties(container):
    blob = container.get_blob_client("p")
    settings = ContentSettings(content_type="text/x-a", content_encoding="identity", content_language="de", content_disposition="inline", cache_control="no-cache",
                               content_md5=bytearray(hashlib.md5(b"abc").digest()))
    blob.upload_blob(b"abc", content_settings=settings, metadata={"k": "v"})
    found = blob.get_blob_properties()
    for name in ("content_type", "content_encoding", "content_language", "content_disposition", "cache_control"):
        assert getattr(found.content_settings, name) == getattr(settings, name)
    assert bytes(found.content_settings.content_md5) == hashlib.md5(b"abc").digest()
    assert (found.size, found.metadata["k"], found.blob_type, found.lease.state, found.lease.status) == (3, "v", "BlockBlob", "available", "unlocked")
    assert abs(found.creation_time.timestamp() - time.time()) < 60 and found.last_modified and found.etag
    blob.set_http_headers(ContentSettings(content_type="text/x-b"))
    changed = blob.get_blob_properties()
    assert (changed.content_settings.content_type, changed.content_settings.cache_control, changed.metadata["k"]) == ("text/x-b", None, "v")
    assert changed.etag != found.etag
    blob.set_blob_metadata({"other": "w"})
    assert blob.get_blob_properties().metadata["other"] == "w" and "k" not in blob.get_blob_properties().metadata
    listed = next(iter(container.list_blobs(name_starts_with="p", include=["metadata"])))
    assert (listed.content_settings.content_type, listed.metadata["other"], listed.size, listed.etag) == ("text/x-b", "w", 3, blob.get_blob_properties().etag.strip('"'))


def test_conditions(container):
    blob = container.get_blob_client("c")
    fails(lambda: blob.upload_blob(b"1", etag="0x1", match_condition=MatchConditions.IfNotModified, overwrite=True), "ConditionNotMet", 412)
    first = blob.upload_blob(b"1")
    with pytest.raises(ResourceExistsError):
        blob.upload_blob(b"2")
    second = blob.upload_blob(b"2", etag=first["etag"], match_condition=MatchConditions.IfNotModified, overwrite=True)
    assert second["etag"] != first["etag"]
    for call in (lambda: blob.upload_blob(b"3", etag=first["etag"], match_condition=MatchConditions.IfNotModified, overwrite=True),
                 lambda: blob.download_blob(etag=first["etag"], match_condition=MatchConditions.IfNotModified),
                 lambda: blob.delete_blob(etag=first["etag"], match_condition=MatchConditions.IfNotModified),
                 lambda: blob.set_blob_metadata({"a": "b"}, etag=first["etag"], match_condition=MatchConditions.IfNotModified)):
        with pytest.raises(ResourceModifiedError):
            call()
    fails(lambda: blob.get_blob_properties(etag=second["etag"], match_condition=MatchConditions.IfModified), "ConditionNotMet", 304)
    modified = blob.get_blob_properties().last_modified
    with pytest.raises(HttpResponseError) as fault:
        blob.download_blob(if_modified_since=modified)
    assert fault.value.status_code == 304
    fails(lambda: blob.download_blob(if_unmodified_since=modified.replace(year=modified.year - 1)), "ConditionNotMet", 412)
    assert blob.download_blob(if_unmodified_since=modified).readall() == b"2"


def test_ranges(container):
    blob = container.get_blob_client("r")
    content = os.urandom(100_000)
    blob.upload_blob(content)
    assert blob.download_blob(offset=10, length=20).readall() == content[10:30]
    assert blob.download_blob(offset=99_990).readall() == content[-10:]
    assert blob.download_blob(offset=5, length=1000, validate_content=True).readall() == content[5:1005]
    fails(lambda: blob.download_blob(offset=100_000), "InvalidRange", 416)
    container.upload_blob("empty", b"")
    assert container.download_blob("empty").readall() == b""


def test_blocks(container):
    blob = container.get_blob_client("b")
    ids = [f"{number:06}" for number in range(5)]
    for number in (3, 0, 4, 1, 2):
        blob.stage_block(ids[number], bytes([65 + number]) * 1000, validate_content=True)
    committed, waiting = blob.get_block_list("all")
    assert not committed and sorted(block.size for block in waiting) == [1000] * 5
    with pytest.raises(ResourceNotFoundError):
        blob.get_blob_properties()
    fails(lambda: blob.commit_block_list([BlobBlock("unknown")]), "InvalidBlockList", 400)
    for number in range(5):
        blob.stage_block(ids[number], bytes([65 + number]) * 1000)
    blob.commit_block_list([BlobBlock(name) for name in ids], content_settings=ContentSettings(content_type="a/b"), metadata={"m": "1"})
    assert blob.download_blob().readall() == b"".join(bytes([65 + number]) * 1000 for number in range(5))
    assert (blob.get_blob_properties().content_settings.content_type, blob.get_blob_properties().metadata["m"]) == ("a/b", "1")


def test_digests(container, account, by_key):
    import requests

    blob = container.get_blob_client("d")
    blob.upload_blob(b"content", validate_content=True, overwrite=True)

    def put(query="", **headers):
        url = f"{account.url}/blobs/d2{query}"
        return requests.put(url, data=b"123456789", headers={"Authorization": "Bearer " + account.token, "x-ms-version": "2026-06-06", "x-ms-blob-type": "BlockBlob",
                                                             **{name.replace("_", "-"): value for name, value in headers.items()}}, timeout=30)

    good = base64.b64encode((0xAE8B14860A799888).to_bytes(8, "little")).decode()  # the check value of CRC-64/NVME
    assert put(x_ms_content_crc64=good).status_code == 201
    for query in ("", "?comp=block&blockid=QUFB"):
        wrong = put(query, x_ms_content_crc64=base64.b64encode(b"01234567").decode())
        assert (wrong.status_code, wrong.headers["x-ms-error-code"]) == (400, "Crc64Mismatch")
        wrong = put(query, Content_MD5=base64.b64encode(hashlib.md5(b"other").digest()).decode())
        assert (wrong.status_code, wrong.headers["x-ms-error-code"]) == (400, "Md5Mismatch")
    assert container.download_blob("d2").readall() == b"123456789"


def test_listing(container):
    for name in ("l/a", "l/b/1", "l/b/2", "l/c"):
        container.upload_blob(name, name)
    assert [found.name for found in container.list_blobs(name_starts_with="l/")] == ["l/a", "l/b/1", "l/b/2", "l/c"]
    assert sorted(found.name for found in container.walk_blobs(name_starts_with="l/")) == ["l/a", "l/b/", "l/c"]
    pages = container.list_blobs(name_starts_with="l/", results_per_page=3).by_page()
    assert [[found.name for found in page] for page in pages] == [["l/a", "l/b/1", "l/b/2"], ["l/c"]]
    assert list(container.list_blob_names(name_starts_with="nothing")) == []


def test_copy(container, by_key):
    source = container.get_blob_client("from")
    content = os.urandom(9 << 20)
    source.upload_blob(content, metadata={"m": "1"}, content_settings=ContentSettings(content_type="x/y"))
    target = container.get_blob_client("copies/asynchronous")
    started = target.start_copy_from_url(source.url)
    assert started["copy_status"] == "success"
    found = target.get_blob_properties()
    assert (found.copy.status, found.copy.id, found.metadata["m"], found.content_settings.content_type) == ("success", started["copy_id"], "1", "x/y")
    assert target.download_blob().readall() == content
    by_key.get_blob_client("data", "copied").start_copy_from_url(source.url, metadata={"n": "2"}, requires_sync=True)
    assert by_key.get_blob_client("data", "copied").get_blob_properties().metadata["n"] == "2"
    put = container.get_blob_client("copies/put")
    put.upload_blob_from_url(source.url)
    assert put.download_blob().readall() == content
    blocks = container.get_blob_client("copies/blocks")
    blocks.stage_block_from_url("AAAA", source.url, 0, 4 << 20)
    blocks.stage_block_from_url("BBBB", source.url, 4 << 20, 5 << 20)
    blocks.commit_block_list([BlobBlock("AAAA"), BlobBlock("BBBB")])
    assert blocks.download_blob().readall() == content
    fails(lambda: target.start_copy_from_url(source.url + "-missing"), "BlobNotFound", 404)
    fails(lambda: target.start_copy_from_url("https://example.com/x"), "CannotVerifyCopySource", 400)


def test_deleting(container):
    for number in range(10):
        container.upload_blob(f"gone/{number}", b"")
    answers = list(container.delete_blobs(*[f"gone/{number}" for number in range(10)], "gone/missing", raise_on_any_failure=False))
    assert [answer.status_code for answer in answers] == [202] * 10 + [404]
    assert not list(container.list_blobs(name_starts_with="gone/"))
    with pytest.raises(ResourceNotFoundError):
        container.delete_blob("gone/0")


def test_what_is_not_there(container, by_key):
    from azure.storage.blob import BlobType

    fails(lambda: by_key.get_container_client("no-such").get_container_properties(), "ContainerNotFound", 404)
    fails(lambda: list(by_key.get_container_client("no-such").list_blobs()), "ContainerNotFound", 404)
    fails(lambda: by_key.create_container("UPPER"), "InvalidResourceName", 400)
    for kind in (BlobType.AppendBlob, BlobType.PageBlob):
        with pytest.raises(HttpResponseError) as fault:
            container.upload_blob("other", b"x" * 512, blob_type=kind)
        assert fault.value.error_code in ("BlobTypeNotSupported", "FeatureNotSupported") and "only block blobs" in str(fault.value).lower()
    blob = container.get_blob_client("p")
    for call in (blob.create_snapshot, blob.acquire_lease, lambda: blob.set_standard_blob_tier("Cool"), lambda: blob.set_blob_tags({"a": "b"})):
        fails(call, "FeatureNotSupported", 400)
    container.upload_blob("a-file", b"")
    fails(lambda: container.upload_blob("a-file/below", b""), "BlobNameConflict", 409)


def test_the_service(by_key):
    assert by_key.get_account_information()["account_kind"] == "StorageV2"
    assert by_key.get_service_properties()["analytics_logging"].read is False
