# screen.py: drives the real window as a person does: looks through the accessibility tree, points and types.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs inside tests/ui/support/with-display: a display and a session bus of its own. A small window manager
maximises every window, so that a place on the screen is a place in the window."""
import os
import re
import subprocess
import time

import gi

gi.require_version("Atspi", "2.0")
from gi.repository import Atspi, GLib  # noqa: E402

from journey import ANNEX, SAMPLES, Journey, wait_until  # noqa: E402

MANAGER = """<?xml version="1.0"?>
<openbox_config xmlns="http://openbox.org/3.4/rc">
  <focus><focusNew>yes</focusNew></focus>
  <keyboard/><mouse/>
  <applications>
    <application type="normal"><maximized>yes</maximized><decor>no</decor></application>
  </applications>
</openbox_config>
"""


class Screen(Journey):
    """A user in front of a screen."""

    def setUp(self):
        super().setUp()
        self.env.update({k: os.environ[k] for k in ("DISPLAY", "XAUTHORITY", "DBUS_SESSION_BUS_ADDRESS") if k in os.environ})
        self.env.update(GSK_RENDERER="cairo", GDK_BACKEND="x11", ADW_DISABLE_PORTAL="1", GSETTINGS_BACKEND="keyfile",
                        ANNEX_SAMPLES=str(SAMPLES))
        config = os.path.join(self.temporary, "rc.xml")
        with open(config, "w", encoding="utf-8") as file:
            file.write(MANAGER)
        self.manager = subprocess.Popen(["openbox", "--config-file", config], env=self.env,
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.addCleanup(self.manager.wait)
        self.addCleanup(self.manager.kill)
        self.assertTrue(wait_until(self.is_managed, 120), "there is no window manager")
        self.app = None
        self.process = None

    def is_managed(self):
        return subprocess.run(["xdotool", "get_desktop"], env=self.env, stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL).returncode == 0

    def open(self, *words, **env):
        """Starts the window and waits for it."""
        log = open(os.path.join(self.temporary, "window.log"), "a", encoding="utf-8")
        self.process = subprocess.Popen([ANNEX, *words], env={**self.env, **env}, stdin=subprocess.DEVNULL,
                                        stdout=log, stderr=log)
        self.addCleanup(self.close)
        self.assertTrue(wait_until(self.find_app, 120), self.log())

    def log(self):
        with open(os.path.join(self.temporary, "window.log"), encoding="utf-8", errors="replace") as file:
            return file.read()[-4000:]

    def close(self):
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(60)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self.process = None
        self.app = None

    def find_app(self):
        self.assertIsNone(self.process.poll(), self.log())
        desktop = Atspi.get_desktop(0)
        for i in range(desktop.get_child_count()):
            app = desktop.get_child_at_index(i)
            if app is not None and self.is_ours(app) and app.get_child_count() > 0:
                self.app = app
                return True
        return False

    def is_ours(self, app):
        return app.get_process_id() == self.process.pid

    # ---- looking

    def nodes(self, start=None):
        """Every node that is shown, depth first."""
        waiting = [start or self.app]
        while waiting:
            node = waiting.pop()
            if node is None:
                continue
            try:
                states = node.get_state_set()
                if node != self.app and not states.contains(Atspi.StateType.SHOWING):
                    continue
                yield node
                waiting.extend(node.get_child_at_index(i) for i in reversed(range(node.get_child_count())))
            except GLib.Error:
                continue  # it went away while we looked

    def look(self, name, role=None, start=None):
        """The first node whose name matches the regular expression, or None."""
        for node in self.nodes(start):
            try:
                if (role is None or re.fullmatch(role, node.get_role_name())) and re.search(name, node.get_name() or ""):
                    return node
            except GLib.Error:
                continue
        return None

    def see(self, name, role=None, seconds=90, start=None):
        """Waits for a node."""
        found = []

        def looked():
            node = self.look(name, role, start)
            if node is not None:
                found.append(node)
            return node is not None

        if not wait_until(looked, seconds):
            self.fail(f"no {role or 'node'} “{name}” on the screen:\n{self.outline()}\n{self.log()}")
        return found[-1]

    def gone(self, name, role=None, seconds=90):
        self.assertTrue(wait_until(lambda: self.look(name, role) is None, seconds), f"“{name}” is still there")

    def texts(self):
        return "\n".join(filter(None, (self.words(n) for n in self.nodes())))

    def words(self, node):
        try:
            text = node.get_text_iface()
            said = Atspi.Text.get_text(text, 0, Atspi.Text.get_character_count(text)) if text is not None else ""
            return said or node.get_name() or ""
        except GLib.Error:
            return ""

    def outline(self):
        lines = []

        def walk(node, depth):
            if node is None or depth > 40 or len(lines) > 400:
                return
            try:
                shown = node == self.app or node.get_state_set().contains(Atspi.StateType.SHOWING)
                if shown:
                    lines.append(f"{'  ' * depth}{node.get_role_name()} “{(node.get_name() or '')[:80]}”")
                    for i in range(node.get_child_count()):
                        walk(node.get_child_at_index(i), depth + 1)
            except GLib.Error:
                pass

        walk(self.app, 0)
        return "\n".join(lines)

    def is_sensitive(self, node):
        return node.get_state_set().contains(Atspi.StateType.SENSITIVE)

    # ---- acting

    def xdotool(self, *words):
        subprocess.run(["xdotool", *map(str, words)], env=self.env, check=True, timeout=30)

    def click(self, name, role=None, seconds=90, start=None):
        """Acts on a node as a screen reader does: by its action, else by the keyboard."""
        node = self.see(name, role, seconds, start) if isinstance(name, str) else name
        self.assertTrue(wait_until(lambda: self.is_sensitive(node), seconds), f"“{node.get_name()}” is not ready")
        action = node.get_action_iface()
        if action is not None and action.get_n_actions() > 0:
            action.do_action(0)
        else:
            self.fail(f"“{node.get_name()}” cannot be acted on")
        return node

    def reach(self, name, role=None, keys="Tab", most=40):
        """Moves the keyboard's focus until it is on a node of this name."""
        passed = []
        for _ in range(most):
            node = self.focused()
            if node is not None:
                if re.search(name, node.get_name() or "") and (role is None or re.fullmatch(role, node.get_role_name())):
                    return node
                passed.append(f"{node.get_role_name()} “{node.get_name()}”")
            self.press(keys)
            wait_until(lambda: self.focused() not in (None, node), 3)  # where there is nothing else, it stays
        self.fail(f"{keys} does not lead to “{name}”, but to: {', '.join(passed)}")

    def focused(self):
        for node in self.nodes():
            if node.get_state_set().contains(Atspi.StateType.FOCUSED) and node.get_role_name() != "frame":
                return node
        return None

    def press(self, *keys):
        self.xdotool("key", "--clearmodifiers", *keys)

    def write(self, words):
        self.xdotool("type", "--delay", 20, "--clearmodifiers", words)

    def paste(self, node, words):
        """Puts a text into a field at once, as it comes from the clipboard."""
        text = node.get_editable_text_iface()
        self.assertIsNotNone(text, f"nothing can be put into “{node.get_name()}”")
        Atspi.EditableText.insert_text(text, 0, words, len(words.encode()))

    def picture(self, area):
        """(how many colours there are, a sum of its pixels) of what is seen in a part of the screen."""
        words = ["import", "-window", "root", "-crop", area, "+repage", "-format", "%k %#", "info:"]
        colours, total = subprocess.run(words, env=self.env, check=True, capture_output=True, text=True).stdout.split()
        return int(colours), total

    def shot(self, name):
        """A picture of the screen, in $ANNEX_SHOTS."""
        folder = os.environ.get("ANNEX_SHOTS")
        if folder:
            time.sleep(0.5)
            subprocess.run(["import", "-window", "root", os.path.join(folder, name + ".png")], env=self.env, check=True)
