/* annex-window-drop.c
 *
 * Folders and files dropped anywhere on the window: while they hover it says what will happen, and
 * then they go to the composer of what is shown.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-window-private.h"

#include "annex-composer-chip.h"
#include "annex-text.h"
#include "annex-usual-mode.h"

#include <glib/gi18n.h>

static const char *
promise (AnnexWindow *self)
{
  switch (annex_usual_mode ())
    {
    case ANNEX_SHARE_READ_ONLY:
      return _ ("Annex can read them and cannot change them.");
    case ANNEX_SHARE_REVIEW:
      return _ ("Your files are not changed until you keep them.");
    case ANNEX_SHARE_KEEP:
      return _ ("Changes are kept when Annex is done. You can undo them.");
    }
  return "";
}

/* @text with the @name in it in bold; never markup. */
static void
set_title (AnnexWindow *self, const char *text, const char *name)
{
  g_autoptr (PangoAttrList) attributes = pango_attr_list_new ();
  const char *found = name != NULL && *name != '\0' ? strstr (text, name) : NULL;

  if (found != NULL)
    {
      PangoAttribute *accent = pango_attr_underline_new (PANGO_UNDERLINE_SINGLE);

      accent->start_index = (guint) (found - text);
      accent->end_index = accent->start_index + (guint) strlen (name);
      pango_attr_list_insert (attributes, accent);
    }
  gtk_label_set_attributes (self->drop_title, attributes);
  gtk_label_set_text (self->drop_title, text);
}

/* With a task in front of the user, it goes into that one. */
static void
set_body (AnnexWindow *self, const char *text)
{
  g_autofree char *more = NULL;

  if (annex_window_get_page (self) != NULL)
    more = g_strconcat (text, "\n", _ ("It goes into this task, with your next message."), NULL);
  gtk_label_set_text (self->drop_body, more != NULL ? more : text);
}

/* A skill to be looked at: a .skill file anywhere, and whatever is dropped on the skills. */
static gboolean
is_skill (AnnexWindow *self, guint count, const char *path)
{
  return (count == 1 && path != NULL && g_str_has_suffix (path, ".skill")) ||
         annex_window_takes_skills (self);
}

/* Knows the names only when the other side tells them while hovering. */
static void
describe (AnnexWindow *self, guint count, const char *path, gboolean is_file)
{
  g_autofree char *name = path != NULL ? annex_text_file_name (path) : NULL;
  g_autofree char *text = NULL;

  if (is_skill (self, count, path))
    {
      /* Translators: %s is the name of a file or folder */
      text =
          g_strdup_printf (_ ("Drop to look at the skill in %s"), name != NULL ? name : _ ("it"));
      set_title (self, text, name);
      gtk_label_set_text (self->drop_body, _ ("You see what is in it before it is installed."));
      gtk_image_set_from_icon_name (self->drop_icon, "annex-skill-symbolic");
      return;
    }
  if (is_file) /* Translators: %s is the name of a file */
    text = g_strdup_printf (_ ("Drop to give %s to Annex"), name);
  else if (name != NULL) /* Translators: %s is the name of a folder */
    text = g_strdup_printf (_ ("Drop to let Annex work on %s"), name);
  else if (count > 1)
    text = g_strdup_printf (
        ngettext ("Drop to let Annex work on %u item", "Drop to let Annex work on %u items", count),
        count);
  else
    text = g_strdup (_ ("Drop to let Annex work on it"));
  set_title (self, text, name);
  set_body (self, is_file ? _ ("It gets a copy. Your file is not changed.") : promise (self));
  gtk_image_set_from_icon_name (self->drop_icon, is_file ? "text-x-generic-symbolic"
                                                         : "folder-drag-accept-symbolic");
}

static void
info_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GFileInfo) info = g_file_query_info_finish (G_FILE (source), result, NULL);
  GWeakRef *weak = data;
  g_autoptr (AnnexWindow) self = g_weak_ref_get (weak);

  g_weak_ref_clear (weak);
  g_free (weak);
  /* Gone on, or it cannot be looked at: what was guessed from the name stays. */
  if (self == NULL || info == NULL || self->dropped == NULL ||
      !g_file_equal (self->dropped, G_FILE (source)))
    return;
  describe (self, 1, g_file_peek_path (self->dropped),
            g_file_info_get_file_type (info) != G_FILE_TYPE_DIRECTORY);
}

void
annex_window_describe_drop (AnnexWindow *self, GSList *files)
{
  guint count = g_slist_length (files);
  const char *path = count == 1 ? g_file_peek_path (files->data) : NULL;
  const char *base = path != NULL ? strrchr (path, '/') : NULL;
  GWeakRef *weak;

  if (path != NULL && self->dropped != NULL && g_file_equal (self->dropped, files->data))
    return;
  /* Whether it is a folder is asked for; until then its name tells. */
  describe (self, count, path, base != NULL && base[1] != '\0' && strchr (base + 2, '.') != NULL);
  g_set_object (&self->dropped, path != NULL ? files->data : NULL);
  if (path == NULL)
    return;
  weak = g_new0 (GWeakRef, 1);
  g_weak_ref_init (weak, self);
  g_file_query_info_async (self->dropped, G_FILE_ATTRIBUTE_STANDARD_TYPE, G_FILE_QUERY_INFO_NONE,
                           G_PRIORITY_DEFAULT, NULL, info_cb, weak);
}

static void
value_cb (AnnexWindow *self, GParamSpec *pspec, GtkDropTarget *target)
{
  const GValue *value = gtk_drop_target_get_value (target);
  g_autoptr (GSList) files = NULL;

  if (value != NULL && G_VALUE_HOLDS (value, GDK_TYPE_FILE_LIST))
    files = gdk_file_list_get_files (g_value_get_boxed (value));
  annex_window_describe_drop (self, files);
}

static gboolean
can_take (AnnexWindow *self)
{
  return !self->failed;
}

static GdkDragAction
enter_cb (AnnexWindow *self, double x, double y, GtkDropTarget *target)
{
  if (!can_take (self))
    return 0;
  value_cb (self, NULL, target);
  gtk_widget_set_visible (self->drop_area, TRUE);
  return GDK_ACTION_COPY;
}

static void
leave_cb (AnnexWindow *self)
{
  g_clear_object (&self->dropped);
  gtk_widget_set_visible (self->drop_area, FALSE);
}

static gboolean
drop_cb (AnnexWindow *self, const GValue *value, double x, double y)
{
  g_autoptr (GSList) files = NULL;
  AnnexComposer *composer;

  leave_cb (self);
  if (!G_VALUE_HOLDS (value, GDK_TYPE_FILE_LIST) || !can_take (self))
    return FALSE;
  files = gdk_file_list_get_files (g_value_get_boxed (value));
  if (files != NULL && is_skill (self, g_slist_length (files), g_file_peek_path (files->data)))
    {
      annex_window_open_skill (self, files->data);
      return TRUE;
    }
  if (annex_window_get_page (self) == NULL)
    annex_window_show_new_task (self);
  adw_navigation_split_view_set_show_content (self->split, TRUE);
  composer = annex_window_get_composer (self);
  annex_composer_add_files (composer, files);
  annex_composer_focus (composer);
  return TRUE;
}

void
annex_window_init_drop (AnnexWindow *self)
{
  GtkDropTarget *target = gtk_drop_target_new (GDK_TYPE_FILE_LIST, GDK_ACTION_COPY);

  /* Before the text view takes the paths of what is dropped on it for text. */
  gtk_event_controller_set_propagation_phase (GTK_EVENT_CONTROLLER (target), GTK_PHASE_CAPTURE);
  gtk_drop_target_set_preload (target, TRUE);
  g_signal_connect_object (target, "notify::value", G_CALLBACK (value_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (target, "enter", G_CALLBACK (enter_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (target, "leave", G_CALLBACK (leave_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (target, "drop", G_CALLBACK (drop_cb), self, G_CONNECT_SWAPPED);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (target));
}
