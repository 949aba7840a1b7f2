/* annex-browser-tab.c
 *
 * See annex-browser-tab.h. The object; its load is in annex-browser-tab-load.c, its dialogs in
 * annex-browser-tab-dialogs.c.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-browser-tab-private.h"

#include "annex-future.h"

#define SETTLE_MS 60000
#define SLICE_MS 500
#define ZOOM_MIN 0.3
#define ZOOM_MAX 5.0

G_DEFINE_FINAL_TYPE (AnnexBrowserTab, annex_browser_tab, G_TYPE_OBJECT)
G_DEFINE_ENUM_TYPE (AnnexSecurity,
                    annex_security,
                    G_DEFINE_ENUM_VALUE (ANNEX_SECURITY_NONE, "none"),
                    G_DEFINE_ENUM_VALUE (ANNEX_SECURITY_SECURE, "secure"),
                    G_DEFINE_ENUM_VALUE (ANNEX_SECURITY_PLAIN, "plain"),
                    G_DEFINE_ENUM_VALUE (ANNEX_SECURITY_LOCAL, "local"),
                    G_DEFINE_ENUM_VALUE (ANNEX_SECURITY_EXCEPTION, "exception"))

enum {
  PROP_TITLE = 1,
  PROP_URI,
  PROP_FAVICON,
  PROP_LOADING,
  PROP_PROGRESS,
  PROP_SECURITY,
  PROP_CAN_GO_BACK,
  PROP_CAN_GO_FORWARD,
  PROP_DIALOG,
  PROP_FAILURE,
  PROP_ZOOM,
  PROP_RESPONSIVE,
  N_PROPERTIES
};
static GParamSpec *properties[N_PROPERTIES];

enum { SIGNAL_SETTLED, SIGNAL_ENDED, N_SIGNALS };
static guint signals[N_SIGNALS];

static void
notify (AnnexBrowserTab *self, guint id)
{
  g_object_notify_by_pspec (G_OBJECT (self), properties[id]);
}

void
annex_browser_tab_notify_dialog (AnnexBrowserTab *self)
{
  notify (self, PROP_DIALOG);
  annex_browser_tab_wake (self);
}

/* ---------------------------------------------------------------- at rest */

gboolean
annex_browser_tab_is_settled (AnnexBrowserTab *self)
{
  return self->n_waiting == 0 &&
         (self->view == NULL || self->failure != NULL ||
          !(webkit_web_view_is_loading (self->view) || annex_browser_tab_is_leaving (self)));
}

void
annex_browser_tab_wake (AnnexBrowserTab *self)
{
  g_autoptr (DexPromise) settled = g_steal_pointer (&self->settled);

  if (settled != NULL)
    dex_promise_resolve_boolean (settled, TRUE);
  if (annex_browser_tab_is_settled (self))
    g_signal_emit (self, signals[SIGNAL_SETTLED], 0);
}

void
annex_browser_tab_emit_ended (AnnexBrowserTab *self)
{
  g_signal_emit (self, signals[SIGNAL_ENDED], 0);
}

void
annex_browser_tab_hold (AnnexBrowserTab *self)
{
  self->n_waiting++;
  notify (self, PROP_LOADING);
}

void
annex_browser_tab_release (AnnexBrowserTab *self)
{
  g_return_if_fail (self->n_waiting > 0);
  self->n_waiting--;
  notify (self, PROP_LOADING);
  annex_browser_tab_wake (self);
}

typedef struct
{
  AnnexBrowserTab *tab;
  guint timeout_ms;
  DexFuture *cancel;
} Settle;

static void
settle_free (gpointer data)
{
  Settle *settle = data;

  g_object_unref (settle->tab);
  dex_clear (&settle->cancel);
  g_free (settle);
}

static DexFuture *
settle_fiber (gpointer data)
{
  Settle *settle = data;
  AnnexBrowserTab *self = settle->tab;
  gint64 left_ms = settle->timeout_ms > 0 ? settle->timeout_ms : SETTLE_MS;

  while (!annex_browser_tab_is_settled (self) && self->dialog == NULL)
    {
      gint64 start_us = g_get_monotonic_time ();
      gboolean is_asking = self->n_waiting > 0;
      g_autoptr (GError) error = NULL;
      DexFuture *woken;

      if (left_ms <= 0)
        return annex_future_new_errorf (ANNEX_BROWSER_ERROR, ANNEX_BROWSER_ERROR_TIMED_OUT,
                                        "The page is still loading. Look at it as it is, wait, or "
                                        "try again.");
      if (self->settled == NULL)
        self->settled = dex_promise_new ();
      woken = annex_future_with_timeout (dex_ref (DEX_FUTURE (self->settled)), SLICE_MS);
      if (!annex_await_cancellable (woken, settle->cancel, &error) &&
          g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        return annex_future_new_error (g_steal_pointer (&error));
      /* While the user is asked, the page's time stands still. */
      if (!is_asking)
        left_ms -= (g_get_monotonic_time () - start_us) / 1000;
    }
  if (self->failure != NULL)
    return annex_future_new_error (g_error_copy (self->failure));
  return dex_future_new_true ();
}

DexFuture *
annex_browser_tab_wait_settled (AnnexBrowserTab *self, guint timeout_ms, DexFuture *cancel)
{
  Settle *settle;

  dex_return_error_if_fail (ANNEX_IS_BROWSER_TAB (self));
  settle = g_new0 (Settle, 1);
  settle->tab = g_object_ref (self);
  settle->timeout_ms = timeout_ms;
  settle->cancel = cancel != NULL ? dex_ref (cancel) : NULL;
  return annex_fiber_run (settle_fiber, settle, settle_free);
}

/* ---------------------------------------------------------------- class */

static void
annex_browser_tab_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  AnnexBrowserTab *self = ANNEX_BROWSER_TAB (object);

  switch (id)
    {
    case PROP_TITLE:
      g_value_set_string (value, self->title);
      break;
    case PROP_URI:
      g_value_set_string (value, self->uri);
      break;
    case PROP_FAVICON:
      g_value_set_object (value, annex_browser_tab_get_favicon (self));
      break;
    case PROP_LOADING:
      g_value_set_boolean (value, annex_browser_tab_is_loading (self));
      break;
    case PROP_PROGRESS:
      g_value_set_double (value, annex_browser_tab_get_progress (self));
      break;
    case PROP_SECURITY:
      g_value_set_enum (value, (int) annex_browser_tab_get_security (self));
      break;
    case PROP_CAN_GO_BACK:
      g_value_set_boolean (value, self->view != NULL && webkit_web_view_can_go_back (self->view));
      break;
    case PROP_CAN_GO_FORWARD:
      g_value_set_boolean (value,
                           self->view != NULL && webkit_web_view_can_go_forward (self->view));
      break;
    case PROP_DIALOG:
      g_value_set_boxed (value, self->dialog);
      break;
    case PROP_FAILURE:
      g_value_set_boxed (value, self->failure);
      break;
    case PROP_ZOOM:
      g_value_set_double (value,
                          self->view != NULL ? webkit_web_view_get_zoom_level (self->view) : 1.0);
      break;
    case PROP_RESPONSIVE:
      g_value_set_boolean (value, annex_browser_tab_is_responsive (self));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

void
annex_browser_tab_shut (AnnexBrowserTab *self)
{
  if (self->view == NULL)
    return;
  g_signal_handlers_disconnect_by_data (self->view, self);
  self->is_ending = FALSE;
  annex_browser_tab_drop_leave (self);
  annex_browser_tab_drop_dialog (self);
  webkit_web_view_stop_loading (self->view);
  /* Its process goes on for a moment, and would speak to a manager that is gone. */
  annex_page_leave (self->page);
  /* Whoever shows it lets go first; a view that is in no window ends its process. */
  if (gtk_widget_get_parent (GTK_WIDGET (self->view)) != NULL)
    gtk_widget_unparent (GTK_WIDGET (self->view));
  g_clear_object (&self->page);
  g_clear_object (&self->view);
  self->n_waiting = 0;
  annex_browser_tab_wake (self);
}

static void
annex_browser_tab_dispose (GObject *object)
{
  annex_browser_tab_shut (ANNEX_BROWSER_TAB (object));
  G_OBJECT_CLASS (annex_browser_tab_parent_class)->dispose (object);
}

static void
annex_browser_tab_finalize (GObject *object)
{
  AnnexBrowserTab *self = ANNEX_BROWSER_TAB (object);

  g_free (self->title);
  g_free (self->uri);
  g_free (self->page_uri);
  g_free (self->wanted);
  g_clear_error (&self->failure);
  g_free (self->failed_uri);
  g_free (self->excepted_host);
  g_free (self->opener);
  g_free (self->asked_computer);
  g_strfreev (self->upload);
  dex_clear (&self->settled);
  G_OBJECT_CLASS (annex_browser_tab_parent_class)->finalize (object);
}

static void
annex_browser_tab_class_init (AnnexBrowserTabClass *klass)
{
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = annex_browser_tab_get_property;
  object_class->dispose = annex_browser_tab_dispose;
  object_class->finalize = annex_browser_tab_finalize;
  properties[PROP_TITLE] = g_param_spec_string ("title", NULL, NULL, "", flags);
  properties[PROP_URI] = g_param_spec_string ("uri", NULL, NULL, "", flags);
  properties[PROP_FAVICON] = g_param_spec_object ("favicon", NULL, NULL, GDK_TYPE_TEXTURE, flags);
  properties[PROP_LOADING] = g_param_spec_boolean ("loading", NULL, NULL, FALSE, flags);
  properties[PROP_PROGRESS] = g_param_spec_double ("progress", NULL, NULL, 0, 1, 0, flags);
  properties[PROP_SECURITY] =
      g_param_spec_enum ("security", NULL, NULL, ANNEX_TYPE_SECURITY, ANNEX_SECURITY_NONE, flags);
  properties[PROP_CAN_GO_BACK] = g_param_spec_boolean ("can-go-back", NULL, NULL, FALSE, flags);
  properties[PROP_CAN_GO_FORWARD] =
      g_param_spec_boolean ("can-go-forward", NULL, NULL, FALSE, flags);
  properties[PROP_DIALOG] =
      g_param_spec_boxed ("dialog", NULL, NULL, ANNEX_TYPE_BROWSER_DIALOG, flags);
  properties[PROP_FAILURE] = g_param_spec_boxed ("failure", NULL, NULL, G_TYPE_ERROR, flags);
  properties[PROP_ZOOM] = g_param_spec_double ("zoom", NULL, NULL, ZOOM_MIN, ZOOM_MAX, 1.0, flags);
  properties[PROP_RESPONSIVE] = g_param_spec_boolean ("responsive", NULL, NULL, TRUE, flags);
  g_object_class_install_properties (object_class, N_PROPERTIES, properties);
  signals[SIGNAL_SETTLED] = g_signal_new ("settled", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST,
                                          0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  signals[SIGNAL_ENDED] = g_signal_new ("ended", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0,
                                        NULL, NULL, NULL, G_TYPE_NONE, 0);
}

static void
annex_browser_tab_init (AnnexBrowserTab *self)
{
  self->title = g_strdup ("");
  self->uri = g_strdup ("");
  self->page_uri = g_strdup ("");
}

/* ---------------------------------------------------------------- public */

AnnexBrowserTab *
annex_browser_tab_new (guint id,
                       WebKitWebView *view,
                       const AnnexBrowserTabHooks *hooks,
                       gpointer data)
{
  AnnexBrowserTab *self = g_object_new (ANNEX_TYPE_BROWSER_TAB, NULL);

  self->id = id;
  self->family = id;
  self->view = g_object_ref_sink (view);
  self->hooks = hooks;
  self->hooks_data = data;
  self->page = annex_page_new (view);
  annex_browser_tab_connect_load (self);
  annex_browser_tab_connect_dialogs (self);
  return self;
}

guint
annex_browser_tab_get_id (AnnexBrowserTab *self)
{
  return self->id;
}

WebKitWebView *
annex_browser_tab_get_view (AnnexBrowserTab *self)
{
  return self->view;
}

AnnexPage *
annex_browser_tab_get_page (AnnexBrowserTab *self)
{
  return self->page;
}

const char *
annex_browser_tab_get_title (AnnexBrowserTab *self)
{
  return self->title;
}

const char *
annex_browser_tab_get_uri (AnnexBrowserTab *self)
{
  return self->uri;
}

const char *
annex_browser_tab_get_page_uri (AnnexBrowserTab *self)
{
  return self->page_uri;
}

GdkTexture *
annex_browser_tab_get_favicon (AnnexBrowserTab *self)
{
  return self->view != NULL && self->failure == NULL ? webkit_web_view_get_favicon (self->view)
                                                     : NULL;
}

gboolean
annex_browser_tab_is_loading (AnnexBrowserTab *self)
{
  return self->n_waiting > 0 ||
         (self->view != NULL && self->failure == NULL && webkit_web_view_is_loading (self->view));
}

double
annex_browser_tab_get_progress (AnnexBrowserTab *self)
{
  return self->view != NULL ? webkit_web_view_get_estimated_load_progress (self->view) : 0;
}

AnnexSecurity
annex_browser_tab_get_security (AnnexBrowserTab *self)
{
  return self->wanted != NULL ? ANNEX_SECURITY_NONE : self->security;
}

const GError *
annex_browser_tab_get_failure (AnnexBrowserTab *self)
{
  return self->failure;
}

const char *
annex_browser_tab_get_failed_uri (AnnexBrowserTab *self)
{
  return self->failed_uri;
}

void
annex_browser_tab_set_excepted (AnnexBrowserTab *self, const char *host)
{
  g_set_str (&self->excepted_host, host);
}

void
annex_browser_tab_set_opener (AnnexBrowserTab *self, const char *uri)
{
  g_set_str (&self->opener, uri);
}

static gboolean
is_empty (const char *uri)
{
  return uri == NULL || uri[0] == '\0' || g_str_equal (uri, "about:blank");
}

/* The next entry of the history in direction @step, past empty ones, by which a page of the
 * computer's was left. (borrowed, nullable) */
static WebKitBackForwardListItem *
find_item (AnnexBrowserTab *self, int step)
{
  WebKitBackForwardList *list = webkit_web_view_get_back_forward_list (self->view);
  WebKitBackForwardListItem *first = webkit_back_forward_list_get_nth_item (list, step);
  WebKitBackForwardListItem *item = first;

  for (int n = step; item != NULL && is_empty (webkit_back_forward_list_item_get_uri (item));
       n += step)
    item = webkit_back_forward_list_get_nth_item (list, n);
  return item != NULL ? item : first;
}

WebKitBackForwardListItem *
annex_browser_tab_find_back (AnnexBrowserTab *self)
{
  /* A load that failed has no place in the history: what was there before is still shown. */
  if (self->view == NULL ||
      (self->failure != NULL && !self->is_crashed && !is_empty (self->page_uri)))
    return NULL;
  return find_item (self, -1);
}

void
annex_browser_tab_go_back (AnnexBrowserTab *self)
{
  /* WebKit's own step back passes over entries that a page's script made without a person's hand,
   * and the agent's clicks are none: on a page that routes by itself it would leave the page. */
  WebKitBackForwardListItem *item = annex_browser_tab_find_back (self);

  if (self->view == NULL)
    return;
  annex_browser_tab_clear_failure (self);
  if (item != NULL)
    annex_browser_tab_send_to (self, item);
  else if (self->is_crashed && !is_empty (self->page_uri))
    annex_browser_tab_load (self, self->page_uri);
}

void
annex_browser_tab_go_forward (AnnexBrowserTab *self)
{
  WebKitBackForwardListItem *item;

  if (self->view == NULL)
    return;
  item = find_item (self, 1);
  annex_browser_tab_clear_failure (self);
  if (item != NULL)
    annex_browser_tab_send_to (self, item);
}

void
annex_browser_tab_reload (AnnexBrowserTab *self)
{
  g_autofree char *failed = g_strdup (self->failed_uri);

  if (self->view == NULL)
    return;
  annex_browser_tab_clear_failure (self);
  if (failed != NULL && failed[0] != '\0')
    annex_browser_tab_load (self, failed);
  else
    annex_browser_tab_send_again (self);
}

void
annex_browser_tab_stop (AnnexBrowserTab *self)
{
  if (self->view == NULL)
    return;
  self->n_sent++;
  annex_browser_tab_drop_leave (self);
  webkit_web_view_stop_loading (self->view);
}

void
annex_browser_tab_set_zoom (AnnexBrowserTab *self, double zoom)
{
  if (self->view != NULL)
    webkit_web_view_set_zoom_level (self->view, CLAMP (zoom, ZOOM_MIN, ZOOM_MAX));
}

void
annex_browser_tab_set_may_open (AnnexBrowserTab *self, gboolean may_open)
{
  self->may_open = may_open;
}
