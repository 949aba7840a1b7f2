/* annex-openai-calls.c
 *
 * See annex-openai-calls.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-openai-calls.h"

#include "annex-wire.h"

#include <string.h>

#define MAX_CALLS 500
#define MAX_NAME_BYTES 128

typedef struct
{
  gint64 index;
  char *id; /* NULL until one came or was made up */
  char *name;
  GString *arguments;
  gboolean whole; /* the arguments came as an object: nothing can follow */
} Call;

struct _AnnexOpenaiCalls
{
  GPtrArray *calls; /* Call */
};

static void
call_free (Call *call)
{
  g_free (call->id);
  g_free (call->name);
  g_string_free (call->arguments, TRUE);
  g_free (call);
}

AnnexOpenaiCalls *
annex_openai_calls_new (void)
{
  AnnexOpenaiCalls *self = g_new0 (AnnexOpenaiCalls, 1);

  self->calls = g_ptr_array_new_with_free_func ((GDestroyNotify) call_free);
  return self;
}

void
annex_openai_calls_free (AnnexOpenaiCalls *self)
{
  g_ptr_array_unref (self->calls);
  g_free (self);
}

guint
annex_openai_calls_get_length (AnnexOpenaiCalls *self)
{
  return self->calls->len;
}

/* ---- pieces */

/* The newest call at @index: an older one of the same index was closed by its successor. */
static Call *
find_open (AnnexOpenaiCalls *self, gint64 index, guint *number)
{
  for (guint i = self->calls->len; i > 0; i--)
    {
      Call *call = g_ptr_array_index (self->calls, i - 1);

      if (call->index == index)
        {
          *number = i - 1;
          return call;
        }
    }
  return NULL;
}

/* The argument text of a piece; @whole when it came as an object. (transfer full) */
static char *
arguments_of (JsonObject *function, gboolean *whole)
{
  JsonNode *node = function != NULL && json_object_has_member (function, "arguments")
                       ? json_object_get_member (function, "arguments")
                       : NULL;

  *whole = node != NULL && JSON_NODE_HOLDS_OBJECT (node);
  if (*whole)
    return annex_json_to_string (node);
  return g_strdup (function != NULL ? annex_json_opt_string (function, "arguments", "") : "");
}

static gboolean
is_complete_object (const char *text)
{
  g_autoptr (JsonObject) object = annex_json_parse_object (text, -1, NULL);

  return object != NULL;
}

/* Whether a piece with @id, @name and @arguments begins a call of its own beside @open. */
static gboolean
begins_new (Call *open, const char *id, const char *name, const char *arguments)
{
  if (open == NULL)
    return TRUE;
  if (*id != '\0' && open->id != NULL)
    return !g_str_equal (id, open->id);
  /* No two ids to compare. Another name is another call; the same name again is one only when the
   * arguments so far are whole and more come, as servers send it that number every call 0. */
  if (*name == '\0' || open->name == NULL)
    return FALSE;
  return !g_str_equal (name, open->name) ||
         (*arguments != '\0' && is_complete_object (open->arguments->str));
}

gboolean
annex_openai_calls_add (AnnexOpenaiCalls *self,
                        JsonObject *piece,
                        guint *number,
                        char **added,
                        const char **name)
{
  JsonObject *function = annex_json_opt_object (piece, "function");
  const char *id = annex_json_opt_string (piece, "id", "");
  const char *piece_name = function != NULL ? annex_json_opt_string (function, "name", "") : "";
  gint64 index = annex_json_opt_int (piece, "index", 0);
  gboolean whole;
  g_autofree char *arguments = arguments_of (function, &whole);
  Call *call = find_open (self, index, number);

  if (begins_new (call, id, piece_name, arguments))
    {
      if (self->calls->len >= MAX_CALLS)
        return FALSE;
      call = g_new0 (Call, 1);
      call->index = index;
      call->arguments = g_string_new (NULL);
      g_ptr_array_add (self->calls, call);
      *number = self->calls->len - 1;
    }
  if (call->id == NULL && *id != '\0')
    call->id = g_strdup (id);
  *name = NULL;
  if (call->name == NULL && *piece_name != '\0')
    {
      call->name = g_strndup (piece_name, MAX_NAME_BYTES);
      *name = call->name;
    }
  /* Some servers repeat a call they have sent whole. */
  if (call->whole)
    g_clear_pointer (&arguments, g_free);
  else if (whole)
    g_string_truncate (call->arguments, 0);
  call->whole = call->whole || whole;
  if (arguments == NULL)
    arguments = g_strdup ("");
  g_string_append (call->arguments, arguments);
  *added = g_steal_pointer (&arguments);
  return TRUE;
}

/* ---- the calls */

AnnexBlock *
annex_openai_calls_make_block (AnnexOpenaiCalls *self, guint number)
{
  Call *call = g_ptr_array_index (self->calls, number);
  g_autofree char *name = NULL;

  if (call->id == NULL)
    call->id =
        g_strdup_printf ("call_%08x%08x%08x", g_random_int (), g_random_int (), g_random_int ());
  /* A name may have been cut within a character. */
  name = annex_text_make_valid (call->name != NULL ? call->name : "unnamed", -1);
  return annex_block_new_tool_use (call->id, name, annex_wire_parse_input (call->arguments->str));
}
