/* annex-openai-error.c
 *
 * See annex-openai-error.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-openai-error.h"

#include <string.h>

typedef struct
{
  const char *message;
  const char *type;
  gint64 code; /* when it is a number that could be an HTTP status, else 0 */
  const char *code_text;
  char *owned; /* what @message points into, where it had to be made */
} Words;

typedef struct
{
  const char *type;
  AnnexModelError code;
} TypeCode;

static const TypeCode type_codes[] = {
  { "exceed_context_size_error", ANNEX_MODEL_ERROR_CONTEXT_FULL },
  { "context_length_exceeded", ANNEX_MODEL_ERROR_CONTEXT_FULL },
  { "authentication_error", ANNEX_MODEL_ERROR_AUTH },
  { "invalid_api_key", ANNEX_MODEL_ERROR_AUTH },
  { "insufficient_quota", ANNEX_MODEL_ERROR_BILLING },
  { "billing_error", ANNEX_MODEL_ERROR_BILLING },
  { "permission_error", ANNEX_MODEL_ERROR_PERMISSION },
  { "not_found_error", ANNEX_MODEL_ERROR_NOT_FOUND },
  { "model_not_found", ANNEX_MODEL_ERROR_NOT_FOUND },
  { "rate_limit_error", ANNEX_MODEL_ERROR_RATE_LIMITED },
  { "rate_limit_exceeded", ANNEX_MODEL_ERROR_RATE_LIMITED },
  { "overloaded_error", ANNEX_MODEL_ERROR_OVERLOADED },
  { "unavailable_error", ANNEX_MODEL_ERROR_OVERLOADED },
};

static gboolean
says (const char *message, const char *words)
{
  g_autofree char *folded = g_ascii_strdown (message, -1);

  return strstr (folded, words) != NULL;
}

static gboolean
find_type (const char *type, AnnexModelError *code)
{
  for (guint i = 0; i < G_N_ELEMENTS (type_codes); i++)
    if (g_str_equal (type_codes[i].type, type))
      {
        *code = type_codes[i].code;
        return TRUE;
      }
  return FALSE;
}

/* ---- finding the words */

/* FastAPI's `detail`: a text, or a list of what is wrong with which field. */
static void
read_detail (JsonObject *body, Words *words)
{
  JsonNode *detail = json_object_get_member (body, "detail");

  words->message = annex_json_opt_string (body, "detail", "");
  if (*words->message == '\0' && detail != NULL && !JSON_NODE_HOLDS_NULL (detail))
    words->message = words->owned = annex_json_to_string (detail);
}

static Words
find_words (JsonObject *body)
{
  Words words = { .message = "", .type = "", .code_text = "" };
  JsonObject *error = annex_json_opt_object (body, "error");

  if (error == NULL)
    {
      words.message = annex_json_opt_string (body, "error", "");
      if (*words.message == '\0' && json_object_has_member (body, "detail"))
        {
          read_detail (body, &words);
          return words;
        }
      error = body; /* older vLLM: the members stand at the top */
    }
  if (*words.message == '\0')
    words.message = annex_json_opt_string (error, "message", "");
  words.type = annex_json_opt_string (error, "type", "");
  words.code = annex_json_opt_int (error, "code", 0);
  words.code_text = annex_json_opt_string (error, "code", "");
  if (words.code < 400 || words.code > 599)
    words.code = 0;
  return words;
}

/* ---- what they mean */

static AnnexModelError
code_for_words (const Words *words, AnnexModelError code)
{
  AnnexModelError found;

  if (find_type (words->code_text, &found) || find_type (words->type, &found))
    return found;
  if (code != ANNEX_MODEL_ERROR_INVALID && code != ANNEX_MODEL_ERROR_SERVER)
    return code;
  if (says (words->message, "context length") || says (words->message, "context size") ||
      says (words->message, "context window") || says (words->message, "maximum context"))
    return ANNEX_MODEL_ERROR_CONTEXT_FULL;
  return code;
}

GError *
annex_openai_read_error (guint status, const char *body, AnnexFailure *failure)
{
  g_autoptr (JsonObject) json = annex_json_parse_object (body, -1, NULL);
  g_autofree char *fallback = g_strdup_printf ("HTTP status %u", status);
  Words words = { .message = "", .type = "", .code_text = "" };
  GError *error;

  if (json != NULL)
    words = find_words (json);
  failure->code = code_for_words (&words, annex_wire_code_for_status (status));
  if (failure->code == ANNEX_MODEL_ERROR_BILLING)
    failure->permanent = TRUE; /* OpenAI's 429 of a used-up account */
  failure->loading = status == 503 && (g_str_equal (words.type, "unavailable_error") ||
                                       says (words.message, "loading"));
  error = annex_wire_new_error (failure->code, *words.message != '\0' ? words.message : fallback);
  g_free (words.owned);
  return error;
}

gboolean
annex_openai_is_error (const char *event_name, JsonObject *chunk)
{
  JsonNode *error = json_object_get_member (chunk, "error");

  if (error != NULL && !JSON_NODE_HOLDS_NULL (error))
    return TRUE;
  return g_str_equal (event_name, "error") ||
         g_str_equal (annex_json_opt_string (chunk, "object", ""), "error");
}

GError *
annex_openai_read_event_error (JsonObject *chunk)
{
  Words words = find_words (chunk);
  AnnexModelError code =
      words.code > 0 ? annex_wire_code_for_status ((guint) words.code) : ANNEX_MODEL_ERROR_SERVER;
  GError *error;

  if (words.code == 0 && g_str_equal (words.type, "invalid_request_error"))
    code = ANNEX_MODEL_ERROR_INVALID;
  error = annex_wire_new_error (code_for_words (&words, code), words.message);
  g_free (words.owned);
  return error;
}
