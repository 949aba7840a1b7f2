/* annex-anthropic-error.h
 *
 * The Messages API's errors, as answers and as events. Pure.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-wire.h"

G_BEGIN_DECLS

/* See AnnexWireFormat. Also for bodies that are no JSON (a proxy's). */
GError *
annex_anthropic_read_error (guint status, const char *body, AnnexFailure *failure);

/* The ANNEX_MODEL_ERROR of an `error` event. (transfer full) */
GError *
annex_anthropic_read_event_error (JsonObject *event);

/* Whether @error says that the thinking of earlier turns is not accepted any more. */
gboolean
annex_anthropic_is_thinking_refused (const GError *error);

G_END_DECLS
