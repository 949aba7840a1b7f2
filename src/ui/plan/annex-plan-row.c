/* annex-plan-row.c
 *
 * See annex-plan-row.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-plan-row.h"

#include "annex-plan-node.h"
#include "annex-text.h"

#include <glib/gi18n.h>

#define MAX_CHIPS 6
#define MAX_BRANCHES 12

struct _AnnexPlanRow
{
  GtkListBoxRow parent_instance;

  char *id;
  char *title; /* as it is stored */
  AnnexStepState state;
  guint index;
  guint n;
  gboolean alive;
  gint64 started_us;
  gint64 finished_us;
  gboolean edited;
  guint n_files; /* shown */

  AnnexPlanNode *node;
  GtkLabel *label;
  GtkEditable *entry;
  GtkLabel *time;
  AdwWrapBox *chips;
  GtkBox *branches;
  GtkMenuButton *menu_button;
};

enum { SIGNAL_RENAMED, SIGNAL_OPEN_FILE, SIGNAL_EDIT_ENDED, N_SIGNALS };

static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (AnnexPlanRow, annex_plan_row, GTK_TYPE_LIST_BOX_ROW)

static const char *
state_words (AnnexStepState state)
{
  switch (state)
    {
    case ANNEX_STEP_PENDING:
      return C_ ("step", "to do");
    case ANNEX_STEP_IN_PROGRESS:
      return C_ ("step", "in progress");
    case ANNEX_STEP_COMPLETED:
      return C_ ("step", "done");
    case ANNEX_STEP_FAILED:
      return C_ ("step", "failed");
    case ANNEX_STEP_SKIPPED:
      return C_ ("step", "struck");
    }
  return "";
}

/* ---- time */

/* How long it took or has been going on; < 0: not known. */
static gint64
passed_ms (AnnexPlanRow *self)
{
  if (self->started_us == 0)
    return -1;
  if (self->state == ANNEX_STEP_IN_PROGRESS)
    return self->alive ? MAX (g_get_real_time () - self->started_us, 0) / 1000 : -1;
  return self->finished_us != 0 ? MAX (self->finished_us - self->started_us, 0) / 1000 : -1;
}

static void
describe (AnnexPlanRow *self, gint64 ms)
{
  g_autofree char *title = annex_text_for_display (self->title);
  g_autofree char *time = ms >= 0 ? annex_text_format_duration (ms) : NULL;
  /* Translators: "Step 3 of 5, in progress, Check duplicates" */
  g_autofree char *words = g_strdup_printf (
      _ ("Step %u of %u, %s, %s"), self->index + 1, self->n,
      self->state == ANNEX_STEP_IN_PROGRESS && !self->alive ? C_ ("step", "stopped")
                                                            : state_words (self->state),
      title);
  g_autofree char *all = time != NULL ? g_strdup_printf ("%s, %s", words, time) : NULL;

  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  all != NULL ? all : words, -1);
}

void
annex_plan_row_update_time (AnnexPlanRow *self)
{
  gint64 ms;
  g_autofree char *text = NULL;

  g_return_if_fail (ANNEX_IS_PLAN_ROW (self));

  ms = passed_ms (self);
  if (ms >= 0)
    text = self->state == ANNEX_STEP_IN_PROGRESS ? annex_text_format_clock (ms)
                                                 : annex_text_format_duration (ms);
  if (g_strcmp0 (gtk_label_get_text (self->time), text != NULL ? text : "") != 0)
    gtk_label_set_text (self->time, text != NULL ? text : "");
  describe (self, ms);
}

/* ---- files */

static void
chip_clicked_cb (AnnexPlanRow *self, GtkButton *button)
{
  g_signal_emit (self, signals[SIGNAL_OPEN_FILE], 0,
                 g_object_get_data (G_OBJECT (button), "annex-path"));
}

static GtkWidget *
new_chip (AnnexPlanRow *self, const char *path)
{
  g_autofree char *name = annex_text_file_name (path);
  g_autofree char *whole = annex_text_for_display (path);
  GtkWidget *label = gtk_label_new (name);
  GtkWidget *button = gtk_button_new ();

  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_MIDDLE);
  gtk_label_set_max_width_chars (GTK_LABEL (label), 20);
  gtk_button_set_child (GTK_BUTTON (button), label);
  gtk_widget_add_css_class (button, "annex-plan-chip");
  gtk_widget_set_tooltip_text (button, whole);
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, whole,
                                  -1);
  g_object_set_data_full (G_OBJECT (button), "annex-path", g_strdup (path), g_free);
  g_signal_connect_object (button, "clicked", G_CALLBACK (chip_clicked_cb), self,
                           G_CONNECT_SWAPPED);
  return button;
}

static void
show_files (AnnexPlanRow *self, GPtrArray *files)
{
  GtkWidget *child;

  if (files->len == self->n_files)
    return; /* a step only gains files */
  self->n_files = files->len;
  while ((child = gtk_widget_get_first_child (GTK_WIDGET (self->chips))) != NULL)
    adw_wrap_box_remove (self->chips, child);
  for (guint i = 0; i < files->len && i < MAX_CHIPS; i++)
    adw_wrap_box_append (self->chips, new_chip (self, g_ptr_array_index (files, i)));
  if (files->len > MAX_CHIPS)
    {
      g_autofree char *more = g_strdup_printf (
          ngettext ("and %u more", "and %u more", files->len - MAX_CHIPS), files->len - MAX_CHIPS);
      GtkWidget *label = gtk_label_new (more);

      gtk_widget_add_css_class (label, "caption");
      gtk_widget_add_css_class (label, "dimmed");
      adw_wrap_box_append (self->chips, label);
    }
  gtk_widget_set_visible (GTK_WIDGET (self->chips), files->len > 0);
}

/* ---- sub-agents */

static GtkWidget *
new_branch (AnnexPlanRow *self, const AnnexPlanBranch *branch, gboolean below)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 3);
  GtkWidget *node = annex_plan_node_new (TRUE);
  g_autofree char *goal = annex_text_for_display (branch->goal);
  g_autofree char *time =
      branch->finished_us != 0
          ? annex_text_format_duration ((branch->finished_us - branch->started_us) / 1000)
          : NULL;
  GtkWidget *label = gtk_label_new (goal[0] != '\0' ? goal : _ ("A helper"));
  GtkWidget *right = gtk_label_new (time != NULL ? time : "");
  AnnexStepState state = branch->finished_us == 0 ? ANNEX_STEP_IN_PROGRESS
                         : branch->failed         ? ANNEX_STEP_FAILED
                         : branch->stopped        ? ANNEX_STEP_SKIPPED
                                                  : ANNEX_STEP_COMPLETED;
  g_autofree char *words = g_strdup_printf (_ ("Helper, %s: %s"),
                                            branch->stopped ? C_ ("step", "stopped")
                                                            : state_words (state),
                                            gtk_label_get_text (GTK_LABEL (label)));

  annex_plan_node_set_line (ANNEX_PLAN_NODE (node), below, below);
  annex_plan_node_set_state (ANNEX_PLAN_NODE (node), state, self->alive);
  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_END);
  gtk_label_set_lines (GTK_LABEL (label), 2);
  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (label), PANGO_WRAP_WORD_CHAR);
  gtk_widget_set_hexpand (label, TRUE);
  gtk_widget_set_tooltip_text (label, goal);
  gtk_widget_add_css_class (label, "caption");
  gtk_widget_add_css_class (right, "caption");
  gtk_widget_add_css_class (right, "dimmed");
  gtk_widget_add_css_class (right, "numeric");
  gtk_widget_set_margin_end (right, 12);
  gtk_box_append (GTK_BOX (box), node);
  gtk_box_append (GTK_BOX (box), label);
  gtk_box_append (GTK_BOX (box), right);
  gtk_accessible_update_property (GTK_ACCESSIBLE (box), GTK_ACCESSIBLE_PROPERTY_LABEL, words, -1);
  return box;
}

static void
show_branches (AnnexPlanRow *self, GPtrArray *branches)
{
  guint from = branches != NULL && branches->len > MAX_BRANCHES ? branches->len - MAX_BRANCHES : 0;
  GtkWidget *child;

  if ((branches == NULL || branches->len == 0) &&
      !gtk_widget_get_visible (GTK_WIDGET (self->branches)))
    return;
  while ((child = gtk_widget_get_first_child (GTK_WIDGET (self->branches))) != NULL)
    gtk_box_remove (self->branches, child);
  for (guint i = from; branches != NULL && i < branches->len; i++)
    gtk_box_append (self->branches,
                    new_branch (self, g_ptr_array_index (branches, i),
                                i + 1 < branches->len || self->index + 1 < self->n));
  gtk_widget_set_visible (GTK_WIDGET (self->branches), branches != NULL && branches->len > 0);
}

/* ---- the menu */

static void
add_item (GMenu *menu, const char *label, const char *action, const char *id)
{
  g_autoptr (GMenuItem) item = g_menu_item_new (label, NULL);

  g_menu_item_set_action_and_target (item, action, "s", id);
  g_menu_append_item (menu, item);
}

static void
create_menu_cb (GtkMenuButton *button, gpointer data)
{
  AnnexPlanRow *self = data;
  g_autoptr (GMenu) menu = g_menu_new ();
  gboolean open = self->state == ANNEX_STEP_PENDING || self->state == ANNEX_STEP_IN_PROGRESS ||
                  self->state == ANNEX_STEP_FAILED;

  add_item (menu, _ ("_Edit"), "plan.edit", self->id);
  if (self->index > 0)
    add_item (menu, _ ("Move _Up"), "plan.up", self->id);
  if (self->index + 1 < self->n)
    add_item (menu, _ ("Move _Down"), "plan.down", self->id);
  if (open)
    add_item (menu, _ ("_Strike"), "plan.strike", self->id);
  else
    add_item (menu, self->state == ANNEX_STEP_SKIPPED ? _ ("_Put Back") : _ ("Do It _Again"),
              "plan.restore", self->id);
  gtk_menu_button_set_menu_model (self->menu_button, G_MENU_MODEL (menu));
}

/* ---- showing */

const char *
annex_plan_row_get_id (AnnexPlanRow *self)
{
  g_return_val_if_fail (ANNEX_IS_PLAN_ROW (self), NULL);
  return self->id;
}

guint
annex_plan_row_get_index (AnnexPlanRow *self)
{
  g_return_val_if_fail (ANNEX_IS_PLAN_ROW (self), 0);
  return self->index;
}

void
annex_plan_row_show (AnnexPlanRow *self,
                     const AnnexStep *step,
                     AnnexPlanTrack *track,
                     guint index,
                     guint n,
                     gboolean alive)
{
  GPtrArray *branches = annex_plan_track_get_branches (track, step->id);
  g_autofree char *title = annex_text_for_display (step->title);

  g_return_if_fail (ANNEX_IS_PLAN_ROW (self));

  g_free (self->title);
  self->title = g_strdup (step->title);
  self->state = step->state;
  self->index = index;
  self->n = n;
  self->alive = alive;
  self->started_us = annex_plan_track_get_started (track, step->id);
  self->finished_us = annex_plan_track_get_finished (track, step->id);
  gtk_label_set_text (self->label, title);
  if (step->state == ANNEX_STEP_SKIPPED)
    gtk_widget_add_css_class (GTK_WIDGET (self), "struck");
  else
    gtk_widget_remove_css_class (GTK_WIDGET (self), "struck");
  annex_plan_node_set_state (self->node, step->state, alive);
  annex_plan_node_set_line (self->node, index > 0,
                            index + 1 < n || (branches != NULL && branches->len > 0));
  show_files (self, step->files);
  show_branches (self, branches);
  annex_plan_row_update_time (self);
}

/* ---- editing */

static void
end_edit (AnnexPlanRow *self, gboolean take)
{
  g_autofree char *text = NULL;
  GtkRoot *root = gtk_widget_get_root (GTK_WIDGET (self));
  GtkWidget *focus = root != NULL ? gtk_root_get_focus (root) : NULL;
  gboolean inside;

  if (!self->edited)
    return;
  self->edited = FALSE;
  text = g_strstrip (g_strdup (gtk_editable_get_text (self->entry)));
  inside = focus != NULL && gtk_widget_is_ancestor (focus, GTK_WIDGET (self));
  if (inside)
    gtk_widget_grab_focus (GTK_WIDGET (self));
  gtk_widget_set_visible (GTK_WIDGET (self->label), TRUE);
  gtk_widget_set_visible (GTK_WIDGET (self->entry), FALSE);
  if (take && text[0] != '\0' && g_strcmp0 (text, self->title) != 0)
    g_signal_emit (self, signals[SIGNAL_RENAMED], 0, text);
  g_signal_emit (self, signals[SIGNAL_EDIT_ENDED], 0);
}

static void
activated_cb (AnnexPlanRow *self)
{
  end_edit (self, TRUE);
}

static void
left_cb (AnnexPlanRow *self)
{
  end_edit (self, TRUE);
}

static gboolean
entry_key_cb (AnnexPlanRow *self, guint key, guint code, GdkModifierType state)
{
  if (key != GDK_KEY_Escape)
    return GDK_EVENT_PROPAGATE;
  end_edit (self, FALSE);
  return GDK_EVENT_STOP;
}

void
annex_plan_row_edit (AnnexPlanRow *self)
{
  g_return_if_fail (ANNEX_IS_PLAN_ROW (self));

  if (self->edited)
    return;
  gtk_editable_set_text (self->entry, self->title != NULL ? self->title : "");
  gtk_widget_set_visible (GTK_WIDGET (self->entry), TRUE);
  gtk_widget_set_visible (GTK_WIDGET (self->label), FALSE);
  gtk_widget_grab_focus (GTK_WIDGET (self->entry));
  self->edited = TRUE;
}

gboolean
annex_plan_row_is_edited (AnnexPlanRow *self)
{
  g_return_val_if_fail (ANNEX_IS_PLAN_ROW (self), FALSE);
  return self->edited;
}

static void
pressed_cb (AnnexPlanRow *self, int n_press)
{
  if (n_press == 2)
    annex_plan_row_edit (self);
}

static void
menu_pressed_cb (AnnexPlanRow *self)
{
  gtk_menu_button_popup (self->menu_button);
}

/* ---- the widget */

static void
annex_plan_row_dispose (GObject *object)
{
  gtk_widget_dispose_template (GTK_WIDGET (object), ANNEX_TYPE_PLAN_ROW);
  G_OBJECT_CLASS (annex_plan_row_parent_class)->dispose (object);
}

static void
annex_plan_row_finalize (GObject *object)
{
  AnnexPlanRow *self = ANNEX_PLAN_ROW (object);

  g_free (self->id);
  g_free (self->title);
  G_OBJECT_CLASS (annex_plan_row_parent_class)->finalize (object);
}

static void
annex_plan_row_class_init (AnnexPlanRowClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);
  GType type = G_TYPE_FROM_CLASS (klass);

  object_class->dispose = annex_plan_row_dispose;
  object_class->finalize = annex_plan_row_finalize;
  signals[SIGNAL_RENAMED] = g_signal_new ("renamed", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL,
                                          G_TYPE_NONE, 1, G_TYPE_STRING);
  signals[SIGNAL_OPEN_FILE] = g_signal_new ("open-file", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                                            NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
  signals[SIGNAL_EDIT_ENDED] =
      g_signal_new ("edit-ended", type, G_SIGNAL_RUN_LAST, 0, NULL, NULL, NULL, G_TYPE_NONE, 0);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/annex_desktop/Annex/annex-plan-row.ui");
  gtk_widget_class_bind_template_child (widget_class, AnnexPlanRow, label);
  gtk_widget_class_bind_template_child (widget_class, AnnexPlanRow, entry);
  gtk_widget_class_bind_template_child (widget_class, AnnexPlanRow, time);
  gtk_widget_class_bind_template_child (widget_class, AnnexPlanRow, chips);
  gtk_widget_class_bind_template_child (widget_class, AnnexPlanRow, branches);
  gtk_widget_class_bind_template_child (widget_class, AnnexPlanRow, menu_button);
  gtk_widget_class_bind_template_callback (widget_class, activated_cb);
  gtk_widget_class_bind_template_callback (widget_class, left_cb);
  gtk_widget_class_bind_template_callback (widget_class, entry_key_cb);
  gtk_widget_class_bind_template_callback (widget_class, pressed_cb);
  gtk_widget_class_bind_template_callback (widget_class, menu_pressed_cb);
}

static void
annex_plan_row_init (AnnexPlanRow *self)
{
  g_autoptr (PangoAttrList) attributes = pango_attr_list_new ();
  GtkWidget *main;

  gtk_widget_init_template (GTK_WIDGET (self));
  pango_attr_list_insert (attributes, pango_attr_insert_hyphens_new (FALSE));
  gtk_label_set_attributes (self->label, attributes);
  self->node = ANNEX_PLAN_NODE (annex_plan_node_new (FALSE));
  main = gtk_widget_get_first_child (gtk_list_box_row_get_child (GTK_LIST_BOX_ROW (self)));
  gtk_box_prepend (GTK_BOX (main), GTK_WIDGET (self->node));
  gtk_menu_button_set_create_popup_func (self->menu_button, create_menu_cb, self, NULL);
}

GtkWidget *
annex_plan_row_new (const char *step_id)
{
  AnnexPlanRow *self = g_object_new (ANNEX_TYPE_PLAN_ROW, NULL);

  self->id = g_strdup (step_id);
  return GTK_WIDGET (self);
}
