/* annex-task-getters.c
 *
 * See annex-task.h: what the facts of a task say of its folders, asks, grants and keeps.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-task-private.h"

#include "annex-policy.h"

const char *
annex_task_get_again_of (AnnexTask *self)
{
  return annex_task_peek_facts (self)->again_of;
}

GPtrArray *
annex_task_dup_shares (AnnexTask *self)
{
  GPtrArray *own = annex_task_peek_facts (self)->shares;
  GPtrArray *shares = g_ptr_array_new_with_free_func ((GDestroyNotify) annex_share_unref);

  for (guint i = 0; i < own->len; i++)
    g_ptr_array_add (shares, annex_share_ref (g_ptr_array_index (own, i)));
  return shares;
}

AnnexShare *
annex_task_find_share (AnnexTask *self, const char *id_or_name)
{
  GPtrArray *shares = annex_task_peek_facts (self)->shares;

  for (guint i = 0; i < shares->len; i++)
    {
      AnnexShare *share = g_ptr_array_index (shares, i);

      if (g_strcmp0 (annex_share_get_id (share), id_or_name) == 0)
        return share;
    }
  for (guint i = 0; i < shares->len; i++)
    {
      AnnexShare *share = g_ptr_array_index (shares, i);

      if (g_strcmp0 (annex_share_get_name (share), id_or_name) == 0)
        return share;
    }
  return NULL;
}

/* What the question @id of @ask is headed; NULL when it asks for no secret. (transfer full) */
static char *
dup_secret_header (AnnexAsk *ask, const char *id)
{
  JsonArray *questions = annex_json_opt_array (annex_ask_get_json (ask), "questions");

  for (guint i = 0; questions != NULL && i < json_array_get_length (questions); i++)
    {
      JsonObject *question = json_array_get_object_element (questions, i);

      if (g_strcmp0 (annex_json_opt_string (question, "id", NULL), id) == 0 &&
          annex_json_opt_boolean (question, "secret", FALSE))
        return g_strdup (annex_json_opt_string (question, "header", ""));
    }
  return NULL;
}

/* Is @node, the answer to one question, the secret @reference? */
static gboolean
is_reference (JsonNode *node, const char *reference)
{
  return JSON_NODE_HOLDS_OBJECT (node) &&
         g_strcmp0 (annex_json_opt_string (json_node_get_object (node), "secret", NULL),
                    reference) == 0;
}

char *
annex_task_dup_secret_name (AnnexTask *self, const char *reference)
{
  GHashTableIter calls;
  gpointer value;

  g_hash_table_iter_init (&calls, annex_task_peek_facts (self)->calls);
  while (g_hash_table_iter_next (&calls, NULL, &value))
    {
      AnnexCallAsk *call = value;
      g_autoptr (GList) ids = call->answer != NULL ? json_object_get_members (call->answer) : NULL;

      for (GList *l = ids; l != NULL; l = l->next)
        if (is_reference (json_object_get_member (call->answer, l->data), reference))
          return dup_secret_header (call->ask, l->data);
    }
  return NULL;
}

GPtrArray *
annex_task_dup_open_asks (AnnexTask *self)
{
  GPtrArray *open = annex_task_peek_facts (self)->asks;
  GPtrArray *asks = g_ptr_array_new_with_free_func ((GDestroyNotify) annex_ask_unref);

  for (guint i = 0; i < open->len; i++)
    g_ptr_array_add (asks, annex_ask_ref (((AnnexOpenAsk *) g_ptr_array_index (open, i))->ask));
  return asks;
}

AnnexAsk *
annex_task_dup_ask_of_call (AnnexTask *self, const char *tool_use_id, JsonObject **answer)
{
  AnnexCallAsk *call = g_hash_table_lookup (annex_task_peek_facts (self)->calls, tool_use_id);

  *answer = NULL;
  if (call == NULL)
    return NULL;
  if (!call->is_closed)
    return annex_ask_ref (call->ask);
  *answer = call->answer != NULL ? annex_json_object_copy (call->answer) : NULL;
  return NULL;
}

AnnexAsk *
annex_task_dup_closed_ask_of_call (AnnexTask *self, const char *tool_use_id)
{
  AnnexCallAsk *call = g_hash_table_lookup (annex_task_peek_facts (self)->calls, tool_use_id);

  return call != NULL && call->is_closed ? annex_ask_ref (call->ask) : NULL;
}

JsonObject *
annex_task_get_draft (AnnexTask *self, const char *share_id)
{
  return g_hash_table_lookup (annex_task_peek_facts (self)->drafts, share_id);
}

gboolean
annex_task_has_tool_grant (AnnexTask *self,
                           const char *connector,
                           const char *tool,
                           const char *digest)
{
  GHashTable *grants = annex_task_peek_facts (self)->tool_grants;
  g_autofree char *key = g_strconcat (connector, "\n", tool, NULL);

  return g_strcmp0 (g_hash_table_lookup (grants, key), digest) == 0;
}

GPtrArray *
annex_task_dup_network_rules (AnnexTask *self)
{
  GPtrArray *own = annex_task_peek_facts (self)->rules;
  GPtrArray *rules = g_ptr_array_new_with_free_func ((GDestroyNotify) annex_network_rule_free);

  for (guint i = 0; i < own->len; i++)
    g_ptr_array_add (rules, annex_network_rule_copy (g_ptr_array_index (own, i)));
  return rules;
}

char **
annex_task_dup_keeps (AnnexTask *self)
{
  GPtrArray *keeps = annex_task_peek_facts (self)->keeps;
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();

  for (guint i = 0; i < keeps->len; i++)
    g_strv_builder_add (builder, g_ptr_array_index (keeps, i));
  return g_strv_builder_end (builder);
}

JsonObject *
annex_task_get_rolling_back (AnnexTask *self)
{
  g_return_val_if_fail (ANNEX_IS_TASK (self), NULL);

  return annex_task_peek_facts (self)->rolling_back;
}

gboolean
annex_task_is_kept_since (AnnexTask *self, const char *share_id, const char *path)
{
  g_autofree char *key = NULL;

  g_return_val_if_fail (ANNEX_IS_TASK (self), FALSE);

  key = annex_task_facts_kept_key (share_id, path);
  return g_hash_table_contains (annex_task_peek_facts (self)->kept_since, key);
}
