/* annex-model-key.h
 *
 * Where a model's key comes from. The key is only ever handed to the request that needs it.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-model.h"
#include "annex-secrets.h"

G_BEGIN_DECLS

/* The secret's id: "model:<provider>", with ":<base url>" where that is not the provider's own, so
 * that one server's key is never sent to another. @base_url is nullable. (transfer full) */
char *
annex_model_key_id (const char *provider, const char *base_url);

/* In a fiber: the key from ANNEX_API_KEY, else from @secrets (nullable) under @id. NULL without
 * @error when there is none and @optional; otherwise fails with NO_KEY, saying why the keyring did
 * not answer, or AUTH when the stored text cannot be a key. Free with annex_model_key_free(). */
char *
annex_model_key_lookup (AnnexSecrets *secrets, const char *id, gboolean optional, GError **error);

/* Turns @error, the refusal (AUTH) of a request that was sent without a key, into NO_KEY; leaves
 * any other as it is. */
void
annex_model_key_ask (GError *error, const char *host);

/* Overwrites the text before it frees it. */
void
annex_model_key_free (char *key);

G_END_DECLS
