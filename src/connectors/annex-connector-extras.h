/* annex-connector-extras.h
 *
 * A connector's resources and prompts as tools: where a server has them and no tools of those names
 * itself, Annex offers list_resources, read_resource, list_prompts and get_prompt in its name.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-mcp-client.h"

G_BEGIN_DECLS

/* Adds their declarations to @tools, an array of tools/list of the started @client. What the server
 * declares itself under one of these names is replaced: a name must not mean two things. */
void
annex_connector_extras_add (AnnexMcpClient *client, JsonArray *tools);
/* Is @name one that was added? */
gboolean
annex_connector_extras_has (AnnexMcpClient *client, const char *name);
/* Resolves to a result as of tools/call (JsonObject, boxed); rejects as a request does. */
DexFuture *
annex_connector_extras_call (AnnexMcpClient *client,
                             const char *name,
                             JsonObject *arguments,
                             DexFuture *cancel) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
