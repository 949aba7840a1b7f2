# test-command-line.py: wrong words, bad folders, bad databases, and tasks that move.
# SPDX-License-Identifier: GPL-3.0-or-later
import csv
import io
import json
import os
import pathlib
import re
import shutil
import sqlite3
import subprocess

from journey import ANNEX, Journey, SAMPLES, main, turn, use


class CommandLine(Journey):
    with_computer = False

    def done_task(self, *words, answer="All done."):
        url, _ = self.model(turn(answer, repeat=True))
        self.ask_model(url, *words)
        return self.newest()["id"]

    # ---- wrong usage

    def test_wrong_words(self):
        cases = [
            ([], "USAGE"), (["dance"], "no command “dance”"), (["run"], "say what the task is"),
            (["run", "--dance", "x"], "--dance"), (["run", "--timeout", "soon", "x"], "soon"),
            (["run", "--timeout", "-1", "x"], "seconds"), (["run", "--model", "dance", "x"], "anthropic, openai and tour"),
            (["run", "--model", "openai", "--base-url", "ftp://example.org", "x"], "http://"),
            (["run", "--model", "openai", "--base-url", "not an address", "x"], "address"),
            (["tasks"], "say what to do"), (["tasks", "dance"], "tasks dance"), (["tasks", "show"], "which task"),
            (["tasks", "checkpoint"], "which task"), (["tasks", "rollback"], "which task"), (["tasks", "fork"], "which task"),
            (["tasks", "export"], "which task"), (["tasks", "import"], "which file"), (["inbox"], "list or answer"),
            (["inbox", "answer", "x"], "the answer"), (["computer"], "say what to do"), (["computer", "dance"], "computer dance"),
            (["computer", "exec"], "after --"),
        ]
        for words, said in cases:
            with self.subTest(words=words):
                done = self.annex(*words, status=2)
                self.assertIn(said, done.stderr)
                self.assertEqual(done.stdout, "")
        self.assertEqual(self.lines(self.annex("tasks", "list", "--json")), [])

    def test_manuals(self):
        for words in (["--help"], ["help"], ["run", "--help"], ["tasks", "-h"], ["inbox", "--help"], ["computer", "--help"],
                      ["help", "run"]):
            with self.subTest(words=words):
                done = self.annex(*words)
                self.assertIn("USAGE", done.stdout)
                self.assertLessEqual(max(map(len, done.stdout.splitlines())), 115)
        self.assertRegex(self.annex("--version").stdout, r"^annex \d+\.\d+\.\d+\n$")
        self.assertFalse(os.path.exists(self.home + "/data/annex/tasks.db"))

    def test_manuals_name_every_command(self):
        page = (pathlib.Path(__file__).parents[2] / "data/annex.1.in").read_text(encoding="utf-8")
        short = self.annex("--help").stdout
        for group in "tasks", "inbox", "computer":
            usage = self.annex(group, "--help").stdout.partition("USAGE\n")[2].partition("\n\n")[0]
            commands = set(re.findall(rf"^  annex {group} (\w+)", usage, re.MULTILINE))
            self.assertGreater(len(commands), 2)
            for where, found in (("--help", re.search(rf"^  {group} .*?:(.*?)^  \w", short, re.MULTILINE | re.DOTALL)),
                                 ("the page", re.search(rf"^\.B {group}\n.*:(.*)\.$", page, re.MULTILINE))):
                with self.subTest(group=group, where=where):
                    self.assertEqual(set(re.findall(r"\w+", found[1])), commands)

    def test_bad_folders(self):
        good = self.folder({"a.txt": "a"}, "Good")
        inner = os.path.join(good, "inner")
        os.mkdir(inner)
        closed = self.folder({"b.txt": "b"}, "Closed")
        os.chmod(closed, 0)
        self.addCleanup(os.chmod, closed, 0o700)
        link = os.path.join(self.temporary, "link")
        os.symlink("/etc", link)
        loop = os.path.join(self.temporary, "loop")
        os.symlink(loop, loop)
        cases = [
            (["/nonexistent/folder"], "cannot be found"), ([good + "/a.txt"], "is not a folder"),
            ([good + "/a.txt/x"], "cannot be found"), (["/"], "system"), (["/usr"], "system"), (["/proc/self"], "system"),
            ([self.home], "home folder"), ([self.home + "/data/annex"], "own data"), ([good + ":write"], "read-only, review or keep"),
            ([""], "cannot be found"), ([link], "system"), ([loop], "cannot be found"),
            ([good, good], "shared already"), ([good, inner], "lies in a folder"), ([inner, good], "revoke"),
            ([good, "/nonexistent"], "cannot be found"),
        ]
        if os.geteuid() != 0:
            cases.append(([closed], "cannot be read"))
        for folders, said in cases:
            with self.subTest(folders=folders):
                words = [w for f in folders for w in ("--folder", f)]
                done = self.annex("run", "--model", "tour", *words, "Hello", status=2)
                self.assertIn(said, done.stderr)
        self.assertEqual(self.lines(self.annex("tasks", "list", "--json")), [])

    def test_good_folders(self):
        odd = self.folder({"a.txt": "a"}, "März: \u202eodd\n name")
        other = self.folder({"a.txt": "a"}, "other:keep")
        url, log = self.model(turn("Fine."))
        self.ask_model(url, "--folder", odd + ":read-only", "--folder", other, "Look")
        shares = [e["data"]["share"] for e in self.events(self.newest()["id"], "share-granted")]
        self.assertEqual([(s["path"], s["mode"]) for s in shares], [(odd, "read-only"), (other, "review")])
        sent = self.requests(log, 1)[0]["text"]
        self.assertIn("/folders/other:keep", sent)
        self.assertNotIn(self.temporary, sent)

    # ---- the prompt

    def test_prompt_from_stdin(self):
        url, log = self.model(turn("Fine."), turn("Fine again."))
        for given, words in ((b"Read this\nand that\n", "Read this\nand that"), (b"\xff\xfe odd \x1b[31m", "odd")):
            done = subprocess.run([ANNEX, *self.model_words(url)], input=given, env={**self.env, "ANNEX_API_KEY": self.key},
                                  capture_output=True, timeout=60)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertIn(words, self.requests(log)[-1]["body"]["messages"][0]["content"][-1]["text"])
        self.assertNotIn("\x1b", self.annex("tasks", "list").stdout)
        self.assertEqual(subprocess.run([ANNEX, "run"], input=b" \n", env=self.env, capture_output=True).returncode, 2)

    def test_words_after_two_dashes(self):
        url, log = self.model(turn("Fine."))
        self.ask_model(url, "--", "--model", "is", "a", "word")
        self.assertIn('"--model is a word"', self.requests(log, 1)[0]["text"])

    # ---- stored tasks

    def test_names_of_tasks(self):
        first = self.done_task("Paint the fence")
        second = self.done_task("Paint the gate")
        self.assertEqual([t["id"] for t in self.lines(self.annex("tasks", "list", "--json"))], [second, first])
        self.assertEqual(sorted(self.newest()), ["created", "id", "state", "title", "updated"])
        self.assertEqual(self.events("Paint the gate")[0]["task"], second)
        self.assertIn("matches 2 tasks", self.annex("tasks", "show", "Paint", status=1).stderr)
        self.annex("tasks", "show", "Fence", status=1)
        self.annex("run", "--resume", "nothing", status=1)

    def test_no_checkpoints(self):
        task = self.done_task("Paint the fence")
        self.assertEqual(self.annex("tasks", "checkpoint", task, "--list").stdout, "")
        for words in (("rollback", task), ("rollback", task, "x"), ("fork", task, "../x"), ("checkpoint", task, "--remove", "x")):
            with self.subTest(words=words):
                self.assertIn("checkpoint", self.annex("tasks", *words, status=1).stderr)
        self.assertEqual(len(self.lines(self.annex("tasks", "list", "--json"))), 1)

    def test_search(self):
        self.done_task("Paint the fence", answer="It is bright yellow now.")
        self.done_task("Sweep the yard")
        for words, found in (("yellow", ["Paint the fence"]), ("yard", ["Sweep the yard"]), ("purple", []),
                             ('" OR *', []), ("NEAR(", []), ("the", ["Paint the fence", "Sweep the yard"])):
            with self.subTest(words=words):
                got = [t["title"] for t in self.lines(self.annex("tasks", "list", "--json", "--search", words))]
                self.assertEqual(sorted(got), found)

    def test_audit(self):
        """What an auditor reads has no word of anybody's, unless it is asked for."""
        url, _ = self.model(turn("The word is marzipan.", use("request_network", host="data.example.org", reason="marzipan")),
                            turn("Done.", repeat=True))
        self.ask_model(url, "--answers", self.answers({"ask": "network", "answer": "task"}), "Say marzipan")
        task = self.newest()["id"]
        records = self.lines(self.annex("tasks", "audit", task, "--json"))
        self.assertEqual({record["task"] for record in records}, {task})
        self.assertEqual([record["time"] for record in records], sorted(record["time"] for record in records))
        by_kind = {record["kind"]: record for record in records}
        self.assertEqual(by_kind["task-created"]["model"], "fake-1")
        self.assertEqual(by_kind["model-call"]["usage"]["output_tokens"], 20)
        self.assertEqual((by_kind["asked"]["about"], by_kind["asked"]["host"]), ("network", "data.example.org"))
        self.assertEqual((by_kind["answered"]["answer"], by_kind["answered"]["by"]), ("task", "answers-file"))
        self.assertEqual(by_kind["host-decided"]["decision"], "allow")
        self.assertNotIn("left-machine", by_kind)  # the model's server runs on this machine
        self.assertNotIn("marzipan", json.dumps(records))
        self.assertIn("marzipan", self.annex("tasks", "audit", task, "--contents", "--json").stdout)
        table = list(csv.DictReader(io.StringIO(self.annex("tasks", "audit", task, "--csv").stdout, newline="")))
        self.assertEqual([row["kind"] for row in table], [record["kind"] for record in records])
        self.assertEqual({row["host"] for row in table}, {"", "data.example.org"})
        usage = json.loads(next(row["usage"] for row in table if row["kind"] == "model-call"))
        self.assertEqual(usage, by_kind["model-call"]["usage"])
        self.assertEqual(self.annex("tasks", "ledger", task, "--csv").stdout, "")
        told = self.annex("tasks", "audit", task).stdout
        self.assertIn("host: data.example.org", told)
        self.assertNotIn("marzipan", told)

    def test_export_and_import(self):
        folder = self.folder({"a.txt": "a"}, "Plans")
        task = self.done_task("--folder", folder, "Look at the plans")
        events = self.events(task)
        path = os.path.join(self.temporary, "task.jsonl")
        self.annex("tasks", "export", task, path)
        copy = self.annex("tasks", "import", path).stdout.strip()
        self.assertNotEqual(copy, task)
        imported = self.events(copy)
        self.assertEqual([(e["type"], e["data"]) for e in imported[:len(events)]], [(e["type"], e["data"]) for e in events])
        self.assertEqual([e["type"] for e in imported[len(events):]], ["imported"])
        # What was granted elsewhere is not granted here.
        url, log = self.model(turn("Again."))
        self.assertIn("Again.", self.resume(copy, "--base-url", url, "Go on").stdout)
        self.annex("tasks", "draft", copy)
        self.annex("tasks", "export", task, "/nonexistent/x", status=1)
        self.annex("tasks", "import", "/nonexistent/x", status=1)
        with open(path, encoding="utf-8") as file:
            lines = file.read().splitlines()
        before = len(self.lines(self.annex("tasks", "list", "--json")))
        for broken in (lines[:-1], lines[1:], [lines[0], *lines[2:]], [*lines[:3], "{", *lines[4:]], ["not even JSON"]):
            with open(path, "w", encoding="utf-8") as file:
                file.write("\n".join(broken) + "\n")
            self.annex("tasks", "import", path, status=1)
        self.assertEqual(len(self.lines(self.annex("tasks", "list", "--json"))), before)

    def test_hostile_import(self):
        """An export of somebody else's may hold anything; it is shown and gone on with, and nothing breaks."""
        task = self.done_task("Look")
        path = os.path.join(self.temporary, "task.jsonl")
        self.annex("tasks", "export", task, path)
        with open(path, encoding="utf-8") as file:
            head, *lines = [json.loads(line) for line in file]
        odd = [
            ("block", {"reply": 7, "index": "x", "block": [1]}), ("block", {"reply": "r", "index": 0, "block": {"type": "text", "text": 5}}),
            ("plan-updated", {"steps": [1, "two", {"title": ["x"]}]}), ("plan-updated", {"steps": {"a": 1}}),
            ("draft-kept", {"keep": "../../x", "share": "s", "entries": [1, {"path": 3, "outcome": {}}]}),
            ("draft-undone", {"keep": 1, "entries": ["x"]}), ("files-presented", {"paths": [1, {}, None]}),
            ("tool-finished", {"tool_use_id": "x", "name": "shell", "result": "no block", "duration_ms": "long"}),
            ("ask-opened", {"ask": {"id": "x", "kind": "question", "questions": [1]}}), ("ask-opened", {"ask": 1}),
            ("share-granted", {"share": {"id": "../x", "name": "..", "path": "/etc", "mode": "keep"}}),
            ("reply-failed", {"reply": "r", "message": 1, "retry_in_ms": "x"}), ("user-message", {"blocks": ["x", 1]}),
            ("draft-changed", {"share": "s", "added": "many"}), ("rewound", {"to_seq": "x"}), ("new-in-2031", {"a": 1}),
        ]
        taken = 0
        for kind, data in odd:
            with self.subTest(kind=kind, data=data):
                extra = {**lines[-1], "seq": lines[-1]["seq"] + 1, "type": kind, "data": data}
                with open(path, "w", encoding="utf-8") as file:
                    for line in [{**head, "events": len(lines) + 1}, *lines, extra]:
                        file.write(json.dumps(line) + "\n")
                done = subprocess.run([ANNEX, "tasks", "import", path], env=self.env, capture_output=True, text=True, timeout=60)
                self.assertIn(done.returncode, (0, 1), done.stderr)
                if done.returncode:
                    continue
                taken += 1
                copy = done.stdout.strip()
                self.annex("tasks", "show", copy)
                self.annex("inbox", "list")
                url, _ = self.model(turn("Fine."))
                self.resume(copy, "--base-url", url, "Go on")
        self.assertGreaterEqual(taken, 1)

    # ---- the data folder

    def assert_closed(self, said):
        for words in (["tasks", "list"], ["run", "--model", "tour", "Hello"], ["inbox", "list"]):
            done = self.annex(*words, status=1)
            self.assertIn(said, done.stderr)
            lines = [line for line in done.stderr.splitlines() if not line.startswith("==")]  # a sanitizer's own
            self.assertEqual(len(lines), 2, done.stderr)

    def test_data_folder_that_cannot_be_written(self):
        if os.geteuid() == 0:
            self.skipTest("root may write everywhere")
        os.chmod(self.home + "/data/annex", 0o500)
        self.addCleanup(os.chmod, self.home + "/data/annex", 0o700)
        self.assert_closed("The task database cannot be opened")
        os.chmod(self.home + "/data/annex", 0o700)
        shutil.rmtree(self.home + "/data/annex")
        with open(self.home + "/data/annex", "w", encoding="utf-8"):
            pass
        self.addCleanup(os.chmod, self.home, 0o700)
        self.annex("tasks", "list", status=1)
        os.remove(self.home + "/data/annex")
        os.mkdir(self.home + "/data/annex")
        self.annex("tasks", "list")

    def test_database_that_cannot_be_read(self):
        task = self.done_task("Look")
        path = self.home + "/data/annex/tasks.db"
        with open(path, "rb") as file:
            whole = file.read()
        for broken in (b"not a database at all" * 400, whole[:3000] + b"\0" * 20000, whole[:100] + b"\xff" * 4000 + whole[4100:]):
            for tail in ("-wal", "-shm"):
                if os.path.exists(path + tail):
                    os.remove(path + tail)
            with open(path, "wb") as file:
                file.write(broken)
            self.assert_closed("database")
            with open(path, "rb") as file:
                self.assertEqual(file.read(), broken)
        with open(path, "wb") as file:
            file.write(whole)
        self.assertEqual(self.newest()["id"], task)

    def test_database_of_a_newer_annex(self):
        self.done_task("Look")
        with sqlite3.connect(self.home + "/data/annex/tasks.db") as database:
            database.execute("PRAGMA user_version = 9999")
        database.close()
        self.assert_closed("newer Annex")

    def test_two_at_once(self):
        url, _ = self.model(turn("x", fault={"kind": "slow", "ms": 20}), turn("y", fault={"kind": "slow", "ms": 20}))
        both = [self.start_model(url, "Task one"), self.start_model(url, "Task two")]
        for process in both:
            out, err = process.communicate(timeout=60)
            self.assertEqual(process.returncode, 0, err)
        self.assertEqual(sorted(t["title"] for t in self.lines(self.annex("tasks", "list", "--json"))), ["Task one", "Task two"])

    # ---- no image

    def test_computer_is_removed(self):
        """Image, templates and computers, and nothing of anybody else's."""
        data = self.home + "/data/annex"
        image = data + "/image"

        def install():
            os.makedirs(image + "/13-made-up")
            with open(image + "/13-made-up/base.erofs", "wb") as file:
                file.write(b"x" * 100000)
            os.symlink("13-made-up", image + "/current")

        install()
        self.assertIn("kB", self.annex("computer", "remove").stdout)
        self.assertFalse(os.path.lexists(image))
        self.annex("computer", "remove")  # nothing is there: nothing to do

        install()
        computer = data + "/computers/00000000000000000000000001"
        os.makedirs(computer)
        with open(computer + "/computer.json", "w", encoding="utf-8") as file:
            json.dump({"image": "13-made-up"}, file)
        self.assertIn("--force", self.annex("computer", "remove", status=1).stderr)
        self.assertTrue(os.path.exists(computer + "/computer.json") and os.path.exists(image))
        self.annex("computer", "remove", "--force")
        self.assertFalse(os.path.lexists(image) or os.path.exists(computer))

        others = os.path.join(self.temporary, "of-another")
        os.makedirs(others + "/13-theirs")
        os.symlink(others, image)
        self.annex("computer", "remove")
        self.assertFalse(os.path.lexists(image))
        self.assertTrue(os.path.isdir(others + "/13-theirs"))

    def test_computer_is_removed_where_it_was_moved_to(self):
        """The folder that was made for it goes, its neighbours stay, and the usual place counts again."""
        disk = os.path.join(self.temporary, "other disk")
        moved, away = disk + "/annex-computers", self.temporary + "/not attached"
        config = self.home + "/config/annex/config.json"
        os.makedirs(moved + "/image/13-made-up")
        os.makedirs(moved + "/computers")
        os.makedirs(moved + "/checkpoints")
        with open(moved + "/image/13-made-up/base.erofs", "wb") as file:
            file.write(b"x" * 100000)
        with open(disk + "/letter.txt", "w", encoding="utf-8") as file:
            file.write("mine")
        os.makedirs(os.path.dirname(config))
        with open(config, "w", encoding="utf-8") as file:
            json.dump({"computer_folder": moved, "use_computer": True}, file)

        os.rename(disk, away)
        self.assertIn(moved, self.annex("computer", "remove", status=1).stderr)
        with open(config, encoding="utf-8") as file:
            self.assertEqual(json.load(file)["computer_folder"], moved)

        os.rename(away, disk)
        self.assertIn("kB", self.annex("computer", "remove").stdout)
        self.assertEqual(os.listdir(disk), ["letter.txt"])
        with open(config, encoding="utf-8") as file:
            self.assertEqual(json.load(file), {"use_computer": True})
        self.annex("computer", "remove")

    def test_without_an_image(self):
        done = self.annex("computer", "exec", "--", "uname", status=4)
        self.assertIn("annex computer build", done.stderr)
        self.assertFalse(json.loads(self.annex("computer", "status", "--json", status=4).stdout)["ready"])
        # The model is told, and can say so; the run says what is missing.
        url, _ = self.model(turn(use("shell", command="ls")), turn("I have no computer."))
        done = self.ask_model(url, "--folder", self.folder({"a": "a"}, "Plans"), "Look", status=4)
        self.assertIn("I have no computer.", done.stdout)
        self.assertIn("annex computer build", done.stderr)
        told, error = self.results(self.newest()["id"])[0]
        self.assertTrue(error)
        self.assertIn("no image", told)
        self.assertEqual(self.newest()["state"], "failed")

    def test_without_an_image_and_a_folder(self):
        """It is the work that needs a computer, not the folder."""
        url, _ = self.model(turn(use("shell", command="ls")), turn("I have no computer."), turn("Fine."), turn("Fine."))
        done = self.ask_model(url, "Count", status=4)
        self.assertIn("I have no computer.", done.stdout)
        self.assertIn("annex computer build", done.stderr)
        self.assertEqual(self.events(self.newest()["id"], "error")[-1]["data"]["code"], "no-image")
        self.ask_model(url, "Just talk")
        self.ask_model(url, "--folder", self.folder({"a": "a"}, "Plans"), "Just talk about my plans")
        self.assertEqual(self.newest()["state"], "done")
        # The tour's words fit a terminal: there are no preferences to open.
        done = self.annex("run", "--model", "tour", "--folder", self.folder(), "--unattended", status=4)
        self.assertNotIn("preferences", (SAMPLES / "tour/turns.json").read_text(encoding="utf-8"))
        self.assertIn("annex computer build", done.stderr)

    def test_an_address_alone(self):
        """--base-url without --model is a compatible server there, never the tour."""
        url, log = self.model(turn("Fine."))
        done = self.annex("run", "--base-url", url, "Look")
        self.assertIn("Fine.", done.stdout)
        self.assertEqual([r["path"] for r in self.requests(log, 1)], ["/v1/chat/completions"])
        self.assertEqual(self.events(self.newest()["id"], "task-created")[0]["data"]["provider"], "openai")
        self.annex("run", "--base-url", "not an address", "Look", status=2)


if __name__ == "__main__":
    main()
