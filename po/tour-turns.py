#!/usr/bin/env python3
"""Prints the words of the tour's recording, which is JSON, as xgettext reads them.

tour-turns.py TURNS.JSON >tour-turns.c: ./dev update po does it.
"""
import json
import sys

# As annex_tour_words_is_spoken () has them.
SPOKEN = {"question", "header", "label", "description", "reason", "help", "instructions", "options", "title", "text"}


def words(node, spoken=False):
    if isinstance(node, dict):
        for name, member in node.items():
            yield from words(member, name in SPOKEN)
    elif isinstance(node, list):
        for member in node:
            yield from words(member, spoken)
    elif spoken and node:
        yield node


def listing(path):
    with open(path, encoding="utf-8") as f:
        every = list(dict.fromkeys(words(json.load(f))))
    calls = [f"/* Translators: keep what stands in {{{{…}}}} as it is */\n_({json.dumps(text, ensure_ascii=False)});" for text in every]
    return "/* Written by ./dev update po out of data/samples/tour/turns.json; never compiled. */\n" + "\n".join(calls) + "\n"


if __name__ == "__main__":
    sys.stdout.write(listing(sys.argv[1]))
