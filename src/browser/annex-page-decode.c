/* annex-page-decode.c
 *
 * See annex-page-decode.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-page-decode.h"

#include "annex-json.h"

#include <string.h>

#define MAX_ID_CHARS 80
#define MAX_MESSAGE_CHARS 2000

static gboolean
fail (GError **error, const char *what)
{
  g_set_error (error, ANNEX_BROWSER_ERROR, ANNEX_BROWSER_ERROR_INVALID,
               "The page's answer could not be read: %s.", what);
  return FALSE;
}

static gboolean
is_id (const char *text, const char *extra)
{
  gsize length = strlen (text);

  if (length == 0 || length > MAX_ID_CHARS)
    return FALSE;
  for (const char *c = text; *c != '\0'; c++)
    if (!g_ascii_isalnum (*c) && strchr (extra, *c) == NULL)
      return FALSE;
  return TRUE;
}

/* A whole number of @object in [0, @most]; an absent one is @fallback. */
static gboolean
read_number (JsonObject *object, const char *name, gint64 most, gint64 fallback, gint64 *value)
{
  JsonNode *node = json_object_get_member (object, name);

  *value = fallback;
  if (node == NULL)
    return TRUE;
  if (!JSON_NODE_HOLDS_VALUE (node) || json_node_get_value_type (node) != G_TYPE_INT64)
    return FALSE;
  *value = json_node_get_int (node);
  return *value >= 0 && *value <= most;
}

/* One line of text for the model or the user: no control characters, valid, of limited length. */
static char *
clean_line (const char *text, gsize most)
{
  g_autofree char *valid = annex_text_make_valid (text, -1);
  GString *line = g_string_new (NULL);
  gsize count = 0;

  for (const char *at = valid; *at != '\0' && count < most; at = g_utf8_next_char (at), count++)
    {
      gunichar c = g_utf8_get_char (at);

      g_string_append_unichar (line, g_unichar_iscntrl (c) || c == 0x2028 || c == 0x2029 ? ' ' : c);
    }
  return g_string_free (line, FALSE);
}

static GArray *
read_path (JsonNode *node)
{
  g_autoptr (GArray) path = g_array_new (FALSE, FALSE, sizeof (guint));
  JsonArray *array;

  if (node == NULL || !JSON_NODE_HOLDS_ARRAY (node))
    return NULL;
  array = json_node_get_array (node);
  if (json_array_get_length (array) > ANNEX_PAGE_MAX_FRAME_DEPTH)
    return NULL;
  for (guint i = 0; i < json_array_get_length (array); i++)
    {
      JsonNode *item = json_array_get_element (array, i);
      gint64 index;
      guint value;

      if (!JSON_NODE_HOLDS_VALUE (item) || json_node_get_value_type (item) != G_TYPE_INT64)
        return NULL;
      index = json_node_get_int (item);
      if (index < 0 || index > ANNEX_PAGE_MAX_FRAME_INDEX)
        return NULL;
      value = (guint) index;
      g_array_append_val (path, value);
    }
  return g_steal_pointer (&path);
}

/* The error codes that a page script may give. */
static GError *
read_error (const char *name, const char *message)
{
  static const AnnexBrowserError codes[] = {
    ANNEX_BROWSER_ERROR_STALE,    ANNEX_BROWSER_ERROR_NOT_FOUND, ANNEX_BROWSER_ERROR_HIDDEN,
    ANNEX_BROWSER_ERROR_DISABLED, ANNEX_BROWSER_ERROR_COVERED,   ANNEX_BROWSER_ERROR_INVALID,
  };
  g_autofree char *line = clean_line (message, MAX_MESSAGE_CHARS);

  for (gsize i = 0; i < G_N_ELEMENTS (codes); i++)
    if (g_str_equal (annex_browser_error_name (codes[i]), name))
      return g_error_new_literal (ANNEX_BROWSER_ERROR, codes[i], line);
  if (g_str_equal (name, "cancelled"))
    return g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CANCELLED, line);
  return g_error_new_literal (ANNEX_BROWSER_ERROR, ANNEX_BROWSER_ERROR_INVALID, line);
}

static gboolean
read_done (AnnexPageMessage *self, JsonObject *object, GError **error)
{
  JsonObject *result = annex_json_opt_object (object, "result");
  const char *code = annex_json_opt_string (object, "error", NULL);

  if (!read_number (object, "seq", G_MAXINT64, 0, &self->seq))
    return fail (error, "its number is wrong");
  if (!read_number (object, "next", ANNEX_PAGE_MAX_REFERENCE, 1, &self->next))
    return fail (error, "its count of references is wrong");
  self->path = read_path (json_object_get_member (object, "path"));
  if ((result == NULL) == (code == NULL))
    return fail (error, "it has no result");
  if (result != NULL)
    self->result = json_object_ref (result);
  else
    self->error = read_error (code, annex_json_opt_string (object, "message", ""));
  return TRUE;
}

AnnexPageMessage *
annex_page_message_read (const char *text, gssize length, GError **error)
{
  g_autoptr (AnnexPageMessage) self = g_new0 (AnnexPageMessage, 1);
  g_autoptr (JsonObject) object = NULL;
  const char *kind, *id;
  gint64 frame;

  if ((length < 0 ? strlen (text) : (gsize) length) > ANNEX_PAGE_MAX_MESSAGE_BYTES)
    {
      fail (error, "it is too large");
      return NULL;
    }
  object = annex_json_parse_object (text, length, NULL);
  if (object == NULL)
    {
      fail (error, "it is no JSON object");
      return NULL;
    }
  id = annex_json_opt_string (object, "id", "");
  if (!is_id (id, "-"))
    {
      fail (error, "its document is unknown");
      return NULL;
    }
  self->id = g_strdup (id);
  kind = annex_json_opt_string (object, "kind", "");
  if (g_str_equal (kind, "poll"))
    {
      self->kind = ANNEX_PAGE_MESSAGE_POLL;
      self->main = annex_json_opt_boolean (object, "main", FALSE);
      if (!read_number (object, "frame", G_MAXINT32, 0, &frame))
        {
          fail (error, "its frame is wrong");
          return NULL;
        }
      self->frame = (guint) frame;
      id = annex_json_opt_string (object, "top", NULL);
      if (id != NULL && !is_id (id, "-"))
        {
          fail (error, "its main document is unknown");
          return NULL;
        }
      self->top = g_strdup (id);
    }
  else if (g_str_equal (kind, "done"))
    {
      self->kind = ANNEX_PAGE_MESSAGE_DONE;
      if (!read_done (self, object, error))
        return NULL;
    }
  else if (g_str_equal (kind, "bye"))
    self->kind = ANNEX_PAGE_MESSAGE_BYE;
  else
    {
      fail (error, "its kind is unknown");
      return NULL;
    }
  return g_steal_pointer (&self);
}

void
annex_page_message_free (AnnexPageMessage *self)
{
  if (self == NULL)
    return;
  g_free (self->id);
  g_free (self->top);
  g_clear_pointer (&self->path, g_array_unref);
  g_clear_pointer (&self->result, json_object_unref);
  g_clear_error (&self->error);
  g_free (self);
}

AnnexPageLine *
annex_page_line_new (guint depth, const char *id, const char *text, int slot)
{
  AnnexPageLine *self = g_new0 (AnnexPageLine, 1);

  self->depth = depth;
  self->id = g_strdup (id);
  self->text = g_strdup (text);
  self->slot = slot;
  return self;
}

void
annex_page_line_free (AnnexPageLine *self)
{
  g_free (self->id);
  g_free (self->text);
  g_free (self);
}

static const char *
string_at (JsonArray *array, guint index)
{
  JsonNode *node = json_array_get_element (array, index);

  return JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_STRING
             ? json_node_get_string (node)
             : NULL;
}

static gboolean
int_at (JsonArray *array, guint index, gint64 most, gint64 *value)
{
  JsonNode *node = json_array_get_element (array, index);

  if (!JSON_NODE_HOLDS_VALUE (node) || json_node_get_value_type (node) != G_TYPE_INT64)
    return FALSE;
  *value = json_node_get_int (node);
  return *value >= 0 && *value <= most;
}

static AnnexPageLine *
read_line (JsonNode *node, guint frame, int last_depth)
{
  g_autofree char *line = NULL, *id = NULL;
  JsonArray *array;
  const char *name, *text;
  gint64 depth, slot = -1;

  if (!JSON_NODE_HOLDS_ARRAY (node))
    return NULL;
  array = json_node_get_array (node);
  if (json_array_get_length (array) != 4)
    return NULL;
  name = string_at (array, 1);
  text = string_at (array, 2);
  if (!int_at (array, 0, ANNEX_PAGE_MAX_DEPTH, &depth) || depth > last_depth + 1)
    return NULL;
  if (name == NULL || !is_id (name, "./-") || text == NULL || !g_str_has_prefix (text, "- "))
    return NULL;
  if (!JSON_NODE_HOLDS_NULL (json_array_get_element (array, 3)) &&
      !int_at (array, 3, ANNEX_PAGE_MAX_FRAME_INDEX, &slot))
    return NULL;
  line = clean_line (text, ANNEX_PAGE_MAX_LINE_CHARS);
  id = g_strdup_printf ("%u:%s", frame, name);
  return annex_page_line_new ((guint) depth, id, line, (int) slot);
}

GPtrArray *
annex_page_lines_read (JsonObject *result, guint frame, GError **error)
{
  g_autoptr (GPtrArray) lines =
      g_ptr_array_new_with_free_func ((GDestroyNotify) annex_page_line_free);
  JsonArray *array = annex_json_opt_array (result, "lines");
  int depth = -1;

  if (array == NULL || json_array_get_length (array) > ANNEX_PAGE_MAX_LINES)
    {
      fail (error, array == NULL ? "it has no lines" : "it has too many lines");
      return NULL;
    }
  for (guint i = 0; i < json_array_get_length (array); i++)
    {
      AnnexPageLine *line = read_line (json_array_get_element (array, i), frame, depth);

      if (line == NULL)
        {
          fail (error, "one of its lines is wrong");
          return NULL;
        }
      depth = (int) line->depth;
      g_ptr_array_add (lines, line);
    }
  return g_steal_pointer (&lines);
}

gboolean
annex_page_reference_frame (const char *target, guint *frame)
{
  guint64 number = 0;
  const char *at = target;

  *frame = 0;
  if (target == NULL)
    return FALSE;
  if (*at == 'f')
    {
      char *end;

      if (!g_ascii_isdigit (at[1]))
        return FALSE;
      number = g_ascii_strtoull (at + 1, &end, 10);
      if (end - at > 10 || number == 0 || number > G_MAXINT32)
        return FALSE;
      at = end;
    }
  if (*at != 'e' || !g_ascii_isdigit (at[1]) || strspn (at + 1, "0123456789") != strlen (at + 1) ||
      strlen (at) > 12)
    return FALSE;
  *frame = (guint) number;
  return TRUE;
}
