/* annex-session-delete.c
 *
 * Deleting a task with all it has on this machine.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-session.h"

#include "annex-admin-policy.h"
#include "annex-audit-export.h"
#include "annex-future.h"
#include "annex-given-files.h"
#include "annex-paths.h"
#include "annex-tree.h"

#include <glib/gstdio.h>

typedef struct
{
  char *task_id;
  char **keeps;
} Leftovers;

static void
leftovers_free (gpointer data)
{
  Leftovers *leftovers = data;

  g_free (leftovers->task_id);
  g_strfreev (leftovers->keeps);
  g_free (leftovers);
}

char *
annex_session_dup_trial_folder (const char *task_id)
{
  g_autofree char *rest = g_build_filename ("trials", task_id, NULL);

  return annex_paths_data (rest);
}

/* Undo data, baselines, files that were handed over, copies of folders. */
static DexFuture *
remove_leftovers_work (gpointer data)
{
  Leftovers *leftovers = data;
  g_autofree char *undo = annex_paths_data ("undo");
  g_autofree char *rest = g_build_filename ("tasks", leftovers->task_id, NULL);
  g_autofree char *folder = annex_paths_data (rest);
  g_autofree char *trial = annex_session_dup_trial_folder (leftovers->task_id);

  for (guint i = 0; leftovers->keeps[i] != NULL; i++)
    annex_keep_forget (undo, leftovers->keeps[i], NULL); /* what stays takes room, no more */
  annex_given_files_remove (leftovers->task_id);
  annex_browsers_remove_files (leftovers->task_id);
  annex_tree_remove (folder);
  annex_tree_remove (trial);
  return dex_future_new_true ();
}

/* Without a computer there is nothing of one to delete, and libvirt need not be there. */
static gboolean
delete_computer (AnnexSession *self, const char *task_id, GError **error)
{
  g_autofree char *rest = g_build_filename ("computers", task_id, NULL);
  g_autofree char *folder = annex_paths_computer (rest);

  return !g_file_test (folder, G_FILE_TEST_EXISTS) ||
         dex_await (annex_computers_delete (annex_session_get_computers (self), task_id), error);
}

static gboolean
delete_log (AnnexSession *self, const char *task_id, GError **error)
{
  g_auto (GStrv) collectors = annex_admin_policy_dup_collectors (annex_admin_policy_get ());

  return annex_audit_export_delete_task (annex_session_get_store (self),
                                         (const char *const *) collectors, task_id, error);
}

gboolean
annex_session_delete_task (AnnexSession *self, AnnexTask *task, GError **error)
{
  const char *id = annex_task_get_id (task);
  Leftovers *leftovers;

  annex_browsers_close (annex_session_get_browsers (self), id);
  if (!delete_computer (self, id, error) || !delete_log (self, id, error))
    return FALSE;
  leftovers = g_new0 (Leftovers, 1);
  leftovers->task_id = g_strdup (id);
  leftovers->keeps = annex_task_dup_keeps (task);
  dex_await (annex_worker_run ("annex-delete", remove_leftovers_work, leftovers, leftovers_free),
             NULL); /* the task is gone; what stays takes room, no more */
  return TRUE;
}
