/* page-case.c
 *
 * See page-case.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "page-case.h"

#include "annex-json.h"

#include <libsoup/soup.h>
#include <string.h>

#define LOAD_LIMIT_MS 60000

static const char *
type_of (const char *path)
{
  if (g_str_has_suffix (path, ".js"))
    return "text/javascript";
  if (g_str_has_suffix (path, ".json"))
    return "application/json";
  if (g_str_has_suffix (path, ".svg"))
    return "image/svg+xml";
  if (g_str_has_suffix (path, ".csv"))
    return "text/csv";
  return "text/html; charset=utf-8";
}

static void
respond (SoupServerMessage *message, guint status, const char *type, const char *body)
{
  soup_server_message_set_status (message, status, NULL);
  soup_server_message_set_response (message, type, SOUP_MEMORY_COPY, body, strlen (body));
}

/* What was sent, as the page that a form leads to. */
static void
serve_echo (SoupServerMessage *message, GHashTable *query)
{
  SoupMessageBody *body = soup_server_message_get_request_body (message);
  g_autoptr (GBytes) bytes = soup_message_body_flatten (body);
  g_autofree char *sent = g_strndup (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
  g_autoptr (GHashTable) form = g_str_equal (soup_server_message_get_method (message), "POST")
                                    ? soup_form_decode (sent)
                                    : NULL;
  GHashTable *table = form != NULL ? form : query;
  g_autoptr (GString) page = g_string_new ("<!doctype html><title>Sent</title><h1>Sent</h1><dl>");
  g_autoptr (GList) names = table != NULL ? g_hash_table_get_keys (table) : NULL;

  names = g_list_sort (names, (GCompareFunc) g_strcmp0);
  for (GList *at = names; at != NULL; at = at->next)
    {
      g_autofree char *name = g_markup_escape_text (at->data, -1);
      g_autofree char *value = g_markup_escape_text (g_hash_table_lookup (table, at->data), -1);

      g_string_append_printf (page, "<dt>%s</dt><dd>%s=%s</dd>", name, name, value);
    }
  respond (message, 200, "text/html; charset=utf-8", page->str);
}

typedef struct
{
  SoupServerMessage *message;
  char *body;
} Slow;

static gboolean
serve_slowly (gpointer data)
{
  Slow *slow = data;

  respond (slow->message, 200, "text/html; charset=utf-8", slow->body);
  soup_server_message_unpause (slow->message);
  g_object_unref (slow->message);
  g_free (slow->body);
  g_free (slow);
  return G_SOURCE_REMOVE;
}

static gboolean
serve_special (PageCase *self, SoupServerMessage *message, const char *path, GHashTable *query)
{
  if (g_str_equal (path, "/echo"))
    serve_echo (message, query);
  else if (g_str_equal (path, "/case"))
    respond (message, 200, "text/html; charset=utf-8", self->body != NULL ? self->body : "");
  else if (g_str_equal (path, "/redirect"))
    soup_server_message_set_redirect (message, 302, g_hash_table_lookup (query, "to"));
  else if (g_str_equal (path, "/broken"))
    respond (message, 500, "text/plain", "broken");
  else if (g_str_equal (path, "/slow"))
    {
      Slow *slow = g_new0 (Slow, 1);

      slow->message = g_object_ref (message);
      slow->body = g_strdup ("<!doctype html><title>Slow</title><h1>It came after all</h1>");
      soup_server_message_pause (message);
      g_timeout_add (600, serve_slowly, slow);
    }
  else
    return FALSE;
  return TRUE;
}

static void
serve (SoupServer *server,
       SoupServerMessage *message,
       const char *path,
       GHashTable *query,
       gpointer data)
{
  PageCase *self = data;
  g_autofree char *name = g_path_get_basename (path);
  g_autofree char *file = g_build_filename (self->folder, name, NULL);
  g_autofree char *text = NULL, *other = NULL, *body = NULL;
  g_auto (GStrv) parts = NULL;
  gboolean first = server == self->servers[0];

  if (serve_special (self, message, path, query))
    return;
  if (!g_file_get_contents (file, &text, NULL, NULL))
    {
      respond (message, 404, "text/html", "<title>Not found</title><h1>Not found</h1>");
      return;
    }
  /* A page names the other origin where it needs one. */
  other = g_strdup_printf ("http://127.0.0.1:%d", self->ports[first ? 1 : 0]);
  parts = g_strsplit (text, "{{other}}", -1);
  body = g_strjoinv (other, parts);
  respond (message, 200, type_of (file), body);
}

static SoupServer *
start_server (PageCase *self, int *port)
{
  SoupServer *server = soup_server_new (NULL, NULL);
  g_autoptr (GError) error = NULL;
  GSList *uris;

  soup_server_add_handler (server, NULL, serve, self, NULL);
  soup_server_listen_local (server, 0, SOUP_SERVER_LISTEN_IPV4_ONLY, &error);
  g_assert_no_error (error);
  uris = soup_server_get_uris (server);
  *port = g_uri_get_port (uris->data);
  g_slist_free_full (uris, (GDestroyNotify) g_uri_unref);
  return server;
}

static gboolean
on_dialog (WebKitWebView *view, WebKitScriptDialog *dialog, gpointer data)
{
  /* Left open for a moment, as the pane does, then answered with yes. */
  WebKitScriptDialogType type = webkit_script_dialog_get_dialog_type (dialog);

  if (type == WEBKIT_SCRIPT_DIALOG_PROMPT)
    webkit_script_dialog_prompt_set_text (dialog, "forty-two");
  else if (type != WEBKIT_SCRIPT_DIALOG_ALERT)
    webkit_script_dialog_confirm_set_confirmed (dialog, TRUE);
  return TRUE;
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

GPtrArray *
page_case_list (const char *folder, const char *ending)
{
  GPtrArray *names = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  g_assert_nonnull (dir);
  while ((name = g_dir_read_name (dir)) != NULL)
    if (g_str_has_suffix (name, ending) && !g_str_has_prefix (name, "frame-"))
      g_ptr_array_add (names, g_strdup (name));
  g_ptr_array_sort (names, compare_names);
  return names;
}

/* Nor is anything printed. */
static gboolean
on_print (WebKitWebView *view, WebKitPrintOperation *operation, gpointer data)
{
  return TRUE;
}

PageCase *
page_case_new (const char *folder, int width, int height)
{
  PageCase *self = g_new0 (PageCase, 1);
  g_autoptr (WebKitUserContentManager) manager = webkit_user_content_manager_new ();
  g_autoptr (WebKitNetworkSession) session = webkit_network_session_new_ephemeral ();

  self->folder = g_strdup (folder);
  self->servers[0] = start_server (self, &self->ports[0]);
  self->servers[1] = start_server (self, &self->ports[1]);
  annex_page_prepare (manager);
  self->view = g_object_new (WEBKIT_TYPE_WEB_VIEW, "user-content-manager", manager,
                             "network-session", session, NULL);
  self->page = annex_page_new (self->view);
  g_signal_connect (self->view, "script-dialog", G_CALLBACK (on_dialog), NULL);
  g_signal_connect (self->view, "print", G_CALLBACK (on_print), NULL);
  self->window = gtk_window_new ();
  gtk_window_set_default_size (GTK_WINDOW (self->window), width, height);
  gtk_window_set_child (GTK_WINDOW (self->window), GTK_WIDGET (self->view));
  gtk_window_present (GTK_WINDOW (self->window));
  return self;
}

void
page_case_free (PageCase *self)
{
  g_clear_object (&self->page);
  gtk_window_destroy (GTK_WINDOW (self->window));
  for (guint i = 0; i < 2; i++)
    {
      soup_server_disconnect (self->servers[i]);
      g_object_unref (self->servers[i]);
    }
  g_free (self->folder);
  g_free (self->body);
  g_free (self);
}

void
page_case_settle (PageCase *self, DexFuture *future)
{
  while (dex_future_is_pending (future))
    g_main_context_iteration (NULL, TRUE);
}

static gboolean
wake (gpointer done)
{
  *(gboolean *) done = TRUE;
  return G_SOURCE_REMOVE;
}

void
page_case_pause (PageCase *self, guint ms)
{
  gboolean done = FALSE;

  g_timeout_add (ms, wake, &done);
  while (!done)
    g_main_context_iteration (NULL, TRUE);
}

static void
on_load_changed (WebKitWebView *view, WebKitLoadEvent event, gboolean *loaded)
{
  if (event == WEBKIT_LOAD_FINISHED)
    *loaded = TRUE;
}

void
page_case_load (PageCase *self, const char *name)
{
  g_autofree char *uri = g_strdup_printf ("http://127.0.0.1:%d/%s", self->ports[0], name);
  gint64 end = g_get_monotonic_time () + LOAD_LIMIT_MS * 1000;
  gboolean loaded = FALSE;
  gulong handler =
      g_signal_connect (self->view, "load-changed", G_CALLBACK (on_load_changed), &loaded);
  guint tick;
  gboolean ignored = FALSE;

  webkit_web_view_load_uri (self->view, uri);
  tick = g_timeout_add (LOAD_LIMIT_MS, wake, &ignored);
  while (!loaded && g_get_monotonic_time () < end)
    g_main_context_iteration (NULL, TRUE);
  g_assert_true (loaded);
  g_source_remove (tick);
  g_signal_handler_disconnect (self->view, handler);
  annex_page_forget (self->page);
}

AnnexPageAnswer *
page_case_run_within (PageCase *self,
                      const char *command,
                      const char *json,
                      guint timeout_ms,
                      GError **error)
{
  g_autoptr (GError) parse_error = NULL;
  g_autoptr (JsonObject) args = annex_json_parse_object (json, -1, &parse_error);
  g_autoptr (DexFuture) future = NULL;
  const GValue *value;

  g_assert_no_error (parse_error);
  future = annex_page_run (self->page, command, args, timeout_ms, NULL);
  page_case_settle (self, future);
  value = dex_future_get_value (future, error);
  return value != NULL ? g_value_dup_boxed (value) : NULL;
}

AnnexPageAnswer *
page_case_run (PageCase *self, const char *command, const char *json, GError **error)
{
  /* Long, for a slow machine. */
  return page_case_run_within (self, command, json, 30000, error);
}

static void
on_script (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (JSCValue) value =
      webkit_web_view_evaluate_javascript_finish (WEBKIT_WEB_VIEW (source), result, &error);

  *(char **) data =
      value != NULL ? jsc_value_to_string (value) : g_strdup_printf ("failed: %s", error->message);
}

char *
page_case_script (PageCase *self, const char *expression)
{
  char *answer = NULL;

  webkit_web_view_evaluate_javascript (self->view, expression, -1, NULL, NULL, NULL, on_script,
                                       &answer);
  while (answer == NULL)
    g_main_context_iteration (NULL, TRUE);
  return answer;
}
