"""What every case of the MLflow client starts from. `service` comes from the suite; the environment names the tracking server."""
import os
import uuid

import pytest

os.environ.setdefault("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "2")
os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
os.environ.setdefault("MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR", "false")

import mlflow  # noqa: E402  (reads the environment)

IS_THREE = int(mlflow.__version__.split(".")[0]) >= 3
only_three = pytest.mark.skipif(not IS_THREE, reason="the client has it since version 3")


@pytest.fixture(scope="session", autouse=True)
def tracking(service):
    mlflow.set_tracking_uri(os.environ.get("MLFLOW_TRACKING_URI", service.url))
    mlflow.set_registry_uri(None)


@pytest.fixture
def client(tracking):
    return mlflow.MlflowClient()


@pytest.fixture
def name():
    return "case-" + uuid.uuid4().hex[:10]


@pytest.fixture
def experiment(client, name):
    """The id of a new experiment."""
    return client.create_experiment(name)


@pytest.fixture
def run(client, experiment):
    return client.create_run(experiment)


@pytest.fixture
def rest(service):
    """Sends what the client would not: rest("POST", "runs/create", {...}) → (status, JSON)."""
    import requests

    def send(method, path, body=None, query=None, prefix="/api/2.0/mlflow/"):
        headers = {"Authorization": f"Bearer {service.token}"}
        answer = requests.request(method, service.url + prefix + path, json=body, params=query, headers=headers, timeout=30)
        return answer.status_code, answer.json()

    return send


@pytest.fixture
def refused():
    """with refused("RESOURCE_DOES_NOT_EXIST", "not found"): …"""
    from contextlib import contextmanager

    from mlflow.exceptions import MlflowException

    @contextmanager
    def expect(code, *words):
        with pytest.raises(MlflowException) as caught:
            yield
        assert caught.value.error_code in code.split(" or "), caught.value
        for word in words:
            assert word in str(caught.value), caught.value

    return expect
