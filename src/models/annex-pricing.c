/* annex-pricing.c
 *
 * See annex-pricing.h. The table is the provider's price list of November 2026.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-pricing.h"

#include <string.h>

#define CACHE_WRITE_FACTOR 1.25
#define CACHE_READ_FACTOR 0.1

/* US dollars per million tokens; above @tier_tokens of prompt the second pair counts. */
typedef struct
{
  const char *model;
  double input;
  double output;
  gint64 tier_tokens;
  double tier_input;
  double tier_output;
} Price;

static const Price prices[] = {
  { "claude-fable-5-2", 8, 40, 0, 0, 0 },  { "claude-fable-5-1", 10, 50, 0, 0, 0 },
  { "claude-fable-5", 10, 50, 0, 0, 0 },   { "claude-opus-5-5", 4, 20, 0, 0, 0 },
  { "claude-opus-5", 5, 25, 0, 0, 0 },     { "claude-opus-4-8", 5, 25, 0, 0, 0 },
  { "claude-opus-4-7", 5, 25, 0, 0, 0 },   { "claude-opus-4-6", 5, 25, 0, 0, 0 },
  { "claude-sonnet-5-5", 2, 10, 0, 0, 0 }, { "claude-sonnet-5", 2, 10, 0, 0, 0 },
  { "claude-sonnet-4-6", 3, 15, 0, 0, 0 }, { "claude-haiku-5-5", 0.10, 0.50, 100000, 0.50, 2.50 },
  { "claude-haiku-4-5", 1, 5, 0, 0, 0 },
};

/* "-20251001", the date some ids end with, or nothing. */
static gboolean
is_date_suffix (const char *text)
{
  if (*text == '\0')
    return TRUE;
  return strlen (text) == 9 && *text == '-' && strspn (text + 1, "0123456789") == 8;
}

static const Price *
find_price (const char *model)
{
  for (gsize i = 0; model != NULL && i < G_N_ELEMENTS (prices); i++)
    if (g_str_has_prefix (model, prices[i].model) &&
        is_date_suffix (model + strlen (prices[i].model)))
      return &prices[i];
  return NULL;
}

double
annex_pricing_cost (const char *model, const AnnexUsage *usage)
{
  const Price *price = find_price (model);
  gint64 prompt = usage->input_tokens + usage->cache_write_tokens + usage->cache_read_tokens;
  double input;
  double output;

  if (price == NULL)
    return -1;
  input = price->input;
  output = price->output;
  if (price->tier_tokens > 0 && prompt > price->tier_tokens)
    {
      input = price->tier_input;
      output = price->tier_output;
    }
  return (input * ((double) usage->input_tokens +
                   CACHE_WRITE_FACTOR * (double) usage->cache_write_tokens +
                   CACHE_READ_FACTOR * (double) usage->cache_read_tokens) +
          output * (double) usage->output_tokens) /
         1e6;
}
