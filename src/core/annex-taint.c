/* annex-taint.c
 *
 * See annex-taint.h. Pure.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-taint.h"

#include "annex-task-private.h"

#include <string.h>

/* Is one of the answers a secret? */
static gboolean
gives_secret (JsonObject *data)
{
  JsonObject *answer = annex_json_opt_object (data, "answer");
  JsonObjectIter iter;
  JsonNode *node;

  if (answer == NULL)
    return FALSE;
  json_object_iter_init (&iter, answer);
  while (json_object_iter_next (&iter, NULL, &node))
    if (JSON_NODE_HOLDS_OBJECT (node) &&
        json_object_has_member (json_node_get_object (node), "secret"))
      return TRUE;
  return FALSE;
}

/* Files and pictures; the log of an older Annex tells of them in no other way. */
static gboolean
gives_files (JsonObject *data)
{
  JsonArray *blocks = annex_json_opt_array (data, "blocks");

  for (guint i = 0; blocks != NULL && i < json_array_get_length (blocks); i++)
    {
      JsonNode *node = json_array_get_element (blocks, i);
      JsonObject *block = JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;

      if (block != NULL &&
          (!g_str_equal (annex_json_opt_string (block, "type", ""), "text") ||
           strstr (annex_json_opt_string (block, "text", ""), ANNEX_TAINT_FILES_FOLDER "/")))
        return TRUE;
    }
  return FALSE;
}

AnnexTaint
annex_taint_after (AnnexTaint taint, AnnexEventType type, JsonObject *data)
{
  if (type == ANNEX_EVENT_SHARE_GRANTED || type == ANNEX_EVENT_DATA_GIVEN)
    return taint | ANNEX_TAINT_PRIVATE;
  if (type == ANNEX_EVENT_USER_MESSAGE && gives_files (data))
    return taint | ANNEX_TAINT_PRIVATE;
  if (type == ANNEX_EVENT_ASK_ANSWERED && gives_secret (data))
    return taint | ANNEX_TAINT_PRIVATE;
  if (type == ANNEX_EVENT_IMPORTED)
    return taint | ANNEX_TAINT_UNTRUSTED;
  if (type != ANNEX_EVENT_UNTRUSTED_READ)
    return taint;
  taint |= ANNEX_TAINT_UNTRUSTED;
  /* The user's mail is both. */
  if (g_str_has_prefix (annex_json_opt_string (data, "source", ""), ANNEX_SOURCE_CONNECTOR))
    taint |= ANNEX_TAINT_PRIVATE;
  return taint;
}

AnnexTaint
annex_task_get_taint (AnnexTask *self)
{
  return annex_task_peek_facts (self)->taint;
}

guint
annex_task_count_given_files (AnnexTask *self)
{
  return annex_task_peek_facts (self)->given_files;
}

guint
annex_task_count_given_secrets (AnnexTask *self)
{
  return annex_task_peek_facts (self)->given_secrets->len;
}

gboolean
annex_task_was_given_secret (AnnexTask *self, const char *name)
{
  return g_ptr_array_find_with_equal_func (annex_task_peek_facts (self)->given_secrets, name,
                                           g_str_equal, NULL);
}

char **
annex_task_dup_untrusted (AnnexTask *self)
{
  GPtrArray *sources = annex_task_peek_facts (self)->untrusted;
  g_autoptr (GStrvBuilder) names = g_strv_builder_new ();

  for (guint i = 0; i < sources->len; i++)
    g_strv_builder_add (names, g_ptr_array_index (sources, i));
  return g_strv_builder_end (names);
}
