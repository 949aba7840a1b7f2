/* test-activity.c
 *
 * The time line: every sentence, the merging and folding, the files it is written to, and taking a
 * permission back.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-activity-log.h"
#include "annex-activity-pane.h"
#include "annex-fake-desk.h"
#include "annex-shot.h"
#include "annex-store-begun.h"
#include "annex-ui-find.h"

#define MINUTE ((gint64) 60 * G_USEC_PER_SEC)

/* ---- sentences */

static AnnexLedgerEntry *
new_entry (const char *channel, const char *host, const char *decision, const char *by)
{
  AnnexLedgerEntry *entry = annex_ledger_entry_new ("t", channel, host, 443);

  g_free (entry->decision);
  g_free (entry->by);
  entry->decision = g_strdup (decision);
  entry->by = g_strdup (by);
  return entry;
}

static void
test_ledger_words (void)
{
  static const struct
  {
    const char *channel;
    const char *host;
    const char *decision;
    const char *by;
    guint64 up;
    guint64 down;
    guint count;
    const char *sentence;
  } rows[] = {
    { "computer", "deb.example.org", "allowed", "package-hosts", 200, 1200000, 1,
      "Fetched a package from deb.example.org · 1.2 MB" },
    { "computer", "deb.example.org", "allowed", "package-hosts", 0, 0, 3,
      "Fetched packages from deb.example.org, 3 times" },
    { "computer", "a.example", "allowed", "task", 5000, 2000, 1,
      "Contacted a.example · 2.0 kB received, 5.0 kB sent" },
    { "computer", "a.example", "allowed", "task", 5000, 0, 2,
      "Contacted a.example 2 times · 5.0 kB sent" },
    { "computer", "a.example", "refused", "never", 0, 0, 1,
      "Asked to contact a.example: you said no" },
    { "computer", "a.example", "refused", "default", 0, 0, 4,
      "Was kept 4 times from contacting a.example" },
    { "computer", "169.254.169.254", "refused", "address", 0, 0, 1,
      "Was kept from contacting 169.254.169.254" },
    { "computer", "a.example", "failed", "task", 0, 0, 1, "Could not reach a.example" },
    { "model", "api.example", "allowed", "user", 0, 0, 1, "Asked the model at api.example" },
    { "model", "api.example", "allowed", "user", 0, 0, 9,
      "Asked the model at api.example 9 times" },
    { "image", "dl.example", "allowed", "user", 0, 0, 1,
      "Downloaded Annex’s computer from dl.example" },
    { "browser", "b.example", "allowed", "user", 0, 0, 1, "Visited b.example in the browser" },
    { "computer", "ex\u202ecod.org<b>", "refused", "default", 0, 0, 1,
      "Was kept from contacting ex\\u{202e}cod.org<b>" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (AnnexLedgerEntry) entry =
          new_entry (rows[i].channel, rows[i].host, rows[i].decision, rows[i].by);
      g_autofree char *sentence = NULL;
      g_autofree char *plain = NULL;
      g_auto (GStrv) parts = NULL;

      entry->bytes_up = rows[i].up;
      entry->bytes_down = rows[i].down;
      sentence = annex_activity_words_ledger (entry, rows[i].count);
      parts = g_strsplit (sentence, "\u00a0", -1); /* sizes are written with a fixed space */
      plain = g_strjoinv (" ", parts);
      g_assert_cmpstr (plain, ==, rows[i].sentence);
    }
}

static void
test_event_words (void)
{
  static const struct
  {
    const char *type;
    const char *data;
    const char *sentence;
  } rows[] = {
    { "share-granted",
      "{\"share\":{\"id\":\"s\",\"name\":\"Receipts\",\"path\":\"/r\",\"mode\":\"review\"}}",
      "You gave the folder Receipts: changes wait for you" },
    { "share-mode", "{\"share\":\"s\",\"mode\":\"read-only\"}",
      "You changed the folder Receipts: read only" },
    { "share-revoked", "{\"share\":\"s\"}", "You took the folder Receipts back" },
    { "draft-kept", "{\"keep\":\"k\",\"share\":\"s\",\"entries\":[{},{}]}",
      "2 changes were kept in Receipts" },
    { "draft-discarded", "{\"share\":\"s\",\"paths\":[\"a\"]}",
      "You discarded 1 change in Receipts" },
    { "draft-undone", "{\"keep\":\"k\",\"entries\":[{}]}", "You took 1 kept change back" },
    { "draft-kept",
      "{\"keep\":\"k\",\"share\":\"s\",\"entries\":[{\"outcome\":\"done\"},"
      "{\"outcome\":\"kept-both\"},{\"outcome\":\"failed\"}]}",
      "2 changes were kept in Receipts, but not 1 of them" },
    { "draft-undone",
      "{\"keep\":\"k\",\"entries\":[{\"outcome\":\"done\"},{\"outcome\":\"failed\"}]}",
      "You took 1 kept change back, but not 1 of them" },
    { "draft-undone",
      "{\"keep\":\"k\",\"share\":\"s\",\"entries\":[{\"path\":\"a\",\"outcome\":\"failed\"}]}",
      "1 kept change could not be taken back" },
    { "draft-kept",
      "{\"keep\":\"k\",\"share\":\"s\",\"entries\":[{\"path\":\"a\",\"outcome\":\"refused\"},"
      "{\"path\":\"b\",\"outcome\":\"failed\"}]}",
      "2 changes in Receipts were not kept" },
    { "network-decided", "{\"host\":\"a.example\",\"decision\":\"allow\",\"scope\":\"task\"}",
      "You allowed a.example for this task" },
    { "network-decided", "{\"host\":\"a.example\",\"decision\":\"refuse\",\"scope\":\"never\"}",
      "You said no to a.example, for good" },
    { "network-decided", "{\"host\":\"a.example\",\"decision\":\"refuse\",\"scope\":\"once\"}",
      "You said no to a.example" },
    { "network-decided", "{\"host\":\"a.example\",\"decision\":\"ask\",\"scope\":\"always\"}",
      "You took your decision about a.example back" },
    { "imported", "{\"task\":\"x\",\"exported\":\"y\"}",
      "The task came from an export; what was allowed before does not count here" },
    { "user-message", "{\"blocks\":[]}", NULL },
    { "tool-started", "{\"tool_use_id\":\"a\",\"name\":\"shell\"}", NULL },
    { "never-heard-of", "{}", NULL },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (AnnexEvent) event = annex_event_new (
          1, "t", 1, 1, rows[i].type, annex_json_parse_object (rows[i].data, -1, NULL));
      g_autofree char *sentence = annex_activity_words_event (event, "Receipts", NULL);

      g_assert_cmpstr (sentence, ==, rows[i].sentence);
    }
}

/* ---- the log */

static void
add_event (AnnexActivityLog *log, gint64 seq, gint64 time_us, const char *type, const char *data)
{
  g_autoptr (AnnexEvent) event =
      annex_event_new (seq, "t", seq, time_us, type, annex_json_parse_object (data, -1, NULL));

  annex_activity_log_add_event (log, event);
}

static void
add_row (GPtrArray *ledger, const char *host, const char *decision, gint64 time_us)
{
  AnnexLedgerEntry *entry = new_entry ("computer", host, decision, "task");

  entry->time_us = time_us;
  entry->bytes_down = 1000;
  g_ptr_array_add (ledger, entry);
}

/* Only where the user's word is what was missing can it be given. */
static void
test_what_was_missing (void)
{
  static const struct
  {
    const char *channel;
    const char *host;
    const char *by;
    gboolean may_allow;
    const char *why;
  } rows[] = {
    { "computer", "a.example", "default", TRUE, "Nobody allowed it" },
    { "computer", "b.example", "never", TRUE, "You never allow it" },
    { "computer", "git.example", "policy", FALSE, "Connections of this kind are never allowed" },
    { "computer", "c.example", "exposure", FALSE,
      "The task has read what others wrote, and holds data of yours: it has to ask you anew" },
    { "computer", "d.example", "address", FALSE,
      "Only names on the internet can be reached, no private addresses" },
    { "browser", "e.example", "default", FALSE, "words for a model" },
    { "computer", "model.example", "default", FALSE, "Nobody allowed it" },
  };
  g_autoptr (AnnexActivityLog) log = annex_activity_log_new ();
  g_autoptr (GPtrArray) ledger =
      g_ptr_array_new_with_free_func ((GDestroyNotify) annex_ledger_entry_free);
  g_autoptr (GPtrArray) items = NULL;

  annex_policy_reserve_host ("model.example");
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      AnnexLedgerEntry *entry = new_entry (rows[i].channel, rows[i].host, "refused", rows[i].by);

      entry->time_us = 1748000000000000 - (gint64) i * MINUTE;
      entry->reason = g_strdup ("words for a model");
      g_ptr_array_insert (ledger, 0, entry);
    }
  g_assert_true (annex_activity_log_set_ledger (log, ledger));
  items = annex_activity_log_dup_items (log);
  g_assert_cmpuint (items->len, ==, G_N_ELEMENTS (rows));
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      AnnexActivityItem *item = items->pdata[i];

      g_assert_cmpstr (annex_activity_item_get_refused_host (item), ==,
                       rows[i].may_allow ? rows[i].host : NULL);
      g_assert_cmpstr (annex_activity_item_get_detail (item), ==, rows[i].why);
    }
}

static void
test_folding (void)
{
  g_autoptr (AnnexActivityLog) log = annex_activity_log_new ();
  g_autoptr (GPtrArray) ledger =
      g_ptr_array_new_with_free_func ((GDestroyNotify) annex_ledger_entry_free);
  g_autoptr (GPtrArray) items = NULL;
  g_autoptr (GDateTime) noon = g_date_time_new_local (2025, 6, 2, 12, 0, 0);
  gint64 start = g_date_time_to_unix_usec (noon);
  g_autofree char *csv = NULL;
  g_autofree char *lines = NULL;

  for (guint i = 0; i < 5; i++)
    add_row (ledger, "a.example", "allowed", start + i * MINUTE);
  add_row (ledger, "=HYPERLINK(\"x\")", "refused", start + 5 * MINUTE);
  add_row (ledger, "a.example", "allowed", start + 6 * MINUTE);
  add_row (ledger, "a.example", "allowed", start + 26 * 60 * MINUTE); /* another day */
  g_assert_true (annex_activity_log_set_ledger (log, ledger));
  g_assert_false (annex_activity_log_set_ledger (log, ledger));
  add_event (log, 1, start + 2 * MINUTE + 1, "share-revoked", "{\"share\":\"s\"}");
  items = annex_activity_log_dup_items (log);
  g_assert_cmpuint (items->len, ==, 6);
  g_assert_cmpuint (annex_activity_item_get_count (items->pdata[5]), ==, 3);
  g_assert_cmpstr (annex_activity_item_get_sentence (items->pdata[4]), ==,
                   "You took the folder a folder back");
  g_assert_cmpuint (annex_activity_item_get_count (items->pdata[3]), ==, 2);
  g_assert_null (annex_activity_item_get_refused_host (items->pdata[2])); /* no host at all */
  csv = annex_activity_log_to_csv (log);
  g_assert_nonnull (strstr (csv, ",\"'=HYPERLINK(\"\"x\"\")\","));
  g_assert_true (g_str_has_prefix (csv, "time,what,kind,host,"));
  lines = annex_activity_log_to_json_lines (log);
  {
    g_auto (GStrv) each = g_strsplit (lines, "\n", -1);

    g_assert_cmpuint (g_strv_length (each), ==, 10);
    for (guint i = 0; i < 9; i++)
      {
        g_autoptr (JsonObject) object = annex_json_parse_object (each[i], -1, NULL);

        g_assert_nonnull (object);
      }
  }
}

/* What is under way stands for itself, and becomes another row where there were as many before. */
static void
test_under_way (void)
{
  g_autoptr (AnnexActivityLog) log = annex_activity_log_new ();
  g_autoptr (GPtrArray) before =
      g_ptr_array_new_with_free_func ((GDestroyNotify) annex_ledger_entry_free);
  g_autoptr (GPtrArray) after =
      g_ptr_array_new_with_free_func ((GDestroyNotify) annex_ledger_entry_free);
  g_autoptr (GPtrArray) items = NULL;
  g_autofree char *csv = NULL;
  AnnexLedgerEntry *entry;

  for (guint i = 0; i < 3; i++)
    {
      add_row (before, "a.example", "allowed", 1748000000000000 + i);
      add_row (after, "a.example", "allowed", 1748000000000000 + i);
      entry = before->pdata[i];
      entry->id = i < 2 ? i + 1 : 0;
      entry->begun = i < 2 ? 0 : 77;
      entry = after->pdata[i];
      entry->id = i + 1;
    }
  entry = before->pdata[1];
  entry->reason = g_strdup (ANNEX_LEDGER_CUT_OFF);
  g_assert_true (annex_activity_log_set_ledger (log, before));
  g_assert_false (annex_activity_log_set_ledger (log, before));
  items = annex_activity_log_dup_items (log);
  g_assert_cmpuint (items->len, ==, 3);
  g_assert_cmpstr (annex_activity_item_get_detail (items->pdata[0]), ==, "Under way");
  g_assert_cmpstr (annex_activity_item_get_detail (items->pdata[1]), ==,
                   "Annex ended while this was under way: how much more went is not known");
  csv = annex_activity_log_to_csv (log);
  g_assert_nonnull (strstr (csv, ",allowed,task,under way\r\n"));
  g_assert_true (annex_activity_log_set_ledger (log, after));
  g_clear_pointer (&items, g_ptr_array_unref);
  items = annex_activity_log_dup_items (log);
  g_assert_cmpuint (items->len, ==, 1);
}

/* ---- the pane */

typedef struct
{
  AnnexFakeDesk *desk;
  AnnexTask *task;
  GtkWidget *pane;
  GtkWindow *window;
} Fixture;

static void
set_up (Fixture *fixture, gconstpointer width)
{
  fixture->desk = annex_fake_desk_new ();
  fixture->task = annex_fake_desk_add_task (fixture->desk, "Receipts");
  fixture->pane = annex_activity_pane_new (ANNEX_DESK (fixture->desk), fixture->task);
  fixture->window = annex_shot_window (fixture->pane, GPOINTER_TO_INT (width), 640);
}

static void
tear_down (Fixture *fixture, gconstpointer width)
{
  g_autoptr (GtkWidget) pane = g_object_ref (fixture->pane);

  gtk_window_destroy (fixture->window);
  g_assert_finalize_object (g_steal_pointer (&pane));
  annex_fake_desk_close (fixture->desk);
  g_object_unref (fixture->desk);
}

static void
decide (Fixture *fixture, const char *host, const char *decision, const char *scope)
{
  g_autofree char *data =
      g_strdup_printf ("{\"host\":\"%s\",\"decision\":\"%s\",\"scope\":\"%s\",\"by\":\"user\"}",
                       host, decision, scope);

  annex_fake_desk_append_text (fixture->desk, fixture->task, ANNEX_EVENT_NETWORK_DECIDED, data);
}

static GtkWidget *
open_permissions (Fixture *fixture)
{
  GtkWidget *expander = annex_find (fixture->pane, annex_is_type, "GtkExpander");

  g_assert_nonnull (expander);
  gtk_expander_set_expanded (GTK_EXPANDER (expander), TRUE);
  annex_shot_settle (400);
  return expander;
}

static void
test_shown (Fixture *fixture, gconstpointer width)
{
  g_autoptr (DexFuture) rules = NULL;
  g_autoptr (AnnexLedgerEntry) way = NULL;
  g_autofree char *folder = annex_fake_desk_make_folder (fixture->desk, "Receipts",
                                                         (const char *const[]) { "a.pdf", NULL });
  g_autofree char *share = NULL;
  g_autoptr (GPtrArray) own = NULL;

  g_assert_true (annex_shows (fixture->pane, "Nothing Left This Machine"));
  annex_shot_take (fixture->window, "activity-empty");
  share = annex_fake_desk_share (fixture->desk, fixture->task, folder, ANNEX_SHARE_REVIEW);
  for (guint i = 0; i < 3; i++)
    annex_fake_desk_ledger (fixture->desk, fixture->task, "files.example.org", "allowed", 420000);
  annex_fake_desk_ledger (fixture->desk, fixture->task, "tracker.example.com", "refused", 0);
  way = new_entry ("model", "models.example.org", NULL, "user");
  g_set_str (&way->task_id, annex_task_get_id (fixture->task));
  g_assert_true (annex_shot_await (
      annex_store_begin_ledger (annex_desk_get_store (ANNEX_DESK (fixture->desk)), way), NULL));
  decide (fixture, "data.example.org", "allow", "task");
  g_assert_true (
      annex_shot_await (annex_store_set_rule (annex_desk_get_store (ANNEX_DESK (fixture->desk)),
                                              "tracker.example.com", FALSE),
                        NULL));
  decide (fixture, "tracker.example.com", "refuse", "never");
  annex_shot_settle (600);
  g_assert_true (annex_shows (fixture->pane, "files.example.org 3 times"));
  g_assert_true (annex_shows (fixture->pane, "You gave the folder Receipts"));
  g_assert_true (annex_shows (fixture->pane, "You allowed data.example.org for this task"));
  annex_shot_take (fixture->window, "activity");
  open_permissions (fixture);
  g_assert_true (annex_shows (fixture->pane, "Allowed for this task"));
  g_assert_true (annex_shows (fixture->pane, "Never allowed"));
  annex_shot_take (fixture->window, "activity-permissions");

  /* The first is the task's permission, the second the standing refusal. */
  annex_press (fixture->pane, "Take Back");
  annex_shot_settle (500);
  g_assert_false (annex_shows (fixture->pane, "Allowed for this task"));
  own = annex_task_dup_network_rules (fixture->task);
  g_assert_cmpuint (own->len, ==, 0);
  annex_press (fixture->pane, "Take Back");
  annex_shot_settle (500);
  rules = annex_store_list_rules (annex_desk_get_store (ANNEX_DESK (fixture->desk)));
  g_assert_true (annex_shot_await (dex_ref (rules), NULL));
  g_assert_cmpuint (((GPtrArray *) g_value_get_boxed (dex_future_get_value (rules, NULL)))->len, ==,
                    0);
  g_assert_true (
      annex_shows (fixture->pane, "You took your decision about tracker.example.com back"));
}

/* A no can be changed the next day. */
static void
test_change (Fixture *fixture, gconstpointer width)
{
  g_autoptr (DexFuture) rules = NULL;
  AnnexNetworkRule *rule;

  annex_fake_desk_ledger (fixture->desk, fixture->task, "tracker.example.com", "refused", 0);
  decide (fixture, "tracker.example.com", "refuse", "never");
  annex_shot_settle (500);
  g_assert_true (annex_shows (fixture->pane, "tracker.example.com"));
  g_assert_true (
      gtk_widget_activate_action (fixture->pane, "activity.always", "s", "tracker.example.com"));
  annex_shot_settle (500);
  rules = annex_store_list_rules (annex_desk_get_store (ANNEX_DESK (fixture->desk)));
  g_assert_true (annex_shot_await (dex_ref (rules), NULL));
  rule =
      g_ptr_array_index ((GPtrArray *) g_value_get_boxed (dex_future_get_value (rules, NULL)), 0);
  g_assert_true (rule->allow);
  g_assert_true (annex_shows (fixture->pane, "You allowed tracker.example.com for good"));
}

static void
test_export (Fixture *fixture, gconstpointer width)
{
  g_autofree char *path =
      g_build_filename (annex_fake_desk_get_folder (fixture->desk), "activity.csv", NULL);
  g_autofree char *text = NULL;
  g_autoptr (GFile) file = g_file_new_for_path (path);
  g_autoptr (GFile) nowhere = g_file_new_for_path ("/nowhere/at/all.csv");

  annex_fake_desk_ledger (fixture->desk, fixture->task, "files.example.org", "allowed", 420000);
  decide (fixture, "files.example.org", "allow", "task"); /* has the ledger read again */
  annex_shot_settle (500);
  annex_activity_pane_export (ANNEX_ACTIVITY_PANE (fixture->pane), file, ANNEX_ACTIVITY_CSV);
  annex_shot_settle (300);
  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  g_assert_nonnull (strstr (text, "files.example.org"));
  annex_activity_pane_export (ANNEX_ACTIVITY_PANE (fixture->pane), nowhere,
                              ANNEX_ACTIVITY_JSON_LINES);
  annex_shot_settle (300);
  g_assert_true (annex_shows (fixture->pane, "/nowhere/at"));
}

static char *
export_audit (Fixture *fixture, const char *name, AnnexActivityFormat format)
{
  g_autofree char *path = g_build_filename (annex_fake_desk_get_folder (fixture->desk), name, NULL);
  g_autoptr (GFile) file = g_file_new_for_path (path);
  char *text = NULL;

  annex_activity_pane_export (ANNEX_ACTIVITY_PANE (fixture->pane), file, format);
  annex_shot_settle (500);
  g_assert_true (g_file_get_contents (path, &text, NULL, NULL));
  return text;
}

/* For who has to answer for it: what was said and decided, but no word of anybody's. */
static void
test_audit (Fixture *fixture, gconstpointer width)
{
  g_autoptr (GFile) nowhere = g_file_new_for_path ("/nowhere/at/all.csv");
  g_autofree char *table = NULL;
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;
  gboolean decided = FALSE;
  gboolean left = FALSE;

  annex_fake_desk_user (fixture->desk, fixture->task, "marzipan");
  annex_fake_desk_ledger (fixture->desk, fixture->task, "files.example.org", "allowed", 420000);
  decide (fixture, "=files.example.org", "allow", "task");
  annex_shot_settle (300);
  text = export_audit (fixture, "audit.jsonl", ANNEX_ACTIVITY_AUDIT_JSON_LINES);
  g_assert_null (strstr (text, "marzipan"));
  lines = g_strsplit (text, "\n", -1);
  for (guint i = 0; lines[i] != NULL && lines[i][0] != '\0'; i++)
    {
      g_autoptr (JsonObject) record = annex_json_parse_object (lines[i], -1, NULL);
      const char *kind;

      g_assert_nonnull (record);
      kind = annex_json_opt_string (record, "kind", "");
      decided = decided || g_str_equal (kind, "host-decided");
      left = left || (g_str_equal (kind, "left-machine") &&
                      annex_json_opt_int (record, "bytes_down", 0) == 420000);
    }
  g_assert_true (decided && left);
  table = export_audit (fixture, "audit.csv", ANNEX_ACTIVITY_AUDIT_CSV);
  g_assert_true (g_str_has_prefix (table, "time,task,kind,seq,"));
  g_assert_nonnull (strstr (table, ",'=files.example.org,"));
  g_assert_null (strstr (table, "marzipan"));
  annex_activity_pane_export (ANNEX_ACTIVITY_PANE (fixture->pane), nowhere,
                              ANNEX_ACTIVITY_AUDIT_CSV);
  annex_shot_settle (500);
  g_assert_true (annex_shows (fixture->pane, "/nowhere/at"));
}

/* Attack list U, and many of it. */
static void
test_hostile (Fixture *fixture, gconstpointer width)
{
  g_autofree char *word = g_strnfill (100 * 1000, 'w');
  const char *hosts[] = { word, "<span size='90000'>x</span> &", "\u202egro.elpmaxe", "a\n\n\nb",
                          "\x1b[2J" };

  for (guint i = 0; i < G_N_ELEMENTS (hosts); i++)
    annex_fake_desk_ledger (fixture->desk, fixture->task, hosts[i], "refused", 0);
  for (guint i = 0; i < 300; i++)
    {
      g_autofree char *host = g_strdup_printf ("h%u.example.org", i);

      annex_fake_desk_ledger (fixture->desk, fixture->task, host, "allowed", i * 1000);
    }
  decide (fixture, "x.example", "allow", "task");
  annex_shot_settle (800);
  g_assert_cmpint (gtk_widget_get_width (GTK_WIDGET (fixture->window)), <=,
                   GPOINTER_TO_INT (width));
  g_assert_false (annex_shows (fixture->pane, "\u202e"));
  annex_shot_take (fixture->window, "activity-many");
}

static void
add (const char *path, int width, void (*func) (Fixture *, gconstpointer))
{
  g_test_add (path, Fixture, GINT_TO_POINTER (width), set_up, func, tear_down);
}

int
main (int argc, char **argv)
{
  annex_shot_init (&argc, &argv);
  g_test_add_func ("/ui/activity/ledger-words", test_ledger_words);
  g_test_add_func ("/ui/activity/event-words", test_event_words);
  g_test_add_func ("/ui/activity/folding", test_folding);
  g_test_add_func ("/ui/activity/under-way", test_under_way);
  g_test_add_func ("/ui/activity/what-was-missing", test_what_was_missing);
  add ("/ui/activity/shown", 360, test_shown);
  add ("/ui/activity/change", 360, test_change);
  add ("/ui/activity/export", 360, test_export);
  add ("/ui/activity/audit", 360, test_audit);
  add ("/ui/activity/hostile", 360, test_hostile);
  return g_test_run ();
}
