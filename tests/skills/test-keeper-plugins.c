/* test-keeper-plugins.c
 *
 * The SkillKeeper with plugins and marketplaces of strangers: what they bring, and what they leave
 * behind.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "keeper-fixture.h"

#include "annex-json.h"
#include "annex-skill-fetch.h"
#include "annex-skill-files.h"
#include "store-fixture.h"
#include "test-fiber.h"

#include <dlfcn.h>
#include <string.h>

/* ---- plugins and marketplaces */

#define MARKET                                                                                     \
  "{\"name\":\"shop\",\"owner\":{\"name\":\"Ada\"},\"metadata\":{\"description\":\"Good\"},"       \
  "\"plugins\":["

static void
put_market (Fixture *f)
{
  keeper_put (
      f, "shop/.claude-plugin/marketplace.json",
      MARKET "{\"name\":\"office\",\"source\":\"./plugins/office\",\"description\":\"For work\"},"
             "{\"name\":\"pick\",\"source\":\"./\",\"strict\":false,\"skills\":[\"./extra/one\"]},"
             "{\"name\":\"away\",\"source\":{\"source\":\"npm\",\"package\":\"x\"}},"
             "{\"name\":\"out\",\"source\":\"./../evil\"},"
             "{\"name\":\"inside\",\"source\":{\"source\":\"url\",\"url\":\"https://10.0.0.1/a\"}},"
             "{\"name\":\"No Name\",\"source\":\"./\"}]}");
  keeper_put (f, "shop/plugins/office/.claude-plugin/plugin.json",
              "{\"name\":\"office\",\"version\":\"1.0\",\"skills\":\"./more\",\"hooks\":{},"
              "\"userConfig\":{}}");
  keeper_put (
      f, "shop/plugins/office/.mcp.json",
      "{\"mcpServers\":{\"crm\":{\"type\":\"http\",\"url\":\"https://crm.example.org/mcp\"},"
      "\"own\":{\"command\":\"${CLAUDE_PLUGIN_ROOT}/run\"}}}");
  keeper_put_skill (f, "shop/plugins/office/skills/letters", "", "Body.");
  keeper_put_skill (f, "shop/plugins/office/more/sums", "", "Body.");
  keeper_put (f, "shop/plugins/office/commands/greet.md", "---\ndescription: Greets\n---\nHello\n");
  keeper_put (f, "shop/plugins/office/agents/a.md", "x");
  keeper_put_skill (f, "shop/extra/one", "", "Body.");
  keeper_put_skill (f, "shop/skills/two", "", "Body.");
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
  Fixture *f = keeper_set_up (&fixture);
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
  g_assert_true (keeper_is_usable (f, "letters") && keeper_is_usable (f, "sums") &&
                 keeper_is_usable (f, "greet"));
  /* An update shows the difference, and takes away what is gone. */
  keeper_put_skill (f, "shop/plugins/office/skills/letters", "metadata:\n  annex.key: secret\n",
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
  g_assert_false (keeper_is_usable (f, "sums"));
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
  g_assert_cmpuint (g_hash_table_size (f->secrets), ==, 1);
  g_assert_true (dex_await (annex_skill_keeper_remove_plugin (f->keeper, "office"), &error));
  g_assert_false (keeper_is_usable (f, "letters"));
  g_assert_cmpuint (g_hash_table_size (f->secrets), ==, 0);
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
  Fixture *f = keeper_set_up (&fixture);
  g_autofree char *place = g_build_filename (f->dir, "shop", NULL);
  g_autofree char *other = g_build_filename (f->dir, "other", NULL);
  g_autoptr (AnnexSkillMarket) market = NULL;
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (lists); i++)
    {
      keeper_put (f, "shop/.claude-plugin/marketplace.json", lists[i]);
      g_assert_null (dex_await_boxed (annex_skill_keeper_add_market (f->keeper, place), NULL));
    }
  keeper_put (f, "shop/.claude-plugin/marketplace.json", MARKET "]}");
  keeper_put (f, "other/.claude-plugin/marketplace.json", MARKET "]}");
  market = dex_await_boxed (annex_skill_keeper_add_market (f->keeper, place), &error);
  g_assert_no_error (error);
  /* Of the same name, from elsewhere. */
  g_assert_null (dex_await_boxed (annex_skill_keeper_add_market (f->keeper, other), &error));
  g_assert_error (error, ANNEX_SKILL_ERROR, ANNEX_SKILL_ERROR_EXISTS);
  g_clear_error (&error);
  g_assert_null (keeper_open_place (f, "shop", &error));
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
  Fixture *f = keeper_set_up (&fixture);
  g_autoptr (GError) error = NULL;

  g_assert_null (
      dex_await_boxed (annex_skill_keeper_open (f->keeper, "https://example.org/a"), &error));
  g_assert_error (error, ANNEX_SKILL_ERROR, ANNEX_SKILL_ERROR_FAILED);
}

static GLogWriterOutput
leave_out_expected (GLogLevelFlags level, const GLogField *fields, gsize n_fields, gpointer data)
{
  for (gsize i = 0; i < n_fields; i++)
    if (g_str_equal (fields[i].key, "MESSAGE") &&
        g_str_has_prefix (fields[i].value, "A row of the ledger was not stored yet"))
      return G_LOG_WRITER_HANDLED;
  return g_log_writer_default (level, fields, n_fields, data);
}

/* That a fetch has ended is said also where there was no room to say it at once. */
static void
test_full_ledger (void)
{
  g_auto (Fixture) fixture = { 0 };
  Fixture *f = keeper_set_up (&fixture);
  g_autofree char *path = store_new_path ();
  g_autoptr (AnnexStore) ledger = store_open (path);
  g_autoptr (AnnexLedgerEntry) next = annex_ledger_entry_new (NULL, "skill", "b.example", 443);
  g_autoptr (GPtrArray) rows = NULL;
  g_autoptr (GError) error = NULL;

  annex_skill_store_set_ports (ANNEX_SKILL_STORE (f->library), ledger, NULL, NULL);
  store_execute (path, "CREATE TRIGGER full BEFORE INSERT ON ledger BEGIN "
                       "SELECT RAISE (ROLLBACK, 'database or disk is full'); END");
  g_log_set_writer_func (leave_out_expected, NULL, NULL);
  g_assert_null (
      dex_await_boxed (annex_skill_keeper_open (f->keeper, "https://a.invalid/a"), &error));
  g_assert_null (strstr (error->message, "database")); /* why nothing came is what is said */
  store_execute (path, "DROP TRIGGER full");
  next->decision = g_strdup ("allowed");
  test_await (annex_store_append_ledger (ledger, next));
  rows = store_list (annex_store_list_ledger (ledger, NULL));
  g_assert_cmpuint (rows->len, ==, 2);
  for (guint i = 0; i < rows->len; i++)
    g_assert_false (annex_ledger_entry_is_under_way (g_ptr_array_index (rows, i)));
  test_await (annex_store_close (ledger));
}

/* Two plugins of one name: the one that is listed is the one that is opened. */
static void
test_twice (void)
{
  g_auto (Fixture) fixture = { 0 };
  Fixture *f = keeper_set_up (&fixture);
  g_autofree char *place = g_build_filename (f->dir, "shop", NULL);
  g_autoptr (AnnexSkillMarket) market = NULL;
  g_autoptr (AnnexSkillOffer) offer = NULL;

  keeper_put (f, "shop/.claude-plugin/marketplace.json",
              MARKET "{\"name\":\"office\",\"source\":\"./one\",\"description\":\"First\"},"
                     "{\"name\":\"office\",\"source\":\"./two\",\"description\":\"Second\"}]}");
  keeper_put_skill (f, "shop/one/skills/first", "", "Body.");
  keeper_put_skill (f, "shop/two/skills/second", "", "Body.");
  market = dex_await_boxed (annex_skill_keeper_add_market (f->keeper, place), NULL);
  g_assert_cmpuint (market->plugins->len, ==, 1);
  g_assert_cmpstr (find_plugin (market, "office")->description, ==, "First");
  offer = dex_await_boxed (annex_skill_keeper_open_plugin (f->keeper, "shop", "office"), NULL);
  g_assert_cmpstr (((AnnexSkillView *) offer->skills->pdata[0])->name, ==, "first");
}

static void
assert_names_file (const GError *error, const char *file)
{
  g_assert_error (error, ANNEX_SKILL_ERROR, ANNEX_SKILL_ERROR_FAILED);
  g_assert_nonnull (strstr (error->message, file));
}

/* What cannot be read is no empty list. */
static void
test_unreadable (void)
{
  g_auto (Fixture) fixture = { 0 };
  Fixture *f = keeper_set_up (&fixture);
  g_autoptr (GError) plugins = NULL;
  g_autoptr (GError) trusted = NULL;
  g_autoptr (GError) markets = NULL;

  keeper_put (f, "data/.plugins.json", "{\"office\":");
  keeper_put (f, "config/skills.json", "[]");
  keeper_put (f, "data/.markets", "");
  g_assert_null (dex_await_boxed (annex_skill_keeper_list_plugins (f->keeper), &plugins));
  assert_names_file (plugins, ".plugins.json");
  g_assert_null (dex_await_boxed (annex_skill_keeper_list_trusted (f->keeper), &trusted));
  assert_names_file (trusted, "skills.json");
  g_assert_null (dex_await_boxed (annex_skill_keeper_list_markets (f->keeper), &markets));
  g_assert_nonnull (markets);
}

/* The one marketplace that is listed, with its fault. (transfer full) */
static AnnexSkillMarket *
dup_faulty (Fixture *f)
{
  g_autoptr (GPtrArray) markets =
      dex_await_boxed (annex_skill_keeper_list_markets (f->keeper), NULL);

  g_assert_cmpuint (markets->len, ==, 1);
  g_assert_nonnull (((AnnexSkillMarket *) markets->pdata[0])->fault);
  g_assert_cmpstr (((AnnexSkillMarket *) markets->pdata[0])->name, ==, "shop");
  return annex_skill_market_copy (markets->pdata[0]);
}

/* A marketplace that is damaged can be fetched anew, or removed and added again. */
static void
test_damaged_market (void)
{
  g_auto (Fixture) fixture = { 0 };
  Fixture *f = keeper_set_up (&fixture);
  g_autofree char *place = g_build_filename (f->dir, "shop", NULL);
  g_autofree char *state = g_build_filename (f->places->data, ".markets/shop/state.json", NULL);
  g_autofree char *text = NULL;
  g_autoptr (JsonObject) noted = NULL;
  g_autofree char *list = NULL;
  g_autoptr (AnnexSkillMarket) market = NULL;
  g_autoptr (AnnexSkillMarket) no_list = NULL;
  g_autoptr (AnnexSkillMarket) newer = NULL;
  g_autoptr (AnnexSkillMarket) no_current = NULL;
  g_autoptr (AnnexSkillMarket) no_state = NULL;
  g_autoptr (AnnexSkillMarket) again = NULL;
  g_autoptr (GError) error = NULL;

  put_market (f);
  market = dex_await_boxed (annex_skill_keeper_add_market (f->keeper, place), &error);
  g_assert_no_error (error);
  g_assert_true (g_file_get_contents (state, &text, NULL, NULL));
  noted = annex_json_parse_object (text, -1, NULL);
  list = g_strdup_printf ("data/.markets/shop/%s/.claude-plugin/marketplace.json",
                          annex_json_opt_string (noted, "current", ""));
  keeper_put (f, list, "{");
  no_list = dup_faulty (f);
  g_assert_cmpstr (no_list->address, ==, place);
  newer = dex_await_boxed (annex_skill_keeper_refresh_market (f->keeper, "shop"), &error);
  g_assert_no_error (error);
  g_assert_cmpuint (newer->plugins->len, ==, 5);

  keeper_put (f, "data/.markets/shop/state.json", "{}");
  no_current = dup_faulty (f);
  keeper_put (f, "data/.markets/shop/state.json", "x");
  no_state = dup_faulty (f);
  g_assert_cmpstr (no_state->address, ==, "");
  g_assert_nonnull (strstr (no_state->fault, state));
  g_assert_false (dex_await (annex_skill_keeper_refresh_market (f->keeper, "shop"), &error));
  assert_names_file (error, state);
  g_clear_error (&error);
  g_assert_true (dex_await (annex_skill_keeper_remove_market (f->keeper, "shop"), &error));
  again = dex_await_boxed (annex_skill_keeper_add_market (f->keeper, place), &error);
  g_assert_no_error (error);
  g_assert_null (again->fault);
}

/* ---- what plugins leave behind */

#define KEY "metadata:\n  annex.key: secret\n"

static void
put_office (Fixture *f)
{
  keeper_put (f, "office/.claude-plugin/plugin.json", "{\"name\":\"office\"}");
  keeper_put_skill (f, "office/skills/letters", KEY, "Body.");
  keeper_put_skill (f, "office/skills/sums", KEY, "Body.");
}

static gboolean
has_values (Fixture *f, const char *name)
{
  g_autofree char *file = g_strconcat (name, ".library.json", NULL);
  g_autofree char *path = g_build_filename (f->places->config, "skill-values", file, NULL);

  return g_file_test (path, G_FILE_TEST_EXISTS);
}

static void
give_key (Fixture *f, const char *name)
{
  g_assert_true (dex_await (annex_skill_keeper_set_value (f->keeper, name, "key", name), NULL));
  g_assert_true (has_values (f, name));
}

/* An update without a skill forgets what that skill was given: the next one of its name may be
 * another's. What the skills that stay were given stays. */
static void
test_gone (void)
{
  g_auto (Fixture) fixture = { 0 };
  Fixture *f = keeper_set_up (&fixture);
  g_autofree char *gone = g_build_filename (f->dir, "office/skills/sums", NULL);

  put_office (f);
  keeper_install (f, "office");
  give_key (f, "letters");
  give_key (f, "sums");
  g_assert_cmpuint (g_hash_table_size (f->secrets), ==, 2);
  g_assert_true (annex_skill_files_remove (gone));
  keeper_install (f, "office");
  g_assert_false (keeper_is_usable (f, "sums"));
  g_assert_false (has_values (f, "sums"));
  g_assert_true (has_values (f, "letters"));
  g_assert_cmpuint (g_hash_table_size (f->secrets), ==, 1);
}

/* A skill of that name is still in the home folder: it keeps what it was given itself. */
static void
test_still_there (void)
{
  g_auto (Fixture) fixture = { 0 };
  Fixture *f = keeper_set_up (&fixture);
  g_autoptr (AnnexSkillView) view = NULL;
  g_autoptr (AnnexSkillView) own = NULL;
  g_autofree char *gone = g_build_filename (f->dir, "office/skills/sums", NULL);

  keeper_put_skill (f, "home/.agents/skills/letters", KEY, "Body.");
  keeper_put_skill (f, "home/.agents/skills/sums", KEY, "Body.");
  g_assert_true (dex_await (annex_skill_keeper_set_look_in_home (f->keeper, TRUE), NULL));
  g_assert_true (dex_await (annex_skill_keeper_set_value (f->keeper, "sums", "key", "own"), NULL));
  put_office (f);
  keeper_install (f, "office");
  view = keeper_read_skill (f, "sums");
  g_assert_null (((AnnexSkillNeed *) view->needs->pdata[0])->value);
  give_key (f, "letters");
  give_key (f, "sums");
  g_assert_true (annex_skill_files_remove (gone));
  keeper_install (f, "office");
  g_assert_true (dex_await (annex_skill_keeper_remove (f->keeper, "letters"), NULL));
  g_assert_false (has_values (f, "letters") || has_values (f, "sums"));
  g_assert_cmpuint (g_hash_table_size (f->secrets), ==, 1);
  own = keeper_read_skill (f, "sums");
  g_assert_cmpstr (
      g_hash_table_lookup (f->secrets, ((AnnexSkillNeed *) own->needs->pdata[0])->value), ==,
      "own");
}

/* ---- the window's thread */

static GThread *window;
static guint n_in_window; /* digests that were made there */

/* The library makes one for each file of a digest. */
GChecksum *
g_checksum_new (GChecksumType type)
{
  GChecksum *(*make) (GChecksumType type) = dlsym (RTLD_NEXT, "g_checksum_new");

  n_in_window += g_thread_self () == window;
  return make (type);
}

/* A plugin may be large: looking at it does not keep the window waiting. */
static void
test_window (void)
{
  g_auto (Fixture) fixture = { 0 };
  Fixture *f = keeper_set_up (&fixture);
  g_autofree char *place = g_build_filename (f->dir, "shop", NULL);
  g_autoptr (AnnexSkillMarket) market = NULL;
  g_autoptr (AnnexSkillMarket) newer = NULL;
  g_autoptr (AnnexSkillOffer) offer = NULL;
  g_autoptr (AnnexSkillOffer) update = NULL;

  put_market (f);
  market = dex_await_boxed (annex_skill_keeper_add_market (f->keeper, place), NULL);
  window = g_thread_self ();
  offer = dex_await_boxed (annex_skill_keeper_open_plugin (f->keeper, "shop", "office"), NULL);
  g_assert_true (dex_await (annex_skill_keeper_install (f->keeper, offer, NULL), NULL));
  newer = dex_await_boxed (annex_skill_keeper_refresh_market (f->keeper, "shop"), NULL);
  g_assert_true (find_plugin (newer, "office")->installed);
  update = dex_await_boxed (annex_skill_keeper_open_plugin (f->keeper, "shop", "office"), NULL);
  g_assert_nonnull (update);
  window = NULL;
  g_assert_cmpuint (n_in_window, ==, 0);
  /* It would have been seen. */
  window = g_thread_self ();
  g_free (annex_skill_files_digest (place, NULL));
  g_assert_cmpuint (n_in_window, >, 0);
}

int
main (int argc, char **argv)
{
  int status;

  dex_init ();
  g_test_init (&argc, &argv, NULL);
#define ADD(name, func) test_add_fiber ("/keeper-plugins/" name, func)
  ADD ("market", test_market);
  ADD ("bad-markets", test_bad_markets);
  ADD ("addresses", test_addresses);
  ADD ("no-ledger", test_no_ledger);
  ADD ("full-ledger", test_full_ledger);
  ADD ("twice", test_twice);
  ADD ("unreadable", test_unreadable);
  ADD ("damaged-market", test_damaged_market);
  ADD ("gone", test_gone);
  ADD ("still-there", test_still_there);
  ADD ("window", test_window);
  status = g_test_run ();
  store_folder_remove ();
  return status;
}
