/* annex-wire.c
 *
 * See annex-wire.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-wire.h"

#include <string.h>

#define MAX_WORDS 500
#define MAX_MODELS 1000

/* ---- JSON of events */

static gboolean
read_escape (const char *at, guint *code)
{
  *code = 0;
  if (at[0] != '\\' || at[1] != 'u')
    return FALSE;
  for (int i = 2; i < 6; i++)
    {
      if (!g_ascii_isxdigit (at[i]))
        return FALSE;
      *code = *code * 16 + (guint) g_ascii_xdigit_value (at[i]);
    }
  return TRUE;
}

/* Replaces \u0000 and \u escapes that are half a pair by \ufffd. */
static char *
repair_escapes (const char *data)
{
  GString *out = g_string_sized_new (strlen (data) + 1);
  const char *at = data;
  guint code;
  guint low;

  while (*at != '\0')
    {
      if (!read_escape (at, &code))
        {
          /* An escaped backslash is one unit: what follows it is no escape. */
          gsize n = at[0] == '\\' && at[1] != '\0' ? 2 : 1;

          g_string_append_len (out, at, (gssize) n);
          at += n;
        }
      else if (code >= 0xd800 && code <= 0xdbff && read_escape (at + 6, &low) && low >= 0xdc00 &&
               low <= 0xdfff)
        {
          g_string_append_len (out, at, 12);
          at += 12;
        }
      else
        {
          if (code == 0 || (code >= 0xd800 && code <= 0xdfff))
            g_string_append (out, "\\ufffd");
          else
            g_string_append_len (out, at, 6);
          at += 6;
        }
    }
  return g_string_free_and_steal (out);
}

JsonObject *
annex_wire_parse_event (const char *data, GError **error)
{
  g_autoptr (GError) local = NULL;
  g_autofree char *repaired = NULL;
  JsonObject *object = annex_json_parse_object (data, -1, &local);

  if (object != NULL)
    return object;
  if (strstr (data, "\\u") != NULL)
    {
      repaired = repair_escapes (data);
      object = annex_json_parse_object (repaired, -1, NULL);
      if (object != NULL)
        return object;
    }
  g_set_error (error, ANNEX_MODEL_ERROR, ANNEX_MODEL_ERROR_PROTOCOL,
               "The server sent an event that cannot be read (%s)", local->message);
  return NULL;
}

JsonObject *
annex_wire_parse_input (const char *text)
{
  JsonObject *object;
  const char *start = text;

  while (g_ascii_isspace (*start))
    start++;
  if (*start == '\0')
    return json_object_new ();
  object = annex_json_parse_object (text, -1, NULL);
  if (object != NULL)
    return object;
  object = json_object_new ();
  json_object_set_string_member (object, ANNEX_MALFORMED_INPUT, text);
  return object;
}

char **
annex_wire_read_models (const char *body)
{
  g_autoptr (JsonObject) json = annex_json_parse_object (body, -1, NULL);
  JsonArray *data = json != NULL ? annex_json_opt_array (json, "data") : NULL;
  g_autoptr (GStrvBuilder) ids = g_strv_builder_new ();

  if (data == NULL)
    return NULL;
  for (guint i = 0; i < json_array_get_length (data) && i < MAX_MODELS; i++)
    {
      JsonNode *node = json_array_get_element (data, i);
      const char *id = JSON_NODE_HOLDS_OBJECT (node)
                           ? annex_json_opt_string (json_node_get_object (node), "id", "")
                           : "";

      if (*id != '\0')
        g_strv_builder_add (ids, id);
    }
  return g_strv_builder_end (ids);
}

static gint64
read_own_window (JsonObject *model)
{
  static const char *const words[] = { "max_model_len",   "loaded_context_length", "context_length",
                                       "context_window",  "max_context_length",    "n_ctx",
                                       "max_input_tokens" };

  for (guint i = 0; i < G_N_ELEMENTS (words); i++)
    {
      gint64 tokens = annex_json_opt_int (model, words[i], 0);

      if (tokens > 0)
        return tokens;
    }
  return 0;
}

static guint64
read_window (JsonObject *model)
{
  JsonObject *meta = annex_json_opt_object (model, "meta");
  gint64 tokens = read_own_window (model);

  return (guint64) (tokens == 0 && meta != NULL ? read_own_window (meta) : tokens);
}

guint64
annex_wire_read_window (const char *body, const char *id)
{
  g_autoptr (JsonObject) json = annex_json_parse_object (body, -1, NULL);
  JsonArray *data = json != NULL ? annex_json_opt_array (json, "data") : NULL;

  if (json != NULL && data == NULL)
    return read_window (json);
  for (guint i = 0; data != NULL && i < json_array_get_length (data) && i < MAX_MODELS; i++)
    {
      JsonNode *node = json_array_get_element (data, i);
      JsonObject *model = JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;

      if (model != NULL && g_strcmp0 (annex_json_opt_string (model, "id", NULL), id) == 0)
        return read_window (model);
    }
  return 0;
}

/* ---- errors */

char *
annex_wire_clip (const char *text, const char *fallback)
{
  g_autofree char *valid = annex_text_make_valid (text != NULL ? text : "", -1);
  GString *out = g_string_new (NULL);
  gboolean gap = FALSE;
  glong n = 0;

  for (const char *at = valid; *at != '\0'; at = g_utf8_next_char (at))
    {
      gunichar c = g_utf8_get_char (at);

      if (g_unichar_isspace (c) || g_unichar_iscntrl (c))
        {
          gap = out->len > 0;
          continue;
        }
      if (n >= MAX_WORDS)
        {
          g_string_append (out, "…");
          break;
        }
      if (gap)
        g_string_append_c (out, ' ');
      gap = FALSE;
      g_string_append_unichar (out, c);
      n++;
    }
  if (out->len == 0)
    g_string_assign (out, fallback);
  return g_string_free_and_steal (out);
}

AnnexModelError
annex_wire_code_for_status (guint status)
{
  switch (status)
    {
    case 401:
      return ANNEX_MODEL_ERROR_AUTH;
    case 402:
      return ANNEX_MODEL_ERROR_BILLING;
    case 403:
      return ANNEX_MODEL_ERROR_PERMISSION;
    case 404:
      return ANNEX_MODEL_ERROR_NOT_FOUND;
    case 408:
    case 504:
      return ANNEX_MODEL_ERROR_TIMED_OUT;
    case 409:
      return ANNEX_MODEL_ERROR_SERVER;
    case 413:
      return ANNEX_MODEL_ERROR_TOO_LARGE;
    case 429:
      return ANNEX_MODEL_ERROR_RATE_LIMITED;
    case 503:
    case 529:
      return ANNEX_MODEL_ERROR_OVERLOADED;
    default:
      break;
    }
  if (status >= 500)
    return ANNEX_MODEL_ERROR_SERVER;
  if (status >= 400)
    return ANNEX_MODEL_ERROR_INVALID;
  return ANNEX_MODEL_ERROR_PROTOCOL;
}

/* What comes before the server's own words. */
static const char *
introduction (AnnexModelError code)
{
  switch (code)
    {
    case ANNEX_MODEL_ERROR_NO_KEY:
      return "No key is stored for this model";
    case ANNEX_MODEL_ERROR_AUTH:
      return "The server refused the key";
    case ANNEX_MODEL_ERROR_BILLING:
      return "The account cannot pay for this";
    case ANNEX_MODEL_ERROR_PERMISSION:
      return "The account may not do this";
    case ANNEX_MODEL_ERROR_NOT_FOUND:
      return "The server does not know this model or address";
    case ANNEX_MODEL_ERROR_TOO_LARGE:
      return "The request is too large for the server";
    case ANNEX_MODEL_ERROR_CONTEXT_FULL:
      return "The conversation no longer fits into the model’s context";
    case ANNEX_MODEL_ERROR_RATE_LIMITED:
      return "The server asks to slow down";
    case ANNEX_MODEL_ERROR_OVERLOADED:
      return "The server is overloaded";
    case ANNEX_MODEL_ERROR_SERVER:
      return "The server failed";
    case ANNEX_MODEL_ERROR_INVALID:
      return "The server did not accept the request";
    case ANNEX_MODEL_ERROR_OFFLINE:
      return "The server cannot be reached";
    case ANNEX_MODEL_ERROR_CUT:
      return "The answer broke off";
    case ANNEX_MODEL_ERROR_TIMED_OUT:
      return "The server took too long";
    case ANNEX_MODEL_ERROR_PROTOCOL:
      return "The server does not speak the expected format";
    }
  return "It failed";
}

GError *
annex_wire_new_error (AnnexModelError code, const char *words)
{
  g_autofree char *clipped = annex_wire_clip (words, "");

  /* Servers like to quote the key they refuse; those words stay out. */
  if (*clipped == '\0' || code == ANNEX_MODEL_ERROR_AUTH || code == ANNEX_MODEL_ERROR_NO_KEY)
    return g_error_new_literal (ANNEX_MODEL_ERROR, code, introduction (code));
  return g_error_new (ANNEX_MODEL_ERROR, code, "%s: %s", introduction (code), clipped);
}
