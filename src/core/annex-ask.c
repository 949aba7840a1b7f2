/* annex-ask.c
 *
 * See annex-ask.h: what an ask is and how it is made. Answers are in annex-ask-answer.c.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-ask.h"

#include "annex-paths.h"

#define MAX_QUESTIONS 10
#define MAX_OPTIONS 20
#define MAX_HEADER_CHARS 12
#define MAX_EXPOSURE_TEXTS 10

struct _AnnexAsk
{
  JsonObject *json;
  AnnexAskKind kind;
};

G_DEFINE_QUARK (annex_ask_error, annex_ask_error)
G_DEFINE_BOXED_TYPE (AnnexAsk, annex_ask, annex_ask_ref, annex_ask_unref)

static const char *const kind_names[] = {
  [ANNEX_ASK_QUESTION] = "question", [ANNEX_ASK_NETWORK] = "network",
  [ANNEX_ASK_FOLDER] = "folder",     [ANNEX_ASK_SITE] = "site",
  [ANNEX_ASK_DRAFT] = "draft",       [ANNEX_ASK_CONNECTOR] = "connector",
};

const char *
annex_ask_kind_to_name (AnnexAskKind kind)
{
  return kind_names[kind];
}

static gboolean
check_questions (JsonObject *json, GError **error)
{
  JsonArray *questions = annex_json_get_array (json, "questions", error);

  if (questions == NULL)
    return FALSE;
  for (guint i = 0; i < json_array_get_length (questions); i++)
    {
      JsonNode *node = json_array_get_element (questions, i);

      if (!JSON_NODE_HOLDS_OBJECT (node))
        {
          g_set_error_literal (error, ANNEX_JSON_ERROR, ANNEX_JSON_ERROR_TYPE,
                               "A question must be an object");
          return FALSE;
        }
      if (annex_json_get_string (json_node_get_object (node), "id", error) == NULL ||
          annex_json_get_string (json_node_get_object (node), "question", error) == NULL)
        return FALSE;
    }
  if (json_array_get_length (questions) > 0)
    return TRUE;
  g_set_error_literal (error, ANNEX_JSON_ERROR, ANNEX_JSON_ERROR_VALUE, "There is no question");
  return FALSE;
}

AnnexAsk *
annex_ask_new_from_json (JsonObject *json, GError **error)
{
  g_autoptr (JsonObject) taken = json;
  const char *name;
  AnnexAsk *self;
  guint kind;

  g_return_val_if_fail (json != NULL, NULL);

  if (annex_json_get_string (json, "id", error) == NULL ||
      annex_json_get_string (json, "task", error) == NULL ||
      (name = annex_json_get_string (json, "kind", error)) == NULL)
    return NULL;
  for (kind = 0; kind < G_N_ELEMENTS (kind_names); kind++)
    if (g_str_equal (kind_names[kind], name))
      break;
  if (kind == G_N_ELEMENTS (kind_names))
    {
      g_set_error_literal (error, ANNEX_JSON_ERROR, ANNEX_JSON_ERROR_VALUE,
                           "The ask is of a kind that this Annex does not know");
      return NULL;
    }
  if (kind == ANNEX_ASK_QUESTION && !check_questions (json, error))
    return NULL;
  self = g_atomic_rc_box_new0 (AnnexAsk);
  self->json = g_steal_pointer (&taken);
  self->kind = kind;
  return self;
}

/* Making */

static void
set_text (JsonObject *json, const char *name, const char *text)
{
  g_autofree char *valid = NULL;

  if (text == NULL)
    return;
  valid = annex_text_make_valid (text, -1);
  json_object_set_string_member (json, name, valid);
}

static JsonObject *
new_json (AnnexAskKind kind, const char *task_id, const char *text)
{
  JsonObject *json = json_object_new ();
  g_autofree char *id = annex_identifier_new ();

  json_object_set_string_member (json, "id", id);
  json_object_set_string_member (json, "kind", annex_ask_kind_to_name (kind));
  json_object_set_string_member (json, "task", task_id);
  set_text (json, "text", text);
  return json;
}

static void
set_options (JsonObject *json, const char *const *labels, const char *fallback)
{
  JsonArray *options = json_array_new ();

  for (; *labels != NULL; labels++)
    json_array_add_string_element (options, *labels);
  json_object_set_array_member (json, "options", options);
  if (fallback != NULL)
    json_object_set_string_member (json, "default", fallback);
  else
    json_object_set_null_member (json, "default");
}

/* For asks that were just built and cannot be wrong. */
static AnnexAsk *
new_checked (JsonObject *json)
{
  g_autoptr (GError) error = NULL;
  AnnexAsk *self = annex_ask_new_from_json (json, &error);

  if (self == NULL)
    g_error ("An ask was built wrongly: %s", error->message);
  return self;
}

/* One option: a label, or an object with one. NULL when there is no label. */
static JsonObject *
read_option (JsonNode *node)
{
  static const char *const names[] = { "label", "title", "text", "name", "value" };
  const char *label = NULL;
  JsonObject *given = NULL;
  JsonObject *option;

  if (JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_STRING)
    label = json_node_get_string (node);
  else if (JSON_NODE_HOLDS_OBJECT (node))
    given = json_node_get_object (node);
  for (guint i = 0; given != NULL && label == NULL && i < G_N_ELEMENTS (names); i++)
    label = annex_json_opt_string (given, names[i], NULL);
  if (label == NULL || label[0] == '\0')
    return NULL;
  option = json_object_new ();
  json_object_set_string_member (option, "label", label);
  if (given != NULL)
    {
      set_text (option, "description", annex_json_opt_string (given, "description", NULL));
      set_text (option, "preview", annex_json_opt_string (given, "preview", NULL));
    }
  return option;
}

static JsonArray *
read_options (JsonObject *given)
{
  JsonArray *options = json_array_new ();
  JsonArray *from = given != NULL ? annex_json_opt_array (given, "options") : NULL;

  for (guint i = 0; from != NULL && i < json_array_get_length (from) &&
                    json_array_get_length (options) < MAX_OPTIONS;
       i++)
    {
      JsonObject *option = read_option (json_array_get_element (from, i));

      if (option != NULL)
        json_array_add_object_element (options, option);
    }
  return options;
}

static gboolean
is_multiple (JsonObject *given)
{
  return annex_json_opt_boolean (given, "multi_select", FALSE) ||
         annex_json_opt_boolean (given, "multiSelect", FALSE) ||
         annex_json_opt_boolean (given, "multiple", FALSE);
}

static gboolean
id_taken (JsonArray *questions, const char *id)
{
  for (guint i = 0; i < json_array_get_length (questions); i++)
    if (g_str_equal (annex_json_opt_string (json_array_get_object_element (questions, i), "id", ""),
                     id))
      return TRUE;
  return FALSE;
}

/* Adds one question as it is stored: {id, header, question, options, multi_select, secret?}. */
static void
read_question (JsonNode *node, JsonArray *questions)
{
  JsonObject *given = JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
  const char *text = NULL;
  const char *id;
  g_autofree char *own_id = NULL;
  g_autofree char *header = NULL;
  JsonObject *question;

  if (given != NULL)
    text = annex_json_opt_string (given, "question", annex_json_opt_string (given, "text", NULL));
  else if (JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_STRING)
    text = json_node_get_string (node);
  if (text == NULL || text[0] == '\0')
    return;
  id = given != NULL ? annex_json_opt_string (given, "id", "") : "";
  for (guint n = json_array_get_length (questions) + 1; id[0] == '\0' || id_taken (questions, id);
       n++)
    {
      g_free (own_id);
      id = own_id = g_strdup_printf ("q%u", n);
    }
  header = g_strdup (given != NULL ? annex_json_opt_string (given, "header", text) : text);
  if (header[0] == '\0')
    {
      g_free (header);
      header = g_strdup (text);
    }
  if (g_utf8_strlen (header, -1) > MAX_HEADER_CHARS)
    *g_utf8_offset_to_pointer (header, MAX_HEADER_CHARS) = '\0';

  question = json_object_new ();
  json_object_set_string_member (question, "id", id);
  json_object_set_string_member (question, "header", g_strstrip (header));
  json_object_set_string_member (question, "question", text);
  json_object_set_array_member (question, "options", read_options (given));
  json_object_set_boolean_member (question, "multi_select", given != NULL && is_multiple (given));
  if (given != NULL && annex_json_opt_boolean (given, "secret", FALSE))
    json_object_set_boolean_member (question, "secret", TRUE);
  json_array_add_object_element (questions, question);
}

static JsonArray *
read_questions (JsonObject *input)
{
  JsonArray *questions = json_array_new ();
  JsonArray *given = annex_json_opt_array (input, "questions");
  const char *text = annex_json_opt_string (input, "questions", NULL);
  g_autoptr (JsonNode) parsed = text != NULL ? annex_json_parse (text, -1, NULL) : NULL;
  g_autoptr (JsonNode) whole = json_node_new (JSON_NODE_OBJECT);

  if (given == NULL && parsed != NULL && JSON_NODE_HOLDS_ARRAY (parsed))
    given = json_node_get_array (parsed);
  for (guint i = 0; given != NULL && i < json_array_get_length (given) &&
                    json_array_get_length (questions) < MAX_QUESTIONS;
       i++)
    read_question (json_array_get_element (given, i), questions);
  json_node_set_object (whole, input);
  if (json_array_get_length (questions) == 0)
    read_question (whole, questions); /* {question, options} without the list */
  return questions;
}

AnnexAsk *
annex_ask_new_question (const char *task_id, JsonObject *input, GError **error)
{
  JsonArray *questions = read_questions (input);
  g_autoptr (GString) text = g_string_new (NULL);
  JsonArray *options;
  JsonObject *json;

  if (json_array_get_length (questions) == 0)
    {
      json_array_unref (questions);
      g_set_error_literal (error, ANNEX_JSON_ERROR, ANNEX_JSON_ERROR_MISSING,
                           "“questions” must be a list of questions, each with a “question”");
      return NULL;
    }
  for (guint i = 0; i < json_array_get_length (questions); i++)
    {
      JsonObject *question = json_array_get_object_element (questions, i);

      g_string_append_printf (text, "%s%s: %s", i > 0 ? "\n" : "",
                              annex_json_opt_string (question, "header", ""),
                              annex_json_opt_string (question, "question", ""));
    }
  json = new_json (ANNEX_ASK_QUESTION, task_id, text->str);
  json_object_set_array_member (json, "questions", questions);
  options = json_array_new ();
  if (json_array_get_length (questions) == 1)
    {
      JsonArray *given =
          annex_json_opt_array (json_array_get_object_element (questions, 0), "options");

      for (guint i = 0; i < json_array_get_length (given); i++)
        json_array_add_string_element (
            options, annex_json_opt_string (json_array_get_object_element (given, i), "label", ""));
    }
  json_object_set_array_member (json, "options", options);
  json_object_set_null_member (json, "default");
  return new_checked (json);
}

AnnexAsk *
annex_ask_new_consent (const char *task_id,
                       const char *header,
                       const char *question,
                       const char *allow,
                       const char *refuse)
{
  const char *const labels[] = { allow, refuse, NULL };
  g_autofree char *text = g_strdup_printf ("%s: %s", header, question);
  JsonObject *json = new_json (ANNEX_ASK_QUESTION, task_id, text);
  JsonObject *only = json_object_new ();
  JsonArray *options = json_array_new ();
  JsonArray *questions = json_array_new ();

  for (guint i = 0; labels[i] != NULL; i++)
    {
      JsonObject *option = json_object_new ();

      json_object_set_string_member (option, "label", labels[i]);
      json_array_add_object_element (options, option);
    }
  json_object_set_string_member (only, "id", "consent");
  json_object_set_string_member (only, "header", header);
  set_text (only, "question", question);
  json_object_set_array_member (only, "options", options);
  json_object_set_boolean_member (only, "multi_select", FALSE);
  json_object_set_boolean_member (only, "exact", TRUE);
  json_array_add_object_element (questions, only);
  json_object_set_array_member (json, "questions", questions);
  set_options (json, labels, refuse);
  return new_checked (json);
}

gboolean
annex_ask_is_reopened (AnnexAsk *self)
{
  return annex_json_opt_string (annex_ask_get_json (self), "reopens", NULL) != NULL;
}

AnnexAsk *
annex_ask_new_again (AnnexAsk *self)
{
  static const char *const own[] = { "expires", "tool_use", "reopens" };
  JsonObject *json = annex_json_object_copy (annex_ask_get_json (self));
  g_autofree char *id = annex_identifier_new ();

  for (guint i = 0; i < G_N_ELEMENTS (own); i++)
    if (json_object_has_member (json, own[i]))
      json_object_remove_member (json, own[i]);
  json_object_set_string_member (json, "id", id);
  json_object_set_string_member (json, "reopens", annex_ask_get_id (self));
  return new_checked (json);
}

gboolean
annex_ask_is_exact (JsonObject *question)
{
  return annex_json_opt_boolean (question, "exact", FALSE);
}

/* As many as a person reads. */
static JsonArray *
new_texts (const char *const *texts)
{
  JsonArray *array = json_array_new ();

  for (guint i = 0; texts[i] != NULL && i < MAX_EXPOSURE_TEXTS; i++)
    {
      g_autofree char *valid = annex_text_make_valid (texts[i], -1);

      json_array_add_string_element (array, valid);
    }
  return array;
}

static AnnexAsk *
new_host_ask (AnnexAskKind kind, const char *task_id, const char *host, const char *reason)
{
  static const char *const labels[] = { "once", "task", "always", "never", NULL };
  /* The host alone: an answer prepared for one host must not match another's reason. */
  JsonObject *json = new_json (kind, task_id, host);

  set_text (json, "host", host);
  set_text (json, "reason", reason);
  set_options (json, labels, "never");
  return new_checked (json);
}

AnnexAsk *
annex_ask_new_network (const char *task_id, const char *host, const char *reason)
{
  return new_host_ask (ANNEX_ASK_NETWORK, task_id, host, reason);
}

AnnexAsk *
annex_ask_new_network_tainted (const char *task_id,
                               const char *host,
                               const char *reason,
                               const AnnexAskTaint *taint)
{
  g_autoptr (AnnexAsk) plain = annex_ask_new_network (task_id, host, reason);
  JsonObject *json = annex_json_object_copy (annex_ask_get_json (plain));

  json_object_set_array_member (json, "read", new_texts (taint->read));
  json_object_set_array_member (json, "holds", new_texts (taint->holds));
  json_object_set_int_member (json, "files", taint->n_files);
  json_object_set_int_member (json, "secrets", taint->n_secrets);
  json_object_set_int_member (json, "sent_bytes", (gint64) MIN (taint->sent_bytes, G_MAXINT64));
  return new_checked (json);
}

AnnexAsk *
annex_ask_new_site (const char *task_id, const char *site, const char *reason)
{
  return new_host_ask (ANNEX_ASK_SITE, task_id, site, reason);
}

AnnexAsk *
annex_ask_new_folder (const char *task_id, const char *reason, const char *suggestion)
{
  static const char *const labels[] = { "no", NULL };
  g_autofree char *text =
      suggestion != NULL ? g_strdup_printf ("%s\n%s", reason, suggestion) : g_strdup (reason);
  JsonObject *json = new_json (ANNEX_ASK_FOLDER, task_id, text);

  set_text (json, "reason", reason);
  set_text (json, "path", suggestion);
  set_options (json, labels, "no");
  return new_checked (json);
}

AnnexAsk *
annex_ask_new_draft (const char *task_id, const char *share_id, const char *summary)
{
  static const char *const labels[] = { "keep", "discard", NULL };
  JsonObject *json = new_json (ANNEX_ASK_DRAFT, task_id, summary);

  json_object_set_string_member (json, "share", share_id);
  /* No default: a draft that nobody judged stays a draft. */
  set_options (json, labels, NULL);
  return new_checked (json);
}

static void
append_argument (GString *out, const char *name, JsonNode *node)
{
  g_autofree char *label = g_strdup (name);
  g_autofree char *value =
      JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_STRING
          ? json_node_dup_string (node)
          : annex_json_to_string (node);
  g_auto (GStrv) lines = g_strsplit (value, "\n", -1);
  gboolean many = lines[0] != NULL && lines[1] != NULL;

  g_strdelimit (label, "\r\n\t", ' ');
  g_string_append_printf (out, "%s%s:", out->len > 0 ? "\n" : "", g_strstrip (label));
  for (guint i = 0; lines[i] != NULL; i++)
    g_string_append_printf (out, "%s%s", many ? "\n    " : " ", lines[i]);
}

char *
annex_ask_describe_arguments (JsonObject *arguments)
{
  GString *out = g_string_new (NULL);
  JsonObjectIter iter;
  const char *name;
  JsonNode *node;

  json_object_iter_init_ordered (&iter, arguments);
  while (json_object_iter_next_ordered (&iter, &name, &node))
    append_argument (out, name, node);
  return g_string_free_and_steal (out);
}

AnnexAsk *
annex_ask_new_connector (const char *task_id,
                         const AnnexConnectorMatch *match,
                         JsonObject *arguments)
{
  static const char *const labels[] = { "once", "task", "always", "never", NULL };
  const AnnexConnectorTool *tool = match->tool;
  /* The tool alone: an answer prepared for one must not match another's arguments. */
  JsonObject *json = new_json (ANNEX_ASK_CONNECTOR, task_id, tool->model_name);
  g_autofree char *shown = annex_ask_describe_arguments (arguments);

  set_text (json, "connector", match->connector);
  set_text (json, "title", match->connector_title);
  set_text (json, "tool", tool->name);
  set_text (json, "tool_title", tool->title);
  set_text (json, "effect", annex_connector_effect_to_name (tool->effect));
  if (tool->destructive)
    json_object_set_boolean_member (json, "destructive", TRUE);
  set_text (json, "arguments", shown);
  set_text (json, "digest", match->digest);
  if (tool->unapproved)
    {
      set_text (json, "before", tool->before);
      set_text (json, "after", tool->after);
    }
  set_options (json, labels, "never");
  return new_checked (json);
}

AnnexAsk *
annex_ask_ref (AnnexAsk *self)
{
  return g_atomic_rc_box_acquire (self);
}

static void
clear (gpointer data)
{
  AnnexAsk *self = data;

  json_object_unref (self->json);
}

void
annex_ask_unref (AnnexAsk *self)
{
  g_atomic_rc_box_release_full (self, clear);
}

const char *
annex_ask_get_id (AnnexAsk *self)
{
  return annex_json_opt_string (self->json, "id", "");
}

AnnexAskKind
annex_ask_get_kind (AnnexAsk *self)
{
  return self->kind;
}

const char *
annex_ask_get_task_id (AnnexAsk *self)
{
  return annex_json_opt_string (self->json, "task", "");
}

const char *
annex_ask_get_text (AnnexAsk *self)
{
  return annex_json_opt_string (self->json, "text", "");
}

JsonObject *
annex_ask_get_json (AnnexAsk *self)
{
  return self->json;
}
