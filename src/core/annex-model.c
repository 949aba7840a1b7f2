/* annex-model.c
 *
 * See annex-model.h: the port's dispatch, and the plain values that cross it.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-model.h"

#include "annex-spoken.h"

#include <gio/gio.h>

ANNEX_DEFINE_SPOKEN_DOMAIN (annex_model_error)
G_DEFINE_INTERFACE (AnnexModel, annex_model, G_TYPE_OBJECT)
G_DEFINE_BOXED_TYPE (AnnexModelRequest,
                     annex_model_request,
                     annex_model_request_copy,
                     annex_model_request_free)
G_DEFINE_BOXED_TYPE (AnnexModelReply,
                     annex_model_reply,
                     annex_model_reply_copy,
                     annex_model_reply_free)

static void
annex_model_default_init (AnnexModelInterface *iface)
{
}

const char *
annex_model_error_name (AnnexModelError code)
{
  switch (code)
    {
    case ANNEX_MODEL_ERROR_NO_KEY:
      return "no-key";
    case ANNEX_MODEL_ERROR_AUTH:
      return "auth";
    case ANNEX_MODEL_ERROR_BILLING:
      return "billing";
    case ANNEX_MODEL_ERROR_PERMISSION:
      return "permission";
    case ANNEX_MODEL_ERROR_NOT_FOUND:
      return "not-found";
    case ANNEX_MODEL_ERROR_TOO_LARGE:
      return "too-large";
    case ANNEX_MODEL_ERROR_CONTEXT_FULL:
      return "context-full";
    case ANNEX_MODEL_ERROR_RATE_LIMITED:
      return "rate-limited";
    case ANNEX_MODEL_ERROR_OVERLOADED:
      return "overloaded";
    case ANNEX_MODEL_ERROR_SERVER:
      return "server";
    case ANNEX_MODEL_ERROR_INVALID:
      return "invalid";
    case ANNEX_MODEL_ERROR_OFFLINE:
      return "offline";
    case ANNEX_MODEL_ERROR_CUT:
      return "cut";
    case ANNEX_MODEL_ERROR_TIMED_OUT:
      return "timed-out";
    case ANNEX_MODEL_ERROR_PROTOCOL:
      return "protocol";
    }
  return "unknown";
}

static const struct
{
  const char *name;
  AnnexStopReason reason;
} reasons[] = {
  { "end_turn", ANNEX_STOP_END_TURN },
  { "tool_use", ANNEX_STOP_TOOL_USE },
  { "max_tokens", ANNEX_STOP_MAX_TOKENS },
  { "pause_turn", ANNEX_STOP_PAUSE_TURN },
  { "refusal", ANNEX_STOP_REFUSAL },
  { "model_context_window_exceeded", ANNEX_STOP_CONTEXT_FULL },
  { "other", ANNEX_STOP_OTHER },
  { "stop_sequence", ANNEX_STOP_END_TURN },
};

const char *
annex_stop_reason_to_name (AnnexStopReason reason)
{
  return reason <= ANNEX_STOP_OTHER ? reasons[reason].name : "other";
}

AnnexStopReason
annex_stop_reason_from_name (const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (reasons); i++)
    if (g_strcmp0 (name, reasons[i].name) == 0)
      return reasons[i].reason;
  return ANNEX_STOP_OTHER;
}

AnnexModelRequest *
annex_model_request_new (void)
{
  AnnexModelRequest *self = g_new0 (AnnexModelRequest, 1);

  self->messages = g_ptr_array_new_with_free_func ((GDestroyNotify) annex_message_unref);
  return self;
}

AnnexModelRequest *
annex_model_request_copy (const AnnexModelRequest *self)
{
  AnnexModelRequest *copy = g_new0 (AnnexModelRequest, 1);

  *copy = *self;
  copy->model = g_strdup (self->model);
  copy->system = g_strdup (self->system);
  copy->tools = g_strdup (self->tools);
  copy->messages = g_ptr_array_new_with_free_func ((GDestroyNotify) annex_message_unref);
  for (guint i = 0; self->messages != NULL && i < self->messages->len; i++)
    g_ptr_array_add (copy->messages, annex_message_ref (g_ptr_array_index (self->messages, i)));
  return copy;
}

void
annex_model_request_free (AnnexModelRequest *self)
{
  g_free (self->model);
  g_free (self->system);
  g_free (self->tools);
  g_clear_pointer (&self->messages, g_ptr_array_unref);
  g_free (self);
}

AnnexModelReply *
annex_model_reply_new (void)
{
  AnnexModelReply *self = g_new0 (AnnexModelReply, 1);

  self->blocks = g_ptr_array_new_with_free_func ((GDestroyNotify) annex_block_unref);
  self->stop_reason = ANNEX_STOP_OTHER;
  self->usage.cost_usd = -1;
  return self;
}

AnnexModelReply *
annex_model_reply_copy (const AnnexModelReply *self)
{
  AnnexModelReply *copy = g_new0 (AnnexModelReply, 1);

  *copy = *self;
  copy->blocks = g_ptr_array_new_with_free_func ((GDestroyNotify) annex_block_unref);
  for (guint i = 0; self->blocks != NULL && i < self->blocks->len; i++)
    g_ptr_array_add (copy->blocks, annex_block_ref (g_ptr_array_index (self->blocks, i)));
  copy->stop_detail = g_strdup (self->stop_detail);
  copy->model = g_strdup (self->model);
  copy->request_id = g_strdup (self->request_id);
  return copy;
}

void
annex_model_reply_free (AnnexModelReply *self)
{
  g_clear_pointer (&self->blocks, g_ptr_array_unref);
  g_free (self->stop_detail);
  g_free (self->model);
  g_free (self->request_id);
  g_free (self);
}

/* Dispatch */

DexFuture *
annex_model_send (AnnexModel *self, const AnnexModelRequest *request, DexFuture *cancel)
{
  dex_return_error_if_fail (ANNEX_IS_MODEL (self));
  dex_return_error_if_fail (request != NULL);

  return ANNEX_MODEL_GET_IFACE (self)->send (self, request, cancel);
}

DexFuture *
annex_model_check (AnnexModel *self)
{
  dex_return_error_if_fail (ANNEX_IS_MODEL (self));

  return ANNEX_MODEL_GET_IFACE (self)->check (self);
}

DexFuture *
annex_model_list (AnnexModel *self)
{
  dex_return_error_if_fail (ANNEX_IS_MODEL (self));

  return ANNEX_MODEL_GET_IFACE (self)->list (self);
}

const char *
annex_model_get_provider (AnnexModel *self)
{
  g_return_val_if_fail (ANNEX_IS_MODEL (self), NULL);

  return ANNEX_MODEL_GET_IFACE (self)->get_provider (self);
}

const char *
annex_model_get_model (AnnexModel *self)
{
  g_return_val_if_fail (ANNEX_IS_MODEL (self), NULL);

  return ANNEX_MODEL_GET_IFACE (self)->get_model (self);
}

char *
annex_model_dup_base_url (AnnexModel *self)
{
  g_return_val_if_fail (ANNEX_IS_MODEL (self), NULL);

  return ANNEX_MODEL_GET_IFACE (self)->dup_base_url (self);
}
