/* annex-model-profile.c
 *
 * See annex-model-profile.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-model-profile.h"

#include "annex-json-build.h"
#include "annex-paths.h"

G_DEFINE_BOXED_TYPE (AnnexModelProfile,
                     annex_model_profile,
                     annex_model_profile_copy,
                     annex_model_profile_free)

AnnexModelProfile *
annex_model_profile_new (const char *provider, const char *name)
{
  AnnexModelProfile *self = g_new0 (AnnexModelProfile, 1);

  self->id = g_strcmp0 (provider, "tour") == 0 ? g_strdup ("tour") : annex_identifier_new ();
  self->provider = g_strdup (provider);
  self->name = g_strdup (name);
  return self;
}

AnnexModelProfile *
annex_model_profile_copy (const AnnexModelProfile *self)
{
  AnnexModelProfile *copy = g_memdup2 (self, sizeof *self);

  copy->id = g_strdup (self->id);
  copy->name = g_strdup (self->name);
  copy->provider = g_strdup (self->provider);
  copy->model = g_strdup (self->model);
  copy->base_url = g_strdup (self->base_url);
  return copy;
}

void
annex_model_profile_free (AnnexModelProfile *self)
{
  g_free (self->id);
  g_free (self->name);
  g_free (self->provider);
  g_free (self->model);
  g_free (self->base_url);
  g_free (self);
}

JsonObject *
annex_model_profile_to_json (const AnnexModelProfile *self)
{
  JsonObject *object = annex_json_build ("s", "id", self->id, "s", "name", self->name, "s",
                                         "provider", self->provider, "s", "model", self->model, "s",
                                         "base_url", self->base_url, NULL);

  if (self->is_default)
    json_object_set_boolean_member (object, "default", TRUE);
  if (self->is_helper)
    json_object_set_boolean_member (object, "helper", TRUE);
  return object;
}

AnnexModelProfile *
annex_model_profile_new_from_json (JsonObject *json, GError **error)
{
  const char *id = annex_json_get_string (json, "id", error);
  const char *provider = id != NULL ? annex_json_get_string (json, "provider", error) : NULL;
  const char *name = provider != NULL ? annex_json_get_string (json, "name", error) : NULL;
  AnnexModelProfile *self;

  if (name == NULL)
    return NULL;
  if (id[0] == '\0' || provider[0] == '\0')
    {
      g_set_error_literal (error, ANNEX_JSON_ERROR, ANNEX_JSON_ERROR_VALUE,
                           "A model needs an id and a provider");
      return NULL;
    }
  self = g_new0 (AnnexModelProfile, 1);
  self->id = g_strdup (id);
  self->provider = g_strdup (provider);
  self->name = g_strdup (name);
  self->model = g_strdup (annex_json_opt_string (json, "model", NULL));
  self->base_url = g_strdup (annex_json_opt_string (json, "base_url", NULL));
  self->is_default = annex_json_opt_boolean (json, "default", FALSE);
  self->is_helper = annex_json_opt_boolean (json, "helper", FALSE);
  return self;
}
