/* annex-media.h
 *
 * The pictures and documents of a conversation that a model's server did not take: from then on a
 * line of text stands for each, so that one of them does not end the task. Pure; knows no provider.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-model.h"

G_BEGIN_DECLS

/* What was left out, by model; as long as the model's object lives. */
typedef struct _AnnexMedia AnnexMedia;

AnnexMedia *
annex_media_new (void);
void
annex_media_free (AnnexMedia *self);

/* Does @refusal of @model's server speak of pictures or documents, or find the request too large?
 * Then those in @messages (AnnexMessage) are left out from now on; all there will ever be, where it
 * says that the model sees none. FALSE when it does not, or nothing was left to leave out. */
gboolean
annex_media_note_refusal (AnnexMedia *self,
                          const char *model,
                          GPtrArray *messages,
                          const GError *refusal);
/* Leaves out the oldest, so that at most @max_chars of what they are as text stay. FALSE when
 * nothing more is left out by that. */
gboolean
annex_media_make_room (AnnexMedia *self, const char *model, GPtrArray *messages, gsize max_chars);
/* @messages as they are sent to @model. (transfer full) */
GPtrArray *
annex_media_dup_messages (AnnexMedia *self, const char *model, GPtrArray *messages);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AnnexMedia, annex_media_free)

G_END_DECLS
