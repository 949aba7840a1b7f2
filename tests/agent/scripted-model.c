/* scripted-model.c
 *
 * See scripted-model.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "scripted-model.h"

#include "annex-future.h"
#include "annex-model-window.h"

typedef enum {
  STEP_REPLY,
  STEP_FAILURE,
  STEP_RETRIED,
  STEP_HANG,
} StepKind;

typedef struct
{
  StepKind kind;
  char *blocks;
  int code;
} Step;

struct _ScriptedModel
{
  GObject parent_instance;
  GPtrArray *steps;
  GPtrArray *calls; /* messages as text */
  GPtrArray *systems;
  GPtrArray *tools;
  gint64 prompt_tokens;
  guint64 window;
};

static void
window_iface_init (AnnexModelWindowInterface *iface);

static void
model_iface_init (AnnexModelInterface *iface);
G_DEFINE_FINAL_TYPE_WITH_CODE (ScriptedModel,
                               scripted_model,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (ANNEX_TYPE_MODEL, model_iface_init)
                                   G_IMPLEMENT_INTERFACE (ANNEX_TYPE_MODEL_WINDOW,
                                                          window_iface_init))

static void
step_free (gpointer data)
{
  Step *step = data;

  g_free (step->blocks);
  g_free (step);
}

static void
scripted_model_finalize (GObject *object)
{
  ScriptedModel *self = SCRIPTED_MODEL (object);

  g_ptr_array_unref (self->steps);
  g_ptr_array_unref (self->calls);
  g_ptr_array_unref (self->systems);
  g_ptr_array_unref (self->tools);
  G_OBJECT_CLASS (scripted_model_parent_class)->finalize (object);
}

static void
scripted_model_class_init (ScriptedModelClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = scripted_model_finalize;
}

static void
scripted_model_init (ScriptedModel *self)
{
  self->steps = g_ptr_array_new_with_free_func (step_free);
  self->calls = g_ptr_array_new_with_free_func (g_free);
  self->systems = g_ptr_array_new_with_free_func (g_free);
  self->tools = g_ptr_array_new_with_free_func (g_free);
  self->prompt_tokens = 10;
}

ScriptedModel *
scripted_model_new (void)
{
  return g_object_new (SCRIPTED_TYPE_MODEL, NULL);
}

static void
add (ScriptedModel *self, StepKind kind, const char *blocks, int code)
{
  Step *step = g_new0 (Step, 1);

  step->kind = kind;
  step->blocks = g_strdup (blocks);
  step->code = code;
  g_ptr_array_add (self->steps, step);
}

void
scripted_model_add (ScriptedModel *self, const char *blocks, AnnexStopReason stop_reason)
{
  add (self, STEP_REPLY, blocks, stop_reason);
}

void
scripted_model_add_failure (ScriptedModel *self, const char *blocks_before, AnnexModelError code)
{
  add (self, STEP_FAILURE, blocks_before, code);
}

void
scripted_model_add_retried (ScriptedModel *self, const char *blocks)
{
  add (self, STEP_RETRIED, blocks, ANNEX_STOP_END_TURN);
}

void
scripted_model_add_hang (ScriptedModel *self, const char *blocks)
{
  add (self, STEP_HANG, blocks, 0);
}

void
scripted_model_set_prompt (ScriptedModel *self, gint64 prompt_tokens)
{
  self->prompt_tokens = prompt_tokens;
}

void
scripted_model_set_window (ScriptedModel *self, guint64 tokens)
{
  self->window = tokens;
}

guint
scripted_model_get_n_calls (ScriptedModel *self)
{
  return self->calls->len;
}

const char *
scripted_model_get_messages (ScriptedModel *self, guint index)
{
  return g_ptr_array_index (self->calls, index);
}

const char *
scripted_model_get_system (ScriptedModel *self, guint index)
{
  return g_ptr_array_index (self->systems, index);
}

const char *
scripted_model_get_tools (ScriptedModel *self, guint index)
{
  return g_ptr_array_index (self->tools, index);
}

static char *
messages_to_text (GPtrArray *messages)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < messages->len; i++)
    {
      AnnexMessage *message = g_ptr_array_index (messages, i);
      GPtrArray *blocks = annex_message_get_blocks (message);

      g_string_append (text, annex_message_get_role (message) == ANNEX_ROLE_USER ? "user:"
                                                                                 : "assistant:");
      for (guint j = 0; j < blocks->len; j++)
        {
          g_autofree char *json =
              annex_json_object_to_string (annex_block_get_json (g_ptr_array_index (blocks, j)));

          g_string_append (text, json);
        }
      g_string_append_c (text, '\n');
    }
  return g_string_free (text, FALSE);
}

static GPtrArray *
parse_blocks (const char *text)
{
  GPtrArray *blocks = g_ptr_array_new_with_free_func ((GDestroyNotify) annex_block_unref);
  g_autoptr (JsonNode) node = annex_json_parse (text, -1, NULL);
  JsonArray *array = json_node_get_array (node);

  for (guint i = 0; i < json_array_get_length (array); i++)
    {
      GError *error = NULL;
      AnnexBlock *block = annex_block_new (
          annex_json_object_copy (json_array_get_object_element (array, i)), &error);

      g_assert_no_error (error);
      g_ptr_array_add (blocks, block);
    }
  return blocks;
}

static void
stream (const AnnexModelRequest *request, GPtrArray *blocks, guint n)
{
  for (guint i = 0; i < n; i++)
    {
      AnnexBlock *block = g_ptr_array_index (blocks, i);
      AnnexDelta delta = { .kind = ANNEX_DELTA_TEXT,
                           .index = i,
                           .text = annex_block_get_text (block) };

      if (request->on_delta != NULL && annex_block_get_kind (block) == ANNEX_BLOCK_TEXT)
        request->on_delta (&delta, request->user_data);
      if (request->on_block != NULL)
        request->on_block (i, block, request->user_data);
    }
}

/* All but the end of the last one, which is not finished. */
static void
stream_partly (const AnnexModelRequest *request, GPtrArray *blocks)
{
  AnnexDelta delta = { .kind = ANNEX_DELTA_TEXT };

  if (blocks->len == 0)
    return;
  stream (request, blocks, blocks->len - 1);
  delta.index = blocks->len - 1;
  delta.text = annex_block_get_text (g_ptr_array_index (blocks, delta.index));
  if (delta.text != NULL)
    request->on_delta (&delta, request->user_data);
}

static DexFuture *
cancelled_cb (DexFuture *future, gpointer data)
{
  return annex_future_new_errorf (G_IO_ERROR, G_IO_ERROR_CANCELLED, "It was stopped");
}

/* As if it were another machine's. */
static void
tell_traffic (const AnnexModelRequest *request, const GError *failure)
{
  AnnexModelTraffic traffic = { .host = "models.example", .port = 443 };

  if (request->on_traffic == NULL)
    return;
  dex_future_disown (request->on_traffic (&traffic, request->user_data));
  traffic.ended = TRUE;
  traffic.bytes_up = 1000;
  traffic.bytes_down = 20;
  traffic.failure = failure;
  g_assert_null (request->on_traffic (&traffic, request->user_data));
}

static DexFuture *
scripted_send (AnnexModel *model, const AnnexModelRequest *request, DexFuture *cancel)
{
  ScriptedModel *self = SCRIPTED_MODEL (model);
  g_autoptr (GPtrArray) blocks = NULL;
  AnnexModelReply *reply;
  Step *step;

  g_assert_cmpuint (self->calls->len, <, self->steps->len);
  step = g_ptr_array_index (self->steps, self->calls->len);
  g_ptr_array_add (self->calls, messages_to_text (request->messages));
  g_ptr_array_add (self->systems, g_strdup (request->system));
  g_ptr_array_add (self->tools, g_strdup (request->tools));
  blocks = parse_blocks (step->blocks);
  if (step->kind == STEP_HANG)
    {
      stream_partly (request, blocks);
      return dex_future_catch (dex_ref (cancel), cancelled_cb, NULL, NULL);
    }
  if (step->kind == STEP_RETRIED)
    {
      AnnexDelta retry = { .kind = ANNEX_DELTA_RETRY,
                           .text = "The answer broke off.",
                           .retry_in_ms = 5 };

      stream (request, blocks, 1);
      request->on_delta (&retry, request->user_data);
    }
  stream (request, blocks, blocks->len);
  if (step->kind == STEP_FAILURE)
    {
      GError *failure =
          g_error_new (ANNEX_MODEL_ERROR, step->code, "The model failed as the test said");

      tell_traffic (request, failure);
      return annex_future_new_error (failure);
    }
  tell_traffic (request, NULL);
  reply = annex_model_reply_new ();
  g_clear_pointer (&reply->blocks, g_ptr_array_unref);
  reply->blocks = g_ptr_array_ref (blocks);
  reply->stop_reason = step->code;
  reply->model = g_strdup ("scripted");
  reply->usage.input_tokens = self->prompt_tokens;
  reply->usage.output_tokens = 5;
  reply->usage.cost_usd = 0.01;
  return dex_future_new_take_boxed (ANNEX_TYPE_MODEL_REPLY, reply);
}

static const char *
scripted_provider (AnnexModel *model)
{
  return "scripted";
}

static char *
scripted_base_url (AnnexModel *model)
{
  return NULL;
}

static void
model_iface_init (AnnexModelInterface *iface)
{
  iface->send = scripted_send;
  iface->get_provider = scripted_provider;
  iface->get_model = scripted_provider;
  iface->dup_base_url = scripted_base_url;
}

static DexFuture *
scripted_window (AnnexModelWindow *model, const char *id)
{
  return dex_future_new_for_uint64 (SCRIPTED_MODEL (model)->window);
}

static void
window_iface_init (AnnexModelWindowInterface *iface)
{
  iface->find = scripted_window;
}
