# test-fetch.py: what annex-fetch takes of a stranger's git repository, and what it leaves.
# SPDX-License-Identifier: GPL-3.0-or-later
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
FETCH = os.environ["ANNEX_FETCH"]
sys.path.insert(0, str(ROOT / "tests/tour"))
from folder_case import main  # noqa: E402 (the TAP runner)

ENV = {"GIT_AUTHOR_NAME": "A", "GIT_AUTHOR_EMAIL": "a@example.org", "GIT_COMMITTER_NAME": "A", "GIT_COMMITTER_EMAIL": "a@example.org",
       "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_SYSTEM": "/dev/null"}


class Fetch(unittest.TestCase):
    def setUp(self):
        self.place = pathlib.Path(tempfile.mkdtemp(prefix="annex-fetch-"))
        self.addCleanup(shutil.rmtree, self.place)
        self.repo = self.place / "repo"
        self.git("init", "-q", "-b", "main", str(self.repo), cwd=self.place)

    def git(self, *words, cwd=None, data=None):
        return subprocess.run(["git", *words], cwd=cwd or self.repo, env={**os.environ, **ENV}, input=data, check=True, capture_output=True).stdout

    def commit(self, files=()):
        for name, text in files:
            path = self.repo / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-m", "x")
        return self.git("rev-parse", "HEAD").decode().strip()

    def tree(self, *entries):
        """A commit of a tree that git itself would not make; entries are (mode, name, object)."""
        raw = b"".join(f"{mode} ".encode() + name + b"\0" + bytes.fromhex(oid) for mode, name, oid in entries)
        oid = self.git("hash-object", "-t", "tree", "-w", "--stdin", "--literally", data=raw).decode().strip()
        commit = self.git("commit-tree", oid, "-m", "x").decode().strip()
        self.git("update-ref", "refs/heads/main", commit)

    def blob(self, data):
        return self.git("hash-object", "-w", "--stdin", data=data).decode().strip()

    def fetch(self, *more, status=0, url=None, anything=True):
        target = self.place / "out"
        done = subprocess.run([FETCH, url or self.repo.as_uri(), target, *more], capture_output=True, text=True, timeout=240,
                              env={**os.environ, **({"ANNEX_FETCH_ANYTHING": "1"} if anything else {})})
        self.assertEqual(done.returncode, status, done.stdout + done.stderr)
        return json.loads(done.stdout)

    def written(self):
        out = self.place / "out"
        return sorted(str(p.relative_to(out)) for p in out.rglob("*") if p.is_file())

    def test_commit_branch_and_tag(self):
        first = self.commit([("a/SKILL.md", "one"), ("run.sh", "#!/bin/sh\n")])
        self.git("tag", "v1")
        os.chmod(self.repo / "run.sh", 0o755)
        second = self.commit([("b.txt", "two")])
        self.assertEqual(self.fetch()["commit"], second)
        self.assertEqual(self.written(), ["a/SKILL.md", "b.txt", "run.sh"])
        self.assertTrue(os.access(self.place / "out/run.sh", os.X_OK))
        for more in (("v1",), ("-", first)):
            shutil.rmtree(self.place / "out")
            shutil.rmtree(self.place / "out.git")
            self.assertEqual(self.fetch(*more)["commit"], first)
            self.assertEqual(self.written(), ["a/SKILL.md", "run.sh"])

    def test_nothing_runs_and_no_links(self):
        self.commit([("a.txt", "x"), (".gitattributes", "*.txt filter=evil\n"), (".gitmodules", "[submodule \"s\"]\npath=s\nurl=file:///tmp/none\n")])
        os.symlink("/etc/passwd", self.repo / "link")
        os.symlink("..", self.repo / "up")
        (self.repo / ".git/hooks/post-checkout").write_text("#!/bin/sh\ntouch " + str(self.place / "ran") + "\n")
        os.chmod(self.repo / ".git/hooks/post-checkout", 0o755)
        self.git("add", "-A")
        self.git("update-index", "--add", "--cacheinfo", "160000," + "1" * 40 + ",s")
        self.git("commit", "-q", "-m", "x")
        found = self.fetch()
        self.assertEqual(sorted(found["left_out"]), ["link", "s", "up"])
        self.assertEqual(self.written(), [".gitattributes", ".gitmodules", "a.txt"])
        self.assertEqual((self.place / "out/a.txt").read_text(), "x")
        self.assertFalse((self.place / "ran").exists())

    def test_names_that_lead_out(self):
        good = self.blob(b"good")
        for name in (b"..", b".git", b"a\\b", b"a:b", b"a\nb"):
            with self.subTest(name=name):
                self.tree(("100644", name, good), ("100644", b"ok.txt", good))
                self.fetch_fresh()
                self.assertEqual(self.written(), ["ok.txt"])
        self.assertFalse((self.place / "b").exists())

    def fetch_fresh(self, **options):
        for name in ("out", "out.git"):
            shutil.rmtree(self.place / name, ignore_errors=True)
        return self.fetch(**options)

    def test_too_much(self):
        big = self.blob(b"\0" * (70 << 20))  # a few kilobytes in a pack
        self.tree(("100644", b"big", big))
        self.assertIn("too large", self.fetch(status=1)["error"])
        one = self.blob(b"x")
        self.tree(*(("100644", b"f%05d" % i, one) for i in range(5000)))
        self.assertIn("too large", self.fetch_fresh(status=1)["error"])
        inner = self.git("hash-object", "-t", "tree", "-w", "--stdin", data=b"100644 f\0" + bytes.fromhex(one)).decode().strip()
        for _ in range(20):
            inner = self.git("hash-object", "-t", "tree", "-w", "--stdin", data=b"40000 d\0" + bytes.fromhex(inner)).decode().strip()
        self.git("update-ref", "refs/heads/main", self.git("commit-tree", inner, "-m", "x").decode().strip())
        self.assertIn("too deep", self.fetch_fresh(status=1)["error"])
        # Folders count like files: three objects that would unfold into thousands of empty folders.
        inner = self.git("hash-object", "-t", "tree", "-w", "--stdin", data=b"").decode().strip()
        for _ in range(2):
            raw = b"".join(b"40000 d%02d\0" % i + bytes.fromhex(inner) for i in range(70))
            inner = self.git("hash-object", "-t", "tree", "-w", "--stdin", data=raw).decode().strip()
        self.git("update-ref", "refs/heads/main", self.git("commit-tree", inner, "-m", "x").decode().strip())
        self.assertIn("too large", self.fetch_fresh(status=1)["error"])

    def test_refused(self):
        self.commit([("a.txt", "x")])
        self.assertIn("https", self.fetch(status=1, anything=False)["error"])
        self.assertIn("no such branch", self.fetch("absent", status=1)["error"])
        self.assertFalse((self.place / "out").exists())
        self.assertIn("https", self.fetch_fresh(status=1, url="ext::sh -c id", anything=False)["error"])
        self.fetch_fresh(status=1, url="https://127.0.0.1:1/none")


if __name__ == "__main__":
    main()
