/* annex-model-key.c
 *
 * See annex-model-key.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-model-key.h"

#include "annex-future.h"
#include "annex-spoken.h"

#include <glib/gi18n.h>
#include <string.h>

#define MAX_KEY_BYTES 4096

char *
annex_model_key_id (const char *provider, const char *base_url)
{
  return base_url != NULL ? g_strdup_printf ("model:%s:%s", provider, base_url)
                          : g_strdup_printf ("model:%s", provider);
}

void
annex_model_key_free (char *key)
{
  if (key == NULL)
    return;
  explicit_bzero (key, strlen (key));
  g_free (key);
}

/* A key goes into a header: printable ASCII without spaces, or it is no key. */
static gboolean
is_sendable (const char *key)
{
  if (strlen (key) > MAX_KEY_BYTES)
    return FALSE;
  for (const char *at = key; *at != '\0'; at++)
    if (!g_ascii_isgraph (*at))
      return FALSE;
  return TRUE;
}

static const char *
why_not (const GError *error)
{
  if (g_error_matches (error, ANNEX_SECRETS_ERROR, ANNEX_SECRETS_ERROR_LOCKED))
    return N_ ("The keyring is locked, so the model’s key cannot be read; unlock it or set "
               "ANNEX_API_KEY");
  if (g_error_matches (error, ANNEX_SECRETS_ERROR, ANNEX_SECRETS_ERROR_ABSENT))
    return N_ ("There is no keyring service on this machine, so the model’s key cannot be read; "
               "set ANNEX_API_KEY");
  if (g_error_matches (error, ANNEX_SECRETS_ERROR, ANNEX_SECRETS_ERROR_NOT_FOUND))
    return N_ ("No key is stored for this model");
  return N_ ("The keyring did not give the model’s key");
}

char *
annex_model_key_lookup (AnnexSecrets *secrets, const char *id, gboolean optional, GError **error)
{
  const char *from_environment = g_getenv ("ANNEX_API_KEY");
  g_autoptr (GError) local = NULL;
  char *key = NULL;

  if (from_environment != NULL && *from_environment != '\0')
    key = g_strdup (from_environment);
  else if (secrets != NULL)
    key = dex_await_string (annex_secrets_lookup (secrets, id), &local);
  if (key != NULL)
    g_strstrip (key);
  if (key != NULL && *key == '\0')
    g_clear_pointer (&key, annex_model_key_free);

  if (key == NULL)
    {
      if (local != NULL)
        annex_error_normalise (&local);
      if (g_error_matches (local, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        g_propagate_error (error, g_steal_pointer (&local));
      else if (!optional)
        annex_set_spoken_literal (error, ANNEX_MODEL_ERROR, ANNEX_MODEL_ERROR_NO_KEY,
                                  secrets != NULL ? why_not (local)
                                                  : N_ ("No key is stored for this model"));
      return NULL;
    }
  if (!is_sendable (key))
    {
      annex_set_spoken (error, ANNEX_MODEL_ERROR, ANNEX_MODEL_ERROR_AUTH,
                        N_ ("The stored key holds characters no key has; enter it again"));
      g_clear_pointer (&key, annex_model_key_free);
    }
  return key;
}

void
annex_model_key_ask (GError *error, const char *host)
{
  if (!g_error_matches (error, ANNEX_MODEL_ERROR, ANNEX_MODEL_ERROR_AUTH))
    return;
  error->code = ANNEX_MODEL_ERROR_NO_KEY;
  g_free (error->message);
  error->message =
      g_strdup_printf ("The server at %s wants a key, and none is stored for it", host);
}
