# test-expense-text.py: single receipts in every way of writing amounts, dates and vendors.
# SPDX-License-Identifier: GPL-3.0-or-later
import unittest

from folder_case import FolderCase, main, pdf, mail

D = "Shop GmbH\nDate: 2026-03-04\n"

# text after shop and date: (amount, currency)
AMOUNTS = {
    "Total: 1.234,56 EUR": ("1234.56", "EUR"),
    "Total: EUR 1.234,56": ("1234.56", "EUR"),
    "TOTAL   $12.50": ("12.5", "USD"),
    "Total $1,234.56": ("1234.56", "USD"),
    "Summe EUR 12,50": ("12.5", "EUR"),
    "Gesamtbetrag: 99,00 €": ("99", "EUR"),
    "Zu zahlender Betrag 45,10 EUR": ("45.1", "EUR"),
    "Total: 1 234,56 €": ("1234.56", "EUR"),
    "Total: 1\u202f234,56\u00a0€": ("1234.56", "EUR"),
    "Total CHF 1'234.50": ("1234.5", "CHF"),
    "Total: CHF 25.-": ("25", "CHF"),
    "Totaal € 12,-": ("12", "EUR"),
    "Total: 12€50": ("12.5", "EUR"),
    "合計 ¥1,234": ("1234", "JPY"),
    "合計　￥980": ("980", "JPY"),
    "Total: 1,234 JPY": ("1234", "JPY"),
    "Total: €1.234": ("1234", "EUR"),
    "Total: $1,234": ("1234", "USD"),
    "Total: 1.234 KWD": ("1.234", "KWD"),
    "Total: KWD 12.345": ("12.345", "KWD"),
    "Total: £45": ("45", "GBP"),
    "Total: 45 kr\nOrg.nr 556 moms 25%": ("45", "SEK"),
    "Sum NOK 245,00": ("245", "NOK"),
    "I alt 245,00 kr\nCVR 12345": ("245", "DKK"),
    "Do zapłaty: 45,99 zł": ("45.99", "PLN"),
    "Razem 1 245,99 PLN": ("1245.99", "PLN"),
    "Total: ₹1,23,456.00": ("123456", "INR"),
    "Celkem 450 Kč": ("450", "CZK"),
    "Fizetendő: 4 500 Ft": ("4500", "HUF"),
    "Total R$ 45,90": ("45.9", "BRL"),
    "Total CA$45.90": ("45.9", "CAD"),
    "Total $45.90\nAll prices in CAD": ("45.9", "CAD"),
    "Total AU$ 45.90": ("45.9", "AUD"),
    "Subtotal: $40.00\nTax: $3.20\nTip: $8.00\nTotal: $51.20\nCash: $60.00\nChange: $8.80": ("51.2", "USD"),
    "Zwischensumme 10,00\nMwSt 19% 1,90\nSumme 11,90 EUR\nGegeben bar 20,00\nRückgeld 8,10": ("11.9", "EUR"),
    "Sous-total 100,00 €\nTVA 20% 20,00 €\nTotal TTC 120,00 €": ("120", "EUR"),
    "Total HT 100,00 €\nTVA 20,00 €\nNet à payer 120,00 €": ("120", "EUR"),
    "Nettobetrag 100,00 EUR\nUSt 19% 19,00 EUR\nBruttobetrag 119,00 EUR": ("119", "EUR"),
    "Total net 100.00 EUR\nVAT 19.00 EUR\nTotal gross 119.00 EUR": ("119", "EUR"),
    "Base imponible 100,00 €\nIVA 21% 21,00 €\nTotal a pagar 121,00 €": ("121", "EUR"),
    "Imponibile 100,00\nIVA 22,00\nTotale complessivo € 122,00": ("122", "EUR"),
    "Subtotaal € 10,00\nBTW € 2,10\nTe betalen € 12,10": ("12.1", "EUR"),
    "Total 119.00 EUR (incl. 19.00 EUR VAT)": ("119", "EUR"),
    "Total: 119,00 € inkl. 19,00 € MwSt": ("119", "EUR"),
    "Total (incl. VAT 20%): £120.00": ("120", "GBP"),
    "Total: $119.00\nVAT included in total: $19.00": ("119", "USD"),
    "Total EUR 119,00\nDavon MwSt. 19,00": ("119", "EUR"),
    "Total 50.00 USD\nTip 10.00 USD\nGrand total 60.00 USD": ("60", "USD"),
    "Grand Total: $60.00\nTotal savings: $5.00\nTotal items: 3": ("60", "USD"),
    "Total $50.00\nTip $10.00\nCharged to Visa 1234: $60.00": ("60", "USD"),
    "Total $45.00\nAmount paid $45.00\nBalance due $0.00": ("45", "USD"),
    "Total\n$45.00": ("45", "USD"),
    "Amount due:\n\nEUR 45,00": ("45", "EUR"),
    "Subtotal    VAT    Total\n100.00    19.00    119.00\nCurrency: EUR": ("119", "EUR"),
    "| Total | 45.00 EUR |": ("45", "EUR"),
    "Total .......... 12.50 EUR": ("12.5", "EUR"),
    "Total ___ €12.50": ("12.5", "EUR"),
    "Subtotal $10.00 Tax $1.00 Total $11.00": ("11", "USD"),
    "Total: -45.00 EUR": ("-45", "EUR"),
    "Total: −45,00 €": ("-45", "EUR"),
    "Total: 45,00- EUR": ("-45", "EUR"),
    "Total: (45.00) USD": ("-45", "USD"),
    "Total - 45.00 USD": ("45", "USD"),
    "Total – $45.00": ("45", "USD"),
    "Refund total: $30.00": ("-30", "USD"),
    "REFUND RECEIPT\nTotal: $30.00": ("-30", "USD"),
    "Gutschrift Nr. 2026-12\nGesamtbetrag 30,00 EUR": ("-30", "EUR"),
    "Total: $30.00\nRefund policy: refunds within 30 days of $5.00 or more": ("30", "USD"),
    "Total 45.00\nCurrency: CHF": ("45", "CHF"),
    "Total (EUR)    45,00": ("45", "EUR"),
    "Total in GBP: 45.00": ("45", "GBP"),
    "Währung: EUR\nBetrag: 45,00": ("45", "EUR"),
    "Coffee  €3.50\nCake  €4.00\nTOTAL  7.50": ("7.5", "EUR"),
    "You paid €12.50 for this parking": ("12.5", "EUR"),
    "Your total of $45.00 was charged to card 1234.": ("45", "USD"),
    "Taxi receipt. Fare: 23.40 EUR. Thank you": ("23.4", "EUR"),
    "Amount: 45.00 EUR": ("45", "EUR"),
    "Total due: USD 1,000,000.00": ("1000000", "USD"),
    "Total: 12.5 EUR": ("12.5", "EUR"),
    "total = 12.50 eur": ("12.5", "EUR"),
    "Total: 0,500 EUR": ("0.5", "EUR"),
    "Total due on 2026-04-03: 45.00 EUR": ("45", "EUR"),
    "Total (2 nights): 240.00 EUR": ("240", "EUR"),
    "Total USD 50.00\n(approx. EUR 46.00)": ("50", "USD"),
    "TOTAL: 1 500 Ft": ("1500", "HUF"),
    "ИТОГО 1 234,50 ₽": ("1234.5", "RUB"),
    "Toplam: 450,00 TL": ("450", "TRY"),
    "Total TRY 450,00": ("450", "TRY"),
    "Yhteensä 12,30 €": ("12.3", "EUR"),
    "Suma PLN 45,10": ("45.1", "PLN"),
    "合计：￥88.00 CNY": ("88", "CNY"),
    "합계 12,000원": ("12000", "KRW"),
    "Cash tip not included\nTotal: $12.00": ("12", "USD"),
    "1 x Room 101   200.00\n2 x Breakfast   30.00\nCity tax   5.00\nTotal EUR   235.00": ("235", "EUR"),
    "Order total: $23.98\nItem(s) Subtotal: $19.99\nShipping: $3.99": ("23.98", "USD"),
    "Total before tax: $19.99\nEstimated tax: $2.00\nGrand Total:$21.99": ("21.99", "USD"),
    "MwSt%   Netto   MwSt   Brutto\n19%   100,00   19,00   119,00\nSumme   100,00   19,00   119,00\nEUR": ("119", "EUR"),
    "Total fees: 450.00 EUR": ("450", "EUR"),
    "Total 12 000 XOF": ("12000", "XOF"),
    "Total ..: 12,50EUR": ("12.5", "EUR"),
    "TOTAL€12.50": ("12.5", "EUR"),
    "Total EUR12,50": ("12.5", "EUR"),
    "Total: $ 12.50 USD": ("12.5", "USD"),
    "Total Paid With Cash: £20.00": ("20", "GBP"),
}

DATES = {
    "Date: 2026-03-04": "2026-03-04", "Datum: 4.3.2026": "2026-03-04", "Datum: 04.03.26": "2026-03-04", "Date: 12 Mar 2026": "2026-03-12",
    "March 12, 2026": "2026-03-12", "12. März 2026": "2026-03-12", "le 12 mars 2026": "2026-03-12", "12 de marzo de 2026": "2026-03-12",
    "Data: 12 maggio 2026": "2026-05-12", "12 mei 2026": "2026-05-12", "12-Mar-26": "2026-03-12", "Date 2026/03/04 10:11": "2026-03-04",
    "Date: 20260304": "2026-03-04", "2026-03-04T10:11:12Z": "2026-03-04", "Date: 25/03/2026": "2026-03-25", "Date: 03/25/2026": "2026-03-25",
    "Date: 03/04/2026": "2026-04-03", "Date: 12/31/25": "2025-12-31", "Wed, Mar 4, 2026": "2026-03-04", "4th of March 2026": "2026-03-04",
    "2026年3月4日": "2026-03-04", "Sept. 4, 2026": "2026-09-04", "Mar 4 2026 3:15 PM": "2026-03-04", "04MAR2026": "2026-03-04",
    "Due date: 2026-04-30\nInvoice date: 2026-03-31": "2026-03-31",
    "Fällig am 30.04.2026\nRechnungsdatum 31.03.2026": "2026-03-31",
    "Lieferdatum: 02.04.2026\nBestelldatum: 31.03.2026": "2026-03-31",
    "Delivery: 2026-04-02\nOrdered on March 31, 2026": "2026-03-31",
    "Check-in: 2026-03-01  Check-out: 2026-03-04\nInvoice date: 2026-03-05": "2026-03-05",
    "Valid until 31.12.2027\n04.03.2026": "2026-03-04", "Date: 2026-02-31\nIssued 2026-03-01": "2026-03-01",
    "Return by 2026-05-01": None, "Date: 99/99/9999": None, "Member since 01.01.1990": None, "No dates here": None,
    "Invoice date    Due date\n2026-03-04    2026-04-03": "2026-03-04",
    "Due date    Invoice date\n2026-04-03    2026-03-04": "2026-03-04",
    "Date:\n2026-03-04": "2026-03-04", "Datum 4. 3. 2026": "2026-03-04", "12.marca 2026": "2026-03-12", "Date: 1/2/2026\nPrinted 31/01/2026": "2026-02-01",
    "Rechnung Nr. 12 vom 04.03.2026": "2026-03-04", "Ref 20251231-4\nDate: 2026-03-04": "2026-03-04", "Datum/Uhrzeit: 04.03.2026/14:22": "2026-03-04",
    "Order 123-4567890 placed 4 March 2026, arriving 9 March 2026": "2026-03-04",
    "3 octobre 2026": "2026-10-03", "3 août 2026": "2026-08-03", "3 dic 2026": "2026-12-03", "15 września 2026": "2026-09-15", "15 мая 2026 г.": "2026-05-15",
}


class Amounts(FolderCase):
    def test_amounts(self):
        self.put({f"{i:03}.txt": f"Shop {chr(65 + i // 26)}{chr(65 + i % 26)}ov\nDate: 2026-03-04\n{text}\n" for i, text in enumerate(AMOUNTS)})
        result = self.script("--filing", "leave")
        rows = {r[5]: (r[3], r[4]) for r in self.rows()}
        for i, (text, expected) in enumerate(AMOUNTS.items()):
            with self.subTest(text):
                self.assertEqual(rows.get(f"{i:03}.txt"), expected)
        self.assertEqual(result["duplicates"], [])

    def test_dates(self):
        self.put({f"r{chr(97 + i // 26)}{chr(97 + i % 26)}.txt": f"Shop {chr(65 + i // 26)}{chr(65 + i % 26)}ov\n{text}\nTotal: {i + 1},50 EUR\n" for i, text in enumerate(DATES)})
        self.script("--filing", "leave them")
        rows = {r[5]: r[0] for r in self.rows()}
        for i, (text, expected) in enumerate(DATES.items()):
            with self.subTest(text):
                self.assertEqual(rows.get(f"r{chr(97 + i // 26)}{chr(97 + i % 26)}.txt", "absent"), expected)

    def test_us_dates(self):
        self.assertEqual(self.one("Diner\n03/04/2026\nTotal $5.00\n"), ("2026-03-04", "5", "USD"))

    def test_encodings(self):
        text = "Café Süß\r\nDatum: 4. März 2026\r\nSumme: 1.234,50 €\r\n"
        self.put({f"{n}.txt": text.replace("1.234", f"{i + 2}.234").encode(n) for i, n in enumerate(
            ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])})
        self.script()
        self.assertEqual(sorted((r[0], r[1], r[3], r[4]) for r in self.rows()),
                         sorted(("2026-03-04", "Café Süß", f"{i + 2}234.5", "EUR") for i in range(6)))

    def test_nothing_to_count(self):
        result = self.run_on({"notes.txt": "Remember milk. Budget 50 EUR.", "empty.txt": "", "blank.txt": " \n", "photo.jpg": b"\xff\xd8\xff",
                              "x.docx": b"PK\3\4", "bin.txt": bytes(range(256)) * 9, "list.txt": "Coffee 3.50 EUR\nCake 4.20 EUR\n", "bad.pdf": b"%PDF-1.4 broken",
                              "none.csv": "date,vendor,amount\n", "README": "hello"})
        self.assertEqual((result["receipts"], result["report"], result["not_read_count"]), (0, "", 10))
        self.assertEqual(len(self.tree()), 10)


VENDORS = {
    "Uber\nTotal: 5.00 EUR\nDate: 2026-03-04": "Uber",
    "*** REWE Markt GmbH ***\nSumme 5,00 EUR\n04.03.2026": "REWE Markt GmbH",
    "RECEIPT\n\nVendor: Blue Bottle Coffee\nTotal: $5.00": "Blue Bottle Coffee",
    "INVOICE #123\nFrom: ACME Ltd\nTo: John Doe\nTotal: £5.00": "ACME Ltd",
    "Yellow Cab Co\nFrom: Airport\nTo: Hotel\nTotal: $5.00": "Yellow Cab Co",
    "Receipt from Hilton Berlin\nTotal: 5.00 EUR": "Hilton Berlin",
    "2026-03-04\nHändler: Müller Büro\nBetrag: 5,00 EUR": "Müller Büro",
    "Quittung\n04.03.2026\nGasthof Adler\nBetrag 5,00 EUR": "Gasthof Adler",
    "ACME GmbH - Rechnung Nr. 44\nGesamt 5,00 EUR": "ACME GmbH",
    "# Shell Station\n\n- Total: 50.00 EUR": "Shell Station",
    "ACME Corp            Invoice 123\nBerlin               Date 2026-03-04\nTotal 5.00 EUR": "ACME Corp",
    "=cmd|' /C calc'!A0\nTotal 5.00 EUR": "cmd",
    "Merchant = Joe's Diner\nTotal 5.00 USD": "Joe's Diner",
}


class Vendors(FolderCase):
    def test_vendors(self):
        self.put({f"{i}.txt": text for i, text in enumerate(VENDORS)})
        self.script("--filing", "leave")
        rows = {r[5]: r[1] for r in self.rows()}
        for i, (text, expected) in enumerate(VENDORS.items()):
            with self.subTest(text):
                self.assertEqual(rows.get(f"{i}.txt"), expected)

    def test_categories(self):
        names = {"Hotel Adlon": "Lodging", "Lufthansa": "Travel", "Taxi Berlin": "Transport", "Ristorante Roma": "Meals", "REWE": "Groceries", "GitHub": "Software",
                 "Vodafone": "Telecom", "Staples": "Office", "Zzyzx Qqq": "Other", "Uber": "Transport", "Starbucks": "Meals", "DHL Paket": "Postage"}
        self.run_on({f"{n}.txt": f"{n}\nTotal: 5.00 EUR\n2026-03-04" for n in names} | {
            "l.txt": "Zzyzx\nCategory: travel\nTotal 5.10 EUR\n2026-03-04", "m.txt": "Zzyzx\nKategorie: Bewirtung\nTotal 5.20 EUR\n2026-03-04"}, "--filing", "leave")
        rows = {r[5]: r[2] for r in self.rows()}
        self.assertEqual(rows, {f"{n}.txt": c for n, c in names.items()} | {"l.txt": "Travel", "m.txt": "Bewirtung"})

    def test_formula_stays_text(self):
        self.run_on({"=1+1.txt": "Vendor: =HYPERLINK(\"http://x\")\nDate: 2026-03-04\nTotal: 5.00 EUR"})
        cell = self.book()["Receipts"]["B2"]
        self.assertEqual((cell.data_type, cell.value[:10]), ("s", "=HYPERLINK"))


if __name__ == "__main__":
    main()
