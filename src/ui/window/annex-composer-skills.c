/* annex-composer-skills.c
 *
 * A slash and the beginning of a name in AnnexComposer: the skills that fit, to be chosen with the
 * keyboard or the mouse. The chosen one becomes a chip, and goes with the message.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-composer-private.h"

#include "annex-skill-words.h"
#include "annex-text.h"
#include "annex-then.h"

#include <glib/gi18n.h>

#define MAX_SHOWN 8
#define MAX_NAME 64

/* The beginning of a name before the cursor, without its slash, if the slash begins a word; @start
 * is where the slash stands. (transfer full, nullable) */
static char *
dup_word (AnnexComposer *self, GtkTextIter *start, GtkTextIter *end)
{
  GtkTextBuffer *buffer = gtk_text_view_get_buffer (self->text);

  gtk_text_buffer_get_iter_at_mark (buffer, end, gtk_text_buffer_get_insert (buffer));
  *start = *end;
  for (guint i = 0; i <= MAX_NAME && gtk_text_iter_backward_char (start); i++)
    {
      gunichar c = gtk_text_iter_get_char (start);
      GtkTextIter before = *start;
      GtkTextIter after = *start;

      if (c == '/')
        {
          if (gtk_text_iter_backward_char (&before) &&
              !g_unichar_isspace (gtk_text_iter_get_char (&before)))
            return NULL; /* a path, an address */
          gtk_text_iter_forward_char (&after);
          return gtk_text_buffer_get_text (buffer, &after, end, FALSE);
        }
      if (!g_unichar_isalnum (c) && c != '-')
        return NULL;
    }
  return NULL;
}

static gboolean
is_shown (AnnexComposer *self)
{
  return self->skill_popover != NULL && gtk_widget_get_visible (self->skill_popover);
}

static void
hide (AnnexComposer *self)
{
  if (is_shown (self))
    gtk_popover_popdown (GTK_POPOVER (self->skill_popover));
}

/* ---- choosing */

static void
choose (AnnexComposer *self, GtkListBoxRow *row)
{
  GtkTextIter start;
  GtkTextIter end;
  g_autofree char *word = dup_word (self, &start, &end);
  g_autofree char *name = g_strdup (g_object_get_data (G_OBJECT (row), "annex-skill"));

  hide (self);
  if (word != NULL)
    {
      GtkTextBuffer *buffer = gtk_text_view_get_buffer (self->text);

      gtk_text_buffer_begin_user_action (buffer);
      gtk_text_buffer_delete (buffer, &start, &end);
      gtk_text_buffer_end_user_action (buffer);
    }
  annex_composer_add_skill (self, name);
  annex_composer_focus (self);
}

static void
row_activated_cb (AnnexComposer *self, GtkListBoxRow *row)
{
  choose (self, row);
}

/* Says which one is chosen: the focus stays in the text. */
static void
select_row (AnnexComposer *self, GtkListBoxRow *row)
{
  const char *words = row != NULL ? g_object_get_data (G_OBJECT (row), "annex-words") : NULL;

  gtk_list_box_select_row (self->skill_list, row);
  if (words != NULL)
    gtk_accessible_announce (GTK_ACCESSIBLE (self->text), words,
                             GTK_ACCESSIBLE_ANNOUNCEMENT_PRIORITY_MEDIUM);
}

gboolean
annex_composer_skills_key (AnnexComposer *self, guint key)
{
  GtkListBoxRow *row = is_shown (self) ? gtk_list_box_get_selected_row (self->skill_list) : NULL;
  GtkListBoxRow *next;

  if (row == NULL)
    return FALSE;
  switch (key)
    {
    case GDK_KEY_Up:
    case GDK_KEY_Down:
      next = gtk_list_box_get_row_at_index (self->skill_list, gtk_list_box_row_get_index (row) +
                                                                  (key == GDK_KEY_Down ? 1 : -1));
      if (next != NULL)
        select_row (self, next);
      return TRUE;
    case GDK_KEY_Return:
    case GDK_KEY_KP_Enter:
    case GDK_KEY_ISO_Enter:
    case GDK_KEY_Tab:
      choose (self, row);
      return TRUE;
    case GDK_KEY_Escape:
      hide (self);
      return TRUE;
    default:
      return FALSE;
    }
}

/* ---- the list */

static GtkWidget *
make_row (const AnnexSkillInfo *info)
{
  GtkWidget *row = gtk_list_box_row_new ();
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 2);
  g_autofree char *slash = g_strconcat ("/", info->name, NULL);
  g_autofree char *description = annex_text_for_display (info->description);
  GtkWidget *name = gtk_label_new (slash);
  GtkWidget *words = gtk_label_new (description);

  gtk_label_set_xalign (GTK_LABEL (name), 0);
  gtk_label_set_ellipsize (GTK_LABEL (name), PANGO_ELLIPSIZE_END);
  gtk_widget_add_css_class (name, "heading");
  gtk_label_set_xalign (GTK_LABEL (words), 0);
  gtk_label_set_ellipsize (GTK_LABEL (words), PANGO_ELLIPSIZE_END);
  gtk_widget_set_css_classes (words, (const char *[]) { "caption", "dimmed", NULL });
  gtk_box_append (GTK_BOX (box), name);
  gtk_box_append (GTK_BOX (box), words);
  gtk_widget_add_css_class (box, "annex-completion");
  gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (row), box);
  g_object_set_data_full (G_OBJECT (row), "annex-skill", g_strdup (info->name), g_free);
  g_object_set_data_full (G_OBJECT (row), "annex-words",
                          g_strdup_printf ("%s. %s", slash, description), g_free);
  return row;
}

static void
ensure_popover (AnnexComposer *self)
{
  GtkWidget *list;

  if (self->skill_popover != NULL)
    return;
  list = gtk_list_box_new ();
  self->skill_list = GTK_LIST_BOX (list);
  gtk_list_box_set_selection_mode (self->skill_list, GTK_SELECTION_BROWSE);
  gtk_widget_set_focusable (list, FALSE);
  gtk_widget_set_size_request (list, 300, -1);
  gtk_widget_add_css_class (list, "annex-modes");
  gtk_accessible_update_property (GTK_ACCESSIBLE (list), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Skills"), -1);
  g_signal_connect_object (list, "row-activated", G_CALLBACK (row_activated_cb), self,
                           G_CONNECT_SWAPPED);
  self->skill_popover = gtk_popover_new ();
  gtk_popover_set_autohide (GTK_POPOVER (self->skill_popover), FALSE);
  gtk_popover_set_has_arrow (GTK_POPOVER (self->skill_popover), FALSE);
  gtk_popover_set_position (GTK_POPOVER (self->skill_popover), GTK_POS_TOP);
  gtk_widget_set_can_focus (self->skill_popover, FALSE);
  gtk_widget_add_css_class (self->skill_popover, "menu");
  gtk_popover_set_child (GTK_POPOVER (self->skill_popover), list);
  gtk_widget_set_parent (self->skill_popover, GTK_WIDGET (self->scroller));
}

static void
point_at (AnnexComposer *self, const GtkTextIter *iter)
{
  GdkRectangle place;
  graphene_point_t from;
  graphene_point_t to;
  int x;
  int y;

  gtk_text_view_get_iter_location (self->text, iter, &place);
  gtk_text_view_buffer_to_window_coords (self->text, GTK_TEXT_WINDOW_WIDGET, place.x, place.y, &x,
                                         &y);
  from = GRAPHENE_POINT_INIT ((float) x, (float) y);
  if (!gtk_widget_compute_point (GTK_WIDGET (self->text), GTK_WIDGET (self->scroller), &from, &to))
    return;
  place.x = (int) to.x;
  place.y = (int) to.y;
  place.width = MAX (place.width, 1);
  gtk_popover_set_pointing_to (GTK_POPOVER (self->skill_popover), &place);
}

/* Names that begin so come first, then those that hold it. */
static guint
fill (AnnexComposer *self, GPtrArray *infos, const char *word)
{
  g_autofree char *wanted = g_utf8_strdown (word, -1);
  guint n_shown = 0;

  gtk_list_box_remove_all (self->skill_list);
  for (guint pass = 0; pass < 2; pass++)
    for (guint i = 0; i < infos->len && n_shown < MAX_SHOWN; i++)
      {
        const AnnexSkillInfo *info = g_ptr_array_index (infos, i);
        gboolean begins = g_str_has_prefix (info->name, wanted);

        if (!annex_skill_info_is_usable (info) || begins != (pass == 0) ||
            strstr (info->name, wanted) == NULL)
          continue;
        gtk_list_box_append (self->skill_list, make_row (info));
        n_shown++;
      }
  return n_shown;
}

static void
listed_cb (gpointer object, const GValue *value, GError *error)
{
  AnnexComposer *self = object;
  GPtrArray *infos = value != NULL ? g_value_get_boxed (value) : NULL;
  GtkTextIter start;
  GtkTextIter end;
  g_autofree char *word = NULL;

  self->listing_skills = FALSE;
  if (infos == NULL || self->text == NULL || !gtk_widget_get_mapped (GTK_WIDGET (self->text)))
    return;
  /* What stands there now counts; it was written on meanwhile. */
  word = dup_word (self, &start, &end);
  if (word == NULL)
    {
      hide (self);
      return;
    }
  ensure_popover (self);
  if (fill (self, infos, word) == 0)
    {
      hide (self);
      return;
    }
  point_at (self, &start);
  gtk_popover_popup (GTK_POPOVER (self->skill_popover));
  select_row (self, gtk_list_box_get_row_at_index (self->skill_list, 0));
}

void
annex_composer_update_skills (AnnexComposer *self)
{
  GtkTextIter start;
  GtkTextIter end;
  g_autofree char *word = dup_word (self, &start, &end);
  g_auto (GStrv) folders = NULL;

  if (word == NULL || self->desk == NULL)
    {
      hide (self);
      return;
    }
  if (self->listing_skills)
    return;
  self->listing_skills = TRUE;
  folders = annex_composer_dup_folders (self);
  annex_then (
      annex_skill_library_list (annex_desk_get_skills (self->desk), (const char *const *) folders),
      self, listed_cb);
}

void
annex_composer_add_skill (AnnexComposer *self, const char *name)
{
  annex_composer_add_chip (self, annex_composer_chip_new_skill (name));
}

void
annex_composer_drop_skills (AnnexComposer *self)
{
  g_clear_pointer (&self->skill_popover, gtk_widget_unparent);
  self->skill_list = NULL;
}
