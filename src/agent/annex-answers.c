/* annex-answers.c
 *
 * See annex-answers.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-answers.h"

#include "annex-future.h"
#include "annex-json-build.h"
#include "annex-paths.h"

#include <string.h>

typedef struct
{
  AnnexInbox *inbox;
  AnnexSecrets *secrets;
  AnnexAsk *ask;
  char *text;
  char *by;
} Submit;

static void
submit_free (gpointer data)
{
  Submit *submit = data;

  g_clear_object (&submit->inbox);
  g_clear_object (&submit->secrets);
  g_clear_pointer (&submit->ask, annex_ask_unref);
  g_free (submit->text);
  g_free (submit->by);
  g_free (submit);
}

static gboolean
is_secret (JsonArray *questions, guint index)
{
  return annex_json_opt_boolean (json_array_get_object_element (questions, index), "secret", FALSE);
}

/* Puts @value into the keyring. Returns its reference. (transfer full) */
static char *
store_secret (AnnexSecrets *secrets, const char *value, GError **error)
{
  g_autofree char *unique = annex_identifier_new ();
  g_autofree char *id = g_strconcat ("secret:", unique, NULL);

  if (secrets == NULL)
    {
      g_set_error_literal (error, ANNEX_SECRETS_ERROR, ANNEX_SECRETS_ERROR_ABSENT,
                           "There is no place to keep a secret");
      return NULL;
    }
  if (!dex_await (annex_secrets_store (secrets, id, "Secret for an Annex task", value), error))
    return NULL;
  return g_steal_pointer (&id);
}

/* The text with each part that answers a secret question replaced by its reference; "a | b" answers
 * several questions in order, "\\|" is a bar of an answer. (transfer full) */
static char *
protect (Submit *submit, GError **error)
{
  JsonArray *questions = annex_json_opt_array (annex_ask_get_json (submit->ask), "questions");
  guint n = questions != NULL ? json_array_get_length (questions) : 0;
  g_auto (GStrv) parts = NULL;

  if (n == 0)
    return g_strdup (submit->text);
  if (n == 1)
    return is_secret (questions, 0) ? store_secret (submit->secrets, submit->text, error)
                                    : g_strdup (submit->text);
  parts = annex_ask_split_answers (submit->text);
  if (g_strv_length (parts) != n)
    {
      for (guint i = 0; i < n; i++)
        if (is_secret (questions, i))
          {
            g_set_error (error, ANNEX_JSON_ERROR, ANNEX_JSON_ERROR_VALUE,
                         "Answer the %u questions in order, with “|” between the answers", n);
            return NULL;
          }
      return g_strdup (submit->text);
    }
  for (guint i = 0; i < n; i++)
    if (is_secret (questions, i))
      {
        char *id = store_secret (submit->secrets, parts[i], error);

        if (id == NULL)
          return NULL;
        g_free (parts[i]);
        parts[i] = id;
      }
  return annex_ask_join_answers ((const char *const *) parts);
}

static DexFuture *
submit_fiber (gpointer data)
{
  Submit *submit = data;
  g_autofree char *text = NULL;
  g_autofree char *given = NULL;
  GError *error = NULL;
  JsonObject *answer = NULL;

  text = protect (submit, &error);
  if (text != NULL)
    answer = annex_ask_make_answer (submit->ask, text, &error);
  if (answer != NULL)
    given = annex_json_object_to_string (answer);
  if (answer == NULL ||
      !dex_await (
          annex_inbox_answer (submit->inbox, annex_ask_get_id (submit->ask), answer, submit->by),
          &error))
    return annex_future_new_error (error);
  return dex_future_new_take_string (g_steal_pointer (&given));
}

DexFuture *
annex_answers_submit (AnnexInbox *inbox,
                      AnnexSecrets *secrets,
                      AnnexAsk *ask,
                      const char *text,
                      const char *by)
{
  Submit *submit = g_new0 (Submit, 1);

  submit->inbox = g_object_ref (inbox);
  g_set_object (&submit->secrets, secrets);
  submit->ask = annex_ask_ref (ask);
  submit->text = g_strdup (text);
  submit->by = g_strdup (by);
  return annex_fiber_run (submit_fiber, submit, submit_free);
}

static DexFuture *
secret_fiber (gpointer data)
{
  Submit *submit = data;
  GError *error = NULL;
  char *id = store_secret (submit->secrets, submit->text, &error);

  explicit_bzero (submit->text, strlen (submit->text));
  return id != NULL ? dex_future_new_take_string (id) : annex_future_new_error (error);
}

DexFuture *
annex_answers_store_secret (AnnexSecrets *secrets, const char *value)
{
  Submit *submit = g_new0 (Submit, 1);

  g_set_object (&submit->secrets, secrets);
  submit->text = g_strdup (value);
  return annex_fiber_run (secret_fiber, submit, submit_free);
}

typedef struct
{
  AnnexInbox *inbox;
  AnnexDrafts *drafts;
  AnnexAsk *ask;
  char *label;
  char *by;
} Settle;

static void
settle_free (gpointer data)
{
  Settle *settle = data;

  g_clear_object (&settle->inbox);
  g_clear_object (&settle->drafts);
  g_clear_pointer (&settle->ask, annex_ask_unref);
  g_free (settle->label);
  g_free (settle->by);
  g_free (settle);
}

/* Carries out exactly the label that the answer holds; anything else changes nothing.
 * (transfer full) */
static GPtrArray *
carry_out (Settle *settle, const char *label, GError **error)
{
  const char *share = annex_json_opt_string (annex_ask_get_json (settle->ask), "share", "");

  if (g_str_equal (label, "keep"))
    return dex_await_boxed (annex_drafts_keep (settle->drafts, share, NULL), error);
  if (g_str_equal (label, "discard"))
    return dex_await (annex_drafts_discard (settle->drafts, share, NULL), error)
               ? g_ptr_array_new ()
               : NULL;
  g_set_error (error, ANNEX_JSON_ERROR, ANNEX_JSON_ERROR_VALUE,
               "A draft is answered with keep or discard");
  return NULL;
}

static DexFuture *
settle_fiber (gpointer data)
{
  Settle *settle = data;
  const char *share = annex_json_opt_string (annex_ask_get_json (settle->ask), "share", "");
  g_autoptr (JsonObject) answer = NULL;
  g_autoptr (GPtrArray) kept = NULL;
  g_autoptr (GPtrArray) rest = NULL;
  GError *error = NULL;

  answer = annex_ask_make_answer (settle->ask, settle->label, &error);
  if (answer != NULL)
    kept = carry_out (settle, annex_json_opt_string (answer, "answer", ""), &error);
  if (kept == NULL)
    return annex_future_new_error (error);
  rest = annex_drafts_dup_changes (settle->drafts, share);
  if (rest != NULL && rest->len > 0)
    return dex_future_new_take_boxed (G_TYPE_PTR_ARRAY, g_steal_pointer (&kept));
  if (!dex_await (annex_inbox_answer (settle->inbox, annex_ask_get_id (settle->ask),
                                      g_steal_pointer (&answer), settle->by),
                  &error))
    return annex_future_new_error (error);
  return dex_future_new_take_boxed (G_TYPE_PTR_ARRAY, g_steal_pointer (&kept));
}

DexFuture *
annex_answers_settle_draft (AnnexInbox *inbox,
                            AnnexDrafts *drafts,
                            AnnexAsk *ask,
                            const char *label,
                            const char *by)
{
  Settle *settle = g_new0 (Settle, 1);

  settle->inbox = g_object_ref (inbox);
  settle->drafts = g_object_ref (drafts);
  settle->ask = annex_ask_ref (ask);
  settle->label = g_strdup (label);
  settle->by = g_strdup (by);
  return annex_fiber_run (settle_fiber, settle, settle_free);
}
