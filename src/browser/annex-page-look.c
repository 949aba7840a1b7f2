/* annex-page-look.c
 *
 * Looking at a page: asking its frames, and putting what they say into one tree. Changes nothing.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-page-private.h"

#include "annex-future.h"
#include "annex-json-build.h"
#include "annex-json.h"

/* A frame other than the main one that is busy for so long is left out. */
#define FRAME_LIMIT_MS 2000

JsonObject *
annex_page_run_ask (AnnexPageRun *self,
                    guint frame,
                    const char *command,
                    JsonObject *args,
                    guint limit_ms,
                    GError **error)
{
  g_autoptr (DexFuture) done =
      annex_page_channel_send (self->page->channel, frame, command, args, limit_ms);

  if (!annex_await_cancellable (dex_ref (done), self->cancel, error))
    return NULL;
  return dex_await_boxed (g_steal_pointer (&done), error);
}

static void
unref_asked (gpointer future)
{
  if (future != NULL)
    dex_unref (future);
}

GHashTable *
annex_page_run_ask_all (AnnexPageRun *self,
                        const char *command,
                        JsonObject *args,
                        int except,
                        GError **error)
{
  g_autoptr (GHashTable) results =
      g_hash_table_new_full (NULL, NULL, NULL, (GDestroyNotify) json_object_unref);
  g_autoptr (GArray) frames = annex_page_channel_list_frames (self->page->channel);
  g_autoptr (GPtrArray) asked = g_ptr_array_new_with_free_func (unref_asked);

  for (guint i = 0; i < frames->len; i++)
    {
      guint number = g_array_index (frames, guint, i);
      guint limit = number == 0 ? MAX (annex_page_run_left (self), FRAME_LIMIT_MS) : FRAME_LIMIT_MS;

      g_ptr_array_add (
          asked, (int) number == except
                     ? NULL
                     : annex_page_channel_send (self->page->channel, number, command, args, limit));
    }
  for (guint i = 0; i < frames->len; i++)
    {
      guint number = g_array_index (frames, guint, i);
      g_autoptr (GError) local_error = NULL;

      if (asked->pdata[i] == NULL)
        continue;
      if (annex_await_cancellable (dex_ref (asked->pdata[i]), self->cancel, &local_error))
        g_hash_table_insert (results, GUINT_TO_POINTER (number),
                             dex_await_boxed (dex_ref (asked->pdata[i]), NULL));
      else if (number == 0 || g_error_matches (local_error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
        {
          g_propagate_error (error, g_steal_pointer (&local_error));
          return NULL;
        }
    }
  return g_steal_pointer (&results);
}

typedef struct
{
  AnnexPage *page;
  GHashTable *lines; /* frame → GPtrArray */
} Frames;

static GPtrArray *
frame_lines (const GArray *path, gpointer data)
{
  Frames *self = data;
  g_autofree char *place = annex_page_path_to_place (path);
  guint frame;

  if (!annex_page_channel_find_place (self->page->channel, place, &frame))
    return NULL;
  return g_hash_table_lookup (self->lines, GUINT_TO_POINTER (frame));
}

static GHashTable *
read_lines (GHashTable *results, GError **error)
{
  g_autoptr (GHashTable) lines =
      g_hash_table_new_full (NULL, NULL, NULL, (GDestroyNotify) g_ptr_array_unref);
  GHashTableIter iter;
  gpointer frame, result;

  g_hash_table_iter_init (&iter, results);
  while (g_hash_table_iter_next (&iter, &frame, &result))
    {
      GPtrArray *own = annex_page_lines_read (result, GPOINTER_TO_UINT (frame), error);

      if (own == NULL)
        return NULL;
      g_hash_table_insert (lines, frame, own);
    }
  return g_steal_pointer (&lines);
}

static GArray *
place_to_path (const char *place)
{
  GArray *path = g_array_new (FALSE, FALSE, sizeof (guint));
  g_auto (GStrv) parts = place != NULL && *place != '\0' ? g_strsplit (place, "/", -1) : NULL;

  for (guint i = 0; parts != NULL && parts[i] != NULL; i++)
    {
      guint index = (guint) g_ascii_strtoull (parts[i], NULL, 10);

      g_array_append_val (path, index);
    }
  return path;
}

GPtrArray *
annex_page_run_look (AnnexPageRun *self,
                     const char *target,
                     gint64 depth,
                     gboolean again,
                     GError **error)
{
  /* What an action happens to scroll into view was not asked for. */
  gboolean keep_folds = again && self->command != ANNEX_PAGE_COMMAND_SCROLL;
  g_autoptr (JsonObject) args =
      annex_json_build ("s", "target", target, "i", "depth", depth, "b", "again", again, "b",
                        "keep_folds", keep_folds, NULL);
  g_autoptr (JsonObject) rest = annex_json_build ("b", "again", TRUE, NULL);
  g_autoptr (GHashTable) results = NULL, lines = NULL;
  g_autoptr (GArray) path = NULL;
  Frames frames = { .page = self->page };
  guint frame = 0;

  if (target != NULL)
    {
      JsonObject *own;

      annex_page_reference_frame (target, &frame);
      own = annex_page_run_ask (self, frame, "snapshot", args, annex_page_run_left (self), error);
      if (own == NULL)
        return NULL;
      results = annex_page_run_ask_all (self, "snapshot", rest, (int) frame, error);
      if (results != NULL)
        g_hash_table_insert (results, GUINT_TO_POINTER (frame), own);
      else
        json_object_unref (own);
    }
  else
    results = annex_page_run_ask_all (self, "snapshot", args, -1, error);
  if (results == NULL || (lines = read_lines (results, error)) == NULL)
    return NULL;
  path = place_to_path (annex_page_channel_get_place (self->page->channel, frame));
  frames.lines = lines;
  return annex_page_tree_merge (path, frame_lines, &frames);
}

AnnexPageAnswer *
annex_page_run_snapshot (AnnexPageRun *self, GError **error)
{
  AnnexPage *page = self->page;
  const char *target = annex_json_opt_string (self->args, "target", NULL);
  gint64 depth = (gint64) annex_json_opt_double (self->args, "depth", 0);
  g_autoptr (GPtrArray) lines =
      annex_page_run_look (self, target, CLAMP (depth, 0, ANNEX_PAGE_MAX_DEPTH), FALSE, error);
  g_autofree char *text = NULL;

  if (lines == NULL)
    return NULL;
  text = annex_page_tree_to_text (lines);
  if (target != NULL || depth > 0)
    {
      /* What a part showed, or a depth left out, is no change when the whole is looked at again. */
      GPtrArray *whole = annex_page_run_look (self, NULL, 0, TRUE, error);

      if (whole == NULL)
        return NULL;
      g_ptr_array_unref (lines);
      lines = whole;
    }
  g_clear_pointer (&page->shown, g_ptr_array_unref);
  page->shown = g_steal_pointer (&lines);
  page->shown_document = self->document;
  if (*text == '\0')
    return annex_page_answer_new ("The page is empty.\n", NULL);
  return annex_page_answer_new (text, NULL);
}

static void
append_frame_lines (GString *text, GPtrArray *lines, guint frame)
{
  if (frame != 0)
    g_string_append (text, "- iframe\n");
  for (guint i = 0; i < lines->len; i++)
    {
      AnnexPageLine *line = lines->pdata[i];

      g_string_append_printf (text, "%*s%s\n", (int) (2 * line->depth + (frame != 0 ? 2 : 0)), "",
                              line->text);
    }
}

AnnexPageAnswer *
annex_page_run_find (AnnexPageRun *self, GError **error)
{
  g_autoptr (GHashTable) results = annex_page_run_ask_all (self, "find", self->args, -1, error);
  g_autoptr (GHashTable) lines = NULL;
  g_autoptr (GArray) frames = NULL;
  g_autoptr (GString) text = g_string_new (NULL);
  gint64 n_more = 0;

  if (results == NULL || (lines = read_lines (results, error)) == NULL)
    return NULL;
  frames = annex_page_channel_list_frames (self->page->channel);
  for (guint i = 0; i < frames->len; i++)
    {
      gpointer frame = GUINT_TO_POINTER (g_array_index (frames, guint, i));
      GPtrArray *own = g_hash_table_lookup (lines, frame);

      if (own == NULL || own->len == 0)
        continue;
      n_more +=
          CLAMP (annex_json_opt_int (g_hash_table_lookup (results, frame), "more", 0), 0, 100000);
      append_frame_lines (text, own, GPOINTER_TO_UINT (frame));
    }
  if (text->len == 0)
    g_string_append_printf (text, "“%s” is not on this page.\n",
                            annex_json_opt_string (self->args, "text", ""));
  else if (n_more > 0)
    g_string_append_printf (text, "- … %" G_GINT64_FORMAT " more places: look for more words\n",
                            n_more);
  return annex_page_answer_new (text->str, NULL);
}

AnnexPageAnswer *
annex_page_run_text (AnnexPageRun *self, GError **error)
{
  const char *target = annex_json_opt_string (self->args, "target", NULL);
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (GHashTable) results = NULL;
  g_autoptr (GArray) frames = NULL;
  g_autofree char *valid = NULL;

  if (target != NULL)
    return annex_page_run_one (self, error);
  results = annex_page_run_ask_all (self, "text", self->args, -1, error);
  if (results == NULL)
    return NULL;
  frames = annex_page_channel_list_frames (self->page->channel);
  for (guint i = 0; i < frames->len; i++)
    {
      guint frame = g_array_index (frames, guint, i);
      JsonObject *result = g_hash_table_lookup (results, GUINT_TO_POINTER (frame));
      const char *own = result != NULL ? annex_json_opt_string (result, "text", "") : "";

      if (*own == '\0')
        continue;
      if (frame != 0)
        g_string_append (text, "\n\nIn a frame:\n");
      g_string_append (text, own);
    }
  valid = annex_text_make_valid (text->str, -1);
  return annex_page_answer_new (valid, NULL);
}

/* A box of a frame, as one of the whole page. */
static gboolean
place_box (AnnexPageRun *self, guint frame, JsonObject *detail, GError **error)
{
  JsonArray *inner = detail != NULL ? annex_json_opt_array (detail, "box") : NULL;
  JsonArray *box = inner != NULL ? json_array_ref (inner) : NULL;

  if (box == NULL)
    return TRUE;
  if (!annex_page_run_place (self, frame, &box, NULL, error))
    {
      json_array_unref (box);
      return FALSE;
    }
  json_object_set_array_member (detail, "box", box);
  return TRUE;
}

guint
annex_page_run_focus_frame (AnnexPageRun *self)
{
  guint frame = self->page->focus_frame;

  return annex_page_channel_get_place (self->page->channel, frame) != NULL ? frame : 0;
}

gboolean
annex_page_run_enter_frame (AnnexPageRun *self, JsonObject *result, guint *frame, gboolean *entered)
{
  gint64 slot = result != NULL ? annex_json_opt_int (result, "slot", -1) : -1;
  const char *place = annex_page_channel_get_place (self->page->channel, *frame);
  g_autofree char *inner = NULL;

  *entered = slot >= 0;
  if (slot < 0)
    return TRUE;
  inner = g_strdup_printf ("%s%s%" G_GINT64_FORMAT, place != NULL ? place : "",
                           place != NULL && *place != '\0' ? "/" : "", slot);
  return annex_page_channel_find_place (self->page->channel, inner, frame);
}

/* What has the focus, in whichever frame. (transfer full) */
static JsonObject *
inspect_focus (AnnexPageRun *self, GError **error)
{
  guint frame = annex_page_run_focus_frame (self);
  gboolean entered;

  for (guint i = 0; i < ANNEX_PAGE_MAX_FRAME_DEPTH; i++)
    {
      g_autoptr (JsonObject) result = annex_page_run_ask (self, frame, "inspect", self->args,
                                                          annex_page_run_left (self), error);

      if (result == NULL)
        return NULL;
      if (!annex_page_run_enter_frame (self, result, &frame, &entered))
        break;
      if (!entered)
        return g_steal_pointer (&result);
    }
  g_set_error (error, ANNEX_BROWSER_ERROR, ANNEX_BROWSER_ERROR_INVALID,
               "The focus is in a frame that does not answer: click into the field first.");
  return NULL;
}

/* A command that one frame answers whole: with a text, or with what the app needs. */
AnnexPageAnswer *
annex_page_run_one (AnnexPageRun *self, GError **error)
{
  const char *target = annex_json_opt_string (self->args, "target", NULL);
  g_autoptr (JsonObject) result = NULL;
  g_autofree char *valid = NULL;
  const char *note;
  guint frame = 0;

  if (target != NULL)
    annex_page_reference_frame (target, &frame);
  else if (self->command == ANNEX_PAGE_COMMAND_MARK)
    {
      g_autoptr (GHashTable) all = annex_page_run_ask_all (self, "mark", self->args, -1, error);

      return all != NULL ? annex_page_answer_new ("", NULL) : NULL;
    }
  if (self->command == ANNEX_PAGE_COMMAND_MARK)
    {
      g_autoptr (JsonObject) none = json_object_new ();
      g_autoptr (GHashTable) others =
          annex_page_run_ask_all (self, "mark", none, (int) frame, error);

      if (others == NULL)
        return NULL;
    }
  if (self->command == ANNEX_PAGE_COMMAND_INSPECT && target == NULL)
    result = inspect_focus (self, error);
  else
    result = annex_page_run_ask (self, frame, annex_page_command_name (self->command), self->args,
                                 annex_page_run_left (self), error);
  if (result == NULL)
    return NULL;
  if (self->command == ANNEX_PAGE_COMMAND_BOX && frame != 0 &&
      !place_box (self, frame, annex_json_opt_object (result, "detail"), error))
    return NULL;
  note = annex_json_opt_string (result, "note", "");
  valid = annex_text_make_valid (annex_json_opt_string (result, "text", ""), -1);
  if (*note != '\0')
    {
      g_autofree char *clean = annex_text_make_valid (note, -1);
      g_autofree char *text = g_strdup_printf ("%s\n%s", valid, clean);

      return annex_page_answer_new (text, annex_json_opt_object (result, "detail"));
    }
  return annex_page_answer_new (valid, annex_json_opt_object (result, "detail"));
}
