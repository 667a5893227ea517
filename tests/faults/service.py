"""A real runyardd for the fault tests that need no compiler: starts it on a folder of its own, asks it over TCP."""
import http.client
import json
import os
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path


class Service:
    def __init__(self, bin_folder, name):
        self.bin = Path(bin_folder)
        self.place = Path(tempfile.mkdtemp(prefix=f"ry-{name}-"))
        self.folder = self.place / "data"
        self.log = open(self.place / "stderr", "ab")
        self.process = None

    def start(self):
        environment = {key: value for key, value in os.environ.items() if key != "XDG_RUNTIME_DIR"}
        self.process = subprocess.Popen([str(self.bin / "runyardd"), "--data", str(self.folder)], stdout=self.log, stderr=self.log, env=environment)
        if not self.wait_until_answers():
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

    def submit(self, name, command):
        """A job without a framework; its state is asked for with state()."""
        properties = {"image": "plain", "isAnonymous": False}
        status, answer, _ = self.ask("PUT", self.arm("environments/plain/versions/1"), json.dumps({"properties": {"condaFile": json.dumps({"dependencies": ["python=3"]}), **properties}}).encode())
        environment = json.loads(answer).get("id", "") if status < 300 else ""
        workspace = self.arm("computes/this-computer").split("?")[0]
        job = {"properties": {"jobType": "Command", "command": command, "experimentName": "faults", "computeId": workspace, "environmentId": environment}}
        status, answer, _ = self.ask("PUT", self.arm("jobs/" + name), json.dumps(job).encode())
        if status >= 300:
            raise SystemExit(f"the job was refused: {status} {answer.decode(errors='replace')}")

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

    def end(self):
        if self.process:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(30)
            except subprocess.TimeoutExpired:
                self.process.kill()
        shutil.rmtree(self.place, ignore_errors=True)
