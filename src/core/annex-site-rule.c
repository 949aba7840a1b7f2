/* annex-site-rule.c
 *
 * See annex-site-rule.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-site-rule.h"

#include "annex-future.h"
#include "annex-json-build.h"

#include <string.h>

#define PREFIX "site:"

char *
annex_site_rule_dup_name (const char *site)
{
  return g_strconcat (PREFIX, site, NULL);
}

const char *
annex_site_rule_get_site (const char *name)
{
  return g_str_has_prefix (name, PREFIX) ? name + strlen (PREFIX) : NULL;
}

typedef struct
{
  AnnexTask *task;
  char *name;
  char *label;
} Decision;

static void
decision_free (gpointer data)
{
  Decision *decision = data;

  g_object_unref (decision->task);
  g_free (decision->name);
  g_free (decision->label);
  g_free (decision);
}

static DexFuture *
decide_fiber (gpointer data)
{
  Decision *self = data;
  gboolean is_no = g_str_equal (self->label, "no"); /* not this time: no rule stands afterwards */
  gboolean allow = !is_no && !g_str_equal (self->label, "never");
  GError *error = NULL;

  if ((g_str_equal (self->label, "always") || g_str_equal (self->label, "never")) &&
      !dex_await (annex_store_set_rule (annex_task_get_store (self->task), self->name, allow),
                  &error))
    return annex_future_new_error (error);
  if (!dex_await (annex_task_append (self->task, ANNEX_EVENT_NETWORK_DECIDED,
                                     annex_json_build ("s", "host", self->name, "s", "decision",
                                                       allow ? "allow" : "refuse", "s", "scope",
                                                       is_no ? "once" : self->label, "s", "by",
                                                       "user", NULL)),
                  &error))
    return annex_future_new_error (error);
  return dex_future_new_true ();
}

DexFuture *
annex_site_rule_decide (AnnexTask *task, const char *site, const char *label)
{
  Decision *decision;

  dex_return_error_if_fail (ANNEX_IS_TASK (task));
  decision = g_new0 (Decision, 1);
  decision->task = g_object_ref (task);
  decision->name = annex_site_rule_dup_name (site);
  decision->label = g_strdup (label);
  return annex_fiber_run (decide_fiber, decision, decision_free);
}
