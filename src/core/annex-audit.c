/* annex-audit.c
 *
 * See annex-audit.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-audit.h"

#include "annex-json-build.h"

/* What of an event goes into the record: members of its data, or of an object in it, by their
 * names.
 */
typedef struct
{
  AnnexEventType type;
  const char *kind;
  const char *within;     /* an object of the data; NULL: the data itself */
  const char *members[9]; /* ended by NULL; what is not there is left out */
} Row;

static const Row rows[] = {
  { ANNEX_EVENT_TASK_CREATED, "task-created", NULL, { "provider", "model", "base_url" } },
  { ANNEX_EVENT_STATE_CHANGED, "task-state", NULL, { "state" } },
  { ANNEX_EVENT_REPLY_FINISHED,
    "model-call",
    NULL,
    { "model", "stop_reason", "usage", "cost_usd", "request_id", "parent" } },
  { ANNEX_EVENT_REPLY_FAILED, "model-call-failed", NULL, { "error", "retry_in_ms", "parent" } },
  { ANNEX_EVENT_TOOL_FINISHED,
    "tool-call",
    NULL,
    { "name", "duration_ms", "interrupted", "stopped", "parent" } },
  { ANNEX_EVENT_ASK_OPENED,
    "asked",
    "ask",
    { "id", "kind", "host", "path", "share", "connector", "tool", "effect" } },
  { ANNEX_EVENT_ASK_ANSWERED, "answered", NULL, { "ask", "by" } },
  { ANNEX_EVENT_ASK_EXPIRED, "expired", NULL, { "ask" } },
  { ANNEX_EVENT_SHARE_GRANTED,
    "folder-given",
    "share",
    { "id", "name", "path", "mode", "origin" } },
  { ANNEX_EVENT_SHARE_MODE, "folder-mode", NULL, { "share", "mode" } },
  { ANNEX_EVENT_SHARE_REVOKED, "folder-taken", NULL, { "share" } },
  { ANNEX_EVENT_NETWORK_DECIDED, "host-decided", NULL, { "host", "decision", "scope", "by" } },
  { ANNEX_EVENT_CONNECTOR_DECIDED,
    "connector-decided",
    NULL,
    { "connector", "tool", "decision", "scope", "by" } },
  { ANNEX_EVENT_UNTRUSTED_READ, "untrusted-read", NULL, { "source" } },
  { ANNEX_EVENT_DATA_GIVEN, "data-given", NULL, { "what", "count", "name" } },
  { ANNEX_EVENT_DRAFT_CHANGED,
    "draft-changed",
    NULL,
    { "share", "added", "changed", "renamed", "deleted", "refused" } },
  { ANNEX_EVENT_DRAFT_KEPT, "draft-kept", NULL, { "keep", "share", "entries" } },
  { ANNEX_EVENT_DRAFT_DISCARDED, "draft-discarded", NULL, { "share", "paths" } },
  { ANNEX_EVENT_DRAFT_UNDONE, "draft-undone", NULL, { "keep", "entries" } },
  { ANNEX_EVENT_CHECKPOINT_MADE, "checkpoint-made", "checkpoint", { "id", "kind", "memory" } },
  { ANNEX_EVENT_CHECKPOINT_REMOVED, "checkpoint-removed", NULL, { "checkpoint", "reason" } },
  { ANNEX_EVENT_ROLLED_BACK, "rolled-back", NULL, { "checkpoint", "before" } },
  { ANNEX_EVENT_TRIES_AGAIN, "tries-again", NULL, { "task" } },
  { ANNEX_EVENT_FORKED, "forked", NULL, { "task", "checkpoint" } },
  { ANNEX_EVENT_REWOUND, "rewound", NULL, { "to_seq" } },
  { ANNEX_EVENT_COMPACTED, "compacted", NULL, { "seen" } },
  { ANNEX_EVENT_ERROR, "error", NULL, { "domain", "code" } },
  { ANNEX_EVENT_IMPORTED, "imported", NULL, { "task" } },
};

static const Row *
find_row (AnnexEventType type)
{
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    if (rows[i].type == type)
      return &rows[i];
  return NULL;
}

static JsonObject *
new_record (gint64 time_us, const char *task_id, const char *kind)
{
  g_autofree char *time = annex_time_to_text (time_us);

  return annex_json_build ("s", "time", time, "s", "task", task_id, "s", "kind", kind, NULL);
}

static void
copy_member (JsonObject *record, const char *as, JsonObject *from, const char *name)
{
  JsonNode *node = json_object_get_member (from, name);

  if (node != NULL)
    json_object_set_member (record, as, annex_json_copy (node));
}

/* Members of the record that an event calls as a record calls its own. */
static const char *
name_in_record (const Row *row, const char *member)
{
  if (g_str_equal (member, "kind"))
    return row->type == ANNEX_EVENT_ASK_OPENED ? "about" : "made";
  if (g_str_equal (member, "task"))
    return "other_task";
  return member;
}

/* Of a permission what was said; the answer to a question is the user's own words. */
static void
add_answer (JsonObject *record, JsonObject *data)
{
  JsonObject *answer = annex_json_opt_object (data, "answer");
  const char *label = answer != NULL ? annex_json_opt_string (answer, "answer", NULL) : NULL;

  if (label != NULL)
    json_object_set_string_member (record, "answer", label);
  else if (answer != NULL && annex_json_opt_boolean (answer, "dismissed", FALSE))
    json_object_set_string_member (record, "answer", "dismissed");
}

JsonObject *
annex_audit_from_event (AnnexEvent *event, gboolean contents)
{
  const Row *row = find_row (annex_event_get_event_type (event));
  JsonObject *data = annex_event_get_data (event);
  JsonObject *from = data;
  JsonObject *record;
  JsonObject *result;

  if (row == NULL)
    return NULL;
  record = new_record (annex_event_get_time_us (event), annex_event_get_task_id (event), row->kind);
  json_object_set_int_member (record, "seq", annex_event_get_seq (event));
  if (row->within != NULL)
    from = annex_json_opt_object (data, row->within);
  for (guint i = 0; from != NULL && row->members[i] != NULL; i++)
    copy_member (record, name_in_record (row, row->members[i]), from, row->members[i]);
  if (row->type == ANNEX_EVENT_ASK_ANSWERED || row->type == ANNEX_EVENT_ASK_EXPIRED)
    add_answer (record, data);
  result = row->type == ANNEX_EVENT_TOOL_FINISHED ? annex_json_opt_object (data, "result") : NULL;
  if (result != NULL)
    json_object_set_boolean_member (record, "failed",
                                    annex_json_opt_boolean (result, "is_error", FALSE));
  if (contents)
    json_object_set_object_member (record, "data", annex_json_object_copy (data));
  return record;
}

JsonObject *
annex_audit_from_ledger (const AnnexLedgerEntry *entry)
{
  JsonObject *record = new_record (entry->time_us, entry->task_id, "left-machine");

  json_object_set_string_member (record, "channel", entry->channel);
  json_object_set_string_member (record, "host", entry->host);
  json_object_set_int_member (record, "port", entry->port);
  if (entry->method != NULL)
    json_object_set_string_member (record, "method", entry->method);
  json_object_set_int_member (record, "bytes_up", (gint64) MIN (entry->bytes_up, G_MAXINT64));
  json_object_set_int_member (record, "bytes_down", (gint64) MIN (entry->bytes_down, G_MAXINT64));
  json_object_set_string_member (record, "decision", entry->decision);
  if (entry->by != NULL)
    json_object_set_string_member (record, "by", entry->by);
  if (entry->reason != NULL)
    json_object_set_string_member (record, "reason", entry->reason);
  if (annex_ledger_entry_is_under_way (entry))
    json_object_set_boolean_member (record, "under_way", TRUE);
  return record;
}

JsonObject *
annex_audit_from_deletion (gint64 time_us, const char *task_id)
{
  return new_record (time_us, task_id, "task-deleted");
}

GPtrArray *
annex_audit_list (GPtrArray *events, GPtrArray *rows, gboolean contents)
{
  GPtrArray *records = g_ptr_array_new_with_free_func ((GDestroyNotify) json_object_unref);
  guint event = 0;
  guint row = 0;

  while (event < events->len || row < rows->len)
    {
      AnnexEvent *next_event = event < events->len ? g_ptr_array_index (events, event) : NULL;
      AnnexLedgerEntry *next_row = row < rows->len ? g_ptr_array_index (rows, row) : NULL;
      JsonObject *record;

      if (next_event == NULL ||
          (next_row != NULL && next_row->time_us <= annex_event_get_time_us (next_event)))
        {
          record = annex_audit_from_ledger (next_row);
          row++;
        }
      else
        {
          record = annex_audit_from_event (next_event, contents);
          event++;
        }
      if (record != NULL)
        g_ptr_array_add (records, record);
    }
  return records;
}

char *
annex_audit_to_json_lines (GPtrArray *records)
{
  GString *out = g_string_new (NULL);

  for (guint i = 0; i < records->len; i++)
    {
      g_autofree char *line = annex_json_object_to_string (g_ptr_array_index (records, i));

      g_string_append (out, line);
      g_string_append_c (out, '\n');
    }
  return g_string_free_and_steal (out);
}
