import os

import pytest
from accounts import Account, Token


@pytest.fixture(scope="session")
def account(service):
    return Account(service)


@pytest.fixture(scope="session")
def by_token(account):
    from azure.storage.blob import BlobServiceClient

    return BlobServiceClient(account.url, credential=Token(account.token))


@pytest.fixture(scope="session")
def by_key(account):
    from azure.storage.blob import BlobServiceClient

    return BlobServiceClient(account.url, credential=account.key)


@pytest.fixture(scope="session")
def big_size():
    """Bytes of the large file: a quarter of a gigabyte, or a whole one where RUNYARD_FULL is set."""
    return (1024 if os.environ.get("RUNYARD_FULL") else 256) << 20
