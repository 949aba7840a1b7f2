/* annex-models.c
 *
 * See annex-models.h. One line a provider.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-models.h"

#include "annex-admin-policy.h"
#include "annex-anthropic-model.h"
#include "annex-http.h"
#include "annex-model-key.h"
#include "annex-openai-model.h"
#include "annex-policy.h"
#include "annex-spoken.h"
#include "annex-tour-model.h"

#include <glib/gi18n.h>

/* The administrator's rules; the tour speaks to nobody. */
static gboolean
is_allowed (const char *provider, const char *base_url, GError **error)
{
  gboolean hosted = g_strcmp0 (provider, "tour") != 0;

  if (base_url == NULL && hosted)
    base_url =
        g_strcmp0 (provider, "anthropic") == 0 ? ANNEX_ANTHROPIC_BASE_URL : ANNEX_OPENAI_BASE_URL;
  return annex_admin_policy_check_model (
      annex_admin_policy_get (), provider != NULL ? provider : "", hosted ? base_url : NULL, error);
}

/* Nothing but the model itself is spoken to there. */
static void
reserve_host (AnnexModel *model)
{
  g_autofree char *base_url = annex_model_dup_base_url (model);
  g_autoptr (GUri) uri = base_url != NULL ? g_uri_parse (base_url, G_URI_FLAGS_NONE, NULL) : NULL;

  if (uri != NULL && g_uri_get_host (uri) != NULL)
    annex_policy_reserve_host (g_uri_get_host (uri));
}

AnnexModel *
annex_models_new (const char *provider,
                  const char *model,
                  const char *base_url,
                  AnnexSecrets *secrets,
                  GError **error)
{
  AnnexModel *made = NULL;

  if (base_url != NULL && *base_url == '\0')
    base_url = NULL;
  if (!is_allowed (provider, base_url, error))
    return NULL;
  if (g_strcmp0 (provider, "anthropic") == 0)
    made = annex_anthropic_model_new (model, base_url, secrets, error);
  else if (g_strcmp0 (provider, "openai") == 0)
    made = annex_openai_model_new (model, base_url, secrets, error);
  else if (g_strcmp0 (provider, "tour") == 0)
    made = ANNEX_MODEL (annex_tour_model_new (ANNEX_TOUR_DELAY_MS));
  else
    annex_set_spoken (
        error, ANNEX_MODEL_ERROR, ANNEX_MODEL_ERROR_INVALID,
        N_ ("There is no model provider named “%s”; there are anthropic, openai and tour"),
        provider != NULL ? provider : "");
  if (made != NULL)
    reserve_host (made);
  return made;
}

char *
annex_models_dup_secret_id (const char *provider, const char *base_url)
{
  g_autoptr (AnnexHttp) http = NULL;
  const char *own =
      g_strcmp0 (provider, "anthropic") == 0 ? ANNEX_ANTHROPIC_BASE_URL : ANNEX_OPENAI_BASE_URL;

  if (base_url == NULL || *base_url == '\0')
    return annex_model_key_id (provider, NULL);
  http = annex_http_new (base_url, NULL);
  if (http != NULL)
    base_url = annex_http_get_base_url (http);
  return annex_model_key_id (provider, g_strcmp0 (base_url, own) == 0 ? NULL : base_url);
}
