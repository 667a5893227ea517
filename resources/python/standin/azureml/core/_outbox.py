"""What a run has logged and the service has not confirmed yet, in order. Nothing leaves it unconfirmed: a request
is repeated for as long as it takes, and the service knows a repeated metric by its id."""
import atexit
import collections
import os
import sys
import threading
import time

from ._service import Refused, Unreachable

BATCH = 200           # rows a request; the service's limit is 250
FIRST_PAUSE = 0.05    # seconds between tries, doubled up to
LONGEST_PAUSE = 3.0
PATIENCE = 2.0        # seconds that a call waits for the confirmation of what it logged
LAST_PATIENCE = 900.0  # seconds that the end of a script waits for the service

Item = collections.namedtuple("Item", "kind path text rows")


class Outbox(object):
    """A queue and the thread that empties it. While the service answers, `put` returns once the item is stored there,
    so that a script killed right afterwards loses nothing; while it is away, `put` only queues."""

    def __init__(self, service, folder, wrap):
        self._service = service
        self._folder = folder  # takes what could not be sent at all
        self._wrap = wrap  # makes one request body of the texts of several metrics
        self._reset()
        atexit.register(self._finish)

    def put(self, item):
        if self._pid != os.getpid():
            self._reset()  # a forked child has neither the thread nor the right to its parent's items
        with self._changed:
            self._items.append(item)
            self._added += 1
            ticket = self._added
            self._start()
            self._changed.notify_all()
            until = time.monotonic() + PATIENCE
            while self._sent < ticket and not self._away:
                left = until - time.monotonic()
                if left <= 0:
                    self._away = True
                    break
                self._changed.wait(left)

    def flush(self, seconds):
        """True once all is confirmed; False if `seconds` were not enough."""
        if self._pid != os.getpid():
            return True
        until = time.monotonic() + seconds
        with self._changed:
            while self._items and self._thread and self._thread.is_alive():
                left = until - time.monotonic()
                if left <= 0:
                    return False
                self._changed.wait(min(left, 1.0))
        while self._items and time.monotonic() < until:
            self._step()
        return not self._items

    def _reset(self):
        self._pid = os.getpid()
        self._items = collections.deque()
        self._changed = threading.Condition()
        self._added = self._sent = 0
        self._away = False
        self._thread = None
        self._pause = FIRST_PAUSE
        self._service.close()

    def _start(self):
        if self._thread is not None and self._thread.is_alive():
            return
        self._thread = threading.Thread(target=self._run, name="azureml-outbox", daemon=True)
        try:
            self._thread.start()
        except RuntimeError:  # the interpreter is ending: flush does the work itself
            self._thread = None
            self._away = True

    def _run(self):
        while True:
            with self._changed:
                while not self._items:
                    self._changed.wait()
            self._step()

    def _step(self):
        """Sends what is first in the queue, once; pauses if the service is away."""
        with self._changed:
            items = self._next()
        try:
            self._send(items)
        except Unreachable:
            with self._changed:
                self._away = True
                self._changed.notify_all()
            time.sleep(self._pause)
            self._pause = min(self._pause * 2, LONGEST_PAUSE)
            return
        self._pause = FIRST_PAUSE
        with self._changed:
            for _ in items:
                self._items.popleft()
            self._sent += len(items)
            self._away = False
            self._changed.notify_all()

    def _next(self):
        first = self._items[0]
        if first.kind != "metric":
            return [first]
        chosen, rows = [], 0
        for item in self._items:
            if item.kind != "metric" or (chosen and rows + item.rows > BATCH):
                break
            chosen.append(item)
            rows += item.rows
        return chosen

    def _send(self, items):
        try:
            if items[0].kind == "metric":
                self._service.request("POST", items[0].path, self._wrap([item.text for item in items]))
            else:
                self._service.request("PATCH", items[0].path, items[0].text)
        except Refused as refusal:
            if len(items) == 1:
                print("The workspace refused %s: %s" % (items[0].text[:200], refusal), file=sys.stderr)
                return
            for item in items:  # one bad metric must not take the others with it
                self._send([item])

    def _finish(self):
        try:
            if self._pid != os.getpid() or self.flush(LAST_PATIENCE):
                return
        except KeyboardInterrupt:
            pass
        os.makedirs(self._folder, exist_ok=True)
        with open(os.path.join(self._folder, "not_sent.jsonl"), "a") as rest:
            rest.writelines(item.text + "\n" for item in list(self._items))
        print("The workspace could not be reached: %d logged values are in %s." % (len(self._items), rest.name), file=sys.stderr)
