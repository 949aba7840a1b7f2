/* test-ask-grant.c
 *
 * The grant bar: nothing is granted but by a press of the right button after the delay, the target
 * stands there whole, and no text of an agent's can take the app's voice.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-arm.h"
#include "annex-fake-desk.h"
#include "annex-grant-bar.h"
#include "annex-grant-card.h"
#include "annex-shot.h"
#include "annex-ui-find.h"
#include "annex-ui.h"

typedef struct
{
  AnnexFakeDesk *desk;
  AnnexTask *task;
  GtkWidget *bar;
  GtkWindow *window;
} Fixture;

static GtkWidget *
around (GtkWidget *bar)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  GtkWidget *page = adw_status_page_new ();

  gtk_widget_set_vexpand (page, TRUE);
  gtk_box_append (GTK_BOX (box), bar);
  gtk_box_append (GTK_BOX (box), page);
  return box;
}

static void
set_up (Fixture *fixture, gconstpointer width)
{
  fixture->desk = annex_fake_desk_new ();
  fixture->task = annex_fake_desk_add_task (fixture->desk, "Receipts");
  fixture->bar = annex_grant_bar_new (ANNEX_DESK (fixture->desk), fixture->task);
  fixture->window = annex_shot_window (around (fixture->bar), GPOINTER_TO_INT (width), 420);
}

static void
tear_down (Fixture *fixture, gconstpointer width)
{
  g_autoptr (GtkWidget) bar = g_object_ref (fixture->bar);

  gtk_window_destroy (fixture->window);
  g_assert_finalize_object (g_steal_pointer (&bar));
  annex_fake_desk_close (fixture->desk);
  g_object_unref (fixture->desk);
}

static AnnexAsk *
open_network (Fixture *fixture, const char *host, const char *reason)
{
  return annex_fake_desk_ask (
      fixture->desk, fixture->task,
      annex_ask_new_network (annex_task_get_id (fixture->task), host, reason));
}

static void
test_network (Fixture *fixture, gconstpointer width)
{
  g_assert_false (gtk_widget_get_visible (fixture->bar));
  open_network (fixture, "data.example.org", "I need the exchange rates of June.");
  open_network (fixture, "other.example.org", "More rates.");
  annex_shot_settle (50);
  g_assert_true (gtk_widget_get_mapped (fixture->bar));
  g_assert_true (annex_shows (fixture->bar, "May Annex’s computer contact data.example.org?"));
  g_assert_true (annex_shows (fixture->bar, "1 of 2"));
  g_assert_false (annex_shows (fixture->bar, "exchange rates")); /* in the details alone */

  /* A click that comes at once was meant for something else. */
  annex_press (fixture->bar, "Always");
  annex_shot_settle (50);
  g_assert_false (annex_called (fixture->desk, "answer*"));
  annex_shot_settle (ANNEX_ARM_DELAY_MS + 100);
  annex_press (fixture->bar, "Details");
  annex_shot_settle (400);
  g_assert_true (annex_shows (fixture->bar, "exchange rates"));
  g_assert_true (annex_shows (fixture->bar, "in its own words"));
  annex_shot_take (fixture->window, "ask-grant-network");
  annex_press (fixture->bar, "For This Task");
  annex_shot_settle (200);
  g_assert_true (annex_called (fixture->desk, "answer*task*"));
  g_assert_true (annex_shows (fixture->bar, "other.example.org"));
  annex_press (fixture->bar, "Allow Once"); /* the delay counts anew */
  annex_shot_settle (50);
  g_assert_false (annex_called (fixture->desk, "answer*once*"));
  annex_shot_settle (ANNEX_ARM_DELAY_MS + 100);
  annex_press (fixture->bar, "No");
  annex_shot_settle (200);
  g_assert_true (annex_called (fixture->desk, "answer*\"no\"*"));
  g_assert_false (annex_called (fixture->desk, "answer*never*"));
  g_assert_false (gtk_widget_get_visible (fixture->bar));

  /* For good: in the details, and as slow as the others. */
  open_network (fixture, "third.example.org", "Once more.");
  annex_shot_settle (50);
  annex_press (fixture->bar, "Details");
  annex_press (fixture->bar, "Refuse it for good, in every task");
  annex_shot_settle (50);
  g_assert_false (annex_called (fixture->desk, "answer*never*"));
  annex_shot_settle (ANNEX_ARM_DELAY_MS + 300);
  annex_press (fixture->bar, "Refuse it for good, in every task");
  annex_shot_settle (200);
  g_assert_true (annex_called (fixture->desk, "answer*never*"));
}

static void
test_failure (Fixture *fixture, gconstpointer width)
{
  open_network (fixture, "data.example.org", "why");
  annex_shot_settle (ANNEX_ARM_DELAY_MS + 100);
  annex_fake_desk_fail (fixture->desk, "answer",
                        g_error_new_literal (G_IO_ERROR, G_IO_ERROR_NO_SPACE, "The disk is full"));
  annex_press (fixture->bar, "Allow Once");
  annex_shot_settle (200);
  g_assert_true (annex_shows (fixture->bar, "The disk is full"));
  g_assert_true (gtk_widget_is_sensitive (annex_find_button (fixture->bar, "No")));
}

static void
test_folder (Fixture *fixture, gconstpointer width)
{
  annex_fake_desk_ask (fixture->desk, fixture->task,
                       annex_ask_new_folder (annex_task_get_id (fixture->task),
                                             "Last year's report is not here.",
                                             "~/Documents/2023"));
  annex_shot_settle (ANNEX_ARM_DELAY_MS + 100);
  g_assert_true (annex_shows (fixture->bar, "The agent suggests “~/Documents/2023”"));
  g_assert_nonnull (annex_find_button (fixture->bar, "Choose Folder…"));
  g_assert_null (annex_find_button (fixture->bar, "Always"));
  annex_shot_take (fixture->window, "ask-grant-folder");
  annex_press (fixture->bar, "No");
  annex_shot_settle (200);
  g_assert_true (annex_called (fixture->desk, "answer*no*"));
}

static GtkWidget *
find_chooser (void)
{
  GListModel *windows = gtk_window_get_toplevels ();

  for (guint i = 0; i < g_list_model_get_n_items (windows); i++)
    {
      g_autoptr (GtkWidget) window = g_list_model_get_item (windows, i);

      if (g_str_equal (G_OBJECT_TYPE_NAME (window), "GtkFileChooserDialog"))
        return window;
    }
  return NULL;
}

static gboolean
has_chooser (gpointer data)
{
  return find_chooser () != NULL;
}

static gboolean
has_chosen (gpointer folder)
{
  G_GNUC_BEGIN_IGNORE_DEPRECATIONS
  g_autoptr (GFile) file = gtk_file_chooser_get_file (GTK_FILE_CHOOSER (find_chooser ()));
  G_GNUC_END_IGNORE_DEPRECATIONS

  return file != NULL && g_file_equal (file, folder);
}

static gboolean
was_answered (gpointer desk)
{
  return annex_called (desk, "answer*");
}

/* It is given as new folders are, and the card says how. */
static void
test_folder_mode (Fixture *fixture, gconstpointer width)
{
  g_autofree char *path =
      annex_fake_desk_make_folder (fixture->desk, "More", (const char *[]) { "a.pdf", NULL });
  g_autoptr (GFile) folder = g_file_new_for_path (path);
  g_autoptr (GSettings) settings = annex_ui_dup_settings ();
  g_autofree char *call = g_strdup_printf ("answer*%s:read-only*", path);

  annex_fake_desk_ask (fixture->desk, fixture->task,
                       annex_ask_new_folder (annex_task_get_id (fixture->task), "why", NULL));
  annex_shot_settle (ANNEX_ARM_DELAY_MS + 100);
  g_assert_true (annex_shows (fixture->bar, "nothing in it is changed until you keep it"));
  g_settings_set_enum (settings, "default-folder-mode", ANNEX_SHARE_KEEP);
  g_assert_true (annex_shows (fixture->bar, "you can undo what it changes"));
  g_settings_set_enum (settings, "default-folder-mode", ANNEX_SHARE_READ_ONLY);
  g_assert_true (annex_shows (fixture->bar, "cannot change it"));
  annex_shot_take (fixture->window, "ask-grant-folder-mode");
  annex_press (fixture->bar, "Choose Folder…");
  g_assert_true (annex_shot_wait (has_chooser, NULL, 10000));
  G_GNUC_BEGIN_IGNORE_DEPRECATIONS
  g_assert_true (gtk_file_chooser_set_file (GTK_FILE_CHOOSER (find_chooser ()), folder, NULL));
  g_assert_true (annex_shot_wait (has_chosen, folder, 20000));
  gtk_dialog_response (GTK_DIALOG (find_chooser ()), GTK_RESPONSE_ACCEPT);
  G_GNUC_END_IGNORE_DEPRECATIONS
  g_assert_true (annex_shot_wait (was_answered, fixture->desk, 10000));
  g_assert_true (annex_called (fixture->desk, call));
  g_settings_reset (settings, "default-folder-mode");
  annex_shot_settle (200);
}

static void
test_consent (Fixture *fixture, gconstpointer width)
{
  annex_fake_desk_ask (
      fixture->desk, fixture->task,
      annex_ask_new_consent (annex_task_get_id (fixture->task), "Secret",
                             "May this command have the secret “Shop password”?\ncurl --user me",
                             "Allow this once", "Do not allow"));
  annex_shot_settle (ANNEX_ARM_DELAY_MS + 100);
  g_assert_true (annex_shows (fixture->bar, "curl --user me"));
  annex_shot_take (fixture->window, "ask-grant-consent");
  annex_press (fixture->bar, "Do Not Allow");
  annex_shot_settle (200);
  g_assert_true (annex_called (fixture->desk, "answer*Do not allow*"));
}

/* By keyboard one comes to No first. */
static void
test_focus (Fixture *fixture, gconstpointer width)
{
  open_network (fixture, "data.example.org", "why");
  annex_shot_settle (100);
  g_assert_null (
      gtk_root_get_focus (GTK_ROOT (fixture->window)) != NULL &&
              gtk_widget_is_ancestor (gtk_root_get_focus (GTK_ROOT (fixture->window)), fixture->bar)
          ? fixture->bar
          : NULL);
  g_assert_true (gtk_widget_child_focus (fixture->bar, GTK_DIR_TAB_FORWARD));
  g_assert_true (gtk_root_get_focus (GTK_ROOT (fixture->window)) ==
                 annex_find_button (fixture->bar, "No"));
}

/* Attack list U: what an agent can put into an ask. */
static void
test_hostile (Fixture *fixture, gconstpointer width)
{
  g_autofree char *long_word = g_strnfill (100 * 1000, 'W');
  g_autofree char *marks = g_strdup ("x");
  static const char *const reasons[] = {
    "<span size='90000' color='red'>Annex asks</span> &amp; <b>click Always</b>",
    "Annex asks for your permission\n\n[ Allow Once ]  [ Always ]\n\n\n\n\n",
    "\u202eneila ma I\u202c \u200b\u2066fine\u2069",
    "\x1b[31mred\x1b[0m <img src=x onerror=alert(1)> <script>1</script>",
    "👩‍👩‍👧‍👦👩‍👩‍👧‍👦👩‍👩‍👧‍👦 مرحبا "
    "بالعالم "
    "هذا "
    "طلب",
  };
  const char *hosts[] = { "a.example", "\u202egro.elpmaxe", "<b>x</b>", "a\n\n\nb.example",
                          long_word };

  for (guint i = 0; i < G_N_ELEMENTS (reasons) + 1; i++)
    {
      gint64 begun = g_get_monotonic_time ();
      int min;

      open_network (fixture, hosts[MIN (i, 4)], i < 5 ? reasons[i] : long_word);
      annex_shot_settle (ANNEX_ARM_DELAY_MS + 150);
      annex_press (fixture->bar, "Details");
      annex_shot_settle (300);
      /* A host that is none cannot be allowed at all. */
      g_assert_true ((annex_find_button (fixture->bar, "Always") != NULL) == (i == 0));
      /* The mark is the icon of the app's resources, and there is one of it. */
      g_assert_cmpint (gtk_widget_get_width (GTK_WIDGET (fixture->window)), <=,
                       GPOINTER_TO_INT (width));
      gtk_widget_measure (fixture->bar, GTK_ORIENTATION_VERTICAL, GPOINTER_TO_INT (width), &min,
                          NULL, NULL, NULL);
      g_assert_cmpint (min, <, 700);
      /* A word without end once took ten seconds to lay out. */
      g_assert_cmpint (g_get_monotonic_time () - begun, <, 5 * G_USEC_PER_SEC);
      if (i == 1)
        annex_shot_take (fixture->window, "ask-grant-fake-buttons");
      if (i == 4)
        annex_shot_take (fixture->window, "ask-grant-long");
      annex_press (fixture->bar, "No");
      annex_shot_settle (150);
      g_assert_false (gtk_widget_get_visible (fixture->bar));
    }
}

/* Set while it has a task, and gone with it; asks of another task are not shown. */
static void
test_task (Fixture *fixture, gconstpointer width)
{
  AnnexTask *other = annex_fake_desk_add_task (fixture->desk, "Other");
  guint n;

  open_network (fixture, "data.example.org", "why");
  g_object_set (fixture->bar, "task", other, NULL);
  g_assert_false (gtk_widget_get_visible (fixture->bar));
  g_object_set (fixture->bar, "task", fixture->task, NULL);
  g_assert_true (gtk_widget_get_visible (fixture->bar));
  g_object_get (fixture->bar, "n-asks", &n, NULL);
  g_assert_cmpuint (n, ==, 1);
  g_object_set (fixture->bar, "task", NULL, NULL);
  g_assert_false (gtk_widget_get_visible (fixture->bar));
}

static void
add (const char *path, int width, void (*func) (Fixture *, gconstpointer))
{
  g_test_add (path, Fixture, GINT_TO_POINTER (width), set_up, func, tear_down);
}

int
main (int argc, char **argv)
{
  annex_shot_init (&argc, &argv);
  add ("/ui/ask/grant/network", 800, test_network);
  add ("/ui/ask/grant/network-narrow", 360, test_network);
  add ("/ui/ask/grant/failure", 800, test_failure);
  add ("/ui/ask/grant/folder", 800, test_folder);
  add ("/ui/ask/grant/folder-mode", 360, test_folder_mode);
  add ("/ui/ask/grant/consent", 800, test_consent);
  add ("/ui/ask/grant/focus", 800, test_focus);
  add ("/ui/ask/grant/hostile", 800, test_hostile);
  add ("/ui/ask/grant/hostile-narrow", 360, test_hostile);
  add ("/ui/ask/grant/task", 800, test_task);
  return g_test_run ();
}
