#!/usr/bin/env python3
# tidy.py: lists a folder, checks a plan of moves, carries it out, and writes the way back.
# SPDX-License-Identifier: GPL-3.0-or-later
"""tidy.py list FOLDER | check FOLDER PLAN.csv | apply FOLDER PLAN.csv"""
import csv
import datetime
import hashlib
import json
import mimetypes
import os
import sys


def files_of(folder):
    for base, folders, names in os.walk(folder):
        if ".git" in folders and base != folder:
            folders[:] = []
            continue
        folders[:] = sorted(f for f in folders if not f.startswith(".") and not os.path.islink(os.path.join(base, f)))
        for name in sorted(names):
            path = os.path.join(base, name)
            if not name.startswith(".") and os.path.isfile(path) and not os.path.islink(path):
                yield path


def digest(path):
    found = hashlib.sha256()
    with open(path, "rb") as file:
        while piece := file.read(1 << 20):
            found.update(piece)
    return found.hexdigest()


def list_folder(folder):
    by_size, entries = {}, []
    for path in files_of(folder):
        info = os.stat(path)
        entry = {"path": os.path.relpath(path, folder), "size": info.st_size,
                 "modified": datetime.datetime.fromtimestamp(info.st_mtime).isoformat(timespec="seconds"),
                 "kind": mimetypes.guess_type(path)[0] or "unknown"}
        entries.append(entry)
        by_size.setdefault(info.st_size, []).append(entry)
    for size, same_size in by_size.items():
        first = {}
        for entry in same_size if size > 0 and len(same_size) > 1 else []:
            known = first.setdefault(digest(os.path.join(folder, entry["path"])), entry["path"])
            if known != entry["path"]:
                entry["same_as"] = known
    json.dump(entries, sys.stdout, ensure_ascii=False, indent=1)
    print()


def is_inside(path):
    return bool(path) and not os.path.isabs(path) and ".." not in path.split("/") and "\0" not in path


def has_link(folder, path):
    parts = path.split("/")
    return any(os.path.islink(os.path.join(folder, *parts[:i + 1])) for i in range(len(parts)))


def read_plan(path):
    with open(path, newline="", encoding="utf-8-sig") as file:
        reader = csv.DictReader(file)
        if reader.fieldnames is None or {"from", "to"} - set(reader.fieldnames):
            sys.exit("The plan needs the columns from,to")
        return [(row["from"], row["to"]) for row in reader if row["from"] != row["to"]]


def find_faults(folder, plan):
    sources = {source for source, _ in plan}
    taken = {}
    for source, target in plan:
        if not is_inside(source) or not is_inside(target):
            yield f"{source} → {target}: leaves the folder"
            continue
        if has_link(folder, source) or has_link(folder, os.path.dirname(target) or "."):
            yield f"{source} → {target}: goes through a link"
        elif not os.path.isfile(os.path.join(folder, source)):
            yield f"{source}: there is no such file"
        if target.casefold() in taken:
            yield f"{source} and {taken[target.casefold()]}: both become {target}"
        taken[target.casefold()] = source
        if os.path.lexists(os.path.join(folder, target)) and target not in sources:
            yield f"{source} → {target}: there is one already"
        if os.path.splitext(source)[1].lower() != os.path.splitext(target)[1].lower():
            yield f"{source} → {target}: another extension"
    if len(sources) != len(plan):
        yield "a file is in the plan twice"


def apply(folder, plan, plan_path):
    # Two steps, so that files can change places; the way back is written before anything moves.
    with open(os.path.join(os.path.dirname(os.path.abspath(plan_path)),
                           "undo.csv" if os.path.basename(plan_path) != "undo.csv" else "redo.csv"),
              "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(("from", "to"))
        writer.writerows((target, source) for source, target in plan)
    waiting = []
    for number, (source, target) in enumerate(plan):
        middle = os.path.join(folder, f".tidy-{os.getpid()}-{number}")
        os.rename(os.path.join(folder, source), middle)
        waiting.append((middle, target))
    for middle, target in waiting:
        os.makedirs(os.path.dirname(os.path.join(folder, target)), exist_ok=True)
        os.rename(middle, os.path.join(folder, target))
    for source in {os.path.dirname(source) for source, _ in plan}:
        while source and os.path.isdir(os.path.join(folder, source)) and not os.listdir(os.path.join(folder, source)):
            os.rmdir(os.path.join(folder, source))
            source = os.path.dirname(source)
    print(f"{len(plan)} files moved")


def main():
    words = sys.argv[1:]
    if words[:1] == ["list"] and len(words) == 2:
        return list_folder(words[1])
    if words[:1] not in (["check"], ["apply"]) or len(words) != 3:
        sys.exit(__doc__)
    plan = read_plan(words[2])
    faults = list(find_faults(words[1], plan))
    if faults:
        sys.exit("\n".join(faults))
    if words[0] == "apply":
        return apply(words[1], plan, words[2])
    print(f"{len(plan)} files would move; nothing is in the way")


if __name__ == "__main__":
    main()
