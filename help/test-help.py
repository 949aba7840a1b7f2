#!/usr/bin/env python3
"""The manual's pages hang together: ids, links, descriptions, and no word for insiders.

test-help.py FOLDER
"""
import os
import re
import sys
import xml.etree.ElementTree as tree

MALLARD = "{http://projectmallard.org/1.0/}"
# What the window does not say, the manual does not say either.
INSIDE = re.compile(r"\b(?:token|context|overlay|domain|exec|libvirt|QEMU|virtiofs\w*|upper layer)\b")
folder = sys.argv[1]
number = 0
failed = False


def check(what, truth, details=()):
    global number, failed
    number += 1
    failed |= not truth
    print(f"{'ok' if truth else 'not ok'} {number} {what}")
    for detail in [] if truth else details:
        print(f"# {detail}")


pages = {name[:-5]: tree.parse(os.path.join(folder, name)).getroot()
         for name in sorted(os.listdir(folder)) if name.endswith(".page")}
targets = set()
for name, page in pages.items():
    targets.add(name)
    targets |= {f"{name}#{part.get('id')}" for part in page.iter() if part is not page and part.get("id")}
check("each page's id is its name", all(page.get("id") == name for name, page in pages.items()))
broken = [f"{name}: {link.get('xref')}" for name, page in pages.items()
          for link in page.iter(MALLARD + "link") if link.get("xref") and link.get("xref") not in targets]
check("every link leads somewhere", not broken, broken)
alone = [name for name, page in pages.items() if name != "index" and not any(
    link.get("type") == "guide" for link in page.findall(f"{MALLARD}info/{MALLARD}link"))]
check("every page hangs below the index", not alone, alone)
poor = [name for name, page in pages.items()
        if page.find(MALLARD + "title") is None or not page.findtext(f"{MALLARD}info/{MALLARD}desc")]
check("every page has a title and a description", not poor, poor)
inside = [f"{name}: {match[0]}" for name, page in pages.items()
          for match in INSIDE.finditer(" ".join(page.itertext()))]
check("the words are plain", not inside, inside)
shown = [(name, image.get("src"), "".join(image.itertext()).strip()) for name, page in pages.items()
         for image in page.iter(MALLARD + "media")]
figures = os.path.join(folder, "figures")
there = {"figures/" + name for name in os.listdir(figures)}
check("every picture is there, and said in words",
      all(src in there and len(words) > 20 for _, src, words in shown), shown)
check("every picture is shown", there == {src for _, src, _ in shown},
      sorted(there - {src for _, src, _ in shown}))
check("the pictures are small",
      sum(os.path.getsize(os.path.join(folder, src)) for src in there) < 1_000_000)
root = os.path.join(folder, "..", "..")
proofs = [(name, code.text) for name, page in pages.items() for code in page.iter(MALLARD + "code")
          if (code.text or "").startswith("tests/")]
unproved = [item.findtext(MALLARD + "title") for item in pages["guarantees"].iter(MALLARD + "item")
            if item.find(MALLARD + "title") is not None and
            not any((code.text or "").startswith("tests/") for code in item.iter(MALLARD + "code"))]
check("every test that proves a promise is there",
      all(os.path.isfile(os.path.join(root, path)) for _, path in proofs),
      [path for _, path in proofs if not os.path.isfile(os.path.join(root, path))])
check("every promise has a test that proves it", not unproved, unproved)
needed = {"index", "getting-started", "folders", "asks", "computer", "privacy", "trouble",
          "guarantees"}
check("no page is missing", needed <= set(pages), sorted(needed - set(pages)))
print(f"1..{number}")
sys.exit(1 if failed else 0)
