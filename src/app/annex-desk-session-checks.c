/* annex-desk-session-checks.c
 *
 * The desk's doctor: the last results, looking again, repairs.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-desk-session-private.h"

#include "annex-doctor.h"
#include "annex-future.h"

static GPtrArray *
copy_checks (GPtrArray *checks)
{
  return g_ptr_array_copy (checks, (GCopyFunc) annex_check_result_copy, NULL);
}

static GPtrArray *
dup_checks (AnnexDesk *desk)
{
  return copy_checks (ANNEX_DESK_SESSION (desk)->checks);
}

static DexFuture *
run_fiber (AnnexDeskCall *call)
{
  g_autoptr (AnnexDoctor) doctor = annex_doctor_new (call->self->session, NULL, NULL);
  GError *error = NULL;
  GPtrArray *results = dex_await_boxed (annex_doctor_run (doctor, call->flag), &error);

  if (results == NULL)
    return annex_future_new_error (error);
  g_ptr_array_unref (call->self->checks);
  call->self->checks = copy_checks (results);
  annex_desk_emit_checks_changed (ANNEX_DESK (call->self));
  return dex_future_new_take_boxed (G_TYPE_PTR_ARRAY, results);
}

static DexFuture *
run_checks (AnnexDesk *desk, gboolean thorough)
{
  AnnexDeskCall *call = annex_desk_call_new (desk, NULL);

  call->flag = thorough;
  return annex_desk_call_run (call, run_fiber);
}

static void
replace (AnnexDeskSession *self, const AnnexCheckResult *result)
{
  for (guint i = 0; i < self->checks->len; i++)
    {
      AnnexCheckResult *old = g_ptr_array_index (self->checks, i);

      if (!g_str_equal (old->id, result->id))
        continue;
      self->checks->pdata[i] = annex_check_result_copy (result);
      annex_check_result_free (old);
    }
  annex_desk_emit_checks_changed (ANNEX_DESK (self));
}

static DexFuture *
repair_fiber (AnnexDeskCall *call)
{
  g_autoptr (AnnexDoctor) doctor = annex_doctor_new (call->self->session, NULL, NULL);
  GError *error = NULL;
  AnnexCheckResult *result = dex_await_boxed (annex_doctor_repair (doctor, call->id), &error);

  if (result == NULL)
    return annex_future_new_error (error);
  replace (call->self, result);
  return dex_future_new_take_boxed (ANNEX_TYPE_CHECK_RESULT, result);
}

static DexFuture *
repair (AnnexDesk *desk, const char *check_id)
{
  AnnexDeskCall *call = annex_desk_call_new (desk, NULL);

  call->id = g_strdup (check_id);
  return annex_desk_call_run (call, repair_fiber);
}

void
annex_desk_session_init_checks (AnnexDeskInterface *iface)
{
  iface->dup_checks = dup_checks;
  iface->run_checks = run_checks;
  iface->repair = repair;
}
