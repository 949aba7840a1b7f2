#!/usr/bin/env python3
# check_workbook.py: what is in a workbook, and what is wrong with it.
# SPDX-License-Identifier: GPL-3.0-or-later
"""check_workbook.py FILE.xlsx: one block a sheet; status 1 when something is wrong."""
import collections
import datetime
import re
import sys

from openpyxl import load_workbook
from openpyxl.utils import get_column_letter

NUMBER = re.compile(r"\s*[-+]?[€$£]?\s*\d{1,3}(?:[.,' ]?\d{3})*(?:[.,]\d+)?\s*[€$£%]?\s*")
CODE = re.compile(r"0\d+")  # postcodes, account numbers: text on purpose
MAX_NAMED = 5


def kind_of(value):
    if isinstance(value, bool):
        return "yes/no"
    if isinstance(value, (int, float)):
        return "number"
    if isinstance(value, (datetime.date, datetime.datetime, datetime.time)):
        return "date"
    if isinstance(value, str) and value.startswith("="):
        return "formula"
    return "text"


def named(places):
    more = f" and {len(places) - MAX_NAMED} more" if len(places) > MAX_NAMED else ""
    return ", ".join(places[:MAX_NAMED]) + more


def find_header(rows):
    """The first row with only text in it, and at least two cells filled, or one of a sheet that has only one column."""
    for index, row in enumerate(rows[:20]):
        filled = [v for v in row if v is not None]
        if filled and all(kind_of(v) == "text" for v in filled) and len(filled) >= min(2, len(row)):
            return index
    return None


def check_sheet(sheet, values):
    rows = [list(row) for row in sheet.iter_rows(values_only=True)]
    wrong = []
    header = find_header(rows)
    names = [str(v) if v is not None else "" for v in rows[header]] if header is not None else []
    first = header + 1 if header is not None else 0
    print(f"Sheet “{sheet.title}”: {sheet.max_row} rows, {sheet.max_column} columns")
    print(f"  header: row {header + 1}" if header is not None else "  header: none found")
    for column in range(sheet.max_column):
        counts = collections.Counter(kind_of(r[column]) for r in rows[first:] if r[column] is not None)
        title = names[column] if column < len(names) else ""
        print(f"  {get_column_letter(column + 1)} {title or '(no name)'}: "
              + (", ".join(f"{n} {kind}" for kind, n in counts.most_common()) or "empty"))
        if counts["number"] + counts["formula"] > 0:
            texts = [f"{get_column_letter(column + 1)}{first + i + 1}" for i, r in enumerate(rows[first:])
                     if isinstance(r[column], str) and NUMBER.fullmatch(r[column]) and not CODE.fullmatch(r[column].strip())]
            if texts:
                wrong.append(f"numbers kept as text: {named(texts)}")
    doubled = [name for name, n in collections.Counter(n for n in names if n).items() if n > 1]
    if doubled:
        wrong.append(f"columns of the same name: {named(doubled)}")
    errors, stale = [], []
    for row in sheet.iter_rows():
        for cell in row:
            shown = values[sheet.title][cell.coordinate].value
            if isinstance(shown, str) and shown.startswith("#") and shown.rstrip("!?").isupper() or cell.data_type == "e":
                errors.append(f"{cell.coordinate} {shown}")
            elif kind_of(cell.value) == "formula" and shown is None:
                stale.append(cell.coordinate)
    if errors:
        wrong.append(f"error values: {named(errors)}")
    if stale:
        print(f"  note: {len(stale)} formulas without a stored value (calculated when it is opened): {named(stale)}")
    empty = [str(first + i + 1) for i, r in enumerate(rows[first:-1] if rows else []) if all(v is None for v in r)]
    if empty:
        wrong.append(f"empty rows inside: {named(empty)}")
    seen, repeated = {}, []
    for i, row in enumerate(rows[first:]):
        key = tuple(row)
        if any(v is not None for v in row) and not any(kind_of(v) == "formula" for v in row):
            if key in seen:
                repeated.append(f"{first + i + 1} (as {seen[key]})")
            else:
                seen[key] = first + i + 1
    if repeated:
        wrong.append(f"rows that are there twice: {named(repeated)}")
    for line in wrong:
        print(f"  wrong: {line}")
    return len(wrong)


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    book = load_workbook(sys.argv[1])
    values = load_workbook(sys.argv[1], data_only=True)
    n_wrong = sum(check_sheet(sheet, values) for sheet in book.worksheets)
    print(f"{n_wrong} things are wrong" if n_wrong else "nothing wrong")
    sys.exit(1 if n_wrong else 0)


if __name__ == "__main__":
    main()
