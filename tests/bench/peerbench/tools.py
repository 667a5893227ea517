"""Clients and peers of pinned versions, made once: the same environments that the conformance suite uses."""
import importlib.machinery
import importlib.util
import json
import pathlib
import shutil
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[3]
AZURITE = "azurite@3.37.0"


def environment_of(client, cache):
    """The folder of a client of tests/conformance/clients.json, or None and why not."""
    loader = importlib.machinery.SourceFileLoader("conformance_run", str(ROOT / "tests/conformance/run"))
    suite = importlib.util.module_from_spec(importlib.util.spec_from_loader("conformance_run", loader))
    loader.exec_module(suite)
    wanted = json.loads((ROOT / "tests/conformance/clients.json").read_text())[client]
    return suite.environment_of(client, wanted, cache)


def azcopy(cache):
    folder, why = environment_of("azcopy-10.32.2", cache)
    found = folder and next(folder.glob("node_modules/@azure-tools/azcopy-linux/dist/bin/azcopy_linux_*"), None)
    if not found:
        return None, why or "npm is not there to install @azure-tools/azcopy-linux"
    found.chmod(0o755)
    if "not found" in subprocess.run(["ldd", found], capture_output=True, text=True).stdout:
        return None, "azcopy needs libsecret-1.so.0 (Debian package libsecret-1-0)"
    return found, ""


def azurite(cache):
    folder = cache / AZURITE.replace("@", "-")
    program = folder / "node_modules/.bin/azurite-blob"
    if not program.exists():
        if not shutil.which("npm"):
            return None, "npm is not there to install it (Debian package npm)"
        folder.mkdir(parents=True, exist_ok=True)
        done = subprocess.run(["npm", "install", "--no-audit", "--no-fund", "--prefix", folder, AZURITE], capture_output=True, text=True)
        if done.returncode or not program.exists():
            return None, (done.stderr.strip().splitlines() or ["npm could not install it"])[-1]
    return program, ""
