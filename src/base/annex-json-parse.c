/* annex-json-parse.c
 *
 * A strict parser for RFC 8259 that builds json-glib's nodes. json-glib's own parser is not used:
 * it takes comments, single quotes, lone surrogates and trailing text, and cuts a string at an
 * escaped NUL.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-json.h"

#include <errno.h>
#include <math.h>
#include <string.h>

/* Longer than any number that means something; keeps strtod's work small. */
#define MAX_NUMBER_BYTES 1100

typedef struct
{
  const char *start;
  const char *at;
  const char *end;
  guint depth;
  guint n_nodes;
  GString *scratch;
  GError **error;
} Parser;

static JsonNode *
parse_value (Parser *self);

static gpointer
fail (Parser *self, AnnexJsonError code, const char *what)
{
  if (self->error != NULL && *self->error == NULL)
    g_set_error (self->error, ANNEX_JSON_ERROR, code, "%s at byte %" G_GSIZE_FORMAT, what,
                 (gsize) (self->at - self->start));
  return NULL;
}

static void
skip_space (Parser *self)
{
  while (self->at < self->end &&
         (*self->at == ' ' || *self->at == '\t' || *self->at == '\n' || *self->at == '\r'))
    self->at++;
}

static int
peek (Parser *self)
{
  return self->at < self->end ? (guchar) *self->at : -1;
}

static gboolean
parse_hex4 (Parser *self, guint *code)
{
  if (self->end - self->at < 4)
    return FALSE;
  *code = 0;
  for (int i = 0; i < 4; i++)
    {
      int digit = g_ascii_xdigit_value (self->at[i]);

      if (digit < 0)
        return FALSE;
      *code = *code << 4 | (guint) digit;
    }
  self->at += 4;
  return TRUE;
}

/* After "\u". An escaped NUL is legal JSON but no C string can hold it: it becomes U+FFFD, so that
 * nothing behind it is lost. */
static gboolean
parse_unicode_escape (Parser *self)
{
  guint code;
  guint low;

  if (!parse_hex4 (self, &code))
    return FALSE;
  if (code >= 0xdc00 && code <= 0xdfff)
    return FALSE;
  if (code >= 0xd800 && code <= 0xdbff)
    {
      if (self->end - self->at < 2 || self->at[0] != '\\' || self->at[1] != 'u')
        return FALSE;
      self->at += 2;
      if (!parse_hex4 (self, &low) || low < 0xdc00 || low > 0xdfff)
        return FALSE;
      code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
    }
  g_string_append_unichar (self->scratch, code == 0 ? 0xfffd : code);
  return TRUE;
}

static gboolean
parse_escape (Parser *self)
{
  static const char from[] = "\"\\/bfnrt";
  static const char to[] = "\"\\/\b\f\n\r\t";
  const char *found;

  if (self->at >= self->end)
    return FALSE;
  if (*self->at == 'u')
    {
      self->at++;
      return parse_unicode_escape (self);
    }
  found = *self->at != '\0' ? strchr (from, *self->at) : NULL;
  if (found == NULL)
    return FALSE;
  g_string_append_c (self->scratch, to[found - from]);
  self->at++;
  return TRUE;
}

/* At the opening quote. The result is in scratch. */
static gboolean
parse_string (Parser *self)
{
  g_string_truncate (self->scratch, 0);
  self->at++;
  for (;;)
    {
      const char *run = self->at;

      while (self->at < self->end && *self->at != '"' && *self->at != '\\' &&
             (guchar) *self->at >= 0x20)
        self->at++;
      g_string_append_len (self->scratch, run, self->at - run);
      if (self->at >= self->end)
        {
          fail (self, ANNEX_JSON_ERROR_SYNTAX, "The text ends inside a string");
          return FALSE;
        }
      if (*self->at == '"')
        {
          self->at++;
          return TRUE;
        }
      if (*self->at != '\\')
        {
          fail (self, ANNEX_JSON_ERROR_SYNTAX, "There is a control character in a string");
          return FALSE;
        }
      self->at++;
      if (!parse_escape (self))
        {
          fail (self, ANNEX_JSON_ERROR_SYNTAX, "There is a wrong escape in a string");
          return FALSE;
        }
    }
}

static gboolean
skip_digits (Parser *self)
{
  const char *from = self->at;

  while (self->at < self->end && g_ascii_isdigit (*self->at))
    self->at++;
  return self->at > from;
}

/* Moves over a number of RFC 8259's grammar. */
static gboolean
skip_number (Parser *self, gboolean *whole)
{
  *whole = TRUE;
  if (peek (self) == '-')
    self->at++;
  if (peek (self) == '0')
    self->at++;
  else if (!skip_digits (self))
    return FALSE;
  if (peek (self) == '.')
    {
      *whole = FALSE;
      self->at++;
      if (!skip_digits (self))
        return FALSE;
    }
  if (peek (self) == 'e' || peek (self) == 'E')
    {
      *whole = FALSE;
      self->at++;
      if (peek (self) == '+' || peek (self) == '-')
        self->at++;
      if (!skip_digits (self))
        return FALSE;
    }
  return TRUE;
}

static JsonNode *
parse_number (Parser *self)
{
  const char *from = self->at;
  gboolean whole;
  double value;

  if (!skip_number (self, &whole))
    return fail (self, ANNEX_JSON_ERROR_SYNTAX, "There is a malformed number");
  if (self->at - from > MAX_NUMBER_BYTES)
    return fail (self, ANNEX_JSON_ERROR_LIMIT, "There is a number of too many digits");
  g_string_truncate (self->scratch, 0);
  g_string_append_len (self->scratch, from, self->at - from);
  if (whole)
    {
      gint64 integer;

      errno = 0;
      integer = g_ascii_strtoll (self->scratch->str, NULL, 10);
      if (errno == 0)
        return json_node_init_int (json_node_alloc (), integer);
    }
  value = g_ascii_strtod (self->scratch->str, NULL);
  if (!isfinite (value))
    return fail (self, ANNEX_JSON_ERROR_LIMIT, "There is a number that is too large");
  return json_node_init_double (json_node_alloc (), value);
}

static gboolean
take_word (Parser *self, const char *word)
{
  gsize length = strlen (word);

  if ((gsize) (self->end - self->at) < length || memcmp (self->at, word, length) != 0)
    return FALSE;
  self->at += length;
  return TRUE;
}

/* After a value: TRUE when a comma says that another follows, FALSE at the closing bracket or, with
 * the error set, at anything else. */
static gboolean
more_follows (Parser *self, char close, gboolean *ok)
{
  skip_space (self);
  *ok = TRUE;
  if (peek (self) == ',')
    {
      self->at++;
      skip_space (self);
      return TRUE;
    }
  if (peek (self) == close)
    self->at++;
  else
    {
      fail (self, ANNEX_JSON_ERROR_SYNTAX, "A comma or a closing bracket is missing");
      *ok = FALSE;
    }
  return FALSE;
}

static JsonNode *
parse_array (Parser *self)
{
  g_autoptr (JsonArray) array = json_array_new ();
  JsonNode *node;
  gboolean ok = TRUE;

  self->at++;
  skip_space (self);
  if (peek (self) == ']')
    self->at++;
  else
    do
      {
        node = parse_value (self);
        if (node == NULL)
          return NULL;
        json_array_add_element (array, node);
    } while (more_follows (self, ']', &ok));
  if (!ok)
    return NULL;
  return json_node_init_array (json_node_alloc (), array);
}

static JsonNode *
parse_member (Parser *self, JsonObject *object)
{
  g_autofree char *name = NULL;
  JsonNode *node;

  if (peek (self) != '"')
    return fail (self, ANNEX_JSON_ERROR_SYNTAX, "A member's name is missing");
  if (!parse_string (self))
    return NULL;
  name = g_strndup (self->scratch->str, self->scratch->len);
  skip_space (self);
  if (peek (self) != ':')
    return fail (self, ANNEX_JSON_ERROR_SYNTAX, "A colon is missing");
  self->at++;
  skip_space (self);
  node = parse_value (self);
  if (node != NULL)
    json_object_set_member (object, name, node); /* of several with one name, the last counts */
  return node;
}

static JsonNode *
parse_object (Parser *self)
{
  g_autoptr (JsonObject) object = json_object_new ();
  gboolean ok = TRUE;

  self->at++;
  skip_space (self);
  if (peek (self) == '}')
    self->at++;
  else
    do
      if (parse_member (self, object) == NULL)
        return NULL;
    while (more_follows (self, '}', &ok));
  if (!ok)
    return NULL;
  return json_node_init_object (json_node_alloc (), object);
}

static JsonNode *
parse_value (Parser *self)
{
  JsonNode *node = NULL;
  int c = peek (self);

  if (++self->n_nodes > ANNEX_JSON_MAX_NODES)
    return fail (self, ANNEX_JSON_ERROR_LIMIT, "It has too many values");
  if (c == '{' || c == '[')
    {
      if (++self->depth > ANNEX_JSON_MAX_DEPTH)
        return fail (self, ANNEX_JSON_ERROR_LIMIT, "It is nested too deeply");
      node = c == '{' ? parse_object (self) : parse_array (self);
      self->depth--;
      return node;
    }
  if (c == '"')
    return parse_string (self) ? json_node_init_string (json_node_alloc (), self->scratch->str)
                               : NULL;
  if (c == '-' || (c >= '0' && c <= '9'))
    return parse_number (self);
  if (take_word (self, "true"))
    return json_node_init_boolean (json_node_alloc (), TRUE);
  if (take_word (self, "false"))
    return json_node_init_boolean (json_node_alloc (), FALSE);
  if (take_word (self, "null"))
    return json_node_init_null (json_node_alloc ());
  return fail (self, ANNEX_JSON_ERROR_SYNTAX,
               c < 0 ? "The text ends too early" : "A value is missing");
}

JsonNode *
annex_json_parse (const char *text, gssize length, GError **error)
{
  g_autoptr (GString) scratch = NULL;
  g_autoptr (GError) local = NULL;
  JsonNode *node;
  gsize size;
  const char *bad;
  Parser parser;

  g_return_val_if_fail (text != NULL, NULL);

  size = length < 0 ? strlen (text) : (gsize) length;
  if (size > ANNEX_JSON_MAX_BYTES)
    {
      g_set_error (error, ANNEX_JSON_ERROR, ANNEX_JSON_ERROR_LIMIT, "It is larger than %u MiB",
                   ANNEX_JSON_MAX_BYTES >> 20);
      return NULL;
    }
  if (!g_utf8_validate_len (text, size, &bad))
    {
      g_set_error (error, ANNEX_JSON_ERROR, ANNEX_JSON_ERROR_SYNTAX,
                   "There is a byte that is not UTF-8 text at byte %" G_GSIZE_FORMAT,
                   (gsize) (bad - text));
      return NULL;
    }
  scratch = g_string_new (NULL);
  parser = (Parser) {
    .start = text, .at = text, .end = text + size, .scratch = scratch, .error = &local
  };
  skip_space (&parser);
  node = parse_value (&parser);
  if (node != NULL)
    {
      skip_space (&parser);
      if (parser.at < parser.end)
        {
          fail (&parser, ANNEX_JSON_ERROR_SYNTAX, "Something follows the value");
          g_clear_pointer (&node, json_node_unref);
        }
    }
  if (node == NULL)
    g_propagate_error (error, g_steal_pointer (&local));
  return node;
}

JsonObject *
annex_json_parse_object (const char *text, gssize length, GError **error)
{
  g_autoptr (JsonNode) node = annex_json_parse (text, length, error);

  if (node == NULL)
    return NULL;
  if (!JSON_NODE_HOLDS_OBJECT (node))
    {
      g_set_error_literal (error, ANNEX_JSON_ERROR, ANNEX_JSON_ERROR_TYPE, "It is not an object");
      return NULL;
    }
  return json_node_dup_object (node);
}
