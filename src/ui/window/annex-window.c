/* annex-window.c
 *
 * See annex-window.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-window-private.h"

#include "annex-banners.h"
#include "annex-error-text.h"
#include "annex-inbox-page.h"
#include "annex-spoken.h"
#include "annex-store.h"
#include "annex-task-words.h"
#include "annex-text.h"
#include "annex-ui.h"

#include <glib/gi18n.h>

G_DEFINE_FINAL_TYPE (AnnexWindow, annex_window, ADW_TYPE_APPLICATION_WINDOW)

enum { PROP_DESK = 1, PROP_COMPACT, PROP_NARROW, PROP_TASK_ID, N_PROPERTIES };
static GParamSpec *properties[N_PROPERTIES];

/* ---- futures */

typedef struct
{
  GWeakRef window;
  char *text;
  char *task_id; /* nullable */
} Step;

static Step *
step_new (AnnexWindow *self, const char *text)
{
  Step *step = g_new0 (Step, 1);

  g_weak_ref_init (&step->window, self);
  step->text = g_strdup (text);
  return step;
}

static void
step_free (gpointer data)
{
  Step *step = data;

  g_weak_ref_clear (&step->window);
  g_free (step->text);
  g_free (step->task_id);
  g_free (step);
}

static DexFuture *
followed_cb (DexFuture *future, gpointer data)
{
  Step *step = data;
  g_autoptr (AnnexWindow) self = g_weak_ref_get (&step->window);
  g_autoptr (GError) error = NULL;

  if (dex_future_get_value (future, &error) == NULL)
    {
      if (self != NULL)
        annex_ui_toast (GTK_WIDGET (self->split), annex_error_said (error));
    }
  else if (self != NULL && step->text != NULL)
    annex_ui_toast (GTK_WIDGET (self->split), step->text);
  return dex_future_new_true ();
}

void
annex_window_follow (AnnexWindow *self, DexFuture *future, const char *done)
{
  dex_future_disown (dex_future_finally (future, followed_cb, step_new (self, done), step_free));
}

/* ---- what is shown */

AnnexTaskPage *
annex_window_get_page (AnnexWindow *self)
{
  GtkWidget *child = gtk_stack_get_visible_child (self->stack);

  return child != NULL && ANNEX_IS_TASK_PAGE (child) ? ANNEX_TASK_PAGE (child) : NULL;
}

AnnexComposer *
annex_window_get_composer (AnnexWindow *self)
{
  AnnexTaskPage *page = annex_window_get_page (self);

  if (page != NULL)
    return annex_task_page_get_composer (page);
  return annex_new_task_page_get_composer (self->new_task);
}

static void
update_title (AnnexWindow *self)
{
  AnnexTaskPage *page = annex_window_get_page (self);
  const char *name = gtk_stack_get_visible_child_name (self->stack);
  g_autofree char *title =
      page != NULL ? annex_task_dup_title (annex_task_page_get_task (page)) : NULL;
  g_autofree char *shown = annex_text_for_display (title);

  if (page == NULL)
    g_set_str (&shown, g_strcmp0 (name, "inbox") == 0        ? _ ("Inbox")
                       : g_strcmp0 (name, "skills") == 0     ? _ ("Skills")
                       : g_strcmp0 (name, "connectors") == 0 ? _ ("Connectors")
                       : g_strcmp0 (name, "failure") == 0    ? _ ("Annex Could Not Start")
                                                             : _ ("New Task"));
  else if (*shown == '\0')
    g_set_str (&shown, _ ("Untitled task"));
  adw_navigation_page_set_title (self->content_page, shown);
  gtk_window_set_title (GTK_WINDOW (self), page != NULL ? shown : _ ("Annex"));
}

static void
set_task_id (AnnexWindow *self, const char *task_id)
{
  annex_sidebar_set_selected_task (self->sidebar, task_id);
  if (!g_set_str (&self->task_id, task_id))
    return;
  annex_window_save_task (self);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_TASK_ID]);
}

/* Under the header bar of what is shown. */
static void
place_banners (AnnexWindow *self)
{
  AnnexTaskPage *page = annex_window_get_page (self);
  gboolean inbox = g_strcmp0 (gtk_stack_get_visible_child_name (self->stack), "inbox") == 0;
  AdwBin *slot = page != NULL ? annex_task_page_get_banner_slot (page)
                 : inbox      ? self->inbox_banner
                              : self->new_task_banner;
  GtkWidget *parent = self->banners != NULL ? gtk_widget_get_parent (self->banners) : NULL;

  if (self->banners == NULL || parent == GTK_WIDGET (slot))
    return;
  if (parent != NULL)
    adw_bin_set_child (ADW_BIN (parent), NULL);
  adw_bin_set_child (slot, self->banners);
}

/* The others are invisible, not only behind: else each of them gets its style anew when another is
 * shown. */
static void
show_child (AnnexWindow *self, GtkWidget *child)
{
  GtkWidget *old = gtk_stack_get_visible_child (self->stack);

  if (self->failed)
    child = gtk_stack_get_child_by_name (self->stack, "failure");
  gtk_widget_set_visible (child, TRUE);
  gtk_stack_set_visible_child (self->stack, child);
  if (old != NULL && old != child)
    gtk_widget_set_visible (old, FALSE);
  place_banners (self);
  adw_navigation_split_view_set_show_content (self->split, TRUE);
  update_title (self);
  annex_window_update_computer (self);
}

void
annex_window_show_new_task (AnnexWindow *self)
{
  g_clear_pointer (&self->wanted_task, g_free);
  set_task_id (self, NULL);
  show_child (self, gtk_stack_get_child_by_name (self->stack, "new-task"));
  if (!self->failed)
    gtk_widget_grab_focus (GTK_WIDGET (self->new_task));
}

void
annex_window_give (AnnexWindow *self, GFile *file)
{
  GSList files = { file, NULL };

  annex_window_show_new_task (self);
  annex_composer_add_files (annex_new_task_page_get_composer (self->new_task), &files);
}

void
annex_window_show_page (AnnexWindow *self, const char *name)
{
  g_clear_pointer (&self->wanted_task, g_free);
  set_task_id (self, NULL);
  show_child (self, gtk_stack_get_child_by_name (self->stack, name));
}

void
annex_window_show_inbox (AnnexWindow *self)
{
  annex_window_show_page (self, "inbox");
  gtk_widget_child_focus (GTK_WIDGET (self->inbox_slot), GTK_DIR_TAB_FORWARD);
}

/* Without the list of tasks there is nowhere to go: what leads away from the way out is off. */
static void
set_failed (AnnexWindow *self, gboolean failed)
{
  static const char *const actions[] = {
    "win.new-task",    "win.inbox",       "win.search",         "win.find",
    "win.skills",      "win.connectors",  "win.add-folder",     "win.add-file",
    "win.import-task", "win.preferences", "win.focus-composer", "win.space",
  };

  self->failed = failed;
  for (guint i = 0; i < G_N_ELEMENTS (actions); i++)
    gtk_widget_action_set_enabled (GTK_WIDGET (self), actions[i], !failed);
  adw_navigation_page_set_can_pop (self->content_page, !failed);
}

void
annex_window_show_failure (AnnexWindow *self, const GError *error, AnnexDesk *doctor)
{
  g_autofree char *shown = annex_text_for_display (annex_error_said (error));
  g_autofree char *described = NULL;
  g_autofree char *escaped = NULL;

  if (self->failed)
    annex_ui_toast (GTK_WIDGET (self->split), _ ("That did not help yet"));
  set_failed (self, TRUE);
  g_set_object (&self->doctor, doctor);
  gtk_widget_set_visible (self->open_doctor, doctor != NULL);
  adw_status_page_set_title (self->failure, _ ("Annex Could Not Start"));
  /* What is wrong with the tasks has words of its own; all else has only those of the error. */
  if (error->domain == ANNEX_STORE_ERROR)
    {
      g_autoptr (AnnexErrorText) text = annex_error_text_new (error);

      adw_status_page_set_title (self->failure, text->title);
      described = g_strdup_printf ("%s\n\n%s", text->advice, shown);
    }
  escaped = g_markup_escape_text (described != NULL ? described : shown, -1);
  adw_status_page_set_description (self->failure, escaped);
  show_child (self, gtk_stack_get_child_by_name (self->stack, "failure"));
}

void
annex_window_search (AnnexWindow *self, const char *text)
{
  if (self->failed)
    return;
  adw_navigation_split_view_set_show_content (self->split, FALSE);
  annex_sidebar_start_search (self->sidebar, text);
}

/* ---- tasks */

static void
show_task (AnnexWindow *self, AnnexTask *task, const char *ask_id)
{
  AnnexTaskPage *page = annex_window_find_page (self, annex_task_get_id (task));

  if (page == NULL)
    g_signal_connect_object (task, "event", G_CALLBACK (update_title), self, G_CONNECT_SWAPPED);
  page = annex_window_take_page (self, task);
  set_task_id (self, annex_task_get_id (task));
  show_child (self, GTK_WIDGET (page));
  if (ask_id != NULL)
    annex_task_page_show_ask (page, ask_id);
  else if (!self->narrow)
    annex_composer_focus (annex_task_page_get_composer (page));
}

/* Somebody writes already, or is in a dialog: the task of last time would take the keyboard from
 * them in the middle of a sentence. */
static gboolean
is_occupied (AnnexWindow *self)
{
  return !annex_composer_is_empty (annex_new_task_page_get_composer (self->new_task)) ||
         adw_application_window_get_visible_dialog (ADW_APPLICATION_WINDOW (self)) != NULL;
}

static DexFuture *
opened_cb (DexFuture *future, gpointer data)
{
  Step *step = data;
  g_autoptr (AnnexWindow) self = g_weak_ref_get (&step->window);
  g_autoptr (GError) error = NULL;
  const GValue *value = dex_future_get_value (future, &error);
  gboolean restoring;

  if (self == NULL || g_strcmp0 (self->wanted_task, step->task_id) != 0)
    return dex_future_new_true (); /* the user went elsewhere meanwhile */
  g_clear_pointer (&self->wanted_task, g_free);
  restoring = self->restoring;
  self->restoring = FALSE;
  if (value != NULL && !(restoring && is_occupied (self)))
    {
      show_task (self, g_value_get_object (value), step->text);
      return dex_future_new_true ();
    }
  annex_sidebar_set_selected_task (self->sidebar, self->task_id);
  if (!restoring) /* the last task may have been deleted since */
    annex_ui_toast (GTK_WIDGET (self->split), annex_error_said (error));
  return dex_future_new_true ();
}

void
annex_window_open_task (AnnexWindow *self, const char *task_id, const char *ask_id)
{
  AnnexTaskPage *page = annex_window_find_page (self, task_id);
  Step *step;

  self->restoring = FALSE; /* it is the user who wants it */
  annex_window_take_back (self, task_id);
  if (page != NULL)
    {
      g_clear_pointer (&self->wanted_task, g_free);
      show_task (self, annex_task_page_get_task (page), ask_id);
      return;
    }
  g_set_str (&self->wanted_task, task_id);
  g_set_str (&self->wanted_ask, ask_id);
  if (self->desk == NULL)
    return;
  annex_sidebar_set_selected_task (self->sidebar, task_id);
  step = step_new (self, ask_id);
  step->task_id = g_strdup (task_id);
  dex_future_disown (
      dex_future_finally (annex_desk_open_task (self->desk, task_id), opened_cb, step, step_free));
}

void
annex_window_close_task (AnnexWindow *self, const char *task_id)
{
  AnnexTaskPage *page = annex_window_find_page (self, task_id);

  if (g_strcmp0 (self->task_id, task_id) == 0)
    annex_window_show_new_task (self);
  if (page != NULL)
    annex_window_remove_page (self, page);
}

static void
task_created_cb (AnnexWindow *self, AnnexTask *task)
{
  show_task (self, task, NULL);
}

const char *
annex_window_get_task_id (AnnexWindow *self)
{
  return self->task_id;
}

/* ---- the foot of the sidebar */

static DexFuture *
asks_listed_cb (DexFuture *future, gpointer data)
{
  Step *step = data;
  g_autoptr (AnnexWindow) self = g_weak_ref_get (&step->window);
  const GValue *value = dex_future_get_value (future, NULL);

  if (self != NULL && self->sidebar != NULL && value != NULL)
    g_object_set (self->sidebar, "inbox-count", ((GPtrArray *) g_value_get_boxed (value))->len,
                  NULL);
  return dex_future_new_true ();
}

void
annex_window_update_inbox (AnnexWindow *self)
{
  if (self->desk != NULL)
    dex_future_disown (
        dex_future_finally (annex_store_list_open_asks (annex_desk_get_store (self->desk)),
                            asks_listed_cb, step_new (self, NULL), step_free));
}

void
annex_window_update_computer (AnnexWindow *self)
{
  AnnexTaskPage *page = annex_window_get_page (self);
  AnnexComputer *computer = NULL;

  if (page != NULL && self->desk != NULL)
    computer = annex_desk_get_computer (self->desk, annex_task_page_get_task (page));
  if (self->computer != computer)
    {
      if (self->computer != NULL)
        g_signal_handlers_disconnect_by_func (self->computer, annex_window_update_computer, self);
      g_set_object (&self->computer, computer);
      if (computer != NULL)
        g_signal_connect_object (computer, "changed", G_CALLBACK (annex_window_update_computer),
                                 self, G_CONNECT_SWAPPED);
    }
  g_object_set (self->sidebar, "computer-state",
                self->desk != NULL ? annex_computer_words (computer) : NULL, "computer-ready",
                computer != NULL && annex_computer_get_state (computer) == ANNEX_COMPUTER_READY,
                NULL);
}

/* ---- properties */

/* A part of the window that is another area's own. */
static void
fill_slot (AnnexWindow *self, AdwBin *slot, GType type)
{
  GtkWidget *part = g_object_new (type, NULL);

  adw_bin_set_child (slot, part);
  g_object_bind_property (self, "desk", part, "desk", G_BINDING_SYNC_CREATE);
}

/* What shows nothing without a desk: the first frame need not wait for it. */
static void
fill_slots (AnnexWindow *self)
{
  if (adw_bin_get_child (self->inbox_slot) != NULL)
    return;
  self->banners = g_object_ref_sink (g_object_new (ANNEX_TYPE_BANNERS, NULL));
  g_object_bind_property (self, "desk", self->banners, "desk", G_BINDING_SYNC_CREATE);
  place_banners (self);
  fill_slot (self, self->inbox_slot, ANNEX_TYPE_INBOX_PAGE);
  g_signal_connect_object (adw_bin_get_child (self->inbox_slot), "open-task",
                           G_CALLBACK (annex_window_open_task), self, G_CONNECT_SWAPPED);
}

static void
connect_desk (AnnexWindow *self)
{
  static const char *const inbox_signals[] = { "ask-opened", "ask-closed" };

  for (guint i = 0; i < G_N_ELEMENTS (inbox_signals); i++)
    g_signal_connect_object (self->desk, inbox_signals[i], G_CALLBACK (annex_window_update_inbox),
                             self, G_CONNECT_SWAPPED);
  g_signal_connect_object (self->desk, "task-state", G_CALLBACK (annex_window_update_computer),
                           self, G_CONNECT_SWAPPED);
}

void
annex_window_set_desk (AnnexWindow *self, AnnexDesk *desk)
{
  g_autofree char *task_id = NULL;
  g_autofree char *ask_id = g_steal_pointer (&self->wanted_ask);
  gboolean restoring;

  if (self->desk == desk)
    return;
  if (self->desk != NULL)
    {
      g_signal_handlers_disconnect_by_func (self->desk, annex_window_update_inbox, self);
      g_signal_handlers_disconnect_by_func (self->desk, annex_window_update_computer, self);
      annex_window_forget_pages (self);
    }
  g_set_object (&self->desk, desk);
  g_clear_object (&self->doctor);
  annex_sidebar_set_desk (self->sidebar, desk);
  if (desk != NULL)
    {
      fill_slots (self);
      connect_desk (self);
      annex_window_update_inbox (self);
    }
  annex_window_update_computer (self);
  task_id = g_steal_pointer (&self->wanted_task);
  restoring = self->restoring && task_id != NULL;
  if (desk != NULL && self->failed)
    {
      set_failed (self, FALSE);
      adw_toast_overlay_dismiss_all (self->toasts); /* what was tried in vain */
      annex_window_show_new_task (self);
    }
  if (desk != NULL && task_id != NULL && !(restoring && is_occupied (self)))
    {
      annex_window_open_task (self, task_id, ask_id);
      self->restoring = restoring;
    }
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_DESK]);
}

AnnexDesk *
annex_window_get_desk (AnnexWindow *self)
{
  return self->desk;
}

static void
annex_window_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  AnnexWindow *self = ANNEX_WINDOW (object);

  switch (id)
    {
    case PROP_DESK:
      g_value_set_object (value, self->desk);
      break;
    case PROP_COMPACT:
      g_value_set_boolean (value, self->compact);
      break;
    case PROP_NARROW:
      g_value_set_boolean (value, self->narrow);
      break;
    case PROP_TASK_ID:
      g_value_set_string (value, self->task_id);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
annex_window_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  AnnexWindow *self = ANNEX_WINDOW (object);
  gboolean *field = id == PROP_COMPACT ? &self->compact : &self->narrow;

  switch (id)
    {
    case PROP_DESK:
      annex_window_set_desk (self, g_value_get_object (value));
      break;
    case PROP_COMPACT:
    case PROP_NARROW:
      if (*field == g_value_get_boolean (value))
        break;
      *field = g_value_get_boolean (value);
      g_object_notify_by_pspec (object, pspec);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

/* ---- the type */

static gboolean
annex_window_close_request (GtkWindow *window)
{
  AnnexWindow *self = ANNEX_WINDOW (window);

  annex_window_save_state (self);
  annex_window_finish_deletes (self);
  return GTK_WINDOW_CLASS (annex_window_parent_class)->close_request (window);
}

static void
annex_window_dispose (GObject *object)
{
  AnnexWindow *self = ANNEX_WINDOW (object);

  if (self->sidebar != NULL)
    {
      annex_window_finish_deletes (self);
      annex_sidebar_set_desk (self->sidebar, NULL);
    }
  g_clear_handle_id (&self->tidy_id, g_source_remove);
  g_clear_object (&self->computer);
  g_clear_object (&self->dropped);
  g_clear_object (&self->desk);
  g_clear_object (&self->doctor);
  gtk_widget_dispose_template (GTK_WIDGET (self), ANNEX_TYPE_WINDOW);
  g_clear_object (&self->banners);
  g_clear_object (&self->settings);
  g_clear_pointer (&self->recent, g_ptr_array_unref);
  g_clear_pointer (&self->deleting, g_hash_table_unref);
  g_clear_pointer (&self->task_id, g_free);
  g_clear_pointer (&self->wanted_task, g_free);
  g_clear_pointer (&self->wanted_ask, g_free);
  g_clear_pointer (&self->pane_tab, g_free);
  G_OBJECT_CLASS (annex_window_parent_class)->dispose (object);
}

static void
bind_children (GtkWidgetClass *widget_class)
{
  gtk_widget_class_bind_template_child (widget_class, AnnexWindow, medium);
  gtk_widget_class_bind_template_child (widget_class, AnnexWindow, small);
  gtk_widget_class_bind_template_child (widget_class, AnnexWindow, toasts);
  gtk_widget_class_bind_template_child (widget_class, AnnexWindow, split);
  gtk_widget_class_bind_template_child (widget_class, AnnexWindow, content_page);
  gtk_widget_class_bind_template_child (widget_class, AnnexWindow, sidebar);
  gtk_widget_class_bind_template_child (widget_class, AnnexWindow, stack);
  gtk_widget_class_bind_template_child (widget_class, AnnexWindow, new_task);
  gtk_widget_class_bind_template_child (widget_class, AnnexWindow, new_task_banner);
  gtk_widget_class_bind_template_child (widget_class, AnnexWindow, inbox_banner);
  gtk_widget_class_bind_template_child (widget_class, AnnexWindow, inbox_slot);
  gtk_widget_class_bind_template_child (widget_class, AnnexWindow, skills_slot);
  gtk_widget_class_bind_template_child (widget_class, AnnexWindow, connectors_slot);
  gtk_widget_class_bind_template_child (widget_class, AnnexWindow, failure);
  gtk_widget_class_bind_template_child (widget_class, AnnexWindow, open_doctor);
  gtk_widget_class_bind_template_child (widget_class, AnnexWindow, drop_area);
  gtk_widget_class_bind_template_child (widget_class, AnnexWindow, drop_icon);
  gtk_widget_class_bind_template_child (widget_class, AnnexWindow, drop_title);
  gtk_widget_class_bind_template_child (widget_class, AnnexWindow, drop_body);
  gtk_widget_class_bind_template_callback (widget_class, task_created_cb);
}

static void
annex_window_class_init (AnnexWindowClass *klass)
{
  const GParamFlags flags = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY;
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->get_property = annex_window_get_property;
  object_class->set_property = annex_window_set_property;
  object_class->dispose = annex_window_dispose;
  GTK_WINDOW_CLASS (klass)->close_request = annex_window_close_request;
  properties[PROP_DESK] = g_param_spec_object ("desk", NULL, NULL, ANNEX_TYPE_DESK, flags);
  properties[PROP_COMPACT] = g_param_spec_boolean ("compact", NULL, NULL, FALSE, flags);
  properties[PROP_NARROW] = g_param_spec_boolean ("narrow", NULL, NULL, FALSE, flags);
  properties[PROP_TASK_ID] =
      g_param_spec_string ("task-id", NULL, NULL, NULL, G_PARAM_READABLE | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPERTIES, properties);
  g_type_ensure (ANNEX_TYPE_SIDEBAR);
  g_type_ensure (ANNEX_TYPE_NEW_TASK_PAGE);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/annex_desktop/Annex/annex-window.ui");
  bind_children (widget_class);
  annex_window_install_actions (widget_class);
  annex_window_install_task_actions (widget_class);
  annex_window_install_again_actions (widget_class);
  annex_window_install_page_actions (widget_class);
  annex_window_bind_last_keys (widget_class);
}

static void
annex_window_init (AnnexWindow *self)
{
  self->recent = g_ptr_array_new ();
  self->deleting = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_object_unref);
  self->settings = annex_ui_dup_settings ();
  gtk_widget_init_template (GTK_WIDGET (self));
  adw_breakpoint_add_setters (self->medium, G_OBJECT (self), "compact", TRUE, NULL);
  adw_breakpoint_add_setters (self->small, G_OBJECT (self), "compact", TRUE, G_OBJECT (self),
                              "narrow", TRUE, G_OBJECT (self->split), "collapsed", TRUE, NULL);
  g_object_bind_property (self, "desk", self->new_task, "desk", G_BINDING_SYNC_CREATE);
  annex_window_init_drop (self);
  annex_window_restore_state (self);
  update_title (self);
  gtk_widget_grab_focus (GTK_WIDGET (self->new_task)); /* one can write at once */
}

GtkWidget *
annex_window_new (GtkApplication *application)
{
  return g_object_new (ANNEX_TYPE_WINDOW, "application", application, NULL);
}
