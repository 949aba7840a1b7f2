/* annex-agent-compact.c
 *
 * A conversation that no longer fits into the model's memory goes on with a summary of it, made out
 * of the log without a model: all that the user and Annex have said, what was done in a line a
 * call, the plan, and the last results. Every summary is made from the whole log, so none is a
 * summary of a summary.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-agent-private.h"

#include "annex-future.h"
#include "annex-json-build.h"
#include "annex-spoken.h"
#include "annex-web-text.h"

#include <glib/gi18n.h>

/* Of the summary. Where the first one is still too much, a smaller one is made. */
static const gsize budgets[] = { 48000, 12000 };

/* However small the model's memory is. */
#define MIN_BUDGET 4000
#define BYTES_PER_TOKEN 4

#define MAX_USER_CHARS 6000
#define MIN_USER_CHARS 200
#define MAX_TOLD_CHARS 1000
#define MAX_SAID_CHARS 1200
#define MAX_CALL_CHARS 240
#define MAX_RESULTS 3

typedef enum {
  LINE_USER, /* never left out */
  LINE_TOLD, /* by Annex */
  LINE_SAID, /* by the model */
  LINE_CALL,
} LineKind;

typedef struct
{
  LineKind kind;
  gint64 seq;
  char *reply; /* of what the model said and called */
  char *call;  /* of LINE_CALL: its id */
  char *text;
  char *result;    /* of LINE_CALL: what came of it, nullable */
  gint64 answered; /* and when: the event's number */
  gboolean failed; /* of LINE_CALL */
} Line;

static void
line_free (gpointer data)
{
  Line *line = data;

  g_free (line->reply);
  g_free (line->call);
  g_free (line->text);
  g_free (line->result);
  g_free (line);
}

static Line *
add_line (GPtrArray *lines, LineKind kind, AnnexEvent *event, const char *text, gsize max_chars)
{
  Line *line = g_new0 (Line, 1);

  line->kind = kind;
  line->seq = annex_event_get_seq (event);
  line->reply = g_strdup (annex_json_opt_string (annex_event_get_data (event), "reply", NULL));
  line->text = annex_web_text_clean (text, max_chars, NULL);
  g_ptr_array_add (lines, line);
  return line;
}

/* ---- reading the log */

static void
take_user_message (GPtrArray *lines, AnnexEvent *event)
{
  JsonArray *blocks = annex_json_opt_array (annex_event_get_data (event), "blocks");
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; blocks != NULL && i < json_array_get_length (blocks); i++)
    {
      JsonNode *node = json_array_get_element (blocks, i);
      g_autoptr (AnnexBlock) block = JSON_NODE_HOLDS_OBJECT (node)
                                         ? annex_block_new (json_node_dup_object (node), NULL)
                                         : NULL;

      if (block == NULL)
        continue;
      if (text->len > 0)
        g_string_append_c (text, '\n');
      if (annex_block_get_kind (block) == ANNEX_BLOCK_TEXT)
        g_string_append (text, annex_block_get_text (block));
      else
        g_string_append_printf (text, "(with it came a %s, which you do not see any more)",
                                annex_block_get_type_name (block));
    }
  if (text->len > 0)
    add_line (lines, LINE_USER, event, text->str, MAX_USER_CHARS);
}

/* What is told of skills and connectors is told anew. */
static void
take_announcement (GPtrArray *lines, AnnexEvent *event)
{
  JsonObject *data = annex_event_get_data (event);
  const char *text = annex_json_opt_string (data, "text", "");

  if (text[0] != '\0' && !json_object_has_member (data, "skills") &&
      !json_object_has_member (data, "connectors"))
    add_line (lines, LINE_TOLD, event, text, MAX_TOLD_CHARS);
}

static void
take_block (GPtrArray *lines, AnnexEvent *event)
{
  JsonObject *json = annex_json_opt_object (annex_event_get_data (event), "block");
  g_autoptr (AnnexBlock) block =
      json != NULL ? annex_block_new (annex_json_object_copy (json), NULL) : NULL;
  g_autofree char *input = NULL;
  g_autofree char *text = NULL;

  if (block == NULL)
    return;
  if (annex_block_get_kind (block) == ANNEX_BLOCK_TEXT && annex_block_get_text (block)[0] != '\0')
    add_line (lines, LINE_SAID, event, annex_block_get_text (block), MAX_SAID_CHARS);
  if (annex_block_get_kind (block) != ANNEX_BLOCK_TOOL_USE)
    return;
  input = annex_json_object_to_string (annex_block_get_tool_input (block));
  text = g_strconcat (annex_block_get_tool_name (block), " ", input, NULL);
  add_line (lines, LINE_CALL, event, text, MAX_CALL_CHARS)->call =
      g_strdup (annex_block_get_tool_use_id (block));
}

static void
take_result (GPtrArray *lines, AnnexEvent *event)
{
  JsonObject *data = annex_event_get_data (event);
  const char *id = annex_json_opt_string (data, "tool_use_id", "");
  JsonObject *json = annex_json_opt_object (data, "result");
  g_autoptr (AnnexBlock) block =
      json != NULL ? annex_block_new (annex_json_object_copy (json), NULL) : NULL;

  for (guint i = lines->len; block != NULL && i > 0; i--)
    {
      Line *line = g_ptr_array_index (lines, i - 1);

      if (line->kind != LINE_CALL || g_strcmp0 (line->call, id) != 0)
        continue;
      g_set_str (&line->result, annex_block_get_text (block));
      line->answered = annex_event_get_seq (event);
      line->failed = annex_block_get_is_error (block);
      return;
    }
}

static void
drop_reply (GPtrArray *lines, AnnexEvent *event)
{
  const char *reply = annex_json_opt_string (annex_event_get_data (event), "reply", NULL);

  for (guint i = lines->len; reply != NULL && i > 0; i--)
    if (g_strcmp0 (((Line *) g_ptr_array_index (lines, i - 1))->reply, reply) == 0)
      g_ptr_array_remove_index (lines, i - 1);
}

/* What came after @to_seq; of a call before it, what came of it since. */
static void
drop_after (GPtrArray *lines, gint64 to_seq)
{
  while (to_seq >= 0 && lines->len > 0 &&
         ((Line *) g_ptr_array_index (lines, lines->len - 1))->seq > to_seq)
    g_ptr_array_set_size (lines, (int) lines->len - 1);
  for (guint i = 0; to_seq >= 0 && i < lines->len; i++)
    {
      Line *line = g_ptr_array_index (lines, i);

      if (line->answered <= to_seq)
        continue;
      g_clear_pointer (&line->result, g_free);
      line->answered = 0;
      line->failed = FALSE;
    }
}

static void
take_event (GPtrArray *lines, AnnexEvent *event)
{
  JsonObject *data = annex_event_get_data (event);
  AnnexEventType type = annex_event_get_event_type (event);

  if (json_object_has_member (data, "parent")) /* a helper's */
    return;
  if (type == ANNEX_EVENT_USER_MESSAGE)
    take_user_message (lines, event);
  else if (type == ANNEX_EVENT_ANNOUNCEMENT || type == ANNEX_EVENT_SHARE_GRANTED ||
           type == ANNEX_EVENT_SHARE_MODE || type == ANNEX_EVENT_SHARE_REVOKED ||
           type == ANNEX_EVENT_ROLLED_BACK || type == ANNEX_EVENT_FORKED)
    take_announcement (lines, event);
  else if (type == ANNEX_EVENT_BLOCK)
    take_block (lines, event);
  else if (type == ANNEX_EVENT_TOOL_FINISHED)
    take_result (lines, event);
  else if (type == ANNEX_EVENT_REPLY_FAILED)
    drop_reply (lines, event);
  else if (type == ANNEX_EVENT_REWOUND)
    drop_after (lines, annex_json_opt_int (data, "to_seq", -1));
}

/* ---- the summary */

/* Further lines are indented, so that none can look like the beginning of another part. */
static char *
indent (const char *text)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);

  return g_strjoinv ("\n  ", lines);
}

/* (transfer full) */
static char *
describe_line (const Line *line, gsize max_user_chars)
{
  g_autofree char *cut =
      annex_web_text_clean (line->text, line->kind == LINE_USER ? max_user_chars : G_MAXSIZE, NULL);
  g_autofree char *text = indent (cut);

  switch (line->kind)
    {
    case LINE_USER:
      return g_strdup_printf ("The user said: %s\n", text);
    case LINE_TOLD:
      return g_strdup_printf ("Annex told you: %s\n", text);
    case LINE_SAID:
      return g_strdup_printf ("You said: %s\n", text);
    case LINE_CALL:
      return g_strdup_printf ("You called %s → %s\n", text,
                              line->result == NULL ? "no result"
                              : line->failed       ? "failed"
                                                   : "done");
    }
  return g_strdup ("");
}

/* What each of the user's messages may take of half the budget. */
static gsize
share_among_users (GPtrArray *lines, gsize budget)
{
  gsize n = 0;

  for (guint i = 0; i < lines->len; i++)
    n += ((Line *) g_ptr_array_index (lines, i))->kind == LINE_USER;
  return CLAMP (budget / 2 / MAX (n, 1), MIN_USER_CHARS, MAX_USER_CHARS);
}

/* From the end as much as fits, and all that the user said. */
static void
append_lines (GString *out, GPtrArray *lines, gsize budget)
{
  gsize max_user_chars = share_among_users (lines, budget);
  g_autoptr (GPtrArray) kept = g_ptr_array_new_with_free_func (g_free);
  gsize used = 0;
  guint left_out = 0;

  for (guint i = lines->len; i > 0; i--)
    {
      const Line *line = g_ptr_array_index (lines, i - 1);
      g_autofree char *text = describe_line (line, max_user_chars);

      used += strlen (text);
      if (line->kind == LINE_USER || used < budget)
        g_ptr_array_add (kept, g_steal_pointer (&text));
      else
        left_out++;
    }
  if (left_out > 0)
    g_string_append_printf (out, "(%u earlier steps of yours are not told here.)\n", left_out);
  for (guint i = kept->len; i > 0; i--)
    g_string_append (out, g_ptr_array_index (kept, i - 1));
}

static void
append_plan (GString *out, AnnexPlan *plan)
{
  if (plan == NULL || annex_plan_get_n_steps (plan) == 0)
    return;
  g_string_append (out, "\nThe plan as it stands:\n");
  for (guint i = 0; i < annex_plan_get_n_steps (plan); i++)
    {
      const AnnexStep *step = annex_plan_get_step (plan, i);
      g_autofree char *words = g_strdup_printf ("%s (id %s)", step->title, step->id);
      g_autofree char *cut = annex_web_text_clean (words, MAX_CALL_CHARS, NULL);
      g_autofree char *shown = indent (cut);

      g_string_append_printf (out, "- [%s] %s\n", annex_step_state_to_name (step->state), shown);
    }
}

/* Their text is of files, programs and pages: material, never a word of the user's. */
static void
append_results (GString *out, GPtrArray *lines, gsize budget)
{
  g_autoptr (GString) text = g_string_new (NULL);
  g_autofree char *framed = NULL;
  guint n = 0;

  for (guint i = lines->len; i > 0 && n < MAX_RESULTS; i--)
    {
      const Line *line = g_ptr_array_index (lines, i - 1);
      g_autofree char *cut = NULL;

      if (line->result == NULL || line->result[0] == '\0')
        continue;
      cut = annex_web_text_clean (line->result, budget / 4 / MAX_RESULTS,
                                  "The rest is not told here.");
      g_string_append_printf (text, "%s\n%s\n\n", line->text, cut);
      n++;
    }
  if (n == 0)
    return;
  framed = annex_web_text_frame ("what came of your last calls, the newest first", text->str);
  g_string_append_printf (out, "\n%s\n", framed);
}

/* All that a summary is made of; nothing of it changes. */
typedef struct
{
  GPtrArray *events; /* until they are read */
  AnnexPlan *plan;   /* nullable */
  gsize budget;
} Summary;

static void
summary_free (gpointer data)
{
  Summary *summary = data;

  g_clear_pointer (&summary->events, g_ptr_array_unref);
  g_clear_pointer (&summary->plan, annex_plan_unref);
  g_free (summary);
}

/* In a thread of its own: a long log takes longer than a frame may. */
static DexFuture *
summary_work (gpointer data)
{
  Summary *summary = data;
  g_autoptr (GPtrArray) lines = g_ptr_array_new_with_free_func (line_free);
  GString *out = g_string_new (
      "The conversation did not fit into your memory any more. This is what Annex has kept of it; "
      "it replaces everything before. Your computer and the files in it are as you left them: look "
      "at them again where you need to know more. Do not repeat what is done; go on with what is "
      "left, and say nothing about this message.\n\n");

  for (guint i = 0; i < summary->events->len; i++)
    take_event (lines, g_ptr_array_index (summary->events, i));
  g_clear_pointer (&summary->events, g_ptr_array_unref); /* here: that takes as long */
  append_lines (out, lines, summary->budget);
  append_plan (out, summary->plan);
  append_results (out, lines, summary->budget);
  return dex_future_new_take_string (g_string_free_and_steal (out));
}

/* A third of what the model can hold, where that is known and less. */
static gsize
budget_of (AnnexAgent *self, guint n)
{
  gsize third = (gsize) self->window.tokens * BYTES_PER_TOKEN / 3;

  return third > 0 ? CLAMP (third, MIN_BUDGET, budgets[n]) : budgets[n];
}

gboolean
annex_agent_compact (AnnexAgent *self, GError **error)
{
  AnnexTask *task = annex_workspace_get_task (self->workspace);
  AnnexPlan *plan = annex_task_get_plan (task);
  guint n = annex_task_count_compacted (task);
  g_autoptr (GPtrArray) events = NULL;
  g_autofree char *text = NULL;
  Summary *summary;
  gint64 seen;

  if (n >= G_N_ELEMENTS (budgets))
    {
      annex_set_spoken (error, ANNEX_MODEL_ERROR, ANNEX_MODEL_ERROR_CONTEXT_FULL,
                        N_ ("Not even a summary of the conversation fits into the model’s memory. "
                            "Choose a model with more of it, or start a new task for the rest of "
                            "the work."));
      return FALSE;
    }
  events = dex_await_boxed (
      annex_store_list_events (annex_task_get_store (task), annex_task_get_id (task), 0, 0), error);
  if (events == NULL || events->len == 0)
    return FALSE;
  seen = annex_event_get_seq (g_ptr_array_index (events, events->len - 1));
  summary = g_new0 (Summary, 1);
  summary->events = g_steal_pointer (&events);
  summary->plan = plan != NULL ? annex_plan_ref (plan) : NULL;
  summary->budget = budget_of (self, n);
  text = dex_await_string (annex_worker_run ("annex-summary", summary_work, summary, summary_free),
                           error);
  if (text == NULL)
    return FALSE;
  self->window.was_compacted = TRUE;
  return dex_await (
      annex_task_append (task, ANNEX_EVENT_COMPACTED,
                         annex_json_build ("s", "text", text, "i", "seen", seen, NULL)),
      error);
}
