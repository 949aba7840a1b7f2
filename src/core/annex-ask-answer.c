/* annex-ask-answer.c
 *
 * Answers of an ask: from the user's words to the answer object, and from that to what the model is
 * told. Permission answers take only their exact labels; nothing here grants anything.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-ask.h"

#include <string.h>

static gpointer
refuse (GError **error, const char *message)
{
  g_set_error_literal (error, ANNEX_JSON_ERROR, ANNEX_JSON_ERROR_VALUE, message);
  return NULL;
}

/* Questions */

static gboolean
starts_with (const char *label, const char *words)
{
  g_autofree char *a = g_utf8_casefold (label, -1);
  g_autofree char *b = g_utf8_casefold (words, -1);

  return g_str_has_prefix (a, b);
}

static gboolean
is_same (const char *label, const char *words)
{
  g_autofree char *a = g_utf8_casefold (label, -1);
  g_autofree char *b = g_utf8_casefold (words, -1);

  return g_str_equal (a, b);
}

/* The label @words mean: the same, or, where nothing is permitted by it, the only one that begins
 * so. NULL: none or several. */
static const char *
find_label (JsonObject *question, const char *words)
{
  gboolean exact = annex_ask_is_exact (question);
  JsonArray *options = annex_json_opt_array (question, "options");
  const char *found = NULL;
  guint n_found = 0;

  for (guint i = 0; options != NULL && i < json_array_get_length (options); i++)
    {
      JsonNode *node = json_array_get_element (options, i);
      const char *label = JSON_NODE_HOLDS_OBJECT (node)
                              ? annex_json_opt_string (json_node_get_object (node), "label", "")
                              : "";

      if (is_same (label, words))
        return label;
      if (!exact && starts_with (label, words))
        {
          found = label;
          n_found++;
        }
    }
  return n_found == 1 ? found : NULL;
}

static JsonNode *
new_other (const char *words)
{
  JsonObject *other = json_object_new ();
  JsonNode *node = json_node_new (JSON_NODE_OBJECT);

  json_object_set_string_member (other, "other_text", words);
  json_node_take_object (node, other);
  return node;
}

/* "a, b": every part that is a label; one part that is none makes the whole text the "Other" text.
 */
static JsonNode *
answer_multiple (JsonObject *question, const char *words)
{
  g_auto (GStrv) parts = g_strsplit (words, ",", -1);
  g_autoptr (JsonArray) labels = json_array_new ();
  const char *whole = find_label (question, words);
  JsonNode *node;

  if (whole != NULL)
    json_array_add_string_element (labels, whole);
  else
    for (guint i = 0; parts[i] != NULL; i++)
      {
        const char *label;

        if (g_strstrip (parts[i])[0] == '\0')
          continue;
        label = find_label (question, parts[i]);
        if (label == NULL)
          return new_other (words);
        json_array_add_string_element (labels, label);
      }
  if (json_array_get_length (labels) == 0)
    return new_other (words);
  node = json_node_new (JSON_NODE_ARRAY);
  json_node_set_array (node, labels);
  return node;
}

static gpointer
refuse_label (JsonObject *question, GError **error)
{
  JsonArray *options = annex_json_opt_array (question, "options");
  g_autoptr (GString) allowed = g_string_new (NULL);

  for (guint i = 0; options != NULL && i < json_array_get_length (options); i++)
    g_string_append_printf (
        allowed, "%s%s", i > 0 ? ", " : "",
        annex_json_opt_string (json_array_get_object_element (options, i), "label", ""));
  g_set_error (error, ANNEX_JSON_ERROR, ANNEX_JSON_ERROR_VALUE, "The answer must be one of: %s",
               allowed->str);
  return NULL;
}

static JsonNode *
answer_one (JsonObject *question, const char *words, GError **error)
{
  const char *label;

  if (words[0] == '\0')
    return refuse (error, "An answer is missing");
  if (annex_json_opt_boolean (question, "secret", FALSE))
    {
      JsonObject *object;
      JsonNode *node;

      /* An answer becomes an event; a secret must not. */
      if (!g_str_has_prefix (words, "secret:"))
        return refuse (error, "A secret answer is kept in the keyring first, then named by its id");
      object = json_object_new ();
      json_object_set_string_member (object, "secret", words);
      node = json_node_new (JSON_NODE_OBJECT);
      json_node_take_object (node, object);
      return node;
    }
  if (annex_json_opt_boolean (question, "multi_select", FALSE))
    return answer_multiple (question, words);
  label = find_label (question, words);
  if (label == NULL && annex_ask_is_exact (question))
    return refuse_label (question, error);
  if (label == NULL)
    return new_other (words);
  return json_node_init_string (json_node_alloc (), label);
}

char **
annex_ask_split_answers (const char *text)
{
  g_autoptr (GStrvBuilder) parts = g_strv_builder_new ();
  g_autoptr (GString) part = g_string_new (NULL);

  for (const char *p = text; *p != '\0'; p++)
    {
      if (p[0] == '|')
        {
          g_strv_builder_take (parts, g_strstrip (g_strdup (part->str)));
          g_string_truncate (part, 0);
          continue;
        }
      if (p[0] == '\\' && p[1] == '|')
        p++;
      g_string_append_c (part, *p);
    }
  g_strv_builder_take (parts, g_strstrip (g_strdup (part->str)));
  return g_strv_builder_end (parts);
}

char *
annex_ask_join_answers (const char *const *answers)
{
  g_autoptr (GString) text = g_string_new (NULL);

  for (guint i = 0; answers[i] != NULL; i++)
    {
      g_autoptr (GString) part = g_string_new (answers[i]);

      g_string_replace (part, "|", "\\|", 0);
      g_string_append_printf (text, "%s%s", i > 0 ? " | " : "", part->str);
    }
  return g_string_free_and_steal (g_steal_pointer (&text));
}

static JsonObject *
answer_questions (AnnexAsk *self, const char *text, GError **error)
{
  JsonArray *questions = annex_json_opt_array (annex_ask_get_json (self), "questions");
  guint n = json_array_get_length (questions);
  g_auto (GStrv) parts = n > 1 ? annex_ask_split_answers (text) : NULL;
  guint n_parts = parts != NULL ? g_strv_length (parts) : 1;
  g_autoptr (JsonObject) answer = json_object_new ();

  if (n_parts > 1 && n_parts != n)
    {
      g_set_error (error, ANNEX_JSON_ERROR, ANNEX_JSON_ERROR_VALUE,
                   "There are %u questions but %u answers", n, n_parts);
      return NULL;
    }
  for (guint i = 0; i < n; i++)
    {
      JsonObject *question = json_array_get_object_element (questions, i);
      g_autofree char *words =
          g_strstrip (g_strdup (parts != NULL ? parts[n_parts > 1 ? i : 0] : text));
      JsonNode *node = answer_one (question, words, error);

      if (node == NULL)
        return NULL;
      json_object_set_member (answer, annex_json_opt_string (question, "id", ""), node);
    }
  return g_steal_pointer (&answer);
}

/* Permissions */

static JsonObject *
answer_with (const char *label)
{
  JsonObject *answer = json_object_new ();

  json_object_set_string_member (answer, "answer", label);
  return answer;
}

static JsonObject *
answer_label (const char *words, const char *const *labels, GError **error)
{
  g_autofree char *allowed = g_strjoinv (", ", (char **) labels);

  for (; *labels != NULL; labels++)
    if (g_ascii_strcasecmp (*labels, words) == 0)
      return answer_with (*labels);
  g_set_error (error, ANNEX_JSON_ERROR, ANNEX_JSON_ERROR_VALUE, "The answer must be one of: %s",
               allowed);
  return NULL;
}

JsonObject *
annex_ask_make_answer (AnnexAsk *self, const char *text, GError **error)
{
  static const char *const network[] = { "once", "task", "always", "never", "no", NULL };
  static const char *const draft[] = { "keep", "discard", NULL };
  g_autofree char *valid = annex_text_make_valid (text, -1);
  g_autofree char *words = g_strstrip (g_strdup (valid));

  switch (annex_ask_get_kind (self))
    {
    case ANNEX_ASK_QUESTION:
      return answer_questions (self, valid, error);
    case ANNEX_ASK_NETWORK:
    case ANNEX_ASK_SITE:
    case ANNEX_ASK_CONNECTOR:
      return answer_label (words, network, error);
    case ANNEX_ASK_DRAFT:
      return answer_label (words, draft, error);
    case ANNEX_ASK_FOLDER:
      if (g_ascii_strcasecmp (words, "no") == 0)
        return answer_with ("no");
      if (g_path_is_absolute (words) && g_utf8_validate (text, -1, NULL))
        return answer_with (words);
      return refuse (error, "The answer must be a folder's whole path, or “no”");
    }
  return NULL;
}

/* Describing */

static void
describe_value (GString *out, JsonNode *node)
{
  JsonObject *object;

  if (node == NULL)
    g_string_append (out, "(no answer)");
  else if (JSON_NODE_HOLDS_ARRAY (node))
    {
      JsonArray *array = json_node_get_array (node);

      for (guint i = 0; i < json_array_get_length (array); i++)
        {
          if (i > 0)
            g_string_append (out, ", ");
          describe_value (out, json_array_get_element (array, i));
        }
    }
  else if (JSON_NODE_HOLDS_OBJECT (node))
    {
      object = json_node_get_object (node);
      if (annex_json_opt_string (object, "secret", NULL) != NULL)
        g_string_append_printf (out, "%s (a secret; its text is not shown to you)",
                                annex_json_opt_string (object, "secret", ""));
      else if (annex_json_opt_string (object, "other_text", NULL) != NULL)
        g_string_append_printf (out, "%s (the user's own words)",
                                annex_json_opt_string (object, "other_text", ""));
      else if (json_object_has_member (object, "answer"))
        describe_value (out, json_object_get_member (object, "answer"));
      else
        g_string_append (out, "(no answer)");
      if (annex_json_opt_string (object, "notes", NULL) != NULL)
        g_string_append_printf (out, " (note: %s)", annex_json_opt_string (object, "notes", ""));
    }
  else if (JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_STRING)
    g_string_append (out, json_node_get_string (node));
  else
    g_string_append (out, "(no answer)");
}

static char *
describe_questions (AnnexAsk *self, JsonObject *answer)
{
  JsonArray *questions = annex_json_opt_array (annex_ask_get_json (self), "questions");
  GString *out;

  if (annex_json_opt_boolean (answer, "dismissed", FALSE))
    return g_strdup ("The user closed the question without answering.");
  if (annex_json_opt_string (answer, "response", NULL) != NULL)
    return g_strdup_printf ("The user did not choose but replied: %s",
                            annex_json_opt_string (answer, "response", ""));
  out = g_string_new ("The user answered:");
  for (guint i = 0; i < json_array_get_length (questions); i++)
    {
      JsonObject *question = json_array_get_object_element (questions, i);
      const char *text = annex_json_opt_string (question, "question", "");
      JsonNode *node = json_object_get_member (answer, annex_json_opt_string (question, "id", ""));

      if (node == NULL)
        node = json_object_get_member (answer, text);
      g_string_append_printf (out, "\n%s\n→ ", text);
      describe_value (out, node);
    }
  return g_string_free_and_steal (out);
}

/* Of a host or of a connector's tool: both are named by the text. */
static char *
describe_grant (AnnexAsk *self, const char *label)
{
  const char *host =
      annex_json_opt_string (annex_ask_get_json (self), "host", annex_ask_get_text (self));

  if (g_str_equal (label, "once"))
    return g_strdup_printf ("The user allowed %s this once.", host);
  if (g_str_equal (label, "task"))
    return g_strdup_printf ("The user allowed %s for this task.", host);
  if (g_str_equal (label, "always"))
    return g_strdup_printf ("The user allowed %s.", host);
  if (g_str_equal (label, "no"))
    return g_strdup_printf ("The user did not allow %s this time. Go on without it.", host);
  return g_strdup_printf ("The user refused %s. Go on without it.", host);
}

char *
annex_ask_describe_answer (AnnexAsk *self, JsonObject *answer)
{
  const char *label = annex_json_opt_string (answer, "answer", "");

  switch (annex_ask_get_kind (self))
    {
    case ANNEX_ASK_QUESTION:
      return describe_questions (self, answer);
    case ANNEX_ASK_NETWORK:
    case ANNEX_ASK_SITE:
    case ANNEX_ASK_CONNECTOR:
      return describe_grant (self, label);
    case ANNEX_ASK_DRAFT:
      if (g_str_equal (label, "keep"))
        return g_strdup ("The user kept the changes.");
      if (g_str_equal (label, "discard"))
        return g_strdup ("The user discarded the changes.");
      return g_strdup ("The user has not decided about the changes.");
    case ANNEX_ASK_FOLDER:
      /* The path on the user's computer is no business of the model's. */
      if (label[0] == '/')
        return g_strdup ("The user gave you a folder.");
      return g_strdup ("The user did not give you a folder. Go on without it.");
    }
  return NULL;
}
