/* annex-result-card.c
 *
 * See annex-result-card.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-result-card.h"

#include "annex-draft-actions.h"
#include "annex-file-hand.h"
#include "annex-future.h"
#include "annex-preview-content.h"
#include "annex-result-file.h"
#include "annex-result-preview.h"
#include "annex-spoken.h"
#include "annex-text.h"
#include "annex-thumbnail.h"

#include <glib/gi18n.h>
#include <string.h>

#define READ_TIMEOUT_MS (30 * 1000)
#define MAX_BYTES (32 * 1024 * 1024)
#define MAX_SIDE 480

struct _AnnexResultCard
{
  AdwBin parent_instance;

  AnnexDesk *desk;
  AnnexTask *task;
  char *guest_path;
  GFile *file; /* once it is here */
  gboolean busy;
  gboolean loaded;
  gboolean loading;

  AnnexThumbnail *thumbnail;
  GtkLabel *title;
  GtkLabel *subtitle;
  AdwSpinner *spinner;
  GtkButton *open;
  GtkMenuButton *menu;
};

G_DEFINE_FINAL_TYPE (AnnexResultCard, annex_result_card, ADW_TYPE_BIN)

/* ---- its kind in words */

static gboolean
has_ending (const char *name, const char *ending)
{
  gsize length = strlen (name);
  gsize n = strlen (ending);

  return length >= n && g_ascii_strcasecmp (name + length - n, ending) == 0;
}

static gboolean
is_skill (AnnexResultCard *self)
{
  return has_ending (self->guest_path, ".skill");
}

static gboolean
is_web_page (const char *name)
{
  return has_ending (name, ".html") || has_ending (name, ".htm");
}

static const char *
kind_in_words (const char *name)
{
  if (has_ending (name, ".skill"))
    return _ ("Skill");
  switch (annex_file_kind_guess (name, NULL))
    {
    case ANNEX_FILE_WORKBOOK:
      return _ ("Spreadsheet");
    case ANNEX_FILE_DOCUMENT:
      return _ ("Document");
    case ANNEX_FILE_PDF:
      return _ ("PDF Document");
    case ANNEX_FILE_IMAGE:
      return _ ("Picture");
    case ANNEX_FILE_TEXT:
      return is_web_page (name) ? _ ("Web Page") : _ ("Text");
    case ANNEX_FILE_OTHER:
      break;
    }
  return _ ("File");
}

static void
set_subtitle (AnnexResultCard *self, const char *what)
{
  g_autofree char *text = what != NULL
                              ? g_strdup_printf ("%s · %s", kind_in_words (self->guest_path), what)
                              : g_strdup (kind_in_words (self->guest_path));

  gtk_label_set_text (self->subtitle, text);
}

/* ---- work in fibers */

typedef enum {
  LOOK, /* for the thumbnail */
  PREVIEW,
  OPEN,
  SHOW,
  SAVE,
} What;

typedef struct
{
  What what;
  GWeakRef self;
  AnnexDesk *desk;
  AnnexTask *task;
  char *guest_path;
} Work;

static void
work_free (gpointer data)
{
  Work *work = data;

  g_weak_ref_clear (&work->self);
  g_clear_object (&work->desk);
  g_clear_object (&work->task);
  g_free (work->guest_path);
  g_free (work);
}

static void
set_busy (AnnexResultCard *self, gboolean busy)
{
  self->busy = busy;
  gtk_widget_set_visible (GTK_WIDGET (self->spinner), busy);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "result.preview", !busy);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "result.open", !busy);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "result.show", !busy);
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "result.save", !busy);
}

static DexFuture *
read_work (gpointer data)
{
  g_autoptr (GFileInputStream) stream = g_file_read (data, NULL, NULL);
  g_autoptr (GBytes) bytes = NULL;
  GError *error = NULL;

  if (stream == NULL)
    return annex_future_new_errorf (G_IO_ERROR, G_IO_ERROR_NOT_FOUND, _ ("The file is gone"));
  bytes = g_input_stream_read_bytes (G_INPUT_STREAM (stream), MAX_BYTES, NULL, &error);
  if (bytes == NULL)
    return annex_future_new_error (error);
  return dex_future_new_take_boxed (G_TYPE_BYTES, g_steal_pointer (&bytes));
}

static DexFuture *
look (Work *work)
{
  g_autoptr (GFile) file = NULL;
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (AnnexPreviewContent) content = NULL;
  g_autoptr (AnnexResultCard) self = NULL;
  g_autofree char *size = NULL;

  /* What cannot be had now is shown by its icon; opening it says why. */
  file = dex_await_object (
      annex_result_file_fetch (work->desk, work->task, work->guest_path, FALSE), NULL);
  if (file != NULL)
    bytes = dex_await_boxed (
        annex_worker_run ("annex-result", read_work, g_object_ref (file), g_object_unref), NULL);
  /* A page's source is no picture of it. */
  if (bytes != NULL && !is_web_page (work->guest_path))
    content = dex_await_object (
        annex_future_with_timeout (
            annex_preview_content_load (work->guest_path, NULL, bytes, MAX_SIDE), READ_TIMEOUT_MS),
        NULL);
  self = g_weak_ref_get (&work->self);
  if (self == NULL)
    return dex_future_new_true ();
  self->loading = FALSE;
  if (file != NULL)
    g_set_object (&self->file, file);
  if (bytes != NULL)
    {
      self->loaded = TRUE;
      size = annex_text_format_size (g_bytes_get_size (bytes));
      set_subtitle (self, size);
    }
  annex_thumbnail_set_content (self->thumbnail, content);
  return dex_future_new_true ();
}

static void
hand_over (AnnexResultCard *self, What what)
{
  GtkWidget *widget = GTK_WIDGET (self);

  /* Annex is the app that opens it. */
  if (is_skill (self) && (what == OPEN || what == PREVIEW) && g_file_peek_path (self->file) != NULL)
    {
      gtk_widget_activate_action (widget, "win.open-skill", "s", g_file_peek_path (self->file));
      return;
    }
  switch (what)
    {
    case LOOK:
      break;
    case PREVIEW:
      annex_result_preview_present (widget, self->file, self->guest_path);
      break;
    case OPEN:
      annex_file_hand_over (widget, self->file, ANNEX_FILE_HAND_OPEN);
      break;
    case SHOW:
      annex_file_hand_over (widget, self->file, ANNEX_FILE_HAND_SHOW);
      break;
    case SAVE:
      annex_file_hand_over (widget, self->file, ANNEX_FILE_HAND_SAVE);
      break;
    }
}

static DexFuture *
work_fiber (gpointer data)
{
  Work *work = data;
  g_autoptr (GFile) file = NULL;
  g_autoptr (AnnexResultCard) self = NULL;
  g_autoptr (GError) error = NULL;

  if (work->what == LOOK)
    return look (work);
  file = dex_await_object (annex_result_file_fetch (work->desk, work->task, work->guest_path, TRUE),
                           &error);
  self = g_weak_ref_get (&work->self);
  if (self == NULL)
    return dex_future_new_true ();
  set_busy (self, FALSE);
  if (file == NULL)
    {
      g_autofree char *reason = annex_text_for_display (annex_error_said (error));
      g_autofree char *text = g_strdup_printf (_ ("It cannot be opened: %s"), reason);

      annex_toast (GTK_WIDGET (self), text);
      return dex_future_new_true ();
    }
  g_set_object (&self->file, file);
  hand_over (self, work->what);
  return dex_future_new_true ();
}

static void
start (AnnexResultCard *self, What what)
{
  Work *work = g_new0 (Work, 1);

  work->what = what;
  g_weak_ref_init (&work->self, self);
  work->desk = g_object_ref (self->desk);
  work->task = g_object_ref (self->task);
  work->guest_path = g_strdup (self->guest_path);
  annex_fiber_start (work_fiber, work, work_free);
}

static void
open_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  AnnexResultCard *self = ANNEX_RESULT_CARD (widget);

  if (self->busy)
    return;
  set_busy (self, TRUE);
  start (self, g_str_equal (name, "result.preview") ? PREVIEW
               : g_str_equal (name, "result.open")  ? OPEN
               : g_str_equal (name, "result.show")  ? SHOW
                                                    : SAVE);
}

/* ---- dragging out */

static GdkContentProvider *
prepare_cb (GtkDragSource *source, double x, double y, AnnexResultCard *self)
{
  return self->file != NULL ? annex_file_hand_provide (self->file) : NULL;
}

static void
drag_begin_cb (GtkDragSource *source, GdkDrag *drag, AnnexResultCard *self)
{
  g_autoptr (GdkPaintable) paintable = gtk_widget_paintable_new (GTK_WIDGET (self->thumbnail));

  gtk_drag_source_set_icon (source, paintable, 0, 0);
}

static void
pressed_cb (GtkGestureClick *gesture, int n_press, double x, double y, AnnexResultCard *self)
{
  if (n_press == 2 && !self->busy)
    gtk_widget_activate_action (GTK_WIDGET (self), "result.open", NULL);
}

/* Loaded when it is first seen, so that a long conversation does not read all its files. */
static void
annex_result_card_map (GtkWidget *widget)
{
  AnnexResultCard *self = ANNEX_RESULT_CARD (widget);

  GTK_WIDGET_CLASS (annex_result_card_parent_class)->map (widget);
  if (self->desk == NULL || self->loaded || self->loading)
    return;
  self->loading = TRUE;
  start (self, LOOK);
}

static void
annex_result_card_dispose (GObject *object)
{
  AnnexResultCard *self = ANNEX_RESULT_CARD (object);

  gtk_widget_dispose_template (GTK_WIDGET (object), ANNEX_TYPE_RESULT_CARD);
  g_clear_object (&self->desk);
  g_clear_object (&self->task);
  g_clear_object (&self->file);
  G_OBJECT_CLASS (annex_result_card_parent_class)->dispose (object);
}

static void
annex_result_card_finalize (GObject *object)
{
  g_free (ANNEX_RESULT_CARD (object)->guest_path);
  G_OBJECT_CLASS (annex_result_card_parent_class)->finalize (object);
}

static void
annex_result_card_class_init (AnnexResultCardClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = annex_result_card_dispose;
  G_OBJECT_CLASS (klass)->finalize = annex_result_card_finalize;
  widget_class->map = annex_result_card_map;
  g_type_ensure (ANNEX_TYPE_THUMBNAIL);
  gtk_widget_class_set_template_from_resource (
      widget_class, "/io/github/annex_desktop/Annex/annex-result-card.ui");
  gtk_widget_class_bind_template_child (widget_class, AnnexResultCard, thumbnail);
  gtk_widget_class_bind_template_child (widget_class, AnnexResultCard, title);
  gtk_widget_class_bind_template_child (widget_class, AnnexResultCard, subtitle);
  gtk_widget_class_bind_template_child (widget_class, AnnexResultCard, spinner);
  gtk_widget_class_bind_template_child (widget_class, AnnexResultCard, open);
  gtk_widget_class_bind_template_child (widget_class, AnnexResultCard, menu);
  gtk_widget_class_install_action (widget_class, "result.preview", NULL, open_action);
  gtk_widget_class_install_action (widget_class, "result.open", NULL, open_action);
  gtk_widget_class_install_action (widget_class, "result.show", NULL, open_action);
  gtk_widget_class_install_action (widget_class, "result.save", NULL, open_action);
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_GROUP);
}

static void
annex_result_card_init (AnnexResultCard *self)
{
  GtkDragSource *source = gtk_drag_source_new ();
  GtkGesture *click = gtk_gesture_click_new ();

  gtk_widget_init_template (GTK_WIDGET (self));
  g_signal_connect (source, "prepare", G_CALLBACK (prepare_cb), self);
  g_signal_connect (source, "drag-begin", G_CALLBACK (drag_begin_cb), self);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (source));
  g_signal_connect (click, "pressed", G_CALLBACK (pressed_cb), self);
  gtk_widget_add_controller (GTK_WIDGET (self), GTK_EVENT_CONTROLLER (click));
}

GtkWidget *
annex_result_card_new (AnnexDesk *desk, AnnexTask *task, const char *guest_path)
{
  AnnexResultCard *self = g_object_new (ANNEX_TYPE_RESULT_CARD, NULL);
  g_autofree char *name = annex_text_file_name (guest_path);
  g_autofree char *open_label = g_strdup_printf (_ ("Open %s"), name);

  self->desk = g_object_ref (desk);
  self->task = g_object_ref (task);
  self->guest_path = g_strdup (guest_path);
  gtk_label_set_text (self->title, name);
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->title), name);
  set_subtitle (self, NULL);
  annex_thumbnail_set_icon (self->thumbnail, annex_file_kind_icon_name (guest_path, FALSE));
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
  gtk_accessible_update_property (GTK_ACCESSIBLE (self->open), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  open_label, -1);
  return GTK_WIDGET (self);
}

void
annex_result_card_set_compact (AnnexResultCard *self, gboolean compact)
{
  g_return_if_fail (ANNEX_IS_RESULT_CARD (self));

  annex_thumbnail_set_size (self->thumbnail, compact ? 64 : 112, compact ? 48 : 84);
}

void
annex_result_card_set_narrow (AnnexResultCard *self, gboolean narrow)
{
  g_return_if_fail (ANNEX_IS_RESULT_CARD (self));

  if (narrow)
    gtk_button_set_icon_name (self->open, "document-open-symbolic");
  else
    gtk_button_set_label (self->open, _ ("Open"));
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->open), narrow ? _ ("Open") : NULL);
}
