/* store-fixture.h
 *
 * Stores in a folder of the test's own, filled in short words. All but the folder needs a fiber.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-store.h"

/* The test's folder; made by the first call. (borrowed) */
const char *
store_folder (void);
/* Removes the folder and what is in it. */
void
store_folder_remove (void);

char *
store_new_path (void);
AnnexStore *
store_open (const char *path);
/* @sql on the file, as another process could. */
void
store_execute (const char *path, const char *sql);
JsonObject *
store_json (const char *text);
AnnexEvent *
store_append (AnnexStore *store, const char *task, AnnexEventType type, const char *data);
void
store_put (AnnexStore *store, const char *task, AnnexEventType type, const char *data);
void
store_create (AnnexStore *store, const char *task, const char *title);
void
store_say (AnnexStore *store, const char *task, const char *text);
GPtrArray *
store_list (DexFuture *future);
char *
store_ids (DexFuture *future);
void
store_check_ids (DexFuture *future, const char *wanted);
