/* annex-accelerator.c
 *
 * See annex-accelerator.h. The probe runs QEMU itself, in a worker thread.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-accelerator.h"

#include "annex-future.h"
#include "annex-json.h"
#include "annex-paths.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define PROBE_LIMIT_MS 5000
#define MAX_OUTPUT (256 * 1024)

/* The kernel's last words when it finds no root file system: all of it has run by then. */
#define ANSWER "Unable to mount root fs"

G_DEFINE_BOXED_TYPE (AnnexAccelerator,
                     annex_accelerator,
                     annex_accelerator_copy,
                     annex_accelerator_free)

AnnexAccelerator *
annex_accelerator_new (gboolean kvm, const char *reason)
{
  AnnexAccelerator *self = g_new0 (AnnexAccelerator, 1);

  self->kvm = kvm;
  self->reason = g_strdup (reason);
  return self;
}

AnnexAccelerator *
annex_accelerator_copy (const AnnexAccelerator *self)
{
  return annex_accelerator_new (self->kvm, self->reason);
}

void
annex_accelerator_free (AnnexAccelerator *self)
{
  g_free (self->reason);
  g_free (self);
}

/* ---------------------------------------------------------------- the probe */

static void
child_setup_cb (gpointer data)
{
  prctl (PR_SET_PDEATHSIG, SIGKILL);
}

/* Reads what the probe writes until the answer, its end or the deadline. */
static gboolean
wait_for_answer (int fd, gint64 deadline_us)
{
  g_autoptr (GString) output = g_string_new (NULL);

  for (;;)
    {
      gint64 left_ms = (deadline_us - g_get_monotonic_time ()) / 1000;
      struct pollfd poller = { .fd = fd, .events = POLLIN };
      char buffer[4096];
      gssize n;

      if (left_ms <= 0 || output->len > MAX_OUTPUT)
        return FALSE;
      if (poll (&poller, 1, (int) left_ms) <= 0)
        continue;
      n = read (fd, buffer, sizeof buffer);
      if (n < 0 && errno == EINTR)
        continue;
      if (n <= 0)
        return FALSE;
      for (gssize i = 0; i < n; i++)
        g_string_append_c (output, buffer[i] != '\0' ? buffer[i] : ' ');
      if (strstr (output->str, ANSWER) != NULL)
        return TRUE;
    }
}

static AnnexAccelerator *
run_probe (const char *emulator, const char *kernel, guint limit_ms)
{
  const char *argv[] = {
    emulator, "-accel",   "kvm",         "-machine", "q35",  "-cpu",       "host",
    "-m",     "256",      "-nodefaults", "-display", "none", "-no-reboot", "-serial",
    "stdio",  "-monitor", "none",        "-kernel",  kernel, "-append",    "console=ttyS0 panic=-1",
    NULL
  };
  gint64 deadline_us = g_get_monotonic_time () + (gint64) limit_ms * 1000;
  g_autoptr (GError) error = NULL;
  g_autofd int out_fd = -1;
  gboolean answered;
  GPid pid;

  if (!g_spawn_async_with_pipes (NULL, (char **) argv, NULL,
                                 G_SPAWN_DO_NOT_REAP_CHILD | G_SPAWN_STDERR_TO_DEV_NULL,
                                 child_setup_cb, NULL, &pid, NULL, &out_fd, NULL, &error))
    return annex_accelerator_new (FALSE, "Emulated: QEMU could not be started to try KVM");
  answered = wait_for_answer (out_fd, deadline_us);
  kill (pid, SIGKILL);
  while (waitpid (pid, NULL, 0) < 0 && errno == EINTR)
    continue;
  if (answered)
    return annex_accelerator_new (TRUE, "Fast: this machine’s virtualization (KVM) works");
  return annex_accelerator_new (FALSE, "Emulated, which is slower: virtualization (KVM) is offered "
                                       "here, but a trial computer did not start on it");
}

AnnexAccelerator *
annex_accelerator_probe (const char *emulator,
                         const char *kernel,
                         const char *device,
                         guint limit_ms)
{
  g_autofd int fd = open (device, O_RDWR | O_CLOEXEC);

  if (fd >= 0)
    return run_probe (emulator, kernel, limit_ms);
  if (errno == EACCES || errno == EPERM)
    return annex_accelerator_new (FALSE, "Emulated, which is slower: you are not allowed to use "
                                         "this machine’s virtualization (/dev/kvm)");
  return annex_accelerator_new (FALSE,
                                "Emulated, which is slower: this machine offers no "
                                "virtualization (no /dev/kvm; it may be off in the firmware)");
}

/* ---------------------------------------------------------------- the cache */

typedef struct
{
  char *emulator;
  char *kernel;
  guint64 qemu_version;
} Question;

static void
question_free (gpointer data)
{
  Question *question = data;

  g_free (question->emulator);
  g_free (question->kernel);
  g_free (question);
}

/* What the answer depends on, besides the hardware: this boot, who may open the device, the
 * kernel's file and QEMU. (transfer full) */
static char *
question_key (const Question *question)
{
  g_autofree char *boot_id = NULL;
  struct stat info = { 0 };

  g_file_get_contents ("/proc/sys/kernel/random/boot_id", &boot_id, NULL, NULL);
  stat (question->kernel, &info);
  return g_strdup_printf (
      "%s qemu %" G_GUINT64_FORMAT " kernel %" G_GINT64_FORMAT " %" G_GINT64_FORMAT " device %d",
      boot_id != NULL ? g_strstrip (boot_id) : "unknown", question->qemu_version,
      (gint64) info.st_size, (gint64) info.st_mtime, access ("/dev/kvm", R_OK | W_OK));
}

static AnnexAccelerator *
read_cache (const char *path, const char *key)
{
  g_autofree char *text = NULL;
  g_autoptr (JsonObject) object = NULL;
  const char *reason;

  if (!g_file_get_contents (path, &text, NULL, NULL))
    return NULL;
  object = annex_json_parse_object (text, -1, NULL); /* a bad cache is no cache */
  if (object == NULL || g_strcmp0 (annex_json_opt_string (object, "key", NULL), key) != 0)
    return NULL;
  reason = annex_json_opt_string (object, "reason", NULL);
  if (reason == NULL)
    return NULL;
  return annex_accelerator_new (annex_json_opt_boolean (object, "kvm", FALSE), reason);
}

static void
write_cache (const char *path, const char *key, const AnnexAccelerator *found)
{
  g_autoptr (JsonObject) object = json_object_new ();
  g_autofree char *folder = g_path_get_dirname (path);
  g_autofree char *text = NULL;

  json_object_set_string_member (object, "key", key);
  json_object_set_boolean_member (object, "kvm", found->kvm);
  json_object_set_string_member (object, "reason", found->reason);
  text = annex_json_object_to_string (object);
  /* Without the cache the next start only asks again. */
  if (annex_paths_make (folder, NULL))
    annex_file_write_atomic (path, text, strlen (text), 0600, NULL);
}

static DexFuture *
find_worker (gpointer data)
{
  Question *question = data;
  const char *forced = g_getenv ("ANNEX_ACCELERATOR");
  g_autofree char *path = annex_paths_cache ("accelerator.json");
  g_autofree char *key = question_key (question);
  AnnexAccelerator *found;

  if (g_strcmp0 (forced, "kvm") == 0 || g_strcmp0 (forced, "tcg") == 0)
    return dex_future_new_take_boxed (
        ANNEX_TYPE_ACCELERATOR,
        annex_accelerator_new (forced[0] == 'k', forced[0] == 'k' ? "Fast, because you said so"
                                                                  : "Emulated, as you asked"));
  found = read_cache (path, key);
  if (found == NULL)
    {
      found = annex_accelerator_probe (question->emulator, question->kernel, "/dev/kvm",
                                       PROBE_LIMIT_MS);
      write_cache (path, key, found);
    }
  return dex_future_new_take_boxed (ANNEX_TYPE_ACCELERATOR, found);
}

void
annex_accelerator_forget (void)
{
  g_autofree char *path = annex_paths_cache ("accelerator.json");

  g_unlink (path);
}

DexFuture *
annex_accelerator_find (const char *emulator, guint64 qemu_version, const char *kernel)
{
  Question *question = g_new0 (Question, 1);

  question->emulator = g_strdup (emulator);
  question->qemu_version = qemu_version;
  question->kernel = g_strdup (kernel);
  return annex_worker_run ("annex-accelerator", find_worker, question, question_free);
}
