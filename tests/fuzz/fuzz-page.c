/* fuzz-page.c
 *
 * What a page answers and what a model asks for: a message is read or refused, its lines make a
 * text of whole lines within limits, a change of them is told, and arguments are taken or refused.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "fuzz.h"

#include "annex-json.h"
#include "annex-page-args.h"
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

/* The lines as they are, and against themselves without the first, and the other way round. */
static void
use_lines (GPtrArray *lines)
{
  g_autoptr (GPtrArray) fewer = g_ptr_array_new ();
  g_autofree char *text = annex_page_tree_to_text (lines);
  g_autofree char *same = annex_page_tree_diff (lines, lines);
  g_autofree char *gone = NULL, *new = NULL;

  check_text (text);
  for (guint i = 1; i < lines->len; i++)
    g_ptr_array_add (fewer, lines->pdata[lines->len - i]);
  gone = annex_page_tree_diff (lines, fewer);
  new = annex_page_tree_diff (fewer, lines);
  if (gone != NULL)
    check_text (gone);
  if (new != NULL)
    check_text (new);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  g_autoptr (AnnexPageMessage) message =
      annex_page_message_read ((const char *) data, (gssize) size, NULL);
  g_autoptr (JsonObject) object =
      annex_json_parse_object ((const char *) data, (gssize) size, NULL);

  if (message != NULL && message->result != NULL)
    {
      g_autoptr (GPtrArray) lines = annex_page_lines_read (message->result, message->frame, NULL);

      if (lines != NULL && lines->len < 2000)
        use_lines (lines);
    }
  for (int command = 0; object != NULL && command <= ANNEX_PAGE_COMMAND_FOCUS_FILE; command++)
    {
      g_autoptr (GError) error = NULL;
      g_autoptr (JsonObject) args = annex_page_args_check (command, object, &error);

      g_assert_true ((args == NULL) == (error != NULL));
    }
  return 0;
}
