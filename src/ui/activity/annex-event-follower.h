/* annex-event-follower.h
 *
 * Every event of a task, each once and in order: those that are stored, read in slices that never
 * hold the main loop for long, then those that come. For what is derived from the log in the
 * window.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-task.h"

G_BEGIN_DECLS

#define ANNEX_TYPE_EVENT_FOLLOWER (annex_event_follower_get_type ())
G_DECLARE_FINAL_TYPE (AnnexEventFollower, annex_event_follower, ANNEX, EVENT_FOLLOWER, GObject)

/* Signals: "events" (GPtrArray of AnnexEvent, borrowed), "caught-up" () once when what is stored
 * has been read. Property "caught-up". */
AnnexEventFollower *
annex_event_follower_new (AnnexTask *task);
gboolean
annex_event_follower_is_caught_up (AnnexEventFollower *self);

G_END_DECLS
