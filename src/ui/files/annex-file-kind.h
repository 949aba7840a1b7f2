/* annex-file-kind.h
 *
 * What a file is, from its name and its first bytes, as far as a preview needs it; and how large a
 * picture is before anything decodes it. Pure.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef enum {
  ANNEX_FILE_TEXT,
  ANNEX_FILE_WORKBOOK, /* xlsx, ods, csv, tsv */
  ANNEX_FILE_DOCUMENT, /* docx, odt, pptx, odp */
  ANNEX_FILE_PDF,
  ANNEX_FILE_IMAGE, /* PNG, JPEG, GIF, WebP */
  ANNEX_FILE_OTHER,
} AnnexFileKind;

/* @bytes is nullable: by the name alone. */
AnnexFileKind
annex_file_kind_guess (const char *name, GBytes *bytes);
/* A symbolic icon of the theme for a file of that name. Static. */
const char *
annex_file_kind_icon_name (const char *name, gboolean folder);

/* Most that is ever decoded: pixels of one picture. */
#define ANNEX_IMAGE_MAX_PIXELS (40 * 1000 * 1000)

/* The size a picture claims in its head. FALSE when it is none of the kinds that are shown, claims
 * nothing, or more than the limit or 20,000 pixels on a side. */
gboolean
annex_image_read_size (GBytes *bytes, guint *width, guint *height);

G_END_DECLS
