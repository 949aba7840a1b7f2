/* annex-cli-tasks-audit.c
 *
 * `annex tasks audit`: a task's log and ledger as one, in the order of time, without contents.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-cli-tasks-private.h"

#include "annex-audit.h"

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

static void
print_record (AnnexCliTasks *tasks, JsonObject *record)
{
  g_autofree char *line = NULL;

  if (!tasks->json)
    {
      print_for_people (record);
      return;
    }
  line = annex_json_object_to_string (record);
  annex_cli_print ("%s\n", line);
}

static void
print_event (AnnexCliTasks *tasks, AnnexEvent *event)
{
  g_autoptr (JsonObject) record = annex_audit_from_event (event, tasks->contents);

  if (record != NULL)
    print_record (tasks, record);
}

static void
print_row (AnnexCliTasks *tasks, const AnnexLedgerEntry *row)
{
  g_autoptr (JsonObject) record = annex_audit_from_ledger (row);

  print_record (tasks, record);
}

int
annex_cli_tasks_audit (AnnexCliTasks *tasks, GError **error)
{
  g_autoptr (AnnexTask) task = annex_cli_tasks_load (tasks, error);
  g_autoptr (GPtrArray) events = NULL;
  g_autoptr (GPtrArray) rows = NULL;
  guint next = 0;

  if (task == NULL)
    return -1;
  events = dex_await_boxed (annex_store_list_events (tasks->store, annex_task_get_id (task), 0, 0),
                            error);
  if (events == NULL)
    return -1;
  rows = dex_await_boxed (annex_store_list_ledger (tasks->store, annex_task_get_id (task)), error);
  if (rows == NULL)
    return -1;
  for (guint i = 0; i < events->len; i++)
    {
      AnnexEvent *event = g_ptr_array_index (events, i);

      for (; next < rows->len; next++)
        {
          AnnexLedgerEntry *row = g_ptr_array_index (rows, next);

          if (row->time_us > annex_event_get_time_us (event))
            break;
          print_row (tasks, row);
        }
      print_event (tasks, event);
    }
  for (; next < rows->len; next++)
    print_row (tasks, g_ptr_array_index (rows, next));
  return ANNEX_EXIT_DONE;
}
