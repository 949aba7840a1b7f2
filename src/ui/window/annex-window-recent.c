/* annex-window-recent.c
 *
 * The pages of the tasks looked at last. Making one and letting go of one each take about as long
 * as a frame, so neither is done while a task is opened: one page is ready beforehand, and old ones
 * go when there is nothing else to do.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-window-private.h"

#define PAGES_MAX 8

static const char *
task_id_of (AnnexTaskPage *page)
{
  return annex_task_get_id (annex_task_page_get_task (page));
}

AnnexTaskPage *
annex_window_find_page (AnnexWindow *self, const char *task_id)
{
  for (guint i = 0; i < self->recent->len; i++)
    {
      AnnexTaskPage *page = g_ptr_array_index (self->recent, i);

      if (g_str_equal (task_id_of (page), task_id))
        return page;
    }
  return NULL;
}

void
annex_window_remove_page (AnnexWindow *self, AnnexTaskPage *page)
{
  g_ptr_array_remove (self->recent, page);
  gtk_stack_remove (self->stack, GTK_WIDGET (page));
}

void
annex_window_forget_pages (AnnexWindow *self)
{
  g_clear_handle_id (&self->tidy_id, g_source_remove);
  if (self->spare_page != NULL)
    gtk_stack_remove (self->stack, GTK_WIDGET (g_steal_pointer (&self->spare_page)));
  /* in the place of what is shown */
  gtk_widget_set_visible (gtk_stack_get_child_by_name (self->stack, "new-task"), TRUE);
  while (self->recent->len > 0)
    annex_window_remove_page (self, g_ptr_array_index (self->recent, 0));
}

/* The one longest not looked at, but never one with which something would be lost. */
static AnnexTaskPage *
find_old_page (AnnexWindow *self)
{
  for (guint i = 0; i < self->recent->len && self->recent->len > PAGES_MAX; i++)
    {
      AnnexTaskPage *page = g_ptr_array_index (self->recent, i);

      if (page != annex_window_get_page (self) && !annex_task_page_is_busy (page))
        return page;
    }
  return NULL;
}

/* In the stack already, where it gets its style in a frame of its own. */
static AnnexTaskPage *
add_page (AnnexWindow *self)
{
  GtkWidget *page = annex_task_page_new (self->desk, NULL);

  gtk_stack_add_child (self->stack, page);
  return ANNEX_TASK_PAGE (page);
}

/* One thing a turn. */
static gboolean
tidy_cb (gpointer data)
{
  AnnexWindow *self = data;
  AnnexTaskPage *old = find_old_page (self);

  if (old != NULL)
    annex_window_remove_page (self, old);
  else if (self->spare_page == NULL)
    self->spare_page = add_page (self);
  else
    {
      self->tidy_id = 0;
      return G_SOURCE_REMOVE;
    }
  return G_SOURCE_CONTINUE;
}

AnnexTaskPage *
annex_window_take_page (AnnexWindow *self, AnnexTask *task)
{
  AnnexTaskPage *page = annex_window_find_page (self, annex_task_get_id (task));

  if (page != NULL)
    g_ptr_array_remove (self->recent, page);
  else
    {
      page = self->spare_page != NULL ? g_steal_pointer (&self->spare_page) : add_page (self);
      g_object_set (page, "task", task, NULL);
      annex_window_bind_page (self, page);
    }
  g_ptr_array_add (self->recent, page);
  if (self->tidy_id == 0)
    self->tidy_id = g_idle_add_full (G_PRIORITY_LOW, tidy_cb, self, NULL);
  return page;
}
