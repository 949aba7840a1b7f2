/* annex-run-asks.c
 *
 * See annex-run-asks.h. Prints permission asks so that agent text cannot be taken for them: they
 * are marked, and the host or folder stands alone on a line.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-run-asks.h"

#include "annex-answers.h"
#include "annex-ask-taint.h"
#include "annex-cli.h"
#include "annex-future.h"
#include "annex-spoken.h"

#include <gio/gunixinputstream.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

struct _AnnexRunAsks
{
  GObject parent_instance;

  AnnexAgent *agent;
  AnnexAnswersFile *file;
  GDataInputStream *terminal; /* NULL: nobody is there */
  gboolean unattended;
  DexFuture *turn; /* one ask at a time at the terminal */
  GCancellable *stop;
  char *asking;         /* the ask that the person is asked now, or NULL */
  GCancellable *line;   /* of what they type for it */
  gboolean is_closed;   /* it was settled elsewhere meanwhile */
  struct termios shown; /* the terminal as it was, while is_hidden */
  gboolean is_hidden;   /* what is typed is a secret */
};

G_DEFINE_FINAL_TYPE (AnnexRunAsks, annex_run_asks, G_TYPE_OBJECT)

static void
show_typing (AnnexRunAsks *self)
{
  if (self->is_hidden)
    tcsetattr (STDIN_FILENO, TCSADRAIN, &self->shown);
  self->is_hidden = FALSE;
}

/* A secret is not left on the screen. */
static void
hide_typing (AnnexRunAsks *self)
{
  struct termios hidden;

  if (self->is_hidden || tcgetattr (STDIN_FILENO, &self->shown) != 0)
    return;
  hidden = self->shown;
  hidden.c_lflag &= ~(tcflag_t) ECHO;
  hidden.c_lflag |= ECHONL; /* the line's end still shows */
  self->is_hidden = tcsetattr (STDIN_FILENO, TCSADRAIN, &hidden) == 0;
}

static void
annex_run_asks_finalize (GObject *object)
{
  AnnexRunAsks *self = ANNEX_RUN_ASKS (object);

  show_typing (self);
  g_clear_object (&self->agent);
  g_clear_object (&self->file);
  g_clear_object (&self->terminal);
  dex_clear (&self->turn);
  g_clear_object (&self->stop);
  g_clear_object (&self->line);
  g_free (self->asking);
  G_OBJECT_CLASS (annex_run_asks_parent_class)->finalize (object);
}

static void
annex_run_asks_class_init (AnnexRunAsksClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = annex_run_asks_finalize;
}

static void
annex_run_asks_init (AnnexRunAsks *self)
{
  self->stop = g_cancellable_new ();
}

static void
closed_cb (AnnexRunAsks *self, AnnexAsk *ask)
{
  if (g_strcmp0 (self->asking, annex_ask_get_id (ask)) != 0)
    return;
  self->is_closed = TRUE;
  fprintf (stderr, "\nannex: this is settled\n");
  g_cancellable_cancel (self->line);
}

AnnexRunAsks *
annex_run_asks_new (AnnexAgent *agent,
                    AnnexAnswersFile *file,
                    gboolean interactive,
                    gboolean unattended)
{
  AnnexRunAsks *self = g_object_new (ANNEX_TYPE_RUN_ASKS, NULL);

  self->agent = g_object_ref (agent);
  g_signal_connect_object (annex_workspace_get_inbox (annex_agent_get_workspace (agent)), "closed",
                           G_CALLBACK (closed_cb), self, G_CONNECT_SWAPPED);
  g_set_object (&self->file, file);
  self->unattended = unattended;
  if (interactive)
    {
      g_autoptr (GInputStream) input = g_unix_input_stream_new (STDIN_FILENO, FALSE);

      self->terminal = g_data_input_stream_new (input);
    }
  return self;
}

/* ---- the terminal */

static void
print_question (JsonObject *question)
{
  g_autofree char *text = annex_cli_clean (annex_json_opt_string (question, "question", ""));
  JsonArray *options = annex_json_opt_array (question, "options");

  if (annex_ask_is_exact (question))
    fprintf (stderr, "\n▣ Annex asks: %s\n", text);
  else
    fprintf (stderr, "\n? %s\n", text);
  for (guint i = 0; options != NULL && i < json_array_get_length (options); i++)
    {
      JsonObject *option = json_array_get_object_element (options, i);
      g_autofree char *label = annex_cli_clean_line (annex_json_opt_string (option, "label", ""));
      g_autofree char *about =
          annex_cli_clean_line (annex_json_opt_string (option, "description", ""));

      fprintf (stderr, "  %u. %s%s%s\n", i + 1, label, about[0] != '\0' ? " – " : "", about);
    }
  fprintf (stderr, "%s: ",
           annex_ask_is_exact (question)                            ? "A number, or the words"
           : options != NULL && json_array_get_length (options) > 0 ? "A number, or your own words"
                                                                    : "Your answer");
}

static void
print_permission (AnnexAsk *ask, const char *what, const char *target, const char *labels)
{
  g_autofree char *clean = annex_cli_clean_line (target);
  g_autofree char *reason =
      annex_cli_clean_line (annex_json_opt_string (annex_ask_get_json (ask), "reason", ""));

  fprintf (stderr, "\n▣ Annex asks: %s\n    %s\n", what, clean);
  if (reason[0] != '\0')
    fprintf (stderr, "  The agent's reason: %s\n", reason);
  fprintf (stderr, "  %s: ", labels);
}

/* (transfer full) */
static char *
describe_source (const char *source)
{
  g_autofree char *clean = annex_cli_clean_line (source);
  const char *colon = strchr (clean, ':');

  if (g_str_equal (clean, ANNEX_SOURCE_WEB))
    return g_strdup ("web pages");
  if (g_str_equal (clean, ANNEX_SOURCE_IMPORT))
    return g_strdup ("what the file said that it was imported from");
  if (g_str_has_prefix (clean, ANNEX_SOURCE_CONNECTOR))
    return g_strdup_printf ("what the connector %s answered", colon + 1);
  if (g_str_has_prefix (clean, ANNEX_SOURCE_TOOLS))
    return g_strdup_printf ("what the connector %s says of its tools", colon + 1);
  return g_strdup (colon != NULL ? colon + 1 : clean);
}

/* What a task that asks for a host has read and holds. */
static void
print_taint (AnnexAsk *ask)
{
  JsonObject *json = annex_ask_get_json (ask);
  JsonArray *folders = annex_json_opt_array (json, "holds");
  g_auto (GStrv) sources = annex_ask_dup_read (ask);

  for (guint i = 0; sources[i] != NULL; i++)
    {
      g_autofree char *words = describe_source (sources[i]);

      fprintf (stderr, "  This task has read: %s\n", words);
    }
  for (guint i = 0; folders != NULL && i < json_array_get_length (folders); i++)
    {
      g_autofree char *clean = annex_cli_clean_line (json_array_get_string_element (folders, i));

      fprintf (stderr, "  It holds your folder: %s\n", clean);
    }
  if (annex_json_opt_int (json, "files", 0) > 0)
    fprintf (stderr, "  It holds files that you handed over: %" G_GINT64_FORMAT "\n",
             annex_json_opt_int (json, "files", 0));
  if (annex_json_opt_int (json, "secrets", 0) > 0)
    fprintf (stderr, "  It was given secrets of yours: %" G_GINT64_FORMAT "\n",
             annex_json_opt_int (json, "secrets", 0));
  if (json_object_has_member (json, "sent_bytes"))
    fprintf (stderr, "  %s so far: %" G_GINT64_FORMAT " bytes\n",
             annex_ask_get_kind (ask) == ANNEX_ASK_SITE ? "Its computer and its browser have sent"
                                                        : "Its computer has sent",
             annex_json_opt_int (json, "sent_bytes", 0));
}

static void
print_text (const char *title, const char *text)
{
  g_autofree char *clean = text != NULL ? annex_cli_clean (text) : NULL;
  g_auto (GStrv) lines = clean != NULL ? g_strsplit (clean, "\n", -1) : NULL;

  if (lines == NULL)
    return;
  fprintf (stderr, "  %s\n", title);
  for (guint i = 0; lines[i] != NULL; i++)
    fprintf (stderr, "    %s\n", lines[i]);
}

/* A call of a connector's tool: with all it is called with. */
static void
print_call (AnnexAsk *ask)
{
  JsonObject *json = annex_ask_get_json (ask);
  const char *after = annex_json_opt_string (json, "after", NULL);
  g_autofree char *title = annex_cli_clean_line (annex_json_opt_string (json, "title", ""));
  g_autofree char *tool = annex_cli_clean_line (annex_ask_get_text (ask));

  fprintf (stderr, "\n▣ Annex asks: may the agent use “%s”?\n    %s\n", title, tool);
  print_text ("With", annex_json_opt_string (json, "arguments", NULL));
  if (after != NULL)
    {
      fprintf (stderr, "  Its connector has changed what this tool is since you approved it.\n");
      print_text ("Before", annex_json_opt_string (json, "before", "(it was not there)"));
      print_text ("Now", after);
    }
  fprintf (stderr, "  once, task, always or never: ");
}

static void
print_ask (AnnexAsk *ask, guint question)
{
  JsonObject *json = annex_ask_get_json (ask);

  switch (annex_ask_get_kind (ask))
    {
    case ANNEX_ASK_QUESTION:
      print_question (
          json_array_get_object_element (annex_json_opt_array (json, "questions"), question));
      break;
    case ANNEX_ASK_NETWORK:
      print_taint (ask);
      print_permission (ask, "may the computer reach this host?",
                        annex_json_opt_string (json, "host", ""), "once, task, always or never");
      break;
    case ANNEX_ASK_SITE:
      print_taint (ask);
      print_permission (ask, "may the agent use this site?",
                        annex_json_opt_string (json, "host", ""), "once, task, always or never");
      break;
    case ANNEX_ASK_CONNECTOR:
      print_call (ask);
      break;
    case ANNEX_ASK_FOLDER:
      print_permission (ask, "a folder is wanted",
                        annex_json_opt_string (json, "suggestion", "(none named)"),
                        "The folder's whole path, or no");
      break;
    case ANNEX_ASK_DRAFT:
      print_permission (ask, "what becomes of the changes?", annex_ask_get_text (ask),
                        "keep or discard");
      break;
    }
  fflush (stderr);
}

static void
line_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (DexPromise) promise = data;
  GError *error = NULL;
  char *line = g_data_input_stream_read_line_finish_utf8 (G_DATA_INPUT_STREAM (source), result,
                                                          NULL, &error);

  if (line != NULL)
    dex_promise_resolve_string (promise, line);
  else if (error != NULL)
    dex_promise_reject (promise, error);
  else
    dex_promise_reject (promise,
                        g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CLOSED, "The input has ended"));
}

/* One line of the person's; NULL at the end of the input. (transfer full) */
static char *
read_line (AnnexRunAsks *self, GError **error)
{
  DexPromise *promise = dex_promise_new ();
  char *line;

  g_data_input_stream_read_line_async (self->terminal, G_PRIORITY_DEFAULT, self->line, line_cb,
                                       dex_ref (promise));
  line = dex_await_string (DEX_FUTURE (promise), error);
  show_typing (self);
  return line;
}

static gboolean
is_secret (AnnexAsk *ask, guint question)
{
  JsonArray *questions = annex_json_opt_array (annex_ask_get_json (ask), "questions");

  return questions != NULL && question < json_array_get_length (questions) &&
         annex_json_opt_boolean (json_array_get_object_element (questions, question), "secret",
                                 FALSE);
}

static gboolean
wants_secret (AnnexAsk *ask)
{
  JsonArray *questions = annex_json_opt_array (annex_ask_get_json (ask), "questions");

  for (guint i = 0; questions != NULL && i < json_array_get_length (questions); i++)
    if (is_secret (ask, i))
      return TRUE;
  return FALSE;
}

/* A number picks the option; anything else is the person's own words. (transfer full) */
static char *
pick (AnnexAsk *ask, guint question, const char *line)
{
  JsonArray *questions = annex_json_opt_array (annex_ask_get_json (ask), "questions");
  JsonArray *options = NULL;
  guint64 number;

  if (questions != NULL)
    options = annex_json_opt_array (json_array_get_object_element (questions, question), "options");
  if (options != NULL && json_array_get_length (options) > 0 &&
      g_ascii_string_to_unsigned (line, 10, 1, json_array_get_length (options), &number, NULL))
    return g_strdup (annex_json_opt_string (
        json_array_get_object_element (options, (guint) number - 1), "label", line));
  return g_strdup (line);
}

/* Asks the person everything in @ask. NULL when the input ended. (transfer full) */
static char *
ask_person (AnnexRunAsks *self, AnnexAsk *ask, GError **error)
{
  JsonArray *questions = annex_json_opt_array (annex_ask_get_json (ask), "questions");
  guint n = questions != NULL ? json_array_get_length (questions) : 1;
  g_autoptr (GStrvBuilder) answers = g_strv_builder_new ();
  g_auto (GStrv) all = NULL;

  for (guint i = 0; i < n; i++)
    {
      g_autofree char *line = NULL;

      do
        {
          g_free (line);
          /* Before the prompt: who sees it may type at once. */
          if (is_secret (ask, i))
            hide_typing (self);
          print_ask (ask, i);
          line = read_line (self, error);
      } while (line != NULL && g_strstrip (line)[0] == '\0');
      if (line == NULL)
        return NULL;
      g_strv_builder_take (answers, pick (ask, i, line));
    }
  all = g_strv_builder_end (answers);
  /* A single answer is taken as it is, bars and all. */
  return n == 1 ? g_strdup (all[0]) : annex_ask_join_answers ((const char *const *) all);
}

/* ---- answering */

/* What an unattended run takes when nobody answers: never more than was granted. */
static const char *
safe_default (AnnexAsk *ask)
{
  JsonArray *questions = annex_json_opt_array (annex_ask_get_json (ask), "questions");

  if (wants_secret (ask))
    return NULL; /* words of ours must not be kept as a secret */
  if (questions != NULL && annex_ask_is_exact (json_array_get_object_element (questions, 0)))
    return annex_json_opt_string (annex_ask_get_json (ask), "default", NULL);
  switch (annex_ask_get_kind (ask))
    {
    case ANNEX_ASK_QUESTION:
      return "Nobody is there to answer. Choose the safest option yourself, and say which.";
    case ANNEX_ASK_FOLDER:
      return "no";
    case ANNEX_ASK_NETWORK:
    case ANNEX_ASK_SITE:
    case ANNEX_ASK_CONNECTOR:
    case ANNEX_ASK_DRAFT:
      break;
    }
  return NULL;
}

typedef struct
{
  AnnexRunAsks *self;
  AnnexAsk *ask;
  DexFuture *before;
} Handle;

static void
handle_free (gpointer data)
{
  Handle *handle = data;

  g_clear_object (&handle->self);
  g_clear_pointer (&handle->ask, annex_ask_unref);
  dex_clear (&handle->before);
  g_free (handle);
}

static gboolean
submit (AnnexRunAsks *self, AnnexAsk *ask, const char *text, const char *by, GError **error)
{
  AnnexWorkspace *workspace = annex_agent_get_workspace (self->agent);

  return dex_await (annex_answers_submit (annex_workspace_get_inbox (workspace),
                                          annex_workspace_get_secrets (workspace), ask, text, by),
                    error);
}

/* An error may quote what the agent wrote. */
static void
print_error (const GError *error)
{
  g_autofree char *clean = annex_cli_clean_line (annex_error_said (error));

  fprintf (stderr, "annex: %s\n", clean);
}

/* What ends the waiting for a line: the run's end, or that the ask was settled elsewhere. */
static void
begin_asking (AnnexRunAsks *self, AnnexAsk *ask)
{
  g_set_str (&self->asking, annex_ask_get_id (ask));
  self->is_closed = FALSE;
  g_clear_object (&self->line);
  self->line = g_cancellable_new ();
  if (g_cancellable_is_cancelled (self->stop))
    g_cancellable_cancel (self->line);
}

/* Lets the person try until the answer is one. FALSE when the input ended. */
static gboolean
answer_by_person (AnnexRunAsks *self, AnnexAsk *ask)
{
  for (;;)
    {
      g_autoptr (GError) error = NULL;
      g_autofree char *text = NULL;

      begin_asking (self, ask);
      text = ask_person (self, ask, &error);
      g_clear_pointer (&self->asking, g_free);
      if (text == NULL)
        return self->is_closed;
      if (self->is_closed || submit (self, ask, text, "user", &error))
        return TRUE;
      print_error (error);
      if (error->domain != ANNEX_JSON_ERROR)
        return FALSE;
    }
}

static DexFuture *
handle_fiber (gpointer data)
{
  Handle *handle = data;
  AnnexRunAsks *self = handle->self;
  AnnexAsk *ask = handle->ask;
  const char *text = self->file != NULL ? annex_answers_file_find (self->file, ask) : NULL;
  const char *by = "answers-file";
  g_autoptr (GError) error = NULL;

  if (text == NULL && self->unattended)
    {
      text = safe_default (ask);
      by = "default";
    }
  if (text != NULL)
    {
      if (submit (self, ask, text, by, &error))
        return dex_future_new_true ();
      fprintf (stderr, "annex: the answer in the answers file was not taken\n");
      print_error (error);
    }
  else if (self->unattended)
    {
      AnnexWorkspace *workspace = annex_agent_get_workspace (self->agent);

      if (dex_await (annex_inbox_expire (annex_workspace_get_inbox (workspace),
                                         annex_ask_get_id (ask), NULL),
                     &error))
        return dex_future_new_true ();
      print_error (error);
    }
  else if (self->terminal != NULL)
    {
      if (handle->before != NULL)
        dex_await (g_steal_pointer (&handle->before), NULL);
      if (answer_by_person (self, ask))
        return dex_future_new_true ();
    }
  annex_agent_park (self->agent);
  return dex_future_new_true ();
}

void
annex_run_asks_handle (AnnexRunAsks *self, AnnexAsk *ask)
{
  Handle *handle;
  DexFuture *future;

  if (annex_ask_get_kind (ask) == ANNEX_ASK_DRAFT)
    return; /* at the end: see settle_drafts */
  handle = g_new0 (Handle, 1);
  handle->self = g_object_ref (self);
  handle->ask = annex_ask_ref (ask);
  handle->before = g_steal_pointer (&self->turn);
  future = annex_fiber_run (handle_fiber, handle, handle_free);
  self->turn = dex_ref (future);
  dex_future_disown (future);
}

static gboolean
settle_draft (AnnexRunAsks *self, AnnexAsk *ask, const char *label, const char *by, GError **error)
{
  AnnexWorkspace *workspace = annex_agent_get_workspace (self->agent);
  g_autoptr (GPtrArray) kept = dex_await_boxed (
      annex_answers_settle_draft (annex_workspace_get_inbox (workspace),
                                  annex_workspace_get_drafts (workspace), ask, label, by),
      error);

  return kept != NULL;
}

/* Lets the person try until it is a label. The end of the input, or a stop, leaves the draft open;
 * it may be settled elsewhere meanwhile. */
static gboolean
settle_by_person (AnnexRunAsks *self, AnnexAsk *ask, GError **error)
{
  for (;;)
    {
      g_autoptr (GError) local = NULL;
      g_autofree char *label = NULL;

      begin_asking (self, ask);
      label = ask_person (self, ask, NULL);
      g_clear_pointer (&self->asking, g_free);
      if (label == NULL || self->is_closed || settle_draft (self, ask, label, "user", &local))
        return TRUE;
      if (local->domain != ANNEX_JSON_ERROR)
        {
          g_propagate_error (error, g_steal_pointer (&local));
          return FALSE;
        }
      print_error (local);
    }
}

gboolean
annex_run_asks_settle_drafts (AnnexRunAsks *self, GError **error)
{
  AnnexWorkspace *workspace = annex_agent_get_workspace (self->agent);
  g_autoptr (GPtrArray) open = annex_task_dup_open_asks (annex_workspace_get_task (workspace));

  for (guint i = 0; i < open->len; i++)
    {
      AnnexAsk *ask = g_ptr_array_index (open, i);
      const char *label = self->file != NULL ? annex_answers_file_find (self->file, ask) : NULL;
      gboolean ok = TRUE;

      if (annex_ask_get_kind (ask) != ANNEX_ASK_DRAFT)
        continue;
      if (label != NULL)
        ok = settle_draft (self, ask, label, "answers-file", error);
      else if (self->terminal != NULL && !self->unattended)
        ok = settle_by_person (self, ask, error);
      if (!ok)
        return FALSE;
    }
  return TRUE;
}

void
annex_run_asks_stop (AnnexRunAsks *self)
{
  show_typing (self);
  g_cancellable_cancel (self->stop);
  if (self->line != NULL)
    g_cancellable_cancel (self->line);
}
