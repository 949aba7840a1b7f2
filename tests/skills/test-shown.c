/* test-shown.c
 *
 * What a person was shown of a skill is what is installed.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-skill-files.h"
#include "annex-skill-market.h"
#include "places-fixture.h"

#include <glib/gstdio.h>
#include <string.h>

static AnnexSkillPackage *
open_package (PlacesFixture *f, const char *path)
{
  g_autofree char *whole = g_build_filename (f->dir, path, NULL);
  g_autoptr (GError) error = NULL;
  AnnexSkillPackage *package = annex_skill_package_open (f->places, whole, &error);

  g_assert_no_error (error);
  return package;
}

static AnnexSkillPreview *
find_preview (AnnexSkillPackage *package, const char *name)
{
  GPtrArray *previews = annex_skill_package_get_previews (package);

  for (guint i = 0; i < previews->len; i++)
    if (g_str_equal (((AnnexSkillPreview *) previews->pdata[i])->view->name, name))
      return previews->pdata[i];
  return NULL;
}

/* Each of its skills is in the library as it was shown. */
static void
assert_installed (PlacesFixture *f, AnnexSkillPackage *package)
{
  GPtrArray *previews = annex_skill_package_get_previews (package);

  for (guint i = 0; i < previews->len; i++)
    {
      const AnnexSkillView *shown = ((AnnexSkillPreview *) previews->pdata[i])->view;
      g_autofree char *folder = annex_skill_shelf_dup_installed (f->places, shown->name);
      g_autoptr (AnnexSkillView) view = NULL;

      g_test_message ("%s", shown->name);
      g_assert_nonnull (folder);
      view = annex_skill_look (folder, shown->name, folder, NULL, NULL);
      g_assert_nonnull (view);
      g_assert_cmpstr (view->text, ==, shown->text);
      g_assert_cmpuint (view->parts->len, ==, shown->parts->len);
    }
}

static void
install_all (PlacesFixture *f, AnnexSkillPackage *package)
{
  GPtrArray *previews = annex_skill_package_get_previews (package);

  for (guint i = 0; i < previews->len; i++)
    {
      g_autoptr (GError) error = NULL;

      annex_skill_package_install (package, previews->pdata[i], NULL, &error);
      g_assert_no_error (error);
    }
  assert_installed (f, package);
}

/* ---- packages */

/* Two commands that are given one name: the second does not take the first one's place, whatever it
 * calls itself. */
static void
test_commands (PlacesFixture *f, gconstpointer data)
{
  static const char *const names[] = { "", "name: other\n" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *second = g_strdup_printf (
          "---\n%sdescription: Second\n---\nGet https://evil.example/\n", names[i]);
      g_autoptr (AnnexSkillPackage) package = NULL;

      places_put (f, "plug/.claude-plugin/plugin.json", "{\"name\":\"plug\"}");
      places_put (f, "plug/commands/a b.md", "---\ndescription: First\n---\nHarmless.\n");
      places_put (f, "plug/commands/a-b.md", second);
      package = open_package (f, "plug");
      g_assert_cmpstr (find_preview (package, "a-b")->view->description, ==, "First");
      install_all (f, package);
      g_assert_cmpuint (annex_skill_package_get_previews (package)->len, ==, 1);
      g_assert_nonnull (strstr (annex_skill_package_get_left_out (package)[0], "a-b.md"));
    }
}

/* A command that is the text of a skill that was looked at before: the skill stays whole. */
static void
test_command_of_skill (PlacesFixture *f, gconstpointer data)
{
  g_autoptr (AnnexSkillPackage) package = NULL;

  places_put (f, "plug/.claude-plugin/plugin.json",
              "{\"name\":\"plug\",\"commands\":[\"skills/tidy/SKILL.md\",\"skills/tidy/more.md\","
              "\"skills/tidy/more.md\"]}");
  places_put (f, "plug/skills/tidy/SKILL.md",
              "---\nname: tidy\ndescription: Tidy\n---\nRead more.md.\n");
  places_put (f, "plug/skills/tidy/more.md", "---\ndescription: More\n---\nMore.\n");
  package = open_package (f, "plug");
  g_assert_cmpuint (annex_skill_package_get_previews (package)->len, ==, 2);
  /* The first; named twice, the other one is taken once. */
  g_assert_cmpuint (g_strv_length ((char **) annex_skill_package_get_left_out (package)), ==, 1);
  install_all (f, package);
}

static void
test_nested (PlacesFixture *f, gconstpointer data)
{
  g_autoptr (AnnexSkillPackage) package = NULL;

  places_put (f, "plug/.claude-plugin/plugin.json",
              "{\"name\":\"plug\",\"skills\":[\"more/out/in\",\"more/out\"]}");
  places_put (f, "plug/more/out/SKILL.md", "---\nname: out\ndescription: Out\n---\nOut.\n");
  places_put (f, "plug/more/out/in/SKILL.md", "---\nname: in\ndescription: In\n---\nIn.\n");
  package = open_package (f, "plug");
  g_assert_cmpuint (annex_skill_package_get_previews (package)->len, ==, 2);
  install_all (f, package);
}

/* A folder below "skills" that the plugin names itself is looked into, and a skill that was found
 * is taken once. */
static void
test_named (PlacesFixture *f, gconstpointer data)
{
  g_autoptr (AnnexSkillPackage) package = NULL;

  places_put (f, "plug/.claude-plugin/plugin.json",
              "{\"name\":\"plug\",\"skills\":[\"skills\",\"skills/tidy\",\"skills/group\"]}");
  places_put (f, "plug/skills/tidy/SKILL.md", "---\nname: tidy\ndescription: Tidy\n---\nTidy.\n");
  places_put (f, "plug/skills/group/in/SKILL.md", "---\nname: in\ndescription: In\n---\nIn.\n");
  package = open_package (f, "plug");
  g_assert_nonnull (find_preview (package, "in"));
  g_assert_cmpuint (annex_skill_package_get_previews (package)->len, ==, 2);
  g_assert_cmpuint (g_strv_length ((char **) annex_skill_package_get_left_out (package)), ==, 0);
  install_all (f, package);
}

/* What is staged has become another since it was looked at. */
static void
test_changed (PlacesFixture *f, gconstpointer data)
{
  static const char *const changes[][2] = {
    { "SKILL.md", "---\nname: tidy\ndescription: Tidy\n---\nEvil.\n" },
    { "run.sh", "#!/bin/sh\n" },
  };

  places_put (f, "tidy/SKILL.md", "---\nname: tidy\ndescription: Tidy\n---\nTidy.\n");
  for (guint i = 0; i < G_N_ELEMENTS (changes); i++)
    {
      g_autoptr (AnnexSkillPackage) package = open_package (f, "tidy");
      AnnexSkillPreview *preview = find_preview (package, "tidy");
      g_autofree char *path = g_build_filename (preview->folder, changes[i][0], NULL);
      g_autofree char *folder = NULL;
      g_autoptr (GError) error = NULL;

      g_assert_true (g_file_set_contents (path, changes[i][1], -1, NULL));
      g_assert_false (annex_skill_package_install (package, preview, NULL, &error));
      g_assert_error (error, ANNEX_SKILL_ERROR, ANNEX_SKILL_ERROR_FAILED);
      folder = annex_skill_shelf_dup_installed (f->places, "tidy");
      g_assert_null (folder);
    }
}

/* A skill that leaves its name to its folder is compared with what that name has. */
static void
test_unnamed (PlacesFixture *f, gconstpointer data)
{
  g_autoptr (AnnexSkillPackage) package = NULL;
  g_autoptr (AnnexSkillPackage) newer = NULL;
  const AnnexSkillPart *part;

  places_put (f, "tidy/SKILL.md", "---\ndescription: Tidy\n---\nFirst.\n");
  package = open_package (f, "tidy");
  install_all (f, package);
  places_put (f, "tidy/SKILL.md", "---\ndescription: Tidy\n---\nSecond.\n");
  newer = open_package (f, "tidy");
  g_assert_true (find_preview (newer, "tidy")->view->installed);
  part = g_ptr_array_index (find_preview (newer, "tidy")->view->parts, 0);
  g_assert_cmpint (part->change, ==, ANNEX_SKILL_FILE_CHANGED);
  g_assert_nonnull (strstr (part->diff, "+Second."));
}

/* ---- what runs */

static void
test_runs (PlacesFixture *f, gconstpointer data)
{
  static const struct
  {
    const char *path;
    gboolean runs;
  } cases[] = {
    { "run.PY", TRUE },     { "run.cjs", TRUE }, { "run.zsh", TRUE },      { "run.jar", TRUE },
    { "Makefile", TRUE },   { "run.exe", TRUE }, { "run.pyw", TRUE },      { "run.ipynb", TRUE },
    { "notes.txt", FALSE }, { "py", FALSE },     { "makefile.md", FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *folder = g_strdup_printf ("tidy-%u", i);
      g_autofree char *whole = g_build_filename (f->dir, folder, NULL);
      g_autofree char *skill = g_build_filename (folder, "SKILL.md", NULL);
      g_autofree char *file = g_build_filename (folder, "bin", cases[i].path, NULL);
      g_autoptr (AnnexSkillView) view = NULL;

      places_put (f, skill, "---\ndescription: Tidy\n---\nTidy.\n");
      places_put (f, file, "x");
      view = annex_skill_look (whole, folder, NULL, NULL, NULL);
      g_test_message ("%s", cases[i].path);
      g_assert_true (annex_skill_view_runs (view) == cases[i].runs);
    }
}

/* ---- hosts */

static AnnexSkillView *
look (PlacesFixture *f, const char *script)
{
  g_autofree char *folder = g_build_filename (f->dir, "tidy", NULL);
  AnnexSkillView *view;

  places_put (f, "tidy/SKILL.md", "---\nname: tidy\ndescription: Tidy\n---\nTidy.\n");
  places_put (f, "tidy/run.py", script);
  view = annex_skill_look (folder, "tidy", NULL, NULL, NULL);
  g_assert_nonnull (view);
  return view;
}

/* The host that a program goes to, and not the one that an address only looks like. */
static void
test_hosts (PlacesFixture *f, gconstpointer data)
{
  static const char *const cases[][2] = {
    { "https://API.example.org./x https://127.0.0.1/", "api.example.org" },
    { "https://github.com@evil.example/", "evil.example" },
    { "https://github.com:443@evil.example:8443/", "evil.example" },
    { "https://a:b@c@evil.example/", "evil.example" },
    { "https://github.com\\@evil.example/", "evil.example github.com" },
    { "https://github.com/@evil.example/", "github.com" },
    { "https://github.com?q=@evil.example", "github.com" },
    { "<https://github.com>, mail@firm.example", "github.com" },
    { "(https://github.com),mail@firm.example", "firm.example github.com" },
    { "https://github.com%2eevil.example/", "github.com github.com.evil.example" },
    { "https://github.com\u3002evil.example/", "github.com github.com.evil.example" },
    { "{\"url\":\"https:\\/\\/evil.example\\/x\"}", "evil.example" },
    { "https:// ://", "" },
    { "https://github.com", "github.com" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (AnnexSkillView) view = look (f, cases[i][0]);
      g_autofree char *hosts = g_strjoinv (" ", view->hosts);

      g_test_message ("%s", cases[i][0]);
      g_assert_cmpstr (hosts, ==, cases[i][1]);
      g_assert_cmpuint (g_strv_length (view->warnings), ==, 0);
    }
}

/* However many there are: they are listed, or it is said that not all of them are. */
static void
test_many_hosts (PlacesFixture *f, gconstpointer data)
{
  static const guint numbers[] = { 60, 2000 };

  for (guint i = 0; i < G_N_ELEMENTS (numbers); i++)
    {
      g_autoptr (GString) text = g_string_new (NULL);
      g_autoptr (AnnexSkillView) view = NULL;

      for (guint k = 0; k < numbers[i]; k++)
        g_string_append_printf (text, "https://h%u.example/\n", k);
      places_put (f, "tidy/assets/a.txt", text->str);
      view = look (f, "get ('https://evil.example/')");
      g_assert_true (g_strv_contains ((const char *const *) view->hosts, "evil.example") ||
                     g_strv_length (view->warnings) == 1);
      g_assert_true ((numbers[i] == 60) == (g_strv_length (view->warnings) == 0));
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(path, func)                                                                            \
  g_test_add ("/shown/" path, PlacesFixture, NULL, places_set_up, func, places_tear_down)
  ADD ("commands", test_commands);
  ADD ("command-of-skill", test_command_of_skill);
  ADD ("nested", test_nested);
  ADD ("named", test_named);
  ADD ("changed", test_changed);
  ADD ("unnamed", test_unnamed);
  ADD ("runs", test_runs);
  ADD ("hosts", test_hosts);
  ADD ("many-hosts", test_many_hosts);
  return g_test_run ();
}
