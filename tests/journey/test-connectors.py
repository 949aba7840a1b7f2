# test-connectors.py: a service of the user's in the window: pasted, signed in with, and used with their permission.
# SPDX-License-Identifier: GPL-3.0-or-later
import json
import os
import subprocess
import sys
import urllib.request

from journey import ROOT, main, turn, use
from window_case import WindowCase

SERVICE = ROOT / "tests/connectors/fake-oauth.py"
# What a browser does with whom agrees: it follows the page's redirect back to Annex.
BROWSER = """#!/bin/sh
exec python3 -c 'import sys, urllib.request; urllib.request.urlopen(sys.argv[1], timeout=60).read()' "$1"
"""
ENTRY = """[Desktop Entry]
Type=Application
Name=Browser
Exec={} %u
MimeType=x-scheme-handler/http;x-scheme-handler/https;
"""
NOTE = (
    turn(use("find_tools", query="write a note")),
    turn({"type": "tool_use", "name": "call_tool",
          "input": {"name": "notes__note", "arguments": {"text": "Milk, for Thursday"}}}, when="notes__note"),
    turn("It is written down.", when="kept"),
)


class Connectors(WindowCase):
    def browser(self):
        script = os.path.join(self.home, "browser")
        applications = os.path.join(self.home, "data/applications")
        os.makedirs(applications, exist_ok=True)
        os.makedirs(os.path.join(self.home, "config"), exist_ok=True)
        with open(script, "w", encoding="utf-8") as file:
            file.write(BROWSER)
        os.chmod(script, 0o755)
        with open(os.path.join(applications, "browser.desktop"), "w", encoding="utf-8") as file:
            file.write(ENTRY.format(script))
        with open(os.path.join(self.home, "config/mimeapps.list"), "w", encoding="utf-8") as file:
            file.write("[Default Applications]\nx-scheme-handler/http=browser.desktop\n"
                       "x-scheme-handler/https=browser.desktop\n")

    def service(self):
        """One of notes, with its sign-in server; returns its address."""
        self.notes = os.path.join(self.temporary, "notes.txt")
        server = subprocess.Popen([sys.executable, "-B", SERVICE, "--notes", self.notes],
                                  stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                                  text=True)
        self.servers.append(server)
        return f"http://127.0.0.1:{int(server.stdout.readline())}"

    def written(self):
        if not os.path.exists(self.notes):
            return ""
        with open(self.notes, encoding="utf-8") as file:
            return file.read()

    def asked(self, address):
        with urllib.request.urlopen(address + "/log") as answer:
            return answer.read().decode()

    def add(self, pasted):
        self.click("^Connectors$", "button")
        self.click("^Add Connector", "button")
        self.reach("^Address, command or JSON$", "text")
        self.paste(self.focused(), pasted)
        self.click("^Look at It$", "button")

    def connectors(self):
        return {c["id"]: c for c in self.lines(self.annex("connectors", "list", "--json"))}

    def test_paste_sign_in_and_write(self):
        self.keyring()
        self.browser()
        address = self.service()
        self.begin(*NOTE)
        self.add(json.dumps({"mcpServers": {"Notes": {"url": address + "/mcp"}}}))
        self.see("^A service on the internet", "label")
        self.shot("connectors-preview")
        self.click("^Add$", "button")
        self.click("^Check Now$", "button")
        self.click("^Sign In…$", "button")
        self.see("^127.0.0.1", "label")
        self.shot("connectors-sign-in")
        self.assertNotIn("/token", self.asked(address))
        self.click("^Open in Browser$", "button")
        self.see("Ready", "label")
        self.see("^What It Can Do$", "label")
        self.shot("connectors-ready")
        self.assertIn("note", [t["name"] for t in self.connectors()["notes"]["tools"]])
        self.use_it(address)

    def use_it(self, address):
        """The first write is asked about; nothing was written before the answer."""
        self.click("^New Task", "button")
        self.can_write()
        self.say("note: milk, for Thursday")
        self.see("Milk, for Thursday")
        self.shot("connectors-ask")
        self.assertEqual(self.written(), "")
        self.decide("Allow Once")
        self.see("^It is written down", "label")
        self.becomes("done")
        self.assertEqual(self.written(), "Milk, for Thursday\n")
        task = self.newest()["id"]
        decided = [(e["data"]["tool"], e["data"]["decision"], e["data"]["scope"])
                   for e in self.events(task, "connector-decided")]
        self.assertEqual(decided, [("note", "allow", "once")])
        self.nowhere(self.tokens(address), self.requested)

    def tokens(self, address):
        with urllib.request.urlopen(address + "/tokens") as answer:
            found = answer.read().decode().split()
        self.assertTrue(found)
        return found


if __name__ == "__main__":
    main()
