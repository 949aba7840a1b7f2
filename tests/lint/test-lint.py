# test-lint.py: what the compiler does not hold: sizes, layers, and names that belong to nobody here.
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads the checkout; src/README.md is the contract of the layers."""
import collections
import hashlib
import pathlib
import re
import sys
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/tour"))
from folder_case import main  # noqa: E402 (the TAP runner)

MAX_FILE_LINES = 700
MAX_FUNCTION_LINES = 90
SKIPPED = {".git", "__pycache__", "node_modules", ".flatpak-builder"}

# What a header of another library's tells, in the words of the README's table.
LIBRARIES = {
    "json-glib/": "json-glib", "sqlite3.h": "SQLite", "libsecret/": "libsecret", "libsoup/": "libsoup",
    "libvirt/": "libvirt", "libssh/": "libssh", "openssl/": "OpenSSL", "gtk/": "GTK", "adwaita.h": "libadwaita", "webkit/": "WebKitGTK",
    "vte/": "VTE", "poppler": "Poppler", "gtksourceview/": "GtkSourceView", "cmark-gfm": "cmark-gfm",
    "archive": "libarchive", "yaml.h": "libyaml", "git2.h": "libgit2", "jpeglib.h": "libjpeg", "png.h": "libpng",
    "webp/": "libwebp",
}

# The hosts of package archives and registries: which ones a machine uses is its own matter, so their
# names stand nowhere, not even here. First 24 digits of the SHA-256 of each.
PACKAGE_HOSTS = set("""
00a7dc5a0cc388586b866584 0dc11026ac75c015aaa1deaf 0fd460f0568e29c129d51644 15bdb44dafa6843b1e260ba6 
1ba4e37997a2e986efa6cd84 1c517ad454a51648dbaa0d75 26b795f2a123f2a2ae16327a 271dacc9f4d0caf8ff708d77 
2c77714df232b07f0e8ff768 2e97613f5a81eaa4f8a58f55 2f42bc95b3064df867f1aebb 317d2d52829b78129d2c9e43 
3530c4415dd857fb74a542a5 3d01f3609be82d98eeedcd97 43c04ed1dabe979b9c552549 46a7f8326a0d591b0ad458b6 
46f07e855ad9233f35d87b33 4b602daf23ba29744134c9ed 4db460c55b85212e50a70cad 62f256676f138898cceaf949 
70bb4000cd2fab03af01fed0 71741fe2460a615058687c45 789e46d79514e28093cabe2b 826cd146d6478a2993ef6a88 
8400b8bd0d6e064d0266dbb2 8454fabc8b6309019c8b0d10 9495278a74715c7e246a3640 9da5f32d964125123cc368f2 
a0f007d863a0ed19c5bd996e a4aa2ac280bb8d1a0ce7a1be ae1f45a5b387e18db0a15c18 be549aaf28b65cd0108952d5 
c2b35955576ffa710bfb7c4e c899567ee906851741bf7f3b d6d7019ca9fcbf07c769e445 daa49505c55ed8b1e59468c7 
dcb6cc3991f9799eecfd7195 e514b0d3b0562f54b6622ba9 e680c440a2e92079ab1bf7a9 e7fbfb5eb8b891d51d67f690 
eb7e11c7f9ecbcf48099060e
""".split())


def sources(*folders, kinds=(".c", ".h")):
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*")):
            if path.suffix in kinds and path.is_file():
                yield path


def lines_of(path):
    return path.read_text(encoding="utf-8").splitlines()


def name_of(path):
    return str(path.relative_to(ROOT))


def long_functions(lines):
    """The functions of C in the house's layout: a brace alone at the margin opens and ends one."""
    begin = None
    for number, line in enumerate(lines, 1):
        if line == "{":
            begin = number
        elif line.startswith("}") and begin is not None:
            if number - begin + 1 > MAX_FUNCTION_LINES:
                yield begin, number - begin + 1
            begin = None


def read_table(text):
    """{folder: (folders it sees, libraries it names)} of the README's table; "all" is everything."""
    table = {}
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        found = re.fullmatch(r"`(\w+)/`", cells[0])
        if line.startswith("|") and found and len(cells) == 3:
            table[found[1]] = tuple([word for word in re.split(r",\s*", cell) if word] for cell in cells[1:])
    return table


def closure(table, folder):
    """The folders that @folder may include from, itself among them."""
    seen, wanted = set(), [folder]
    while wanted:
        name = wanted.pop()
        if name in seen:
            continue
        seen.add(name)
        sees = table[name][0]
        wanted += list(table) if sees == ["all"] else sees
    return seen


def wrong_includes(table, files):
    """@files: {(folder, name): text}. Yields (folder, name, what is wrong)."""
    owner = {name: folder for folder, name in files if name.endswith(".h")}
    for (folder, name), text in files.items():
        if folder not in table:
            yield folder, name, "its folder is not in the table"
            continue
        allowed = closure(table, folder)
        libraries = {word for f in allowed for word in table[f][1]}
        for mark, target in re.findall(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', text, re.M):
            if mark == '"' and "/" in target:
                yield folder, name, f"includes {target} by a path"
            elif mark == '"' and target in owner and owner[target] not in allowed:
                yield folder, name, f"includes {target} of {owner[target]}"
            elif mark == '"' and target.endswith("-private.h") and owner.get(target, folder) != folder:
                yield folder, name, f"includes {target}, which is private to {owner[target]}"
            elif mark == "<":
                for start, library in LIBRARIES.items():
                    if target.startswith(start) and library not in libraries:
                        yield folder, name, f"includes <{target}> of {library}"


def discardable_fibers(text):
    """The lines of C that start a fiber by libdex's own call; see base's annex-future.h."""
    return [number for number, line in enumerate(text.splitlines(), 1)
            if re.search(r"\bdex_scheduler_spawn\b", line)]


# A comment, a string or a character; the first two are told apart from each other that way.
C_TOKEN = re.compile(r'/\*.*?\*/|//[^\n]*|"((?:\\.|[^"\\\n])*)"|\'(?:\\.|[^\'\\\n])*\'', re.S)
STRAIGHT = re.compile(r"(?<=\w)'(?=\w)")


def straight_apostrophes(text, everywhere):
    """The strings of C or Blueprint for a person to read that have ' where ’ belongs: those marked for
    translation, or all of them."""
    marked, at = False, 0
    text = C_TOKEN.sub(lambda token: "" if token[0].startswith("/") else token[0], text)
    for token in C_TOKEN.finditer(text):
        between = text[at:token.start()].strip()
        if token[1] is None: # a character
            at, marked = token.end(), False
            continue
        # What follows a string at once, or the next argument of the same call, goes on with it.
        marked = bool(re.search(r"\b(_|N_|C_|ngettext)\s*\($", between)) or marked and between in ("", ",")
        at = token.end()
        if (marked or everywhere) and STRAIGHT.search(token[1]):
            yield token[1]


def is_package_host(host):
    """Is it one of those hosts, or one below it?"""
    labels = host.lower().split(".")
    return any(hashlib.sha256(".".join(labels[i:]).encode()).hexdigest()[:24] in PACKAGE_HOSTS
               for i in range(len(labels) - 1))


# What a manual says of other commands' options and of programs that are no part of Annex.
OF_OTHERS = collections.defaultdict(set, {"inbox": {"resume"}})


def manuals(text):
    """The manuals of annex-cli-help.c by their variables' beginning: run, tasks, main, …"""
    return {name: "".join(re.findall(r'"((?:[^"\\]|\\.)*)"', body))
            for name, body in re.findall(r"static const char (\w+)_help\[\] =(.*?);\n", text, re.S)}


def options_of(text):
    """(command, its options that are not hidden) for each call of annex_cli_parse."""
    for command, at in [(m[1], m.start()) for m in re.finditer(r'annex_cli_parse \("(\w+)"', text)]:
        table = text[text.rindex("GOptionEntry", 0, at):at]
        yield command, {m[1] for m in re.finditer(r'\{ "([a-z-]+)", 0, ([^,]+),', table) if "HIDDEN" not in m[2]}


def installed_actions(text):
    """The names of the actions that a file of C makes, "prefix.name"."""
    found = set(re.findall(r'install_(?:property_)?action \(\s*\w+,\s*"([\w.-]+)"', text))
    if re.search(r"install_action \(\s*\w+,\s*[^\s\"]", text):  # from a table
        found |= set(re.findall(r'"([a-z][a-z-]*\.[a-z-]+)"', text))
    groups = re.findall(r'insert_action_group \([^;]*?"([a-z-]+)"', text)
    entries = re.findall(r'\{ \.name = "([\w-]+)"', text) + re.findall(r'g_simple_action_new(?:_stateful)? \(\s*"([\w-]+)"', text)
    for prefix in groups or ["app"]:
        found |= {f"{prefix}.{name}" for name in entries}
    return found | {f"win.{name}" for name in re.findall(r'g_property_action_new \(\s*"([\w-]+)"', text)}


def named_actions(text):
    """The names of the actions that a file of Blueprint, or one of C, is to set off."""
    return {name.partition("::")[0] for name in
            re.findall(r'\baction(?:-name)?: "([^"]+)"', text) + re.findall(r'"((?:app|win|task)\.[a-z-]+(?:::[^"]*)?)"', text)}


class Lint(unittest.TestCase):
    def test_sizes_of_files(self):
        for path in sources("src", "vm", "tests"):
            with self.subTest(path=name_of(path)):
                self.assertLessEqual(len(lines_of(path)), MAX_FILE_LINES)

    def test_sizes_of_functions(self):
        for path in sources("src", "vm", "tests"):
            with self.subTest(path=name_of(path)):
                self.assertEqual(list(long_functions(lines_of(path))), [])

    def test_layers(self):
        table = read_table((ROOT / "src/README.md").read_text(encoding="utf-8"))
        files = {(path.relative_to(ROOT / "src").parts[0], path.name): path.read_text(encoding="utf-8")
                 for path in sources("src")}
        self.assertGreater(len(files), 100)
        self.assertEqual(list(wrong_includes(table, files)), [])

    def test_fibers_are_not_discarded(self):
        in_base = 0
        for path in sources("src"):
            found = discardable_fibers(path.read_text(encoding="utf-8"))
            if path.relative_to(ROOT / "src").parts[0] == "base":
                in_base += len(found)
                continue
            with self.subTest(path=name_of(path)):
                self.assertEqual(found, [], "annex_fiber_run () or annex_fiber_start () is what starts a fiber")
        self.assertGreater(in_base, 0)

    def test_apostrophes(self):
        n_files = 0
        for path in [*sources("src"), *sources("ui", kinds=(".blp",))]:
            n_files += 1
            doctor = path.name.startswith("annex-doctor")
            with self.subTest(path=name_of(path)):
                self.assertEqual(list(straight_apostrophes(path.read_text(encoding="utf-8"), doctor)), [])
        self.assertGreater(n_files, 200)

    def test_help_names_every_option(self):
        """Each command's own options stand in its manual, and the manual names no others."""
        helps = manuals((ROOT / "src/app/annex-cli-help.c").read_text(encoding="utf-8"))
        found = {}
        for path in sources("src/app"):
            for command, options in options_of(path.read_text(encoding="utf-8")):
                found.setdefault(command, set()).update(options)
        self.assertEqual(set(found), set(helps) - {"main"})
        for command, options in found.items():
            with self.subTest(command=command):
                self.assertEqual(options, set(re.findall(r"(?<![\w-])--([a-z][a-z-]*)", helps[command])) - OF_OTHERS[command])
        self.assertIn("--new-task", helps["main"])

    def test_actions_are_there(self):
        """What a menu, a button or a key sets off is made somewhere: else it is there, and does nothing."""
        made = {"navigation.push"}  # libadwaita's
        for path in sources("src/ui", "src/app", "src/browser"):
            made |= installed_actions(path.read_text(encoding="utf-8"))
        self.assertGreater(len(made), 100)
        for path in [*sources("ui", kinds=(".blp",)), *sources("src/ui", "src/app")]:
            with self.subTest(path=name_of(path)):
                self.assertEqual(named_actions(path.read_text(encoding="utf-8")) - made, set())

    def test_every_file_says_its_licence(self):
        for path in sources("src", "vm", "tests"):
            with self.subTest(path=name_of(path)):
                self.assertIn("SPDX-License-Identifier: GPL-3.0-or-later", "\n".join(lines_of(path)[:40]))

    def test_no_package_host(self):
        n_files = 0
        for path in sorted(ROOT.rglob("*")):
            if not path.is_file() or path.is_symlink() or SKIPPED & set(path.relative_to(ROOT).parts):
                continue
            n_files += 1
            text = path.read_bytes().decode("utf-8", "replace")
            for host in set(re.findall(r"(?i)[a-z0-9][a-z0-9-]*(?:\.[a-z0-9-]+)+", text)):
                self.assertFalse(is_package_host(host), f"{name_of(path)} names {host}")
        self.assertGreater(n_files, 200)


class LintItself(unittest.TestCase):
    """A check that cannot fail is none."""

    TABLE = "| Folder | Sees | Besides |\n|---|---|---|\n| `a/` | | libsoup |\n| `b/` | a | |\n| `c/` | | |\n| `d/` | all | |"

    def wrong(self, folder, text):
        headers = {("a", "annex-a.h"): "", ("a", "annex-a-private.h"): "", ("b", "annex-b.h"): "", ("c", "annex-c.h"): ""}
        return list(wrong_includes(read_table(self.TABLE), {**headers, (folder, "x.c"): text}))

    def test_includes(self):
        for folder, line, is_wrong in (
                ("b", '#include "annex-a.h"', False), ("a", '#include "annex-b.h"', True),
                ("b", '# include "annex-c.h"', True), ("d", '#include "annex-c.h"', False),
                ("b", '#include "annex-a-private.h"', True), ("a", '#include "annex-a-private.h"', False),
                ("b", '#include "../a/annex-a.h"', True), ("b", "#include <libsoup/soup.h>", False),
                ("c", "#include <libsoup/soup.h>", True), ("c", "#include <string.h>", False),
                ("e", "", True)):
            with self.subTest(folder=folder, line=line):
                self.assertEqual(bool(self.wrong(folder, line)), is_wrong)

    def test_functions(self):
        def function(n):
            return ["int", "f (void)", "{"] + ["  x ();"] * n + ["}"]
        self.assertEqual(list(long_functions(function(88))), [])
        self.assertEqual(list(long_functions(function(1) + function(89))), [(8, 91)])

    def test_fibers(self):
        self.assertEqual(discardable_fibers("f ();\n  x = dex_scheduler_spawn (NULL, 0, f, d, NULL);\n"), [2])
        self.assertEqual(discardable_fibers("annex_fiber_run (f, d, NULL);\n/* my_dex_scheduler_spawn */\n"), [])

    def test_apostrophes(self):
        for text, everywhere, found in (
                ('x = _ ("it\'s");', False, ["it's"]), ('x = _ ("it’s");', False, []),
                ('x = "it\'s";', False, []), ('x = "it\'s";', True, ["it's"]),
                ('/* it\'s _("it\'s") */ x = _ ("a " /* b */\n  "it\'s");', False, ["it's"]),
                ('ngettext ("%u file\'s", "%u files\'s", n)', False, ["%u file's", "%u files's"]),
                ("x = '\"'; y = \"it's\"; z = _ (\"so\");", False, []),
                ('title: C_("what", "it\'s");', False, ["it's"]), ("x = _ (\"say 'it'\");", False, [])):
            with self.subTest(text=text):
                self.assertEqual(list(straight_apostrophes(text, everywhere)), found)

    def test_actions(self):
        for text, made in (
                ('gtk_widget_class_install_action (klass, "win.a", NULL, f);', {"win.a"}),
                ('gtk_widget_activate_action (w, "win.a", NULL);', set()),
                ('{ "view.a", f }, x;\ngtk_widget_class_install_action (klass, table[i].name, NULL, f);', {"view.a"}),
                ('{ .name = "a", .activate = f },', {"app.a"}),
                ('{ .name = "a" },\ngtk_widget_insert_action_group (w, "view", G);', {"view.a"}),
                ('g_property_action_new ("a", w, "b")', {"win.a"})):
            with self.subTest(text=text):
                self.assertEqual(installed_actions(text), made)
        self.assertEqual(named_actions('action: "a.b"; action-name: "c.d"; x ("win.e::f"); y ("g.h");'), {"a.b", "c.d", "win.e"})

    def test_hosts(self):
        self.assertFalse(is_package_host("example.org"))
        self.assertFalse(is_package_host("org"))
        PACKAGE_HOSTS.add(hashlib.sha256(b"packages.example").hexdigest()[:24])
        self.addCleanup(PACKAGE_HOSTS.discard, hashlib.sha256(b"packages.example").hexdigest()[:24])
        self.assertTrue(is_package_host("packages.example"))
        self.assertTrue(is_package_host("cdn.Packages.example"))
        self.assertFalse(is_package_host("packages.example.net"))


if __name__ == "__main__":
    main()
