/* annex-agent-skills.c
 *
 * The catalogue of skills, told in announcements: whole at first, then what changed. Nothing that
 * was sent before is touched.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-agent-private.h"

#include "annex-json-build.h"

#include <string.h>

char **
annex_agent_dup_share_paths (AnnexTask *task)
{
  g_autoptr (GPtrArray) shares = annex_task_dup_shares (task);
  g_autoptr (GStrvBuilder) paths = g_strv_builder_new ();

  for (guint i = 0; i < shares->len; i++)
    g_strv_builder_add (paths, annex_share_get_path (g_ptr_array_index (shares, i)));
  return g_strv_builder_end (paths);
}

gboolean
annex_agent_tell_skills (AnnexAgent *self, GError **error)
{
  AnnexTask *task = annex_workspace_get_task (self->workspace);
  AnnexSkillLibrary *library = annex_workspace_get_skills (self->workspace);
  g_auto (GStrv) paths = NULL;
  g_autoptr (GPtrArray) infos = NULL;
  g_autoptr (JsonObject) now = NULL;
  g_autoptr (GError) lost = NULL;
  g_autofree char *text = NULL;

  /* A task that was made before there were skills cannot call them. */
  if (library == NULL || strstr (annex_task_get_tools (task), "\"use_skill\"") == NULL)
    return TRUE;
  paths = annex_agent_dup_share_paths (task);
  infos = dex_await_boxed (annex_skill_library_list (library, (const char *const *) paths), &lost);
  if (infos == NULL)
    {
      g_warning ("The skills could not be listed: %s", lost->message);
      return TRUE;
    }
  now = annex_skill_catalogue (infos);
  text = annex_skill_catalogue_news (annex_task_get_skills (task), now);
  if (text == NULL)
    return TRUE;
  return dex_await (annex_task_append (task, ANNEX_EVENT_ANNOUNCEMENT,
                                       annex_json_build ("s", "text", text, "o", "skills",
                                                         g_steal_pointer (&now), NULL)),
                    error);
}
