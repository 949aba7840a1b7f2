/* annex-audit-export.c
 *
 * See annex-audit-export.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-audit-export.h"

#include "annex-audit.h"
#include "annex-future.h"
#include "annex-http.h"
#include "annex-json.h"
#include "annex-paths.h"
#include "annex-store-begun.h"
#include "annex-store-outbox.h"

#include <fcntl.h>
#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <sys/file.h>

/* Of rows in one request, and of its body, which collectors limit, too: proxies to 1 MiB. */
#define MAX_RECORDS 500
#define MAX_BODY_BYTES (1000 * 1000)
#define INTERVAL_S 5
#define MAX_INTERVAL_S 300
#define REQUEST_LIMIT_MS 20000
#define MAX_ANSWER_BYTES 4096
/* What reporting writes into the ledger, which is not reported again. */
#define CHANNEL ANNEX_LEDGER_REPORTS

typedef enum {
  SENT_ALL, /* there is nothing more for now */
  SENT_SOME,
  NOT_SENT,
} Progress;

/* What is reported; each has a mark for each collector. */
typedef enum {
  EVENTS,
  OUTBOX, /* of deleted tasks */
  LEDGER,
  N_SOURCES,
} Source;

static const char *const source_names[] = { "events", "outbox", "ledger" };

/* Rows of a source as records. */
typedef struct
{
  GPtrArray *records; /* JsonObject */
  GArray *ids;        /* gint64, of their rows */
  gint64 end;         /* of the last row, reported or not */
  gboolean more;
} Batch;

struct _AnnexAuditExport
{
  GObject parent_instance;

  AnnexStore *store;
  char **collectors;
  DexPromise *stop; /* rejected when it is to end */
  DexFuture *ended;
  gboolean failing; /* not everything could be sent */
  gboolean trims;   /* something of the outbox was sent */
};

G_DEFINE_FINAL_TYPE (AnnexAuditExport, annex_audit_export, G_TYPE_OBJECT)

static void
annex_audit_export_finalize (GObject *object)
{
  AnnexAuditExport *self = ANNEX_AUDIT_EXPORT (object);

  g_clear_object (&self->store);
  g_strfreev (self->collectors);
  dex_clear (&self->stop);
  dex_clear (&self->ended);
  G_OBJECT_CLASS (annex_audit_export_parent_class)->finalize (object);
}

static void
annex_audit_export_class_init (AnnexAuditExportClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = annex_audit_export_finalize;
}

static void
annex_audit_export_init (AnnexAuditExport *self)
{
  self->stop = dex_promise_new ();
}

/* ---- sending */

/* In the fiber. The status of the answer, 0 without one; where it was not taken @error says why. */
static guint
post (AnnexHttp *http, GBytes *body, GError **error)
{
  g_autoptr (AnnexHttpResponse) response = NULL;
  g_autofree char *answer = NULL;
  AnnexHttpRequest request = { .method = "POST",
                               .path = "/v1/logs",
                               .body = body,
                               .connect_timeout_ms = REQUEST_LIMIT_MS,
                               .first_byte_timeout_ms = REQUEST_LIMIT_MS };
  guint status;

  response = annex_http_send (http, &request, NULL, NULL, error);
  if (response == NULL)
    return 0;
  answer = annex_http_response_read_text (response, MAX_ANSWER_BYTES, REQUEST_LIMIT_MS, NULL, NULL);
  status = annex_http_response_get_status (response);
  if (status / 100 != 2)
    g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED, _ ("The collector answered %u"), status);
  return status;
}

static AnnexLedgerEntry *
new_row (AnnexHttp *http)
{
  g_autoptr (GUri) uri = g_uri_parse (annex_http_get_base_url (http), G_URI_FLAGS_NONE, NULL);
  int port = uri != NULL ? g_uri_get_port (uri) : -1;
  gboolean plain = uri != NULL && g_str_equal (g_uri_get_scheme (uri), "http");
  AnnexLedgerEntry *row = annex_ledger_entry_new (NULL, CHANNEL, annex_http_get_host (http),
                                                  port > 0 ? (guint) port
                                                  : plain  ? 80
                                                           : 443);

  row->method = g_strdup ("POST");
  row->by = g_strdup ("policy");
  return row;
}

/* In the fiber: sends @body, with its @row in the ledger before. As post(). */
static guint
post_noted (AnnexStore *store,
            AnnexHttp *http,
            GBytes *body,
            AnnexLedgerEntry **row,
            GError **error)
{
  guint status;

  *row = new_row (http);
  if (!dex_await (annex_store_begin_ledger (store, *row), error))
    {
      g_clear_pointer (row, annex_ledger_entry_free);
      return 0;
    }
  status = post (http, body, error);
  (*row)->time_us = g_get_real_time ();
  (*row)->bytes_up = g_bytes_get_size (body);
  return status;
}

/* @row (taken, nullable) has ended. */
static void
end_row (AnnexStore *store, AnnexLedgerEntry *row, const GError *failure)
{
  if (row == NULL)
    return;
  row->decision = g_strdup (failure == NULL ? "allowed" : "failed");
  row->reason = failure != NULL ? g_strdup (failure->message) : NULL;
  annex_store_end_ledger (store, row);
  annex_ledger_entry_free (row);
}

/* ---- how far it has come */

static char *
name_mark (const char *collector, const char *of)
{
  return g_strconcat ("audit-", of, ":", collector, NULL);
}

static DexFuture *
list_rows (AnnexAuditExport *self, Source source, gint64 after_id)
{
  switch (source)
    {
    case EVENTS:
      return annex_store_list_all_events (self->store, after_id, MAX_RECORDS);
    case OUTBOX:
      return annex_store_list_outbox (self->store, after_id, MAX_RECORDS);
    case LEDGER:
      return annex_store_list_all_ledger (self->store, after_id, MAX_RECORDS);
    case N_SOURCES:
      break;
    }
  g_assert_not_reached ();
}

static gint64
id_of (Source source, gpointer row)
{
  switch (source)
    {
    case EVENTS:
      return annex_event_get_id (row);
    case OUTBOX:
      return annex_json_opt_int (row, "id", 0);
    case LEDGER:
      return ((AnnexLedgerEntry *) row)->id;
    case N_SOURCES:
      break;
    }
  g_assert_not_reached ();
}

/* NULL: it is not reported. (transfer full) */
static JsonObject *
record_of (Source source, gpointer row)
{
  switch (source)
    {
    case EVENTS:
      return annex_audit_from_event (row, FALSE);
    case OUTBOX:
      return json_object_ref (annex_json_opt_object (row, "record"));
    case LEDGER:
      return g_str_equal (((AnnexLedgerEntry *) row)->channel, CHANNEL)
                 ? NULL
                 : annex_audit_from_ledger (row);
    case N_SOURCES:
      break;
    }
  g_assert_not_reached ();
}

/* -1: not known, or without an error none yet. */
static gint64
get_mark (AnnexStore *store, const char *collector, Source source, GError **error)
{
  g_autofree char *name = name_mark (collector, source_names[source]);
  g_autoptr (GError) local = NULL;
  gint64 mark = dex_await_int64 (annex_store_get_mark (store, name), &local);

  if (local == NULL)
    return mark;
  g_propagate_error (error, g_steal_pointer (&local));
  return -1;
}

static gboolean
set_mark (AnnexAuditExport *self, const char *collector, Source source, gint64 mark)
{
  g_autofree char *name = name_mark (collector, source_names[source]);

  return dex_await (annex_store_set_mark (self->store, name, mark), NULL);
}

static gint64
find_end (AnnexAuditExport *self, Source source)
{
  gint64 end = 0;

  for (;;)
    {
      g_autoptr (GPtrArray) rows = dex_await_boxed (list_rows (self, source, end), NULL);

      if (rows == NULL || rows->len == 0)
        return rows != NULL ? end : -1;
      end = id_of (source, g_ptr_array_index (rows, rows->len - 1));
    }
}

/* The mark of @source, set to the end of what there is where the collector is new. -1: not known.
 */
static gint64
await_mark (AnnexAuditExport *self, const char *collector, Source source)
{
  g_autoptr (GError) error = NULL;
  gint64 mark = get_mark (self->store, collector, source, &error);

  if (error != NULL || mark >= 0)
    return error == NULL ? mark : -1;
  /* The outbox is younger than the others: who has a mark of theirs is not new. */
  if (source == OUTBOX && get_mark (self->store, collector, EVENTS, &error) >= 0)
    mark = 0;
  else if (error == NULL)
    mark = find_end (self, source);
  return mark >= 0 && set_mark (self, collector, source, mark) ? mark : -1;
}

static void
batch_free (Batch *batch)
{
  g_ptr_array_unref (batch->records);
  g_array_unref (batch->ids);
  g_free (batch);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Batch, batch_free)

/* What is after @mark. NULL: it cannot be read. */
static Batch *
await_batch (AnnexAuditExport *self, Source source, gint64 mark)
{
  g_autoptr (GPtrArray) rows = dex_await_boxed (list_rows (self, source, mark), NULL);
  Batch *batch;

  if (rows == NULL)
    return NULL;
  batch = g_new0 (Batch, 1);
  batch->records = g_ptr_array_new_with_free_func ((GDestroyNotify) json_object_unref);
  batch->ids = g_array_new (FALSE, FALSE, sizeof (gint64));
  batch->end = mark;
  batch->more = rows->len == MAX_RECORDS;
  for (guint i = 0; i < rows->len; i++)
    {
      JsonObject *record = record_of (source, g_ptr_array_index (rows, i));

      batch->end = id_of (source, g_ptr_array_index (rows, i));
      if (record == NULL)
        continue;
      g_ptr_array_add (batch->records, record);
      g_array_append_val (batch->ids, batch->end);
    }
  return batch;
}

/* A body of at most *@n records from @from on, fewer where that is too long for one. */
static GBytes *
make_body (const Batch *batch, guint from, guint *n)
{
  for (;; *n /= 2)
    {
      g_autoptr (GPtrArray) some = g_ptr_array_new ();
      g_autofree char *text = NULL;
      gsize length;

      for (guint i = from; i < from + *n; i++)
        g_ptr_array_add (some, g_ptr_array_index (batch->records, i));
      text = annex_audit_export_format (some);
      length = strlen (text);
      if (length <= MAX_BODY_BYTES || *n <= 1)
        return g_bytes_new_take (g_steal_pointer (&text), length);
    }
}

/* In the fiber: does the collector take what is certainly right? Then it is a record that it does
 * not take, and not everything, as at a wrong address. */
static gboolean
takes_others (AnnexStore *store, AnnexHttp *http, GError **error)
{
  g_autoptr (GPtrArray) none = g_ptr_array_new ();
  char *text = annex_audit_export_format (none);
  g_autoptr (GBytes) body = g_bytes_new_take (text, strlen (text));
  g_autoptr (GError) local = NULL;
  AnnexLedgerEntry *row;
  guint status = post_noted (store, http, body, &row, &local);

  end_row (store, row, local);
  if (local != NULL)
    g_propagate_error (error, g_steal_pointer (&local));
  return status / 100 == 2;
}

gboolean
annex_audit_export_try (AnnexStore *store, const char *collector, GError **error)
{
  g_autoptr (AnnexHttp) http = annex_http_new (collector, error);

  return http != NULL && takes_others (store, http, error);
}

/* In the fiber: what of @batch from @from on one request takes, *@most records at most. The
 * answers 400 and 413 are final (OTLP): with fewer records the others get through, and one that
 * does not is passed over. Returns how many are done, 0 when it is to be tried again. */
static guint
await_piece (AnnexAuditExport *self,
             AnnexHttp *http,
             const char *collector,
             const Batch *batch,
             guint from,
             guint *most)
{
  for (;;)
    {
      guint n = MIN (*most, batch->records->len - from);
      g_autoptr (GBytes) body = make_body (batch, from, &n);
      g_autoptr (GError) error = NULL;
      AnnexLedgerEntry *row;
      guint status = post_noted (self->store, http, body, &row, &error);
      gboolean is_final = status == 400 || status == 413;
      gboolean is_passed_over = is_final && n == 1 && takes_others (self->store, http, NULL);

      if (is_passed_over)
        {
          JsonObject *record = g_ptr_array_index (batch->records, from);

          g_clear_error (&error);
          g_set_error (&error, G_IO_ERROR, G_IO_ERROR_FAILED,
                       _ ("The collector answered %u; the record “%s” was passed over"), status,
                       annex_json_opt_string (record, "kind", "?"));
        }
      end_row (self->store, row, error);
      if (is_final && n > 1)
        {
          *most = n / 2;
          continue;
        }
      if (error != NULL)
        g_message ("The audit could not be reported to %s: %s", collector, error->message);
      if (error != NULL && !is_passed_over)
        return 0;
      *most = MIN (n * 2, MAX_RECORDS);
      return n;
    }
}

/* In the fiber: some rows of @source. */
static Progress
await_sent (AnnexAuditExport *self, AnnexHttp *http, const char *collector, Source source)
{
  gint64 mark = await_mark (self, collector, source);
  g_autoptr (Batch) batch = mark >= 0 ? await_batch (self, source, mark) : NULL;
  guint most = MAX_RECORDS;

  if (batch == NULL)
    return NOT_SENT;
  for (guint i = 0; i < batch->records->len;)
    {
      guint n = await_piece (self, http, collector, batch, i, &most);

      if (n == 0)
        return NOT_SENT;
      i += n;
      self->trims = self->trims || source == OUTBOX;
      mark = g_array_index (batch->ids, gint64, i - 1);
      if (!set_mark (self, collector, source, mark))
        return NOT_SENT;
    }
  if (batch->end != mark && !set_mark (self, collector, source, batch->end))
    return NOT_SENT;
  return batch->more ? SENT_SOME : SENT_ALL;
}

/* In the fiber: everything there is, to @collector. FALSE: it will be tried again. */
static gboolean
await_all_sent (AnnexAuditExport *self, const char *collector)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (AnnexHttp) http = annex_http_new (collector, &error);

  if (http == NULL)
    {
      g_warning ("The audit cannot be reported to %s: %s", collector, error->message);
      return FALSE;
    }
  /* Before there is a mark of the events, which tells who is new. */
  if (await_mark (self, collector, OUTBOX) < 0)
    return FALSE;
  for (Source source = EVENTS; source < N_SOURCES; source++)
    {
      Progress progress;

      do
        progress = await_sent (self, http, collector, source);
      while (progress == SENT_SOME);
      if (progress == NOT_SENT)
        return FALSE;
    }
  return TRUE;
}

/* What all collectors have of the outbox goes. */
static void
trim_outbox (AnnexAuditExport *self)
{
  gint64 least = G_MAXINT64;

  for (guint i = 0; self->collectors[i] != NULL; i++)
    least = MIN (least, get_mark (self->store, self->collectors[i], OUTBOX, NULL));
  if (least > 0 && dex_await (annex_store_trim_outbox (self->store, least), NULL))
    self->trims = FALSE;
}

/* In the fiber: everything to everybody. FALSE: some of it will be tried again. */
static gboolean
await_round (AnnexAuditExport *self)
{
  gboolean all = TRUE;

  for (guint i = 0; self->collectors[i] != NULL; i++)
    all = await_all_sent (self, self->collectors[i]) && all;
  if (self->trims)
    trim_outbox (self);
  return all;
}

gboolean
annex_audit_export_delete_task (AnnexStore *store,
                                const char *const *collectors,
                                const char *task_id,
                                GError **error)
{
  gint64 least = G_MAXINT64;

  if (collectors[0] == NULL)
    return dex_await (annex_store_delete_task (store, task_id), error);
  /* One without a mark is new, and is told of what comes. */
  for (guint i = 0; collectors[i] != NULL; i++)
    {
      g_autoptr (GError) local = NULL;
      gint64 mark = get_mark (store, collectors[i], EVENTS, &local);

      if (local != NULL)
        {
          g_propagate_error (error, g_steal_pointer (&local));
          return FALSE;
        }
      if (mark >= 0)
        least = MIN (least, mark);
    }
  return dex_await (annex_store_delete_reported_task (store, task_id, least), error);
}

/* ---- the loop */

/* One process reports. The kernel lets go of the lock when it dies. */
static int
take_lock (void)
{
  g_autofree char *path = annex_paths_data ("audit.lock");
  g_autofd int fd = open (path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);

  return fd >= 0 && flock (fd, LOCK_EX | LOCK_NB) == 0 ? g_steal_fd (&fd) : -1;
}

static DexFuture *
loop_fiber (gpointer data)
{
  AnnexAuditExport *self = data;
  g_autofd int lock = -1;
  guint wait_s = INTERVAL_S;

  for (;;)
    {
      gboolean all = TRUE;

      if (lock < 0)
        lock = take_lock ();
      if (lock >= 0)
        all = await_round (self);
      self->failing = !all;
      wait_s = all ? INTERVAL_S : MIN (wait_s * 2, MAX_INTERVAL_S);
      if (!dex_future_is_pending (DEX_FUTURE (self->stop)))
        return dex_future_new_true ();
      annex_await_cancellable (dex_timeout_new_seconds ((int) wait_s), DEX_FUTURE (self->stop),
                               NULL);
      if (!dex_future_is_pending (DEX_FUTURE (self->stop)))
        return dex_future_new_true ();
    }
}

AnnexAuditExport *
annex_audit_export_new (AnnexStore *store, const char *const *collectors)
{
  AnnexAuditExport *self = g_object_new (ANNEX_TYPE_AUDIT_EXPORT, NULL);

  self->store = g_object_ref (store);
  self->collectors = g_strdupv ((char **) collectors);
  self->ended = annex_fiber_run (loop_fiber, g_object_ref (self), g_object_unref);
  return self;
}

static DexFuture *
close_fiber (gpointer data)
{
  AnnexAuditExport *self = data;
  g_autofd int lock = -1;

  if (dex_future_is_pending (DEX_FUTURE (self->stop)))
    dex_promise_reject (self->stop,
                        g_error_new_literal (G_IO_ERROR, G_IO_ERROR_CANCELLED, "It ends"));
  dex_await (dex_ref (self->ended), NULL); /* it resolves */
  /* Whoever did not listen a moment ago is not waited for. */
  lock = self->failing ? -1 : take_lock ();
  if (lock >= 0)
    await_round (self);
  return dex_future_new_true ();
}

DexFuture *
annex_audit_export_close (AnnexAuditExport *self)
{
  return annex_fiber_run (close_fiber, g_object_ref (self), g_object_unref);
}
