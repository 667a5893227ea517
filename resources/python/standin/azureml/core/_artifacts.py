"""The files of a run: what lies in ./outputs and ./logs of its working directory is kept with it."""
import os
import shutil

KEPT = ("outputs", "logs")


def kept_path(work, name):
    """Where a file uploaded as `name` belongs so that it is kept: below outputs, unless it names a kept folder itself."""
    parts = [part for part in name.replace("\\", "/").split("/") if part not in ("", ".")]
    if not parts or ".." in parts:
        raise ValueError("%r is no name for a file of the run." % name)
    if parts[0] not in KEPT:
        parts.insert(0, "outputs")
    return os.path.join(work, *parts)


def put(work, name, source):
    """Copies a file, or what a stream still holds, to its place in the run. Whole or not at all."""
    target = kept_path(work, name)
    if isinstance(source, (str, bytes)) or hasattr(source, "__fspath__"):
        if os.path.exists(target) and os.path.samefile(source, target):
            return target
    os.makedirs(os.path.dirname(target), exist_ok=True)
    partial = "%s.%d.partial" % (target, os.getpid())
    try:
        if hasattr(source, "read"):
            with open(partial, "wb") as out:
                first = source.read(1 << 20)
                while first:
                    out.write(first.encode("utf-8") if isinstance(first, str) else first)
                    first = source.read(1 << 20)
        else:
            shutil.copyfile(source, partial)
        os.replace(partial, target)
    finally:
        if os.path.exists(partial):
            os.remove(partial)
    return target


def names(work):
    """The kept files, as "outputs/model/saved_model.pb"."""
    found = []
    for top in KEPT:
        for folder, _, files in os.walk(os.path.join(work, top)):
            relative = os.path.relpath(folder, work).replace(os.sep, "/")
            found += [relative + "/" + file for file in files if not file.endswith(".partial")]
    return sorted(found)
