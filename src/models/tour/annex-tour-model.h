/* annex-tour-model.h
 *
 * The model of the tour: recorded turns through the Model port, streamed like a real one's. No
 * network, no key, no cost. It says in its first sentence that its words are recorded.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-model.h"

G_BEGIN_DECLS

#define ANNEX_TYPE_TOUR_MODEL (annex_tour_model_get_type ())
G_DECLARE_FINAL_TYPE (AnnexTourModel, annex_tour_model, ANNEX, TOUR_MODEL, GObject)

/* What the app uses: readable as it comes, and still quick. */
#define ANNEX_TOUR_DELAY_MS 12

/* @delay_ms: between two pieces of text; 0 streams at once. (transfer full) */
AnnexTourModel *
annex_tour_model_new (guint delay_ms);

G_END_DECLS
