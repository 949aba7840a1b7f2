/* annex-db.h
 *
 * A thin layer over SQLite for the store: opening as the store needs it, cached statements, and
 * errors as ANNEX_STORE_ERROR. Knows no tables. Private to core; one thread at a time.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>
#include <sqlite3.h>

G_BEGIN_DECLS

typedef struct _AnnexDb AnnexDb;

/* Opens or makes the file (mode 0600) with WAL, synchronous=FULL and a busy time-out, and checks
 * its integrity as far as that is quick. Refuses a file whose user_version is above @newest without
 * touching it. Blocking. (transfer full) */
AnnexDb *
annex_db_open (const char *path, int newest, GError **error);
void
annex_db_close (AnnexDb *self);

/* Runs statements that give no rows. */
gboolean
annex_db_exec (AnnexDb *self, const char *sql, GError **error);
/* The statement of @sql, a string literal (it is cached by its address), reset. (borrowed) */
sqlite3_stmt *
annex_db_prepare (AnnexDb *self, const char *sql, GError **error);
/* Binds in order: s const char * (NULL is SQL's NULL), i gint64, d double. */
void
annex_db_bind (sqlite3_stmt *statement, const char *types, ...);
/* TRUE when there is a row. FALSE at the end, or with @error set. */
gboolean
annex_db_step (AnnexDb *self, sqlite3_stmt *statement, GError **error);
/* Prepares, binds and runs a statement that gives no rows. */
gboolean
annex_db_run (AnnexDb *self, GError **error, const char *sql, const char *types, ...);
/* The first column of the first row; @fallback when there is no row or it is NULL. Errors are told
 * by @error alone. */
gint64
annex_db_get_int (AnnexDb *self,
                  gint64 fallback,
                  GError **error,
                  const char *sql,
                  const char *types,
                  ...);
/* Rows the last statement changed. */
int
annex_db_changes (AnnexDb *self);
gint64
annex_db_last_id (AnnexDb *self);
/* Text of a column, never NULL. (borrowed until the next step) */
const char *
annex_db_text (sqlite3_stmt *statement, int column);

/* BEGIN IMMEDIATE: waits for other writers. */
gboolean
annex_db_begin (AnnexDb *self, GError **error);
/* COMMIT, durable when it returns TRUE; otherwise everything since begin is rolled back. */
gboolean
annex_db_commit (AnnexDb *self, GError **error);
void
annex_db_rollback (AnnexDb *self);
/* FALSE when an error ended the transaction by itself. */
gboolean
annex_db_in_transaction (AnnexDb *self);

typedef sqlite3_stmt AnnexStatement;
static inline void
annex_statement_done (AnnexStatement *statement)
{
  sqlite3_reset (statement);
}
/* g_autoptr (AnnexStatement): reset, not finalised, at the end of the scope. */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AnnexStatement, annex_statement_done)

G_END_DECLS
