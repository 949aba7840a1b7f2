/* annex-connectors.c
 *
 * See annex-connectors.h: the values of the port, its dispatch, and what the model is told of the
 * connectors there are.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-connectors.h"

#include "annex-json-build.h"

#define MAX_TOLD 100

G_DEFINE_BOXED_TYPE (AnnexConnectorTool,
                     annex_connector_tool,
                     annex_connector_tool_copy,
                     annex_connector_tool_free)
G_DEFINE_BOXED_TYPE (AnnexConnectorInfo,
                     annex_connector_info,
                     annex_connector_info_copy,
                     annex_connector_info_free)
G_DEFINE_BOXED_TYPE (AnnexConnectorMatch,
                     annex_connector_match,
                     annex_connector_match_copy,
                     annex_connector_match_free)
G_DEFINE_INTERFACE (AnnexConnectors, annex_connectors, G_TYPE_OBJECT)

static guint changed_signal, secret_given_signal;

static void
annex_connectors_default_init (AnnexConnectorsInterface *iface)
{
  changed_signal = g_signal_new ("changed", ANNEX_TYPE_CONNECTORS, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                 NULL, G_TYPE_NONE, 0);
  /* Not copied on the way: there is no telling where copies of a secret stay. */
  secret_given_signal = g_signal_new (
      "secret-given", ANNEX_TYPE_CONNECTORS, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 3,
      G_TYPE_STRING | G_SIGNAL_TYPE_STATIC_SCOPE, G_TYPE_STRING | G_SIGNAL_TYPE_STATIC_SCOPE,
      G_TYPE_STRING | G_SIGNAL_TYPE_STATIC_SCOPE);
}

const char *
annex_connector_kind_to_name (AnnexConnectorKind kind)
{
  return kind == ANNEX_CONNECTOR_COMMAND ? "command" : "address";
}

const char *
annex_connector_state_to_name (AnnexConnectorState state)
{
  static const char *const names[] = {
    [ANNEX_CONNECTOR_STATE_OFF] = "off",           [ANNEX_CONNECTOR_STATE_IDLE] = "idle",
    [ANNEX_CONNECTOR_STATE_STARTING] = "starting", [ANNEX_CONNECTOR_STATE_READY] = "ready",
    [ANNEX_CONNECTOR_STATE_SIGN_IN] = "sign-in",   [ANNEX_CONNECTOR_STATE_VALUES] = "values",
    [ANNEX_CONNECTOR_STATE_NO_TOOLS] = "no-tools", [ANNEX_CONNECTOR_STATE_FAILED] = "failed",
  };

  return names[state];
}

/* ---- values */

AnnexConnectorTool *
annex_connector_tool_copy (const AnnexConnectorTool *self)
{
  AnnexConnectorTool *copy = g_memdup2 (self, sizeof *self);

  copy->name = g_strdup (self->name);
  copy->model_name = g_strdup (self->model_name);
  copy->title = g_strdup (self->title);
  copy->summary = g_strdup (self->summary);
  copy->description = g_strdup (self->description);
  copy->before = g_strdup (self->before);
  copy->after = g_strdup (self->after);
  return copy;
}

void
annex_connector_tool_free (AnnexConnectorTool *self)
{
  g_free (self->name);
  g_free (self->model_name);
  g_free (self->title);
  g_free (self->summary);
  g_free (self->description);
  g_free (self->before);
  g_free (self->after);
  g_free (self);
}

void
annex_connector_need_free (AnnexConnectorNeed *self)
{
  g_free (self->name);
  g_free (self->text);
  g_free (self);
}

AnnexConnectorInfo *
annex_connector_info_new (const char *id, const char *title, AnnexConnectorKind kind)
{
  AnnexConnectorInfo *self = g_new0 (AnnexConnectorInfo, 1);

  self->id = g_strdup (id);
  self->title = g_strdup (title);
  self->kind = kind;
  self->where = g_strdup ("");
  self->sentence = g_strdup ("");
  self->tools = g_ptr_array_new_with_free_func ((GDestroyNotify) annex_connector_tool_free);
  self->needs = g_ptr_array_new_with_free_func ((GDestroyNotify) annex_connector_need_free);
  return self;
}

static gpointer
copy_tool (gconstpointer source, gpointer data)
{
  return annex_connector_tool_copy (source);
}

static gpointer
copy_need (gconstpointer source, gpointer data)
{
  const AnnexConnectorNeed *need = source;
  AnnexConnectorNeed *copy = g_memdup2 (need, sizeof *need);

  copy->name = g_strdup (need->name);
  copy->text = g_strdup (need->text);
  return copy;
}

AnnexConnectorInfo *
annex_connector_info_copy (const AnnexConnectorInfo *self)
{
  AnnexConnectorInfo *copy = g_memdup2 (self, sizeof *self);

  copy->id = g_strdup (self->id);
  copy->title = g_strdup (self->title);
  copy->where = g_strdup (self->where);
  copy->sentence = g_strdup (self->sentence);
  copy->error = g_strdup (self->error);
  copy->said = g_strdup (self->said);
  copy->tools = g_ptr_array_copy (self->tools, copy_tool, NULL);
  copy->needs = g_ptr_array_copy (self->needs, copy_need, NULL);
  g_ptr_array_set_free_func (copy->tools, (GDestroyNotify) annex_connector_tool_free);
  g_ptr_array_set_free_func (copy->needs, (GDestroyNotify) annex_connector_need_free);
  return copy;
}

void
annex_connector_info_free (AnnexConnectorInfo *self)
{
  g_free (self->id);
  g_free (self->title);
  g_free (self->where);
  g_free (self->sentence);
  g_free (self->error);
  g_free (self->said);
  g_ptr_array_unref (self->tools);
  g_ptr_array_unref (self->needs);
  g_free (self);
}

static JsonObject *
tool_to_json (const AnnexConnectorTool *tool)
{
  JsonObject *json =
      annex_json_build ("s", "name", tool->name, "s", "title", tool->title, "s", "summary",
                        tool->summary, "s", "effect", annex_connector_effect_to_name (tool->effect),
                        "s", "rule", annex_connector_rule_to_name (tool->rule), NULL);

  if (tool->unapproved)
    json_object_set_boolean_member (json, "unapproved", TRUE);
  return json;
}

JsonObject *
annex_connector_info_to_json (const AnnexConnectorInfo *self)
{
  JsonArray *tools = json_array_new ();
  JsonArray *needs = json_array_new ();

  for (guint i = 0; i < self->tools->len; i++)
    json_array_add_object_element (tools, tool_to_json (self->tools->pdata[i]));
  for (guint i = 0; i < self->needs->len; i++)
    {
      const AnnexConnectorNeed *need = self->needs->pdata[i];

      json_array_add_object_element (needs, annex_json_build ("s", "name", need->name, "b",
                                                              "secret", need->secret, "b",
                                                              "missing", need->missing, NULL));
    }
  return annex_json_build (
      "s", "id", self->id, "s", "title", self->title, "s", "kind",
      annex_connector_kind_to_name (self->kind), "s", "where", self->where, "b", "enabled",
      self->enabled, "s", "state", annex_connector_state_to_name (self->state), "s", "sentence",
      self->sentence, "s", "error", self->error, "a", "tools", tools, "a", "needs", needs, NULL);
}

AnnexConnectorMatch *
annex_connector_match_copy (const AnnexConnectorMatch *self)
{
  AnnexConnectorMatch *copy = g_new0 (AnnexConnectorMatch, 1);

  copy->connector = g_strdup (self->connector);
  copy->connector_title = g_strdup (self->connector_title);
  copy->tool = annex_connector_tool_copy (self->tool);
  copy->schema = json_object_ref (self->schema);
  copy->digest = g_strdup (self->digest);
  return copy;
}

void
annex_connector_match_free (AnnexConnectorMatch *self)
{
  g_free (self->connector);
  g_free (self->connector_title);
  annex_connector_tool_free (self->tool);
  json_object_unref (self->schema);
  g_free (self->digest);
  g_free (self);
}

/* ---- the port */

DexFuture *
annex_connectors_list (AnnexConnectors *self, const char *task_id)
{
  return ANNEX_CONNECTORS_GET_IFACE (self)->list (self, task_id);
}

GPtrArray *
annex_connectors_preview (AnnexConnectors *self,
                          const char *text,
                          const char *title,
                          GError **error)
{
  return ANNEX_CONNECTORS_GET_IFACE (self)->preview (self, text, title, error);
}

DexFuture *
annex_connectors_add (AnnexConnectors *self, const char *text, const char *title)
{
  return ANNEX_CONNECTORS_GET_IFACE (self)->add (self, text, title);
}

DexFuture *
annex_connectors_remove (AnnexConnectors *self, const char *id)
{
  return ANNEX_CONNECTORS_GET_IFACE (self)->remove (self, id);
}

DexFuture *
annex_connectors_set_enabled (AnnexConnectors *self, const char *id, gboolean enabled)
{
  return ANNEX_CONNECTORS_GET_IFACE (self)->set_enabled (self, id, enabled);
}

DexFuture *
annex_connectors_set_rule (AnnexConnectors *self,
                           const char *id,
                           const char *tool,
                           AnnexConnectorRule rule)
{
  return ANNEX_CONNECTORS_GET_IFACE (self)->set_rule (self, id, tool, rule);
}

DexFuture *
annex_connectors_set_value (AnnexConnectors *self,
                            const char *id,
                            const char *name,
                            const char *text,
                            gboolean secret)
{
  return ANNEX_CONNECTORS_GET_IFACE (self)->set_value (self, id, name, text, secret);
}

DexFuture *
annex_connectors_approve (AnnexConnectors *self, const char *id, const char *tool)
{
  return ANNEX_CONNECTORS_GET_IFACE (self)->approve (self, id, tool);
}

DexFuture *
annex_connectors_test (AnnexConnectors *self, const char *id, DexFuture *cancel)
{
  return ANNEX_CONNECTORS_GET_IFACE (self)->test (self, id, cancel);
}

DexFuture *
annex_connectors_sign_in (AnnexConnectors *self,
                          const char *id,
                          AnnexConnectorOpenFunc open,
                          gpointer data,
                          GDestroyNotify free_data,
                          DexFuture *cancel)
{
  return ANNEX_CONNECTORS_GET_IFACE (self)->sign_in (self, id, open, data, free_data, cancel);
}

DexFuture *
annex_connectors_sign_out (AnnexConnectors *self, const char *id)
{
  return ANNEX_CONNECTORS_GET_IFACE (self)->sign_out (self, id);
}

void
annex_connectors_emit_changed (AnnexConnectors *self)
{
  g_signal_emit (self, changed_signal, 0);
}

void
annex_connectors_emit_secret_given (AnnexConnectors *self,
                                    const char *task_id,
                                    const char *words,
                                    const char *text)
{
  g_signal_emit (self, secret_given_signal, 0, task_id, words, text);
}

DexFuture *
annex_connectors_find_tools (AnnexConnectors *self, const AnnexConnectorUse *use, const char *query)
{
  return ANNEX_CONNECTORS_GET_IFACE (self)->find_tools (self, use, query);
}

DexFuture *
annex_connectors_get_tool (AnnexConnectors *self, const AnnexConnectorUse *use, const char *name)
{
  return ANNEX_CONNECTORS_GET_IFACE (self)->get_tool (self, use, name);
}

DexFuture *
annex_connectors_call_tool (AnnexConnectors *self,
                            const AnnexConnectorUse *use,
                            const char *name,
                            const char *digest,
                            JsonObject *arguments,
                            const AnnexConnectorCallbacks *callbacks)
{
  return ANNEX_CONNECTORS_GET_IFACE (self)->call_tool (self, use, name, digest, arguments,
                                                       callbacks);
}

gboolean
annex_connectors_runs_in_computer (AnnexConnectors *self, const char *name)
{
  return ANNEX_CONNECTORS_GET_IFACE (self)->runs_in_computer (self, name);
}

DexFuture *
annex_connectors_leave_task (AnnexConnectors *self, const char *task_id)
{
  return ANNEX_CONNECTORS_GET_IFACE (self)->leave_task (self, task_id);
}

/* ---- what the model is told */

/* What it is told of a state is what it can act on; starting and being ready are no difference. */
static const char *
describe_state (const AnnexConnectorInfo *info)
{
  switch (info->state)
    {
    case ANNEX_CONNECTOR_STATE_SIGN_IN:
      return "cannot be used until the user signs in";
    case ANNEX_CONNECTOR_STATE_VALUES:
      return "cannot be used until the user gives it a value that is missing";
    case ANNEX_CONNECTOR_STATE_NO_TOOLS:
      return "offers no tools";
    case ANNEX_CONNECTOR_STATE_FAILED:
      return "did not start the last time";
    case ANNEX_CONNECTOR_STATE_OFF:
    case ANNEX_CONNECTOR_STATE_IDLE:
    case ANNEX_CONNECTOR_STATE_STARTING:
    case ANNEX_CONNECTOR_STATE_READY:
      break;
    }
  return NULL;
}

JsonObject *
annex_connectors_catalogue (GPtrArray *infos)
{
  JsonObject *catalogue = json_object_new ();

  for (guint i = 0; i < infos->len && json_object_get_size (catalogue) < MAX_TOLD; i++)
    {
      const AnnexConnectorInfo *info = infos->pdata[i];
      const char *state = describe_state (info);
      g_autofree char *title = g_strdup (info->title);
      g_autofree char *line = NULL;

      if (!info->enabled)
        continue;
      g_strdelimit (title, "\r\n\t", ' ');
      if (state != NULL)
        line = g_strdup_printf ("%s: %s", title, state);
      else if (info->looked_at)
        line = g_strdup_printf ("%s: %u tool%s", title, info->tools->len,
                                info->tools->len == 1 ? "" : "s");
      else
        line = g_strdup_printf ("%s: its tools are listed when it is first used", title);
      json_object_set_string_member (catalogue, info->id, line);
    }
  return catalogue;
}

static void
append_line (GString *text, const char *id, const char *line)
{
  g_string_append_printf (text, "- %s (%s)\n", id, line);
}

char *
annex_connectors_catalogue_news (JsonObject *before, JsonObject *now)
{
  g_autoptr (GList) ids = json_object_get_members (now);
  g_autoptr (GList) old = before != NULL ? json_object_get_members (before) : NULL;
  g_autoptr (GString) came = g_string_new (NULL);
  g_autoptr (GString) went = g_string_new (NULL);

  for (GList *l = ids; l != NULL; l = l->next)
    if (before == NULL || g_strcmp0 (annex_json_opt_string (before, l->data, NULL),
                                     annex_json_opt_string (now, l->data, NULL)) != 0)
      append_line (came, l->data, annex_json_opt_string (now, l->data, ""));
  for (GList *l = old; l != NULL; l = l->next)
    if (!json_object_has_member (now, l->data))
      g_string_append_printf (went, "%s%s", went->len > 0 ? ", " : "", (const char *) l->data);
  if (came->len == 0 && went->len == 0)
    return NULL;
  if (came->len > 0)
    g_string_prepend (
        came, old == NULL
                  ? "Connectors are services of the user's that you can use. Find their tools with "
                    "find_tools and call them with call_tool; their names begin with the "
                    "connector's. What a connector cannot do now, tell the user; do not guess. "
                    "These are there:\n"
                  : "Connectors that are new or have changed:\n");
  if (went->len > 0)
    g_string_append_printf (came, "These connectors are no longer there: %s.\n", went->str);
  return g_string_free (g_steal_pointer (&came), FALSE);
}
