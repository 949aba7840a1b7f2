# test-keyboard.py: the main way without a mouse: a folder, a message, a question, keep, undo.
# SPDX-License-Identifier: GPL-3.0-or-later
import os

from journey import is_again, main, tree, turn, use, wait_until
from window_case import WindowCase

WHERE = use("ask_user", questions=[{"id": "where", "header": "Where", "question": "Where shall the notes go?",
                                    "options": [{"label": "Beside the letters"}, {"label": "Into a folder “Notes”"}]}])
WRITE = use("shell", command="cd /folders/Letters && mkdir -p Notes && echo 'two letters' > Notes/notes.txt && echo dear >> a.txt")


class Keyboard(WindowCase):
    with_computer = True

    def test_main_way(self):
        folder = self.folder({"a.txt": "A letter.\n", "b.txt": "Another one.\n"}, "Letters")
        before = tree(folder)
        self.begin(turn("I read them.", WHERE), turn("I write the notes.", WRITE), turn("The notes are there."))
        self.annex("--new-task", folder)  # as the file manager does
        self.see("^Letters", start=self.app)
        self.press("ctrl+n")
        self.can_write()
        self.shot("keyboard-folder")
        self.say("make notes of these letters")
        self.see("^Where shall the notes go", "label")
        self.is_on("radio button")
        self.press("2", "Return")
        self.see("^The notes are there", "label", seconds=600)
        self.see("^Keep All", "button")
        self.assertEqual(tree(folder), before)
        self.shot("keyboard-draft")
        self.reach("^Keep All", "button")
        self.press("Return")
        self.assertTrue(wait_until(lambda: os.path.exists(folder + "/Notes/notes.txt"), 60), "nothing was kept")
        with open(folder + "/Notes/notes.txt", encoding="utf-8") as file:
            self.assertEqual(file.read(), "two letters\n")
        self.shot("keyboard-kept")
        self.reach("^Undo$", "button")
        self.press("Return")
        self.assertTrue(wait_until(lambda: is_again(folder, before), 60), sorted(tree(folder)))
        answered = self.events(self.newest()["id"], "ask-answered")
        self.assertEqual(answered[0]["data"]["answer"], {"where": "Into a folder “Notes”"})


if __name__ == "__main__":
    main()
