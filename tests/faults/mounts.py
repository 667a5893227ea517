"""File systems for fault tests: a tmpfs where there are namespaces, an ext4 in a file for root. Each ends with its processes and leaves nothing mounted."""
import fcntl
import os
import signal
import struct
import subprocess
import sys
import tempfile
import time
from pathlib import Path

SHUTDOWN = 0x8004587D  # EXT4_IOC_SHUTDOWN
NO_LOG_FLUSH = 2       # as a power cut: what is not on the disk is gone


def run(*words):
    """Empty where it went well, else what was said."""
    place = {**os.environ, "PATH": os.environ.get("PATH", "") + ":/usr/sbin:/sbin"}
    try:
        done = subprocess.run(words, capture_output=True, text=True, env=place)
    except FileNotFoundError as error:
        return str(error)
    return "" if done.returncode == 0 else (done.stderr or done.stdout or f"{words[0]} ended with {done.returncode}").strip()


def alone():
    """This program again, with mounts of its own that go when it does; where that cannot be, as it is."""
    if os.environ.get("RUNYARD_ALONE"):
        return
    for way in (["unshare", "-m"], ["unshare", "-Urm"]):
        if not run(*way, "true"):
            os.execvpe(way[0], way + [sys.executable, "-B", *sys.argv], {**os.environ, "RUNYARD_ALONE": "1"})


class Mount:
    """A small tmpfs, or an ext4 in a file on one."""

    def __init__(self, kind, megabytes):
        self.folder = Path(tempfile.mkdtemp(prefix="ry-mount-"))
        self.point, self.outer, self.kind, self.megabytes = self.folder / "at", self.folder / "image", kind, megabytes
        self.point.mkdir()
        self.outer.mkdir()
        self.fault = "only root can mount" if os.getuid() else self.make()

    def make(self):
        if self.kind == "tmpfs":
            return run("mount", "-t", "tmpfs", "-o", f"size={self.megabytes}m,mode=0700", "tmpfs", str(self.point))
        fault = run("mount", "-t", "tmpfs", "-o", f"size={self.megabytes + 8}m", "tmpfs", str(self.outer))
        if not fault:
            with open(self.outer / "ext4", "wb") as image:
                image.truncate(self.megabytes << 20)
            fault = run("mkfs.ext4", "-q", "-F", str(self.outer / "ext4")) or self.attach()
        return fault

    def attach(self):
        return run("mount", "-o", "loop", str(self.outer / "ext4"), str(self.point))

    def cut_power(self):
        folder = os.open(self.point, os.O_RDONLY)
        try:
            fcntl.ioctl(folder, SHUTDOWN, struct.pack("I", NO_LOG_FLUSH))
        finally:
            os.close(folder)

    def remount(self, options):
        """As soon as nobody writes to it any more."""
        until = time.time() + 15
        while True:
            fault = run("mount", "-o", "remount," + options, str(self.point))
            if not fault or "busy" not in fault or time.time() > until:
                return fault
            time.sleep(0.1)

    def users(self):
        """Processes that hold something of it."""
        found = []
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit() and int(entry.name) != os.getpid():
                try:
                    held = [os.readlink(entry / "cwd")] + [os.readlink(link) for link in (entry / "fd").iterdir()]
                except OSError:
                    continue
                if any(name.startswith(str(self.point)) for name in held):
                    found.append(int(entry.name))
        return found

    def release(self):
        """What runs on it is ended, and it is not mounted any more."""
        until = time.time() + 20
        while time.time() < until:
            for pid in self.users():
                try:
                    os.kill(pid, signal.SIGKILL)
                except ProcessLookupError:
                    pass
            if not run("umount", str(self.point)):
                return
            time.sleep(0.05)

    def end(self):
        self.release()
        if self.kind != "tmpfs":
            run("umount", str(self.outer))
        for folder in (self.point, self.outer, self.folder):
            if folder.exists() and not os.path.ismount(folder):
                run("rm", "-rf", "--one-file-system", str(folder))
