# test-built-in.py: the skills that come with Annex: their format, and their scripts on real files.
# SPDX-License-Identifier: GPL-3.0-or-later
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

from openpyxl import Workbook

ROOT = pathlib.Path(__file__).resolve().parents[2]
SKILLS = ROOT / "data/skills"
sys.path.insert(0, str(ROOT / "tests/tour"))
from folder_case import main, pdf  # noqa: E402 (the TAP runner)


class BuiltIn(unittest.TestCase):
    def setUp(self):
        self.place = pathlib.Path(tempfile.mkdtemp(prefix="annex-built-in-"))
        self.addCleanup(shutil.rmtree, self.place)

    def run_script(self, skill, *words, status=0):
        script, = (SKILLS / skill / "scripts").glob("*.py")
        done = subprocess.run([sys.executable, "-B", script, *map(str, words)], capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, status, done.stdout + done.stderr)
        return done.stdout + done.stderr

    def test_format(self):
        env = {**os.environ, "XDG_DATA_HOME": str(self.place), "XDG_CONFIG_HOME": str(self.place)}
        names = sorted(p.name for p in SKILLS.iterdir())
        self.assertGreaterEqual(len(names), 3)
        for name in names:
            with self.subTest(skill=name):
                done = subprocess.run([os.environ["ANNEX_BINARY"], "skills", "check", "--json", SKILLS / name], env=env,
                                      capture_output=True, text=True, timeout=60)
                self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
                self.assertEqual(json.loads(done.stdout)["problems"], [])
        listed = subprocess.run([os.environ["ANNEX_BINARY"], "skills", "list", "--json"],
                                env={**env, "ANNEX_SKILLS_DIR": str(SKILLS)}, capture_output=True, text=True, timeout=60)
        self.assertEqual([json.loads(line)["name"] for line in listed.stdout.splitlines()], names)

    # ---- spreadsheets

    def workbook(self, *rows):
        book = Workbook()
        for row in rows:
            book.active.append(row)
        book.save(self.place / "book.xlsx")
        return self.place / "book.xlsx"

    def test_good_workbook(self):
        text = self.run_script("spreadsheets", self.workbook(("Item", "Price", "Postcode"), ("Ink", 4.5, "01067"),
                                                             ("Paper", 3, "10115"), ("Sum", "=SUM(B2:B3)", None)))
        self.assertIn("B Price: 2 number, 1 formula", text)
        self.assertIn("nothing wrong", text)

    def test_bad_workbook(self):
        text = self.run_script("spreadsheets", self.workbook(
            ("Item", "Price", "Price"), ("Ink", 4.5, 1), ("Ink", 4.5, 1), (None, None, None), ("Pen", "1.250,00 €", 2),
            ("Cup", "#REF!", 3)), status=1)
        for part in ("numbers kept as text: B5", "columns of the same name: Price", "rows that are there twice: 3 (as 2)",
                     "empty rows inside: 4", "error values: B6 #REF!", "5 things are wrong"):
            self.assertIn(part, text)

    # ---- PDF

    def test_pdf(self):
        path = self.place / "a.pdf"
        path.write_bytes(pdf("Invoice 4711\nTotal   12.50"))
        found = json.loads(self.run_script("pdf-extraction", path))
        self.assertEqual(found["n_pages"], 1)
        self.assertEqual(found["pages"][0]["source"], "text")
        self.assertIn("Invoice 4711", found["pages"][0]["text"])
        self.assertIn("within 1-1", self.run_script("pdf-extraction", path, "--pages", "2", status=1))

    def test_no_pdf(self):
        path = self.place / "b.pdf"
        path.write_text("this is no PDF", encoding="utf-8")
        self.run_script("pdf-extraction", path, status=1)

    # ---- tidying

    def folder(self, **files):
        folder = self.place / "messy"
        for name, text in files.items():
            path = folder / name.replace("__", "/").replace("_", ".")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        return folder

    def plan(self, *rows):
        path = self.place / "plan.csv"
        path.write_text("from,to\n" + "".join(f"{a},{b}\n" for a, b in rows), encoding="utf-8")
        return path

    def test_tidy(self):
        folder = self.folder(a_txt="A", b_txt="B", sub__c_txt="A", sub__d_pdf="D")
        listed = {e["path"]: e for e in json.loads(self.run_script("tidy-folder", "list", folder))}
        self.assertEqual(listed["sub/c.txt"]["same_as"], "a.txt")
        self.assertNotIn("same_as", listed["b.txt"])
        self.assertEqual(listed["sub/d.pdf"]["kind"], "application/pdf")
        before = {p.relative_to(folder): p.read_text() for p in folder.rglob("*") if p.is_file()}
        plan = self.plan(("a.txt", "b.txt"), ("b.txt", "a.txt"), ("sub/c.txt", "Duplicates/c.txt"), ("sub/d.pdf", "2026/d.pdf"))
        self.assertIn("nothing is in the way", self.run_script("tidy-folder", "check", folder, plan))
        self.run_script("tidy-folder", "apply", folder, plan)
        self.assertEqual((folder / "a.txt").read_text(), "B")
        self.assertEqual(sorted(p.name for p in folder.iterdir()), ["2026", "Duplicates", "a.txt", "b.txt"])
        self.run_script("tidy-folder", "apply", folder, self.place / "undo.csv")
        self.assertEqual({p.relative_to(folder): p.read_text() for p in folder.rglob("*") if p.is_file()}, before)

    def test_bad_plans(self):
        folder = self.folder(a_txt="A", b_txt="B")
        (folder / "link").symlink_to(self.place)
        for rows, said in (([("a.txt", "../a.txt")], "leaves the folder"), ([("a.txt", "/tmp/a.txt")], "leaves the folder"),
                           ([("a.txt", "b.txt")], "one already"), ([("x.txt", "y.txt")], "no such file"),
                           ([("a.txt", "c.txt"), ("b.txt", "C.txt")], "both become"), ([("a.txt", "a.exe")], "extension"),
                           ([("a.txt", "link/a.txt")], "through a link"), ([("a.txt", "c.txt"), ("a.txt", "d.txt")], "twice")):
            with self.subTest(rows=rows):
                self.assertIn(said, self.run_script("tidy-folder", "apply", folder, self.plan(*rows), status=1))
                self.assertEqual((folder / "a.txt").read_text(), "A")
                self.assertEqual((folder / "b.txt").read_text(), "B")


if __name__ == "__main__":
    main()
