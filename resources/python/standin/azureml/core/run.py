import json
import os
import uuid

from azureml.exceptions import RunEnvironmentException, UserErrorException

from . import _artifacts, _values
from .workspace import Experiment, Workspace

NEEDED = ("AZUREML_RUN_ID", "AZUREML_SERVICE_ENDPOINT", "AZUREML_RUN_TOKEN")


class Run(object):
    """A run as its own script sees it. `Run.get_context()` gives the one this process belongs to."""

    _current = None
    # Where the process started; the launcher says it for scripts that start others elsewhere.
    _work = os.environ.get("RUNYARD_WORK_DIR") or os.getcwd()

    def __init__(self, experiment, run_id, outputs=None, **kwargs):
        self._experiment = experiment
        self._id = run_id

    @classmethod
    def get_context(cls, allow_offline=True, used_for_context_manager=False, **kwargs):
        if Run._current is None:
            if all(os.environ.get(name) for name in NEEDED):
                Run._current = _SubmittedRun(os.environ)
            elif allow_offline:
                Run._current = _OfflineRun()
            else:
                raise RunEnvironmentException("This script does not belong to a run: submit it, or allow offline runs.")
        return Run._current

    @property
    def id(self):
        return self._id

    @property
    def experiment(self):
        return self._experiment

    @property
    def parent(self):
        return None

    def __enter__(self):
        return self

    def __exit__(self, kind, value, traceback):
        self.complete()

    def __repr__(self):
        return "Run(Experiment: %s,\nId: %s)" % (self.experiment.name, self.id)

    def log(self, name, value, description="", step=None):
        self._log("scalar", name, [{name: value}], value, step)

    def log_list(self, name, value, description=""):
        value = list(value)
        self._log("list", name, [{name: item} for item in value], value)

    def log_row(self, name, description=None, **kwargs):
        self._log("row", name, [kwargs], kwargs)

    def log_table(self, name, value, description=""):
        self._log("table", name, _values.table_rows(value), value)

    def upload_file(self, name, path_or_stream, datastore_name=None):
        if isinstance(path_or_stream, str) and not os.path.isfile(path_or_stream):
            raise UserErrorException("There is no file %r to upload." % path_or_stream)
        _artifacts.put(self._work, name, path_or_stream)

    def upload_files(self, names, paths, datastore_name=None, **kwargs):
        if len(names) != len(paths):
            raise UserErrorException("%d names were given for %d files." % (len(names), len(paths)))
        for name, path in zip(names, paths):
            self.upload_file(name, path)

    def upload_folder(self, name, path, datastore_name=None):
        if not os.path.isdir(path):
            raise UserErrorException("There is no folder %r to upload." % path)
        for folder, _, files in os.walk(path):
            for file in files:
                source = os.path.join(folder, file)
                self.upload_file("/".join([name, os.path.relpath(source, path).replace(os.sep, "/")]), source)

    def get_file_names(self):
        return _artifacts.names(self._work)

    def set_tags(self, tags):
        for key, value in tags.items():
            self.tag(key, value)

    def flush(self, timeout_seconds=300):
        """Waits until all that was logged is stored; raises if the time was too short."""

    def complete(self, _set_status=True):
        """Waits until all that was logged is stored. The run itself ends with its process."""
        self.flush()


class _SubmittedRun(Run):
    def __init__(self, environment):
        from urllib.parse import quote
        from ._outbox import Outbox
        from ._service import Service
        subscription = environment.get("AZUREML_ARM_SUBSCRIPTION", "")
        group = environment.get("AZUREML_ARM_RESOURCEGROUP", "")
        workspace = environment.get("AZUREML_ARM_WORKSPACE_NAME", "")
        scope = environment.get("AZUREML_WORKSPACE_SCOPE") or (
            "/subscriptions/%s/resourceGroups/%s/providers/Microsoft.MachineLearningServices/workspaces/%s" % (subscription, group, workspace))
        name = environment.get("AZUREML_ARM_PROJECT_NAME", "Default")
        Run.__init__(self, Experiment(Workspace(subscription, group, workspace), name), environment["AZUREML_RUN_ID"])
        self._record_path = "/history/v1.0%s/experiments/%s/runs/%s" % (scope, quote(name, safe=""), quote(self._id, safe=""))
        self._metrics_path = "/metric/v2.0%s/runs/%s/batch" % (scope, quote(self._id, safe=""))
        self._reader = Service(environment)
        self._outbox = Outbox(Service(environment), os.path.join(self._work, "logs"), _batch)

    @property
    def parent(self):
        parent = self._record().get("parentRunId")
        return Run(self._experiment, parent) if parent else None

    def tag(self, key, value=None):
        self._change("tags", {key: None if value is None else str(value)})

    def add_properties(self, properties):
        self._change("properties", {key: str(value) for key, value in properties.items()})

    def get_tags(self):
        return self._record().get("tags") or {}

    def get_properties(self):
        return self._record().get("properties") or {}

    def get_status(self):
        return self._record().get("status")

    def flush(self, timeout_seconds=300):
        from azureml.exceptions import ServiceException
        if not self._outbox.flush(timeout_seconds):
            raise ServiceException("The workspace has not stored all that was logged within %s seconds." % timeout_seconds)

    def _log(self, kind, name, rows, value, step=None):
        from ._outbox import BATCH, Item
        for start in range(0, len(rows), BATCH):
            part = rows[start:start + BATCH]
            text = json.dumps(_values.metric(kind, name, part, step))
            self._outbox.put(Item("metric", self._metrics_path, text, len(part)))

    def _change(self, what, values):
        from ._outbox import Item
        self._outbox.put(Item("change", self._record_path, json.dumps({"runId": self._id, what: values}), 1))

    def _record(self):
        self.flush()
        return self._reader.request("GET", self._record_path) or {}


class _OfflineRun(Run):
    """Without a run to belong to, logging prints what it was told."""

    def __init__(self):
        Run.__init__(self, Experiment(None, "Default"), "OfflineRun_%s" % uuid.uuid4())
        self._tags = {}
        self._properties = {}

    def tag(self, key, value=None):
        self._tags[key] = value

    def add_properties(self, properties):
        self._properties.update(properties)

    def get_tags(self):
        return dict(self._tags)

    def get_properties(self):
        return dict(self._properties)

    def get_status(self):
        return "Running"

    def _log(self, kind, name, rows, value, step=None):
        print("Attempted to log %s metric %s:\n%s" % (kind, name, value))


def _batch(texts):
    return '{"values":[%s],"reportErrors":true}' % ",".join(texts)
