# test-flatpak-places.py: where things are not as they should be: no portal, a home that is read-only, a full disk; and
# what is left when it is gone.
# SPDX-License-Identifier: GPL-3.0-or-later
import json
import os
import pathlib
import subprocess

from in_flatpak import ID, InFlatpak
from journey import Journey, main, tree


class FlatpakPlaces(InFlatpak, Journey):
    with_computer = False

    def run_in(self, *words, options=(), status=None, bus=True):
        """The installed Flatpak with options of flatpak run; without @bus nobody answers for the portals."""
        env = dict(self.env)
        words = ["flatpak", "run", "--user", *options, "--command=annex", ID, *words]
        env.setdefault("DBUS_SYSTEM_BUS_ADDRESS", env["DBUS_SESSION_BUS_ADDRESS"])
        if not bus:  # a bus of its own, on which no service may be started
            config = pathlib.Path(self.temporary) / "bus.conf"
            config.write_text('<busconfig><type>session</type><listen>unix:tmpdir=/tmp</listen><policy context="default">'
                              '<allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/>'
                              "</policy></busconfig>", encoding="utf-8")
            inner = ["bash", "-c", 'DBUS_SYSTEM_BUS_ADDRESS=$DBUS_SESSION_BUS_ADDRESS exec "$@"', "bash", *words]
            words = ["dbus-run-session", f"--config-file={config}", "--", *inner]
        done = subprocess.run(words, env=env, capture_output=True, text=True, timeout=300, stdin=subprocess.DEVNULL)
        if status is not None:
            self.assertEqual(done.returncode, status, f"{done.stdout[-2000:]}\n{done.stderr[-2000:]}")
        return done

    def checks(self, **more):
        return {check["id"]: check for check in map(json.loads, self.run_in("doctor", "--json", **more).stdout.splitlines())}

    def test_no_portal(self):
        """Everything but the portals goes on, and a key is good until Annex ends."""
        found = self.checks(bus=False)
        self.assertNotEqual(found["keyring"]["state"], "ok")
        self.assertEqual({found[name]["state"] for name in ("store", "settings", "folder", "libvirt")}, {"ok"})
        self.run_in("tasks", "list", bus=False, status=0)

    def test_no_image_and_no_address(self):
        """In the sandbox nothing can be built; it says so, and where the image may come from."""
        done = self.run_in("computer", "build")
        self.assertNotEqual(done.returncode, 0)
        self.assertNotIn("Downloading", done.stderr)
        self.assertIn("no address", done.stderr)
        self.assertIn("no address", self.checks()["image"]["sentence"])

    def test_read_only_home(self):
        data = pathlib.Path(self.home) / "data"
        self.addCleanup(os.chmod, data, 0o700)
        self.addCleanup(os.chmod, data / "annex", 0o700)
        os.chmod(data / "annex", 0o500)
        os.chmod(data, 0o500)
        done = self.run_in("tasks", "list")
        self.assertNotEqual(done.returncode, 0)
        self.assertNotIn("CRITICAL", done.stderr)
        self.assertTrue(done.stderr.strip(), "it says why")

    def test_two_homes_are_apart(self):
        """The same installation with another home: nothing of one is the other's. Both are this test's own user, who
        may not become another; between users the system's permissions are besides."""
        other = os.path.join(self.temporary, "other-home")
        os.makedirs(other)
        self.run_in("tasks", "list", status=0)
        mine = tree(self.home)
        env, self.env = self.env, {**self.env, "HOME": other}
        self.run_in("tasks", "list", status=0)
        self.env = env
        self.assertTrue(os.path.isdir(os.path.join(other, ".var/app", ID)))
        self.assertEqual({path: kind[0] for path, kind in tree(self.home).items()}, {path: kind[0] for path, kind in mine.items()})

    def test_nothing_but_its_folder(self):
        """All that it writes lies where uninstalling with --delete-data removes it; the user's files stay."""
        home = pathlib.Path(os.environ["HOME"])
        folder = self.folder({"a.txt": "mine\n"}, "Letters")
        before = {path.relative_to(home) for path in home.rglob("*") if ".var" not in path.parts}
        mine = tree(folder)
        self.run_in("tasks", "list", status=0)
        self.run_in("skills", "list", status=0)
        after = {path.relative_to(home) for path in home.rglob("*") if ".var" not in path.parts}
        own = {path for path in after - before if path.parts[:1] not in ((".cache",), (".local",)) or "annex" in str(path)}
        self.assertEqual(own, set())
        self.assertEqual(tree(folder), mine)
        subprocess.run(["rm", "-rf", self.home], check=True)  # as --delete-data does
        self.assertFalse([path for path in home.rglob("*") if "annex" in path.name.lower() and ".var" not in path.parts])


if __name__ == "__main__":
    main()
