/* annex-tour-model.c
 *
 * See annex-tour-model.h. Only streams; which words come is annex-tour-script.c's.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-tour-model.h"

#include "annex-future.h"
#include "annex-spoken.h"
#include "annex-tour-script.h"

#include <gio/gio.h>
#include <glib/gi18n.h>
#include <string.h>

#define TEXT_PIECE 10
#define INPUT_PIECE 4096

struct _AnnexTourModel
{
  GObject parent_instance;
  guint delay_ms;
};

typedef struct
{
  AnnexTourModel *self;
  AnnexModelRequest *request;
  DexFuture *cancel;
} Send;

static void
annex_tour_model_iface_init (AnnexModelInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (AnnexTourModel,
                               annex_tour_model,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (ANNEX_TYPE_MODEL,
                                                      annex_tour_model_iface_init))

static void
send_free (gpointer data)
{
  Send *send = data;

  g_clear_object (&send->self);
  annex_model_request_free (send->request);
  dex_clear (&send->cancel);
  g_free (send);
}

/* Waits @delay_ms; fails at once when the user stops the task. */
static gboolean
pause_for (guint delay_ms, DexFuture *cancel, GError **error)
{
  DexFuture *timer;

  if (delay_ms > 0 && (cancel == NULL || dex_future_is_pending (cancel)))
    {
      timer = dex_timeout_new_msec ((int) delay_ms);
      /* No error is wanted: a timer always rejects, and whether it was the cancel is asked below.
       */
      dex_await (cancel != NULL ? dex_future_first (timer, dex_ref (cancel), NULL) : timer, NULL);
    }
  if (cancel == NULL || !dex_future_is_rejected (cancel))
    return TRUE;
  g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_CANCELLED, "It was stopped");
  return FALSE;
}

/* Where the next piece of @text ends: after a blank, at least @size bytes on; never in a letter. */
static gsize
piece_length (const char *text, gsize size)
{
  gsize length = strlen (text);
  const char *end;

  if (length <= size)
    return length;
  end = strpbrk (text + size, " \n");
  if (end != NULL && end - text < (gssize) (4 * size))
    return end + 1 - text;
  end = g_utf8_find_prev_char (text, text + 4 * size);
  return length <= 4 * size || end == NULL ? length : (gsize) (end - text);
}

static gboolean
stream_block (Send *send, guint index, AnnexBlock *block, GError **error)
{
  const AnnexModelRequest *request = send->request;
  gboolean is_text = annex_block_get_kind (block) == ANNEX_BLOCK_TEXT;
  g_autofree char *text = is_text
                              ? g_strdup (annex_block_get_text (block))
                              : annex_json_object_to_string (annex_block_get_tool_input (block));
  const char *name = is_text ? NULL : annex_block_get_tool_name (block);

  for (const char *at = text; *at != '\0';)
    {
      gsize length = piece_length (at, is_text ? TEXT_PIECE : INPUT_PIECE);
      g_autofree char *piece = g_strndup (at, length);
      AnnexDelta delta = {
        .kind = is_text ? ANNEX_DELTA_TEXT : ANNEX_DELTA_TOOL_INPUT,
        .index = index,
        .text = piece,
        .name = g_steal_pointer (&name),
      };

      if (!pause_for (send->self->delay_ms, send->cancel, error))
        return FALSE;
      if (request->on_delta != NULL)
        request->on_delta (&delta, request->user_data);
      at += length;
    }
  if (request->on_block != NULL)
    request->on_block (index, block, request->user_data);
  return TRUE;
}

static DexFuture *
send_fiber (gpointer data)
{
  Send *send = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (AnnexTourScript) script = annex_tour_script_load (&error);
  g_autoptr (AnnexModelReply) reply = annex_model_reply_new ();

  if (script == NULL)
    return annex_future_new_spoken (ANNEX_MODEL_ERROR, ANNEX_MODEL_ERROR_PROTOCOL,
                                    N_ ("The tour’s recording cannot be read: %s"), error->message);
  g_clear_pointer (&reply->blocks, g_ptr_array_unref);
  reply->blocks = annex_tour_script_reply (script, send->request->messages);
  reply->model = g_strdup ("tour");
  reply->stop_reason = ANNEX_STOP_END_TURN;
  reply->usage.cost_usd = 0;
  for (guint i = 0; i < reply->blocks->len; i++)
    {
      AnnexBlock *block = g_ptr_array_index (reply->blocks, i);

      if (annex_block_get_kind (block) == ANNEX_BLOCK_TOOL_USE)
        reply->stop_reason = ANNEX_STOP_TOOL_USE;
      if (!stream_block (send, i, block, &error))
        return annex_future_new_error (g_steal_pointer (&error));
    }
  return dex_future_new_take_boxed (ANNEX_TYPE_MODEL_REPLY, g_steal_pointer (&reply));
}

static DexFuture *
annex_tour_model_send (AnnexModel *model, const AnnexModelRequest *request, DexFuture *cancel)
{
  Send *send = g_new0 (Send, 1);

  send->self = g_object_ref (ANNEX_TOUR_MODEL (model));
  send->request = annex_model_request_copy (request);
  send->cancel = cancel != NULL ? dex_ref (cancel) : NULL;
  return annex_fiber_run (send_fiber, send, send_free);
}

static DexFuture *
annex_tour_model_check (AnnexModel *model)
{
  return dex_future_new_true ();
}

static DexFuture *
annex_tour_model_list (AnnexModel *model)
{
  static const char *const ids[] = { "tour", NULL };
  GValue value = G_VALUE_INIT;
  DexFuture *future;

  g_value_init (&value, G_TYPE_STRV);
  g_value_set_boxed (&value, ids);
  future = dex_future_new_for_value (&value);
  g_value_unset (&value);
  return future;
}

static const char *
annex_tour_model_get_name (AnnexModel *model)
{
  return "tour";
}

static char *
annex_tour_model_dup_base_url (AnnexModel *model)
{
  return NULL;
}

static void
annex_tour_model_iface_init (AnnexModelInterface *iface)
{
  iface->send = annex_tour_model_send;
  iface->check = annex_tour_model_check;
  iface->list = annex_tour_model_list;
  iface->get_provider = annex_tour_model_get_name;
  iface->get_model = annex_tour_model_get_name;
  iface->dup_base_url = annex_tour_model_dup_base_url;
}

static void
annex_tour_model_class_init (AnnexTourModelClass *klass)
{
}

static void
annex_tour_model_init (AnnexTourModel *self)
{
}

AnnexTourModel *
annex_tour_model_new (guint delay_ms)
{
  AnnexTourModel *self = g_object_new (ANNEX_TYPE_TOUR_MODEL, NULL);

  self->delay_ms = delay_ms;
  return self;
}
