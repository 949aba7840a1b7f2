# receipt_text.py: one receipt out of plain text: its total, date, vendor, category and numbers.
# Knows words in many languages, and no files.
# SPDX-License-Identifier: GPL-3.0-or-later
import datetime as dt
import email.utils
import os
import re
from collections import Counter
from dataclasses import dataclass, field
from decimal import Decimal

from receipt_values import (CODES, DATES, SYMBOLS, TIME, WORDLIKE, Unreadable, cell_above, cells, clock, currency_code, dates_in, dates_of,
                            find_money, fold, tidy, words)
from receipt_words import _

# ---------------------------------------------------------------- the total of a text

SUBTOTAL = words("sub.{0,2}tot\\w*", "sous.{0,2}tot\\w*", "zwischen\\w*", "tussentotaal", "del ?sum\\w*", "mellansumma", "mezisoucet",
                 "item\\w*(?:\\(s\\))? ?(?:sub)?total", "merchandise(?: total)?", "parcial", "suma czesciowa", "valisumma", "小計", "小计")
NET = words("netto\\w*", "net (?:total|amount|price|sum|value)", "total net(?:to)?(?! a payer)", "nett", "ht", "hors", "exc", "excl\\w*", "exkl\\w*", "ex",
            "before", "without", "pre.?tax", "pretax", "zzgl", "ohne", "senza iva", "sin iva", "sem iva", "imponibile", "base imponible",
            "taxable(?: \\w+)?", "zonder", "uten", "uden", "utan", "bez dph", "bez vat")
TAX = words("tax(?:es)?", "vat", "mwst", "ust", "umsatzsteuer", "mehrwertsteuer", "steuer\\w*", "tva", "iva", "btw", "gst", "hst", "pst",
            "qst", "moms", "mva", "dph", "ptu", "afa", "alv", "kdv", "igst", "cgst", "sgst", "impuesto\\w*", "impost\\w*", "ндс", "消費税")
INCLUSIVE = words("inc", "incl\\w*", "inkl\\w*", "includ\\w*", "inclus\\w*", "ttc", "brutto\\w*", "gross", "with", "mit", "avec", "con", "com",
                  "compres\\w*", "after", "all.?in", "tvac", "&", "and", "plus", "toutes", "od", "z vat", "s dph", "税込")
ASIDE = words("tips?", "gratuity", "trinkgeld", "pourboire", "propina", "fooi", "cash(?: ?back)?", "bar", "bargeld", "gegeben", "tender\\w*",
              "received", "erhalten", "given", "change(?: due)?", "ruckgeld", "\\w*wechselgeld", "restgeld", "rendu", "monnaie", "cambio",
              "resto", "vuelto", "troco", "wisselgeld", "vaxel", "tilbake", "discount\\w*", "rabatt\\w*", "remise", "descuento\\w*", "sconto",
              "korting", "saved", "savings?", "ersparnis\\w*", "gespart", "you save", "coupon\\w*", "voucher\\w*", "gutschein\\w*",
              "pfand", "points?", "punkte", "previous", "carried", "ubertrag", "rounding", "rundung", "limit", "budget", "average",
              "per \\w+", "pro \\w+", "unit price", "einzelpreis", "(?:exchange|vat|tax) rate", "kurs", "qty", "quantity", "menge",
              "anzahl", "aantal", "number of \\w+", "ytd", "year.to.date", "to date", "hours", "pieces", "stuck",
              "(?:account|card|new|opening|closing) balance", "remaining\\w*", "guthaben\\w*", "earned", "efectivo", "contanti", "especes", "contant",
              "kontant\\w*", "gotowka", "reszta", "お預り", "お釣り", "loyalty", "minimum", "up to", "spend", "target", "weight",
              "distance", "km", "miles", "duration")
SOFT = words("fees?", "gebuhr\\w*", "delivery", "shipping", "versand\\w*", "postage", "deposit", "anzahlung\\w*", "service charge", "items?", "articles?",
             "artikel", "posten", "rooms?", "nights?", "guests?", "pages?", "persons?", "people")
CONTAINED = re.compile(r"(?:included|contained) in|enthalten|\bin (?:the )?total|^(?:davon|darin|of which|dont|di cui|thereof|waarvan|inbegrepen)\b")
FINAL = words("grand.total", "(?:total|amount|balance|payment)(?: \\w+)? (?:due|payable|paid|charged|billed|received)", "total (?:amount|to pay|cost|price|"
              "charges?|payment|fare|value|eur|usd|gbp|incl\\w*|inkl\\w*|inc|ttc|tvac|general|brutto|gross|general\\w*|refund\\w*)",
              "(?:order|invoice|bill|final|receipt|purchase|trip|booking|refund|overall|payment|sale|transaction|reservation) total", "paid in total",
              "total (?:of )?(?:order|invoice|bill|sale|refund)",
              "zu zahlen\\w*", "zahlbetrag", "(?:der )?zu zahlende\\w* betrag", "(?:end|rechnungs|gesamt|brutto|zahlungs|netto.zahl)(?:betrag|summe|preis)",
              "gesamt(?: ?\\w*)?", "endsumme", "summe brutto", "brutto", "gross(?: (?:total|amount))?", "net a payer", "montant (?:total|ttc|paye|du|regle)", "a payer",
              "total a (?:pagar|payer)", "a pagar", "importe total", "valor total", "monto total", "totale (?:complessivo|documento|fattura|da pagare|euro|ordine)",
              "da pagare", "importo totale", "te betalen", "totaal(?:bedrag)?(?: .*)?", "eindtotaal", "att betala", "a betale", "at betale", "i alt", "totalbelop",
              "totalt", "do zaplaty", "razem", "lacznie", "celkem(?: k uhrade)?", "k uhrade", "fizetendo", "osszesen", "yhteensa", "maksettava\\w*", "genel toplam",
              "итого", "к оплате", "refund(?:ed)?(?: amount| total)?", "total refunded", "erstattungsbetrag", "total due")
FINAL = re.compile(FINAL.pattern + "|合計|合计|总计|総計|合計金額|税込|합계|총액")
TOTAL = words("total\\w*", "tot", "summe", "summa", "suma", "somma", "sum", "totale", "endbetrag", "soma", "toplam", "jumlah", "ukupno", "skupaj", "kokku",
              "iš viso", "is viso", "kopa", "ogolem", "συνολο")
WEAK = words("amount", "\\w*betrag", "importe", "importo", "montant", "monto", "bedrag", "belop", "belob", "kwota", "castka", "valor", "charged", "paid",
             "you paid", "bezahlt", "paye", "pagado", "pagato", "betaald", "betalt", "price", "preis", "prix", "precio", "prezzo", "prijs", "pris", "cena",
             "cost", "fare", "charge", "payment", "zahlung", "paiement", "pago", "pagamento", "fahrpreis", "preco", "金額", "金额")
RECEIPT = words("receipts?", "invoice", "paid", "charged", "payment", "quittung", "rechnung", "bezahlt", "beleg", "fare", "ticket", "order", "kassenbon",
                "facture", "recu", "factura", "recibo", "ricevuta", "fattura", "scontrino", "kvitto", "kvittering", "bon", "kassabon", "paragon", "faktura",
                "parking", "taxi", "thank you", "danke", "merci", "gracias", "grazie", "visa", "mastercard", "card", "karte")
REFUND = re.compile(r"^(?:type\s*:\s*|your |ihre? )?(?:refund|credit (?:note|memo)|return receipt|gutschrift|storno\w*|(?:ruck)?erstattung|rucker\w*"
                    r"|avoir|remboursement|nota de credito|reembolso|devolucion|nota di credito|rimborso|creditnota|terugbetaling|kreditnota)"
                    r"(?: (?:receipt|confirmation|issued|invoice|beleg|(?:from|von|de|for) .{2,40}))?\W*(?:(?:no|nr|number|#|num)\W*)?(?:[\w/-]*\d[\w/-]*)?$")
REFUND_LABEL = words("refund(?:ed)?\\w*", "credited", "gutschrift\\w*", "\\w*erstatt\\w*", "storno\\w*", "rembours\\w*", "reembols\\w*", "rimbors\\w*",
                     "terugbetaald", "credit (?:note|memo)")


def tier_of(label):
    """3: what was paid in the end; 2: a total; 1: some amount; 0: not a total; -1: a sub-total."""
    label = fold(re.sub(r"[\d#]+", " ", label))
    label = re.sub(r"\s+", " ", label.replace(".", " ").replace("_", " ").replace(":", " ")).strip()[-80:]
    if SUBTOTAL.search(label):
        return -1
    inclusive = INCLUSIVE.search(label)
    if not inclusive and (NET.search(label) or TAX.search(label)):
        return -1
    if inclusive and NET.search(label) and not re.search(r"brutto|gross|ttc", label):
        return -1
    if inclusive and TAX.search(label) and not (TOTAL.search(label) or FINAL.search(label) or WEAK.search(label)):
        return -1
    if TAX.search(label) and CONTAINED.search(label):
        return -1
    if ASIDE.search(label) and not inclusive and not re.search(r"\bpaid\b.{0,6}\bcash\b", label):
        return -1
    if SOFT.search(label) and not inclusive and not re.search(r"(?:due|payable) on delivery", label):
        return 1 if FINAL.search(label) or TOTAL.search(label) else 0
    return 3 if FINAL.search(label) else 2 if TOTAL.search(label) else 1 if WEAK.search(label) else 0


def strip_asides(line):
    """Without brackets that only explain: '(incl. 19 % VAT 3.19)', '(≈ €46.00)'."""
    outside = re.sub(r"\([^()]*\)", "", line)
    if re.search(r"\d", outside):
        line = re.sub(r"\([^()]*\d[^()]*\)", lambda m: " " * len(m.group()), line)
    cut = re.search(r"(?<=\d)\D{0,6}\b(incl|inkl|davon|of which|dont|enthalt|di cui|thereof|including)\b.*", fold(line))
    return line[:cut.start() + 4] if cut and len(fold(line)) == len(line) else line


def pick(amounts):
    """Of the amounts behind one label: beside a currency first, then with decimals, then the
    largest (net, tax, gross in a row)."""
    best = [a for a in amounts if a.currency] or [a for a in amounts if a.exact] or amounts
    if len({a.currency for a in best}) > 1:
        return best[0]
    return max(best, key=lambda a: (abs(a.value), a.start))


def candidates(lines, context, style):
    """(tier, Money, label) for every amount of a text, in its order."""
    result = []
    for i, raw in enumerate(lines):
        if not re.search(r"\d", raw):
            tier = tier_of(raw) if len(raw) < 120 else 0
            if tier > 0 or (tier < 0 and len(raw) < 40):
                result += below(lines, i, context, style, tier)
            continue
        amounts, line = find_money(strip_asides(raw), context, style, True)
        groups, position = [], 0
        for a in amounts:
            label = line[position:a.start]
            if re.search(r"[^\W\d_]{2}", label) or not groups:
                groups.append([label, []])
            groups[-1][1].append(a)
            position = a.end
        if groups and not re.search(r"[^\W\d_]{2}", groups[0][0]):
            if len(groups) == 1:
                groups[0][0] = line[position:]
            if not re.search(r"[^\W\d_]{2}", groups[0][0]):
                groups[0][0] = cell_above(lines, i, groups[0][1][0].start)
        for label, group in groups:
            tier, money = tier_of(label), pick(group)
            if money.exact or tier > 1 or tier == 1 and re.search(WEAK.pattern + r"\W*$", fold(label)):
                result.append((tier, money, fold(label), i))
    return result


def below(lines, i, context, style, tier):
    """A label alone on its line: the amount is under it, in a table under its own heading."""
    sign = ""
    for j in range(i + 1, min(i + 4, len(lines))):
        if not lines[j].strip(" |-=_+"):
            continue
        if lines[j].strip() in CODES or lines[j].strip() in SYMBOLS:
            sign = lines[j].strip() + " "
            continue
        heads, values = cells(lines[i]), cells(sign + lines[j])
        if len(heads) == len(values) > 1:
            found = []
            for (at, head), (place, value) in zip(heads, values):
                amounts, _line = find_money(value, context, style, True)
                if amounts and tier_of(head) > 0 and not dates_in(value):
                    found.append((tier_of(head), pick(amounts), fold(head), j))
            return found
        amounts, line = find_money(sign + lines[j], context, style, True)
        if amounts and not re.search(r"[^\W\d_]{2}", "".join(
                line[a:b] for a, b in zip([0] + [m.end for m in amounts], [m.start for m in amounts] + [len(line)]))):
            return [(tier, pick(amounts), fold(lines[i]), j)]
        return []
    return []


def decimal_mark(texts):
    """'.' or ',' when the numbers with exactly two decimals all use that one, else None."""
    marks = Counter(m.group(1) for t in texts for m in re.finditer(r"(?<![\d.,])\d+(?:[.,' ]\d{3})*([.,])\d\d(?![\d.,])", t))
    return next(iter(marks)) if len(marks) == 1 and sum(marks.values()) > 1 else None


def total_of(lines, refund=False):
    """(amount, currency) of a receipt's text, or None. @refund: a mail's subject says so."""
    context = "\n".join(lines)
    style = decimal_mark([x for x in lines if not any(p.search(x) for p in DATES)])
    found = candidates(lines, context, style)
    totals = [c for c in found if c[0] > 0]
    if not totals:
        named = [c for c in found if c[1].currency and c[0] == 0] if RECEIPT.search(fold(context)) else []
        totals = named if len({c[1].value for c in named}) == 1 else []
        if not totals:
            return None
    if any(c[1].exact and c[0] > 1 for c in totals):
        totals = [c for c in totals if c[1].exact]
    paid = [c for c in totals if c[1].value] or totals
    best = max(c[0] for c in paid)
    chosen = [c for c in paid if c[0] == best]
    tier, money, label, where = ([c for c in chosen if c[1].currency] or chosen)[-1]
    tips = [c[1].value for c in found if c[0] == -1 and words("tips?", "gratuity", "trinkgeld", "pourboire", "fooi").search(c[2])]
    for c in totals:      # a tip given after the total was printed
        if c[0] < 3 and tier < 3 and c[3] > where and any(c[1].value == money.value + t for t in tips if t):
            money = c[1]
    value, currency = money.value, money.currency
    if not currency:
        currency = currency_of(lines, context, found)
    titles = [fold(x).strip(" *=-_#~|\t") for x in lines if x.strip()][:12]
    if value > 0 and (refund or REFUND_LABEL.search(label) or any(REFUND.match(t) for t in titles if len(t) < 60 and "policy" not in t)):
        value = -value
    return value, currency


def currency_of(lines, context, found):
    """The currency a text states somewhere, when it does not stand beside the total."""
    for line in lines:
        if m := re.match(r"\W*(?:currency|wahrung|devise|moneda|valuta|monnaie|waluta)\W+(.{1,12}?)\s*$", fold(line)):
            for token in re.split(r"[\s(),]+", line[-len(m.group(1)) - 1:].strip()):
                if token.upper() in CODES or token.casefold() in SYMBOLS:
                    return currency_code(token, context)
    near = Counter(c[1].currency for c in found if c[1].currency)
    if near:
        return near.most_common(1)[0][0]
    codes = {c for c in re.findall(r"(?<![A-Za-z])[A-Z]{3}(?![A-Za-z])", context) if c in CODES and c not in WORDLIKE}
    signs = {currency_code(s, context) for s in re.findall(r"[€£₹₺₽₩₪₫฿₴₱¥$]", context)}
    every = codes | signs
    return every.pop() if len(every) == 1 else None


# ---------------------------------------------------------------- one receipt

@dataclass
class Receipt:
    path: str                       # relative to the folder
    vendor: str = ""
    amount: Decimal = Decimal(0)
    currency: str | None = None
    category: str = ""
    labelled: bool = False          # the category stands in the receipt
    dates: tuple = ()               # the options of its date; empty: undated
    time: str = ""
    orders: frozenset = frozenset() # DMY, MDY seen in the same file
    hints: tuple = ()               # certain dates in the same file
    sent: dt.date | None = None     # of the mail it came with
    numbers: dict = field(default_factory=dict)
    row: int = 0                    # line of a .csv with many receipts; 0: the whole file
    digest: str = ""
    cells: tuple = ()
    date: dt.date | None = None
    notes: list = field(default_factory=list)
    missing: list = field(default_factory=list)     # (row, reason) of a table, on its first receipt


CATEGORIES = {
    "Software": "software|netflix|spotify|saas|license|licence|lizenz\\w*|subscription|abonnement|hosting|domain|github|gitlab|adobe|jetbrains|atlassian|slack|"
                "notion|figma|openai|anthropic|dropbox|zoom|aws|amazon web services|azure|google (?:cloud|workspace)|microsoft 365|office 365|"
                "digitalocean|hetzner|canva|1password|cloud\\w*",
    "Telecom": "telecom|telekom|vodafone|o2|verizon|at&t|t-mobile|mobile plan|internet|broadband|phone bill|swisscom|orange|telefon\\w*|roaming|sim|dsl|mobilfunk",
    "Lodging": "\\w*hotels?|hostel|lodging|inn|motel|airbnb|booking.com|marriott|hilton|hyatt|ibis|novotel|accommodation|ubernachtung\\w*|pension|room|zimmer|"
               "nights?|nachte|chambre|nuitees?|resort|guesthouse|gasthaus|gasthof",
    "Travel": "airlines?|airways|air|flight|flug\\w*|lufthansa|ryanair|easyjet|klm|boarding|deutsche bahn|db|bahn\\w*|amtrak|eurostar|sncf|trainline|renfe|"
              "trenitalia|sbb|obb|rail\\w*|train|zug|travel|reise\\w*|ferry|flixbus|airport",
    "Transport": "taxi\\w*|cab|cabs|uber|lyft|bolt|freenow|ride|trip fare|parking|park\\w*haus|parkplatz|parkschein|parkhaus|parcheggio|stationnement|metro|subway|tram|"
                 "bus|transit|fuel|petrol|gas(?:oline)?|diesel|tank\\w*|shell|aral|esso|bp|chevron|exxon|repsol|toll|maut|peage|rental car|car rental|hertz|sixt|"
                 "avis|europcar|u-?bahn|s-?bahn|bvg|mvv|fahrkarte|garage|mvg|tfl|scooter|bike",
    "Meals": "roaster\\w*|latte|cappuccino|croissant|restaurant\\w*|ristorante|trattoria|osteria|pizzeria|pizza|cafe|caffe|kaffee\\w*|coffee|espresso|bistro|brasserie|bar|pub|diner|grill|lunch|dinner|"
             "breakfast|mittagessen|abendessen|menu|sushi|ramen|burger\\w*|starbucks|mcdonald\\W?s|subway sandwich|bakery|backerei|boulangerie|kantine|canteen|"
             "catering|deli|tacos?|taqueria|wirtshaus|gaststatte|kitchen|food|steak\\w*|imbiss|doner|eatery|tea|sandwich\\w*|meals?|uber eats|doordash|deliveroo|lieferando",
    "Groceries": "grocer\\w*|supermarket|supermarkt|supermarche|supermercado|rewe|edeka|aldi|lidl|tesco|sainsbury\\W?s|carrefour|walmart|whole foods|trader joe\\W?s|"
                 "kroger|migros|coop|albert heijn|mercadona|netto marken\\w*|penny|milk|milch|bread|brot|market|konbini|7.eleven|familymart|lawson",
    "Postage": "post|postage|postal|usps|dhl|fedex|ups|hermes|dpd|briefmarken?|stamps?|parcel|paket|porto|courier|kurier",
    "Equipment": "laptop|computer|monitor|keyboard|tastatur|mouse|maus|headset|headphones?|kopfhorer|apple store|best buy|media ?markt|saturn|electronics?|elektronik|"
                 "printer|drucker|cable|kabel|adapter|ssd|phone|smartphone|webcam|ikea|furniture|desk|chair|hardware",
    "Office": "office|buro\\w*|stationery|schreibwaren|papeterie|papier|paper|pens?|staples|toner|notebooks?|copy ?shop|print\\w*|druck\\w*|ink|binders?|folders?|envelopes?|"
              "umschlage|supplies|cartoleria|papeleria",
    "Training": "training|course|kurs|workshop|seminar|conference|konferenz|udemy|coursera|tuition|books?|buch\\w*|thalia|o.reilly|libreria|librairie|tagung",
    "Health": "pharmac\\w*|apothek\\w*|farmacia|drugstore|cvs|walgreens|clinic|doctor|arzt\\w*|dental|medical|optik\\w*",
}
CATEGORIES = {name: words(pattern) for name, pattern in CATEGORIES.items()}


def guess_category(*texts):
    """The category whose words occur most; the first text (the vendor) weighs most."""
    score = Counter()
    for weight, text in zip((12, 4, 1), texts):
        for name, pattern in CATEGORIES.items():
            score[name] += weight * min(3, len(set(pattern.findall(fold(text[:20000])))))
    best = max(score, key=lambda n: score[n])
    return best if score[best] else "Other"


def canonical_category(text):
    text = tidy(text, 40).strip(" .;,")
    return next((n for n in CATEGORIES if n.casefold() == text.casefold()), text[:1].upper() + text[1:])


VENDOR_LABEL = re.compile(r"(?:vendor|merchant|seller|sold by|store|shop|supplier|company|firma|payee|paid to|issued by|billed by|handler|verkaufer|lieferant|anbieter|"
                          r"aussteller|commercant|vendeur|fournisseur|magasin|comercio|proveedor|vendedor|tienda|emisor|venditore|fornitore|negozio|esercente|emittente|"
                          r"verkoper|leverancier|winkel|forhandler|saljare|butik|sprzedawca|prodejce|fornecedor|loja|restaurant|hotel|airline|provider|"
                          r"zahlungsempfanger|geschaft|店名|販売者)(?: ?name)?$")
FROM_LABEL = re.compile(r"(?:from|von|de|da|van|sender|absender|expediteur)$")
GENERIC = words("receipts?", "e?-?invoice", "tax", "bill", "quittung", "rechnung\\w*", "kassen\\w*", "beleg", "bewirtungsbeleg", "bon", "facture", "recu", "ticket", "de", "caisse",
                "factura", "simplificada", "recibo", "ricevuta", "fiscale", "scontrino", "fattura", "kassabon", "factuur", "kvitto", "kvittering", "faktura", "paragon", "fiskalny",
                "order", "confirmation", "bestellbestatigung", "your", "ihre?", "original", "copy", "kopie", "duplicate", "customer", "kundenbeleg", "merchant", "cash", "sales?",
                "payment", "zahlungsbeleg", "thank", "you", "for", "purchase", "the", "page", "seite", "of", "no", "nr", "refund", "gutschrift", "credit", "note", "e", "electronic",
                "welcome", "danke", "vielen", "dank", "fur", "ihren", "einkauf", "details?", "summary", "statement", "proof", "paid", "bezahlt", "parkschein", "hello", "hi", "dear",
                "compra", "venta", "caja", "achat", "vente", "di", "acquisto", "del", "documento", "commerciale", "vendita",
                "領収書", "レシート", "發票", "发票", "fwd?", "re", "aw", "wg", "expense", "trip", "begin", "start")


def meaningful(line):
    """The part of a heading line that can name a vendor, else ''."""
    line = re.split(r"\s{3,}|\t|\|", line.strip(" \t*=-_#~|>•+·"))[0].strip(" *=-_#~|>•+·")
    m = re.match(r"(?i)(?:your |ihre? |votre )?(?:e-)?(?:receipt|invoice|order|payment|rechnung|quittung|beleg|facture|reçu|factura|recibo|fattura|ricevuta|refund)\w*"
                 r"(?: confirmation)? (?:from|by|at|von|der|bei|de|da|di|to|for your .{3,20} at) (.{2,60})$", line)
    line = re.sub(r"(?i)[\s,;]*(?:tel\w*|phone|fon)?[.: ]*\+?\(?\d[\d ()/.-]{7,}$", "", m.group(1) if m else line)
    if re.match(r"[^:]{2,30}:(\s|$)", line):
        return ""
    line = re.sub(r"(?i)\s*[-–—|,:(]*\s*\b(?:receipt|invoice|rechnung|quittung|beleg|kassenbon|facture|factura|fattura|refund)s?\b\)?(?:\s*(?:no|nr|#|number|n°).*|\s*[-#\d/]*)$", "", line)
    plain = fold(line)
    if WEAK.fullmatch(plain) or FROM_LABEL.match(plain) or VENDOR_LABEL.match(plain) or FINAL.fullmatch(plain) or re.fullmatch(r"(?:date|datum)(?: \w+)?|\w+ date", plain) or re.search(
            r"\b(?:amounts|prices|preise|betrage|prix|precios) .*\b(?:in|en)\b", plain):
        return ""
    if GENERIC.search(plain):
        plain = re.sub(r"\S*\d\S*", "", plain)
    if any(f for f in dates_in(line)) or not re.search(r"[^\W\d_]{2}", line) or "@" in line or re.search(r"https?:|www\.", line):
        return ""
    if not re.search(r"[^\W\d_]{2}", GENERIC.sub("", plain)) or len(line) > 70 or find_money(line)[0] and find_money(line)[0][-1].exact:
        return ""
    return line


BUYER = re.compile(r"\W*(?:bill(?:ed)?|invoiced?|ship(?:ped)?|sold|deliver(?:ed)?) to\b|\W*(?:customer|client|kunde|kundin|rechnungsempfanger|rechnungsadresse|lieferadresse"
                   r"|buyer|client[ei]?|destinatario|facture a|cliente|klant|guest|passenger)(?: details| address)?\s*:?\W*$")


def without_buyer(lines):
    """The lines but for the block that says who paid."""
    result, skipping = [], False
    for line in lines:
        skipping = bool(BUYER.match(fold(line))) or skipping and bool(line.strip())
        result.append("" if skipping else line)
    return result


def vendor_of(lines, fallback=""):
    """The labelled vendor, else the first line that can be one, else @fallback."""
    lines, sender, pairs = without_buyer(lines[:80]), "", []
    for i, line in enumerate(lines):
        if m := re.match(r"\W*([^:=\t]{2,30}?)\s*(?:[:=\t]|\s{3,})\s*(\S.*)$", line):
            pairs.append((i, fold(m.group(1)).strip(" *_"), re.split(r"\s{3,}", m.group(2))[0].strip(" *_|")))
        elif i + 1 < len(lines) and (VENDOR_LABEL.match(fold(line).strip(" *_:")) or re.match(r"\W*(?:from|von|de)\s*:?\s*$", fold(line))):
            pairs.append((i, fold(line).strip(" *_:"), meaningful(lines[i + 1])))
    for i, label, value in pairs:
        if VENDOR_LABEL.match(label) and re.search(r"[^\W\d_]", value) and not re.match(r"#?\d", value):
            return value
        if FROM_LABEL.match(label) and not sender:
            sender = email.utils.parseaddr(value)[0] or value
    if fallback:
        return fallback
    first = next(((i, name) for i, name in enumerate(map(meaningful, lines[:25])) if name), None)
    where = next((i for i, label, value in pairs if FROM_LABEL.match(label)), 99)
    return sender if sender and (not first or where < first[0]) else first[1] if first else sender or leftover(lines)


def leftover(lines):
    """A note of one line: what remains without its dates and amounts."""
    for line in lines:
        for f in reversed(dates_in(line)):
            line = line[:f.start] + "," + line[f.end:]
        for m in reversed(find_money(line)[0]):
            line = line[:m.start] + "," + line[m.end:]
        parts = [p.strip(" .;:-–") for p in line.split(",")]
        name = next((p for p in parts if re.search(r"[^\W\d_]{3}", p) and not tier_of(p) and ":" not in p and re.search(r"[^\W\d_]{2}", GENERIC.sub("", fold(p)))), "")
        if name and len(name) <= 60:
            return name
    return ""


def vendor_key(name):
    name = re.sub(r"\b(gmbh|inc|ltd|llc|ag|sa|srl|spa|bv|co|corp|plc|kg|ug|sas|sarl|ab|oy|as|limited|the|com|receipts?)\b", " ", fold(name))
    return re.sub(r"[\W_]+", "", name) or re.sub(r"[\W_]+", "", fold(name))


NUMBER = re.compile(r"(?P<kind>invoice|receipt|order|rechnung\w*|beleg\w*|bon\w*|quittung\w*|facture|factura|recibo|fattura|ricevuta|scontrino|factuur|faktura|kvitto|kvittering|"
                    r"transaction|booking|ticket|reference|ref|document|confirmation|bestell\w*|buchung\w*|commande|pedido|vorgang\w*|trip|credit note)"
                    r"[\s-]*(?P<mark>no\b\.?|number|nr\b\.?|nummer|numero|num\b\.?|n[°ºo]\.?|#|id\b|code)?\s*[:#.]*\s*#?(?P<value>[a-z0-9][a-z0-9/_.-]*\d[a-z0-9/_-]*|\d{2,}|\d)")
KINDS = (("order", "order|bestell|commande|pedido"), ("booking", "booking|buchung|confirmation"), ("trace", "transaction|reference|ref|document|vorgang|ticket|trip"))


def numbers_of(lines):
    """Receipt, order and booking numbers: what tells two equal-looking receipts apart."""
    result = {}
    for line in lines:
        if dates_in(line):
            for f in dates_in(line):
                line = line[:f.start] + " " * (f.end - f.start) + line[f.end:]
        for m in NUMBER.finditer(fold(line)):
            marked = m["mark"] or re.search(r"nummer$|nr$", m["kind"]) or re.match(r"[:#]", fold(line)[m.end("kind"):m.start("value")].strip())
            if not marked and not re.search(r"[a-z].*\d|\d{4,}", m["value"]) or re.fullmatch(r"\d+[.,]\d\d", m["value"]):
                continue
            kind = next((k for k, p in KINDS if re.match(p, m["kind"])), "receipt")
            result.setdefault(kind, re.sub(r"[\W_]", "", m["value"]))
    return result


def read_text(text, path, sender="", subject="", sent=None):
    """One receipt from plain text. Raises Unreadable when it holds no total."""
    lines = [x.replace("\u200b", "").rstrip() for x in re.split(r"\r\n|[\n\r\x0b\x0c\u2028\u2029]", text)]
    if not any(x.strip() for x in lines):
        raise Unreadable(_("empty"))
    refund = bool(words("refund\\w*", "gutschrift", "\\w*erstattung", "storno\\w*", "credit note", "remboursement", "reembolso", "rimborso").search(fold(subject))
                  ) and "policy" not in fold(subject)
    total = total_of(lines + ([subject] if subject else []), refund)
    if not total:
        raise Unreadable(_("no total found in it"))
    receipt = Receipt(path, amount=total[0], currency=total[1])
    stem = os.path.splitext(os.path.basename(path))[0]
    receipt.vendor = tidy(vendor_of(lines, sender) or re.sub(r"[\d_\-. ]+", " ", stem).strip() or stem, 80)
    for line in lines:
        if m := re.match(r"\W*(?:expense )?(?:category|kategorie|categorie|categoria|expense type|kategori|kategoria|rubrik)\s*[:=\t]\s*(\S.*)", fold(line)):
            receipt.category, receipt.labelled = canonical_category(line[-len(m.group(1)):] if len(fold(line)) == len(line) else m.group(1)), True
            break
    receipt.category = receipt.category or guess_category(receipt.vendor, subject + " " + stem.replace("_", " "), text)
    receipt.numbers = numbers_of([subject] + lines)
    found = dates_of(lines)
    receipt.orders = frozenset(f.order for f in found if f.order)
    receipt.hints = tuple(f.options[0] for f in found if len(f.options) == 1 and f.rank > 0)
    receipt.sent = sent
    own = max(found, key=lambda f: (f.rank, -f.start if f.rank < 0 else 0), default=None)
    if own and own.rank > ((3 if receipt.amount < 0 else 2) if sent else 0):
        receipt.dates, receipt.time = own.options, own.time
    elif sent:
        receipt.dates = (sent,)
    elif named := [f for f in dates_in(re.sub(r"_", " ", stem)) if len(f.options) == 1]:
        receipt.dates = named[0].options
        receipt.notes.append(_("date taken from the file’s name"))
    if not receipt.time and (m := re.search(r"(?im)^\W*(?:time|uhrzeit|zeit|heure|hora|ora)\W{1,4}(?=\d)" + TIME.pattern, text)):
        receipt.time = clock(TIME.search(m.group()))
    return receipt
