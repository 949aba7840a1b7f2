# test-expense-words.py: the tour's script speaks the user's language, in all it says and writes.
# SPDX-License-Identifier: GPL-3.0-or-later
import importlib.util
import json
import os
import pathlib
import re
import shutil

import folder_case
from folder_case import SAMPLES, FolderCase, main

KNOWN = ("Software", "Telecom", "Lodging", "Travel", "Transport", "Meals", "Groceries", "Postage", "Equipment", "Office",
         "Training", "Health", "Other")
NAMES = ("expense_report.py", "receipt_files.py", "receipt_text.py", "receipt_values.py")


def foreign(text):
    """A language in which every word is in «»."""
    return f"«{text}»"


def table():
    words, plurals = {}, {}
    for name in NAMES:
        script = (SAMPLES / "tour" / name).read_text()
        words |= {text: foreign(text) for text in re.findall(r'\b_\("([^"\\]+)"\)', script)}
        plurals |= {one: [foreign(f"no {more}"), foreign(one), foreign(more)]
                    for one, more in re.findall(r'\bngettext\("([^"\\]+)", "([^"\\]+)"', script)}
    return {"decimal": ",", "group": ".", "words": words, "plurals": plurals}


class Words(FolderCase):
    def setUp(self):
        super().setUp()
        scripts = pathlib.Path(self.temporary.name, "scripts")
        shutil.copytree(SAMPLES / "tour", scripts)
        (scripts / "receipt_words.json").write_text(json.dumps(table()))
        was = folder_case.SCRIPT
        folder_case.SCRIPT = str(scripts / "expense_report.py")
        self.addCleanup(setattr, folder_case, "SCRIPT", was)
        shutil.copytree(SAMPLES / "receipts", self.folder, dirs_exist_ok=True)

    def assert_foreign(self, text):
        """Whatever is no name, number or sign stands in «»."""
        left = re.sub(r"«[^«»]*(?:«[^«»]*»[^«»]*)*»", " ", text)
        self.assertNotRegex(left, r"\b(?:and|more|same|as|row|file|files|receipt|receipts|none|the|is|no|not)\b", text)

    def test_what_is_said(self):
        found = self.script("--look")
        for name, value in found.items():
            if name.endswith("_text"):
                self.assert_foreign(value)
        self.assertRegex(found["files_text"], "^«\\d+ files»$")
        self.assertGreater(found["not_read_count"], 0)
        for item in found["not_read"]:
            self.assertRegex(item["reason"], "«.*»")
        for item in found["duplicates"]:
            self.assertRegex(item["why"], "^«.*»$")
        self.assertRegex(found["totals_text"], r"\d\.\d{3},\d\d\b")

    def test_what_is_written(self):
        import openpyxl

        made = self.script("--undated", foreign("Put them under “No date”"))
        self.assertEqual(self.script("--check")["agrees"], "yes")
        self.assertEqual(os.path.basename(made["report"]), "«Expense report».xlsx")
        if importlib.util.find_spec("matplotlib"):
            self.assertEqual(os.path.basename(made["chart"]), "«Expense chart».png")
        self.assertTrue(os.path.isdir(os.path.join(self.folder, "«No date»")))
        book = openpyxl.load_workbook(made["report"], data_only=True)
        for sheet in book:
            self.assertRegex(sheet.title, "^«.*»$")
            for cell in sheet[1]:
                if cell.value is not None:
                    self.assertRegex(cell.value, "^«.*»$")
        for row in book["«Receipts»"].iter_rows(min_row=2, values_only=True):
            self.assertNotIn(row[2], KNOWN)                     # a receipt may name one of its own
            self.assertIsInstance(row[3], (int, float))
        again = self.script("--undated", foreign("Put them under “No date”"))
        self.assertEqual(again["report"], made["report"])       # its own report is replaced, not read
        self.assertEqual(again["files"], made["files"])

    def test_answers(self):
        made = self.script("--undated", foreign("Use the file’s date"), "--filing", foreign("Leave them where they are"))
        self.assertEqual(made["undated"], 0)
        self.assertEqual(made["moved"], 0)

    def test_report_in_another_language(self):
        made = self.script()
        os.unlink(os.path.join(os.path.dirname(folder_case.SCRIPT), "receipt_words.json"))
        again = self.script()
        self.assertEqual(again["files"], made["files"])         # neither report nor chart counts as a receipt
        self.assertEqual(os.path.basename(again["report"]), "Expense report.xlsx")


if __name__ == "__main__":
    main()
