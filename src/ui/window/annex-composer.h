/* annex-composer.h
 *
 * Where the user writes: text up to eight lines, and chips for the folders, files and pasted images
 * that go with it. Makes the AnnexNewTask; whoever holds the composer sends it.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-desk.h"

#include <adwaita.h>

G_BEGIN_DECLS

/* Properties: "desk" (nullable), "task" (nullable: the one that is gone on with; then folders and
 * files alone are a message, and a folder that it has is not taken again), "placeholder",
 * "show-profiles" (the menu of models when there are several), "show-stop", "busy" (what was sent
 * is on its way), "can-send" (read only). Signals: "send" (), "stop" (), "attachments-changed" ().
 */
#define ANNEX_TYPE_COMPOSER (annex_composer_get_type ())
G_DECLARE_FINAL_TYPE (AnnexComposer, annex_composer, ANNEX, COMPOSER, AdwBin)

/* A folder in the user's usual mode, once it was seen that it may be shared; else a toast says why.
 */
void
annex_composer_add_folder (AnnexComposer *self, const char *path);
/* GFile elements, dropped, pasted or chosen: folders as folders. */
void
annex_composer_add_files (AnnexComposer *self, GSList *files);
/* Opens the dialog for folders, or for files. */
void
annex_composer_choose (AnnexComposer *self, gboolean folders);
/* The skill called @name shall be used. */
void
annex_composer_add_skill (AnnexComposer *self, const char *name);
void
annex_composer_set_text (AnnexComposer *self, const char *text);
/* What it holds; NULL when there is nothing to send. (transfer full) */
AnnexNewTask *
annex_composer_dup_request (AnnexComposer *self);
/* Paths of the folders. (transfer full) */
char **
annex_composer_dup_folders (AnnexComposer *self);
/* The same to be sent: it leaves the composer, which is "busy" from now on, and in which the user
 * can go on writing. NULL when there is nothing to send, or something is on its way. (transfer
 * full) */
AnnexNewTask *
annex_composer_begin_send (AnnexComposer *self);
/* What became of it. @sent: it is gone for good, also for Ctrl+Z. Else it comes back, before what
 * was written since. */
void
annex_composer_end_send (AnnexComposer *self, gboolean sent);
/* Nothing is in it, nor on its way. */
gboolean
annex_composer_is_empty (AnnexComposer *self);
void
annex_composer_clear (AnnexComposer *self);
void
annex_composer_focus (AnnexComposer *self);

G_END_DECLS
