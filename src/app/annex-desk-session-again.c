/* annex-desk-session-again.c
 *
 * The desk's trying again: a new task with the words of then on copies of the folders of then. What
 * it says next, and where what is kept goes, is in the log: it goes on after a restart.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-desk-session-private.h"

#include "annex-future.h"
#include "annex-given-files.h"
#include "annex-json-build.h"
#include "annex-keep.h"
#include "annex-paths.h"
#include "annex-recording.h"
#include "annex-spoken.h"
#include "annex-tree.h"

#include <glib/gi18n.h>
#include <string.h>

/* (transfer full) */
static AnnexRecording *
read_recording (AnnexStore *store, const char *task_id, GError **error)
{
  g_autoptr (GPtrArray) events =
      dex_await_boxed (annex_store_list_events (store, task_id, 0, 0), error);

  return events != NULL ? annex_recording_new (events, error) : NULL;
}

/* ---- folders as they were */

typedef struct
{
  char *from;
  char *to;
  char *undo_dir;
  char **keeps; /* oldest first */
  gboolean as_now;
} Copy;

static void
copy_free (gpointer data)
{
  Copy *copy = data;

  g_free (copy->from);
  g_free (copy->to);
  g_free (copy->undo_dir);
  g_strfreev (copy->keeps);
  g_free (copy);
}

static DexFuture *
copy_work (gpointer data)
{
  Copy *copy = data;
  GError *error = NULL;

  if (!annex_tree_copy (copy->from, copy->to, &error))
    return annex_future_new_error (error);
  for (guint i = copy->as_now ? 0 : g_strv_length (copy->keeps); i > 0; i--)
    {
      g_autoptr (GError) lost = NULL;

      if (!annex_keep_undo_in_copy (copy->undo_dir, copy->keeps[i - 1], copy->from, copy->to,
                                    &lost))
        {
          g_autofree char *name = g_path_get_basename (copy->from);

          return annex_future_new_spoken (
              ANNEX_AGAIN_ERROR, ANNEX_AGAIN_ERROR_NO_BEGINNING,
              N_ ("What “%s” was before the first try is not known any more: %s"), name,
              lost->message);
        }
    }
  return dex_future_new_true ();
}

/* The folders that are still shared and still there; an error names the first that is not.
 * (transfer full) */
static GPtrArray *
find_folders (AnnexTask *first, AnnexRecording *recording, const AnnexAgain *how, GError **error)
{
  g_autoptr (GPtrArray) shares = annex_task_dup_shares (first);
  g_autoptr (GPtrArray) found = g_ptr_array_new_with_free_func ((GDestroyNotify) annex_share_unref);

  /* What the log alone says was shared is no consent: it may come from another machine. */
  for (guint i = 0; i < recording->folders->len; i++)
    {
      const AnnexRecordedFolder *folder = g_ptr_array_index (recording->folders, i);
      AnnexShare *share = NULL;

      for (guint j = 0; j < shares->len && share == NULL; j++)
        if (g_str_equal (annex_share_get_name (g_ptr_array_index (shares, j)), folder->name))
          share = g_ptr_array_index (shares, j);
      if (share != NULL && g_file_test (annex_share_get_path (share), G_FILE_TEST_IS_DIR))
        g_ptr_array_add (found, annex_share_ref (share));
      else if (!how->without_folder)
        {
          annex_set_spoken (error, ANNEX_AGAIN_ERROR, ANNEX_AGAIN_ERROR_FOLDER_GONE,
                            share == NULL ? N_ ("The task no longer has the folder “%s”")
                                          : N_ ("The folder “%s” is not there any more"),
                            folder->name);
          return NULL;
        }
    }
  return g_steal_pointer (&found);
}

/* Each copy in a folder of its own, so that it can have the name that it had. */
static gboolean
hand_over (AnnexWork *work,
           AnnexShare *share,
           guint number,
           AnnexRecording *recording,
           const AnnexAgain *how,
           GError **error)
{
  g_autofree char *trial = annex_session_dup_trial_folder (annex_task_get_id (work->task));
  g_autofree char *place = g_strdup_printf ("%u", number);
  g_autofree char *to = g_build_filename (trial, place, annex_share_get_name (share), NULL);
  g_autoptr (AnnexShare) copied = NULL;
  Copy *copy = g_new0 (Copy, 1);

  copy->from = g_strdup (annex_share_get_path (share));
  copy->to = g_strdup (to);
  copy->undo_dir = annex_paths_data ("undo");
  copy->keeps = g_strdupv (recording->keeps);
  copy->as_now = how->as_now;
  if (!dex_await (annex_worker_run ("annex-copy", copy_work, copy, copy_free), error))
    return FALSE;
  copied = annex_workspace_grant_copy (work->workspace, to, annex_share_get_path (share),
                                       annex_share_get_mode (share) == ANNEX_SHARE_READ_ONLY
                                           ? ANNEX_SHARE_READ_ONLY
                                           : ANNEX_SHARE_REVIEW,
                                       error);
  return copied != NULL;
}

/* ---- words */

static gboolean
mentions_given_files (AnnexRecording *recording)
{
  for (guint i = 0; i < recording->prompts->len; i++)
    {
      GPtrArray *blocks = g_ptr_array_index (recording->prompts, i);

      for (guint j = 0; j < blocks->len; j++)
        {
          AnnexBlock *block = g_ptr_array_index (blocks, j);

          if (annex_block_get_kind (block) == ANNEX_BLOCK_TEXT &&
              strstr (annex_block_get_text (block), ANNEX_GIVEN_FILES_FOLDER "/") != NULL)
            return TRUE;
        }
    }
  return FALSE;
}

static gboolean
announce (AnnexTask *task, const char *text, GError **error)
{
  return dex_await (annex_task_append (task, ANNEX_EVENT_ANNOUNCEMENT,
                                       annex_json_build ("s", "text", text, NULL)),
                    error);
}

/* @n_given: single files that it has been given again. */
static gboolean
announce_all (AnnexTask *task,
              AnnexRecording *recording,
              const AnnexAgain *how,
              guint n_given,
              GError **error)
{
  for (guint i = 0; how->skills != NULL && how->skills[i] != NULL; i++)
    {
      g_autofree char *text =
          g_strdup_printf ("The user wants the skill “%s” to be used for this task: call use_skill "
                           "with its name before you begin.",
                           how->skills[i]);

      if (!announce (task, text, error))
        return FALSE;
    }
  return n_given > 0 || !mentions_given_files (recording) ||
         announce (
             task,
             "Single files that the user handed over then are not in your computer now. Go on "
             "without them as far as you can, and say so.",
             error);
}

static gboolean
say (AnnexTask *task, GPtrArray *blocks, guint number, GError **error)
{
  JsonArray *array = json_array_new ();

  for (guint i = 0; i < blocks->len; i++)
    json_array_add_object_element (
        array, annex_json_object_copy (annex_block_get_json (g_ptr_array_index (blocks, i))));
  return dex_await (annex_task_append (task, ANNEX_EVENT_USER_MESSAGE,
                                       annex_json_build ("a", "blocks", array, "i", "again",
                                                         (gint64) number, NULL)),
                    error);
}

/* Which of the words of then was said last; -1 when the log cannot be read. */
static gint64
find_last_said (AnnexTask *task)
{
  g_autoptr (GPtrArray) events = dex_await_boxed (
      annex_store_list_events (annex_task_get_store (task), annex_task_get_id (task), 0, 0), NULL);
  gint64 last = -1;

  for (guint i = 0; events != NULL && i < events->len; i++)
    {
      AnnexEvent *event = g_ptr_array_index (events, i);

      if (annex_event_get_event_type (event) == ANNEX_EVENT_USER_MESSAGE)
        last = MAX (last, annex_json_opt_int (annex_event_get_data (event), "again", -1));
    }
  return last;
}

gboolean
annex_desk_session_say_again (AnnexTask *task)
{
  const char *first = annex_task_get_again_of (task);
  g_autoptr (AnnexRecording) recording = NULL;
  g_autoptr (GError) error = NULL;
  gint64 last;

  if (first == NULL || (last = find_last_said (task)) < 0)
    return FALSE;
  recording = read_recording (annex_task_get_store (task), first, &error);
  if (recording != NULL && last + 1 < recording->prompts->len &&
      say (task, g_ptr_array_index (recording->prompts, last + 1), (guint) last + 1, &error))
    return TRUE;
  if (error != NULL)
    g_message ("What was said next then is not said again: %s", error->message);
  return FALSE;
}

/* ---- beginning */

/* The words of a task that came from a file are those of whoever made the file. */
static gboolean
note_origin (AnnexTask *task, AnnexTask *first, GError **error)
{
  g_auto (GStrv) sources = annex_task_dup_untrusted (first);

  return !g_strv_contains ((const char *const *) sources, ANNEX_SOURCE_IMPORT) ||
         dex_await (annex_task_append (task, ANNEX_EVENT_UNTRUSTED_READ,
                                       annex_json_build ("s", "source", ANNEX_SOURCE_IMPORT, NULL)),
                    error);
}

static gboolean
begin (AnnexWork *work,
       AnnexTask *first,
       AnnexRecording *recording,
       GPtrArray *folders,
       const AnnexAgain *how,
       GError **error)
{
  guint n_given = 0;

  if (!dex_await (
          annex_task_append (work->task, ANNEX_EVENT_TRIES_AGAIN,
                             annex_json_build ("s", "task", annex_task_get_id (first), NULL)),
          error) ||
      !note_origin (work->task, first, error))
    return FALSE;
  for (guint i = 0; i < folders->len; i++)
    if (!hand_over (work, g_ptr_array_index (folders, i), i, recording, how, error))
      return FALSE;
  return annex_given_files_give_again (work->task, annex_task_get_id (first), &n_given, error) &&
         annex_given_files_note (work->task, n_given, error) &&
         announce_all (work->task, recording, how, n_given, error) &&
         say (work->task, g_ptr_array_index (recording->prompts, 0), 0, error);
}

/* The task that is tried again: of another try, the first one. (transfer full) */
static AnnexTask *
find_first (AnnexDeskCall *call, GError **error)
{
  const char *again_of = annex_task_get_again_of (call->task);

  return again_of == NULL ? g_object_ref (call->task)
                          : annex_desk_session_get_task (call->self, again_of, error);
}

static AnnexRecording *
read_first (AnnexDeskCall *call, AnnexTask *first, GError **error)
{
  AnnexWork *work = annex_desk_session_find_work (call->self, first);
  AnnexStore *store = annex_session_get_store (call->self->session);
  AnnexRecording *recording = NULL;

  if (work != NULL && work->running)
    annex_set_spoken (error, ANNEX_AGAIN_ERROR, ANNEX_AGAIN_ERROR_AT_WORK,
                      N_ ("The task is at work; stop it, or wait until it is done"));
  else
    recording = read_recording (store, annex_task_get_id (first), error);
  if (g_error_matches (error != NULL ? *error : NULL, ANNEX_JSON_ERROR, ANNEX_JSON_ERROR_MISSING))
    {
      g_clear_error (error);
      annex_set_spoken (error, ANNEX_AGAIN_ERROR, ANNEX_AGAIN_ERROR_NOTHING_SAID,
                        N_ ("There is nothing in this task that you said"));
    }
  return recording;
}

/* NULL with an error; then nothing is left of it. (transfer full) */
static AnnexTask *
make (AnnexDeskCall *call,
      AnnexTask *first,
      AnnexRecording *recording,
      GPtrArray *folders,
      GError **error)
{
  /* Translators: the title of a task that is tried again; %s is the title that it had. */
  g_autofree char *title = g_strdup_printf (_ ("Again: %s"), recording->title);
  g_autoptr (AnnexModel) model =
      annex_desk_session_create_model (call->self, call->again->profile, error);
  g_autoptr (AnnexTask) made =
      model != NULL ? annex_session_create_task (call->self->session, title, model, error) : NULL;
  g_autoptr (AnnexTask) task = NULL;
  g_autoptr (AnnexWork) work = NULL;
  g_autoptr (GError) stays = NULL;

  if (made == NULL)
    return NULL;
  task = annex_desk_session_get_task (call->self, annex_task_get_id (made), error);
  if (task != NULL)
    work = annex_desk_session_get_work (call->self, task, error);
  if (work != NULL && begin (work, first, recording, folders, call->again, error))
    {
      annex_desk_session_start (call->self, work);
      return g_steal_pointer (&task);
    }
  g_clear_pointer (&work, annex_work_unref);
  annex_desk_session_drop_work (call->self, annex_task_get_id (made));
  if (!annex_session_delete_task (call->self->session, made, &stays))
    g_message ("What was tried stays: %s", stays->message);
  return NULL;
}

static DexFuture *
try_again_fiber (AnnexDeskCall *call)
{
  GError *error = NULL;
  g_autoptr (AnnexTask) first = find_first (call, &error);
  g_autoptr (AnnexRecording) recording = NULL;
  g_autoptr (GPtrArray) folders = NULL;
  AnnexTask *task = NULL;

  if (first != NULL)
    recording = read_first (call, first, &error);
  if (recording != NULL)
    folders = find_folders (first, recording, call->again, &error);
  if (folders != NULL)
    task = make (call, first, recording, folders, &error);
  return task != NULL ? dex_future_new_take_object (task) : annex_desk_fail (error);
}

static DexFuture *
try_again (AnnexDesk *desk, AnnexTask *task, const AnnexAgain *how)
{
  AnnexDeskCall *call = annex_desk_call_new (desk, task);

  call->again = annex_again_copy (how);
  return annex_desk_call_run (call, try_again_fiber);
}

void
annex_desk_session_init_again (AnnexDeskInterface *iface)
{
  iface->try_again = try_again;
}
