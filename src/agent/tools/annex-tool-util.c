/* annex-tool-util.c
 *
 * See annex-tool-util.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-tool-util.h"

#include "annex-future.h"

#define HELPER_TIMEOUT_MS (60 * 1000)

AnnexBlock *
annex_tool_text (const AnnexToolCall *call, const char *text)
{
  return annex_block_new_tool_result_text (call->id, text, FALSE);
}

AnnexBlock *
annex_tool_textf (const AnnexToolCall *call, const char *format, ...)
{
  g_autofree char *text = NULL;
  va_list args;

  va_start (args, format);
  text = g_strdup_vprintf (format, args);
  va_end (args);
  return annex_tool_text (call, text);
}

const char *
annex_tool_get_string (const AnnexToolCall *call, const char *name, GError **error)
{
  const char *value = annex_json_opt_string (call->input, name, NULL);

  if (value == NULL || value[0] == '\0')
    {
      g_set_error (error, ANNEX_TOOL_ERROR, ANNEX_TOOL_ERROR_INPUT, "%s needs “%s”, a text.",
                   call->name, name);
      return NULL;
    }
  return value;
}

char *
annex_tool_dup_path (const AnnexToolCall *call,
                     const char *name,
                     const char *fallback,
                     GError **error)
{
  const char *path = annex_json_opt_string (call->input, name, fallback);

  if (path == NULL || path[0] == '\0')
    {
      g_set_error (error, ANNEX_TOOL_ERROR, ANNEX_TOOL_ERROR_INPUT, "%s needs “%s”, a path.",
                   call->name, name);
      return NULL;
    }
  if (strlen (path) > 4000)
    {
      g_set_error (error, ANNEX_TOOL_ERROR, ANNEX_TOOL_ERROR_INPUT, "The path is too long.");
      return NULL;
    }
  if (g_str_equal (path, "~") || g_str_has_prefix (path, "~/"))
    return g_strconcat (ANNEX_AGENT_HOME, path + 1, NULL);
  return g_canonicalize_filename (path, ANNEX_AGENT_HOME);
}

char *
annex_tool_run (AnnexWorkspace *workspace,
                const AnnexToolCall *call,
                const char *command,
                gsize max_bytes,
                int *status,
                gboolean *cut,
                GError **error)
{
  g_autoptr (AnnexCommand) spec = annex_command_new (command);
  AnnexOutput *output;
  gsize length;
  const char *bytes;
  char *text;

  output = dex_await_boxed (annex_computer_run (annex_workspace_get_computer (workspace), spec,
                                                NULL, max_bytes, HELPER_TIMEOUT_MS, call->cancel),
                            error);
  if (output == NULL)
    {
      annex_error_normalise (error);
      return NULL;
    }
  bytes = g_bytes_get_data (output->out, &length);
  text = annex_text_make_valid (bytes != NULL ? bytes : "", (gssize) length);
  if (status != NULL)
    *status = output->timed_out ? 124 : output->status;
  if (cut != NULL)
    *cut = output->out_cut;
  annex_output_free (output);
  return text;
}
