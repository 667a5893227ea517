"""Turns what scripts log into rows of the metrics service."""
import datetime
import threading
import uuid

_last = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)
_lock = threading.Lock()


def created():
    """This moment, later than every one given before: the service orders rows by it."""
    global _last
    with _lock:
        _last = max(datetime.datetime.now(datetime.timezone.utc), _last + datetime.timedelta(microseconds=1))
        return _last.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def plain(value):
    """A number, text or None that JSON can carry; numpy and TensorFlow scalars give their value, all else its text."""
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    for method in ("item", "numpy"):
        try:
            inner = getattr(value, method)()
        except Exception:  # no such method, or an array of many values
            continue
        if inner is None or isinstance(inner, (bool, int, float, str)):
            return inner
    return str(value)


def column_type(value):
    if isinstance(value, bool):
        return "bool"
    if isinstance(value, int) and -(1 << 63) <= value < 1 << 63:
        return "int"
    return "double" if isinstance(value, (int, float)) else "string"


def metric(kind, name, rows, step=None):
    """One entry of a batch: `rows` is a list of {column: value}. Values out of the range of int go as double."""
    columns, stamp = {}, created()
    entries = []
    for row in rows:
        data = {}
        for key, value in row.items():
            value = plain(value)
            known = columns.get(key)
            kind_here = column_type(value)
            columns[key] = kind_here if known in (None, kind_here) else ("double" if {known, kind_here} == {"int", "double"} else "string")
            data[key] = float(value) if kind_here == "double" else value
        entry = {"metricId": str(uuid.uuid4()), "createdUtc": stamp, "data": data}
        if step is not None:
            entry["step"] = int(step)
        entries.append(entry)
    return {"name": name, "columns": columns, "value": entries, "properties": {"uxMetricType": "azureml.v1." + kind}}


def table_rows(table):
    """{column: [values]} turned by a quarter; columns that end early leave their cells out."""
    columns = {key: list(value) if hasattr(value, "__iter__") and not isinstance(value, str) else [value] for key, value in table.items()}
    length = max([len(values) for values in columns.values()] or [0])
    return [{key: values[i] for key, values in columns.items() if i < len(values)} for i in range(length)]
