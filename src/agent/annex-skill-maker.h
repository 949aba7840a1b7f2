/* annex-skill-maker.h
 *
 * "Make this a skill": a draft of a skill out of what a task did. One bounded sub-agent, which sees
 * what was said and done and has one tool, the one that writes the draft; what breaks a rule of the
 * format comes back to it once. Nothing is installed: the user edits the draft.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-skill-keeper.h"
#include "annex-workspace.h"

G_BEGIN_DECLS

#define ANNEX_SKILL_MAKER_ERROR (annex_skill_maker_error_quark ())

/* NOTHING: the task has done nothing yet; NO_DRAFT: the model wrote none. */
typedef enum {
  ANNEX_SKILL_MAKER_ERROR_NOTHING,
  ANNEX_SKILL_MAKER_ERROR_NO_DRAFT,
} AnnexSkillMakerError;

GQuark
annex_skill_maker_error_quark (void);

/* @workspace: of the task, with its model; its computer is not needed. @keeper checks. What it
 * costs counts to the task. Resolves to an AnnexSkillDraft (boxed), which may still have faults;
 * rejects with ANNEX_SKILL_MAKER_ERROR, ANNEX_MODEL_ERROR, ANNEX_STORE_ERROR, or
 * G_IO_ERROR_CANCELLED once
 * @cancel (nullable) rejects. */
DexFuture *
annex_skill_maker_run (AnnexWorkspace *workspace,
                       AnnexSkillKeeper *keeper,
                       DexFuture *cancel) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
