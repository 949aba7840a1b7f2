/* annex-eval-case.h
 *
 * A recorded task as files, so that it can be tried again anywhere and as often as one likes:
 *
 *   NAME.annex             the export of the task
 *   NAME.before/FOLDER/    what it saw, a folder for each one it was given
 *   NAME.after/FOLDER/     what should come out (may be missing)
 *   NAME.answers.json      answers for a model of today, as for --answers (may be missing)
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-trial.h"

G_BEGIN_DECLS

#define ANNEX_EVAL_SUFFIX ".annex"

/* In a fiber: reads the case whose export is @file. ANNEX_STORE_ERROR, ANNEX_JSON_ERROR,
 * G_IO_ERROR: the export or a folder is not there or not right. (transfer full) */
AnnexTrial *
annex_eval_case_load (const char *file, GError **error);
/* In a fiber: writes @task as the case NAME in @folder, which is made; the name comes from its
 * title. The folders of the task are taken as they are now, and with what was kept taken back.
 * Returns the export's path; NULL with G_IO_ERROR (EXISTS: there is one of that name;
 * NOT_FOUND: a folder is not shared here any more),
 * ANNEX_KEEP_ERROR, ANNEX_STORE_ERROR; then nothing is left of it. (transfer full) */
char *
annex_eval_case_save (AnnexStore *store, AnnexTask *task, const char *folder, GError **error);

G_END_DECLS
