/* annex-audit-export.h
 *
 * Reports what Annex does to the collectors of the administrator's policy, as OpenTelemetry logs:
 * OTLP over HTTP with JSON (https://opentelemetry.io/docs/specs/otlp/, POST to <address>/v1/logs),
 * one log record for each record of annex-audit.h, without contents. How far it has come is in the
 * store, so that what could not be sent, or was written while nobody sent, is sent later, also of a
 * task that was deleted meanwhile; a record may come twice, never not at all. One that a collector
 * does not take alone, though it takes others, is passed over and noted in the ledger. Of several
 * processes of one user one reports.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-store.h"

G_BEGIN_DECLS

#define ANNEX_TYPE_AUDIT_EXPORT (annex_audit_export_get_type ())
G_DECLARE_FINAL_TYPE (AnnexAuditExport, annex_audit_export, ANNEX, AUDIT_EXPORT, GObject)

/* Begins to report to @collectors, from what is written from now on where one of them is new. */
AnnexAuditExport *
annex_audit_export_new (AnnexStore *store, const char *const *collectors);
/* Sends what there is, and ends. Resolves to TRUE, after as long as the collectors take; what was
 * not sent stays for the next time. */
DexFuture *
annex_audit_export_close (AnnexAuditExport *self) G_GNUC_WARN_UNUSED_RESULT;

/* In a fiber: deletes @task_id as annex_store_delete_task(); what @collectors have not got of it
 * yet, and that it was deleted, is reported. FALSE with ANNEX_STORE_ERROR. */
gboolean
annex_audit_export_delete_task (AnnexStore *store,
                                const char *const *collectors,
                                const char *task_id,
                                GError **error);

/* In a fiber: does @collector take what is certainly right, now? FALSE with what is in the way. */
gboolean
annex_audit_export_try (AnnexStore *store, const char *collector, GError **error);

/* The body of a request with @records (JsonObject, of annex-audit.h). (transfer full) */
char *
annex_audit_export_format (GPtrArray *records);

G_END_DECLS
