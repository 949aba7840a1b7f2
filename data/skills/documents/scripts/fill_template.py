#!/usr/bin/env python3
# fill_template.py: fills {{name}} in a Word document with values, and keeps its format.
# SPDX-License-Identifier: GPL-3.0-or-later
"""fill_template.py TEMPLATE.docx VALUES.json OUT.docx"""
import json
import re
import sys

from docx import Document

from check_document import all_paragraphs

MARK = re.compile(r"\{\{\s*([\w.-]+)\s*\}\}")


def fill(paragraph, values, missing, used):
    """Word cuts a mark into runs as it likes: what a mark spans goes into the run that it begins in."""
    while True:
        text = "".join(run.text for run in paragraph.runs)
        found = next((m for m in MARK.finditer(text) if m[1] in values), None)
        missing.update(m[1] for m in MARK.finditer(text) if m[1] not in values)
        if found is None:
            return
        used.add(found[1])
        at, first = 0, True
        for run in paragraph.runs:
            start, end = at, at + len(run.text)
            at = end
            if end <= found.start() or start >= found.end():
                continue
            before = run.text[:max(0, found.start() - start)]
            after = run.text[max(0, found.end() - start):] if end > found.end() else ""
            run.text = before + (str(values[found[1]]) if first else "") + after
            first = False
        if MARK.search(str(values[found[1]])):
            sys.exit(f"the value of “{found[1]}” holds a mark itself")


def main():
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    with open(sys.argv[2], encoding="utf-8") as file:
        values = json.load(file)
    document, missing, used = Document(sys.argv[1]), set(), set()
    for paragraph in all_paragraphs(document):
        fill(paragraph, values, missing, used)
    if missing:
        sys.exit("there is no value for: " + ", ".join(sorted(missing)))
    document.save(sys.argv[3])
    print(f"filled in: {', '.join(sorted(used)) or 'nothing'}")
    if set(values) - used:
        print("no place for: " + ", ".join(sorted(set(values) - used)))


if __name__ == "__main__":
    main()
