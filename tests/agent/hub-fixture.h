/* hub-fixture.h
 *
 * The loop's fixture with a hub of connectors, and a service of notes as one of them.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "agent-fixture.h"

#include "annex-connector-hub.h"

G_BEGIN_DECLS

#define SECRET "tok_5up3r-s3cret-of-the-user"
#define CALL(id, tool, arguments)                                                                  \
  USE (id, "call_tool", "{\"name\":\"" tool "\",\"arguments\":" arguments "}")

typedef struct
{
  Fixture base;
  char *folder; /* of the service */
  AnnexSecrets *secrets;
  AnnexConnectorHub *hub;
  const char *label; /* what asks are answered with */
  char *last_ask;    /* JSON */
  guint n_asks;
} Notes;

/* A file of the service's. (transfer full) */
char *
in_folder (Notes *f, const char *name);
char *
read_file (Notes *f, const char *name);
void
write_file (Notes *f, const char *name, const char *text);

void
bind_hub (Notes *f);
/* As another process finds it. */
void
restart_notes (Notes *f);
void
add_notes (Notes *f);
/* With the connector of notes. */
void
set_up_notes (Notes *f, gconstpointer data);
void
tear_down_notes (Notes *f, gconstpointer data);
/* The only connector there is, or the one of that id. (transfer full) */
AnnexConnectorInfo *
get_info (Notes *f);
AnnexConnectorInfo *
find_info (Notes *f, const char *id);

/* What the model will say. */
void
add_turn (Notes *f, const char *blocks);
void
add_end (Notes *f);
/* Says something to the agent, which comes to rest in @state. */
void
run (Notes *f, AnnexTaskState state);
void
assert_result (Notes *f, const char *id, gboolean is_error, const char *part);
/* How many announcements have @part. */
guint
count_told (Notes *f, const char *part);
/* Does any file below @folder hold @text? */
gboolean
tree_has (const char *folder, const char *text);

G_END_DECLS
