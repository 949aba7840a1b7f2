/* annex-browser-pane-plan.c
 *
 * The sites that the task's plan names are asked about together, when the first of them is needed.
 * A plan is the agent's own words: what is allowed is what the question shows, name by name.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-browser-pane-private.h"
#include "annex-future.h"
#include "annex-site-policy.h"

#include <glib/gi18n.h>

/* More than a person would read. */
#define MAX_SITES 12

static const char allow[] = "Allow for this task";
static const char separately[] = "Ask for each";

/* What the plan names and nobody has decided about, @site first; NULL when there is nothing to ask
 * for beside @site. (transfer full) */
static GPtrArray *
list_open_sites (AnnexBrowserPane *self, const char *site)
{
  AnnexPlan *plan = annex_task_get_plan (self->task);
  g_autoptr (GPtrArray) open = g_ptr_array_new_with_free_func (g_free);
  gboolean is_named = FALSE;

  g_ptr_array_add (open, g_strdup (site));
  for (guint i = 0; plan != NULL && i < annex_plan_get_n_steps (plan); i++)
    {
      g_autoptr (GPtrArray) named =
          annex_site_policy_find_sites (annex_plan_get_step (plan, i)->title, MAX_SITES);

      for (guint k = 0; k < named->len && open->len < MAX_SITES; k++)
        {
          const char *name = g_ptr_array_index (named, k);

          if (g_str_equal (name, site))
            is_named = TRUE;
          else if (!annex_browser_pane_holds (self, name) &&
                   !g_hash_table_contains (self->never, name) &&
                   !g_hash_table_contains (self->offered, name) &&
                   annex_browser_pane_may_ask (name, NULL) &&
                   !g_ptr_array_find_with_equal_func (open, name, g_str_equal, NULL))
            g_ptr_array_add (open, g_strdup (name));
        }
    }
  if (!is_named || open->len < 2 || g_hash_table_contains (self->offered, site))
    return NULL;
  return g_steal_pointer (&open);
}

static char *
describe (GPtrArray *sites)
{
  GString *text = g_string_new (_ ("The plan names these sites. May Annex use all of them?"));

  for (guint i = 0; i < sites->len; i++)
    g_string_append_printf (text, "\n%s", (const char *) g_ptr_array_index (sites, i));
  return g_string_free_and_steal (text);
}

gboolean
annex_browser_pane_ask_plan (AnnexBrowserPane *self, const char *site, GError **error)
{
  g_autoptr (GPtrArray) sites = list_open_sites (self, site);
  g_autofree char *turn = g_strdup (self->turn_id);
  g_autofree char *question = NULL;
  g_autoptr (JsonObject) answer = NULL;

  /* Of a task that might send data away each way out is asked about by itself. */
  if (sites == NULL || self->taint == ANNEX_TAINT_BOTH)
    return FALSE;
  question = describe (sites);
  answer = dex_await_boxed (
      annex_browser_pane_ask (self,
                              annex_ask_new_consent (annex_task_get_id (self->task), "Sites",
                                                     question, allow, separately),
                              turn, self->turn_cancel),
      error);
  if (answer == NULL)
    return FALSE;
  for (guint i = 0; i < sites->len; i++)
    g_hash_table_add (self->offered, g_strdup (g_ptr_array_index (sites, i)));
  if (!g_str_equal (annex_json_opt_string (answer, "consent", ""), allow))
    return FALSE;
  for (guint i = 0; i < sites->len; i++)
    annex_browser_pane_decide (self, g_ptr_array_index (sites, i), "task");
  g_ptr_array_add (sites, NULL);
  annex_browser_pane_allow_sites (self, (const char *const *) sites->pdata, "task");
  return dex_await (annex_browser_pane_update_guard (self), error);
}
