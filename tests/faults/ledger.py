"""What a service has acknowledged, written down by the one who was told, and looked for again after a fault."""
import hashlib
import json
import os

from service import ENDED, UNHEARD


class Ledger:
    """Each piece of work asks for something that lasts; only what was acknowledged is kept in mind."""

    def __init__(self, service):
        self.service = service
        self.runs, self.files, self.models, self.jobs = {}, {}, {}, {}
        self.refused = {}  # status: how often

    def ask(self, method, target, body, headers=None):
        try:
            status, answer, _ = self.service.ask(method, target, body, headers)
        except UNHEARD:
            status, answer = 0, b""
        if not 200 <= status < 300:
            self.refused[status] = self.refused.get(status, 0) + 1
            return None
        return answer

    def call(self, name, body):
        return self.ask("POST", "/api/2.0/mlflow/" + name, json.dumps(body).encode())

    def run(self, points=20):
        """A run with metrics, params and an artifact; its id where it was made."""
        made = self.call("runs/create", {"experiment_id": "0", "start_time": 1})
        if made is None:
            return None
        run = json.loads(made)["run"]["info"]["run_id"]
        known = self.runs[run] = {"points": 0, "params": {}}
        for batch in range(2):
            metrics = [{"key": "loss", "value": step / 3, "timestamp": step, "step": step} for step in range(batch * points, (batch + 1) * points)]
            params = [{"key": f"p{batch}", "value": run}]
            if self.call("runs/log-batch", {"run_id": run, "metrics": metrics, "params": params}) is not None:
                known["points"] += points
                known["params"][f"p{batch}"] = run
        self.artifact(run)
        return run

    def artifact(self, run, size=50_000):
        content = os.urandom(size)
        target = f"/api/2.0/mlflow-artifacts/artifacts/0/{run}/artifacts/deep/{len(self.files)}.bin"
        if self.ask("PUT", target, content, {"Content-Type": "application/octet-stream"}) is not None:
            self.files[target] = hashlib.sha256(content).hexdigest()

    def model(self, name, run):
        if self.call("registered-models/create", {"name": name}) is None:
            return
        self.models[name] = None
        made = self.call("model-versions/create", {"name": name, "source": f"runs:/{run}/deep", "run_id": run})
        if made is not None:
            self.models[name] = json.loads(made)["model_version"]["version"]

    def job(self, name, command, lines=0, output=""):
        """With an output: a file of the numbers up to 2000."""
        try:
            self.service.submit(name, command)
            self.jobs[name] = {"lines": lines, "output": output, "ended": ""}
        except UNHEARD + (SystemExit,):
            self.refused["job"] = self.refused.get("job", 0) + 1

    def note_ends(self):
        """Ends that the service tells of now must be there later."""
        for name, job in self.jobs.items():
            if not job["ended"]:
                try:
                    state = self.service.state(name)
                except UNHEARD:
                    return
                job["ended"] = state if state in ENDED else ""

    def size(self):
        return sum(run["points"] + len(run["params"]) + 1 for run in self.runs.values()) + len(self.files) + len(self.models) + len(self.jobs)

    def missing(self):
        """What was acknowledged and is not there, in words."""
        lost = []
        for run, known in self.runs.items():
            lost += self.missing_of(run, known)
        for target, digest in self.files.items():
            status, content, _ = self.service.ask("GET", target)
            if status != 200 or hashlib.sha256(content).hexdigest() != digest:
                lost.append(f"{target}: {status}, {len(content)} bytes")
        for name, version in self.models.items():
            status, _, _ = self.service.ask("GET", f"/api/2.0/mlflow/registered-models/get?name={name}" if version is None else f"/api/2.0/mlflow/model-versions/get?name={name}&version={version}")
            if status != 200:
                lost.append(f"model {name} version {version}: {status}")
        for name, job in self.jobs.items():
            lost += self.missing_of_job(name, job)
        return lost

    def missing_of(self, run, known):
        status, answer, _ = self.service.ask("GET", "/api/2.0/mlflow/runs/get?run_id=" + run)
        if status != 200:
            return [f"run {run}: {status}"]
        params = {param["key"]: param["value"] for param in json.loads(answer)["run"]["data"].get("params", [])}
        lost = [f"param {key} of {run}" for key, value in known["params"].items() if params.get(key) != value]
        status, answer, _ = self.service.ask("GET", f"/api/2.0/mlflow/metrics/get-history?run_id={run}&metric_key=loss")
        points = {(point["step"], point["value"]) for point in json.loads(answer).get("metrics", [])} if status == 200 else set()
        if len(points) < known["points"] or any(value != int(step) / 3 for step, value in points):
            lost.append(f"metrics of {run}: {len(points)} of {known['points']}")
        return lost

    def missing_of_job(self, name, job):
        state = self.service.state(name)
        if state == "HTTP 404" or job["ended"] and state != job["ended"]:
            return [f"job {name}: {state}, was {job['ended'] or 'taken'}"]
        if job["ended"] != "Completed":
            return []
        lost = [] if self.service.exit_record(name) else [f"exit record of {name}"]
        output = self.service.run_folder(name) / "work" / job["output"]
        if job["output"] and (not output.exists() or output.read_text().split() != [str(number) for number in range(1, 2001)]):
            lost.append(f"output of {name}")
        lines = self.service.log_of(name).split("\n")[:-1]
        return lost + ([] if lines == [f"line {number}" for number in range(job["lines"])] else [f"log of {name}: {len(lines)} lines of {job['lines']}"])
