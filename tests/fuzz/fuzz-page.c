/* fuzz-page.c
 *
 * What a page answers: a message is read or refused, its lines and those of the frames in it make
 * a text of whole lines within limits, and what changed since "before" is told.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "fuzz.h"

#include "annex-json.h"
#include "annex-page-tree.h"

#include <string.h>

static void
check_text (const char *text)
{
  g_assert_true (g_utf8_validate (text, -1, NULL));
  g_assert_true (*text == '\0' || g_str_has_suffix (text, "\n"));
  for (const char *c = text; *c != '\0'; c++)
    g_assert_true ((guchar) *c >= 0x20 || *c == '\n');
}

static void
check_diff (GPtrArray *before, GPtrArray *now)
{
  g_autofree char *changes = annex_page_tree_diff (before, now);

  if (changes != NULL)
    check_text (changes);
}

/* Every frame holds the same lines: as many frames as the limits allow. */
static GPtrArray *
same_frame (const GArray *path, gpointer lines)
{
  return path->len < 3 ? lines : NULL;
}

/* The lines as they are, against those before, and against themselves the other way round. */
static void
use_lines (GPtrArray *lines, GPtrArray *before)
{
  g_autoptr (GPtrArray) fewer = g_ptr_array_new ();
  g_autoptr (GPtrArray) merged = NULL;
  g_autoptr (GArray) top = g_array_new (FALSE, FALSE, sizeof (guint));
  g_autofree char *text = annex_page_tree_to_text (lines);
  g_autofree char *same = annex_page_tree_diff (lines, lines);
  g_autofree char *whole = NULL;

  check_text (text);
  for (guint i = 1; i < lines->len; i++)
    g_ptr_array_add (fewer, lines->pdata[lines->len - i]);
  check_diff (lines, fewer);
  check_diff (fewer, lines);
  if (before != NULL)
    check_diff (before, lines);
  merged = annex_page_tree_merge (top, same_frame, lines);
  g_assert_cmpuint (merged->len, <=, ANNEX_PAGE_MAX_ALL_LINES + 1);
  whole = annex_page_tree_to_text (merged);
  check_text (whole);
  check_diff (lines, merged);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (AnnexPageMessage) message =
      annex_page_message_read ((const char *) data, (gssize) size, NULL);
  g_autoptr (GPtrArray) lines = NULL, before = NULL;
  JsonObject *old;

  if (message == NULL || message->result == NULL)
    return 0;
  lines = annex_page_lines_read (message->result, message->frame, NULL);
  old = annex_json_opt_object (message->result, "before");
  if (old != NULL)
    before = annex_page_lines_read (old, message->frame, NULL);
  if (lines != NULL && lines->len < 2000)
    use_lines (lines, before);
  return 0;
}
