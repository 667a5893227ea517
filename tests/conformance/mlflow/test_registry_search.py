"""Looking for registered models and versions."""
import time

import mlflow
import pytest


@pytest.fixture(scope="module")
def found(tracking):
    """Models P-a, P-b, P-C; P-a has three versions, P-b one."""
    client = mlflow.MlflowClient()
    prefix = "rs" + mlflow.utils.time.get_current_time_millis().__str__()
    experiment = client.create_experiment(prefix)
    runs = {}
    for letter, team in (("a", "red"), ("b", "Red"), ("C", None)):
        client.create_registered_model(f"{prefix}-{letter}", tags={"team": team, "half": "x y"} if team else {})
        time.sleep(0.005)
    for letter in "aaab":
        run = client.create_run(experiment)
        runs.setdefault(letter, []).append(run.info.run_id)
        client.create_model_version(f"{prefix}-{letter}", f"runs:/{run.info.run_id}/model", run.info.run_id, tags={"number": str(len(runs[letter]))})
        time.sleep(0.005)
    return client, prefix, runs


@pytest.mark.parametrize("filter, wanted", [
    ("name = 'P-a'", "a"), ("name LIKE 'P-%'", "Cab"), ("name ILIKE 'P-c'", "C"), ("name LIKE 'P-c'", ""), ("name != 'P-a' AND name LIKE 'P-%'", "Cb"), ("attribute.name = 'P-b'", "b"),
    ("tags.team = 'red' AND name LIKE 'P-%'", "a"), ("tag.team ILIKE 'RED' AND name LIKE 'P-%'", "ab"), ("tags.`half` = 'x y' AND name LIKE 'P-%'", "ab"), ("tags.\"team\" != 'red' AND name LIKE 'P-%'", "b"),
    ("tags.team LIKE '%ed' and name like 'P-%'", "ab"), ("name = \"P-a\"", "a"), ("name IN ('P-a', 'P-C')", "Ca"), ("name NOT IN ('P-a') AND name LIKE 'P-%'", "Cb"),
])
def test_models(found, filter, wanted):
    client, prefix, _ = found
    models = client.search_registered_models(filter.replace("P-", prefix + "-"))
    assert "".join(m.name[-1] for m in models) == wanted


@pytest.mark.parametrize("filter", ["name > 'a'", "name = 1", "title = 'a'", "name = 'a' OR name = 'b'", "metrics.a > 1", "tags.a > '1'", "tags.a IS NULL"])
def test_models_refused(client, refused, filter):
    with refused("INVALID_PARAMETER_VALUE"):
        client.search_registered_models(filter)


def test_models_in_order_and_pages(found, refused):
    client, prefix, _ = found
    where = f"name LIKE '{prefix}-%'"

    def letters(**more):
        return "".join(m.name[-1] for m in client.search_registered_models(where, **more))

    assert letters() == "Cab"
    assert letters(order_by=["name DESC"]) == "baC"
    assert letters(order_by=["timestamp ASC"]) == "Cab"
    assert letters(order_by=["last_updated_timestamp desc", "name"]) == "baC"
    first = client.search_registered_models(where, max_results=2)
    second = client.search_registered_models(where, max_results=2, page_token=first.token)
    assert (len(first), [m.name[-1] for m in second], second.token or None) == (2, ["b"], None)
    latest = {m.name[-1]: [str(v.version) for v in m.latest_versions] for m in client.search_registered_models(where)}
    assert latest == {"C": [], "a": ["3"], "b": ["1"]}
    with refused("INVALID_PARAMETER_VALUE"):
        client.search_registered_models(order_by=["creator"])
    with refused("INVALID_PARAMETER_VALUE", "max_results"):
        client.search_registered_models(max_results=1001)


@pytest.mark.parametrize("filter, wanted", [
    ("name = 'P-a'", "a3 a2 a1"), ("name LIKE 'P-%'", "b1 a3 a2 a1"), ("name ILIKE 'P-B'", "b1"), ("name = 'P-a' AND version_number > 1", "a3 a2"), ("version_number = 1 AND name LIKE 'P-%'", "b1 a1"),
    ("name = 'P-a' and version_number != 2", "a3 a1"), ("tags.number = '2' AND name LIKE 'P-%'", "a2"), ("tag.`number` != '1' AND name LIKE 'P-%'", "a3 a2"), ("name = 'P-a' AND version_number <= 2", "a2 a1"),
    ("source_path LIKE 'runs:/%' AND name = 'P-b'", "b1"), ("name = 'P-C'", ""), ("name = 'P-a' AND tags.number LIKE '%3'", "a3"),
])
def test_versions(found, filter, wanted):
    client, prefix, _ = found
    versions = client.search_model_versions(filter.replace("P-", prefix + "-"))
    assert " ".join(f"{v.name[-1]}{v.version}" for v in versions) == wanted


def test_versions_by_run(found):
    client, prefix, runs = found
    assert [str(v.version) for v in client.search_model_versions(f"run_id = '{runs['a'][1]}'")] == ["2"]
    some = client.search_model_versions(f"run_id IN ('{runs['a'][0]}', '{runs['b'][0]}')")
    assert sorted(v.name[-1] for v in some) == ["a", "b"]


@pytest.mark.parametrize("filter", ["version_number > 'x'", "version_number > 1.5", "name > 'a'", "title = 'a'", "run_id = 5", "source_path IN ('a')", "name = 'a' OR name = 'b'"])
def test_versions_refused(client, refused, filter):
    with refused("INVALID_PARAMETER_VALUE"):
        client.search_model_versions(filter)


def test_versions_in_order_and_pages(found, refused):
    client, prefix, _ = found
    where = f"name LIKE '{prefix}-%'"

    def order(*by):
        return " ".join(f"{v.name[-1]}{v.version}" for v in client.search_model_versions(where, order_by=list(by)))

    assert order("name ASC", "version_number ASC") == "a1 a2 a3 b1"
    assert order("version_number DESC") == "a3 a2 a1 b1"
    assert order("creation_timestamp") == "a1 a2 a3 b1"
    first = client.search_model_versions(where, max_results=3)
    second = client.search_model_versions(where, max_results=3, page_token=first.token)
    assert (len(first), len(second), second.token or None) == (3, 1, None)
    with refused("INVALID_PARAMETER_VALUE"):
        client.search_model_versions(where, order_by=["run_id"])
    with refused("INVALID_PARAMETER_VALUE"):
        client.search_model_versions(where, max_results=200_001)


def test_prompts_do_not_mix_with_models(client, name):
    if int(mlflow.__version__.split(".")[0]) < 3:
        pytest.skip("the client has prompts since version 3")
    mlflow.genai.register_prompt(name, "Say {{word}}", commit_message="first")
    mlflow.genai.register_prompt(name, "Say {{word}} twice")
    mlflow.genai.set_prompt_alias(name, "good", 1)
    assert mlflow.genai.load_prompt(f"prompts:/{name}/2").format(word="x") == "Say x twice"
    assert mlflow.genai.load_prompt(f"prompts:/{name}@good").version == 1
    assert [p.name for p in mlflow.genai.search_prompts(f"name = '{name}'")] == [name]
    assert client.search_registered_models(f"name = '{name}'") == []
