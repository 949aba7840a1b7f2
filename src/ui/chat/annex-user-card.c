/* annex-user-card.c
 *
 * See annex-user-card.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-user-card.h"

#include "annex-chat-words.h"
#include "annex-crop.h"
#include "annex-future.h"
#include "annex-painter.h"
#include "annex-prose.h"
#include "annex-spoken.h"
#include "annex-text.h"
#include "annex-ui.h"

#include <glib/gi18n.h>
#include <string.h>

#define FOLDED_CHARS 2000
#define MAX_CHARS 100000
#define MAX_IMAGES 12
#define MAX_IMAGE_BYTES (16 * 1024 * 1024)
#define MAX_IMAGE_SIDE 1024 /* some are long and narrow */
#define IMAGE_WIDTH 120
#define IMAGE_HEIGHT 90

struct _AnnexUserCard
{
  GtkWidget parent_instance;

  AnnexDesk *desk;
  AnnexTask *task;
  AnnexChatRow *row;
  GtkWidget *box;
  GtkWidget *card;
  GtkWidget *prose;
  GtkWidget *more;
  GtkWidget *chips;
  GtkWidget *images;
  GtkWidget *buttons;
  GtkWidget *editor; /* nullable: closed */
  GtkWidget *editor_text;
};

G_DEFINE_FINAL_TYPE (AnnexUserCard, annex_user_card, GTK_TYPE_WIDGET)

static const char *
get_text (AnnexUserCard *self)
{
  return annex_transcript_item_get_text (self->row->item);
}

/* Images */

typedef struct
{
  GWeakRef picture;
  char *data; /* base64 */
} Decoding;

static void
decoding_free (gpointer data)
{
  Decoding *decoding = data;

  g_weak_ref_clear (&decoding->picture);
  g_free (decoding->data);
  g_free (decoding);
}

static DexFuture *
decode_worker (gpointer data)
{
  gsize length;
  guchar *raw = g_base64_decode (data, &length);
  g_autoptr (GBytes) bytes = g_bytes_new_take (raw, length);
  GdkTexture *texture = annex_painter_paint_picture (bytes, MAX_IMAGE_SIDE);

  return texture != NULL ? dex_future_new_take_object (texture)
                         : annex_future_new_errorf (G_IO_ERROR, G_IO_ERROR_INVALID_DATA,
                                                    _ ("This is no picture that can be shown"));
}

static DexFuture *
decoded_cb (DexFuture *future, gpointer data)
{
  Decoding *decoding = data;
  g_autoptr (GtkWidget) picture = g_weak_ref_get (&decoding->picture);
  const GValue *value = dex_future_get_value (future, NULL); /* what is no image stays empty */

  if (picture != NULL && value != NULL)
    {
      g_autoptr (GdkPaintable) small =
          annex_crop_new (g_value_get_object (value), IMAGE_WIDTH, IMAGE_HEIGHT);

      gtk_picture_set_paintable (GTK_PICTURE (picture), small);
    }
  else if (picture != NULL)
    gtk_widget_set_visible (picture, FALSE);
  return dex_future_new_true ();
}

static void
add_image (AnnexUserCard *self, JsonObject *block)
{
  JsonObject *source = annex_json_opt_object (block, "source");
  const char *data = source != NULL ? annex_json_opt_string (source, "data", NULL) : NULL;
  GtkWidget *picture;
  Decoding *decoding;

  if (data == NULL || strlen (data) > MAX_IMAGE_BYTES)
    return;
  picture = gtk_picture_new ();
  gtk_picture_set_content_fit (GTK_PICTURE (picture), GTK_CONTENT_FIT_COVER);
  gtk_picture_set_alternative_text (GTK_PICTURE (picture), _ ("An image you sent"));
  gtk_widget_set_size_request (picture, IMAGE_WIDTH, IMAGE_HEIGHT);
  gtk_widget_set_overflow (picture, GTK_OVERFLOW_HIDDEN);
  gtk_widget_add_css_class (picture, "annex-image");
  decoding = g_new0 (Decoding, 1);
  g_weak_ref_init (&decoding->picture, picture);
  adw_wrap_box_append (ADW_WRAP_BOX (self->images), picture);
  dex_future_disown (
      dex_future_finally (annex_worker_run ("annex-image", decode_worker, g_strdup (data), g_free),
                          decoded_cb, decoding, decoding_free));
}

static GtkWidget *
new_chip (const char *icon, const char *text)
{
  GtkWidget *chip = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  GtkWidget *label = gtk_label_new (NULL);

  gtk_label_set_text (GTK_LABEL (label), text);
  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_MIDDLE);
  gtk_widget_add_css_class (chip, "annex-said-chip");
  gtk_box_append (GTK_BOX (chip), gtk_image_new_from_icon_name (icon));
  gtk_box_append (GTK_BOX (chip), label);
  return chip;
}

static void
add_blocks (AnnexUserCard *self)
{
  JsonObject *data = annex_event_get_data (annex_transcript_item_get_event (self->row->item));
  JsonArray *blocks = annex_json_opt_array (data, "blocks");
  guint n_images = 0;

  for (guint i = 0; blocks != NULL && i < json_array_get_length (blocks); i++)
    {
      JsonNode *node = json_array_get_element (blocks, i);
      JsonObject *block = JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
      const char *type = block != NULL ? annex_json_opt_string (block, "type", "") : "";

      if (g_str_equal (type, "image") && n_images++ < MAX_IMAGES)
        add_image (self, block);
      else if (g_str_equal (type, "document"))
        {
          g_autofree char *title =
              annex_text_for_display (annex_json_opt_string (block, "title", NULL));

          adw_wrap_box_append (
              ADW_WRAP_BOX (self->chips),
              new_chip ("x-office-document-symbolic", title[0] != '\0' ? title : _ ("Document")));
        }
    }
}

static void
add_folders (AnnexUserCard *self)
{
  GPtrArray *folders = annex_transcript_item_get_folders (self->row->item);

  for (guint i = 0; folders != NULL && i < folders->len; i++)
    {
      JsonObject *share = annex_json_opt_object (annex_event_get_data (folders->pdata[i]), "share");
      g_autofree char *name =
          annex_text_for_display (share != NULL ? annex_json_opt_string (share, "name", "") : "");
      /* Translators: a folder and its mode, "Receipts · review" */
      g_autofree char *text = g_strdup_printf (
          _ ("%s · %s"), name,
          annex_chat_words_mode (share != NULL ? annex_json_opt_string (share, "mode", "") : ""));

      adw_wrap_box_append (ADW_WRAP_BOX (self->chips), new_chip ("folder-symbolic", text));
    }
}

/* Text */

static void
fill_text (AnnexUserCard *self)
{
  const char *text = get_text (self);
  glong limit = self->row->more ? MAX_CHARS : FOLDED_CHARS;
  g_autofree char *cut = NULL;

  /* Only as many bytes are looked at as that many characters and one can have. */
  if (g_utf8_strlen (text, (gssize) strnlen (text, ((gsize) limit + 1) * 4)) > limit)
    {
      g_autofree char *begin = g_utf8_substring (text, 0, limit);

      cut = g_strconcat (begin, "…", NULL);
    }
  annex_prose_set_plain (ANNEX_PROSE (self->prose), cut != NULL ? cut : text);
  gtk_widget_set_visible (self->prose, text[0] != '\0');
  gtk_widget_set_visible (self->more, cut != NULL && !self->row->more);
}

static void
more_clicked_cb (AnnexUserCard *self)
{
  self->row->more = TRUE;
  fill_text (self);
}

static void
copy_clicked_cb (AnnexUserCard *self)
{
  gdk_clipboard_set_text (gtk_widget_get_clipboard (GTK_WIDGET (self)), get_text (self));
  annex_ui_toast (GTK_WIDGET (self), _ ("Copied"));
}

/* Editing */

static void
close_editor (AnnexUserCard *self)
{
  GtkWidget *editor = g_steal_pointer (&self->editor);

  if (editor == NULL)
    return;
  self->editor_text = NULL;
  gtk_box_remove (GTK_BOX (self->box), editor);
  gtk_widget_set_visible (self->card, TRUE);
  gtk_widget_set_visible (self->buttons, TRUE);
  gtk_widget_grab_focus (gtk_widget_get_first_child (self->buttons));
}

static DexFuture *
sent_cb (DexFuture *future, gpointer data)
{
  g_autoptr (AnnexUserCard) self = g_weak_ref_get (data);
  g_autoptr (GError) error = NULL;

  if (dex_future_get_value (future, &error) == NULL && self != NULL)
    {
      annex_ui_toast (GTK_WIDGET (self), annex_error_said (error));
      if (self->editor != NULL)
        gtk_widget_set_sensitive (self->editor, TRUE);
    }
  else if (self != NULL)
    close_editor (self);
  return dex_future_new_true ();
}

static void
weak_free (gpointer data)
{
  g_weak_ref_clear (data);
  g_free (data);
}

static void
send_clicked_cb (AnnexUserCard *self)
{
  GtkTextBuffer *buffer = gtk_text_view_get_buffer (GTK_TEXT_VIEW (self->editor_text));
  GWeakRef *weak;
  GtkTextIter start, end;
  g_autofree char *text = NULL;

  gtk_text_buffer_get_bounds (buffer, &start, &end);
  text = g_strstrip (gtk_text_buffer_get_text (buffer, &start, &end, FALSE));
  if (text[0] == '\0')
    return;
  weak = g_new0 (GWeakRef, 1);
  g_weak_ref_init (weak, self);
  gtk_widget_set_sensitive (self->editor, FALSE);
  dex_future_disown (
      dex_future_finally (annex_desk_rewind (self->desk, self->task,
                                             annex_transcript_item_get_seq (self->row->item), text),
                          sent_cb, weak, weak_free));
}

static gboolean
editor_key_cb (AnnexUserCard *self,
               guint key,
               guint code,
               GdkModifierType state,
               GtkEventController *controller)
{
  gboolean enter = key == GDK_KEY_Return || key == GDK_KEY_KP_Enter || key == GDK_KEY_ISO_Enter;

  if (key != GDK_KEY_Escape && (!enter || (state & GDK_SHIFT_MASK) != 0))
    return FALSE;
  if (gtk_text_view_im_context_filter_keypress (
          GTK_TEXT_VIEW (self->editor_text), gtk_event_controller_get_current_event (controller)))
    return TRUE; /* it ends what an input method was composing */
  if (enter)
    send_clicked_cb (self);
  else
    close_editor (self);
  return TRUE;
}

static GtkWidget *
new_editor_text (AnnexUserCard *self)
{
  GtkWidget *view = gtk_text_view_new ();
  GtkEventController *keys = gtk_event_controller_key_new ();

  gtk_text_view_set_wrap_mode (GTK_TEXT_VIEW (view), GTK_WRAP_WORD_CHAR);
  gtk_text_view_set_accepts_tab (GTK_TEXT_VIEW (view), FALSE);
  gtk_text_view_set_top_margin (GTK_TEXT_VIEW (view), 9);
  gtk_text_view_set_bottom_margin (GTK_TEXT_VIEW (view), 9);
  gtk_text_view_set_left_margin (GTK_TEXT_VIEW (view), 12);
  gtk_text_view_set_right_margin (GTK_TEXT_VIEW (view), 12);
  gtk_text_buffer_set_text (gtk_text_view_get_buffer (GTK_TEXT_VIEW (view)), get_text (self), -1);
  gtk_accessible_update_property (GTK_ACCESSIBLE (view), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("Your Message"), -1);
  gtk_event_controller_set_propagation_phase (keys, GTK_PHASE_CAPTURE);
  g_signal_connect_swapped (keys, "key-pressed", G_CALLBACK (editor_key_cb), self);
  gtk_widget_add_controller (view, keys);
  return view;
}

void
annex_user_card_edit (AnnexUserCard *self)
{
  GtkWidget *scroller, *buttons, *note, *cancel, *send;

  if (self->editor != NULL)
    return;
  self->editor = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);
  scroller = gtk_scrolled_window_new ();
  buttons = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  note = gtk_label_new (_ ("What came after it no longer counts. Kept changes stay kept."));
  cancel = gtk_button_new_with_mnemonic (_ ("_Cancel"));
  send = gtk_button_new_with_mnemonic (_ ("_Send Again"));
  self->editor_text = new_editor_text (self);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scroller), self->editor_text);
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scroller), GTK_POLICY_NEVER,
                                  GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_propagate_natural_height (GTK_SCROLLED_WINDOW (scroller), TRUE);
  gtk_scrolled_window_set_max_content_height (GTK_SCROLLED_WINDOW (scroller), 240);
  gtk_widget_add_css_class (scroller, "card");
  gtk_widget_add_css_class (scroller, "annex-editor");
  gtk_label_set_wrap (GTK_LABEL (note), TRUE);
  gtk_label_set_xalign (GTK_LABEL (note), 0);
  gtk_widget_set_hexpand (note, TRUE);
  gtk_widget_add_css_class (note, "caption");
  gtk_widget_add_css_class (note, "dimmed");
  gtk_widget_add_css_class (send, "suggested-action");
  gtk_box_append (GTK_BOX (buttons), note);
  gtk_box_append (GTK_BOX (buttons), cancel);
  gtk_box_append (GTK_BOX (buttons), send);
  gtk_box_append (GTK_BOX (self->editor), scroller);
  gtk_box_append (GTK_BOX (self->editor), buttons);
  g_signal_connect_swapped (cancel, "clicked", G_CALLBACK (close_editor), self);
  g_signal_connect_swapped (send, "clicked", G_CALLBACK (send_clicked_cb), self);
  gtk_box_append (GTK_BOX (self->box), self->editor);
  gtk_widget_set_visible (self->card, FALSE);
  gtk_widget_set_visible (self->buttons, FALSE);
  gtk_widget_grab_focus (self->editor_text);
}

gboolean
annex_user_card_is_edited (AnnexUserCard *self)
{
  return self->editor != NULL;
}

/* The object */

static void
annex_user_card_dispose (GObject *object)
{
  AnnexUserCard *self = ANNEX_USER_CARD (object);

  self->editor = self->editor_text = self->prose = NULL;
  g_clear_pointer (&self->box, gtk_widget_unparent);
  g_clear_object (&self->row);
  g_clear_object (&self->task);
  g_clear_object (&self->desk);
  G_OBJECT_CLASS (annex_user_card_parent_class)->dispose (object);
}

static void
annex_user_card_class_init (AnnexUserCardClass *klass)
{
  G_OBJECT_CLASS (klass)->dispose = annex_user_card_dispose;
  gtk_widget_class_set_layout_manager_type (GTK_WIDGET_CLASS (klass), GTK_TYPE_BIN_LAYOUT);
  gtk_widget_class_set_css_name (GTK_WIDGET_CLASS (klass), "user-card");
}

static GtkWidget *
new_small_button (AnnexUserCard *self, const char *icon, const char *name, GCallback callback)
{
  GtkWidget *button = gtk_button_new_from_icon_name (icon);

  gtk_widget_add_css_class (button, "flat");
  gtk_widget_add_css_class (button, "annex-small");
  gtk_widget_add_css_class (button, "dimmed");
  gtk_widget_set_tooltip_text (button, name);
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
  g_signal_connect_swapped (button, "clicked", callback, self);
  return button;
}

static GtkWidget *
new_wrap_box (void)
{
  GtkWidget *box = adw_wrap_box_new ();

  adw_wrap_box_set_child_spacing (ADW_WRAP_BOX (box), 6);
  adw_wrap_box_set_line_spacing (ADW_WRAP_BOX (box), 6);
  adw_wrap_box_set_align (ADW_WRAP_BOX (box), 1);
  return box;
}

static void
annex_user_card_init (AnnexUserCard *self)
{
  GtkWidget *under = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 0);

  self->box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 3);
  self->card = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);
  self->prose = annex_prose_new ();
  annex_prose_set_fits (ANNEX_PROSE (self->prose), TRUE);
  self->more = gtk_button_new_with_mnemonic (_ ("Show _All"));
  self->images = new_wrap_box ();
  self->chips = new_wrap_box ();
  self->buttons = under;
  gtk_widget_add_css_class (self->card, "annex-user");
  gtk_widget_add_css_class (self->prose, "annex-prose");
  gtk_widget_add_css_class (self->more, "flat");
  gtk_widget_set_halign (self->more, GTK_ALIGN_START);
  g_signal_connect_swapped (self->more, "clicked", G_CALLBACK (more_clicked_cb), self);
  gtk_box_append (GTK_BOX (self->card), self->prose);
  gtk_box_append (GTK_BOX (self->card), self->more);
  gtk_widget_set_halign (self->card, GTK_ALIGN_END);
  gtk_widget_set_halign (under, GTK_ALIGN_END);
  gtk_box_append (GTK_BOX (under),
                  new_small_button (self, "document-edit-symbolic", _ ("Edit and Send Again"),
                                    G_CALLBACK (annex_user_card_edit)));
  gtk_box_append (GTK_BOX (under), new_small_button (self, "edit-copy-symbolic", _ ("Copy Message"),
                                                     G_CALLBACK (copy_clicked_cb)));
  gtk_box_append (GTK_BOX (self->box), self->images);
  gtk_box_append (GTK_BOX (self->box), self->card);
  gtk_box_append (GTK_BOX (self->box), self->chips);
  gtk_box_append (GTK_BOX (self->box), under);
  gtk_widget_set_margin_top (self->box, 18);
  gtk_widget_set_parent (self->box, GTK_WIDGET (self));
}

static void
fill (AnnexUserCard *self)
{
  GtkWidget *child;

  while ((child = gtk_widget_get_first_child (self->chips)) != NULL)
    adw_wrap_box_remove (ADW_WRAP_BOX (self->chips), child);
  while ((child = gtk_widget_get_first_child (self->images)) != NULL)
    adw_wrap_box_remove (ADW_WRAP_BOX (self->images), child);
  add_blocks (self);
  add_folders (self);
  gtk_widget_set_visible (self->images, gtk_widget_get_first_child (self->images) != NULL);
  gtk_widget_set_visible (self->chips, gtk_widget_get_first_child (self->chips) != NULL);
  fill_text (self);
  gtk_widget_set_visible (self->card, self->editor == NULL && get_text (self)[0] != '\0');
}

GtkWidget *
annex_user_card_new (AnnexDesk *desk, AnnexTask *task, AnnexChatRow *row)
{
  AnnexUserCard *self = g_object_new (ANNEX_TYPE_USER_CARD, NULL);

  self->desk = g_object_ref (desk);
  self->task = g_object_ref (task);
  self->row = g_object_ref (row);
  if (annex_transcript_item_is_edited (row->item))
    {
      GtkWidget *edited = gtk_label_new (_ ("Edited"));

      gtk_widget_add_css_class (edited, "caption");
      gtk_widget_add_css_class (edited, "dimmed");
      gtk_box_prepend (GTK_BOX (self->buttons), edited);
    }
  g_signal_connect_object (row, "changed", G_CALLBACK (fill), self, G_CONNECT_SWAPPED);
  fill (self);
  return GTK_WIDGET (self);
}

void
annex_user_card_set_search (AnnexUserCard *self, const char *words)
{
  annex_prose_set_search (ANNEX_PROSE (self->prose), words);
}
