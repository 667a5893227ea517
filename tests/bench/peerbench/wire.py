"""The same bare HTTP client for every server: one connection that is kept, bodies made beforehand."""
import http.client
import json
import multiprocessing
import statistics
import time
import urllib.parse


class Client:
    def __init__(self, api, token):
        parts = urllib.parse.urlparse(api)
        self.path = parts.path
        self.connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=120)
        self.headers = {"Content-Type": "application/json", **({"Authorization": "Bearer " + token} if token else {})}

    def exchange(self, method, call, body):
        self.connection.request(method, self.path + call, body, self.headers)
        return self.connection.getresponse()

    def ask(self, method, call, body=None):
        try:
            answer = self.exchange(method, call, body)
        except (http.client.RemoteDisconnected, BrokenPipeError, ConnectionResetError):  # MLflow's server closes a connection that rested for five seconds
            self.connection.close()
            answer = self.exchange(method, call, body)
        text = answer.read()
        if answer.status != 200:
            raise RuntimeError(f"{method} {call}: {answer.status} {text[:300]!r}")
        return text

    def post(self, call, body):
        return self.ask("POST", call, body if isinstance(body, bytes) else json.dumps(body).encode())

    def get(self, call):
        return self.ask("GET", call)


def timed(work):
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def in_turns(rounds, *works):
    """Runs the works one after the other, round by round; answers the median seconds of each."""
    seconds = [[] for _ in works]
    for _ in range(rounds):
        for work, times in zip(works, seconds):
            times.append(timed(work))
    return [statistics.median(times) for times in seconds]


def _send_all(api, token, call, bodies, gate, done):
    client = Client(api, token)
    try:
        client.get("experiments/search?max_results=1")
        gate.wait()
        for body in bodies:
            client.post(call, body)
        done.wait()
    except BaseException:
        gate.abort()
        done.abort()
        raise


def together(api, token, call, shares):
    """As many client processes as there are shares, each sending its bodies; the seconds from the first to the last."""
    context = multiprocessing.get_context("fork")
    gate, done = context.Barrier(len(shares) + 1), context.Barrier(len(shares) + 1)
    clients = [context.Process(target=_send_all, args=(api, token, call, bodies, gate, done), daemon=True) for bodies in shares]
    for client in clients:
        client.start()
    gate.wait(120)
    seconds = timed(lambda: done.wait(600))
    for client in clients:
        client.join()
    return seconds
