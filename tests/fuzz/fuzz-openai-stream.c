/* fuzz-openai-stream.c
 *
 * The chunks of a chat completion; see fuzz-stream.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "fuzz-stream.h"

#include "annex-openai-request.h"
#include "annex-openai-stream.h"

static char *
build (const AnnexModelRequest *request, GError **error)
{
  return annex_openai_build_body (request, "m", ANNEX_OPENAI_LIMIT_MAX_TOKENS, error);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  AnnexFailure failure = { 0 };
  g_autofree char *body = g_strndup ((const char *) data, size);
  g_autoptr (GError) error = annex_openai_format.read_error (400, body, &failure);

  g_assert_true (g_utf8_validate (error->message, -1, NULL));
  return fuzz_stream (&annex_openai_format, build, data, size);
}
