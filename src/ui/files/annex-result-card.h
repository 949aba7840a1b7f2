/* annex-result-card.h
 *
 * One result of a task: what it looks like, its name and size, Open, Show in Files, Save As; it can
 * be dragged out as a file. The computer is not started to show it, only to open it.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-desk.h"

#include <adwaita.h>

G_BEGIN_DECLS

#define ANNEX_TYPE_RESULT_CARD (annex_result_card_get_type ())
G_DECLARE_FINAL_TYPE (AnnexResultCard, annex_result_card, ANNEX, RESULT_CARD, AdwBin)

/* @guest_path: as in files-presented. */
GtkWidget *
annex_result_card_new (AnnexDesk *desk, AnnexTask *task, const char *guest_path);
/* For a row of several: a small thumbnail. */
void
annex_result_card_set_compact (AnnexResultCard *self, gboolean compact);
/* For one column: Open is an icon, so that more of the name is seen. */
void
annex_result_card_set_narrow (AnnexResultCard *self, gboolean narrow);

G_END_DECLS
