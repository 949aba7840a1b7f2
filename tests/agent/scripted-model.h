/* scripted-model.h
 *
 * A Model whose replies the test writes down: each is a JSON array of blocks, streamed block by
 * block.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-model.h"

G_BEGIN_DECLS

#define SCRIPTED_TYPE_MODEL (scripted_model_get_type ())
G_DECLARE_FINAL_TYPE (ScriptedModel, scripted_model, SCRIPTED, MODEL, GObject)

ScriptedModel *
scripted_model_new (void);
/* Adds a reply. */
void
scripted_model_add (ScriptedModel *self, const char *blocks, AnnexStopReason stop_reason);
/* Adds a failure: after @blocks_before the attempt ends with @code. */
void
scripted_model_add_failure (ScriptedModel *self, const char *blocks_before, AnnexModelError code);
/* Adds a reply whose first attempt breaks off after its first block and is repeated. */
void
scripted_model_add_retried (ScriptedModel *self, const char *blocks);
/* The next reply streams @blocks but for the end of the last one, then hangs until cancelled. */
void
scripted_model_add_hang (ScriptedModel *self, const char *blocks);
/* What the server says that every call of from now on was, and what it says that the model takes
 * (0: nothing). */
void
scripted_model_set_prompt (ScriptedModel *self, gint64 prompt_tokens);
void
scripted_model_set_window (ScriptedModel *self, guint64 tokens);
guint
scripted_model_get_n_calls (ScriptedModel *self);
/* The messages of call @index as one JSON text, to compare prefixes. */
const char *
scripted_model_get_messages (ScriptedModel *self, guint index);
/* The system text and the tools text of call @index. */
const char *
scripted_model_get_system (ScriptedModel *self, guint index);
const char *
scripted_model_get_tools (ScriptedModel *self, guint index);

G_END_DECLS
