/* annex-grant-card.h
 *
 * One permission ask in the app's own voice: Annex's mark, the exact target, the buttons. Nothing
 * an agent writes can look like it: its words stand in the details alone, marked as its words.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-desk.h"

#include <adwaita.h>

G_BEGIN_DECLS

#define ANNEX_TYPE_GRANT_CARD (annex_grant_card_get_type ())
G_DECLARE_FINAL_TYPE (AnnexGrantCard, annex_grant_card, ANNEX, GRANT_CARD, AdwBin)

/* Properties "desk" (AnnexDesk) and "ask" (AnnexAsk, nullable: nothing is shown). */
GtkWidget *
annex_grant_card_new (AnnexDesk *desk);
/* Shows @ask (nullable), and arms the buttons after the delay when it is another one. */
void
annex_grant_card_set_ask (AnnexGrantCard *self, AnnexAsk *ask);
AnnexAsk *
annex_grant_card_get_ask (AnnexGrantCard *self);
/* "1 of 3"; nothing is shown when @n is 1. */
void
annex_grant_card_set_position (AnnexGrantCard *self, guint position, guint n);
/* Whether it may get less room than all of it needs: then what it says scrolls, and the buttons
 * stay in view. FALSE at first. */
void
annex_grant_card_set_shrinks (AnnexGrantCard *self, gboolean shrinks);

G_END_DECLS
