/* annex-browsers.c
 *
 * See annex-browsers.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-browsers.h"

#include "annex-computer-port.h"
#include "annex-future.h"
#include "annex-paths.h"

#include <glib/gi18n.h>
#include <gtk/gtk.h>

struct _AnnexBrowsers
{
  GObject parent_instance;

  AnnexStore *store;
  GHashTable *panes; /* id of a task → AnnexBrowser */
  GPtrArray *sites;  /* origins that the user named */
  gboolean alone;
};

G_DEFINE_FINAL_TYPE (AnnexBrowsers, annex_browsers, G_TYPE_OBJECT)

static AnnexBrowserModuleFunc load_module;
static const AnnexBrowserModule *module; /* once it was loaded; main thread */

void
annex_browsers_set_module_func (AnnexBrowserModuleFunc func)
{
  load_module = func;
}

gboolean
annex_browsers_are_possible (void)
{
  /* Without either of them there is nothing to open, and GTK is not made ready for nothing. A
   * second attempt of GTK's says yes whatever the first one found. */
  return load_module != NULL &&
         (g_getenv ("WAYLAND_DISPLAY") != NULL || g_getenv ("DISPLAY") != NULL) &&
         (gtk_is_initialized () || gtk_init_check ()) && gdk_display_get_default () != NULL;
}

static void
annex_browsers_finalize (GObject *object)
{
  AnnexBrowsers *self = ANNEX_BROWSERS (object);

  g_clear_pointer (&self->panes, g_hash_table_unref);
  g_clear_pointer (&self->sites, g_ptr_array_unref);
  g_clear_object (&self->store);
  G_OBJECT_CLASS (annex_browsers_parent_class)->finalize (object);
}

enum {
  SIGNAL_OPENED,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

static void
annex_browsers_class_init (AnnexBrowsersClass *klass)
{
  signals[SIGNAL_OPENED] = g_signal_new ("opened", ANNEX_TYPE_BROWSERS, G_SIGNAL_RUN_LAST, 0, NULL,
                                         NULL, NULL, G_TYPE_NONE, 1, ANNEX_TYPE_TASK);
  G_OBJECT_CLASS (klass)->finalize = annex_browsers_finalize;
}

static void
annex_browsers_init (AnnexBrowsers *self)
{
  self->panes = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_object_unref);
  self->sites = g_ptr_array_new_with_free_func (g_free);
}

AnnexBrowsers *
annex_browsers_new (AnnexStore *store)
{
  AnnexBrowsers *self = g_object_new (ANNEX_TYPE_BROWSERS, NULL);

  self->store = g_object_ref (store);
  return self;
}

char *
annex_browsers_dup_folder (const char *task_id)
{
  g_autofree char *rest = g_build_filename ("browser", task_id, NULL);

  return annex_paths_data (rest);
}

/* ---- making */

/* Does the user want that cookies of a task stay? */
static gboolean
keeps_profiles (void)
{
  GSettingsSchemaSource *source = g_settings_schema_source_get_default ();
  g_autoptr (GSettingsSchema) schema = NULL;
  g_autoptr (GSettings) settings = NULL;

  if (source != NULL)
    schema = g_settings_schema_source_lookup (source, ANNEX_APPLICATION_ID, TRUE);
  if (schema == NULL || !g_settings_schema_has_key (schema, "keep-cookies"))
    return FALSE;
  settings = g_settings_new_full (schema, NULL, NULL);
  return g_settings_get_boolean (settings, "keep-cookies");
}

static DexFuture *
load_work (gpointer data)
{
  GError *error = NULL;
  const AnnexBrowserModule *loaded = load_module (&error);

  if (loaded == NULL)
    return annex_future_new_error (error);
  return dex_future_new_for_pointer ((gpointer) loaded);
}

typedef struct
{
  AnnexBrowsers *self;
  AnnexWorkspace *workspace;
} Open;

static void
open_free (gpointer data)
{
  Open *open = data;

  g_object_unref (open->self);
  g_object_unref (open->workspace);
  g_free (open);
}

/* A server in the task's computer, as a page of the pane. */
static DexFuture *
port_cb (guint port, gpointer data)
{
  return annex_computer_open_port (data, port);
}

static AnnexBrowser *
make_pane (AnnexBrowsers *self, AnnexWorkspace *workspace)
{
  AnnexTask *task = annex_workspace_get_task (workspace);
  const char *id = annex_task_get_id (task);
  g_autofree char *folder = annex_browsers_dup_folder (id);
  AnnexBrowser *pane = module->new_pane (task, self->store, folder, keeps_profiles ());

  module->set_computer_ports (
      pane, port_cb, g_object_ref (annex_workspace_get_computer (workspace)), g_object_unref);
  for (guint i = 0; i < self->sites->len; i++)
    {
      g_autoptr (GError) error = NULL;

      if (!module->allow_site (pane, g_ptr_array_index (self->sites, i), &error))
        g_warning ("A site was not allowed: %s", error->message);
    }
  if (self->alone)
    module->show_alone (pane);
  g_hash_table_insert (self->panes, g_strdup (id), pane);
  g_signal_emit (self, signals[SIGNAL_OPENED], 0, task);
  return pane;
}

static DexFuture *
open_fiber (gpointer data)
{
  Open *open = data;
  const char *id = annex_task_get_id (annex_workspace_get_task (open->workspace));
  AnnexBrowser *pane;

  if (!annex_browsers_are_possible ())
    return annex_future_new_errorf (ANNEX_BROWSER_ERROR, ANNEX_BROWSER_ERROR_NO_DISPLAY,
                                    "There is no display here now, so no web page can be opened. "
                                    "Do without, or tell the user.");
  if (module == NULL)
    {
      GError *error = NULL;
      gpointer loaded =
          dex_await_pointer (annex_worker_run ("annex-browser", load_work, NULL, NULL), &error);

      if (loaded == NULL)
        {
          annex_error_normalise (&error);
          g_warning ("The browser cannot be loaded: %s", error->message);
          g_error_free (error);
          return annex_future_new_errorf (ANNEX_BROWSER_ERROR, ANNEX_BROWSER_ERROR_NO_DISPLAY,
                                          "The browser is not installed here. Do without, or "
                                          "tell the user.");
        }
      module = loaded;
    }
  pane = g_hash_table_lookup (open->self->panes, id);
  if (pane == NULL)
    pane = make_pane (open->self, open->workspace);
  return dex_future_new_take_object (g_object_ref (pane));
}

DexFuture *
annex_browsers_open (AnnexBrowsers *self, AnnexWorkspace *workspace)
{
  Open *open = g_new0 (Open, 1);

  open->self = g_object_ref (self);
  open->workspace = g_object_ref (workspace);
  return annex_fiber_run (open_fiber, open, open_free);
}

void
annex_browsers_show_alone (AnnexBrowsers *self)
{
  self->alone = TRUE;
}

AnnexBrowser *
annex_browsers_find (AnnexBrowsers *self, const char *task_id)
{
  return g_hash_table_lookup (self->panes, task_id);
}

/* ---- serving the agent */

/* Weak both ways: a workspace does not keep itself. */
typedef struct
{
  GWeakRef self;
  GWeakRef workspace;
} Link;

static void
link_free (gpointer data)
{
  Link *link = data;

  g_weak_ref_clear (&link->self);
  g_weak_ref_clear (&link->workspace);
  g_free (link);
}

static DexFuture *
open_cb (gpointer data)
{
  Link *link = data;
  g_autoptr (AnnexBrowsers) self = g_weak_ref_get (&link->self);
  g_autoptr (AnnexWorkspace) workspace = g_weak_ref_get (&link->workspace);

  if (self == NULL || workspace == NULL)
    return annex_future_new_errorf (G_IO_ERROR, G_IO_ERROR_CLOSED, _ ("Annex is ending"));
  return annex_browsers_open (self, workspace);
}

void
annex_browsers_serve (AnnexBrowsers *self, AnnexWorkspace *workspace)
{
  Link *link = g_new0 (Link, 1);

  g_weak_ref_init (&link->self, self);
  g_weak_ref_init (&link->workspace, workspace);
  annex_workspace_set_browser_func (workspace, open_cb, link, link_free);
}

gboolean
annex_browsers_check_site (const char *origin, GError **error)
{
  g_autoptr (GUri) uri = g_uri_parse (origin, G_URI_FLAGS_NONE, NULL);
  const char *scheme = uri != NULL ? g_uri_get_scheme (uri) : NULL;

  if ((g_strcmp0 (scheme, "http") == 0 || g_strcmp0 (scheme, "https") == 0) &&
      g_uri_get_host (uri) != NULL && g_uri_get_host (uri)[0] != '\0' &&
      g_uri_get_userinfo (uri) == NULL &&
      (g_uri_get_path (uri)[0] == '\0' || g_str_equal (g_uri_get_path (uri), "/")) &&
      g_uri_get_query (uri) == NULL && g_uri_get_fragment (uri) == NULL)
    return TRUE;
  g_set_error (error, ANNEX_BROWSER_ERROR, ANNEX_BROWSER_ERROR_INVALID,
               "“%s” is no site: a site looks like https://example.org or http://127.0.0.1:8000",
               origin);
  return FALSE;
}

gboolean
annex_browsers_allow_site (AnnexBrowsers *self, const char *origin, GError **error)
{
  GHashTableIter iter;
  gpointer pane;

  if (!annex_browsers_check_site (origin, error))
    return FALSE;
  g_hash_table_iter_init (&iter, self->panes);
  while (g_hash_table_iter_next (&iter, NULL, &pane))
    if (!module->allow_site (pane, origin, error))
      return FALSE;
  g_ptr_array_add (self->sites, g_strdup (origin));
  return TRUE;
}

/* ---- ending */

void
annex_browsers_close (AnnexBrowsers *self, const char *task_id)
{
  g_autoptr (GPtrArray) panes = g_ptr_array_new_with_free_func (g_object_unref);
  GHashTableIter iter;
  gpointer id;
  gpointer pane;

  g_hash_table_iter_init (&iter, self->panes);
  while (g_hash_table_iter_next (&iter, &id, &pane))
    if (task_id == NULL || g_str_equal (id, task_id))
      {
        g_ptr_array_add (panes, g_object_ref (pane));
        g_hash_table_iter_remove (&iter);
      }
  for (guint i = 0; i < panes->len; i++)
    {
      g_autoptr (GError) error = NULL;

      if (!dex_await (module->close (g_ptr_array_index (panes, i)), &error))
        g_message ("A browser pane did not end well: %s", error->message);
    }
}

/* Links are removed, never followed. What cannot be removed takes room, no more. */
static void
remove_tree (GFile *file)
{
  g_autoptr (GFileEnumerator) inside = NULL;
  GFile *child;

  if (g_file_query_file_type (file, G_FILE_QUERY_INFO_NOFOLLOW_SYMLINKS, NULL) ==
      G_FILE_TYPE_DIRECTORY)
    inside = g_file_enumerate_children (file, G_FILE_ATTRIBUTE_STANDARD_NAME,
                                        G_FILE_QUERY_INFO_NOFOLLOW_SYMLINKS, NULL, NULL);
  while (inside != NULL && g_file_enumerator_iterate (inside, NULL, &child, NULL, NULL) &&
         child != NULL)
    remove_tree (child);
  g_file_delete (file, NULL, NULL);
}

void
annex_browsers_remove_files (const char *task_id)
{
  g_autofree char *folder = annex_browsers_dup_folder (task_id);
  g_autoptr (GFile) file = g_file_new_for_path (folder);

  remove_tree (file);
}
