/* annex-tools-search.c
 *
 * find_files and search_text, through ripgrep in the computer.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-tool-util.h"

#define MAX_FOUND 300
#define MAX_BYTES (48 * 1024)

static AnnexBlock *
find_files (AnnexWorkspace *workspace, const AnnexToolCall *call, GError **error)
{
  const char *pattern = annex_tool_get_string (call, "pattern", error);
  g_autofree char *path =
      pattern != NULL ? annex_tool_dup_path (call, "path", "/folders", error) : NULL;
  g_autofree char *quoted_pattern = NULL;
  g_autofree char *quoted_path = NULL;
  g_autofree char *command = NULL;
  g_autofree char *output = NULL;
  gboolean cut = FALSE;
  int status = 0;

  if (path == NULL)
    return NULL;
  quoted_pattern = g_shell_quote (pattern);
  quoted_path = g_shell_quote (path);
  command = g_strdup_printf (
      "[ -d %s ] || { echo 'There is no such folder.'; exit 9; }; set -o pipefail; "
      "rg --files --hidden --no-ignore --no-messages --no-config --sortr modified --glob %s -- %s "
      "| "
      "head -n %d",
      quoted_path, quoted_pattern, quoted_path, MAX_FOUND + 1);
  output = annex_tool_run (workspace, call, command, MAX_BYTES, &status, &cut, error);
  if (output == NULL)
    return NULL;
  if (status == 9 || status == 2)
    {
      g_set_error (error, ANNEX_TOOL_ERROR, ANNEX_TOOL_ERROR_INPUT, "%s",
                   status == 9 ? "There is no such folder." : "The pattern is not a valid glob.");
      return NULL;
    }
  if (output[0] == '\0')
    return annex_tool_text (call, "No file matches.");
  return annex_tool_textf (call, "%s%s", output,
                           cut ? "… and more. Use a narrower pattern or path." : "");
}

const AnnexSimpleToolSpec annex_tool_find_files = {
  "find_files",
  "Find files by a glob such as *.pdf or **/2026/*.csv, newest first.",
  "{\"type\":\"object\",\"properties\":{\"pattern\":{\"type\":\"string\"},\"path\":{\"type\":"
  "\"string\","
  "\"description\":\"Where to look; /folders if left out\"}},\"required\":[\"pattern\"]}",
  ANNEX_TOOL_COMPUTER,
  find_files,
};

static AnnexBlock *
search_text (AnnexWorkspace *workspace, const AnnexToolCall *call, GError **error)
{
  const char *pattern = annex_tool_get_string (call, "pattern", error);
  const char *glob = annex_json_opt_string (call->input, "glob", NULL);
  g_autofree char *path =
      pattern != NULL ? annex_tool_dup_path (call, "path", "/folders", error) : NULL;
  g_autofree char *quoted_pattern = NULL;
  g_autofree char *quoted_path = NULL;
  g_autofree char *quoted_glob = NULL;
  g_autofree char *command = NULL;
  g_autofree char *output = NULL;
  gboolean cut = FALSE;
  int status = 0;

  if (path == NULL)
    return NULL;
  quoted_pattern = g_shell_quote (pattern);
  quoted_path = g_shell_quote (path);
  quoted_glob = glob != NULL ? g_shell_quote (glob) : g_strdup ("'*'");
  command = g_strdup_printf (
      "rg --line-number --no-heading --color never --hidden --no-ignore "
      "--no-config --max-count 100 --max-columns 400 --glob %s --regexp %s -- %s 2>&1",
      quoted_glob, quoted_pattern, quoted_path);
  output = annex_tool_run (workspace, call, command, MAX_BYTES, &status, &cut, error);
  if (output == NULL)
    return NULL;
  if (status == 2 && !cut)
    {
      g_set_error (error, ANNEX_TOOL_ERROR, ANNEX_TOOL_ERROR_INPUT, "The search failed: %s",
                   output);
      return NULL;
    }
  if (output[0] == '\0')
    return annex_tool_text (call, "Nothing matches.");
  return annex_tool_textf (call, "%s%s", output, cut ? "\n… and more. Narrow the search." : "");
}

const AnnexSimpleToolSpec annex_tool_search_text = {
  "search_text",
  "Search the text of files with a regular expression (ripgrep's syntax). Answers path:line:text.",
  "{\"type\":\"object\",\"properties\":{\"pattern\":{\"type\":\"string\"},\"path\":{\"type\":"
  "\"string\","
  "\"description\":\"A file or folder; /folders if left out\"},\"glob\":{\"type\":\"string\","
  "\"description\":\"Only files that match\"}},\"required\":[\"pattern\"]}",
  ANNEX_TOOL_COMPUTER,
  search_text,
};
