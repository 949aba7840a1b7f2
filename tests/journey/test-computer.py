# test-computer.py: tasks with a real computer, scripted through a fake model: tools, shares, losses, the network.
# SPDX-License-Identifier: GPL-3.0-or-later
import json
import os
import shutil
import signal
import struct
import time
import zlib

from journey import Journey, contents, image_folder, left_over, main, read_proc, tree, turn, use, wait_until
from make_pdf import pdf


def shell(command, **more):
    return use("shell", command=command, **more)


def png():
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = b"".join(b"\0" + b"\xff\0\0" * 8 for _ in range(8))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", 8, 8, 8, 2, 0, 0, 0)) \
        + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


class Computer(Journey):
    def machines(self, name="qemu-system"):
        """The processes of this case's own virtual machines."""
        return [pid for pid in left_over(self.runtime, self.home)
                if name.encode() in read_proc(pid, "cmdline").split(b"\0")[0]]

    def told(self, task):
        """Tool name → texts of its results, in order."""
        found = {}
        for event in self.events(task, "tool-finished"):
            found.setdefault(event["data"]["name"], []).append(self.result_text(event))
        return found

    def image_blocks(self, request):
        last = request["body"]["messages"][-1]["content"]
        return [b["source"]["media_type"] for r in last if r["type"] == "tool_result" and isinstance(r["content"], list)
                for b in r["content"] if b["type"] == "image"]

    def draft(self, task, *words):
        return {(c["share"], c["path"]): c for c in self.lines(self.annex("tasks", "draft", task, "--json", *words))}

    # ---- every tool, three shares

    def test_every_tool(self):
        work = self.folder({"a.txt": "one\ntwo\nthree\n", "b.txt": "b\n", "old/name.txt": "to be renamed\n",
                            "gone.txt": "g\n", "mine.txt": "mine\n", "dot.png": png(), "page.pdf": pdf("First page\fSecond page")}, "Work")
        notes = self.folder({"n.txt": "secret of the notes\n"}, "Notes")
        os.mkdir(os.path.join(self.temporary, "other"))
        second = self.folder({"k.txt": "k\n"}, "other/Work")
        before = {path: tree(path) for path in (work, notes, second)}
        url, log = self.model(
            turn(shell("echo out; echo err >&2; exit 3"), shell("whoami; sudo id -u; ls /folders; hostname; ls /sys/class/net")),
            turn(use("read_file", path="/folders/Work/a.txt", offset=2, limit=1),
                 use("write_file", path="/folders/Work/new/deep.txt", content="ünïcode\n"),
                 use("edit_file", path="/folders/Work/a.txt", old_text="two", new_text="TWO"),
                 use("edit_file", path="/folders/Work/b.txt", old_text="absent", new_text="x")),
            turn(use("find_files", pattern="*.txt", path="/folders/Work"), use("search_text", pattern="secret", path="/folders"),
                 use("write_file", path="/folders/Notes/x.txt", content="x")),
            turn(use("read_file", path="/folders/Work/dot.png")), turn(use("read_file", path="/folders/Work/page.pdf")),
            turn(shell("for i in 1 2 3; do echo tick $i; done; sleep 600", background=True)),
            turn(shell("sleep 1"), use("shell_output", id="{{background}}"), remember={"background": "background as ([0-9a-z]{26})"}),
            turn(use("shell_stop", id="{{background}}")), turn(use("shell_output", id="{{background}}")),
            turn(use("delegate", goal="Count the notes", context="They are in /folders/Notes")),
            turn(shell("ls /folders/Notes | wc -l"), tool="shell", match="Count the notes"), turn("There is one note.", match="Count the notes"),
            turn(shell("cd /folders/Work && mv old/name.txt renamed.txt && rm gone.txt && echo theirs >> mine.txt && "
                       "echo k2 > /folders/Work-2/k.txt && echo done > /home/agent/outbox/result.txt")),
            turn(use("present_files", paths=["/home/agent/outbox/result.txt", "/folders/Work/new/deep.txt"])),
            turn("Everything is done."))
        done = self.ask_model(url, "--folder", work, "--folder", notes + ":read-only", "--folder", second + ":keep", "--json", "Work")
        task = self.newest()["id"]
        self.assertEqual(self.lines(done), self.events(task))
        told = self.told(task)
        first, who = told["shell"][:2]
        for words in ("3", "stdout", "out", "stderr", "err"):
            self.assertIn(words, first)
        for words in ("agent\n0\n", "Notes\nWork\nWork-2\n", "\nlo"):
            self.assertIn(words, who)
        self.assertNotIn("eth", who)
        self.assertIn("2\ttwo", told["read_file"][0])
        self.assertNotIn("three", told["read_file"][0])
        self.assertIn("“old_text” is not in the file", " ".join(told["edit_file"]))
        self.assertIn("a.txt", told["find_files"][0])
        self.assertIn("n.txt", told["search_text"][0])
        self.assertIn("tick 3", told["shell_output"][0])
        self.assertIn("is running", told["shell_output"][0])
        self.assertNotIn("is running", told["shell_output"][1])
        self.assertIn("There is one note.", told["delegate"][0])
        sent = self.requests(log)
        self.assertIn("pages: 2", told["read_file"][2])
        pictures = [self.image_blocks(r) for r in sent]
        self.assertIn(["image/png"], pictures)
        self.assertIn(["image/jpeg"] * 2, pictures)
        self.assertIn("The user sees 2 files", told["present_files"][0])
        self.assertEqual(self.events(task, "files-presented")[0]["data"]["paths"],
                         ["/home/agent/outbox/result.txt", "/folders/Work/new/deep.txt"])
        self.assertNotIn(self.temporary, json.dumps([r["body"] for r in sent]))
        # The folder in mode keep is changed, the others are as they were.
        with open(second + "/k.txt", encoding="utf-8") as file:
            self.assertEqual(file.read(), "k2\n")
        self.assertEqual((tree(work), tree(notes)), (before[work], before[notes]))
        self.review(task, work, second, before)

    def review(self, task, work, second, before):
        draft = self.draft(task, "--folder", "Work")
        self.assertEqual({path: c["kind"] for (_, path), c in draft.items() if not c.get("folder")},
                         {"a.txt": "changed", "mine.txt": "changed", "new/deep.txt": "added", "renamed.txt": "renamed", "gone.txt": "deleted"})
        self.assertIn("+TWO", self.annex("tasks", "draft", task, "--diff").stdout)
        # The user goes on working meanwhile: both versions of that file are kept.
        with open(work + "/mine.txt", "a", encoding="utf-8") as file:
            file.write("my own line\n")
        mine = contents(work)["mine.txt"]
        self.annex("tasks", "discard", task, "--folder", "Work", "gone.txt")
        self.assertNotIn(("Work", "gone.txt"), self.draft(task, "--folder", "Work"))
        self.annex("tasks", "keep", task, "--folder", "Work", "a.txt")
        with open(work + "/a.txt", encoding="utf-8") as file:
            self.assertEqual(file.read(), "one\nTWO\nthree\n")
        self.assertFalse(os.path.exists(work + "/renamed.txt"))
        self.annex("tasks", "keep", task, "--folder", "Work")
        now = contents(work)
        self.assertEqual(now["mine.txt"], mine)
        beside = [p for p in now if p not in before[work] and "mine" in p]
        self.assertEqual(len(beside), 1, now)
        with open(os.path.join(work, beside[0]), encoding="utf-8") as file:
            self.assertEqual(file.read(), "mine\ntheirs\n")
        self.assertIn("renamed.txt", now)
        self.assertNotIn("old/name.txt", now)
        self.assertIn("gone.txt", now)
        self.assertEqual(self.draft(task), {})
        self.assertEqual(self.lines(self.annex("inbox", "list", "--json")), [])
        self.annex("tasks", "undo", task)
        after = tree(work)
        self.assertEqual({**before[work], "mine.txt": after["mine.txt"], ".": after["."]}, after)
        self.assertEqual(contents(second)["k.txt"], before[second]["k.txt"][0])

    # ---- losses

    def test_losses(self):
        """The virtual machine is killed in mid-command, then Annex itself is."""
        work = self.folder({"a.txt": "a\n"}, "Work")
        url, log = self.model(
            turn(use("write_file", path="/folders/Work/kept.txt", content="before the loss\n"), shell("echo 1 > ~/count; sync")),
            turn(shell("echo going; sleep 500")),
            turn(shell("cat /folders/Work/kept.txt ~/count"), delay_ms=1500),
            turn(shell("echo 2 >> ~/count; sync; sleep 500")),
            turn(shell("cat ~/count")), turn("So it ends."))
        process = self.start_model(url, "--folder", work, "--json", "Work")
        seen = []
        self.read_tools(process, seen, 3)
        self.assertTrue(wait_until(lambda: len(self.machines()) == 1))
        time.sleep(3)  # a command that has not begun yet would be run in the next machine
        os.kill(self.machines()[0], signal.SIGKILL)
        self.read_tools(process, seen, 5)
        told = self.told(seen[0]["task"])["shell"]
        self.assertRegex(told[1], "(?i)computer")
        self.assertIn("before the loss", told[2])
        self.assertIn("\n1", told[2])
        # Annex is killed in the middle of the next command.
        time.sleep(3)
        self.assertIsNone(process.poll())
        process.kill()
        process.communicate()
        task = self.newest()["id"]
        done = self.resume(task)
        self.assertIn("So it ends.", done.stdout)
        told = self.told(task)["shell"]
        self.assertIn("interrupted", told[3])
        self.assertTrue(told[4].endswith("stdout:\n1\n2\n"), told[4])
        interrupted = [e for e in self.events(task, "tool-finished") if e["data"].get("interrupted")]
        self.assertEqual(len(interrupted), 1)
        self.assertIn(("Work", "kept.txt"), self.draft(task))
        self.assertEqual(contents(work), contents(self.folder({"a.txt": "a\n"}, "Same")))
        self.assertEqual(self.machines() + self.machines("virtiofsd"), [])

    def read_tools(self, process, seen, count):
        """Reads events until @count tool calls were started."""
        for line in process.stdout:
            seen.append(json.loads(line))
            if sum(e["type"] == "tool-started" for e in seen) == count:
                return
        self.fail(process.stderr.read())

    # ---- the network

    def test_network(self):
        url, log = self.model(
            turn(shell("curl -sS -m 20 http://example.com/; curl -sS -m 20 https://example.com/; curl -sS -m 20 http://127.0.0.1:1/ || true; "
                       "curl -sS -m 20 --noproxy '' http://169.254.169.254/; getent hosts example.com; ip -br link | wc -l")),
            turn(use("request_network", host="example.com", reason="to look"), use("request_network", host="example.org", reason="too")),
            turn(shell("curl -sS -m 20 http://example.com/; curl -sS -m 20 http://example.org/")),
            turn(shell("sudo apt-get update -qq && sudo apt-get install -y -qq --no-install-recommends hello 2>&1 | tail -n 2; hello",
                       timeout_s=400)),
            turn(shell("mkdir x && cd x && npm install --no-audit --no-fund is-number 2>&1 | tail -n 3; ls node_modules", timeout_s=300)),
            turn("That is all."))
        answers = self.answers({"ask": "network", "match": "example.com", "answer": "never"}, {"ask": "network", "answer": "once"})
        self.ask_model(url, "--answers", answers, "Fetch", timeout=600)
        task = self.newest()["id"]
        told = self.told(task)
        self.assertIn("request_network", told["shell"][0])
        self.assertIn("example.com", told["shell"][0])
        self.assertIn("addresses made of numbers", told["shell"][0])
        self.assertIn("never allows example.com", " ".join(told["request_network"]))
        self.assertIn("the user does not want it", told["shell"][1])
        self.assertNotIn("nobody has allowed", told["shell"][1])
        rows = self.lines(self.annex("tasks", "ledger", task, "--json"))
        refused = [r for r in rows if r["decision"] == "refused"]
        self.assertIn("example.com", {r["host"] for r in refused})
        # Allowed once; whether it can be reached from here is another matter.
        self.assertNotIn("example.org", {r["host"] for r in refused})
        self.assertIn("example.org", {r["host"] for r in rows})
        self.assertTrue([r for r in refused if "169.254.169.254" in r["host"]], refused)
        for row in refused:
            self.assertTrue(row["reason"], row)
        allowed = [r for r in rows if r["channel"] == "computer" and r["decision"] == "allowed"]
        if "Hello, world!" not in told["shell"][2] and not allowed:
            self.skipTest("no package mirror can be reached from here: " + told["shell"][2][-300:])
        self.assertIn("Hello, world!", told["shell"][2])
        self.assertIn("is-number", told["shell"][3])
        self.assertGreaterEqual(len({r["host"] for r in allowed}), 2)
        self.assertGreater(sum(r["bytes_down"] for r in allowed), 100000)
        self.assertIn("example.com", self.annex("tasks", "ledger", task).stdout)

    # ---- the image

    def test_damaged_image(self):
        folder = self.home + "/data/annex/image"
        os.remove(folder)
        current = os.readlink(image_folder() + "/current")
        os.makedirs(os.path.join(folder, current))
        os.symlink(current, folder + "/current")
        names = sorted(os.listdir(image_folder() + "/current"), key=lambda n: os.path.getsize(image_folder() + "/current/" + n))
        for name in names:
            if name == names[-2]:
                shutil.copyfile(os.path.join(image_folder(), current, name), os.path.join(folder, current, name))
            else:
                os.symlink(os.path.join(os.path.realpath(image_folder()), current, name), os.path.join(folder, current, name))
        with open(os.path.join(folder, current, names[-2]), "r+b") as file:
            file.seek(5000)
            byte = file.read(1)
            file.seek(5000)
            file.write(bytes([byte[0] ^ 1]))
        done = self.annex("computer", "exec", "--", "uname", status=4)
        self.assertIn("damaged", done.stderr)
        self.assertIn("annex computer build", done.stderr)

    # ---- what computers start from

    def test_doctor_prepares_it_anew(self):
        root = os.path.join(self.env["XDG_CACHE_HOME"], "annex/template")

        def look(*words):
            found = {c["id"]: c for c in self.lines(self.annex("doctor", "--json", *words, timeout=600))}
            return found["template"]["state"], found["template"]["sentence"]

        self.annex("computer", "exec", "--", "true")
        self.assertEqual(look()[0], "ok")
        key = max(os.listdir(root), key=lambda name: os.path.getmtime(os.path.join(root, name)))
        folder, aged = os.path.join(root, key), os.path.join(root, "0" * len(key))
        for age in ("made before", "changed by something else"):
            if age == "made before":  # as of another QEMU
                for other in os.listdir(root):
                    if other != key:
                        shutil.rmtree(os.path.join(root, other))
                os.rename(folder, aged)
            else:
                with open(os.path.join(folder, "memory.save"), "ab") as file:
                    file.write(b"more")
            state, text = look()
            self.assertEqual(state, "notice")
            self.assertIn(age, text)
            self.assertEqual(look("--fix"), ("ok", "A computer is ready to start in a moment."))
            self.assertIn(key, os.listdir(root))
            self.assertEqual(look()[0], "ok")
        self.assertEqual(self.machines(), [])
        self.assertEqual(self.annex("computer", "exec", "--", "echo", "there").stdout.strip(), "there")
        shutil.rmtree(aged, ignore_errors=True)


if __name__ == "__main__":
    main()
