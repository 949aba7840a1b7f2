/* annex-call-asks.c
 *
 * See annex-call-asks.h. What is past is kept for the names of the secrets that it was answered
 * with.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-call-asks.h"

#include "annex-json.h"

#include <string.h>

typedef struct
{
  AnnexAsk *ask;
  gint64 seq;
  gboolean is_closed;
  JsonObject *answer; /* nullable */
} CallAsk;

struct _AnnexCallAsks
{
  GHashTable *last; /* name of a call → CallAsk */
  GPtrArray *past;  /* CallAsk, those before */
};

static void
call_ask_free (gpointer data)
{
  CallAsk *call = data;

  annex_ask_unref (call->ask);
  g_clear_pointer (&call->answer, json_object_unref);
  g_free (call);
}

AnnexCallAsks *
annex_call_asks_new (void)
{
  AnnexCallAsks *self = g_new0 (AnnexCallAsks, 1);

  self->last = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, call_ask_free);
  self->past = g_ptr_array_new_with_free_func (call_ask_free);
  return self;
}

void
annex_call_asks_free (AnnexCallAsks *self)
{
  g_hash_table_unref (self->last);
  g_ptr_array_unref (self->past);
  g_free (self);
}

static const char *
get_name (AnnexAsk *ask)
{
  return annex_json_opt_string (annex_ask_get_json (ask), "tool_use", NULL);
}

gboolean
annex_call_asks_is_of (AnnexAsk *ask, const char *tool_use_id)
{
  gsize length = strlen (tool_use_id);
  const char *name = get_name (ask);

  return name != NULL && strncmp (name, tool_use_id, length) == 0 &&
         (name[length] == '\0' || name[length] == '/' || name[length] == ':');
}

/* The ask without what differs each time it is made. (transfer full) */
static char *
dup_essence (AnnexAsk *ask)
{
  static const char *const own[] = { "id", "expires", "reopens" };
  g_autoptr (JsonObject) copy = annex_json_object_copy (annex_ask_get_json (ask));

  for (guint i = 0; i < G_N_ELEMENTS (own); i++)
    if (json_object_has_member (copy, own[i]))
      json_object_remove_member (copy, own[i]);
  return annex_json_object_to_string (copy);
}

gboolean
annex_call_asks_is_same (AnnexAsk *a, AnnexAsk *b)
{
  g_autofree char *first = dup_essence (a);
  g_autofree char *second = dup_essence (b);

  return g_str_equal (first, second);
}

void
annex_call_asks_opened (AnnexCallAsks *self, gint64 seq, AnnexAsk *ask)
{
  const char *name = get_name (ask);
  gpointer before_name;
  gpointer before;
  CallAsk *call;

  if (name == NULL && !annex_ask_is_reopened (ask))
    return;
  call = g_new0 (CallAsk, 1);
  call->ask = annex_ask_ref (ask);
  call->seq = seq;
  /* What is asked once more is no call's any longer, though a new one may have the same name. */
  if (name == NULL || annex_ask_is_reopened (ask))
    {
      g_ptr_array_add (self->past, call);
      return;
    }
  if (g_hash_table_steal_extended (self->last, name, &before_name, &before))
    {
      g_free (before_name);
      g_ptr_array_add (self->past, before);
    }
  g_hash_table_insert (self->last, g_strdup (name), call);
}

static void
close_call (CallAsk *call, const char *ask_id, JsonObject *answer)
{
  if (call->is_closed || !g_str_equal (annex_ask_get_id (call->ask), ask_id))
    return;
  call->is_closed = TRUE;
  call->answer = answer != NULL ? json_object_ref (answer) : NULL;
}

void
annex_call_asks_closed (AnnexCallAsks *self, const char *ask_id, JsonObject *answer)
{
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, self->last);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    close_call (value, ask_id, answer);
  for (guint i = 0; i < self->past->len; i++)
    close_call (g_ptr_array_index (self->past, i), ask_id, answer);
}

static void
forget (AnnexCallAsks *self, gboolean (*is_forgotten) (CallAsk *call, gint64 seq), gint64 seq)
{
  GHashTableIter iter;
  gpointer value;

  g_hash_table_iter_init (&iter, self->last);
  while (g_hash_table_iter_next (&iter, NULL, &value))
    if (is_forgotten (value, seq))
      g_hash_table_iter_remove (&iter);
  for (guint i = self->past->len; i > 0; i--)
    if (is_forgotten (g_ptr_array_index (self->past, i - 1), seq))
      g_ptr_array_remove_index (self->past, i - 1);
}

static gboolean
is_open (CallAsk *call, gint64 seq)
{
  return !call->is_closed;
}

void
annex_call_asks_forget_open (AnnexCallAsks *self)
{
  forget (self, is_open, 0);
}

static gboolean
is_after (CallAsk *call, gint64 seq)
{
  return call->seq > seq;
}

void
annex_call_asks_forget_after (AnnexCallAsks *self, gint64 seq)
{
  forget (self, is_after, seq);
}

void
annex_call_asks_forget_all (AnnexCallAsks *self)
{
  g_hash_table_remove_all (self->last);
  g_ptr_array_set_size (self->past, 0);
}

AnnexAsk *
annex_call_asks_find (AnnexCallAsks *self,
                      const char *tool_use,
                      gint64 seq,
                      gboolean *is_closed,
                      JsonObject **answer)
{
  CallAsk *call = g_hash_table_lookup (self->last, tool_use);

  if (call != NULL && call->seq <= seq)
    call = NULL;
  *is_closed = call != NULL && call->is_closed;
  *answer = call != NULL ? call->answer : NULL;
  return call != NULL ? call->ask : NULL;
}

/* ---- the names of secrets */

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

static char *
dup_name_in (CallAsk *call, const char *reference)
{
  g_autoptr (GList) ids = call->answer != NULL ? json_object_get_members (call->answer) : NULL;

  for (GList *l = ids; l != NULL; l = l->next)
    if (is_reference (json_object_get_member (call->answer, l->data), reference))
      return dup_secret_header (call->ask, l->data);
  return NULL;
}

char *
annex_call_asks_dup_secret_name (AnnexCallAsks *self, const char *reference)
{
  GHashTableIter iter;
  gpointer value;
  char *name = NULL;

  g_hash_table_iter_init (&iter, self->last);
  while (name == NULL && g_hash_table_iter_next (&iter, NULL, &value))
    name = dup_name_in (value, reference);
  for (guint i = 0; name == NULL && i < self->past->len; i++)
    name = dup_name_in (g_ptr_array_index (self->past, i), reference);
  return name;
}
