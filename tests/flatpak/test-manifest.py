# test-manifest.py: the Flatpak's manifest asks for no more than it may, and every source is pinned or a gap that is known.
# SPDX-License-Identifier: GPL-3.0-or-later
"""The rules are those of flatpak-builder-lint, which is not everywhere."""
import json
import pathlib
import re
import subprocess
import sys
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/tour"))
from folder_case import main  # noqa: E402 (the TAP runner)

FLATPAK = ROOT / "flatpak"
ID = "io.github.annex_desktop.Annex"
ALLOWED = {"--share=network", "--share=ipc", "--socket=wayland", "--socket=fallback-x11", "--device=dri", "--device=kvm"}
# The order that the manifests of others have.
ORDER = ["id", "runtime", "runtime-version", "sdk", "sdk-extensions", "command", "separate-locales", "finish-args",
         "add-extensions", "cleanup", "modules"]
KNOWN_GAPS = {"virtiofsd"}
# What each feature that QEMU is asked for needs besides QEMU: what is asked for by name and is not there ends its
# configure. A module here, one of the runtime, or nothing.
QEMU_NEEDS = {"system": None, "kvm": None, "tcg": None, "tools": None, "vhost-kernel": None, "vhost-user": None,
              "vhost-net": None, "seccomp": "libseccomp", "zstd": "runtime"}


def run(*words):
    return subprocess.run([FLATPAK / words[0], *words[1:]], capture_output=True, text=True)


class Manifest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.text = (FLATPAK / (ID + ".yml")).read_text(encoding="utf-8")
        shown = run("manifest")
        assert shown.returncode == 0, shown.stderr
        cls.manifest = json.loads(shown.stdout)

    def test_is_annex(self):
        self.assertEqual(self.manifest["id"], ID)
        self.assertEqual(self.manifest["modules"][-1]["name"], "annex")
        self.assertEqual(re.findall(r"(?m)^([a-z-]+):", self.text), ORDER)

    def test_permissions(self):
        """What only the portals may give is not asked for: no folders, no bus, no way out of the sandbox."""
        self.assertEqual(set(self.manifest["finish-args"]), ALLOWED)

    def test_languages_are_in_the_bundle(self):
        """A single-file bundle has the app alone, not the extension that languages are otherwise moved into."""
        self.assertIs(self.manifest["separate-locales"], False)

    def test_qemu_has_what_it_is_asked_for(self):
        names = [module["name"] for module in self.manifest["modules"]]
        qemu = self.manifest["modules"][names.index("qemu")]
        for word in qemu["config-opts"]:
            if word.startswith("--enable-"):
                self.assertIn(word.removeprefix("--enable-"), QEMU_NEEDS)
                needed = QEMU_NEEDS[word.removeprefix("--enable-")]
                self.assertTrue(needed in (None, "runtime") or needed in names[:names.index("qemu")], word)

    def test_policy_is_an_extension(self):
        extension = self.manifest["add-extensions"][ID + ".Policy"]
        self.assertEqual(extension["directory"], "etc/annex/policy.d")

    def test_sources(self):
        """Only addresses with https; no md5, no sha1, no branch, nothing that is not pinned but for the known gaps."""
        done = run("check-sources", "--offline")
        self.assertIn(done.returncode, (0, 3), done.stderr)
        lines = [line.split() for line in done.stdout.splitlines()]
        self.assertGreater(len(lines), 12)
        self.assertLessEqual({module for word, module, *_ in lines if word != "ok"}, KNOWN_GAPS)
        for module in self.manifest["modules"]:
            for source in module["sources"]:
                self.assertFalse({"md5", "sha1", "branch"} & set(source), module["name"])

    def test_gaps_are_marked(self):
        self.assertEqual(len(re.findall(r"# GAP:", self.text)), len(KNOWN_GAPS))

    def test_without_what_the_runtime_has(self):
        shown = run("manifest", "--from-runtime")
        self.assertEqual([module["name"] for module in json.loads(shown.stdout)["modules"]], ["annex"])

    def test_references(self):
        self.assertEqual(run("manifest", "--references").stdout.split(),
                         ["org.gnome.Platform//49", "org.gnome.Sdk//49"])


if __name__ == "__main__":
    main()
