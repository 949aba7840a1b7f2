#!/usr/bin/env python3
"""Counts the attacks that were tried and did not get through: "E 59/60, F 36/36, …".

The numbers are those of the list of attacks that the tests are written against. A test case is of a
row when a part of its path is that row's: /attacks/E/E42, /vm/Q1-disk-full, /chat/hostile/U3 a line.
A row holds when all of its cases passed; one that was skipped with "cannot apply: …" is named with
that reason, and every other row that is missing is a failure.

Usage: attacks.py RESULTS (a folder with JUnit files of the test runner)
"""
import glob
import os
import re
import sys
import xml.etree.ElementTree as tree

LISTS = {"E": 60, "F": 36, "A": 24, "K": 12, "W": 12, "U": 20, "Q": 14}
ROW = re.compile(r"/([EFAKWUQ])(\d+)[a-z]?(?=[-/ ]|$)")
NOT_APPLICABLE = "cannot apply: "


def read_cases(folder):
    """Yields (name, failed, skipped, explanation); what was run again counts as it ended then."""
    for path in sorted(glob.glob(folder + "/*.xml")):
        again = path.removesuffix(".xml") + ".again"
        repeated = open(again).read().split() if os.path.exists(again) else []
        for suite in tree.parse(path).getroot().iter("testsuite"):
            if suite.get("name").split(" / ")[-1] in repeated:
                continue
            for case in suite.iter("testcase"):
                kinds = {child.tag for child in case}
                words = " ".join(child.text or "" for child in case)
                yield case.get("name"), bool(kinds & {"failure", "error"}), "skipped" in kinds, words


def main():
    held, failed, reasons = set(), set(), {}
    for name, is_failed, is_skipped, words in read_cases(sys.argv[1]):
        match = ROW.search(name)
        if match is None:
            continue
        row = (match[1], int(match[2]))
        if is_failed:
            failed.add(row)
        elif is_skipped:
            reasons[row] = " ".join(words.split())
        else:
            held.add(row)

    counts, good = [], True
    for letter, last in LISTS.items():
        rows = [(letter, number) for number in range(1, last + 1)]
        counts.append(f"{letter} {sum(row in held - failed for row in rows)}/{last}")
        for row in rows:
            name = f"{row[0]}{row[1]}"
            if row in failed:
                print(f"{name} failed")
            elif row in held:
                continue
            elif reasons.get(row, "").startswith(NOT_APPLICABLE):
                print(f"{name} {reasons[row]}")
                continue
            else:
                print(f"{name} was not tried{': ' if reasons.get(row) else ''}{reasons.get(row, '')}")
            good = False
    print(", ".join(counts))
    sys.exit(0 if good else 1)


main()
