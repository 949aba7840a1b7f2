/* annex-composer-chip.c
 *
 * See annex-composer-chip.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-composer-chip.h"

#include "annex-skill-words.h"
#include "annex-crop.h"
#include "annex-text.h"

#include <glib/gi18n.h>

#define PICTURE_SIDE 32

struct _AnnexComposerChip
{
  AdwBin parent_instance;

  AnnexChipKind kind;
  char *path;
  AnnexShareMode mode;
  GBytes *png;

  GtkImage *icon;
  GtkPicture *picture;
  GtkLabel *name;
  GtkMenuButton *mode_button;
  GtkLabel *mode_label;
  GtkListBox *mode_list;
  GtkPopover *mode_popover;
  GtkButton *remove_button;
};

G_DEFINE_FINAL_TYPE (AnnexComposerChip, annex_composer_chip, ADW_TYPE_BIN)

enum { REMOVED, MODE_CHANGED, N_SIGNALS };
static guint signals[N_SIGNALS];

const char *
annex_share_mode_words (AnnexShareMode mode)
{
  switch (mode)
    {
    case ANNEX_SHARE_READ_ONLY:
      return _ ("Read Only");
    case ANNEX_SHARE_REVIEW:
      return _ ("Review");
    case ANNEX_SHARE_KEEP:
      return _ ("Keep");
    }
  return "";
}

const char *
annex_share_mode_sentence (AnnexShareMode mode)
{
  switch (mode)
    {
    case ANNEX_SHARE_READ_ONLY:
      return _ ("Annex reads the folder and cannot change it.");
    case ANNEX_SHARE_REVIEW:
      return _ ("Changes wait for you. Nothing is changed until you keep it.");
    case ANNEX_SHARE_KEEP:
      return _ ("Changes are kept when Annex is done. You can undo them.");
    }
  return "";
}

static void
show_mode (AnnexComposerChip *self)
{
  g_autofree char *name = annex_text_file_name (self->path);
  g_autofree char *label = NULL;

  gtk_label_set_text (self->mode_label, annex_share_mode_words (self->mode));
  /* Translators: what a folder may be used for; its name, its mode */
  label = g_strdup_printf (_ ("Mode of %1$s: %2$s"), name, annex_share_mode_words (self->mode));
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->mode_button), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  label, -1);
}

static void
mode_activated_cb (AnnexComposerChip *self, GtkListBoxRow *row)
{
  gtk_popover_popdown (self->mode_popover);
  if (self->mode == (AnnexShareMode) gtk_list_box_row_get_index (row))
    return;
  self->mode = (AnnexShareMode) gtk_list_box_row_get_index (row);
  show_mode (self);
  g_signal_emit (self, signals[MODE_CHANGED], 0);
}

static void
mode_shown_cb (AnnexComposerChip *self)
{
  for (int i = ANNEX_SHARE_READ_ONLY; i <= ANNEX_SHARE_KEEP; i++)
    {
      GtkListBoxRow *row = gtk_list_box_get_row_at_index (self->mode_list, i);
      GtkWidget *check = g_object_get_data (G_OBJECT (row), "annex-check");

      gtk_widget_set_opacity (check, i == (int) self->mode ? 1 : 0);
      if (i == (int) self->mode)
        gtk_widget_grab_focus (GTK_WIDGET (row));
    }
}

static void
fill_modes (AnnexComposerChip *self)
{
  for (int i = ANNEX_SHARE_READ_ONLY; i <= ANNEX_SHARE_KEEP; i++)
    {
      GtkWidget *row = adw_action_row_new ();
      GtkWidget *check = gtk_image_new_from_icon_name ("object-select-symbolic");

      adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
      adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), annex_share_mode_words (i));
      adw_action_row_set_subtitle (ADW_ACTION_ROW (row), annex_share_mode_sentence (i));
      adw_action_row_set_subtitle_lines (ADW_ACTION_ROW (row), 2);
      adw_action_row_add_suffix (ADW_ACTION_ROW (row), check);
      gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (row), TRUE);
      g_object_set_data (G_OBJECT (row), "annex-check", check);
      gtk_list_box_append (self->mode_list, row);
    }
}

static void
remove_cb (AnnexComposerChip *self)
{
  g_signal_emit (self, signals[REMOVED], 0);
}

static void
annex_composer_chip_dispose (GObject *object)
{
  AnnexComposerChip *self = ANNEX_COMPOSER_CHIP (object);

  gtk_widget_dispose_template (GTK_WIDGET (self), ANNEX_TYPE_COMPOSER_CHIP);
  g_clear_pointer (&self->path, g_free);
  g_clear_pointer (&self->png, g_bytes_unref);
  G_OBJECT_CLASS (annex_composer_chip_parent_class)->dispose (object);
}

static void
annex_composer_chip_class_init (AnnexComposerChipClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = annex_composer_chip_dispose;
  signals[REMOVED] = g_signal_new ("removed", ANNEX_TYPE_COMPOSER_CHIP, G_SIGNAL_RUN_LAST, 0, NULL,
                                   NULL, NULL, G_TYPE_NONE, 0);
  signals[MODE_CHANGED] = g_signal_new ("mode-changed", ANNEX_TYPE_COMPOSER_CHIP, G_SIGNAL_RUN_LAST,
                                        0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  gtk_widget_class_set_template_from_resource (
      widget_class, "/io/github/annex_desktop/Annex/annex-composer-chip.ui");
  gtk_widget_class_bind_template_child (widget_class, AnnexComposerChip, icon);
  gtk_widget_class_bind_template_child (widget_class, AnnexComposerChip, picture);
  gtk_widget_class_bind_template_child (widget_class, AnnexComposerChip, name);
  gtk_widget_class_bind_template_child (widget_class, AnnexComposerChip, mode_button);
  gtk_widget_class_bind_template_child (widget_class, AnnexComposerChip, mode_label);
  gtk_widget_class_bind_template_child (widget_class, AnnexComposerChip, mode_list);
  gtk_widget_class_bind_template_child (widget_class, AnnexComposerChip, mode_popover);
  gtk_widget_class_bind_template_child (widget_class, AnnexComposerChip, remove_button);
  gtk_widget_class_bind_template_callback (widget_class, mode_activated_cb);
  gtk_widget_class_bind_template_callback (widget_class, mode_shown_cb);
  gtk_widget_class_bind_template_callback (widget_class, remove_cb);
}

static void
annex_composer_chip_init (AnnexComposerChip *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

/* ---- making one */

static AnnexComposerChip *
new_chip (AnnexChipKind kind, const char *path, const char *shown)
{
  AnnexComposerChip *self = g_object_new (ANNEX_TYPE_COMPOSER_CHIP, NULL);
  g_autofree char *whole = annex_text_for_display (path);
  /* Translators: takes a folder, file or picture out of a message */
  g_autofree char *remove = g_strdup_printf (_ ("Remove %s"), shown);

  self->kind = kind;
  self->path = g_strdup (path);
  gtk_label_set_text (self->name, shown);
  if (path != NULL)
    gtk_widget_set_tooltip_text (GTK_WIDGET (self->name), whole);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->remove_button),
                                  GTK_ACCESSIBLE_PROPERTY_LABEL, remove, -1);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, shown, -1);
  gtk_widget_set_visible (GTK_WIDGET (self->picture), kind == ANNEX_CHIP_IMAGE);
  gtk_widget_set_visible (GTK_WIDGET (self->icon), kind != ANNEX_CHIP_IMAGE);
  gtk_widget_set_visible (GTK_WIDGET (self->mode_button), kind == ANNEX_CHIP_FOLDER);
  return self;
}

GtkWidget *
annex_composer_chip_new_folder (const char *path, AnnexShareMode mode)
{
  g_autofree char *name = annex_text_file_name (path);
  AnnexComposerChip *self = new_chip (ANNEX_CHIP_FOLDER, path, name);

  self->mode = mode;
  gtk_image_set_from_icon_name (self->icon, "folder-symbolic");
  fill_modes (self);
  show_mode (self);
  return GTK_WIDGET (self);
}

GtkWidget *
annex_composer_chip_new_file (const char *path)
{
  g_autofree char *name = annex_text_file_name (path);
  AnnexComposerChip *self = new_chip (ANNEX_CHIP_FILE, path, name);
  g_autofree char *type = g_content_type_guess (path, NULL, 0, NULL);
  g_autoptr (GIcon) icon = g_content_type_get_symbolic_icon (type);

  gtk_image_set_from_gicon (self->icon, icon);
  return GTK_WIDGET (self);
}

GtkWidget *
annex_composer_chip_new_image (GdkTexture *texture, GBytes *png)
{
  AnnexComposerChip *self = new_chip (ANNEX_CHIP_IMAGE, NULL, _ ("Pasted image"));
  g_autoptr (GdkPaintable) small = annex_crop_new (texture, PICTURE_SIDE, PICTURE_SIDE);

  self->png = g_bytes_ref (png);
  gtk_picture_set_paintable (self->picture, small);
  return GTK_WIDGET (self);
}

GtkWidget *
annex_composer_chip_new_skill (const char *name)
{
  g_autofree char *title = annex_skill_dup_title (name);
  AnnexComposerChip *self = new_chip (ANNEX_CHIP_SKILL, name, title);

  gtk_image_set_from_icon_name (self->icon, "annex-skill-symbolic");
  return GTK_WIDGET (self);
}

AnnexChipKind
annex_composer_chip_get_kind (AnnexComposerChip *self)
{
  return self->kind;
}

const char *
annex_composer_chip_get_path (AnnexComposerChip *self)
{
  return self->path;
}

AnnexShareMode
annex_composer_chip_get_mode (AnnexComposerChip *self)
{
  return self->mode;
}

GBytes *
annex_composer_chip_get_png (AnnexComposerChip *self)
{
  return self->png;
}
