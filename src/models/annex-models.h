/* annex-models.h
 *
 * Making a model from what the user chose. The only header of this folder the rest of Annex needs.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-model.h"
#include "annex-secrets.h"

G_BEGIN_DECLS

/* @provider: "anthropic", "openai" (any compatible server) or "tour". @model: the provider's id, or
 * NULL or "" for its default (anthropic: claude-opus-5-5; openai: the first the server lists, asked
 * when first needed). @base_url: without "/v1", NULL for the provider's own server; openai has none
 * of its own, so NULL means OpenAI's. @secrets is nullable: then only ANNEX_API_KEY is read. No I/O
 * is done here. Fails with ANNEX_MODEL_ERROR_INVALID (an unknown provider, a bad address).
 * (transfer full) */
AnnexModel *
annex_models_new (const char *provider,
                  const char *model,
                  const char *base_url,
                  AnnexSecrets *secrets,
                  GError **error);

/* @func (nullable) is told of what a server is asked for no task: its list of models, whether it
 * takes the key. Main thread. */
void
annex_models_set_traffic_func (AnnexModelTrafficFunc func, gpointer data, GDestroyNotify free_data);
/* Nobody is told any more, if it was @data until now. */
void
annex_models_clear_traffic_func (gpointer data);

/* The id under which the key of a model made with these belongs in AnnexSecrets:
 * "model:<provider>", with ":<base url>" when @base_url is another server than the provider's own.
 * (transfer full) */
char *
annex_models_dup_secret_id (const char *provider, const char *base_url);

/* A model server found on this machine. */
typedef struct
{
  char *name; /* "Ollama", "llama.cpp", "vLLM", "LM Studio" or "Local server" */
  char *base_url;
  char **models; /* ids; may be empty */
} AnnexLocalServer;

#define ANNEX_TYPE_LOCAL_SERVER (annex_local_server_get_type ())
GType
annex_local_server_get_type (void) G_GNUC_CONST;
AnnexLocalServer *
annex_local_server_copy (const AnnexLocalServer *self);
void
annex_local_server_free (AnnexLocalServer *self);

/* Looks on this machine, on the ports Ollama, llama.cpp, LM Studio and vLLM use, for at most 0.4 s
 * each and all at once. Resolves to a boxed GPtrArray (G_TYPE_PTR_ARRAY) of AnnexLocalServer, empty
 * when there is none; never rejects. Main thread. */
DexFuture *
annex_openai_find_local (void) G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AnnexLocalServer, annex_local_server_free)

G_END_DECLS
