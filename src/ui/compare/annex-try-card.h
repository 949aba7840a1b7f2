/* annex-try-card.h
 *
 * One of two tries of a task: what it took, what it said in the end, and the button that keeps or
 * takes back what it made.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-comparison.h"

#include <adwaita.h>

G_BEGIN_DECLS

/* Signals: "open", "keep", "undo". */
#define ANNEX_TYPE_TRY_CARD (annex_try_card_get_type ())
G_DECLARE_FINAL_TYPE (AnnexTryCard, annex_try_card, ANNEX, TRY_CARD, AdwBin)

/* @title: "First Try". @suggested: keeping it is the next thing to do. */
void
annex_try_card_show (AnnexTryCard *self,
                     const char *title,
                     const AnnexTry *try,
                     gboolean suggested);

G_END_DECLS
