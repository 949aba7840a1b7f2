/* annex-result-preview.h
 *
 * A result of a task looked at within Annex, in a dialog: no other app is started for it.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <adwaita.h>

G_BEGIN_DECLS

/* Shows @file, which is called @name (untrusted), over the window that @parent is in. */
void
annex_result_preview_present (GtkWidget *parent, GFile *file, const char *name);

G_END_DECLS
