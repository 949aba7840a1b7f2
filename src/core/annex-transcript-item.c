/* annex-transcript-item.c
 *
 * One item of a transcript: what it holds of its events, and how it changes.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-transcript-private.h"

#include <string.h>

#define MAX_OUTPUT_BYTES (16 * 1024)
#define MAX_LINE_BYTES 400

G_DEFINE_FINAL_TYPE (AnnexTranscriptItem, annex_transcript_item, G_TYPE_OBJECT)

enum {
  PROP_0,
  PROP_REVISION,
  N_PROPS,
};

static GParamSpec *properties[N_PROPS];

static void
annex_transcript_item_finalize (GObject *object)
{
  AnnexTranscriptItem *self = ANNEX_TRANSCRIPT_ITEM (object);

  g_clear_pointer (&self->event, annex_event_unref);
  g_clear_pointer (&self->finish, annex_event_unref);
  g_clear_pointer (&self->answer, json_object_unref);
  g_clear_pointer (&self->ask, annex_ask_unref);
  g_clear_pointer (&self->folders, g_ptr_array_unref);
  g_clear_object (&self->children);
  if (self->stream != NULL)
    g_string_free (self->stream, TRUE);
  if (self->output != NULL)
    g_string_free (self->output, TRUE);
  g_free (self->text);
  g_free (self->tool);
  g_free (self->call);
  G_OBJECT_CLASS (annex_transcript_item_parent_class)->finalize (object);
}

static void
annex_transcript_item_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  if (id == PROP_REVISION)
    g_value_set_uint (value, ANNEX_TRANSCRIPT_ITEM (object)->revision);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
annex_transcript_item_class_init (AnnexTranscriptItemClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->finalize = annex_transcript_item_finalize;
  object_class->get_property = annex_transcript_item_get_property;
  properties[PROP_REVISION] = g_param_spec_uint ("revision", NULL, NULL, 0, G_MAXUINT, 0,
                                                 G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
annex_transcript_item_init (AnnexTranscriptItem *self)
{
  self->duration_ms = -1;
  self->silent = TRUE;
}

AnnexTranscriptItem *
annex_transcript_item_new (AnnexItemKind kind, AnnexEvent *event)
{
  AnnexTranscriptItem *self = g_object_new (ANNEX_TYPE_TRANSCRIPT_ITEM, NULL);

  self->kind = kind;
  if (event != NULL)
    {
      self->event = annex_event_ref (event);
      self->seq = annex_event_get_seq (event);
      self->time_us = self->began_us = annex_event_get_time_us (event);
      self->finished = kind != ANNEX_ITEM_STEP;
    }
  else
    self->time_us = self->began_us = g_get_real_time ();
  return self;
}

void
annex_transcript_item_changed (AnnexTranscriptItem *self)
{
  if (self->silent)
    return;
  self->revision++;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_REVISION]);
}

void
annex_transcript_item_set_finish (AnnexTranscriptItem *self, AnnexEvent *finish)
{
  gint64 duration_ms = annex_json_opt_int (annex_event_get_data (finish), "duration_ms", -1);

  g_clear_pointer (&self->finish, annex_event_unref);
  g_clear_pointer (&self->text, g_free);
  if (self->output != NULL)
    g_string_free (g_steal_pointer (&self->output), TRUE);
  self->finish = annex_event_ref (finish);
  self->finished = TRUE;
  if (duration_ms < 0)
    duration_ms = (annex_event_get_time_us (finish) - self->began_us) / 1000;
  self->duration_ms = MAX (duration_ms, 0);
  annex_transcript_item_changed (self);
}

void
annex_transcript_item_commit (AnnexTranscriptItem *self, AnnexEvent *event)
{
  JsonObject *block = annex_json_opt_object (annex_event_get_data (event), "block");

  g_clear_pointer (&self->event, annex_event_unref);
  g_clear_pointer (&self->text, g_free);
  g_clear_pointer (&self->tool, g_free);
  g_clear_pointer (&self->call, g_free);
  if (self->stream != NULL)
    g_string_free (g_steal_pointer (&self->stream), TRUE);
  self->event = annex_event_ref (event);
  self->block = block;
  self->seq = annex_event_get_seq (event);
  self->time_us = self->began_us = annex_event_get_time_us (event);
  self->finished = self->kind != ANNEX_ITEM_STEP;
  if (self->kind == ANNEX_ITEM_STEP)
    {
      self->tool = annex_text_make_valid (annex_json_opt_string (block, "name", ""), -1);
      self->call = g_strdup (annex_json_opt_string (block, "id", NULL));
    }
  annex_transcript_item_changed (self);
}

void
annex_transcript_item_set_answer (AnnexTranscriptItem *self, AnnexEvent *answer)
{
  JsonObject *data = annex_event_get_data (answer);
  JsonObject *object = annex_json_opt_object (data, "answer");

  g_clear_pointer (&self->answer, json_object_unref);
  self->expired = annex_event_get_event_type (answer) == ANNEX_EVENT_ASK_EXPIRED;
  self->answered = TRUE;
  self->answer = object != NULL ? json_object_ref (object) : json_object_new ();
  annex_transcript_item_changed (self);
}

/* Children */

static AnnexTranscriptItem *
find_child (AnnexTranscriptItem *self, const char *call)
{
  guint n = self->children != NULL ? g_list_model_get_n_items (G_LIST_MODEL (self->children)) : 0;

  for (guint i = n; i > 0; i--)
    {
      g_autoptr (AnnexTranscriptItem) child =
          g_list_model_get_item (G_LIST_MODEL (self->children), i - 1);

      if (g_strcmp0 (child->call, call) == 0)
        return child; /* the list keeps it */
    }
  return NULL;
}

void
annex_transcript_item_add_child_event (AnnexTranscriptItem *self, AnnexEvent *event)
{
  JsonObject *data = annex_event_get_data (event);
  const char *call = annex_json_opt_string (data, "tool_use_id", NULL);
  AnnexTranscriptItem *child;

  if (call == NULL)
    return;
  if (annex_event_get_event_type (event) == ANNEX_EVENT_TOOL_STARTED)
    {
      g_autoptr (AnnexTranscriptItem) item = annex_transcript_item_new (ANNEX_ITEM_STEP, event);

      item->silent = FALSE;
      item->tool = annex_text_make_valid (annex_json_opt_string (data, "name", ""), -1);
      item->call = g_strdup (call);
      if (self->children == NULL)
        self->children = g_list_store_new (ANNEX_TYPE_TRANSCRIPT_ITEM);
      g_list_store_append (self->children, item);
    }
  else
    {
      child = find_child (self, call);
      if (child == NULL || child->finish != NULL)
        return;
      annex_transcript_item_set_finish (child, event);
    }
  annex_transcript_item_changed (self);
}

/* Getters */

AnnexItemKind
annex_transcript_item_get_kind (AnnexTranscriptItem *self)
{
  return self->kind;
}

gint64
annex_transcript_item_get_seq (AnnexTranscriptItem *self)
{
  return self->seq;
}

gint64
annex_transcript_item_get_time_us (AnnexTranscriptItem *self)
{
  return self->time_us;
}

gint64
annex_transcript_item_get_began_us (AnnexTranscriptItem *self)
{
  return self->began_us;
}

gboolean
annex_transcript_item_is_finished (AnnexTranscriptItem *self)
{
  return self->finished;
}

guint
annex_transcript_item_get_revision (AnnexTranscriptItem *self)
{
  return self->revision;
}

static void
append_text (GString *text, const char *part)
{
  if (part[0] == '\0')
    return;
  if (text->len > 0)
    g_string_append (text, "\n\n");
  g_string_append (text, part);
}

static char *
join_text_blocks (JsonArray *blocks)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; blocks != NULL && i < json_array_get_length (blocks); i++)
    {
      JsonNode *node = json_array_get_element (blocks, i);
      JsonObject *block = JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;

      if (block != NULL && g_str_equal (annex_json_opt_string (block, "type", ""), "text"))
        append_text (text, annex_json_opt_string (block, "text", ""));
    }
  return g_string_free_and_steal (text);
}

static char *
read_text (AnnexTranscriptItem *self)
{
  JsonObject *data = self->event != NULL ? annex_event_get_data (self->event) : NULL;
  JsonObject *result;

  switch (self->kind)
    {
    case ANNEX_ITEM_USER:
      return join_text_blocks (annex_json_opt_array (data, "blocks"));
    case ANNEX_ITEM_TEXT:
      return g_strdup (annex_json_opt_string (self->block, "text", ""));
    case ANNEX_ITEM_THINKING:
      return g_strdup (annex_json_opt_string (self->block, "thinking", ""));
    case ANNEX_ITEM_STEP:
      result = annex_transcript_item_get_result (self);
      if (result == NULL)
        return g_strdup ("");
      if (annex_json_opt_array (result, "content") != NULL)
        return join_text_blocks (annex_json_opt_array (result, "content"));
      return g_strdup (annex_json_opt_string (result, "content", ""));
    case ANNEX_ITEM_NOTICE:
      return g_strdup (
          annex_json_opt_string (data, "message", annex_json_opt_string (data, "reason", "")));
    case ANNEX_ITEM_ERROR:
      return g_strdup (annex_json_opt_string (data, "message", ""));
    case ANNEX_ITEM_ASK:
      return g_strdup (annex_ask_get_text (self->ask));
    case ANNEX_ITEM_RESULT:
    case ANNEX_ITEM_DRAFT:
      return g_strdup ("");
    }
  return g_strdup ("");
}

const char *
annex_transcript_item_get_text (AnnexTranscriptItem *self)
{
  if (self->stream != NULL)
    return self->stream->str;
  if (self->text == NULL)
    self->text = read_text (self);
  return self->text;
}

const char *
annex_transcript_item_get_tool (AnnexTranscriptItem *self)
{
  return self->tool != NULL ? self->tool : "";
}

JsonObject *
annex_transcript_item_get_input (AnnexTranscriptItem *self)
{
  JsonObject *data;

  if (self->block != NULL)
    return annex_json_opt_object (self->block, "input");
  data = self->event != NULL ? annex_event_get_data (self->event) : NULL;
  return data != NULL ? annex_json_opt_object (data, "input") : NULL;
}

JsonObject *
annex_transcript_item_get_result (AnnexTranscriptItem *self)
{
  return self->finish != NULL
             ? annex_json_opt_object (annex_event_get_data (self->finish), "result")
             : NULL;
}

gint64
annex_transcript_item_get_duration_ms (AnnexTranscriptItem *self)
{
  return self->duration_ms;
}

gboolean
annex_transcript_item_is_stopped (AnnexTranscriptItem *self)
{
  return self->finish != NULL &&
         annex_json_opt_boolean (annex_event_get_data (self->finish), "stopped", FALSE);
}

gboolean
annex_transcript_item_is_error (AnnexTranscriptItem *self)
{
  JsonObject *result = annex_transcript_item_get_result (self);

  return self->kind == ANNEX_ITEM_ERROR ||
         (result != NULL && annex_json_opt_boolean (result, "is_error", FALSE) &&
          !annex_transcript_item_is_stopped (self));
}

gboolean
annex_transcript_item_is_edited (AnnexTranscriptItem *self)
{
  return self->edited;
}

GPtrArray *
annex_transcript_item_get_folders (AnnexTranscriptItem *self)
{
  return self->folders;
}

AnnexEvent *
annex_transcript_item_get_event (AnnexTranscriptItem *self)
{
  return self->event;
}

AnnexAsk *
annex_transcript_item_get_ask (AnnexTranscriptItem *self)
{
  return self->ask;
}

JsonObject *
annex_transcript_item_get_answer (AnnexTranscriptItem *self)
{
  return self->answer;
}

gboolean
annex_transcript_item_has_expired (AnnexTranscriptItem *self)
{
  return self->expired;
}

GListModel *
annex_transcript_item_get_children (AnnexTranscriptItem *self)
{
  return self->children != NULL ? G_LIST_MODEL (self->children) : NULL;
}

/* Output */

void
annex_transcript_item_add_output (AnnexTranscriptItem *self, GBytes *piece)
{
  gsize length;
  const char *bytes = g_bytes_get_data (piece, &length);

  if (self->output == NULL)
    self->output = g_string_new (NULL);
  if (length > MAX_OUTPUT_BYTES)
    {
      bytes += length - MAX_OUTPUT_BYTES;
      length = MAX_OUTPUT_BYTES;
    }
  g_string_append_len (self->output, bytes, (gssize) length);
  if (self->output->len > 2 * MAX_OUTPUT_BYTES) /* seldom, however small the pieces are */
    g_string_erase (self->output, 0, (gssize) (self->output->len - MAX_OUTPUT_BYTES));
}

/* A progress bar goes back to the beginning of its line: what was written last is what one sees. */
static void
append_line (GString *out, const char *line, gsize length)
{
  while (length > 0 && line[length - 1] == '\r')
    length--;
  for (gsize i = length; i > 0; i--)
    if (line[i - 1] == '\r')
      {
        line += i;
        length -= i;
        break;
      }
  if (out->len > 0)
    g_string_append_c (out, '\n');
  g_string_append_len (out, line, (gssize) MIN (length, MAX_LINE_BYTES));
  if (length > MAX_LINE_BYTES)
    g_string_append (out, "…");
}

char *
annex_transcript_item_dup_output (AnnexTranscriptItem *self, guint n_lines)
{
  g_autoptr (GString) out = g_string_new (NULL);
  const char *text;
  gsize end;
  gsize start;

  g_return_val_if_fail (ANNEX_IS_TRANSCRIPT_ITEM (self), NULL);

  if (self->output == NULL || self->finished || n_lines == 0)
    return g_strdup ("");
  text = self->output->str;
  for (end = self->output->len; end > 0 && text[end - 1] == '\n'; end--)
    ;
  for (start = end; start > 0; start--)
    if (text[start - 1] == '\n' && --n_lines == 0)
      break;
  while (start < end)
    {
      const char *newline = memchr (text + start, '\n', end - start);
      gsize length = newline != NULL ? (gsize) (newline - text) - start : end - start;

      append_line (out, text + start, length);
      start += length + 1;
    }
  return annex_text_make_valid (out->str, (gssize) out->len);
}
