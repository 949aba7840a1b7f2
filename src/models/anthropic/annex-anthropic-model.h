/* annex-anthropic-model.h
 *
 * The Messages API as a model: Anthropic's own server, or one that serves the same paths.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-model.h"
#include "annex-secrets.h"

G_BEGIN_DECLS

#define ANNEX_ANTHROPIC_BASE_URL "https://api.anthropic.com"
#define ANNEX_ANTHROPIC_DEFAULT_MODEL "claude-opus-5-5"

#define ANNEX_TYPE_ANTHROPIC_MODEL (annex_anthropic_model_get_type ())
G_DECLARE_FINAL_TYPE (AnnexAnthropicModel, annex_anthropic_model, ANNEX, ANTHROPIC_MODEL, GObject)

/* See annex_models_new(). (transfer full) */
AnnexModel *
annex_anthropic_model_new (const char *model,
                           const char *base_url,
                           AnnexSecrets *secrets,
                           GError **error);

G_END_DECLS
