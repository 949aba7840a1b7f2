/* fake-model.h
 *
 * A fake model server on loopback: both wire formats, driven by a scenario, with faults on demand.
 * Threads of its own and blocking sockets, so that it can misbehave byte by byte.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "fake-scenario.h"

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct _FakeModel FakeModel;

/* Listens on a free port of 127.0.0.1. @log_path: nullable; one JSON object a line is appended for
 * every request. NULL with @error for a bad scenario. (transfer full) */
FakeModel *
fake_model_new (const char *scenario, const char *log_path, GError **error);
/* Stops listening; connections end on their own. */
void
fake_model_free (FakeModel *self);

guint
fake_model_get_port (FakeModel *self);
char *
fake_model_dup_base_url (FakeModel *self);
/* What was logged so far: JsonObject elements. (transfer full) */
GPtrArray *
fake_model_dup_log (FakeModel *self);
guint
fake_model_count_left (FakeModel *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (FakeModel, fake_model_free)

G_END_DECLS
