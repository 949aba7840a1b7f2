# test-connectors-computer.py: MCP's reference servers, added as a user adds them, started by npx in the task's own
# computer, and used from the first turn.
# SPDX-License-Identifier: GPL-3.0-or-later
"""What npx fetches comes through Annex's own network, from where the image's npm is set to; without that registry the
case is skipped and says why."""
import json
import os

from journey import main, turn
from window_case import WindowCase

VERSION = "2026.8.31"
SECRET = "tok-reference-0123456789abcdef"
REFUSED = ("E404", "ENOTFOUND", "EAI_AGAIN", "ETIMEDOUT", "ECONNREFUSED", "ECONNRESET", "E503", "E502", "E403")


def npx(name, *words, **env):
    return {"command": "npx", "args": ["-y", f"@modelcontextprotocol/server-{name}@{VERSION}", *words], "env": env}


SERVERS = {"Memory": npx("memory"), "Files": npx("filesystem", "/home/agent"),
           "Everything": npx("everything", EXAMPLE_TOKEN=SECRET)}
RULES = {"memory": ("create_entities", "search_nodes"), "files": ("write_file", "read_text_file"),
         "everything": ("echo", "get-sum", "get-tiny-image", "get-structured-content", "get-resource-links",
                        "trigger-long-running-operation")}


def find(query):
    return {"type": "tool_use", "name": "find_tools", "input": {"query": query}}


def call(name, **arguments):
    return {"type": "tool_use", "name": "call_tool", "input": {"name": name, "arguments": arguments}}


class Reference(WindowCase):
    with_computer = True

    def add(self):
        path = os.path.join(self.temporary, "servers.json")
        with open(path, "w", encoding="utf-8") as file:
            json.dump({"mcpServers": SERVERS}, file)
        with open(path, encoding="utf-8") as file:
            self.annex("connectors", "add", "--yes", "--no-test", "-", stdin=file)
        os.unlink(path)
        for connector, tools in RULES.items():
            for tool in tools:
                self.annex("connectors", "rule", connector, tool, "allow")

    def can_fetch(self, found):
        """Skips when the registry is not to be had, which is no fault of Annex's."""
        for reason in REFUSED:
            if f"npm error code {reason}" in found or f"npm ERR! code {reason}" in found:
                self.skipTest(f"the registry that the image's npm is set to gives nothing: {reason}")

    def test_from_the_first_turn(self):
        self.keyring()
        self.add()
        url, log = self.model(
            turn(find("*")),
            turn(call("memory__create_entities", entities=[
                {"name": "Müller", "entityType": "person", "observations": ["likes \"tea\"\nand cake"]}])),
            turn(call("memory__search_nodes", query="cake")),
            turn(call("files__write_file", path="/home/agent/note.txt", content="one\ntwo\n"),
                 {"type": "tool_use", "name": "shell", "input": {"command": "cat ~/note.txt; env"}}),
            turn(call("files__read_text_file", path="/etc/passwd")),
            turn(call("everything__echo", message="grüße"), call("everything__get-sum", a=2, b=40)),
            turn(call("everything__get-tiny-image"), call("everything__get-structured-content", location="New York")),
            turn(call("everything__get-resource-links", count=2)),
            turn(call("everything__trigger-long-running-operation", duration=2, steps=2)),
            turn("Done."))
        self.ask_model(url, "Try the services", timeout=1200)
        results = self.results(self.newest()["id"])
        self.can_fetch(results[0][0])
        self.check(results)
        self.nowhere([SECRET], log)

    def check(self, results):
        expected = ["Tools, the best fit first", "Müller", "Müller", "note.txt", "one\ntwo", None, "grüße", "42", "", "",
                    "Resource to read", "completed"]
        self.assertEqual(len(results), len(expected), results)
        for (said, failed), part in zip(results, expected):
            if part is None:  # outside of its folder
                self.assertTrue(failed, said)
                continue
            self.assertFalse(failed, said)
            self.assertIn(part, said)
            self.assertNotIn("EXAMPLE_TOKEN", said)
        for connector, tools in RULES.items():
            for tool in tools:
                self.assertIn(f"{connector}__{tool}", results[0][0])
        self.assertNotIn("cannot be used now", results[0][0])


if __name__ == "__main__":
    main()
