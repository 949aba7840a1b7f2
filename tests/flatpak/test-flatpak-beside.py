# test-flatpak-beside.py: two versions that are installed beside each other, and what is left when Annex is gone.
# SPDX-License-Identifier: GPL-3.0-or-later
import os
import pathlib
import shutil
import sqlite3
import subprocess
import tempfile
import urllib.parse

from in_flatpak import ID, InFlatpak
from journey import main, tree, turn, wait_until
from window_case import WindowCase

INSTALLATION = pathlib.Path(os.environ["FLATPAK_USER_DIR"])
REMOTE, OURS, OTHER = "annex", "master", "stable"


def run(*words, env=None):
    done = subprocess.run([str(word) for word in words], env=env, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    if done.returncode != 0:
        raise AssertionError(f"{words}: {done.returncode}\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}")
    return done.stdout


def flatpak(command, *words):
    """Flatpak asks the system's bus about parental controls."""
    bus = os.environ["DBUS_SESSION_BUS_ADDRESS"]
    return run("flatpak", "--user", command, *words, env={"DBUS_SYSTEM_BUS_ADDRESS": bus, **os.environ})


def repository():
    for line in flatpak("remotes", "--columns=name,url").splitlines():
        name, url = line.split("\t")
        if name == REMOTE:
            return urllib.parse.urlparse(url).path
    raise AssertionError("./dev flatpak's repository is not among the remotes")


def parts_with_its_id(folder):
    """Files and folders below it whose name or content speaks of Annex."""
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if not path.is_symlink() and
                  (ID in path.name or path.is_file() and ID.encode() in path.read_bytes()))


class Beside(InFlatpak, WindowCase):
    """The same program as another branch: what differs between versions is in the data, and that is made."""

    @classmethod
    def setUpClass(cls):
        place = tempfile.mkdtemp(prefix="annex-other-")
        cls.addClassCleanup(shutil.rmtree, place)
        machine = run("flatpak", "--default-arch").strip()
        run("ostree", "init", f"--repo={place}", "--mode=archive")
        run("flatpak", "build-commit-from", f"--src-repo={repository()}", f"--src-ref=app/{ID}/{machine}/{OURS}", place,
            f"app/{ID}/{machine}/{OTHER}")
        flatpak("remote-add", "--no-gpg-verify", "--if-not-exists", "beside", f"file://{place}")
        cls.addClassCleanup(flatpak, "remote-delete", "--force", "beside")
        flatpak("install", "-y", "--noninteractive", "beside", f"{ID}//{OTHER}")
        cls.addClassCleanup(flatpak, "make-current", ID, OURS)
        cls.addClassCleanup(flatpak, "uninstall", "-y", "--noninteractive", f"{ID}//{OTHER}")

    def branch(self, branch, *words, status=0):
        env = {"DBUS_SYSTEM_BUS_ADDRESS": self.env["DBUS_SESSION_BUS_ADDRESS"], **self.env}
        done = subprocess.run(["flatpak", "run", "--user", f"--branch={branch}", "--command=annex", ID, *words], env=env,
                              capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=300)
        self.assertEqual(done.returncode, status, f"{done.stdout[-2000:]}\n{done.stderr[-2000:]}")
        return done

    def test_share_their_tasks(self):
        url, _ = self.model(turn("Four."))
        self.ask_model(url, "Count to four")
        shown = {branch: self.branch(branch, "tasks", "list").stdout for branch in (OURS, OTHER)}
        self.assertIn("Count to four", shown[OURS])
        self.assertEqual(shown[OURS], shown[OTHER])

    def test_one_window(self):
        """Who starts the other one while there is a window gets that window, and its command line works beside it."""
        url, _ = self.model(turn("Four."), turn("Five."))
        self.ask_model(url, "Count to four")
        self.welcomed()
        self.show_window()
        self.branch(OTHER)
        self.assertIsNone(self.process.poll())
        self.see("Count to four")
        self.assertIn("Count to four", self.branch(OTHER, "tasks", "list").stdout)
        self.ask_model(url, "Count to five")
        self.see("Count to five")

    def test_newer_data(self):
        """The older one refuses what a newer one has written, touches nothing, and the newer one goes on with it."""
        url, _ = self.model(turn("Four."))
        self.ask_model(url, "Count to four")
        path = os.path.join(self.home, "data/annex/tasks.db")
        with sqlite3.connect(path) as database:
            version, = database.execute("PRAGMA user_version").fetchone()
            database.execute(f"PRAGMA user_version = {version + 1}")
        database.close()
        before = tree(os.path.join(self.home, "data"))
        for words in (("tasks", "list"), ("run", "--model", "tour", "Look"), ("inbox", "list")):
            self.assertIn("newer Annex", self.branch(OTHER, *words, status=1).stderr)
        after = tree(os.path.join(self.home, "data"))
        self.assertEqual({name: kind[0] for name, kind in after.items()}, {name: kind[0] for name, kind in before.items()})
        self.welcomed()
        self.open()
        self.see("This Annex Is Too Old|newer version")
        self.shot("flatpak-too-old")
        self.close()
        with sqlite3.connect(path) as database:
            database.execute(f"PRAGMA user_version = {version}")
        database.close()
        self.assertIn("Count to four", self.branch(OURS, "tasks", "list").stdout)

    def test_one_of_two_is_removed(self):
        """With its data kept; the other one starts where it was."""
        url, _ = self.model(turn("Four."))
        self.ask_model(url, "Count to four")
        flatpak("uninstall", "-y", "--noninteractive", f"{ID}//{OTHER}")
        try:
            self.assertIn("Count to four", self.annex("tasks", "list").stdout)
        finally:
            flatpak("install", "-y", "--noninteractive", "beside", f"{ID}//{OTHER}")


class Gone(InFlatpak, WindowCase):
    """Uninstalled with its data."""

    def keep_image(self):
        """The tests' own copy of the computer's image lies where the app's would."""
        kept = pathlib.Path(self.home + ".image")
        if kept.exists():
            aside = kept.with_name("kept-by-the-tests")
            kept.rename(aside)
            self.addCleanup(aside.rename, kept)

    def test_nothing_but_the_users_files(self):
        folder = self.folder({"a.txt": "mine\n"}, "Letters")
        mine = tree(folder)
        url, _ = self.model(turn("Four."))
        self.ask_model(url, "Count to four")
        self.welcomed()
        self.show_window()
        self.give(folder)
        self.close()
        self.keep_image()
        home = pathlib.Path(os.environ["HOME"])
        self.assertTrue(parts_with_its_id(home), "there is something to remove")

        flatpak("uninstall", "-y", "--noninteractive", "--delete-data", f"{ID}//{OURS}")
        self.addCleanup(flatpak, "install", "-y", "--noninteractive", REMOTE, f"{ID}//{OURS}")
        self.assertFalse((home / ".var/app" / ID).exists())
        self.assertTrue(wait_until(lambda: not parts_with_its_id(home), 10), parts_with_its_id(home))
        left = [str(path) for place in ("app", "exports", "appstream") for path in (INSTALLATION / place).rglob("*") if ID in path.name]
        self.assertEqual(left, [])
        self.assertEqual(tree(folder), mine)


if __name__ == "__main__":
    main()
