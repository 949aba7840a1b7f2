/* test-pane-rules.c
 *
 * What the user decided about sites is followed by a pane that is open.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-json-build.h"
#include "pane-fixture.h"

static gboolean
is_never (PaneFixture *self, const char *host)
{
  g_autoptr (GError) error = NULL;
  const char *by;

  return !annex_network_policy_take (self->policy, host, 443, &by, &error) &&
         g_error_matches (error, ANNEX_POLICY_ERROR, ANNEX_POLICY_ERROR_NEVER);
}

static guint
count_rules (PaneFixture *self)
{
  g_autoptr (GPtrArray) rules = annex_task_dup_network_rules (self->task);

  return rules->len;
}

/* "Always" and "never" hold in what is open, and so does taking them back, wherever that is done.
 */
static void
test_decisions_are_followed (void)
{
  g_autoptr (PaneFixture) self = pane_fixture_new ();
  g_autoptr (GPtrArray) rules = NULL;
  g_autoptr (GError) error = NULL;

  pane_fixture_name (self, "site.example");
  pane_fixture_page (self, "site.example/", NULL, "<title>Site</title><p>hello");
  g_set_str (&self->answer, "always");
  g_assert_true (pane_fixture_visit (self, "http://site.example/", &error));
  annex_browser_end (ANNEX_BROWSER (self->pane));
  g_assert_true (pane_fixture_visit (self, "http://site.example/", &error));
  g_assert_cmpuint (self->asked->len, ==, 1);
  g_assert_true (
      annex_browser_pane_may_look (self->pane, annex_browser_pane_get_selected (self->pane)));
  /* Taken back in the preferences, with the page open. */
  g_assert_true (pane_run (annex_store_remove_rule (self->store, "site:site.example"), &error));
  pane_wait_until (
      !annex_browser_pane_may_look (self->pane, annex_browser_pane_get_selected (self->pane)));
  g_set_str (&self->answer, "never");
  g_assert_false (pane_fixture_visit (self, "http://site.example/", &error));
  g_assert_error (error, ANNEX_BROWSER_ERROR, ANNEX_BROWSER_ERROR_REFUSED);
  g_clear_error (&error);
  g_assert_cmpuint (self->asked->len, ==, 2);
  /* Never is not asked about again, until it is taken back. */
  g_set_str (&self->answer, "task");
  g_assert_false (pane_fixture_visit (self, "http://site.example/", &error));
  g_assert_error (error, ANNEX_BROWSER_ERROR, ANNEX_BROWSER_ERROR_REFUSED);
  g_clear_error (&error);
  g_assert_cmpuint (self->asked->len, ==, 2);
  g_assert_true (pane_run (annex_store_remove_rule (self->store, "site:site.example"), &error));
  pane_wait_until (!is_never (self, "site.example"));
  pane_fixture_visit (self, "http://site.example/", &error);
  g_assert_no_error (error);
  g_assert_cmpuint (self->asked->len, ==, 3);
  /* Of the task: it is among its decisions, and taken back as Activity does it. */
  pane_wait_until (count_rules (self) == 1);
  rules = annex_task_dup_network_rules (self->task);
  g_assert_cmpstr (((AnnexNetworkRule *) rules->pdata[0])->host, ==, "site:site.example");
  g_assert_true (pane_run (
      annex_task_append (self->task, ANNEX_EVENT_NETWORK_DECIDED,
                         annex_json_build ("s", "host", "site:site.example", "s", "decision", "ask",
                                           "s", "scope", "task", NULL)),
      &error));
  g_assert_false (
      annex_browser_pane_may_look (self->pane, annex_browser_pane_get_selected (self->pane)));
  /* A host that no task may reach is no site either. */
  g_assert_true (pane_run (annex_store_set_rule (self->store, "other.example", FALSE), &error));
  pane_wait_until (is_never (self, "other.example"));
  g_assert_false (pane_fixture_visit (self, "http://other.example/", &error));
  g_assert_error (error, ANNEX_BROWSER_ERROR, ANNEX_BROWSER_ERROR_REFUSED);
  g_assert_cmpuint (self->asked->len, ==, 3);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  dex_init ();
  gtk_init ();
  g_test_add_func ("/browser/pane-rules/decisions-are-followed", test_decisions_are_followed);
  return g_test_run ();
}
