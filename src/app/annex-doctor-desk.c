/* annex-doctor-desk.c
 *
 * See annex-doctor-desk.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-doctor-desk.h"

#include "annex-doctor.h"
#include "annex-future.h"

struct _AnnexDoctorDesk
{
  GObject parent_instance;

  GPtrArray *checks;      /* AnnexCheckResult, the last results */
  DexFuture *last;        /* what it was last asked for; nullable */
  gboolean last_is_run;   /* that is a look at everything */
  gboolean last_thorough; /* for that */
};

static void
iface_init (AnnexDeskInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (AnnexDoctorDesk,
                               annex_doctor_desk,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (ANNEX_TYPE_DESK, iface_init))

typedef struct
{
  AnnexDoctorDesk *self;
  DexFuture *before; /* what it waits for; nullable */
  char *id;
  gboolean thorough;
} Visit;

static void
visit_free (gpointer data)
{
  Visit *visit = data;

  g_object_unref (visit->self);
  dex_clear (&visit->before);
  g_free (visit->id);
  g_free (visit);
}

static Visit *
visit_new (AnnexDesk *desk, const char *id, gboolean thorough)
{
  Visit *visit = g_new0 (Visit, 1);

  visit->self = g_object_ref (ANNEX_DOCTOR_DESK (desk));
  visit->id = g_strdup (id);
  visit->thorough = thorough;
  return visit;
}

/* Whoever opens the tasks has closed them before the next one does. */
static DexFuture *
queue (Visit *visit, DexFiberFunc func, gboolean is_run)
{
  AnnexDoctorDesk *self = visit->self;

  visit->before = g_steal_pointer (&self->last);
  self->last_is_run = is_run;
  self->last_thorough = visit->thorough;
  self->last = annex_fiber_run (func, visit, visit_free);
  return dex_ref (self->last);
}

/* In a fiber. */
static void
await_turn (Visit *visit)
{
  if (visit->before != NULL)
    dex_await (g_steal_pointer (&visit->before), NULL);
}

static GPtrArray *
dup_checks (AnnexDesk *desk)
{
  return g_ptr_array_copy (ANNEX_DOCTOR_DESK (desk)->checks, (GCopyFunc) annex_check_result_copy,
                           NULL);
}

/* Whoever is told of it opens the tasks: by then nobody else has them. */
static void
close_session (AnnexSession *session)
{
  g_autoptr (GError) error = NULL;

  if (session != NULL && !dex_await (annex_session_close (session), &error))
    g_message ("What the doctor looked at could not be closed: %s", error->message);
}

static DexFuture *
run_fiber (gpointer data)
{
  Visit *visit = data;
  AnnexDoctorDesk *self = visit->self;
  g_autoptr (AnnexSession) session = NULL;
  g_autoptr (AnnexDoctor) doctor = NULL;
  g_autoptr (GError) reason = NULL;
  GPtrArray *results;
  GError *error = NULL;

  await_turn (visit);
  session = dex_await_object (annex_session_open (), &reason);
  if (session == NULL)
    annex_error_normalise (&reason);
  doctor = annex_doctor_new (session, reason, NULL);
  results = dex_await_boxed (annex_doctor_run (doctor, visit->thorough), &error);
  close_session (session);
  if (results == NULL)
    {
      annex_error_normalise (&error);
      return annex_future_new_error (error);
    }
  g_ptr_array_unref (self->checks);
  self->checks = g_ptr_array_copy (results, (GCopyFunc) annex_check_result_copy, NULL);
  annex_desk_emit_checks_changed (ANNEX_DESK (self));
  return dex_future_new_take_boxed (G_TYPE_PTR_ARRAY, results);
}

static DexFuture *
run_checks (AnnexDesk *desk, gboolean thorough)
{
  AnnexDoctorDesk *self = ANNEX_DOCTOR_DESK (desk);

  /* The page that asks may have been closed and opened again meanwhile. */
  if (self->last_is_run && self->last_thorough >= thorough && dex_future_is_pending (self->last))
    return dex_ref (self->last);
  return queue (visit_new (desk, NULL, thorough), run_fiber, TRUE);
}

static void
replace (AnnexDoctorDesk *self, const AnnexCheckResult *result)
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
repair_fiber (gpointer data)
{
  Visit *visit = data;
  g_autoptr (AnnexSession) session = NULL;
  g_autoptr (AnnexDoctor) doctor = NULL;
  g_autoptr (GError) reason = NULL;
  GError *error = NULL;
  AnnexCheckResult *result;

  await_turn (visit);
  /* The list itself is mended by who has not got it open. */
  if (!g_str_equal (visit->id, "store"))
    session = dex_await_object (annex_session_open (), &reason);
  doctor = annex_doctor_new (session, reason, NULL);
  result = dex_await_boxed (annex_doctor_repair (doctor, visit->id), &error);
  close_session (annex_doctor_get_session (doctor)); /* mending the tasks opens them */
  if (result == NULL)
    {
      annex_error_normalise (&error);
      return annex_future_new_error (error);
    }
  replace (visit->self, result);
  return dex_future_new_take_boxed (ANNEX_TYPE_CHECK_RESULT, result);
}

static DexFuture *
repair (AnnexDesk *desk, const char *check_id)
{
  return queue (visit_new (desk, check_id, TRUE), repair_fiber, FALSE);
}

static void
iface_init (AnnexDeskInterface *iface)
{
  iface->dup_checks = dup_checks;
  iface->run_checks = run_checks;
  iface->repair = repair;
}

static void
annex_doctor_desk_finalize (GObject *object)
{
  AnnexDoctorDesk *self = ANNEX_DOCTOR_DESK (object);

  dex_clear (&self->last);
  g_ptr_array_unref (self->checks);
  G_OBJECT_CLASS (annex_doctor_desk_parent_class)->finalize (object);
}

static void
annex_doctor_desk_class_init (AnnexDoctorDeskClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = annex_doctor_desk_finalize;
}

static void
annex_doctor_desk_init (AnnexDoctorDesk *self)
{
  self->checks = g_ptr_array_new_with_free_func ((GDestroyNotify) annex_check_result_free);
}

AnnexDesk *
annex_doctor_desk_new (void)
{
  return g_object_new (ANNEX_TYPE_DOCTOR_DESK, NULL);
}
