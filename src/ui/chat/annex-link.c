/* annex-link.c
 *
 * See annex-link.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-link.h"

#include "annex-markdown.h"
#include "annex-prose.h"

#include <glib/gi18n.h>

static void
open_clicked_cb (GtkButton *button, gpointer data)
{
  const char *address = g_object_get_data (G_OBJECT (button), "address");
  g_autoptr (GtkUriLauncher) launcher = gtk_uri_launcher_new (address);
  GtkRoot *root = gtk_widget_get_root (GTK_WIDGET (button));
  GtkWidget *popover = gtk_widget_get_ancestor (GTK_WIDGET (button), GTK_TYPE_POPOVER);

  gtk_uri_launcher_launch (launcher, GTK_IS_WINDOW (root) ? GTK_WINDOW (root) : NULL, NULL, NULL,
                           NULL);
  gtk_popover_popdown (GTK_POPOVER (popover));
}

static void
copy_clicked_cb (GtkButton *button, gpointer data)
{
  GtkWidget *popover = gtk_widget_get_ancestor (GTK_WIDGET (button), GTK_TYPE_POPOVER);

  gdk_clipboard_set_text (gtk_widget_get_clipboard (GTK_WIDGET (button)),
                          g_object_get_data (G_OBJECT (button), "address"));
  gtk_popover_popdown (GTK_POPOVER (popover));
}

static GtkWidget *
new_button (const char *text, const char *address, GCallback callback)
{
  GtkWidget *button = gtk_button_new_with_label (text);

  g_object_set_data_full (G_OBJECT (button), "address", g_strdup (address), g_free);
  g_signal_connect (button, "clicked", callback, NULL);
  return button;
}

static GtkWidget *
new_link_box (const char *address)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);
  GtkWidget *buttons = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  g_autofree char *host = annex_markdown_dup_host (address);
  g_autofree char *shown = annex_prose_clean (address);
  GtkWidget *title = gtk_label_new (host);
  GtkWidget *whole = gtk_label_new (shown);

  gtk_widget_add_css_class (title, "heading");
  gtk_widget_add_css_class (whole, "monospace");
  gtk_widget_add_css_class (whole, "caption");
  gtk_label_set_xalign (GTK_LABEL (title), 0);
  gtk_label_set_xalign (GTK_LABEL (whole), 0);
  gtk_label_set_wrap (GTK_LABEL (title), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (title), PANGO_WRAP_WORD_CHAR);
  gtk_label_set_wrap (GTK_LABEL (whole), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (whole), PANGO_WRAP_CHAR);
  gtk_label_set_max_width_chars (GTK_LABEL (whole), 48);
  gtk_label_set_max_width_chars (GTK_LABEL (title), 36);
  gtk_label_set_lines (GTK_LABEL (whole), 12);
  gtk_box_append (GTK_BOX (buttons),
                  new_button (_ ("_Open in Browser"), address, G_CALLBACK (open_clicked_cb)));
  gtk_box_append (GTK_BOX (buttons),
                  new_button (_ ("_Copy Address"), address, G_CALLBACK (copy_clicked_cb)));
  for (GtkWidget *child = gtk_widget_get_first_child (buttons); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    gtk_button_set_use_underline (GTK_BUTTON (child), TRUE);
  gtk_box_append (GTK_BOX (box), title);
  gtk_box_append (GTK_BOX (box), whole);
  gtk_box_append (GTK_BOX (box), buttons);
  return box;
}

static gboolean
unparent_cb (gpointer data)
{
  gtk_widget_unparent (data);
  return G_SOURCE_REMOVE;
}

static void
closed_cb (GtkWidget *popover)
{
  g_idle_add_full (G_PRIORITY_DEFAULT, unparent_cb, g_object_ref (popover), g_object_unref);
}

void
annex_link_popup (GtkWidget *widget,
                  const char *const *addresses,
                  guint n_addresses,
                  double x,
                  double y)
{
  GtkWidget *popover = gtk_popover_new ();
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 18);

  for (guint i = 0; i < n_addresses; i++)
    gtk_box_append (GTK_BOX (box), new_link_box (addresses[i]));
  gtk_widget_add_css_class (box, "annex-link");
  gtk_popover_set_child (GTK_POPOVER (popover), box);
  gtk_popover_set_pointing_to (GTK_POPOVER (popover), &(GdkRectangle) { (int) x, (int) y, 1, 1 });
  gtk_widget_set_parent (popover, widget);
  g_signal_connect (popover, "closed", G_CALLBACK (closed_cb), NULL);
  gtk_popover_popup (GTK_POPOVER (popover));
}
