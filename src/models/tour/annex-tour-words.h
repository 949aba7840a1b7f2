/* annex-tour-words.h
 *
 * What the tour says, in the user's language. Its recording and its scripts are written in English;
 * the catalogues of Annex hold their words as they hold the window's.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* @text of the recording in the user's language; @text itself when that has none. (borrowed) */
const char *
annex_tour_words_translate (const char *text);
/* Whether the member @name of a recorded call is words for people. */
gboolean
annex_tour_words_is_spoken (const char *name);
/* What receipt_words.py reads: the words of @scripts (Python) in the user's language and how it
 * writes numbers, as JSON. (transfer full) */
char *
annex_tour_words_dup_table (const char *const *scripts);

G_END_DECLS
