# test-expense-odd.py: receipts as people and tills really write them, each with its answer, and
# folders made at random (with a fixed seed) from an answer known beforehand.
# SPDX-License-Identifier: GPL-3.0-or-later
import datetime as dt
import random
import unittest

from folder_case import FolderCase, main, mail, pdf

# {file: (content, [(date, vendor, amount, currency)])}
FOLDERS = []
FOLDERS.append({
    'a01.txt': ('SuperMart\n14-03-26\nApples 2.00\nTOTAL: \n€ 12,40\nTotal number of items: 5\nTotal points earned: 45\nSave 10% on your next purchase over $50!\n',
        [('2026-03-14', 'SuperMart', '12.4', 'EUR')]),
    'a02.txt': ('Date: 2026.03.14\nStore: Kiosk 24\nTOTAL DUE EUR 45,00\nPAID EUR 45,00\nBALANCE EUR 0,00\n',
        [('2026-03-14', 'Kiosk 24', '45', 'EUR')]),
    'a03.txt': ('Flughafen Shop\n14.03.2026 um 14:22 Uhr\nBetrag: 12,00 USD\nWechselkurs 1 EUR = 1,08 USD\nGesamt: 11,11 EUR\n',
        [('2026-03-14', 'Flughafen Shop', '11.11', 'EUR')]),
    'a04.txt': ('Bar Roma\nSat 14 Mar 2026\nTotal:EUR9.90\n',
        [('2026-03-14', 'Bar Roma', '9.9', 'EUR')]),
    'a05.txt': ('Kafe X\nMar. 14th, 2026\nTotal\t\t9.95 EUR\n',
        [('2026-03-14', 'Kafe X', '9.95', 'EUR')]),
    'a06.txt': ('Ünlü Market\nTARİH: 14.03.2026\nTOPLAM *123,45 TL\nKDV 10,00\n',
        [('2026-03-14', 'Ünlü Market', '123.45', 'TRY')]),
    'a07.txt': ('Apteka\nData sprzedaży: 14-03-2026\nPTU A 23% 2,30\nSUMA PLN 12,30\nReszta 0,00\n',
        [('2026-03-14', 'Apteka', '12.3', 'PLN')]),
    'a08.txt': ('Lidl Sverige\nDatum 2026-03-14\nMoms 12% 5,00\nATT BETALA 45,00 SEK\n',
        [('2026-03-14', 'Lidl Sverige', '45', 'SEK')]),
    'a09.txt': ('Tax free shop\nDate: 14/3/26\nTotal amount (EUR): 45.20\nTax amount (EUR): 3.00\n',
        [('2026-03-14', 'Tax free shop', '45.2', 'EUR')]),
    'a10.txt': ('All amounts in USD\nOffice Depot\n03/14/2026\nSUBTOTAL 10.00\nSALES TAX 0.80\nTOTAL 10.80\n',
        [('2026-03-14', 'Office Depot', '10.8', 'USD')]),
    'a11.txt': ('Invoice total: 1.200,00 EUR\nAlready paid: 1.200,00 EUR\nOpen amount: 0,00 EUR\nInvoice date 14.03.2026\nSupplier: Tischlerei Holz\n',
        [('2026-03-14', 'Tischlerei Holz', '1200', 'EUR')]),
    'a12.txt': ('Acme\nDate 2026-03-14\nNet 100.00\nVAT 20% 20.00\nTOTAL 120.00 GBP\nVAT summary: rate 20% net 100.00 vat 20.00 total 120.00\n',
        [('2026-03-14', 'Acme', '120', 'GBP')]),
    'a13.txt': ('Credit Note CN-55\nAcme\nDate 2026-03-15\nTotal credit: 20.00 GBP\n',
        [('2026-03-15', 'Acme', '-20', 'GBP')]),
    'a14.txt': ('Cafe\r\rDate: 2026-03-14\r\rTotal: 3.20 EUR\r',
        [('2026-03-14', 'Cafe', '3.2', 'EUR')]),
    'a15.txt': ('**Receipt**\n\n| Item | Price |\n|---|---|\n| Tea | €3.00 |\n| **Total** | **€3.00** |\n\nDate: 2026-03-14\nShop: Teahouse\n',
        [('2026-03-14', 'Teahouse', '3', 'EUR')]),
    'a16.txt': ('Vendor: Pharmacie Centrale\nDate: 14 mars 2026\nMontant total: 1 045,20 CHF\n',
        [('2026-03-14', 'Pharmacie Centrale', '1045.2', 'CHF')]),
    'a17.txt': ('Hotel Sol\nFecha de entrada: 10/03/2026\nFecha de salida: 14/03/2026\nFecha de factura: 14/03/2026\nImporte total: 1.045,20 €\n',
        [('2026-03-14', 'Hotel Sol', '1045.2', 'EUR')]),
    'a19.txt': ('Total: EUR 99,99\nTotal: EUR 99,99\nMediaMarkt\nDatum: 14.03.2026\nGarantie bis 14.03.2028\n',
        [('2026-03-14', 'MediaMarkt', '99.99', 'EUR')]),
    'a20.txt': ('Receipt\nAmount\n$ 12.00\nDate paid\nMarch 14, 2026\nFrom\nOpenAI, LLC\n',
        [('2026-03-14', 'OpenAI, LLC', '12', 'USD')]),
})
FOLDERS.append({
    'a.csv': ('\ufeff"Date","Vendor","Total (incl. VAT)","VAT","Currency"\r\n"14/03/26","A; B","1,234","200","EUR"\r\n"15/03/26","C","(45.00)","","EUR"\r\n"16/03/26","D","12.50-","","EUR"\r\n"17/03/26","E","10","","EUR"\r\n"18/03/26","F","11","","EUR"\r\n',
        [('2026-03-14', 'A; B', '1234', 'EUR'), ('2026-03-15', 'C', '-45', 'EUR'), ('2026-03-16', 'D', '-12.5', 'EUR'), ('2026-03-17', 'E', '10', 'EUR'), ('2026-03-18', 'F', '11', 'EUR')]),
    'b.csv': (b'\xff\xfeD\x00a\x00t\x00u\x00m\x00\t\x00F\x00i\x00r\x00m\x00a\x00\t\x00S\x00u\x00m\x00m\x00e\x00\n\x001\x004\x00.\x000\x003\x00.\x002\x000\x002\x006\x00\t\x00B\x00\xe4\x00c\x00k\x00e\x00r\x00\t\x001\x002\x00,\x005\x000\x00 \x00\xac \n\x00',
        [('2026-03-14', 'Bäcker', '12.5', 'EUR')]),
    'c.csv': ('Date,Category,Vendor,Cost,Payment method\n2026-03-14,Meals,Nando\'s,$23.10,Card\n2026-03-15,Travel,Delta,"$1,310.00",Card\n,,,,\nTOTAL,,,"$1,333.10",\n',
        [('2026-03-14', "Nando's", '23.1', 'USD'), ('2026-03-15', 'Delta', '1310', 'USD')]),
    'd.csv': ('date,amount,currency\n2026-03-14,5.00,EUR\n',
        [('2026-03-14', 'd', '5', 'EUR')]),
    'f.csv': ('Employee: Mia Berg,,,\nPeriod: March 2026,,,\nDate,Expense,Amount (CHF),Receipt?\n14.03.2026,Taxi,45.60,yes\n15.03.2026,Hotel,210.00,yes\nTotal expenses,,255.60,\nSignature: ____,,,\n',
        [('2026-03-14', 'Taxi', '45.6', 'CHF'), ('2026-03-15', 'Hotel', '210', 'CHF')]),
    'g.csv': ('Invoice Number,Invoice Date,Customer,Subtotal,Tax,Grand Total,Currency\nINV-7,2026-03-14,Mia,100.00,8.00,108.00,USD\n',
        [('2026-03-14', 'g', '108', 'USD')]),
    'h.csv': ('product,quantity,price,date,store,currency\nMilk,2,1.50,2026-03-14,Tesco,GBP\nBread,1,1.20,2026-03-14,Tesco,GBP\n',
        [('2026-03-14', 'Tesco', '4.2', 'GBP')]),
    'i.csv': ('Date,Merchant,Amount,Currency\n14-Mar-2026,Air France,"1 234,56",EUR\n',
        [('2026-03-14', 'Air France', '1234.56', 'EUR')]),
    'j.csv': ('2026-03-14;Kiosk;3,20;EUR\n',
        [('2026-03-14', 'Kiosk', '3.2', 'EUR')]),
    'k.csv': ('Merchant: Kiosk Nord\nDate: 14.03.2026\nTotal: 3,25 EUR\n',
        [('2026-03-14', 'Kiosk Nord', '3.25', 'EUR')]),
    'l.csv': ('date,vendor,amount\n2026-03-14,Foo,12.00 USD\n2026-03-15,Bar,12 EUR\n2026-03-16,Baz,¥1200\n',
        [('2026-03-14', 'Foo', '12', 'USD'), ('2026-03-15', 'Bar', '12', 'EUR'), ('2026-03-16', 'Baz', '1200', 'JPY')]),
    'm.csv': ('ID,Date,Type,Payee,Amount,Currency\n1,2026-03-14,expense,Aldi,10.10,EUR\n2,2026-03-15,refund,Aldi,2.10,EUR\n3,2026-03-16,expense,Aldi,3.10,EUR\n',
        [('2026-03-14', 'Aldi', '10.1', 'EUR'), ('2026-03-15', 'Aldi', '-2.1', 'EUR'), ('2026-03-16', 'Aldi', '3.1', 'EUR')]),
})
FOLDERS.append({
    'r2.txt': ('Invoice\n\nBill To:\nJohn Doe\n123 Main St\n\nFrom:\nAcme Web Services LLC\n\nInvoice Number: INV-0042\nInvoice Date: February 28, 2026\nDue Date: March 30, 2026\n\nDescription        Hours   Rate    Amount\nWeb design         10      $85.00  $850.00\nDiscount                          -$50.00\n\nSubtotal: $800.00\nTax (0%): $0.00\nTotal: $800.00\nAmount Due: $800.00\n',
        [('2026-02-28', 'Acme Web Services LLC', '800', 'USD')]),
    'r3.txt': ('Merchant: Starbucks Store #4521\nDate: 02-14-2026\nSubtotal 8.20\nTax 0.72\nTip 1.50\nTotal Charged: USD 10.42\nPayment: Visa ending 1234\n',
        [('2026-02-14', 'Starbucks Store #4521', '10.42', 'USD')]),
    'r4.txt': ('Rechnung\nFirma: Bürobedarf Schmidt\nRechnungsnummer: 2026/0815\nRechnungsdatum: 05.02.2026\nNettobetrag: 1.000,00 €\n19% MwSt.: 190,00 €\nRechnungsbetrag: 1.190,00 €\nBitte überweisen Sie bis zum 19.02.2026 auf IBAN DE12 3456 7890 1234 5678 90\n',
        [('2026-02-05', 'Bürobedarf Schmidt', '1190', 'EUR')]),
    'r6.txt': ('Ticket de compra\nEl Corte Inglés\nFecha: 15/02/2026  Hora: 13:45\nTOTAL COMPRA 69,90 EUR\nTarjeta 69,90\nIVA incluido\n',
        [('2026-02-15', 'El Corte Inglés', '69.9', 'EUR')]),
    'r7.txt': ('Lunch with client, 2026-02-20, Trattoria Bella, paid 86.40 EUR\n',
        [('2026-02-20', 'Lunch with client', '86.4', 'EUR')]),
    'r8.txt': ('2026-02-21 Parking airport 24.00 CHF',
        [('2026-02-21', 'Parking airport', '24', 'CHF')]),
    'r9.txt': ('amount=45.99\ncurrency=GBP\ndate=2026-02-22\nvendor=Trainline\ncategory=travel\n',
        [('2026-02-22', 'Trainline', '45.99', 'GBP')]),
    'r10.txt': ('vendor: Hotel Ibis\ndate: 22 Feb 2026\ntotal: 189,00 €\nnights: 2\nroom: 412\n',
        [('2026-02-22', 'Hotel Ibis', '189', 'EUR')]),
    'r12.txt': ('MEMO\nTotal: see attached\n',
        []),
    'r13.txt': ('Amount: 1 234 567,89 RUB\nDate: 01.02.2026\nVendor: Ozon\n',
        [('2026-02-01', 'Ozon', '1234567.89', 'RUB')]),
    'r14.txt': ('東京タクシー\n2026年2月23日\n領収書\n合計 ￥3,420\n',
        [('2026-02-23', '東京タクシー', '3420', 'JPY')]),
    'r15.txt': ('Shell\nDiesel 45.32 L x 1.659 EUR/L\nTotal EUR 75.19\nDate 24/02/2026 Time 07:33\n',
        [('2026-02-24', 'Shell', '75.19', 'EUR')]),
    'h.eml': ('From: PayPal <service@paypal.com>\nTo: me@example.com\nDate: Tue, 10 Mar 2026 14:03:00 +0100\nSubject: Receipt for your payment to Figma\nMIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\n\nYou sent a payment of $15.00 USD to Figma Inc.\nMerchant\nFigma Inc.\nTotal\n$15.00 USD\n',
        [('2026-03-10', 'Figma Inc.', '15', 'USD')]),
    'g.eml': ('From: service@paypal.de <service@paypal.de>\nTo: me@example.com\nDate: Tue, 10 Mar 2026 14:03:00 +0100\nSubject: Beleg für Ihre Zahlung an Spotify AB\nMIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\n\nSie haben eine Zahlung über 24,90 EUR an Spotify AB gesendet.\nBetrag 24,90 EUR\n',
        [('2026-03-10', 'Spotify AB', '24.9', 'EUR')]),
    'j.eml': ('From: Figment <invoice@mail.figment.example>\nTo: me@example.com\nDate: Tue, 10 Mar 2026 14:03:00 +0100\nSubject: Your receipt\nMIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\n\nReceipt\nAmount paid     $20.00\nDate paid     Feb 8, 2026\nSummary\nFeb 8 – Mar 8, 2026\nPro plan    Qty 1    $20.00\nTotal    $20.00\nAmount paid    $20.00\n',
        [('2026-02-08', 'Figment', '20', 'USD')]),
    'd.eml': ('From: Bob <bob@x.org>\nTo: me@example.com\nDate: Tue, 10 Mar 2026 14:03:00 +0100\nSubject: Hi\nMIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\n\nJust saying hi. Dinner costs 50 EUR per person.\n',
        []),
    'p5.txt': ('Total amount payable\nUSD\n1,250.00\nIssue date\n14 Feb 2026\nVendor\nGlobex Corporation\n',
        [('2026-02-14', 'Globex Corporation', '1250', 'USD')]),
    'p2.txt': ('Deutsche Bahn\nOnline-Ticket\nReisedatum: 20.02.2026\nBuchungsdatum: 10.02.2026\nPreis: 59,90 EUR\n',
        [('2026-02-10', 'Deutsche Bahn', '59.9', 'EUR')]),
})


MONTHS = {"en": "January February March April May June July August September October November December".split(),
          "de": "Januar Februar März April Mai Juni Juli August September Oktober November Dezember".split(),
          "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre".split()}


def written_date(rng, date, currency):
    """@date in one of many ways of writing it that leave no doubt."""
    ways = [f"{date:%Y-%m-%d}", f"{date:%d.%m.%Y}", f"{date.day}.{date.month}.{date:%y}", f"{date:%Y/%m/%d}", f"{date.day} {MONTHS['en'][date.month - 1]} {date.year}",
            f"{MONTHS['en'][date.month - 1]} {date.day}, {date.year}", f"{date.day}. {MONTHS['de'][date.month - 1]} {date.year}",
            f"{date.day} {MONTHS['fr'][date.month - 1]} {date.year}", f"{date:%d-%b-%Y}", f"{date:%Y%m%d}", f"{date:%b} {date.day}, {date.year} 14:05"]
    ways += [f"{date:%m/%d/%Y}"] if currency == "USD" else [f"{date:%d/%m/%Y}"]
    return rng.choice(ways)


def written_amount(rng, cents, currency):
    sign, whole, rest = "-" if cents < 0 else "", abs(cents) // 100, abs(cents) % 100
    groups = f"{whole:,}"
    number = sign + rng.choice([f"{groups}.{rest:02}", f"{groups.replace(',', '.')},{rest:02}", f"{groups.replace(',', ' ')},{rest:02}", f"{whole}.{rest:02}", f"{whole},{rest:02}",
                                f"{groups.replace(',', chr(39))}.{rest:02}"])
    mark = rng.choice([currency, {"EUR": "€", "USD": "$", "GBP": "£", "CHF": "CHF", "PLN": "zł"}[currency]])
    return rng.choice([f"{number} {mark}", f"{mark} {number}", f"{number}{mark}" if not mark.isascii() else f"{mark} {number}"])


def written(rng, vendor, date, cents, currency):
    """(ending, content): one receipt in one of the four kinds of file."""
    day, amount = written_date(rng, date, currency), written_amount(rng, cents, currency)
    net = written_amount(rng, cents * 5 // 6, currency)
    head = rng.choice([f"{vendor}\n", f"RECEIPT\nVendor: {vendor}\n", f"*** {vendor} ***\n12 Some Street\n", f"Rechnung\n{vendor}\n"])
    when = rng.choice([f"Date: {day}\n", f"Datum: {day}\nDue date: {date + dt.timedelta(days=30):%Y-%m-%d}\n", f"Invoice date: {day}\n"])
    lines = rng.choice([f"Subtotal: {net}\nVAT: {written_amount(rng, cents // 6, currency)}\n", f"Zwischensumme   {net}\n", "", f"Net   {net}\n"])
    total = rng.choice(["Total: {}", "TOTAL   {}", "Gesamtbetrag: {}", "Amount due: {}", "Total TTC : {}", "Summe {}", "Grand total: {}"]).format(amount)
    text = head + when + "\n" + lines + total + "\n" + rng.choice(["", "Thank you!\n", "Cash 5000.00\nChange 1.00\n"])
    kind = rng.choice(["txt", "pdf", "eml", "csv", "html"])
    if kind == "txt":
        return "txt", text.encode(rng.choice(["utf-8", "utf-8-sig", "utf-16"]))
    if kind == "pdf" and "zł" not in text:
        return "pdf", pdf(text)
    if kind == "csv":
        return "csv", f'date;vendor;amount;currency\n{day};{vendor};{amount.replace(currency, "").strip()};{currency}\n'
    if kind == "html":
        rows = "".join(f"<p>{x}</p>" for x in text.split("\n"))
        return "eml", mail(f"<html><body>{rows}</body></html>", f"{vendor} <x@shop.example>", "Fri, 29 May 2026 10:00:00 +0200", kind="text/html")
    return "eml", mail(text, f"{vendor} <x@shop.example>", "Fri, 29 May 2026 10:00:00 +0200")


class Odd(FolderCase):
    def test_folders(self):
        for files in FOLDERS:
            self.setUp()
            self.run_on({name: content for name, (content, _) in files.items()}, "--filing", "leave")
            rows = self.rows()
            for name, (content, expected) in files.items():
                with self.subTest(content):
                    self.assertEqual([(r[0], r[1], r[3], r[4]) for r in rows if r[5] == name], expected)
            self.doCleanups()

    def test_generated(self):
        rng = random.Random(20260521)
        files, right = {}, {}
        for i in range(240):
            vendor = f"{rng.choice(['Blue', 'Nord', 'Café', 'Old', 'Super'])} {rng.choice('Lamp Fork Kiwi Vela Müller Quill'.split())} {chr(65 + i % 26)}{chr(97 + i // 26)}q"
            date = dt.date(2026, 1, 1) + dt.timedelta(days=rng.randrange(140))
            currency = rng.choice(["EUR", "USD", "GBP", "CHF", "PLN"])
            cents = rng.choice([1, 1, 1, 1, 1, -1]) * rng.choice([rng.randrange(100, 10000), rng.randrange(100000, 900000)])
            ending, content = written(rng, vendor, date, cents, currency)
            name = f"{chr(97 + i // 26)}{chr(97 + i % 26)}.{ending}"
            files[name] = content
            right[name] = (f"{date:%Y-%m-%d}", vendor, f"{cents / 100:.2f}".rstrip("0").rstrip("."), currency)
        result = self.run_on(files, "--filing", "leave")
        got = {r[5]: (r[0], r[1], r[3], r[4]) for r in self.rows()}
        for name in files:
            with self.subTest(files[name]):
                self.assertEqual(got.get(name), right[name])
        self.assertEqual((result["duplicate_count"], result["not_read_count"]), (0, 0))


if __name__ == "__main__":
    main()
