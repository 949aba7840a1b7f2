# in_flatpak.py: the journeys' user, whose Annex is the installed Flatpak.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs inside with-desktop. What the sandbox has of the user's home is ~/.var/app/ID; all else is given to it."""
import importlib.util
import json
import os
import pathlib
import shutil
import subprocess
import sys

JOURNEYS = pathlib.Path(__file__).parents[1] / "journey"
sys.path.insert(0, str(JOURNEYS))

from gi.repository import Gio, GLib  # noqa: E402

from journey import image_folder, wait_until  # noqa: E402

ID = "io.github.annex_desktop.Annex"
DOCUMENTS = ("org.freedesktop.portal.Documents", "/org/freedesktop/portal/documents", "org.freedesktop.portal.Documents")
EXPORT_DIRECTORY = 8
ENDING_SECONDS = 60


def load_journey(name):
    """The module of another journey, which runs outside of the sandbox."""
    spec = importlib.util.spec_from_file_location(name.replace("-", "_"), JOURNEYS / f"test-{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class InFlatpak:
    """Before a case of the journeys in the list of bases."""

    def settle_in(self):
        """The folder of the app is empty, but for the image, and for what is the same for every task."""
        self.home = os.path.join(os.environ["HOME"], ".var/app", ID)
        self.runtime = os.environ["XDG_RUNTIME_DIR"]
        self.env = {k: v for k, v in os.environ.items() if not k.startswith("ANNEX_")}
        self.empty()
        os.makedirs(self.home + "/data", exist_ok=True)
        os.makedirs(self.home + "/data/annex", mode=0o700)
        if self.with_computer:
            self.copy_image()

    def empty(self):
        image = self.home + "/data/annex/image"
        kept = self.home + ".image"
        if os.path.isdir(image) and not os.path.exists(kept):
            os.rename(image, kept)
        for place in ("config", "data"):
            shutil.rmtree(os.path.join(self.home, place), ignore_errors=True)

    def copy_image(self):
        """A link leads out of the sandbox, where nothing is."""
        kept = self.home + ".image"
        os.makedirs(kept, exist_ok=True)
        subprocess.run(["cp", "-a", "-u", image_folder() + "/.", kept], check=True)
        os.rename(kept, self.home + "/data/annex/image")

    def clean_up(self):
        for server in self.servers:
            server.terminate()
            server.communicate()
        self.end_all()
        self.empty()
        shutil.rmtree(self.temporary, ignore_errors=True)

    def is_running(self):
        shown = subprocess.run(["flatpak", "ps", "--columns=application"], capture_output=True, text=True, check=True)
        return ID in shown.stdout.split()

    def end_all(self):
        if self.is_running():
            subprocess.run(["flatpak", "kill", ID], check=False, capture_output=True)
        self.assertTrue(wait_until(lambda: not self.is_running(), ENDING_SECONDS), "the sandbox does not end")

    def answers(self, *entries):
        path = os.path.join(self.home, "data/answers.json")
        with open(path, "w", encoding="utf-8") as file:
            json.dump(list(entries), file)
        return path

    def give(self, folder):
        """Gives the sandbox a folder as a drop does; returns where it has it."""
        bus = Gio.bus_get_sync(Gio.BusType.SESSION)
        handles = Gio.UnixFDList.new()
        handle = os.open(folder, os.O_PATH | os.O_CLOEXEC)
        index = handles.append(handle)
        os.close(handle)
        words = GLib.Variant("(ahusas)", ([index], EXPORT_DIRECTORY, ID, ["read", "write"]))
        reply, _ = bus.call_with_unix_fd_list_sync(*DOCUMENTS, "AddFull", words, None, Gio.DBusCallFlags.NONE, -1,
                                                   handles, None)
        (number,), _ = reply.unpack()
        return os.path.join(self.runtime, "doc", number, os.path.basename(folder))

    # ---- the window

    def is_ours(self, app):
        return (app.get_name() or "").lower() == "annex"

    def close(self):
        """As by its menu."""
        if self.process is not None and self.process.poll() is None:
            subprocess.run(["gapplication", "action", ID, "quit"], check=False, capture_output=True)
            try:
                self.process.wait(ENDING_SECONDS)
            except subprocess.TimeoutExpired:
                self.end_all()
        self.process = None
        self.app = None
