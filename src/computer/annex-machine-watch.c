/* annex-machine-watch.c
 *
 * What happens to a machine though nobody asked: libvirt's events, the connection to libvirt that
 * was lost, and the channel that hung up before libvirt said a word.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-machine-private.h"

#include "annex-future.h"

#include <glib/gi18n.h>
#include <libvirt/virterror.h>

#define LOOK_MS 100
#define TRIM_S 5
#define PROGRAM_ENDED "the program that runs it ended"

/* Logs lie where computers do, and that disk may never answer. */
static DexFuture *
trim_work (gpointer data)
{
  char **paths = data;

  for (guint i = 0; paths[i] != NULL; i++)
    annex_machine_trim_log (paths[i]);
  return dex_future_new_true ();
}

static DexFuture *
trim_in_thread (char **paths)
{
  return annex_worker_run ("annex-trim", trim_work, g_strdupv (paths), (GDestroyNotify) g_strfreev);
}

static DexFuture *
trim_again_cb (DexFuture *future, gpointer data)
{
  return trim_in_thread (data);
}

/* One thread at a time for each machine; the @last time comes though one is stuck. */
static void
trim_logs (AnnexMachine *self, gboolean last)
{
  char *paths[] = { self->log_path, self->program_log_path, NULL };

  if (self->trimming == NULL || !dex_future_is_pending (self->trimming))
    {
      dex_clear (&self->trimming);
      self->trimming = trim_in_thread (paths);
    }
  else if (last)
    dex_future_disown (dex_future_finally (dex_ref (self->trimming), trim_again_cb,
                                           g_strdupv (paths), (GDestroyNotify) g_strfreev));
}

static gboolean
trim_cb (gpointer data)
{
  trim_logs (data, FALSE);
  return G_SOURCE_CONTINUE;
}

void
annex_machine_set_running (AnnexMachine *self)
{
  self->running = TRUE;
  if (self->trim_source == 0)
    self->trim_source = g_timeout_add_seconds (TRIM_S, trim_cb, self);
  self->ending = FALSE;
  g_clear_pointer (&self->lost_reason, g_free);
  dex_clear (&self->gone);
  self->gone = dex_promise_new ();
}

void
annex_machine_set_ended (AnnexMachine *self, const char *reason)
{
  g_autoptr (AnnexMachine) guard = g_object_ref (self);

  if (!self->running)
    return;
  self->running = FALSE;
  g_clear_handle_id (&self->trim_source, g_source_remove);
  trim_logs (self, TRUE);
  if (!self->ending)
    g_set_str (&self->lost_reason, reason);
  dex_promise_resolve_boolean (self->gone, TRUE);
  if (!self->ending)
    g_signal_emit_by_name (self, "lost", reason);
}

/* ---------------------------------------------------------------- looking */

typedef struct
{
  AnnexMachine *machine;
  char *reason;
  gboolean told; /* by libvirt: that it cannot be asked any more is no sign of life */
} End;

static void
end_free (gpointer data)
{
  End *end = data;

  g_clear_object (&end->machine);
  g_free (end->reason);
  g_free (end);
}

/* Resolves to whether it is gone; rejects when that cannot be asked. */
static DexFuture *
is_gone_worker (virConnectPtr connection, gpointer state)
{
  const char *name = state;
  virDomainPtr domain = virDomainLookupByName (connection, name);
  int active;

  if (domain == NULL && virGetLastErrorCode () != VIR_ERR_NO_DOMAIN)
    return annex_virt_reject (N_ ("The computer cannot be looked at"));
  active = domain != NULL ? virDomainIsActive (domain) : 0;
  if (domain != NULL)
    virDomainFree (domain);
  return dex_future_new_for_boolean (active == 0);
}

static DexFuture *
looked_cb (DexFuture *future, gpointer data)
{
  End *end = data;
  const GValue *gone = dex_future_get_value (future, NULL); /* NULL: it could not be asked */

  if (gone != NULL ? g_value_get_boolean (gone) : end->told)
    annex_machine_set_ended (end->machine, end->reason);
  return dex_future_new_true ();
}

static DexFuture *
look (AnnexMachine *self, const char *reason, gboolean told)
{
  End *end = g_new0 (End, 1);

  end->machine = g_object_ref (self);
  end->reason = g_strdup (reason);
  end->told = told;
  return annex_future_keep (dex_future_finally (
      annex_virt_call (self->virt, "annex-is-gone", is_gone_worker, g_strdup (self->name), g_free),
      looked_cb, end, end_free));
}

/* An end that was told may be that of the machine's life before, heard late. */
void
annex_machine_end_if_gone (AnnexMachine *self, const char *reason)
{
  dex_future_disown (look (self, reason, TRUE));
}

gboolean
annex_machine_await_end (AnnexMachine *self, guint limit_ms)
{
  g_autoptr (AnnexMachine) guard = g_object_ref (self);
  gint64 deadline_us = g_get_monotonic_time () + limit_ms * 1000LL;

  while (self->running && g_get_monotonic_time () < deadline_us)
    {
      dex_await (look (self, PROGRAM_ENDED, FALSE), NULL); /* always resolves */
      if (self->running)
        dex_await (dex_future_first (dex_ref (self->gone), dex_timeout_new_msec (LOOK_MS), NULL),
                   NULL);
    }
  return !self->running;
}

/* ---------------------------------------------------------------- what libvirt tells */

static void
stopped_cb (AnnexVirt *virt, const char *name, const char *reason, AnnexMachine *self)
{
  if (g_strcmp0 (name, self->name) != 0)
    return;
  /* It may end before the call that began it has returned here. */
  if (self->beginning && !self->running)
    g_set_str (&self->lost_reason, reason);
  else if (self->running)
    annex_machine_end_if_gone (self, reason);
}

static void
paused_cb (AnnexVirt *virt, const char *name, gboolean disk_full, AnnexMachine *self)
{
  if (g_strcmp0 (name, self->name) == 0 && self->running)
    g_signal_emit_by_name (self, "disk-full");
}

static void
device_removed_cb (AnnexVirt *virt, const char *name, const char *alias, AnnexMachine *self)
{
  DexPromise *removal;

  if (g_strcmp0 (name, self->name) != 0)
    return;
  removal = g_hash_table_lookup (self->removals, alias);
  if (removal == NULL)
    return;
  dex_promise_resolve_boolean (removal, TRUE);
  g_hash_table_remove (self->removals, alias);
}

/* The machine runs on without the daemon; but what happens to it meanwhile is told by nobody.
 * Asking opens the connection anew, and its events with it. */
static void
connection_lost_cb (AnnexVirt *virt, AnnexMachine *self)
{
  if (self->running)
    dex_future_disown (look (self, PROGRAM_ENDED, FALSE));
}

void
annex_machine_watch (AnnexMachine *self)
{
  g_signal_connect_object (self->virt, "domain-stopped", G_CALLBACK (stopped_cb), self, 0);
  g_signal_connect_object (self->virt, "domain-paused", G_CALLBACK (paused_cb), self, 0);
  g_signal_connect_object (self->virt, "connection-lost", G_CALLBACK (connection_lost_cb), self, 0);
  g_signal_connect_object (self->virt, "device-removed", G_CALLBACK (device_removed_cb), self, 0);
}
