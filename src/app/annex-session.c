/* annex-session.c
 *
 * See annex-session.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-session.h"

#include "annex-admin-policy.h"
#include "annex-agent-traffic.h"
#include "annex-audit-export.h"
#include "annex-connector-hub.h"
#include "annex-egress-hosts.h"
#include "annex-future.h"
#include "annex-json-build.h"
#include "annex-keep.h"
#include "annex-limits.h"
#include "annex-models.h"
#include "annex-paths.h"
#include "annex-site-rule.h"
#include "annex-session-secrets.h"
#include "annex-skill-store.h"
#include "annex-workspace-checkpoints.h"

/* How long the end of Annex waits for what is reported to the administrator's collectors. */
#define AUDIT_LIMIT_MS 3000
/* Of the computer in which connectors are tested. */
#define CONNECTOR_TRIAL_ID "000000000000000000c0nnect0"

/* What of a policy the image's package hosts are kept under. */
#define PACKAGE_HOSTS "annex-package-hosts"

struct _AnnexSession
{
  GObject parent_instance;

  AnnexStore *store;
  AnnexInbox *inbox;
  AnnexSecrets *secrets;
  AnnexSkillLibrary *skills;
  AnnexConnectorHub *connectors;
  AnnexBrowsers *browsers;
  AnnexImageStore *images;
  AnnexComputers *computers;
  AnnexConfig *config;
  AnnexAuditExport *audit;                /* nullable */
  GSettings *settings;                    /* nullable */
  AnnexSessionComputerFunc make_computer; /* nullable */
  gpointer make_computer_data;
  gboolean cleaned;
};

G_DEFINE_FINAL_TYPE (AnnexSession, annex_session, G_TYPE_OBJECT)

static void
annex_session_finalize (GObject *object)
{
  AnnexSession *self = ANNEX_SESSION (object);

  g_clear_object (&self->audit);
  g_clear_object (&self->browsers);
  g_clear_object (&self->computers);
  g_clear_object (&self->images);
  g_clear_object (&self->config);
  if (self->skills != NULL)
    annex_skill_store_set_ports (ANNEX_SKILL_STORE (self->skills), NULL, NULL, NULL);
  g_clear_object (&self->settings);
  g_clear_object (&self->skills);
  g_clear_object (&self->connectors);
  g_clear_object (&self->secrets);
  g_clear_object (&self->inbox);
  annex_models_clear_traffic_func (self->store);
  g_clear_object (&self->store);
  G_OBJECT_CLASS (annex_session_parent_class)->finalize (object);
}

static void
annex_session_class_init (AnnexSessionClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = annex_session_finalize;
}

static void
annex_session_init (AnnexSession *self)
{
}

/* ---- opening */

static void
limits_cb (AnnexSession *self)
{
  annex_limits_apply (self->settings, self->computers);
}

static DexFuture *
recover_work (gpointer data)
{
  g_autofree char *undo = annex_paths_data ("undo");
  GError *error = NULL;

  if (g_file_test (undo, G_FILE_TEST_IS_DIR) && annex_keep_recover (undo, &error) < 0)
    return annex_future_new_error (error);
  return dex_future_new_true ();
}

/* Reports what Annex does where the administrator wants it. */
static void
start_audit (AnnexSession *self)
{
  g_auto (GStrv) collectors = annex_admin_policy_dup_collectors (annex_admin_policy_get ());

  if (collectors[0] != NULL)
    self->audit = annex_audit_export_new (self->store, (const char *const *) collectors);
}

/* What a model's server is asked for no task. */
static DexFuture *
traffic_cb (AnnexModelTraffic *traffic, gpointer store)
{
  return annex_agent_write_traffic (traffic, store, NULL);
}

static DexFuture *
open_fiber (gpointer data)
{
  g_autoptr (AnnexSession) self = g_object_new (ANNEX_TYPE_SESSION, NULL);
  GError *error = NULL;

  self->config = annex_config_new (NULL);
  annex_paths_set_computer_folder (annex_config_get_computer_folder (self->config));
  self->settings = annex_limits_dup_settings ();
  if (self->settings != NULL)
    g_signal_connect_object (self->settings, "changed", G_CALLBACK (limits_cb), self,
                             G_CONNECT_SWAPPED);
  limits_cb (self);
  self->store = dex_await_object (annex_store_open (NULL), &error);
  if (self->store == NULL)
    return annex_future_new_error (error);
  annex_models_set_traffic_func (traffic_cb, g_object_ref (self->store), g_object_unref);
  start_audit (self);
  self->inbox = annex_inbox_new (self->store);
  self->browsers = annex_browsers_new (self->store);
  self->images = annex_image_store_new (NULL);
  /* What could not be repaired is left as it is, and said: the task itself can be opened all the
   * same. */
  if (!dex_await (annex_worker_run ("annex-recover", recover_work, NULL, NULL), &error))
    {
      g_warning ("A keep that was interrupted could not be repaired: %s", error->message);
      g_clear_error (&error);
    }
  return dex_future_new_take_object (g_steal_pointer (&self));
}

DexFuture *
annex_session_open (void)
{
  return annex_fiber_run (open_fiber, NULL, NULL);
}

static DexFuture *
close_fiber (gpointer data)
{
  AnnexSession *self = data;
  g_autoptr (GError) asleep = NULL;
  GError *error = NULL;

  annex_browsers_close (self->browsers, NULL);
  /* While their computers are still awake. */
  if (self->connectors != NULL)
    dex_await (annex_connector_hub_close (self->connectors), NULL); /* it resolves */
  if (self->computers != NULL)
    dex_await (annex_computers_shutdown (self->computers, TRUE), &asleep);
  if (self->audit != NULL) /* what is late is sent the next time */
    dex_await (annex_future_with_timeout (annex_audit_export_close (self->audit), AUDIT_LIMIT_MS),
               NULL);
  annex_models_clear_traffic_func (self->store);
  if (!dex_await (annex_store_close (self->store), &error))
    return annex_future_new_error (error);
  if (asleep != NULL)
    return annex_future_new_error (g_steal_pointer (&asleep));
  return dex_future_new_true ();
}

DexFuture *
annex_session_close (AnnexSession *self)
{
  return annex_fiber_run (close_fiber, g_object_ref (self), g_object_unref);
}

AnnexStore *
annex_session_get_store (AnnexSession *self)
{
  return self->store;
}

AnnexInbox *
annex_session_get_inbox (AnnexSession *self)
{
  return self->inbox;
}

AnnexConfig *
annex_session_get_config (AnnexSession *self)
{
  return self->config;
}

AnnexImageStore *
annex_session_get_images (AnnexSession *self)
{
  return self->images;
}

AnnexBrowsers *
annex_session_get_browsers (AnnexSession *self)
{
  return self->browsers;
}

gboolean
annex_session_has_computers (AnnexSession *self)
{
  return self->computers != NULL;
}

void
annex_session_set_computer_func (AnnexSession *self, AnnexSessionComputerFunc func, gpointer data)
{
  self->make_computer = func;
  self->make_computer_data = data;
}

void
annex_session_forget_computers (AnnexSession *self)
{
  g_clear_object (&self->computers);
  g_clear_object (&self->images);
  self->images = annex_image_store_new (NULL);
}

AnnexSecrets *
annex_session_get_secrets (AnnexSession *self)
{
  AnnexSecrets *opened;

  if (self->secrets != NULL)
    return self->secrets;
  opened = dex_await_object (annex_secrets_new_default (), NULL); /* never rejects */
  /* Another fiber may have been faster. */
  if (self->secrets == NULL)
    self->secrets = opened;
  else
    g_clear_object (&opened);
  return self->secrets;
}

AnnexSkillLibrary *
annex_session_get_skills (AnnexSession *self)
{
  if (self->skills == NULL)
    {
      self->skills = annex_skill_store_new (NULL);
      annex_skill_store_set_ports (ANNEX_SKILL_STORE (self->skills), self->store,
                                   (AnnexSkillSecretsFunc) annex_session_get_secrets, self);
    }
  return self->skills;
}

static gboolean
fill_policy (AnnexSession *self, AnnexTask *task, AnnexNetworkPolicy *policy, GError **error);

/* A computer that belongs to no task, with what every task's may reach. */
static AnnexComputer *
make_trial_computer (gpointer data, GError **error)
{
  AnnexSession *self = data;
  g_autoptr (AnnexNetworkPolicy) policy = annex_network_policy_new ();

  if (self->make_computer != NULL)
    return self->make_computer (CONNECTOR_TRIAL_ID, self->make_computer_data);
  if (!fill_policy (self, NULL, policy, error))
    return NULL;
  return annex_computers_get (annex_session_get_computers (self), CONNECTOR_TRIAL_ID, policy);
}

AnnexConnectors *
annex_session_get_connectors (AnnexSession *self)
{
  if (self->connectors == NULL)
    {
      self->connectors = annex_connector_hub_new (NULL, self->store, NULL, NULL);
      annex_connector_hub_set_secrets_func (
          self->connectors, (AnnexConnectorSecretsFunc) annex_session_get_secrets, self);
      annex_connector_hub_set_computer_func (self->connectors, make_trial_computer, self);
    }
  return ANNEX_CONNECTORS (self->connectors);
}

gboolean
annex_session_wants_computer (void)
{
  GSettingsSchemaSource *source = g_settings_schema_source_get_default ();
  const char *forbidden = g_getenv ("ANNEX_NO_COMPUTER");
  g_autoptr (GSettingsSchema) schema = NULL;
  g_autoptr (GSettings) settings = NULL;

  if (annex_admin_policy_requires_computer (annex_admin_policy_get ()))
    return TRUE;
  if (forbidden != NULL && forbidden[0] != '\0' && !g_str_equal (forbidden, "0"))
    return FALSE;
  if (source != NULL)
    schema = g_settings_schema_source_lookup (source, ANNEX_APPLICATION_ID, TRUE);
  if (schema == NULL || !g_settings_schema_has_key (schema, "use-computer"))
    return TRUE;
  settings = g_settings_new_full (schema, NULL, NULL);
  return g_settings_get_boolean (settings, "use-computer");
}

AnnexComputers *
annex_session_get_computers (AnnexSession *self)
{
  if (self->computers == NULL)
    {
      self->computers = annex_computers_new (NULL, self->images, self->store);
      limits_cb (self);
    }
  annex_computers_set_off (self->computers, !annex_session_wants_computer ());
  if (!self->cleaned)
    {
      g_autoptr (GError) error = NULL;

      self->cleaned = TRUE;
      /* Without libvirt there is nothing to clear; who starts a computer hears why. */
      dex_await (annex_computers_clean (self->computers), &error);
      if (error != NULL)
        g_debug ("Nothing was cleared up: %s", error->message);
    }
  return self->computers;
}

/* ---- what a task works with */

/* The model server running on this machine, for who named none and has no key for a hosted one.
 * NULL when there is a key, or no server. (transfer full) */
static char *
find_local_server (AnnexSession *self)
{
  g_autofree char *secret_id = annex_models_dup_secret_id ("openai", NULL);
  g_autofree char *key = NULL;
  g_autoptr (GPtrArray) found = NULL;

  if (g_getenv ("ANNEX_API_KEY") != NULL)
    return NULL;
  /* Neither a missing key nor a missing keyring is an error here: then a local server is looked
   * for. */
  key = dex_await_string (annex_secrets_lookup (annex_session_get_secrets (self), secret_id), NULL);
  if (key == NULL)
    found = dex_await_boxed (annex_openai_find_local (), NULL);
  if (found == NULL || found->len == 0)
    return NULL;
  return g_strdup (((AnnexLocalServer *) g_ptr_array_index (found, 0))->base_url);
}

AnnexModel *
annex_session_create_model (AnnexSession *self,
                            const char *provider,
                            const char *model,
                            const char *base_url,
                            GError **error)
{
  g_autofree char *local = NULL;

  if (base_url == NULL && g_strcmp0 (provider, "openai") == 0)
    local = find_local_server (self);
  return annex_models_new (provider, model, local != NULL ? local : base_url,
                           annex_session_get_secrets (self), error);
}

void
annex_session_use_helper (AnnexSession *self, AnnexWorkspace *workspace)
{
  g_autoptr (AnnexModelProfile) helper = annex_config_dup_helper (self->config);
  const char *provider = annex_task_get_provider (annex_workspace_get_task (workspace));
  g_autoptr (AnnexModel) cheaper = NULL;
  g_autoptr (GError) error = NULL;

  if (helper == NULL || g_str_equal (helper->provider, "tour") || g_strcmp0 (provider, "tour") == 0)
    return;
  cheaper =
      annex_session_create_model (self, helper->provider, helper->model, helper->base_url, &error);
  /* Without it the task's own model does the helpers' work. */
  if (cheaper != NULL)
    annex_workspace_set_helper_model (workspace, cheaper);
  else
    g_message ("The model for helpers cannot be used: %s", error->message);
}

char **
annex_session_dup_package_hosts (AnnexSession *self)
{
  g_autofree char *current = annex_image_store_dup_current (self->images);
  g_autofree char *path = NULL;
  g_autoptr (GError) none = NULL;
  char **hosts = NULL;

  if (current != NULL)
    {
      path = g_build_filename (annex_image_store_get_folder (self->images), current,
                               "package-hosts.txt", NULL);
      hosts = annex_egress_read_package_hosts (path, &none);
      if (hosts == NULL)
        g_warning ("The package hosts of the image are not known: %s", none->message);
    }
  return hosts != NULL ? hosts : g_new0 (char *, 1);
}

/* As the user wants it now, also in a task that is at work. */
static void
open_sources (AnnexNetworkPolicy *policy)
{
  const char *const *hosts = g_object_get_data (G_OBJECT (policy), PACKAGE_HOSTS);
  gboolean open = annex_limits_open_package_sources ();

  for (gsize i = 0; hosts[i] != NULL; i++)
    if (open)
      annex_network_policy_set (policy, hosts[i], TRUE, "package-hosts");
    else
      annex_network_policy_remove (policy, hosts[i], "package-hosts");
}

/* A yes for this task that was said after the Never for all stands when the task begins anew. Where
 * it is not known which was first, it is Never. */
static void
lift_nevers (AnnexNetworkPolicy *policy, GPtrArray *standing, GPtrArray *own)
{
  for (guint i = 0; i < own->len; i++)
    for (guint j = 0; j < standing->len; j++)
      {
        AnnexNetworkRule *yes = g_ptr_array_index (own, i);
        AnnexNetworkRule *never = g_ptr_array_index (standing, j);

        if (yes->allow && !never->allow && g_str_equal (yes->host, never->host) &&
            never->time_us > 0 && yes->time_us > never->time_us)
          annex_network_policy_lift_never (policy, yes->host);
      }
}

/* Adds the standing rules, the task's own (@task is nullable) and the hosts of the image's package
 * managers, unless the user wants to be asked about those too. */
static gboolean
fill_policy (AnnexSession *self, AnnexTask *task, AnnexNetworkPolicy *policy, GError **error)
{
  g_autoptr (GPtrArray) own =
      task != NULL ? annex_task_dup_network_rules (task) : g_ptr_array_new ();
  g_autoptr (GPtrArray) standing = dex_await_boxed (annex_store_list_rules (self->store), error);

  if (standing == NULL)
    return FALSE;
  for (guint i = 0; i < standing->len + own->len; i++)
    {
      AnnexNetworkRule *rule = g_ptr_array_index (i < standing->len ? standing : own,
                                                  i < standing->len ? i : i - standing->len);

      if (annex_site_rule_get_site (rule->host) == NULL)
        annex_network_policy_restore (policy, rule->host, rule->allow, rule->scope);
    }
  lift_nevers (policy, standing, own);
  g_object_set_data_full (G_OBJECT (policy), PACKAGE_HOSTS, annex_session_dup_package_hosts (self),
                          (GDestroyNotify) g_strfreev);
  open_sources (policy);
  if (self->settings != NULL)
    g_signal_connect_object (self->settings, "changed::open-package-sources",
                             G_CALLBACK (open_sources), policy, G_CONNECT_SWAPPED);
  return TRUE;
}

static void
blocked_cb (AnnexWorkspace *workspace, const char *host, const char *reason)
{
  annex_workspace_add_refusal (workspace, reason);
}

AnnexWorkspace *
annex_session_create_workspace (AnnexSession *self,
                                AnnexTask *task,
                                AnnexModel *model,
                                GError **error)
{
  AnnexWorkspace *workspace;
  AnnexEgressProxy *egress;
  g_autoptr (AnnexNetworkPolicy) policy = annex_network_policy_new ();
  g_autoptr (AnnexComputer) computer = NULL;
  g_autoptr (GPtrArray) shares = annex_task_dup_shares (task);
  g_autoptr (GError) unfinished = NULL;

  if (!fill_policy (self, task, policy, error))
    return NULL;
  if (self->make_computer != NULL)
    computer = self->make_computer (annex_task_get_id (task), self->make_computer_data);
  else
    computer =
        annex_computers_get (annex_session_get_computers (self), annex_task_get_id (task), policy);
  if (!dex_await (annex_computer_set_shares (computer, shares), error))
    return NULL;
  workspace = annex_workspace_new (task, computer, self->inbox, policy,
                                   annex_session_get_secrets (self), model, NULL);
  annex_workspace_set_skills (workspace, annex_session_get_skills (self));
  annex_workspace_set_connectors (workspace, annex_session_get_connectors (self));
  annex_browsers_serve (self->browsers, workspace);
  if (!annex_workspace_finish_roll_back (workspace, &unfinished))
    g_message ("A computer that was to go back did not: %s", unfinished->message); /* it is told */
  egress = self->computers != NULL
               ? annex_computers_get_egress (self->computers, annex_task_get_id (task))
               : NULL;
  if (egress != NULL)
    g_signal_connect_object (egress, "blocked", G_CALLBACK (blocked_cb), workspace,
                             G_CONNECT_SWAPPED);
  return workspace;
}

/* ---- a new task */

#define MAX_TITLE_CHARS 60

char *
annex_session_make_title (const char *prompt)
{
  g_autofree char *stripped = g_strstrip (annex_text_make_valid (prompt != NULL ? prompt : "", -1));
  g_auto (GStrv) lines = g_strsplit (stripped, "\n", 2);
  const char *line = lines[0] != NULL ? lines[0] : "";

  if (g_utf8_strlen (line, -1) <= MAX_TITLE_CHARS)
    return g_strdup (line);
  *g_utf8_offset_to_pointer (lines[0], MAX_TITLE_CHARS - 1) = '\0';
  return g_strconcat (lines[0], "…", NULL);
}

AnnexTask *
annex_session_create_task (AnnexSession *self, const char *title, AnnexModel *model, GError **error)
{
  g_autofree char *system = annex_agent_dup_system_text ();
  gboolean with_display = annex_browsers_are_possible ();
  g_autofree char *tools = annex_agent_dup_tools_text (with_display);
  g_autofree char *base_url = annex_model_dup_base_url (model);
  g_autofree char *opening = annex_agent_dup_opening (with_display);
  g_autoptr (AnnexTask) task =
      dex_await_object (annex_task_create (self->store, title, annex_model_get_provider (model),
                                           annex_model_get_model (model), base_url, system, tools),
                        error);

  if (task == NULL || !dex_await (annex_task_append (task, ANNEX_EVENT_ANNOUNCEMENT,
                                                     annex_json_build ("s", "text", opening, NULL)),
                                  error))
    return NULL;
  return g_steal_pointer (&task);
}
