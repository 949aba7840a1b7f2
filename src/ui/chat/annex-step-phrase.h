/* annex-step-phrase.h
 *
 * What a step is called, in plain words: one table of phrases for all tools. Names in it come from the
 * agent and are made safe for one line.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-transcript.h"

G_BEGIN_DECLS

/* The plan, a question, presented files: another row or pane shows what came of it. Not when it failed. */
gboolean
annex_step_is_shown_elsewhere (AnnexTranscriptItem *step);
/* May the two become one line, "Read 24 files"? */
gboolean
annex_step_is_same_kind (AnnexTranscriptItem *a, AnnexTranscriptItem *b);
/* @steps: AnnexTranscriptItem, at least one, of the same kind. "Read 24 files", or while they run
 * "Reading 24 files". (transfer full) */
char *
annex_step_dup_phrase (GPtrArray *steps, gboolean running);
/* A symbolic icon. */
const char *
annex_step_get_icon (AnnexTranscriptItem *step);
/* What it was told to do, for those who open it: a command, a text that was written. "" when there is
 * nothing more to say than its phrase. *@language (nullable): of the code. (transfer full) */
char *
annex_step_dup_input (AnnexTranscriptItem *step, const char **language);
/* The lengths of all together; -1 when one runs or is not known. */
gint64
annex_steps_get_duration_ms (GPtrArray *steps);
/* Output of a command as plain text: escape sequences are removed, a line that was written over
 * anew shows what it ended as. (transfer full) */
char *
annex_step_strip_escapes (const char *text);

G_END_DECLS
