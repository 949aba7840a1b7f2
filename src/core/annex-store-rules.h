/* annex-store-rules.h
 *
 * A standing rule that was taken back, and comes again as it was.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-policy.h"
#include "annex-store.h"

G_BEGIN_DECLS

/* Puts @rule back with the time at which it was made, so that it outweighs what it outweighed then;
 * what was decided about its host meanwhile stands. Resolves to TRUE; rejects with
 * ANNEX_STORE_ERROR. */
DexFuture *
annex_store_restore_rule (AnnexStore *self,
                          const AnnexNetworkRule *rule) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
