/* annex-number.c
 *
 * How a number of a spreadsheet is shown: the few styles that matter for a preview. A date is a
 * count of days since 1899-12-30 (or 1904-01-01), a time the fraction of one (ECMA-376 18.17.4).
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-workbook-private.h"

#include <math.h>
#include <string.h>

#define MAX_DECIMALS 15

static AnnexNumberStyle
style_of_id (guint id)
{
  if (id == 1 || id == 3)
    return ANNEX_NUMBER_WHOLE;
  if (id == 2 || id == 4 || id == 7 || id == 8 || id == 39 || id == 40 || id == 44)
    return ANNEX_NUMBER_DECIMALS;
  if (id == 9 || id == 10)
    return ANNEX_NUMBER_PERCENT;
  if (id == 22)
    return ANNEX_NUMBER_DATE_TIME;
  if ((id >= 18 && id <= 21) || (id >= 45 && id <= 47))
    return ANNEX_NUMBER_TIME;
  if ((id >= 14 && id <= 17) || (id >= 27 && id <= 36) || (id >= 50 && id <= 58))
    return ANNEX_NUMBER_DATE;
  return ANNEX_NUMBER_GENERAL;
}

AnnexNumberFormat
annex_number_format_from_id (guint id)
{
  return (AnnexNumberFormat) { .style = style_of_id (id), .decimals = 2 };
}

static gboolean
is_power (const char *c)
{
  return (*c == 'E' || *c == 'e') && (c[1] == '+' || c[1] == '-');
}

static AnnexNumberStyle
style_of_code (const char *code, guint *decimals)
{
  gboolean day = FALSE;
  gboolean hour = FALSE;
  gboolean digits = FALSE;

  for (const char *c = code; *c != '\0' && *c != ';'; c++)
    {
      char close = *c == '"' ? '"' : *c == '[' ? ']' : '\0';

      if (close != '\0')
        {
          const char *end = strchr (c + 1, close);

          if (end == NULL)
            break;
          /* "[h]" is a length of time, "[Red]" and "[$€-407]" are not */
          hour = hour || (*c == '[' && end == c + 2 && strchr ("hmsHMS", c[1]) != NULL);
          c = end;
          continue;
        }
      if ((*c == '\\' || *c == '_' || *c == '*') && c[1] != '\0')
        c++;
      else if (*c == '%')
        return ANNEX_NUMBER_PERCENT;
      else if (is_power (c))
        return ANNEX_NUMBER_GENERAL;
      else if (strchr ("yYdD", *c) != NULL)
        day = TRUE;
      else if (strchr ("hHsS", *c) != NULL)
        hour = TRUE;
      else if (*c == '0' || *c == '#')
        digits = TRUE;
      else if (*c == '.' && c[1] == '0')
        *decimals = (guint) MIN (strspn (c + 1, "0#?"), MAX_DECIMALS);
    }
  if (day)
    return hour ? ANNEX_NUMBER_DATE_TIME : ANNEX_NUMBER_DATE;
  if (hour)
    return ANNEX_NUMBER_TIME;
  if (*decimals > 0)
    return ANNEX_NUMBER_DECIMALS;
  return digits ? ANNEX_NUMBER_WHOLE : ANNEX_NUMBER_GENERAL;
}

AnnexNumberFormat
annex_number_format_from_code (const char *code)
{
  AnnexNumberFormat format = { 0 };

  format.style = style_of_code (code, &format.decimals);
  return format;
}

static char *
show_time (double value, AnnexNumberStyle style, gboolean all, gboolean from_1904)
{
  g_autoptr (GDateTime) start = from_1904 ? g_date_time_new_utc (1904, 1, 1, 0, 0, 0)
                                          : g_date_time_new_utc (1899, 12, 30, 0, 0, 0);
  g_autoptr (GDateTime) time = NULL;
  gint64 seconds;

  if (!(value >= 0 && value < 2958466)) /* to the end of the year 9999 */
    return NULL;
  seconds = (gint64) floor (value * 86400 + 0.5);
  if (style == ANNEX_NUMBER_TIME && value < 1)
    return g_strdup_printf ("%02d:%02d:%02d", (int) (seconds / 3600), (int) (seconds / 60 % 60),
                            (int) (seconds % 60));
  time = g_date_time_add_seconds (start, (double) seconds);
  if (time == NULL)
    return NULL;
  if (all && seconds % 60 != 0)
    return g_date_time_format (time, "%Y-%m-%d %H:%M:%S");
  return g_date_time_format (time, style == ANNEX_NUMBER_DATE && !(all && seconds % 86400 != 0)
                                       ? "%Y-%m-%d"
                                       : "%Y-%m-%d %H:%M");
}

static char *
show (const char *value, const AnnexNumberFormat *format, gboolean all, gboolean from_1904)
{
  char *end;
  double number = g_ascii_strtod (value, &end);
  char buffer[G_ASCII_DTOSTR_BUF_SIZE + 350];
  char code[16];
  char *text = NULL;

  if (end == value || *end != '\0' || !isfinite (number))
    return g_strdup (value);
  switch (format->style)
    {
    case ANNEX_NUMBER_DATE:
    case ANNEX_NUMBER_DATE_TIME:
    case ANNEX_NUMBER_TIME:
      text = show_time (number, format->style, all, from_1904);
      break;
    case ANNEX_NUMBER_DECIMALS:
      g_snprintf (code, sizeof code, "%%.%uf", MIN (format->decimals, MAX_DECIMALS));
      if (!all)
        text = g_strdup (g_ascii_formatd (buffer, sizeof buffer, code, number));
      break;
    case ANNEX_NUMBER_PERCENT:
      g_ascii_formatd (buffer, sizeof buffer, all ? "%.15g" : "%.10g", number * 100);
      text = g_strconcat (buffer, " %", NULL);
      break;
    case ANNEX_NUMBER_WHOLE:
    case ANNEX_NUMBER_GENERAL:
      break;
    }
  /* Fifteen digits are what a spreadsheet shows at most: 0.1 + 0.2 is 0.3. */
  return text != NULL ? text : g_strdup (g_ascii_formatd (buffer, sizeof buffer, "%.15g", number));
}

char *
annex_number_show (const char *value, const AnnexNumberFormat *format, gboolean from_1904)
{
  return show (value, format, FALSE, from_1904);
}

char *
annex_number_show_all (const char *value, const AnnexNumberFormat *format, gboolean from_1904)
{
  return show (value, format, TRUE, from_1904);
}
