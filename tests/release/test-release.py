# test-release.py: what ./dev release made is signed, whole and complete, for those who only have its folder.
# SPDX-License-Identifier: GPL-3.0-or-later
import base64
import hashlib
import json
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
RELEASE = pathlib.Path(os.environ.get("ANNEX_BUILD", "/build")) / "release/annex"
VERSION = re.search(r"version: '([^']+)'", (ROOT / "meson.build").read_text(encoding="utf-8"))[1]
# DER of an Ed25519 public key but for the key itself (RFC 8410).
ED25519 = bytes.fromhex("302a300506032b6570032100")
MIB = 1 << 20


def run(*words, status=0, **more):
    done = subprocess.run([str(word) for word in words], capture_output=True, **more)
    if status is not None and done.returncode != status:
        raise AssertionError(f"{words}: {done.returncode}\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}")
    return done


def sum_of(path):
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@unittest.skipUnless(RELEASE.is_dir(), "there is no release: ./dev test release makes one")
class Release(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.place = pathlib.Path(tempfile.mkdtemp(prefix="annex-release-"))
        cls.addClassCleanup(shutil.rmtree, cls.place, ignore_errors=True)
        home = cls.place / "gnupg"
        home.mkdir(mode=0o700)
        # What a stranger has: the key of the release, nothing of who made it.
        cls.env = {**os.environ, "GNUPGHOME": str(home), "FLATPAK_USER_DIR": str(cls.place / "flatpak")}
        run("gpg", "--batch", "--import", RELEASE / "annex-key.asc", env=cls.env)

    @classmethod
    def tearDownClass(cls):
        run("gpgconf", "--kill", "all", env=cls.env, status=None)

    def verify(self, path, status=0):
        return run("gpg", "--batch", "--verify", f"{RELEASE / path}.asc", self.place / path if status else RELEASE / path,
                   env=self.env, status=status)

    def test_complete(self):
        for name in (f"annex-{VERSION}.flatpak", f"annex-{VERSION}.tar.xz", f"annex-{VERSION}.tar.xz.asc",
                     f"annex-{VERSION}.cdx.json", "SHA256SUMS", "SHA256SUMS.asc", "annex-key.asc", "REPRODUCIBLE",
                     "repo/config", "repo/summary.sig"):
            self.assertTrue((RELEASE / name).is_file(), name)

    def test_sums(self):
        self.verify("SHA256SUMS")
        listed = dict(reversed(line.split("  ", 1)) for line in (RELEASE / "SHA256SUMS").read_text().splitlines())
        there = {str(path.relative_to(RELEASE)) for path in RELEASE.rglob("*")
                 if path.is_file() and "repo" not in path.relative_to(RELEASE).parts and "SHA256SUMS" not in path.name}
        self.assertEqual(set(listed), there)
        for name, expected in listed.items():
            self.assertEqual(sum_of(RELEASE / name), expected, name)

    def test_changed_sums_are_noticed(self):
        text = (RELEASE / "SHA256SUMS").read_text()
        (self.place / "SHA256SUMS").write_text(text.replace("0", "1", 1))
        self.verify("SHA256SUMS", status=1)

    def test_source(self):
        name = f"annex-{VERSION}.tar.xz"
        self.verify(name)
        run("tar", "-C", self.place, "-xf", RELEASE / name)
        source = self.place / f"annex-{VERSION}"
        self.assertFalse((source / ".git").exists())
        run("meson", "setup", "-Dtests=false", self.place / "build", source)
        shown = json.loads(run("meson", "introspect", "--projectinfo", self.place / "build").stdout)
        self.assertEqual(shown["version"], VERSION)

    def test_repository(self):
        """A stranger's Flatpak takes it with this key, and with another one it does not."""
        url = f"file://{RELEASE}/repo"
        run("flatpak", "--user", "remote-add", f"--gpg-import={RELEASE}/annex-key.asc", "good", url, env=self.env)
        refs = run("flatpak", "--user", "remote-ls", "--all", "--columns=ref", "good", env=self.env).stdout.decode().split()
        self.assertTrue(any(ref.startswith(f"app/{ID}/") for ref in refs), refs)
        if (RELEASE / "image").is_dir():
            self.assertTrue(any(ref.startswith(f"runtime/{ID}.Image/") for ref in refs), refs)
        other = self.place / "other"
        other.mkdir(mode=0o700, exist_ok=True)
        env = {**self.env, "GNUPGHOME": str(other)}
        run("gpg", "--batch", "--passphrase", "", "--quick-generate-key", "nobody@annex.invalid", "ed25519", "sign", env=env)
        (self.place / "other.asc").write_bytes(run("gpg", "--armor", "--export", env=env).stdout)
        run("gpgconf", "--kill", "all", env=env, status=None)
        run("flatpak", "--user", "remote-add", f"--gpg-import={self.place}/other.asc", "bad", url, env=self.env, status=None)
        self.assertNotEqual(run("flatpak", "--user", "remote-ls", "bad", env=self.env, status=None).returncode, 0)

    def test_bundle(self):
        bundle = RELEASE / f"annex-{VERSION}.flatpak"
        self.assertLessEqual(bundle.stat().st_size, 90 * MIB)
        run("dbus-run-session", "--", "bash", "-c", 'DBUS_SYSTEM_BUS_ADDRESS=$DBUS_SESSION_BUS_ADDRESS exec "$@"', "bash",
            "flatpak", "--user", "install", "-y", "--noninteractive", "--no-deps", "--no-related", "--bundle", bundle,
            env=self.env)
        files = self.place / f"flatpak/app/{ID}/current/active/files"
        self.assertTrue(os.access(files / "bin/annex", os.X_OK))
        self.assertTrue((files / "lib/annex/image").is_dir(), "where the image's extension is mounted")
        self.assertTrue((files / "lib/annex/annex-manual.html").is_file(), "the manual that it shows by itself")
        for language in (ROOT / "po/LINGUAS").read_text(encoding="utf-8").split():
            self.assertTrue((files / f"share/locale/{language}/LC_MESSAGES/annex.mo").is_file(), f"it speaks {language}")
        if (RELEASE / "image-key.txt").exists():
            key = (RELEASE / "image-key.txt").read_bytes().strip()
            programs = [path.read_bytes() for path in (files / "lib/annex").glob("*.so")]
            self.assertTrue(any(key in program for program in programs), "this Annex believes the image's key")

    def test_image(self):
        folder = RELEASE / "image"
        if not folder.is_dir():
            self.skipTest("this release has no image")
        manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        for file in manifest["files"]:
            self.assertEqual((folder / file["name"]).stat().st_size, file["size"])
            self.assertEqual(sum_of(folder / file["name"]), file["sha256"], file["name"])
        key = self.place / "image.der"
        key.write_bytes(ED25519 + base64.b64decode((RELEASE / "image-key.txt").read_text()))
        signature = self.place / "image.sig"
        signature.write_bytes(base64.b64decode((folder / "manifest.json.sig").read_text(), validate=True))
        words = ("openssl", "pkeyutl", "-verify", "-rawin", "-pubin", "-keyform", "DER", "-inkey", key, "-sigfile", signature, "-in")
        run(*words, folder / "manifest.json")
        changed = self.place / "manifest.json"
        changed.write_text((folder / "manifest.json").read_text().replace("0", "1", 1))
        self.assertNotEqual(run(*words, changed, status=None).returncode, 0)

    def test_bill(self):
        """CycloneDX 1.5, its required fields, and what a reader looks for."""
        bill = json.loads((RELEASE / f"annex-{VERSION}.cdx.json").read_text(encoding="utf-8"))
        self.assertEqual((bill["bomFormat"], bill["specVersion"], bill["version"]), ("CycloneDX", "1.5", 1))
        self.assertRegex(bill["serialNumber"], r"^urn:uuid:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")
        self.assertRegex(bill["metadata"]["timestamp"], r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$")
        self.assertEqual(bill["metadata"]["component"]["version"], VERSION)
        references = [part["bom-ref"] for part in bill["components"]]
        self.assertEqual(len(set(references)), len(references))
        known = {*references, bill["metadata"]["component"]["bom-ref"]}
        for dependency in bill["dependencies"]:
            self.assertLessEqual({dependency["ref"], *dependency["dependsOn"]}, known)
        parts = {part["bom-ref"]: part for part in bill["components"]}
        for part in parts.values():
            self.assertIn(part["type"], ("library", "platform"))
            self.assertTrue(part["name"])
            for one in part.get("hashes", []):
                self.assertRegex(one["content"], r"^[0-9a-f]{64}$")
        for name in ("qemu", "libvirt", "libssh"):
            self.assertTrue(parts[f"manifest:{name}"]["hashes"] and parts[f"manifest:{name}"]["version"], name)
        for name in ("gtk4", "libvirt", "libcrypto"):
            self.assertTrue(parts[f"meson:{name}"]["version"], name)
        if (RELEASE / "image").is_dir():
            self.assertRegex(parts["image:bash"]["purl"], r"^pkg:deb/debian/bash@5")


if __name__ == "__main__":
    main()
