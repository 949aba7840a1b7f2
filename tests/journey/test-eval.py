# test-eval.py: recorded tasks tried again, with what was said then and with a model of today.
# SPDX-License-Identifier: GPL-3.0-or-later
import os
import shutil

from journey import Journey, main, tree, turn, use

# What a program notes in a document, and what it says.
MAKE = ("python3 -c \"import docx, datetime as d; w = docx.Document (); w.add_paragraph ('Total: 7');"
        " w.core_properties.created = d.datetime.now (); w.save ('/folders/Notes/report.docx')\"")
WORK = ("cd /folders/Notes && echo b >> a.txt && mv old.txt new.txt && rm gone.txt && mkdir sub"
        " && echo made > sub/made.txt && " + MAKE)


class Eval(Journey):
    provider = "openai"

    def recorded(self):
        """A task whose changes were kept, as a case in a folder."""
        folder = self.folder({"a.txt": "a\n", "old.txt": "old\n", "gone.txt": "gone\n", "stays.txt": "stays\n"}, "Notes")
        self.before = tree(folder)
        url, _ = self.model(turn(use("ask_user", questions=[{"header": "Which", "question": "Which one?",
                                                           "options": [{"label": "A"}, {"label": "B"}]}])),
                            turn(use("shell", command=WORK)), turn("Done."), turn("You are welcome."))
        answers = self.answers({"ask": "question", "answer": "A"}, {"ask": "draft", "answer": "keep"})
        done = self.ask_model(url, "--folder", folder, "--answers", answers, "--unattended", "Tidy the notes")
        self.assertNotIn("The changes are a draft", done.stdout)
        self.task = self.newest()["id"]
        self.resume(self.task, "Thank you", "--unattended")
        cases = os.path.join(self.temporary, "cases")
        case = self.annex("eval", "--save", cases, self.task).stdout.strip()
        self.assertEqual(case, os.path.join(cases, "tidy-the-notes.annex"))
        self.folder_path = folder
        return case

    def eval(self, case, *words, status=0, **env):
        line, = self.lines(self.annex("eval", "--json", *words, case, status=status, timeout=600, **env))
        return line, {f["path"]: f["result"] for f in line["files"]}

    def test_again(self):
        case = self.recorded()
        stem = case.removesuffix(".annex")
        self.assertEqual(tree(stem + ".before/Notes").keys(), self.before.keys())
        self.assertEqual([p for p, v in self.before.items() if v[0] != tree(stem + ".before/Notes")[p][0]], [])
        kept = tree(self.folder_path)
        tasks = len(self.lines(self.annex("tasks", "list", "--json")))

        # The recorded words on the files of then: the same files come out, and no model is asked.
        found, files = self.eval(case)
        self.assertTrue(found["passed"], found)
        self.assertEqual((found["state"], found["cost_usd"], "task" in found), ("done", 0, False))
        self.assertEqual(files, {"a.txt": "same", "new.txt": "same", "sub/made.txt": "same", "report.docx": "alike"})
        self.assertEqual([s["before"]["tool"] for s in found["steps"]], ["ask_user", "shell"])
        self.assertEqual([s["after"]["failed"] for s in found["steps"]], [False, False])
        # Nothing of it is left, and the user's folder is as it was.
        self.assertEqual(tree(self.folder_path), kept)
        self.assertEqual(len(self.lines(self.annex("tasks", "list", "--json"))), tasks)
        self.assertEqual(os.listdir(self.home + "/data/annex/trials"), [])

        # Something else was expected.
        with open(stem + ".after/Notes/a.txt", "w", encoding="utf-8") as file:
            file.write("another\n")
        os.remove(stem + ".after/Notes/sub/made.txt")
        with open(stem + ".after/Notes/wanted.txt", "w", encoding="utf-8") as file:
            file.write("wanted\n")
        found, files = self.eval(case, "--keep", status=1)
        self.assertFalse(found["passed"])
        self.assertEqual({p: r for p, r in files.items() if r not in ("same", "alike")},
                         {"a.txt": "different", "sub/made.txt": "extra", "wanted.txt": "missing"})
        self.assertIn(found["task"], [t["id"] for t in self.lines(self.annex("tasks", "list", "--json"))])

        # A model of today does it in another way; without an expectation, what it did is told.
        shutil.rmtree(stem + ".after")
        url, _ = self.model(turn(use("shell", command="exit 3")), turn("I could not."), turn("Never mind."))
        found, files = self.eval(case, "--model", "openai:fake-1", "--base-url", url, status=1, ANNEX_API_KEY=self.key)
        self.assertEqual((files, found["state"]), ({}, "done"))
        self.assertEqual([(s.get("before", {}).get("tool"), s.get("after", {}).get("tool")) for s in found["steps"]],
                         [("ask_user", None), ("shell", "shell")])

    def test_of_others(self):
        """The words of an imported task stay those of whoever made the file, in a case of it, too."""
        path = os.path.join(self.temporary, "words.annex")
        url, _ = self.model(turn("Done."))
        self.ask_model(url, "--unattended", "Say it")
        own = self.newest()["id"]
        self.annex("tasks", "export", own, path)
        other = self.annex("tasks", "import", path).stdout.strip()
        for task, sources in ((own, []), (other, ["import"])):
            case = self.annex("eval", "--save", os.path.join(self.temporary, task), task).stdout.strip()
            found, _ = self.eval(case, "--keep")
            self.assertEqual([e["data"]["source"] for e in self.events(found["task"], "untrusted-read")], sources)
            # A case of what was tried from that case.
            again = self.annex("eval", "--save", os.path.join(self.temporary, found["task"]), found["task"])
            found, _ = self.eval(again.stdout.strip(), "--keep")
            self.assertEqual([e["data"]["source"] for e in self.events(found["task"], "untrusted-read")], sources)

    def test_not_a_case(self):
        path = os.path.join(self.temporary, "none.annex")
        with open(path, "w", encoding="utf-8") as file:
            file.write("no\n")
        done = self.annex("eval", path, os.path.join(self.temporary, "missing.annex"), status=1)
        self.assertIn("This is no export of a task", done.stdout)
        self.assertIn("0 passed, 2 failed", done.stdout)
        # A case of somebody else's whose folder is a link to one of mine.
        case = self.recorded()
        before = case.removesuffix(".annex") + ".before/Notes"
        shutil.rmtree(before)
        os.symlink(self.folder_path, before)
        self.assertIn("link to another place", self.annex("eval", case, status=1).stdout)
        self.annex("eval", status=2)
        self.annex("eval", "--skill", "x", path, status=2)



if __name__ == "__main__":
    main()
