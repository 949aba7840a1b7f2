/* annex-connector-add.c
 *
 * See annex-connector-add.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-connector-add.h"

#include "annex-connector-words.h"
#include "annex-row.h"
#include "annex-spoken.h"
#include "annex-text.h"
#include "annex-then.h"

#include <glib/gi18n.h>

struct _AnnexConnectorAdd
{
  AdwDialog parent_instance;

  AnnexConnectors *connectors;
  char *text;  /* what is previewed */
  char *title; /* nullable */
  gboolean busy;

  AdwNavigationView *navigation;
  GtkTextView *paste;
  AdwEntryRow *name_entry;
  GtkLabel *failure;
  GtkWidget *next_button;
  AdwPreferencesGroup *good_group;
  AdwPreferencesGroup *preview_group;
  GtkWidget *add_button;
};

static guint added_signal;

G_DEFINE_FINAL_TYPE (AnnexConnectorAdd, annex_connector_add, ADW_TYPE_DIALOG)

/* (transfer full) */
static char *
dup_pasted (AnnexConnectorAdd *self)
{
  GtkTextBuffer *buffer = gtk_text_view_get_buffer (self->paste);
  GtkTextIter start;
  GtkTextIter end;

  gtk_text_buffer_get_bounds (buffer, &start, &end);
  return g_strstrip (gtk_text_buffer_get_text (buffer, &start, &end, FALSE));
}

static void
changed_cb (AnnexConnectorAdd *self)
{
  g_autofree char *text = dup_pasted (self);

  gtk_widget_set_sensitive (self->next_button, *text != '\0');
  gtk_widget_set_visible (GTK_WIDGET (self->failure), FALSE);
}

/* ---- the preview */

static char *
dup_needs (const AnnexConnectorInfo *info)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_auto (GStrv) words = NULL;

  for (guint i = 0; i < info->needs->len; i++)
    {
      const AnnexConnectorNeed *need = g_ptr_array_index (info->needs, i);
      g_autofree char *name = annex_text_for_display (need->name);

      if (need->missing) /* Translators: %s is what a value is called: “API_KEY” */
        g_strv_builder_take (builder, g_strdup_printf (_ ("%s (you give it afterwards)"), name));
      else if (need->secret)
        g_strv_builder_take (builder, g_strdup_printf (_ ("%s (goes to your keyring)"), name));
      else
        g_strv_builder_add (builder, name);
    }
  words = g_strv_builder_end (builder);
  return g_strjoinv (", ", words);
}

static void
add_preview (AnnexConnectorAdd *self, const AnnexConnectorInfo *info)
{
  g_autofree char *needs = dup_needs (info);
  gboolean is_command = info->kind == ANNEX_CONNECTOR_COMMAND;
  GtkWidget *row = annex_row_new_expander (
      info->title,
      is_command ? _ ("A program that runs in Annex’s computer") : _ ("A service on the internet"));

  adw_expander_row_set_expanded (ADW_EXPANDER_ROW (row), TRUE);
  annex_row_set_icon (row, is_command ? "utilities-terminal-symbolic" : "annex-web-symbolic", NULL,
                      NULL);
  adw_expander_row_add_row (
      ADW_EXPANDER_ROW (row),
      annex_row_new_property (is_command ? _ ("Command") : _ ("Address"), info->where, TRUE));
  if (*needs != '\0')
    adw_expander_row_add_row (ADW_EXPANDER_ROW (row),
                              annex_row_new_property (_ ("Is Given"), needs, FALSE));
  annex_group_add (self->preview_group, row);
}

static void
preview (AnnexConnectorAdd *self, const char *text, const char *title)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) infos = annex_connectors_preview (self->connectors, text, title, &error);

  gtk_widget_set_visible (GTK_WIDGET (self->failure), infos == NULL);
  if (infos == NULL)
    {
      g_autofree char *shown = annex_text_for_display (annex_error_said (error));

      gtk_label_set_text (self->failure, shown);
      gtk_accessible_announce (GTK_ACCESSIBLE (self), shown,
                               GTK_ACCESSIBLE_ANNOUNCEMENT_PRIORITY_MEDIUM);
      return;
    }
  g_set_str (&self->text, text);
  g_set_str (&self->title, title);
  annex_group_clear (self->preview_group);
  for (guint i = 0; i < infos->len; i++)
    add_preview (self, g_ptr_array_index (infos, i));
  gtk_button_set_label (GTK_BUTTON (self->add_button),
                        infos->len > 1 ? _ ("_Add All") : _ ("_Add"));
  adw_navigation_view_push_by_tag (self->navigation, "preview");
  gtk_widget_grab_focus (self->add_button);
}

static void
next_cb (AnnexConnectorAdd *self)
{
  g_autofree char *text = dup_pasted (self);
  g_autofree char *name = g_strdup (gtk_editable_get_text (GTK_EDITABLE (self->name_entry)));

  g_strstrip (name);
  preview (self, text, *name != '\0' ? name : NULL);
}

/* ---- adding */

static void
added_cb (gpointer object, const GValue *value, GError *error)
{
  AnnexConnectorAdd *self = object;

  self->busy = FALSE;
  gtk_widget_set_sensitive (self->add_button, TRUE);
  if (error != NULL)
    {
      annex_connector_tell (GTK_WIDGET (self->navigation), error);
      return;
    }
  g_signal_emit (self, added_signal, 0, g_value_get_boxed (value));
  adw_dialog_force_close (ADW_DIALOG (self));
}

static void
add_cb (AnnexConnectorAdd *self)
{
  if (self->busy || self->text == NULL)
    return;
  self->busy = TRUE;
  gtk_widget_set_sensitive (self->add_button, FALSE);
  annex_then (annex_connectors_add (self->connectors, self->text, self->title), self, added_cb);
}

/* ---- well known ones */

static void
good_cb (GtkWidget *row, AnnexConnectorAdd *self)
{
  const AnnexGoodConnector *good = g_object_get_data (G_OBJECT (row), "annex-good");

  preview (self, good->address, good->title);
}

static void
fill_good (AnnexConnectorAdd *self)
{
  guint n_good;
  const AnnexGoodConnector *good = annex_good_connectors (&n_good);

  for (guint i = 0; i < n_good; i++)
    {
      GtkWidget *row = annex_row_new_link (good[i].title, _ (good[i].words));

      g_object_set_data (G_OBJECT (row), "annex-good", (gpointer) &good[i]);
      g_signal_connect_object (row, "activated", G_CALLBACK (good_cb), self, 0);
      annex_group_add (self->good_group, row);
    }
}

/* ---- the type */

static void
annex_connector_add_dispose (GObject *object)
{
  AnnexConnectorAdd *self = ANNEX_CONNECTOR_ADD (object);

  if (self->paste != NULL)
    g_signal_handlers_disconnect_by_func (gtk_text_view_get_buffer (self->paste), changed_cb, self);
  gtk_widget_dispose_template (GTK_WIDGET (self), ANNEX_TYPE_CONNECTOR_ADD);
  g_clear_object (&self->connectors);
  g_clear_pointer (&self->text, g_free);
  g_clear_pointer (&self->title, g_free);
  G_OBJECT_CLASS (annex_connector_add_parent_class)->dispose (object);
}

static void
annex_connector_add_class_init (AnnexConnectorAddClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = annex_connector_add_dispose;
  added_signal = g_signal_new ("added", ANNEX_TYPE_CONNECTOR_ADD, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                               NULL, G_TYPE_NONE, 1, G_TYPE_STRV);
  gtk_widget_class_set_template_from_resource (
      widget_class, "/io/github/annex_desktop/Annex/annex-connector-add.ui");
  gtk_widget_class_bind_template_child (widget_class, AnnexConnectorAdd, navigation);
  gtk_widget_class_bind_template_child (widget_class, AnnexConnectorAdd, paste);
  gtk_widget_class_bind_template_child (widget_class, AnnexConnectorAdd, name_entry);
  gtk_widget_class_bind_template_child (widget_class, AnnexConnectorAdd, failure);
  gtk_widget_class_bind_template_child (widget_class, AnnexConnectorAdd, next_button);
  gtk_widget_class_bind_template_child (widget_class, AnnexConnectorAdd, good_group);
  gtk_widget_class_bind_template_child (widget_class, AnnexConnectorAdd, preview_group);
  gtk_widget_class_bind_template_child (widget_class, AnnexConnectorAdd, add_button);
  gtk_widget_class_bind_template_callback (widget_class, next_cb);
  gtk_widget_class_bind_template_callback (widget_class, add_cb);
}

static void
annex_connector_add_init (AnnexConnectorAdd *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  g_signal_connect_swapped (gtk_text_view_get_buffer (self->paste), "changed",
                            G_CALLBACK (changed_cb), self);
  fill_good (self);
}

AdwDialog *
annex_connector_add_new (AnnexConnectors *connectors, const char *text)
{
  AnnexConnectorAdd *self = g_object_new (ANNEX_TYPE_CONNECTOR_ADD, NULL);

  self->connectors = g_object_ref (connectors);
  if (text != NULL)
    {
      gtk_text_buffer_set_text (gtk_text_view_get_buffer (self->paste), text, -1);
      next_cb (self);
    }
  return ADW_DIALOG (self);
}
