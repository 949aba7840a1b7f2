/* annex-answers-file.h
 *
 * The file of `--answers`: a JSON array of {ask, match?, answer}, tried in order.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-ask.h"

G_BEGIN_DECLS

#define ANNEX_TYPE_ANSWERS_FILE (annex_answers_file_get_type ())
G_DECLARE_FINAL_TYPE (AnnexAnswersFile, annex_answers_file, ANNEX, ANSWERS_FILE, GObject)

/* Reads and checks the whole file. NULL with ANNEX_JSON_ERROR (the message names the entry) or
 * G_IO_ERROR. Blocking but short. */
AnnexAnswersFile *
annex_answers_file_load (const char *path, GError **error);
/* The answer of the first entry of the ask's kind whose match is a part of the ask's text (no
 * match: any). NULL when there is none. Entries are not used up. (borrowed) */
const char *
annex_answers_file_find (AnnexAnswersFile *self, AnnexAsk *ask);

G_END_DECLS
