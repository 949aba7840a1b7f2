/* annex-desk-session.c
 *
 * See annex-desk-session.h: the object, the tasks that are open and what they work with. The calls
 * of the port are in annex-desk-session-*.c.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-desk-session-private.h"

#include "annex-future.h"
#include "annex-json-build.h"
#include "annex-paths.h"
#include "annex-site-rule.h"

#include <fcntl.h>
#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <sys/file.h>
#include <unistd.h>

/* How long ending runs may hold up the end of the app. */
#define PARK_LIMIT_MS 20000
/* What fills a disk does not say so. */
#define WATCH_MS (5 * 60 * 1000)

static void
iface_init (AnnexDeskInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (AnnexDeskSession,
                               annex_desk_session,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (ANNEX_TYPE_DESK, iface_init))

/* Calls */

static void
call_free (gpointer data)
{
  AnnexDeskCall *call = data;

  g_clear_object (&call->self);
  g_clear_object (&call->task);
  g_free (call->id);
  g_free (call->text);
  g_strfreev (call->paths);
  g_clear_pointer (&call->ask, annex_ask_unref);
  g_clear_pointer (&call->json, json_object_unref);
  g_clear_pointer (&call->message, annex_new_task_free);
  g_clear_pointer (&call->again, annex_again_free);
  g_clear_pointer (&call->plan, annex_plan_unref);
  g_clear_pointer (&call->profile, annex_model_profile_free);
  g_clear_object (&call->cancellable);
  g_free (call);
}

AnnexDeskCall *
annex_desk_call_new (AnnexDesk *desk, AnnexTask *task)
{
  AnnexDeskCall *call = g_new0 (AnnexDeskCall, 1);

  call->self = g_object_ref (ANNEX_DESK_SESSION (desk));
  g_set_object (&call->task, task);
  return call;
}

static DexFuture *
call_fiber (gpointer data)
{
  AnnexDeskCall *call = data;

  return call->func (call);
}

DexFuture *
annex_desk_call_run (AnnexDeskCall *call, AnnexDeskFunc func)
{
  call->func = func;
  if (call->self->closed)
    {
      call_free (call);
      return annex_future_new_errorf (G_IO_ERROR, G_IO_ERROR_CLOSED, _ ("Annex is ending"));
    }
  return annex_fiber_run (call_fiber, call, call_free);
}

DexFuture *
annex_desk_fail (GError *error)
{
  annex_error_normalise (&error);
  return annex_future_new_error (error);
}

/* Tasks: one object each */

static void
task_gone_cb (gpointer data, GObject *where)
{
  AnnexDeskSession *self = data;
  GHashTableIter iter;
  gpointer task;

  g_hash_table_iter_init (&iter, self->tasks);
  while (g_hash_table_iter_next (&iter, NULL, &task))
    if (task == where)
      g_hash_table_iter_remove (&iter);
}

static void
adopt_task (AnnexDeskSession *self, AnnexTask *task)
{
  g_hash_table_insert (self->tasks, g_strdup (annex_task_get_id (task)), task);
  g_object_weak_ref (G_OBJECT (task), task_gone_cb, self);
}

AnnexTask *
annex_desk_session_get_task (AnnexDeskSession *self, const char *task_id, GError **error)
{
  AnnexTask *task = g_hash_table_lookup (self->tasks, task_id);
  DexFuture *loading = g_hash_table_lookup (self->loading, task_id);
  g_autofree char *id = g_strdup (task_id);

  if (task != NULL)
    return g_object_ref (task);
  if (loading == NULL)
    {
      loading = annex_task_load (annex_session_get_store (self->session), id);
      g_hash_table_insert (self->loading, g_strdup (id), loading);
    }
  /* Of several who wait the first one registers the object, the others find it. */
  task = dex_await_object (dex_ref (loading), error);
  g_hash_table_remove (self->loading, id);
  if (task == NULL)
    annex_error_normalise (error);
  else if (g_hash_table_lookup (self->tasks, id) == NULL)
    adopt_task (self, task);
  return task;
}

/* Work */

static void
work_clear (gpointer data)
{
  AnnexWork *work = data;

  g_clear_handle_id (&work->sleep, g_source_remove);
  g_clear_object (&work->agent);
  g_clear_object (&work->workspace);
  g_clear_object (&work->task);
  dex_clear (&work->ready);
  dex_clear (&work->run);
  dex_clear (&work->giving);
}

AnnexWork *
annex_work_ref (AnnexWork *work)
{
  return g_rc_box_acquire (work);
}

void
annex_work_unref (AnnexWork *work)
{
  g_rc_box_release_full (work, work_clear);
}

static void
work_leave (gpointer data)
{
  AnnexWork *work = data;

  work->desk = NULL;
  g_clear_handle_id (&work->sleep, g_source_remove);
  g_signal_handlers_disconnect_by_data (work->task, work);
  if (work->workspace != NULL)
    g_signal_handlers_disconnect_by_data (annex_workspace_get_computer (work->workspace), work);
  annex_work_unref (work);
}

static void
event_cb (AnnexTask *task, AnnexEvent *event, AnnexWork *work)
{
  JsonObject *data = annex_event_get_data (event);
  const char *scope = annex_json_opt_string (data, "scope", "");

  if (work->desk == NULL)
    return;
  if (annex_event_get_event_type (event) == ANNEX_EVENT_STATE_CHANGED)
    annex_desk_emit_task_state (ANNEX_DESK (work->desk), task);
  else if (annex_event_get_event_type (event) == ANNEX_EVENT_ERROR)
    annex_desk_session_look_after (work->desk, annex_json_opt_string (data, "domain", ""),
                                   annex_json_opt_string (data, "code", ""));
  /* A decision that is changed outside the run's own tools counts at once. */
  else if (annex_event_get_event_type (event) == ANNEX_EVENT_NETWORK_DECIDED &&
           annex_site_rule_get_site (annex_json_opt_string (data, "host", "")) == NULL &&
           work->workspace != NULL && (g_str_equal (scope, "task") || g_str_equal (scope, "never")))
    annex_network_policy_set (
        annex_workspace_get_policy (work->workspace), annex_json_opt_string (data, "host", ""),
        g_str_equal (annex_json_opt_string (data, "decision", ""), "allow"), scope);
}

/* Whatever woke it, a look at a draft or its user: when nobody works in it, it sleeps again. */
static void
computer_changed_cb (AnnexComputer *computer, AnnexWork *work)
{
  if (work->sleep == 0 && !work->running && work->held == 0 &&
      annex_computer_get_state (computer) == ANNEX_COMPUTER_READY)
    annex_desk_session_plan_sleep (work);
}

/* Rules that were set or removed outside the tasks' own tools count at once, also for connections
 * that are open. Only what differs, and as a rule that others made: what its user decides elsewhere
 * is no fresh word about what this task has read. */
static void
apply_to (AnnexNetworkPolicy *policy, GHashTable *before, GHashTable *now)
{
  GHashTableIter iter;
  gpointer host;
  gpointer value;

  g_hash_table_iter_init (&iter, before);
  while (g_hash_table_iter_next (&iter, &host, &value))
    if (!g_hash_table_contains (now, host))
      annex_network_policy_remove (policy, host,
                                   ((AnnexNetworkRule *) value)->allow ? "always" : "never");
  g_hash_table_iter_init (&iter, now);
  while (g_hash_table_iter_next (&iter, &host, &value))
    {
      const AnnexNetworkRule *rule = value;
      const AnnexNetworkRule *was = g_hash_table_lookup (before, host);

      /* A Never that is said again counts where it was lifted meanwhile. */
      if (was == NULL || was->allow != rule->allow ||
          (!rule->allow && was->time_us != rule->time_us))
        annex_network_policy_restore (policy, host, rule->allow, rule->allow ? "always" : "never");
    }
}

static GHashTable *
new_rules (void)
{
  return g_hash_table_new_full (g_str_hash, g_str_equal, g_free,
                                (GDestroyNotify) annex_network_rule_free);
}

/* The desk may let go of it before this begins, and while it waits. */
static DexFuture *
make_fiber (gpointer data)
{
  AnnexWork *work = data;
  g_autoptr (AnnexDeskSession) desk = work->desk != NULL ? g_object_ref (work->desk) : NULL;
  g_autoptr (AnnexWorkspace) workspace = NULL;
  g_autoptr (GHashTable) rules = desk != NULL ? g_hash_table_ref (desk->rules) : NULL;
  AnnexComputer *computer;
  GError *error = NULL;

  if (desk != NULL)
    workspace = annex_session_create_workspace (desk->session, work->task, NULL, &error);
  if (error != NULL)
    return annex_desk_fail (error);
  if (work->desk == NULL)
    return annex_future_new_errorf (G_IO_ERROR, G_IO_ERROR_CLOSED,
                                    _ ("The task was let go of meanwhile"));
  /* What was decided while it was made. */
  apply_to (annex_workspace_get_policy (workspace), rules, work->desk->rules);
  computer = annex_workspace_get_computer (workspace);
  work->workspace = g_steal_pointer (&workspace);
  g_signal_connect (computer, "changed", G_CALLBACK (computer_changed_cb), work);
  computer_changed_cb (computer, work);
  return dex_future_new_true ();
}

AnnexWork *
annex_desk_session_get_work (AnnexDeskSession *self, AnnexTask *task, GError **error)
{
  const char *id = annex_task_get_id (task);
  AnnexWork *found = g_hash_table_lookup (self->works, id);
  g_autoptr (AnnexWork) work = found != NULL ? annex_work_ref (found) : NULL;

  if (self->moving || self->closed)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_BUSY,
                           _ ("Annex’s computers are being moved; try again when that is done"));
      return NULL;
    }
  if (work == NULL)
    {
      work = g_rc_box_new0 (AnnexWork);
      work->desk = self;
      work->task = g_object_ref (task);
      g_signal_connect (task, "event", G_CALLBACK (event_cb), work);
      g_hash_table_insert (self->works, g_strdup (id), annex_work_ref (work));
      work->ready =
          annex_fiber_run (make_fiber, annex_work_ref (work), (GDestroyNotify) annex_work_unref);
    }
  if (dex_await (dex_ref (work->ready), error))
    {
      if (work->sleep != 0) /* in use: from now on it is idle again */
        annex_desk_session_plan_sleep (work);
      return g_steal_pointer (&work);
    }
  annex_error_normalise (error);
  if (g_hash_table_lookup (self->works, id) == work)
    g_hash_table_remove (self->works, id);
  return NULL;
}

AnnexWork *
annex_desk_session_find_work (AnnexDeskSession *self, AnnexTask *task)
{
  AnnexWork *work = g_hash_table_lookup (self->works, annex_task_get_id (task));

  return work != NULL && work->workspace != NULL ? work : NULL;
}

void
annex_desk_session_drop_work (AnnexDeskSession *self, const char *task_id)
{
  AnnexWork *found = g_hash_table_lookup (self->works, task_id);
  g_autoptr (AnnexWork) work = found != NULL ? annex_work_ref (found) : NULL;
  g_autofree char *id = g_strdup (task_id);

  if (work == NULL)
    return;
  work->held++; /* for good: nothing begins in it again */
  work->stopped = TRUE;
  if (work->agent != NULL)
    annex_agent_stop (work->agent);
  if (work->run != NULL)
    dex_await (dex_ref (work->run), NULL); /* how it ended is in its log */
  if (g_hash_table_lookup (self->works, id) == work)
    g_hash_table_remove (self->works, id);
}

/* Standing rules */

static DexFuture *
rules_cb (DexFuture *future, gpointer data)
{
  AnnexDeskSession *self = data;
  const GValue *value = dex_future_get_value (future, NULL); /* the next change tries again */
  GPtrArray *rules = value != NULL ? g_value_get_boxed (value) : NULL;
  GHashTable *now;
  GHashTableIter iter;
  gpointer work;

  if (rules == NULL)
    return dex_future_new_true ();
  now = new_rules ();
  for (guint i = 0; i < rules->len; i++)
    {
      AnnexNetworkRule *rule = g_ptr_array_index (rules, i);

      if (annex_site_rule_get_site (rule->host) == NULL)
        g_hash_table_insert (now, g_strdup (rule->host), annex_network_rule_copy (rule));
    }
  g_hash_table_iter_init (&iter, self->works);
  while (g_hash_table_iter_next (&iter, NULL, &work))
    if (((AnnexWork *) work)->workspace != NULL)
      apply_to (annex_workspace_get_policy (((AnnexWork *) work)->workspace), self->rules, now);
  g_hash_table_unref (self->rules);
  self->rules = now;
  return dex_future_new_true ();
}

static void
read_rules (AnnexDeskSession *self)
{
  if (!self->closed)
    dex_future_disown (
        dex_future_finally (annex_store_list_rules (annex_session_get_store (self->session)),
                            rules_cb, g_object_ref (self), g_object_unref));
}

/* Other processes */

static void
others_cb (AnnexDeskSession *self)
{
  GHashTableIter iter;
  gpointer task;

  g_hash_table_iter_init (&iter, self->tasks);
  while (g_hash_table_iter_next (&iter, NULL, &task))
    dex_future_disown (annex_task_refresh (task));
  read_rules (self);
}

gboolean
annex_desk_session_is_run_elsewhere (const char *task_id)
{
  g_autofree char *rest = g_build_filename ("tasks", task_id, "run.lock", NULL);
  g_autofree char *path = annex_paths_data (rest);
  g_autofd int fd = open (path, O_RDWR | O_CLOEXEC | O_NOFOLLOW);

  return fd >= 0 && flock (fd, LOCK_EX | LOCK_NB) != 0;
}

/* A task that a crash interrupted must not look as if it worked. */
static void
tell_interrupted (AnnexDeskSession *self)
{
  AnnexStore *store = annex_session_get_store (self->session);
  g_autoptr (GPtrArray) tasks = dex_await_boxed (annex_store_list_tasks (store), NULL);

  for (guint i = 0; tasks != NULL && i < tasks->len; i++)
    {
      AnnexTaskSummary *task = g_ptr_array_index (tasks, i);
      g_autoptr (GError) error = NULL;

      if (g_strcmp0 (task->state, "running") != 0 || annex_desk_session_is_run_elsewhere (task->id))
        continue;
      if (!dex_await (
              annex_store_append (store, task->id, ANNEX_EVENT_STATE_CHANGED,
                                  annex_json_build ("s", "state", "stopped", "s", "reason",
                                                    "Annex ended while it worked on this", NULL)),
              &error))
        g_warning ("An interrupted task could not be marked: %s", error->message);
    }
}

/* The object */

static void
iface_init (AnnexDeskInterface *iface)
{
  annex_desk_session_init_tasks (iface);
  annex_desk_session_init_again (iface);
  annex_desk_session_init_asks (iface);
  annex_desk_session_init_files (iface);
  annex_desk_session_init_computer (iface);
  annex_desk_session_init_checkpoints (iface);
  annex_desk_session_init_browser (iface);
  annex_desk_session_init_models (iface);
  annex_desk_session_init_checks (iface);
  annex_desk_session_init_skills (iface);
}

static void
annex_desk_session_finalize (GObject *object)
{
  AnnexDeskSession *self = ANNEX_DESK_SESSION (object);
  GHashTableIter iter;
  gpointer task;

  g_clear_handle_id (&self->look_timer, g_source_remove);
  g_clear_handle_id (&self->watch_timer, g_source_remove);
  g_clear_object (&self->limits);
  g_hash_table_unref (self->works);
  g_hash_table_iter_init (&iter, self->tasks);
  while (g_hash_table_iter_next (&iter, NULL, &task))
    g_object_weak_unref (task, task_gone_cb, self);
  g_hash_table_unref (self->tasks);
  g_hash_table_unref (self->loading);
  g_hash_table_unref (self->disk_uses);
  g_hash_table_unref (self->elsewhere);
  g_hash_table_unref (self->rules);
  g_clear_object (&self->watch);
  g_clear_object (&self->power);
  g_clear_pointer (&self->checks, g_ptr_array_unref);
  g_ptr_array_unref (self->deletes);
  g_clear_object (&self->session);
  G_OBJECT_CLASS (annex_desk_session_parent_class)->finalize (object);
}

static void
annex_desk_session_class_init (AnnexDeskSessionClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = annex_desk_session_finalize;
}

static void
annex_desk_session_init (AnnexDeskSession *self)
{
  self->tasks = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->loading = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, dex_unref);
  self->works = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, work_leave);
  self->disk_uses = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->elsewhere =
      g_hash_table_new_full (g_str_hash, g_str_equal, g_free, annex_desk_session_forget_elsewhere);
  self->rules = new_rules ();
  self->deletes = g_ptr_array_new_with_free_func (dex_unref);
  self->watch_ms = WATCH_MS;
  self->checks = g_ptr_array_new_with_free_func ((GDestroyNotify) annex_check_result_free);
}

AnnexDeskSession *
annex_desk_session_new (AnnexSession *session)
{
  AnnexDeskSession *self = g_object_new (ANNEX_TYPE_DESK_SESSION, NULL);

  self->session = g_object_ref (session);
  self->power = annex_power_new (NULL);
  self->watch = annex_ask_watch_new (annex_session_get_store (session));
  g_signal_connect_object (self->watch, "opened", G_CALLBACK (annex_desk_emit_ask_opened), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->watch, "closed", G_CALLBACK (annex_desk_emit_ask_closed), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->watch, "closed-elsewhere",
                           G_CALLBACK (annex_desk_session_answered_elsewhere), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->watch, "others", G_CALLBACK (others_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (annex_session_get_store (session), "rules-changed",
                           G_CALLBACK (read_rules), self, G_CONNECT_SWAPPED);
  read_rules (self);
  annex_desk_session_watch_browsers (self);
  g_signal_connect_object (annex_session_get_config (session), "changed",
                           G_CALLBACK (annex_desk_emit_profiles_changed), self, G_CONNECT_SWAPPED);
  return self;
}

static DexFuture *
open_fiber (gpointer data)
{
  GError *error = NULL;
  g_autoptr (AnnexSession) session = dex_await_object (annex_session_open (), &error);
  g_autoptr (AnnexDeskSession) self = NULL;

  if (session == NULL)
    {
      annex_error_normalise (&error);
      return annex_future_new_error (error);
    }
  self = annex_desk_session_new (session);
  tell_interrupted (self);
  annex_desk_session_watch_conditions (self);
  return dex_future_new_take_object (g_steal_pointer (&self));
}

DexFuture *
annex_desk_session_open (void)
{
  return annex_fiber_run (open_fiber, NULL, NULL);
}

static DexFuture *
close_fiber (gpointer data)
{
  AnnexDeskSession *self = data;
  g_autoptr (GPtrArray) works = g_ptr_array_new_with_free_func ((GDestroyNotify) annex_work_unref);
  GHashTableIter iter;
  gpointer work;

  g_hash_table_iter_init (&iter, self->works);
  while (g_hash_table_iter_next (&iter, NULL, &work))
    g_ptr_array_add (works, annex_work_ref (work));
  for (guint i = 0; i < works->len; i++)
    {
      AnnexWork *one = g_ptr_array_index (works, i);

      if (one->agent == NULL || !one->running)
        continue;
      /* What waits for the user stays open; what works is stopped and can be taken up again. */
      if (annex_task_get_state (one->task) == ANNEX_TASK_WAITING)
        annex_agent_park (one->agent);
      else
        annex_agent_stop (one->agent);
    }
  for (guint i = 0; i < works->len; i++)
    {
      AnnexWork *one = g_ptr_array_index (works, i);

      if (one->run != NULL)
        dex_await (annex_future_with_timeout (dex_ref (one->run), PARK_LIMIT_MS), NULL);
    }
  /* A window that is closed deletes what could still be undone in it. */
  for (guint i = 0; i < self->deletes->len; i++)
    dex_await (
        annex_future_with_timeout (dex_ref (g_ptr_array_index (self->deletes, i)), PARK_LIMIT_MS),
        NULL);
  g_hash_table_remove_all (self->works);
  return annex_session_close (self->session);
}

DexFuture *
annex_desk_session_close (AnnexDeskSession *self)
{
  dex_return_error_if_fail (ANNEX_IS_DESK_SESSION (self));

  if (self->closed)
    return dex_future_new_true ();
  self->closed = TRUE;
  g_hash_table_remove_all (self->elsewhere);
  g_clear_handle_id (&self->look_timer, g_source_remove);
  g_clear_handle_id (&self->watch_timer, g_source_remove);
  return annex_fiber_run (close_fiber, g_object_ref (self), g_object_unref);
}

AnnexSession *
annex_desk_session_get_session (AnnexDeskSession *self)
{
  return self->session;
}
