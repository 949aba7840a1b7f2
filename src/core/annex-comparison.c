/* annex-comparison.c
 *
 * See annex-comparison.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-comparison.h"

#include "annex-event.h"
#include "annex-future.h"

#include <string.h>

G_DEFINE_BOXED_TYPE (AnnexComparison,
                     annex_comparison,
                     annex_comparison_ref,
                     annex_comparison_unref)

static void
made_free (gpointer data)
{
  AnnexMadeFile *made = data;

  g_free (made->share_id);
  g_free (made->folder);
  g_free (made->path);
  g_free (made->old_path);
  g_free (made->kind);
  g_free (made->keep);
  g_free (made->sha256);
  g_free (made);
}

static void
try_free (AnnexTry *try)
{
  g_clear_pointer (&try->recording, annex_recording_unref);
  g_ptr_array_unref (try->files);
  g_free (try->words);
  g_strfreev (try->keeps);
  g_free (try);
}

static void
clear (gpointer data)
{
  AnnexComparison *self = data;

  g_clear_pointer (&self->before, try_free);
  g_clear_pointer (&self->after, try_free);
  g_clear_pointer (&self->files, g_array_unref);
  g_clear_pointer (&self->steps, g_array_unref);
}

AnnexComparison *
annex_comparison_ref (AnnexComparison *self)
{
  return g_atomic_rc_box_acquire (self);
}

void
annex_comparison_unref (AnnexComparison *self)
{
  g_atomic_rc_box_release_full (self, clear);
}

/* ---- what one try made */

typedef struct
{
  AnnexTry *try;
  GHashTable *names; /* share id → name */
  GHashTable *files; /* "share/path" → AnnexMadeFile (borrowed) */
  GHashTable *gone;  /* the same of what is not in the draft any more; owned */
} Reader;

static char *
make_key (const char *share_id, const char *path)
{
  return g_strconcat (share_id, "/", path, NULL);
}

static AnnexMadeFile *
find (Reader *self, const char *share_id, const char *path)
{
  g_autofree char *key = make_key (share_id, path);

  return g_hash_table_lookup (self->files, key);
}

static void
read_granted (Reader *self, JsonObject *data)
{
  JsonObject *share = annex_json_opt_object (data, "share");

  if (share != NULL)
    g_hash_table_replace (self->names, g_strdup (annex_json_opt_string (share, "id", "")),
                          g_strdup (annex_json_opt_string (share, "name", "")));
}

/* (borrowed) */
static AnnexMadeFile *
add_made (Reader *self, const char *share_id, const char *path)
{
  const char *name = g_hash_table_lookup (self->names, share_id);
  AnnexMadeFile *made = g_new0 (AnnexMadeFile, 1);

  made->share_id = g_strdup (share_id);
  made->folder = g_strdup (name != NULL ? name : "");
  made->path = g_strdup (path);
  made->size_bytes = -1;
  g_ptr_array_add (self->try->files, made);
  g_hash_table_insert (self->files, make_key (share_id, path), made);
  return made;
}

static void
read_entry (Reader *self, const char *share_id, JsonObject *entry)
{
  const char *path = annex_json_opt_string (entry, "path", "");
  const char *kind = annex_json_opt_string (entry, "kind", "");
  AnnexMadeFile *made;

  if (g_str_equal (kind, "refused"))
    return;
  made = find (self, share_id, path);
  if (made == NULL)
    made = add_made (self, share_id, path);
  made->state = ANNEX_MADE_DRAFT;
  made->is_folder = annex_json_opt_boolean (entry, "folder", FALSE);
  made->size_bytes = annex_json_opt_int (entry, "size", -1);
  g_set_str (&made->kind, kind);
  g_set_str (&made->keep, NULL);
  g_set_str (&made->old_path, annex_json_opt_string (entry, "old_path", NULL));
  g_set_str (&made->sha256, annex_json_opt_string (entry, "sha256", NULL));
}

/* What was settled is told before or after the draft that is left: either way it is found. */
static AnnexMadeFile *
find_settled (Reader *self, const char *share_id, const char *path)
{
  AnnexMadeFile *made = find (self, share_id, path);
  g_autofree char *key = make_key (share_id, path);
  g_autofree char *old_key = NULL;

  if (made != NULL ||
      !g_hash_table_steal_extended (self->gone, key, (gpointer *) &old_key, (gpointer *) &made))
    return made;
  g_ptr_array_add (self->try->files, made);
  g_hash_table_insert (self->files, g_steal_pointer (&key), made);
  return made;
}

/* The whole draft of a folder, as it is from now on: what is not in it any more and was not
 * settled, the agent has taken back itself. */
static void
read_draft (Reader *self, JsonObject *data)
{
  const char *share_id = annex_json_opt_string (data, "share", "");
  JsonArray *entries = annex_json_opt_array (data, "entries");

  for (guint i = self->try->files->len; i > 0; i--)
    {
      AnnexMadeFile *made = g_ptr_array_index (self->try->files, i - 1);

      if (made->state == ANNEX_MADE_DRAFT && g_str_equal (made->share_id, share_id))
        {
          g_autofree char *key = make_key (share_id, made->path);

          g_hash_table_remove (self->files, key);
          g_ptr_array_steal_index (self->try->files, i - 1);
          g_hash_table_replace (self->gone, g_steal_pointer (&key), made);
        }
    }
  for (guint i = 0; entries != NULL && i < json_array_get_length (entries); i++)
    if (JSON_NODE_HOLDS_OBJECT (json_array_get_element (entries, i)))
      read_entry (self, share_id, json_array_get_object_element (entries, i));
}

/* What was kept without ever having been told as a draft counts, too; less is known of it. */
static void
read_kept_entry (Reader *self, const char *share_id, const char *keep, JsonObject *entry)
{
  const char *path = annex_json_opt_string (entry, "path", "");
  const char *outcome = annex_json_opt_string (entry, "outcome", "");
  AnnexMadeFile *made;

  if (g_str_equal (outcome, "refused") || g_str_equal (outcome, "failed"))
    return;
  made = find_settled (self, share_id, path);
  if (made == NULL)
    {
      made = add_made (self, share_id, path);
      made->kind = g_strdup (annex_json_opt_string (entry, "action", "changed"));
    }
  made->state = ANNEX_MADE_KEPT;
  g_set_str (&made->keep, keep);
}

static void
read_kept (Reader *self, JsonObject *data)
{
  const char *share_id = annex_json_opt_string (data, "share", "");
  const char *keep = annex_json_opt_string (data, "keep", "");
  JsonArray *entries = annex_json_opt_array (data, "entries");

  for (guint i = 0; entries != NULL && i < json_array_get_length (entries); i++)
    if (JSON_NODE_HOLDS_OBJECT (json_array_get_element (entries, i)))
      read_kept_entry (self, share_id, keep, json_array_get_object_element (entries, i));
}

static void
read_discarded (Reader *self, JsonObject *data)
{
  const char *share_id = annex_json_opt_string (data, "share", "");
  JsonArray *paths = annex_json_opt_array (data, "paths");

  for (guint i = 0; paths != NULL && i < json_array_get_length (paths); i++)
    {
      JsonNode *node = json_array_get_element (paths, i);
      const char *path = JSON_NODE_HOLDS_VALUE (node) ? json_node_get_string (node) : NULL;
      AnnexMadeFile *made = path != NULL ? find_settled (self, share_id, path) : NULL;

      if (made != NULL && made->state == ANNEX_MADE_DRAFT)
        made->state = ANNEX_MADE_DISCARDED;
    }
}

/* What could not be put back is kept as before. (transfer container) */
static GHashTable *
collect_failed (JsonObject *data)
{
  JsonArray *entries = annex_json_opt_array (data, "entries");
  GHashTable *failed = g_hash_table_new (g_str_hash, g_str_equal);

  for (guint i = 0; entries != NULL && i < json_array_get_length (entries); i++)
    {
      JsonNode *node = json_array_get_element (entries, i);
      JsonObject *entry = JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;

      if (entry != NULL && g_str_equal (annex_json_opt_string (entry, "outcome", ""), "failed"))
        g_hash_table_add (failed, (gpointer) annex_json_opt_string (entry, "path", ""));
    }
  return failed;
}

static void
read_undone (Reader *self, JsonObject *data)
{
  const char *keep = annex_json_opt_string (data, "keep", "");
  g_autoptr (GHashTable) failed = collect_failed (data);

  for (guint i = 0; i < self->try->files->len; i++)
    {
      AnnexMadeFile *made = g_ptr_array_index (self->try->files, i);

      if (made->state == ANNEX_MADE_KEPT && g_strcmp0 (made->keep, keep) == 0 &&
          !g_hash_table_contains (failed, made->path))
        made->state = ANNEX_MADE_UNDONE;
    }
}

static void
read_event (Reader *self, AnnexEvent *event)
{
  JsonObject *data = annex_event_get_data (event);

  switch ((int) annex_event_get_event_type (event)) /* most say nothing of files */
    {
    case ANNEX_EVENT_SHARE_GRANTED:
      read_granted (self, data);
      break;
    case ANNEX_EVENT_DRAFT_CHANGED:
      read_draft (self, data);
      break;
    case ANNEX_EVENT_DRAFT_KEPT:
      read_kept (self, data);
      break;
    case ANNEX_EVENT_DRAFT_DISCARDED:
      read_discarded (self, data);
      break;
    case ANNEX_EVENT_DRAFT_UNDONE:
      read_undone (self, data);
      break;
    default:
      break;
    }
}

/* The words of the last reply that has any. (transfer full) */
static char *
find_words (AnnexRecording *recording)
{
  for (guint i = recording->replies->len; i > 0; i--)
    {
      AnnexModelReply *reply = g_ptr_array_index (recording->replies, i - 1);
      g_autoptr (GString) words = g_string_new (NULL);

      for (guint j = 0; j < reply->blocks->len; j++)
        {
          AnnexBlock *block = g_ptr_array_index (reply->blocks, j);

          if (annex_block_get_kind (block) != ANNEX_BLOCK_TEXT)
            continue;
          if (words->len > 0)
            g_string_append (words, "\n\n");
          g_string_append (words, annex_block_get_text (block));
        }
      if (words->len > 0)
        return g_string_free_and_steal (g_steal_pointer (&words));
    }
  return g_strdup ("");
}

static int
compare_made (const AnnexMadeFile *a, const AnnexMadeFile *b)
{
  int order = g_strcmp0 (a->folder, b->folder);

  return order != 0 ? order : strcmp (a->path, b->path);
}

static int
compare_made_cb (gconstpointer a, gconstpointer b)
{
  return compare_made (*(AnnexMadeFile *const *) a, *(AnnexMadeFile *const *) b);
}

/* NULL with an error. (transfer full) */
static AnnexTry *
read_try (GPtrArray *events, GError **error)
{
  g_autoptr (AnnexRecording) recording = annex_recording_new (events, error);
  g_autoptr (GHashTable) names = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_autoptr (GHashTable) files = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_autoptr (GHashTable) gone = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, made_free);
  AnnexTry *try;
  Reader reader;

  if (recording == NULL)
    return NULL;
  try = g_new0 (AnnexTry, 1);
  try->files = g_ptr_array_new_with_free_func (made_free);
  reader = (Reader) { try, names, files, gone };
  for (guint i = 0; i < events->len; i++)
    read_event (&reader, g_ptr_array_index (events, i));
  g_ptr_array_sort (try->files, compare_made_cb);
  try->words = find_words (recording);
  try->keeps = g_strdupv (recording->keeps);
  try->recording = g_steal_pointer (&recording);
  return try;
}

/* ---- both */

static gboolean
is_gone (const AnnexMadeFile *made)
{
  return g_str_equal (made->kind, "deleted");
}

static void
judge (AnnexComparedFile *file)
{
  const AnnexMadeFile *a = file->before;
  const AnnexMadeFile *b = file->after;

  if (a == NULL || b == NULL)
    return;
  if (is_gone (a) || is_gone (b) || a->is_folder || b->is_folder)
    file->is_same = is_gone (a) == is_gone (b) && a->is_folder == b->is_folder;
  else if (a->sha256 != NULL && b->sha256 != NULL)
    file->is_same = g_str_equal (a->sha256, b->sha256);
  else
    file->is_unsure = a->size_bytes < 0 || b->size_bytes < 0 || a->size_bytes == b->size_bytes;
}

static int
compare_files_cb (gconstpointer one, gconstpointer other)
{
  const AnnexComparedFile *a = one;
  const AnnexComparedFile *b = other;

  if (a->is_same != b->is_same)
    return a->is_same - b->is_same;
  return compare_made (a->before != NULL ? a->before : a->after,
                       b->before != NULL ? b->before : b->after);
}

/* Both lists are sorted. */
static void
pair_files (AnnexComparison *self)
{
  GPtrArray *before = self->before->files;
  GPtrArray *after = self->after->files;
  guint i = 0, j = 0;

  while (i < before->len || j < after->len)
    {
      AnnexMadeFile *a = i < before->len ? g_ptr_array_index (before, i) : NULL;
      AnnexMadeFile *b = j < after->len ? g_ptr_array_index (after, j) : NULL;
      int order = a == NULL ? 1 : b == NULL ? -1 : compare_made (a, b);
      AnnexComparedFile file = { order <= 0 ? a : NULL, order >= 0 ? b : NULL, FALSE, FALSE };

      judge (&file);
      self->n_different += !file.is_same;
      g_array_append_val (self->files, file);
      i += order <= 0;
      j += order >= 0;
    }
  g_array_sort (self->files, compare_files_cb);
}

AnnexComparison *
annex_comparison_new (GPtrArray *before, GPtrArray *after, GError **error)
{
  g_autoptr (AnnexComparison) self = g_atomic_rc_box_new0 (AnnexComparison);

  self->before = read_try (before, error);
  self->after = self->before != NULL ? read_try (after, error) : NULL;
  if (self->after == NULL)
    return NULL;
  self->files = g_array_new (FALSE, FALSE, sizeof (AnnexComparedFile));
  pair_files (self);
  self->steps =
      annex_recorded_steps_pair (self->before->recording->steps, self->after->recording->steps);
  return g_steal_pointer (&self);
}

/* ---- loading */

typedef struct
{
  AnnexStore *store;
  char *before;
  char *after;
} Load;

static void
load_free (gpointer data)
{
  Load *load = data;

  g_object_unref (load->store);
  g_free (load->before);
  g_free (load->after);
  g_free (load);
}

static DexFuture *
load_fiber (gpointer data)
{
  Load *load = data;
  GError *error = NULL;
  g_autoptr (GPtrArray) before =
      dex_await_boxed (annex_store_list_events (load->store, load->before, 0, 0), &error);
  g_autoptr (GPtrArray) after = NULL;
  AnnexComparison *comparison = NULL;

  if (before != NULL)
    after = dex_await_boxed (annex_store_list_events (load->store, load->after, 0, 0), &error);
  if (after != NULL)
    comparison = annex_comparison_new (before, after, &error);
  if (comparison == NULL)
    return annex_future_new_error (error);
  return dex_future_new_take_boxed (ANNEX_TYPE_COMPARISON, comparison);
}

DexFuture *
annex_comparison_load (AnnexStore *store, const char *before_id, const char *after_id)
{
  Load *load;

  dex_return_error_if_fail (ANNEX_IS_STORE (store));
  dex_return_error_if_fail (before_id != NULL && after_id != NULL);

  load = g_new0 (Load, 1);
  load->store = g_object_ref (store);
  load->before = g_strdup (before_id);
  load->after = g_strdup (after_id);
  return annex_fiber_run (load_fiber, load, load_free);
}
