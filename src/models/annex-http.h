/* annex-http.h
 *
 * HTTP as the providers need it: one request, its head, its body in pieces as they come. Limits on
 * connecting, on silence and on sizes; no redirects, so that a key never reaches another host; the
 * user's own system proxy but for loopback. Knows no provider, and logs nothing.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-model.h"

G_BEGIN_DECLS

typedef struct _AnnexHttp AnnexHttp;
typedef struct _AnnexHttpResponse AnnexHttpResponse;

/* For a server at @base_url: http or https, a host, no user name or password; a trailing slash or
 * "/v1" is dropped. Fails with ANNEX_MODEL_ERROR_INVALID. (transfer full) */
AnnexHttp *
annex_http_new (const char *base_url, GError **error);
AnnexHttp *
annex_http_ref (AnnexHttp *self);
void
annex_http_unref (AnnexHttp *self);

/* Without a trailing slash or "/v1". (borrowed) */
const char *
annex_http_get_base_url (AnnexHttp *self);
const char *
annex_http_get_host (AnnexHttp *self);
guint
annex_http_get_port (AnnexHttp *self);
/* Whether the server is this machine. */
gboolean
annex_http_is_loopback (AnnexHttp *self);

/* One request. The strings and the body are only read while annex_http_send() runs. */
typedef struct
{
  const char *method;          /* GET, POST */
  const char *path;            /* "/v1/messages" */
  GBytes *body;                /* nullable; sent as application/json */
  const char *const *headers;  /* name, value, name, value …, NULL; nullable */
  guint connect_timeout_ms;    /* until the request can be written; 0: 15 s */
  guint first_byte_timeout_ms; /* from then until the head of the answer; 0: 120 s */
} AnnexHttpRequest;

/* In a fiber: sends @request and waits for the head of the answer, whatever its status. @cancel is
 * borrowed and may be NULL. Fails with ANNEX_MODEL_ERROR (OFFLINE, CUT, TIMED_OUT, PROTOCOL) or
 * G_IO_ERROR_CANCELLED; @permanent (nullable) is set when trying again cannot help.
 * (transfer full) */
AnnexHttpResponse *
annex_http_send (AnnexHttp *self,
                 const AnnexHttpRequest *request,
                 DexFuture *cancel,
                 gboolean *permanent,
                 GError **error);

guint
annex_http_response_get_status (AnnexHttpResponse *self);
/* NULL when absent. (borrowed) */
const char *
annex_http_response_get_header (AnnexHttpResponse *self, const char *name);
/* In lower case, without parameters; "" when absent. (borrowed) */
const char *
annex_http_response_get_content_type (AnnexHttpResponse *self);

/* In a fiber: the next piece of the body, at most 64 KiB; empty at its end. Nothing more is read
 * from the network until the next call. Fails with CUT, TIMED_OUT (nothing for @idle_timeout_ms) or
 * G_IO_ERROR_CANCELLED. (transfer full) */
GBytes *
annex_http_response_read (AnnexHttpResponse *self,
                          guint idle_timeout_ms,
                          DexFuture *cancel,
                          GError **error);
/* In a fiber: the body, or its first @max_bytes, as valid UTF-8. Never fails for a cut: it is for
 * error bodies and short answers. NULL with G_IO_ERROR_CANCELLED only. (transfer full) */
char *
annex_http_response_read_text (AnnexHttpResponse *self,
                               gsize max_bytes,
                               guint idle_timeout_ms,
                               DexFuture *cancel,
                               GError **error);
/* How much of the body was read so far. */
guint64
annex_http_response_get_bytes (AnnexHttpResponse *self);
/* Closes the connection unless the body was read to its end. */
void
annex_http_response_free (AnnexHttpResponse *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AnnexHttp, annex_http_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AnnexHttpResponse, annex_http_response_free)

G_END_DECLS
