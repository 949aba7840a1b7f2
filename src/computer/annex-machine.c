/* annex-machine.c
 *
 * See annex-machine.h; the channel is in annex-machine-connect.c, what libvirt tells in
 * annex-machine-watch.c. Domains are transient: nothing of them is left in libvirt's configuration
 * once they end.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-machine-private.h"

#include "annex-future.h"
#include "annex-gate.h"
#include "annex-spoken.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <libvirt/virterror.h>
#include <string.h>
#include <unistd.h>

#define SAVE_CHANNELS 2

G_DEFINE_FINAL_TYPE (AnnexMachine, annex_machine, G_TYPE_OBJECT)

/* ---------------------------------------------------------------- calls */

typedef struct
{
  AnnexMachine *machine; /* main thread only, except for being freed */
  char *name;
  char *text; /* XML or path */
  char *other;
} Job;

static Job *
job_new (AnnexMachine *self, const char *text)
{
  Job *job = g_new0 (Job, 1);

  job->name = g_strdup (self->name);
  job->text = g_strdup (text);
  return job;
}

static void
job_free (gpointer data)
{
  Job *job = data;

  g_clear_object (&job->machine);
  g_free (job->name);
  g_free (job->text);
  g_free (job->other);
  g_free (job);
}

static DexFuture *
begun_cb (DexFuture *future, gpointer data)
{
  AnnexMachine *self = data;
  g_autofree char *early_end = g_steal_pointer (&self->lost_reason);

  self->beginning = FALSE;
  if (dex_future_is_resolved (future))
    annex_machine_set_running (self);
  if (early_end != NULL)
    annex_machine_end_if_gone (self, early_end);
  return dex_ref (future);
}

static DexFuture *
begin (AnnexMachine *self, const char *name, AnnexVirtFunc worker, Job *job)
{
  self->beginning = TRUE;
  g_clear_pointer (&self->lost_reason, g_free);
  return annex_future_keep (
      dex_future_finally (annex_virt_call (self->virt, name, worker, job, job_free), begun_cb,
                          g_object_ref (self), g_object_unref));
}

static DexFuture *
boot_worker (virConnectPtr connection, gpointer state)
{
  Job *job = state;
  virDomainPtr domain;

  /* virtlogd appends; the watchdog wants only this boot's lines. */
  g_unlink (job->other);
  domain = virDomainCreateXML (connection, job->text, VIR_DOMAIN_NONE);
  if (domain == NULL)
    return annex_virt_reject (N_ ("The computer could not be started"));
  virDomainFree (domain);
  return dex_future_new_true ();
}

AnnexDomainSpec *
annex_machine_new_spec (AnnexMachine *self)
{
  AnnexDomainSpec *spec = annex_domain_spec_new (annex_computer_folder_get_id (self->folder));

  spec->disk = annex_computer_folder_dup_path (self->folder, "disk.qcow2");
  spec->serial_log = g_strdup (self->log_path);
  spec->channel_socket = g_strdup (self->socket_path);
  return spec;
}

DexFuture *
annex_machine_boot (AnnexMachine *self, AnnexDomainSpec *spec)
{
  g_autoptr (AnnexDomainSpec) taken = spec;
  g_autofree char *xml = annex_domain_xml_build (taken);
  Job *job;

  if (xml == NULL)
    return annex_future_new_spoken (
        ANNEX_COMPUTER_ERROR, ANNEX_COMPUTER_ERROR_FAILED,
        N_ ("Annex’s folders have names that the computer cannot use: “%s”"), taken->disk);
  job = job_new (self, xml);
  job->other = g_strdup (self->log_path);
  return begin (self, "annex-boot", boot_worker, job);
}

static DexFuture *
restore_worker (virConnectPtr connection, gpointer state)
{
  Job *job = state;
  virTypedParameterPtr params = NULL;
  int n_params = 0, max_params = 0;
  int result;

  virTypedParamsAddString (&params, &n_params, &max_params, VIR_DOMAIN_SAVE_PARAM_FILE, job->text);
  virTypedParamsAddInt (&params, &n_params, &max_params, VIR_DOMAIN_SAVE_PARAM_PARALLEL_CHANNELS,
                        SAVE_CHANNELS);
  result = virDomainRestoreParams (connection, params, n_params, VIR_DOMAIN_SAVE_PAUSED);
  virTypedParamsFree (params, n_params);
  if (result < 0)
    return annex_virt_reject (N_ ("The computer’s saved memory was refused"));
  return dex_future_new_true ();
}

DexFuture *
annex_machine_restore (AnnexMachine *self, const char *path)
{
  return begin (self, "annex-restore", restore_worker, job_new (self, path));
}

static virDomainPtr
look_up (virConnectPtr connection, Job *job)
{
  return virDomainLookupByName (connection, job->name);
}

static DexFuture *
resume_worker (virConnectPtr connection, gpointer state)
{
  virDomainPtr domain = look_up (connection, state);
  DexFuture *result;

  if (domain == NULL)
    return annex_virt_reject (N_ ("The computer is gone"));
  result = virDomainResume (domain) < 0 ? annex_virt_reject (N_ ("The computer could not go on"))
                                        : dex_future_new_true ();
  virDomainFree (domain);
  return result;
}

DexFuture *
annex_machine_resume (AnnexMachine *self)
{
  return annex_virt_call (self->virt, "annex-resume", resume_worker, job_new (self, NULL),
                          job_free);
}

static gboolean
sync_file (const char *path)
{
  g_autofd int fd = open (path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);

  return fd >= 0 && fsync (fd) == 0;
}

static DexFuture *
save_worker (virConnectPtr connection, gpointer state)
{
  Job *job = state;
  g_autofree char *partial = g_strconcat (job->text, ".part", NULL);
  virTypedParameterPtr params = NULL;
  int n_params = 0, max_params = 0;
  virDomainPtr domain = look_up (connection, job);
  DexFuture *failure = NULL;

  if (domain == NULL)
    return annex_virt_reject (N_ ("The computer is gone"));
  g_unlink (partial);
  virTypedParamsAddString (&params, &n_params, &max_params, VIR_DOMAIN_SAVE_PARAM_FILE, partial);
  virTypedParamsAddString (&params, &n_params, &max_params, VIR_DOMAIN_SAVE_PARAM_IMAGE_FORMAT,
                           "sparse");
  virTypedParamsAddInt (&params, &n_params, &max_params, VIR_DOMAIN_SAVE_PARAM_PARALLEL_CHANNELS,
                        SAVE_CHANNELS);
  if (virDomainSaveParams (domain, params, n_params, 0) < 0)
    failure = annex_virt_reject (N_ ("The computer could not be put to sleep"));
  else if (!sync_file (partial) || g_rename (partial, job->text) != 0)
    failure = annex_future_new_spoken (ANNEX_COMPUTER_ERROR, ANNEX_COMPUTER_ERROR_FAILED,
                                       N_ ("The computer’s memory could not be kept: %s"),
                                       g_strerror (errno));
  virTypedParamsFree (params, n_params);
  virDomainFree (domain);
  if (failure == NULL)
    return dex_future_new_true ();
  g_unlink (partial);
  return failure;
}

static DexFuture *
saved_cb (DexFuture *future, gpointer data)
{
  AnnexMachine *self = data;

  if (dex_future_is_resolved (future))
    annex_machine_set_ended (self, "it was put to sleep");
  else
    self->ending = FALSE;
  return dex_ref (future);
}

DexFuture *
annex_machine_save (AnnexMachine *self, const char *path)
{
  self->ending = TRUE;
  return annex_future_keep (dex_future_finally (
      annex_virt_call (self->virt, "annex-save", save_worker, job_new (self, path), job_free),
      saved_cb, g_object_ref (self), g_object_unref));
}

static DexFuture *
destroy_worker (virConnectPtr connection, gpointer state)
{
  virDomainPtr domain = look_up (connection, state);
  DexFuture *result = NULL;

  if (domain == NULL)
    return dex_future_new_true ();
  if (virDomainDestroy (domain) < 0 && virDomainIsActive (domain) == 1)
    result = annex_virt_reject (N_ ("The computer could not be ended"));
  virDomainFree (domain);
  return result != NULL ? result : dex_future_new_true ();
}

static DexFuture *
destroyed_cb (DexFuture *future, gpointer data)
{
  annex_machine_set_ended (data, "it was ended");
  return dex_ref (future);
}

DexFuture *
annex_machine_destroy (AnnexMachine *self)
{
  self->ending = TRUE;
  return annex_future_keep (dex_future_then (
      annex_virt_call (self->virt, "annex-destroy", destroy_worker, job_new (self, NULL), job_free),
      destroyed_cb, g_object_ref (self), g_object_unref));
}

/* ---------------------------------------------------------------- devices */

static DexFuture *
plug_worker (virConnectPtr connection, gpointer state)
{
  Job *job = state;
  virDomainPtr domain = look_up (connection, job);
  DexFuture *result = NULL;

  if (domain == NULL)
    return annex_virt_reject (N_ ("The computer is gone"));
  if (virDomainAttachDeviceFlags (domain, job->text, VIR_DOMAIN_AFFECT_LIVE) < 0)
    {
      g_autoptr (GError) error = annex_virt_last_error (N_ ("The folder could not be attached"));

      if (error->code == ANNEX_COMPUTER_ERROR_FAILED)
        error->code = ANNEX_COMPUTER_ERROR_SHARE_REFUSED;
      result = dex_future_new_for_error (g_steal_pointer (&error));
    }
  virDomainFree (domain);
  return result != NULL ? result : dex_future_new_true ();
}

DexFuture *
annex_machine_plug (AnnexMachine *self, const char *tag, const char *socket)
{
  g_autofree char *xml = annex_domain_xml_filesystem (tag, socket);

  return annex_virt_call (self->virt, "annex-plug", plug_worker, job_new (self, xml), job_free);
}

static DexFuture *
unplug_worker (virConnectPtr connection, gpointer state)
{
  Job *job = state;
  virDomainPtr domain = look_up (connection, job);
  DexFuture *result;

  /* A domain that is gone has no device any more. FALSE: nothing to wait for. */
  if (domain == NULL)
    return dex_future_new_false ();
  if (virDomainDetachDeviceAlias (domain, job->text, VIR_DOMAIN_AFFECT_LIVE) == 0)
    result = dex_future_new_true ();
  else if (virGetLastErrorCode () == VIR_ERR_DEVICE_MISSING)
    result = dex_future_new_false ();
  else
    result = annex_virt_reject (N_ ("The folder could not be detached"));
  virDomainFree (domain);
  return result;
}

/* Waits for the guest's consent where the device was there. */
static DexFuture *
unplug_asked_cb (DexFuture *future, gpointer data)
{
  const GValue *value = dex_future_get_value (future, NULL);

  if (value != NULL && g_value_get_boolean (value))
    return dex_ref (data);
  return dex_future_new_true ();
}

DexFuture *
annex_machine_unplug (AnnexMachine *self, const char *tag, guint limit_ms)
{
  g_autofree char *alias = annex_domain_filesystem_alias (tag);
  DexPromise *removal = g_hash_table_lookup (self->removals, alias);
  DexFuture *asked;

  /* One event ends them all. */
  if (removal != NULL && dex_future_is_pending (DEX_FUTURE (removal)))
    dex_ref (removal);
  else
    {
      removal = dex_promise_new ();
      g_hash_table_insert (self->removals, g_strdup (alias), dex_ref (removal));
    }
  asked =
      annex_virt_call (self->virt, "annex-unplug", unplug_worker, job_new (self, alias), job_free);
  return annex_future_keep (annex_future_with_timeout (
      dex_future_then (asked, unplug_asked_cb, removal, dex_unref), limit_ms));
}

/* ---------------------------------------------------------------- the object */

/* The folder below /proc of the process that it is; NULL when there is none. (transfer full) */
static char *
dup_proc_path (AnnexMachine *self, const char *name)
{
  g_autofree char *pid_path =
      g_strdup_printf ("%s/libvirt/qemu/run/%s.pid", g_get_user_runtime_dir (), self->name);
  g_autofree char *pid = NULL;

  if (!g_file_get_contents (pid_path, &pid, NULL, NULL))
    return NULL;
  return g_strdup_printf ("/proc/%" G_GUINT64_FORMAT "/%s", g_ascii_strtoull (pid, NULL, 10), name);
}

gint64
annex_machine_get_waited_us (AnnexMachine *self)
{
  g_autofree char *tasks = dup_proc_path (self, "task");
  g_autoptr (GDir) dir = tasks != NULL ? g_dir_open (tasks, 0, NULL) : NULL;
  guint64 most_ns = 0;
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autofree char *path = g_build_filename (tasks, name, "schedstat", NULL);
      g_autofree char *text = NULL;
      guint64 run_ns, waited_ns;

      if (g_file_get_contents (path, &text, NULL, NULL) &&
          sscanf (text, "%" G_GUINT64_FORMAT " %" G_GUINT64_FORMAT, &run_ns, &waited_ns) == 2)
        most_ns = MAX (most_ns, waited_ns);
    }
  return (gint64) (most_ns / 1000);
}

guint64
annex_machine_resident_bytes (AnnexMachine *self)
{
  g_autofree char *statm_path = dup_proc_path (self, "statm");
  g_autofree char *statm = NULL;
  guint64 total_pages, resident_pages;

  if (statm_path == NULL)
    return 0;
  if (!g_file_get_contents (statm_path, &statm, NULL, NULL) ||
      sscanf (statm, "%" G_GUINT64_FORMAT " %" G_GUINT64_FORMAT, &total_pages, &resident_pages) !=
          2)
    return 0;
  return resident_pages * (guint64) sysconf (_SC_PAGESIZE);
}

AnnexComputerFolder *
annex_machine_get_folder (AnnexMachine *self)
{
  return self->folder;
}

gboolean
annex_machine_is_running (AnnexMachine *self)
{
  return self->running;
}

static void
annex_machine_finalize (GObject *object)
{
  AnnexMachine *self = ANNEX_MACHINE (object);

  g_clear_handle_id (&self->trim_source, g_source_remove);
  g_clear_object (&self->virt);
  g_clear_pointer (&self->folder, annex_computer_folder_free);
  g_hash_table_unref (self->removals);
  dex_clear (&self->gone);
  dex_clear (&self->trimming);
  g_free (self->name);
  g_free (self->log_path);
  g_free (self->program_log_path);
  g_free (self->socket_path);
  g_free (self->lost_reason);
  G_OBJECT_CLASS (annex_machine_parent_class)->finalize (object);
}

static void
annex_machine_class_init (AnnexMachineClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = annex_machine_finalize;
  g_signal_new ("lost", ANNEX_TYPE_MACHINE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 1,
                G_TYPE_STRING);
  g_signal_new ("disk-full", ANNEX_TYPE_MACHINE, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                G_TYPE_NONE, 0);
}

static void
annex_machine_init (AnnexMachine *self)
{
  self->gone = dex_promise_new ();
  self->removals = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, dex_unref);
}

AnnexMachine *
annex_machine_new (AnnexVirt *virt, const char *id)
{
  AnnexMachine *self = g_object_new (ANNEX_TYPE_MACHINE, NULL);
  g_autofree char *log_name = NULL;

  self->virt = g_object_ref (virt);
  self->folder = annex_computer_folder_new (id);
  self->name = annex_domain_name (id);
  self->log_path = annex_computer_folder_dup_path (self->folder, "serial.log");
  log_name = g_strconcat (self->name, ".log", NULL);
  self->program_log_path =
      g_build_filename (g_get_user_cache_dir (), "libvirt", "qemu", "log", log_name, NULL);
  self->socket_path = annex_computer_folder_dup_socket (self->folder, "ssh.sock");
  annex_machine_watch (self);
  return self;
}
