/* annex-page-loads.c
 *
 * See annex-page-loads.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-page-loads.h"

struct _AnnexPageLoads
{
  GObject parent_instance;
  GHashTable *resources; /* WebKitWebResource (owned) → gint64 * when it began */
  gboolean navigating;
  gboolean loading;
};

G_DEFINE_FINAL_TYPE (AnnexPageLoads, annex_page_loads, G_TYPE_OBJECT)

static void
on_load_changed (WebKitWebView *view, WebKitLoadEvent event, AnnexPageLoads *self)
{
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

  g_hash_table_insert (self->resources, g_object_ref (resource), g_memdup2 (&now, sizeof now));
  g_signal_connect_object (resource, "finished", G_CALLBACK (on_resource_end), self, 0);
  g_signal_connect_object (resource, "failed", G_CALLBACK (on_resource_failed), self, 0);
}

static void
on_terminated (WebKitWebView *view, WebKitWebProcessTerminationReason reason, AnnexPageLoads *self)
{
  self->navigating = FALSE;
  self->loading = FALSE;
  g_hash_table_remove_all (self->resources);
}

AnnexPageLoads *
annex_page_loads_new (WebKitWebView *view)
{
  AnnexPageLoads *self = g_object_new (ANNEX_TYPE_PAGE_LOADS, NULL);

  self->loading = webkit_web_view_is_loading (view);
  g_signal_connect_object (view, "load-changed", G_CALLBACK (on_load_changed), self, 0);
  g_signal_connect_object (view, "load-failed", G_CALLBACK (on_load_failed), self, 0);
  g_signal_connect_object (view, "resource-load-started", G_CALLBACK (on_resource), self, 0);
  g_signal_connect_object (view, "web-process-terminated", G_CALLBACK (on_terminated), self, 0);
  return self;
}

gboolean
annex_page_loads_is_navigating (AnnexPageLoads *self)
{
  return self->navigating;
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
