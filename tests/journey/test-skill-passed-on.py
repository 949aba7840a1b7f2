# test-skill-passed-on.py: what one user has taught goes to another as a file, without anything of the first one's.
# SPDX-License-Identifier: GPL-3.0-or-later
import getpass
import json
import os
import shutil
import zipfile

from journey import contents, image_folder, main, turn, use, wait_until
from window_case import WindowCase

NAME = "receipts-to-report"
SCRIPT = """#!/usr/bin/env python3
import pathlib, re, sys
folder, who = pathlib.Path(sys.argv[1]), sys.argv[2]
totals = [float(t) for f in sorted(folder.glob("*.txt")) for t in re.findall(r"Total EUR ([0-9.]+)", f.read_text())]
(folder / "report.csv").write_text(f"{who},{len(totals)},{sum(totals):.2f}\\n")
"""
DRAFT = use("done", name=NAME, needs=[{"id": "company", "kind": "text", "label": "Who paid"}],
            description="Turns a folder of receipts into an expense report. Use it when there are receipts.",
            instructions="1. Run `scripts/report.py` with the folder.\n2. Name {{annex.company}} as the one who paid.\n",
            files=[{"path": "scripts/report.py", "content": SCRIPT}])
RUN = f"python3 /skills/{NAME}/scripts/report.py /folders/Bills '{{{{who}}}}'"


class SkillPassedOn(WindowCase):
    with_computer = True

    def test_made_passed_on_used(self):
        self.make()
        path = self.pass_on()
        self.check(path)
        self.become_another()
        self.receive(path)
        self.use_it()

    def values(self):
        return {v["id"]: v.get("value") for v in self.lines(self.annex("skills", "values", NAME, "--json"))}

    def fill_in(self, label, words):
        """Writes into the row of this name."""
        entry = self.reach(label, "text")
        self.write(words)
        self.assertTrue(wait_until(lambda: self.words(entry) == words, 30), self.words(entry))

    # ---- the sender

    def make(self):
        receipts = self.folder({"a.txt": "Café Wien\nTotal EUR 12.50\n"})
        url, self.requested = self.model(
            turn(use("shell", command="cd /folders/Receipts && cat *.txt && echo 'Sender Ltd,1,12.50' > report.csv")),
            turn("The report is ready."), turn(DRAFT))
        self.welcomed()
        self.profiles({"id": "01jfake", "name": "Fake", "provider": "anthropic", "model": "fake-1", "base_url": url,
                       "default": True})
        self.start_window(receipts)
        self.see("Receipts")
        self.say("turn my receipts into a report")
        self.see("^The report is ready", "label", 240)
        self.becomes("done")
        self.reach("^Task Menu$", keys="shift+Tab")
        self.press("Return")
        self.see("^Task Menu$", "menu")
        self.press("m")  # the letter that is underlined
        body = self.see("^Steps$", "text")
        self.assertIn("{{annex.company}}", self.words(body))
        self.see("scripts/report.py")
        self.shot("skill-drafted")
        # The user adds something of their own, with an address in it.
        self.reach("^Steps$", "text")
        self.press("ctrl+End")
        self.write("3. Send it to anna@sender-gmbh.de.")
        self.assertTrue(wait_until(lambda: "sender-gmbh.de." in self.words(body), 30), self.words(body))
        self.click("^Save$", "button")
        self.fill_in("^Who paid", "Sender Ltd")
        self.press("Return")
        self.assertTrue(wait_until(lambda: self.values().get("company") == "Sender Ltd", 60), self.values())
        self.shot("skill-saved")

    def pass_on(self):
        """What can be dragged out of the window."""
        self.click("^Pass On…$", "button")
        self.see("^anna@sender-gmbh.de$", "list item")
        self.shot("skill-private")
        self.reach("Decide…$", "toggle button|combo box")
        self.press("space")
        self.is_on("list item|table cell|option")
        self.press("Down")
        self.press("Return")
        self.click("^Make the File$", "button")
        self.see("^Ready to Be Passed On")
        self.shot("skill-ready")
        made = os.path.join(self.env["XDG_CACHE_HOME"], "annex/passed-on", NAME + ".skill")
        self.assertTrue(wait_until(lambda: os.path.exists(made), 60))
        path = os.path.join(self.temporary, NAME + ".skill")
        shutil.copy(made, path)
        return path

    def check(self, path):
        with zipfile.ZipFile(path) as package:
            self.assertIsNone(package.testzip())
            texts = {name: package.read(name).decode() for name in package.namelist()}
        self.assertEqual(sorted(texts), [f"{NAME}/SKILL.md", f"{NAME}/scripts/report.py"])
        self.assertIn("Send it to {{annex.mail}}.", texts[f"{NAME}/SKILL.md"])
        with open(path, "rb") as file:
            whole = file.read() + "".join(texts.values()).encode()
        for private in ("sender-gmbh", "Sender Ltd", "Café Wien", self.home, self.temporary, getpass.getuser() + "@"):
            self.assertNotIn(private.encode(), whole)

    # ---- the receiver: the same places, and nothing of the sender's in them

    def become_another(self):
        self.close()
        shutil.rmtree(self.home)
        os.makedirs(self.home + "/data/annex")
        os.symlink(image_folder(), self.home + "/data/annex/image")

    def receive(self, path):
        self.welcomed()
        url, self.requested = self.model(
            turn(use("use_skill", name=NAME)),
            turn(use("shell", command=RUN), remember={"who": "Name (.+?) as the one who paid"}),
            turn("Your report is ready."))
        self.profiles({"id": "01jfake", "name": "Fake", "provider": "anthropic", "model": "fake-1", "base_url": url,
                       "default": True})
        self.open(path, ANNEX_API_KEY=self.key)  # a double click
        self.see("Runs programs, only in Annex")
        self.see("scripts/report.py")
        self.shot("skill-received")
        self.assertEqual([s for s in self.lines(self.annex("skills", "list", "--json")) if s["name"] == NAME], [])
        self.click("^Install$", "button")
        self.fill_in("^Who paid", "Receiver AG")
        self.shot("skill-values")
        self.click("^Done$", "button")
        self.assertTrue(wait_until(lambda: self.values().get("company") == "Receiver AG", 60), self.values())
        self.assertIsNone(self.values()["mail"])

    def use_it(self):
        bills = self.folder({"1.txt": "Hotel\nTotal EUR 80.00\n", "2.txt": "Taxi\nTotal EUR 20.40\n"}, "Bills")
        before = contents(bills)
        self.annex("--new-task", bills)  # as the file manager does
        self.see("^Bills")
        self.can_write()
        self.say(f"/{NAME} my receipts, please")
        self.see("^Your report is ready", "label", 240)
        self.shot("skill-used")
        (told, wrong), (_, failed) = self.results(self.newest()["id"])
        self.assertFalse(wrong or failed, told)
        self.assertIn("Name Receiver AG as the one who paid", told)
        self.assertNotIn("Sender", told)
        first = self.requests(self.requested)[0]
        self.assertIn(f"/{NAME} my receipts, please", json.dumps(first["body"]["messages"]))
        # On their own folder, and theirs to keep.
        self.assertEqual(contents(bills), before)
        self.click("^Keep All", "button", 240)
        report = os.path.join(bills, "report.csv")
        self.assertTrue(wait_until(lambda: os.path.exists(report), 90), self.log())
        with open(report, encoding="utf-8") as file:
            self.assertEqual(file.read(), "Receiver AG,2,100.40\n")


if __name__ == "__main__":
    main()
