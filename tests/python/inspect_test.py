"""What the form learns about a script, from the program it asks."""
import json
import os
import subprocess
import sys
import tempfile
import time
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
PROGRAM = os.path.join(ROOT, "resources", "python", "inspect_script.py")
EXAMPLE = os.path.join(ROOT, "resources", "examples", "tf-mnist")


def inspect(*arguments, text=None):
    answer = subprocess.run([sys.executable, "-I", "-S", PROGRAM, *arguments], input=text, capture_output=True, timeout=30)
    assert answer.returncode == 0, answer.stderr
    return json.loads(answer.stdout)


class Inspect(unittest.TestCase):
    def test_the_examples_options(self):
        for script in ("tf_mnist.py", "tf_mnist_mlflow.py"):
            found = inspect(os.path.join(EXAMPLE, script))
            self.assertTrue(found["ok"])
            options = {option["name"]: option for option in found["options"]}
            self.assertEqual(list(options), ["--data-folder", "--batch-size", "--first-layer-neurons", "--second-layer-neurons",
                                             "--learning-rate", "--epochs"])
            self.assertTrue(options["--data-folder"]["required"])
            self.assertEqual((options["--batch-size"]["type"], options["--batch-size"]["default"]), ("int", 50))
            self.assertIn("tensorflow", found["imports"])

    def test_shapes_of_add_argument(self):
        found = inspect("-", text=b'''
import argparse, os
def options(parser):
    group = parser.add_mutually_exclusive_group()
    group.add_argument("-v", "--verbose", action="store_true", help="say " + "more")
    group.add_argument("-q", dest="quiet", action="count")
    parser.add_argument("--mode", choices=("a", "b"), default=os.environ.get("MODE", "a"))
    parser.add_argument("--rates", nargs="+", type=float, default=[0.1, 1e-3])
    parser.add_argument("folder"); parser.add_argument("rest", nargs="*")
    parser.add_argument(name)
    parser.add_argument("--version", action="version", version="1")
flags.DEFINE_integer("train_steps", 200, "Number of steps")
flags.DEFINE_enum("kind", "x", ["x", "y"], "Which")
''')
        self.assertTrue(found["ok"])
        options = {option["name"]: option for option in found["options"]}
        self.assertEqual(list(options), ["--verbose", "-q", "--mode", "--rates", "folder", "rest", "--train_steps", "--kind"])
        self.assertEqual((options["--verbose"]["takes_value"], options["--verbose"]["flags"]), (False, ["-v", "--verbose"]))
        self.assertFalse(options["-q"]["takes_value"])
        self.assertEqual((options["--mode"]["choices"], options["--mode"]["default"]), (["a", "b"], "os.environ.get('MODE', 'a')"))
        self.assertEqual(options["--rates"]["default"], [0.1, 0.001])
        self.assertEqual((options["folder"]["required"], options["rest"]["required"]), (True, False))
        self.assertEqual((options["--train_steps"]["default"], options["--train_steps"]["type"]), (200, "int"))
        self.assertEqual(options["--kind"]["choices"], ["x", "y"])

    def test_syntax_errors_name_file_and_line(self):
        found = inspect("--syntax-only", "-", text=b"import os\n\ndef f(:\n    pass\n")
        self.assertEqual([(e["line"], e["column"]) for e in found["errors"]], [(3, 7)])
        with tempfile.TemporaryDirectory() as folder:
            with open(os.path.join(folder, "main.py"), "w") as out:
                out.write("import helper\n")
            with open(os.path.join(folder, "helper.py"), "w") as out:
                out.write("x = 1\ny = (\n")
            error = inspect(os.path.join(folder, "main.py"))["errors"][0]
            self.assertEqual((error["file"], error["line"]), ("helper.py", 2))

    def test_any_bytes_get_an_answer(self):
        for text in (b"", b"\x00\x01", b"\xff\xfe\xfd", b"x = '" + b"a" * 10 ** 6 + b"'", b"(" * 5000, b"# coding: nonsense\n",
                     b"print 'two'\n", b"-" * 100000 + b"1"):
            found = inspect("-", text=text)
            self.assertEqual(found["ok"], not found["errors"], text[:20])
        self.assertFalse(inspect("/no/such/script.py")["ok"])

    def test_nothing_of_the_script_runs(self):
        with tempfile.TemporaryDirectory() as folder:
            script = os.path.join(folder, "main.py")
            with open(script, "w") as out:
                out.write("open(%r, 'w')\nimport argparse, json\n" % os.path.join(folder, "ran"))
            with open(os.path.join(folder, "json.py"), "w") as out:
                out.write("open(%r, 'w')\n" % os.path.join(folder, "ran"))
            self.assertTrue(inspect(script)["ok"])
            self.assertFalse(os.path.exists(os.path.join(folder, "ran")))

    def test_it_is_quick(self):
        times = []
        for _ in range(5):
            begin = time.monotonic()
            inspect(os.path.join(EXAMPLE, "tf_mnist.py"))
            times.append(time.monotonic() - begin)
        self.assertLess(min(times), 0.1)


if __name__ == "__main__":
    unittest.main()
