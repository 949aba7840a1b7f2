# test-flatpak-tour.py: in the sandbox: what the doctor finds, and a folder of the user's that is given through the portal.
# SPDX-License-Identifier: GPL-3.0-or-later
import json
import os
import shutil
import subprocess

from in_flatpak import ID, InFlatpak
from journey import Journey, is_again, main, tree, wait_until

# What a machine may lack without being at fault.
DEPENDS_ON_THE_MACHINE = {"kvm", "memory", "disk", "model", "template", "keyring", "network"}


class FlatpakTour(InFlatpak, Journey):
    def test_doctor(self):
        found = {check["id"]: check for check in self.lines(self.annex("doctor", "--json"))}
        bad = [c for c in found.values() if c["state"] != "ok" and c["id"] not in DEPENDS_ON_THE_MACHINE]
        self.assertEqual(bad, [])

    def test_rules_of_an_administrator(self):
        """They come as an extension, which nobody has to publish."""
        machine = subprocess.run(["flatpak", "--default-arch"], capture_output=True, text=True, check=True).stdout.strip()
        place = os.path.join(os.environ["FLATPAK_USER_DIR"], "extension", ID + ".Policy")
        self.addCleanup(shutil.rmtree, place)
        os.makedirs(os.path.join(place, machine, "1"))
        with open(os.path.join(place, machine, "1", "rules.json"), "w", encoding="utf-8") as file:
            json.dump({"providers": ["tour"]}, file)
        done = self.annex("run", "--model", "openai:small-1", "--base-url", "http://127.0.0.1:9", "Look", status=1)
        self.assertIn("administrator", done.stderr)

    def test_keep_and_undo(self):
        """A folder as the portal gives it; nothing of the machines stays when the command has ended."""
        folder = self.folder()
        before = tree(folder)
        given = self.give(folder)
        answers = self.answers({"ask": "question", "match": "no date", "answer": "Put them under “No date”"})
        self.annex("run", "--model", "tour", "--folder", given, "--answers", answers,
                   "Turn this folder of receipts into an expense report")
        self.assertTrue(wait_until(lambda: not self.is_running(), 60), "the sandbox stays")
        self.assertEqual(tree(folder), before)
        task = self.newest()["id"]
        draft = self.lines(self.annex("tasks", "draft", task, "--json"))
        self.assertIn("Expense report.xlsx", [c["path"] for c in draft if c["kind"] == "added"])
        self.annex("tasks", "keep", task)
        self.assertTrue(os.path.exists(folder + "/Expense report.xlsx"))
        self.annex("tasks", "undo", task)
        self.assertTrue(is_again(folder, before), sorted(tree(folder)))


if __name__ == "__main__":
    main()
