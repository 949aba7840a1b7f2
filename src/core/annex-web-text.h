/* annex-web-text.h
 *
 * Text that comes from web pages on its way to a model: cleaned of what a person would not see, cut
 * to a length, and put into a frame that the text cannot close. Pure.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* @text as valid UTF-8 without control characters (but line ends and tabs), direction marks,
 * zero-width and tag characters, with which instructions are hidden from people. Cut after
 * @max_chars characters, which is said, with @more (nullable), a sentence on how to see the rest.
 * (transfer full) */
char *
annex_web_text_clean (const char *text, gsize max_chars, const char *more);

/* @text (cleaned) between two lines that say that it is @what, material and no instruction. Both
 * lines carry a code that is made anew each time and that @text does not contain, so no text can
 * forge the closing line. (transfer full) */
char *
annex_web_text_frame (const char *what, const char *text);

G_END_DECLS
