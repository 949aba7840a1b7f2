/* annex-composer-attach.c
 *
 * How folders, files and images come into AnnexComposer: dropped, pasted, or chosen in a dialog.
 * Nothing here blocks: what touches the disk does so in a worker thread.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-composer-private.h"

#include "annex-future.h"
#include "annex-painter.h"
#include "annex-spoken.h"
#include "annex-ui.h"
#include "annex-usual-mode.h"

#include <glib/gi18n.h>
#include <stdlib.h>

#define PIECE_BYTES (64 * 1024)
#define MAX_PASTED_BYTES (64 * 1024 * 1024)
#define MAX_PASTED_SIDE 16384

/* What a worker finds out about a path: a folder that may be shared, or a file. */
typedef struct
{
  GWeakRef composer;
  char *path;
  gboolean is_folder;
  AnnexShareMode mode;
  GPtrArray *shares;    /* AnnexShare: what the task has; nullable */
  GInputStream *stream; /* of a pasted picture, as others made it */
  GBytes *pasted;
  GdkTexture *texture;
  GBytes *png;
} Attachment;

static void
attachment_unref (gpointer data)
{
  Attachment *attachment = data;

  g_weak_ref_clear (&attachment->composer);
  g_clear_object (&attachment->stream);
  g_clear_pointer (&attachment->pasted, g_bytes_unref);
  g_clear_object (&attachment->texture);
  g_clear_pointer (&attachment->png, g_bytes_unref);
  g_clear_pointer (&attachment->shares, g_ptr_array_unref);
  g_free (attachment->path);
}

static void
attachment_release (gpointer data)
{
  g_atomic_rc_box_release_full (data, attachment_unref);
}

static Attachment *
attachment_new (AnnexComposer *self, const char *path)
{
  Attachment *attachment = g_atomic_rc_box_new0 (Attachment);

  g_weak_ref_init (&attachment->composer, self);
  attachment->path = g_strdup (path);
  return attachment;
}

static DexFuture *
added_cb (DexFuture *future, gpointer data)
{
  Attachment *attachment = data;
  g_autoptr (AnnexComposer) self = g_weak_ref_get (&attachment->composer);
  g_autoptr (GError) error = NULL;

  if (self == NULL)
    return dex_future_new_true ();
  if (dex_future_get_value (future, &error) == NULL)
    annex_ui_toast (GTK_WIDGET (self), annex_error_said (error));
  else if (attachment->png != NULL)
    annex_composer_add_chip (self,
                             annex_composer_chip_new_image (attachment->texture, attachment->png));
  else if (attachment->is_folder)
    annex_composer_add_chip (self,
                             annex_composer_chip_new_folder (attachment->path, attachment->mode));
  else
    annex_composer_add_chip (self, annex_composer_chip_new_file (attachment->path));
  return dex_future_new_true ();
}

static void
run (Attachment *attachment, AnnexWorkerFunc func)
{
  DexFuture *work = annex_worker_run ("annex-attach", func, g_atomic_rc_box_acquire (attachment),
                                      attachment_release);

  dex_future_disown (dex_future_finally (work, added_cb, attachment, attachment_release));
}

/* ---- folders and files */

/* Has the task this folder already? */
static gboolean
is_shared (Attachment *attachment)
{
  char *resolved = realpath (attachment->path, NULL);
  gboolean found = FALSE;

  for (guint i = 0; resolved != NULL && attachment->shares != NULL && i < attachment->shares->len;
       i++)
    found = found || g_str_equal (annex_share_get_path (g_ptr_array_index (attachment->shares, i)),
                                  resolved);
  free (resolved);
  return found;
}

static DexFuture *
look_at_path (gpointer data)
{
  Attachment *attachment = data;
  GError *error = NULL;
  g_autoptr (AnnexShare) share = NULL;

  if (g_file_test (attachment->path, G_FILE_TEST_IS_DIR))
    {
      attachment->is_folder = TRUE;
      if (is_shared (attachment))
        {
          g_autofree char *name = g_path_get_basename (attachment->path);

          return annex_future_new_errorf (G_IO_ERROR, G_IO_ERROR_EXISTS,
                                          _ ("This task works on “%s” already"), name);
        }
      share = annex_share_new (attachment->path, attachment->mode, attachment->shares, &error);
      if (share == NULL)
        return annex_future_new_error (error);
      g_set_str (&attachment->path, annex_share_get_path (share));
    }
  else if (!g_file_test (attachment->path, G_FILE_TEST_IS_REGULAR))
    {
      g_autofree char *name = g_path_get_basename (attachment->path);

      return annex_future_new_errorf (G_IO_ERROR, G_IO_ERROR_NOT_FOUND,
                                      _ ("“%s” is neither a folder nor a file"), name);
    }
  return dex_future_new_true ();
}

void
annex_composer_add_folder (AnnexComposer *self, const char *path)
{
  Attachment *attachment = attachment_new (self, path);

  attachment->mode = annex_usual_mode ();
  attachment->shares = self->task != NULL ? annex_task_dup_shares (self->task) : NULL;
  run (attachment, look_at_path);
}

void
annex_composer_add_files (AnnexComposer *self, GSList *files)
{
  for (GSList *l = files; l != NULL; l = l->next)
    {
      const char *path = g_file_peek_path (l->data);

      if (path != NULL)
        annex_composer_add_folder (self, path);
      else
        annex_ui_toast (GTK_WIDGET (self),
                        _ ("Only folders and files on this machine can be given to Annex"));
    }
}

/* ---- images */

static DexFuture *
encode_texture (gpointer data)
{
  Attachment *attachment = data;

  attachment->png = gdk_texture_save_to_png_bytes (attachment->texture);
  return dex_future_new_true ();
}

/* What the model gets is made of plain pixels: nothing of the bytes goes further than the program
 * that decodes them. */
static DexFuture *
paint_pasted (gpointer data)
{
  Attachment *attachment = data;

  attachment->texture = annex_painter_paint_picture (attachment->pasted, MAX_PASTED_SIDE);
  g_clear_pointer (&attachment->pasted, g_bytes_unref);
  if (attachment->texture == NULL)
    return annex_future_new_errorf (G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                                    _ ("That could not be pasted"));
  return encode_texture (attachment);
}

static DexFuture *
read_pasted_fiber (gpointer data)
{
  Attachment *attachment = data;
  g_autoptr (GByteArray) all = g_byte_array_new ();
  g_autoptr (GBytes) piece = NULL;

  do
    {
      g_clear_pointer (&piece, g_bytes_unref);
      piece = dex_await_boxed (
          dex_input_stream_read_bytes (attachment->stream, PIECE_BYTES, G_PRIORITY_DEFAULT), NULL);
      if (piece == NULL || all->len + g_bytes_get_size (piece) > MAX_PASTED_BYTES)
        return annex_future_new_errorf (G_IO_ERROR, G_IO_ERROR_FAILED,
                                        _ ("That could not be pasted"));
      g_byte_array_append (all, g_bytes_get_data (piece, NULL), (guint) g_bytes_get_size (piece));
  } while (g_bytes_get_size (piece) > 0);
  attachment->pasted = g_byte_array_free_to_bytes (g_steal_pointer (&all));
  return annex_worker_run ("annex-attach", paint_pasted, g_atomic_rc_box_acquire (attachment),
                           attachment_release);
}

/* ---- paste */

static void
pasted_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (AnnexComposer) self = data;
  const GValue *value = gdk_clipboard_read_value_finish (GDK_CLIPBOARD (source), result, NULL);

  if (value == NULL)
    annex_ui_toast (GTK_WIDGET (self), _ ("That could not be pasted"));
  else if (G_VALUE_HOLDS (value, GDK_TYPE_FILE_LIST))
    {
      g_autoptr (GSList) files = gdk_file_list_get_files (g_value_get_boxed (value));

      annex_composer_add_files (self, files);
    }
  else if (G_VALUE_HOLDS (value, GDK_TYPE_TEXTURE))
    {
      Attachment *attachment = attachment_new (self, NULL);

      attachment->texture = g_value_dup_object (value);
      run (attachment, encode_texture);
    }
}

static void
picture_opened_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (AnnexComposer) self = data;
  Attachment *attachment = attachment_new (self, NULL);

  attachment->stream = gdk_clipboard_read_finish (GDK_CLIPBOARD (source), result, NULL, NULL);
  if (attachment->stream != NULL)
    dex_future_disown (dex_future_finally (
        annex_fiber_run (read_pasted_fiber, g_atomic_rc_box_acquire (attachment),
                         attachment_release),
        added_cb, g_atomic_rc_box_acquire (attachment), attachment_release));
  else
    annex_ui_toast (GTK_WIDGET (self), _ ("That could not be pasted"));
  attachment_release (attachment);
}

static gboolean
has_one_of (GdkContentFormats *formats, const char *const *media_types)
{
  for (guint i = 0; media_types[i] != NULL; i++)
    if (gdk_content_formats_contain_mime_type (formats, media_types[i]))
      return TRUE;
  return FALSE;
}

/* FALSE: it is text, which the text view pastes. */
gboolean
annex_composer_paste (AnnexComposer *self)
{
  static const char *const files[] = { "text/uri-list", NULL };
  static const char *const texts[] = { "text/plain;charset=utf-8", "text/plain", NULL };
  const char *pictures[] = { "image/png", "image/jpeg", "image/webp", "image/gif", NULL };
  GdkClipboard *clipboard = gtk_widget_get_clipboard (GTK_WIDGET (self->text));
  GdkContentFormats *formats = gdk_clipboard_get_formats (clipboard);
  GType type = G_TYPE_INVALID;

  if (gdk_content_formats_contain_gtype (formats, GDK_TYPE_FILE_LIST) ||
      has_one_of (formats, files))
    type = GDK_TYPE_FILE_LIST;
  else if (gdk_content_formats_contain_gtype (formats, G_TYPE_STRING) ||
           has_one_of (formats, texts))
    return FALSE;
  else if (gdk_clipboard_is_local (clipboard) &&
           gdk_content_formats_contain_gtype (formats, GDK_TYPE_TEXTURE))
    type = GDK_TYPE_TEXTURE;
  else if (!has_one_of (formats, pictures))
    return FALSE;
  if (type != G_TYPE_INVALID)
    gdk_clipboard_read_value_async (clipboard, type, G_PRIORITY_DEFAULT, NULL, pasted_cb,
                                    g_object_ref (self));
  else
    gdk_clipboard_read_async (clipboard, pictures, G_PRIORITY_DEFAULT, NULL, picture_opened_cb,
                              g_object_ref (self));
  return TRUE;
}

/* ---- dialogs */

static void
take_chosen (AnnexComposer *self, GListModel *chosen)
{
  g_autoslist (GObject) files = NULL;

  for (guint i = 0; chosen != NULL && i < g_list_model_get_n_items (chosen); i++)
    files = g_slist_append (files, g_list_model_get_item (chosen, i));
  annex_composer_add_files (self, files);
}

static void
folders_chosen_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (AnnexComposer) self = data;
  g_autoptr (GListModel) chosen =
      gtk_file_dialog_select_multiple_folders_finish (GTK_FILE_DIALOG (source), result, NULL);

  take_chosen (self, chosen); /* NULL: the user closed it */
}

static void
files_chosen_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (AnnexComposer) self = data;
  g_autoptr (GListModel) chosen =
      gtk_file_dialog_open_multiple_finish (GTK_FILE_DIALOG (source), result, NULL);

  take_chosen (self, chosen);
}

void
annex_composer_choose (AnnexComposer *self, gboolean folders)
{
  g_autoptr (GtkFileDialog) dialog = gtk_file_dialog_new ();
  GtkRoot *root = gtk_widget_get_root (GTK_WIDGET (self));
  GtkWindow *parent = GTK_IS_WINDOW (root) ? GTK_WINDOW (root) : NULL;

  if (folders)
    {
      gtk_file_dialog_set_title (dialog, _ ("Add Folders"));
      gtk_file_dialog_set_accept_label (dialog, _ ("_Add"));
      gtk_file_dialog_select_multiple_folders (dialog, parent, NULL, folders_chosen_cb,
                                               g_object_ref (self));
    }
  else
    {
      gtk_file_dialog_set_title (dialog, _ ("Add Files"));
      gtk_file_dialog_set_accept_label (dialog, _ ("_Add"));
      gtk_file_dialog_open_multiple (dialog, parent, NULL, files_chosen_cb, g_object_ref (self));
    }
}
