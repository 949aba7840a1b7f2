# test-window-tour.py: the main job in the window: a folder becomes a report, is kept and taken back.
# SPDX-License-Identifier: GPL-3.0-or-later
import os

from journey import is_again, main, tree, wait_until
from window_case import WindowCase


class WindowTour(WindowCase):
    with_computer = True

    def test_keep_and_undo(self):
        self.welcomed()
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
        self.assertTrue(wait_until(lambda: is_again(folder, before), 60), sorted(tree(folder)))
        self.shot("tour-undone")


if __name__ == "__main__":
    main()
