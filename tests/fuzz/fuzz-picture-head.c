/* fuzz-picture-head.c
 *
 * What is fit for a model is a picture that says how large it is, and is within the limits.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "fuzz.h"

#include "annex-picture-head.h"

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (GBytes) bytes = g_bytes_new (data, size);
  AnnexPictureHead head;
  gboolean read = annex_picture_head_read (bytes, &head);

  if (read)
    {
      g_assert_cmpstr (annex_picture_head_guess_type (bytes), ==, head.media_type);
      g_assert_cmpuint (head.width, >, 0);
      g_assert_cmpuint (head.height, >, 0);
    }
  g_assert_cmpint (annex_picture_head_is_fit (bytes), ==,
                   read && head.whole && head.width <= ANNEX_PICTURE_MAX_SIDE &&
                       head.height <= ANNEX_PICTURE_MAX_SIDE && size <= ANNEX_PICTURE_MAX_BYTES);
  return 0;
}
