#!/usr/bin/env python3
"""The manual as one web page has all of it, and leads nowhere else.

test-manual.py FOLDER PAGE
"""
import html.parser
import pathlib
import re
import sys
import xml.etree.ElementTree as tree

MALLARD = "{http://projectmallard.org/1.0/}"
number = 0
failed = False


def check(what, truth, details=()):
    global number, failed
    number += 1
    failed |= not truth
    print(f"{'ok' if truth else 'not ok'} {number} {what}")
    for detail in [] if truth else details:
        print(f"# {detail}")


class Reader(html.parser.HTMLParser):
    def __init__(self):
        super().__init__()
        self.ids, self.links, self.pictures, self.others, self.open, self.wrong = [], [], [], [], [], []
        self.text = {}

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        if "id" in attributes:
            self.ids.append(attributes["id"])
        if tag == "a":
            self.links.append(attributes["href"])
        elif tag == "img":
            self.pictures.append(attributes)
        elif {"href", "src", "srcset", "action"} & set(attributes) or tag in ("script", "link", "iframe", "base"):
            self.others.append(tag)
        if tag not in ("meta", "img", "br"):
            self.open.append((tag, attributes.get("id")))

    def handle_endtag(self, tag):
        if not self.open or self.open.pop()[0] != tag:
            self.wrong.append((tag, self.getpos()))

    def handle_data(self, data):
        for tag, name in self.open:
            if tag == "article":
                self.text[name] = self.text.get(name, "") + " " + data


def words(text):
    return set(re.findall(r"\w+", text))


folder = pathlib.Path(sys.argv[1])
made = pathlib.Path(sys.argv[2]).read_text(encoding="utf-8")
reader = Reader()
reader.feed(made)
pages = {path.stem: tree.parse(path).getroot() for path in folder.glob("*.page")}
check("it is well formed", not reader.wrong and not reader.open, reader.wrong + reader.open)
check("every page is there", set(pages) == set(reader.text), set(pages) ^ set(reader.text))
sections = [f"{name}-{part.get('id')}" for name, page in pages.items() for part in page.iter(MALLARD + "section")]
check("every section is there once", sorted([*pages, *sections]) == sorted(reader.ids), set(sections) ^ set(reader.ids))
missing = []
for name, page in pages.items():
    for media in page.iter(MALLARD + "media"):
        media.clear()
    for info in page.findall(MALLARD + "info"):
        page.remove(info)
    missing += [f"{name}: {word}" for word in words(" ".join(page.itertext())) - words(reader.text.get(name, ""))]
check("every word is there", not missing, missing)
broken = [link for link in reader.links if link[:1] != "#" or link[1:] not in reader.ids]
check("every link leads to a place within it", not broken, broken)
unreached = set(pages) - {link[1:] for link in reader.links}
check("every page is linked to", not unreached, unreached)
check("every picture is in it, and said in words",
      len(reader.pictures) == len(list((folder / "figures").glob("*.png"))) and
      all(picture["src"].startswith("data:image/png;base64,") and len(picture["alt"]) > 20 for picture in reader.pictures))
check("nothing else is fetched or run", not reader.others and "url(" not in made, reader.others)
print(f"1..{number}")
sys.exit(1 if failed else 0)
