/* annex-desk-session-checks.c
 *
 * The desk's doctor: the last results, looking again, repairs.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-desk-session-private.h"

#include "annex-doctor.h"
#include "annex-future.h"
#include "annex-limits.h"

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

static const AnnexCheckResult *
find (GPtrArray *checks, const char *id)
{
  for (guint i = 0; i < checks->len; i++)
    if (g_str_equal (((AnnexCheckResult *) g_ptr_array_index (checks, i))->id, id))
      return g_ptr_array_index (checks, i);
  return NULL;
}

/* Whether there is another system for the computer is asked only when one looks thoroughly; who
 * looks less, or cannot look, has not found that there is none. @result is taken. */
static AnnexCheckResult *
keep_offer (AnnexDeskSession *self, AnnexCheckResult *result)
{
  const AnnexCheckResult *old = find (self->checks, result->id);

  if (!g_str_equal (result->id, "image") || old == NULL || old->state != ANNEX_CHECK_NOTICE ||
      (result->state != ANNEX_CHECK_UNKNOWN &&
       (result->state != ANNEX_CHECK_OK || g_strcmp0 (old->detail, result->detail) != 0)))
    return result;
  annex_check_result_free (result);
  return annex_check_result_copy (old);
}

static DexFuture *
run_fiber (AnnexDeskCall *call)
{
  g_autoptr (AnnexDoctor) doctor = annex_doctor_new (call->self->session, NULL, NULL);
  GError *error = NULL;
  GPtrArray *results = dex_await_boxed (annex_doctor_run (doctor, call->flag), &error);

  if (results == NULL)
    return annex_future_new_error (error);
  for (guint i = 0; i < results->len && !call->flag; i++)
    results->pdata[i] = keep_offer (call->self, results->pdata[i]);
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

static const struct
{
  const char *id;
  AnnexDeskLook when;
} lasting[] = {
  /* What lies on a disk is looked at after the disk. */
  { "place", ANNEX_DESK_LOOK_ROOM | ANNEX_DESK_LOOK_MACHINE },
  { "image", ANNEX_DESK_LOOK_MACHINE },
  { "disk", ANNEX_DESK_LOOK_ROOM },
  { "space", ANNEX_DESK_LOOK_ROOM },
  { "kvm", ANNEX_DESK_LOOK_MACHINE },
  { "network", ANNEX_DESK_LOOK_MACHINE },
  { "keyring", ANNEX_DESK_LOOK_MODEL },
  { "model", ANNEX_DESK_LOOK_MODEL },
};

#define LOOK_DELAY_MS 1500

static gboolean
is_same (const AnnexCheckResult *a, const AnnexCheckResult *b)
{
  return a->state == b->state && g_strcmp0 (a->sentence, b->sentence) == 0 &&
         g_strcmp0 (a->repair, b->repair) == 0 && g_strcmp0 (a->admin_text, b->admin_text) == 0 &&
         g_strcmp0 (a->detail, b->detail) == 0;
}

/* Takes @result. FALSE: that was known. */
static gboolean
merge (AnnexDeskSession *self, AnnexCheckResult *result)
{
  gboolean known;
  guint i;

  for (i = 0; i < self->checks->len; i++)
    if (g_str_equal (((AnnexCheckResult *) g_ptr_array_index (self->checks, i))->id, result->id))
      break;
  known = i < self->checks->len && is_same (g_ptr_array_index (self->checks, i), result);
  if (i < self->checks->len)
    g_ptr_array_remove_index (self->checks, i);
  g_ptr_array_insert (self->checks, (int) i, result);
  return !known;
}

/* Is @result that the disk is there again, where what lies on it could not be looked at? */
static gboolean
is_back (AnnexDeskSession *self, const AnnexCheckResult *result)
{
  const AnnexCheckResult *old = find (self->checks, result->id);

  return g_str_equal (result->id, "place") && result->state == ANNEX_CHECK_OK && old != NULL &&
         old->state != ANNEX_CHECK_OK;
}

static DexFuture *
look_fiber (AnnexDeskCall *call)
{
  g_autoptr (AnnexDoctor) doctor = annex_doctor_new (call->self->session, NULL, NULL);

  call->self->looking++;
  for (guint i = 0; i < G_N_ELEMENTS (lasting); i++)
    {
      AnnexCheckResult *result = NULL;

      if (((guint) call->number & lasting[i].when) != 0)
        result = dex_await_boxed (annex_doctor_look (doctor, lasting[i].id, FALSE), NULL);
      if (result == NULL)
        continue;
      if (is_back (call->self, result))
        call->number |= ANNEX_DESK_LOOK_MACHINE;
      /* Told at once: what is looked at next may take its time. */
      if (merge (call->self, keep_offer (call->self, result)))
        annex_desk_emit_checks_changed (ANNEX_DESK (call->self));
    }
  call->self->looking--;
  call->self->n_looks++;
  return dex_future_new_true ();
}

static gboolean
look_cb (gpointer data)
{
  AnnexDeskSession *self = data;
  AnnexDeskCall *call = annex_desk_call_new (ANNEX_DESK (self), NULL);

  call->number = self->look_at;
  self->look_timer = 0;
  self->look_at = 0;
  dex_future_disown (annex_desk_call_run (call, look_fiber));
  return G_SOURCE_REMOVE;
}

void
annex_desk_session_look_soon (AnnexDeskSession *self, AnnexDeskLook at)
{
  if (self->closed)
    return;
  self->look_at |= at;
  if (self->look_timer == 0)
    self->look_timer = g_timeout_add_full (G_PRIORITY_LOW, LOOK_DELAY_MS, look_cb, self, NULL);
}

/* A server is asked again only about what it was asked before: @failed, where that was in vain. */
static AnnexDeskLook
find_model_look (AnnexDeskSession *self, gboolean failed)
{
  for (guint i = 0; i < self->checks->len; i++)
    {
      const AnnexCheckResult *check = g_ptr_array_index (self->checks, i);

      if ((g_str_equal (check->id, "model") || g_str_equal (check->id, "keyring")) &&
          (!failed || check->state == ANNEX_CHECK_FAILED))
        return ANNEX_DESK_LOOK_MODEL;
    }
  return 0;
}

void
annex_desk_session_look_after (AnnexDeskSession *self, const char *domain, const char *code)
{
  static const char *const model_codes[] = { "auth", "no-key", "billing", NULL };
  static const char *const room_codes[] = { "disk-full", "disk-limit", NULL };

  if (g_str_equal (domain, g_quark_to_string (ANNEX_SECRETS_ERROR)) ||
      (g_str_equal (domain, g_quark_to_string (ANNEX_MODEL_ERROR)) &&
       g_strv_contains (model_codes, code)))
    annex_desk_session_look_soon (self, ANNEX_DESK_LOOK_MODEL);
  else if (g_str_equal (domain, g_quark_to_string (ANNEX_STORE_ERROR)) ||
           g_strv_contains (room_codes, code))
    annex_desk_session_look_soon (self, ANNEX_DESK_LOOK_ROOM);
}

static void
network_changed_cb (AnnexDeskSession *self)
{
  annex_desk_session_look_soon (self, ANNEX_DESK_LOOK_MACHINE | find_model_look (self, TRUE));
}

static void
profiles_changed_cb (AnnexDeskSession *self)
{
  AnnexDeskLook at = find_model_look (self, FALSE);

  if (at != 0)
    annex_desk_session_look_soon (self, at);
}

static void
limit_changed_cb (AnnexDeskSession *self)
{
  annex_desk_session_look_soon (self, ANNEX_DESK_LOOK_ROOM);
}

static gboolean
watch_cb (gpointer data)
{
  annex_desk_session_look_soon (data, ANNEX_DESK_LOOK_ROOM | find_model_look (data, TRUE));
  return G_SOURCE_CONTINUE;
}

void
annex_desk_session_watch_conditions (AnnexDeskSession *self)
{
  g_signal_connect_object (g_network_monitor_get_default (), "network-changed",
                           G_CALLBACK (network_changed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (annex_session_get_config (self->session), "changed",
                           G_CALLBACK (profiles_changed_cb), self, G_CONNECT_SWAPPED);
  self->limits = annex_limits_dup_settings ();
  if (self->limits != NULL)
    g_signal_connect_object (self->limits, "changed::limit-disk", G_CALLBACK (limit_changed_cb),
                             self, G_CONNECT_SWAPPED);
  self->watch_timer = g_timeout_add_full (G_PRIORITY_LOW, self->watch_ms, watch_cb, self, NULL);
  annex_desk_session_look_soon (self, ANNEX_DESK_LOOK_MACHINE | ANNEX_DESK_LOOK_ROOM);
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
  /* With its keyring locked the model was not tried. */
  if (g_str_equal (call->id, "keyring") && result->state != ANNEX_CHECK_FAILED)
    annex_desk_session_look_soon (call->self, ANNEX_DESK_LOOK_MODEL);
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
