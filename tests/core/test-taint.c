/* test-taint.c
 *
 * The rule of two: every sequence of what a task may read, hold, be allowed and reach, up to a
 * length, against a model of the rule that is written down differently; and that it comes from the
 * log. The computer's hosts and the browser pane's sites are both judged by it.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-taint.h"

#include "annex-json-build.h"
#include "annex-policy.h"

#include <string.h>

#define HOST "a.example"
#define LENGTH 6

/* r: reads what others wrote, p: gets private data; P, A, S, T, O: allowed as a host of packages,
 * always, always but not in this task, for the task, once; X: always is taken back; u: the host is
 * reached. */
static const char steps[] = "rpPASTOXu";

/* Every step that has been taken so far, read anew each time. */
static gboolean
may_reach (const char *taken)
{
  const char *read = strchr (taken, 'r');
  const char *held = strchr (taken, 'p');
  const char *both = read != NULL && held != NULL ? MAX (read, held) : NULL;
  const char *taken_back = strrchr (taken, 'X');
  const char *since = taken_back != NULL ? taken_back : taken;
  const char *here = strrchr (since, 'A');
  const char *end = taken + strlen (taken);
  gboolean is_always = here != NULL || strchr (since, 'S') != NULL;

  if (strchr (taken, 'T') != NULL || strchr (taken, 'O') != NULL)
    return TRUE;
  if (!is_always && strchr (taken, 'P') == NULL)
    return FALSE;
  if (both == NULL || (here != NULL && here > both))
    return TRUE;
  /* Was it reached before the task was both? */
  for (const char *use = taken; use < both && use < end; use++)
    if (*use == 'u')
      {
        g_autofree char *before = g_strndup (taken, (gsize) (use - taken));

        if (may_reach (before))
          return TRUE;
      }
  return FALSE;
}

static void
take_step (AnnexNetworkPolicy *policy, char step)
{
  switch (step)
    {
    case 'r':
      annex_network_policy_set_taint (policy, ANNEX_TAINT_UNTRUSTED);
      break;
    case 'p':
      annex_network_policy_set_taint (policy, ANNEX_TAINT_PRIVATE);
      break;
    case 'P':
      annex_network_policy_set (policy, HOST, TRUE, "package-hosts");
      break;
    case 'A':
      annex_network_policy_set (policy, HOST, TRUE, "always");
      break;
    case 'S':
      annex_network_policy_restore (policy, HOST, TRUE, "always");
      break;
    case 'T':
      annex_network_policy_set (policy, HOST, TRUE, "task");
      break;
    case 'O':
      annex_network_policy_set (policy, HOST, TRUE, "once");
      break;
    case 'X':
      annex_network_policy_remove (policy, HOST, "always");
      break;
    case 'u':
      annex_network_policy_take (policy, HOST, 443, NULL, NULL);
      break;
    default:
      g_assert_not_reached ();
    }
}

static void
check_sequence (const char *taken)
{
  g_autoptr (AnnexNetworkPolicy) policy = annex_network_policy_new ();
  g_autoptr (GError) error = NULL;
  gboolean allowed;
  gboolean seen;

  /* Looking changes nothing, and says what would be. */
  for (const char *step = taken; *step != '\0'; step++)
    {
      annex_network_policy_peek (policy, HOST, 443, NULL, NULL);
      take_step (policy, *step);
    }
  seen = annex_network_policy_peek (policy, HOST, 443, NULL, NULL);
  allowed = annex_network_policy_take (policy, HOST, 443, NULL, &error);
  g_assert_true (seen == allowed);
  if (allowed != may_reach (taken))
    g_error ("After “%s” it is %s", taken, allowed ? "allowed" : error->message);
  if (!allowed)
    g_assert_true (g_error_matches (error, ANNEX_POLICY_ERROR, ANNEX_POLICY_ERROR_NOT_ALLOWED) ||
                   g_error_matches (error, ANNEX_POLICY_ERROR, ANNEX_POLICY_ERROR_EXPOSED));
}

static void
walk (char *taken, guint length, guint *n)
{
  check_sequence (taken);
  (*n)++;
  if (length == LENGTH)
    return;
  for (gsize i = 0; i < sizeof steps - 1; i++)
    {
      taken[length] = steps[i];
      taken[length + 1] = '\0';
      walk (taken, length + 1, n);
    }
  taken[length] = '\0';
}

static void
test_sequences (void)
{
  char taken[LENGTH + 1] = "";
  guint n = 0;

  walk (taken, 0, &n);
  g_test_message ("%u sequences", n);
  g_assert_cmpuint (n, ==, 597871); /* 1 + 9 + … + 9⁶ */
}

/* A word that was given while the task was both is no word about the next host. */
static void
test_other_host (void)
{
  g_autoptr (AnnexNetworkPolicy) policy = annex_network_policy_new ();
  g_autoptr (GError) error = NULL;

  annex_network_policy_set (policy, "b.example", TRUE, "always");
  annex_network_policy_set_taint (policy, ANNEX_TAINT_BOTH);
  annex_network_policy_set (policy, HOST, TRUE, "always");
  g_assert_true (annex_network_policy_take (policy, HOST, 443, NULL, NULL));
  g_assert_false (annex_network_policy_take (policy, "b.example", 443, NULL, &error));
  g_assert_error (error, ANNEX_POLICY_ERROR, ANNEX_POLICY_ERROR_EXPOSED);
  g_assert_nonnull (strstr (error->message, "request_network"));
}

static void
opened_cb (AnnexNetworkPolicy *policy, const char *host, GString *opened)
{
  g_string_append_printf (opened, "%s ", host);
}

static void
test_opened (void)
{
  g_autoptr (AnnexNetworkPolicy) policy = annex_network_policy_new ();
  g_autoptr (GString) opened = g_string_new (NULL);

  g_signal_connect (policy, "opened", G_CALLBACK (opened_cb), opened);
  annex_network_policy_set (policy, "packages.example", TRUE, "package-hosts");
  annex_network_policy_set (policy, HOST, TRUE, "task");
  for (guint i = 0; i < 3; i++)
    {
      annex_network_policy_take (policy, "packages.example", 443, NULL, NULL);
      annex_network_policy_take (policy, HOST, 443, NULL, NULL);
    }
  annex_network_policy_take (policy, "refused.example", 443, NULL, NULL);
  g_assert_cmpstr (opened->str, ==, HOST " ");
}

/* A secret that the user gave is data of the user's; other answers are not. */
static void
test_secret (void)
{
  g_autoptr (JsonObject) secret = annex_json_parse_object (
      "{\"ask\":\"k\",\"answer\":{\"q\":\"Left\",\"r\":{\"secret\":\"secret:1\"}},\"by\":\"user\"}",
      -1, NULL);
  g_autoptr (JsonObject) other =
      annex_json_parse_object ("{\"ask\":\"k\",\"answer\":{\"q\":\"Left\",\"r\":{\"other_text\":"
                               "\"secret\"}},\"by\":\"user\"}",
                               -1, NULL);

  g_assert_cmpuint (annex_taint_after (ANNEX_TAINT_UNTRUSTED, ANNEX_EVENT_ASK_ANSWERED, secret), ==,
                    ANNEX_TAINT_BOTH);
  g_assert_cmpuint (annex_taint_after (ANNEX_TAINT_UNTRUSTED, ANNEX_EVENT_ASK_ANSWERED, other), ==,
                    ANNEX_TAINT_UNTRUSTED);
}

/* Every type of event: three of them tell something, and none ever takes something back. */
static void
test_events (void)
{
  static const struct
  {
    AnnexEventType type;
    const char *source;
    AnnexTaint adds;
  } rows[] = {
    { ANNEX_EVENT_SHARE_GRANTED, NULL, ANNEX_TAINT_PRIVATE },
    { ANNEX_EVENT_UNTRUSTED_READ, "web", ANNEX_TAINT_UNTRUSTED },
    { ANNEX_EVENT_UNTRUSTED_READ, "host:a.example", ANNEX_TAINT_UNTRUSTED },
    { ANNEX_EVENT_UNTRUSTED_READ, "connector:mail", ANNEX_TAINT_BOTH },
    { ANNEX_EVENT_IMPORTED, NULL, ANNEX_TAINT_UNTRUSTED },
  };

  for (guint before = 0; before <= ANNEX_TAINT_BOTH; before++)
    {
      g_autoptr (JsonObject) none = json_object_new ();

      for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
        {
          g_autoptr (JsonObject) data = annex_json_build ("s", "source", rows[i].source, NULL);

          g_assert_cmpuint (annex_taint_after (before, rows[i].type, data), ==,
                            before | rows[i].adds);
        }
      for (guint type = 0; type <= ANNEX_EVENT_UNKNOWN; type++)
        if (type != ANNEX_EVENT_SHARE_GRANTED && type != ANNEX_EVENT_UNTRUSTED_READ &&
            type != ANNEX_EVENT_IMPORTED)
          g_assert_cmpuint (annex_taint_after (before, type, none), ==, before);
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/taint/sequences", test_sequences);
  g_test_add_func ("/taint/other-host", test_other_host);
  g_test_add_func ("/taint/opened", test_opened);
  g_test_add_func ("/taint/secret", test_secret);
  g_test_add_func ("/taint/events", test_events);
  return g_test_run ();
}
