#!/usr/bin/env python3
"""Uses a running service as a training script and an analyst do, with the real MLflow client (mlflow-skinny).
Usage: mlflow_smoke.py DATA_FOLDER   (the folder that holds service.json). Exits 1 at the first difference."""
import json
import math
import os
import sys
import tempfile
from pathlib import Path

info = json.loads((Path(sys.argv[1]) / "service.json").read_text())
scope = (f"/subscriptions/{info['subscription_id']}/resourceGroups/{info['resource_group']}"
         f"/providers/Microsoft.MachineLearningServices/workspaces/{info['workspace_name']}")
os.environ["MLFLOW_TRACKING_TOKEN"] = info["token"]
os.environ["MLFLOW_HTTP_REQUEST_MAX_RETRIES"] = "1"

import mlflow  # noqa: E402  (reads the environment)
from mlflow.exceptions import MlflowException  # noqa: E402


def expect(found, wanted, what):
    if found != wanted:
        sys.exit(f"{what}: {found!r} instead of {wanted!r}")


def use(uri, name):
    mlflow.set_tracking_uri(uri)
    client = mlflow.MlflowClient()
    experiment = mlflow.set_experiment(name)
    with mlflow.start_run(run_name="first") as run:
        mlflow.log_param("lr", 0.1)
        mlflow.log_params({"layers": 2, "optimizer": "adam"})
        mlflow.log_metric("nan", float("nan"))
        mlflow.log_metric("inf", float("inf"))
        for step in range(50):
            mlflow.log_metric("loss", 1 / (step + 1), step=step)
        mlflow.log_metrics({"acc": 0.5, "val acc": 0.25}, step=3)
        mlflow.set_tag("team", "red")
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "ü note.txt"
            path.write_bytes(b"one\0two")
            mlflow.log_artifact(str(path), "notes")
        with mlflow.start_run(run_name="child", nested=True):
            mlflow.log_metric("loss", 7)
    run_id = run.info.run_id
    found = client.get_run(run_id)
    expect(found.info.status, "FINISHED", "status")
    expect(found.data.params, {"lr": "0.1", "layers": "2", "optimizer": "adam"}, "params")
    expect(found.data.metrics["loss"], 1 / 50, "latest loss")
    expect(math.isnan(found.data.metrics["nan"]), True, "NaN")
    expect(found.data.tags["team"], "red", "tag")
    history = client.get_metric_history(run_id, "loss")
    expect([(m.step, m.value) for m in history], [(s, 1 / (s + 1)) for s in range(50)], "history")
    expect(client.get_metric_history(run_id, "inf")[0].value > 1.7e308, True, "infinity")
    runs = client.search_runs([experiment.experiment_id], "metrics.loss < 0.1 AND params.optimizer = 'adam'", order_by=["metrics.loss ASC"])
    expect([r.info.run_id for r in runs], [run_id], "search")
    expect(len(client.search_runs([experiment.experiment_id])), 2, "runs of the experiment")
    expect([f.path for f in client.list_artifacts(run_id, "notes")], ["notes/ü note.txt"], "artifacts")
    local = mlflow.artifacts.download_artifacts(run_id=run_id, artifact_path="notes/ü note.txt")
    expect(Path(local).read_bytes(), b"one\0two", "artifact")
    try:
        client.log_param(run_id, "lr", "0.2")
        sys.exit("a parameter could be changed")
    except MlflowException as error:
        expect("Changing param values is not allowed" in str(error), True, "message")
    expect(any(e.name == name for e in client.search_experiments(filter_string=f"name = '{name}'")), True, "experiments")
    os.environ["MLFLOW_RUN_ID"] = run_id
    with mlflow.start_run() as again:  # as a job's script does
        expect(again.info.run_id, run_id, "resumed run")
        mlflow.log_metric("resumed", 1)
    os.environ.pop("MLFLOW_RUN_ID", None)  # the client takes it out itself
    client.delete_run(run_id)
    expect(client.get_run(run_id).info.lifecycle_stage, "deleted", "stage")


suffix = os.urandom(4).hex()
use(info["url"], f"plain-{suffix}")
use(f"{info['url']}/mlflow/v1.0{scope}", f"workspace-{suffix}")
print(f"mlflow {mlflow.__version__}: all as expected")
