/* annex-spent.h
 *
 * What the replies of a task have cost: the sum of what their events say. Private to core.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-model.h"

#include <json-glib/json-glib.h>

G_BEGIN_DECLS

typedef struct
{
  AnnexUsage usage;
  double known_cost_usd; /* of the replies whose cost is known */
} AnnexSpent;

/* What the data of a reply-finished event says of its usage. FALSE: nothing. */
gboolean
annex_spent_read_usage (JsonObject *data, AnnexUsage *usage);
/* One more reply. The sum of tokens ends at G_MAXINT64 / 2; one unknown cost makes the sum of costs
 * unknown. */
void
annex_spent_add (AnnexSpent *self, const AnnexUsage *usage);

G_END_DECLS
