# test-tour.py: the main job, with the tour: a folder of receipts becomes a report, and is taken back.
# SPDX-License-Identifier: GPL-3.0-or-later
import json
import os

from journey import SAMPLES, Journey, contents, main, tree

EXPECTED = json.loads((SAMPLES / "receipts.expected.json").read_text())


class Tour(Journey):
    def check_report(self, folder):
        import openpyxl

        book = openpyxl.load_workbook(os.path.join(folder, "Expense report.xlsx"), data_only=True)
        rows = list(book["Receipts"].iter_rows(values_only=True))
        self.assertEqual(list(rows[0]), ["Date", "Vendor", "Category", "Amount", "Currency", "File"])
        found = [(d.strftime("%Y-%m-%d") if d else None, v, c, f"{a:.2f}", cur, f) for d, v, c, a, cur, f in rows[1:]]
        wanted = [(r["date"], r["vendor"], r["category"], r["amount"], r["currency"], r["file"])
                  for r in EXPECTED["receipts"]]
        self.assertEqual(sorted(found, key=str), sorted(wanted, key=str))
        for _, _, _, _, _, file in found:
            self.assertTrue(os.path.isfile(os.path.join(folder, file)), file)
        with open(os.path.join(folder, "Expense chart.png"), "rb") as file:
            self.assertEqual(file.read(8), b"\x89PNG\r\n\x1a\n")

    def test_keep_and_undo(self):
        folder = self.folder()
        before = tree(folder)
        answers = self.answers({"ask": "question", "match": "no date", "answer": "Put them under “No date”"})
        done = self.annex("run", "--model", "tour", "--folder", folder + ":keep", "--answers", answers, "--json",
                          "Turn this folder of receipts into an expense report")
        events = self.lines(done)
        self.assertEqual([e["seq"] for e in events], list(range(1, len(events) + 1)))
        types = [e["type"] for e in events]
        for needed in ("task-created", "share-granted", "plan-updated", "ask-opened", "ask-answered", "draft-changed",
                       "files-presented", "draft-kept"):
            self.assertIn(needed, types)
        plan = [e for e in events if e["type"] == "plan-updated"][-1]["data"]["steps"]
        self.assertGreaterEqual(len(plan), 4)
        self.assertEqual({s["state"] for s in plan}, {"completed"})
        words = " ".join(e["data"]["block"].get("text", "") for e in events if e["type"] == "block")
        self.assertIn("recorded", words)
        self.check_report(folder)
        task = self.newest()
        self.assertEqual(task["state"], "done")
        self.assertEqual(self.events(task["id"]), events)
        self.annex("tasks", "undo", task["id"])
        self.assertEqual(tree(folder), before)
        self.annex("tasks", "undo", task["id"], status=1)

    def test_review_then_keep(self):
        folder = self.folder()
        before = tree(folder)
        answers = self.answers({"ask": "question", "answer": "Put them under “No date”"})
        self.annex("run", "--model", "tour", "--folder", folder, "--answers", answers, "Make an expense report")
        self.assertEqual(tree(folder), before)
        task = self.newest()["id"]
        draft = self.lines(self.annex("tasks", "draft", task, "--json"))
        self.assertIn("Expense report.xlsx", [c["path"] for c in draft if c["kind"] == "added"])
        self.assertTrue([c for c in draft if c["kind"] == "renamed"])
        self.annex("tasks", "keep", task)
        self.check_report(folder)
        self.assertEqual(self.lines(self.annex("tasks", "draft", task, "--json")), [])
        self.annex("tasks", "undo", task)
        self.assertEqual(tree(folder), before)

    def test_question_waits_and_goes_on(self):
        folder = self.folder()
        before = contents(folder)
        done = self.annex("run", "--model", "tour", "--folder", folder, "Make an expense report", status=3)
        self.assertIn("--resume", done.stderr)
        task = self.newest()
        self.assertEqual(task["state"], "waiting")
        asks = self.lines(self.annex("inbox", "list", "--json"))
        self.assertEqual(len(asks), 1)
        self.annex("inbox", "answer", asks[0]["id"], "Put them under “No date”")
        answers = self.answers({"ask": "draft", "answer": "keep"})
        self.annex("run", "--resume", task["id"], "--answers", answers)
        self.check_report(folder)
        self.assertEqual(len(self.events(task["id"], "ask-answered")), 2)
        self.annex("tasks", "undo", task["id"])
        self.assertEqual(contents(folder), before)

    def test_other_prompt(self):
        done = self.annex("run", "--model", "tour", "Write a poem")
        self.assertIn("recorded", done.stdout)


if __name__ == "__main__":
    main()
