/* annex-exchange.h
 *
 * One request to a model and its streamed reply, repeated where that is worth it: joins HTTP, the
 * event reader, a wire format and the retry policy. Knows no provider.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-http.h"
#include "annex-wire.h"

G_BEGIN_DECLS

/* A second body to try when the server refuses the first with @refusal; NULL when there is none.
 * Asked until it gave two, for a request may have two faults. (transfer full) */
typedef GBytes *(*AnnexExchangeRepair) (const GError *refusal, gpointer data);

typedef struct
{
  const AnnexWireFormat *format;
  AnnexHttp *http;
  AnnexHttpRequest head; /* method, path, headers, timeouts; the body is ours */
  GBytes *body;
  const char *key; /* nullable; struck out of every error text */
  AnnexWireSink sink;
  AnnexRetryPolicy retry;
  guint idle_timeout_ms;      /* nothing at all came */
  guint progress_timeout_ms;  /* nothing but keep-alives came */
  AnnexExchangeRepair repair; /* nullable */
  gpointer repair_data;
} AnnexExchange;

/* In a fiber: sends, reads, retries (announced as ANNEX_DELTA_RETRY). Everything in @self is
 * borrowed while it runs. NULL with ANNEX_MODEL_ERROR or G_IO_ERROR_CANCELLED. (transfer full) */
AnnexModelReply *
annex_exchange_run (const AnnexExchange *self, DexFuture *cancel, GError **error);

/* In a fiber: GET @path and the body of a 2xx answer, at most 4 MiB, without retries. @timeout_ms
 * is for each wait, twice that for all of them. Errors as above. (transfer full) */
char *
annex_exchange_get (const AnnexWireFormat *format,
                    AnnexHttp *http,
                    const char *path,
                    const char *const *headers,
                    const char *key,
                    guint timeout_ms,
                    GError **error);

G_END_DECLS
