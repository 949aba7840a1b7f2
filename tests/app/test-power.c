/* test-power.c
 *
 * On battery or not, as a UPower on a bus of the test's own says; without one, not.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-power.h"

#define WAIT_S 60

static gboolean on_battery;

static GVariant *
get_property (GDBusConnection *connection,
              const char *sender,
              const char *path,
              const char *interface,
              const char *name,
              GError **error,
              gpointer data)
{
  return g_variant_new_boolean (on_battery);
}

static gboolean
wake_cb (gpointer data)
{
  return G_SOURCE_CONTINUE;
}

static gboolean
comes_to (AnnexPower *power, gboolean wanted)
{
  gint64 end = g_get_monotonic_time () + WAIT_S * G_USEC_PER_SEC;
  guint wake = g_timeout_add (10, wake_cb, NULL);

  while (annex_power_is_on_battery (power) != wanted && g_get_monotonic_time () < end)
    g_main_context_iteration (NULL, TRUE);
  g_source_remove (wake);
  return annex_power_is_on_battery (power) == wanted;
}

static void
tell (GDBusConnection *connection, gboolean value)
{
  GVariantBuilder changed;

  on_battery = value;
  g_variant_builder_init (&changed, G_VARIANT_TYPE_VARDICT);
  g_variant_builder_add (&changed, "{sv}", "OnBattery", g_variant_new_boolean (value));
  g_assert_true (g_dbus_connection_emit_signal (
      connection, NULL, "/org/freedesktop/UPower", "org.freedesktop.DBus.Properties",
      "PropertiesChanged", g_variant_new ("(sa{sv}as)", "org.freedesktop.UPower", &changed, NULL),
      NULL));
}

static void
test_battery (void)
{
  static const char xml[] = "<node><interface name='org.freedesktop.UPower'>"
                            "<property name='OnBattery' type='b' access='read'/>"
                            "</interface></node>";
  const GDBusInterfaceVTable table = { NULL, get_property, NULL, { 0 } };
  g_autoptr (GTestDBus) bus = g_test_dbus_new (G_TEST_DBUS_NONE);
  g_autoptr (GDBusNodeInfo) node = g_dbus_node_info_new_for_xml (xml, NULL);
  g_autoptr (GDBusConnection) connection = NULL;
  g_autoptr (GVariant) owned = NULL;
  g_autoptr (AnnexPower) power = NULL;
  g_autoptr (GError) error = NULL;

  g_test_dbus_up (bus);
  g_setenv ("DBUS_SYSTEM_BUS_ADDRESS", g_test_dbus_get_bus_address (bus), TRUE);
  connection =
      g_dbus_connection_new_for_address_sync (g_test_dbus_get_bus_address (bus),
                                              G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT |
                                                  G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION,
                                              NULL, NULL, &error);
  g_assert_no_error (error);
  on_battery = TRUE;
  g_assert_cmpuint (g_dbus_connection_register_object (connection, "/org/freedesktop/UPower",
                                                       node->interfaces[0], &table, NULL, NULL,
                                                       &error),
                    >, 0);
  g_assert_no_error (error);
  owned = g_dbus_connection_call_sync (connection, "org.freedesktop.DBus", "/org/freedesktop/DBus",
                                       "org.freedesktop.DBus", "RequestName",
                                       g_variant_new ("(su)", "org.freedesktop.UPower", 0u), NULL,
                                       G_DBUS_CALL_FLAGS_NONE, -1, NULL, &error);
  g_assert_no_error (error);

  power = annex_power_new ();
  g_assert_false (annex_power_is_on_battery (power)); /* not known yet */
  g_assert_true (comes_to (power, TRUE));
  tell (connection, FALSE);
  g_assert_true (comes_to (power, FALSE));
  tell (connection, TRUE);
  g_assert_true (comes_to (power, TRUE));
  g_assert_true (g_dbus_connection_close_sync (connection, NULL, NULL));
  g_assert_true (comes_to (power, FALSE)); /* it went: no battery is known */
  g_clear_object (&power);
  g_test_dbus_stop (bus);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/power/battery", test_battery);
  return g_test_run ();
}
