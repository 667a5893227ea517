"""What is measured: each server a process of its own, on a free port of this machine, gone at the end."""
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import time
import urllib.request


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def tree_of(pid):
    """A process and all that came of it."""
    children = {}
    for entry in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            parent = int((entry / "stat").read_text().rsplit(")", 1)[1].split()[1])
        except OSError:
            continue
        children.setdefault(parent, []).append(int(entry.name))
    found = [pid]
    for one in found:
        found += children.get(one, [])
    return found


class Server:
    """A running program; `url` is where it answers, `token` what it wants to see."""
    token = ""

    def start(self, command, log, environment=None):
        self.began = time.monotonic()
        self.process = subprocess.Popen([str(word) for word in command], stdout=open(log, "a"), stderr=subprocess.STDOUT, env={**os.environ, **(environment or {})}, start_new_session=True)
        self.log = log

    def wait_for(self, is_there, seconds=120):
        """Looks until it is there; answers how long that took since the start."""
        while not is_there():
            if self.process.poll() is not None or time.monotonic() > self.began + seconds:
                raise RuntimeError(f"{self.process.args[0]} did not start: {pathlib.Path(self.log).read_text()[-800:]}")
            time.sleep(0.002)
        return time.monotonic() - self.began

    def answers(self, path):
        request = urllib.request.Request(self.url + path, headers={"Authorization": "Bearer " + self.token})
        try:
            return urllib.request.urlopen(request, timeout=5).status == 200
        except OSError:
            return False

    def megabytes(self):
        """Resident memory of all its processes; what they share is counted once."""
        kilobytes = 0
        for pid in tree_of(self.process.pid):
            try:
                kilobytes += int(re.search(r"^Pss:\s+(\d+)", pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text(), re.M).group(1))
            except OSError:
                continue
        return kilobytes * 1024 / 1e6

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()


class Runyard(Server):
    def __init__(self, build, folder):
        self.start([build / "bin/runyardd", "--data", folder], str(folder) + ".log")
        facts = folder / "service.json"
        self.wait_for(facts.exists)
        self.__dict__.update(json.loads(facts.read_text()))
        self.api = self.url + "/api/2.0/mlflow/"
        self.seconds = self.wait_for(lambda: self.answers("/api/2.0/mlflow/experiments/search?max_results=1"))

    def blob_account(self):
        path = (f"{self.url}/subscriptions/{self.subscription_id}/resourceGroups/{self.resource_group}/providers/Microsoft.MachineLearningServices"
                f"/workspaces/{self.workspace_name}/datastores/workspaceblobstore/listSecrets?api-version=2025-12-01")
        request = urllib.request.Request(path, data=b"", method="POST", headers={"Authorization": "Bearer " + self.token})
        return {"url": self.tls_url.replace("localhost", "127.0.0.1") + "/runyard", "name": "runyard", "key": json.loads(urllib.request.urlopen(request).read())["key"], "ca": self.ca_file}


class Mlflow(Server):
    def __init__(self, environment, folder):
        folder.mkdir()
        port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        self.api = self.url + "/api/2.0/mlflow/"
        self.start([environment / "bin/mlflow", "server", "--backend-store-uri", f"sqlite:///{folder}/mlflow.db", "--artifacts-destination", folder / "artifacts", "--host", "127.0.0.1", "--port", port,
                    "--workers", 2], folder / "log", {"PATH": f"{environment}/bin:{os.environ['PATH']}", "HOME": str(folder)})
        self.seconds = self.wait_for(lambda: self.answers("/api/2.0/mlflow/experiments/search?max_results=1"))


class Azurite(Server):
    # The account that everybody knows; both are constants of the emulator.
    NAME = "devstoreaccount1"
    KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw=="

    def __init__(self, program, folder, certificates):
        self.program, self.folder, self.certificates = program, folder, certificates
        self.port = free_port()
        self.ca = certificates / "ca.pem"
        self.open()

    def open(self):
        self.folder.mkdir()
        self.start([self.program, "--blobHost", "127.0.0.1", "--blobPort", self.port, "--location", self.folder, "--silent", "--skipApiVersionCheck", "--disableTelemetry",
                    "--cert", self.certificates / "server.pem", "--key", self.certificates / "server.key"], self.folder / "log")
        self.wait_for(self.listens)

    def restart_empty(self):
        self.stop()
        shutil.rmtree(self.folder)
        self.open()

    def listens(self):
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def blob_account(self):
        return {"url": f"https://127.0.0.1:{self.port}/{self.NAME}", "name": self.NAME, "key": self.KEY, "ca": str(self.ca)}


class Sink(Server):
    def __init__(self, build, folder):
        folder.mkdir()
        self.start([build / "bin/sink", folder], folder / "log")
        self.wait_for(lambda: (folder / "log").read_text().endswith("}\n"))
        self.__dict__.update(json.loads((folder / "log").read_text()))

    def blob_account(self):
        return {"url": self.tls_url.replace("localhost", "127.0.0.1") + "/runyard", "name": "runyard", "key": Azurite.KEY, "ca": self.ca_file}
