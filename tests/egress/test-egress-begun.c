/* test-egress-begun.c
 *
 * A connection that Annex does not live to see the end of: it is in the ledger while it lasts, and
 * afterwards.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-store-begun.h"
#include "fake-internet.h"
#include "tls-hello-builder.h"

#include <glib/gstdio.h>
#include <string.h>

#define CONNECT_TLS "CONNECT tls.example:443 HTTP/1.1\r\nHost: tls.example:443\r\n\r\n"

static guint n_warnings;

static GLogWriterOutput
count_warnings (GLogLevelFlags level, const GLogField *fields, gsize n_fields, gpointer data)
{
  if ((level & G_LOG_LEVEL_MASK) != G_LOG_LEVEL_WARNING)
    return g_log_writer_default (level, fields, n_fields, data);
  n_warnings++;
  return G_LOG_WRITER_HANDLED;
}

/* An open tunnel to tls.example whose hello has come back. */
static GIOStream *
open_tunnel (FakeInternet *net, gsize *length)
{
  TlsHelloOptions options = { .server_name = "tls.example" };
  g_autoptr (GBytes) hello = tls_hello_build (&options);
  GIOStream *guest = fake_guest_open (net);
  g_autofree char *answer = NULL;

  *length = g_bytes_get_size (hello);
  g_assert_true (fake_guest_send (guest, CONNECT_TLS, strlen (CONNECT_TLS)));
  answer = fake_guest_receive_text (guest, "\r\n\r\n");
  g_assert_cmpuint (fake_status (answer), ==, 200);
  g_assert_true (fake_guest_send (guest, g_bytes_get_data (hello, NULL), *length));
  g_byte_array_unref (fake_guest_receive (guest, *length));
  return guest;
}

/* (transfer full) */
static AnnexLedgerEntry *
read_only_row (AnnexStore *store)
{
  g_autoptr (DexFuture) listed = annex_store_list_ledger (store, "task-1");
  g_autoptr (GError) error = NULL;
  GPtrArray *entries;

  fake_run (dex_ref (listed), &error);
  g_assert_no_error (error);
  entries = g_value_get_boxed (dex_future_get_value (listed, NULL));
  g_assert_cmpuint (entries->len, ==, 1);
  return annex_ledger_entry_copy (g_ptr_array_index (entries, 0));
}

static void
close_store (AnnexStore *store)
{
  g_autoptr (GError) error = NULL;

  fake_run (annex_store_close (store), &error);
  g_assert_no_error (error);
}

static void
check_tunnel (const AnnexLedgerEntry *row)
{
  g_assert_cmpstr (row->host, ==, "tls.example");
  g_assert_cmpstr (row->method, ==, "CONNECT");
  g_assert_cmpstr (row->decision, ==, "allowed");
  g_assert_cmpstr (row->by, ==, "always");
}

static void
test_begun (gconstpointer data)
{
  gboolean lives = GPOINTER_TO_INT (data);
  g_autofree char *folder = g_dir_make_tmp ("annex-egress-XXXXXX", NULL);
  g_autofree char *path = g_build_filename (folder, "tasks.db", NULL);
  g_autoptr (AnnexStore) store = fake_run_for_object (annex_store_open (path));
  g_autoptr (AnnexStore) next = NULL;
  g_autoptr (AnnexLedgerEntry) during = NULL;
  g_autoptr (AnnexLedgerEntry) after = NULL;
  g_autoptr (GIOStream) guest = NULL;
  FakeInternet *net = fake_internet_new (store);
  gsize length;

  annex_network_policy_set (net->policy, "tls.example", TRUE, "always");
  fake_internet_name (net, "tls.example", FAKE_TLS, NULL);
  guest = open_tunnel (net, &length);
  during = read_only_row (store);
  g_assert_true (annex_ledger_entry_is_under_way (during));
  check_tunnel (during);

  if (!lives)
    close_store (store);
  g_io_stream_close (guest, NULL, NULL);
  fake_settle (net);
  if (lives)
    close_store (store);
  next = fake_run_for_object (annex_store_open (path));
  after = read_only_row (next);
  g_assert_false (annex_ledger_entry_is_under_way (after));
  check_tunnel (after);
  g_assert_cmpstr (after->reason, ==, lives ? NULL : ANNEX_LEDGER_CUT_OFF);
  g_assert_cmpuint (after->bytes_up, ==, lives ? length : 0);
  fake_internet_free (net);
  /* A store that is closed does not take the end: that is said, then and at last. */
  g_assert_cmpuint (n_warnings, ==, lives ? 0 : 2);
  n_warnings = 0;
  close_store (next);
  {
    const char *remove[] = { "rm", "-rf", folder, NULL };

    g_spawn_sync (NULL, (char **) remove, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL, NULL,
                  NULL);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  dex_init ();
  g_log_set_writer_func (count_warnings, NULL, NULL);
  g_test_add_data_func ("/egress/begun/ends", GINT_TO_POINTER (TRUE), test_begun);
  g_test_add_data_func ("/egress/begun/cut-off", GINT_TO_POINTER (FALSE), test_begun);
  return g_test_run ();
}
