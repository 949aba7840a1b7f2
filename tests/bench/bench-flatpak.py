# bench-flatpak.py: what the sandbox costs at the start: from the command to the window. See ./dev bench flatpak.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs inside tests/flatpak/with-desktop, where the Flatpak is installed. A benchmark, not a test. Both are measured
alike, from outside and in turns: until the display has their window. What is on the disk is in the kernel's memory for
both, after a first round that does not count."""
import ctypes
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

BUILD = pathlib.Path(os.environ["ANNEX_BENCH_BUILD"])
ID = "io.github.annex_desktop.Annex"
KEYFILE = "[io/github/annex_desktop/Annex]\nfirst-run-done=true\n"
LIMIT = 1.3


def settings(folder):
    place = pathlib.Path(folder) / "glib-2.0/settings"
    place.mkdir(parents=True, exist_ok=True)
    (place / "keyfile").write_text(KEYFILE, encoding="utf-8")


def native(home):
    # What the tests set and the sandbox does not have is not the native one's either.
    env = {k: v for k, v in os.environ.items()
           if not k.startswith(("ANNEX_", "XDG_DATA_HOME", "XDG_C", "FONTCONFIG_", "ADW_"))}
    env.update(HOME=home, XDG_DATA_HOME=home + "/data", XDG_CACHE_HOME=home + "/cache", XDG_CONFIG_HOME=home + "/config",
               GSETTINGS_BACKEND="keyfile", GSETTINGS_SCHEMA_DIR=str(BUILD / "data"))
    return [str(BUILD / "src/app/annex")], env


def flatpak():
    return [os.environ["ANNEX_BINARY"]], dict(os.environ)


class Display:
    """The display's own word for a window that appears. A program that asks for one is asleep between its looks."""

    SUBSTRUCTURE_NOTIFY, MAP_NOTIFY, LEAST_WIDTH = 1 << 19, 19, 300

    def __init__(self):
        self.x = ctypes.CDLL("libX11.so.6")
        self.x.XOpenDisplay.restype = ctypes.c_void_p
        self.x.XDefaultRootWindow.restype = ctypes.c_ulong
        self.connection = ctypes.c_void_p(self.x.XOpenDisplay(None))
        root = ctypes.c_ulong(self.x.XDefaultRootWindow(self.connection))
        self.x.XSelectInput(self.connection, root, ctypes.c_long(self.SUBSTRUCTURE_NOTIFY))
        self.x.XSync(self.connection, 1)

    def width(self, window):
        numbers = [ctypes.c_ulong()] + [ctypes.c_uint() for _ in range(6)]
        self.x.XGetGeometry(self.connection, ctypes.c_ulong(window), *map(ctypes.byref, numbers))
        return numbers[3].value

    def forget(self):
        self.x.XSync(self.connection, 1)

    def wait_for_window(self, seconds):
        event = (ctypes.c_long * 24)()  # an XEvent
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            if self.x.XPending(self.connection) == 0:
                time.sleep(0.001)
                continue
            self.x.XNextEvent(self.connection, ctypes.byref(event))
            # An XMapEvent: type, serial, send_event, display, event, window.
            if event[0] & 0xffffffff == self.MAP_NOTIFY and self.width(event[5]) >= self.LEAST_WIDTH:
                return
        raise RuntimeError("there is no window")


def processor_ms(pid):
    """What a process and all below it, also those that have ended, took of the processors; it depends less on how busy
    the machine is."""
    total, waiting = 0, [pid]
    while waiting:
        try:
            place = pathlib.Path("/proc") / str(waiting.pop())
            total += sum(map(int, (place / "stat").read_text().rpartition(")")[2].split()[11:15]))
            for thread in (place / "task").iterdir():
                waiting += (thread / "children").read_text().split()
        except OSError:
            continue  # it has just ended
    return total * 1000 / os.sysconf("SC_CLK_TCK")


def measure(display, words, env):
    """Milliseconds until there is a window, and those of the processors by then."""
    display.forget()
    began = time.monotonic()
    process = subprocess.Popen(words, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    display.wait_for_window(120)
    took = (time.monotonic() - began) * 1000
    work = processor_ms(process.pid)
    subprocess.run(["gapplication", "action", ID, "quit"], check=False, capture_output=True, timeout=60)
    try:
        process.wait(30)
    except subprocess.TimeoutExpired:
        subprocess.run(["flatpak", "kill", ID], check=False, capture_output=True)
        process.kill()
        process.wait()
    time.sleep(1)  # what ends after it is not the next one's
    return took, work


def measure_sandbox(env):
    """Milliseconds that a sandbox takes in which nothing is done."""
    began = time.monotonic()
    subprocess.run(["flatpak", "run", "--user", "--command=true", ID], check=True, capture_output=True,
                   env={"DBUS_SYSTEM_BUS_ADDRESS": env["DBUS_SESSION_BUS_ADDRESS"], **env})
    return (time.monotonic() - began) * 1000


def main(runs):
    with tempfile.TemporaryDirectory() as home:
        app = pathlib.Path(os.environ["HOME"]) / ".var/app" / ID
        shutil.rmtree(app / "data/annex", ignore_errors=True)
        settings(home + "/config")
        settings(app / "config")
        kinds = {"native": native(home), "flatpak": flatpak()}
        found = {name: [] for name in kinds}
        worked = {name: [] for name in kinds}
        display = Display()
        for run in range(runs + 1):
            for name, (words, env) in kinds.items():
                took, work = measure(display, words, env)
                if run > 0:
                    found[name].append(took)
                    worked[name].append(work)
        empty = statistics.median(measure_sandbox(dict(os.environ)) for _ in range(runs))
    medians = {name: statistics.median(values) for name, values in found.items()}
    for name, values in found.items():
        print(f"window of the {name} one: {medians[name]:.0f} ms (median of {len(values)}; {min(values):.0f} to {max(values):.0f})")
    work = {name: statistics.median(values) for name, values in worked.items()}
    print(f"processor time by then: native {work['native']:.0f} ms, flatpak {work['flatpak']:.0f} ms "
          f"({work['flatpak'] / work['native']:.2f})")
    print(f"a sandbox with nothing in it: {empty:.0f} ms")
    print(f"flatpak / native: {medians['flatpak'] / medians['native']:.2f} (at most {LIMIT})")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5)
