"""A real runyardd for the fault tests that need no compiler: starts it on a folder of its own, asks it over TCP."""
import fcntl
import http.client
import json
import os
import random
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path


ENDED = ("Completed", "Failed", "Canceled")
UNHEARD = (OSError, ValueError, http.client.HTTPException)


def seeded(name):
    """Random moments that can be had again: prints its seed, takes $RUNYARD_SEED."""
    seed = int(os.environ.get("RUNYARD_SEED") or random.randrange(1 << 31))
    print(f"{name}: RUNYARD_SEED={seed}", flush=True)
    return random.Random(seed)


def sized(count):
    """A count that is meant for CI; $RUNYARD_KILLS = 200 means ten times as much."""
    return max(1, count * int(os.environ.get("RUNYARD_KILLS") or 20) // 20)


def is_full():
    return sized(1) > 1


def skipped(name, reason):
    print(f"SKIPPED: {name}: {reason}", flush=True)


class Service:
    def __init__(self, bin_folder, name, folder=None):
        self.bin = Path(bin_folder)
        self.place = Path(tempfile.mkdtemp(prefix=f"ry-{name}-"))
        self.folder = Path(folder or self.place / "data")
        self.log = open(self.place / "stderr", "ab")
        self.process = None
        self.environment_id = ""

    def share_environments(self):
        """Built once for all tests of this build, outside of the data folder."""
        shared = self.bin.resolve().parent / "test-environments"
        for made in (shared, self.folder):
            made.mkdir(mode=0o700, exist_ok=True)
        (self.folder / "lock").touch(0o600)  # what tells the folder of a workspace
        (self.folder / "environments").symlink_to(shared)
        return self

    def start(self, limit=60):
        environment = {key: value for key, value in os.environ.items() if key != "XDG_RUNTIME_DIR"}
        self.process = subprocess.Popen([str(self.bin / "runyardd"), "--data", str(self.folder)], stdout=self.log, stderr=self.log, env=environment)
        if not self.wait_until_answers(limit):
            raise SystemExit("the service did not start: " + self.errors())
        return self

    def card(self):
        return json.loads((self.folder / "service.json").read_text())

    def wait_until_answers(self, limit=60):
        until = time.time() + limit
        while time.time() < until:
            try:
                if self.ask("GET", "/runyard/v1/health")[0] == 200:
                    return True
            except (OSError, ValueError, http.client.HTTPException):
                pass
            if self.process.poll() is not None:
                return False
            time.sleep(0.02)
        return False

    def ask(self, method, target, body=None, headers=None, timeout=30):
        card = self.card()
        connection = http.client.HTTPConnection(card["url"].split("//")[1], timeout=timeout)
        try:
            connection.putrequest(method, target, skip_accept_encoding=True)
            sent = {"Authorization": "Bearer " + card["token"], "Content-Type": "application/json", **(headers or {})}
            if body is not None:
                sent["Content-Length"] = str(len(body))
            for key, value in sent.items():
                connection.putheader(key, value)
            connection.endheaders(body)
            answer = connection.getresponse()
            return answer.status, answer.read(), dict(answer.getheaders())
        finally:
            connection.close()

    def arm(self, rest):
        card = self.card()
        return (f"/subscriptions/{card['subscription_id']}/resourceGroups/{card['resource_group']}/providers/Microsoft.MachineLearningServices/workspaces/"
                f"{card['workspace_name']}/{rest}{'&' if '?' in rest else '?'}api-version=2025-12-01")

    def environment(self):
        """The id of a plain one, made at the first call."""
        if not self.environment_id:
            body = {"properties": {"condaFile": json.dumps({"dependencies": ["python=3"]}), "image": "plain", "isAnonymous": False}}
            status, answer, _ = self.ask("PUT", self.arm("environments/plain/versions/1"), json.dumps(body).encode())
            self.environment_id = json.loads(answer).get("id", "") if status < 300 else ""
        return self.environment_id

    def submit(self, name, command, compute="this-computer", variables=None):
        """A job without a framework; its state is asked for with state()."""
        job = {"jobType": "Command", "command": command, "experimentName": "faults", "computeId": self.arm("computes/" + compute).split("?")[0],
               "environmentId": self.environment(), "environmentVariables": variables or {}}
        status, answer, _ = self.ask("PUT", self.arm("jobs/" + name), json.dumps({"properties": job}).encode())
        if status >= 300:
            raise SystemExit(f"the job was refused: {status} {answer.decode(errors='replace')}")

    def mlflow(self, call, body, headers=None):
        """The answer of an MLflow call; nothing where it was refused or not heard."""
        try:
            status, answer, _ = self.ask("POST", "/api/2.0/mlflow/" + call, json.dumps(body).encode(), headers)
        except UNHEARD:
            return None
        return json.loads(answer or b"{}") if status == 200 else None

    def cancel(self, name):
        return self.ask("POST", self.arm(f"jobs/{name}/cancel"), b"")[0]

    def details(self, name):
        return json.loads(self.ask("GET", "/history/v1.0" + self.arm(f"runs/{name}/details"))[1])

    def run_folder(self, name):
        return self.folder / "runs" / name

    def exit_record(self, name):
        file = self.run_folder(name) / "attempts" / "1" / "exit.json"
        return json.loads(file.read_text()) if file.exists() else None

    def log_of(self, name):
        file = self.run_folder(name) / "user_logs" / "std_log.txt"
        return file.read_text(errors="replace") if file.exists() else ""

    def kill(self):
        """Both processes, without a chance to tidy up; back when the folder is free."""
        worker = self.worker()
        self.process.kill()
        self.process.wait()
        if worker:
            try:
                os.kill(worker, signal.SIGKILL)
            except ProcessLookupError:
                pass
        with open(self.folder / "lock") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)

    def worker(self):
        """The pid of the process that serves, 0 where there is none."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        words = children.read_text().split() if children.exists() else []
        return int(words[0]) if words else 0

    def check(self):
        """What `runyardd check` finds wrong; the service must have ended."""
        done = subprocess.run([str(self.bin / "runyardd"), "check", "--all", "--data", str(self.folder)], capture_output=True, text=True, timeout=120)
        return "" if done.returncode == 0 else done.stdout + done.stderr

    def state(self, name):
        status, answer, _ = self.ask("GET", self.arm("jobs/" + name))
        return json.loads(answer)["properties"]["status"] if status == 200 else f"HTTP {status}"

    def wait_for(self, name, states, limit=120):
        until = time.time() + limit
        while time.time() < until:
            try:
                if self.state(name) in states:
                    return True
            except (OSError, ValueError, http.client.HTTPException):
                pass
            time.sleep(0.05)
        return False

    def errors(self):
        return (self.place / "stderr").read_text(errors="replace")

    def service_log(self):
        file = self.folder / "logs" / "service.log"
        return file.read_text(errors="replace") if file.exists() else ""

    def stop(self):
        if self.process:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(30)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()

    def end(self):
        self.stop()
        shutil.rmtree(self.place, ignore_errors=True)
