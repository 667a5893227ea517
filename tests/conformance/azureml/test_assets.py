"""Data, environments, models"""
import hashlib

import pytest
from azure.ai.ml.constants import AssetTypes
from azure.ai.ml.entities import Data, Environment, Model
from azure.core.exceptions import ResourceNotFoundError


def test_a_file_becomes_a_data_asset(ml, scratch):
    (scratch / "points.csv").write_text("x,y\n1,2\n")
    made = ml.data.create_or_update(Data(name="points", path=str(scratch / "points.csv"), type=AssetTypes.URI_FILE, description="Two columns"))
    assert made.version == "1"
    found = ml.data.get("points", label="latest")
    assert found.version == "1" and found.description == "Two columns" and found.path.endswith("points.csv")


def test_a_folder_becomes_versions(ml, scratch, service):
    folder = scratch / "images of cats"
    (folder / "sub").mkdir(parents=True)
    for i in range(12):
        (folder / "sub" / f"ä {i}.txt").write_text(str(i))
    first = ml.data.create_or_update(Data(name="cats", path=str(folder), type=AssetTypes.URI_FOLDER))
    (folder / "one more.txt").write_text("new")
    second = ml.data.create_or_update(Data(name="cats", path=str(folder), type=AssetTypes.URI_FOLDER))
    assert (first.version, second.version) == ("1", "2")
    assert sorted(v.version for v in ml.data.list("cats")) == ["1", "2"]
    assert len(list((service.folder / "data").rglob("ä *.txt"))) == 24
    ml.data.archive("cats", version="1")
    assert [v.version for v in ml.data.list("cats")] == ["2"]
    ml.data.restore("cats", version="1")


def test_an_environment_has_versions(ml):
    made = ml.environments.create_or_update(Environment(name="tf-env", image="mcr.microsoft.com/azureml/openmpi4.1.0-ubuntu20.04",
                                                        conda_file={"name": "e", "dependencies": ["python=3.11", {"pip": ["six"]}]}))
    assert made.version == "1"
    assert ml.environments.get("tf-env", label="latest").version == "1"
    assert "tf-env" in [e.name for e in ml.environments.list()]


def test_a_model_goes_up_and_comes_down_the_same(ml, scratch):
    folder = scratch / "my-model"
    folder.mkdir()
    content = hashlib.sha512(b"weights").digest() * 200_000
    (folder / "weights.bin").write_bytes(content)
    (folder / "about.txt").write_text("about")
    made = ml.models.create_or_update(Model(name="conf-model", path=str(folder), type=AssetTypes.CUSTOM_MODEL, tags={"kind": "test"}))
    assert made.version == "1"
    assert ml.models.get("conf-model", "1").tags == {"kind": "test"}
    ml.models.download("conf-model", "1", download_path=str(scratch / "down"))
    down = scratch / "down" / "conf-model" / "my-model"
    assert (down / "weights.bin").read_bytes() == content
    assert (down / "about.txt").read_text() == "about"


def test_what_is_not_there_is_not_found(ml):
    for get in (lambda: ml.models.get("nothing", "1"), lambda: ml.data.get("nothing", "1"), lambda: ml.environments.get("nothing", "1")):
        with pytest.raises(ResourceNotFoundError):
            get()
