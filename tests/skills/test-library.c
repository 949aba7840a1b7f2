/* test-library.c
 *
 * Skills on the disk: found, installed, changed, gone back, used with the values of the user.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-json.h"
#include "annex-skill-author.h"
#include "annex-skill-files.h"
#include "annex-skill-package.h"
#include "annex-skill-values.h"
#include "places-fixture.h"

#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

#define LIBRARY ANNEX_SKILL_ORIGIN_LIBRARY

static AnnexSkillPackage *
open_package (PlacesFixture *f, const char *path, GError **error)
{
  g_autofree char *whole = g_build_filename (f->dir, path, NULL);

  return annex_skill_package_open (f->places, whole, error);
}

static void
install (PlacesFixture *f, const char *path)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (AnnexSkillPackage) package = open_package (f, path, &error);

  g_assert_no_error (error);
  annex_skill_package_install (
      package, g_ptr_array_index (annex_skill_package_get_previews (package), 0), NULL, &error);
  g_assert_no_error (error);
}

/* "name:origin" of those that can be used. (transfer full) */
static char *
usable (PlacesFixture *f, const char *folder)
{
  const char *folders[] = { folder, NULL };
  g_autoptr (GPtrArray) infos = annex_skill_shelf_scan (f->places, folders);
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < infos->len; i++)
    {
      AnnexSkillInfo *info = g_ptr_array_index (infos, i);

      if (annex_skill_info_is_usable (info))
        g_string_append_printf (text, "%s%s:%s", text->len > 0 ? " " : "", info->name,
                                annex_skill_origin_to_name (info->origin));
    }
  return g_string_free (text, FALSE);
}

#define assert_usable(f, folder, expected)                                                         \
  G_STMT_START                                                                                     \
  {                                                                                                \
    g_autofree char *found_ = usable (f, folder);                                                  \
    g_assert_cmpstr (found_, ==, expected);                                                        \
  }                                                                                                \
  G_STMT_END

#define assert_text(path, expected)                                                                \
  G_STMT_START                                                                                     \
  {                                                                                                \
    g_autofree char *text_ = NULL;                                                                 \
    g_assert_true (g_file_get_contents (path, &text_, NULL, NULL));                                \
    g_assert_cmpstr (text_, ==, expected);                                                         \
  }                                                                                                \
  G_STMT_END

static void
test_places (PlacesFixture *f, gconstpointer data)
{
  g_autofree char *share = g_build_filename (f->dir, "share", NULL);
  g_autofree char *link = g_build_filename (share, ".agents", "skills", "link", NULL);

  places_put_skill (f, "built-in/tidy", "Built in");
  places_put_skill (f, "built-in/sums", "Built in");
  places_put_skill (f, "home/.agents/skills/tidy", "Home");
  places_put_skill (f, "home/.claude/skills/mail", "Home");
  places_put_skill (f, "share/.agents/skills/tidy", "Share");
  places_put_skill (f, "new/tidy", "Library");
  places_put (f, "secret/SKILL.md", "---\nname: link\ndescription: D\n---\nx\n");
  g_assert_cmpint (symlink ("../../../secret", link), ==, 0);
  assert_usable (f, share, "sums:built-in tidy:built-in");
  annex_skill_shelf_set_look_in_home (f->places, TRUE, NULL);
  assert_usable (f, share, "mail:home sums:built-in tidy:home");
  install (f, "new/tidy");
  assert_usable (f, share, "mail:home sums:built-in tidy:library");
  annex_skill_shelf_set_trusted (f->places, share, TRUE, NULL);
  assert_usable (f, share, "mail:home sums:built-in tidy:share");
  assert_usable (f, NULL, "mail:home sums:built-in tidy:library");
  annex_skill_shelf_set_enabled (f->places, "sums", FALSE, NULL);
  annex_skill_shelf_set_trusted (f->places, share, FALSE, NULL);
  assert_usable (f, share, "mail:home tidy:library");
  annex_skill_shelf_set_enabled (f->places, "sums", TRUE, NULL);
  assert_usable (f, share, "mail:home sums:built-in tidy:library");
}

static void
test_versions (PlacesFixture *f, gconstpointer data)
{
  g_autofree char *orphan = g_build_filename (f->dir, "data", "tidy", "0orphan", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (AnnexSkillInfo) info = NULL;

  places_put_skill (f, "new/tidy", "First");
  install (f, "new/tidy");
  places_put_skill (f, "new/tidy", "Second");
  install (f, "new/tidy");
  info = annex_skill_shelf_find (f->places, "tidy", NULL, NULL);
  g_assert_cmpstr (info->description, ==, "Second");
  g_assert_cmpuint (info->n_versions, ==, 2);
  g_assert_cmpstr (info->source, ==, "tidy");
  g_clear_pointer (&info, annex_skill_info_free);
  g_assert_true (annex_skill_shelf_undo (f->places, "tidy", &error));
  info = annex_skill_shelf_find (f->places, "tidy", NULL, NULL);
  g_assert_cmpstr (info->description, ==, "First");
  g_assert_false (annex_skill_shelf_undo (f->places, "tidy", &error));
  g_assert_error (error, ANNEX_SKILL_ERROR, ANNEX_SKILL_ERROR_NOT_FOUND);
  /* What was gone back from is no version before; what a crash left is cleared. */
  places_put (f, "data/tidy/0orphan/SKILL.md", "x");
  places_put_skill (f, "new/tidy", "Third");
  install (f, "new/tidy");
  g_assert_false (g_file_test (orphan, G_FILE_TEST_EXISTS));
  g_assert_true (annex_skill_shelf_undo (f->places, "tidy", NULL));
  g_clear_pointer (&info, annex_skill_info_free);
  info = annex_skill_shelf_find (f->places, "tidy", NULL, NULL);
  g_assert_cmpstr (info->description, ==, "First");
  /* A failure changes nothing. */
  g_assert_false (
      annex_skill_shelf_install (f->places, "tidy", "/no/such/folder", "x", NULL, NULL));
  g_clear_pointer (&info, annex_skill_info_free);
  info = annex_skill_shelf_find (f->places, "tidy", NULL, NULL);
  g_assert_cmpstr (info->description, ==, "First");
  for (guint i = 0; i < ANNEX_SKILL_MAX_VERSIONS + 5; i++)
    install (f, "new/tidy");
  g_clear_pointer (&info, annex_skill_info_free);
  info = annex_skill_shelf_find (f->places, "tidy", NULL, NULL);
  g_assert_cmpuint (info->n_versions, ==, ANNEX_SKILL_MAX_VERSIONS);
  g_assert_true (annex_skill_shelf_remove (f->places, "tidy", NULL));
  assert_usable (f, NULL, "");
  g_assert_false (annex_skill_shelf_remove (f->places, "tidy", NULL));
}

/* What cannot be read is no reason to write it anew. */
static void
test_unreadable (PlacesFixture *f, gconstpointer data)
{
  static const char *const damaged[] = { "{\"off\":[\"sums\"]", "[]", "" };
  g_autofree char *settings = g_build_filename (f->places->config, "skills.json", NULL);
  g_autofree char *state = g_build_filename (f->places->data, "tidy", "state.json", NULL);
  g_autofree char *good = NULL;
  g_autoptr (GPtrArray) infos = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (AnnexSkillPackage) package = NULL;

  places_put_skill (f, "built-in/sums", "Built in");
  places_put_skill (f, "new/tidy", "First");
  install (f, "new/tidy");
  places_put_skill (f, "new/tidy", "Second");
  install (f, "new/tidy");
  g_assert_true (g_file_get_contents (state, &good, NULL, NULL));
  for (guint i = 0; i < G_N_ELEMENTS (damaged); i++)
    {
      places_put (f, "config/skills.json", damaged[i]);
      g_assert_false (annex_skill_shelf_set_enabled (f->places, "tidy", FALSE, &error));
      g_assert_nonnull (strstr (error->message, settings));
      g_clear_error (&error);
      g_assert_false (annex_skill_shelf_set_look_in_home (f->places, TRUE, NULL));
      g_assert_false (annex_skill_shelf_set_trusted (f->places, f->dir, TRUE, NULL));
      annex_skill_shelf_touch (f->places, "tidy");
      assert_text (settings, damaged[i]);
    }
  places_put (f, "config/skills.json", "{\"off\":[\"sums\"]}");
  g_assert_true (annex_skill_shelf_set_enabled (f->places, "tidy", FALSE, NULL));
  g_assert_true (annex_skill_shelf_set_enabled (f->places, "tidy", TRUE, NULL));
  assert_usable (f, NULL, "tidy:library");
  places_put (f, "data/tidy/state.json", "{\"versions\":");
  package = open_package (f, "new/tidy", NULL);
  g_assert_false (annex_skill_package_install (
      package, g_ptr_array_index (annex_skill_package_get_previews (package), 0), NULL, &error));
  g_assert_nonnull (strstr (error->message, state));
  assert_text (state, "{\"versions\":");
  infos = annex_skill_shelf_scan (f->places, NULL);
  g_assert_cmpuint (infos->len, ==, 2);
  g_assert_nonnull (strstr (((AnnexSkillInfo *) infos->pdata[1])->fault, state));
  places_put (f, "data/tidy/state.json", good);
  g_assert_true (annex_skill_shelf_undo (f->places, "tidy", NULL));
  assert_usable (f, NULL, "tidy:library");
  /* The user may remove it nevertheless. */
  places_put (f, "data/tidy/state.json", "x");
  g_assert_true (annex_skill_shelf_remove (f->places, "tidy", NULL));
  assert_usable (f, NULL, "");
}

static void
test_preview (PlacesFixture *f, gconstpointer data)
{
  static const char *const expected[] = { "SKILL.md changed", "new.py added runs",
                                          "old.txt removed", "same.txt same" };
  g_autoptr (GError) error = NULL;
  g_autoptr (AnnexSkillPackage) package = NULL;
  g_autofree char *staging = g_build_filename (f->places->data, ".staging", NULL);
  g_autoptr (GDir) dir = NULL;
  AnnexSkillPreview *preview;

  places_put_skill (f, "new/tidy", "First");
  places_put (f, "new/tidy/old.txt", "old");
  places_put (f, "new/tidy/same.txt", "same");
  install (f, "new/tidy");
  places_put_skill (f, "next/tidy", "Second");
  places_put (f, "next/tidy/same.txt", "same");
  places_put (f, "next/tidy/new.py", "get ('https://API.example.org/x', 'http://127.0.0.1/')");
  places_put (f, "next/tidy/__pycache__/x.pyc", "x");
  package = open_package (f, "next/tidy", &error);
  g_assert_no_error (error);
  preview = g_ptr_array_index (annex_skill_package_get_previews (package), 0);
  g_assert_true (preview->view->installed);
  g_assert_cmpuint (preview->view->parts->len, ==, G_N_ELEMENTS (expected));
  g_assert_cmpstr (preview->view->hosts[0], ==, "api.example.org");
  g_assert_null (preview->view->hosts[1]);
  for (guint i = 0; i < G_N_ELEMENTS (expected); i++)
    {
      gboolean found = FALSE;

      for (guint j = 0; j < preview->view->parts->len; j++)
        {
          AnnexSkillPart *file = g_ptr_array_index (preview->view->parts, j);
          g_autofree char *line =
              g_strdup_printf ("%s %s%s", file->path, annex_skill_change_to_name (file->change),
                               file->runs ? " runs" : "");

          found |= g_str_equal (line, expected[i]);
        }
      g_assert_true (found);
    }
  /* A preview that nobody installs leaves nothing. */
  g_clear_object (&package);
  dir = g_dir_open (staging, 0, NULL);
  g_assert_null (g_dir_read_name (dir));
}

static void
test_plugin (PlacesFixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (AnnexSkillPackage) package = NULL;
  GPtrArray *previews;

  places_put (f, "plug/.claude-plugin/plugin.json", "{\"name\":\"plug\"}");
  places_put_skill (f, "plug/skills/tidy", "D");
  places_put_skill (f, "plug/skills/sums", "D");
  places_put (f, "plug/skills/bad/SKILL.md", "no front matter");
  places_put (f, "plug/commands/Say It.md", "---\ndescription: Says it\n---\nSay $ARGUMENTS\n");
  places_put (f, "plug/hooks/hooks.json", "{}");
  package = open_package (f, "plug", &error);
  g_assert_no_error (error);
  previews = annex_skill_package_get_previews (package);
  g_assert_cmpuint (previews->len, ==, 3);
  g_assert_cmpstr (annex_skill_get_name (((AnnexSkillPreview *) previews->pdata[2])->skill), ==,
                   "say-it");
  g_assert_true (((AnnexSkillPreview *) previews->pdata[2])->view->is_command);
  g_assert_nonnull (strstr (annex_skill_package_get_left_out (package)[0], "never run"));
  g_assert_nonnull (strstr (annex_skill_package_get_left_out (package)[1], "bad"));
  for (guint i = 0; i < 3; i++)
    g_assert_true (annex_skill_package_install (package, previews->pdata[i], NULL, NULL));
  assert_usable (f, NULL, "say-it:library sums:library tidy:library");
}

static void
test_refused (PlacesFixture *f, gconstpointer data)
{
  static const char *const paths[] = { "empty", "bad.zip", "absent", "nothing.skill" };
  g_autofree char *skills = NULL;

  places_put (f, "empty/README.md", "nothing");
  places_put (f, "bad.zip", "no archive, but as long as one must be");
  places_put (f, "nothing.skill", "");
  for (guint i = 0; i < G_N_ELEMENTS (paths); i++)
    {
      g_autoptr (GError) error = NULL;

      g_assert_null (open_package (f, paths[i], &error));
      g_assert_nonnull (error);
    }
  skills = usable (f, NULL);
  g_assert_cmpstr (skills, ==, "");
}

static void
test_values (PlacesFixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (AnnexSkillInfo) info = NULL;
  g_autoptr (AnnexSkill) skill = NULL;
  g_autoptr (AnnexSkillUse) use = NULL;
  AnnexSkillNeed *firm, *key, *folder;

  places_put (
      f, "new/report/SKILL.md",
      "---\nname: report\ndescription: D\nmetadata:\n  annex.firm: text\n  annex.key: secret\n"
      "  annex.in: folder\n  annex.tone: text\n  annex.tone.default: kind\n---\n"
      "For {{annex.firm}}, {{annex.tone}}, in {{annex.in}}: $ARGUMENTS </skill_content>\n");
  places_put (f, "new/report/scripts/a.txt", "{{annex.firm}}");
  install (f, "new/report");
  info = annex_skill_shelf_find (f->places, "report", NULL, NULL);
  skill = annex_skill_load (info->path, NULL);
  firm = annex_skill_needs_find (annex_skill_get_needs (skill), "firm");
  key = annex_skill_needs_find (annex_skill_get_needs (skill), "key");
  folder = annex_skill_needs_find (annex_skill_get_needs (skill), "in");
  use = annex_skill_use_make (f->places, info, "May", &error);
  g_assert_no_error (error);
  g_assert_nonnull (strstr (use->text, "- firm (Firm): not given. Ask with ask_user first"));
  g_clear_pointer (&use, annex_skill_use_free);
  g_assert_true (annex_skill_values_set (f->places, "report", LIBRARY, firm, "ACME", NULL, NULL));
  g_assert_true (
      annex_skill_values_set (f->places, "report", LIBRARY, key, "secret:01", NULL, NULL));
  g_assert_true (annex_skill_values_set (f->places, "report", LIBRARY, folder, f->dir, NULL, NULL));
  g_assert_false (
      annex_skill_values_set (f->places, "report", LIBRARY, key, "the very key", NULL, NULL));
  g_assert_false (
      annex_skill_values_set (f->places, "report", LIBRARY, folder, "/no/such", NULL, NULL));
  use = annex_skill_use_make (f->places, info, "May", &error);
  g_assert_no_error (error);
  g_test_message ("%s", use->text);
  g_assert_nonnull (strstr (use->text, "For ACME, kind, in /folders/"));
  g_assert_nonnull (strstr (use->text, ": May &lt;/skill_content>"));
  g_assert_nonnull (strstr (use->text, "{\"env\": \"KEY\", \"id\": \"secret:01\"}"));
  g_assert_nonnull (strstr (use->text, "<file>scripts/a.txt</file>"));
  g_assert_null (strstr (use->text, f->dir)); /* no path of this machine */
  g_assert_nonnull (
      memmem (g_bytes_get_data (use->tar, NULL), g_bytes_get_size (use->tar), "ACME", 4));
  g_assert_null (
      memmem (g_bytes_get_data (use->tar, NULL), g_bytes_get_size (use->tar), "{{annex.firm", 12));
}

/* What the user gave a skill of theirs is not for one that somebody put into a shared folder under
 * the same name. */
static void
test_values_of_share (PlacesFixture *f, gconstpointer data)
{
  static const char text[] = "---\nname: report\ndescription: D\nmetadata:\n  annex.key: "
                             "secret\n---\nUse {{annex.key}}.\n";
  g_autofree char *share = g_build_filename (f->dir, "share", NULL);
  const char *folders[] = { share, NULL };
  AnnexSkillNeed key = { .id = "key", .kind = ANNEX_NEED_SECRET, .label = "Key" };
  g_autoptr (AnnexSkillInfo) own = NULL;
  g_autoptr (AnnexSkillInfo) shared = NULL;
  g_autoptr (AnnexSkillUse) use = NULL;
  g_autoptr (AnnexSkillUse) other = NULL;

  places_put (f, "new/report/SKILL.md", text);
  install (f, "new/report");
  g_assert_true (
      annex_skill_values_set (f->places, "report", LIBRARY, &key, "secret:01", NULL, NULL));
  places_put (f, "share/.agents/skills/report/SKILL.md", text);
  g_assert_true (annex_skill_shelf_set_trusted (f->places, share, TRUE, NULL));
  own = annex_skill_shelf_find (f->places, "report", NULL, NULL);
  use = annex_skill_use_make (f->places, own, NULL, NULL);
  g_assert_nonnull (strstr (use->text, "secret:01"));
  shared = annex_skill_shelf_find (f->places, "report", folders, NULL);
  g_assert_cmpint (shared->origin, ==, ANNEX_SKILL_ORIGIN_SHARE);
  other = annex_skill_use_make (f->places, shared, NULL, NULL);
  g_assert_null (strstr (other->text, "secret:01"));
  g_assert_nonnull (strstr (other->text, "not given. Ask with ask_user first"));
}

#define ASKS                                                                                       \
  "---\nname: report\ndescription: D\nmetadata:\n  annex.firm: text\n---\nFor {{annex.firm}}.\n"

/* What the skill of the name "report" that counts is given. (transfer full, nullable) */
static char *
dup_firm (PlacesFixture *f)
{
  g_autoptr (AnnexSkillInfo) info = annex_skill_shelf_find (f->places, "report", NULL, NULL);
  g_autoptr (AnnexSkillUse) use = annex_skill_use_make (f->places, info, NULL, NULL);
  const char *firm = strstr (use->text, "For ") + strlen ("For ");

  return g_str_has_prefix (firm, "{{") ? NULL : g_strndup (firm, strcspn (firm, "."));
}

#define assert_firm(f, expected)                                                                   \
  G_STMT_START                                                                                     \
  {                                                                                                \
    g_autofree char *firm_ = dup_firm (f);                                                         \
    g_assert_cmpstr (firm_, ==, expected);                                                         \
  }                                                                                                \
  G_STMT_END

/* A stranger's skill that comes into the library has none of what was given to one in the home
 * folder. @data: whether that was noted by a version of Annex that did not say to which. */
static void
test_values_of_origin (PlacesFixture *f, gconstpointer data)
{
  AnnexSkillNeed firm = { .id = "firm", .kind = ANNEX_NEED_TEXT, .label = "Firm" };

  annex_skill_shelf_set_look_in_home (f->places, TRUE, NULL);
  places_put (f, "home/.agents/skills/report/SKILL.md", ASKS);
  if (data != NULL)
    places_put (f, "config/skill-values/report.json", "{\"firm\":\"ACME\"}");
  else
    g_assert_true (annex_skill_values_set (f->places, "report", ANNEX_SKILL_ORIGIN_HOME, &firm,
                                           "ACME", NULL, NULL));
  places_put (f, "new/report/SKILL.md", ASKS);
  install (f, "new/report");
  assert_firm (f, NULL);
  g_assert_true (annex_skill_values_set (f->places, "report", LIBRARY, &firm, "Other", NULL, NULL));
  assert_firm (f, "Other");
  g_assert_true (annex_skill_shelf_remove (f->places, "report", NULL));
  assert_firm (f, "ACME");
}

/* What an older version noted is not lost. */
static void
test_values_of_old (PlacesFixture *f, gconstpointer data)
{
  places_put (f, "new/report/SKILL.md", ASKS);
  install (f, "new/report");
  places_put (f, "config/skill-values/report.json", "{\"firm\":\"ACME\"}");
  assert_firm (f, "ACME");
  install (f, "new/report");
  assert_firm (f, "ACME");
}

/* The user's own version of a skill that came with Annex asks for nothing again. */
static void
test_values_of_own (PlacesFixture *f, gconstpointer data)
{
  AnnexSkillNeed firm = { .id = "firm", .kind = ANNEX_NEED_TEXT, .label = "Firm" };
  g_autoptr (AnnexSkillInfo) info = NULL;
  g_autoptr (AnnexSkillDraft) draft = NULL;

  places_put (f, "built-in/report/SKILL.md", ASKS);
  g_assert_true (annex_skill_values_set (f->places, "report", ANNEX_SKILL_ORIGIN_BUILT_IN, &firm,
                                         "ACME", NULL, NULL));
  info = annex_skill_shelf_find (f->places, "report", NULL, NULL);
  draft = annex_skill_author_edit (info, NULL);
  g_assert_true (annex_skill_author_install (f->places, draft, NULL));
  assert_usable (f, NULL, "report:library");
  assert_firm (f, "ACME");
}

static void
test_values_kept (PlacesFixture *f, gconstpointer data)
{
  static const char *const words[] = { "{\"key\":\"secret:01\"", "[\"secret:01\"]" };
  g_autofree char *path =
      g_build_filename (f->places->config, "skill-values/report.library.json", NULL);
  g_autoptr (AnnexSkillNeed) need = g_new0 (AnnexSkillNeed, 1);
  g_autoptr (JsonObject) taken = NULL;
  g_autofree char *old = NULL;

  need->id = g_strdup ("firm");
  need->label = g_strdup ("Firm");
  need->kind = ANNEX_NEED_TEXT;
  for (guint i = 0; i < G_N_ELEMENTS (words); i++)
    {
      places_put (f, "config/skill-values/report.library.json", words[i]);
      g_assert_false (
          annex_skill_values_set (f->places, "report", LIBRARY, need, "ACME", NULL, NULL));
      g_assert_null (annex_skill_values_take (f->places, "report", LIBRARY, NULL));
      assert_text (path, words[i]);
    }
  places_put (f, "config/skill-values/report.library.json", "{\"key\":\"secret:01\"}");
  g_assert_true (annex_skill_values_set (f->places, "report", LIBRARY, need, "ACME", &old, NULL));
  g_assert_null (old);
  g_assert_true (annex_skill_values_set (f->places, "report", LIBRARY, need, "Other", &old, NULL));
  g_assert_cmpstr (old, ==, "ACME");
  taken = annex_skill_values_take (f->places, "report", LIBRARY, NULL);
  g_assert_cmpstr (annex_json_opt_string (taken, "key", NULL), ==, "secret:01");
  g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));
}

static void
test_catalogue (void)
{
  g_autoptr (JsonObject) none = json_object_new ();
  g_autoptr (JsonObject) one = annex_json_parse_object ("{\"a\":\"A </skill> <b>\"}", -1, NULL);
  g_autoptr (JsonObject) two = annex_json_parse_object ("{\"a\":\"A2\",\"b\":\"B\"}", -1, NULL);
  g_autofree char *first = annex_skill_catalogue_news (NULL, one);
  g_autofree char *later = annex_skill_catalogue_news (one, two);
  g_autofree char *gone = annex_skill_catalogue_news (two, none);

  g_assert_null (annex_skill_catalogue_news (NULL, none));
  g_assert_null (annex_skill_catalogue_news (one, one));
  g_assert_nonnull (strstr (first, "<description>A &lt;/skill&gt; &lt;b&gt;</description>"));
  g_assert_nonnull (strstr (later, "<name>a</name>"));
  g_assert_nonnull (strstr (later, "<name>b</name>"));
  g_assert_cmpstr (gone, ==, "These skills are no longer there: a, b.");
}

#define ADD(path, func)                                                                            \
  g_test_add ("/library/" path, PlacesFixture, NULL, places_set_up, func, places_tear_down)

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  ADD ("places", test_places);
  ADD ("versions", test_versions);
  ADD ("unreadable", test_unreadable);
  ADD ("preview", test_preview);
  ADD ("plugin", test_plugin);
  ADD ("refused", test_refused);
  ADD ("values", test_values);
  ADD ("values-of-share", test_values_of_share);
  ADD ("values-of-origin", test_values_of_origin);
  g_test_add ("/library/values-of-old-origin", PlacesFixture, "old", places_set_up,
              test_values_of_origin, places_tear_down);
  ADD ("values-of-old", test_values_of_old);
  ADD ("values-of-own", test_values_of_own);
  ADD ("values-kept", test_values_kept);
  g_test_add_func ("/library/catalogue", test_catalogue);
  return g_test_run ();
}
