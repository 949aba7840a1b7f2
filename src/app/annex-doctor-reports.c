/* annex-doctor-reports.c
 *
 * Whether what Annex does reaches those whom the administrator wants it reported to. One that does
 * not answer for a moment is no fault: what could not be sent is sent later.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-doctor-private.h"

#include "annex-admin-policy.h"
#include "annex-audit-export.h"
#include "annex-future.h"
#include "annex-http.h"
#include "annex-spoken.h"
#include "annex-store-outbox.h"

#include <glib/gi18n.h>

/* Failures in a row that are no accident: the pauses between them grow. */
#define LASTING 3
/* As far back as this one looks. */
#define MAX_ROWS 400

gboolean
annex_doctor_wants_reports (void)
{
  g_auto (GStrv) collectors = annex_admin_policy_dup_collectors (annex_admin_policy_get ());

  return collectors[0] != NULL;
}

/* How often it failed in a row by now, and of that the first time and the last reason (borrowed).
 */
static guint
count_failures (GPtrArray *rows, const char *host, guint port, gint64 *since_us, const char **why)
{
  guint n = 0;

  for (guint i = 0; i < rows->len; i++)
    {
      AnnexLedgerEntry *row = g_ptr_array_index (rows, i);

      if (row->port != port || g_strcmp0 (row->host, host) != 0)
        continue;
      if (g_strcmp0 (row->decision, "failed") != 0)
        break;
      if (n == 0)
        *why = row->reason;
      *since_us = row->time_us;
      n++;
    }
  return n;
}

/* What is wrong with the reports to @collector; NULL: nothing. (transfer full) */
static char *
dup_fault (AnnexDoctor *self, const char *collector, gboolean thorough)
{
  AnnexStore *store = annex_session_get_store (self->session);
  g_autoptr (GError) error = NULL;
  g_autoptr (AnnexHttp) http = annex_http_new (collector, &error);
  g_autoptr (GPtrArray) rows = NULL;
  g_autoptr (GDateTime) since = NULL;
  g_autofree char *said = NULL;
  const char *why = NULL;
  gint64 since_us = 0;

  if (http == NULL)
    return g_strdup_printf (_ ("The address %s is not right: %s."), collector,
                            annex_error_said (error));
  rows = dex_await_boxed (annex_store_list_reports (store, MAX_ROWS), NULL);
  if (rows == NULL || count_failures (rows, annex_http_get_host (http), annex_http_get_port (http),
                                      &since_us, &why) < LASTING)
    return NULL;
  if (thorough)
    {
      if (annex_audit_export_try (store, collector, &error))
        return NULL;
      why = annex_error_said (error);
    }
  since = g_date_time_new_from_unix_local (since_us / G_USEC_PER_SEC);
  said = since != NULL ? g_date_time_format (since, "%x %H:%M") : g_strdup ("?");
  return g_strdup_printf (_ ("%s does not take them since %s: %s."), annex_http_get_host (http),
                          said, why != NULL ? why : "?");
}

static void
look_reports (AnnexDoctor *self, AnnexCheckResult *result, gboolean thorough)
{
  g_auto (GStrv) collectors = annex_admin_policy_dup_collectors (annex_admin_policy_get ());
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_auto (GStrv) faults = NULL;
  g_autofree char *all = NULL;

  if (self->session == NULL)
    {
      annex_doctor_say (result, ANNEX_CHECK_UNKNOWN,
                        _ ("This is not known while the list of tasks cannot be opened."));
      return;
    }
  result->detail = g_strjoinv ("\n", collectors);
  for (guint i = 0; collectors[i] != NULL; i++)
    {
      char *fault = dup_fault (self, collectors[i], thorough);

      if (fault != NULL)
        g_strv_builder_take (builder, fault);
    }
  faults = g_strv_builder_end (builder);
  if (faults[0] == NULL)
    {
      annex_doctor_say (result, ANNEX_CHECK_OK,
                        _ ("What Annex does is reported where your administrator wants it to be."));
      return;
    }
  all = g_strjoinv (" ", faults);
  annex_doctor_say (
      result, ANNEX_CHECK_FAILED,
      _ ("Reports for your administrator do not arrive. %s Nothing is lost: they wait "
         "here, and are sent as soon as they are taken. Tell your administrator."),
      all);
  result->admin_text = g_strdup_printf (
      _ ("Please let Annex’s reports arrive (OpenTelemetry logs, OTLP over HTTP with JSON, POST to "
         "<address>/v1/logs), or mend “audit_collectors” in Annex’s policy file. %s"),
      all);
}

const AnnexDoctorCheck annex_doctor_report_checks[] = {
  { ANNEX_DOCTOR_REPORTS, N_ ("Reports for your administrator"), look_reports, NULL },
  { NULL, NULL, NULL, NULL },
};
