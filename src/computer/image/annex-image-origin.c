/* annex-image-origin.c
 *
 * See annex-image-origin.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-image-origin.h"

#include "annex-image-builder.h"
#include "annex-image-extension.h"
#include "annex-image-fetcher.h"
#include "annex-image-ledger.h"
#include "annex-sandbox.h"

AnnexImageOrigin
annex_image_origin_find (void)
{
  if (annex_image_extension_is_there (NULL, NULL))
    return ANNEX_IMAGE_ORIGIN_EXTENSION;
  if (annex_image_fetcher_has_address ())
    return ANNEX_IMAGE_ORIGIN_DOWNLOAD;
  /* Building needs user namespaces, which Flatpak's sandbox refuses. */
  return annex_sandbox_is_flatpak () ? ANNEX_IMAGE_ORIGIN_NONE : ANNEX_IMAGE_ORIGIN_BUILD;
}

static AnnexImageSource *
create (AnnexImageOrigin origin, gboolean with_office)
{
  switch (origin)
    {
    case ANNEX_IMAGE_ORIGIN_EXTENSION:
      return ANNEX_IMAGE_SOURCE (annex_image_extension_new (NULL, NULL));
    case ANNEX_IMAGE_ORIGIN_BUILD:
      return ANNEX_IMAGE_SOURCE (annex_image_builder_new (NULL, with_office));
    case ANNEX_IMAGE_ORIGIN_DOWNLOAD:
    case ANNEX_IMAGE_ORIGIN_NONE:
      return ANNEX_IMAGE_SOURCE (annex_image_fetcher_new (NULL, NULL));
    }
  g_assert_not_reached ();
}

AnnexImageSource *
annex_image_origin_create_source (AnnexImageOrigin origin, gboolean with_office, AnnexStore *store)
{
  AnnexImageSource *source = create (origin, with_office);

  if (store != NULL)
    annex_image_ledger_watch (source, store);
  return source;
}
