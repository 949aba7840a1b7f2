/* annex-connector-hub-use.c
 *
 * What a task does with connectors: finding tools, and calling them.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-connector-hub-private.h"

#include "annex-future.h"

#include <string.h>

#define MAX_WORDS 20

typedef struct
{
  AnnexConnectorHub *hub;
  AnnexConnectorUse use;
  char *task_id;
  char *text; /* the query, or the tool's name */
  char *digest;
  JsonObject *arguments;
  AnnexConnectorCallbacks callbacks;
} Use;

static void
use_free (gpointer data)
{
  Use *use = data;

  if (use->callbacks.free_data != NULL)
    use->callbacks.free_data (use->callbacks.data);
  g_object_unref (use->hub);
  g_clear_object (&use->use.computer);
  dex_clear (&use->use.cancel);
  g_free (use->task_id);
  g_free (use->text);
  g_free (use->digest);
  g_clear_pointer (&use->arguments, json_object_unref);
  g_free (use);
}

static Use *
use_new (AnnexConnectors *connectors, const AnnexConnectorUse *given, const char *text)
{
  Use *use = g_new0 (Use, 1);

  use->hub = g_object_ref (ANNEX_CONNECTOR_HUB (connectors));
  use->use.task_id = use->task_id = g_strdup (given->task_id);
  g_set_object (&use->use.computer, given->computer);
  use->use.cancel = given->cancel != NULL ? dex_ref (given->cancel) : NULL;
  use->text = g_strdup (text);
  return use;
}

static AnnexConnectorMatch *
match_new (AnnexConnectorHub *self, const AnnexConnectorConfig *config, const AnnexMcpTool *tool)
{
  AnnexConnectorRecord *record = annex_connector_shelf_get_record (self->shelf, config->id);
  AnnexConnectorMatch *match = g_new0 (AnnexConnectorMatch, 1);

  match->connector = g_strdup (config->id);
  match->connector_title = g_strdup (config->title);
  match->tool = annex_connector_record_describe (
      record, config->id, tool, annex_connector_config_get_rule (config, tool->name));
  match->schema = json_object_ref (tool->schema);
  match->digest = annex_mcp_tool_dup_digest (tool);
  return match;
}

/* ---- finding */

static char **
split_words (const char *query)
{
  g_autofree char *lower = g_utf8_strdown (query, -1);
  g_autoptr (GStrvBuilder) words = g_strv_builder_new ();
  g_auto (GStrv) parts = g_strsplit_set (lower, " \t\r\n,;:.*?!\"'()[]{}/", -1);
  guint n = 0;

  for (guint i = 0; parts[i] != NULL && n < MAX_WORDS; i++)
    if (parts[i][0] != '\0')
      {
        g_strv_builder_add (words, parts[i]);
        n++;
      }
  return g_strv_builder_end (words);
}

static guint
count_word (const char *text, const char *word, guint weight)
{
  g_autofree char *lower = g_utf8_strdown (text, -1);

  return strstr (lower, word) != NULL ? weight : 0;
}

static guint
score (const AnnexConnectorMatch *match, char **words, const char *query)
{
  const AnnexConnectorTool *tool = match->tool;
  guint sum = 0;

  if (g_ascii_strcasecmp (tool->model_name, query) == 0)
    return G_MAXUINT;
  for (guint i = 0; words[i] != NULL; i++)
    sum += count_word (tool->name, words[i], 6) + count_word (tool->title, words[i], 4) +
           count_word (match->connector, words[i], 3) +
           count_word (match->connector_title, words[i], 3) +
           count_word (tool->description, words[i], 1);
  return sum;
}

typedef struct
{
  AnnexConnectorMatch *match;
  guint score;
  guint order;
} Scored;

static int
compare_scores (gconstpointer a, gconstpointer b)
{
  const Scored *one = a;
  const Scored *two = b;

  if (one->score != two->score)
    return one->score > two->score ? -1 : 1;
  return one->order < two->order ? -1 : 1;
}

/* Those that fit first; with no word of theirs in the query they are left out, unless none fits. */
static GPtrArray *
order_matches (GPtrArray *matches, const char *query)
{
  g_auto (GStrv) words = split_words (query);
  g_autoptr (GArray) scored = g_array_new (FALSE, FALSE, sizeof (Scored));
  GPtrArray *found = g_ptr_array_new_with_free_func ((GDestroyNotify) annex_connector_match_free);
  gboolean any = FALSE;

  for (guint i = 0; i < matches->len; i++)
    {
      Scored one = { .match = matches->pdata[i], .order = i };

      one.score = score (one.match, words, query);
      any = any || one.score > 0;
      g_array_append_val (scored, one);
    }
  g_array_sort (scored, compare_scores);
  for (guint i = 0; i < scored->len; i++)
    {
      const Scored *one = &g_array_index (scored, Scored, i);

      if (one->score > 0 || !any || words[0] == NULL)
        g_ptr_array_add (found, annex_connector_match_copy (one->match));
      if (one->score == G_MAXUINT)
        break;
    }
  return found;
}

/* Starts those whose tools nobody knows yet, side by side; one that fails says so by its state. */
static void
start_unknown (Use *use, GPtrArray *configs)
{
  AnnexConnectorHub *self = use->hub;
  g_autoptr (GPtrArray) starts = g_ptr_array_new_with_free_func (dex_unref);

  for (guint i = 0; i < configs->len; i++)
    {
      const AnnexConnectorConfig *config = configs->pdata[i];
      AnnexConnectorRecord *record = annex_connector_shelf_get_record (self->shelf, config->id);
      AnnexConnectorLine *line;

      if (!config->enabled || !annex_connector_config_is_allowed (config, NULL))
        continue;
      line = annex_connector_hub_get_line (self, config, &use->use);
      /* A running one with other tools than before is asked for them, too. */
      if (!record->looked_at ||
          (annex_connector_line_get_state (line) == ANNEX_CONNECTOR_STATE_READY &&
           annex_connector_line_is_stale (line)))
        g_ptr_array_add (starts, annex_connector_line_start (line, use->use.cancel));
    }
  for (guint i = 0; i < starts->len; i++)
    {
      g_autoptr (GError) error = NULL;

      if (!dex_await (dex_ref (starts->pdata[i]), &error))
        g_debug ("A connector did not start: %s", error->message);
    }
}

static DexFuture *
find_fiber (gpointer data)
{
  Use *use = data;
  AnnexConnectorHub *self = use->hub;
  g_autoptr (GPtrArray) configs = annex_connector_shelf_dup_all (self->shelf);
  g_autoptr (GPtrArray) all =
      g_ptr_array_new_with_free_func ((GDestroyNotify) annex_connector_match_free);

  start_unknown (use, configs);
  if (use->use.cancel != NULL && dex_future_is_rejected (use->use.cancel))
    return annex_future_new_errorf (G_IO_ERROR, G_IO_ERROR_CANCELLED, "It was stopped");
  for (guint i = 0; i < configs->len; i++)
    {
      const AnnexConnectorConfig *config = configs->pdata[i];
      AnnexConnectorRecord *record = annex_connector_shelf_get_record (self->shelf, config->id);
      gboolean counts = config->enabled && annex_connector_config_is_allowed (config, NULL);

      for (guint j = 0; counts && j < record->tools->len; j++)
        g_ptr_array_add (all, match_new (self, config, record->tools->pdata[j]));
    }
  return dex_future_new_take_boxed (G_TYPE_PTR_ARRAY, order_matches (all, use->text));
}

DexFuture *
annex_connector_hub_find_tools (AnnexConnectors *connectors,
                                const AnnexConnectorUse *use,
                                const char *query)
{
  return annex_fiber_run (find_fiber, use_new (connectors, use, query), use_free);
}

/* ---- one tool */

/* The connector that the tool's name begins with: ids have no underscore in them. */
static AnnexConnectorConfig *
find_config (AnnexConnectorHub *self, const char *name, GError **error)
{
  const char *mark = strstr (name, "__");
  g_autofree char *id = mark != NULL ? g_strndup (name, (gsize) (mark - name)) : NULL;
  g_autoptr (AnnexConnectorConfig) config =
      id != NULL ? annex_connector_shelf_find (self->shelf, id, NULL) : NULL;

  if (config != NULL && !annex_connector_config_is_allowed (config, error))
    return NULL;
  if (config != NULL && config->enabled)
    return g_steal_pointer (&config);
  if (config != NULL)
    g_set_error (error, ANNEX_CONNECTOR_ERROR, ANNEX_CONNECTOR_ERROR_UNKNOWN_TOOL,
                 "The user has switched the connector “%s” off.", config->title);
  else
    g_set_error (error, ANNEX_CONNECTOR_ERROR, ANNEX_CONNECTOR_ERROR_UNKNOWN_TOOL,
                 "No connector has a tool “%s”. Names are <connector>__<tool>; find them with "
                 "find_tools.",
                 name);
  return NULL;
}

/* Its line, started, and the tool in its record. (borrowed until the next await) */
static AnnexMcpTool *
find_tool (Use *use, const AnnexConnectorConfig *config, AnnexConnectorLine **line, GError **error)
{
  AnnexConnectorHub *self = use->hub;
  AnnexConnectorRecord *record;

  *line = g_object_ref (annex_connector_hub_get_line (self, config, &use->use));
  if (!dex_await (annex_connector_line_start (*line, use->use.cancel), error))
    {
      annex_error_normalise (error);
      return NULL;
    }
  record = annex_connector_shelf_get_record (self->shelf, config->id);
  for (guint i = 0; i < record->tools->len; i++)
    {
      AnnexMcpTool *tool = record->tools->pdata[i];
      g_autofree char *name = annex_mcp_tool_dup_model_name (config->id, tool->name);

      if (g_str_equal (name, use->text))
        return tool;
    }
  g_set_error (error, ANNEX_CONNECTOR_ERROR, ANNEX_CONNECTOR_ERROR_UNKNOWN_TOOL,
               "The connector “%s” has no tool “%s”. Look with find_tools.", config->title,
               use->text);
  return NULL;
}

static DexFuture *
get_fiber (gpointer data)
{
  Use *use = data;
  GError *error = NULL;
  g_autoptr (AnnexConnectorConfig) config = find_config (use->hub, use->text, &error);
  g_autoptr (AnnexConnectorLine) line = NULL;
  AnnexMcpTool *tool = config != NULL ? find_tool (use, config, &line, &error) : NULL;

  return tool != NULL ? dex_future_new_take_boxed (ANNEX_TYPE_CONNECTOR_MATCH,
                                                   match_new (use->hub, config, tool))
                      : annex_future_new_error (error);
}

DexFuture *
annex_connector_hub_get_tool (AnnexConnectors *connectors,
                              const AnnexConnectorUse *use,
                              const char *name)
{
  return annex_fiber_run (get_fiber, use_new (connectors, use, name), use_free);
}

static DexFuture *
call_fiber (gpointer data)
{
  Use *use = data;
  GError *error = NULL;
  g_autoptr (AnnexConnectorConfig) config = find_config (use->hub, use->text, &error);
  g_autoptr (AnnexConnectorLine) line = NULL;
  AnnexMcpTool *tool = config != NULL ? find_tool (use, config, &line, &error) : NULL;
  AnnexConnectorCallbacks callbacks = use->callbacks;
  g_autofree char *digest = NULL;
  JsonObject *result;

  if (tool == NULL)
    return annex_future_new_error (error);
  digest = annex_mcp_tool_dup_digest (tool);
  if (g_strcmp0 (digest, use->digest) != 0)
    return annex_future_new_errorf (ANNEX_CONNECTOR_ERROR, ANNEX_CONNECTOR_ERROR_CHANGED,
                                    "The connector “%s” has just changed this tool. Look at it "
                                    "again with find_tools, and call it again.",
                                    config->title);
  callbacks.free_data = NULL; /* it stays this call's */
  result = dex_await_boxed (
      annex_connector_line_call (line, tool, use->arguments, &callbacks, use->use.cancel), &error);
  if (result == NULL)
    annex_error_normalise (&error);
  return result != NULL ? dex_future_new_take_boxed (JSON_TYPE_OBJECT, result)
                        : annex_future_new_error (error);
}

DexFuture *
annex_connector_hub_call_tool (AnnexConnectors *connectors,
                               const AnnexConnectorUse *given,
                               const char *name,
                               const char *digest,
                               JsonObject *arguments,
                               const AnnexConnectorCallbacks *callbacks)
{
  Use *use = use_new (connectors, given, name);

  use->digest = g_strdup (digest);
  use->arguments = annex_json_object_copy (arguments);
  if (callbacks != NULL)
    use->callbacks = *callbacks;
  return annex_fiber_run (call_fiber, use, use_free);
}

gboolean
annex_connector_hub_runs_in_computer (AnnexConnectors *connectors, const char *name)
{
  g_autoptr (AnnexConnectorConfig) config =
      find_config (ANNEX_CONNECTOR_HUB (connectors), name, NULL);

  return config != NULL && config->command != NULL;
}
