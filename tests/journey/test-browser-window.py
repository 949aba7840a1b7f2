# test-browser-window.py: the browser pane in the window: the user watches, signs in by their own hand, hands back.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Real pages, a real computer, a fake model; the user has nothing but the window."""
import os

import openpyxl

from journey import main, turn, use, wait_until
from site_case import Site
from window_case import WindowCase

HELPER = "You use a web browser"  # the beginning of the sub-agent's prompt
READ = ("python3 -c \"import openpyxl\nfor row in openpyxl.load_workbook('/folders/Expenses/june.xlsx').active.values: "
        "print(*row)\"")
WAITS = "^Annex waits, and does not see what you type$"


def helper(*blocks, **more):
    return turn(*blocks, system=HELPER, **more)


class BrowserWindow(WindowCase):
    with_computer = True

    def setUp(self):
        super().setUp()
        self.env["WEBKIT_DISABLE_DMABUF_RENDERER"] = "1"  # there is no graphics card
        self.site = Site(asks_late=True)
        self.addCleanup(self.site.close)
        self.work = self.folder({}, "Expenses")
        book = openpyxl.Workbook()
        for row in (("Kind", "Amount"), ("Meals", 112.40), ("Travel", 400)):
            book.active.append(row)
        book.save(os.path.join(self.work, "june.xlsx"))

    def test_form_filled_signed_in_and_sent(self):
        self.begin_with_folder(
            turn("Please open your expenses page in the browser."),
            turn(use("shell", command=READ)),
            turn(use("browse", goal="Enter June: meals 112.40, travel 400.00, send it, and get the receipt."),
                 when="Travel 400"),
            helper(use("page_snapshot")),
            helper(use("page_fill", fields=[{"target": "{{month}}", "value": "June"}, {"target": "{{meals}}", "value": "112.40"},
                                            {"target": "{{travel}}", "value": "400.00"}]),
                   remember={"month": r'textbox "Month".*\[ref=(\w+)\]', "meals": r'textbox "Meals".*\[ref=(\w+)\]',
                             "travel": r'textbox "Travel".*\[ref=(\w+)\]', "send": r'button "Send report".*\[ref=(\w+)\]'}),
            helper(use("page_click", target="{{send}}")),
            # Now they want to know who it is. Annex never types that.
            helper(use("page_type", target="{{password}}", text="a guess"), when='textbox "Password"',
                   remember={"password": r'textbox "Password".*\[ref=(\w+)\]'}),
            helper(use("page_snapshot"), when="The user has done this part themselves"),
            helper(use("page_click", target="{{receipt}}"), when="Report sent",
                   remember={"receipt": r'link "Download the receipt".*\[ref=(\w+)\]'}),
            helper(use("done", result="Sent", sources=[self.site.url + "/sent"], files=["{{file}}"]),
                   remember={"file": r"(/home/agent/inbox/\S+)"}),
            turn(use("shell", command="cp {{path}} /folders/Expenses/"), remember={"path": r"(/home/agent/inbox/\S+)"}),
            turn("The report is sent; its receipt is in the folder."))
        self.open_page()
        self.press("ctrl+l", "ctrl+l")  # from the page to its address, and to the message
        self.can_write()
        self.say("It is open")
        self.send()
        self.sign_in()
        self.keep()
        self.check()

    def begin_with_folder(self, *turns):
        url, self.requested = self.model(*turns)
        self.welcomed()
        self.profiles({"id": "01jfake", "name": "Fake", "provider": "anthropic", "model": "fake-1", "base_url": url,
                       "default": True})
        self.start_window(self.work)
        self.see("Expenses")
        self.say("Enter my June expenses")
        self.see("^Please open your expenses page", "label", 240)
        self.becomes("done")

    def open_page(self):
        """A page in their own network: only the user opens one."""
        self.press("alt+4")
        self.click("^Open the Browser$", "button")
        self.click("^Open a Page$", "button")
        self.is_on("text", "Web address")
        self.write(self.site.url + "/expenses")
        self.press("Return")
        self.assertTrue(wait_until(lambda: self.site.seen("/expenses"), 90), self.site.requests)

    def go_to(self, field):
        """The keyboard's focus into a field of the page; the page tells its site where it is."""
        def is_there():
            return [r["query"]["name"] for r in self.site.seen("/focused") if "name" in r["query"]][-1:] == [[field]]

        for _ in range(20):
            if wait_until(is_there, 3):
                return
            self.press("Tab")
        self.fail(f"Tab does not lead to {field}: {self.site.seen('/focused')}\n{self.outline()}")

    def send(self):
        """The form is filled in before their eyes. Sending is always asked about, whatever else was allowed."""
        self.see("^Annex asks for your permission$", seconds=240)
        self.shot("browser-asks")
        self.assertEqual(self.site.seen("/sent"), [])
        self.decide("Allow")
        self.assertTrue(wait_until(lambda: self.site.seen("/sent"), 120), self.log())

    def sign_in(self):
        """A click into the page is enough to have it; what they type there nobody else sees."""
        self.see("^Only you can do this part$", "label", 240)
        self.shot("browser-your-part")
        self.point_at_page()
        self.see(WAITS, "label")
        self.go_to("user")
        self.write("me")
        self.go_to("password")
        self.write("open sesame")
        self.shot("browser-sign-in")
        self.press("Return")
        self.assertTrue(wait_until(lambda: self.site.reports, 90), self.site.requests)
        self.click("^Hand Back$", "button")

    def point_at_page(self):
        """The empty space below the form: the pane is at the right of the screen."""
        self.xdotool("mousemove", 1400, 850, "click", 1)

    def keep(self):
        self.see("^The report is sent", "label", 300)
        self.click("^Downloads$", "toggle button")
        self.see("receipt.csv")
        self.shot("browser-downloads")
        self.press("Escape")
        self.click("^Keep All", "button", 240)
        receipt = os.path.join(self.work, "receipt.csv")
        self.assertTrue(wait_until(lambda: os.path.exists(receipt), 90), self.log())
        with open(receipt, encoding="utf-8") as file:
            self.assertEqual(file.read(), "Report,Total\nJune,512.40\n")
        self.shot("browser-kept")

    def check(self):
        self.assertEqual(self.site.reports, [{"month": ["June"], "meals": ["112.40"], "travel": ["400.00"]}])
        task = self.newest()["id"]
        everything = "\n".join(str(e["data"]) for e in self.events(task))
        self.assertNotIn("open sesame", everything)
        answers = [e["data"]["answer"] for e in self.events(task, "ask-answered")]
        self.assertEqual(answers[:2], [{"consent": "Allow"}, {"consent": "Done"}])
        self.assertIn("browser", self.annex("tasks", "ledger", task, "--json").stdout)


if __name__ == "__main__":
    main()
