/* annex-tour-script.h
 *
 * The recorded turns (data/samples/tour/turns.json): which one comes next, and its blocks with the
 * gaps filled from the conversation. Pure.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-tour-facts.h"

G_BEGIN_DECLS

typedef struct _AnnexTourScript AnnexTourScript;

/* The turns that are part of the program. ANNEX_JSON_ERROR when they are damaged; a test reads
 * every one. (transfer full) */
AnnexTourScript *
annex_tour_script_load (GError **error);
/* From the text of such a file; {{file:NAME}} still names the program's own. (transfer full) */
AnnexTourScript *
annex_tour_script_parse (const char *json, gssize length, GError **error);
void
annex_tour_script_free (AnnexTourScript *self);

/* The reply to @messages (AnnexMessage elements, borrowed): AnnexBlock elements. Never fails: what
 * the recording does not know gets an honest answer in text. (transfer full) */
GPtrArray *
annex_tour_script_reply (AnnexTourScript *self, GPtrArray *messages);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AnnexTourScript, annex_tour_script_free)

G_END_DECLS
