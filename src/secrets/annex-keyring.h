/* annex-keyring.h
 *
 * Secrets in the desktop's own keyring (the Secret Service, through libsecret; inside a Flatpak its
 * portal). Nothing is cached: a secret is in memory only while it is used.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-secrets.h"

G_BEGIN_DECLS

#define ANNEX_TYPE_KEYRING (annex_keyring_get_type ())
G_DECLARE_FINAL_TYPE (AnnexKeyring, annex_keyring, ANNEX, KEYRING, GObject)

/* Asks for the service without unlocking anything. Resolves to an AnnexKeyring (object) that
 * implements AnnexSecrets; rejects with ANNEX_SECRETS_ERROR_ABSENT when there is none within
 * @timeout_ms. Main thread. */
DexFuture *
annex_keyring_open (guint timeout_ms) G_GNUC_WARN_UNUSED_RESULT;

/* Is the keyring that Annex's secrets go to locked? Unlocks nothing and asks nobody. Resolves to a
 * boolean; FALSE where that cannot be told. */
DexFuture *
annex_keyring_is_locked (AnnexKeyring *self) G_GNUC_WARN_UNUSED_RESULT;
/* Asks the user to unlock it, in the desktop's own window. Resolves to TRUE; rejects with
 * ANNEX_SECRETS_ERROR_LOCKED when they do not, or nobody can be asked. */
DexFuture *
annex_keyring_unlock (AnnexKeyring *self) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
