"""Datasets that runs used."""
import json

import mlflow
import pandas as pd
import pytest
from mlflow.entities import Dataset, DatasetInput, InputTag


def test_log_input(name, client):
    mlflow.set_experiment(name)
    data = mlflow.data.from_pandas(pd.DataFrame({"x": [1, 2, 3], "y": ["a", "b", "c"]}), name="train", targets="y")
    with mlflow.start_run() as run:
        mlflow.log_input(data, context="training", tags={"split": "70"})
        mlflow.log_input(data, context="training")
    inputs = client.get_run(run.info.run_id).inputs.dataset_inputs
    assert len(inputs) == 1
    dataset = inputs[0].dataset
    assert (dataset.name, dataset.digest) == ("train", data.digest)
    assert json.loads(dataset.profile)["num_rows"] == 3
    assert "mlflow_colspec" in dataset.schema
    assert {t.key: t.value for t in inputs[0].tags}["mlflow.data.context"] == "training"


def test_search_returns_them(client, run):
    data = Dataset("d", "abc", "local", "{}")
    client.log_inputs(run.info.run_id, [DatasetInput(data, [InputTag("mlflow.data.context", "eval")]), DatasetInput(Dataset("e", "abc", "local", "{}"), [])])
    found = client.search_runs([run.info.experiment_id], "dataset.name = 'd'")[0]
    assert {i.dataset.name for i in found.inputs.dataset_inputs} == {"d", "e"}


@pytest.mark.parametrize("field, length", [("name", 501), ("digest", 37), ("source", 65536), ("schema", 1048576)])
def test_limits(client, run, refused, field, length):
    values = {"name": "d", "digest": "abc", "source_type": "local", "source": "{}", "schema": "{}", "profile": "{}", field: "x" * length}
    with refused("INVALID_PARAMETER_VALUE"):
        client.log_inputs(run.info.run_id, [DatasetInput(Dataset(**values), [])])


@pytest.mark.parametrize("key, value", [("k" * 256, "v"), ("k", "v" * 501)])
def test_limits_of_tags(client, run, refused, key, value):
    with refused("INVALID_PARAMETER_VALUE"):
        client.log_inputs(run.info.run_id, [DatasetInput(Dataset("d", "abc", "local", "{}"), [InputTag(key, value)])])


def test_summaries_of_experiments(rest, client, run):
    for context in ("training", "evaluation"):
        other = client.create_run(run.info.experiment_id)
        client.log_inputs(other.info.run_id, [DatasetInput(Dataset("d", "abc", "local", "{}"), [InputTag("mlflow.data.context", context)])])
    status, answer = rest("POST", "experiments/search-datasets", {"experiment_ids": [run.info.experiment_id]}, prefix="/ajax-api/2.0/mlflow/")
    assert status == 200
    assert sorted((s["name"], s["digest"], s["context"]) for s in answer["dataset_summaries"]) == [("d", "abc", "evaluation"), ("d", "abc", "training")]
    assert answer["dataset_summaries"][0]["experiment_id"] == run.info.experiment_id
    assert rest("POST", "experiments/search-datasets", {"experiment_ids": []}, prefix="/ajax-api/2.0/mlflow/")[0] == 400
    assert rest("POST", "experiments/search-datasets", {"experiment_ids": [str(i) for i in range(21)]}, prefix="/ajax-api/2.0/mlflow/")[0] == 400
