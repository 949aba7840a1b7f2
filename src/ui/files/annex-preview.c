/* annex-preview.c
 *
 * See annex-preview.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-preview.h"

#include "annex-change-words.h"
#include "annex-compare.h"
#include "annex-file-handle.h"
#include "annex-future.h"
#include "annex-grid-view.h"
#include "annex-link.h"
#include "annex-module.h"
#include "annex-preview-content.h"
#include "annex-row.h"
#include "annex-spoken.h"
#include "annex-text.h"
#include "annex-web-page.h"

#include <glib/gi18n.h>

/* Someone who holds the down key wants none of the files in between. */
#define DELAY_MS 120
#define FETCH_TIMEOUT_MS (120 * 1000)
#define READ_TIMEOUT_MS (30 * 1000)
#define MAX_SIDE 1400

struct _AnnexPreview
{
  AdwBin parent_instance;

  guint serial; /* of the change that is wanted now */

  AnnexFileHandle *handle;
  GtkWidget *grip;
  GtkLabel *title;
  GtkLabel *subtitle;
  GtkStack *stack;
  GtkListView *lines;
  AnnexGridView *grid;
  GtkBox *image_legend;
  AnnexCompare *compare;
  GtkGrid *pages;
  GtkLabel *details_note;
  GtkListBox *details;
  AdwToggleGroup *views; /* of a web page: the page, its text */
  AdwBin *page_slot;
  GBytes *page;     /* nullable */
  double pointer_x; /* where it was last on the page */
  double pointer_y;
};

G_DEFINE_FINAL_TYPE (AnnexPreview, annex_preview, ADW_TYPE_BIN)

/* ---- lines */

static void
setup_line_cb (GtkSignalListItemFactory *factory, GtkListItem *item, gpointer data)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 6);
  GtkWidget *sign = gtk_label_new (NULL);
  GtkWidget *text = gtk_label_new (NULL);

  gtk_widget_set_valign (sign, GTK_ALIGN_START);
  gtk_label_set_width_chars (GTK_LABEL (sign), 2);
  gtk_label_set_xalign (GTK_LABEL (text), 0);
  gtk_label_set_wrap (GTK_LABEL (text), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (text), PANGO_WRAP_WORD_CHAR);
  gtk_widget_set_hexpand (text, TRUE);
  gtk_box_append (GTK_BOX (box), sign);
  gtk_box_append (GTK_BOX (box), text);
  gtk_list_item_set_child (item, box);
  gtk_list_item_set_activatable (item, FALSE);
}

static void
bind_line_cb (GtkSignalListItemFactory *factory, GtkListItem *item, gpointer data)
{
  AnnexDiffLine *line = gtk_list_item_get_item (item);
  GtkWidget *box = gtk_list_item_get_child (item);
  GtkWidget *sign = gtk_widget_get_first_child (box);
  GtkWidget *text = gtk_widget_get_last_child (box);
  char mark = annex_diff_line_get_mark (line);
  g_autofree char *where = NULL;

  if (mark == '@')
    where = g_strdup_printf (_ ("Line %u"), annex_diff_line_get_number (line));
  gtk_label_set_text (GTK_LABEL (sign), mark == '+'   ? "+"
                                        : mark == '-' ? "−"
                                        : mark == '@' ? "⋯"
                                                      : "");
  gtk_label_set_text (GTK_LABEL (text), where != NULL ? where : annex_diff_line_get_text (line));
  gtk_widget_set_css_classes (box, (const char *[]) { mark == '+'   ? "annex-added"
                                                      : mark == '-' ? "annex-removed"
                                                      : mark == '@' ? "annex-gap"
                                                                    : "annex-same",
                                                      NULL });
  gtk_widget_set_css_classes (text,
                              (const char *[]) { mark == '@' ? "caption" : "monospace", NULL });
  gtk_accessible_update_property (GTK_ACCESSIBLE (sign), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  mark == '+'   ? _ ("Added")
                                  : mark == '-' ? _ ("Deleted")
                                                : "",
                                  -1);
}

static void
show_lines (AnnexPreview *self, AnnexPreviewContent *content)
{
  GPtrArray *lines = annex_preview_content_get_lines (content);
  g_autoptr (GListStore) store = g_list_store_new (ANNEX_TYPE_DIFF_LINE);

  g_list_store_splice (store, 0, 0, lines->pdata, lines->len);
  gtk_list_view_set_model (self->lines, GTK_SELECTION_MODEL (gtk_no_selection_new (
                                            G_LIST_MODEL (g_steal_pointer (&store)))));
  gtk_stack_set_visible_child_name (self->stack, "lines");
}

/* ---- web pages */

/* NULL where the module is not there: then there is the text. */
static GtkWidget *
new_page (GBytes *html)
{
  static AnnexWebPageNewFunc new_func;
  g_autoptr (GError) error = NULL;

  if (new_func == NULL)
    new_func = annex_module_load (ANNEX_WEB_PAGE_MODULE_FILE, ANNEX_WEB_PAGE_MODULE_SYMBOL, &error);
  if (new_func == NULL)
    {
      g_warning ("Web pages cannot be shown: %s", error->message);
      return NULL;
    }
  return new_func (html);
}

static void
view_changed_cb (AnnexPreview *self)
{
  gboolean as_page = g_strcmp0 (adw_toggle_group_get_active_name (self->views), "page") == 0;

  if (self->page == NULL)
    return;
  if (as_page && adw_bin_get_child (self->page_slot) == NULL)
    {
      GtkWidget *page = new_page (self->page);

      if (page == NULL)
        {
          adw_toggle_group_set_active_name (self->views, "text");
          return;
        }
      gtk_accessible_update_property (GTK_ACCESSIBLE (page), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                      _ ("Web page"), -1);
      adw_bin_set_child (self->page_slot, page);
    }
  gtk_stack_set_visible_child_name (self->stack, as_page ? "page" : "lines");
}

static void
set_page (AnnexPreview *self, GBytes *page, gboolean changed)
{
  g_clear_pointer (&self->page, g_bytes_unref);
  adw_bin_set_child (self->page_slot, NULL); /* its processes end with it */
  if (page != NULL)
    {
      self->page = g_bytes_ref (page);
      adw_toggle_group_set_active_name (self->views, changed ? "text" : "page");
      view_changed_cb (self);
    }
  gtk_widget_set_visible (GTK_WIDGET (self->views), page != NULL);
}

static void
page_ended_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  AnnexPreview *self = ANNEX_PREVIEW (widget);

  adw_toggle_group_set_active_name (self->views, "text");
  adw_bin_set_child (self->page_slot, NULL);
}

static void
open_link_action (GtkWidget *widget, const char *name, GVariant *parameter)
{
  AnnexPreview *self = ANNEX_PREVIEW (widget);
  const char *address = g_variant_get_string (parameter, NULL);

  annex_link_popup (GTK_WIDGET (self->page_slot), &address, 1, self->pointer_x, self->pointer_y);
}

static void
pointer_cb (AnnexPreview *self, double x, double y)
{
  self->pointer_x = x;
  self->pointer_y = y;
}

/* ---- pictures and pages */

static void
show_images (AnnexPreview *self, AnnexPreviewContent *content)
{
  GPtrArray *before = annex_preview_content_get_pictures (content, FALSE);
  GPtrArray *after = annex_preview_content_get_pictures (content, TRUE);

  annex_compare_set_pictures (self->compare, before->len > 0 ? g_ptr_array_index (before, 0) : NULL,
                              after->len > 0 ? g_ptr_array_index (after, 0) : NULL);
  gtk_widget_set_visible (GTK_WIDGET (self->image_legend), before->len > 0 && after->len > 0);
  gtk_stack_set_visible_child_name (self->stack, "images");
}

static void
clear_pages (AnnexPreview *self)
{
  GtkWidget *child;

  while ((child = gtk_widget_get_first_child (GTK_WIDGET (self->pages))) != NULL)
    gtk_grid_remove (self->pages, child);
}

static void
add_side_title (AnnexPreview *self, const char *text, int column)
{
  GtkWidget *label = gtk_label_new (text);

  gtk_widget_add_css_class (label, "caption-heading");
  gtk_widget_add_css_class (label, "dimmed");
  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_grid_attach (self->pages, label, column, 0, 1, 1);
}

static void
show_pages (AnnexPreview *self, AnnexPreviewContent *content)
{
  gboolean both = annex_preview_content_has_side (content, FALSE) &&
                  annex_preview_content_has_side (content, TRUE);

  if (both)
    {
      add_side_title (self, C_ ("side of a comparison", "Before"), 0);
      add_side_title (self, C_ ("side of a comparison", "After"), 1);
    }
  for (int side = 0; side < 2; side++)
    {
      GPtrArray *pages = annex_preview_content_get_pictures (content, side);

      for (guint i = 0; i < pages->len; i++)
        {
          GtkWidget *picture = gtk_picture_new_for_paintable (g_ptr_array_index (pages, i));
          g_autofree char *name = g_strdup_printf (_ ("Page %u"), i + 1);

          gtk_picture_set_alternative_text (GTK_PICTURE (picture), name);
          gtk_widget_set_hexpand (picture, TRUE);
          gtk_widget_add_css_class (picture, "annex-page");
          gtk_grid_attach (self->pages, picture, both ? side : 0, (int) i + 1, 1, 1);
        }
    }
  gtk_stack_set_visible_child_name (self->stack, "pages");
}

/* ---- details */

static void
add_detail (AnnexPreview *self, const char *title, const char *value)
{
  GtkWidget *row;

  if (value == NULL || value[0] == '\0')
    return;
  row = annex_row_new_property (title, value, FALSE);
  gtk_list_box_append (self->details, row);
}

static char *
dup_size_and_hash (AnnexPreviewContent *content, gboolean after)
{
  g_autofree char *size = NULL;

  if (content == NULL || !annex_preview_content_has_side (content, after))
    return NULL;
  size = annex_text_format_size (annex_preview_content_get_size (content, after));
  return g_strdup_printf ("%s · SHA-256 %.12s", size,
                          annex_preview_content_get_sha256 (content, after));
}

static void
show_details (AnnexPreview *self,
              AnnexPreviewContent *content,
              const AnnexChange *change,
              const char *note)
{
  g_autofree char *before = dup_size_and_hash (content, FALSE);
  g_autofree char *after = dup_size_and_hash (content, TRUE);
  g_autofree char *path = annex_text_for_display (change->path);
  g_autofree char *old_path = annex_text_for_display (change->old_path);
  g_autofree char *target = annex_text_for_display (change->target);
  g_autofree char *time =
      change->mtime_ns > 0 ? annex_text_format_day_and_time (change->mtime_ns / 1000, 0) : NULL;

  gtk_list_box_remove_all (self->details);
  add_detail (self, _ ("Path"), path);
  add_detail (self, _ ("Was"), old_path);
  add_detail (self, _ ("Links To"), target);
  add_detail (self, _ ("Before"), before);
  add_detail (self, _ ("After"), after);
  add_detail (self, _ ("Changed On"), time);
  gtk_label_set_text (self->details_note, note != NULL ? note : "");
  gtk_widget_set_visible (GTK_WIDGET (self->details_note), note != NULL);
  gtk_stack_set_visible_child_name (self->stack, "details");
}

/* ---- loading */

static void
reset (AnnexPreview *self)
{
  gtk_list_view_set_model (self->lines, NULL);
  annex_grid_view_set_content (self->grid, NULL);
  annex_compare_set_pictures (self->compare, NULL, NULL);
  clear_pages (self);
  set_page (self, NULL, FALSE);
}

static char *
dup_counts (AnnexPreviewContent *content)
{
  AnnexWorkbookDiff *grid = annex_preview_content_get_grid (content);
  g_autoptr (GStrvBuilder) parts = g_strv_builder_new ();
  g_auto (GStrv) list = NULL;

  if (grid != NULL && grid->n_cells_changed > 0)
    g_strv_builder_take (parts, g_strdup_printf (ngettext ("%u cell changed", "%u cells changed",
                                                           grid->n_cells_changed),
                                                 grid->n_cells_changed));
  if (grid != NULL && grid->n_rows_added > 0)
    g_strv_builder_take (
        parts, g_strdup_printf (ngettext ("%u row added", "%u rows added", grid->n_rows_added),
                                grid->n_rows_added));
  if (grid != NULL && grid->n_rows_removed > 0)
    g_strv_builder_take (parts, g_strdup_printf (ngettext ("%u row deleted", "%u rows deleted",
                                                           grid->n_rows_removed),
                                                 grid->n_rows_removed));
  if (annex_preview_content_get_n_pages (content, TRUE) > 0)
    g_strv_builder_take (
        parts, g_strdup_printf (ngettext ("%u page", "%u pages",
                                          annex_preview_content_get_n_pages (content, TRUE)),
                                annex_preview_content_get_n_pages (content, TRUE)));
  if (annex_preview_content_is_cut (content))
    g_strv_builder_add (parts, _ ("only a part is shown"));
  list = g_strv_builder_end (parts);
  return g_strjoinv (" · ", list);
}

static void
show_content (AnnexPreview *self, AnnexPreviewContent *content, const AnnexChange *change)
{
  g_autofree char *counts = dup_counts (content);
  g_autofree char *words = annex_change_describe (change);
  g_autofree char *subtitle =
      counts[0] != '\0' ? g_strconcat (words, " · ", counts, NULL) : g_strdup (words);

  reset (self);
  gtk_label_set_text (self->subtitle, subtitle);
  switch (annex_preview_content_get_kind (content))
    {
    case ANNEX_PREVIEW_LINES:
      if (annex_preview_content_get_lines (content)->len == 0)
        show_details (self, content, change, _ ("The file is empty."));
      else
        {
          show_lines (self, content);
          set_page (self, annex_preview_content_get_page (content),
                    change->kind == ANNEX_CHANGE_CHANGED);
        }
      break;
    case ANNEX_PREVIEW_GRID:
      annex_grid_view_set_content (self->grid, content);
      gtk_stack_set_visible_child_name (self->stack, "grid");
      break;
    case ANNEX_PREVIEW_IMAGES:
      show_images (self, content);
      break;
    case ANNEX_PREVIEW_PAGES:
      show_pages (self, content);
      break;
    case ANNEX_PREVIEW_DETAILS:
      show_details (self, content, change, NULL);
      break;
    }
}

typedef struct
{
  GWeakRef self;
  guint serial;
  AnnexDesk *desk;
  AnnexTask *task;
  char *share_id;
  AnnexChange *change;
  GBytes *before; /* nullable */
  GBytes *bytes;  /* nullable. Without both they are fetched from the desk */
} Load;

static void
load_free (gpointer data)
{
  Load *load = data;

  g_weak_ref_clear (&load->self);
  g_clear_object (&load->desk);
  g_clear_object (&load->task);
  g_free (load->share_id);
  annex_change_free (load->change);
  g_clear_pointer (&load->before, g_bytes_unref);
  g_clear_pointer (&load->bytes, g_bytes_unref);
  g_free (load);
}

/* The widget, if it still wants this. (transfer full, nullable) */
static AnnexPreview *
still_wanted (Load *load)
{
  AnnexPreview *self = g_weak_ref_get (&load->self);

  if (self != NULL && self->serial != load->serial)
    g_clear_object (&self);
  return self;
}

/* One side's bytes; NULL without @error when there is none on that side. */
static GBytes *
fetch (Load *load, gboolean after, GError **error)
{
  const char *path = load->change->path;
  g_autoptr (GError) local = NULL;
  GBytes *bytes;
  DexFuture *future;

  if (!after && load->change->old_path != NULL)
    path = load->change->old_path;
  future = after ? annex_desk_load_after (load->desk, load->task, load->share_id, path)
                 : annex_desk_load_before (load->desk, load->task, load->share_id, path);
  bytes = dex_await_boxed (annex_future_with_timeout (future, FETCH_TIMEOUT_MS), &local);
  if (bytes == NULL && !g_error_matches (local, G_IO_ERROR, G_IO_ERROR_NOT_FOUND))
    g_propagate_error (error, g_steal_pointer (&local));
  return bytes;
}

static char *
dup_reason (const GError *error)
{
  g_autofree char *text = NULL;

  if (error == NULL)
    return g_strdup (_ ("The file is no longer there."));
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_NO_SPACE))
    return g_strdup (_ ("The file is too large for a preview."));
  text = annex_text_for_display (annex_error_said (error));
  return g_strdup_printf (_ ("There is no preview: %s"), text);
}

static AnnexPreviewContent *
load_content (Load *load, GError **error)
{
  AnnexChangeKind kind = load->change->kind;
  g_autoptr (GBytes) before = NULL;
  g_autoptr (GBytes) after = NULL;
  g_autoptr (GError) local = NULL;

  if (load->desk == NULL)
    {
      before = load->before != NULL ? g_bytes_ref (load->before) : NULL;
      after = load->bytes != NULL ? g_bytes_ref (load->bytes) : NULL;
    }
  else if (kind == ANNEX_CHANGE_CHANGED || kind == ANNEX_CHANGE_DELETED)
    before = fetch (load, FALSE, &local);
  if (load->desk != NULL && local == NULL && kind != ANNEX_CHANGE_DELETED)
    after = fetch (load, TRUE, &local);
  if (local != NULL || (before == NULL && after == NULL))
    {
      if (local != NULL)
        g_propagate_error (error, g_steal_pointer (&local));
      return NULL;
    }
  return dex_await_object (
      annex_future_with_timeout (
          annex_preview_content_load (load->change->path, before, after, MAX_SIDE),
          READ_TIMEOUT_MS),
      error);
}

static DexFuture *
load_fiber (gpointer data)
{
  Load *load = data;
  g_autoptr (AnnexPreviewContent) content = NULL;
  g_autoptr (AnnexPreview) self = NULL;
  g_autoptr (GError) error = NULL;

  dex_await (dex_timeout_new_msec (DELAY_MS), NULL); /* rejects by its nature */
  self = still_wanted (load);
  if (self == NULL)
    return dex_future_new_true ();
  gtk_stack_set_visible_child_name (self->stack, "loading");
  g_clear_object (&self);
  content = load_content (load, &error);
  self = still_wanted (load);
  if (self == NULL)
    return dex_future_new_true ();
  if (content != NULL)
    show_content (self, content, load->change);
  else
    {
      g_autofree char *reason = dup_reason (error);

      reset (self);
      show_details (self, NULL, load->change, reason);
    }
  return dex_future_new_true ();
}

void
annex_preview_show_change (AnnexPreview *self,
                           AnnexDesk *desk,
                           AnnexTask *task,
                           const char *share_id,
                           const AnnexChange *change)
{
  g_autofree char *name = NULL;
  g_autofree char *words = NULL;
  Load *load;

  g_return_if_fail (ANNEX_IS_PREVIEW (self));

  self->serial++;
  name = annex_text_file_name (change->path);
  words = annex_change_describe (change);
  gtk_label_set_text (self->title, name);
  gtk_label_set_text (self->subtitle, words);
  annex_file_handle_set_change (self->handle, desk, task, share_id, change);
  if (change->folder || change->target != NULL || change->kind == ANNEX_CHANGE_REFUSED)
    {
      reset (self);
      show_details (self, NULL, change, NULL);
      return;
    }
  load = g_new0 (Load, 1);
  g_weak_ref_init (&load->self, self);
  load->serial = self->serial;
  load->desk = g_object_ref (desk);
  load->task = g_object_ref (task);
  load->share_id = g_strdup (share_id);
  load->change = annex_change_copy (change);
  annex_fiber_start (load_fiber, load, load_free);
}

void
annex_preview_show_bytes (AnnexPreview *self, const char *name, GBytes *bytes)
{
  g_return_if_fail (bytes != NULL);

  annex_preview_show_pair (self, name, NULL, bytes);
}

void
annex_preview_show_pair (AnnexPreview *self, const char *name, GBytes *before, GBytes *after)
{
  g_autofree char *shown = NULL;
  Load *load;

  g_return_if_fail (ANNEX_IS_PREVIEW (self));
  g_return_if_fail (before != NULL || after != NULL);

  self->serial++;
  annex_file_handle_set_change (self->handle, NULL, NULL, NULL, NULL);
  shown = annex_text_file_name (name);
  gtk_label_set_text (self->title, shown);
  load = g_new0 (Load, 1);
  g_weak_ref_init (&load->self, self);
  load->serial = self->serial;
  load->change = annex_change_new (before == NULL  ? ANNEX_CHANGE_ADDED
                                   : after == NULL ? ANNEX_CHANGE_DELETED
                                                   : ANNEX_CHANGE_CHANGED,
                                   name);
  load->change->old_size_bytes = before != NULL ? g_bytes_get_size (before) : 0;
  load->change->size_bytes = after != NULL ? g_bytes_get_size (after) : 0;
  load->before = before != NULL ? g_bytes_ref (before) : NULL;
  load->bytes = after != NULL ? g_bytes_ref (after) : NULL;
  annex_fiber_start (load_fiber, load, load_free);
}

void
annex_preview_show_failure (AnnexPreview *self, const char *name, const char *reason)
{
  g_autoptr (AnnexChange) change = annex_change_new (ANNEX_CHANGE_ADDED, name);
  g_autofree char *shown = annex_text_file_name (name);

  self->serial++;
  annex_file_handle_set_change (self->handle, NULL, NULL, NULL, NULL);
  gtk_label_set_text (self->title, shown);
  reset (self);
  show_details (self, NULL, change, reason);
}

void
annex_preview_clear (AnnexPreview *self)
{
  g_return_if_fail (ANNEX_IS_PREVIEW (self));

  self->serial++;
  annex_file_handle_set_change (self->handle, NULL, NULL, NULL, NULL);
  reset (self);
  gtk_label_set_text (self->title, "");
  gtk_label_set_text (self->subtitle, "");
  gtk_stack_set_visible_child_name (self->stack, "empty");
}

static void
annex_preview_dispose (GObject *object)
{
  ANNEX_PREVIEW (object)->serial++;
  g_clear_pointer (&ANNEX_PREVIEW (object)->page, g_bytes_unref);
  gtk_widget_dispose_template (GTK_WIDGET (object), ANNEX_TYPE_PREVIEW);
  G_OBJECT_CLASS (annex_preview_parent_class)->dispose (object);
}

static void
annex_preview_class_init (AnnexPreviewClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = annex_preview_dispose;
  g_type_ensure (ANNEX_TYPE_GRID_VIEW);
  g_type_ensure (ANNEX_TYPE_COMPARE);
  g_type_ensure (ANNEX_TYPE_FILE_HANDLE);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/annex_desktop/Annex/annex-preview.ui");
  gtk_widget_class_bind_template_child (widget_class, AnnexPreview, handle);
  gtk_widget_class_bind_template_child (widget_class, AnnexPreview, grip);
  gtk_widget_class_bind_template_child (widget_class, AnnexPreview, title);
  gtk_widget_class_bind_template_child (widget_class, AnnexPreview, subtitle);
  gtk_widget_class_bind_template_child (widget_class, AnnexPreview, stack);
  gtk_widget_class_bind_template_child (widget_class, AnnexPreview, lines);
  gtk_widget_class_bind_template_child (widget_class, AnnexPreview, grid);
  gtk_widget_class_bind_template_child (widget_class, AnnexPreview, image_legend);
  gtk_widget_class_bind_template_child (widget_class, AnnexPreview, compare);
  gtk_widget_class_bind_template_child (widget_class, AnnexPreview, pages);
  gtk_widget_class_bind_template_child (widget_class, AnnexPreview, details_note);
  gtk_widget_class_bind_template_child (widget_class, AnnexPreview, details);
  gtk_widget_class_bind_template_child (widget_class, AnnexPreview, views);
  gtk_widget_class_bind_template_child (widget_class, AnnexPreview, page_slot);
  gtk_widget_class_bind_template_callback (widget_class, view_changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, pointer_cb);
  gtk_widget_class_install_action (widget_class, "preview.open-link", "s", open_link_action);
  gtk_widget_class_install_action (widget_class, "preview.page-ended", NULL, page_ended_action);
}

static void
annex_preview_init (AnnexPreview *self)
{
  GtkListItemFactory *factory = gtk_signal_list_item_factory_new ();

  gtk_widget_init_template (GTK_WIDGET (self));
  annex_file_handle_set_grip (self->handle, self->grip);
  /* the slider's sides are the pictures', whichever way one reads */
  gtk_widget_set_direction (GTK_WIDGET (self->image_legend), GTK_TEXT_DIR_LTR);
  g_signal_connect (factory, "setup", G_CALLBACK (setup_line_cb), NULL);
  g_signal_connect (factory, "bind", G_CALLBACK (bind_line_cb), NULL);
  gtk_list_view_set_factory (self->lines, factory);
  g_object_unref (factory);
}
