# test-window.py: the window, as a person uses it, with a model that is a fake one and without a computer.
# SPDX-License-Identifier: GPL-3.0-or-later
import json
import os

from journey import main, turn, use, wait_until
from window_case import WindowCase

REPORT = """# Receipts of June

I found **24 receipts** in three currencies. *Two* of them have no date.

| Currency | Receipts | Total |
|:--|--:|--:|
| EUR | 14 | 1,204.50 |
| USD | 8 | 310.00 |

```python
print("totals are per currency")
```
"""
DATES = use("ask_user", questions=[{"header": "Dates", "question": "Two receipts have no date. Where shall they go?",
                                    "options": [{"label": "Put them under “No date”"}, {"label": "Use the file’s date"}]}])


class Window(WindowCase):
    def test_conversation_and_restart(self):
        self.begin(turn(REPORT, piece_bytes=12))
        self.say("what is in these receipts?")
        self.see("^Receipts of June$", "label")
        self.see("^1,204.50$", "label")
        self.see("^Copy Code$", "button")
        self.see("Done", "label")
        self.shot("window-conversation")
        task = self.newest()
        self.assertEqual((task["state"], task["title"]), ("done", "what is in these receipts?"))
        self.close()
        self.start_window()
        self.see("^what is in these receipts", "label")
        self.see("^Receipts of June$", "label")
        self.shot("window-again")

    def test_manual(self):
        """Where no program shows pages of help."""
        self.begin(turn("Hello."))
        self.read_manual()
        self.can_write()

    def test_question_by_keyboard(self):
        self.begin(turn("I looked at them.", DATES), turn("They are under “No date”."))
        self.say("sort my receipts")
        self.see("^Put them under", "radio button")
        self.shot("window-question")
        self.reach("^Put them under|^Use the file", "radio button", keys="shift+Tab")
        self.press("2")
        self.press("Return")
        self.see("They are under", "label")
        answered = self.events(self.newest()["id"], "ask-answered")
        self.assertIn("Use the file’s date", json.dumps(answered[0]["data"]["answer"], ensure_ascii=False))

    def test_options_by_arrow(self):
        """Also when one of them is chosen already, which is the only one that Tab reaches."""
        self.begin(turn("I looked at them.", DATES), turn("They are where you said."))
        self.say("sort my receipts")
        self.see("^Put them under", "radio button")
        self.reach("^Put them under|^Use the file", "radio button", keys="shift+Tab")
        self.press("1")
        self.press("Down")
        self.is_on("radio button", "^Use the file")
        self.shot("window-question-arrow")
        self.press("Return")
        self.see("They are where", "label")
        answered = self.events(self.newest()["id"], "ask-answered")
        self.assertIn("Use the file’s date", json.dumps(answered[0]["data"]["answer"], ensure_ascii=False))

    def test_edit_while_composing(self):
        """Enter and Escape end what an input method composes; the message is neither sent nor given up."""
        self.begin(turn("It is blue."), turn("It is green."))
        self.say("Make it blue")
        self.see("^It is blue", "label")
        self.becomes("done")
        self.click("^Edit and Send Again$", "button")
        self.is_on("text", "^Your Message$")
        self.press("ctrl+a")
        self.write("Make it vert p")
        self.press("ctrl+shift+u", "e", "2")
        self.press("Return")
        self.press("ctrl+shift+u", "f", "c")
        self.press("Escape")
        self.is_on("text", "^Your Message$")
        self.assertEqual(len(self.events(self.newest()["id"], "user-message")), 1)
        self.assertEqual(self.words(self.focused()), "Make it vert pâ")
        self.shot("window-edit-composing")
        self.press("Return")
        self.see("^It is green", "label")
        said = self.events(self.newest()["id"], "user-message")[-1]["data"]["blocks"][0]["text"]
        self.assertEqual(said, "Make it vert pâ")

    def test_given_by_another_program(self):
        self.begin(turn("I looked at them."))
        given = [os.path.join(self.temporary, name) for name in ("notes.txt", "sums.csv", "Receipts")]
        for path in given[:2]:
            with open(path, "w", encoding="utf-8") as file:
                file.write("Bakery;4.20\n")
        os.mkdir(given[2])
        self.annex(*given)
        for path in given:
            self.see(f"Remove {os.path.basename(path)}", "button")
        self.shot("window-given")
        self.say("what are these?")
        self.see("^I looked at them", "label")
        task = self.newest()["id"]
        said = json.dumps(self.events(task, "user-message")[0]["data"])
        for path in given[:2]:
            self.assertIn(os.path.basename(path), said)
        shares = self.events(task, "share-granted")
        self.assertEqual([s["data"]["share"]["path"] for s in shares], [os.path.realpath(given[2])])

    def test_later_from_the_inbox(self):
        self.begin(turn(DATES), turn("Done, as you said."))
        self.say("sort my receipts")
        self.click("^Later$", "button")
        self.click("^Inbox", "button")
        self.reach("^Answer$", "button")
        self.press("Return")
        self.see("^Put them under", "radio button")
        self.shot("window-inbox")
        self.reach("^Put them under|^Use the file", "radio button")
        self.press("1")
        self.press("Return")
        self.assertTrue(wait_until(lambda: self.newest()["state"] == "done", 30), self.newest())


if __name__ == "__main__":
    main()
