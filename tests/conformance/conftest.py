"""What every client's cases stand on: a real service on a data folder of its own, the environment a user would set, and a record of outcomes."""
import json
import os
import pathlib
import signal
import subprocess
import sys
import time
import types

import pytest

OUT = pathlib.Path(os.environ["RUNYARD_OUT"])
BIN = pathlib.Path(os.environ["RUNYARD_BIN"])


def start_service(folder, *options):
    """Starts runyardd and waits for service.json; .process is the parent of the two."""
    process = subprocess.Popen([BIN / "runyardd", "--data", folder, *options], stderr=open(OUT / "service.log", "a"))
    until = time.monotonic() + 20
    while not (folder / "service.json").exists():
        if process.poll() is not None or time.monotonic() > until:
            raise RuntimeError("the service did not start: " + (OUT / "service.log").read_text()[-500:])
        time.sleep(0.02)
    return types.SimpleNamespace(**json.loads((folder / "service.json").read_text()), folder=folder, process=process)


@pytest.fixture(scope="session")
def service():
    folder = OUT / "workspace"
    started = start_service(folder, "--trace", OUT / "trace.txt")
    point_tools_at(started)
    yield started
    started.process.send_signal(signal.SIGTERM)
    started.process.wait(30)


def point_tools_at(service):
    """Environment variables only: what the window's “Connect tools” page shows to paste."""
    os.environ.update({
        "MLFLOW_TRACKING_URI": service.mlflow_url, "MLFLOW_TRACKING_TOKEN": service.token,
        "ARM_CLOUD_METADATA_URL": service.tls_url + "/metadata/endpoints?api-version=2022-09-01",
        "REQUESTS_CA_BUNDLE": service.ca_file, "SSL_CERT_FILE": service.ca_file,
        "IDENTITY_ENDPOINT": service.url + "/runyard/v1/identity", "IDENTITY_HEADER": service.token,
    })


@pytest.fixture
def scratch(tmp_path):
    return tmp_path


def pytest_runtest_makereport(item, call):
    """One line per case in results.jsonl. The area is the first line of the module's docstring."""
    if call.when == "call" or (call.when == "setup" and call.excinfo):
        skipped = call.excinfo is not None and call.excinfo.errisinstance(pytest.skip.Exception)
        outcome = "passed" if call.excinfo is None else "skipped" if skipped else "failed"
        area = (sys.modules[item.module.__name__].__doc__ or item.module.__name__).splitlines()[0].rstrip(".")
        why = "" if call.excinfo is None else str(call.excinfo.value) if skipped else str(call.excinfo.getrepr(style="short"))
        with open(OUT / "results.jsonl", "a") as results:
            results.write(json.dumps({"area": area, "case": item.name, "outcome": outcome, "seconds": round(call.duration, 2), "why": why[-4000:]}) + "\n")
