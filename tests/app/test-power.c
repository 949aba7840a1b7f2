/* test-power.c
 *
 * On battery or not, as a UPower on a bus of the test's own says; without one, as the kernel does.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-power.h"

#include <glib/gstdio.h>

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
put (const char *supplies, const char *supply, const char *name, const char *word)
{
  g_autofree char *folder = g_build_filename (supplies, supply, NULL);
  g_autofree char *path = g_build_filename (folder, name, NULL);
  g_autofree char *line = g_strconcat (word, "\n", NULL);

  g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
  g_assert_true (g_file_set_contents (path, line, -1, NULL));
}

/* Without UPower @power says what the files in @folder do, which is empty, and removed in the end.
 */
static void
check_supplies (AnnexPower *power, const char *folder)
{
  static const char *const files[] = { "AC/type",
                                       "AC/online",
                                       "BAT0/type",
                                       "BAT0/status",
                                       "mouse/type",
                                       "mouse/scope",
                                       "mouse/status",
                                       "AC",
                                       "BAT0",
                                       "mouse",
                                       "" };

  g_assert_false (annex_power_is_on_battery (power));
  put (folder, "mouse", "type", "Battery");
  put (folder, "mouse", "scope", "Device");
  put (folder, "mouse", "status", "Discharging");
  g_assert_false (annex_power_is_on_battery (power));
  put (folder, "AC", "type", "Mains");
  put (folder, "AC", "online", "1");
  put (folder, "BAT0", "type", "Battery");
  put (folder, "BAT0", "status", "Charging");
  g_assert_false (annex_power_is_on_battery (power));
  put (folder, "AC", "online", "0");
  put (folder, "BAT0", "status", "Discharging");
  g_assert_true (annex_power_is_on_battery (power));
  put (folder, "AC", "online", "1"); /* some tell the one before the other */
  g_assert_false (annex_power_is_on_battery (power));
  for (guint i = 0; i < G_N_ELEMENTS (files); i++)
    {
      g_autofree char *path = g_build_filename (folder, files[i], NULL);

      g_assert_cmpint (g_remove (path), ==, 0);
    }
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
  g_autofree char *supplies = g_dir_make_tmp ("annex-power-XXXXXX", NULL);

  g_assert_nonnull (supplies);
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

  power = annex_power_new (supplies);
  g_assert_false (annex_power_is_on_battery (power)); /* not known yet */
  g_assert_true (comes_to (power, TRUE));
  tell (connection, FALSE);
  g_assert_true (comes_to (power, FALSE));
  tell (connection, TRUE);
  g_assert_true (comes_to (power, TRUE));
  g_assert_true (g_dbus_connection_close_sync (connection, NULL, NULL));
  g_assert_true (comes_to (power, FALSE)); /* it went: no battery is known */
  check_supplies (power, supplies);
  g_clear_object (&power);
  g_test_dbus_stop (bus);
}

/* No bus at all, as in a sandbox. */
static void
test_no_bus (void)
{
  g_autofree char *supplies = g_dir_make_tmp ("annex-power-XXXXXX", NULL);
  g_autoptr (AnnexPower) power = NULL;

  g_assert_nonnull (supplies);
  g_setenv ("DBUS_SYSTEM_BUS_ADDRESS", "unix:path=/nonexistent", TRUE);
  power = annex_power_new (supplies);
  check_supplies (power, supplies);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/power/battery", test_battery);
  g_test_add_func ("/power/no-bus", test_no_bus);
  return g_test_run ();
}
