/* annex-agent-skills.c
 *
 * The catalogue of skills, told in announcements: whole at first, then what changed. Nothing that
 * was sent before is touched.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-agent-private.h"

#include "annex-json-build.h"
#include "annex-skill-keeper.h"

#include <glib/gi18n.h>
#include <string.h>

#define ALLOW "Use them"
/* What the question has room for. */
#define LIST_BYTES 300
#define MARK_BYTES 40
#define REFUSE "Do not use them"

char **
annex_agent_dup_share_paths (AnnexTask *task)
{
  g_autoptr (GPtrArray) shares = annex_task_dup_shares (task);
  g_autoptr (GStrvBuilder) paths = g_strv_builder_new ();

  for (guint i = 0; i < shares->len; i++)
    g_strv_builder_add (paths, annex_share_get_home (g_ptr_array_index (shares, i)));
  return g_strv_builder_end (paths);
}

/* @names in a line. Where they do not fit, a mark of all of them stands for the rest: with others
 * behind the ones that are shown it is another question. (transfer full) */
static char *
dup_list (char **names)
{
  g_autofree char *all = g_strjoinv (", ", names);
  g_autofree char *digest = g_compute_checksum_for_string (G_CHECKSUM_SHA256, all, -1);
  g_autofree char *cut = NULL;
  g_autofree char *start = NULL;

  if (strlen (all) <= LIST_BYTES)
    return g_steal_pointer (&all);
  cut = g_strndup (all, LIST_BYTES - MARK_BYTES);
  start = g_utf8_make_valid (cut, -1);
  return g_strdup_printf ("%s… (%u, %.8s)", start, g_strv_length (names), digest);
}

/* @ask for as long as the task has the folder @path: one that is given again is asked about again,
 * whatever became of the question before. Takes @ask. (transfer full) */
static AnnexAsk *
bind_to_share (AnnexAsk *ask, AnnexTask *task, const char *path, GError **error)
{
  g_autoptr (AnnexAsk) unbound = ask;
  g_autoptr (GPtrArray) shares = annex_task_dup_shares (task);
  JsonObject *json = annex_json_object_copy (annex_ask_get_json (ask));

  for (guint i = 0; i < shares->len; i++)
    {
      AnnexShare *share = g_ptr_array_index (shares, i);

      if (g_strcmp0 (annex_share_get_home (share), path) == 0)
        json_object_set_string_member (json, "share", annex_share_get_id (share));
    }
  return annex_ask_new_from_json (json, error);
}

/* In the fiber: asks whether the skills @names in the folder @path may be used. The answer; NULL
 * without one. (transfer full) */
static JsonObject *
ask_about (AnnexAgent *self, const char *path, char **names, const char *name, GError **error)
{
  AnnexTask *task = annex_workspace_get_task (self->workspace);
  g_autofree char *list = dup_list (names);
  g_autofree char *question =
      g_strdup_printf (_ ("The folder “%s” brings skills of its own: %.300s. They tell Annex "
                          "how to work. Use them only if you know who wrote them."),
                       path, list);
  AnnexAsk *ask = bind_to_share (
      annex_ask_new_consent (annex_task_get_id (task), "Skills", question, ALLOW, REFUSE), task,
      path, error);

  return ask != NULL
             ? annex_workspace_ask_once (self->workspace, ask, name, DEX_FUTURE (self->stop), error)
             : NULL;
}

static gboolean
is_shared (AnnexAgent *self, const char *path)
{
  g_auto (GStrv) paths = annex_agent_dup_share_paths (annex_workspace_get_task (self->workspace));

  return g_strv_contains ((const char *const *) paths, path);
}

/* In the fiber: closes what is open about folders that the task no longer has. */
static void
drop_others (AnnexAgent *self)
{
  g_autoptr (GPtrArray) open =
      annex_task_dup_open_asks (annex_workspace_get_task (self->workspace));

  for (guint i = 0; i < open->len; i++)
    {
      const char *name =
          annex_json_opt_string (annex_ask_get_json (g_ptr_array_index (open, i)), "tool_use", "");

      if (g_str_has_prefix (name, ANNEX_WORKSPACE_SKILLS_IN) &&
          !is_shared (self, name + strlen (ANNEX_WORKSPACE_SKILLS_IN)))
        annex_workspace_drop_once (self->workspace, name);
    }
}

/* In the fiber: asks once whether the skills that lie in the folder @path may be used; nothing of
 * them is told before. With nobody there to answer it goes on without them. */
static gboolean
ask_for_trust (AnnexAgent *self, AnnexSkillKeeper *keeper, const char *path, GError **error)
{
  g_autofree char *name = g_strconcat (ANNEX_WORKSPACE_SKILLS_IN, path, NULL);
  g_auto (GStrv) names = dex_await_boxed (annex_skill_keeper_find_untrusted (keeper, path), NULL);

  while (names != NULL && names[0] != NULL && is_shared (self, path))
    {
      g_autoptr (GError) lost = NULL;
      g_autoptr (JsonObject) answer = ask_about (self, path, names, name, &lost);
      g_auto (GStrv) asked = NULL;
      const char *consent;
      gboolean trusted;

      if (answer == NULL && self->stopped)
        {
          g_propagate_error (error, g_steal_pointer (&lost));
          return FALSE;
        }
      consent = answer != NULL ? annex_json_opt_string (answer, "consent", NULL) : NULL;
      if (consent == NULL)
        return TRUE; /* dismissed, or expired: the question stays for another time */
      trusted = g_str_equal (consent, ALLOW);
      asked = g_steal_pointer (&names);
      names = dex_await_boxed (annex_skill_keeper_find_untrusted (keeper, path), NULL);
      /* Taken back since: the answer was about a folder that the task had. */
      if (!is_shared (self, path))
        return TRUE;
      /* What came while one was asked was not agreed to. */
      if (trusted && (names == NULL ||
                      !g_strv_equal ((const char *const *) names, (const char *const *) asked)))
        continue;
      if (!dex_await (annex_skill_keeper_set_trusted (keeper, path, trusted), &lost))
        g_warning ("That a folder is trusted could not be noted: %s", lost->message);
      return TRUE;
    }
  if (names != NULL)
    annex_workspace_drop_once (self->workspace, name);
  return TRUE;
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
  g_autofree char *tools = annex_agent_dup_task_tools (task);

  /* A task that was made before there were skills cannot call them. */
  if (library == NULL || strstr (tools, "\"use_skill\"") == NULL)
    return TRUE;
  drop_others (self);
  paths = annex_agent_dup_share_paths (task);
  for (char **path = paths; ANNEX_IS_SKILL_KEEPER (library) && *path != NULL; path++)
    if (!ask_for_trust (self, ANNEX_SKILL_KEEPER (library), *path, error))
      return FALSE;
  /* One may have been taken back while another was asked about. */
  g_strfreev (paths);
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
