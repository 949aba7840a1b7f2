/* annex-text.c
 *
 * See annex-text.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-text.h"

#include <glib/gi18n.h>

#define DISPLAY_CHARS_MAX 5000
#define LINES_CHARS_MAX 50000
/* Laying out one line takes the square of its length. */
#define LINE_CHARS_MAX 500
#define COMBINING_MAX 8

/* Turns the writing direction, or cannot be seen and is no part of ordinary writing. U+200C and
 * U+200D are: Persian, Indic scripts and emoji need them. */
static gboolean
is_deceptive (gunichar c)
{
  return c == 0x061c || c == 0x200b || c == 0x200e || c == 0x200f || (c >= 0x202a && c <= 0x202e) ||
         (c >= 0x2060 && c <= 0x206f) || c == 0xfeff || (c >= 0xfff9 && c <= 0xfffb) ||
         (c >= 0xe0000 && c <= 0xe0fff) || c == 0x00ad || c == 0x180e || c == 0x115f ||
         c == 0x1160 || c == 0x3164 || c == 0xffa0;
}

static char *
make_plain (const char *text, guint chars_max, gboolean lines)
{
  g_autofree char *valid = NULL;
  GString *shown;
  guint chars = 0;
  guint combining = 0;
  guint in_line = 0;

  if (text == NULL)
    return g_strdup ("");
  valid = g_utf8_make_valid (text, -1);
  shown = g_string_sized_new (strlen (valid) + 1);
  for (const char *p = valid; *p != '\0'; p = g_utf8_next_char (p))
    {
      gunichar c = g_utf8_get_char (p);
      GUnicodeType type = g_unichar_type (c);
      gboolean mark = type == G_UNICODE_NON_SPACING_MARK || type == G_UNICODE_ENCLOSING_MARK;

      combining = mark ? combining + 1 : 0;
      if (combining > COMBINING_MAX)
        continue;
      if (chars++ == chars_max)
        {
          g_string_append (shown, "…");
          break;
        }
      in_line = c == '\n' ? 0 : in_line + 1;
      if (lines && in_line > LINE_CHARS_MAX)
        {
          g_string_append_c (shown, '\n');
          in_line = 1;
        }
      if (lines && (c == '\n' || c == '\t'))
        g_string_append_unichar (shown, c);
      else if (g_unichar_iscntrl (c) || type == G_UNICODE_LINE_SEPARATOR ||
               type == G_UNICODE_PARAGRAPH_SEPARATOR)
        g_string_append_c (shown, ' ');
      else
        g_string_append_unichar (shown, is_deceptive (c) ? 0xfffd : c);
    }
  return g_string_free (shown, FALSE);
}

char *
annex_text_for_display (const char *text)
{
  return make_plain (text, DISPLAY_CHARS_MAX, FALSE);
}

char *
annex_text_for_display_lines (const char *text)
{
  return make_plain (text, LINES_CHARS_MAX, TRUE);
}

char *
annex_text_file_name (const char *path)
{
  g_autofree char *name = path != NULL ? g_path_get_basename (path) : g_strdup ("");

  return annex_text_for_display (name);
}

char *
annex_text_format_size (guint64 bytes)
{
  return g_format_size (bytes);
}

char *
annex_text_format_count (gint64 count)
{
  return g_strdup_printf ("%'" G_GINT64_FORMAT, count);
}

char *
annex_text_format_duration (gint64 duration_ms)
{
  gint64 seconds;

  if (duration_ms < 0)
    duration_ms = 0;
  if (duration_ms < 9950) /* Translators: seconds, with one decimal */
    return g_strdup_printf (C_ ("duration", "%.1f s"), duration_ms / 1000.0);
  seconds = (duration_ms + 500) / 1000;
  if (seconds < 60)
    return g_strdup_printf (C_ ("duration", "%d s"), (int) seconds);
  if (seconds < 3600) /* Translators: minutes and seconds */
    return g_strdup_printf (C_ ("duration", "%d min %d s"), (int) (seconds / 60),
                            (int) (seconds % 60));
  /* Translators: hours and minutes */
  return g_strdup_printf (C_ ("duration", "%d h %d min"), (int) MIN (seconds / 3600, G_MAXINT),
                          (int) (seconds / 60 % 60));
}

char *
annex_text_format_clock (gint64 duration_ms)
{
  int seconds = (int) CLAMP (duration_ms / 1000, 0, G_MAXINT);

  if (seconds < 3600)
    return g_strdup_printf ("%d:%02d", seconds / 60, seconds % 60);
  return g_strdup_printf ("%d:%02d:%02d", seconds / 3600, seconds / 60 % 60, seconds % 60);
}

/* ---- days */

static GDateTime *
local_time (gint64 time_us)
{
  g_autoptr (GDateTime) time = NULL;

  if (time_us == 0)
    return g_date_time_new_now_local ();
  time = g_date_time_new_from_unix_local_usec (time_us);
  return time != NULL ? g_steal_pointer (&time) : g_date_time_new_from_unix_local (0);
}

static int
julian_day (GDateTime *time)
{
  GDate date;

  g_date_clear (&date, 1);
  g_date_set_dmy (&date, g_date_time_get_day_of_month (time), g_date_time_get_month (time),
                  g_date_time_get_year (time));
  return (int) g_date_get_julian (&date);
}

int
annex_text_days_ago (gint64 time_us, gint64 now_us)
{
  g_autoptr (GDateTime) time = local_time (MAX (time_us, 1));
  g_autoptr (GDateTime) now = local_time (now_us);

  return MAX (julian_day (now) - julian_day (time), 0);
}

char *
annex_text_format_day (gint64 time_us, gint64 now_us)
{
  g_autoptr (GDateTime) time = local_time (MAX (time_us, 1));
  g_autoptr (GDateTime) now = local_time (now_us);
  int days = annex_text_days_ago (time_us, now_us);

  if (days == 0)
    return g_strdup (_ ("Today"));
  if (days == 1)
    return g_strdup (_ ("Yesterday"));
  if (days < 7)
    return g_date_time_format (time, "%A");
  if (g_date_time_get_year (time) == g_date_time_get_year (now))
    return g_date_time_format (time, C_ ("day and month", "%-d %B"));
  return g_date_time_format (time, C_ ("day, month and year", "%-d %B %Y"));
}

char *
annex_text_format_when (gint64 time_us, gint64 now_us)
{
  g_autoptr (GDateTime) time = local_time (MAX (time_us, 1));
  g_autoptr (GDateTime) now = local_time (now_us);
  int days = annex_text_days_ago (time_us, now_us);

  if (days == 0)
    return g_date_time_format (time, C_ ("time of day", "%H:%M"));
  if (days == 1)
    return g_strdup (_ ("Yesterday"));
  if (days < 7)
    return g_date_time_format (time, "%a");
  if (g_date_time_get_year (time) == g_date_time_get_year (now))
    return g_date_time_format (time, C_ ("short day and month", "%-d %b"));
  return g_date_time_format (time, C_ ("short day, month and year", "%-d %b %Y"));
}

char *
annex_text_format_day_and_time (gint64 time_us, gint64 now_us)
{
  g_autoptr (GDateTime) time = local_time (MAX (time_us, 1));
  g_autofree char *day = annex_text_format_day (time_us, now_us);
  g_autofree char *clock = g_date_time_format (time, C_ ("time of day", "%H:%M"));

  /* Translators: a day ("Today", "12 March") and a time of day */
  return g_strdup_printf (_ ("%1$s, %2$s"), day, clock);
}
