/* annex-http-head-private.h
 *
 * What the two halves of the head filter share: cutting (annex-http-head.c) and reading
 * (annex-http-request.c).
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-http-head.h"

G_BEGIN_DECLS

/* RFC 9110 tchar. */
gboolean
annex_http_is_token_byte (char c);

/* The HTTP status that answers an ANNEX_HTTP_HEAD_ERROR or ANNEX_POLICY_ERROR. */
guint
annex_http_status_of (const GError *error);

/* Reads the lines of a head (request line first, no line ends, no control bytes but tabs).
 * @host_func: nullable. ANNEX_HTTP_HEAD_ERROR or ANNEX_POLICY_ERROR. (transfer full) */
AnnexHttpRequest *
annex_http_request_parse (char **lines,
                          AnnexHttpHostFunc host_func,
                          gpointer host_data,
                          GError **error);
void
annex_http_request_free (AnnexHttpRequest *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AnnexHttpRequest, annex_http_request_free)

G_END_DECLS
