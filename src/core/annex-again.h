/* annex-again.h
 *
 * Trying a task again: what with, and why it may not be possible.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib-object.h>

G_BEGIN_DECLS

#define ANNEX_AGAIN_ERROR (annex_again_error_quark ())

/* NOTHING_SAID: there are no words of the user's in the task; AT_WORK: it runs; FOLDER_GONE: a
 * folder of it is not there any more, or no longer shared; NO_BEGINNING: what was kept of it cannot
 * be taken back in a copy, because the originals were removed to free their room. */
typedef enum {
  ANNEX_AGAIN_ERROR_NOTHING_SAID,
  ANNEX_AGAIN_ERROR_AT_WORK,
  ANNEX_AGAIN_ERROR_FOLDER_GONE,
  ANNEX_AGAIN_ERROR_NO_BEGINNING,
} AnnexAgainError;

GQuark
annex_again_error_quark (void);

#define ANNEX_TYPE_AGAIN (annex_again_get_type ())
typedef struct
{
  char *profile;           /* the model profile's id; NULL: the default one */
  char **skills;           /* names of skills that the user wants to be used; nullable */
  gboolean as_now;         /* the folders as they are now, where their beginning is lost */
  gboolean without_folder; /* without folders that are gone */
} AnnexAgain;
GType
annex_again_get_type (void) G_GNUC_CONST;
AnnexAgain *
annex_again_new (void);
AnnexAgain *
annex_again_copy (const AnnexAgain *self);
void
annex_again_free (AnnexAgain *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AnnexAgain, annex_again_free)

G_END_DECLS
