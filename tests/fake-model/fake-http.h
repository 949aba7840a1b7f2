/* fake-http.h
 *
 * Just enough blocking HTTP/1.1 for the fake model server: reading a request, writing an answer
 * whole, in chunks, slowly, or not to its end. Knows no scenario.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-json.h"

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct
{
  char *method;
  char *path;          /* without the query */
  JsonObject *headers; /* names in lower case */
  char *body;          /* nullable */
} FakeHttpRequest;

/* NULL at the end of the connection or when it is no request. (transfer full) */
FakeHttpRequest *
fake_http_read (GInputStream *stream);
void
fake_http_request_free (FakeHttpRequest *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (FakeHttpRequest, fake_http_request_free)

/* All of these return FALSE when the client is gone. */
gboolean
fake_http_write (GOutputStream *stream, const char *bytes, gsize length);
/* A whole answer. @headers: nullable, extra. */
gboolean
fake_http_respond (GOutputStream *stream,
                   guint status,
                   const char *type,
                   JsonObject *headers,
                   const char *body);
/* The head of a chunked event stream, one chunk of it, and its end. */
gboolean
fake_http_begin_stream (GOutputStream *stream, const char *type);
gboolean
fake_http_write_chunk (GOutputStream *stream, const char *bytes, gsize length);
gboolean
fake_http_end_stream (GOutputStream *stream);

G_END_DECLS
