"""Logged models of MLflow 3."""
import time

import mlflow
import pytest
from mlflow.entities import Metric

if int(mlflow.__version__.split(".")[0]) < 3:
    pytest.skip("the client has logged models since version 3", allow_module_level=True)

from mlflow.entities.logged_model_status import LoggedModelStatus  # noqa: E402


def test_life(client, run, refused):
    made = client.create_logged_model(run.info.experiment_id, name="net", source_run_id=run.info.run_id, model_type="cnn", params={"depth": "3"}, tags={"team": "red"})
    assert made.model_id.startswith("m-") and len(made.model_id) == 34
    assert (made.status, made.name, made.model_type, made.source_run_id) == (LoggedModelStatus.PENDING, "net", "cnn", run.info.run_id)
    assert made.artifact_location.endswith(f"/models/{made.model_id}/artifacts")
    ready = client.finalize_logged_model(made.model_id, LoggedModelStatus.READY)
    assert ready.status == LoggedModelStatus.READY
    client.log_model_params(made.model_id, {"width": "7"})
    client.set_logged_model_tags(made.model_id, {"team": "blue", "x": "1"})
    client.delete_logged_model_tag(made.model_id, "x")
    with refused("RESOURCE_DOES_NOT_EXIST", "No tag with key 'x'"):
        client.delete_logged_model_tag(made.model_id, "x")
    found = client.get_logged_model(made.model_id)
    assert found.params == {"depth": "3", "width": "7"}
    assert found.tags["team"] == "blue" and "x" not in found.tags
    client.delete_logged_model(made.model_id)
    with refused("RESOURCE_DOES_NOT_EXIST", "not found"):
        client.get_logged_model(made.model_id)


def test_names(client, experiment, refused):
    assert client.create_logged_model(experiment).name
    for bad in ("a/b", "a:b", "a.b", "a%", "a'b"):
        with refused("INVALID_PARAMETER_VALUE", "Invalid model name"):
            client.create_logged_model(experiment, name=bad)
    with refused("RESOURCE_DOES_NOT_EXIST"):
        client.create_logged_model("987654321", name="x")


def test_metrics_on_datasets(client, run):
    model = client.create_logged_model(run.info.experiment_id, name="net", source_run_id=run.info.run_id)
    client.log_metric(run.info.run_id, "acc", 0.5, step=1, model_id=model.model_id, dataset_name="train", dataset_digest="abc")
    client.log_batch(run.info.run_id, metrics=[Metric("acc", 0.7, 5, 2, model_id=model.model_id, dataset_name="eval", dataset_digest="def", run_id=run.info.run_id)])
    client.log_metric(run.info.run_id, "other", 1)
    metrics = client.get_logged_model(model.model_id).metrics
    assert sorted((m.key, m.value, m.step, m.dataset_name, m.dataset_digest, m.run_id) for m in metrics) == [
        ("acc", 0.5, 1, "train", "abc", run.info.run_id), ("acc", 0.7, 2, "eval", "def", run.info.run_id)]
    assert client.get_run(run.info.run_id).data.metrics == {"acc": 0.7, "other": 1.0}


def test_inputs_and_outputs_of_runs(client, run):
    from mlflow.entities import LoggedModelInput, LoggedModelOutput

    model = client.create_logged_model(run.info.experiment_id, name="net", source_run_id=run.info.run_id)
    client.log_outputs(run.info.run_id, [LoggedModelOutput(model.model_id, step=4)])
    client.log_inputs(run.info.run_id, models=[LoggedModelInput(model.model_id)])
    found = client.get_run(run.info.run_id)
    assert [(o.model_id, o.step) for o in found.outputs.model_outputs] == [(model.model_id, 4)]
    assert [i.model_id for i in found.inputs.model_inputs] == [model.model_id]
    assert [(o.model_id, o.step) for o in client.search_runs([run.info.experiment_id])[0].outputs.model_outputs] == [(model.model_id, 4)]


@pytest.fixture
def three(client, run):
    models = []
    for letter, acc in (("a", 0.5), ("b", 0.9), ("c", None)):
        model = client.create_logged_model(run.info.experiment_id, name="net-" + letter, source_run_id=run.info.run_id if letter != "c" else None, model_type="cnn" if letter == "a" else "rnn",
                                           params={"depth": letter} if letter != "c" else None, tags={"team": "Red" if letter == "a" else "red"})
        if acc:
            client.log_metric(run.info.run_id, "acc", acc / 2, step=1, model_id=model.model_id, dataset_name="train", dataset_digest="abc")
            client.log_metric(run.info.run_id, "acc", acc, step=2, model_id=model.model_id, dataset_name="eval" + letter, dataset_digest="def")
        models.append(model)
        time.sleep(0.005)
    client.finalize_logged_model(models[1].model_id, LoggedModelStatus.READY)
    return models


def letters(found):
    return "".join(m.name[-1] for m in found)


@pytest.mark.parametrize("filter, wanted", [
    (None, "cba"), ("name = 'net-a'", "a"), ("name LIKE 'net-%'", "cba"), ("name ILIKE 'NET-B'", "b"), ("name != 'net-a'", "cb"), ("name IN ('net-a', 'net-c')", "ca"),
    ("attributes.model_type = 'cnn'", "a"), ("status = 'READY'", "b"), ("status != 'READY'", "ca"), ("metrics.acc > 0.5", "b"), ("metrics.acc >= 0.5", "ba"), ("metrics.`acc` < 0.6", "a"),
    ("params.depth = 'b'", "b"), ("params.depth != 'b'", "a"), ("tags.team = 'red'", "cb"), ("tags.team ILIKE 'RED' AND metrics.acc > 0.1", "ba"), ("creation_timestamp > 0", "cba"),
    ("last_updated_timestamp < 5", ""),
])
def test_search(client, run, three, filter, wanted):
    assert letters(client.search_logged_models([run.info.experiment_id], filter)) == wanted


def test_search_by_model_and_run(client, run, three):
    experiment = [run.info.experiment_id]
    assert letters(client.search_logged_models(experiment, f"model_id = '{three[1].model_id}'")) == "b"
    assert letters(client.search_logged_models(experiment, f"source_run_id = '{run.info.run_id}'")) == "ba"


def test_search_by_dataset(client, run, three):
    experiment = [run.info.experiment_id]
    assert letters(client.search_logged_models(experiment, datasets=[{"dataset_name": "train", "dataset_digest": "abc"}])) == "ba"
    assert letters(client.search_logged_models(experiment, "metrics.acc < 0.3", datasets=[{"dataset_name": "train", "dataset_digest": "abc"}])) == "a"
    assert letters(client.search_logged_models(experiment, datasets=[{"dataset_name": "evala", "dataset_digest": "def"}])) == "a"


def test_search_orders_and_pages(client, run, three, refused):
    experiment = [run.info.experiment_id]

    def ordered(*order):
        return letters(client.search_logged_models(experiment, order_by=list(order)))

    assert ordered({"field_name": "metrics.acc"}) == "abc"
    assert ordered({"field_name": "metrics.acc", "ascending": False}) == "bac"
    assert ordered({"field_name": "name"}) == "abc"
    assert ordered({"field_name": "model_type"}, {"field_name": "creation_time", "ascending": False}) == "acb"
    assert ordered({"field_name": "metrics.acc", "dataset_name": "evala", "dataset_digest": "def"}) == "acb"
    first = client.search_logged_models(experiment, max_results=2)
    second = client.search_logged_models(experiment, max_results=2, page_token=first.token)
    assert (letters(first), letters(second), second.token or None) == ("cb", "a", None)
    with refused("INVALID_PARAMETER_VALUE"):
        client.search_logged_models(experiment, "name = 'x'", max_results=2, page_token=first.token)


@pytest.mark.parametrize("filter", ["name > 'a'", "metrics.acc LIKE '1'", "metric.acc > 1", "name = 'a' OR name = 'b'", "params.depth > 'a'"])
def test_search_refuses(client, experiment, refused, filter):
    with refused("INVALID_PARAMETER_VALUE"):
        client.search_logged_models([experiment], filter)


def test_a_pyfunc_model_without_a_run(name):
    class Doubler(mlflow.pyfunc.PythonModel):
        def predict(self, context, model_input: list[int]) -> list[int]:
            return [2 * x for x in model_input]

    mlflow.set_experiment(name)
    info = mlflow.pyfunc.log_model(name="doubler", python_model=Doubler(), input_example=[1, 2], pip_requirements=["mlflow"])
    assert mlflow.get_logged_model(info.model_id).status == LoggedModelStatus.READY
    assert mlflow.pyfunc.load_model(f"models:/{info.model_id}").predict([4]) == [8]
    assert mlflow.pyfunc.load_model(info.model_uri).predict([5]) == [10]


def test_the_model_of_a_run_is_found_by_its_name(name, client):
    class Doubler(mlflow.pyfunc.PythonModel):
        def predict(self, context, model_input: list[int]) -> list[int]:
            return [2 * x for x in model_input]

    mlflow.set_experiment(name)
    with mlflow.start_run() as run:
        mlflow.log_text("x", "notes.txt")
        info = mlflow.pyfunc.log_model(name="doubler", python_model=Doubler(), input_example=[1, 2], pip_requirements=["mlflow"])
    assert mlflow.pyfunc.load_model(f"runs:/{run.info.run_id}/doubler").predict([4]) == [8]
    assert [f.path for f in client.list_artifacts(run.info.run_id)] == ["notes.txt"]
    assert "doubler/MLmodel" in [f.path for f in client.list_artifacts(run.info.run_id, "doubler")]
    assert [o.model_id for o in client.get_run(run.info.run_id).outputs.model_outputs] == [info.model_id]
