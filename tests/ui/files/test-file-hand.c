/* test-file-hand.c
 *
 * A changed file of the files pane is opened and saved as a person does it: with the buttons, an
 * app of the desktop and the dialog for files, all of them real.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-shot.h"
#include "fake-computer.h"
#include "files-fixture.h"

#include <glib/gstdio.h>

#define WAIT_MS 20000

typedef struct
{
  Fixture base;
  FakeComputer *computer;
} Case;

static char *folder; /* of the whole test */

static char *
dup_path (const char *name)
{
  return g_build_filename (folder, name, NULL);
}

static void
write_file (const char *name, const char *text)
{
  g_autofree char *path = dup_path (name);
  g_autofree char *parent = g_path_get_dirname (path);

  g_assert_no_errno (g_mkdir_with_parents (parent, 0700));
  g_assert_true (g_file_set_contents (path, text, -1, NULL));
}

/* The app for texts copies what it is given. */
static void
install_app (void)
{
  g_autofree char *data = dup_path ("data");
  g_autofree char *config = dup_path ("config");
  g_autofree char *app =
      g_strdup_printf ("[Desktop Entry]\nType=Application\nName=Copies\nExec=cp %%f %s/opened\n"
                       "MimeType=text/plain;application/octet-stream;\n",
                       folder);

  write_file ("data/applications/annex-test-copies.desktop", app);
  write_file ("config/mimeapps.list", "[Default Applications]\n"
                                      "text/plain=annex-test-copies.desktop\n"
                                      "application/octet-stream=annex-test-copies.desktop\n");
  g_setenv ("XDG_DATA_HOME", data, TRUE);
  g_setenv ("XDG_CONFIG_HOME", config, TRUE);
}

static void
set_up (Case *self, gconstpointer data)
{
  GPtrArray *changes = g_ptr_array_new_with_free_func ((GDestroyNotify) annex_change_free);
  g_autoptr (GError) error = NULL;
  g_autofree char *root = NULL;

  fixture_open (&self->base, 400, 800);
  root = g_build_filename (annex_fake_desk_get_folder (self->base.desk), "computer", NULL);
  self->computer = fake_computer_new (root);
  annex_fake_desk_set_computer (self->base.desk, ANNEX_COMPUTER (self->computer));
  annex_shot_await (annex_computer_start (ANNEX_COMPUTER (self->computer)), &error);
  g_assert_no_error (error);
  annex_fake_desk_set_file (self->base.desk, "/folders/Receipts/Notes.txt", "new notes", -1);
  g_ptr_array_add (changes, change (ANNEX_CHANGE_CHANGED, "Notes.txt", 9, 4));
  g_ptr_array_add (changes, change (ANNEX_CHANGE_ADDED, "Gone.txt", 9, 0));
  annex_fake_desk_set_draft (self->base.desk, self->base.task, self->base.share, changes);
  assert_seen (&self->base, "2 changes");
}

static void
tear_down (Case *self, gconstpointer data)
{
  fixture_close (&self->base);
  g_object_unref (self->computer);
}

static gboolean
is_written (gpointer name)
{
  g_autofree char *path = dup_path (name);
  g_autofree char *content = NULL;

  return g_file_get_contents (path, &content, NULL, NULL) && g_str_equal (content, "new notes");
}

static void
select_file (Case *self, const char *name)
{
  select_node (&self->base, name);
  assert_seen (&self->base, "Open");
}

static void
test_open (Case *self, gconstpointer data)
{
  select_file (self, "Notes.txt");
  click (&self->base, "Open");
  g_assert_true (annex_shot_wait (is_written, (gpointer) "opened", WAIT_MS));
  g_assert_null (find (GTK_WIDGET (self->base.window), is_label, "No app could open it"));
  g_assert_null (find (GTK_WIDGET (self->base.window), is_label, "cannot be opened"));
}

/* What is not to be had is said, and can be tried again. */
static void
test_open_gone (Case *self, gconstpointer data)
{
  select_file (self, "Gone.txt");
  click (&self->base, "Open");
  assert_seen (&self->base, "It cannot be opened");
  click (&self->base, "Open");
}

/* ---- saving */

static gboolean
is_of_type (GtkWidget *widget, const char *name)
{
  return g_str_equal (G_OBJECT_TYPE_NAME (widget), name);
}

static void
choose_save_as (Case *self)
{
  GtkWidget *handle = find (self->base.pane, is_of_type, "AnnexFileHandle");
  GtkWidget *menu = find (handle, is_of_type, "GtkMenuButton");
  GtkWidget *item;

  gtk_menu_button_popup (GTK_MENU_BUTTON (menu));
  assert_seen (&self->base, "Save As…");
  for (item = find (handle, is_label, "Save As…"); !is_of_type (item, "GtkModelButton");
       item = gtk_widget_get_parent (item))
    g_assert_nonnull (item);
  g_assert_true (gtk_widget_activate (item));
}

static gboolean
find_dialog (gpointer data)
{
  GtkWidget **found = data;
  GListModel *windows = gtk_window_get_toplevels ();

  *found = NULL;
  for (guint i = 0; i < g_list_model_get_n_items (windows) && *found == NULL; i++)
    {
      g_autoptr (GtkWidget) window = g_list_model_get_item (windows, i);

      if (is_of_type (window, "GtkFileChooserDialog") && gtk_widget_get_mapped (window))
        *found = window;
    }
  return *found != NULL;
}

static GtkWidget *
await_dialog (void)
{
  GtkWidget *dialog;

  g_assert_true (annex_shot_wait (find_dialog, &dialog, WAIT_MS));
  annex_shot_settle (300);
  return dialog;
}

static gboolean
is_closed (gpointer data)
{
  GtkWidget *dialog;

  return !find_dialog (&dialog);
}

static gboolean
is_button_for (GtkWidget *widget, const char *text)
{
  return GTK_IS_BUTTON (widget) && gtk_widget_is_sensitive (widget) &&
         g_strcmp0 (gtk_button_get_label (GTK_BUTTON (widget)), text) == 0;
}

typedef struct
{
  GtkWidget *dialog;
  const char *label;
} Wanted;

static gboolean
press_cb (gpointer data)
{
  Wanted *wanted = data;
  GtkWidget *button = find (wanted->dialog, is_button_for, wanted->label);

  if (button != NULL)
    g_signal_emit_by_name (button, "clicked");
  return button != NULL;
}

static void
press (GtkWidget *dialog, const char *label)
{
  Wanted wanted = { dialog, label };

  g_assert_true (annex_shot_wait (press_cb, &wanted, WAIT_MS));
  g_assert_true (annex_shot_wait (is_closed, NULL, WAIT_MS));
}

static gboolean
is_name (GtkWidget *widget, const char *text)
{
  return GTK_IS_ENTRY (widget) &&
         g_strcmp0 (gtk_editable_get_text (GTK_EDITABLE (widget)), text) == 0;
}

static void
test_save (Case *self, gconstpointer data)
{
  g_autofree char *path = dup_path ("saved");
  g_autoptr (GFile) target = g_file_new_for_path (path);
  GtkWidget *dialog;

  g_assert_no_errno (g_mkdir (path, 0700));
  select_file (self, "Notes.txt");
  choose_save_as (self);
  dialog = await_dialog ();
  press (dialog, "_Cancel");
  annex_shot_settle (200);
  g_assert_null (find (GTK_WIDGET (self->base.window), is_label, "aved"));

  choose_save_as (self);
  dialog = await_dialog ();
  g_assert_nonnull (find (dialog, is_name, "Notes.txt"));
  G_GNUC_BEGIN_IGNORE_DEPRECATIONS
  g_assert_true (gtk_file_chooser_set_current_folder (GTK_FILE_CHOOSER (dialog), target, NULL));
  G_GNUC_END_IGNORE_DEPRECATIONS
  annex_shot_settle (500);
  press (dialog, "_Save");
  g_assert_true (annex_shot_wait (is_written, (gpointer) "saved/Notes.txt", WAIT_MS));
  assert_seen (&self->base, "Saved");
}

#define ADD_CASE(name, func) g_test_add ("/ui/file-hand/" name, Case, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  folder = g_dir_make_tmp ("annex-hand-XXXXXX", NULL);
  install_app ();
  annex_shot_init (&argc, &argv);
  ADD_CASE ("open", test_open);
  ADD_CASE ("open-gone", test_open_gone);
  ADD_CASE ("save", test_save);
  return g_test_run ();
}
