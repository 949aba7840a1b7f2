/* annex-connector-record.h
 *
 * What Annex knows of a connector from its last start: the tools it had, those definitions that the
 * user agreed to, and how the start went. Kept in a file of its own beside the others; no secret is
 * in it. All of it is untrusted text.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-connectors.h"
#include "annex-mcp-tool.h"

G_BEGIN_DECLS

/* More tools of one connector than that are left out. */
#define ANNEX_CONNECTOR_MAX_TOOLS 1000

typedef struct
{
  GPtrArray *tools;          /* AnnexMcpTool, as they were last seen */
  GHashTable *approved;      /* char * name: char * definition */
  gboolean looked_at;        /* the tools were listed once */
  AnnexConnectorState state; /* IDLE, SIGN_IN, NO_TOOLS or FAILED: of the last start */
  char *error;               /* nullable: why it failed */
  char *said;                /* nullable: the same as the user is told it */
} AnnexConnectorRecord;

/* Nothing is known. */
AnnexConnectorRecord *
annex_connector_record_new (void);
/* Of the file at @path; a file that is missing or damaged tells nothing, and nothing is approved by
 * it. (transfer full) */
AnnexConnectorRecord *
annex_connector_record_load (const char *path);
/* Whole or not at all. Blocking, and small. G_IO_ERROR. */
gboolean
annex_connector_record_save (const AnnexConnectorRecord *self, const char *path, GError **error);
void
annex_connector_record_free (AnnexConnectorRecord *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AnnexConnectorRecord, annex_connector_record_free)

/* The connector has these tools now, elements of tools/list; what cannot be used is left out. The
 * first ones ever are approved: the user has just added their connector. Returns whether anything
 * differs from before. */
gboolean
annex_connector_record_take_tools (AnnexConnectorRecord *self, JsonArray *declared);
/* The user agrees to @tool, or to all (NULL), as they are now. FALSE when there is no such tool. */
gboolean
annex_connector_record_approve (AnnexConnectorRecord *self, const char *tool);
gboolean
annex_connector_record_is_approved (const AnnexConnectorRecord *self, const AnnexMcpTool *tool);
/* How the last start went. @error is nullable, borrowed. */
void
annex_connector_record_set_state (AnnexConnectorRecord *self,
                                  AnnexConnectorState state,
                                  const GError *error);
/* (borrowed, nullable) */
AnnexMcpTool *
annex_connector_record_find (const AnnexConnectorRecord *self, const char *tool);
/* @tool for those above, with the user's rules of @config's id. (transfer full) */
AnnexConnectorTool *
annex_connector_record_describe (const AnnexConnectorRecord *self,
                                 const char *connector,
                                 const AnnexMcpTool *tool,
                                 AnnexConnectorRule rule);

/* Everything of a definition that the model or the user goes by, as one text: the same definition,
 * the same text. (transfer full) */
char *
annex_mcp_tool_dup_definition (const AnnexMcpTool *self);
/* sha256 of that, in hexadecimal digits. (transfer full) */
char *
annex_mcp_tool_dup_digest (const AnnexMcpTool *self);

G_END_DECLS
