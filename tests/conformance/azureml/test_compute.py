"""Compute targets"""
import pytest
from azure.ai.ml.entities import AmlCompute
from azure.core.exceptions import HttpResponseError, ResourceNotFoundError


def cluster(name, **settings):
    return AmlCompute(name=name, size="STANDARD_NC6", min_instances=0, max_instances=2, idle_time_before_scale_down=120, **settings)


def test_a_cluster_is_made_found_and_deleted(ml):
    made = ml.compute.begin_create_or_update(cluster("conf-cluster")).result()
    assert made.provisioning_state == "Succeeded"
    found = ml.compute.get("conf-cluster")
    assert (found.type, found.max_instances, found.idle_time_before_scale_down) == ("amlcompute", 2, 120)
    assert "conf-cluster" in [c.name for c in ml.compute.list()]
    ml.compute.begin_delete("conf-cluster").wait()
    with pytest.raises(ResourceNotFoundError):
        ml.compute.get("conf-cluster")


def test_an_update_is_polled_as_azures(ml, service):
    ml.compute.begin_create_or_update(cluster("conf-polled")).result()
    poller = ml.compute.begin_create_or_update(AmlCompute(name="conf-polled", size="STANDARD_NC6", min_instances=0, max_instances=1))
    poller.result()
    assert poller.status() == "Succeeded"
    assert ml.compute.get("conf-polled").max_instances == 1
    trace = (service.folder.parent / "trace.txt").read_text()
    assert '"status":"InProgress"' in trace


def test_nodes_sizes_and_usage(ml):
    ml.compute.begin_create_or_update(cluster("conf-nodes")).result()
    assert list(ml.compute.list_nodes("conf-nodes")) == []
    sizes = {s.name: s for s in ml.compute.list_sizes()}
    assert sizes and all((getattr(s, "vCPUs", None) or s.v_cp_us) >= 1 for s in sizes.values())  # newer clients keep the wire's name
    usages = list(ml.compute.list_usage())
    assert usages and all(u.limit is not None for u in usages)


def test_start_and_stop_belong_to_other_kinds(ml):
    ml.compute.begin_create_or_update(cluster("conf-still")).result()
    for call in (ml.compute.begin_stop, ml.compute.begin_start):
        with pytest.raises(HttpResponseError) as refused:
            call("conf-still").wait()
        assert "conf-still" in str(refused.value)


def test_bad_names_are_refused_with_a_sentence(ml):
    with pytest.raises(HttpResponseError) as refused:
        ml.compute.begin_create_or_update(cluster("1")).result()
    assert "2" in str(refused.value) and "16" in str(refused.value)
