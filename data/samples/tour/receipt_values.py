# receipt_values.py: the numbers, currencies and dates of a receipt, in whatever way they are
# written: 1.234,56 and 1,234.56; 03/04/2026, 4. März 2026 and 2026-03-04. Knows no files.
# SPDX-License-Identifier: GPL-3.0-or-later
import datetime as dt
import re
import unicodedata
from collections import Counter
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from receipt_words import _


class Unreadable(Exception):
    """The file cannot be counted; the text says why, for the user."""


# ---------------------------------------------------------------- small helpers

PLAIN = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "ð": "d", "ı": "i", "æ": "ae", "œ": "oe"})


def fold(text):
    """Lower case without accents: 'Rückgeld' becomes 'ruckgeld'."""
    text = text.casefold().translate(PLAIN)
    if text.isascii():
        return text
    text = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return unicodedata.normalize("NFC", text)


def words(*alternatives):
    return re.compile(r"(?<![^\W_])(?:" + "|".join(alternatives) + r")(?![^\W_])")


def tidy(text, limit=120):
    """One printable line: what may stand in a cell or a message."""
    text = text.encode("utf-8", "replace").decode("utf-8")
    text = "".join(" " if unicodedata.category(c) in ("Cc", "Cf", "Zl", "Zp", "Cs") else c for c in text)
    text = re.sub(r"\s+", " ", text).strip()
    return text if len(text) <= limit else text[:limit - 1] + "…"


def natural(text):
    return [(int(p), "") if p.isdigit() and p.isascii() else (-1, p) for p in re.split(r"(\d+)", fold(text))]


def decode(data):
    """Bytes of a text file: BOMs, UTF-8, UTF-16 without a BOM, else Windows-1252."""
    for bom, name in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe\0\0", "utf-32"), (b"\0\0\xfe\xff", "utf-32"),
                      (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if data.startswith(bom):
            return data.decode(name, "replace")
    if len(data) > 3 and b"\0" in data:
        odd, even = data[1::2].count(0), data[0::2].count(0)
        if odd > len(data) / 5 and even < odd / 4:
            return data.decode("utf-16-le", "replace")
        if even > len(data) / 5 and odd < even / 4:
            return data.decode("utf-16-be", "replace")
        raise Unreadable(_("not a text file, whatever its name says"))
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        text = "".join(bytes([b]).decode("cp1252", "replace") if b > 127 else chr(b) for b in data)
    if sum(c < " " and c not in "\t\n\r\f\x1b" for c in text) > max(2, len(text) / 50):
        raise Unreadable(_("not a text file, whatever its name says"))
    return text


# ---------------------------------------------------------------- currencies and numbers

CODES = """AED ARS AUD BAM BDT BGN BHD BRL CAD CHF CLP CNY COP CRC CZK DKK DZD EGP EUR GBP GEL GHS HKD HRK
HUF IDR ILS INR IQD ISK JMD JOD JPY KES KRW KWD KZT LKR MAD MKD MMK MUR MXN MYR NGN NOK NPR NZD OMR PEN
PHP PKR PLN QAR RON RSD RUB SAR SEK SGD THB TND TRY TWD TZS UAH UGX USD UYU UZS VND XAF XOF ZAR ZMW""".split()
# Codes that are also everyday words: believed only in capitals beside a number on a total's line.
WORDLIKE = {"TRY", "PEN", "MAD", "COP", "RON", "GEL"}
SYMBOLS = {"us$": "USD", "ca$": "CAD", "c$": "CAD", "au$": "AUD", "a$": "AUD", "nz$": "NZD", "hk$": "HKD",
           "s$": "SGD", "sg$": "SGD", "mx$": "MXN", "nt$": "TWD", "r$": "BRL", "$": "$", "€": "EUR", "£": "GBP",
           "¥": "¥", "￥": "¥", "円": "JPY", "元": "CNY", "₹": "INR", "rs.": "INR", "rs": "INR", "zł": "PLN",
           "zl": "PLN", "kč": "CZK", "ft": "HUF", "lei": "RON", "₺": "TRY", "tl": "TRY", "₽": "RUB", "₩": "KRW",
           "원": "KRW", "₪": "ILS", "₫": "VND", "฿": "THB", "₴": "UAH", "₱": "PHP", "kr.": "kr", "kr": "kr",
           "sfr.": "CHF", "sfr": "CHF", "fr.": "CHF", "euros": "EUR", "euro": "EUR", "dollars": "$",
           "us dollars": "USD", "pounds": "GBP", "rmb": "CNY", "лв": "BGN", "yen": "JPY"}
DOLLARS = ("USD", "CAD", "AUD", "NZD", "HKD", "SGD", "MXN", "TWD", "ARS", "CLP", "COP")
DECIMALS = dict.fromkeys("JPY KRW VND CLP ISK XAF XOF UGX".split(), 0) | dict.fromkeys(
    "BHD IQD JOD KWD OMR TND".split(), 3)
_cur = "|".join([re.escape(s) if not s[0].isalpha() else re.escape(s) + r"(?![^\W\d_])"
                 for s in sorted(SYMBOLS, key=len, reverse=True)] + [c + r"(?![^\W\d_])" for c in CODES])
_num = (r"\d{1,3}(?:[ \u00a0\u202f\u2009'’]\d{3})+(?!\d)(?:[.,]\d{1,3})?|\d{1,3}(?:\.\d{3})+(?:,\d{1,2})?"
        r"|\d{1,2}(?:,\d{2})+,\d{3}(?:\.\d{1,2})?|\d{1,3}(?:,\d{3})+(?:\.\d{1,3})?|\d+[.,]\d{1,3}|\d+|[.,]\d{2}")
MONEY = re.compile(
    rf"(?:(?<![\w#*.,])|(?=[$€£¥₹]))(?P<open>\()?(?P<s1>[-−–+]\s?)?(?P<c1>{_cur})?\s?(?P<s2>[-−–+]\s?)?"
    rf"(?P<num>{_num})(?![\d'’]|[.,]\d)(?P<dash>[.,][-–—]{{1,2}})?(?P<s3>\s?[-−–](?![\w\s]*\d))?"
    rf"(?:\s?(?P<c2>{_cur}))?(?P<close>\s?\))?(?P<bad>\s?[%‰°]|[^\W\d_]|[/:]\d)?", re.I)


def currency_code(token, context):
    """The ISO code of a symbol; $, ¥ and kr are told apart by the rest of the text."""
    token = token.strip()
    code = SYMBOLS.get(token.casefold(), token.upper())
    if code == "$":
        named = [c for c in DOLLARS if re.search(rf"\b{c}\b", context)]
        if not named and (m := words("canada", "canadian", "australia\\w*", "singapore", "new zealand",
                                     "hong kong").search(fold(context))):
            named = [{"c": "CAD", "a": "AUD", "s": "SGD", "n": "NZD", "h": "HKD"}[m.group()[0]]]
        return named[0] if len(named) == 1 else "USD"
    if code == "¥":
        return "CNY" if re.search(r"\b(CNY|RMB)\b|[元税务]发票|人民币|发票|合计", context) else "JPY"
    if code == "kr":
        named = [c for c in ("SEK", "NOK", "DKK", "ISK") if re.search(rf"\b{c}\b", context)]
        if len(named) == 1:
            return named[0]
        text = fold(context)
        if words("mva", "a betale", "kvittering nr", "norge", "oslo", "bergen").search(text) or ".no" in text:
            return "NOK"
        return "DKK" if words("i alt", "kobenhavn", "danmark", "at betale", "cvr").search(text) else "SEK"
    return code


def to_decimal(raw, currency=None, style=None):
    """'1.234,56', '1,234.56', '1 234,5', "1'234.50". A lone separator before exactly three digits
    is a thousands separator, unless the currency has three decimals or @style (the decimal mark
    of the numbers around it) says otherwise."""
    text = re.sub(r"[\s\u00a0\u202f\u2009'’]", "", raw)
    grouped = len(text) != len(raw.strip())
    marks = [c for c in text if c in ".,"]
    if len(set(marks)) == 2:
        last = marks[-1]
        text = text.replace("," if last == "." else ".", "").replace(last, ".")
        if text.count(".") > 1:
            text = text.replace(".", "")
    elif len(marks) == 1:
        before, after = re.split("[.,]", text)
        three = DECIMALS.get(currency) == 3 and (marks[0] == "." or currency == "TND")
        thousands = len(after) == 3 and not grouped and not three and style != marks[0] and before not in ("", "0")
        text = before + after if thousands else (before or "0") + "." + after
    else:
        text = text.replace(",", "").replace(".", "")
    return Decimal(text)


def rounded(amount, currency):
    places = DECIMALS.get(currency, 2)
    if places == 0 and amount != amount.to_integral_value():
        places = 2
    return amount.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)


@dataclass
class Money:
    value: Decimal
    currency: str | None
    exact: bool         # written with decimals or beside a currency
    start: int
    end: int


def find_money(line, context="", style=None, total_line=False):
    """Every amount on a line. Percentages, dates, times and bare codes are no amounts."""
    line = re.sub(r"(\d)\s?([€£$])(\d\d)(?!\d)", r"\1.\3 \2", line)
    line = re.sub(r"[._·…*=]{2,}|-{3,}|\|", lambda m: " " * len(m.group()), line)
    line = re.sub(r"\*(?=\d[\d.,' ]*[.,]\d\d(?!\d))", " ", line)
    for pattern in DATES:
        line = pattern.sub(lambda m: "\0" * len(m.group()) if date_like(m.group()) else m.group(), line)
    line = TIME.sub(lambda m: "\0" * len(m.group()), line)
    found = []
    for m in MONEY.finditer(line):
        if m["bad"] and not (m["bad"][0].isalpha() and m["c1"]):
            continue
        code = m["c2"] if m["c2"] and (not m["c1"] or m["c2"].upper() in CODES) else m["c1"]
        if code and code.upper() in WORDLIKE and not (total_line and code.isupper()):
            code = None
        currency = currency_code(code, context or line) if code else None
        before = line[:m.start()].rstrip()
        negative = bool(m["s3"]) or bool(m["open"] and m["close"])
        for sign in (m["s1"], m["s2"]):
            if sign and sign[0] not in "+" and (len(sign) == 1 or sign is m["s2"] or before.endswith(":")):
                negative = True
        value = to_decimal(m["num"], currency, style)
        exact = bool(currency or m["dash"] or re.search(r"[.,]\d{1,2}$|\d\D\d{3}$", m["num"]))
        found.append(Money(-value if negative else value, currency, exact, m.start(), m.end()))
    return found, line


# ---------------------------------------------------------------- dates

MONTHS = [fold(m).split() for m in (
    "january janvier januar januari enero gennaio janeiro jan jänner stycznia styczeń leden ledna января tammikuuta",
    "february février februar februari febrero febbraio fevereiro lutego luty únor února февраля",
    "march mars märz mrz marzo março maart mrt marca marzec březen března марта",
    "april avril abril aprile kwietnia kwiecień duben dubna апреля",
    "may mai maj mei mayo maggio maio maja květen května мая",
    "june juin juni junio giugno junho czerwca czerwiec červen června июня",
    "july juillet juli julio luglio julho lipca lipiec červenec července июля",
    "august août augusti augustus agosto sierpnia sierpień srpen srpna августа",
    "september septembre septiembre settembre setembro września wrzesień září сентября setiembre",
    "october octobre oktober octubre ottobre outubro października październik říjen října октября",
    "november novembre noviembre novembro listopada listopad listopadu ноября",
    "december décembre dezember diciembre dicembre dezembro desember grudnia grudzień prosinec prosince декабря")]
_word, _end = r"([^\W\d_]{3,12})", r"(?!\d|[:.,]\d)"
DATES = (
    re.compile(r"(?<!\d)((?:19|20)\d\d)\s?([-/.‐‑–])\s?(\d{1,2})\s?\2\s?(\d{1,2})(?!\d)"),
    re.compile(r"(?<!\d)((?:19|20)\d\d)\s?[年년]()\s?(\d{1,2})\s?[月월]\s?(\d{1,2})\s?[日일]"),
    re.compile(r"(?<![\d.,/-])(\d{1,2})\s?([-/.‐‑–])\s?(\d{1,2})\s?\2\s?['’]?((?:19|20)\d\d|\d\d)(?!\d|[.,-]\d|/\d+(?![\d:])|[^\W\d_])"),
    re.compile(rf"(?<!\d)(\d{{1,2}})(?:st|nd|rd|th|er|\.|º|ª)?[\s./-]*(?:de |of |di )?{_word}\.?,?[\s./-]*"
               rf"(?:de |del |of )?(?:((?:19|20)\d\d)(?!\d)|['’]?(\d\d){_end}(?!\s?[ap]m\b))", re.I),
    re.compile(rf"(?<![^\W_]){_word}\.?[\s./-]*(\d{{1,2}})(?:st|nd|rd|th)?(?:,?[\s./-]+((?:19|20)\d\d)(?!\d)"
               rf"|,?\s?['’](\d\d)|,\s?(\d\d){_end})", re.I),
    re.compile(rf"(?<!\d)((?:19|20)\d\d)[\s./-]{_word}\.?[\s./-](\d{{1,2}})(?!\d)"),
    re.compile(r"(?<![\w.,-])(20\d\d)(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])(?=T?\d{6}|\b(?![.,-]\d))"),
)
TIME = re.compile(r"(?<![\d:.,])([01]?\d|2[0-3])[:h]([0-5]\d)(?::[0-5]\d)?(?![\d])\s?([ap]\.?\s?m\b)?", re.I)
GOOD_DATE = words("date of (?:issue|purchase|sale|transaction)", "(?:invoice|receipt|purchase|transaction|billing|bill|sale|"
                  "document|issue|tax)s? ?date", "date(?: ?/? ?(?:and |& )?time)?", "dated?", "date d.\\w+", "date de \\w+",
                  "datum", "(?:rechnungs|beleg|kauf|quittungs|ausstellungs|buchungs)datum", "fecha(?: de \\w+)?",
                  "data(?: di \\w+| de \\w+| \\w+)?", "(?:factuur|bon|aankoop|faktura|kop|inkops)datum", "dato", "fakturadato",
                  "paivays", "paivamaara", "pvm", "tag", "tarih\\w*", "issued(?: on)?", "дата") 
GOOD_DATE = re.compile(GOOD_DATE.pattern + "|日付|日期|날짜|取引日|発行日")
FAIR_DATE = words("order(?:ed)?", "bestell\\w*", "paid", "payment", "bezahlt", "purchased", "placed", "charged", "commande",
                  "pedido", "bestelling", "vom", "du", "sent", "gesendet", "envoye", "on", "am", "le", "el", "il", "op",
                  "completed", "processed", "trip", "ride")
POOR_DATE = words("deliver\\w*", "liefer\\w*", "livraison", "entrega", "consegna", "lever\\w*", "ship\\w*", "versand\\w*",
                  "arriv\\w*", "ankunft", "check.?(?:in|out)\\w*", "depart\\w*", "ab(?:fahrt|reise)", "an?reise\\w*",
                  "travel\\w*", "flight", "flug\\w*", "reise\\w*", "period", "\\w*zeitraum", "leistung\\w*", "service",
                  "from", "von", "to", "stay", "pick.?up", "entrada", "salida", "llegada", "viaje", "envio", "arrivee", "depart", "voyage", "sejour", "expedition", "arrivo", "partenza",
                   "viaggio", "spedizione", "aankomst", "vertrek", "rental", "event", "appointment", "termin", "start", "end")
NEVER_DATE = words("due", "\\w*fallig\\w*", "faellig\\w*", "zahlbar", "zahlungsziel", "pay(?:able)? (?:by|until|before)",
                   "echeance", "vencimiento", "vence", "scadenza", "verval\\w*", "betaal\\w* voor", "forfallo?\\w*",
                   "forfalls?dato", "forfaldsdato", "valid", "gultig", "valable", "expir\\w*", "expiration", "ablauf\\w*",
                   "return(?:s|able)? (?:by|until|before|date)", "ruckgabe\\w*", "birth\\w*", "geb\\w*", "next", "nachste\\w*",
                   "renew\\w*", "verlanger\\w*", "since", "seit", "best before", "mhd", "haltbar", "warranty", "garantie",
                   "until", "bis", "member\\w*", "printed", "version", "updated", "established", "jusqu\\W?au", "hasta",
                   "termin platnosci", "splatnost\\w*", "eraprivada", "erapaiva", "forfallodag")


def date_like(text):
    word = re.search(r"[^\W\d_]{3,}", text)
    return not word or word.group()[0] in "年월" or bool(month_number(word.group()))


def month_number(word):
    word = fold(word).rstrip(".")
    exact = [i for i, names in enumerate(MONTHS, 1) if word in names]
    near = exact or [i for i, names in enumerate(MONTHS, 1) if any(n.startswith(word) for n in names)]
    return near[0] if len(near) == 1 and len(word) >= 3 else None


def make_date(year, month, day):
    year = int(year)
    year += 0 if year > 99 else 2000 if year < 70 else 1900
    try:
        return dt.date(year, month, day) if 1990 <= year <= 2079 else None
    except ValueError:
        return None


@dataclass
class Found:
    """A date in a text. Two options (day first, month first) when the digits allow both."""
    options: tuple
    rank: int
    start: int
    end: int
    order: str = ""     # DMY or MDY when the digits themselves say so
    time: str = ""


def dates_in(line):
    found, taken = [], []
    for index, pattern in enumerate(DATES):
        for m in pattern.finditer(line):
            if any(m.start() < e and s < m.end() for s, e in taken):
                continue
            g, order = [x for x in m.groups()], ""
            if index in (0, 1):
                options = (make_date(g[0], int(g[2]), int(g[3])),)
            elif index == 2:
                a, b = int(g[0]), int(g[2])
                dmy, mdy = make_date(g[3], b, a), make_date(g[3], a, b) if g[1] != "." else None
                options = (dmy, mdy) if dmy and mdy and dmy != mdy else (dmy or mdy,)
                order = "" if len(options) == 2 or dmy == mdy or g[1] == "." else "DMY" if dmy else "MDY"
            elif index in (3, 4):
                name, day = (g[1], g[0]) if index == 3 else (g[0], g[1])
                year = next(filter(None, g[2:]))
                month = month_number(name)
                options = (make_date(year, month, int(day)) if month else None,)
            elif index == 5:
                month = month_number(g[1])
                options = (make_date(g[0], month, int(g[2])) if month else None,)
            else:
                options = (make_date(g[0], int(g[1]), int(g[2])),)
            if options[0]:
                taken.append(m.span())
                time = TIME.search(line[m.end():m.end() + 24].split("  ")[0])
                found.append(Found(options, 2 if index < 6 else 0, *m.span(), order, clock(time)))
    return sorted(found, key=lambda f: f.start)


def clock(m):
    if not m:
        return ""
    hour, half = int(m[1]), (m[3] or " ")[0].lower()
    hour = hour % 12 + (12 if half == "p" else 0) if half in "ap" else hour
    return f"{hour:02}:{m[2]}"


def cells(line):
    return [(m.start(), m.group().strip()) for m in re.finditer(r"(?:[^\s|]|[^\S\t\n](?![\s|])(?<![|\t]))+", line)]


def cell_above(lines, index, start):
    """In a table, the heading above the cell that begins at @start; else ''."""
    for above in range(index - 1, max(-1, index - 4), -1):
        if lines[above].strip(" |-=_+"):
            here, there = cells(lines[index]), cells(lines[above])
            column = max((i for i, c in enumerate(here) if c[0] <= start), default=0)
            head = there[column][1] if len(here) == len(there) > column else ""
            return "" if re.search(r"\d", head) else head
    return ""


def date_rank(label, base):
    label = fold(label)[-60:]
    if NEVER_DATE.search(label):
        return -1
    if GOOD_DATE.search(label) and not POOR_DATE.search(label):
        return 4
    if FAIR_DATE.search(label) and not POOR_DATE.search(label):
        return 3
    return 1 if POOR_DATE.search(label) else base


def dates_of(lines):
    """Every date in a text, ranked by its label: 4 the receipt's own … 1 a delivery; -1 never."""
    result = []
    for i, line in enumerate(lines):
        if not re.search(r"\d", line):
            continue
        position = 0
        for f in dates_in(line):
            label = re.split(r"[;.!?]\s", line[position:f.start])[-1] if position else line[:f.start]
            if not re.search(r"[^\W\d_]{2}", label):
                label = cell_above(lines, i, f.start)
                above = next((x for x in reversed(lines[max(0, i - 2):i]) if x.strip()), "")
                if not label and not position and len(above) < 40 and not re.search(r"\d", above):
                    known = date_rank(above, 2)
                    label = above if above.rstrip().endswith(":") or known in (4, -1) else ""
            f.rank = date_rank(label, f.rank)
            position = f.end
            result.append(f)
    return result
