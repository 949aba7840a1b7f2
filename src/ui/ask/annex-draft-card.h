/* annex-draft-card.h
 *
 * What becomes of a draft, asked in the inbox: keep all of it, discard it, or look at it in its
 * task.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-desk.h"

#include <adwaita.h>

G_BEGIN_DECLS

/* Signal "review" (): the user wants to see the changes first. */
#define ANNEX_TYPE_DRAFT_CARD (annex_draft_card_get_type ())
G_DECLARE_FINAL_TYPE (AnnexDraftCard, annex_draft_card, ANNEX, DRAFT_CARD, AdwBin)

/* @ask: of kind ANNEX_ASK_DRAFT, open. */
GtkWidget *
annex_draft_card_new (AnnexDesk *desk, AnnexAsk *ask);

G_END_DECLS
