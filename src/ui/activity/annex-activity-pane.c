/* annex-activity-pane.c
 *
 * See annex-activity-pane.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-activity-pane.h"

#include "annex-activity-log.h"
#include "annex-activity-row.h"
#include "annex-ask-words.h"
#include "annex-audit.h"
#include "annex-csv.h"
#include "annex-event-follower.h"
#include "annex-future.h"
#include "annex-permissions.h"
#include "annex-site-rule.h"
#include "annex-spoken.h"
#include "annex-text.h"
#include "annex-then.h"
#include "annex-ui.h"

#include <glib/gi18n.h>
#include <string.h>

#define LEDGER_SECONDS 3
#define REBUILD_DELAY_MS 100

struct _AnnexActivityPane
{
  AnnexTaskWidget base;

  AnnexActivityLog *log;
  AnnexEventFollower *follower;
  GListStore *items; /* AnnexActivityItem */
  guint ledger_source;
  guint rebuild_source;
  gboolean reading;
  gboolean again;

  GtkStack *stack;
  GtkListView *view;
  GtkWidget *permissions;
  GtkListBox *rules;
  GtkLabel *failure;
};

G_DEFINE_FINAL_TYPE (AnnexActivityPane, annex_activity_pane, ANNEX_TYPE_TASK_WIDGET)

static void
show_failure (AnnexActivityPane *self, const char *message)
{
  g_autofree char *shown = message != NULL ? annex_ask_words_block (message, 3) : NULL;

  gtk_label_set_text (self->failure, shown != NULL ? shown : "");
  gtk_widget_set_visible (GTK_WIDGET (self->failure), shown != NULL);
}

/* ---- the time line */

static AnnexActivityItem *
item_at (AnnexActivityPane *self, guint index)
{
  g_autoptr (AnnexActivityItem) item = g_list_model_get_item (G_LIST_MODEL (self->items), index);

  return item; /* the store holds it */
}

static gboolean
rebuild_cb (gpointer data)
{
  AnnexActivityPane *self = data;
  g_autoptr (GPtrArray) fresh = annex_activity_log_dup_items (self->log);
  guint n_old = g_list_model_get_n_items (G_LIST_MODEL (self->items));
  guint same = 0;

  self->rebuild_source = 0;
  /* New lines come at the top; what is below keeps its place. */
  while (same < n_old && same < fresh->len &&
         annex_activity_item_equal (item_at (self, n_old - 1 - same),
                                    g_ptr_array_index (fresh, fresh->len - 1 - same)))
    same++;
  g_list_store_splice (self->items, 0, n_old - same, fresh->pdata, fresh->len - same);
  gtk_stack_set_visible_child_name (self->stack, fresh->len > 0 ? "list" : "empty");
  return G_SOURCE_REMOVE;
}

static void
schedule_rebuild (AnnexActivityPane *self)
{
  if (self->rebuild_source == 0)
    self->rebuild_source = g_timeout_add (REBUILD_DELAY_MS, rebuild_cb, self);
}

static void
read_ledger (AnnexActivityPane *self);

static void
ledger_cb (gpointer object, const GValue *value, GError *error)
{
  AnnexActivityPane *self = object;

  self->reading = FALSE;
  if (self->again)
    read_ledger (self); /* the task is another one by now, or there is more */
  else if (value != NULL && annex_activity_log_set_ledger (self->log, g_value_get_boxed (value)))
    schedule_rebuild (self);
}

static void
read_ledger (AnnexActivityPane *self)
{
  self->again = self->reading;
  if (self->reading || self->base.task == NULL || self->base.desk == NULL)
    return;
  self->reading = TRUE;
  annex_then (annex_store_list_ledger (annex_desk_get_store (self->base.desk),
                                       annex_task_get_id (self->base.task)),
              self, ledger_cb);
}

static gboolean
ledger_source_cb (gpointer data)
{
  AnnexActivityPane *self = data;

  if (self->base.task != NULL && self->base.desk != NULL &&
      (annex_desk_is_running (self->base.desk, self->base.task) ||
       annex_activity_log_has_under_way (self->log)))
    read_ledger (self);
  return G_SOURCE_CONTINUE;
}

/* ---- permissions */

static void
load_rules (AnnexActivityPane *self);

static void
decided_cb (gpointer object, const GValue *value, GError *error)
{
  AnnexActivityPane *self = object;

  show_failure (self, error != NULL ? annex_error_said (error) : NULL);
  load_rules (self);
}

static void
decide (AnnexActivityPane *self, const char *host, const char *scope, const char *old_scope)
{
  if (self->base.desk != NULL)
    annex_then (annex_permissions_decide (self->base.desk, self->base.task, host, scope, old_scope),
                self, decided_cb);
}

static void
take_back_cb (AnnexActivityPane *self, GtkButton *button)
{
  gtk_widget_set_sensitive (GTK_WIDGET (button), FALSE);
  decide (self, g_object_get_data (G_OBJECT (button), "annex-host"), NULL,
          g_object_get_data (G_OBJECT (button), "annex-scope"));
}

static void
change_action (GtkWidget *widget, const char *name, GVariant *target)
{
  /* The action's name ends with the scope. */
  decide (ANNEX_ACTIVITY_PANE (widget), g_variant_get_string (target, NULL),
          name + strlen ("activity."), "never");
}

static void
add_rule (AnnexActivityPane *self, AnnexNetworkRule *rule)
{
  GtkWidget *row = adw_action_row_new ();
  GtkWidget *button = gtk_button_new_with_label (_ ("Take Back"));
  const char *site = annex_site_rule_get_site (rule->host);
  g_autofree char *host = annex_ask_words_spell_host (site != NULL ? site : rule->host);
  g_autofree char *name = g_strdup_printf (_ ("Take back the decision about %s"), host);

  adw_preferences_row_set_use_markup (ADW_PREFERENCES_ROW (row), FALSE);
  adw_preferences_row_set_title (ADW_PREFERENCES_ROW (row), host);
  adw_action_row_set_subtitle (ADW_ACTION_ROW (row),
                               annex_activity_words_rule (rule->scope, rule->allow, site != NULL));
  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  annex_ui_name_button (button, name);
  g_object_set_data_full (G_OBJECT (button), "annex-host", g_strdup (rule->host), g_free);
  g_object_set_data_full (G_OBJECT (button), "annex-scope", g_strdup (rule->scope), g_free);
  g_signal_connect_object (button, "clicked", G_CALLBACK (take_back_cb), self, G_CONNECT_SWAPPED);
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), button);
  gtk_list_box_append (self->rules, row);
}

static void
rules_cb (gpointer object, const GValue *value, GError *error)
{
  AnnexActivityPane *self = object;
  GPtrArray *rules = value != NULL ? g_value_get_boxed (value) : NULL;

  if (rules == NULL)
    return;
  gtk_list_box_remove_all (self->rules);
  for (guint i = 0; i < rules->len; i++)
    add_rule (self, g_ptr_array_index (rules, i));
  gtk_widget_set_visible (self->permissions, rules->len > 0);
}

static void
load_rules (AnnexActivityPane *self)
{
  if (self->base.desk != NULL)
    annex_then (annex_permissions_list (self->base.desk, self->base.task), self, rules_cb);
}

/* ---- export */

static void
written_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (AnnexActivityPane) self = data;
  g_autoptr (GError) error = NULL;
  g_autofree char *name = NULL;
  g_autofree char *shown = NULL;
  g_autofree char *said = NULL;

  if (!g_file_replace_contents_finish (G_FILE (source), result, NULL, &error))
    {
      show_failure (self, annex_error_said (error));
      return;
    }
  name = g_file_get_basename (G_FILE (source));
  shown = annex_text_file_name (name);
  /* Translators: %s is the name of a file */
  said = g_strdup_printf (_ ("Saved as “%s”"), shown);
  annex_ui_toast (GTK_WIDGET (self), said);
}

static void
write_file (AnnexActivityPane *self, GFile *file, GBytes *bytes)
{
  g_file_replace_contents_bytes_async (file, bytes, NULL, FALSE, G_FILE_CREATE_REPLACE_DESTINATION,
                                       NULL, written_cb, g_object_ref (self));
}

typedef struct
{
  AnnexTask *task;
  gboolean csv;
} Audit;

static void
audit_free (gpointer data)
{
  Audit *audit = data;

  g_object_unref (audit->task);
  g_free (audit);
}

static DexFuture *
audit_fiber (gpointer data)
{
  Audit *audit = data;
  AnnexStore *store = annex_task_get_store (audit->task);
  const char *id = annex_task_get_id (audit->task);
  GError *error = NULL;
  g_autoptr (GPtrArray) events =
      dex_await_boxed (annex_store_list_events (store, id, 0, 0), &error);
  g_autoptr (GPtrArray) rows =
      events != NULL ? dex_await_boxed (annex_store_list_ledger (store, id), &error) : NULL;
  g_autoptr (GPtrArray) records = NULL;
  char *text;

  if (rows == NULL)
    return annex_future_new_error (error);
  records = annex_audit_list (events, rows, FALSE);
  text = audit->csv ? annex_csv_from_objects (records) : annex_audit_to_json_lines (records);
  return dex_future_new_take_boxed (G_TYPE_BYTES, g_bytes_new_take (text, strlen (text)));
}

typedef struct
{
  AnnexActivityPane *pane;
  GFile *file;
} Wanted;

static void
wanted_free (gpointer data)
{
  Wanted *wanted = data;

  g_object_unref (wanted->pane);
  g_object_unref (wanted->file);
  g_free (wanted);
}

static DexFuture *
audit_cb (DexFuture *future, gpointer data)
{
  Wanted *wanted = data;
  g_autoptr (GError) error = NULL;
  const GValue *value = dex_future_get_value (future, &error);

  if (value == NULL)
    show_failure (wanted->pane, annex_error_said (error));
  else
    write_file (wanted->pane, wanted->file, g_value_get_boxed (value));
  return dex_future_new_true ();
}

static void
export_audit (AnnexActivityPane *self, GFile *file, gboolean csv)
{
  Audit *audit;
  Wanted *wanted;

  if (self->base.task == NULL)
    return;
  audit = g_new0 (Audit, 1);
  audit->task = g_object_ref (self->base.task);
  audit->csv = csv;
  wanted = g_new0 (Wanted, 1);
  wanted->pane = g_object_ref (self);
  wanted->file = g_object_ref (file);
  dex_future_disown (dex_future_finally (annex_fiber_run (audit_fiber, audit, audit_free), audit_cb,
                                         wanted, wanted_free));
}

void
annex_activity_pane_export (AnnexActivityPane *self, GFile *file, AnnexActivityFormat format)
{
  g_autoptr (GBytes) bytes = NULL;
  char *text = NULL;

  g_return_if_fail (ANNEX_IS_ACTIVITY_PANE (self));

  show_failure (self, NULL);
  switch (format)
    {
    case ANNEX_ACTIVITY_CSV:
      text = annex_activity_log_to_csv (self->log);
      break;
    case ANNEX_ACTIVITY_JSON_LINES:
      text = annex_activity_log_to_json_lines (self->log);
      break;
    case ANNEX_ACTIVITY_AUDIT_CSV:
    case ANNEX_ACTIVITY_AUDIT_JSON_LINES:
      export_audit (self, file, format == ANNEX_ACTIVITY_AUDIT_CSV);
      return;
    }
  bytes = g_bytes_new_take (text, strlen (text));
  write_file (self, file, bytes);
}

/* What can be saved, by its action. */
static const struct
{
  const char *action;
  AnnexActivityFormat format;
  const char *title;
  const char *name;
} exports[] = {
  { "activity.export-csv", ANNEX_ACTIVITY_CSV, N_ ("Save Activity"), N_ ("Activity.csv") },
  { "activity.export-json", ANNEX_ACTIVITY_JSON_LINES, N_ ("Save Activity"),
    N_ ("Activity.jsonl") },
  { "activity.audit-csv", ANNEX_ACTIVITY_AUDIT_CSV, N_ ("Save Audit"), N_ ("Audit.csv") },
  { "activity.audit-json", ANNEX_ACTIVITY_AUDIT_JSON_LINES, N_ ("Save Audit"), N_ ("Audit.jsonl") },
};

static void
save_chosen_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (AnnexActivityPane) self = data;
  g_autoptr (GFile) file = gtk_file_dialog_save_finish (GTK_FILE_DIALOG (source), result, NULL);

  if (file != NULL)
    annex_activity_pane_export (self, file,
                                GPOINTER_TO_INT (g_object_get_data (source, "annex-format")));
}

static void
export_action (GtkWidget *widget, const char *name, GVariant *target)
{
  g_autoptr (GtkFileDialog) dialog = gtk_file_dialog_new ();
  GtkRoot *root = gtk_widget_get_root (widget);
  guint i = 0;

  while (!g_str_equal (exports[i].action, name))
    i++;
  gtk_file_dialog_set_title (dialog, _ (exports[i].title));
  gtk_file_dialog_set_initial_name (dialog, _ (exports[i].name));
  g_object_set_data (G_OBJECT (dialog), "annex-format", GINT_TO_POINTER (exports[i].format));
  gtk_file_dialog_save (dialog, GTK_IS_WINDOW (root) ? GTK_WINDOW (root) : NULL, NULL,
                        save_chosen_cb, g_object_ref (ANNEX_ACTIVITY_PANE (widget)));
}

/* ---- rows */

static void
setup_cb (AnnexActivityPane *self, GtkListItem *list_item)
{
  gtk_list_item_set_child (list_item, annex_activity_row_new ());
  gtk_list_item_set_activatable (list_item, FALSE);
}

static void
bind_cb (AnnexActivityPane *self, GtkListItem *list_item)
{
  AnnexActivityItem *item = gtk_list_item_get_item (list_item);

  annex_activity_row_set_item (ANNEX_ACTIVITY_ROW (gtk_list_item_get_child (list_item)), item);
  gtk_list_item_set_accessible_label (list_item, annex_activity_item_get_sentence (item));
}

static int
compare_days (gconstpointer a, gconstpointer b, gpointer data)
{
  int first = annex_activity_item_get_days_ago ((AnnexActivityItem *) a);
  int second = annex_activity_item_get_days_ago ((AnnexActivityItem *) b);

  return first < second ? -1 : first > second;
}

static void
header_setup_cb (AnnexActivityPane *self, GtkListHeader *header)
{
  GtkWidget *label = gtk_label_new (NULL);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  g_object_set (label, "margin-start", 12, "margin-top", 12, "margin-bottom", 3, NULL);
  gtk_widget_add_css_class (label, "heading");
  gtk_list_header_set_child (header, label);
}

static void
header_bind_cb (AnnexActivityPane *self, GtkListHeader *header)
{
  AnnexActivityItem *item = gtk_list_header_get_item (header);
  g_autofree char *day = annex_text_format_day (annex_activity_item_get_time_us (item), 0);

  gtk_label_set_text (GTK_LABEL (gtk_list_header_get_child (header)), day);
}

/* ---- the task */

static void
events_cb (AnnexActivityPane *self, GPtrArray *events)
{
  gboolean shown = FALSE;
  gboolean decided = FALSE;

  for (guint i = 0; i < events->len; i++)
    {
      AnnexEvent *event = g_ptr_array_index (events, i);

      shown = annex_activity_log_add_event (self->log, event) || shown;
      decided = decided || annex_event_get_event_type (event) == ANNEX_EVENT_NETWORK_DECIDED;
    }
  if (shown)
    schedule_rebuild (self);
  if (decided)
    load_rules (self);
  if (annex_event_follower_is_caught_up (self->follower))
    read_ledger (self);
}

static void
desk_changed (AnnexTaskWidget *widget, AnnexDesk *old)
{
  read_ledger (ANNEX_ACTIVITY_PANE (widget));
  load_rules (ANNEX_ACTIVITY_PANE (widget));
}

static void
task_changed (AnnexTaskWidget *widget, AnnexTask *old)
{
  AnnexActivityPane *self = ANNEX_ACTIVITY_PANE (widget);

  g_clear_object (&self->follower);
  g_clear_pointer (&self->log, annex_activity_log_free);
  self->log = annex_activity_log_new ();
  g_list_store_remove_all (self->items);
  show_failure (self, NULL);
  gtk_stack_set_visible_child_name (self->stack, "empty");
  if (widget->task != NULL)
    {
      self->follower = annex_event_follower_new (widget->task);
      g_signal_connect_object (self->follower, "events", G_CALLBACK (events_cb), self,
                               G_CONNECT_SWAPPED);
    }
  read_ledger (self);
  load_rules (self);
}

/* ---- the widget */

static void
annex_activity_pane_map (GtkWidget *widget)
{
  AnnexActivityPane *self = ANNEX_ACTIVITY_PANE (widget);

  GTK_WIDGET_CLASS (annex_activity_pane_parent_class)->map (widget);
  read_ledger (self);
  load_rules (self); /* standing rules are changed elsewhere too */
  if (self->ledger_source == 0)
    self->ledger_source = g_timeout_add_seconds (LEDGER_SECONDS, ledger_source_cb, self);
}

static void
annex_activity_pane_unmap (GtkWidget *widget)
{
  g_clear_handle_id (&ANNEX_ACTIVITY_PANE (widget)->ledger_source, g_source_remove);
  GTK_WIDGET_CLASS (annex_activity_pane_parent_class)->unmap (widget);
}

static void
annex_activity_pane_dispose (GObject *object)
{
  AnnexActivityPane *self = ANNEX_ACTIVITY_PANE (object);

  g_clear_handle_id (&self->ledger_source, g_source_remove);
  g_clear_handle_id (&self->rebuild_source, g_source_remove);
  g_clear_object (&self->follower);
  g_clear_object (&self->items);
  G_OBJECT_CLASS (annex_activity_pane_parent_class)->dispose (object);
}

static void
annex_activity_pane_finalize (GObject *object)
{
  g_clear_pointer (&ANNEX_ACTIVITY_PANE (object)->log, annex_activity_log_free);
  G_OBJECT_CLASS (annex_activity_pane_parent_class)->finalize (object);
}

static void
bind_template (GtkWidgetClass *widget_class)
{
  gtk_widget_class_set_template_from_resource (
      widget_class, "/io/github/annex_desktop/Annex/annex-activity-pane.ui");
  gtk_widget_class_bind_template_child (widget_class, AnnexActivityPane, stack);
  gtk_widget_class_bind_template_child (widget_class, AnnexActivityPane, view);
  gtk_widget_class_bind_template_child (widget_class, AnnexActivityPane, permissions);
  gtk_widget_class_bind_template_child (widget_class, AnnexActivityPane, rules);
  gtk_widget_class_bind_template_child (widget_class, AnnexActivityPane, failure);
  gtk_widget_class_bind_template_callback (widget_class, setup_cb);
  gtk_widget_class_bind_template_callback (widget_class, bind_cb);
  gtk_widget_class_bind_template_callback (widget_class, header_setup_cb);
  gtk_widget_class_bind_template_callback (widget_class, header_bind_cb);
  gtk_widget_class_install_action (widget_class, "activity.task", "s", change_action);
  gtk_widget_class_install_action (widget_class, "activity.always", "s", change_action);
  gtk_widget_class_install_action (widget_class, "activity.never", "s", change_action);
  for (guint i = 0; i < G_N_ELEMENTS (exports); i++)
    gtk_widget_class_install_action (widget_class, exports[i].action, NULL, export_action);
}

static void
annex_activity_pane_class_init (AnnexActivityPaneClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);
  AnnexTaskWidgetClass *task_widget_class = (AnnexTaskWidgetClass *) klass;

  object_class->dispose = annex_activity_pane_dispose;
  task_widget_class->desk_changed = desk_changed;
  task_widget_class->task_changed = task_changed;
  object_class->finalize = annex_activity_pane_finalize;
  widget_class->map = annex_activity_pane_map;
  widget_class->unmap = annex_activity_pane_unmap;
  bind_template (widget_class);
}

static void
annex_activity_pane_init (AnnexActivityPane *self)
{
  GtkSortListModel *sorted;
  GtkNoSelection *selection;

  self->log = annex_activity_log_new ();
  self->items = g_list_store_new (ANNEX_TYPE_ACTIVITY_ITEM);
  gtk_widget_init_template (GTK_WIDGET (self));
  sorted = gtk_sort_list_model_new (g_object_ref (G_LIST_MODEL (self->items)), NULL);
  gtk_sort_list_model_set_section_sorter (
      sorted, GTK_SORTER (gtk_custom_sorter_new (compare_days, NULL, NULL)));
  selection = gtk_no_selection_new (G_LIST_MODEL (sorted));
  gtk_list_view_set_model (self->view, GTK_SELECTION_MODEL (selection));
  g_object_unref (selection);
}

GtkWidget *
annex_activity_pane_new (AnnexDesk *desk, AnnexTask *task)
{
  return g_object_new (ANNEX_TYPE_ACTIVITY_PANE, "desk", desk, "task", task, NULL);
}
