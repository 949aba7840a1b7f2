#!/usr/bin/env python3
# check_skill.py: every rule of the Agent Skills format, and a few of good sense.
# SPDX-License-Identifier: GPL-3.0-or-later
"""check_skill.py FOLDER: what is wrong with the skill in it; status 1 when something is."""
import ast
import os
import re
import sys

import yaml

KEYS = {"name", "description", "license", "compatibility", "metadata", "allowed-tools"}
KINDS = {"text", "choice", "folder", "secret"}
PARTS = {"label", "help", "default", "options", "env", "optional"}
PRIVATE = [("an e-mail address", r"[\w.+-]+@(?!example\.)[\w-]+\.[\w.]+"), ("a path of one machine", r"/(?:home|Users)/(?!agent\b)[\w.-]+"),
           ("a key or password", r"(?i)(?:password|secret|token|api[_-]?key)\s*[:=]\s*[\"']?[\w/+-]{8,}"), ("an account number", r"\b[A-Z]{2}\d{2}(?: ?\d{4}){3,}")]
MAX_LINES = 500


class Strict(yaml.SafeLoader):
    """No anchors and aliases: they are not part of the format."""

    def compose_node(self, parent, index):
        if self.check_event(yaml.AliasEvent) or getattr(self.peek_event(), "anchor", None):
            raise yaml.YAMLError("anchors and aliases are not allowed")
        return super().compose_node(parent, index)


def read(folder):
    path = os.path.join(folder, "SKILL.md")
    try:
        with open(path, encoding="utf-8") as file:
            text = file.read()
    except (OSError, UnicodeDecodeError) as error:
        sys.exit(f"{path}: {error}")
    found = re.match(r"---[ \t]*\n(.*?\n)---[ \t]*\n(.*)", text, re.S)
    if not found:
        sys.exit("SKILL.md must begin with a head between two lines “---”")
    try:
        head = yaml.load(found[1], Strict)
    except yaml.YAMLError as error:
        sys.exit(f"the head cannot be read: {error}")
    if not isinstance(head, dict):
        sys.exit("the head must be keys and values")
    return head, found[2]


def check_head(head, folder):
    name, description = head.get("name"), head.get("description")
    if not isinstance(name, str) or not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", name) or len(name) > 64:
        yield "“name” must be 1 to 64 small letters, digits and single hyphens inside"
    elif name != os.path.basename(os.path.abspath(folder)):
        yield "“name” must be the name of the folder"
    if not isinstance(description, str) or not description.strip() or len(description) > 1024:
        yield "“description” must be text of 1 to 1024 characters"
    elif re.search(r"[<>]", description):
        yield "“description” may not hold < or >"
    elif not re.search(r"(?i)\buse\b|\bwhen\b|\bwenn\b|\bbei\b|\bfür\b", description):
        yield "“description” does not say when to use it"
    for key in sorted(set(map(str, head)) - KEYS):
        yield f"“{key}” is no key of the format"
    if len(str(head.get("compatibility", ""))) > 500:
        yield "“compatibility” is longer than 500 characters"
    if not isinstance(head.get("metadata", {}), dict):
        yield "“metadata” must be keys with one text each"


def check_needs(metadata, body):
    for key, value in metadata.items():
        if not isinstance(value, str):
            yield f"“metadata.{key}” must be text; put it in quotes"
        parts = str(key).split(".")
        if parts[0] != "annex":
            continue
        if len(parts) == 2 and (value not in KINDS or not re.fullmatch(r"[a-z][a-z0-9_]{0,31}", parts[1])):
            yield f"“{key}” must be text, choice, folder or secret"
        if len(parts) == 3 and (parts[2] not in PARTS or f"annex.{parts[1]}" not in metadata):
            yield f"“{key}” belongs to no need, or is no part of one"
        if len(parts) == 2 and value == "choice" and "|" not in str(metadata.get(f"{key}.options", "")):
            yield f"“{key}” needs its options, as A | B"
    for need in set(re.findall(r"\{\{annex\.([^}]+)\}\}", body)):
        if f"annex.{need}" not in metadata and need != "ID":
            yield f"{{{{annex.{need}}}}} is not declared in the metadata"


def check_files(folder, body):
    for path in set(re.findall(r"(?<![\w/])((?:scripts|references|assets)/[\w./-]*\w)", body)):
        if path.endswith("/NAME.md"):
            continue
        if not os.path.exists(os.path.join(folder, path)):
            yield f"the instructions name {path}, which is not there"
    for base, folders, files in os.walk(folder):
        folders[:] = [f for f in folders if f != "__pycache__"]
        for file in files:
            path = os.path.join(base, file)
            short = os.path.relpath(path, folder)
            if os.path.islink(path):
                yield f"{short} is a link; links are not passed on"
                continue
            try:
                with open(path, encoding="utf-8") as opened:
                    text = opened.read()
            except UnicodeDecodeError:
                continue
            if file.endswith(".py"):
                try:
                    ast.parse(text)
                except SyntaxError as error:
                    yield f"{short} is no Python: line {error.lineno}"
            for words, pattern in PRIVATE:
                found = re.search(pattern, text)
                if found:
                    yield f"{short} holds {words}: {found[0][:40]}"


def main():
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    folder = sys.argv[1]
    head, body = read(folder)
    problems = list(check_head(head, folder))
    metadata = head.get("metadata") if isinstance(head.get("metadata"), dict) else {}
    problems += [*check_needs(metadata, body), *check_files(folder, body)]
    if not body.strip():
        problems.append("there are no instructions")
    if len(body.splitlines()) > MAX_LINES:
        problems.append(f"the instructions are longer than {MAX_LINES} lines; move parts into references/")
    for problem in problems:
        print(f"wrong: {problem}")
    print(f"{len(problems)} things are wrong" if problems else "nothing wrong")
    sys.exit(1 if problems else 0)


if __name__ == "__main__":
    main()
