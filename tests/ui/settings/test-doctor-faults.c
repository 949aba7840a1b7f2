/* test-doctor-faults.c
 *
 * The window under each fault: what the doctor really says of it, word for word on its page, with
 * what mends it, and the banner that tells it by itself. The words are those that the doctor's own
 * test of faults has got from it; the program's path is the first argument.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-banners.h"
#include "annex-doctor-page.h"
#include "annex-fake-desk.h"
#include "annex-shot.h"
#include "annex-ui-find.h"

#include <glib/gstdio.h>
#include <string.h>

static const char *program;

/* What the window tells by itself; of all others that failed, that they did. */
static const struct
{
  const char *fault;
  const char *banner; /* NULL: none */
} banners[] = {
  { "KVM refused", "Fast virtual machines are not available here" },
  { "KVM dead", "Fast virtual machines are not available here" },
  { "no sub-ids", NULL },
  { "image damaged", "Annex’s computer is not set up" },
  { "template stale", NULL },
  { "host disk full", "Your disk is almost full" },
  { "guest disk full", NULL },
  { "keyring absent", "There is no keyring" },
  { "keyring locked", "the keyring is locked" },
  { "key revoked", "its key is refused" },
  { "model unreachable", "cannot be reached" },
  { "proxy blocked", "proxy does not let Annex out" },
  { "leftovers", NULL },
  { "read-only data folder", "Your tasks cannot be stored" },
  { "share vanished", NULL },
  { "connector not signed in", NULL },
};

/* "fault\t{json}" lines. */
static char **
read_faults (void)
{
  g_autofree char *folder = g_dir_make_tmp ("annex-faults-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "faults", NULL);
  g_autoptr (GSubprocessLauncher) launcher =
      g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDOUT_SILENCE);
  g_autoptr (GSubprocess) process = NULL;
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;

  g_subprocess_launcher_setenv (launcher, "ANNEX_WRITE_FAULTS", path, TRUE);
  process = g_subprocess_launcher_spawn (launcher, &error, program, NULL);
  g_assert_no_error (error);
  g_assert_true (g_subprocess_wait_check (process, NULL, &error));
  g_assert_no_error (error);
  g_assert_true (g_file_get_contents (path, &text, NULL, &error));
  g_assert_no_error (error);
  g_unlink (path);
  g_rmdir (folder);
  g_strchomp (text);
  return g_strsplit (text, "\n", -1);
}

static AnnexCheckState
read_state (const char *name)
{
  for (guint i = ANNEX_CHECK_OK; i <= ANNEX_CHECK_UNKNOWN; i++)
    if (g_str_equal (annex_check_state_to_name (i), name))
      return i;
  g_error ("There is no state %s", name);
}

/* Hosted, so that the network matters. */
static void
think_elsewhere (AnnexFakeDesk *desk)
{
  g_autoptr (AnnexModelProfile) profile = annex_model_profile_new ("openai", "Mine");

  profile->is_default = TRUE;
  annex_shot_await (annex_desk_save_profile (ANNEX_DESK (desk), profile, NULL), NULL);
}

static void
check_banner (const char *fault, JsonObject *said, GtkWidget *widget)
{
  gboolean has_failed = g_str_equal (annex_json_opt_string (said, "state", ""), "failed");
  const char *words = has_failed ? annex_json_opt_string (said, "title", "") : NULL;
  const char *shown = annex_banners_get_check_id (ANNEX_BANNERS (widget));

  for (guint i = 0; i < G_N_ELEMENTS (banners); i++)
    if (g_str_has_prefix (fault, banners[i].fault))
      words = banners[i].banner;
  if (words == NULL)
    {
      g_assert_null (shown);
      return;
    }
  g_assert_cmpstr (shown, ==, annex_json_opt_string (said, "id", ""));
  if (!annex_shows (widget, words))
    g_error ("%s: no banner says “%s”", fault, words);
}

static void
check_page (const char *fault, JsonObject *said, GtkWidget *page)
{
  const char *repair = annex_json_opt_string (said, "repair", NULL);
  const char *admin = annex_json_opt_string (said, "admin_text", NULL);
  GtkWidget *row =
      annex_find (page, annex_is_label_with, annex_json_opt_string (said, "title", ""));

  g_assert_nonnull (row);
  if (!annex_shows (page, annex_json_opt_string (said, "sentence", "")))
    g_error ("%s: the page does not say “%s”", fault, annex_json_opt_string (said, "sentence", ""));
  g_assert_true ((repair != NULL && annex_find_button (page, repair) != NULL) == (repair != NULL));
  if (admin == NULL)
    return;
  row = gtk_widget_get_ancestor (row, ADW_TYPE_EXPANDER_ROW);
  g_assert_nonnull (row);
  adw_expander_row_set_expanded (ADW_EXPANDER_ROW (row), TRUE);
  annex_shot_settle (50);
  g_assert_true (annex_shows (row, admin));
  g_assert_nonnull (annex_find_button (row, "Copy for Your Administrator"));
}

static void
check_fault (const char *fault, JsonObject *said)
{
  g_autoptr (AnnexFakeDesk) desk = annex_fake_desk_new ();
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  GtkWidget *toasts = adw_toast_overlay_new ();
  GtkWidget *banner = annex_banners_new (ANNEX_DESK (desk));
  GtkWidget *page;
  GtkWindow *window;
  g_autofree char *name = g_strdelimit (g_strconcat ("doctor-fault-", fault, NULL), " :", '-');

  think_elsewhere (desk);
  annex_fake_desk_set_check (desk, annex_json_opt_string (said, "id", ""),
                             read_state (annex_json_opt_string (said, "state", "")),
                             annex_json_opt_string (said, "title", ""),
                             annex_json_opt_string (said, "sentence", ""),
                             annex_json_opt_string (said, "repair", NULL),
                             annex_json_opt_string (said, "admin_text", NULL));
  page = annex_doctor_page_new (ANNEX_DESK (desk));
  gtk_widget_set_vexpand (toasts, TRUE);
  adw_toast_overlay_set_child (ADW_TOAST_OVERLAY (toasts), page);
  gtk_box_append (GTK_BOX (box), banner);
  gtk_box_append (GTK_BOX (box), toasts);
  window = annex_shot_window (box, 640, 600);
  annex_shot_settle (50);
  check_page (fault, said, page);
  check_banner (fault, said, banner);
  annex_shot_take (window, name);
  gtk_window_destroy (window);
  annex_shot_settle (20);
  annex_fake_desk_close (desk);
}

static void
test_faults (void)
{
  g_auto (GStrv) lines = read_faults ();

  g_assert_cmpuint (g_strv_length (lines), >=, 20);
  for (guint i = 0; lines[i] != NULL; i++)
    {
      g_auto (GStrv) parts = g_strsplit (lines[i], "\t", 2);
      g_autoptr (JsonObject) said = annex_json_parse_object (parts[1], -1, NULL);

      g_assert_nonnull (said);
      g_test_message ("%s", parts[0]);
      if (!g_str_equal (annex_json_opt_string (said, "state", ""), "ok"))
        check_fault (parts[0], said);
    }
}

int
main (int argc, char **argv)
{
  annex_shot_init (&argc, &argv);
  g_assert_cmpint (argc, ==, 2);
  program = argv[1];
  g_test_add_func ("/ui/doctor/faults", test_faults);
  return g_test_run ();
}
