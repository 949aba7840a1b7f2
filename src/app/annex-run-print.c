/* annex-run-print.c
 *
 * See annex-run-print.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-run-print.h"

#include "annex-cli.h"

#include <stdio.h>

/* Stored events may come from an import: an element of another type is skipped. (borrowed,
 * nullable) */
static JsonObject *
object_at (JsonArray *array, guint index)
{
  JsonNode *node = json_array_get_element (array, index);

  return JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
}

static const char *
string_at (JsonArray *array, guint index)
{
  JsonNode *node = json_array_get_element (array, index);

  return JSON_NODE_HOLDS_VALUE (node) ? json_node_get_string (node) : NULL;
}

static void
print_block (JsonObject *data)
{
  JsonObject *block = annex_json_opt_object (data, "block");
  g_autofree char *text = NULL;

  if (block == NULL || g_strcmp0 (annex_json_opt_string (block, "type", ""), "text") != 0)
    return;
  text = annex_cli_clean (annex_json_opt_string (block, "text", ""));
  annex_cli_print ("\n%s\n", text);
}

static void
print_plan (JsonObject *data)
{
  JsonArray *steps = annex_json_opt_array (data, "steps");

  if (steps == NULL)
    return;
  annex_cli_print ("\nPlan\n");
  for (guint i = 0; i < json_array_get_length (steps); i++)
    {
      JsonObject *step = object_at (steps, i);
      const char *state = step != NULL ? annex_json_opt_string (step, "state", "pending") : "";
      g_autofree char *title =
          annex_cli_clean_line (step != NULL ? annex_json_opt_string (step, "title", "") : "");
      const char *mark = "○";

      if (step == NULL)
        continue;
      if (g_str_equal (state, "completed"))
        mark = "✓";
      else if (g_str_equal (state, "in_progress"))
        mark = "◐";
      else if (g_str_equal (state, "failed"))
        mark = "✗";
      else if (g_str_equal (state, "skipped"))
        mark = "–";
      annex_cli_print ("  %s %s\n", mark, title);
    }
}

/* What a tool does, in words of the user's. */
static const char *
tool_words (const char *name)
{
  static const struct
  {
    const char *name;
    const char *words;
  } table[] = {
    { "shell", "Ran a command" },
    { "shell_output", "Looked at a running command" },
    { "shell_stop", "Ended a running command" },
    { "read_file", "Read a file" },
    { "write_file", "Wrote a file" },
    { "edit_file", "Edited a file" },
    { "find_files", "Looked for files" },
    { "search_text", "Searched in files" },
    { "delegate", "Gave work to a helper" },
    { "browse", "Looked on the web" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (table); i++)
    if (g_str_equal (table[i].name, name))
      return table[i].words;
  return NULL;
}

static void
print_tool (JsonObject *data)
{
  const char *words = tool_words (annex_json_opt_string (data, "name", ""));
  JsonObject *result = annex_json_opt_object (data, "result");
  gboolean failed = result != NULL && annex_json_opt_boolean (result, "is_error", FALSE);
  double seconds = (double) annex_json_opt_int (data, "duration_ms", 0) / 1000;

  if (words != NULL)
    annex_cli_print ("› %s%s  %.1f s\n", words, failed ? " (it failed)" : "", seconds);
}

static void
print_draft (JsonObject *data)
{
  annex_cli_print (
      "\nDraft: %d added, %d changed, %d renamed, %d deleted\n",
      (int) annex_json_opt_int (data, "added", 0), (int) annex_json_opt_int (data, "changed", 0),
      (int) annex_json_opt_int (data, "renamed", 0), (int) annex_json_opt_int (data, "deleted", 0));
}

/* An entry that is not simply done: a conflict, a refusal. */
static void
print_entry (JsonObject *entry)
{
  const char *outcome = annex_json_opt_string (entry, "outcome", "done");
  g_autofree char *clean = annex_cli_clean_line (outcome);
  g_autofree char *path = annex_cli_clean_line (annex_json_opt_string (entry, "path", ""));
  g_autofree char *reason = annex_cli_clean_line (annex_json_opt_string (entry, "reason", ""));
  g_autofree char *other = annex_cli_clean_line (annex_json_opt_string (entry, "other_path", ""));

  if (!g_str_equal (outcome, "done"))
    annex_cli_print ("  %s: %s%s%s %s\n", path, clean, other[0] != '\0' ? " as " : "", other,
                     reason);
}

static void
print_kept (JsonObject *data, const char *verb)
{
  JsonArray *entries = annex_json_opt_array (data, "entries");
  guint n = entries != NULL ? json_array_get_length (entries) : 0;

  annex_cli_print ("%s %u change%s.\n", verb, n, n == 1 ? "" : "s");
  for (guint i = 0; i < n; i++)
    {
      JsonObject *entry = object_at (entries, i);

      if (entry != NULL)
        print_entry (entry);
    }
}

static void
print_files (JsonObject *data)
{
  JsonArray *paths = annex_json_opt_array (data, "paths");

  annex_cli_print ("\nResults\n");
  for (guint i = 0; paths != NULL && i < json_array_get_length (paths); i++)
    {
      const char *path = string_at (paths, i);
      g_autofree char *clean = path != NULL ? annex_cli_clean_line (path) : NULL;

      if (clean != NULL)
        annex_cli_print ("  %s\n", clean);
    }
}

static void
print_failure (JsonObject *data)
{
  g_autofree char *text = annex_cli_clean_line (annex_json_opt_string (data, "message", ""));
  gint64 retry_ms = annex_json_opt_int (data, "retry_in_ms", -1);

  if (retry_ms >= 0)
    annex_cli_print ("… %s Trying again in %.1f s.\n", text, (double) retry_ms / 1000);
}

void
annex_run_print_event (AnnexEvent *event)
{
  JsonObject *data = annex_event_get_data (event);

  if (annex_json_opt_string (data, "parent", NULL) != NULL)
    return;
  switch (annex_event_get_event_type (event))
    {
    case ANNEX_EVENT_BLOCK:
      print_block (data);
      break;
    case ANNEX_EVENT_PLAN_UPDATED:
      if (g_strcmp0 (annex_json_opt_string (data, "by", ""), "app") != 0)
        print_plan (data);
      break;
    case ANNEX_EVENT_TOOL_FINISHED:
      print_tool (data);
      break;
    case ANNEX_EVENT_DRAFT_CHANGED:
      print_draft (data);
      break;
    case ANNEX_EVENT_DRAFT_KEPT:
      print_kept (data, "Kept");
      break;
    case ANNEX_EVENT_DRAFT_UNDONE:
      print_kept (data, "Took back");
      break;
    case ANNEX_EVENT_FILES_PRESENTED:
      print_files (data);
      break;
    case ANNEX_EVENT_REPLY_FAILED:
      print_failure (data);
      break;
    case ANNEX_EVENT_TASK_CREATED:
    case ANNEX_EVENT_TITLE_CHANGED:
    case ANNEX_EVENT_STATE_CHANGED:
    case ANNEX_EVENT_USER_MESSAGE:
    case ANNEX_EVENT_ANNOUNCEMENT:
    case ANNEX_EVENT_REPLY_STARTED:
    case ANNEX_EVENT_REPLY_FINISHED:
    case ANNEX_EVENT_TOOL_STARTED:
    case ANNEX_EVENT_ASK_OPENED:
    case ANNEX_EVENT_ASK_ANSWERED:
    case ANNEX_EVENT_ASK_EXPIRED:
    case ANNEX_EVENT_SHARE_GRANTED:
    case ANNEX_EVENT_SHARE_MODE:
    case ANNEX_EVENT_SHARE_REVOKED:
    case ANNEX_EVENT_DRAFT_KEEPING:
    case ANNEX_EVENT_DRAFT_DISCARDED:
    case ANNEX_EVENT_UNTRUSTED_READ:
    case ANNEX_EVENT_DATA_GIVEN:
    case ANNEX_EVENT_NETWORK_DECIDED:
    case ANNEX_EVENT_CONNECTOR_DECIDED:
    case ANNEX_EVENT_COMPUTER_CHANGED:
    case ANNEX_EVENT_CHECKPOINT_MADE:
    case ANNEX_EVENT_CHECKPOINT_REMOVED:
    case ANNEX_EVENT_ROLLING_BACK:
    case ANNEX_EVENT_ROLLED_BACK:
    case ANNEX_EVENT_TRIES_AGAIN:
    case ANNEX_EVENT_FORKED:
    case ANNEX_EVENT_REWOUND:
    case ANNEX_EVENT_COMPACTED:
    case ANNEX_EVENT_ERROR:
    case ANNEX_EVENT_IMPORTED:
    case ANNEX_EVENT_UNKNOWN:
      break;
    }
}

void
annex_run_print_computer (AnnexComputer *computer)
{
  g_autofree char *message = annex_computer_dup_message (computer);
  g_autofree char *clean = message != NULL ? annex_cli_clean_line (message) : NULL;
  const char *last = g_object_get_data (G_OBJECT (computer), "annex-printed");

  if (message == NULL || message[0] == '\0' || g_strcmp0 (message, last) == 0)
    return;
  fprintf (stderr, "%s\n", clean);
  g_object_set_data_full (G_OBJECT (computer), "annex-printed", g_steal_pointer (&message), g_free);
}
