/* annex-store-begun.c
 *
 * See annex-store-begun.h. The table is made when it is first needed, which an older Annex does not
 * mind. A row belongs to the process that put it there (annex-owners.h), and to nobody else while
 * that lives.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-store-begun.h"

#include "annex-store-private.h"

static const char make_table[] = "CREATE TABLE IF NOT EXISTS ledger_begun ("
                                 "  begun INTEGER PRIMARY KEY,"
                                 "  owner INTEGER NOT NULL,"
                                 "  time_us INTEGER NOT NULL,"
                                 "  task TEXT,"
                                 "  channel TEXT NOT NULL,"
                                 "  host TEXT NOT NULL,"
                                 "  port INTEGER NOT NULL,"
                                 "  method TEXT,"
                                 "  bytes_up INTEGER NOT NULL,"
                                 "  bytes_down INTEGER NOT NULL,"
                                 "  decided_by TEXT NOT NULL)";

gboolean
annex_store_has_begun (AnnexDb *db, GError **error)
{
  return annex_db_get_int (db, 0, error,
                           "SELECT count(*) FROM sqlite_schema WHERE name = 'ledger_begun'",
                           "") > 0;
}

static gboolean
begin_work (AnnexDb *db, StoreJob *job, GError **error)
{
  const AnnexLedgerEntry *entry = job->entry;
  gint64 owner = annex_owners_claim (job->owners, error);

  return owner != 0 && annex_db_exec (db, make_table, error) &&
         annex_db_run (db, error,
                       "INSERT INTO ledger_begun (begun, owner, time_us, task, channel, host, "
                       "port, method, bytes_up, bytes_down, decided_by) "
                       "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                       "iiisssisiis", entry->begun, owner, entry->time_us, entry->task_id,
                       entry->channel, entry->host, (gint64) entry->port, entry->method,
                       (gint64) MIN (entry->bytes_up, G_MAXINT64),
                       (gint64) MIN (entry->bytes_down, G_MAXINT64), entry->by);
}

DexFuture *
annex_store_begin_ledger (AnnexStore *self, AnnexLedgerEntry *entry)
{
  StoreJob *job;

  dex_return_error_if_fail (ANNEX_IS_STORE (self));
  dex_return_error_if_fail (entry != NULL);

  /* By chance, so that processes need not agree on it. */
  entry->begun = ((gint64) (g_random_int () & G_MAXINT32) << 32) | (gint64) g_random_int ();
  entry->begun = MAX (entry->begun, 1);
  job = annex_store_job_new (begin_work);
  job->shares = TRUE;
  job->entry = annex_store_copy_entry (entry);
  return annex_store_queue (self, job);
}

static gboolean
note_work (AnnexDb *db, StoreJob *job, GError **error)
{
  return annex_db_exec (db, make_table, error) &&
         annex_db_run (db, error,
                       "UPDATE ledger_begun SET bytes_up = ?, bytes_down = ? WHERE begun = ?",
                       "iii", (gint64) MIN (job->entry->bytes_up, G_MAXINT64),
                       (gint64) MIN (job->entry->bytes_down, G_MAXINT64), job->entry->begun);
}

DexFuture *
annex_store_note_ledger (AnnexStore *self, gint64 begun, guint64 bytes_up, guint64 bytes_down)
{
  StoreJob *job;

  dex_return_error_if_fail (ANNEX_IS_STORE (self));

  job = annex_store_job_new (note_work);
  job->shares = TRUE;
  job->entry = annex_ledger_entry_new (NULL, NULL, NULL, 0);
  job->entry->begun = begun;
  job->entry->bytes_up = bytes_up;
  job->entry->bytes_down = bytes_down;
  return annex_store_queue (self, job);
}

gboolean
annex_store_end_begun (AnnexDb *db, gint64 begun, GError **error)
{
  g_autoptr (GError) local = NULL;

  if (annex_store_has_begun (db, &local))
    annex_db_run (db, &local, "DELETE FROM ledger_begun WHERE begun = ?", "i", begun);
  if (local == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&local));
  return FALSE;
}

/* Those of one who is gone become rows of the ledger, all or none. */
static gboolean
settle_owner (AnnexDb *db, gint64 owner, GError **error)
{
  if (!annex_db_begin (db, error))
    return FALSE;
  if (annex_db_run (db, error,
                    "INSERT INTO ledger (time_us, task, channel, host, port, method, bytes_up, "
                    "bytes_down, decision, decided_by, reason) "
                    "SELECT time_us, task, channel, host, port, method, bytes_up, bytes_down, "
                    "'allowed', decided_by, ? FROM ledger_begun WHERE owner = ? ORDER BY time_us",
                    "si", ANNEX_LEDGER_CUT_OFF, owner) &&
      annex_db_run (db, error, "DELETE FROM ledger_begun WHERE owner = ?", "i", owner))
    return annex_db_commit (db, error);
  annex_db_rollback (db);
  return FALSE;
}

static GArray *
list_gone (AnnexDb *db, AnnexOwners *owners, GError **error)
{
  g_autoptr (GArray) gone = g_array_new (FALSE, FALSE, sizeof (gint64));
  g_autoptr (AnnexStatement) statement = NULL;
  g_autoptr (GError) local = NULL;

  if (annex_store_has_begun (db, &local))
    statement = annex_db_prepare (db, "SELECT DISTINCT owner FROM ledger_begun", &local);
  while (statement != NULL && annex_db_step (db, statement, &local))
    {
      gint64 owner = sqlite3_column_int64 (statement, 0);

      if (annex_owners_is_gone (owners, owner))
        g_array_append_val (gone, owner);
    }
  if (local == NULL)
    return g_steal_pointer (&gone);
  g_propagate_error (error, g_steal_pointer (&local));
  return NULL;
}

void
annex_store_settle_begun (AnnexDb *db, AnnexOwners *owners)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GArray) gone = list_gone (db, owners, &error);

  for (guint i = 0; gone != NULL && error == NULL && i < gone->len; i++)
    settle_owner (db, g_array_index (gone, gint64, i), &error);
  /* They stay where they are, and are still listed; the next who looks tries again. */
  if (error != NULL)
    g_warning ("What was under way when Annex ended is not in the ledger yet: %s", error->message);
}
