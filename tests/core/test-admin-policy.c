/* test-admin-policy.c
 *
 * What an administrator's files allow, and that a wrong one allows nothing.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-admin-policy.h"

#include "annex-policy.h"

#include <glib/gstdio.h>
#include <string.h>

static AnnexAdminPolicy *
parse (const char *text)
{
  AnnexAdminPolicy *policy = annex_admin_policy_parse ("policy.json", text, -1);

  g_assert_cmpstr (annex_admin_policy_get_fault (policy), ==, NULL);
  return policy;
}

static void
test_empty (void)
{
  const char *folders[] = { "/does/not/exist", NULL };
  g_autoptr (AnnexAdminPolicy) none = annex_admin_policy_load (folders);
  g_autoptr (AnnexAdminPolicy) empty = parse ("{}");
  g_auto (GStrv) sentences = annex_admin_policy_dup_sentences (empty);

  g_assert_true (annex_admin_policy_is_empty (none));
  g_assert_cmpuint (g_strv_length (sentences), ==, 0);
  g_assert_true (annex_admin_policy_check_host (none, "example.com", NULL));
  g_assert_true (annex_admin_policy_check_model (empty, "openai", "http://127.0.0.1:8080", NULL));
  g_assert_true (annex_admin_policy_check_share (empty, "/", ANNEX_SHARE_KEEP, NULL));
  g_assert_true (annex_admin_policy_check_skill (empty, "any", NULL));
  g_assert_true (annex_admin_policy_check_connector (empty, "any", NULL, NULL));
  g_assert_false (annex_admin_policy_requires_computer (empty));
  g_assert_cmpfloat (annex_admin_policy_limit_cost (empty, 7), ==, 7);
  g_assert_cmpuint (annex_admin_policy_limit_turns (empty, 7), ==, 7);
}

/* Each file, what is wrong with it, and the line it is wrong in. */
static void
test_broken (void)
{
  static const struct
  {
    const char *text;
    const char *where;
    const char *what;
  } cases[] = {
    { "", "line 1:", "" },
    { "[]", "line 1:", "not an object" },
    { "{\n\"skills\": [\"a\",\n}", "line 3:", "" },
    { "{\n\n\"skils\": []}", "line 3:", "nothing that Annex knows" },
    { "{\"skills\": [], \"skills\": [\"a\"]}", "line 1:", "stands twice" },
    { "{\"skills\": [],\n \"sk\\u0069lls\": [\"a\"]}", "line 2:", "Letters" },
    { "{\n\"skills\": \"a\"}", "line 2:", "must be a list" },
    { "{\n\"skills\": [\"a\", 1]}", "line 2:", "number 2" },
    { "{\n\"skills\": [\"a*b\"]}", "line 2:", "number 1" },
    { "{\"providers\": [],\n\"network_hosts\": [\"Example.com\"]}", "line 2:", "a host" },
    { "{\"network_never\": [\"10.0.0.1\"]}", "line 1:", "a host" },
    { "{\"network_hosts\": [\"*\"]}", "line 1:", "a host" },
    { "{\"base_urls\": [\"models.example.com\"]}", "line 1:", "an address" },
    { "{\"base_urls\": [\"https://models.example.com/\"]}", "line 1:", "an address" },
    { "{\"base_urls\": [\"https://u:p@models.example.com\"]}", "line 1:", "an address" },
    { "{\"share_roots\": [\"Documents\"]}", "line 1:", "a folder" },
    { "{\"share_modes\": [\"write\"]}", "line 1:", "read-only" },
    { "{\"task_cost_usd\": 0}", "line 1:", "more than 0" },
    { "{\"task_cost_usd\": -1}", "line 1:", "more than 0" },
    { "{\"task_cost_usd\": \"5\"}", "line 1:", "a number" },
    { "{\"task_turns\": 2.5}", "line 1:", "whole" },
    { "{\"computer_required\": 1}", "line 1:", "true or false" },
    { "{\"audit_collectors\": [\"logs.example.com\"]}", "line 1:", "an address" },
    { "{\"skills\": null}", "line 1:", "must be a list" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (AnnexAdminPolicy) policy =
          annex_admin_policy_parse ("policy.json", cases[i].text, -1);
      const char *fault = annex_admin_policy_get_fault (policy);
      g_autoptr (GError) error = NULL;

      g_test_message ("%s: %s", cases[i].text, fault);
      g_assert_nonnull (fault);
      g_assert_true (g_str_has_prefix (fault, "policy.json, "));
      g_assert_nonnull (strstr (fault, cases[i].where));
      g_assert_nonnull (strstr (fault, cases[i].what));
      g_assert_false (annex_admin_policy_is_empty (policy));
      g_assert_false (annex_admin_policy_check_model (policy, "tour", NULL, &error));
      g_assert_error (error, ANNEX_ADMIN_ERROR, ANNEX_ADMIN_ERROR_BROKEN);
      g_assert_nonnull (strstr (error->message, fault));
      g_assert_false (annex_admin_policy_check_host (policy, "example.com", NULL));
      g_assert_false (annex_admin_policy_check_share (policy, "/x", ANNEX_SHARE_READ_ONLY, NULL));
      g_assert_false (annex_admin_policy_check_skill (policy, "a", NULL));
      g_assert_false (annex_admin_policy_check_connector (policy, "a", NULL, NULL));
    }
}

static void
test_models (void)
{
  g_autoptr (AnnexAdminPolicy) policy =
      parse ("{\"providers\": [\"openai\", \"tour\"], "
             "\"base_urls\": [\"https://models.example.com\", \"http://localhost:8080/v1\"]}");
  static const struct
  {
    const char *provider;
    const char *base_url;
    gboolean allowed;
  } cases[] = {
    { "tour", NULL, TRUE },
    { "anthropic", "https://models.example.com", FALSE },
    { "openai", "https://models.example.com", TRUE },
    { "openai", "https://MODELS.example.com/v1/", TRUE },
    { "openai", "https://models.example.com.evil.example", FALSE },
    { "openai", "https://models.example.com@evil.example", FALSE },
    { "openai", "https://models.example.com:8443", FALSE },
    { "openai", "http://models.example.com", FALSE },
    /* As Annex keeps it; its requests go to /v1 there. */
    { "openai", "http://localhost:8080", TRUE },
    { "openai", "http://localhost:8080/v1/", TRUE },
    { "openai", "http://localhost:8080/other", FALSE },
    { "openai", "http://localhost:8080/v1/x", TRUE },
    { "openai", "http://localhost:8080/v12", FALSE },
    { "openai", "http://localhost:8080/v1/../v2", FALSE },
    { "openai", "no address", FALSE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autoptr (GError) error = NULL;

      g_test_message ("%s %s", cases[i].provider, cases[i].base_url);
      g_assert_true (annex_admin_policy_check_model (policy, cases[i].provider, cases[i].base_url,
                                                     &error) == cases[i].allowed);
      if (!cases[i].allowed)
        g_assert_error (error, ANNEX_ADMIN_ERROR, ANNEX_ADMIN_ERROR_MODEL);
    }
}

static void
test_hosts (void)
{
  g_autoptr (AnnexAdminPolicy) policy =
      parse ("{\"network_hosts\": [\"example.com\", \"*.example.org\"], "
             "\"network_never\": [\"files.example.org\"]}");

  g_assert_true (annex_admin_policy_check_host (policy, "example.com", NULL));
  g_assert_true (annex_admin_policy_check_host (policy, "a.example.org", NULL));
  g_assert_false (annex_admin_policy_check_host (policy, "www.example.com", NULL));
  g_assert_false (annex_admin_policy_check_host (policy, "example.org", NULL));
  g_assert_false (annex_admin_policy_check_host (policy, "anexample.org", NULL));
  g_assert_false (annex_admin_policy_check_host (policy, "files.example.org", NULL));
}

/* What the user allows does not count against it. */
static void
test_hosts_of_a_task (void)
{
  g_autoptr (AnnexAdminPolicy) policy = parse ("{\"network_hosts\": [\"example.com\"]}");
  g_autoptr (AnnexNetworkPolicy) task = annex_network_policy_new ();
  g_autoptr (GError) error = NULL;
  const char *by;

  annex_admin_policy_set (policy);
  annex_network_policy_set (task, "example.com", TRUE, "task");
  annex_network_policy_set (task, "example.net", TRUE, "always");
  g_assert_true (annex_network_policy_take (task, "example.com", 443, &by, &error));
  g_assert_no_error (error);
  g_assert_false (annex_network_policy_take (task, "example.net", 443, &by, &error));
  g_assert_error (error, ANNEX_ADMIN_ERROR, ANNEX_ADMIN_ERROR_HOST);
  annex_admin_policy_set (NULL);
}

static void
test_shares (void)
{
  g_autofree char *place = g_dir_make_tmp ("annex-policy-XXXXXX", NULL);
  g_autofree char *inside = g_build_filename (place, "work", "letters", NULL);
  g_autofree char *root = g_build_filename (place, "work", NULL);
  g_autofree char *beside = g_build_filename (place, "worker", NULL);
  g_autofree char *link = g_build_filename (place, "link", NULL);
  g_autofree char *text =
      g_strdup_printf ("{\"share_roots\": [\"%s\"], \"share_modes\": [\"review\"]}", link);
  g_autoptr (AnnexAdminPolicy) policy = parse (text);
  g_autoptr (AnnexShare) share = NULL;
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (g_mkdir_with_parents (inside, 0700), ==, 0);
  g_assert_cmpint (g_mkdir (beside, 0700), ==, 0);
  g_assert_cmpint (symlink (root, link), ==, 0); /* a root may be named by a link */
  annex_admin_policy_set (policy);
  share = annex_share_new (inside, ANNEX_SHARE_REVIEW, NULL, &error);
  g_assert_no_error (error);
  g_clear_pointer (&share, annex_share_unref);
  share = annex_share_new (root, ANNEX_SHARE_REVIEW, NULL, &error);
  g_assert_no_error (error);
  g_assert_null (annex_share_new (inside, ANNEX_SHARE_KEEP, NULL, &error));
  g_assert_error (error, ANNEX_ADMIN_ERROR, ANNEX_ADMIN_ERROR_SHARE);
  g_clear_error (&error);
  for (int mode = ANNEX_SHARE_READ_ONLY; mode <= ANNEX_SHARE_KEEP; mode++)
    g_assert_cmpint (annex_admin_policy_nearest_mode (policy, mode), ==, ANNEX_SHARE_REVIEW);
  g_assert_null (annex_share_new (beside, ANNEX_SHARE_REVIEW, NULL, &error));
  g_assert_error (error, ANNEX_ADMIN_ERROR, ANNEX_ADMIN_ERROR_SHARE);
  g_clear_error (&error);
  g_assert_null (annex_share_new (place, ANNEX_SHARE_REVIEW, NULL, &error));
  g_assert_error (error, ANNEX_ADMIN_ERROR, ANNEX_ADMIN_ERROR_SHARE);
  g_clear_error (&error);
  /* A copy may lie anywhere: what it is a copy of counts. */
  g_clear_pointer (&share, annex_share_unref);
  share = annex_share_new_copy (beside, inside, ANNEX_SHARE_REVIEW, NULL, &error);
  g_assert_no_error (error);
  g_assert_null (annex_share_new_copy (inside, beside, ANNEX_SHARE_REVIEW, NULL, &error));
  g_assert_error (error, ANNEX_ADMIN_ERROR, ANNEX_ADMIN_ERROR_SHARE);
  annex_admin_policy_set (NULL);
}

/* What is wished for, else less, else more. */
static void
test_nearest_mode (void)
{
  g_autoptr (AnnexAdminPolicy) none = parse ("{}");
  g_autoptr (AnnexAdminPolicy) two = parse ("{\"share_modes\": [\"read-only\", \"keep\"]}");

  g_assert_cmpint (annex_admin_policy_nearest_mode (none, ANNEX_SHARE_KEEP), ==, ANNEX_SHARE_KEEP);
  g_assert_cmpint (annex_admin_policy_nearest_mode (two, ANNEX_SHARE_KEEP), ==, ANNEX_SHARE_KEEP);
  g_assert_cmpint (annex_admin_policy_nearest_mode (two, ANNEX_SHARE_REVIEW), ==,
                   ANNEX_SHARE_READ_ONLY);
}

static void
test_names (void)
{
  g_autoptr (AnnexAdminPolicy) policy = parse ("{\"skills\": [\"report-*\", \"charts\"], "
                                               "\"connectors\": [\"files\", \"*.example.com\"]}");

  g_assert_true (annex_admin_policy_check_skill (policy, "charts", NULL));
  g_assert_true (annex_admin_policy_check_skill (policy, "report-monthly", NULL));
  g_assert_false (annex_admin_policy_check_skill (policy, "charts-2", NULL));
  g_assert_true (annex_admin_policy_check_connector (policy, "files", NULL, NULL));
  g_assert_true (annex_admin_policy_check_connector (policy, "any", "mcp.example.com", NULL));
  g_assert_false (annex_admin_policy_check_connector (policy, "any", "mcp.example.net", NULL));
  g_assert_false (annex_admin_policy_check_connector (policy, "any", NULL, NULL));
}

/* Several files: all must allow it, the lowest limit counts; one that is wrong spoils all. */
static void
test_files (void)
{
  g_autofree char *folder = g_dir_make_tmp ("annex-policy-XXXXXX", NULL);
  g_autofree char *first = g_build_filename (folder, "10-first.json", NULL);
  g_autofree char *second = g_build_filename (folder, "20-second.json", NULL);
  g_autofree char *third = g_build_filename (folder, "30-third.json", NULL);
  g_autofree char *other = g_build_filename (folder, "notes.txt", NULL);
  const char *folders[] = { folder, folder, "relative", NULL };
  g_autoptr (AnnexAdminPolicy) policy = NULL;
  g_autoptr (AnnexAdminPolicy) spoilt = NULL;
  g_auto (GStrv) sentences = NULL;

  g_assert_true (g_file_set_contents (
      first, "{\"skills\": [\"a\", \"b\"], \"task_cost_usd\": 9, \"task_turns\": 50}", -1, NULL));
  g_assert_true (g_file_set_contents (
      second, "{\"skills\": [\"b\", \"c\"], \"task_cost_usd\": 2.5, \"computer_required\": true}",
      -1, NULL));
  g_assert_true (g_file_set_contents (other, "no policy", -1, NULL));
  policy = annex_admin_policy_load (folders);
  g_assert_null (annex_admin_policy_get_fault (policy));
  g_assert_true (annex_admin_policy_check_skill (policy, "b", NULL));
  g_assert_false (annex_admin_policy_check_skill (policy, "a", NULL));
  g_assert_false (annex_admin_policy_check_skill (policy, "c", NULL));
  g_assert_cmpfloat (annex_admin_policy_limit_cost (policy, 0), ==, 2.5);
  g_assert_cmpfloat (annex_admin_policy_limit_cost (policy, 1), ==, 1);
  g_assert_cmpuint (annex_admin_policy_limit_turns (policy, 0), ==, 50);
  g_assert_true (annex_admin_policy_requires_computer (policy));
  sentences = annex_admin_policy_dup_sentences (policy);
  g_assert_cmpuint (g_strv_length (sentences), ==, 5);
  g_assert_cmpstr (sentences[0], ==, "Skills: a, b.");

  g_assert_true (g_file_set_contents (third, "{\n\"skill\": []}", -1, NULL));
  spoilt = annex_admin_policy_load (folders);
  g_assert_nonnull (strstr (annex_admin_policy_get_fault (spoilt), "30-third.json, line 2:"));
  g_assert_false (annex_admin_policy_check_skill (spoilt, "b", NULL));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/admin-policy/empty", test_empty);
  g_test_add_func ("/admin-policy/broken", test_broken);
  g_test_add_func ("/admin-policy/models", test_models);
  g_test_add_func ("/admin-policy/hosts", test_hosts);
  g_test_add_func ("/admin-policy/hosts-of-a-task", test_hosts_of_a_task);
  g_test_add_func ("/admin-policy/shares", test_shares);
  g_test_add_func ("/admin-policy/nearest-mode", test_nearest_mode);
  g_test_add_func ("/admin-policy/names", test_names);
  g_test_add_func ("/admin-policy/files", test_files);
  return g_test_run ();
}
