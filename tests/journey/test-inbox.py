# test-inbox.py: no today and yes tomorrow; the doctor; the model that is set up.
# SPDX-License-Identifier: GPL-3.0-or-later
import json
import os

from journey import Journey, main, turn, use

IDS = {"folder", "store", "settings", "kvm", "qemu", "libvirt", "virtiofsd", "namespaces", "sub-ids", "memory",
       "image", "template", "disk", "leftovers", "model", "keyring", "network", "connectors", "space", "policy",
       "clock", "folders", "guest-disks", "place"}


class Inbox(Journey):
    with_computer = False

    def inbox(self, *words):
        return self.lines(self.annex("inbox", "list", "--json", *words))

    def config(self, **members):
        path = os.path.join(self.home, "config/annex/config.json")
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as file:
            json.dump(members, file)

    def test_no_and_yes_tomorrow(self):
        url, log = self.model(turn(use("request_network", host="data.example.org", reason="the table")),
                              turn("Without it, then."), turn("Now I can.", match="looked at it again"))
        self.ask_model(url, "Fetch it", status=3)
        task = self.newest()["id"]
        ask = self.inbox()[0]
        self.assertEqual((ask["state"], ask["kind"], ask["task_title"]), ("open", "network", "Fetch it"))
        self.annex("inbox", "reopen", ask["id"], status=1)
        self.annex("inbox", "answer", ask["id"], "never")
        self.resume(task)
        self.assertEqual(self.inbox(), [])
        refused = self.inbox("--all")
        self.assertEqual([(a["id"], a["state"]) for a in refused], [(ask["id"], "refused")])
        self.assertIn("closed", refused[0])
        self.assertIn("refused", self.annex("inbox", "list", "--all").stdout)
        again = self.annex("inbox", "reopen", ask["id"][:12]).stdout
        opened = self.inbox("--all")
        self.assertEqual([a["state"] for a in opened], ["open"])
        self.assertIn(opened[0]["id"], again)
        self.assertEqual(opened[0]["reopens"], ask["id"])
        self.annex("inbox", "answer", opened[0]["id"], "task")
        self.assertIn("Now I can.", self.resume(task).stdout)
        decided = [e["data"]["scope"] for e in self.events(task, "network-decided")]
        self.assertEqual(decided, ["never", "task"])
        self.assertEqual(self.inbox("--all"), [])

    def test_secret_without_a_keyring(self):
        """It would be gone before the task asks for it, so it stays open."""
        url, _ = self.model(turn(use("ask_user", questions=[{"header": "Key", "question": "What is the key?", "secret": True}])))
        self.ask_model(url, "Log in", status=3)
        ask, = self.inbox()
        said = self.annex("inbox", "answer", ask["id"], "hunter2-journey", status=4).stderr
        self.assertIn("There is no keyring", said)
        self.assertIn("Nothing was kept", said)
        self.assertEqual([a["id"] for a in self.inbox()], [ask["id"]])

    def test_dismissed_nothing_to_reopen(self):
        self.annex("inbox", "reopen", "01none", status=1)
        self.annex("inbox", "reopen", status=2)
        self.annex("inbox", "dance", status=2)

    def test_the_model_that_is_set_up(self):
        url, log = self.model(turn("Here I am."))
        self.config(models=[{"id": "01a", "name": "Mine", "provider": "openai", "model": "fake-1", "base_url": url,
                             "default": True}])
        self.assertIn("Here I am.", self.annex("run", "Hello").stdout)
        self.assertEqual(self.requests(log, 1)[0]["body"]["model"], "fake-1")

    def test_doctor(self):
        lines = self.lines(self.annex("doctor", "--json", status=4))
        found = {c["id"]: c for c in lines}
        self.assertEqual(len(found), len(lines))  # each is told once
        self.assertEqual(set(found), IDS)
        self.assertEqual((found["image"]["state"], found["store"]["state"]), ("failed", "ok"))
        for check in found.values():
            self.assertIn(check["state"], ("ok", "notice", "failed", "unknown"))
            self.assertGreater(len(check["sentence"]), 10)
        shown = self.annex("doctor", status=4).stdout
        self.assertIn("FAIL The computer’s system", shown)
        self.assertLess(shown.index("FAIL"), shown.index("ok  "))
        self.annex("doctor", "now", status=2)

    def test_doctor_mends_a_damaged_list(self):
        path = os.path.join(self.home, "data/annex/tasks.db")
        with open(path, "w", encoding="utf-8") as file:
            file.write("This is no database. " * 40)
        self.annex("tasks", "list", status=1)
        found = {c["id"]: c for c in self.lines(self.annex("doctor", "--json", status=4))}
        self.assertEqual((found["store"]["state"], found["store"]["repair"]), ("failed", "Put It Aside"))
        before = os.listdir(os.path.dirname(path))
        self.assertIn("tasks.db", before)
        # The image cannot be built here, so only what can be mended is.
        self.annex("doctor", "--fix", "--json", status=4, PATH=self.temporary)
        self.assertTrue(any(name.startswith("tasks.db.damaged-") for name in os.listdir(os.path.dirname(path))))
        self.assertEqual(self.lines(self.annex("tasks", "list", "--json")), [])


if __name__ == "__main__":
    main()
