/* annex-skill-export.c
 *
 * See annex-skill-export.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-skill-export.h"

#include "annex-row.h"
#include "annex-skill-words.h"
#include "annex-spoken.h"
#include "annex-text.h"
#include "annex-then.h"
#include "annex-ui.h"

#include <glib/gi18n.h>

#define MAX_UNSEEN 50 /* files that are listed */

struct _AnnexSkillExport
{
  AdwDialog parent_instance;

  AnnexSkillKeeper *keeper;
  char *name;
  AnnexExposures *exposures; /* with the user's choices; NULL until they are found */
  GHashTable *decided;       /* texts that the user has decided about */
  guint n_texts;             /* different ones */
  GBytes *bytes;             /* the file; NULL until it is made */
  GFile *file;               /* where it lies to be dragged; nullable */

  GtkStack *stack;
  AdwStatusPage *failed;
  AdwPreferencesGroup *findings_group;
  AdwPreferencesGroup *unseen_group;
  GtkLabel *left;
  GtkWidget *make_button;
  GtkWidget *file_box;
  GtkLabel *file_name;
  GtkLabel *file_size;
  GtkWidget *save_button;
};

G_DEFINE_FINAL_TYPE (AnnexSkillExport, annex_skill_export, ADW_TYPE_DIALOG)

static void
show_failure (AnnexSkillExport *self, const GError *error)
{
  g_autofree char *shown = annex_text_for_display (annex_error_said (error));
  g_autofree char *escaped = g_markup_escape_text (shown, -1);

  adw_status_page_set_description (self->failed, escaped);
  gtk_stack_set_visible_child_name (self->stack, "failed");
}

/* ---- the file */

static char *
dup_file_name (AnnexSkillExport *self)
{
  return g_strconcat (self->name, ".skill", NULL);
}

static void
written_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (AnnexSkillExport) self = data;

  /* Without it, it can still be saved. */
  if (g_file_replace_contents_finish (G_FILE (source), result, NULL, NULL))
    g_set_object (&self->file, G_FILE (source));
}

/* So that another application can take it from somewhere. */
static void
lay_out (AnnexSkillExport *self)
{
  g_autofree char *name = dup_file_name (self);
  g_autofree char *folder = g_build_filename (g_get_user_cache_dir (), "annex", "passed-on", NULL);
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autoptr (GFile) file = g_file_new_for_path (path);

  if (g_mkdir_with_parents (folder, 0700) == 0)
    g_file_replace_contents_bytes_async (file, self->bytes, NULL, FALSE, G_FILE_CREATE_PRIVATE,
                                         NULL, written_cb, g_object_ref (self));
}

static GdkContentProvider *
drag_cb (GtkDragSource *source, double x, double y, AnnexSkillExport *self)
{
  GSList files = { self->file, NULL };
  g_auto (GValue) value = G_VALUE_INIT;

  if (self->file == NULL)
    return NULL;
  g_value_init (&value, GDK_TYPE_FILE_LIST);
  g_value_take_boxed (&value, gdk_file_list_new_from_list (&files));
  return gdk_content_provider_new_for_value (&value);
}

static void
drag_begin_cb (GtkDragSource *source, GdkDrag *drag, AnnexSkillExport *self)
{
  g_autoptr (GdkPaintable) picture = gtk_widget_paintable_new (self->file_box);

  gtk_drag_source_set_icon (source, picture, 12, 12);
}

static void
made_cb (gpointer object, const GValue *value, GError *error)
{
  AnnexSkillExport *self = object;
  g_autofree char *name = dup_file_name (self);
  g_autofree char *size = NULL;

  if (value == NULL)
    {
      show_failure (self, error);
      return;
    }
  self->bytes = g_bytes_ref (g_value_get_boxed (value));
  size = annex_text_format_size (g_bytes_get_size (self->bytes));
  gtk_label_set_text (self->file_name, name);
  gtk_label_set_text (self->file_size, size);
  lay_out (self);
  gtk_stack_set_visible_child_name (self->stack, "ready");
  gtk_widget_grab_focus (self->save_button);
}

static void
make_cb (AnnexSkillExport *self)
{
  gtk_widget_set_sensitive (self->make_button, FALSE);
  annex_then (annex_skill_keeper_export (self->keeper, self->name, self->exposures), self, made_cb);
}

/* ---- saving */

static void
saved_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (AnnexSkillExport) self = data;
  g_autoptr (GError) error = NULL;

  if (g_file_replace_contents_finish (G_FILE (source), result, NULL, &error))
    annex_ui_toast (GTK_WIDGET (self->stack), _ ("Saved"));
  else
    annex_ui_toast (GTK_WIDGET (self->stack), annex_error_said (error));
}

static void
place_chosen_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (AnnexSkillExport) self = data;
  g_autoptr (GFile) file = gtk_file_dialog_save_finish (GTK_FILE_DIALOG (source), result, NULL);

  if (file != NULL) /* else the user closed it */
    g_file_replace_contents_bytes_async (file, self->bytes, NULL, FALSE, G_FILE_CREATE_NONE, NULL,
                                         saved_cb, g_object_ref (self));
}

static void
save_cb (AnnexSkillExport *self)
{
  g_autoptr (GtkFileDialog) dialog = gtk_file_dialog_new ();
  GtkRoot *root = gtk_widget_get_root (GTK_WIDGET (self));
  g_autofree char *name = dup_file_name (self);

  gtk_file_dialog_set_title (dialog, _ ("Save Skill"));
  gtk_file_dialog_set_initial_name (dialog, name);
  gtk_file_dialog_save (dialog, GTK_IS_WINDOW (root) ? GTK_WINDOW (root) : NULL, NULL,
                        place_chosen_cb, g_object_ref (self));
}

/* ---- findings */

static void
update_left (AnnexSkillExport *self)
{
  guint n_left = self->n_texts - g_hash_table_size (self->decided);
  g_autofree char *text = NULL;

  if (n_left > 0)
    text = g_strdup_printf (ngettext ("%u still to be decided", "%u still to be decided", n_left),
                            n_left);
  gtk_label_set_text (self->left, text != NULL ? text : "");
  gtk_widget_set_sensitive (self->make_button, n_left == 0);
}

static void
choice_cb (GtkDropDown *choice, GParamSpec *pspec, AnnexSkillExport *self)
{
  static const AnnexExposureChoice choices[] = { ANNEX_EXPOSURE_KEEP, ANNEX_EXPOSURE_ASK,
                                                 ANNEX_EXPOSURE_KEEP, ANNEX_EXPOSURE_REMOVE };
  const char *text = g_object_get_data (G_OBJECT (choice), "annex-text");
  guint selected = gtk_drop_down_get_selected (choice);

  if (selected >= G_N_ELEMENTS (choices))
    return;
  for (guint i = 0; i < self->exposures->list->len; i++)
    {
      AnnexExposure *exposure = g_ptr_array_index (self->exposures->list, i);

      if (g_str_equal (exposure->text, text))
        exposure->choice = choices[selected];
    }
  if (selected == 0)
    g_hash_table_remove (self->decided, text);
  else
    g_hash_table_add (self->decided, g_strdup (text));
  update_left (self);
}

static GtkWidget *
make_choice (AnnexSkillExport *self, const AnnexExposure *exposure, const char *shown)
{
  const char *const words[] = { _ ("Decide…"), _ ("Replace by a Question"), C_ ("finding", "Keep"),
                                C_ ("finding", "Remove"), NULL };
  GtkWidget *choice = gtk_drop_down_new_from_strings (words);
  /* Translators: %s is a piece of text that looks private */
  g_autofree char *name = g_strdup_printf (_ ("What to do with %s"), shown);

  gtk_widget_set_valign (choice, GTK_ALIGN_CENTER);
  annex_ui_name_drop_down (GTK_DROP_DOWN (choice), name);
  g_object_set_data_full (G_OBJECT (choice), "annex-text", g_strdup (exposure->text), g_free);
  g_signal_connect_object (choice, "notify::selected", G_CALLBACK (choice_cb), self, 0);
  return choice;
}

static guint
count_same (AnnexSkillExport *self, const char *text)
{
  GPtrArray *list = self->exposures->list;
  guint n_same = 0;

  for (guint i = 0; i < list->len; i++)
    n_same += g_str_equal (((AnnexExposure *) g_ptr_array_index (list, i))->text, text);
  return n_same;
}

static void
add_finding (AnnexSkillExport *self, const AnnexExposure *exposure)
{
  guint n_same = count_same (self, exposure->text);
  g_autofree char *shown = annex_text_for_display (exposure->text);
  g_autofree char *path = annex_text_for_display (exposure->path);
  g_autofree char *line = annex_text_for_display (exposure->line_text);
  g_autofree char *places =
      n_same > 1 ? g_strdup_printf (ngettext ("%u place", "%u places", n_same), n_same)
                 /* Translators: a file and a line in it */
                 : g_strdup_printf (_ ("%1$s, line %2$u"), path, exposure->line);
  g_autofree char *words =
      g_strdup_printf ("%s · %s\n%s", annex_exposure_words (exposure->kind), places, line);
  GtkWidget *row = annex_row_new (shown, NULL);

  adw_action_row_set_title_lines (ADW_ACTION_ROW (row), 3);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (row), words);
  adw_action_row_set_subtitle_lines (ADW_ACTION_ROW (row), 4);
  annex_row_set_icon (row,
                      exposure->kind == ANNEX_EXPOSURE_KEY ? "dialog-password-symbolic"
                                                           : "avatar-default-symbolic",
                      NULL, NULL);
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), make_choice (self, exposure, shown));
  annex_group_add (self->findings_group, row);
}

/* Nobody but the user has seen what is in these. */
static void
add_unseen (AnnexSkillExport *self)
{
  char **unseen = self->exposures->unseen;
  guint n = g_strv_length (unseen);

  for (guint i = 0; i < MIN (n, MAX_UNSEEN); i++)
    {
      g_autofree char *path = annex_text_for_display (unseen[i]);

      annex_group_add (self->unseen_group, annex_row_new (path, NULL));
    }
  if (n > MAX_UNSEEN)
    {
      g_autofree char *more = g_strdup_printf (
          ngettext ("And %u more file", "And %u more files", n - MAX_UNSEEN), n - MAX_UNSEEN);

      annex_group_add (self->unseen_group, annex_row_new (more, NULL));
    }
  gtk_widget_set_visible (GTK_WIDGET (self->unseen_group), n > 0);
}

static void
found_cb (gpointer object, const GValue *value, GError *error)
{
  AnnexSkillExport *self = object;
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);

  if (value == NULL)
    {
      show_failure (self, error);
      return;
    }
  self->exposures = g_value_dup_boxed (value);
  for (guint i = 0; i < self->exposures->list->len; i++)
    {
      const AnnexExposure *exposure = g_ptr_array_index (self->exposures->list, i);

      if (g_hash_table_add (seen, exposure->text))
        add_finding (self, exposure);
    }
  self->n_texts = g_hash_table_size (seen);
  gtk_widget_set_visible (GTK_WIDGET (self->findings_group), self->n_texts > 0);
  add_unseen (self);
  update_left (self);
  if (self->n_texts == 0 && self->exposures->unseen[0] == NULL)
    make_cb (self);
  else
    gtk_stack_set_visible_child_name (self->stack, "findings");
}

/* ---- the type */

static void
annex_skill_export_dispose (GObject *object)
{
  AnnexSkillExport *self = ANNEX_SKILL_EXPORT (object);

  gtk_widget_dispose_template (GTK_WIDGET (self), ANNEX_TYPE_SKILL_EXPORT);
  g_clear_object (&self->keeper);
  g_clear_object (&self->file);
  g_clear_pointer (&self->name, g_free);
  g_clear_pointer (&self->bytes, g_bytes_unref);
  g_clear_pointer (&self->exposures, annex_exposures_free);
  g_clear_pointer (&self->decided, g_hash_table_unref);
  G_OBJECT_CLASS (annex_skill_export_parent_class)->dispose (object);
}

static void
annex_skill_export_class_init (AnnexSkillExportClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = annex_skill_export_dispose;
  gtk_widget_class_set_template_from_resource (
      widget_class, "/io/github/annex_desktop/Annex/annex-skill-export.ui");
  gtk_widget_class_bind_template_child (widget_class, AnnexSkillExport, stack);
  gtk_widget_class_bind_template_child (widget_class, AnnexSkillExport, failed);
  gtk_widget_class_bind_template_child (widget_class, AnnexSkillExport, findings_group);
  gtk_widget_class_bind_template_child (widget_class, AnnexSkillExport, unseen_group);
  gtk_widget_class_bind_template_child (widget_class, AnnexSkillExport, left);
  gtk_widget_class_bind_template_child (widget_class, AnnexSkillExport, make_button);
  gtk_widget_class_bind_template_child (widget_class, AnnexSkillExport, file_box);
  gtk_widget_class_bind_template_child (widget_class, AnnexSkillExport, file_name);
  gtk_widget_class_bind_template_child (widget_class, AnnexSkillExport, file_size);
  gtk_widget_class_bind_template_child (widget_class, AnnexSkillExport, save_button);
  gtk_widget_class_bind_template_callback (widget_class, make_cb);
  gtk_widget_class_bind_template_callback (widget_class, save_cb);
}

static void
annex_skill_export_init (AnnexSkillExport *self)
{
  GtkDragSource *source = gtk_drag_source_new ();

  self->decided = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  gtk_widget_init_template (GTK_WIDGET (self));
  gtk_drag_source_set_actions (source, GDK_ACTION_COPY);
  g_signal_connect_object (source, "prepare", G_CALLBACK (drag_cb), self, 0);
  g_signal_connect_object (source, "drag-begin", G_CALLBACK (drag_begin_cb), self, 0);
  gtk_widget_add_controller (self->file_box, GTK_EVENT_CONTROLLER (source));
  gtk_widget_set_cursor_from_name (self->file_box, "grab");
}

AdwDialog *
annex_skill_export_new (AnnexSkillKeeper *keeper, const char *name)
{
  AnnexSkillExport *self = g_object_new (ANNEX_TYPE_SKILL_EXPORT, NULL);

  self->keeper = g_object_ref (keeper);
  self->name = g_strdup (name);
  annex_then (annex_skill_keeper_find_private (keeper, name, NULL), self, found_cb);
  return ADW_DIALOG (self);
}
