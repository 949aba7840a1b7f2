/* annex-model-window.h
 *
 * What a model may say besides the Model port: how much it can have before it. A conversation is
 * then made smaller before it is refused, or, by servers that say nothing, cut at its beginning.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-model.h"

G_BEGIN_DECLS

#define ANNEX_TYPE_MODEL_WINDOW (annex_model_window_get_type ())
G_DECLARE_INTERFACE (AnnexModelWindow, annex_model_window, ANNEX, MODEL_WINDOW, GObject)

struct _AnnexModelWindowInterface
{
  GTypeInterface parent_iface;

  DexFuture *(*find) (AnnexModelWindow *self, const char *model);
};

/* The tokens that @model (an id; "" for the server's choice) takes with its answer. Resolves to a
 * guint64, 0 where it is not known; never rejects. @self: any model, of which many know nothing. */
DexFuture *
annex_model_window_find (AnnexModel *self, const char *model) G_GNUC_WARN_UNUSED_RESULT;

G_END_DECLS
