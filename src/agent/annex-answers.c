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

#define FIBER_STACK (128 * 1024)

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
has_secret_question (AnnexAsk *ask)
{
  JsonArray *questions = annex_json_opt_array (annex_ask_get_json (ask), "questions");

  for (guint i = 0; questions != NULL && i < json_array_get_length (questions); i++)
    if (annex_json_opt_boolean (json_array_get_object_element (questions, i), "secret", FALSE))
      return TRUE;
  return FALSE;
}

static DexFuture *
submit_fiber (gpointer data)
{
  Submit *submit = data;
  g_autofree char *secret_id = NULL;
  GError *error = NULL;
  JsonObject *answer;

  if (has_secret_question (submit->ask))
    {
      g_autofree char *unique = annex_identifier_new ();

      if (submit->secrets == NULL)
        return annex_future_new_errorf (ANNEX_SECRETS_ERROR, ANNEX_SECRETS_ERROR_ABSENT,
                                        "There is no place to keep a secret");
      secret_id = g_strconcat ("secret:", unique, NULL);
      if (!dex_await (annex_secrets_store (submit->secrets, secret_id, "Secret for an Annex task",
                                           submit->text),
                      &error))
        return annex_future_new_error (error);
    }
  answer =
      annex_ask_make_answer (submit->ask, secret_id != NULL ? secret_id : submit->text, &error);
  if (answer == NULL ||
      !dex_await (
          annex_inbox_answer (submit->inbox, annex_ask_get_id (submit->ask), answer, submit->by),
          &error))
    return annex_future_new_error (error);
  return dex_future_new_true ();
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
  return dex_scheduler_spawn (NULL, FIBER_STACK, submit_fiber, submit, submit_free);
}

static DexFuture *
no_entries_cb (DexFuture *future, gpointer data)
{
  return dex_future_new_take_boxed (G_TYPE_PTR_ARRAY, g_ptr_array_new ());
}

DexFuture *
annex_answers_apply_draft (AnnexDrafts *drafts, AnnexAsk *ask, const char *label)
{
  const char *share = annex_json_opt_string (annex_ask_get_json (ask), "share", "");

  if (g_strcmp0 (label, "keep") == 0)
    return annex_drafts_keep (drafts, share, NULL);
  return dex_future_then (annex_drafts_discard (drafts, share, NULL), no_entries_cb, NULL, NULL);
}
