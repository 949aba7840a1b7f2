/* annex-tool-secrets.c
 *
 * See annex-tool-secrets.h. What a command calls a secret is the model's word: the consent names it
 * as its user did.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-tool-secrets.h"

#include "annex-future.h"
#include "annex-json-build.h"
#include "annex-skill-keeper.h"

#include <glib/gi18n.h>

#define ALLOW_SECRET "Allow once"
#define MAX_SECRETS 16

/* What the skills that this task was told of call the secret @id. (transfer full, nullable) */
static char *
find_name_in_skills (AnnexWorkspace *workspace, const char *id)
{
  AnnexSkillLibrary *library = annex_workspace_get_skills (workspace);
  g_autoptr (GPtrArray) infos = NULL;

  if (library == NULL || !ANNEX_IS_SKILL_KEEPER (library))
    return NULL;
  infos = dex_await_boxed (annex_skill_library_list (library, NULL), NULL);
  for (guint i = 0; infos != NULL && i < infos->len; i++)
    {
      const AnnexSkillInfo *info = g_ptr_array_index (infos, i);
      g_autoptr (AnnexSkillView) view = NULL;

      if (annex_skill_info_is_usable (info))
        view = dex_await_boxed (
            annex_skill_keeper_read (ANNEX_SKILL_KEEPER (library), info->name, NULL), NULL);
      for (guint j = 0; view != NULL && j < view->needs->len; j++)
        {
          const AnnexSkillNeed *need = g_ptr_array_index (view->needs, j);

          if (need->kind == ANNEX_NEED_SECRET && g_strcmp0 (need->value, id) == 0)
            return g_strdup_printf ("%s: %s", info->name, need->label);
        }
    }
  return NULL;
}

/* Asks for the use of one secret and looks it up. (transfer full) */
static char *
use_secret (AnnexWorkspace *workspace,
            const AnnexToolCall *call,
            const char *name,
            const char *id,
            const char *command,
            GError **error)
{
  AnnexTask *task = annex_workspace_get_task (workspace);
  AnnexSecrets *secrets = annex_workspace_get_secrets (workspace);
  g_autofree char *label = annex_task_dup_secret_name (task, id);
  g_autofree char *question = NULL;
  g_autofree char *tool_use = g_strdup_printf ("%s/%s/%s", call->id, name, id);
  g_autoptr (JsonObject) answer = NULL;
  AnnexAsk *ask;

  if (label == NULL)
    label = find_name_in_skills (workspace, id);
  if (label == NULL)
    {
      g_set_error (error, ANNEX_TOOL_ERROR, ANNEX_TOOL_ERROR_INPUT,
                   "This task was given no secret “%s”. Ask the user for it with ask_user.", id);
      return NULL;
    }
  question =
      g_strdup_printf (_ ("May this command use your secret “%s” as %s? %s"), label, name, command);
  ask = annex_ask_new_consent (annex_task_get_id (task), "Secret", question, ALLOW_SECRET,
                               "Do not allow");
  answer = annex_workspace_ask (workspace, ask, tool_use, call->cancel, error);
  if (answer == NULL)
    return NULL;
  if (secrets == NULL ||
      g_strcmp0 (annex_json_opt_string (answer, "consent", NULL), ALLOW_SECRET) != 0)
    {
      g_set_error (error, ANNEX_TOOL_ERROR, ANNEX_TOOL_ERROR_FAILED,
                   "The user did not allow the secret.");
      return NULL;
    }
  return dex_await_string (annex_secrets_lookup (secrets, id), error);
}

/* Checks one of `secrets`. @names: those before it. */
static gboolean
read_wanted (JsonNode *node, GHashTable *names, const char **name, const char **id, GError **error)
{
  JsonObject *item = JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;

  *name = item != NULL ? annex_json_opt_string (item, "env", NULL) : NULL;
  *id = item != NULL ? annex_json_opt_string (item, "id", NULL) : NULL;
  if (*name != NULL && *id != NULL && g_str_has_prefix (*id, "secret:") &&
      g_regex_match_simple ("^[A-Za-z_][A-Za-z0-9_]*$", *name, 0, 0) &&
      g_hash_table_add (names, g_strdup (*name)))
    return TRUE;
  g_set_error (error, ANNEX_TOOL_ERROR, ANNEX_TOOL_ERROR_INPUT,
               "Each of “secrets” needs “env”, a variable's name of its own, and “id”, a secret:… "
               "reference.");
  return FALSE;
}

char **
annex_tool_collect_secrets (AnnexWorkspace *workspace,
                            const AnnexToolCall *call,
                            const char *command,
                            GError **error)
{
  JsonArray *wanted = annex_json_opt_array (call->input, "secrets");
  g_autoptr (GStrvBuilder) env = g_strv_builder_new ();
  g_autoptr (GHashTable) names = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);

  for (guint i = 0; wanted != NULL && i < json_array_get_length (wanted) && i < MAX_SECRETS; i++)
    {
      const char *name;
      const char *id;
      g_autofree char *value = NULL;

      if (!read_wanted (json_array_get_element (wanted, i), names, &name, &id, error))
        return NULL;
      value = use_secret (workspace, call, name, id, command, error);
      if (value == NULL || !annex_workspace_note_secret (workspace, id, error))
        return NULL;
      annex_workspace_give_secret (workspace, id, value);
      g_strv_builder_take (env, g_strdup_printf ("%s=%s", name, value));
    }
  return g_strv_builder_end (env);
}
