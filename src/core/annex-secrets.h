/* annex-secrets.h
 *
 * The Secrets port: keys and secret answers, kept outside every database, log and event.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gio/gio.h>
#include <libdex.h>

G_BEGIN_DECLS

#define ANNEX_SECRETS_ERROR (annex_secrets_error_quark ())

typedef enum
{
  ANNEX_SECRETS_ERROR_NOT_FOUND,
  ANNEX_SECRETS_ERROR_LOCKED, /* the keyring is locked and nobody unlocked it */
  ANNEX_SECRETS_ERROR_ABSENT, /* no keyring service on this machine */
  ANNEX_SECRETS_ERROR_FAILED,
} AnnexSecretsError;

GQuark annex_secrets_error_quark (void);

#define ANNEX_TYPE_SECRETS (annex_secrets_get_type ())
G_DECLARE_INTERFACE (AnnexSecrets, annex_secrets, ANNEX, SECRETS, GObject)

struct _AnnexSecretsInterface
{
  GTypeInterface parent_iface;

  DexFuture *(*lookup) (AnnexSecrets *self, const char *id);
  DexFuture *(*store) (AnnexSecrets *self, const char *id, const char *label, const char *value);
  DexFuture *(*remove) (AnnexSecrets *self, const char *id);
};

/* @id: "model:anthropic", "model:openai:<base url>", "secret:<ulid>". Resolves to a string; rejects
 * with ANNEX_SECRETS_ERROR. */
DexFuture *annex_secrets_lookup (AnnexSecrets *self, const char *id) G_GNUC_WARN_UNUSED_RESULT;
/* @label is what the keyring's own window shows. Resolves to TRUE. */
DexFuture *annex_secrets_store (AnnexSecrets *self,
                                const char *id,
                                const char *label,
                                const char *value) G_GNUC_WARN_UNUSED_RESULT;
DexFuture *annex_secrets_remove (AnnexSecrets *self, const char *id) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
