/* annex-spent.c
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-spent.h"

#include "annex-json.h"

#include <math.h>

#define MAX_TOKENS (G_MAXINT64 / 2)

static gint64
count (JsonObject *usage, const char *name)
{
  return CLAMP (annex_json_opt_int (usage, name, 0), 0, MAX_TOKENS);
}

gboolean
annex_spent_read_usage (JsonObject *data, AnnexUsage *usage)
{
  JsonObject *json = annex_json_opt_object (data, "usage");

  if (json == NULL)
    return FALSE;
  usage->input_tokens = count (json, "input_tokens");
  usage->output_tokens = count (json, "output_tokens");
  usage->cache_write_tokens = count (json, "cache_write_tokens");
  usage->cache_read_tokens = count (json, "cache_read_tokens");
  usage->cost_usd = annex_json_opt_double (data, "cost_usd", -1);
  return TRUE;
}

static gint64
add (gint64 sum, gint64 tokens)
{
  return MIN (sum + tokens, MAX_TOKENS);
}

void
annex_spent_add (AnnexSpent *self, const AnnexUsage *usage)
{
  gboolean known = isfinite (usage->cost_usd) && usage->cost_usd >= 0;

  self->usage.input_tokens = add (self->usage.input_tokens, usage->input_tokens);
  self->usage.output_tokens = add (self->usage.output_tokens, usage->output_tokens);
  self->usage.cache_write_tokens = add (self->usage.cache_write_tokens, usage->cache_write_tokens);
  self->usage.cache_read_tokens = add (self->usage.cache_read_tokens, usage->cache_read_tokens);
  if (known)
    self->known_cost_usd += usage->cost_usd;
  if (!known)
    self->usage.cost_usd = -1;
  else if (self->usage.cost_usd >= 0)
    self->usage.cost_usd += usage->cost_usd;
}
