/* annex-limits.c
 *
 * See annex-limits.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-limits.h"

#include "annex-space.h"

GSettings *
annex_limits_dup_settings (void)
{
  GSettingsSchemaSource *source = g_settings_schema_source_get_default ();
  g_autoptr (GSettingsSchema) schema = NULL;

  if (source != NULL)
    schema = g_settings_schema_source_lookup (source, ANNEX_APPLICATION_ID, TRUE);
  if (schema == NULL || !g_settings_schema_has_key (schema, "open-package-sources"))
    return NULL;
  return g_settings_new_full (schema, NULL, NULL);
}

void
annex_limits_apply (GSettings *settings, AnnexComputers *computers)
{
  if (settings == NULL)
    return;
  annex_space_set_limit ((guint64) g_settings_get_uint (settings, "limit-disk") << 30);
  if (computers != NULL)
    annex_computers_set_memory_limit (
        computers, (guint64) g_settings_get_uint (settings, "limit-memory") << 30);
}

void
annex_limits_apply_to_agent (AnnexAgent *agent)
{
  g_autoptr (GSettings) settings = annex_limits_dup_settings ();

  if (settings != NULL)
    annex_agent_set_limits (agent, g_settings_get_uint (settings, "limit-turns"),
                            g_settings_get_double (settings, "limit-cost"));
}

gboolean
annex_limits_open_package_sources (void)
{
  g_autoptr (GSettings) settings = annex_limits_dup_settings ();

  return settings == NULL || g_settings_get_boolean (settings, "open-package-sources");
}
