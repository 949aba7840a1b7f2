# test-checkpoints.py: a task's computer kept, set back and copied from the command line; killed while it goes back.
# SPDX-License-Identifier: GPL-3.0-or-later
import time

from journey import Journey, contents, main, turn, use


class Checkpoints(Journey):
    def inside(self, task, command):
        return self.annex("computer", "exec", task, "--", "sh", "-c", command).stdout

    def checkpoints(self, task):
        return self.lines(self.annex("tasks", "checkpoint", task, "--list", "--json"))

    def test_back_and_copy(self):
        work = self.folder({"a.txt": "a\n"}, "Work")
        before = contents(work)
        url, log = self.model(
            turn(use("shell", command="echo one > ~/note; echo draft > /folders/Work/new.txt")), turn("Noted."),
            turn(use("shell", command="echo two > ~/note; rm /folders/Work/new.txt")), turn("Changed."),
            turn(use("shell", command="cat ~/note /folders/Work/new.txt")), turn("Back again."))
        self.ask_model(url, "--folder", work, "Work")
        task = self.newest()["id"]
        made = self.lines(self.annex("tasks", "checkpoint", task, "the first", "--json"))[0]
        self.assertEqual((made["name"], made["kind"], made["memory"]), ("the first", "manual", True))
        self.assertEqual([c["id"] for c in self.checkpoints(task)], [made["id"]])
        self.resume(task, "Change it")

        # Killed at some moment: it has gone back or it has not, and the log says which.
        process = self.start("tasks", "rollback", task, "the first", "--json")
        time.sleep(0.7)
        process.kill()
        process.communicate()
        note = self.inside(task, "cat ~/note")
        begun, ended = self.events(task, "rolling-back"), self.events(task, "rolled-back")
        self.assertEqual(note, "one\n" if begun else "two\n")
        self.assertEqual(len(ended), len(begun))

        self.annex("tasks", "rollback", task, "the first")
        self.assertEqual(contents(work), before)
        self.resume(task, "Look again")
        told = self.result_text(self.events(task, "tool-finished")[-1])
        self.assertIn("one\ndraft\n", told)
        self.assertIn("has set your computer back", self.requests(log)[-1]["text"])

        # The copy has the conversation up to then and a computer of its own.
        copy = self.annex("tasks", "fork", task, "the first", "--title", "Another try").stdout.strip()
        self.assertEqual(self.newest()["title"], "Another try")
        self.assertEqual(self.newest()["id"], copy)
        self.assertEqual([e["data"]["task"] for e in self.events(copy, "forked")], [task])
        self.assertEqual(len(self.events(copy, "user-message")), 1)
        self.assertEqual(self.inside(copy, "cat ~/note /folders/Work/new.txt"), "one\ndraft\n")
        self.annex("tasks", "checkpoint", task, "--remove", made["id"])
        self.assertNotIn(made["id"], [c["id"] for c in self.checkpoints(task)])


if __name__ == "__main__":
    main()
