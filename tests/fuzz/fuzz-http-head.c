/* fuzz-http-head.c
 *
 * The head filter judges the same whole or byte by byte, and what it writes anew it accepts again,
 * for the same host, port and framing: no second reading of a head exists.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "fuzz.h"

#include "annex-http-body.h"
#include "annex-http-head.h"

#include <string.h>

static AnnexHttpHeadState
feed (AnnexHttpHead *head, const guint8 *data, gsize size, gsize piece, gsize *used)
{
  AnnexHttpHeadState state = ANNEX_HTTP_HEAD_MORE;

  *used = 0;
  for (gsize i = 0; i < size && state == ANNEX_HTTP_HEAD_MORE; i += piece)
    {
      gsize consumed;

      state = annex_http_head_feed (head, data + i, MIN (piece, size - i), &consumed);
      *used += consumed;
    }
  return state;
}

static void
check_rewritten (const AnnexHttpRequest *request)
{
  g_autoptr (GBytes) bytes = annex_http_request_write_head (request, TRUE, NULL);
  g_autoptr (AnnexHttpHead) head = annex_http_head_new ();
  const AnnexHttpRequest *again;
  gsize size;
  gsize used;
  const guint8 *data = g_bytes_get_data (bytes, &size);

  /* "Connection: close" and a Host of ours may make it a little longer than it was. */
  if (size > ANNEX_HTTP_HEAD_MAX_BYTES || request->fields->len + 3 > ANNEX_HTTP_HEAD_MAX_FIELDS)
    return;
  g_assert_cmpint (feed (head, data, size, size, &used), ==, ANNEX_HTTP_HEAD_ACCEPTED);
  g_assert_cmpuint (used, ==, size);
  again = annex_http_head_get_request (head);
  g_assert_cmpstr (again->method, ==, request->method);
  g_assert_cmpstr (again->host, ==, request->host);
  g_assert_cmpstr (again->target, ==, request->target);
  g_assert_cmpuint (again->port, ==, request->port);
  g_assert_cmpint (again->framing, ==, request->framing);
  g_assert_cmpuint (again->content_length, ==, request->content_length);
  g_assert_cmpuint (again->fields->len, ==, request->fields->len);
}

static guint64
read_body (const AnnexHttpRequest *request, const guint8 *data, gsize size, gsize piece)
{
  AnnexHttpBody body;
  guint64 total = 0;
  gsize at = 0;

  annex_http_body_init (&body, request->framing, request->content_length);
  for (;;)
    {
      gsize consumed;
      gsize n_data;
      AnnexHttpBodyState state =
          annex_http_body_next (&body, data + at, MIN (piece, size - at), &consumed, &n_data);

      at += consumed;
      total += n_data;
      g_assert_cmpuint (at, <=, size);
      if (state == ANNEX_HTTP_BODY_END || state == ANNEX_HTTP_BODY_WRONG ||
          (state == ANNEX_HTTP_BODY_MORE && at == size))
        return total;
    }
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (AnnexHttpHead) whole = annex_http_head_new ();
  g_autoptr (AnnexHttpHead) bytewise = annex_http_head_new ();
  g_autofree char *place = NULL;
  const AnnexHttpRequest *request;
  AnnexHttpHeadState state;
  guint port;
  gsize used;
  gsize used_bytewise;

  state = feed (whole, data, size, MAX (size, 1), &used);
  g_assert_cmpint (feed (bytewise, data, size, 1, &used_bytewise), ==, state);
  g_assert_cmpuint (annex_http_head_get_size (whole), <=, ANNEX_HTTP_HEAD_MAX_BYTES);
  place = annex_http_head_dup_place (whole, &port);
  g_assert_true (g_str_is_ascii (place));
  g_assert_null (strpbrk (place, "/?#@"));
  g_assert_cmpuint (port, <=, G_MAXUINT16);
  if (state == ANNEX_HTTP_HEAD_REJECTED)
    {
      g_assert_cmpuint (annex_http_head_get_status (whole), >=, 400);
      g_assert_nonnull (annex_http_head_get_error (whole));
    }
  if (state != ANNEX_HTTP_HEAD_ACCEPTED)
    return 0;
  g_assert_cmpuint (used, ==, used_bytewise);
  request = annex_http_head_get_request (whole);
  if (!request->is_connect)
    check_rewritten (request);
  g_assert_cmpuint (read_body (request, data + used, size - used, size + 1), ==,
                    read_body (request, data + used, size - used, 1));
  return 0;
}
