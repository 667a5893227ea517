"""Against Azurite, and against a sink: what the same client reaches where the bytes are thrown away over the same TLS."""
import os
import pathlib
import shutil
import statistics
import subprocess
import time

from . import table, tools
from .servers import Azurite, Runyard, Sink

SDK = "azure-storage-blob-12.31.1"
CONTAINER = "bench"


class Clients:
    """The two clients, and the environment they run in; it trusts every server's authority."""

    def __init__(self, sdk, azcopy, folder, targets):
        self.sdk, self.azcopy_program, self.folder = sdk, azcopy, folder
        bundle = folder / "authorities.pem"
        bundle.write_text("".join(dict.fromkeys(pathlib.Path(target.account["ca"]).read_text() for target in targets)))
        self.environment = {**os.environ, "REQUESTS_CA_BUNDLE": str(bundle), "SSL_CERT_FILE": str(bundle), "AZCOPY_LOG_LOCATION": str(folder / "azcopy"),
                            "AZCOPY_JOB_PLAN_LOCATION": str(folder / "azcopy"), "HOME": str(folder)}

    def ask_sdk(self, *words):
        done = subprocess.run([str(word) for word in (self.sdk / "bin/python", pathlib.Path(__file__).with_name("sdkcopy.py"), *words)], env=self.environment, capture_output=True, text=True)
        if done.returncode:
            raise RuntimeError(f"the SDK: {words[0]}: {done.stderr[-600:]}")
        return done.stdout.strip()

    def azcopy(self, *words):
        began = time.monotonic()
        done = subprocess.run([str(word) for word in (self.azcopy_program, "copy", *words, "--skip-version-check", "--log-level=ERROR")], env=self.environment, capture_output=True, text=True)
        if done.returncode:
            raise RuntimeError(f"azcopy: {done.stdout[-1500:]}{done.stderr[-300:]}")
        return time.monotonic() - began


class Target:
    def __init__(self, name, server):
        self.name, self.server, self.account = name, server, server.blob_account()

    def sign(self, clients):
        self.sas = clients.ask_sdk("sign", self.account["name"], self.account["key"])
        clients.ask_sdk("make", self.place(""))

    def renew(self, clients):
        """Azurite keeps on the disk what was replaced, so it begins anew."""
        if isinstance(self.server, Azurite):
            self.server.restart_empty()
            clients.ask_sdk("make", self.place(""))

    def place(self, name):
        return f"{self.account['url']}/{CONTAINER}{'/' if name else ''}{name}?{self.sas}"


def make_files(folder, size, count):
    (folder / "many").mkdir()
    block = os.urandom(1 << 20)
    with open(folder / "big", "wb") as file:
        for number in range(size >> 20):
            file.write(number.to_bytes(8, "big") + block[8:])
    for number in range(count):
        place = folder / "many" / f"{number % 20:02}"
        place.mkdir(exist_ok=True)
        (place / f"{number:04}.bin").write_bytes(os.urandom(20_000))


def one_round(clients, target, folder, back):
    """Seconds by figure."""
    seconds = {}
    seconds["SDK up"] = float(clients.ask_sdk("up", folder / "big", target.place("sdk")))
    seconds["SDK down"] = float(clients.ask_sdk("down", target.place("sdk"), back / "sdk"))
    if clients.azcopy_program:
        seconds["azcopy up"] = clients.azcopy(folder / "big", target.place("azcopy"), "--from-to=LocalBlob")
        seconds["azcopy down"] = clients.azcopy(target.place("azcopy"), back / "azcopy", "--from-to=BlobLocal")
        seconds["files up"] = clients.azcopy(folder / "many", target.place(""), "--recursive", "--from-to=LocalBlob")
        seconds["files down"] = clients.azcopy(target.place("many"), back, "--recursive", "--from-to=BlobLocal")
        if sum(path.is_file() for path in (back / "many").rglob("*")) != sum(path.is_file() for path in (folder / "many").rglob("*")):
            raise RuntimeError(f"{target.name} did not give all files back")
    shutil.rmtree(back)
    back.mkdir()
    return seconds


def compare(seconds, figure, label, amount, unit, smaller_is_better=False):
    """Two rows: the sink, whose goal is a share, and Azurite, whose goal is to be faster."""
    value = {name: amount(statistics.median(times[figure] for times in rounds)) for name, rounds in seconds.items() if rounds}
    table.row(f"{label} (peer: the sink)", value["Runyard"], value["the sink"], unit, ">= 80 %", 0.8, smaller_is_better)
    if "Azurite" in value:
        table.row(f"{label} (peer: Azurite)", value["Runyard"], value["Azurite"], unit, "faster", 1, smaller_is_better)


def take_turns(clients, targets, options, folder):
    size, count = (64 << 20, 200) if options.quick else (1 << 30, 2000)
    if shutil.disk_usage(folder).free < 8 * size:
        size = 256 << 20
        print(f"There is not the room for 1 GiB in each place: {size >> 20} MiB it is.")
    make_files(folder, size, count)
    back = folder / "back"
    back.mkdir()
    seconds = {target.name: [] for target in targets}
    for number in range(options.rounds):
        order = targets if number % 2 == 0 else targets[::-1]
        for target in order:
            seconds[target.name].append(one_round(clients, target, folder, back))
            target.renew(clients)
    for client in ("SDK", "azcopy") if clients.azcopy_program else ("SDK",):
        for way in ("up", "down"):
            compare(seconds, f"{client} {way}", f"{size >> 20} MiB {way} by {'azure-storage-blob' if client == 'SDK' else client}", lambda s: size / s / 1e6, "MB/s")
    if clients.azcopy_program:
        for way in ("up", "down"):
            compare(seconds, f"files {way}", f"{count:,} files of 20 kB {way} by azcopy", lambda s: s, "s", smaller_is_better=True)


def measure(options):
    sdk, why = tools.environment_of(SDK, options.cache)
    if not sdk:
        return table.skipped("transfers", "azure-storage-blob could not be had: " + (why.splitlines() or [""])[-1])
    azcopy, why = tools.azcopy(options.cache)
    if not azcopy:
        table.skipped("azcopy", why)
    azurite, why = tools.azurite(options.cache)
    if not azurite:
        table.skipped("Azurite", why)
    folder = options.folder / "blobs"
    folder.mkdir()
    servers = []
    try:
        servers.append(Sink(options.build, options.folder / "sink"))
        servers.append(Runyard(options.build, options.folder / "runyard-blobs"))
        if azurite:
            servers.append(Azurite(azurite, options.folder / "azurite", options.folder / "sink"))
        targets = [Target(name, server) for name, server in zip(("the sink", "Runyard", "Azurite"), servers)]
        clients = Clients(sdk, azcopy, folder, targets)
        for target in targets:
            target.sign(clients)
        print(f"Blobs over TLS: {SDK}, azcopy 10.32.2, {tools.AZURITE.replace('@', ' ')}; medians of {options.rounds} rounds in turns")
        take_turns(clients, targets, options, folder)
    finally:
        for server in servers:
            server.stop()
    return None
