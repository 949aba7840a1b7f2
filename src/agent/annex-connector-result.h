/* annex-connector-result.h
 *
 * What a call of a connector's tool brought, as a result for the model: its words marked as the
 * connector's, pictures to look at, everything large or binary as a file in the task's computer.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-tool.h"
#include "annex-workspace.h"

G_BEGIN_DECLS

/* In a fiber. @result: of tools/call, untrusted. @title: the connector's. (transfer full) */
AnnexBlock *
annex_connector_result_block (AnnexWorkspace *workspace,
                              const AnnexToolCall *call,
                              const char *title,
                              JsonObject *result);

G_END_DECLS
