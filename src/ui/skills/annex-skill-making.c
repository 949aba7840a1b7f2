/* annex-skill-making.c
 *
 * See annex-skill-making.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-skill-making.h"

#include "annex-skill-view.h"
#include "annex-spoken.h"
#include "annex-text.h"
#include "annex-then.h"

#include <glib/gi18n.h>

struct _AnnexSkillMaking
{
  AdwNavigationPage parent_instance;

  AnnexDesk *desk;
  char *task_id;
  GCancellable *cancellable; /* of the try that goes on; nullable */

  GtkStack *stack;
  AdwStatusPage *failed;
};

static guint made_signal;

G_DEFINE_FINAL_TYPE (AnnexSkillMaking, annex_skill_making, ADW_TYPE_NAVIGATION_PAGE)

static void
stop (AnnexSkillMaking *self)
{
  if (self->cancellable != NULL)
    g_cancellable_cancel (self->cancellable);
  g_clear_object (&self->cancellable);
}

static void
show_failure (AnnexSkillMaking *self, const GError *error)
{
  g_autofree char *shown = annex_text_for_display (annex_error_said (error));
  g_autofree char *escaped = g_markup_escape_text (shown, -1);

  g_clear_object (&self->cancellable);
  adw_status_page_set_description (self->failed, escaped);
  gtk_stack_set_visible_child_name (self->stack, "failed");
}

static void
made_cb (gpointer object, const GValue *value, GError *error)
{
  AnnexSkillMaking *self = object;

  if (self->cancellable == NULL) /* left meanwhile */
    return;
  if (value == NULL)
    {
      show_failure (self, error);
      return;
    }
  g_clear_object (&self->cancellable);
  g_signal_emit (self, made_signal, 0, g_value_get_boxed (value));
}

static void
opened_cb (gpointer object, const GValue *value, GError *error)
{
  AnnexSkillMaking *self = object;

  if (self->cancellable == NULL)
    return;
  if (value != NULL)
    annex_then (annex_desk_make_skill (self->desk, g_value_get_object (value), self->cancellable),
                self, made_cb);
  else
    show_failure (self, error);
}

static void
start_cb (AnnexSkillMaking *self)
{
  stop (self);
  self->cancellable = g_cancellable_new ();
  gtk_stack_set_visible_child_name (self->stack, "making");
  annex_then (annex_desk_open_task (self->desk, self->task_id), self, opened_cb);
}

static void
cancel_cb (AnnexSkillMaking *self)
{
  stop (self);
  gtk_widget_activate_action (GTK_WIDGET (self), "navigation.pop", NULL);
}

static void
annex_skill_making_dispose (GObject *object)
{
  AnnexSkillMaking *self = ANNEX_SKILL_MAKING (object);

  stop (self);
  adw_navigation_page_set_child (ADW_NAVIGATION_PAGE (self), NULL); /* the template's, too */
  gtk_widget_dispose_template (GTK_WIDGET (self), ANNEX_TYPE_SKILL_MAKING);
  g_clear_object (&self->desk);
  g_clear_pointer (&self->task_id, g_free);
  G_OBJECT_CLASS (annex_skill_making_parent_class)->dispose (object);
}

static void
annex_skill_making_class_init (AnnexSkillMakingClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = annex_skill_making_dispose;
  made_signal = g_signal_new ("made", ANNEX_TYPE_SKILL_MAKING, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                              NULL, G_TYPE_NONE, 1, ANNEX_TYPE_SKILL_DRAFT);
  gtk_widget_class_set_template_from_resource (
      widget_class, "/io/github/annex_desktop/Annex/annex-skill-making.ui");
  gtk_widget_class_bind_template_child (widget_class, AnnexSkillMaking, stack);
  gtk_widget_class_bind_template_child (widget_class, AnnexSkillMaking, failed);
  gtk_widget_class_bind_template_callback (widget_class, start_cb);
  gtk_widget_class_bind_template_callback (widget_class, cancel_cb);
}

static void
annex_skill_making_init (AnnexSkillMaking *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

GtkWidget *
annex_skill_making_new (AnnexDesk *desk, const char *task_id)
{
  AnnexSkillMaking *self = g_object_new (ANNEX_TYPE_SKILL_MAKING, NULL);

  self->desk = g_object_ref (desk);
  self->task_id = g_strdup (task_id);
  start_cb (self);
  return GTK_WIDGET (self);
}
