/* test-keeper.c
 *
 * The SkillKeeper on the shelf: what a window does with skills.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "keeper-fixture.h"

#include "annex-json.h"
#include "test-fiber.h"

#include <dlfcn.h>
#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

/* ---- the library */

static void
test_preview_and_versions (void)
{
  g_auto (Fixture) fixture = { 0 };
  Fixture *f = keeper_set_up (&fixture);
  g_autoptr (GError) error = NULL;
  g_autoptr (AnnexSkillOffer) offer = NULL;
  g_autoptr (GPtrArray) versions = NULL;
  g_autoptr (AnnexSkillView) view = NULL;
  g_autoptr (GBytes) bytes = NULL;
  AnnexSkillView *shown;
  AnnexSkillPart *part;

  keeper_put_skill (f, "report", "", "First.\nSecond.");
  keeper_install (f, "report");
  g_assert_cmpuint (f->n_changed, >, 0);
  keeper_put_skill (f, "report", "", "First.\nOther.");
  keeper_put (f, "report/run.sh", "#!/bin/sh\ncurl https://api.example.org\n");
  offer = keeper_open_place (f, "report", &error);
  g_assert_no_error (error);
  shown = g_ptr_array_index (offer->skills, 0);
  g_assert_true (shown->installed && shown->changed && annex_skill_view_runs (shown));
  part = g_ptr_array_index (shown->parts, 0);
  g_assert_cmpint (part->change, ==, ANNEX_SKILL_FILE_CHANGED);
  g_assert_nonnull (strstr (part->diff, "-Second.\n+Other."));
  bytes = dex_await_boxed (annex_skill_keeper_load_offered (f->keeper, offer, "report", "run.sh"),
                           &error);
  g_assert_no_error (error);
  g_assert_cmpuint (g_bytes_get_size (bytes), >, 9);
  g_assert_cmpmem (g_bytes_get_data (bytes, NULL), 9, "#!/bin/sh", 9);
  g_assert_null (dex_await_boxed (
      annex_skill_keeper_load_offered (f->keeper, offer, "report", "../../x"), NULL));
  g_assert_true (dex_await (annex_skill_keeper_install (f->keeper, offer, NULL), &error));
  versions = dex_await_boxed (annex_skill_keeper_list_versions (f->keeper, "report"), &error);
  g_assert_cmpuint (versions->len, ==, 2);
  g_assert_true (((AnnexSkillVersion *) versions->pdata[0])->current);
  g_assert_true (
      dex_await (annex_skill_keeper_restore (f->keeper, "report",
                                             ((AnnexSkillVersion *) versions->pdata[1])->id),
                 &error));
  view = keeper_read_skill (f, "report");
  g_assert_cmpstr (view->body, ==, "First.\nSecond.");
  g_assert_cmpuint (view->parts->len, ==, 1);
  g_assert_false (dex_await (annex_skill_keeper_restore (f->keeper, "report", "nothere"), NULL));
  g_assert_true (dex_await (annex_skill_keeper_set_enabled (f->keeper, "report", FALSE), &error));
  g_assert_false (keeper_is_usable (f, "report"));
}

static void
test_editing (void)
{
  g_auto (Fixture) fixture = { 0 };
  Fixture *f = keeper_set_up (&fixture);
  g_autoptr (GError) error = NULL;
  g_autoptr (AnnexSkillDraft) draft = NULL;
  g_autoptr (AnnexSkillView) view = NULL;
  g_autoptr (GPtrArray) faults = NULL;
  g_autoptr (GPtrArray) wrong = NULL;
  g_autofree char *text = NULL;
  g_autofree char *name = NULL;
  g_autoptr (GBytes) script = g_bytes_new_static ("#!/bin/sh\n", 10);
  AnnexSkillNeed need = { .id = "firm", .kind = ANNEX_NEED_TEXT, .label = "Your: company" };

  keeper_put_skill (f, "report", "", "Body.");
  keeper_put (f, "report/assets/logo.txt", "logo");
  keeper_install (f, "report");
  draft = dex_await_boxed (annex_skill_keeper_edit (f->keeper, "report"), &error);
  g_assert_no_error (error);
  g_set_str (&draft->body, "New body for {{annex.firm}}.");
  annex_skill_draft_set_need (draft, &need);
  annex_skill_draft_set_file (draft, "scripts/go.sh", script);
  annex_skill_draft_set_file (draft, "assets/logo.txt", NULL);
  /* Everything that is wrong has its field. */
  g_set_str (&draft->name, "No Name");
  g_set_str (&draft->description, "");
  annex_skill_draft_set_file (draft, "../evil", script);
  wrong = annex_skill_keeper_check (f->keeper, draft);
  g_assert_cmpuint (wrong->len, ==, 3);
  g_assert_cmpstr (((AnnexSkillFault *) wrong->pdata[0])->field, ==, "name");
  g_assert_cmpstr (((AnnexSkillFault *) wrong->pdata[1])->field, ==, "description");
  g_assert_cmpstr (((AnnexSkillFault *) wrong->pdata[2])->field, ==, "files");
  g_assert_null (dex_await_string (annex_skill_keeper_write (f->keeper, draft), NULL));
  g_hash_table_remove (draft->files, "../evil");
  g_set_str (&draft->name, "report");
  g_set_str (&draft->description, "Does: it # well");
  faults = annex_skill_keeper_check (f->keeper, draft);
  g_assert_cmpuint (faults->len, ==, 0);
  /* Text and fields are the same. */
  text = annex_skill_keeper_to_text (f->keeper, draft);
  g_set_str (&draft->description, "lost");
  g_assert_true (annex_skill_keeper_from_text (f->keeper, draft, text, NULL));
  g_assert_cmpstr (draft->description, ==, "Does: it # well");
  g_assert_false (annex_skill_keeper_from_text (f->keeper, draft, "no front matter", NULL));
  name = dex_await_string (annex_skill_keeper_write (f->keeper, draft), &error);
  g_assert_no_error (error);
  g_assert_cmpstr (name, ==, "report");
  view = keeper_read_skill (f, "report");
  g_assert_cmpuint (view->parts->len, ==, 2);
  g_assert_cmpstr (((AnnexSkillPart *) view->parts->pdata[1])->path, ==, "scripts/go.sh");
  g_assert_true (((AnnexSkillPart *) view->parts->pdata[1])->runs);
  g_assert_cmpstr (((AnnexSkillNeed *) view->needs->pdata[0])->label, ==, "Your: company");
}

/* A skill that leaves its name to its folder has that name also where a version of it lies. */
static void
test_unnamed (void)
{
  g_auto (Fixture) fixture = { 0 };
  Fixture *f = keeper_set_up (&fixture);
  g_autoptr (AnnexSkillView) view = NULL;
  g_autoptr (AnnexSkillDraft) draft = NULL;

  keeper_put (f, "report/SKILL.md", "---\ndescription: Does it\n---\nBody.\n");
  keeper_install (f, "report");
  view = keeper_read_skill (f, "report");
  g_assert_cmpstr (view->name, ==, "report");
  draft = dex_await_boxed (annex_skill_keeper_edit (f->keeper, "report"), NULL);
  g_assert_cmpstr (draft->name, ==, "report");
}

/* What is listed as usable is used: a skill that cannot be read is not in the way of another one.
 */
static void
test_broken (void)
{
  g_auto (Fixture) fixture = { 0 };
  Fixture *f = keeper_set_up (&fixture);
  g_autofree char *folder = NULL;
  g_autofree char *path = NULL;
  g_autoptr (AnnexSkillUse) use = NULL;
  g_autoptr (GError) error = NULL;

  keeper_put_skill (f, "report", "", "Library.");
  keeper_install (f, "report");
  folder = annex_skill_shelf_dup_installed (f->places, "report");
  path = g_build_filename (folder, "SKILL.md", NULL);
  g_assert_true (g_file_set_contents (path, "x", -1, NULL));
  g_assert_null (
      dex_await_boxed (annex_skill_library_use (f->library, "report", NULL, NULL), NULL));
  keeper_put_skill (f, "built-in/report", "", "Built in.");
  g_assert_true (keeper_is_usable (f, "report"));
  use = dex_await_boxed (annex_skill_library_use (f->library, "report", NULL, NULL), &error);
  g_assert_no_error (error);
  g_assert_nonnull (strstr (use->text, "Built in."));
}

/* What is used is what is shown, edited, given values and passed on as well. */
static void
test_beside_broken (void)
{
  g_auto (Fixture) fixture = { 0 };
  Fixture *f = keeper_set_up (&fixture);
  g_autofree char *folder = NULL;
  g_autofree char *path = NULL;
  g_autoptr (AnnexSkillView) view = NULL;
  g_autoptr (AnnexSkillUse) use = NULL;
  g_autoptr (AnnexSkillDraft) draft = NULL;
  g_autoptr (AnnexExposures) found = NULL;
  g_autoptr (GBytes) file = NULL;
  g_autoptr (GBytes) passed_on = NULL;
  g_autoptr (GError) error = NULL;
  const AnnexSkillNeed *need;

  keeper_put_skill (f, "report", "", "Library.");
  keeper_install (f, "report");
  folder = annex_skill_shelf_dup_installed (f->places, "report");
  path = g_build_filename (folder, "SKILL.md", NULL);
  g_assert_true (g_file_set_contents (path, "x", -1, NULL));
  keeper_put_skill (f, "built-in/report", "metadata:\n  annex.key: secret\n", "Built in.");
  keeper_put (f, "built-in/report/a.txt", "A");
  g_assert_true (
      dex_await (annex_skill_keeper_set_value (f->keeper, "report", "key", "hunter2"), &error));
  g_assert_no_error (error);
  view = keeper_read_skill (f, "report");
  g_assert_cmpint (view->info->origin, ==, ANNEX_SKILL_ORIGIN_BUILT_IN);
  need = g_ptr_array_index (view->needs, 0);
  use = dex_await_boxed (annex_skill_library_use (f->library, "report", NULL, NULL), &error);
  g_assert_no_error (error);
  g_assert_nonnull (strstr (use->text, need->value));
  draft = dex_await_boxed (annex_skill_keeper_edit (f->keeper, "report"), &error);
  g_assert_no_error (error);
  g_assert_nonnull (strstr (draft->body, "Built in."));
  file = dex_await_boxed (annex_skill_keeper_load_file (f->keeper, "report", "a.txt"), &error);
  g_assert_no_error (error);
  found = dex_await_boxed (annex_skill_keeper_find_private (f->keeper, "report", NULL), &error);
  g_assert_no_error (error);
  passed_on = dex_await_boxed (annex_skill_keeper_export (f->keeper, "report", found), &error);
  g_assert_no_error (error);
  g_assert_nonnull (passed_on);
}

static void
test_values (void)
{
  g_auto (Fixture) fixture = { 0 };
  Fixture *f = keeper_set_up (&fixture);
  g_autoptr (GError) error = NULL;
  g_autoptr (AnnexSkillView) view = NULL;
  g_autofree char *path =
      g_build_filename (f->dir, "config/skill-values/report.library.json", NULL);
  g_autofree char *stored = NULL;
  AnnexSkillNeed *need;

  keeper_put_skill (f, "report", "metadata:\n  annex.key: secret\n  annex.key.env: BANK_KEY\n",
                    "Body.");
  keeper_install (f, "report");
  g_assert_true (
      dex_await (annex_skill_keeper_set_value (f->keeper, "report", "key", "hunter2"), &error));
  view = keeper_read_skill (f, "report");
  need = g_ptr_array_index (view->needs, 0);
  g_assert_true (g_str_has_prefix (need->value, "secret:"));
  g_assert_cmpstr (g_hash_table_lookup (f->secrets, need->value), ==, "hunter2");
  g_assert_true (g_file_get_contents (path, &stored, NULL, NULL));
  g_assert_null (strstr (stored, "hunter2"));
  /* A new one takes the old one's place. */
  g_assert_true (
      dex_await (annex_skill_keeper_set_value (f->keeper, "report", "key", "hunter3"), &error));
  g_assert_cmpuint (g_hash_table_size (f->secrets), ==, 1);
  g_assert_false (
      dex_await (annex_skill_keeper_set_value (f->keeper, "report", "other", "x"), NULL));
  g_assert_true (dex_await (annex_skill_keeper_remove (f->keeper, "report"), &error));
  g_assert_cmpuint (g_hash_table_size (f->secrets), ==, 0);
  g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));
  /* Without a keyring no secret is taken. */
  keeper_install (f, "report");
  annex_skill_store_set_ports (ANNEX_SKILL_STORE (f->library), NULL, NULL, NULL);
  g_assert_false (
      dex_await (annex_skill_keeper_set_value (f->keeper, "report", "key", "hunter4"), NULL));
}

static void
test_export (void)
{
  g_auto (Fixture) fixture = { 0 };
  Fixture *f = keeper_set_up (&fixture);
  g_autoptr (GError) error = NULL;
  const char *const shares[] = { "Receipts", NULL };
  g_autoptr (AnnexExposures) found = NULL;
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (AnnexSkillOffer) offer = NULL;
  g_autofree char *out = g_build_filename (f->dir, "report.skill", NULL);
  AnnexExposure *one;

  keeper_put_skill (f, "report", "", "Write to anna@firma-gmbh.de about Receipts.");
  keeper_install (f, "report");
  found = dex_await_boxed (annex_skill_keeper_find_private (f->keeper, "report", shares), &error);
  g_assert_no_error (error);
  g_assert_cmpuint (found->list->len, ==, 2);
  one = g_ptr_array_index (found->list, 0);
  g_assert_cmpstr (one->line_text, ==, "Write to anna@firma-gmbh.de about Receipts.");
  one->choice = ANNEX_EXPOSURE_ASK;
  ((AnnexExposure *) found->list->pdata[1])->choice = ANNEX_EXPOSURE_REMOVE;
  bytes = dex_await_boxed (annex_skill_keeper_export (f->keeper, "report", found), &error);
  g_assert_no_error (error);
  g_assert_true (g_file_set_contents (out, g_bytes_get_data (bytes, NULL),
                                      (gssize) g_bytes_get_size (bytes), NULL));
  offer = keeper_open_place (f, "report.skill", &error);
  g_assert_no_error (error);
  g_assert_cmpstr (((AnnexSkillView *) offer->skills->pdata[0])->body, ==,
                   "Write to {{annex.mail}} about .");
}

/* What the user gave the skill is theirs also where they wrote it into the text; a question for it
 * is the one that there is. */
static void
test_export_values (void)
{
  static const struct
  {
    const char *text, *id;
  } expected[] = { { "Lindgren AB", "firm" }, { "hunter4", "key" } };
  g_auto (Fixture) fixture = { 0 };
  Fixture *f = keeper_set_up (&fixture);
  g_autoptr (GError) error = NULL;
  g_autoptr (AnnexExposures) found = NULL;
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (AnnexSkillOffer) offer = NULL;
  g_autofree char *out = g_build_filename (f->dir, "report.skill", NULL);

  keeper_put_skill (f, "report",
                    "metadata:\n  annex.firm: text\n  annex.key: secret\n  annex.tone: choice\n"
                    "  annex.tone.options: Formal|Short\n",
                    "Write Formal letters of Lindgren AB with hunter4.");
  keeper_install (f, "report");
  g_assert_true (
      dex_await (annex_skill_keeper_set_value (f->keeper, "report", "firm", "Lindgren AB"), NULL));
  g_assert_true (
      dex_await (annex_skill_keeper_set_value (f->keeper, "report", "key", "hunter4"), NULL));
  g_assert_true (
      dex_await (annex_skill_keeper_set_value (f->keeper, "report", "tone", "Formal"), NULL));
  found = dex_await_boxed (annex_skill_keeper_find_private (f->keeper, "report", NULL), &error);
  g_assert_no_error (error);
  g_assert_cmpuint (found->list->len, ==, G_N_ELEMENTS (expected));
  for (guint i = 0; i < found->list->len; i++)
    {
      AnnexExposure *one = found->list->pdata[i];

      g_assert_cmpint (one->kind, ==, ANNEX_EXPOSURE_VALUE);
      g_assert_cmpstr (one->text, ==, expected[i].text);
      g_assert_cmpstr (one->need_id, ==, expected[i].id);
      one->choice = ANNEX_EXPOSURE_ASK;
    }
  bytes = dex_await_boxed (annex_skill_keeper_export (f->keeper, "report", found), &error);
  g_assert_no_error (error);
  g_assert_true (g_file_set_contents (out, g_bytes_get_data (bytes, NULL),
                                      (gssize) g_bytes_get_size (bytes), NULL));
  offer = keeper_open_place (f, "report.skill", &error);
  g_assert_no_error (error);
  g_assert_cmpstr (((AnnexSkillView *) offer->skills->pdata[0])->body, ==,
                   "Write Formal letters of {{annex.firm}} with {{annex.key}}.");
}

/* Between looking and passing on the skill has become another. */
static void
test_export_changed (void)
{
  g_auto (Fixture) fixture = { 0 };
  Fixture *f = keeper_set_up (&fixture);
  g_autoptr (GError) error = NULL;
  g_autoptr (AnnexExposures) found = NULL;
  g_autoptr (GBytes) bytes = NULL;

  keeper_put_skill (f, "report", "", "Write to anna@firma-gmbh.de.");
  keeper_install (f, "report");
  found = dex_await_boxed (annex_skill_keeper_find_private (f->keeper, "report", NULL), NULL);
  keeper_put_skill (f, "report", "", "Or to bert@firma-gmbh.de.");
  keeper_install (f, "report");
  bytes = dex_await_boxed (annex_skill_keeper_export (f->keeper, "report", found), &error);
  g_assert_null (bytes);
  g_assert_error (error, ANNEX_SKILL_ERROR, ANNEX_SKILL_ERROR_FAILED);
}

static char *to_change; /* nullable: written into once a digest has been made */

/* The library ends one with it. */
const char *
g_checksum_get_string (GChecksum *checksum)
{
  const char *(*get) (GChecksum *checksum) = dlsym (RTLD_NEXT, "g_checksum_get_string");
  const char *text = get (checksum);
  g_autofree char *path = g_steal_pointer (&to_change);

  if (path != NULL)
    g_assert_true (g_file_set_contents (path, "Anna Berg, hunter2\n", -1, NULL));
  return text;
}

/* A skill in the home folder is not Annex's alone. */
static void
test_export_meanwhile (void)
{
  g_auto (Fixture) fixture = { 0 };
  Fixture *f = keeper_set_up (&fixture);
  g_autoptr (GError) error = NULL;
  g_autoptr (AnnexExposures) found = NULL;
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (AnnexSkillOffer) offer = NULL;
  g_autoptr (GBytes) notes = NULL;
  g_autofree char *out = g_build_filename (f->dir, "report.skill", NULL);

  g_assert_true (dex_await (annex_skill_keeper_set_look_in_home (f->keeper, TRUE), NULL));
  keeper_put_skill (f, "home/.agents/skills/report", "", "Body.");
  keeper_put (f, "home/.agents/skills/report/notes.txt", "None.\n");
  found = dex_await_boxed (annex_skill_keeper_find_private (f->keeper, "report", NULL), NULL);
  to_change = g_build_filename (f->dir, "home/.agents/skills/report/notes.txt", NULL);
  bytes = dex_await_boxed (annex_skill_keeper_export (f->keeper, "report", found), &error);
  g_assert_no_error (error);
  g_assert_null (to_change);
  g_assert_true (g_file_set_contents (out, g_bytes_get_data (bytes, NULL),
                                      (gssize) g_bytes_get_size (bytes), NULL));
  offer = keeper_open_place (f, "report.skill", &error);
  notes = dex_await_boxed (
      annex_skill_keeper_load_offered (f->keeper, offer, "report", "notes.txt"), &error);
  g_assert_no_error (error);
  g_assert_cmpmem (g_bytes_get_data (notes, NULL), g_bytes_get_size (notes), "None.\n", 6);
  /* What is there now has not been seen. */
  g_clear_pointer (&bytes, g_bytes_unref);
  bytes = dex_await_boxed (annex_skill_keeper_export (f->keeper, "report", found), &error);
  g_assert_null (bytes);
}

static void
test_export_unnamed (void)
{
  g_auto (Fixture) fixture = { 0 };
  Fixture *f = keeper_set_up (&fixture);
  g_autoptr (GError) error = NULL;
  g_autoptr (AnnexExposures) found = NULL;
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (AnnexSkillOffer) offer = NULL;
  g_autofree char *out = g_build_filename (f->dir, "x.skill", NULL);

  keeper_put (f, "report/SKILL.md", "---\ndescription: Does it\n---\nBody.\n");
  keeper_install (f, "report");
  found = dex_await_boxed (annex_skill_keeper_find_private (f->keeper, "report", NULL), NULL);
  bytes = dex_await_boxed (annex_skill_keeper_export (f->keeper, "report", found), &error);
  g_assert_no_error (error);
  g_assert_true (g_file_set_contents (out, g_bytes_get_data (bytes, NULL),
                                      (gssize) g_bytes_get_size (bytes), NULL));
  offer = keeper_open_place (f, "x.skill", &error);
  g_assert_no_error (error);
  g_assert_cmpstr (((AnnexSkillView *) offer->skills->pdata[0])->name, ==, "report");
}

static void
test_trust (void)
{
  g_auto (Fixture) fixture = { 0 };
  Fixture *f = keeper_set_up (&fixture);
  g_autoptr (GError) error = NULL;
  g_autofree char *share = g_build_filename (f->dir, "Share", NULL);
  g_autofree char *link = g_build_filename (f->dir, "Linked/.agents/skills", NULL);
  g_autofree char *linked = g_build_filename (f->dir, "Linked", NULL);
  g_autofree char *target = g_build_filename (f->dir, "Share/.agents/skills", NULL);
  g_auto (GStrv) names = NULL;
  g_auto (GStrv) none = NULL;
  g_auto (GStrv) trusted = NULL;
  g_auto (GStrv) outside = NULL;

  keeper_put_skill (f, "Share/.agents/skills/shared", "", "Body.");
  keeper_put (f, "Linked/.agents/x", "");
  g_assert_cmpint (symlink (target, link), ==, 0);
  names = dex_await_boxed (annex_skill_keeper_find_untrusted (f->keeper, share), &error);
  g_assert_cmpstr (names[0], ==, "shared");
  outside = dex_await_boxed (annex_skill_keeper_find_untrusted (f->keeper, linked), &error);
  g_assert_null (outside[0]);
  g_assert_true (dex_await (annex_skill_keeper_set_trusted (f->keeper, share, FALSE), &error));
  none = dex_await_boxed (annex_skill_keeper_find_untrusted (f->keeper, share), &error);
  g_assert_null (none[0]);
  g_assert_true (dex_await (annex_skill_keeper_set_trusted (f->keeper, share, TRUE), &error));
  trusted = dex_await_boxed (annex_skill_keeper_list_trusted (f->keeper), &error);
  g_assert_cmpuint (g_strv_length (trusted), ==, 1);
  keeper_put_skill (f, "home/.claude/skills/claudes", "", "Body.");
  g_assert_false (keeper_is_usable (f, "claudes"));
  g_assert_true (dex_await (annex_skill_keeper_set_look_in_home (f->keeper, TRUE), &error));
  g_assert_true (annex_skill_keeper_get_look_in_home (f->keeper));
  g_assert_true (keeper_is_usable (f, "claudes"));
}

int
main (int argc, char **argv)
{
  dex_init ();
  g_test_init (&argc, &argv, NULL);
#define ADD(name, func) test_add_fiber ("/keeper/" name, func)
  ADD ("preview-and-versions", test_preview_and_versions);
  ADD ("editing", test_editing);
  ADD ("unnamed", test_unnamed);
  ADD ("broken", test_broken);
  ADD ("beside-broken", test_beside_broken);
  ADD ("values", test_values);
  ADD ("export", test_export);
  ADD ("export-values", test_export_values);
  ADD ("export-changed", test_export_changed);
  ADD ("export-meanwhile", test_export_meanwhile);
  ADD ("export-unnamed", test_export_unnamed);
  ADD ("trust", test_trust);
  return g_test_run ();
}
