/* annex-eval-case.c
 *
 * See annex-eval-case.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-eval-case.h"

#include "annex-future.h"
#include "annex-keep.h"
#include "annex-paths.h"
#include "annex-taint.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>

#define MAX_NAME_CHARS 40

/* ---- reading */

/* The events of an export, checked by a database that is thrown away. */
static GPtrArray *
read_events (const char *file, GError **error)
{
  g_autofree char *folder = g_dir_make_tmp ("annex-eval-XXXXXX", error);
  g_autofree char *path = folder != NULL ? g_build_filename (folder, "tasks.db", NULL) : NULL;
  g_autoptr (AnnexStore) store = NULL;
  g_autofree char *id = NULL;
  g_autoptr (GPtrArray) events = NULL;

  if (folder == NULL)
    return NULL;
  store = dex_await_object (annex_store_open (path), error);
  if (store != NULL)
    id = dex_await_string (annex_store_import (store, file), error);
  if (id != NULL)
    events = dex_await_boxed (annex_store_list_events (store, id, 0, 0), error);
  if (store != NULL)
    dex_await (annex_store_close (store), NULL); /* it is thrown away */
  annex_tree_remove (folder);
  return g_steal_pointer (&events);
}

/* Was the task an imported one where the case was made? Reading the case adds the last event. */
static gboolean
is_of_others (GPtrArray *events)
{
  for (guint i = 0; i + 1 < events->len; i++)
    {
      AnnexEvent *event = g_ptr_array_index (events, i);
      AnnexEventType type = annex_event_get_event_type (event);
      JsonObject *data = annex_event_get_data (event);

      if (type == ANNEX_EVENT_IMPORTED ||
          (type == ANNEX_EVENT_UNTRUSTED_READ &&
           g_str_equal (annex_json_opt_string (data, "source", ""), ANNEX_SOURCE_IMPORT)))
        return TRUE;
    }
  return FALSE;
}

static gboolean
add_folder (AnnexTrial *trial, const AnnexRecordedFolder *folder, const char *stem, GError **error)
{
  g_autofree char *before_all = g_strconcat (stem, ".before", NULL);
  g_autofree char *after_all = g_strconcat (stem, ".after", NULL);
  g_autofree char *before = g_build_filename (before_all, folder->name, NULL);
  g_autofree char *after = g_build_filename (after_all, folder->name, NULL);

  /* A case may come from somebody else: no link in it leads out of it. */
  if (g_file_test (before_all, G_FILE_TEST_IS_SYMLINK) ||
      g_file_test (after_all, G_FILE_TEST_IS_SYMLINK) ||
      g_file_test (before, G_FILE_TEST_IS_SYMLINK) || g_file_test (after, G_FILE_TEST_IS_SYMLINK))
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_DIRECTORY,
                   "A folder of the case is a link to another place: %s", folder->name);
      return FALSE;
    }
  if (!g_file_test (before, G_FILE_TEST_IS_DIR))
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND,
                   "The folder that the task was given is missing: %s", before);
      return FALSE;
    }
  annex_trial_add_folder (trial, folder->name, folder->mode != ANNEX_SHARE_READ_ONLY, before,
                          g_file_test (after, G_FILE_TEST_IS_DIR) ? after : NULL);
  return TRUE;
}

AnnexTrial *
annex_eval_case_load (const char *file, GError **error)
{
  g_autoptr (GPtrArray) events = read_events (file, error);
  g_autoptr (AnnexRecording) recording = NULL;
  g_autoptr (AnnexTrial) trial = NULL;
  g_autofree char *stem = g_str_has_suffix (file, ANNEX_EVAL_SUFFIX)
                              ? g_strndup (file, strlen (file) - strlen (ANNEX_EVAL_SUFFIX))
                              : g_strdup (file);
  g_autofree char *answers = g_strconcat (stem, ".answers.json", NULL);

  if (events == NULL || (recording = annex_recording_new (events, error)) == NULL)
    return NULL;
  trial = annex_trial_new (recording);
  trial->is_others = is_of_others (events);
  for (guint i = 0; i < recording->folders->len; i++)
    if (!add_folder (trial, g_ptr_array_index (recording->folders, i), stem, error))
      return NULL;
  if (g_file_test (answers, G_FILE_TEST_EXISTS) &&
      (trial->answers = annex_answers_file_load (answers, error)) == NULL)
    return NULL;
  return g_steal_pointer (&trial);
}

/* ---- writing */

typedef struct
{
  AnnexRecording *recording;
  char *undo_dir;
  char *stem;
} Save;

static void
save_free (gpointer data)
{
  Save *save = data;

  annex_recording_unref (save->recording);
  g_free (save->undo_dir);
  g_free (save->stem);
  g_free (save);
}

/* One folder: as it is now, and as it was. */
static gboolean
save_folder (Save *save, const AnnexRecordedFolder *folder, GError **error)
{
  g_autofree char *before_all = g_strconcat (save->stem, ".before", NULL);
  g_autofree char *after_all = g_strconcat (save->stem, ".after", NULL);
  g_autofree char *before = g_build_filename (before_all, folder->name, NULL);
  g_autofree char *after = g_build_filename (after_all, folder->name, NULL);

  if (!annex_tree_copy (folder->path, after, error) ||
      !annex_tree_copy (folder->path, before, error))
    return FALSE;
  for (guint i = g_strv_length (save->recording->keeps); i > 0; i--)
    {
      g_autoptr (GError) local = NULL;

      if (annex_keep_undo_in_copy (save->undo_dir, save->recording->keeps[i - 1], folder->path,
                                   before, &local))
        continue;
      /* One whose originals were forgotten to free their room cannot be taken back. */
      g_propagate_error (error, g_steal_pointer (&local));
      return FALSE;
    }
  return TRUE;
}

static DexFuture *
save_work (gpointer data)
{
  Save *save = data;
  GError *error = NULL;

  for (guint i = 0; i < save->recording->folders->len; i++)
    if (!save_folder (save, g_ptr_array_index (save->recording->folders, i), &error))
      return annex_future_new_error (error);
  return dex_future_new_true ();
}

/* A file name out of a title: letters, digits and hyphens. (transfer full) */
static char *
make_name (const char *title)
{
  g_autoptr (GString) name = g_string_new (NULL);

  for (const char *p = title; *p != '\0' && name->len < MAX_NAME_CHARS; p = g_utf8_next_char (p))
    {
      gunichar c = g_utf8_get_char (p);

      if (g_unichar_isalnum (c))
        g_string_append_unichar (name, g_unichar_tolower (c));
      else if (name->len > 0 && name->str[name->len - 1] != '-')
        g_string_append_c (name, '-');
    }
  while (name->len > 0 && name->str[name->len - 1] == '-')
    g_string_truncate (name, name->len - 1);
  return g_strdup (name->len > 0 ? name->str : "task");
}

static void
remove_case (const char *stem)
{
  static const char *const ends[] = { ANNEX_EVAL_SUFFIX, ".before", ".after" };

  for (guint i = 0; i < G_N_ELEMENTS (ends); i++)
    {
      g_autofree char *path = g_strconcat (stem, ends[i], NULL);

      annex_tree_remove (path);
    }
}

static gboolean
save_files (AnnexStore *store,
            AnnexTask *task,
            AnnexRecording *recording,
            const char *stem,
            const char *file,
            GError **error)
{
  Save *save = g_new0 (Save, 1);

  save->recording = annex_recording_ref (recording);
  save->undo_dir = annex_paths_data ("undo");
  save->stem = g_strdup (stem);
  return dex_await (annex_worker_run ("annex-save", save_work, save, save_free), error) &&
         dex_await (annex_store_export (store, annex_task_get_id (task), file), error);
}

/* The log alone is no consent: it may come from another machine, and name any folder of this one.
 */
static gboolean
check_folders (AnnexTask *task, AnnexRecording *recording, GError **error)
{
  g_autoptr (GPtrArray) shares = annex_task_dup_shares (task);

  for (guint i = 0; i < recording->folders->len; i++)
    {
      const AnnexRecordedFolder *folder = g_ptr_array_index (recording->folders, i);
      gboolean found = FALSE;

      for (guint j = 0; j < shares->len && !found; j++)
        found = g_str_equal (annex_share_get_path (g_ptr_array_index (shares, j)), folder->path) &&
                g_str_equal (annex_share_get_name (g_ptr_array_index (shares, j)), folder->name);
      if (!found)
        {
          g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND,
                       "The task does not have the folder “%s” any more, or never had it here",
                       folder->name);
          return FALSE;
        }
    }
  return TRUE;
}

char *
annex_eval_case_save (AnnexStore *store, AnnexTask *task, const char *folder, GError **error)
{
  g_autoptr (GPtrArray) events =
      dex_await_boxed (annex_store_list_events (store, annex_task_get_id (task), 0, 0), error);
  g_autoptr (AnnexRecording) recording = NULL;
  g_autofree char *name = NULL;
  g_autofree char *stem = NULL;
  g_autofree char *file = NULL;

  if (events == NULL || (recording = annex_recording_new (events, error)) == NULL ||
      !check_folders (task, recording, error))
    return NULL;
  name = make_name (recording->title);
  stem = g_build_filename (folder, name, NULL);
  file = g_strconcat (stem, ANNEX_EVAL_SUFFIX, NULL);
  if (g_file_test (file, G_FILE_TEST_EXISTS))
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_EXISTS, "There is a “%s” already", file);
      return NULL;
    }
  if (g_mkdir_with_parents (folder, 0755) != 0)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED, "“%s” cannot be made: %s", folder,
                   g_strerror (errno));
      return NULL;
    }
  if (!save_files (store, task, recording, stem, file, error))
    {
      remove_case (stem);
      return NULL;
    }
  return g_steal_pointer (&file);
}
