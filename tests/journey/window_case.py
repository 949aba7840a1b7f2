# window_case.py: what the window's journeys share: who is set up, starting, saying something, a server that is fake.
# SPDX-License-Identifier: GPL-3.0-or-later
import json
import os
import re
import socket
import subprocess

from journey import wait_until
from screen import Screen

SCHEMA = "io/github/annex_desktop/Annex"


class WindowCase(Screen):
    """Somebody who has Annex's window; without a computer, unless a case says otherwise."""

    with_computer = False

    def settings_file(self):
        folder = os.path.join(self.home, "config/glib-2.0/settings")
        os.makedirs(folder, exist_ok=True)
        return os.path.join(folder, "keyfile")

    def welcomed(self):
        """The first run is behind them."""
        with open(self.settings_file(), "w", encoding="utf-8") as file:
            file.write(f"[{SCHEMA}]\nfirst-run-done=true\n")

    def profiles(self, *profiles):
        os.makedirs(os.path.join(self.home, "config/annex"), exist_ok=True)
        with open(os.path.join(self.home, "config/annex/config.json"), "w", encoding="utf-8") as file:
            json.dump({"models": list(profiles)}, file)

    def keyring(self):
        """A keyring that is unlocked, as after logging in."""
        daemon = subprocess.Popen(["gnome-keyring-daemon", "--foreground", "--unlock", "--components=secrets"],
                                  env=self.env, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL,
                                  stderr=subprocess.DEVNULL)
        self.addCleanup(daemon.wait)
        self.addCleanup(daemon.kill)
        daemon.stdin.write(b"pass")
        daemon.stdin.close()
        asked = ["gdbus", "call", "--session", "-d", "org.freedesktop.DBus", "-o", "/org/freedesktop/DBus", "-m",
                 "org.freedesktop.DBus.GetConnectionUnixProcessID", "org.freedesktop.secrets"]
        self.assertTrue(wait_until(lambda: f"uint32 {daemon.pid}," in subprocess.run(
            asked, env=self.env, capture_output=True, text=True).stdout), "there is no keyring")

    def nowhere(self, secrets, log):
        """What is in the keyring is in no file of Annex's and in no request to a model. Only what a computer
        holds is its own: a program in it has what it was given."""
        for base, folders, names in os.walk(self.home):
            folders[:] = [f for f in folders if f not in ("computers", "template")]
            for name in names:
                with open(os.path.join(base, name), "rb") as file:
                    content = file.read()
                for secret in secrets:
                    self.assertNotIn(secret.encode(), content, os.path.join(base, name))
        for request in self.requests(log):
            for secret in secrets:
                self.assertNotIn(secret, json.dumps(request))

    def begin(self, *turns, **scenario):
        """A model that is a fake one, and the window in front of them."""
        url, self.requested = self.model(*turns, **scenario)
        self.welcomed()
        self.profiles({"id": "01jfake", "name": "Fake", "provider": "anthropic", "model": "fake-1", "base_url": url,
                       "default": True})
        self.start_window()

    def start_window(self, *words):
        self.show_window(*words)
        self.can_write()

    def show_window(self, *words):
        self.open(*words, ANNEX_API_KEY=self.key)
        self.see("Message|Say something", "text")

    def decide(self, label):
        """Answers the permission that stands there. One that has just come takes no answer yet, so that nobody
        presses it by accident."""
        bar = "^Annex asks for your permission$"
        for _ in range(10):
            self.click(f"^{label}$", "button", start=self.see(bar, "grouping"))
            if wait_until(lambda: self.look(bar, "grouping") is None, 5):
                return
        self.fail(f"{label} is not taken\n{self.outline()}")

    def can_write(self):
        self.is_on("text")

    def is_on(self, role, name=""):
        """Waits until the keyboard's focus is on such a node."""
        def there():
            node = self.focused()
            return node is not None and re.fullmatch(role, node.get_role_name()) and re.search(name, node.get_name() or "")

        self.assertTrue(wait_until(there, 90), f"no focus on a {role} “{name}”, but on {self.focused() and (self.focused().get_role_name(), self.focused().get_name())}:\n{self.outline()}")

    def say(self, words):
        self.write(words)
        self.press("Return")

    def read_manual(self):
        """Annex's own window with it: a page is drawn, a link leads to another one, and the key of every window closes
        it. WebKit's nodes are not in the tree here, so that it is looked at as a picture, right of the contents."""
        def drawn():
            colours, self.page = self.picture("1100x700+300+120")
            return colours > 20

        self.press("F1")
        self.see("^Help$", "frame")
        self.assertTrue(wait_until(drawn, 90), "the manual stays empty")
        first = self.page
        self.press("Tab", "Tab", "Tab", "Return")
        self.assertTrue(wait_until(lambda: drawn() and self.page != first, 60), "the link leads nowhere")
        self.shot("manual-" + type(self).__name__)
        self.press("ctrl+w")
        self.gone("^Help$", "frame")

    def state(self):
        found = self.lines(self.annex("tasks", "list", "--json"))
        return found[0]["state"] if found else None

    def becomes(self, state, seconds=60):
        """Waits until the newest task is in this state."""
        self.assertTrue(wait_until(lambda: self.state() == state, seconds), f"{self.state()}, not {state}\n{self.log()}")


def free_port(places):
    """The first of @places on loopback where nobody listens; None when there is none."""
    for port in places:
        with socket.socket() as one:
            one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                one.bind(("127.0.0.1", port))
                return port
            except OSError:
                continue
    return None
