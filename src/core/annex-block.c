/* annex-block.c
 *
 * See annex-block.h. Knows the Messages API's block shapes and nothing of providers.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-block.h"

struct _AnnexBlock
{
  AnnexBlockKind kind;
  JsonObject *json;
  char *text; /* of a tool_result: its text parts joined; otherwise NULL */
};

G_DEFINE_BOXED_TYPE (AnnexBlock, annex_block, annex_block_ref, annex_block_unref)

static const char *const kind_names[] = {
  [ANNEX_BLOCK_TEXT] = "text",
  [ANNEX_BLOCK_IMAGE] = "image",
  [ANNEX_BLOCK_DOCUMENT] = "document",
  [ANNEX_BLOCK_THINKING] = "thinking",
  [ANNEX_BLOCK_REDACTED_THINKING] = "redacted_thinking",
  [ANNEX_BLOCK_TOOL_USE] = "tool_use",
  [ANNEX_BLOCK_TOOL_RESULT] = "tool_result",
};

static AnnexBlockKind
kind_from_name (const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (kind_names); i++)
    if (g_str_equal (kind_names[i], name))
      return i;
  return ANNEX_BLOCK_UNKNOWN;
}

static void
append_text (GString *out, const char *text)
{
  if (out->len > 0)
    g_string_append_c (out, '\n');
  g_string_append (out, text);
}

/* `content` is absent, a string, or an array of blocks. */
static char *
join_result_text (JsonObject *json)
{
  GString *out = g_string_new (NULL);
  JsonArray *content = annex_json_opt_array (json, "content");
  guint n = content != NULL ? json_array_get_length (content) : 0;

  g_string_append (out, annex_json_opt_string (json, "content", ""));
  for (guint i = 0; i < n; i++)
    {
      JsonNode *node = json_array_get_element (content, i);
      JsonObject *part = JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;

      if (part != NULL && g_str_equal (annex_json_opt_string (part, "type", ""), "text"))
        append_text (out, annex_json_opt_string (part, "text", ""));
    }
  return g_string_free_and_steal (out);
}

static gboolean
has_what_it_needs (AnnexBlockKind kind, JsonObject *json, GError **error)
{
  switch (kind)
    {
    case ANNEX_BLOCK_TEXT:
      return annex_json_get_string (json, "text", error) != NULL;
    case ANNEX_BLOCK_IMAGE:
    case ANNEX_BLOCK_DOCUMENT:
      return annex_json_get_object (json, "source", error) != NULL;
    case ANNEX_BLOCK_THINKING:
      return annex_json_get_string (json, "thinking", error) != NULL;
    case ANNEX_BLOCK_REDACTED_THINKING:
      return annex_json_get_string (json, "data", error) != NULL;
    case ANNEX_BLOCK_TOOL_USE:
      return annex_json_get_string (json, "id", error) != NULL &&
             annex_json_get_string (json, "name", error) != NULL &&
             annex_json_get_object (json, "input", error) != NULL;
    case ANNEX_BLOCK_TOOL_RESULT:
      return annex_json_get_string (json, "tool_use_id", error) != NULL;
    case ANNEX_BLOCK_UNKNOWN:
      return TRUE;
    }
  return TRUE;
}

AnnexBlock *
annex_block_new (JsonObject *json, GError **error)
{
  g_autoptr (JsonObject) taken = json;
  AnnexBlock *self;
  const char *type;
  AnnexBlockKind kind;

  g_return_val_if_fail (json != NULL, NULL);

  type = annex_json_get_string (json, "type", error);
  if (type == NULL)
    return NULL;
  kind = kind_from_name (type);
  if (!has_what_it_needs (kind, json, error))
    return NULL;
  self = g_atomic_rc_box_new0 (AnnexBlock);
  self->kind = kind;
  self->json = g_steal_pointer (&taken);
  if (kind == ANNEX_BLOCK_TOOL_RESULT)
    self->text = join_result_text (json);
  return self;
}

/* For blocks that were just built and cannot be wrong. */
static AnnexBlock *
new_checked (JsonObject *json)
{
  g_autoptr (GError) error = NULL;
  AnnexBlock *self = annex_block_new (json, &error);

  if (self == NULL)
    g_error ("A block was built wrongly: %s", error->message);
  return self;
}

static JsonObject *
new_json (const char *type)
{
  JsonObject *json = json_object_new ();

  json_object_set_string_member (json, "type", type);
  return json;
}

static void
set_text (JsonObject *json, const char *name, const char *text)
{
  g_autofree char *valid = annex_text_make_valid (text, -1);

  json_object_set_string_member (json, name, valid);
}

AnnexBlock *
annex_block_new_text (const char *text)
{
  JsonObject *json = new_json ("text");

  set_text (json, "text", text);
  return new_checked (json);
}

static JsonObject *
new_base64_json (const char *type, const char *media_type, GBytes *bytes)
{
  JsonObject *json = new_json (type);
  JsonObject *source = new_json ("base64");
  gsize size;
  const guchar *data = g_bytes_get_data (bytes, &size);
  g_autofree char *base64 = size > 0 ? g_base64_encode (data, size) : g_strdup ("");

  json_object_set_string_member (source, "media_type", media_type);
  json_object_set_string_member (source, "data", base64);
  json_object_set_object_member (json, "source", source);
  return json;
}

AnnexBlock *
annex_block_new_image (const char *media_type, GBytes *bytes)
{
  return new_checked (new_base64_json ("image", media_type, bytes));
}

AnnexBlock *
annex_block_new_document (const char *media_type, GBytes *bytes, const char *title)
{
  JsonObject *json = new_base64_json ("document", media_type, bytes);

  if (title != NULL)
    set_text (json, "title", title);
  return new_checked (json);
}

AnnexBlock *
annex_block_new_tool_use (const char *id, const char *name, JsonObject *input)
{
  JsonObject *json = new_json ("tool_use");

  json_object_set_string_member (json, "id", id);
  json_object_set_string_member (json, "name", name);
  json_object_set_object_member (json, "input", input);
  return new_checked (json);
}

AnnexBlock *
annex_block_new_tool_result (const char *tool_use_id, GPtrArray *content, gboolean is_error)
{
  JsonObject *json = new_json ("tool_result");
  JsonArray *parts = json_array_new ();

  for (guint i = 0; content != NULL && i < content->len; i++)
    {
      AnnexBlock *part = g_ptr_array_index (content, i);

      json_array_add_object_element (parts, json_object_ref (part->json));
    }
  json_object_set_string_member (json, "tool_use_id", tool_use_id);
  json_object_set_array_member (json, "content", parts);
  if (is_error)
    json_object_set_boolean_member (json, "is_error", TRUE);
  return new_checked (json);
}

AnnexBlock *
annex_block_new_tool_result_text (const char *tool_use_id, const char *text, gboolean is_error)
{
  g_autoptr (GPtrArray) content =
      g_ptr_array_new_with_free_func ((GDestroyNotify) annex_block_unref);

  /* The Messages API refuses an empty text block, not an empty result. */
  if (text != NULL && text[0] != '\0')
    g_ptr_array_add (content, annex_block_new_text (text));
  return annex_block_new_tool_result (tool_use_id, content, is_error);
}

AnnexBlock *
annex_block_ref (AnnexBlock *self)
{
  return g_atomic_rc_box_acquire (self);
}

static void
clear (gpointer data)
{
  AnnexBlock *self = data;

  json_object_unref (self->json);
  g_free (self->text);
}

void
annex_block_unref (AnnexBlock *self)
{
  g_atomic_rc_box_release_full (self, clear);
}

AnnexBlockKind
annex_block_get_kind (AnnexBlock *self)
{
  return self->kind;
}

const char *
annex_block_get_type_name (AnnexBlock *self)
{
  return annex_json_opt_string (self->json, "type", "");
}

JsonObject *
annex_block_get_json (AnnexBlock *self)
{
  return self->json;
}

const char *
annex_block_get_text (AnnexBlock *self)
{
  switch (self->kind)
    {
    case ANNEX_BLOCK_TEXT:
      return annex_json_opt_string (self->json, "text", "");
    case ANNEX_BLOCK_THINKING:
      return annex_json_opt_string (self->json, "thinking", "");
    case ANNEX_BLOCK_TOOL_RESULT:
      return self->text;
    case ANNEX_BLOCK_IMAGE:
    case ANNEX_BLOCK_DOCUMENT:
    case ANNEX_BLOCK_REDACTED_THINKING:
    case ANNEX_BLOCK_TOOL_USE:
    case ANNEX_BLOCK_UNKNOWN:
      break;
    }
  return "";
}

const char *
annex_block_get_tool_use_id (AnnexBlock *self)
{
  if (self->kind == ANNEX_BLOCK_TOOL_USE)
    return annex_json_opt_string (self->json, "id", NULL);
  if (self->kind == ANNEX_BLOCK_TOOL_RESULT)
    return annex_json_opt_string (self->json, "tool_use_id", NULL);
  return NULL;
}

const char *
annex_block_get_tool_name (AnnexBlock *self)
{
  return self->kind == ANNEX_BLOCK_TOOL_USE ? annex_json_opt_string (self->json, "name", NULL)
                                            : NULL;
}

JsonObject *
annex_block_get_tool_input (AnnexBlock *self)
{
  return self->kind == ANNEX_BLOCK_TOOL_USE ? annex_json_opt_object (self->json, "input") : NULL;
}

gboolean
annex_block_get_is_error (AnnexBlock *self)
{
  return self->kind == ANNEX_BLOCK_TOOL_RESULT &&
         annex_json_opt_boolean (self->json, "is_error", FALSE);
}
