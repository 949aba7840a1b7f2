/* annex-text.h
 *
 * How the window writes names, sizes, lengths of time and days. Names come from the agent, the
 * guest or a file and are untrusted: what is shown on one line goes through annex_text_for_display.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* @text (nullable: "") for one line: valid UTF-8; line breaks, tabs and control characters become
 * spaces; characters that turn the writing direction or are invisible become U+FFFD; more than
 * eight combining marks in a row are dropped; over 5000 characters it is cut with "…". A path of
 * the file system is never cut. For labels without markup. (transfer full) */
char *
annex_text_for_display (const char *text);
/* The same for text of several lines, which keeps its line ends and tabs, up to 50 000 characters;
 * a line of more than 500 goes on in the next. (transfer full) */
char *
annex_text_for_display_lines (const char *text);
/* The last part of @path, for display; @path itself when it has none. (transfer full) */
char *
annex_text_file_name (const char *path);

/* "1.2 MB". (transfer full) */
char *
annex_text_format_size (guint64 bytes);
/* "12,345". (transfer full) */
char *
annex_text_format_count (gint64 count);
/* "0.4 s", "3.2 s", "42 s", "2 min 5 s", "1 h 4 min". (transfer full) */
char *
annex_text_format_duration (gint64 duration_ms);
/* "0:07", "12:40", "1:02:03", for something that is going on. (transfer full) */
char *
annex_text_format_clock (gint64 duration_ms);

/* Times are microseconds since 1970 UTC, shown in local time; @now_us 0: the present.
 * "Today", "Yesterday", "Monday" (the last six days), "12 March", "12 March 2024". (transfer full)
 */
char *
annex_text_format_day (gint64 time_us, gint64 now_us);
/* The shortest that says when: "14:05" today, "Yesterday", "Mon", "12 Mar", "12 Mar 2024".
 * (transfer full) */
char *
annex_text_format_when (gint64 time_us, gint64 now_us);
/* Day and time: "Today, 14:05". (transfer full) */
char *
annex_text_format_day_and_time (gint64 time_us, gint64 now_us);
/* Local calendar days from @time_us to @now_us: 0 today, 1 yesterday; never negative. */
int
annex_text_days_ago (gint64 time_us, gint64 now_us);

G_END_DECLS
