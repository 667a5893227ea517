"""strace on a live process: what it calls, and faults at the K-th call of a kind. strace counts per thread."""
import re
import shutil
import signal
import subprocess
import tempfile
import time
from collections import Counter
from pathlib import Path


def why_not():
    """Why nothing can be traced here; empty where it can."""
    if not shutil.which("strace"):
        return "strace is not installed"
    target = subprocess.Popen(["sleep", "10"])
    try:
        trace = Trace(target.pid, ["-e", "trace=none"])
        trace.detach()
        return "" if trace.is_attached else "ptrace is not permitted: " + trace.said().strip()
    finally:
        target.kill()
        target.wait()


class Trace:
    """From the call on until detach(), or until the traced ones have died. Children are left alone once they become another program."""

    def __init__(self, pid, expressions, every_thread=True):
        self.folder = tempfile.TemporaryDirectory(prefix="ry-trace-")
        self.output = Path(self.folder.name) / "calls"
        follow = ["-f", "-b", "execve"] if every_thread else []
        with open(Path(self.folder.name) / "said", "wb") as said:
            self.process = subprocess.Popen(["strace", *follow, "-o", self.output, *expressions, "-p", str(pid)], stderr=said)
        until = time.time() + 10
        self.is_attached = False
        while time.time() < until and self.process.poll() is None and not self.is_attached:
            self.is_attached = "attached" in self.said()
            time.sleep(0.005)

    def said(self):
        return (Path(self.folder.name) / "said").read_text(errors="replace")

    def is_over(self):
        return self.process.poll() is not None

    def detach(self):
        if not self.is_over():
            self.process.send_signal(signal.SIGINT)
            self.process.wait(30)

    def lines(self):
        return self.output.read_text(errors="replace").splitlines() if self.output.exists() else []

    def injected(self):
        return sum("(INJECTED)" in line for line in self.lines())

    def counts(self):
        """How often each thread called what: {(tid, name): count}."""
        calls = (re.match(r"(\d+) +(\w+)\(", line) for line in self.lines())
        return Counter((int(call.group(1)), call.group(2)) for call in calls if call)
