# test-flatpak-first-run.py: from the first start to the first answer, in the sandbox.
# SPDX-License-Identifier: GPL-3.0-or-later
import json

from in_flatpak import InFlatpak, load_journey
from journey import main


class FlatpakFirstRun(InFlatpak, load_journey("first-run").FirstRun):
    """The journey of those who have no sandbox, as it is: with the keyring the key goes through the portal."""

    test_server_on_this_machine = None
    test_tour = None  # without a computer it is the same as outside; with one it is in test-flatpak-tour.py

    def test_no_keyring(self):
        """A key is good until Annex ends, and that is said."""
        said, _ = self.start("doctor", "--json").communicate(timeout=120)
        keyring, = [check for check in map(json.loads, said.splitlines()) if check["id"] == "keyring"]
        self.assertIn("forgotten when Annex is closed", keyring["sentence"])


if __name__ == "__main__":
    main()
