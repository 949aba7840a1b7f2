# test-models.py: the real binary against a model server that misbehaves, in both wire formats.
# SPDX-License-Identifier: GPL-3.0-or-later
import concurrent.futures
import json
import os
import pathlib
import signal
import socket

from journey import ANNEX, Journey, main, text, turn, use

PLAN = use("update_plan", steps=[{"title": "One", "state": "in_progress"}])
MAX_RESIDENT_KB = 160 * 1024


def is_sanitized():
    with open(ANNEX, "rb") as file:
        return b"__asan_init" in file.read()


class Wire:
    """The cases that hold for each format."""

    with_computer = False

    def conversation(self, request):
        """The messages of a request in one shape: (role, texts, calls, results)."""
        raise NotImplementedError

    def assert_no_key(self, *texts):
        for words in texts:
            self.assertNotIn(self.key, words)
        for base, _, names in os.walk(self.temporary):
            for name in names:
                path = os.path.join(base, name)
                if ".json" in name or not os.path.isfile(path):
                    continue  # the server's own log has it, of course
                with open(path, "rb") as file:
                    self.assertNotIn(self.key.encode(), file.read(), path)

    def read_to(self, process, words, seen):
        """Reads events until a block with the text @words is one."""
        for line in process.stdout:
            seen.append(json.loads(line))
            if seen[-1]["type"] == "block" and seen[-1]["data"]["block"].get("text") == words:
                return
        self.fail(f"it ended before it said {words}: {process.stderr.read()}")

    def test_answer(self):
        url, log = self.model(turn("Good morning.", PLAN), turn("All done."), api_key=self.key)
        done = self.ask_model(url, "--json", "Say good morning")
        events = self.lines(done)
        task = self.newest()
        self.assertEqual((task["state"], task["title"]), ("done", "Say good morning"))
        self.assertEqual(events, self.events(task["id"]))
        self.assertEqual([e["seq"] for e in events], list(range(1, len(events) + 1)))
        self.assertEqual({e["task"] for e in events}, {task["id"]})
        shown = self.annex("tasks", "show", task["id"]).stdout
        for words in ("Good morning.", "All done.", "◐ One"):
            self.assertIn(words, shown)
        self.requests(log, 2)
        self.assert_no_key(done.stdout, done.stderr, shown)

    def test_only_ever_appended(self):
        calls = [turn(f"Step {n}", PLAN, use("nothing_like_it", n=n)) for n in range(4)]
        url, log = self.model(*calls, turn("First answer"), turn("Second answer"))
        self.ask_model(url, "Begin")
        self.resume(self.newest()["id"], "And now?")
        sent = self.requests(log, 6)
        for before, after in zip(sent, sent[1:]):
            self.assertEqual(self.prefix(before), self.prefix(after))
            old, new = self.conversation(before), self.conversation(after)
            self.assertEqual(new[:len(old)], old)
            self.assertGreater(len(new), len(old))
        self.assertIn("Step 3", json.dumps(self.conversation(sent[-1])))

    def test_refused_key(self):
        message = f"invalid x-api-key: {self.key} is not known"
        url, _ = self.model(turn("Never", fault={"kind": "status", "status": 401, "type": "authentication_error",
                                                 "message": message, "times": -1}))
        done = self.ask_model(url, "Hello", status=1)
        self.assertIn("key", done.stderr)
        self.assertIn("ANNEX_API_KEY", done.stderr)
        self.assertEqual(self.events(self.newest()["id"], "error")[0]["data"]["code"], "auth")
        self.assertEqual(self.newest()["state"], "failed")
        self.assert_no_key(done.stdout, done.stderr, self.annex("tasks", "show", self.newest()["id"], "--json").stdout)

    def test_no_key(self):
        url, log = self.model(turn("Never"), api_key="sk-another")
        done = self.annex(*self.model_words(url), "Hello", status=4)
        for words in ("key", "ANNEX_API_KEY", "--model tour"):
            self.assertIn(words, done.stderr)
        self.assertNotIn("Never", done.stdout)

    def test_busy_then_answers(self):
        fault = {"kind": "status", "status": 429, "type": "rate_limit_error", "message": "Slower.", "retry_after": "1"}
        url, log = self.model(turn("Here I am", fault=fault))
        done = self.ask_model(url, "Hello")
        self.assertIn("Trying again in 1.0 s", done.stdout)
        self.assertIn("Here I am", done.stdout)
        first, second = self.requests(log, 2)
        self.assertGreaterEqual(second["time_us"] - first["time_us"], 950000)
        failed = self.events(self.newest()["id"], "reply-failed")
        self.assertEqual([f["data"]["retry_in_ms"] for f in failed], [1000])

    def test_overloaded_in_mid_stream(self):
        fault = {"kind": "error-event", "after_events": 6, "type": "overloaded_error", "message": "Overloaded"}
        url, log = self.model(turn("Thinking aloud.", PLAN, fault=fault), turn("Done"))
        self.ask_model(url, "Hello")
        sent = self.requests(log, 3)
        self.assertEqual(self.conversation(sent[0]), self.conversation(sent[1]))
        self.assertEqual(json.dumps(self.conversation(sent[2])).count("Thinking aloud."), 1)
        task = self.newest()
        self.assertEqual(task["state"], "done")
        failed = {e["data"]["reply"] for e in self.events(task["id"], "reply-failed")}
        finished = {e["data"]["reply"] for e in self.events(task["id"], "reply-finished")}
        self.assertEqual((len(failed), len(finished & failed)), (1, 0))
        self.assertEqual(len(self.results(task["id"])), 1)

    def test_cut_anywhere(self):
        places = [0, 1, 7, 40, 150, 300, 451, 700, 900, 1100]
        url, log = self.model(*[turn(f"Part {n}.", PLAN, fault={"kind": "cut", "after_bytes": n}) for n in places],
                              turn("Whole."))
        self.ask_model(url, "Hello")
        last = self.requests(log)[-1]
        words = json.dumps(self.conversation(last))
        for n in places:
            self.assertEqual(words.count(f"Part {n}."), 1, n)
        task = self.newest()["id"]
        self.assertGreaterEqual(len(self.events(task, "reply-failed")), 8)
        self.assertEqual(len(self.results(task)), len(places))

    def test_malformed_and_unknown_calls(self):
        url, log = self.model(turn(PLAN, fault={"kind": "malformed-tool"}), turn(use("launch_rocket", to="moon")),
                              turn({**PLAN, "input": {"steps": "none"}}), turn("I give up"))
        self.ask_model(url, "Hello")
        found = self.results(self.newest()["id"])
        self.assertEqual([error for _, error in found], [True, True, True], found)
        self.assertIn("not valid JSON", found[0][0])
        self.assertIn("There is no tool “launch_rocket”", found[1][0])
        last = self.conversation(self.requests(log, 4)[-1])
        self.assertEqual(sum(len(m[3]) for m in last), 3)

    def test_endless_text(self):
        url, _ = self.model(turn("x", fault={"kind": "endless", "of": "text", "text": "la " * 400}), turn("Never"))
        process = self.start_model(url, "--timeout", "20", "Sing")
        # Read while it runs: where the time is over first, it says more than a pipe holds.
        with concurrent.futures.ThreadPoolExecutor() as pool:
            out, err = pool.map(lambda pipe: pipe.read(), (process.stdout, process.stderr))
        _, state, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(state)
        self.assertEqual(process.returncode, 1, err)
        self.assertNotIn("Never", out)
        print(f"# {usage.ru_maxrss // 1024} MiB resident at most")
        self.assertLess(usage.ru_maxrss, MAX_RESIDENT_KB * (4 if is_sanitized() else 1))

    def test_time_limit(self):
        url, _ = self.model(turn("x", fault={"kind": "endless", "of": "text", "text": "la ", "delay_ms": 100}),
                            turn("At last"))
        done = self.ask_model(url, "--timeout", "1", "Sing", status=1, timeout=20)
        self.assertIn("the time is over", done.stderr)
        task = self.newest()
        self.assertEqual(task["state"], "stopped")
        self.assertIn("At last", self.resume(task["id"]).stdout)

    def test_limit_of_the_preferences(self):
        settings = pathlib.Path(self.env["XDG_CONFIG_HOME"], "glib-2.0/settings/keyfile")
        settings.parent.mkdir(parents=True)
        settings.write_text("[io/github/annex_desktop/Annex]\nlimit-turns=uint32 10\n")
        self.env.update(GSETTINGS_BACKEND="keyfile", GSETTINGS_SCHEMA_DIR=os.path.join(os.path.dirname(ANNEX), "../../data"))
        plans = [use("update_plan", steps=[{"id": "a", "title": f"Step {n}", "state": "in_progress"}]) for n in range(15)]
        url, log = self.model(*[turn(f"Part {n}.", plan) for n, plan in enumerate(plans)], turn("Never"))
        done = self.ask_model(url, "Hello", status=1)
        self.assertIn("after 10 rounds", done.stderr)
        self.assertLess(len(self.requests(log)), 15)

    def test_other_refusals(self):
        cases = [
            ({"status": 400, "type": "invalid_request_error", "message": "messages: too odd"}, 1, "too odd"),
            ({"status": 402, "type": "billing_error", "message": "Your credit is used up"}, 1, "credit"),
            ({"status": 404, "type": "not_found_error", "message": "model: fake-1"}, 1, "fake-1"),
            ({"status": 500, "type": "api_error", "message": "Boom", "retry_after_ms": "5", "times": -1}, 1, "Boom"),
            ({"status": 302, "location": "http://127.0.0.1:9/"}, 1, "another address"),
        ]
        for fault, status, words in cases:
            with self.subTest(status=fault["status"]):
                url, _ = self.model(turn("Never", fault={"kind": "status", "times": -1, **fault}))
                done = self.ask_model(url, "Hello", status=status)
                self.assertIn(words, done.stderr)
                self.assertEqual(self.newest()["state"], "failed")
                self.assert_no_key(done.stderr, done.stdout)
        url, _ = self.model(turn("Never", fault={"kind": "html", "times": -1}))
        self.assertIn("text/html", self.ask_model(url, "Hello", status=1).stderr)

    def test_unreachable(self):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            url = f"http://127.0.0.1:{free.getsockname()[1]}"
        done = self.ask_model(url, "Hello", status=1)
        self.assertIn("127.0.0.1", done.stderr)
        self.assertIn("--base-url", done.stderr)
        self.assertIn("--resume", done.stderr)
        self.assertEqual(self.events(self.newest()["id"], "error")[0]["data"]["code"], "offline")
        done = self.ask_model("http://model.invalid", "Hello", status=1)
        self.assertIn("model.invalid", done.stderr)

    def test_interrupted_by_the_user(self):
        url, _ = self.model(turn("One", PLAN, piece_bytes=2, fault={"kind": "slow", "ms": 200}), turn("Ready"))
        process = self.start_model(url, "--json", "Count")
        self.read_to(process, "One", [])
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=20)
        self.assertEqual(process.returncode, 1, err)
        self.assertIn("--resume", err)
        task = self.newest()
        self.assertEqual(task["state"], "stopped")
        self.assertIn("Ready", self.resume(task["id"]).stdout)
        self.assertEqual(self.newest()["state"], "done")

    def test_killed_in_mid_stream(self):
        slow = {"kind": "slow", "ms": 100}
        url, log = self.model(turn("First.", PLAN), turn("Second is", PLAN, piece_bytes=4, fault=slow),
                              turn("Second again.", PLAN), turn("The end."))
        process = self.start_model(url, "--json", "Count")
        seen = []
        self.read_to(process, "Second is", seen)
        process.kill()
        seen += [json.loads(line) for line in process.stdout.read().splitlines(keepends=True) if line.endswith("\n")]
        process.communicate()
        self.assertEqual(process.returncode, -signal.SIGKILL)
        task = self.newest()["id"]
        self.assertEqual(self.events(task)[:len(seen)], seen)
        done = self.resume(task, "--json")
        self.assertEqual(self.events(task)[:len(seen)], seen)
        self.assertEqual(self.newest()["state"], "done")
        self.assertIn("The end.", done.stdout)
        words = json.dumps(self.conversation(self.requests(log)[-1]))
        self.assertEqual(words.count("First."), 1)
        self.assertNotIn("Second is", words)

    def test_odd_words_on_the_terminal(self):
        odd = "Red \u001b[31malert\u001b[0m \u202egnp.exe\u0007\u009b2J"
        url, _ = self.model(turn(odd, use("update_plan", steps=[{"title": odd, "state": "pending"}])), turn("Done"))
        done = self.ask_model(url, "Hello")
        for bad in "\u001b\u202e\u0007\u009b":
            self.assertNotIn(bad, done.stdout)
        self.assertIn("alert", done.stdout)


class Anthropic(Wire, Journey):
    provider = "anthropic"

    def prefix(self, request):
        words = request["text"]
        return [words[words.index(f'"{name}"'):][:2000] for name in ("system", "tools")], request["body"]["system"], \
            request["body"]["tools"]

    def conversation(self, request):
        found = []
        for message in request["body"]["messages"]:
            blocks = message["content"]
            blocks = [text(blocks)] if isinstance(blocks, str) else blocks
            found.append((message["role"], [b["text"] for b in blocks if b["type"] == "text"],
                          [(b["id"], b["name"], b["input"]) for b in blocks if b["type"] == "tool_use"],
                          [(b["tool_use_id"], b["content"]) for b in blocks if b["type"] == "tool_result"]))
        return found


class OpenAI(Wire, Journey):
    provider = "openai"

    def prefix(self, request):
        body = request["body"]
        return body["tools"], body["messages"][0]

    def conversation(self, request):
        found = []
        for message in request["body"]["messages"]:
            content = message.get("content") or ""
            words = [content] if isinstance(content, str) else [p["text"] for p in content if p["type"] == "text"]
            found.append((message["role"], words if message["role"] != "tool" else [],
                          [(c["id"], c["function"]["name"], c["function"]["arguments"])
                           for c in message.get("tool_calls") or []],
                          [(message["tool_call_id"], words)] if message["role"] == "tool" else []))
        return found


if __name__ == "__main__":
    main()
