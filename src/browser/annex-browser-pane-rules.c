/* annex-browser-pane-rules.c
 *
 * The user's standing decisions about sites, and those of this task: read when the pane is first
 * used, and followed from then on, so that what is taken back anywhere holds here at once.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-browser-pane-private.h"
#include "annex-future.h"
#include "annex-json-build.h"
#include "annex-site-rule.h"

/* ---------------------------------------------------------------- taking back */

static gboolean
is_task_rule (AnnexBrowserPane *self, const char *site)
{
  g_autoptr (GPtrArray) rules = annex_task_dup_network_rules (self->task);
  g_autofree char *name = annex_site_rule_dup_name (site);

  for (guint i = 0; i < rules->len; i++)
    {
      AnnexNetworkRule *rule = g_ptr_array_index (rules, i);

      if (rule->allow && g_str_equal (rule->host, name))
        return TRUE;
    }
  return FALSE;
}

static gboolean
is_standing (AnnexBrowserPane *self, const char *site)
{
  g_autofree char *name = annex_site_rule_dup_name (site);
  const AnnexNetworkRule *rule = g_hash_table_lookup (self->standing, name);

  return rule != NULL && rule->allow;
}

static void
take_back (AnnexBrowserPane *self, const char *site, const char *scope)
{
  g_autofree char *www = g_strconcat ("www.", site, NULL);
  const char *rest = NULL;

  annex_network_policy_remove (self->policy, site, scope);
  annex_network_policy_remove (self->policy, www, scope);
  if (g_str_equal (scope, "never"))
    {
      g_hash_table_remove (self->never, site);
      return;
    }
  if (is_task_rule (self, site))
    rest = "task";
  else if (is_standing (self, site))
    rest = "always";
  if (rest != NULL)
    g_hash_table_insert (self->sites, g_strdup (site), g_strdup (rest));
  else if (!g_hash_table_remove (self->sites, site))
    return;
  self->guard_wanted++;
  dex_future_disown (annex_browser_pane_update_guard (self));
}

/* ---------------------------------------------------------------- standing decisions */

/* Of a rule's name: the site it is about here; a host that no task may reach is one, too. */
static const char *
get_site (const char *name, gboolean allow)
{
  const char *site = annex_site_rule_get_site (name);

  if (site != NULL || allow)
    return site;
  return g_str_has_prefix (name, "www.") ? name + 4 : name;
}

GHashTable *
annex_browser_pane_new_standing (void)
{
  return g_hash_table_new_full (g_str_hash, g_str_equal, g_free,
                                (GDestroyNotify) annex_network_rule_free);
}

/* A Never that is said again counts where it was lifted meanwhile. */
static gboolean
is_said_anew (const AnnexNetworkRule *rule, const AnnexNetworkRule *was)
{
  return was == NULL || was->allow != rule->allow ||
         (!rule->allow && was->time_us != rule->time_us);
}

static void
apply_standing (AnnexBrowserPane *self, GPtrArray *rules)
{
  g_autoptr (GHashTable) before = g_steal_pointer (&self->standing);
  GHashTableIter iter;
  gpointer name;
  gpointer value;

  self->standing = annex_browser_pane_new_standing ();
  for (guint i = 0; i < rules->len; i++)
    {
      AnnexNetworkRule *rule = g_ptr_array_index (rules, i);

      g_hash_table_insert (self->standing, g_strdup (rule->host), annex_network_rule_copy (rule));
    }
  g_hash_table_iter_init (&iter, before);
  while (g_hash_table_iter_next (&iter, &name, &value))
    {
      const AnnexNetworkRule *was = value;
      const AnnexNetworkRule *now = g_hash_table_lookup (self->standing, name);

      if ((now == NULL || now->allow != was->allow) && get_site (name, was->allow) != NULL)
        take_back (self, get_site (name, was->allow), was->allow ? "always" : "never");
    }
  g_hash_table_iter_init (&iter, self->standing);
  while (g_hash_table_iter_next (&iter, &name, &value))
    {
      const AnnexNetworkRule *rule = value;

      if (is_said_anew (rule, g_hash_table_lookup (before, name)) &&
          get_site (name, rule->allow) != NULL)
        annex_browser_pane_restore_rule (self, get_site (name, rule->allow),
                                         rule->allow ? "always" : "never");
    }
}

static DexFuture *
read_cb (DexFuture *future, gpointer data)
{
  AnnexBrowserPane *self = data;
  const GValue *value = dex_future_get_value (future, NULL); /* the next change tries again */

  if (value != NULL && !self->is_closed)
    apply_standing (self, g_value_get_boxed (value));
  return dex_future_new_true ();
}

static void
rules_changed_cb (AnnexBrowserPane *self)
{
  dex_future_disown (dex_future_finally (annex_store_list_rules (self->store), read_cb,
                                         g_object_ref (self), g_object_unref));
}

/* ---------------------------------------------------------------- what the task has read */

/* A site that is open to all tasks may be open to this one no more. */
static void
set_taint (AnnexBrowserPane *self, AnnexTaint taint)
{
  if ((self->taint | taint) == self->taint)
    return;
  self->taint |= taint;
  annex_network_policy_set_taint (self->policy, taint);
  self->guard_wanted++;
  dex_future_disown (annex_browser_pane_update_guard (self));
}

void
annex_browser_pane_opened (AnnexBrowserPane *self)
{
  if (self->driver == ANNEX_DRIVER_ANNEX)
    set_taint (self, ANNEX_TAINT_UNTRUSTED);
}

gboolean
annex_browser_pane_note_read (AnnexBrowserPane *self, GError **error)
{
  g_auto (GStrv) sources = annex_task_dup_untrusted (self->task);

  return (self->taint & ANNEX_TAINT_UNTRUSTED) == 0 || self->store == NULL ||
         g_strv_contains ((const char *const *) sources, ANNEX_SOURCE_WEB) ||
         dex_await (annex_task_append (self->task, ANNEX_EVENT_UNTRUSTED_READ,
                                       annex_json_build ("s", "source", ANNEX_SOURCE_WEB, NULL)),
                    error);
}

/* ---------------------------------------------------------------- decisions of this task */

static void
event_cb (AnnexBrowserPane *self, AnnexEvent *event)
{
  JsonObject *data = annex_event_get_data (event);
  const char *decision = annex_json_opt_string (data, "decision", "");
  const char *scope = annex_json_opt_string (data, "scope", "");
  gboolean allow = g_str_equal (decision, "allow");
  const char *site;

  set_taint (self, annex_task_get_taint (self->task));
  if (annex_event_get_event_type (event) != ANNEX_EVENT_NETWORK_DECIDED)
    return;
  site = annex_site_rule_get_site (annex_json_opt_string (data, "host", ""));
  if (site == NULL)
    return;
  /* The rule itself is followed in the store; that it was made here is this task's own. */
  if (allow && (g_str_equal (scope, "task") || g_str_equal (scope, "always")))
    annex_browser_pane_grant (self, site, scope);
  else if (!allow && g_str_equal (scope, "task"))
    take_back (self, site, scope);
}

static void
restore_task (AnnexBrowserPane *self)
{
  g_autoptr (GPtrArray) rules = annex_task_dup_network_rules (self->task);

  for (guint i = 0; i < rules->len; i++)
    {
      AnnexNetworkRule *rule = g_ptr_array_index (rules, i);
      const char *site = annex_site_rule_get_site (rule->host);

      if (site != NULL && rule->allow)
        annex_browser_pane_restore_rule (self, site, "task");
    }
}

/* Was the yes for this task said after every Never of its site, if there is one? Where that is not
 * known, it is Never. */
static gboolean
lifts_never (AnnexNetworkRule *yes, const char *site, GPtrArray *standing)
{
  gboolean lifts = FALSE;

  for (guint i = 0; i < standing->len; i++)
    {
      AnnexNetworkRule *never = g_ptr_array_index (standing, i);

      if (never->allow || !g_str_equal (get_site (never->host, FALSE), site))
        continue;
      if (never->time_us == 0 || yes->time_us <= never->time_us)
        return FALSE;
      lifts = TRUE;
    }
  return lifts;
}

static void
lift_nevers (AnnexBrowserPane *self, GPtrArray *standing)
{
  g_autoptr (GPtrArray) rules = annex_task_dup_network_rules (self->task);

  for (guint i = 0; i < rules->len; i++)
    {
      AnnexNetworkRule *rule = g_ptr_array_index (rules, i);
      const char *site = annex_site_rule_get_site (rule->host);

      if (site != NULL && rule->allow && lifts_never (rule, site, standing))
        annex_browser_pane_restore_rule (self, site, "task");
    }
}

gboolean
annex_browser_pane_restore (AnnexBrowserPane *self, GError **error)
{
  g_autoptr (GPtrArray) rules = NULL;

  if (self->is_restored || self->store == NULL)
    return TRUE;
  rules = dex_await_boxed (annex_store_list_rules (self->store), error);
  if (rules == NULL)
    return FALSE;
  if (self->is_restored)
    return TRUE;
  self->is_restored = TRUE;
  restore_task (self);
  apply_standing (self, rules);
  lift_nevers (self, rules);
  set_taint (self, annex_task_get_taint (self->task));
  g_signal_connect_object (self->task, "event", G_CALLBACK (event_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->store, "rules-changed", G_CALLBACK (rules_changed_cb), self,
                           G_CONNECT_SWAPPED);
  return TRUE;
}

/* ---------------------------------------------------------------- deciding */

void
annex_browser_pane_decide (AnnexBrowserPane *self, const char *site, const char *label)
{
  gboolean is_always = g_str_equal (label, "always");

  if (is_always || g_str_equal (label, "never"))
    {
      g_autofree char *name = annex_site_rule_dup_name (site);

      g_hash_table_insert (self->standing, g_strdup (name),
                           annex_network_rule_new (name, is_always, label));
    }
  /* If it cannot be stored, the user is asked again in the next task. */
  if (self->store != NULL)
    dex_future_disown (annex_site_rule_decide (self->task, site, label));
}
