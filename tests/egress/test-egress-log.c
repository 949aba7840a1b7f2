/* test-egress-log.c
 *
 * The ledger when the store does not take its rows: none is lost, and until all are stored nothing
 * may go out.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-egress-log.h"

#include "annex-future.h"

#include <sqlite3.h>
#include <string.h>

static guint n_told;
static guint n_warnings;

static GLogWriterOutput
count_warnings (GLogLevelFlags level, const GLogField *fields, gsize n_fields, gpointer data)
{
  if ((level & G_LOG_LEVEL_MASK) != G_LOG_LEVEL_WARNING)
    return g_log_writer_default (level, fields, n_fields, data);
  n_warnings++;
  return G_LOG_WRITER_HANDLED;
}

static void
told_cb (const AnnexLedgerEntry *entry, gpointer data)
{
  n_told++;
}

static void
run (DexFuture *future)
{
  g_autoptr (DexFuture) kept = future;
  g_autoptr (GError) error = NULL;

  while (dex_future_is_pending (kept))
    g_main_context_iteration (NULL, TRUE);
  dex_future_get_value (kept, &error);
  g_assert_no_error (error);
}

static GValue
take (DexFuture *future)
{
  g_autoptr (DexFuture) kept = future;
  g_autoptr (GError) error = NULL;
  GValue value = G_VALUE_INIT;
  const GValue *got;

  while (dex_future_is_pending (kept))
    g_main_context_iteration (NULL, TRUE);
  got = dex_future_get_value (kept, &error);
  g_assert_no_error (error);
  g_value_init (&value, G_VALUE_TYPE (got));
  g_value_copy (got, &value);
  return value;
}

typedef struct
{
  AnnexEgressLog *log;
  const char *host; /* NULL: a flush */
  const char *decision;
  gint64 begun;
  gboolean is_last;
} Step;

static DexFuture *
step_fiber (gpointer data)
{
  Step *step = data;
  g_autoptr (AnnexLedgerEntry) row = NULL;

  if (step->host == NULL)
    annex_egress_log_flush (step->log, step->is_last);
  else
    {
      row = annex_ledger_entry_new (NULL, "proxy", step->host, 443);
      row->decision = g_strdup (step->decision);
      row->by = g_strdup ("task");
      row->begun = step->begun;
      row->reason = g_strdup (step->decision);
      annex_egress_log_add (step->log, row);
    }
  return dex_future_new_true ();
}

static void
do_step (AnnexEgressLog *log, const char *host)
{
  Step step = { .log = log, .host = host, .decision = "allowed" };

  run (annex_fiber_run (step_fiber, &step, NULL));
}

static void
execute (const char *path, const char *sql)
{
  sqlite3 *db;

  g_assert_cmpint (sqlite3_open (path, &db), ==, SQLITE_OK);
  sqlite3_busy_timeout (db, 10000);
  g_assert_cmpint (sqlite3_exec (db, sql, NULL, NULL, NULL), ==, SQLITE_OK);
  sqlite3_close (db);
}

static char *
list_hosts (const char *path)
{
  g_autoptr (GString) hosts = g_string_new (NULL);
  sqlite3 *db;
  sqlite3_stmt *statement;

  g_assert_cmpint (sqlite3_open (path, &db), ==, SQLITE_OK);
  g_assert_cmpint (
      sqlite3_prepare_v2 (db, "SELECT host FROM ledger ORDER BY id", -1, &statement, NULL), ==,
      SQLITE_OK);
  while (sqlite3_step (statement) == SQLITE_ROW)
    g_string_append_printf (hosts, "%s ", (const char *) sqlite3_column_text (statement, 0));
  sqlite3_finalize (statement);
  sqlite3_close (db);
  return g_string_free (g_steal_pointer (&hosts), FALSE);
}

static void
test_nothing_is_lost (void)
{
  g_autofree char *folder = g_dir_make_tmp ("annex-log-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "annex.db", NULL);
  g_auto (GValue) opened = take (annex_store_open (path));
  AnnexStore *store = g_value_get_object (&opened);
  AnnexEgressLog *log = annex_egress_log_new (store, told_cb, NULL);
  g_autofree char *while_full = NULL;
  g_autofree char *after = NULL;

  do_step (log, "before.example");
  execute (path, "CREATE TRIGGER full BEFORE INSERT ON ledger BEGIN "
                 "SELECT RAISE (ABORT, 'database or disk is full'); END");
  do_step (log, "one.example");
  g_assert_true (annex_egress_log_is_broken (log));
  do_step (log, "two.example");
  do_step (log, NULL);
  g_assert_true (annex_egress_log_is_broken (log));
  g_assert_true (annex_egress_log_has_more (log));
  while_full = list_hosts (path);
  g_assert_cmpstr (while_full, ==, "before.example ");
  execute (path, "DROP TRIGGER full");
  do_step (log, NULL);
  g_assert_false (annex_egress_log_is_broken (log));
  g_assert_false (annex_egress_log_has_more (log));
  do_step (log, "three.example");
  after = list_hosts (path);
  g_assert_cmpstr (after, ==, "before.example one.example two.example three.example ");
  g_assert_cmpuint (n_told, ==, 4);
  g_assert_cmpuint (n_warnings, ==, 1);
  annex_egress_log_free (log);
  run (annex_store_close (store));
}

/* The row that is being tried is not forgotten meanwhile, and who flushes last waits for it. */
static void
test_two_at_once (void)
{
  g_autofree char *folder = g_dir_make_tmp ("annex-log-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "annex.db", NULL);
  g_auto (GValue) opened = take (annex_store_open (path));
  AnnexStore *store = g_value_get_object (&opened);
  AnnexEgressLog *log = annex_egress_log_new (store, told_cb, NULL);
  Step flush = { .log = log };
  Step add = { .log = log, .host = "two.example", .decision = "allowed" };
  g_autoptr (DexFuture) first = NULL;
  g_autoptr (DexFuture) second = NULL;
  g_autoptr (DexFuture) third = NULL;
  g_autofree char *hosts = NULL;

  n_warnings = 0;
  execute (path, "CREATE TRIGGER full BEFORE INSERT ON ledger BEGIN "
                 "SELECT RAISE (ABORT, 'database or disk is full'); END");
  do_step (log, "one.example");
  execute (path, "DROP TRIGGER full");
  first = annex_fiber_run (step_fiber, &flush, NULL);
  second = annex_fiber_run (step_fiber, &add, NULL);
  third = annex_fiber_run (step_fiber, &flush, NULL);
  while (dex_future_is_pending (third) || dex_future_is_pending (second))
    {
      if (dex_future_is_pending (first))
        g_assert_true (annex_egress_log_has_more (log) == annex_egress_log_is_broken (log));
      g_main_context_iteration (NULL, TRUE);
    }
  g_assert_false (annex_egress_log_is_broken (log));
  hosts = list_hosts (path);
  g_assert_cmpstr (hosts, ==, "one.example two.example ");
  g_assert_cmpuint (n_warnings, ==, 1);
  run (dex_ref (first));
  annex_egress_log_free (log);
  run (annex_store_close (store));
}

static void
keep_cb (const AnnexLedgerEntry *entry, gpointer rows)
{
  g_ptr_array_add (rows, annex_ledger_entry_copy (entry));
}

static void
add (AnnexEgressLog *log, const char *host, const char *decision, gint64 begun, guint n)
{
  Step step = { .log = log, .host = host, .decision = decision, .begun = begun };

  for (guint i = 0; i < n; i++)
    run (annex_fiber_run (step_fiber, &step, NULL));
}

/* What did not leave becomes few rows, however often a guest does it; what left, never. */
static void
test_floods (void)
{
  g_autoptr (GPtrArray) rows =
      g_ptr_array_new_with_free_func ((GDestroyNotify) annex_ledger_entry_free);
  AnnexEgressLog *log = annex_egress_log_new (NULL, keep_cb, rows);
  Step flush = { .log = log, .is_last = TRUE };
  const AnnexLedgerEntry *sum;

  add (log, "left.example", "failed", 0, 300);
  g_assert_cmpuint (rows->len, ==, 100);
  add (log, "refused.example", "refused", 0, 20);
  add (log, "left.example", "failed", 0, 5);
  g_assert_cmpuint (rows->len, ==, 100);
  add (log, "reached.example", "failed", 7, 30);
  add (log, "cut.example", "refused", 8, 30);
  add (log, "allowed.example", "allowed", 0, 30);
  g_assert_cmpuint (rows->len, ==, 190);
  run (annex_fiber_run (step_fiber, &flush, NULL));
  g_assert_cmpuint (rows->len, ==, 191);
  sum = rows->pdata[190];
  g_assert_cmpstr (sum->host, ==, "refused.example");
  g_assert_cmpstr (sum->decision, ==, "refused");
  g_assert_nonnull (strstr (sum->reason, "225 requests"));
  g_assert_false (annex_egress_log_has_more (log));
  annex_egress_log_free (log);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  dex_init ();
  g_log_set_writer_func (count_warnings, NULL, NULL);
  g_test_add_func ("/egress/log/nothing-is-lost", test_nothing_is_lost);
  g_test_add_func ("/egress/log/two-at-once", test_two_at_once);
  g_test_add_func ("/egress/log/floods", test_floods);
  return g_test_run ();
}
