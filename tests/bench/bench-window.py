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
import tempfile
import time

BUILD = pathlib.Path(os.environ["ANNEX_BENCH_BUILD"])
TASKS, EVENTS = 1000, 36


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


def main():
    parts = {"start": bench_start}
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
