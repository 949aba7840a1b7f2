/* annex-application-background.c
 *
 * What AnnexApplication does when its last window closes over work: it says so once, and asks the
 * desktop's background portal to be let be. A desktop that watches over apps (and every Flatpak's
 * does) may end one that works without a window and never asked. Starting with the session is not
 * asked for.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-application-private.h"

#include "annex-sandbox.h"

#include <glib/gi18n.h>

#define PORTAL_NAME "org.freedesktop.portal.Desktop"
#define PORTAL_PATH "/org/freedesktop/portal/desktop"
#define PORTAL_BACKGROUND "org.freedesktop.portal.Background"
#define PORTAL_REQUEST "org.freedesktop.portal.Request"

/* Outside a sandbox a portal that does not run is not started for this. */
static GDBusCallFlags
get_call_flags (void)
{
  return annex_sandbox_is_flatpak () ? G_DBUS_CALL_FLAGS_NONE : G_DBUS_CALL_FLAGS_NO_AUTO_START;
}

/* NULL: there is none, or not yet. */
static GDBusConnection *
get_bus (AnnexApplication *self)
{
  return g_application_get_is_registered (G_APPLICATION (self))
             ? g_application_get_dbus_connection (G_APPLICATION (self))
             : NULL;
}

static void
notify (AnnexApplication *self, const char *title, const char *body)
{
  g_autoptr (GNotification) notification = g_notification_new (title);

  g_notification_set_body (notification, body);
  g_notification_add_button (notification, _ ("Quit Annex"), "app.quit");
  g_application_send_notification (G_APPLICATION (self), "background", notification);
  self->background_told = TRUE;
}

/* ---- the portal's answer */

static void
response_cb (GDBusConnection *bus,
             const char *sender,
             const char *path,
             const char *interface,
             const char *signal,
             GVariant *parameters,
             gpointer data)
{
  AnnexApplication *self = data;
  g_autoptr (GVariant) results = NULL;
  gboolean allowed = FALSE;
  guint32 response;

  g_dbus_connection_signal_unsubscribe (bus, self->background_response);
  self->background_response = 0;
  if (!g_variant_is_of_type (parameters, G_VARIANT_TYPE ("(ua{sv})")))
    return;
  g_variant_get (parameters, "(u@a{sv})", &response, &results);
  if (response == 0 && g_variant_lookup (results, "background", "b", &allowed) && allowed)
    return;
  notify (self, _ ("Annex May Be Stopped"),
          _ ("Your desktop does not let it work without a window. Open the window again to see its "
             "tasks through."));
}

/* ---- asking */

static void
requested_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (AnnexApplication) self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply =
      g_dbus_connection_call_finish (G_DBUS_CONNECTION (source), result, &error);

  if (reply != NULL)
    return;
  g_debug ("The desktop has no background portal: %s", error->message);
  if (self->background_response != 0)
    g_dbus_connection_signal_unsubscribe (G_DBUS_CONNECTION (source), self->background_response);
  self->background_response = 0;
}

static void
request (AnnexApplication *self, GDBusConnection *bus)
{
  g_autofree char *token = g_strdup_printf ("annex%u", g_random_int ());
  g_autofree char *sender =
      g_strdelimit (g_strdup (g_dbus_connection_get_unique_name (bus) + 1), ".", '_');
  g_autofree char *path = g_strdup_printf (PORTAL_PATH "/request/%s/%s", sender, token);
  GVariantBuilder options;

  self->background_response =
      g_dbus_connection_signal_subscribe (bus, PORTAL_NAME, PORTAL_REQUEST, "Response", path, NULL,
                                          G_DBUS_SIGNAL_FLAGS_NONE, response_cb, self, NULL);
  g_variant_builder_init (&options, G_VARIANT_TYPE_VARDICT);
  g_variant_builder_add (&options, "{sv}", "handle_token", g_variant_new_string (token));
  g_variant_builder_add (&options, "{sv}", "reason",
                         g_variant_new_string (_ ("Annex goes on with the tasks you gave it.")));
  g_variant_builder_add (&options, "{sv}", "autostart", g_variant_new_boolean (FALSE));
  g_variant_builder_add (&options, "{sv}", "dbus-activatable", g_variant_new_boolean (FALSE));
  g_dbus_connection_call (bus, PORTAL_NAME, PORTAL_PATH, PORTAL_BACKGROUND, "RequestBackground",
                          g_variant_new ("(sa{sv})", "", &options), G_VARIANT_TYPE ("(o)"),
                          get_call_flags (), -1, NULL, requested_cb, g_object_ref (self));
}

void
annex_application_go_to_background (AnnexApplication *self)
{
  GDBusConnection *bus = get_bus (self);

  if (self->settings != NULL && !g_settings_get_boolean (self->settings, "background-notice-shown"))
    {
      g_settings_set_boolean (self->settings, "background-notice-shown", TRUE);
      notify (self, _ ("Annex Goes on Working"),
              _ ("The window is closed; what runs goes on. The preferences change that."));
    }
  if (bus != NULL && self->background_response == 0)
    request (self, bus);
  annex_application_tell_background (self);
}

/* ---- what it does there */

/* The state of the tasks in a few words, for the desktop's list of what runs without a window. An
 * app that the desktop does not watch over has no such place: that error is none. */
void
annex_application_tell_background (AnnexApplication *self)
{
  GDBusConnection *bus = get_bus (self);
  guint n = self->desk != NULL ? annex_desk_get_n_running (self->desk) : 0;
  g_autofree char *words = NULL;
  GVariantBuilder options;

  if (bus == NULL || gtk_application_get_windows (GTK_APPLICATION (self)) != NULL)
    return;
  words = n > 0 ? g_strdup_printf (ngettext ("Working on %u task", "Working on %u tasks", n), n)
                : g_strdup ("");
  g_variant_builder_init (&options, G_VARIANT_TYPE_VARDICT);
  g_variant_builder_add (&options, "{sv}", "message", g_variant_new_string (words));
  g_dbus_connection_call (bus, PORTAL_NAME, PORTAL_PATH, PORTAL_BACKGROUND, "SetStatus",
                          g_variant_new ("(a{sv})", &options), NULL, get_call_flags (), -1, NULL,
                          NULL, NULL);
}

void
annex_application_leave_background (AnnexApplication *self)
{
  GDBusConnection *bus = get_bus (self);

  if (bus != NULL && self->background_response != 0)
    g_dbus_connection_signal_unsubscribe (bus, self->background_response);
  self->background_response = 0;
  if (bus != NULL && self->background_told)
    g_application_withdraw_notification (G_APPLICATION (self), "background");
  self->background_told = FALSE;
}
