# test-window-computer.py: a task's computer in the window: kept, set back, tried in a copy, and moved to another folder.
# SPDX-License-Identifier: GPL-3.0-or-later
import json
import os

from journey import main, turn, use, wait_until
from window_case import WindowCase


def shell(command):
    return turn(use("shell", command=command))


class WindowComputer(WindowCase):
    with_computer = True

    def test_back_copy_and_move(self):
        self.begin(shell("echo one > ~/note"), turn("It is noted."),
                   shell("echo two > ~/note"), turn("It is changed."),
                   shell("cat ~/note"), turn("I found: {{last_tool_result}}"),
                   shell("cat ~/note"), turn("The copy has: {{last_tool_result}}"),
                   shell("cat ~/note"), turn("After the move: {{last_tool_result}}"))
        self.say("note it")
        self.see("^It is noted", "label", seconds=300)
        self.becomes("done")
        task = self.newest()["id"]
        self.keep("the first")
        self.shot("computer-kept")

        self.tell("change it", "^It is changed")
        self.click("^Go Back to the first", "button")
        self.see("^The computer is back at “the first”", seconds=120)
        self.shot("computer-back")
        self.tell("look again", "^I found: .*one")
        self.assertEqual(len(self.events(task, "rolled-back")), 1)

        self.copy(task)
        self.tell("and here", "^The copy has: .*one")
        self.shot("computer-copy")
        self.move()
        self.tell("still there", "^After the move: .*one")
        self.shot("computer-moved")

    def tell(self, words, answer):
        """Says something and waits for the answer and the end of the run."""
        self.press("ctrl+l")
        self.is_on("text", "^Message|^Say something")
        self.say(words)
        self.see(answer, "label", seconds=240)
        self.becomes("done")

    def keep(self, name):
        self.press("alt+3")
        self.click("^Keep the Computer as It Is Now$", "button")
        self.is_on("text", "^Name$")
        self.write(name)
        self.press("Return")
        self.see(f"^Go Back to {name}", "button", seconds=120)

    def copy(self, task):
        """Try in a Copy: a task of its own, with the conversation up to then."""
        for _ in range(3):  # the pane is told of the new checkpoint, and what it shows may move under the pointer
            self.click("", "toggle button", start=self.see("^More for the first"))
            if wait_until(lambda: self.look("^More", "menu"), 15):
                break
        self.see("^More", "menu", seconds=1)
        self.press("c")  # the letter that is underlined
        self.assertTrue(wait_until(lambda: self.newest()["id"] != task, 120), self.outline())
        copy = self.newest()
        self.assertTrue(copy["title"].endswith(" (copy)"), copy)
        self.assertEqual([e["data"]["task"] for e in self.events(copy["id"], "forked")], [task])
        self.assertEqual(len(self.events(copy["id"], "user-message")), 1)
        self.see(r"\(copy\), ", "toggle button|button")  # it is what the window shows

    def move(self):
        place = self.folder({}, "Other disk")
        old = os.path.join(self.home, "data/annex/computers")
        self.assertEqual(len(os.listdir(old)), 2)
        self.click("^Move…$", "button")
        self.see("^Where Computers Shall Live$", seconds=30)
        self.is_on(".*", "^(?!Message)")
        self.press("ctrl+l")
        self.is_on("text", "^$")
        self.paste(self.focused(), place)
        self.shot("computer-where")
        self.press("Return")
        self.see("^Computers live there now$", seconds=300)
        with open(os.path.join(self.home, "config/annex/config.json"), encoding="utf-8") as file:
            self.assertIn(place, json.dumps(json.load(file), ensure_ascii=False))
        self.assertEqual(len(os.listdir(os.path.join(place, "annex-computers/computers"))), 2)
        self.assertFalse(os.path.exists(old))
        self.see(place + "/annex-computers/computers$")


if __name__ == "__main__":
    main()
