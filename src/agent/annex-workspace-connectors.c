/* annex-workspace-connectors.c
 *
 * What the user decides about a connector's tool: an event first; what holds for good is kept with
 * the connector.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-workspace.h"

#include "annex-json-build.h"

static gboolean
is_label (const char *label)
{
  static const char *const labels[] = { "once", "task", "always", "never", "no", NULL };

  return g_strv_contains (labels, label);
}

/* What holds for every task. A tool that has changed is agreed to as it is now by that. */
static gboolean
keep_rule (AnnexWorkspace *self,
           const char *connector,
           const char *tool,
           const char *label,
           GError **error)
{
  AnnexConnectors *connectors = annex_workspace_get_connectors (self);
  gboolean always = g_str_equal (label, "always");

  if (connectors == NULL || (!always && !g_str_equal (label, "never")))
    return TRUE;
  return (!always || dex_await (annex_connectors_approve (connectors, connector, tool), error)) &&
         dex_await (annex_connectors_set_rule (connectors, connector, tool,
                                               always ? ANNEX_CONNECTOR_RULE_ALLOW
                                                      : ANNEX_CONNECTOR_RULE_NEVER),
                    error);
}

gboolean
annex_workspace_decide_tool (AnnexWorkspace *self, AnnexAsk *ask, const char *label, GError **error)
{
  JsonObject *json = annex_ask_get_json (ask);
  const char *connector = annex_json_opt_string (json, "connector", "");
  const char *tool = annex_json_opt_string (json, "tool", "");
  gboolean refused = g_str_equal (label, "never") || g_str_equal (label, "no");
  g_autoptr (GError) lost = NULL;

  if (!is_label (label))
    return TRUE;
  if (!dex_await (annex_task_append (
                      annex_workspace_get_task (self), ANNEX_EVENT_CONNECTOR_DECIDED,
                      annex_json_build ("s", "connector", connector, "s", "tool", tool, "s",
                                        "decision", refused ? "refuse" : "allow", "s", "scope",
                                        g_str_equal (label, "no") ? "once" : label, "s", "digest",
                                        annex_json_opt_string (json, "digest", NULL), "s", "by",
                                        "user", NULL)),
                  error))
    return FALSE;
  /* One that was removed meanwhile needs no rule. */
  if (!keep_rule (self, connector, tool, label, &lost))
    g_message ("A rule of a connector was not kept: %s", lost->message);
  return TRUE;
}
