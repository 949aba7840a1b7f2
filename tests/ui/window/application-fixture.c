/* application-fixture.c
 *
 * See application-fixture.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "application-fixture.h"

#include "annex-shot.h"

/* ---- the notification service of the desktop */

static const char notifications_xml[] =
    "<node><interface name='org.gtk.Notifications'>"
    "<method name='AddNotification'><arg type='s'/><arg type='s'/><arg type='a{sv}'/></method>"
    "<method name='RemoveNotification'><arg type='s'/><arg type='s'/></method>"
    "</interface></node>";

static void
notice_cb (GDBusConnection *bus,
           const char *sender,
           const char *path,
           const char *interface,
           const char *method,
           GVariant *parameters,
           GDBusMethodInvocation *invocation,
           gpointer data)
{
  Fixture *fixture = data;

  g_ptr_array_add (fixture->notices,
                   g_strdup_printf ("%s %s", method, g_variant_print (parameters, FALSE)));
  g_dbus_method_invocation_return_value (invocation, NULL);
}

gboolean
was_noticed (Fixture *fixture, const char *method, const char *text)
{
  for (guint i = 0; i < fixture->notices->len; i++)
    if (g_str_has_prefix (fixture->notices->pdata[i], method) &&
        strstr (fixture->notices->pdata[i], text) != NULL)
      return TRUE;
  return FALSE;
}

/* ---- running one */

DexFuture *
open_desk (gpointer data)
{
  Fixture *fixture = data;

  if (fixture->failed)
    return dex_future_new_reject (G_IO_ERROR, G_IO_ERROR_FAILED, "The disk is full <b>");
  return dex_future_new_take_object (g_object_ref (fixture->desk));
}

static DexFuture *
closed_cb (DexFuture *future, gpointer data)
{
  return dex_future_new_true ();
}

static AnnexDesk *
open_doctor (gpointer data)
{
  Fixture *fixture = data;

  return fixture->doctor != NULL ? g_object_ref (ANNEX_DESK (fixture->doctor)) : NULL;
}

DexFuture *
close_desk (AnnexDesk *desk, gpointer data)
{
  Fixture *fixture = data;

  fixture->closed = TRUE;
  if (fixture->meanwhile == NULL)
    return dex_future_new_true ();
  g_idle_add_once (fixture->meanwhile, fixture);
  return dex_future_finally (dex_timeout_new_msec (600), closed_cb, NULL, NULL);
}

static void
body_cb (gpointer data)
{
  Fixture *fixture = data;

  annex_shot_settle (600);
  fixture->body (fixture);
  g_application_quit (G_APPLICATION (fixture->application));
}

AnnexWindow *
get_window (Fixture *fixture)
{
  GList *windows = gtk_application_get_windows (GTK_APPLICATION (fixture->application));

  return windows != NULL ? ANNEX_WINDOW (windows->data) : NULL;
}

void
run (Fixture *fixture, const char *argument, void (*body) (gpointer))
{
  const GDBusInterfaceVTable table = { .method_call = notice_cb };
  g_autoptr (GDBusNodeInfo) node = g_dbus_node_info_new_for_xml (notifications_xml, NULL);
  g_autoptr (GDBusConnection) bus = g_bus_get_sync (G_BUS_TYPE_SESSION, NULL, NULL);
  char *argv[] = { "annex", (char *) argument, NULL };
  guint name =
      g_bus_own_name_on_connection (bus, "org.gtk.Notifications", 0, NULL, NULL, NULL, NULL);
  guint object = g_dbus_connection_register_object (
      bus, "/org/gtk/Notifications", node->interfaces[0], &table, fixture, NULL, NULL);

  annex_shot_settle (50); /* the name is owned */
  fixture->notices = g_ptr_array_new_with_free_func (g_free);
  fixture->body = body;
  fixture->application = annex_application_new (open_desk, close_desk, fixture);
  annex_application_set_doctor_func (fixture->application, open_doctor);
  g_idle_add_once (body_cb, fixture);
  g_assert_cmpint (
      g_application_run (G_APPLICATION (fixture->application), argument != NULL ? 2 : 1, argv), ==,
      0);
  g_assert_true (fixture->failed || fixture->closed);
  fixture->wanted = annex_application_dup_wanted (fixture->application);
  g_clear_object (&fixture->application);
  g_dbus_connection_unregister_object (bus, object);
  g_bus_unown_name (name);
  g_ptr_array_unref (fixture->notices);
}
