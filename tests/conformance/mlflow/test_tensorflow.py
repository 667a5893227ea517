"""A Keras network: autologged, kept, registered, loaded again."""
import os

import mlflow
import numpy as np
import pytest

os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
tensorflow = pytest.importorskip("tensorflow")
THREE = int(mlflow.__version__.split(".")[0]) >= 3


@pytest.fixture(scope="module")
def fitted(tracking):
    """A fit of three epochs under mlflow.tensorflow.autolog(): (run, network, data)."""
    rng = np.random.default_rng(1)
    x = rng.random((256, 8), dtype=np.float32)
    y = (x.sum(axis=1) > 4).astype(np.float32)
    experiment = mlflow.set_experiment("keras-" + rng.bytes(4).hex() + os.urandom(3).hex())
    mlflow.tensorflow.autolog(log_models=True, log_every_epoch=True)
    network = tensorflow.keras.Sequential([tensorflow.keras.layers.Input((8,)), tensorflow.keras.layers.Dense(16, "relu"), tensorflow.keras.layers.Dense(1, "sigmoid")])
    network.compile("adam", "binary_crossentropy", metrics=["accuracy"])
    with mlflow.start_run() as run:
        network.fit(x, y, epochs=3, batch_size=32, validation_split=0.25, verbose=0)
    mlflow.tensorflow.autolog(disable=True)
    return mlflow.MlflowClient().get_run(run.info.run_id), network, x


def test_what_autolog_keeps(fitted, client):
    run, _, _ = fitted
    assert run.info.status == "FINISHED"
    assert {"epochs": "3", "batch_size": "32", "opt_name": "adam"}.items() <= run.data.params.items()
    for key in ("loss", "accuracy", "val_loss", "val_accuracy"):
        history = client.get_metric_history(run.info.run_id, key)
        assert [m.step for m in history] == [0, 1, 2], key
    assert "model_summary.txt" in [f.path for f in client.list_artifacts(run.info.run_id)]
    assert run.inputs.dataset_inputs[0].dataset.digest
    assert any(f.path.startswith("tensorboard_logs") for f in client.list_artifacts(run.info.run_id))


def test_the_model_of_the_run(fitted):
    run, network, x = fitted
    loaded = mlflow.pyfunc.load_model(f"runs:/{run.info.run_id}/model")
    np.testing.assert_allclose(np.asarray(loaded.predict(x)), network.predict(x, verbose=0), rtol=1e-4)


def test_registered_and_loaded(fitted, client, name):
    run, network, x = fitted
    made = mlflow.register_model(f"runs:/{run.info.run_id}/model", name)
    client.set_registered_model_alias(name, "champion", made.version)
    wanted = network.predict(x, verbose=0)
    for uri in (f"models:/{name}/{made.version}", f"models:/{name}@champion"):
        np.testing.assert_allclose(np.asarray(mlflow.pyfunc.load_model(uri).predict(x)), wanted, rtol=1e-4)
    again = mlflow.tensorflow.load_model(f"models:/{name}/{made.version}")
    np.testing.assert_allclose(again.predict(x, verbose=0), wanted, rtol=1e-4)
    client.delete_run(run.info.run_id)
    mlflow.pyfunc.load_model(f"models:/{name}/{made.version}").predict(x)
    client.restore_run(run.info.run_id)


def test_checkpoints(fitted, name, tmp_path):
    mlflow.set_experiment(name)
    _, network, x = fitted
    with mlflow.start_run() as run:
        network.fit(x, x.sum(axis=1) > 4, epochs=2, verbose=0, callbacks=[mlflow.tensorflow.MlflowModelCheckpointCallback(monitor="loss", mode="min", save_best_only=False, save_weights_only=False)])
    loaded = mlflow.tensorflow.load_checkpoint(run_id=run.info.run_id)
    assert loaded.predict(x, verbose=0).shape == (256, 1)
