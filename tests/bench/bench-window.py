# bench-window.py: what the real window costs: its start, its turns, its memory. See ./dev bench window.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs inside tests/ui/support/with-display. A benchmark, not a test: it fails only when something does
not work at all."""
import argparse
import os
import pathlib
import select
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time

BUILD = pathlib.Path(os.environ["ANNEX_BENCH_BUILD"])
TASKS, EVENTS = 1000, 36
LONG_TURN_MS = 16


class Home:
    """A user's folders, with a task database in them."""

    def __init__(self, root, name, tasks, events):
        self.path = os.path.join(root, name)
        os.makedirs(self.path + "/data/annex", mode=0o700)
        settings = self.path + "/config/glib-2.0/settings"
        os.makedirs(settings)
        with open(settings + "/keyfile", "w", encoding="utf-8") as file:
            file.write("[io/github/annex_desktop/Annex]\nfirst-run-done=true\n")
        made = subprocess.run([BUILD / "tests/bench/fill-store", self.path + "/data/annex/tasks.db", str(tasks), str(events)],
                              check=True, stdout=subprocess.PIPE, text=True)
        self.tasks = made.stdout.split()

    def env(self):
        env = {k: v for k, v in os.environ.items() if not k.startswith(("ANNEX_", "XDG_DATA_HOME", "XDG_C"))}
        env.update(HOME=self.path, XDG_DATA_HOME=self.path + "/data", XDG_CACHE_HOME=self.path + "/cache",
                   XDG_CONFIG_HOME=self.path + "/config", GSETTINGS_BACKEND="keyfile", ADW_DISABLE_PORTAL="1",
                   GSETTINGS_SCHEMA_DIR=str(BUILD / "data"))
        return env


class Program:
    """A program with a window, and what the probe tells of it."""

    def __init__(self, home, command):
        self.turns, self.run, self.frame, self.rest = [], None, None, b""
        self.fd, end = os.pipe()
        env = home.env()
        env.update(LD_PRELOAD=str(BUILD / "tests/bench/libannex-probe.so"), ANNEX_PROBE_FD=str(end))
        self.began_us = time.monotonic_ns() // 1000
        self.process = subprocess.Popen(command, env=env, pass_fds=[end], stdin=subprocess.DEVNULL,
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(end)

    def read(self, seconds):
        """Takes what the probe says within that time; False when it said nothing."""
        if not select.select([self.fd], [], [], seconds)[0]:
            return False
        text = os.read(self.fd, 65536)
        if not text:
            raise RuntimeError("the program ended")
        *lines, self.rest = (self.rest + text).split(b"\n")
        for line in lines:
            kind, *numbers = line.split()
            numbers = [int(n) for n in numbers]
            if kind == b"run":
                self.run = (numbers[0] - self.began_us, numbers[1])
            elif kind == b"frame" and self.frame is None:
                self.frame = (numbers[0] - self.began_us, numbers[1])
            elif kind == b"turn":
                self.turns.append((numbers[0] - self.began_us, numbers[1], numbers[2]))
        return True

    def wait_frame(self):
        """Milliseconds until the first frame, and of the program's own work."""
        while self.frame is None:
            if not self.read(60):
                raise RuntimeError("no frame was painted")
        return self.frame[0] / 1000, self.frame[1] / 1000

    def cpu_ticks(self):
        with open(f"/proc/{self.process.pid}/stat", encoding="ascii") as file:
            fields = file.read().rpartition(")")[2].split()
        return int(fields[11]) + int(fields[12])

    def settle(self, quiet_s=1.0):
        """Until it has done nothing for that long."""
        before, since = self.cpu_ticks(), time.monotonic()
        while time.monotonic() - since < quiet_s:
            self.read(0.1)
            now = self.cpu_ticks()
            if now > before + 1:
                before, since = now, time.monotonic()

    def memory_mib(self):
        with open(f"/proc/{self.process.pid}/smaps_rollup", encoding="ascii") as file:
            found = {line.split()[0]: int(line.split()[1]) / 1024 for line in file if line.split()[-1] == "kB"}
        return found["Rss:"], found["Private_Dirty:"]

    def end(self, number=signal.SIGTERM):
        self.process.send_signal(number)
        self.process.wait(60)
        os.close(self.fd)


def bench_start(root, runs):
    home = Home(root, "start", TASKS, EVENTS)
    commands = {"bare": [BUILD / "tests/bench/bare-window"], "annex": [BUILD / "src/app/annex"]}
    found = {what: {name: [] for name in commands} for what in ("libraries", "first frame", "first frame, own work")}
    for run in range(runs + 1):
        for name, command in commands.items():
            program = Program(home, command)
            ms, work_ms = program.wait_frame()
            program.end(signal.SIGKILL)
            if run > 0:  # the first one fills the caches
                found["libraries"][name].append(program.run[0] / 1000)
                found["first frame"][name].append(ms)
                found["first frame, own work"][name].append(work_ms)
    for what, times in found.items():
        bare, annex = (statistics.median(times[name]) for name in commands)
        print(f"{what}: a bare window {bare:.1f} ms, Annex with {TASKS} tasks {annex:.1f} ms (medians of {runs})")
        if what != "libraries":
            print(f"RATIO {what}: Annex ÷ a bare window".ljust(52), f"{annex / bare:6.2f}")


def open_task(program, home, task):
    """Opens a task in the window that is there, as a link does."""
    subprocess.run([BUILD / "src/app/annex", "annex:task/" + task], env=home.env(), check=True,
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    program.settle()


def print_turns(what, program, since):
    """Of the main loop's turns from number @since on the longest, and how many were long by own work."""
    turns = program.turns[since:]
    work = sorted((turn[2] / 1000 for turn in turns), reverse=True)
    late = sum(ms > LONG_TURN_MS for ms in work)
    longest = max((turn[1] / 1000 for turn in turns), default=0)
    print(f"{what}: the main loop's longest turn {longest:.1f} ms, of work {work[0] if work else 0:.1f} ms; "
          f"{late} turns over {LONG_TURN_MS} ms of work")


def bench_turns(root, runs):
    home = Home(root, "turns", TASKS, 1000)
    program = Program(home, [BUILD / "src/app/annex"])
    program.wait_frame()
    program.read(0.1)
    first = len(program.turns)
    program.settle(2.0)
    print_turns(f"after the first frame, {TASKS} tasks of 1,000 events", program, first)
    for i in range(3):
        since = len(program.turns)
        open_task(program, home, home.tasks[i * 100])
        print_turns(f"opening task {i + 1}", program, since)
    since = len(program.turns)
    program.settle(8.0)
    print_turns("at rest", program, since)
    program.end()


def bench_memory(root, runs):
    home = Home(root, "memory", TASKS, EVENTS)
    long_task = subprocess.run([BUILD / "tests/bench/fill-store", home.path + "/data/annex/tasks.db", "1", "10000"],
                               check=True, stdout=subprocess.PIPE, text=True).stdout.strip()
    program = Program(home, [BUILD / "src/app/annex"])
    program.wait_frame()
    program.settle(2.0)
    print_memory(f"after the start with {TASKS} tasks", program)
    open_task(program, home, long_task)
    print_memory("with a task of 10,000 events open", program)
    for group in range(4):
        for task in home.tasks[group * 50:group * 50 + 50]:
            open_task_quickly(program, home, task)
        program.settle(2.0)
        print_memory(f"after opening {group * 50 + 50} tasks, of which the window keeps the last 8", program)
    program.end()


def open_task_quickly(program, home, task):
    subprocess.run(["gdbus", "call", "--session", "--dest", "io.github.annex_desktop.Annex", "--object-path",
                    "/io/github/annex_desktop/Annex", "--method", "org.gtk.Actions.Activate", "open-task",
                    f"[<'{task}'>]", "{}"], env=home.env(), check=True, stdout=subprocess.DEVNULL)
    program.settle(0.3)


def print_memory(what, program):
    rss, dirty = program.memory_mib()
    print(f"memory {what}: {rss:.1f} MiB resident, {dirty:.1f} MiB its own")


def main():
    parts = {"start": bench_start, "turns": bench_turns, "memory": bench_memory}
    sys.stdout.reconfigure(line_buffering=True)  # what was measured is told even when it is ended
    parser = argparse.ArgumentParser()
    parser.add_argument("parts", nargs="*")
    parser.add_argument("--runs", type=int, default=9)
    options = parser.parse_args()
    if not set(options.parts) <= set(parts):
        parser.error(f"the parts are {', '.join(parts)}")
    root = tempfile.mkdtemp(prefix="annex-b-")
    try:
        for name, bench in parts.items():
            if not options.parts or name in options.parts:
                bench(root, options.runs)
    finally:
        shutil.rmtree(root)


if __name__ == "__main__":
    main()
