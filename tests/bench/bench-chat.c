/* bench-chat.c
 *
 * What the conversation costs: streaming against a plain text view that gets the same pieces at the
 * same pace, and opening a long task against a short one. A benchmark, not a test: it fails only
 * when something does not work at all.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "chat-fixture.h"

#include <time.h>

#define TOKENS 16000
#define TOKEN_CHARS 4
/* Servers wait for nobody: what a busy main loop was late for comes at once when it has time. */
#define TOKENS_A_SECOND 2000
#define BURST_MS 4
#define OPENINGS 5

typedef struct
{
  char *text;
  gsize at;
  guint left;
  gint64 began_us;
  GtkTextView *plain; /* nullable */
  GtkAdjustment *adjustment;
  AnnexTask *task; /* nullable */
  gint64 last_frame_us;
  gint64 worst_us;
  double last_cpu_s;
  double worst_cpu_s; /* of our own work in one gap, whatever else the machine does */
  guint n_frames;
  guint n_late;      /* over 33 ms */
  guint n_late_work; /* of our own work */
} Stream;

static char *
make_text (void)
{
  static const char *const pieces[] = {
    "The **quick** brown fox jumps over the `lazy` dog, and then it goes on to do the next thing "
    "in a "
    "sentence that is as long as sentences are.\n\n",
    "## A heading\n\n",
    "- first item with some words\n- second item, *important*\n  - nested one\n\n",
    "| Month | Sum |\n|:--|--:|\n| May | 12.50 |\n| June | 8.00 |\n\n",
    "```python\nfor row in rows:\n    print(row.total)  # one a line\n```\n\n",
    "See [the page](https://www.example.org/page) for more about all of this, if you care to "
    "know.\n\n",
  };
  GString *text = g_string_new (NULL);

  for (guint i = 0; text->len < TOKENS * TOKEN_CHARS + 64; i++)
    g_string_append (text, pieces[i % G_N_ELEMENTS (pieces)]);
  return g_string_free_and_steal (text);
}

static double
cpu_s (void)
{
  struct timespec now;

  clock_gettime (CLOCK_PROCESS_CPUTIME_ID, &now);
  return (double) now.tv_sec + (double) now.tv_nsec / 1e9;
}

static void
add_token (Stream *stream, const char *token)
{
  GtkTextIter end;

  if (stream->task != NULL)
    {
      AnnexDelta delta = { .kind = ANNEX_DELTA_TEXT, .index = 0, .text = token };

      annex_task_emit_delta (stream->task, &delta);
      return;
    }
  gtk_text_buffer_get_end_iter (gtk_text_view_get_buffer (stream->plain), &end);
  gtk_text_buffer_insert (gtk_text_view_get_buffer (stream->plain), &end, token, -1);
}

static gboolean
burst_cb (gpointer data)
{
  Stream *stream = data;
  gint64 due = (g_get_monotonic_time () - stream->began_us) * TOKENS_A_SECOND / G_USEC_PER_SEC;

  for (gint64 i = TOKENS - stream->left; i < MIN (due, TOKENS); i++, stream->left--)
    {
      char token[TOKEN_CHARS + 1] = { 0 };

      memcpy (token, stream->text + stream->at, TOKEN_CHARS);
      stream->at += TOKEN_CHARS;
      add_token (stream, token);
    }
  return stream->left > 0 ? G_SOURCE_CONTINUE : G_SOURCE_REMOVE;
}

/* The plain one follows its end, as any log does. */
static void
follow_cb (GtkAdjustment *adjustment)
{
  gtk_adjustment_set_value (adjustment, gtk_adjustment_get_upper (adjustment));
}

static gboolean
frame_cb (GtkWidget *widget, GdkFrameClock *clock, gpointer data)
{
  Stream *stream = data;
  gint64 now = g_get_monotonic_time ();
  gint64 gap = stream->last_frame_us > 0 ? now - stream->last_frame_us : 0;

  if (stream->last_frame_us > 0)
    {
      double work_s = cpu_s () - stream->last_cpu_s;

      stream->worst_cpu_s = MAX (stream->worst_cpu_s, work_s);
      stream->n_late_work += work_s > 0.033;
    }
  stream->last_cpu_s = cpu_s ();
  stream->last_frame_us = now;
  stream->n_frames++;
  stream->worst_us = MAX (stream->worst_us, gap);
  if (gap > 33 * 1000)
    stream->n_late++;
  return G_SOURCE_CONTINUE;
}

static gboolean
is_over (gpointer data)
{
  return ((Stream *) data)->left == 0;
}

/* Seconds of CPU. @child: what is looked at while it streams. */
static double
run_stream (Stream *stream, GtkWidget *child, const char *name)
{
  guint id = gtk_widget_add_tick_callback (child, frame_cb, stream, NULL);
  double began = cpu_s (), took;

  stream->text = make_text ();
  stream->left = TOKENS;
  stream->began_us = g_get_monotonic_time ();
  g_timeout_add (BURST_MS, burst_cb, stream);
  g_assert_true (annex_shot_wait (is_over, stream, 120 * 1000));
  annex_shot_settle (100);
  took = cpu_s () - began;
  gtk_widget_remove_tick_callback (child, id);
  g_print ("%-28s %6.2f s of CPU, %5u frames, %3u over 33 ms, %u by own work; the longest gap "
           "%5.1f ms, of work %5.1f ms\n",
           name, took, stream->n_frames, stream->n_late, stream->n_late_work,
           (double) stream->worst_us / 1000, stream->worst_cpu_s * 1000);
  g_free (stream->text);
  return took;
}

static double
stream_plain (void)
{
  GtkWidget *view = gtk_text_view_new ();
  GtkWidget *scroller = gtk_scrolled_window_new ();
  Stream stream = { .plain = GTK_TEXT_VIEW (view) };
  GtkWindow *window;
  double took;

  gtk_text_view_set_wrap_mode (GTK_TEXT_VIEW (view), GTK_WRAP_WORD_CHAR);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scroller), view);
  stream.adjustment = gtk_scrolled_window_get_vadjustment (GTK_SCROLLED_WINDOW (scroller));
  g_signal_connect (stream.adjustment, "changed", G_CALLBACK (follow_cb), NULL);
  window = annex_shot_window (scroller, 800, 900);
  took = run_stream (&stream, view, "plain text view");
  gtk_window_destroy (window);
  return took;
}

static double
stream_chat (void)
{
  AnnexFakeDesk *desk = annex_fake_desk_new ();
  AnnexTask *task = annex_fake_desk_add_task (desk, "t");
  Stream stream = { .task = task };
  GtkWindow *window;
  AnnexChatView *view;
  double took;

  annex_fake_desk_user (desk, task, "Go");
  view = chat_fixture_show (desk, task, 800, 900, &window);
  annex_fake_desk_stream (desk, task, "");
  took = run_stream (&stream, GTK_WIDGET (view), "conversation");
  g_assert_true (annex_row_list_get_at_end (chat_fixture_get_list (view)));
  chat_fixture_close (desk, window);
  return took;
}

/* Each alone and alternating: what else the machine does touches both. */
static void
bench_stream (void)
{
  double plain = 0, chat = 0;

  for (guint i = 0; i < 2; i++)
    {
      plain += stream_plain ();
      chat += stream_chat ();
    }
  g_print ("RATIO streaming: conversation ÷ plain text view  %6.2f\n", chat / plain);
}

/* ---- opening */

static AnnexTask *
add_long_task (AnnexFakeDesk *desk, guint n_events)
{
  AnnexTask *task = annex_fake_desk_add_task (desk, "t");

  while (annex_task_get_last_seq (task) < n_events)
    {
      g_autofree char *id = NULL;

      annex_fake_desk_user (desk, task, "A question of a few words");
      id = annex_fake_desk_call (desk, task, "shell", "{\"command\":\"ls -l\"}");
      annex_fake_desk_result (desk, task, id, "shell", "total 0", FALSE, 120);
      annex_fake_desk_text (desk, task,
                            "An answer with **some** words.\n\n- one\n- two\n\nAnd the end of it.");
    }
  return task;
}

typedef struct
{
  AnnexChatView *view;
  gboolean drawn;
} Opening;

static gboolean
is_drawn (gpointer data)
{
  Opening *opening = data;

  return annex_transcript_get_loaded (annex_chat_view_get_transcript (opening->view)) &&
         annex_row_list_get_n_widgets (chat_fixture_get_list (opening->view)) > 4;
}

static int
compare_doubles (gconstpointer a, gconstpointer b)
{
  double left = *(const double *) a, right = *(const double *) b;

  return left < right ? -1 : left > right;
}

/* Milliseconds from reading the task until its newest part is laid out; *@load_ms: of them until
 * there was a task. */
static double
open_once (AnnexFakeDesk *desk, AnnexChatView *view, const char *task_id, double *load_ms)
{
  Opening opening = { .view = view };
  g_autoptr (DexFuture) loading = NULL;
  gint64 began;

  g_object_set (view, "task", NULL, NULL);
  annex_shot_settle (200);
  began = g_get_monotonic_time ();
  loading = annex_task_load (annex_desk_get_store (ANNEX_DESK (desk)), task_id);
  g_assert_true (annex_shot_await (dex_ref (loading), NULL));
  *load_ms = (double) (g_get_monotonic_time () - began) / 1000;
  g_object_set (view, "task", g_value_get_object (dex_future_get_value (loading, NULL)), NULL);
  g_assert_true (annex_shot_wait (is_drawn, &opening, 10 * 1000));
  return (double) (g_get_monotonic_time () - began) / 1000;
}

static void
bench_open (void)
{
  AnnexFakeDesk *desk = annex_fake_desk_new ();
  AnnexTask *tasks[2] = { add_long_task (desk, 100), add_long_task (desk, 10000) };
  double times[2][OPENINGS];
  double loads[2][OPENINGS];
  GtkWindow *window;
  AnnexChatView *view = chat_fixture_show (desk, tasks[0], 800, 900, &window);

  for (guint i = 0; i < OPENINGS; i++)
    for (guint j = 0; j < 2; j++)
      times[j][i] = open_once (desk, view, annex_task_get_id (tasks[j]), &loads[j][i]);
  for (guint j = 0; j < 2; j++)
    {
      qsort (times[j], OPENINGS, sizeof (double), compare_doubles);
      qsort (loads[j], OPENINGS, sizeof (double), compare_doubles);
    }
  g_print ("a task read: 100 events %.1f ms, 10,000 events %.1f ms\n", loads[0][OPENINGS / 2],
           loads[1][OPENINGS / 2]);
  g_print ("read, and the newest part laid out: 100 events %.1f ms, 10,000 events %.1f ms\n",
           times[0][OPENINGS / 2], times[1][OPENINGS / 2]);
  g_print ("RATIO opening: 10,000 ÷ 100 events               %6.2f\n",
           times[1][OPENINGS / 2] / times[0][OPENINGS / 2]);
  chat_fixture_close (desk, window);
}

int
main (int argc, char **argv)
{
  annex_shot_init (&argc, &argv);
  g_test_add_func ("/bench/chat/open", bench_open);
  g_test_add_func ("/bench/chat/stream", bench_stream);
  return g_test_run ();
}
