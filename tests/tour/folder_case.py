# folder_case.py: makes folders of receipts and runs the tour's script on them, for the tests here.
# SPDX-License-Identifier: GPL-3.0-or-later
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

SAMPLES = pathlib.Path(__file__).parents[2] / "data/samples"
sys.path.insert(0, str(SAMPLES))
from make_pdf import pdf  # noqa: E402, F401 (used by the tests)

SCRIPT = os.environ.get("ANNEX_TOUR_SCRIPT") or str(SAMPLES / "tour/expense_report.py")


def mail(body, sender="Shop <shop@example.com>", date="Tue, 10 Mar 2026 14:03:00 +0100", subject="Your receipt", kind="text/plain", extra=""):
    return f"From: {sender}\nTo: me@example.com\nDate: {date}\nSubject: {subject}\nMIME-Version: 1.0\nContent-Type: {kind}; charset=utf-8\n{extra}\n{body}"


class FolderCase(unittest.TestCase):
    """One folder a test; `self.run_on ({name: content})` gives what came out."""

    def setUp(self):
        self.temporary = tempfile.TemporaryDirectory()
        self.addCleanup(self.temporary.cleanup)
        self.folder = os.path.join(self.temporary.name, "Receipts of März")
        os.mkdir(self.folder)

    def put(self, files):
        for name, content in files.items():
            path = os.path.join(os.fsencode(self.folder), name if isinstance(name, bytes) else os.fsencode(name))
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "wb") as f:
                f.write(content if isinstance(content, bytes) else content.encode())

    def script(self, *arguments):
        done = subprocess.run([sys.executable, "-B", SCRIPT, self.folder, *arguments], capture_output=True, timeout=120,
                              env={**os.environ, "HOME": self.temporary.name})
        output = done.stdout.decode("utf-8", "replace")
        self.assertEqual(done.returncode, 0, done.stderr.decode("utf-8", "replace"))
        last = output.strip().split("\n")[-1]
        self.assertTrue(last.startswith("RESULT "), output)
        return json.loads(last[7:])

    def run_on(self, files, *arguments):
        self.put(files)
        result = self.script(*arguments)
        if result["report"]:
            self.assertEqual(self.script("--check")["agrees"], "yes")
        return result

    def book(self):
        import openpyxl
        return openpyxl.load_workbook(os.path.join(self.folder, "Expense report.xlsx"), data_only=True)

    def rows(self):
        """The report's receipts: (date, vendor, category, amount, currency, file)."""
        found = []
        sheet = self.book()["Receipts"]
        self.assertEqual([c.value for c in sheet[1]], ["Date", "Vendor", "Category", "Amount", "Currency", "File"])
        for date, vendor, category, amount, currency, file in sheet.iter_rows(min_row=2, values_only=True):
            self.assertIsInstance(amount, (int, float))
            found.append((date.strftime("%Y-%m-%d") if date else None, vendor, category, f"{amount:.3f}".rstrip("0").rstrip("."), currency, file))
        return found

    def one(self, content, name="r.txt"):
        """(date, amount, currency) of a folder with this one receipt."""
        self.run_on({name: content})
        rows = self.rows()
        self.assertEqual(len(rows), 1, rows)
        return rows[0][0], rows[0][3], rows[0][4]

    def tree(self):
        return sorted(os.path.relpath(os.path.join(b, n), self.folder) for b, _, names in os.walk(self.folder) for n in names)


class TapResult(unittest.TestResult):
    def __init__(self):
        super().__init__()
        self.count = 0

    def line(self, state, test, note="", detail=""):
        self.count += 1
        print(f"{state} {self.count} - {test.id().replace('__main__.', '')}{note}", flush=True)
        for row in detail.splitlines():
            print("# " + row, flush=True)

    def addSuccess(self, test):
        self.line("ok", test)

    def addSkip(self, test, reason):
        self.line("ok", test, f" # SKIP {reason}")

    def addFailure(self, test, err):
        super().addFailure(test, err)
        self.line("not ok", test, "", self.failures[-1][1])

    def addError(self, test, err):
        super().addError(test, err)
        self.line("not ok", test, "", self.errors[-1][1])

    def addSubTest(self, test, subtest, err):
        super().addSubTest(test, subtest, err)
        if err:
            self.line("not ok", subtest, "", self._exc_info_to_string(err, test))


def main():
    """Runs the tests of the calling file and speaks TAP. A name as argument selects some."""
    loader = unittest.TestLoader()
    if sys.argv[1:]:
        loader.testNamePatterns = [f"*{a}*" for a in sys.argv[1:]]
    suite = loader.loadTestsFromModule(sys.modules["__main__"])
    result = TapResult()
    suite.run(result)
    print(f"1..{result.count}")
    sys.exit(0 if result.wasSuccessful() else 1)
