/* annex-desk-session-tasks.c
 *
 * The desk's tasks: making, running, stopping, going back, deleting.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-desk-session-private.h"

#include "annex-future.h"
#include "annex-given-files.h"
#include "annex-json-build.h"
#include "annex-keep.h"
#include "annex-limits.h"
#include "annex-paths.h"
#include "annex-spoken.h"
#include "annex-task-rewind.h"
#include "annex-vm.h"

#include <gio/gio.h>
#include <glib/gi18n.h>
#include <glib/gstdio.h>

/* An idle computer gives its memory back after this, on battery sooner. */
#define IDLE_S 300
#define BATTERY_IDLE_S 60
/* With a terminal open in it. */
#define ATTENDED_IDLE_US (G_GINT64_CONSTANT (3600) * G_USEC_PER_SEC)

/* Running */

static void
record_failure (AnnexTask *task, const GError *error)
{
  const char *code = error->domain == ANNEX_MODEL_ERROR ? annex_model_error_name (error->code)
                     : error->domain == ANNEX_COMPUTER_ERROR
                         ? annex_computer_error_name (error->code)
                         : "failed";
  g_autoptr (GError) lost = NULL;

  if (!dex_await (annex_task_append (
                      task, ANNEX_EVENT_ERROR,
                      annex_json_build ("s", "domain", g_quark_to_string (error->domain), "s",
                                        "code", code, "s", "message", error->message, NULL)),
                  &lost) ||
      !dex_await (annex_task_append (task, ANNEX_EVENT_STATE_CHANGED,
                                     annex_json_build ("s", "state", "failed", "s", "reason",
                                                       error->message, NULL)),
                  &lost))
    g_warning ("A failure could not be recorded: %s", lost->message);
}

gboolean
annex_desk_session_ensure_model (AnnexDeskSession *desk, AnnexWork *work, GError **error)
{
  g_autoptr (AnnexModel) model = NULL;

  if (annex_workspace_get_model (work->workspace) != NULL)
    return TRUE;
  model = annex_session_create_model (desk->session, annex_task_get_provider (work->task),
                                      annex_task_get_model (work->task),
                                      annex_task_get_base_url (work->task), error);
  if (model == NULL)
    return FALSE;
  annex_workspace_set_model (work->workspace, model);
  annex_session_use_helper (desk->session, work->workspace);
  return TRUE;
}

static gboolean
prepare_run (AnnexDeskSession *desk, AnnexWork *work, GError **error)
{
  g_autoptr (GPtrArray) tools = NULL;

  if (!annex_desk_session_ensure_model (desk, work, error))
    return FALSE;
  if (work->agent == NULL)
    {
      tools = annex_agent_create_tools (work->workspace);
      work->agent = annex_agent_new (work->workspace, tools);
    }
  annex_limits_apply_to_agent (work->agent);
  return TRUE;
}

/* In a fiber: puts the files that wait for the computer into it, one call after the other. */
static gboolean
give_files (AnnexWork *work, GError **error)
{
  g_autoptr (DexPromise) done = NULL;
  gboolean given;

  while (work->giving != NULL && dex_future_is_pending (work->giving))
    dex_await (dex_ref (work->giving), NULL);
  if (!annex_given_files_are_waiting (work->task))
    return TRUE;
  done = dex_promise_new ();
  dex_clear (&work->giving);
  work->giving = DEX_FUTURE (dex_ref (done));
  given =
      annex_given_files_deliver (work->task, annex_workspace_get_computer (work->workspace), error);
  dex_promise_resolve_boolean (done, TRUE);
  return given;
}

/* One run, and a further one when the user said something just as it ended. */
static gboolean
run (AnnexDeskSession *desk, AnnexWork *work, GError **error)
{
  int state;

  do
    {
      g_autoptr (GError) failure = NULL;

      if (!prepare_run (desk, work, &failure) || !give_files (work, &failure))
        {
          annex_error_normalise (&failure);
          record_failure (work->task, failure);
          g_propagate_error (error, g_steal_pointer (&failure));
          return FALSE;
        }
      if (work->stopped)
        return dex_await (annex_task_append (work->task, ANNEX_EVENT_STATE_CHANGED,
                                             annex_json_build ("s", "state", "stopped", NULL)),
                          error);
      state = dex_await_int (annex_agent_run (work->agent), error);
  } while (*error == NULL && state == ANNEX_TASK_DONE && !work->stopped && work->desk != NULL &&
           (annex_task_needs_model (work->task) || annex_desk_session_say_again (work->task)));
  return *error == NULL;
}

static DexFuture *
sleep_fiber (gpointer data)
{
  annex_desk_session_sleep (data);
  return dex_future_new_true ();
}

static gboolean
sleep_cb (gpointer data);

static void
set_timer (AnnexWork *work)
{
  g_clear_handle_id (&work->sleep, g_source_remove);
  if (work->desk != NULL)
    work->sleep = g_timeout_add_seconds (
        annex_power_is_on_battery (work->desk->power) ? BATTERY_IDLE_S : IDLE_S, sleep_cb, work);
}

/* Nobody hears of what is typed into a terminal: one that is open counts as used for a while. */
static gboolean
is_attended (AnnexWork *work)
{
  AnnexComputer *computer =
      work->workspace != NULL ? annex_workspace_get_computer (work->workspace) : NULL;

  return ANNEX_IS_VM (computer) && annex_vm_has_terminal (ANNEX_VM (computer)) &&
         g_get_monotonic_time () - work->idle_us < ATTENDED_IDLE_US;
}

static gboolean
sleep_cb (gpointer data)
{
  AnnexWork *work = data;

  work->sleep = 0;
  if (is_attended (work))
    set_timer (work);
  else
    annex_fiber_start (sleep_fiber, annex_work_ref (work), (GDestroyNotify) annex_work_unref);
  return G_SOURCE_REMOVE;
}

void
annex_desk_session_plan_sleep (AnnexWork *work)
{
  work->idle_us = g_get_monotonic_time ();
  set_timer (work);
}

/* Somebody wanted a run while the one before was being stopped. */
static gboolean
is_wanted_again (AnnexDeskSession *desk, AnnexWork *work)
{
  if (!work->wanted || work->held > 0 || work->desk == NULL || desk->closed)
    return FALSE;
  work->wanted = FALSE;
  work->stopped = FALSE;
  return TRUE;
}

static DexFuture *
run_fiber (gpointer data)
{
  AnnexWork *work = data;
  g_autoptr (AnnexDeskSession) desk = g_object_ref (work->desk);

  do
    {
      g_autoptr (GError) error = NULL;

      if (!run (desk, work, &error) && error != NULL)
        g_debug ("A run ended: %s", error->message); /* the agent has recorded it */
  } while (is_wanted_again (desk, work));
  work->running = FALSE;
  annex_desk_session_plan_sleep (work);
  annex_desk_emit_task_state (ANNEX_DESK (desk), work->task);
  return dex_future_new_true ();
}

void
annex_desk_session_start (AnnexDeskSession *self, AnnexWork *work)
{
  if (work->desk == NULL || self->closed)
    return;
  if (work->held > 0 || (work->running && work->stopped))
    work->wanted = TRUE;
  if (work->held > 0 || work->running)
    return;
  g_clear_handle_id (&work->sleep, g_source_remove);
  work->running = TRUE;
  work->stopped = FALSE;
  dex_clear (&work->run);
  work->run = annex_fiber_run (run_fiber, annex_work_ref (work), (GDestroyNotify) annex_work_unref);
  annex_desk_emit_task_state (ANNEX_DESK (self), work->task);
}

/* In a fiber: ends the present run and waits for its end. None begins until the work, held by
 * this, is let go of. */
static void
halt (AnnexWork *work)
{
  work->held++;
  work->stopped = TRUE;
  if (work->agent != NULL && work->running)
    annex_agent_stop (work->agent);
  if (work->run != NULL)
    dex_await (dex_ref (work->run), NULL); /* how it ended is in the log */
}

/* Saying something */

static gboolean
grant_folders (AnnexWork *work, const AnnexNewTask *message, GError **error)
{
  for (guint i = 0; i < message->folders->len; i++)
    {
      AnnexFolderChoice *choice = g_ptr_array_index (message->folders, i);
      g_autoptr (AnnexShare) share =
          annex_workspace_grant_folder (work->workspace, choice->path, choice->mode, error);

      if (share == NULL)
        return FALSE;
    }
  return TRUE;
}

static gboolean
say_words (AnnexWork *work, const AnnexNewTask *message, GError **error)
{
  JsonArray *blocks;

  if (!grant_folders (work, message, error))
    return FALSE;
  blocks = annex_given_files_stage (work->task, message, error);
  if (blocks == NULL)
    return FALSE;
  if (json_array_get_length (blocks) == 0)
    {
      json_array_unref (blocks);
      return TRUE; /* folders alone: granting them has told the model */
    }
  if (!annex_given_files_note (work->task, message->images->len + message->files->len, error))
    {
      json_array_unref (blocks);
      return FALSE;
    }
  /* Whoever is at work looks for them as soon as it hears of them. */
  if (message->files->len > 0 && work->running && !give_files (work, error))
    {
      json_array_unref (blocks);
      return FALSE;
    }
  return dex_await (annex_task_append (work->task, ANNEX_EVENT_USER_MESSAGE,
                                       annex_json_build ("a", "blocks", blocks, NULL)),
                    error);
}

/* Making */

/* Folders and files are looked at before anything is stored, so that a wrong one makes no task. */
static gboolean
check_message (const AnnexNewTask *message, GError **error)
{
  for (guint i = 0; i < message->folders->len; i++)
    {
      AnnexFolderChoice *choice = g_ptr_array_index (message->folders, i);
      g_autoptr (AnnexShare) share = annex_share_new (choice->path, choice->mode, NULL, error);

      if (share == NULL)
        return FALSE;
    }
  for (guint i = 0; i < message->files->len; i++)
    if (!g_file_test (g_ptr_array_index (message->files, i), G_FILE_TEST_IS_REGULAR))
      {
        g_autofree char *name = g_path_get_basename (g_ptr_array_index (message->files, i));

        g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND, _ ("“%s” is not there any more"),
                     name);
        return FALSE;
      }
  return TRUE;
}

static char *
choose_title (const AnnexNewTask *message)
{
  g_autofree char *title = annex_session_make_title (message->prompt);
  const char *path = NULL;

  if (title[0] != '\0')
    return g_steal_pointer (&title);
  if (message->folders->len > 0)
    path = ((AnnexFolderChoice *) g_ptr_array_index (message->folders, 0))->path;
  else if (message->files->len > 0)
    path = g_ptr_array_index (message->files, 0);
  if (path != NULL)
    {
      g_autofree char *name = g_path_get_basename (path);

      return annex_session_make_title (name);
    }
  return g_strdup (_ ("Untitled task"));
}

AnnexModel *
annex_desk_session_create_model (AnnexDeskSession *self, const char *profile_id, GError **error)
{
  g_autoptr (AnnexModelProfile) profile =
      annex_config_dup_profile (annex_session_get_config (self->session), profile_id);

  if (profile == NULL)
    {
      annex_set_spoken (error, ANNEX_MODEL_ERROR, ANNEX_MODEL_ERROR_NOT_FOUND,
                        N_ ("This model is no longer set up"));
      return NULL;
    }
  return annex_session_create_model (self->session, profile->provider, profile->model,
                                     profile->base_url, error);
}

static DexFuture *
create_fiber (AnnexDeskCall *call)
{
  g_autofree char *title = choose_title (call->message);
  g_autoptr (AnnexModel) model = NULL;
  g_autoptr (AnnexTask) made = NULL;
  g_autoptr (AnnexTask) task = NULL;
  g_autoptr (AnnexWork) work = NULL;
  GError *error = NULL;

  if (!check_message (call->message, &error))
    return annex_desk_fail (error);
  model = annex_desk_session_create_model (call->self, call->message->profile, &error);
  if (model == NULL)
    return annex_desk_fail (error);
  made = annex_session_create_task (call->self->session, title, model, &error);
  if (made == NULL)
    return annex_desk_fail (error);
  task = annex_desk_session_get_task (call->self, annex_task_get_id (made), &error);
  if (task != NULL)
    work = annex_desk_session_get_work (call->self, task, &error);
  if (work == NULL || !say_words (work, call->message, &error))
    {
      annex_error_normalise (&error);
      record_failure (made, error);
      return annex_future_new_error (error);
    }
  annex_desk_session_start (call->self, work);
  return dex_future_new_take_object (g_steal_pointer (&task));
}

static DexFuture *
create_task (AnnexDesk *desk, const AnnexNewTask *request)
{
  AnnexDeskCall *call = annex_desk_call_new (desk, NULL);

  call->message = annex_new_task_copy (request);
  return annex_desk_call_run (call, create_fiber);
}

static DexFuture *
open_fiber (AnnexDeskCall *call)
{
  GError *error = NULL;
  AnnexTask *task = annex_desk_session_get_task (call->self, call->id, &error);

  return task != NULL ? dex_future_new_take_object (task) : annex_future_new_error (error);
}

static DexFuture *
open_task (AnnexDesk *desk, const char *task_id)
{
  AnnexDeskCall *call = annex_desk_call_new (desk, NULL);

  call->id = g_strdup (task_id);
  return annex_desk_call_run (call, open_fiber);
}

static DexFuture *
say_fiber (AnnexDeskCall *call)
{
  GError *error = NULL;
  g_autoptr (AnnexWork) work = NULL;

  if (!check_message (call->message, &error))
    return annex_desk_fail (error);
  work = annex_desk_session_get_work (call->self, call->task, &error);
  if (work == NULL || !say_words (work, call->message, &error))
    return annex_desk_fail (error);
  annex_desk_session_start (call->self, work);
  return dex_future_new_true ();
}

static DexFuture *
say (AnnexDesk *desk, AnnexTask *task, const AnnexNewTask *message)
{
  AnnexDeskCall *call = annex_desk_call_new (desk, task);

  call->message = annex_new_task_copy (message);
  return annex_desk_call_run (call, say_fiber);
}

static DexFuture *
resume_fiber (AnnexDeskCall *call)
{
  GError *error = NULL;
  g_autoptr (AnnexWork) work = annex_desk_session_get_work (call->self, call->task, &error);

  if (work == NULL)
    return annex_desk_fail (error);
  annex_desk_session_start (call->self, work);
  return dex_future_new_true ();
}

static DexFuture *
resume (AnnexDesk *desk, AnnexTask *task)
{
  return annex_desk_call_run (annex_desk_call_new (desk, task), resume_fiber);
}

static void
stop (AnnexDesk *desk, AnnexTask *task)
{
  AnnexWork *work = annex_desk_session_find_work (ANNEX_DESK_SESSION (desk), task);

  if (work == NULL)
    return;
  work->wanted = FALSE;
  if (!work->running)
    return;
  work->stopped = TRUE;
  if (work->agent != NULL)
    annex_agent_stop (work->agent);
}

static gboolean
is_running (AnnexDesk *desk, AnnexTask *task)
{
  AnnexWork *work = annex_desk_session_find_work (ANNEX_DESK_SESSION (desk), task);

  return work != NULL && work->running;
}

static guint
get_n_running (AnnexDesk *desk)
{
  GHashTableIter iter;
  gpointer work;
  guint n = 0;

  g_hash_table_iter_init (&iter, ANNEX_DESK_SESSION (desk)->works);
  while (g_hash_table_iter_next (&iter, NULL, &work))
    n += ((AnnexWork *) work)->running;
  return n;
}

/* Going back */

/* The message's blocks with @text in place of its words: pictures and documents stay. NULL when
 * there is no such message. (transfer full) */
static JsonArray *
edit_message (AnnexTask *task, gint64 seq, const char *text, GError **error)
{
  g_autoptr (GPtrArray) events = dex_await_boxed (
      annex_store_list_events (annex_task_get_store (task), annex_task_get_id (task), seq - 1, 1),
      error);
  AnnexEvent *event = events != NULL && events->len > 0 ? g_ptr_array_index (events, 0) : NULL;
  JsonArray *old;
  JsonArray *blocks;

  if (events == NULL)
    return NULL;
  if (event == NULL || annex_event_get_event_type (event) != ANNEX_EVENT_USER_MESSAGE)
    {
      annex_set_spoken (error, ANNEX_STORE_ERROR, ANNEX_STORE_ERROR_NOT_FOUND,
                        N_ ("There is no such message"));
      return NULL;
    }
  old = annex_json_opt_array (annex_event_get_data (event), "blocks");
  blocks = json_array_new ();
  for (guint i = 0; old != NULL && i < json_array_get_length (old); i++)
    {
      JsonNode *node = json_array_get_element (old, i);

      if (JSON_NODE_HOLDS_OBJECT (node) &&
          g_strcmp0 (annex_json_opt_string (json_node_get_object (node), "type", ""), "text") != 0)
        json_array_add_element (blocks, annex_json_copy (node));
    }
  json_array_add_object_element (blocks,
                                 annex_json_build ("s", "type", "text", "s", "text", text, NULL));
  return blocks;
}

static DexFuture *
rewind_fiber (AnnexDeskCall *call)
{
  GError *error = NULL;
  JsonArray *blocks = edit_message (call->task, call->number, call->text, &error);
  g_autoptr (AnnexWork) work = NULL;
  gboolean done;

  if (blocks == NULL)
    return annex_desk_fail (error);
  work = annex_desk_session_get_work (call->self, call->task, &error);
  if (work == NULL)
    {
      json_array_unref (blocks);
      return annex_desk_fail (error);
    }
  halt (work);
  done = dex_await (annex_task_rewind (call->task, call->number - 1, blocks), &error);
  work->held--;
  if (done || work->wanted)
    {
      work->wanted = FALSE;
      annex_desk_session_start (call->self, work);
    }
  return done ? dex_future_new_true () : annex_desk_fail (error);
}

static DexFuture *
rewind_task (AnnexDesk *desk, AnnexTask *task, gint64 seq, const char *text)
{
  AnnexDeskCall *call = annex_desk_call_new (desk, task);

  call->number = seq;
  call->text = g_strdup (text);
  return annex_desk_call_run (call, rewind_fiber);
}

/* The plan */

static DexFuture *
change_plan_fiber (AnnexDeskCall *call)
{
  GError *error = NULL;

  if (!dex_await (annex_task_append (call->task, ANNEX_EVENT_PLAN_UPDATED,
                                     annex_plan_to_json (call->plan, NULL, "user")),
                  &error) ||
      (call->text != NULL &&
       !dex_await (annex_task_append (call->task, ANNEX_EVENT_ANNOUNCEMENT,
                                      annex_json_build ("s", "text", call->text, NULL)),
                   &error)))
    return annex_desk_fail (error);
  return dex_future_new_true ();
}

static DexFuture *
change_plan (AnnexDesk *desk, AnnexTask *task, AnnexPlan *plan, const char *what)
{
  AnnexDeskCall *call = annex_desk_call_new (desk, task);

  call->plan = annex_plan_ref (plan);
  call->text = g_strdup (what);
  return annex_desk_call_run (call, change_plan_fiber);
}

/* Deleting */

static DexFuture *
delete_fiber (AnnexDeskCall *call)
{
  GError *error = NULL;
  g_autoptr (AnnexTask) task = annex_desk_session_get_task (call->self, call->id, &error);

  if (task == NULL)
    return annex_desk_fail (error);
  annex_desk_session_drop_work (call->self, call->id);
  if (!annex_session_delete_task (call->self->session, task, &error))
    return annex_desk_fail (error);
  annex_desk_session_look_soon (call->self, ANNEX_DESK_LOOK_ROOM);
  return dex_future_new_true ();
}

static DexFuture *
delete_task (AnnexDesk *desk, const char *task_id)
{
  AnnexDeskCall *call = annex_desk_call_new (desk, NULL);
  DexFuture *deleting;

  call->id = g_strdup (task_id);
  deleting = annex_desk_call_run (call, delete_fiber);
  g_ptr_array_add (ANNEX_DESK_SESSION (desk)->deletes, dex_ref (deleting));
  return deleting;
}

static AnnexStore *
get_store (AnnexDesk *desk)
{
  return annex_session_get_store (ANNEX_DESK_SESSION (desk)->session);
}

static AnnexInbox *
get_inbox (AnnexDesk *desk)
{
  return annex_session_get_inbox (ANNEX_DESK_SESSION (desk)->session);
}

void
annex_desk_session_init_tasks (AnnexDeskInterface *iface)
{
  iface->get_store = get_store;
  iface->get_inbox = get_inbox;
  iface->create_task = create_task;
  iface->open_task = open_task;
  iface->say = say;
  iface->resume = resume;
  iface->stop = stop;
  iface->is_running = is_running;
  iface->get_n_running = get_n_running;
  iface->rewind = rewind_task;
  iface->change_plan = change_plan;
  iface->delete_task = delete_task;
}
