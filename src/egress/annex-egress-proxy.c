/* annex-egress-proxy.c
 *
 * Who may be served and when: the task's rules, its quotas, its idle limits, "once". How a stream
 * is served is in annex-egress-stream.c. See annex-egress-proxy.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-egress-private.h"

#include "annex-future.h"

#include <string.h>

/* Beyond this a stream is closed without a word; a fiber and two descriptors each is enough. A
 * computer's channel has fewer to give. */
#define HARD_MAX_STREAMS 512
/* Of these for newcomers, and for those that are told why they were dropped. */
#define SPARE_STREAMS 64
#define TICK_MS 1000

/* A "once" permission in use. */
typedef struct
{
  gint64 until_us;
  AnnexEgressStream *first; /* the connection it was first used for, NULL when that has ended */
} OnceUse;

struct _AnnexEgressProxy
{
  GObject parent_instance;

  AnnexNetworkPolicy *policy;
  AnnexEgressLog *log;
  char *task_id;
  char *channel;
  char *credentials; /* nullable: the Proxy-Authorization that is asked for */
  AnnexEgressLimits limits;

  GResolver *resolver;
  GProxyResolver *proxies;
  AnnexEgressConnectFunc connect;
  gpointer connect_data;
  AnnexEgressOrigins *origins;
  AnnexEgressJudgeFunc judge;
  gpointer judge_data;

  GQueue streams; /* AnnexEgressStream, oldest first */
  GQueue waiting; /* DexPromise, first come first served */
  guint n_serving;
  guint n_dropped;  /* closed without a word since the last row said so */
  GHashTable *once; /* host → OnceUse */

  guint tick_source;
  gboolean is_flushing;
  gboolean is_closed;
  DexPromise *drained; /* non-NULL while close waits for the streams */
};

G_DEFINE_QUARK (annex_egress_error, annex_egress_error)
G_DEFINE_FINAL_TYPE (AnnexEgressProxy, annex_egress_proxy, G_TYPE_OBJECT)

enum {
  SIGNAL_BLOCKED,
  SIGNAL_RECORDED,
  N_SIGNALS,
};

static guint signals[N_SIGNALS];

static void
recorded_cb (const AnnexLedgerEntry *entry, gpointer data)
{
  g_signal_emit (data, signals[SIGNAL_RECORDED], 0, entry);
}

/* ---------------------------------------------------------------- time */

static void
stop_idle_streams (AnnexEgressProxy *self)
{
  gint64 now_us = g_get_monotonic_time ();

  for (GList *l = self->streams.head; l != NULL; l = l->next)
    {
      AnnexEgressStream *stream = l->data;
      guint limit_ms = stream->is_half_closed ? self->limits.half_idle_ms : self->limits.idle_ms;

      if (stream->phase == ANNEX_EGRESS_PHASE_SERVING &&
          now_us - stream->active_us > (gint64) limit_ms * 1000)
        annex_egress_stream_stop (stream, g_error_new (ANNEX_EGRESS_ERROR, ANNEX_EGRESS_ERROR_CUT,
                                                       "Annex closed the connection: nothing was "
                                                       "sent for %u s.",
                                                       limit_ms / 1000));
    }
}

static void
note_streams (AnnexEgressProxy *self)
{
  for (GList *l = self->streams.head; l != NULL; l = l->next)
    annex_egress_stream_note (l->data);
}

static void
spend_once (AnnexEgressProxy *self)
{
  gint64 now_us = g_get_monotonic_time ();
  GHashTableIter iter;
  gpointer host;
  gpointer value;

  g_hash_table_iter_init (&iter, self->once);
  while (g_hash_table_iter_next (&iter, &host, &value))
    {
      OnceUse *use = value;

      if (use->first != NULL || now_us < use->until_us)
        continue;
      annex_network_policy_spend (self->policy, host);
      g_hash_table_iter_remove (&iter);
    }
}

static void
flush (AnnexEgressProxy *self, gboolean is_last)
{
  if (self->n_dropped > 0)
    {
      g_autoptr (AnnexLedgerEntry) row = NULL;

      row = annex_ledger_entry_new (self->task_id, self->channel, "", 0);
      row->decision = g_strdup ("refused");
      row->by = g_strdup ("quota");
      row->reason =
          g_strdup_printf ("%u connections were dropped: too many at once.", self->n_dropped);
      self->n_dropped = 0;
      annex_egress_log_add (self->log, row);
    }
  annex_egress_log_flush (self->log, is_last);
}

static DexFuture *
flush_fiber (gpointer data)
{
  AnnexEgressProxy *self = data;

  flush (self, FALSE);
  self->is_flushing = FALSE;
  return dex_future_new_true ();
}

static gboolean
tick_cb (gpointer data)
{
  AnnexEgressProxy *self = data;
  gboolean has_rows = self->n_dropped > 0 || annex_egress_log_has_more (self->log);

  stop_idle_streams (self);
  note_streams (self);
  spend_once (self);
  if (has_rows && !self->is_flushing && !self->is_closed)
    {
      self->is_flushing = TRUE;
      annex_fiber_start (flush_fiber, g_object_ref (self), g_object_unref);
    }
  if (has_rows || self->streams.length > 0 || g_hash_table_size (self->once) > 0)
    return G_SOURCE_CONTINUE;
  self->tick_source = 0;
  return G_SOURCE_REMOVE;
}

static void
start_ticking (AnnexEgressProxy *self)
{
  guint interval_ms = MIN (TICK_MS, MIN (self->limits.half_idle_ms, self->limits.once_ms) / 4 + 1);

  if (self->tick_source == 0)
    self->tick_source = g_timeout_add (interval_ms, tick_cb, self);
}

/* ---------------------------------------------------------------- rules */

/* A rule was taken back: what it carried ends now. */
static void
revoked_cb (AnnexNetworkPolicy *policy, const char *host, AnnexEgressProxy *self)
{
  for (GList *l = self->streams.head; l != NULL; l = l->next)
    {
      AnnexEgressStream *stream = l->data;

      if (stream->request == NULL || stream->is_origin ||
          !g_str_equal (stream->request->host, host) ||
          annex_network_policy_take (policy, host, stream->request->port, NULL, NULL))
        continue;
      annex_egress_stream_stop (stream, g_error_new (ANNEX_EGRESS_ERROR, ANNEX_EGRESS_ERROR_CUT,
                                                     "Annex closed the connection to %s: the user "
                                                     "no longer allows it.",
                                                     host));
    }
}

/* Compares without telling by its time how much was right. */
static gboolean
is_same_secret (const char *given, const char *secret)
{
  gsize length = strlen (secret);
  guint difference;

  if (given == NULL || strlen (given) != length)
    return FALSE;
  difference = 0;
  for (gsize i = 0; i < length; i++)
    difference |= (guint) (guint8) (given[i] ^ secret[i]);
  return difference == 0;
}

static void
use_once (AnnexEgressProxy *self, AnnexEgressStream *stream)
{
  OnceUse *use;

  if (g_hash_table_contains (self->once, stream->request->host))
    return;
  use = g_new0 (OnceUse, 1);
  use->until_us = g_get_monotonic_time () + (gint64) self->limits.once_ms * 1000;
  use->first = stream;
  g_hash_table_insert (self->once, g_strdup (stream->request->host), use);
}

static gboolean
ask_judge (AnnexEgressProxy *self, AnnexEgressStream *stream, GError **error)
{
  g_autoptr (DexFuture) asked = NULL;
  const GValue *value;

  asked = self->judge (stream->request->host, stream->request->port, self->judge_data);
  if (!annex_await_cancellable (dex_ref (asked), DEX_FUTURE (stream->stop), error))
    return FALSE;
  value = dex_future_get_value (asked, error);
  if (value == NULL)
    return FALSE;
  stream->by = g_intern_string (g_value_get_string (value));
  return TRUE;
}

/* By the task's rules, or by who is asked where they say nothing, or nothing that counts now. */
static gboolean
judge_host (AnnexEgressProxy *self, AnnexEgressStream *stream, GError **error)
{
  const AnnexHttpRequest *request = stream->request;
  g_autoptr (GError) refused = NULL;

  if (annex_network_policy_take (self->policy, request->host, request->port, &stream->by, &refused))
    return TRUE;
  if (self->judge != NULL &&
      (g_error_matches (refused, ANNEX_POLICY_ERROR, ANNEX_POLICY_ERROR_NOT_ALLOWED) ||
       g_error_matches (refused, ANNEX_POLICY_ERROR, ANNEX_POLICY_ERROR_EXPOSED)))
    return ask_judge (self, stream, error);
  g_propagate_error (error, g_steal_pointer (&refused));
  return FALSE;
}

gboolean
annex_egress_proxy_judge (AnnexEgressProxy *self, AnnexEgressStream *stream, GError **error)
{
  const AnnexHttpRequest *request = stream->request;
  guint port = request->is_connect ? 443 : 80;

  if (self->credentials != NULL &&
      !is_same_secret (request->proxy_authorization, self->credentials))
    {
      /* Clients send them only once they were asked to. */
      stream->is_challenge = request->proxy_authorization == NULL;
      g_set_error_literal (error, ANNEX_EGRESS_ERROR, ANNEX_EGRESS_ERROR_CREDENTIALS,
                           "Annex refused the connection: this proxy is for its own task only.");
      return FALSE;
    }
  if (annex_egress_log_is_broken (self->log))
    {
      g_set_error_literal (error, ANNEX_EGRESS_ERROR, ANNEX_EGRESS_ERROR_LEDGER,
                           ANNEX_EGRESS_LEDGER_REFUSAL);
      return FALSE;
    }
  if (annex_egress_origins_find (self->origins, request) != NULL)
    {
      stream->is_origin = TRUE;
      stream->by = "user";
      return TRUE;
    }
  spend_once (self);
  if (!judge_host (self, stream, error))
    return FALSE;
  if (request->port != port)
    {
      stream->by = NULL;
      g_set_error (error, ANNEX_POLICY_ERROR, ANNEX_POLICY_ERROR_PORT,
                   "Annex refused the connection to %s: %s.", request->host,
                   request->is_connect ? "CONNECT reaches port 443 only; send plain HTTP requests "
                                         "to this proxy instead"
                                       : "plain HTTP reaches port 80 only; use https://");
      return FALSE;
    }
  if (g_str_equal (stream->by, "once"))
    use_once (self, stream);
  return TRUE;
}

/* ---------------------------------------------------------------- quotas */

static void
give_turn (AnnexEgressProxy *self)
{
  DexPromise *next = g_queue_pop_head (&self->waiting);

  if (next == NULL)
    {
      self->n_serving--;
      return;
    }
  dex_promise_resolve_boolean (next, TRUE);
  dex_unref (next);
}

gboolean
annex_egress_proxy_wait_turn (AnnexEgressProxy *self, AnnexEgressStream *stream, GError **error)
{
  g_autoptr (DexPromise) turn = NULL;
  g_autoptr (GSource) watch = NULL;

  if (self->n_serving < self->limits.max_streams)
    {
      self->n_serving++;
      stream->has_turn = TRUE;
      return TRUE;
    }
  if (self->waiting.length >= self->limits.max_waiting)
    {
      g_set_error (
          error, ANNEX_EGRESS_ERROR, ANNEX_EGRESS_ERROR_BUSY,
          "Annex refused the connection to %s: too many connections at once. Use fewer, or "
          "try again later.",
          stream->request->host);
      return FALSE;
    }
  turn = dex_promise_new ();
  g_queue_push_tail (&self->waiting, dex_ref (turn));
  watch = annex_egress_stream_watch_client (stream);
  stream->has_turn = annex_await_cancellable (dex_ref (turn), DEX_FUTURE (stream->stop), error);
  if (watch != NULL)
    g_source_destroy (watch);
  if (!stream->has_turn)
    {
      if (g_queue_remove (&self->waiting, turn))
        dex_unref (turn);
      else
        give_turn (self);
    }
  return stream->has_turn;
}

/* A new head arrives while too many are unfinished, or little room is left beside all that is
 * served and waits: the oldest makes room, so that connections that only wait cannot keep others
 * out. */
static void
make_room_for_head (AnnexEgressProxy *self)
{
  AnnexEgressStream *oldest = NULL;
  guint n_heads = 0;

  for (GList *l = self->streams.head; l != NULL; l = l->next)
    {
      AnnexEgressStream *stream = l->data;

      if (stream->phase != ANNEX_EGRESS_PHASE_HEAD ||
          !dex_future_is_pending (DEX_FUTURE (stream->stop)))
        continue;
      if (oldest == NULL)
        oldest = stream;
      n_heads++;
    }
  if (oldest != NULL && (n_heads >= self->limits.max_heads ||
                         self->streams.length >= HARD_MAX_STREAMS - SPARE_STREAMS))
    annex_egress_stream_stop (
        oldest, g_error_new_literal (ANNEX_EGRESS_ERROR, ANNEX_EGRESS_ERROR_BUSY,
                                     "Annex dropped the connection: too many were opened without a "
                                     "request."));
}

/* ---------------------------------------------------------------- for the streams */

void
annex_egress_proxy_get_dialer (AnnexEgressProxy *self, AnnexEgressDialer *dialer)
{
  *dialer = (AnnexEgressDialer) {
    .resolver = self->resolver,
    .proxies = self->proxies,
    .connect = self->connect,
    .connect_data = self->connect_data,
    .limit_ms = self->limits.dial_ms,
  };
}

AnnexEgressOrigins *
annex_egress_proxy_get_origins (AnnexEgressProxy *self)
{
  return self->origins;
}

AnnexEgressLog *
annex_egress_proxy_get_log (AnnexEgressProxy *self)
{
  return self->log;
}

AnnexLedgerEntry *
annex_egress_proxy_new_row (AnnexEgressProxy *self, AnnexEgressStream *stream)
{
  g_autofree char *method = annex_http_head_dup_method (stream->head);
  guint port;
  g_autofree char *place = annex_http_head_dup_place (stream->head, &port);
  AnnexLedgerEntry *row;

  row = annex_ledger_entry_new (self->task_id, self->channel,
                                stream->request != NULL ? stream->request->host : place,
                                stream->request != NULL ? stream->request->port : port);
  row->method = method[0] != '\0' ? g_steal_pointer (&method) : NULL;
  row->begun = stream->begun;
  return row;
}

void
annex_egress_proxy_emit_blocked (AnnexEgressProxy *self, const char *host, const char *reason)
{
  g_signal_emit (self, signals[SIGNAL_BLOCKED], 0, host, reason);
}

void
annex_egress_proxy_stream_ended (AnnexEgressProxy *self, AnnexEgressStream *stream)
{
  OnceUse *use;

  if (stream->request != NULL &&
      (use = g_hash_table_lookup (self->once, stream->request->host)) != NULL &&
      use->first == stream)
    use->first = NULL;
  if (stream->has_turn)
    give_turn (self);
  g_queue_remove (&self->streams, stream);
  if (self->streams.length == 0 && self->drained != NULL)
    dex_promise_resolve_boolean (self->drained, TRUE);
}

/* ---------------------------------------------------------------- class */

static void
annex_egress_proxy_dispose (GObject *object)
{
  AnnexEgressProxy *self = ANNEX_EGRESS_PROXY (object);

  g_clear_handle_id (&self->tick_source, g_source_remove);
  if (self->policy != NULL)
    g_signal_handlers_disconnect_by_data (self->policy, self);
  G_OBJECT_CLASS (annex_egress_proxy_parent_class)->dispose (object);
}

static void
annex_egress_proxy_finalize (GObject *object)
{
  AnnexEgressProxy *self = ANNEX_EGRESS_PROXY (object);

  g_clear_object (&self->policy);
  g_clear_pointer (&self->log, annex_egress_log_free);
  g_clear_pointer (&self->task_id, g_free);
  g_clear_pointer (&self->channel, g_free);
  g_clear_pointer (&self->credentials, g_free);
  g_clear_object (&self->resolver);
  g_clear_object (&self->proxies);
  g_clear_pointer (&self->once, g_hash_table_unref);
  g_clear_pointer (&self->origins, annex_egress_origins_free);
  dex_clear (&self->drained);
  G_OBJECT_CLASS (annex_egress_proxy_parent_class)->finalize (object);
}

static void
annex_egress_proxy_class_init (AnnexEgressProxyClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = annex_egress_proxy_dispose;
  object_class->finalize = annex_egress_proxy_finalize;

  signals[SIGNAL_BLOCKED] =
      g_signal_new ("blocked", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                    G_TYPE_NONE, 2, G_TYPE_STRING, G_TYPE_STRING);
  signals[SIGNAL_RECORDED] =
      g_signal_new ("recorded", G_TYPE_FROM_CLASS (klass), G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                    G_TYPE_NONE, 1, ANNEX_TYPE_LEDGER_ENTRY | G_SIGNAL_TYPE_STATIC_SCOPE);
}

static void
annex_egress_proxy_init (AnnexEgressProxy *self)
{
  self->limits = (AnnexEgressLimits) {
    .head_ms = 30 * 1000,
    .dial_ms = 30 * 1000,
    .idle_ms = 300 * 1000,
    .half_idle_ms = 30 * 1000,
    .once_ms = 60 * 1000,
    .max_streams = 64,
    .max_waiting = 256,
    .max_heads = 256,
  };
  g_queue_init (&self->streams);
  g_queue_init (&self->waiting);
  self->channel = g_strdup ("computer");
  self->origins = annex_egress_origins_new ();
  self->once = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
}

/* ---------------------------------------------------------------- public */

AnnexEgressProxy *
annex_egress_proxy_new (AnnexStore *store, const char *task_id, AnnexNetworkPolicy *policy)
{
  AnnexEgressProxy *self = g_object_new (ANNEX_TYPE_EGRESS_PROXY, NULL);

  self->log = annex_egress_log_new (store, recorded_cb, self);
  self->task_id = g_strdup (task_id);
  /* Without rules an empty set of rules: nothing is allowed. */
  self->policy = policy != NULL ? g_object_ref (policy) : annex_network_policy_new ();
  g_signal_connect (self->policy, "revoked", G_CALLBACK (revoked_cb), self);
  return self;
}

void
annex_egress_proxy_accept (AnnexEgressProxy *self, GIOStream *stream)
{
  AnnexEgressStream *state;

  g_return_if_fail (ANNEX_IS_EGRESS_PROXY (self));
  g_return_if_fail (G_IS_IO_STREAM (stream));

  if (self->is_closed || self->streams.length >= HARD_MAX_STREAMS)
    {
      if (!self->is_closed)
        self->n_dropped++;
      g_io_stream_close (stream, NULL, NULL);
      return;
    }
  make_room_for_head (self);
  state = annex_egress_stream_new (self, stream);
  g_queue_push_tail (&self->streams, state);
  start_ticking (self);
  annex_fiber_start (annex_egress_stream_fiber, state, (GDestroyNotify) annex_egress_stream_free);
}

static DexFuture *
close_fiber (gpointer data)
{
  AnnexEgressProxy *self = data;

  while (self->streams.length > 0)
    if (!dex_await (dex_ref (self->drained), NULL))
      break;
  /* A row that a tick is just storing is not ours, but must be durable too. */
  while (self->is_flushing)
    dex_await (dex_timeout_new_msec (10), NULL);
  flush (self, TRUE);
  return dex_future_new_true ();
}

DexFuture *
annex_egress_proxy_close (AnnexEgressProxy *self)
{
  dex_return_error_if_fail (ANNEX_IS_EGRESS_PROXY (self));

  self->is_closed = TRUE;
  if (self->drained == NULL)
    self->drained = dex_promise_new ();
  for (GList *l = self->streams.head; l != NULL; l = l->next)
    annex_egress_stream_stop (
        l->data, g_error_new_literal (ANNEX_EGRESS_ERROR, ANNEX_EGRESS_ERROR_CUT,
                                      "Annex closed the connection: the task was stopped."));
  return annex_fiber_run (close_fiber, g_object_ref (self), g_object_unref);
}

guint
annex_egress_proxy_get_n_streams (AnnexEgressProxy *self)
{
  g_return_val_if_fail (ANNEX_IS_EGRESS_PROXY (self), 0);
  return self->streams.length;
}

void
annex_egress_proxy_set_channel (AnnexEgressProxy *self, const char *channel)
{
  g_return_if_fail (ANNEX_IS_EGRESS_PROXY (self));
  g_return_if_fail (channel != NULL);
  g_set_str (&self->channel, channel);
}

void
annex_egress_proxy_set_credentials (AnnexEgressProxy *self, const char *user, const char *password)
{
  g_autofree char *pair = NULL;
  g_autofree char *encoded = NULL;

  g_return_if_fail (ANNEX_IS_EGRESS_PROXY (self));

  g_clear_pointer (&self->credentials, g_free);
  if (user == NULL || password == NULL)
    return;
  pair = g_strdup_printf ("%s:%s", user, password);
  encoded = g_base64_encode ((const guchar *) pair, strlen (pair));
  self->credentials = g_strconcat ("Basic ", encoded, NULL);
}

void
annex_egress_proxy_set_judge_func (AnnexEgressProxy *self, AnnexEgressJudgeFunc func, gpointer data)
{
  g_return_if_fail (ANNEX_IS_EGRESS_PROXY (self));
  self->judge = func;
  self->judge_data = data;
}

void
annex_egress_proxy_allow_origin (AnnexEgressProxy *self,
                                 const char *scheme,
                                 const char *host,
                                 guint port,
                                 AnnexEgressOpenFunc open,
                                 gpointer data,
                                 GDestroyNotify free_data)
{
  AnnexEgressOrigin *origin;

  g_return_if_fail (ANNEX_IS_EGRESS_PROXY (self));
  g_return_if_fail (scheme != NULL && host != NULL);

  origin = g_new0 (AnnexEgressOrigin, 1);
  *origin = (AnnexEgressOrigin) { g_strdup (scheme), g_strdup (host), port, open, data, free_data };
  annex_egress_origins_add (self->origins, origin);
}

void
annex_egress_proxy_forbid_origin (AnnexEgressProxy *self,
                                  const char *scheme,
                                  const char *host,
                                  guint port)
{
  g_return_if_fail (ANNEX_IS_EGRESS_PROXY (self));
  annex_egress_origins_remove (self->origins, scheme, host, port);
}

void
annex_egress_proxy_set_resolver (AnnexEgressProxy *self, GResolver *resolver)
{
  g_return_if_fail (ANNEX_IS_EGRESS_PROXY (self));
  g_set_object (&self->resolver, resolver);
}

void
annex_egress_proxy_set_proxy_resolver (AnnexEgressProxy *self, GProxyResolver *proxies)
{
  g_return_if_fail (ANNEX_IS_EGRESS_PROXY (self));
  g_set_object (&self->proxies, proxies);
}

void
annex_egress_proxy_set_connect_func (AnnexEgressProxy *self,
                                     AnnexEgressConnectFunc func,
                                     gpointer data)
{
  g_return_if_fail (ANNEX_IS_EGRESS_PROXY (self));
  self->connect = func;
  self->connect_data = data;
}

void
annex_egress_proxy_get_limits (AnnexEgressProxy *self, AnnexEgressLimits *limits)
{
  g_return_if_fail (ANNEX_IS_EGRESS_PROXY (self));
  *limits = self->limits;
}

void
annex_egress_proxy_set_limits (AnnexEgressProxy *self, const AnnexEgressLimits *limits)
{
  g_return_if_fail (ANNEX_IS_EGRESS_PROXY (self));
  self->limits = *limits;
}
