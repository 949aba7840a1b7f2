# receipt_files.py: the receipts in a file: .txt, .csv (one receipt or many rows), .eml, .pdf, .html.
# Every file either gives receipts or the reason why not. Never writes to the folder.
# SPDX-License-Identifier: GPL-3.0-or-later
import csv
import datetime as dt
import email
import email.policy
import email.utils
import hashlib
import html.parser
import io
import os
import re
import shutil
import stat
import subprocess
import tempfile
from collections import Counter
from decimal import Decimal

from receipt_text import (REFUND, TOTAL, VENDOR_LABEL, Receipt, canonical_category, decimal_mark, guess_category, numbers_of, read_text, tier_of)
from receipt_values import (CODES, SYMBOLS, Unreadable, clock, currency_code, date_rank, dates_in, decode, find_money, fold, tidy, words, TIME)
from receipt_words import _

MAX_BYTES = 30 * 1024 * 1024


# ---------------------------------------------------------------- .txt

def read_plain(text, path):
    """One receipt, or several when rules or page breaks part complete receipts of their own."""
    blocks = [b for b in re.split(r"\f|\n[ \t]*(?:[=\-_*#~+][ \t]?){8,}(?=\n)", text.replace("\r\n", "\n").replace("\r", "\n")) if re.search(r"\w", b)]
    if 2 <= len(blocks) <= 200:
        try:
            parts = [read_text(b, path) for b in blocks]
        except Unreadable:
            parts = []
        if parts and all(p.dates and p.vendor and "name" not in "".join(p.notes) for p in parts) and len(
                {(p.amount, p.currency) for p in parts}) == len(parts):
            for row, part in enumerate(parts, 1):
                part.row = row
            return parts
    return [read_text(text, path)]


# ---------------------------------------------------------------- .csv

COLUMN = {
    "debit": words("debit\\w*", "soll", "ausgaben?", "withdrawals?", "paid out", "money out", "outflow", "charges?", "lastschrift", "cargo", "debe", "uscite"),
    "credit": words("credit\\w*", "haben", "einnahmen?", "deposits?", "paid in", "money in", "inflow", "abono", "haber", "entrate"),
    "currency": words("currency(?: code)?", "iso code", "通貨", "币种", "wahrung", "curr", "ccy", "moneda", "devise", "valuta", "waluta", "monnaie", "divisa", "moeda", "mena"),
    "vendor": words("vendor", "merchant", "payee", "store", "supplier", "shop", "seller", "company", "handler", "empfanger", "zahlungsempfanger", "beguenstigter",
                    "beguenstigter/zahlungspflichtiger", "begunstigter.*", "name", "verkaufer", "lieferant", "commercant", "fournisseur", "vendeur", "comercio", "proveedor",
                    "fornitore", "esercente", "leverancier", "winkel", "counterparty", "auftraggeber.*", "firma", "paid to", "where", "merchant name", "tegenpartij", "butik", "店名", "商户", "商家"),
    "text": words("description", "beschreibung", "verwendungszweck", "text", "memo", "details?", "buchungstext", "libelle", "concepto", "descripcion", "descrizione",
                  "omschrijving", "purpose", "narrative", "notes?", "remarks?", "what", "bezeichnung", "expense"),
    "item": words("items?", "products?", "articles?", "artikel", "produkt", "position", "pos", "articulo", "producto", "prodotto", "articolo", "designation"),
    "quantity": words("qty", "quantity", "menge", "anzahl", "qte", "quantite", "cantidad", "quantita", "aantal", "units?", "stuck", "pcs"),
    "unit": words("unit price", "einzelpreis", "price each", "each", "prix unitaire", "precio unitario", "prezzo unitario", "stuckpreis", "e-preis", "per unit", "stukprijs"),
    "category": words("category", "kategorie", "categorie", "categoria", "expense type", "kategori", "kategoria", "cost type", "account"),
    "number": words("(?:invoice|receipt|order|transaction|booking|document|reference|beleg|rechnungs?|bon|facture|factura|fattura|bestell)[ _-]*(?:no|nr|number|nummer|id|#|n°)?\\W*",
                    "belegnummer", "rechnungsnummer", "belegnr", "id", "ref", "number", "no", "nr", "#"),
    "time": words("time", "uhrzeit", "zeit", "heure", "hora", "ora"),
}
TOTAL_ROW = re.compile(r"\W*(?:grand |sub[ -]?|overall |report |net )?(?:totals?|summe|gesamt\w*|zwischensumme|somme|suma|totale|totaal|sum|endsumme|insgesamt|total general|razem|summa|soma)"
                       r"\b(?: \(?\w{3}\)?| amount| .{0,3}[:=].*| row| of .*| expenses?| due| paid)?\W*$")


def read_csv(text, path):
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    first, newline, rest = text.partition("\n")
    forced = re.match(r"sep=(.)$", first.strip())
    text = rest if forced else text
    rows = csv_rows(text, forced.group(1) if forced else None)
    if not rows:
        raise Unreadable(_("empty"))
    pairs = [(r[0], ", ".join(c for c in r[1:] if c)) for r in rows if len([c for c in r if c]) >= 2]
    kinds = {("total" if tier_of(k) > 0 and find_money(v)[0] else "date" if dates_in(v) and date_rank(k, 0) >= 3 else
              "vendor" if VENDOR_LABEL.match(fold(k).strip(" :")) else "currency" if COLUMN["currency"].fullmatch(fold(k).strip(" :")) else "")
             for k, v in pairs if not dates_in(k)}
    columns, at = header_of(rows)
    if {"total"} < kinds - {""} and (not columns or max(map(len, rows)) <= 2):
        return [read_text("\n".join(f"{k.rstrip(' :')}: {v}" for k, v in pairs), path)]
    if not columns and len(re.findall(r"(?m)^[^\W\d_][\w ]{1,30}:[ \t]+[^\s,;|]", text)) >= 2:
        return [read_text(text, path)]
    if columns and itemised(rows, columns, at):
        return [read_items(rows, columns, at, path)]
    if not columns:
        columns, at = columns_by_content(rows)
    if columns:
        return read_rows(rows, columns, at, path)
    return [read_text("\n".join("  ".join(r) for r in rows), path)]


def csv_rows(text, delimiter):
    """The rows under the delimiter that parts the lines most evenly."""
    def parse(mark):
        try:
            return [[c.strip().strip("\ufeff\u00a0") for c in r] for r in csv.reader(io.StringIO(text), delimiter=mark, skipinitialspace=True)]
        except csv.Error:
            return []

    def score(mark):
        rows = [r for r in parse(mark) if any(r)][:200]
        wide = Counter(len(r) for r in rows if len(r) > 1)
        return (len(header_of(rows)[0]) * 3 + (wide.most_common(1)[0][1] / len(rows) if wide else 0), mark == ";")
    best = delimiter or max((";", "\t", "|", ","), key=score)
    rows = [(n, r) for n, r in enumerate(parse(best), 1) if any(r)]
    if best == ",":
        rows = [(n, mend(r, rows[0][1])) for n, r in rows]
    result = []
    for n, r in rows:
        if len(r) > 1 and r[0] == "" and r[-1] == "" and best == "|":
            r = r[1:-1]
        if not all(re.fullmatch(r"[-:=+ ]*", c) for c in r):
            result.append(Row(r))
            result[-1].line = n
    return result


class Row(list):
    line = 0


def mend(row, header):
    """Puts '12','50' of an unquoted decimal comma together when that makes the row fit."""
    while len(row) > len(header) > 2:
        i = next((i for i in range(1, len(row)) if re.fullmatch(r"\D{0,4}-?[\d.]+", row[i - 1]) and re.fullmatch(r"\d\d(\s?\D{1,3})?", row[i])), None)
        if not i:
            break
        row = row[:i - 1] + [row[i - 1] + "," + row[i]] + row[i + 1:]
    return row


def amount_rank(name):
    """How likely a column holds what was paid: 3 a total, 2 an amount, 1 a price, 0 none."""
    plain = re.sub(r"[^\w]+", " ", fold(name)).strip()
    tier = tier_of(name)
    if tier < 0 or COLUMN["unit"].search(plain) or words("balance", "saldo", "kontostand", "date", "datum", "type", "method", "status", "by", "via", "card").search(plain):
        return 0
    if words("original", "foreign", "fremd\\w*", "local").search(plain):
        return 1
    if tier == 0:
        return 2 if words("umsatz", "value", "spent", "wert", "eur", "usd", "gbp", "chf", "expense amount", "valore", "totals?", "costs?").search(plain) else 0
    return 3 if tier >= 2 else 1 if words("price", "preis", "prix", "precio", "prezzo", "prijs", "pris", "cena").search(plain) else 2


def header_of(rows):
    """({kind: [column …]}, index of the header row), or ({}, 0) when no row is one."""
    best = ({}, 0)
    for at, row in enumerate(rows[:30]):
        if len([c for c in row if c]) < 2 or any(dates_in(c) or (find_money(c)[0] and find_money(c)[0][0].exact and not re.search(r"[^\W\d_]{4}", c)) for c in row):
            continue
        columns = {}
        for i, name in enumerate(row):
            plain = re.sub(r"[\s_]+", " ", re.sub(r"\(.*?\)|\[.*?\]", "", fold(name))).strip(" :*#") or fold(name)
            kind = next((k for k in ("debit", "credit", "unit", "quantity", "currency") if COLUMN[k].fullmatch(plain) or k in ("debit", "credit") and COLUMN[k].match(plain)
                         and "card" not in plain), None)
            kind = kind or ("date" if date_rank(plain, 0) >= 3 and re.search(r"dat|fecha|pvm|tag|day|日", plain) or plain in ("when", "day", "posted", "timestamp", "buchungstag", "created") else None)
            kind = kind or next((k for k in ("category", "vendor", "item", "text", "number", "time") if COLUMN[k].fullmatch(plain)), None)
            kind = kind or ("amount" if amount_rank(name) else None)
            if not kind:
                kind = next((k for k in ("currency", "category", "number", "vendor", "item", "text") if COLUMN[k].search(plain) and tier_of(name) == 0), None)
            if kind:
                columns.setdefault(kind, []).append(i)
        if ("amount" in columns or "debit" in columns or "credit" in columns or {"unit", "quantity"} <= set(columns)) and len(columns) > max(1, len(best[0]) - 1):
            best = (columns | {"names": list(row)}, at)
    return best


def columns_by_content(rows):
    """For a table without a header: which column holds dates, amounts, currency codes, names."""
    width = max(map(len, rows))
    share = lambda i, test: sum(bool(test(r[i])) for r in rows if i < len(r) and r[i]) > len(rows) / 2
    money = lambda c: not dates_in(c) and find_money(c)[0] and find_money(c)[0][0].exact and not re.search(r"[^\W\d_]{4}", c)
    date = [i for i in range(width) if share(i, dates_in)]
    amount = [i for i in range(width) if i not in date and share(i, money)]
    if not date or not amount:
        return {}, 0
    currency = [i for i in range(width) if share(i, lambda c: c.upper() in CODES)]
    names = [i for i in range(width) if i not in date + amount + currency and share(i, lambda c: re.search(r"[^\W\d_]{2}", c))]
    columns = {"date": date[:1], "amount": amount[-1:], "names": [""] * width}
    return columns | ({"currency": currency} if currency else {}) | ({"vendor": names[:1]} if names else {}) | ({"text": names[1:2]} if names[1:] else {}), -1


def cell(row, columns, kind):
    return next((row[i] for i in columns.get(kind, ()) if i < len(row) and row[i]), "")


def is_total_row(row, columns):
    if columns.get("date") and dates_in(cell(row, columns, "date")):
        return False
    label = next((fold(c) for c in row if re.search(r"[^\W\d_]{2}", c) and c.upper() not in CODES), "")
    return bool(TOTAL_ROW.match(label) or (tier_of(label) != 0 and TOTAL.search(label) and len(label) < 30))


def itemised(rows, columns, at):
    """Is the table the lines of one receipt, rather than a list of receipts?"""
    body = [r for r in rows[at + 1:] if not is_total_row(r, columns)]
    dates = {cell(r, columns, "date") for r in body} - {""}
    vendors = {fold(cell(r, columns, "vendor")) for r in body} - {""}
    if len(dates) > 1 or len(vendors) > 1 or ("number" in columns and len({cell(r, columns, "number") for r in body} - {""}) > 1 and (dates or vendors)):
        return False
    if "quantity" in columns or "unit" in columns or "item" in columns:
        return "vendor" not in columns or "date" not in columns or "quantity" in columns or "unit" in columns
    return "date" not in columns and "vendor" not in columns and (len(body) < len(rows) - at - 1 or at > 0)


def line_amount(row, columns, style):
    """What a line of a receipt costs: its total, or quantity times unit price."""
    ranked = sorted(columns.get("amount", []), key=lambda i: -amount_rank(columns["names"][i]))
    plain = {i for i in ranked if amount_rank(columns["names"][i]) == 1}
    amounts = [(i, m[0]) for i in ranked if i < len(row) and (m := find_money(row[i], "", style)[0])]
    unit = next((m[0] for i in columns.get("unit", []) if i < len(row) and (m := find_money(row[i], "", style)[0])), None)
    quantity = find_money(cell(row, columns, "quantity") or "1")[0]
    if amounts and (amounts[0][0] not in plain or not columns.get("quantity")):
        return amounts[0][1].value
    price = unit or (amounts[0][1] if amounts else None)
    return price.value * quantity[0].value if price and quantity else None


def read_items(rows, columns, at, path):
    """One receipt out of its table of lines: its own total row, else the sum of the lines."""
    style = decimal_mark(c for r in rows for c in r)
    lines = [f"{r[0].rstrip(' :')}: {', '.join(c for c in r[1:] if c)}" if any(r[1:]) else r[0] for r in rows[:at]]
    first = next((r for r in rows[at + 1:] if cell(r, columns, "date") or cell(r, columns, "vendor")), [])
    for kind, label in (("date", "Date"), ("vendor", "Vendor"), ("number", "Receipt number"), ("category", "Category")):
        if first and cell(first, columns, kind):
            lines.append(f"{label}: {cell(first, columns, kind)}")
    currency = header_currency(columns) or next((c for r in rows[at + 1:] if (c := cell(r, columns, "currency"))), None)
    currency = currency or next((m[0].currency for r in rows[at + 1:] for c in r if (m := find_money(c)[0]) and m[0].currency), None)
    total, items = Decimal(0), []
    stated = False
    for row in rows[at + 1:]:
        filled = [c for c in row if c]
        label = next((c for c in filled if re.search(r"[^\W\d_]{2}", c) and c.upper() not in CODES), "")
        tier, last = tier_of(label), filled[-1]
        value = next((c for c in reversed(filled) if find_money(c)[0] and c != label), "")
        if label and value and (is_total_row(row, columns) or tier != 0 or len(filled) == 2 and row[0] == label and not line_amount(row, columns, style)):
            lines.append(f"{label.rstrip(' :')}: {value}")
            stated = stated or tier > 0
        elif len(filled) == 2 and row[0] and (filled[0].rstrip().endswith(":") or dates_in(last) or not find_money(last)[0]):
            lines.append(f"{filled[0].rstrip(' :')}: {last}")
        elif (amount := line_amount(row, columns, style)) is not None:
            total += amount
            items.append(re.sub(r"\d", "", label))
    if not stated:
        if not items:
            raise Unreadable(_("no total found in it"))
        lines.append(f"Total: {total} {currency or ''}")
    if currency:
        lines.append(f"Currency: {currency}")
    return read_text("\n".join(lines + [i for i in items if tier_of(i) == 0]), path)


def header_currency(columns, index=None):
    for i in columns.get("amount", []) + columns.get("debit", []) + columns.get("credit", []) if index is None else [index]:
        for token in re.findall(r"[A-Z]{3}(?![A-Za-z])|[€£₹₺₽₩₪₫฿₴₱¥$]|zł|Kč", columns["names"][i]):
            if token in CODES or token in SYMBOLS:
                return currency_code(token, " ".join(columns["names"]))
    return None


def row_amount(row, columns, style, context):
    """(amount, currency) of a row in a list of receipts, or None."""
    for kind, sign in (("debit", 1), ("credit", -1)):
        for i in columns.get(kind, []):
            if i < len(row) and (m := find_money(row[i], context, style, True)[0]) and m[0].value:
                return abs(m[0].value) * sign, m[0].currency or header_currency(columns, i)
    for i in sorted(columns.get("amount", []), key=lambda i: -amount_rank(columns["names"][i])):
        if i < len(row) and (m := find_money(row[i], context, style, True)[0]):
            return m[-1].value, m[-1].currency or header_currency(columns, i)
    return None


def read_rows(rows, columns, at, path):
    """A list of receipts, one a row; rows without an amount become notes, totals are left out."""
    context = "\n".join(" ".join(r) for r in rows[:2000])
    money = [r[i] for r in rows[at + 1:] for k in ("amount", "debit", "credit") for i in columns.get(k, []) if i < len(r)]
    style = decimal_mark(money)
    body = [r for r in rows[at + 1:] if not is_total_row(r, columns)]
    stem = os.path.splitext(os.path.basename(path))[0]
    receipts, missing = [], []
    orders = frozenset(f.order for r in body for f in dates_in(cell(r, columns, "date")) if f.order)
    preamble = [c for r in rows[:max(at, 0)] for c in r]
    for row in body:
        found = row_amount(row, columns, style, context)
        if not found:
            if len([c for c in row if c]) > 1:
                missing.append((row.line, _("no amount in this row")))
            continue
        r = Receipt(path, amount=found[0], currency=found[1], row=row.line, orders=orders)
        dates = next((d for i in columns.get("date", []) if i < len(row) and (d := dates_in(row[i]))), [])
        r.dates = dates[0].options if dates else ()
        r.time = dates[0].time if dates else ""
        r.time = r.time or clock(TIME.search(cell(row, columns, "time")))
        r.vendor = tidy(cell(row, columns, "vendor") or cell(row, columns, "text") or cell(row, columns, "item") or stem, 80)
        code = re.sub(r"[^\w€$£¥]", "", cell(row, columns, "currency"))
        if code and not r.currency:
            r.currency = currency_code(code, context) if code.upper() in CODES or code.casefold() in SYMBOLS else None
        label = cell(row, columns, "category")
        r.labelled, r.category = bool(label), canonical_category(label) if label else guess_category(r.vendor, " ".join(row))
        if number := cell(row, columns, "number"):
            name = fold(columns["names"][columns["number"][0]])
            r.numbers = {"order" if "order" in name or "bestell" in name else "receipt" if re.search("receipt|invoice|beleg|rechnung|bon|fact|fatt", name) else "trace": re.sub(r"[\W_]", "", fold(number))}
        r.cells = tuple(fold(c) for c in row)
        if r.amount > 0 and any(REFUND.match(fold(c)) or words("refund\\w*", "gutschrift", "erstattung").fullmatch(fold(c)) for c in row):
            r.amount = -r.amount
        receipts.append(r)
    if len(receipts) > 2 and not receipts[-1].dates and not any(cell(body[-1], columns, k) for k in ("vendor", "text", "number")) and (
            receipts[-1].amount == sum(r.amount for r in receipts[:-1])):
        receipts.pop()
    negative = sum(r.amount < 0 for r in receipts)
    if negative > 1 and negative > len(receipts) / 2 and "debit" not in columns:
        for r in receipts:      # a bank's list: money spent has a minus
            r.amount = -r.amount
    preamble += [c for r in rows for c in r if re.match(r"(?i)(currency|währung|moneda|devise|valuta)\W+\w{3}\W*$", c)]
    code = next((t for c in preamble for t in re.findall(r"\b[A-Z]{3}\b", c) if t in CODES), None)
    receipts = merge_items(receipts, body, columns)
    for r in receipts:
        r.currency = r.currency or code
    if not receipts:
        raise Unreadable(_("no amount found in its rows") if missing else _("it has no rows"))
    receipts[0].missing = missing
    return receipts


def merge_items(receipts, body, columns):
    """Rows of one receipt number that differ only in their items are one receipt."""
    if not columns.get("item") or not columns.get("number"):
        return receipts
    merged = {}
    for r in receipts:
        key = (tuple(r.numbers.items()), r.dates, fold(r.vendor), r.currency) if r.numbers else id(r)
        if key in merged:
            merged[key].amount += r.amount
            merged[key].cells += r.cells
        else:
            merged[key] = r
    return list(merged.values())


# ---------------------------------------------------------------- .eml and .html

class Page(html.parser.HTMLParser):
    """The visible text of a web page or mail; cells are parted by spaces, rows by lines."""

    BLOCKS = set("p div tr table br h1 h2 h3 h4 h5 h6 li ul ol dt dd section article header footer hr pre blockquote center address".split())
    VOID = set("br hr img meta link input col area base wbr source".split())

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.parts, self.hidden, self.open = [], 0, []

    def handle_starttag(self, tag, attrs):
        style = (dict(attrs).get("style") or "").replace(" ", "").lower()
        hides = tag in ("script", "style", "head", "title", "template") or "display:none" in style
        if tag not in self.VOID:
            self.open.append((tag, hides))
            self.hidden += hides
        self.parts.append("\n" if tag in self.BLOCKS else "    " if tag in ("td", "th") else "")

    def handle_endtag(self, tag):
        if any(t == tag for t, hidden in self.open):
            while self.open:
                name, hides = self.open.pop()
                self.hidden -= hides
                if name == tag:
                    break
        self.parts.append("\n" if tag in self.BLOCKS else "")

    def handle_data(self, data):
        if not self.hidden:
            self.parts.append(re.sub(r"\s+", " ", data))

    def text(self):
        return "\n".join(x.strip() for x in "".join(self.parts).split("\n") if x.strip())


def page_text(markup):
    page = Page()
    page.feed(markup)
    page.close()
    return page.text()


MAILBOX = words("no.?reply", "do.?not.?reply", "receipts?", "billing", "invoices?", "orders?", "team", "support", "service", "info", "mail", "payments?", "customer", "notifications?",
                "rechnung\\w*", "buchung\\w*", "bestellung\\w*", "confirmations?", "bookings?", "sales", "accounts?", "hello", "kundenservice", "auto.?confirm", "ship.?confirm", "noreply",
                "quittung\\w*", "your", "by", "via .*")


def sender_name(header):
    """'Uber Receipts <noreply@uber.com>' is Uber; without a name the domain says it."""
    name, address = email.utils.parseaddr(header)
    name = re.sub(r"(?i)\s+via\s+.*$", "", tidy(name, 80)).strip(" \"'")
    bare = name
    while m := re.search(r"(?i)[\s,|–-]+(receipts?|billing|invoices?|orders?|team|no-?reply|support|payments?|customer service|notifications?|rechnung(?:en|sstelle)?|kundenservice|confirmations?|bookings?)$", bare):
        bare = bare[:m.start()]
    if re.search(r"[^\W\d_]{2}", MAILBOX.sub("", fold(bare))) and "@" not in bare:
        return bare
    parts = address.rpartition("@")[2].lower().split(".")
    parts = parts[:-1] if len(parts) > 1 else parts
    if len(parts) > 1 and parts[-1] in ("co", "com", "ac", "org", "net"):
        parts = parts[:-1]
    return parts[-1].capitalize() if parts and parts[-1] else bare


def mail_date(value):
    try:
        return email.utils.parsedate_to_datetime(str(value)).date()
    except (TypeError, ValueError, IndexError):
        return next((f.options[0] for f in dates_in(str(value or ""))), None)


def part_text(part):
    data = part.get_payload(decode=True) or b""
    charset = part.get_content_charset() or "utf-8"
    try:
        return data.decode(charset)
    except (LookupError, UnicodeDecodeError):
        return decode(data)


def mail_parts(message):
    """(plain texts, pages, attachments, forwarded mails), inner mails not entered."""
    plain, pages, files, inner = [], [], [], []
    stack = [message]
    while stack:
        part = stack.pop(0)
        kind = part.get_content_type()
        if kind == "message/rfc822":
            payload = part.get_payload()
            inner += payload if isinstance(payload, list) else []
        elif part.is_multipart():
            stack = list(part.get_payload()) + stack
        elif part.get_content_disposition() == "attachment" or part.get_filename() and not kind.startswith("text/html"):
            files.append((str(part.get_filename() or "attachment." + kind.rpartition("/")[2]), part.get_payload(decode=True) or b""))
        elif kind == "text/html":
            pages.append(page_text(part_text(part)))
        elif kind.startswith("text/"):
            plain.append(part_text(part))
        else:
            files.append((f"attachment.{kind.rpartition('/')[2]}", part.get_payload(decode=True) or b""))
    return plain, pages, files, inner


FORWARDED = re.compile(r"(?im)^[>\s]*(?:-{2,}\s*)?(?:forwarded message|original message|weitergeleitete nachricht|urspr\S+ngliche nachricht|begin forwarded message|message transf\S+|mensaje reenviado"
                       r"|messaggio inoltrato|doorgestuurd bericht)\W*$")


# Who passes payments on is not who was paid.
PROCESSOR = re.compile(r"(?i)paypal|stripe|square|klarna|sumup|wise|revolut|mollie|adyen")
PAID_TO = re.compile(r"(?:[Pp]ayment|[Zz]ahlung)(?: of .{1,25}?| über .{1,20}?)? (?:to|an) (\S.{1,50}?)(?= gesendet| was| has| autorisiert|[.,]?\s*\n|$)|[Rr]eceipt from (\S.{1,50}?)\s*(?:\n|#|$)")


def read_mail(message, path, depth=0):
    subject = tidy(str(message.get("Subject", "")), 200)
    sender, sent = sender_name(str(message.get("From", ""))), mail_date(message.get("Date"))
    plain, pages, files, inner = mail_parts(message)
    reason = None
    for text in ["\n".join(plain)] + ["\n".join(pages)]:
        if not text.strip():
            continue
        name, when = sender, sent
        if m := FORWARDED.search(text):
            head = re.sub(r"(?m)^[>\s]+", "", text[m.end():m.end() + 1500])
            if f := re.search(r"(?im)^\**(?:from|von|de|da|van)\**\s*:\**\s*(.+)$", head):
                name = sender_name(f.group(1)) or name
            if d := re.search(r"(?im)^\**(?:date|sent|datum|gesendet|envoy\S+|fecha|data|enviado)\**\s*:\**\s*(.+)$", head):
                when = mail_date(d.group(1)) or when
        if PROCESSOR.match(name) and (m := PAID_TO.search(subject + "\n" + text)):
            name = tidy(m.group(1) or m.group(2), 60)
        try:
            return [read_text(text, path, name, subject, when)]
        except Unreadable as e:
            reason = e
    for m in inner if depth < 5 else []:
        try:
            return read_mail(m, path, depth + 1)
        except Unreadable as e:
            reason = e
    for name, data in files:
        if os.path.splitext(name)[1].lower() in READERS and depth < 5:
            try:
                found = read_bytes(data, name, path)
            except Unreadable as e:
                reason = Unreadable(_("{reason} (attachment {name})").format(reason=e, name=tidy(name, 60)))
                continue
            for r in found:
                r.dates = r.dates or ((sent,) if sent and not r.row else ())
                r.sent = sent
                r.vendor = r.vendor if r.vendor != tidy(os.path.splitext(os.path.basename(path))[0], 80) else sender or r.vendor
            return found
    raise reason or Unreadable(_("an empty mail"))


# ---------------------------------------------------------------- .pdf

def run(*command):
    return subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=120)


def pdf_text(file, layout=True):
    if shutil.which("pdftotext"):
        done = run("pdftotext", *(["-layout"] if layout else []), "-enc", "UTF-8", file, "-")
        if done.returncode:
            locked = b"assword" in done.stderr
            raise Unreadable(_("locked with a password") if locked else _("a damaged PDF"))
        return done.stdout.decode("utf-8", "replace")
    try:
        import pypdf
        reader = pypdf.PdfReader(file)
        if reader.is_encrypted and not reader.decrypt(""):
            raise Unreadable(_("locked with a password"))
        return "\f".join(p.extract_text(extraction_mode="layout" if layout else "plain") for p in reader.pages)
    except ImportError:
        raise Unreadable(_("no PDF reader is installed here")) from None
    except Unreadable:
        raise
    except Exception:       # pypdf raises many kinds of errors on damaged files
        raise Unreadable(_("a damaged PDF")) from None


def ocr_text(folder, file):
    """Text recognition of the first pages, where the tools for it are installed."""
    if not (shutil.which("pdftoppm") and shutil.which("tesseract")):
        return ""
    run("pdftoppm", "-r", "200", "-gray", "-png", "-l", "5", file, os.path.join(folder, "page"))
    pages = sorted(p for p in os.listdir(folder) if p.endswith(".png"))
    return "\f".join(run("tesseract", os.path.join(folder, p), "-", "--psm", "6").stdout.decode("utf-8", "replace") for p in pages)


def read_pdf(data, path):
    if b"%PDF" not in data[:1024]:
        raise Unreadable(_("a damaged PDF"))
    with tempfile.TemporaryDirectory() as folder:
        file = os.path.join(folder, "receipt.pdf")
        with open(file, "wb") as f:
            f.write(data)
        try:
            text, scanned = pdf_text(file), False
            if not re.search(r"\w", text):
                text, scanned = ocr_text(folder, file), True
                if not re.search(r"\w", text):
                    raise Unreadable(_("a scan: a picture without text"))
            try:
                receipts = read_plain(text, path)
            except Unreadable:
                if scanned:
                    raise
                receipts = [read_text(pdf_text(file, False), path)]
        except subprocess.TimeoutExpired:
            raise Unreadable(_("reading it took too long")) from None
    for r in receipts if scanned else ():
        r.notes.append(_("read by text recognition: please check"))
    return receipts


# ---------------------------------------------------------------- any file

READERS = {
    ".txt": lambda data, path: read_plain(decode(data), path), ".text": lambda data, path: read_plain(decode(data), path),
    ".md": lambda data, path: read_plain(decode(data), path),
    ".csv": lambda data, path: read_csv(decode(data), path), ".tsv": lambda data, path: read_csv(decode(data), path),
    ".eml": lambda data, path: read_mail(email.message_from_bytes(data, policy=email.policy.default), path),
    ".html": lambda data, path: [read_text(page_text(decode(data)), path)], ".htm": lambda data, path: [read_text(page_text(decode(data)), path)],
    ".pdf": read_pdf,
}
PICTURES = {".jpg", ".jpeg", ".png", ".gif", ".heic", ".webp", ".tif", ".tiff", ".bmp"}


def read_bytes(data, name, path):
    extension = os.path.splitext(name)[1].lower()
    if not data.strip(b"\0 \t\r\n\xef\xbb\xbf\xff\xfe"):
        raise Unreadable(_("empty"))
    if extension in PICTURES:
        raise Unreadable(_("a picture: only text can be read"))
    if data.startswith(b"%PDF-"):
        extension = ".pdf"
    if extension not in READERS:
        raise Unreadable(_("{ending} is not a kind of receipt this script reads").format(ending=extension) if extension else _("a file without a known ending"))
    try:
        return READERS[extension](data, path)
    except (ArithmeticError, ValueError, LookupError, TypeError, AttributeError, RecursionError) as e:
        raise Unreadable(_("could not be understood ({reason})").format(reason=type(e).__name__)) from e


def read_file(folder, path):
    """The receipts in @folder/@path. Raises Unreadable with the reason."""
    full = os.path.join(folder, path)
    try:
        info = os.lstat(full)
        if stat.S_ISLNK(info.st_mode):
            raise Unreadable(_("a link to somewhere else: not followed"))
        if not stat.S_ISREG(info.st_mode):
            raise Unreadable(_("not a regular file"))
        if info.st_size > MAX_BYTES:
            raise Unreadable(_("too large for a receipt"))
        with open(full, "rb") as f:
            data = f.read()
    except OSError as e:
        raise Unreadable(_("cannot be opened: {reason}").format(reason=e.strerror)) from e
    receipts = read_bytes(data, path, path)
    for r in receipts:
        r.digest = hashlib.sha256(b" ".join(data.split())).hexdigest()
    return receipts
