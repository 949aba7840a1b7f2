/* annex-skill-shares.c
 *
 * The names of the folders that tasks were given lately: they tell something about the user when
 * they stand in a skill.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-skill-store-private.h"

#include "annex-json.h"

#define MAX_TASKS 60
#define MAX_NAMES 100

static void
add_name (GHashTable *names, AnnexEvent *event)
{
  JsonObject *share = annex_json_opt_object (annex_event_get_data (event), "share");
  const char *path = share != NULL ? annex_json_opt_string (share, "path", NULL) : NULL;
  g_autofree char *name = path != NULL ? g_path_get_basename (path) : NULL;

  if (name != NULL && g_hash_table_size (names) < MAX_NAMES && g_utf8_validate (name, -1, NULL))
    g_hash_table_add (names, g_steal_pointer (&name));
}

static char **
dup_keys (GHashTable *names)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  GHashTableIter iter;
  gpointer name;

  g_hash_table_iter_init (&iter, names);
  while (g_hash_table_iter_next (&iter, &name, NULL))
    g_strv_builder_add (builder, name);
  return g_strv_builder_end (builder);
}

char **
annex_skill_dup_share_names (AnnexStore *store)
{
  static const AnnexEventType types[] = { ANNEX_EVENT_SHARE_GRANTED };
  g_autoptr (GHashTable) names = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GPtrArray) tasks = dex_await_boxed (annex_store_list_tasks (store), NULL);

  /* What cannot be read now is not looked for; the rest still is. */
  for (guint i = 0; tasks != NULL && i < MIN (tasks->len, MAX_TASKS); i++)
    {
      const AnnexTaskSummary *task = g_ptr_array_index (tasks, i);
      g_autoptr (GPtrArray) events = dex_await_boxed (
          annex_store_list_events_of (store, task->id, types, G_N_ELEMENTS (types)), NULL);

      for (guint j = 0; events != NULL && j < events->len; j++)
        add_name (names, g_ptr_array_index (events, j));
    }
  return dup_keys (names);
}
