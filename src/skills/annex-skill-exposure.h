/* annex-skill-exposure.h
 *
 * What in a skill's texts looks private, before it is passed on: addresses, numbers of accounts and
 * cards, keys, paths, the user's name, names of shares. It finds what it can and promises no more:
 * the user decides about each. Blocking.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-skill.h"

G_BEGIN_DECLS

typedef enum {
  ANNEX_EXPOSURE_MAIL,
  ANNEX_EXPOSURE_PHONE,
  ANNEX_EXPOSURE_STREET,
  ANNEX_EXPOSURE_ACCOUNT, /* IBAN with a right sum, or a card number with one */
  ANNEX_EXPOSURE_KEY,     /* keys, tokens, passwords */
  ANNEX_EXPOSURE_PATH,    /* in a home folder */
  ANNEX_EXPOSURE_NAME,    /* the user's */
  ANNEX_EXPOSURE_SHARE,   /* the name of a folder that was shared */
} AnnexExposureKind;

/* "mail", "phone" … */
const char *
annex_exposure_kind_to_name (AnnexExposureKind kind);

typedef struct
{
  AnnexExposureKind kind;
  char *path; /* in the skill */
  char *text;
  char *need_id; /* that a question for it would have; the same for the same text */
  gsize offset_bytes;
  guint line;   /* from 1 */
  guint column; /* from 1, in characters */
} AnnexExposure;
void
annex_exposure_free (AnnexExposure *self);

typedef enum {
  ANNEX_EXPOSURE_KEEP,
  ANNEX_EXPOSURE_ASK,    /* replaced by a question: {{annex.ID}}, and a need in the metadata */
  ANNEX_EXPOSURE_REMOVE, /* taken out */
} AnnexExposureChoice;

/* Looks through @text of the file @path and adds to @found. @names and @shares nullable. */
void
annex_exposures_find_in_text (const char *path,
                              const char *text,
                              const char *const *names,
                              const char *const *shares,
                              GPtrArray *found);
/* Looks through all texts of @folder. @names (nullable): the user's; @shares (nullable): names of
 * folders. AnnexExposure elements by path and place. (transfer full) */
GPtrArray *
annex_exposures_find (const char *folder,
                      const char *const *names,
                      const char *const *shares,
                      GError **error);
/* The real name and the login of who runs Annex, where they tell something. (transfer full) */
char **
annex_exposures_dup_user_names (void);
/* The changed texts: path → GBytes, for annex_skill_package_make. @choices: as many as @found. In
 * the front matter a question is a removal. SKILL.md is always written anew, with the new needs and
 * without keys that the format does not have. (transfer full) */
GHashTable *
annex_exposures_apply (const char *folder,
                       GPtrArray *found,
                       const AnnexExposureChoice *choices,
                       GError **error);

G_END_DECLS
