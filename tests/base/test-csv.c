/* test-csv.c
 *
 * Tables for spreadsheets: cells that need quotes, cells that look like formulas, and columns.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-csv.h"

static void
test_cells (void)
{
  static const struct
  {
    const char *text;
    const char *cell;
  } rows[] = {
    { NULL, "" },
    { "plain words", "plain words" },
    { "a,b", "\"a,b\"" },
    { "say \"yes\"", "\"say \"\"yes\"\"\"" },
    { "two\nlines", "\"two\nlines\"" },
    { "two\r\nlines", "\"two\r\nlines\"" },
    { "semi;colon", "semi;colon" },
    { "=1+1", "'=1+1" },
    { "+49 30", "'+49 30" },
    { "-1", "'-1" },
    { "@SUM(A1)", "'@SUM(A1)" },
    { "=cmd|' /C calc'!A0,x", "\"'=cmd|' /C calc'!A0,x\"" },
    { "=HYPERLINK(\"x\")", "\"'=HYPERLINK(\"\"x\"\")\"" },
    { "\t=1", "'\t=1" },
    { "\r=1", "\"'\r=1\"" },
    { "\n=1", "\"'\n=1\"" },
    { "\uff1d1+1", "'\uff1d1+1" },
    { "a=1", "a=1" },
    { "caf\xe9", "caf\ufffd" },
    { "日本", "日本" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autoptr (GString) out = g_string_new (NULL);
      g_autofree char *both = g_strconcat (rows[i].cell, ",", rows[i].cell, "\r\n", NULL);

      annex_csv_append_cell (out, rows[i].text, FALSE);
      annex_csv_append_cell (out, rows[i].text, TRUE);
      g_assert_cmpstr (out->str, ==, both);
    }
}

static void
test_objects (void)
{
  static const char *const texts[] = {
    "{\"time\":\"t1\",\"kind\":\"=asked\"}",
    "{\"time\":\"t2\",\"n\":3,\"ok\":true,\"usage\":{\"input\":1,\"output\":2}}",
    "{\"host\":\"a,b\",\"n\":-4,\"kind\":null}",
  };
  g_autoptr (GPtrArray) objects =
      g_ptr_array_new_with_free_func ((GDestroyNotify) json_object_unref);
  g_autoptr (GPtrArray) none = g_ptr_array_new ();
  g_autofree char *empty = annex_csv_from_objects (none);
  g_autofree char *table = NULL;

  for (guint i = 0; i < G_N_ELEMENTS (texts); i++)
    {
      JsonObject *object = annex_json_parse_object (texts[i], -1, NULL);

      g_assert_nonnull (object);
      g_ptr_array_add (objects, object);
    }
  table = annex_csv_from_objects (objects);
  g_assert_cmpstr (table, ==,
                   "time,kind,n,ok,usage,host\r\n"
                   "t1,'=asked,,,,\r\n"
                   "t2,,3,true,\"{\"\"input\"\":1,\"\"output\"\":2}\",\r\n"
                   ",,'-4,,,\"a,b\"\r\n");
  g_assert_cmpstr (empty, ==, "");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/csv/cells", test_cells);
  g_test_add_func ("/csv/objects", test_objects);
  return g_test_run ();
}
