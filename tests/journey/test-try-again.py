# test-try-again.py: a task tried again in the window: copies of the folders, both tries beside each other, one kept.
# SPDX-License-Identifier: GPL-3.0-or-later
import os

from journey import contents, main, turn, use, wait_until
from window_case import WindowCase


class TryAgain(WindowCase):
    with_computer = True

    def test_two_tries(self):
        notes = self.folder({"a.txt": "a\n", "gone.txt": "gone\n"}, "Notes")
        self.first_try(notes)
        kept = contents(notes)
        self.assertEqual((self.report(notes), "gone.txt" in kept), ("one\n", False))

        self.again()
        # It worked on what was there before the first try, and nothing of mine has changed.
        told = self.result_text(self.events(self.newest()["id"], "tool-finished")[-1])
        self.assertIn("gone.txt", told)
        self.assertEqual(contents(notes), kept)
        self.compare()
        self.assertEqual(contents(notes), kept)

        # The second one instead: what was kept of the first goes first.
        self.click("^Second Try: Keep This One$", "button")
        self.click("^Keep Instead$", "button")
        self.assertTrue(wait_until(lambda: self.report(notes) == "two\n", 90), self.report(notes))
        self.assertEqual(sorted(contents(notes)), [".", "a.txt", "gone.txt", "report.txt"])
        # It can be taken back there, too.
        self.click("^Second Try: Undo$", "button", 90)
        self.assertTrue(wait_until(lambda: self.report(notes) is None, 90), self.report(notes))
        self.shot("again-kept")

    def report(self, notes):
        try:
            with open(os.path.join(notes, "report.txt"), encoding="utf-8") as file:
                return file.read()
        except FileNotFoundError:
            return None

    def first_try(self, notes):
        """Done in a terminal, and kept."""
        url, _ = self.model(
            turn(use("shell", command="cd /folders/Notes && echo one > report.txt && rm gone.txt")),
            turn("The first report is ready."),
            turn(use("shell", command="cd /folders/Notes && ls && echo two > report.txt")),
            turn("The second report is ready."))
        answers = self.answers({"ask": "draft", "answer": "keep"})
        self.ask_model(url, "--folder", notes, "--answers", answers, "--unattended", "Write the report")
        self.welcomed()
        self.profiles({"id": "01jfake", "name": "Fake", "provider": self.provider, "model": "fake-1", "base_url": url,
                       "default": True})

    def again(self):
        self.open("annex:task/" + self.newest()["id"], ANNEX_API_KEY=self.key)
        self.see("^The first report is ready", "label")
        self.can_write()
        self.reach("^Task Menu$", keys="shift+Tab")
        self.press("Return")
        self.see("^Task Menu$", "menu")
        self.press("t")  # the letter that is underlined
        self.see("^Model$")
        self.shot("again-asked")
        self.click("^Try Again$", "button")
        self.see("^The second report is ready", "label", seconds=240)
        self.becomes("done")
        self.shot("again-done")

    def compare(self):
        self.click("^Compare$", "button")
        self.see("report.txt$")
        self.see("Second Try")
        self.shot("again-compared")


if __name__ == "__main__":
    main()
