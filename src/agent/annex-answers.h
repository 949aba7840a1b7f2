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
 * their reference. Resolves to a string, the answer as JSON text; rejects with ANNEX_JSON_ERROR_VALUE for a label that is not
 * one, ANNEX_SECRETS_ERROR or ANNEX_STORE_ERROR. */
DexFuture *
annex_answers_submit (AnnexInbox *inbox,
                      AnnexSecrets *secrets,
                      AnnexAsk *ask,
                      const char *text,
                      const char *by) G_GNUC_WARN_UNUSED_RESULT;

/* Puts a secret answer into @secrets. Resolves to its reference, "secret:<id>"; rejects with
 * ANNEX_SECRETS_ERROR. */
DexFuture *
annex_answers_store_secret (AnnexSecrets *secrets, const char *value) G_GNUC_WARN_UNUSED_RESULT;

/* Answers a draft ask: keeps or discards the share's draft as @label says (exactly a label that
 * annex_ask_make_answer takes; any other changes nothing), then closes the ask. What could not be
 * kept leaves it open. Resolves to a boxed GPtrArray of AnnexKept (empty when discarded); rejects
 * with ANNEX_JSON_ERROR_VALUE, ANNEX_KEEP_ERROR, ANNEX_COMPUTER_ERROR or ANNEX_STORE_ERROR: then
 * the ask is still open. */
DexFuture *
annex_answers_settle_draft (AnnexInbox *inbox,
                            AnnexDrafts *drafts,
                            AnnexAsk *ask,
                            const char *label,
                            const char *by) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
