"""Experiments: made, renamed, deleted, restored, tagged, searched."""
import time

import mlflow
import pytest
from mlflow.entities import ViewType


def test_create_and_get(client, name):
    made = client.create_experiment(name, tags={"team": "red", "empty": ""})
    found = client.get_experiment(made)
    assert (found.name, found.lifecycle_stage, found.experiment_id) == (name, "active", made)
    assert {k: found.tags[k] for k in ("team", "empty")} == {"team": "red", "empty": ""}
    assert found.artifact_location.startswith("mlflow-artifacts:/")
    assert abs(found.creation_time - time.time() * 1000) < 60_000
    assert client.get_experiment_by_name(name).experiment_id == made
    assert client.get_experiment_by_name("no such " + name) is None


def test_default_experiment_is_there(client):
    assert client.get_experiment("0").name == "Default"


def test_names_are_taken_once(client, name, refused):
    made = client.create_experiment(name)
    with refused("RESOURCE_ALREADY_EXISTS", f"Experiment(name={name}) already exists"):
        client.create_experiment(name)
    client.delete_experiment(made)
    with refused("RESOURCE_ALREADY_EXISTS"):
        client.create_experiment(name)


def test_rename(client, experiment, name, refused):
    before = client.get_experiment(experiment).last_update_time
    time.sleep(0.01)
    client.rename_experiment(experiment, name + " é new")
    found = client.get_experiment(experiment)
    assert found.name == name + " é new"
    assert found.last_update_time > before
    other = client.create_experiment(name)
    with refused("RESOURCE_ALREADY_EXISTS or BAD_REQUEST"):  # the stock server says the second
        client.rename_experiment(other, name + " é new")


def test_delete_takes_the_runs_along_and_restore_brings_them_back(client, experiment, refused):
    run = client.create_run(experiment)
    client.delete_experiment(experiment)
    assert client.get_experiment(experiment).lifecycle_stage == "deleted"
    assert client.get_run(run.info.run_id).info.lifecycle_stage == "deleted"
    with refused("INVALID_PARAMETER_VALUE", "active"):
        client.create_run(experiment)
    with refused("RESOURCE_DOES_NOT_EXIST", "No Experiment with id="):
        client.delete_experiment(experiment)
    client.restore_experiment(experiment)
    assert client.get_experiment(experiment).lifecycle_stage == "active"
    assert client.get_run(run.info.run_id).info.lifecycle_stage == "active"
    with refused("RESOURCE_DOES_NOT_EXIST"):
        client.delete_experiment("999999999")


def test_tags(client, experiment, refused):
    client.set_experiment_tag(experiment, "a/b c", "1")
    client.set_experiment_tag(experiment, "a/b c", "2")
    client.set_experiment_tag(experiment, "long", "x" * 5000)
    assert client.get_experiment(experiment).tags["a/b c"] == "2"
    if hasattr(client, "delete_experiment_tag"):  # since version 3
        client.delete_experiment_tag(experiment, "a/b c")
        assert "a/b c" not in client.get_experiment(experiment).tags
        with refused("RESOURCE_DOES_NOT_EXIST"):
            client.delete_experiment_tag(experiment, "a/b c")
    with refused("INVALID_PARAMETER_VALUE", "exceeds the maximum length"):
        client.set_experiment_tag(experiment, "k" * 251, "1")
    with refused("INVALID_PARAMETER_VALUE", "exceeds the maximum length"):
        client.set_experiment_tag(experiment, "k", "v" * 20_001)


@pytest.fixture
def three(client, name):
    ids = []
    for letter in "abc":
        ids.append(client.create_experiment(f"{name}-{letter}", tags={"mark": name, "letter": letter.upper(), "half": letter} if letter != "c" else {"mark": name}))
        time.sleep(0.005)
    return ids


@pytest.mark.parametrize("filter, letters", [
    ("name = 'N-a'", "a"), ("name != 'N-a' AND tags.mark = 'N'", "cb"), ("name LIKE 'N-%'", "cba"), ("name LIKE 'n-%'", ""), ("name ILIKE 'N-A'", "a"),
    ("attribute.name = 'N-b'", "b"), ("tags.letter = 'A'", "a"), ("tag.`letter` != 'A' AND tag.mark = 'N'", "b"), ("tags.\"letter\" ILIKE 'b' AND tags.mark = 'N'", "b"),
    ("creation_time > 0 AND tags.mark = 'N'", "cba"), ("last_update_time < 1000 AND tags.mark = 'N'", ""),
])
def test_search(client, three, name, filter, letters):
    found = client.search_experiments(filter_string=filter.replace("N-A", name.upper() + "-A").replace("N-", name + "-").replace("'N'", f"'{name}'").replace("n-%", name.upper() + "-%"))
    mine = [e for e in found if e.name.startswith(name)]
    assert "".join(e.name[-1] for e in mine) == letters


def test_search_by_a_missing_tag(client, three, name):
    assert [e.name[-1] for e in client.search_experiments(filter_string=f"tags.half IS NULL AND tags.mark = '{name}'")] == ["c"]
    assert [e.name[-1] for e in client.search_experiments(filter_string=f"tags.half is not null AND tags.mark = '{name}'")] == ["b", "a"]


def test_search_orders_and_pages(client, three, name):
    def letters(**more):
        return "".join(e.name[-1] for e in client.search_experiments(filter_string=f"name LIKE '{name}-%'", **more))

    assert letters() == "cba"
    assert letters(order_by=["name"]) == "abc"
    assert letters(order_by=["name DESC"]) == "cba"
    assert letters(order_by=["creation_time ASC"]) == "abc"
    assert letters(order_by=["attribute.experiment_id desc"]) == "cba"
    first = client.search_experiments(filter_string=f"name LIKE '{name}-%'", max_results=2)
    rest = client.search_experiments(filter_string=f"name LIKE '{name}-%'", max_results=2, page_token=first.token)
    assert [len(first), len(rest), rest.token or None] == [2, 1, None]


def test_search_by_stage(client, three, name):
    client.delete_experiment(three[1])
    where = f"name LIKE '{name}-%'"
    assert [e.name[-1] for e in client.search_experiments(filter_string=where)] == ["c", "a"]
    assert [e.name[-1] for e in client.search_experiments(ViewType.DELETED_ONLY, filter_string=where)] == ["b"]
    assert len(client.search_experiments(ViewType.ALL, filter_string=where)) == 3


@pytest.mark.parametrize("filter", ["name > 'a'", "nam = 'a'", "name = 'a' OR name = 'b'", "name = 1", "metrics.a > 1", "creation_time LIKE '1'", "name ="])
def test_search_refuses(client, refused, filter):
    with refused("INVALID_PARAMETER_VALUE"):
        client.search_experiments(filter_string=filter)


def test_search_limits(client, refused):
    for limit in (0, -1, 50_001):
        with refused("INVALID_PARAMETER_VALUE"):
            client.search_experiments(max_results=limit)
    with refused("INVALID_PARAMETER_VALUE"):
        client.search_experiments(page_token="nonsense!")


def test_set_experiment_of_the_fluent_api(name):
    first = mlflow.set_experiment(name)
    assert mlflow.set_experiment(name).experiment_id == first.experiment_id
    with mlflow.start_run() as run:
        assert run.info.experiment_id == first.experiment_id
