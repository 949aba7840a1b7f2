#!/usr/bin/env python3
# expenses.py: checks a list of receipts, and makes a report of it.
# SPDX-License-Identifier: GPL-3.0-or-later
import argparse
import csv
import datetime
import decimal
import os
import re
import sys

COLUMNS = ["date", "vendor", "category", "amount", "currency", "tax", "file", "note"]
MONEY = re.compile(r"-?\d+(\.\d{1,2})?")
OLD_DAYS = 400


def read(path):
    with open(path, newline="", encoding="utf-8-sig") as file:
        reader = csv.DictReader(file)
        if not set(COLUMNS[:5]) <= set(reader.fieldnames or []):
            sys.exit(f"{path}: the first row must name the columns {', '.join(COLUMNS)}")
        rows = [{c: (row.get(c) or "").strip() for c in COLUMNS} for row in reader]
    if not rows:
        sys.exit(f"{path}: there are no receipts in it")
    return rows


def money(text):
    return decimal.Decimal(text) if MONEY.fullmatch(text) else None


def check_row(row, folder, today):
    amount, tax = money(row["amount"]), money(row["tax"])
    try:
        date = datetime.date.fromisoformat(row["date"])
    except ValueError:
        date = None
    if date is None:
        yield f"the date “{row['date']}” is not like 2026-03-31" if row["date"] else "no date"
    elif date > today:
        yield f"{date} is in the future"
    elif (today - date).days > OLD_DAYS:
        yield f"{date} is more than a year ago"
    if amount is None:
        yield f"the amount “{row['amount']}” is not like 1234.50" if row["amount"] else "no amount"
    elif amount <= 0:
        yield f"an amount of {amount}"
    if row["tax"] and tax is None:
        yield f"the tax “{row['tax']}” is not like 12.50"
    elif tax is not None and amount is not None and not 0 <= tax < max(amount, 0):
        yield f"tax of {tax} in {amount}"
    if not re.fullmatch(r"[A-Z]{3}", row["currency"]):
        yield f"the currency “{row['currency']}” is not like EUR"
    for column in ("vendor", "category"):
        if not row[column]:
            yield f"no {column}"
    if row["file"] and not os.path.exists(os.path.join(folder, row["file"])):
        yield f"there is no file {row['file']}"


def check(rows, folder, today):
    """(row number, what is wrong); rows are counted as in the file, the header is 1."""
    problems, seen = [], {}
    for number, row in enumerate(rows, 2):
        problems += [(number, words) for words in check_row(row, folder, today)]
        key = (row["date"], row["vendor"].casefold(), row["amount"], row["currency"])
        if all(key) and key in seen:
            problems.append((number, f"the same as row {seen[key]}"))
        seen.setdefault(key, number)
    return problems


def build(rows, path, company, currency, rates):
    from openpyxl import Workbook
    from openpyxl.styles import Alignment, Font
    from openpyxl.utils import get_column_letter
    book, bold = Workbook(), Font(bold=True)
    summary, items = book.active, book.create_sheet("Receipts")
    summary.title = "Summary"
    items.append([c.capitalize() for c in COLUMNS])
    for row in sorted(rows, key=lambda r: r["date"]):
        items.append([datetime.date.fromisoformat(row["date"]), row["vendor"], row["category"], float(money(row["amount"])),
                      row["currency"], float(money(row["tax"])) if row["tax"] else None, row["file"], row["note"]])
    last = items.max_row
    currencies = sorted({r["currency"] for r in rows}, key=lambda c: (c != currency, c))
    categories = sorted({r["category"] for r in rows})
    summary.append([f"Expense report{' – ' + company if company else ''}"])
    summary.append([f"{len(rows)} receipts, {min(r['date'] for r in rows)} to {max(r['date'] for r in rows)}"])
    summary.append([])
    summary.append(["Category"] + currencies)
    first = summary.max_row + 1
    for category in categories:
        at = summary.max_row + 1
        summary.append([category] + [f"=SUMIFS(Receipts!$D$2:$D${last},Receipts!$C$2:$C${last},$A{at},Receipts!$E$2:$E${last},"
                                     f"{get_column_letter(i)}$4)" for i in range(2, len(currencies) + 2)])
    end = summary.max_row
    summary.append(["Total"] + [f"=SUM({get_column_letter(i)}{first}:{get_column_letter(i)}{end})" for i in range(2, len(currencies) + 2)])
    total = summary.max_row
    if len(currencies) > 1 and all(c == currency or c in rates for c in currencies):
        summary.append([f"Rate to {currency}"] + [1 if c == currency else float(rates[c]) for c in currencies])
        cells = "+".join(f"{get_column_letter(i)}{total}*{get_column_letter(i)}{total + 1}" for i in range(2, len(currencies) + 2))
        summary.append([f"All in {currency}", "=" + cells])
        summary.cell(summary.max_row, 1).font = summary.cell(summary.max_row, 2).font = bold
    for cell in (*summary[1], *summary[4], *summary[total], *items[1]):
        cell.font = bold
    summary["A1"].font = Font(bold=True, size=14)
    for sheet, widths in ((summary, [28] + [16] * len(currencies)), (items, [12, 28, 16, 12, 10, 10, 34, 34])):
        for index, width in enumerate(widths, 1):
            sheet.column_dimensions[get_column_letter(index)].width = width
    for row in summary.iter_rows(min_row=first, min_col=2, max_row=summary.max_row):
        for cell in row:
            cell.number_format = "0.0000" if summary.cell(cell.row, 1).value == f"Rate to {currency}" else "#,##0.00"
    for row in items.iter_rows(min_row=2):
        row[0].number_format, row[3].number_format, row[5].number_format = "yyyy-mm-dd", "#,##0.00", "#,##0.00"
        row[7].alignment = Alignment(wrap_text=True)
    items.freeze_panes, items.auto_filter.ref = "A2", f"A1:{get_column_letter(len(COLUMNS))}{last}"
    book.save(path)
    for code in currencies:
        print(f"{code} {sum(money(r['amount']) for r in rows if r['currency'] == code)}")


def read_rates(words):
    rates = {}
    for word in words:
        code, _, value = word.partition("=")
        try:
            rates[code] = decimal.Decimal(value)
        except decimal.InvalidOperation:
            sys.exit(f"--rate is like USD=0.92, not {word}")
    return rates


def main():
    parser = argparse.ArgumentParser(description="Checks a list of receipts, and makes a report of it.")
    parser.add_argument("what", choices=["check", "build"])
    parser.add_argument("table")
    parser.add_argument("out", nargs="?")
    parser.add_argument("--company", default="")
    parser.add_argument("--currency", default="EUR")
    parser.add_argument("--rate", action="append", default=[], help="USD=0.92: what one of it is in your currency")
    parser.add_argument("--today", type=datetime.date.fromisoformat, default=datetime.date.today(), help="for a report of old receipts")
    options = parser.parse_args()
    rows = read(options.table)
    problems = check(rows, os.path.dirname(os.path.abspath(options.table)), options.today)
    for number, words in problems:
        print(f"row {number}: {words}")
    if options.what == "check":
        print(f"{len(problems)} things to look at" if problems else "nothing wrong")
        sys.exit(1 if problems else 0)
    if not options.out:
        parser.error("build needs a file to write")
    if any(re.match(r"no (date|amount)|the (date|amount|tax|currency)", words) for _, words in problems):
        sys.exit("a date, an amount or a currency is missing or wrong: nothing was written")
    build(rows, options.out, options.company, options.currency, read_rates(options.rate))


if __name__ == "__main__":
    main()
