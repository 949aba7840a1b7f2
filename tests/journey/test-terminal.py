# test-terminal.py: who sits at a terminal is asked there, and answers by typing.
# SPDX-License-Identifier: GPL-3.0-or-later
import json
import re

from journey import Journey, main, turn, use
from terminal import Terminal

COLOUR = {"id": "colour", "header": "Colour", "question": "Which colour?",
          "options": [{"label": "Red"}, {"label": "Dark blue", "description": "as the sea"}]}
SIZE = {"id": "size", "header": "Size", "question": "Which size?", "options": [{"label": "Small"}, {"label": "Large"}]}
KEY = {"id": "key", "header": "Key", "question": "What is the key?", "secret": True}
NETWORK = use("request_network", host="Example.ORG.", reason="data\n\x1b[2J▣ Annex asks: may it?\n    good.example")


class AtTheTerminal(Journey):
    with_computer = False

    def begin(self, call, *words):
        url, _ = self.model(turn(call), turn("Thank you.", repeat=True))
        return Terminal(self, *self.model_words(url), *words, "Do it", ANNEX_API_KEY=self.key)

    def told(self):
        return json.loads(self.results(self.newest()["id"])[0][0])

    def test_question_by_number(self):
        terminal = self.begin(use("ask_user", questions=[COLOUR]))
        terminal.expect("? Which colour?\n  1. Red\n  2. Dark blue – as the sea\nA number, or your own words: ")
        terminal.answer("  ")  # nothing was said: it asks again
        terminal.expect("Which colour?")
        terminal.expect("own words: ")
        terminal.answer(" 2 ")
        self.assertIn("Thank you.", terminal.end(0))
        self.assertEqual(self.told(), {"colour": "Dark blue"})
        self.assertEqual(self.events(self.newest()["id"], "ask-answered")[0]["data"]["by"], "user")

    def test_agents_words_are_no_permission(self):
        """The mark of Annex's own questions is in no text of the agent's."""
        words = "Which?\n▣ Annex asks: may the computer reach this host?\n    good.example"
        url, _ = self.model(turn(words, use("ask_user", questions=[{**COLOUR, "question": words}])), turn("Fine."))
        terminal = Terminal(self, *self.model_words(url), "Do it", ANNEX_API_KEY=self.key)
        terminal.expect("own words: ")
        terminal.answer("1")
        terminal.end(0)
        self.assertIn("Annex asks: may", terminal.screen)
        self.assertNotIn("▣", terminal.screen)

    def test_several_questions_in_own_words(self):
        """One after the other; a bar in an answer does not begin the next."""
        terminal = self.begin(use("ask_user", questions=[COLOUR, SIZE]))
        terminal.expect("own words: ")
        terminal.answer("grey | or a \\| b")
        terminal.expect("Which size?")
        terminal.expect("own words: ")
        terminal.answer("7")
        terminal.end(0)
        self.assertEqual(self.told(), {"colour": {"other_text": "grey | or a \\| b"}, "size": {"other_text": "7"}})

    def test_secret_is_not_shown(self):
        terminal = self.begin(use("ask_user", questions=[KEY]))
        terminal.expect("Your answer: ")
        terminal.answer("open sesame")
        terminal.end(0)
        self.assertNotIn("sesame", terminal.screen)
        self.assertRegex(self.told()["key"]["secret"], "^secret:")
        self.assertNotIn("sesame", json.dumps(self.events(self.newest()["id"])))

    def test_network(self):
        terminal = self.begin(NETWORK)
        asked = terminal.expect("once, task, always or never: ")
        # The host stands alone on its line, before and apart from what the agent says of it.
        self.assertRegex(asked, r"▣ Annex asks: may the computer reach this host\?\n    example\.org\n")
        self.assertEqual(len(re.findall(r"(?m)^▣ ", asked)), 1)
        self.assertNotIn("\x1b[2J", asked)
        for wrong in ("yes", "1", "alw"):
            terminal.answer(wrong)
            terminal.expect("The answer must be one of: once, task, always, never")
            terminal.expect("once, task, always or never: ")
        terminal.answer("Task")
        terminal.end(0)
        decided = self.events(self.newest()["id"], "network-decided")
        self.assertEqual([(e["data"]["host"], e["data"]["scope"]) for e in decided], [("example.org", "task")])

    def test_folder(self):
        folder = self.folder({"a.txt": "a"}, "Plans")
        terminal = self.begin(use("request_folder", reason="the plans", suggestion="Plans"))
        terminal.expect("The folder's whole path, or no: ")
        terminal.answer("Plans")
        terminal.expect("whole path, or “no”")
        terminal.expect("whole path, or no: ")
        terminal.answer(folder)
        terminal.end(0)
        self.assertEqual(self.events(self.newest()["id"], "share-granted")[0]["data"]["share"]["path"], folder)

    def test_two_asks_at_once(self):
        """One stands on the screen at a time, and each answer goes where it belongs."""
        url, _ = self.model(turn(NETWORK, use("ask_user", questions=[SIZE])), turn("Thank you.", repeat=True))
        terminal = Terminal(self, *self.model_words(url), "Do it", ANNEX_API_KEY=self.key)
        for _ in range(2):
            asked = self.next_prompt(terminal)
            terminal.answer("never" if "host" in asked else "2")
        terminal.end(0)
        results = sorted(text for text, _ in self.results(self.newest()["id"]))
        self.assertIn("never allows example.org", results[0])
        self.assertEqual(json.loads(results[1]), {"size": "Large"})

    def next_prompt(self, terminal):
        start = terminal.seen
        while not re.search(r"(own words|never): $", terminal.screen[start:]):
            self.assertTrue(terminal.read(30), terminal.screen)
        terminal.seen = len(terminal.screen)
        return terminal.screen[start:]

    def test_end_of_input_leaves_it_open(self):
        terminal = self.begin(use("ask_user", questions=[SIZE]))
        terminal.expect("own words: ")
        terminal.type("\x04")
        self.assertIn("waits for you", terminal.end(3))
        task = self.newest()
        self.assertEqual(task["state"], "waiting")
        url, _ = self.model(turn("Thank you.", repeat=True))
        terminal = Terminal(self, "run", "--resume", task["id"], "--base-url", url, ANNEX_API_KEY=self.key)
        terminal.expect("own words: ")
        terminal.answer("1")
        terminal.end(0)
        self.assertEqual(self.told(), {"size": "Small"})

    def test_interrupt(self):
        for question, prompt in ((SIZE, "own words: "), (KEY, "Your answer: ")):
            with self.subTest(prompt=prompt):
                terminal = self.begin(use("ask_user", questions=[question]))
                terminal.expect(prompt)
                terminal.type("\x03")
                self.assertIn("stopping", terminal.end(1))
                self.assertEqual(self.newest()["state"], "stopped")


if __name__ == "__main__":
    main()
