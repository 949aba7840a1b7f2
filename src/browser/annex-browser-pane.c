/* annex-browser-pane.c
 *
 * See annex-browser-pane.h. The object: its tabs, who drives, downloads. Sites, navigations and the
 * agent's turns have files of their own.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-browser-pane-private.h"
#include "annex-future.h"
#include "annex-page-tool.h"
#include "annex-site-policy.h"

#include <string.h>

#define VIEW_WIDTH 1280
#define VIEW_HEIGHT 900

static void
implement_browser (AnnexBrowserInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (AnnexBrowserPane,
                               annex_browser_pane,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (ANNEX_TYPE_BROWSER, implement_browser))

enum {
  PROP_ACTIVITY = 1,
  PROP_TABS,
  PROP_SELECTED,
  PROP_DOWNLOADS,
  N_PROPERTIES,
  PROP_DRIVER = N_PROPERTIES /* the interface's */
};
static GParamSpec *properties[N_PROPERTIES];

static void
notify (AnnexBrowserPane *self, guint id)
{
  g_object_notify_by_pspec (G_OBJECT (self), properties[id]);
}

/* ---------------------------------------------------------------- tabs */

static void
committed (AnnexBrowserTab *tab, gpointer data)
{
  g_clear_pointer (&tab->asked_computer, g_free);
  annex_browser_pane_apply_guards (data);
  /* WebKit may have kept it whole, and asked nobody. */
  if (annex_browser_pane_mixes (data, tab, annex_browser_tab_get_page_uri (tab)))
    webkit_web_view_terminate_web_process (annex_browser_tab_get_view (tab));
}

/* Only now is it known that it is the page's load, and not a frame's. */
static void
started (AnnexBrowserTab *tab, const char *uri, gpointer data)
{
  g_set_str (&tab->asked_computer, annex_browser_pane_is_computers (uri) ? uri : NULL);
}

static gboolean
answer_proxy (AnnexBrowserTab *tab, WebKitAuthenticationRequest *request, gpointer data)
{
  AnnexBrowserPane *self = data;

  return annex_browser_session_answer_proxy (self->session, request);
}

static gboolean
may_ask (AnnexBrowserTab *tab, gpointer data)
{
  return !annex_browser_pane_is_guarded (data, tab);
}

/* While Annex drives, a page may not put another site's question before the user: the sign-in would
 * be taken for its own. */
static gboolean
may_sign_in (AnnexBrowserTab *tab, const char *host, guint port, gpointer data)
{
  const char *schemes[] = { "https", "http" };

  if (!annex_browser_pane_is_guarded (data, tab))
    return TRUE;
  for (guint i = 0; i < G_N_ELEMENTS (schemes); i++)
    {
      g_autofree char *origin = g_strdup_printf ("%s://%s:%u", schemes[i], host, port);

      if (annex_browser_pane_allows (data, origin))
        return TRUE;
    }
  return FALSE;
}

static const AnnexBrowserTabHooks hooks = {
  .started = started,
  .committed = committed,
  .blocked = annex_browser_pane_blocked,
  .answer_proxy = answer_proxy,
  .may_ask = may_ask,
  .may_sign_in = may_sign_in,
};

gboolean
annex_browser_pane_open_session (AnnexBrowserPane *self, GError **error)
{
  if (annex_browser_session_get_network (self->session) != NULL)
    return TRUE;
  if (!annex_browser_session_open (self->session, error))
    return FALSE;
  annex_browser_pane_watch_downloads (self, annex_browser_session_get_network (self->session));
  return TRUE;
}

/* A page that nobody looks at yet has room too: without it nothing in it could be seen or clicked.
 */
static void
give_size (GtkWidget *view)
{
  gtk_widget_measure (view, GTK_ORIENTATION_HORIZONTAL, -1, NULL, NULL, NULL, NULL);
  gtk_widget_measure (view, GTK_ORIENTATION_VERTICAL, VIEW_WIDTH, NULL, NULL, NULL, NULL);
  gtk_widget_allocate (view, VIEW_WIDTH, VIEW_HEIGHT, -1, NULL);
}

AnnexBrowserTab *
annex_browser_pane_add_tab (AnnexBrowserPane *self, AnnexBrowserTab *opener)
{
  WebKitWebView *related = opener != NULL ? annex_browser_tab_get_view (opener) : NULL;
  g_autoptr (WebKitUserContentManager) manager = NULL;
  g_autoptr (AnnexBrowserTab) tab = NULL;
  g_autoptr (GError) error = NULL;
  WebKitWebView *view;

  if (self->is_closed || !annex_browser_pane_open_session (self, &error))
    {
      if (error != NULL)
        g_warning ("The browser pane cannot be opened: %s", error->message);
      return NULL;
    }
  /* A window of a page's own has its page's manager, whatever it is given: the rules are of both.
   */
  if (related != NULL)
    manager = g_object_ref (webkit_web_view_get_user_content_manager (related));
  else
    {
      manager = webkit_user_content_manager_new ();
      annex_page_prepare (manager);
    }
  view = annex_browser_session_create_view (self->session, manager, related);
  /* Before the first page it is white, also where all else is dark. A window of a page's own may be
   * written into without loading anything. */
  if (related == NULL)
    gtk_widget_set_opacity (GTK_WIDGET (view), 0);
  give_size (GTK_WIDGET (view));
  tab = annex_browser_tab_new (++self->last_id, view, &hooks, self);
  if (opener != NULL)
    {
      annex_browser_tab_set_opener (tab, annex_browser_pane_find_owner (opener));
      tab->family = opener->family;
      tab->is_touched = opener->is_touched;
    }
  annex_browser_pane_watch_tab (self, tab);
  annex_browser_pane_apply_guard (self, tab);
  g_list_store_append (self->tabs, tab);
  return tab;
}

typedef struct
{
  AnnexBrowserPane *pane;
  DexPromise *promise;
} NewTab;

static void
new_tab_free (gpointer data)
{
  NewTab *new_tab = data;

  g_object_unref (new_tab->pane);
  dex_clear (&new_tab->promise);
  g_free (new_tab);
}

static gboolean
make_tab_cb (gpointer data)
{
  NewTab *new_tab = data;
  AnnexBrowserTab *tab = annex_browser_pane_add_tab (new_tab->pane, NULL);

  if (tab != NULL)
    dex_promise_resolve_object (new_tab->promise, g_object_ref (tab));
  else
    dex_promise_reject (new_tab->promise,
                        g_error_new_literal (ANNEX_BROWSER_ERROR, ANNEX_BROWSER_ERROR_NO_DISPLAY,
                                             "The browser of this task is closed."));
  return G_SOURCE_REMOVE;
}

DexFuture *
annex_browser_pane_make_tab (AnnexBrowserPane *self)
{
  NewTab *new_tab = g_new0 (NewTab, 1);

  new_tab->pane = g_object_ref (self);
  new_tab->promise = dex_promise_new ();
  g_idle_add_full (G_PRIORITY_DEFAULT, make_tab_cb, new_tab, new_tab_free);
  return dex_ref (DEX_FUTURE (new_tab->promise));
}

void
annex_browser_pane_select (AnnexBrowserPane *self, AnnexBrowserTab *tab)
{
  if (self->selected == tab)
    return;
  self->selected = tab;
  annex_browser_pane_apply_guards (self);
  notify (self, PROP_SELECTED);
}

AnnexBrowserTab *
annex_browser_pane_open (AnnexBrowserPane *self, const char *uri)
{
  AnnexBrowserTab *tab;

  g_return_val_if_fail (ANNEX_IS_BROWSER_PANE (self), NULL);
  annex_browser_pane_take_over (self);
  tab = annex_browser_pane_add_tab (self, NULL);
  if (tab == NULL)
    return NULL;
  annex_browser_pane_select (self, tab);
  annex_browser_pane_touch (self, tab);
  if (uri != NULL && uri[0] != '\0')
    annex_browser_pane_load (self, tab, uri);
  return tab;
}

/* What comes to the front after the tab at @position: while Annex drives, what it may look at.
 * (transfer full, nullable) */
static AnnexBrowserTab *
find_next (AnnexBrowserPane *self, guint position)
{
  guint n = g_list_model_get_n_items (G_LIST_MODEL (self->tabs));
  g_autoptr (AnnexBrowserTab) next =
      n > 0 ? g_list_model_get_item (G_LIST_MODEL (self->tabs), MIN (position, n - 1)) : NULL;

  for (guint i = n;
       i > 0 && self->driver == ANNEX_DRIVER_ANNEX && !annex_browser_pane_may_look (self, next);
       i--)
    {
      g_autoptr (AnnexBrowserTab) other = g_list_model_get_item (G_LIST_MODEL (self->tabs), i - 1);

      if (annex_browser_pane_may_look (self, other))
        g_set_object (&next, other);
    }
  return g_steal_pointer (&next);
}

void
annex_browser_pane_close_tab (AnnexBrowserPane *self, AnnexBrowserTab *tab)
{
  guint position;

  if (!g_list_store_find (self->tabs, tab, &position))
    return;
  g_object_ref (tab);
  annex_browser_pane_drop_questions (self, tab);
  g_list_store_remove (self->tabs, position);
  if (self->selected == tab)
    {
      g_autoptr (AnnexBrowserTab) next = find_next (self, position);

      annex_browser_pane_select (self, next);
    }
  annex_browser_tab_shut (tab);
  g_object_unref (tab);
}

AnnexBrowserTab *
annex_browser_pane_find_tab (AnnexBrowserPane *self, guint id)
{
  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (self->tabs)); i++)
    {
      g_autoptr (AnnexBrowserTab) tab = g_list_model_get_item (G_LIST_MODEL (self->tabs), i);

      if (annex_browser_tab_get_id (tab) == id)
        return tab;
    }
  return NULL;
}

/* ---------------------------------------------------------------- who drives */

/* The ring around what Annex acted on goes when it acts no more. */
static void
drop_marks (AnnexBrowserPane *self)
{
  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (self->tabs)); i++)
    {
      g_autoptr (AnnexBrowserTab) tab = g_list_model_get_item (G_LIST_MODEL (self->tabs), i);
      g_autoptr (JsonObject) none = json_object_new ();

      if (annex_browser_tab_get_view (tab) != NULL && annex_browser_tab_get_uri (tab)[0] != '\0')
        dex_future_disown (
            annex_page_run (annex_browser_tab_get_page (tab), "mark", none, 0, NULL));
    }
}

static void
forget_touches (AnnexBrowserPane *self)
{
  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (self->tabs)); i++)
    {
      g_autoptr (AnnexBrowserTab) tab = g_list_model_get_item (G_LIST_MODEL (self->tabs), i);

      tab->is_touched = FALSE;
    }
}

void
annex_browser_pane_set_driver (AnnexBrowserPane *self, AnnexDriver driver)
{
  g_autoptr (DexPromise) handed_back = NULL;

  if (self->driver == driver)
    return;
  if (self->driver == ANNEX_DRIVER_USER)
    handed_back = g_steal_pointer (&self->handed_back);
  if (driver == ANNEX_DRIVER_USER)
    {
      self->handed_back = dex_promise_new ();
      self->has_user_driven = TRUE;
    }
  self->driver = driver;
  if (driver == ANNEX_DRIVER_ANNEX)
    forget_touches (self);
  annex_browser_pane_apply_guards (self);
  annex_browser_pane_ask_questions (self);
  if (driver != ANNEX_DRIVER_ANNEX)
    {
      annex_browser_pane_set_activity (self, "");
      drop_marks (self);
    }
  g_object_notify (G_OBJECT (self), "driver");
  if (handed_back != NULL)
    dex_promise_resolve_boolean (handed_back, TRUE);
}

AnnexDriver
annex_browser_pane_get_driver (AnnexBrowserPane *self)
{
  return self->driver;
}

void
annex_browser_pane_take_over (AnnexBrowserPane *self)
{
  g_return_if_fail (ANNEX_IS_BROWSER_PANE (self));
  if (self->driver == ANNEX_DRIVER_ANNEX)
    annex_browser_pane_set_driver (self, ANNEX_DRIVER_USER);
}

void
annex_browser_pane_hand_back (AnnexBrowserPane *self)
{
  g_return_if_fail (ANNEX_IS_BROWSER_PANE (self));
  if (self->driver != ANNEX_DRIVER_USER)
    return;
  /* The page in front is what the user hands over. */
  if (self->selected != NULL && annex_browser_tab_get_failure (self->selected) == NULL)
    annex_browser_pane_take_address (self, annex_browser_pane_find_owner (self->selected));
  annex_browser_pane_set_driver (self, ANNEX_DRIVER_ANNEX);
}

void
annex_browser_pane_set_activity (AnnexBrowserPane *self, const char *activity)
{
  if (g_set_str (&self->activity, activity))
    notify (self, PROP_ACTIVITY);
}

const char *
annex_browser_pane_get_activity (AnnexBrowserPane *self)
{
  return self->activity;
}

/* ---------------------------------------------------------------- the port */

static GPtrArray *
create_tools (AnnexBrowser *browser)
{
  return annex_page_tools_new (ANNEX_BROWSER_PANE (browser));
}

typedef struct
{
  AnnexBrowserPane *pane;
  DexFuture *cancel;
} Begin;

static void
begin_free (gpointer data)
{
  Begin *begin = data;

  g_object_unref (begin->pane);
  dex_clear (&begin->cancel);
  g_free (begin);
}

static DexFuture *
begin_fiber (gpointer data)
{
  Begin *begin = data;
  AnnexBrowserPane *self = begin->pane;
  GError *error = NULL;

  if (!annex_browser_pane_restore (self, &error) || !annex_browser_pane_open_session (self, &error))
    return annex_future_new_error (error);
  while (self->driver == ANNEX_DRIVER_USER)
    if (!annex_await_cancellable (dex_ref (DEX_FUTURE (self->handed_back)), begin->cancel, &error))
      return annex_future_new_error (error);
  if (self->guard == NULL)
    self->guard_wanted++;
  /* Where the user went by themselves is theirs. */
  if (self->selected != NULL && !annex_browser_pane_may_look (self, self->selected))
    {
      g_autoptr (AnnexBrowserTab) tab =
          dex_await_object (annex_browser_pane_make_tab (self), &error);

      if (tab == NULL)
        return annex_future_new_error (error);
      annex_browser_pane_select (self, tab);
    }
  annex_browser_pane_set_driver (self, ANNEX_DRIVER_ANNEX);
  if (!dex_await (annex_browser_pane_update_guard (self), &error))
    {
      /* Nobody has begun, so nobody will end it. */
      if (self->driver == ANNEX_DRIVER_ANNEX)
        annex_browser_pane_set_driver (self, ANNEX_DRIVER_NOBODY);
      return annex_future_new_error (error);
    }
  return dex_future_new_true ();
}

static DexFuture *
begin (AnnexBrowser *browser, const char *goal, DexFuture *cancel)
{
  Begin *begin;

  if (ANNEX_BROWSER_PANE (browser)->is_closed)
    return annex_future_new_errorf (ANNEX_BROWSER_ERROR, ANNEX_BROWSER_ERROR_NO_DISPLAY,
                                    "The browser of this task is closed.");
  begin = g_new0 (Begin, 1);
  begin->pane = g_object_ref (ANNEX_BROWSER_PANE (browser));
  begin->cancel = cancel != NULL ? dex_ref (cancel) : NULL;
  return annex_fiber_run (begin_fiber, begin, begin_free);
}

static void
end (AnnexBrowser *browser)
{
  AnnexBrowserPane *self = ANNEX_BROWSER_PANE (browser);

  annex_browser_pane_set_driver (self, ANNEX_DRIVER_NOBODY);
  annex_browser_pane_set_activity (self, "");
  annex_browser_pane_forget_once (self);
  self->has_user_driven = FALSE;
}

static void
set_ask_func (AnnexBrowser *browser,
              AnnexBrowserAskFunc func,
              gpointer data,
              GDestroyNotify free_data)
{
  AnnexBrowserPane *self = ANNEX_BROWSER_PANE (browser);

  if (self->free_ask_data != NULL)
    self->free_ask_data (self->ask_data);
  self->ask = func;
  self->ask_data = data;
  self->free_ask_data = free_data;
}

static void
set_file_funcs (AnnexBrowser *browser,
                const AnnexBrowserFileFuncs *funcs,
                gpointer data,
                GDestroyNotify free_data)
{
  AnnexBrowserPane *self = ANNEX_BROWSER_PANE (browser);

  if (self->free_files_data != NULL)
    self->free_files_data (self->files_data);
  self->files = funcs;
  self->files_data = data;
  self->free_files_data = free_data;
}

static void
implement_browser (AnnexBrowserInterface *iface)
{
  iface->create_tools = create_tools;
  iface->begin = begin;
  iface->end = end;
  iface->set_ask_func = set_ask_func;
  iface->set_file_funcs = set_file_funcs;
}

/* ---------------------------------------------------------------- class */

static void
annex_browser_pane_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  AnnexBrowserPane *self = ANNEX_BROWSER_PANE (object);

  switch (id)
    {
    case PROP_DRIVER:
      g_value_set_enum (value, (int) self->driver);
      break;
    case PROP_ACTIVITY:
      g_value_set_string (value, self->activity);
      break;
    case PROP_TABS:
      g_value_set_object (value, self->tabs);
      break;
    case PROP_SELECTED:
      g_value_set_object (value, self->selected);
      break;
    case PROP_DOWNLOADS:
      g_value_set_object (value, self->downloads);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
annex_browser_pane_dispose (GObject *object)
{
  AnnexBrowserPane *self = ANNEX_BROWSER_PANE (object);

  set_ask_func (ANNEX_BROWSER (self), NULL, NULL, NULL);
  set_file_funcs (ANNEX_BROWSER (self), NULL, NULL, NULL);
  annex_browser_pane_set_computer_ports (self, NULL, NULL, NULL);
  self->selected = NULL;
  g_clear_object (&self->tabs);
  g_clear_object (&self->downloads);
  g_clear_object (&self->session);
  g_clear_object (&self->policy);
  g_clear_object (&self->store);
  g_clear_object (&self->task);
  G_OBJECT_CLASS (annex_browser_pane_parent_class)->dispose (object);
}

static void
annex_browser_pane_finalize (GObject *object)
{
  AnnexBrowserPane *self = ANNEX_BROWSER_PANE (object);

  g_free (self->folder);
  g_free (self->activity);
  g_free (self->turn_id);
  dex_clear (&self->turn_cancel);
  dex_clear (&self->handed_back);
  dex_clear (&self->guarding);
  g_clear_pointer (&self->guard, webkit_user_content_filter_unref);
  g_clear_pointer (&self->fence, webkit_user_content_filter_unref);
  g_clear_pointer (&self->window, webkit_user_content_filter_unref);
  g_hash_table_unref (self->sites);
  g_hash_table_unref (self->never);
  g_hash_table_unref (self->offered);
  g_hash_table_unref (self->standing);
  g_hash_table_unref (self->origins);
  g_hash_table_unref (self->consents);
  G_OBJECT_CLASS (annex_browser_pane_parent_class)->finalize (object);
}

static void
annex_browser_pane_class_init (AnnexBrowserPaneClass *klass)
{
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->get_property = annex_browser_pane_get_property;
  object_class->dispose = annex_browser_pane_dispose;
  object_class->finalize = annex_browser_pane_finalize;
  properties[PROP_ACTIVITY] = g_param_spec_string ("activity", NULL, NULL, "", flags);
  properties[PROP_TABS] = g_param_spec_object ("tabs", NULL, NULL, G_TYPE_LIST_MODEL, flags);
  properties[PROP_SELECTED] =
      g_param_spec_object ("selected", NULL, NULL, ANNEX_TYPE_BROWSER_TAB, flags);
  properties[PROP_DOWNLOADS] =
      g_param_spec_object ("downloads", NULL, NULL, G_TYPE_LIST_MODEL, flags);
  g_object_class_install_properties (object_class, N_PROPERTIES, properties);
  g_object_class_override_property (object_class, PROP_DRIVER, "driver");
}

static void
annex_browser_pane_init (AnnexBrowserPane *self)
{
  self->tabs = g_list_store_new (ANNEX_TYPE_BROWSER_TAB);
  self->downloads = g_list_store_new (ANNEX_TYPE_BROWSER_DOWNLOAD);
  self->activity = g_strdup ("");
  self->sites = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->never = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->offered = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->standing = annex_browser_pane_new_standing ();
  self->origins = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->consents = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->guard_wanted = 1;
  g_queue_init (&self->questions);
}

/* ---------------------------------------------------------------- public */

AnnexBrowserPane *
annex_browser_pane_new (AnnexTask *task,
                        AnnexStore *store,
                        AnnexNetworkPolicy *policy,
                        const char *folder,
                        gboolean keep_profile)
{
  AnnexBrowserPane *self = g_object_new (ANNEX_TYPE_BROWSER_PANE, NULL);

  self->task = g_object_ref (task);
  self->store = store != NULL ? g_object_ref (store) : NULL;
  self->policy = policy != NULL ? g_object_ref (policy) : annex_network_policy_new ();
  self->folder = g_strdup (folder);
  self->session = annex_browser_session_new (store, annex_task_get_id (task), self->policy, folder,
                                             keep_profile);
  annex_egress_proxy_set_judge_func (annex_browser_session_get_proxy (self->session),
                                     annex_browser_pane_judge_host, self);
  g_signal_connect_object (self->policy, "opened", G_CALLBACK (annex_browser_pane_opened), self,
                           G_CONNECT_SWAPPED);
  return self;
}

AnnexTask *
annex_browser_pane_get_task (AnnexBrowserPane *self)
{
  return self->task;
}

GListModel *
annex_browser_pane_get_tabs (AnnexBrowserPane *self)
{
  return G_LIST_MODEL (self->tabs);
}

AnnexBrowserTab *
annex_browser_pane_get_selected (AnnexBrowserPane *self)
{
  return self->selected;
}

GListModel *
annex_browser_pane_get_downloads (AnnexBrowserPane *self)
{
  return G_LIST_MODEL (self->downloads);
}

AnnexEgressProxy *
annex_browser_pane_get_proxy (AnnexBrowserPane *self)
{
  return annex_browser_session_get_proxy (self->session);
}

static DexFuture *
close_fiber (gpointer data)
{
  AnnexBrowserPane *self = data;

  if (self->guarding != NULL)
    dex_await (dex_ref (self->guarding), NULL);
  return annex_browser_session_close (self->session);
}

DexFuture *
annex_browser_pane_close (AnnexBrowserPane *self)
{
  dex_return_error_if_fail (ANNEX_IS_BROWSER_PANE (self));

  self->is_closed = TRUE;
  end (ANNEX_BROWSER (self));
  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (self->downloads)); i++)
    {
      g_autoptr (AnnexBrowserDownload) download =
          g_list_model_get_item (G_LIST_MODEL (self->downloads), i);

      annex_browser_download_cancel (download);
    }
  while (g_list_model_get_n_items (G_LIST_MODEL (self->tabs)) > 0)
    {
      g_autoptr (AnnexBrowserTab) tab = g_list_model_get_item (G_LIST_MODEL (self->tabs), 0);

      annex_browser_pane_close_tab (self, tab);
    }
  return annex_fiber_run (close_fiber, g_object_ref (self), g_object_unref);
}
