# test-killed.py: Annex killed at any moment, and twice at once: nothing that was acknowledged is lost.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Each kill is followed by a look at the database and by going on to the end. How many there are, not counting those
that came too late, is ANNEX_KILLS; where they fall is by chance, from a seed that is told."""
import json
import os
import random
import signal
import sqlite3
import time

from journey import Journey, main, turn, use, wait_until

KILLS = int(os.environ.get("ANNEX_KILLS", "20"))
SEED = int(os.environ.get("ANNEX_SEED", "0")) or random.randrange(1 << 30)


def database(home):
    return sqlite3.connect(f"{home}/data/annex/tasks.db", timeout=30)


class Killed(Journey):
    with_computer = False

    def setUp(self):
        super().setUp()
        self.random = random.Random(SEED)
        self.acknowledged = {}  # id of an event: the line it was told in
        self.n_interrupted = 0

    def script(self):
        """A task with everything but a computer: streams, plans, asks, and calls that fail."""
        steps = [{"title": f"Step {n}", "state": "pending"} for n in range(20)]
        slow = {"kind": "slow", "ms": 3}
        return [turn("Let me think about this for a while. " * 8, use("update_plan", steps=steps), fault=slow),
                turn("And on.", use("update_plan", steps=steps[:3]), use("find_tools", query="anything"), fault=slow),
                turn("A host is needed.", use("request_network", host="data.example.org", reason="to read")),
                turn("What now? " * 20, use("ask_user", questions=[{"header": "Way", "question": "Which way?",
                                                                    "options": [{"label": "Left"}, {"label": "Right"}]}]),
                     fault=slow),
                turn("Nearly done. " * 60, use("update_plan", steps=steps), fault=slow),
                turn("Done.", repeat=True)]

    def run_until_killed(self, words, most_s):
        """Starts Annex, kills it after a while by chance, and notes what it told before. Was it still running?"""
        process = self.start(*words, ANNEX_API_KEY=self.key)
        time.sleep(self.random.uniform(0, most_s))
        process.send_signal(signal.SIGKILL)
        told, said = process.communicate(timeout=60)
        self.assertIn(process.returncode, (0, -signal.SIGKILL), said)
        for line in told.splitlines(keepends=True):
            if line.endswith("\n"):  # the last one may be half
                event = json.loads(line)
                self.acknowledged[event["id"]] = event
        return process.returncode == -signal.SIGKILL

    def check(self):
        """The database is sound, has all that was told, and no task has a gap."""
        base = database(self.home)
        self.addCleanup(base.close)
        self.assertEqual(base.execute("PRAGMA integrity_check").fetchall(), [("ok",)])
        if base.execute("SELECT 1 FROM sqlite_schema WHERE name = 'events'").fetchone() is None:
            self.assertEqual(self.acknowledged, {})  # it was killed before it had made one
        else:
            stored = {row[0]: row for row in base.execute("SELECT id, task, seq, type, data FROM events")}
            for number, event in self.acknowledged.items():
                self.assertIn(number, stored)
                self.assertEqual(stored[number][1:4], (event["task"], event["seq"], event["type"]))
                self.assertEqual(json.loads(stored[number][4]), event["data"])
            for task, n, last in base.execute("SELECT task, count(*), max(seq) FROM events GROUP BY task"):
                self.assertEqual(n, last, task)
        base.close()

    def tasks(self):
        return [task["id"] for task in self.lines(self.annex("tasks", "list", "--json"))]

    def go_on_to_the_end(self, task):
        self.resume(task, "--unattended", "--json", "Go on")
        self.assertEqual(self.newest()["state"], "done")

    def test_at_any_moment(self):
        print(f"# seed {SEED}")
        answers = self.answers({"ask": "network", "answer": "task"}, {"ask": "question", "answer": "Left"})
        known = set()
        n = 0
        url, _ = self.model(*self.script())
        began = time.monotonic()
        self.ask_model(url, "--answers", answers, "Do it in peace")
        whole_s = time.monotonic() - began
        while self.n_interrupted < KILLS and n < 6 * KILLS:
            url, _ = self.model(*self.script())
            words = [*self.model_words(url), "--json", "--answers", answers, f"Do number {n}"]
            interrupted = self.run_until_killed(words, whole_s)
            self.n_interrupted += interrupted
            n += 1
            if not interrupted:
                whole_s *= 0.9  # the machine has become faster
            self.check()
            new = [task for task in self.tasks() if task not in known]
            known |= set(new)
            for task in new:
                if self.random.random() < 0.5:
                    again = ["run", "--resume", task, "--json", "--answers", answers, "Go on"]
                    self.n_interrupted += self.run_until_killed(again, whole_s)
                    n += 1
                    self.check()
                self.go_on_to_the_end(task)
            self.servers.pop().terminate()
        self.check()
        print(f"# {n} kills, {self.n_interrupted} before its end, {len(self.acknowledged)} events acknowledged, "
              f"{len(known)} tasks")
        self.assertGreaterEqual(self.n_interrupted, KILLS)
        self.assertGreater(len(self.acknowledged), KILLS)

    def test_while_the_lists_are_made_anew(self):
        """What is derived from the events is made anew when its version differs; a kill in the midst of it costs
        nothing."""
        url, _ = self.model(turn("The needle is here.", repeat=True))
        self.ask_model(url, "Look for the needle")
        base = database(self.home)
        task, = base.execute("SELECT task FROM events WHERE seq = 1").fetchone()
        with base:  # many more, so that it takes a while
            last = base.execute("SELECT max(seq) FROM events").fetchone()[0]
            base.executemany("INSERT INTO events (task, seq, time_us, type, data) VALUES (?, ?, ?, ?, ?)",
                             ((task, last + n, 1770000000000000 + n, "announcement",
                               json.dumps({"text": f"word {n} " * 40})) for n in range(1, 4000)))
        base.close()
        wanted = self.lines(self.annex("tasks", "list", "--json"))
        found = self.lines(self.annex("tasks", "list", "--search", "needle", "--json"))
        self.assertEqual(len(found), 1)
        began = time.monotonic()
        self.annex("tasks", "list")
        whole_s = time.monotonic() - began + 0.2  # that much longer it takes when they are made anew
        for _ in range(max(3, KILLS // 6)):
            base = database(self.home)
            with base:
                base.execute("UPDATE meta SET value = 0 WHERE name = 'derived'")
                base.execute("DELETE FROM summary")
            base.close()
            process = self.start("tasks", "list", "--json")
            time.sleep(self.random.uniform(0, whole_s))
            process.kill()
            process.communicate()
            self.check()
        self.assertEqual([task["id"] for task in self.lines(self.annex("tasks", "list", "--json"))],
                         [task["id"] for task in wanted])
        self.assertEqual(self.lines(self.annex("tasks", "list", "--search", "needle", "--json")),
                         self.lines(self.annex("tasks", "list", "--json")))

    def test_two_at_once(self):
        """Two work in one database; of two that want the same task one does it, and the other says why not."""
        url, _ = self.model(turn("Slowly. " * 200, fault={"kind": "slow", "ms": 20}, match="first"),
                            turn("Quickly.", match="second"), turn("Done.", repeat=True))
        first = self.start_model(url, "--json", "The first")
        self.assertTrue(wait_until(lambda: os.path.exists(self.home + "/data/annex/tasks.db") and self.tasks()))
        task = self.tasks()[0]
        self.assertTrue(wait_until(lambda: any(e["type"] == "reply-started" for e in self.events(task))))
        done = self.resume(task, "Go on", status=1)
        self.assertIn("Another Annex is running this task", done.stderr)
        self.ask_model(url, "--json", "The second")
        told, said = first.communicate(timeout=120)
        self.assertEqual(first.returncode, 0, said)
        for line in told.splitlines():
            self.acknowledged[json.loads(line)["id"]] = json.loads(line)
        self.check()
        self.assertEqual(len(self.tasks()), 2)


if __name__ == "__main__":
    main()
