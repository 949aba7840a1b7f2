# test-flatpak-browser.py: the browser's journey in the sandbox, where WebKit's processes have sandboxes of their own.
# SPDX-License-Identifier: GPL-3.0-or-later
from in_flatpak import InFlatpak, load_journey
from journey import main


class FlatpakBrowser(InFlatpak, load_journey("browser-run").BrowserRun):
    pass


if __name__ == "__main__":
    main()
