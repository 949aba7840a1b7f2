/* annex-workspace-checkpoints.c
 *
 * See annex-workspace-checkpoints.h. The log is told before the computer is touched, so that a
 * crash can be made good.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-workspace-checkpoints.h"

#include "annex-agent-private.h"

#include "annex-future.h"
#include "annex-json-build.h"
#include "annex-paths.h"
#include "annex-spoken.h"

#include <glib/gi18n.h>
#include <glib/gstdio.h>

#define MAX_MARKED 500
#define MAX_NAMED 20

static GPtrArray *
list (AnnexWorkspace *self, GError **error)
{
  return dex_await_boxed (annex_computer_list_checkpoints (annex_workspace_get_computer (self)),
                          error);
}

static gboolean
append (AnnexWorkspace *self, AnnexEventType type, JsonObject *data, GError **error)
{
  return dex_await (annex_task_append (annex_workspace_get_task (self), type, data), error);
}

/* The checkpoint of that id. (transfer full) */
static AnnexCheckpoint *
find (AnnexWorkspace *self, const char *id, GError **error)
{
  g_autoptr (GPtrArray) all = list (self, error);

  if (all == NULL)
    return NULL;
  for (guint i = 0; i < all->len; i++)
    if (g_str_equal (((AnnexCheckpoint *) g_ptr_array_index (all, i))->id, id))
      return annex_checkpoint_copy (g_ptr_array_index (all, i));
  annex_set_spoken (error, ANNEX_COMPUTER_ERROR, ANNEX_COMPUTER_ERROR_NOT_FOUND,
                    N_ ("There is no such checkpoint any more"));
  return NULL;
}

/* In the user's own time. (transfer full) */
static char *
dup_when (gint64 time_us)
{
  g_autoptr (GDateTime) utc = g_date_time_new_from_unix_utc (time_us / G_USEC_PER_SEC);
  g_autoptr (GDateTime) local = g_date_time_to_local (utc);

  return g_date_time_format (local, "%Y-%m-%d %H:%M");
}

/* ---- making and removing */

static gboolean
remove_one (AnnexWorkspace *self, const char *id, const char *reason, GError **error)
{
  if (!dex_await (annex_computer_remove_checkpoint (annex_workspace_get_computer (self), id),
                  error))
    return FALSE;
  annex_drafts_drop_baselines (annex_workspace_get_drafts (self), id);
  return append (self, ANNEX_EVENT_CHECKPOINT_REMOVED,
                 annex_json_build ("s", "checkpoint", id, "s", "reason", reason, NULL), error);
}

/* What is too much goes; that it could not is no reason to have made none. */
static void
trim (AnnexWorkspace *self, const char *spared)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) all = list (self, &error);
  g_autoptr (GPtrArray) excess =
      all != NULL ? annex_checkpoints_choose_excess (all, ANNEX_CHECKPOINT_MAX, spared) : NULL;

  for (guint i = 0; excess != NULL && i < excess->len && error == NULL; i++)
    remove_one (self, ((AnnexCheckpoint *) g_ptr_array_index (excess, i))->id, "limit", &error);
  if (error != NULL)
    g_warning ("An old checkpoint could not be removed: %s", error->message);
}

static gboolean
tell_made (AnnexWorkspace *self, const AnnexCheckpoint *made, GError **error)
{
  return append (self, ANNEX_EVENT_CHECKPOINT_MADE,
                 annex_json_build ("o", "checkpoint", annex_checkpoint_to_json (made), NULL),
                 error);
}

static AnnexCheckpoint *
make (AnnexWorkspace *self, const char *name, AnnexCheckpointKind kind, GError **error)
{
  AnnexTask *task = annex_workspace_get_task (self);
  AnnexDrafts *drafts = annex_workspace_get_drafts (self);
  g_autoptr (AnnexCheckpoint) wanted =
      annex_checkpoint_new (name, kind, annex_task_get_last_seq (task));
  g_autoptr (AnnexCheckpoint) made = NULL;

  if (!dex_await (annex_drafts_keep_baselines (drafts, wanted->id), error))
    return NULL;
  made = dex_await_boxed (annex_computer_checkpoint (annex_workspace_get_computer (self), wanted),
                          error);
  if (made == NULL)
    {
      annex_drafts_drop_baselines (drafts, wanted->id);
      return NULL;
    }
  if (!tell_made (self, made, error))
    return NULL;
  trim (self, NULL);
  return g_steal_pointer (&made);
}

AnnexCheckpoint *
annex_workspace_checkpoint (AnnexWorkspace *self,
                            const char *name,
                            AnnexCheckpointKind kind,
                            GError **error)
{
  g_autofd int lock = annex_agent_lock_task (self, error);

  return lock >= 0 ? make (self, name, kind, error) : NULL;
}

gboolean
annex_workspace_remove_checkpoint (AnnexWorkspace *self, const char *checkpoint_id, GError **error)
{
  g_autoptr (AnnexCheckpoint) one = find (self, checkpoint_id, error);

  return one != NULL && remove_one (self, checkpoint_id, "user", error);
}

gboolean
annex_workspace_tell_checkpoints_lost (AnnexWorkspace *self, GPtrArray *all, GError **error)
{
  for (guint i = 0; i < all->len; i++)
    if (!remove_one (self, ((AnnexCheckpoint *) g_ptr_array_index (all, i))->id, "reset", error))
      return FALSE;
  return TRUE;
}

/* ---- what was kept since */

/* Notes the entries of a draft-kept event that changed the folder. */
static void
note_kept (GPtrArray *kept, JsonObject *data)
{
  JsonArray *entries = annex_json_opt_array (data, "entries");

  for (guint i = 0; entries != NULL && i < json_array_get_length (entries); i++)
    {
      JsonNode *node = json_array_get_element (entries, i);
      JsonObject *entry = JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
      const char *outcome = entry != NULL ? annex_json_opt_string (entry, "outcome", "") : "";

      if (g_str_equal (outcome, "done") || g_str_equal (outcome, "kept-both"))
        g_ptr_array_add (
            kept, annex_json_build ("s", "keep", annex_json_opt_string (data, "keep", ""), "s",
                                    "share", annex_json_opt_string (data, "share", ""), "s", "path",
                                    annex_json_opt_string (entry, "path", ""), NULL));
    }
}

/* Could the file @path not be put back? */
static gboolean
has_stayed (JsonArray *entries, const char *path)
{
  for (guint i = 0; entries != NULL && i < json_array_get_length (entries); i++)
    {
      JsonNode *node = json_array_get_element (entries, i);
      JsonObject *entry = JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;

      if (entry != NULL && g_str_equal (annex_json_opt_string (entry, "outcome", ""), "failed") &&
          g_str_equal (annex_json_opt_string (entry, "path", ""), path))
        return TRUE;
    }
  return FALSE;
}

/* @data: of a draft-undone event. */
static void
forget_undone (GPtrArray *kept, JsonObject *data)
{
  const char *keep = annex_json_opt_string (data, "keep", "");
  JsonArray *entries = annex_json_opt_array (data, "entries");

  for (guint i = kept->len; i > 0; i--)
    {
      JsonObject *one = g_ptr_array_index (kept, i - 1);

      if (g_str_equal (annex_json_opt_string (one, "keep", ""), keep) &&
          !has_stayed (entries, annex_json_opt_string (one, "path", "")))
        g_ptr_array_remove_index (kept, i - 1);
    }
}

/* What the user kept after @seq and has not taken back: {share, path} objects. (transfer full) */
static JsonArray *
list_kept_since (AnnexTask *task, gint64 seq, GError **error)
{
  g_autoptr (GPtrArray) kept = g_ptr_array_new_with_free_func ((GDestroyNotify) json_object_unref);
  g_autoptr (GPtrArray) events = dex_await_boxed (
      annex_store_list_events (annex_task_get_store (task), annex_task_get_id (task), seq, 0),
      error);
  JsonArray *array;

  if (events == NULL)
    return NULL;
  for (guint i = 0; i < events->len; i++)
    {
      AnnexEvent *event = g_ptr_array_index (events, i);
      JsonObject *data = annex_event_get_data (event);

      if (annex_event_get_event_type (event) == ANNEX_EVENT_DRAFT_KEPT)
        note_kept (kept, data);
      else if (annex_event_get_event_type (event) == ANNEX_EVENT_DRAFT_UNDONE)
        forget_undone (kept, data);
    }
  array = json_array_new ();
  for (guint i = 0; i < kept->len && i < MAX_MARKED; i++)
    {
      JsonObject *one = json_object_ref (g_ptr_array_index (kept, i));

      json_object_remove_member (one, "keep");
      json_array_add_object_element (array, one);
    }
  return array;
}

/* ---- what the model is told */

static void
add_kept_names (GString *text, AnnexTask *task, JsonArray *kept)
{
  guint n = json_array_get_length (kept);

  if (n == 0)
    return;
  g_string_append (text, " Since then the user had kept some of your changes; these files stay in "
                         "the user's folders as they were kept, and may be newer than what you "
                         "have:");
  for (guint i = 0; i < n && i < MAX_NAMED; i++)
    {
      JsonObject *one = json_array_get_object_element (kept, i);
      AnnexShare *share = annex_task_find_share (task, annex_json_opt_string (one, "share", ""));

      if (share != NULL)
        g_string_append_printf (text, "\n- /folders/%s/%s", annex_share_get_name (share),
                                annex_json_opt_string (one, "path", ""));
    }
  if (n > MAX_NAMED)
    g_string_append_printf (text, "\n- and %u more", n - MAX_NAMED);
}

static char *
make_returned_text (AnnexTask *task, JsonObject *data, JsonArray *kept, gboolean memory)
{
  const char *name = annex_json_opt_string (data, "name", NULL);
  g_autofree char *when = NULL;
  GString *text = g_string_new (NULL);
  gint64 time_us = 0;

  annex_time_from_text (annex_json_opt_string (data, "time", NULL), &time_us);
  when = dup_when (time_us);
  g_string_append_printf (text, "The user has set your computer back to how it was on %s", when);
  if (name != NULL)
    g_string_append_printf (text, " (“%s”)", name);
  g_string_append (text, ". Whatever you did in it after that is gone: files in your home folder, "
                         "installed programs, and changes to shared folders that the user had not "
                         "kept. Changes from before that are a draft again.");
  g_string_append (text, memory ? " Programs that ran then are running again."
                                : " No program is running.");
  add_kept_names (text, task, kept);
  g_string_append (text, "\nThe conversation goes on from here; look at files again before you "
                         "rely on what you remember of them.");
  return g_string_free (text, FALSE);
}

/* ---- going back */

static gboolean
append_failed (AnnexWorkspace *self, const char *checkpoint_id, const GError *cause)
{
  g_autoptr (GError) error = NULL;

  if (append (
          self, ANNEX_EVENT_ROLLED_BACK,
          annex_json_build ("s", "checkpoint", checkpoint_id, "s", "error", cause->message, NULL),
          &error))
    return TRUE;
  g_warning ("That a computer did not go back could not be recorded: %s", error->message);
  return FALSE;
}

static gboolean
append_returned (AnnexWorkspace *self, JsonObject *data, const AnnexCheckpoint *to, GError **error)
{
  AnnexTask *task = annex_workspace_get_task (self);
  const char *before = annex_json_opt_string (data, "before", NULL);
  g_autoptr (AnnexCheckpoint) left = before != NULL ? find (self, before, NULL) : NULL;
  JsonArray *kept = list_kept_since (task, to->seq, error);
  g_autofree char *text = NULL;

  if (kept == NULL)
    return FALSE;
  text = make_returned_text (task, data, kept, to->memory);
  if (left != NULL && !tell_made (self, left, error))
    {
      json_array_unref (kept);
      return FALSE;
    }
  return append (self, ANNEX_EVENT_ROLLED_BACK,
                 annex_json_build ("s", "checkpoint", to->id, "s", "time",
                                   annex_json_opt_string (data, "time", NULL), "s", "name",
                                   annex_json_opt_string (data, "name", NULL), "s", "before",
                                   left != NULL ? left->id : NULL, "a", "kept", kept, "s", "text",
                                   text, NULL),
                 error);
}

/* Carries out what the rolling-back event @data says. */
static gboolean
go_back (AnnexWorkspace *self, JsonObject *data, GError **error)
{
  const char *id = annex_json_opt_string (data, "checkpoint", "");
  const char *before = annex_json_opt_string (data, "before", NULL);
  g_autoptr (AnnexCheckpoint) to = NULL;
  g_autoptr (AnnexCheckpoint) left = NULL;
  g_autoptr (GError) local = NULL;

  if (before != NULL)
    {
      left =
          annex_checkpoint_new (NULL, ANNEX_CHECKPOINT_BEFORE, annex_json_opt_int (data, "seq", 0));
      g_set_str (&left->id, before);
    }
  to = find (self, id, &local);
  if (to == NULL ||
      !dex_await (annex_drafts_roll_back (annex_workspace_get_drafts (self), id, left), &local))
    {
      annex_error_normalise (&local);
      /* Another process does it: what comes of it is told there. */
      if (!g_error_matches (local, G_IO_ERROR, G_IO_ERROR_BUSY))
        append_failed (self, id, local);
      g_propagate_error (error, g_steal_pointer (&local));
      return FALSE;
    }
  return append_returned (self, data, to, error);
}

static gboolean
has_writable_share (AnnexTask *task)
{
  g_autoptr (GPtrArray) shares = annex_task_dup_shares (task);

  for (guint i = 0; i < shares->len; i++)
    if (annex_share_get_mode (g_ptr_array_index (shares, i)) != ANNEX_SHARE_READ_ONLY)
      return TRUE;
  return FALSE;
}

/* The drafts as they are now; the computer must run for that. Without it they are read later. */
static void
read_drafts (AnnexWorkspace *self)
{
  g_autoptr (GError) error = NULL;

  if (has_writable_share (annex_workspace_get_task (self)) &&
      !dex_await (annex_drafts_tell_returned (annex_workspace_get_drafts (self)), &error))
    g_info ("The drafts of a computer that went back are not known yet: %s", error->message);
}

gboolean
annex_workspace_roll_back (AnnexWorkspace *self,
                           const char *checkpoint_id,
                           char **before,
                           GError **error)
{
  AnnexTask *task = annex_workspace_get_task (self);
  AnnexDrafts *drafts = annex_workspace_get_drafts (self);
  g_autoptr (AnnexCheckpoint) to = find (self, checkpoint_id, error);
  g_autofree char *left = annex_identifier_new ();
  g_autofree char *time = NULL;
  g_autoptr (JsonObject) data = NULL;
  g_autofd int lock = to != NULL ? annex_agent_lock_task (self, error) : -1;

  if (lock < 0 || !dex_await (annex_drafts_keep_baselines (drafts, left), error))
    return FALSE;
  time = annex_time_to_text (to->time_us);
  data = annex_json_build ("s", "checkpoint", to->id, "s", "time", time, "s", "name", to->name, "i",
                           "seq", annex_task_get_last_seq (task), "s", "before", left, NULL);
  if (!append (self, ANNEX_EVENT_ROLLING_BACK, json_object_ref (data), error) ||
      !go_back (self, data, error))
    {
      g_autoptr (AnnexCheckpoint) made = find (self, left, NULL);

      if (made == NULL)
        annex_drafts_drop_baselines (drafts, left);
      return FALSE;
    }
  if (before != NULL)
    {
      g_autoptr (AnnexCheckpoint) made = find (self, left, NULL);

      *before = made != NULL ? g_steal_pointer (&left) : NULL;
    }
  trim (self, to->id);
  read_drafts (self);
  return TRUE;
}

gboolean
annex_workspace_finish_roll_back (AnnexWorkspace *self, GError **error)
{
  JsonObject *data = annex_task_get_rolling_back (annex_workspace_get_task (self));
  g_autoptr (JsonObject) held = data != NULL ? json_object_ref (data) : NULL;
  g_autofd int lock = -1;

  if (held == NULL)
    return TRUE;
  /* Whoever works on the task now brings it to its end. */
  lock = annex_agent_lock_task (self, NULL);
  return lock < 0 || go_back (self, held, error);
}

/* ---- a copy */

static char *
make_copy_title (AnnexTask *task, const char *title)
{
  g_autofree char *old = annex_task_dup_title (task);

  return title != NULL && title[0] != '\0' ? annex_text_make_valid (title, -1)
                                           : g_strdup_printf ("%s (copy)", old);
}

char *
annex_workspace_fork (AnnexWorkspace *self,
                      const char *checkpoint_id,
                      const char *title,
                      GError **error)
{
  AnnexTask *task = annex_workspace_get_task (self);
  g_autofd int lock = checkpoint_id == NULL ? annex_agent_lock_task (self, error) : -1;
  g_autoptr (AnnexCheckpoint) from = NULL;
  g_autofree char *new_id = annex_identifier_new ();
  g_autofree char *new_title = make_copy_title (task, title);
  g_autofree char *when = NULL;
  g_autofree char *text = NULL;

  if (checkpoint_id != NULL)
    from = find (self, checkpoint_id, error);
  else if (lock >= 0)
    from = make (self, NULL, ANNEX_CHECKPOINT_COPY, error);
  if (from == NULL)
    return NULL;
  when = dup_when (from->time_us);
  text = g_strdup_printf (
      "The user made a copy of this task as it was on %s and goes on in the copy; this is the "
      "copy. "
      "Your computer is a copy of that one as it was then, with its files and drafts%s. What you "
      "do "
      "here does not reach the other task.",
      when, from->memory ? " and the programs that were running" : "; no program is running");
  /* The computer first: one that no task has is cleared up, a task without its files is not made
   * good. */
  if (!dex_await (annex_computer_fork (annex_workspace_get_computer (self), from->id, new_id),
                  error) ||
      !dex_await (annex_drafts_pass_baselines (annex_workspace_get_drafts (self), from->id, new_id),
                  error) ||
      !dex_await (annex_task_fork (task, from, new_id, new_title, text), error))
    return NULL;
  return g_steal_pointer (&new_id);
}
