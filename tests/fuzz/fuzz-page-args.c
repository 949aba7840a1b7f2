/* fuzz-page-args.c
 *
 * What a model asks a page for: the first byte is the command, the rest are its arguments. They are
 * taken or refused, and what is taken has only members that the command knows, within its limits.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "fuzz.h"

#include "annex-json.h"
#include "annex-page-args.h"
#include "annex-page-decode.h"

#include <math.h>
#include <string.h>

static void
check_reference (JsonNode *node)
{
  const char *target = json_node_get_string (node);
  guint frame;

  g_assert_true (annex_page_reference_frame (target, &frame));
  g_assert_cmpuint (strlen (target), <, 24);
  g_assert_cmpuint (strspn (target, "ef0123456789"), ==, strlen (target));
}

static void
check_member (JsonObject *object, const char *name, JsonNode *node, gpointer command)
{
  static const char *const targets[] = { "target", "from", "to", NULL };
  static const char *const numbers[] = { "depth", "pages", "time_s", NULL };

  if (g_strv_contains (targets, name))
    check_reference (node);
  else if (g_strv_contains (numbers, name))
    g_assert_cmpfloat (fabs (json_node_get_double (node)), <=, 1e6);
  else if (g_str_equal (name, "fields"))
    {
      JsonArray *fields = json_node_get_array (node);

      g_assert_cmpuint (json_array_get_length (fields), >, 0);
      for (guint i = 0; i < json_array_get_length (fields); i++)
        check_reference (
            json_object_get_member (json_array_get_object_element (fields, i), "target"));
    }
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (JsonObject) object = NULL;
  g_autoptr (JsonObject) args = NULL, again = NULL;
  g_autoptr (GError) error = NULL;
  AnnexPageCommand command, parsed;

  if (size == 0)
    return 0;
  command = data[0] % (ANNEX_PAGE_COMMAND_GIVE_FILES + 1);
  g_assert_true (annex_page_command_parse (annex_page_command_name (command), &parsed, NULL));
  g_assert_true (parsed == command);
  object = annex_json_parse_object ((const char *) data + 1, (gssize) size - 1, NULL);
  args = annex_page_args_check (command, object, &error);
  g_assert_true ((args == NULL) == (error != NULL));
  if (args == NULL)
    return 0;
  json_object_foreach_member (args, check_member, GINT_TO_POINTER (command));
  /* What was taken is taken as it is. */
  again = annex_page_args_check (command, args, NULL);
  g_assert_nonnull (again);
  g_assert_cmpuint (json_object_get_size (again), ==, json_object_get_size (args));
  return 0;
}
