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

/* Lasting conditions */

/* What the window tells by itself: cheap to look at, without asking a server or the keyring. */
static const char *const lasting[] = { "image", "disk", "kvm", "network" };

#define LOOK_DELAY_MS 1500

static void
merge (AnnexDeskSession *self, AnnexCheckResult *result)
{
  guint i;

  for (i = 0; i < self->checks->len; i++)
    if (g_str_equal (((AnnexCheckResult *) g_ptr_array_index (self->checks, i))->id, result->id))
      break;
  if (i < self->checks->len)
    g_ptr_array_remove_index (self->checks, i);
  g_ptr_array_insert (self->checks, (int) i, result);
}

static DexFuture *
look_fiber (AnnexDeskCall *call)
{
  g_autoptr (AnnexDoctor) doctor = annex_doctor_new (call->self->session, NULL, NULL);

  for (guint i = 0; i < G_N_ELEMENTS (lasting); i++)
    {
      AnnexCheckResult *result =
          dex_await_boxed (annex_doctor_look (doctor, lasting[i], FALSE), NULL);

      if (result != NULL)
        merge (call->self, result);
    }
  annex_desk_emit_checks_changed (ANNEX_DESK (call->self));
  return dex_future_new_true ();
}

static gboolean
look_cb (gpointer data)
{
  AnnexDeskSession *self = data;

  self->look_timer = 0;
  dex_future_disown (
      annex_desk_call_run (annex_desk_call_new (ANNEX_DESK (self), NULL), look_fiber));
  return G_SOURCE_REMOVE;
}

void
annex_desk_session_look_soon (AnnexDeskSession *self)
{
  if (self->look_timer == 0 && !self->closed)
    self->look_timer = g_timeout_add_full (G_PRIORITY_LOW, LOOK_DELAY_MS, look_cb, self, NULL);
}

void
annex_desk_session_watch_conditions (AnnexDeskSession *self)
{
  g_signal_connect_object (g_network_monitor_get_default (), "network-changed",
                           G_CALLBACK (annex_desk_session_look_soon), self, G_CONNECT_SWAPPED);
  annex_desk_session_look_soon (self);
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
