/* annex-doctor-models.c
 *
 * How Annex thinks: the keyring, the network, the default model.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-doctor-private.h"

#include "annex-future.h"
#include "annex-models.h"
#include "annex-session-secrets.h"

#include <gio/gio.h>
#include <string.h>

#define MODEL_LIMIT_MS 30000

/* The keyring */

static void
look_keyring (AnnexDoctor *self, AnnexCheckResult *result, gboolean thorough)
{
  AnnexSecrets *secrets = self->session != NULL ? annex_session_get_secrets (self->session) : NULL;
  const char *why = secrets != NULL ? annex_secrets_explain (secrets) : NULL;
  g_autoptr (GError) error = NULL;
  char *value = NULL;

  if (secrets == NULL)
    {
      annex_doctor_say (result, ANNEX_CHECK_UNKNOWN, "This was not looked at.");
      return;
    }
  if (why != NULL)
    {
      annex_doctor_say (result, ANNEX_CHECK_NOTICE, "%s", why);
      result->admin_text = g_strdup (
          "Please install a keyring that offers the Secret Service interface, such as the "
          "desktop’s own (GNOME Keyring, KWallet), and let it start with the session.");
      return;
    }
  value = dex_await_string (annex_secrets_lookup (secrets, "model:anthropic"), &error);
  if (value != NULL)
    explicit_bzero (value, strlen (value));
  g_free (value);
  if (g_error_matches (error, ANNEX_SECRETS_ERROR, ANNEX_SECRETS_ERROR_LOCKED))
    annex_doctor_say (
        result, ANNEX_CHECK_FAILED,
        "The keyring is locked, so stored keys cannot be read. Unlock it, for instance "
        "by logging in again or with the desktop’s password manager.");
  else if (error == NULL ||
           g_error_matches (error, ANNEX_SECRETS_ERROR, ANNEX_SECRETS_ERROR_NOT_FOUND))
    annex_doctor_say (result, ANNEX_CHECK_OK, "Keys are kept in the desktop’s keyring.");
  else
    annex_doctor_say_error (result, ANNEX_CHECK_FAILED, error, "The keyring does not work.");
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

static void
say_model_error (AnnexCheckResult *result, const AnnexModelProfile *profile, const GError *error)
{
  g_autofree char *sentence = NULL;

  if (g_error_matches (error, ANNEX_MODEL_ERROR, ANNEX_MODEL_ERROR_NO_KEY))
    sentence = g_strdup_printf ("“%s” needs a key, and none is stored. Add it in the preferences.",
                                profile->name);
  else if (g_error_matches (error, ANNEX_MODEL_ERROR, ANNEX_MODEL_ERROR_AUTH))
    sentence = g_strdup_printf ("The key for “%s” is no longer accepted. Enter a new one in the "
                                "preferences.",
                                profile->name);
  else if (g_error_matches (error, ANNEX_MODEL_ERROR, ANNEX_MODEL_ERROR_OFFLINE) ||
           g_error_matches (error, ANNEX_MODEL_ERROR, ANNEX_MODEL_ERROR_TIMED_OUT))
    sentence = g_strdup_printf (
        is_remote (profile)
            ? "“%s” cannot be reached. Check the network, and the address in the preferences."
            : "“%s” does not answer. Is its program running on this machine?",
        profile->name);
  else if (g_error_matches (error, ANNEX_MODEL_ERROR, ANNEX_MODEL_ERROR_BILLING))
    sentence = g_strdup_printf ("The account for “%s” has no credit left.", profile->name);
  else
    sentence = g_strdup_printf ("“%s” does not answer as it should.", profile->name);
  annex_doctor_say_error (result, ANNEX_CHECK_FAILED, error, sentence);
}

static void
look_model (AnnexDoctor *self, AnnexCheckResult *result, gboolean thorough)
{
  g_autoptr (AnnexModelProfile) profile = NULL;
  g_autoptr (AnnexModel) model = NULL;
  g_autoptr (GError) error = NULL;

  if (self->session == NULL)
    {
      annex_doctor_say (result, ANNEX_CHECK_UNKNOWN, "This was not looked at.");
      return;
    }
  profile = annex_config_dup_profile (annex_session_get_config (self->session), NULL);
  if (g_str_equal (profile->provider, "tour"))
    {
      annex_doctor_say (result, ANNEX_CHECK_NOTICE,
                        "No model is set up, so only the tour works. Add one in the preferences.");
      return;
    }
  result->detail = g_strdup (profile->base_url != NULL ? profile->base_url : profile->provider);
  model = annex_models_new (profile->provider, profile->model, profile->base_url,
                            annex_session_get_secrets (self->session), &error);
  if (model == NULL ||
      !dex_await (annex_future_with_timeout (annex_model_check (model), MODEL_LIMIT_MS), &error))
    {
      annex_error_normalise (&error);
      if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT))
        {
          error->domain = ANNEX_MODEL_ERROR;
          error->code = ANNEX_MODEL_ERROR_TIMED_OUT;
        }
      say_model_error (result, profile, error);
      return;
    }
  annex_doctor_say (result, ANNEX_CHECK_OK, "“%s” answers, and its key is accepted.",
                    profile->name);
}

/* The network */

static void
look_network (AnnexDoctor *self, AnnexCheckResult *result, gboolean thorough)
{
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) proxies = NULL;

  if (!is_network_up (self))
    {
      annex_doctor_say (result, ANNEX_CHECK_NOTICE,
                        "There is no network. Models on this machine and work in folders go on; "
                        "hosted models and downloads do not.");
      return;
    }
  proxies = g_proxy_resolver_lookup (g_proxy_resolver_get_default (), "https://example.org/", NULL,
                                     &error);
  if (proxies == NULL)
    {
      annex_doctor_say_error (result, ANNEX_CHECK_NOTICE, error,
                              "The network is there, but the system’s proxy settings cannot be "
                              "used.");
      return;
    }
  if (proxies[0] != NULL && !g_str_has_prefix (proxies[0], "direct"))
    annex_doctor_say (result, ANNEX_CHECK_OK,
                      "The network is there; Annex goes through your system’s proxy.");
  else
    annex_doctor_say (result, ANNEX_CHECK_OK, "The network is there.");
}

const AnnexDoctorCheck annex_doctor_model_checks[] = {
  { "model", "The model", look_model, NULL },
  { "keyring", "The keyring", look_keyring, NULL },
  { "network", "The network", look_network, NULL },
  { NULL, NULL, NULL, NULL },
};
