/* annex-browser-tab-leave.c
 *
 * Sending a tab elsewhere, also from a page that does not let it go: one whose script never ends
 * hears of nothing, nor does one that opens one dialog after the other. Its process is ended, and
 * the tab is sent once more.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-browser-tab-private.h"

#define TICK_MS 250
/* After the three seconds that WebKit itself waits before it calls a process unresponsive. */
#define HANG_MS 2000
#define GIVE_UP_MS 5000

struct _AnnexBrowserLeave
{
  char *uri;
  WebKitBackForwardListItem *item; /* nullable: then to @uri */
  gboolean reloads;
  guint source;
  gint64 since_us;
  gint64 hangs_us; /* since when; 0: it answers */
};

static gboolean
tick_cb (gpointer data);

static void
go (AnnexBrowserTab *self)
{
  AnnexBrowserLeave *leave = self->leave;

  g_clear_handle_id (&leave->source, g_source_remove);
  leave->since_us = g_get_monotonic_time ();
  leave->hangs_us = 0;
  leave->source = g_timeout_add (TICK_MS, tick_cb, self);
  if (leave->reloads)
    webkit_web_view_reload (self->view);
  else if (leave->item != NULL)
    webkit_web_view_go_to_back_forward_list_item (self->view, leave->item);
  else
    webkit_web_view_load_uri (self->view, leave->uri);
}

void
annex_browser_tab_drop_leave (AnnexBrowserTab *self)
{
  AnnexBrowserLeave *leave = g_steal_pointer (&self->leave);

  if (leave == NULL)
    return;
  g_clear_handle_id (&leave->source, g_source_remove);
  g_clear_object (&leave->item);
  g_free (leave->uri);
  g_free (leave);
}

void
annex_browser_tab_stay (AnnexBrowserTab *self)
{
  if (!self->is_ending)
    annex_browser_tab_drop_leave (self);
}

static void
send (AnnexBrowserTab *self, const char *uri, WebKitBackForwardListItem *item, gboolean reloads)
{
  self->n_sent++;
  annex_browser_tab_drop_leave (self);
  if (self->dialog != NULL)
    annex_browser_tab_drop_dialog (self);
  self->leave = g_new0 (AnnexBrowserLeave, 1);
  self->leave->uri = g_strdup (uri);
  self->leave->item = item != NULL ? g_object_ref (item) : NULL;
  self->leave->reloads = reloads;
  /* Else it goes once the page's process has ended. */
  if (!self->is_ending)
    go (self);
}

void
annex_browser_tab_send (AnnexBrowserTab *self, const char *uri)
{
  send (self, uri, NULL, FALSE);
}

void
annex_browser_tab_send_to (AnnexBrowserTab *self, WebKitBackForwardListItem *item)
{
  send (self, NULL, item, FALSE);
}

void
annex_browser_tab_send_again (AnnexBrowserTab *self)
{
  /* Of a page that has been ended there is nothing but where the tab was sent. */
  if (self->is_ending && self->leave != NULL)
    self->n_sent++;
  else
    send (self, self->page_uri, NULL, TRUE);
}

gboolean
annex_browser_tab_is_leaving (AnnexBrowserTab *self)
{
  AnnexBrowserLeave *leave = self->leave;

  if (leave == NULL || self->view == NULL)
    return FALSE;
  /* A step inside the page has been made once it is the present one. */
  return webkit_web_view_is_loading (self->view) ||
         (leave->item != NULL &&
          leave->item != webkit_back_forward_list_get_current_item (
                             webkit_web_view_get_back_forward_list (self->view)));
}

/* ---------------------------------------------------------------- the end of a page */

void
annex_browser_tab_end_page (AnnexBrowserTab *self)
{
  /* Where no process runs nothing would be heard of its end. */
  if (self->view == NULL || self->is_ending || self->is_crashed)
    return;
  if (self->leave != NULL)
    g_clear_handle_id (&self->leave->source, g_source_remove);
  self->is_ending = TRUE;
  webkit_web_view_terminate_web_process (self->view);
}

static gboolean
tick_cb (gpointer data)
{
  AnnexBrowserTab *self = data;
  AnnexBrowserLeave *leave = self->leave;
  gint64 now_us = g_get_monotonic_time ();

  /* The user is asked, and the page's time stands still. */
  if (webkit_web_view_get_is_web_process_responsive (self->view) || self->n_waiting > 0 ||
      self->dialog != NULL)
    leave->hangs_us = 0;
  else if (leave->hangs_us == 0)
    leave->hangs_us = now_us;
  else if (now_us - leave->hangs_us >= HANG_MS * 1000 && !self->is_crashed)
    {
      leave->source = 0;
      annex_browser_tab_end_page (self);
      return G_SOURCE_REMOVE;
    }
  /* It answers and does nothing: it was not let go there. */
  if (leave->hangs_us > 0 || now_us - leave->since_us < GIVE_UP_MS * 1000 ||
      webkit_web_view_is_loading (self->view) || self->n_waiting > 0)
    return G_SOURCE_CONTINUE;
  leave->source = 0;
  annex_browser_tab_stay (self);
  return G_SOURCE_REMOVE;
}

static gboolean
end_idle_cb (gpointer data)
{
  AnnexBrowserTab *self = data;

  if (annex_browser_tab_is_leaving (self))
    annex_browser_tab_end_page (self);
  return G_SOURCE_REMOVE;
}

void
annex_browser_tab_end_page_soon (AnnexBrowserTab *self)
{
  g_idle_add_full (G_PRIORITY_DEFAULT, end_idle_cb, g_object_ref (self), g_object_unref);
}

static gboolean
go_idle_cb (gpointer data)
{
  AnnexBrowserTab *self = data;
  gboolean has_uri = self->leave != NULL && self->leave->uri != NULL;

  if (self->view == NULL)
    return G_SOURCE_REMOVE;
  self->is_ending = FALSE;
  annex_browser_tab_set_wanted (self, has_uri ? self->leave->uri : NULL);
  if (self->leave != NULL)
    {
      self->leave->reloads = FALSE;
      go (self);
    }
  /* As WebKit writes it, to be known again. */
  if (has_uri)
    annex_browser_tab_set_wanted (self, webkit_web_view_get_uri (self->view));
  annex_browser_tab_release (self);
  return G_SOURCE_REMOVE;
}

void
annex_browser_tab_go_on (AnnexBrowserTab *self)
{
  /* One that crashed by itself while it was being left is nothing to tell of. */
  if (self->is_ending)
    {
      self->was_ended = TRUE;
      self->ended_pages = self->n_pages;
      annex_browser_tab_emit_ended (self);
    }
  /* What WebKit still says of the process that was does not end the way. */
  self->is_ending = self->leave != NULL;
  if (self->leave == NULL)
    return;
  /* It is not at rest meanwhile; and not from within the view's own signal. */
  annex_browser_tab_hold (self);
  g_idle_add_full (G_PRIORITY_DEFAULT, go_idle_cb, g_object_ref (self), g_object_unref);
}

void
annex_browser_tab_end (AnnexBrowserTab *self)
{
  if (annex_browser_tab_is_leaving (self) || self->n_emptied > 0)
    annex_browser_tab_end_page (self);
  else if (self->view != NULL)
    webkit_web_view_terminate_web_process (self->view);
}

gboolean
annex_browser_tab_is_responsive (AnnexBrowserTab *self)
{
  return self->view == NULL || webkit_web_view_get_is_web_process_responsive (self->view);
}

gboolean
annex_browser_tab_take_ended (AnnexBrowserTab *self)
{
  gboolean was_ended = self->was_ended;

  self->was_ended = FALSE;
  return was_ended;
}
