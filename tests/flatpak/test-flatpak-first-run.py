# test-flatpak-first-run.py: from the first start to the first answer, in the sandbox.
# SPDX-License-Identifier: GPL-3.0-or-later
import json

from in_flatpak import InFlatpak, load_journey
from journey import main


class FlatpakFirstRun(InFlatpak, load_journey("first-run").FirstRun):
    """The journey of those who have no sandbox, as it is: with the keyring the key goes through the portal."""

    test_server_on_this_machine = None
    test_tour = None  # without a computer it is the same as outside; with one it is in test-flatpak-tour.py

    def not_now(self):
        """This Flatpak has no address for the computer's system; the extension may be installed later."""
        self.see("^Annex’s Computer Is Not Set Up$", "label")
        self.shot("flatpak-no-address")
        self.reach("^Details$", "button")
        self.press("Return")
        self.see("no address to fetch its computer’s image from", "label")
        self.reach("^Not Now$", "button")
        self.press("Return")
        self.gone("^Welcome$", "dialog")

    def test_no_keyring(self):
        """A key is good until Annex ends, and that is said."""
        said, _ = self.start("doctor", "--json").communicate(timeout=120)
        keyring, = [check for check in map(json.loads, said.splitlines()) if check["id"] == "keyring"]
        self.assertIn("forgotten when Annex is closed", keyring["sentence"])


if __name__ == "__main__":
    main()
