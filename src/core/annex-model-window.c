/* annex-model-window.c
 *
 * See annex-model-window.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-model-window.h"

G_DEFINE_INTERFACE (AnnexModelWindow, annex_model_window, ANNEX_TYPE_MODEL)

static void
annex_model_window_default_init (AnnexModelWindowInterface *iface)
{
}

static DexFuture *
unknown_cb (DexFuture *future, gpointer data)
{
  return dex_future_new_for_uint64 (0);
}

DexFuture *
annex_model_window_find (AnnexModel *self, const char *model)
{
  if (!ANNEX_IS_MODEL_WINDOW (self))
    return dex_future_new_for_uint64 (0);
  return dex_future_catch (
      ANNEX_MODEL_WINDOW_GET_IFACE (self)->find (ANNEX_MODEL_WINDOW (self), model), unknown_cb,
      NULL, NULL);
}
