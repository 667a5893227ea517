"""Histories of metrics."""
import mlflow
import pytest
from mlflow.entities import Metric


def test_history_is_whole_and_in_order(client, run):
    id = run.info.run_id
    points = [(i * 0.5, 1000 + i, i) for i in range(2500)]
    for start in range(0, 2500, 1000):
        client.log_batch(id, [Metric("x", *p) for p in points[start:start + 1000]])
    found = client.get_metric_history(id, "x")
    assert [(m.value, m.timestamp, m.step) for m in found] == points
    assert len(client.get_metric_history(id, "none")) == 0


def test_pages(rest, client, run):
    id = run.info.run_id
    client.log_batch(id, [Metric("x", i, 1000 + i, i) for i in range(25)])
    seen, token, pages = [], None, 0
    while token != "":
        query = {"run_id": id, "metric_key": "x", "max_results": 10, **({"page_token": token} if token else {})}
        status, answer = rest("GET", "metrics/get-history", query=query)
        assert status == 200
        seen += [m["step"] for m in answer["metrics"]]
        token = answer.get("next_page_token", "")
        pages += 1
    assert (seen, pages) == (list(range(25)), 3)


def bulk(rest, ids, **more):
    status, answer = rest("GET", "metrics/get-history-bulk-interval", query={"run_ids": ids, "metric_key": "x", **more})
    return status, answer.get("metrics", answer)


def test_bulk_interval(rest, client, experiment):
    ids = []
    for length in (100, 10, 0):
        run = client.create_run(experiment).info.run_id
        client.log_batch(run, [Metric("x", i / 2, 1000 + i, i) for i in range(length)])
        ids.append(run)
    status, all = bulk(rest, ids)
    assert status == 200
    assert [(m["run_id"], m["step"]) for m in all] == [(ids[0], i) for i in range(100)] + [(ids[1], i) for i in range(10)]
    status, some = bulk(rest, ids, max_results=5)
    first = [m["step"] for m in some if m["run_id"] == ids[0]]
    assert len(first) == 5 and first[0] == 0 and first[-1] == 99 and first == sorted(first)
    assert 2 <= len([m for m in some if m["run_id"] == ids[1]]) <= 5
    status, part = bulk(rest, ids[:1], start_step=10, end_step=19)
    assert [m["step"] for m in part] == list(range(10, 20))
    status, one = bulk(rest, ids[:1], max_results=1)
    assert [m["step"] for m in one] == [99]


@pytest.mark.parametrize("more", [{"start_step": 1}, {"end_step": 1}, {"start_step": 9, "end_step": 1}, {"max_results": 0}, {"max_results": 2501}])
def test_bulk_interval_refuses(rest, run, more):
    status, answer = bulk(rest, [run.info.run_id], **more)
    assert (status, answer["error_code"]) == (400, "INVALID_PARAMETER_VALUE")


def test_bulk_interval_of_too_many_or_none(rest, run):
    assert bulk(rest, [run.info.run_id] * 101)[0] == 400
    assert bulk(rest, [])[0] == 400


def test_bulk_of_the_web_page(rest, client, run):
    client.log_batch(run.info.run_id, [Metric("x", i, 1000 + i, i) for i in range(20)])
    status, answer = rest("GET", "metrics/get-history-bulk", query={"run_id": [run.info.run_id], "metric_key": "x", "max_results": 7}, prefix="/ajax-api/2.0/mlflow/")
    assert status == 200
    assert [m["step"] for m in answer["metrics"]] == list(range(7))
    assert answer["metrics"][0]["run_id"] == run.info.run_id
