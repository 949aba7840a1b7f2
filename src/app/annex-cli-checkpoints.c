/* annex-cli-checkpoints.c
 *
 * `annex tasks checkpoint`, `rollback` and `fork`.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-cli-tasks-private.h"

#include "annex-checkpoint-store.h"
#include "annex-future.h"
#include "annex-json-build.h"
#include "annex-workspace-checkpoints.h"

/* Its name, or what it was made for. (transfer full) */
static char *
dup_name (const AnnexCheckpoint *one)
{
  if (one->name != NULL)
    return annex_cli_clean_line (one->name);
  switch (one->kind)
    {
    case ANNEX_CHECKPOINT_MANUAL:
      return g_strdup ("checkpoint");
    case ANNEX_CHECKPOINT_AUTOMATIC:
      return g_strdup ("made by itself");
    case ANNEX_CHECKPOINT_BEFORE:
      return g_strdup ("before going back");
    case ANNEX_CHECKPOINT_COPY:
      return g_strdup ("copied");
    }
  g_assert_not_reached ();
}

static void
print_one (AnnexCliTasks *tasks, const AnnexCheckpoint *one)
{
  g_autoptr (JsonObject) json = annex_checkpoint_to_json (one);
  g_autofree char *line = annex_json_object_to_string (json);
  g_autofree char *time = annex_cli_format_time (one->time_us);
  g_autofree char *size = g_format_size (one->size_bytes);
  g_autofree char *name = dup_name (one);

  if (tasks->json)
    annex_cli_print ("%s\n", line);
  else
    annex_cli_print ("%s  %s  %9s  %s%s\n", one->id, time, size, name,
                     one->memory ? "" : "  (files only)");
}

static GPtrArray *
list_of (AnnexTask *task)
{
  return annex_checkpoint_store_list (annex_task_get_id (task));
}

/* The one that @text names (NULL: the newest). (transfer full) */
static AnnexCheckpoint *
find (AnnexTask *task, const char *text, GError **error)
{
  g_autoptr (GPtrArray) all = list_of (task);
  AnnexCheckpoint *one = annex_checkpoints_find (all, text);

  if (one != NULL)
    return annex_checkpoint_copy (one);
  if (text != NULL)
    g_set_error (error, ANNEX_STORE_ERROR, ANNEX_STORE_ERROR_NOT_FOUND,
                 "This task has no one checkpoint “%s”", text);
  else
    g_set_error_literal (error, ANNEX_STORE_ERROR, ANNEX_STORE_ERROR_NOT_FOUND,
                         "This task has no checkpoint");
  return NULL;
}

/* What made room for a new one. */
static void
print_gone (GPtrArray *before, GPtrArray *after)
{
  for (guint i = 0; i < before->len; i++)
    {
      const AnnexCheckpoint *old = g_ptr_array_index (before, i);
      g_autofree char *time = annex_cli_format_time (old->time_us);
      g_autofree char *name = dup_name (old);
      gboolean there = FALSE;

      for (guint j = 0; j < after->len; j++)
        there |= g_str_equal (((AnnexCheckpoint *) g_ptr_array_index (after, j))->id, old->id);
      if (!there)
        annex_cli_print ("Removed the oldest: %s, %s.\n", time, name);
    }
}

static int
make (AnnexCliTasks *tasks, AnnexTask *task, GError **error)
{
  g_autoptr (GPtrArray) before = list_of (task);
  g_autoptr (GPtrArray) after = NULL;
  g_autoptr (AnnexWorkspace) workspace =
      annex_session_create_workspace (tasks->session, task, NULL, error);
  g_autoptr (AnnexCheckpoint) made = NULL;

  if (workspace != NULL)
    made = annex_workspace_checkpoint (workspace, tasks->words[1], ANNEX_CHECKPOINT_MANUAL, error);
  if (made == NULL)
    return -1;
  print_one (tasks, made);
  after = list_of (task);
  if (!tasks->json)
    print_gone (before, after);
  return ANNEX_EXIT_DONE;
}

int
annex_cli_tasks_checkpoint (AnnexCliTasks *tasks, GError **error)
{
  g_autoptr (AnnexTask) task = annex_cli_tasks_load (tasks, error);
  g_autoptr (AnnexWorkspace) workspace = NULL;
  g_autoptr (AnnexCheckpoint) one = NULL;

  if (task == NULL)
    return -1;
  if (tasks->list)
    {
      g_autoptr (GPtrArray) all = list_of (task);

      for (guint i = 0; i < all->len; i++)
        print_one (tasks, g_ptr_array_index (all, i));
      return ANNEX_EXIT_DONE;
    }
  if (tasks->remove == NULL)
    return make (tasks, task, error);
  one = find (task, tasks->remove, error);
  if (one != NULL)
    workspace = annex_session_create_workspace (tasks->session, task, NULL, error);
  if (workspace == NULL || !annex_workspace_remove_checkpoint (workspace, one->id, error))
    return -1;
  return ANNEX_EXIT_DONE;
}

int
annex_cli_tasks_roll_back (AnnexCliTasks *tasks, GError **error)
{
  g_autoptr (AnnexTask) task = annex_cli_tasks_load (tasks, error);
  g_autoptr (AnnexWorkspace) workspace = NULL;
  g_autoptr (AnnexCheckpoint) to = NULL;
  g_autofree char *before = NULL;
  g_autofree char *time = NULL;
  g_autofree char *name = NULL;

  if (task != NULL)
    to = find (task, tasks->words[1], error);
  if (to != NULL)
    workspace = annex_session_create_workspace (tasks->session, task, NULL, error);
  if (workspace == NULL || !annex_workspace_roll_back (workspace, to->id, &before, error))
    return -1;
  time = annex_cli_format_time (to->time_us);
  name = dup_name (to);
  if (tasks->json)
    {
      g_autoptr (JsonObject) json =
          annex_json_build ("s", "checkpoint", to->id, "s", "before", before, NULL);
      g_autofree char *line = annex_json_object_to_string (json);

      annex_cli_print ("%s\n", line);
      return ANNEX_EXIT_DONE;
    }
  annex_cli_print ("The computer is as it was at %s (%s).\n", time, name);
  if (before != NULL)
    annex_cli_print ("What was there before is kept: annex tasks rollback %s %s undoes this.\n",
                     annex_task_get_id (task), before);
  return ANNEX_EXIT_DONE;
}

int
annex_cli_tasks_fork (AnnexCliTasks *tasks, GError **error)
{
  g_autoptr (AnnexTask) task = annex_cli_tasks_load (tasks, error);
  g_autoptr (AnnexWorkspace) workspace = NULL;
  g_autoptr (AnnexCheckpoint) from = NULL;
  g_autofree char *new_id = NULL;

  if (task == NULL)
    return -1;
  if (tasks->words[1] != NULL)
    {
      from = find (task, tasks->words[1], error);
      if (from == NULL)
        return -1;
    }
  workspace = annex_session_create_workspace (tasks->session, task, NULL, error);
  if (workspace != NULL)
    new_id = annex_workspace_fork (workspace, from != NULL ? from->id : NULL, tasks->title, error);
  if (new_id == NULL)
    return -1;
  if (tasks->json)
    {
      g_autoptr (JsonObject) json = annex_json_build ("s", "task", new_id, NULL);
      g_autofree char *line = annex_json_object_to_string (json);

      annex_cli_print ("%s\n", line);
    }
  else
    annex_cli_print ("%s\n", new_id);
  return ANNEX_EXIT_DONE;
}
