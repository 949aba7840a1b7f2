/* annex-admin-policy.c
 *
 * See annex-admin-policy.h: what it allows. Reading is in annex-admin-policy-read.c.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-admin-policy-private.h"

#include "annex-spoken.h"

#include <glib/gi18n.h>
#include <stdlib.h>
#include <string.h>

ANNEX_DEFINE_SPOKEN_DOMAIN (annex_admin_error)

const char *
annex_admin_error_name (AnnexAdminError code)
{
  switch (code)
    {
    case ANNEX_ADMIN_ERROR_BROKEN:
      return "broken";
    case ANNEX_ADMIN_ERROR_MODEL:
      return "model";
    case ANNEX_ADMIN_ERROR_HOST:
      return "host";
    case ANNEX_ADMIN_ERROR_SHARE:
      return "share";
    case ANNEX_ADMIN_ERROR_SKILL:
      return "skill";
    case ANNEX_ADMIN_ERROR_CONNECTOR:
      break;
    }
  return "connector";
}

/* ---- the value */

AnnexAdminPolicy *
annex_admin_policy_new (void)
{
  AnnexAdminPolicy *self = g_atomic_rc_box_new0 (AnnexAdminPolicy);

  self->rules = g_ptr_array_new_with_free_func (annex_admin_rules_free);
  return self;
}

AnnexAdminPolicy *
annex_admin_policy_ref (AnnexAdminPolicy *self)
{
  return g_atomic_rc_box_acquire (self);
}

static void
policy_clear (gpointer data)
{
  AnnexAdminPolicy *self = data;

  g_ptr_array_unref (self->rules);
  g_free (self->fault);
}

void
annex_admin_policy_unref (AnnexAdminPolicy *self)
{
  g_atomic_rc_box_release_full (self, policy_clear);
}

gboolean
annex_admin_policy_is_empty (AnnexAdminPolicy *self)
{
  return self->fault == NULL && self->rules->len == 0;
}

const char *
annex_admin_policy_get_fault (AnnexAdminPolicy *self)
{
  return self->fault;
}

/* ---- the machine's */

static GMutex mutex;
static AnnexAdminPolicy *of_machine;

AnnexAdminPolicy *
annex_admin_policy_get (void)
{
  const char *folders[] = { "/etc/annex/policy.d", ANNEX_POLICY_FOLDER,
                            "/run/host/etc/annex/policy.d", g_getenv ("ANNEX_POLICY_DIR"), NULL };
  AnnexAdminPolicy *policy;

  g_mutex_lock (&mutex);
  if (of_machine == NULL)
    of_machine = annex_admin_policy_load (folders);
  policy = of_machine;
  g_mutex_unlock (&mutex);
  return policy;
}

void
annex_admin_policy_set (AnnexAdminPolicy *policy)
{
  g_mutex_lock (&mutex);
  g_clear_pointer (&of_machine, annex_admin_policy_unref);
  of_machine = policy != NULL ? annex_admin_policy_ref (policy) : NULL;
  g_mutex_unlock (&mutex);
}

/* ---- what it allows */

static gboolean
is_whole (AnnexAdminPolicy *self, GError **error)
{
  if (self->fault == NULL)
    return TRUE;
  annex_set_spoken (
      error, ANNEX_ADMIN_ERROR, ANNEX_ADMIN_ERROR_BROKEN,
      N_ ("Your administrator’s rules for Annex cannot be followed, so it does nothing: %s"),
      self->fault);
  return FALSE;
}

typedef gboolean (*MatchFunc) (const char *entry, const char *value);

static gboolean
matches_any (char **list, MatchFunc match, const char *value)
{
  for (guint i = 0; list[i] != NULL; i++)
    if (match (list[i], value))
      return TRUE;
  return FALSE;
}

/* Do all files that speak of it allow @value? */
static gboolean
allows (AnnexAdminPolicy *self, AnnexAdminList list, MatchFunc match, const char *value)
{
  for (guint i = 0; i < self->rules->len; i++)
    {
      AnnexAdminRules *rules = g_ptr_array_index (self->rules, i);

      if (rules->lists[list] != NULL && !matches_any (rules->lists[list], match, value))
        return FALSE;
    }
  return TRUE;
}

static gboolean
match_same (const char *entry, const char *value)
{
  return g_str_equal (entry, value);
}

static gboolean
match_host (const char *entry, const char *host)
{
  if (g_str_has_prefix (entry, "*."))
    return g_str_has_suffix (host, entry + 1);
  return g_str_equal (entry, host);
}

static gboolean
match_name (const char *entry, const char *name)
{
  gsize length = strlen (entry);

  if (length > 0 && entry[length - 1] == '*')
    return strncmp (entry, name, length - 1) == 0;
  return g_str_equal (entry, name);
}

/* @path or something above it. */
static gboolean
match_below (const char *entry, const char *path)
{
  gsize length = strlen (entry);

  while (length > 0 && entry[length - 1] == '/')
    length--;
  return strncmp (entry, path, length) == 0 && (path[length] == '\0' || path[length] == '/');
}

static gboolean
match_folder (const char *entry, const char *path)
{
  g_autofree char *expanded = g_str_has_prefix (entry, "~/")
                                  ? g_build_filename (g_get_home_dir (), entry + 2, NULL)
                                  : g_strdup (g_str_equal (entry, "~") ? g_get_home_dir () : entry);
  char *resolved = realpath (expanded, NULL);
  gboolean is_below = match_below (resolved != NULL ? resolved : expanded, path);

  free (resolved);
  return is_below;
}

/* Where the requests to the model server at @base_url go: below /v1, which people write or leave
 * out. Empty for what is no address, which is in no list. (transfer full) */
static char *
dup_requests_place (const char *base_url)
{
  g_autofree char *normal = annex_admin_address_normalise (base_url);

  if (normal == NULL)
    return g_strdup ("");
  return g_str_has_suffix (normal, "/v1") ? g_steal_pointer (&normal)
                                          : g_strconcat (normal, "/v1", NULL);
}

gboolean
annex_admin_policy_check_model (AnnexAdminPolicy *self,
                                const char *provider,
                                const char *base_url,
                                GError **error)
{
  if (!is_whole (self, error))
    return FALSE;
  if (!allows (self, ANNEX_ADMIN_PROVIDERS, match_same, provider))
    {
      annex_set_spoken (error, ANNEX_ADMIN_ERROR, ANNEX_ADMIN_ERROR_MODEL,
                        N_ ("Your administrator does not allow models of “%s”."), provider);
      return FALSE;
    }
  if (base_url != NULL)
    {
      g_autofree char *place = dup_requests_place (base_url);

      if (!allows (self, ANNEX_ADMIN_BASE_URLS, match_below, place))
        {
          annex_set_spoken (error, ANNEX_ADMIN_ERROR, ANNEX_ADMIN_ERROR_MODEL,
                            N_ ("Your administrator does not allow models at the address %s."),
                            base_url);
          return FALSE;
        }
    }
  return TRUE;
}

gboolean
annex_admin_policy_check_host (AnnexAdminPolicy *self, const char *host, GError **error)
{
  gboolean never = FALSE;

  if (!is_whole (self, error))
    return FALSE;
  for (guint i = 0; i < self->rules->len; i++)
    {
      AnnexAdminRules *rules = g_ptr_array_index (self->rules, i);
      char **list = rules->lists[ANNEX_ADMIN_NETWORK_NEVER];

      never = never || (list != NULL && matches_any (list, match_host, host));
    }
  if (!never && allows (self, ANNEX_ADMIN_NETWORK_HOSTS, match_host, host))
    return TRUE;
  annex_set_spoken (
      error, ANNEX_ADMIN_ERROR, ANNEX_ADMIN_ERROR_HOST,
      N_ ("Your administrator does not allow connections to %s. Asking the user does not "
          "change that."),
      host);
  return FALSE;
}

gboolean
annex_admin_policy_check_share (AnnexAdminPolicy *self,
                                const char *path,
                                AnnexShareMode mode,
                                GError **error)
{
  if (!is_whole (self, error))
    return FALSE;
  if (!allows (self, ANNEX_ADMIN_SHARE_ROOTS, match_folder, path))
    {
      annex_set_spoken (
          error, ANNEX_ADMIN_ERROR, ANNEX_ADMIN_ERROR_SHARE,
          N_ ("Your administrator does not allow the folder “%s” to be given to Annex."), path);
      return FALSE;
    }
  if (!allows (self, ANNEX_ADMIN_SHARE_MODES, match_same, annex_share_mode_to_name (mode)))
    {
      annex_set_spoken (error, ANNEX_ADMIN_ERROR, ANNEX_ADMIN_ERROR_SHARE,
                        N_ ("Your administrator does not allow folders to be given as “%s”."),
                        annex_share_mode_to_name (mode));
      return FALSE;
    }
  return TRUE;
}

AnnexShareMode
annex_admin_policy_nearest_mode (AnnexAdminPolicy *self, AnnexShareMode wanted)
{
  /* As wanted, else with less, else with more. */
  static const AnnexShareMode order[][3] = {
    [ANNEX_SHARE_READ_ONLY] = { ANNEX_SHARE_READ_ONLY, ANNEX_SHARE_REVIEW, ANNEX_SHARE_KEEP },
    [ANNEX_SHARE_REVIEW] = { ANNEX_SHARE_REVIEW, ANNEX_SHARE_READ_ONLY, ANNEX_SHARE_KEEP },
    [ANNEX_SHARE_KEEP] = { ANNEX_SHARE_KEEP, ANNEX_SHARE_REVIEW, ANNEX_SHARE_READ_ONLY },
  };

  for (guint i = 0; i < G_N_ELEMENTS (order[wanted]); i++)
    if (allows (self, ANNEX_ADMIN_SHARE_MODES, match_same,
                annex_share_mode_to_name (order[wanted][i])))
      return order[wanted][i];
  return wanted;
}

gboolean
annex_admin_policy_check_skill (AnnexAdminPolicy *self, const char *name, GError **error)
{
  if (!is_whole (self, error))
    return FALSE;
  if (allows (self, ANNEX_ADMIN_SKILLS, match_name, name))
    return TRUE;
  annex_set_spoken (error, ANNEX_ADMIN_ERROR, ANNEX_ADMIN_ERROR_SKILL,
                    N_ ("Your administrator does not allow the skill “%s”."), name);
  return FALSE;
}

gboolean
annex_admin_policy_check_connector (AnnexAdminPolicy *self,
                                    const char *id,
                                    const char *host,
                                    GError **error)
{
  if (!is_whole (self, error))
    return FALSE;
  for (guint i = 0; i < self->rules->len; i++)
    {
      AnnexAdminRules *rules = g_ptr_array_index (self->rules, i);
      char **list = rules->lists[ANNEX_ADMIN_CONNECTORS];

      if (list == NULL || matches_any (list, match_name, id) ||
          (host != NULL && matches_any (list, match_host, host)))
        continue;
      annex_set_spoken (error, ANNEX_ADMIN_ERROR, ANNEX_ADMIN_ERROR_CONNECTOR,
                        N_ ("Your administrator does not allow the connector “%s”."), id);
      return FALSE;
    }
  return TRUE;
}

char **
annex_admin_policy_dup_collectors (AnnexAdminPolicy *self)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; i < self->rules->len; i++)
    {
      char **list = ((AnnexAdminRules *) g_ptr_array_index (self->rules, i))
                        ->lists[ANNEX_ADMIN_AUDIT_COLLECTORS];

      for (guint j = 0; list != NULL && list[j] != NULL; j++)
        if (g_hash_table_add (seen, list[j]))
          g_strv_builder_add (builder, list[j]);
    }
  return g_strv_builder_end (builder);
}

gboolean
annex_admin_policy_requires_computer (AnnexAdminPolicy *self)
{
  for (guint i = 0; i < self->rules->len; i++)
    if (((AnnexAdminRules *) g_ptr_array_index (self->rules, i))->computer_required)
      return TRUE;
  return FALSE;
}

double
annex_admin_policy_limit_cost (AnnexAdminPolicy *self, double cost_usd)
{
  for (guint i = 0; i < self->rules->len; i++)
    {
      double limit = ((AnnexAdminRules *) g_ptr_array_index (self->rules, i))->task_cost_usd;

      if (limit > 0 && (cost_usd <= 0 || limit < cost_usd))
        cost_usd = limit;
    }
  return cost_usd;
}

guint
annex_admin_policy_limit_turns (AnnexAdminPolicy *self, guint turns)
{
  for (guint i = 0; i < self->rules->len; i++)
    {
      guint limit = ((AnnexAdminRules *) g_ptr_array_index (self->rules, i))->task_turns;

      if (limit > 0 && (turns == 0 || limit < turns))
        turns = limit;
    }
  return turns;
}
