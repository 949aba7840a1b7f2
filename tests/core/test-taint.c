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
#include "annex-task.h"
#include "store-fixture.h"
#include "test-fiber.h"

#include <glib/gstdio.h>
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

/* What of a user's message is data beside the words. */
static void
test_files (void)
{
  static const struct
  {
    const char *blocks;
    AnnexTaint after;
  } rows[] = {
    { "[]", ANNEX_TAINT_UNTRUSTED },
    { "[{\"type\":\"text\",\"text\":\"the \\\"type\\\":\\\"image\\\" of it\"}]",
      ANNEX_TAINT_UNTRUSTED },
    { "[{\"type\":\"text\",\"text\":\"/home/agent is yours\"}, 7]", ANNEX_TAINT_UNTRUSTED },
    { "[{\"type\":\"text\",\"text\":\"Files handed over:\\n- /home/agent/inbox/bill.txt\"}]",
      ANNEX_TAINT_BOTH },
    { "[{\"type\":\"text\",\"text\":\"x\"},{\"type\":\"image\",\"source\":{}}]", ANNEX_TAINT_BOTH },
    { "[{\"type\":\"document\",\"source\":{}}]", ANNEX_TAINT_BOTH },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *text = g_strdup_printf ("{\"blocks\":%s}", rows[i].blocks);
      g_autoptr (JsonObject) data = annex_json_parse_object (text, -1, NULL);

      g_assert_nonnull (data);
      g_assert_cmpuint (annex_taint_after (ANNEX_TAINT_UNTRUSTED, ANNEX_EVENT_USER_MESSAGE, data),
                        ==, rows[i].after);
    }
}

/* Every type of event: four of them tell something by themselves, and none ever takes something
 * back. */
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
    { ANNEX_EVENT_DATA_GIVEN, NULL, ANNEX_TAINT_PRIVATE },
    { ANNEX_EVENT_UNTRUSTED_READ, "web", ANNEX_TAINT_UNTRUSTED },
    { ANNEX_EVENT_UNTRUSTED_READ, "host:a.example", ANNEX_TAINT_UNTRUSTED },
    { ANNEX_EVENT_UNTRUSTED_READ, "connector:mail", ANNEX_TAINT_BOTH },
    { ANNEX_EVENT_UNTRUSTED_READ, "tools:mail", ANNEX_TAINT_UNTRUSTED },
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
            type != ANNEX_EVENT_IMPORTED && type != ANNEX_EVENT_DATA_GIVEN)
          g_assert_cmpuint (annex_taint_after (before, type, none), ==, before);
    }
}

/* What a task was given is known when it is loaded, also from the log of an Annex that had no event
 * for it: then by what the user's messages hold. */
static void
test_given (void)
{
  static const struct
  {
    AnnexEventType type;
    const char *data;
    guint files;
    guint secrets;
    gboolean is_given;
  } rows[] = {
    { ANNEX_EVENT_USER_MESSAGE, "{\"blocks\":[{\"type\":\"text\",\"text\":\"Look\"}]}", 0, 0,
      FALSE },
    { ANNEX_EVENT_USER_MESSAGE,
      "{\"blocks\":[{\"type\":\"text\",\"text\":\"\\\"type\\\":\\\"image\\\"\"}]}", 0, 0, FALSE },
    { ANNEX_EVENT_USER_MESSAGE,
      "{\"blocks\":[{\"type\":\"text\",\"text\":\"- /home/agent/inbox/bill.txt\"}]}", 0, 0, TRUE },
    { ANNEX_EVENT_USER_MESSAGE,
      "{\"blocks\":[{\"type\":\"image\",\"source\":{\"type\":\"base64\",\"media_type\":\"image/"
      "png\","
      "\"data\":\"AAAA\"}}]}",
      0, 0, TRUE },
    { ANNEX_EVENT_USER_MESSAGE,
      "{\"blocks\":[{\"type\":\"document\",\"source\":{\"type\":\"base64\",\"media_type\":"
      "\"application/pdf\",\"data\":\"AAAA\"}}]}",
      0, 0, TRUE },
    { ANNEX_EVENT_DATA_GIVEN, "{\"what\":\"files\",\"count\":3}", 3, 0, TRUE },
    { ANNEX_EVENT_DATA_GIVEN, "{\"what\":\"secret\",\"name\":\"secret:1\"}", 0, 1, TRUE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *path = store_new_path ();
      g_autofree char *file = g_build_filename (store_folder (), "given.jsonl", NULL);
      g_autoptr (AnnexStore) store = store_open (path);
      g_autoptr (AnnexTask) task = dex_await_object (
          annex_task_create (store, "Title", "openai", "m1", NULL, "s", "[]"), NULL);
      g_autoptr (AnnexTask) again = NULL;
      g_autoptr (AnnexTask) imported = NULL;
      g_autofree char *id = NULL;
      AnnexTask *all[3] = { task };

      for (guint j = 0; j < 2; j++)
        test_await (annex_task_append (task, rows[i].type, store_json (rows[i].data)));
      all[1] = again = dex_await_object (annex_task_load (store, annex_task_get_id (task)), NULL);
      for (guint j = 0; j < 2; j++)
        {
          g_assert_cmpint (annex_task_get_taint (all[j]), ==,
                           rows[i].is_given ? ANNEX_TAINT_PRIVATE : ANNEX_TAINT_NONE);
          g_assert_cmpuint (annex_task_count_given_files (all[j]), ==, 2 * rows[i].files);
          g_assert_cmpuint (annex_task_count_given_secrets (all[j]), ==, rows[i].secrets);
          g_assert_cmpint (annex_task_was_given_secret (all[j], "secret:1"), ==,
                           rows[i].secrets > 0);
        }
      /* Another machine's computer was given it; that it is in the words stays true. */
      test_await (annex_store_export (store, annex_task_get_id (task), file));
      id = dex_await_string (annex_store_import (store, file), NULL);
      imported = dex_await_object (annex_task_load (store, id), NULL);
      g_assert_cmpint (annex_task_get_taint (imported), ==,
                       rows[i].is_given ? ANNEX_TAINT_BOTH : ANNEX_TAINT_UNTRUSTED);
      g_assert_cmpuint (annex_task_count_given_files (imported), ==, 0);
      g_assert_false (annex_task_was_given_secret (imported, "secret:1"));
      g_unlink (file);
      test_await (annex_store_close (store));
    }
}

int
main (int argc, char *argv[])
{
  int status;

  g_test_init (&argc, &argv, NULL);
  dex_init ();
  g_test_add_func ("/taint/sequences", test_sequences);
  g_test_add_func ("/taint/other-host", test_other_host);
  g_test_add_func ("/taint/opened", test_opened);
  g_test_add_func ("/taint/secret", test_secret);
  g_test_add_func ("/taint/files", test_files);
  g_test_add_func ("/taint/events", test_events);
  test_add_fiber ("/taint/given", test_given);
  status = g_test_run ();
  store_folder_remove ();
  return status;
}
