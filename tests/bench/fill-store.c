/* fill-store.c
 *
 * fill-store FILE TASKS EVENTS: makes a task database with so many tasks of so many events each, as
 * a user's look: questions, replies, steps, plans. For benchmarks.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-store.h"

#include "annex-event.h"
#include "annex-json.h"
#include "annex-paths.h"

#include <libdex.h>
#include <stdio.h>
#include <stdlib.h>

#define BATCH 4096

static void
run_until_done (DexFuture *future)
{
  g_autoptr (GError) error = NULL;

  while (dex_future_is_pending (future))
    g_main_context_iteration (NULL, TRUE);
  if (dex_future_get_value (future, &error) == NULL)
    g_error ("%s", error->message);
  dex_unref (future);
}

/* Appends are committed in order: the last one of a batch is waited for. */
static void
add (AnnexStore *store, const char *id, AnnexEventType type, JsonObject *data)
{
  static guint n_added;
  DexFuture *future = annex_store_append (store, id, type, data);

  if (++n_added % BATCH == 0)
    run_until_done (future);
  else
    dex_future_disown (future);
}

/* "%u" in @format is @number. */
static JsonObject *
parse (const char *format, guint number)
{
  g_autofree char *digits = g_strdup_printf ("%u", number);
  g_auto (GStrv) parts = g_strsplit (format, "%u", -1);
  g_autofree char *text = g_strjoinv (digits, parts);

  return annex_json_parse_object (text, -1, NULL);
}

static void
add_created (AnnexStore *store, const char *id, guint number)
{
  g_autofree char *title = g_strdup_printf ("Expense report number %u for the team", number);
  g_autofree char *system = g_strnfill (6000, 's');
  JsonObject *data = json_object_new ();

  json_object_set_string_member (data, "title", title);
  json_object_set_string_member (data, "provider", "anthropic");
  json_object_set_string_member (data, "model", "claude");
  json_object_set_string_member (data, "system", system);
  json_object_set_string_member (data, "tools", "[]");
  add (store, id, ANNEX_EVENT_TASK_CREATED, data);
}

/* Event @at of a task, in a round: a question, a reply that calls a tool, what came of it, the
 * plan, and the answer. */
static void
add_one (AnnexStore *store, const char *id, guint at)
{
  static const struct
  {
    AnnexEventType type;
    const char *format;
  } round[] = {
    { ANNEX_EVENT_USER_MESSAGE,
      "{\"blocks\":[{\"type\":\"text\",\"text\":\"Question %u about the receipts\"}]}" },
    { ANNEX_EVENT_REPLY_STARTED, "{\"reply\":\"r%u\",\"model\":\"tour\"}" },
    { ANNEX_EVENT_BLOCK,
      "{\"reply\":\"r%u\",\"index\":0,\"block\":{\"type\":\"tool_use\",\"id\":\"c%u\",\"name\":"
      "\"shell\",\"input\":{\"command\":\"ls -l receipts\"}}}" },
    { ANNEX_EVENT_REPLY_FINISHED,
      "{\"reply\":\"r%u\",\"stop_reason\":\"tool_use\",\"usage\":{\"input_tokens\":%u,"
      "\"output_tokens\":5},\"cost_usd\":0.001}" },
    { ANNEX_EVENT_TOOL_STARTED, "{\"tool_use_id\":\"c%u\",\"name\":\"shell\"}" },
    { ANNEX_EVENT_TOOL_FINISHED,
      "{\"tool_use_id\":\"c%u\",\"name\":\"shell\",\"duration_ms\":120,\"result\":{\"type\":"
      "\"tool_result\",\"tool_use_id\":\"c%u\",\"content\":\"total 24\"}}" },
    { ANNEX_EVENT_PLAN_UPDATED,
      "{\"steps\":[{\"id\":\"1\",\"title\":\"Look at the receipts\",\"state\":\"completed\"},"
      "{\"id\":\"2\",\"title\":\"Part %u\",\"state\":\"in_progress\"},"
      "{\"id\":\"3\",\"title\":\"Write the report\",\"state\":\"pending\"}],\"by\":\"agent\"}" },
    { ANNEX_EVENT_REPLY_STARTED, "{\"reply\":\"a%u\",\"model\":\"tour\"}" },
    { ANNEX_EVENT_BLOCK,
      "{\"reply\":\"a%u\",\"index\":0,\"block\":{\"type\":\"text\",\"text\":\"I found **24** "
      "receipts in part %u.\\n\\n- one\\n- two\\n\\nAnd a sentence at the end of it.\"}}" },
    { ANNEX_EVENT_REPLY_FINISHED,
      "{\"reply\":\"a%u\",\"stop_reason\":\"end_turn\",\"usage\":{\"input_tokens\":%u,"
      "\"output_tokens\":5},\"cost_usd\":0.001}" },
  };
  guint part = at % G_N_ELEMENTS (round);

  add (store, id, round[part].type, parse (round[part].format, at / G_N_ELEMENTS (round)));
}

int
main (int argc, char **argv)
{
  DexFuture *opening;
  g_autoptr (AnnexStore) store = NULL;
  guint n_tasks;
  guint n_events;

  if (argc != 4)
    {
      fprintf (stderr, "usage: fill-store FILE TASKS EVENTS\n");
      return 2;
    }
  n_tasks = (guint) atoi (argv[2]);
  n_events = (guint) atoi (argv[3]);
  dex_init ();
  opening = annex_store_open (argv[1]);
  run_until_done (dex_ref (opening));
  store = g_value_dup_object (dex_future_get_value (opening, NULL));
  dex_unref (opening);
  for (guint i = 0; i < n_tasks; i++)
    {
      g_autofree char *id = annex_identifier_new ();

      add_created (store, id, i);
      for (guint j = 0; j + 2 < n_events; j++)
        add_one (store, id, j);
      add (store, id, ANNEX_EVENT_STATE_CHANGED, parse ("{\"state\":\"done\"}", 0));
      printf ("%s\n", id);
    }
  run_until_done (annex_store_close (store));
  return 0;
}
