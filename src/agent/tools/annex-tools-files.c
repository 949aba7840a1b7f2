/* annex-tools-files.c
 *
 * write_file and edit_file. Reading is in annex-tool-read-file.c.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-tool-util.h"

#include "annex-future.h"

#define MAX_EDIT_BYTES (16 * 1024 * 1024)

static AnnexBlock *
write_file (AnnexWorkspace *workspace, const AnnexToolCall *call, GError **error)
{
  g_autofree char *path = annex_tool_dup_path (call, "path", NULL, error);
  const char *content = annex_json_opt_string (call->input, "content", NULL);
  g_autoptr (GBytes) bytes = NULL;

  if (path == NULL)
    return NULL;
  if (content == NULL)
    {
      g_set_error (error, ANNEX_TOOL_ERROR, ANNEX_TOOL_ERROR_INPUT,
                   "write_file needs “content”, a text.");
      return NULL;
    }
  bytes = g_bytes_new (content, strlen (content));
  if (!annex_await_cancellable (
          annex_computer_write_file (annex_workspace_get_computer (workspace), path, bytes),
          call->cancel, error))
    return NULL;
  return annex_tool_textf (call, "Wrote %" G_GSIZE_FORMAT " bytes to %s.", g_bytes_get_size (bytes),
                           path);
}

const AnnexSimpleToolSpec annex_tool_write_file = {
  "write_file",
  "Write a whole text file, making its folders. An existing file is replaced.",
  "{\"type\":\"object\",\"properties\":{\"path\":{\"type\":\"string\"},\"content\":{\"type\":"
  "\"string\"}},"
  "\"required\":[\"path\",\"content\"]}",
  ANNEX_TOOL_COMPUTER,
  write_file,
};

/* Replaces @old_text in @text. Returns NULL when it is absent, or there more than once and not all
 * are wanted; *@count tells which. (transfer full) */
static GString *
replace_text (const char *text,
              gsize length,
              const char *old_text,
              const char *new_text,
              gboolean all,
              guint *count)
{
  gsize old_length = strlen (old_text);
  const char *end = text + length;
  const char *from = text;
  const char *hit;
  GString *result;

  *count = 0;
  for (hit = text; (hit = memmem (hit, (gsize) (end - hit), old_text, old_length)) != NULL;
       hit += old_length)
    (*count)++;
  if (*count == 0 || (*count > 1 && !all))
    return NULL;
  result = g_string_sized_new (length);
  while ((hit = memmem (from, (gsize) (end - from), old_text, old_length)) != NULL)
    {
      g_string_append_len (result, from, hit - from);
      g_string_append (result, new_text);
      from = hit + old_length;
    }
  g_string_append_len (result, from, end - from);
  return result;
}

static AnnexBlock *
edit_file (AnnexWorkspace *workspace, const AnnexToolCall *call, GError **error)
{
  AnnexComputer *computer = annex_workspace_get_computer (workspace);
  g_autofree char *path = annex_tool_dup_path (call, "path", NULL, error);
  const char *old_text = path != NULL ? annex_tool_get_string (call, "old_text", error) : NULL;
  const char *new_text = annex_json_opt_string (call->input, "new_text", NULL);
  gboolean all = annex_json_opt_boolean (call->input, "replace_all", FALSE);
  g_autoptr (GBytes) before = NULL;
  g_autoptr (GBytes) after = NULL;
  GString *text;
  gsize length;
  const char *data;
  guint count;

  if (old_text == NULL)
    return NULL;
  if (new_text == NULL || g_str_equal (old_text, new_text))
    {
      g_set_error (error, ANNEX_TOOL_ERROR, ANNEX_TOOL_ERROR_INPUT,
                   "edit_file needs “new_text”, and it must differ from “old_text”.");
      return NULL;
    }
  before =
      dex_await_boxed (annex_computer_read_file (computer, path, 0, MAX_EDIT_BYTES + 1), error);
  if (before == NULL)
    return NULL;
  data = g_bytes_get_data (before, &length);
  if (length > MAX_EDIT_BYTES)
    {
      g_set_error (error, ANNEX_TOOL_ERROR, ANNEX_TOOL_ERROR_FAILED,
                   "The file is too large to edit this way.");
      return NULL;
    }
  text = replace_text (data != NULL ? data : "", length, old_text, new_text, all, &count);
  if (text == NULL)
    {
      g_set_error (
          error, ANNEX_TOOL_ERROR, ANNEX_TOOL_ERROR_FAILED,
          count == 0
              ? "“old_text” is not in the file. Read it again and copy the text exactly."
              : "“old_text” is in the file %u times. Give more of the text around it, or set "
                "replace_all.",
          count);
      return NULL;
    }
  after = g_string_free_to_bytes (text);
  if (!annex_await_cancellable (annex_computer_write_file (computer, path, after), call->cancel,
                                error))
    return NULL;
  return annex_tool_textf (call, "Replaced %u occurrence%s in %s.", count, count == 1 ? "" : "s",
                           path);
}

const AnnexSimpleToolSpec annex_tool_edit_file = {
  "edit_file",
  "Replace a piece of text in a file. old_text must be in the file exactly once, unless "
  "replace_all is set.",
  "{\"type\":\"object\",\"properties\":{\"path\":{\"type\":\"string\"},\"old_text\":{\"type\":"
  "\"string\"},"
  "\"new_text\":{\"type\":\"string\"},\"replace_all\":{\"type\":\"boolean\"}},\"required\":["
  "\"path\","
  "\"old_text\",\"new_text\"]}",
  ANNEX_TOOL_COMPUTER,
  edit_file,
};
