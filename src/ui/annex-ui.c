/* annex-ui.c
 *
 * See annex-ui.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-ui.h"

#include "annex-text.h"

#include <gtksourceview/gtksource.h>

#define TOAST_EDGES 88 /* around what a toast says, and between that and its buttons */
#define RESOURCES "/io/github/annex_desktop/Annex/"

static void
contrast_cb (AdwStyleManager *manager, GParamSpec *pspec, GtkCssProvider *provider)
{
  GdkDisplay *display = gdk_display_get_default ();

  if (adw_style_manager_get_high_contrast (manager))
    gtk_style_context_add_provider_for_display (display, GTK_STYLE_PROVIDER (provider),
                                                GTK_STYLE_PROVIDER_PRIORITY_APPLICATION);
  else
    gtk_style_context_remove_provider_for_display (display, GTK_STYLE_PROVIDER (provider));
}

void
annex_ui_init (void)
{
  g_autoptr (GtkCssProvider) provider = gtk_css_provider_new ();
  GtkCssProvider *contrast = gtk_css_provider_new (); /* for as long as the process lives */
  AdwStyleManager *manager = adw_style_manager_get_default ();

  gtk_source_init ();
  /* What can be selected is not selected because the focus comes to it. */
  g_object_set (gtk_settings_get_default (), "gtk-label-select-on-focus", FALSE, NULL);
  gtk_css_provider_load_from_resource (provider, RESOURCES "style.css");
  gtk_css_provider_load_from_resource (contrast, RESOURCES "style-hc.css");
  gtk_icon_theme_add_resource_path (gtk_icon_theme_get_for_display (gdk_display_get_default ()),
                                    RESOURCES "icons");
  gtk_style_context_add_provider_for_display (gdk_display_get_default (),
                                              GTK_STYLE_PROVIDER (provider),
                                              GTK_STYLE_PROVIDER_PRIORITY_APPLICATION);
  g_signal_connect (manager, "notify::high-contrast", G_CALLBACK (contrast_cb), contrast);
  contrast_cb (manager, NULL, contrast);
}

GSettings *
annex_ui_dup_settings (void)
{
  GSettingsSchemaSource *source = g_settings_schema_source_get_default ();
  g_autoptr (GSettingsSchema) schema = NULL;

  if (source != NULL)
    schema = g_settings_schema_source_lookup (source, ANNEX_APPLICATION_ID, TRUE);
  return schema != NULL ? g_settings_new_full (schema, NULL, NULL) : NULL;
}

void
annex_ui_describe (AdwStatusPage *page, const char *text)
{
  g_autofree char *shown = annex_text_for_display (text);
  g_autofree char *escaped = g_markup_escape_text (shown, -1);

  adw_status_page_set_description (page, escaped);
}

void
annex_ui_name_button (GtkWidget *button, const char *name)
{
  /* A button is labelled by its label, which comes before any name. */
  gtk_accessible_reset_relation (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_RELATION_LABELLED_BY);
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
}

void
annex_ui_leave_page (AdwNavigationPage *page)
{
  GtkWidget *view = gtk_widget_get_ancestor (GTK_WIDGET (page), ADW_TYPE_NAVIGATION_VIEW);

  if (view != NULL && adw_navigation_view_get_visible_page (ADW_NAVIGATION_VIEW (view)) == page)
    adw_navigation_view_pop (ADW_NAVIGATION_VIEW (view));
}

static void
say_choice (GtkDropDown *choice)
{
  const char *name = g_object_get_data (G_OBJECT (choice), "annex-name");
  GtkStringObject *chosen = gtk_drop_down_get_selected_item (choice);
  g_autofree char *words =
      g_strdup_printf ("%s: %s", name, chosen != NULL ? gtk_string_object_get_string (chosen) : "");

  gtk_accessible_update_property (GTK_ACCESSIBLE (gtk_widget_get_first_child (GTK_WIDGET (choice))),
                                  GTK_ACCESSIBLE_PROPERTY_LABEL, words, -1);
}

void
annex_ui_name_drop_down (GtkDropDown *choice, const char *name)
{
  gtk_accessible_update_property (GTK_ACCESSIBLE (choice), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
  g_object_set_data_full (G_OBJECT (choice), "annex-name", g_strdup (name), g_free);
  g_signal_connect (choice, "notify::selected-item", G_CALLBACK (say_choice), NULL);
  say_choice (choice);
}

/* Beside its buttons, whose words are not cut for it, a toast's text has the room that is left. */
static void
fit_title (GtkWidget *title)
{
  GtkWidget *overlay = gtk_widget_get_ancestor (title, ADW_TYPE_TOAST_OVERLAY);
  int room = overlay != NULL ? gtk_widget_get_width (overlay) - TOAST_EDGES : 0;
  int wanted;

  for (GtkWidget *next = gtk_widget_get_parent (title); next != NULL;
       next = gtk_widget_get_next_sibling (next))
    if (GTK_IS_BUTTON (next) && gtk_widget_get_visible (next))
      {
        int width;

        gtk_button_set_can_shrink (GTK_BUTTON (next), FALSE);
        gtk_widget_measure (next, GTK_ORIENTATION_HORIZONTAL, -1, NULL, &width, NULL, NULL);
        room -= width;
      }
  gtk_widget_measure (title, GTK_ORIENTATION_HORIZONTAL, -1, NULL, &wanted, NULL, NULL);
  if (wanted <= room || room <= 0)
    return;
  gtk_label_set_max_width_chars (GTK_LABEL (title), 1);
  gtk_widget_set_size_request (title, room, -1);
  gtk_widget_set_margin_top (title, 6);
  gtk_widget_set_margin_bottom (title, 6);
}

AdwToast *
annex_ui_toast_new (const char *text)
{
  AdwToast *toast = adw_toast_new ("");
  g_autofree char *shown = annex_text_for_display (text);
  GtkWidget *label = gtk_label_new (shown);

  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_natural_wrap_mode (GTK_LABEL (label), GTK_NATURAL_WRAP_NONE);
  gtk_label_set_wrap_mode (GTK_LABEL (label), PANGO_WRAP_WORD_CHAR);
  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_END);
  gtk_label_set_lines (GTK_LABEL (label), 5);
  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_widget_add_css_class (label, "heading");
  g_signal_connect (label, "map", G_CALLBACK (fit_title), NULL);
  adw_toast_set_custom_title (toast, label);
  return toast;
}

AdwToast *
annex_ui_toast_with_action (GtkWidget *widget,
                            const char *text,
                            const char *button,
                            const char *action_name,
                            GVariant *target)
{
  GtkWidget *overlay = gtk_widget_get_ancestor (widget, ADW_TYPE_TOAST_OVERLAY);
  g_autoptr (GVariant) held = target != NULL ? g_variant_ref_sink (target) : NULL;
  AdwToast *toast;

  if (overlay == NULL)
    {
      g_autofree char *shown = annex_text_for_display (text);

      g_message ("%s", shown);
      return NULL;
    }
  toast = annex_ui_toast_new (text);
  if (button != NULL)
    {
      adw_toast_set_button_label (toast, button);
      adw_toast_set_action_name (toast, action_name);
      adw_toast_set_action_target_value (toast, held);
    }
  adw_toast_overlay_add_toast (ADW_TOAST_OVERLAY (overlay), toast);
  return toast;
}

void
annex_ui_toast (GtkWidget *widget, const char *text)
{
  annex_ui_toast_with_action (widget, text, NULL, NULL, NULL);
}
