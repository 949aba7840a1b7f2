/* annex-user-card.h
 *
 * What the user said: text, images, folders. It can be copied, and edited: then the conversation
 * goes on from there anew.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-chat-row.h"
#include "annex-desk.h"

#include <adwaita.h>

G_BEGIN_DECLS

#define ANNEX_TYPE_USER_CARD (annex_user_card_get_type ())
G_DECLARE_FINAL_TYPE (AnnexUserCard, annex_user_card, ANNEX, USER_CARD, GtkWidget)

GtkWidget *
annex_user_card_new (AnnexDesk *desk, AnnexTask *task, AnnexChatRow *row);
void
annex_user_card_set_search (AnnexUserCard *self, const char *words);
/* Shows the editor. */
void
annex_user_card_edit (AnnexUserCard *self);
gboolean
annex_user_card_is_edited (AnnexUserCard *self); /* the editor is open */

G_END_DECLS
