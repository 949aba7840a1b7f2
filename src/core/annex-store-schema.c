/* annex-store-schema.c
 *
 * The tables: migrations by user_version, and the derived tables, which are made anew from the
 * events when their version differs.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-store-private.h"

#include "annex-spoken.h"

#include <glib/gi18n.h>

/* Raise when the derived tables or what a digest puts into them change. */
#define DERIVED_VERSION 4

/* migrations[n] leads from schema version n to n + 1. Never change one that was released. */
static const char *const migrations[] = {
  "CREATE TABLE meta (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;"
  "CREATE TABLE tasks ("
  "  id TEXT PRIMARY KEY,"
  "  archived INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID;"
  /* AUTOINCREMENT: an event's id is never given again, not even after its task was deleted. */
  "CREATE TABLE events ("
  "  id INTEGER PRIMARY KEY AUTOINCREMENT,"
  "  task TEXT NOT NULL REFERENCES tasks (id) ON DELETE CASCADE,"
  "  seq INTEGER NOT NULL,"
  "  time_us INTEGER NOT NULL,"
  "  type TEXT NOT NULL,"
  "  data TEXT NOT NULL,"
  "  UNIQUE (task, seq));"
  "CREATE TABLE ledger ("
  "  id INTEGER PRIMARY KEY AUTOINCREMENT,"
  "  time_us INTEGER NOT NULL,"
  "  task TEXT,"
  "  channel TEXT NOT NULL,"
  "  host TEXT NOT NULL,"
  "  port INTEGER NOT NULL,"
  "  method TEXT,"
  "  bytes_up INTEGER NOT NULL,"
  "  bytes_down INTEGER NOT NULL,"
  "  decision TEXT NOT NULL,"
  "  decided_by TEXT NOT NULL,"
  "  reason TEXT);"
  "CREATE INDEX ledger_task ON ledger (task, id);"
  "CREATE TABLE rules ("
  "  host TEXT PRIMARY KEY,"
  "  allow INTEGER NOT NULL,"
  "  time_us INTEGER NOT NULL) WITHOUT ROWID;",
};
G_STATIC_ASSERT (G_N_ELEMENTS (migrations) == ANNEX_STORE_SCHEMA_VERSION);

static const char drop_derived[] = "DROP INDEX IF EXISTS facts;"
                                   "DROP TABLE IF EXISTS summary;"
                                   "DROP TABLE IF EXISTS asks;"
                                   "DROP TABLE IF EXISTS closed_asks;"
                                   "DROP TABLE IF EXISTS search;";

static const char make_derived[] =
    "CREATE TABLE summary ("
    "  task TEXT PRIMARY KEY REFERENCES tasks (id) ON DELETE CASCADE,"
    "  title TEXT NOT NULL,"
    "  state TEXT NOT NULL,"
    "  created_us INTEGER NOT NULL,"
    "  updated_us INTEGER NOT NULL,"
    /* AnnexStoreSums, so that no message and no reply is read for them. */
    "  given INTEGER NOT NULL DEFAULT 0,"
    "  input_tokens INTEGER NOT NULL DEFAULT 0,"
    "  output_tokens INTEGER NOT NULL DEFAULT 0,"
    "  cache_write_tokens INTEGER NOT NULL DEFAULT 0,"
    "  cache_read_tokens INTEGER NOT NULL DEFAULT 0,"
    "  cost_usd REAL NOT NULL DEFAULT 0,"
    "  known_cost_usd REAL NOT NULL DEFAULT 0) WITHOUT ROWID;"
    "CREATE INDEX facts ON events (task, seq) WHERE " ANNEX_STORE_IS_FACT ";"
    /* Open asks: the event that opened each, and the answer that refuses it. */
    "CREATE TABLE asks ("
    "  task TEXT NOT NULL REFERENCES tasks (id) ON DELETE CASCADE,"
    "  ask TEXT NOT NULL,"
    "  event INTEGER NOT NULL,"
    "  refusal TEXT,"
    "  kind TEXT NOT NULL,"
    "  PRIMARY KEY (task, ask)) WITHOUT ROWID;"
    /* Asks that were refused, dismissed or expired and not opened again since: the events that
     * opened and closed each. */
    "CREATE TABLE closed_asks ("
    "  task TEXT NOT NULL REFERENCES tasks (id) ON DELETE CASCADE,"
    "  ask TEXT NOT NULL,"
    "  event INTEGER NOT NULL,"
    "  closing INTEGER NOT NULL,"
    "  state TEXT NOT NULL,"
    "  PRIMARY KEY (task, ask)) WITHOUT ROWID;"
    /* rowid is the event's id. The text itself is not kept twice. */
    "CREATE VIRTUAL TABLE search USING fts5 ("
    "  headline, words, content = '', contentless_delete = 1,"
    "  tokenize = \"unicode61 remove_diacritics 2\");";

static gboolean
migrate (AnnexDb *db, GError **error)
{
  g_autoptr (GError) local = NULL;
  gint64 version = annex_db_get_int (db, 0, &local, "PRAGMA user_version", "");

  if (local == NULL && version > ANNEX_STORE_SCHEMA_VERSION)
    annex_set_spoken (&local, ANNEX_STORE_ERROR, ANNEX_STORE_ERROR_NEWER,
                      N_ ("The task database was made by a newer Annex"));
  else if (local == NULL && version == 0 &&
           annex_db_get_int (db, 0, &local, "SELECT count(*) FROM sqlite_schema", "") > 0)
    annex_set_spoken (&local, ANNEX_STORE_ERROR, ANNEX_STORE_ERROR_DAMAGED,
                      N_ ("The task database belongs to another program"));
  for (; local == NULL && version < ANNEX_STORE_SCHEMA_VERSION; version++)
    {
      g_autofree char *mark = g_strdup_printf ("PRAGMA user_version=%d", (int) version + 1);

      if (annex_db_exec (db, migrations[version], &local))
        annex_db_exec (db, mark, &local);
    }
  if (local == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&local));
  return FALSE;
}

/* An event that cannot be read costs its own words, not every task: that there is the task, and
 * that nothing of before an import is open, is known without them. */
static gboolean
derive_unreadable (AnnexDb *db, sqlite3_stmt *statement, GError **error)
{
  AnnexEventType type = annex_event_type_from_name (annex_db_text (statement, 4));
  g_autoptr (JsonObject) nothing = json_object_new ();
  g_autoptr (AnnexDigest) digest = NULL;

  if (type != ANNEX_EVENT_TASK_CREATED && type != ANNEX_EVENT_IMPORTED &&
      type != ANNEX_EVENT_FORKED)
    return TRUE;
  digest = annex_digest_new (type, nothing);
  return annex_store_derive (db, sqlite3_column_int64 (statement, 0), annex_db_text (statement, 1),
                             sqlite3_column_int64 (statement, 2),
                             sqlite3_column_int64 (statement, 3), digest, FALSE, error);
}

static gboolean
rebuild_derived (AnnexDb *db, GError **error)
{
  sqlite3_stmt *statement;
  g_autoptr (GError) local = NULL;

  if (!annex_db_exec (db, drop_derived, error) || !annex_db_exec (db, make_derived, error))
    return FALSE;
  statement = annex_db_prepare (
      db, "SELECT id, task, seq, time_us, type, data FROM events ORDER BY id", error);
  if (statement == NULL)
    return FALSE;
  while (annex_db_step (db, statement, &local))
    {
      g_autoptr (GError) unreadable = NULL;
      g_autoptr (AnnexEvent) event = annex_store_read_event (statement, &unreadable);
      g_autoptr (AnnexDigest) digest = NULL;

      if (event == NULL)
        {
          g_warning ("%s, and is passed over", unreadable->message);
          if (!derive_unreadable (db, statement, &local))
            break;
          continue;
        }
      digest = annex_digest_new (annex_event_get_event_type (event), annex_event_get_data (event));
      if (!annex_store_derive (db, annex_event_get_id (event), annex_event_get_task_id (event),
                               annex_event_get_seq (event), annex_event_get_time_us (event), digest,
                               FALSE, &local))
        break;
    }
  sqlite3_reset (statement);
  if (local != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local));
      return FALSE;
    }
  return annex_db_run (db, error, "INSERT OR REPLACE INTO meta (name, value) VALUES ('derived', ?)",
                       "i", (gint64) DERIVED_VERSION);
}

static gboolean
is_current (AnnexDb *db)
{
  gint64 version = annex_db_get_int (db, -1, NULL, "PRAGMA user_version", "");

  return version == ANNEX_STORE_SCHEMA_VERSION &&
         annex_db_get_int (db, -1, NULL, "SELECT value FROM meta WHERE name = 'derived'", "") ==
             DERIVED_VERSION;
}

gboolean
annex_store_prepare_schema (AnnexDb *db, GError **error)
{
  g_autoptr (GError) local = NULL;

  if (is_current (db))
    return TRUE;
  /* Another process may be doing the same: look again once the file is ours to write. */
  if (!annex_db_begin (db, error))
    return FALSE;
  if (!migrate (db, &local) || (!is_current (db) && !rebuild_derived (db, &local)))
    {
      annex_db_rollback (db);
      g_propagate_error (error, g_steal_pointer (&local));
      return FALSE;
    }
  return annex_db_commit (db, error);
}
