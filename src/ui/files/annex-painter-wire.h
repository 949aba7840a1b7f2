/* annex-painter-wire.h
 *
 * What annex-pdf and annex-picture write to their standard output: an AnnexPainterHead, then for
 * each page an AnnexPainterPage and its pixels, without gaps: each a guint32 of alpha, red, green
 * and blue, alpha highest, the colours multiplied by it (GDK_MEMORY_DEFAULT).
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef struct
{
  guint32 n_pages; /* of the file; so many follow at most */
} AnnexPainterHead;

typedef struct
{
  guint32 width;
  guint32 height;
} AnnexPainterPage;

G_END_DECLS
