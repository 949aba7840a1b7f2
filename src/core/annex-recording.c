/* annex-recording.c
 *
 * See annex-recording.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-recording.h"

#include "annex-event.h"
#include "annex-keep.h"

#include <string.h>

#define MAX_PAIRED 2000

typedef struct
{
  AnnexRecording public;
  GHashTable *steps; /* tool_use_id (borrowed) → AnnexRecordedStep (borrowed) */
} Recording;

G_DEFINE_BOXED_TYPE (AnnexRecording, annex_recording, annex_recording_ref, annex_recording_unref)

static void
step_free (gpointer data)
{
  AnnexRecordedStep *step = data;

  g_free (step->tool_use_id);
  g_free (step->tool);
  g_free (step->input);
  g_clear_pointer (&step->result, annex_block_unref);
  g_free (step);
}

static void
folder_free (gpointer data)
{
  AnnexRecordedFolder *folder = data;

  g_free (folder->name);
  g_free (folder->path);
  g_free (folder);
}

AnnexRecording *
annex_recording_ref (AnnexRecording *self)
{
  return g_atomic_rc_box_acquire (self);
}

static void
recording_clear (gpointer data)
{
  Recording *self = data;

  g_hash_table_unref (self->steps);
  g_free (self->public.title);
  g_free (self->public.provider);
  g_free (self->public.model);
  g_ptr_array_unref (self->public.prompts);
  g_ptr_array_unref (self->public.replies);
  g_ptr_array_unref (self->public.steps);
  g_ptr_array_unref (self->public.folders);
  g_strfreev (self->public.keeps);
  g_strfreev (self->public.presented);
}

void
annex_recording_unref (AnnexRecording *self)
{
  g_atomic_rc_box_release_full (self, recording_clear);
}

/* ---- reading a log */

/* A reply that has begun. */
typedef struct
{
  AnnexModelReply *reply;
  gint64 since_us;
} Begun;

static void
begun_free (gpointer data)
{
  Begun *begun = data;

  g_clear_pointer (&begun->reply, annex_model_reply_free);
  g_free (begun);
}

typedef struct
{
  AnnexRecording *recording;
  GHashTable *steps;
  GHashTable *replies; /* id → Begun */
  GPtrArray *keeps;    /* char * */
  GPtrArray *presented;
  GHashTable *known; /* the texts of presented */
} Reader;

/* The events that do not count any more (borrowed). */
static GHashTable *
find_rewound (GPtrArray *events)
{
  GHashTable *rewound = g_hash_table_new (NULL, NULL);

  for (guint i = events->len; i > 0; i--)
    {
      AnnexEvent *event = g_ptr_array_index (events, i - 1);
      gint64 to;

      if (annex_event_get_event_type (event) != ANNEX_EVENT_REWOUND ||
          g_hash_table_contains (rewound, event))
        continue;
      to = annex_json_opt_int (annex_event_get_data (event), "to_seq", G_MAXINT64);
      for (guint j = i - 1; j > 0; j--)
        {
          AnnexEvent *before = g_ptr_array_index (events, j - 1);

          if (annex_event_get_seq (before) <= to)
            break;
          g_hash_table_add (rewound, before);
        }
    }
  return rewound;
}

static gboolean
read_prompt (Reader *self, JsonObject *data, GError **error)
{
  JsonArray *array = annex_json_opt_array (data, "blocks");
  g_autoptr (GPtrArray) blocks =
      g_ptr_array_new_with_free_func ((GDestroyNotify) annex_block_unref);

  for (guint i = 0; array != NULL && i < json_array_get_length (array); i++)
    {
      AnnexBlock *block = NULL;

      if (JSON_NODE_HOLDS_OBJECT (json_array_get_element (array, i)))
        block = annex_block_new (annex_json_object_copy (json_array_get_object_element (array, i)),
                                 error);
      else
        g_set_error_literal (error, ANNEX_JSON_ERROR, ANNEX_JSON_ERROR_TYPE,
                             "What the user said cannot be read");
      if (block == NULL)
        return FALSE;
      g_ptr_array_add (blocks, block);
    }
  if (blocks->len > 0)
    g_ptr_array_add (self->recording->prompts, g_steal_pointer (&blocks));
  return TRUE;
}

static void
add_step (Reader *self, AnnexBlock *block)
{
  AnnexRecordedStep *step = g_new0 (AnnexRecordedStep, 1);

  step->tool_use_id = g_strdup (annex_block_get_tool_use_id (block));
  step->tool = g_strdup (annex_block_get_tool_name (block));
  step->input = annex_json_object_to_string (annex_block_get_tool_input (block));
  step->duration_ms = -1;
  step->is_error = TRUE;
  g_ptr_array_add (self->recording->steps, step);
  g_hash_table_insert (self->steps, step->tool_use_id, step);
}

static gboolean
read_block (Reader *self, JsonObject *data, GError **error)
{
  const char *id = annex_json_opt_string (data, "reply", "");
  Begun *begun = g_hash_table_lookup (self->replies, id);
  JsonObject *json = annex_json_opt_object (data, "block");
  AnnexBlock *block;

  if (begun == NULL || json == NULL)
    return TRUE; /* of a sub-agent, or of a reply that does not count */
  block = annex_block_new (annex_json_object_copy (json), error);
  if (block == NULL)
    return FALSE;
  g_ptr_array_add (begun->reply->blocks, block);
  return TRUE;
}

static void
add_usage (AnnexUsage *sum, JsonObject *data)
{
  JsonObject *usage = annex_json_opt_object (data, "usage");
  double cost = annex_json_opt_double (data, "cost_usd", -1);

  if (usage == NULL)
    return;
  sum->input_tokens += annex_json_opt_int (usage, "input_tokens", 0);
  sum->output_tokens += annex_json_opt_int (usage, "output_tokens", 0);
  sum->cache_write_tokens += annex_json_opt_int (usage, "cache_write_tokens", 0);
  sum->cache_read_tokens += annex_json_opt_int (usage, "cache_read_tokens", 0);
  sum->cost_usd = cost < 0 || sum->cost_usd < 0 ? -1 : sum->cost_usd + cost;
}

static void
begin_reply (Reader *self, AnnexEvent *event)
{
  JsonObject *data = annex_event_get_data (event);
  Begun *begun = g_new0 (Begun, 1);

  begun->reply = annex_model_reply_new ();
  begun->reply->model = g_strdup (annex_json_opt_string (data, "model", ""));
  begun->since_us = annex_event_get_time_us (event);
  g_hash_table_replace (self->replies, g_strdup (annex_json_opt_string (data, "reply", "")), begun);
}

static void
finish_reply (Reader *self, AnnexEvent *event)
{
  JsonObject *data = annex_event_get_data (event);
  const char *id = annex_json_opt_string (data, "reply", "");
  Begun *begun = g_hash_table_lookup (self->replies, id);
  AnnexModelReply *reply;

  if (begun == NULL)
    return;
  reply = g_steal_pointer (&begun->reply);
  reply->stop_reason =
      annex_stop_reason_from_name (annex_json_opt_string (data, "stop_reason", ""));
  self->recording->duration_ms +=
      MAX (annex_event_get_time_us (event) - begun->since_us, 0) / G_TIME_SPAN_MILLISECOND;
  g_hash_table_remove (self->replies, id);
  for (guint i = 0; i < reply->blocks->len; i++)
    if (annex_block_get_kind (g_ptr_array_index (reply->blocks, i)) == ANNEX_BLOCK_TOOL_USE)
      add_step (self, g_ptr_array_index (reply->blocks, i));
  g_ptr_array_add (self->recording->replies, reply);
}

static gboolean
finish_step (Reader *self, JsonObject *data, GError **error)
{
  AnnexRecordedStep *step =
      g_hash_table_lookup (self->steps, annex_json_opt_string (data, "tool_use_id", ""));
  JsonObject *json = annex_json_opt_object (data, "result");

  if (step == NULL || step->result != NULL || json == NULL)
    return TRUE;
  step->result = annex_block_new (annex_json_object_copy (json), error);
  if (step->result == NULL)
    return FALSE;
  step->is_error = annex_block_get_is_error (step->result);
  step->duration_ms = annex_json_opt_int (data, "duration_ms", -1);
  if (step->duration_ms > 0)
    self->recording->duration_ms += step->duration_ms;
  return TRUE;
}

/* A folder that was granted twice has the mode it had last. */
static void
read_share (Reader *self, JsonObject *data)
{
  g_autoptr (GError) none = NULL;
  g_autoptr (AnnexShare) share = NULL;
  AnnexRecordedFolder *folder = NULL;
  JsonObject *json = annex_json_opt_object (data, "share");

  if (json != NULL)
    share = annex_share_new_from_json (json, &none);
  if (share == NULL)
    return; /* the log of a newer Annex: the folder is not there then, and the run says so */
  for (guint i = 0; i < self->recording->folders->len && folder == NULL; i++)
    {
      folder = g_ptr_array_index (self->recording->folders, i);
      if (!g_str_equal (folder->name, annex_share_get_name (share)))
        folder = NULL;
    }
  if (folder == NULL)
    {
      folder = g_new0 (AnnexRecordedFolder, 1);
      folder->name = g_strdup (annex_share_get_name (share));
      g_ptr_array_add (self->recording->folders, folder);
    }
  g_free (folder->path);
  folder->path = g_strdup (annex_share_get_path (share));
  folder->mode = annex_share_get_mode (share);
}

static void
read_presented (Reader *self, JsonObject *data)
{
  JsonArray *paths = annex_json_opt_array (data, "paths");

  for (guint i = 0; paths != NULL && i < json_array_get_length (paths); i++)
    {
      const char *path = JSON_NODE_HOLDS_VALUE (json_array_get_element (paths, i))
                             ? json_array_get_string_element (paths, i)
                             : NULL;

      if (path == NULL || g_hash_table_contains (self->known, path))
        continue;
      g_ptr_array_add (self->presented, g_strdup (path));
      g_hash_table_add (self->known, g_ptr_array_index (self->presented, self->presented->len - 1));
    }
}

static void
read_undone (Reader *self, JsonObject *data)
{
  guint at;

  if (annex_kept_count (annex_json_opt_array (data, "entries"), ANNEX_OUTCOME_FAILED) == 0 &&
      g_ptr_array_find_with_equal_func (self->keeps, annex_json_opt_string (data, "keep", ""),
                                        g_str_equal, &at))
    g_ptr_array_remove_index (self->keeps, at);
}

/* What the user decided, and what was spent, stands whether it was rewound or not. */
static void
read_lasting (Reader *self, AnnexEvent *event)
{
  JsonObject *data = annex_event_get_data (event);

  switch ((int) annex_event_get_event_type (event)) /* most say nothing of how it went */
    {
    case ANNEX_EVENT_TASK_CREATED:
      g_set_str (&self->recording->provider, annex_json_opt_string (data, "provider", ""));
      g_set_str (&self->recording->model, annex_json_opt_string (data, "model", ""));
      g_set_str (&self->recording->title, annex_json_opt_string (data, "title", ""));
      break;
    case ANNEX_EVENT_TITLE_CHANGED:
      g_set_str (&self->recording->title, annex_json_opt_string (data, "title", ""));
      break;
    case ANNEX_EVENT_SHARE_GRANTED:
      read_share (self, data);
      break;
    case ANNEX_EVENT_REPLY_FINISHED:
      add_usage (&self->recording->usage, data);
      break;
    case ANNEX_EVENT_DRAFT_KEPT:
      g_ptr_array_add (self->keeps, g_strdup (annex_json_opt_string (data, "keep", "")));
      break;
    case ANNEX_EVENT_DRAFT_UNDONE:
      read_undone (self, data);
      break;
    default:
      break;
    }
}

static gboolean
read_conversation (Reader *self, AnnexEvent *event, GError **error)
{
  JsonObject *data = annex_event_get_data (event);

  if (annex_json_opt_string (data, "parent", NULL) != NULL)
    return TRUE;                                    /* a sub-agent's: no part of the conversation */
  switch ((int) annex_event_get_event_type (event)) /* most say nothing of how it went */
    {
    case ANNEX_EVENT_USER_MESSAGE:
      return read_prompt (self, data, error);
    case ANNEX_EVENT_REPLY_STARTED:
      begin_reply (self, event);
      return TRUE;
    case ANNEX_EVENT_REPLY_FAILED:
      g_hash_table_remove (self->replies, annex_json_opt_string (data, "reply", ""));
      return TRUE;
    case ANNEX_EVENT_BLOCK:
      return read_block (self, data, error);
    case ANNEX_EVENT_REPLY_FINISHED:
      finish_reply (self, event);
      return TRUE;
    case ANNEX_EVENT_TOOL_FINISHED:
      return finish_step (self, data, error);
    case ANNEX_EVENT_FILES_PRESENTED:
      read_presented (self, data);
      return TRUE;
    default:
      return TRUE;
    }
}

static char **
take_strv (GPtrArray *strings)
{
  g_ptr_array_add (strings, NULL);
  g_ptr_array_set_free_func (strings, NULL);
  return (char **) g_ptr_array_steal (strings, NULL);
}

AnnexRecording *
annex_recording_new (GPtrArray *events, GError **error)
{
  Recording *self = g_atomic_rc_box_new0 (Recording);
  g_autoptr (AnnexRecording) recording = &self->public;
  g_autoptr (GHashTable) rewound = find_rewound (events);
  g_autoptr (GHashTable) replies =
      g_hash_table_new_full (g_str_hash, g_str_equal, g_free, begun_free);
  g_autoptr (GPtrArray) keeps = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GPtrArray) presented = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GHashTable) known = g_hash_table_new (g_str_hash, g_str_equal);
  Reader reader = { recording, NULL, replies, keeps, presented, known };

  self->steps = reader.steps = g_hash_table_new (g_str_hash, g_str_equal);
  recording->prompts = g_ptr_array_new_with_free_func ((GDestroyNotify) g_ptr_array_unref);
  recording->replies = g_ptr_array_new_with_free_func ((GDestroyNotify) annex_model_reply_free);
  recording->steps = g_ptr_array_new_with_free_func (step_free);
  recording->folders = g_ptr_array_new_with_free_func (folder_free);
  for (guint i = 0; i < events->len; i++)
    {
      AnnexEvent *event = g_ptr_array_index (events, i);

      read_lasting (&reader, event);
      if (!g_hash_table_contains (rewound, event) && !read_conversation (&reader, event, error))
        return NULL;
    }
  recording->keeps = take_strv (keeps);
  recording->presented = take_strv (presented);
  if (recording->prompts->len > 0)
    return g_steal_pointer (&recording);
  g_set_error_literal (error, ANNEX_JSON_ERROR, ANNEX_JSON_ERROR_MISSING,
                       "There is nothing in this task that the user said");
  return NULL;
}

const AnnexRecordedStep *
annex_recording_find_step (AnnexRecording *self, const char *tool_use_id)
{
  return g_hash_table_lookup (((Recording *) self)->steps, tool_use_id);
}

/* ---- two lists of steps */

/* How much two steps have in common: the same call, the same tool, nothing. */
static guint
likeness (const AnnexRecordedStep *before, const AnnexRecordedStep *after)
{
  if (!g_str_equal (before->tool, after->tool))
    return 0;
  return g_str_equal (before->input, after->input) ? 3 : 1;
}

static void
add_pair (GArray *pairs, const AnnexRecordedStep *before, const AnnexRecordedStep *after)
{
  const AnnexStepPair pair = { before, after };

  g_array_append_val (pairs, pair);
}

GArray *
annex_recorded_steps_pair (GPtrArray *before, GPtrArray *after)
{
  guint n = MIN (before->len, MAX_PAIRED);
  guint m = MIN (after->len, MAX_PAIRED);
  /* best[i][j]: what the steps from i and from j on have in common at most */
  g_autofree guint32 *best = g_new0 (guint32, (gsize) (n + 1) * (m + 1));
  GArray *pairs = g_array_new (FALSE, FALSE, sizeof (AnnexStepPair));
  guint i = 0, j = 0;

#define BEST(i, j) best[(gsize) (i) * (m + 1) + (j)]
  for (guint a = n; a > 0; a--)
    for (guint b = m; b > 0; b--)
      {
        guint like = likeness (before->pdata[a - 1], after->pdata[b - 1]);
        guint32 other = MAX (BEST (a, b - 1), BEST (a - 1, b));

        BEST (a - 1, b - 1) = like > 0 ? MAX (other, BEST (a, b) + like) : other;
      }
  while (i < n && j < m)
    {
      guint like = likeness (before->pdata[i], after->pdata[j]);

      if (like > 0 && BEST (i, j) == BEST (i + 1, j + 1) + like)
        add_pair (pairs, before->pdata[i++], after->pdata[j++]);
      else if (BEST (i, j) == BEST (i + 1, j))
        add_pair (pairs, before->pdata[i++], NULL);
      else
        add_pair (pairs, NULL, after->pdata[j++]);
    }
#undef BEST
  while (i < before->len)
    add_pair (pairs, before->pdata[i++], NULL);
  while (j < after->len)
    add_pair (pairs, NULL, after->pdata[j++]);
  return pairs;
}
