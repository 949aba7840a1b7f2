# test-no-and-yes.py: saying no, and changing one's mind; a question that waits while Annex is closed.
# SPDX-License-Identifier: GPL-3.0-or-later
from journey import main, turn, use
from window_case import WindowCase

HOST = "data.example.org"
TABLE = use("request_network", host=HOST, reason="to read the table")
DATES = use("ask_user", questions=[{"id": "dates", "header": "Dates", "question": "Two receipts have no date. Where shall they go?",
                                    "options": [{"label": "Put them under “No date”"}, {"label": "Use the file’s date"}]}])


class NoAndYes(WindowCase):
    def inbox(self, *words):
        return self.lines(self.annex("inbox", "list", "--json", *words))

    def test_no_and_yes_later(self):
        self.begin(turn("I need the table.", TABLE), turn("Without it, then."), turn("Now I can.", match="looked at it again"))
        self.say("fetch the table")
        bar = self.see("^Annex asks for your permission$")
        self.see(HOST, start=bar)
        asked = self.inbox()
        self.assertEqual([(a["kind"], a["host"], a["state"]) for a in asked], [("network", HOST, "open")])
        self.shot("permission")
        self.decide("No")
        self.see("^Without it, then", "label")
        self.becomes("done")
        self.assertEqual(self.inbox(), [])
        self.assertEqual([a["state"] for a in self.inbox("--all")], ["refused"])
        self.press("ctrl+i")
        self.click("^Reopen$", "button")
        self.shot("permission-inbox")
        self.click("^Answer$", "button")
        self.assertEqual([a["reopens"] for a in self.inbox()], [asked[0]["id"]])
        self.see("^Annex asks for your permission$")
        self.shot("permission-again")
        self.decide("For This Task")
        self.becomes("done")
        self.gone("Needs you", "list item")
        self.reach("^fetch the table", "list item", keys="shift+Tab")
        self.press("Return")
        self.see("^Now I can", "label")
        decided = self.events(self.newest()["id"], "network-decided")
        self.assertEqual([d["data"]["decision"] for d in decided][-1], "allow")
        self.assertEqual(decided[-1]["data"]["scope"], "task")
        self.assertEqual(self.inbox("--all"), [])
        self.shot("permission-given")

    def test_folder_given_elsewhere(self):
        """No in the window, yes on the command line, while the window is open."""
        folder = self.folder({"a.txt": "a"}, "Plans")
        self.begin(turn(use("request_folder", reason="the plans", suggestion="Plans")), turn("Without them, then."),
                   turn("Now I can.", match="shared the folder “Plans”"))
        self.say("look at the plans")
        self.see("^Annex asks for your permission$")
        self.shot("permission-folder")
        self.decide("No")
        self.see("^Without them, then", "label")
        self.becomes("done")
        again = self.annex("inbox", "reopen", self.inbox("--all")[0]["id"]).stdout
        opened = self.inbox()
        self.assertIn(opened[0]["id"], again)
        self.see("^Annex asks for your permission$")
        self.annex("inbox", "answer", opened[0]["id"], folder)
        self.gone("^Annex asks for your permission$")
        self.gone("Needs you", "list item")
        self.see("^Now I can", "label")
        self.becomes("done")

    def test_answered_elsewhere_after_a_restart(self):
        """Nothing runs in the window that was opened again; an answer at the command line lets the task go on in it."""
        self.begin(turn("I looked at them.", DATES), turn("They are under their dates."))
        self.say("sort my receipts")
        self.see("^Put them under", "radio button")
        self.becomes("waiting")
        self.close()
        self.show_window()
        self.see("^Put them under", "radio button")
        self.see("^Inbox, 1", "button")
        self.annex("inbox", "answer", self.inbox()[0]["id"], "Use the file’s date")
        self.see("^They are under their dates", "label")
        self.becomes("done")
        self.gone("^Put them under", "radio button")
        self.gone("^Inbox, 1", "button")

    def test_a_question_outlives_the_window(self):
        self.begin(turn("I looked at them.", DATES), turn("They are under their dates."))
        self.say("sort my receipts")
        self.see("^Put them under", "radio button")
        self.becomes("waiting")
        self.close()
        self.assertEqual(self.state(), "waiting")
        self.show_window()
        self.see("^I looked at them", "label")
        self.see("^Put them under", "radio button")
        self.shot("question-after-restart")
        self.is_on("radio button")
        self.press("2")
        self.press("Return")
        self.see("^They are under their dates", "label")
        self.becomes("done")
        answered = self.events(self.newest()["id"], "ask-answered")
        self.assertEqual([a["data"]["answer"] for a in answered], [{"dates": "Use the file’s date"}])


if __name__ == "__main__":
    main()
