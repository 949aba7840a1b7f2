/* annex-replay-model.c
 *
 * See annex-replay-model.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-replay-model.h"

#include "annex-future.h"

struct _AnnexReplayModel
{
  GObject parent_instance;
  AnnexRecording *recording;
  char *system;
  guint next; /* of the recording's replies */
};

static void
annex_replay_model_iface_init (AnnexModelInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (AnnexReplayModel,
                               annex_replay_model,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (ANNEX_TYPE_MODEL,
                                                      annex_replay_model_iface_init))

static AnnexModelReply *
say (const char *text)
{
  AnnexModelReply *reply = annex_model_reply_new ();

  reply->model = g_strdup ("replay");
  reply->stop_reason = ANNEX_STOP_END_TURN;
  g_ptr_array_add (reply->blocks, annex_block_new_text (text));
  return reply;
}

/* Thinking is signed for the conversation it was thought in, and tells nothing here. */
static AnnexModelReply *
repeat (const AnnexModelReply *recorded)
{
  AnnexModelReply *reply = annex_model_reply_new ();
  gboolean calls = FALSE;

  reply->model = g_strdup ("replay");
  for (guint i = 0; i < recorded->blocks->len; i++)
    {
      AnnexBlock *block = g_ptr_array_index (recorded->blocks, i);
      AnnexBlockKind kind = annex_block_get_kind (block);

      if (kind == ANNEX_BLOCK_TEXT || kind == ANNEX_BLOCK_TOOL_USE)
        g_ptr_array_add (reply->blocks, annex_block_ref (block));
      calls |= kind == ANNEX_BLOCK_TOOL_USE;
    }
  if (reply->blocks->len == 0)
    g_ptr_array_add (reply->blocks, annex_block_new_text ("…"));
  reply->stop_reason = calls ? ANNEX_STOP_TOOL_USE : ANNEX_STOP_END_TURN;
  return reply;
}

static DexFuture *
annex_replay_model_send (AnnexModel *model, const AnnexModelRequest *request, DexFuture *cancel)
{
  AnnexReplayModel *self = ANNEX_REPLAY_MODEL (model);
  GPtrArray *replies = self->recording->replies;
  AnnexModelReply *reply;

  if (cancel != NULL && dex_future_is_rejected (cancel))
    return annex_future_new_errorf (G_IO_ERROR, G_IO_ERROR_CANCELLED, "It was stopped");
  if (g_strcmp0 (request->system, self->system) != 0)
    reply = say ("What a sub-agent said was not recorded.");
  else if (self->next < replies->len)
    reply = repeat (g_ptr_array_index (replies, self->next++));
  else
    reply = say ("The recording ends here.");
  for (guint i = 0; request->on_block != NULL && i < reply->blocks->len; i++)
    request->on_block (i, g_ptr_array_index (reply->blocks, i), request->user_data);
  return dex_future_new_take_boxed (ANNEX_TYPE_MODEL_REPLY, reply);
}

static DexFuture *
annex_replay_model_check (AnnexModel *model)
{
  return dex_future_new_true ();
}

static DexFuture *
annex_replay_model_list (AnnexModel *model)
{
  static const char *const ids[] = { "replay", NULL };

  return dex_future_new_take_boxed (G_TYPE_STRV, g_strdupv ((char **) ids));
}

static const char *
annex_replay_model_get_name (AnnexModel *model)
{
  return "replay";
}

static char *
annex_replay_model_dup_base_url (AnnexModel *model)
{
  return NULL;
}

static void
annex_replay_model_iface_init (AnnexModelInterface *iface)
{
  iface->send = annex_replay_model_send;
  iface->check = annex_replay_model_check;
  iface->list = annex_replay_model_list;
  iface->get_provider = annex_replay_model_get_name;
  iface->get_model = annex_replay_model_get_name;
  iface->dup_base_url = annex_replay_model_dup_base_url;
}

static void
annex_replay_model_finalize (GObject *object)
{
  AnnexReplayModel *self = ANNEX_REPLAY_MODEL (object);

  annex_recording_unref (self->recording);
  g_free (self->system);
  G_OBJECT_CLASS (annex_replay_model_parent_class)->finalize (object);
}

static void
annex_replay_model_class_init (AnnexReplayModelClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = annex_replay_model_finalize;
}

static void
annex_replay_model_init (AnnexReplayModel *self)
{
}

AnnexModel *
annex_replay_model_new (AnnexRecording *recording, const char *system)
{
  AnnexReplayModel *self = g_object_new (ANNEX_TYPE_REPLAY_MODEL, NULL);

  self->recording = annex_recording_ref (recording);
  self->system = g_strdup (system);
  return ANNEX_MODEL (self);
}
