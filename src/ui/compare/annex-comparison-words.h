/* annex-comparison-words.h
 *
 * The words for two tries of a task. Pure; names from a log are cleaned here.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-comparison.h"

G_BEGIN_DECLS

/* All: (transfer full). Of one try: "fake-1", "42 s", "12, 1 failed", "1,200 tokens read, 300
 * written", "US$ 0.02". */
char *
annex_try_dup_model (const AnnexTry *try);
char *
annex_try_dup_time (const AnnexTry *try);
char *
annex_try_dup_steps (const AnnexTry *try);
char *
annex_try_dup_tokens (const AnnexTry *try);
char *
annex_try_dup_cost (const AnnexTry *try);
/* "3 files, not kept yet", "It changed no files". */
char *
annex_try_dup_files (const AnnexTry *try);
/* How many of its changes are in that state. */
guint
annex_try_count (const AnnexTry *try, AnnexMadeState state);

/* "The same", "Different · 12 kB and 14 kB", "Only in the first try". */
char *
annex_compared_file_dup_words (const AnnexComparedFile *file);
/* "Notes/report.docx" */
char *
annex_compared_file_dup_name (const AnnexComparedFile *file);
/* Of a step: "Both the same way", "Only in the second try", "Failed in the second try". */
const char *
annex_step_pair_get_words (const AnnexStepPair *pair);
/* What a tool does, for people, with the beginning of what it was told: "shell · ls -l". */
char *
annex_step_pair_dup_title (const AnnexStepPair *pair);

G_END_DECLS
