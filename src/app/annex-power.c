/* annex-power.c
 *
 * See annex-power.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-power.h"

#define UPOWER "org.freedesktop.UPower"

struct _AnnexPower
{
  GObject parent_instance;

  GDBusProxy *upower; /* NULL until it is known */
};

G_DEFINE_FINAL_TYPE (AnnexPower, annex_power, G_TYPE_OBJECT)

static void
found_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (AnnexPower) self = data;
  g_autoptr (GError) error = NULL;

  self->upower = g_dbus_proxy_new_for_bus_finish (result, &error);
  if (error != NULL)
    g_debug ("The battery is not known: %s", error->message);
}

static void
annex_power_finalize (GObject *object)
{
  g_clear_object (&ANNEX_POWER (object)->upower);
  G_OBJECT_CLASS (annex_power_parent_class)->finalize (object);
}

static void
annex_power_class_init (AnnexPowerClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = annex_power_finalize;
}

static void
annex_power_init (AnnexPower *self)
{
}

AnnexPower *
annex_power_new (void)
{
  AnnexPower *self = g_object_new (ANNEX_TYPE_POWER, NULL);

  g_dbus_proxy_new_for_bus (G_BUS_TYPE_SYSTEM, G_DBUS_PROXY_FLAGS_DO_NOT_CONNECT_SIGNALS, NULL,
                            UPOWER, "/org/freedesktop/UPower", UPOWER, NULL, found_cb,
                            g_object_ref (self));
  return self;
}

gboolean
annex_power_is_on_battery (AnnexPower *self)
{
  g_autoptr (GVariant) value = NULL;

  g_return_val_if_fail (ANNEX_IS_POWER (self), FALSE);

  if (self->upower != NULL)
    value = g_dbus_proxy_get_cached_property (self->upower, "OnBattery");
  return value != NULL && g_variant_is_of_type (value, G_VARIANT_TYPE_BOOLEAN) &&
         g_variant_get_boolean (value);
}
