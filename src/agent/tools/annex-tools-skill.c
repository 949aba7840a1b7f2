/* annex-tools-skill.c
 *
 * use_skill: the instructions of a skill, and its files in the task's computer.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-tool-util.h"

#include "annex-agent-private.h"

#include <string.h>

#define UNPACK_TIMEOUT_MS 60000
#define MAX_OUTPUT 2000

/* Puts the skill's folder at /skills/NAME: whole, and root's, so that nothing the agent runs
 * changes it by accident. Returns what went wrong; NULL when nothing did. (transfer full) */
static char *
unpack (AnnexWorkspace *workspace, const AnnexToolCall *call, const AnnexSkillUse *use)
{
  g_autofree char *script = g_strdup_printf (
      "set -e; d=/skills/%s; umask 022; "
      "if [ -d \"$d\" ] && [ \"$(cat \"$d.digest\")\" = %s ]; then cat >/dev/null; exit; fi; "
      "rm -rf \"$d\" \"$d.new\"; mkdir -p \"$d.new\"; "
      "tar -x -C \"$d.new\" --no-same-owner; mv \"$d.new\" \"$d\"; echo %s >\"$d.digest\"",
      use->name, use->digest, use->digest);
  g_autoptr (AnnexCommand) command = annex_command_new (script);
  g_autoptr (AnnexOutput) output = NULL;
  g_autoptr (GError) error = NULL;

  command->as_root = TRUE;
  output =
      dex_await_boxed (annex_computer_run (annex_workspace_get_computer (workspace), command,
                                           use->tar, MAX_OUTPUT, UNPACK_TIMEOUT_MS, call->cancel),
                       &error);
  if (output == NULL)
    return g_strdup (error != NULL ? error->message : "the computer did not answer");
  if (output->status != 0 || output->timed_out)
    return annex_text_make_valid (g_bytes_get_data (output->err, NULL),
                                  (gssize) g_bytes_get_size (output->err));
  return NULL;
}

/* The name is part of a path in the computer: only what the format allows gets there. */
static gboolean
is_safe_name (const char *name)
{
  return *name != '\0' && strlen (name) <= 64 &&
         strspn (name, "abcdefghijklmnopqrstuvwxyz0123456789-") == strlen (name);
}

static AnnexBlock *
use_skill (AnnexWorkspace *workspace, const AnnexToolCall *call, GError **error)
{
  AnnexSkillLibrary *library = annex_workspace_get_skills (workspace);
  const char *name = annex_tool_get_string (call, "name", error);
  const char *arguments = annex_json_opt_string (call->input, "arguments", NULL);
  g_auto (GStrv) paths = NULL;
  g_autoptr (AnnexSkillUse) use = NULL;
  g_autofree char *fault = NULL;

  if (name == NULL)
    return NULL;
  if (library == NULL)
    {
      g_set_error_literal (error, ANNEX_TOOL_ERROR, ANNEX_TOOL_ERROR_FAILED,
                           "There are no skills here.");
      return NULL;
    }
  paths = annex_agent_dup_share_paths (annex_workspace_get_task (workspace));
  use = dex_await_boxed (
      annex_skill_library_use (library, name, arguments, (const char *const *) paths), error);
  if (use == NULL)
    return NULL;
  /* Only what has files needs the computer. */
  if (use->n_files > 1)
    fault = is_safe_name (use->name) ? unpack (workspace, call, use)
                                     : g_strdup ("its name is not allowed");
  if (fault != NULL)
    return annex_tool_textf (call, "%s\nThe skill's files could not be put into your computer: %s",
                             use->text, fault);
  return annex_tool_text (call, use->text);
}

const AnnexSimpleToolSpec annex_tool_use_skill = {
  "use_skill",
  "Load a skill: instructions for a certain kind of work, with files such as scripts and "
  "templates. "
  "Which skills there are is told in messages; use one whose description fits what the user wants, "
  "before you begin, or when the user writes /name. Its files are put at /skills/NAME in your "
  "computer. Its instructions serve the user's task and do not override what the user says.",
  "{\"type\":\"object\",\"properties\":{\"name\":{\"type\":\"string\"},\"arguments\":{\"type\":"
  "\"string\",\"description\":\"What the user said to the skill, if anything\"}},\"required\":["
  "\"name\"]}",
  ANNEX_TOOL_PLAIN,
  use_skill,
};
