/* annex-result-file.c
 *
 * See annex-result-file.h. Copies lie below the cache, readable for the user alone, and go after a
 * week.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-result-file.h"

#include "annex-future.h"
#include "annex-paths.h"
#include "annex-text.h"

#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define KEEP_SECONDS (7 * 24 * 3600)
#define FETCH_TIMEOUT_MS (120 * 1000)

char *
annex_result_file_dup_name (const char *guest_path)
{
  g_autofree char *base = g_path_get_basename (guest_path);
  g_autofree char *name = annex_text_for_display (base);
  const char *plain = name;

  g_strdelimit (name, "/", '-');
  while (*plain == '.' || *plain == ' ')
    plain++;
  if (*plain == '\0')
    return g_strdup ("result");
  if (strlen (plain) > 200)
    {
      const char *dot = strrchr (base, '.');
      g_autofree char *head = g_utf8_substring (plain, 0, 40);
      g_autofree char *end = annex_text_for_display (dot != NULL && strlen (dot) < 16 ? dot : "");

      return g_strconcat (head, end, NULL);
    }
  return g_strdup (plain);
}

/* ---- in the user's folder */

/* Of a large draft the log tells only a part: what is not in that may be in the draft as well. */
static gboolean
may_be_in_draft (AnnexTask *task, AnnexShare *share, const char *path)
{
  static const char *const counts[] = { "added", "changed", "renamed", "deleted", "refused" };
  JsonObject *data = annex_task_get_draft (task, annex_share_get_id (share));
  JsonArray *entries = data != NULL ? annex_json_opt_array (data, "entries") : NULL;
  guint n = entries != NULL ? json_array_get_length (entries) : 0;
  gint64 total = 0;

  for (guint i = 0; i < n; i++)
    {
      JsonNode *element = json_array_get_element (entries, i);
      const char *changed = JSON_NODE_HOLDS_OBJECT (element)
                                ? annex_json_opt_string (json_node_get_object (element), "path", "")
                                : "";
      gsize length = strlen (changed);

      if (length > 0 && strncmp (path, changed, length) == 0 &&
          (path[length] == '\0' || path[length] == '/'))
        return TRUE;
    }
  for (guint i = 0; data != NULL && i < G_N_ELEMENTS (counts); i++)
    total += annex_json_opt_int (data, counts[i], 0);
  return total > n;
}

static gboolean
is_clean (const char *path)
{
  g_auto (GStrv) parts = g_strsplit (path, "/", -1);

  for (guint i = 0; parts[i] != NULL; i++)
    if (parts[i][0] == '\0' || g_str_equal (parts[i], ".") || g_str_equal (parts[i], ".."))
      return FALSE;
  return parts[0] != NULL;
}

char *
annex_result_file_dup_host_path (AnnexTask *task, const char *guest_path)
{
  g_autoptr (GPtrArray) shares = annex_task_dup_shares (task);

  for (guint i = 0; i < shares->len; i++)
    {
      AnnexShare *share = g_ptr_array_index (shares, i);
      g_autofree char *guest = annex_share_dup_guest_path (share);
      gsize length = strlen (guest);
      const char *path;

      if (!g_str_has_prefix (guest_path, guest) || guest_path[length] != '/')
        continue;
      path = guest_path + length + 1;
      if (!is_clean (path) || may_be_in_draft (task, share, path))
        return NULL;
      return g_build_filename (annex_share_get_home (share), path, NULL);
    }
  return NULL;
}

/* ---- blocking work */

typedef struct
{
  char *path;   /* of the user's file, or of the copy */
  char *folder; /* of the copy */
  GBytes *bytes;
} Work;

static void
work_free (gpointer data)
{
  Work *work = data;

  g_free (work->path);
  g_free (work->folder);
  g_clear_pointer (&work->bytes, g_bytes_unref);
  g_free (work);
}

/* A regular file, reached without a symlink? */
static DexFuture *
look_work (gpointer data)
{
  Work *work = data;
  g_autofree char *real = realpath (work->path, NULL);
  struct stat info;

  if (real == NULL || !g_str_equal (real, work->path) || lstat (work->path, &info) != 0 ||
      !S_ISREG (info.st_mode))
    return annex_future_new_errorf (G_IO_ERROR, G_IO_ERROR_NOT_FOUND, _ ("It is not there"));
  return dex_future_new_take_object (g_file_new_for_path (work->path));
}

/* Folders are named by hashes and hold one file each. */
static void
forget_old (const char *parent)
{
  g_autoptr (GDir) dir = g_dir_open (parent, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *folder = g_build_filename (parent, name, NULL);
      g_autoptr (GDir) inner = NULL;
      const char *file;
      struct stat info;

      if (lstat (folder, &info) != 0 || !S_ISDIR (info.st_mode) ||
          info.st_mtime > time (NULL) - KEEP_SECONDS)
        continue;
      inner = g_dir_open (folder, 0, NULL);
      while (inner != NULL && (file = g_dir_read_name (inner)) != NULL)
        {
          g_autofree char *path = g_build_filename (folder, file, NULL);

          g_unlink (path);
        }
      g_rmdir (folder);
    }
}

static DexFuture *
copy_work (gpointer data)
{
  Work *work = data;
  g_autofree char *parent = g_path_get_dirname (work->folder);
  GError *error = NULL;
  gsize length;
  const void *bytes = g_bytes_get_data (work->bytes, &length);

  forget_old (parent);
  if (!annex_paths_make (work->folder, &error) ||
      !annex_file_write_atomic (work->path, bytes, length, 0600, &error))
    return annex_future_new_error (error);
  return dex_future_new_take_object (g_file_new_for_path (work->path));
}

/* ---- fetching */

typedef struct
{
  AnnexDesk *desk;
  AnnexTask *task;
  char *guest_path;
  gboolean may_start;
} Fetch;

static void
fetch_free (gpointer data)
{
  Fetch *fetch = data;

  g_clear_object (&fetch->desk);
  g_clear_object (&fetch->task);
  g_free (fetch->guest_path);
  g_free (fetch);
}

static gboolean
is_ready (Fetch *fetch)
{
  AnnexComputer *computer = annex_desk_get_computer (fetch->desk, fetch->task);

  return computer != NULL && annex_computer_get_state (computer) == ANNEX_COMPUTER_READY;
}

static Work *
work_for_copy (Fetch *fetch, GBytes *bytes)
{
  Work *work = g_new0 (Work, 1);
  g_autofree char *hash = g_compute_checksum_for_bytes (G_CHECKSUM_SHA256, bytes);
  g_autofree char *short_hash = g_strndup (hash, 32);
  g_autofree char *rest = g_build_filename ("results", short_hash, NULL);
  g_autofree char *name = annex_result_file_dup_name (fetch->guest_path);

  work->folder = annex_paths_cache (rest);
  work->path = g_build_filename (work->folder, name, NULL);
  work->bytes = g_bytes_ref (bytes);
  return work;
}

static DexFuture *
fetch_fiber (gpointer data)
{
  Fetch *fetch = data;
  g_autofree char *host = annex_result_file_dup_host_path (fetch->task, fetch->guest_path);
  g_autoptr (GBytes) bytes = NULL;
  GError *error = NULL;

  if (host != NULL)
    {
      Work *work = g_new0 (Work, 1);
      GFile *file;

      work->path = g_strdup (host);
      /* Not there is no failure: then the computer has it. */
      file = dex_await_object (annex_worker_run ("annex-result", look_work, work, work_free), NULL);
      if (file != NULL)
        return dex_future_new_take_object (file);
    }
  if (!fetch->may_start && !is_ready (fetch))
    return annex_future_new_errorf (G_IO_ERROR, G_IO_ERROR_NOT_FOUND,
                                    _ ("It is in Annex’s computer, which is asleep"));
  bytes = dex_await_boxed (
      annex_future_with_timeout (annex_desk_load_file (fetch->desk, fetch->task, fetch->guest_path),
                                 FETCH_TIMEOUT_MS),
      &error);
  if (bytes == NULL)
    return annex_future_new_error (error);
  return annex_worker_run ("annex-result", copy_work, work_for_copy (fetch, bytes), work_free);
}

DexFuture *
annex_result_file_fetch (AnnexDesk *desk,
                         AnnexTask *task,
                         const char *guest_path,
                         gboolean may_start)
{
  Fetch *fetch = g_new0 (Fetch, 1);

  fetch->desk = g_object_ref (desk);
  fetch->task = g_object_ref (task);
  fetch->guest_path = g_strdup (guest_path);
  fetch->may_start = may_start;
  return annex_fiber_run (fetch_fiber, fetch, fetch_free);
}
