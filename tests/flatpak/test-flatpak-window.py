# test-flatpak-window.py: the window in the sandbox, and what comes into it from outside.
# SPDX-License-Identifier: GPL-3.0-or-later
import os
import pathlib
import re
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

    def test_types_of_files(self):
        """What Flatpak gives the desktop of them: the types, and the icons that they name."""
        exported = pathlib.Path(os.environ["FLATPAK_USER_DIR"]) / "exports/share"
        types = (exported / f"mime/packages/{ID}.xml").read_text(encoding="utf-8")
        self.assertIn("application/x-annex-task", types)
        icons = re.findall(r'<icon name="([^"]+)"', types)
        self.assertEqual(len(icons), 2)
        for icon in icons:
            self.assertTrue((exported / f"icons/hicolor/scalable/mimetypes/{icon}.svg").exists(), icon)

    def test_manual(self):
        """The desktop's own viewer does not see it."""
        self.begin(turn("Hello."))
        self.read_manual()

    def test_skill_by_double_click(self):
        self.begin(turn("Hello."))
        self.double_click(self.skill())
        self.click("^Install$", "button")
        self.assertTrue(wait_until(lambda: "bank" in self.annex("skills", "list").stdout, 60))
        self.shot("flatpak-skill")


if __name__ == "__main__":
    main()
