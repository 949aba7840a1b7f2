# test-browser-run.py: the browser from the command line: pages on loopback, a fake model, no computer.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Needs a display; tests/ui/support/with-display gives one."""
import json
import os

from journey import Journey, main, turn, use
from site_case import Site

HELPER = "You use a web browser"  # the beginning of the sub-agent's prompt


def helper(*blocks, **more):
    return turn(*blocks, system=HELPER, **more)


class BrowserRun(Journey):
    with_computer = False

    def setUp(self):
        super().setUp()
        self.env.update({k: os.environ[k] for k in ("DISPLAY", "XAUTHORITY", "DBUS_SESSION_BUS_ADDRESS") if k in os.environ})
        self.env.update(GSK_RENDERER="cairo", GDK_BACKEND="x11", ADW_DISABLE_PORTAL="1", GSETTINGS_BACKEND="memory",
                        WEBKIT_DISABLE_DMABUF_RENDERER="1")  # there is no graphics card
        self.site = Site()
        self.addCleanup(self.site.close)

    def report(self, task):
        return next(self.result_text(e) for e in self.events(task, "tool-finished")
                    if e["data"]["name"] == "browse" and not e["data"].get("parent"))

    def helper_results(self, task):
        return [(e["data"]["name"], self.result_text(e)) for e in self.events(task, "tool-finished") if e["data"].get("parent")]

    def test_form_is_filled_and_sent(self):
        url, log = self.model(
            turn(use("browse", goal="Order two chairs", start_url=self.site.url + "/order"), tool="browse"),
            helper(use("page_open", url=self.site.url + "/order")),
            helper(use("page_fill", fields=[{"target": "{{item}}", "value": "Chair"}, {"target": "{{count}}", "value": "2"}]),
                   remember={"item": r'textbox "Item".*\[ref=(\w+)\]', "count": r'spinbutton "Count".*\[ref=(\w+)\]',
                             "go": r'button "Look it up".*\[ref=(\w+)\]'}),
            helper(use("page_click", target="{{go}}")),
            helper(use("done", result="It costs 84", sources=[self.site.url + "/found"])),
            turn("It costs 84."))
        done = self.ask_model(url, "--site", self.site.url, "--json", "What do two chairs cost?")
        task = self.newest()["id"]
        self.assertEqual(self.site.seen("/found")[-1]["query"], {"item": ["Chair"], "count": ["2"]}, done.stderr)
        report = self.report(task)
        for words in ("It costs 84", "untrusted material", self.site.url + "/found"):
            self.assertIn(words, report)
        results = dict(self.helper_results(task))
        self.assertIn("84", results["page_click"])
        self.assertIn("untrusted material", results["page_click"])
        # The page's words are in no request but the sub-agent's own.
        asked = self.requests(log)
        outside = [r for r in asked if HELPER not in json.dumps(r["body"].get("system", ""))]
        self.assertNotIn("Look it up", json.dumps([r["body"] for r in outside]))

    def test_a_site_that_nobody_allowed(self):
        """Loopback is no site of the web: not even an answer that would allow it opens it."""
        url, _ = self.model(
            turn(use("browse", goal="Look", start_url=self.site.url), tool="browse"),
            helper(use("page_open", url=self.site.url + "/order")),
            helper(use("done", result="It could not be opened", open_points=["refused"])),
            turn("It could not be opened."))
        self.ask_model(url, "--json", "--answers", self.answers({"ask": "site", "answer": "always"}), "Look")
        self.assertEqual(self.site.requests, [])
        self.assertIn("could not be opened", self.report(self.newest()["id"]))

    def test_no_display(self):
        url, log = self.model(turn("I have no browser."))
        for name in ("DISPLAY", "WAYLAND_DISPLAY"):
            self.env.pop(name, None)
        done = self.ask_model(url, "Look at example.org")
        self.assertIn("there is no display here", done.stderr)
        body = self.requests(log)[0]["body"]
        self.assertNotIn("browse", [t["name"] for t in body["tools"]])
        self.assertIn("no display here", json.dumps(body["messages"]))

    def test_wrong_site_is_wrong_usage(self):
        done = self.annex("run", "--site", "example.org", "Look", status=2)
        self.assertIn("--site", done.stderr)


if __name__ == "__main__":
    main()
