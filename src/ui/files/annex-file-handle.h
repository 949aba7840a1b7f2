/* annex-file-handle.h
 *
 * What one can do with one changed file beside looking at it: open it in an app of one's own, show
 * it in Files, save it elsewhere, drag it out. The file is the draft's, a copy as it is now; it is
 * fetched when it is wanted.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-desk.h"

#include <adwaita.h>

G_BEGIN_DECLS

#define ANNEX_TYPE_FILE_HANDLE (annex_file_handle_get_type ())
G_DECLARE_FINAL_TYPE (AnnexFileHandle, annex_file_handle, ANNEX, FILE_HANDLE, GtkBox)

/* @change of @share_id; hidden for one of which there is no file now, or without @change. */
void
annex_file_handle_set_change (AnnexFileHandle *self,
                              AnnexDesk *desk,
                              AnnexTask *task,
                              const char *share_id,
                              const AnnexChange *change);
/* The widget that the file is dragged by; once. */
void
annex_file_handle_set_grip (AnnexFileHandle *self, GtkWidget *grip);

G_END_DECLS
