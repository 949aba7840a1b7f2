/* annex-doctor-tasks.c
 *
 * What the user's tasks work with and Annex does not make: the clock, and the folders they were
 * given.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-doctor-private.h"

#include "annex-future.h"
#include "annex-share.h"

#include <glib/gi18n.h>
#include <sys/stat.h>

/* Two machines on one disk may differ by as much. */
#define CLOCK_SLACK_US (10 * 60 * G_USEC_PER_SEC)
/* The first of November 2025: this was written later. A clock without a battery begins at 1970. */
#define CLOCK_FLOOR_US (G_GINT64_CONSTANT (1761955200) * G_USEC_PER_SEC)
/* Folders of older tasks are not missed. */
#define MAX_TASKS 30
#define MAX_NAMES 5
/* A folder on another machine may never answer. */
#define FOLDERS_LIMIT_MS 10000

/* The clock */

static gint64
now_us (AnnexDoctor *self)
{
  return self->world.now_us != 0 ? self->world.now_us : g_get_real_time ();
}

static char *
format_day (gint64 time_us)
{
  g_autoptr (GDateTime) time = g_date_time_new_from_unix_local (time_us / G_USEC_PER_SEC);

  return time != NULL ? g_date_time_format (time, "%x %H:%M") : g_strdup ("?");
}

/* The newest thing that any task did. */
static gint64
find_newest (GPtrArray *tasks)
{
  gint64 newest_us = 0;

  for (guint i = 0; tasks != NULL && i < tasks->len; i++)
    newest_us = MAX (newest_us, ((AnnexTaskSummary *) g_ptr_array_index (tasks, i))->updated_us);
  return newest_us;
}

static void
look_clock (AnnexDoctor *self, AnnexCheckResult *result, gboolean thorough)
{
  g_autoptr (GPtrArray) tasks =
      self->session != NULL
          ? dex_await_boxed (annex_store_list_tasks (annex_session_get_store (self->session)), NULL)
          : NULL;
  gint64 newest_us = find_newest (tasks);
  g_autofree char *now = format_day (now_us (self));
  g_autofree char *newest = format_day (newest_us);

  if (newest_us <= now_us (self) + CLOCK_SLACK_US && now_us (self) >= CLOCK_FLOOR_US)
    {
      annex_doctor_say (result, ANNEX_CHECK_OK, _ ("The clock goes on from where it was."));
      return;
    }
  if (newest_us <= now_us (self) + CLOCK_SLACK_US)
    annex_doctor_say (result, ANNEX_CHECK_FAILED,
                      _ ("The clock of this machine is wrong: it says %s, when this Annex was not "
                         "there yet. With a wrong clock secure connections fail. Set the date and "
                         "time in the system’s settings."),
                      now);
  else
    annex_doctor_say (
        result, ANNEX_CHECK_FAILED,
        _ ("The clock of this machine is wrong, or was: it says %s, and a task was worked "
           "on at %s. With a wrong clock secure connections fail, and new tasks stand "
           "below old ones. Set the date and time in the system’s settings."),
        now, newest);
  result->admin_text = g_strdup (_ ("Please let this machine’s clock be set by the network "
                                    "(timedatectl set-ntp true)."));
}

/* Folders */

typedef struct
{
  char *path;
  char *title;
} Folder;

static void
folder_free (gpointer data)
{
  Folder *folder = data;

  g_free (folder->path);
  g_free (folder->title);
  g_free (folder);
}

static void
note_folders (GPtrArray *shares, const AnnexTaskSummary *task, GPtrArray *folders)
{
  for (guint i = 0; i < shares->len; i++)
    {
      Folder *folder = g_new0 (Folder, 1);

      folder->path = g_strdup (annex_share_get_path (g_ptr_array_index (shares, i)));
      folder->title = g_strdup (task->title);
      g_ptr_array_add (folders, folder);
    }
}

static DexFuture *
missing_work (gpointer data)
{
  GPtrArray *folders = data;
  GPtrArray *missing = g_ptr_array_new_with_free_func (g_free);

  for (guint i = 0; i < folders->len; i++)
    {
      const Folder *folder = g_ptr_array_index (folders, i);
      struct stat info;

      if (stat (folder->path, &info) != 0 || !S_ISDIR (info.st_mode))
        g_ptr_array_add (missing, g_strdup_printf ("%s (%s)", folder->path, folder->title));
    }
  return dex_future_new_take_boxed (G_TYPE_PTR_ARRAY, missing);
}

/* The folders that @task still has. NULL: its log cannot be read. */
static GPtrArray *
await_shares (AnnexStore *store, const char *task)
{
  static const AnnexEventType types[] = { ANNEX_EVENT_SHARE_GRANTED, ANNEX_EVENT_SHARE_REVOKED };
  g_autoptr (GPtrArray) events =
      dex_await_boxed (annex_store_list_events_of (store, task, types, G_N_ELEMENTS (types)), NULL);
  g_autoptr (GPtrArray) shares =
      g_ptr_array_new_with_free_func ((GDestroyNotify) annex_share_unref);

  if (events == NULL)
    return NULL;
  for (guint i = 0; i < events->len; i++)
    {
      AnnexEvent *event = g_ptr_array_index (events, i);
      JsonObject *data = annex_event_get_data (event);
      JsonObject *json = annex_json_opt_object (data, "share");
      AnnexShare *share = json != NULL ? annex_share_new_from_json (json, NULL) : NULL;

      if (share != NULL)
        g_ptr_array_add (shares, share);
      for (guint j = shares->len; json == NULL && j > 0; j--)
        if (g_strcmp0 (annex_share_get_id (g_ptr_array_index (shares, j - 1)),
                       annex_json_opt_string (data, "share", NULL)) == 0)
          g_ptr_array_remove_index (shares, j - 1);
    }
  return g_steal_pointer (&shares);
}

/* NULL with an error: a folder does not answer. */
static GPtrArray *
await_missing (AnnexStore *store, GError **error)
{
  GPtrArray *folders = g_ptr_array_new_with_free_func (folder_free);
  g_autoptr (GPtrArray) tasks = dex_await_boxed (annex_store_list_tasks (store), NULL);

  for (guint i = 0; tasks != NULL && i < MIN (tasks->len, MAX_TASKS); i++)
    {
      AnnexTaskSummary *task = g_ptr_array_index (tasks, i);
      g_autoptr (GPtrArray) shares = task->archived ? NULL : await_shares (store, task->id);

      if (shares != NULL)
        note_folders (shares, task, folders);
    }
  return dex_await_boxed (
      annex_future_with_timeout (annex_worker_run ("annex-folders", missing_work, folders,
                                                   (GDestroyNotify) g_ptr_array_unref),
                                 FOLDERS_LIMIT_MS),
      error);
}

static void
look_folders (AnnexDoctor *self, AnnexCheckResult *result, gboolean thorough)
{
  g_autoptr (GPtrArray) missing = NULL;
  g_autoptr (GString) names = g_string_new (NULL);
  g_autoptr (GError) error = NULL;

  if (self->session == NULL)
    {
      annex_doctor_say (result, ANNEX_CHECK_UNKNOWN, _ ("This was not looked at."));
      return;
    }
  missing = await_missing (annex_session_get_store (self->session), &error);
  if (missing == NULL)
    {
      annex_doctor_say (
          result, ANNEX_CHECK_UNKNOWN,
          _ ("Whether the folders of your tasks are there cannot be told: the disk or the other "
             "machine that one of them is on does not answer."));
      return;
    }
  if (missing->len == 0)
    {
      annex_doctor_say (result, ANNEX_CHECK_OK, _ ("The folders of your newest tasks are there."));
      return;
    }
  for (guint i = 0; i < MIN (missing->len, MAX_NAMES); i++)
    g_string_append_printf (names, "%s%s", i > 0 ? "\n" : "",
                            (char *) g_ptr_array_index (missing, i));
  if (missing->len > MAX_NAMES)
    g_string_append_printf (names, "\n… (%u)", missing->len);
  annex_doctor_say (
      result, ANNEX_CHECK_NOTICE,
      _ ("A folder that you gave to a task is not where it was. If it is on a disk that "
         "can be taken out, connect it; if you moved it, give it to the task again."));
  result->detail = g_string_free_and_steal (g_steal_pointer (&names));
}

const AnnexDoctorCheck annex_doctor_task_checks[] = {
  { "clock", N_ ("The clock"), look_clock, NULL },
  { "folders", N_ ("Folders of your tasks"), look_folders, NULL },
  { NULL, NULL, NULL, NULL },
};
