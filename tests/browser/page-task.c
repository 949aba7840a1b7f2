/* page-task.c
 *
 * See page-task.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "page-task.h"

#include "annex-json.h"

#include <string.h>

#define CHECK_LIMIT_MS 20000
/* What cannot be done is tried until the time is over. */
#define REFUSE_LIMIT_MS 4000

typedef struct
{
  PageCase *page;
  const char *name;
  GString *seen; /* every answer so far */
  char *last;
} Task;

char *
page_task_find_reference (const char *text, const char *pattern)
{
  g_auto (GStrv) lines = g_strsplit (text, "\n", -1);

  /* The latest word counts. */
  for (int i = (int) g_strv_length (lines) - 1; i >= 0; i--)
    {
      const char *ref = strstr (lines[i], "[ref=");

      if (ref != NULL && strstr (lines[i], pattern) != NULL && strstr (lines[i], "[gone]") == NULL)
        return g_strndup (ref + 5, strcspn (ref + 5, "]"));
    }
  return NULL;
}

static void
see (Task *self, const char *text)
{
  g_string_append_printf (self->seen, "%s\n", text);
  g_free (self->last);
  self->last = g_strdup (text);
}

static void
look (Task *self)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (AnnexPageAnswer) answer = page_case_run (self->page, "snapshot", "{}", &error);

  g_assert_no_error (error);
  see (self, answer->text);
}

/* "@textbox \"Name" is the reference of the line with these words. */
static char *
resolve (Task *self, const char *pattern)
{
  char *reference = page_task_find_reference (self->seen->str, pattern);

  if (reference == NULL)
    {
      look (self);
      reference = page_task_find_reference (self->seen->str, pattern);
    }
  if (reference == NULL)
    {
      g_test_message ("%s: nothing is called %s in\n%s", self->name, pattern, self->last);
      g_test_fail ();
      return g_strdup ("e999999");
    }
  return reference;
}

static void
resolve_node (Task *self, JsonNode *node)
{
  if (JSON_NODE_HOLDS_OBJECT (node))
    {
      JsonObject *object = json_node_get_object (node);
      g_autoptr (GList) names = json_object_get_members (object);

      for (GList *at = names; at != NULL; at = at->next)
        {
          JsonNode *member = json_object_get_member (object, at->data);
          const char *text =
              JSON_NODE_HOLDS_VALUE (member) && json_node_get_value_type (member) == G_TYPE_STRING
                  ? json_node_get_string (member)
                  : NULL;

          if (text != NULL && text[0] == '@' && text[1] != '\0')
            {
              g_autofree char *reference = resolve (self, text + 1);

              json_object_set_string_member (object, at->data, reference);
            }
          else
            resolve_node (self, member);
        }
    }
  else if (JSON_NODE_HOLDS_ARRAY (node))
    for (guint i = 0; i < json_array_get_length (json_node_get_array (node)); i++)
      resolve_node (self, json_array_get_element (json_node_get_array (node), i));
}

static char *
resolve_arguments (Task *self, const char *json)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonNode) node = annex_json_parse (*json != '\0' ? json : "{}", -1, &error);

  g_assert_no_error (error);
  resolve_node (self, node);
  return annex_json_to_string (node);
}

static void
failed (Task *self, const char *line, const char *what)
{
  g_test_message ("%s: %s: %s\nThe last answer:\n%s", self->name, line, what,
                  self->last != NULL ? self->last : "");
  g_test_fail ();
}

/* "refuse CODE COMMAND ARGS" */
static void
do_refuse (Task *self, const char *line, const char *rest)
{
  g_auto (GStrv) words = g_strsplit (rest, " ", 3);
  g_autofree char *args = resolve_arguments (self, words[2] != NULL ? words[2] : "{}");
  g_autoptr (GError) error = NULL;
  g_autoptr (AnnexPageAnswer) answer =
      page_case_run_within (self->page, words[1], args, REFUSE_LIMIT_MS, &error);

  if (answer != NULL)
    {
      see (self, answer->text);
      failed (self, line, "it was not refused");
    }
  else if (error->domain != ANNEX_BROWSER_ERROR ||
           !g_str_equal (annex_browser_error_name (error->code), words[0]))
    failed (self, line, error->message);
  else
    see (self, error->message);
}

static void
do_check (Task *self, const char *line, const char *expression)
{
  g_autofree char *script = g_strdup_printf ("Boolean(%s)", expression);
  gint64 end = g_get_monotonic_time () + CHECK_LIMIT_MS * 1000;

  for (;;)
    {
      g_autofree char *answer = page_case_script (self->page, script);

      if (g_str_equal (answer, "true"))
        return;
      if (g_get_monotonic_time () > end || g_str_has_prefix (answer, "failed"))
        {
          g_autofree char *state = page_case_script (
              self->page, "document.body ? document.body.innerText.slice(0, 600) : ''");

          g_test_message ("The page says:\n%s", state);
          failed (self, line, answer);
          return;
        }
      page_case_pause (self->page, 50);
    }
}

static void
do_line (Task *self, const char *line)
{
  const char *space = strchr (line, ' ');
  g_autofree char *word = space != NULL ? g_strndup (line, space - line) : g_strdup (line);
  const char *rest = space != NULL ? space + 1 : "";
  g_autoptr (GError) error = NULL;
  g_autoptr (AnnexPageAnswer) answer = NULL;
  g_autofree char *args = NULL;

  if (g_str_equal (word, "expect"))
    {
      if (self->last == NULL || strstr (self->last, rest) == NULL)
        failed (self, line, "that is not in the answer");
    }
  else if (g_str_equal (word, "expect-not"))
    {
      if (self->last == NULL || strstr (self->last, rest) != NULL)
        failed (self, line, "that is in the answer");
    }
  else if (g_str_equal (word, "refuse"))
    do_refuse (self, line, rest);
  else if (g_str_equal (word, "check"))
    do_check (self, line, rest);
  else if (g_str_equal (word, "back"))
    {
      /* WebKit's own step back passes over what script made without a person's hand. */
      WebKitBackForwardList *list = webkit_web_view_get_back_forward_list (self->page->view);
      WebKitBackForwardListItem *item = webkit_back_forward_list_get_back_item (list);

      g_assert_nonnull (item);
      webkit_web_view_go_to_back_forward_list_item (self->page->view, item);
      page_case_pause (self->page, 100);
    }
  else
    {
      args = resolve_arguments (self, rest);
      answer = page_case_run (self->page, word, args, &error);
      if (answer == NULL)
        {
          failed (self, line, error->message);
          return;
        }
      if (answer->detail != NULL)
        {
          g_autofree char *detail = annex_json_object_to_string (answer->detail);
          g_autofree char *both = g_strconcat (answer->text, "\n", detail, NULL);

          see (self, both);
        }
      else
        see (self, answer->text);
    }
}

void
page_task_run (PageCase *page, const char *name, const char *script)
{
  g_auto (GStrv) lines = g_strsplit (script, "\n", -1);
  Task self = { .page = page, .name = name, .seen = g_string_new (NULL) };

  for (guint i = 0; lines[i] != NULL && !g_test_failed (); i++)
    if (*lines[i] != '\0' && *lines[i] != '#')
      do_line (&self, lines[i]);
  if (g_getenv ("ANNEX_PAGE_PRINT") != NULL)
    g_print ("%s\n", self.seen->str);
  g_string_free (self.seen, TRUE);
  g_free (self.last);
}
