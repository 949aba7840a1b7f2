/* annex-desk-session-models.c
 *
 * The desk's models: the list in the settings, their keys in the keyring, and whether a server
 * answers.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-desk-session-private.h"

#include "annex-future.h"
#include "annex-models.h"
#include "annex-session-secrets.h"

#include <glib/gi18n.h>

static GPtrArray *
dup_profiles (AnnexDesk *desk)
{
  return annex_config_dup_profiles (annex_session_get_config (ANNEX_DESK_SESSION (desk)->session));
}

static char **
dup_package_hosts (AnnexDesk *desk)
{
  return annex_session_dup_package_hosts (ANNEX_DESK_SESSION (desk)->session);
}

static AnnexDeskCall *
profile_call (AnnexDesk *desk, const AnnexModelProfile *profile, const char *key)
{
  AnnexDeskCall *call = annex_desk_call_new (desk, NULL);

  call->profile = annex_model_profile_copy (profile);
  call->text = g_strdup (key);
  return call;
}

/* A server found is not set up yet: its id is a new one. */
static DexFuture *
found_cb (DexFuture *future, gpointer data)
{
  GPtrArray *servers = g_value_get_boxed (dex_future_get_value (future, NULL));
  GPtrArray *profiles = g_ptr_array_new_with_free_func ((GDestroyNotify) annex_model_profile_free);

  for (guint i = 0; i < servers->len; i++)
    {
      AnnexLocalServer *server = g_ptr_array_index (servers, i);
      g_autofree char *name = g_strdup_printf (_ ("%s on this machine"), server->name);
      AnnexModelProfile *profile = annex_model_profile_new ("openai", name);

      profile->base_url = g_strdup (server->base_url);
      if (server->models != NULL && server->models[0] != NULL)
        profile->model = g_strdup (server->models[0]);
      g_ptr_array_add (profiles, profile);
    }
  return dex_future_new_take_boxed (G_TYPE_PTR_ARRAY, profiles);
}

static DexFuture *
find_local (AnnexDesk *desk)
{
  return dex_future_then (annex_openai_find_local (), found_cb, NULL, NULL);
}

/* The model of a profile, with the key that is being tried, or the stored one. */
static AnnexModel *
create_model (AnnexDeskCall *call, GError **error)
{
  const AnnexModelProfile *profile = call->profile;
  g_autofree char *id = annex_models_dup_secret_id (profile->provider, profile->base_url);
  g_autoptr (AnnexSecrets) secrets = NULL;

  if (call->text == NULL || call->text[0] == '\0')
    secrets = g_object_ref (annex_session_get_secrets (call->self->session));
  else
    {
      secrets = annex_session_secrets_new ("The key is only tried");
      if (!dex_await (annex_secrets_store (secrets, id, "A key that is tried", call->text), error))
        return NULL;
    }
  return annex_models_new (profile->provider, profile->model, profile->base_url, secrets, error);
}

static DexFuture *
check_fiber (AnnexDeskCall *call)
{
  GError *error = NULL;
  g_autoptr (AnnexModel) model = create_model (call, &error);

  if (model == NULL || !dex_await (annex_model_check (model), &error))
    return annex_desk_fail (error);
  return dex_future_new_true ();
}

static DexFuture *
check_profile (AnnexDesk *desk, const AnnexModelProfile *profile, const char *key)
{
  return annex_desk_call_run (profile_call (desk, profile, key), check_fiber);
}

static DexFuture *
list_fiber (AnnexDeskCall *call)
{
  GError *error = NULL;
  g_autoptr (AnnexModel) model = create_model (call, &error);
  char **models = model != NULL ? dex_await_boxed (annex_model_list (model), &error) : NULL;

  return models != NULL ? dex_future_new_take_boxed (G_TYPE_STRV, models) : annex_desk_fail (error);
}

static DexFuture *
list_models (AnnexDesk *desk, const AnnexModelProfile *profile, const char *key)
{
  return annex_desk_call_run (profile_call (desk, profile, key), list_fiber);
}

/* The key first: a profile whose key could not be kept would only fail later. */
static DexFuture *
save_fiber (AnnexDeskCall *call)
{
  const AnnexModelProfile *profile = call->profile;
  g_autofree char *id = annex_models_dup_secret_id (profile->provider, profile->base_url);
  g_autofree char *label = g_strdup_printf (_ ("Annex: key for %s"), profile->name);
  GError *error = NULL;

  if (call->text != NULL && call->text[0] != '\0' &&
      !dex_await (annex_secrets_store (annex_session_get_secrets (call->self->session), id, label,
                                       call->text),
                  &error))
    return annex_desk_fail (error);
  if (!dex_await (
          annex_config_save_profile (annex_session_get_config (call->self->session), profile),
          &error))
    return annex_desk_fail (error);
  return dex_future_new_true ();
}

static DexFuture *
save_profile (AnnexDesk *desk, const AnnexModelProfile *profile, const char *key)
{
  return annex_desk_call_run (profile_call (desk, profile, key), save_fiber);
}

/* The key stays in the keyring, so that removing can be undone; another profile may use it, too. */
static DexFuture *
remove_profile (AnnexDesk *desk, const char *profile_id)
{
  return annex_config_remove_profile (annex_session_get_config (ANNEX_DESK_SESSION (desk)->session),
                                      profile_id);
}

void
annex_desk_session_init_models (AnnexDeskInterface *iface)
{
  iface->dup_package_hosts = dup_package_hosts;
  iface->dup_profiles = dup_profiles;
  iface->find_local = find_local;
  iface->check_profile = check_profile;
  iface->save_profile = save_profile;
  iface->remove_profile = remove_profile;
  iface->list_models = list_models;
}
