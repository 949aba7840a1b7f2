/* annex-side-pane.c
 *
 * See annex-side-pane.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-side-pane.h"

#include "annex-activity-pane.h"
#include "annex-browser-slot.h"
#include "annex-computer-pane.h"
#include "annex-files-pane.h"
#include "annex-plan-view.h"

struct _AnnexSidePane
{
  AnnexTaskWidget base;

  gboolean closable;
  guint fill_id;
  guint n_ticks; /* since it was mapped */

  AdwViewStack *stack;
  AdwInlineViewSwitcher *switcher;
  AdwBreakpoint *narrow; /* only icons */
};

G_DEFINE_FINAL_TYPE (AnnexSidePane, annex_side_pane, ANNEX_TYPE_TASK_WIDGET)

enum { PROP_TAB = 1, PROP_CLOSABLE, N_PROPERTIES };
static GParamSpec *properties[N_PROPERTIES];

/* What a page holds, made when it is looked at for the first time. */
static GType
part_type (const char *tab)
{
  if (g_strcmp0 (tab, "plan") == 0)
    return ANNEX_TYPE_PLAN_VIEW;
  if (g_strcmp0 (tab, "files") == 0)
    return ANNEX_TYPE_FILES_PANE;
  if (g_strcmp0 (tab, "computer") == 0)
    return ANNEX_TYPE_COMPUTER_PANE;
  if (g_strcmp0 (tab, "browser") == 0)
    return ANNEX_TYPE_BROWSER_SLOT;
  if (g_strcmp0 (tab, "activity") == 0)
    return ANNEX_TYPE_ACTIVITY_PANE;
  return G_TYPE_INVALID;
}

static void
open_file_cb (AnnexSidePane *self)
{
  adw_view_stack_set_visible_child_name (self->stack, "files");
}

static void
fill_page (AnnexSidePane *self)
{
  GtkWidget *slot = adw_view_stack_get_visible_child (self->stack);
  GType type = part_type (adw_view_stack_get_visible_child_name (self->stack));
  GtkWidget *part;

  if (type == G_TYPE_INVALID || slot == NULL || adw_bin_get_child (ADW_BIN (slot)) != NULL ||
      !gtk_widget_get_mapped (GTK_WIDGET (self)))
    return;
  part = annex_task_widget_create_part (&self->base, type);
  adw_bin_set_child (ADW_BIN (slot), part);
  if (type == ANNEX_TYPE_PLAN_VIEW)
    g_signal_connect_object (part, "open-file", G_CALLBACK (open_file_cb), self, G_CONNECT_SWAPPED);
}

/* In the second frame: the conversation's comes first. */
static gboolean
fill_later_cb (GtkWidget *widget, GdkFrameClock *clock, gpointer data)
{
  AnnexSidePane *self = ANNEX_SIDE_PANE (widget);

  if (self->n_ticks++ == 0)
    return G_SOURCE_CONTINUE;
  self->fill_id = 0;
  fill_page (self);
  return G_SOURCE_REMOVE;
}

/* Names are as long as the language makes them: below what all of them need there are only icons.
 */
static void
fit_names (AnnexSidePane *self)
{
  AdwInlineViewSwitcherDisplayMode mode =
      adw_inline_view_switcher_get_display_mode (self->switcher);
  g_autoptr (AdwBreakpointCondition) condition = NULL;
  int natural = 0;
  double limit;

  adw_inline_view_switcher_set_display_mode (self->switcher, ADW_INLINE_VIEW_SWITCHER_LABELS);
  gtk_widget_measure (GTK_WIDGET (self->switcher), GTK_ORIENTATION_HORIZONTAL, -1, NULL, &natural,
                      NULL, NULL);
  adw_inline_view_switcher_set_display_mode (self->switcher, mode);
  limit = adw_length_unit_from_px (ADW_LENGTH_UNIT_SP, natural - 1,
                                   gtk_widget_get_settings (GTK_WIDGET (self)));
  condition = adw_breakpoint_condition_new_length (ADW_BREAKPOINT_CONDITION_MAX_WIDTH, limit,
                                                   ADW_LENGTH_UNIT_SP);
  adw_breakpoint_set_condition (self->narrow, condition);
}

static void
annex_side_pane_map (GtkWidget *widget)
{
  AnnexSidePane *self = ANNEX_SIDE_PANE (widget);

  fit_names (self);
  GTK_WIDGET_CLASS (annex_side_pane_parent_class)->map (widget);
  self->n_ticks = 0;
  if (self->fill_id == 0)
    self->fill_id = gtk_widget_add_tick_callback (widget, fill_later_cb, NULL, NULL);
}

static void
tab_changed_cb (AnnexSidePane *self)
{
  fill_page (self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_TAB]);
}

static void
annex_side_pane_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  AnnexSidePane *self = ANNEX_SIDE_PANE (object);

  switch (id)
    {
    case PROP_TAB:
      g_value_set_string (value, adw_view_stack_get_visible_child_name (self->stack));
      break;
    case PROP_CLOSABLE:
      g_value_set_boolean (value, self->closable);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
annex_side_pane_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  AnnexSidePane *self = ANNEX_SIDE_PANE (object);
  const char *tab;

  switch (id)
    {
    case PROP_TAB:
      tab = g_value_get_string (value);
      if (tab != NULL && adw_view_stack_get_child_by_name (self->stack, tab) != NULL)
        adw_view_stack_set_visible_child_name (self->stack, tab); /* notifies */
      break;
    case PROP_CLOSABLE:
      if (self->closable == g_value_get_boolean (value))
        break;
      self->closable = g_value_get_boolean (value);
      g_object_notify_by_pspec (object, pspec);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

/* A toggle of libadwaita 1.7 never lets go of its child: every pane would leave its tabs behind. */
static void
release_toggles (AnnexSidePane *self)
{
  GtkWidget *group =
      self->switcher != NULL ? gtk_widget_get_first_child (GTK_WIDGET (self->switcher)) : NULL;

  if (!ADW_IS_TOGGLE_GROUP (group))
    return;
  for (guint i = 0; i < adw_toggle_group_get_n_toggles (ADW_TOGGLE_GROUP (group)); i++)
    adw_toggle_set_child (adw_toggle_group_get_toggle (ADW_TOGGLE_GROUP (group), i), NULL);
}

static void
annex_side_pane_dispose (GObject *object)
{
  release_toggles (ANNEX_SIDE_PANE (object));
  G_OBJECT_CLASS (annex_side_pane_parent_class)->dispose (object);
}

gboolean
annex_side_pane_is_moving (AnnexSidePane *self)
{
  GtkWidget *slot = adw_view_stack_get_child_by_name (self->stack, "computer");
  GtkWidget *part = slot != NULL ? adw_bin_get_child (ADW_BIN (slot)) : NULL;

  return part != NULL && annex_computer_pane_is_moving (ANNEX_COMPUTER_PANE (part));
}

static void
annex_side_pane_class_init (AnnexSidePaneClass *klass)
{
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->dispose = annex_side_pane_dispose;
  object_class->get_property = annex_side_pane_get_property;
  object_class->set_property = annex_side_pane_set_property;
  widget_class->map = annex_side_pane_map;
  properties[PROP_TAB] = g_param_spec_string ("tab", NULL, NULL, "plan", flags);
  properties[PROP_CLOSABLE] = g_param_spec_boolean ("closable", NULL, NULL, FALSE, flags);
  g_object_class_install_properties (object_class, N_PROPERTIES, properties);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/annex_desktop/Annex/annex-side-pane.ui");
  gtk_widget_class_bind_template_child (widget_class, AnnexSidePane, stack);
  gtk_widget_class_bind_template_child (widget_class, AnnexSidePane, switcher);
  gtk_widget_class_bind_template_child (widget_class, AnnexSidePane, narrow);
  gtk_widget_class_bind_template_callback (widget_class, tab_changed_cb);
}

static void
annex_side_pane_init (AnnexSidePane *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}
