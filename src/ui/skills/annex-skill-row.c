/* annex-skill-row.c
 *
 * See annex-skill-row.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-skill-row.h"

#include "annex-skill-words.h"
#include "annex-text.h"
#include "annex-then.h"

#include <glib/gi18n.h>

/* ---- the item */

struct _AnnexSkillItem
{
  GObject parent_instance;

  AnnexSkillKeeper *keeper; /* nullable */
  AnnexSkillInfo *info;
  AnnexSkillView *view; /* NULL until it is read */
  gboolean asked;
};

static guint changed_signal;

G_DEFINE_FINAL_TYPE (AnnexSkillItem, annex_skill_item, G_TYPE_OBJECT)

static void
annex_skill_item_finalize (GObject *object)
{
  AnnexSkillItem *self = ANNEX_SKILL_ITEM (object);

  g_clear_object (&self->keeper);
  annex_skill_info_free (self->info);
  g_clear_pointer (&self->view, annex_skill_view_free);
  G_OBJECT_CLASS (annex_skill_item_parent_class)->finalize (object);
}

static void
annex_skill_item_class_init (AnnexSkillItemClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = annex_skill_item_finalize;
  changed_signal = g_signal_new ("changed", ANNEX_TYPE_SKILL_ITEM, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                 NULL, G_TYPE_NONE, 0);
}

static void
annex_skill_item_init (AnnexSkillItem *self)
{
}

AnnexSkillItem *
annex_skill_item_new (AnnexSkillKeeper *keeper, const AnnexSkillInfo *info)
{
  AnnexSkillItem *self = g_object_new (ANNEX_TYPE_SKILL_ITEM, NULL);

  g_set_object (&self->keeper, keeper);
  self->info = annex_skill_info_copy (info);
  return self;
}

const AnnexSkillInfo *
annex_skill_item_get_info (AnnexSkillItem *self)
{
  return self->info;
}

gboolean
annex_skill_item_matches (AnnexSkillItem *self, const char *words)
{
  g_autofree char *wanted = words != NULL ? g_utf8_casefold (words, -1) : NULL;
  g_autofree char *title = NULL;
  g_autofree char *text = NULL;
  g_autofree char *folded = NULL;

  if (wanted == NULL || *wanted == '\0')
    return TRUE;
  title = annex_skill_dup_title (self->info->name);
  text = g_strjoin (" ", self->info->name, title, self->info->description, NULL);
  folded = g_utf8_casefold (text, -1);
  return strstr (folded, wanted) != NULL;
}

static void
read_cb (gpointer object, const GValue *value, GError *error)
{
  AnnexSkillItem *self = object;

  if (value == NULL) /* its fault is known already, or the skill went away */
    return;
  self->view = annex_skill_view_copy (g_value_get_boxed (value));
  g_signal_emit (self, changed_signal, 0);
}

static void
ask (AnnexSkillItem *self)
{
  if (self->asked || self->keeper == NULL || self->info->fault != NULL || self->info->shadowed)
    return;
  self->asked = TRUE;
  annex_then (annex_skill_keeper_read (self->keeper, self->info->name, NULL), self, read_cb);
}

/* ---- the card */

struct _AnnexSkillRow
{
  AdwBin parent_instance;

  AnnexSkillItem *item; /* nullable */
  gboolean updating;

  GtkImage *icon;
  GtkLabel *title;
  GtkLabel *description;
  GtkLabel *facts;
  GtkLabel *missing;
  GtkSwitch *enabled;
};

static guint switched_signal;

G_DEFINE_FINAL_TYPE (AnnexSkillRow, annex_skill_row, ADW_TYPE_BIN)

static void
active_cb (AnnexSkillRow *self)
{
  if (!self->updating && self->item != NULL)
    g_signal_emit (self, switched_signal, 0, self->item->info->name,
                   gtk_switch_get_active (self->enabled));
}

static char *
dup_facts (AnnexSkillItem *item)
{
  g_autofree char *provenance = annex_skill_dup_provenance (item->info);
  g_autofree char *abilities = NULL;

  if (item->view == NULL)
    return g_steal_pointer (&provenance);
  abilities = annex_skill_dup_abilities (item->view);
  return g_strdup_printf ("%s · %s", abilities, provenance);
}

static void
show_missing (AnnexSkillRow *self)
{
  guint n_missing = self->item->view != NULL ? annex_skill_count_missing (self->item->view) : 0;

  if (n_missing > 0)
    {
      g_autofree char *text = g_strdup_printf (
          ngettext ("Needs %u value from you", "Needs %u values from you", n_missing), n_missing);

      gtk_label_set_text (self->missing, text);
    }
  gtk_widget_set_visible (GTK_WIDGET (self->missing), n_missing > 0);
}

static void
update (AnnexSkillRow *self)
{
  const AnnexSkillInfo *info = self->item->info;
  gboolean faulty = info->fault != NULL;
  g_autofree char *title = annex_skill_dup_title (info->name);
  g_autofree char *words = annex_text_for_display (faulty ? info->fault : info->description);
  g_autofree char *facts = dup_facts (self->item);
  g_autofree char *name = g_strdup_printf (_ ("Use %s"), title);

  gtk_label_set_text (self->title, title);
  gtk_label_set_text (self->description, words);
  gtk_label_set_text (self->facts, facts);
  gtk_image_set_from_icon_name (self->icon,
                                faulty ? "dialog-warning-symbolic" : "annex-skill-symbolic");
  gtk_widget_set_css_classes (GTK_WIDGET (self->icon),
                              (const char *[]) { faulty ? "warning" : "accent", NULL });
  show_missing (self);
  self->updating = TRUE;
  gtk_switch_set_active (self->enabled, info->enabled && !faulty && !info->shadowed);
  self->updating = FALSE;
  gtk_widget_set_sensitive (GTK_WIDGET (self->enabled), !faulty && !info->shadowed);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->enabled), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  name, -1);
}

void
annex_skill_row_set_item (AnnexSkillRow *self, AnnexSkillItem *item)
{
  if (self->item != NULL)
    g_signal_handlers_disconnect_by_func (self->item, update, self);
  if (!g_set_object (&self->item, item) || item == NULL)
    return;
  g_signal_connect_object (item, "changed", G_CALLBACK (update), self, G_CONNECT_SWAPPED);
  update (self);
  ask (item);
}

char *
annex_skill_row_dup_words (AnnexSkillRow *self)
{
  return g_strdup_printf ("%s. %s", gtk_label_get_text (self->title),
                          gtk_label_get_text (self->description));
}

static void
annex_skill_row_dispose (GObject *object)
{
  AnnexSkillRow *self = ANNEX_SKILL_ROW (object);

  annex_skill_row_set_item (self, NULL);
  adw_bin_set_child (ADW_BIN (self), NULL); /* it is a child of the template's too */
  gtk_widget_dispose_template (GTK_WIDGET (self), ANNEX_TYPE_SKILL_ROW);
  G_OBJECT_CLASS (annex_skill_row_parent_class)->dispose (object);
}

static void
annex_skill_row_class_init (AnnexSkillRowClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = annex_skill_row_dispose;
  switched_signal = g_signal_new ("switched", ANNEX_TYPE_SKILL_ROW, G_SIGNAL_RUN_LAST, 0, NULL,
                                  NULL, NULL, G_TYPE_NONE, 2, G_TYPE_STRING, G_TYPE_BOOLEAN);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/annex_desktop/Annex/annex-skill-row.ui");
  gtk_widget_class_bind_template_child (widget_class, AnnexSkillRow, icon);
  gtk_widget_class_bind_template_child (widget_class, AnnexSkillRow, title);
  gtk_widget_class_bind_template_child (widget_class, AnnexSkillRow, description);
  gtk_widget_class_bind_template_child (widget_class, AnnexSkillRow, facts);
  gtk_widget_class_bind_template_child (widget_class, AnnexSkillRow, missing);
  gtk_widget_class_bind_template_child (widget_class, AnnexSkillRow, enabled);
  gtk_widget_class_bind_template_callback (widget_class, active_cb);
}

static void
annex_skill_row_init (AnnexSkillRow *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

GtkWidget *
annex_skill_row_new (void)
{
  return g_object_new (ANNEX_TYPE_SKILL_ROW, NULL);
}
