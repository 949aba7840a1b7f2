/* fake-internet.c
 *
 * See fake-internet.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "fake-internet.h"

#include "annex-future.h"

#include <string.h>
#include <sys/socket.h>

#define PATIENCE_MS 10000

/* ---------------------------------------------------------------- names */

#define FAKE_TYPE_RESOLVER (fake_resolver_get_type ())
G_DECLARE_FINAL_TYPE (FakeResolver, fake_resolver, FAKE, RESOLVER, GResolver)

struct _FakeResolver
{
  GResolver parent_instance;

  GHashTable *names;  /* name → GPtrArray of sets */
  GHashTable *asked;  /* name → how often */
  GPtrArray *queries; /* borrowed from the net */
};

G_DEFINE_FINAL_TYPE (FakeResolver, fake_resolver, G_TYPE_RESOLVER)

static void
free_addresses (gpointer data)
{
  g_resolver_free_addresses (data);
}

static void
fake_resolver_lookup_async (GResolver *resolver,
                            const char *name,
                            GCancellable *cancellable,
                            GAsyncReadyCallback callback,
                            gpointer data)
{
  FakeResolver *self = (FakeResolver *) resolver;
  g_autoptr (GTask) task = g_task_new (resolver, cancellable, callback, data);
  GPtrArray *sets = g_hash_table_lookup (self->names, name);
  guint n = GPOINTER_TO_UINT (g_hash_table_lookup (self->asked, name));
  g_auto (GStrv) addresses = NULL;
  GList *list = NULL;

  g_ptr_array_add (self->queries, g_strdup (name));
  g_hash_table_insert (self->asked, g_strdup (name), GUINT_TO_POINTER (n + 1));
  if (sets == NULL)
    {
      g_task_return_new_error (task, G_RESOLVER_ERROR, G_RESOLVER_ERROR_NOT_FOUND, "no such name");
      return;
    }
  addresses = g_strsplit (g_ptr_array_index (sets, MIN (n, sets->len - 1)), ",", -1);
  for (guint i = 0; addresses[i] != NULL; i++)
    list = g_list_append (list, g_inet_address_new_from_string (addresses[i]));
  g_task_return_pointer (task, list, free_addresses);
}

static GList *
fake_resolver_lookup_finish (GResolver *resolver, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

static void
fake_resolver_finalize (GObject *object)
{
  FakeResolver *self = (FakeResolver *) object;

  g_hash_table_unref (self->names);
  g_hash_table_unref (self->asked);
  G_OBJECT_CLASS (fake_resolver_parent_class)->finalize (object);
}

static void
fake_resolver_class_init (FakeResolverClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = fake_resolver_finalize;
  G_RESOLVER_CLASS (klass)->lookup_by_name_async = fake_resolver_lookup_async;
  G_RESOLVER_CLASS (klass)->lookup_by_name_finish = fake_resolver_lookup_finish;
}

static void
fake_resolver_init (FakeResolver *self)
{
  self->names =
      g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_ptr_array_unref);
  self->asked = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
}

void
fake_internet_name (FakeInternet *net, const char *name, ...)
{
  FakeResolver *resolver = (FakeResolver *) net->resolver;
  GPtrArray *sets = g_ptr_array_new_with_free_func (g_free);
  const char *set;
  va_list args;

  va_start (args, name);
  while ((set = va_arg (args, const char *)) != NULL)
    g_ptr_array_add (sets, g_strdup (set));
  va_end (args);
  g_hash_table_insert (resolver->names, g_strdup (name), sets);
  g_hash_table_remove (resolver->asked, name);
}

/* ---------------------------------------------------------------- servers */

typedef struct
{
  FakeInternet *net;
  FakeServerFunc func;
  GSocketConnection *connection;
} Visit;

static void
visit_free (gpointer data)
{
  Visit *visit = data;

  g_io_stream_close (G_IO_STREAM (visit->connection), NULL, NULL);
  g_object_unref (visit->connection);
  g_free (visit);
}

static DexFuture *
visit_fiber (gpointer data)
{
  Visit *visit = data;

  return visit->func (visit->net, visit->connection);
}

static gboolean
incoming_cb (GSocketService *service, GSocketConnection *connection, GObject *source, gpointer data)
{
  Visit *visit = g_new0 (Visit, 1);

  visit->net = g_object_get_data (G_OBJECT (service), "net");
  visit->func = data;
  visit->connection = g_object_ref (connection);
  dex_future_disown (dex_scheduler_spawn (NULL, 0, visit_fiber, visit, visit_free));
  return TRUE;
}

void
fake_internet_serve (FakeInternet *net, const char *where, FakeServerFunc func)
{
  GSocketService *service = g_socket_service_new ();
  g_autoptr (GInetAddress) loopback = g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);
  g_autoptr (GSocketAddress) address = g_inet_socket_address_new (loopback, 0);
  g_autoptr (GSocketAddress) bound = NULL;
  g_autoptr (GError) error = NULL;

  g_object_set_data (G_OBJECT (service), "net", net);
  g_socket_listener_add_address (G_SOCKET_LISTENER (service), address, G_SOCKET_TYPE_STREAM,
                                 G_SOCKET_PROTOCOL_TCP, NULL, &bound, &error);
  g_assert_no_error (error);
  g_signal_connect (service, "incoming", G_CALLBACK (incoming_cb), func);
  g_ptr_array_add (net->services, service);
  g_hash_table_insert (
      net->listeners, g_strdup (where),
      GUINT_TO_POINTER (g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (bound))));
}

guint16
fake_internet_get_port (FakeInternet *net, const char *where)
{
  return (guint16) GPOINTER_TO_UINT (g_hash_table_lookup (net->listeners, where));
}

/* One read, as far as there is something. NULL at the end. */
static GBytes *
read_some (GSocketConnection *connection)
{
  g_autoptr (DexFuture) read = dex_input_stream_read_bytes (
      g_io_stream_get_input_stream (G_IO_STREAM (connection)), 65536, G_PRIORITY_DEFAULT);
  const GValue *value;

  if (!dex_await (dex_ref (read), NULL))
    return NULL;
  value = dex_future_get_value (read, NULL);
  return g_bytes_get_size (g_value_get_boxed (value)) > 0 ? g_value_dup_boxed (value) : NULL;
}

static gboolean
write_all (GIOStream *stream, GBytes *bytes)
{
  GOutputStream *out = g_io_stream_get_output_stream (stream);
  g_autoptr (GBytes) left = g_bytes_ref (bytes);

  while (g_bytes_get_size (left) > 0)
    {
      g_autoptr (DexFuture) write = dex_output_stream_write_bytes (out, left, G_PRIORITY_DEFAULT);
      GBytes *rest;
      gint64 n;

      if (!dex_await (dex_ref (write), NULL))
        return FALSE;
      n = g_value_get_int64 (dex_future_get_value (write, NULL));
      rest = g_bytes_new_from_bytes (left, (gsize) n, g_bytes_get_size (left) - (gsize) n);
      g_bytes_unref (left);
      left = rest;
    }
  return TRUE;
}

/* Has all of a request arrived? Only as much HTTP as the proxy itself writes. */
static gboolean
is_whole_request (const char *request)
{
  const char *end = strstr (request, "\r\n\r\n");
  const char *length = strstr (request, "\r\nContent-Length: ");

  if (end == NULL)
    return FALSE;
  if (strstr (request, "\r\nTransfer-Encoding: chunked") != NULL)
    return strstr (end + 2, "\r\n0\r\n\r\n") != NULL;
  if (length == NULL)
    return TRUE;
  return strlen (end + 4) >= g_ascii_strtoull (length + 18, NULL, 10);
}

/* Answers one request, then closes, as "Connection: close" asks. */
static DexFuture *
serve_web (FakeInternet *net, GSocketConnection *connection)
{
  g_autoptr (GString) request = g_string_new (NULL);
  g_autoptr (GBytes) answer = NULL;

  while (!is_whole_request (request->str))
    {
      g_autoptr (GBytes) bytes = read_some (connection);

      if (bytes == NULL)
        break;
      g_string_append_len (request, g_bytes_get_data (bytes, NULL),
                           (gssize) g_bytes_get_size (bytes));
    }
  g_string_append_len (net->web_got, request->str, (gssize) request->len);
  if (net->next_answer != NULL)
    answer = g_bytes_new (net->next_answer->str, net->next_answer->len);
  else
    answer = g_bytes_new_static ("HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nhello\n", 44);
  write_all (G_IO_STREAM (connection), answer);
  return dex_future_new_true ();
}

static DexFuture *
serve_echo (FakeInternet *net, GSocketConnection *connection)
{
  for (;;)
    {
      g_autoptr (GBytes) bytes = read_some (connection);

      if (bytes == NULL)
        return dex_future_new_true ();
      if (net->tls_got->len < 100000)
        g_string_append_len (net->tls_got, g_bytes_get_data (bytes, NULL),
                             (gssize) g_bytes_get_size (bytes));
      if (!write_all (G_IO_STREAM (connection), bytes))
        return dex_future_new_true ();
    }
}

static DexFuture *
serve_forbidden (FakeInternet *net, GSocketConnection *connection)
{
  net->n_forbidden++;
  return dex_future_new_true ();
}

static GSocketAddress *
connect_cb (GInetSocketAddress *checked, gpointer data)
{
  FakeInternet *net = data;
  g_autofree char *address = g_inet_address_to_string (g_inet_socket_address_get_address (checked));
  char *where = g_strdup_printf ("%s:%u", address, g_inet_socket_address_get_port (checked));
  g_autoptr (GInetAddress) loopback = g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);
  guint16 port = fake_internet_get_port (net, where);

  g_ptr_array_add (net->dialled, where);
  return port != 0 ? g_inet_socket_address_new (loopback, port) : NULL;
}

/* ---------------------------------------------------------------- the whole */

static void
recorded_cb (AnnexEgressProxy *proxy, AnnexLedgerEntry *entry, FakeInternet *net)
{
  g_ptr_array_add (net->rows, annex_ledger_entry_copy (entry));
}

static void
blocked_cb (AnnexEgressProxy *proxy, const char *host, const char *reason, FakeInternet *net)
{
  g_ptr_array_add (net->blocked, g_strdup_printf ("%s|%s", host, reason));
}

FakeInternet *
fake_internet_new (AnnexStore *store)
{
  FakeInternet *net = g_new0 (FakeInternet, 1);
  g_autoptr (GProxyResolver) direct = g_simple_proxy_resolver_new (NULL, NULL);

  net->policy = annex_network_policy_new ();
  net->proxy = annex_egress_proxy_new (store, "task-1", net->policy);
  net->resolver = g_object_new (FAKE_TYPE_RESOLVER, NULL);
  net->queries = g_ptr_array_new_with_free_func (g_free);
  net->dialled = g_ptr_array_new_with_free_func (g_free);
  net->blocked = g_ptr_array_new_with_free_func (g_free);
  net->rows = g_ptr_array_new_with_free_func ((GDestroyNotify) annex_ledger_entry_free);
  net->services = g_ptr_array_new_with_free_func (g_object_unref);
  net->listeners = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  net->web_got = g_string_new (NULL);
  net->tls_got = g_string_new (NULL);
  ((FakeResolver *) net->resolver)->queries = net->queries;

  annex_egress_proxy_get_limits (net->proxy, &net->limits);
  annex_egress_proxy_set_resolver (net->proxy, net->resolver);
  annex_egress_proxy_set_proxy_resolver (net->proxy, direct);
  annex_egress_proxy_set_connect_func (net->proxy, connect_cb, net);
  g_signal_connect (net->proxy, "recorded", G_CALLBACK (recorded_cb), net);
  g_signal_connect (net->proxy, "blocked", G_CALLBACK (blocked_cb), net);

  fake_internet_serve (net, FAKE_WEB ":80", serve_web);
  fake_internet_serve (net, FAKE_TLS ":443", serve_echo);
  fake_internet_serve (net, FAKE_METADATA ":80", serve_forbidden);
  fake_internet_serve (net, FAKE_METADATA ":443", serve_forbidden);
  fake_internet_serve (net, FAKE_LAN ":80", serve_forbidden);
  fake_internet_serve (net, FAKE_LAN ":443", serve_forbidden);
  return net;
}

void
fake_internet_apply (FakeInternet *net)
{
  annex_egress_proxy_set_limits (net->proxy, &net->limits);
}

void
fake_internet_forget (FakeInternet *net)
{
  g_ptr_array_set_size (net->queries, 0);
  g_ptr_array_set_size (net->dialled, 0);
  g_ptr_array_set_size (net->rows, 0);
  g_ptr_array_set_size (net->blocked, 0);
  g_string_truncate (net->web_got, 0);
  g_string_truncate (net->tls_got, 0);
}

void
fake_internet_free (FakeInternet *net)
{
  g_assert_true (fake_run (annex_egress_proxy_close (net->proxy), NULL));
  g_assert_cmpuint (annex_egress_proxy_get_n_streams (net->proxy), ==, 0);
  /* The servers' fibers see their peers gone. */
  fake_wait_ms (20);
  g_assert_cmpuint (net->n_forbidden, ==, 0);
  for (guint i = 0; i < net->services->len; i++)
    g_socket_service_stop (g_ptr_array_index (net->services, i));
  g_assert_finalize_object (net->proxy);
  g_ptr_array_unref (net->services);
  g_object_unref (net->policy);
  g_object_unref (net->resolver);
  g_ptr_array_unref (net->queries);
  g_ptr_array_unref (net->dialled);
  g_ptr_array_unref (net->rows);
  g_ptr_array_unref (net->blocked);
  g_hash_table_unref (net->listeners);
  g_string_free (net->web_got, TRUE);
  g_string_free (net->tls_got, TRUE);
  if (net->next_answer != NULL)
    g_string_free (net->next_answer, TRUE);
  g_free (net);
}

/* ---------------------------------------------------------------- the guest */

gboolean
fake_run (DexFuture *future, GError **error)
{
  g_autoptr (DexFuture) kept = future;

  while (dex_future_is_pending (kept))
    g_main_context_iteration (NULL, TRUE);
  return dex_future_get_value (kept, error) != NULL;
}

void
fake_wait_ms (guint ms)
{
  fake_run (dex_timeout_new_msec ((int) ms), NULL);
}

void
fake_settle (FakeInternet *net)
{
  for (guint i = 0; i < PATIENCE_MS / 2 && annex_egress_proxy_get_n_streams (net->proxy) > 0; i++)
    fake_wait_ms (2);
  g_assert_cmpuint (annex_egress_proxy_get_n_streams (net->proxy), ==, 0);
}

static GSocketConnection *
wrap (int fd)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GSocket) socket = g_socket_new_from_fd (fd, &error);

  g_assert_no_error (error);
  return g_socket_connection_factory_create_connection (socket);
}

GIOStream *
fake_guest_open (FakeInternet *net)
{
  g_autoptr (GSocketConnection) served = NULL;
  int fds[2];

  g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), ==, 0);
  served = wrap (fds[0]);
  annex_egress_proxy_accept (net->proxy, G_IO_STREAM (served));
  return G_IO_STREAM (wrap (fds[1]));
}

typedef struct
{
  GIOStream *stream;
  GBytes *bytes;
} Send;

static DexFuture *
send_fiber (gpointer data)
{
  Send *send = data;

  return dex_future_new_for_boolean (write_all (send->stream, send->bytes));
}

gboolean
fake_guest_send (GIOStream *guest, const void *bytes, gsize length)
{
  g_autoptr (GBytes) copy = g_bytes_new (bytes, length);
  Send send = { guest, copy };
  g_autoptr (DexFuture) sent = dex_scheduler_spawn (NULL, 0, send_fiber, &send, NULL);

  if (!fake_run (dex_ref (sent), NULL))
    return FALSE;
  return g_value_get_boolean (dex_future_get_value (sent, NULL));
}

static GByteArray *
receive (GIOStream *guest, gsize n_wanted, const char *end_text)
{
  GByteArray *all = g_byte_array_new ();
  gint64 deadline_us = g_get_monotonic_time () + PATIENCE_MS * 1000;

  while (all->len < n_wanted && g_get_monotonic_time () < deadline_us)
    {
      g_autoptr (DexFuture) read = annex_future_with_timeout (
          dex_input_stream_read_bytes (g_io_stream_get_input_stream (guest),
                                       MIN (n_wanted - all->len, 65536), G_PRIORITY_DEFAULT),
          PATIENCE_MS);
      GBytes *bytes;

      if (!fake_run (dex_ref (read), NULL))
        break;
      bytes = g_value_get_boxed (dex_future_get_value (read, NULL));
      if (g_bytes_get_size (bytes) == 0)
        break;
      g_byte_array_append (all, g_bytes_get_data (bytes, NULL), (guint) g_bytes_get_size (bytes));
      if (end_text != NULL && memmem (all->data, all->len, end_text, strlen (end_text)) != NULL)
        break;
    }
  g_assert_cmpint (g_get_monotonic_time (), <, deadline_us);
  return all;
}

GByteArray *
fake_guest_receive (GIOStream *guest, gsize n_wanted)
{
  return receive (guest, n_wanted, NULL);
}

char *
fake_guest_receive_text (GIOStream *guest, const char *end_text)
{
  g_autoptr (GByteArray) all = receive (guest, G_MAXUINT / 2, end_text);

  return g_strndup ((const char *) all->data, all->len);
}

char *
fake_guest_exchange (FakeInternet *net, const char *bytes, gssize length, gsize *n_read)
{
  g_autoptr (GIOStream) guest = fake_guest_open (net);
  g_autoptr (GByteArray) all = NULL;
  char *text;

  /* The proxy may close before it has read everything; the answer says why. */
  fake_guest_send (guest, bytes, length < 0 ? strlen (bytes) : (gsize) length);
  all = fake_guest_receive (guest, G_MAXUINT / 2);
  g_io_stream_close (guest, NULL, NULL);
  if (n_read != NULL)
    *n_read = all->len;
  text = g_malloc (all->len + 1);
  if (all->len > 0)
    memcpy (text, all->data, all->len);
  text[all->len] = '\0';
  fake_settle (net);
  return text;
}

AnnexLedgerEntry *
fake_last_row (FakeInternet *net)
{
  g_assert_cmpuint (net->rows->len, >, 0);
  return g_ptr_array_index (net->rows, net->rows->len - 1);
}

guint
fake_status (const char *answer)
{
  if (!g_str_has_prefix (answer, "HTTP/1.1 "))
    return 0;
  return (guint) g_ascii_strtoull (answer + strlen ("HTTP/1.1 "), NULL, 10);
}

guint
fake_guest_ask (FakeInternet *net, const char *request)
{
  g_autoptr (GIOStream) guest = fake_guest_open (net);
  g_autofree char *answer = NULL;

  g_assert_true (fake_guest_send (guest, request, strlen (request)));
  answer = fake_guest_receive_text (guest, NULL);
  g_io_stream_close (guest, NULL, NULL);
  return fake_status (answer);
}

gpointer
fake_run_for_object (DexFuture *future)
{
  g_autoptr (DexFuture) kept = future;
  g_autoptr (GError) error = NULL;

  fake_run (dex_ref (kept), &error);
  g_assert_no_error (error);
  return g_value_dup_object (dex_future_get_value (kept, NULL));
}
