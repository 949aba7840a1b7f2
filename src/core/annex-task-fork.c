/* annex-task-fork.c
 *
 * A new task from a task as it was. What the user has taken back since then is taken back in the
 * new one as well: a copy grants nothing that is not granted now.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-task-private.h"

#include "annex-future.h"
#include "annex-json-build.h"
#include "annex-policy.h"

typedef struct
{
  AnnexTask *origin;
  AnnexCheckpoint *checkpoint;
  char *new_id;
  char *title;
  char *text;
} Fork;

static void
fork_free (gpointer data)
{
  Fork *fork = data;

  g_object_unref (fork->origin);
  annex_checkpoint_free (fork->checkpoint);
  g_free (fork->new_id);
  g_free (fork->title);
  g_free (fork->text);
  g_free (fork);
}

static void
add (GPtrArray *events, AnnexEventType type, JsonObject *data)
{
  g_ptr_array_add (events, annex_event_new (0, "", 0, 0, annex_event_type_to_name (type), data));
}

/* Folders that were granted then: taken back, or with another mode now. */
static void
add_shares (GPtrArray *events, const AnnexTaskFacts *then, AnnexTask *origin)
{
  for (guint i = 0; i < then->shares->len; i++)
    {
      AnnexShare *old = g_ptr_array_index (then->shares, i);
      AnnexShare *now = annex_task_find_share (origin, annex_share_get_id (old));
      g_autofree char *text = NULL;

      if (now == NULL || !g_str_equal (annex_share_get_id (now), annex_share_get_id (old)))
        {
          text = g_strdup_printf ("The user has taken the folder /folders/%s back; it is not there "
                                  "any more.",
                                  annex_share_get_name (old));
          add (events, ANNEX_EVENT_SHARE_REVOKED,
               annex_json_build ("s", "share", annex_share_get_id (old), "s", "text", text, NULL));
        }
      else if (annex_share_get_mode (now) != annex_share_get_mode (old))
        {
          const char *mode = annex_share_mode_to_name (annex_share_get_mode (now));

          text = g_strdup_printf ("The folder /folders/%s has the mode %s now.",
                                  annex_share_get_name (old), mode);
          add (events, ANNEX_EVENT_SHARE_MODE,
               annex_json_build ("s", "share", annex_share_get_id (old), "s", "mode", mode, "s",
                                 "text", text, NULL));
        }
    }
}

/* (borrowed, nullable) */
static AnnexNetworkRule *
find_rule (GPtrArray *rules, const char *host)
{
  for (guint i = 0; i < rules->len; i++)
    if (g_str_equal (((AnnexNetworkRule *) g_ptr_array_index (rules, i))->host, host))
      return g_ptr_array_index (rules, i);
  return NULL;
}

static void
add_decision (GPtrArray *events, const char *host, const char *decision)
{
  add (events, ANNEX_EVENT_NETWORK_DECIDED,
       annex_json_build ("s", "host", host, "s", "decision", decision, "s", "scope", "task", "s",
                         "by", "user", NULL));
}

/* Hosts that were allowed then and are not now, and those that were refused since. */
static void
add_rules (GPtrArray *events, const AnnexTaskFacts *then, AnnexTask *origin)
{
  g_autoptr (GPtrArray) now = annex_task_dup_network_rules (origin);

  for (guint i = 0; i < then->rules->len; i++)
    {
      AnnexNetworkRule *old = g_ptr_array_index (then->rules, i);

      if (find_rule (now, old->host) == NULL)
        add_decision (events, old->host, "ask");
    }
  for (guint i = 0; i < now->len; i++)
    {
      AnnexNetworkRule *rule = g_ptr_array_index (now, i);
      AnnexNetworkRule *old = find_rule (then->rules, rule->host);

      if (!rule->allow && (old == NULL || old->allow))
        add_decision (events, rule->host, "refuse");
    }
}

static GPtrArray *
make_events (Fork *fork, const AnnexTaskFacts *then)
{
  GPtrArray *events = g_ptr_array_new_with_free_func ((GDestroyNotify) annex_event_unref);
  g_autofree char *time = annex_time_to_text (fork->checkpoint->time_us);

  add (events, ANNEX_EVENT_FORKED,
       annex_json_build ("s", "task", annex_task_get_id (fork->origin), "s", "checkpoint",
                         fork->checkpoint->id, "s", "time", time, "s", "text", fork->text, NULL));
  add (events, ANNEX_EVENT_TITLE_CHANGED, annex_json_build ("s", "title", fork->title, NULL));
  add_shares (events, then, fork->origin);
  add_rules (events, then, fork->origin);
  return events;
}

static DexFuture *
fork_fiber (gpointer data)
{
  Fork *fork = data;
  AnnexStore *store = annex_task_get_store (fork->origin);
  const char *id = annex_task_get_id (fork->origin);
  g_autoptr (GPtrArray) past = NULL;
  g_autoptr (GPtrArray) events = NULL;
  AnnexTaskFacts then;
  GError *error = NULL;

  /* What another process took back counts as well. */
  if (!dex_await (annex_task_refresh (fork->origin), &error))
    return annex_future_new_error (error);
  past = dex_await_boxed (
      annex_store_list_events (store, id, 0, (guint) CLAMP (fork->checkpoint->seq, 1, G_MAXINT)),
      &error);
  if (past == NULL)
    return annex_future_new_error (error);
  annex_task_facts_init (&then);
  for (guint i = 0; i < past->len; i++)
    annex_task_facts_apply (&then, g_ptr_array_index (past, i));
  events = make_events (fork, &then);
  annex_task_facts_clear (&then);
  return annex_store_fork (store, id, fork->checkpoint->seq, fork->new_id, events);
}

DexFuture *
annex_task_fork (AnnexTask *self,
                 const AnnexCheckpoint *checkpoint,
                 const char *new_id,
                 const char *title,
                 const char *text)
{
  Fork *fork;

  dex_return_error_if_fail (ANNEX_IS_TASK (self));
  dex_return_error_if_fail (checkpoint != NULL && new_id != NULL && title != NULL && text != NULL);

  fork = g_new0 (Fork, 1);
  fork->origin = g_object_ref (self);
  fork->checkpoint = annex_checkpoint_copy (checkpoint);
  fork->new_id = g_strdup (new_id);
  fork->title = g_strdup (title);
  fork->text = g_strdup (text);
  return annex_fiber_run (fork_fiber, fork, fork_free);
}
