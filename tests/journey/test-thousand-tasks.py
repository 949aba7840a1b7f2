# test-thousand-tasks.py: somebody with a thousand tasks finds last year's, and puts things in order.
# SPDX-License-Identifier: GPL-3.0-or-later
import time

from journey import main, wait_until
from many_tasks import fill
from window_case import WindowCase

TASKS = 1000
FOUND = 137  # the only one that speaks of a lighthouse


def words_of(i):
    if i == FOUND:
        return "Letter to the harbour office", "The keeper of the **lighthouse** wrote back on Monday."
    return f"Report number {i}", f"I looked at the receipts of part {i}, and nothing was missing."


class ThousandTasks(WindowCase):
    def list(self, *words):
        return {t["title"]: t for t in self.lines(self.annex("tasks", "list", "--json", *words))}

    def test_find_and_put_in_order(self):
        fill(self, TASKS, words_of)
        self.welcomed()
        began = time.monotonic()
        self.open()
        self.see("^Report number 999, Done", "list item")
        self.assertLess(time.monotonic() - began, 60)
        self.shot("thousand")
        self.scroll_to_the_end()
        self.find()
        self.rename()
        self.archive()
        self.delete()

    def scroll_to_the_end(self):
        self.reach("^Report number 999", "list item")
        self.press("End")
        self.see("^Report number 0, Done", "list item")
        self.is_on("list item", "^Report number 0,")
        self.shot("thousand-end")
        self.press("Home")
        self.is_on("list item", "^Report number 999,")

    def find(self):
        self.press("ctrl+k")
        self.is_on("text|entry", "")
        self.write("lighthouse")
        self.see("^Letter to the harbour office, Done", "list item")
        self.gone("^Report number", "list item")
        self.shot("thousand-found")
        self.press("Return")
        self.see("^The keeper of the lighthouse", "label")
        self.shot("thousand-opened")

    def rename(self):
        self.press("F2")
        self.see("^Rename Task$")
        self.is_on("text|entry")
        self.press("ctrl+a")
        self.write("Letter to the keeper")
        self.press("Return")
        self.gone("^Rename Task$")
        self.see("^Letter to the keeper, Done", "list item")
        self.assertTrue(wait_until(lambda: "Letter to the keeper" in self.list(), 60))
        self.assertNotIn("Letter to the harbour office", self.list())

    def archive(self):
        self.reach("^Letter to the keeper", "list item", keys="shift+Tab")
        self.press("shift+F10")
        self.see("", "menu")
        self.press("a")  # the letter that is underlined
        self.click("^Undo$", "button")
        self.gone("^Undo$", "button")
        self.see("^Letter to the keeper, Done", "list item")

    def is_at_the_top(self):
        self.press("Home")
        time.sleep(0.3)
        node = self.focused()
        return node is not None and node.get_name().startswith(("Letter to the keeper,", "Report number 999,"))

    def delete(self):
        self.reach("^Letter to the keeper", "list item", keys="shift+Tab")
        self.press("Escape")  # ends the search
        self.see("^Report number", "list item")
        self.assertTrue(wait_until(self.is_at_the_top, 60), self.outline())
        self.reach("^Report number 999", "list item", keys="Down")
        self.press("Delete")
        self.click("^Undo$", "button")
        self.gone("^Undo$", "button")
        self.see("^Report number 999, Done", "list item")
        self.reach("^Report number|^Letter", "list item", keys="shift+Tab")  # from what is open again
        self.assertTrue(wait_until(self.is_at_the_top, 60), self.outline())
        self.reach("^Report number 998", "list item", keys="Down")
        self.press("Delete")
        self.see("“Report number 998” deleted", "label")
        self.is_on("list item")  # not lost with the row
        self.gone("^Report number 998,", "list item")
        self.shot("thousand-deleted")
        self.close()
        left = self.list()
        self.assertIn("Report number 999", left)
        self.assertNotIn("Report number 998", left)


if __name__ == "__main__":
    main()
