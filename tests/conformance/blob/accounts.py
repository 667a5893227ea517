"""The workspace's storage account, and the ways into it."""
import base64
import datetime
import time

import requests


class Account:
    """The workspace's storage account as clients get to know it: address, name and key from the datastore's secrets."""

    def __init__(self, service):
        self.url = service.tls_url + "/runyard"
        self.name = "runyard"
        self.token = service.token
        workspace = (f"{service.tls_url}/subscriptions/{service.subscription_id}/resourceGroups/{service.resource_group}"
                     f"/providers/Microsoft.MachineLearningServices/workspaces/{service.workspace_name}")
        secrets = requests.post(workspace + "/datastores/workspaceblobstore/listSecrets", params={"api-version": "2025-12-01"},
                                headers={"Authorization": "Bearer " + service.token}, timeout=30).json()
        assert secrets["secretsType"] == "AccountKey"
        self.key = secrets["key"]
        assert base64.b64decode(self.key, validate=True)

    @property
    def soon(self):
        return datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(minutes=30)


class Token:
    def __init__(self, token):
        self.token = token

    def get_token(self, *scopes, **options):
        from azure.core.credentials import AccessToken

        return AccessToken(self.token, int(time.time()) + 3600)


def service_client(account, by_token, way):
    """A client of the whole account by each way that has one."""
    from azure.storage.blob import AccountSasPermissions, BlobServiceClient, ResourceTypes, generate_account_sas

    if way == "key":
        return BlobServiceClient(account.url, credential=account.key)
    if way == "token":
        return by_token
    sas = generate_account_sas(account.name, account.key, ResourceTypes(service=True, container=True, object=True),
                               AccountSasPermissions(read=True, write=True, delete=True, list=True, create=True, add=True, update=True, process=True), account.soon)
    return BlobServiceClient(account.url, credential=sas)


def container_sas(account, by_token, way, permissions="racwdl", container="data", **options):
    from azure.storage.blob import generate_container_sas

    if way == "delegated":
        now = datetime.datetime.now(datetime.timezone.utc)
        key = by_token.get_user_delegation_key(now - datetime.timedelta(minutes=5), now + datetime.timedelta(hours=1))
        return generate_container_sas(account.name, container, user_delegation_key=key, permission=permissions, expiry=options.pop("expiry", account.soon), **options)
    return generate_container_sas(account.name, container, account_key=account.key, permission=permissions, expiry=options.pop("expiry", account.soon), **options)
