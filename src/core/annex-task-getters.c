/* annex-task-getters.c
 *
 * See annex-task.h: what the facts of a task say of its folders, asks, grants and keeps.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-task-private.h"

#include "annex-policy.h"
#include "annex-task-run.h"

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

char *
annex_task_dup_secret_name (AnnexTask *self, const char *reference)
{
  return annex_call_asks_dup_secret_name (annex_task_peek_facts (self)->calls, reference);
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
  gboolean is_closed;
  JsonObject *given;
  AnnexAsk *ask = annex_call_asks_find (annex_task_peek_facts (self)->calls, tool_use_id,
                                        annex_task_get_turn_seq (self), &is_closed, &given);

  *answer = given != NULL ? annex_json_object_copy (given) : NULL;
  return ask != NULL && !is_closed ? annex_ask_ref (ask) : NULL;
}

AnnexAsk *
annex_task_dup_closed_ask_of_call (AnnexTask *self, const char *tool_use_id)
{
  gboolean is_closed;
  JsonObject *given;
  AnnexAsk *ask = annex_call_asks_find (annex_task_peek_facts (self)->calls, tool_use_id,
                                        annex_task_get_turn_seq (self), &is_closed, &given);

  return ask != NULL && is_closed ? annex_ask_ref (ask) : NULL;
}

AnnexAsk *
annex_task_dup_ask_once (AnnexTask *self, AnnexAsk *ask, JsonObject **answer)
{
  const char *name = annex_json_opt_string (annex_ask_get_json (ask), "tool_use", "");
  gboolean is_closed;
  JsonObject *given;
  AnnexAsk *last =
      annex_call_asks_find (annex_task_peek_facts (self)->calls, name, -1, &is_closed, &given);

  *answer = NULL;
  if (last == NULL || !annex_call_asks_is_same (last, ask))
    return NULL;
  if (is_closed && given != NULL)
    *answer = annex_json_object_copy (given);
  return is_closed ? NULL : annex_ask_ref (last);
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

double
annex_task_get_known_cost (AnnexTask *self)
{
  return annex_task_peek_facts (self)->spent.known_cost_usd;
}
