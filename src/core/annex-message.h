/* annex-message.h
 *
 * One message of the conversation as the model sees it: a role and its blocks. Immutable.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-block.h"

G_BEGIN_DECLS

typedef enum
{
  ANNEX_ROLE_USER,
  ANNEX_ROLE_ASSISTANT,
} AnnexRole;

#define ANNEX_TYPE_MESSAGE (annex_message_get_type ())
typedef struct _AnnexMessage AnnexMessage;
GType annex_message_get_type (void) G_GNUC_CONST;

/* @blocks: AnnexBlock elements; the array is copied, the blocks are shared. */
AnnexMessage *annex_message_new (AnnexRole role, GPtrArray *blocks);
AnnexMessage *annex_message_ref (AnnexMessage *self);
void annex_message_unref (AnnexMessage *self);
AnnexRole annex_message_get_role (AnnexMessage *self);
/* AnnexBlock elements. (borrowed) */
GPtrArray *annex_message_get_blocks (AnnexMessage *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AnnexMessage, annex_message_unref)

G_END_DECLS
