/* annex-retry.c
 *
 * See annex-retry.h. The rules are those of the Messages API's own clients; an agent run may last
 * hours and has nobody to press "again", so answers of a busy server get two retries more.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-retry.h"

#include <libsoup/soup.h>
#include <string.h>

#define MAX_RETRY_AFTER_MS 60000

const AnnexRetryPolicy annex_retry_policy_default = {
  .max_retries = 4,
  .max_transport_retries = 2,
  .base_ms = 500,
  .cap_ms = 8000,
  .loading_ms = 2000,
  .max_loading_ms = 300000,
};

/* TRUE for a plain decimal number and nothing else. */
static gboolean
parse_number (const char *text, double *value)
{
  char *end = NULL;

  if (text == NULL || !(g_ascii_isdigit (*text) || *text == '.'))
    return FALSE;
  *value = g_ascii_strtod (text, &end);
  return end != text && end[strspn (end, " \t")] == '\0';
}

/* The wait the server asks for, in milliseconds; 0 for none that counts. */
static guint
requested_wait_ms (const AnnexFailure *failure)
{
  double value = 0;

  if (parse_number (failure->retry_after_ms, &value) && value > 0 && value <= MAX_RETRY_AFTER_MS)
    return MAX (1, (guint) value);
  if (parse_number (failure->retry_after, &value))
    value *= 1000;
  else if (failure->retry_after != NULL)
    {
      g_autoptr (GDateTime) until = soup_date_time_new_from_http_string (failure->retry_after);
      g_autoptr (GDateTime) now = g_date_time_new_now_utc ();

      if (until == NULL)
        return 0;
      value = (double) g_date_time_difference (until, now) / 1000;
    }
  return value > 0 && value <= MAX_RETRY_AFTER_MS ? MAX (1, (guint) value) : 0;
}

/* How many repeats the kind of failure is worth. */
static guint
allowed_retries (const AnnexRetryPolicy *policy, AnnexModelError code)
{
  switch (code)
    {
    case ANNEX_MODEL_ERROR_RATE_LIMITED:
    case ANNEX_MODEL_ERROR_OVERLOADED:
    case ANNEX_MODEL_ERROR_SERVER:
      return policy->max_retries;
    case ANNEX_MODEL_ERROR_OFFLINE:
    case ANNEX_MODEL_ERROR_CUT:
    case ANNEX_MODEL_ERROR_TIMED_OUT:
      return policy->max_transport_retries;
    case ANNEX_MODEL_ERROR_NO_KEY:
    case ANNEX_MODEL_ERROR_AUTH:
    case ANNEX_MODEL_ERROR_BILLING:
    case ANNEX_MODEL_ERROR_PERMISSION:
    case ANNEX_MODEL_ERROR_NOT_FOUND:
    case ANNEX_MODEL_ERROR_TOO_LARGE:
    case ANNEX_MODEL_ERROR_CONTEXT_FULL:
    case ANNEX_MODEL_ERROR_INVALID:
    case ANNEX_MODEL_ERROR_PROTOCOL:
      break;
    }
  return 0;
}

static guint
backoff_ms (const AnnexRetryPolicy *policy, guint retries_so_far, double random)
{
  double wait = policy->base_ms;

  for (guint i = 0; i < retries_so_far && wait < policy->cap_ms; i++)
    wait *= 2;
  wait = MIN (wait, policy->cap_ms);
  return (guint) (wait * (1.0 - 0.25 * CLAMP (random, 0.0, 1.0)));
}

gboolean
annex_retry_decide (const AnnexRetryPolicy *policy,
                    const AnnexFailure *failure,
                    guint retries_so_far,
                    guint loading_so_far_ms,
                    double random,
                    guint *delay_ms)
{
  guint allowed = allowed_retries (policy, failure->code);
  guint requested;

  if (failure->permanent)
    return FALSE;
  if (g_strcmp0 (failure->should_retry, "false") == 0)
    return FALSE;
  if (failure->loading)
    {
      *delay_ms = policy->loading_ms;
      return loading_so_far_ms + policy->loading_ms <= policy->max_loading_ms;
    }
  if (g_strcmp0 (failure->should_retry, "true") == 0)
    allowed = MAX (allowed, policy->max_retries);
  if (retries_so_far >= allowed)
    return FALSE;
  requested = requested_wait_ms (failure);
  *delay_ms = requested > 0 ? requested : backoff_ms (policy, retries_so_far, random);
  return TRUE;
}
