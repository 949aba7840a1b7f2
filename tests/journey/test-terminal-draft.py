# test-terminal-draft.py: at a terminal with a real computer: what is refused, and what becomes of a draft.
# SPDX-License-Identifier: GPL-3.0-or-later
import os

from journey import Journey, main, tree, turn, use
from terminal import Terminal

LABELS = "keep or discard: "


class DraftAtTheTerminal(Journey):
    def test_refusal_then_draft(self):
        folder = self.folder({"a.txt": "one\n"}, "Work")
        before = tree(folder)
        url, _ = self.model(
            turn(use("shell", command="curl -sS https://refused.example/ 2>&1; echo two > /folders/Work/new.txt", timeout_s=120)),
            turn(use("shell", command="true")),
            turn("It is written."))
        terminal = Terminal(self, *self.model_words(url), "--folder", folder, "Write", ANNEX_API_KEY=self.key)

        asked = terminal.expect(LABELS, 600)
        self.assertIn("▣ Annex asks: what becomes of the changes?\n    1 added in Work", asked)
        for wrong in ("yes", "k", "1", "keep it"):
            terminal.answer(wrong)
            terminal.expect("The answer must be one of: keep, discard")
            terminal.expect(LABELS)
        self.assertEqual(tree(folder), before)
        terminal.answer("Keep")
        terminal.end(0, 300)
        with open(os.path.join(folder, "new.txt"), encoding="utf-8") as file:
            self.assertEqual(file.read(), "two\n")

        # curl shows a number only; what the model is told says whom to ask, once.
        first, second = [text for text, _ in self.results(self.newest()["id"])]
        self.assertIn("response 403", first)
        self.assertIn("Annex refused the connection to refused.example: nobody has allowed it. Call request_network", first)
        self.assertNotIn("refused", second)

        # The end of the input decides nothing.
        url, _ = self.model(turn(use("shell", command="rm /folders/Work/a.txt")), turn("It is gone."))
        task = self.newest()["id"]
        terminal = Terminal(self, "run", "--resume", task, "--base-url", url, "Remove a.txt", ANNEX_API_KEY=self.key)
        terminal.expect(LABELS, 600)
        terminal.type("\x04")
        self.assertIn(f"annex tasks keep {task}", terminal.end(0, 300))
        self.assertTrue(os.path.exists(os.path.join(folder, "a.txt")))
        self.assertEqual([e["data"]["answer"]["answer"] for e in self.events(task, "ask-answered")], ["keep"])


if __name__ == "__main__":
    main()
