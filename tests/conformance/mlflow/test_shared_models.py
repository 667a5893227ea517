"""One registry: Azure's dialect and MLflow's show the same models."""
import hashlib

import mlflow
import pytest


@pytest.fixture
def arm(service):
    """arm("GET", "models/x") → (status, JSON) of the workspace's ARM resources."""
    import requests

    scope = f"/subscriptions/{service.subscription_id}/resourceGroups/{service.resource_group}/providers/Microsoft.MachineLearningServices/workspaces/{service.workspace_name}/"

    def send(method, path, body=None):
        answer = requests.request(method, service.url + scope + path, params={"api-version": "2024-04-01"}, json=body, headers={"Authorization": f"Bearer {service.token}"}, timeout=30)
        return answer.status_code, answer.json() if answer.content else None

    return send


@pytest.fixture
def logged(client, experiment):
    run = client.create_run(experiment)
    client.log_text(run.info.run_id, "weights", "model/weights.txt")
    client.log_text(run.info.run_id, "x: 1", "model/sub/config.yaml")
    return run.info.run_id


def test_from_mlflow_to_azure(arm, service, client, logged, name):
    import requests

    client.create_registered_model(name, description="words", tags={"team": "red"})
    status, container = arm("GET", f"models/{name}")
    assert (status, container["properties"]["nextVersion"]) == (200, "1")
    client.create_model_version(name, f"runs:/{logged}/model", logged, tags={"k": "v"}, description="one")
    status, container = arm("GET", f"models/{name}")
    assert (container["properties"]["latestVersion"], container["properties"]["nextVersion"], container["properties"]["description"]) == ("1", "2", "words")
    assert name in [m["name"] for m in arm("GET", "models")[1]["value"]]
    status, version = arm("GET", f"models/{name}/versions/1")
    properties = version["properties"]
    assert (status, properties["description"], properties["tags"], properties["jobName"]) == (200, "one", {"k": "v"}, logged)
    lines = sorted(f"{hashlib.sha256(content).hexdigest()}  {path}\n" for path, content in (("weights.txt", b"weights"), ("sub/config.yaml", b"x: 1")))
    by_path = "".join(sorted(lines, key=lambda line: line[66:]))
    assert properties["properties"]["runyard.sha256"] == hashlib.sha256(by_path.encode()).hexdigest()
    assert properties["properties"]["runyard.files"] == "2"
    path = properties["modelUri"].split("/paths/")[1]
    answer = requests.get(f"{service.url}/runyard/models/{path}/weights.txt", headers={"Authorization": f"Bearer {service.token}"}, timeout=30)
    assert answer.content == b"weights"


def test_from_azure_to_mlflow(arm, client, logged, name):
    uri = f"azureml://jobs/{logged}/outputs/artifacts/paths/outputs/model"
    for number, tags in (("1", {"k": "v"}), ("2", {})):
        status, answer = arm("PUT", f"models/{name}/versions/{number}", {"properties": {"modelUri": uri, "modelType": "custom_model", "description": "by Azure", "tags": tags}})
        assert status in (200, 201), answer
    assert [str(v.version) for v in client.search_model_versions(f"name = '{name}'")] == ["2", "1"]
    assert client.get_registered_model(name).name == name
    first = client.get_model_version(name, "1")
    assert (first.description, first.tags, first.run_id, first.source, first.status) == ("by Azure", {"k": "v"}, logged, uri, "READY")
    assert mlflow.artifacts.load_text(f"models:/{name}/1/weights.txt") == "weights"
    assert [str(v.version) for v in client.search_model_versions(f"run_id = '{logged}'")] == ["2", "1"]
    client.set_registered_model_alias(name, "best", "2")
    client.update_model_version(name, "1", "by MLflow")
    assert arm("GET", f"models/{name}/versions/1")[1]["properties"]["description"] == "by MLflow"
    made = client.create_model_version(name, f"runs:/{logged}/model", logged)
    assert str(made.version) == "3"


@pytest.mark.filterwarnings("ignore::FutureWarning")
def test_one_stage_one_description(arm, client, logged, name):
    client.create_registered_model(name)
    client.create_model_version(name, f"runs:/{logged}/model", logged)
    client.transition_model_version_stage(name, "1", "Production")
    version = arm("GET", f"models/{name}/versions/1")[1]
    assert version["properties"]["stage"] == "Production"
    version["properties"].update(stage="Archived", tags={"from": "Azure"})
    assert arm("PUT", f"models/{name}/versions/1", version)[0] in (200, 201)
    found = client.get_model_version(name, "1")
    assert (found.current_stage, found.tags) == ("Archived", {"from": "Azure"})
    status, _ = arm("PUT", f"models/{name}", {"properties": {"description": "words", "tags": {"a": "b"}}})
    found = client.get_registered_model(name)
    assert (found.description, found.tags) == ("words", {"a": "b"})


def test_a_deleted_number_is_not_given_again(arm, client, logged, name):
    client.create_registered_model(name)
    client.create_model_version(name, f"runs:/{logged}/model", logged)
    client.delete_model_version(name, "1")
    assert arm("GET", f"models/{name}")[1]["properties"]["nextVersion"] == "2"
    assert arm("GET", f"models/{name}/versions/1")[0] == 404


def test_prompts_are_no_models_of_azure(arm, rest, name):
    tag = {"key": "mlflow.prompt.is_prompt", "value": "true"}
    assert rest("POST", "registered-models/create", {"name": name, "tags": [tag]})[0] == 200
    assert rest("POST", "model-versions/create", {"name": name, "source": "dummy-source", "tags": [tag, {"key": "mlflow.prompt.text", "value": "Say {{x}}"}]})[0] == 200
    assert name not in [m["name"] for m in arm("GET", "models")[1]["value"]]


def test_under_the_workspaces_own_uri(service, client, name):
    """What azureml's clients hand out as tracking URI, and the plain address, are one server."""
    client.create_registered_model(name)
    scope = f"/subscriptions/{service.subscription_id}/resourceGroups/{service.resource_group}/providers/Microsoft.MachineLearningServices/workspaces/{service.workspace_name}"
    for uri in (service.url, f"{service.url}/mlflow/v1.0{scope}"):
        there = mlflow.MlflowClient(tracking_uri=uri, registry_uri=uri)
        assert there.search_registered_models(f"name = '{name}'")[0].name == name
        assert there.get_experiment("0").name == "Default"
