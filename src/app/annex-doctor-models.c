/* annex-doctor-models.c
 *
 * How Annex thinks: the keyring, the network, the default model.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-doctor-private.h"

#include "annex-future.h"
#include "annex-keyring.h"
#include "annex-models.h"
#include "annex-session-secrets.h"

#include <glib/gi18n.h>
#include <gio/gio.h>
#include <string.h>

#define MODEL_LIMIT_MS 30000
#define LOOKUP_LIMIT_MS 10000

/* The keyring */

static void
say_locked (AnnexCheckResult *result)
{
  annex_doctor_say (result, ANNEX_CHECK_FAILED,
                    _ ("The keyring is locked, so stored keys cannot be read. Unlock it here, by "
                       "logging in again or with the desktop’s password manager."));
  result->repair = g_strdup (_ ("Unlock It"));
}

static gboolean
repair_keyring (AnnexDoctor *self, GError **error)
{
  AnnexSecrets *secrets = self->session != NULL ? annex_session_get_secrets (self->session) : NULL;

  return !ANNEX_IS_KEYRING (secrets) ||
         dex_await (annex_keyring_unlock (ANNEX_KEYRING (secrets)), error);
}

/* Looked at first: a lookup would open the desktop's window and wait for its answer. */
static gboolean
is_locked (AnnexSecrets *secrets)
{
  return ANNEX_IS_KEYRING (secrets) &&
         dex_await_boolean (annex_keyring_is_locked (ANNEX_KEYRING (secrets)), NULL);
}

static void
look_keyring (AnnexDoctor *self, AnnexCheckResult *result, gboolean thorough)
{
  AnnexSecrets *secrets = self->session != NULL ? annex_session_get_secrets (self->session) : NULL;
  const char *why = secrets != NULL ? annex_secrets_explain (secrets) : NULL;
  g_autoptr (GError) error = NULL;
  char *value = NULL;

  if (secrets == NULL)
    {
      annex_doctor_say (result, ANNEX_CHECK_UNKNOWN, _ ("This was not looked at."));
      return;
    }
  if (why != NULL)
    {
      annex_doctor_say (result, ANNEX_CHECK_NOTICE, "%s", why);
      result->admin_text = g_strdup (
          _ ("Please install a keyring that offers the Secret Service interface, such as the "
             "desktop’s own (GNOME Keyring, KWallet), and let it start with the session."));
      return;
    }
  if (is_locked (secrets))
    {
      say_locked (result);
      return;
    }
  value = dex_await_string (annex_secrets_lookup (secrets, "model:anthropic"), &error);
  if (value != NULL)
    explicit_bzero (value, strlen (value));
  g_free (value);
  if (g_error_matches (error, ANNEX_SECRETS_ERROR, ANNEX_SECRETS_ERROR_LOCKED))
    say_locked (result);
  else if (error == NULL ||
           g_error_matches (error, ANNEX_SECRETS_ERROR, ANNEX_SECRETS_ERROR_NOT_FOUND))
    annex_doctor_say (result, ANNEX_CHECK_OK, _ ("Keys are kept in the desktop’s keyring."));
  else
    annex_doctor_say_error (result, ANNEX_CHECK_FAILED, error, _ ("The keyring does not work."));
}

/* The model */

static gboolean
is_remote (const AnnexModelProfile *profile)
{
  if (g_str_equal (profile->provider, "tour"))
    return FALSE;
  return profile->base_url == NULL || (strstr (profile->base_url, "://127.") == NULL &&
                                       strstr (profile->base_url, "://localhost") == NULL &&
                                       strstr (profile->base_url, "://[::1]") == NULL);
}

static gboolean
is_network_up (AnnexDoctor *self)
{
  if (!self->world.asks_network)
    return self->world.network_up;
  return g_network_monitor_get_network_available (g_network_monitor_get_default ());
}

/* The address that a connection to the model goes to; NULL: this machine. (transfer full) */
static char *
dup_model_address (const AnnexModelProfile *profile)
{
  g_autoptr (AnnexModel) model =
      is_remote (profile)
          ? annex_models_new (profile->provider, profile->model, profile->base_url, NULL, NULL)
          : NULL;

  return model != NULL ? annex_model_dup_base_url (model) : NULL;
}

static void
say_model_error (AnnexDoctor *self,
                 AnnexCheckResult *result,
                 const AnnexModelProfile *profile,
                 const GError *error)
{
  g_autofree char *address = dup_model_address (profile);
  g_autofree char *fault =
      address != NULL && !g_error_matches (error, ANNEX_MODEL_ERROR, ANNEX_MODEL_ERROR_NO_KEY)
          ? annex_doctor_dup_proxy_fault (self, address)
          : NULL;
  g_autofree char *sentence = NULL;

  if (fault == NULL && address != NULL &&
      g_error_matches (error, ANNEX_MODEL_ERROR, ANNEX_MODEL_ERROR_OFFLINE))
    fault = annex_doctor_dup_time_fault (self, address);
  if (fault != NULL)
    sentence = g_strdup_printf (_ ("“%s” cannot be reached. %s"), profile->name, fault);
  else if (g_error_matches (error, ANNEX_MODEL_ERROR, ANNEX_MODEL_ERROR_NO_KEY))
    sentence = g_strdup_printf (
        _ ("“%s” needs a key, and none is stored. Add it in the preferences."), profile->name);
  else if (g_error_matches (error, ANNEX_MODEL_ERROR, ANNEX_MODEL_ERROR_AUTH))
    sentence = g_strdup_printf (_ ("The key for “%s” is no longer accepted. Enter a new one in the "
                                   "preferences."),
                                profile->name);
  else if (g_error_matches (error, ANNEX_MODEL_ERROR, ANNEX_MODEL_ERROR_OFFLINE) ||
           g_error_matches (error, ANNEX_MODEL_ERROR, ANNEX_MODEL_ERROR_TIMED_OUT))
    sentence = g_strdup_printf (
        is_remote (profile)
            ? _ ("“%s” cannot be reached. Check the network, and the address in the preferences.")
            : _ ("“%s” does not answer. Is its program running on this machine?"),
        profile->name);
  else if (g_error_matches (error, ANNEX_MODEL_ERROR, ANNEX_MODEL_ERROR_BILLING))
    sentence = g_strdup_printf (_ ("The account for “%s” has no credit left."), profile->name);
  else
    sentence = g_strdup_printf (_ ("“%s” does not answer as it should."), profile->name);
  annex_doctor_say_error (result, ANNEX_CHECK_FAILED, error, sentence);
}

static void
look_model (AnnexDoctor *self, AnnexCheckResult *result, gboolean thorough)
{
  g_autoptr (AnnexModelProfile) profile = NULL;
  g_autoptr (AnnexModel) model = NULL;
  g_autoptr (GError) error = NULL;
  AnnexSecrets *secrets;
  gboolean locked;

  if (self->session == NULL)
    {
      annex_doctor_say (result, ANNEX_CHECK_UNKNOWN, _ ("This was not looked at."));
      return;
    }
  profile = annex_config_dup_profile (annex_session_get_config (self->session), NULL);
  if (g_str_equal (profile->provider, "tour"))
    {
      annex_doctor_say (
          result, ANNEX_CHECK_NOTICE,
          _ ("No model is set up, so only the tour works. Add one in the preferences."));
      return;
    }
  result->detail = g_strdup (profile->base_url != NULL ? profile->base_url : profile->provider);
  /* Nobody has asked for the keyring to be unlocked. It may do without: a server of the user's own
   * may want no key. */
  secrets = annex_session_get_secrets (self->session);
  locked = is_locked (secrets);
  model = annex_models_new (profile->provider, profile->model, profile->base_url,
                            locked ? NULL : secrets, &error);
  if (model == NULL ||
      !dex_await (annex_future_with_timeout (annex_model_check (model), MODEL_LIMIT_MS), &error))
    {
      annex_error_normalise (&error);
      if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT))
        {
          error->domain = ANNEX_MODEL_ERROR;
          error->code = ANNEX_MODEL_ERROR_TIMED_OUT;
        }
      if (locked && g_error_matches (error, ANNEX_MODEL_ERROR, ANNEX_MODEL_ERROR_NO_KEY))
        annex_doctor_say (result, ANNEX_CHECK_UNKNOWN,
                          _ ("“%s” was not tried: its key is in the keyring, which is locked."),
                          profile->name);
      else
        say_model_error (self, result, profile, error);
      return;
    }
  annex_doctor_say (result, ANNEX_CHECK_OK,
                    locked ? _ ("“%s” answers. Its key is in the keyring, which is locked, and was "
                                "not tried.")
                           : _ ("“%s” answers, and its key is accepted."),
                    profile->name);
}

/* The network */

/* Where the user's model is, if it is elsewhere: what has to get through. (transfer full) */
static char *
dup_wanted_address (AnnexDoctor *self)
{
  g_autoptr (AnnexModelProfile) profile =
      self->session != NULL
          ? annex_config_dup_profile (annex_session_get_config (self->session), NULL)
          : NULL;

  return profile != NULL ? dup_model_address (profile) : NULL;
}

static void
say_proxy_fault (AnnexCheckResult *result, const char *fault)
{
  annex_doctor_say (result, ANNEX_CHECK_FAILED,
                    _ ("%s Models on this machine and work in folders go on; hosted models and "
                       "downloads do not. Check the proxy in the system’s network settings."),
                    fault);
  result->admin_text =
      g_strdup_printf (_ ("Please let Annex through the network’s proxy. %s"), fault);
}

/* A script that says which proxy to take may take its time to come and to run. */
static DexFuture *
lookup_work (gpointer resolver)
{
  GError *error = NULL;
  char **proxies = g_proxy_resolver_lookup (resolver, "https://example.org/", NULL, &error);

  return proxies != NULL ? dex_future_new_take_boxed (G_TYPE_STRV, proxies)
                         : annex_future_new_error (error);
}

static void
look_network (AnnexDoctor *self, AnnexCheckResult *result, gboolean thorough)
{
  GProxyResolver *resolver =
      self->world.proxies != NULL ? self->world.proxies : g_proxy_resolver_get_default ();
  g_autofree char *address = thorough ? dup_wanted_address (self) : NULL;
  g_autofree char *fault = NULL;
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) proxies = NULL;

  if (!is_network_up (self))
    {
      annex_doctor_say (result, ANNEX_CHECK_NOTICE,
                        _ ("There is no network. Models on this machine and work in folders go on; "
                           "hosted models and downloads do not."));
      return;
    }
  proxies = dex_await_boxed (
      annex_future_with_timeout (
          annex_worker_run ("annex-proxies", lookup_work, g_object_ref (resolver), g_object_unref),
          LOOKUP_LIMIT_MS),
      &error);
  if (proxies == NULL)
    {
      annex_doctor_say_error (result, ANNEX_CHECK_NOTICE, error,
                              _ ("The network is there, but the system’s proxy settings cannot be "
                                 "used."));
      return;
    }
  fault = annex_doctor_dup_proxy_fault (self, address);
  if (fault != NULL)
    say_proxy_fault (result, fault);
  else if (proxies[0] != NULL && !g_str_has_prefix (proxies[0], "direct"))
    annex_doctor_say (result, ANNEX_CHECK_OK,
                      _ ("The network is there; Annex goes through your system’s proxy."));
  else
    annex_doctor_say (result, ANNEX_CHECK_OK, _ ("The network is there."));
}

const AnnexDoctorCheck annex_doctor_model_checks[] = {
  { "model", N_ ("The model"), look_model, NULL },
  { "keyring", N_ ("The keyring"), look_keyring, repair_keyring },
  { "network", N_ ("The network"), look_network, NULL },
  { NULL, NULL, NULL, NULL },
};
