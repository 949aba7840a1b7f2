/* annex-activity-log.c
 *
 * See annex-activity-log.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-activity-log.h"

#include "annex-csv.h"
#include "annex-policy.h"
#include "annex-store-begun.h"
#include "annex-text.h"

#include <glib/gi18n.h>
#include <string.h>

/* ---- one line */

struct _AnnexActivityItem
{
  GObject parent_instance;

  gint64 time_us;
  char *sentence;
  char *detail;
  const char *icon;
  guint count;
  int days_ago;
  char *refused_host;
};

G_DEFINE_FINAL_TYPE (AnnexActivityItem, annex_activity_item, G_TYPE_OBJECT)

static void
annex_activity_item_finalize (GObject *object)
{
  AnnexActivityItem *self = ANNEX_ACTIVITY_ITEM (object);

  g_free (self->sentence);
  g_free (self->detail);
  g_free (self->refused_host);
  G_OBJECT_CLASS (annex_activity_item_parent_class)->finalize (object);
}

static void
annex_activity_item_class_init (AnnexActivityItemClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = annex_activity_item_finalize;
}

static void
annex_activity_item_init (AnnexActivityItem *self)
{
}

gint64
annex_activity_item_get_time_us (AnnexActivityItem *self)
{
  return self->time_us;
}

const char *
annex_activity_item_get_sentence (AnnexActivityItem *self)
{
  return self->sentence;
}

const char *
annex_activity_item_get_detail (AnnexActivityItem *self)
{
  return self->detail;
}

const char *
annex_activity_item_get_icon (AnnexActivityItem *self)
{
  return self->icon;
}

guint
annex_activity_item_get_count (AnnexActivityItem *self)
{
  return self->count;
}

int
annex_activity_item_get_days_ago (AnnexActivityItem *self)
{
  return self->days_ago;
}

const char *
annex_activity_item_get_refused_host (AnnexActivityItem *self)
{
  return self->refused_host;
}

gboolean
annex_activity_item_equal (AnnexActivityItem *self, AnnexActivityItem *other)
{
  return self->time_us == other->time_us && self->days_ago == other->days_ago &&
         g_strcmp0 (self->sentence, other->sentence) == 0 &&
         g_strcmp0 (self->detail, other->detail) == 0;
}

/* ---- what there is */

typedef struct
{
  AnnexEvent *event;
  char *sentence;
} Told;

struct _AnnexActivityLog
{
  GPtrArray *told;   /* Told, in the order of the log */
  GPtrArray *ledger; /* AnnexLedgerEntry, oldest first */
  GHashTable *names; /* share id → name */
  GHashTable *asks;  /* ask id → AnnexAsk: those still open */
};

static void
told_free (gpointer data)
{
  Told *told = data;

  annex_event_unref (told->event);
  g_free (told->sentence);
  g_free (told);
}

AnnexActivityLog *
annex_activity_log_new (void)
{
  AnnexActivityLog *self = g_new0 (AnnexActivityLog, 1);

  self->told = g_ptr_array_new_with_free_func (told_free);
  self->ledger = g_ptr_array_new ();
  self->names = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  self->asks =
      g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) annex_ask_unref);
  return self;
}

void
annex_activity_log_free (AnnexActivityLog *self)
{
  g_ptr_array_unref (self->told);
  g_ptr_array_unref (self->ledger);
  g_hash_table_unref (self->names);
  g_hash_table_unref (self->asks);
  g_free (self);
}

/* Remembers what later events only name. */
static void
note (AnnexActivityLog *self, AnnexEvent *event)
{
  AnnexEventType type = annex_event_get_event_type (event);
  JsonObject *data = annex_event_get_data (event);
  JsonObject *share = annex_json_opt_object (data, "share");
  JsonObject *json = annex_json_opt_object (data, "ask");
  AnnexAsk *ask;

  if (type == ANNEX_EVENT_SHARE_GRANTED && share != NULL)
    g_hash_table_replace (self->names, g_strdup (annex_json_opt_string (share, "id", "")),
                          g_strdup (annex_json_opt_string (share, "name", "")));
  if (type != ANNEX_EVENT_ASK_OPENED || json == NULL)
    return;
  ask = annex_ask_new_from_json (json_object_ref (json), NULL);
  if (ask != NULL)
    g_hash_table_replace (self->asks, g_strdup (annex_ask_get_id (ask)), ask);
}

gboolean
annex_activity_log_add_event (AnnexActivityLog *self, AnnexEvent *event)
{
  JsonObject *data = annex_event_get_data (event);
  const char *share = annex_json_opt_string (data, "share", NULL);
  const char *ask = annex_json_opt_string (data, "ask", NULL);
  char *sentence;
  Told *told;

  note (self, event);
  sentence = annex_activity_words_event (
      event, share != NULL ? g_hash_table_lookup (self->names, share) : NULL,
      ask != NULL ? g_hash_table_lookup (self->asks, ask) : NULL);
  if (ask != NULL)
    g_hash_table_remove (self->asks, ask);
  if (sentence == NULL)
    return FALSE;
  told = g_new0 (Told, 1);
  told->event = annex_event_ref (event);
  told->sentence = sentence;
  g_ptr_array_add (self->told, told);
  return TRUE;
}

/* Those with an id never change; what is under way grows, and becomes another row when it ends. */
static gboolean
is_same_row (const AnnexLedgerEntry *a, const AnnexLedgerEntry *b)
{
  return a->id == b->id && a->begun == b->begun && a->bytes_up == b->bytes_up &&
         a->bytes_down == b->bytes_down;
}

gboolean
annex_activity_log_set_ledger (AnnexActivityLog *self, GPtrArray *ledger)
{
  gboolean changed = ledger->len != self->ledger->len;

  for (guint i = 0; !changed && i < ledger->len; i++)
    changed = !is_same_row (g_ptr_array_index (ledger, i), g_ptr_array_index (self->ledger, i));
  if (!changed)
    return FALSE;
  g_ptr_array_unref (self->ledger);
  self->ledger = g_ptr_array_ref (ledger);
  return TRUE;
}

gboolean
annex_activity_log_has_under_way (AnnexActivityLog *self)
{
  for (guint i = self->ledger->len; i > 0; i--)
    if (annex_ledger_entry_is_under_way (g_ptr_array_index (self->ledger, i - 1)))
      return TRUE;
  return FALSE;
}

/* ---- the time line */

static gboolean
is_cut_off (const AnnexLedgerEntry *entry)
{
  return g_strcmp0 (entry->reason, ANNEX_LEDGER_CUT_OFF) == 0;
}

static gboolean
folds (const AnnexLedgerEntry *a, const AnnexLedgerEntry *b)
{
  return annex_ledger_entry_is_under_way (a) == annex_ledger_entry_is_under_way (b) &&
         is_cut_off (a) == is_cut_off (b) && g_strcmp0 (a->host, b->host) == 0 &&
         g_strcmp0 (a->channel, b->channel) == 0 && g_strcmp0 (a->decision, b->decision) == 0 &&
         g_strcmp0 (a->by, b->by) == 0 && annex_text_days_ago (a->time_us, b->time_us) == 0;
}

/* The host that the computer would reach if the user allowed it now; NULL where something else was
 * in the way. (transfer full) */
static char *
dup_missing_host (const AnnexLedgerEntry *entry)
{
  g_autofree char *host = NULL;

  if (g_strcmp0 (entry->decision, "refused") != 0 || g_strcmp0 (entry->channel, "computer") != 0 ||
      (g_strcmp0 (entry->by, "default") != 0 && g_strcmp0 (entry->by, "never") != 0))
    return NULL;
  host = annex_host_normalise (entry->host != NULL ? entry->host : "", -1, NULL);
  return host != NULL && annex_policy_may_ask (host, NULL) ? g_steal_pointer (&host) : NULL;
}

static AnnexActivityItem *
new_ledger_item (const AnnexLedgerEntry *sum, guint count)
{
  AnnexActivityItem *item = g_object_new (ANNEX_TYPE_ACTIVITY_ITEM, NULL);

  item->time_us = sum->time_us;
  item->days_ago = annex_text_days_ago (item->time_us, 0);
  item->sentence = annex_activity_words_ledger (sum, count);
  item->detail = annex_activity_words_by (sum);
  item->icon = annex_activity_words_ledger_icon (sum);
  item->count = count;
  item->refused_host = dup_missing_host (sum);
  return item;
}

static AnnexActivityItem *
new_event_item (Told *told)
{
  AnnexActivityItem *item = g_object_new (ANNEX_TYPE_ACTIVITY_ITEM, NULL);
  JsonObject *data = annex_event_get_data (told->event);

  item->time_us = annex_event_get_time_us (told->event);
  item->days_ago = annex_text_days_ago (item->time_us, 0);
  item->sentence = g_strdup (told->sentence);
  item->icon = annex_activity_words_event_icon (told->event);
  item->count = 1;
  if (annex_event_get_event_type (told->event) == ANNEX_EVENT_NETWORK_DECIDED &&
      g_strcmp0 (annex_json_opt_string (data, "decision", NULL), "refuse") == 0)
    item->refused_host = annex_host_normalise (annex_json_opt_string (data, "host", ""), -1, NULL);
  return item;
}

/* The next of both by time: TRUE for a row of the ledger. */
static gboolean
ledger_is_next (AnnexActivityLog *self, guint row, guint told)
{
  AnnexLedgerEntry *entry;
  Told *next;

  if (row == self->ledger->len || told == self->told->len)
    return row < self->ledger->len;
  entry = g_ptr_array_index (self->ledger, row);
  next = g_ptr_array_index (self->told, told);
  return entry->time_us < annex_event_get_time_us (next->event);
}

static void
finish_run (GPtrArray *items, AnnexLedgerEntry **sum, guint count)
{
  if (*sum != NULL)
    g_ptr_array_add (items, new_ledger_item (*sum, count));
  g_clear_pointer (sum, annex_ledger_entry_free);
}

GPtrArray *
annex_activity_log_dup_items (AnnexActivityLog *self)
{
  GPtrArray *items = g_ptr_array_new_with_free_func (g_object_unref);
  AnnexLedgerEntry *sum = NULL;
  guint count = 0;
  guint row = 0;
  guint told = 0;

  while (row < self->ledger->len || told < self->told->len)
    {
      const AnnexLedgerEntry *entry;

      if (!ledger_is_next (self, row, told))
        {
          finish_run (items, &sum, count);
          g_ptr_array_add (items, new_event_item (g_ptr_array_index (self->told, told++)));
          continue;
        }
      entry = g_ptr_array_index (self->ledger, row++);
      if (sum != NULL && folds (sum, entry))
        {
          count++;
          sum->bytes_up += entry->bytes_up;
          sum->bytes_down += entry->bytes_down;
          sum->time_us = entry->time_us;
          continue;
        }
      finish_run (items, &sum, count);
      sum = annex_ledger_entry_copy (entry);
      count = 1;
    }
  finish_run (items, &sum, count);
  for (guint i = 0; i < items->len / 2; i++)
    {
      gpointer first = items->pdata[i];

      items->pdata[i] = items->pdata[items->len - 1 - i];
      items->pdata[items->len - 1 - i] = first;
    }
  return items;
}

/* ---- files */

static void
append_row_csv (GString *out, const AnnexLedgerEntry *entry)
{
  g_autofree char *time = annex_time_to_text (entry->time_us);
  g_autofree char *what = annex_activity_words_ledger (entry, 1);
  g_autofree char *up = g_strdup_printf ("%" G_GUINT64_FORMAT, entry->bytes_up);
  g_autofree char *down = g_strdup_printf ("%" G_GUINT64_FORMAT, entry->bytes_down);

  annex_csv_append_cell (out, time, FALSE);
  annex_csv_append_cell (out, what, FALSE);
  annex_csv_append_cell (out, entry->channel, FALSE);
  annex_csv_append_cell (out, entry->host, FALSE);
  annex_csv_append_cell (out, up, FALSE);
  annex_csv_append_cell (out, down, FALSE);
  annex_csv_append_cell (out, entry->decision, FALSE);
  annex_csv_append_cell (out, entry->by, FALSE);
  annex_csv_append_cell (out, annex_ledger_entry_is_under_way (entry) ? "under way" : entry->reason,
                         TRUE);
}

static void
append_told_csv (GString *out, Told *told)
{
  g_autofree char *time = annex_time_to_text (annex_event_get_time_us (told->event));

  annex_csv_append_cell (out, time, FALSE);
  annex_csv_append_cell (out, told->sentence, FALSE);
  annex_csv_append_cell (out, annex_event_get_type_name (told->event), FALSE);
  g_string_append (out, ",,,,,\r\n");
}

char *
annex_activity_log_to_csv (AnnexActivityLog *self)
{
  GString *out =
      g_string_new ("time,what,kind,host,bytes_sent,bytes_received,decision,by,reason\r\n");
  guint row = 0;
  guint told = 0;

  while (row < self->ledger->len || told < self->told->len)
    if (ledger_is_next (self, row, told))
      append_row_csv (out, g_ptr_array_index (self->ledger, row++));
    else
      append_told_csv (out, g_ptr_array_index (self->told, told++));
  return g_string_free_and_steal (out);
}

char *
annex_activity_log_to_json_lines (AnnexActivityLog *self)
{
  GString *out = g_string_new (NULL);
  guint row = 0;
  guint told = 0;

  while (row < self->ledger->len || told < self->told->len)
    {
      g_autofree char *line = NULL;

      if (ledger_is_next (self, row, told))
        line = annex_ledger_entry_to_json_line (g_ptr_array_index (self->ledger, row++));
      else
        line = annex_event_to_json_line (((Told *) g_ptr_array_index (self->told, told++))->event);
      g_string_append (out, line);
      if (!g_str_has_suffix (line, "\n"))
        g_string_append_c (out, '\n');
    }
  return g_string_free_and_steal (out);
}
