"""Says what a training script takes, without running it: prints one JSON object.

{"ok": false, "errors": [{"file", "line", "column", "message"}], "options": […], "imports": […]}

An option is {"name", "flags", "required", "type", "default", "choices", "help", "takes_value", "line", "file"}; `name`
is its first long flag. Options are looked for in every add_argument call, also in modules beside the script that it
imports, and in the flags of absl and tf.app.flags. What is computed at run time comes as its source text.
Usage: inspect_script.py [--syntax-only] SCRIPT      (SCRIPT "-" reads the text from standard input)
"""
import ast
import json
import os
import sys

FLAG_TYPES = {"DEFINE_string": "str", "DEFINE_integer": "int", "DEFINE_float": "float", "DEFINE_boolean": "bool",
              "DEFINE_bool": "bool", "DEFINE_enum": "str"}
VALUELESS = ("store_true", "store_false", "store_const", "append_const", "count", "help", "version")
MOST_FILES = 20


def plain(node):
    """A literal's value, else the expression as it is written."""
    try:
        value = ast.literal_eval(node)
        json.dumps(value)
        return list(value) if isinstance(value, (tuple, set)) else value
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError):
        return source_of(node)


def text_of(node):
    """The text of a string literal; None for anything else."""
    value = getattr(node, "value", getattr(node, "s", None)) if type(node).__name__ in ("Constant", "Str") else None
    return value if isinstance(value, str) else None


def source_of(node):
    try:
        return ast.unparse(node)
    except (AttributeError, RecursionError):  # before Python 3.9
        return "…"


def option_of(call):
    """The option that an add_argument(…) call declares; None if it has no flag known before the script runs."""
    flags = [text for text in map(text_of, call.args) if text]
    if not flags:
        return None
    given = {k.arg: k.value for k in call.keywords if k.arg}
    action = plain(given["action"]) if "action" in given else "store"
    flagged = flags[0].startswith("-")
    if action in ("help", "version"):
        return None
    longs = [f for f in flags if f.startswith("--")]
    optional = flagged or ("nargs" in given and plain(given["nargs"]) in ("?", "*"))
    required = plain(given["required"]) is True if "required" in given else not optional
    return {"name": longs[0] if longs else flags[0], "flags": flags, "required": required,
            "type": source_of(given["type"]) if "type" in given else ("bool" if action in ("store_true", "store_false") else None),
            "default": plain(given["default"]) if "default" in given else None,
            "choices": plain(given["choices"]) if "choices" in given else None,
            "help": plain(given["help"]) if "help" in given else None,
            "takes_value": action not in VALUELESS, "line": call.lineno}


def flag_of(call, kind):
    """The option of DEFINE_xxx(name, default, help)."""
    name = text_of(call.args[0]) if call.args else None
    if not name:
        return None
    values = [plain(a) for a in call.args[1:]]
    choices = values.pop(1) if kind == "DEFINE_enum" and len(values) > 1 else None
    return {"name": "--" + name, "flags": ["--" + name], "required": False, "type": FLAG_TYPES[kind],
            "default": values[0] if values else None, "choices": choices, "help": values[1] if len(values) > 1 else None,
            "takes_value": True, "line": call.lineno}


def read(path):
    if path == "-":
        return sys.stdin.buffer.read()
    with open(path, "rb") as stream:
        return stream.read()


class Inspection:
    def __init__(self, script, syntax_only):
        self.folder = os.path.dirname(os.path.abspath(script)) if script != "-" else None
        self.syntax_only = syntax_only
        self.errors, self.options, self.imports = [], [], []
        self.waiting, self.seen = [script], {script}

    def run(self):
        while self.waiting:
            self.look_at(self.waiting.pop(0))
        return {"ok": not self.errors, "errors": self.errors, "options": self.options, "imports": sorted(set(self.imports))}

    def look_at(self, path):
        name = os.path.basename(path)
        try:
            tree = compile(read(path), name, "exec", ast.PyCF_ONLY_AST, dont_inherit=True)
        except SyntaxError as error:
            self.errors.append({"file": name, "line": error.lineno or 1, "column": error.offset or 1, "message": error.msg})
            return
        except (ValueError, RecursionError, MemoryError, OSError) as error:
            self.errors.append({"file": name, "line": 1, "column": 1, "message": str(error) or type(error).__name__})
            return
        if not self.syntax_only:
            nodes = [node for node in ast.walk(tree) if hasattr(node, "lineno")]
            for node in sorted(nodes, key=lambda node: (node.lineno, node.col_offset)):
                self.look_at_node(node, name)

    def look_at_node(self, node, name):
        if isinstance(node, ast.Import):
            for alias in node.names:
                self.follow(alias.name)
        elif isinstance(node, ast.ImportFrom):
            self.follow(node.module or "", node.level)
        elif isinstance(node, ast.Call):
            called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", None)
            option = option_of(node) if called == "add_argument" else flag_of(node, called) if called in FLAG_TYPES else None
            if option and option["name"] not in [known["name"] for known in self.options]:
                self.options.append(dict(option, file=name))

    def follow(self, module, level=0):
        if module and not level:
            self.imports.append(module.partition(".")[0])
        if not self.folder or not module:
            return
        base = os.path.join(self.folder, *module.split("."))
        for path in (base + ".py", os.path.join(base, "__init__.py")):
            if path not in self.seen and len(self.seen) < MOST_FILES and os.path.isfile(path):
                self.seen.add(path)
                self.waiting.append(path)


def main(arguments):
    syntax_only = "--syntax-only" in arguments
    scripts = [a for a in arguments if a != "--syntax-only"]
    if len(scripts) != 1:
        sys.exit(__doc__)
    json.dump(Inspection(scripts[0], syntax_only).run(), sys.stdout)
    sys.stdout.write("\n")


if __name__ == "__main__":
    main(sys.argv[1:])
