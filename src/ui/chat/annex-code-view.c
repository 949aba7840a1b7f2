/* annex-code-view.c
 *
 * See annex-code-view.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-code-view.h"

#include "annex-code-language.h"

#include <glib/gi18n.h>
#include <string.h>

#define FOLDED_LINES 24
/* What is shown when all is shown; more than that nobody reads here. */
#define MAX_BYTES (1024 * 1024)
#define MAX_LINE_CHARS 2000
#define MAX_HEIGHT 560

struct _AnnexCodeView
{
  GtkWidget parent_instance;

  GtkWidget *box;
  GtkWidget *scroller;
  GtkWidget *view;
  GtkWidget *more; /* button */
  GtkSourceBuffer *buffer;
  GtkSourceLanguage *language;
  GtkSourceSearchContext *search;
  char *text;
  char *shown; /* what is in the buffer */
  guint n_lines;
  gboolean expanded;
};

G_DEFINE_FINAL_TYPE (AnnexCodeView, annex_code_view, GTK_TYPE_WIDGET)

static guint expanded_signal;

/* What is shown */

/* Up to @max_lines lines, long ones cut. */
static char *
dup_shown (const char *text, guint max_lines)
{
  GString *out = g_string_new (NULL);
  const char *p = text;

  for (guint line = 0; line < max_lines && *p != '\0' && out->len < MAX_BYTES; line++)
    {
      const char *end = strchr (p, '\n');
      gsize length = end != NULL ? (gsize) (end - p) : strlen (p);
      const char *cut = p;

      if (line > 0)
        g_string_append_c (out, '\n');
      if (length <= MAX_LINE_CHARS)
        g_string_append_len (out, p, (gssize) length);
      else
        {
          for (guint i = 0; i < MAX_LINE_CHARS && cut < p + length; i++)
            cut = g_utf8_next_char (cut);
          g_string_append_len (out, p, cut - p);
          if (cut < p + length)
            g_string_append (out, " …");
        }
      p += length + (end != NULL ? 1 : 0);
    }
  return g_string_free_and_steal (out);
}

static void
update_more (AnnexCodeView *self)
{
  g_autofree char *words = NULL;

  gtk_widget_set_visible (self->more, !self->expanded && self->n_lines > FOLDED_LINES);
  if (!gtk_widget_get_visible (self->more))
    return;
  words = g_strdup_printf (ngettext ("Show All %u Line", "Show All %u Lines", self->n_lines),
                           self->n_lines);
  gtk_button_set_label (GTK_BUTTON (self->more), words);
}

static void
update_shown (AnnexCodeView *self)
{
  g_autofree char *shown = dup_shown (self->text, self->expanded ? G_MAXUINT : FOLDED_LINES);
  gsize before = self->shown != NULL ? strlen (self->shown) : 0;
  GtkTextIter end;

  update_more (self);
  if (self->shown != NULL && g_str_equal (shown, self->shown))
    return;
  if (self->shown != NULL && g_str_has_prefix (shown, self->shown))
    {
      gtk_text_buffer_get_end_iter (GTK_TEXT_BUFFER (self->buffer), &end);
      gtk_text_buffer_insert (GTK_TEXT_BUFFER (self->buffer), &end, shown + before, -1);
    }
  else
    gtk_text_buffer_set_text (GTK_TEXT_BUFFER (self->buffer), shown, -1);
  g_set_str (&self->shown, shown);
  if (self->language != NULL)
    annex_code_language_apply (self->language, self->buffer);
  gtk_scrolled_window_set_policy (
      GTK_SCROLLED_WINDOW (self->scroller), GTK_POLICY_AUTOMATIC,
      self->expanded && self->n_lines > FOLDED_LINES ? GTK_POLICY_AUTOMATIC : GTK_POLICY_NEVER);
}

void
annex_code_view_set_text (AnnexCodeView *self, const char *text)
{
  if (!g_set_str (&self->text, text))
    return;
  self->n_lines = 1;
  for (const char *p = text; (p = strchr (p, '\n')) != NULL; p++)
    self->n_lines++;
  update_shown (self);
}

void
annex_code_view_set_expanded (AnnexCodeView *self, gboolean expanded)
{
  if (self->expanded == expanded)
    return;
  self->expanded = expanded;
  update_shown (self);
}

void
annex_code_view_set_search (AnnexCodeView *self, const char *words)
{
  g_autoptr (GtkSourceSearchSettings) settings = NULL;

  if ((words == NULL || words[0] == '\0') && self->search == NULL)
    return;
  if (self->search == NULL)
    {
      settings = gtk_source_search_settings_new ();
      self->search = gtk_source_search_context_new (self->buffer, settings);
    }
  gtk_source_search_settings_set_search_text (gtk_source_search_context_get_settings (self->search),
                                              words);
}

/* Callbacks */

static void
more_clicked_cb (AnnexCodeView *self)
{
  annex_code_view_set_expanded (self, TRUE);
  g_signal_emit (self, expanded_signal, 0);
  gtk_widget_grab_focus (self->view);
}

static gboolean
copied_cb (gpointer data)
{
  GWeakRef *weak = data;
  g_autoptr (GtkWidget) button = g_weak_ref_get (weak);

  if (button != NULL)
    gtk_button_set_icon_name (GTK_BUTTON (button), "edit-copy-symbolic");
  return G_SOURCE_REMOVE;
}

static void
weak_free (gpointer data)
{
  g_weak_ref_clear (data);
  g_free (data);
}

static void
copy_clicked_cb (AnnexCodeView *self, GtkButton *button)
{
  GWeakRef *weak = g_new0 (GWeakRef, 1);

  gdk_clipboard_set_text (gtk_widget_get_clipboard (GTK_WIDGET (self)), self->text);
  gtk_button_set_icon_name (button, "object-select-symbolic");
  g_weak_ref_init (weak, button);
  g_timeout_add_full (G_PRIORITY_DEFAULT, 1500, copied_cb, weak, weak_free);
}

static void
update_scheme (AnnexCodeView *self)
{
  gboolean dark = adw_style_manager_get_dark (adw_style_manager_get_default ());
  GtkSourceStyleSchemeManager *manager = gtk_source_style_scheme_manager_get_default ();

  gtk_source_buffer_set_style_scheme (
      self->buffer,
      gtk_source_style_scheme_manager_get_scheme (manager, dark ? "Adwaita-dark" : "Adwaita"));
}

/* The object */

static void
annex_code_view_dispose (GObject *object)
{
  AnnexCodeView *self = ANNEX_CODE_VIEW (object);

  g_clear_object (&self->search);
  g_clear_pointer (&self->box, gtk_widget_unparent);
  g_clear_object (&self->buffer);
  G_OBJECT_CLASS (annex_code_view_parent_class)->dispose (object);
}

static void
annex_code_view_finalize (GObject *object)
{
  AnnexCodeView *self = ANNEX_CODE_VIEW (object);

  g_free (self->text);
  g_free (self->shown);
  G_OBJECT_CLASS (annex_code_view_parent_class)->finalize (object);
}

static void
annex_code_view_class_init (AnnexCodeViewClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);

  object_class->dispose = annex_code_view_dispose;
  object_class->finalize = annex_code_view_finalize;
  gtk_widget_class_set_layout_manager_type (GTK_WIDGET_CLASS (klass), GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_css_name (GTK_WIDGET_CLASS (klass), "code-view");
  expanded_signal = g_signal_new ("expanded", ANNEX_TYPE_CODE_VIEW, G_SIGNAL_RUN_LAST, 0, NULL,
                                  NULL, NULL, G_TYPE_NONE, 0);
}

static void
init_view (AnnexCodeView *self)
{
  GtkTextView *view;

  self->buffer = gtk_source_buffer_new (NULL);
  gtk_source_buffer_set_highlight_matching_brackets (self->buffer, FALSE);
  gtk_text_buffer_set_enable_undo (GTK_TEXT_BUFFER (self->buffer), FALSE);
  self->view = gtk_source_view_new_with_buffer (self->buffer);
  view = GTK_TEXT_VIEW (self->view);
  gtk_text_view_set_editable (view, FALSE);
  gtk_text_view_set_cursor_visible (view, FALSE);
  gtk_text_view_set_monospace (view, TRUE);
  gtk_text_view_set_left_margin (view, 12);
  gtk_text_view_set_right_margin (view, 12);
  gtk_text_view_set_top_margin (view, 6);
  gtk_text_view_set_bottom_margin (view, 9);
  gtk_text_view_set_pixels_above_lines (view, 1);
  gtk_text_view_set_pixels_below_lines (view, 1);
  gtk_text_view_set_accepts_tab (view, FALSE);
  gtk_widget_set_focusable (self->view, TRUE);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->view), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Code"), -1);
  g_signal_connect_object (adw_style_manager_get_default (), "notify::dark",
                           G_CALLBACK (update_scheme), self, G_CONNECT_SWAPPED);
  update_scheme (self);
}

static void
annex_code_view_init (AnnexCodeView *self)
{
  init_view (self);
  self->box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0);
  gtk_widget_add_css_class (self->box, "annex-code");
  gtk_widget_set_overflow (self->box, GTK_OVERFLOW_HIDDEN);
  self->scroller = gtk_scrolled_window_new ();
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (self->scroller), self->view);
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (self->scroller), GTK_POLICY_AUTOMATIC,
                                  GTK_POLICY_NEVER);
  gtk_scrolled_window_set_propagate_natural_height (GTK_SCROLLED_WINDOW (self->scroller), TRUE);
  gtk_scrolled_window_set_max_content_height (GTK_SCROLLED_WINDOW (self->scroller), MAX_HEIGHT);
  self->more = gtk_button_new ();
  gtk_widget_add_css_class (self->more, "flat");
  gtk_widget_add_css_class (self->more, "annex-more");
  g_signal_connect_swapped (self->more, "clicked", G_CALLBACK (more_clicked_cb), self);
  gtk_widget_set_parent (self->box, GTK_WIDGET (self));
}

/* One thing in a turn of the main loop. */
static gboolean
warm_up_cb (gpointer data)
{
  static guint step;

  if (step == 0)
    annex_code_language_find ("python"); /* looks which languages there are */
  else if (step == 1)
    g_object_unref (g_object_ref_sink (annex_code_view_new (NULL, NULL)));
  else if (!annex_code_language_warm_up ())
    return G_SOURCE_REMOVE;
  step++;
  return G_SOURCE_CONTINUE;
}

void
annex_code_view_warm_up (void)
{
  static gboolean begun;

  if (!begun)
    g_idle_add_full (G_PRIORITY_LOW, warm_up_cb, NULL, NULL);
  begun = TRUE;
}

GtkWidget *
annex_code_view_new (const char *title, const char *language)
{
  AnnexCodeView *self = g_object_new (ANNEX_TYPE_CODE_VIEW, NULL);
  GtkWidget *header = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  GtkWidget *label = gtk_label_new (NULL);
  GtkWidget *copy = gtk_button_new_from_icon_name ("edit-copy-symbolic");

  self->language = annex_code_language_find (language);
  if (title == NULL && self->language != NULL)
    title = gtk_source_language_get_name (self->language);
  gtk_label_set_text (GTK_LABEL (label), title != NULL ? title : "");
  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_END);
  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_widget_set_hexpand (label, TRUE);
  gtk_widget_add_css_class (label, "caption");
  gtk_widget_add_css_class (label, "dimmed");
  gtk_widget_add_css_class (copy, "flat");
  gtk_widget_add_css_class (copy, "annex-small");
  gtk_widget_set_tooltip_text (copy, _ ("Copy"));
  gtk_accessible_update_property (GTK_ACCESSIBLE (copy), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Copy Code"), -1);
  g_signal_connect_swapped (copy, "clicked", G_CALLBACK (copy_clicked_cb), self);
  gtk_widget_add_css_class (header, "annex-code-header");
  gtk_box_append (GTK_BOX (header), label);
  gtk_box_append (GTK_BOX (header), copy);
  gtk_box_append (GTK_BOX (self->box), header);
  gtk_box_append (GTK_BOX (self->box), self->scroller);
  gtk_box_append (GTK_BOX (self->box), self->more);
  annex_code_view_set_text (self, "");
  return GTK_WIDGET (self);
}
