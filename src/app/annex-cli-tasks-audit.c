/* annex-cli-tasks-audit.c
 *
 * `annex tasks audit`: a task's log and ledger as one, in the order of time, without contents.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-cli-tasks-private.h"

#include "annex-audit.h"
#include "annex-csv.h"

/* One line for people: when, what, and the members by their names. */
static void
print_for_people (JsonObject *record)
{
  g_autoptr (GString) line = g_string_new (NULL);
  g_autofree char *time = NULL;
  JsonObjectIter iter;
  const char *name;
  JsonNode *node;
  gint64 time_us = 0;

  annex_time_from_text (annex_json_opt_string (record, "time", NULL), &time_us);
  time = annex_cli_format_time (time_us);
  json_object_iter_init_ordered (&iter, record);
  while (json_object_iter_next_ordered (&iter, &name, &node))
    {
      g_autofree char *value = NULL;
      g_autofree char *clean = NULL;

      if (g_str_equal (name, "time") || g_str_equal (name, "task") || g_str_equal (name, "kind") ||
          g_str_equal (name, "seq"))
        continue;
      if (JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_STRING)
        value = json_node_dup_string (node);
      else
        value = annex_json_to_string (node);
      clean = annex_cli_clean_line (value);
      g_string_append_printf (line, "  %s: %s", name, clean);
    }
  annex_cli_print ("%s  %s%s\n", time, annex_json_opt_string (record, "kind", ""), line->str);
}

/* In a fiber: the records of the task that was named, of its ledger alone or of all; those of
 * events with contents where that was asked for. NULL with an error. (transfer full) */
static GPtrArray *
list_records (AnnexCliTasks *tasks, gboolean ledger, GError **error)
{
  g_autoptr (AnnexTask) task = annex_cli_tasks_load (tasks, error);
  g_autoptr (GPtrArray) events = NULL;
  g_autoptr (GPtrArray) rows = NULL;

  if (task == NULL)
    return NULL;
  events = ledger
               ? g_ptr_array_new ()
               : dex_await_boxed (
                     annex_store_list_events (tasks->store, annex_task_get_id (task), 0, 0), error);
  if (events == NULL)
    return NULL;
  rows = dex_await_boxed (annex_store_list_ledger (tasks->store, annex_task_get_id (task)), error);
  return rows != NULL ? annex_audit_list (events, rows, tasks->contents) : NULL;
}

int
annex_cli_tasks_table (AnnexCliTasks *tasks, gboolean ledger, GError **error)
{
  g_autoptr (GPtrArray) records = list_records (tasks, ledger, error);
  g_autofree char *table = records != NULL ? annex_csv_from_objects (records) : NULL;

  if (table == NULL)
    return -1;
  annex_cli_print ("%s", table);
  return ANNEX_EXIT_DONE;
}

int
annex_cli_tasks_audit (AnnexCliTasks *tasks, GError **error)
{
  g_autoptr (GPtrArray) records = NULL;

  if (tasks->csv)
    return annex_cli_tasks_table (tasks, FALSE, error);
  records = list_records (tasks, FALSE, error);
  if (records == NULL)
    return -1;
  for (guint i = 0; i < records->len; i++)
    {
      JsonObject *record = g_ptr_array_index (records, i);
      g_autofree char *line = tasks->json ? annex_json_object_to_string (record) : NULL;

      if (line != NULL)
        annex_cli_print ("%s\n", line);
      else
        print_for_people (record);
    }
  return ANNEX_EXIT_DONE;
}
