import pytest


@pytest.fixture(scope="session")
def ml(service):
    """The client as a user's script makes it: the credential comes from the environment."""
    from azure.ai.ml import MLClient
    from azure.identity import DefaultAzureCredential

    return MLClient(DefaultAzureCredential(), service.subscription_id, service.resource_group, service.workspace_name)
