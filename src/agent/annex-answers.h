/* annex-answers.h
 *
 * Giving an answer to an open ask and carrying out what it decides, for whoever asks the person:
 * the command line and the window. A secret never reaches an event.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-drafts.h"
#include "annex-inbox.h"
#include "annex-secrets.h"

G_BEGIN_DECLS

/* Answers @ask with one label or free text. Secret answers go to @secrets first and are replaced by
 * their reference. Resolves to TRUE; rejects with ANNEX_JSON_ERROR_VALUE for a label that is not
 * one, ANNEX_SECRETS_ERROR or ANNEX_STORE_ERROR. */
DexFuture *
annex_answers_submit (AnnexInbox *inbox,
                      AnnexSecrets *secrets,
                      AnnexAsk *ask,
                      const char *text,
                      const char *by) G_GNUC_WARN_UNUSED_RESULT;

/* Carries out an answered draft ask: keeps or discards the share's draft. Resolves to a boxed
 * GPtrArray of AnnexKept (empty when discarded). */
DexFuture *
annex_answers_apply_draft (AnnexDrafts *drafts,
                           AnnexAsk *ask,
                           const char *label) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
