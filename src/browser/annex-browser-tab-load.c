/* annex-browser-tab-load.c
 *
 * The load of a tab: where it was sent, whose page it is, and why one is not there.
 *
 * What is asked and judged is asked of the page that is shown. WebKit's own address of a view is
 * already the one that its page leads to, long before anything has come from there, and a page may
 * lead to where nothing ever comes from; only a commit makes it another's page.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-browser-tab-private.h"

#include "annex-site-policy.h"

static void
notify (AnnexBrowserTab *self, const char *property)
{
  g_object_notify (G_OBJECT (self), property);
}

/* ---------------------------------------------------------------- addresses */

/* What is said of where it is: what failed, what the user or the agent wants, else the page. */
static void
update_uri (AnnexBrowserTab *self)
{
  const char *uri = self->page_uri;

  if (self->failure != NULL)
    uri = self->failed_uri;
  else if (self->wanted != NULL)
    uri = self->wanted;
  if (g_set_str (&self->uri, uri))
    notify (self, "uri");
}

void
annex_browser_tab_set_wanted (AnnexBrowserTab *self, const char *uri)
{
  if (!g_set_str (&self->wanted, uri))
    return;
  update_uri (self);
  notify (self, "security");
}

static gboolean
is_same_origin (const char *a, const char *b)
{
  g_autofree char *one = annex_site_policy_dup_origin (a);
  g_autofree char *other = annex_site_policy_dup_origin (b);

  return one != NULL && g_strcmp0 (one, other) == 0;
}

/* The address of the page that has just come. While a load that was asked for has not begun, WebKit
 * tells that one's. */
static const char *
find_committed (AnnexBrowserTab *self)
{
  const char *uri = webkit_web_view_get_uri (self->view);
  WebKitBackForwardListItem *item = webkit_back_forward_list_get_current_item (
      webkit_web_view_get_back_forward_list (self->view));

  if (item != NULL && self->wanted != NULL && g_strcmp0 (uri, self->wanted) == 0)
    uri = webkit_back_forward_list_item_get_uri (item);
  return uri != NULL ? uri : "";
}

void
annex_browser_tab_load (AnnexBrowserTab *self, const char *uri)
{
  g_return_if_fail (self->view != NULL);
  annex_browser_tab_clear_failure (self);
  annex_browser_tab_set_wanted (self, uri);
  annex_browser_tab_send (self, uri);
  if (self->is_ending)
    return;
  /* As WebKit writes it, to be known again. */
  annex_browser_tab_set_wanted (self, webkit_web_view_get_uri (self->view));
}

/* ---------------------------------------------------------------- failures */

void
annex_browser_tab_clear_failure (AnnexBrowserTab *self)
{
  if (self->failure == NULL)
    return;
  g_clear_error (&self->failure);
  g_clear_pointer (&self->failed_uri, g_free);
  update_uri (self);
  notify (self, "failure");
}

void
annex_browser_tab_fail (AnnexBrowserTab *self, const char *uri, GError *error)
{
  g_clear_error (&self->failure);
  self->failure = error;
  g_set_str (&self->failed_uri, uri != NULL ? uri : self->page_uri);
  g_clear_pointer (&self->asked_computer, g_free);
  annex_browser_tab_set_wanted (self, NULL);
  annex_browser_tab_stay (self);
  update_uri (self);
  notify (self, "failure");
  notify (self, "loading");
  annex_browser_tab_wake (self);
}

static const char *
describe_certificate (GTlsCertificateFlags flags)
{
  if (flags & G_TLS_CERTIFICATE_REVOKED)
    return "its certificate was revoked";
  if (flags & G_TLS_CERTIFICATE_EXPIRED)
    return "its certificate has expired";
  if (flags & G_TLS_CERTIFICATE_NOT_ACTIVATED)
    return "its certificate is not valid yet";
  if (flags & G_TLS_CERTIFICATE_BAD_IDENTITY)
    return "its certificate is for another site";
  if (flags & G_TLS_CERTIFICATE_UNKNOWN_CA)
    return "nobody this computer trusts has signed its certificate";
  return "its certificate is not good";
}

static gboolean
tls_failed_cb (AnnexBrowserTab *self,
               const char *uri,
               GTlsCertificate *certificate,
               GTlsCertificateFlags flags)
{
  GError *error = g_error_new (ANNEX_BROWSER_ERROR, ANNEX_BROWSER_ERROR_CERTIFICATE,
                               "The site cannot prove who it is: %s. Nothing was sent to it.",
                               describe_certificate (flags));

  g_object_set_data_full (G_OBJECT (self->view), "annex-certificate", g_object_ref (certificate),
                          g_object_unref);
  annex_browser_tab_fail (self, uri, error);
  return GDK_EVENT_STOP;
}

static gboolean
is_blocked (const GError *error)
{
  return g_error_matches (error, WEBKIT_POLICY_ERROR, WEBKIT_POLICY_ERROR_FAILED) ||
         (error->domain == WEBKIT_POLICY_ERROR &&
          error->code != WEBKIT_POLICY_ERROR_FRAME_LOAD_INTERRUPTED_BY_POLICY_CHANGE);
}

static gboolean
load_failed_cb (AnnexBrowserTab *self, WebKitLoadEvent event, const char *uri, GError *error)
{
  /* Stopped by someone, or turned into a download: what is shown stays. */
  if (g_error_matches (error, WEBKIT_NETWORK_ERROR, WEBKIT_NETWORK_ERROR_CANCELLED) ||
      g_error_matches (error, WEBKIT_POLICY_ERROR,
                       WEBKIT_POLICY_ERROR_FRAME_LOAD_INTERRUPTED_BY_POLICY_CHANGE))
    {
      if (g_strcmp0 (uri, self->wanted) == 0)
        annex_browser_tab_set_wanted (self, NULL);
      if (g_strcmp0 (uri, self->asked_computer) == 0)
        g_clear_pointer (&self->asked_computer, g_free);
      return GDK_EVENT_STOP;
    }
  if (is_blocked (error) && self->hooks != NULL && self->hooks->blocked != NULL &&
      self->hooks->blocked (self, uri, self->hooks_data))
    return GDK_EVENT_STOP;
  annex_browser_tab_fail (self, uri,
                          g_error_new (ANNEX_BROWSER_ERROR, ANNEX_BROWSER_ERROR_LOAD_FAILED,
                                       "The page could not be loaded: %s.", error->message));
  return GDK_EVENT_STOP;
}

void
annex_browser_tab_forget_page (AnnexBrowserTab *self)
{
  g_set_str (&self->page_uri, "");
  self->security = ANNEX_SECURITY_NONE;
  update_uri (self);
  notify (self, "security");
  if (self->hooks != NULL && self->hooks->committed != NULL)
    self->hooks->committed (self, self->hooks_data);
}

static void
terminated_cb (AnnexBrowserTab *self, WebKitWebProcessTerminationReason reason)
{
  annex_browser_tab_drop_dialog (self);
  self->is_crashed = TRUE;
  /* Or it went by itself, which is as well while it is being left. */
  if (self->is_ending || self->n_emptied > 0)
    {
      annex_browser_tab_forget_page (self);
      annex_browser_tab_go_on (self);
      return;
    }
  annex_browser_tab_fail (
      self, NULL,
      g_error_new_literal (ANNEX_BROWSER_ERROR, ANNEX_BROWSER_ERROR_CRASHED,
                           reason == WEBKIT_WEB_PROCESS_EXCEEDED_MEMORY_LIMIT
                               ? "The page used too much memory and was ended. Load it again."
                               : "The page crashed. Load it again."));
}

/* ---------------------------------------------------------------- the load */

static gboolean
is_excepted (AnnexBrowserTab *self, const char *uri)
{
  g_autoptr (GUri) parsed = g_uri_parse (uri, G_URI_FLAGS_ENCODED, NULL);

  return parsed != NULL && self->excepted_host != NULL &&
         g_strcmp0 (g_uri_get_scheme (parsed), "https") == 0 &&
         g_strcmp0 (g_uri_get_host (parsed), self->excepted_host) == 0;
}

static AnnexSecurity
judge_security (AnnexBrowserTab *self)
{
  const char *uri = self->page_uri;

  switch (annex_site_policy_judge_address (uri, NULL))
    {
    case ANNEX_ADDRESS_SITE:
      if (!g_str_has_prefix (uri, "https://"))
        return ANNEX_SECURITY_PLAIN;
      return is_excepted (self, uri) ? ANNEX_SECURITY_EXCEPTION : ANNEX_SECURITY_SECURE;
    case ANNEX_ADDRESS_LOCAL:
      return is_excepted (self, uri) ? ANNEX_SECURITY_EXCEPTION : ANNEX_SECURITY_LOCAL;
    case ANNEX_ADDRESS_EMPTY:
    case ANNEX_ADDRESS_REFUSED:
      break;
    }
  return ANNEX_SECURITY_NONE;
}

static void
load_changed_cb (AnnexBrowserTab *self, WebKitLoadEvent event)
{
  AnnexSecurity security;

  switch (event)
    {
    case WEBKIT_LOAD_STARTED:
      self->is_crashed = FALSE;
      annex_browser_tab_clear_failure (self);
      /* The page was faster, and leads elsewhere. */
      if (g_strcmp0 (webkit_web_view_get_uri (self->view), self->wanted) != 0)
        {
          annex_browser_tab_set_wanted (self, NULL);
          if (self->hooks != NULL && self->hooks->started != NULL)
            self->hooks->started (self, webkit_web_view_get_uri (self->view), self->hooks_data);
        }
      break;
    case WEBKIT_LOAD_REDIRECTED:
      break;
    case WEBKIT_LOAD_COMMITTED:
      gtk_widget_set_opacity (GTK_WIDGET (self->view), 1);
      annex_browser_tab_stay (self);
      g_set_str (&self->page_uri, find_committed (self));
      self->n_pages++;
      /* Another has come between. */
      if (self->n_pages > self->ended_pages + 1)
        self->was_ended = FALSE;
      annex_browser_tab_set_wanted (self, NULL);
      update_uri (self);
      security = judge_security (self);
      if (security != self->security)
        {
          self->security = security;
          notify (self, "security");
        }
      if (self->hooks != NULL && self->hooks->committed != NULL)
        self->hooks->committed (self, self->hooks_data);
      notify (self, "can-go-back");
      notify (self, "can-go-forward");
      break;
    case WEBKIT_LOAD_FINISHED:
      notify (self, "can-go-back");
      notify (self, "can-go-forward");
      break;
    }
}

static void
title_cb (AnnexBrowserTab *self)
{
  const char *title = webkit_web_view_get_title (self->view);

  if (g_set_str (&self->title, title != NULL ? title : ""))
    notify (self, "title");
}

static void
uri_cb (AnnexBrowserTab *self)
{
  const char *uri = webkit_web_view_get_uri (self->view);

  /* A page that routes by itself stays on its origin. */
  if (self->wanted == NULL && uri != NULL && is_same_origin (uri, self->page_uri) &&
      g_set_str (&self->page_uri, uri))
    update_uri (self);
  notify (self, "can-go-back");
  notify (self, "can-go-forward");
}

static void
loading_cb (AnnexBrowserTab *self)
{
  if (!webkit_web_view_is_loading (self->view) && !self->is_ending)
    {
      annex_browser_tab_set_wanted (self, NULL);
      if (!annex_browser_tab_is_leaving (self))
        annex_browser_tab_stay (self);
    }
  notify (self, "loading");
  annex_browser_tab_wake (self);
}

static void
progress_cb (AnnexBrowserTab *self)
{
  notify (self, "progress");
}

static void
favicon_cb (AnnexBrowserTab *self)
{
  notify (self, "favicon");
}

static void
zoom_cb (AnnexBrowserTab *self)
{
  notify (self, "zoom");
}

static void
responsive_cb (AnnexBrowserTab *self)
{
  notify (self, "responsive");
}

void
annex_browser_tab_connect_load (AnnexBrowserTab *self)
{
  static const struct
  {
    const char *signal;
    GCallback callback;
  } table[] = {
    { "load-changed", G_CALLBACK (load_changed_cb) },
    { "load-failed", G_CALLBACK (load_failed_cb) },
    { "load-failed-with-tls-errors", G_CALLBACK (tls_failed_cb) },
    { "web-process-terminated", G_CALLBACK (terminated_cb) },
    { "notify::title", G_CALLBACK (title_cb) },
    { "notify::uri", G_CALLBACK (uri_cb) },
    { "notify::is-loading", G_CALLBACK (loading_cb) },
    { "notify::estimated-load-progress", G_CALLBACK (progress_cb) },
    { "notify::favicon", G_CALLBACK (favicon_cb) },
    { "notify::zoom-level", G_CALLBACK (zoom_cb) },
    { "notify::is-web-process-responsive", G_CALLBACK (responsive_cb) },
  };

  for (guint i = 0; i < G_N_ELEMENTS (table); i++)
    g_signal_connect_object (self->view, table[i].signal, table[i].callback, self,
                             G_CONNECT_SWAPPED);
}
