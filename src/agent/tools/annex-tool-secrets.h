/* annex-tool-secrets.h
 *
 * Secrets that a command may use: each only of this task, and only once the user, who is told which
 * one it is, has agreed.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-simple-tool.h"

G_BEGIN_DECLS

/* In a fiber: what the member `secrets` of @call's input wants, as "NAME=value" for the environment
 * of @command; empty when there is none. NULL with ANNEX_TOOL_ERROR_INPUT for a secret that this
 * task was never given, ANNEX_TOOL_ERROR_FAILED when the user refuses, or ANNEX_SECRETS_ERROR.
 * (transfer full) */
char **
annex_tool_collect_secrets (AnnexWorkspace *workspace,
                            const AnnexToolCall *call,
                            const char *command,
                            GError **error);

G_END_DECLS
