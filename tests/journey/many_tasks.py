# many_tasks.py: a store that somebody used for a long time.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes the events alone, as src/core/README.md describes them; what is derived from them is made by the app."""
import json
import os
import sqlite3
import time

DAY_US = 86400 * 10**6
CROCKFORD = "0123456789abcdefghjkmnpqrstvwxyz"


def identifier(time_us, number):
    """Sorts by time, as Annex's own."""
    value = ((time_us // 1000) << 80) | number
    return "".join(CROCKFORD[(value >> (5 * i)) & 31] for i in reversed(range(26)))


def conversation(number, title, words):
    reply = f"r{number}"
    yield "task-created", {"title": title, "provider": "anthropic", "model": "fake-1", "system": "s", "tools": "[]"}
    yield "user-message", {"blocks": [{"type": "text", "text": title}]}
    yield "reply-started", {"reply": reply, "model": "fake-1", "seen": 2}
    yield "block", {"reply": reply, "index": 0, "block": {"type": "text", "text": words}}
    yield "reply-finished", {"reply": reply, "stop_reason": "end_turn",
                             "usage": {"input_tokens": 10, "output_tokens": 5}}
    yield "state-changed", {"state": "done"}


def fill(journey, number, words_of):
    """@number tasks, about eight a day, the last one today; @words_of (i) are (title, words)."""
    journey.annex("tasks", "list")  # makes the tables
    now = time.time_ns() // 1000
    with sqlite3.connect(os.path.join(journey.home, "data/annex/tasks.db")) as db:
        for i in range(number):
            began = now - (number - i) * DAY_US // 8
            task = identifier(began, i)
            db.execute("INSERT INTO tasks (id) VALUES (?)", (task,))
            db.executemany("INSERT INTO events (task, seq, time_us, type, data) VALUES (?, ?, ?, ?, ?)",
                           [(task, seq, began + seq, kind, json.dumps(data)) for seq, (kind, data)
                            in enumerate(conversation(i, *words_of(i)), 1)])
        db.execute("DELETE FROM meta WHERE name = 'derived'")
    db.close()
