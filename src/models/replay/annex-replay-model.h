/* annex-replay-model.h
 *
 * A model that says again what was recorded of a task, reply after reply. No network, no key, no
 * cost. It does not react: what the calls come to is for whoever compares.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-recording.h"

G_BEGIN_DECLS

#define ANNEX_TYPE_REPLAY_MODEL (annex_replay_model_get_type ())
G_DECLARE_FINAL_TYPE (AnnexReplayModel, annex_replay_model, ANNEX, REPLAY_MODEL, GObject)

/* @system: the text of the conversation that is replayed; a sub-agent with another one is told that
 * it was not recorded. (transfer full) */
AnnexModel *
annex_replay_model_new (AnnexRecording *recording, const char *system);

G_END_DECLS
