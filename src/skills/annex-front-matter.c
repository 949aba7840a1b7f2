/* annex-front-matter.c
 *
 * See annex-front-matter.h. Reads libyaml's events, so that nothing is built that was not counted.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-front-matter.h"

#include "annex-spoken.h"

#include <glib/gi18n.h>
#include <string.h>
#include <yaml.h>

ANNEX_DEFINE_SPOKEN_DOMAIN (annex_front_matter_error)

#define MAX_KEY_BYTES 128

/* ---- finding it */

/* Is the line at @line (up to @end) just "---"? *@next is where the following line begins. */
static gboolean
is_fence (const char *line, const char *end, const char **next)
{
  const char *stop = memchr (line, '\n', (gsize) (end - line));
  const char *last = stop != NULL ? stop : end;

  *next = stop != NULL ? stop + 1 : end;
  while (last > line && (last[-1] == '\r' || last[-1] == ' ' || last[-1] == '\t'))
    last--;
  return last - line == 3 && memcmp (line, "---", 3) == 0;
}

gboolean
annex_front_matter_split (const char *text,
                          gsize length,
                          const char **yaml,
                          gsize *yaml_length,
                          const char **body,
                          GError **error)
{
  const char *end = text + length;
  const char *line;

  if (length >= 3 && memcmp (text, "\xef\xbb\xbf", 3) == 0)
    text += 3;
  if (!is_fence (text, end, &line))
    {
      annex_set_spoken (error, ANNEX_FRONT_MATTER_ERROR, ANNEX_FRONT_MATTER_ERROR_MISSING,
                        N_ ("The first line must be “---”"));
      return FALSE;
    }
  *yaml = line;
  while (line < end)
    {
      const char *next;

      if (is_fence (line, end, &next))
        {
          *yaml_length = (gsize) (line - *yaml);
          *body = next;
          return TRUE;
        }
      line = next;
    }
  annex_set_spoken (error, ANNEX_FRONT_MATTER_ERROR, ANNEX_FRONT_MATTER_ERROR_MISSING,
                    N_ ("The front matter has no second line “---”"));
  return FALSE;
}

/* ---- parsing */

typedef struct
{
  JsonNode *node; /* owned until it is put into what is above it */
  char *key;      /* of an object: the key that waits for its value */
} Level;

typedef struct
{
  Level levels[ANNEX_FRONT_MATTER_MAX_DEPTH];
  guint depth;
  guint n_nodes;
  guint first_line;
  JsonNode *root;
} Reader;

static gboolean
fail (Reader *self, const yaml_mark_t *mark, int code, const char *what, GError **error)
{
  guint line = self->first_line + (guint) mark->line;
  GError *made = g_error_new (ANNEX_FRONT_MATTER_ERROR, code, "Line %u: %s", line, what);

  /* Translators: of a skill's file; what is wrong in that line follows */
  annex_spoken_take (made, g_strdup_printf (_ ("Line %u: %s"), line, _ (what)));
  g_propagate_error (error, made);
  return FALSE;
}

static gboolean
put_key (Reader *self, Level *level, const yaml_event_t *event, GError **error)
{
  const char *key = (const char *) event->data.scalar.value;
  gsize length = event->data.scalar.length;
  JsonObject *object = json_node_get_object (level->node);

  if (length == 0 || length > MAX_KEY_BYTES || strlen (key) != length)
    return fail (self, &event->start_mark, ANNEX_FRONT_MATTER_ERROR_SYNTAX, N_ ("This is no key"),
                 error);
  if (g_str_equal (key, "<<"))
    return fail (self, &event->start_mark, ANNEX_FRONT_MATTER_ERROR_FEATURE,
                 N_ ("Merge keys are not allowed"), error);
  if (json_object_has_member (object, key))
    return fail (self, &event->start_mark, ANNEX_FRONT_MATTER_ERROR_DUPLICATE,
                 N_ ("This key is there twice"), error);
  level->key = g_strdup (key);
  return TRUE;
}

/* Puts @node (taken) where it belongs. */
static void
put_value (Reader *self, JsonNode *node)
{
  Level *level;

  if (self->depth == 0)
    {
      self->root = node;
      return;
    }
  level = &self->levels[self->depth - 1];
  if (JSON_NODE_HOLDS_ARRAY (level->node))
    json_array_add_element (json_node_get_array (level->node), node);
  else
    {
      json_object_set_member (json_node_get_object (level->node), level->key, node);
      g_clear_pointer (&level->key, g_free);
    }
}

static gboolean
awaits_key (Reader *self)
{
  Level *level = self->depth > 0 ? &self->levels[self->depth - 1] : NULL;

  return level != NULL && JSON_NODE_HOLDS_OBJECT (level->node) && level->key == NULL;
}

static gboolean
read_scalar (Reader *self, const yaml_event_t *event, GError **error)
{
  const char *value = (const char *) event->data.scalar.value;
  JsonNode *node;

  if (strlen (value) != event->data.scalar.length)
    return fail (self, &event->start_mark, ANNEX_FRONT_MATTER_ERROR_SYNTAX,
                 N_ ("A null character is not allowed"), error);
  if (awaits_key (self))
    return put_key (self, &self->levels[self->depth - 1], event, error);
  if (event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE &&
      (g_str_equal (value, "~") || g_str_equal (value, "null")))
    value = "";
  node = json_node_new (JSON_NODE_VALUE);
  json_node_set_string (node, value);
  put_value (self, node);
  return TRUE;
}

static gboolean
open_level (Reader *self, const yaml_event_t *event, JsonNodeType type, GError **error)
{
  JsonNode *node;

  if (awaits_key (self))
    return fail (self, &event->start_mark, ANNEX_FRONT_MATTER_ERROR_SYNTAX,
                 N_ ("A key must be plain text"), error);
  if (self->depth == ANNEX_FRONT_MATTER_MAX_DEPTH)
    return fail (self, &event->start_mark, ANNEX_FRONT_MATTER_ERROR_LIMIT, N_ ("This is too deep"),
                 error);
  node = json_node_new (type);
  if (type == JSON_NODE_ARRAY)
    json_node_take_array (node, json_array_new ());
  else
    json_node_take_object (node, json_object_new ());
  self->levels[self->depth++] = (Level) { .node = node };
  return TRUE;
}

static void
close_level (Reader *self)
{
  JsonNode *node = self->levels[--self->depth].node;

  self->levels[self->depth].node = NULL;
  put_value (self, node);
}

static gboolean
has_feature (const yaml_event_t *event)
{
  switch ((int) event->type)
    {
    case YAML_ALIAS_EVENT:
      return TRUE;
    case YAML_SCALAR_EVENT:
      return event->data.scalar.anchor != NULL || event->data.scalar.tag != NULL;
    case YAML_SEQUENCE_START_EVENT:
      return event->data.sequence_start.anchor != NULL || event->data.sequence_start.tag != NULL;
    case YAML_MAPPING_START_EVENT:
      return event->data.mapping_start.anchor != NULL || event->data.mapping_start.tag != NULL;
    default:
      return FALSE;
    }
}

static gboolean
read_event (Reader *self, const yaml_event_t *event, GError **error)
{
  if (has_feature (event))
    return fail (self, &event->start_mark, ANNEX_FRONT_MATTER_ERROR_FEATURE,
                 N_ ("Anchors, aliases and tags are not allowed"), error);
  if (++self->n_nodes > ANNEX_FRONT_MATTER_MAX_NODES)
    return fail (self, &event->start_mark, ANNEX_FRONT_MATTER_ERROR_LIMIT, N_ ("There is too much"),
                 error);
  switch ((int) event->type)
    {
    case YAML_SCALAR_EVENT:
      return read_scalar (self, event, error);
    case YAML_SEQUENCE_START_EVENT:
      return open_level (self, event, JSON_NODE_ARRAY, error);
    case YAML_MAPPING_START_EVENT:
      return open_level (self, event, JSON_NODE_OBJECT, error);
    case YAML_SEQUENCE_END_EVENT:
    case YAML_MAPPING_END_EVENT:
      close_level (self);
      return TRUE;
    case YAML_DOCUMENT_START_EVENT:
      if (self->root != NULL)
        return fail (self, &event->start_mark, ANNEX_FRONT_MATTER_ERROR_SYNTAX,
                     N_ ("There is a second document"), error);
      return TRUE;
    default:
      return TRUE;
    }
}

static gboolean
read_all (Reader *self, yaml_parser_t *parser, GError **error)
{
  for (gboolean done = FALSE; !done;)
    {
      yaml_event_t event;
      gboolean good;

      if (!yaml_parser_parse (parser, &event))
        return fail (self, &parser->problem_mark, ANNEX_FRONT_MATTER_ERROR_SYNTAX,
                     parser->problem != NULL ? parser->problem : N_ ("this is no YAML"), error);
      done = event.type == YAML_STREAM_END_EVENT;
      good = read_event (self, &event, error);
      yaml_event_delete (&event);
      if (!good)
        return FALSE;
    }
  return TRUE;
}

static void
reader_clear (Reader *self)
{
  for (guint i = 0; i < self->depth; i++)
    {
      json_node_unref (self->levels[i].node);
      g_free (self->levels[i].key);
    }
  g_clear_pointer (&self->root, json_node_unref);
}

JsonObject *
annex_front_matter_parse (const char *yaml, gsize length, guint first_line, GError **error)
{
  Reader reader = { .first_line = first_line };
  JsonObject *object = NULL;
  yaml_parser_t parser;

  if (length > ANNEX_FRONT_MATTER_MAX_BYTES || !g_utf8_validate (yaml, (gssize) length, NULL))
    {
      annex_set_spoken_detail (
          error, ANNEX_FRONT_MATTER_ERROR,
          length > ANNEX_FRONT_MATTER_MAX_BYTES ? ANNEX_FRONT_MATTER_ERROR_LIMIT
                                                : ANNEX_FRONT_MATTER_ERROR_SYNTAX,
          N_ ("The front matter is %s"),
          length > ANNEX_FRONT_MATTER_MAX_BYTES ? N_ ("larger than 64 KiB") : N_ ("not UTF-8"));
      return NULL;
    }
  if (!yaml_parser_initialize (&parser))
    g_error ("libyaml has no memory");
  yaml_parser_set_encoding (&parser, YAML_UTF8_ENCODING);
  yaml_parser_set_input_string (&parser, (const unsigned char *) yaml, length);
  if (read_all (&reader, &parser, error))
    {
      if (reader.root != NULL && JSON_NODE_HOLDS_OBJECT (reader.root))
        object = json_node_dup_object (reader.root);
      else
        annex_set_spoken (error, ANNEX_FRONT_MATTER_ERROR, ANNEX_FRONT_MATTER_ERROR_SYNTAX,
                          N_ ("The front matter is not a list of keys and values"));
    }
  yaml_parser_delete (&parser);
  reader_clear (&reader);
  return object;
}

/* ---- mending and writing */

/* Where the plain value of a line "key: value" begins; NULL when it has none that can be mended. */
static const char *
find_value (const char *line, gsize length)
{
  const char *colon = g_strstr_len (line, (gssize) length, ": ");
  const char *value;

  if (colon == NULL || colon == line)
    return NULL;
  for (const char *p = line; p < colon; p++)
    if (!g_ascii_isalnum (*p) && strchr (" -_.", *p) == NULL)
      return NULL;
  for (value = colon + 2; value < line + length && *value == ' '; value++)
    ;
  if (value == line + length || strchr ("\"'|>[{&*!", *value) != NULL)
    return NULL;
  length -= (gsize) (value - line);
  return g_strstr_len (value, (gssize) length, ": ") != NULL ||
                 g_strstr_len (value, (gssize) length, " #") != NULL || value[length - 1] == ':' ||
                 strchr ("@`%", *value) != NULL
             ? value
             : NULL;
}

char *
annex_front_matter_quote_values (const char *yaml, gsize length)
{
  g_autofree char *copy = g_strndup (yaml, length);
  g_auto (GStrv) lines = g_strsplit (copy, "\n", -1);
  GString *text = g_string_new (NULL);

  for (guint i = 0; lines[i] != NULL; i++)
    {
      const char *value = find_value (g_strchomp (lines[i]), strlen (lines[i]));

      if (value != NULL)
        {
          g_auto (GStrv) parts = g_strsplit (value, "'", -1);
          g_autofree char *doubled = g_strjoinv ("''", parts);

          g_string_append_len (text, lines[i], value - lines[i]);
          g_string_append_printf (text, "'%s'", doubled);
        }
      else
        g_string_append (text, lines[i]);
      if (lines[i + 1] != NULL)
        g_string_append_c (text, '\n');
    }
  return g_string_free (text, FALSE);
}

static gboolean
is_plain (const char *text)
{
  static const char *const words[] = { "null", "true", "false", "yes", "no", "on", "off", "~" };

  if (!g_ascii_isalpha (*text) || g_str_has_suffix (text, " ") || strstr (text, ": ") != NULL ||
      strstr (text, " #") != NULL || g_str_has_suffix (text, ":"))
    return FALSE;
  for (guint i = 0; i < G_N_ELEMENTS (words); i++)
    if (g_ascii_strcasecmp (text, words[i]) == 0)
      return FALSE;
  for (const char *p = text; *p != '\0'; p = g_utf8_next_char (p))
    if (!g_unichar_isprint (g_utf8_get_char (p)))
      return FALSE;
  return TRUE;
}

char *
annex_front_matter_write_scalar (const char *text)
{
  GString *quoted;

  if (is_plain (text))
    return g_strdup (text);
  quoted = g_string_new ("\"");
  for (const char *p = text; *p != '\0'; p = g_utf8_next_char (p))
    {
      gunichar c = g_utf8_get_char (p);

      if (c == '"' || c == '\\')
        g_string_append_printf (quoted, "\\%c", (char) c);
      else if (c == '\n')
        g_string_append (quoted, "\\n");
      else if (c == '\t')
        g_string_append (quoted, "\\t");
      else if (!g_unichar_isprint (c))
        g_string_append_printf (quoted, c > 0xffff ? "\\U%08X" : "\\u%04X", c);
      else
        g_string_append_unichar (quoted, c);
    }
  g_string_append_c (quoted, '"');
  return g_string_free (quoted, FALSE);
}
