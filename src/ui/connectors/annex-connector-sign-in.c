/* annex-connector-sign-in.c
 *
 * See annex-connector-sign-in.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-connector-sign-in.h"

#include "annex-markdown.h"
#include "annex-text.h"

#include <glib/gi18n.h>

#define DIALOG "annex-sign-in"

typedef struct
{
  GWeakRef parent;
  DexPromise *cancel;
  char *title;
} SignIn;

static void
sign_in_free (gpointer data)
{
  SignIn *sign_in = data;

  g_weak_ref_clear (&sign_in->parent);
  dex_unref (sign_in->cancel);
  g_free (sign_in->title);
  g_free (sign_in);
}

/* The browser was opened, or (@error, taken) was not. */
static void
tell_opened (AdwDialog *dialog, GError *error)
{
  DexPromise *opened = g_object_get_data (G_OBJECT (dialog), "annex-opened");

  if (!dex_future_is_pending (DEX_FUTURE (opened)))
    g_clear_error (&error);
  else if (error != NULL)
    dex_promise_reject (opened, error);
  else
    dex_promise_resolve_boolean (opened, TRUE);
}

static void
launched_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (AdwDialog) dialog = data;

  /* When it cannot be opened, the user may try again, or close the dialog. */
  if (gtk_uri_launcher_launch_finish (GTK_URI_LAUNCHER (source), result, NULL))
    tell_opened (dialog, NULL);
  else
    gtk_label_set_text (g_object_get_data (G_OBJECT (dialog), "annex-words"),
                        _ ("Your browser could not be opened."));
}

static void
open_cb (GtkButton *button, AdwDialog *dialog)
{
  g_autoptr (GtkUriLauncher) launcher =
      gtk_uri_launcher_new (g_object_get_data (G_OBJECT (dialog), "annex-address"));
  GtkRoot *root = gtk_widget_get_root (GTK_WIDGET (dialog));

  gtk_uri_launcher_launch (launcher, GTK_IS_WINDOW (root) ? GTK_WINDOW (root) : NULL, NULL,
                           launched_cb, g_object_ref (dialog));
  gtk_button_set_label (button, _ ("_Open It Again"));
  gtk_widget_remove_css_class (GTK_WIDGET (button), "suggested-action");
  gtk_widget_set_visible (g_object_get_data (G_OBJECT (dialog), "annex-waiting"), TRUE);
}

static void
closed_cb (AdwDialog *dialog)
{
  DexPromise *cancel = g_object_get_data (G_OBJECT (dialog), "annex-cancel");

  if (dex_future_is_pending (DEX_FUTURE (cancel)))
    dex_promise_reject (cancel,
                        g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CANCELLED, "Cancelled"));
  tell_opened (dialog, g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CANCELLED, "Cancelled"));
}

static GtkWidget *
make_waiting (AdwDialog *dialog)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 9);
  GtkWidget *label = gtk_label_new (_ ("Waiting for you in your browser…"));

  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_box_append (GTK_BOX (box), adw_spinner_new ());
  gtk_box_append (GTK_BOX (box), label);
  gtk_widget_set_halign (box, GTK_ALIGN_CENTER);
  gtk_widget_set_visible (box, FALSE);
  g_object_set_data (G_OBJECT (dialog), "annex-waiting", box);
  g_object_set_data (G_OBJECT (dialog), "annex-words", label);
  return box;
}

/* The title is the service's; the host is where the browser really goes. */
static GtkWidget *
make_content (AdwDialog *dialog, const char *title, const char *host)
{
  GtkWidget *page = adw_status_page_new ();
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 18);
  GtkWidget *target = gtk_label_new (host);
  GtkWidget *button = gtk_button_new_with_mnemonic (_ ("_Open in Browser"));
  g_autofree char *shown = annex_text_for_display (title);
  /* Translators: %s is the name of a service */
  g_autofree char *heading = g_strdup_printf (_ ("Sign In to %s"), shown);
  g_autofree char *escaped = g_markup_escape_text (heading, -1);

  adw_status_page_set_icon_name (ADW_STATUS_PAGE (page), "annex-connector-symbolic");
  adw_status_page_set_title (ADW_STATUS_PAGE (page), escaped);
  adw_status_page_set_description (
      ADW_STATUS_PAGE (page),
      _ ("Your browser shows the page of this host. Annex never sees your password; what the "
         "service gives it instead is kept in your keyring."));
  gtk_widget_add_css_class (page, "compact");
  gtk_label_set_wrap (GTK_LABEL (target), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (target), PANGO_WRAP_CHAR);
  gtk_label_set_selectable (GTK_LABEL (target), TRUE);
  gtk_widget_set_css_classes (target, (const char *[]) { "monospace", "annex-target", NULL });
  gtk_widget_set_halign (button, GTK_ALIGN_CENTER);
  gtk_widget_set_css_classes (button, (const char *[]) { "pill", "suggested-action", NULL });
  g_signal_connect_object (button, "clicked", G_CALLBACK (open_cb), dialog, 0);
  gtk_box_append (GTK_BOX (box), target);
  gtk_box_append (GTK_BOX (box), button);
  gtk_box_append (GTK_BOX (box), make_waiting (dialog));
  adw_status_page_set_child (ADW_STATUS_PAGE (page), box);
  adw_dialog_set_default_widget (dialog, button);
  adw_dialog_set_focus (dialog, button); /* not the host, which can be selected */
  return page;
}

static DexFuture *
show_cb (const char *address, const char *host, gpointer data)
{
  SignIn *sign_in = data;
  g_autoptr (GtkWidget) parent = g_weak_ref_get (&sign_in->parent);
  DexPromise *opened;
  AdwDialog *dialog;
  GtkWidget *view;

  if (parent == NULL || gtk_widget_get_root (parent) == NULL ||
      !annex_markdown_is_safe_link (address))
    return dex_future_new_reject (G_IO_ERROR, G_IO_ERROR_INVALID_ARGUMENT, "%s",
                                  _ ("The service gave an address that Annex does not open"));
  dialog = adw_dialog_new ();
  view = adw_toolbar_view_new ();
  adw_toolbar_view_add_top_bar (ADW_TOOLBAR_VIEW (view), adw_header_bar_new ());
  adw_toolbar_view_set_content (ADW_TOOLBAR_VIEW (view),
                                make_content (dialog, sign_in->title, host));
  adw_dialog_set_title (dialog, _ ("Sign In"));
  adw_dialog_set_content_width (dialog, 460);
  adw_dialog_set_child (dialog, view);
  g_object_set_data_full (G_OBJECT (dialog), "annex-address", g_strdup (address), g_free);
  g_object_set_data_full (G_OBJECT (dialog), "annex-cancel", dex_ref (sign_in->cancel), dex_unref);
  g_signal_connect (dialog, "closed", G_CALLBACK (closed_cb), NULL);
  g_object_set_data_full (G_OBJECT (parent), DIALOG, g_object_ref_sink (dialog), g_object_unref);
  opened = dex_promise_new ();
  g_object_set_data_full (G_OBJECT (dialog), "annex-opened", dex_ref (opened), dex_unref);
  adw_dialog_present (dialog, parent);
  return DEX_FUTURE (opened);
}

DexFuture *
annex_connector_sign_in (GtkWidget *parent,
                         AnnexConnectors *connectors,
                         const AnnexConnectorInfo *info,
                         DexPromise *cancel)
{
  SignIn *sign_in = g_new0 (SignIn, 1);

  g_weak_ref_init (&sign_in->parent, parent);
  sign_in->cancel = dex_ref (cancel);
  sign_in->title = g_strdup (info->title);
  return annex_connectors_sign_in (connectors, info->id, show_cb, sign_in, sign_in_free,
                                   DEX_FUTURE (cancel));
}

void
annex_connector_sign_in_close (GtkWidget *parent)
{
  AdwDialog *dialog = g_object_get_data (G_OBJECT (parent), DIALOG);

  if (dialog != NULL)
    {
      g_signal_handlers_disconnect_by_func (dialog, closed_cb, NULL);
      adw_dialog_force_close (dialog);
    }
  g_object_set_data (G_OBJECT (parent), DIALOG, NULL);
}
