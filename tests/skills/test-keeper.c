/* test-keeper.c
 *
 * The SkillKeeper on the shelf: what a window does with skills, with a keyring in memory and a real
 * ledger; plugins and marketplaces of strangers.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-future.h"
#include "annex-json.h"
#include "annex-skill-fetch.h"
#include "annex-skill-files.h"
#include "annex-skill-market.h"
#include "annex-skill-store.h"
#include "annex-skill-values.h"
#include "test-fiber.h"

#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

/* ---- a keyring in memory */

#define KEYRING_TYPE (keyring_get_type ())
G_DECLARE_FINAL_TYPE (Keyring, keyring, TEST, KEYRING, GObject)
struct _Keyring
{
  GObject parent_instance;
  GHashTable *values;
};

static DexFuture *
keyring_lookup (AnnexSecrets *secrets, const char *id)
{
  const char *value = g_hash_table_lookup (TEST_KEYRING (secrets)->values, id);

  if (value == NULL)
    return annex_future_new_errorf (ANNEX_SECRETS_ERROR, ANNEX_SECRETS_ERROR_NOT_FOUND, "None");
  return dex_future_new_take_string (g_strdup (value));
}

static DexFuture *
keyring_store (AnnexSecrets *secrets, const char *id, const char *label, const char *value)
{
  g_hash_table_insert (TEST_KEYRING (secrets)->values, g_strdup (id), g_strdup (value));
  return dex_future_new_true ();
}

static DexFuture *
keyring_remove (AnnexSecrets *secrets, const char *id)
{
  g_hash_table_remove (TEST_KEYRING (secrets)->values, id);
  return dex_future_new_true ();
}

static void
keyring_secrets_init (AnnexSecretsInterface *iface)
{
  iface->lookup = keyring_lookup;
  iface->store = keyring_store;
  iface->remove = keyring_remove;
}

G_DEFINE_FINAL_TYPE_WITH_CODE (Keyring,
                               keyring,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (ANNEX_TYPE_SECRETS, keyring_secrets_init))

static void
keyring_finalize (GObject *object)
{
  g_hash_table_unref (TEST_KEYRING (object)->values);
  G_OBJECT_CLASS (keyring_parent_class)->finalize (object);
}

static void
keyring_class_init (KeyringClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = keyring_finalize;
}

static void
keyring_init (Keyring *self)
{
  self->values = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
}

/* ---- the fixture */

typedef struct
{
  char *dir;
  AnnexSkillPlaces *places;
  Keyring *keyring;
  AnnexSkillLibrary *library;
  AnnexSkillKeeper *keeper; /* the same, borrowed */
  guint n_changed;
} Fixture;

static AnnexSecrets *
get_keyring (gpointer data)
{
  return ANNEX_SECRETS (((Fixture *) data)->keyring);
}

static void
changed_cb (Fixture *f)
{
  f->n_changed++;
}

static Fixture *
set_up (Fixture *f)
{
  f->dir = g_dir_make_tmp ("annex-keeper-XXXXXX", NULL);
  f->places = g_new0 (AnnexSkillPlaces, 1);
  f->places->data = g_build_filename (f->dir, "data", NULL);
  f->places->config = g_build_filename (f->dir, "config", NULL);
  f->places->built_in = g_build_filename (f->dir, "built-in", NULL);
  f->places->home = g_build_filename (f->dir, "home", NULL);
  f->keyring = g_object_new (KEYRING_TYPE, NULL);
  f->library = annex_skill_store_new (f->places);
  f->keeper = ANNEX_SKILL_KEEPER (f->library);
  annex_skill_store_set_ports (ANNEX_SKILL_STORE (f->library), NULL, get_keyring, f);
  g_signal_connect_swapped (f->library, "changed", G_CALLBACK (changed_cb), f);
  return f;
}

static void
tear_down (Fixture *f)
{
  g_signal_handlers_disconnect_by_data (f->library, f);
  g_object_unref (f->library);
  g_object_unref (f->keyring);
  /* What was staged goes with the last who held it, which may be a worker's thread. */
  for (guint i = 0; i < 500 && !annex_skill_files_remove (f->dir); i++)
    g_usleep (10 * 1000);
  g_assert_false (g_file_test (f->dir, G_FILE_TEST_EXISTS));
  g_free (f->dir);
  annex_skill_places_free (f->places);
}

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Fixture, tear_down)

static void
put (Fixture *f, const char *path, const char *text)
{
  g_autofree char *whole = g_build_filename (f->dir, path, NULL);
  g_autofree char *parent = g_path_get_dirname (whole);

  g_assert_cmpint (g_mkdir_with_parents (parent, 0700), ==, 0);
  g_assert_true (g_file_set_contents (whole, text, -1, NULL));
}

static void
put_skill (Fixture *f, const char *folder, const char *extra, const char *body)
{
  g_autofree char *name = g_path_get_basename (folder);
  g_autofree char *path = g_build_filename (folder, "SKILL.md", NULL);
  g_autofree char *text =
      g_strdup_printf ("---\nname: %s\ndescription: Does %s\n%s---\n%s\n", name, name, extra, body);

  put (f, path, text);
}

static AnnexSkillOffer *
open_place (Fixture *f, const char *path, GError **error)
{
  g_autofree char *whole = g_build_filename (f->dir, path, NULL);

  return dex_await_boxed (annex_skill_keeper_open (f->keeper, whole), error);
}

static void
install (Fixture *f, const char *path)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (AnnexSkillOffer) offer = open_place (f, path, &error);

  g_assert_no_error (error);
  g_assert_true (dex_await (annex_skill_keeper_install (f->keeper, offer, NULL), &error));
  g_assert_no_error (error);
}

static AnnexSkillView *
read_skill (Fixture *f, const char *name)
{
  g_autoptr (GError) error = NULL;
  AnnexSkillView *view = dex_await_boxed (annex_skill_keeper_read (f->keeper, name, NULL), &error);

  g_assert_no_error (error);
  return view;
}

static gboolean
is_usable (Fixture *f, const char *name)
{
  g_autoptr (GPtrArray) infos = dex_await_boxed (annex_skill_library_list (f->library, NULL), NULL);

  for (guint i = 0; i < infos->len; i++)
    {
      AnnexSkillInfo *info = g_ptr_array_index (infos, i);

      if (g_str_equal (info->name, name) && annex_skill_info_is_usable (info))
        return TRUE;
    }
  return FALSE;
}

/* ---- the library */

static void
test_preview_and_versions (void)
{
  g_auto (Fixture) fixture = { 0 };
  Fixture *f = set_up (&fixture);
  g_autoptr (GError) error = NULL;
  g_autoptr (AnnexSkillOffer) offer = NULL;
  g_autoptr (GPtrArray) versions = NULL;
  g_autoptr (AnnexSkillView) view = NULL;
  g_autoptr (GBytes) bytes = NULL;
  AnnexSkillView *shown;
  AnnexSkillPart *part;

  put_skill (f, "report", "", "First.\nSecond.");
  install (f, "report");
  g_assert_cmpuint (f->n_changed, >, 0);
  put_skill (f, "report", "", "First.\nOther.");
  put (f, "report/run.sh", "#!/bin/sh\ncurl https://api.example.org\n");
  offer = open_place (f, "report", &error);
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
  view = read_skill (f, "report");
  g_assert_cmpstr (view->body, ==, "First.\nSecond.");
  g_assert_cmpuint (view->parts->len, ==, 1);
  g_assert_false (dex_await (annex_skill_keeper_restore (f->keeper, "report", "nothere"), NULL));
  g_assert_true (dex_await (annex_skill_keeper_set_enabled (f->keeper, "report", FALSE), &error));
  g_assert_false (is_usable (f, "report"));
}

static void
test_editing (void)
{
  g_auto (Fixture) fixture = { 0 };
  Fixture *f = set_up (&fixture);
  g_autoptr (GError) error = NULL;
  g_autoptr (AnnexSkillDraft) draft = NULL;
  g_autoptr (AnnexSkillView) view = NULL;
  g_autoptr (GPtrArray) faults = NULL;
  g_autoptr (GPtrArray) wrong = NULL;
  g_autofree char *text = NULL;
  g_autofree char *name = NULL;
  g_autoptr (GBytes) script = g_bytes_new_static ("#!/bin/sh\n", 10);
  AnnexSkillNeed need = { .id = "firm", .kind = ANNEX_NEED_TEXT, .label = "Your: company" };

  put_skill (f, "report", "", "Body.");
  put (f, "report/assets/logo.txt", "logo");
  install (f, "report");
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
  view = read_skill (f, "report");
  g_assert_cmpuint (view->parts->len, ==, 2);
  g_assert_cmpstr (((AnnexSkillPart *) view->parts->pdata[1])->path, ==, "scripts/go.sh");
  g_assert_true (((AnnexSkillPart *) view->parts->pdata[1])->runs);
  g_assert_cmpstr (((AnnexSkillNeed *) view->needs->pdata[0])->label, ==, "Your: company");
}

static void
test_values (void)
{
  g_auto (Fixture) fixture = { 0 };
  Fixture *f = set_up (&fixture);
  g_autoptr (GError) error = NULL;
  g_autoptr (AnnexSkillView) view = NULL;
  g_autofree char *path = g_build_filename (f->dir, "config/skill-values/report.json", NULL);
  g_autofree char *stored = NULL;
  AnnexSkillNeed *need;

  put_skill (f, "report", "metadata:\n  annex.key: secret\n  annex.key.env: BANK_KEY\n", "Body.");
  install (f, "report");
  g_assert_true (
      dex_await (annex_skill_keeper_set_value (f->keeper, "report", "key", "hunter2"), &error));
  view = read_skill (f, "report");
  need = g_ptr_array_index (view->needs, 0);
  g_assert_true (g_str_has_prefix (need->value, "secret:"));
  g_assert_cmpstr (g_hash_table_lookup (f->keyring->values, need->value), ==, "hunter2");
  g_assert_true (g_file_get_contents (path, &stored, NULL, NULL));
  g_assert_null (strstr (stored, "hunter2"));
  /* A new one takes the old one's place. */
  g_assert_true (
      dex_await (annex_skill_keeper_set_value (f->keeper, "report", "key", "hunter3"), &error));
  g_assert_cmpuint (g_hash_table_size (f->keyring->values), ==, 1);
  g_assert_false (
      dex_await (annex_skill_keeper_set_value (f->keeper, "report", "other", "x"), NULL));
  g_assert_true (dex_await (annex_skill_keeper_remove (f->keeper, "report"), &error));
  g_assert_cmpuint (g_hash_table_size (f->keyring->values), ==, 0);
  g_assert_false (g_file_test (path, G_FILE_TEST_EXISTS));
  /* Without a keyring no secret is taken. */
  install (f, "report");
  annex_skill_store_set_ports (ANNEX_SKILL_STORE (f->library), NULL, NULL, NULL);
  g_assert_false (
      dex_await (annex_skill_keeper_set_value (f->keeper, "report", "key", "hunter4"), NULL));
}

static void
test_export (void)
{
  g_auto (Fixture) fixture = { 0 };
  Fixture *f = set_up (&fixture);
  g_autoptr (GError) error = NULL;
  const char *const shares[] = { "Receipts", NULL };
  g_autoptr (GPtrArray) found = NULL;
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (AnnexSkillOffer) offer = NULL;
  g_autofree char *out = g_build_filename (f->dir, "report.skill", NULL);
  AnnexExposure *one;

  put_skill (f, "report", "", "Write to anna@firma-gmbh.de about Receipts.");
  install (f, "report");
  found = dex_await_boxed (annex_skill_keeper_find_private (f->keeper, "report", shares), &error);
  g_assert_no_error (error);
  g_assert_cmpuint (found->len, ==, 2);
  one = g_ptr_array_index (found, 0);
  g_assert_cmpstr (one->line_text, ==, "Write to anna@firma-gmbh.de about Receipts.");
  one->choice = ANNEX_EXPOSURE_ASK;
  ((AnnexExposure *) found->pdata[1])->choice = ANNEX_EXPOSURE_REMOVE;
  bytes = dex_await_boxed (annex_skill_keeper_export (f->keeper, "report", found), &error);
  g_assert_no_error (error);
  g_assert_true (g_file_set_contents (out, g_bytes_get_data (bytes, NULL),
                                      (gssize) g_bytes_get_size (bytes), NULL));
  offer = open_place (f, "report.skill", &error);
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
  Fixture *f = set_up (&fixture);
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) found = NULL;
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (AnnexSkillOffer) offer = NULL;
  g_autofree char *out = g_build_filename (f->dir, "report.skill", NULL);

  put_skill (f, "report",
             "metadata:\n  annex.firm: text\n  annex.key: secret\n  annex.tone: choice\n"
             "  annex.tone.options: Formal|Short\n",
             "Write Formal letters of Lindgren AB with hunter4.");
  install (f, "report");
  g_assert_true (
      dex_await (annex_skill_keeper_set_value (f->keeper, "report", "firm", "Lindgren AB"), NULL));
  g_assert_true (
      dex_await (annex_skill_keeper_set_value (f->keeper, "report", "key", "hunter4"), NULL));
  g_assert_true (
      dex_await (annex_skill_keeper_set_value (f->keeper, "report", "tone", "Formal"), NULL));
  found = dex_await_boxed (annex_skill_keeper_find_private (f->keeper, "report", NULL), &error);
  g_assert_no_error (error);
  g_assert_cmpuint (found->len, ==, G_N_ELEMENTS (expected));
  for (guint i = 0; i < found->len; i++)
    {
      AnnexExposure *one = found->pdata[i];

      g_assert_cmpint (one->kind, ==, ANNEX_EXPOSURE_VALUE);
      g_assert_cmpstr (one->text, ==, expected[i].text);
      g_assert_cmpstr (one->need_id, ==, expected[i].id);
      one->choice = ANNEX_EXPOSURE_ASK;
    }
  bytes = dex_await_boxed (annex_skill_keeper_export (f->keeper, "report", found), &error);
  g_assert_no_error (error);
  g_assert_true (g_file_set_contents (out, g_bytes_get_data (bytes, NULL),
                                      (gssize) g_bytes_get_size (bytes), NULL));
  offer = open_place (f, "report.skill", &error);
  g_assert_no_error (error);
  g_assert_cmpstr (((AnnexSkillView *) offer->skills->pdata[0])->body, ==,
                   "Write Formal letters of {{annex.firm}} with {{annex.key}}.");
}

static void
test_trust (void)
{
  g_auto (Fixture) fixture = { 0 };
  Fixture *f = set_up (&fixture);
  g_autoptr (GError) error = NULL;
  g_autofree char *share = g_build_filename (f->dir, "Share", NULL);
  g_autofree char *link = g_build_filename (f->dir, "Linked/.agents/skills", NULL);
  g_autofree char *linked = g_build_filename (f->dir, "Linked", NULL);
  g_autofree char *target = g_build_filename (f->dir, "Share/.agents/skills", NULL);
  g_auto (GStrv) names = NULL;
  g_auto (GStrv) none = NULL;
  g_auto (GStrv) trusted = NULL;
  g_auto (GStrv) outside = NULL;

  put_skill (f, "Share/.agents/skills/shared", "", "Body.");
  put (f, "Linked/.agents/x", "");
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
  put_skill (f, "home/.claude/skills/claudes", "", "Body.");
  g_assert_false (is_usable (f, "claudes"));
  g_assert_true (dex_await (annex_skill_keeper_set_look_in_home (f->keeper, TRUE), &error));
  g_assert_true (annex_skill_keeper_get_look_in_home (f->keeper));
  g_assert_true (is_usable (f, "claudes"));
}

/* ---- plugins and marketplaces */

#define MARKET                                                                                     \
  "{\"name\":\"shop\",\"owner\":{\"name\":\"Ada\"},\"metadata\":{\"description\":\"Good\"},"       \
  "\"plugins\":["

static void
put_market (Fixture *f)
{
  put (f, "shop/.claude-plugin/marketplace.json",
       MARKET
       "{\"name\":\"office\",\"source\":\"./plugins/office\",\"description\":\"For work\"},"
       "{\"name\":\"pick\",\"source\":\"./\",\"strict\":false,\"skills\":[\"./extra/one\"]},"
       "{\"name\":\"away\",\"source\":{\"source\":\"npm\",\"package\":\"x\"}},"
       "{\"name\":\"out\",\"source\":\"./../evil\"},"
       "{\"name\":\"inside\",\"source\":{\"source\":\"url\",\"url\":\"https://10.0.0.1/a\"}},"
       "{\"name\":\"No Name\",\"source\":\"./\"}]}");
  put (f, "shop/plugins/office/.claude-plugin/plugin.json",
       "{\"name\":\"office\",\"version\":\"1.0\",\"skills\":\"./more\",\"hooks\":{},"
       "\"userConfig\":{}}");
  put (f, "shop/plugins/office/.mcp.json",
       "{\"mcpServers\":{\"crm\":{\"type\":\"http\",\"url\":\"https://crm.example.org/mcp\"},"
       "\"own\":{\"command\":\"${CLAUDE_PLUGIN_ROOT}/run\"}}}");
  put_skill (f, "shop/plugins/office/skills/letters", "", "Body.");
  put_skill (f, "shop/plugins/office/more/sums", "", "Body.");
  put (f, "shop/plugins/office/commands/greet.md", "---\ndescription: Greets\n---\nHello\n");
  put (f, "shop/plugins/office/agents/a.md", "x");
  put_skill (f, "shop/extra/one", "", "Body.");
  put_skill (f, "shop/skills/two", "", "Body.");
}

static AnnexSkillPlugin *
find_plugin (AnnexSkillMarket *market, const char *name)
{
  for (guint i = 0; i < market->plugins->len; i++)
    if (g_str_equal (((AnnexSkillPlugin *) market->plugins->pdata[i])->name, name))
      return market->plugins->pdata[i];
  return NULL;
}

static void
test_market (void)
{
  g_auto (Fixture) fixture = { 0 };
  Fixture *f = set_up (&fixture);
  g_autoptr (GError) error = NULL;
  g_autofree char *place = g_build_filename (f->dir, "shop", NULL);
  g_autoptr (AnnexSkillMarket) market = NULL;
  g_autoptr (AnnexSkillMarket) newer = NULL;
  g_autoptr (AnnexSkillOffer) offer = NULL;
  g_autoptr (AnnexSkillOffer) update = NULL;
  g_autoptr (AnnexSkillOffer) pick = NULL;
  g_autoptr (GPtrArray) plugins = NULL;
  g_autofree char *left_out = NULL;
  g_autofree char *gone = g_build_filename (f->dir, "shop/plugins/office/more", NULL);

  put_market (f);
  market = dex_await_boxed (annex_skill_keeper_add_market (f->keeper, place), &error);
  g_assert_no_error (error);
  g_assert_cmpstr (market->owner, ==, "Ada");
  g_assert_cmpuint (market->plugins->len, ==, 5);
  g_assert_null (find_plugin (market, "office")->fault);
  g_assert_nonnull (find_plugin (market, "away")->fault);
  g_assert_nonnull (find_plugin (market, "out")->fault);
  g_assert_nonnull (find_plugin (market, "inside")->fault);
  offer = dex_await_boxed (annex_skill_keeper_open_plugin (f->keeper, "shop", "office"), &error);
  g_assert_no_error (error);
  g_assert_cmpuint (offer->skills->len, ==, 3);
  g_assert_cmpstr (offer->version, ==, "1.0");
  g_assert_cmpuint (offer->connectors->len, ==, 1);
  g_assert_nonnull (strstr (offer->connectors->pdata[0], "crm.example.org"));
  g_assert_null (strstr (offer->connectors->pdata[0], "PLUGIN_ROOT"));
  left_out = g_strjoinv ("\n", offer->left_out);
  for (guint i = 0; i < 4; i++)
    g_assert_nonnull (strstr (
        left_out, ((const char *[]) { "never run", "agents", "own settings", "“own”" })[i]));
  g_assert_true (dex_await (annex_skill_keeper_install (f->keeper, offer, NULL), &error));
  g_assert_true (is_usable (f, "letters") && is_usable (f, "sums") && is_usable (f, "greet"));
  /* An update shows the difference, and takes away what is gone. */
  put_skill (f, "shop/plugins/office/skills/letters", "metadata:\n  annex.key: secret\n",
             "Better.");
  g_assert_true (annex_skill_files_remove (gone));
  newer = dex_await_boxed (annex_skill_keeper_refresh_market (f->keeper, "shop"), &error);
  g_assert_no_error (error);
  g_assert_true (find_plugin (newer, "office")->installed);
  g_assert_true (find_plugin (newer, "office")->outdated);
  update = dex_await_boxed (annex_skill_keeper_open_plugin (f->keeper, "shop", "office"), &error);
  g_assert_cmpstr (update->gone[0], ==, "sums");
  g_assert_true (((AnnexSkillView *) update->skills->pdata[0])->changed);
  g_assert_true (dex_await (annex_skill_keeper_install (f->keeper, update, NULL), &error));
  g_assert_false (is_usable (f, "sums"));
  /* Not strict: the entry says what there is. */
  pick = dex_await_boxed (annex_skill_keeper_open_plugin (f->keeper, "shop", "pick"), &error);
  g_assert_no_error (error);
  g_assert_cmpuint (pick->skills->len, ==, 1);
  g_assert_cmpstr (((AnnexSkillView *) pick->skills->pdata[0])->name, ==, "one");
  g_assert_true (dex_await (annex_skill_keeper_remove_market (f->keeper, "shop"), &error));
  plugins = dex_await_boxed (annex_skill_keeper_list_plugins (f->keeper), &error);
  g_assert_cmpuint (plugins->len, ==, 1);
  /* What its skills were given goes with them: the next skill of that name may be another's. */
  g_assert_true (
      dex_await (annex_skill_keeper_set_value (f->keeper, "letters", "key", "hunter2"), &error));
  g_assert_cmpuint (g_hash_table_size (f->keyring->values), ==, 1);
  g_assert_true (dex_await (annex_skill_keeper_remove_plugin (f->keeper, "office"), &error));
  g_assert_false (is_usable (f, "letters"));
  g_assert_cmpuint (g_hash_table_size (f->keyring->values), ==, 0);
}

static void
test_bad_markets (void)
{
  static const char *const lists[] = {
    "",
    "[]",
    "{}",
    "{\"name\":\"shop\"}",
    "{\"name\":\"Bad Name\",\"owner\":{\"name\":\"A\"},\"plugins\":[]}",
    "{\"name\":\"shop\",\"owner\":{},\"plugins\":[]}",
    "{\"name\":\"shop\",\"owner\":{\"name\":\"A\"},\"plugins\":{}}",
    /* another's name */
    "{\"name\":\"anthropic-agent-skills\",\"owner\":{\"name\":\"A\"},\"plugins\":[]}",
  };
  g_auto (Fixture) fixture = { 0 };
  Fixture *f = set_up (&fixture);
  g_autofree char *place = g_build_filename (f->dir, "shop", NULL);
  g_autofree char *other = g_build_filename (f->dir, "other", NULL);
  g_autoptr (AnnexSkillMarket) market = NULL;
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (lists); i++)
    {
      put (f, "shop/.claude-plugin/marketplace.json", lists[i]);
      g_assert_null (dex_await_boxed (annex_skill_keeper_add_market (f->keeper, place), NULL));
    }
  put (f, "shop/.claude-plugin/marketplace.json", MARKET "]}");
  put (f, "other/.claude-plugin/marketplace.json", MARKET "]}");
  market = dex_await_boxed (annex_skill_keeper_add_market (f->keeper, place), &error);
  g_assert_no_error (error);
  /* Of the same name, from elsewhere. */
  g_assert_null (dex_await_boxed (annex_skill_keeper_add_market (f->keeper, other), &error));
  g_assert_error (error, ANNEX_SKILL_ERROR, ANNEX_SKILL_ERROR_EXISTS);
  g_clear_error (&error);
  g_assert_null (open_place (f, "shop", &error));
  g_assert_nonnull (strstr (error->message, "marketplace"));
}

/* What is typed, and what becomes of it. Pure. */
static void
test_addresses (void)
{
  static const struct
  {
    const char *text;
    const char *url; /* NULL: refused */
    const char *ref;
    const char *folder;
    gboolean is_public;
  } cases[] = {
    { "https://example.org/a/b", "https://example.org/a/b", NULL, NULL, TRUE },
    { " ada/skills ", "https://github.com/ada/skills", NULL, NULL, TRUE },
    { "https://github.com/ada/skills/tree/main/pdf/x", "https://github.com/ada/skills", "main",
      "pdf/x", TRUE },
    { "https://example.org/a#v2", "https://example.org/a", "v2", NULL, TRUE },
    { "https://localhost:8443/a", "https://localhost:8443/a", NULL, NULL, FALSE },
    { "https://192.168.0.1/a", "https://192.168.0.1/a", NULL, NULL, FALSE },
    { "https://router/a", "https://router/a", NULL, NULL, FALSE },
    { "https://box.local/a", "https://box.local/a", NULL, NULL, FALSE },
    { "http://example.org/a", NULL, NULL, NULL, FALSE },
    { "git@example.org:a/b", NULL, NULL, NULL, FALSE },
    { "ssh://example.org/a", NULL, NULL, NULL, FALSE },
    { "file:///etc", NULL, NULL, NULL, FALSE },
    { "https://user:pass@example.org/a", NULL, NULL, NULL, FALSE },
    { "ext::sh -c id", NULL, NULL, NULL, FALSE },
    { "-u/x", NULL, NULL, NULL, FALSE },
    { "../x", NULL, NULL, NULL, FALSE },
    { "", NULL, NULL, NULL, FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (AnnexGitSource) source = annex_git_source_parse (cases[i].text, &error);

      g_test_message ("address %u: %s", i, cases[i].text);
      g_assert_cmpstr (source != NULL ? source->url : NULL, ==, cases[i].url);
      g_assert_true ((source == NULL) == (error != NULL));
      if (source == NULL)
        continue;
      g_assert_cmpstr (source->ref, ==, cases[i].ref);
      g_assert_cmpstr (source->folder, ==, cases[i].folder);
      g_assert_true (annex_git_source_is_public (source) == cases[i].is_public);
    }
}

/* Without a ledger nothing is fetched. */
static void
test_no_ledger (void)
{
  g_auto (Fixture) fixture = { 0 };
  Fixture *f = set_up (&fixture);
  g_autoptr (GError) error = NULL;

  g_assert_null (
      dex_await_boxed (annex_skill_keeper_open (f->keeper, "https://example.org/a"), &error));
  g_assert_error (error, ANNEX_SKILL_ERROR, ANNEX_SKILL_ERROR_FAILED);
}

int
main (int argc, char **argv)
{
  dex_init ();
  g_test_init (&argc, &argv, NULL);
#define ADD(name, func) test_add_fiber ("/keeper/" name, func)
  ADD ("preview-and-versions", test_preview_and_versions);
  ADD ("editing", test_editing);
  ADD ("values", test_values);
  ADD ("export", test_export);
  ADD ("export-values", test_export_values);
  ADD ("trust", test_trust);
  ADD ("market", test_market);
  ADD ("bad-markets", test_bad_markets);
  ADD ("addresses", test_addresses);
  ADD ("no-ledger", test_no_ledger);
  return g_test_run ();
}
