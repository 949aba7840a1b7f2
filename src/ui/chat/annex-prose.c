/* annex-prose.c
 *
 * See annex-prose.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-prose.h"

#include "annex-link.h"
#include "annex-markdown-private.h"

#include <glib/gi18n.h>
#include <string.h>

/* Widths in pixels: of prose that has none of its own, the widest and the narrowest that fits. */
#define COLUMN_NATURAL 400
#define MAX_NATURAL 600
#define LEAST_WIDTH 48
#define MAX_LINKS 12
/* Characters without a place to break a line at: no words. */
#define LONG_RUN 256

struct _AnnexProse
{
  GtkWidget parent_instance;

  GtkWidget *label;
  AnnexMarkdownBlock *owner; /* nullable */
  AnnexMarkdownInline *text; /* of owner; nullable */
  char *search;              /* folded; nullable */
  gboolean fits;             /* is as wide as its text */
};

G_DEFINE_FINAL_TYPE (AnnexProse, annex_prose, GTK_TYPE_WIDGET)

/* Attributes */

static void
add_attribute (PangoAttrList *list, PangoAttribute *attribute, guint start, guint end)
{
  attribute->start_index = start;
  attribute->end_index = end;
  pango_attr_list_insert (list, attribute);
}

static void
add_color (PangoAttrList *list, const GdkRGBA *color, guint start, guint end)
{
  add_attribute (list,
                 pango_attr_foreground_new ((guint16) (color->red * 65535),
                                            (guint16) (color->green * 65535),
                                            (guint16) (color->blue * 65535)),
                 start, end);
}

static void
add_span (PangoAttrList *list, const AnnexMarkdownSpan *span, const GdkRGBA *accent)
{
  if (span->flags & ANNEX_SPAN_STRONG)
    add_attribute (list, pango_attr_weight_new (PANGO_WEIGHT_BOLD), span->start, span->end);
  if (span->flags & ANNEX_SPAN_EMPHASIS)
    add_attribute (list, pango_attr_style_new (PANGO_STYLE_ITALIC), span->start, span->end);
  if (span->flags & ANNEX_SPAN_STRIKE)
    add_attribute (list, pango_attr_strikethrough_new (TRUE), span->start, span->end);
  if (span->flags & ANNEX_SPAN_CODE)
    {
      add_attribute (list, pango_attr_family_new ("monospace"), span->start, span->end);
      add_attribute (list, pango_attr_scale_new (0.95), span->start, span->end);
      add_attribute (list, pango_attr_background_new (0x8000, 0x8000, 0x8000), span->start,
                     span->end);
      add_attribute (list, pango_attr_background_alpha_new (0x2000), span->start, span->end);
      add_attribute (list, pango_attr_insert_hyphens_new (FALSE), span->start, span->end);
    }
  if (span->link != NULL)
    {
      add_attribute (list, pango_attr_underline_new (PANGO_UNDERLINE_SINGLE), span->start,
                     span->end);
      add_color (list, accent, span->start, span->end);
    }
}

/* Compares without case, character by character, so that the places are those of the text. */
static gsize
match_length (const char *text, const char *folded)
{
  const char *p = text;

  for (; *folded != '\0'; folded = g_utf8_next_char (folded), p = g_utf8_next_char (p))
    if (*p == '\0' || g_unichar_tolower (g_utf8_get_char (p)) != g_utf8_get_char (folded))
      return 0;
  return p - text;
}

static void
add_marks (AnnexProse *self, PangoAttrList *list, const char *text)
{
  for (const char *p = text; *p != '\0';)
    {
      gsize length = match_length (p, self->search);
      guint start = (guint) (p - text);

      if (length == 0)
        {
          p = g_utf8_next_char (p);
          continue;
        }
      add_attribute (list, pango_attr_background_new (0xf6f6, 0xd3d3, 0x2d2d), start,
                     start + (guint) length);
      add_attribute (list, pango_attr_foreground_new (0, 0, 0), start, start + (guint) length);
      p += length;
    }
}

static void
update_attributes (AnnexProse *self)
{
  g_autoptr (PangoAttrList) list = NULL;
  AdwStyleManager *style = adw_style_manager_get_default ();
  GdkRGBA readable;

  if ((self->text == NULL || self->text->spans->len == 0) && self->search == NULL)
    {
      gtk_label_set_attributes (GTK_LABEL (self->label), NULL);
      return;
    }
  list = pango_attr_list_new ();
  adw_accent_color_to_standalone_rgba (adw_style_manager_get_accent_color (style),
                                       adw_style_manager_get_dark (style), &readable);
  for (guint i = 0; self->text != NULL && i < self->text->spans->len; i++)
    add_span (list, &g_array_index (self->text->spans, AnnexMarkdownSpan, i), &readable);
  if (self->search != NULL)
    add_marks (self, list, gtk_label_get_text (GTK_LABEL (self->label)));
  gtk_label_set_attributes (GTK_LABEL (self->label), list);
}

/* Links */

static const char *
find_link_at (AnnexProse *self, double x, double y)
{
  GtkLabel *label = GTK_LABEL (self->label);
  graphene_point_t point;
  int left, top, index, trailing;

  if (self->text == NULL || self->text->links->len == 0 ||
      !gtk_widget_compute_point (GTK_WIDGET (self), self->label,
                                 &GRAPHENE_POINT_INIT ((float) x, (float) y), &point))
    return NULL;
  gtk_label_get_layout_offsets (label, &left, &top);
  if (!pango_layout_xy_to_index (gtk_label_get_layout (label), ((int) point.x - left) * PANGO_SCALE,
                                 ((int) point.y - top) * PANGO_SCALE, &index, &trailing))
    return NULL;
  for (guint i = 0; i < self->text->spans->len; i++)
    {
      AnnexMarkdownSpan *span = &g_array_index (self->text->spans, AnnexMarkdownSpan, i);

      if (span->link != NULL && (guint) index >= span->start && (guint) index < span->end)
        return span->link;
    }
  return NULL;
}

static void
show_links (AnnexProse *self, const char *only, double x, double y)
{
  if (only != NULL)
    annex_link_popup (GTK_WIDGET (self), &only, 1, x, y);
  else
    annex_link_popup (GTK_WIDGET (self), (const char *const *) self->text->links->pdata,
                      MIN (self->text->links->len, MAX_LINKS), x, y);
}

static void
released_cb (AnnexProse *self, int n_press, double x, double y)
{
  const char *link;
  int start, end;

  if (n_press != 1 || gtk_label_get_selection_bounds (GTK_LABEL (self->label), &start, &end))
    return;
  link = find_link_at (self, x, y);
  if (link != NULL)
    show_links (self, link, x, y);
}

static void
motion_cb (AnnexProse *self, double x, double y)
{
  gtk_widget_set_cursor_from_name (self->label,
                                   find_link_at (self, x, y) != NULL ? "pointer" : NULL);
}

static gboolean
key_cb (AnnexProse *self, guint key)
{
  if (self->text == NULL || self->text->links->len == 0 ||
      (key != GDK_KEY_Return && key != GDK_KEY_KP_Enter && key != GDK_KEY_Menu))
    return FALSE;
  show_links (self, NULL, gtk_widget_get_width (GTK_WIDGET (self)) / 2.0,
              gtk_widget_get_height (GTK_WIDGET (self)));
  return TRUE;
}

/* The object */

static void
annex_prose_size_allocate (GtkWidget *widget, int width, int height, int baseline)
{
  AnnexProse *self = ANNEX_PROSE (widget);
  int least;

  /* Not for a width: GTK would ask for the least one first. */
  gtk_widget_measure (self->label, GTK_ORIENTATION_VERTICAL, -1, &least, NULL, NULL, NULL);
  gtk_widget_size_allocate (self->label, &(GtkAllocation) { 0, 0, width, height }, baseline);
  for (GtkWidget *child = gtk_widget_get_next_sibling (self->label); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    if (GTK_IS_POPOVER (child))
      gtk_popover_present (GTK_POPOVER (child));
}

/* A label finds its least width by breaking after every character, which takes seconds for a word
 * of a thousand letters. Prose takes the width it gets; only what is to fit its text asks how long
 * that is. */
static void
measure_width (AnnexProse *self, int *minimum, int *natural)
{
  PangoLayout *layout = gtk_label_get_layout (GTK_LABEL (self->label));
  int width = COLUMN_NATURAL;

  if (self->fits)
    {
      g_autoptr (PangoLayout) line = pango_layout_copy (layout);

      pango_layout_set_width (line, -1);
      pango_layout_get_pixel_size (line, &width, NULL);
      width = MIN (width + 1, MAX_NATURAL);
    }
  *minimum = MIN (LEAST_WIDTH, width);
  *natural = width;
}

static void
annex_prose_measure (GtkWidget *widget,
                     GtkOrientation orientation,
                     int for_size,
                     int *minimum,
                     int *natural,
                     int *minimum_baseline,
                     int *natural_baseline)
{
  AnnexProse *self = ANNEX_PROSE (widget);

  if (orientation == GTK_ORIENTATION_HORIZONTAL && gtk_label_get_wrap (GTK_LABEL (self->label)))
    measure_width (self, minimum, natural);
  else if (orientation == GTK_ORIENTATION_VERTICAL && gtk_label_get_wrap (GTK_LABEL (self->label)))
    {
      g_autoptr (PangoLayout) layout =
          pango_layout_copy (gtk_label_get_layout (GTK_LABEL (self->label)));

      pango_layout_set_width (layout, for_size > 0 ? for_size * PANGO_SCALE : -1);
      pango_layout_get_pixel_size (layout, NULL, minimum);
      *natural = *minimum;
    }
  else
    gtk_widget_measure (self->label, orientation, for_size, minimum, natural, minimum_baseline,
                        natural_baseline);
}

static GtkSizeRequestMode
annex_prose_get_request_mode (GtkWidget *widget)
{
  return gtk_widget_get_request_mode (ANNEX_PROSE (widget)->label);
}

static void
annex_prose_dispose (GObject *object)
{
  AnnexProse *self = ANNEX_PROSE (object);
  GtkWidget *child;

  self->text = NULL;
  g_clear_pointer (&self->owner, annex_markdown_block_unref);
  g_clear_pointer (&self->search, g_free);
  while ((child = gtk_widget_get_last_child (GTK_WIDGET (self))) != NULL)
    gtk_widget_unparent (child);
  self->label = NULL;
  G_OBJECT_CLASS (annex_prose_parent_class)->dispose (object);
}

static void
annex_prose_class_init (AnnexProseClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = annex_prose_dispose;
  widget_class->size_allocate = annex_prose_size_allocate;
  widget_class->measure = annex_prose_measure;
  widget_class->get_request_mode = annex_prose_get_request_mode;
  gtk_widget_class_set_css_name (widget_class, "prose");
}

static void
annex_prose_init (AnnexProse *self)
{
  AdwStyleManager *style = adw_style_manager_get_default ();

  self->label = gtk_label_new (NULL);
  gtk_label_set_use_markup (GTK_LABEL (self->label), FALSE);
  gtk_label_set_wrap (GTK_LABEL (self->label), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (self->label), PANGO_WRAP_WORD_CHAR);
  gtk_label_set_natural_wrap_mode (GTK_LABEL (self->label), GTK_NATURAL_WRAP_NONE);
  gtk_label_set_xalign (GTK_LABEL (self->label), 0);
  gtk_label_set_selectable (GTK_LABEL (self->label), TRUE);
  gtk_widget_set_parent (self->label, GTK_WIDGET (self));
  g_signal_connect_object (style, "notify::dark", G_CALLBACK (update_attributes), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (style, "notify::accent-color", G_CALLBACK (update_attributes), self,
                           G_CONNECT_SWAPPED);
}

/* Only prose with links needs to know where the pointer is. */
static void
add_link_controllers (AnnexProse *self)
{
  GtkGesture *click;
  GtkEventController *motion, *keys;

  if (g_object_get_data (G_OBJECT (self), "links") != NULL)
    return;
  g_object_set_data (G_OBJECT (self), "links", GINT_TO_POINTER (1));
  click = gtk_gesture_click_new ();
  motion = gtk_event_controller_motion_new ();
  keys = gtk_event_controller_key_new ();
  gtk_event_controller_set_propagation_phase (GTK_EVENT_CONTROLLER (click), GTK_PHASE_CAPTURE);
  gtk_event_controller_set_propagation_phase (keys, GTK_PHASE_CAPTURE);
  g_signal_connect_swapped (click, "released", G_CALLBACK (released_cb), self);
  g_signal_connect_swapped (motion, "motion", G_CALLBACK (motion_cb), self);
  g_signal_connect_swapped (keys, "key-pressed", G_CALLBACK (key_cb), self);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (click));
  gtk_widget_add_controller (GTK_WIDGET (self), motion);
  gtk_widget_add_controller (GTK_WIDGET (self), keys);
}

GtkWidget *
annex_prose_new (void)
{
  return g_object_new (ANNEX_TYPE_PROSE, NULL);
}

GtkWidget *
annex_prose_new_heading (guint level)
{
  AnnexProse *self =
      g_object_new (ANNEX_TYPE_PROSE, "accessible-role", GTK_ACCESSIBLE_ROLE_HEADING, NULL);

  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LEVEL,
                                  (int) CLAMP (level, 1, 6), -1);
  gtk_accessible_update_relation (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_RELATION_LABELLED_BY,
                                  self->label, NULL, -1);
  return GTK_WIDGET (self);
}

/* Scripts that are written without spaces do not count: their words end where Pango knows. Nor do
 * the characters that only say where a line may end. */
static gboolean
has_long_run (const char *text)
{
  guint run = 0;

  for (const char *p = text; *p != '\0'; p = g_utf8_next_char (p))
    {
      gunichar c = g_utf8_get_char (p);

      if (g_unichar_isspace (c) || c == 0x200b || (c >= 0x0e00 && g_unichar_isalpha (c)))
        run = 0;
      else if (++run > LONG_RUN)
        return TRUE;
    }
  return FALSE;
}

/* Looking for a word's end in what has none shapes all the rest of it for each line: that takes the
 * square of its length, and in fonts with many ligatures a tenth of a second a screenful. */
static void
set_label (AnnexProse *self, const char *text)
{
  gtk_label_set_wrap_mode (GTK_LABEL (self->label),
                           has_long_run (text) ? PANGO_WRAP_CHAR : PANGO_WRAP_WORD_CHAR);
  gtk_label_set_text (GTK_LABEL (self->label), text);
}

void
annex_prose_set_text (AnnexProse *self, AnnexMarkdownInline *text, AnnexMarkdownBlock *owner)
{
  AnnexMarkdownBlock *old = self->owner;

  self->owner = owner != NULL ? annex_markdown_block_ref (owner) : NULL;
  self->text = text;
  g_clear_pointer (&old, annex_markdown_block_unref);
  set_label (self, text->text);
  update_attributes (self);
  if (text->links->len > 0)
    add_link_controllers (self);
}

char *
annex_prose_clean (const char *text)
{
  g_autofree char *valid = g_utf8_make_valid (text, -1);
  AnnexMarkdownInline *plain = annex_markdown_inline_new_plain (valid, -1);
  char *clean = g_steal_pointer (&plain->text);

  annex_markdown_inline_free (plain);
  return clean;
}

void
annex_prose_set_plain (AnnexProse *self, const char *text)
{
  g_autofree char *clean = annex_prose_clean (text);

  self->text = NULL;
  g_clear_pointer (&self->owner, annex_markdown_block_unref);
  set_label (self, clean);
  update_attributes (self);
}

void
annex_prose_set_xalign (AnnexProse *self, float xalign)
{
  gtk_label_set_xalign (GTK_LABEL (self->label), xalign);
}

void
annex_prose_set_wrap (AnnexProse *self, gboolean wrap)
{
  gtk_label_set_wrap (GTK_LABEL (self->label), wrap);
}

void
annex_prose_set_fits (AnnexProse *self, gboolean fits)
{
  self->fits = fits;
  gtk_widget_queue_resize (GTK_WIDGET (self));
}

void
annex_prose_set_search (AnnexProse *self, const char *words)
{
  g_autofree char *folded = words != NULL && words[0] != '\0' ? g_utf8_strdown (words, -1) : NULL;

  if (g_set_str (&self->search, folded))
    update_attributes (self);
}

GtkLabel *
annex_prose_get_label (AnnexProse *self)
{
  return GTK_LABEL (self->label);
}
