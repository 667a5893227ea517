"""Requests that are wrong, and the words for it."""
import pytest


@pytest.mark.parametrize("path, body, words", [
    ("runs/log-metric", {"run_id": 31, "key": "a", "value": 1, "timestamp": 1}, "Invalid value 31 for parameter 'run_id' supplied"),
    ("runs/log-metric", {"run_id": "R", "key": "a", "value": 1, "timestamp": 1, "step": "foo"}, 'Invalid value "foo" for parameter \'step\' supplied'),
    ("runs/log-metric", {"run_id": "R", "value": 1, "timestamp": 1}, "Missing value for required parameter 'key'"),
    ("runs/log-batch", {"run_id": "R", "metrics": "foo"}, 'Invalid value "foo" for parameter \'metrics\' supplied'),
    ("runs/log-batch", {"run_id": "R", "metrics": [{"key": "a", "value": 1}]}, "Missing value for required parameter 'metrics[0].timestamp'"),
    ("runs/log-batch", {"run_id": "R", "metrics": [{"key": "a", "value": 1, "timestamp": 1}] * 1001}, "A batch logging request can contain at most 1000 metrics. Got 1001 metrics."),
    ("runs/log-batch", {"run_id": "R", "params": [{"key": f"p{i}", "value": "1"} for i in range(101)]}, "at most 100 params. Got 101 params."),
    ("runs/log-batch", {"run_id": "R", "tags": [{"key": f"p{i}", "value": "1"} for i in range(101)]}, "at most 100 tags. Got 101 tags."),
    ("runs/log-batch", {"run_id": "R", "metrics": [{"key": "a", "value": 1, "timestamp": 1}] * 901, "params": [{"key": f"p{i}", "value": "1"} for i in range(100)]}, "at most 1000 metrics, params, and tags. Got 1001"),
    ("runs/log-metric", {"run_id": "R", "key": "a", "value": 1, "timestamp": -1}, "Invalid value -1 for parameter 'timestamp' supplied"),
    ("experiments/create", {"name": 123}, "Invalid value 123 for parameter 'name'"),
    ("experiments/create", {"name": "x", "artifact_location": 9.0}, "Invalid value 9.0 for parameter 'artifact_location'"),
    ("experiments/create", {}, "Missing value for required parameter 'name'"),
    ("runs/search", {"experiment_ids": ["0"], "max_results": 123456789}, "Invalid value 123456789 for parameter 'max_results' supplied"),
    ("runs/search", {"experiment_ids": ["0"], "page_token": "x"}, "Invalid page token"),
    ("registered-models/create", {"name": ""}, "Missing value for required parameter 'name'"),
    ("registered-models/alias", {"name": "x", "alias": "y"}, "Missing value for required parameter 'version'"),
    ("model-versions/create", {"name": "x"}, "Missing value for required parameter 'source'"),
])
def test_words(rest, run, path, body, words):
    body = {k: run.info.run_id if v == "R" else v for k, v in body.items()}
    status, answer = rest("POST", path, body)
    assert (status, answer["error_code"]) == (400, "INVALID_PARAMETER_VALUE"), answer
    assert words in answer["message"], answer


def test_what_is_not_there(rest):
    for path, query in (("runs/get", {"run_id": "0" * 32}), ("experiments/get", {"experiment_id": "987654321"}), ("experiments/get-by-name", {"experiment_name": "no such"}),
                        ("registered-models/get", {"name": "no such"}), ("model-versions/get", {"name": "no such", "version": "1"})):
        status, answer = rest("GET", path, query=query)
        assert (status, answer["error_code"]) == (404, "RESOURCE_DOES_NOT_EXIST"), answer


def test_forms_of_a_request(service, rest, run):
    import requests

    url = service.url + "/api/2.0/mlflow/runs/set-tag"
    head = {"Authorization": f"Bearer {service.token}"}
    body = '{"run_uuid": "%s", "key": "a", "value": "1", "unknown": 3}' % run.info.run_id
    assert requests.post(url, data=body, headers={**head, "Content-Type": "application/json; charset=utf-8"}, timeout=30).status_code == 200
    assert requests.post(url, data=body, headers=head, timeout=30).json()["error_code"] == "INVALID_PARAMETER_VALUE"
    assert requests.post(url, data="{nonsense", headers={**head, "Content-Type": "application/json"}, timeout=30).status_code == 400
    for step in ("5", 5):
        assert rest("POST", "runs/log-metric", {"run_id": run.info.run_id, "key": "m", "value": 1, "timestamp": "7", "step": step})[0] == 200
    assert rest("POST", "runs/log-batch", {"run_id": run.info.run_id, "metrics": [{"key": "nan", "value": "NaN", "timestamp": 1}]})[0] == 200
    status, answer = rest("GET", "runs/get", query={"run_uuid": run.info.run_id})
    metrics = {m["key"]: m["value"] for m in answer["run"]["data"]["metrics"]}
    assert (status, answer["run"]["info"]["run_uuid"], metrics["nan"]) == (200, run.info.run_id, "NaN")
    assert isinstance(answer["run"]["info"]["start_time"], int)
