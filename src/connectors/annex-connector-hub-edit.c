/* annex-connector-hub-edit.c
 *
 * What the user changes of their connectors: adding, removing, values, rules, approvals.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-connector-config-private.h"
#include "annex-connector-fill.h"
#include "annex-connector-hub-private.h"

#include "annex-future.h"
#include "annex-paths.h"
#include "annex-spoken.h"

#include <glib/gi18n.h>

/* ---- adding */

GPtrArray *
annex_connector_hub_preview (AnnexConnectors *connectors,
                             const char *text,
                             const char *title,
                             GError **error)
{
  AnnexConnectorHub *self = ANNEX_CONNECTOR_HUB (connectors);
  g_autoptr (GPtrArray) configs = annex_connector_config_read_paste (text, title, error);
  GPtrArray *infos;

  if (configs == NULL)
    return NULL;
  infos = g_ptr_array_new_with_free_func ((GDestroyNotify) annex_connector_info_free);
  for (guint i = 0; i < configs->len; i++)
    {
      AnnexConnectorInfo *info = annex_connector_hub_describe (self, configs->pdata[i], NULL);

      /* One of that id that is there already is another one. */
      g_ptr_array_set_size (info->tools, 0);
      info->looked_at = FALSE;
      g_ptr_array_add (infos, info);
    }
  return infos;
}

typedef struct
{
  AnnexConnectorHub *hub;
  char *id;
  char *name;
  char *text;
  gboolean flag;
  AnnexConnectorRule rule;
  GPtrArray *configs; /* to add; ids are given when they are */
  GPtrArray *secrets; /* ids to forget */
} Edit;

static void
edit_free (gpointer data)
{
  Edit *edit = data;

  g_object_unref (edit->hub);
  g_free (edit->id);
  g_free (edit->name);
  g_free (edit->text);
  g_clear_pointer (&edit->configs, g_ptr_array_unref);
  g_clear_pointer (&edit->secrets, g_ptr_array_unref);
  g_free (edit);
}

static Edit *
edit_new (AnnexConnectors *connectors, const char *id, const char *name, const char *text)
{
  Edit *edit = g_new0 (Edit, 1);

  edit->hub = g_object_ref (ANNEX_CONNECTOR_HUB (connectors));
  edit->id = g_strdup (id);
  edit->name = g_strdup (name);
  edit->text = g_strdup (text);
  edit->secrets = g_ptr_array_new_with_free_func (g_free);
  return edit;
}

static void
forget_secrets (Edit *edit)
{
  for (guint i = 0; i < edit->secrets->len; i++)
    {
      g_autoptr (GError) error = NULL;

      if (!dex_await (annex_secrets_remove (annex_connector_hub_get_secrets (edit->hub),
                                            edit->secrets->pdata[i]),
                      &error))
        g_debug ("A secret was not removed: %s", error->message);
    }
}

/* Puts @text into the keyring. Returns its id. (transfer full) */
static char *
keep_secret (Edit *edit, const char *title, const char *name, const char *text, GError **error)
{
  g_autofree char *ulid = annex_identifier_new ();
  g_autofree char *id = g_strconcat ("secret:", ulid, NULL);
  g_autofree char *label = g_strdup_printf ("Annex: %s of the connector %s", name, title);

  if (!dex_await (
          annex_secrets_store (annex_connector_hub_get_secrets (edit->hub), id, label, text),
          error))
    {
      annex_error_normalise (error);
      return NULL;
    }
  g_ptr_array_add (edit->secrets, g_strdup (id));
  return g_steal_pointer (&id);
}

static gboolean
keep_secrets (Edit *edit, AnnexConnectorConfig *config, GError **error)
{
  for (guint i = 0; i < config->values->len; i++)
    {
      AnnexConnectorValue *value = config->values->pdata[i];

      if (!value->looks_secret || value->value == NULL || value->value[0] == '\0')
        continue;
      value->secret_id = keep_secret (edit, config->title, value->name, value->value, error);
      if (value->secret_id == NULL)
        return FALSE;
      g_clear_pointer (&value->value, g_free);
    }
  return TRUE;
}

static gboolean
add_cb (GPtrArray *configs, gpointer data, GError **error)
{
  Edit *edit = data;
  g_autoptr (GPtrArray) taken = g_ptr_array_new_null_terminated (8, NULL, TRUE);

  for (guint i = 0; i < configs->len; i++)
    g_ptr_array_add (taken, ((AnnexConnectorConfig *) configs->pdata[i])->id);
  for (guint i = 0; i < edit->configs->len; i++)
    {
      AnnexConnectorConfig *config = edit->configs->pdata[i];

      if (g_strv_contains ((const char *const *) taken->pdata, config->id))
        {
          g_autofree char *old = g_steal_pointer (&config->id);

          config->id = annex_connector_id_from_title (old, (const char *const *) taken->pdata);
        }
      g_ptr_array_add (taken, config->id);
      g_ptr_array_add (configs, annex_connector_config_copy (config));
    }
  return TRUE;
}

static DexFuture *
add_fiber (gpointer data)
{
  Edit *edit = data;
  AnnexConnectorHub *self = edit->hub;
  g_autoptr (GStrvBuilder) ids = g_strv_builder_new ();
  GError *error = NULL;
  gboolean done;

  edit->configs = annex_connector_config_read_paste (edit->text, edit->name, &error);
  done = edit->configs != NULL;
  for (guint i = 0; done && i < edit->configs->len; i++)
    done = annex_connector_config_is_allowed (edit->configs->pdata[i], &error);
  for (guint i = 0; done && i < edit->configs->len; i++)
    done = keep_secrets (edit, edit->configs->pdata[i], &error);
  done = done && annex_connector_shelf_change (self->shelf, add_cb, edit, &error);
  if (!done)
    {
      forget_secrets (edit);
      return annex_future_new_error (error);
    }
  for (guint i = 0; i < edit->configs->len; i++)
    {
      const AnnexConnectorConfig *config = edit->configs->pdata[i];

      /* Nothing of one that had the same name is known of this one. */
      annex_connector_shelf_remove_record (self->shelf, config->id);
      g_hash_table_remove (self->oauth, config->id);
      g_strv_builder_add (ids, config->id);
    }
  annex_connectors_emit_changed (ANNEX_CONNECTORS (self));
  return dex_future_new_take_boxed (G_TYPE_STRV, g_strv_builder_end (ids));
}

DexFuture *
annex_connector_hub_add (AnnexConnectors *connectors, const char *text, const char *title)
{
  return annex_fiber_run (add_fiber, edit_new (connectors, NULL, title, text), edit_free);
}

/* ---- changing one */

static AnnexConnectorConfig *
find (GPtrArray *configs, const char *id, GError **error)
{
  for (guint i = 0; i < configs->len; i++)
    if (g_str_equal (((AnnexConnectorConfig *) configs->pdata[i])->id, id))
      return configs->pdata[i];
  annex_set_spoken (error, ANNEX_CONNECTOR_ERROR, ANNEX_CONNECTOR_ERROR_INVALID,
                    N_ ("There is no connector “%s”."), id);
  return NULL;
}

static void
collect_secrets (Edit *edit, const AnnexConnectorConfig *config, const char *name)
{
  for (guint i = 0; i < config->values->len; i++)
    {
      const AnnexConnectorValue *value = config->values->pdata[i];

      if (value->secret_id != NULL && (name == NULL || g_str_equal (value->name, name)))
        g_ptr_array_add (edit->secrets, g_strdup (value->secret_id));
    }
}

static gboolean
remove_cb (GPtrArray *configs, gpointer data, GError **error)
{
  Edit *edit = data;
  AnnexConnectorConfig *config = find (configs, edit->id, error);

  if (config == NULL)
    return FALSE;
  collect_secrets (edit, config, NULL);
  return g_ptr_array_remove (configs, config);
}

static DexFuture *
remove_fiber (gpointer data)
{
  Edit *edit = data;
  AnnexConnectorHub *self = edit->hub;
  GError *error = NULL;
  g_autoptr (AnnexConnectorConfig) config =
      annex_connector_shelf_find (self->shelf, edit->id, &error);
  g_autoptr (AnnexOauth) oauth =
      config != NULL ? annex_connector_hub_get_oauth (self, config) : NULL;

  if (config == NULL || !annex_connector_shelf_change (self->shelf, remove_cb, edit, &error))
    return annex_future_new_error (error);
  annex_connector_hub_end_lines (self, edit->id, NULL);
  if (oauth != NULL)
    annex_connector_hub_leave_service (oauth, config, NULL); /* it is gone from here either way */
  g_hash_table_remove (self->oauth, edit->id);
  forget_secrets (edit);
  annex_connector_shelf_remove_record (self->shelf, edit->id);
  annex_connectors_emit_changed (ANNEX_CONNECTORS (self));
  return dex_future_new_true ();
}

DexFuture *
annex_connector_hub_remove (AnnexConnectors *connectors, const char *id)
{
  return annex_fiber_run (remove_fiber, edit_new (connectors, id, NULL, NULL), edit_free);
}

static gboolean
enable_cb (GPtrArray *configs, gpointer data, GError **error)
{
  Edit *edit = data;
  AnnexConnectorConfig *config = find (configs, edit->id, error);

  if (config == NULL || (edit->flag && !annex_connector_config_is_allowed (config, error)))
    return FALSE;
  config->enabled = edit->flag;
  return TRUE;
}

static DexFuture *
enable_fiber (gpointer data)
{
  Edit *edit = data;
  GError *error = NULL;

  if (!annex_connector_shelf_change (edit->hub->shelf, enable_cb, edit, &error))
    return annex_future_new_error (error);
  if (!edit->flag)
    annex_connector_hub_end_lines (edit->hub, edit->id, NULL);
  annex_connectors_emit_changed (ANNEX_CONNECTORS (edit->hub));
  return dex_future_new_true ();
}

DexFuture *
annex_connector_hub_set_enabled (AnnexConnectors *connectors, const char *id, gboolean enabled)
{
  Edit *edit = edit_new (connectors, id, NULL, NULL);

  edit->flag = enabled;
  return annex_fiber_run (enable_fiber, edit, edit_free);
}

static gboolean
rule_cb (GPtrArray *configs, gpointer data, GError **error)
{
  Edit *edit = data;
  AnnexConnectorConfig *config = find (configs, edit->id, error);

  if (config == NULL)
    return FALSE;
  annex_connector_config_set_rule (config, edit->name, edit->rule);
  return TRUE;
}

static DexFuture *
rule_fiber (gpointer data)
{
  Edit *edit = data;
  GError *error = NULL;

  if (!annex_connector_shelf_change (edit->hub->shelf, rule_cb, edit, &error))
    return annex_future_new_error (error);
  annex_connectors_emit_changed (ANNEX_CONNECTORS (edit->hub));
  return dex_future_new_true ();
}

DexFuture *
annex_connector_hub_set_rule (AnnexConnectors *connectors,
                              const char *id,
                              const char *tool,
                              AnnexConnectorRule rule)
{
  Edit *edit = edit_new (connectors, id, tool, NULL);

  edit->rule = rule;
  return annex_fiber_run (rule_fiber, edit, edit_free);
}

/* ---- values */

static gboolean
value_cb (GPtrArray *configs, gpointer data, GError **error)
{
  Edit *edit = data;
  AnnexConnectorConfig *config = find (configs, edit->id, error);
  /* The secret that was just kept, if any, comes first. */
  const char *secret = edit->secrets->len > 0 ? edit->secrets->pdata[0] : NULL;
  g_autofree char *kept = g_strdup (secret);
  AnnexConnectorValue *value;

  if (config == NULL)
    return FALSE;
  g_ptr_array_set_size (edit->secrets, 0);
  collect_secrets (edit, config, edit->name);
  for (guint i = config->values->len; i > 0; i--)
    if (g_str_equal (((AnnexConnectorValue *) config->values->pdata[i - 1])->name, edit->name))
      g_ptr_array_remove_index (config->values, i - 1);
  if (edit->text == NULL && !annex_connector_fill_uses (config, edit->name))
    return TRUE;
  /* What its command or its address has a place for is missing from now on. */
  value = edit->text == NULL
              ? annex_connector_value_new (edit->name, "", NULL)
              : annex_connector_value_new (edit->name, kept != NULL ? NULL : edit->text, kept);
  value->looks_secret = edit->text == NULL;
  g_ptr_array_add (config->values, value);
  return annex_connector_config_check (config, error);
}

static DexFuture *
value_fiber (gpointer data)
{
  Edit *edit = data;
  AnnexConnectorHub *self = edit->hub;
  g_autofree char *kept = NULL;
  GError *error = NULL;

  if (edit->flag && edit->text != NULL)
    {
      kept = keep_secret (edit, edit->id, edit->name, edit->text, &error);
      if (kept == NULL)
        return annex_future_new_error (error);
    }
  if (!annex_connector_shelf_change (self->shelf, value_cb, edit, &error))
    {
      /* The old one stays; the new one goes. */
      g_ptr_array_set_size (edit->secrets, 0);
      if (kept != NULL)
        g_ptr_array_add (edit->secrets, g_strdup (kept));
      forget_secrets (edit);
      return annex_future_new_error (error);
    }
  forget_secrets (edit);
  annex_connector_hub_forget_state (self, edit->id);
  return dex_future_new_true ();
}

DexFuture *
annex_connector_hub_set_value (AnnexConnectors *connectors,
                               const char *id,
                               const char *name,
                               const char *text,
                               gboolean secret)
{
  Edit *edit = edit_new (connectors, id, name, text);

  edit->flag = secret;
  return annex_fiber_run (value_fiber, edit, edit_free);
}

/* ---- approvals */

DexFuture *
annex_connector_hub_approve (AnnexConnectors *connectors, const char *id, const char *tool)
{
  AnnexConnectorHub *self = ANNEX_CONNECTOR_HUB (connectors);
  GError *error = NULL;
  g_autoptr (AnnexConnectorConfig) config = annex_connector_shelf_find (self->shelf, id, &error);
  AnnexConnectorRecord *record;

  if (config == NULL)
    return annex_future_new_error (error);
  record = annex_connector_shelf_get_record (self->shelf, id);
  if (!annex_connector_record_approve (record, tool))
    return annex_future_new_errorf (ANNEX_CONNECTOR_ERROR, ANNEX_CONNECTOR_ERROR_UNKNOWN_TOOL,
                                    "“%s” has no tool “%s”.", config->title, tool);
  if (!annex_connector_shelf_save_record (self->shelf, id, &error))
    return annex_future_new_error (error);
  annex_connectors_emit_changed (connectors);
  return dex_future_new_true ();
}
