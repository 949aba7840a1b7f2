/* annex-image-fetcher.h
 *
 * Fetches the image from an address: the manifest first, then its files, resumed by ranges where an
 * earlier attempt broke off. Files that an installed image already has are taken from it.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-image-source.h"

G_BEGIN_DECLS

#define ANNEX_TYPE_IMAGE_FETCHER (annex_image_fetcher_get_type ())
G_DECLARE_FINAL_TYPE (AnnexImageFetcher, annex_image_fetcher, ANNEX, IMAGE_FETCHER, GObject)

/* @address: the folder that holds manifest.json, https, or http on loopback. @sha256: of the
 * manifest, hex; with it the image is exactly the one that was meant. NULL for either: what this
 * program was built with, if anything. (transfer full) */
AnnexImageFetcher *
annex_image_fetcher_new (const char *address, const char *sha256);

/* Whether this program was built with an address to fetch from. */
gboolean
annex_image_fetcher_has_address (void);

/* Only a manifest that is signed with @key (base64; nullable: any) is taken, and none that is older
 * than the image that is there. Where an address is given, none is asked for before this. */
void
annex_image_fetcher_set_key (AnnexImageFetcher *self, const char *key);

/* How long to wait before the first retry after a broken connection; doubled each time. For tests.
 * Default 1000. */
void
annex_image_fetcher_set_retry_delay (AnnexImageFetcher *self, guint delay_ms);

G_END_DECLS
