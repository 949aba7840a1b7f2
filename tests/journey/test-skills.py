# test-skills.py: a skill that is made, passed on, received and used; packages that are not taken.
# SPDX-License-Identifier: GPL-3.0-or-later
import json
import os
import stat
import zipfile

from journey import Journey, main, turn

SKILL = """---
name: month-report
description: Writes the report of a month. Use it when the user asks for one.
metadata:
  annex.firm: text
  annex.firm.label: Your company
---

# Month report

Write to anna@firma-gmbh.de for {{annex.firm}}. $ARGUMENTS
"""


class Skills(Journey):
    with_computer = False

    def package(self, name, files, links=()):
        path = os.path.join(self.temporary, name)
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
            for file, content in files.items():
                package.writestr(file, content)
            for link, target in links:
                entry = zipfile.ZipInfo(link)
                entry.create_system = 3
                entry.external_attr = (stat.S_IFLNK | 0o777) << 16
                package.writestr(entry, target)
        return path

    def names(self):
        return [s["name"] for s in self.lines(self.annex("skills", "list", "--json")) if s["origin"] == "library"]

    def test_passed_on(self):
        folder = self.folder({"SKILL.md": SKILL, "scripts/sum.py": "print (1)\n"}, "month-report")
        seen = self.lines(self.annex("skills", "check", folder, "--json"))
        self.assertEqual(seen[0]["problems"], [])
        self.assertEqual([(f["path"], f["runs"]) for f in seen[0]["files"]], [("SKILL.md", False), ("scripts/sum.py", True)])
        self.assertEqual(self.annex("skills", "install", folder, status=3).stderr.splitlines()[-1],
                         "annex: Nothing was installed; --yes installs what is shown")
        self.assertEqual(self.names(), [])
        self.annex("skills", "install", folder, "--yes")
        self.annex("skills", "values", "month-report", "firm=Sender Ltd")
        # The sender's address is shown before it leaves, and is a question then.
        out = os.path.join(self.temporary, "month-report.skill")
        shown = self.annex("skills", "export", "month-report", out, status=3)
        self.assertIn("SKILL.md:11:10 mail: anna@firma-gmbh.de", shown.stderr)
        self.assertFalse(os.path.exists(out))
        self.annex("skills", "export", "month-report", out, "--private", "ask")
        with zipfile.ZipFile(out) as package:
            self.assertEqual(package.namelist(), ["month-report/SKILL.md", "month-report/scripts/sum.py"])
            self.assertIsNone(package.testzip())
            text = package.read("month-report/SKILL.md").decode()
        self.assertNotIn("anna@", text)
        self.assertNotIn("Sender", text)
        # Another user, another home.
        self.env.update(HOME=self.home + "/other", XDG_DATA_HOME=self.home + "/other/data", XDG_CONFIG_HOME=self.home + "/other/config")
        os.makedirs(self.env["HOME"])
        self.annex("skills", "install", out, "--yes")
        asked = self.lines(self.annex("skills", "values", "month-report", "--json"))
        self.assertEqual({a["id"]: a.get("value") for a in asked}, {"firm": None, "mail": None})
        self.annex("skills", "values", "month-report", "firm=Receiver AG", "mail=bob@example.org")
        self.annex("skills", "values", "month-report", "dance=x", status=1)

    def test_not_looked_through(self):
        """A file that is no text is passed on, and the user is told to look."""
        folder = self.folder({"SKILL.md": SKILL.replace("anna@firma-gmbh.de", "them")}, "month-report")
        with open(os.path.join(folder, "logo.png"), "wb") as file:
            file.write(b"\x89PNG\r\n")
        self.annex("skills", "install", folder, "--yes")
        out = os.path.join(self.temporary, "month-report.skill")
        said = self.annex("skills", "export", "month-report", out).stderr
        self.assertIn("Please look yourself: logo.png", said)
        self.assertNotIn("SKILL.md", said)
        self.assertTrue(os.path.exists(out))

    def test_no_keyring(self):
        """A secret that would be forgotten at once is not taken."""
        self.annex("skills", "install", self.folder({"SKILL.md": SKILL.replace(
            "  annex.firm: text", "  annex.key: secret\n  annex.firm: text")}, "month-report"), "--yes")
        given = os.path.join(self.temporary, "given")
        with open(given, "w", encoding="utf-8") as file:
            file.write("s3cret-of-mine\n")
        self.annex("connectors", "add", "--yes", "--no-test", "http://127.0.0.1:9/mcp", "--title", "Notes")
        for words in (["skills", "values", "month-report", "key"], ["connectors", "value", "notes", "API_KEY"],
                      ["connectors", "sign-in", "notes"]):
            with open(given, encoding="utf-8") as file:
                said = self.annex(*words, stdin=file, status=4).stderr
            self.assertIn("There is no keyring", said, words)
            self.assertIn("Nothing was kept", said)
        servers = {"Other": {"command": "true", "env": {"API_TOKEN": "s3cret-of-mine"}}}
        with open(given, "w", encoding="utf-8") as file:
            json.dump({"mcpServers": servers}, file)
        with open(given, encoding="utf-8") as file:
            said = self.annex("connectors", "add", "--yes", "--no-test", "-", stdin=file, status=4).stderr
        self.assertIn("There is no keyring", said)
        notes, = self.lines(self.annex("connectors", "list", "--json"))
        self.assertEqual((notes["id"], notes.get("needs", [])), ("notes", []))
        values = {a["id"]: a.get("value") for a in self.lines(self.annex("skills", "values", "month-report", "--json"))}
        self.assertIsNone(values["key"])
        # What is no secret needs no keyring.
        self.annex("skills", "values", "month-report", "firm=ACME")
        self.annex("connectors", "value", "notes", "region=eu")

    def test_versions_and_switch(self):
        folder = self.folder({"SKILL.md": SKILL}, "month-report")
        self.annex("skills", "install", folder, "--yes")
        with open(folder + "/SKILL.md", "a", encoding="utf-8") as file:
            file.write("More.\n")
        changed = self.lines(self.annex("skills", "install", folder, "--yes", "--json"))
        self.assertEqual(changed[0]["files"][0]["change"], "changed")
        self.annex("skills", "undo", "month-report")
        self.annex("skills", "undo", "month-report", status=1)
        self.annex("skills", "off", "month-report")
        self.assertFalse(self.lines(self.annex("skills", "list", "--json"))[0]["enabled"])
        self.annex("skills", "on", "month-report")
        self.annex("skills", "values", "month-report", "firm=ACME")
        self.annex("skills", "remove", "month-report")
        self.annex("skills", "remove", "month-report", status=1)
        self.assertEqual(self.names(), [])
        # What it was given has gone with it.
        self.annex("skills", "install", folder, "--yes")
        asked, = self.lines(self.annex("skills", "values", "month-report", "--json"))
        self.assertIsNone(asked.get("value"))

    def test_trusted_share(self):
        share = self.folder({".agents/skills/month-report/SKILL.md": SKILL}, "Share")

        def found():
            listed = self.lines(self.annex("skills", "list", "--json", "--folder", share))
            return [s["name"] for s in listed if s["origin"] == "share"]
        self.assertEqual(found(), [])
        self.annex("skills", "trust", share)
        self.assertEqual(found(), ["month-report"])
        self.annex("skills", "distrust", share)
        self.assertEqual(found(), [])

    def test_not_taken(self):
        for name, files, links in (
                ("slip.skill", {"a/SKILL.md": SKILL, "a/../../../evil": "x"}, ()),
                ("absolute.skill", {"a/SKILL.md": SKILL, self.temporary + "/evil": "x"}, ()),
                ("link.skill", {"a/SKILL.md": SKILL}, [("a/link", "/etc/passwd")]),
                ("bomb.skill", {"a/SKILL.md": SKILL, "a/zeros": b"\0" * 20_000_000}, ()),
                ("empty.skill", {}, ()), ("nothing.zip", {"readme.txt": "x"}, ())):
            with self.subTest(name=name):
                self.annex("skills", "install", self.package(name, files, links), "--yes", status=1)
                self.assertEqual(self.names(), [])
                self.assertFalse(os.path.exists(self.temporary + "/evil"))
                staging = self.home + "/data/annex/skills/.staging"
                self.assertEqual(os.listdir(staging) if os.path.isdir(staging) else [], [])
        for words in (["install"], ["export", "x"], ["dance"], ["list", "x"], ["values"], ["export", "a", "b", "--private", "dance"]):
            self.annex("skills", *words, status=2)
        self.assertIn("USAGE", self.annex("skills", "--help").stdout)

    def test_used_by_the_agent(self):
        self.annex("skills", "install", self.folder({"SKILL.md": SKILL}, "month-report"), "--yes")
        self.annex("skills", "values", "month-report", "firm=ACME")
        url, log = self.model(turn({"type": "tool_use", "name": "use_skill", "input": {"name": "month-report", "arguments": "For May"}}), turn("Done."))
        self.ask_model(url, "The report for May, please")
        first, second = self.requests(log, 2)
        told = json.dumps(first["body"]["messages"][0])
        self.assertIn("<name>month-report</name>", told)
        self.assertIn("use_skill", [t["name"] for t in first["body"]["tools"]])
        self.assertEqual(second["body"]["messages"][0]["content"][0], first["body"]["messages"][0]["content"][0])
        (result, is_error), = self.results(self.newest()["id"])
        self.assertFalse(is_error)
        self.assertIn("for ACME. For May", result)
        self.assertNotIn(self.home, result)
        listed, = [s for s in self.lines(self.annex("skills", "list", "--json")) if s["name"] == "month-report"]
        self.assertIn("used", listed)

    def test_named_at_a_terminal(self):
        self.annex("skills", "install", self.folder({"SKILL.md": SKILL}, "month-report"), "--yes")
        share = self.folder({".agents/skills/of-the-share/SKILL.md": SKILL.replace("month-report", "of-the-share")}, "Share")
        url, log = self.model(turn("Done."), turn("Done."))
        for words in (["--skill", "month-report"], ["--skill", "month-report", "--skill", "of-the-share"]):
            if len(words) > 2:
                self.annex("skills", "trust", share)
            self.ask_model(url, *words, "--folder", share, "For May")
        said = [json.dumps(r["body"]["messages"]) for r in self.requests(log, 2)]
        self.assertIn('"/month-report For May"', said[0])
        self.assertIn('"/month-report /of-the-share For May"', said[1])

    def test_share_of_a_task(self):
        """The name of a folder that a task was given is the user's: it is asked about before it leaves."""
        self.annex("skills", "install", self.folder({"SKILL.md": SKILL.replace("anna@firma-gmbh.de", "Lindgren")}, "month-report"),
                   "--yes")
        url, log = self.model(turn("Done."))
        self.ask_model(url, "--folder", self.folder({"a.txt": "x"}, "Lindgren"), "Hello")
        self.requests(log, 1)
        out = os.path.join(self.temporary, "month-report.skill")
        self.assertIn("share: Lindgren", self.annex("skills", "export", "month-report", out, status=3).stderr)
        self.assertFalse(os.path.exists(out))
        self.annex("skills", "export", "month-report", out, "--private", "remove")
        with zipfile.ZipFile(out) as package:
            self.assertIn("Write to  for", package.read("month-report/SKILL.md").decode())

    def test_named_but_not_usable(self):
        self.annex("skills", "install", self.folder({"SKILL.md": SKILL}, "month-report"), "--yes")
        self.annex("skills", "off", "month-report")
        url, log = self.model(turn("Done."))
        for name, reason in (("month-report", "is switched off; annex skills on month-report"),
                             ("no-such", "There is no skill “no-such”; annex skills list")):
            said = self.ask_model(url, "--skill", name, "For May", status=1).stderr
            self.assertIn(reason, said)
        self.assertEqual(self.lines(self.annex("tasks", "list", "--json")), [])
        self.requests(log, 0)


if __name__ == "__main__":
    main()
