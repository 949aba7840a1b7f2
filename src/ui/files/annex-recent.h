/* annex-recent.h
 *
 * What was kept, in the desktop's list of recent files. Must not know how it was kept.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-share.h"

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* A keep puts no more than this into the list. */
#define ANNEX_RECENT_MAX 10

/* The files in @share's folder that @kept (of AnnexKept) wrote and that are there, at most
 * ANNEX_RECENT_MAX, as URIs. Blocking but short. (transfer full) */
GStrv
annex_recent_dup_uris (AnnexShare *share, GPtrArray *kept);

/* Puts them into @manager's list, which asks the user's privacy settings. Does nothing in a
 * sandbox: the list there is nobody's. @share is nullable: nothing. */
void
annex_recent_add (GtkRecentManager *manager, AnnexShare *share, GPtrArray *kept);

G_END_DECLS
