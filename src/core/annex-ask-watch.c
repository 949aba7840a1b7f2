/* annex-ask-watch.c
 *
 * See annex-ask-watch.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-ask-watch.h"

#include "annex-future.h"
#include "annex-inbox.h"

#define OTHERS_POLL_S 2

struct _AnnexAskWatch
{
  GObject parent_instance;

  AnnexStore *store;
  GHashTable *open; /* id → AnnexAsk */
  gboolean known;   /* the first reading is done */
  gboolean reading;
  gboolean stale;
  gint64 others_version;
  guint poll;
};

G_DEFINE_FINAL_TYPE (AnnexAskWatch, annex_ask_watch, G_TYPE_OBJECT)

enum {
  SIGNAL_OPENED,
  SIGNAL_CLOSED,
  SIGNAL_CLOSED_ELSEWHERE,
  SIGNAL_OTHERS,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

static void
opened (AnnexAskWatch *self, AnnexAsk *ask, gboolean quietly)
{
  const char *id = annex_ask_get_id (ask);

  if (g_hash_table_contains (self->open, id))
    return;
  g_hash_table_insert (self->open, g_strdup (id), annex_ask_ref (ask));
  if (!quietly)
    g_signal_emit (self, signals[SIGNAL_OPENED], 0, ask);
}

static void
closed (AnnexAskWatch *self, const char *id, gboolean elsewhere)
{
  AnnexAsk *found = g_hash_table_lookup (self->open, id);
  g_autoptr (AnnexAsk) ask = found != NULL ? annex_ask_ref (found) : NULL;

  if (ask == NULL)
    return;
  g_hash_table_remove (self->open, id);
  g_signal_emit (self, signals[SIGNAL_CLOSED], 0, ask);
  if (elsewhere)
    g_signal_emit (self, signals[SIGNAL_CLOSED_ELSEWHERE], 0, ask);
}

/* Reading */

typedef struct
{
  GWeakRef watch;
} Weak;

static Weak *
weak_new (AnnexAskWatch *self)
{
  Weak *weak = g_new0 (Weak, 1);

  g_weak_ref_init (&weak->watch, self);
  return weak;
}

static void
weak_free (gpointer data)
{
  Weak *weak = data;

  g_weak_ref_clear (&weak->watch);
  g_free (weak);
}

/* What was appended while the list was read is in it or was told by the signal: both agree. */
static void
merge (AnnexAskWatch *self, GPtrArray *entries)
{
  g_autoptr (GHashTable) present = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GPtrArray) gone = g_ptr_array_new_with_free_func (g_free);
  GHashTableIter iter;
  gpointer id;

  for (guint i = 0; i < entries->len; i++)
    {
      AnnexInboxEntry *entry = g_ptr_array_index (entries, i);

      g_hash_table_add (present, (gpointer) annex_ask_get_id (entry->ask));
    }
  g_hash_table_iter_init (&iter, self->open);
  while (g_hash_table_iter_next (&iter, &id, NULL))
    if (!g_hash_table_contains (present, id))
      g_ptr_array_add (gone, g_strdup (id));
  for (guint i = 0; i < gone->len; i++)
    closed (self, g_ptr_array_index (gone, i), TRUE);
  for (guint i = 0; i < entries->len; i++)
    opened (self, ((AnnexInboxEntry *) g_ptr_array_index (entries, i))->ask, !self->known);
  self->known = TRUE;
}

static void
read_again (AnnexAskWatch *self);

static DexFuture *
read_cb (DexFuture *future, gpointer data)
{
  g_autoptr (AnnexAskWatch) self = g_weak_ref_get (&((Weak *) data)->watch);
  const GValue *value = dex_future_get_value (future, NULL); /* the next news tries again */

  if (self == NULL)
    return dex_future_new_true ();
  self->reading = FALSE;
  if (self->stale)
    read_again (self); /* what was just read may be older than what was told meanwhile */
  else if (value != NULL)
    merge (self, g_value_get_boxed (value));
  return dex_future_new_true ();
}

static void
read_again (AnnexAskWatch *self)
{
  self->stale = self->reading;
  if (self->reading)
    return;
  self->reading = TRUE;
  dex_future_disown (
      dex_future_finally (annex_inbox_list (self->store, 0), read_cb, weak_new (self), weak_free));
}

/* News */

static void
appended_cb (AnnexAskWatch *self, AnnexEvent *event)
{
  JsonObject *data = annex_event_get_data (event);
  AnnexEventType type = annex_event_get_event_type (event);
  JsonObject *json = annex_json_opt_object (data, "ask");
  g_autoptr (AnnexAsk) ask = NULL;

  if (type == ANNEX_EVENT_ASK_OPENED && json != NULL)
    ask = annex_ask_new_from_json (json_object_ref (json), NULL);
  else if (type == ANNEX_EVENT_ASK_ANSWERED || type == ANNEX_EVENT_ASK_EXPIRED)
    closed (self, annex_json_opt_string (data, "ask", ""), FALSE);
  else if (type == ANNEX_EVENT_REWOUND || type == ANNEX_EVENT_IMPORTED)
    {
      read_again (self);
      return;
    }
  else
    return;
  if (ask != NULL)
    opened (self, ask, FALSE);
  if (self->reading)
    self->stale = TRUE;
}

static DexFuture *
others_cb (DexFuture *future, gpointer data)
{
  g_autoptr (AnnexAskWatch) self = g_weak_ref_get (&((Weak *) data)->watch);
  const GValue *value = dex_future_get_value (future, NULL); /* the next look tries again */
  gint64 version = value != NULL ? g_value_get_int64 (value) : 0;
  gboolean news;

  if (self == NULL || value == NULL)
    return dex_future_new_true ();
  news = self->others_version != 0 && self->others_version != version;
  self->others_version = version;
  if (news)
    {
      read_again (self);
      g_signal_emit (self, signals[SIGNAL_OTHERS], 0);
    }
  return dex_future_new_true ();
}

static gboolean
poll_cb (gpointer data)
{
  AnnexAskWatch *self = data;

  dex_future_disown (dex_future_finally (annex_store_get_others_version (self->store), others_cb,
                                         weak_new (self), weak_free));
  return G_SOURCE_CONTINUE;
}

/* The object */

static void
annex_ask_watch_dispose (GObject *object)
{
  AnnexAskWatch *self = ANNEX_ASK_WATCH (object);

  g_clear_handle_id (&self->poll, g_source_remove);
  if (self->store != NULL)
    g_signal_handlers_disconnect_by_data (self->store, self);
  g_clear_object (&self->store);
  G_OBJECT_CLASS (annex_ask_watch_parent_class)->dispose (object);
}

static void
annex_ask_watch_finalize (GObject *object)
{
  g_hash_table_unref (ANNEX_ASK_WATCH (object)->open);
  G_OBJECT_CLASS (annex_ask_watch_parent_class)->finalize (object);
}

static void
annex_ask_watch_class_init (AnnexAskWatchClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = annex_ask_watch_dispose;
  object_class->finalize = annex_ask_watch_finalize;
  signals[SIGNAL_OPENED] = g_signal_new ("opened", ANNEX_TYPE_ASK_WATCH, G_SIGNAL_RUN_LAST, 0, NULL,
                                         NULL, NULL, G_TYPE_NONE, 1, ANNEX_TYPE_ASK);
  signals[SIGNAL_CLOSED] = g_signal_new ("closed", ANNEX_TYPE_ASK_WATCH, G_SIGNAL_RUN_LAST, 0, NULL,
                                         NULL, NULL, G_TYPE_NONE, 1, ANNEX_TYPE_ASK);
  signals[SIGNAL_CLOSED_ELSEWHERE] =
      g_signal_new ("closed-elsewhere", ANNEX_TYPE_ASK_WATCH, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                    NULL, G_TYPE_NONE, 1, ANNEX_TYPE_ASK);
  signals[SIGNAL_OTHERS] = g_signal_new ("others", ANNEX_TYPE_ASK_WATCH, G_SIGNAL_RUN_LAST, 0, NULL,
                                         NULL, NULL, G_TYPE_NONE, 0);
}

static void
annex_ask_watch_init (AnnexAskWatch *self)
{
  self->open =
      g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) annex_ask_unref);
}

AnnexAskWatch *
annex_ask_watch_new (AnnexStore *store)
{
  AnnexAskWatch *self = g_object_new (ANNEX_TYPE_ASK_WATCH, NULL);

  g_return_val_if_fail (ANNEX_IS_STORE (store), self);
  self->store = g_object_ref (store);
  g_signal_connect_swapped (store, "appended", G_CALLBACK (appended_cb), self);
  g_signal_connect_swapped (store, "tasks-changed", G_CALLBACK (read_again), self);
  self->poll = g_timeout_add_seconds (OTHERS_POLL_S, poll_cb, self);
  poll_cb (self);
  read_again (self);
  return self;
}

GPtrArray *
annex_ask_watch_dup_open (AnnexAskWatch *self)
{
  GPtrArray *asks = g_ptr_array_new_with_free_func ((GDestroyNotify) annex_ask_unref);
  GHashTableIter iter;
  gpointer ask;

  g_hash_table_iter_init (&iter, self->open);
  while (g_hash_table_iter_next (&iter, NULL, &ask))
    g_ptr_array_add (asks, annex_ask_ref (ask));
  return asks;
}
