# test-flatpak-window.py: the window in the sandbox, and what comes into it from outside.
# SPDX-License-Identifier: GPL-3.0-or-later
import os
import subprocess
import zipfile

from in_flatpak import ID, InFlatpak
from journey import main, turn, wait_until
from window_case import WindowCase

SKILL = "---\nname: bank\ndescription: Knows the bank. Use it when there are accounts.\n---\n\n# Bank\n\nLook there.\n"


class FlatpakWindow(InFlatpak, WindowCase):
    def skill(self):
        path = os.path.join(self.temporary, "bank.skill")
        with zipfile.ZipFile(path, "w") as package:
            package.writestr("bank/SKILL.md", SKILL)
        return path

    def double_click(self, path):
        """As a file manager opens it: by the launcher, which hands it over on the bus, through the portal."""
        launcher = os.path.join(os.environ["FLATPAK_USER_DIR"], "exports/share/applications", ID + ".desktop")
        subprocess.run(["gio", "launch", launcher, path], env=self.env, check=True, timeout=60)

    def test_skill_by_double_click(self):
        self.begin(turn("Hello."))
        self.double_click(self.skill())
        self.click("^Install$", "button")
        self.assertTrue(wait_until(lambda: "bank" in self.annex("skills", "list").stdout, 60))
        self.shot("flatpak-skill")

    def give_on_clipboard(self, path):
        """As a file manager does. One that has just started may not know the portal yet: then it is done again."""
        giver = subprocess.Popen([os.environ["ANNEX_GIVE_FILES"], path], env=self.env, stdout=subprocess.PIPE, text=True)
        self.addCleanup(giver.communicate)
        self.addCleanup(giver.kill)
        self.assertEqual(giver.stdout.readline(), "given\n")

    def test_folder_is_pasted(self):
        """It comes through the portal for files that are handed over, as one that is dropped does."""
        folder = self.folder({"a.txt": "a"}, "Plans")
        self.begin(turn("I see a folder."))
        for _ in range(10):
            self.give_on_clipboard(folder)
            self.press("ctrl+v")
            if wait_until(lambda: self.look("^Plans") is not None, 15):
                break
        self.shot("flatpak-folder")
        self.say("look")
        self.see("^I see a folder", "label")
        granted, = self.events(self.newest()["id"], "share-granted")
        self.assertRegex(granted["data"]["share"]["path"], "^/run/(flatpak|user/[0-9]+)/doc/[0-9a-f]+/Plans$")


if __name__ == "__main__":
    main()
