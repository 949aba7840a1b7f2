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
/* As fast as models are today. */
#define USUAL_TOKENS_A_SECOND 200
#define USUAL_TOKENS 2400
#define BURST_MS 4
#define OPENINGS 30

/* What a frame is made of: what the main loop did since the last one, ticks, sizes and places, and
 * drawing, which without a graphics card is the processor's work too. */
typedef enum { PART_LOOP, PART_UPDATE, PART_LAYOUT, PART_PAINT, N_PARTS } Part;

typedef struct
{
  char *text;
  gsize at;
  guint tokens;
  guint rate;
  guint left;
  gint64 began_us;
  GtkTextView *plain; /* nullable */
  GtkAdjustment *adjustment;
  AnnexTask *task; /* nullable */
  gint64 last_frame_us;
  gint64 worst_us;
  guint n_frames;
  guint n_late; /* over 33 ms */
  /* In ms of this thread's own work, whatever else the machine does. */
  Part part;
  double last_ms;
  double frame_ms[N_PARTS];
  double worst_ms[N_PARTS]; /* of the frame with the most work */
  double sum_ms[N_PARTS];
  guint n_late_work; /* over 33 ms */
  guint n_late_ours; /* over 16 ms without the drawing */
  double worst_ours_ms;
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
read_clock_s (clockid_t id)
{
  struct timespec now;

  clock_gettime (id, &now);
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
  gint64 due = (g_get_monotonic_time () - stream->began_us) * stream->rate / G_USEC_PER_SEC;

  for (gint64 i = stream->tokens - stream->left; i < MIN (due, stream->tokens); i++, stream->left--)
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

static Stream *measured; /* a hook knows nobody */

static void
begin_part (Stream *stream, Part part)
{
  double now_ms = read_clock_s (CLOCK_THREAD_CPUTIME_ID) * 1000;

  stream->frame_ms[stream->part] += now_ms - stream->last_ms;
  stream->part = part;
  stream->last_ms = now_ms;
}

static void
end_frame (Stream *stream)
{
  gint64 now = g_get_monotonic_time ();
  gint64 gap = stream->last_frame_us > 0 ? now - stream->last_frame_us : 0;
  double all = 0, worst = 0, ours;

  for (guint i = 0; i < N_PARTS; i++)
    {
      all += stream->frame_ms[i];
      worst += stream->worst_ms[i];
      stream->sum_ms[i] += stream->frame_ms[i];
    }
  ours = all - stream->frame_ms[PART_PAINT];
  if (all > worst)
    memcpy (stream->worst_ms, stream->frame_ms, sizeof stream->worst_ms);
  stream->worst_ours_ms = MAX (stream->worst_ours_ms, ours);
  stream->n_late_work += all > 33;
  stream->n_late_ours += ours > 16;
  memset (stream->frame_ms, 0, sizeof stream->frame_ms);
  stream->last_frame_us = now;
  stream->n_frames++;
  stream->worst_us = MAX (stream->worst_us, gap);
  stream->n_late += gap > 33 * 1000;
}

static gboolean
phase_hook (GSignalInvocationHint *hint, guint n_values, const GValue *values, gpointer data)
{
  Part part = GPOINTER_TO_UINT (data);

  if (measured == NULL)
    return TRUE;
  begin_part (measured, part);
  if (part == PART_LOOP)
    end_frame (measured);
  return TRUE;
}

static void
watch_phases (void)
{
  static const char *const begins[N_PARTS] = { "after-paint", "before-paint", "layout", "paint" };
  gpointer clock_class = g_type_class_ref (GDK_TYPE_FRAME_CLOCK);

  for (guint i = 0; i < N_PARTS; i++)
    g_signal_add_emission_hook (g_signal_lookup (begins[i], GDK_TYPE_FRAME_CLOCK), 0, phase_hook,
                                GUINT_TO_POINTER (i), NULL);
  g_type_class_unref (clock_class);
}

static gboolean
is_over (gpointer data)
{
  return ((Stream *) data)->left == 0;
}

static void
print_stream (const Stream *stream, const char *name, double took_s)
{
  double n = MAX (stream->n_frames, 1);

  g_print ("%-16s at %u tokens a second: %5.2f s of CPU, %4u frames, %3u over 33 ms, %u by own "
           "work; the longest gap %5.1f ms\n",
           name, stream->rate, took_s, stream->n_frames, stream->n_late, stream->n_late_work,
           (double) stream->worst_us / 1000);
  g_print ("  a frame's work: main loop %.1f, layout %.1f, drawing %.1f ms; the most main loop "
           "%.1f, ticks %.1f, layout %.1f, drawing %.1f ms; without drawing at most %.1f ms, %u "
           "over 16 ms\n",
           stream->sum_ms[PART_LOOP] / n, stream->sum_ms[PART_LAYOUT] / n,
           stream->sum_ms[PART_PAINT] / n, stream->worst_ms[PART_LOOP],
           stream->worst_ms[PART_UPDATE], stream->worst_ms[PART_LAYOUT],
           stream->worst_ms[PART_PAINT], stream->worst_ours_ms, stream->n_late_ours);
}

/* Seconds of CPU. */
static double
run_stream (Stream *stream, guint rate, const char *name)
{
  double began = read_clock_s (CLOCK_PROCESS_CPUTIME_ID), took;

  stream->text = make_text ();
  stream->rate = rate;
  stream->left = stream->tokens = rate == TOKENS_A_SECOND ? TOKENS : USUAL_TOKENS;
  stream->began_us = g_get_monotonic_time ();
  stream->last_ms = read_clock_s (CLOCK_THREAD_CPUTIME_ID) * 1000;
  measured = stream;
  g_timeout_add (BURST_MS, burst_cb, stream);
  g_assert_true (annex_shot_wait (is_over, stream, 120 * 1000));
  annex_shot_settle (100);
  measured = NULL;
  took = read_clock_s (CLOCK_PROCESS_CPUTIME_ID) - began;
  print_stream (stream, name, took);
  g_free (stream->text);
  return took;
}

static double
stream_plain (guint rate)
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
  took = run_stream (&stream, rate, "plain text view");
  gtk_window_destroy (window);
  return took;
}

static double
stream_chat (guint rate)
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
  took = run_stream (&stream, rate, "conversation");
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
      plain += stream_plain (TOKENS_A_SECOND);
      chat += stream_chat (TOKENS_A_SECOND);
    }
  g_print ("RATIO streaming: conversation ÷ plain text view  %6.2f\n", chat / plain);
}

static void
bench_stream_usual (void)
{
  stream_plain (USUAL_TOKENS_A_SECOND);
  stream_chat (USUAL_TOKENS_A_SECOND);
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

/* Not the median: what is drawn is drawn in a frame, and one millisecond may cost a whole one. */
static double
mean (const double *times)
{
  double sum = 0;

  for (guint i = 0; i < OPENINGS; i++)
    sum += times[i];
  return sum / OPENINGS;
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
  g_print ("a task read: 100 events %.1f ms, 10,000 events %.1f ms\n", mean (loads[0]),
           mean (loads[1]));
  g_print ("read, and the newest part laid out: 100 events %.1f ms, 10,000 events %.1f ms\n",
           mean (times[0]), mean (times[1]));
  g_print ("RATIO opening: 10,000 ÷ 100 events               %6.2f\n",
           mean (times[1]) / mean (times[0]));
  chat_fixture_close (desk, window);
}

int
main (int argc, char **argv)
{
  annex_shot_init (&argc, &argv);
  watch_phases ();
  g_test_add_func ("/bench/chat/open", bench_open);
  g_test_add_func ("/bench/chat/stream", bench_stream);
  g_test_add_func ("/bench/chat/stream-usual", bench_stream_usual);
  return g_test_run ();
}
