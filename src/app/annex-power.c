/* annex-power.c
 *
 * See annex-power.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-power.h"

#define UPOWER "org.freedesktop.UPower"
#define SUPPLIES "/sys/class/power_supply"

struct _AnnexPower
{
  GObject parent_instance;

  GDBusProxy *upower; /* NULL until it is known */
  char *supplies;
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
  g_free (ANNEX_POWER (object)->supplies);
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
annex_power_new (const char *supplies)
{
  AnnexPower *self = g_object_new (ANNEX_TYPE_POWER, NULL);

  self->supplies = g_strdup (supplies != NULL ? supplies : SUPPLIES);
  g_dbus_proxy_new_for_bus (G_BUS_TYPE_SYSTEM, G_DBUS_PROXY_FLAGS_DO_NOT_CONNECT_SIGNALS, NULL,
                            UPOWER, "/org/freedesktop/UPower", UPOWER, NULL, found_cb,
                            g_object_ref (self));
  return self;
}

/* What the file @name of a supply says, a word. (transfer full) (nullable) */
static char *
dup_word (const char *supply, const char *name)
{
  g_autofree char *path = g_build_filename (supply, name, NULL);
  char *word = NULL;

  return g_file_get_contents (path, &word, NULL, NULL) ? g_strchomp (word) : NULL;
}

/* A battery of the machine gives power, and nothing that it could be plugged into does. That of a
 * mouse is none of the machine's. */
static gboolean
is_discharging (const char *supplies)
{
  g_autoptr (GDir) folder = g_dir_open (supplies, 0, NULL);
  gboolean discharging = FALSE;
  const char *name;

  while (folder != NULL && (name = g_dir_read_name (folder)) != NULL)
    {
      g_autofree char *supply = g_build_filename (supplies, name, NULL);
      g_autofree char *type = dup_word (supply, "type");
      g_autofree char *scope = dup_word (supply, "scope");
      g_autofree char *online = dup_word (supply, "online");
      g_autofree char *status = dup_word (supply, "status");

      if (g_strcmp0 (scope, "Device") == 0)
        continue;
      if (g_strcmp0 (type, "Battery") == 0)
        discharging = discharging || g_strcmp0 (status, "Discharging") == 0;
      else if (g_strcmp0 (online, "1") == 0)
        return FALSE;
    }
  return discharging;
}

gboolean
annex_power_is_on_battery (AnnexPower *self)
{
  g_autoptr (GVariant) value = NULL;

  g_return_val_if_fail (ANNEX_IS_POWER (self), FALSE);

  if (self->upower != NULL)
    value = g_dbus_proxy_get_cached_property (self->upower, "OnBattery");
  if (value != NULL && g_variant_is_of_type (value, G_VARIANT_TYPE_BOOLEAN))
    return g_variant_get_boolean (value);
  return is_discharging (self->supplies);
}
