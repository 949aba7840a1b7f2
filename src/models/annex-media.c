/* annex-media.c
 *
 * See annex-media.h. The conversation itself never changes; a block is known again by what it
 * holds, for helpers of a task send other conversations to the same model.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-media.h"

#include "annex-json-build.h"
#include "annex-picture-head.h"

#include <string.h>

typedef enum {
  REASON_NONE,
  REASON_REFUSED,
  REASON_TOO_MUCH,
} Reason;

struct _AnnexMedia
{
  GHashTable *left_out; /* "model\n…" → Reason */
  GHashTable *blind;    /* models that see nothing */
};

AnnexMedia *
annex_media_new (void)
{
  AnnexMedia *self = g_new0 (AnnexMedia, 1);

  self->left_out = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->blind = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  return self;
}

void
annex_media_free (AnnexMedia *self)
{
  g_hash_table_unref (self->left_out);
  g_hash_table_unref (self->blind);
  g_free (self);
}

/* ---- what a refusal says */

/* As whole words: "immediately" is no medium. */
static gboolean
names_media (const char *message)
{
  static const char *const words[] = { "image",    "images",    "picture", "pictures",
                                       "pdf",      "pdfs",      "media",   "multimodal",
                                       "document", "documents", "mmproj",  NULL };
  g_autofree char *folded = g_ascii_strdown (message, -1);
  g_auto (GStrv) parts = NULL;

  for (char *p = folded; *p != '\0'; p++)
    if (!g_ascii_isalnum (*p))
      *p = ' ';
  parts = g_strsplit (folded, " ", -1);
  for (guint i = 0; parts[i] != NULL; i++)
    if (g_strv_contains (words, parts[i]))
      return TRUE;
  return FALSE;
}

/* llama.cpp, vLLM, LM Studio and OpenRouter, and readers that know texts alone. */
static const char *const blind_words[] = { "mmproj",         "multimodal",     "image input is not",
                                           "support image",  "support vision", "at most 0 image",
                                           "unknown variant" };
/* What a server says that has models, and none that sees. Any other that was not found is one that
 * is not there, whatever it is called. */
static const char *const unseeing_words[] = { "image input", "support image", "support vision",
                                              "at most 0 image" };
static const char *const dimension_words[] = { "dimension", "pixel" };

/* Models are called after what they take, too. (transfer full) */
static char *
dup_without_name (const char *message, const char *model)
{
  g_autofree char *folded = g_ascii_strdown (message, -1);
  g_autofree char *name = g_ascii_strdown (model, -1);
  const char *slash = strrchr (name, '/');
  g_auto (GStrv) parts = NULL;
  g_autofree char *rest = NULL;
  g_auto (GStrv) short_parts = NULL;

  if (name[0] == '\0')
    return g_steal_pointer (&folded);
  parts = g_strsplit (folded, name, -1);
  rest = g_strjoinv (" ", parts);
  if (slash == NULL || slash[1] == '\0')
    return g_steal_pointer (&rest);
  short_parts = g_strsplit (rest, slash + 1, -1);
  return g_strjoinv (" ", short_parts);
}

static gboolean
says (const char *message, const char *const *words, gsize n)
{
  g_autofree char *folded = g_ascii_strdown (message, -1);

  for (gsize i = 0; i < n; i++)
    if (strstr (folded, words[i]) != NULL)
      return TRUE;
  return FALSE;
}

/* ---- the blocks */

static gboolean
is_media (JsonObject *part)
{
  const char *type = annex_json_opt_string (part, "type", "");
  JsonObject *source = annex_json_opt_object (part, "source");

  return source != NULL && (g_str_equal (type, "image") || g_str_equal (type, "document")) &&
         !g_str_equal (annex_json_opt_string (source, "type", ""), "text");
}

/* What a picture or document is; the size of it where it is in there. (transfer full) */
static char *
dup_key (const char *model, JsonObject *part, gsize *chars)
{
  JsonObject *source = annex_json_opt_object (part, "source");
  const char *data = annex_json_opt_string (source, "data", NULL);
  g_autofree char *text = data == NULL ? annex_json_object_to_string (source) : NULL;
  const char *what = data != NULL ? data : text;

  *chars = strlen (what);
  return g_strdup_printf ("%s\n%" G_GSIZE_FORMAT " %x", model, *chars, g_str_hash (what));
}

static Reason
reason_for (AnnexMedia *self, const char *model, JsonObject *part)
{
  gsize chars;
  g_autofree char *key = NULL;

  if (g_hash_table_contains (self->blind, model))
    return REASON_REFUSED;
  key = dup_key (model, part, &chars);
  return GPOINTER_TO_INT (g_hash_table_lookup (self->left_out, key));
}

/* The parts of a tool's result. (borrowed, nullable) */
static JsonArray *
parts_of (AnnexBlock *block)
{
  return annex_block_get_kind (block) == ANNEX_BLOCK_TOOL_RESULT
             ? annex_json_opt_array (annex_block_get_json (block), "content")
             : NULL;
}

/* All pictures and documents (JsonObject, borrowed), the oldest first. */
static GPtrArray *
list_media (GPtrArray *messages)
{
  GPtrArray *found = g_ptr_array_new ();

  for (guint i = 0; messages != NULL && i < messages->len; i++)
    {
      GPtrArray *blocks = annex_message_get_blocks (g_ptr_array_index (messages, i));

      for (guint j = 0; j < blocks->len; j++)
        {
          AnnexBlock *block = g_ptr_array_index (blocks, j);
          JsonArray *parts = parts_of (block);

          if (is_media (annex_block_get_json (block)))
            g_ptr_array_add (found, annex_block_get_json (block));
          for (guint k = 0; parts != NULL && k < json_array_get_length (parts); k++)
            {
              JsonNode *node = json_array_get_element (parts, k);

              if (JSON_NODE_HOLDS_OBJECT (node) && is_media (json_node_get_object (node)))
                g_ptr_array_add (found, json_node_get_object (node));
            }
        }
    }
  return found;
}

/* More than a model takes of many. */
static gboolean
is_large (JsonObject *part)
{
  const char *data = annex_json_opt_string (annex_json_opt_object (part, "source"), "data", "");
  AnnexPictureHead head;
  gsize size;
  guchar *decoded = g_base64_decode (data, &size);
  g_autoptr (GBytes) bytes = g_bytes_new_take (decoded, size);

  return annex_picture_head_read (bytes, &head) &&
         (head.width > ANNEX_PICTURE_MAX_SIDE || head.height > ANNEX_PICTURE_MAX_SIDE);
}

/* ---- leaving out */

/* All but the newest @max_chars, of those that @is_meant (nullable: all). */
static gboolean
leave_out (AnnexMedia *self,
           const char *model,
           GPtrArray *messages,
           gsize max_chars,
           gboolean (*is_meant) (JsonObject *part),
           Reason reason)
{
  g_autoptr (GPtrArray) media = list_media (messages);
  gboolean any = FALSE;
  gsize kept = 0;

  for (guint i = media->len; i > 0; i--)
    {
      JsonObject *part = g_ptr_array_index (media, i - 1);
      gsize chars;
      g_autofree char *key = dup_key (model, part, &chars);

      if (reason_for (self, model, part) != REASON_NONE || (is_meant != NULL && !is_meant (part)))
        continue;
      if (max_chars > 0 && kept + chars <= max_chars)
        {
          kept += chars;
          continue;
        }
      max_chars = 0; /* none that is older than one left out: the beginning stays the same */
      g_hash_table_insert (self->left_out, g_steal_pointer (&key), GINT_TO_POINTER (reason));
      any = TRUE;
    }
  return any;
}

gboolean
annex_media_note_refusal (AnnexMedia *self,
                          const char *model,
                          GPtrArray *messages,
                          const GError *refusal)
{
  gboolean missing = g_error_matches (refusal, ANNEX_MODEL_ERROR, ANNEX_MODEL_ERROR_NOT_FOUND);
  g_autofree char *message = NULL;
  gboolean any;

  if (g_error_matches (refusal, ANNEX_MODEL_ERROR, ANNEX_MODEL_ERROR_TOO_LARGE))
    return leave_out (self, model, messages, 0, NULL, REASON_TOO_MUCH);
  if (!missing && !g_error_matches (refusal, ANNEX_MODEL_ERROR, ANNEX_MODEL_ERROR_INVALID) &&
      !g_error_matches (refusal, ANNEX_MODEL_ERROR, ANNEX_MODEL_ERROR_SERVER))
    return FALSE;
  message = dup_without_name (refusal->message, model);
  if (missing ? !says (message, unseeing_words, G_N_ELEMENTS (unseeing_words))
              : !names_media (message))
    return FALSE;
  /* Large ones are taken while there are few. */
  if (says (message, dimension_words, G_N_ELEMENTS (dimension_words)) &&
      leave_out (self, model, messages, 0, is_large, REASON_TOO_MUCH))
    return TRUE;
  any = leave_out (self, model, messages, 0, NULL, REASON_REFUSED);
  if (any && says (message, blind_words, G_N_ELEMENTS (blind_words)))
    g_hash_table_add (self->blind, g_strdup (model));
  return any;
}

gboolean
annex_media_make_room (AnnexMedia *self, const char *model, GPtrArray *messages, gsize max_chars)
{
  return leave_out (self, model, messages, max_chars, NULL, REASON_TOO_MUCH);
}

/* ---- what is sent instead */

/* NULL: @part is sent as it is. (transfer full) */
static JsonObject *
stand_in (AnnexMedia *self, const char *model, JsonObject *part)
{
  const char *what =
      g_str_equal (annex_json_opt_string (part, "type", ""), "image") ? "picture" : "document";
  g_autofree char *text = NULL;

  if (!is_media (part))
    return NULL;
  switch (reason_for (self, model, part))
    {
    case REASON_NONE:
      return NULL;
    case REASON_REFUSED:
      text = g_strdup_printf ("[A %s is left out here: this model’s server did not take it. Where "
                              "you need what is in it, work on its file with programs; say so when "
                              "you cannot.]",
                              what);
      break;
    case REASON_TOO_MUCH:
      text =
          g_strdup_printf ("[A %s is left out here, for the conversation would be too large with "
                           "it. Look at its file again where you need it.]",
                           what);
      break;
    }
  return annex_json_build ("s", "type", "text", "s", "text", text, NULL);
}

/* @block with other parts; NULL when all stay. (transfer full) */
static AnnexBlock *
change_result (AnnexMedia *self, const char *model, AnnexBlock *block)
{
  JsonObject *json = annex_block_get_json (block);
  JsonArray *parts = parts_of (block);
  g_autoptr (JsonArray) changed = json_array_new ();
  g_autoptr (GList) names = NULL;
  JsonObject *copy;
  gboolean any = FALSE;

  for (guint i = 0; parts != NULL && i < json_array_get_length (parts); i++)
    {
      JsonNode *node = json_array_get_element (parts, i);
      JsonObject *other = JSON_NODE_HOLDS_OBJECT (node)
                              ? stand_in (self, model, json_node_get_object (node))
                              : NULL;

      any = any || other != NULL;
      if (other != NULL)
        json_array_add_object_element (changed, other);
      else
        json_array_add_element (changed, json_node_copy (node));
    }
  if (!any)
    return NULL;
  copy = json_object_new ();
  names = json_object_get_members (json);
  for (GList *l = names; l != NULL; l = l->next)
    if (g_str_equal (l->data, "content"))
      json_object_set_array_member (copy, l->data, g_steal_pointer (&changed));
    else
      json_object_set_member (copy, l->data,
                              json_node_copy (json_object_get_member (json, l->data)));
  return annex_block_new (copy, NULL); /* as whole as the one it is of */
}

/* (transfer full) */
static AnnexBlock *
change_block (AnnexMedia *self, const char *model, AnnexBlock *block)
{
  JsonObject *other = stand_in (self, model, annex_block_get_json (block));
  AnnexBlock *changed =
      other != NULL ? annex_block_new (other, NULL) : change_result (self, model, block);

  return changed != NULL ? changed : annex_block_ref (block);
}

GPtrArray *
annex_media_dup_messages (AnnexMedia *self, const char *model, GPtrArray *messages)
{
  GPtrArray *sent;

  if (messages == NULL)
    return NULL;
  if (g_hash_table_size (self->left_out) == 0)
    return g_ptr_array_ref (messages);
  sent = g_ptr_array_new_with_free_func ((GDestroyNotify) annex_message_unref);
  for (guint i = 0; i < messages->len; i++)
    {
      AnnexMessage *message = g_ptr_array_index (messages, i);
      GPtrArray *blocks = annex_message_get_blocks (message);
      g_autoptr (GPtrArray) changed =
          g_ptr_array_new_with_free_func ((GDestroyNotify) annex_block_unref);

      for (guint j = 0; j < blocks->len; j++)
        g_ptr_array_add (changed, change_block (self, model, g_ptr_array_index (blocks, j)));
      g_ptr_array_add (sent, annex_message_new (annex_message_get_role (message), changed));
    }
  return sent;
}
