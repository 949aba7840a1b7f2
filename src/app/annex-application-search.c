/* annex-application-search.c
 *
 * AnnexApplication's tasks in the desktop's search (org.gnome.Shell.SearchProvider2).
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-application-private.h"

#include "annex-text.h"

#include <glib/gi18n.h>

#define RESULTS_MAX 20
/* A search is several calls, and one who types searches again: without a window Annex stays so
 * long after each. */
#define LINGER_MS (30 * 1000)

/* One call of the bus, answered when the store has. */
typedef struct
{
  AnnexApplication *application;
  GDBusMethodInvocation *invocation;
  char **words; /* terms, or ids */
} Call;

static void
call_free (gpointer data)
{
  Call *call = data;

  if (gtk_application_get_windows (GTK_APPLICATION (call->application)) == NULL)
    g_application_set_inactivity_timeout (G_APPLICATION (call->application), LINGER_MS);
  g_application_release (G_APPLICATION (call->application));
  g_object_unref (call->application);
  g_clear_object (&call->invocation);
  g_strfreev (call->words);
  g_free (call);
}

static Call *
call_new (AnnexApplication *self, GDBusMethodInvocation *invocation, const char *const *words)
{
  Call *call = g_new0 (Call, 1);

  g_application_hold (G_APPLICATION (self));
  call->application = g_object_ref (self);
  call->invocation = g_object_ref (invocation);
  call->words = g_strdupv ((char **) words);
  return call;
}

/* ---- results */

static DexFuture *
search_cb (DexFuture *future, gpointer data)
{
  Call *call = data;
  g_autofree char *text = g_strjoinv (" ", call->words);

  return annex_store_search (annex_desk_get_store (call->application->desk), text, RESULTS_MAX);
}

/* What is not found, for whatever reason, is no result: a search of the desktop shows no errors. */
static DexFuture *
found_cb (DexFuture *future, gpointer data)
{
  Call *call = data;
  g_autoptr (GStrvBuilder) ids = g_strv_builder_new ();
  const GValue *value = dex_future_get_value (future, NULL);
  GPtrArray *found = value != NULL ? g_value_get_boxed (value) : NULL;
  g_auto (GStrv) results = NULL;

  for (guint i = 0; found != NULL && i < found->len; i++)
    {
      AnnexTaskSummary *summary = g_ptr_array_index (found, i);

      g_strv_builder_add (ids, summary->id);
    }
  results = g_strv_builder_end (ids);
  annex_dbus_shell_search_provider2_complete_get_initial_result_set (
      call->application->search, call->invocation, (const char *const *) results);
  return dex_future_new_true ();
}

static gboolean
initial_cb (AnnexApplication *self, GDBusMethodInvocation *invocation, const char *const *terms)
{
  dex_future_disown (
      dex_future_finally (dex_future_then (annex_application_await_desk (self), search_cb,
                                           call_new (self, invocation, terms), call_free),
                          found_cb, call_new (self, invocation, terms), call_free));
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

/* The best of all, not those of @previous: that is only the beginning of what there was. Both
 * methods answer one array of strings. */
static gboolean
subsearch_cb (AnnexApplication *self,
              GDBusMethodInvocation *invocation,
              const char *const *previous,
              const char *const *terms)
{
  return initial_cb (self, invocation, terms);
}

/* ---- descriptions */

static DexFuture *
list_cb (DexFuture *future, gpointer data)
{
  Call *call = data;

  return annex_store_list_tasks (annex_desk_get_store (call->application->desk));
}

/* (nullable) */
static AnnexTaskSummary *
find_task (GPtrArray *tasks, const char *id)
{
  for (guint i = 0; tasks != NULL && i < tasks->len; i++)
    if (g_str_equal (((AnnexTaskSummary *) g_ptr_array_index (tasks, i))->id, id))
      return g_ptr_array_index (tasks, i);
  return NULL;
}

/* Each has a name: the desktop drops all results for one without. @task: NULL when it was deleted
 * meanwhile. */
static void
add_meta (GVariantBuilder *metas, const char *id, const AnnexTaskSummary *task)
{
  g_autofree char *title =
      g_strstrip (annex_text_for_display (task != NULL ? task->title : _ ("Deleted task")));
  const char *name = title[0] != '\0' ? title : _ ("Untitled task");
  g_autofree char *when =
      task != NULL ? annex_text_format_day_and_time (task->updated_us, 0) : NULL;

  g_variant_builder_open (metas, G_VARIANT_TYPE ("a{sv}"));
  g_variant_builder_add (metas, "{sv}", "id", g_variant_new_string (id));
  g_variant_builder_add (metas, "{sv}", "name", g_variant_new_string (name));
  if (when != NULL)
    g_variant_builder_add (metas, "{sv}", "description", g_variant_new_string (when));
  g_variant_builder_add (metas, "{sv}", "gicon", g_variant_new_string (ANNEX_APPLICATION_ID));
  g_variant_builder_close (metas);
}

/* The desktop pairs what it asked for with the answers by their order. */
static DexFuture *
listed_cb (DexFuture *future, gpointer data)
{
  Call *call = data;
  const GValue *value = dex_future_get_value (future, NULL);
  GPtrArray *tasks = value != NULL ? g_value_get_boxed (value) : NULL;
  GVariantBuilder metas;

  g_variant_builder_init (&metas, G_VARIANT_TYPE ("aa{sv}"));
  for (guint i = 0; tasks != NULL && call->words[i] != NULL; i++)
    add_meta (&metas, call->words[i], find_task (tasks, call->words[i]));
  annex_dbus_shell_search_provider2_complete_get_result_metas (
      call->application->search, call->invocation, g_variant_builder_end (&metas));
  return dex_future_new_true ();
}

static gboolean
metas_cb (AnnexApplication *self, GDBusMethodInvocation *invocation, const char *const *ids)
{
  dex_future_disown (
      dex_future_finally (dex_future_then (annex_application_await_desk (self), list_cb,
                                           call_new (self, invocation, ids), call_free),
                          listed_cb, call_new (self, invocation, ids), call_free));
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

/* ---- activation */

static gboolean
activate_cb (AnnexApplication *self,
             GDBusMethodInvocation *invocation,
             const char *id,
             const char *const *terms,
             guint timestamp)
{
  annex_application_open_task (self, id);
  annex_dbus_shell_search_provider2_complete_activate_result (self->search, invocation);
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static gboolean
launch_cb (AnnexApplication *self,
           GDBusMethodInvocation *invocation,
           const char *const *terms,
           guint timestamp)
{
  g_autofree char *text = g_strjoinv (" ", (char **) terms);

  if (!annex_application_put_off (self, NULL))
    annex_window_search (annex_application_present (self), text);
  annex_dbus_shell_search_provider2_complete_launch_search (self->search, invocation);
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

gboolean
annex_application_export_search (AnnexApplication *self, GDBusConnection *bus, GError **error)
{
  const struct
  {
    const char *signal;
    GCallback handler;
  } handlers[] = {
    { "handle-get-initial-result-set", G_CALLBACK (initial_cb) },
    { "handle-get-subsearch-result-set", G_CALLBACK (subsearch_cb) },
    { "handle-get-result-metas", G_CALLBACK (metas_cb) },
    { "handle-activate-result", G_CALLBACK (activate_cb) },
    { "handle-launch-search", G_CALLBACK (launch_cb) },
  };

  self->search = annex_dbus_shell_search_provider2_skeleton_new ();
  for (guint i = 0; i < G_N_ELEMENTS (handlers); i++)
    g_signal_connect_object (self->search, handlers[i].signal, handlers[i].handler, self,
                             G_CONNECT_SWAPPED);
  return g_dbus_interface_skeleton_export (G_DBUS_INTERFACE_SKELETON (self->search), bus,
                                           "/io/github/annex_desktop/Annex/SearchProvider", error);
}

void
annex_application_unexport_search (AnnexApplication *self)
{
  if (self->search != NULL)
    g_dbus_interface_skeleton_unexport (G_DBUS_INTERFACE_SKELETON (self->search));
  g_clear_object (&self->search);
}
