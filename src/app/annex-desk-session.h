/* annex-desk-session.h
 *
 * The desk of a running Annex: does for the window what annex-desk.h promises, on the session, with
 * one agent a task that runs, several at once. Knows no widget.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-desk.h"
#include "annex-session.h"

G_BEGIN_DECLS

#define ANNEX_TYPE_DESK_SESSION (annex_desk_session_get_type ())
G_DECLARE_FINAL_TYPE (AnnexDeskSession, annex_desk_session, ANNEX, DESK_SESSION, GObject)

/* Opens the session and what a window needs. Tasks that no process runs though they say so are told
 * to be stopped. Resolves to an AnnexDeskSession; rejects with ANNEX_STORE_ERROR. */
DexFuture *
annex_desk_session_open (void) G_GNUC_WARN_UNUSED_RESULT;
/* On a session that is open already; for tests. (transfer full) */
AnnexDeskSession *
annex_desk_session_new (AnnexSession *session);
/* Leaves the tasks as they are: runs are parked at their next step (what waits for the user stays
 * open), computers go to sleep, the database is closed. Resolves to TRUE. */
DexFuture *
annex_desk_session_close (AnnexDeskSession *self) G_GNUC_WARN_UNUSED_RESULT;
/* Borrowed. */
AnnexSession *
annex_desk_session_get_session (AnnexDeskSession *self);

G_END_DECLS
