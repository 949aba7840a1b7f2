/* annex-openai-local.h
 *
 * Finding model servers on this machine; see annex_openai_find_local() in annex-models.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-models.h"

G_BEGIN_DECLS

/* As annex_openai_find_local(), at these addresses (NULL-terminated). */
DexFuture *
annex_openai_find_at (const char *const *base_urls) G_GNUC_WARN_UNUSED_RESULT;

/* What @root, the answer to GET /, and @models, the answer to GET /v1/models (both nullable), say
 * about the server at @base_url; NULL when it is no model server. Pure. (transfer full) */
AnnexLocalServer *
annex_openai_identify (const char *base_url, const char *root, const char *models);

G_END_DECLS
