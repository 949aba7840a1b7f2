/* annex-event.c
 *
 * See annex-event.h. Also the table of types and of the members an imported event must have.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-event.h"

struct _AnnexEvent
{
  gint64 id;
  char *task_id;
  gint64 seq;
  gint64 time_us;
  AnnexEventType type;
  char *type_name;
  JsonObject *data;
};

G_DEFINE_BOXED_TYPE (AnnexEvent, annex_event, annex_event_ref, annex_event_unref)

/* @needs: members with the letter of their type: s string, i whole number, o object, a array. */
static const struct
{
  const char *name;
  const char *needs;
} types[] = {
  [ANNEX_EVENT_TASK_CREATED] = { "task-created", "s:title s:provider s:model s:system s:tools" },
  [ANNEX_EVENT_TITLE_CHANGED] = { "title-changed", "s:title" },
  [ANNEX_EVENT_STATE_CHANGED] = { "state-changed", "s:state" },
  [ANNEX_EVENT_USER_MESSAGE] = { "user-message", "a:blocks" },
  [ANNEX_EVENT_ANNOUNCEMENT] = { "announcement", "s:text" },
  [ANNEX_EVENT_REPLY_STARTED] = { "reply-started", "s:reply" },
  [ANNEX_EVENT_BLOCK] = { "block", "s:reply i:index o:block" },
  [ANNEX_EVENT_REPLY_FINISHED] = { "reply-finished", "s:reply s:stop_reason" },
  [ANNEX_EVENT_REPLY_FAILED] = { "reply-failed", "s:reply" },
  [ANNEX_EVENT_TOOL_STARTED] = { "tool-started", "s:tool_use_id" },
  [ANNEX_EVENT_TOOL_FINISHED] = { "tool-finished", "s:tool_use_id o:result" },
  [ANNEX_EVENT_PLAN_UPDATED] = { "plan-updated", "a:steps" },
  [ANNEX_EVENT_ASK_OPENED] = { "ask-opened", "o:ask" },
  [ANNEX_EVENT_ASK_ANSWERED] = { "ask-answered", "s:ask o:answer" },
  [ANNEX_EVENT_ASK_EXPIRED] = { "ask-expired", "s:ask o:answer" },
  [ANNEX_EVENT_SHARE_GRANTED] = { "share-granted", "o:share" },
  [ANNEX_EVENT_SHARE_MODE] = { "share-mode", "s:share s:mode" },
  [ANNEX_EVENT_SHARE_REVOKED] = { "share-revoked", "s:share" },
  [ANNEX_EVENT_DRAFT_CHANGED] = { "draft-changed", "s:share" },
  [ANNEX_EVENT_DRAFT_KEEPING] = { "draft-keeping", "s:keep s:share" },
  [ANNEX_EVENT_DRAFT_KEPT] = { "draft-kept", "s:keep s:share" },
  [ANNEX_EVENT_DRAFT_DISCARDED] = { "draft-discarded", "s:share" },
  [ANNEX_EVENT_DRAFT_UNDONE] = { "draft-undone", "s:keep" },
  [ANNEX_EVENT_FILES_PRESENTED] = { "files-presented", "a:paths" },
  [ANNEX_EVENT_NETWORK_DECIDED] = { "network-decided", "s:host s:decision s:scope" },
  [ANNEX_EVENT_UNTRUSTED_READ] = { "untrusted-read", "s:source" },
  [ANNEX_EVENT_DATA_GIVEN] = { "data-given", "s:what" },
  [ANNEX_EVENT_CONNECTOR_DECIDED] = { "connector-decided",
                                      "s:connector s:tool s:decision s:scope" },
  [ANNEX_EVENT_COMPUTER_CHANGED] = { "computer-changed", "s:state" },
  [ANNEX_EVENT_CHECKPOINT_MADE] = { "checkpoint-made", "o:checkpoint" },
  [ANNEX_EVENT_CHECKPOINT_REMOVED] = { "checkpoint-removed", "s:checkpoint" },
  [ANNEX_EVENT_ROLLING_BACK] = { "rolling-back", "s:checkpoint" },
  [ANNEX_EVENT_ROLLED_BACK] = { "rolled-back", "s:checkpoint" },
  [ANNEX_EVENT_TRIES_AGAIN] = { "tries-again", "s:task" },
  [ANNEX_EVENT_FORKED] = { "forked", "s:task" },
  [ANNEX_EVENT_REWOUND] = { "rewound", "i:to_seq" },
  [ANNEX_EVENT_COMPACTED] = { "compacted", "s:text i:seen" },
  [ANNEX_EVENT_ERROR] = { "error", "s:message" },
  [ANNEX_EVENT_IMPORTED] = { "imported", "s:task" },
};
G_STATIC_ASSERT (G_N_ELEMENTS (types) == ANNEX_EVENT_UNKNOWN);

const char *
annex_event_type_to_name (AnnexEventType type)
{
  return type < ANNEX_EVENT_UNKNOWN ? types[type].name : "unknown";
}

AnnexEventType
annex_event_type_from_name (const char *name)
{
  for (guint i = 0; i < G_N_ELEMENTS (types); i++)
    if (g_strcmp0 (types[i].name, name) == 0)
      return i;
  return ANNEX_EVENT_UNKNOWN;
}

gboolean
annex_event_check_data (AnnexEventType type, JsonObject *data, GError **error)
{
  g_auto (GStrv) needs = NULL;
  gint64 ignored;

  if (type >= ANNEX_EVENT_UNKNOWN)
    return TRUE;
  needs = g_strsplit (types[type].needs, " ", -1);
  for (guint i = 0; needs[i] != NULL; i++)
    {
      const char *name = needs[i] + 2;
      gboolean found = FALSE;

      switch (needs[i][0])
        {
        case 's':
          found = annex_json_get_string (data, name, error) != NULL;
          break;
        case 'i':
          found = annex_json_get_int (data, name, &ignored, error);
          break;
        case 'o':
          found = annex_json_get_object (data, name, error) != NULL;
          break;
        case 'a':
          found = annex_json_get_array (data, name, error) != NULL;
          break;
        default:
          g_assert_not_reached ();
        }
      if (!found)
        return FALSE;
    }
  return TRUE;
}

AnnexEvent *
annex_event_new (gint64 id,
                 const char *task_id,
                 gint64 seq,
                 gint64 time_us,
                 const char *type_name,
                 JsonObject *data)
{
  AnnexEvent *self = g_atomic_rc_box_new0 (AnnexEvent);

  self->id = id;
  self->task_id = g_strdup (task_id);
  self->seq = seq;
  self->time_us = time_us;
  self->type = annex_event_type_from_name (type_name);
  self->type_name = g_strdup (type_name);
  self->data = data != NULL ? data : json_object_new ();
  return self;
}

AnnexEvent *
annex_event_ref (AnnexEvent *self)
{
  return g_atomic_rc_box_acquire (self);
}

static void
clear (gpointer data)
{
  AnnexEvent *self = data;

  g_free (self->task_id);
  g_free (self->type_name);
  json_object_unref (self->data);
}

void
annex_event_unref (AnnexEvent *self)
{
  g_atomic_rc_box_release_full (self, clear);
}

gint64
annex_event_get_id (AnnexEvent *self)
{
  return self->id;
}

const char *
annex_event_get_task_id (AnnexEvent *self)
{
  return self->task_id;
}

gint64
annex_event_get_seq (AnnexEvent *self)
{
  return self->seq;
}

gint64
annex_event_get_time_us (AnnexEvent *self)
{
  return self->time_us;
}

AnnexEventType
annex_event_get_event_type (AnnexEvent *self)
{
  return self->type;
}

const char *
annex_event_get_type_name (AnnexEvent *self)
{
  return self->type_name;
}

JsonObject *
annex_event_get_data (AnnexEvent *self)
{
  return self->data;
}

char *
annex_time_to_text (gint64 time_us)
{
  g_autoptr (GDateTime) time = g_date_time_new_from_unix_utc (time_us / G_USEC_PER_SEC);
  g_autofree char *seconds = NULL;

  if (time == NULL || time_us < 0)
    return g_strdup ("1970-01-01T00:00:00.000Z");
  seconds = g_date_time_format (time, "%Y-%m-%dT%H:%M:%S");
  return g_strdup_printf ("%s.%03dZ", seconds, (int) (time_us % G_USEC_PER_SEC / 1000));
}

gboolean
annex_time_from_text (const char *text, gint64 *time_us)
{
  g_autoptr (GTimeZone) utc = g_time_zone_new_utc ();
  g_autoptr (GDateTime) time = text != NULL ? g_date_time_new_from_iso8601 (text, utc) : NULL;

  if (time == NULL)
    return FALSE;
  *time_us = g_date_time_to_unix (time) * G_USEC_PER_SEC + g_date_time_get_microsecond (time);
  return *time_us >= 0;
}

char *
annex_event_to_json_line (AnnexEvent *self)
{
  g_autoptr (JsonObject) object = json_object_new ();
  g_autofree char *time = annex_time_to_text (self->time_us);

  json_object_set_int_member (object, "id", self->id);
  json_object_set_string_member (object, "task", self->task_id);
  json_object_set_int_member (object, "seq", self->seq);
  json_object_set_string_member (object, "time", time);
  json_object_set_string_member (object, "type", self->type_name);
  json_object_set_object_member (object, "data", json_object_ref (self->data));
  return annex_json_object_to_string (object);
}
