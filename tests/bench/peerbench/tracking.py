"""Against MLflow's own server: SQLite, two workers, as its documentation starts it."""
import json
import statistics
import time

from . import table, tools
from .servers import Mlflow, Runyard
from .wire import Client, in_turns, timed, together

CLIENT = "mlflow-3.18.0"
START = 1_735_689_600_000


def batch_of(run, first, count=1000):
    metrics = [{"key": f"m{number % 10}", "value": number * 0.25, "step": number, "timestamp": START + number} for number in range(first, first + count)]
    return json.dumps({"run_id": run, "metrics": metrics}).encode()


class Side:
    """One of the two servers, with what the figures are taken on."""

    def __init__(self, server):
        self.server = server
        self.client = Client(server.api, server.token)
        self.experiment = json.loads(self.client.post("experiments/create", {"name": f"bench-{time.time()}"}))["experiment_id"]
        self.steps = 0

    def new_run(self, **more):
        return json.loads(self.client.post("runs/create", {"experiment_id": self.experiment, "start_time": START, **more}))["run"]["info"]["run_id"]

    def log_metric(self, run):
        self.steps += 1
        self.client.post("runs/log-metric", {"run_id": run, "key": "loss", "value": 0.5, "step": self.steps, "timestamp": START + self.steps})


def single_metrics(ours, theirs, count):
    seconds = {}
    runs = {side: side.new_run() for side in (ours, theirs)}
    for _ in range(4):  # in turns, so that both see the same machine
        for side in (ours, theirs):
            seconds.setdefault(side, []).extend(timed(lambda: side.log_metric(runs[side])) for _ in range(count // 4))
    median = {side: 1e3 * statistics.median(times) for side, times in seconds.items()}
    table.row("log-metric, p50", median[ours], median[theirs], "ms", "faster", 1, smaller_is_better=True)


def batches(ours, theirs, clients, each):
    """`each` requests of a thousand metrics from each client: as many on either side as take a second or two."""
    rates = []
    for side, count in ((ours, each * 10), (theirs, each)):
        shares = []
        for _ in range(clients):
            run = side.new_run()
            shares.append([batch_of(run, number * 1000) for number in range(count)])
        rates.append(clients * count * 1000 / together(side.server.api, side.server.token, "runs/log-batch", shares))
    table.row(f"log-batch(1000), {clients} client{'s' if clients > 1 else ''}", *rates, "metrics/s", ">= 30 x", 30)


def many_runs(ours, theirs, count):
    """Runs made one after the other; then the rest by eight clients, each run with its metrics, params and tags."""
    few = min(count, 100)
    rates = [few / timed(lambda: [side.new_run() for _ in range(few)]) for side in (ours, theirs)]
    table.row("runs created, one client", *rates, "runs/s", "faster", 1)
    for side in (ours, theirs):
        side.experiment = json.loads(side.client.post("experiments/create", {"name": f"many-{time.time()}"}))["experiment_id"]
        bodies = [json.dumps({"experiment_id": side.experiment, "start_time": START + number, "run_name": f"run-{number}"}).encode() for number in range(count)]
        together(side.server.api, side.server.token, "runs/create", [bodies[first::8] for first in range(8)])
        fill = []
        for number, run in enumerate(found_runs(side, count)):
            fill.append(json.dumps({"run_id": run, "metrics": [{"key": f"m{i}", "value": (number * 7919 + i * 104729) % 1000 / 1000, "step": 1, "timestamp": START} for i in range(5)],
                                    "params": [{"key": f"p{i}", "value": str((number + i) % 20)} for i in range(5)], "tags": [{"key": "team", "value": f"t{number % 7}"}]}).encode())
        together(side.server.api, side.server.token, "runs/log-batch", [fill[first::8] for first in range(8)])


def found_runs(side, count):
    page = json.loads(side.client.post("runs/search", {"experiment_ids": [side.experiment], "max_results": count}))
    return [run["info"]["run_id"] for run in page["runs"]]


def searches(ours, theirs, count):
    def search(side):
        body = {"experiment_ids": [side.experiment], "filter": "metrics.m1 < 0.5 and params.p1 = '7'", "order_by": ["metrics.m2 DESC"], "max_results": 100}
        return lambda: side.client.post("runs/search", body)

    found = [[run["info"]["run_name"] for run in json.loads(search(side)())["runs"]] for side in (ours, theirs)]
    if found[0] != found[1]:
        raise RuntimeError(f"the two servers found different runs: {len(found[0])} and {len(found[1])}")
    seconds = in_turns(15, search(ours), search(theirs))
    table.row(f"search over {count:,} runs: metric and param, sorted, {len(found[0])} found, p50", *(1e3 * s for s in seconds), "ms", "faster", 1, smaller_is_better=True)


def histories(ours, theirs):
    works = []
    for side in (ours, theirs):
        run = side.new_run()
        for first in (0, 1000):
            points = [{"key": "loss", "value": number * 0.5, "step": number, "timestamp": START + number} for number in range(first, first + 1000)]
            side.client.post("runs/log-batch", {"run_id": run, "metrics": points})
        call = f"metrics/get-history?run_id={run}&metric_key=loss&max_results=2500"
        if len(json.loads(side.client.get(call))["metrics"]) != 2000:
            raise RuntimeError("a history is not whole")
        works.append(lambda side=side, call=call: side.client.get(call))
    seconds = in_turns(15, *works)
    table.row("history of 2,000 points, p50", *(1e3 * s for s in seconds), "ms", "faster", 1, smaller_is_better=True)


def measure(options):
    environment, why = tools.environment_of(CLIENT, options.cache)
    if not environment:
        return table.skipped("MLflow's server", "its packages could not be had: " + (why.splitlines() or [""])[-1])
    runyard, mlflow = Runyard(options.build, options.folder / "runyard"), Mlflow(environment, options.folder / "mlflow")
    try:
        print(f"MLflow's server: {CLIENT}, SQLite, 2 workers; both by the same bare HTTP client over TCP")
        table.row("start to first answer", runyard.seconds, mlflow.seconds, "s", "faster", 1, smaller_is_better=True)
        time.sleep(3)
        table.row("memory of all processes, idle", runyard.megabytes(), mlflow.megabytes(), "MB", "less", 1, smaller_is_better=True)
        ours, theirs = Side(runyard), Side(mlflow)
        part = 5 if options.quick else 1
        single_metrics(ours, theirs, 200 // part)
        batches(ours, theirs, 1, 8 // part + 1)
        batches(ours, theirs, 8, 4 // part + 1)
        many_runs(ours, theirs, 2000 // part)
        searches(ours, theirs, 2000 // part)
        histories(ours, theirs)
        table.row("memory of all processes, after this", runyard.megabytes(), mlflow.megabytes(), "MB", "less", 1, smaller_is_better=True)
    finally:
        runyard.stop()
        mlflow.stop()
    return None
