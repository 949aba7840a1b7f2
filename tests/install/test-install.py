# test-install.py: what "meson install" puts into an empty prefix is complete, and starts there.
# SPDX-License-Identifier: GPL-3.0-or-later
import configparser
import json
import os
import pathlib
import shutil
import struct
import subprocess
import sys
import tempfile
import unittest
import zipfile

ROOT = pathlib.Path(sys.argv.pop(1))
sys.path.insert(0, str(ROOT / "tests/tour"))
from folder_case import main  # noqa: E402 (the TAP runner)

ID = "io.github.annex_desktop.Annex"
ICONS = "share/icons/hicolor"
EXPECTED = [
    "bin/annex",
    "etc/annex/policy.d",
    f"share/applications/{ID}.desktop",
    f"share/metainfo/{ID}.metainfo.xml",
    f"share/dbus-1/services/{ID}.service",
    f"share/gnome-shell/search-providers/{ID}.search-provider.ini",
    f"share/mime/packages/{ID}.xml",
    f"share/glib-2.0/schemas/{ID}.gschema.xml",
    f"{ICONS}/scalable/apps/{ID}.svg",
    f"{ICONS}/symbolic/apps/{ID}-symbolic.svg",
    f"{ICONS}/scalable/mimetypes/{ID}-task.svg",
    f"{ICONS}/scalable/mimetypes/{ID}-skill.svg",
    "share/man/man1/annex.1",
    "share/licenses/annex/COPYING",
    "share/annex/samples/receipts",
    "share/annex/skills/spreadsheets/SKILL.md",
    "share/annex/vm/build-image",
    "share/annex/vm/packages.base",
    "share/help/C/annex/index.page",
    "share/help/C/annex/figures/task.png",
]


def run(*words, **options):
    done = subprocess.run([str(word) for word in words], capture_output=True, text=True, **options)
    if done.returncode != 0:
        raise AssertionError(f"{words}\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}")
    return done.stdout


class Install(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.place = pathlib.Path(tempfile.mkdtemp(prefix="annex-install-"))
        cls.addClassCleanup(shutil.rmtree, cls.place)
        cls.prefix = cls.place / "prefix"
        build = cls.place / "build"
        run("meson", "setup", f"--prefix={cls.prefix}", "-Dtests=false", build, ROOT)
        run("meson", "compile", "-C", build)
        run("meson", "install", "-C", build, "--no-rebuild")
        shutil.rmtree(build)
        cls.home = cls.place / "home"
        cls.home.mkdir()
        cls.env = {k: v for k, v in os.environ.items()
                   if not k.startswith(("ANNEX_", "XDG_", "GSETTINGS_", "DBUS_", "DISPLAY", "WAYLAND"))}
        cls.env.update(HOME=str(cls.home), PATH=f"{cls.prefix}/bin:{os.environ['PATH']}",
                       XDG_DATA_DIRS=f"{cls.prefix}/share:/usr/local/share:/usr/share", LANG="C.UTF-8")

    def annex(self, *words):
        return run("annex", *words, env=self.env, cwd=self.home)

    def files(self):
        return [path for path in self.prefix.rglob("*") if path.is_file()]

    def ini(self, path):
        parser = configparser.ConfigParser(interpolation=None)
        parser.optionxform = str
        parser.read(self.prefix / path, encoding="utf-8")
        return parser

    def test_complete(self):
        self.assertEqual([path for path in EXPECTED if not (self.prefix / path).exists()], [])
        for language in (ROOT / "po/LINGUAS").read_text(encoding="utf-8").split():
            self.assertTrue((self.prefix / f"share/locale/{language}/LC_MESSAGES/annex.mo").is_file(), language)

    def test_helpers_paint_and_unpack(self):
        """The programs that read what strangers made: beside the modules, and with all their libraries."""
        modules, = self.prefix.glob("lib*/**/annex-app.so")
        pictures = sorted((ROOT / "help/C/figures").glob("*.png"))
        self.assertTrue(pictures)
        with open(pictures[0], "rb") as picture:
            painted = subprocess.run([modules.parent / "annex-picture", "16", "1"], stdin=picture, env={},
                                     capture_output=True)
        pages, width, height = struct.unpack("=III", painted.stdout[:12])
        self.assertEqual((pages, max(width, height), len(painted.stdout)), (1, 16, 12 + width * height * 4))
        package = self.place / "package.zip"
        with zipfile.ZipFile(package, "w", zipfile.ZIP_DEFLATED) as out:
            out.writestr("content.xml", "<a/>")
        with open(package, "rb") as file:
            unpacked = subprocess.run([modules.parent / "annex-unpack", "content.xml"], stdin=file, env={},
                                      capture_output=True)
        self.assertEqual(unpacked.stdout, struct.pack("=II", 11, 4) + b"content.xml<a/>" + bytes(8))
        with open(package, "rb") as file:
            refused = subprocess.run([modules.parent / "annex-pdf", "16", "1"], stdin=file, env={}, capture_output=True)
        self.assertEqual((refused.returncode, refused.stdout), (1, b""))

    def test_recipe_can_be_run(self):
        self.assertTrue(os.access(self.prefix / "share/annex/vm/build-image", os.X_OK))

    def test_nothing_of_the_tests(self):
        names = {path.name for path in self.files()}
        self.assertEqual([name for name in names if name.startswith(("test-", "fake-", "annex-bench"))], [])

    def test_nothing_leads_back(self):
        """No file for people or the desktop names the folders that Annex was built in or from."""
        for path in self.files():
            content = path.read_bytes()
            if b"\0" in content[:1024]:
                continue
            for place in (str(ROOT), str(self.place / "build")):
                self.assertNotIn(place.encode(), content, path)

    def test_the_desktop_starts_this_one(self):
        program = str(self.prefix / "bin/annex")
        launcher = self.ini(f"share/applications/{ID}.desktop")
        for section in launcher.sections():
            self.assertEqual(launcher[section]["Exec"].split()[0], program)
        service = self.ini(f"share/dbus-1/services/{ID}.service")["D-BUS Service"]
        self.assertEqual(service["Exec"].split()[0], program)

    def test_mime_types_have_icons(self):
        shutil.copytree(self.prefix / "share/mime", self.place / "mime", dirs_exist_ok=True)
        run("update-mime-database", self.place / "mime")
        globs = (self.place / "mime/globs").read_text(encoding="utf-8")
        icons = dict(line.split(":") for line in (self.place / "mime/icons").read_text(encoding="utf-8").split())
        for kind in ("application/x-annex-task", "application/x-agent-skill"):
            self.assertIn(kind, globs)
            icon = f"{ICONS}/scalable/mimetypes/{icons[kind]}.svg"
            self.assertTrue((self.prefix / icon).is_file(), icon)

    def test_starts(self):
        self.assertRegex(self.annex("--version"), r"^annex \d+\.\d+\.\d+")
        self.assertIn("spreadsheets", self.annex("skills", "list"))
        self.assertEqual(self.annex("tasks", "list", "--json"), "")

    def test_doctor(self):
        done = subprocess.run(["annex", "doctor", "--json"], env=self.env, cwd=self.home, capture_output=True, text=True)
        self.assertIn(done.returncode, (0, 4), done.stderr)
        checks = {check["id"] for check in map(json.loads, done.stdout.splitlines())}
        self.assertGreater(len(checks), 8)

    def test_settings(self):
        listed = run("gsettings", "--schemadir", self.prefix / "share/glib-2.0/schemas", "list-keys", ID)
        self.assertIn("first-run-done", listed)


if __name__ == "__main__":
    main()
