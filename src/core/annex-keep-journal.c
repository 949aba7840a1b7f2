/* annex-keep-journal.c
 *
 * The journal of one keep: append-only JSON lines, written before anything is changed, and read
 * again after a crash. Knows nothing of how steps are taken.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-keep-private.h"

#include "annex-beneath.h"
#include "annex-json.h"

#include <errno.h>
#include <glib/gi18n.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAX_JOURNAL_BYTES (G_GUINT64_CONSTANT (1) << 30)

/* ---- writing */

static void
note (AnnexKeepStore *self, JsonObject *record)
{
  g_autofree char *line = annex_json_object_to_string (record);

  g_string_append (self->pending, line);
  g_string_append_c (self->pending, '\n');
  json_object_unref (record);
}

static JsonObject *
record_new (const char *type)
{
  JsonObject *record = json_object_new ();

  json_object_set_string_member (record, "type", type);
  return record;
}

static JsonObject *
record_new_for_step (const char *type, AnnexKeepStep *step)
{
  JsonObject *record = record_new (type);

  json_object_set_int_member (record, "step", step->number);
  return record;
}

static void
set_path (JsonObject *record, const char *name, const char *path)
{
  g_autofree char *text = path != NULL ? annex_beneath_path_to_text (path) : NULL;

  if (text != NULL)
    json_object_set_string_member (record, name, text);
}

static void
set_stat (JsonObject *record, const char *name, const AnnexStat *stat)
{
  JsonArray *values = json_array_new ();

  if (!stat->exists)
    {
      json_array_unref (values);
      return;
    }
  json_array_add_int_element (values, stat->mode);
  json_array_add_int_element (values, (gint64) stat->inode);
  json_array_add_int_element (values, (gint64) stat->size_bytes);
  json_array_add_int_element (values, stat->mtime_ns);
  json_array_add_int_element (values, stat->ctime_ns);
  json_object_set_array_member (record, name, values);
}

void
annex_keep_store_note_keep (AnnexKeepStore *self)
{
  JsonObject *record = record_new ("keep");

  self->begun = TRUE;
  json_object_set_int_member (record, "version", 1);
  set_path (record, "root", self->root);
  json_object_set_int_member (record, "inode", (gint64) self->root_inode);
  note (self, record);
}

void
annex_keep_store_note_stage (AnnexKeepStore *self, AnnexKeepStep *step)
{
  JsonObject *record = record_new_for_step ("stage", step);

  step->staged = TRUE;
  json_object_set_int_member (record, "kind", step->kind);
  set_path (record, "path", step->path);
  note (self, record);
}

void
annex_keep_store_note_plan (AnnexKeepStore *self, AnnexKeepStep *step)
{
  JsonObject *record = record_new_for_step ("plan", step);

  step->planned = TRUE;
  json_object_set_int_member (record, "kind", step->kind);
  set_path (record, "path", step->path);
  set_path (record, "old_path", step->old_path);
  set_path (record, "told_path", step->told_path);
  json_object_set_int_member (record, "inode", (gint64) step->inode);
  json_object_set_boolean_member (record, "object", step->object);
  json_object_set_boolean_member (record, "moved", step->moved);
  json_object_set_int_member (record, "mode", step->mode);
  json_object_set_int_member (record, "mtime_ns", step->mtime_ns);
  if (step->original != NULL)
    json_object_set_string_member (record, "original", step->original);
  if (step->sha256 != NULL)
    json_object_set_string_member (record, "sha256", step->sha256);
  set_stat (record, "before", &step->before);
  note (self, record);
}

void
annex_keep_store_note_done (AnnexKeepStore *self, AnnexKeepStep *step)
{
  JsonObject *record = record_new_for_step ("done", step);

  step->done = TRUE;
  set_stat (record, "after", &step->after);
  note (self, record);
}

void
annex_keep_store_note_skip (AnnexKeepStore *self, AnnexKeepStep *step)
{
  step->skipped = TRUE;
  note (self, record_new_for_step ("skip", step));
}

static AnnexKeepFolder *
add_folder (AnnexKeepStore *self, const char *path, gint64 mtime_ns)
{
  AnnexKeepFolder *folder = g_hash_table_lookup (self->folder_of, path);

  if (folder != NULL)
    return folder;
  folder = g_new0 (AnnexKeepFolder, 1);
  folder->path = g_strdup (path);
  folder->mtime_ns = mtime_ns;
  g_ptr_array_add (self->folders, folder);
  g_hash_table_insert (self->folder_of, folder->path, folder);
  return folder;
}

void
annex_keep_store_note_folder (AnnexKeepStore *self, const char *path)
{
  AnnexKeepFolder *folder;
  JsonObject *record;
  struct stat info;
  AnnexStat stat;

  /* One that is not there yet is made by the keep, and has no time to come back to. */
  if (g_hash_table_contains (self->folder_of, path) ||
      annex_beneath_lstat (self->root_fd, path, &info) != 0 || !S_ISDIR (info.st_mode))
    return;
  annex_stat_from_info (&stat, &info);
  folder = add_folder (self, path, stat.mtime_ns);
  record = record_new ("folder");
  set_path (record, "path", folder->path);
  json_object_set_int_member (record, "mtime_ns", folder->mtime_ns);
  note (self, record);
}

static void
note_folders (AnnexKeepStore *self, const char *type, gboolean undo)
{
  JsonObject *record = record_new (type);
  JsonArray *times = json_array_new ();

  for (guint i = 0; i < self->folders->len; i++)
    {
      AnnexKeepFolder *folder = g_ptr_array_index (self->folders, i);
      struct stat info;
      gint64 now = 0;

      if (annex_beneath_lstat (self->root_fd, folder->path, &info) == 0)
        {
          AnnexStat stat;

          annex_stat_from_info (&stat, &info);
          now = stat.mtime_ns;
        }
      if (!undo)
        folder->after_ns = now;
      else
        /* One the user has touched since the keep keeps its time. */
        folder->restore = now == 0 || now == folder->after_ns;
      json_array_add_int_element (times, undo ? folder->restore : now);
    }
  json_object_set_array_member (record, "folders", times);
  note (self, record);
}

void
annex_keep_store_note_end (AnnexKeepStore *self)
{
  self->ended = TRUE;
  note_folders (self, "end", FALSE);
}

void
annex_keep_store_note_undo (AnnexKeepStore *self)
{
  self->undoing = TRUE;
  note_folders (self, "undo", TRUE);
}

void
annex_keep_store_note_undo_stage (AnnexKeepStore *self, AnnexKeepStep *step)
{
  JsonObject *record = record_new_for_step ("undo-stage", step);

  step->undo_staged = TRUE;
  step->undo_planned = FALSE; /* by an earlier try, which was settled */
  set_path (record, "path", step->undo_path);
  note (self, record);
}

void
annex_keep_store_note_undo_plan (AnnexKeepStore *self, AnnexKeepStep *step)
{
  JsonObject *record = record_new_for_step ("undo-plan", step);

  step->undo_planned = TRUE;
  set_path (record, "path", step->undo_path);
  json_object_set_int_member (record, "inode", (gint64) step->undo_inode);
  note (self, record);
}

void
annex_keep_store_note_undone (AnnexKeepStore *self, AnnexKeepStep *step)
{
  step->undone = TRUE;
  note (self, record_new_for_step ("undone", step));
}

void
annex_keep_store_note_undo_left (AnnexKeepStore *self, gboolean left)
{
  self->undo_left = left;
  note (self, record_new (left ? "undo-left" : "undo-again"));
}

void
annex_keep_store_note_undo_end (AnnexKeepStore *self)
{
  self->undo_ended = TRUE;
  note (self, record_new ("undo-end"));
}

/* What is behind the last whole commit: an earlier one failed, and could not be cut off then. */
static gboolean
cut_remains (AnnexKeepStore *self)
{
  struct stat info;

  return fstat (self->journal_fd, &info) == 0 &&
         (info.st_size <= self->journal_bytes ||
          ftruncate (self->journal_fd, self->journal_bytes) == 0);
}

gboolean
annex_keep_store_commit (AnnexKeepStore *self, GError **error)
{
  const char *bytes = self->pending->str;
  gsize left = self->pending->len;
  gssize n = 0;

  if (left == 0)
    return TRUE;
  annex_keep_point ("journal");
  /* Half a line must not stand before the next one. */
  if (!cut_remains (self))
    return annex_keep_set_error (error, N_ ("The undo journal cannot be written"));
  while (left > 0 && (n >= 0 || errno == EINTR))
    {
      n = write (self->journal_fd, bytes, left);
      if (n > 0)
        {
          bytes += n;
          left -= (gsize) n;
        }
    }
  if (left > 0 || fdatasync (self->journal_fd) != 0)
    {
      int code = errno;

      /* What is pending stays so: among it is what was done, which no later line may be without. */
      if (!cut_remains (self))
        g_warning ("The undo journal cannot be repaired now: %s", g_strerror (errno));
      errno = code;
      return annex_keep_set_error (error, N_ ("The undo journal cannot be written"));
    }
  self->journal_bytes += (off_t) self->pending->len;
  g_string_truncate (self->pending, 0);
  annex_keep_point ("journal written");
  return TRUE;
}

/* ---- reading */

static char *
get_path (JsonObject *record, const char *name)
{
  const char *text = annex_json_opt_string (record, name, NULL);

  return text != NULL ? annex_beneath_path_from_text (text) : NULL;
}

static void
get_stat (JsonObject *record, const char *name, AnnexStat *stat)
{
  JsonArray *values = annex_json_opt_array (record, name);

  *stat = (AnnexStat) { 0 };
  if (values == NULL || json_array_get_length (values) != 5)
    return;
  stat->exists = TRUE;
  stat->mode = (guint32) json_array_get_int_element (values, 0);
  stat->inode = (guint64) json_array_get_int_element (values, 1);
  stat->size_bytes = (guint64) json_array_get_int_element (values, 2);
  stat->mtime_ns = json_array_get_int_element (values, 3);
  stat->ctime_ns = json_array_get_int_element (values, 4);
}

static AnnexKeepStep *
get_step (AnnexKeepStore *self, JsonObject *record)
{
  gint64 number = annex_json_opt_int (record, "step", -1);

  if (number < 0 || number > (gint64) self->steps->len)
    return NULL;
  if (number == (gint64) self->steps->len)
    {
      AnnexKeepStep *step = annex_keep_step_new (ANNEX_KEEP_PUT, "");

      step->number = (guint) number;
      g_ptr_array_add (self->steps, step);
    }
  return g_ptr_array_index (self->steps, (guint) number);
}

static void
replace_path (char **path, JsonObject *record, const char *name)
{
  g_free (*path);
  *path = get_path (record, name);
}

static void
read_plan (AnnexKeepStep *step, JsonObject *record)
{
  step->planned = TRUE;
  step->kind = (AnnexKeepKind) annex_json_opt_int (record, "kind", 0);
  replace_path (&step->path, record, "path");
  replace_path (&step->old_path, record, "old_path");
  replace_path (&step->told_path, record, "told_path");
  step->inode = (guint64) annex_json_opt_int (record, "inode", 0);
  step->object = annex_json_opt_boolean (record, "object", FALSE);
  step->moved = annex_json_opt_boolean (record, "moved", FALSE);
  step->mode = (guint32) annex_json_opt_int (record, "mode", 0);
  step->mtime_ns = annex_json_opt_int (record, "mtime_ns", 0);
  g_free (step->original);
  step->original = g_strdup (annex_json_opt_string (record, "original", NULL));
  g_free (step->sha256);
  step->sha256 = g_strdup (annex_json_opt_string (record, "sha256", NULL));
  get_stat (record, "before", &step->before);
}

static void
read_folders (AnnexKeepStore *self, JsonObject *record, gboolean undo)
{
  JsonArray *times = annex_json_opt_array (record, "folders");

  for (guint i = 0; times != NULL && i < self->folders->len && i < json_array_get_length (times);
       i++)
    {
      AnnexKeepFolder *folder = g_ptr_array_index (self->folders, i);

      if (undo)
        folder->restore = json_array_get_int_element (times, i) != 0;
      else
        folder->after_ns = json_array_get_int_element (times, i);
    }
}

/* One record. FALSE when it makes no sense: the journal ends before it. */
static gboolean
read_record (AnnexKeepStore *self, JsonObject *record)
{
  const char *type = annex_json_opt_string (record, "type", "");
  AnnexKeepStep *step = NULL;

  if (json_object_has_member (record, "step") && (step = get_step (self, record)) == NULL)
    return FALSE;
  if (g_str_equal (type, "keep"))
    {
      self->root = get_path (record, "root");
      self->root_inode = (guint64) annex_json_opt_int (record, "inode", 0);
      self->begun = self->root != NULL;
    }
  else if (g_str_equal (type, "folder"))
    {
      g_autofree char *path = get_path (record, "path");

      if (path == NULL)
        return FALSE;
      add_folder (self, path, annex_json_opt_int (record, "mtime_ns", 0));
    }
  else if (g_str_equal (type, "end") || g_str_equal (type, "undo"))
    {
      read_folders (self, record, g_str_equal (type, "undo"));
      self->ended = TRUE;
      self->undoing = g_str_equal (type, "undo");
    }
  else if (g_str_equal (type, "undo-left") || g_str_equal (type, "undo-again"))
    self->undo_left = g_str_equal (type, "undo-left");
  else if (g_str_equal (type, "undo-end"))
    self->undo_ended = TRUE;
  else if (step == NULL)
    return FALSE;
  else if (g_str_equal (type, "stage"))
    {
      step->staged = TRUE;
      step->kind = (AnnexKeepKind) annex_json_opt_int (record, "kind", 0);
      replace_path (&step->path, record, "path");
    }
  else if (g_str_equal (type, "plan"))
    read_plan (step, record);
  else if (g_str_equal (type, "done"))
    {
      step->done = TRUE;
      get_stat (record, "after", &step->after);
    }
  else if (g_str_equal (type, "skip"))
    step->skipped = TRUE;
  else if (g_str_equal (type, "undo-stage") || g_str_equal (type, "undo-plan"))
    {
      step->undo_staged = TRUE;
      step->undo_planned = g_str_equal (type, "undo-plan");
      replace_path (&step->undo_path, record, "path");
      step->undo_inode = (guint64) annex_json_opt_int (record, "inode", 0);
    }
  else if (g_str_equal (type, "undone"))
    step->undone = TRUE;
  else
    return FALSE;
  return step == NULL || step->path != NULL;
}

gboolean
annex_keep_store_read (AnnexKeepStore *self, GError **error)
{
  g_autofree char *text = NULL;
  struct stat info;
  gsize size, used = 0;

  if (fstat (self->journal_fd, &info) != 0 || (guint64) info.st_size > MAX_JOURNAL_BYTES)
    return annex_keep_set_error (error, N_ ("The undo journal cannot be read"));
  size = (gsize) info.st_size;
  text = g_malloc (size + 1);
  while (used < size)
    {
      gssize n = pread (self->journal_fd, text + used, size - used, (off_t) used);

      if (n < 0 && errno == EINTR)
        continue;
      if (n <= 0)
        return annex_keep_set_error (error, N_ ("The undo journal cannot be read"));
      used += (gsize) n;
    }
  for (used = 0; used < size;)
    {
      char *end = memchr (text + used, '\n', size - used);
      g_autoptr (JsonObject) record =
          end != NULL ? annex_json_parse_object (text + used, end - (text + used), NULL) : NULL;

      if (record == NULL || !read_record (self, record))
        break;
      used = (gsize) (end + 1 - text);
    }
  /* A line that a crash tore never took effect. */
  if (used < size && ftruncate (self->journal_fd, (off_t) used) != 0)
    return annex_keep_set_error (error, N_ ("The undo journal cannot be repaired"));
  self->journal_bytes = (off_t) used;
  return TRUE;
}
