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
#include "annex-json-build.h"
#include "annex-paths.h"

#include <fcntl.h>
#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <sys/file.h>

/* Of rows in one request. */
#define MAX_RECORDS 500
#define INTERVAL_S 5
#define MAX_INTERVAL_S 300
#define REQUEST_LIMIT_MS 20000
#define MAX_ANSWER_BYTES 4096
/* What reporting writes into the ledger, which is not reported again. */
#define CHANNEL "audit"

typedef enum {
  SENT_ALL, /* there is nothing more for now */
  SENT_SOME,
  NOT_SENT,
} Progress;

struct _AnnexAuditExport
{
  GObject parent_instance;

  AnnexStore *store;
  char **collectors;
  DexPromise *stop; /* rejected when it is to end */
  DexFuture *ended;
  gboolean failing; /* not everything could be sent */
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

/* ---- the format */

/* An AnyValue. Whole numbers are strings there, as in all JSON made of protocol buffers. */
static JsonObject *
make_value (JsonNode *node)
{
  g_autofree char *text = NULL;

  if (JSON_NODE_HOLDS_VALUE (node))
    switch (json_node_get_value_type (node))
      {
      case G_TYPE_INT64:
        text = g_strdup_printf ("%" G_GINT64_FORMAT, json_node_get_int (node));
        return annex_json_build ("s", "intValue", text, NULL);
      case G_TYPE_DOUBLE:
        return annex_json_build ("d", "doubleValue", json_node_get_double (node), NULL);
      case G_TYPE_BOOLEAN:
        return annex_json_build ("b", "boolValue", json_node_get_boolean (node), NULL);
      case G_TYPE_STRING:
        return annex_json_build ("s", "stringValue", json_node_get_string (node), NULL);
      default:
        break;
      }
  text = annex_json_to_string (node);
  return annex_json_build ("s", "stringValue", text, NULL);
}

static void
add_attribute (JsonArray *attributes, const char *name, JsonObject *value)
{
  json_array_add_object_element (attributes,
                                 annex_json_build ("s", "key", name, "o", "value", value, NULL));
}

static void
add_text (JsonArray *attributes, const char *name, const char *text)
{
  add_attribute (attributes, name, annex_json_build ("s", "stringValue", text, NULL));
}

/* What went wrong or was refused is more than information. */
static gboolean
is_warning (JsonObject *record)
{
  const char *kind = annex_json_opt_string (record, "kind", "");
  const char *decision = annex_json_opt_string (record, "decision", "");

  return g_str_equal (kind, "error") || g_str_equal (kind, "model-call-failed") ||
         g_str_equal (decision, "refused") || g_str_equal (decision, "failed");
}

static JsonObject *
make_log_record (JsonObject *record)
{
  const char *kind = annex_json_opt_string (record, "kind", "");
  gboolean warning = is_warning (record);
  JsonArray *attributes = json_array_new ();
  g_autofree char *time = NULL;
  gint64 time_us = 0;
  JsonObjectIter iter;
  const char *name;
  JsonNode *node;

  annex_time_from_text (annex_json_opt_string (record, "time", NULL), &time_us);
  time = g_strdup_printf ("%" G_GINT64_FORMAT "000", time_us);
  json_object_iter_init_ordered (&iter, record);
  while (json_object_iter_next_ordered (&iter, &name, &node))
    {
      g_autofree char *key = g_strconcat ("annex.", name, NULL);

      if (!g_str_equal (name, "time") && !g_str_equal (name, "kind"))
        add_attribute (attributes, key, make_value (node));
    }
  return annex_json_build ("s", "timeUnixNano", time, "s", "observedTimeUnixNano", time, "i",
                           "severityNumber", (gint64) (warning ? 13 : 9), "s", "severityText",
                           warning ? "WARN" : "INFO", "s", "eventName", kind, "o", "body",
                           annex_json_build ("s", "stringValue", kind, NULL), "a", "attributes",
                           attributes, NULL);
}

/* An object with one list of one element. */
static JsonArray *
list_of (JsonObject *element)
{
  JsonArray *list = json_array_new ();

  json_array_add_object_element (list, element);
  return list;
}

char *
annex_audit_export_format (GPtrArray *records)
{
  JsonArray *attributes = json_array_new ();
  JsonArray *log_records = json_array_new ();
  g_autoptr (JsonObject) body = NULL;
  JsonObject *scope;

  add_text (attributes, "service.name", "annex");
  add_text (attributes, "service.version", ANNEX_VERSION);
  add_text (attributes, "host.name", g_get_host_name ());
  add_text (attributes, "user.name", g_get_user_name ());
  for (guint i = 0; i < records->len; i++)
    json_array_add_object_element (log_records, make_log_record (g_ptr_array_index (records, i)));
  scope = annex_json_build ("o", "scope", annex_json_build ("s", "name", "annex.audit", NULL), "a",
                            "logRecords", log_records, NULL);
  body =
      annex_json_build ("a", "resourceLogs",
                        list_of (annex_json_build (
                            "o", "resource", annex_json_build ("a", "attributes", attributes, NULL),
                            "a", "scopeLogs", list_of (scope), NULL)),
                        NULL);
  return annex_json_object_to_string (body);
}

/* ---- sending */

/* In the fiber. FALSE: it was not taken. */
static gboolean
post (AnnexHttp *http, GPtrArray *records, gsize *size, GError **error)
{
  g_autofree char *text = annex_audit_export_format (records);
  g_autoptr (GBytes) body = NULL;
  g_autoptr (AnnexHttpResponse) response = NULL;
  g_autofree char *answer = NULL;
  AnnexHttpRequest request = { .method = "POST",
                               .path = "/v1/logs",
                               .connect_timeout_ms = REQUEST_LIMIT_MS,
                               .first_byte_timeout_ms = REQUEST_LIMIT_MS };

  *size = strlen (text);
  body = g_bytes_new_take (g_steal_pointer (&text), *size);
  request.body = body;
  response = annex_http_send (http, &request, NULL, NULL, error);
  if (response == NULL)
    return FALSE;
  answer = annex_http_response_read_text (response, MAX_ANSWER_BYTES, REQUEST_LIMIT_MS, NULL, NULL);
  if (annex_http_response_get_status (response) / 100 == 2)
    return TRUE;
  g_set_error (error, G_IO_ERROR, G_IO_ERROR_FAILED, _ ("The collector answered %u"),
               annex_http_response_get_status (response));
  return FALSE;
}

static void
note_in_ledger (AnnexAuditExport *self, AnnexHttp *http, gsize size, const GError *failure)
{
  g_autoptr (GUri) uri = g_uri_parse (annex_http_get_base_url (http), G_URI_FLAGS_NONE, NULL);
  int port = uri != NULL ? g_uri_get_port (uri) : -1;
  gboolean plain = uri != NULL && g_str_equal (g_uri_get_scheme (uri), "http");
  g_autoptr (AnnexLedgerEntry) entry =
      annex_ledger_entry_new (NULL, CHANNEL, annex_http_get_host (http),
                              port > 0 ? (guint) port
                              : plain  ? 80
                                       : 443);

  entry->method = g_strdup ("POST");
  entry->bytes_up = size;
  entry->decision = g_strdup (failure == NULL ? "allowed" : "failed");
  entry->by = g_strdup ("policy");
  entry->reason = failure != NULL ? g_strdup (failure->message) : NULL;
  dex_future_disown (annex_store_append_ledger (self->store, entry));
}

/* ---- how far it has come */

static char *
name_mark (const char *collector, const char *of)
{
  return g_strconcat ("audit-", of, ":", collector, NULL);
}

static gint64
last_id (DexFuture *rows, gboolean events)
{
  g_autoptr (GPtrArray) array = dex_await_boxed (rows, NULL);

  if (array == NULL || array->len == 0)
    return -1;
  return events ? annex_event_get_id (g_ptr_array_index (array, array->len - 1))
                : ((AnnexLedgerEntry *) g_ptr_array_index (array, array->len - 1))->id;
}

/* The mark of @of, set to the end of what there is where the collector is new. -1: not known. */
static gint64
await_mark (AnnexAuditExport *self, const char *collector, const char *of)
{
  g_autofree char *name = name_mark (collector, of);
  g_autoptr (GError) error = NULL;
  gboolean events = g_str_equal (of, "events");
  gint64 mark = dex_await_int64 (annex_store_get_mark (self->store, name), &error);
  gint64 next;

  if (error != NULL || mark >= 0)
    return error == NULL ? mark : -1;
  for (mark = 0;; mark = next)
    {
      next = last_id (events ? annex_store_list_all_events (self->store, mark, MAX_RECORDS)
                             : annex_store_list_all_ledger (self->store, mark, MAX_RECORDS),
                      events);
      if (next < 0)
        break;
    }
  return dex_await (annex_store_set_mark (self->store, name, mark), NULL) ? mark : -1;
}

static gboolean
set_mark (AnnexAuditExport *self, const char *collector, const char *of, gint64 mark)
{
  g_autofree char *name = name_mark (collector, of);

  return dex_await (annex_store_set_mark (self->store, name, mark), NULL);
}

/* The records after @*mark, and where they end. NULL: they cannot be read. */
static GPtrArray *
await_records (AnnexAuditExport *self, gboolean of_events, gint64 *mark, gboolean *more)
{
  g_autoptr (GPtrArray) records =
      g_ptr_array_new_with_free_func ((GDestroyNotify) json_object_unref);
  g_autoptr (GPtrArray) rows =
      dex_await_boxed (of_events ? annex_store_list_all_events (self->store, *mark, MAX_RECORDS)
                                 : annex_store_list_all_ledger (self->store, *mark, MAX_RECORDS),
                       NULL);

  if (rows == NULL)
    return NULL;
  for (guint i = 0; i < rows->len; i++)
    {
      AnnexLedgerEntry *entry = of_events ? NULL : g_ptr_array_index (rows, i);
      AnnexEvent *event = of_events ? g_ptr_array_index (rows, i) : NULL;
      JsonObject *record = NULL;

      if (event != NULL)
        record = annex_audit_from_event (event, FALSE);
      else if (!g_str_equal (entry->channel, CHANNEL))
        record = annex_audit_from_ledger (entry);
      *mark = event != NULL ? annex_event_get_id (event) : entry->id;
      if (record != NULL)
        g_ptr_array_add (records, record);
    }
  *more = rows->len == MAX_RECORDS;
  return g_steal_pointer (&records);
}

/* In the fiber: one request's worth of @of. */
static Progress
await_sent (AnnexAuditExport *self, AnnexHttp *http, const char *collector, const char *of)
{
  gint64 mark = await_mark (self, collector, of);
  gint64 before = mark;
  gboolean more = FALSE;
  g_autoptr (GPtrArray) records =
      mark >= 0 ? await_records (self, g_str_equal (of, "events"), &mark, &more) : NULL;
  g_autoptr (GError) error = NULL;
  gsize size = 0;

  if (records == NULL)
    return NOT_SENT;
  if (records->len > 0)
    {
      gboolean taken = post (http, records, &size, &error);

      note_in_ledger (self, http, size, error);
      if (!taken)
        {
          g_message ("The audit could not be reported to %s: %s", collector, error->message);
          return NOT_SENT;
        }
    }
  if (mark != before && !set_mark (self, collector, of, mark))
    return NOT_SENT;
  return more ? SENT_SOME : SENT_ALL;
}

/* In the fiber: everything there is, to @collector. FALSE: it will be tried again. */
static gboolean
await_all_sent (AnnexAuditExport *self, const char *collector)
{
  static const char *const kinds[] = { "events", "ledger" };
  g_autoptr (GError) error = NULL;
  g_autoptr (AnnexHttp) http = annex_http_new (collector, &error);

  if (http == NULL)
    {
      g_warning ("The audit cannot be reported to %s: %s", collector, error->message);
      return FALSE;
    }
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    {
      Progress progress;

      do
        progress = await_sent (self, http, collector, kinds[i]);
      while (progress == SENT_SOME);
      if (progress == NOT_SENT)
        return FALSE;
    }
  return TRUE;
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
      for (guint i = 0; lock >= 0 && self->collectors[i] != NULL; i++)
        all = await_all_sent (self, self->collectors[i]) && all;
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
  for (guint i = 0; lock >= 0 && self->collectors[i] != NULL; i++)
    await_all_sent (self, self->collectors[i]);
  return dex_future_new_true ();
}

DexFuture *
annex_audit_export_close (AnnexAuditExport *self)
{
  return annex_fiber_run (close_fiber, g_object_ref (self), g_object_unref);
}
