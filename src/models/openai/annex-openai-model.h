/* annex-openai-model.h
 *
 * A server that speaks chat completions as a model: Ollama, llama.cpp, vLLM, LM Studio, OpenAI …
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-model.h"
#include "annex-secrets.h"

G_BEGIN_DECLS

#define ANNEX_OPENAI_BASE_URL "https://api.openai.com"

#define ANNEX_TYPE_OPENAI_MODEL (annex_openai_model_get_type ())
G_DECLARE_FINAL_TYPE (AnnexOpenaiModel, annex_openai_model, ANNEX, OPENAI_MODEL, GObject)

/* See annex_models_new(). (transfer full) */
AnnexModel *
annex_openai_model_new (const char *model,
                        const char *base_url,
                        AnnexSecrets *secrets,
                        GError **error);

G_END_DECLS
