/* annex-preview-content.c
 *
 * See annex-preview-content.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-preview-content.h"

#include "annex-draft.h"
#include "annex-future.h"
#include "annex-office-text.h"
#include "annex-painter.h"
#include "annex-text.h"

#include <string.h>

#define MAX_LINE 1500
#define MAX_WHOLE_TEXT (1024 * 1024)
#define MAX_PAGE_BYTES (8 * 1024 * 1024)

/* ---- lines */

struct _AnnexDiffLine
{
  GObject parent_instance;

  char mark;
  guint number;
  char *text;
};

G_DEFINE_FINAL_TYPE (AnnexDiffLine, annex_diff_line, G_TYPE_OBJECT)

static void
annex_diff_line_finalize (GObject *object)
{
  g_free (ANNEX_DIFF_LINE (object)->text);
  G_OBJECT_CLASS (annex_diff_line_parent_class)->finalize (object);
}

static void
annex_diff_line_class_init (AnnexDiffLineClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = annex_diff_line_finalize;
}

static void
annex_diff_line_init (AnnexDiffLine *self)
{
}

char
annex_diff_line_get_mark (AnnexDiffLine *self)
{
  return self->mark;
}

const char *
annex_diff_line_get_text (AnnexDiffLine *self)
{
  return self->text;
}

guint
annex_diff_line_get_number (AnnexDiffLine *self)
{
  return self->number;
}

/* ---- content */

typedef struct
{
  GBytes *bytes; /* dropped once it is read */
  gsize size;
  char *sha256;
  GPtrArray *pictures;
  guint n_pages;
} Side;

struct _AnnexPreviewContent
{
  GObject parent_instance;

  char *name;
  guint max_side;
  AnnexPreviewKind kind;
  GPtrArray *lines;
  GBytes *page; /* nullable */
  AnnexWorkbookDiff *grid;
  Side sides[2];
  gboolean cut;
};

G_DEFINE_FINAL_TYPE (AnnexPreviewContent, annex_preview_content, G_TYPE_OBJECT)

static void
annex_preview_content_finalize (GObject *object)
{
  AnnexPreviewContent *self = ANNEX_PREVIEW_CONTENT (object);

  g_free (self->name);
  g_ptr_array_unref (self->lines);
  g_clear_pointer (&self->page, g_bytes_unref);
  annex_workbook_diff_free (self->grid);
  for (guint i = 0; i < 2; i++)
    {
      g_clear_pointer (&self->sides[i].bytes, g_bytes_unref);
      g_free (self->sides[i].sha256);
      g_ptr_array_unref (self->sides[i].pictures);
    }
  G_OBJECT_CLASS (annex_preview_content_parent_class)->finalize (object);
}

static void
annex_preview_content_class_init (AnnexPreviewContentClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = annex_preview_content_finalize;
}

static void
annex_preview_content_init (AnnexPreviewContent *self)
{
  self->kind = ANNEX_PREVIEW_DETAILS;
  self->lines = g_ptr_array_new_with_free_func (g_object_unref);
  for (guint i = 0; i < 2; i++)
    self->sides[i].pictures = g_ptr_array_new_with_free_func (g_object_unref);
}

/* ---- text */

static void
add_line (AnnexPreviewContent *self, char mark, const char *text, gsize length, guint number)
{
  AnnexDiffLine *line;
  g_autoptr (GString) plain = g_string_new (NULL);
  glong characters = 0;
  gsize i = 0;

  if (self->lines->len >= ANNEX_PREVIEW_MAX_LINES)
    {
      self->cut = TRUE;
      return;
    }
  for (; i < length && characters < MAX_LINE; i++)
    {
      characters += ((guchar) text[i] & 0xc0) != 0x80;
      if (text[i] == '\t')
        g_string_append (plain, "    ");
      else if (text[i] != '\r')
        g_string_append_c (plain, text[i]);
    }
  while (i < length && ((guchar) text[i] & 0xc0) == 0x80)
    g_string_append_c (plain, text[i++]);
  if (i < length)
    {
      g_string_append (plain, "…");
      self->cut = TRUE;
    }
  line = g_object_new (ANNEX_TYPE_DIFF_LINE, NULL);
  line->mark = mark;
  line->number = number;
  line->text = annex_text_for_display (plain->str);
  g_ptr_array_add (self->lines, line);
}

static void
add_whole (AnnexPreviewContent *self, GBytes *bytes)
{
  gsize left;
  const char *data = g_bytes_get_data (bytes, &left);

  if (left > MAX_WHOLE_TEXT)
    {
      self->cut = TRUE;
      left = MAX_WHOLE_TEXT;
      while (left > 0 && ((guchar) data[left] & 0xc0) == 0x80)
        left--;
    }
  while (left > 0)
    {
      const char *newline = memchr (data, '\n', left);
      gsize length = newline != NULL ? (gsize) (newline - data) : left;

      add_line (self, ' ', data, length, 0);
      data += length + (newline != NULL);
      left -= length + (newline != NULL);
    }
}

/* A unified diff as core makes it: two heads, then "@@ -a,b +c,d @@" and marked lines. */
static void
add_unified (AnnexPreviewContent *self, const char *diff)
{
  gboolean in_body = FALSE;

  while (*diff != '\0')
    {
      const char *end = strchrnul (diff, '\n');

      if (diff[0] == '@')
        {
          const char *plus = memchr (diff, '+', (gsize) (end - diff));
          guint number = plus != NULL ? (guint) g_ascii_strtoull (plus + 1, NULL, 10) : 0;

          in_body = TRUE;
          /* nothing is left out before the first line */
          if (self->lines->len > 0 || number > 1)
            add_line (self, '@', "", 0, number);
        }
      else if (in_body && (diff[0] == ' ' || diff[0] == '+' || diff[0] == '-'))
        add_line (self, diff[0], diff + 1, (gsize) (end - diff - 1), 0);
      diff = *end != '\0' ? end + 1 : end;
    }
}

static gboolean
load_lines (AnnexPreviewContent *self, GBytes *before, GBytes *after)
{
  if (before == NULL || after == NULL)
    add_whole (self, before != NULL ? before : after);
  else
    {
      g_autofree char *diff = annex_draft_diff (before, after, "");

      if (diff == NULL)
        return FALSE;
      if (diff[0] == '\0')
        add_whole (self, after);
      else
        add_unified (self, diff);
    }
  self->kind = ANNEX_PREVIEW_LINES;
  return TRUE;
}

/* A text, and a page to look at. */
static gboolean
load_text (AnnexPreviewContent *self, GBytes *shown)
{
  static const char *const endings[] = { ".html", ".htm", ".xhtml" };
  g_autofree char *lower = g_ascii_strdown (self->name, -1);

  for (guint i = 0; i < G_N_ELEMENTS (endings); i++)
    if (g_str_has_suffix (lower, endings[i]) && self->page == NULL &&
        g_bytes_get_size (shown) <= MAX_PAGE_BYTES)
      self->page = g_bytes_ref (shown);
  return load_lines (self, self->sides[0].bytes, self->sides[1].bytes);
}

static gboolean
load_document (AnnexPreviewContent *self)
{
  GBytes *texts[2] = { NULL, NULL };
  gboolean fine = TRUE;

  for (guint i = 0; i < 2 && fine; i++)
    {
      gboolean cut = FALSE;

      if (self->sides[i].bytes == NULL)
        continue;
      /* Not readable is a preview without one, no failure: the error says nothing to a person. */
      texts[i] = annex_office_text_read (self->sides[i].bytes, &cut, NULL);
      self->cut = self->cut || cut;
      fine = texts[i] != NULL;
    }
  fine = fine && load_lines (self, texts[0], texts[1]);
  g_clear_pointer (&texts[0], g_bytes_unref);
  g_clear_pointer (&texts[1], g_bytes_unref);
  return fine;
}

/* ---- spreadsheets */

static AnnexWorkbookFormat
format_of (const char *name, GBytes *bytes)
{
  gsize length;
  const char *data = g_bytes_get_data (bytes, &length);
  g_autofree char *lower = g_ascii_strdown (name, -1);

  if (length < 2 || memcmp (data, "PK", 2) != 0)
    return ANNEX_WORKBOOK_SEPARATED;
  return g_str_has_suffix (lower, ".ods") ? ANNEX_WORKBOOK_ODS : ANNEX_WORKBOOK_XLSX;
}

static gboolean
load_grid (AnnexPreviewContent *self)
{
  AnnexWorkbook *books[2] = { NULL, NULL };

  for (guint i = 0; i < 2; i++)
    {
      GBytes *bytes = self->sides[i].bytes;

      if (bytes == NULL)
        continue;
      books[i] = annex_workbook_read (bytes, format_of (self->name, bytes), NULL);
      if (books[i] == NULL)
        {
          g_clear_pointer (&books[0], annex_workbook_free);
          return FALSE;
        }
    }
  self->grid = annex_workbook_diff_new (books[0], books[1]);
  self->cut = self->grid->cut;
  self->kind = ANNEX_PREVIEW_GRID;
  return TRUE;
}

/* ---- pictures and pages */

static gboolean
load_images (AnnexPreviewContent *self)
{
  for (guint i = 0; i < 2; i++)
    {
      GdkTexture *picture;

      if (self->sides[i].bytes == NULL)
        continue;
      picture = annex_painter_paint_picture (self->sides[i].bytes, self->max_side);
      if (picture == NULL)
        return FALSE;
      g_ptr_array_add (self->sides[i].pictures, picture);
    }
  self->kind = ANNEX_PREVIEW_IMAGES;
  return TRUE;
}

static gboolean
load_pages (AnnexPreviewContent *self)
{
  for (guint i = 0; i < 2; i++)
    {
      Side *side = &self->sides[i];

      if (side->bytes == NULL)
        continue;
      side->n_pages = annex_painter_paint_pdf (side->bytes, self->max_side, ANNEX_PREVIEW_MAX_PAGES,
                                              side->pictures);
      if (side->n_pages == 0)
        return FALSE;
      self->cut = self->cut || side->n_pages > side->pictures->len;
    }
  self->kind = ANNEX_PREVIEW_PAGES;
  return TRUE;
}

/* ---- loading */

static DexFuture *
load_work (gpointer data)
{
  AnnexPreviewContent *self = data;
  GBytes *shown = self->sides[1].bytes != NULL ? self->sides[1].bytes : self->sides[0].bytes;
  AnnexFileKind kind = annex_file_kind_guess (self->name, shown);
  AnnexFileKind old_kind = self->sides[0].bytes != NULL
                               ? annex_file_kind_guess (self->name, self->sides[0].bytes)
                               : kind;
  gboolean fine = FALSE;

  for (guint i = 0; i < 2; i++)
    if (self->sides[i].bytes != NULL)
      {
        self->sides[i].size = g_bytes_get_size (self->sides[i].bytes);
        self->sides[i].sha256 =
            g_compute_checksum_for_bytes (G_CHECKSUM_SHA256, self->sides[i].bytes);
      }
  switch (kind == old_kind ? kind : ANNEX_FILE_OTHER)
    {
    case ANNEX_FILE_TEXT:
      fine = load_text (self, shown);
      break;
    case ANNEX_FILE_WORKBOOK:
      fine = load_grid (self);
      break;
    case ANNEX_FILE_DOCUMENT:
      fine = load_document (self);
      break;
    case ANNEX_FILE_PDF:
      fine = load_pages (self);
      break;
    case ANNEX_FILE_IMAGE:
      fine = load_images (self);
      break;
    case ANNEX_FILE_OTHER:
      break;
    }
  if (!fine)
    self->kind = ANNEX_PREVIEW_DETAILS;
  for (guint i = 0; i < 2; i++)
    g_clear_pointer (&self->sides[i].bytes, g_bytes_unref);
  return dex_future_new_for_object (self);
}

DexFuture *
annex_preview_content_load (const char *name, GBytes *before, GBytes *after, guint max_side)
{
  AnnexPreviewContent *self;

  dex_return_error_if_fail (before != NULL || after != NULL);
  self = g_object_new (ANNEX_TYPE_PREVIEW_CONTENT, NULL);
  self->name = g_strdup (name != NULL ? name : "");
  self->max_side = max_side;
  self->sides[0].bytes = before != NULL ? g_bytes_ref (before) : NULL;
  self->sides[1].bytes = after != NULL ? g_bytes_ref (after) : NULL;
  return annex_worker_run ("annex-preview", load_work, self, g_object_unref);
}

AnnexPreviewKind
annex_preview_content_get_kind (AnnexPreviewContent *self)
{
  return self->kind;
}

GPtrArray *
annex_preview_content_get_lines (AnnexPreviewContent *self)
{
  return self->lines;
}

GBytes *
annex_preview_content_get_page (AnnexPreviewContent *self)
{
  return self->page;
}

AnnexWorkbookDiff *
annex_preview_content_get_grid (AnnexPreviewContent *self)
{
  return self->grid;
}

GPtrArray *
annex_preview_content_get_pictures (AnnexPreviewContent *self, gboolean after)
{
  return self->sides[!!after].pictures;
}

guint
annex_preview_content_get_n_pages (AnnexPreviewContent *self, gboolean after)
{
  return self->sides[!!after].n_pages;
}

gboolean
annex_preview_content_is_cut (AnnexPreviewContent *self)
{
  return self->cut;
}

gboolean
annex_preview_content_has_side (AnnexPreviewContent *self, gboolean after)
{
  return self->sides[!!after].sha256 != NULL;
}

gsize
annex_preview_content_get_size (AnnexPreviewContent *self, gboolean after)
{
  return self->sides[!!after].size;
}

const char *
annex_preview_content_get_sha256 (AnnexPreviewContent *self, gboolean after)
{
  return self->sides[!!after].sha256;
}
