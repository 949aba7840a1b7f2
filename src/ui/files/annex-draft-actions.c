/* annex-draft-actions.c
 *
 * See annex-draft-actions.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-draft-actions.h"

#include "annex-future.h"
#include "annex-keep.h"
#include "annex-recent.h"
#include "annex-spoken.h"
#include "annex-text.h"
#include "annex-ui.h"

#include <glib/gi18n.h>

AnnexDraftPart *
annex_draft_part_new (const char *share_id, const char *const *paths, guint n_changes)
{
  AnnexDraftPart *self = g_new0 (AnnexDraftPart, 1);

  self->share_id = g_strdup (share_id);
  self->paths = g_strdupv ((char **) paths);
  self->n_changes = n_changes;
  return self;
}

void
annex_draft_part_free (AnnexDraftPart *self)
{
  g_free (self->share_id);
  g_strfreev (self->paths);
  g_free (self);
}

typedef enum {
  KEEP,
  DISCARD,
  UNDO,
} What;

typedef struct
{
  What what;
  GWeakRef widget;
  AnnexDesk *desk;
  AnnexTask *task;
  GPtrArray *parts;
  char **keep_ids;
  /* what became of it */
  guint n_done;
  guint n_both;
  guint n_bare; /* of n_both: no other version had to be put beside */
  guint n_refused;
  guint n_failed;
} Work;

static void
work_free (gpointer data)
{
  Work *work = data;

  g_weak_ref_clear (&work->widget);
  g_clear_object (&work->desk);
  g_clear_object (&work->task);
  g_clear_pointer (&work->parts, g_ptr_array_unref);
  g_strfreev (work->keep_ids);
  g_free (work);
}

static Work *
work_new (What what, GtkWidget *widget, AnnexDesk *desk, AnnexTask *task)
{
  Work *work = g_new0 (Work, 1);

  work->what = what;
  g_weak_ref_init (&work->widget, widget);
  work->desk = g_object_ref (desk);
  work->task = g_object_ref (task);
  return work;
}

/* ---- toasts */

static void
show_toast (GtkWidget *widget, AdwToast *toast)
{
  GtkWidget *overlay = gtk_widget_get_ancestor (widget, ADW_TYPE_TOAST_OVERLAY);

  if (overlay != NULL)
    adw_toast_overlay_add_toast (ADW_TOAST_OVERLAY (overlay), toast);
  else
    g_object_unref (g_object_ref_sink (toast));
}

void
annex_toast (GtkWidget *widget, const char *text)
{
  show_toast (widget, annex_ui_toast_new (text));
}

static void
undo_clicked_cb (AdwToast *toast, Work *undo)
{
  g_autoptr (GtkWidget) widget = g_weak_ref_get (&undo->widget);

  if (widget != NULL)
    dex_future_disown (annex_draft_undo_keeps (widget, undo->desk, undo->task,
                                               (const char *const *) undo->keep_ids));
}

static void
undo_closure_free (gpointer data, GClosure *closure)
{
  work_free (data);
}

/* Shows @text with a button that takes @keep_ids back; without it where there are none. */
static void
show_with_undo (Work *work,
                GtkWidget *widget,
                const char *text,
                const char *label,
                const char *const *keep_ids)
{
  AdwToast *toast = annex_ui_toast_new (text);

  if (keep_ids[0] != NULL)
    {
      Work *undo = work_new (UNDO, widget, work->desk, work->task);

      undo->keep_ids = g_strdupv ((char **) keep_ids);
      adw_toast_set_button_label (toast, label);
      adw_toast_set_timeout (toast, 10);
      g_signal_connect_data (toast, "button-clicked", G_CALLBACK (undo_clicked_cb), undo,
                             undo_closure_free, 0);
    }
  show_toast (widget, toast);
}

/* What is said where it went wrong before all of it was done. (transfer full) */
static char *
failure_words (Work *work, const GError *error)
{
  g_autofree char *reason = annex_text_for_display (annex_error_said (error));
  gboolean any = work->n_done > 0;

  switch (work->what)
    {
    case KEEP:
      return any ? g_strdup_printf (ngettext ("%u change kept, then this went wrong: %s",
                                              "%u changes kept, then this went wrong: %s",
                                              work->n_done),
                                    work->n_done, reason)
                 : g_strdup_printf (_ ("Nothing was kept: %s"), reason);
    case DISCARD:
      return any ? g_strdup_printf (ngettext ("%u change discarded, then this went wrong: %s",
                                              "%u changes discarded, then this went wrong: %s",
                                              work->n_done),
                                    work->n_done, reason)
                 : g_strdup_printf (_ ("Nothing was discarded: %s"), reason);
    case UNDO:
      return any ? g_strdup_printf (ngettext ("%u change taken back, then this went wrong: %s",
                                              "%u changes taken back, then this went wrong: %s",
                                              work->n_done),
                                    work->n_done, reason)
                 : g_strdup_printf (_ ("Nothing was undone: %s"), reason);
    }
  g_return_val_if_reached (NULL);
}

static char *
kept_words (Work *work)
{
  if (work->n_failed > 0)
    return g_strdup_printf (_ ("%u kept, %u could not be kept"), work->n_done, work->n_failed);
  if (work->n_both > 0)
    return g_strdup_printf (ngettext ("%u change kept, %u beside your own version",
                                      "%u changes kept, %u beside your own version", work->n_done),
                            work->n_done, work->n_both);
  return g_strdup_printf (ngettext ("%u change kept", "%u changes kept", work->n_done),
                          work->n_done);
}

static char *
undone_words (Work *work)
{
  guint stay = work->n_both + work->n_refused;

  if (work->n_failed > 0)
    return g_strdup_printf (_ ("%u taken back, %u could not be taken back"), work->n_done,
                            work->n_failed);
  if (work->n_bare > 0 || work->n_refused > 0)
    return g_strdup_printf (ngettext ("Undone. %u file you changed since stays as it is",
                                      "Undone. %u files you changed since stay as they are", stay),
                            stay);
  if (work->n_both > 0)
    return g_strdup_printf (
        ngettext ("Undone. %u file you changed since stays, the former one is beside it",
                  "Undone. %u files you changed since stay, the former ones are beside them",
                  work->n_both),
        work->n_both);
  return g_strdup (_ ("Your files are as they were"));
}

/* ---- keeping */

static void
count (Work *work, GPtrArray *kept)
{
  for (guint i = 0; i < kept->len; i++)
    {
      const AnnexKept *entry = g_ptr_array_index (kept, i);
      gboolean both = entry->outcome == ANNEX_OUTCOME_KEPT_BOTH;

      work->n_done += both || entry->outcome == ANNEX_OUTCOME_DONE;
      work->n_both += both;
      work->n_bare += both && entry->other_path == NULL;
      work->n_refused += entry->outcome == ANNEX_OUTCOME_REFUSED;
      work->n_failed += entry->outcome == ANNEX_OUTCOME_FAILED;
    }
}

/* What the log says was kept and was not @before, which is so whatever went wrong after it. Counts
 * it anew; the identifiers, NULL-terminated. */
static GPtrArray *
read_new_keeps (Work *work, char **before)
{
  static const AnnexEventType kept = ANNEX_EVENT_DRAFT_KEPT;
  GPtrArray *ids = g_ptr_array_new_with_free_func (g_free);
  g_auto (GStrv) now = annex_task_dup_keeps (work->task);
  g_autoptr (GPtrArray) events =
      dex_await_boxed (annex_store_list_events_of (annex_task_get_store (work->task),
                                                   annex_task_get_id (work->task), &kept, 1),
                       NULL);

  if (events != NULL)
    work->n_done = work->n_both = work->n_failed = 0;
  for (guint i = 0; events != NULL && i < events->len; i++)
    {
      JsonObject *data = annex_event_get_data (g_ptr_array_index (events, i));
      const char *id = annex_json_opt_string (data, "keep", "");
      JsonArray *entries = annex_json_opt_array (data, "entries");

      if (g_strv_contains ((const char *const *) before, id) ||
          !g_strv_contains ((const char *const *) now, id))
        continue;
      work->n_done += annex_kept_count_done (entries);
      work->n_both += annex_kept_count (entries, ANNEX_OUTCOME_KEPT_BOTH);
      work->n_failed += annex_kept_count (entries, ANNEX_OUTCOME_FAILED);
      g_ptr_array_add (ids, g_strdup (id));
    }
  g_ptr_array_add (ids, NULL);
  return ids;
}

static DexFuture *
keep_fiber (gpointer data)
{
  Work *work = data;
  g_auto (GStrv) before = annex_task_dup_keeps (work->task);
  g_autoptr (GPtrArray) keep_ids = NULL;
  g_autoptr (GtkWidget) widget = NULL;
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < work->parts->len && error == NULL; i++)
    {
      const AnnexDraftPart *part = g_ptr_array_index (work->parts, i);
      g_autoptr (GPtrArray) kept =
          dex_await_boxed (annex_desk_keep (work->desk, work->task, part->share_id,
                                            (const char *const *) part->paths),
                           &error);

      if (kept != NULL)
        {
          count (work, kept);
          annex_recent_add (gtk_recent_manager_get_default (),
                            annex_task_find_share (work->task, part->share_id), kept);
        }
    }
  keep_ids = read_new_keeps (work, before);
  widget = g_weak_ref_get (&work->widget);
  if (widget != NULL)
    {
      g_autofree char *text = error != NULL ? failure_words (work, error) : kept_words (work);

      show_with_undo (work, widget, text, _ ("Undo"), (const char *const *) keep_ids->pdata);
    }
  return dex_future_new_for_boolean (error == NULL && work->n_failed == 0);
}

DexFuture *
annex_draft_keep_parts (GtkWidget *widget, AnnexDesk *desk, AnnexTask *task, GPtrArray *parts)
{
  Work *work = work_new (KEEP, widget, desk, task);

  work->parts = g_ptr_array_ref (parts);
  return annex_fiber_run (keep_fiber, work, work_free);
}

/* ---- discarding */

static void
response_cb (AdwAlertDialog *dialog, const char *response, DexPromise *promise)
{
  if (dex_future_is_pending (DEX_FUTURE (promise)))
    dex_promise_resolve_boolean (promise, g_str_equal (response, "throw-away"));
}

/* A dialog that goes without an answer, because its window went, means no. */
static void
promise_closure_free (gpointer data, GClosure *closure)
{
  if (dex_future_is_pending (DEX_FUTURE (data)))
    dex_promise_resolve_boolean (DEX_PROMISE (data), FALSE);
  dex_unref (data);
}

DexFuture *
annex_draft_confirm_discard (GtkWidget *widget, guint n)
{
  DexPromise *promise = dex_promise_new ();
  AdwDialog *dialog = adw_alert_dialog_new (NULL, NULL);

  adw_alert_dialog_set_heading_use_markup (ADW_ALERT_DIALOG (dialog), FALSE);
  adw_alert_dialog_set_body_use_markup (ADW_ALERT_DIALOG (dialog), FALSE);
  adw_alert_dialog_format_heading (ADW_ALERT_DIALOG (dialog),
                                   ngettext ("Discard %u Change?", "Discard %u Changes?", n), n);
  adw_alert_dialog_set_body (
      ADW_ALERT_DIALOG (dialog),
      _ ("What Annex made is thrown away for good. Your own files stay as they are."));
  adw_alert_dialog_add_responses (ADW_ALERT_DIALOG (dialog), "cancel", _ ("_Cancel"), "throw-away",
                                  _ ("_Discard"), NULL);
  adw_alert_dialog_set_response_appearance (ADW_ALERT_DIALOG (dialog), "throw-away",
                                            ADW_RESPONSE_DESTRUCTIVE);
  adw_alert_dialog_set_default_response (ADW_ALERT_DIALOG (dialog), "cancel");
  adw_alert_dialog_set_close_response (ADW_ALERT_DIALOG (dialog), "cancel");
  g_signal_connect_data (dialog, "response", G_CALLBACK (response_cb), dex_ref (promise),
                         promise_closure_free, 0);
  adw_dialog_present (dialog, widget);
  return DEX_FUTURE (promise);
}

static DexFuture *
discard_fiber (gpointer data)
{
  Work *work = data;
  g_autoptr (GtkWidget) widget = g_weak_ref_get (&work->widget);
  g_autoptr (GError) error = NULL;
  guint n = 0;

  for (guint i = 0; i < work->parts->len; i++)
    n += ((AnnexDraftPart *) g_ptr_array_index (work->parts, i))->n_changes;
  if (widget == NULL || !dex_await_boolean (annex_draft_confirm_discard (widget, n), NULL))
    return dex_future_new_for_boolean (FALSE);
  g_clear_object (&widget);
  for (guint i = 0; i < work->parts->len && error == NULL; i++)
    {
      const AnnexDraftPart *part = g_ptr_array_index (work->parts, i);

      if (dex_await (annex_desk_discard (work->desk, work->task, part->share_id,
                                         (const char *const *) part->paths),
                     &error))
        work->n_done += part->n_changes;
    }
  widget = g_weak_ref_get (&work->widget);
  if (widget != NULL)
    {
      g_autofree char *text =
          error != NULL
              ? failure_words (work, error)
              : g_strdup_printf (ngettext ("%u change discarded", "%u changes discarded", n), n);

      annex_toast (widget, text);
    }
  return dex_future_new_for_boolean (error == NULL);
}

DexFuture *
annex_draft_discard_parts (GtkWidget *widget, AnnexDesk *desk, AnnexTask *task, GPtrArray *parts)
{
  Work *work = work_new (DISCARD, widget, desk, task);

  work->parts = g_ptr_array_ref (parts);
  return annex_fiber_run (discard_fiber, work, work_free);
}

/* ---- undoing */

/* What of it is still saved, and can be asked for again. (transfer full) */
static char **
still_kept (Work *work)
{
  g_auto (GStrv) now = annex_task_dup_keeps (work->task);
  GStrvBuilder *still = g_strv_builder_new ();

  for (guint i = 0; work->keep_ids[i] != NULL; i++)
    if (g_strv_contains ((const char *const *) now, work->keep_ids[i]))
      g_strv_builder_add (still, work->keep_ids[i]);
  return g_strv_builder_unref_to_strv (still);
}

static DexFuture *
undo_fiber (gpointer data)
{
  Work *work = data;
  g_autoptr (GtkWidget) widget = NULL;
  g_autoptr (GError) error = NULL;

  /* the last one first */
  for (guint i = g_strv_length (work->keep_ids); i-- > 0 && error == NULL;)
    {
      g_autoptr (GPtrArray) undone =
          dex_await_boxed (annex_desk_undo (work->desk, work->task, work->keep_ids[i]), &error);

      if (undone != NULL)
        count (work, undone);
    }
  widget = g_weak_ref_get (&work->widget);
  if (widget != NULL)
    {
      g_autofree char *text = error != NULL ? failure_words (work, error) : undone_words (work);
      g_auto (GStrv) still = still_kept (work);

      show_with_undo (work, widget, text, _ ("Try Again"), (const char *const *) still);
    }
  return dex_future_new_for_boolean (error == NULL && work->n_failed == 0);
}

DexFuture *
annex_draft_undo_keeps (GtkWidget *widget,
                        AnnexDesk *desk,
                        AnnexTask *task,
                        const char *const *keep_ids)
{
  Work *work = work_new (UNDO, widget, desk, task);

  work->keep_ids = g_strdupv ((char **) keep_ids);
  return annex_fiber_run (undo_fiber, work, work_free);
}
