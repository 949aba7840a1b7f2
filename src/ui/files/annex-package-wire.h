/* annex-package-wire.h
 *
 * What annex-unpack writes to its standard output: for each member an AnnexPackagePart, its name
 * and its bytes; at the end one whose name has no length. And the limits of both sides, which hold
 * for the bytes that really come out.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

#define ANNEX_PACKAGE_MAX_ENTRIES 20000
#define ANNEX_PACKAGE_MAX_MEMBER (24 * 1024 * 1024)
#define ANNEX_PACKAGE_MAX_TOTAL (64 * 1024 * 1024)
#define ANNEX_PACKAGE_MAX_NAME 1024

typedef enum {
  ANNEX_PACKAGE_COMPLETE,
  ANNEX_PACKAGE_DAMAGED,
  ANNEX_PACKAGE_TOO_LARGE,
} AnnexPackageEnd;

typedef struct
{
  guint32 name_length; /* 0: the end */
  guint32 size;        /* of the end: an AnnexPackageEnd */
} AnnexPackagePart;

G_END_DECLS
