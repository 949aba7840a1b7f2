# test-screen-reader.py: the main ways as somebody hears them: Tab leads through everything, nothing is without a
# name, and there is always something that has the keyboard.
# SPDX-License-Identifier: GPL-3.0-or-later
import os
import re
import time

import gi

gi.require_version("Atspi", "2.0")
from gi.repository import Atspi, GLib  # noqa: E402

from journey import main, turn, use, wait_until  # noqa: E402
from window_case import WindowCase  # noqa: E402

# What says nothing about what it is for.
MUTE = {"filler", "panel", "unknown", "invalid", "viewport", "redundant object"}
STATES = {Atspi.StateType.CHECKED: "checked", Atspi.StateType.PRESSED: "pressed", Atspi.StateType.EXPANDED: "expanded",
          Atspi.StateType.SELECTED: "selected"}
PLAN = use("update_plan", steps=[{"id": "1", "title": "Read the letters", "status": "completed"},
                                 {"id": "2", "title": "Sort them", "status": "in_progress"}])
WHERE = use("ask_user", questions=[{"id": "where", "header": "Where", "question": "Where shall the notes go?",
                                    "options": [{"label": "Beside the letters"}, {"label": "Into a folder"}]}])
REPLY = "## What I found\n\nTwo letters, [one to you](https://example.org/letter).\n\n| Letter | Pages |\n|---|---|\n| a | 2 |\n\n```sh\nls\n```\n"


class ScreenReader(WindowCase):
    def heard(self, node):
        """What is said of a node: its name, its role, its states, and what describes it."""
        states = node.get_state_set()
        said = [self.name(node), node.get_role_name()] + [word for state, word in STATES.items() if states.contains(state)]
        return ", ".join(said + [node.get_description()] if node.get_description() else said)

    def name(self, node):
        """What can be scrolled is called by what it is in."""
        own = (node.get_name() or "").strip()
        while not own and node is not None and node.get_role_name() == "scroll pane":
            node = node.get_parent()
            own = (node.get_name() or "").strip() if node is not None else ""
        return own

    def walk(self, where, until="^$", most=80):
        """Tab by Tab until something comes again, or one is called @until. Returns the names of what was reached."""
        reached, lost = [], 0
        for _ in range(most):
            node = self.focused()
            if node in reached or node is not None and re.search(until, self.name(node) or "?"):
                break
            if node is not None:
                reached.append(node)
            else:
                lost += 1
            self.press("Tab")
            wait_until(lambda: self.focused() not in (None, node), 2)
        spoken = [self.heard(node) for node in reached]
        mute = [f"{self.heard(node)} in {self.place(node)}" for node in reached
                if not self.name(node) or node.get_role_name() in MUTE]
        self.tell(where, spoken)
        self.assertEqual(lost, 0, f"{where}: the keyboard was nowhere {lost} times, after {spoken}")
        self.assertEqual(mute, [], f"{where}: these are reached and say nothing")
        self.assertTrue(reached or until != "^$", where)  # an empty page leaves the keyboard beside it
        return [node.get_name() for node in reached]

    def place(self, node):
        names = []
        while node is not None and len(names) < 6:
            names.append(f"{node.get_role_name()} “{(node.get_name() or '')[:30]}”")
            node = node.get_parent()
        return " in ".join(names)

    def tell(self, where, spoken):
        """The walk as text, in $ANNEX_SHOTS, for whoever wants to read what is heard."""
        folder = os.environ.get("ANNEX_SHOTS")
        if folder:
            with open(os.path.join(folder, "screen-reader.txt"), "a", encoding="utf-8") as file:
                file.write(f"== {where}\n" + "".join(f"  {line}\n" for line in spoken))

    def nothing_mute(self, where):
        """Everything shown that can be acted on has a name, whether Tab reaches it or the arrows do."""
        mute = []
        for node in self.nodes():
            try:
                states = node.get_state_set()
                if states.contains(Atspi.StateType.FOCUSABLE) and states.contains(Atspi.StateType.SENSITIVE) and \
                        node.get_role_name() not in MUTE | {"frame", "window", "application", "label", "static", "list item",
                                                            "table row", "tab panel", "grouping", "dialog", "list", "scroll pane"} and \
                        not (node.get_name() or "").strip():
                    mute.append(self.place(node))
            except GLib.Error:
                continue  # it went away while we looked
        self.assertEqual(mute, [], where)

    def visit(self, where, *keys, until="^$"):
        if keys:
            self.press(*keys)
            time.sleep(1)  # what comes, comes in an animation
        names = self.walk(where, until)
        self.nothing_mute(where)
        return names

    def test_main_ways(self):
        self.begin(turn("I look.", PLAN), turn("One question.", WHERE), turn(REPLY))
        self.walk("new task")
        self.nothing_mute("new task")
        self.press("ctrl+l")
        self.can_write()
        self.say("sort my letters")
        self.see("^Where shall the notes go", "label")
        self.is_on("radio button")
        names = self.walk("a question")
        for name in ("Beside the letters", "Into a folder", "Other, in your own words", "Later"):
            self.assertIn(name, names)
        self.nothing_mute("a question")
        self.reach("^Beside the letters|^Into a folder", "radio button")
        self.press("1", "Return")
        self.see("^What I found", "heading")
        self.becomes("done")
        for pane, key in (("plan", "alt+1"), ("files", "alt+2"), ("computer", "alt+3"), ("activity", "alt+5")):
            self.press("ctrl+l")
            self.can_write()
            self.visit(f"a task and its {pane}", key, until="^$" if pane == "plan" else "^New Task$")
        for where, key in (("the inbox", "ctrl+i"), ("skills", "ctrl+shift+k"), ("connectors", "ctrl+shift+e")):
            self.visit(where, key, until="^New Task$")
        for where, key in (("preferences", "ctrl+comma"), ("keyboard shortcuts", "ctrl+question")):
            self.visit(where, key)
            if where == "keyboard shortcuts":
                self.assertRegex(self.heard(self.see("^New task$", "list item")), "Ctrl.N$")
            self.press("Escape")
            time.sleep(1)
        self.press("ctrl+n")
        self.can_write()

    def test_first_run(self):
        self.open()
        self.see("^Get Started$", "button")
        self.visit("the welcome")
        self.reach("^Get Started$", "button")
        self.press("Return")
        self.see("^Take the Tour$|^Tour", "button|radio button|list item")
        self.visit("how it thinks")


if __name__ == "__main__":
    main()
