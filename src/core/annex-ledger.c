/* annex-ledger.c
 *
 * See annex-ledger.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-ledger.h"

#include "annex-event.h"

G_DEFINE_BOXED_TYPE (AnnexLedgerEntry,
                     annex_ledger_entry,
                     annex_ledger_entry_copy,
                     annex_ledger_entry_free)

AnnexLedgerEntry *
annex_ledger_entry_new (const char *task_id, const char *channel, const char *host, guint port)
{
  AnnexLedgerEntry *self = g_new0 (AnnexLedgerEntry, 1);

  self->time_us = g_get_real_time ();
  self->task_id = g_strdup (task_id);
  self->channel = g_strdup (channel);
  self->host = g_strdup (host);
  self->port = port;
  return self;
}

AnnexLedgerEntry *
annex_ledger_entry_copy (const AnnexLedgerEntry *self)
{
  AnnexLedgerEntry *copy = g_new0 (AnnexLedgerEntry, 1);

  *copy = *self;
  copy->task_id = g_strdup (self->task_id);
  copy->channel = g_strdup (self->channel);
  copy->host = g_strdup (self->host);
  copy->method = g_strdup (self->method);
  copy->decision = g_strdup (self->decision);
  copy->by = g_strdup (self->by);
  copy->reason = g_strdup (self->reason);
  return copy;
}

void
annex_ledger_entry_free (AnnexLedgerEntry *self)
{
  g_free (self->task_id);
  g_free (self->channel);
  g_free (self->host);
  g_free (self->method);
  g_free (self->decision);
  g_free (self->by);
  g_free (self->reason);
  g_free (self);
}

gboolean
annex_ledger_entry_is_under_way (const AnnexLedgerEntry *self)
{
  return self->id == 0 && self->begun != 0;
}

static void
set_string (JsonObject *object, const char *name, const char *value)
{
  if (value != NULL)
    json_object_set_string_member (object, name, value);
}

char *
annex_ledger_entry_to_json_line (const AnnexLedgerEntry *self)
{
  g_autoptr (JsonObject) object = json_object_new ();
  g_autofree char *time = annex_time_to_text (self->time_us);

  if (annex_ledger_entry_is_under_way (self))
    json_object_set_boolean_member (object, "under_way", TRUE);
  else
    json_object_set_int_member (object, "id", self->id);
  set_string (object, "task", self->task_id);
  set_string (object, "time", time);
  set_string (object, "channel", self->channel);
  set_string (object, "host", self->host);
  json_object_set_int_member (object, "port", self->port);
  set_string (object, "method", self->method);
  json_object_set_int_member (object, "bytes_up", (gint64) MIN (self->bytes_up, G_MAXINT64));
  json_object_set_int_member (object, "bytes_down", (gint64) MIN (self->bytes_down, G_MAXINT64));
  set_string (object, "decision", self->decision);
  set_string (object, "by", self->by);
  set_string (object, "reason", self->reason);
  return annex_json_object_to_string (object);
}
