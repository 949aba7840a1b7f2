/* annex-then.h
 *
 * What a widget does when a future is done: on the main loop, on its own large stack, and only
 * while the widget is alive.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <libdex.h>

G_BEGIN_DECLS

/* @value: borrowed; NULL when it failed, then @error says why. */
typedef void (*AnnexThenFunc) (gpointer object, const GValue *value, GError *error);

/* Takes @future, keeps a weak reference on @object (GObject), and calls @func once from the main
 * loop, unless @object is gone by then. Main thread. */
void
annex_then (DexFuture *future, gpointer object, AnnexThenFunc func);

G_END_DECLS
