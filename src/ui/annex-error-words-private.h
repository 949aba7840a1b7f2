/* annex-error-words-private.h
 *
 * The table behind annex-error-text.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

typedef enum {
  ANNEX_REPAIR_NONE,
  ANNEX_REPAIR_KEY,
  ANNEX_REPAIR_MODEL,
  ANNEX_REPAIR_RESUME,
  ANNEX_REPAIR_DOCTOR,
  ANNEX_REPAIR_COMPUTER,
  ANNEX_REPAIR_SPACE,
  ANNEX_REPAIR_NEW_TASK,
  ANNEX_REPAIR_FOLDER,
} AnnexRepair;

/* Untranslated. The entry for everything else has no domain; one for a whole domain has no code. */
typedef struct
{
  const char *domain;
  const char *code;
  const char *title;
  const char *advice;
  AnnexRepair repair;
} AnnexErrorWords;

/* The entry of @domain and @code (nullable), else that of the domain, else that of everything.
 * Never NULL. */
const AnnexErrorWords *
annex_error_words_find (const char *domain, const char *code);

G_END_DECLS
