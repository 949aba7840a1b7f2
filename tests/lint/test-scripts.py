# test-scripts.py: data/dev's scripts where something goes wrong before Annex runs.
# SPDX-License-Identifier: GPL-3.0-or-later
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/tour"))
from folder_case import main  # noqa: E402 (the TAP runner)


class Scripts(unittest.TestCase):
    """The scripts on a checkout of their own, whose build does what a case says."""

    def setUp(self):
        self.place = pathlib.Path(tempfile.mkdtemp(prefix="annex-dev-"))
        self.addCleanup(shutil.rmtree, self.place)
        self.checkout, self.build, self.home = (self.place / name for name in ("checkout", "build", "home"))
        for folder in (self.checkout / "data/dev", self.build / "plain/src/app", self.home):
            folder.mkdir(parents=True)
        for name in ("common", "flatpak-build", "flatpak-places", "release", "run", "test"):
            shutil.copy(ROOT / "data/dev" / name, self.checkout / "data/dev")
        shutil.copytree(ROOT / "data/samples/receipts", self.checkout / "data/samples/receipts")
        self.script("checkout/data/dev/build", "exit 0")
        self.script("build/plain/src/app/annex", 'printf "%s\\n" "$@"')

    def script(self, path, text):
        path = self.place / path
        path.parent.mkdir(exist_ok=True)
        path.write_text("#!/bin/bash\n" + text + "\n", encoding="utf-8")
        path.chmod(0o755)

    def run_script(self, name, *words):
        env = {**os.environ, "ANNEX_CHECKOUT": str(self.checkout), "ANNEX_BUILD": str(self.build), "HOME": str(self.home),
               "PATH": f"{self.place}/bin:{os.environ['PATH']}"}
        return subprocess.run(["bash", self.checkout / "data/dev" / name, *words], env=env, stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, timeout=60)

    def test_last_line_without_a_build(self):
        self.script("checkout/data/dev/build", "echo 'the build failed' >&2; exit 1")
        for what in ("all", "headless", "computer", "fuzz", "some-test"):
            with self.subTest(what=what):
                done = self.run_script("test", what)
                self.assertEqual(done.stdout.splitlines()[-1], "0 passed, 1 failed, 0 skipped")
                self.assertNotEqual(done.returncode, 0)

    def test_last_line_of_a_run(self):
        self.script("bin/meson", 'cat >"$3/meson-logs/headless.junit.xml" <<X\n<testsuites><testsuite name="a">'
                    '<testcase name="b"/><testcase name="c"><skipped/></testcase></testsuite></testsuites>\nX\n')
        (self.build / "plain/meson-logs").mkdir()
        done = self.run_script("test", "headless")
        self.assertEqual(done.stdout.splitlines()[-1], "1 passed, 0 failed, 1 skipped", done.stderr)
        self.assertEqual(done.returncode, 0)

    def test_release_names_its_runtime(self):
        """One for users is built on what they have; nothing is built before that is known."""
        self.script("checkout/data/dev/build", "echo built; exit 1")
        done = self.run_script("release", "--test-key")
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("--runtime-url", done.stderr)
        self.assertNotIn("built", done.stdout)
        for words in (("--runtime-url=https://annex.invalid/a.flatpakrepo",), ("--local-runtime",)):
            self.assertIn("built", self.run_script("release", "--test-key", *words).stdout)

    def test_installation_stays_the_same(self):
        """Where there is no bus one is started, and what is run there has the installation that was chosen."""
        self.script("bin/dbus-run-session", 'shift; export DBUS_SESSION_BUS_ADDRESS=unix:path=/none; exec "$@"')
        env = {name: value for name, value in os.environ.items() if not name.startswith("DBUS")}
        env |= {"HOME": str(self.home), "PATH": f"{self.place}/bin:{env['PATH']}"}
        words = 'source "$0"; FLATPAK_USER_DIR=/chosen; with_buses printenv FLATPAK_USER_DIR'
        done = subprocess.run(["bash", "-c", words, self.checkout / "data/dev/flatpak-places"], env=env, check=True,
                              capture_output=True, text=True, timeout=60)
        self.assertEqual(done.stdout, "/chosen\n")

    def test_samples_are_whole_or_not_there(self):
        samples = sorted(p.name for p in (self.checkout / "data/samples/receipts").iterdir())
        self.script("bin/cp", f'mkdir -p "${{@: -1}}"; /bin/cp "$2/{samples[0]}" "${{@: -1}}" 2>/dev/null; exit 1')
        self.assertNotEqual(self.run_script("run").returncode, 0)
        self.assertFalse((self.home / "Receipts").exists())
        self.assertEqual([p.name for p in self.home.glob(".receipts.*/*")], samples[:1])  # it was cut off
        (self.place / "bin/cp").unlink()
        done = self.run_script("run")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(sorted(p.name for p in (self.home / "Receipts").iterdir()), samples)
        self.assertEqual([p.name for p in self.home.iterdir()], ["Receipts"])
        self.assertIn(f"{self.home}/Receipts:review", done.stdout)
        # What the user made of it stays.
        (self.home / "Receipts/mine.txt").write_text("mine", encoding="utf-8")
        self.run_script("run")
        self.assertTrue((self.home / "Receipts/mine.txt").exists())


if __name__ == "__main__":
    main()
