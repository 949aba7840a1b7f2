/* annex-error-text.h
 *
 * The one place where an error becomes words: what happened, what to do, and the button that does
 * it. For every domain of Annex, from a GError or from an `error` event of a task.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Immutable. Title and advice are Annex's own words; details carry the message of the error, which
 * may come from anywhere: plain text for a label without markup, to be copied. */
typedef struct
{
  char *title;   /* what happened, "The Key Was Refused" */
  char *advice;  /* a sentence: why, and what to do */
  char *action;  /* nullable: the action that repairs it, "win.preferences" */
  char *label;   /* nullable, with @action: its button, "Change the Key…" */
  char *details; /* "annex_model_error · auth" and the message below it */
} AnnexErrorText;
#define ANNEX_TYPE_ERROR_TEXT (annex_error_text_get_type ())
GType
annex_error_text_get_type (void) G_GNUC_CONST;

/* (transfer full) */
AnnexErrorText *
annex_error_text_new (const GError *error);
/* From the members of an `error` event: @domain and @code as they stand there (nullable), @message.
 * What is not known gets words that are true of everything. (transfer full) */
AnnexErrorText *
annex_error_text_new_from_event (const char *domain, const char *code, const char *message);
AnnexErrorText *
annex_error_text_copy (const AnnexErrorText *self);
void
annex_error_text_free (AnnexErrorText *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AnnexErrorText, annex_error_text_free)

/* The word that an `error` event has for @error's code: "auth", "disk-full"; "failed" where it is
 * not known. (static) */
const char *
annex_error_text_code (const GError *error);
/* Is there an entry of its own for @domain and @code? */
gboolean
annex_error_text_is_known (const char *domain, const char *code);

G_END_DECLS
