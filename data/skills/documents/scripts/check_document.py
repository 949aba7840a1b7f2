#!/usr/bin/env python3
# check_document.py: what is in a Word document, and what is wrong with it.
# SPDX-License-Identifier: GPL-3.0-or-later
"""check_document.py FILE.docx: the outline and what is wrong; status 1 when something is."""
import re
import sys
import zipfile

from docx import Document
from docx.oxml.ns import qn

LEFT_OVER = re.compile(r"\{\{[^}]*\}\}|\[(?:TODO|TBD|XXX|insert|einfügen)[^\]]*\]|lorem ipsum|\bXX\.XX\.|\bTODO\b", re.I)
MAX_NAMED = 5


def named(places):
    more = f" and {len(places) - MAX_NAMED} more" if len(places) > MAX_NAMED else ""
    return ", ".join(str(p) for p in places[:MAX_NAMED]) + more


def level_of(paragraph):
    found = re.fullmatch(r"Heading (\d)", paragraph.style.name or "")
    return int(found[1]) if found else 0


def looks_like_heading(paragraph):
    runs = [r for r in paragraph.runs if r.text.strip()]
    return (level_of(paragraph) == 0 and paragraph.style.name in ("Normal", "Body Text") and 0 < len(paragraph.text) < 80
            and runs and all(r.bold for r in runs) and not paragraph.text.rstrip().endswith((".", ":", ",")))


def all_paragraphs(document):
    yield from document.paragraphs
    for table in document.tables:
        for row in table.rows:
            for cell in row.cells:
                yield from cell.paragraphs
    for section in document.sections:
        yield from section.header.paragraphs
        yield from section.footer.paragraphs


def check(document):
    problems, before, blank = [], 0, 0
    fake, gaps, jumps = [], [], []
    for number, paragraph in enumerate(document.paragraphs, 1):
        text = paragraph.text.strip()
        has_picture = bool(paragraph._p.findall(".//" + qn("w:drawing")))
        blank = 0 if text or has_picture else blank + 1
        if blank == 2:
            gaps.append(number)
        level = level_of(paragraph)
        if level and not text:
            problems.append(f"an empty heading: paragraph {number}")
        if level:
            if level > before + 1:
                jumps.append(f"“{text[:40]}” (Heading {level} after {before or 'none'})")
            before = level
        elif looks_like_heading(paragraph):
            fake.append(f"“{text[:40]}”")
    left = sorted({m[0] for p in all_paragraphs(document) for m in LEFT_OVER.finditer(p.text)})
    unnamed = [p.get("name") or "?" for p in document.element.body.iter(qn("wp:docPr")) if not (p.get("descr") or "").strip()]
    for words, places in (("bold text instead of headings", fake), ("blank lines instead of spacing, paragraphs", gaps),
                          ("heading levels left out", jumps), ("left to be filled in", left), ("pictures without a description", unnamed)):
        if places:
            problems.append(f"{words}: {named(places)}")
    for number, table in enumerate(document.tables, 1):
        if len(table.rows) > 1 and any(not cell.text.strip() for cell in table.rows[0].cells):
            problems.append(f"an empty cell in the header row of table {number}")
    return problems


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    path = sys.argv[1]
    try:
        document = Document(path)
    except Exception as error:  # python-docx has no error of its own for this
        sys.exit(f"{path}: this is no Word document that can be read ({error})")
    words = sum(len(p.text.split()) for p in document.paragraphs)
    print(f"{path}: {len(document.paragraphs)} paragraphs, {words} words, {len(document.tables)} tables, "
          f"{len(document.inline_shapes)} pictures, {len(document.sections)} sections")
    print("styles: " + ", ".join(sorted({p.style.name for p in document.paragraphs})))
    for paragraph in document.paragraphs:
        if level_of(paragraph) or paragraph.style.name == "Title":
            print("  " * level_of(paragraph) + paragraph.text.strip())
    for number, table in enumerate(document.tables, 1):
        print(f"table {number}: {len(table.rows)} × {len(table.columns)}: " + " | ".join(c.text.strip()[:20] for c in table.rows[0].cells))
    body = document.element.body
    changes = len(list(body.iter(qn("w:ins")))) + len(list(body.iter(qn("w:del"))))
    with zipfile.ZipFile(path) as package:
        comments = "word/comments.xml" in package.namelist()
    if changes or comments:
        print(f"people are at work on it: {changes} tracked changes{', comments' if comments else ''}")
    problems = check(document)
    for problem in problems:
        print(f"wrong: {problem}")
    print(f"{len(problems)} things are wrong" if problems else "nothing wrong")
    sys.exit(1 if problems else 0)


if __name__ == "__main__":
    main()
