#!/usr/bin/env python3
"""Every string for people is found by xgettext, and every translation is complete.

test-po.py SOURCE: POTFILES.in names each file with translatable strings; each language in LINGUAS
has each of them translated, not fuzzy, with the same placeholders and with a mnemonic where the
original has one. msgfmt's own checks hold too.
"""
import collections
import importlib.util
import os
import re
import subprocess
import sys
import tempfile

source = sys.argv[1]
folder = os.path.join(source, "po")
KEYWORDS = ["-k_", "-kN_", "-kC_:1c,2", "-kNC_:1c,2", "-kngettext:1,2"]
CALL = re.compile(r"(?<![\w])(?:_|N_|C_|NC_|ngettext) ?\(")
GAP = re.compile(r"\{\{[a-z_.:]+\}\}|\{[a-z]+\}")
PLACEHOLDER = re.compile(r"%(?:\d+\$)?[-+ #0']*\d*(?:\.\d+)?(?:hh?|ll?|z|j|t)?[diouxXeEfgGcsp]|%%")
number = 0
failed = False


def check(what, truth, details=()):
    global number, failed
    number += 1
    failed |= not truth
    print(f"{'ok' if truth else 'not ok'} {number} {what}")
    if not truth:
        for detail in list(details)[:20]:
            print(f"# {detail}")


def read_po(path):
    """A list of {ctxt, id, plural, strs, fuzzy} of a PO file."""
    entries, entry, key = [], None, None
    for line in open(path, encoding="utf-8"):
        line = line.rstrip("\n")
        if line.startswith("#~"):
            continue
        if line.startswith("#") or not line:
            if not line or entry is None or "id" in entry:
                entry = {"fuzzy": False, "time": False}
                key = None
            if line.startswith("#,"):
                entry["fuzzy"] |= "fuzzy" in line
            continue
        match = re.match(r'(msgctxt|msgid_plural|msgid|msgstr(?:\[\d\])?) "(.*)"$', line)
        if match:
            if match[1] in ("msgctxt", "msgid") and "id" in entry:
                entry = {"fuzzy": False}
            if match[1] == "msgid":
                entries.append(entry)
            key = match[1].removeprefix("msg")
            entry[key] = match[2]
        elif line.startswith('"') and key:
            entry[key] += line[1:-1]
    return [entry for entry in entries if entry["id"]]


def name(entry):
    return (entry.get("ctxt"), entry["id"])


def placeholders(text):
    """What printf takes, in the order of its arguments; of the tour's words, the gaps by their names."""
    if GAP.search(text):
        return sorted(set(GAP.findall(text)))
    found = [p for p in PLACEHOLDER.findall(text) if p != "%%"]
    if any("$" in p for p in found):
        found.sort(key=lambda p: int(re.match(r"%(\d+)", p)[1]))
        found = [re.sub(r"\d+\$", "", p) for p in found]
    return found


def is_date(entry):
    return "%B" in entry["id"] or "%b" in entry["id"] or "%H" in entry["id"]


def files_with_strings():
    for top in ("src", "ui"):
        for path, _, names in os.walk(os.path.join(source, top)):
            for file in sorted(names):
                if file.endswith((".c", ".blp")):
                    full = os.path.join(path, file)
                    if CALL.search(open(full, encoding="utf-8").read()):
                        yield os.path.relpath(full, source)


listed = [line.strip() for line in open(os.path.join(folder, "POTFILES.in"), encoding="utf-8")
          if line.strip() and not line.startswith("#")]
found = list(files_with_strings())
check("POTFILES.in names every file with strings", set(found) <= set(listed), sorted(set(found) - set(listed)))
check("POTFILES.in names only files that are there",
      all(os.path.exists(os.path.join(source, file)) for file in listed),
      [file for file in listed if not os.path.exists(os.path.join(source, file))])

spec = importlib.util.spec_from_file_location("tour_turns", os.path.join(folder, "tour-turns.py"))
tour = importlib.util.module_from_spec(spec)
spec.loader.exec_module(tour)
check("po/tour-turns.c is what ./dev update po writes",
      open(os.path.join(folder, "tour-turns.c"), encoding="utf-8").read() == tour.listing(os.path.join(source, "data/samples/tour/turns.json")))

with tempfile.TemporaryDirectory() as work:
    template = os.path.join(work, "annex.pot")
    subprocess.run(["xgettext", "--from-code=UTF-8", "--language=C", *KEYWORDS, "-o", template,
                    *sorted(set(found) & set(listed)), "po/tour-turns.c"], cwd=source, check=True, stderr=subprocess.DEVNULL)
    subprocess.run(["xgettext", "--from-code=UTF-8", "--join-existing", "-o", template,
                    *[file for file in listed if file.startswith("data/")]], cwd=source, check=True)
    originals = {name(entry): entry for entry in read_po(template)}
    check("there are strings", len(originals) > 100)
    check("the launcher's and the metainfo's are among them",
          {(None, "Hand over a folder and get work back"), (None, "Hand over a folder, get work back")}
          <= set(originals))
    for language in open(os.path.join(folder, "LINGUAS"), encoding="utf-8").read().split():
        path = os.path.join(folder, language + ".po")
        result = subprocess.run(["msgfmt", "--check", "--statistics", "-o", os.devnull, path],
                                capture_output=True, text=True, env={**os.environ, "LC_ALL": "C"}, check=False)
        check(f"{language}: msgfmt takes it", result.returncode == 0, result.stderr.splitlines())
        entries = read_po(path)
        twice = [key for key, n in collections.Counter(map(name, entries)).items() if n > 1]
        check(f"{language}: nothing is there twice", not twice, twice)
        translated = {name(entry): entry for entry in entries
                      if not entry["fuzzy"] and all(v for k, v in entry.items() if k.startswith("str"))}
        check(f"{language}: every string is translated", set(originals) <= set(translated),
              sorted(map(str, set(originals) - set(translated))))
        both = [(originals[key], translated[key]) for key in set(originals) & set(translated)]
        wrong = []
        for original, entry in both:
            texts = [value for key, value in entry.items() if key.startswith("str")]
            for text in texts:
                if not is_date(original) and placeholders(text) != placeholders(original.get("id_plural", original["id"])):
                    wrong.append(f"{original['id']!r}: {text!r}")
        check(f"{language}: every placeholder is kept", not wrong, wrong)
        # An underscore before a letter at the beginning of a word is a key on the keyboard.
        mnemonic = re.compile(r"(?:^|[\s(“„])_\w")
        lost = [original["id"] for original, entry in both
                if mnemonic.search(original["id"]) and "_" not in entry.get("str", "_")]
        check(f"{language}: every mnemonic is kept", not lost, lost)
print(f"1..{number}")
sys.exit(1 if failed else 0)
