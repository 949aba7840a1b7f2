/* annex-task-rewind.c
 *
 * See annex-task-rewind.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-task-rewind.h"

#include "annex-json-build.h"
#include "annex-store-private.h"

static DexFuture *
appended_cb (DexFuture *future, gpointer task)
{
  return annex_task_refresh (task);
}

DexFuture *
annex_task_rewind (AnnexTask *self, gint64 to_seq, JsonArray *blocks)
{
  JsonObject *said = annex_json_build ("a", "blocks", blocks, NULL);

  return dex_future_then (annex_store_append_both (annex_task_get_store (self),
                                                   annex_task_get_id (self), ANNEX_EVENT_REWOUND,
                                                   annex_json_build ("i", "to_seq", to_seq, NULL),
                                                   ANNEX_EVENT_USER_MESSAGE, said),
                          appended_cb, g_object_ref (self), g_object_unref);
}
