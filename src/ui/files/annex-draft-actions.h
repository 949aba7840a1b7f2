/* annex-draft-actions.h
 *
 * Keeping, discarding and undoing as the window does it: through the desk, and with a toast that
 * says what became of it, with Undo, on the nearest AdwToastOverlay around a widget.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-desk.h"

#include <adwaita.h>

G_BEGIN_DECLS

/* A part of a share's draft. */
typedef struct
{
  char *share_id;
  char **paths;    /* NULL: all of it */
  guint n_changes; /* for the words */
} AnnexDraftPart;
AnnexDraftPart *
annex_draft_part_new (const char *share_id, const char *const *paths, guint n_changes);
void
annex_draft_part_free (AnnexDraftPart *self);

/* @parts: AnnexDraftPart elements. What fails is told in a toast, too. Each resolves to TRUE when
 * all went well, else to FALSE; discarding asks first and resolves to FALSE when the user thinks
 * better of it. */
DexFuture *
annex_draft_keep_parts (GtkWidget *widget, AnnexDesk *desk, AnnexTask *task, GPtrArray *parts)
    G_GNUC_WARN_UNUSED_RESULT;
DexFuture *
annex_draft_discard_parts (GtkWidget *widget, AnnexDesk *desk, AnnexTask *task, GPtrArray *parts)
    G_GNUC_WARN_UNUSED_RESULT;
DexFuture *
annex_draft_undo_keeps (GtkWidget *widget,
                        AnnexDesk *desk,
                        AnnexTask *task,
                        const char *const *keep_ids) G_GNUC_WARN_UNUSED_RESULT;

/* Asks whether @n changes are to be thrown away; resolves to a boolean. */
DexFuture *
annex_draft_confirm_discard (GtkWidget *widget, guint n) G_GNUC_WARN_UNUSED_RESULT;

/* Shows @text (plain) on the nearest toast overlay; does nothing where there is none. */
void
annex_toast (GtkWidget *widget, const char *text);

G_END_DECLS
