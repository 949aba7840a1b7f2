/* annex-thumbnail.c
 *
 * See annex-thumbnail.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-thumbnail.h"

#include "annex-text.h"

#define ROW_HEIGHT 13
#define COLUMN_WIDTH 44
#define MAX_COLUMNS 8
#define MAX_ROWS 12

struct _AnnexThumbnail
{
  GtkWidget parent_instance;

  AnnexPreviewContent *content;
  GtkWidget *icon;
  int width;
  int height;
};

G_DEFINE_FINAL_TYPE (AnnexThumbnail, annex_thumbnail, GTK_TYPE_WIDGET)

static void
draw_text (AnnexThumbnail *self,
           GtkSnapshot *snapshot,
           const char *text,
           float x,
           float y,
           float width,
           gboolean mono,
           gboolean right)
{
  g_autoptr (PangoLayout) layout = NULL;
  g_autoptr (PangoFontDescription) font = pango_font_description_new ();
  g_autofree char *valid = annex_text_for_display (text);
  g_autofree char *head = g_utf8_substring (valid, 0, MIN (g_utf8_strlen (valid, -1), 60));
  GdkRGBA color;

  if (head[0] == '\0')
    return;
  layout = gtk_widget_create_pango_layout (GTK_WIDGET (self), head);
  pango_font_description_set_family (font, mono ? "monospace" : "sans");
  pango_font_description_set_absolute_size (font, 8 * PANGO_SCALE);
  pango_layout_set_font_description (layout, font);
  pango_layout_set_width (layout, (int) width * PANGO_SCALE);
  pango_layout_set_ellipsize (layout, PANGO_ELLIPSIZE_END);
  pango_layout_set_single_paragraph_mode (layout, TRUE);
  pango_layout_set_alignment (layout, right ? PANGO_ALIGN_RIGHT : PANGO_ALIGN_LEFT);
  gtk_widget_get_color (GTK_WIDGET (self), &color);
  gtk_snapshot_save (snapshot);
  gtk_snapshot_translate (snapshot, &GRAPHENE_POINT_INIT (x, y));
  gtk_snapshot_append_layout (snapshot, layout, &color);
  gtk_snapshot_restore (snapshot);
}

static gboolean
is_number (const char *text)
{
  char *end;

  g_ascii_strtod (text, &end);
  return end != text && (*end == '\0' || *end == ' ');
}

static void
draw_grid (AnnexThumbnail *self, GtkSnapshot *snapshot)
{
  AnnexWorkbookDiff *diff = annex_preview_content_get_grid (self->content);
  AnnexGridSheet *sheet = diff->sheets->len > 0 ? g_ptr_array_index (diff->sheets, 0) : NULL;
  GdkRGBA line;

  if (sheet == NULL)
    return;
  gtk_widget_get_color (GTK_WIDGET (self), &line);
  line.alpha *= 0.15f;
  for (guint i = 0; i < MAX_ROWS && (int) i * ROW_HEIGHT < self->height; i++)
    {
      const AnnexGridRow *row =
          i < sheet->rows->len ? &g_array_index (sheet->rows, AnnexGridRow, i) : NULL;
      float y = (float) (i * ROW_HEIGHT);

      for (guint column = 0; row != NULL && column < MAX_COLUMNS; column++)
        {
          const AnnexCell *cell =
              annex_row_find (row->after != NULL ? row->after : row->before, column);
          float x = (float) (column * COLUMN_WIDTH);

          if (cell != NULL && x < (float) self->width)
            draw_text (self, snapshot, cell->text, x + 3, y + 1, COLUMN_WIDTH - 6, FALSE,
                       is_number (cell->text));
        }
      gtk_snapshot_append_color (
          snapshot, &line, &GRAPHENE_RECT_INIT (0, y + ROW_HEIGHT - 1, (float) self->width, 1));
    }
  for (int x = COLUMN_WIDTH; x < self->width; x += COLUMN_WIDTH)
    gtk_snapshot_append_color (snapshot, &line,
                               &GRAPHENE_RECT_INIT ((float) x - 1, 0, 1, (float) self->height));
}

static void
draw_lines (AnnexThumbnail *self, GtkSnapshot *snapshot)
{
  GPtrArray *lines = annex_preview_content_get_lines (self->content);

  for (guint i = 0; i < lines->len && (int) (i + 1) * 11 < self->height; i++)
    draw_text (self, snapshot, annex_diff_line_get_text (g_ptr_array_index (lines, i)), 6,
               (float) (4 + i * 11), (float) self->width - 12, TRUE, FALSE);
}

/* Fills the whole; a page from its top, a picture from its middle. */
static void
draw_picture (AnnexThumbnail *self, GtkSnapshot *snapshot, gboolean page)
{
  GPtrArray *pictures = annex_preview_content_get_pictures (self->content, TRUE);
  GdkPaintable *picture;
  double scale;
  double width;
  double height;

  if (pictures->len == 0)
    return;
  picture = g_ptr_array_index (pictures, 0);
  width = MAX (gdk_paintable_get_intrinsic_width (picture), 1);
  height = MAX (gdk_paintable_get_intrinsic_height (picture), 1);
  scale = MAX (self->width / width, self->height / height);
  gtk_snapshot_save (snapshot);
  gtk_snapshot_translate (
      snapshot, &GRAPHENE_POINT_INIT ((float) (self->width - width * scale) / 2,
                                      page ? 0 : (float) (self->height - height * scale) / 2));
  gdk_paintable_snapshot (picture, snapshot, width * scale, height * scale);
  gtk_snapshot_restore (snapshot);
}

static void
annex_thumbnail_snapshot (GtkWidget *widget, GtkSnapshot *snapshot)
{
  AnnexThumbnail *self = ANNEX_THUMBNAIL (widget);

  if (self->content == NULL ||
      annex_preview_content_get_kind (self->content) == ANNEX_PREVIEW_DETAILS)
    {
      gtk_widget_snapshot_child (widget, self->icon, snapshot);
      return;
    }
  switch (annex_preview_content_get_kind (self->content))
    {
    case ANNEX_PREVIEW_LINES:
      draw_lines (self, snapshot);
      break;
    case ANNEX_PREVIEW_GRID:
      draw_grid (self, snapshot);
      break;
    case ANNEX_PREVIEW_IMAGES:
      draw_picture (self, snapshot, FALSE);
      break;
    case ANNEX_PREVIEW_PAGES:
      draw_picture (self, snapshot, TRUE);
      break;
    case ANNEX_PREVIEW_DETAILS:
      break;
    }
}

static void
annex_thumbnail_measure (GtkWidget *widget,
                         GtkOrientation orientation,
                         int for_size,
                         int *minimum,
                         int *natural,
                         int *minimum_baseline,
                         int *natural_baseline)
{
  AnnexThumbnail *self = ANNEX_THUMBNAIL (widget);

  *minimum = *natural = orientation == GTK_ORIENTATION_HORIZONTAL ? self->width : self->height;
}

static void
annex_thumbnail_size_allocate (GtkWidget *widget, int width, int height, int baseline)
{
  gtk_widget_size_allocate (ANNEX_THUMBNAIL (widget)->icon,
                            &(GtkAllocation) { 0, 0, width, height }, baseline);
}

static void
annex_thumbnail_dispose (GObject *object)
{
  AnnexThumbnail *self = ANNEX_THUMBNAIL (object);

  g_clear_object (&self->content);
  g_clear_pointer (&self->icon, gtk_widget_unparent);
  G_OBJECT_CLASS (annex_thumbnail_parent_class)->dispose (object);
}

static void
annex_thumbnail_class_init (AnnexThumbnailClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = annex_thumbnail_dispose;
  widget_class->snapshot = annex_thumbnail_snapshot;
  widget_class->measure = annex_thumbnail_measure;
  widget_class->size_allocate = annex_thumbnail_size_allocate;
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_PRESENTATION);
  gtk_widget_class_set_css_name (widget_class, "annexthumbnail");
}

static void
annex_thumbnail_init (AnnexThumbnail *self)
{
  self->width = 112;
  self->height = 84;
  self->icon = gtk_image_new ();
  gtk_image_set_pixel_size (GTK_IMAGE (self->icon), 32);
  gtk_widget_add_css_class (self->icon, "dimmed");
  gtk_widget_set_parent (self->icon, GTK_WIDGET (self));
  gtk_widget_set_overflow (GTK_WIDGET (self), GTK_OVERFLOW_HIDDEN);
  gtk_widget_set_halign (GTK_WIDGET (self), GTK_ALIGN_START);
  gtk_widget_set_valign (GTK_WIDGET (self), GTK_ALIGN_CENTER);
}

void
annex_thumbnail_set_icon (AnnexThumbnail *self, const char *icon_name)
{
  g_return_if_fail (ANNEX_IS_THUMBNAIL (self));

  gtk_image_set_from_icon_name (GTK_IMAGE (self->icon), icon_name);
}

void
annex_thumbnail_set_content (AnnexThumbnail *self, AnnexPreviewContent *content)
{
  g_return_if_fail (ANNEX_IS_THUMBNAIL (self));

  if (g_set_object (&self->content, content))
    gtk_widget_queue_draw (GTK_WIDGET (self));
}

void
annex_thumbnail_set_size (AnnexThumbnail *self, int width, int height)
{
  g_return_if_fail (ANNEX_IS_THUMBNAIL (self));

  self->width = width;
  self->height = height;
  gtk_image_set_pixel_size (GTK_IMAGE (self->icon), MIN (width, height) > 60 ? 32 : 24);
  gtk_widget_queue_resize (GTK_WIDGET (self));
}
