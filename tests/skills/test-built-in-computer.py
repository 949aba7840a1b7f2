# test-built-in-computer.py: the scripts of the built-in skills, in the computer they are made for.
# SPDX-License-Identifier: GPL-3.0-or-later
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/journey"))
from journey import Journey, main, turn  # noqa: E402

CASES = pathlib.Path(__file__).with_name("guest-cases.py")


class BuiltIn(Journey):
    def test_scripts(self):
        names = sorted(p.name for p in (ROOT / "data/skills").iterdir())
        folder = self.folder({"cases.py": CASES.read_bytes()}, "Cases")
        url, _ = self.model(turn(*({"type": "tool_use", "name": "use_skill", "input": {"name": name}} for name in names)), turn("Done."))
        self.ask_model(url, "--folder", folder + ":read-only", "Get ready", ANNEX_SKILLS_DIR=str(ROOT / "data/skills"), timeout=600)
        task = self.newest()["id"]
        results = self.results(task)
        self.assertEqual(len(results), len(names))
        for text, failed in results:
            self.assertFalse(failed, text)
            self.assertNotIn("could not be put", text)
        done = self.annex("computer", "exec", task, "--", "python3", "-B", "/folders/Cases/cases.py", timeout=800)
        found = re.search(r"^Ran (\d+) tests", done.stdout + done.stderr, re.M)
        self.assertGreaterEqual(int(found[1]), 9, done.stdout + done.stderr)


if __name__ == "__main__":
    main()
