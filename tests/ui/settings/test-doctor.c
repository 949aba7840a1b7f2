/* test-doctor.c
 *
 * The doctor page and the banners on a fake desk: order, repair, copying, busy states, names of
 * controls, and pictures.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-banners.h"
#include "annex-doctor-page.h"
#include "annex-fake-desk-private.h"
#include "annex-shot.h"
#include "annex-ui-find.h"

/* As the doctor says them: see src/app/annex-doctor-*.c. */
static void
set_checks (AnnexFakeDesk *desk)
{
  annex_fake_desk_set_check (
      desk, "kvm", ANNEX_CHECK_NOTICE, "Fast virtual machines",
      "This machine is itself a virtual machine, and whoever runs it has not allowed virtual "
      "machines inside it. Annex’s computer is emulated, which is several times slower; where it "
      "may not run at all, it can be turned off in the preferences.",
      NULL,
      "Please allow nested virtualization for this virtual machine (the processor flag vmx or svm "
      "must be passed on to it).");
  annex_fake_desk_set_check (desk, "qemu", ANNEX_CHECK_OK, "Running virtual machines",
                             "The program that runs virtual machines is here.", NULL, NULL);
  annex_fake_desk_set_check (
      desk, "image", ANNEX_CHECK_FAILED, "The computer’s system",
      "The system of Annex’s computer is damaged and must be made again. Tasks and files are not "
      "touched.",
      "Build It Again", NULL);
  annex_fake_desk_set_check (
      desk, "virtiofsd", ANNEX_CHECK_FAILED, "Sharing folders",
      "The program that shows your folders to the computer (virtiofsd) is not installed. Tasks "
      "without folders work.",
      NULL, "Please install virtiofsd, version 1.13 or newer (the one written in Rust).");
  annex_fake_desk_set_check (desk, "leftovers", ANNEX_CHECK_NOTICE, "Leftovers",
                             "1 computer was left behind when Annex ended unexpectedly. It takes "
                             "memory or room for nothing.",
                             "Clear Up", NULL);
  annex_fake_desk_set_check (desk, "keyring", ANNEX_CHECK_OK, "The keyring",
                             "Keys are kept in the desktop’s keyring.", NULL, NULL);
}

static GtkWidget *
in_window (GtkWidget *page)
{
  GtkWidget *toasts = adw_toast_overlay_new ();

  adw_toast_overlay_set_child (ADW_TOAST_OVERLAY (toasts), page);
  return toasts;
}

static void
close_window (GtkWindow *window, gpointer page)
{
  gpointer weak = page;

  g_object_add_weak_pointer (G_OBJECT (page), &weak);
  gtk_window_destroy (window);
  annex_shot_settle (100);
  g_assert_null (weak); /* nothing holds it */
}

static gboolean
is_idle (gpointer data)
{
  gboolean busy;

  g_object_get (data, "busy", &busy, NULL);
  return !busy;
}

static double
top_of (GtkWidget *root, const char *text)
{
  GtkWidget *label = annex_find (root, annex_is_label_with, text);
  graphene_point_t point;

  g_assert_nonnull (label);
  g_assert_true (gtk_widget_compute_point (label, root, &GRAPHENE_POINT_INIT (0, 0), &point));
  return point.y;
}

static void
test_page (void)
{
  g_autoptr (AnnexFakeDesk) desk = annex_fake_desk_new ();
  GtkWidget *page = annex_doctor_page_new (NULL);
  GtkWindow *window = annex_shot_window (in_window (page), 800, 900);

  annex_fake_desk_hold (desk, "run_checks");
  g_object_set (page, "desk", desk, NULL);
  gtk_widget_set_visible (page, FALSE);
  gtk_widget_set_visible (page, TRUE); /* shown: looks by itself */
  annex_shot_settle (100);
  g_assert_true (annex_fake_desk_was_called (desk, "run_checks:"));
  g_assert_false (is_idle (page));
  g_assert_true (annex_shows (GTK_WIDGET (window), "Looking at What Annex Needs"));
  annex_shot_take (window, "doctor-busy");
  set_checks (desk);
  annex_fake_desk_release (desk, "run_checks");
  g_assert_true (annex_shot_wait (is_idle, page, 5000));
  annex_shot_settle (100);

  g_assert_true (annex_shows (GTK_WIDGET (window), "2 Things Need Attention"));
  g_assert_cmpfloat (top_of (GTK_WIDGET (window), "Sharing folders"), <,
                     top_of (GTK_WIDGET (window), "Fast virtual machines"));
  g_assert_cmpfloat (top_of (GTK_WIDGET (window), "Fast virtual machines"), <,
                     top_of (GTK_WIDGET (window), "The keyring"));
  annex_shot_take (window, "doctor");

  annex_fake_desk_hold (desk, "repair");
  annex_press (GTK_WIDGET (window), "Clear Up");
  annex_shot_settle (100);
  g_assert_true (annex_fake_desk_was_called (desk, "repair:leftovers"));
  g_assert_null (annex_find_button (GTK_WIDGET (window), "Clear Up"));
  annex_fake_desk_release (desk, "repair");
  annex_shot_settle (200);
  g_assert_null (annex_find_button (GTK_WIDGET (window), "Clear Up"));
  g_assert_cmpfloat (top_of (GTK_WIDGET (window), "Leftovers"), >,
                     top_of (GTK_WIDGET (window), "Fast virtual machines"));

  /* What is large is begun only after one was told what it takes. */
  annex_press (GTK_WIDGET (window), "Build It Again");
  annex_shot_settle (100);
  g_assert_true (annex_fake_desk_was_called (desk, "get_needs*"));
  g_assert_false (annex_fake_desk_was_called (desk, "repair:image"));
  adw_dialog_force_close (adw_window_get_visible_dialog (ADW_WINDOW (window)));
  annex_fake_desk_set_check (desk, "image", ANNEX_CHECK_OK, "The computer’s system",
                             "The system of Annex’s computer is here and whole.", NULL, NULL);
  annex_shot_settle (100);
  g_assert_true (annex_shows (GTK_WIDGET (window), "1 Thing Needs Attention"));

  annex_fake_desk_forget_calls (desk);
  gtk_widget_activate_action (page, "doctor.check-thoroughly", NULL);
  annex_shot_settle (100);
  g_assert_true (annex_fake_desk_was_called (desk, "run_checks:thorough"));
  close_window (window, page);
  annex_fake_desk_close (desk);
}

/* What the window has looked at by itself is shown at once, and is not taken for all there is. */
static void
test_looks_by_itself (void)
{
  g_autoptr (AnnexFakeDesk) desk = annex_fake_desk_new ();
  GtkWidget *page;
  GtkWindow *window;

  annex_fake_desk_set_check (desk, "disk", ANNEX_CHECK_OK, "Room on the disk", "There is room.",
                             NULL, NULL);
  annex_fake_desk_hold (desk, "run_checks");
  page = annex_doctor_page_new (ANNEX_DESK (desk));
  window = annex_shot_window (in_window (page), 800, 900);
  annex_shot_settle (100);
  g_assert_true (annex_fake_desk_was_called (desk, "run_checks:"));
  g_assert_true (annex_shows (page, "Room on the disk"));
  g_assert_true (annex_shows (page, "Looking at What Annex Needs"));
  g_assert_false (annex_shows (page, "Annex Has What It Needs"));
  annex_shot_take (window, "doctor-busy-with-rows");
  annex_fake_desk_set_check (desk, "model", ANNEX_CHECK_FAILED, "The model", "The key was refused.",
                             NULL, NULL);
  annex_fake_desk_release (desk, "run_checks");
  g_assert_true (annex_shot_wait (is_idle, page, 5000));
  g_assert_true (annex_shows (page, "1 Thing Needs Attention"));

  /* And each time that it is shown. */
  annex_fake_desk_forget_calls (desk);
  gtk_widget_set_visible (page, FALSE);
  gtk_widget_set_visible (page, TRUE);
  g_assert_true (annex_shot_wait (is_idle, page, 5000));
  annex_shot_settle (400);
  g_assert_true (annex_fake_desk_was_called (desk, "run_checks:"));
  close_window (window, page);
  annex_fake_desk_close (desk);
}

/* There is a computer, and another system for it: one is told what that takes before it is fetched.
 */
static void
test_newer_image (void)
{
  g_autoptr (AnnexFakeDesk) desk = annex_fake_desk_new ();
  AnnexComputerNeeds needs = { .installed = TRUE,
                               .download_bytes = 510 << 20,
                               .disk_bytes = 890 << 20,
                               .disk_free_bytes = G_GUINT64_CONSTANT (60) << 30,
                               .memory_bytes = 1 << 30,
                               .folder = (char *) "/home/user/.local/share/annex",
                               .source = (char *) "Downloaded" };
  GtkWidget *page;
  GtkWindow *window;
  GtkWidget *dialog;

  annex_fake_desk_set_needs (desk, &needs);
  annex_fake_desk_set_check (desk, "image", ANNEX_CHECK_NOTICE, "The computer’s system",
                             "There is another system for Annex’s computer (13-b). Tasks that were "
                             "begun with the present one keep it.",
                             "Change to It", NULL);
  page = annex_doctor_page_new (ANNEX_DESK (desk));
  window = annex_shot_window (in_window (page), 800, 900);
  g_assert_true (annex_shot_wait (is_idle, page, 5000));
  annex_press (page, "Change to It");
  annex_shot_settle (400);
  dialog = GTK_WIDGET (adw_window_get_visible_dialog (ADW_WINDOW (window)));
  g_assert_nonnull (dialog);
  g_assert_true (annex_shows (dialog, "Another System for the Computer"));
  g_assert_true (annex_shows (dialog, " · Downloaded"));
  g_assert_false (annex_fake_desk_was_called (desk, "install_computer"));
  annex_shot_take (window, "doctor-newer-image");
  annex_press (dialog, "Change to It");
  annex_shot_settle (400);
  g_assert_true (annex_fake_desk_was_called (desk, "install_computer"));
  annex_press (dialog, "_Begin");
  annex_shot_settle (600);
  g_assert_null (adw_window_get_visible_dialog (ADW_WINDOW (window)));
  close_window (window, page);
  annex_fake_desk_close (desk);
}

static void
text_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  *(char **) data = gdk_clipboard_read_text_finish (GDK_CLIPBOARD (source), result, NULL);
}

static gboolean
has_value (gpointer data)
{
  return *(char **) data != NULL;
}

static void
set_detail (AnnexFakeDesk *desk, const char *id, const char *detail)
{
  for (guint i = 0; i < desk->checks->len; i++)
    {
      AnnexCheckResult *check = g_ptr_array_index (desk->checks, i);

      if (g_str_equal (check->id, id))
        g_set_str (&check->detail, detail);
    }
}

static void
test_copy (void)
{
  g_autoptr (AnnexFakeDesk) desk = annex_fake_desk_new ();
  GtkWidget *page;
  GtkWindow *window;
  g_autofree char *copied = NULL;
  g_autofree char *report = NULL;
  GtkWidget *row;

  set_checks (desk);
  annex_fake_desk_set_check (desk, "folders", ANNEX_CHECK_NOTICE, "Folders of your tasks",
                             "A folder that you gave to a task is not where it was.", NULL, NULL);
  set_detail (desk, "folders", "/media/stick/Divorce (Letters to the lawyer)");
  set_detail (desk, "qemu", "/usr/bin/qemu-system-x86_64");
  page = annex_doctor_page_new (ANNEX_DESK (desk));
  window = annex_shot_window (in_window (page), 360, 900);
  annex_shot_take (window, "doctor");
  row = gtk_widget_get_ancestor (annex_find (page, annex_is_label_with, "Sharing folders"),
                                 ADW_TYPE_EXPANDER_ROW);
  adw_expander_row_set_expanded (ADW_EXPANDER_ROW (row), TRUE);
  annex_shot_settle (300);
  annex_shot_take (window, "doctor-details");
  annex_press (row, "Copy for Your Administrator");
  gdk_clipboard_read_text_async (gtk_widget_get_clipboard (page), NULL, text_cb, &copied);
  g_assert_true (annex_shot_wait (has_value, &copied, 5000));
  g_assert_nonnull (strstr (copied, "virtiofsd, version 1.13"));
  g_assert_null (strstr (copied, "nested"));
  gtk_widget_activate_action (page, "doctor.copy-report", NULL);
  gdk_clipboard_read_text_async (gtk_widget_get_clipboard (page), NULL, text_cb, &report);
  g_assert_true (annex_shot_wait (has_value, &report, 5000));
  g_assert_nonnull (strstr (report, "[failed] The computer’s system"));
  g_assert_nonnull (strstr (report, "[ok] The keyring"));
  g_assert_nonnull (strstr (report, "/usr/bin/qemu-system-x86_64"));
  g_assert_nonnull (strstr (report, "[notice] Folders of your tasks"));
  g_assert_null (strstr (report, "Divorce")); /* as the button promises */

  /* What was open stays open when there is news. */
  annex_fake_desk_set_check (desk, "disk", ANNEX_CHECK_OK, "Room on the disk", "There is room.",
                             NULL, NULL);
  annex_shot_settle (100);
  row = gtk_widget_get_ancestor (annex_find (page, annex_is_label_with, "Sharing folders"),
                                 ADW_TYPE_EXPANDER_ROW);
  g_assert_true (adw_expander_row_get_expanded (ADW_EXPANDER_ROW (row)));
  close_window (window, page);
  annex_fake_desk_close (desk);
}

/* Titles and sentences may carry names of files and words of other programs. */
static void
test_hostile (void)
{
  g_autoptr (AnnexFakeDesk) desk = annex_fake_desk_new ();
  g_autofree char *flood = g_strnfill (10000, 'x');
  GtkWidget *page;
  GtkWindow *window;

  annex_fake_desk_set_check (desk, "disk", ANNEX_CHECK_FAILED,
                             "<b>Disk</b> \u202egpj.exe\nAnother line", flood, "<i>Repair</i>",
                             flood);
  page = annex_doctor_page_new (ANNEX_DESK (desk));
  window = annex_shot_window (in_window (page), 360, 900);
  g_assert_true (annex_shows (page, "<b>Disk</b>"));
  g_assert_false (annex_shows (page, "\u202e"));
  g_assert_cmpint (gtk_widget_get_width (GTK_WIDGET (window)), <=, 360);
  annex_shot_take (window, "doctor-hostile");
  close_window (window, page);
  annex_fake_desk_close (desk);
}

/* The default model is an OpenAI-compatible one at @address, NULL: the provider's own. */
static void
think_at (AnnexFakeDesk *desk, const char *address)
{
  g_autoptr (AnnexModelProfile) profile = annex_model_profile_new ("openai", "Mine");

  profile->base_url = g_strdup (address);
  profile->is_default = TRUE;
  annex_shot_await (annex_desk_save_profile (ANNEX_DESK (desk), profile, NULL), NULL);
}

static void
test_banners (void)
{
  g_autoptr (AnnexFakeDesk) desk = annex_fake_desk_new ();
  GtkWidget *banners = annex_banners_new (ANNEX_DESK (desk));
  GtkWindow *window = annex_shot_window (banners, 800, 120);

  g_assert_null (annex_banners_get_check_id (ANNEX_BANNERS (banners)));
  set_checks (desk);
  g_assert_cmpstr (annex_banners_get_check_id (ANNEX_BANNERS (banners)), ==, "image");
  g_assert_nonnull (annex_find_button (banners, "_Set Up…"));
  /* What cannot be set up here is not offered, and a disk that is away is not full. */
  annex_fake_desk_set_check (desk, "image", ANNEX_CHECK_FAILED, "The computer’s system",
                             "It is for another processor.", NULL, NULL);
  g_assert_true (annex_shows (banners, "It is for another processor."));
  g_assert_nonnull (annex_find_button (banners, "_Details"));
  annex_fake_desk_set_check (desk, "place", ANNEX_CHECK_FAILED, "Annex’s folders",
                             "The disk does not answer.", NULL, NULL);
  g_assert_cmpstr (annex_banners_get_check_id (ANNEX_BANNERS (banners)), ==, "place");
  g_assert_true (annex_shows (banners, "A disk that Annex works on cannot be reached"));
  annex_fake_desk_set_check (desk, "place", ANNEX_CHECK_OK, "Annex’s folders", "Fine.", NULL, NULL);
  annex_fake_desk_set_check (desk, "leftovers", ANNEX_CHECK_OK, "Leftovers", "None.", NULL, NULL);
  annex_fake_desk_set_check (desk, "image", ANNEX_CHECK_OK, "The computer’s system", "Fine.", NULL,
                             NULL);
  g_assert_cmpstr (annex_banners_get_check_id (ANNEX_BANNERS (banners)), ==, "virtiofsd");
  annex_fake_desk_set_check (desk, "virtiofsd", ANNEX_CHECK_OK, "Sharing folders", "Fine.", NULL,
                             NULL);
  g_assert_cmpstr (annex_banners_get_check_id (ANNEX_BANNERS (banners)), ==, "kvm");
  annex_shot_take (window, "banner-notice");
  annex_fake_desk_set_check (desk, "model", ANNEX_CHECK_FAILED, "Model", "The key was refused.",
                             NULL, NULL);
  g_assert_cmpstr (annex_banners_get_check_id (ANNEX_BANNERS (banners)), ==, "model");
  annex_shot_take (window, "banner");
  annex_fake_desk_set_check (desk, "model", ANNEX_CHECK_OK, "Model", "Fine.", NULL, NULL);
  annex_shot_settle (100);
  annex_press (banners, "_Details"); /* a limit is told once */
  g_assert_null (annex_banners_get_check_id (ANNEX_BANNERS (banners)));
  /* and again when it was over in between: a disk fills up more than once */
  for (guint i = 0; i < 2; i++)
    {
      annex_fake_desk_set_check (desk, "disk", ANNEX_CHECK_NOTICE, "Disk", "Little room.", NULL,
                                 NULL);
      g_assert_cmpstr (annex_banners_get_check_id (ANNEX_BANNERS (banners)), ==, "disk");
      annex_shot_settle (100);
      annex_press (banners, "_Details");
      g_assert_null (annex_banners_get_check_id (ANNEX_BANNERS (banners)));
      annex_fake_desk_set_check (desk, "disk", ANNEX_CHECK_OK, "Disk", "Fine.", NULL, NULL);
    }

  /* Being offline matters to who thinks elsewhere, and as often as it happens. */
  annex_fake_desk_set_check (desk, "network", ANNEX_CHECK_NOTICE, "The network", "There is none.",
                             NULL, NULL);
  g_assert_null (annex_banners_get_check_id (ANNEX_BANNERS (banners)));
  think_at (desk, "http://127.0.0.1:11434");
  g_assert_null (annex_banners_get_check_id (ANNEX_BANNERS (banners)));
  think_at (desk, NULL);
  g_assert_cmpstr (annex_banners_get_check_id (ANNEX_BANNERS (banners)), ==, "network");
  annex_shot_settle (100);
  annex_press (banners, "_Details");
  g_assert_cmpstr (annex_banners_get_check_id (ANNEX_BANNERS (banners)), ==, "network");
  close_window (window, banners);
  annex_fake_desk_close (desk);
}

int
main (int argc, char **argv)
{
  annex_shot_init (&argc, &argv);
  g_test_add_func ("/ui/doctor/page", test_page);
  g_test_add_func ("/ui/doctor/looks-by-itself", test_looks_by_itself);
  g_test_add_func ("/ui/doctor/newer-image", test_newer_image);
  g_test_add_func ("/ui/doctor/copy", test_copy);
  g_test_add_func ("/ui/doctor/hostile", test_hostile);
  g_test_add_func ("/ui/banners/worst", test_banners);
  return g_test_run ();
}
