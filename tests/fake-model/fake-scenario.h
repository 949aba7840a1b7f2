/* fake-scenario.h
 *
 * What the fake model server says to which request; the format is in README.md. Knows both wire
 * formats' requests, no network.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-json.h"

G_BEGIN_DECLS

typedef enum {
  FAKE_FORMAT_ANTHROPIC,
  FAKE_FORMAT_OPENAI,
} FakeFormat;

/* What a request says, as far as a scenario can ask about it. */
typedef struct
{
  FakeFormat format;
  char *system;
  char *last_user;    /* text of the last user message that has any */
  char *tool_results; /* texts of the last message's tool results, joined by line feeds */
  char *tools;        /* names of the offered tools, each between spaces */
} FakeRequest;

FakeRequest *
fake_request_new (FakeFormat format, JsonObject *body);
void
fake_request_free (FakeRequest *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (FakeRequest, fake_request_free)

typedef struct _FakeScenario FakeScenario;

FakeScenario *
fake_scenario_new (const char *json, GError **error);
void
fake_scenario_free (FakeScenario *self);
JsonObject *
fake_scenario_get_json (FakeScenario *self);

/* The answer to @request: a turn with its captures filled in, or a fault to commit first. @turn is
 * set to the turn's number, @fault to the fault (borrowed) or NULL. NULL when no turn fits; then
 * nothing changed. Not thread-safe. (transfer full) */
JsonObject *
fake_scenario_next (FakeScenario *self, FakeRequest *request, guint *turn, JsonObject **fault);
/* Turns that were not used up, `repeat` ones left out. */
guint
fake_scenario_count_left (FakeScenario *self);

G_END_DECLS
