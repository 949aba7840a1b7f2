/* test-secrets.c
 *
 * Secrets: the keyring against a real gnome-keyring-daemon on a private bus, and the fallback where
 * there is no bus at all.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-keyring.h"
#include "annex-session-secrets.h"
#include "keyring-fixture.h"

#include <string.h>

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

static void
assert_flag (DexFuture *taken, gboolean expected)
{
  g_autoptr (DexFuture) future = taken;
  const GValue *value = settle (future, NULL);

  g_assert_nonnull (value);
  g_assert_true (g_value_get_boolean (value) == expected);
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
  g_autoptr (GSubprocess) bus = keyring_fixture_start_bus (home);
  g_autoptr (GSubprocess) daemon = keyring_fixture_start (home);
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
  assert_flag (annex_keyring_is_locked (ANNEX_KEYRING (secrets)), FALSE);
  assert_resolves (annex_keyring_unlock (ANNEX_KEYRING (secrets)));

  /* Locked, and nobody there to unlock it: that is another thing than "never stored". */
  keyring_fixture_lock ();
  assert_flag (annex_keyring_is_locked (ANNEX_KEYRING (secrets)), TRUE);
  assert_rejects (annex_secrets_lookup (secrets, "model:two"), ANNEX_SECRETS_ERROR_LOCKED);
  assert_rejects (annex_keyring_unlock (ANNEX_KEYRING (secrets)), ANNEX_SECRETS_ERROR_LOCKED);

  /* The service goes away: an error, in time, and not a crash. */
  g_subprocess_force_exit (daemon);
  g_subprocess_wait (daemon, NULL, NULL);
  assert_rejects (annex_secrets_lookup (secrets, "model:two"), ANNEX_SECRETS_ERROR_ABSENT);
  assert_flag (annex_keyring_is_locked (ANNEX_KEYRING (secrets)), FALSE);
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
