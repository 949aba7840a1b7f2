/* fake-wire.h
 *
 * A scripted turn as the events of either wire format. Pure.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "fake-scenario.h"

G_BEGIN_DECLS

/* The events of @turn, each with its blank line (char *). @number makes ids unique. @fault may
 * shape them (unknown-events, malformed-tool). (transfer full) */
GPtrArray *
fake_wire_render (FakeFormat format,
                  JsonObject *turn,
                  JsonObject *fault,
                  const char *model,
                  guint number);

/* An error within a stream. (transfer full) */
char *
fake_wire_error_event (FakeFormat format, const char *type, const char *message);
/* The body of an error answer. (transfer full) */
char *
fake_wire_error_body (FakeFormat format, guint status, const char *type, const char *message);
/* The first events of a text that never ends, and one of its pieces. (transfer full) */
char *
fake_wire_text_start (FakeFormat format, const char *model);
char *
fake_wire_text_piece (FakeFormat format, const char *text);

G_END_DECLS
