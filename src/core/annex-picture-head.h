/* annex-picture-head.h
 *
 * What a picture file is by its first bytes, whatever it is called: models take four kinds, up to a
 * size, and refuse the whole conversation for one that is another. Nothing is decoded.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Of one among many; pixels. The Messages API takes up to 8000 while there are at most 20. */
#define ANNEX_PICTURE_MAX_SIDE 2000
/* As text that is a third more, and 5 MiB is the most that is taken. */
#define ANNEX_PICTURE_MAX_BYTES (3500u * 1024u)

typedef struct
{
  const char *media_type; /* image/png, image/jpeg, image/gif, image/webp */
  guint width;            /* pixels */
  guint height;
  gboolean whole; /* it has an end */
} AnnexPictureHead;

/* The kind alone, by the magic number; NULL for all else. */
const char *
annex_picture_head_guess_type (GBytes *bytes);
/* FALSE when @bytes are no picture of these kinds, or one that does not say how large it is. */
gboolean
annex_picture_head_read (GBytes *bytes, AnnexPictureHead *picture);
/* May @bytes be sent to a model, however many there are? */
gboolean
annex_picture_head_is_fit (GBytes *bytes);

G_END_DECLS
