/* annex-baseline-renew.h
 *
 * A baseline after the user's folder was changed by Annex itself. Apart from annex-baseline.h,
 * since only who keeps drafts may do this.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-baseline.h"

G_BEGIN_DECLS

/* Freezes @path anew, as @stat: what is there now is what the agent knows, or what Annex made of
 * it. What is frozen below it by a tree is forgotten. */
void
annex_baseline_renew (AnnexBaseline *self, const char *path, const AnnexStat *stat);

G_END_DECLS
