/* annex-session-secrets.h
 *
 * Secrets kept in memory until Annex ends, for machines without a keyring: never on disk in the
 * clear. Also the choice between the two.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-secrets.h"

G_BEGIN_DECLS

#define ANNEX_TYPE_SESSION_SECRETS (annex_session_secrets_get_type ())
G_DECLARE_FINAL_TYPE (AnnexSessionSecrets, annex_session_secrets, ANNEX, SESSION_SECRETS, GObject)

/* @why: a sentence for the user about why the keyring is not used. (transfer full) */
AnnexSecrets *
annex_session_secrets_new (const char *why);

/* Why @secrets does not outlast this session, as a sentence for the user; NULL when it does.
 * (borrowed) */
const char *
annex_secrets_explain (AnnexSecrets *secrets);

/* The keyring where one answers within 5 s, else memory with the reason. Resolves to an
 * AnnexSecrets (object); never rejects. Main thread. */
DexFuture *
annex_secrets_new_default (void) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
