/* annex-browser-pane-sites.c
 *
 * Which sites the agent may use: what was granted, asking for more, and the two places that hold to
 * it: the proxy, and the rules that pages live under. Whether a rule for all tasks counts in this
 * one is the task's policy to say, as it is of the computer's hosts (annex-taint.h).
 *
 * What the proxy lets through without a rule of its own: what the page that the user has in hand
 * asks for; else what an open page needs to be drawn ("page" in the ledger). What a
 * page may send where is up to the rules (annex-browser-guard.h), and a private address is reached
 * by neither.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-ask-taint.h"
#include "annex-browser-guard.h"
#include "annex-browser-pane-private.h"
#include "annex-future.h"
#include "annex-site-policy.h"

#include <string.h>

/* ---------------------------------------------------------------- what is granted */

/* A site is both its names; what the policy says of one of them is said of it. */
static gboolean
is_known_to_task (AnnexBrowserPane *self, const char *site)
{
  g_autofree char *www = g_strconcat ("www.", site, NULL);

  return annex_network_policy_peek (self->policy, site, 443, NULL, NULL) ||
         annex_network_policy_peek (self->policy, www, 443, NULL, NULL);
}

gboolean
annex_browser_pane_holds (AnnexBrowserPane *self, const char *site)
{
  const char *scope = g_hash_table_lookup (self->sites, site);

  return scope != NULL && (!g_str_equal (scope, "always") || is_known_to_task (self, site));
}

gboolean
annex_browser_pane_allows (AnnexBrowserPane *self, const char *uri)
{
  g_autofree char *site = NULL;

  switch (annex_site_policy_judge_address (uri, &site))
    {
    case ANNEX_ADDRESS_SITE:
      return annex_browser_pane_holds (self, site);
    case ANNEX_ADDRESS_LOCAL:
      return g_hash_table_contains (self->origins, site);
    case ANNEX_ADDRESS_EMPTY:
      return TRUE;
    case ANNEX_ADDRESS_REFUSED:
      break;
    }
  return FALSE;
}

/* An empty page is written by the page that opened it, if one did. */
const char *
annex_browser_pane_find_owner (AnnexBrowserTab *tab)
{
  const char *uri = annex_browser_tab_get_page_uri (tab);

  return annex_site_policy_judge_address (uri, NULL) == ANNEX_ADDRESS_EMPTY && tab->opener != NULL
             ? tab->opener
             : uri;
}

gboolean
annex_browser_pane_may_look (AnnexBrowserPane *self, AnnexBrowserTab *tab)
{
  return annex_browser_pane_allows (self, annex_browser_pane_find_owner (tab));
}

static void
set_rules (AnnexBrowserPane *self,
           const char *site,
           gboolean allow,
           const char *scope,
           gboolean is_fresh)
{
  g_autofree char *www = g_strconcat ("www.", site, NULL);
  void (*set) (AnnexNetworkPolicy *, const char *, gboolean, const char *) =
      is_fresh ? annex_network_policy_set : annex_network_policy_restore;

  if (allow)
    {
      annex_network_policy_remove (self->policy, site, "never");
      annex_network_policy_remove (self->policy, www, "never");
    }
  set (self->policy, site, allow, scope);
  set (self->policy, www, allow, scope);
}

static void
apply_rule (AnnexBrowserPane *self, const char *site, const char *scope, gboolean is_fresh)
{
  if (g_strcmp0 (g_hash_table_lookup (self->sites, site), scope) == 0 &&
      (!is_fresh || annex_browser_pane_holds (self, site)))
    return;
  if (g_str_equal (scope, "never"))
    {
      g_hash_table_remove (self->sites, site);
      g_hash_table_add (self->never, g_strdup (site));
      set_rules (self, site, FALSE, scope, is_fresh);
    }
  else
    {
      g_hash_table_remove (self->never, site);
      g_hash_table_insert (self->sites, g_strdup (site), g_strdup (scope));
      if (!g_str_equal (scope, "once"))
        set_rules (self, site, TRUE, scope, is_fresh);
    }
  self->guard_wanted++;
  dex_future_disown (annex_browser_pane_update_guard (self));
}

void
annex_browser_pane_grant (AnnexBrowserPane *self, const char *site, const char *scope)
{
  apply_rule (self, site, scope, TRUE);
}

void
annex_browser_pane_restore_rule (AnnexBrowserPane *self, const char *site, const char *scope)
{
  apply_rule (self, site, scope, FALSE);
}

void
annex_browser_pane_allow_sites (AnnexBrowserPane *self, const char *const *sites, const char *scope)
{
  for (; sites != NULL && *sites != NULL; sites++)
    {
      g_autofree char *uri = strstr (*sites, "://") == NULL ? g_strconcat ("https://", *sites, NULL)
                                                            : g_strdup (*sites);
      g_autofree char *site = NULL;

      if (annex_site_policy_judge_address (uri, &site) == ANNEX_ADDRESS_SITE)
        annex_browser_pane_grant (self, site, scope);
    }
}

static gboolean
drop_once_cb (gpointer site, gpointer scope, gpointer data)
{
  return g_str_equal (scope, "once");
}

void
annex_browser_pane_forget_once (AnnexBrowserPane *self)
{
  if (g_hash_table_foreach_remove (self->sites, drop_once_cb, NULL) == 0)
    return;
  self->guard_wanted++;
  dex_future_disown (annex_browser_pane_update_guard (self));
}

static void
allow_origin (AnnexBrowserPane *self, const char *origin)
{
  g_autofree char *scheme = NULL;
  g_autofree char *host = NULL;
  guint port;

  if (!annex_site_policy_split_origin (origin, &scheme, &host, &port))
    return;
  if (g_str_equal (host, ANNEX_COMPUTER_HOST))
    {
      if (self->open_port != NULL)
        annex_egress_proxy_allow_origin (annex_browser_session_get_proxy (self->session), scheme,
                                         host, port, self->open_port, self->open_data, NULL);
    }
  else
    annex_egress_proxy_allow_origin (annex_browser_session_get_proxy (self->session), scheme, host,
                                     port, NULL, NULL, NULL);
  if (!g_hash_table_add (self->origins, g_strdup (origin)))
    return;
  self->guard_wanted++;
  dex_future_disown (annex_browser_pane_update_guard (self));
}

gboolean
annex_browser_pane_take_address (AnnexBrowserPane *self, const char *uri)
{
  g_autofree char *site = NULL;

  switch (annex_site_policy_judge_address (uri, &site))
    {
    case ANNEX_ADDRESS_SITE:
      if (annex_browser_pane_holds (self, site))
        return TRUE;
      annex_browser_pane_grant (self, site, "task");
      annex_browser_pane_decide (self, site, "task");
      return TRUE;
    case ANNEX_ADDRESS_LOCAL:
      allow_origin (self, site);
      return TRUE;
    case ANNEX_ADDRESS_EMPTY:
      return TRUE;
    case ANNEX_ADDRESS_REFUSED:
      break;
    }
  return FALSE;
}

gboolean
annex_browser_pane_allow_site (AnnexBrowserPane *self, const char *origin, GError **error)
{
  g_autofree char *normal = annex_site_policy_dup_origin (origin);

  if (normal == NULL || !annex_browser_pane_take_address (self, normal))
    {
      g_set_error (error, ANNEX_BROWSER_ERROR, ANNEX_BROWSER_ERROR_INVALID,
                   "“%s” is no web address. Write it like https://example.org or "
                   "http://127.0.0.1:8000.",
                   origin);
      return FALSE;
    }
  return TRUE;
}

void
annex_browser_pane_set_computer_ports (AnnexBrowserPane *self,
                                       AnnexBrowserOpenPortFunc open,
                                       gpointer data,
                                       GDestroyNotify free_data)
{
  if (self->free_open_data != NULL)
    self->free_open_data (self->open_data);
  self->open_port = open;
  self->open_data = data;
  self->free_open_data = free_data;
}

/* ---------------------------------------------------------------- the rules of pages */

gboolean
annex_browser_pane_is_computers (const char *uri)
{
  g_autofree char *origin = annex_site_policy_dup_origin (uri);
  g_autofree char *scheme = NULL;
  g_autofree char *host = NULL;
  guint port;

  return origin != NULL && annex_site_policy_split_origin (origin, &scheme, &host, &port) &&
         g_str_equal (host, ANNEX_COMPUTER_HOST);
}

/* A page leads away whatever it has opened, and what it was opened by. */
static gboolean
is_near_computer (AnnexBrowserPane *self, AnnexBrowserTab *tab)
{
  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (self->tabs)); i++)
    {
      g_autoptr (AnnexBrowserTab) other = g_list_model_get_item (G_LIST_MODEL (self->tabs), i);

      if (other->family == tab->family &&
          annex_browser_pane_is_computers (annex_browser_pane_find_owner (other)))
        return TRUE;
    }
  return tab->opener != NULL && annex_browser_pane_is_computers (tab->opener);
}

gboolean
annex_browser_pane_mixes (AnnexBrowserPane *self, AnnexBrowserTab *tab, const char *uri)
{
  gboolean is_computers = annex_browser_pane_is_computers (uri);

  if (annex_site_policy_judge_address (uri, NULL) == ANNEX_ADDRESS_EMPTY)
    return FALSE;
  if (tab->opener != NULL && annex_browser_pane_is_computers (tab->opener) != is_computers)
    return TRUE;
  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (self->tabs)); i++)
    {
      g_autoptr (AnnexBrowserTab) other = g_list_model_get_item (G_LIST_MODEL (self->tabs), i);
      const char *owner = annex_browser_pane_find_owner (other);

      if (other != tab && other->family == tab->family &&
          annex_site_policy_judge_address (owner, NULL) != ANNEX_ADDRESS_EMPTY &&
          annex_browser_pane_is_computers (owner) != is_computers)
        return TRUE;
    }
  return FALSE;
}

gboolean
annex_browser_pane_is_guarded (AnnexBrowserPane *self, AnnexBrowserTab *tab)
{
  /* Windows of one page are one: it writes into them as it likes, and the rules are of all. */
  if (self->selected == NULL || tab->family != self->selected->family ||
      is_near_computer (self, tab))
    return TRUE;
  switch (self->driver)
    {
    case ANNEX_DRIVER_ANNEX:
      return TRUE;
    case ANNEX_DRIVER_USER:
      return FALSE;
    case ANNEX_DRIVER_NOBODY:
      break;
    }
  return !self->selected->is_touched;
}

/* Rules that stay are not taken away for a moment: the page's scripts run meanwhile. */
void
annex_browser_pane_apply_guard (AnnexBrowserPane *self, AnnexBrowserTab *tab)
{
  WebKitWebView *view = annex_browser_tab_get_view (tab);
  WebKitUserContentFilter *guard;
  WebKitUserContentFilter *present;
  WebKitUserContentManager *manager;

  if (view == NULL || self->guard == NULL)
    return;
  manager = webkit_web_view_get_user_content_manager (view);
  present = g_object_get_data (G_OBJECT (manager), "annex-guard");
  if (present == NULL)
    webkit_user_content_manager_add_filter (manager, self->fence);
  if (tab->opener != NULL && annex_browser_pane_is_computers (tab->opener))
    webkit_user_content_manager_add_filter (manager, self->window);
  guard = annex_browser_pane_is_guarded (self, tab) ? self->guard : self->fence;
  if (guard == present)
    return;
  if (guard == self->guard)
    webkit_user_content_manager_add_filter (manager, guard);
  else
    webkit_user_content_manager_remove_filter_by_id (manager, "guard");
  g_object_set_data_full (G_OBJECT (manager), "annex-guard", webkit_user_content_filter_ref (guard),
                          (GDestroyNotify) webkit_user_content_filter_unref);
}

void
annex_browser_pane_apply_guards (AnnexBrowserPane *self)
{
  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (self->tabs)); i++)
    {
      g_autoptr (AnnexBrowserTab) tab = g_list_model_get_item (G_LIST_MODEL (self->tabs), i);

      annex_browser_pane_apply_guard (self, tab);
    }
}

static char **
list_places (AnnexBrowserPane *self)
{
  g_autoptr (GStrvBuilder) places = g_strv_builder_new ();
  GHashTableIter iter;
  gpointer place;

  g_hash_table_iter_init (&iter, self->sites);
  while (g_hash_table_iter_next (&iter, &place, NULL))
    if (annex_browser_pane_holds (self, place))
      g_strv_builder_add (places, place);
  g_hash_table_iter_init (&iter, self->origins);
  while (g_hash_table_iter_next (&iter, &place, NULL))
    g_strv_builder_add (places, place);
  return g_strv_builder_end (places);
}

/* In a fiber: rules that never change. */
static gboolean
make_fence (AnnexBrowserPane *self, GError **error)
{
  if (self->fence == NULL)
    self->fence = dex_await_boxed (
        annex_browser_guard_compile (self->folder, "fence", annex_browser_guard_write_fence ()),
        error);
  if (self->fence != NULL && self->window == NULL)
    self->window = dex_await_boxed (
        annex_browser_guard_compile (self->folder, "window", annex_browser_guard_write_window ()),
        error);
  return self->window != NULL;
}

static DexFuture *
guard_fiber (gpointer data)
{
  AnnexBrowserPane *self = data;
  GError *error = NULL;

  while (make_fence (self, &error) && self->guard_done != self->guard_wanted)
    {
      g_auto (GStrv) places = list_places (self);
      guint wanted = self->guard_wanted;
      WebKitUserContentFilter *guard =
          dex_await_boxed (annex_browser_guard_compile (
                               self->folder, "guard",
                               annex_browser_guard_write_rules ((const char *const *) places)),
                           &error);

      if (guard == NULL)
        break;
      g_clear_pointer (&self->guard, webkit_user_content_filter_unref);
      self->guard = guard;
      self->guard_done = wanted;
      annex_browser_pane_apply_guards (self);
    }
  dex_clear (&self->guarding);
  return error != NULL ? annex_future_new_error (error) : dex_future_new_true ();
}

DexFuture *
annex_browser_pane_update_guard (AnnexBrowserPane *self)
{
  /* Before the session is open there is nobody to guard: the first tab waits for the rules. */
  if (annex_browser_session_get_network (self->session) == NULL ||
      self->guard_done == self->guard_wanted)
    return dex_future_new_true ();
  if (self->guarding == NULL)
    {
      DexFuture *guarding = annex_fiber_run (guard_fiber, g_object_ref (self), g_object_unref);

      self->guarding = dex_ref (guarding);
      return guarding;
    }
  return dex_ref (self->guarding);
}

/* ---------------------------------------------------------------- asking */

DexFuture *
annex_browser_pane_ask (AnnexBrowserPane *self,
                        AnnexAsk *ask,
                        const char *tool_use_id,
                        DexFuture *cancel)
{
  if (self->ask == NULL)
    {
      annex_ask_unref (ask);
      return annex_future_new_errorf (ANNEX_BROWSER_ERROR, ANNEX_BROWSER_ERROR_REFUSED,
                                      "There is nobody to ask for permission. Go on without it.");
    }
  return self->ask (ask, tool_use_id, cancel, self->ask_data);
}

static void
set_refused (GError **error, const char *site)
{
  g_set_error (error, ANNEX_BROWSER_ERROR, ANNEX_BROWSER_ERROR_REFUSED,
               "The user does not want the site %s to be used. Go on without it.", site);
}

gboolean
annex_browser_pane_may_ask (const char *site, GError **error)
{
  g_autofree char *www = g_strconcat ("www.", site, NULL);
  g_autoptr (GError) refused = NULL;

  if (annex_policy_may_ask (site, &refused) ||
      (!g_error_matches (refused, ANNEX_POLICY_ERROR, ANNEX_POLICY_ERROR_MODEL_HOST) &&
       annex_policy_may_ask (www, NULL)))
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&refused));
  return FALSE;
}

gboolean
annex_browser_pane_ask_site (AnnexBrowserPane *self,
                             const char *site,
                             const char *reason,
                             GError **error)
{
  g_autofree char *turn = g_strdup (self->turn_id);
  g_autoptr (JsonObject) answer = NULL;
  g_autoptr (GError) unasked = NULL;
  const char *label;

  if (g_hash_table_contains (self->never, site))
    {
      set_refused (error, site);
      return FALSE;
    }
  if (!annex_browser_pane_may_ask (site, error))
    return FALSE;
  if (annex_browser_pane_ask_plan (self, site, &unasked))
    return TRUE;
  if (unasked != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&unasked));
      return FALSE;
    }
  if (!annex_browser_pane_note_read (self, error))
    return FALSE;
  answer =
      dex_await_boxed (annex_browser_pane_ask (
                           self, annex_ask_new_way_out (ANNEX_ASK_SITE, self->task, site, reason),
                           turn, self->turn_cancel),
                       error);
  if (answer == NULL)
    return FALSE;
  label = annex_json_opt_string (answer, "answer", "");
  annex_browser_pane_decide (self, site, label);
  if (g_str_equal (label, "once") || g_str_equal (label, "task") || g_str_equal (label, "always"))
    {
      annex_browser_pane_grant (self, site, label);
      return dex_await (annex_browser_pane_update_guard (self), error);
    }
  if (g_str_equal (label, "never"))
    annex_browser_pane_grant (self, site, label);
  set_refused (error, site);
  return FALSE;
}

/* ---------------------------------------------------------------- the proxy asks */

static gboolean
has_page (AnnexBrowserPane *self)
{
  for (guint i = 0; i < g_list_model_get_n_items (G_LIST_MODEL (self->tabs)); i++)
    {
      g_autoptr (AnnexBrowserTab) tab = g_list_model_get_item (G_LIST_MODEL (self->tabs), i);

      if (annex_browser_tab_get_uri (tab)[0] != '\0' || annex_browser_tab_is_loading (tab))
        return TRUE;
    }
  return FALSE;
}

/* Is there a page that is the user's to lead? */
static gboolean
has_users_page (AnnexBrowserPane *self)
{
  return self->selected != NULL && !annex_browser_pane_is_guarded (self, self->selected);
}

DexFuture *
annex_browser_pane_judge_host (const char *host, guint port, gpointer data)
{
  AnnexBrowserPane *self = data;
  const char *site = g_str_has_prefix (host, "www.") ? host + 4 : host;

  if (annex_browser_pane_holds (self, site))
    {
      annex_browser_pane_opened (self);
      return dex_future_new_take_string (g_strdup (g_hash_table_lookup (self->sites, site)));
    }
  if (!has_page (self))
    return annex_future_new_errorf (ANNEX_POLICY_ERROR, ANNEX_POLICY_ERROR_NOT_ALLOWED,
                                    "Annex refused the connection to %s: no page is open.", host);
  return dex_future_new_take_string (g_strdup (has_users_page (self) ? "user" : "page"));
}
