# test-first-run.py: from the first start to the first answer: a key, a server on this machine, or the tour.
# SPDX-License-Identifier: GPL-3.0-or-later
import os

from journey import main, turn
from window_case import WindowCase, free_port

RIGHT = "sk-the-right-one-0123456789"
PLACES = (9931, 1234, 11434, 8080, 8000)  # where servers are looked for, the rarest first


class FirstRun(WindowCase):
    def welcome(self):
        self.open()
        self.click("^Get Started$", "button")
        self.see("^How Should Annex Think", "label")

    def choose(self, name):
        """Acts on a row by the keyboard, as one does who has no mouse."""
        self.reach(name)
        self.press("Return")

    def fill(self, name, words):
        self.reach(name, "text|password text")
        self.press("ctrl+a")
        self.write(words)

    def not_now(self):
        """No computer yet: what it takes is said in numbers, and one can talk without it."""
        self.see("^A Computer for Annex$", "label")
        self.see("[0-9].* that are free$", "label")
        self.see("^Up to [0-9]", "label")
        self.shot("first-run-consent")
        self.reach("^Not Now$", "button")
        self.press("Return")
        self.gone("^Welcome$", "dialog")

    def reply(self, words, answer):
        self.can_write()
        self.say(words)
        self.see(answer, "label")
        self.becomes("done")

    def open_again(self, seen):
        """A later start asks nothing."""
        self.close()
        self.open()
        self.see(seen, "label")
        self.assertIsNone(self.look("^Welcome$", "dialog"))

    def keys(self, log):
        return {r["headers"].get("authorization") for r in self.requests(log)}

    def test_key(self):
        self.keyring()
        url, log = self.model(turn("Hello, I am here."), turn("And still here."), api_key=RIGHT)
        self.welcome()
        self.choose("^A Hosted Model")
        self.see("^Check and Continue$", "label")
        self.shot("first-run-key")
        self.choose("^Provider")
        self.see("^Another Server$", "label")
        self.press("End", "Return")
        self.fill("^Address", url)
        self.fill("^Key", "sk-wrong")
        self.press("Return")
        self.see("^The Key Was Refused$", "label")
        self.see("^The provider does not accept this key", "label")
        self.shot("first-run-wrong-key")
        self.press("ctrl+a")  # the key is still there to be mended
        self.write(RIGHT)
        self.press("Return")
        self.not_now()
        self.reply("hello", "^Hello, I am here")
        self.shot("first-run-answer")
        self.open_again("^Hello, I am here")
        self.reply("and now?", "^And still here")
        self.assertEqual(self.keys(log), {"Bearer " + RIGHT})
        for base, _, names in os.walk(self.home):
            for name in names:
                with open(os.path.join(base, name), "rb") as file:
                    self.assertNotIn(RIGHT.encode(), file.read(), name)
        self.assertTrue(os.listdir(os.path.join(self.home, "data/keyrings")))

    def test_server_on_this_machine(self):
        port = free_port(PLACES)
        if port is None:
            self.skipTest("other servers are at every place where one is looked for")
        _, log = self.model(turn("Hello, I am here."), port=port, identity="ollama", models=["small-1"])
        self.welcome()
        self.see("^Ollama on this machine$", "label")
        self.shot("first-run-local")
        self.choose("^Ollama on this machine")
        self.click("^Check and Continue$", "button")
        self.not_now()
        self.reply("hello", "^Hello, I am here")
        self.assertEqual(self.requests(log, 1)[0]["body"]["model"], "small-1")
        self.open_again("^Hello, I am here")

    def test_tour(self):
        """The tour is real work: without a computer it does not begin by itself, and says what it needs."""
        self.welcome()
        self.choose("^The Tour")
        self.not_now()
        self.can_write()
        self.see("is not set up: Annex can talk", "label")
        self.shot("first-run-tour")
        self.assertEqual(self.lines(self.annex("tasks", "list", "--json")), [])
        self.click("^Take the Tour$", "button")
        self.see("^A Computer for Annex$", "label")
        self.click("^Not Now$", "button")
        self.gone("^A Computer for Annex$")
        self.click("^Set Up…$", "button")
        self.see("^A Computer for Annex$", "label")
        self.press("Escape")
        self.gone("^A Computer for Annex$")
        self.press("ctrl+l")
        self.reply("hello", "recorded")


if __name__ == "__main__":
    main()
