/* files-fixture.c
 *
 * See files-fixture.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "files-fixture.h"

#include "annex-files-pane.h"
#include "annex-shot.h"

#include <string.h>

void
fixture_open (Fixture *self, int width, int height)
{
  g_autofree char *folder = NULL;

  self->desk = annex_fake_desk_new ();
  self->task = annex_fake_desk_add_task (self->desk, "Expense report, June");
  folder = annex_fake_desk_make_folder (self->desk, "Receipts", (const char *[]) { "a.txt", NULL });
  self->share = annex_fake_desk_share (self->desk, self->task, folder, ANNEX_SHARE_REVIEW);
  self->pane = annex_files_pane_new (ANNEX_DESK (self->desk), self->task);
  GtkWidget *overlay = adw_toast_overlay_new ();
  adw_toast_overlay_set_child (ADW_TOAST_OVERLAY (overlay), self->pane);
  self->window = annex_shot_window (overlay, width, height);
}

void
fixture_close (Fixture *self)
{
  gtk_window_destroy (self->window);
  annex_shot_settle (50);
  g_free (self->share);
  annex_fake_desk_close (self->desk);
  g_object_unref (self->desk);
}

AnnexChange *
change (AnnexChangeKind kind, const char *path, guint64 size, guint64 old_size)
{
  AnnexChange *self = annex_change_new (kind, path);

  self->size_bytes = size;
  self->old_size_bytes = old_size;
  return self;
}

/* ---- finding things as a person does: by what is written there */

GtkWidget *
find (GtkWidget *widget, gboolean (*is) (GtkWidget *widget, const char *text), const char *text)
{
  if (gtk_widget_get_mapped (widget) && is (widget, text))
    return widget;
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    {
      GtkWidget *found = find (child, is, text);

      if (found != NULL)
        return found;
    }
  return NULL;
}

static gboolean
is_button (GtkWidget *widget, const char *text)
{
  return GTK_IS_BUTTON (widget) &&
         g_strcmp0 (gtk_button_get_label (GTK_BUTTON (widget)), text) == 0;
}

gboolean
is_label (GtkWidget *widget, const char *text)
{
  return GTK_IS_LABEL (widget) && strstr (gtk_label_get_text (GTK_LABEL (widget)), text) != NULL;
}

static gboolean
is_list (GtkWidget *widget, const char *text)
{
  return GTK_IS_LIST_VIEW (widget) && gtk_widget_has_css_class (widget, text);
}

typedef struct
{
  GtkWidget *in;
  const char *text;
} Seen;

static gboolean
is_seen (gpointer data)
{
  Seen *seen = data;

  return find (seen->in, is_label, seen->text) != NULL;
}

void
assert_seen (Fixture *self, const char *text)
{
  Seen seen = { GTK_WIDGET (self->window), text };

  if (!annex_shot_wait (is_seen, &seen, 8000))
    g_error ("“%s” is not shown", text);
}

void
click (Fixture *self, const char *label)
{
  GtkWidget *button = find (GTK_WIDGET (self->window), is_button, label);

  if (button == NULL)
    g_error ("There is no button “%s”", label);
  g_assert_true (gtk_widget_is_sensitive (button));
  g_signal_emit_by_name (button, "clicked");
}

GtkSingleSelection *
selection_of (Fixture *self)
{
  GtkWidget *list = find (self->pane, is_list, "annex-draft");

  g_assert_nonnull (list);
  return GTK_SINGLE_SELECTION (gtk_list_view_get_model (GTK_LIST_VIEW (list)));
}

AnnexDraftNode *
select_node (Fixture *self, const char *name)
{
  GtkSingleSelection *selection = selection_of (self);

  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (selection)); i++)
    {
      g_autoptr (GtkTreeListRow) row = g_list_model_get_item (G_LIST_MODEL (selection), i);
      g_autoptr (AnnexDraftNode) node = gtk_tree_list_row_get_item (row);

      if (g_str_equal (annex_draft_node_get_name (node), name))
        {
          gtk_single_selection_set_selected (selection, i);
          return node; /* held by the model */
        }
    }
  g_error ("There is no line “%s”", name);
}

static gboolean
was_called (gpointer data)
{
  const char **call = data;

  return annex_fake_desk_was_called ((AnnexFakeDesk *) call[0], call[1]);
}

void
assert_called (Fixture *self, const char *call)
{
  const char *pair[] = { (const char *) self->desk, call };

  if (!annex_shot_wait (was_called, pair, 5000))
    {
      GPtrArray *calls = annex_fake_desk_get_calls (self->desk);

      for (guint i = 0; i < calls->len; i++)
        g_printerr ("# called: %s\n", (char *) g_ptr_array_index (calls, i));
      g_error ("“%s” was not called", call);
    }
}
