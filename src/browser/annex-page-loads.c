/* annex-page-loads.c
 *
 * See annex-page-loads.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-page-loads.h"

#include <string.h>

struct _AnnexPageLoads
{
  GObject parent_instance;
  GHashTable *resources; /* WebKitWebResource (owned) → gint64 * when it began */
  gboolean navigating;
  gboolean loading;
  gint64 expected_us; /* until then a navigation that was decided about may begin; 0: none */
};

G_DEFINE_FINAL_TYPE (AnnexPageLoads, annex_page_loads, G_TYPE_OBJECT)

/* From the decision to the load's beginning: two ways between processes, or a new process. */
#define BEGINS_MS 3000

/* Does @uri lead to another document than @present, and not only to another place of it? */
static gboolean
is_elsewhere (const char *uri, const char *present)
{
  gsize length = strcspn (uri, "#");

  if (!g_str_has_prefix (uri, "http:") && !g_str_has_prefix (uri, "https:"))
    return FALSE;
  return uri[length] == '\0' || present == NULL || strcspn (present, "#") != length ||
         strncmp (uri, present, length) != 0;
}

/* What the page was told to do is done only when the load has begun: a slow machine may take its
 * time for that, and the old document would be taken for what came of it. */
static gboolean
on_decide (WebKitWebView *view,
           WebKitPolicyDecision *decision,
           WebKitPolicyDecisionType type,
           AnnexPageLoads *self)
{
  WebKitNavigationAction *action;

  if (type != WEBKIT_POLICY_DECISION_TYPE_NAVIGATION_ACTION)
    return FALSE;
  action = webkit_navigation_policy_decision_get_navigation_action (
      WEBKIT_NAVIGATION_POLICY_DECISION (decision));
  if (is_elsewhere (webkit_uri_request_get_uri (webkit_navigation_action_get_request (action)),
                    webkit_web_view_get_uri (view)))
    self->expected_us = g_get_monotonic_time () + BEGINS_MS * 1000;
  return FALSE;
}

static void
on_load_changed (WebKitWebView *view, WebKitLoadEvent event, AnnexPageLoads *self)
{
  self->expected_us = 0;
  switch (event)
    {
    case WEBKIT_LOAD_STARTED:
    case WEBKIT_LOAD_REDIRECTED:
      self->navigating = TRUE;
      self->loading = TRUE;
      break;
    case WEBKIT_LOAD_COMMITTED:
      self->navigating = FALSE;
      g_hash_table_remove_all (self->resources);
      break;
    case WEBKIT_LOAD_FINISHED:
      self->navigating = FALSE;
      self->loading = FALSE;
      break;
    }
}

static gboolean
on_load_failed (WebKitWebView *view,
                WebKitLoadEvent event,
                const char *uri,
                GError *error,
                AnnexPageLoads *self)
{
  self->navigating = FALSE;
  self->loading = FALSE;
  self->expected_us = 0;
  return FALSE;
}

static void
on_resource_end (WebKitWebResource *resource, AnnexPageLoads *self)
{
  g_hash_table_remove (self->resources, resource);
}

static void
on_resource_failed (WebKitWebResource *resource, GError *error, AnnexPageLoads *self)
{
  g_hash_table_remove (self->resources, resource);
}

static void
on_resource (WebKitWebView *view,
             WebKitWebResource *resource,
             WebKitURIRequest *request,
             AnnexPageLoads *self)
{
  gint64 now = g_get_monotonic_time ();

  /* It was a frame's. */
  self->expected_us = 0;
  g_hash_table_insert (self->resources, g_object_ref (resource), g_memdup2 (&now, sizeof now));
  g_signal_connect_object (resource, "finished", G_CALLBACK (on_resource_end), self, 0);
  g_signal_connect_object (resource, "failed", G_CALLBACK (on_resource_failed), self, 0);
}

static void
on_terminated (WebKitWebView *view, WebKitWebProcessTerminationReason reason, AnnexPageLoads *self)
{
  self->navigating = FALSE;
  self->loading = FALSE;
  self->expected_us = 0;
  g_hash_table_remove_all (self->resources);
}

AnnexPageLoads *
annex_page_loads_new (WebKitWebView *view)
{
  AnnexPageLoads *self = g_object_new (ANNEX_TYPE_PAGE_LOADS, NULL);

  self->loading = webkit_web_view_is_loading (view);
  g_signal_connect_object (view, "decide-policy", G_CALLBACK (on_decide), self, 0);
  g_signal_connect_object (view, "load-changed", G_CALLBACK (on_load_changed), self, 0);
  g_signal_connect_object (view, "load-failed", G_CALLBACK (on_load_failed), self, 0);
  g_signal_connect_object (view, "resource-load-started", G_CALLBACK (on_resource), self, 0);
  g_signal_connect_object (view, "web-process-terminated", G_CALLBACK (on_terminated), self, 0);
  return self;
}

gboolean
annex_page_loads_is_navigating (AnnexPageLoads *self)
{
  return self->navigating || g_get_monotonic_time () < self->expected_us;
}

gboolean
annex_page_loads_is_loading (AnnexPageLoads *self)
{
  return self->loading;
}

guint
annex_page_loads_count_since (AnnexPageLoads *self, gint64 since_us)
{
  GHashTableIter iter;
  gint64 *began;
  guint n = 0;

  g_hash_table_iter_init (&iter, self->resources);
  while (g_hash_table_iter_next (&iter, NULL, (gpointer *) &began))
    if (*began >= since_us)
      n++;
  return n;
}

static void
annex_page_loads_finalize (GObject *object)
{
  g_hash_table_unref (ANNEX_PAGE_LOADS (object)->resources);
  G_OBJECT_CLASS (annex_page_loads_parent_class)->finalize (object);
}

static void
annex_page_loads_class_init (AnnexPageLoadsClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = annex_page_loads_finalize;
}

static void
annex_page_loads_init (AnnexPageLoads *self)
{
  self->resources = g_hash_table_new_full (NULL, NULL, g_object_unref, g_free);
}
