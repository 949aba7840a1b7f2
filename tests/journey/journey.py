# journey.py: runs the real binary as a user would, for the journeys here.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Each case begins without tasks; the computer's image is the user's, read only."""
import fcntl
import hashlib
import json
import os
import pathlib
import re
import selectors
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
import unittest

ROOT = pathlib.Path(__file__).parents[2]
SAMPLES = ROOT / "data/samples"
ANNEX = os.environ["ANNEX_BINARY"]
FAKE_MODEL = os.environ.get("ANNEX_FAKE_MODEL", "")
sys.path.insert(0, str(ROOT / "tests/tour"))
from folder_case import main  # noqa: E402, F401 (the TAP runner)


def tree(folder):
    """Everything about a folder that undo must restore: kinds, contents, modes, times, links."""
    found = {}
    for base, folders, files in os.walk(folder):
        for name in folders + files + ["."]:
            path = os.path.join(base, name)
            info = os.lstat(path)
            if stat.S_ISREG(info.st_mode):
                with open(path, "rb") as file:
                    content = hashlib.sha256(file.read()).hexdigest()
            elif stat.S_ISLNK(info.st_mode):
                content = os.readlink(path)
            else:
                content = "folder"
            found[os.path.normpath(os.path.relpath(path, folder))] = (content, oct(info.st_mode), info.st_mtime_ns)
    return found


def is_again(folder, before):
    """Is the folder as tree() found it before? One that is being worked on is not yet."""
    try:
        return tree(folder) == before
    except FileNotFoundError:
        return False


def contents(folder):
    return {path: value[0] for path, value in tree(folder).items()}


class Journey(unittest.TestCase):
    """A user with a home of their own."""

    with_computer = True
    provider = "anthropic"
    key = "sk-journey-0123456789abcdef"

    def setUp(self):
        if self.with_computer and not os.path.isdir(image_folder()):
            self.skipTest("the computer's image is not built")
        self.temporary = tempfile.mkdtemp(prefix="annex-j-")
        self.servers = []
        self.settle_in()
        self.addCleanup(self.clean_up)

    def settle_in(self):
        """Makes the home, with the image in it, and says where all is."""
        self.home, self.runtime, cache = self.shared_places() if self.with_computer else self.own_places()
        self.env = {k: v for k, v in os.environ.items() if not k.startswith(("ANNEX_", "XDG_", "DBUS_"))}
        self.env.update(HOME=self.home, XDG_RUNTIME_DIR=self.runtime, XDG_DATA_HOME=self.home + "/data",
                        XDG_CACHE_HOME=cache, XDG_CONFIG_HOME=self.home + "/config", LANG="C.UTF-8")
        os.makedirs(self.home + "/data/annex")
        if self.with_computer:
            os.symlink(image_folder(), self.home + "/data/annex/image")

    def own_places(self):
        home = os.path.join(self.temporary, "home")
        return home, tempfile.mkdtemp(prefix="r-", dir=os.environ.get("XDG_RUNTIME_DIR")), home + "/cache"

    def shared_places(self):
        """The same paths for every case, one case at a time: a computer's template belongs to its paths,
        holds nothing of a task, and takes a minute to make where machines are emulated."""
        root = os.environ.get("ANNEX_JOURNEY_DIR") or os.path.join(tempfile.gettempdir(), f"annex-journey-{os.getuid()}")
        os.makedirs(root, mode=0o700, exist_ok=True)
        lock = open(os.path.join(root, "lock"), "w", encoding="utf-8")
        self.addCleanup(lock.close)
        fcntl.flock(lock, fcntl.LOCK_EX)
        for place in ("home", "r"):
            shutil.rmtree(os.path.join(root, place), ignore_errors=True)
        os.mkdir(os.path.join(root, "r"), 0o700)
        return os.path.join(root, "home"), os.path.join(root, "r"), os.path.join(root, "cache")

    def clean_up(self):
        for server in self.servers:
            server.terminate()
            server.communicate()
        for pid in left_over(self.runtime, self.home):
            os.kill(pid, signal.SIGKILL)
        for place in (self.temporary, self.home, self.runtime):
            shutil.rmtree(place, ignore_errors=True)

    def folder(self, files=None, name="Receipts"):
        """A folder of the user's; without files a copy of the samples."""
        path = os.path.join(self.temporary, name)
        if files is None:
            shutil.copytree(SAMPLES / "receipts", path, symlinks=True)
        else:
            os.mkdir(path)
            for file, content in files.items():
                target = os.path.join(path, file)
                os.makedirs(os.path.dirname(target), exist_ok=True)
                with open(target, "wb") as out:
                    out.write(content if isinstance(content, bytes) else content.encode())
        for base, _, names in os.walk(path):
            for n in names:
                os.utime(os.path.join(base, n), ns=(1770000000123456789, 1770000000123456789))
        return path

    def annex(self, *words, status=0, timeout=300, stdin=subprocess.DEVNULL, **env):
        """Runs it to its end; @timeout is for how long it may say nothing."""
        done = follow([ANNEX, *words], {**self.env, **env}, stdin, timeout)
        self.assertEqual(done.returncode, status, f"{words}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}")
        return done

    def start(self, *words, **env):
        return subprocess.Popen([ANNEX, *words], env={**self.env, **env}, stdin=subprocess.DEVNULL,
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, errors="replace")

    def answers(self, *entries):
        path = os.path.join(self.temporary, "answers.json")
        with open(path, "w", encoding="utf-8") as file:
            json.dump(list(entries), file)
        return path

    def lines(self, done):
        return [json.loads(line) for line in done.stdout.splitlines()]

    def newest(self):
        return self.lines(self.annex("tasks", "list", "--json"))[0]

    def events(self, task, kind=None):
        found = self.lines(self.annex("tasks", "show", task, "--json"))
        return [e for e in found if kind is None or e["type"] == kind]

    def result_text(self, event):
        content = event["data"]["result"]["content"]
        return content if isinstance(content, str) else "\n".join(b.get("text", "") for b in content)

    def model(self, *turns, **scenario):
        """A fake model server that takes @turns in order; returns its address and its log of requests."""
        path = os.path.join(self.temporary, f"scenario-{len(self.servers)}.json")
        log = path + ".log"
        with open(path, "w", encoding="utf-8") as file:
            json.dump({"models": ["fake-1"], "turns": list(turns), **scenario}, file)
        server = subprocess.Popen([FAKE_MODEL, path, log], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.servers.append(server)
        return f"http://127.0.0.1:{int(server.stdout.readline())}", log

    def ask_model(self, url, *words, **options):
        """`annex run` against the fake server at @url."""
        return self.annex(*self.model_words(url), *words, **{"ANNEX_API_KEY": self.key, **options})

    def start_model(self, url, *words):
        return self.start(*self.model_words(url), *words, ANNEX_API_KEY=self.key)

    def model_words(self, url):
        return ["run", "--model", self.provider + ":fake-1", "--base-url", url]

    def resume(self, task, *words, **options):
        return self.annex("run", "--resume", task, *words, **{"ANNEX_API_KEY": self.key, **options})

    def requests(self, log, expected=None):
        """What the server was asked, as parsed lines, the discovery paths left out."""
        with open(log, encoding="utf-8") as file:
            found = [json.loads(line) for line in file]
        found = [r for r in found if r["method"] == "POST"]
        if expected is not None:
            self.assertEqual(len(found), expected, [(r["status"], r.get("problem")) for r in found])
        return found

    def results(self, task):
        """The texts of the tool results of a task, with whether each is an error."""
        return [(self.result_text(e), bool(e["data"]["result"].get("is_error")))
                for e in self.events(task, "tool-finished") if not e["data"].get("parent")]


def text(words):
    return {"type": "text", "text": words}


def use(name, /, **arguments):
    return {"type": "tool_use", "name": name, "input": arguments}


def turn(*blocks, **more):
    return {"blocks": [text(b) if isinstance(b, str) else b for b in blocks], **more}


def what_it_does(pid):
    """Where its threads stand, what they have waited for, and which programs run below it."""
    debugger = ["gdb", "-p", str(pid), "-batch", "-nx", "-ex", "thread apply all backtrace 14"]
    found = []
    for command in (debugger, ["ps", "-eo", "pid,ppid,stat,time,wchan:20,args", "--sort", "pid"]):
        try:
            told = subprocess.run(command, capture_output=True, timeout=60, check=False, stdin=subprocess.DEVNULL)
            found.append(told.stdout.decode(errors="replace")[-12000:])
        except (OSError, subprocess.TimeoutExpired) as error:
            found.append(str(error))
    return "\n".join(found)


def follow(words, env, stdin, silence):
    """As subprocess.run does; it takes as long as it goes on, and @silence seconds without a word are too many."""
    process = subprocess.Popen(words, env=env, stdin=stdin, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    said = {process.stdout: b"", process.stderr: b""}
    with process, selectors.DefaultSelector() as open_ones:
        for pipe in said:
            open_ones.register(pipe, selectors.EVENT_READ)
        while open_ones.get_map():
            ready = open_ones.select(silence)
            if not ready:
                state = what_it_does(process.pid)
                process.kill()
                heard = "\n".join(text.decode(errors="replace")[-2000:] for text in said.values())
                raise AssertionError(f"{words} said nothing for {silence} s\n{heard}\n{state}")
            for key, _ in ready:
                chunk = os.read(key.fd, 65536)
                said[key.fileobj] += chunk
                if not chunk:
                    open_ones.unregister(key.fileobj)
    out, err = (re.sub("\r\n?", "\n", text.decode(errors="replace")) for text in said.values())
    return subprocess.CompletedProcess(words, process.returncode, out, err)


def wait_until(condition, seconds=30):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.05)
    return False


def image_folder():
    home = os.environ.get("XDG_DATA_HOME") or os.path.join(os.environ["HOME"], ".local/share")
    return os.environ.get("ANNEX_JOURNEY_IMAGE") or os.path.join(home, "annex/image")


def read_proc(pid, name):
    try:
        with open(f"/proc/{pid}/{name}", "rb") as file:
            return file.read()
    except OSError:
        return b""


def left_over(*folders):
    """Processes that belong to a case: one of its folders is in their environment or their words."""
    found = []
    for name in os.listdir("/proc"):
        if name.isdigit() and int(name) not in (os.getpid(), os.getppid()):
            said = read_proc(name, "environ") + read_proc(name, "cmdline")
            if any(f"{folder}".encode() in said for folder in folders):
                found.append(int(name))
    return found
