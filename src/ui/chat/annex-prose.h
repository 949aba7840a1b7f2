/* annex-prose.h
 *
 * Prose of a model in a label: attributes, never markup. A link opens nothing by itself: it shows where
 * it leads, and offers to open it. Return or the Menu key shows the links of a label that has the focus.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-markdown.h"

#include <adwaita.h>

G_BEGIN_DECLS

#define ANNEX_TYPE_PROSE (annex_prose_get_type ())
G_DECLARE_FINAL_TYPE (AnnexProse, annex_prose, ANNEX, PROSE, GtkWidget)

GtkWidget *
annex_prose_new (void);
/* Heard as a heading of @level, 1 to 6. */
GtkWidget *
annex_prose_new_heading (guint level);
/* Keeps @text as long as @owner, a block it belongs to. */
void
annex_prose_set_text (AnnexProse *self, AnnexMarkdownInline *text, AnnexMarkdownBlock *owner);
void
annex_prose_set_plain (AnnexProse *self, const char *text);
void
annex_prose_set_xalign (AnnexProse *self, float xalign);
/* No wrapping: in a table. */
void
annex_prose_set_wrap (AnnexProse *self, gboolean wrap);
/* As wide as its text, if there is room; otherwise it takes what it gets. */
void
annex_prose_set_fits (AnnexProse *self, gboolean fits);
/* Marks where @words (nullable) stand; case does not matter. */
void
annex_prose_set_search (AnnexProse *self, const char *words);
GtkLabel *
annex_prose_get_label (AnnexProse *self);
/* Clean for a label, as the Markdown reader cleans it. (transfer full) */
char *
annex_prose_clean (const char *text);

G_END_DECLS
