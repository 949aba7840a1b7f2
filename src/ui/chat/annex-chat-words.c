/* annex-chat-words.c
 *
 * See annex-chat-words.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-chat-words.h"

#include "annex-ask-words.h"
#include "annex-keep.h"
#include "annex-text.h"

#include <glib/gi18n.h>

char *
annex_chat_words_thinking (AnnexTranscriptItem *item)
{
  gint64 duration_ms = annex_transcript_item_get_duration_ms (item);
  g_autofree char *length = NULL;

  if (!annex_transcript_item_is_finished (item))
    return g_strdup (_ ("Thinking"));
  if (duration_ms < 1000)
    return g_strdup (_ ("Thought for a moment"));
  length = annex_text_format_duration (duration_ms / 1000 * 1000);
  return g_strdup_printf (_ ("Thought for %s"), length);
}

const char *
annex_chat_words_mode (const char *mode)
{
  if (g_strcmp0 (mode, "read-only") == 0)
    return _ ("read only");
  if (g_strcmp0 (mode, "keep") == 0)
    return _ ("keep");
  return _ ("review");
}

static JsonObject *
get_data (AnnexTranscriptItem *item)
{
  return annex_event_get_data (annex_transcript_item_get_event (item));
}

/* The name of the share with that id; "" when it is not known any more. (transfer full) */
static char *
dup_share_name (AnnexTask *task, const char *id)
{
  AnnexShare *share = id != NULL ? annex_task_find_share (task, id) : NULL;

  return annex_text_for_display (share != NULL ? annex_share_get_name (share) : NULL);
}

static char *
words_share (AnnexTask *task, AnnexTranscriptItem *item, AnnexEventType type)
{
  JsonObject *data = get_data (item);
  JsonObject *share = annex_json_opt_object (data, "share");
  g_autofree char *name = NULL;

  if (type == ANNEX_EVENT_SHARE_GRANTED)
    {
      name =
          annex_text_for_display (share != NULL ? annex_json_opt_string (share, "name", "") : "");
      return g_strdup_printf (
          _ ("You shared the folder %s (%s)"), name,
          annex_chat_words_mode (share != NULL ? annex_json_opt_string (share, "mode", "") : ""));
    }
  name = dup_share_name (task, annex_json_opt_string (data, "share", NULL));
  if (type == ANNEX_EVENT_SHARE_MODE && name[0] != '\0')
    return g_strdup_printf (_ ("The folder %s is now on “%s”"), name,
                            annex_chat_words_mode (annex_json_opt_string (data, "mode", "")));
  if (type == ANNEX_EVENT_SHARE_MODE)
    return g_strdup_printf (_ ("A folder is now on “%s”"),
                            annex_chat_words_mode (annex_json_opt_string (data, "mode", "")));
  if (name[0] != '\0')
    return g_strdup_printf (_ ("You took the folder %s back"), name);
  return g_strdup (_ ("You took a folder back"));
}

static char *
words_rolled_back (JsonObject *data)
{
  const char *error = annex_json_opt_string (data, "error", NULL);
  g_autofree char *reason = annex_text_for_display (error);
  g_autofree char *when = NULL;
  gint64 time_us = 0;

  if (error != NULL)
    return g_strdup_printf (_ ("The computer could not go back: %s"), reason);
  annex_time_from_text (annex_json_opt_string (data, "time", NULL), &time_us);
  when = annex_text_format_day_and_time (time_us, 0);
  return g_strdup_printf (_ ("You set the computer back to how it was: %s"), when);
}

char *
annex_chat_words_notice (AnnexTask *task, AnnexTranscriptItem *item)
{
  AnnexEventType type = annex_event_get_event_type (annex_transcript_item_get_event (item));
  g_autofree char *text = annex_text_for_display (annex_transcript_item_get_text (item));

  if (type == ANNEX_EVENT_SHARE_GRANTED || type == ANNEX_EVENT_SHARE_MODE ||
      type == ANNEX_EVENT_SHARE_REVOKED)
    return words_share (task, item, type);
  if (type == ANNEX_EVENT_REPLY_FAILED)
    return g_strdup_printf (_ ("Trying again: %s"), text);
  if (type == ANNEX_EVENT_STATE_CHANGED)
    return text[0] != '\0' ? g_strdup_printf (_ ("Stopped: %s"), text)
                           : g_strdup (_ ("You stopped this"));
  if (type == ANNEX_EVENT_COMPUTER_CHANGED)
    return g_strdup_printf (_ ("Annex’s computer had a problem: %s"), text);
  if (type == ANNEX_EVENT_ROLLED_BACK)
    return words_rolled_back (annex_event_get_data (annex_transcript_item_get_event (item)));
  if (type == ANNEX_EVENT_FORKED)
    return g_strdup (_ ("This is a copy. All above happened in the other task."));
  if (type == ANNEX_EVENT_COMPACTED)
    return g_strdup (_ ("The model’s memory was full. It goes on with a summary of all above."));
  if (type == ANNEX_EVENT_IMPORTED)
    return g_strdup (
        _ ("All above came from an exported task. What was allowed there is not allowed here."));
  return g_steal_pointer (&text);
}

char *
annex_chat_words_result (AnnexTranscriptItem *item)
{
  JsonArray *paths = annex_json_opt_array (get_data (item), "paths");
  guint n = paths != NULL ? json_array_get_length (paths) : 0;
  JsonNode *first = n > 0 ? json_array_get_element (paths, 0) : NULL;
  g_autofree char *base = NULL;
  g_autofree char *name = NULL;

  if (first == NULL || !JSON_NODE_HOLDS_VALUE (first) || json_node_get_string (first) == NULL)
    return g_strdup (_ ("Results"));
  base = g_path_get_basename (json_node_get_string (first));
  name = annex_text_for_display (base);
  if (n == 1)
    return g_steal_pointer (&name);
  /* Translators: the name of a file, and how many others came with it */
  return g_strdup_printf (ngettext ("%s and %u more", "%s and %u more", n - 1), name, n - 1);
}

char *
annex_chat_words_draft (AnnexTask *task, AnnexTranscriptItem *item)
{
  AnnexEventType type = annex_event_get_event_type (annex_transcript_item_get_event (item));
  JsonObject *data = get_data (item);
  JsonArray *entries = annex_json_opt_array (data, "entries");
  JsonArray *paths = annex_json_opt_array (data, "paths");
  g_autofree char *name = dup_share_name (task, annex_json_opt_string (data, "share", NULL));
  guint n = type == ANNEX_EVENT_DRAFT_DISCARDED
                ? (paths != NULL ? json_array_get_length (paths) : 0)
                : annex_kept_count_done (entries);
  guint left = entries != NULL ? json_array_get_length (entries) - n : 0;
  gboolean in_vain = n == 0 && left > 0;
  g_autofree char *words = NULL;

  if (in_vain && type == ANNEX_EVENT_DRAFT_UNDONE)
    words = g_strdup_printf (ngettext ("%u kept change could not be taken back",
                                       "%u kept changes could not be taken back", left),
                             left);
  else if (in_vain)
    words = g_strdup_printf (ngettext ("Did not keep %u change", "Did not keep %u changes", left),
                             left);
  else if (type == ANNEX_EVENT_DRAFT_DISCARDED && n == 0)
    words = g_strdup (_ ("Discarded the changes"));
  else if (type == ANNEX_EVENT_DRAFT_DISCARDED)
    words = g_strdup_printf (ngettext ("Discarded %u change", "Discarded %u changes", n), n);
  else if (type == ANNEX_EVENT_DRAFT_UNDONE && n == 0)
    words = g_strdup (_ ("There was nothing left to take back"));
  else if (type == ANNEX_EVENT_DRAFT_UNDONE)
    words =
        g_strdup_printf (ngettext ("Took %u kept change back", "Took %u kept changes back", n), n);
  else
    words = g_strdup_printf (ngettext ("Kept %u change", "Kept %u changes", n), n);
  if (name[0] != '\0')
    {
      g_autofree char *plain = g_steal_pointer (&words);

      /* Translators: "Kept 26 changes" in "Receipts" */
      words = g_strdup_printf (_ ("%s in %s"), plain, name);
    }
  if (left > 0 && !in_vain)
    {
      g_autofree char *plain = g_steal_pointer (&words);

      words = g_strdup_printf (ngettext ("%s, but not %u of them", "%s, but not %u of them", left),
                               plain, left);
    }
  return g_steal_pointer (&words);
}

static const char *
words_for_label (const char *label)
{
  static const struct
  {
    const char *label;
    const char *words;
  } table[] = {
    { "once", N_ ("you allowed it once") },
    { "task", N_ ("you allowed it for this task") },
    { "always", N_ ("you allowed it for good") },
    { "never", N_ ("you said no, for good") },
    { "no", N_ ("you said no") },
    { "none", N_ ("not answered") },
  };

  for (guint i = 0; i < G_N_ELEMENTS (table); i++)
    if (g_strcmp0 (table[i].label, label) == 0)
      return _ (table[i].words);
  return _ ("you said yes");
}

/* What was asked, each question behind what it is about. */
static char *
dup_asked (AnnexAsk *ask)
{
  JsonArray *questions = annex_ask_words_questions (ask);
  GString *out = g_string_new (NULL);

  for (guint i = 0; questions != NULL && i < json_array_get_length (questions); i++)
    {
      JsonObject *question = json_array_get_object_element (questions, i);
      const char *header = annex_json_opt_string (question, "header", "");
      g_autofree char *about = annex_text_for_display (annex_ask_words_own (question, header));
      g_autofree char *text =
          annex_text_for_display (annex_json_opt_string (question, "question", ""));

      g_string_append_printf (out, "%s%s: %s", i > 0 ? "\n" : "", about, text);
    }
  return g_string_free_and_steal (out);
}

char *
annex_chat_words_ask (AnnexTranscriptItem *item)
{
  AnnexAsk *ask = annex_transcript_item_get_ask (item);
  JsonObject *json = annex_ask_get_json (ask);
  JsonObject *answer = annex_transcript_item_get_answer (item);
  const char *label = answer != NULL ? annex_json_opt_string (answer, "answer", "none") : NULL;
  const char *outcome = label == NULL                              ? _ ("waiting for you")
                        : annex_transcript_item_has_expired (item) ? _ ("not answered in time")
                                                                   : words_for_label (label);
  g_autofree char *host = annex_text_for_display (annex_json_opt_string (json, "host", NULL));
  g_autofree char *what = NULL;

  switch (annex_ask_get_kind (ask))
    {
    case ANNEX_ASK_NETWORK:
      what = g_strdup_printf (_ ("Asked to contact %s"), host);
      break;
    case ANNEX_ASK_SITE:
      what = g_strdup_printf (_ ("Asked to use the site %s"), host);
      break;
    case ANNEX_ASK_CONNECTOR:
      what = annex_ask_words_summary (ask);
      break;
    case ANNEX_ASK_FOLDER:
      what = g_strdup (_ ("Asked for a folder"));
      break;
    case ANNEX_ASK_DRAFT:
      what = g_strdup (_ ("Asked to keep the changes"));
      break;
    case ANNEX_ASK_QUESTION:
      what = dup_asked (ask);
      outcome = answer == NULL ? _ ("waiting for you") : _ ("answered");
      break;
    }
  /* Translators: "Asked to contact example.org": "you said no" */
  return g_strdup_printf (_ ("%s: %s"), what, outcome);
}
