/* annex-workspace-secrets.c
 *
 * Secrets that were given to a command of the task: in what comes back, each is its reference or
 * its name. Kept in memory only, for as long as the workspace lives.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-workspace.h"

#include "annex-json-build.h"

#include <string.h>

#define KEY "annex-given-secrets"
/* What is shorter stands in any text by chance. */
#define LEAST_BYTES 6

typedef struct
{
  char *words;
  char *value;
} Given;

static void
given_free (gpointer data)
{
  Given *given = data;

  explicit_bzero (given->value, strlen (given->value));
  g_free (given->value);
  g_free (given->words);
  g_free (given);
}

static gint
by_length (gconstpointer a, gconstpointer b)
{
  gsize length_a = strlen ((*(Given *const *) a)->value);
  gsize length_b = strlen ((*(Given *const *) b)->value);

  return length_a < length_b ? 1 : length_a > length_b ? -1 : 0;
}

static DexFuture *
append_given (AnnexWorkspace *self, const char *words)
{
  return annex_task_append (
      annex_workspace_get_task (self), ANNEX_EVENT_DATA_GIVEN,
      annex_json_build ("s", "what", ANNEX_GIVEN_SECRET, "s", "name", words, NULL));
}

gboolean
annex_workspace_note_secret (AnnexWorkspace *self, const char *words, GError **error)
{
  return annex_task_was_given_secret (annex_workspace_get_task (self), words) ||
         dex_await (append_given (self, words), error);
}

void
annex_workspace_give_secret (AnnexWorkspace *self, const char *words, const char *value)
{
  GPtrArray *all = g_object_get_data (G_OBJECT (self), KEY);
  Given *given;

  annex_network_policy_set_taint (annex_workspace_get_policy (self), ANNEX_TAINT_PRIVATE);
  if (!annex_task_was_given_secret (annex_workspace_get_task (self), words))
    dex_future_disown (append_given (self, words));
  if (strlen (value) < LEAST_BYTES)
    return;
  if (all == NULL)
    {
      all = g_ptr_array_new_with_free_func (given_free);
      g_object_set_data_full (G_OBJECT (self), KEY, all, (GDestroyNotify) g_ptr_array_unref);
    }
  for (guint i = 0; i < all->len; i++)
    if (g_str_equal (((Given *) all->pdata[i])->value, value))
      return;
  given = g_new0 (Given, 1);
  given->words = g_strdup (words);
  given->value = g_strdup (value);
  g_ptr_array_add (all, given);
  /* One that is a part of another comes after it. */
  g_ptr_array_sort (all, by_length);
}

static void
hide_in_node (JsonNode *node, GPtrArray *all, gboolean *any)
{
  if (JSON_NODE_HOLDS_OBJECT (node))
    {
      g_autoptr (GList) members = json_object_get_members (json_node_get_object (node));

      for (GList *l = members; l != NULL; l = l->next)
        hide_in_node (json_object_get_member (json_node_get_object (node), l->data), all, any);
    }
  else if (JSON_NODE_HOLDS_ARRAY (node))
    {
      JsonArray *array = json_node_get_array (node);

      for (guint i = 0; i < json_array_get_length (array); i++)
        hide_in_node (json_array_get_element (array, i), all, any);
    }
  else if (JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_STRING)
    {
      g_autoptr (GString) text = g_string_new (json_node_get_string (node));
      guint n = 0;

      for (guint i = 0; i < all->len; i++)
        n += g_string_replace (text, ((Given *) all->pdata[i])->value,
                               ((Given *) all->pdata[i])->words, 0);
      if (n == 0)
        return;
      json_node_set_string (node, text->str);
      *any = TRUE;
    }
}

AnnexBlock *
annex_workspace_hide_secrets (AnnexWorkspace *self, AnnexBlock *block)
{
  GPtrArray *all = g_object_get_data (G_OBJECT (self), KEY);
  g_autoptr (JsonNode) node = NULL;
  gboolean any = FALSE;
  AnnexBlock *hidden;

  if (all == NULL)
    return block;
  node = json_node_new (JSON_NODE_OBJECT);
  json_node_take_object (node, annex_json_object_copy (annex_block_get_json (block)));
  hide_in_node (node, all, &any);
  hidden = any ? annex_block_new (json_node_dup_object (node), NULL) : NULL;
  if (hidden == NULL)
    return block;
  annex_block_unref (block);
  return hidden;
}
