/* annex-tool-read-file.c
 *
 * read_file: text by lines; images and PDF pages as images the model sees. Conversions run in the
 * computer, never on the host.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-tool-util.h"

#include "annex-future.h"
#include "annex-picture-head.h"

#define MAX_TEXT_BYTES (16 * 1024 * 1024)
#define MAX_RESULT_BYTES (96 * 1024)
#define MAX_LINE_BYTES 4000
#define DEFAULT_LINES 2000
#define MAX_IMAGE_BYTES (3500 * 1024)
#define MAX_SHARP_BYTES (512 * 1024)
#define MAX_SHOWN_SHARP_BYTES (1024 * 1024)
#define DEFAULT_PAGES 4
#define MAX_PAGES 10

typedef enum {
  KIND_TEXT,
  KIND_BINARY,
  KIND_IMAGE,
  KIND_PDF,
} Kind;

static Kind
find_kind (GBytes *bytes, const char **media_type)
{
  gsize length;
  const char *data = g_bytes_get_data (bytes, &length);

  *media_type = annex_picture_head_guess_type (bytes);
  if (*media_type != NULL)
    return KIND_IMAGE;
  if (length >= 5 && memcmp (data, "%PDF-", 5) == 0)
    return KIND_PDF;
  return length > 0 && memchr (data, '\0', MIN (length, 8192)) != NULL ? KIND_BINARY : KIND_TEXT;
}

/* Lines @offset … of @text, numbered. */
static char *
number_lines (const char *text, gint64 offset, gint64 limit)
{
  GString *result = g_string_new (NULL);
  gint64 number = 1;
  const char *line = text;

  while (*line != '\0')
    {
      const char *end = strchrnul (line, '\n');

      if (number >= offset + limit || result->len > MAX_RESULT_BYTES)
        {
          g_string_append_printf (
              result, "… the file goes on; read from line %" G_GINT64_FORMAT ".\n", number);
          break;
        }
      if (number >= offset)
        {
          gsize length = MIN ((gsize) (end - line), MAX_LINE_BYTES);
          const char *valid_end;

          g_utf8_validate (line, (gssize) length, &valid_end);
          g_string_append_printf (result, "%6" G_GINT64_FORMAT "\t", number);
          g_string_append_len (result, line, valid_end - line);
          g_string_append (result, (gsize) (end - line) > MAX_LINE_BYTES ? " … (cut)\n" : "\n");
        }
      number++;
      line = *end == '\0' ? end : end + 1;
    }
  if (result->len == 0)
    g_string_append (result, offset > 1 ? "The file ends before that line." : "The file is empty.");
  return g_string_free (result, FALSE);
}

static AnnexBlock *
read_text (const AnnexToolCall *call, GBytes *bytes)
{
  gint64 offset = MAX (annex_json_opt_int (call->input, "offset", 1), 1);
  gint64 limit = annex_json_opt_int (call->input, "limit", DEFAULT_LINES);
  gsize length;
  const char *data = g_bytes_get_data (bytes, &length);
  g_autofree char *valid = annex_text_make_valid (data != NULL ? data : "", (gssize) length);
  g_autofree char *numbered = number_lines (valid, offset, CLAMP (limit, 1, 100000));

  return annex_tool_text (call, numbered);
}

static AnnexBlock *
image_result (const AnnexToolCall *call, GPtrArray *content)
{
  return annex_block_new_tool_result (call->id, content, FALSE);
}

/* How a picture is shown. Small ones stay sharp: they are screenshots and charts. What it is comes
 * with the bytes, for convert would believe the file's name. (transfer full) */
static char *
dup_convert (const char *path, const char *media_type, gboolean sharp)
{
  g_autofree char *quoted = g_shell_quote (path);

  return g_strdup_printf ("convert %s:-'[0]' -auto-orient -resize '1568x1568>' -strip %s:- < %s",
                          media_type + strlen ("image/"),
                          sharp ? "png" : "-background white -alpha remove -quality 85 jpeg",
                          quoted);
}

/* What convert makes of it; NULL where that cannot be shown, with *error where nothing could be
 * tried. (transfer full) */
static GBytes *
convert (AnnexWorkspace *workspace,
         const AnnexToolCall *call,
         const char *path,
         const char *media_type,
         gboolean sharp,
         GError **error)
{
  g_autofree char *line = dup_convert (path, media_type, sharp);
  g_autoptr (AnnexCommand) command = annex_command_new (line);
  g_autoptr (AnnexOutput) output = NULL;

  output = dex_await_boxed (annex_computer_run (annex_workspace_get_computer (workspace), command,
                                                NULL, MAX_IMAGE_BYTES + 1, 60000, call->cancel),
                            error);
  /* Not by the status: it warns of much that can be seen all the same. */
  return output != NULL && annex_picture_head_is_fit (output->out) ? g_bytes_ref (output->out)
                                                                   : NULL;
}

/* Always through convert: what cannot be read, or is too many pixels, would make the model's server
 * refuse the whole conversation. */
static AnnexBlock *
read_image (AnnexWorkspace *workspace,
            const AnnexToolCall *call,
            const char *path,
            GBytes *bytes,
            const char *media_type,
            GError **error)
{
  g_autoptr (GPtrArray) content =
      g_ptr_array_new_with_free_func ((GDestroyNotify) annex_block_unref);
  gboolean sharp =
      g_bytes_get_size (bytes) <= MAX_SHARP_BYTES && !g_str_equal (media_type, "image/jpeg");
  g_autoptr (GBytes) shown = NULL;
  g_autoptr (GError) failure = NULL;

  shown = convert (workspace, call, path, media_type, sharp, &failure);
  /* A photo becomes many times as large when it is to stay sharp. */
  if (failure == NULL && sharp &&
      (shown == NULL || g_bytes_get_size (shown) > MAX_SHOWN_SHARP_BYTES))
    {
      g_clear_pointer (&shown, g_bytes_unref);
      shown = convert (workspace, call, path, media_type, FALSE, &failure);
    }
  if (shown == NULL)
    {
      if (failure == NULL)
        g_set_error (&failure, ANNEX_TOOL_ERROR, ANNEX_TOOL_ERROR_FAILED,
                     "The image cannot be shown.");
      g_propagate_error (error, g_steal_pointer (&failure));
      return NULL;
    }
  g_ptr_array_add (content, annex_block_new_image (annex_picture_head_guess_type (shown), shown));
  return image_result (call, content);
}

/* One page as an image. (transfer full) */
static AnnexBlock *
render_page (AnnexWorkspace *workspace, const AnnexToolCall *call, const char *quoted, gint64 page)
{
  g_autofree char *line = g_strdup_printf (
      "pdftoppm -r 100 -scale-to 1400 -jpeg -f %" G_GINT64_FORMAT " -l %" G_GINT64_FORMAT " %s",
      page, page, quoted);
  g_autoptr (AnnexCommand) command = annex_command_new (line);
  AnnexBlock *block = NULL;
  AnnexOutput *output;

  output = dex_await_boxed (annex_computer_run (annex_workspace_get_computer (workspace), command,
                                                NULL, MAX_IMAGE_BYTES + 1, 60000, call->cancel),
                            NULL); /* a page that cannot be drawn still has its text */
  if (output == NULL)
    return NULL;
  if (output->status == 0 && annex_picture_head_is_fit (output->out))
    block = annex_block_new_image (annex_picture_head_guess_type (output->out), output->out);
  annex_output_free (output);
  return block;
}

static AnnexBlock *
read_pdf (AnnexWorkspace *workspace, const AnnexToolCall *call, const char *path, GError **error)
{
  gint64 first = MAX (annex_json_opt_int (call->input, "offset", 1), 1);
  gint64 limit = CLAMP (annex_json_opt_int (call->input, "limit", DEFAULT_PAGES), 1, MAX_PAGES);
  g_autoptr (GPtrArray) content =
      g_ptr_array_new_with_free_func ((GDestroyNotify) annex_block_unref);
  g_autofree char *quoted = g_shell_quote (path);
  g_autofree char *line =
      g_strdup_printf ("pdfinfo %s 2>/dev/null | sed -n 's/^Pages: */pages: /p'; pdftotext -layout "
                       "-f %" G_GINT64_FORMAT " -l %" G_GINT64_FORMAT " %s - 2>&1",
                       quoted, first, first + limit - 1, quoted);
  g_autofree char *text =
      annex_tool_run (workspace, call, line, MAX_RESULT_BYTES, NULL, NULL, error);
  gint64 pages = 0;

  if (text == NULL)
    return NULL;
  if (g_str_has_prefix (text, "pages: "))
    pages = g_ascii_strtoll (text + 7, NULL, 10);
  g_ptr_array_add (content, annex_block_new_text (text));
  for (gint64 page = first; page < first + limit && page <= pages; page++)
    {
      AnnexBlock *image = render_page (workspace, call, quoted, page);

      if (image != NULL)
        g_ptr_array_add (content, image);
    }
  return image_result (call, content);
}

static AnnexBlock *
read_file (AnnexWorkspace *workspace, const AnnexToolCall *call, GError **error)
{
  g_autofree char *path = annex_tool_dup_path (call, "path", NULL, error);
  g_autoptr (GBytes) bytes = NULL;
  const char *media_type;

  if (path == NULL)
    return NULL;
  bytes = dex_await_boxed (
      annex_computer_read_file (annex_workspace_get_computer (workspace), path, 0, MAX_TEXT_BYTES),
      error);
  if (bytes == NULL)
    return NULL;
  switch (find_kind (bytes, &media_type))
    {
    case KIND_IMAGE:
      return read_image (workspace, call, path, bytes, media_type, error);
    case KIND_PDF:
      return read_pdf (workspace, call, path, error);
    case KIND_BINARY:
      g_set_error (error, ANNEX_TOOL_ERROR, ANNEX_TOOL_ERROR_FAILED,
                   "%s is not text. Look into it with shell and a program that knows its format.",
                   path);
      return NULL;
    case KIND_TEXT:
      break;
    }
  return read_text (call, bytes);
}

const AnnexSimpleToolSpec annex_tool_read_file = {
  "read_file",
  "Read a file. Text comes with line numbers (offset: first line, limit: how many); images and the "
  "pages "
  "of a PDF come as images (offset: first page, limit: how many).",
  "{\"type\":\"object\",\"properties\":{\"path\":{\"type\":\"string\"},\"offset\":{\"type\":"
  "\"integer\","
  "\"minimum\":1},\"limit\":{\"type\":\"integer\",\"minimum\":1}},\"required\":[\"path\"]}",
  ANNEX_TOOL_COMPUTER,
  read_file,
};
