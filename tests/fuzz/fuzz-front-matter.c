/* fuzz-front-matter.c
 *
 * Any SKILL.md: it is read or refused, its name is safe to be a folder's, and what the strict check
 * finds nothing wrong with is read without a warning.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "fuzz.h"

#include "annex-skill.h"

#include <string.h>

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) problems = annex_skill_check ((const char *) data, size, NULL);
  g_autoptr (AnnexSkill) skill = annex_skill_parse ((const char *) data, size, NULL, &error);
  g_autofree char *made = g_strndup ((const char *) data, MIN (size, 200));
  g_autofree char *name = annex_skill_make_name (made);

  g_assert_true (annex_skill_is_name (name));
  g_assert_true ((skill == NULL) == (error != NULL));
  if (skill == NULL)
    {
      g_assert_nonnull (problems[0]);
      return 0;
    }
  g_assert_true (annex_skill_is_name (annex_skill_get_name (skill)));
  g_assert_true (g_utf8_validate (annex_skill_get_body (skill), -1, NULL));
  g_assert_cmpuint (strlen (annex_skill_get_description (skill)), >, 0);
  if (problems[0] == NULL)
    g_assert_cmpstr (annex_skill_get_warnings (skill)[0], ==, NULL);
  return 0;
}
