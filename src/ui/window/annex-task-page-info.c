/* annex-task-page-info.c
 *
 * What stands one level down: when a task began, which model works on it, how much it read and
 * wrote, and what that cost.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-task-page-private.h"

#include "annex-text.h"

#include <glib/gi18n.h>

static DexFuture *
first_event_cb (DexFuture *future, gpointer data)
{
  g_autoptr (AnnexTaskPage) self = g_weak_ref_get (data);
  const GValue *value = dex_future_get_value (future, NULL);
  GPtrArray *events = value != NULL ? g_value_get_boxed (value) : NULL;
  g_autofree char *when = NULL;

  if (self == NULL || self->started_label == NULL || events == NULL || events->len == 0)
    return dex_future_new_true ();
  when =
      annex_text_format_day_and_time (annex_event_get_time_us (g_ptr_array_index (events, 0)), 0);
  gtk_label_set_text (self->started_label, when);
  return dex_future_new_true ();
}

static void
weak_free (gpointer data)
{
  g_weak_ref_clear (data);
  g_free (data);
}

/* "12,345 words"-like counts in thousands: what a model counts are pieces of words. (transfer full)
 */
static char *
format_tokens (gint64 tokens)
{
  g_autofree char *count = annex_text_format_count (tokens);

  return g_strdup_printf (C_ ("pieces of words, as models count", "%s tokens"), count);
}

void
annex_task_page_fill_info (AnnexTaskPage *self)
{
  AnnexUsage usage = { 0 };
  GWeakRef *weak;
  g_autofree char *title = NULL;
  g_autofree char *model = NULL;
  g_autofree char *read = NULL;
  g_autofree char *written = NULL;
  g_autofree char *cost = NULL;

  if (self->base.task == NULL)
    return;
  title = annex_task_dup_title (self->base.task);
  gtk_editable_set_text (self->rename_entry, title);
  annex_task_get_usage (self->base.task, &usage);
  model = annex_text_for_display (annex_task_get_model (self->base.task));
  read = format_tokens (usage.input_tokens + usage.cache_read_tokens + usage.cache_write_tokens);
  written = format_tokens (usage.output_tokens);
  cost = usage.cost_usd < 0 ? g_strdup (_ ("Not known"))
                            : g_strdup_printf ("US$ %.2f", usage.cost_usd);
  gtk_label_set_text (self->model_label,
                      *model != '\0' ? model : annex_task_get_provider (self->base.task));
  gtk_label_set_text (self->read_label, read);
  gtk_label_set_text (self->written_label, written);
  gtk_label_set_text (self->cost_label, cost);
  weak = g_new0 (GWeakRef, 1);
  g_weak_ref_init (weak, self);
  dex_future_disown (
      dex_future_finally (annex_store_list_events (annex_task_get_store (self->base.task),
                                                   annex_task_get_id (self->base.task), 0, 1),
                          first_event_cb, weak, weak_free));
}
