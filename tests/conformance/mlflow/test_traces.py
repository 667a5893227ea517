"""What a workspace does not keep: an error in MLflow's form."""
import mlflow
import pytest
from mlflow.exceptions import MlflowException


@pytest.mark.parametrize("method, path", [("POST", "/api/3.0/mlflow/traces"), ("POST", "/api/3.0/mlflow/traces/search"), ("GET", "/api/2.0/mlflow/traces"), ("POST", "/api/2.0/mlflow/traces"),
                                          ("PATCH", "/api/2.0/mlflow/traces/x"), ("POST", "/api/3.0/mlflow/scorers/register"), ("POST", "/api/2.0/mlflow/webhooks"), ("POST", "/api/3.0/mlflow/datasets/create"),
                                          ("POST", "/api/2.0/mlflow/artifacts/presigned-upload-url"), ("GET", "/ajax-api/2.0/mlflow/nothing"), ("DELETE", "/api/2.0/mlflow/nothing")])
def test_is_told_plainly(rest, method, path):
    status, answer = rest(method, path, {}, prefix="")
    assert status == 404
    assert answer["error_code"] == "ENDPOINT_NOT_FOUND"
    assert "not served" in answer["message"]


def test_a_traced_function_still_works(name):
    mlflow.set_experiment(name)

    @mlflow.trace
    def double(x):
        return 2 * x

    assert double(4) == 8
    if hasattr(mlflow, "flush_trace_async_logging"):
        mlflow.flush_trace_async_logging()


def test_looking_for_traces_says_why(experiment):
    client = mlflow.MlflowClient()
    with pytest.raises(MlflowException) as caught:
        if int(mlflow.__version__.split(".")[0]) >= 3:
            client.search_traces(locations=[experiment])
        else:
            client.search_traces([experiment])
    assert "not served" in str(caught.value)
