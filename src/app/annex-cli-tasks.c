/* annex-cli-tasks.c
 *
 * `annex tasks …`: stored tasks, their drafts and what left the machine.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-cli-tasks-private.h"

#include "annex-future.h"
#include "annex-run-print.h"

#include <stdio.h>

typedef AnnexCliTasks Tasks;

/* Returns an exit status; -1 with an error. */
typedef int (*TasksFunc) (Tasks *tasks, GError **error);

char *
annex_cli_format_time (gint64 time_us)
{
  g_autoptr (GDateTime) utc = g_date_time_new_from_unix_utc (time_us / G_USEC_PER_SEC);
  g_autoptr (GDateTime) local = utc != NULL ? g_date_time_to_local (utc) : NULL;

  return local != NULL ? g_date_time_format (local, "%Y-%m-%d %H:%M") : g_strdup ("?");
}

AnnexTask *
annex_cli_tasks_load (Tasks *tasks, GError **error)
{
  g_autofree char *id = NULL;

  if (tasks->words[0] == NULL)
    {
      g_set_error_literal (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, "say which task");
      return NULL;
    }
  id = dex_await_string (annex_store_find_task (tasks->store, tasks->words[0]), error);
  return id != NULL ? dex_await_object (annex_task_load (tasks->store, id), error) : NULL;
}

static AnnexWorkspace *
load_workspace (Tasks *tasks, AnnexTask *task, GError **error)
{
  return annex_session_create_workspace (tasks->session, task, NULL, error);
}

/* ---- list and show */

static int
list (Tasks *tasks, GError **error)
{
  g_autoptr (GPtrArray) found = NULL;

  if (tasks->search != NULL)
    found = dex_await_boxed (annex_store_search (tasks->store, tasks->search, 100), error);
  else
    found = dex_await_boxed (annex_store_list_tasks (tasks->store), error);
  if (found == NULL)
    return -1;
  for (guint i = 0; i < found->len; i++)
    {
      AnnexTaskSummary *summary = g_ptr_array_index (found, i);
      g_autofree char *title = annex_cli_clean_line (summary->title);
      g_autofree char *state = annex_cli_clean_line (summary->state);
      g_autofree char *time = annex_cli_format_time (summary->updated_us);

      if (summary->archived && !tasks->archived)
        continue;
      if (tasks->json)
        {
          g_autofree char *line = annex_task_summary_to_json_line (summary);

          annex_cli_print ("%s\n", line);
        }
      else
        annex_cli_print ("%s  %-8s  %s  %s%s\n", summary->id, state, time, title,
                         summary->open_asks > 0 ? "  (asks)" : "");
    }
  return ANNEX_EXIT_DONE;
}

static int
show (Tasks *tasks, GError **error)
{
  g_autoptr (AnnexTask) task = annex_cli_tasks_load (tasks, error);
  g_autoptr (GPtrArray) events = NULL;

  if (task == NULL)
    return -1;
  events = dex_await_boxed (annex_store_list_events (tasks->store, annex_task_get_id (task), 0, 0),
                            error);
  if (events == NULL)
    return -1;
  for (guint i = 0; i < events->len; i++)
    {
      AnnexEvent *event = g_ptr_array_index (events, i);
      g_autofree char *line = tasks->json ? annex_event_to_json_line (event) : NULL;

      if (line != NULL)
        annex_cli_print ("%s\n", line);
      else
        annex_run_print_event (event);
    }
  return ANNEX_EXIT_DONE;
}

/* ---- drafts */

/* Calls @func for the share named by --folder, or for every share that can be written. */
typedef gboolean (*ShareFunc) (Tasks *tasks,
                               AnnexWorkspace *workspace,
                               AnnexShare *share,
                               GError **error);

static int
for_shares (Tasks *tasks, ShareFunc func, GError **error)
{
  g_autoptr (AnnexTask) task = annex_cli_tasks_load (tasks, error);
  g_autoptr (AnnexWorkspace) workspace = NULL;
  g_autoptr (GPtrArray) shares = NULL;
  guint n = 0;

  if (task == NULL)
    return -1;
  workspace = load_workspace (tasks, task, error);
  if (workspace == NULL)
    return -1;
  shares = annex_task_dup_shares (task);
  for (guint i = 0; i < shares->len; i++)
    {
      AnnexShare *share = g_ptr_array_index (shares, i);

      if (tasks->folder != NULL && g_strcmp0 (annex_share_get_name (share), tasks->folder) != 0 &&
          g_strcmp0 (annex_share_get_home (share), tasks->folder) != 0)
        continue;
      if (annex_share_get_mode (share) == ANNEX_SHARE_READ_ONLY)
        continue;
      n++;
      if (!func (tasks, workspace, share, error))
        return -1;
    }
  if (n == 0 && tasks->folder != NULL)
    {
      g_set_error (error, ANNEX_KEEP_ERROR, ANNEX_KEEP_ERROR_NOT_FOUND,
                   "This task has no folder “%s” it may change", tasks->folder);
      return -1;
    }
  return ANNEX_EXIT_DONE;
}

static gboolean
print_diff (AnnexWorkspace *workspace, AnnexShare *share, AnnexChange *change, GError **error)
{
  g_autofree char *diff =
      dex_await_string (annex_drafts_diff (annex_workspace_get_drafts (workspace),
                                           annex_share_get_id (share), change->path),
                        error);
  g_autofree char *clean = diff != NULL ? annex_cli_clean (diff) : NULL;

  if (clean != NULL)
    annex_cli_print ("%s", clean);
  return clean != NULL;
}

static void
print_change (AnnexShare *share, AnnexChange *change)
{
  g_autofree char *path = annex_cli_clean_line (change->path);
  g_autofree char *old_path =
      change->old_path != NULL ? annex_cli_clean_line (change->old_path) : NULL;
  g_autofree char *reason = annex_cli_clean_line (change->reason != NULL ? change->reason : "");
  g_autofree char *size = g_format_size (change->size_bytes);

  annex_cli_print ("%-8s  %s%s%s  %s%s%s%s\n", annex_change_kind_to_name (change->kind),
                   old_path != NULL ? old_path : "", old_path != NULL ? " → " : "", path,
                   change->folder ? "folder" : size,
                   change->conflict ? "  (you changed it meanwhile)" : "",
                   reason[0] != '\0' ? "  " : "", reason);
}

static gboolean
draft_share (Tasks *tasks, AnnexWorkspace *workspace, AnnexShare *share, GError **error)
{
  g_autoptr (GPtrArray) changes = NULL;

  changes = dex_await_boxed (
      annex_drafts_list (annex_workspace_get_drafts (workspace), annex_share_get_id (share)),
      error);
  if (changes == NULL)
    return FALSE;
  if (!tasks->json)
    {
      g_autofree char *what = annex_drafts_describe (changes);

      annex_cli_print ("%s: %s\n", annex_share_get_home (share),
                       what[0] != '\0' ? what : "no changes");
    }
  for (guint i = 0; i < changes->len; i++)
    {
      AnnexChange *change = g_ptr_array_index (changes, i);

      if (tasks->json)
        {
          g_autoptr (JsonObject) json = annex_change_to_json (change);
          g_autofree char *line = NULL;

          json_object_set_string_member (json, "share", annex_share_get_name (share));
          line = annex_json_object_to_string (json);
          annex_cli_print ("%s\n", line);
        }
      else
        print_change (share, change);
      if (tasks->diff && !tasks->json && !print_diff (workspace, share, change, error))
        return FALSE;
    }
  return TRUE;
}

static int
draft (Tasks *tasks, GError **error)
{
  return for_shares (tasks, draft_share, error);
}

/* Prints what happened to each entry. Returns FALSE when one failed or was refused. */
static gboolean
print_kept (Tasks *tasks, GPtrArray *kept, const char *verb)
{
  gboolean ok = TRUE;

  if (!tasks->json)
    annex_cli_print ("%s %u change%s.\n", verb, kept->len, kept->len == 1 ? "" : "s");
  for (guint i = 0; i < kept->len; i++)
    {
      AnnexKept *entry = g_ptr_array_index (kept, i);
      g_autoptr (JsonObject) json = annex_kept_to_json (entry);
      g_autofree char *line = annex_json_object_to_string (json);
      g_autofree char *path = annex_cli_clean_line (entry->path);
      g_autofree char *reason = annex_cli_clean_line (entry->reason != NULL ? entry->reason : "");

      if (entry->outcome == ANNEX_OUTCOME_FAILED || entry->outcome == ANNEX_OUTCOME_REFUSED)
        ok = FALSE;
      if (tasks->json)
        annex_cli_print ("%s\n", line);
      else if (entry->outcome != ANNEX_OUTCOME_DONE)
        annex_cli_print ("  %s: %s%s%s\n", path, annex_json_opt_string (json, "outcome", ""),
                         reason[0] != '\0' ? ", " : "", reason);
    }
  return ok;
}

/* Closes the open ask about the share's draft with what was decided, once nothing of it is left. */
static gboolean
answer_draft_ask (Tasks *tasks,
                  AnnexWorkspace *workspace,
                  AnnexShare *share,
                  const char *label,
                  GError **error)
{
  g_autoptr (GPtrArray) open = annex_task_dup_open_asks (annex_workspace_get_task (workspace));
  g_autoptr (GPtrArray) rest =
      annex_drafts_dup_changes (annex_workspace_get_drafts (workspace), annex_share_get_id (share));

  if (rest != NULL && rest->len > 0)
    return TRUE; /* still to be decided */
  for (guint i = 0; i < open->len; i++)
    {
      AnnexAsk *ask = g_ptr_array_index (open, i);
      JsonObject *answer;

      if (annex_ask_get_kind (ask) != ANNEX_ASK_DRAFT ||
          g_strcmp0 (annex_json_opt_string (annex_ask_get_json (ask), "share", NULL),
                     annex_share_get_id (share)) != 0)
        continue;
      answer = annex_ask_make_answer (ask, label, error);
      if (answer == NULL ||
          !dex_await (annex_inbox_answer (annex_session_get_inbox (tasks->session),
                                          annex_ask_get_id (ask), answer, "user"),
                      error))
        return FALSE;
    }
  return TRUE;
}

/* The PATHs as the draft names them: relative to the folder, also when they were given whole or
 * with
 * "./" or a slash at the end. NULL: the whole draft. (transfer full) */
static GStrv
dup_paths (Tasks *tasks, AnnexShare *share)
{
  const char *root = annex_share_get_home (share);
  g_autoptr (GStrvBuilder) paths = g_strv_builder_new ();

  if (tasks->words[1] == NULL)
    return NULL;
  for (guint i = 1; tasks->words[i] != NULL; i++)
    {
      g_autofree char *whole = g_canonicalize_filename (tasks->words[i], root);
      gsize length = strlen (root);

      if (g_str_has_prefix (whole, root) && whole[length] == '/' && whole[length + 1] != '\0')
        g_strv_builder_add (paths, whole + length + 1);
      else if (!g_str_equal (whole, root)) /* of another folder: nothing here matches it */
        g_strv_builder_add (paths, whole);
      else
        return NULL;
    }
  return g_strv_builder_end (paths);
}

/* Is anything of the share's draft at one of @paths? @paths NULL: yes. */
static gboolean
touches (AnnexWorkspace *workspace, AnnexShare *share, GStrv paths, gboolean *any, GError **error)
{
  g_autoptr (GPtrArray) changes = NULL;

  *any = paths == NULL;
  if (*any)
    return TRUE;
  changes = dex_await_boxed (
      annex_drafts_list (annex_workspace_get_drafts (workspace), annex_share_get_id (share)),
      error);
  for (guint i = 0; changes != NULL && i < changes->len; i++)
    *any = *any ||
           annex_drafts_is_chosen (g_ptr_array_index (changes, i), (const char *const *) paths);
  return changes != NULL;
}

static gboolean
keep_share (Tasks *tasks, AnnexWorkspace *workspace, AnnexShare *share, GError **error)
{
  g_auto (GStrv) paths = dup_paths (tasks, share);
  g_autoptr (GPtrArray) kept = NULL;
  gboolean any;

  if (!touches (workspace, share, paths, &any, error) || !any)
    return !any && *error == NULL;
  tasks->touched = TRUE;
  kept =
      dex_await_boxed (annex_drafts_keep (annex_workspace_get_drafts (workspace),
                                          annex_share_get_id (share), (const char *const *) paths),
                       error);
  if (kept == NULL || !answer_draft_ask (tasks, workspace, share, "keep", error))
    return FALSE;
  if (!print_kept (tasks, kept, "Kept"))
    {
      g_set_error_literal (error, ANNEX_KEEP_ERROR, ANNEX_KEEP_ERROR_FAILED,
                           "Not everything could be kept; what is left is still in the draft");
      return FALSE;
    }
  return TRUE;
}

/* A PATH that fits nothing is a slip of the pen, not a success. */
static int
check_touched (Tasks *tasks, GError **error)
{
  if (tasks->touched || tasks->words[1] == NULL)
    return ANNEX_EXIT_DONE;
  g_set_error (error, ANNEX_KEEP_ERROR, ANNEX_KEEP_ERROR_NOT_FOUND, "The draft has nothing at “%s”",
               tasks->words[1]);
  return -1;
}

static int
keep (Tasks *tasks, GError **error)
{
  return for_shares (tasks, keep_share, error) == ANNEX_EXIT_DONE ? check_touched (tasks, error)
                                                                  : -1;
}

static gboolean
discard_share (Tasks *tasks, AnnexWorkspace *workspace, AnnexShare *share, GError **error)
{
  g_auto (GStrv) paths = dup_paths (tasks, share);
  gboolean any;

  if (!touches (workspace, share, paths, &any, error) || !any)
    return !any && *error == NULL;
  tasks->touched = TRUE;
  if (!dex_await (annex_drafts_discard (annex_workspace_get_drafts (workspace),
                                        annex_share_get_id (share), (const char *const *) paths),
                  error) ||
      !answer_draft_ask (tasks, workspace, share, "discard", error))
    return FALSE;
  if (!tasks->json)
    annex_cli_print ("Discarded %s of %s.\n",
                     paths != NULL ? "that part of the draft" : "the draft",
                     annex_share_get_home (share));
  return TRUE;
}

static int
discard (Tasks *tasks, GError **error)
{
  return for_shares (tasks, discard_share, error) == ANNEX_EXIT_DONE ? check_touched (tasks, error)
                                                                     : -1;
}

/* Undoes the named keep, or all that are not undone, newest first. */
static int
undo (Tasks *tasks, GError **error)
{
  g_autoptr (AnnexTask) task = annex_cli_tasks_load (tasks, error);
  g_autoptr (AnnexWorkspace) workspace = NULL;
  g_auto (GStrv) keeps = NULL;
  gboolean ok = TRUE;
  guint undone = 0;

  if (task == NULL)
    return -1;
  workspace = load_workspace (tasks, task, error);
  if (workspace == NULL)
    return -1;
  keeps = annex_task_dup_keeps (task);
  for (guint i = g_strv_length (keeps); i > 0; i--)
    {
      g_autoptr (GPtrArray) entries = NULL;
      g_autoptr (GError) local = NULL;

      if (tasks->words[1] != NULL && !g_str_equal (tasks->words[1], keeps[i - 1]))
        continue;
      entries = dex_await_boxed (
          annex_drafts_undo (annex_workspace_get_drafts (workspace), keeps[i - 1]), &local);
      if (entries == NULL && g_error_matches (local, ANNEX_KEEP_ERROR, ANNEX_KEEP_ERROR_NOT_FOUND))
        continue; /* begun, and rolled back by a crash: nothing of it is left */
      if (entries == NULL)
        {
          g_propagate_error (error, g_steal_pointer (&local));
          return -1;
        }
      undone++;
      ok = print_kept (tasks, entries, "Took back") && ok;
    }
  if (undone == 0 && tasks->words[1] != NULL)
    {
      g_set_error (error, ANNEX_KEEP_ERROR, ANNEX_KEEP_ERROR_NOT_FOUND,
                   "This task has no keep “%s” to take back", tasks->words[1]);
      return -1;
    }
  if (undone == 0)
    {
      g_set_error_literal (error, ANNEX_KEEP_ERROR, ANNEX_KEEP_ERROR_NOT_FOUND,
                           "There is nothing to take back");
      return -1;
    }
  return ok ? ANNEX_EXIT_DONE : ANNEX_EXIT_FAILED;
}

/* ---- ledger, export, import */

static int
ledger (Tasks *tasks, GError **error)
{
  g_autoptr (AnnexTask) task = NULL;
  g_autoptr (GPtrArray) rows = NULL;

  if (tasks->csv)
    return annex_cli_tasks_table (tasks, TRUE, error);
  /* Without a task: all rows, also of what belongs to none, as the computer's own system. */
  if (tasks->words[0] != NULL && (task = annex_cli_tasks_load (tasks, error)) == NULL)
    return -1;
  rows = dex_await_boxed (
      annex_store_list_ledger (tasks->store, task != NULL ? annex_task_get_id (task) : NULL),
      error);
  if (rows == NULL)
    return -1;
  for (guint i = 0; i < rows->len; i++)
    {
      AnnexLedgerEntry *row = g_ptr_array_index (rows, i);
      g_autofree char *line = tasks->json ? annex_ledger_entry_to_json_line (row) : NULL;
      g_autofree char *host = annex_cli_clean_line (row->host);
      g_autofree char *reason = annex_cli_clean_line (row->reason != NULL ? row->reason : "");
      g_autofree char *time = annex_cli_format_time (row->time_us);

      if (line != NULL)
        annex_cli_print ("%s\n", line);
      else
        annex_cli_print ("%s  %-8s  %-8s  %s:%u  %" G_GUINT64_FORMAT " up, %" G_GUINT64_FORMAT
                         " down  by %s%s%s%s\n",
                         time, row->channel, row->decision, host, row->port, row->bytes_up,
                         row->bytes_down, row->by != NULL ? row->by : "?",
                         annex_ledger_entry_is_under_way (row) ? "  under way" : "",
                         reason[0] != '\0' ? "  " : "", reason);
    }
  return ANNEX_EXIT_DONE;
}

static int
export_task (Tasks *tasks, GError **error)
{
  g_autoptr (AnnexTask) task = annex_cli_tasks_load (tasks, error);

  if (task == NULL)
    return -1;
  if (tasks->words[1] == NULL)
    {
      g_set_error_literal (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                           "say which file to write");
      return -1;
    }
  if (!dex_await (annex_store_export (tasks->store, annex_task_get_id (task), tasks->words[1]),
                  error))
    return -1;
  return ANNEX_EXIT_DONE;
}

static int
import_task (Tasks *tasks, GError **error)
{
  g_autofree char *id = NULL;

  if (tasks->words[0] == NULL)
    {
      g_set_error_literal (error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
                           "say which file to read");
      return -1;
    }
  id = dex_await_string (annex_store_import (tasks->store, tasks->words[0]), error);
  if (id == NULL)
    return -1;
  annex_cli_print ("%s\n", id);
  return ANNEX_EXIT_DONE;
}

static const struct
{
  const char *name;
  TasksFunc func;
} subcommands[] = {
  { "list", list },
  { "show", show },
  { "draft", draft },
  { "keep", keep },
  { "discard", discard },
  { "undo", undo },
  { "ledger", ledger },
  { "audit", annex_cli_tasks_audit },
  { "export", export_task },
  { "import", import_task },
  { "checkpoint", annex_cli_tasks_checkpoint },
  { "rollback", annex_cli_tasks_roll_back },
  { "fork", annex_cli_tasks_fork },
};

static TasksFunc
find_subcommand (const char *name)
{
  for (guint i = 0; name != NULL && i < G_N_ELEMENTS (subcommands); i++)
    if (g_str_equal (name, subcommands[i].name))
      return subcommands[i].func;
  return NULL;
}

int
annex_cli_tasks (char **argv)
{
  Tasks tasks = { 0 };
  const GOptionEntry entries[] = {
    { "json", 0, 0, G_OPTION_ARG_NONE, &tasks.json, NULL, NULL },
    { "csv", 0, 0, G_OPTION_ARG_NONE, &tasks.csv, NULL, NULL },
    { "diff", 0, 0, G_OPTION_ARG_NONE, &tasks.diff, NULL, NULL },
    { "archived", 0, 0, G_OPTION_ARG_NONE, &tasks.archived, NULL, NULL },
    { "list", 0, 0, G_OPTION_ARG_NONE, &tasks.list, NULL, NULL },
    { "contents", 0, 0, G_OPTION_ARG_NONE, &tasks.contents, NULL, NULL },
    { "remove", 0, 0, G_OPTION_ARG_STRING, &tasks.remove, NULL, NULL },
    { "title", 0, 0, G_OPTION_ARG_STRING, &tasks.title, NULL, NULL },
    { "folder", 0, 0, G_OPTION_ARG_FILENAME, &tasks.folder, NULL, NULL },
    { "search", 0, 0, G_OPTION_ARG_STRING, &tasks.search, NULL, NULL },
    G_OPTION_ENTRY_NULL,
  };
  GError *error = NULL;
  TasksFunc func;
  int status;

  if (!annex_cli_parse ("tasks", entries, &argv, &status))
    return status;
  annex_cli_drop_separator (argv);
  func = find_subcommand (argv[0]);
  if (func == NULL)
    return annex_cli_usage ("tasks",
                            argv[0] != NULL ? "there is no “tasks %s”" : "say what to do%s",
                            argv[0] != NULL ? argv[0] : "");
  tasks.words = argv + 1;
  tasks.session = annex_cli_open (&status);
  if (tasks.session == NULL)
    return status;
  tasks.store = annex_session_get_store (tasks.session);
  status = func (&tasks, &error);
  if (error != NULL)
    {
      annex_error_normalise (&error);
      status = error->domain == G_OPTION_ERROR ? annex_cli_usage ("tasks", "%s", error->message)
                                               : annex_cli_fail (error);
      g_clear_error (&error);
    }
  return annex_cli_close (tasks.session, status);
}
