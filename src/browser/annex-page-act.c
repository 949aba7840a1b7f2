/* annex-page-act.c
 *
 * Acting on a page: sends the action where it belongs, waits until the page is at rest, and tells
 * what changed.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-page-private.h"

#include "annex-future.h"
#include "annex-json-build.h"
#include "annex-json.h"

/* Kept of the time for what comes after the action. */
#define AFTER_MS 2500
#define MIN_ACTION_MS 1000
/* A page that is never at rest is looked at all the same. */
#define MAX_REST_MS 4000
#define MAX_NAVIGATION_MS 15000
#define QUIET_MS 120
#define SHORT_MS 40

/* Waits until @condition, at most @most_ms. */
static gboolean
wait_while (AnnexPageRun *self,
            gboolean (*condition) (AnnexPageLoads *loads),
            guint most_ms,
            GError **error)
{
  gint64 end = g_get_monotonic_time () + 1000 * (gint64) most_ms;

  while (condition (self->page->loads) && g_get_monotonic_time () < end)
    if (!annex_page_run_sleep (self, SHORT_MS, error))
      return FALSE;
  return TRUE;
}

gboolean
annex_page_run_rest (AnnexPageRun *self, gint64 since_us, GError **error)
{
  gint64 end = g_get_monotonic_time () + 1000 * MAX_REST_MS;
  guint document = self->document;
  g_autoptr (JsonObject) args =
      annex_json_build ("i", "quiet_ms", (gint64) QUIET_MS, "i", "most_ms", (gint64) 2000, NULL);

  if (!annex_page_run_sleep (self, SHORT_MS, error))
    return FALSE;
  do
    {
      g_autoptr (GError) local_error = NULL;
      g_autoptr (JsonObject) rest = NULL;

      if (!wait_while (self, annex_page_loads_is_navigating,
                       MAX (annex_page_run_left (self), MAX_NAVIGATION_MS), error))
        return FALSE;
      if (annex_page_channel_get_document (self->page->channel) != document &&
          !wait_while (self, annex_page_loads_is_loading, MAX_REST_MS, error))
        return FALSE;
      document = annex_page_channel_get_document (self->page->channel);
      if (annex_page_channel_is_ready (self->page->channel))
        rest = annex_page_run_ask (self, 0, "rest", args, 2500, &local_error);
      if (rest == NULL && g_error_matches (local_error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        {
          g_propagate_error (error, g_steal_pointer (&local_error));
          return FALSE;
        }
      if (rest == NULL &&
          g_error_matches (local_error, ANNEX_BROWSER_ERROR, ANNEX_BROWSER_ERROR_CRASHED))
        {
          g_propagate_error (error, g_steal_pointer (&local_error));
          return FALSE;
        }
      if (rest == NULL && !annex_page_run_sleep (self, SHORT_MS, error))
        return FALSE;
      if (rest != NULL && !annex_page_loads_is_navigating (self->page->loads) &&
          annex_page_loads_count_since (self->page->loads, since_us) == 0)
        break;
  } while (g_get_monotonic_time () < end);
  return TRUE;
}

/* The answer to an action that opened a dialog: the page stands still until it is answered. */
static AnnexPageAnswer *
dialog_answer (AnnexPage *page)
{
  g_autoptr (JsonObject) detail = annex_json_build ("b", "dialog", TRUE, NULL);
  g_autofree char *text = g_strdup_printf (
      "A dialog opened, and the page waits for it: %s\nAnswer it with page_dialog.\n",
      page->dialog_words);

  return annex_page_answer_new (text, detail);
}

static gboolean
ignore_closed (GError **error)
{
  if (!g_error_matches (*error, G_IO_ERROR, G_IO_ERROR_CLOSED))
    return FALSE;
  g_clear_error (error);
  return TRUE;
}

/* Is the focus where it is done? */
static gboolean
takes_focus (AnnexPageCommand command)
{
  return command == ANNEX_PAGE_COMMAND_CLICK || command == ANNEX_PAGE_COMMAND_TYPE ||
         command == ANNEX_PAGE_COMMAND_FILL || command == ANNEX_PAGE_COMMAND_SELECT ||
         command == ANNEX_PAGE_COMMAND_GIVE_FILES || command == ANNEX_PAGE_COMMAND_PRESS;
}

/* Sends one action and waits for its end, or for a dialog. The document may go away by what the
 * action does: that is no failure. @result stays NULL then. */
static gboolean
do_in_frame (AnnexPageRun *self,
             guint frame,
             const char *command,
             JsonObject *args,
             JsonObject **result,
             GError **error)
{
  guint left, limit;
  g_autoptr (DexFuture) done = NULL;
  g_autoptr (GError) local_error = NULL;
  DexFuture *dialog;

  if (takes_focus (self->command) && !annex_page_run_focus_into (self, frame, error))
    return FALSE;
  left = annex_page_run_left (self);
  limit = left > AFTER_MS + MIN_ACTION_MS ? left - AFTER_MS : MIN_ACTION_MS;
  done = annex_page_channel_send (self->page->channel, frame, command, args, limit);
  dialog = dex_ref (DEX_FUTURE (self->page->dialog));
  self->page->focus_frame = frame;
  if (!annex_await_cancellable (dex_future_first (dex_ref (done), dialog, NULL), self->cancel,
                                &local_error) &&
      !ignore_closed (&local_error))
    {
      g_propagate_error (error, g_steal_pointer (&local_error));
      return FALSE;
    }
  if (dex_future_is_resolved (done))
    *result = dex_await_boxed (g_steal_pointer (&done), NULL);
  return TRUE;
}

/* A key goes to where the focus is: from the main frame down. */
static gboolean
do_press (AnnexPageRun *self, JsonObject **result, GError **error)
{
  const char *target = annex_json_opt_string (self->args, "target", NULL);
  guint frame = annex_page_run_focus_frame (self);
  gboolean entered = TRUE;

  if (target != NULL)
    annex_page_reference_frame (target, &frame);
  for (guint i = 0; i < ANNEX_PAGE_MAX_FRAME_DEPTH; i++)
    {
      g_clear_pointer (result, json_object_unref);
      if (!do_in_frame (self, frame, "press", self->args, result, error))
        return FALSE;
      if (!annex_page_run_enter_frame (self, *result, &frame, &entered))
        break;
      if (!entered)
        return TRUE;
    }
  g_set_error (error, ANNEX_BROWSER_ERROR, ANNEX_BROWSER_ERROR_INVALID,
               "The focus is in a frame that does not answer: click into the field first.");
  return FALSE;
}

/* Fields of several frames: each run of one frame's goes there. */
static gboolean
do_fill (AnnexPageRun *self, JsonObject **result, GError **error)
{
  JsonArray *fields = json_object_get_array_member (self->args, "fields");
  guint n = json_array_get_length (fields);

  for (guint i = 0; i < n;)
    {
      g_autoptr (JsonObject) args = json_object_new ();
      JsonArray *run = json_array_new ();
      guint first = 0, frame = 0;

      for (; i < n; i++)
        {
          JsonObject *field = json_array_get_object_element (fields, i);

          annex_page_reference_frame (json_object_get_string_member (field, "target"), &frame);
          if (json_array_get_length (run) == 0)
            first = frame;
          else if (frame != first)
            break;
          json_array_add_object_element (run, json_object_ref (field));
        }
      json_object_set_array_member (args, "fields", run);
      g_clear_pointer (result, json_object_unref);
      if (!do_in_frame (self, first, "fill", args, result, error))
        return FALSE;
      if (dex_future_is_resolved (DEX_FUTURE (self->page->dialog)))
        break;
    }
  return TRUE;
}

/* Is @text seen in any frame? */
static gboolean
has_text (AnnexPageRun *self, const char *text, gboolean *has, GError **error)
{
  g_autoptr (JsonObject) args = annex_json_build ("s", "text", text, NULL);
  g_autoptr (GHashTable) results = NULL;
  g_autoptr (GError) local_error = NULL;
  GHashTableIter iter;
  gpointer result;

  *has = FALSE;
  if (!annex_page_channel_is_ready (self->page->channel))
    return TRUE;
  results = annex_page_run_ask_all (self, "has-text", args, -1, &local_error);
  if (results == NULL)
    {
      if (ignore_closed (&local_error))
        return TRUE;
      g_propagate_error (error, g_steal_pointer (&local_error));
      return FALSE;
    }
  g_hash_table_iter_init (&iter, results);
  while (g_hash_table_iter_next (&iter, NULL, &result))
    *has |= annex_json_opt_boolean (result, "has", FALSE);
  return TRUE;
}

static gboolean
do_wait (AnnexPageRun *self, GError **error)
{
  const char *text = annex_json_opt_string (self->args, "text", NULL);
  const char *gone = annex_json_opt_string (self->args, "text_gone", NULL);
  double seconds = annex_json_opt_double (self->args, "time_s", -1);
  gint64 most_ms = seconds >= 0 ? (gint64) (MIN (seconds, 600) * 1000) : self->timeout_ms;
  gint64 end = self->began_us + 1000 * most_ms;

  self->timeout_ms = (guint) most_ms + AFTER_MS;
  if (text == NULL && gone == NULL)
    return seconds < 0 || annex_page_run_sleep (self, (guint) most_ms, error);
  for (;;)
    {
      gboolean here = FALSE, there = FALSE;

      if (text != NULL && !has_text (self, text, &here, error))
        return FALSE;
      if (gone != NULL && !has_text (self, gone, &there, error))
        return FALSE;
      if ((text == NULL || here) && (gone == NULL || !there))
        return TRUE;
      if (g_get_monotonic_time () >= end)
        {
          g_set_error (error, ANNEX_BROWSER_ERROR, ANNEX_BROWSER_ERROR_TIMED_OUT,
                       text != NULL && !here
                           ? "“%s” did not appear in %.3g s. Take a page_snapshot to see "
                             "what is there instead."
                           : "“%s” is still there after %.3g s.",
                       text != NULL && !here ? text : gone, most_ms / 1000.0);
          return FALSE;
        }
      if (!annex_page_run_sleep (self, 100, error))
        return FALSE;
    }
}

/* Is it done with a pointer, which what lies above would catch? */
static gboolean
needs_hit (AnnexPageCommand command)
{
  return command == ANNEX_PAGE_COMMAND_CLICK || command == ANNEX_PAGE_COMMAND_HOVER ||
         command == ANNEX_PAGE_COMMAND_DRAG || command == ANNEX_PAGE_COMMAND_TYPE;
}

static gboolean
do_action (AnnexPageRun *self, JsonObject **result, GError **error)
{
  const char *target = annex_json_opt_string (self->args, "target", NULL);
  guint frame = 0, other = 0;

  if (self->command == ANNEX_PAGE_COMMAND_WAIT)
    return do_wait (self, error);
  if (self->command == ANNEX_PAGE_COMMAND_PRESS)
    return do_press (self, result, error);
  if (self->command == ANNEX_PAGE_COMMAND_FILL)
    return do_fill (self, result, error);
  if (self->command == ANNEX_PAGE_COMMAND_DRAG)
    {
      const char *to = annex_json_opt_string (self->args, "to", NULL);

      target = annex_json_opt_string (self->args, "from", NULL);
      annex_page_reference_frame (target, &frame);
      if (to != NULL && annex_page_reference_frame (to, &other) && other != frame)
        {
          g_set_error (error, ANNEX_BROWSER_ERROR, ANNEX_BROWSER_ERROR_INVALID,
                       "from and to are in different frames: nothing can be dragged between them.");
          return FALSE;
        }
    }
  if (target != NULL)
    annex_page_reference_frame (target, &frame);
  if (target != NULL && needs_hit (self->command) &&
      !annex_page_run_check_cover (self, target, error))
    return FALSE;
  return do_in_frame (self, frame, annex_page_command_name (self->command), self->args, result,
                      error);
}

static char *
where_now (AnnexPage *page)
{
  g_autoptr (WebKitWebView) view = g_weak_ref_get (&page->view);
  const char *title, *uri;
  g_autofree char *valid = NULL;

  if (view == NULL)
    return g_strdup ("");
  title = webkit_web_view_get_title (view);
  uri = webkit_web_view_get_uri (view);
  valid = annex_text_make_valid (title != NULL ? title : "", -1);
  return g_strdup_printf ("“%s”, %s", g_strdelimit (valid, "\r\n\t", ' '),
                          uri != NULL ? uri : "about:blank");
}

/* What is different from what the model was last shown. */
static AnnexPageAnswer *
tell_changes (AnnexPageRun *self,
              const char *note,
              const char *uri_before,
              JsonObject *detail,
              GError **error)
{
  AnnexPage *page = self->page;
  guint document = annex_page_channel_get_document (page->channel);
  gboolean same = page->shown != NULL && page->shown_document == document;
  g_autoptr (GPtrArray) now = annex_page_run_look (self, NULL, 0, same, error);
  g_autofree char *where = where_now (page);
  g_autoptr (GString) text = g_string_new (note);
  g_autofree char *changes = NULL;

  if (now == NULL)
    return NULL;
  if (text->len > 0)
    g_string_append_c (text, '\n');
  if (g_strcmp0 (where, uri_before) != 0)
    g_string_append_printf (text, "The page is now %s\n", where);
  changes = same ? annex_page_tree_diff (page->shown, now) : annex_page_tree_to_text (now);
  if (changes != NULL)
    g_string_append (text, changes);
  else if (text->len == 0 || g_strcmp0 (where, uri_before) == 0)
    g_string_append (text, "Nothing that can be seen changed.\n");
  g_clear_pointer (&page->shown, g_ptr_array_unref);
  page->shown = g_steal_pointer (&now);
  page->shown_document = document;
  return annex_page_answer_new (text->str, detail);
}

AnnexPageAnswer *
annex_page_run_act (AnnexPageRun *self, GError **error)
{
  AnnexPage *page = self->page;
  gint64 since = g_get_monotonic_time ();
  g_autofree char *before = where_now (page);
  g_autofree char *note = NULL;
  g_autoptr (JsonObject) result = NULL;
  g_autoptr (GError) local_error = NULL;
  AnnexPageAnswer *answer;
  gboolean done;

  dex_clear (&page->dialog);
  page->dialog = dex_promise_new ();
  done = do_action (self, &result, error);
  if (dex_future_is_resolved (DEX_FUTURE (page->dialog)))
    {
      if (!done)
        g_clear_error (error);
      return dialog_answer (page);
    }
  if (!done || !annex_page_run_rest (self, since, error))
    return NULL;
  if (dex_future_is_resolved (DEX_FUTURE (page->dialog)))
    return dialog_answer (page);
  note =
      annex_text_make_valid (result != NULL ? annex_json_opt_string (result, "note", "") : "", -1);
  /* The page may go on to yet another in the very moment it is looked at: once more, then. */
  for (guint i = 0;; i++)
    {
      answer = tell_changes (self, note, before,
                             result != NULL ? annex_json_opt_object (result, "detail") : NULL,
                             &local_error);
      if (answer != NULL || i == 3 ||
          !(ignore_closed (&local_error) ||
            g_error_matches (local_error, ANNEX_BROWSER_ERROR, ANNEX_BROWSER_ERROR_STALE)))
        break;
      g_clear_error (&local_error);
      if (!annex_page_run_rest (self, since, error))
        return NULL;
    }
  if (answer == NULL)
    g_propagate_error (error, g_steal_pointer (&local_error));
  return answer;
}
