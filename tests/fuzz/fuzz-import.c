/* fuzz-import.c
 *
 * Any file as the export of a task: it is refused and leaves nothing, or it becomes a task that
 * opens, grants nothing of what its log says, and goes again.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "fuzz.h"

#include "annex-task.h"

#include <glib/gstdio.h>
#include <unistd.h>

static AnnexStore *store;
static char *folder;

static void
remove_folder (void)
{
  static const char *const names[] = { "tasks.db", "tasks.db-wal", "tasks.db-shm", "task.annex" };

  for (guint i = 0; i < G_N_ELEMENTS (names); i++)
    {
      g_autofree char *path = g_build_filename (folder, names[i], NULL);

      g_unlink (path);
    }
  g_rmdir (folder);
}

/* Runs the main loop until @future (taken) settles. */
static DexFuture *
settle (DexFuture *future)
{
  while (dex_future_is_pending (future))
    g_main_context_iteration (NULL, TRUE);
  return future;
}

static AnnexStore *
open_store (void)
{
  /* In memory where that is possible: each import is written to the disk. */
  g_autofree char *pattern = g_build_filename (
      access ("/dev/shm", W_OK) == 0 ? "/dev/shm" : g_get_tmp_dir (), "annex-import-XXXXXX", NULL);
  g_autofree char *path = NULL;
  g_autoptr (DexFuture) opened = NULL;

  dex_init ();
  folder = g_steal_pointer (&pattern);
  g_assert_nonnull (g_mkdtemp (folder));
  atexit (remove_folder);
  path = g_build_filename (folder, "tasks.db", NULL);
  opened = settle (annex_store_open (path));
  return g_value_dup_object (dex_future_get_value (opened, NULL));
}

static void
check_task (const char *id)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (DexFuture) loaded = settle (annex_task_load (store, id));
  const GValue *value = dex_future_get_value (loaded, &error);
  AnnexTask *task;
  g_autoptr (GPtrArray) shares = NULL;
  g_autoptr (GPtrArray) asks = NULL;
  g_autoptr (GPtrArray) rules = NULL;
  g_autoptr (DexFuture) deleted = NULL;

  g_assert_no_error (error);
  task = g_value_get_object (value);
  shares = annex_task_dup_shares (task);
  asks = annex_task_dup_open_asks (task);
  rules = annex_task_dup_network_rules (task);
  g_assert_cmpuint (shares->len, ==, 0);
  g_assert_cmpuint (asks->len, ==, 0);
  g_assert_cmpuint (rules->len, ==, 0);
  deleted = settle (annex_store_delete_task (store, id));
  g_assert_true (dex_future_is_resolved (deleted));
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autofree char *path = NULL;
  g_autoptr (DexFuture) imported = NULL;
  g_autoptr (DexFuture) listed = NULL;
  GPtrArray *tasks;

  if (store == NULL)
    store = open_store ();
  path = g_build_filename (folder, "task.annex", NULL);
  g_assert_true (g_file_set_contents_full (path, (const char *) data, (gssize) size,
                                           G_FILE_SET_CONTENTS_NONE, 0600, NULL));
  imported = settle (annex_store_import (store, path));
  if (dex_future_is_resolved (imported))
    check_task (g_value_get_string (dex_future_get_value (imported, NULL)));
  listed = settle (annex_store_list_tasks (store));
  tasks = g_value_get_boxed (dex_future_get_value (listed, NULL));
  g_assert_cmpuint (tasks->len, ==, 0);
  return 0;
}
