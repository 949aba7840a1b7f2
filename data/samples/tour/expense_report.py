#!/usr/bin/env python3
# expense_report.py: turns a folder of receipts (.txt, .csv, .eml, text .pdf) into
# "Expense report.xlsx" and "Expense chart.png", and files the receipts by month.
#
#   expense_report.py FOLDER --look                 only looks, and says what it found
#   expense_report.py FOLDER [--undated ANSWER] [--filing ANSWER]
#   expense_report.py FOLDER --check                opens the report again and adds it up
#
# The last line of the output is "RESULT " and one JSON object. No receipt is deleted or changed;
# what cannot be read is listed with the reason and stays where it is. Sums are decimal, not float.
# SPDX-License-Identifier: GPL-3.0-or-later
import argparse
import datetime as dt
import json
import os
import re
import shutil
import sys
import zipfile
from collections import Counter, defaultdict
from decimal import ROUND_HALF_UP, Decimal

from receipt_files import read_file
from receipt_text import vendor_key
from receipt_values import DECIMALS, Unreadable, dates_in, fold, make_date, month_number, natural, tidy
from receipt_words import _, decimal_text, ngettext

MARK = "Annex expense report"
REPORT, CHART = _("Expense report") + ".xlsx", _("Expense chart") + ".png"
NO_DATE, UNKNOWN = _("No date"), _("Unknown")
RECEIPTS, SUMMARY, DUPLICATES = _("Receipts"), _("Summary"), _("Duplicates")
DATE, VENDOR, CATEGORY, AMOUNT, CURRENCY, TOTAL, FILE, MONTH = (
    _("Date"), _("Vendor"), _("Category"), _("Amount"), _("Currency"), _("Total"), _("File"), _("Month"))
CATEGORIES = {
    "Software": _("Software"), "Telecom": _("Telecom"), "Lodging": _("Lodging"), "Travel": _("Travel"), "Transport": _("Transport"),
    "Meals": _("Meals"), "Groceries": _("Groceries"), "Postage": _("Postage"), "Equipment": _("Equipment"), "Office": _("Office"),
    "Training": _("Training"), "Health": _("Health"), "Other": _("Other")}
IGNORED = {"thumbs.db", "desktop.ini", ".ds_store"}


# ---------------------------------------------------------------- looking

def is_ours(folder, name):
    """Was this report or chart made by this script, in whatever language? Then it may be replaced."""
    path = os.path.join(folder, name)
    try:
        if os.path.islink(path) or not os.path.isfile(path):
            return False
        if name.endswith(".png"):
            with open(path, "rb") as f:
                return MARK.encode() in f.read(4096)
        with zipfile.ZipFile(path) as z:
            return MARK in z.read("docProps/core.xml").decode("utf-8", "replace")
    except (OSError, KeyError, zipfile.BadZipFile):
        return False


def output_names(folder):
    """The names of report and chart: the plain ones, unless somebody else's files have them."""
    for n in range(1, 1000):
        suffix = "" if n == 1 else f" {n}"
        report, chart = REPORT.replace(".", suffix + "."), CHART.replace(".", suffix + ".")
        if is_ours(folder, report) or not (os.path.lexists(os.path.join(folder, report)) or os.path.lexists(os.path.join(folder, chart))):
            return report, chart
    raise SystemExit(_("There are too many reports in this folder."))


def files_in(folder):
    """Every file below @folder, relative; hidden ones and this script's own reports left out."""
    own = {name for name in os.listdir(folder) if name.endswith((".xlsx", ".png")) and is_ours(folder, name)}
    found = []
    for base, folders, names in os.walk(folder):
        folders[:] = sorted(d for d in folders if not d.startswith("."))
        names = names + [d for d in folders if os.path.islink(os.path.join(base, d))]
        for name in names:
            path = os.path.relpath(os.path.join(base, name), folder)
            if not name.startswith((".", "~$")) and fold(name) not in IGNORED and path not in own:
                found.append(path)
    copies = re.compile(r"\b(?:copy|kopie|copie|copia|duplicate|dup)\b|\(\d+\)$|-\d$|_\d$")
    return sorted(found, key=lambda p: (bool(copies.search(fold(os.path.splitext(p)[0]))), natural(p)))


def collect(folder, files):
    """(receipts, [(file, reason)]) of all files; dates and currencies that depend on the other
    receipts are settled."""
    receipts, unread = [], []
    for path in files:
        try:
            found = read_file(folder, path)
        except Unreadable as e:
            unread.append((path, str(e)))
            continue
        receipts += found
        unread += [(with_row(path, row), reason) for r in found for row, reason in r.missing]
    settle_currencies(receipts)
    settle_dates(receipts)
    return receipts, unread


def settle_currencies(receipts):
    """A receipt that names no currency gets its vendor's, else the only one of the folder."""
    by_vendor, every = defaultdict(set), {r.currency for r in receipts if r.currency}
    for r in receipts:
        if r.currency:
            by_vendor[vendor_key(r.vendor)].add(r.currency)
    for r in receipts:
        if not r.currency:
            known = by_vendor[vendor_key(r.vendor)]
            known = known if len(known) == 1 else every
            r.currency = next(iter(known)) if len(known) == 1 else UNKNOWN
            r.notes.append(_("names no currency") if r.currency == UNKNOWN else
                           _("names no currency; {currency} taken from the other receipts").format(currency=r.currency))
        places = DECIMALS.get(r.currency, 2)
        if places < 2 and r.amount != r.amount.to_integral_value():
            places = 2
        r.amount = r.amount.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)


def settle_dates(receipts):
    """03/04/2026: decided by the other dates of the file, then of the vendor, then of the
    currency; at last month first for US dollars, day first for the rest."""
    seen = defaultdict(set)
    for r in receipts:
        for order in r.orders:
            seen["vendor", vendor_key(r.vendor)].add((r.path, order))
            seen["currency", r.currency].add((r.path, order))
    only = lambda key: next(iter({o for _, o in seen[key]})) if len({o for _, o in seen[key]}) == 1 else None
    for r in receipts:
        if len(r.dates) < 2:
            r.date = r.dates[0] if r.dates else None
            continue
        near = [d for d in r.dates if d in r.hints + file_name_dates(r.path)] or [d for d in r.dates if r.sent and -1 <= (r.sent - d).days <= 3]
        near = near if len(near) == 1 else [d for d in r.dates if r.sent and d <= r.sent + dt.timedelta(days=1)]
        order = "DMY" if near == [r.dates[0]] else "MDY" if near == [r.dates[1]] else None
        order = order or (next(iter(r.orders)) if len(r.orders) == 1 else None) or only(("vendor", vendor_key(r.vendor)))
        if not order:
            order = only(("currency", r.currency)) or ("MDY" if r.currency == "USD" else "DMY")
            other = r.dates[0 if order == "MDY" else 1]
            r.notes.append((_("date could also be {date}: read month first") if order == "MDY" else
                            _("date could also be {date}: read day first")).format(date=other))
        r.date = r.dates[0 if order == "DMY" else 1]


def file_name_dates(path):
    return tuple(f.options[0] for f in dates_in(os.path.basename(path).replace("_", " ")) if len(f.options) == 1)


def same_number(a, b):
    """True: a shared number; False: only different ones; None: nothing to compare."""
    shared = [a.numbers[k] == b.numbers[k] for k in a.numbers.keys() & b.numbers.keys()]
    return any(shared) if shared else None


def same_vendor(a, b):
    a, b = vendor_key(a.vendor), vendor_key(b.vendor)
    return a == b or min(len(a), len(b)) >= 4 and (a in b or b in a)


def duplicate_of(r, other):
    """Why @r is the same receipt as @other, else ''."""
    if r.path == other.path:
        return _("the same row twice") if r.cells and r.cells == other.cells else ""
    if r.digest == other.digest and (r.row == other.row):
        return _("the same content")
    if (r.amount, r.currency) != (other.amount, other.currency):
        return ""
    number = same_number(r, other)
    if number is False or r.time and other.time and r.time != other.time:
        return ""
    if number and (r.date == other.date or not r.date or not other.date) and max(map(len, r.numbers.values())) > 2:
        return _("the same number and amount")
    if r.date and r.date == other.date and same_vendor(r, other):
        return _("the same vendor, date and amount")
    return ""


def split_duplicates(receipts):
    """(counted, [(duplicate, original, why)])."""
    counted, duplicates, by_amount, contents = [], [], defaultdict(list), {}
    for r in receipts:
        same = contents.get((r.digest, r.row)) if r.digest else None
        hit = (same, _("the same content")) if same and same.path != r.path else next(
            ((o, why) for o in by_amount[r.amount, r.currency] if (why := duplicate_of(r, o))), None)
        if hit:
            duplicates.append((r, *hit))
            if r.labelled and not hit[0].labelled:
                hit[0].category, hit[0].labelled = r.category, True
            hit[0].date = hit[0].date or r.date
        else:
            counted.append(r)
            by_amount[r.amount, r.currency].append(r)
            contents.setdefault((r.digest, r.row), r)
    for r, original, why in duplicates:
        r.date = r.date or original.date
    return counted, duplicates


# ---------------------------------------------------------------- the user's answers

def date_undated(folder, receipts, answer):
    """Gives receipts without a date the one the answer says: the file's, a month, a date, none."""
    text = fold(answer or "")
    given = next((f.options[0] for f in dates_in(answer or "")), None)
    if not given and (m := re.search(r"((?:19|20)\d\d)[-/. ](\d{1,2})(?!\d)|(?<!\d)(\d{1,2})[-/. ]((?:19|20)\d\d)", text)):
        month = int(m[2] or m[3])
        given = make_date(m[1] or m[4], month, 1) if 1 <= month <= 12 else None
    elif not given and (m := re.search(r"([^\W\d_]{3,})\.? ((?:19|20)\d\d)|((?:19|20)\d\d) ([^\W\d_]{3,})", text)):
        month = month_number(m[1] or m[4])
        given = make_date(m[2] or m[3], month, 1) if month else None
    by_file = not given and (answer == _("Use the file’s date") or re.search(r"file.?s? ?.?date|file-date|date of the file|datei\w*datum|datum der datei|mtime|modified|last change", text))
    for r in receipts:
        if not r.date and (given or by_file):
            r.date = given or dt.date.fromtimestamp(os.lstat(os.path.join(folder, r.path)).st_mtime)
            r.notes.append(_("no date on it: the date you gave is used") if given else _("no date on it: the file’s date is used"))


def wants_filing(answer):
    return answer != _("Leave them where they are") and not re.search(r"leave|keep|stay|where they are|in place|do not move|don.t move|lassen|liegen", fold(answer or ""))


# ---------------------------------------------------------------- filing

def month_of(receipt):
    return f"{receipt.date:%Y-%m}" if receipt.date else NO_DATE


def category_of(receipt):
    return CATEGORIES.get(receipt.category, receipt.category)


def file_receipts(folder, receipts, notes):
    """Moves every receipt into its month's folder. Returns {old path: new path} of all."""
    months = defaultdict(set)
    for r in receipts:
        months[r.path].add(month_of(r))
    places = {}
    for path, every in months.items():
        places[path] = path
        every = every - {NO_DATE} or every
        if len(every) > 1:
            notes.append((path, _("holds receipts of {n} months, so it stays where it is").format(n=len(every))))
            continue
        target = next(iter(every))
        if os.path.dirname(path) == target:
            continue
        try:
            os.makedirs(os.path.join(folder, target), exist_ok=True)
            if os.path.islink(os.path.join(folder, target)):
                raise OSError(0, _("{folder} is a link").format(folder=target))
            places[path] = os.path.join(target, free_name(os.path.join(folder, target), os.path.basename(path)))
            shutil.move(os.path.join(folder, path), os.path.join(folder, places[path]))
        except OSError as e:
            places[path] = path
            notes.append((path, _("could not be filed: {reason}").format(reason=e.strerror or e)))
    return places


def free_name(folder, name):
    taken = {n.casefold() for n in os.listdir(folder)}
    stem, extension = os.path.splitext(name)
    n, candidate = 2, name
    while candidate.casefold() in taken:
        candidate, n = f"{stem}-{n}{extension}", n + 1
    return candidate


# ---------------------------------------------------------------- the report

def sums(receipts, key):
    result = {}
    for r in sorted(receipts, key=lambda r: key(r)):
        amount, count = result.get(key(r), (Decimal(0), 0))
        result[key(r)] = (amount + r.amount, count + 1)
    return result


def number_format(currency):
    places = DECIMALS.get(currency, 2)
    return "#,##0" + ("." + "0" * places if places else "")


def shown(path):
    """A path as it is, but for what no cell or message can hold."""
    return "".join(c if c.isprintable() else "�" for c in os.fsencode(path).decode("utf-8", "replace"))


def write_report(file, counted, duplicates, unread, notes, places):
    import openpyxl
    from openpyxl.styles import Alignment, Font, PatternFill
    book = openpyxl.Workbook()
    book.properties.creator = book.properties.title = MARK
    bold, fill = Font(bold=True), PatternFill("solid", fgColor="DDE8F0")

    def put(sheet, row, column, value, currency=None):
        cell = sheet.cell(row, column, value)
        if isinstance(value, str):
            cell.data_type = "s"        # never a formula
        elif isinstance(value, dt.date):
            cell.number_format = "yyyy-mm-dd"
        elif isinstance(value, Decimal):
            cell.number_format = number_format(currency)
        return cell

    def header(sheet, row, names):
        for column, name in enumerate(names, 1):
            cell = put(sheet, row, column, name)
            cell.font, cell.fill = bold, fill
            if name in (AMOUNT, TOTAL, RECEIPTS):
                cell.alignment = Alignment(horizontal="right")

    def table(title, names, widths, rows):
        sheet = book.create_sheet(title)
        header(sheet, 1, names)
        for n, row in enumerate(rows, 2):
            for column, value in enumerate(row, 1):
                put(sheet, n, column, value, row[4] if title == RECEIPTS else row[5] if title == DUPLICATES else None)
        for letter, width in zip("ABCDEFG", widths):
            sheet.column_dimensions[letter].width = width
        sheet.freeze_panes = "A2"
        return sheet

    book.remove(book.active)
    rows = sorted(counted, key=lambda r: (r.date is None, r.date or dt.date.min, fold(r.vendor), natural(r.path), r.row))
    sheet = table(RECEIPTS, [DATE, VENDOR, CATEGORY, AMOUNT, CURRENCY, FILE], (12, 34, 16, 14, 10, 48),
                  [[r.date, r.vendor, category_of(r), r.amount, r.currency, shown(places[r.path])] for r in rows])
    sheet.auto_filter.ref = f"A1:F{len(rows) + 1}"

    sheet, line = book.create_sheet(SUMMARY), 1
    for title, names, totals in (
            (_("Totals per currency"), [CURRENCY, TOTAL, RECEIPTS], sums(counted, lambda r: (r.currency,))),
            (_("Totals per category"), [CATEGORY, CURRENCY, TOTAL, RECEIPTS], sums(counted, lambda r: (category_of(r), r.currency))),
            (_("Totals per month"), [MONTH, CURRENCY, TOTAL, RECEIPTS], sums(counted, lambda r: (month_of(r), r.currency)))):
        put(sheet, line, 1, title).font = Font(bold=True, size=13)
        header(sheet, line + 1, names)
        line += 2
        for key, (amount, count) in totals.items():
            for column, value in enumerate([*key, amount, count], 1):
                put(sheet, line, column, value, key[-1])
            line += 1
        line += 1
    for letter, width in zip("ABCD", (22, 14, 14, 10)):
        sheet.column_dimensions[letter].width = width

    label = lambda r: with_row(shown(places[r.path]), r.row)
    table(DUPLICATES, [FILE, _("Same as"), _("Why"), VENDOR, AMOUNT, CURRENCY, DATE], (44, 44, 32, 30, 12, 10, 12),
          [[label(r), label(o), why, r.vendor, r.amount, r.currency, r.date] for r, o, why in duplicates])
    table(_("Not read"), [FILE, _("Reason")], (50, 60), [[shown(p), reason] for p, reason in unread])
    if notes:
        table(_("Notes"), [FILE, _("Note")], (50, 70), [[shown(places.get(p, p)), note] for p, note in notes])
    book.save(file)


def write_chart(file, counted):
    """Bars per month, stacked by category, one chart a currency."""
    import matplotlib
    matplotlib.use("Agg")
    import matplotlib.pyplot as plt
    ranked = [c for c, n in Counter(r.currency for r in counted).most_common()]
    currencies, months = ranked[:8], sorted({month_of(r) for r in counted})
    weight = Counter()
    for r in counted:
        weight[category_of(r)] += 1
    main = [c for c, n in weight.most_common(11)]
    group = lambda r: category_of(r) if category_of(r) in main else _("All others")
    categories = sorted({group(r) for r in counted})
    colours = dict(zip(categories, plt.get_cmap("tab20").colors))
    figure, axes = plt.subplots(len(currencies), 1, figsize=(max(8, min(24, 3 + 0.6 * len(months))), 1 + 3 * len(currencies)), squeeze=False)
    for axis, currency in zip(axes[:, 0], currencies):
        totals = sums([r for r in counted if r.currency == currency], lambda r: (group(r), month_of(r)))
        above, below = [0.0] * len(months), [0.0] * len(months)
        for category in categories:
            values = [float(totals.get((category, m), (0, 0))[0]) for m in months]
            if any(values):
                axis.bar(range(len(months)), values, bottom=[a if v >= 0 else b for v, a, b in zip(values, above, below)],
                         color=colours[category], width=0.6, label=category.replace("$", r"\$"))
            above = [a + max(v, 0) for a, v in zip(above, values)]
            below = [b + min(v, 0) for b, v in zip(below, values)]
        total = sum((r.amount for r in counted if r.currency == currency), Decimal(0))
        axis.set_title(_("{currency}: {amount} in all").format(currency=currency, amount=money(total)), loc="left", fontsize=11)
        axis.set_xticks(range(len(months)), months, rotation=45 if len(months) > 8 else 0, ha="right" if len(months) > 8 else "center")
        axis.set_xlim(-0.6, len(months) - 0.4)
        axis.yaxis.set_major_formatter(matplotlib.ticker.FuncFormatter(lambda x, position: decimal_text(x, 0)))
        axis.spines[["top", "right"]].set_visible(False)
        axis.grid(axis="y", alpha=0.3)
        axis.set_axisbelow(True)
        axis.axhline(0, color="black", linewidth=0.6)
        axis.set_ylim(top=max(above) * 1.06 if max(above) > 0 else None)
        axis.legend(fontsize=8, loc="upper left", bbox_to_anchor=(1.01, 1), frameon=False)
    heading = _("Expenses per month and category")
    if len(ranked) > len(currencies):
        heading = _("Expenses per month and category (the {n} most used of {all} currencies)").format(n=len(currencies), all=len(ranked))
    figure.suptitle(heading, fontsize=13)
    figure.tight_layout()
    figure.savefig(file, dpi=120, metadata={"Software": MARK}, format="png")
    plt.close(figure)


# ---------------------------------------------------------------- saying it

def money(amount):
    return decimal_text(amount, max(0, -amount.as_tuple().exponent))


def with_row(path, row):
    return _("{file} (row {n})").format(file=path, n=row) if row else path


def listed(names, limit=6):
    names = list(names)
    if len(names) > limit:
        return _("{list} and {n} more").format(list=", ".join(names[:limit]), n=len(names) - limit)
    if len(names) > 1:
        return _("{list} and {last}").format(list=", ".join(names[:-1]), last=names[-1])
    return names[0] if names else _("none")


def count_files(n):
    return ngettext("{n} file", "{n} files", n)


def count_receipts(n):
    return ngettext("{n} receipt", "{n} receipts", n)


def name(path):
    return tidy(shown(os.path.basename(path)), 60)


def brief(path):
    return tidy(shown(path), 120)


def summary(counted, duplicates, unread, notes):
    totals = sums(counted, lambda r: (r.currency,))
    return {
        "receipts": len(counted), "totals": [{"currency": k[0], "amount": str(v[0]), "receipts": v[1]} for k, v in totals.items()],
        "totals_text": listed([f"{k[0]} {money(v[0])}" for k, v in totals.items()], 12),
        "currencies_text": listed(k[0] for k in totals), "receipts_text": count_receipts(len(counted)),
        "months": sorted({month_of(r) for r in counted}), "months_text": listed(sorted({month_of(r) for r in counted}), 12),
        "undated": sum(not r.date for r in counted),
        "undated_text": listed(name(r.path) for r in counted if not r.date),
        "duplicates": [{"file": brief(r.path), "same_as": brief(o.path), "why": why} for r, o, why in duplicates[:20]],
        "duplicate_count": len(duplicates),
        "duplicates_text": listed(_("{file} (same as {other})").format(file=name(r.path), other=name(o.path)) for r, o, why in duplicates),
        "not_read": [{"file": brief(p), "reason": reason} for p, reason in unread[:20]], "not_read_count": len(unread),
        "not_read_text": listed(f"{name(p)} ({reason})" for p, reason in unread),
        "note_count": len(notes), "notes_text": listed((f"{name(p)}: {n}" for p, n in notes), 4),
    }


def look(folder):
    files = files_in(folder)
    receipts, unread = collect(folder, files)
    counted, duplicates = split_duplicates(receipts)
    kinds = Counter(os.path.splitext(p)[1].lower().lstrip(".") for p in files)
    result = summary(counted, duplicates, unread, [(r.path, n) for r in counted for n in r.notes])
    return result | {"files": len(files), "files_text": count_files(len(files)), "kinds": dict(kinds.most_common(12)),
                     "kinds_text": listed(f"{n} .{k}" if k else _("{n} without an ending").format(n=n) for k, n in sorted(kinds.most_common(12)))}


def make(folder, undated, filing):
    files = files_in(folder)
    receipts, unread = collect(folder, files)
    if not receipts:
        return summary([], [], unread, []) | {"files": len(files), "report": "", "chart": "", "moved": 0}
    outbox = os.path.expanduser("~/outbox")
    writable = os.access(folder, os.W_OK)
    out = folder if writable else outbox
    os.makedirs(out, exist_ok=True)
    counted, duplicates = split_duplicates(receipts)
    date_undated(folder, receipts, undated)
    notes = [(r.path, with_row(n, r.row)) for r in counted for n in r.notes]
    report, chart = output_names(out)
    places = file_receipts(folder, receipts, notes) if writable and wants_filing(filing) else {r.path: r.path for r in receipts}
    temporary = os.path.join(out, ".expense-report.tmp")
    try:
        write_report(temporary, counted, duplicates, unread, notes, places)
        os.replace(temporary, os.path.join(out, report))
    except BaseException:
        for old, new in places.items():
            if old != new:
                shutil.move(os.path.join(folder, new), os.path.join(folder, old))
        if os.path.exists(temporary):
            os.unlink(temporary)
        raise
    result = summary(counted, duplicates, unread, notes)
    try:
        write_chart(temporary, counted)
        os.replace(temporary, os.path.join(out, chart))
        result["chart"], result["chart_problem"] = os.path.join(out, chart), ""
    except Exception as e:      # the report is the result; a chart that cannot be drawn is said
        if os.path.exists(temporary):
            os.unlink(temporary)
        result["chart"], result["chart_problem"] = "", f"{type(e).__name__}: {e}"
    moved = sum(a != b for a, b in places.items())
    return result | {"files": len(files), "report": os.path.join(out, report), "moved": moved, "moved_text": count_files(moved)}


def check(folder):
    """Opens the finished report and adds up its rows: do they give what the summary says?"""
    import openpyxl
    file = next(f for f in (os.path.join(d, n) for d in (folder, os.path.expanduser("~/outbox")) for n in output_candidates(d)) if os.path.exists(f))
    book = openpyxl.load_workbook(file, data_only=True)
    rows = list(book[RECEIPTS].iter_rows(min_row=2, values_only=True))
    totals, stated = defaultdict(Decimal), {}
    for row in rows:
        totals[row[4]] += Decimal(str(row[3]))
    for row in book[SUMMARY].iter_rows(min_row=3, values_only=True):
        if row[0] is None:
            break
        stated[row[0]] = Decimal(str(row[1]))
    missing = [r[5] for r in rows if not os.path.exists(os.path.join(folder, r[5])) and "�" not in r[5]]
    good = dict(totals) == stated and not missing
    return {"agrees": "yes" if good else "no", "rows": len(rows), "missing": missing[:10],
            "totals": {k: str(v) for k, v in totals.items()}, "sheets": book.sheetnames}


def output_candidates(folder):
    names = [n for n in (os.listdir(folder) if os.path.isdir(folder) else []) if n.endswith(".xlsx") and is_ours(folder, n)]
    return sorted(names, key=lambda n: -os.path.getmtime(os.path.join(folder, n)))


def main():
    parser = argparse.ArgumentParser(description="Makes an expense report from a folder of receipts.")
    parser.add_argument("folder")
    parser.add_argument("--look", action="store_true")
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--undated", default="no-date", help="no-date, file-date, YYYY-MM or YYYY-MM-DD")
    parser.add_argument("--filing", default="months", help="months, or leave")
    options = parser.parse_args()
    folder = os.path.abspath(options.folder)
    if not os.path.isdir(folder):
        sys.exit(_("There is no folder {name}.").format(name=options.folder))
    result = look(folder) if options.look else check(folder) if options.check else make(folder, options.undated, options.filing)
    sys.stdout.reconfigure(encoding="utf-8", errors="replace")
    print("RESULT " + json.dumps(result, ensure_ascii=False))


if __name__ == "__main__":
    main()
