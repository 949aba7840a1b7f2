# test-policy.py: what an administrator rules out, whatever the user says.
# SPDX-License-Identifier: GPL-3.0-or-later
import json
import os

from journey import Journey, main, turn, use


class Policy(Journey):
    with_computer = False

    def rules(self, name="10-rules.json", text=None, **members):
        folder = os.path.join(self.temporary, "policy.d")
        os.makedirs(folder, exist_ok=True)
        with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
            file.write(text if text is not None else json.dumps(members))
        self.env["ANNEX_POLICY_DIR"] = folder

    def check(self, status):
        lines = self.lines(self.annex("doctor", "--json", status=status))
        return {c["id"]: c for c in lines}["policy"]

    def test_broken(self):
        url, log = self.model(turn("Never said."))
        self.rules(text='{\n  "providers": ["openai"],\n  "netwrok_hosts": []\n}\n')
        found = self.check(4)
        self.assertEqual(found["state"], "failed")
        self.assertIn("10-rules.json, line 3:", found["detail"])
        said = self.ask_model(url, "Hello", status=1).stderr
        self.assertIn("line 3", said)
        self.assertEqual(self.requests(log, 0), [])

    def test_models(self):
        url, log = self.model(turn("Here I am."))
        self.rules(providers=["openai"], base_urls=["https://models.example.com"])
        said = self.ask_model(url, "Hello", status=1).stderr
        self.assertIn("administrator does not allow models", said)
        self.assertEqual(self.requests(log, 0), [])
        self.rules(base_urls=[url])
        self.assertIn("Here I am.", self.ask_model(url, "Hello").stdout)

    def test_folders(self):
        url, log = self.model(turn("Here I am."))
        inside = os.path.join(self.temporary, "work", "letters")
        outside = os.path.join(self.temporary, "private")
        os.makedirs(inside)
        os.makedirs(outside)
        self.rules(share_roots=[os.path.dirname(inside)], share_modes=["review", "read-only"])
        for folder in outside, inside + ":keep":
            said = self.ask_model(url, "--folder", folder, "Hello", status=1).stderr
            self.assertIn("administrator does not allow", said)
        self.assertEqual(self.requests(log, 0), [])

    def test_hosts_are_not_asked_about(self):
        url, log = self.model(turn(use("request_network", host="data.example.org", reason="the table")),
                              turn("Without it, then."))
        self.rules(network_hosts=["example.com"])
        self.assertIn("Without it, then.", self.ask_model(url, "Fetch it").stdout)
        self.assertEqual(self.lines(self.annex("inbox", "list", "--json")), [])
        (result, is_error), = self.results(self.newest()["id"])
        self.assertTrue(is_error)
        self.assertIn("administrator does not allow", result)

    def test_rounds(self):
        url, log = self.model(*[turn(use("read_file", path="/nothing")) for _ in range(6)])
        self.rules(task_turns=2)
        said = self.ask_model(url, "Go on and on", status=1)
        self.assertIn("2 rounds", said.stdout + said.stderr)

    def test_told(self):
        self.rules(skills=["charts"], task_cost_usd=5)
        self.rules("20-more.json", computer_required=True)
        found = self.check(4)
        self.assertEqual(found["state"], "ok")
        for part in "Skills: charts.", "5.00 US dollars", "cannot be switched off":
            self.assertIn(part, found["detail"])

    def test_skills(self):
        folder = os.path.join(self.temporary, "greeting")
        os.makedirs(folder)
        with open(os.path.join(folder, "SKILL.md"), "w", encoding="utf-8") as file:
            file.write("---\nname: greeting\ndescription: How to greet. Use it for greetings.\n---\n\nSay hello.\n")
        self.annex("skills", "install", folder, "--yes")
        self.rules(skills=["charts"])
        listed = {s["name"]: s for s in self.lines(self.annex("skills", "list", "--json"))}
        self.assertIn("administrator does not allow", listed["greeting"]["fault"])
        said = self.annex("skills", "install", folder, "--yes", status=1).stderr
        self.assertIn("administrator does not allow", said)


if __name__ == "__main__":
    main()
