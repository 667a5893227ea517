from .run import Run
from .workspace import Experiment, Workspace

VERSION = "1.0.48"

__all__ = ["Experiment", "Run", "VERSION", "Workspace"]
