/* annex-audit.h
 *
 * What a task's log and ledger say to whoever has to answer for them: who was asked what and who
 * answered, what was granted, what was kept and taken back, which models were called at what cost,
 * what left the machine. Names (of files, hosts, tools) but no contents: no word of the user's, of
 * a model's or of a file's.
 *
 * A record is {time, task, kind, …}; its further members depend on the kind, and are those of the
 * event (src/core/README.md) or ledger row it is of. The kinds and members are listed in the help
 * of `annex tasks audit`; some may be added, those that are there stay.
 *
 * Pure; of any thread.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-event.h"
#include "annex-ledger.h"

G_BEGIN_DECLS

/* NULL: it is no matter of the audit. @contents: a member `data` has all that the event has.
 * (transfer full) */
JsonObject *
annex_audit_from_event (AnnexEvent *event, gboolean contents);
/* (transfer full) */
JsonObject *
annex_audit_from_ledger (const AnnexLedgerEntry *entry);
/* That the task was deleted, which no event tells. (transfer full) */
JsonObject *
annex_audit_from_deletion (gint64 time_us, const char *task_id);
/* The records (JsonObject) of @events (AnnexEvent) and @rows (AnnexLedgerEntry), both oldest first,
 * in the order of time. (transfer full) */
GPtrArray *
annex_audit_list (GPtrArray *events, GPtrArray *rows, gboolean contents);
/* @records, one a line. (transfer full) */
char *
annex_audit_to_json_lines (GPtrArray *records);

G_END_DECLS
