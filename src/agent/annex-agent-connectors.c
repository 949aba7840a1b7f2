/* annex-agent-connectors.c
 *
 * The catalogue of connectors, told in announcements: whole at first, then what changed. Nothing
 * that was sent before is touched, and none is started for it.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-agent-private.h"

#include "annex-json-build.h"

#include <string.h>

gboolean
annex_agent_tell_connectors (AnnexAgent *self, GError **error)
{
  AnnexTask *task = annex_workspace_get_task (self->workspace);
  AnnexConnectors *connectors = annex_workspace_get_connectors (self->workspace);
  g_autoptr (GPtrArray) infos = NULL;
  g_autoptr (JsonObject) now = NULL;
  g_autoptr (GError) lost = NULL;
  g_autofree char *text = NULL;
  g_autofree char *tools = annex_agent_dup_task_tools (task);

  /* A task that was made before there were connectors cannot call them. */
  if (connectors == NULL || strstr (tools, "\"call_tool\"") == NULL)
    return TRUE;
  infos = dex_await_boxed (annex_connectors_list (connectors, annex_task_get_id (task)), &lost);
  if (infos == NULL)
    {
      g_warning ("The connectors could not be listed: %s", lost->message);
      return TRUE;
    }
  now = annex_connectors_catalogue (infos);
  text = annex_connectors_catalogue_news (annex_task_get_connectors (task), now);
  if (text == NULL)
    return TRUE;
  return dex_await (annex_task_append (task, ANNEX_EVENT_ANNOUNCEMENT,
                                       annex_json_build ("s", "text", text, "o", "connectors",
                                                         g_steal_pointer (&now), NULL)),
                    error);
}
