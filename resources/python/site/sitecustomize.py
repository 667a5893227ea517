"""Comes with every run's Python (its folder is first on PYTHONPATH). It lets `azureml.core` be imported where the
real package is not installed, sends what the real package still holds at the end of a script, and hands on to
the user's own sitecustomize. It must stay cheap: every Python process of a run pays for it before its first line."""
import os
import sys
from _frozen_importlib import module_from_spec  # importlib itself costs two milliseconds
from _frozen_importlib_external import PathFinder

_HERE = os.path.dirname(os.path.abspath(__file__))
_STANDIN = os.path.join(os.path.dirname(_HERE), "standin")


class StandInFinder:
    """The last finder asked, so that an installed azureml.core always wins."""

    @staticmethod
    def find_spec(name, path=None, target=None):
        if name == "azureml":
            return PathFinder.find_spec(name, [_STANDIN])
        if not name.startswith("azureml."):
            return None
        parent = sys.modules.get(name.rpartition(".")[0])
        # Distributions beside azureml-core share the namespace `azureml`; only what is missing of it is ours to give.
        origin = getattr(parent, "__file__", None)
        if name.count(".") > 1 or (origin and not origin.startswith(_STANDIN)):
            return None
        return PathFinder.find_spec(name, [os.path.join(_STANDIN, "azureml")])


class RealPackageWatcher:
    """Waits for the first import of azureml to arrange the flush that the real package does not do by itself."""

    @classmethod
    def find_spec(cls, name, path=None, target=None):
        if name == "azureml":
            sys.meta_path.remove(cls)
            _flush_real_package_at_exit()
        return None


def _flush_real_package_at_exit():
    import concurrent.futures.thread  # noqa: F401  its own hook must be registered before ours, which runs first
    import threading

    def flush():
        module = sys.modules.get("azureml._run_impl.run_base")
        kill = getattr(getattr(module, "_RunBase", None), "_kill", None)
        if kill:
            kill(timeout=40)

    register = getattr(threading, "_register_atexit", None)
    if register is None:
        from atexit import register
    register(flush)


def _hand_on():
    spec = PathFinder.find_spec("sitecustomize", [p for p in sys.path if os.path.abspath(p or ".") != _HERE])
    if spec is None or spec.loader is None:
        return
    module = module_from_spec(spec)
    sys.modules["sitecustomize"] = module
    spec.loader.exec_module(module)


sys.meta_path.append(StandInFinder)
if os.environ.get("AZUREML_RUN_ID"):
    sys.meta_path.insert(0, RealPackageWatcher)
_hand_on()
