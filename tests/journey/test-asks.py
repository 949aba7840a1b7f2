# test-asks.py: who answers when the agent asks: a file, nobody, or the user later.
# SPDX-License-Identifier: GPL-3.0-or-later
import json
import os

from journey import Journey, main, turn, use

COLOUR = {"id": "colour", "header": "Colour", "question": "Which colour?",
          "options": [{"label": "Red"}, {"label": "Dark blue", "description": "as the sea"}, {"label": "Dark green"}]}
SIZE = {"id": "size", "header": "Size", "question": "Which size?", "options": [{"label": "Small"}, {"label": "Large"}]}
PARTS = {"id": "parts", "header": "Parts", "question": "Which parts?", "multi_select": True,
         "options": [{"label": "Lid"}, {"label": "Box"}, {"label": "Key"}]}


def question(*questions):
    return use("ask_user", questions=list(questions))


class Asks(Journey):
    with_computer = False

    def ask(self, call, *words, status=0, **more):
        """One call that asks, then an end; returns the run and what the model was told."""
        url, log = self.model(turn(call), turn("Thank you.", repeat=True))
        done = self.ask_model(url, *words, "Do it", status=status, **more)
        found = self.results(self.newest()["id"])
        return done, found[0][0] if found else None

    def answered(self, call, *answers):
        _, told = self.ask(call, "--answers", self.answers(*answers))
        return json.loads(told)

    def test_labels_and_own_words(self):
        for given, told in (("Red", "Red"), ("red", "Red"), ("dark b", "Dark blue"),
                            ("dark", {"other_text": "dark"}), ("a warm grey", {"other_text": "a warm grey"})):
            with self.subTest(given=given):
                self.assertEqual(self.answered(question(COLOUR), {"ask": "question", "answer": given}), {"colour": told})

    def test_several_questions(self):
        told = self.answered(question(COLOUR, SIZE, PARTS), {"ask": "question", "answer": "red | something else|Lid, key"})
        self.assertEqual(told, {"colour": "Red", "size": {"other_text": "something else"}, "parts": ["Lid", "Key"]})

    def test_the_first_that_fits_counts(self):
        told = self.answered(question(COLOUR), {"ask": "network", "answer": "always"},
                             {"ask": "question", "match": "size", "answer": "Small"},
                             {"ask": "question", "match": "which COLOUR", "answer": "Red"},
                             {"ask": "question", "answer": "Dark blue"})
        self.assertEqual(told, {"colour": "Red"})
        answered = self.events(self.newest()["id"], "ask-answered")
        self.assertEqual([e["data"]["by"] for e in answered], ["answers-file"])

    def test_network(self):
        wish = use("request_network", host="Example.ORG.", reason="to read the always allowed host b.example")
        for label, allow in (("once", "allow"), ("task", "allow"), ("always", "allow"), ("never", "refuse")):
            with self.subTest(label=label):
                _, told = self.ask(wish, "--answers", self.answers({"ask": "network", "match": "example.org", "answer": label}))
                self.assertIn("never allows" if label == "never" else "allowed example.org", told)
                decided = self.events(self.newest()["id"], "network-decided")[0]["data"]
                self.assertEqual((decided["host"], decided["decision"], decided["scope"]), ("example.org", allow, label))
        # Never is never: it is not asked about again.
        _, told = self.ask(wish, "--answers", self.answers({"ask": "network", "match": "example.org", "answer": "always"}))
        self.assertIn("does not want it to be reached", told)
        # The reason is the model's own words: they match nothing.
        other = use("request_network", host="Other.Example.", reason="to read the always allowed host b.example")
        self.ask(other, "--answers", self.answers({"ask": "network", "match": "b.example", "answer": "always"}), status=3)

    def test_a_label_that_is_none(self):
        done, told = self.ask(use("request_network", host="example.org", reason="x"), "--answers",
                              self.answers({"ask": "network", "answer": "yes please"}), status=3)
        self.assertIn("once, task, always, never", done.stderr)
        self.assertEqual(self.events(self.newest()["id"], "network-decided"), [])

    def test_folder(self):
        folder = self.folder({"a.txt": "a"}, "Plans")
        wish = use("request_folder", reason="the plans", suggestion="Plans")
        done, told = self.ask(wish, "--answers", self.answers({"ask": "folder", "answer": folder + ":read-only"}))
        self.assertIn("/folders/Plans (read-only)", told)
        self.assertNotIn(self.temporary, told)
        share = self.events(self.newest()["id"], "share-granted")[0]["data"]["share"]
        self.assertEqual((share["path"], share["mode"]), (folder, "read-only"))
        for given, words in (("no", "did not share"), ("/nonexistent", "cannot be shared"), ("/etc", "cannot be shared")):
            with self.subTest(given=given):
                _, told = self.ask(wish, "--answers", self.answers({"ask": "folder", "answer": given}))
                self.assertIn(words, told)
                self.assertEqual(self.events(self.newest()["id"], "share-granted"), [])
        done, _ = self.ask(wish, "--answers", self.answers({"ask": "folder", "answer": "Plans"}), status=3)
        self.assertIn("whole path", done.stderr)

    def test_nobody_there(self):
        done, told = self.ask(question(COLOUR), "--unattended")
        self.assertIn("safest", told)
        _, told = self.ask(use("request_network", host="example.org", reason="x"), "--unattended")
        self.assertIn("did not allow", told)
        _, told = self.ask(use("request_folder", reason="x"), "--unattended")
        self.assertIn("did not share", told)
        # A prepared answer goes before the default.
        _, told = self.ask(question(COLOUR), "--unattended", "--answers", self.answers({"ask": "question", "answer": "Red"}))
        self.assertEqual(json.loads(told), {"colour": "Red"})

    def test_left_open_and_answered_later(self):
        url, log = self.model(turn("I must ask.", question(COLOUR, SIZE), use("request_network", host="example.org", reason="x"),
                                   use("update_plan", steps=[{"title": "One", "state": "pending"}])), turn("So be it."))
        done = self.ask_model(url, "Paint", status=3)
        self.assertIn("waits for you", done.stderr)
        task = self.newest()
        self.assertEqual(task["state"], "waiting")
        self.assertIn(task["id"], done.stderr)
        self.assertIn("(asks)", self.annex("tasks", "list").stdout)
        asks = {a["kind"]: a for a in self.lines(self.annex("inbox", "list", "--json"))}
        self.assertEqual(sorted(asks), ["network", "question"])
        shown = self.annex("inbox", "list").stdout
        self.assertIn("Which colour?", shown)
        self.assertIn("example.org", shown)
        # Nothing answered yet: the same two asks, not four, and the plan is not made twice.
        self.resume(task["id"], status=3)
        self.assertEqual({a["id"] for a in self.lines(self.annex("inbox", "list", "--json"))}, {a["id"] for a in asks.values()})
        self.annex("inbox", "answer", asks["network"]["id"], "perhaps", status=1)
        self.annex("inbox", "answer", asks["question"]["id"], "one | two | three", status=1)
        self.annex("inbox", "answer", asks["network"]["id"], "once")
        self.annex("inbox", "answer", asks["network"]["id"], "never", status=1)
        self.resume(task["id"], status=3)
        self.annex("inbox", "answer", asks["question"]["id"], "dark green | Large")
        self.assertEqual(self.lines(self.annex("inbox", "list", "--json")), [])
        self.assertIn("So be it.", self.resume(task["id"]).stdout)
        texts = [t for t, _ in self.results(task["id"])]
        self.assertEqual(len(texts), 3)
        self.assertTrue(any("allowed example.org (once)" in t for t in texts), texts)
        self.assertTrue(any('"colour":"Dark green"' in t for t in texts), texts)
        self.assertEqual(len(self.events(task["id"], "ask-opened")), 2)
        self.assertEqual(len(self.events(task["id"], "plan-updated")), 1)
        self.requests(log, 2)

    def test_answered_by_the_next_run(self):
        _, told = self.ask(question(COLOUR), status=3)
        self.assertIsNone(told)
        task = self.newest()["id"]
        self.resume(task, "--answers", self.answers({"ask": "question", "answer": "Red"}))
        self.assertEqual(json.loads(self.results(task)[0][0]), {"colour": "Red"})

    def test_secret_without_a_keyring(self):
        secret = {"header": "Password", "question": "The password?", "secret": True}
        done, told = self.ask(question(secret), "--answers", self.answers({"ask": "question", "answer": "hunter2-journey"}))
        for base, _, names in os.walk(self.home):
            for name in names:
                with open(os.path.join(base, name), "rb") as file:
                    self.assertNotIn(b"hunter2-journey", file.read(), name)
        self.assertNotIn("hunter2", told + done.stdout + done.stderr)
        self.assertIn("secret:", told)

    def test_odd_questions(self):
        """What cannot be asked is told to the model; what is only untidy is asked all the same."""
        for call in (use("ask_user"), use("ask_user", questions=[]), use("ask_user", questions=[1, 2])):
            with self.subTest(call=call):
                _, told = self.ask(call, "--unattended")
                self.assertIn("must be a list of questions", told)
                self.assertEqual(self.events(self.newest()["id"], "ask-opened"), [])
        _, told = self.ask(question({"question": "No header?"}, COLOUR, COLOUR), "--unattended")
        self.assertEqual(len(json.loads(told)), 3)

    def test_bad_answers_files(self):
        cases = [("", "answers file"), ("{}", "list"), ("[1]", "entry 1"), ('[{"ask": "question"}]', "entry 1"),
                 ('[{"ask": "question", "answer": "x"}, {"ask": "dance", "answer": "x"}]', "entry 2"),
                 ('[{"ask": "question", "answer": 3}]', "entry 1"), ('[{"ask": "question", "answer": "x"},]', "answers file")]
        path = os.path.join(self.temporary, "bad.json")
        for content, words in cases:
            with self.subTest(content=content):
                with open(path, "w", encoding="utf-8") as file:
                    file.write(content)
                done = self.annex("run", "--answers", path, "Hello", status=2)
                self.assertIn(words, done.stderr)
                self.assertIn(path, done.stderr)
        self.assertIn("none.json", self.annex("run", "--answers", self.temporary + "/none.json", "Hello", status=2).stderr)
        self.annex("run", "--answers", self.temporary, "Hello", status=2)
        self.assertEqual(self.lines(self.annex("tasks", "list", "--json")), [])


if __name__ == "__main__":
    main()
