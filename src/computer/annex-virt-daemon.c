/* annex-virt-daemon.c
 *
 * See annex-virt-daemon.h. Knows where libvirt puts its sockets; nothing of machines.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-virt-daemon.h"

#include "annex-computer.h"
#include "annex-paths.h"
#include "annex-sandbox.h"
#include "annex-spoken.h"

#include <gio/gunixsocketaddress.h>
#include <glib/gi18n.h>
#include <signal.h>
#include <stdlib.h>

#define MAX_SOCKET_BYTES 107
/* As long as it gets: a number of five digits, and as much of a name as libvirt takes. */
#define LONGEST_SOCKET "/libvirt/qemu/lib/domain-12345-annex-01234567890123/monitor.sock"
#define TRIES 500
#define PAUSE_US 20000

gboolean
annex_virt_daemon_is_too_long (const char *config_home)
{
  return strlen (config_home) + strlen (LONGEST_SOCKET) > MAX_SOCKET_BYTES;
}

static gboolean
answers (void)
{
  g_autofree char *path =
      g_build_filename (g_get_user_runtime_dir (), "libvirt", "libvirt-sock", NULL);
  g_autoptr (GSocketClient) client = g_socket_client_new ();
  g_autoptr (GSocketAddress) address = g_unix_socket_address_new (path);
  g_autoptr (GSocketConnection) connection =
      g_socket_client_connect (client, G_SOCKET_CONNECTABLE (address), NULL, NULL);

  return connection != NULL;
}

/* (transfer full, nullable) */
static char *
find_daemon (void)
{
  static const char *const places[] = { "/app/sbin/libvirtd", "/usr/sbin/libvirtd" };
  char *found = g_find_program_in_path ("libvirtd");

  for (guint i = 0; i < G_N_ELEMENTS (places) && found == NULL; i++)
    if (g_file_test (places[i], G_FILE_TEST_IS_EXECUTABLE))
      found = g_strdup (places[i]);
  return found;
}

/* It is not reaped, so that its number stays its own. */
static GPid started_pid;

/* In a sandbox nobody else uses it, and the sandbox lasts for as long as it runs. */
static void
end_cb (void)
{
  kill (started_pid, SIGTERM);
}

/* Its settings: what machines say is written by themselves. The daemon that would do it for them
 * stays for two minutes after the last one, and so would a sandbox. */
static gboolean
configure (const char *folder, GError **error)
{
  static const char settings[] = "stdio_handler = \"file\"\n";
  g_autofree char *place = g_build_filename (folder, "libvirt", NULL);
  g_autofree char *path = g_build_filename (place, "qemu.conf", NULL);

  return annex_paths_make (place, error) &&
         annex_file_write_atomic (path, settings, strlen (settings), 0600, error);
}

static gboolean
start (const char *program, GError **error)
{
  const char *arguments[] = { program, "--timeout=120", NULL };
  g_autofree char *folder = annex_paths_runtime ("v");
  g_auto (GStrv) environment = g_environ_setenv (g_get_environ (), "XDG_CONFIG_HOME", folder, TRUE);
  GPid pid;

  if (!configure (folder, error) ||
      !g_spawn_async (NULL, (char **) arguments, environment,
                      G_SPAWN_STDOUT_TO_DEV_NULL | G_SPAWN_STDERR_TO_DEV_NULL |
                          G_SPAWN_DO_NOT_REAP_CHILD,
                      NULL, NULL, &pid, error))
    return FALSE;
  if (annex_sandbox_is_flatpak ())
    {
      if (started_pid == 0)
        atexit (end_cb);
      started_pid = pid;
    }
  return TRUE;
}

gboolean
annex_virt_daemon_ensure (GError **error)
{
  g_autofree char *program = NULL;
  g_autoptr (GError) cause = NULL;

  if (!annex_virt_daemon_is_too_long (g_get_user_config_dir ()) || answers ())
    return TRUE;
  program = find_daemon ();
  if (program == NULL)
    return TRUE; /* libvirt says what is missing */
  if (start (program, &cause))
    for (guint i = 0; i < TRIES; i++)
      {
        if (answers ())
          return TRUE;
        g_usleep (PAUSE_US);
      }
  annex_set_spoken_detail (error, ANNEX_COMPUTER_ERROR, ANNEX_COMPUTER_ERROR_NO_VIRTUALIZATION,
                           N_ ("The service that manages virtual machines does not start: %s"),
                           cause != NULL ? cause->message : N_ ("it does not answer"));
  return FALSE;
}
