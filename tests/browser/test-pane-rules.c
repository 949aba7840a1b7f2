/* test-pane-rules.c
 *
 * What the user decided about sites is followed by a pane that is open; and the rule of two, which
 * a decision for all tasks does not override.
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

static void
append (PaneFixture *self, AnnexEventType type, const char *text)
{
  g_autoptr (GError) error = NULL;

  pane_run (annex_task_append (self->task, type, annex_json_parse_object (text, -1, NULL)), &error);
  g_assert_no_error (error);
}

/* A yes for the task and a Never for all were both said before the pane was made: the later one
 * counts. */
static void
test_later_word_counts (void)
{
  g_autoptr (PaneFixture) self = pane_fixture_new ();
  g_autoptr (GError) error = NULL;

  pane_fixture_name (self, "site.example");
  pane_fixture_page (self, "site.example/", NULL, "<title>Site</title><p>hello");
  g_assert_true (pane_run (annex_store_set_rule (self->store, "site:site.example", FALSE), &error));
  append (self, ANNEX_EVENT_NETWORK_DECIDED,
          "{\"host\":\"site:site.example\",\"decision\":\"allow\",\"scope\":\"task\"}");
  append (self, ANNEX_EVENT_NETWORK_DECIDED,
          "{\"host\":\"site:other.example\",\"decision\":\"allow\",\"scope\":\"task\"}");
  g_assert_true (pane_run (annex_store_set_rule (self->store, "other.example", FALSE), &error));
  pane_fixture_visit (self, "http://site.example/", &error);
  g_assert_no_error (error);
  g_assert_true (is_never (self, "other.example"));
  g_assert_false (pane_fixture_visit (self, "http://other.example/", &error));
  g_assert_error (error, ANNEX_BROWSER_ERROR, ANNEX_BROWSER_ERROR_REFUSED);
  g_assert_cmpuint (self->asked->len, ==, 0);
}

/* The same while the pane is there: a Never that is said again takes the yes away at once, and what
 * else is decided meanwhile does not. */
static void
test_never_again (void)
{
  g_autoptr (PaneFixture) self = pane_fixture_new ();
  g_autoptr (GError) error = NULL;

  pane_fixture_name (self, "site.example");
  pane_fixture_page (self, "site.example/", NULL, "<title>Site</title><p>hello");
  g_assert_true (pane_run (annex_store_set_rule (self->store, "site:site.example", FALSE), &error));
  g_assert_false (pane_fixture_visit (self, "http://site.example/", &error));
  g_assert_error (error, ANNEX_BROWSER_ERROR, ANNEX_BROWSER_ERROR_REFUSED);
  g_clear_error (&error);
  for (guint i = 0; i < 2; i++)
    {
      const char *other = i == 0 ? "x.example" : "y.example";

      append (self, ANNEX_EVENT_NETWORK_DECIDED,
              "{\"host\":\"site:site.example\",\"decision\":\"allow\",\"scope\":\"task\"}");
      pane_wait_until (!is_never (self, "site.example"));
      g_assert_true (pane_run (annex_store_set_rule (self->store, other, FALSE), &error));
      pane_wait_until (is_never (self, other));
      g_assert_false (is_never (self, "site.example"));
      g_assert_true (
          pane_run (annex_store_set_rule (self->store, "site:site.example", FALSE), &error));
      pane_wait_until (is_never (self, "site.example"));
    }
  g_assert_cmpuint (self->asked->len, ==, 0);
}

/* ---------------------------------------------------------------- the rule of two */

static void
visit (PaneFixture *self, const char *uri)
{
  g_autoptr (GError) error = NULL;

  pane_fixture_visit (self, uri, &error);
  g_assert_no_error (error);
}

/* p: gets a folder; r: reads what others wrote, elsewhere; A, B: a.example and b.example are
 * allowed in all tasks; G: the user opens a.example to this task; a, w, b: goes there, w to
 * www.a.example; x: to a page of a.example that leads to b.example; e: lets go of the wheel. */
static void
take_step (PaneFixture *self, char step)
{
  static const char *const origins[] = { "https://a.example", NULL };
  g_autoptr (GError) error = NULL;

  switch (step)
    {
    case 'p':
      append (
          self, ANNEX_EVENT_SHARE_GRANTED,
          "{\"share\":{\"id\":\"s\",\"name\":\"Taxes\",\"path\":\"/tmp\",\"mode\":\"review\"}}");
      break;
    case 'r':
      append (self, ANNEX_EVENT_UNTRUSTED_READ, "{\"source\":\"host:files.example\"}");
      break;
    case 'A':
    case 'B':
      pane_run (annex_store_set_rule (self->store,
                                      step == 'A' ? "site:a.example" : "site:b.example", TRUE),
                &error);
      g_assert_no_error (error);
      pane_wait_ms (100); /* an open pane follows it */
      break;
    case 'G':
      annex_browser_pane_allow_sites (self->pane, origins, "task");
      break;
    case 'a':
      visit (self, "http://a.example/");
      break;
    case 'w':
      visit (self, "http://www.a.example/");
      break;
    case 'b':
      visit (self, "http://b.example/");
      break;
    case 'x':
      visit (self, "http://a.example/go");
      pane_wait_until (pane_fixture_count_host (self, "b.example") > 0);
      break;
    case 'e':
      annex_browser_end (ANNEX_BROWSER (self->pane));
      break;
    default:
      g_assert_not_reached ();
    }
}

static void
check_asked (PaneFixture *self, const char *steps, const char *expected)
{
  g_autoptr (GString) asked = g_string_new (NULL);

  for (guint i = 0; i < self->asked->len; i++)
    g_string_append_printf (asked, "%s%s", i > 0 ? ", " : "",
                            (const char *) g_ptr_array_index (self->asked, i));
  if (!g_str_equal (asked->str, expected))
    g_error ("After “%s” it was asked for “%s”, not for “%s”", steps, asked->str, expected);
}

/* A rule for all tasks opens nothing new to a task that has read what others wrote and holds data
 * of the user's: the user is asked afresh, and told why. */
static void
test_rule_of_two (void)
{
  static const struct
  {
    const char *steps;
    const char *answer;
    const char *asked;
    gboolean is_told; /* the last ask says what was read, held and sent */
  } rows[] = {
    { "Aa", "task", "", FALSE },
    { "pAa", "task", "", FALSE },
    { "rAa", "task", "", FALSE },
    { "a", "task", "site: a.example", FALSE },
    { "rpa", "task", "site: a.example", TRUE },
    { "rpAa", "task", "site: a.example", TRUE },
    { "Arpa", "task", "site: a.example", TRUE },
    { "rpAaaea", "task", "site: a.example", FALSE },
    { "rpAaea", "once", "site: a.example, site: a.example", TRUE },
    { "rpAaea", "always", "site: a.example", TRUE },
    /* Open before; by its other name too. */
    { "Aarpaea", "task", "", FALSE },
    { "Aarpwea", "task", "", FALSE },
    { "GrpAa", "task", "", FALSE },
    /* The first page is what makes it so. */
    { "pABaa", "task", "", FALSE },
    { "pABab", "task", "site: b.example", TRUE },
    { "ABab", "task", "", FALSE },
    { "pABx", "task", "site: b.example", TRUE },
    /* A rule that is made elsewhere is no word about this task. */
    { "rpaeAa", "once", "site: a.example, site: a.example", TRUE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (PaneFixture) self = pane_fixture_new ();
      JsonObject *json;

      pane_fixture_name (self, "a.example");
      pane_fixture_name (self, "www.a.example");
      pane_fixture_name (self, "b.example");
      pane_fixture_page (self, "a.example/", NULL, "<title>A</title><p>hello");
      pane_fixture_page (self, "www.a.example/", NULL, "<title>A</title><p>hello");
      pane_fixture_page (self, "a.example/go", "Location: http://b.example/", "");
      pane_fixture_page (self, "b.example/", NULL, "<title>B</title><p>hello");
      g_set_str (&self->answer, rows[i].answer);
      for (const char *step = rows[i].steps; *step != '\0'; step++)
        take_step (self, *step);
      check_asked (self, rows[i].steps, rows[i].asked);
      if (!rows[i].is_told)
        continue;
      json = annex_ask_get_json (self->last_ask);
      g_assert_cmpuint (json_array_get_length (annex_json_opt_array (json, "read")), >, 0);
      g_assert_cmpstr (json_array_get_string_element (annex_json_opt_array (json, "holds"), 0), ==,
                       "Taxes");
      g_assert_cmpint (annex_json_opt_int (json, "sent_bytes", -1), >=, 0);
    }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  dex_init ();
  gtk_init ();
  g_test_add_func ("/browser/pane-rules/decisions-are-followed", test_decisions_are_followed);
  g_test_add_func ("/browser/pane-rules/never-again", test_never_again);
  g_test_add_func ("/browser/pane-rules/later-word-counts", test_later_word_counts);
  g_test_add_func ("/browser/pane-rules/rule-of-two", test_rule_of_two);
  return g_test_run ();
}
