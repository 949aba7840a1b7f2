/* annex-plan.h
 *
 * The plan: ordered steps with a state. Pure; no events, no clock.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-json.h"

#include <glib-object.h>

G_BEGIN_DECLS

typedef enum
{
  ANNEX_STEP_PENDING,
  ANNEX_STEP_IN_PROGRESS,
  ANNEX_STEP_COMPLETED,
  ANNEX_STEP_FAILED,
  ANNEX_STEP_SKIPPED,
} AnnexStepState;

typedef struct
{
  char *id;
  char *title;
  AnnexStepState state;
  GPtrArray *files; /* char *, share paths this step touched */
} AnnexStep;

#define ANNEX_TYPE_PLAN (annex_plan_get_type ())
typedef struct _AnnexPlan AnnexPlan; /* boxed, immutable */
GType annex_plan_get_type (void) G_GNUC_CONST;

AnnexPlan *annex_plan_new_empty (void);
/* From `steps` of an update_plan call (lenient: specs/ask-user-and-plan.md), matched against
 * @previous by id, else title, else position, so that steps keep their identity and files. Fails
 * with ANNEX_JSON_ERROR when there is no usable step. (transfer full) */
AnnexPlan *annex_plan_new_from_update (AnnexPlan *previous, JsonObject *input, GError **error);
/* From the data of a plan-updated event. (transfer full) */
AnnexPlan *annex_plan_new_from_json (JsonObject *data, GError **error);
/* The data of a plan-updated event. (transfer full) */
JsonObject *annex_plan_to_json (AnnexPlan *self, const char *explanation, const char *by);
/* A copy in which the step in progress has touched @path. (transfer full) */
AnnexPlan *annex_plan_with_file (AnnexPlan *self, const char *path);
AnnexPlan *annex_plan_ref (AnnexPlan *self);
void annex_plan_unref (AnnexPlan *self);
guint annex_plan_get_n_steps (AnnexPlan *self);
const AnnexStep *annex_plan_get_step (AnnexPlan *self, guint index);
const char *annex_step_state_to_name (AnnexStepState state);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AnnexPlan, annex_plan_unref)

G_END_DECLS
