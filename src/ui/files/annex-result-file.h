/* annex-result-file.h
 *
 * A result of a task as a real file on this machine: the user's own one where it was kept, else a
 * copy in a private folder, for opening, saving and dragging.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-desk.h"

G_BEGIN_DECLS

/* @may_start: fetch it even if the computer has to be started for it; otherwise
 * G_IO_ERROR_NOT_FOUND when it is nowhere else. Resolves to a GFile whose name is the result's. */
DexFuture *
annex_result_file_fetch (AnnexDesk *desk,
                         AnnexTask *task,
                         const char *guest_path,
                         gboolean may_start) G_GNUC_WARN_UNUSED_RESULT;
/* The host's path that @guest_path is in a share of @task, whether or not there is a file, unless a
 * draft has something newer; NULL when it is in no share. (transfer full, nullable) */
char *
annex_result_file_dup_host_path (AnnexTask *task, const char *guest_path);
/* A plain file name made of the last part of @guest_path: no slash, no control characters, not
 * hidden, never empty. (transfer full) */
char *
annex_result_file_dup_name (const char *guest_path);

G_END_DECLS
