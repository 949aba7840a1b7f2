# test-secrets.py: what is in the keyring stays there: keys of a skill and of a connector, used in the task's computer.
# SPDX-License-Identifier: GPL-3.0-or-later
import json
import os
import zipfile

from journey import ROOT, main, turn
from window_case import WindowCase

SKILL_KEY = "canary-skill-7f3a9c51e2"
SERVICE_KEY = "canary-service-b84d06aa19"
SKILL = """---
name: bank
description: Fetches what the bank has. Use it when the user asks for their account.
metadata:
  annex.key: secret
  annex.key.label: Key of your bank
  annex.key.env: BANK_KEY
---

# Bank

Run a command with the key in BANK_KEY.
"""
# Whatever a program of the agent's can read of others' environments and of its own, and of its files.
LOOK = """env; cat /etc/environment /etc/annex/environment 2>/dev/null; grep -rs canary- /home /tmp /run /skills /etc
for p in /proc/[0-9]*; do grep -q fake-mcp "$p/cmdline" || tr '\\0' '\\n' < "$p/environ"; done 2>/dev/null"""


def call(tool, **arguments):
    return {"type": "tool_use", "name": tool, "input": arguments}


class Secrets(WindowCase):
    with_computer = True

    def set_up_keys(self):
        """As a user gives them; neither is on a command line."""
        self.annex("skills", "install", self.folder({"SKILL.md": SKILL}, "bank"), "--yes")
        given = os.path.join(self.temporary, "given")
        servers = {"Fake": {"command": "python3", "args": ["-B", "/folders/Tools/fake-mcp.py", "--era", "handshake"],
                            "env": {"SERVICE_KEY": SERVICE_KEY}}}
        for words, text in ((["skills", "values", "bank", "key"], SKILL_KEY),
                            (["connectors", "add", "--yes", "--no-test", "-"], json.dumps({"mcpServers": servers}))):
            with open(given, "w", encoding="utf-8") as file:
                file.write(text)
            with open(given, encoding="utf-8") as file:
                self.annex(*words, stdin=file)
            os.unlink(given)
        value, = self.lines(self.annex("skills", "values", "bank", "--json"))
        self.assertRegex(value["value"], "^secret:")
        return value["value"]

    def test_nowhere_else(self):
        self.keyring()
        reference = self.set_up_keys()
        tools = self.folder({"fake-mcp.py": (ROOT / "tests/connectors/fake-mcp.py").read_bytes()}, "Tools")
        url, log = self.model(
            turn(call("use_skill", name="bank"),
                 call("call_tool", name="fake__echo", arguments={"text": "it works"})),
            turn(call("shell", command='printf "%s characters: " ${#BANK_KEY}; echo "$BANK_KEY"',
                     secrets=[{"env": "BANK_KEY", "id": reference}])),
            turn(call("shell", command=LOOK)),
            turn("Done."))
        answers = self.answers({"ask": "question", "match": "BANK_KEY", "answer": "Allow once"})
        self.ask_model(url, "--folder", tools + ":read-only", "--answers", answers, "What is in my account?",
                       timeout=1200)
        task = self.newest()["id"]
        (skill, _), (echoed, wrong), (said, _), (found, _) = self.results(task)
        self.assertIn(reference, skill)
        self.assertFalse(wrong, echoed)
        self.assertIn("it works", echoed)
        # The command has it; what it says of it is the reference.
        self.assertIn(f"{len(SKILL_KEY)} characters: {reference}", said)
        self.assertIn("PATH=", found)
        for name in ("SERVICE_KEY", "BANK_KEY", "ANNEX_API_KEY", "canary-"):
            self.assertNotIn(name, found.replace(f"{reference}", ""))
        self.passed_on(task)
        self.nowhere([SKILL_KEY, SERVICE_KEY], log)

    def passed_on(self, task):
        """What leaves the machine with the user's will."""
        exported = os.path.join(self.home, "task.annex")
        skill = os.path.join(self.home, "bank.skill")
        self.annex("tasks", "export", task, exported)
        self.annex("skills", "export", "bank", skill)
        with zipfile.ZipFile(skill) as package:
            for name in package.namelist():
                self.assertNotIn(b"canary-", package.read(name), name)
                self.assertNotIn(b"secret:", package.read(name), name)
        with open(exported, "rb") as file:
            content = file.read()
        self.assertIn(b"it works", content)
        self.assertNotIn(b"canary-skill", content)
        self.assertNotIn(b"canary-service", content)


if __name__ == "__main__":
    main()
