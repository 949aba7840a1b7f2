# receipt_words.py: what is said about receipts, in the language of the one who asked. The words lie
# beside it in receipt_words.json; without them it speaks English.
# SPDX-License-Identifier: GPL-3.0-or-later
import json
import os


def load():
    try:
        with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "receipt_words.json"), encoding="utf-8") as f:
            return json.load(f)
    except (OSError, ValueError):
        return {}


TABLE = load()


def _(text):
    return TABLE.get("words", {}).get(text, text)


def ngettext(one, more, n):
    forms = TABLE.get("plurals", {}).get(one)      # for none, for one, for more
    return (forms[min(n, 2)] if forms else one if n == 1 else more).format(n=n)


def decimal_text(amount, places):
    """1234.5 as the user writes it: '1,234.50', '1.234,50', '1 234,50'."""
    marks = {",": TABLE.get("group", ","), ".": TABLE.get("decimal", ".")}
    return "".join(marks.get(c, c) for c in f"{amount:,.{places}f}")
