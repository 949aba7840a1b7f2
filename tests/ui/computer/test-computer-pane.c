/* test-computer-pane.c
 *
 * The computer pane in every state, what its buttons ask for, and the terminal.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-fake-desk.h"
#include "annex-shot.h"
#include "pane-computer.h"

#include "annex-checkpoint-row.h"
#include "annex-computer-pane.h"
#include "annex-terminal.h"
#include "annex-use-graph.h"

#include <string.h>

typedef struct
{
  AnnexFakeDesk *desk;
  AnnexTask *task;
  PaneComputer *computer;
  GtkWidget *pane;
  GtkWindow *window;
} Fixture;

static void
fixture_open (Fixture *self, int width, int height)
{
  AnnexComputerUse use = { .memory_bytes = 612LL << 20,
                           .memory_limit_bytes = 2048LL << 20,
                           .disk_bytes = 1340LL << 20,
                           .disk_used_bytes = 3LL << 30,
                           .disk_limit_bytes = 20LL << 30,
                           .accelerator = (char *) "kvm",
                           .folder = (char *) "/home/anna/.local/share/annex/computers" };
  GtkWidget *overlay = adw_toast_overlay_new ();

  self->desk = annex_fake_desk_new ();
  self->task = annex_fake_desk_add_task (self->desk, "Expense report");
  self->computer = pane_computer_new ();
  annex_fake_desk_set_computer (self->desk, ANNEX_COMPUTER (self->computer));
  annex_fake_desk_set_use (self->desk, &use);
  self->pane = annex_computer_pane_new (ANNEX_DESK (self->desk), self->task);
  adw_toast_overlay_set_child (ADW_TOAST_OVERLAY (overlay), self->pane);
  self->window = annex_shot_window (overlay, width, height);
}

static void
fixture_close (Fixture *self)
{
  gtk_window_destroy (self->window);
  annex_shot_settle (100);
  annex_fake_desk_close (self->desk);
  g_object_unref (self->desk);
  g_object_unref (self->computer);
}

static gboolean
has_text (GtkWidget *widget, const char *text)
{
  if (GTK_IS_LABEL (widget) && gtk_widget_get_mapped (widget) &&
      strstr (gtk_label_get_text (GTK_LABEL (widget)), text) != NULL)
    return TRUE;
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    if (has_text (child, text))
      return TRUE;
  return FALSE;
}

typedef struct
{
  GtkWidget *widget;
  const char *text;
} Seen;

static gboolean
is_seen (gpointer data)
{
  Seen *seen = data;

  return has_text (seen->widget, seen->text);
}

static void
assert_seen (Fixture *self, const char *text)
{
  Seen seen = { GTK_WIDGET (self->window), text };

  if (!annex_shot_wait (is_seen, &seen, 8000))
    g_error ("“%s” is not shown", text);
}

static GtkWidget *
find_button (GtkWidget *widget, const char *label)
{
  if (GTK_IS_BUTTON (widget) && gtk_widget_get_mapped (widget) &&
      g_strcmp0 (gtk_button_get_label (GTK_BUTTON (widget)), label) == 0)
    return widget;
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    {
      GtkWidget *found = find_button (child, label);

      if (found != NULL)
        return found;
    }
  return NULL;
}

static void
click (Fixture *self, const char *label)
{
  GtkWidget *button = find_button (GTK_WIDGET (self->window), label);

  if (button == NULL)
    g_error ("There is no button “%s”", label);
  g_assert_true (gtk_widget_is_sensitive (button));
  g_signal_emit_by_name (button, "clicked");
}

typedef struct
{
  AnnexFakeDesk *desk;
  const char *call;
} Call;

static gboolean
was_called (gpointer data)
{
  Call *call = data;

  return annex_fake_desk_was_called (call->desk, call->call);
}

static void
assert_called (Fixture *self, const char *text)
{
  Call call = { self->desk, text };

  if (!annex_shot_wait (was_called, &call, 5000))
    g_error ("“%s” was not called", text);
}

static void
test_states (void)
{
  static const struct
  {
    AnnexComputerState state;
    const char *message;
    const char *seen;
    const char *button; /* nullable: neither */
    const char *name;
  } cases[] = {
    { ANNEX_COMPUTER_OFF, NULL, "It starts by itself when a task needs it.", "Start", "off" },
    { ANNEX_COMPUTER_WAITING, "Other computers need the memory now.", "Other computers", NULL,
      "waiting" },
    { ANNEX_COMPUTER_STARTING, "Starting Annex’s computer…", "waking up", NULL, "starting" },
    { ANNEX_COMPUTER_READY, "Ready", "is ready", "Put to Sleep", "ready" },
    { ANNEX_COMPUTER_SAVING, NULL, "falling asleep", NULL, "saving" },
    { ANNEX_COMPUTER_SAVED, NULL, "is asleep", "Wake Up", "saved" },
    { ANNEX_COMPUTER_FAILED, "<b>QEMU</b> is not installed & cannot start.",
      "<b>QEMU</b> is not installed & cannot start.", "Start", "failed" },
  };
  Fixture self = { 0 };

  fixture_open (&self, 380, 820);
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++)
    {
      g_autofree char *name = g_strconcat ("computer-", cases[i].name, NULL);

      pane_computer_set_state (self.computer, cases[i].state, cases[i].message);
      assert_seen (&self, annex_computer_state_to_words (cases[i].state));
      assert_seen (&self, cases[i].seen);
      assert_seen (&self, "/home/anna/.local/share/annex/computers");
      g_assert_false (is_seen (&(Seen) { GTK_WIDGET (self.window), "Ready" })); /* said already */
      if (cases[i].button != NULL)
        g_assert_nonnull (find_button (GTK_WIDGET (self.window), cases[i].button));
      else
        {
          g_assert_null (find_button (GTK_WIDGET (self.window), "Start"));
          g_assert_null (find_button (GTK_WIDGET (self.window), "Put to Sleep"));
        }
      annex_shot_take (self.window, name);
    }
  fixture_close (&self);
}

/* As if it had been looked at for some minutes. */
static void
add_samples (GtkWidget *widget)
{
  for (guint i = 0; ANNEX_IS_USE_GRAPH (widget) && i < 110; i++)
    annex_use_graph_add (ANNEX_USE_GRAPH (widget), 0.15 + i * 0.004 + (i * 37 % 11) * 0.01);
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    add_samples (child);
}

/* A graph that has seen something, calls that run, wide and narrow. */
static void
test_ready (void)
{
  static const int widths[] = { 360, 800, 1600 };
  Fixture self = { 0 };
  g_autofree char *first = NULL;
  guint calls = 0;

  fixture_open (&self, 360, 900);
  pane_computer_set_state (self.computer, ANNEX_COMPUTER_READY, NULL);
  annex_fake_desk_set_state (self.desk, self.task, ANNEX_TASK_RUNNING);
  annex_fake_desk_user (self.desk, self.task, "Read the receipts");
  first =
      annex_fake_desk_call (self.desk, self.task, "shell",
                            "{\"command\": \"python3 read_receipts.py <b>all</b>\\nsecond line\"}");
  assert_seen (&self, "Running a command");
  assert_seen (&self, "python3 read_receipts.py <b>all</b> second line");
  add_samples (self.pane);
  /* it is not asked while it is not seen */
  gtk_widget_set_visible (self.pane, FALSE);
  annex_shot_settle (50);
  annex_fake_desk_forget_calls (self.desk);
  annex_shot_settle (2500);
  for (guint i = 0; i < annex_fake_desk_get_calls (self.desk)->len; i++)
    calls += g_str_equal (g_ptr_array_index (annex_fake_desk_get_calls (self.desk), i), "get_use");
  g_assert_cmpuint (calls, ==, 0);
  gtk_widget_set_visible (self.pane, TRUE);
  assert_called (&self, "get_use");
  for (guint i = 0; i < G_N_ELEMENTS (widths); i++)
    {
      gtk_window_set_default_size (self.window, widths[i], 900);
      annex_shot_settle (200);
      annex_shot_take (self.window, "computer-at-work");
    }
  annex_fake_desk_result (self.desk, self.task, first, "shell", "done", FALSE, 1200);
  annex_shot_settle (100);
  g_assert_false (has_text (GTK_WIDGET (self.window), "Running a command"));
  fixture_close (&self);
}

static void
test_actions (void)
{
  Fixture self = { 0 };
  g_autofree char *folder = NULL;
  g_autofree char *share = NULL;
  GPtrArray *changes = g_ptr_array_new_with_free_func ((GDestroyNotify) annex_change_free);

  fixture_open (&self, 380, 900);
  folder = annex_fake_desk_make_folder (self.desk, "Receipts", (const char *[]) { "a", NULL });
  share = annex_fake_desk_share (self.desk, self.task, folder, ANNEX_SHARE_REVIEW);
  g_ptr_array_add (changes, annex_change_new (ANNEX_CHANGE_ADDED, "a.txt"));
  g_ptr_array_add (changes, annex_change_new (ANNEX_CHANGE_ADDED, "b.txt"));
  annex_fake_desk_set_draft (self.desk, self.task, share, changes);
  click (&self, "Start");
  assert_called (&self, "start_computer");
  pane_computer_set_state (self.computer, ANNEX_COMPUTER_READY, NULL);
  assert_seen (&self, "is ready");
  click (&self, "Put to Sleep");
  assert_seen (&self, "is asleep");
  g_assert_cmpuint (pane_computer_get_n_saves (self.computer), ==, 1);
  /* what is lost is said before it is */
  click (&self, "Free Space…");
  assert_seen (&self, "2 changes in your folders that you have not kept are lost, too.");
  annex_shot_take (self.window, "computer-free");
  g_assert_false (annex_fake_desk_was_called (self.desk, "reset_computer"));
  click (&self, "_Cancel");
  annex_shot_settle (300);
  g_assert_false (annex_fake_desk_was_called (self.desk, "reset_computer"));
  click (&self, "Free Space…");
  assert_seen (&self, "Free the Space?");
  click (&self, "_Free Space");
  assert_called (&self, "reset_computer");
  assert_seen (&self, "Its space is free again");
  gtk_widget_activate_action (self.pane, "computer.move-to", "s", "/media/disk");
  assert_called (&self, "move_computers:/media/disk*");
  assert_seen (&self, "Computers live there now");
  /* a failure is told in its own words, as text */
  annex_fake_desk_fail (self.desk, "start_computer",
                        g_error_new (ANNEX_COMPUTER_ERROR, ANNEX_COMPUTER_ERROR_NO_MEMORY,
                                     "There is <i>no</i> memory & no swap"));
  click (&self, "Wake Up");
  assert_seen (&self, "There is <i>no</i> memory & no swap");
  fixture_close (&self);
}

/* ---- checkpoints */

static void
add_checkpoint (Fixture *self,
                const char *name,
                AnnexCheckpointKind kind,
                gint64 hours_ago,
                gboolean memory)
{
  AnnexCheckpoint *one = annex_checkpoint_new (name, kind, 3);

  one->time_us -= hours_ago * 3600 * G_USEC_PER_SEC;
  one->memory = memory;
  one->size_bytes = (memory ? 412u : 96u) << 20;
  annex_fake_desk_add_checkpoint (self->desk, one);
}

/* Activates the action of the row that shows @text. */
static gboolean
activate_in_row (GtkWidget *widget, const char *text, const char *action)
{
  if (ANNEX_IS_CHECKPOINT_ROW (widget) && has_text (widget, text))
    return gtk_widget_activate_action (widget, action, NULL);
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    if (activate_in_row (child, text, action))
      return TRUE;
  return FALSE;
}

/* The button "Go Back" of the row that shows @text. */
static GtkWidget *
find_go_back (GtkWidget *widget, const char *text)
{
  if (ANNEX_IS_CHECKPOINT_ROW (widget))
    return has_text (widget, text) ? find_button (widget, "Go Back") : NULL;
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    {
      GtkWidget *found = find_go_back (child, text);

      if (found != NULL)
        return found;
    }
  return NULL;
}

static void
scroll_to_end (GtkWidget *widget)
{
  if (GTK_IS_SCROLLED_WINDOW (widget))
    {
      GtkAdjustment *adjustment =
          gtk_scrolled_window_get_vadjustment (GTK_SCROLLED_WINDOW (widget));

      gtk_adjustment_set_value (adjustment, gtk_adjustment_get_upper (adjustment));
    }
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    scroll_to_end (child);
}

static void
shoot_checkpoints (Fixture *self)
{
  static const int widths[] = { 360, 800, 1600 };

  for (guint i = 0; i < G_N_ELEMENTS (widths); i++)
    {
      gtk_window_set_default_size (self->window, widths[i], 900);
      annex_shot_settle (300);
      scroll_to_end (self->pane);
      annex_shot_settle (100);
      annex_shot_take (self->window, "computer-checkpoints");
    }
}

static void
test_checkpoints (void)
{
  Fixture self = { 0 };
  GtkWidget *button;
  GPtrArray *calls;
  guint n_titled = 0;

  fixture_open (&self, 360, 900);
  assert_seen (&self, "Now"); /* nothing is kept yet */
  gtk_widget_set_visible (self.pane, FALSE);
  add_checkpoint (&self, "Before the <b>big</b> clean-up of everything that was in the folder",
                  ANNEX_CHECKPOINT_MANUAL, 26, TRUE);
  add_checkpoint (&self, NULL, ANNEX_CHECKPOINT_BEFORE, 3, TRUE);
  add_checkpoint (&self, NULL, ANNEX_CHECKPOINT_AUTOMATIC, 2, TRUE);
  add_checkpoint (&self, NULL, ANNEX_CHECKPOINT_MANUAL, 1, FALSE);
  gtk_widget_set_visible (self.pane, TRUE);
  pane_computer_set_state (self.computer, ANNEX_COMPUTER_READY, NULL);
  assert_seen (&self, "Before the <b>big</b> clean-up");
  assert_seen (&self, "Before you went back");
  assert_seen (&self, "files only");
  shoot_checkpoints (&self);

  /* keeping asks for a name and for nothing else */
  click (&self, "Keep…");
  assert_seen (&self, "Keep This State?");
  annex_shot_take (self.window, "computer-keep");
  click (&self, "_Keep");
  assert_called (&self, "checkpoint:");
  annex_shot_settle (300);

  /* going back can be undone */
  button = find_go_back (GTK_WIDGET (self.window), "Before the <b>big</b>");
  g_assert_nonnull (button);
  annex_fake_desk_hold (self.desk, "roll_back");
  g_signal_emit_by_name (button, "clicked");
  assert_called (&self, "roll_back:*");
  g_assert_false (gtk_widget_is_sensitive (button)); /* one thing at a time */
  annex_fake_desk_release (self.desk, "roll_back");
  assert_seen (&self, "The computer is back at “Before the <b>big</b>");
  annex_shot_take (self.window, "computer-went-back");
  annex_fake_desk_forget_calls (self.desk);
  click (&self, "Undo");
  assert_called (&self, "roll_back:*");
  assert_seen (&self, "The computer is as it was before you went back");

  /* a copy, and the end of one */
  g_assert_true (activate_in_row (self.pane, "files only", "checkpoint.copy"));
  assert_called (&self, "fork:*");
  calls = annex_fake_desk_get_calls (self.desk);
  for (guint i = 0; i < calls->len; i++)
    n_titled += g_str_has_suffix (g_ptr_array_index (calls, i), ":Expense report (copy)");
  g_assert_cmpuint (n_titled, ==, 1);
  assert_seen (&self, "The copy is in your list of tasks");
  g_assert_true (activate_in_row (self.pane, "files only", "checkpoint.remove"));
  assert_called (&self, "remove_checkpoint:*");
  annex_shot_settle (200);
  g_assert_false (has_text (GTK_WIDGET (self.window), "files only"));

  /* a failure in its own words; nothing while the task is at work */
  annex_fake_desk_fail (self.desk, "roll_back",
                        g_error_new (ANNEX_COMPUTER_ERROR, ANNEX_COMPUTER_ERROR_DISK_FULL,
                                     "It needs <i>1 GB</i> & 5 MB are free"));
  button = find_go_back (GTK_WIDGET (self.window), "Before the <b>big</b>");
  g_signal_emit_by_name (button, "clicked");
  assert_seen (&self, "It needs <i>1 GB</i> & 5 MB are free");
  annex_fake_desk_set_state (self.desk, self.task, ANNEX_TASK_RUNNING);
  assert_seen (&self, "Stop the task to keep the computer as it is");
  button = find_go_back (GTK_WIDGET (self.window), "Before the <b>big</b>");
  g_assert_false (gtk_widget_is_sensitive (button));
  fixture_close (&self);
}

/* ---- terminal */

typedef struct
{
  AnnexTerminal *terminal;
  const char *text;
} Written;

static gboolean
is_written (gpointer data)
{
  Written *written = data;
  g_autofree char *text = annex_terminal_dup_text (written->terminal);

  return text != NULL && strstr (text, written->text) != NULL;
}

static void
assert_written (GtkWidget *terminal, const char *text)
{
  Written written = { ANNEX_TERMINAL (terminal), text };

  if (!annex_shot_wait (is_written, &written, 10000))
    {
      g_autofree char *all = annex_terminal_dup_text (written.terminal);

      g_error ("“%s” is not written in: %s", text, all);
    }
}

static gboolean
has_ended (gpointer data)
{
  gboolean running;

  g_object_get (data, "running", &running, NULL);
  return !running;
}

static void
test_terminal (void)
{
  g_autoptr (PaneComputer) computer = pane_computer_new ();
  GtkWidget *terminal = annex_terminal_new (ANNEX_COMPUTER (computer));
  GtkWindow *window = annex_shot_window (terminal, 700, 400);
  gint64 start;
  gint64 last;
  gint64 worst = 0;

  annex_terminal_type (ANNEX_TERMINAL (terminal), "echo $((6 * 7))-answer\n");
  assert_written (terminal, "42-answer");
  annex_terminal_type (ANNEX_TERMINAL (terminal), "stty size | sed 's/^/size /'\n");
  assert_written (terminal, "size ");
  annex_shot_take (window, "computer-terminal");
  /* a flood is drawn as fast as it can be, and holds nothing up */
  annex_terminal_type (ANNEX_TERMINAL (terminal), "timeout 1 yes; echo flood-$((1+1))-over\n");
  start = last = g_get_monotonic_time ();
  while (g_get_monotonic_time () - start < 1500 * 1000)
    {
      gint64 now;

      g_main_context_iteration (NULL, FALSE);
      now = g_get_monotonic_time ();
      worst = MAX (worst, now - last);
      last = now;
    }
  g_test_message ("longest turn of the main loop in a flood: %.1f ms", (double) worst / 1000);
  assert_written (terminal, "flood-2-over");
  /* the shell's end is told */
  annex_terminal_type (ANNEX_TERMINAL (terminal), "exit\n");
  assert_written (terminal, "The shell has ended.");
  g_assert_true (annex_shot_wait (has_ended, terminal, 1000));
  gtk_window_destroy (window);
  annex_shot_settle (100);
}

static void
test_terminal_resize (void)
{
  g_autoptr (PaneComputer) computer = pane_computer_new ();
  GtkWidget *terminal = annex_terminal_new (ANNEX_COMPUTER (computer));
  GtkWindow *window = annex_shot_window (terminal, 700, 400);

  /* stty changes columns and rows one after the other: a program is told of both, and may look
   * between them, so it looks until the size is that of the window. */
  annex_terminal_type (ANNEX_TERMINAL (terminal),
                       "bash -c 'trap told=yes WINCH; echo ready-$((2+3)); "
                       "until [[ $told = yes && $(stty size) = 1?\\ * ]]; do sleep 0.1; done; "
                       "echo now $(stty size | tr \" \" x)'\n");
  assert_written (terminal, "ready-5");
  gtk_window_set_default_size (window, 500, 300);
  assert_written (terminal, "now 1");
  /* closed while it runs: nothing of it is left in the main loop */
  gtk_window_destroy (window);
  annex_shot_settle (200);
}

int
main (int argc, char **argv)
{
  annex_shot_init (&argc, &argv);
  g_test_add_func ("/ui/computer/states", test_states);
  g_test_add_func ("/ui/computer/ready", test_ready);
  g_test_add_func ("/ui/computer/actions", test_actions);
  g_test_add_func ("/ui/computer/checkpoints", test_checkpoints);
  g_test_add_func ("/ui/computer/terminal", test_terminal);
  g_test_add_func ("/ui/computer/terminal-resize", test_terminal_resize);
  return g_test_run ();
}
