/* annex-task-widget.h
 *
 * What every widget of a task has: a bin with a desk and a task, either nullable, that hears what
 * happens to the task. Its final types say what they do with it, and own the rest.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-desk.h"

#include <adwaita.h>

G_BEGIN_DECLS

/* Properties: "desk" (AnnexDesk), "task" (AnnexTask), nullable, read and write. */
#define ANNEX_TYPE_TASK_WIDGET (annex_task_widget_get_type ())
GType
annex_task_widget_get_type (void);

typedef struct
{
  AdwBin parent_instance;

  /* For derived types, and only to be read. */
  AnnexDesk *desk;
  AnnexTask *task;
} AnnexTaskWidget;

typedef struct
{
  AdwBinClass parent_class;

  /* The property has another value; @old (nullable) is the one before. Either may be NULL. A type
   * that connects to the new one by itself disconnects from the old one. */
  void (*desk_changed) (AnnexTaskWidget *self, AnnexDesk *old);
  void (*task_changed) (AnnexTaskWidget *self, AnnexTask *old);
  /* The task has a new event. */
  void (*event) (AnnexTaskWidget *self, AnnexEvent *event);
  /* The desk runs the task, or no longer does. */
  void (*run_changed) (AnnexTaskWidget *self);
  /* The desk opened the browser of the task. */
  void (*browser_opened) (AnnexTaskWidget *self);
} AnnexTaskWidgetClass;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AnnexTaskWidget, g_object_unref)

static inline AnnexTaskWidget *
ANNEX_TASK_WIDGET (gpointer object)
{
  return G_TYPE_CHECK_INSTANCE_CAST (object, ANNEX_TYPE_TASK_WIDGET, AnnexTaskWidget);
}

/* Its dispose takes the template of the derived type apart: what a derived type has in its template
 * is there in its own dispose, before it chains up, and only the first time. */

/* A new widget of @type, for the desk and the task that @self has from now on. (transfer floating)
 */
GtkWidget *
annex_task_widget_create_part (AnnexTaskWidget *self, GType type);
/* The same for a widget that is there. */
void
annex_task_widget_bind_part (AnnexTaskWidget *self, AnnexTaskWidget *part);

G_END_DECLS
