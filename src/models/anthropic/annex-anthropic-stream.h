/* annex-anthropic-stream.h
 *
 * The Messages API's events as a reply, and its error answers as errors. Pure.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-wire.h"

G_BEGIN_DECLS

/* Unknown events, deltas and block types are tolerated: blocks are kept as they came. A reply is
 * whole at `message_stop`. */
extern const AnnexWireFormat annex_anthropic_format;

G_END_DECLS
