/* annex-store-ledger.c
 *
 * The ledger's rows and the standing network rules. A task's rows stay when the task is deleted:
 * what left the machine left it.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-store-private.h"

#include "annex-policy.h"
#include "annex-store-begun.h"
#include "annex-store-outbox.h"
#include "annex-store-rules.h"

#include <gio/gio.h>

static gboolean
append_work (AnnexDb *db, StoreJob *job, GError **error)
{
  const AnnexLedgerEntry *entry = job->entry;

  if (entry->begun != 0 && !annex_store_end_begun (db, entry->begun, error))
    return FALSE;
  return annex_db_run (
      db, error,
      "INSERT INTO ledger (time_us, task, channel, host, port, method, bytes_up, "
      "bytes_down, decision, decided_by, reason) "
      "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
      "isssisiisss", entry->time_us, entry->task_id, entry->channel, entry->host,
      (gint64) entry->port, entry->method, (gint64) MIN (entry->bytes_up, G_MAXINT64),
      (gint64) MIN (entry->bytes_down, G_MAXINT64), entry->decision, entry->by, entry->reason);
}

/* Hosts are written as they were given when refused as malformed: any bytes. */
static void
make_valid (char **text)
{
  if (*text != NULL && !g_utf8_validate (*text, -1, NULL))
    {
      char *valid = annex_text_make_valid (*text, -1);

      g_free (*text);
      *text = valid;
    }
}

AnnexLedgerEntry *
annex_store_copy_entry (const AnnexLedgerEntry *entry)
{
  AnnexLedgerEntry *copy = annex_ledger_entry_copy (entry);

  if (copy->time_us == 0)
    copy->time_us = g_get_real_time ();
  if (copy->channel == NULL)
    copy->channel = g_strdup ("");
  if (copy->host == NULL)
    copy->host = g_strdup ("");
  if (copy->decision == NULL)
    copy->decision = g_strdup ("");
  if (copy->by == NULL)
    copy->by = g_strdup ("");
  make_valid (&copy->host);
  make_valid (&copy->method);
  make_valid (&copy->reason);
  return copy;
}

static StoreJob *
new_append (const AnnexLedgerEntry *entry)
{
  StoreJob *job = annex_store_job_new (append_work);

  job->shares = TRUE;
  job->entry = annex_store_copy_entry (entry);
  return job;
}

DexFuture *
annex_store_append_ledger (AnnexStore *self, const AnnexLedgerEntry *entry)
{
  dex_return_error_if_fail (ANNEX_IS_STORE (self));
  dex_return_error_if_fail (entry != NULL);

  return annex_store_queue (self, new_append (entry));
}

void
annex_store_end_ledger (AnnexStore *self, const AnnexLedgerEntry *entry)
{
  StoreJob *job;

  g_return_if_fail (ANNEX_IS_STORE (self));
  g_return_if_fail (entry != NULL);

  job = new_append (entry);
  job->keeps = TRUE;
  dex_future_disown (annex_store_queue (self, job));
}

static AnnexLedgerEntry *
read_entry (sqlite3_stmt *statement)
{
  AnnexLedgerEntry *entry = annex_ledger_entry_new (
      (const char *) sqlite3_column_text (statement, 2), annex_db_text (statement, 3),
      annex_db_text (statement, 4), (guint) sqlite3_column_int64 (statement, 5));

  entry->id = sqlite3_column_int64 (statement, 0);
  entry->time_us = sqlite3_column_int64 (statement, 1);
  entry->method = g_strdup ((const char *) sqlite3_column_text (statement, 6));
  entry->bytes_up = (guint64) sqlite3_column_int64 (statement, 7);
  entry->bytes_down = (guint64) sqlite3_column_int64 (statement, 8);
  entry->decision = g_strdup (annex_db_text (statement, 9));
  entry->by = g_strdup (annex_db_text (statement, 10));
  entry->reason = g_strdup ((const char *) sqlite3_column_text (statement, 11));
  entry->begun = sqlite3_column_int64 (statement, 12);
  return entry;
}

/* What @statement gives becomes the job's result. */
static gboolean
read_entries (AnnexDb *db, StoreJob *job, sqlite3_stmt *statement, GError **error)
{
  g_autoptr (GPtrArray) entries =
      g_ptr_array_new_with_free_func ((GDestroyNotify) annex_ledger_entry_free);
  g_autoptr (GError) local = NULL;

  while (annex_db_step (db, statement, &local))
    g_ptr_array_add (entries, read_entry (statement));
  if (local != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local));
      return FALSE;
    }
  annex_store_job_take_array (job, g_steal_pointer (&entries));
  return TRUE;
}

#define COLUMNS                                                                                    \
  "SELECT id, time_us, task, channel, host, port, method, bytes_up, bytes_down, decision, "        \
  "decided_by, reason, 0 AS begun FROM ledger "
#define BEGUN_COLUMNS                                                                              \
  "UNION ALL SELECT 0, time_us, task, channel, host, port, method, bytes_up, bytes_down, "         \
  "'allowed', decided_by, NULL, begun FROM ledger_begun "
/* What has ended stands before what has not, where both are of the same moment. */
#define BY_TIME "ORDER BY time_us, begun <> 0, id"

/* In one statement, so that nothing is missed or twice that ends meanwhile. */
static sqlite3_stmt *
prepare_list (AnnexDb *db, gboolean of_task, gboolean begun, GError **error)
{
  if (begun && of_task)
    return annex_db_prepare (
        db, "SELECT * FROM (" COLUMNS "WHERE task = ?1 " BEGUN_COLUMNS "WHERE task = ?1) " BY_TIME,
        error);
  if (begun)
    return annex_db_prepare (db, "SELECT * FROM (" COLUMNS BEGUN_COLUMNS ") " BY_TIME, error);
  if (of_task)
    return annex_db_prepare (db, COLUMNS "WHERE task = ? ORDER BY time_us, id", error);
  return annex_db_prepare (db, COLUMNS "ORDER BY time_us, id", error);
}

static gboolean
list_work (AnnexDb *db, StoreJob *job, GError **error)
{
  g_autoptr (AnnexStatement) statement = NULL;
  g_autoptr (GError) local = NULL;
  gboolean begun;

  annex_store_settle_begun (db, job->owners);
  begun = annex_store_has_begun (db, &local);
  if (local == NULL)
    statement = prepare_list (db, job->task_id != NULL, begun, &local);
  if (statement == NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local));
      return FALSE;
    }
  if (job->task_id != NULL)
    annex_db_bind (statement, "s", job->task_id);
  return read_entries (db, job, statement, error);
}

DexFuture *
annex_store_list_ledger (AnnexStore *self, const char *task_id)
{
  StoreJob *job;

  dex_return_error_if_fail (ANNEX_IS_STORE (self));

  job = annex_store_job_new (list_work);
  job->task_id = g_strdup (task_id);
  return annex_store_queue (self, job);
}

static gboolean
list_after_work (AnnexDb *db, StoreJob *job, GError **error)
{
  g_autoptr (AnnexStatement) statement = NULL;

  annex_store_settle_begun (db, job->owners);
  statement = annex_db_prepare (db, COLUMNS "WHERE id > ? ORDER BY id LIMIT ?", error);
  if (statement == NULL)
    return FALSE;
  annex_db_bind (statement, "ii", job->number, (gint64) job->limit);
  return read_entries (db, job, statement, error);
}

DexFuture *
annex_store_list_all_ledger (AnnexStore *self, gint64 after_id, guint limit)
{
  StoreJob *job;

  dex_return_error_if_fail (ANNEX_IS_STORE (self));

  job = annex_store_job_new (list_after_work);
  job->number = after_id;
  job->limit = limit;
  return annex_store_queue (self, job);
}

static gboolean
list_reports_work (AnnexDb *db, StoreJob *job, GError **error)
{
  g_autoptr (AnnexStatement) statement = annex_db_prepare (
      db, COLUMNS "WHERE channel = '" ANNEX_LEDGER_REPORTS "' ORDER BY id DESC LIMIT ?", error);

  if (statement == NULL)
    return FALSE;
  annex_db_bind (statement, "i", (gint64) job->limit);
  return read_entries (db, job, statement, error);
}

DexFuture *
annex_store_list_reports (AnnexStore *self, guint limit)
{
  StoreJob *job;

  dex_return_error_if_fail (ANNEX_IS_STORE (self));

  job = annex_store_job_new (list_reports_work);
  job->limit = limit;
  return annex_store_queue (self, job);
}

/* Rules */

static gboolean
list_rules_work (AnnexDb *db, StoreJob *job, GError **error)
{
  g_autoptr (GPtrArray) rules =
      g_ptr_array_new_with_free_func ((GDestroyNotify) annex_network_rule_free);
  g_autoptr (AnnexStatement) statement =
      annex_db_prepare (db, "SELECT host, allow, time_us FROM rules ORDER BY host", error);
  g_autoptr (GError) local = NULL;

  if (statement == NULL)
    return FALSE;
  while (annex_db_step (db, statement, &local))
    {
      gboolean allow = sqlite3_column_int (statement, 1) != 0;

      AnnexNetworkRule *rule =
          annex_network_rule_new (annex_db_text (statement, 0), allow, allow ? "always" : "never");

      rule->time_us = sqlite3_column_int64 (statement, 2);
      g_ptr_array_add (rules, rule);
    }
  if (local != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local));
      return FALSE;
    }
  annex_store_job_take_array (job, g_steal_pointer (&rules));
  return TRUE;
}

DexFuture *
annex_store_list_rules (AnnexStore *self)
{
  dex_return_error_if_fail (ANNEX_IS_STORE (self));

  return annex_store_queue (self, annex_store_job_new (list_rules_work));
}

static gboolean
set_rule_work (AnnexDb *db, StoreJob *job, GError **error)
{
  return annex_db_run (db, error,
                       "INSERT OR REPLACE INTO rules (host, allow, time_us) VALUES (?, ?, ?)",
                       "sii", job->text, job->number, g_get_real_time ());
}

DexFuture *
annex_store_set_rule (AnnexStore *self, const char *host, gboolean allow)
{
  StoreJob *job;

  dex_return_error_if_fail (ANNEX_IS_STORE (self));
  dex_return_error_if_fail (host != NULL && host[0] != '\0');

  job = annex_store_job_new (set_rule_work);
  job->rules = TRUE;
  job->shares = TRUE;
  job->text = g_strdup (host);
  job->number = allow ? 1 : 0;
  return annex_store_queue (self, job);
}

static gboolean
restore_rule_work (AnnexDb *db, StoreJob *job, GError **error)
{
  return annex_db_run (db, error,
                       "INSERT OR IGNORE INTO rules (host, allow, time_us) VALUES (?, ?, ?)", "sii",
                       job->text, job->number, job->time_us);
}

DexFuture *
annex_store_restore_rule (AnnexStore *self, const AnnexNetworkRule *rule)
{
  StoreJob *job;

  dex_return_error_if_fail (ANNEX_IS_STORE (self));
  dex_return_error_if_fail (rule != NULL && rule->host[0] != '\0');

  job = annex_store_job_new (restore_rule_work);
  job->rules = TRUE;
  job->shares = TRUE;
  job->text = g_strdup (rule->host);
  job->number = rule->allow ? 1 : 0;
  job->time_us = rule->time_us;
  return annex_store_queue (self, job);
}

static gboolean
remove_rule_work (AnnexDb *db, StoreJob *job, GError **error)
{
  return annex_db_run (db, error, "DELETE FROM rules WHERE host = ?", "s", job->text);
}

DexFuture *
annex_store_remove_rule (AnnexStore *self, const char *host)
{
  StoreJob *job;

  dex_return_error_if_fail (ANNEX_IS_STORE (self));
  dex_return_error_if_fail (host != NULL);

  job = annex_store_job_new (remove_rule_work);
  job->rules = TRUE;
  job->shares = TRUE;
  job->text = g_strdup (host);
  return annex_store_queue (self, job);
}
