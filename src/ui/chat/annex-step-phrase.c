/* annex-step-phrase.c
 *
 * See annex-step-phrase.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-step-phrase.h"

#include "annex-text.h"

#include <glib/gi18n.h>
#include <string.h>

typedef enum {
  GROUP_NONE, /* stands alone */
  GROUP_READ,
  GROUP_WRITE,
  GROUP_EDIT,
  GROUP_FIND,
  GROUP_SEARCH,
  GROUP_RUN,
} Group;

/* %s in @done and @doing is the member @subject of the input, as a file's name or as it is. @many
 * and
 * @doing_many take a number. */
typedef struct
{
  const char *tool;
  Group group;
  gboolean elsewhere;
  const char *icon;
  const char *subject;
  gboolean is_path;
  const char *done;
  const char *doing;
  const char *plain; /* done, when there is no subject */
} Phrase;

static const Phrase phrases[] = {
  { "read_file", GROUP_READ, FALSE, "document-open-symbolic", "path", TRUE, N_ ("Read %s"),
    N_ ("Reading %s"), N_ ("Read a file") },
  { "write_file", GROUP_WRITE, FALSE, "document-edit-symbolic", "path", TRUE, N_ ("Wrote %s"),
    N_ ("Writing %s"), N_ ("Wrote a file") },
  { "edit_file", GROUP_EDIT, FALSE, "document-edit-symbolic", "path", TRUE, N_ ("Changed %s"),
    N_ ("Changing %s"), N_ ("Changed a file") },
  { "find_files", GROUP_FIND, FALSE, "folder-symbolic", "pattern", FALSE,
    N_ ("Looked for files like %s"), N_ ("Looking for files like %s"),
    N_ ("Looked through the files") },
  { "search_text", GROUP_SEARCH, FALSE, "system-search-symbolic", "pattern", FALSE,
    N_ ("Searched for “%s”"), N_ ("Searching for “%s”"), N_ ("Searched the files") },
  { "shell", GROUP_RUN, FALSE, "utilities-terminal-symbolic", NULL, FALSE, N_ ("Ran a command"),
    N_ ("Running a command"), N_ ("Ran a command") },
  { "shell_output", GROUP_RUN, FALSE, "utilities-terminal-symbolic", NULL, FALSE,
    N_ ("Looked at what runs"), N_ ("Looking at what runs"), N_ ("Looked at what runs") },
  { "shell_stop", GROUP_NONE, FALSE, "utilities-terminal-symbolic", NULL, FALSE,
    N_ ("Ended a command"), N_ ("Ending a command"), N_ ("Ended a command") },
  { "delegate", GROUP_NONE, FALSE, "system-users-symbolic", "goal", FALSE,
    N_ ("A helper worked on: %s"), N_ ("A helper works on: %s"), N_ ("A helper worked on a part") },
  { "ask_user", GROUP_NONE, TRUE, "dialog-question-symbolic", NULL, FALSE, N_ ("Asked you"),
    N_ ("Asking you"), N_ ("Asked you") },
  { "request_folder", GROUP_NONE, TRUE, "folder-symbolic", NULL, FALSE, N_ ("Asked for a folder"),
    N_ ("Asking for a folder"), N_ ("Asked for a folder") },
  { "request_network", GROUP_NONE, TRUE, "annex-web-symbolic", "host", FALSE,
    N_ ("Asked to contact %s"), N_ ("Asking to contact %s"), N_ ("Asked for the network") },
  { "update_plan", GROUP_NONE, TRUE, "view-list-symbolic", NULL, FALSE, N_ ("Updated the plan"),
    N_ ("Updating the plan"), N_ ("Updated the plan") },
  { "present_files", GROUP_NONE, TRUE, "document-open-symbolic", NULL, FALSE, N_ ("Showed results"),
    N_ ("Showing results"), N_ ("Showed results") },
  { "use_skill", GROUP_NONE, FALSE, "starred-symbolic", "name", FALSE, N_ ("Used the skill %s"),
    N_ ("Using the skill %s"), N_ ("Used a skill") },
  { "find_tools", GROUP_NONE, FALSE, "annex-connector-symbolic", NULL, FALSE,
    N_ ("Looked through the connectors"), N_ ("Looking through the connectors"),
    N_ ("Looked through the connectors") },
  { "call_tool", GROUP_NONE, FALSE, "annex-connector-symbolic", "name", FALSE,
    N_ ("Used the connector %s"), N_ ("Using the connector %s"), N_ ("Used a connector") },
  { "browse", GROUP_NONE, FALSE, "annex-web-symbolic", "goal", FALSE,
    N_ ("Looked on the web: %s"), N_ ("Looking on the web: %s"), N_ ("Looked on the web") },
  { "page_open", GROUP_NONE, FALSE, "annex-web-symbolic", "url", FALSE, N_ ("Opened %s"),
    N_ ("Opening %s"), N_ ("Opened a page") },
  { "page_back", GROUP_NONE, FALSE, "annex-web-symbolic", NULL, FALSE, N_ ("Went back a page"),
    N_ ("Going back a page"), N_ ("Went back a page") },
  { "page_click", GROUP_NONE, FALSE, "annex-web-symbolic", NULL, FALSE, N_ ("Clicked"),
    N_ ("Clicking"), N_ ("Clicked") },
  { "page_type", GROUP_NONE, FALSE, "annex-web-symbolic", NULL, FALSE, N_ ("Typed"),
    N_ ("Typing"), N_ ("Typed") },
  { "page_fill", GROUP_NONE, FALSE, "annex-web-symbolic", NULL, FALSE, N_ ("Filled in a form"),
    N_ ("Filling in a form"), N_ ("Filled in a form") },
  { "page_select", GROUP_NONE, FALSE, "annex-web-symbolic", NULL, FALSE, N_ ("Chose from a list"),
    N_ ("Choosing from a list"), N_ ("Chose from a list") },
  { "page_press", GROUP_NONE, FALSE, "annex-web-symbolic", "key", FALSE, N_ ("Pressed %s"),
    N_ ("Pressing %s"), N_ ("Pressed a key") },
  { "page_find", GROUP_NONE, FALSE, "annex-web-symbolic", "text", FALSE,
    N_ ("Searched the page for “%s”"), N_ ("Searching the page for “%s”"),
    N_ ("Searched the page") },
  { "page_snapshot", GROUP_NONE, FALSE, "annex-web-symbolic", NULL, FALSE, N_ ("Read the page"),
    N_ ("Reading the page"), N_ ("Read the page") },
  { "page_text", GROUP_NONE, FALSE, "annex-web-symbolic", NULL, FALSE, N_ ("Read the page"),
    N_ ("Reading the page"), N_ ("Read the page") },
  { "page_table", GROUP_NONE, FALSE, "annex-web-symbolic", NULL, FALSE, N_ ("Read a table"),
    N_ ("Reading a table"), N_ ("Read a table") },
  { "page_screenshot", GROUP_NONE, FALSE, "annex-web-symbolic", NULL, FALSE,
    N_ ("Took a picture of the page"), N_ ("Taking a picture of the page"),
    N_ ("Took a picture of the page") },
  { "page_scroll", GROUP_NONE, FALSE, "annex-web-symbolic", NULL, FALSE, N_ ("Scrolled"),
    N_ ("Scrolling"), N_ ("Scrolled") },
  { "page_hover", GROUP_NONE, FALSE, "annex-web-symbolic", NULL, FALSE,
    N_ ("Pointed at something"), N_ ("Pointing at something"), N_ ("Pointed at something") },
  { "page_drag", GROUP_NONE, FALSE, "annex-web-symbolic", NULL, FALSE, N_ ("Dragged something"),
    N_ ("Dragging something"), N_ ("Dragged something") },
  { "page_wait", GROUP_NONE, FALSE, "annex-web-symbolic", NULL, FALSE, N_ ("Waited for the page"),
    N_ ("Waiting for the page"), N_ ("Waited for the page") },
  { "page_tabs", GROUP_NONE, FALSE, "annex-web-symbolic", NULL, FALSE, N_ ("Looked at the tabs"),
    N_ ("Looking at the tabs"), N_ ("Looked at the tabs") },
  { "page_dialog", GROUP_NONE, FALSE, "annex-web-symbolic", NULL, FALSE, N_ ("Answered the page"),
    N_ ("Answering the page"), N_ ("Answered the page") },
  { "page_upload", GROUP_NONE, FALSE, "annex-web-symbolic", NULL, FALSE,
    N_ ("Gave files to the page"), N_ ("Giving files to the page"), N_ ("Gave files to the page") },
};

static const Phrase unknown = { "",    GROUP_NONE,     FALSE,           "system-run-symbolic", NULL,
                                FALSE, N_ ("Used %s"), N_ ("Using %s"), N_ ("Worked") };

static const Phrase *
find_phrase (AnnexTranscriptItem *step)
{
  for (guint i = 0; i < G_N_ELEMENTS (phrases); i++)
    if (g_str_equal (phrases[i].tool, annex_transcript_item_get_tool (step)))
      return &phrases[i];
  return &unknown;
}

gboolean
annex_step_is_shown_elsewhere (AnnexTranscriptItem *step)
{
  return find_phrase (step)->elsewhere && !annex_transcript_item_is_error (step);
}

gboolean
annex_step_is_same_kind (AnnexTranscriptItem *a, AnnexTranscriptItem *b)
{
  const Phrase *phrase = find_phrase (a);

  return annex_transcript_item_get_kind (a) == ANNEX_ITEM_STEP &&
         annex_transcript_item_get_kind (b) == ANNEX_ITEM_STEP && phrase->group != GROUP_NONE &&
         phrase->group == find_phrase (b)->group;
}

const char *
annex_step_get_icon (AnnexTranscriptItem *step)
{
  return find_phrase (step)->icon;
}

/* One */

static char *
dup_subject (AnnexTranscriptItem *step, const Phrase *phrase)
{
  JsonObject *input = annex_transcript_item_get_input (step);
  const char *subject = input != NULL && phrase->subject != NULL
                            ? annex_json_opt_string (input, phrase->subject, NULL)
                            : NULL;
  g_autofree char *connector = NULL;
  g_autofree char *shown = NULL;

  if (subject == NULL || subject[0] == '\0')
    return NULL;
  /* A connector's tool is <connector>__<tool>: the service is what a person knows. */
  if (g_str_equal (phrase->tool, "call_tool") && strstr (subject, "__") != NULL)
    subject = connector = g_strndup (subject, (gsize) (strstr (subject, "__") - subject));
  shown = phrase->is_path ? annex_text_file_name (subject) : annex_text_for_display (subject);
  if (g_utf8_strlen (shown, -1) > 120)
    {
      g_autofree char *begin = g_utf8_substring (shown, 0, 119);

      return g_strconcat (begin, "…", NULL);
    }
  return g_steal_pointer (&shown);
}

/* A command of several lines, or one for an interpreter, is a script for those who read. */
static gboolean
is_script (AnnexTranscriptItem *step)
{
  JsonObject *input = annex_transcript_item_get_input (step);
  const char *command = input != NULL ? annex_json_opt_string (input, "command", "") : "";

  return strchr (command, '\n') != NULL || strstr (command, "python") != NULL ||
         strstr (command, "node ") != NULL;
}

/* @format is one of the table's, which has exactly one %s. */
static char *
fill (const char *format, const char *subject)
{
  const char *place = strstr (format, "%s");

  if (place == NULL)
    return g_strdup (format);
  return g_strdup_printf ("%.*s%s%s", (int) (place - format), format, subject, place + 2);
}

/* ---- what a browse call looked at */

/* Adds the site of @url, as a person names it. */
static void
add_site (GPtrArray *sites, const char *url)
{
  g_autofree char *whole = url == NULL || strstr (url, "://") != NULL
                               ? g_strdup (url)
                               : g_strconcat ("https://", url, NULL);
  g_autoptr (GUri) uri = whole != NULL ? g_uri_parse (whole, G_URI_FLAGS_NONE, NULL) : NULL;
  const char *host = uri != NULL ? g_uri_get_host (uri) : NULL;

  if (host != NULL && g_str_has_prefix (host, "www."))
    host += strlen ("www.");
  if (host != NULL && host[0] != '\0' &&
      !g_ptr_array_find_with_equal_func (sites, host, g_str_equal, NULL))
    g_ptr_array_add (sites, g_strdup (host));
}

/* "example.org", "example.org and 2 other sites". (transfer full, nullable) */
static char *
dup_sites (AnnexTranscriptItem *step)
{
  GListModel *calls = annex_transcript_item_get_children (step);
  JsonObject *input = annex_transcript_item_get_input (step);
  g_autoptr (GPtrArray) sites = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *first = NULL;
  guint n = calls != NULL ? g_list_model_get_n_items (calls) : 0;

  if (input != NULL)
    add_site (sites, annex_json_opt_string (input, "start_url", NULL));
  for (guint i = 0; i < n; i++)
    {
      g_autoptr (AnnexTranscriptItem) call = g_list_model_get_item (calls, i);
      JsonObject *given = annex_transcript_item_get_input (call);

      if (given != NULL && g_str_equal (annex_transcript_item_get_tool (call), "page_open"))
        add_site (sites, annex_json_opt_string (given, "url", NULL));
    }
  if (sites->len == 0)
    return NULL;
  first = annex_text_for_display (sites->pdata[0]);
  if (sites->len == 1)
    return g_steal_pointer (&first);
  /* Translators: %s is a site, "example.org" */
  return g_strdup_printf (
      ngettext ("%s and %u other site", "%s and %u other sites", sites->len - 1), first,
      sites->len - 1);
}

static char *
phrase_one (AnnexTranscriptItem *step, gboolean running)
{
  const Phrase *phrase = find_phrase (step);
  g_autofree char *subject = NULL;
  g_autofree char *sites = g_str_equal (phrase->tool, "browse") ? dup_sites (step) : NULL;

  /* Translators: %s is a site of the web, or several */
  if (sites != NULL)
    return fill (running ? _ ("Looking at %s") : _ ("Looked at %s"), sites);

  if (g_str_equal (phrase->tool, "shell") && is_script (step))
    return g_strdup (running ? _ ("Running a script") : _ ("Ran a script"));
  if (phrase == &unknown)
    subject = annex_text_for_display (annex_transcript_item_get_tool (step));
  else
    subject = dup_subject (step, phrase);
  if (subject != NULL && subject[0] != '\0')
    return fill (running ? _ (phrase->doing) : _ (phrase->done), subject);
  if (phrase->subject == NULL)
    return g_strdup (running ? _ (phrase->doing) : _ (phrase->done));
  return g_strdup (_ (phrase->plain));
}

/* Several */

static char *
phrase_many (Group group, guint n, gboolean running)
{
  switch (group)
    {
    case GROUP_READ:
      return g_strdup_printf (running ? ngettext ("Reading %u file", "Reading %u files", n)
                                      : ngettext ("Read %u file", "Read %u files", n),
                              n);
    case GROUP_WRITE:
      return g_strdup_printf (running ? ngettext ("Writing %u file", "Writing %u files", n)
                                      : ngettext ("Wrote %u file", "Wrote %u files", n),
                              n);
    case GROUP_EDIT:
      return g_strdup_printf (running ? ngettext ("Making %u change", "Making %u changes", n)
                                      : ngettext ("Made %u change", "Made %u changes", n),
                              n);
    case GROUP_FIND:
      return g_strdup (running ? _ ("Looking through the files") : _ ("Looked through the files"));
    case GROUP_SEARCH:
      return g_strdup_printf (running ? ngettext ("Searching %u time", "Searching %u times", n)
                                      : ngettext ("Searched %u time", "Searched %u times", n),
                              n);
    case GROUP_RUN:
      return g_strdup_printf (running ? ngettext ("Running %u command", "Running %u commands", n)
                                      : ngettext ("Ran %u command", "Ran %u commands", n),
                              n);
    case GROUP_NONE:
      break;
    }
  return NULL;
}

/* The folder of the user's that all of them are in. (transfer full, nullable) */
static char *
dup_common_folder (GPtrArray *steps)
{
  g_autofree char *common = NULL;

  for (guint i = 0; i < steps->len; i++)
    {
      JsonObject *input = annex_transcript_item_get_input (steps->pdata[i]);
      const char *path = input != NULL ? annex_json_opt_string (input, "path", "") : "";
      const char *end;
      g_autofree char *folder = NULL;

      if (!g_str_has_prefix (path, "/folders/"))
        return NULL;
      path += strlen ("/folders/");
      end = strchr (path, '/');
      if (end == NULL)
        return NULL;
      folder = g_strndup (path, end - path);
      if (common != NULL && !g_str_equal (common, folder))
        return NULL;
      g_set_str (&common, folder);
    }
  return common != NULL ? annex_text_for_display (common) : NULL;
}

char *
annex_step_dup_phrase (GPtrArray *steps, gboolean running)
{
  Group group = find_phrase (steps->pdata[0])->group;
  g_autofree char *folder = NULL;
  g_autofree char *words = NULL;

  if (steps->len == 1)
    return phrase_one (steps->pdata[0], running);
  words = phrase_many (group, steps->len, running);
  if (words == NULL)
    return phrase_one (steps->pdata[0], running);
  folder = group == GROUP_READ || group == GROUP_WRITE || group == GROUP_EDIT
               ? dup_common_folder (steps)
               : NULL;
  if (folder == NULL)
    return g_steal_pointer (&words);
  /* Translators: "Read 24 files" in "Receipts" */
  return g_strdup_printf (_ ("%s in %s"), words, folder);
}

gint64
annex_steps_get_duration_ms (GPtrArray *steps)
{
  gint64 sum = 0;

  for (guint i = 0; i < steps->len; i++)
    {
      gint64 one = annex_transcript_item_get_duration_ms (steps->pdata[i]);

      if (one < 0)
        return -1;
      sum += one;
    }
  return sum;
}

/* Details */

static void
append_member (GString *out, const char *name, JsonNode *node)
{
  g_autofree char *json = NULL;

  if (JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_STRING)
    {
      g_string_append_printf (out, "%s: %s\n", name, json_node_get_string (node));
      return;
    }
  json = annex_json_to_string (node);
  g_string_append_printf (out, "%s: %s\n", name, json);
}

char *
annex_step_dup_input (AnnexTranscriptItem *step, const char **language)
{
  JsonObject *input = annex_transcript_item_get_input (step);
  const char *tool = annex_transcript_item_get_tool (step);
  GString *out;
  JsonObjectIter iter;
  const char *name;
  JsonNode *node;

  *language = NULL;
  if (input == NULL)
    return g_strdup ("");
  if (g_str_equal (tool, "shell") && annex_json_opt_string (input, "command", NULL) != NULL)
    {
      *language = "sh";
      return g_strdup (annex_json_opt_string (input, "command", ""));
    }
  if (g_str_equal (tool, "write_file") && annex_json_opt_string (input, "content", NULL) != NULL)
    return g_strdup (annex_json_opt_string (input, "content", ""));
  out = g_string_new (NULL);
  json_object_iter_init_ordered (&iter, input);
  while (json_object_iter_next_ordered (&iter, &name, &node) && out->len < 1024 * 1024)
    append_member (out, name, node);
  if (out->len > 0)
    g_string_truncate (out, out->len - 1);
  return g_string_free_and_steal (out);
}

/* ---- output */

/* After ESC: the end of the sequence. */
static const char *
skip_escape (const char *p)
{
  if (*p == '[')
    {
      for (p++; *p != '\0' && (guchar) *p >= 0x20 && (guchar) *p < 0x40; p++)
        ;
      return *p != '\0' && (guchar) *p >= 0x40 && (guchar) *p < 0x7f ? p + 1 : p;
    }
  if (*p == ']' || *p == 'P' || *p == '_' || *p == '^')
    {
      for (p++; *p != '\0' && *p != '\a' && *p != '\n' && !(p[0] == '\033' && p[1] == '\\'); p++)
        ;
      return *p == '\a' ? p + 1 : *p == '\033' ? p + 2 : p;
    }
  if (*p == '(' || *p == ')' || *p == '#' || *p == ' ')
    return p[1] != '\0' ? p + 2 : p + 1;
  return (guchar) *p >= 0x30 && (guchar) *p < 0x7f ? p + 1 : p;
}

char *
annex_step_strip_escapes (const char *text)
{
  GString *out = g_string_sized_new (strlen (text));
  gsize line = 0;

  for (const char *p = text; *p != '\0';)
    {
      if (*p == '\033')
        p = skip_escape (p + 1);
      else if (p[0] == '\r' && p[1] != '\n' && p[1] != '\0')
        {
          g_string_truncate (out, line); /* a progress bar begins its line anew */
          p++;
        }
      else if (*p == '\b')
        {
          if (out->len > line)
            {
              const char *last = g_utf8_find_prev_char (out->str + line, out->str + out->len);

              g_string_truncate (out, last != NULL ? (gsize) (last - out->str) : line);
            }
          p++;
        }
      else
        {
          if (*p != '\r' && *p != '\a')
            g_string_append_c (out, *p);
          if (*p == '\n')
            line = out->len;
          p++;
        }
    }
  return g_string_free_and_steal (out);
}
