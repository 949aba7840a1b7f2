/* annex-csv.h
 *
 * Tables for people's spreadsheets: RFC 4180, UTF-8, lines ended by CR LF. What a spreadsheet would
 * take for a formula is led by an apostrophe, so that opening such a file carries nothing out.
 *
 * Pure; of any thread.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-json.h"

G_BEGIN_DECLS

/* Appends @text (nullable: "") as one cell, and what comes after it: a comma, or with @last the end
 * of the line. */
void
annex_csv_append_cell (GString *out, const char *text, gboolean last);
/* A table of @objects (JsonObject): a line of the names of their members, in the order in which
 * they first come, and a line an object. Texts are as they are, all else is JSON; what an object
 * lacks is empty. (transfer full) */
char *
annex_csv_from_objects (GPtrArray *objects);

G_END_DECLS
