# test-screen-reader.py: what somebody hears who goes through Annex with Tab: every stop says what it is.
# SPDX-License-Identifier: GPL-3.0-or-later
"""A screen reader speaks the name of what has the keyboard's focus, and its role. A stop without a name is silence."""
import gi

gi.require_version("Atspi", "2.0")
from gi.repository import Atspi  # noqa: E402

from journey import main, turn, use, wait_until  # noqa: E402
from window_case import WindowCase  # noqa: E402

DATES = use("ask_user", questions=[{"header": "Dates", "question": "Two receipts have no date. Where shall they go?",
                                    "options": [{"label": "Put them under “No date”"}, {"label": "Use the file’s date"}]}])
REPORT = "# Receipts\n\nI found **24 receipts**.\n\n| Currency | Total |\n|:--|--:|\n| EUR | 1,204.50 |\n\n```sh\nls\n```\n"
MOST_STOPS = 60
# What takes the focus for its content, and is spoken by it.
SPOKEN_BY_CONTENT = {"text", "label", "static", "terminal", "document text"}


def labelled_by(node):
    for relation in node.get_relation_set() or []:
        if relation.get_relation_type() in (Atspi.RelationType.LABELLED_BY, Atspi.RelationType.DESCRIBED_BY):
            for i in range(relation.get_n_targets()):
                if relation.get_target(i).get_name():
                    return relation.get_target(i).get_name()
    return ""


class ScreenReader(WindowCase):
    def spoken(self, node):
        """What is said of a node before its role."""
        said = (node.get_name() or "").strip() or labelled_by(node).strip()
        if not said and node.get_role_name() in SPOKEN_BY_CONTENT:
            said = self.words(node).strip()
        return said

    def stop(self):
        """The node with the focus: (its place in the tree, role, what is spoken)."""
        node = self.focused()
        if node is None:
            return None
        path = []
        at = node
        while at is not None and at != self.app:
            path.append(at.get_index_in_parent())
            at = at.get_parent()
        return tuple(reversed(path)), node.get_role_name(), self.spoken(node)

    def walk(self, where, least, keys="Tab"):
        """Goes round with the key until the first stop comes again; every stop says something."""
        stops = []
        for _ in range(MOST_STOPS):
            before = self.stop()
            self.press(keys)
            wait_until(lambda: self.stop() not in (None, before), 2)
            now = self.stop()
            if now is None or now == before or any(now[0] == stop[0] for stop in stops):
                break
            stops.append(now)
        heard = "\n".join(f"{role}: {said}" for _, role, said in stops)
        self.assertGreaterEqual(len(stops), least, f"{where}: only\n{heard}")
        self.assertEqual([role for _, role, said in stops if not said], [], f"{where}: there is silence in\n{heard}\n{self.outline()}")
        return stops

    def test_main_paths(self):
        self.begin(turn("I looked at them.", DATES), turn(REPORT))
        self.walk("a new task", 4)
        self.press("ctrl+l")
        self.can_write()
        self.say("sort my receipts")
        self.see("^Put them under", "radio button")
        self.walk("a question", 4, keys="shift+Tab")
        self.reach("^Put them under|^Use the file", "radio button", keys="shift+Tab")
        self.press("2", "Return")
        self.see("^Copy Code$", "button")
        self.press("ctrl+l")
        self.walk("a conversation", 6, keys="shift+Tab")
        for key, pane in (("alt+1", "the plan"), ("alt+2", "the files"), ("alt+3", "the computer"), ("alt+4", "the activity")):
            self.press(key)
            self.walk(pane, 3)

    def test_other_pages(self):
        self.begin(turn("Hello."))
        for key, title, where, least in (("ctrl+i", "^Inbox", "the inbox", 2), ("ctrl+shift+k", "^Skills", "the skills", 4),
                                         ("ctrl+shift+e", "^Connectors", "the connectors", 2),
                                         ("ctrl+comma", "^Preferences|^General", "the preferences", 4)):
            self.press(key)
            self.see(title)
            self.walk(where, least)
            self.press("Escape")


if __name__ == "__main__":
    main()
