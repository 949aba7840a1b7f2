/* annex-doctor-machine.c
 *
 * What this machine offers: virtualization, QEMU, libvirt, sharing folders, namespaces, memory.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-doctor-private.h"

#include "annex-accelerator.h"
#include "annex-computer-kit.h"
#include "annex-future.h"
#include "annex-sandbox.h"
#include "annex-virt.h"

#include <glib/gi18n.h>
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* KVM */

/* Is @word one of the flags of the first processor? */
static gboolean
has_flag (const char *cpuinfo, const char *word)
{
  const char *line = strstr (cpuinfo, "\nflags");
  const char *end = line != NULL ? strchr (line + 1, '\n') : NULL;
  g_autofree char *flags = NULL;
  g_auto (GStrv) words = NULL;

  if (line == NULL)
    return FALSE;
  flags = end != NULL ? g_strndup (line + 1, (gsize) (end - line - 1)) : g_strdup (line + 1);
  words = g_strsplit_set (flags, " \t:", -1);
  return g_strv_contains ((const char *const *) words, word);
}

static void
say_no_kvm (AnnexDoctor *self, AnnexCheckResult *result)
{
  g_autofree char *text = NULL;
  g_autofree char *cpuinfo = NULL;
  gboolean virtual_machine;
  gboolean capable;

  if (g_file_get_contents (self->world.cpuinfo, &text, NULL, NULL))
    cpuinfo = g_strconcat ("\n", text, NULL);
  virtual_machine = cpuinfo != NULL && has_flag (cpuinfo, "hypervisor");
  capable = cpuinfo != NULL && (has_flag (cpuinfo, "vmx") || has_flag (cpuinfo, "svm"));
  if (virtual_machine && !capable)
    {
      annex_doctor_say (
          result, ANNEX_CHECK_NOTICE,
          _ ("This machine is itself a virtual machine, and whoever runs it has not "
             "allowed virtual machines inside it. Annex’s computer is emulated, which "
             "is several times slower; where it may not run at all, it can be turned "
             "off in the preferences."));
      result->admin_text =
          g_strdup (_ ("Please allow nested virtualization for this virtual machine (the processor "
                       "flag vmx or svm must be passed on to it)."));
    }
  else if (capable)
    {
      annex_doctor_say (
          result, ANNEX_CHECK_NOTICE,
          _ ("The processor could run virtual machines fast, but the system does not "
             "offer it (there is no %s). Annex’s computer is emulated, which is several "
             "times slower."),
          self->world.kvm);
      result->admin_text = g_strdup (_ (
          "Please load the kernel’s KVM module (modprobe kvm_intel or kvm_amd). Where that fails, "
          "virtualization (VT-x or AMD-V) is switched off in the firmware’s settings."));
    }
  else
    {
      annex_doctor_say (
          result, ANNEX_CHECK_NOTICE,
          _ ("The processor does not offer virtualization, or it is switched off in the "
             "firmware. Annex’s computer is emulated, which is several times slower."));
      result->admin_text = g_strdup (_ ("Please switch on virtualization (VT-x or AMD-V) in this "
                                        "machine’s firmware settings, if it has it."));
    }
}

static gboolean
is_virtual_machine (AnnexDoctor *self)
{
  g_autofree char *text = NULL;
  g_autofree char *cpuinfo = NULL;

  if (!g_file_get_contents (self->world.cpuinfo, &text, NULL, NULL))
    return FALSE;
  cpuinfo = g_strconcat ("\n", text, NULL);
  return has_flag (cpuinfo, "hypervisor");
}

typedef struct
{
  char *emulator;
  char *kernel;
  char *device;
  guint limit_ms;
} Trial;

static void
trial_free (gpointer data)
{
  Trial *trial = data;

  g_free (trial->emulator);
  g_free (trial->kernel);
  g_free (trial->device);
  g_free (trial);
}

static DexFuture *
trial_work (gpointer data)
{
  Trial *trial = data;

  return dex_future_new_take_boxed (
      ANNEX_TYPE_ACCELERATOR,
      annex_accelerator_probe (trial->emulator, trial->kernel, trial->device, trial->limit_ms));
}

/* Starts a guest on it now, whatever one did before. NULL without QEMU. (transfer full) */
static AnnexAccelerator *
await_trial (AnnexDoctor *self, const AnnexComputerKit *kit)
{
  Trial *trial = g_new0 (Trial, 1);

  trial->emulator = annex_doctor_find_program (self, "qemu-system-x86_64");
  trial->kernel = g_strdup (kit->kernel);
  trial->device = g_strdup (self->world.kvm);
  trial->limit_ms = self->world.kvm_limit_ms;
  if (trial->emulator == NULL)
    {
      trial_free (trial);
      return NULL;
    }
  return dex_await_boxed (annex_worker_run ("annex-kvm-trial", trial_work, trial, trial_free),
                          NULL);
}

static void
say_dead_kvm (AnnexDoctor *self, AnnexCheckResult *result, const char *reason)
{
  annex_doctor_say (
      result, ANNEX_CHECK_NOTICE, "%s",
      is_virtual_machine (self)
          ? _ ("This machine is itself a virtual machine. It offers to run others inside it, but a "
               "trial computer did not start, so Annex’s computer is emulated, which is several "
               "times "
               "slower.")
          : _ ("Virtual machines are offered here, but a trial computer did not start on them, so "
               "Annex’s computer is emulated, which is several times slower."));
  result->admin_text = g_strdup (
      is_virtual_machine (self)
          ? _ ("KVM can be opened in this virtual machine, but a guest does not boot on it. Please "
               "check that nested virtualization is allowed, and works, where this virtual machine "
               "runs.")
          : _ ("KVM can be opened, but a guest does not boot on it. Please look at the kernel’s "
               "messages about kvm."));
  result->repair = g_strdup (_ ("Try Again"));
  result->detail = g_strdup (reason);
}

/* Whether a computer really starts on it; without an image that cannot be tried. */
static void
look_at_trial (AnnexDoctor *self, AnnexCheckResult *result, gboolean thorough)
{
  g_autoptr (AnnexVirt) virt = NULL;
  g_autoptr (AnnexComputerKit) kit = NULL;
  g_autoptr (AnnexAccelerator) tried = NULL;
  g_autoptr (GError) error = NULL;

  if (self->session != NULL)
    {
      virt = annex_virt_new (self->world.libvirt_uri);
      kit = dex_await_boxed (
          annex_computer_kit_gather (virt, annex_session_get_images (self->session), NULL), &error);
    }
  if (kit != NULL && thorough)
    tried = await_trial (self, kit);
  if (kit == NULL)
    annex_doctor_say (
        result, ANNEX_CHECK_OK,
        _ ("Virtual machines may be fast here; that is tried when the computer’s system "
           "is there."));
  else if (g_strcmp0 (g_getenv ("ANNEX_ACCELERATOR"), "tcg") == 0)
    annex_doctor_say (result, ANNEX_CHECK_NOTICE,
                      _ ("Annex’s computer is emulated, which is several times slower, because the "
                         "variable ANNEX_ACCELERATOR says so."));
  else if (tried != NULL ? !tried->kvm : !kit->kvm_works)
    say_dead_kvm (self, result, tried != NULL ? tried->reason : kit->accelerator_reason);
  else if (!kit->kvm_works)
    {
      annex_doctor_say (result, ANNEX_CHECK_NOTICE,
                        _ ("A trial computer starts fast here now, but an earlier one did not, so "
                           "Annex’s computer is emulated until that is tried again."));
      result->repair = g_strdup (_ ("Try Again"));
    }
  else if (!kit->kvm)
    {
      annex_doctor_say (result, ANNEX_CHECK_NOTICE,
                        _ ("Virtual machines would be fast here, but the service that manages them "
                           "(libvirt) does not offer it, so Annex’s computer is emulated, which is "
                           "several times slower."));
      result->admin_text =
          g_strdup (_ ("Please let the libvirt of ordinary users run KVM guests: virsh "
                       "-c qemu:///session domcapabilities --virttype kvm must work."));
    }
  else
    annex_doctor_say (result, ANNEX_CHECK_OK,
                      _ ("Virtual machines are fast here: a trial computer started."));
}

static gboolean
repair_kvm (AnnexDoctor *self, GError **error)
{
  annex_accelerator_forget ();
  return TRUE; /* looking tries it */
}

static void
look_kvm (AnnexDoctor *self, AnnexCheckResult *result, gboolean thorough)
{
  if (access (self->world.kvm, R_OK | W_OK) == 0)
    look_at_trial (self, result, thorough);
  else if (errno == EACCES || errno == EPERM)
    {
      annex_doctor_say (
          result, ANNEX_CHECK_NOTICE,
          _ ("This machine can run virtual machines fast, but you are not allowed to use "
             "that. Annex’s computer is emulated, which is several times slower."));
      result->admin_text = g_strdup_printf (
          _ ("Please let the user “%s” use %s, for instance: adduser %s kvm\nThe user "
             "must log in again afterwards."),
          self->world.user, self->world.kvm, self->world.user);
    }
  else
    say_no_kvm (self, result);
}

/* QEMU */

static void
look_qemu (AnnexDoctor *self, AnnexCheckResult *result, gboolean thorough)
{
  g_autofree char *qemu = annex_doctor_find_program (self, "qemu-system-x86_64");
  g_autofree char *tool = annex_doctor_find_program (self, "qemu-img");

  result->detail = g_strdup (qemu);
  if (qemu != NULL && tool != NULL)
    {
      annex_doctor_say (result, ANNEX_CHECK_OK,
                        _ ("The program that runs virtual machines is here."));
      return;
    }
  annex_doctor_say (result, ANNEX_CHECK_FAILED, "%s",
                    qemu != NULL ? _ ("The program that runs virtual machines (QEMU) is not "
                                      "installed completely.")
                                 : _ ("The program that runs virtual machines (QEMU) is not "
                                      "installed."));
  result->admin_text =
      g_strdup (_ ("Please install QEMU for x86-64 systems and its disk image tool "
                   "(qemu-system-x86_64, qemu-img)."));
}

/* libvirt */

static void
look_libvirt (AnnexDoctor *self, AnnexCheckResult *result, gboolean thorough)
{
  g_autoptr (AnnexVirt) virt = annex_virt_new (self->world.libvirt_uri);
  g_autoptr (GError) error = NULL;
  AnnexVirtFacts *facts =
      dex_await_boxed (annex_future_with_timeout (annex_virt_facts (virt), 20000), &error);

  if (facts == NULL)
    {
      annex_doctor_say_error (
          result, ANNEX_CHECK_FAILED, error,
          _ ("The service that manages virtual machines (libvirt) does not answer. "
             "It is not installed, or it cannot start for you."));
      result->admin_text =
          g_strdup (_ ("Please install libvirt with its QEMU driver, for use by ordinary users "
                       "(qemu:///session). No system service is needed."));
      return;
    }
  annex_doctor_say (result, ANNEX_CHECK_OK,
                    _ ("The service that manages virtual machines answers."));
  result->detail = g_strdup_printf (
      "QEMU %" G_GUINT64_FORMAT ".%" G_GUINT64_FORMAT ".%" G_GUINT64_FORMAT,
      facts->qemu_version / 1000000, facts->qemu_version / 1000 % 1000, facts->qemu_version % 1000);
  annex_virt_facts_free (facts);
}

/* Folders */

static char *
find_virtiofsd (AnnexDoctor *self)
{
  static const char *const places[] = { "/usr/libexec/virtiofsd", "/app/libexec/virtiofsd",
                                        "/usr/lib/virtiofsd", "/usr/lib/qemu/virtiofsd" };

  if (self->world.virtiofsd != NULL)
    return access (self->world.virtiofsd, X_OK) == 0 ? g_strdup (self->world.virtiofsd) : NULL;
  for (guint i = 0; i < G_N_ELEMENTS (places); i++)
    if (access (places[i], X_OK) == 0)
      return g_strdup (places[i]);
  return annex_doctor_find_program (self, "virtiofsd");
}

static void
look_virtiofsd (AnnexDoctor *self, AnnexCheckResult *result, gboolean thorough)
{
  g_autofree char *path = find_virtiofsd (self);

  if (path != NULL)
    {
      annex_doctor_say (result, ANNEX_CHECK_OK, _ ("Folders can be shared with the computer."));
      result->detail = g_steal_pointer (&path);
      return;
    }
  annex_doctor_say (result, ANNEX_CHECK_FAILED,
                    _ ("The program that shows your folders to the computer (virtiofsd) is not "
                       "installed. Tasks without folders work."));
  result->admin_text =
      g_strdup (_ ("Please install virtiofsd, version 1.13 or newer (the one written "
                   "in Rust)."));
}

/* Namespaces and sub-ids */

static gboolean
has_sub_ids (const char *path, const char *user)
{
  g_autofree char *text = NULL;
  g_autofree char *start = g_strdup_printf ("%s:", user);
  g_autofree char *number = g_strdup_printf ("%u:", (guint) getuid ());
  g_auto (GStrv) lines = NULL;

  if (!g_file_get_contents (path, &text, NULL, NULL))
    return FALSE;
  lines = g_strsplit (text, "\n", -1);
  for (guint i = 0; lines[i] != NULL; i++)
    if (g_str_has_prefix (lines[i], start) || g_str_has_prefix (lines[i], number))
      return TRUE;
  return FALSE;
}

static void
look_namespaces (AnnexDoctor *self, AnnexCheckResult *result, gboolean thorough)
{
  g_autofree char *max = annex_doctor_read_line (self->world.max_namespaces);
  g_autofree char *allowed = annex_doctor_read_line (self->world.namespace_switch);
  g_autofree char *apparmor = annex_doctor_read_line (self->world.namespace_apparmor);
  const char *cause = NULL;

  if (max != NULL && g_ascii_strtoll (max, NULL, 10) == 0)
    cause = "user.max_user_namespaces is 0";
  else if (allowed != NULL && g_ascii_strtoll (allowed, NULL, 10) == 0)
    cause = "kernel.unprivileged_userns_clone is 0";
  else if (apparmor != NULL && g_ascii_strtoll (apparmor, NULL, 10) == 1)
    cause = "kernel.apparmor_restrict_unprivileged_userns is 1";
  if (cause == NULL)
    {
      annex_doctor_say (result, ANNEX_CHECK_OK,
                        _ ("Programs can be locked into a room of their own here."));
      return;
    }
  /* Then Landlock does it. */
  annex_doctor_say (
      result, ANNEX_CHECK_NOTICE,
      _ ("This system does not let programs make rooms of their own (user namespaces). "
         "Folders are shared all the same, locked in another way; only building the "
         "computer’s system here is not possible."));
  result->admin_text = g_strdup_printf (
      _ ("Building the system of Annex’s computer needs user namespaces for ordinary users: %s."),
      cause);
  result->detail = g_strdup (cause);
}

static void
look_sub_ids (AnnexDoctor *self, AnnexCheckResult *result, gboolean thorough)
{
  if (annex_sandbox_is_flatpak ())
    {
      annex_doctor_say (result, ANNEX_CHECK_OK,
                        _ ("The computer’s system is not built in a Flatpak: it is fetched."));
      return;
    }
  if (has_sub_ids (self->world.subuid, self->world.user) &&
      has_sub_ids (self->world.subgid, self->world.user))
    {
      annex_doctor_say (result, ANNEX_CHECK_OK,
                        _ ("You have the numbers of your own that building the computer’s system "
                           "needs."));
      return;
    }
  annex_doctor_say (
      result, ANNEX_CHECK_NOTICE,
      _ ("Building the computer’s system on this machine needs user numbers of your own, "
         "and you have none. What is there already goes on working."));
  result->admin_text =
      g_strdup_printf (_ ("Please give the user “%s” subordinate ids, for instance: "
                          "usermod --add-subuids 100000-165535 "
                          "--add-subgids 100000-165535 %s"),
                       self->world.user, self->world.user);
}

/* Memory */

static gint64
read_kib (const char *path, const char *name)
{
  g_autofree char *text = NULL;
  const char *at;

  if (!g_file_get_contents (path, &text, NULL, NULL))
    return -1;
  at = strstr (text, name);
  return at != NULL ? g_ascii_strtoll (at + strlen (name), NULL, 10) : -1;
}

static void
look_memory (AnnexDoctor *self, AnnexCheckResult *result, gboolean thorough)
{
  gint64 total = read_kib (self->world.meminfo, "MemTotal:");
  gint64 available = read_kib (self->world.meminfo, "MemAvailable:");
  gint64 needed = (gint64) annex_computer_kit_memory_mib () * 1024;
  g_autofree char *has = available >= 0 ? g_format_size ((guint64) available * 1024) : NULL;
  g_autofree char *wants = g_format_size ((guint64) needed * 1024);

  if (available < 0 || total < 0)
    annex_doctor_say (result, ANNEX_CHECK_UNKNOWN,
                      _ ("How much memory is free could not be found out."));
  else if (total < needed)
    annex_doctor_say (
        result, ANNEX_CHECK_FAILED,
        _ ("This machine has too little memory for Annex’s computer, which takes up to "
           "%s. Chat works without it."),
        wants);
  else if (available < needed / 2)
    annex_doctor_say (
        result, ANNEX_CHECK_NOTICE,
        _ ("Only %s of memory are free, and the computer takes up to %s: tasks may have "
           "to wait. Closing some programs helps."),
        has, wants);
  else
    annex_doctor_say (result, ANNEX_CHECK_OK, _ ("There is enough memory: %s are free."), has);
}

const AnnexDoctorCheck annex_doctor_machine_checks[] = {
  { "kvm", N_ ("Fast virtual machines"), look_kvm, repair_kvm },
  { "qemu", N_ ("Running virtual machines"), look_qemu, NULL },
  { "libvirt", N_ ("Managing virtual machines"), look_libvirt, NULL },
  { "virtiofsd", N_ ("Sharing folders"), look_virtiofsd, NULL },
  { "namespaces", N_ ("Locking programs in"), look_namespaces, NULL },
  { "sub-ids", N_ ("User numbers for building"), look_sub_ids, NULL },
  { "memory", N_ ("Memory"), look_memory, NULL },
  { NULL, NULL, NULL, NULL },
};
