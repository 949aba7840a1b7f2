/* test-secrets.c
 *
 * Secrets: the keyring against a real gnome-keyring-daemon on a private bus, and the fallback where
 * there is no bus at all.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-keyring.h"
#include "annex-session-secrets.h"

#include <libsecret/secret.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>

#define VALUE "correct horse battery staple"

/* Runs @future to its end on the main context. */
static const GValue *
settle (DexFuture *future, GError **error)
{
  while (dex_future_is_pending (future))
    g_main_context_iteration (NULL, TRUE);
  return dex_future_get_value (future, error);
}

static void
assert_rejects (DexFuture *taken, int code)
{
  g_autoptr (DexFuture) future = taken;
  g_autoptr (GError) error = NULL;

  settle (future, &error);
  g_assert_error (error, ANNEX_SECRETS_ERROR, code);
  g_assert_null (strstr (error->message, VALUE));
}

static void
assert_resolves (DexFuture *taken)
{
  g_autoptr (DexFuture) future = taken;
  g_autoptr (GError) error = NULL;

  settle (future, &error);
  g_assert_no_error (error);
}

static void
assert_text (DexFuture *taken, const char *text)
{
  g_autoptr (DexFuture) future = taken;
  g_autoptr (GError) error = NULL;
  const GValue *value = settle (future, &error);

  g_assert_no_error (error);
  g_assert_cmpstr (g_value_get_string (value), ==, text);
}

/* What every implementation must do. */
static void
check_port (AnnexSecrets *secrets)
{
  assert_rejects (annex_secrets_lookup (secrets, "model:one"), ANNEX_SECRETS_ERROR_NOT_FOUND);
  assert_resolves (annex_secrets_store (secrets, "model:one", "Annex: one", VALUE));
  assert_resolves (annex_secrets_store (secrets, "model:two", "Annex: two", "second ü"));
  assert_text (annex_secrets_lookup (secrets, "model:one"), VALUE);
  assert_text (annex_secrets_lookup (secrets, "model:two"), "second ü");
  assert_resolves (annex_secrets_store (secrets, "model:one", "Annex: one", "changed"));
  assert_text (annex_secrets_lookup (secrets, "model:one"), "changed");
  assert_resolves (annex_secrets_remove (secrets, "model:one"));
  assert_rejects (annex_secrets_lookup (secrets, "model:one"), ANNEX_SECRETS_ERROR_NOT_FOUND);
  assert_text (annex_secrets_lookup (secrets, "model:two"), "second ü");
  assert_resolves (annex_secrets_remove (secrets, "model:one"));
}

static AnnexSecrets *
open_default (void)
{
  g_autoptr (DexFuture) future = annex_secrets_new_default ();
  g_autoptr (GError) error = NULL;
  const GValue *value = settle (future, &error);

  g_assert_no_error (error);
  return g_value_dup_object (value);
}

static void
test_session (void)
{
  g_autoptr (AnnexSecrets) secrets = annex_session_secrets_new ("Because of a test.");

  g_assert_cmpstr (annex_secrets_explain (secrets), ==, "Because of a test.");
  check_port (secrets);
}

/* ---- in a process of its own: libsecret keeps its connection for ever */

/* A test that fails leaves nobody behind. */
static void
die_with_parent (gpointer data)
{
  prctl (PR_SET_PDEATHSIG, SIGKILL);
}

/* A bus that starts no service by itself, so that the only keyring is the test's. */
static const char bus_config[] =
    "<!DOCTYPE busconfig PUBLIC \"-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN\""
    " \"http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd\">"
    "<busconfig><type>session</type><listen>unix:tmpdir=/tmp</listen>"
    "<policy context=\"default\"><allow send_destination=\"*\" eavesdrop=\"true\"/>"
    "<allow eavesdrop=\"true\"/><allow own=\"*\"/></policy></busconfig>";

/* Not GTestDBus, which waits for libsecret's connection to go away. */
static GSubprocess *
start_bus (const char *home)
{
  g_autofree char *config = g_build_filename (home, "bus.conf", NULL);
  g_autofree char *option = g_strconcat ("--config-file=", config, NULL);
  g_autoptr (GSubprocessLauncher) launcher = NULL;
  g_autoptr (GError) error = NULL;
  GSubprocess *bus;
  g_autoptr (GDataInputStream) lines = NULL;
  g_autoptr (GDBusConnection) connection = NULL;
  g_autofree char *address = NULL;

  g_file_set_contents (config, bus_config, -1, &error);
  g_assert_no_error (error);
  launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE |
                                        G_SUBPROCESS_FLAGS_STDERR_SILENCE);
  g_subprocess_launcher_set_child_setup (launcher, die_with_parent, NULL, NULL);
  bus = g_subprocess_launcher_spawn (launcher, &error, "dbus-daemon", option, "--nofork",
                                     "--print-address", NULL);
  g_assert_no_error (error);
  lines = g_data_input_stream_new (g_subprocess_get_stdout_pipe (bus));
  address = g_data_input_stream_read_line (lines, NULL, NULL, &error);
  g_assert_no_error (error);
  g_setenv ("DBUS_SESSION_BUS_ADDRESS", address, TRUE);
  connection = g_bus_get_sync (G_BUS_TYPE_SESSION, NULL, &error);
  g_assert_no_error (error);
  g_dbus_connection_set_exit_on_close (connection, FALSE);
  return bus;
}

/* An unlocked gnome-keyring-daemon that keeps its files in @home. */
static GSubprocess *
start_keyring (const char *home)
{
  g_autoptr (GSubprocessLauncher) launcher =
      g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_SILENCE |
                                 G_SUBPROCESS_FLAGS_STDERR_SILENCE);
  g_autoptr (GError) error = NULL;
  GSubprocess *daemon;
  GOutputStream *pipe;

  g_subprocess_launcher_set_child_setup (launcher, die_with_parent, NULL, NULL);
  g_subprocess_launcher_setenv (launcher, "HOME", home, TRUE);
  g_subprocess_launcher_setenv (launcher, "XDG_DATA_HOME", home, TRUE);
  g_subprocess_launcher_setenv (launcher, "XDG_RUNTIME_DIR", home, TRUE);
  daemon = g_subprocess_launcher_spawn (launcher, &error, "gnome-keyring-daemon", "--foreground",
                                        "--unlock", "--components=secrets", NULL);
  g_assert_no_error (error);
  pipe = g_subprocess_get_stdin_pipe (daemon);
  g_assert_true (g_output_stream_write_all (pipe, "pass", 4, NULL, NULL, NULL));
  g_output_stream_close (pipe, NULL, NULL);
  return daemon;
}

static void
lock_keyring (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SecretService) service = secret_service_get_sync (SECRET_SERVICE_NONE, NULL, &error);
  g_autoptr (SecretCollection) collection = NULL;
  GList *collections;

  g_assert_no_error (error);
  collection = secret_collection_for_alias_sync (service, SECRET_COLLECTION_DEFAULT,
                                                 SECRET_COLLECTION_NONE, NULL, &error);
  g_assert_no_error (error);
  g_assert_nonnull (collection);
  collections = g_list_prepend (NULL, collection);
  secret_service_lock_sync (service, collections, NULL, NULL, &error);
  g_assert_no_error (error);
  g_list_free (collections);
}

static void
test_keyring (void)
{
  if (!g_test_subprocess ())
    {
      g_test_trap_subprocess (NULL, 50000000, G_TEST_SUBPROCESS_INHERIT_STDERR);
      g_test_trap_assert_passed ();
      return;
    }
  g_autofree char *home = g_dir_make_tmp ("annex-keyring-XXXXXX", NULL);
  g_autoptr (GSubprocess) bus = start_bus (home);
  g_autoptr (GSubprocess) daemon = start_keyring (home);
  g_autoptr (AnnexSecrets) secrets = NULL;

  /* The daemon takes a moment to own its name. */
  for (int i = 0; i < 50; i++)
    {
      g_clear_object (&secrets);
      secrets = open_default ();
      if (ANNEX_IS_KEYRING (secrets))
        break;
      g_usleep (100000);
    }
  g_assert_true (ANNEX_IS_KEYRING (secrets));
  g_assert_null (annex_secrets_explain (secrets));
  check_port (secrets);

  /* Locked, and nobody there to unlock it: that is another thing than "never stored". */
  lock_keyring ();
  assert_rejects (annex_secrets_lookup (secrets, "model:two"), ANNEX_SECRETS_ERROR_LOCKED);

  /* The service goes away: an error, in time, and not a crash. */
  g_subprocess_force_exit (daemon);
  g_subprocess_wait (daemon, NULL, NULL);
  assert_rejects (annex_secrets_lookup (secrets, "model:two"), ANNEX_SECRETS_ERROR_ABSENT);
  g_subprocess_force_exit (bus);
}

static void
test_no_bus (void)
{
  if (!g_test_subprocess ())
    {
      g_test_trap_subprocess (NULL, 30000000, G_TEST_SUBPROCESS_INHERIT_STDERR);
      g_test_trap_assert_passed ();
      return;
    }
  g_autoptr (AnnexSecrets) secrets = NULL;

  g_setenv ("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent/bus", TRUE);
  secrets = open_default ();
  g_assert_true (ANNEX_IS_SESSION_SECRETS (secrets));
  g_assert_nonnull (strstr (annex_secrets_explain (secrets), "forgotten"));
  check_port (secrets);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  dex_init ();
  g_test_add_func ("/secrets/session", test_session);
  g_test_add_func ("/secrets/keyring", test_keyring);
  g_test_add_func ("/secrets/no-bus", test_no_bus);
  return g_test_run ();
}
