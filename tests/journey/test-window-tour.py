# test-window-tour.py: the main job in the window: a folder becomes a report, is kept and taken back.
# SPDX-License-Identifier: GPL-3.0-or-later
import os

from journey import main, tree, wait_until
from screen import Screen


class WindowTour(Screen):
    def test_keep_and_undo(self):
        settings = os.path.join(self.home, "config/glib-2.0/settings")
        os.makedirs(settings)
        with open(settings + "/keyfile", "w", encoding="utf-8") as file:
            file.write("[io/github/annex_desktop/Annex]\nfirst-run-done=true\n")
        self.open()
        self.see("^Message", "text")
        self.click("^Take the Tour$", "button")
        self.see("^Put them under", "radio button", seconds=240)
        self.shot("tour-question")
        folder = os.path.join(self.home, "Annex Tour/Receipts")
        before = tree(folder)
        self.reach("^Put them under|^Use the", "radio button", keys="shift+Tab")
        self.press("1")
        self.press("Return")
        self.see("^Keep All", "button", seconds=240)
        self.shot("tour-result")
        self.assertEqual(tree(folder), before)
        self.click("^Keep All", "button")
        self.assertTrue(wait_until(lambda: os.path.exists(folder + "/Expense report.xlsx"), 60))
        self.see("^Undo$", "button")
        self.shot("tour-kept")
        self.click("^Undo$", "button")
        self.assertTrue(wait_until(lambda: tree(folder) == before, 60), sorted(tree(folder)))
        self.shot("tour-undone")


if __name__ == "__main__":
    main()
