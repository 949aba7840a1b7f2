# test-deb.py: the Debian package that ./dev deb made is without errors, and what it installs starts.
# SPDX-License-Identifier: GPL-3.0-or-later
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/tour"))
from folder_case import main  # noqa: E402 (the TAP runner)

ID = "io.github.annex_desktop.Annex"
PACKAGES = pathlib.Path(os.environ.get("ANNEX_BUILD", "/build")) / "deb/packages"


def run(*words, **more):
    done = subprocess.run([str(word) for word in words], capture_output=True, text=True, **more)
    if done.returncode != 0:
        raise AssertionError(f"{words}: {done.returncode}\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}")
    return done.stdout


@unittest.skipUnless(PACKAGES.is_dir(), "there is no package: ./dev deb makes one")
class Deb(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.package, = PACKAGES.glob("annex_*.deb")
        cls.place = pathlib.Path(tempfile.mkdtemp(prefix="annex-deb-"))
        cls.addClassCleanup(shutil.rmtree, cls.place)
        cls.root = cls.place / "root"
        run("dpkg", "-x", cls.package, cls.root)

    def field(self, name):
        return run("dpkg-deb", "--field", self.package, name).strip()

    def test_fields(self):
        version = re.search(r"version: '([^']+)'", (ROOT / "meson.build").read_text(encoding="utf-8"))[1]
        self.assertEqual(self.field("Version").rpartition("-")[0], version)
        for name in ("libvirt-daemon-driver-qemu", "qemu-system-x86", "virtiofsd", "libgtk-4-1", "libssl3t64", "glib-networking"):
            self.assertIn(name, self.field("Depends"))

    def test_lintian(self):
        said = (PACKAGES / "lintian.txt").read_text(encoding="utf-8")
        self.assertEqual([line for line in said.splitlines() if line.startswith("E:")], [])

    def test_complete(self):
        for name in ("usr/bin/annex", f"usr/share/applications/{ID}.desktop", f"usr/share/metainfo/{ID}.metainfo.xml",
                     "usr/share/man/man1/annex.1.gz", "usr/share/annex/vm/build-image", "etc/annex/policy.d",
                     "usr/share/doc/annex/copyright"):
            self.assertTrue((self.root / name).exists(), name)

    def test_starts(self):
        """From an empty root; what it loads at run time is looked for beside the program it was unpacked with."""
        home = self.place / "home"
        home.mkdir()
        schemas = self.root / "usr/share/glib-2.0/schemas"
        run("glib-compile-schemas", schemas)
        modules, = self.root.glob("usr/lib/*/annex")
        env = {"HOME": str(home), "PATH": f"{self.root}/usr/bin:/usr/bin:/bin", "LANG": "C.UTF-8",
               "XDG_RUNTIME_DIR": os.environ["XDG_RUNTIME_DIR"], "GSETTINGS_SCHEMA_DIR": str(schemas),
               "ANNEX_MODULE_DIR": str(modules)}
        self.assertRegex(run("annex", "--version", env=env, cwd=home), r"^annex \d+\.\d+\.\d+")
        done = subprocess.run(["annex", "doctor"], env=env, cwd=home, capture_output=True, text=True)
        self.assertIn(done.returncode, (0, 4), done.stderr)
        self.assertIn("computer", done.stdout)


if __name__ == "__main__":
    main()
