# test-background.py: work goes on while the window is closed, and is whole after the app was killed.
# SPDX-License-Identifier: GPL-3.0-or-later
import os
import signal
import sqlite3
import subprocess
import threading

from gi.repository import Gio, GLib
from journey import main, turn, use, wait_until
from window_case import WindowCase

PLAN = use("update_plan", steps=[{"title": "Think of one", "state": "in_progress"}, {"title": "Tell it", "state": "pending"}])
SIZE = use("ask_user", questions=[{"id": "size", "header": "Size", "question": "Which size?",
                                   "options": [{"label": "Small"}, {"label": "Large"}]}])
NOTIFICATIONS = """<node><interface name="org.freedesktop.Notifications">
  <method name="Notify"><arg type="s" direction="in"/><arg type="u" direction="in"/><arg type="s" direction="in"/>
    <arg type="s" direction="in"/><arg type="s" direction="in"/><arg type="as" direction="in"/>
    <arg type="a{sv}" direction="in"/><arg type="i" direction="in"/><arg type="u" direction="out"/></method>
  <method name="CloseNotification"><arg type="u" direction="in"/></method>
  <method name="GetCapabilities"><arg type="as" direction="out"/></method>
  <method name="GetServerInformation"><arg type="s" direction="out"/><arg type="s" direction="out"/>
    <arg type="s" direction="out"/><arg type="s" direction="out"/></method>
  <signal name="ActionInvoked"><arg type="u"/><arg type="s"/></signal>
</interface></node>"""


class Notifications:
    """The desktop's notifications, on a bus connection and a thread of their own."""

    def __init__(self):
        self.shown = []  # (number, title, body, {action: label})
        self.context = GLib.MainContext()
        self.loop = GLib.MainLoop(self.context)
        ready = threading.Event()
        self.thread = threading.Thread(target=self.run, args=(ready,), daemon=True)
        self.thread.start()
        ready.wait(30)

    def run(self, ready):
        self.context.push_thread_default()
        self.bus = Gio.DBusConnection.new_for_address_sync(
            os.environ["DBUS_SESSION_BUS_ADDRESS"],
            Gio.DBusConnectionFlags.AUTHENTICATION_CLIENT | Gio.DBusConnectionFlags.MESSAGE_BUS_CONNECTION, None, None)
        interface = Gio.DBusNodeInfo.new_for_xml(NOTIFICATIONS).interfaces[0]
        self.bus.register_object("/org/freedesktop/Notifications", interface, self.called, None, None)
        self.bus.call_sync("org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus", "RequestName",
                           GLib.Variant("(su)", ("org.freedesktop.Notifications", 0)), None, 0, -1, None)
        ready.set()
        self.loop.run()

    def called(self, bus, sender, path, interface, method, arguments, invocation):
        if method == "Notify":
            _, replaced, _, title, body, actions, _, _ = arguments.unpack()
            number = replaced or len(self.shown) + 1
            self.shown.append((number, title, body, dict(zip(actions[::2], actions[1::2]))))
            invocation.return_value(GLib.Variant("(u)", (number,)))
        elif method == "GetCapabilities":
            invocation.return_value(GLib.Variant("(as)", (["actions", "body"],)))
        elif method == "GetServerInformation":
            invocation.return_value(GLib.Variant("(ssss)", ("Fake", "Annex", "1", "1.2")))
        else:
            invocation.return_value(None)

    def find(self, title):
        return next((n for n in reversed(self.shown) if n[1] == title), None)

    def press(self, notification, label=None):
        """Its button, or itself."""
        actions = {words: name for name, words in notification[3].items()}
        name = actions[label] if label is not None else "default"
        self.bus.emit_signal(None, "/org/freedesktop/Notifications", "org.freedesktop.Notifications", "ActionInvoked",
                             GLib.Variant("(us)", (notification[0], name)))

    def end(self):
        self.loop.quit()
        self.thread.join(30)
        self.bus.close_sync(None)


PORTAL = """<node><interface name="org.freedesktop.portal.Background">
  <method name="RequestBackground"><arg type="s" direction="in"/><arg type="a{sv}" direction="in"/>
    <arg type="o" direction="out"/></method>
  <method name="SetStatus"><arg type="a{sv}" direction="in"/></method>
</interface></node>"""


class Portal:
    """The desktop's background portal, in the same manner; it says no."""

    def __init__(self, notifications):
        self.requests, self.statuses = [], []
        self.bus = notifications.bus
        interface = Gio.DBusNodeInfo.new_for_xml(PORTAL).interfaces[0]
        done = threading.Event()

        def register(*_):
            self.bus.register_object("/org/freedesktop/portal/desktop", interface, self.called, None, None)
            done.set()
            return GLib.SOURCE_REMOVE

        source = GLib.idle_source_new()
        source.set_callback(register)
        source.attach(notifications.context)
        done.wait(30)
        self.bus.call_sync("org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus", "RequestName",
                           GLib.Variant("(su)", ("org.freedesktop.portal.Desktop", 0)), None, 0, -1, None)

    def called(self, bus, sender, path, interface, method, arguments, invocation):
        if method == "SetStatus":
            self.statuses.append(arguments.unpack()[0]["message"])
            invocation.return_value(None)
            return
        options = arguments.unpack()[1]
        self.requests.append(options)
        request = f"/org/freedesktop/portal/desktop/request/{sender[1:].replace('.', '_')}/{options['handle_token']}"
        invocation.return_value(GLib.Variant("(o)", (request,)))
        bus.emit_signal(sender, request, "org.freedesktop.portal.Request", "Response",
                        GLib.Variant("(ua{sv})", (0, {"background": GLib.Variant("b", False)})))


class Background(WindowCase):
    def setUp(self):
        super().setUp()
        self.notifications = Notifications()
        self.addCleanup(self.notifications.end)
        self.gate = os.path.join(self.temporary, "gate")

    def later(self, *blocks):
        """A turn that comes when the gate is opened."""
        return turn(*blocks, wait_for=self.gate)

    def open_gate(self):
        open(self.gate, "w", encoding="utf-8").close()

    def told(self, title):
        self.assertTrue(wait_until(lambda: self.notifications.find(title) is not None, 90),
                        f"not told “{title}”, but {self.notifications.shown}")
        return self.notifications.find(title)

    def is_closed(self):
        try:
            return self.app.get_child_count() == 0
        except GLib.Error:
            return True

    def close_window(self):
        self.press("ctrl+w")
        self.assertTrue(wait_until(self.is_closed, 90), "the window is still there")
        self.assertIsNone(self.process.poll(), "nobody goes on")

    def start_again(self):
        """As from the desktop's menu: the process that is there shows its window."""
        done = subprocess.run([self.process.args[0]], env=self.env, capture_output=True, timeout=120)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertTrue(wait_until(self.find_app, 120), self.log())

    def has_ended(self):
        self.assertTrue(wait_until(lambda: self.process.poll() is not None, 120), "it runs for nothing")

    def test_closed_in_the_middle(self):
        self.begin(turn("First the plan.", PLAN), self.later("That is the end."))
        self.say("tell me a story")
        self.see("^First the plan", "label")
        self.close_window()
        self.assertIn("Quit Annex", self.told("Annex Goes on Working")[3].values())
        self.start_again()
        self.see("^First the plan", "label")
        self.see("^Stop$", "button")
        self.shot("background-again")
        self.close_window()
        self.open_gate()
        self.assertEqual(self.told("A Task Is Done")[2], "tell me a story")
        self.has_ended()
        self.start_window()
        self.see("^That is the end", "label")

    def test_asked_while_closed(self):
        """The question can be answered where it is told; clicking on the notification leads to it."""
        self.begin(turn("First the plan.", PLAN), self.later(SIZE), turn(SIZE), turn("Large it is."))
        self.say("which one?")
        self.see("^First the plan", "label")
        self.close_window()
        self.open_gate()
        asked = self.told("Annex Needs You")
        self.assertEqual(asked[2], "Which size?")
        self.assertLessEqual({"Small", "Large"}, set(asked[3].values()))
        self.notifications.press(asked, "Large")
        self.assertTrue(wait_until(lambda: len(self.notifications.shown) > self.notifications.shown.index(asked) + 1, 90))
        again = self.told("Annex Needs You")
        self.assertNotEqual(again, asked)
        self.notifications.press(again)
        self.assertTrue(wait_until(self.find_app, 120), self.log())
        self.is_on("radio button")
        self.shot("background-asked")
        self.press("2")
        self.press("Return")
        self.see("^Large it is", "label")
        self.becomes("done")
        answered = self.events(self.newest()["id"], "ask-answered")
        self.assertEqual([a["data"]["answer"] for a in answered], [{"size": "Large"}] * 2)

    def test_portal(self):
        """The desktop is asked, told what goes on, and its refusal is passed on; nothing starts with the session."""
        portal = Portal(self.notifications)
        self.begin(turn("First the plan.", PLAN), self.later("That is the end."))
        self.say("tell me a story")
        self.see("^First the plan", "label")
        self.assertEqual(portal.requests, [])
        self.close_window()
        self.assertTrue(wait_until(lambda: portal.requests and portal.statuses, 90))
        self.assertFalse(portal.requests[0]["autostart"])
        self.assertIn("Working on 1 task", portal.statuses)
        self.told("Annex May Be Stopped")
        self.open_gate()
        self.has_ended()
        self.assertEqual(len(portal.requests), 1)

    def test_told_to_end(self):
        """Quit in the notification ends everything; the task can be taken up again."""
        self.begin(turn("First the plan.", PLAN), self.later("never"), turn("Here I am again."))
        self.say("tell me a story")
        self.see("^First the plan", "label")
        self.close_window()
        self.notifications.press(self.told("Annex Goes on Working"), "Quit Annex")
        self.has_ended()
        self.assertEqual(self.state(), "stopped")

    def test_wanted_while_it_ends(self):
        """What ends has no window for anybody; what is asked of it meanwhile is there in the process after it."""
        self.begin(turn("First the plan.", PLAN), self.later("never"), turn("Here I am again."))
        self.say("tell me a story")
        self.see("^First the plan", "label")
        task = self.newest()["id"]
        busy = sqlite3.connect(os.path.join(self.home, "data/annex/tasks.db"), isolation_level=None)
        self.addCleanup(busy.close)
        busy.execute("BEGIN IMMEDIATE")  # the end of the run cannot be written down yet
        self.process.send_signal(signal.SIGTERM)
        self.assertTrue(wait_until(self.is_closed, 90), "the window is still there")
        asked = subprocess.run([self.process.args[0], f"annex:task/{task}"], env=self.env, capture_output=True,
                               timeout=120)
        self.assertEqual(asked.returncode, 0, asked.stderr)
        self.assertIsNone(self.process.poll(), "it did not wait")
        self.assertTrue(self.is_closed(), "a window of what ends")
        busy.execute("ROLLBACK")
        self.assertTrue(wait_until(self.find_app, 120), self.log())
        self.see("^First the plan", "label")
        self.assertIsNone(self.process.poll(), "the same process")
        self.assertEqual(self.state(), "stopped")
        self.open_gate()
        self.say("go on")
        self.becomes("done")

    def test_killed(self):
        self.begin(turn("First the plan.", PLAN), self.later("never"), turn("Here I am again."))
        self.say("tell me a story")
        self.see("^First the plan", "label")
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        self.start_window()
        self.see("^First the plan", "label")
        self.see("^tell me a story$", "label")
        self.see("Stopped", "label")
        self.assertEqual(self.state(), "stopped")
        self.shot("background-killed")
        self.open_gate()
        self.say("go on")
        self.see("^Here I am again|^never", "label")
        self.becomes("done")
        events = self.events(self.newest()["id"])
        self.assertEqual([e["seq"] for e in events], list(range(1, len(events) + 1)))
        said = str(self.requests(self.requested)[-1]["body"]["messages"])
        self.assertIn("First the plan.", said)
        self.assertIn("go on", said)


if __name__ == "__main__":
    main()
