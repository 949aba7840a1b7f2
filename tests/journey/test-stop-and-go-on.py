# test-stop-and-go-on.py: stopping in the middle, and going on by saying something; nothing is lost.
# SPDX-License-Identifier: GPL-3.0-or-later
from journey import main, text, turn, use, wait_until
from window_case import WindowCase

LONG = " ".join(f"word{i}" for i in range(400))
STEPS = [{"id": "look", "title": "Look at the receipts", "state": "in_progress"},
         {"id": "report", "title": "Write the report", "state": "pending"}]


class StopAndGoOn(WindowCase):
    def said(self, log, n):
        """The texts of the last request's messages."""
        return str(self.requests(log, n)[-1]["body"]["messages"])

    def stop(self):
        self.click("^Stop$", "button")
        self.becomes("stopped")
        self.gone("^Stop$", "button")
        self.see("Stopped", "label")

    def test_while_it_writes(self):
        self.begin(turn(LONG, piece_bytes=20, fault={"kind": "slow", "ms": 100}), turn("I go on now."))
        self.say("tell me a long story")
        self.see("word10 ", "label")
        self.stop()
        self.shot("stopped-writing")
        seen = self.look("word10 ", "label")
        self.assertIsNotNone(seen, "what was written is gone")
        self.say("go on, shorter")
        self.see("^I go on now", "label")
        self.becomes("done")
        self.shot("stopped-writing-on")
        self.assertIsNotNone(self.look("^tell me a long story$", "label"))
        said = self.said(self.requested, 2)
        self.assertIn("tell me a long story", said)
        self.assertIn("go on, shorter", said)
        self.assertIn("word10 ", said)

    def test_without_a_word(self):
        """Continue, by its button, after the model's server was gone for a while."""
        self.begin(turn(text("Here it is."), faults=[{"kind": "status", "status": 400, "message": "not now", "times": 1}]))
        self.say("hello")
        self.becomes("failed")
        self.shot("failed")
        self.click("^Continue$|^Try Again$", "button")
        self.see("^Here it is", "label")
        self.becomes("done")


class StopACommand(WindowCase):
    """The same in the middle of a command, in a real computer."""

    with_computer = True

    def is_at_work(self):
        started = self.events(self.newest()["id"], "tool-started")
        return len(started) == 3 and len(self.events(self.newest()["id"], "tool-finished")) == 2

    def test_in_a_command(self):
        self.begin(turn("First the plan.", use("update_plan", steps=STEPS)),
                   turn(use("shell", command="echo 24 receipts > notes.txt")),
                   turn("Now I look closely.", use("shell", command="sleep 1000", timeout_s=1200)),
                   turn("Then without looking.", use("shell", command="cat notes.txt"), match="leave that"),
                   turn("I noted: {{last_tool_result}}"))
        self.say("look at my receipts")
        self.see("^Now I look closely", "label", seconds=600)
        self.assertTrue(wait_until(self.is_at_work, 60))
        self.shot("stop-in-a-command")
        self.click("^Stop$", "button")
        self.becomes("stopped")
        self.gone("^Stop$", "button")
        self.shot("stopped-in-a-command")
        self.say("leave that")
        self.see("^I noted: .*24 receipts", "label", seconds=300)
        self.becomes("done")
        task = self.newest()["id"]
        plan = self.events(task, "plan-updated")[-1]["data"]["steps"]
        self.assertEqual([s["title"] for s in plan], [s["title"] for s in STEPS])
        started = [e["data"]["tool_use_id"] for e in self.events(task, "tool-started")]
        self.assertEqual(sorted(started), sorted(e["data"]["tool_use_id"] for e in self.events(task, "tool-finished")))
        self.assertIn("stopped", self.results(task)[2][0])
        self.shot("stopped-in-a-command-on")


if __name__ == "__main__":
    main()
