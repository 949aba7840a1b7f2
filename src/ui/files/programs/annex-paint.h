/* annex-paint.h
 *
 * What annex-pdf and annex-picture share: they write what they painted as annex-painter-wire.h
 * says.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

/* Paints at most @max_pages pages, the longer side at most @max_side pixels. FALSE when it cannot;
 * what is written already counts. */
typedef gboolean (*AnnexPaintFunc) (GBytes *bytes, guint max_side, guint max_pages);

/* annex_helper_main for a program whose arguments are MAX_SIDE MAX_PAGES. */
G_NORETURN void
annex_paint_main (int argc,
                  char **argv,
                  const char *const *folders,
                  guint cpu_s,
                  AnnexPaintFunc paint);

/* How many pages the file has; first of all. */
gboolean
annex_paint_write_head (guint n_pages);
/* One page; @stride bytes from row to row. */
gboolean
annex_paint_write_page (const void *pixels, guint width, guint height, gsize stride);

G_END_DECLS
