"""Registered models and their versions."""
import time

import mlflow
import pytest


@pytest.fixture
def model(client, name):
    """A registered model with two versions whose files are there."""
    client.create_registered_model(name, tags={"team": "red"}, description="first words")
    for number in (1, 2):
        version(client, name, number)
    return name


def version(client, name, number=1, **more):
    experiment = client.get_experiment_by_name("registry") or client.get_experiment(client.create_experiment("registry"))
    run = client.create_run(experiment.experiment_id)
    client.log_text(run.info.run_id, f"weights {number}", "model/weights.txt")
    return client.create_model_version(name, f"{run.info.artifact_uri}/model", run.info.run_id, **more)


def test_create_and_get(client, name):
    made = client.create_registered_model(name, tags={"team": "red", "empty": ""}, description="words")
    assert (made.name, made.description, made.tags) == (name, "words", {"team": "red", "empty": ""})
    found = client.get_registered_model(name)
    assert found.tags == made.tags and found.latest_versions == []
    assert found.creation_timestamp == found.last_updated_timestamp
    assert abs(found.creation_timestamp - time.time() * 1000) < 60_000


def test_names_are_taken_once(client, model, refused):
    with refused("RESOURCE_ALREADY_EXISTS", f"Registered Model (name={model}) already exists"):
        client.create_registered_model(model)
    with refused("RESOURCE_DOES_NOT_EXIST", "Registered Model with name=no such model not found"):
        client.get_registered_model("no such model")


@pytest.mark.parametrize("bad", ["a/b", "a:b", " ", ".."])
def test_bad_names(client, refused, bad):
    with refused("INVALID_PARAMETER_VALUE"):
        client.create_registered_model(bad)


def test_update_and_rename(client, model, name, refused):
    before = client.get_registered_model(model)
    time.sleep(0.01)
    assert client.update_registered_model(model, "other words").description == "other words"
    assert client.get_registered_model(model).last_updated_timestamp > before.last_updated_timestamp
    client.set_registered_model_alias(model, "best", 2)
    client.rename_registered_model(model, name + " é")
    assert client.get_registered_model(name + " é").name == name + " é"
    with refused("RESOURCE_DOES_NOT_EXIST"):
        client.get_registered_model(model)
    assert client.get_model_version(name + " é", "2").name == name + " é"
    assert client.get_model_version_by_alias(name + " é", "best").version == "2" or client.get_model_version_by_alias(name + " é", "best").version == 2
    assert client.get_registered_model(name + " é").tags == {"team": "red"}
    client.create_registered_model(model)
    with refused("RESOURCE_ALREADY_EXISTS"):
        client.rename_registered_model(model, name + " é")


def test_delete(client, model, refused):
    client.delete_registered_model(model)
    with refused("RESOURCE_DOES_NOT_EXIST"):
        client.get_registered_model(model)
    with refused("RESOURCE_DOES_NOT_EXIST"):
        client.get_model_version(model, "1")
    with refused("RESOURCE_DOES_NOT_EXIST"):
        client.delete_registered_model(model)
    client.create_registered_model(model)
    assert client.get_registered_model(model).tags == {}
    assert str(version(client, model).version) == "1"
    assert mlflow.artifacts.load_text(f"models:/{model}/1/weights.txt") == "weights 1"


def test_tags(client, model, refused):
    client.set_registered_model_tag(model, "team", "blue")
    client.set_registered_model_tag(model, "long", "x" * 4900)
    client.delete_registered_model_tag(model, "no such")
    assert client.get_registered_model(model).tags["team"] == "blue"
    client.delete_registered_model_tag(model, "team")
    assert "team" not in client.get_registered_model(model).tags
    with refused("INVALID_PARAMETER_VALUE", "exceeds the maximum length of 250"):
        client.set_registered_model_tag(model, "k" * 251, "v")
    with refused("INVALID_PARAMETER_VALUE", "exceeds the maximum length of 100000"):
        client.set_registered_model_tag(model, "k", "v" * 100_001)
    with refused("RESOURCE_DOES_NOT_EXIST"):
        client.set_registered_model_tag("no such model", "k", "v")


def test_versions(client, model, refused):
    third = version(client, model, 3, tags={"k": "v"}, description="about three", run_link="http://somewhere/run")
    assert (str(third.version), third.status, third.current_stage, third.description, third.run_link) == ("3", "READY", "None", "about three", "http://somewhere/run")
    found = client.get_model_version(model, "3")
    assert found.tags == {"k": "v"} and found.run_id == third.run_id and found.source == third.source
    assert client.update_model_version(model, "3", "changed").description == "changed"
    client.set_model_version_tag(model, "3", "k", "w")
    client.set_model_version_tag(model, "3", "l", "x")
    client.delete_model_version_tag(model, "3", "l")
    client.delete_model_version_tag(model, "3", "no such")
    assert client.get_model_version(model, "3").tags == {"k": "w"}
    with refused("RESOURCE_DOES_NOT_EXIST", f"Model Version (name={model}, version=9) not found"):
        client.get_model_version(model, "9")
    with refused("INVALID_PARAMETER_VALUE", "Parameter 'version' must be an integer, got 'x'."):
        client.get_model_version(model, "x")
    with refused("RESOURCE_DOES_NOT_EXIST"):
        version(client, "no such model")


def test_a_version_is_whole_without_its_run(client, model, tmp_path):
    first = client.get_model_version(model, "1")
    uri = client.get_model_version_download_uri(model, "1")
    assert uri
    assert mlflow.artifacts.load_text(f"models:/{model}/1/weights.txt") == "weights 1"
    assert open(mlflow.artifacts.download_artifacts(f"models:/{model}/2", dst_path=str(tmp_path)) + "/weights.txt").read() == "weights 2"
    client.delete_run(first.run_id)
    assert mlflow.artifacts.load_text(f"models:/{model}/1/weights.txt") == "weights 1"


def test_delete_a_version(client, model, refused):
    client.set_registered_model_alias(model, "best", "2")
    client.delete_model_version(model, "2")
    with refused("RESOURCE_DOES_NOT_EXIST"):
        client.get_model_version(model, "2")
    with refused("RESOURCE_DOES_NOT_EXIST"):
        client.delete_model_version(model, "2")
    with refused("INVALID_PARAMETER_VALUE", "Registered model alias best not found"):
        client.get_model_version_by_alias(model, "best")
    assert [str(v.version) for v in client.search_model_versions(f"name = '{model}'")] == ["1"]
    assert str(version(client, model, 3).version) == "3"  # no number is given twice


def test_aliases(client, model, refused):
    client.set_registered_model_alias(model, "best", "1")
    client.set_registered_model_alias(model, "best", "2")
    client.set_registered_model_alias(model, "old_one-1", "1")
    assert str(client.get_model_version_by_alias(model, "best").version) == "2"
    assert client.get_model_version(model, "2").aliases == ["best"]
    assert {k: str(v) for k, v in client.get_registered_model(model).aliases.items()} == {"best": "2", "old_one-1": "1"}
    assert mlflow.artifacts.load_text(f"models:/{model}@best/weights.txt") == "weights 2"
    assert str(client.get_model_version_by_alias(model, "latest").version) == "2"
    client.delete_registered_model_alias(model, "best")
    client.delete_registered_model_alias(model, "best")
    with refused("INVALID_PARAMETER_VALUE", "Registered model alias best not found."):
        client.get_model_version_by_alias(model, "best")
    for bad in ("latest", "Latest", "v1", "V22", "a b", "x" * 256, "a/b"):
        with refused("INVALID_PARAMETER_VALUE"):
            client.set_registered_model_alias(model, bad, "1")
    with refused("RESOURCE_DOES_NOT_EXIST"):
        client.set_registered_model_alias(model, "best", "7")


@pytest.mark.filterwarnings("ignore::FutureWarning")
def test_stages(client, model, refused):
    version(client, model, 3)
    assert client.transition_model_version_stage(model, "1", "production").current_stage == "Production"
    client.transition_model_version_stage(model, "2", "STAGING")
    found = {v.current_stage: str(v.version) for v in client.get_latest_versions(model)}
    assert found == {"Production": "1", "Staging": "2", "None": "3"}
    assert [str(v.version) for v in client.get_latest_versions(model, ["Production", "Archived"])] == ["1"]
    client.transition_model_version_stage(model, "3", "Production", archive_existing_versions=True)
    assert client.get_model_version(model, "1").current_stage == "Archived"
    assert {v.current_stage: str(v.version) for v in client.get_registered_model(model).latest_versions} == {"Archived": "1", "Staging": "2", "Production": "3"}
    assert mlflow.artifacts.load_text(f"models:/{model}/Staging/weights.txt") == "weights 2"
    with refused("INVALID_PARAMETER_VALUE", "Invalid Model Version stage: nowhere. Value must be one of None, Staging, Production, Archived."):
        client.transition_model_version_stage(model, "1", "nowhere")
    with refused("INVALID_PARAMETER_VALUE or INTERNAL_ERROR", "cannot archive existing model versions"):
        client.transition_model_version_stage(model, "1", "Archived", archive_existing_versions=True)
    with refused("INVALID_PARAMETER_VALUE"):
        client.get_latest_versions(model, ["nowhere"])


def test_copy_of_a_version(client, model, name):
    client.set_model_version_tag(model, "2", "k", "v")
    copied = client.copy_model_version(f"models:/{model}/2", name + "-copy")
    assert (copied.name, str(copied.version)) == (name + "-copy", "1")
    assert client.get_model_version(name + "-copy", "1").run_id == client.get_model_version(model, "2").run_id
    assert mlflow.artifacts.load_text(f"models:/{name}-copy/1/weights.txt") == "weights 2"
    client.delete_registered_model(model)
    assert mlflow.artifacts.load_text(f"models:/{name}-copy/1/weights.txt") == "weights 2"


@pytest.mark.parametrize("source", ["/etc", "file:///etc", "relative/path", "mlflow-artifacts:/../../etc", "mlflow-artifacts:/0/x/artifacts/..%2f..%2fetc"])
def test_sources_that_are_refused(client, model, refused, source):
    with refused("INVALID_PARAMETER_VALUE", "Invalid model version source"):
        client.create_model_version(model, source, "0" * 32)


def test_source_of_another_run(client, model, experiment, refused):
    one, two = (client.create_run(experiment) for _ in range(2))
    with refused("INVALID_PARAMETER_VALUE", "Invalid model version source"):
        client.create_model_version(model, f"{one.info.artifact_uri}/model", two.info.run_id)


class Doubler(mlflow.pyfunc.PythonModel):
    def predict(self, context, model_input: list[int]) -> list[int]:
        return [2 * x for x in model_input]


def test_register_model(client, name):
    mlflow.set_experiment(name)
    where = {"name": "net"} if int(mlflow.__version__.split(".")[0]) >= 3 else {"artifact_path": "net"}
    with mlflow.start_run() as run:
        mlflow.pyfunc.log_model(python_model=Doubler(), pip_requirements=["mlflow"], **where)
    made = mlflow.register_model(f"runs:/{run.info.run_id}/net", name, tags={"k": "v"})
    assert (str(made.version), made.run_id) == ("1", run.info.run_id)
    assert client.get_model_version(name, "1").tags == {"k": "v"}
    again = mlflow.register_model(f"runs:/{run.info.run_id}/net", name)
    assert str(again.version) == "2"
    client.set_registered_model_alias(name, "champion", "2")
    for uri in (f"models:/{name}/1", f"models:/{name}@champion", f"models:/{name}/latest"):
        assert mlflow.pyfunc.load_model(uri).predict([4]) == [8], uri


def test_log_and_register_at_once(client, name):
    mlflow.set_experiment(name)
    where = {"name": "net"} if int(mlflow.__version__.split(".")[0]) >= 3 else {"artifact_path": "net"}
    with mlflow.start_run() as run:
        mlflow.pyfunc.log_model(python_model=Doubler(), pip_requirements=["mlflow"], registered_model_name=name, **where)
    assert client.get_model_version(name, "1").run_id == run.info.run_id
    assert mlflow.pyfunc.load_model(f"models:/{name}/1").predict([4]) == [8]
