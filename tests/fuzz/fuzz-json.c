/* fuzz-json.c
 *
 * Whatever is read is written, read again the same and written the same, and json-glib's own, more
 * lenient parser reads it too.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "fuzz.h"

#include "annex-json.h"

#include <string.h>

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) node = annex_json_parse ((const char *) data, (gssize) size, &error);
  g_autoptr (JsonNode) copy = NULL;
  g_autoptr (JsonNode) again = NULL;
  g_autoptr (JsonParser) lenient = NULL;
  g_autofree char *first = NULL;
  g_autofree char *second = NULL;
  g_autofree char *third = NULL;

  if (node == NULL)
    {
      g_assert_true (error != NULL && error->domain == ANNEX_JSON_ERROR);
      return 0;
    }
  g_assert_no_error (error);
  first = annex_json_to_string (node);
  g_assert_true (g_utf8_validate (first, -1, NULL));
  again = annex_json_parse (first, -1, &error);
  g_assert_no_error (error);
  second = annex_json_to_string (again);
  g_assert_cmpstr (first, ==, second);
  copy = annex_json_copy (node);
  third = annex_json_to_string (copy);
  g_assert_cmpstr (first, ==, third);
  lenient = json_parser_new ();
  g_assert_true (json_parser_load_from_data (lenient, first, (gssize) strlen (first), NULL));
  return 0;
}
