/* annex-secrets.c
 *
 * See annex-secrets.h: the port's dispatch.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-secrets.h"

#include "annex-spoken.h"

ANNEX_DEFINE_SPOKEN_DOMAIN (annex_secrets_error)
G_DEFINE_INTERFACE (AnnexSecrets, annex_secrets, G_TYPE_OBJECT)

static void
annex_secrets_default_init (AnnexSecretsInterface *iface)
{
}

DexFuture *
annex_secrets_lookup (AnnexSecrets *self, const char *id)
{
  dex_return_error_if_fail (ANNEX_IS_SECRETS (self));
  dex_return_error_if_fail (id != NULL);

  return ANNEX_SECRETS_GET_IFACE (self)->lookup (self, id);
}

DexFuture *
annex_secrets_store (AnnexSecrets *self, const char *id, const char *label, const char *value)
{
  dex_return_error_if_fail (ANNEX_IS_SECRETS (self));
  dex_return_error_if_fail (id != NULL && label != NULL && value != NULL);

  return ANNEX_SECRETS_GET_IFACE (self)->store (self, id, label, value);
}

DexFuture *
annex_secrets_remove (AnnexSecrets *self, const char *id)
{
  dex_return_error_if_fail (ANNEX_IS_SECRETS (self));
  dex_return_error_if_fail (id != NULL);

  return ANNEX_SECRETS_GET_IFACE (self)->remove (self, id);
}
