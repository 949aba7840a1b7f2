/* annex-pricing.h
 *
 * What a reply costs, from the provider's published list prices.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-model.h"

G_BEGIN_DECLS

/* US dollars for @usage of @model: list prices per token, cache writes at 1.25 times and reads at a
 * tenth of the input price. -1 for a model whose price is not known. */
double
annex_pricing_cost (const char *model, const AnnexUsage *usage);

G_END_DECLS
