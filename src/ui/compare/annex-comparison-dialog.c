/* annex-comparison-dialog.c
 *
 * See annex-comparison-dialog.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-comparison-dialog.h"

#include "annex-comparison-words.h"
#include "annex-draft-actions.h"
#include "annex-future.h"
#include "annex-preview.h"
#include "annex-row.h"
#include "annex-spoken.h"
#include "annex-text.h"
#include "annex-then.h"
#include "annex-try-card.h"

#include <glib/gi18n.h>

/* More than anybody reads in a list. */
#define MAX_ROWS 200

struct _AnnexComparisonDialog
{
  AdwDialog parent_instance;

  AnnexDesk *desk;
  AnnexTask *tasks[2];         /* the first is NULL until it is loaded */
  AnnexComparison *comparison; /* nullable */
  guint serial;                /* of the file that is loaded */
  gboolean busy;               /* something is being kept or taken back */

  AdwNavigationView *navigation;
  AdwNavigationPage *file_page;
  AnnexPreview *preview;
  GtkStack *stack;
  AdwStatusPage *failed;
  AnnexTryCard *first;
  AnnexTryCard *second;
  GtkWidget *tries;
  AdwPreferencesGroup *files_group;
  AdwPreferencesGroup *steps_group;
};

enum {
  SIGNAL_OPEN_TASK,
  N_SIGNALS,
};
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (AnnexComparisonDialog, annex_comparison_dialog, ADW_TYPE_DIALOG)

static const AnnexTry *
get_try (AnnexComparisonDialog *self, guint which)
{
  return which == 0 ? self->comparison->before : self->comparison->after;
}

/* ---- a file of both */

typedef struct
{
  GWeakRef self;
  guint serial;
  AnnexDesk *desk;
  AnnexTask *tasks[2];
  char *share_ids[2]; /* nullable: not there in that one */
  char *paths[2];
  char *name;
} Look;

static void
look_free (gpointer data)
{
  Look *look = data;

  g_weak_ref_clear (&look->self);
  g_object_unref (look->desk);
  for (guint i = 0; i < 2; i++)
    {
      g_object_unref (look->tasks[i]);
      g_free (look->share_ids[i]);
      g_free (look->paths[i]);
    }
  g_free (look->name);
  g_free (look);
}

static DexFuture *
look_fiber (gpointer data)
{
  Look *look = data;
  GBytes *bytes[2] = { NULL, NULL };
  g_autoptr (GError) error = NULL;
  g_autoptr (AnnexComparisonDialog) self = NULL;

  for (guint i = 0; i < 2 && error == NULL; i++)
    if (look->share_ids[i] != NULL)
      bytes[i] = dex_await_boxed (
          annex_desk_load_after (look->desk, look->tasks[i], look->share_ids[i], look->paths[i]),
          &error);
  self = g_weak_ref_get (&look->self);
  if (self != NULL && self->serial == look->serial && self->preview != NULL)
    {
      if (error != NULL)
        annex_preview_show_failure (self->preview, look->name, annex_error_said (error));
      else
        annex_preview_show_pair (self->preview, look->name, bytes[0], bytes[1]);
    }
  g_clear_pointer (&bytes[0], g_bytes_unref);
  g_clear_pointer (&bytes[1], g_bytes_unref);
  return dex_future_new_true ();
}

/* Can its contents be had? What was taken back or thrown away is nowhere. */
static gboolean
is_there (const AnnexMadeFile *made)
{
  return made != NULL && !made->is_folder && !g_str_equal (made->kind, "deleted") &&
         (made->state == ANNEX_MADE_DRAFT || made->state == ANNEX_MADE_KEPT);
}

static void
file_cb (AdwActionRow *row, AnnexComparisonDialog *self)
{
  guint number = GPOINTER_TO_UINT (g_object_get_data (G_OBJECT (row), "annex-number"));
  const AnnexComparedFile *file =
      &g_array_index (self->comparison->files, AnnexComparedFile, number);
  const AnnexMadeFile *made[2] = { file->before, file->after };
  Look *look = g_new0 (Look, 1);

  g_weak_ref_init (&look->self, self);
  look->serial = ++self->serial;
  look->desk = g_object_ref (self->desk);
  look->name = g_strdup ((file->after != NULL ? file->after : file->before)->path);
  for (guint i = 0; i < 2; i++)
    {
      look->tasks[i] = g_object_ref (self->tasks[i]);
      if (!is_there (made[i]))
        continue;
      look->share_ids[i] = g_strdup (made[i]->share_id);
      look->paths[i] = g_strdup (made[i]->path);
    }
  adw_navigation_page_set_title (self->file_page,
                                 adw_preferences_row_get_title (ADW_PREFERENCES_ROW (row)));
  annex_preview_clear (self->preview);
  adw_navigation_view_push_by_tag (self->navigation, "file");
  annex_fiber_start (look_fiber, look, look_free);
}

/* ---- showing */

static void
add_more (AdwPreferencesGroup *group, guint n_all)
{
  g_autofree char *text = NULL;

  if (n_all <= MAX_ROWS)
    return;
  text =
      g_strdup_printf (ngettext ("And %u more", "And %u more", n_all - MAX_ROWS), n_all - MAX_ROWS);
  annex_group_add (group, annex_row_new (text, NULL));
}

static void
show_files (AnnexComparisonDialog *self)
{
  GArray *files = self->comparison->files;
  g_autofree char *summary = NULL;

  annex_group_clear (self->files_group);
  for (guint i = 0; i < files->len && i < MAX_ROWS; i++)
    {
      const AnnexComparedFile *file = &g_array_index (files, AnnexComparedFile, i);
      g_autofree char *name = annex_compared_file_dup_name (file);
      g_autofree char *words = annex_compared_file_dup_words (file);
      gboolean opens = is_there (file->before) || is_there (file->after);
      GtkWidget *row = opens ? annex_row_new_link (name, words) : annex_row_new (name, words);

      annex_row_set_icon (row, file->is_same ? "annex-done-symbolic" : "document-edit-symbolic",
                          file->is_same ? "dimmed" : NULL, NULL);
      if (opens)
        {
          g_object_set_data (G_OBJECT (row), "annex-number", GUINT_TO_POINTER (i));
          g_signal_connect_object (row, "activated", G_CALLBACK (file_cb), self, 0);
        }
      annex_group_add (self->files_group, row);
    }
  add_more (self->files_group, files->len);
  if (files->len == 0)
    annex_group_add (self->files_group, annex_row_new (_ ("Neither changed any files"), NULL));
  else if (self->comparison->n_different == 0)
    summary = g_strdup (_ ("Both come to the same."));
  else
    summary =
        g_strdup_printf (ngettext ("%1$u of %2$u is not the same.",
                                   "%1$u of %2$u are not the same.", self->comparison->n_different),
                         self->comparison->n_different, files->len);
  adw_preferences_group_set_description (self->files_group, summary);
}

static void
show_steps (AnnexComparisonDialog *self)
{
  GArray *steps = self->comparison->steps;

  annex_group_clear (self->steps_group);
  for (guint i = 0; i < steps->len && i < MAX_ROWS; i++)
    {
      const AnnexStepPair *pair = &g_array_index (steps, AnnexStepPair, i);
      g_autofree char *title = annex_step_pair_dup_title (pair);

      annex_group_add (self->steps_group, annex_row_new (title, annex_step_pair_get_words (pair)));
    }
  add_more (self->steps_group, steps->len);
}

static void
show_comparison (AnnexComparisonDialog *self)
{
  gboolean first_kept = annex_try_count (get_try (self, 0), ANNEX_MADE_KEPT) > 0;
  gboolean second_kept = annex_try_count (get_try (self, 1), ANNEX_MADE_KEPT) > 0;

  annex_try_card_show (self->first, _ ("First Try"), get_try (self, 0), FALSE);
  annex_try_card_show (self->second, _ ("Second Try"), get_try (self, 1),
                       !first_kept && !second_kept);
  show_files (self);
  show_steps (self);
  if (!g_str_equal (gtk_stack_get_visible_child_name (self->stack), "tries"))
    {
      gtk_stack_set_visible_child_name (self->stack, "tries");
      gtk_widget_grab_focus (GTK_WIDGET (self->first));
    }
}

/* ---- loading */

static void
show_failure (AnnexComparisonDialog *self, const char *text)
{
  g_autofree char *shown = annex_text_for_display (text);
  g_autofree char *escaped = g_markup_escape_text (shown, -1);

  adw_status_page_set_description (self->failed, escaped);
  gtk_stack_set_visible_child_name (self->stack, "failed");
}

static void
compared_cb (gpointer object, const GValue *value, GError *error)
{
  AnnexComparisonDialog *self = object;

  /* In the midst of keeping, what is shown stays: once it is settled, all is read again. */
  if (self->stack == NULL || self->busy)
    return;
  gtk_widget_set_sensitive (self->tries, TRUE);
  if (value == NULL)
    {
      show_failure (self, annex_error_said (error));
      return;
    }
  g_clear_pointer (&self->comparison, annex_comparison_unref);
  self->comparison = annex_comparison_ref (g_value_get_boxed (value));
  show_comparison (self);
}

static void
load (AnnexComparisonDialog *self)
{
  if (self->desk == NULL || self->tasks[0] == NULL)
    return;
  annex_then (annex_comparison_load (annex_desk_get_store (self->desk),
                                     annex_task_get_id (self->tasks[0]),
                                     annex_task_get_id (self->tasks[1])),
              self, compared_cb);
}

/* It is kept or taken back elsewhere, too: in the task’s files, and by the button of a toast. */
static void
event_cb (AnnexComparisonDialog *self, AnnexEvent *event)
{
  AnnexEventType type = annex_event_get_event_type (event);

  if (type == ANNEX_EVENT_DRAFT_CHANGED || type == ANNEX_EVENT_DRAFT_KEPT ||
      type == ANNEX_EVENT_DRAFT_DISCARDED || type == ANNEX_EVENT_DRAFT_UNDONE)
    load (self);
}

static void
opened_cb (gpointer object, const GValue *value, GError *error)
{
  AnnexComparisonDialog *self = object;

  if (value == NULL)
    {
      show_failure (self, _ ("The first try was deleted. What the second one made can be kept in "
                             "its own files."));
      return;
    }
  self->tasks[0] = g_value_dup_object (value);
  for (guint i = 0; i < 2; i++)
    g_signal_connect_object (self->tasks[i], "event", G_CALLBACK (event_cb), self,
                             G_CONNECT_SWAPPED);
  load (self);
}

/* ---- keeping one of them */

/* One part for each folder that has something to keep. (transfer full) */
static GPtrArray *
collect_parts (const AnnexTry *try)
{
  GPtrArray *parts = g_ptr_array_new_with_free_func ((GDestroyNotify) annex_draft_part_free);

  for (guint i = 0; i < try->files->len; i++)
    {
      const AnnexMadeFile *made = g_ptr_array_index (try->files, i);
      AnnexDraftPart *part = NULL;

      if (made->state != ANNEX_MADE_DRAFT)
        continue;
      for (guint j = 0; j < parts->len && part == NULL; j++)
        {
          part = g_ptr_array_index (parts, j);
          if (!g_str_equal (part->share_id, made->share_id))
            part = NULL;
        }
      if (part == NULL)
        g_ptr_array_add (parts, annex_draft_part_new (made->share_id, NULL, 1));
      else
        part->n_changes++;
    }
  return parts;
}

typedef struct
{
  AnnexComparisonDialog *self;
  guint which;
} Choice;

static void
choice_free (gpointer data)
{
  Choice *choice = data;

  g_object_unref (choice->self);
  g_free (choice);
}

static Choice *
choice_new (AnnexComparisonDialog *self, guint which)
{
  Choice *choice = g_new0 (Choice, 1);

  choice->self = g_object_ref (self);
  choice->which = which;
  return choice;
}

static void
settled_cb (gpointer object, const GValue *value, GError *error)
{
  AnnexComparisonDialog *self = object;

  /* What failed was told; what there is now is in the logs. */
  self->busy = FALSE;
  load (self);
}

static DexFuture *
keep_then (DexFuture *future, gpointer data)
{
  Choice *choice = data;
  AnnexComparisonDialog *self = choice->self;
  g_autoptr (GPtrArray) parts = NULL;

  /* What could not be taken back was told, and nothing is put on top of it; nor when the window is
   * gone by now. */
  if (self->stack == NULL || !g_value_get_boolean (dex_future_get_value (future, NULL)))
    return dex_future_new_for_boolean (FALSE);
  parts = collect_parts (get_try (self, choice->which));
  return annex_draft_keep_parts (GTK_WIDGET (self->stack), self->desk, self->tasks[choice->which],
                                 parts);
}

static void
set_busy (AnnexComparisonDialog *self)
{
  self->busy = TRUE;
  gtk_widget_set_sensitive (self->tries, FALSE);
}

static DexFuture *
take_back (AnnexComparisonDialog *self, guint which)
{
  return annex_draft_undo_keeps (GTK_WIDGET (self->stack), self->desk, self->tasks[which],
                                 (const char *const *) get_try (self, which)->keeps);
}

static void
keep (AnnexComparisonDialog *self, guint which)
{
  set_busy (self);
  if (annex_try_count (get_try (self, 1 - which), ANNEX_MADE_KEPT) > 0)
    annex_then (dex_future_then (take_back (self, 1 - which), keep_then, choice_new (self, which),
                                 choice_free),
                self, settled_cb);
  else
    {
      g_autoptr (GPtrArray) parts = collect_parts (get_try (self, which));

      annex_then (
          annex_draft_keep_parts (GTK_WIDGET (self->stack), self->desk, self->tasks[which], parts),
          self, settled_cb);
    }
}

static void
instead_cb (AdwAlertDialog *dialog, const char *response, Choice *choice)
{
  if (g_str_equal (response, "instead") && choice->self->stack != NULL)
    keep (choice->self, choice->which);
}

static void
choice_closure_free (gpointer data, GClosure *closure)
{
  choice_free (data);
}

/* What is taken back cannot be kept again, so this is asked. */
static void
want_keep (AnnexComparisonDialog *self, guint which)
{
  AdwDialog *dialog;

  if (annex_try_count (get_try (self, 1 - which), ANNEX_MADE_KEPT) == 0)
    {
      keep (self, which);
      return;
    }
  dialog = adw_alert_dialog_new (_ ("Keep This One Instead?"),
                                 _ ("What you kept of the other try is taken back from your "
                                    "folders first. It cannot be kept a second time."));
  adw_alert_dialog_add_responses (ADW_ALERT_DIALOG (dialog), "cancel", _ ("_Cancel"), "instead",
                                  _ ("_Keep Instead"), NULL);
  adw_alert_dialog_set_response_appearance (ADW_ALERT_DIALOG (dialog), "instead",
                                            ADW_RESPONSE_DESTRUCTIVE);
  adw_alert_dialog_set_default_response (ADW_ALERT_DIALOG (dialog), "cancel");
  adw_alert_dialog_set_close_response (ADW_ALERT_DIALOG (dialog), "cancel");
  g_signal_connect_data (dialog, "response", G_CALLBACK (instead_cb), choice_new (self, which),
                         choice_closure_free, 0);
  adw_dialog_present (dialog, GTK_WIDGET (self));
}

static void
undo (AnnexComparisonDialog *self, guint which)
{
  set_busy (self);
  annex_then (take_back (self, which), self, settled_cb);
}

static void
open_task (AnnexComparisonDialog *self, guint which)
{
  g_autoptr (AnnexTask) task = g_object_ref (self->tasks[which]);

  g_signal_emit (self, signals[SIGNAL_OPEN_TASK], 0, task);
  adw_dialog_close (ADW_DIALOG (self));
}

static void
open_first_cb (AnnexComparisonDialog *self)
{
  open_task (self, 0);
}

static void
open_second_cb (AnnexComparisonDialog *self)
{
  open_task (self, 1);
}

static void
keep_first_cb (AnnexComparisonDialog *self)
{
  want_keep (self, 0);
}

static void
keep_second_cb (AnnexComparisonDialog *self)
{
  want_keep (self, 1);
}

static void
undo_first_cb (AnnexComparisonDialog *self)
{
  undo (self, 0);
}

static void
undo_second_cb (AnnexComparisonDialog *self)
{
  undo (self, 1);
}

/* ---- the class */

static void
annex_comparison_dialog_dispose (GObject *object)
{
  AnnexComparisonDialog *self = ANNEX_COMPARISON_DIALOG (object);

  self->serial++;
  gtk_widget_dispose_template (GTK_WIDGET (self), ANNEX_TYPE_COMPARISON_DIALOG);
  g_clear_object (&self->desk);
  g_clear_object (&self->tasks[0]);
  g_clear_object (&self->tasks[1]);
  g_clear_pointer (&self->comparison, annex_comparison_unref);
  G_OBJECT_CLASS (annex_comparison_dialog_parent_class)->dispose (object);
}

static void
bind_callbacks (GtkWidgetClass *widget_class)
{
  gtk_widget_class_bind_template_callback (widget_class, open_first_cb);
  gtk_widget_class_bind_template_callback (widget_class, open_second_cb);
  gtk_widget_class_bind_template_callback (widget_class, keep_first_cb);
  gtk_widget_class_bind_template_callback (widget_class, keep_second_cb);
  gtk_widget_class_bind_template_callback (widget_class, undo_first_cb);
  gtk_widget_class_bind_template_callback (widget_class, undo_second_cb);
}

static void
annex_comparison_dialog_class_init (AnnexComparisonDialogClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = annex_comparison_dialog_dispose;
  signals[SIGNAL_OPEN_TASK] =
      g_signal_new ("open-task", ANNEX_TYPE_COMPARISON_DIALOG, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                    NULL, G_TYPE_NONE, 1, ANNEX_TYPE_TASK);
  g_type_ensure (ANNEX_TYPE_TRY_CARD);
  g_type_ensure (ANNEX_TYPE_PREVIEW);
  gtk_widget_class_set_template_from_resource (
      widget_class, "/io/github/annex_desktop/Annex/annex-comparison-dialog.ui");
  gtk_widget_class_bind_template_child (widget_class, AnnexComparisonDialog, navigation);
  gtk_widget_class_bind_template_child (widget_class, AnnexComparisonDialog, file_page);
  gtk_widget_class_bind_template_child (widget_class, AnnexComparisonDialog, preview);
  gtk_widget_class_bind_template_child (widget_class, AnnexComparisonDialog, stack);
  gtk_widget_class_bind_template_child (widget_class, AnnexComparisonDialog, failed);
  gtk_widget_class_bind_template_child (widget_class, AnnexComparisonDialog, first);
  gtk_widget_class_bind_template_child (widget_class, AnnexComparisonDialog, second);
  gtk_widget_class_bind_template_child (widget_class, AnnexComparisonDialog, tries);
  gtk_widget_class_bind_template_child (widget_class, AnnexComparisonDialog, files_group);
  gtk_widget_class_bind_template_child (widget_class, AnnexComparisonDialog, steps_group);
  bind_callbacks (widget_class);
}

static void
annex_comparison_dialog_init (AnnexComparisonDialog *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

AdwDialog *
annex_comparison_dialog_new (AnnexDesk *desk, AnnexTask *second)
{
  AnnexComparisonDialog *self = g_object_new (ANNEX_TYPE_COMPARISON_DIALOG, NULL);
  const char *first = annex_task_get_again_of (second);

  self->desk = g_object_ref (desk);
  self->tasks[1] = g_object_ref (second);
  if (first != NULL)
    annex_then (annex_desk_open_task (desk, first), self, opened_cb);
  else
    show_failure (self, _ ("This task is no other try of one."));
  return ADW_DIALOG (self);
}
