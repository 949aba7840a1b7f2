/* annex-desk-session-checkpoints.c
 *
 * The desk's checkpoints: making, listing, going back, trying in a copy, and the ones that are made
 * by themselves.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-desk-session-private.h"

#include "annex-checkpoint-store.h"
#include "annex-domain-xml.h"
#include "annex-future.h"

#include <glib/gi18n.h>

/* ---- a computer that nothing else may touch */

/* In a fiber: the task's work, held. NULL with an error. (transfer full) */
static AnnexWork *
hold (AnnexDeskCall *call, GError **error)
{
  AnnexWork *work = annex_desk_session_get_work (call->self, call->task, error);

  if (work == NULL)
    return NULL;
  if (work->running || work->held > 0)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_BUSY,
                           work->running
                               ? _ ("The computer is at work; stop the task first")
                               : _ ("The computer is being changed already; wait a moment"));
      annex_work_unref (work);
      return NULL;
    }
  work->held++;
  return work;
}

static void
let_go (AnnexWork *work)
{
  work->held--;
  if (work->held == 0 && work->wanted && work->desk != NULL)
    {
      work->wanted = FALSE;
      annex_desk_session_start (work->desk, work);
    }
  else if (work->held == 0 && !work->running &&
           annex_computer_get_state (annex_workspace_get_computer (work->workspace)) ==
               ANNEX_COMPUTER_READY)
    annex_desk_session_plan_sleep (work);
  annex_work_unref (work);
}

/* ---- listing */

static DexFuture *
list_work (gpointer task_id)
{
  return dex_future_new_take_boxed (G_TYPE_PTR_ARRAY, annex_checkpoint_store_list (task_id));
}

static DexFuture *
list_checkpoints (AnnexDesk *desk, AnnexTask *task)
{
  AnnexWork *work = annex_desk_session_find_work (ANNEX_DESK_SESSION (desk), task);
  const char *id = annex_task_get_id (task);

  if (work != NULL)
    return annex_computer_list_checkpoints (annex_workspace_get_computer (work->workspace));
  /* Looking needs no libvirt. */
  return annex_worker_run ("annex-checkpoints", list_work, g_strdup (id), g_free);
}

/* ---- making and removing */

static DexFuture *
checkpoint_fiber (AnnexDeskCall *call)
{
  GError *error = NULL;
  AnnexWork *work = hold (call, &error);
  AnnexCheckpoint *made;

  if (work == NULL)
    return annex_desk_fail (error);
  made = annex_workspace_checkpoint (work->workspace, call->text, ANNEX_CHECKPOINT_MANUAL, &error);
  let_go (work);
  if (made == NULL)
    return annex_desk_fail (error);
  return dex_future_new_take_boxed (ANNEX_TYPE_CHECKPOINT, made);
}

static DexFuture *
checkpoint (AnnexDesk *desk, AnnexTask *task, const char *name)
{
  AnnexDeskCall *call = annex_desk_call_new (desk, task);

  call->text = g_strdup (name);
  return annex_desk_call_run (call, checkpoint_fiber);
}

static DexFuture *
remove_fiber (AnnexDeskCall *call)
{
  GError *error = NULL;
  AnnexWork *work = hold (call, &error);
  gboolean ok;

  if (work == NULL)
    return annex_desk_fail (error);
  ok = annex_workspace_remove_checkpoint (work->workspace, call->id, &error);
  let_go (work);
  annex_desk_session_look_soon (call->self, ANNEX_DESK_LOOK_ROOM);
  return ok ? dex_future_new_true () : annex_desk_fail (error);
}

static DexFuture *
remove_checkpoint (AnnexDesk *desk, AnnexTask *task, const char *checkpoint_id)
{
  AnnexDeskCall *call = annex_desk_call_new (desk, task);

  call->id = g_strdup (checkpoint_id);
  return annex_desk_call_run (call, remove_fiber);
}

/* ---- going back, and a copy */

static DexFuture *
roll_back_fiber (AnnexDeskCall *call)
{
  GError *error = NULL;
  AnnexWork *work = hold (call, &error);
  char *before = NULL;
  gboolean ok;

  if (work == NULL)
    return annex_desk_fail (error);
  ok = annex_workspace_roll_back (work->workspace, call->id, &before, &error);
  g_hash_table_remove (call->self->disk_uses, annex_task_get_id (call->task));
  let_go (work);
  return ok ? dex_future_new_take_string (before) : annex_desk_fail (error);
}

static DexFuture *
roll_back (AnnexDesk *desk, AnnexTask *task, const char *checkpoint_id)
{
  AnnexDeskCall *call = annex_desk_call_new (desk, task);

  call->id = g_strdup (checkpoint_id);
  return annex_desk_call_run (call, roll_back_fiber);
}

static DexFuture *
fork_fiber (AnnexDeskCall *call)
{
  GError *error = NULL;
  AnnexWork *work = hold (call, &error);
  g_autofree char *new_id = NULL;
  AnnexTask *task = NULL;

  if (work == NULL)
    return annex_desk_fail (error);
  new_id = annex_workspace_fork (work->workspace, call->id, call->text, &error);
  let_go (work);
  if (new_id != NULL)
    task = annex_desk_session_get_task (call->self, new_id, &error);
  return task != NULL ? dex_future_new_take_object (task) : annex_desk_fail (error);
}

static DexFuture *
fork_task (AnnexDesk *desk, AnnexTask *task, const char *checkpoint_id, const char *title)
{
  AnnexDeskCall *call = annex_desk_call_new (desk, task);

  call->id = g_strdup (checkpoint_id);
  call->text = g_strdup (title);
  return annex_desk_call_run (call, fork_fiber);
}

/* ---- by themselves */

static DexFuture *
cheap_work (gpointer task_id)
{
  g_autoptr (AnnexComputerFolder) folder = annex_computer_folder_new (task_id);

  return dex_future_new_for_boolean (annex_checkpoint_store_is_cheap (folder));
}

/* Did the agent work since the last checkpoint? */
static gboolean
has_news (AnnexWork *work)
{
  AnnexComputer *computer = annex_workspace_get_computer (work->workspace);
  g_autoptr (GPtrArray) all = dex_await_boxed (annex_computer_list_checkpoints (computer), NULL);
  AnnexCheckpoint *last =
      all != NULL && all->len > 0 ? g_ptr_array_index (all, all->len - 1) : NULL;
  g_autoptr (GPtrArray) events = NULL;

  events = dex_await_boxed (annex_store_list_events (annex_task_get_store (work->task),
                                                     annex_task_get_id (work->task),
                                                     last != NULL ? last->seq : 0, 0),
                            NULL);
  for (guint i = 0; events != NULL && i < events->len; i++)
    if (annex_event_get_event_type (g_ptr_array_index (events, i)) == ANNEX_EVENT_TOOL_FINISHED)
      return TRUE;
  return FALSE;
}

/* The memory is on disk anyway; where the disk copies by reference, a checkpoint takes no time, and
 * room only for what is changed later. Elsewhere it would take both, unasked. */
static void
keep_if_cheap (AnnexWork *work)
{
  const char *id = annex_task_get_id (work->task);
  g_autoptr (AnnexCheckpoint) made = NULL;
  g_autoptr (GError) error = NULL;

  if (!annex_computer_id_is_valid (id) ||
      !dex_await_boolean (annex_worker_run ("annex-checkpoints", cheap_work, g_strdup (id), g_free),
                          NULL) ||
      !has_news (work))
    return;
  made = annex_workspace_checkpoint (work->workspace, NULL, ANNEX_CHECKPOINT_AUTOMATIC, &error);
  if (made == NULL)
    g_message ("No checkpoint was made: %s", error->message);
}

void
annex_desk_session_sleep (AnnexWork *work)
{
  AnnexComputer *computer = annex_workspace_get_computer (work->workspace);
  g_autoptr (GError) error = NULL;

  if (work->running || work->held > 0 ||
      annex_computer_get_state (computer) != ANNEX_COMPUTER_READY)
    return;
  work->held++;
  annex_work_ref (work);
  if (dex_await (annex_computer_save (computer), &error))
    keep_if_cheap (work);
  else
    g_message ("An idle computer could not be put to sleep: %s", error->message);
  let_go (work);
}

void
annex_desk_session_init_checkpoints (AnnexDeskInterface *iface)
{
  iface->list_checkpoints = list_checkpoints;
  iface->checkpoint = checkpoint;
  iface->roll_back = roll_back;
  iface->fork = fork_task;
  iface->remove_checkpoint = remove_checkpoint;
}
