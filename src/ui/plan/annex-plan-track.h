/* annex-plan-track.h
 *
 * What a plan alone does not say: since when a step runs and how long it took, and which sub-agents
 * worked in it. Derived from the events of a task; pure, no widget, no clock.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-event.h"
#include "annex-plan.h"

G_BEGIN_DECLS

typedef struct _AnnexPlanTrack AnnexPlanTrack;

/* One sub-agent: a delegate or browse call. */
typedef struct
{
  char *id;   /* of the call */
  char *goal; /* nullable; the agent's words */
  gint64 started_us;
  gint64 finished_us; /* 0: it runs */
  gboolean failed;
  gboolean stopped; /* by the user */
  guint n_calls;   /* what it called so far */
  char *last_tool; /* nullable: the tool it called last */
} AnnexPlanBranch;

AnnexPlanTrack *
annex_plan_track_new (void);
void
annex_plan_track_free (AnnexPlanTrack *self);
/* In the order of the log. Returns whether anything here changed. */
gboolean
annex_plan_track_apply (AnnexPlanTrack *self, AnnexEvent *event);

/* When the step came to be in progress last, and when it left that; 0: never, not yet. */
gint64
annex_plan_track_get_started (AnnexPlanTrack *self, const char *step_id);
gint64
annex_plan_track_get_finished (AnnexPlanTrack *self, const char *step_id);
/* AnnexPlanBranch elements of the step. (borrowed, nullable) */
GPtrArray *
annex_plan_track_get_branches (AnnexPlanTrack *self, const char *step_id);
/* The last explanation the agent gave. (borrowed, nullable) */
const char *
annex_plan_track_get_explanation (AnnexPlanTrack *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AnnexPlanTrack, annex_plan_track_free)

G_END_DECLS
