/* annex-ask-words.c
 *
 * See annex-ask-words.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-ask-words.h"

#include "annex-policy.h"
#include "annex-text.h"

#include <glib/gi18n.h>
#include <string.h>

/* First strong isolate and its end: a part of a path cannot reorder its neighbours. */
#define ISOLATE "\u2068"
#define ISOLATE_END "\u2069"
#define MAX_BLOCK_BYTES (16 * 1024)
#define SOFT_RUN 40
#define MAX_SITE_BYTES 1024
/* As much of a target as a heading can name. */
#define MAX_NAMED_CHARS 60
#define MAX_CONSENT_BYTES (16 * 1024)
/* As much as annex-ask.h says a call may be asked with. */
#define MAX_ARGUMENTS_BYTES ANNEX_ASK_MAX_ARGUMENTS

/* Appends @text with places to break in words without end: laying those out costs the square of
 * their length otherwise. */
static void
append_soft (GString *out, const char *text, guint max_chars)
{
  guint run = 0;
  guint chars = 0;

  for (const char *p = text; *p != '\0'; p = g_utf8_next_char (p))
    {
      gunichar c = g_utf8_get_char (p);

      if (chars++ == max_chars)
        {
          g_string_append (out, "…");
          return;
        }
      run = g_unichar_isspace (c) ? 0 : run + 1;
      if (run > SOFT_RUN && !g_unichar_ismark (c) && c != 0x200d)
        {
          g_string_append (out, "\u200b");
          run = 0;
        }
      g_string_append_unichar (out, c);
    }
}

char *
annex_ask_words_line (const char *text, guint max_chars)
{
  g_autofree char *shown = annex_text_for_display (text);
  GString *out = g_string_new (NULL);

  append_soft (out, shown, max_chars);
  return g_string_free_and_steal (out);
}

char *
annex_ask_words_block (const char *text, guint max_lines)
{
  g_autofree char *valid = text != NULL ? annex_text_make_valid (text, -1) : g_strdup ("");
  g_auto (GStrv) lines = g_strsplit (valid, "\n", (int) max_lines + 1);
  GString *out = g_string_new (NULL);

  for (guint i = 0; lines[i] != NULL; i++)
    {
      g_autofree char *line = NULL;

      if (i > 0)
        g_string_append_c (out, '\n');
      if (i == max_lines || out->len > MAX_BLOCK_BYTES)
        {
          g_string_append (out, "…");
          break;
        }
      line = annex_text_for_display (lines[i]);
      append_soft (out, line, G_MAXUINT);
    }
  return g_string_free_and_steal (out);
}

/* ---- targets */

static void
append_escaped (GString *out, gunichar c)
{
  g_string_append_printf (out, "\\u{%x}", (guint) c);
}

char *
annex_ask_words_spell_host (const char *host)
{
  g_autofree char *valid = annex_text_make_valid (host != NULL ? host : "", -1);
  g_autofree char *normal = annex_host_normalise (valid, -1, NULL);
  GString *out;

  if (normal != NULL)
    return g_steal_pointer (&normal);
  out = g_string_new (NULL);
  for (const char *p = valid; *p != '\0'; p = g_utf8_next_char (p))
    {
      gunichar c = g_utf8_get_char (p);

      if (c > 0x20 && c < 0x7f)
        g_string_append_unichar (out, c);
      else
        append_escaped (out, c);
    }
  return g_string_free_and_steal (out);
}

static gboolean
must_be_escaped (gunichar c)
{
  GUnicodeType type = g_unichar_type (c);

  return type == G_UNICODE_CONTROL || type == G_UNICODE_FORMAT || type == G_UNICODE_UNASSIGNED ||
         type == G_UNICODE_PRIVATE_USE || type == G_UNICODE_LINE_SEPARATOR ||
         type == G_UNICODE_PARAGRAPH_SEPARATOR || (g_unichar_isspace (c) && c != ' ') ||
         (g_unichar_iszerowidth (c) && !g_unichar_ismark (c)) || c == 0x115f || c == 0x1160 ||
         c == 0x3164 || c == 0xffa0;
}

char *
annex_ask_words_spell_path (const char *path)
{
  g_autofree char *valid = annex_text_make_valid (path != NULL ? path : "", -1);
  g_auto (GStrv) parts = g_strsplit (valid, "/", -1);
  GString *out = g_string_new (NULL);

  for (guint i = 0; parts[i] != NULL; i++)
    {
      gboolean plain = g_str_is_ascii (parts[i]);

      if (i > 0)
        g_string_append_c (out, '/');
      if (!plain)
        g_string_append (out, ISOLATE);
      for (const char *p = parts[i]; *p != '\0'; p = g_utf8_next_char (p))
        if (must_be_escaped (g_utf8_get_char (p)))
          append_escaped (out, g_utf8_get_char (p));
        else
          g_string_append_unichar (out, g_utf8_get_char (p));
      if (!plain)
        g_string_append (out, ISOLATE_END);
    }
  return g_string_free_and_steal (out);
}

char *
annex_ask_words_spell_text (const char *text)
{
  g_autofree char *valid = annex_text_make_valid (text != NULL ? text : "", -1);
  GString *out = g_string_new (NULL);

  for (const char *p = valid; *p != '\0'; p = g_utf8_next_char (p))
    {
      gunichar c = g_utf8_get_char (p);

      if (c != '\n' && must_be_escaped (c))
        append_escaped (out, c);
      else
        g_string_append_unichar (out, c);
    }
  return g_string_free_and_steal (out);
}

/* ---- asks */

JsonArray *
annex_ask_words_questions (AnnexAsk *ask)
{
  if (annex_ask_get_kind (ask) != ANNEX_ASK_QUESTION)
    return NULL;
  return annex_json_opt_array (annex_ask_get_json (ask), "questions");
}

static JsonObject *
first_question (AnnexAsk *ask)
{
  JsonArray *questions = annex_ask_words_questions (ask);

  return questions != NULL ? json_array_get_object_element (questions, 0) : NULL;
}

gboolean
annex_ask_words_is_permission (AnnexAsk *ask)
{
  switch (annex_ask_get_kind (ask))
    {
    case ANNEX_ASK_NETWORK:
    case ANNEX_ASK_FOLDER:
    case ANNEX_ASK_SITE:
    case ANNEX_ASK_CONNECTOR:
      return TRUE;
    case ANNEX_ASK_QUESTION:
      return annex_ask_is_exact (first_question (ask));
    case ANNEX_ASK_DRAFT:
      return FALSE;
    }
  return FALSE;
}

gboolean
annex_ask_words_can_allow (AnnexAsk *ask)
{
  const char *host = annex_json_opt_string (annex_ask_get_json (ask), "host", "");
  g_autofree char *normal = NULL;

  switch (annex_ask_get_kind (ask))
    {
    case ANNEX_ASK_NETWORK:
    case ANNEX_ASK_SITE:
      /* A site may be an origin; a host must be one. */
      normal = annex_host_normalise (host, -1, NULL);
      return normal != NULL ||
             (annex_ask_get_kind (ask) == ANNEX_ASK_SITE && strlen (host) <= MAX_SITE_BYTES);
    case ANNEX_ASK_QUESTION:
      return strlen (annex_json_opt_string (first_question (ask), "question", "")) <=
             MAX_CONSENT_BYTES;
    case ANNEX_ASK_CONNECTOR:
      return strlen (annex_json_opt_string (annex_ask_get_json (ask), "arguments", "")) <=
             MAX_ARGUMENTS_BYTES;
    case ANNEX_ASK_FOLDER:
    case ANNEX_ASK_DRAFT:
      return TRUE;
    }
  return FALSE;
}

static gboolean
is_your_part (AnnexAsk *ask)
{
  JsonObject *question = first_question (ask);

  return question != NULL &&
         g_str_equal (annex_json_opt_string (question, "header", ""), ANNEX_ASK_YOUR_PART);
}

/* The host or site of @ask, when a heading can name it; else NULL. */
static char *
name_host (AnnexAsk *ask)
{
  const char *host = annex_json_opt_string (annex_ask_get_json (ask), "host", NULL);
  g_autofree char *name = host != NULL ? annex_ask_words_spell_host (host) : NULL;

  return name != NULL && g_utf8_strlen (name, -1) <= MAX_NAMED_CHARS &&
                 annex_ask_words_can_allow (ask)
             ? g_steal_pointer (&name)
             : NULL;
}

char *
annex_ask_words_permission (AnnexAsk *ask)
{
  g_autofree char *host = name_host (ask);

  switch (annex_ask_get_kind (ask))
    {
    case ANNEX_ASK_NETWORK:
      if (host == NULL)
        return g_strdup (_ ("May Annex’s computer contact this host?"));
      /* Translators: %s is a host, like example.org */
      return g_strdup_printf (_ ("May Annex’s computer contact %s?"), host);
    case ANNEX_ASK_SITE:
      if (host == NULL)
        return g_strdup (_ ("May Annex use this site?"));
      /* Translators: %s is a web site, like example.org */
      return g_strdup_printf (_ ("May Annex use the site %s?"), host);
    case ANNEX_ASK_CONNECTOR:
      return g_strdup (annex_json_opt_string (annex_ask_get_json (ask), "after", NULL) != NULL
                           ? _ ("This tool has changed. May Annex use it?")
                           : _ ("May Annex use this connector?"));
    case ANNEX_ASK_FOLDER:
      return g_strdup (_ ("Annex asks for a folder of yours"));
    case ANNEX_ASK_DRAFT:
      return g_strdup (_ ("What becomes of these changes?"));
    case ANNEX_ASK_QUESTION:
      return g_strdup (is_your_part (ask) ? _ ("Only you can do this part")
                                          : _ ("Annex asks for your permission"));
    }
  return NULL;
}

/* What a connector's tool says it does, which is only its word. */
static const char *
effect_words (JsonObject *json)
{
  const char *effect = annex_json_opt_string (json, "effect", "unknown");

  if (annex_json_opt_boolean (json, "destructive", FALSE))
    return _ ("It says that it changes things, and may delete or overwrite.");
  if (g_str_equal (effect, "write"))
    return _ ("It says that it changes things.");
  if (g_str_equal (effect, "read"))
    return _ ("It says that it only reads.");
  return _ ("It does not say whether it changes anything.");
}

char *
annex_ask_words_call (AnnexAsk *ask)
{
  JsonObject *json = annex_ask_get_json (ask);
  const char *arguments = annex_json_opt_string (json, "arguments", "");
  const char *after = annex_json_opt_string (json, "after", NULL);
  g_autofree char *title = annex_text_for_display (annex_json_opt_string (json, "title", ""));
  g_autofree char *tool = annex_text_for_display (annex_json_opt_string (json, "tool_title", ""));
  g_autofree char *name = annex_ask_words_spell_text (annex_json_opt_string (json, "tool", ""));
  GString *out = g_string_new (NULL);

  /* Translators: the name of a connector, what its tool is called, and its exact name */
  g_string_append_printf (out, _ ("%s: %s (%s)"), title, tool, name);
  if (*arguments != '\0')
    {
      g_autofree char *spelled = annex_ask_words_spell_text (arguments);

      g_string_append_printf (out, "\n%s", spelled);
    }
  if (after != NULL)
    {
      g_autofree char *before = annex_ask_words_spell_text (
          annex_json_opt_string (json, "before", _ ("It was not there.")));
      g_autofree char *now = annex_ask_words_spell_text (after);

      g_string_append_printf (out, "\n\n%s\n%s\n\n%s\n%s", _ ("As you approved it:"), before,
                              _ ("As it is now:"), now);
    }
  return g_string_free_and_steal (out);
}

char *
annex_ask_words_effect (AnnexAsk *ask)
{
  return annex_ask_get_kind (ask) == ANNEX_ASK_CONNECTOR
             ? g_strdup (effect_words (annex_ask_get_json (ask)))
             : NULL;
}

static char *
call_summary (JsonObject *json)
{
  g_autofree char *title = annex_text_for_display (annex_json_opt_string (json, "title", ""));
  g_autofree char *tool = annex_text_for_display (annex_json_opt_string (json, "tool_title", ""));

  /* Translators: a connector, which is a service of the user's, and one of its tools */
  return g_strdup_printf (C_ ("ask", "Use %s: %s"), title, tool);
}

char *
annex_ask_words_summary (AnnexAsk *ask)
{
  JsonObject *json = annex_ask_get_json (ask);
  JsonArray *questions = annex_ask_words_questions (ask);
  g_autofree char *text = NULL;
  guint more;

  switch (annex_ask_get_kind (ask))
    {
    case ANNEX_ASK_NETWORK:
      text = annex_ask_words_spell_host (annex_json_opt_string (json, "host", ""));
      return g_strdup_printf (C_ ("ask", "Contact %s"), text);
    case ANNEX_ASK_SITE:
      text = annex_ask_words_spell_host (annex_json_opt_string (json, "host", ""));
      return g_strdup_printf (C_ ("ask", "Use the site %s"), text);
    case ANNEX_ASK_CONNECTOR:
      return call_summary (json);
    case ANNEX_ASK_FOLDER:
      text = annex_text_for_display (annex_json_opt_string (json, "reason", ""));
      return g_strdup_printf (C_ ("ask", "A folder: %s"), text);
    case ANNEX_ASK_DRAFT:
      return annex_text_for_display (annex_ask_get_text (ask));
    case ANNEX_ASK_QUESTION:
      break;
    }
  text = annex_text_for_display (annex_json_opt_string (first_question (ask), "question", ""));
  more = json_array_get_length (questions) - 1;
  if (more == 0)
    return g_steal_pointer (&text);
  return g_strdup_printf (
      ngettext ("%s (and %u more question)", "%s (and %u more questions)", more), text, more);
}

/* ---- answers */

typedef struct
{
  const char *stored; /* and told to the model */
  const char *shown;
} Own;

/* What Annex's own consents are about, and what they may be answered with. */
static const Own consent_words[] = {
  { "Browser", NC_ ("consent", "Browser") },
  { "Connector", NC_ ("consent", "Connector") },
  { "Page", NC_ ("consent", "Page") },
  { "Secret", NC_ ("consent", "Secret") },
  { "Send files", NC_ ("consent", "Send files") },
  { "Sites", NC_ ("consent", "Sites") },
  { "Skills", NC_ ("consent", "Skills") },
  { ANNEX_ASK_YOUR_PART, NC_ ("consent", "Your part") },
  { "Allow", NC_ ("consent", "Allow") },
  { "Allow once", NC_ ("consent", "Allow Once") },
  { "Allow for this task", NC_ ("consent", "Allow for This Task") },
  { "Ask for each", NC_ ("consent", "Ask for Each") },
  { "Do not allow", NC_ ("consent", "Do Not Allow") },
  { "Send", NC_ ("consent", "Send") },
  { "Do not send", NC_ ("consent", "Do Not Send") },
  { "Use them", NC_ ("consent", "Use Them") },
  { "Do not use them", NC_ ("consent", "Do Not Use Them") },
  { "Done", NC_ ("consent", "Done") },
  { "I have done it", NC_ ("consent", "I Have Done It") },
  { "Go on without it", NC_ ("consent", "Go On Without It") },
  { "Yes", NC_ ("consent", "Yes") },
  { "Decline", NC_ ("consent", "Decline") },
};

/* The same of what Annex asks when it does not get on; a model may ask so too, and it grants
 * nothing. */
static const Own stuck_words[] = {
  { "Stuck", NC_ ("stuck", "Stuck") },
  { "Browser", NC_ ("stuck", "Browser") },
  { "Try another way", NC_ ("stuck", "Try another way") },
  { "Try it again", NC_ ("stuck", "Try it again") },
  { "I did it in the pane; go on", NC_ ("stuck", "I did it in the pane; go on") },
  { "Stop here", NC_ ("stuck", "Stop here") },
};

static const char *
find_own (const Own *table, guint n, const char *context, const char *words)
{
  for (guint i = 0; i < n; i++)
    if (g_str_equal (table[i].stored, words))
      return g_dpgettext2 (NULL, context, table[i].shown);
  return words;
}

const char *
annex_ask_words_own (JsonObject *question, const char *words)
{
  static const char *const stuck_ids[] = { "again", "stuck", NULL };

  if (annex_ask_is_exact (question))
    return find_own (consent_words, G_N_ELEMENTS (consent_words), "consent", words);
  if (g_strv_contains (stuck_ids, annex_json_opt_string (question, "id", "")))
    return find_own (stuck_words, G_N_ELEMENTS (stuck_words), "stuck", words);
  return words;
}

static void
append_value (GString *out, JsonNode *node)
{
  g_autofree char *shown = NULL;
  JsonObject *object;

  if (node != NULL && JSON_NODE_HOLDS_ARRAY (node))
    {
      JsonArray *array = json_node_get_array (node);

      for (guint i = 0; i < json_array_get_length (array) && i < 50; i++)
        {
          if (i > 0)
            g_string_append (out, ", ");
          append_value (out, json_array_get_element (array, i));
        }
      return;
    }
  if (node != NULL && JSON_NODE_HOLDS_OBJECT (node))
    {
      object = json_node_get_object (node);
      if (annex_json_opt_string (object, "secret", NULL) != NULL)
        g_string_append (out, _ ("a secret, kept in your keyring"));
      shown = annex_text_for_display (annex_json_opt_string (
          object, "other_text", annex_json_opt_string (object, "answer", "")));
    }
  else if (node != NULL && JSON_NODE_HOLDS_VALUE (node) &&
           json_node_get_value_type (node) == G_TYPE_STRING)
    shown = annex_text_for_display (json_node_get_string (node));
  if (shown != NULL)
    g_string_append (out, shown);
}

char *
annex_ask_words_one_answer (JsonObject *question, JsonObject *answer)
{
  const char *id = annex_json_opt_string (question, "id", "");
  const char *text = annex_json_opt_string (question, "question", "");
  JsonNode *node = json_object_get_member (answer, id);
  GString *out = g_string_new (NULL);

  if (node == NULL)
    node = json_object_get_member (answer, text);
  if (node != NULL && JSON_NODE_HOLDS_VALUE (node) &&
      json_node_get_value_type (node) == G_TYPE_STRING)
    {
      const char *label = json_node_get_string (node);
      const char *words = annex_ask_words_own (question, label);

      if (words != label)
        return g_strdup (words);
    }
  append_value (out, node);
  if (out->len == 0)
    g_string_append (out, _ ("No answer"));
  return g_string_free_and_steal (out);
}

static char *
question_answer (AnnexAsk *ask, JsonObject *answer)
{
  JsonArray *questions = annex_ask_words_questions (ask);
  GString *out;

  if (annex_json_opt_boolean (answer, "dismissed", FALSE))
    return g_strdup (_ ("You closed the question without an answer"));
  if (annex_json_opt_string (answer, "response", NULL) != NULL)
    return annex_text_for_display (annex_json_opt_string (answer, "response", ""));
  if (g_strcmp0 (annex_json_opt_string (answer, "answer", NULL), "none") == 0)
    return g_strdup (_ ("Annex went on without an answer"));
  out = g_string_new (NULL);
  for (guint i = 0; questions != NULL && i < json_array_get_length (questions); i++)
    {
      g_autofree char *one =
          annex_ask_words_one_answer (json_array_get_object_element (questions, i), answer);

      g_string_append_printf (out, "%s%s", i > 0 ? " · " : "", one);
    }
  return g_string_free_and_steal (out);
}

static const char *
permission_answer (const char *label)
{
  if (g_str_equal (label, "once"))
    return _ ("You allowed it once");
  if (g_str_equal (label, "task"))
    return _ ("You allowed it for this task");
  if (g_str_equal (label, "always"))
    return _ ("You allowed it for good");
  if (g_str_equal (label, "no"))
    return _ ("You said no");
  if (g_str_equal (label, "never"))
    return _ ("You said no, for good");
  return _ ("Nothing was allowed");
}

/* "PATH:MODE", or a path alone, as earlier answers were: then for review. */
static char *
folder_answer (const char *label)
{
  const char *colon = strrchr (label, ':');
  AnnexShareMode mode = ANNEX_SHARE_REVIEW;
  gboolean has_mode = colon != NULL && annex_share_mode_from_name (colon + 1, &mode, NULL);
  g_autofree char *path = has_mode ? g_strndup (label, (gsize) (colon - label)) : g_strdup (label);
  g_autofree char *shown = annex_ask_words_spell_path (path);

  /* Translators: a folder's path, and "read only" and the like */
  return g_strdup_printf (_ ("You gave the folder %s: %s"), shown,
                          annex_ask_words_mode (has_mode ? mode : ANNEX_SHARE_REVIEW));
}

const char *
annex_ask_words_mode (AnnexShareMode mode)
{
  switch (mode)
    {
    case ANNEX_SHARE_READ_ONLY:
      return C_ ("folder", "read only");
    case ANNEX_SHARE_REVIEW:
      return C_ ("folder", "changes wait for you");
    case ANNEX_SHARE_KEEP:
      return C_ ("folder", "changes are kept by themselves");
    }
  return "";
}

char *
annex_ask_words_answer (AnnexAsk *ask, JsonObject *answer, gboolean expired)
{
  const char *label = answer != NULL ? annex_json_opt_string (answer, "answer", "") : "";
  g_autofree char *text = NULL;

  if (expired && !annex_ask_words_is_permission (ask) &&
      (answer == NULL || g_str_equal (label, "none")))
    return g_strdup (_ ("Nobody answered in time; Annex went on without an answer"));
  if (expired && (answer == NULL || g_str_equal (label, "none") || g_str_equal (label, "never") ||
                  g_str_equal (label, "no")))
    return g_strdup (_ ("Nobody answered in time; nothing was allowed"));
  if (answer == NULL)
    return g_strdup (_ ("Not answered yet"));
  if (expired)
    {
      text = annex_ask_words_answer (ask, answer, FALSE);
      return g_strdup_printf (_ ("Nobody answered in time; taken instead: %s"), text);
    }
  switch (annex_ask_get_kind (ask))
    {
    case ANNEX_ASK_QUESTION:
      return question_answer (ask, answer);
    case ANNEX_ASK_NETWORK:
    case ANNEX_ASK_SITE:
    case ANNEX_ASK_CONNECTOR:
      return g_strdup (permission_answer (label));
    case ANNEX_ASK_DRAFT:
      if (g_str_equal (label, "keep"))
        return g_strdup (_ ("You kept the changes"));
      if (g_str_equal (label, "discard"))
        return g_strdup (_ ("You discarded the changes"));
      return g_strdup (_ ("Nothing was decided"));
    case ANNEX_ASK_FOLDER:
      if (label[0] != '/')
        return g_strdup (_ ("You gave no folder"));
      return folder_answer (label);
    }
  return NULL;
}

const char *
annex_ask_words_state (AnnexInboxState state)
{
  switch (state)
    {
    case ANNEX_INBOX_OPEN:
      return _ ("Waiting for your answer");
    case ANNEX_INBOX_REFUSED:
      return _ ("You said no");
    case ANNEX_INBOX_DISMISSED:
      return _ ("You closed it without an answer");
    case ANNEX_INBOX_EXPIRED:
      return _ ("Nobody answered in time");
    }
  return "";
}

const char *
annex_ask_words_icon (AnnexAskKind kind)
{
  switch (kind)
    {
    case ANNEX_ASK_QUESTION:
      return "dialog-question-symbolic";
    case ANNEX_ASK_NETWORK:
      return "annex-web-symbolic";
    case ANNEX_ASK_FOLDER:
      return "folder-symbolic";
    case ANNEX_ASK_SITE:
      return "annex-web-symbolic";
    case ANNEX_ASK_CONNECTOR:
      return "network-transmit-receive-symbolic";
    case ANNEX_ASK_DRAFT:
      return "document-edit-symbolic";
    }
  return "";
}
