/* annex-mcp-stdio.h
 *
 * MCP over the streams of a process: one message a line; what it writes to its error stream is a
 * log, of which the end is kept for explanations.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-computer.h"
#include "annex-mcp-transport.h"

G_BEGIN_DECLS

#define ANNEX_TYPE_MCP_STDIO (annex_mcp_stdio_get_type ())
G_DECLARE_FINAL_TYPE (AnnexMcpStdio, annex_mcp_stdio, ANNEX, MCP_STDIO, GObject)

/* @process has just been started. Close it before the last reference is dropped: its readers hold
 * one. Closing shuts its input, waits two seconds, then ends it. */
AnnexMcpTransport *
annex_mcp_stdio_new (AnnexProcess *process);
/* The end of what it wrote to its error stream, valid UTF-8, untrusted; "" when nothing. (transfer
 * full) */
char *
annex_mcp_stdio_dup_log (AnnexMcpStdio *self);

G_END_DECLS
