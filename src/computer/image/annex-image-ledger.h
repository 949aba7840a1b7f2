/* annex-image-ledger.h
 *
 * What bringing an image asks of the network, as rows of the ledger that belong to no task.
 * Unlike all others they are written while the request leaves, not before, and do not hold it back.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-image-source.h"
#include "annex-store.h"

G_BEGIN_DECLS

/* From now on each request of @source is a row in @store. Main thread. */
void
annex_image_ledger_watch (AnnexImageSource *source, AnnexStore *store);

G_END_DECLS
