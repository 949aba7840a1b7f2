/* test-text.c
 *
 * Names for one line, lengths of time and days, as tables.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-text.h"

#include <locale.h>
#include <string.h>

static void
test_for_display (void)
{
  static const struct
  {
    const char *text;
    const char *shown;
  } cases[] = {
    { NULL, "" },
    { "", "" },
    { "Receipts", "Receipts" },
    { "a\nb\r\n\tc", "a b   c" },
    { "a\033[31mb", "a [31mb" },
    { "invoice\342\200\256fdp.exe", "invoice\357\277\275fdp.exe" },
    { "\342\201\246x\342\201\251", "\357\277\275x\357\277\275" },
    { "zero\342\200\213width", "zero\357\277\275width" },
    { "a\342\200\250b", "a b" },
    { "<b>&amp;", "<b>&amp;" },
    { "bad \377 byte", "bad \357\277\275 byte" },
    { "\360\237\221\251\342\200\215\360\237\222\273",
      "\360\237\221\251\342\200\215\360\237\222\273" },
    { "\330\247\331\204", "\330\247\331\204" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *shown = annex_text_for_display (cases[i].text);

      g_assert_cmpstr (shown, ==, cases[i].shown);
    }
}

/* Only line ends and tabs are more. */
static void
test_for_display_lines (void)
{
  g_autofree char *shown = annex_text_for_display_lines ("a\n\tb\r\033[31mc\342\200\256d\0x");
  g_autofree char *long_text = g_strnfill (100000, 'x');
  g_autofree char *cut = annex_text_for_display_lines (long_text);
  g_autofree char *none = annex_text_for_display_lines (NULL);

  g_assert_cmpstr (shown, ==, "a\n\tb  [31mc\357\277\275d");
  g_assert_cmpint (g_utf8_strlen (cut, -1), ==, 50000 + 99 + 1);
  g_assert_cmpint (strchr (cut, '\n') - cut, ==, 500);
  g_assert_cmpstr (none, ==, "");
}

static void
test_floods (void)
{
  g_autoptr (GString) marks = g_string_new ("a");
  g_autofree char *long_text = g_strnfill (100000, 'x');
  g_autofree char *cut = annex_text_for_display (long_text);
  g_autofree char *path = g_strnfill (4096, 'p');
  g_autofree char *whole = annex_text_for_display (path);
  g_autofree char *few = NULL;

  for (guint i = 0; i < 100000; i++)
    g_string_append (marks, "\314\201");
  few = annex_text_for_display (marks->str);
  g_assert_cmpint (g_utf8_strlen (few, -1), ==, 9);
  g_assert_cmpint (g_utf8_strlen (cut, -1), ==, 5001);
  g_assert_true (g_str_has_suffix (cut, "…"));
  g_assert_cmpstr (whole, ==, path);
}

static void
test_durations (void)
{
  static const struct
  {
    gint64 ms;
    const char *words;
    const char *clock;
  } cases[] = {
    { -5, "0.0 s", "0:00" },         { 400, "0.4 s", "0:00" },
    { 3240, "3.2 s", "0:03" },       { 9949, "9.9 s", "0:09" },
    { 9950, "10 s", "0:09" },        { 42000, "42 s", "0:42" },
    { 59499, "59 s", "0:59" },       { 59500, "1 min 0 s", "0:59" },
    { 125000, "2 min 5 s", "2:05" }, { 3840000, "1 h 4 min", "1:04:00" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *words = annex_text_format_duration (cases[i].ms);
      g_autofree char *clock = annex_text_format_clock (cases[i].ms);

      g_assert_cmpstr (words, ==, cases[i].words);
      g_assert_cmpstr (clock, ==, cases[i].clock);
    }
}

static gint64
at (const char *iso)
{
  g_autoptr (GTimeZone) zone = g_time_zone_new_local ();
  g_autoptr (GDateTime) time = g_date_time_new_from_iso8601 (iso, zone);

  return g_date_time_to_unix_usec (time);
}

static void
test_days (void)
{
  static const struct
  {
    const char *time;
    int days;
    const char *day;
    const char *when;
  } cases[] = {
    { "2026-03-12T14:05:00", 0, "Today", "14:05" },
    { "2026-03-12T00:00:00", 0, "Today", "00:00" },
    { "2026-03-13T09:00:00", 0, "Today", "09:00" }, /* a clock that was wrong */
    { "2026-03-11T23:59:59", 1, "Yesterday", "Yesterday" },
    { "2026-03-10T12:00:00", 2, "Tuesday", "Tue" },
    { "2026-03-05T12:00:00", 7, "5 March", "5 Mar" },
    { "2025-12-31T12:00:00", 71, "31 December 2025", "31 Dec 2025" },
  };
  gint64 now = at ("2026-03-12T18:00:00");

  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      gint64 time = at (cases[i].time);
      g_autofree char *day = annex_text_format_day (time, now);
      g_autofree char *when = annex_text_format_when (time, now);

      g_assert_cmpint (annex_text_days_ago (time, now), ==, cases[i].days);
      g_assert_cmpstr (day, ==, cases[i].day);
      g_assert_cmpstr (when, ==, cases[i].when);
    }
}

int
main (int argc, char **argv)
{
  setlocale (LC_ALL, "C.UTF-8");
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/ui/text/for-display", test_for_display);
  g_test_add_func ("/ui/text/for-display-lines", test_for_display_lines);
  g_test_add_func ("/ui/text/floods", test_floods);
  g_test_add_func ("/ui/text/durations", test_durations);
  g_test_add_func ("/ui/text/days", test_days);
  return g_test_run ();
}
