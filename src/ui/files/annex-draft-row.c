/* annex-draft-row.c
 *
 * See annex-draft-row.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-draft-row.h"

#include "annex-change-words.h"
#include "annex-file-kind.h"
#include "annex-text.h"

#include <glib/gi18n.h>

struct _AnnexDraftRow
{
  GtkBox parent_instance;

  AnnexDraftNode *node;
  gboolean updating;

  GtkCheckButton *check;
  GtkImage *icon;
  GtkLabel *title;
  GtkLabel *remark;
  GtkBox *counts;
  GtkBox *mark;
  GtkImage *mark_icon;
  GtkLabel *mark_label;
  GtkMenuButton *mode;
};

G_DEFINE_FINAL_TYPE (AnnexDraftRow, annex_draft_row, GTK_TYPE_BOX)

static void
update_check (AnnexDraftRow *self)
{
  gboolean checked;
  gboolean inconsistent;

  g_object_get (self->node, "checked", &checked, "inconsistent", &inconsistent, NULL);
  self->updating = TRUE;
  gtk_check_button_set_active (self->check, checked);
  gtk_check_button_set_inconsistent (self->check, inconsistent);
  self->updating = FALSE;
}

static void
toggled_cb (GtkCheckButton *check, AnnexDraftRow *self)
{
  gboolean checked;

  if (self->updating || self->node == NULL)
    return;
  g_object_get (self->node, "checked", &checked, NULL);
  annex_draft_node_set_checked (self->node, !checked);
  update_check (self);
}

/* ---- a folder of the user's */

static GMenuModel *
mode_menu (AnnexShare *share)
{
  static const AnnexShareMode modes[] = { ANNEX_SHARE_READ_ONLY, ANNEX_SHARE_REVIEW,
                                          ANNEX_SHARE_KEEP };
  GMenu *menu = g_menu_new ();
  g_autoptr (GMenu) choice = g_menu_new ();
  g_autoptr (GMenu) rest = g_menu_new ();
  g_autoptr (GMenuItem) show = g_menu_item_new (_ ("Show in Files"), NULL);
  g_autoptr (GMenuItem) revoke = g_menu_item_new (_ ("Take Folder Away"), NULL);
  const char *id = annex_share_get_id (share);

  for (guint i = 0; i < G_N_ELEMENTS (modes); i++)
    {
      g_autoptr (GMenuItem) item = g_menu_item_new (annex_share_mode_to_words (modes[i]), NULL);
      g_autofree char *action = g_strdup_printf ("files.mode-%s", id);

      g_menu_item_set_action_and_target (item, action, "s", annex_share_mode_to_name (modes[i]));
      g_menu_append_item (choice, item);
    }
  g_menu_item_set_action_and_target (show, "files.show", "s", id);
  g_menu_item_set_action_and_target (revoke, "files.revoke", "s", id);
  g_menu_append_item (rest, show);
  g_menu_append_item (rest, revoke);
  g_menu_append_section (menu, _ ("What Annex May Do"), G_MENU_MODEL (choice));
  g_menu_append_section (menu, NULL, G_MENU_MODEL (rest));
  return G_MENU_MODEL (menu);
}

static void
show_share (AnnexDraftRow *self, AnnexShare *share)
{
  AnnexShareMode mode = annex_share_get_mode (share);
  g_autofree char *path = annex_text_for_display (annex_share_get_home (share));
  g_autofree char *label = NULL;
  g_autofree char *name = annex_text_for_display (annex_share_get_name (share));
  g_autoptr (GMenuModel) menu = mode_menu (share);

  gtk_menu_button_set_label (self->mode, annex_share_mode_to_words (mode));
  gtk_menu_button_set_menu_model (self->mode, menu);
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->mode), annex_share_mode_to_sentence (mode));
  label =
      g_strdup_printf (_ ("What Annex may do in %s: %s"), name, annex_share_mode_to_words (mode));
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->mode), GTK_ACCESSIBLE_PROPERTY_LABEL, label,
                                  -1);
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->title), path);
}

/* ---- counts */

static void
add_count (AnnexDraftRow *self, guint n, AnnexChangeKind kind)
{
  GtkWidget *box;
  GtkWidget *icon;
  GtkWidget *label;
  g_autofree char *text = NULL;
  g_autofree char *words = NULL;

  if (n == 0)
    return;
  text = g_strdup_printf ("%u", n);
  words = g_strdup_printf ("%u %s", n, annex_change_kind_to_words (kind));
  box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 3);
  icon = gtk_image_new_from_icon_name (annex_change_kind_to_icon (kind));
  label = gtk_label_new (text);
  gtk_image_set_pixel_size (GTK_IMAGE (icon), 12);
  gtk_widget_add_css_class (icon, annex_change_kind_to_style (kind));
  gtk_widget_set_tooltip_text (box, words);
  gtk_accessible_update_property (GTK_ACCESSIBLE (label), GTK_ACCESSIBLE_PROPERTY_LABEL, words, -1);
  gtk_box_append (GTK_BOX (box), icon);
  gtk_box_append (GTK_BOX (box), label);
  gtk_box_append (self->counts, box);
}

static void
show_counts (AnnexDraftRow *self)
{
  const AnnexDraftCounts *counts = annex_draft_node_get_counts (self->node);
  GtkWidget *child;

  while ((child = gtk_widget_get_first_child (GTK_WIDGET (self->counts))) != NULL)
    gtk_box_remove (self->counts, child);
  add_count (self, counts->added, ANNEX_CHANGE_ADDED);
  add_count (self, counts->changed, ANNEX_CHANGE_CHANGED);
  add_count (self, counts->moved, ANNEX_CHANGE_RENAMED);
  add_count (self, counts->deleted, ANNEX_CHANGE_DELETED);
  add_count (self, counts->refused, ANNEX_CHANGE_REFUSED);
}

/* ---- a change */

static void
show_change (AnnexDraftRow *self, const AnnexChange *change)
{
  static const char *const styles[] = { "success", "accent", "error", "warning" };
  const char *style = annex_change_kind_to_style (change->kind);

  gtk_image_set_from_icon_name (self->mark_icon, annex_change_kind_to_icon (change->kind));
  gtk_label_set_text (self->mark_label, annex_change_kind_to_words (change->kind));
  for (guint i = 0; i < G_N_ELEMENTS (styles); i++)
    if (g_str_equal (styles[i], style))
      gtk_widget_add_css_class (GTK_WIDGET (self->mark), style);
    else
      gtk_widget_remove_css_class (GTK_WIDGET (self->mark), styles[i]);
}

/* "48.2 kB · Was scan 12.pdf" (transfer full, nullable) */
static char *
dup_second_line (const AnnexChange *change)
{
  guint64 bytes =
      change->kind == ANNEX_CHANGE_DELETED ? change->old_size_bytes : change->size_bytes;
  g_autofree char *size = annex_text_format_size (bytes);
  g_autofree char *remark = annex_change_dup_remark (change);

  if (change->folder || bytes == 0)
    return g_steal_pointer (&remark);
  return remark != NULL ? g_strconcat (size, " · ", remark, NULL) : g_steal_pointer (&size);
}

static void
show (AnnexDraftRow *self)
{
  AnnexShare *share = annex_draft_node_get_share (self->node);
  const AnnexChange *change = annex_draft_node_get_change (self->node);
  gboolean folder = annex_draft_node_is_folder (self->node);
  gboolean has_children = annex_draft_node_get_children (self->node) != NULL;
  guint keepable = annex_draft_node_get_n_keepable (self->node);
  g_autofree char *name = annex_text_for_display (annex_draft_node_get_name (self->node));
  g_autofree char *remark = change != NULL ? dup_second_line (change) : NULL;
  g_autofree char *check_label = g_strdup_printf (_ ("Keep %s"), name);

  gtk_label_set_text (self->title, name);
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->title), name);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->check), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  check_label, -1);
  gtk_image_set_from_icon_name (self->icon,
                                annex_file_kind_icon_name (name, folder || share != NULL));
  if (share != NULL)
    gtk_widget_add_css_class (GTK_WIDGET (self->title), "heading");
  else
    gtk_widget_remove_css_class (GTK_WIDGET (self->title), "heading");
  gtk_widget_set_visible (GTK_WIDGET (self->mode), share != NULL);
  gtk_widget_set_visible (GTK_WIDGET (self->counts), folder && has_children && share == NULL);
  gtk_widget_set_visible (GTK_WIDGET (self->mark), change != NULL && !(folder && has_children));
  gtk_widget_set_visible (GTK_WIDGET (self->check),
                          keepable > 0 || (change != NULL && change->kind == ANNEX_CHANGE_REFUSED));
  gtk_widget_set_sensitive (GTK_WIDGET (self->check), keepable > 0);
  if (share != NULL)
    {
      show_share (self, share);
      if (g_list_model_get_n_items (annex_draft_node_get_children (self->node)) == 0)
        remark = g_strdup (annex_share_get_mode (share) == ANNEX_SHARE_READ_ONLY
                               ? _ ("Annex can look and change nothing")
                               : _ ("No changes"));
    }
  if (change != NULL)
    show_change (self, change);
  show_counts (self);
  gtk_label_set_text (self->remark, remark != NULL ? remark : "");
  gtk_widget_set_visible (GTK_WIDGET (self->remark), remark != NULL);
  update_check (self);
}

void
annex_draft_row_set_node (AnnexDraftRow *self, AnnexDraftNode *node)
{
  g_return_if_fail (ANNEX_IS_DRAFT_ROW (self));

  if (self->node == node)
    return;
  if (self->node != NULL)
    g_signal_handlers_disconnect_by_func (self->node, update_check, self);
  g_set_object (&self->node, node);
  if (node == NULL)
    return;
  g_signal_connect_swapped (node, "notify::inconsistent", G_CALLBACK (update_check), self);
  show (self);
}

static void
annex_draft_row_dispose (GObject *object)
{
  annex_draft_row_set_node (ANNEX_DRAFT_ROW (object), NULL);
  gtk_widget_dispose_template (GTK_WIDGET (object), ANNEX_TYPE_DRAFT_ROW);
  G_OBJECT_CLASS (annex_draft_row_parent_class)->dispose (object);
}

static void
annex_draft_row_class_init (AnnexDraftRowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = annex_draft_row_dispose;
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/annex_desktop/Annex/annex-draft-row.ui");
  gtk_widget_class_bind_template_child (widget_class, AnnexDraftRow, check);
  gtk_widget_class_bind_template_child (widget_class, AnnexDraftRow, icon);
  gtk_widget_class_bind_template_child (widget_class, AnnexDraftRow, title);
  gtk_widget_class_bind_template_child (widget_class, AnnexDraftRow, remark);
  gtk_widget_class_bind_template_child (widget_class, AnnexDraftRow, counts);
  gtk_widget_class_bind_template_child (widget_class, AnnexDraftRow, mark);
  gtk_widget_class_bind_template_child (widget_class, AnnexDraftRow, mark_icon);
  gtk_widget_class_bind_template_child (widget_class, AnnexDraftRow, mark_label);
  gtk_widget_class_bind_template_child (widget_class, AnnexDraftRow, mode);
}

static void
annex_draft_row_init (AnnexDraftRow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  g_signal_connect (self->check, "toggled", G_CALLBACK (toggled_cb), self);
}
