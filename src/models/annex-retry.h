/* annex-retry.h
 *
 * When a failed request is repeated, and after how long. Pure: no clock of its own but for dates in
 * `retry-after`, no network.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-model.h"

G_BEGIN_DECLS

/* What the policy knows of a failure. */
typedef struct
{
  AnnexModelError code;
  guint status; /* of the HTTP answer; 0: none came, or the failure was in the stream */
  const char *retry_after_ms; /* headers, nullable */
  const char *retry_after;
  const char *should_retry;
  gboolean permanent; /* repeating cannot help whatever the code (a refused certificate) */
  gboolean loading;   /* the server loads its model: ask again until it is there */
} AnnexFailure;

typedef struct
{
  guint max_retries;           /* answers of the server: 429, 5xx, errors in the stream */
  guint max_transport_retries; /* no connection, silence, a cut */
  guint base_ms;               /* of the doubling wait */
  guint cap_ms;
  guint loading_ms;     /* between two tries while a model loads */
  guint max_loading_ms; /* altogether */
} AnnexRetryPolicy;

/* 4 and 2 retries; 0.5 s doubling to 8 s; while loading every 2 s for 5 min. */
extern const AnnexRetryPolicy annex_retry_policy_default;

/* Whether to repeat after @failure, the (@retries_so_far + 1)th time; @loading_so_far_ms is what
 * was spent waiting for a model to load. Honours x-should-retry, retry-after-ms and retry-after
 * (seconds or a date) up to 60 s, else doubles with up to 25 % jitter downwards taken from @random
 * (0 to 1).
 * @delay_ms is set on TRUE. */
gboolean
annex_retry_decide (const AnnexRetryPolicy *policy,
                    const AnnexFailure *failure,
                    guint retries_so_far,
                    guint loading_so_far_ms,
                    double random,
                    guint *delay_ms);

G_END_DECLS
