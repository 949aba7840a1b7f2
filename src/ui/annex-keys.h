/* annex-keys.h
 *
 * Keys of a window that is not the main one.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

/* @accel ("<Control>w") activates @action ("window.close") anywhere in @window, before what has the
 * focus sees it. */
void
annex_keys_add (GtkWindow *window, const char *accel, const char *action);

G_END_DECLS
