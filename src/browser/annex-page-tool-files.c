/* annex-page-tool-files.c
 *
 * Files that go to a page, by a fresh grant of the user's each time, and files that come from one.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-page-tool-private.h"

#include "annex-future.h"
#include "annex-json-build.h"
#include "annex-page-args.h"
#include "annex-page-decode.h"
#include "annex-web-text.h"

#include <errno.h>
#include <glib/gi18n.h>
#include <glib/gstdio.h>

#define CLICK_MS (20 * 1000)
#define MAX_TOTAL_BYTES (64u * 1024 * 1024)

/* ---- from a page */

gboolean
annex_page_turn_take_downloads (AnnexPageTurn *turn, GError **error)
{
  g_autoptr (GPtrArray) files =
      dex_await_boxed (annex_browser_pane_take_downloads (turn->pane, turn->call->cancel), error);

  if (files == NULL)
    return FALSE;
  for (guint i = 0; i < files->len; i++)
    {
      AnnexBrowserFile *file = g_ptr_array_index (files, i);
      g_autofree char *name = annex_web_text_clean (file->name, 200, NULL);
      g_autofree char *size = g_format_size (file->size_bytes);
      g_autofree char *path = NULL;
      g_autoptr (GError) failure = NULL;

      g_strdelimit (name, "\n\t", ' ');
      if (file->problem == NULL)
        path = dex_await_string (annex_browser_pane_store_file (turn->pane, file->name, file->path),
                                 &failure);
      if (path != NULL)
        g_string_append_printf (turn->notes, "Downloaded %s (%s). In the computer it is %s\n", name,
                                size, path);
      else
        g_string_append_printf (turn->notes, "The download of %s failed: %s\n", name,
                                file->problem != NULL ? file->problem : failure->message);
    }
  return TRUE;
}

/* ---- to a page */

/* Copies for the page, kept as long as the pane: a form is often sent much later. */
typedef struct
{
  char *folder;
  GPtrArray *paths; /* char *, NULL-terminated once all are there */
} Upload;

static void
upload_free (gpointer data)
{
  Upload *upload = data;

  for (guint i = 0; i < upload->paths->len; i++)
    {
      const char *path = g_ptr_array_index (upload->paths, i);
      g_autofree char *folder = path != NULL ? g_path_get_dirname (path) : NULL;

      if (path == NULL)
        continue;
      g_unlink (path);
      g_rmdir (folder);
    }
  g_rmdir (upload->folder);
  g_free (upload->folder);
  g_ptr_array_unref (upload->paths);
  g_free (upload);
}

static void
keep_with_pane (AnnexBrowserPane *pane, Upload *upload)
{
  GPtrArray *uploads = g_object_get_data (G_OBJECT (pane), "annex-uploads");

  if (uploads == NULL)
    {
      uploads = g_ptr_array_new_with_free_func (upload_free);
      g_object_set_data_full (G_OBJECT (pane), "annex-uploads", uploads,
                              (GDestroyNotify) g_ptr_array_unref);
    }
  g_ptr_array_add (uploads, upload);
}

static Upload *
upload_new (GError **error)
{
  g_autofree char *folder = g_dir_make_tmp ("annex-upload-XXXXXX", error);
  Upload *upload;

  if (folder == NULL)
    return NULL;
  upload = g_new0 (Upload, 1);
  upload->folder = g_steal_pointer (&folder);
  upload->paths = g_ptr_array_new_with_free_func (g_free);
  return upload;
}

/* Each in a folder of its own, for two may have one name. */
static gboolean
upload_add (Upload *upload, const char *guest_path, GBytes *bytes, GError **error)
{
  g_autofree char *number = g_strdup_printf ("%u", upload->paths->len + 1);
  g_autofree char *folder = g_build_filename (upload->folder, number, NULL);
  g_autofree char *name = g_path_get_basename (guest_path);
  g_autofree char *path = g_build_filename (folder, name, NULL);

  if (g_mkdir (folder, 0700) != 0)
    {
      g_set_error (error, G_IO_ERROR, g_io_error_from_errno (errno),
                   "The file could not be made ready: %s", g_strerror (errno));
      return FALSE;
    }
  if (!g_file_set_contents_full (path, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes),
                                 G_FILE_SET_CONTENTS_NONE, 0600, error))
    {
      g_rmdir (folder);
      return FALSE;
    }
  g_ptr_array_add (upload->paths, g_steal_pointer (&path));
  return TRUE;
}

static gboolean
is_waiting_for_files (AnnexPageTurn *turn)
{
  const AnnexBrowserDialog *dialog = annex_browser_tab_get_dialog (turn->tab);

  return dialog != NULL && dialog->kind == ANNEX_DIALOG_FILES;
}

/* Who would get the files: a frame of another site is that site's. (transfer full) */
static char *
dup_receiver (AnnexPageTurn *turn, GError **error)
{
  const char *target = annex_json_opt_string (turn->call->input, "target", NULL);
  g_autoptr (AnnexPageAnswer) inspected = NULL;
  g_autoptr (GUri) uri = NULL;

  if (target == NULL || is_waiting_for_files (turn))
    return annex_page_turn_dup_host (turn);
  inspected = annex_page_turn_look (turn, "inspect", turn->call->input, error);
  if (inspected == NULL)
    return NULL;
  if (inspected->detail != NULL)
    uri =
        g_uri_parse (annex_json_opt_string (inspected->detail, "url", ""), G_URI_FLAGS_NONE, NULL);
  if (uri == NULL || g_uri_get_host (uri) == NULL)
    return annex_page_turn_dup_host (turn);
  return g_strdup (g_uri_get_host (uri));
}

/* Which files, how large, and where to: nothing leaves without this. */
static gboolean
ask_to_send (AnnexPageTurn *turn, const char *list, GError **error)
{
  g_autofree char *host = dup_receiver (turn, error);
  g_autofree char *now = NULL;
  g_autofree char *question = NULL;
  g_autoptr (JsonObject) answer = NULL;

  if (host == NULL)
    return FALSE;
  question = g_strdup_printf (_ ("May Annex give this to %s?\n%s"),
                              host[0] != '\0' ? host : _ ("the page"), list);
  answer = dex_await_boxed (
      annex_browser_pane_ask (
          turn->pane,
          annex_ask_new_consent (annex_task_get_id (annex_browser_pane_get_task (turn->pane)),
                                 "Send files", question, "Send", "Do not send"),
          turn->call->id, turn->call->cancel),
      error);
  if (answer == NULL)
    return FALSE;
  if (g_strcmp0 (annex_json_opt_string (answer, "consent", NULL), "Send") == 0)
    {
      now = dup_receiver (turn, error);
      if (now != NULL && !g_str_equal (now, host))
        g_set_error (error, ANNEX_BROWSER_ERROR, ANNEX_BROWSER_ERROR_STALE,
                     "The page has gone from %s to %s meanwhile; nothing was sent.", host, now);
      return now != NULL && g_str_equal (now, host);
    }
  g_set_error_literal (error, ANNEX_BROWSER_ERROR, ANNEX_BROWSER_ERROR_REFUSED,
                       "The user does not want these files sent there. Go on without.");
  return FALSE;
}

/* Reads the files of the input into @upload, and what they are into @list. */
static gboolean
collect (AnnexPageTurn *turn, Upload *upload, GString *list, GError **error)
{
  JsonArray *paths = annex_json_opt_array (turn->call->input, "paths");
  guint n = paths != NULL ? json_array_get_length (paths) : 0;
  gsize total = 0;

  if (n == 0 || n > ANNEX_PAGE_MAX_GIVEN_FILES)
    {
      g_set_error (error, ANNEX_BROWSER_ERROR, ANNEX_BROWSER_ERROR_INVALID,
                   "page_upload needs “paths”, a list of one to %d paths in the computer.",
                   ANNEX_PAGE_MAX_GIVEN_FILES);
      return FALSE;
    }
  for (guint i = 0; i < n; i++)
    {
      JsonNode *node = json_array_get_element (paths, i);
      const char *path = JSON_NODE_HOLDS_VALUE (node) ? json_node_get_string (node) : NULL;
      g_autoptr (GBytes) bytes = NULL;
      g_autofree char *size = NULL;
      g_autofree char *shown = NULL;

      bytes = dex_await_boxed (annex_browser_pane_read_file (turn->pane, path != NULL ? path : ""),
                               error);
      if (bytes == NULL)
        return FALSE;
      total += g_bytes_get_size (bytes);
      if (total > MAX_TOTAL_BYTES)
        {
          g_set_error (error, ANNEX_BROWSER_ERROR, ANNEX_BROWSER_ERROR_INVALID,
                       "Together these files are larger than %u MB. Send fewer at a time.",
                       MAX_TOTAL_BYTES >> 20);
          return FALSE;
        }
      if (!upload_add (upload, path, bytes, error))
        return FALSE;
      size = g_format_size (g_bytes_get_size (bytes));
      shown = annex_web_text_clean (path, 300, NULL);
      g_string_append_printf (list, "\n%s (%s)", g_strdelimit (shown, "\n\t", ' '), size);
    }
  g_ptr_array_add (upload->paths, NULL);
  return TRUE;
}

/* What has the focus is clicked. WebKit opens a file chooser for a click of the user's alone, and
 * takes what the app runs directly for one, unlike what the page scripts do by themselves. */
static const char click_focused[] =
    "let e = document.activeElement;"
    "while (e && e.shadowRoot && e.shadowRoot.activeElement) e = e.shadowRoot.activeElement;"
    "if (e && e !== document.body) e.click();";

static void
clicked_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (DexPromise) promise = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (JSCValue) value =
      webkit_web_view_evaluate_javascript_finish (WEBKIT_WEB_VIEW (source), result, &error);

  if (value == NULL)
    g_debug ("The file field was not clicked: %s", error->message);
  dex_promise_resolve_boolean (promise, TRUE);
}

static DexFuture *
click_as_user (AnnexPageTurn *turn)
{
  DexPromise *promise = dex_promise_new ();

  webkit_web_view_evaluate_javascript (annex_browser_tab_get_view (turn->tab), click_focused, -1,
                                       "annex-gesture", NULL, NULL, clicked_cb, dex_ref (promise));
  return annex_future_with_timeout (DEX_FUTURE (promise), CLICK_MS);
}

/* The focus to where the click is to be: a field has it already, a button gets it by a key that
 * does nothing. */
static gboolean
take_focus (AnnexPageTurn *turn, GError **error)
{
  g_autoptr (AnnexPageAnswer) opened =
      annex_page_turn_look (turn, "focus-file", turn->call->input, error);
  g_autoptr (AnnexPageAnswer) pressed = NULL;
  g_autoptr (JsonObject) key = NULL;

  if (opened == NULL)
    return FALSE;
  if (opened->detail != NULL && annex_json_opt_boolean (opened->detail, "field", FALSE))
    return TRUE;
  key = annex_json_build ("s", "key", "Shift", "s", "target",
                          annex_json_opt_string (turn->call->input, "target", ""), NULL);
  pressed = annex_page_turn_look (turn, "press", key, error);
  return pressed != NULL;
}

/* Has the page ask for files, which it gets. */
static AnnexBlock *
choose_by_field (AnnexPageTurn *turn, const char *const *paths, GError **error)
{
  g_autoptr (JsonObject) pause = annex_json_build ("d", "time_s", 0.3, NULL);
  AnnexBlock *block;

  annex_browser_tab_set_upload (turn->tab, paths);
  if (!take_focus (turn, error) || !dex_await (click_as_user (turn), error))
    {
      annex_browser_tab_set_upload (turn->tab, NULL);
      return NULL;
    }
  block = annex_page_turn_act (turn, "wait", pause, error);
  /* They were granted to this page, and not to the next one that asks for files. */
  if (!annex_browser_tab_set_upload (turn->tab, NULL) || block == NULL)
    return block;
  annex_block_unref (block);
  g_set_error_literal (error, ANNEX_BROWSER_ERROR, ANNEX_BROWSER_ERROR_INVALID,
                       "The page did not ask for files there. Take the file field, or the button "
                       "that opens it, as the target.");
  return NULL;
}

/* No chooser opens for a frame: WebKit knows a click of the user's in the page itself alone. */
static AnnexBlock *
give_to_frame (AnnexPageTurn *turn, const char *const *paths, GError **error)
{
  g_autoptr (JsonObject) args = annex_json_build (
      "s", "target", annex_json_opt_string (turn->call->input, "target", ""), NULL);
  JsonArray *files = json_array_new ();
  gsize total = 0;

  json_object_set_array_member (args, "files", files);
  for (; *paths != NULL; paths++)
    {
      g_autofree char *name = g_path_get_basename (*paths);
      g_autofree char *contents = NULL;
      g_autofree char *data = NULL;
      g_autofree char *content_type = NULL;
      g_autofree char *type = NULL;
      gsize size;

      if (!g_file_get_contents (*paths, &contents, &size, error))
        return NULL;
      total += size;
      if (total > ANNEX_PAGE_MAX_GIVEN_BYTES)
        {
          g_set_error (error, ANNEX_BROWSER_ERROR, ANNEX_BROWSER_ERROR_INVALID,
                       "This field is in a frame, which takes at most %u MB. Send fewer or smaller "
                       "files, or open the frame's own page.",
                       ANNEX_PAGE_MAX_GIVEN_BYTES >> 20);
          return NULL;
        }
      content_type = g_content_type_guess (name, (const guchar *) contents, size, NULL);
      type = g_content_type_get_mime_type (content_type);
      data = g_base64_encode ((const guchar *) contents, size);
      json_array_add_object_element (files, annex_json_build ("s", "name", name, "s", "type",
                                                              type != NULL ? type : "", "s", "data",
                                                              data, NULL));
    }
  return annex_page_turn_act (turn, "give-files", args, error);
}

static AnnexBlock *
page_upload (AnnexPageTurn *turn, GError **error)
{
  Upload *upload = upload_new (error);
  g_autoptr (GString) list = g_string_new (NULL);
  const char *target;
  const char *const *paths;
  guint frame;

  if (upload == NULL)
    return NULL;
  keep_with_pane (turn->pane, upload);
  if (!collect (turn, upload, list, error) || !ask_to_send (turn, list->str, error))
    return NULL;
  paths = (const char *const *) upload->paths->pdata;
  if (is_waiting_for_files (turn))
    {
      g_autoptr (JsonObject) pause = annex_json_build ("d", "time_s", 0.1, NULL);

      return annex_browser_tab_answer_files (turn->tab, paths, error)
                 ? annex_page_turn_act (turn, "wait", pause, error)
                 : NULL;
    }
  target = annex_page_turn_get_string (turn, "target", error);
  if (target == NULL)
    return NULL;
  if (annex_page_reference_frame (target, &frame) && frame != 0)
    return give_to_frame (turn, paths, error);
  return choose_by_field (turn, paths, error);
}

const AnnexPageToolSpec annex_page_tool_upload = {
  "page_upload",
  "Give files to a file field, or to the button that asks for files. Only files below /folders, "
  "~/outbox and ~/inbox; the user is asked each time.",
  "{\"type\":\"object\",\"properties\":{\"target\":{\"type\":\"string\",\"description\":\"The "
  "field "
  "or button; not needed when the page waits for files\"},\"paths\":{\"type\":\"array\",\"items\":{"
  "\"type\":\"string\"}}},\"required\":[\"paths\"]}",
  N_ ("Annex is choosing files"),
  ANNEX_PAGE_TOOL_NEEDS_PAGE | ANNEX_PAGE_TOOL_WITH_DIALOG,
  page_upload,
};
