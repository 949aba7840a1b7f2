/* annex-code-view.h
 *
 * Code, a command or its output: monospaced, highlighted where the language is known, with Copy. Long
 * ones show their beginning and "Show All"; lines without an end are cut for the eye, never for Copy.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

#define ANNEX_TYPE_CODE_VIEW (annex_code_view_get_type ())
G_DECLARE_FINAL_TYPE (AnnexCodeView, annex_code_view, ANNEX, CODE_VIEW, GtkWidget)

/* Reads, when nothing else is to be done and once, what the first code shown needs: it would hold up a
 * reply that is being streamed. */
void
annex_code_view_warm_up (void);

/* @title: shown above, nullable; @language: as in a fence, nullable. */
GtkWidget *
annex_code_view_new (const char *title, const char *language);
/* @text: what is copied. Text that only grew is appended. */
void
annex_code_view_set_text (AnnexCodeView *self, const char *text);
/* Shows all of it; its button does the same. Signal "expanded". */
void
annex_code_view_set_expanded (AnnexCodeView *self, gboolean expanded);
void
annex_code_view_set_search (AnnexCodeView *self, const char *words);

G_END_DECLS
