/* annex-zip-private.h
 *
 * Signatures and sums that reading and writing share.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-zip.h"

G_BEGIN_DECLS

#define ZIP_LOCAL 0x04034b50u
#define ZIP_CENTRAL 0x02014b50u
#define ZIP_END 0x06054b50u
#define ZIP_LOCAL_BYTES 30
#define ZIP_CENTRAL_BYTES 46
#define ZIP_END_BYTES 22
#define ZIP_STORED 0
#define ZIP_DEFLATED 8
#define ZIP_UTF8 0x0800u
#define ZIP_DESCRIPTOR 0x0008u

struct _AnnexZip
{
  gatomicrefcount refs;
  GBytes *bytes;
  GPtrArray *entries;
};

/* CRC-32 of ISO 3309, continued from @crc (0 at first). */
guint32
annex_zip_crc (guint32 crc, const guint8 *data, gsize length);

G_END_DECLS
