/* annex-message.c
 *
 * See annex-message.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-message.h"

struct _AnnexMessage
{
  AnnexRole role;
  GPtrArray *blocks;
};

G_DEFINE_BOXED_TYPE (AnnexMessage, annex_message, annex_message_ref, annex_message_unref)

AnnexMessage *
annex_message_new (AnnexRole role, GPtrArray *blocks)
{
  AnnexMessage *self = g_atomic_rc_box_new0 (AnnexMessage);

  self->role = role;
  self->blocks =
      g_ptr_array_new_full (blocks != NULL ? blocks->len : 0, (GDestroyNotify) annex_block_unref);
  for (guint i = 0; blocks != NULL && i < blocks->len; i++)
    g_ptr_array_add (self->blocks, annex_block_ref (g_ptr_array_index (blocks, i)));
  return self;
}

AnnexMessage *
annex_message_ref (AnnexMessage *self)
{
  return g_atomic_rc_box_acquire (self);
}

static void
clear (gpointer data)
{
  AnnexMessage *self = data;

  g_ptr_array_unref (self->blocks);
}

void
annex_message_unref (AnnexMessage *self)
{
  g_atomic_rc_box_release_full (self, clear);
}

AnnexRole
annex_message_get_role (AnnexMessage *self)
{
  return self->role;
}

GPtrArray *
annex_message_get_blocks (AnnexMessage *self)
{
  return self->blocks;
}
