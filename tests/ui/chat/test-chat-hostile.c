/* test-chat-hostile.c
 *
 * The attack list U of everything that a conversation shows: it is literal text, nothing is
 * fetched, nothing warns (warnings are fatal here), no frame waits long. Each text stands as prose,
 * as the user's words, as a tool's output and name, as a file's name, as an error.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-prose.h"
#include "annex-result-card.h"
#include "chat-fixture.h"

#include <string.h>
#include <time.h>

typedef struct
{
  const char *name;
  const char *piece;
  guint times;
  const char *end;
} Attack;

static const Attack attacks[] = {
  { "U1 Pango tags",
    "<b>bold</b> <span size='9999999' foreground='red'>big</span> <a "
    "href='https://evil.example'>x</a> ",
    3, "" },
  { "U2 entities", "&lt;b&gt; &amp;amp; &#0; &#x202e; &nosuch; ", 20, "" },
  { "U3 a line of 1 MB", "x", 1000000, "" },
  { "U4 combining marks", "\xcc\x81\xcc\xa7", 50000, "" },
  { "U5 bidi override",
    "safe\xe2\x80\xae"
    "fdp.exe\xe2\x81\xa7 ",
    50, "" },
  { "U6 zero width", "a\xe2\x80\x8b\xe2\x80\x8d\xef\xbb\xbf", 2000, "" },
  { "U7 ANSI escapes", "\033[31mred\033[0m\033]0;title\a\033[2J\r", 200, "" },
  { "U8 html",
    "<img src='https://evil.example/x.png' onerror=alert(1)><script>alert(1)</script>\n\n", 20,
    "" },
  { "U9 schemes", "[a](javascript:alert(1)) [b](file:///etc/passwd) [c](data:text/html,x) ", 50,
    "" },
  { "U10 images", "![tracker](https://evil.example/x.png) ", 100, "" },
  { "U11 references", "[a][r] ", 100, "\n\n[r]: https://trusted.example@evil.example/\n" },
  { "U12 autolinks", "https://trusted.example@evil.example/ ", 100, "" },
  { "U13 a table of 10,000 cells", "| a | b | c | d |\n", 1, "" }, /* completed below */
  { "U14 a thousand quotes", ">", 1000, " deep" },
  { "U15 svg",
    "<svg xmlns='http://www.w3.org/2000/svg'><image href='https://evil.example'/></svg>\n\n", 20,
    "" },
  { "U16 a fake button",
    "[ Allow Once ] [ Allow Always ]\n\n**Annex needs your permission.** Click *Approve*.\n\n", 5,
    "" },
  { "U17 a fake notice", "You shared the folder / (keep)\n\nSystem: the user agreed.\n\n", 5, "" },
  { "U18 NUL and invalid bytes", "a\\u0000b ", 50, "" },
  { "U19 emoji", "\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x91\xa7", 3000,
    "" },
  { "U20a a fence never closed", "```\nline of code\n", 1, "" },
  { "U20b 10 MB of code", "0123456789abcdef 0123456789abcdef 0123456789abcdef\n", 200000, "" },
};

static char *
make_text (const Attack *attack)
{
  GString *text = g_string_new (g_str_has_prefix (attack->name, "U20") ? "```c\n" : NULL);

  for (guint i = 0; i < attack->times; i++)
    g_string_append (text, attack->piece);
  if (g_str_has_prefix (attack->name, "U13"))
    {
      g_string_append (text, "|---|:-:|--:|---|\n");
      for (guint i = 0; i < 2500; i++)
        g_string_append (text, "| 1 | <b>2</b> | 3 | 4 |\n");
    }
  g_string_append (text, attack->end);
  return g_string_free_and_steal (text);
}

/* ---- how long the main loop is held */

typedef struct
{
  gint64 last_us;
  gint64 worst_us;
  double last_work_ms;
  double worst_work_ms; /* of this thread, whatever else the machine does */
} Watch;

static double
work_ms (void)
{
  struct timespec now;

  clock_gettime (CLOCK_THREAD_CPUTIME_ID, &now);
  return (double) now.tv_sec * 1e3 + (double) now.tv_nsec / 1e6;
}

static gboolean
watch_cb (gpointer data)
{
  Watch *watch = data;
  gint64 now = g_get_monotonic_time ();

  if (watch->last_us > 0)
    {
      watch->worst_us = MAX (watch->worst_us, now - watch->last_us);
      watch->worst_work_ms = MAX (watch->worst_work_ms, work_ms () - watch->last_work_ms);
    }
  watch->last_us = now;
  watch->last_work_ms = work_ms ();
  return G_SOURCE_CONTINUE;
}

static void
append (AnnexFakeDesk *desk, AnnexTask *task, const char *text)
{
  g_autoptr (AnnexBlock) block = annex_block_new_text (text);
  g_autofree char *cut = g_strndup (text, 60000);
  g_autofree char *valid = g_utf8_make_valid (cut, -1);
  g_autofree char *id =
      annex_fake_desk_call (desk, task, "shell", "{\"command\":\"cat evil.txt\"}");
  const char *paths[] = { valid, NULL };

  annex_fake_desk_user (desk, task, text);
  annex_fake_desk_text (desk, task, text);
  annex_fake_desk_result (desk, task, id, "shell", text, TRUE, 10);
  annex_fake_desk_thinking (desk, task, valid);
  annex_fake_desk_present (desk, task, paths);
  annex_fake_desk_error (desk, task, "annex_model_error", "auth", valid);
}

static void
open_steps (GtkWidget *root)
{
  GtkWidget *child;

  if (GTK_IS_BUTTON (root) && gtk_widget_has_css_class (root, "annex-line"))
    {
      g_signal_emit_by_name (root, "clicked");
      return;
    }
  for (child = gtk_widget_get_first_child (root); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    open_steps (child);
}

/* No label of ours reads markup, no picture has anything but what the user sent. */
static void
check_widgets (GtkWidget *root)
{
  if (ANNEX_IS_RESULT_CARD (root))
    return; /* has its own tests */
  if (GTK_IS_LABEL (root))
    {
      const char *text = gtk_label_get_text (GTK_LABEL (root));

      g_assert_false (gtk_label_get_use_markup (GTK_LABEL (root)));
      g_assert_null (strstr (text, "\xe2\x80\xae"));
      g_assert_null (strstr (text, "\033"));
      g_assert_null (gtk_label_get_current_uri (GTK_LABEL (root)));
    }
  g_assert_false (GTK_IS_PICTURE (root));
  g_assert_false (GTK_IS_LINK_BUTTON (root));
  for (GtkWidget *child = gtk_widget_get_first_child (root); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    check_widgets (child);
}

static void
test_attack (gconstpointer data)
{
  const Attack *attack = data;
  AnnexFakeDesk *desk = annex_fake_desk_new ();
  AnnexTask *task = annex_fake_desk_add_task (desk, "t");
  g_autofree char *text = make_text (attack);
  GtkWindow *window;
  AnnexChatView *view = chat_fixture_show (desk, task, 700, 800, &window);
  AnnexRowList *list = chat_fixture_get_list (view);
  Watch watch = { 0 };
  guint id;

  append (desk, task, text);
  g_object_set (view, "task", NULL, NULL);
  id = g_timeout_add (2, watch_cb, &watch);
  g_object_set (view, "task", task, NULL);
  chat_fixture_settle (view);
  annex_shot_settle (500);
  check_widgets (GTK_WIDGET (list));
  for (guint i = 0; i < 6; i++)
    {
      GtkAdjustment *adjustment = chat_fixture_get_adjustment (view);

      gtk_adjustment_set_value (adjustment, gtk_adjustment_get_value (adjustment) - 700);
      annex_shot_settle (60);
      check_widgets (GTK_WIDGET (list));
    }
  gtk_adjustment_set_value (chat_fixture_get_adjustment (view), 0);
  annex_shot_settle (100);
  annex_chat_view_scroll_to_end (view);
  annex_shot_settle (100);
  g_source_remove (id);
  open_steps (GTK_WIDGET (list));
  annex_shot_settle (200);
  check_widgets (GTK_WIDGET (list));
  if (strlen (text) < 5000)
    annex_shot_take (window, attack->name);
  g_test_message ("%s: the main loop was held for at most %d ms, of work %.0f ms; %u widgets",
                  attack->name, (int) (watch.worst_us / 1000), watch.worst_work_ms,
                  annex_row_list_get_n_widgets (list));
  g_assert_cmpint (watch.worst_us, <, 3 * G_USEC_PER_SEC); /* 100 ms where nothing else runs */
  g_assert_cmpuint (annex_row_list_get_n_widgets (list), <, 400);
  chat_fixture_close (desk, window);
}

int
main (int argc, char *argv[])
{
  annex_shot_init (&argc, &argv);
  for (guint i = 0; i < G_N_ELEMENTS (attacks); i++)
    {
      g_autofree char *path = g_strdup_printf ("/chat/hostile/%s", attacks[i].name);

      g_test_add_data_func (path, &attacks[i], test_attack);
    }
  return g_test_run ();
}
