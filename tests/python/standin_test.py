"""What scripts meet when they say `from azureml.core import Run` where the real package is not installed.
Everything runs in processes of its own, against a service that is killed under it. RUNYARD_PYTHONS may name
more interpreters, separated by ':'."""
import json
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import textwrap
import time
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
SITE = os.path.join(os.path.dirname(os.path.dirname(HERE)), "resources", "python", "site")
PYTHONS = [sys.executable] + [p for p in os.environ.get("RUNYARD_PYTHONS", "").split(":") if p]


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Case(unittest.TestCase):
    def setUp(self):
        self.scratch = tempfile.TemporaryDirectory(prefix="standin")
        self.addCleanup(self.scratch.cleanup)
        self.work = os.path.join(self.scratch.name, "work")
        os.makedirs(self.work)
        self.store = os.path.join(self.scratch.name, "store.jsonl")
        self.where = os.path.join(self.scratch.name, "socket")
        self.service = None
        self.addCleanup(self.kill_service)

    def start_service(self, mode=""):
        self.service = subprocess.Popen([sys.executable, os.path.join(HERE, "service.py"), self.where, self.store, mode],
                                        stdout=subprocess.PIPE)
        self.assertEqual(self.service.stdout.readline(), b"ready\n")

    def kill_service(self):
        if self.service:
            self.service.kill()
            self.service.wait()
            self.service.stdout.close()
            self.service = None

    def environment(self, online=True, **more):
        values = {"PATH": os.environ["PATH"], "PYTHONPATH": SITE, "HOME": self.scratch.name}
        if online:
            endpoint = "http://localhost:%s" % (self.where if self.where.isdigit() else "1")
            values.update(AZUREML_RUN_ID="r1", AZUREML_RUN_TOKEN="secret", AZUREML_SERVICE_ENDPOINT=endpoint,
                          AZUREML_WORKSPACE_SCOPE="/ws", AZUREML_ARM_PROJECT_NAME="tf mnist")
            if not self.where.isdigit():
                values["RUNYARD_SOCKET"] = self.where
        values.update(more)
        return values

    def start(self, script, python=sys.executable, **more):
        path = os.path.join(self.work, "script.py")
        with open(path, "w") as out:
            out.write(textwrap.dedent(script))
        return subprocess.Popen([python, "-u", path], cwd=self.work, env=self.environment(**more),
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def run_script(self, script, python=sys.executable, code=0, **more):
        process = self.start(script, python, **more)
        out, err = process.communicate(timeout=120)
        self.assertEqual(process.returncode, code, err.decode())
        return out.decode(), err.decode()

    def stored(self):
        """Rows as the service must see them: first of each metricId, in order of arrival. And how many came again."""
        seen, rows, again = set(), [], 0
        if not os.path.exists(self.store):
            return rows, again
        for request in self.requests():
            for value in request["body"].get("values", []):
                for row in value["value"]:
                    again += row["metricId"] in seen
                    if row["metricId"] not in seen:
                        rows.append((value["name"], row["data"], row))
                    seen.add(row["metricId"])
        return rows, again

    def requests(self):
        with open(self.store) as store:
            return [json.loads(line) for line in store]

    def changes(self):
        return [request for request in self.requests() if "runId" in request["body"]]


class Logging(Case):
    def test_everything_a_script_logs_arrives_in_order_with_every_interpreter(self):
        for python in PYTHONS:
            with self.subTest(python):
                self.kill_service()
                if os.path.exists(self.store):
                    os.remove(self.store)
                self.start_service()
                self.run_script("""
                    from azureml.core import Run
                    from azureml.core.run import Run as Same
                    run = Run.get_context()
                    assert Same.get_context() is run and run.id == "r1" and run.experiment.name == "tf mnist"
                    class Scalar:
                        def item(self): return 0.25
                    for i in range(300):
                        run.log("loss", i)
                    run.log("acc", Scalar(), "a description")
                    run.log("nan", float("nan")); run.log("inf", float("-inf")); run.log("big", 10 ** 30)
                    run.log("word", "naïve"); run.log("yes", True); run.log("stepped", 1.5, step=7)
                    run.log_list("list", (x / 2 for x in range(450)))
                    run.log_row("row", epoch=1, err=0.5)
                    run.log_table("table", {"x": [1, 2, 3], "y": [0.1, 0.2]})
                    run.tag("quality", "good"); run.tag("bare"); run.set_tags({"k": 1})
                    assert run.parent.id == "p1" and run.get_tags() == {"a": "b"} and run.get_properties() == {}
                    run.complete()
                    """, python)
                rows, again = self.stored()
                self.assertEqual(again, 0)
                self.assertEqual([r[1]["loss"] for r in rows if r[0] == "loss"], list(range(300)))
                by_name = {name: row for name, data, row in rows}
                self.assertEqual(by_name["acc"]["data"], {"acc": 0.25})
                self.assertTrue(by_name["nan"]["data"]["nan"] != by_name["nan"]["data"]["nan"])
                self.assertEqual(by_name["inf"]["data"]["inf"], float("-inf"))
                self.assertEqual(by_name["big"]["data"]["big"], 1e30)
                self.assertEqual(by_name["word"]["data"]["word"], "naïve")
                self.assertIs(by_name["yes"]["data"]["yes"], True)
                self.assertEqual(by_name["stepped"]["step"], 7)
                self.assertEqual([r[1]["list"] for r in rows if r[0] == "list"], [x / 2 for x in range(450)])
                self.assertEqual(by_name["row"]["data"], {"epoch": 1, "err": 0.5})
                self.assertEqual([r[1] for r in rows if r[0] == "table"], [{"x": 1, "y": 0.1}, {"x": 2, "y": 0.2}, {"x": 3}])
                stamps = [r[2]["createdUtc"] for r in rows]
                self.assertEqual(stamps, sorted(stamps))
                self.assertEqual([c["body"]["tags"] for c in self.changes()], [{"quality": "good"}, {"bare": None}, {"k": "1"}])
                self.assertEqual(self.changes()[0]["path"], "/history/v1.0/ws/experiments/tf%20mnist/runs/r1")

    def test_tcp_is_used_where_there_is_no_socket(self):
        self.where = str(free_port())
        self.start_service()
        self.run_script("from azureml.core import Run; Run.get_context().log('a', 1)")
        self.assertEqual(len(self.stored()[0]), 1)

    def test_a_refused_metric_is_said_and_takes_no_other_with_it(self):
        self.start_service("refuse-bad")
        _, err = self.run_script("""
            import threading
            from azureml.core import Run
            run = Run.get_context()
            threads = [threading.Thread(target=run.log, args=(name, 1)) for name in ("a", "bad", "b", "c")]
            [t.start() for t in threads]; [t.join() for t in threads]
            """)
        self.assertEqual(sorted(r[0] for r in self.stored()[0]), ["a", "b", "c"])
        self.assertIn("A bad one.", err)

    def test_processes_of_one_run_do_not_disturb_each_other(self):
        self.start_service()
        self.run_script("""
            import os
            from azureml.core import Run
            run = Run.get_context()
            run.log("parent", 0)
            children = []
            for child in range(4):
                pid = os.fork()
                if pid == 0:
                    for i in range(50):
                        run.log("child%d" % child, i)
                    os._exit(0)
                children.append(pid)
            for i in range(1, 50):
                run.log("parent", i)
            for pid in children:
                assert os.waitpid(pid, 0)[1] == 0
            """)
        rows, again = self.stored()
        self.assertEqual(again, 0)
        for name in ["parent"] + ["child%d" % c for c in range(4)]:
            self.assertEqual([r[1][name] for r in rows if r[0] == name], list(range(50)))


class Faults(Case):
    def test_nothing_is_lost_doubled_or_reordered_when_the_service_is_killed_again_and_again(self):
        self.start_service()
        script = self.start("""
            import time
            from azureml.core import Run
            run = Run.get_context()
            for i in range(400):
                run.log("loss", i)
                time.sleep(0.01)
            """)
        dice = random.Random(7)
        for _ in range(8):
            time.sleep(dice.uniform(0.1, 0.5))
            self.kill_service()
            time.sleep(dice.uniform(0.0, 0.3))
            self.start_service()
        out, err = script.communicate(timeout=60)
        self.assertEqual(script.returncode, 0, err.decode())
        self.assertEqual([r[1]["loss"] for r in self.stored()[0]], list(range(400)))

    def test_an_answer_that_never_came_is_asked_for_again_under_the_same_id(self):
        self.start_service("mute")
        script = self.start("from azureml.core import Run; Run.get_context().log('a', 1)")
        self.service.wait(timeout=30)
        self.kill_service()
        self.start_service("mute")
        script.communicate(timeout=60)
        rows, again = self.stored()
        self.assertEqual((len(rows), again), (1, 1))

    def test_a_script_that_is_killed_loses_nothing_that_log_returned_from(self):
        self.start_service()
        script = self.start("""
            from azureml.core import Run
            run = Run.get_context()
            for i in range(10 ** 6):
                run.log("loss", i)
                print(i, flush=True)
            """)
        time.sleep(1.0)
        script.send_signal(signal.SIGKILL)
        out, _ = script.communicate(timeout=30)
        said = int(out.decode().split("\n")[-2])
        values = [r[1]["loss"] for r in self.stored()[0]]
        self.assertGreater(said, 20)
        self.assertEqual(values[:said + 1], list(range(said + 1)))

    def test_a_script_does_not_wait_for_a_service_that_is_away_until_its_end(self):
        script = self.start("""
            import time
            from azureml.core import Run
            begin = time.time()
            run = Run.get_context()
            for i in range(100):
                run.log("loss", i)
            print(time.time() - begin)
            """)
        line = script.stdout.readline()
        self.assertLess(float(line), 3.0)
        time.sleep(1.0)
        self.assertIsNone(script.poll())
        self.start_service()
        script.communicate(timeout=30)
        self.assertEqual([r[1]["loss"] for r in self.stored()[0]], list(range(100)))

    def test_an_exception_and_an_exit_code_flush_too(self):
        self.start_service()
        self.run_script("from azureml.core import Run; Run.get_context().log('a', 1); raise ValueError('x')", code=1)
        self.run_script("import sys; from azureml.core import Run; Run.get_context().log('b', 1); sys.exit(3)", code=3)
        self.assertEqual([r[0] for r in self.stored()[0]], ["a", "b"])


class Offline(Case):
    def test_without_a_run_logging_prints(self):
        for python in PYTHONS:
            out, _ = self.run_script("""
                from azureml.core import Run
                run = Run.get_context()
                run.log("acc", 0.5); run.log_list("l", [1, 2]); run.tag("a"); run.complete()
                print(run.id)
                """, python, online=False)
            self.assertIn("Attempted to log scalar metric acc:\n0.5\n", out)
            self.assertRegex(out, r"OfflineRun_[0-9a-f-]{36}")

    def test_a_script_may_insist_on_a_run(self):
        _, err = self.run_script("from azureml.core import Run; Run.get_context(allow_offline=False)", code=1, online=False)
        self.assertIn("RunEnvironmentException", err)

    def test_files_are_kept_with_the_run(self):
        out, _ = self.run_script("""
            import io, os
            from azureml.core import Run
            run = Run.get_context()
            open("a.txt", "w").write("hello")
            os.makedirs("pictures/more"); open("pictures/more/ü.png", "wb").write(b"1"); open("pictures/b.png", "wb").write(b"2")
            run.upload_file("a.txt", "a.txt"); run.upload_file("outputs/c.txt", io.StringIO("text"))
            run.upload_folder("logs/pictures", "pictures")
            os.chdir("/")
            print(run.get_file_names())
            for wrong in ("../x", "", "outputs/../../x"):
                try:
                    run.upload_file(wrong, "/etc/hostname"); print("took", wrong)
                except ValueError:
                    pass
            try:
                run.upload_file("x", "no such file")
            except Exception as error:
                print(error)
            """, online=False)
        self.assertIn("['logs/pictures/b.png', 'logs/pictures/more/ü.png', 'outputs/a.txt', 'outputs/c.txt']", out)
        self.assertNotIn("took", out)
        self.assertIn("There is no file 'no such file' to upload.", out)


class Finding(Case):
    def package(self, folder, files):
        for name, text in files.items():
            path = os.path.join(folder, name)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "w") as out:
                out.write(textwrap.dedent(text))
        return folder

    def test_an_installed_azureml_wins_and_is_flushed_at_the_end(self):
        real = self.package(os.path.join(self.scratch.name, "real"), {
            "azureml/__init__.py": "", "azureml/core/__init__.py": "import azureml._run_impl.run_base\nclass Run:\n  who = 'real'\n",
            "azureml/_run_impl/__init__.py": "", "azureml/_run_impl/run_base.py": """
                from concurrent.futures import ThreadPoolExecutor
                pool = ThreadPoolExecutor(1)
                pool.submit(int).result()
                class _RunBase:
                    @staticmethod
                    def _kill(timeout):
                        print("flushed in", pool.submit(lambda: timeout).result())
                """})
        for python in PYTHONS:
            out, _ = self.run_script("from azureml.core import Run; print(Run.who)", python, PYTHONPATH=SITE + ":" + real)
            self.assertEqual(out, "real\nflushed in 40\n", python)

    def test_other_azureml_distributions_keep_their_modules(self):
        other = self.package(os.path.join(self.scratch.name, "other"), {"azureml/mlflow/__init__.py": "who = 'other'"})
        out, _ = self.run_script("import azureml.mlflow; from azureml.core import Run; print(azureml.mlflow.who, Run.__module__)",
                                 PYTHONPATH=SITE + ":" + other)
        self.assertEqual(out, "other azureml.core.run\n")

    def test_the_users_own_sitecustomize_runs(self):
        own = self.package(os.path.join(self.scratch.name, "own"), {"sitecustomize.py": "print('mine')"})
        out, _ = self.run_script("from azureml.core import Run; print(Run.__name__)", PYTHONPATH=SITE + ":" + own)
        self.assertEqual(out, "mine\nRun\n")

    def test_what_is_not_there_is_an_import_error(self):
        _, err = self.run_script("import azureml.nothing", code=1)
        self.assertIn("No module named 'azureml.nothing'", err)
        _, err = self.run_script("import azureml.core.nothing", code=1)
        self.assertIn("No module named 'azureml.core.nothing'", err)


if __name__ == "__main__":
    unittest.main()
