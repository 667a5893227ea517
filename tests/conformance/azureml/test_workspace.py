"""Workspace and datastores"""


def test_the_workspace_is_found(ml, service):
    found = ml.workspaces.get(service.workspace_name)
    assert found.name == service.workspace_name
    assert found.location == "local"
    assert found.mlflow_tracking_uri.startswith("https://")
    assert [w.name for w in ml.workspaces.list()] == [service.workspace_name]


def test_the_datastores_are_listed(ml):
    names = [store.name for store in ml.datastores.list()]
    assert "workspaceblobstore" in names and "workspaceartifactstore" in names
    default = ml.datastores.get_default()
    assert default.name == "workspaceblobstore"
    assert default.container_name == "data"


def test_secrets_come_on_demand_only(ml):
    plain = ml.datastores.get("workspaceblobstore")
    assert not getattr(plain.credentials, "sas_token", None)
    secret = ml.datastores.get("workspaceblobstore", include_secrets=True)
    assert "sig=" in (getattr(secret.credentials, "sas_token", None) or "") or secret.credentials.account_key
