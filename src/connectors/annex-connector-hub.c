/* annex-connector-hub.c
 *
 * See annex-connector-hub.h. Here: the lines, how a connector is shown, tests and sign-in.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-connector-hub-private.h"

#include "annex-future.h"
#include "annex-spoken.h"

#include <glib/gi18n.h>

#define REFRESH_MS 5000

static void
annex_connector_hub_connectors_init (AnnexConnectorsInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (AnnexConnectorHub,
                               annex_connector_hub,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (ANNEX_TYPE_CONNECTORS,
                                                      annex_connector_hub_connectors_init))

/* ---- lines */

static void
changed_cb (AnnexConnectorHub *self)
{
  annex_connectors_emit_changed (ANNEX_CONNECTORS (self));
}

/* It is called by its connector and its name, not by its reference: no other may ask for it. */
static void
secret_given_cb (AnnexConnectorHub *self,
                 const char *name,
                 const char *text,
                 AnnexConnectorLine *line)
{
  const char *task_id = annex_connector_line_get_task_id (line);
  g_autofree char *words =
      g_strdup_printf ("[secret %s of %s]", name, annex_connector_line_get_config (line)->id);

  if (task_id != NULL)
    annex_connectors_emit_secret_given (ANNEX_CONNECTORS (self), task_id, words, text);
}

AnnexSecrets *
annex_connector_hub_get_secrets (AnnexConnectorHub *self)
{
  AnnexSecrets *opened;

  if (self->secrets != NULL || self->open_secrets == NULL)
    return self->secrets;
  opened = self->open_secrets (self->open_secrets_data);
  /* Another fiber may have been faster. */
  if (self->secrets == NULL)
    g_set_object (&self->secrets, opened);
  return self->secrets;
}

/* What a sign-in asks is told in the ledger, too. It belongs to no task. */
static DexFuture *
traffic_cb (AnnexMcpTraffic *traffic, gpointer data)
{
  return annex_mcp_traffic_write (traffic, data, NULL);
}

AnnexOauth *
annex_connector_hub_get_oauth (AnnexConnectorHub *self, const AnnexConnectorConfig *config)
{
  AnnexSecrets *secrets = annex_connector_hub_get_secrets (self);
  AnnexOauth *oauth = g_hash_table_lookup (self->oauth, config->id);

  if (oauth != NULL)
    return g_object_ref (oauth);
  if (config->address == NULL || secrets == NULL)
    return NULL;
  oauth = annex_oauth_new (secrets, config->id, config->title, config->address, NULL);
  if (oauth == NULL)
    return NULL;
  if (self->store != NULL)
    annex_oauth_set_traffic_func (oauth, traffic_cb, g_object_ref (self->store), g_object_unref);
  g_hash_table_insert (self->oauth, g_strdup (config->id), g_object_ref (oauth));
  return oauth;
}

AnnexConnectorLine *
annex_connector_hub_make_line (AnnexConnectorHub *self,
                               const AnnexConnectorConfig *config,
                               const char *task_id,
                               AnnexComputer *computer)
{
  g_autoptr (AnnexOauth) oauth = annex_connector_hub_get_oauth (self, config);
  AnnexConnectorLine *line =
      annex_connector_line_new (config, self->shelf, annex_connector_hub_get_secrets (self),
                                self->store, oauth, task_id, computer);

  annex_connector_line_set_idle_ms (line, self->idle_ms);
  g_signal_connect_object (line, "changed", G_CALLBACK (changed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (line, "secret-given", G_CALLBACK (secret_given_cb), self,
                           G_CONNECT_SWAPPED);
  return line;
}

/* (borrowed, nullable) */
static AnnexConnectorLine *
find_line (AnnexConnectorHub *self, const char *id, const char *task_id)
{
  for (guint i = 0; i < self->lines->len; i++)
    {
      AnnexConnectorLine *line = self->lines->pdata[i];

      if (g_str_equal (annex_connector_line_get_config (line)->id, id) &&
          (task_id == NULL || g_strcmp0 (annex_connector_line_get_task_id (line), task_id) == 0))
        return line;
    }
  return NULL;
}

AnnexConnectorLine *
annex_connector_hub_get_line (AnnexConnectorHub *self,
                              const AnnexConnectorConfig *config,
                              const AnnexConnectorUse *use)
{
  AnnexConnectorLine *line;

  /* What may wait comes first, so that no two fibers make the same line. */
  annex_connector_hub_get_secrets (self);
  line = find_line (self, config->id, use->task_id);
  if (line == NULL)
    {
      line = annex_connector_hub_make_line (self, config, use->task_id, use->computer);
      g_ptr_array_add (self->lines, line);
    }
  return line;
}

void
annex_connector_hub_end_lines (AnnexConnectorHub *self, const char *id, const char *task_id)
{
  g_autoptr (GPtrArray) stops = g_ptr_array_new_with_free_func (dex_unref);

  for (guint i = self->lines->len; i > 0; i--)
    {
      AnnexConnectorLine *line = self->lines->pdata[i - 1];

      if ((id != NULL && !g_str_equal (annex_connector_line_get_config (line)->id, id)) ||
          (task_id != NULL && g_strcmp0 (annex_connector_line_get_task_id (line), task_id) != 0))
        continue;
      g_ptr_array_add (stops, annex_connector_line_stop (line));
      g_ptr_array_remove_index (self->lines, i - 1);
    }
  for (guint i = 0; i < stops->len; i++)
    dex_await (dex_ref (stops->pdata[i]), NULL); /* it resolves */
}

/* ---- how it is shown */

/* The address without what may be a secret in it. */
static char *
dup_where (const AnnexConnectorConfig *config)
{
  g_autoptr (GUri) uri = NULL;

  if (config->command != NULL)
    return g_strjoinv (" ", config->command);
  uri = g_uri_parse (config->address, G_URI_FLAGS_NONE, NULL);
  return uri != NULL ? g_uri_to_string_partial (uri, G_URI_HIDE_USERINFO | G_URI_HIDE_QUERY |
                                                         G_URI_HIDE_FRAGMENT)
                     : g_strdup ("");
}

static gboolean
add_needs (AnnexConnectorInfo *info, const AnnexConnectorConfig *config)
{
  gboolean missing = FALSE;

  for (guint i = 0; i < config->values->len; i++)
    {
      const AnnexConnectorValue *value = config->values->pdata[i];
      AnnexConnectorNeed *need = g_new0 (AnnexConnectorNeed, 1);

      need->name = g_strdup (value->name);
      need->secret = value->secret_id != NULL || value->looks_secret;
      need->missing = value->secret_id == NULL && (value->value == NULL || value->value[0] == '\0');
      need->text = need->secret || need->missing ? NULL : g_strdup (value->value);
      missing = missing || need->missing;
      g_ptr_array_add (info->needs, need);
    }
  return missing;
}

static char *
dup_sentence (const AnnexConnectorInfo *info)
{
  switch (info->state)
    {
    case ANNEX_CONNECTOR_STATE_OFF:
      return g_strdup (info->said != NULL ? info->said
                                          : _ ("Switched off; the agent does not see it."));
    case ANNEX_CONNECTOR_STATE_IDLE:
      return g_strdup (info->looked_at
                           ? _ ("Starts when a task needs it.")
                           : _ ("Not tried yet; test it, or it starts when a task needs it."));
    case ANNEX_CONNECTOR_STATE_STARTING:
      return g_strdup (_ ("Starting…"));
    case ANNEX_CONNECTOR_STATE_READY:
      return g_strdup_printf (
          ngettext ("Ready, with %u tool.", "Ready, with %u tools.", info->tools->len),
          info->tools->len);
    case ANNEX_CONNECTOR_STATE_SIGN_IN:
      return g_strdup (_ ("Sign in with the service to use it."));
    case ANNEX_CONNECTOR_STATE_VALUES:
      return g_strdup (_ ("A value it needs is missing; give it here."));
    case ANNEX_CONNECTOR_STATE_NO_TOOLS:
      return g_strdup (_ ("It starts, but offers no tools. Look at its settings, or remove it."));
    case ANNEX_CONNECTOR_STATE_FAILED:
      return g_strdup (info->kind == ANNEX_CONNECTOR_COMMAND
                           ? _ ("It did not start. Check its command, and test it again.")
                           : _ ("It could not be reached. Check its address, and test it again."));
    }
  return g_strdup ("");
}

static void
add_tools (AnnexConnectorHub *self, AnnexConnectorInfo *info, const AnnexConnectorConfig *config)
{
  AnnexConnectorRecord *record = annex_connector_shelf_get_record (self->shelf, config->id);

  info->looked_at = record->looked_at;
  for (guint i = 0; i < record->tools->len; i++)
    {
      const AnnexMcpTool *tool = record->tools->pdata[i];
      AnnexConnectorTool *shown = annex_connector_record_describe (
          record, config->id, tool, annex_connector_config_get_rule (config, tool->name));

      info->n_unapproved += shown->unapproved ? 1 : 0;
      g_ptr_array_add (info->tools, shown);
    }
}

AnnexConnectorInfo *
annex_connector_hub_describe (AnnexConnectorHub *self,
                              const AnnexConnectorConfig *config,
                              AnnexConnectorLine *line)
{
  AnnexConnectorInfo *info = annex_connector_info_new (
      config->id, config->title,
      config->command != NULL ? ANNEX_CONNECTOR_COMMAND : ANNEX_CONNECTOR_ADDRESS);
  AnnexConnectorRecord *record = annex_connector_shelf_get_record (self->shelf, config->id);
  gboolean missing = add_needs (info, config);
  g_autoptr (GError) refused = NULL;

  g_free (info->where);
  info->where = dup_where (config);
  info->enabled = config->enabled;
  info->can_sign_in = config->address != NULL;
  info->state = record->state;
  g_set_str (&info->error, record->error);
  g_set_str (&info->said, record->said);
  if (line != NULL && annex_connector_line_get_state (line) != ANNEX_CONNECTOR_STATE_IDLE)
    {
      info->state = annex_connector_line_get_state (line);
      g_set_str (&info->error, annex_connector_line_get_error (line));
      g_set_str (&info->said, annex_connector_line_get_said (line));
    }
  if (missing)
    info->state = ANNEX_CONNECTOR_STATE_VALUES;
  if (!config->enabled)
    info->state = ANNEX_CONNECTOR_STATE_OFF;
  if (!annex_connector_config_is_allowed (config, &refused))
    {
      info->state = ANNEX_CONNECTOR_STATE_OFF;
      g_set_str (&info->error, refused->message);
      g_set_str (&info->said, annex_error_said (refused));
    }
  add_tools (self, info, config);
  g_free (info->sentence);
  info->sentence = dup_sentence (info);
  return info;
}

typedef struct
{
  AnnexConnectorHub *hub;
  char *task_id;
  char *id;
  DexFuture *cancel;
  AnnexConnectorOpenFunc open;
  gpointer data;
  GDestroyNotify free_data;
} Job;

static Job *
job_new (AnnexConnectors *connectors, const char *id, DexFuture *cancel)
{
  Job *job = g_new0 (Job, 1);

  job->hub = g_object_ref (ANNEX_CONNECTOR_HUB (connectors));
  job->id = g_strdup (id);
  job->cancel = cancel != NULL ? dex_ref (cancel) : NULL;
  return job;
}

static void
job_free (gpointer data)
{
  Job *job = data;

  if (job->free_data != NULL)
    job->free_data (job->data);
  g_object_unref (job->hub);
  g_free (job->task_id);
  g_free (job->id);
  dex_clear (&job->cancel);
  g_free (job);
}

/* A running one that has told of other tools is asked for them. */
static void
refresh (AnnexConnectorLine *line)
{
  g_autoptr (AnnexConnectorLine) held = g_object_ref (line);

  if (annex_connector_line_get_state (line) == ANNEX_CONNECTOR_STATE_READY &&
      annex_connector_line_is_stale (line))
    dex_await (annex_future_with_timeout (annex_connector_line_start (line, NULL), REFRESH_MS),
               NULL); /* it is told as it was */
}

static DexFuture *
list_fiber (gpointer data)
{
  Job *job = data;
  AnnexConnectorHub *self = job->hub;
  g_autoptr (GPtrArray) configs = annex_connector_shelf_dup_all (self->shelf);
  GPtrArray *infos = g_ptr_array_new_with_free_func ((GDestroyNotify) annex_connector_info_free);

  for (guint i = 0; i < configs->len; i++)
    {
      const AnnexConnectorConfig *config = configs->pdata[i];
      AnnexConnectorLine *line = find_line (self, config->id, job->task_id);
      g_autoptr (AnnexOauth) oauth = annex_connector_hub_get_oauth (self, config);
      AnnexConnectorInfo *info;

      if (line != NULL && job->task_id != NULL)
        refresh (line);
      info =
          annex_connector_hub_describe (self, config, find_line (self, config->id, job->task_id));
      info->signed_in = oauth != NULL && dex_await_boolean (annex_oauth_is_signed_in (oauth), NULL);
      g_ptr_array_add (infos, info);
    }
  return dex_future_new_take_boxed (G_TYPE_PTR_ARRAY, infos);
}

static DexFuture *
hub_list (AnnexConnectors *connectors, const char *task_id)
{
  Job *job = job_new (connectors, NULL, NULL);

  job->task_id = g_strdup (task_id);
  return annex_fiber_run (list_fiber, job, job_free);
}

/* ---- tests and sign-in */

static DexFuture *
test_fiber (gpointer data)
{
  Job *job = data;
  AnnexConnectorHub *self = job->hub;
  GError *error = NULL;
  g_autoptr (GError) failure = NULL;
  g_autoptr (AnnexComputer) computer = NULL;
  g_autoptr (AnnexConnectorLine) line = NULL;
  g_autoptr (AnnexConnectorConfig) config =
      annex_connector_shelf_find (self->shelf, job->id, &error);
  AnnexConnectorInfo *info;

  if (config == NULL)
    return annex_future_new_error (error);
  if (config->command != NULL)
    {
      if (self->make_computer != NULL)
        computer = self->make_computer (self->make_computer_data, &error);
      if (computer == NULL)
        return error != NULL ? annex_future_new_error (error)
                             : annex_future_new_spoken (ANNEX_CONNECTOR_ERROR,
                                                        ANNEX_CONNECTOR_ERROR_NOT_STARTED,
                                                        N_ ("There is no computer to test it in."));
    }
  line = annex_connector_hub_make_line (self, config, NULL, computer);
  g_ptr_array_add (self->lines, g_object_ref (line));
  if (!dex_await (annex_connector_line_start (line, job->cancel), &failure))
    annex_error_normalise (&failure);
  info = annex_connector_hub_describe (self, config, line);
  g_ptr_array_remove (self->lines, line);
  dex_await (annex_connector_line_stop (line), NULL); /* it resolves */
  if (g_error_matches (failure, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    {
      annex_connector_info_free (info);
      return annex_future_new_error (g_steal_pointer (&failure));
    }
  annex_connectors_emit_changed (ANNEX_CONNECTORS (self));
  return dex_future_new_take_boxed (ANNEX_TYPE_CONNECTOR_INFO, info);
}

static DexFuture *
hub_test (AnnexConnectors *connectors, const char *id, DexFuture *cancel)
{
  return annex_fiber_run (test_fiber, job_new (connectors, id, cancel), job_free);
}

/* (transfer full) */
static AnnexOauth *
need_oauth (AnnexConnectorHub *self, const AnnexConnectorConfig *config, GError **error)
{
  AnnexOauth *oauth = annex_connector_hub_get_oauth (self, config);

  if (oauth == NULL)
    annex_set_spoken (error, ANNEX_CONNECTOR_ERROR, ANNEX_CONNECTOR_ERROR_INVALID,
                      N_ ("“%s” is a command; there is nothing to sign in with."), config->title);
  return oauth;
}

gboolean
annex_connector_hub_leave_service (AnnexOauth *oauth,
                                   const AnnexConnectorConfig *config,
                                   GError **error)
{
  DexFuture *left = annex_connector_config_is_allowed (config, NULL) ? annex_oauth_sign_out (oauth)
                                                                     : annex_oauth_forget (oauth);
  g_autoptr (GError) local = NULL;

  dex_await_boolean (left, &local); /* whether the service has heard of it is all the same */
  if (local == NULL)
    return TRUE;
  g_propagate_error (error, g_steal_pointer (&local));
  return FALSE;
}

void
annex_connector_hub_forget_state (AnnexConnectorHub *self, const char *id)
{
  AnnexConnectorRecord *record;

  annex_connector_hub_end_lines (self, id, NULL);
  record = annex_connector_shelf_get_record (self->shelf, id);
  annex_connector_record_set_state (record, ANNEX_CONNECTOR_STATE_IDLE, NULL);
  annex_connector_shelf_save_record (self->shelf, id, NULL); /* the next start tells again */
  annex_connectors_emit_changed (ANNEX_CONNECTORS (self));
}

static DexFuture *
sign_in_fiber (gpointer data)
{
  Job *job = data;
  GError *error = NULL;
  g_autoptr (AnnexConnectorConfig) config =
      annex_connector_shelf_find (job->hub->shelf, job->id, &error);
  g_autoptr (AnnexOauth) oauth = NULL;
  gboolean done;

  if (config != NULL && annex_connector_config_is_allowed (config, &error))
    oauth = need_oauth (job->hub, config, &error);
  if (oauth == NULL)
    return annex_future_new_error (error);
  annex_oauth_set_open_func (oauth, job->open, job->data, NULL);
  done = dex_await (annex_oauth_sign_in (oauth, NULL, job->cancel), &error);
  annex_oauth_set_open_func (oauth, NULL, NULL, NULL);
  if (!done)
    {
      annex_error_normalise (&error);
      return annex_future_new_error (error);
    }
  annex_connector_hub_forget_state (job->hub, job->id);
  return dex_future_new_true ();
}

static DexFuture *
hub_sign_in (AnnexConnectors *connectors,
             const char *id,
             AnnexConnectorOpenFunc open,
             gpointer data,
             GDestroyNotify free_data,
             DexFuture *cancel)
{
  Job *job = job_new (connectors, id, cancel);

  job->open = open;
  job->data = data;
  job->free_data = free_data;
  return annex_fiber_run (sign_in_fiber, job, job_free);
}

static DexFuture *
sign_out_fiber (gpointer data)
{
  Job *job = data;
  GError *error = NULL;
  g_autoptr (AnnexConnectorConfig) config =
      annex_connector_shelf_find (job->hub->shelf, job->id, &error);
  g_autoptr (AnnexOauth) oauth = config != NULL ? need_oauth (job->hub, config, &error) : NULL;

  if (oauth == NULL || !annex_connector_hub_leave_service (oauth, config, &error))
    {
      annex_error_normalise (&error);
      return annex_future_new_error (error);
    }
  annex_connector_hub_forget_state (job->hub, job->id);
  return dex_future_new_true ();
}

static DexFuture *
hub_sign_out (AnnexConnectors *connectors, const char *id)
{
  return annex_fiber_run (sign_out_fiber, job_new (connectors, id, NULL), job_free);
}

/* ---- the end */

static DexFuture *
leave_fiber (gpointer data)
{
  Job *job = data;

  annex_connector_hub_end_lines (job->hub, NULL, job->task_id);
  return dex_future_new_true ();
}

static DexFuture *
hub_leave_task (AnnexConnectors *connectors, const char *task_id)
{
  Job *job = job_new (connectors, NULL, NULL);

  job->task_id = g_strdup (task_id);
  return annex_fiber_run (leave_fiber, job, job_free);
}

DexFuture *
annex_connector_hub_close (AnnexConnectorHub *self)
{
  return hub_leave_task (ANNEX_CONNECTORS (self), NULL);
}

/* ---- the object */

static void
annex_connector_hub_finalize (GObject *object)
{
  AnnexConnectorHub *self = ANNEX_CONNECTOR_HUB (object);

  g_ptr_array_unref (self->lines);
  g_hash_table_unref (self->oauth);
  g_clear_object (&self->shelf);
  g_clear_object (&self->secrets);
  g_clear_object (&self->store);
  G_OBJECT_CLASS (annex_connector_hub_parent_class)->finalize (object);
}

static void
annex_connector_hub_class_init (AnnexConnectorHubClass *class)
{
  G_OBJECT_CLASS (class)->finalize = annex_connector_hub_finalize;
}

static void
annex_connector_hub_init (AnnexConnectorHub *self)
{
  self->lines = g_ptr_array_new_with_free_func (g_object_unref);
  self->oauth = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_object_unref);
}

static void
annex_connector_hub_connectors_init (AnnexConnectorsInterface *iface)
{
  iface->list = hub_list;
  iface->preview = annex_connector_hub_preview;
  iface->add = annex_connector_hub_add;
  iface->remove = annex_connector_hub_remove;
  iface->set_enabled = annex_connector_hub_set_enabled;
  iface->set_rule = annex_connector_hub_set_rule;
  iface->set_value = annex_connector_hub_set_value;
  iface->approve = annex_connector_hub_approve;
  iface->test = hub_test;
  iface->sign_in = hub_sign_in;
  iface->sign_out = hub_sign_out;
  iface->find_tools = annex_connector_hub_find_tools;
  iface->get_tool = annex_connector_hub_get_tool;
  iface->call_tool = annex_connector_hub_call_tool;
  iface->runs_in_computer = annex_connector_hub_runs_in_computer;
  iface->leave_task = hub_leave_task;
}

AnnexConnectorHub *
annex_connector_hub_new (AnnexSecrets *secrets,
                         AnnexStore *store,
                         const char *file,
                         const char *folder)
{
  AnnexConnectorHub *self = g_object_new (ANNEX_TYPE_CONNECTOR_HUB, NULL);

  g_set_object (&self->secrets, secrets);
  g_set_object (&self->store, store);
  self->shelf = annex_connector_shelf_new (file, folder);
  g_signal_connect_object (self->shelf, "changed", G_CALLBACK (changed_cb), self,
                           G_CONNECT_SWAPPED);
  return self;
}

void
annex_connector_hub_set_secrets_func (AnnexConnectorHub *self,
                                      AnnexConnectorSecretsFunc func,
                                      gpointer data)
{
  self->open_secrets = func;
  self->open_secrets_data = data;
}

void
annex_connector_hub_set_computer_func (AnnexConnectorHub *self,
                                       AnnexConnectorComputerFunc func,
                                       gpointer data)
{
  self->make_computer = func;
  self->make_computer_data = data;
}

void
annex_connector_hub_set_idle_ms (AnnexConnectorHub *self, guint idle_ms)
{
  self->idle_ms = idle_ms;
}
