/* annex-store-export.c
 *
 * A task as a file of JSON lines, and back. The file of an import is hostile: every line is
 * checked, and a transaction keeps all of it or nothing.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-store-private.h"

#include "annex-paths.h"
#include "annex-spoken.h"

#include <errno.h>
#include <fcntl.h>
#include <gio/gio.h>
#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define EXPORT_VERSION 1
#define MAX_TYPE_BYTES 64

/* Export */

static gboolean
set_errno (GError **error, const char *what)
{
  gboolean full = errno == ENOSPC || errno == EDQUOT || errno == EFBIG;
  GError *made =
      g_error_new (ANNEX_STORE_ERROR, full ? ANNEX_STORE_ERROR_DISK_FULL : ANNEX_STORE_ERROR_FAILED,
                   "%s: %s", what, g_strerror (errno));

  annex_spoken_take (made, g_strdup_printf ("%s: %s", _ (what), g_strerror (errno)));
  g_propagate_error (error, made);
  return FALSE;
}

static gboolean
write_line (FILE *file, const char *line, GError **error)
{
  if (fputs (line, file) >= 0 && fputc ('\n', file) != EOF)
    return TRUE;
  return set_errno (error, N_ ("The export cannot be written"));
}

static char *
make_header (AnnexDb *db, const char *task_id, GError **error)
{
  g_autoptr (JsonObject) header = json_object_new ();
  g_autoptr (AnnexStatement) statement = annex_db_prepare (
      db,
      "SELECT title, (SELECT count(*) FROM events WHERE task = ?1) FROM summary WHERE task = ?1",
      error);
  g_autofree char *now = annex_time_to_text (g_get_real_time ());
  g_autoptr (GError) local = NULL;

  if (statement == NULL)
    return NULL;
  annex_db_bind (statement, "s", task_id);
  if (!annex_db_step (db, statement, &local))
    {
      if (local == NULL)
        annex_set_spoken (&local, ANNEX_STORE_ERROR, ANNEX_STORE_ERROR_NOT_FOUND,
                          N_ ("There is no task “%s”"), task_id);
      g_propagate_error (error, g_steal_pointer (&local));
      return NULL;
    }
  json_object_set_int_member (header, "annex_export", EXPORT_VERSION);
  json_object_set_string_member (header, "task", task_id);
  json_object_set_string_member (header, "title", annex_db_text (statement, 0));
  json_object_set_string_member (header, "exported", now);
  json_object_set_int_member (header, "events", sqlite3_column_int64 (statement, 1));
  return annex_json_object_to_string (header);
}

static gboolean
write_events (AnnexDb *db, const char *task_id, FILE *file, GError **error)
{
  g_autoptr (AnnexStatement) statement = annex_db_prepare (
      db, "SELECT id, task, seq, time_us, type, data FROM events WHERE task = ? ORDER BY seq",
      error);
  g_autoptr (GError) local = NULL;

  if (statement == NULL)
    return FALSE;
  annex_db_bind (statement, "s", task_id);
  while (annex_db_step (db, statement, &local))
    {
      g_autoptr (AnnexEvent) event = annex_store_read_event (statement, &local);
      g_autofree char *line = event != NULL ? annex_event_to_json_line (event) : NULL;

      if (line == NULL || !write_line (file, line, &local))
        break;
    }
  if (local == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&local));
  return FALSE;
}

/* Header and events as they are at one moment, whoever appends meanwhile. */
static gboolean
write_export (AnnexDb *db, const char *task_id, FILE *file, GError **error)
{
  g_autofree char *header = NULL;
  gboolean ok;

  if (!annex_db_exec (db, "BEGIN", error))
    return FALSE;
  header = make_header (db, task_id, error);
  ok =
      header != NULL && write_line (file, header, error) && write_events (db, task_id, file, error);
  annex_db_rollback (db);
  if (ok && (fflush (file) != 0 || fsync (fileno (file)) != 0))
    return set_errno (error, N_ ("The export cannot be written"));
  return ok;
}

static gboolean
export_work (AnnexDb *db, StoreJob *job, GError **error)
{
  g_autofree char *temporary = g_strdup_printf ("%s.XXXXXX", job->text);
  int fd = g_mkstemp_full (temporary, O_WRONLY | O_CLOEXEC, 0600);
  FILE *file = fd >= 0 ? fdopen (fd, "w") : NULL;
  gboolean ok;

  if (file == NULL)
    return set_errno (error, N_ ("The export cannot be written"));
  ok = write_export (db, job->task_id, file, error);
  if (fclose (file) != 0 && ok)
    ok = set_errno (error, N_ ("The export cannot be written"));
  if (ok && g_rename (temporary, job->text) != 0)
    ok = set_errno (error, N_ ("The export cannot be written"));
  if (!ok)
    g_unlink (temporary);
  return ok;
}

DexFuture *
annex_store_export (AnnexStore *self, const char *task_id, const char *path)
{
  StoreJob *job;

  dex_return_error_if_fail (ANNEX_IS_STORE (self));
  dex_return_error_if_fail (task_id != NULL && path != NULL);

  job = annex_store_job_new (export_work);
  job->task_id = g_strdup (task_id);
  job->text = g_strdup (path);
  return annex_store_queue (self, job);
}

/* Import */

typedef struct
{
  FILE *file;
  GString *line;
  guint number;   /* of the line, from 1 */
  char *old_task; /* as the header names it */
  char *exported;
  gint64 n_events; /* as the header says; -1: it does not */
  gint64 seq;      /* of the event read last */
  gint64 time_us;
} Import;

static void
import_clear (Import *self)
{
  if (self->file != NULL)
    fclose (self->file);
  g_string_free (self->line, TRUE);
  g_free (self->old_task);
  g_free (self->exported);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Import, import_clear)

static gboolean
bad_format (Import *self, const char *why, GError **error)
{
  GError *made =
      g_error_new (ANNEX_STORE_ERROR, ANNEX_STORE_ERROR_FORMAT,
                   "This is no export of a task, or it is damaged: line %u: %s", self->number, why);

  annex_spoken_take (
      made, g_strdup_printf (_ ("This is no export of a task, or it is damaged: line %u: %s"),
                             self->number, _ (why)));
  g_propagate_error (error, made);
  return FALSE;
}

/* The next line without its newline; FALSE at the end (no error) or when it is too long. */
static gboolean
read_line (Import *self, GError **error)
{
  int c;

  g_string_truncate (self->line, 0);
  self->number++;
  while ((c = getc_unlocked (self->file)) != EOF)
    {
      if (c == '\n')
        return TRUE;
      if (self->line->len >= ANNEX_JSON_MAX_BYTES)
        return bad_format (self, N_ ("it is too long"), error);
      g_string_append_c (self->line, (char) c);
    }
  if (ferror (self->file))
    return set_errno (error, N_ ("The export cannot be read"));
  return self->line->len > 0;
}

static JsonObject *
parse_line (Import *self, GError **error)
{
  g_autoptr (GError) local = NULL;
  JsonObject *object = annex_json_parse_object (self->line->str, (gssize) self->line->len, &local);

  if (object == NULL)
    bad_format (self, local->message, error);
  return object;
}

static gboolean
read_header (Import *self, GError **error)
{
  g_autoptr (JsonObject) header = NULL;
  g_autoptr (GError) local = NULL;
  const char *task;
  gint64 version;

  if (!read_line (self, &local))
    {
      if (local == NULL)
        return bad_format (self, N_ ("it is empty"), error);
      g_propagate_error (error, g_steal_pointer (&local));
      return FALSE;
    }
  header = parse_line (self, error);
  if (header == NULL)
    return FALSE;
  if (!annex_json_get_int (header, "annex_export", &version, &local) ||
      (task = annex_json_get_string (header, "task", &local)) == NULL)
    return bad_format (self, local->message, error);
  if (version > EXPORT_VERSION)
    {
      annex_set_spoken (error, ANNEX_STORE_ERROR, ANNEX_STORE_ERROR_NEWER,
                        N_ ("The export was made by a newer Annex"));
      return FALSE;
    }
  if (version < 1 || task[0] == '\0')
    return bad_format (self, N_ ("it is not the first line of an export"), error);
  self->old_task = g_strdup (task);
  self->exported = g_strdup (annex_json_opt_string (header, "exported", ""));
  self->n_events = annex_json_opt_int (header, "events", -1);
  return TRUE;
}

/* Checks one event's line. Its type and data are borrowed from @object. */
static gboolean
check_event (Import *self,
             JsonObject *object,
             const char **type_name,
             JsonObject **data,
             GError **error)
{
  g_autoptr (GError) local = NULL;
  const char *task;
  const char *time;
  gint64 id;
  gint64 seq;
  AnnexEventType type;

  if (!annex_json_get_int (object, "id", &id, &local) ||
      (task = annex_json_get_string (object, "task", &local)) == NULL ||
      !annex_json_get_int (object, "seq", &seq, &local) ||
      (time = annex_json_get_string (object, "time", &local)) == NULL ||
      (*type_name = annex_json_get_string (object, "type", &local)) == NULL ||
      (*data = annex_json_get_object (object, "data", &local)) == NULL)
    return bad_format (self, local->message, error);
  if (!g_str_equal (task, self->old_task))
    return bad_format (self, N_ ("it is of another task"), error);
  if (seq != self->seq + 1)
    return bad_format (self, N_ ("an event is missing or out of order"), error);
  if (!annex_time_from_text (time, &self->time_us))
    return bad_format (self, N_ ("its time is none"), error);
  if ((*type_name)[0] == '\0' || strlen (*type_name) > MAX_TYPE_BYTES)
    return bad_format (self, N_ ("its type is none"), error);
  type = annex_event_type_from_name (*type_name);
  if ((seq == 1) != (type == ANNEX_EVENT_TASK_CREATED))
    return bad_format (self, N_ ("the task must be created first, and once"), error);
  if (!annex_event_check_data (type, *data, &local))
    return bad_format (self, local->message, error);
  self->seq = seq;
  return TRUE;
}

static gboolean
insert (AnnexDb *db,
        const char *task_id,
        gint64 seq,
        gint64 time_us,
        const char *type_name,
        JsonObject *data,
        GError **error)
{
  g_autofree char *text = annex_json_object_to_string (data);
  g_autoptr (AnnexDigest) digest = annex_digest_new (annex_event_type_from_name (type_name), data);
  gint64 id;

  return annex_store_insert_event (db, task_id, seq, time_us, type_name, text, digest, FALSE, &id,
                                   error);
}

static gboolean
import_events (AnnexDb *db, Import *self, const char *task_id, GError **error)
{
  g_autoptr (GError) local = NULL;
  g_autoptr (JsonObject) imported = json_object_new ();

  if (!annex_db_run (db, error, "INSERT INTO tasks (id) VALUES (?)", "s", task_id))
    return FALSE;
  while (read_line (self, &local))
    {
      g_autoptr (JsonObject) object = parse_line (self, error);
      const char *type_name;
      JsonObject *data;

      if (object == NULL || !check_event (self, object, &type_name, &data, error) ||
          !insert (db, task_id, self->seq, self->time_us, type_name, data, error))
        return FALSE;
    }
  if (local != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&local));
      return FALSE;
    }
  if (self->seq == 0)
    return bad_format (self, N_ ("there is no event"), error);
  if (self->n_events >= 0 && self->n_events != self->seq)
    return bad_format (self, N_ ("events are missing at the end"), error);
  json_object_set_string_member (imported, "task", self->old_task);
  json_object_set_string_member (imported, "exported", self->exported);
  return insert (db, task_id, self->seq + 1, g_get_real_time (),
                 annex_event_type_to_name (ANNEX_EVENT_IMPORTED), imported, error);
}

/* A FIFO would block, a device never end. */
static FILE *
open_regular (const char *path, GError **error)
{
  int fd = open (path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  struct stat st;

  if (fd < 0)
    {
      set_errno (error, N_ ("The export cannot be read"));
      return NULL;
    }
  if (fstat (fd, &st) != 0 || !S_ISREG (st.st_mode))
    {
      close (fd);
      annex_set_spoken (error, ANNEX_STORE_ERROR, ANNEX_STORE_ERROR_FORMAT,
                        N_ ("This is no export of a task: it is not a file"));
      return NULL;
    }
  return fdopen (fd, "r");
}

static gboolean
import_work (AnnexDb *db, StoreJob *job, GError **error)
{
  g_auto (Import) import = { .line = g_string_new (NULL), .n_events = -1 };
  g_autofree char *task_id = annex_identifier_new ();

  import.file = open_regular (job->text, error);
  if (import.file == NULL || !read_header (&import, error) || !annex_db_begin (db, error))
    return FALSE;
  if (!import_events (db, &import, task_id, error))
    {
      annex_db_rollback (db);
      return FALSE;
    }
  if (!annex_db_commit (db, error))
    return FALSE;
  g_value_init (&job->result, G_TYPE_STRING);
  g_value_take_string (&job->result, g_steal_pointer (&task_id));
  return TRUE;
}

DexFuture *
annex_store_import (AnnexStore *self, const char *path)
{
  StoreJob *job;

  dex_return_error_if_fail (ANNEX_IS_STORE (self));
  dex_return_error_if_fail (path != NULL);

  job = annex_store_job_new (import_work);
  job->lists = TRUE;
  job->text = g_strdup (path);
  return annex_store_queue (self, job);
}
