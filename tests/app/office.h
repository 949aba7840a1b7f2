/* office.h
 *
 * The desk of a session on a real store, with a real agent, the fake model server and computers
 * that are fakes; and waiting for what it does. In fibers.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-desk-session.h"

#include "app-fixture.h"
#include "fake-model.h"

G_BEGIN_DECLS

typedef struct
{
  AnnexSession *session;
  AnnexDeskSession *self;
  AnnexDesk *desk;
  FakeModel *model;
} Office;

/* Of a scenario of the fake model. */
#define SAY(text) "{\"type\":\"text\",\"text\":\"" text "\"}"
#define CALL(name, input) "{\"type\":\"tool_use\",\"name\":\"" name "\",\"input\":" input "}"

/* @scenario: of the fake model, NULL: there is none. */
void
office_open (Office *office, const char *scenario);
void
office_close (Office *office);
/* Ends Annex and starts it again, with the same home. */
void
office_reopen (Office *office);
/* A new task. (transfer full) */
AnnexTask *
office_begin (Office *office, const char *prompt);
void
office_await_state (AnnexTask *task, AnnexTaskState state);
/* In that state, and no agent runs any more. */
void
office_await_rest (Office *office, AnnexTask *task, AnnexTaskState state);
void
office_await_ask (AnnexTask *task);
/* The text of all events. (transfer full) */
char *
office_dup_log (Office *office, AnnexTask *task);
gboolean
office_log_has (Office *office, AnnexTask *task, const char *part);
void
office_assert_log (Office *office, AnnexTask *task, const char *part, gboolean there);
/* (transfer full) */
GPtrArray *
office_list_inbox (Office *office);

G_END_DECLS
