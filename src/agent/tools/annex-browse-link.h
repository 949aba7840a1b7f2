/* annex-browse-link.h
 *
 * What the browser pane is given while the browse tool uses it: the way to the user (the task's
 * inbox) and the way to the task's files (its computer).
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-tool-util.h"

G_BEGIN_DECLS

/* No more than this goes to a web page in one file. */
#define ANNEX_BROWSE_UPLOAD_MAX_BYTES (32u * 1024 * 1024)

/* Counted. */
typedef struct
{
  AnnexWorkspace *workspace;
  char *parent;      /* id of the browse call */
  DexFuture *cancel; /* nullable: of that call */
  gint64 idle_us;    /* how long the user has been waited for */
} AnnexBrowseLink;

AnnexBrowseLink *
annex_browse_link_new (AnnexWorkspace *workspace, const AnnexToolCall *call);
AnnexBrowseLink *
annex_browse_link_ref (AnnexBrowseLink *self);
void
annex_browse_link_unref (AnnexBrowseLink *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AnnexBrowseLink, annex_browse_link_unref)

/* Connects @browser with the task, until it is disconnected. */
void
annex_browse_link_connect (AnnexBrowseLink *self, AnnexBrowser *browser);
void
annex_browse_link_disconnect (AnnexBrowser *browser);
/* In a fiber: asks the user; the time counts as idle. As annex_workspace_ask_midway. */
JsonObject *
annex_browse_link_ask (AnnexBrowseLink *self, AnnexAsk *ask, DexFuture *cancel, GError **error);

/* The absolute form of @path when a file there may go to a web page: of a share, or of the agent's
 * inbox or outbox; else NULL. (transfer full) */
char *
annex_browse_dup_sendable_path (const char *path);

G_END_DECLS
