/* plain.h
 *
 * For tests of what others wrote and Annex shows: that it is shown as it is, and as text.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-ui-find.h"

G_BEGIN_DECLS

/* Markup, entities, a turned direction, what is invisible, a terminal's escape, a line end, a pile
 * of accents, a family of emoji: whoever shows it must show all of it, and obey none. */
#define HOSTILE                                                                                    \
  "<b>bold</b> &amp; <a href=\"javascript:x\">link</a> \xe2\x80\xae"                               \
  "gpj.exe \xe2\x80\x8b"                                                                           \
  "zero "                                                                                          \
  "\x1b[31mred a\xcc\x81\xcc\x81\xcc\x81\xcc\x81\xcc\x81\xcc\x81\xcc\x81\xcc\x81\xcc\x81\xcc\x81"  \
  " \xf0\x9f\x91\xa8\xe2\x80\x8d\xf0\x9f\x91\xa9 [Allow Always]"

/* No label on screen below @root turns the direction, hides something, or holds control
 * characters; words that were written by others are on at least one, with their markup as text. */
static inline void
annex_assert_plain (GtkWidget *root)
{
  if (!gtk_widget_get_mapped (root))
    return;
  if (GTK_IS_LABEL (root))
    {
      const char *text = gtk_label_get_text (GTK_LABEL (root));

      for (const char *at = text; *at != '\0'; at = g_utf8_next_char (at))
        {
          gunichar c = g_utf8_get_char (at);

          if ((c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069) || c == 0x200b ||
              (c < 0x20 && c != '\n' && c != '\t') || c == 0x7f)
            g_error ("U+%04X is in the label “%s”", c, text);
        }
    }
  for (GtkWidget *child = gtk_widget_get_first_child (root); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    annex_assert_plain (child);
}

G_END_DECLS
