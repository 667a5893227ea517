"""Runs: life, nesting, parameters, metrics, tags, batches, limits."""
import math
import time

import mlflow
import pytest
from mlflow.entities import Metric, Param, RunTag

LIMIT = 6000


def test_a_run_from_start_to_end(client, experiment):
    before = int(time.time() * 1000)
    run = client.create_run(experiment, start_time=before, tags={"team": "red", "mlflow.user": "ada"}, run_name="first")
    assert len(run.info.run_id) == 32
    assert (run.info.status, run.info.run_name, run.info.lifecycle_stage) == ("RUNNING", "first", "active")
    assert run.info.artifact_uri.endswith(f"/{run.info.run_id}/artifacts")
    client.update_run(run.info.run_id, name="second")
    client.set_terminated(run.info.run_id, "FAILED", before + 5)
    found = client.get_run(run.info.run_id)
    assert (found.info.status, found.info.run_name, found.info.end_time, found.info.start_time) == ("FAILED", "second", before + 5, before)
    assert found.data.tags["mlflow.runName"] == "second"
    assert found.data.tags["team"] == "red"


def test_a_run_without_a_name_gets_one(client, experiment):
    assert client.create_run(experiment).info.run_name


def test_delete_and_restore(client, run, refused):
    client.delete_run(run.info.run_id)
    assert client.get_run(run.info.run_id).info.lifecycle_stage == "deleted"
    with refused("INVALID_PARAMETER_VALUE", "must be in the 'active' state"):
        client.log_metric(run.info.run_id, "a", 1)
    client.restore_run(run.info.run_id)
    client.log_metric(run.info.run_id, "a", 1)
    with refused("RESOURCE_DOES_NOT_EXIST", "Run with id=0 not found"):
        client.get_run("0")


def test_nested_runs(name):
    mlflow.set_experiment(name)
    with mlflow.start_run(run_name="parent") as parent:
        with mlflow.start_run(run_name="child", nested=True) as child:
            mlflow.log_metric("loss", 7)
            with mlflow.start_run(run_name="grandchild", nested=True) as grandchild:
                pass
    client = mlflow.MlflowClient()
    assert client.get_run(child.info.run_id).data.tags["mlflow.parentRunId"] == parent.info.run_id
    assert client.get_parent_run(grandchild.info.run_id).info.run_id == child.info.run_id
    found = client.search_runs([child.info.experiment_id], f"tags.`mlflow.parentRunId` = '{parent.info.run_id}'")
    assert [r.info.run_id for r in found] == [child.info.run_id]


def test_a_run_that_fails_says_so(name):
    mlflow.set_experiment(name)
    with pytest.raises(ZeroDivisionError):
        with mlflow.start_run() as run:
            1 / 0
    assert mlflow.get_run(run.info.run_id).info.status == "FAILED"


def test_params_do_not_change(client, run, refused):
    id = run.info.run_id
    client.log_param(id, "lr", 0.1)
    client.log_param(id, "lr", 0.1)
    client.log_param(id, "empty", "")
    with refused("INVALID_PARAMETER_VALUE", "Changing param values is not allowed", "was already logged with value='0.1'"):
        client.log_param(id, "lr", 0.2)
    with refused("INVALID_PARAMETER_VALUE", "Changing param values is not allowed"):
        client.log_batch(id, params=[Param("lr", "3")])
    with refused("INVALID_PARAMETER_VALUE", "Duplicate parameter keys have been submitted"):
        client.log_batch(id, params=[Param("x", "1"), Param("x", "2")])
    client.log_param(id, "long", "x" * LIMIT)
    found = client.get_run(id).data.params
    assert found == {"lr": "0.1", "empty": "", "long": "x" * LIMIT}


def test_long_values_are_cut_as_mlflow_cuts_them(client, run):
    id = run.info.run_id
    client.log_param(id, "long", "x" * (LIMIT + 10))
    client.set_tag(id, "long", "y" * 9000)
    data = client.get_run(id).data
    assert data.params["long"] == "x" * LIMIT
    assert data.tags["long"] == "y" * 8000


def test_metrics_keep_the_latest_by_step(client, run):
    id = run.info.run_id
    client.log_metric(id, "acc", 0.5, timestamp=10, step=2)
    client.log_metric(id, "acc", 0.9, timestamp=99, step=1)
    client.log_metric(id, "acc", 0.7, timestamp=11, step=2)
    client.log_metric(id, "acc", 0.6, timestamp=11, step=2)
    client.log_metric(id, "below", -1, step=-5)
    found = client.get_run(id).data.metrics
    assert found == {"acc": 0.7, "below": -1.0}


def test_numbers_that_are_none(client, run):
    id = run.info.run_id
    for key, value in (("nan", math.nan), ("inf", math.inf), ("minus", -math.inf)):
        client.log_metric(id, key, value)
    client.log_batch(id, metrics=[Metric("batch", math.nan, 1, 0)])
    found = client.get_run(id).data.metrics
    assert math.isnan(found["nan"]) and math.isnan(found["batch"])
    assert found["inf"] > 1.7e308 and found["minus"] < -1.7e308
    assert client.get_metric_history(id, "inf")[0].value > 1.7e308


def test_batches(client, run, refused):
    id = run.info.run_id
    client.log_batch(id, [Metric(f"m{i % 10}", i, i, i) for i in range(800)], [Param(f"p{i}", str(i)) for i in range(100)], [RunTag(f"t{i}", str(i)) for i in range(100)])
    data = client.get_run(id).data
    assert data.metrics == {f"m{i}": 790.0 + i for i in range(10)}
    assert len(data.params) == 100
    assert data.tags["t99"] == "99"
    client.log_batch(id)
    client.log_batch(id, [], [], [RunTag("same", "1"), RunTag("same", "2")])
    assert client.get_run(id).data.tags["same"] == "2"
    client.log_batch(id, metrics=[Metric("m0", 5, 5, 5)] * 3)
    assert len([m for m in client.get_metric_history(id, "m0") if m.value == 5]) == 1


def test_the_fluent_api_splits_what_is_too_much(name):
    mlflow.set_experiment(name)
    with mlflow.start_run() as run:
        mlflow.log_params({f"p{i}": i for i in range(250)})
        mlflow.log_metrics({f"m{i}": i for i in range(1200)}, step=3)
        mlflow.set_tags({f"t{i}": i for i in range(150)})
    data = mlflow.get_run(run.info.run_id).data
    assert len(data.params) == 250
    assert len(data.metrics) == 1200
    assert len([k for k in data.tags if k.startswith("t")]) == 150


def test_tags(client, run, refused):
    id = run.info.run_id
    client.set_tag(id, "a", 1)
    client.set_tag(id, "a", "two")
    client.set_tag(id, "mlflow.runName", "renamed")
    assert client.get_run(id).data.tags["a"] == "two"
    assert client.get_run(id).info.run_name == "renamed"
    client.delete_tag(id, "a")
    with refused("RESOURCE_DOES_NOT_EXIST", f"No tag with name: a in run with id {id}"):
        client.delete_tag(id, "a")


def test_names_of_keys(client, run, rest):
    id = run.info.run_id
    for good in ("a b", "a/b", "a.b", "a:b", "ä", "x" * 250):
        client.log_metric(id, good, 1)
    assert len(client.get_run(id).data.metrics) == 6
    for bad, words in (("a;b", "Names may only contain alphanumerics"), ("../b", "must not resolve to other names"), ("/a", "must not resolve"), ("a//b", "must not resolve"),
                       ("x" * 251, "exceeds")):
        status, answer = rest("POST", "runs/log-metric", {"run_id": id, "key": bad, "value": 1, "timestamp": 1})
        assert (status, answer["error_code"]) == (400, "INVALID_PARAMETER_VALUE"), bad
        assert words in answer["message"], answer


def test_other_clients_of_the_same_run(name):
    """As a job's script: MLFLOW_RUN_ID names the run."""
    mlflow.set_experiment(name)
    with mlflow.start_run() as first:
        mlflow.log_param("lr", 1)
    with mlflow.start_run(run_id=first.info.run_id) as again:
        mlflow.log_metric("resumed", 1)
    assert again.info.run_id == first.info.run_id
    assert mlflow.get_run(first.info.run_id).data.metrics == {"resumed": 1.0}


def test_asynchronous_logging(name):
    mlflow.set_experiment(name)
    with mlflow.start_run() as run:
        for step in range(50):
            mlflow.log_metric("loss", 1 / (step + 1), step=step, synchronous=False)
        mlflow.log_param("lr", 1, synchronous=False).wait()
    mlflow.flush_async_logging()
    assert len(mlflow.MlflowClient().get_metric_history(run.info.run_id, "loss")) == 50
    assert mlflow.get_run(run.info.run_id).data.params == {"lr": "1"}


def test_dictionaries_texts_figures(client, run):
    id = run.info.run_id
    client.log_dict(id, {"a": 1}, "notes/a.json")
    client.log_text(id, "grün", "notes/b.txt")
    assert mlflow.artifacts.load_dict(run.info.artifact_uri + "/notes/a.json") == {"a": 1}
    assert mlflow.artifacts.load_text(run.info.artifact_uri + "/notes/b.txt") == "grün"
    assert mlflow.artifacts.load_text(f"runs:/{id}/notes/b.txt") == "grün"
