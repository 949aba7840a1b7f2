/* annex-browser-page.c
 *
 * See annex-browser-page.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-browser-page.h"

#include "annex-arm.h"
#include "annex-browser-dialog-card.h"
#include "annex-draft-actions.h"
#include "annex-site-policy.h"
#include "annex-text.h"

#include <glib/gi18n.h>

struct _AnnexBrowserPage
{
  AdwBin parent_instance;

  AnnexBrowserPane *pane;
  AnnexBrowserTab *tab;
  GtkWidget *view; /* borrowed: a child of the stack */

  gboolean was_ended; /* by the user */
  AdwBanner *busy_banner;
  GtkStack *stack;
  AdwStatusPage *failure;
  GtkLabel *failure_place;
  GtkWidget *retry_button;
  GtkButton *allow_button;
  AdwClamp *card_slot;
};

G_DEFINE_FINAL_TYPE (AnnexBrowserPage, annex_browser_page, ADW_TYPE_BIN)

/* ---------------------------------------------------------------- why there is no page */

static void
say (AnnexBrowserPage *self, const char *icon, const char *title, const char *text)
{
  g_autofree char *escaped = g_markup_escape_text (text, -1);

  adw_status_page_set_icon_name (self->failure, icon);
  adw_status_page_set_title (self->failure, title);
  adw_status_page_set_description (self->failure, escaped);
}

static void
offer (AnnexBrowserPage *self, gboolean retry, const char *allow)
{
  gtk_widget_set_visible (self->retry_button, retry);
  gtk_widget_set_visible (GTK_WIDGET (self->allow_button), allow != NULL);
  if (allow != NULL)
    gtk_button_set_label (self->allow_button, allow);
}

static void
say_refused (AnnexBrowserPage *self)
{
  switch (annex_site_policy_judge_address (annex_browser_tab_get_failed_uri (self->tab), NULL))
    {
    case ANNEX_ADDRESS_SITE:
      say (self, "security-high-symbolic", _ ("Not Allowed Yet"),
           _ ("A page wanted to go to this site, which you have not allowed Annex to use."));
      offer (self, FALSE, _ ("_Allow for This Task"));
      break;
    case ANNEX_ADDRESS_LOCAL:
      say (self, "computer-symbolic", _ ("On This Computer"),
           _ ("This address is on your computer or in your network. Pages and Annex cannot open it "
              "by "
              "themselves."));
      offer (self, FALSE, _ ("_Open It"));
      break;
    case ANNEX_ADDRESS_EMPTY:
    case ANNEX_ADDRESS_REFUSED:
      say (self, "dialog-warning-symbolic", _ ("Cannot Be Opened"),
           _ ("Only web pages can be opened here."));
      offer (self, FALSE, NULL);
      break;
    }
}

static void
say_failed (AnnexBrowserPage *self)
{
  if (!g_network_monitor_get_network_available (g_network_monitor_get_default ()))
    say (self, "network-offline-symbolic", _ ("You Are Offline"),
         _ ("Connect to the internet and try again."));
  else
    say (self, "dialog-warning-symbolic", _ ("Page Cannot Be Reached"),
         _ ("The site did not answer. The address may be wrong, or the site may be down."));
  offer (self, TRUE, NULL);
}

static void
show_failure (AnnexBrowserPage *self, const GError *failure)
{
  g_autofree char *place = annex_text_for_display (annex_browser_tab_get_failed_uri (self->tab));

  /* What comes by itself where another one stood is not what its button was meant for. */
  if (!g_str_equal (gtk_label_get_text (self->failure_place), place))
    annex_arm_again (GTK_WIDGET (self->allow_button));
  gtk_label_set_text (self->failure_place, place);
  gtk_widget_set_visible (GTK_WIDGET (self->failure_place), place[0] != '\0');
  if (g_error_matches (failure, ANNEX_BROWSER_ERROR, ANNEX_BROWSER_ERROR_REFUSED))
    say_refused (self);
  else if (g_error_matches (failure, ANNEX_BROWSER_ERROR, ANNEX_BROWSER_ERROR_CERTIFICATE))
    {
      say (self, "channel-insecure-symbolic", _ ("Site Cannot Prove Who It Is"),
           _ ("Someone may be pretending to be this site, or it is not well kept. Nothing was sent "
              "to "
              "it. Do not sign in there unless you know why this is."));
      offer (self, TRUE, _ ("_Visit Anyway"));
    }
  else if (g_error_matches (failure, ANNEX_BROWSER_ERROR, ANNEX_BROWSER_ERROR_CRASHED))
    {
      say (self, "dialog-warning-symbolic",
           self->was_ended ? _ ("The Page Was Ended") : _ ("The Page Crashed"),
           _ ("Nothing else is affected. What you typed into the page may be lost."));
      offer (self, TRUE, NULL);
    }
  else if (g_error_matches (failure, ANNEX_BROWSER_ERROR, ANNEX_BROWSER_ERROR_INVALID))
    {
      say (self, "dialog-warning-symbolic", _ ("Not a Web Address"),
           _ ("Type an address like example.org."));
      offer (self, FALSE, NULL);
    }
  else
    say_failed (self);
}

static void
update_cb (AnnexBrowserPage *self)
{
  const GError *failure = annex_browser_tab_get_failure (self->tab);

  if (self->view == NULL)
    return;
  adw_banner_set_revealed (self->busy_banner,
                           failure == NULL && !annex_browser_tab_is_responsive (self->tab));
  if (failure == NULL)
    self->was_ended = FALSE;
  if (failure != NULL)
    {
      show_failure (self, failure);
      gtk_stack_set_visible_child_name (self->stack, "failure");
    }
  else if (annex_browser_tab_get_uri (self->tab)[0] == '\0' &&
           !annex_browser_tab_is_loading (self->tab))
    gtk_stack_set_visible_child_name (self->stack, "blank");
  else
    gtk_stack_set_visible_child (self->stack, self->view);
}

/* What was typed into it may be lost, and nothing else says so. */
static void
ended_cb (AnnexBrowserPage *self)
{
  annex_toast (GTK_WIDGET (self), _ ("The page before did not answer, and was ended"));
}

static void
dialog_cb (AnnexBrowserPage *self)
{
  gboolean is_open = annex_browser_tab_get_dialog (self->tab) != NULL;

  adw_clamp_set_child (self->card_slot,
                       is_open ? annex_browser_dialog_card_new (self->pane, self->tab) : NULL);
  gtk_widget_set_visible (GTK_WIDGET (self->card_slot), is_open);
}

static void
retry_cb (AnnexBrowserPage *self)
{
  annex_browser_pane_touch (self->pane, self->tab);
  annex_browser_tab_reload (self->tab);
}

static void
end_cb (AnnexBrowserPage *self)
{
  annex_browser_pane_touch (self->pane, self->tab);
  self->was_ended = TRUE;
  annex_browser_tab_end (self->tab);
}

static void
allow_cb (AnnexBrowserPage *self)
{
  if (!annex_arm_is_ready (GTK_WIDGET (self->allow_button)))
    return;
  annex_browser_pane_take_over (self->pane);
  annex_browser_pane_allow_failed (self->pane, self->tab);
}

/* ---------------------------------------------------------------- class */

void
annex_browser_page_release (AnnexBrowserPage *self)
{
  if (self->view == NULL)
    return;
  adw_clamp_set_child (self->card_slot, NULL);
  gtk_stack_remove (self->stack, self->view);
  self->view = NULL;
}

static void
annex_browser_page_dispose (GObject *object)
{
  AnnexBrowserPage *self = ANNEX_BROWSER_PAGE (object);

  if (self->stack != NULL)
    annex_browser_page_release (self);
  gtk_widget_dispose_template (GTK_WIDGET (self), ANNEX_TYPE_BROWSER_PAGE);
  g_clear_object (&self->tab);
  g_clear_object (&self->pane);
  G_OBJECT_CLASS (annex_browser_page_parent_class)->dispose (object);
}

static void
annex_browser_page_class_init (AnnexBrowserPageClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = annex_browser_page_dispose;
  gtk_widget_class_set_template_from_resource (
      widget_class, "/io/github/annex_desktop/Annex/annex-browser-page.ui");
  gtk_widget_class_bind_template_child (widget_class, AnnexBrowserPage, busy_banner);
  gtk_widget_class_bind_template_child (widget_class, AnnexBrowserPage, stack);
  gtk_widget_class_bind_template_child (widget_class, AnnexBrowserPage, failure);
  gtk_widget_class_bind_template_child (widget_class, AnnexBrowserPage, failure_place);
  gtk_widget_class_bind_template_child (widget_class, AnnexBrowserPage, retry_button);
  gtk_widget_class_bind_template_child (widget_class, AnnexBrowserPage, allow_button);
  gtk_widget_class_bind_template_child (widget_class, AnnexBrowserPage, card_slot);
  gtk_widget_class_bind_template_callback (widget_class, retry_cb);
  gtk_widget_class_bind_template_callback (widget_class, allow_cb);
  gtk_widget_class_bind_template_callback (widget_class, end_cb);
}

static void
annex_browser_page_init (AnnexBrowserPage *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  annex_arm_watch (GTK_WIDGET (self->allow_button));
}

GtkWidget *
annex_browser_page_new (AnnexBrowserPane *pane, AnnexBrowserTab *tab)
{
  static const char *const signals[] = { "notify::failure", "notify::uri", "notify::loading",
                                         "notify::responsive" };
  AnnexBrowserPage *self = g_object_new (ANNEX_TYPE_BROWSER_PAGE, NULL);
  GtkWidget *view = GTK_WIDGET (annex_browser_tab_get_view (tab));

  self->pane = g_object_ref (pane);
  self->tab = g_object_ref (tab);
  self->view = view;
  /* It may have been shown elsewhere before. */
  if (GTK_IS_STACK (gtk_widget_get_parent (view)))
    gtk_stack_remove (GTK_STACK (gtk_widget_get_parent (view)), view);
  gtk_stack_add_child (self->stack, view);
  for (guint i = 0; i < G_N_ELEMENTS (signals); i++)
    g_signal_connect_object (tab, signals[i], G_CALLBACK (update_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (tab, "ended", G_CALLBACK (ended_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (tab, "notify::dialog", G_CALLBACK (dialog_cb), self, G_CONNECT_SWAPPED);
  update_cb (self);
  dialog_cb (self);
  return GTK_WIDGET (self);
}

AnnexBrowserTab *
annex_browser_page_get_tab (AnnexBrowserPage *self)
{
  return self->tab;
}
