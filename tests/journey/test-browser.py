# test-browser.py: the browser at work: a form filled from a spreadsheet, a sign-in by the user, a file for the draft.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Real pages, a real computer, a fake model. The user watches in the window that the command line opens."""
import os

from journey import main, turn, use, wait_until
from screen import Screen
from site_case import Site
from terminal import Terminal

HELPER = "You use a web browser"  # the beginning of the sub-agent's prompt


def helper(*blocks, **more):
    return turn(*blocks, system=HELPER, **more)


class Browser(Screen):
    def setUp(self):
        super().setUp()
        self.env["WEBKIT_DISABLE_DMABUF_RENDERER"] = "1"  # there is no graphics card

    def log(self):
        return ""

    def test_report_is_sent_and_its_receipt_fetched(self):
        site = Site()
        self.addCleanup(site.close)
        work = self.folder({"june.csv": "Kind,Amount\nMeals,112.40\nTravel,400.00\n"}, "Expenses")
        url, _ = self.model(
            turn(use("shell", command="cat /folders/Expenses/june.csv")),
            turn(use("browse", goal="Enter June: meals 112.40, travel 400.00, send it, download the receipt",
                     start_url=site.url + "/expenses"), when="Travel,400.00"),
            helper(use("page_open", url=site.url + "/expenses")),
            # It would type a password, which only the user does.
            helper(use("page_fill", fields=[{"target": "{{user}}", "value": "me"}, {"target": "{{password}}", "value": "guess"}]),
                   remember={"user": r'textbox "User".*\[ref=(\w+)\]', "password": r'textbox "Password".*\[ref=(\w+)\]'}),
            helper(use("page_fill", fields=[{"target": "{{month}}", "value": "June"}, {"target": "{{meals}}", "value": "112.40"},
                                            {"target": "{{travel}}", "value": "400.00"}]),
                   when="The user has done this part",
                   remember={"month": r'textbox "Month".*\[ref=(\w+)\]', "meals": r'textbox "Meals".*\[ref=(\w+)\]',
                             "travel": r'textbox "Travel".*\[ref=(\w+)\]', "send": r'button "Send report".*\[ref=(\w+)\]'}),
            helper(use("page_click", target="{{send}}")),
            helper(use("page_click", target="{{receipt}}"), when="Report sent",
                   remember={"receipt": r'link "Download the receipt".*\[ref=(\w+)\]'}),
            helper(use("done", result="Sent", sources=[site.url + "/sent"], files=["{{file}}"]),
                   remember={"file": r"(/home/agent/inbox/\S+)"}),
            turn(use("shell", command="cp {{path}} /folders/Expenses/"), remember={"path": r"(/home/agent/inbox/\S+)"}),
            turn("The report is sent; its receipt is in the folder."))
        terminal = Terminal(self, *self.model_words(url), "--site", site.url, "--folder", work, "Enter my June expenses",
                            ANNEX_API_KEY=self.key)
        self.process = terminal.process
        terminal.expect("asks for a password", 400)
        self.sign_in(site)
        terminal.expect("May Annex", 120)
        terminal.answer("Allow")
        terminal.expect("what becomes of the changes?", 300)
        terminal.answer("keep")
        terminal.end(0)
        self.check(site, work)

    def sign_in(self, site):
        """The user takes over, types what only they know, and hands back."""
        self.assertTrue(wait_until(self.find_app, 240))
        self.see("Annex waits for you", "label", 240)
        self.shot("browser-waits")
        self.click("^Take Over$", "button")
        self.see("^You have the browser$", "label")
        self.go_to(site, "user")
        self.write("me")
        self.go_to(site, "password")
        self.write("open sesame")
        self.press("Return")
        self.assertTrue(wait_until(lambda: site.seen("/signed-in"), 60), site.requests)
        self.assertTrue(wait_until(lambda: site.seen("/expenses")[-1]["cookie"], 60), site.requests)
        self.click("^Hand Back$", "button")

    def go_to(self, site, field):
        """The keyboard's focus into a field of the page."""
        def is_there():
            return [r["query"]["name"] for r in site.seen("/focused") if "name" in r["query"]][-1:] == [[field]]

        for _ in range(12):
            self.press("Tab")
            if wait_until(is_there, 3):
                return
        self.fail(f"Tab does not lead to {field}: {site.seen('/focused')}\n{self.outline()}")

    def check(self, site, work):
        self.assertEqual(site.seen("/signed-in")[-1]["form"], {"user": ["me"], "password": ["open sesame"]})
        self.assertEqual(site.seen("/sent")[-1]["form"], {"month": ["June"], "meals": ["112.40"], "travel": ["400.00"]})
        task = self.newest()["id"]
        everything = "\n".join(str(e["data"]) for e in self.events(task))
        self.assertNotIn("open sesame", everything)
        with open(os.path.join(work, "receipt.csv"), encoding="utf-8") as file:
            self.assertEqual(file.read(), "Report,Total\nJune,512.40\n")
        hosts = self.annex("tasks", "ledger", task, "--json").stdout
        self.assertIn("127.0.0.1", hosts)
        self.assertIn("browser", hosts)


if __name__ == "__main__":
    main()
