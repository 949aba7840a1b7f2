/* annex-tools-shell.c
 *
 * shell, shell_output, shell_stop. The model gets the end of what a command wrote; the whole text
 * stays in the computer, up to a limit, and is streamed to whoever watches.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-tool-secrets.h"
#include "annex-tool-util.h"

#include "annex-future.h"
#include "annex-json-build.h"
#include "annex-paths.h"

#include <glib/gi18n.h>

#define TAIL_BYTES (16 * 1024)
#define READ_BYTES (64 * 1024)
#define MAX_SAVED_KIB (64 * 1024)
#define MAX_TIMEOUT_S 3600
#define DRAIN_MS 700
#define OUTPUT_FOLDER ANNEX_AGENT_HOME "/.annex/output"

/* ---- reading one stream, keeping its end */

typedef struct
{
  AnnexWorkspace *workspace;
  char *call_id;
  GInputStream *stream;
  GString *tail;
  guint64 total;
} Reader;

static Reader *
reader_new (AnnexWorkspace *workspace, const char *call_id, GInputStream *stream)
{
  Reader *reader = g_atomic_rc_box_new0 (Reader);

  reader->workspace = g_object_ref (workspace);
  reader->call_id = g_strdup (call_id);
  reader->stream = g_object_ref (stream);
  reader->tail = g_string_new (NULL);
  return reader;
}

static void
reader_clear (gpointer data)
{
  Reader *reader = data;

  g_clear_object (&reader->workspace);
  g_clear_object (&reader->stream);
  g_free (reader->call_id);
  g_string_free (reader->tail, TRUE);
}

static void
reader_unref (gpointer data)
{
  g_atomic_rc_box_release_full (data, reader_clear);
}

static DexFuture *
read_more (Reader *reader)
{
  return dex_input_stream_read_bytes (reader->stream, READ_BYTES, G_PRIORITY_DEFAULT);
}

/* The end of the stream is NULL, which ends the loop. */
static DexFuture *
read_cb (DexFuture *future, gpointer data)
{
  Reader *reader = data;
  GBytes *piece = g_value_get_boxed (dex_future_get_value (future, NULL)); /* `then`: it resolved */
  gsize length = piece != NULL ? g_bytes_get_size (piece) : 0;

  if (length == 0)
    return NULL;
  reader->total += length;
  g_string_append_len (reader->tail, g_bytes_get_data (piece, NULL), (gssize) length);
  if (reader->tail->len > 4 * TAIL_BYTES)
    g_string_erase (reader->tail, 0, (gssize) (reader->tail->len - TAIL_BYTES));
  annex_workspace_emit_output (reader->workspace, reader->call_id, piece);
  return read_more (reader);
}

/* Settles at the end of the stream, or when the computer is lost: the wait for the command tells
 * which. Not a fiber: dropping it ends the read. */
static DexFuture *
reader_start (Reader *reader)
{
  return dex_future_then_loop (read_more (reader), read_cb, g_atomic_rc_box_acquire (reader),
                               reader_unref);
}

static void
append_tail (GString *text, const char *name, Reader *reader)
{
  gsize from = reader->tail->len > TAIL_BYTES ? reader->tail->len - TAIL_BYTES : 0;
  g_autofree char *valid =
      annex_text_make_valid (reader->tail->str + from, (gssize) (reader->tail->len - from));

  if (reader->total == 0)
    return;
  if (reader->total > TAIL_BYTES)
    g_string_append_printf (text, "%s (the last %d of %" G_GUINT64_FORMAT " bytes):\n", name,
                            TAIL_BYTES, reader->total);
  else
    g_string_append_printf (text, "%s:\n", name);
  g_string_append (text, valid);
  if (text->str[text->len - 1] != '\n')
    g_string_append_c (text, '\n');
}

/* ---- building the command */

/* The user's command with both streams copied to files that stop growing at the limit. */
static char *
wrap_foreground (const char *command, const char *id)
{
  g_autofree char *quoted = g_shell_quote (command);
  g_autofree char *out = g_strdup_printf (OUTPUT_FOLDER "/%s", id);

  return g_strdup_printf ("mkdir -p " OUTPUT_FOLDER "; exec 3>&1 4>&2 "
                          "> >(trap '' XFSZ; ulimit -f %d; exec tee --output-error=warn %s.out "
                          "2>/dev/null >&3 3>&- 4>&-) "
                          "2> >(trap '' XFSZ; ulimit -f %d; exec tee --output-error=warn %s.err "
                          "2>/dev/null >&4 3>&- 4>&-); "
                          "exec 3>&- 4>&-; exec bash -c %s",
                          MAX_SAVED_KIB, out, MAX_SAVED_KIB, out, quoted);
}

static char *
wrap_background (const char *command, const char *id)
{
  g_autofree char *quoted = g_shell_quote (command);
  g_autofree char *out = g_strdup_printf (OUTPUT_FOLDER "/%s", id);

  return g_strdup_printf ("mkdir -p " OUTPUT_FOLDER "; exec bash -c %s >%s.out 2>%s.err </dev/null",
                          quoted, out, out);
}

/* ---- running */

static AnnexProcess *
start (AnnexWorkspace *workspace, char *line, char **env, GError **error)
{
  g_autoptr (AnnexCommand) command = annex_command_new (line);
  AnnexProcess *process;

  g_free (line);
  command->env = g_strdupv (env);
  process = dex_await_object (
      annex_computer_spawn (annex_workspace_get_computer (workspace), command), error);
  if (process != NULL)
    g_output_stream_close (annex_process_get_stdin (process), NULL, NULL);
  return process;
}

static void
describe_end (GString *text, int status, gint64 took_ms)
{
  if (status < 0)
    g_string_append_printf (text, "ended by signal %d after %.1f s\n", -status,
                            (double) took_ms / 1000);
  else
    g_string_append_printf (text, "exit status %d after %.1f s\n", status, (double) took_ms / 1000);
}

static void
append_refusals (GString *text, AnnexWorkspace *workspace)
{
  g_autofree char *refusals = annex_workspace_take_refusals (workspace);

  if (refusals != NULL)
    g_string_append (text, refusals);
}

static AnnexBlock *
run_foreground (AnnexWorkspace *workspace,
                const AnnexToolCall *call,
                const char *command,
                char **env,
                GError **error)
{
  gint64 timeout_s = CLAMP (annex_json_opt_int (call->input, "timeout_s", 120), 1, MAX_TIMEOUT_S);
  g_autofree char *id = annex_identifier_new ();
  gint64 began = g_get_monotonic_time ();
  g_autoptr (AnnexProcess) process = NULL;
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (GError) failure = NULL;
  DexFuture *wait;
  DexFuture *drained;
  Reader *out;
  Reader *err;
  gboolean done;
  int status = 0;

  process = start (workspace, wrap_foreground (command, id), env, error);
  if (process == NULL)
    return NULL;
  out = reader_new (workspace, call->id, annex_process_get_stdout (process));
  err = reader_new (workspace, call->id, annex_process_get_stderr (process));
  drained = dex_future_all (reader_start (out), reader_start (err), NULL);
  wait = annex_process_wait (process);
  done = annex_await_cancellable (
      annex_future_with_timeout (dex_ref (wait), (guint) timeout_s * 1000), call->cancel, &failure);
  if (done)
    status = dex_await_int (dex_ref (wait), NULL);
  else
    dex_await (annex_process_kill (process), NULL);
  /* Children that went on in the background may hold the streams: what they say later stays in the
   * file. */
  dex_await (annex_future_with_timeout (drained, DRAIN_MS), NULL);
  dex_unref (wait);

  if (done)
    describe_end (text, status, (g_get_monotonic_time () - began) / 1000);
  else if (g_error_matches (failure, G_IO_ERROR, G_IO_ERROR_TIMED_OUT))
    g_string_append_printf (
        text, "It was ended after %d s, the time limit. Use timeout_s or background.\n",
        (int) timeout_s);
  append_tail (text, "stdout", out);
  append_tail (text, "stderr", err);
  if (out->total > TAIL_BYTES || err->total > TAIL_BYTES)
    g_string_append_printf (text, "The full text is in " OUTPUT_FOLDER "/%s.out and .err\n", id);
  append_refusals (text, workspace);
  reader_unref (out);
  reader_unref (err);
  if (!done && !g_error_matches (failure, G_IO_ERROR, G_IO_ERROR_TIMED_OUT))
    {
      g_propagate_error (error, g_steal_pointer (&failure));
      return NULL;
    }
  return annex_block_new_tool_result_text (call->id, text->str, !done || status != 0);
}

static AnnexBlock *
run_background (AnnexWorkspace *workspace,
                const AnnexToolCall *call,
                const char *command,
                char **env,
                GError **error)
{
  g_autofree char *id = annex_identifier_new ();
  g_autoptr (AnnexProcess) process = start (workspace, wrap_background (command, id), env, error);

  if (process == NULL)
    return NULL;
  annex_workspace_add_process (workspace, id, process);
  return annex_tool_textf (call,
                           "Started in the background as %s. Look with shell_output, end it with "
                           "shell_stop.",
                           id);
}

/* A command with secrets starts only now; before, it only asked. */
static gboolean
tell_started (AnnexWorkspace *workspace, const AnnexToolCall *call, GError **error)
{
  AnnexTask *task = annex_workspace_get_task (workspace);

  if (annex_json_opt_array (call->input, "secrets") == NULL ||
      annex_task_was_tool_started (task, call->id))
    return TRUE;
  return dex_await (annex_task_append (task, ANNEX_EVENT_TOOL_STARTED,
                                       annex_json_build ("s", "tool_use_id", call->id, "s", "name",
                                                         call->name, NULL)),
                    error);
}

static AnnexBlock *
shell (AnnexWorkspace *workspace, const AnnexToolCall *call, GError **error)
{
  const char *command = annex_tool_get_string (call, "command", error);
  g_auto (GStrv) env = NULL;

  if (command == NULL)
    return NULL;
  env = annex_tool_collect_secrets (workspace, call, command, error);
  if (env == NULL || !tell_started (workspace, call, error))
    return NULL;
  if (annex_json_opt_boolean (call->input, "background", FALSE))
    return run_background (workspace, call, command, env, error);
  return run_foreground (workspace, call, command, env, error);
}

const AnnexSimpleToolSpec annex_tool_shell = {
  "shell",
  "Run a command with bash in your computer, in /home/agent. Answers the exit status and the end "
  "of stdout "
  "and stderr. background starts something that goes on while you work.",
  "{\"type\":\"object\",\"properties\":{\"command\":{\"type\":\"string\"},\"timeout_s\":{\"type\":"
  "\"integer\",\"minimum\":1,\"maximum\":3600,\"description\":\"120 if left "
  "out\"},\"background\":{\"type\":"
  "\"boolean\"},\"secrets\":{\"type\":\"array\",\"description\":\"Secrets the user gave, as "
  "environment of "
  "this command; the user is asked each "
  "time\",\"items\":{\"type\":\"object\",\"properties\":{\"env\":"
  "{\"type\":\"string\"},\"id\":{\"type\":\"string\"}},\"required\":[\"env\",\"id\"]}}},"
  "\"required\":["
  "\"command\"]}",
  ANNEX_TOOL_COMPUTER,
  shell,
};

/* The id of a background command, safe to put into a path; NULL with an error. */
static const char *
get_id (const AnnexToolCall *call, GError **error)
{
  const char *id = annex_tool_get_string (call, "id", error);

  if (id == NULL || g_regex_match_simple ("^[0-9a-z]{26}$", id, 0, 0))
    return id;
  g_set_error (error, ANNEX_TOOL_ERROR, ANNEX_TOOL_ERROR_INPUT,
               "There is no background command “%s”.", id);
  return NULL;
}

static char *
describe_background (AnnexWorkspace *workspace, const char *id)
{
  AnnexProcess *process = annex_workspace_get_process (workspace, id);
  g_autoptr (DexFuture) wait = process != NULL ? annex_process_wait (process) : NULL;
  const GValue *value;

  if (wait == NULL)
    return g_strdup ("It is not known to run any more.");
  if (dex_future_is_pending (wait))
    return g_strdup ("It is running.");
  value = dex_future_get_value (wait, NULL);
  if (value == NULL)
    return g_strdup ("Its end was not seen.");
  return g_strdup_printf ("It ended with exit status %d.", g_value_get_int (value));
}

static AnnexBlock *
shell_output (AnnexWorkspace *workspace, const AnnexToolCall *call, GError **error)
{
  const char *id = get_id (call, error);
  g_autofree char *line = NULL;
  g_autofree char *output = NULL;
  g_autofree char *state = NULL;
  g_autoptr (GString) text = NULL;

  if (id == NULL)
    return NULL;
  line = g_strdup_printf (
      "cd " OUTPUT_FOLDER " && [ -e %s.out ] || { echo 'It has written nothing.'; exit; }; "
      "echo stdout:; tail -c 12000 %s.out; echo; echo stderr:; tail -c 4000 %s.err",
      id, id, id);
  output = annex_tool_run (workspace, call, line, 32 * 1024, NULL, NULL, error);
  if (output == NULL)
    return NULL;
  state = describe_background (workspace, id);
  text = g_string_new (NULL);
  g_string_printf (text, "%s\n%s\nThe full text is in " OUTPUT_FOLDER "/%s.out and .err\n", state,
                   output, id);
  append_refusals (text, workspace);
  return annex_tool_text (call, text->str);
}

const AnnexSimpleToolSpec annex_tool_shell_output = {
  "shell_output",
  "See what a background command has written and whether it still runs.",
  "{\"type\":\"object\",\"properties\":{\"id\":{\"type\":\"string\"}},\"required\":[\"id\"]}",
  ANNEX_TOOL_COMPUTER,
  shell_output,
};

static AnnexBlock *
shell_stop (AnnexWorkspace *workspace, const AnnexToolCall *call, GError **error)
{
  const char *id = get_id (call, error);
  AnnexProcess *process = id != NULL ? annex_workspace_get_process (workspace, id) : NULL;

  if (id == NULL)
    return NULL;
  if (process == NULL)
    {
      g_set_error (error, ANNEX_TOOL_ERROR, ANNEX_TOOL_ERROR_INPUT,
                   "There is no background command “%s”.", id);
      return NULL;
    }
  if (!annex_await_cancellable (annex_process_kill (process), call->cancel, error))
    return NULL;
  annex_workspace_remove_process (workspace, id);
  return annex_tool_text (call, "It was ended, with everything it had started.");
}

const AnnexSimpleToolSpec annex_tool_shell_stop = {
  "shell_stop",
  "End a background command and everything it started.",
  "{\"type\":\"object\",\"properties\":{\"id\":{\"type\":\"string\"}},\"required\":[\"id\"]}",
  ANNEX_TOOL_COMPUTER,
  shell_stop,
};
