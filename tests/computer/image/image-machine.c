/* image-machine.c
 *
 * See image-machine.h. The channel is plain libssh on the port's socket, blocking.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "image-machine.h"

#include "image-harness.h"

#include <errno.h>
#include <libssh/libssh.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define BOOT_LIMIT_S 120
#define COMMAND_LIMIT_MS (300 * 1000)

struct _ImageMachine
{
  char *folder;
  char *socket;
  char *console;
  GSubprocess *qemu;
};

static void
add (GPtrArray *arguments, const char *format, ...)
{
  va_list args;

  va_start (args, format);
  g_ptr_array_add (arguments, g_strdup_vprintf (format, args));
  va_end (args);
}

static void
add_drive (GPtrArray *arguments, const char *name, const char *path, const char *options)
{
  add (arguments, "-drive");
  add (arguments, "if=none,id=%s,file=%s,%s", name, path, options);
  add (arguments, "-device");
  add (arguments, "virtio-blk-pci,drive=%s,serial=annex-%s", name, name);
}

static void
make_disk (ImageMachine *self, AnnexImage *image, const char *path)
{
  const char *argv[] = { "qemu-img", "create", "-q",
                         "-f",       "qcow2",  "-F",
                         "qcow2",    "-b",     annex_image_get_disk (image),
                         path,       NULL };
  g_autoptr (GError) error = NULL;
  g_autoptr (GSubprocess) process = g_subprocess_newv (argv, G_SUBPROCESS_FLAGS_NONE, &error);

  g_assert_no_error (error);
  g_assert_true (g_subprocess_wait_check (process, NULL, &error));
}

static GPtrArray *
make_arguments (ImageMachine *self, AnnexImage *image)
{
  static const char *const fixed[] = { "qemu-system-x86_64",
                                       "-machine",
                                       "q35,accel=tcg",
                                       "-cpu",
                                       "max",
                                       "-smp",
                                       "2",
                                       "-m",
                                       "1024",
                                       "-no-reboot",
                                       "-nodefaults",
                                       "-display",
                                       "none",
                                       "-monitor",
                                       "none" };
  GPtrArray *arguments = g_ptr_array_new_null_terminated (64, g_free, TRUE);
  g_auto (GStrv) layers = annex_image_dup_layer_names (image);
  g_autofree char *disk = g_build_filename (self->folder, "disk.qcow2", NULL);

  make_disk (self, image, disk);
  for (guint i = 0; i < G_N_ELEMENTS (fixed); i++)
    add (arguments, "%s", fixed[i]);
  add (arguments, "-kernel");
  add (arguments, "%s", annex_image_get_kernel (image));
  add (arguments, "-initrd");
  add (arguments, "%s", annex_image_get_initramfs (image));
  add (arguments, "-append");
  add (arguments, "%s", annex_image_get_command_line (image));
  add (arguments, "-serial");
  add (arguments, "file:%s", self->console);
  for (char **layer = layers; *layer != NULL; layer++)
    add_drive (arguments, *layer, annex_image_get_layer (image, *layer), "format=raw,readonly=on");
  add_drive (arguments, "disk", disk, "format=qcow2,discard=unmap");
  add (arguments, "-device");
  add (arguments, "virtio-serial-pci");
  add (arguments, "-chardev");
  add (arguments, "socket,id=ssh,path=%s,server=on,wait=off", self->socket);
  add (arguments, "-device");
  add (arguments, "virtserialport,chardev=ssh,name=io.github.annex_desktop.ssh");
  return arguments;
}

char *
image_machine_dup_console (ImageMachine *self)
{
  char *text = NULL;

  g_file_get_contents (self->console, &text, NULL, NULL);
  return text != NULL ? text : g_strdup ("");
}

static void
wait_until_ready (ImageMachine *self)
{
  g_autofree char *last = NULL;

  for (guint i = 0; i < BOOT_LIMIT_S * 10; i++)
    {
      g_autofree char *text = image_machine_dup_console (self);

      if (strstr (text, "annex-init: ready") != NULL)
        return;
      if (strstr (text, "annex-init: failed") != NULL)
        g_error ("the computer does not boot: %s", text);
      g_usleep (100 * 1000);
    }
  last = image_machine_dup_console (self);
  g_error ("the computer has not booted within %d s: %s", BOOT_LIMIT_S, last);
}

ImageMachine *
image_machine_start (AnnexImage *image)
{
  ImageMachine *self = g_new0 (ImageMachine, 1);
  g_autoptr (GPtrArray) arguments = NULL;
  g_autoptr (GError) error = NULL;

  self->folder = image_harness_make_folder ();
  self->socket = g_build_filename (self->folder, "port", NULL);
  self->console = g_build_filename (self->folder, "console", NULL);
  arguments = make_arguments (self, image);
  self->qemu =
      g_subprocess_newv ((const char *const *) arguments->pdata, G_SUBPROCESS_FLAGS_NONE, &error);
  g_assert_no_error (error);
  wait_until_ready (self);
  return self;
}

/* ---- the channel */

static int
open_socket (ImageMachine *self)
{
  struct sockaddr_un address = { .sun_family = AF_UNIX };
  int fd = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

  g_assert_cmpint (fd, >=, 0);
  g_assert_cmpuint (strlen (self->socket), <, sizeof address.sun_path);
  strcpy (address.sun_path, self->socket);
  g_assert_cmpint (connect (fd, (struct sockaddr *) &address, sizeof address), ==, 0);
  return fd;
}

/* NULL when the handshake failed. */
static ssh_session
open_session (ImageMachine *self)
{
  ssh_session session = ssh_new ();
  int fd = open_socket (self), strict = 0;
  long timeout_s = 30;

  ssh_options_set (session, SSH_OPTIONS_HOST, "annex");
  ssh_options_set (session, SSH_OPTIONS_USER, "root");
  ssh_options_set (session, SSH_OPTIONS_FD, &fd);
  ssh_options_set (session, SSH_OPTIONS_TIMEOUT, &timeout_s);
  ssh_options_set (session, SSH_OPTIONS_PROCESS_CONFIG, &strict);
  if (ssh_connect (session) == SSH_OK && ssh_userauth_none (session, NULL) == SSH_AUTH_SUCCESS)
    return session;
  g_test_message ("no connection: %s", ssh_get_error (session));
  ssh_disconnect (session);
  ssh_free (session);
  close (fd);
  return NULL;
}

/* Libssh leaves a descriptor that it was given open. */
static void
close_session (ssh_session session)
{
  int fd = ssh_get_fd (session);

  ssh_disconnect (session);
  ssh_free (session);
  close (fd);
}

gboolean
image_machine_run (ImageMachine *self, const char *command, int *status, char **output)
{
  ssh_session session = open_session (self);
  g_autofree char *merged = g_strdup_printf ("exec 2>&1; %s", command);
  g_autoptr (GString) text = g_string_new (NULL);
  ssh_channel channel;
  char buffer[16384];
  int n;

  *output = NULL;
  *status = -1;
  if (session == NULL)
    return FALSE;
  channel = ssh_channel_new (session);
  if (ssh_channel_open_session (channel) != SSH_OK ||
      ssh_channel_request_exec (channel, merged) != SSH_OK)
    {
      close_session (session);
      return FALSE;
    }
  while ((n = ssh_channel_read_timeout (channel, buffer, sizeof buffer, 0, COMMAND_LIMIT_MS)) > 0)
    g_string_append_len (text, buffer, n);
  ssh_channel_get_exit_state (channel, (uint32_t *) status, NULL, NULL);
  ssh_channel_free (channel);
  close_session (session);
  *output = g_string_free (g_steal_pointer (&text), FALSE);
  return n == 0;
}

char *
image_machine_run_as_agent (ImageMachine *self, const char *command)
{
  g_autofree char *script = g_strdup_printf ("cd; %s", command);
  g_autofree char *quoted = g_shell_quote (script);
  g_autofree char *whole = g_strdup_printf (
      "setpriv --reuid=agent --regid=agent --init-groups env HOME=/home/agent bash -lc %s", quoted);
  char *output = NULL;
  int status = -1;

  g_assert_true (image_machine_run (self, whole, &status, &output));
  if (status != 0)
    g_error ("exit status %d of: %s\n%s", status, command, output);
  return output;
}

void
image_machine_break_off (ImageMachine *self)
{
  ssh_session session = open_session (self);
  ssh_channel channel;
  char buffer[16384];
  int fd;

  g_assert_nonnull (session);
  channel = ssh_channel_new (session);
  g_assert_cmpint (ssh_channel_open_session (channel), ==, SSH_OK);
  g_assert_cmpint (ssh_channel_request_exec (channel, "cat /dev/zero"), ==, SSH_OK);
  for (guint i = 0; i < 20; i++)
    g_assert_cmpint (ssh_channel_read (channel, buffer, sizeof buffer, 0), >, 0);
  /* No farewell. */
  fd = ssh_get_fd (session);
  shutdown (fd, SHUT_RDWR);
  ssh_channel_free (channel);
  ssh_free (session);
  close (fd);
}

gboolean
image_machine_wait_end (ImageMachine *self, guint limit_s)
{
  const char *identifier;

  for (guint i = 0; i < limit_s * 10; i++)
    {
      identifier = g_subprocess_get_identifier (self->qemu);
      if (identifier == NULL)
        return TRUE;
      while (g_main_context_iteration (NULL, FALSE))
        continue;
      g_usleep (100 * 1000);
    }
  return FALSE;
}

void
image_machine_free (ImageMachine *self)
{
  g_subprocess_force_exit (self->qemu);
  g_subprocess_wait (self->qemu, NULL, NULL);
  g_object_unref (self->qemu);
  image_harness_remove_folder (self->folder);
  g_free (self->socket);
  g_free (self->console);
  g_free (self);
}
