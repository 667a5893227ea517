"""The grammar of search_runs."""
import mlflow
import numpy as np
import pandas as pd
import pytest
from mlflow.entities import DatasetInput, InputTag, Metric, Param, ViewType


@pytest.fixture(scope="module")
def four(tracking):
    """Runs a to d; each has what the others have not."""
    client = mlflow.MlflowClient()
    experiment = client.create_experiment("search-" + np.random.default_rng().bytes(5).hex())
    ids = {}

    def make(letter, start, metrics, params, tags):
        run = client.create_run(experiment, start_time=start, run_name="run-" + letter, tags={"mlflow.user": "ada" if letter == "a" else "bob", **tags})
        client.log_batch(run.info.run_id, [Metric(k, v, 1, 0) for k, v in metrics.items()], [Param(k, v) for k, v in params.items()])
        ids[letter] = run.info.run_id

    make("a", 1000, {"acc": 0.5, "loss": -2, "m/x y": 1}, {"lr": "0.1", "opt.name": "adam", "p q": "1"}, {"team": "red"})
    make("b", 2000, {"acc": 0.9}, {"lr": "0.1"}, {"team": "Red"})
    make("c", 3000, {"val acc": 1}, {"lr": "0.2"}, {"note": "it's"})
    make("d", 4000, {"acc": float("nan")}, {}, {"team": "100%_x"})
    client.set_terminated(ids["b"], "FINISHED", 9000)
    client.set_terminated(ids["c"], "KILLED")
    for letter, dataset, context in (("a", "train-set", "training"), ("b", "eval set", "evaluation"), ("b", "train-set", "training")):
        data = mlflow.data.from_pandas(pd.DataFrame({"x": [1, 2] if dataset == "train-set" else [3]}), name=dataset)
        client.log_inputs(ids[letter], [DatasetInput(data._to_mlflow_entity(), [InputTag("mlflow.data.context", context)])])
    return client, experiment, ids


def letters(four, found):
    names = {v: k for k, v in four[2].items()}
    return "".join(names[r.info.run_id] for r in found)


@pytest.mark.parametrize("filter, wanted", [
    ("", "dcba"),
    ("metrics.acc > 0.5", "b"), ("metric.acc >= 0.5 AND metrics.acc < 0.9", "a"), ("metrics.loss > -1e3", "a"), ("metrics.loss = -2.0", "a"), ("metrics.acc <= 0.5", "a"),
    ("metrics.`val acc` = 1", "c"), ('metrics."val acc" = 1', "c"), ("metrics.`m/x y` = 1", "a"), ("`metrics`.acc = 0.9", "b"),
    ("params.lr = '0.1'", "ba"), ('parameters.lr = "0.1"', "ba"), ("param.lr != '0.1'", "c"), ("params.opt.name = 'adam'", "a"), ("params.`opt.name` LIKE 'ad%'", "a"),
    ('params."p q" = "1"', "a"), ("params.lr ILIKE '0.1'", "ba"),
    ("tags.team LIKE 'r%'", "a"), ("tag.team ilike 'R%'", "ba"), ("tags.team != 'red'", "db"), ("tags.`mlflow.user` = 'ada'", "a"), ("tags.team LIKE '100%'", "d"), ("tags.team LIKE '%_x'", "d"),
    ("attributes.status = 'FINISHED'", "b"), ("status = 'KILLED'", "c"), ("attribute.status != 'RUNNING'", "cb"), ("run.status LIKE 'RUN%'", "da"),
    ("run_name LIKE '%c'", "c"), ("attributes.run_name = 'run-a'", "a"), ("attributes.`run name` = 'run-a'", "a"), ("run_name ILIKE 'RUN-%'", "dcba"),
    ("start_time >= 3000", "dc"), ("attributes.created < 2000", "a"), ("end_time = 9000", "b"), ("attributes.start_time != 1000", "dcb"),
    ("user_id = 'ada'", "a"),
    ("metrics.acc > 0.1 and params.lr = '0.1' AND tags.team = 'Red'", "b"), ("metrics.acc > 0.5 AND params.lr = '7'", ""), ("params.none = '1'", ""), ("tags.none != '1'", ""),
    ("dataset.name = 'train-set'", "ba"), ("datasets.name LIKE 'eval%'", "b"), ("dataset.context = 'evaluation'", "b"), ("dataset.name IN ('eval set', 'x')", "b"),
    ("dataset.name != 'train-set'", "b"),
])
def test_filter(four, filter, wanted):
    client, experiment, _ = four
    assert letters(four, client.search_runs([experiment], filter)) == wanted


def test_lists_of_ids(four):
    client, experiment, ids = four
    assert letters(four, client.search_runs([experiment], f"run_id IN ('{ids['a']}', '{ids['c']}')")) == "ca"
    assert letters(four, client.search_runs([experiment], f"attributes.run_id NOT IN ('{ids['a']}', \"{ids['c']}\")")) == "db"
    assert letters(four, client.search_runs([experiment], f"run_id = '{ids['b']}'")) == "b"
    digest = client.get_run(ids["a"]).inputs.dataset_inputs[0].dataset.digest
    assert letters(four, client.search_runs([experiment], f"dataset.digest = '{digest}'")) == "ba"


@pytest.mark.parametrize("filter, wanted", [("params.lr IS NULL", "d"), ("tags.team is not null", "dba"), ("params.lr IS NOT NULL AND tags.team IS NULL", "c"), ("metrics.acc != 0.5", "db")])
def test_missing_keys(four, filter, wanted):
    client, experiment, _ = four
    assert letters(four, client.search_runs([experiment], filter)) == wanted


@pytest.mark.parametrize("filter, words", [
    ("metrics.acc > 0.5 OR metrics.acc < 0.1", "Invalid clause(s) in filter string"), ("metrics.acc > '0.5'", "Expected numeric value type for metric"), ("params.lr = 0.1", "Expected a quoted string value"),
    ("attributes.lifecycle_stage = 'a'", "Invalid attribute key 'lifecycle_stage' specified"), ("attributes.status IN ('FINISHED')", "support"), ("metrics.acc LIKE 'a'", ""),
    ("params.lr > '0.1'", "Invalid comparator"), ("what.lr = '1'", "Invalid entity type 'what'"), ("params.lr", ""), ("tags.a IN ('a')", ""), ("dataset.size = '1'", "Invalid dataset key"),
    ("start_time = '10'", "Expected numeric value type"), ("params.a = '1'; params.b = '2'", "multiple expression"), ("params.a = abc", ""), ("NOT params.a = '1'", ""), ("run_id IN ()", ""),
    ("run_id IN (1, 2)", ""),
])
def test_refused(four, refused, filter, words):
    client, experiment, _ = four
    with refused("INVALID_PARAMETER_VALUE", words):
        client.search_runs([experiment], filter)


@pytest.mark.parametrize("order, wanted", [
    (["metrics.acc"], "abdc"), (["metrics.acc DESC"], "badc"), (["params.lr ASC"], "bacd"), (["params.lr desc", "start_time ASC"], "cabd"), (["start_time"], "abcd"), (["attributes.start_time DESC"], "dcba"),
    (["tags.team"], "dbac"), (["run_name DESC"], "dcba"), (["metrics.`val acc`"], "cdba"), (["attribute.end_time DESC"], None), (["status", "run_name"], None),
])
def test_order(four, order, wanted):
    client, experiment, _ = four
    found = letters(four, client.search_runs([experiment], order_by=order))
    assert sorted(found) == list("abcd")
    if wanted:
        assert found == wanted


@pytest.mark.parametrize("order", [["metrics.acc UP"], ["lifecycle_stage"], ["acc DESC NULLS"], ["nothing.acc"]])
def test_order_refused(four, refused, order):
    client, experiment, _ = four
    with refused("INVALID_PARAMETER_VALUE"):
        client.search_runs([experiment], order_by=order)


def test_pages(client, name):
    experiment = client.create_experiment(name)
    ids = [client.create_run(experiment, start_time=1000 + i).info.run_id for i in range(10)]
    seen, sizes, token = [], [], None
    while True:
        page = client.search_runs([experiment], max_results=4, page_token=token)
        sizes.append(len(page))
        seen += [r.info.run_id for r in page]
        token = page.token
        if not token:
            break
    assert seen == ids[::-1]
    assert sizes == [4, 4, 2]


def test_stages_and_experiments(client, name, refused):
    experiments = [client.create_experiment(f"{name}-{i}") for i in range(2)]
    runs = [client.create_run(e, start_time=i + 1).info.run_id for i, e in enumerate(experiments)]
    gone = client.create_run(experiments[0], start_time=5).info.run_id
    client.delete_run(gone)
    both = client.search_runs(experiments, order_by=["start_time"])
    assert [r.info.run_id for r in both] == runs
    assert [r.info.run_id for r in client.search_runs(experiments, run_view_type=ViewType.DELETED_ONLY)] == [gone]
    assert len(client.search_runs(experiments, run_view_type=ViewType.ALL)) == 3
    assert list(client.search_runs([])) == []
    with refused("INVALID_PARAMETER_VALUE", "max_results"):
        client.search_runs(experiments, max_results=50_001)


def test_as_a_table(four):
    _, experiment, ids = four
    table = mlflow.search_runs([experiment], "params.lr = '0.1'", order_by=["metrics.acc DESC"])
    assert list(table["run_id"]) == [ids["b"], ids["a"]]
    assert list(table["metrics.acc"]) == [0.9, 0.5]
    assert list(table["tags.team"]) == ["Red", "red"]
