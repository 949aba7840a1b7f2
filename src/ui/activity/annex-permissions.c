/* annex-permissions.c
 *
 * See annex-permissions.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-permissions.h"

#include "annex-future.h"
#include "annex-json-build.h"

typedef struct
{
  AnnexDesk *desk;
  AnnexTask *task;
  char *host;
  char *scope;
  char *old_scope;
} Decision;

static void
decision_free (gpointer data)
{
  Decision *decision = data;

  g_clear_object (&decision->desk);
  g_clear_object (&decision->task);
  g_free (decision->host);
  g_free (decision->scope);
  g_free (decision->old_scope);
  g_free (decision);
}

static Decision *
decision_new (AnnexDesk *desk, AnnexTask *task)
{
  Decision *decision = g_new0 (Decision, 1);

  decision->desk = g_object_ref (desk);
  g_set_object (&decision->task, task);
  return decision;
}

static int
compare_rules (gconstpointer a, gconstpointer b)
{
  const AnnexNetworkRule *first = *(const AnnexNetworkRule *const *) a;
  const AnnexNetworkRule *second = *(const AnnexNetworkRule *const *) b;
  int order = g_strcmp0 (first->host, second->host);

  return order != 0 ? order : g_strcmp0 (first->scope, second->scope);
}

static DexFuture *
list_fiber (gpointer data)
{
  Decision *wanted = data;
  GError *error = NULL;
  g_autoptr (GPtrArray) standing =
      dex_await_boxed (annex_store_list_rules (annex_desk_get_store (wanted->desk)), &error);
  g_autoptr (GPtrArray) own =
      wanted->task != NULL ? annex_task_dup_network_rules (wanted->task) : g_ptr_array_new ();
  GPtrArray *rules;

  if (standing == NULL)
    return annex_future_new_error (error);
  rules = g_ptr_array_new_with_free_func ((GDestroyNotify) annex_network_rule_free);
  for (guint i = 0; i < standing->len + own->len; i++)
    {
      AnnexNetworkRule *rule = i < standing->len ? g_ptr_array_index (standing, i)
                                                 : g_ptr_array_index (own, i - standing->len);

      if (i < standing->len || rule->allow) /* a task's "no" is no permission to take back */
        g_ptr_array_add (rules, annex_network_rule_copy (rule));
    }
  g_ptr_array_sort (rules, compare_rules);
  return dex_future_new_take_boxed (G_TYPE_PTR_ARRAY, rules);
}

DexFuture *
annex_permissions_list (AnnexDesk *desk, AnnexTask *task)
{
  return annex_fiber_run (list_fiber, decision_new (desk, task), decision_free);
}

static gboolean
is_standing (const char *scope)
{
  return g_strcmp0 (scope, "always") == 0 || g_strcmp0 (scope, "never") == 0;
}

static gboolean
append (Decision *self, const char *decision, const char *scope, GError **error)
{
  return self->task == NULL ||
         dex_await (annex_task_append (self->task, ANNEX_EVENT_NETWORK_DECIDED,
                                       annex_json_build ("s", "host", self->host, "s", "decision",
                                                         decision, "s", "scope", scope, "s", "by",
                                                         "user", NULL)),
                    error);
}

/* What is taken back goes first: a crash between two steps leaves less allowed, not more. */
static DexFuture *
decide_fiber (gpointer data)
{
  Decision *self = data;
  AnnexStore *store = annex_desk_get_store (self->desk);
  gboolean back =
      self->scope == NULL || (is_standing (self->old_scope) && !is_standing (self->scope));
  gboolean allow = self->scope != NULL && !g_str_equal (self->scope, "never");
  GError *error = NULL;

  if (back && is_standing (self->old_scope) &&
      !dex_await (annex_store_remove_rule (store, self->host), &error))
    return annex_future_new_error (error);
  if (back && !append (self, "ask", self->old_scope, &error))
    return annex_future_new_error (error);
  if (self->scope == NULL)
    return dex_future_new_true ();
  if (!append (self, allow ? "allow" : "refuse", self->scope, &error))
    return annex_future_new_error (error);
  if (is_standing (self->scope) &&
      !dex_await (annex_store_set_rule (store, self->host, allow), &error))
    return annex_future_new_error (error);
  return dex_future_new_true ();
}

DexFuture *
annex_permissions_decide (AnnexDesk *desk,
                          AnnexTask *task,
                          const char *host,
                          const char *scope,
                          const char *old_scope)
{
  Decision *decision = decision_new (desk, task);

  decision->host = g_strdup (host);
  decision->scope = g_strdup (scope);
  decision->old_scope = g_strdup (old_scope != NULL ? old_scope : "task");
  return annex_fiber_run (decide_fiber, decision, decision_free);
}
