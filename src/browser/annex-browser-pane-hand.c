/* annex-browser-pane-hand.c
 *
 * The user's hand in the pane: that it has been somewhere, an address that was typed, what a failed
 * page wanted.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-browser-pane-private.h"
#include "annex-future.h"
#include "annex-site-policy.h"

#include <string.h>

#define LEAVE_MS 1500
#define LEAVE_SLICE_MS 20

void
annex_browser_pane_touch (AnnexBrowserPane *self, AnnexBrowserTab *tab)
{
  tab->is_touched = TRUE;
  if (self->driver == ANNEX_DRIVER_ANNEX)
    annex_browser_pane_take_over (self);
  else
    annex_browser_pane_apply_guard (self, tab);
}

/* What was typed, as an address; NULL when it is none. */
static char *
complete_address (const char *text)
{
  g_autofree char *stripped = g_strstrip (g_strdup (text));
  g_autofree char *secure = NULL;
  g_autofree char *plain = NULL;

  if (strstr (stripped, "://") != NULL || g_str_has_prefix (stripped, "about:"))
    return g_steal_pointer (&stripped);
  secure = g_strconcat ("https://", stripped, NULL);
  plain = g_strconcat ("http://", stripped, NULL);
  switch (annex_site_policy_judge_address (secure, NULL))
    {
    case ANNEX_ADDRESS_SITE:
      return g_steal_pointer (&secure);
    /* What is on this computer or in its network rarely has a certificate. */
    case ANNEX_ADDRESS_LOCAL:
      return g_steal_pointer (&plain);
    case ANNEX_ADDRESS_EMPTY:
    case ANNEX_ADDRESS_REFUSED:
      break;
    }
  return NULL;
}

typedef struct
{
  AnnexBrowserPane *pane;
  AnnexBrowserTab *tab;
  char *uri;
  guint serial;
} UserLoad;

static void
user_load_free (gpointer data)
{
  UserLoad *load = data;

  g_object_unref (load->pane);
  g_object_unref (load->tab);
  g_free (load->uri);
  g_free (load);
}

/* Did the user, or the agent after them, send the tab elsewhere since, or stop it? */
static gboolean
is_past (UserLoad *load)
{
  return annex_browser_tab_get_view (load->tab) == NULL || load->tab->n_sent != load->serial;
}

/* In a fiber: waits until an empty page is there. TRUE: the page asked the user. */
static gboolean
load_empty (UserLoad *load)
{
  AnnexBrowserTab *tab = load->tab;
  gint64 until_us = g_get_monotonic_time () + LEAVE_MS * 1000;
  gboolean was_asked = FALSE;

  annex_browser_tab_drop_dialog (tab);
  tab->n_emptied++;
  webkit_web_view_load_uri (annex_browser_tab_get_view (tab), "about:blank");
  while (!is_past (load) && annex_browser_pane_is_computers (annex_browser_tab_get_page_uri (tab)))
    {
      gboolean is_asking = tab->dialog != NULL && tab->dialog->kind == ANNEX_DIALOG_BEFORE_UNLOAD;

      if (is_asking)
        {
          was_asked = TRUE;
          until_us = g_get_monotonic_time () + LEAVE_MS * 1000;
        }
      else if (g_get_monotonic_time () >= until_us ||
               (was_asked && !webkit_web_view_is_loading (annex_browser_tab_get_view (tab))))
        break;
      dex_await (dex_timeout_new_msec (LEAVE_SLICE_MS), NULL);
    }
  tab->n_emptied--;
  return was_asked;
}

/* In a fiber: leaves a page of the computer's, which may lead its tab nowhere, before the user's
 * own load, which may be redirected. FALSE: the page asked, and the user stays, or has gone
 * elsewhere since. One that clings or hangs is ended. */
static gboolean
leave_computer (UserLoad *load)
{
  gboolean was_asked;

  if (!annex_browser_pane_is_computers (annex_browser_tab_get_page_uri (load->tab)))
    return TRUE;
  if (load->tab->is_crashed)
    {
      annex_browser_tab_forget_page (load->tab);
      return TRUE;
    }
  was_asked = load_empty (load);
  if (is_past (load))
    return FALSE;
  if (!annex_browser_pane_is_computers (annex_browser_tab_get_page_uri (load->tab)))
    return TRUE;
  if (was_asked)
    return FALSE;
  annex_browser_tab_end_page (load->tab);
  while (!is_past (load) && load->tab->is_ending)
    dex_await (dex_timeout_new_msec (LEAVE_SLICE_MS), NULL);
  return !is_past (load);
}

static DexFuture *
user_load_fiber (gpointer data)
{
  UserLoad *load = data;
  GError *error = NULL;

  /* The rules must stand before anything is loaded, for tabs that are not in front. */
  if (!dex_await (annex_browser_pane_update_guard (load->pane), &error))
    annex_browser_tab_fail (load->tab, load->uri, error);
  else if (!is_past (load) && leave_computer (load))
    annex_browser_tab_load (load->tab, load->uri);
  if (annex_browser_tab_get_view (load->tab) != NULL)
    annex_browser_tab_release (load->tab);
  return dex_future_new_true ();
}

/* Not in a fiber. What the task's computer and what the web has is not opened side by side in
 * windows that know one another, but in a tab of its own. */
static void
load_uri (AnnexBrowserPane *self, AnnexBrowserTab *tab, const char *uri)
{
  UserLoad *load;

  if (annex_browser_pane_mixes (self, tab, uri))
    {
      tab = annex_browser_pane_add_tab (self, NULL);
      if (tab == NULL)
        return;
      annex_browser_pane_select (self, tab);
      annex_browser_pane_touch (self, tab);
    }
  load = g_new0 (UserLoad, 1);
  load->serial = ++tab->n_sent;
  annex_browser_tab_clear_failure (tab);
  annex_browser_tab_hold (tab);
  load->pane = g_object_ref (self);
  load->tab = g_object_ref (tab);
  load->uri = g_strdup (uri);
  annex_fiber_start (user_load_fiber, load, user_load_free);
}

void
annex_browser_pane_load (AnnexBrowserPane *self, AnnexBrowserTab *tab, const char *text)
{
  g_autofree char *uri = complete_address (text);

  if (annex_browser_tab_get_view (tab) == NULL)
    return;
  annex_browser_pane_touch (self, tab);
  if (uri == NULL)
    annex_browser_tab_fail (tab, text,
                            g_error_new_literal (ANNEX_BROWSER_ERROR, ANNEX_BROWSER_ERROR_INVALID,
                                                 "That is no web address."));
  else if (!annex_browser_pane_take_address (self, uri))
    annex_browser_tab_fail (tab, uri,
                            g_error_new_literal (ANNEX_BROWSER_ERROR, ANNEX_BROWSER_ERROR_INVALID,
                                                 "Only web pages (https and http) can be opened."));
  else
    load_uri (self, tab, uri);
}

void
annex_browser_pane_allow_failed (AnnexBrowserPane *self, AnnexBrowserTab *tab)
{
  const GError *failure = annex_browser_tab_get_failure (tab);
  g_autofree char *uri = g_strdup (annex_browser_tab_get_failed_uri (tab));
  g_autoptr (GUri) parsed = uri != NULL ? g_uri_parse (uri, G_URI_FLAGS_ENCODED, NULL) : NULL;
  GTlsCertificate *certificate;

  if (failure == NULL || parsed == NULL)
    return;
  tab->is_touched = TRUE;
  annex_browser_pane_apply_guard (self, tab);
  if (g_error_matches (failure, ANNEX_BROWSER_ERROR, ANNEX_BROWSER_ERROR_CERTIFICATE))
    {
      certificate =
          g_object_get_data (G_OBJECT (annex_browser_tab_get_view (tab)), "annex-certificate");
      if (certificate != NULL)
        webkit_network_session_allow_tls_certificate_for_host (
            annex_browser_session_get_network (self->session), certificate,
            g_uri_get_host (parsed));
      annex_browser_tab_set_excepted (tab, g_uri_get_host (parsed));
      load_uri (self, tab, uri);
    }
  else if (annex_browser_pane_take_address (self, uri))
    load_uri (self, tab, uri);
}
