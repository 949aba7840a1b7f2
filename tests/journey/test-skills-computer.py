# test-skills-computer.py: a skill with a script, used in the task's own computer.
# SPDX-License-Identifier: GPL-3.0-or-later
import json

from journey import Journey, ROOT, main, turn


def call(tool, **arguments):
    return {"type": "tool_use", "name": tool, "input": arguments}


class SkillsInTheComputer(Journey):
    def test_script_runs_there(self):
        folder = self.folder({"a.txt": "same", "b.txt": "same", "c.txt": "other"}, "Messy")
        url, _ = self.model(
            turn({"type": "tool_use", "name": "use_skill", "input": {"name": "tidy-folder"}}),
            turn(call("shell", command="stat -c '%U %A' /skills/tidy-folder/SKILL.md; touch /skills/tidy-folder/x; "
                                       "python3 /skills/tidy-folder/scripts/tidy.py list /folders/Messy")),
            turn({"type": "tool_use", "name": "use_skill", "input": {"name": "tidy-folder"}}),
            turn("Done."))
        self.ask_model(url, "--folder", folder + ":read-only", "Tidy up", ANNEX_SKILLS_DIR=str(ROOT / "data/skills"))
        (first, failed), (said, wrong), (second, _) = self.results(self.newest()["id"])
        self.assertFalse(failed, first)
        self.assertFalse(wrong, said)
        self.assertNotIn("could not be put", first + second)
        self.assertIn("root -rw-r--r--", said)
        self.assertIn("Permission denied", said)
        listed = json.loads(said[said.index("["):said.rindex("]") + 1])
        self.assertEqual([e.get("same_as") for e in listed], [None, "a.txt", None])


if __name__ == "__main__":
    main()
