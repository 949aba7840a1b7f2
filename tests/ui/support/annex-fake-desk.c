/* annex-fake-desk.c
 *
 * See annex-fake-desk.h: the object and the helpers that fill it. Its port is beside it.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-fake-desk-private.h"

#include "annex-json-build.h"
#include "annex-paths.h"

#include <string.h>

#define MAX_TOLD_ENTRIES 500 /* as the log tells them */

G_DEFINE_FINAL_TYPE_WITH_CODE (AnnexFakeDesk,
                               annex_fake_desk,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (ANNEX_TYPE_DESK, annex_fake_desk_port_init))

static void
error_free (gpointer error)
{
  g_error_free (error);
}

static gboolean
too_long_cb (gpointer data)
{
  g_error ("Something of the fake desk took longer than its limit");
  return G_SOURCE_REMOVE;
}

void
annex_fake_desk_await (DexFuture *future)
{
  guint limit = g_timeout_add_seconds (30, too_long_cb, NULL);
  g_autoptr (GError) error = NULL;

  while (dex_future_is_pending (future))
    g_main_context_iteration (NULL, TRUE);
  g_source_remove (limit);
  dex_future_get_value (future, &error);
  g_assert_no_error (error);
  dex_unref (future);
}

/* The object */

static void
remove_folder (const char *folder)
{
  const char *remove[] = { "rm", "-rf", "--", folder, NULL };

  g_spawn_sync (NULL, (char **) remove, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL, NULL,
                NULL);
}

static void
annex_fake_desk_finalize (GObject *object)
{
  AnnexFakeDesk *self = ANNEX_FAKE_DESK (object);

  g_clear_object (&self->watch);
  g_clear_object (&self->browser);
  g_clear_object (&self->skills);
  g_clear_object (&self->connectors);
  g_clear_object (&self->computer);
  g_hash_table_unref (self->tasks);
  g_clear_object (&self->inbox);
  g_clear_object (&self->store);
  g_ptr_array_unref (self->calls);
  g_hash_table_unref (self->failures);
  g_hash_table_unref (self->held);
  g_clear_pointer (&self->undone, g_ptr_array_unref);
  g_hash_table_unref (self->running);
  g_hash_table_unref (self->drafts);
  g_hash_table_unref (self->files);
  annex_computer_use_free (self->use);
  annex_computer_needs_free (self->needs);
  g_ptr_array_unref (self->checks);
  g_ptr_array_unref (self->profiles);
  g_ptr_array_unref (self->checkpoints);
  g_ptr_array_unref (self->local);
  remove_folder (self->folder);
  g_free (self->folder);
  G_OBJECT_CLASS (annex_fake_desk_parent_class)->finalize (object);
}

static void
annex_fake_desk_class_init (AnnexFakeDeskClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = annex_fake_desk_finalize;
}

static void
annex_fake_desk_init (AnnexFakeDesk *self)
{
  self->folder = g_dir_make_tmp ("annex-desk-XXXXXX", NULL);
  self->calls = g_ptr_array_new_with_free_func (g_free);
  self->failures = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, error_free);
  self->held = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, dex_unref);
  self->tasks = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_object_unref);
  self->running = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  self->drafts =
      g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_ptr_array_unref);
  self->files =
      g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_bytes_unref);
  self->checks = g_ptr_array_new_with_free_func ((GDestroyNotify) annex_check_result_free);
  self->checkpoints = g_ptr_array_new_with_free_func ((GDestroyNotify) annex_checkpoint_free);
  self->profiles = g_ptr_array_new_with_free_func ((GDestroyNotify) annex_model_profile_free);
  self->local = g_ptr_array_new_with_free_func ((GDestroyNotify) annex_model_profile_free);
  self->use = g_new0 (AnnexComputerUse, 1);
  *self->use = (AnnexComputerUse) { .memory_bytes = 412 << 20,
                                    .memory_limit_bytes = 1 << 30,
                                    .disk_bytes = 230 << 20,
                                    .disk_used_bytes = 180 << 20,
                                    .disk_limit_bytes = G_GINT64_CONSTANT (8) << 30,
                                    .accelerator = g_strdup ("kvm"),
                                    .folder = g_strdup (self->folder) };
  self->needs = g_new0 (AnnexComputerNeeds, 1);
  *self->needs = (AnnexComputerNeeds) { .download_bytes = 96 << 20,
                                        .disk_bytes = 380 << 20,
                                        .disk_free_bytes = G_GUINT64_CONSTANT (52) << 30,
                                        .memory_bytes = 1 << 30,
                                        .folder = g_strdup (self->folder),
                                        .source = g_strdup ("Downloaded from example.org") };
}

AnnexFakeDesk *
annex_fake_desk_new (void)
{
  AnnexFakeDesk *self = g_object_new (ANNEX_TYPE_FAKE_DESK, NULL);
  g_autofree char *path = g_build_filename (self->folder, "tasks.db", NULL);
  g_autoptr (DexFuture) opened = annex_store_open (path);
  AnnexModelProfile *tour = annex_model_profile_new ("tour", "The tour");

  annex_fake_desk_await (dex_ref (opened));
  self->store = g_value_dup_object (dex_future_get_value (opened, NULL));
  self->inbox = annex_inbox_new (self->store);
  self->watch = annex_ask_watch_new (self->store);
  g_signal_connect_object (self->watch, "opened", G_CALLBACK (annex_desk_emit_ask_opened), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->watch, "closed", G_CALLBACK (annex_desk_emit_ask_closed), self,
                           G_CONNECT_SWAPPED);
  tour->is_default = TRUE;
  g_ptr_array_add (self->profiles, tour);
  return self;
}

void
annex_fake_desk_close (AnnexFakeDesk *self)
{
  annex_fake_desk_await (annex_store_close (self->store));
  while (g_main_context_iteration (NULL, FALSE))
    ;
}

const char *
annex_fake_desk_get_folder (AnnexFakeDesk *self)
{
  return self->folder;
}

char *
annex_fake_desk_make_folder (AnnexFakeDesk *self, const char *name, const char *const *names)
{
  char *folder = g_build_filename (self->folder, name, NULL);

  g_assert_cmpint (g_mkdir_with_parents (folder, 0700), ==, 0);
  for (guint i = 0; names != NULL && names[i] != NULL; i++)
    {
      g_autofree char *path = g_build_filename (folder, names[i], NULL);
      g_autofree char *parent = g_path_get_dirname (path);

      g_assert_cmpint (g_mkdir_with_parents (parent, 0700), ==, 0);
      g_assert_true (g_file_set_contents (path, names[i], -1, NULL));
    }
  return folder;
}

/* Calls */

GPtrArray *
annex_fake_desk_get_calls (AnnexFakeDesk *self)
{
  return self->calls;
}

gboolean
annex_fake_desk_was_called (AnnexFakeDesk *self, const char *call)
{
  g_autofree char *start =
      g_str_has_suffix (call, "*") ? g_strndup (call, strlen (call) - 1) : NULL;

  for (guint i = 0; i < self->calls->len; i++)
    {
      const char *one = g_ptr_array_index (self->calls, i);

      if (start != NULL ? g_str_has_prefix (one, start) : g_str_equal (one, call))
        return TRUE;
    }
  return FALSE;
}

void
annex_fake_desk_forget_calls (AnnexFakeDesk *self)
{
  g_ptr_array_set_size (self->calls, 0);
}

void
annex_fake_desk_fail (AnnexFakeDesk *self, const char *function, GError *error)
{
  g_hash_table_insert (self->failures, g_strdup (function), error);
}

void
annex_fake_desk_set_undone (AnnexFakeDesk *self, GPtrArray *kept)
{
  g_clear_pointer (&self->undone, g_ptr_array_unref);
  self->undone = kept;
}

void
annex_fake_desk_hold (AnnexFakeDesk *self, const char *function)
{
  g_hash_table_insert (self->held, g_strdup (function), dex_promise_new ());
}

void
annex_fake_desk_release (AnnexFakeDesk *self, const char *function)
{
  DexPromise *promise = NULL;
  g_autofree char *key = NULL;

  if (!g_hash_table_steal_extended (self->held, function, (gpointer *) &key, (gpointer *) &promise))
    return;
  dex_promise_resolve_boolean (promise, TRUE);
  dex_unref (promise);
}

/* Tasks */

static DexFuture *
create (AnnexFakeDesk *self, const char *title)
{
  return annex_task_create (self->store, title, "tour", "tour", NULL, "system", "[]");
}

AnnexTask *
annex_fake_desk_add_task (AnnexFakeDesk *self, const char *title)
{
  g_autoptr (DexFuture) made = create (self, title);
  AnnexTask *task;

  annex_fake_desk_await (dex_ref (made));
  task = g_value_dup_object (dex_future_get_value (made, NULL));
  g_hash_table_insert (self->tasks, g_strdup (annex_task_get_id (task)), task);
  return task;
}

void
annex_fake_desk_add_tasks (AnnexFakeDesk *self, guint n)
{
  g_autoptr (GPtrArray) all = g_ptr_array_new_with_free_func (dex_unref);

  for (guint i = 0; i < n; i++)
    {
      g_autofree char *title = g_strdup_printf ("Task %u", i + 1);

      g_ptr_array_add (all, create (self, title));
    }
  for (guint i = 0; i < n; i++)
    annex_fake_desk_await (dex_ref (g_ptr_array_index (all, i)));
}

void
annex_fake_desk_append (AnnexFakeDesk *self, AnnexTask *task, AnnexEventType type, JsonObject *data)
{
  annex_fake_desk_await (annex_task_append (task, type, data));
}

void
annex_fake_desk_append_text (AnnexFakeDesk *self,
                             AnnexTask *task,
                             AnnexEventType type,
                             const char *data)
{
  g_autoptr (GError) error = NULL;
  JsonObject *object = annex_json_parse_object (data, -1, &error);

  g_assert_no_error (error);
  annex_fake_desk_append (self, task, type, object);
}

void
annex_fake_desk_set_state (AnnexFakeDesk *self, AnnexTask *task, AnnexTaskState state)
{
  if (state == ANNEX_TASK_RUNNING)
    g_hash_table_add (self->running, g_strdup (annex_task_get_id (task)));
  else
    g_hash_table_remove (self->running, annex_task_get_id (task));
  annex_fake_desk_append (self, task, ANNEX_EVENT_STATE_CHANGED,
                          annex_json_build ("s", "state", annex_task_state_to_name (state), NULL));
  annex_desk_emit_task_state (ANNEX_DESK (self), task);
}

/* Conversation */

void
annex_fake_desk_user (AnnexFakeDesk *self, AnnexTask *task, const char *text)
{
  JsonArray *blocks = json_array_new ();

  json_array_add_object_element (blocks,
                                 annex_json_build ("s", "type", "text", "s", "text", text, NULL));
  annex_fake_desk_append (self, task, ANNEX_EVENT_USER_MESSAGE,
                          annex_json_build ("a", "blocks", blocks, NULL));
}

void
annex_fake_desk_stream (AnnexFakeDesk *self, AnnexTask *task, const char *text)
{
  AnnexDelta delta = { .kind = ANNEX_DELTA_TEXT, .index = 0, .text = text };

  annex_task_emit_delta (task, &delta);
}

/* A whole reply of one block (taken). */
static void
reply (AnnexFakeDesk *self,
       AnnexTask *task,
       JsonObject *block,
       const char *stop_reason,
       const char *parent)
{
  g_autofree char *id = annex_identifier_new ();
  JsonObject *usage = annex_json_build ("i", "input_tokens", (gint64) 900, "i", "output_tokens",
                                        (gint64) 120, "i", "cache_write_tokens", (gint64) 0, "i",
                                        "cache_read_tokens", (gint64) 0, NULL);

  annex_fake_desk_append (
      self, task, ANNEX_EVENT_REPLY_STARTED,
      annex_json_build ("s", "reply", id, "s", "model", "tour", "s", "parent", parent, NULL));
  annex_fake_desk_append (self, task, ANNEX_EVENT_BLOCK,
                          annex_json_build ("s", "reply", id, "i", "index", (gint64) 0, "o",
                                            "block", block, "s", "parent", parent, NULL));
  annex_fake_desk_append (self, task, ANNEX_EVENT_REPLY_FINISHED,
                          annex_json_build ("s", "reply", id, "s", "stop_reason", stop_reason, "o",
                                            "usage", usage, "d", "cost_usd", 0.004, "s", "parent",
                                            parent, NULL));
}

void
annex_fake_desk_text (AnnexFakeDesk *self, AnnexTask *task, const char *text)
{
  reply (self, task, annex_json_build ("s", "type", "text", "s", "text", text, NULL), "end_turn",
         NULL);
}

void
annex_fake_desk_thinking (AnnexFakeDesk *self, AnnexTask *task, const char *text)
{
  reply (self, task,
         annex_json_build ("s", "type", "thinking", "s", "thinking", text, "s", "signature", "x",
                           NULL),
         "end_turn", NULL);
}

char *
annex_fake_desk_sub_call (AnnexFakeDesk *self,
                          AnnexTask *task,
                          const char *parent,
                          const char *tool,
                          const char *input)
{
  g_autofree char *unique = annex_identifier_new ();
  char *id = g_strconcat ("toolu_", unique, NULL);
  JsonObject *object = annex_json_parse_object (input, -1, NULL);

  JsonObject *again;

  g_assert_nonnull (object);
  again = parent != NULL ? annex_json_object_copy (object) : NULL;
  reply (self, task,
         annex_json_build ("s", "type", "tool_use", "s", "id", id, "s", "name", tool, "o", "input",
                           object, NULL),
         "tool_use", parent);
  annex_fake_desk_append (self, task, ANNEX_EVENT_TOOL_STARTED,
                          annex_json_build ("s", "tool_use_id", id, "s", "name", tool, "s",
                                            "parent", parent, "o", "input", again, NULL));
  return id;
}

char *
annex_fake_desk_call (AnnexFakeDesk *self, AnnexTask *task, const char *tool, const char *input)
{
  return annex_fake_desk_sub_call (self, task, NULL, tool, input);
}

void
annex_fake_desk_result (AnnexFakeDesk *self,
                        AnnexTask *task,
                        const char *id,
                        const char *tool,
                        const char *text,
                        gboolean is_error,
                        gint64 duration_ms)
{
  g_autoptr (AnnexBlock) block = annex_block_new_tool_result_text (id, text, is_error);

  annex_fake_desk_append (self, task, ANNEX_EVENT_TOOL_FINISHED,
                          annex_json_build ("s", "tool_use_id", id, "s", "name", tool, "o",
                                            "result",
                                            annex_json_object_copy (annex_block_get_json (block)),
                                            "i", "duration_ms", duration_ms, NULL));
}

void
annex_fake_desk_plan (AnnexFakeDesk *self, AnnexTask *task, const char *steps)
{
  g_autofree char *text = g_strdup_printf ("{\"steps\":%s}", steps);
  g_autoptr (JsonObject) input = annex_json_parse_object (text, -1, NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (AnnexPlan) plan =
      annex_plan_new_from_update (annex_task_get_plan (task), input, &error);

  g_assert_no_error (error);
  annex_fake_desk_append (self, task, ANNEX_EVENT_PLAN_UPDATED,
                          annex_plan_to_json (plan, NULL, "agent"));
}

AnnexAsk *
annex_fake_desk_ask (AnnexFakeDesk *self, AnnexTask *task, AnnexAsk *ask)
{
  g_autoptr (GPtrArray) open = NULL;

  annex_fake_desk_append (
      self, task, ANNEX_EVENT_ASK_OPENED,
      annex_json_build ("o", "ask", annex_json_object_copy (annex_ask_get_json (ask)), NULL));
  open = annex_task_dup_open_asks (task);
  for (guint i = 0; i < open->len; i++)
    if (g_str_equal (annex_ask_get_id (g_ptr_array_index (open, i)), annex_ask_get_id (ask)))
      {
        annex_ask_unref (ask);
        return g_ptr_array_index (open, i); /* the task has it while it is open */
      }
  g_assert_not_reached ();
}

void
annex_fake_desk_error (AnnexFakeDesk *self,
                       AnnexTask *task,
                       const char *domain,
                       const char *code,
                       const char *message)
{
  annex_fake_desk_append (
      self, task, ANNEX_EVENT_ERROR,
      annex_json_build ("s", "domain", domain, "s", "code", code, "s", "message", message, NULL));
}

void
annex_fake_desk_present (AnnexFakeDesk *self, AnnexTask *task, const char *const *paths)
{
  JsonArray *list = json_array_new ();

  for (guint i = 0; paths[i] != NULL; i++)
    json_array_add_string_element (list, paths[i]);
  annex_fake_desk_append (self, task, ANNEX_EVENT_FILES_PRESENTED,
                          annex_json_build ("a", "paths", list, NULL));
}

void
annex_fake_desk_ledger (AnnexFakeDesk *self,
                        AnnexTask *task,
                        const char *host,
                        const char *decision,
                        guint64 bytes_down)
{
  g_autoptr (AnnexLedgerEntry) entry = annex_ledger_entry_new (
      task != NULL ? annex_task_get_id (task) : NULL, "computer", host, 443);

  g_set_str (&entry->method, "CONNECT");
  g_set_str (&entry->decision, decision);
  g_set_str (&entry->by, g_str_equal (decision, "refused") ? "default" : "user");
  entry->time_us = g_get_real_time ();
  entry->bytes_down = bytes_down;
  entry->bytes_up = bytes_down / 20;
  annex_fake_desk_await (annex_store_append_ledger (self->store, entry));
}

/* Folders and drafts */

char *
annex_fake_desk_share (AnnexFakeDesk *self, AnnexTask *task, const char *path, AnnexShareMode mode)
{
  g_autoptr (GPtrArray) taken = annex_task_dup_shares (task);
  g_autoptr (GError) error = NULL;
  g_autoptr (AnnexShare) share = annex_share_new (path, mode, taken, &error);

  g_assert_no_error (error);
  annex_fake_desk_append (self, task, ANNEX_EVENT_SHARE_GRANTED,
                          annex_json_build ("o", "share", annex_share_to_json (share), NULL));
  return g_strdup (annex_share_get_id (share));
}

void
annex_fake_desk_set_draft (AnnexFakeDesk *self,
                           AnnexTask *task,
                           const char *share_id,
                           GPtrArray *changes)
{
  JsonArray *entries = json_array_new ();
  gint64 n[ANNEX_CHANGE_REFUSED + 1] = { 0 };

  for (guint i = 0; i < changes->len; i++)
    {
      AnnexChange *change = g_ptr_array_index (changes, i);

      n[change->kind]++;
      if (i < MAX_TOLD_ENTRIES)
        json_array_add_object_element (entries, annex_change_to_json (change));
    }
  g_hash_table_insert (self->drafts, g_strdup (share_id), changes);
  annex_fake_desk_append (
      self, task, ANNEX_EVENT_DRAFT_CHANGED,
      annex_json_build ("s", "share", share_id, "i", "added", n[ANNEX_CHANGE_ADDED], "i", "changed",
                        n[ANNEX_CHANGE_CHANGED] + n[ANNEX_CHANGE_MODE], "i", "renamed",
                        n[ANNEX_CHANGE_RENAMED], "i", "deleted", n[ANNEX_CHANGE_DELETED], "i",
                        "refused", n[ANNEX_CHANGE_REFUSED], "a", "entries", entries, NULL));
}

static void
put (AnnexFakeDesk *self, char *key, const void *bytes, gssize length)
{
  g_hash_table_insert (self->files, key,
                       g_bytes_new (bytes, length < 0 ? strlen (bytes) : (gsize) length));
}

void
annex_fake_desk_set_before (AnnexFakeDesk *self,
                            const char *share_id,
                            const char *path,
                            const void *bytes,
                            gssize length)
{
  put (self, g_strdup_printf ("before:%s:%s", share_id, path), bytes, length);
}

void
annex_fake_desk_set_after (AnnexFakeDesk *self,
                           const char *share_id,
                           const char *path,
                           const void *bytes,
                           gssize length)
{
  put (self, g_strdup_printf ("after:%s:%s", share_id, path), bytes, length);
}

void
annex_fake_desk_set_file (AnnexFakeDesk *self,
                          const char *guest_path,
                          const void *bytes,
                          gssize length)
{
  put (self, g_strdup_printf ("file:%s", guest_path), bytes, length);
}

/* The machine */

void
annex_fake_desk_set_computer (AnnexFakeDesk *self, AnnexComputer *computer)
{
  g_set_object (&self->computer, computer);
}

void
annex_fake_desk_set_use (AnnexFakeDesk *self, const AnnexComputerUse *use)
{
  annex_computer_use_free (self->use);
  self->use = annex_computer_use_copy (use);
}

void
annex_fake_desk_add_checkpoint (AnnexFakeDesk *self, AnnexCheckpoint *checkpoint)
{
  g_ptr_array_add (self->checkpoints, checkpoint);
}

void
annex_fake_desk_set_needs (AnnexFakeDesk *self, const AnnexComputerNeeds *needs)
{
  annex_computer_needs_free (self->needs);
  self->needs = annex_computer_needs_copy (needs);
}

void
annex_fake_desk_set_check (AnnexFakeDesk *self,
                           const char *id,
                           AnnexCheckState state,
                           const char *title,
                           const char *sentence,
                           const char *repair,
                           const char *admin_text)
{
  AnnexCheckResult *check = annex_check_result_new (id, state, title);

  check->sentence = g_strdup (sentence);
  check->repair = g_strdup (repair);
  check->admin_text = g_strdup (admin_text);
  for (guint i = 0; i < self->checks->len; i++)
    if (g_str_equal (((AnnexCheckResult *) g_ptr_array_index (self->checks, i))->id, id))
      g_ptr_array_remove_index (self->checks, i--);
  g_ptr_array_insert (self->checks, state == ANNEX_CHECK_FAILED ? 0 : -1, check);
  annex_desk_emit_checks_changed (ANNEX_DESK (self));
}

void
annex_fake_desk_add_profile (AnnexFakeDesk *self, AnnexModelProfile *profile)
{
  if (profile->is_default)
    for (guint i = 0; i < self->profiles->len; i++)
      ((AnnexModelProfile *) g_ptr_array_index (self->profiles, i))->is_default = FALSE;
  g_ptr_array_insert (self->profiles, profile->is_default ? 0 : -1, profile);
  annex_desk_emit_profiles_changed (ANNEX_DESK (self));
}

void
annex_fake_desk_add_local (AnnexFakeDesk *self, AnnexModelProfile *profile)
{
  g_ptr_array_add (self->local, profile);
}
