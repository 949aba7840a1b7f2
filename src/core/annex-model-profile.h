/* annex-model-profile.h
 *
 * A model the user set up: immutable and without its key, which is in the keyring. The app keeps
 * the list in the settings.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-json.h"

#include <glib-object.h>

G_BEGIN_DECLS

typedef struct
{
  char *id;       /* of annex_identifier_new (), "tour" for the tour */
  char *name;     /* the user's word for it, "Claude", "Ollama on this machine" */
  char *provider; /* anthropic, openai, tour */
  char *model;    /* nullable: the server's choice */
  char *base_url; /* nullable: the provider's own */
  gboolean is_default;
  gboolean is_helper; /* the cheaper one for sub-agents */
} AnnexModelProfile;
#define ANNEX_TYPE_MODEL_PROFILE (annex_model_profile_get_type ())
GType annex_model_profile_get_type (void) G_GNUC_CONST;
AnnexModelProfile *annex_model_profile_new (const char *provider, const char *name);
AnnexModelProfile *annex_model_profile_copy (const AnnexModelProfile *self);
void annex_model_profile_free (AnnexModelProfile *self);
/* {id, name, provider, model?, base_url?, default?, helper?}; from: ANNEX_JSON_ERROR. (transfer full) */
JsonObject *annex_model_profile_to_json (const AnnexModelProfile *self);
AnnexModelProfile *annex_model_profile_new_from_json (JsonObject *json, GError **error);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AnnexModelProfile, annex_model_profile_free)

G_END_DECLS
