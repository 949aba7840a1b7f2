/* agent-fixture.h
 *
 * A task on a real store, with a scripted model and a fake computer, and the loop that runs it.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-agent.h"
#include "fake-computer.h"
#include "scripted-model.h"

G_BEGIN_DECLS

typedef struct
{
  char *dir;
  AnnexStore *store;
  AnnexTask *task;
  ScriptedModel *model;
  FakeComputer *computer;
  AnnexInbox *inbox;
  AnnexSecrets *secrets; /* nullable: the test sets it and calls restart () */
  AnnexNetworkPolicy *policy;
  AnnexWorkspace *workspace;
  AnnexAgent *agent;
} Fixture;

/* Runs the main loop until @future (taken) settles; returns it. */
DexFuture *
settle (DexFuture *future);
/* The same, asserting that it resolved, to whatever, an object, a state, a boolean … */
void
settle_ok (DexFuture *future);
GObject *
settle_object (DexFuture *future);
int
settle_state (DexFuture *future);
gboolean
settle_boolean (DexFuture *future);
/* … or that it rejected. */
void
settle_error (DexFuture *future, GQuark domain, int code);
/* What the loop works with for the present task; again after a "restart". */
void
bind_agent (Fixture *f);
void
set_up (Fixture *f, gconstpointer data);
void
tear_down (Fixture *f, gconstpointer data);
/* As if the process had ended and another began. */
void
restart (Fixture *f);
GPtrArray *
events_of (Fixture *f);
guint
count_events (Fixture *f, AnnexEventType type);
/* The text of the result of @tool_use_id, and whether it is an error. (transfer full) */
char *
result_of (Fixture *f, const char *tool_use_id, gboolean *is_error);
/* Appends an event. */
void
put (Fixture *f, AnnexEventType type, const char *data);

/* Blocks of a reply. */
#define TEXT(text) "{\"type\":\"text\",\"text\":\"" text "\"}"
#define USE(id, name, input)                                                                       \
  "{\"type\":\"tool_use\",\"id\":\"" id "\",\"name\":\"" name "\",\"input\":" input "}"

#define ADD(path, func) g_test_add ("/agent/" path, Fixture, NULL, set_up, func, tear_down)

G_END_DECLS
