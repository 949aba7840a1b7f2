/* annex-store-digest.c
 *
 * What the derived tables hold of an event: worked out from its data without the database, so that
 * it can be done in whichever thread owns the data.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-ask.h"
#include "annex-store-private.h"
#include "annex-taint.h"

#include <string.h>

/* Of one event; the rest of a longer text is not found by the search. */
#define MAX_SEARCH_BYTES (128 * 1024)
#define MAX_SEARCH_DEPTH 12

static void
add_text (GString *out, const char *text)
{
  gsize length;
  gsize room;

  if (text == NULL || text[0] == '\0' || out->len + 1 >= MAX_SEARCH_BYTES)
    return;
  if (out->len > 0)
    g_string_append_c (out, '\n');
  room = MAX_SEARCH_BYTES - out->len;
  length = strlen (text);
  if (length > room)
    {
      const char *end = g_utf8_find_prev_char (text, text + room);

      length = end != NULL ? (gsize) (end - text) : 0;
    }
  g_string_append_len (out, text, (gssize) length);
}

/* Every string in @node, whatever its name: the input of a tool, lists of paths. */
static void
add_strings (GString *out, JsonNode *node, guint depth)
{
  if (node == NULL || depth > MAX_SEARCH_DEPTH)
    return;
  if (JSON_NODE_HOLDS_OBJECT (node))
    {
      JsonObjectIter iter;
      const char *name;
      JsonNode *member;

      json_object_iter_init_ordered (&iter, json_node_get_object (node));
      while (json_object_iter_next_ordered (&iter, &name, &member))
        add_strings (out, member, depth + 1);
    }
  else if (JSON_NODE_HOLDS_ARRAY (node))
    {
      JsonArray *array = json_node_get_array (node);

      for (guint i = 0; i < json_array_get_length (array); i++)
        add_strings (out, json_array_get_element (array, i), depth + 1);
    }
  else if (JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_STRING)
    add_text (out, json_node_get_string (node));
}

/* A block's words; never the bytes of images, thinking or signatures. */
static void
add_block (GString *out, JsonObject *json)
{
  const char *type = json != NULL ? annex_json_opt_string (json, "type", "") : "";

  if (g_str_equal (type, "text"))
    add_text (out, annex_json_opt_string (json, "text", NULL));
  else if (g_str_equal (type, "tool_use"))
    add_strings (out, json_object_get_member (json, "input"), 0);
  else if (g_str_equal (type, "document"))
    add_text (out, annex_json_opt_string (json, "title", NULL));
  else if (g_str_equal (type, "tool_result"))
    {
      JsonArray *content = annex_json_opt_array (json, "content");

      add_text (out, annex_json_opt_string (json, "content", NULL));
      for (guint i = 0; content != NULL && i < json_array_get_length (content); i++)
        {
          JsonNode *part = json_array_get_element (content, i);

          if (JSON_NODE_HOLDS_OBJECT (part) &&
              g_str_equal (annex_json_opt_string (json_node_get_object (part), "type", ""), "text"))
            add_text (out, annex_json_opt_string (json_node_get_object (part), "text", NULL));
        }
    }
}

/* The member @name of each object in the array @list. */
static void
add_members (GString *out, JsonObject *data, const char *list, const char *name)
{
  JsonArray *array = annex_json_opt_array (data, list);

  for (guint i = 0; array != NULL && i < json_array_get_length (array); i++)
    {
      JsonNode *node = json_array_get_element (array, i);

      if (JSON_NODE_HOLDS_OBJECT (node))
        add_text (out, annex_json_opt_string (json_node_get_object (node), name, NULL));
    }
}

static void
add_words (GString *out, AnnexEventType type, JsonObject *data)
{
  JsonArray *blocks = annex_json_opt_array (data, "blocks");
  JsonObject *share = annex_json_opt_object (data, "share");
  JsonObject *ask = annex_json_opt_object (data, "ask");

  if (type == ANNEX_EVENT_USER_MESSAGE)
    for (guint i = 0; blocks != NULL && i < json_array_get_length (blocks); i++)
      {
        JsonNode *node = json_array_get_element (blocks, i);

        if (JSON_NODE_HOLDS_OBJECT (node))
          add_block (out, json_node_get_object (node));
      }
  else if (type == ANNEX_EVENT_BLOCK)
    add_block (out, annex_json_opt_object (data, "block"));
  else if (type == ANNEX_EVENT_TOOL_FINISHED)
    add_block (out, annex_json_opt_object (data, "result"));
  else if (type == ANNEX_EVENT_PLAN_UPDATED)
    add_members (out, data, "steps", "title");
  else if (type == ANNEX_EVENT_ASK_OPENED && ask != NULL)
    add_text (out, annex_json_opt_string (ask, "text", NULL));
  else if (type == ANNEX_EVENT_SHARE_GRANTED && share != NULL)
    add_text (out, annex_json_opt_string (share, "path", NULL));
  else if (type == ANNEX_EVENT_DRAFT_CHANGED || type == ANNEX_EVENT_DRAFT_KEPT)
    add_members (out, data, "entries", "path");
  else if (type == ANNEX_EVENT_FILES_PRESENTED)
    add_strings (out, json_object_get_member (data, "paths"), 0);
}

/* What the inbox needs of an ask: which answer to it is a no, and which one it asks again. */
static void
digest_ask (AnnexDigest *self, JsonObject *ask)
{
  JsonArray *questions = annex_json_opt_array (ask, "questions");
  JsonNode *first = questions != NULL && json_array_get_length (questions) == 1
                        ? json_array_get_element (questions, 0)
                        : NULL;

  self->opens = g_strdup (annex_json_opt_string (ask, "id", NULL));
  self->kind = g_strdup (annex_json_opt_string (ask, "kind", ""));
  self->reopens = g_strdup (annex_json_opt_string (ask, "reopens", NULL));
  if (g_str_equal (self->kind, "network") || g_str_equal (self->kind, "site"))
    self->refusal = g_strdup ("never");
  else if (g_str_equal (self->kind, "folder"))
    self->refusal = g_strdup ("no");
  else if (first != NULL && JSON_NODE_HOLDS_OBJECT (first) &&
           annex_ask_is_exact (json_node_get_object (first)))
    self->refusal = g_strdup (annex_json_opt_string (ask, "default", NULL));
}

static void
digest_answer (AnnexDigest *self, AnnexEventType type, JsonObject *data)
{
  JsonObject *answer = annex_json_opt_object (data, "answer");

  self->closes = g_strdup (annex_json_opt_string (data, "ask", ""));
  if (type == ANNEX_EVENT_ASK_EXPIRED)
    self->closed = "expired";
  else if (answer != NULL && annex_json_opt_boolean (answer, "dismissed", FALSE))
    self->closed = "dismissed";
  if (answer != NULL)
    self->answer = g_strdup (
        annex_json_opt_string (answer, "answer", annex_json_opt_string (answer, "consent", NULL)));
}

AnnexDigest *
annex_digest_new (AnnexEventType type, JsonObject *data)
{
  AnnexDigest *self = g_new0 (AnnexDigest, 1);
  GString *words = g_string_new (NULL);
  JsonObject *ask = annex_json_opt_object (data, "ask");

  self->rewinds_to = -1;
  self->creates = type == ANNEX_EVENT_TASK_CREATED;
  self->imported = type == ANNEX_EVENT_IMPORTED || type == ANNEX_EVENT_FORKED;
  self->forked = type == ANNEX_EVENT_FORKED;
  self->gives = type == ANNEX_EVENT_USER_MESSAGE &&
                (annex_taint_after (ANNEX_TAINT_NONE, type, data) & ANNEX_TAINT_PRIVATE) != 0;
  self->spends = type == ANNEX_EVENT_REPLY_FINISHED && annex_spent_read_usage (data, &self->usage);
  if (type == ANNEX_EVENT_TASK_CREATED || type == ANNEX_EVENT_TITLE_CHANGED)
    {
      self->title = g_strdup (annex_json_opt_string (data, "title", ""));
      self->headline = g_strdup (self->title);
    }
  else if (type == ANNEX_EVENT_STATE_CHANGED)
    self->state = g_strdup (annex_json_opt_string (data, "state", NULL));
  else if (type == ANNEX_EVENT_ASK_OPENED && ask != NULL)
    digest_ask (self, ask);
  else if (type == ANNEX_EVENT_ASK_ANSWERED || type == ANNEX_EVENT_ASK_EXPIRED)
    digest_answer (self, type, data);
  else if (type == ANNEX_EVENT_REWOUND)
    self->rewinds_to = MAX (annex_json_opt_int (data, "to_seq", -1), -1);
  add_words (words, type, data);
  self->words = g_string_free_and_steal (words);
  return self;
}

void
annex_digest_free (AnnexDigest *self)
{
  g_free (self->title);
  g_free (self->state);
  g_free (self->opens);
  g_free (self->kind);
  g_free (self->refusal);
  g_free (self->reopens);
  g_free (self->closes);
  g_free (self->answer);
  g_free (self->headline);
  g_free (self->words);
  g_free (self);
}
