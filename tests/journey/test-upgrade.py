# test-upgrade.py: what earlier versions of Annex wrote is read by this one, and goes on from where it was.
# SPDX-License-Identifier: GPL-3.0-or-later
import json
import os
import pathlib
import re
import sqlite3

from journey import ROOT, Journey, main, turn

EARLIER = pathlib.Path(__file__).parent / "earlier"
SETTINGS = {"models": [{"id": "01j0", "name": "Mine", "provider": "openai", "model": "small-1",
                        "base_url": "http://127.0.0.1:9", "default": True}],
            "use_computer": False, "of_another_version": {"kept": [1, 2]}}


def newest_schema():
    header = (ROOT / "src/core/annex-store-private.h").read_text(encoding="utf-8")
    return int(re.search(r"ANNEX_STORE_SCHEMA_VERSION (\d+)", header)[1])


class Upgrade(Journey):
    with_computer = False

    def database(self):
        return os.path.join(self.home, "data/annex/tasks.db")

    def restore(self, version):
        with sqlite3.connect(self.database()) as database:
            database.executescript((EARLIER / f"schema-{version}.sql").read_text(encoding="utf-8"))
        database.close()

    def read_version(self):
        with sqlite3.connect(self.database()) as database:
            version, = database.execute("PRAGMA user_version").fetchone()
        database.close()
        return version

    def test_one_is_kept_of_every_schema(self):
        kept = {path.name for path in EARLIER.glob("*.sql")}
        self.assertEqual(kept, {f"schema-{n + 1}.sql" for n in range(newest_schema())})

    def test_opens(self):
        """Titles, the search and the inbox are made anew; the log is as it was."""
        for version in range(1, newest_schema() + 1):
            with self.subTest(version=version):
                self.restore(version)
                tasks = {t["title"]: t for t in self.lines(self.annex("tasks", "list", "--json"))}
                self.assertEqual({title: t["state"] for title, t in tasks.items()},
                                 {"Count the receipts": "done", "Sum up the month": "waiting"})
                events = self.events(tasks["Count the receipts"]["id"])
                self.assertEqual([e["seq"] for e in events], list(range(1, 24)))
                found = self.lines(self.annex("tasks", "list", "--search", "forty-two", "--json"))
                self.assertEqual([t["title"] for t in found], ["Count the receipts"])
                self.assertIn("Which month?", self.annex("inbox", "list").stdout)
                self.assertEqual(self.read_version(), newest_schema())
                os.unlink(self.database())

    def test_goes_on(self):
        """The question of then is answered now, and the model hears it."""
        for version in range(1, newest_schema() + 1):
            with self.subTest(version=version):
                self.restore(version)
                ask, = self.lines(self.annex("inbox", "list", "--json"))
                self.annex("inbox", "answer", ask["id"], "June")
                url, log = self.model(turn("June it is."))
                self.resume(ask["task"], "--base-url", url)
                self.assertIn("June", json.dumps(self.requests(log, 1)[0]["body"]["messages"]))
                os.unlink(self.database())

    def test_newer_one_is_left_alone(self):
        self.restore(newest_schema())
        with sqlite3.connect(self.database()) as database:
            database.execute(f"PRAGMA user_version = {newest_schema() + 1}")
        database.close()
        before = pathlib.Path(self.database()).read_bytes()
        done = self.annex("tasks", "list", status=1)
        self.assertIn("newer Annex", done.stderr)
        self.assertEqual(pathlib.Path(self.database()).read_bytes(), before)

    def test_settings(self):
        """Members of other versions stay in the file."""
        path = os.path.join(self.home, "config/annex/config.json")
        os.makedirs(os.path.dirname(path))
        with open(path, "w", encoding="utf-8") as file:
            json.dump(SETTINGS, file)
        said, _ = self.start("doctor", "--json").communicate(timeout=120)
        self.assertIn("Mine", said)
        with open(path, encoding="utf-8") as file:
            self.assertEqual(json.load(file), SETTINGS)


if __name__ == "__main__":
    main()
