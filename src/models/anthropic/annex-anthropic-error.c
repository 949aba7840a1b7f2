/* annex-anthropic-error.c
 *
 * See annex-anthropic-error.h. The status decides where it is telling; the type of the error where
 * it comes as an event; the words only where the API has nothing else (a full context).
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-anthropic-error.h"

#include <string.h>

typedef struct
{
  const char *type;
  AnnexModelError code;
} TypeCode;

static const TypeCode type_codes[] = {
  { "authentication_error", ANNEX_MODEL_ERROR_AUTH },
  { "billing_error", ANNEX_MODEL_ERROR_BILLING },
  { "permission_error", ANNEX_MODEL_ERROR_PERMISSION },
  { "not_found_error", ANNEX_MODEL_ERROR_NOT_FOUND },
  { "request_too_large", ANNEX_MODEL_ERROR_TOO_LARGE },
  { "rate_limit_error", ANNEX_MODEL_ERROR_RATE_LIMITED },
  { "overloaded_error", ANNEX_MODEL_ERROR_OVERLOADED },
  { "timeout_error", ANNEX_MODEL_ERROR_TIMED_OUT },
  { "conflict_error", ANNEX_MODEL_ERROR_SERVER },
  { "api_error", ANNEX_MODEL_ERROR_SERVER },
  { "invalid_request_error", ANNEX_MODEL_ERROR_INVALID },
};

static gboolean
says (const char *message, const char *words)
{
  g_autofree char *folded = g_ascii_strdown (message, -1);

  return strstr (folded, words) != NULL;
}

/* The API reports these as plain invalid requests. */
static AnnexModelError
refine_invalid (const char *message)
{
  if (says (message, "prompt is too long") || says (message, "context window") ||
      says (message, "exceed context limit") || says (message, "context length") ||
      says (message, "context size"))
    return ANNEX_MODEL_ERROR_CONTEXT_FULL;
  if (says (message, "credit balance") || says (message, "spend limit") ||
      says (message, "usage limits"))
    return ANNEX_MODEL_ERROR_BILLING;
  return ANNEX_MODEL_ERROR_INVALID;
}

static AnnexModelError
code_for_type (const char *type, AnnexModelError fallback)
{
  for (guint i = 0; i < G_N_ELEMENTS (type_codes); i++)
    if (g_str_equal (type_codes[i].type, type))
      return type_codes[i].code;
  return fallback;
}

static void
read_words (JsonObject *body, const char **type, const char **message)
{
  JsonObject *error = body != NULL ? annex_json_opt_object (body, "error") : NULL;

  *type = error != NULL ? annex_json_opt_string (error, "type", "") : "";
  *message = error != NULL ? annex_json_opt_string (error, "message", "") : "";
  if (error == NULL && body != NULL)
    *message = annex_json_opt_string (body, "error", annex_json_opt_string (body, "message", ""));
}

GError *
annex_anthropic_read_error (guint status, const char *body, AnnexFailure *failure)
{
  g_autoptr (JsonObject) json = annex_json_parse_object (body, -1, NULL);
  AnnexModelError code = annex_wire_code_for_status (status);
  const char *type;
  const char *message;
  g_autofree char *words = NULL;

  read_words (json, &type, &message);
  if (status == 400 || status == 500)
    code = code_for_type (type, code);
  if (code == ANNEX_MODEL_ERROR_INVALID)
    code = refine_invalid (message);
  if (status == 503 && says (message, "loading model"))
    failure->loading = TRUE;
  failure->code = code;
  /* A page of HTML tells nobody anything; the status does. */
  words = json != NULL && *message != '\0' ? g_strdup (message)
                                           : g_strdup_printf ("HTTP status %u", status);
  return annex_wire_new_error (code, words);
}

GError *
annex_anthropic_read_event_error (JsonObject *event)
{
  AnnexModelError code;
  const char *type;
  const char *message;

  read_words (event, &type, &message);
  code = code_for_type (type, ANNEX_MODEL_ERROR_SERVER);
  if (code == ANNEX_MODEL_ERROR_INVALID)
    code = refine_invalid (message);
  return annex_wire_new_error (code, message);
}

gboolean
annex_anthropic_is_thinking_refused (const GError *error)
{
  return g_error_matches (error, ANNEX_MODEL_ERROR, ANNEX_MODEL_ERROR_INVALID) &&
         says (error->message, "thinking") &&
         (says (error->message, "signature") || says (error->message, "different conversation"));
}
