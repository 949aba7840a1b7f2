/* fuzz-anthropic-stream.c
 *
 * The Messages API's events; see fuzz-stream.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "fuzz-stream.h"

#include "annex-anthropic-request.h"
#include "annex-anthropic-stream.h"

static char *
build (const AnnexModelRequest *request, GError **error)
{
  return annex_anthropic_build_body (request, "claude-opus-5-5", FALSE, error);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  AnnexFailure failure = { 0 };
  g_autofree char *body = g_strndup ((const char *) data, size);
  g_autoptr (GError) error = annex_anthropic_format.read_error (400, body, &failure);

  g_assert_true (g_utf8_validate (error->message, -1, NULL));
  return fuzz_stream (&annex_anthropic_format, build, data, size);
}
