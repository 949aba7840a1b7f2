# terminal.py: the real binary at a terminal of its own, with somebody who reads and types.
# SPDX-License-Identifier: GPL-3.0-or-later
import errno
import fcntl
import os
import pty
import select
import struct
import subprocess
import termios
import time

from journey import ANNEX


class Terminal:
    """annex with a pseudo-terminal as its input, output and controlling terminal."""

    def __init__(self, case, *words, **env):
        self.case = case
        self.screen = ""  # everything that was shown, what was typed included
        self.seen = 0     # how much of it expect () has passed
        self.master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 50, 400, 0, 0))
        self.process = subprocess.Popen(
            [ANNEX, *words], env={**case.env, "TERM": "xterm", **env}, stdin=slave, stdout=slave, stderr=slave,
            start_new_session=True, preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0))
        os.close(slave)
        case.addCleanup(self.close)

    def close(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        os.close(self.master)

    def read(self, seconds):
        """FALSE at the end."""
        if not select.select([self.master], [], [], seconds)[0]:
            return True
        try:
            piece = os.read(self.master, 65536)
        except OSError as error:
            if error.errno != errno.EIO:
                raise
            piece = b""
        self.screen += piece.decode("utf-8", "replace").replace("\r\n", "\n")
        return bool(piece)

    def expect(self, text, seconds=60):
        """Waits until @text is shown after what was expected before; returns what came before it."""
        end = time.monotonic() + seconds
        while text not in self.screen[self.seen:]:
            if time.monotonic() > end or not self.read(1):
                self.case.fail(f"“{text}” was not shown:\n{self.screen}")
        at = self.screen.index(text, self.seen)
        before = self.screen[self.seen:at]
        self.seen = at + len(text)
        return before

    def type(self, text):
        os.write(self.master, text.encode())

    def answer(self, line):
        self.type(line + "\n")

    def end(self, status, seconds=120):
        """Waits for the end; returns everything that was shown since the last expect ()."""
        limit = time.monotonic() + seconds
        while self.read(1):
            if time.monotonic() > limit:
                self.case.fail(f"it goes on:\n{self.screen}")
        self.case.assertEqual(self.process.wait(10), status, self.screen)
        return self.screen[self.seen:]
