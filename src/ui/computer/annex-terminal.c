/* annex-terminal.c
 *
 * See annex-terminal.h. The shell's streams are carried to and from the terminal by two fibers;
 * what the computer prints is taken no faster than it can be drawn.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-terminal.h"

#include "annex-future.h"
#include "annex-spoken.h"
#include "annex-text.h"

#include <glib/gi18n.h>
#include <vte/vte.h>

#define CHUNK (32 * 1024)
#define PAUSE_MS 8
#define RESIZE_DELAY_MS 300
/* Typed and not yet taken by the computer; what is more is not taken. */
#define MAX_TYPED (1024 * 1024)

struct _AnnexTerminal
{
  AdwBin parent_instance;

  AnnexComputer *computer;
  AnnexProcess *process;
  VteTerminal *terminal;
  DexPromise *typed; /* resolved when there is something to send */
  GByteArray *input;
  char *id; /* names the file that holds the terminal's device in the computer */
  guint resize_id;
  glong columns;
  glong rows;
  gboolean started;
  gboolean running;
};

enum { PROP_0, PROP_RUNNING, N_PROPS };

static GParamSpec *properties[N_PROPS];

G_DEFINE_FINAL_TYPE (AnnexTerminal, annex_terminal, ADW_TYPE_BIN)

typedef struct
{
  GWeakRef self;
  AnnexComputer *computer;
  AnnexProcess *process;
  char *command;
} Job;

static void
job_free (gpointer data)
{
  Job *job = data;

  g_weak_ref_clear (&job->self);
  g_clear_object (&job->computer);
  g_clear_object (&job->process);
  g_free (job->command);
  g_free (job);
}

static Job *
job_new (AnnexTerminal *self, const char *command)
{
  Job *job = g_new0 (Job, 1);

  g_weak_ref_init (&job->self, self);
  job->computer = g_object_ref (self->computer);
  job->process = self->process != NULL ? g_object_ref (self->process) : NULL;
  job->command = g_strdup (command);
  return job;
}

static void
set_running (AnnexTerminal *self, gboolean running)
{
  if (self->running == running)
    return;
  self->running = running;
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_RUNNING]);
}

static void
say (AnnexTerminal *self, const char *text)
{
  g_autofree char *line = g_strdup_printf ("\r\n\033[2m%s\033[0m\r\n", text);

  vte_terminal_feed (self->terminal, line, -1);
}

/* ---- to the computer */

/* What was typed, waiting for some when there is none; NULL once the widget is gone. */
static GBytes *
take_typed (Job *job)
{
  for (;;)
    {
      g_autoptr (AnnexTerminal) self = g_weak_ref_get (&job->self);
      DexFuture *wait;

      if (self == NULL || self->input == NULL)
        return NULL;
      if (self->input->len > 0)
        {
          GBytes *bytes = g_byte_array_free_to_bytes (g_steal_pointer (&self->input));

          self->input = g_byte_array_new ();
          return bytes;
        }
      dex_clear (&self->typed);
      self->typed = dex_promise_new ();
      wait = dex_ref (DEX_FUTURE (self->typed));
      g_clear_object (&self);
      if (!dex_await (wait, NULL)) /* rejected when the widget goes */
        return NULL;
    }
}

static DexFuture *
send_fiber (gpointer data)
{
  Job *job = data;
  GOutputStream *stream = annex_process_get_stdin (job->process);
  GBytes *bytes;

  while ((bytes = take_typed (job)) != NULL)
    {
      gsize done = 0;

      while (done < g_bytes_get_size (bytes))
        {
          g_autoptr (GBytes) rest =
              g_bytes_new_from_bytes (bytes, done, g_bytes_get_size (bytes) - done);
          gssize n = dex_await_int64 (
              dex_output_stream_write_bytes (stream, rest, G_PRIORITY_DEFAULT), NULL);

          /* The end is told by the reading side. */
          if (n <= 0)
            {
              g_bytes_unref (bytes);
              return dex_future_new_true ();
            }
          done += (gsize) n;
        }
      g_bytes_unref (bytes);
    }
  return dex_future_new_true ();
}

static void
commit_cb (VteTerminal *terminal, const char *text, guint length, AnnexTerminal *self)
{
  if (self->input == NULL || self->input->len + length > MAX_TYPED)
    return;
  g_byte_array_append (self->input, (const guint8 *) text, length);
  if (self->typed != NULL && dex_future_is_pending (DEX_FUTURE (self->typed)))
    dex_promise_resolve_boolean (self->typed, TRUE);
}

/* ---- from the computer */

static void
ended (AnnexTerminal *self)
{
  set_running (self, FALSE);
  g_clear_object (&self->process);
  say (self, _ ("The shell has ended."));
}

static DexFuture *
receive_fiber (gpointer data)
{
  Job *job = data;
  GInputStream *stream = annex_process_get_stdout (job->process);
  g_autoptr (AnnexTerminal) self = NULL;

  for (;;)
    {
      g_autoptr (GBytes) bytes = dex_await_boxed (
          dex_input_stream_read_bytes (stream, CHUNK, G_PRIORITY_DEFAULT_IDLE), NULL);
      gsize length = 0;
      const char *text = bytes != NULL ? g_bytes_get_data (bytes, &length) : NULL;

      self = g_weak_ref_get (&job->self);
      if (self == NULL || length == 0)
        break;
      vte_terminal_feed (self->terminal, text, (gssize) length);
      g_clear_object (&self);
      dex_await (dex_timeout_new_msec (PAUSE_MS), NULL); /* rejects by its nature */
    }
  if (self != NULL)
    ended (self);
  return dex_future_new_true ();
}

static DexFuture *
start_fiber (gpointer data)
{
  Job *job = data;
  g_autoptr (AnnexCommand) command = annex_command_new (job->command);
  g_autoptr (AnnexProcess) process = NULL;
  g_autoptr (AnnexTerminal) self = NULL;
  g_autoptr (GError) error = NULL;

  command->pty = TRUE;
  command->env = g_strdupv ((char *[]) { (char *) "TERM=xterm-256color", NULL });
  process = dex_await_object (annex_computer_spawn (job->computer, command), &error);
  self = g_weak_ref_get (&job->self);
  if (self == NULL)
    {
      /* Nobody looks at it any more, and nobody else would ever end it. */
      if (process != NULL)
        dex_await (annex_process_kill (process), NULL);
      return dex_future_new_true ();
    }
  if (process == NULL)
    {
      g_autofree char *reason = annex_text_for_display (annex_error_said (error));
      g_autofree char *text = g_strdup_printf (_ ("There is no shell: %s"), reason);

      say (self, text);
      return dex_future_new_true ();
    }
  g_set_object (&self->process, process);
  set_running (self, TRUE);
  annex_fiber_start (send_fiber, job_new (self, NULL), job_free);
  annex_fiber_start (receive_fiber, job_new (self, NULL), job_free);
  return dex_future_new_true ();
}

static void
start (AnnexTerminal *self)
{
  g_autofree char *command = NULL;

  self->started = TRUE;
  self->columns = vte_terminal_get_column_count (self->terminal);
  self->rows = vte_terminal_get_row_count (self->terminal);
  command = g_strdup_printf ("tty > /tmp/.annex-terminal-%s 2>/dev/null; stty cols %ld rows %ld "
                             "2>/dev/null; exec bash -l",
                             self->id, self->columns, self->rows);
  annex_fiber_start (start_fiber, job_new (self, command), job_free);
}

/* ---- its size: the port has no word for it, so the computer's own stty says it */

static DexFuture *
resize_fiber (gpointer data)
{
  Job *job = data;
  g_autoptr (AnnexCommand) command = annex_command_new (job->command);

  /* A shell that keeps its size is no failure worth a word. */
  dex_await (annex_computer_run (job->computer, command, NULL, 1024, 5000, NULL), NULL);
  return dex_future_new_true ();
}

static void
resize_cb (gpointer data)
{
  AnnexTerminal *self = data;
  g_autofree char *command = NULL;

  self->resize_id = 0;
  if (!self->running)
    return;
  /* In the computer the terminal is root's, who lent it to the shell. */
  command = g_strdup_printf ("tty=$(cat /tmp/.annex-terminal-%s); set -- cols %ld rows %ld; "
                             "sudo -n stty -F \"$tty\" \"$@\" || stty -F \"$tty\" \"$@\"",
                             self->id, self->columns, self->rows);
  annex_fiber_start (resize_fiber, job_new (self, command), job_free);
}

static void
annex_terminal_size_allocate (GtkWidget *widget, int width, int height, int baseline)
{
  AnnexTerminal *self = ANNEX_TERMINAL (widget);
  glong columns;
  glong rows;

  gtk_widget_allocate (adw_bin_get_child (ADW_BIN (self)), width, height, baseline, NULL);
  if (!self->started)
    {
      start (self);
      return;
    }
  columns = vte_terminal_get_column_count (self->terminal);
  rows = vte_terminal_get_row_count (self->terminal);
  if (columns == self->columns && rows == self->rows)
    return;
  self->columns = columns;
  self->rows = rows;
  g_clear_handle_id (&self->resize_id, g_source_remove);
  self->resize_id = g_timeout_add_once (RESIZE_DELAY_MS, resize_cb, self);
}

static void
annex_terminal_measure (GtkWidget *widget,
                        GtkOrientation orientation,
                        int for_size,
                        int *minimum,
                        int *natural,
                        int *minimum_baseline,
                        int *natural_baseline)
{
  gtk_widget_measure (adw_bin_get_child (ADW_BIN (widget)), orientation, for_size, minimum, natural,
                      NULL, NULL);
}

/* ---- looks and keys */

static void
update_colors (AnnexTerminal *self)
{
  gboolean dark = adw_style_manager_get_dark (adw_style_manager_get_default ());
  GdkRGBA back;
  GdkRGBA fore;

  gdk_rgba_parse (&back, dark ? "#1d1d20" : "#ffffff");
  gdk_rgba_parse (&fore, dark ? "#ffffff" : "#1f1f24");
  vte_terminal_set_colors (self->terminal, &fore, &back, NULL, 0);
}

static gboolean
copy_cb (GtkWidget *widget, GVariant *args, gpointer data)
{
  vte_terminal_copy_clipboard_format (ANNEX_TERMINAL (widget)->terminal, VTE_FORMAT_TEXT);
  return TRUE;
}

static gboolean
paste_cb (GtkWidget *widget, GVariant *args, gpointer data)
{
  vte_terminal_paste_clipboard (ANNEX_TERMINAL (widget)->terminal);
  return TRUE;
}

static gboolean
annex_terminal_grab_focus (GtkWidget *widget)
{
  return gtk_widget_grab_focus (GTK_WIDGET (ANNEX_TERMINAL (widget)->terminal));
}

static void
annex_terminal_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  if (id == PROP_RUNNING)
    g_value_set_boolean (value, ANNEX_TERMINAL (object)->running);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
annex_terminal_dispose (GObject *object)
{
  AnnexTerminal *self = ANNEX_TERMINAL (object);

  g_clear_handle_id (&self->resize_id, g_source_remove);
  g_clear_pointer (&self->input, g_byte_array_unref);
  if (self->typed != NULL && dex_future_is_pending (DEX_FUTURE (self->typed)))
    dex_promise_reject (self->typed,
                        g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CANCELLED, "Gone"));
  dex_clear (&self->typed);
  if (self->process != NULL)
    dex_future_disown (annex_process_kill (self->process));
  g_clear_object (&self->process);
  g_clear_object (&self->computer);
  G_OBJECT_CLASS (annex_terminal_parent_class)->dispose (object);
}

static void
annex_terminal_finalize (GObject *object)
{
  g_free (ANNEX_TERMINAL (object)->id);
  G_OBJECT_CLASS (annex_terminal_parent_class)->finalize (object);
}

static void
annex_terminal_class_init (AnnexTerminalClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->get_property = annex_terminal_get_property;
  object_class->dispose = annex_terminal_dispose;
  object_class->finalize = annex_terminal_finalize;
  widget_class->measure = annex_terminal_measure;
  widget_class->size_allocate = annex_terminal_size_allocate;
  widget_class->grab_focus = annex_terminal_grab_focus;
  properties[PROP_RUNNING] = g_param_spec_boolean ("running", NULL, NULL, FALSE,
                                                   G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);
  gtk_widget_class_add_binding (widget_class, GDK_KEY_C, GDK_CONTROL_MASK | GDK_SHIFT_MASK, copy_cb,
                                NULL);
  gtk_widget_class_add_binding (widget_class, GDK_KEY_V, GDK_CONTROL_MASK | GDK_SHIFT_MASK,
                                paste_cb, NULL);
}

static void
annex_terminal_init (AnnexTerminal *self)
{
  GtkWidget *scroller = gtk_scrolled_window_new ();

  self->id = g_uuid_string_random ();
  self->input = g_byte_array_new ();
  self->terminal = VTE_TERMINAL (vte_terminal_new ());
  vte_terminal_set_allow_hyperlink (self->terminal, FALSE);
  vte_terminal_set_audible_bell (self->terminal, FALSE);
  vte_terminal_set_scrollback_lines (self->terminal, 10000);
  vte_terminal_set_mouse_autohide (self->terminal, TRUE);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->terminal), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Terminal of Annex’s computer"), -1);
  g_signal_connect (self->terminal, "commit", G_CALLBACK (commit_cb), self);
  g_signal_connect_object (adw_style_manager_get_default (), "notify::dark",
                           G_CALLBACK (update_colors), self, G_CONNECT_SWAPPED);
  update_colors (self);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scroller), GTK_WIDGET (self->terminal));
  adw_bin_set_child (ADW_BIN (self), scroller);
  /* it measures and allocates by itself, to hear of its size */
  gtk_widget_set_layout_manager (GTK_WIDGET (self), NULL);
}

GtkWidget *
annex_terminal_new (AnnexComputer *computer)
{
  AnnexTerminal *self = g_object_new (ANNEX_TYPE_TERMINAL, NULL);

  self->computer = g_object_ref (computer);
  return GTK_WIDGET (self);
}

char *
annex_terminal_dup_text (AnnexTerminal *self)
{
  g_return_val_if_fail (ANNEX_IS_TERMINAL (self), NULL);

  return vte_terminal_get_text_format (self->terminal, VTE_FORMAT_TEXT);
}

void
annex_terminal_type (AnnexTerminal *self, const char *text)
{
  g_return_if_fail (ANNEX_IS_TERMINAL (self));

  commit_cb (self->terminal, text, (guint) strlen (text), self);
}
