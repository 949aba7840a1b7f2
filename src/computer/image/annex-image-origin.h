/* annex-image-origin.h
 *
 * Where this installation gets the computer's image from: the one place that chooses.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-image-source.h"
#include "annex-store.h"

G_BEGIN_DECLS

typedef enum {
  ANNEX_IMAGE_ORIGIN_EXTENSION, /* it came with the installation */
  ANNEX_IMAGE_ORIGIN_DOWNLOAD,  /* from the address that this program was built with */
  ANNEX_IMAGE_ORIGIN_BUILD,     /* from Debian packages, on this machine */
  ANNEX_IMAGE_ORIGIN_NONE,      /* none of these: a sandbox, where nothing can be built */
} AnnexImageOrigin;

/* The first that is there, in this order. Blocking, but only two small files. */
AnnexImageOrigin
annex_image_origin_find (void);

/* The source for @origin; of NONE one whose every call says in plain words that there is none.
 * @with_office is of what is built. @store takes what is asked of the network as rows of its
 * ledger; nullable in tests only. Main thread. (transfer full) */
AnnexImageSource *
annex_image_origin_create_source (AnnexImageOrigin origin, gboolean with_office, AnnexStore *store);

G_END_DECLS
