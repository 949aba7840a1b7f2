/* test-retry.c
 *
 * The retry policy and the price list, both pure.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-pricing.h"
#include "annex-retry.h"

#include <libsoup/soup.h>

#define NEVER G_MAXUINT

typedef struct
{
  const char *name;
  AnnexFailure failure;
  guint so_far;
  double random;
  guint delay_ms; /* NEVER: not repeated */
} Case;

#define RATE ANNEX_MODEL_ERROR_RATE_LIMITED
#define CUT ANNEX_MODEL_ERROR_CUT

static const Case cases[] = {
  { "first", { .code = RATE }, 0, 0, 500 },
  { "second", { .code = RATE }, 1, 0, 1000 },
  { "fourth", { .code = RATE }, 3, 0, 4000 },
  { "enough", { .code = RATE }, 4, 0, NEVER },
  { "jitter-is-downwards", { .code = RATE }, 0, 1, 375 },
  { "overloaded", { .code = ANNEX_MODEL_ERROR_OVERLOADED }, 2, 0, 2000 },
  { "server", { .code = ANNEX_MODEL_ERROR_SERVER }, 0, 0, 500 },
  { "cut-first", { .code = CUT }, 0, 0, 500 },
  { "cut-enough", { .code = CUT }, 2, 0, NEVER },
  { "offline", { .code = ANNEX_MODEL_ERROR_OFFLINE }, 1, 0, 1000 },
  { "timed-out", { .code = ANNEX_MODEL_ERROR_TIMED_OUT }, 0, 0, 500 },
  { "certificate", { .code = ANNEX_MODEL_ERROR_OFFLINE, .permanent = TRUE }, 0, 0, NEVER },
  { "auth", { .code = ANNEX_MODEL_ERROR_AUTH }, 0, 0, NEVER },
  { "invalid", { .code = ANNEX_MODEL_ERROR_INVALID }, 0, 0, NEVER },
  { "context-full", { .code = ANNEX_MODEL_ERROR_CONTEXT_FULL }, 0, 0, NEVER },
  { "protocol", { .code = ANNEX_MODEL_ERROR_PROTOCOL }, 0, 0, NEVER },
  { "retry-after", { .code = RATE, .retry_after = "7" }, 0, 1, 7000 },
  { "retry-after-fraction", { .code = RATE, .retry_after = "0.25" }, 0, 0, 250 },
  { "retry-after-ms-wins", { .code = RATE, .retry_after = "7", .retry_after_ms = "80" }, 0, 0, 80 },
  { "retry-after-limit", { .code = RATE, .retry_after = "60" }, 0, 0, 60000 },
  { "retry-after-too-long", { .code = RATE, .retry_after = "61" }, 0, 0, 500 },
  { "retry-after-zero", { .code = RATE, .retry_after = "0" }, 0, 0, 500 },
  { "retry-after-negative", { .code = RATE, .retry_after = "-5" }, 0, 0, 500 },
  { "retry-after-nonsense", { .code = RATE, .retry_after = "5 minutes" }, 0, 0, 500 },
  { "retry-after-nan", { .code = RATE, .retry_after = "nan" }, 0, 0, 500 },
  { "retry-after-past",
    { .code = RATE, .retry_after = "Sun, 06 Nov 1994 08:49:37 GMT" },
    0,
    0,
    500 },
  { "should-not", { .code = RATE, .should_retry = "false", .retry_after = "1" }, 0, 0, NEVER },
  { "should", { .code = ANNEX_MODEL_ERROR_INVALID, .should_retry = "true" }, 0, 0, 500 },
  { "should-but-enough",
    { .code = ANNEX_MODEL_ERROR_INVALID, .should_retry = "true" },
    4,
    0,
    NEVER },
  { "loading", { .code = ANNEX_MODEL_ERROR_OVERLOADED, .loading = TRUE }, 50, 0, 2000 },
};

static void
test_decide (gconstpointer data)
{
  const Case *row = data;
  guint delay_ms = 0;
  gboolean again = annex_retry_decide (&annex_retry_policy_default, &row->failure, row->so_far, 0,
                                       row->random, &delay_ms);

  g_assert_cmpint (again, ==, row->delay_ms != NEVER);
  if (again)
    g_assert_cmpuint (delay_ms, ==, row->delay_ms);
}

static void
test_backoff_is_capped (void)
{
  AnnexRetryPolicy policy = annex_retry_policy_default;
  AnnexFailure failure = { .code = RATE };
  guint delay_ms = 0;

  policy.max_retries = 1000;
  g_assert_true (annex_retry_decide (&policy, &failure, 900, 0, 0, &delay_ms));
  g_assert_cmpuint (delay_ms, ==, 8000);
}

static void
test_loading_ends (void)
{
  AnnexFailure failure = { .code = ANNEX_MODEL_ERROR_OVERLOADED, .loading = TRUE };
  guint delay_ms = 0;

  g_assert_false (
      annex_retry_decide (&annex_retry_policy_default, &failure, 0, 299000, 0, &delay_ms));
}

static void
test_date (void)
{
  g_autoptr (GDateTime) now = g_date_time_new_now_utc ();
  g_autoptr (GDateTime) then = g_date_time_add_seconds (now, 20);
  g_autofree char *text = soup_date_time_to_string (then, SOUP_DATE_HTTP);
  AnnexFailure failure = { .code = RATE, .retry_after = text };
  guint delay_ms = 0;

  g_assert_true (annex_retry_decide (&annex_retry_policy_default, &failure, 0, 0, 0, &delay_ms));
  g_assert_cmpuint (delay_ms, >, 17000);
  g_assert_cmpuint (delay_ms, <=, 20000);
}

/* ---- prices */

static void
assert_cost (const char *model, AnnexUsage usage, double cost)
{
  g_assert_cmpfloat_with_epsilon (annex_pricing_cost (model, &usage), cost, 1e-9);
}

static void
test_prices (void)
{
  AnnexUsage million = { .input_tokens = 1000000, .output_tokens = 1000000 };
  AnnexUsage cached = { .cache_write_tokens = 1000000, .cache_read_tokens = 1000000 };
  AnnexUsage small = { .input_tokens = 60000, .cache_read_tokens = 40000, .output_tokens = 1000 };
  AnnexUsage large = { .input_tokens = 60000, .cache_read_tokens = 40001, .output_tokens = 1000 };

  assert_cost ("claude-opus-5-5", million, 24);
  assert_cost ("claude-opus-5", million, 30);
  assert_cost ("claude-opus-5-20260724", million, 30);
  assert_cost ("claude-haiku-4-5-20251001", million, 6);
  assert_cost ("claude-opus-5-5", cached, 4 * 1.25 + 0.4);
  assert_cost ("claude-haiku-5-5", small, (0.1 * 60000 + 0.01 * 40000 + 0.5 * 1000) / 1e6);
  assert_cost ("claude-haiku-5-5", large, (0.5 * 60000 + 0.05 * 40001 + 2.5 * 1000) / 1e6);
  assert_cost ("claude-opus-5-6", million, -1);
  assert_cost ("claude-opus", million, -1);
  assert_cost ("qwen3", million, -1);
  assert_cost (NULL, million, -1);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *path = g_strconcat ("/retry/", cases[i].name, NULL);

      g_test_add_data_func (path, &cases[i], test_decide);
    }
  g_test_add_func ("/retry/backoff-is-capped", test_backoff_is_capped);
  g_test_add_func ("/retry/loading-ends", test_loading_ends);
  g_test_add_func ("/retry/date", test_date);
  g_test_add_func ("/pricing/table", test_prices);
  return g_test_run ();
}
