/* annex-session-secrets.c
 *
 * See annex-session-secrets.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-session-secrets.h"

#include "annex-keyring.h"
#include "annex-spoken.h"

#include <glib/gi18n.h>
#include <libsecret/secret.h>

#define KEYRING_TIMEOUT_MS 5000

struct _AnnexSessionSecrets
{
  GObject parent_instance;

  GHashTable *values; /* id → text in memory that is not swapped out */
  char *why;
};

static void
secrets_iface_init (AnnexSecretsInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (AnnexSessionSecrets,
                               annex_session_secrets,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (ANNEX_TYPE_SECRETS, secrets_iface_init))

static DexFuture *
secrets_lookup (AnnexSecrets *secrets, const char *id)
{
  AnnexSessionSecrets *self = ANNEX_SESSION_SECRETS (secrets);
  SecretValue *value = g_hash_table_lookup (self->values, id);

  if (value == NULL)
    return annex_future_new_spoken (ANNEX_SECRETS_ERROR, ANNEX_SECRETS_ERROR_NOT_FOUND,
                                    N_ ("Nothing is stored under that name"));
  return dex_future_new_for_string (secret_value_get_text (value));
}

static DexFuture *
secrets_store (AnnexSecrets *secrets, const char *id, const char *label, const char *value)
{
  AnnexSessionSecrets *self = ANNEX_SESSION_SECRETS (secrets);

  /* SecretValue keeps its text in locked memory where the system allows it, and wipes it. */
  g_hash_table_replace (self->values, g_strdup (id), secret_value_new (value, -1, "text/plain"));
  return dex_future_new_true ();
}

static DexFuture *
secrets_remove (AnnexSecrets *secrets, const char *id)
{
  g_hash_table_remove (ANNEX_SESSION_SECRETS (secrets)->values, id);
  return dex_future_new_true ();
}

static void
secrets_iface_init (AnnexSecretsInterface *iface)
{
  iface->lookup = secrets_lookup;
  iface->store = secrets_store;
  iface->remove = secrets_remove;
}

static void
annex_session_secrets_finalize (GObject *object)
{
  AnnexSessionSecrets *self = ANNEX_SESSION_SECRETS (object);

  g_hash_table_unref (self->values);
  g_free (self->why);
  G_OBJECT_CLASS (annex_session_secrets_parent_class)->finalize (object);
}

static void
annex_session_secrets_class_init (AnnexSessionSecretsClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = annex_session_secrets_finalize;
}

static void
annex_session_secrets_init (AnnexSessionSecrets *self)
{
  self->values = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, secret_value_unref);
}

AnnexSecrets *
annex_session_secrets_new (const char *why)
{
  AnnexSessionSecrets *self = g_object_new (ANNEX_TYPE_SESSION_SECRETS, NULL);

  self->why = g_strdup (why);
  return ANNEX_SECRETS (self);
}

const char *
annex_secrets_explain (AnnexSecrets *secrets)
{
  g_return_val_if_fail (ANNEX_IS_SECRETS (secrets), NULL);

  return ANNEX_IS_SESSION_SECRETS (secrets) ? ANNEX_SESSION_SECRETS (secrets)->why : NULL;
}

static DexFuture *
fall_back_cb (DexFuture *future, gpointer data)
{
  return dex_future_new_take_object (annex_session_secrets_new (
      "There is no keyring service on this machine, so keys are kept in memory and are forgotten "
      "when Annex is closed."));
}

DexFuture *
annex_secrets_new_default (void)
{
  return dex_future_catch (annex_keyring_open (KEYRING_TIMEOUT_MS), fall_back_cb, NULL, NULL);
}
