/* annex-db.c
 *
 * See annex-db.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-db.h"

#include "annex-spoken.h"
#include "annex-store.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define BUSY_MS 15000
#define HEADER_TRIES 20
#define HEADER_PAUSE_US 50000
/* Up to this size the whole file is checked at every opening: about a tenth of a second. */
#define CHECK_BYTES (32 * 1024 * 1024)
/* "ANNX", in the header of the file: https://sqlite.org/fileformat2.html#application_id */
#define APPLICATION_ID 0x414e4e58

struct _AnnexDb
{
  sqlite3 *handle;
  GHashTable *statements; /* const char * (by address) → sqlite3_stmt */
};

static gboolean
is_disk_full (int code, int system_errno)
{
  if ((code & 0xff) == SQLITE_FULL)
    return TRUE;
  return (code & 0xff) == SQLITE_IOERR &&
         (system_errno == ENOSPC || system_errno == EDQUOT || system_errno == EFBIG);
}

/* The message never quotes data: SQLite's own names at most a table. */
static void
set_error (sqlite3 *handle, int code, GError **error)
{
  int extended = handle != NULL ? sqlite3_extended_errcode (handle) : code;
  int system_errno = handle != NULL ? sqlite3_system_errno (handle) : 0;
  const char *detail = sqlite3_errstr (code);
  AnnexStoreError store_code = ANNEX_STORE_ERROR_FAILED;

  if (is_disk_full (code, system_errno) || is_disk_full (extended, system_errno))
    {
      annex_set_spoken (error, ANNEX_STORE_ERROR, ANNEX_STORE_ERROR_DISK_FULL,
                        N_ ("The disk is full: nothing was saved"));
      return;
    }
  switch (code & 0xff)
    {
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      store_code = ANNEX_STORE_ERROR_DAMAGED;
      break;
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
    case SQLITE_READONLY:
      store_code = ANNEX_STORE_ERROR_OPEN;
      break;
    default:
      break;
    }
  annex_set_spoken (error, ANNEX_STORE_ERROR, store_code, N_ ("The task database: %s (%d)"), detail,
                    extended);
}

static gint64
read_pragma (sqlite3 *handle, const char *sql, int *code)
{
  sqlite3_stmt *statement = NULL;
  gint64 value = 0;

  *code = sqlite3_prepare_v2 (handle, sql, -1, &statement, NULL);
  if (*code == SQLITE_OK)
    {
      *code = sqlite3_step (statement);
      if (*code == SQLITE_ROW)
        {
          value = sqlite3_column_int64 (statement, 0);
          *code = SQLITE_OK;
        }
    }
  sqlite3_finalize (statement);
  return value;
}

/* Whose file it is and of which version, read without touching it: opened as immutable, SQLite
 * takes no lock and writes nothing. Through SQLite and not by hand, because closing a descriptor of
 * the file would drop the locks that another connection of this process holds. */
static int
read_header (const char *uri, sqlite3 **handle, gint64 *version, gint64 *application)
{
  int code = sqlite3_open_v2 (uri, handle, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, NULL);

  if (code == SQLITE_OK)
    *version = read_pragma (*handle, "PRAGMA user_version", &code);
  if (code == SQLITE_OK)
    *application = read_pragma (*handle, "PRAGMA application_id", &code);
  return code;
}

static gboolean
check_header (const char *path, int newest, GError **error)
{
  g_autofree char *escaped = g_uri_escape_string (path, "/", FALSE);
  g_autofree char *uri = g_strdup_printf ("file:%s?immutable=1", escaped);
  sqlite3 *handle = NULL;
  gint64 version = 0;
  gint64 application = 0;
  int code = read_header (uri, &handle, &version, &application);

  /* Who writes the file at this moment, as one does that closes it, has written its new length
   * before what is to come there; and no lock keeps us from seeing that. */
  for (guint i = 0; (code & 0xff) == SQLITE_CORRUPT && i < HEADER_TRIES; i++)
    {
      g_clear_pointer (&handle, sqlite3_close);
      g_usleep (HEADER_PAUSE_US);
      code = read_header (uri, &handle, &version, &application);
    }
  if (code != SQLITE_OK)
    set_error (handle, code, error);
  else if (application != 0 && application != APPLICATION_ID)
    annex_set_spoken (error, ANNEX_STORE_ERROR, ANNEX_STORE_ERROR_DAMAGED,
                      N_ ("The task database belongs to another program"));
  else if (version > newest || version < 0)
    annex_set_spoken (error, ANNEX_STORE_ERROR, ANNEX_STORE_ERROR_NEWER,
                      N_ ("The task database was made by a newer Annex"));
  sqlite3_close (handle);
  return code == SQLITE_OK && (application == 0 || application == APPLICATION_ID) && version >= 0 &&
         version <= newest;
}

/* Made before SQLite sees it, so that it and what SQLite puts beside it are the user's alone. */
static gboolean
make_file (const char *path, GError **error)
{
  int fd = open (path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOCTTY, 0600);

  if (fd < 0 && errno != EEXIST)
    {
      annex_set_spoken (error, ANNEX_STORE_ERROR,
                        errno == ENOSPC || errno == EDQUOT ? ANNEX_STORE_ERROR_DISK_FULL
                                                           : ANNEX_STORE_ERROR_OPEN,
                        N_ ("The task database cannot be opened: %s"), g_strerror (errno));
      return FALSE;
    }
  if (fd >= 0)
    close (fd);
  return TRUE;
}

/* Turning WAL on needs the file for itself for a moment, and SQLite does not wait for that. */
static gboolean
turn_on_wal (AnnexDb *self, GError **error)
{
  gint64 deadline = g_get_monotonic_time () + BUSY_MS * G_TIME_SPAN_MILLISECOND;
  int code;

  for (;;)
    {
      code = sqlite3_exec (self->handle, "PRAGMA journal_mode=WAL", NULL, NULL, NULL);
      if ((code != SQLITE_BUSY && code != SQLITE_LOCKED) || g_get_monotonic_time () > deadline)
        break;
      g_usleep (20 * 1000);
    }
  if (code == SQLITE_OK)
    return TRUE;
  set_error (self->handle, code, error);
  return FALSE;
}

static gboolean
check_integrity (AnnexDb *self, const char *path, GError **error)
{
  g_autoptr (AnnexStatement) statement = NULL;
  struct stat st;

  if (stat (path, &st) != 0 || st.st_size > CHECK_BYTES)
    return TRUE;
  statement = annex_db_prepare (self, "PRAGMA quick_check(1)", error);
  if (statement == NULL || !annex_db_step (self, statement, error))
    return FALSE;
  if (g_str_equal (annex_db_text (statement, 0), "ok"))
    return TRUE;
  annex_set_spoken (error, ANNEX_STORE_ERROR, ANNEX_STORE_ERROR_DAMAGED,
                    N_ ("The task database is damaged"));
  return FALSE;
}

/* Says in the header whose file it is, where that is not said yet. */
static gboolean
mark_application (AnnexDb *self, GError **error)
{
  g_autofree char *mark = g_strdup_printf ("PRAGMA application_id=%d", APPLICATION_ID);
  g_autoptr (GError) local = NULL;
  gint64 application = annex_db_get_int (self, 0, &local, "PRAGMA application_id", "");

  if (local == NULL)
    return application != 0 || annex_db_exec (self, mark, error);
  g_propagate_error (error, g_steal_pointer (&local));
  return FALSE;
}

AnnexDb *
annex_db_open (const char *path, int newest, GError **error)
{
  AnnexDb *self;
  int code;

  if (!make_file (path, error) || !check_header (path, newest, error))
    return NULL;
  self = g_new0 (AnnexDb, 1);
  self->statements = g_hash_table_new_full (NULL, NULL, NULL, (GDestroyNotify) sqlite3_finalize);
  code = sqlite3_open_v2 (path, &self->handle, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL);
  if (code != SQLITE_OK)
    {
      set_error (self->handle, code, error);
      annex_db_close (self);
      return NULL;
    }
  sqlite3_busy_timeout (self->handle, BUSY_MS);
  sqlite3_db_config (self->handle, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
  sqlite3_limit (self->handle, SQLITE_LIMIT_ATTACHED, 0);
  if (!annex_db_exec (self,
                      "PRAGMA synchronous=FULL;"
                      "PRAGMA foreign_keys=ON;"
                      "PRAGMA trusted_schema=OFF;"
                      "PRAGMA cell_size_check=ON;"
                      "PRAGMA secure_delete=FAST;"
                      "PRAGMA journal_size_limit=16777216",
                      error) ||
      !check_integrity (self, path, error) || !turn_on_wal (self, error) ||
      !mark_application (self, error))
    {
      annex_db_close (self);
      return NULL;
    }
  return self;
}

void
annex_db_close (AnnexDb *self)
{
  if (self == NULL)
    return;
  g_hash_table_unref (self->statements);
  sqlite3_close (self->handle);
  g_free (self);
}

gboolean
annex_db_exec (AnnexDb *self, const char *sql, GError **error)
{
  int code = sqlite3_exec (self->handle, sql, NULL, NULL, NULL);

  if (code == SQLITE_OK)
    return TRUE;
  set_error (self->handle, code, error);
  return FALSE;
}

sqlite3_stmt *
annex_db_prepare (AnnexDb *self, const char *sql, GError **error)
{
  sqlite3_stmt *statement = g_hash_table_lookup (self->statements, sql);
  int code;

  if (statement != NULL)
    {
      sqlite3_reset (statement);
      sqlite3_clear_bindings (statement);
      return statement;
    }
  code = sqlite3_prepare_v3 (self->handle, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, NULL);
  if (code != SQLITE_OK)
    {
      set_error (self->handle, code, error);
      return NULL;
    }
  g_hash_table_insert (self->statements, (gpointer) sql, statement);
  return statement;
}

static void
bind_list (sqlite3_stmt *statement, const char *types, va_list args)
{
  for (int i = 0; types[i] != '\0'; i++)
    if (types[i] == 'i')
      sqlite3_bind_int64 (statement, i + 1, va_arg (args, gint64));
    else if (types[i] == 'd')
      sqlite3_bind_double (statement, i + 1, va_arg (args, double));
    else
      sqlite3_bind_text (statement, i + 1, va_arg (args, const char *), -1, SQLITE_TRANSIENT);
}

void
annex_db_bind (sqlite3_stmt *statement, const char *types, ...)
{
  va_list args;

  va_start (args, types);
  bind_list (statement, types, args);
  va_end (args);
}

gboolean
annex_db_step (AnnexDb *self, sqlite3_stmt *statement, GError **error)
{
  int code = sqlite3_step (statement);

  if (code == SQLITE_ROW)
    return TRUE;
  if (code != SQLITE_DONE)
    set_error (self->handle, code, error);
  sqlite3_reset (statement);
  return FALSE;
}

gboolean
annex_db_run (AnnexDb *self, GError **error, const char *sql, const char *types, ...)
{
  sqlite3_stmt *statement = annex_db_prepare (self, sql, error);
  g_autoptr (GError) local = NULL;
  va_list args;

  if (statement == NULL)
    return FALSE;
  va_start (args, types);
  bind_list (statement, types, args);
  va_end (args);
  while (annex_db_step (self, statement, &local))
    ;
  sqlite3_clear_bindings (statement); /* large texts are not kept until the next use */
  if (local == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&local));
  return FALSE;
}

gint64
annex_db_get_int (AnnexDb *self,
                  gint64 fallback,
                  GError **error,
                  const char *sql,
                  const char *types,
                  ...)
{
  g_autoptr (AnnexStatement) statement = annex_db_prepare (self, sql, error);
  va_list args;

  if (statement == NULL)
    return fallback;
  va_start (args, types);
  bind_list (statement, types, args);
  va_end (args);
  if (!annex_db_step (self, statement, error) || sqlite3_column_type (statement, 0) == SQLITE_NULL)
    return fallback;
  return sqlite3_column_int64 (statement, 0);
}

int
annex_db_changes (AnnexDb *self)
{
  return sqlite3_changes (self->handle);
}

gint64
annex_db_last_id (AnnexDb *self)
{
  return sqlite3_last_insert_rowid (self->handle);
}

const char *
annex_db_text (sqlite3_stmt *statement, int column)
{
  const char *text = (const char *) sqlite3_column_text (statement, column);

  return text != NULL ? text : "";
}

gboolean
annex_db_begin (AnnexDb *self, GError **error)
{
  return annex_db_exec (self, "BEGIN IMMEDIATE", error);
}

gboolean
annex_db_commit (AnnexDb *self, GError **error)
{
  if (annex_db_exec (self, "COMMIT", error))
    return TRUE;
  annex_db_rollback (self);
  return FALSE;
}

void
annex_db_rollback (AnnexDb *self)
{
  if (annex_db_in_transaction (self))
    annex_db_exec (self, "ROLLBACK", NULL); /* the error that led here is the one to tell */
}

gboolean
annex_db_in_transaction (AnnexDb *self)
{
  return !sqlite3_get_autocommit (self->handle);
}
