# guest-cases.py: the scripts of the built-in skills on real files, inside of the computer.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run there by test-built-in-computer.py, where the libraries are that the scripts need."""
import csv
import importlib.util
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

SKILLS = pathlib.Path(os.environ.get("SKILLS", "/skills"))


class Cases(unittest.TestCase):
    def setUp(self):
        self.place = pathlib.Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.place)

    def run_script(self, path, *words, status=0):
        done = subprocess.run([sys.executable, "-B", SKILLS / path, *map(str, words)], capture_output=True, text=True,
                              cwd=self.place, timeout=600)
        self.assertEqual(done.returncode, status, done.stdout + done.stderr)
        self.assertNotIn("Traceback", done.stderr)
        return done.stdout + done.stderr

    def write(self, name, text):
        path = self.place / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    # ---- documents

    def test_documents(self):
        from docx import Document
        good = Document()
        good.add_paragraph("Report", style="Title")
        good.add_heading("Costs", 1)
        good.add_paragraph("They fell.")
        table = good.add_table(2, 2)
        for cell, text in zip(table._cells, ("Item", "Sum", "Ink", "4.50")):
            cell.text = text
        good.save(self.place / "good.docx")
        text = self.run_script("documents/scripts/check_document.py", "good.docx")
        self.assertIn("nothing wrong", text)
        self.assertIn("table 1: 2 × 2: Item | Sum", text)
        bad = Document()
        bad.add_heading("Costs", 1)
        bad.add_heading("Ink", 3)
        bad.add_paragraph().add_run("Paper").bold = True
        bad.add_paragraph()
        bad.add_paragraph()
        bad.add_paragraph("Dear {{name}}, [TODO date]")
        bad.add_table(2, 2)
        bad.save(self.place / "bad.docx")
        text = self.run_script("documents/scripts/check_document.py", "bad.docx", status=1)
        for part in ("Heading 3 after 1", "bold text instead of headings: “Paper”", "blank lines", "[TODO date], {{name}}", "header row of table 1"):
            self.assertIn(part, text)
        self.write("no.docx", "no document")
        self.run_script("documents/scripts/check_document.py", "no.docx", status=1)

    def test_template(self):
        from docx import Document
        letter = Document()
        line = letter.add_paragraph("Dear ")
        for piece in ("{{na", "me", "}}, see {{date}}."):
            line.add_run(piece).bold = piece == "{{na"
        letter.sections[0].header.paragraphs[0].text = "{{firm}}"
        letter.add_table(1, 1).cell(0, 0).text = "For {{ firm }}"
        letter.save(self.place / "letter.docx")
        values = self.write("values.json", json.dumps({"name": "Ada", "date": "May", "firm": "ACME"}))
        self.run_script("documents/scripts/fill_template.py", "letter.docx", values, "out.docx")
        out = Document(self.place / "out.docx")
        self.assertEqual(out.paragraphs[0].text, "Dear Ada, see May.")
        self.assertTrue(next(r for r in out.paragraphs[0].runs if r.text == "Ada").bold)
        self.assertEqual(out.sections[0].header.paragraphs[0].text, "ACME")
        self.assertEqual(out.tables[0].cell(0, 0).text, "For ACME")
        values = self.write("few.json", json.dumps({"name": "Ada"}))
        self.assertIn("date, firm", self.run_script("documents/scripts/fill_template.py", "letter.docx", values, "none.docx", status=1))
        self.assertFalse((self.place / "none.docx").exists())

    # ---- presentations

    @unittest.skipIf(importlib.util.find_spec("pptx") is None, "python-pptx comes with the office layer")
    def test_slides(self):
        from PIL import Image
        from pptx import Presentation
        from pptx.util import Inches, Pt
        good = Presentation()
        slide = good.slides.add_slide(good.slide_layouts[1])
        slide.shapes.title.text = "Costs fell by a fifth"
        slide.placeholders[1].text = "Ink and paper"
        slide.notes_slide.notes_text_frame.text = "Say why"
        good.save(self.place / "good.pptx")
        text = self.run_script("presentations/scripts/check_slides.py", "good.pptx")
        self.assertIn("1. Costs fell by a fifth [Title and Content], notes", text)
        self.assertIn("nothing wrong", text)
        self.assertIn("layout 1 Title and Content: 0 Title", self.run_script("presentations/scripts/check_slides.py", "good.pptx", "--layouts"))
        bad = Presentation()
        slide = bad.slides.add_slide(bad.slide_layouts[1])
        box = slide.shapes.add_textbox(Inches(9), Inches(1), Inches(2), Inches(0.4))
        box.text_frame.text = "far too much text for so small a box " * 10
        box.text_frame.paragraphs[0].runs[0].font.size = Pt(8)
        Image.new("RGB", (100, 50)).save(self.place / "a.png")
        slide.shapes.add_picture(str(self.place / "a.png"), 0, 0, Inches(2), Inches(2))._element.xpath(".//p:cNvPr")[0].set("descr", "")
        bad.save(self.place / "bad.pptx")
        text = self.run_script("presentations/scripts/check_slides.py", "bad.pptx", status=1)
        for part in ("no title", "an empty place", "text of 8 points", "more text than fits", "reaches out of the slide",
                     "a picture without a description", "a stretched picture", "words, more than 60"):
            self.assertIn(part, text)

    # ---- PDF forms

    def form(self):
        from reportlab.pdfgen import canvas
        sheet = canvas.Canvas(str(self.place / "form.pdf"))
        sheet.drawString(72, 740, "Name")
        sheet.acroForm.textfield(name="name", tooltip="Your name", x=150, y=730, width=200, height=20, maxlen=20)
        sheet.acroForm.checkbox(name="member", x=150, y=690, size=20)
        sheet.acroForm.choice(name="size", options=["S", "M", "L"], value="M", x=150, y=650, width=60, height=20)
        for index, value in enumerate(("car", "train")):
            sheet.acroForm.radio(name="by", value=value, x=150 + 40 * index, y=610, size=20, selected=False)
        sheet.save()

    def test_form(self):
        self.form()
        fields = {f["name"]: f for f in json.loads(self.run_script("pdf-forms/scripts/form.py", "fields", "form.pdf"))}
        self.assertEqual({n: f["kind"] for n, f in fields.items()}, {"name": "text", "member": "check", "size": "choice", "by": "radio"})
        self.assertEqual((fields["name"]["label"], fields["name"]["max_length"]), ("Your name", 20))
        self.assertEqual(fields["size"]["options"], ["S", "M", "L"])
        self.assertEqual(sorted(fields["by"]["options"]), ["car", "train"])
        given = {"name": "Ada Lovelace", "member": True, "size": "L", "by": "train"}
        text = self.run_script("pdf-forms/scripts/form.py", "fill", "form.pdf", self.write("v.json", json.dumps(given)), "out.pdf")
        self.assertIn("4 of 4 fields", text)
        again = {f["name"]: f["value"] for f in json.loads(self.run_script("pdf-forms/scripts/form.py", "fields", "out.pdf"))}
        self.assertEqual(again, given)
        seen = subprocess.run(["pdftotext", self.place / "out.pdf", "-"], capture_output=True, text=True, check=True).stdout
        self.assertIn("Ada Lovelace", seen)
        for values, said in (({"nome": "x"}, "no such field"), ({"size": "XL"}, "one of S, M, L"), ({"member": "yes"}, "true or false"),
                             ({"name": "x" * 21}, "longer than 20")):
            path = self.write("w.json", json.dumps(values))
            self.assertIn(said, self.run_script("pdf-forms/scripts/form.py", "fill", "form.pdf", path, "bad.pdf", status=1))
        self.assertFalse((self.place / "bad.pdf").exists())

    def test_writing_on_a_page(self):
        self.form()
        marks = self.write("m.json", json.dumps([{"page": 1, "x": 300, "y": 400, "text": "In May"}]))
        self.run_script("pdf-forms/scripts/form.py", "write", "form.pdf", marks, "out.pdf")
        seen = subprocess.run(["pdftotext", self.place / "out.pdf", "-"], capture_output=True, text=True, check=True).stdout
        self.assertIn("In May", seen)
        for mark, said in (({"page": 2, "x": 1, "y": 1, "text": "a"}, "within 1-1"), ({"page": 1, "x": 9999, "y": 1, "text": "a"}, "outside")):
            self.assertIn(said, self.run_script("pdf-forms/scripts/form.py", "write", "form.pdf", self.write("m.json", json.dumps([mark])), "o.pdf", status=1))
        self.write("no.pdf", "no PDF")
        self.run_script("pdf-forms/scripts/form.py", "fields", "no.pdf", status=1)

    # ---- expenses

    def table(self, *rows):
        path = self.place / "expenses.csv"
        with open(path, "w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            writer.writerow(["date", "vendor", "category", "amount", "currency", "tax", "file", "note"])
            writer.writerows(rows)
        return path

    def test_expenses(self):
        from openpyxl import load_workbook
        self.write("a.pdf", "x")
        good = self.table(("2026-03-01", "Rail", "Travel", "120.50", "EUR", "7.88", "a.pdf", ""), ("2026-03-02", "Inn", "Hotel", "90", "USD", "", "a.pdf", ""),
                          ("2026-03-03", "Cab", "Travel", "20", "EUR", "", "a.pdf", ""))
        self.assertIn("nothing wrong", self.run_script("expense-reports/scripts/expenses.py", "check", good, "--today", "2026-04-01"))
        text = self.run_script("expense-reports/scripts/expenses.py", "build", good, "report.xlsx", "--company", "ACME", "--rate", "USD=0.9", "--today", "2026-04-01")
        self.assertIn("EUR 140.50", text)
        self.assertIn("USD 90", text)
        book = load_workbook(self.place / "report.xlsx")
        self.assertEqual(book["Summary"]["A1"].value, "Expense report – ACME")
        self.assertIn("SUMIFS", book["Summary"]["B5"].value)
        self.assertEqual(book["Receipts"].max_row, 4)
        self.assertIn("nothing wrong", self.run_script("spreadsheets/scripts/check_workbook.py", "report.xlsx"))
        bad = self.table(("01.03.2026", "Rail", "Travel", "1,50", "eur", "9", "b.pdf", ""), ("2026-03-02", "Inn", "", "-90", "USD", "", "", ""),
                         ("2027-03-03", "Cab", "Travel", "20", "EUR", "30", "", ""), ("2027-03-03", "cab", "Travel", "20", "EUR", "", "", ""))
        text = self.run_script("expense-reports/scripts/expenses.py", "check", bad, "--today", "2026-04-01", status=1)
        for part in ("row 2: the date", "row 2: the amount", "row 2: the currency", "no file b.pdf", "row 3: an amount of -90", "row 3: no category",
                     "in the future", "tax of 30 in 20", "row 5: the same as row 4"):
            self.assertIn(part, text)
        self.run_script("expense-reports/scripts/expenses.py", "build", bad, "none.xlsx", status=1)
        self.assertFalse((self.place / "none.xlsx").exists())

    # ---- meetings

    def test_transcripts(self):
        vtt = self.write("m.vtt", "WEBVTT\n\n1\n00:00:05.000 --> 00:00:08.000\n<v Anna>We move in May.\n\n2\n00:00:08.500 --> 00:00:09.000\n<v Anna>Agreed?\n\n"
                                  "3\n00:01:10.000 --> 00:01:12.000\n<v Ben>Yes &amp; I call them.\n")
        text = self.run_script("meeting-notes/scripts/transcript.py", vtt)
        self.assertIn("[00:05] Anna: We move in May. Agreed?", text)
        self.assertIn("[01:10] Ben: Yes & I call them.", text)
        self.assertNotIn("Anna", self.run_script("meeting-notes/scripts/transcript.py", vtt, "--from", "1:00").split("spoke")[0])
        plain = self.write("m.txt", "[0:00:10] Anna Berg: Hello\nand welcome\nBen (00:12): Hi: all\nAnna Berg: Bye\n")
        text = self.run_script("meeting-notes/scripts/transcript.py", plain)
        for line in ("[00:10] Anna Berg: Hello and welcome", "[00:12] Ben: Hi: all", "Anna Berg: Bye"):
            self.assertIn(line, text)
        good = self.write("good.md", "- **Ben**: calls them [01:10]\n")
        self.assertIn("nothing wrong", self.run_script("meeting-notes/scripts/transcript.py", vtt, "--check", good))
        bad = self.write("bad.md", "- **Carl**: pays [12:00]\n")
        text = self.run_script("meeting-notes/scripts/transcript.py", vtt, "--check", bad, status=1)
        self.assertIn("[12:00]: nobody spoke", text)
        self.assertIn("Carl did not speak", text)
        self.run_script("meeting-notes/scripts/transcript.py", self.write("e.txt", ""), status=1)

    # ---- charts

    def test_charts(self):
        table = self.write("t.csv", "month;sales;costs;shop\n" + "".join(f"2026-{m:02};{m * 100};{m * 80};{'ABC'[m % 3]}\n" for m in range(1, 13)) + "2026-13;x;5;D\n")
        text = self.run_script("data-charts/scripts/chart.py", "look", table)
        self.assertIn("13 rows", text)
        self.assertIn("sales: text, 13 different, 12 look like numbers", text)
        text = self.run_script("data-charts/scripts/chart.py", "draw", table, "line.png", "--x", "month", "--y", "sales,costs", "--title", "Sales grew",
                               "--unit", "€", "--source", "books")
        self.assertIn("left out: 1 rows", text)
        self.assertIn("sales: 12 points", text)
        self.assertIn("sum 7800", text)
        from PIL import Image
        with Image.open(self.place / "line.png") as image:
            self.assertEqual(image.size[0], 1200)
            self.assertGreater(len(image.convert("RGB").getcolors(1 << 24)), 20)
        for kind in ("bar", "barh"):
            text = self.run_script("data-charts/scripts/chart.py", "draw", table, f"{kind}.png", "--kind", kind, "--x", "shop", "--y", "sales", "--group", "sum",
                                   "--sort", "--top", "2", "--highlight", "C")
            self.assertIn("Other: 1 values", text)
            self.assertIn("sum 7800", text)
        self.run_script("data-charts/scripts/chart.py", "draw", table, "h.svg", "--kind", "hist", "--y", "costs")
        self.run_script("data-charts/scripts/chart.py", "draw", table, "s.png", "--kind", "scatter", "--x", "costs", "--y", "sales")
        self.assertIn("several rows", self.run_script("data-charts/scripts/chart.py", "draw", table, "x.png", "--kind", "bar", "--x", "shop", "--y", "costs", status=1))
        self.assertIn("no column “profit”", self.run_script("data-charts/scripts/chart.py", "draw", table, "x.png", "--x", "month", "--y", "profit", status=1))

    # ---- skills

    def test_skill_writer(self):
        for folder in sorted(SKILLS.iterdir()):
            if folder.is_dir():
                with self.subTest(skill=folder.name):
                    self.assertIn("nothing wrong", self.run_script("skill-writer/scripts/check_skill.py", folder))
        head = "---\nname: month-report\ndescription: Writes it. Use it for months.\nmetadata:\n  annex.firm: text\n---\n"
        self.write("month-report/SKILL.md", head + "For {{annex.firm}}.\n")
        self.assertIn("nothing wrong", self.run_script("skill-writer/scripts/check_skill.py", "month-report"))
        for text, said in ((head.replace("month-report", "Month--Report"), "“name”"), (head.replace("text", "number"), "text, choice"),
                           (head + "{{annex.other}}", "{{annex.other}}"), (head + "run scripts/none.py", "scripts/none.py"),
                           (head.replace("description", "colour: red\ndescription"), "“colour”"), (head, "no instructions"),
                           (head + "mail anna@firma.de", "an e-mail address"), (head.replace("text", "&a text"), "anchors")):
            self.write("month-report/SKILL.md", text)
            self.assertIn(said, self.run_script("skill-writer/scripts/check_skill.py", "month-report", status=1))


if __name__ == "__main__":
    unittest.main(verbosity=2)
