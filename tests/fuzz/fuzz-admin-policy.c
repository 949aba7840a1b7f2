/* fuzz-admin-policy.c
 *
 * A policy file is either right, or allows nothing and names its line.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "fuzz.h"

#include "annex-admin-policy.h"

#include <string.h>

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autofree char *text = g_strndup ((const char *) data, size);
  g_autoptr (AnnexAdminPolicy) policy = annex_admin_policy_parse ("policy.json", text, -1);
  g_auto (GStrv) sentences = annex_admin_policy_dup_sentences (policy);
  const char *fault = annex_admin_policy_get_fault (policy);
  gboolean allowed = annex_admin_policy_check_host (policy, "www.example.com", NULL) ||
                     annex_admin_policy_check_skill (policy, "report", NULL) ||
                     annex_admin_policy_check_connector (policy, "files", NULL, NULL) ||
                     annex_admin_policy_check_share (policy, "/srv", ANNEX_SHARE_REVIEW, NULL) ||
                     annex_admin_policy_check_model (policy, "tour", NULL, NULL);

  if (fault != NULL)
    {
      g_assert_false (allowed);
      g_assert_nonnull (strstr (fault, "policy.json, line "));
    }
  g_assert_cmpfloat (annex_admin_policy_limit_cost (policy, 3), <=, 3);
  g_assert_cmpuint (annex_admin_policy_limit_turns (policy, 3), <=, 3);
  return 0;
}
