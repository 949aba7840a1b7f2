/* annex-code-language.h
 *
 * The languages that code is highlighted in. GtkSourceView reads a language on the main loop when the
 * first buffer asks for it, which takes up to several frames, and forgets it with the last buffer that
 * has it. So each is kept once it was read, and never read while a row is made.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gtksourceview/gtksource.h>

G_BEGIN_DECLS

/* @name: as in a fence, nullable. Returns NULL for what is not known. (transfer none) */
GtkSourceLanguage *
annex_code_language_find (const char *name);
/* Gives @buffer the language, at once when it was read before, else when nothing else is to be done; none
 * while its text is very long. */
void
annex_code_language_apply (GtkSourceLanguage *language, GtkSourceBuffer *buffer);
/* Reads one of the commonest languages. FALSE when all of them were read. */
gboolean
annex_code_language_warm_up (void);

G_END_DECLS
