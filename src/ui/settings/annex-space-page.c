/* annex-space-page.c
 *
 * See annex-space-page.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-space-page.h"

#include "annex-error-text.h"
#include "annex-text.h"
#include "annex-then.h"
#include "annex-ui.h"

#include <glib/gi18n.h>

struct _AnnexSpacePage
{
  AdwNavigationPage parent_instance;

  AnnexDesk *desk;
  GHashTable *titles; /* id → title */
  GPtrArray *rows;    /* borrowed from their groups */
  char *asked;        /* nullable: the task whose space is to be freed */

  AdwPreferencesGroup *all;
  AdwPreferencesGroup *tasks;
};

G_DEFINE_FINAL_TYPE (AnnexSpacePage, annex_space_page, ADW_TYPE_NAVIGATION_PAGE)

static void
load (AnnexSpacePage *self);

static void
tell (AnnexSpacePage *self, const GError *error)
{
  g_autoptr (AnnexErrorText) text = annex_error_text_new (error);

  annex_ui_toast (GTK_WIDGET (self), text->title);
}

/* ---- giving it back */

static void
freed_cb (gpointer object, const GValue *value, GError *error)
{
  AnnexSpacePage *self = object;

  if (error != NULL)
    tell (self, error);
  load (self);
}

static void
opened_cb (gpointer object, const GValue *value, GError *error)
{
  AnnexSpacePage *self = object;

  if (error != NULL)
    {
      tell (self, error);
      load (self);
    }
  else if (self->desk != NULL)
    annex_then (annex_desk_reset_computer (self->desk, g_value_get_object (value)), self, freed_cb);
}

static void
response_cb (AnnexSpacePage *self, const char *response)
{
  if (g_strcmp0 (response, "free-space") != 0 || self->asked == NULL || self->desk == NULL)
    return;
  for (guint i = 0; i < self->rows->len; i++) /* one at a time; all are made anew afterwards */
    gtk_widget_set_sensitive (g_ptr_array_index (self->rows, i), FALSE);
  annex_then (annex_desk_open_task (self->desk, self->asked), self, opened_cb);
}

static void
free_cb (AnnexSpacePage *self, GtkButton *button)
{
  AdwDialog *dialog = adw_alert_dialog_new (_ ("Free the Space?"), NULL);

  g_set_str (&self->asked, g_object_get_data (G_OBJECT (button), "annex-task"));
  adw_alert_dialog_set_body (
      ADW_ALERT_DIALOG (dialog),
      _ ("Annex’s computer for this task is like new afterwards. Programs that were installed in "
         "it, changes that you have not kept and its checkpoints are lost. The conversation stays. "
         "This cannot be undone."));
  adw_alert_dialog_add_responses (ADW_ALERT_DIALOG (dialog), "cancel", _ ("_Cancel"), "free-space",
                                  _ ("_Free Space"), NULL);
  adw_alert_dialog_set_response_appearance (ADW_ALERT_DIALOG (dialog), "free-space",
                                            ADW_RESPONSE_DESTRUCTIVE);
  adw_alert_dialog_set_default_response (ADW_ALERT_DIALOG (dialog), "cancel");
  adw_alert_dialog_set_close_response (ADW_ALERT_DIALOG (dialog), "cancel");
  g_signal_connect_object (dialog, "response", G_CALLBACK (response_cb), self, G_CONNECT_SWAPPED);
  adw_dialog_present (dialog, GTK_WIDGET (self));
}

/* ---- showing it */

static GtkWidget *
add_row (AnnexSpacePage *self, AdwPreferencesGroup *group, const char *title, const char *subtitle)
{
  GtkWidget *row = adw_action_row_new ();
  g_autofree char *shown = annex_text_for_display (title);

  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), shown);
  adw_action_row_set_title_lines (ADW_ACTION_ROW (row), 2);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (row), subtitle);
  adw_preferences_group_add (group, row);
  g_ptr_array_add (self->rows, row);
  return row;
}

static void
add_size (GtkWidget *row, guint64 bytes)
{
  g_autofree char *size = annex_text_format_size (bytes);
  GtkWidget *label = gtk_label_new (size);

  gtk_widget_add_css_class (label, "dim-label");
  gtk_widget_add_css_class (label, "numeric");
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), label);
}

static void
add_use (AnnexSpacePage *self, const AnnexSpaceUse *use)
{
  const char *title = g_hash_table_lookup (self->titles, use->task_id);
  g_autofree char *checkpoints = annex_text_format_size (use->checkpoint_bytes);
  g_autofree char *more = g_strdup_printf (_ ("%s of it are checkpoints"), checkpoints);
  GtkWidget *row =
      add_row (self, self->tasks, title != NULL ? title : _ ("A computer without a task"),
               use->checkpoint_bytes > 0 ? more : "");
  GtkWidget *button;
  g_autofree char *name = NULL;

  add_size (row, use->computer_bytes + use->checkpoint_bytes);
  if (title == NULL)
    return;
  button = gtk_button_new_with_label (_ ("Free…"));
  name = g_strdup_printf (_ ("Free the space of %s"),
                          adw_preferences_row_get_title (ADW_PREFERENCES_ROW (row)));
  annex_ui_name_button (button, name);
  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  g_object_set_data_full (G_OBJECT (button), "annex-task", g_strdup (use->task_id), g_free);
  g_signal_connect_object (button, "clicked", G_CALLBACK (free_cb), self, G_CONNECT_SWAPPED);
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), button);
}

static void
space_cb (gpointer object, const GValue *value, GError *error)
{
  AnnexSpacePage *self = object;
  const AnnexSpace *space = value != NULL ? g_value_get_boxed (value) : NULL;
  g_autofree char *total = NULL;
  g_autofree char *limit = NULL;
  g_autofree char *words = NULL;

  if (space == NULL)
    return;
  for (guint i = 0; i < self->rows->len; i++)
    adw_preferences_group_remove (i < 2 ? self->all : self->tasks,
                                  g_ptr_array_index (self->rows, i));
  g_ptr_array_set_size (self->rows, 0);
  total = annex_text_format_size (space->total_bytes);
  limit = annex_text_format_size (space->limit_bytes);
  words = space->limit_bytes > 0
              ? g_strdup_printf (_ ("Annex takes %s of the %s that it may."), total, limit)
              : g_strdup_printf (_ ("Annex takes %s. There is no limit."), total);
  adw_preferences_group_set_description (self->all, words);
  add_size (add_row (self, self->all, _ ("The System of Its Computers"),
                     _ ("Every computer begins from it.")),
            space->system_bytes);
  add_size (add_row (self, self->all, _ ("Copies to Undo With"),
                     _ ("What your files were before you kept a change. They go with their task.")),
            space->undo_bytes);
  for (guint i = 0; i < space->uses->len; i++)
    add_use (self, g_ptr_array_index (space->uses, i));
  gtk_widget_set_visible (GTK_WIDGET (self->tasks), space->uses->len > 0);
}

static void
titles_cb (gpointer object, const GValue *value, GError *error)
{
  AnnexSpacePage *self = object;
  GPtrArray *tasks = value != NULL ? g_value_get_boxed (value) : NULL;

  g_hash_table_remove_all (self->titles);
  for (guint i = 0; tasks != NULL && i < tasks->len; i++)
    {
      const AnnexTaskSummary *task = g_ptr_array_index (tasks, i);

      g_hash_table_insert (self->titles, g_strdup (task->id), g_strdup (task->title));
    }
  if (self->desk != NULL)
    annex_then (annex_desk_list_space (self->desk), self, space_cb);
}

static void
load (AnnexSpacePage *self)
{
  if (self->desk != NULL)
    annex_then (annex_store_list_tasks (annex_desk_get_store (self->desk)), self, titles_cb);
}

/* ---- object */

static void
annex_space_page_dispose (GObject *object)
{
  g_clear_object (&ANNEX_SPACE_PAGE (object)->desk);
  G_OBJECT_CLASS (annex_space_page_parent_class)->dispose (object);
}

static void
annex_space_page_finalize (GObject *object)
{
  AnnexSpacePage *self = ANNEX_SPACE_PAGE (object);

  g_hash_table_unref (self->titles);
  g_ptr_array_unref (self->rows);
  g_free (self->asked);
  G_OBJECT_CLASS (annex_space_page_parent_class)->finalize (object);
}

static void
annex_space_page_class_init (AnnexSpacePageClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = annex_space_page_dispose;
  G_OBJECT_CLASS (klass)->finalize = annex_space_page_finalize;
}

static void
annex_space_page_init (AnnexSpacePage *self)
{
  GtkWidget *view = adw_toolbar_view_new ();
  GtkWidget *page = adw_preferences_page_new ();

  self->titles = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->rows = g_ptr_array_new ();
  self->all = ADW_PREFERENCES_GROUP (adw_preferences_group_new ());
  self->tasks = ADW_PREFERENCES_GROUP (adw_preferences_group_new ());
  adw_preferences_group_set_description (self->all, _ ("Measuring…"));
  adw_preferences_group_set_title (self->tasks, _ ("Tasks"));
  gtk_widget_set_visible (GTK_WIDGET (self->tasks), FALSE);
  adw_preferences_page_add (ADW_PREFERENCES_PAGE (page), self->all);
  adw_preferences_page_add (ADW_PREFERENCES_PAGE (page), self->tasks);
  adw_toolbar_view_add_top_bar (ADW_TOOLBAR_VIEW (view), adw_header_bar_new ());
  adw_toolbar_view_set_content (ADW_TOOLBAR_VIEW (view), page);
  adw_navigation_page_set_title (ADW_NAVIGATION_PAGE (self), _ ("What Takes Space"));
  adw_navigation_page_set_child (ADW_NAVIGATION_PAGE (self), view);
}

AdwNavigationPage *
annex_space_page_new (AnnexDesk *desk)
{
  AnnexSpacePage *self = g_object_new (ANNEX_TYPE_SPACE_PAGE, NULL);

  g_set_object (&self->desk, desk);
  load (self);
  return ADW_NAVIGATION_PAGE (self);
}
