"""Blob: signatures and tokens."""
import datetime
import pathlib

import pytest
from azure.core.exceptions import ClientAuthenticationError, HttpResponseError, ResourceExistsError
from azure.storage.blob import BlobClient, BlobSasPermissions, BlobServiceClient, ContainerClient, generate_blob_sas

from accounts import container_sas, service_client


def refused(call, code, status=403):
    with pytest.raises(HttpResponseError) as fault:
        call()
    assert (fault.value.status_code, fault.value.error_code) == (status, code), fault.value
    assert len(str(fault.value).split()) > 5


@pytest.mark.parametrize("way", ["key", "token", "account_sas"])
def test_the_whole_account(account, by_token, way):
    client = service_client(account, by_token, way)
    name = "by-" + way.replace("_", "-")
    container = client.create_container(name, metadata={"made_by": way})
    assert name in [found.name for found in client.list_containers()]
    assert container.get_container_properties().metadata == {"made_by": way}
    container.upload_blob("folder/file", b"content", metadata={"a_b": "1", "ab": "2", "a1": "3"})
    blob = container.get_blob_client("folder/file")
    assert blob.download_blob().readall() == b"content"
    assert blob.get_blob_properties().metadata == {"a_b": "1", "ab": "2", "a1": "3"} | {k: v for k, v in blob.get_blob_properties().metadata.items() if k == "sha256"}
    assert [found.name for found in container.list_blobs()] == ["folder/file"]
    blob.delete_blob()
    client.delete_container(name)
    assert name not in [found.name for found in client.list_containers()]


@pytest.mark.parametrize("way", ["service", "delegated"])
@pytest.mark.parametrize("name", ["runyard", "runyard.blob.core.windows.net"])
def test_one_container(account, by_token, way, name):
    sas = container_sas(account, by_token, way)
    container = ContainerClient(account.url.replace("/runyard", "/" + name), "data", credential=sas)
    container.upload_blob(f"{way}/ä b+c%.txt", b"x" * 1000, overwrite=True)
    assert container.download_blob(f"{way}/ä b+c%.txt").readall() == b"x" * 1000
    assert [found.name for found in container.list_blobs(name_starts_with=way + "/")] == [f"{way}/ä b+c%.txt"]
    container.delete_blob(f"{way}/ä b+c%.txt")


@pytest.mark.parametrize("way", ["service", "delegated"])
def test_refusals(account, by_token, by_key, way):
    by_key.get_container_client("data").upload_blob("kept", b"kept", overwrite=True)

    def reader(sas, blob="kept", container="data"):
        return BlobClient(account.url, container, blob, credential=sas)

    good = container_sas(account, by_token, way, "r")
    assert reader(good).download_blob().readall() == b"kept"
    refused(lambda: reader(good).upload_blob(b"new", overwrite=True), "AuthorizationPermissionMismatch")
    refused(lambda: reader(good).delete_blob(), "AuthorizationPermissionMismatch")
    refused(lambda: ContainerClient(account.url, "data", credential=good).delete_container(), "AuthorizationPermissionMismatch")
    refused(lambda: reader(good, container="models").download_blob(), "AuthenticationFailed")
    late = container_sas(account, by_token, way, "r", expiry=datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(seconds=5))
    refused(lambda: reader(late).download_blob(), "AuthenticationFailed")
    early = container_sas(account, by_token, way, "r", start=datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(minutes=5))
    refused(lambda: reader(early).download_blob(), "AuthenticationFailed")
    refused(lambda: reader(good.replace("sp=r", "sp=rw")).download_blob(), "AuthenticationFailed")
    elsewhere = container_sas(account, by_token, way, "r", ip="10.1.2.3")
    refused(lambda: reader(elsewhere).download_blob(), "AuthorizationSourceIPMismatch")
    assert reader(container_sas(account, by_token, way, "r", ip="127.0.0.1", protocol="https")).exists()


def test_creating_is_not_replacing(account):
    sas = generate_blob_sas(account.name, "data", "once", account_key=account.key, permission=BlobSasPermissions(create=True), expiry=account.soon)
    blob = BlobClient(account.url, "data", "once", credential=sas)
    blob.upload_blob(b"first")
    refused(lambda: blob.upload_blob(b"second", overwrite=True), "AuthorizationPermissionMismatch")


def test_headers_of_a_signature(account, by_key):
    by_key.get_blob_client("data", "typed").upload_blob(b"x", overwrite=True)
    sas = generate_blob_sas(account.name, "data", "typed", account_key=account.key, permission="r", expiry=account.soon, content_type="text/x-own", cache_control="no-store")
    found = BlobClient(account.url, "data", "typed", credential=sas).get_blob_properties()
    assert (found.content_settings.content_type, found.content_settings.cache_control) == ("text/x-own", "no-store")


def test_wrong_key_and_none(account):
    wrong = BlobServiceClient(account.url, credential="AAAA" + account.key[4:])
    with pytest.raises(ClientAuthenticationError) as fault:
        list(wrong.list_containers())
    assert fault.value.error_code == "AuthenticationFailed"
    with pytest.raises(HttpResponseError) as fault:
        list(BlobServiceClient(account.url).list_containers())
    assert (fault.value.status_code, fault.value.error_code) == (401, "NoAuthenticationInformation")
    with pytest.raises(ResourceExistsError):
        BlobServiceClient(account.url, credential=account.key).create_container("data")


def test_no_signature_in_the_logs(account, by_key, service):
    sas = generate_blob_sas(account.name, "data", "kept", account_key=account.key, permission="r", expiry=account.soon)
    BlobClient(account.url, "data", "kept", credential=sas).exists()
    signature = sas[sas.index("sig=") + 4:]
    for log in pathlib.Path(service.folder, "logs").iterdir():
        text = log.read_text(errors="replace")
        assert signature not in text and signature[:20] not in text and account.key not in text
