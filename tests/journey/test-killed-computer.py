# test-killed-computer.py: Annex killed while its computer works, while a draft is kept, and while a checkpoint is made.
# SPDX-License-Identifier: GPL-3.0-or-later
"""How many kills there are is ANNEX_KILLS. After each, no file of the user's is half, the task goes on, and what was
kept can be taken back."""
import os
import random
import signal
import sqlite3
import time
import unittest

from journey import Journey, contents, is_again, left_over, main, read_proc, tree, turn, use, wait_until

KILLS = int(os.environ.get("ANNEX_KILLS", "0"))
SEED = int(os.environ.get("ANNEX_SEED", "0")) or random.randrange(1 << 30)
N_FILES = 40
WORK = (f"cd /folders/Work && for n in $(seq {N_FILES}); do printf 'new %s\\n' $n | head -c 100 >file-$n; "
        "yes line | head -c 300000 >>file-$n; done; rm -f gone-*; sync")


@unittest.skipUnless(KILLS, "ANNEX_KILLS says how often")
class KilledAtWork(Journey):
    def setUp(self):
        super().setUp()
        self.random = random.Random(SEED)
        print(f"# seed {SEED}")

    def machines(self):
        """The words of what belongs to a computer and still runs."""
        words = [read_proc(pid, "cmdline").split(b"\0")[0] for pid in left_over(self.runtime, self.home)]
        return [word for word in words if b"qemu-system" in word or b"virtiofsd" in word]

    def kill_after(self, words, seconds):
        process = self.start(*words, ANNEX_API_KEY=self.key)
        time.sleep(seconds)
        process.send_signal(signal.SIGKILL)
        process.communicate(timeout=60)
        return process.returncode == -signal.SIGKILL

    def check_database(self):
        base = sqlite3.connect(f"{self.home}/data/annex/tasks.db", timeout=30)
        self.assertEqual(base.execute("PRAGMA integrity_check").fetchall(), [("ok",)])
        base.close()

    def make_folder(self, number):
        files = {f"file-{n}": f"old {n}\n" for n in range(1, N_FILES + 1)}
        files.update({f"gone-{n}": f"gone {n}\n" for n in range(5)})
        path = self.folder(files, f"Kill{number}")
        work = os.path.join(path, "Work")
        os.mkdir(work)
        for name in files:
            os.rename(os.path.join(path, name), os.path.join(work, name))
        return work

    def test_work_and_keep(self):
        interrupted = 0
        whole_s = None
        new = None
        for n in range(KILLS + 1):
            work = self.make_folder(n)
            before, old = tree(work), contents(work)
            url, _ = self.model(turn("I write.", use("shell", command=WORK, timeout_s=100)), turn("Done.", repeat=True))
            words = [*self.model_words(url), "--folder", work + ":keep", "--unattended", f"Write {n}"]
            began = time.monotonic()
            if whole_s is None:  # the first is left alone: how long it takes, and what comes of it
                self.annex(*words, ANNEX_API_KEY=self.key)
                whole_s, new = time.monotonic() - began, contents(work)
                self.assertNotEqual(new, old)
                print(f"# without a kill {whole_s:.1f} s")
            else:
                interrupted += self.kill_after(words, self.random.uniform(0, whole_s))
                self.check_database()
                for name, what in contents(work).items():
                    if name != ".":
                        self.assertIn(what, (old.get(name), new.get(name)), f"{name} is half")
                task = self.newest()["id"] if self.lines(self.annex("tasks", "list", "--json")) else None
                if task is None or f"Write {n}" not in self.newest()["title"]:
                    continue  # it had not begun
                if not any(e["type"] == "share-granted" for e in self.events(task)):
                    continue
                # As an agent does that is told of the interruption: it does the work again.
                url, _ = self.model(turn("Again.", use("shell", command=WORK, timeout_s=100)), turn("Done.", repeat=True))
                self.resume(task, "--base-url", url, "--unattended", "Go on")
                self.annex("tasks", "keep", task)
            task = self.newest()["id"]
            self.assertEqual(contents(work), new)
            self.annex("tasks", "undo", task)
            self.assertTrue(is_again(work, before), n)
        print(f"# {KILLS} kills, {interrupted} before its end")
        # Whoever needs a computer next clears up after the last kill, too.
        self.annex("computer", "exec", task, "--", "true")
        self.assertTrue(wait_until(lambda: not self.machines(), 120), self.machines())

    def test_checkpoints(self):
        url, _ = self.model(turn("I write.", use("shell", command="echo one >~/note; sync")), turn("Done.", repeat=True))
        self.ask_model(url, "--unattended", "Write")
        task = self.newest()["id"]
        began = time.monotonic()
        self.annex("tasks", "checkpoint", task, "first")
        whole_s = time.monotonic() - began
        for n in range(max(4, KILLS // 4)):
            if n % 2 == 0:
                self.kill_after(["tasks", "checkpoint", task, f"number {n}"], self.random.uniform(0, whole_s))
            else:
                self.kill_after(["tasks", "rollback", task, "first"], self.random.uniform(0, whole_s * 2))
            self.check_database()
            self.assertIn("one", self.annex("computer", "exec", task, "--", "cat", "/home/agent/note").stdout)
        self.annex("tasks", "rollback", task, "first")
        self.assertIn("one", self.annex("computer", "exec", task, "--", "cat", "/home/agent/note").stdout)


if __name__ == "__main__":
    main()
