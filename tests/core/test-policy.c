/* test-policy.c
 *
 * Which rule decides, what "once" is worth, and that nothing is allowed by itself.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-policy.h"

static void
assert_allowed (AnnexNetworkPolicy *policy, const char *host, const char *scope)
{
  g_autoptr (GError) error = NULL;
  const char *by = NULL;

  g_assert_true (annex_network_policy_take (policy, host, 443, &by, &error));
  g_assert_no_error (error);
  g_assert_cmpstr (by, ==, scope);
}

static void
assert_refused (AnnexNetworkPolicy *policy, const char *host, guint port, AnnexPolicyError code)
{
  g_autoptr (GError) error = NULL;

  g_assert_false (annex_network_policy_take (policy, host, port, NULL, &error));
  g_assert_error (error, ANNEX_POLICY_ERROR, (int) code);
  g_assert_nonnull (g_strstr_len (error->message, -1, host));
}

static void
test_default (void)
{
  g_autoptr (AnnexNetworkPolicy) policy = annex_network_policy_new ();
  g_autoptr (GError) error = NULL;

  assert_refused (policy, "example.com", 443, ANNEX_POLICY_ERROR_NOT_ALLOWED);
  annex_network_policy_take (policy, "example.com", 443, NULL, &error);
  g_assert_cmpstr (error->message, ==,
                   "Annex refused the connection to example.com: nobody has allowed it. Call "
                   "request_network with host “example.com” and a reason to ask the user.");
}

static void
test_order (void)
{
  g_autoptr (AnnexNetworkPolicy) policy = annex_network_policy_new ();

  annex_network_policy_set (policy, "a.example", TRUE, "package-hosts");
  assert_allowed (policy, "a.example", "package-hosts");
  annex_network_policy_set (policy, "a.example", TRUE, "always");
  assert_allowed (policy, "a.example", "always");
  annex_network_policy_set (policy, "a.example", TRUE, "task");
  assert_allowed (policy, "a.example", "task");
  annex_network_policy_set (policy, "a.example", TRUE, "once");
  assert_allowed (policy, "a.example", "once");
  annex_network_policy_set (policy, "a.example", TRUE, "never");
  assert_refused (policy, "a.example", 443, ANNEX_POLICY_ERROR_NEVER);

  /* The latest standing word counts. */
  annex_network_policy_set (policy, "a.example", TRUE, "always");
  annex_network_policy_spend (policy, "a.example");
  assert_allowed (policy, "a.example", "task");
  annex_network_policy_set (policy, "a.example", FALSE, "task");
  assert_refused (policy, "a.example", 443, ANNEX_POLICY_ERROR_NEVER);
  annex_network_policy_remove (policy, "a.example", "task");
  assert_allowed (policy, "a.example", "always");
}

static void
test_exact_host (void)
{
  g_autoptr (AnnexNetworkPolicy) policy = annex_network_policy_new ();

  annex_network_policy_set (policy, "a.example", TRUE, "always");
  assert_refused (policy, "b.a.example", 443, ANNEX_POLICY_ERROR_NOT_ALLOWED);
  assert_refused (policy, "xa.example", 443, ANNEX_POLICY_ERROR_NOT_ALLOWED);
  assert_refused (policy, "a.example.org", 443, ANNEX_POLICY_ERROR_NOT_ALLOWED);
}

static void
test_ports_and_local_names (void)
{
  g_autoptr (AnnexNetworkPolicy) policy = annex_network_policy_new ();

  annex_network_policy_set (policy, "a.example", TRUE, "always");
  annex_network_policy_set (policy, "metadata.google.internal", TRUE, "always");
  assert_refused (policy, "a.example", 22, ANNEX_POLICY_ERROR_PORT);
  assert_refused (policy, "a.example", 0, ANNEX_POLICY_ERROR_PORT);
  assert_refused (policy, "a.example", 8443, ANNEX_POLICY_ERROR_PORT);
  g_assert_true (annex_network_policy_take (policy, "a.example", 80, NULL, NULL));
  assert_refused (policy, "metadata.google.internal", 80, ANNEX_POLICY_ERROR_PRIVATE);
}

static void
count_cb (AnnexNetworkPolicy *policy, const char *host, gpointer data)
{
  guint *n = data;

  g_assert_cmpstr (host, ==, "a.example");
  (*n)++;
}

static void
test_revoked (void)
{
  g_autoptr (AnnexNetworkPolicy) policy = annex_network_policy_new ();
  guint n = 0;

  g_signal_connect (policy, "revoked", G_CALLBACK (count_cb), &n);
  annex_network_policy_set (policy, "a.example", TRUE, "task");
  annex_network_policy_set (policy, "a.example", TRUE, "once");
  annex_network_policy_spend (policy, "a.example");
  annex_network_policy_remove (policy, "a.example", "always");
  g_assert_cmpuint (n, ==, 0);
  annex_network_policy_remove (policy, "a.example", "task");
  g_assert_cmpuint (n, ==, 1);
  annex_network_policy_set (policy, "a.example", FALSE, "never");
  g_assert_cmpuint (n, ==, 2);
}

/* What "never" ruled out is asked about again after an "once", also where the sources of packages
 * are opened anew meanwhile; until the "never" is said again or dropped. */
static void
test_lift_never (void)
{
  g_autoptr (AnnexNetworkPolicy) policy = annex_network_policy_new ();

  annex_network_policy_set (policy, "a.example", TRUE, "package-hosts");
  annex_network_policy_lift_never (policy, "a.example");
  assert_allowed (policy, "a.example", "package-hosts");
  annex_network_policy_set (policy, "a.example", FALSE, "never");
  annex_network_policy_lift_never (policy, "a.example");
  annex_network_policy_set (policy, "a.example", TRUE, "once");
  assert_allowed (policy, "a.example", "once");
  annex_network_policy_spend (policy, "a.example");
  assert_refused (policy, "a.example", 443, ANNEX_POLICY_ERROR_NOT_ALLOWED);
  annex_network_policy_remove (policy, "a.example", "package-hosts");
  annex_network_policy_set (policy, "a.example", TRUE, "package-hosts");
  assert_refused (policy, "a.example", 443, ANNEX_POLICY_ERROR_NOT_ALLOWED);

  annex_network_policy_restore (policy, "a.example", FALSE, "never");
  assert_refused (policy, "a.example", 443, ANNEX_POLICY_ERROR_NEVER);
  annex_network_policy_lift_never (policy, "a.example");
  annex_network_policy_remove (policy, "a.example", "never");
  assert_allowed (policy, "a.example", "package-hosts");
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/policy/default", test_default);
  g_test_add_func ("/policy/order", test_order);
  g_test_add_func ("/policy/exact-host", test_exact_host);
  g_test_add_func ("/policy/ports-and-local-names", test_ports_and_local_names);
  g_test_add_func ("/policy/revoked", test_revoked);
  g_test_add_func ("/policy/lift-never", test_lift_never);
  return g_test_run ();
}
