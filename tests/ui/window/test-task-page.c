/* test-task-page.c
 *
 * The page of a task: who has the keyboard when a question comes, where results stand, when the
 * browser shows itself, and what becomes of a pasted picture.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-browser-slot.h"
#include "annex-fake-desk.h"
#include "annex-question-card.h"
#include "annex-shot.h"
#include "annex-task-page.h"
#include "annex-ui-find.h"

#define WAIT_MS 30000
#define QUESTION                                                                                   \
  "{\"questions\":[{\"id\":\"a\",\"header\":\"No date\",\"question\":\"Where shall they go?\","    \
  "\"options\":[{\"label\":\"To the end\"},{\"label\":\"Away\"}]}]}"

typedef struct
{
  AnnexFakeDesk *desk;
  AnnexTask *task;
  GtkWidget *page;
  GtkWindow *window;
} Shown;

static void
show (Shown *shown)
{
  shown->desk = annex_fake_desk_new ();
  shown->task = annex_fake_desk_add_task (shown->desk, "Receipts");
  annex_fake_desk_user (shown->desk, shown->task, "Sort the receipts");
  annex_fake_desk_set_state (shown->desk, shown->task, ANNEX_TASK_RUNNING);
  shown->page = annex_task_page_new (ANNEX_DESK (shown->desk), shown->task);
  shown->window = annex_shot_window (shown->page, 1200, 800);
}

static void
hide (Shown *shown)
{
  g_autoptr (GtkWidget) page = g_object_ref (shown->page);

  gtk_window_destroy (shown->window);
  annex_shot_settle (100);
  g_assert_finalize_object (g_steal_pointer (&page));
  annex_fake_desk_close (shown->desk);
  g_object_unref (shown->desk);
}

static void
gone_cb (gpointer data, GObject *where)
{
  g_ptr_array_remove_fast (data, where);
}

/* Every widget below @widget is in @alive until it is finalised. */
static void
watch_all (GtkWidget *widget, GPtrArray *alive)
{
  g_ptr_array_add (alive, widget);
  g_object_weak_ref (G_OBJECT (widget), gone_cb, alive);
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    watch_all (child, alive);
}

static gboolean
is_empty (gpointer data)
{
  return ((GPtrArray *) data)->len == 0;
}

/* A day's work opens hundreds of tasks: what one of their pages leaves behind adds up. */
static void
test_leaves_nothing (void)
{
  static const char *const tabs[] = { "plan", "files", "computer", "browser", "activity" };
  g_autoptr (GPtrArray) alive = g_ptr_array_new ();
  Shown shown;

  show (&shown);
  for (gsize i = 0; i < G_N_ELEMENTS (tabs); i++)
    {
      g_object_set (shown.page, "pane-tab", tabs[i], NULL);
      annex_shot_settle (100);
    }
  watch_all (shown.page, alive);
  g_assert_cmpuint (alive->len, >, 200);
  hide (&shown);
  if (!annex_shot_wait (is_empty, alive, WAIT_MS))
    {
      for (guint i = 0; i < alive->len; i++)
        g_test_message ("left: %s", G_OBJECT_TYPE_NAME (g_ptr_array_index (alive, i)));
      g_test_fail ();
    }
}

static void
ask (Shown *shown)
{
  g_autoptr (JsonObject) input = annex_json_parse_object (QUESTION, -1, NULL);

  annex_fake_desk_ask (shown->desk, shown->task,
                       annex_ask_new_question (annex_task_get_id (shown->task), input, NULL));
}

static GtkWidget *
card_of (Shown *shown)
{
  return annex_find (shown->page, annex_is_type, "AnnexQuestionCard");
}

static gboolean
has_focus (Shown *shown, GtkWidget *widget)
{
  GtkWidget *focus = gtk_window_get_focus (shown->window);

  return focus != NULL && widget != NULL &&
         (focus == widget || gtk_widget_is_ancestor (focus, widget));
}

static gboolean
card_has_focus (gpointer data)
{
  return has_focus (data, card_of (data));
}

static gboolean
card_is_shown (gpointer data)
{
  return card_of (data) != NULL;
}

static AnnexComposer *
composer_of (Shown *shown)
{
  return annex_task_page_get_composer (ANNEX_TASK_PAGE (shown->page));
}

static void
test_question_empty_composer (void)
{
  Shown shown;

  show (&shown);
  annex_composer_focus (composer_of (&shown));
  g_assert_true (has_focus (&shown, GTK_WIDGET (composer_of (&shown))));
  ask (&shown);
  g_assert_true (annex_shot_wait (card_has_focus, &shown, WAIT_MS));
  g_assert_true (annex_type_key (card_of (&shown), GDK_KEY_2, 0));
  g_assert_true (annex_type_key (card_of (&shown), GDK_KEY_Return, 0));
  annex_shot_settle (200);
  g_assert_true (annex_called (shown.desk, "answer:*{\"a\":\"Away\"}*"));
  hide (&shown);
}

static void
test_question_no_focus (void)
{
  Shown shown;

  show (&shown);
  annex_composer_set_text (composer_of (&shown), "Half a sentence");
  gtk_window_set_focus (shown.window, NULL);
  ask (&shown);
  g_assert_true (annex_shot_wait (card_has_focus, &shown, WAIT_MS));
  hide (&shown);
}

static void
test_question_while_typing (void)
{
  Shown shown;

  show (&shown);
  annex_composer_focus (composer_of (&shown));
  annex_composer_set_text (composer_of (&shown), "1 more th");
  ask (&shown);
  g_assert_true (annex_shot_wait (card_is_shown, &shown, WAIT_MS));
  annex_shot_settle (300); /* the offer is made after the row has its place */
  g_assert_true (has_focus (&shown, GTK_WIDGET (composer_of (&shown))));
  annex_composer_clear (composer_of (&shown));
  annex_shot_settle (300);
  g_assert_true (has_focus (&shown, GTK_WIDGET (composer_of (&shown)))); /* nor later */
  hide (&shown);
}

static void
test_question_in_pane (void)
{
  Shown shown;

  show (&shown);
  gtk_widget_activate_action (shown.page, "task.show-pane", "s", "files");
  g_assert_false (has_focus (&shown, GTK_WIDGET (composer_of (&shown))));
  g_assert_nonnull (gtk_window_get_focus (shown.window));
  ask (&shown);
  g_assert_true (annex_shot_wait (card_is_shown, &shown, WAIT_MS));
  annex_shot_settle (300);
  g_assert_false (card_has_focus (&shown));
  hide (&shown);
}

/* How many cards of results are in sight. */
static guint
count_cards (GtkWidget *root)
{
  guint n = g_str_equal (G_OBJECT_TYPE_NAME (root), "AnnexResultCard");

  for (GtkWidget *child = gtk_widget_get_first_child (root);
       child != NULL && gtk_widget_get_mapped (root); child = gtk_widget_get_next_sibling (child))
    n += count_cards (child);
  return n;
}

static gboolean
shows_one_card (gpointer data)
{
  return count_cards (((Shown *) data)->page) == 1;
}

static gboolean
shows_fold (gpointer data)
{
  return annex_shows (((Shown *) data)->page, "Expense report.xlsx") && shows_one_card (data) &&
         annex_find (((Shown *) data)->page, annex_is_type, "AnnexResultStrip") != NULL;
}

/* Working: in the conversation. At rest: in the strip, above the composer. The next request: back
 * in the conversation. */
static void
test_results (void)
{
  static const char *const paths[] = { "/home/agent/outbox/Expense report.xlsx", NULL };
  Shown shown;

  show (&shown);
  annex_fake_desk_present (shown.desk, shown.task, paths);
  g_assert_true (annex_shot_wait (shows_one_card, &shown, WAIT_MS));
  g_assert_null (annex_find (shown.page, annex_is_type, "AnnexResultStrip"));
  annex_fake_desk_text (shown.desk, shown.task, "Here is the report.");
  annex_fake_desk_set_state (shown.desk, shown.task, ANNEX_TASK_DONE);
  g_assert_true (annex_shot_wait (shows_fold, &shown, WAIT_MS));
  annex_shot_take (shown.window, "task-page-result");
  annex_fake_desk_user (shown.desk, shown.task, "Once more");
  annex_fake_desk_set_state (shown.desk, shown.task, ANNEX_TASK_RUNNING);
  g_assert_true (annex_shot_wait (shows_one_card, &shown, WAIT_MS));
  annex_shot_settle (300);
  g_assert_null (annex_find (shown.page, annex_is_type, "AnnexResultStrip"));
  g_assert_true (shows_one_card (&shown));
  hide (&shown);
}

static gboolean
is_text (GtkWidget *widget, const char *text)
{
  return GTK_IS_LABEL (widget) && g_str_equal (gtk_label_get_text (GTK_LABEL (widget)), text);
}

static gboolean
is_task_menu (GtkWidget *widget, const char *tooltip)
{
  return GTK_IS_MENU_BUTTON (widget) &&
         g_strcmp0 (gtk_widget_get_tooltip_text (widget), tooltip) == 0;
}

static gboolean
offers_archive (gpointer data)
{
  return annex_find (((Shown *) data)->page, is_text, "Archive") != NULL;
}

static gboolean
offers_unarchive (gpointer data)
{
  return annex_find (((Shown *) data)->page, is_text, "Take Out of Archive") != NULL;
}

/* The menu offers the one of both that does something. */
static void
test_archived (void)
{
  Shown shown;
  AnnexStore *store;
  GtkWidget *menu;

  show (&shown);
  store = annex_desk_get_store (ANNEX_DESK (shown.desk));
  menu = annex_find (shown.page, is_task_menu, "Task Menu");
  gtk_menu_button_popup (GTK_MENU_BUTTON (menu));
  g_assert_true (annex_shot_wait (offers_archive, &shown, WAIT_MS));
  g_assert_false (offers_unarchive (&shown));
  g_assert_true (annex_shot_await (
      annex_store_set_archived (store, annex_task_get_id (shown.task), TRUE), NULL));
  g_assert_true (annex_shot_wait (offers_unarchive, &shown, WAIT_MS));
  g_assert_false (offers_archive (&shown));
  gtk_menu_button_popdown (GTK_MENU_BUTTON (menu));
  annex_shot_settle (300);
  hide (&shown);
}

/* A task that was in the archive when its page was made. */
static void
test_archived_before (void)
{
  Shown shown;
  GtkWidget *menu;

  show (&shown);
  g_assert_true (
      annex_shot_await (annex_store_set_archived (annex_desk_get_store (ANNEX_DESK (shown.desk)),
                                                  annex_task_get_id (shown.task), TRUE),
                        NULL));
  g_object_set (shown.page, "task", NULL, NULL);
  g_object_set (shown.page, "task", shown.task, NULL);
  menu = annex_find (shown.page, is_task_menu, "Task Menu");
  gtk_menu_button_popup (GTK_MENU_BUTTON (menu));
  g_assert_true (annex_shot_wait (offers_unarchive, &shown, WAIT_MS));
  gtk_menu_button_popdown (GTK_MENU_BUTTON (menu));
  annex_shot_settle (300);
  hide (&shown);
}

/* ---- the browser: a pane that is none */

#define TEST_TYPE_PANE (test_pane_get_type ())
G_DECLARE_FINAL_TYPE (TestPane, test_pane, TEST, PANE, GObject)

struct _TestPane
{
  GObject parent_instance;

  AnnexDriver driver;
};

static void
test_pane_implement (AnnexBrowserInterface *iface)
{
}

G_DEFINE_FINAL_TYPE_WITH_CODE (TestPane,
                               test_pane,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (ANNEX_TYPE_BROWSER, test_pane_implement))

static void
test_pane_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  g_value_set_enum (value, (int) TEST_PANE (object)->driver);
}

static void
test_pane_class_init (TestPaneClass *klass)
{
  G_OBJECT_CLASS (klass)->get_property = test_pane_get_property;
  g_object_class_override_property (G_OBJECT_CLASS (klass), 1, "driver");
}

static void
test_pane_init (TestPane *self)
{
}

static void
drive (TestPane *self, AnnexDriver driver)
{
  self->driver = driver;
  g_object_notify (G_OBJECT (self), "driver");
  annex_shot_settle (300); /* the line slides */
}

static GtkWidget *
make_view (AnnexDesk *desk, AnnexTask *task, AnnexBrowser *pane)
{
  return gtk_label_new ("A page");
}

static TestPane *
give_pane (Shown *shown)
{
  TestPane *pane = g_object_new (TEST_TYPE_PANE, NULL);

  annex_browser_slot_set_view_func (make_view);
  annex_fake_desk_set_browser (shown->desk, shown->task, ANNEX_BROWSER (pane));
  annex_shot_settle (100);
  return pane;
}

#define USES "Annex is using the browser"

static void
test_browser_shows_itself (void)
{
  Shown shown;
  g_autoptr (TestPane) pane = NULL;
  g_autofree char *tab = NULL;

  show (&shown);
  g_object_set (shown.page, "pane-shown", FALSE, NULL);
  pane = give_pane (&shown);
  g_assert_false (annex_shows (shown.page, "A page")); /* the user's own may stay where it is */
  drive (pane, ANNEX_DRIVER_ANNEX);
  g_assert_true (annex_shows (shown.page, "A page"));
  g_assert_false (annex_shows (shown.page, USES));
  g_object_get (shown.page, "pane-tab", &tab, NULL);
  g_assert_cmpstr (tab, ==, "browser");
  /* Left by the user: the quiet line, now and the next time. */
  gtk_widget_activate_action (shown.page, "task.toggle-pane", NULL);
  annex_shot_settle (500);
  g_assert_false (annex_shows (shown.page, "A page"));
  g_assert_true (annex_shows (shown.page, USES));
  drive (pane, ANNEX_DRIVER_USER);
  g_assert_true (annex_shows (shown.page, "Annex waits until you hand the browser back"));
  drive (pane, ANNEX_DRIVER_NOBODY);
  drive (pane, ANNEX_DRIVER_ANNEX);
  g_assert_false (annex_shows (shown.page, "A page"));
  g_assert_true (annex_shows (shown.page, USES));
  annex_shot_take (shown.window, "task-page-browser-line");
  /* Wanted again. */
  annex_press (shown.page, "Show the Browser");
  annex_shot_settle (500);
  g_assert_true (annex_shows (shown.page, "A page"));
  g_assert_false (annex_shows (shown.page, USES));
  drive (pane, ANNEX_DRIVER_NOBODY);
  annex_fake_desk_set_browser (shown.desk, shown.task, NULL);
  hide (&shown);
}

/* Where the pane covers the conversation it does not open by itself, nor from under a hand. */
static void
test_browser_is_quiet (void)
{
  Shown shown;
  g_autoptr (TestPane) pane = NULL;

  show (&shown);
  pane = give_pane (&shown);
  gtk_widget_activate_action (shown.page, "task.show-pane", "s", "files");
  drive (pane, ANNEX_DRIVER_ANNEX);
  g_assert_false (annex_shows (shown.page, "A page"));
  g_assert_true (annex_shows (shown.page, USES));
  drive (pane, ANNEX_DRIVER_NOBODY);
  g_assert_false (annex_shows (shown.page, USES));
  g_object_set (shown.page, "compact", TRUE, "pane-shown", FALSE, NULL);
  annex_shot_settle (500);
  drive (pane, ANNEX_DRIVER_ANNEX);
  g_assert_false (annex_shows (shown.page, "A page"));
  g_assert_true (annex_shows (shown.page, USES));
  drive (pane, ANNEX_DRIVER_NOBODY);
  annex_fake_desk_set_browser (shown.desk, shown.task, NULL);
  hide (&shown);
}

/* The step that browsed leads there, also later. */
static void
test_browser_from_step (void)
{
  Shown shown;
  g_autoptr (TestPane) pane = NULL;
  g_autofree char *id = NULL;

  show (&shown);
  pane = give_pane (&shown);
  id = annex_fake_desk_call (shown.desk, shown.task, "browse", "{\"goal\":\"Find the rate\"}");
  annex_fake_desk_result (shown.desk, shown.task, id, "browse", "4", FALSE, 100);
  annex_shot_settle (500);
  annex_press (shown.page, "Show the Browser");
  annex_shot_settle (500);
  g_assert_true (annex_shows (shown.page, "A page"));
  annex_fake_desk_set_browser (shown.desk, shown.task, NULL);
  hide (&shown);
}

/* ---- a permission in a small window */

static gboolean
refusal_is_shown (gpointer page)
{
  return annex_find_button (page, "No, not this") != NULL;
}

/* However much is to be read, what it is answered with stays in view. */
static void
test_permission_fits (void)
{
  g_autoptr (GString) text = g_string_new ("May this command run?");
  GtkWidget *button;
  graphene_rect_t bounds;
  Shown shown;

  show (&shown);
  g_object_set (shown.page, "compact", TRUE, "narrow", TRUE, "pane-shown", FALSE, NULL);
  gtk_window_set_default_size (shown.window, 360, 480);
  for (guint i = 0; i < 60; i++)
    g_string_append_printf (text, "\nstep %u of it", i);
  annex_fake_desk_ask (shown.desk, shown.task,
                       annex_ask_new_consent (annex_task_get_id (shown.task), "Secret", text->str,
                                              "Yes, this once", "No, not this"));
  g_assert_true (annex_shot_wait (refusal_is_shown, shown.page, WAIT_MS));
  annex_shot_settle (300);
  annex_shot_take (shown.window, "permission-small");
  button = annex_find_button (shown.page, "No, not this");
  g_assert_true (gtk_widget_compute_bounds (button, shown.page, &bounds));
  g_assert_cmpfloat (bounds.origin.y, >=, 0);
  g_assert_cmpfloat (bounds.origin.y + bounds.size.height, <=,
                     gtk_widget_get_height (shown.page) - 80); /* above the composer */
  g_assert_true (gtk_widget_get_height (shown.page) < 600);
  hide (&shown);
}

static guint
count_images (Shown *shown)
{
  g_autoptr (AnnexNewTask) request = annex_composer_dup_request (composer_of (shown));

  return request != NULL ? request->images->len : 0;
}

static gboolean
has_image (gpointer data)
{
  return count_images (data) > 0;
}

/* Takes @provider. */
static void
paste (Shown *shown, GdkContentProvider *provider)
{
  GtkWidget *composer = GTK_WIDGET (composer_of (shown));

  g_assert_true (gdk_clipboard_set_content (gtk_widget_get_clipboard (composer), provider));
  g_signal_emit_by_name (annex_find (composer, annex_is_type, "GtkTextView"), "paste-clipboard");
  annex_shot_settle (500);
  g_object_unref (provider);
}

/* What others made is decoded elsewhere, and goes on as a PNG of its plain pixels. */
static void
test_paste (void)
{
  static const char gif[] =
      "R0lGODlhEAAIAPEAAAD/AP8AAAAA/////yH5BAAAAAAALAAAAAAQAAgAAAIXhBEZws2HlHNQrfmOxcxu7klgeGFkORUA"
      "Ow==";
  gsize length;
  guchar *data = g_base64_decode (gif, &length);
  g_autoptr (GBytes) picture = g_bytes_new_take (data, length);
  g_autoptr (GBytes) head = g_bytes_new_from_bytes (picture, 0, 20);
  g_autoptr (AnnexNewTask) request = NULL;
  g_autoptr (GdkTexture) texture = NULL;
  Shown shown;

  show (&shown);
  paste (&shown, gdk_content_provider_new_for_bytes ("image/gif", head));
  paste (&shown, gdk_content_provider_new_for_bytes ("image/gif", picture));
  g_assert_true (annex_shot_wait (has_image, &shown, WAIT_MS));
  annex_shot_settle (500);
  g_assert_cmpuint (count_images (&shown), ==, 1); /* not the one that is cut off */
  request = annex_composer_dup_request (composer_of (&shown));
  g_assert_true (g_str_has_prefix (g_bytes_get_data (g_ptr_array_index (request->images, 0), NULL),
                                   "\x89PNG"));
  texture = gdk_texture_new_from_bytes (g_ptr_array_index (request->images, 0), NULL);
  g_assert_cmpint (gdk_texture_get_width (texture), ==, 16);
  hide (&shown);
}

/* The buffer that the user writes in. */
static GtkTextBuffer *
buffer_of (Shown *shown)
{
  return gtk_text_view_get_buffer (
      GTK_TEXT_VIEW (annex_find (GTK_WIDGET (composer_of (shown)), annex_is_type, "GtkTextView")));
}

static void
assert_text (Shown *shown, const char *expected)
{
  g_autofree char *text = NULL;

  g_object_get (buffer_of (shown), "text", &text, NULL);
  g_assert_cmpstr (text, ==, expected);
}

/* Sends “First” with a skill, which takes a while, and then works or not. */
static void
send_first (Shown *shown, GError *error)
{
  show (shown);
  if (error != NULL)
    annex_fake_desk_fail (shown->desk, "say", error);
  annex_fake_desk_hold (shown->desk, "say");
  annex_composer_add_skill (composer_of (shown), "report");
  annex_composer_set_text (composer_of (shown), "First ");
  g_signal_emit_by_name (composer_of (shown), "send");
  annex_shot_settle (200);
  g_assert_true (annex_called (shown->desk, "say:/report First"));
}

static void
test_send_while_typing (void)
{
  Shown shown;
  g_autoptr (AnnexNewTask) request = NULL;

  send_first (&shown, NULL);
  assert_text (&shown, "");
  g_assert_null (annex_composer_dup_request (composer_of (&shown)));
  g_assert_false (annex_composer_is_empty (composer_of (&shown))); /* it may come back */
  annex_shot_take (shown.window, "composer-sending");
  annex_composer_set_text (composer_of (&shown), "Second");
  annex_composer_add_skill (composer_of (&shown), "sums");
  annex_fake_desk_release (shown.desk, "say");
  annex_shot_settle (300);
  assert_text (&shown, "Second");
  request = annex_composer_dup_request (composer_of (&shown));
  g_assert_cmpstr (request->prompt, ==, "/sums Second");
  /* What was sent does not come back with Ctrl+Z. */
  while (gtk_text_buffer_get_can_undo (buffer_of (&shown)))
    gtk_text_buffer_undo (buffer_of (&shown));
  assert_text (&shown, "");
  hide (&shown);
}

static void
test_send_failed (void)
{
  Shown shown;
  g_autoptr (AnnexNewTask) request = NULL;

  send_first (&shown, g_error_new_literal (G_IO_ERROR, G_IO_ERROR_FAILED, "No room"));
  annex_composer_set_text (composer_of (&shown), "Second");
  annex_composer_add_skill (composer_of (&shown), "report");
  annex_composer_add_skill (composer_of (&shown), "sums");
  annex_fake_desk_release (shown.desk, "say");
  annex_shot_settle (300);
  annex_shot_take (shown.window, "composer-not-sent");
  assert_text (&shown, "First\n\nSecond");
  request = annex_composer_dup_request (composer_of (&shown));
  g_assert_cmpuint (request->skills->len, ==, 2);
  while (gtk_text_buffer_get_can_undo (buffer_of (&shown)))
    gtk_text_buffer_undo (buffer_of (&shown));
  assert_text (&shown, "First\n\nSecond");
  hide (&shown);
}

/* However large it is, it takes the place of a name. */
static void
test_paste_large (void)
{
  enum { WIDTH = 1600, HEIGHT = 900 };
  g_autoptr (GBytes) bytes = g_bytes_new_take (g_malloc0 (WIDTH * HEIGHT * 4), WIDTH * HEIGHT * 4);
  g_autoptr (GdkTexture) texture =
      gdk_memory_texture_new (WIDTH, HEIGHT, GDK_MEMORY_R8G8B8X8, bytes, WIDTH * 4);
  GtkWidget *picture;
  Shown shown;

  show (&shown);
  paste (&shown, gdk_content_provider_new_typed (GDK_TYPE_TEXTURE, texture));
  g_assert_true (annex_shot_wait (has_image, &shown, WAIT_MS));
  annex_shot_take (shown.window, "pasted-image");
  picture = annex_find (GTK_WIDGET (composer_of (&shown)), annex_is_type, "GtkPicture");
  g_assert_nonnull (picture);
  g_assert_cmpint (gtk_widget_get_width (picture), ==, 32);
  g_assert_cmpint (gtk_widget_get_height (picture), ==, 32);
  hide (&shown);
}

int
main (int argc, char **argv)
{
  annex_shot_init (&argc, &argv);
  g_test_add_func ("/ui/task-page/leaves-nothing", test_leaves_nothing);
  g_test_add_func ("/ui/task-page/question/empty-composer", test_question_empty_composer);
  g_test_add_func ("/ui/task-page/question/no-focus", test_question_no_focus);
  g_test_add_func ("/ui/task-page/question/while-typing", test_question_while_typing);
  g_test_add_func ("/ui/task-page/question/in-pane", test_question_in_pane);
  g_test_add_func ("/ui/task-page/results", test_results);
  g_test_add_func ("/ui/task-page/archived", test_archived);
  g_test_add_func ("/ui/task-page/archived-before", test_archived_before);
  g_test_add_func ("/ui/task-page/browser/shows-itself", test_browser_shows_itself);
  g_test_add_func ("/ui/task-page/browser/is-quiet", test_browser_is_quiet);
  g_test_add_func ("/ui/task-page/browser/from-step", test_browser_from_step);
  g_test_add_func ("/ui/task-page/permission-fits", test_permission_fits);
  g_test_add_func ("/ui/task-page/paste", test_paste);
  g_test_add_func ("/ui/task-page/send/while-typing", test_send_while_typing);
  g_test_add_func ("/ui/task-page/send/failed", test_send_failed);
  g_test_add_func ("/ui/task-page/paste-large", test_paste_large);
  return g_test_run ();
}
