/* annex-fake-desk-port.c
 *
 * The calls of the fake desk: each is recorded, does what can be done with a store alone, and
 * answers.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-fake-desk-private.h"

#include "annex-future.h"
#include "annex-json-build.h"
#include "annex-paths.h"

#define SELF(desk) ANNEX_FAKE_DESK (desk)

/* Recording, failing, holding */

void
fake_record (AnnexDesk *desk, const char *format, ...)
{
  va_list args;

  va_start (args, format);
  g_ptr_array_add (SELF (desk)->calls, g_strdup_vprintf (format, args));
  va_end (args);
}

static DexFuture *
released_cb (DexFuture *future, gpointer data)
{
  return dex_ref (data);
}

/* The answer of @function: @future (taken) unless the test wants a failure, now unless it wants to
 * hold it. */
DexFuture *
fake_answer_with (AnnexDesk *desk, const char *function, DexFuture *future)
{
  g_autofree char *key = NULL;
  GError *error = NULL;
  DexPromise *held = g_hash_table_lookup (SELF (desk)->held, function);

  if (g_hash_table_steal_extended (SELF (desk)->failures, function, (gpointer *) &key,
                                   (gpointer *) &error))
    {
      dex_unref (future);
      future = dex_future_new_for_error (error);
    }
  return held != NULL ? dex_future_then (dex_ref (held), released_cb, future, dex_unref) : future;
}

DexFuture *
fake_answer_true (AnnexDesk *desk, const char *function)
{
  return fake_answer_with (desk, function, dex_future_new_true ());
}

DexFuture *
fake_boxed (GType type, gpointer boxed)
{
  g_auto (GValue) value = G_VALUE_INIT;

  g_value_init (&value, type);
  g_value_take_boxed (&value, boxed);
  return dex_future_new_for_value (&value);
}

gboolean
fake_will_fail (AnnexDesk *desk, const char *function)
{
  return g_hash_table_contains (SELF (desk)->failures, function);
}

static char *
join (const char *const *paths)
{
  return paths != NULL ? g_strjoinv (",", (char **) paths) : g_strdup ("*");
}

/* Waits for @future (taken), then the value of @other (taken). */
static DexFuture *
after (DexFuture *future, DexFuture *other)
{
  return dex_future_then (future, released_cb, other, dex_unref);
}

static DexFuture *
append (AnnexTask *task, AnnexEventType type, JsonObject *data)
{
  return annex_task_append (task, type, data);
}

/* Tasks */

static AnnexStore *
get_store (AnnexDesk *desk)
{
  return SELF (desk)->store;
}

static AnnexInbox *
get_inbox (AnnexDesk *desk)
{
  return SELF (desk)->inbox;
}

static DexFuture *
tell_words (AnnexDesk *desk, AnnexTask *task, const AnnexNewTask *message)
{
  JsonArray *blocks = json_array_new ();

  for (guint i = 0; i < message->images->len; i++)
    {
      g_autoptr (AnnexBlock) block =
          annex_block_new_image ("image/png", g_ptr_array_index (message->images, i));

      json_array_add_object_element (blocks, annex_json_object_copy (annex_block_get_json (block)));
    }
  json_array_add_object_element (
      blocks, annex_json_build ("s", "type", "text", "s", "text",
                                message->prompt != NULL ? message->prompt : "", NULL));
  for (guint i = 0; i < message->folders->len; i++)
    {
      AnnexFolderChoice *choice = g_ptr_array_index (message->folders, i);

      dex_future_disown (annex_desk_grant_folder (desk, task, choice->path, choice->mode));
    }
  return append (task, ANNEX_EVENT_USER_MESSAGE, annex_json_build ("a", "blocks", blocks, NULL));
}

static DexFuture *
create_task (AnnexDesk *desk, const AnnexNewTask *request)
{
  AnnexTask *task;

  fake_record (desk, "create_task:%s:%u:%u:%u", request->prompt, request->folders->len,
               request->files->len, request->images->len);
  if (fake_will_fail (desk, "create_task"))
    return fake_answer_true (desk, "create_task");
  task = annex_fake_desk_add_task (SELF (desk), request->prompt);
  annex_fake_desk_await (tell_words (desk, task, request));
  g_hash_table_add (SELF (desk)->running, g_strdup (annex_task_get_id (task)));
  annex_desk_emit_task_state (desk, task);
  return fake_answer_with (desk, "create_task", dex_future_new_take_object (g_object_ref (task)));
}

static DexFuture *
loaded_cb (DexFuture *future, gpointer data)
{
  AnnexFakeDesk *self = data;
  AnnexTask *task = g_value_get_object (dex_future_get_value (future, NULL));

  if (!g_hash_table_contains (self->tasks, annex_task_get_id (task)))
    g_hash_table_insert (self->tasks, g_strdup (annex_task_get_id (task)), g_object_ref (task));
  return dex_future_new_take_object (
      g_object_ref (g_hash_table_lookup (self->tasks, annex_task_get_id (task))));
}

static DexFuture *
open_task (AnnexDesk *desk, const char *task_id)
{
  AnnexTask *task = g_hash_table_lookup (SELF (desk)->tasks, task_id);

  fake_record (desk, "open_task:%s", task_id);
  if (task != NULL)
    return fake_answer_with (desk, "open_task", dex_future_new_take_object (g_object_ref (task)));
  return fake_answer_with (desk, "open_task",
                           dex_future_then (annex_task_load (SELF (desk)->store, task_id),
                                            loaded_cb, g_object_ref (desk), g_object_unref));
}

static DexFuture *
say (AnnexDesk *desk, AnnexTask *task, const AnnexNewTask *message)
{
  fake_record (desk, "say:%s", message->prompt);
  if (fake_will_fail (desk, "say"))
    return fake_answer_true (desk, "say");
  g_hash_table_add (SELF (desk)->running, g_strdup (annex_task_get_id (task)));
  annex_desk_emit_task_state (desk, task);
  return after (tell_words (desk, task, message), fake_answer_true (desk, "say"));
}

static DexFuture *
resume (AnnexDesk *desk, AnnexTask *task)
{
  fake_record (desk, "resume");
  if (!fake_will_fail (desk, "resume"))
    annex_fake_desk_set_state (SELF (desk), task, ANNEX_TASK_RUNNING);
  return fake_answer_true (desk, "resume");
}

static void
stop (AnnexDesk *desk, AnnexTask *task)
{
  fake_record (desk, "stop");
  annex_fake_desk_set_state (SELF (desk), task, ANNEX_TASK_STOPPED);
}

static gboolean
is_running (AnnexDesk *desk, AnnexTask *task)
{
  return g_hash_table_contains (SELF (desk)->running, annex_task_get_id (task));
}

static guint
get_n_running (AnnexDesk *desk)
{
  return g_hash_table_size (SELF (desk)->running);
}

static DexFuture *
rewind_task (AnnexDesk *desk, AnnexTask *task, gint64 seq, const char *text)
{
  fake_record (desk, "rewind:%" G_GINT64_FORMAT ":%s", seq, text);
  if (fake_will_fail (desk, "rewind"))
    return fake_answer_true (desk, "rewind");
  annex_fake_desk_append (SELF (desk), task, ANNEX_EVENT_REWOUND,
                          annex_json_build ("i", "to_seq", seq - 1, NULL));
  annex_fake_desk_user (SELF (desk), task, text);
  return fake_answer_true (desk, "rewind");
}

static DexFuture *
change_plan (AnnexDesk *desk, AnnexTask *task, AnnexPlan *plan, const char *what)
{
  fake_record (desk, "change_plan:%s", what);
  if (fake_will_fail (desk, "change_plan"))
    return fake_answer_true (desk, "change_plan");
  return after (append (task, ANNEX_EVENT_PLAN_UPDATED, annex_plan_to_json (plan, NULL, "user")),
                fake_answer_true (desk, "change_plan"));
}

static DexFuture *
delete_task (AnnexDesk *desk, const char *task_id)
{
  g_autofree char *id = g_strdup (task_id); /* it may be the task's own */

  fake_record (desk, "delete_task:%s", id);
  if (fake_will_fail (desk, "delete_task"))
    return fake_answer_true (desk, "delete_task");
  g_hash_table_remove (SELF (desk)->running, id);
  g_hash_table_remove (SELF (desk)->tasks, id);
  return after (annex_store_delete_task (SELF (desk)->store, id),
                fake_answer_true (desk, "delete_task"));
}

static DexFuture *
try_again (AnnexDesk *desk, AnnexTask *task, const AnnexAgain *how)
{
  g_autofree char *skills = how->skills != NULL ? g_strjoinv (",", how->skills) : g_strdup ("");
  g_autofree char *title = annex_task_dup_title (task);
  AnnexTask *again;

  fake_record (desk, "try_again:%s:%s%s%s", how->profile != NULL ? how->profile : "", skills,
               how->as_now ? ":as-now" : "", how->without_folder ? ":without-folder" : "");
  if (fake_will_fail (desk, "try_again"))
    return fake_answer_true (desk, "try_again");
  again = annex_fake_desk_add_task (SELF (desk), title);
  annex_fake_desk_append (SELF (desk), again, ANNEX_EVENT_TRIES_AGAIN,
                          annex_json_build ("s", "task", annex_task_get_id (task), NULL));
  return fake_answer_with (desk, "try_again", dex_future_new_take_object (g_object_ref (again)));
}

/* Folders */

static DexFuture *
grant_folder (AnnexDesk *desk, AnnexTask *task, const char *path, AnnexShareMode mode)
{
  g_autoptr (GPtrArray) taken = annex_task_dup_shares (task);
  GError *error = NULL;
  AnnexShare *share;

  fake_record (desk, "grant_folder:%s:%s", path, annex_share_mode_to_name (mode));
  if (fake_will_fail (desk, "grant_folder"))
    return fake_answer_true (desk, "grant_folder");
  share = annex_share_new (path, mode, taken, &error);
  if (share == NULL)
    return dex_future_new_for_error (error);
  return after (append (task, ANNEX_EVENT_SHARE_GRANTED,
                        annex_json_build ("o", "share", annex_share_to_json (share), NULL)),
                fake_answer_with (desk, "grant_folder", fake_boxed (ANNEX_TYPE_SHARE, share)));
}

static DexFuture *
set_share_mode (AnnexDesk *desk, AnnexTask *task, const char *share_id, AnnexShareMode mode)
{
  fake_record (desk, "set_share_mode:%s:%s", share_id, annex_share_mode_to_name (mode));
  if (fake_will_fail (desk, "set_share_mode"))
    return fake_answer_true (desk, "set_share_mode");
  return after (append (task, ANNEX_EVENT_SHARE_MODE,
                        annex_json_build ("s", "share", share_id, "s", "mode",
                                          annex_share_mode_to_name (mode), NULL)),
                fake_answer_true (desk, "set_share_mode"));
}

static DexFuture *
revoke_share (AnnexDesk *desk, AnnexTask *task, const char *share_id)
{
  fake_record (desk, "revoke_share:%s", share_id);
  if (fake_will_fail (desk, "revoke_share"))
    return fake_answer_true (desk, "revoke_share");
  return after (
      append (task, ANNEX_EVENT_SHARE_REVOKED, annex_json_build ("s", "share", share_id, NULL)),
      fake_answer_true (desk, "revoke_share"));
}

/* Asks */

/* Through the task's object where the desk has it, so that whoever shows it hears at once. */
static DexFuture *
answer (AnnexDesk *desk, AnnexAsk *ask, JsonObject *given)
{
  AnnexTask *task = g_hash_table_lookup (SELF (desk)->tasks, annex_ask_get_task_id (ask));
  g_autofree char *text = annex_json_object_to_string (given);

  fake_record (desk, "answer:%s:%s", annex_ask_get_id (ask), text);
  if (fake_will_fail (desk, "answer") || task == NULL)
    {
      json_object_unref (given);
      return fake_answer_true (desk, "answer");
    }
  return after (append (task, ANNEX_EVENT_ASK_ANSWERED,
                        annex_json_build ("s", "ask", annex_ask_get_id (ask), "o", "answer", given,
                                          "s", "by", "user", NULL)),
                fake_answer_true (desk, "answer"));
}

static DexFuture *
answer_text (AnnexDesk *desk, AnnexAsk *ask, const char *text)
{
  GError *error = NULL;
  JsonObject *given = annex_ask_make_answer (ask, text, &error);

  return given != NULL ? answer (desk, ask, given) : dex_future_new_for_error (error);
}

static DexFuture *
store_secret (AnnexDesk *desk, const char *label, const char *value)
{
  fake_record (desk, "store_secret:%s", label);
  return fake_answer_with (desk, "store_secret", dex_future_new_for_string ("secret:0FAKE"));
}

static DexFuture *
reopen (AnnexDesk *desk, const char *ask_id)
{
  AnnexFakeDesk *self = SELF (desk);
  g_autoptr (DexFuture) found = annex_inbox_find (self->store, ask_id);
  AnnexInboxEntry *entry;
  AnnexAsk *again;

  fake_record (desk, "reopen:%s", ask_id);
  annex_fake_desk_await (dex_ref (found));
  entry = g_value_get_boxed (dex_future_get_value (found, NULL));
  again = annex_ask_new_again (entry->ask);
  annex_fake_desk_ask (self, g_hash_table_lookup (self->tasks, annex_ask_get_task_id (again)),
                       annex_ask_ref (again));
  return fake_answer_with (desk, "reopen", fake_boxed (ANNEX_TYPE_ASK, again));
}

static DexFuture *
list_inbox (AnnexDesk *desk)
{
  fake_record (desk, "list_inbox");
  return fake_answer_with (desk, "list_inbox", annex_inbox_list (SELF (desk)->store, 1000));
}

/* Drafts */

static GPtrArray *
dup_draft (AnnexFakeDesk *self, const char *share_id)
{
  GPtrArray *stored = g_hash_table_lookup (self->drafts, share_id);

  if (stored != NULL)
    return g_ptr_array_ref (stored);
  return g_ptr_array_new_with_free_func ((GDestroyNotify) annex_change_free);
}

static DexFuture *
list_draft (AnnexDesk *desk, AnnexTask *task, const char *share_id)
{
  fake_record (desk, "list_draft:%s", share_id);
  return fake_answer_with (desk, "list_draft",
                           fake_boxed (G_TYPE_PTR_ARRAY, dup_draft (SELF (desk), share_id)));
}

static gboolean
is_chosen (AnnexChange *change, const char *const *paths)
{
  for (guint i = 0; paths != NULL && paths[i] != NULL; i++)
    {
      g_autofree char *folder = g_strconcat (paths[i], "/", NULL);

      if (g_str_equal (change->path, paths[i]) || g_str_has_prefix (change->path, folder))
        return TRUE;
    }
  return paths == NULL;
}

/* Takes what is chosen out of the draft; those entries as AnnexKept. (transfer full) */
static GPtrArray *
take_out (AnnexDesk *desk,
          AnnexTask *task,
          const char *share_id,
          const char *const *paths,
          JsonArray *entries)
{
  g_autoptr (GPtrArray) old = dup_draft (SELF (desk), share_id);
  GPtrArray *rest = g_ptr_array_new_with_free_func ((GDestroyNotify) annex_change_free);
  GPtrArray *kept = g_ptr_array_new_with_free_func ((GDestroyNotify) annex_kept_free);

  for (guint i = 0; i < old->len; i++)
    {
      AnnexChange *change = g_ptr_array_index (old, i);
      AnnexKept *one;

      if (!is_chosen (change, paths))
        {
          g_ptr_array_add (rest, annex_change_copy (change));
          continue;
        }
      one = g_new0 (AnnexKept, 1);
      one->path = g_strdup (change->path);
      one->action = g_strdup (annex_change_kind_to_name (change->kind));
      one->outcome =
          change->kind == ANNEX_CHANGE_REFUSED ? ANNEX_OUTCOME_REFUSED : ANNEX_OUTCOME_DONE;
      json_array_add_object_element (entries, annex_kept_to_json (one));
      g_ptr_array_add (kept, one);
    }
  annex_fake_desk_set_draft (SELF (desk), task, share_id, rest);
  return kept;
}

static DexFuture *
keep (AnnexDesk *desk, AnnexTask *task, const char *share_id, const char *const *paths)
{
  g_autofree char *joined = join (paths);
  g_autofree char *id = annex_identifier_new ();
  g_autofree char *one = g_strconcat ("keep:", share_id, NULL);
  g_autofree char *told = g_strconcat ("kept:", share_id, NULL);
  JsonArray *entries;
  GPtrArray *kept;

  fake_record (desk, "keep:%s:%s", share_id, joined);
  if (fake_will_fail (desk, "keep"))
    return fake_answer_true (desk, "keep");
  if (fake_will_fail (desk, one))
    return fake_answer_true (desk, one);
  annex_fake_desk_append (SELF (desk), task, ANNEX_EVENT_DRAFT_KEEPING,
                          annex_json_build ("s", "keep", id, "s", "share", share_id, NULL));
  entries = json_array_new ();
  kept = take_out (desk, task, share_id, paths, entries);
  annex_fake_desk_append (
      SELF (desk), task, ANNEX_EVENT_DRAFT_KEPT,
      annex_json_build ("s", "keep", id, "s", "share", share_id, "a", "entries", entries, NULL));
  return fake_answer_with (desk, fake_will_fail (desk, told) ? told : "keep",
                           fake_boxed (G_TYPE_PTR_ARRAY, kept));
}

static DexFuture *
discard (AnnexDesk *desk, AnnexTask *task, const char *share_id, const char *const *paths)
{
  g_autofree char *joined = join (paths);
  g_autoptr (JsonArray) entries = json_array_new ();
  g_autoptr (GPtrArray) gone = NULL;
  g_autofree char *one = g_strconcat ("discard:", share_id, NULL);
  JsonArray *list;

  fake_record (desk, "discard:%s:%s", share_id, joined);
  if (fake_will_fail (desk, "discard"))
    return fake_answer_true (desk, "discard");
  if (fake_will_fail (desk, one))
    return fake_answer_true (desk, one);
  list = json_array_new ();
  gone = take_out (desk, task, share_id, paths, entries);
  for (guint i = 0; i < gone->len; i++)
    json_array_add_string_element (list, ((AnnexKept *) g_ptr_array_index (gone, i))->path);
  annex_fake_desk_append (SELF (desk), task, ANNEX_EVENT_DRAFT_DISCARDED,
                          annex_json_build ("s", "share", share_id, "a", "paths", list, NULL));
  return fake_answer_true (desk, "discard");
}

static DexFuture *
undo (AnnexDesk *desk, AnnexTask *task, const char *keep_id)
{
  GPtrArray *kept;
  JsonArray *entries;

  fake_record (desk, "undo:%s", keep_id);
  if (fake_will_fail (desk, "undo"))
    return fake_answer_true (desk, "undo");
  kept = g_steal_pointer (&SELF (desk)->undone);
  if (kept == NULL)
    kept = g_ptr_array_new_with_free_func ((GDestroyNotify) annex_kept_free);
  entries = json_array_new ();
  for (guint i = 0; i < kept->len; i++)
    json_array_add_object_element (entries, annex_kept_to_json (g_ptr_array_index (kept, i)));
  return after (append (task, ANNEX_EVENT_DRAFT_UNDONE,
                        annex_json_build ("s", "keep", keep_id, "a", "entries", entries, NULL)),
                fake_answer_with (desk, "undo", fake_boxed (G_TYPE_PTR_ARRAY, kept)));
}

static DexFuture *
load (AnnexDesk *desk, const char *function, const char *key)
{
  GBytes *bytes = g_hash_table_lookup (SELF (desk)->files, key);

  if (bytes == NULL)
    return fake_answer_with (
        desk, function,
        annex_future_new_errorf (G_IO_ERROR, G_IO_ERROR_NOT_FOUND, "There is no such file"));
  return fake_answer_with (desk, function, fake_boxed (G_TYPE_BYTES, g_bytes_ref (bytes)));
}

static DexFuture *
load_before (AnnexDesk *desk, AnnexTask *task, const char *share_id, const char *path)
{
  g_autofree char *key = g_strdup_printf ("before:%s:%s", share_id, path);

  fake_record (desk, "load_before:%s:%s", share_id, path);
  return load (desk, "load_before", key);
}

static DexFuture *
load_after (AnnexDesk *desk, AnnexTask *task, const char *share_id, const char *path)
{
  g_autofree char *key = g_strdup_printf ("after:%s:%s", share_id, path);

  fake_record (desk, "load_after:%s:%s", share_id, path);
  return load (desk, "load_after", key);
}

static DexFuture *
load_file (AnnexDesk *desk, AnnexTask *task, const char *guest_path)
{
  g_autofree char *key = g_strdup_printf ("file:%s", guest_path);

  fake_record (desk, "load_file:%s", guest_path);
  return load (desk, "load_file", key);
}

void
annex_fake_desk_port_init (AnnexDeskInterface *iface)
{
  annex_fake_desk_machine_init (iface);
  iface->get_store = get_store;
  iface->get_inbox = get_inbox;
  iface->create_task = create_task;
  iface->open_task = open_task;
  iface->say = say;
  iface->resume = resume;
  iface->stop = stop;
  iface->is_running = is_running;
  iface->get_n_running = get_n_running;
  iface->rewind = rewind_task;
  iface->change_plan = change_plan;
  iface->delete_task = delete_task;
  iface->try_again = try_again;
  iface->grant_folder = grant_folder;
  iface->set_share_mode = set_share_mode;
  iface->revoke_share = revoke_share;
  iface->answer = answer;
  iface->answer_text = answer_text;
  iface->store_secret = store_secret;
  iface->reopen = reopen;
  iface->list_inbox = list_inbox;
  iface->list_draft = list_draft;
  iface->keep = keep;
  iface->discard = discard;
  iface->undo = undo;
  iface->load_before = load_before;
  iface->load_after = load_after;
  iface->load_file = load_file;
}
