/* annex-browser-guard.c
 *
 * See annex-browser-guard.h. Measured with WebKitGTK 2.54: a rule for top-frame documents stops a
 * page's own `location = …` and meta refresh before a connection is made; redirects are decided in
 * decide-policy instead; the condition "request-method" has no effect, so reads and writes of fetch
 * cannot be told apart and neither goes to another site.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-browser-guard.h"

#include "annex-browser.h"
#include "annex-future.h"
#include "annex-json-build.h"
#include "annex-json.h"

#include <string.h>

/* Its sockets included: the rules know no alternatives. */
#define COMPUTER_PAGES "^[a-z]+://localhost\\.computer(:[0-9]+)?/"

/* @text inside a regular expression of the content blockers. */
static void
append_quoted (GString *pattern, const char *text)
{
  for (; *text != '\0'; text++)
    {
      if (strchr (".[]{}()*+?^$|\\", *text) != NULL)
        g_string_append_c (pattern, '\\');
      g_string_append_c (pattern, *text);
    }
}

static char *
make_pattern (const char *place, const char *prefix)
{
  GString *pattern = g_string_new ("^");

  if (strstr (place, "://") == NULL)
    g_string_append (pattern, "[a-z]+://");
  append_quoted (pattern, prefix);
  append_quoted (pattern, place);
  /* A default port is never written out; another port is another origin. */
  g_string_append (pattern, "/");
  return g_string_free (pattern, FALSE);
}

static void
add_rule (JsonArray *rules,
          const char *pattern,
          const char *type,
          const char *load_context,
          const char *load_type,
          const char *action)
{
  JsonObject *trigger = annex_json_build ("s", "url-filter", pattern, NULL);
  const struct
  {
    const char *name;
    const char *value;
  } lists[] = {
    { "resource-type", type },
    { "load-context", load_context },
    { "load-type", load_type },
  };

  for (guint i = 0; i < G_N_ELEMENTS (lists); i++)
    if (lists[i].value != NULL)
      {
        JsonArray *list = json_array_new ();

        json_array_add_string_element (list, lists[i].value);
        json_object_set_array_member (trigger, lists[i].name, list);
      }
  json_array_add_object_element (
      rules, annex_json_build ("o", "trigger", trigger, "o", "action",
                               annex_json_build ("s", "type", action, NULL), NULL));
}

/* A rule by the page in whose tab it is: @condition is if-top-url or unless-top-url. A page that is
 * on its way into a tab is its own top. */
static void
add_top_rule (JsonArray *rules,
              const char *pattern,
              const char *condition,
              const char *top,
              const char *action)
{
  JsonObject *trigger = annex_json_build ("s", "url-filter", pattern, NULL);
  JsonArray *tops = json_array_new ();

  json_array_add_string_element (tops, top);
  json_object_set_array_member (trigger, condition, tops);
  json_array_add_object_element (
      rules, annex_json_build ("o", "trigger", trigger, "o", "action",
                               annex_json_build ("s", "type", action, NULL), NULL));
}

static char *
write_out (JsonArray *rules)
{
  g_autoptr (JsonNode) root = json_node_new (JSON_NODE_ARRAY);

  json_node_take_array (root, rules);
  return annex_json_to_string (root);
}

char *
annex_browser_guard_write_rules (const char *const *places)
{
  JsonArray *rules = json_array_new ();

  add_rule (rules, ".*", "document", "top-frame", NULL, "block");
  add_rule (rules, ".*", "raw", NULL, "third-party", "block");
  /* What a page has made itself goes nowhere. */
  add_rule (rules, "^blob:", "raw", NULL, NULL, "ignore-previous-rules");
  for (; *places != NULL; places++)
    {
      g_autofree char *pattern = make_pattern (*places, "");
      g_autofree char *www = make_pattern (*places, "www.");

      add_rule (rules, pattern, NULL, NULL, NULL, "ignore-previous-rules");
      if (strstr (*places, "://") == NULL)
        add_rule (rules, www, NULL, NULL, NULL, "ignore-previous-rules");
    }
  return write_out (rules);
}

char *
annex_browser_guard_write_fence (void)
{
  static const char *const own[] = { COMPUTER_PAGES, "^blob:" };
  JsonArray *rules = json_array_new ();

  add_top_rule (rules, ".*", "if-top-url", COMPUTER_PAGES, "block");
  for (guint i = 0; i < G_N_ELEMENTS (own); i++)
    add_top_rule (rules, own[i], "if-top-url", COMPUTER_PAGES, "ignore-previous-rules");
  add_top_rule (rules, COMPUTER_PAGES, "unless-top-url", COMPUTER_PAGES, "block");
  return write_out (rules);
}

char *
annex_browser_guard_write_window (void)
{
  JsonArray *rules = json_array_new ();

  add_top_rule (rules, ".*", "unless-top-url", "^https?://", "block");
  return write_out (rules);
}

static void
saved_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (DexPromise) promise = data;
  g_autoptr (GError) error = NULL;
  WebKitUserContentFilter *filter = webkit_user_content_filter_store_save_finish (
      WEBKIT_USER_CONTENT_FILTER_STORE (source), result, &error);

  if (filter == NULL)
    dex_promise_reject (promise, g_error_new (ANNEX_BROWSER_ERROR, ANNEX_BROWSER_ERROR_REFUSED,
                                              "The rules about sites cannot be applied: %s",
                                              error->message));
  else
    dex_promise_resolve_boxed (promise, WEBKIT_TYPE_USER_CONTENT_FILTER, filter);
}

DexFuture *
annex_browser_guard_compile (const char *folder, const char *id, char *rules)
{
  g_autofree char *path = g_build_filename (folder, "rules", NULL);
  g_autoptr (GBytes) bytes = g_bytes_new_take (rules, strlen (rules));
  g_autoptr (WebKitUserContentFilterStore) store = NULL;
  DexPromise *promise = dex_promise_new ();

  if (g_mkdir_with_parents (path, 0700) != 0)
    {
      dex_promise_reject (promise, g_error_new (ANNEX_BROWSER_ERROR, ANNEX_BROWSER_ERROR_REFUSED,
                                                "The task's folder cannot be written: %s", path));
      return DEX_FUTURE (promise);
    }
  store = webkit_user_content_filter_store_new (path);
  webkit_user_content_filter_store_save (store, id, bytes, NULL, saved_cb, dex_ref (promise));
  return DEX_FUTURE (promise);
}
