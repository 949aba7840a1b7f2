/* annex-application.c
 *
 * See annex-application.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-application-private.h"

#include "annex-future.h"
#include "annex-ui.h"

#include <glib-unix.h>
#include <glib/gi18n.h>
#include <signal.h>

#define CLOSE_LIMIT_MS (60 * 1000)

G_DEFINE_FINAL_TYPE (AnnexApplication, annex_application, ADW_TYPE_APPLICATION)

AnnexDesk *
annex_application_get_desk (AnnexApplication *self)
{
  return self->desk;
}

gboolean
annex_application_is_set (AnnexApplication *self, const char *key)
{
  return self->settings == NULL || g_settings_get_boolean (self->settings, key);
}

/* ---- the background */

static void
update_running (AnnexApplication *self)
{
  gboolean running = self->desk != NULL && annex_desk_get_n_running (self->desk) > 0;
  gboolean goes_on = running && annex_application_is_set (self, "run-in-background");
  gboolean inhibits = running && annex_application_is_set (self, "inhibit-sleep");

  annex_application_tell_background (self);
  if (goes_on != self->held)
    {
      self->held = goes_on;
      if (goes_on)
        g_application_hold (G_APPLICATION (self));
      else
        {
          annex_application_leave_background (self);
          g_application_release (G_APPLICATION (self));
        }
    }
  if (inhibits && self->inhibit_cookie == 0)
    self->inhibit_cookie = gtk_application_inhibit (
        GTK_APPLICATION (self), gtk_application_get_active_window (GTK_APPLICATION (self)),
        GTK_APPLICATION_INHIBIT_SUSPEND, _ ("Annex is working on a task"));
  else if (!inhibits && self->inhibit_cookie != 0)
    {
      gtk_application_uninhibit (GTK_APPLICATION (self), self->inhibit_cookie);
      self->inhibit_cookie = 0;
    }
}

static void
annex_application_window_removed (GtkApplication *application, GtkWindow *window)
{
  AnnexApplication *self = ANNEX_APPLICATION (application);

  g_application_set_inactivity_timeout (G_APPLICATION (self), 0); /* who closes it is done */
  GTK_APPLICATION_CLASS (annex_application_parent_class)->window_removed (application, window);
  if (self->held && !self->closing && gtk_application_get_windows (application) == NULL)
    annex_application_go_to_background (self);
}

/* ---- the desk */

static void
hand_over (AnnexApplication *self)
{
  for (GList *l = gtk_application_get_windows (GTK_APPLICATION (self)); l != NULL; l = l->next)
    if (ANNEX_IS_WINDOW (l->data) && self->desk != NULL)
      {
        annex_window_set_desk (l->data, self->desk);
        annex_window_offer_welcome (l->data);
      }
    else if (ANNEX_IS_WINDOW (l->data) && self->failure != NULL)
      annex_window_show_failure (l->data, self->failure, self->doctor);
}

static void
open_again (AnnexApplication *self)
{
  if (self->desk != NULL || self->opening == NULL || dex_future_is_pending (self->opening))
    return;
  dex_clear (&self->opening);
  g_clear_error (&self->failure);
  dex_future_disown (annex_application_await_desk (self));
}

static void
doctor_changed_cb (AnnexApplication *self)
{
  g_autoptr (GPtrArray) checks = self->doctor != NULL ? annex_desk_dup_checks (self->doctor) : NULL;

  for (guint i = 0; checks != NULL && i < checks->len; i++)
    {
      const AnnexCheckResult *check = g_ptr_array_index (checks, i);

      if (g_str_equal (check->id, "store") && check->state == ANNEX_CHECK_OK)
        open_again (self);
    }
}

/* There is no desk: @error (taken) says why, and who looks at that is called. */
static void
note_failure (AnnexApplication *self, GError *error)
{
  g_clear_error (&self->failure);
  self->failure = error;
  if (self->doctor != NULL || self->open_doctor == NULL)
    return;
  self->doctor = self->open_doctor (self->user_data);
  if (self->doctor != NULL)
    g_signal_connect_object (self->doctor, "checks-changed", G_CALLBACK (doctor_changed_cb), self,
                             G_CONNECT_SWAPPED);
}

static DexFuture *
desk_open_cb (DexFuture *future, gpointer data)
{
  AnnexApplication *self = data;
  g_autoptr (GError) error = NULL;
  const GValue *value = dex_future_get_value (future, &error);

  if (value != NULL)
    {
      self->desk = g_value_dup_object (value);
      g_clear_object (&self->doctor);
      g_signal_connect_object (self->desk, "task-state", G_CALLBACK (update_running), self,
                               G_CONNECT_SWAPPED);
      annex_application_connect_notifications (self);
      update_running (self);
    }
  else
    note_failure (self, g_steal_pointer (&error));
  hand_over (self);
  return dex_ref (future);
}

DexFuture *
annex_application_await_desk (AnnexApplication *self)
{
  if (self->opening == NULL)
    {
      self->opening = dex_future_finally (self->open_desk (self->user_data), desk_open_cb,
                                          g_object_ref (self), g_object_unref);
      dex_future_disown (dex_ref (self->opening));
    }
  return dex_ref (self->opening);
}

gboolean
annex_application_put_off (AnnexApplication *self, const char *word)
{
  if (!self->closing)
    return FALSE;
  if (self->wanted == NULL)
    self->wanted = g_ptr_array_new_with_free_func (g_free);
  if (word != NULL && !g_ptr_array_find_with_equal_func (self->wanted, word, g_str_equal, NULL))
    g_ptr_array_add (self->wanted, g_strdup (word));
  return TRUE;
}

static gboolean
put_off_link (AnnexApplication *self, const char *kind, const char *id)
{
  g_autofree char *link = g_strconcat ("annex:", kind, "/", id, NULL);

  return annex_application_put_off (self, link);
}

char **
annex_application_dup_wanted (AnnexApplication *self)
{
  g_autoptr (GStrvBuilder) words = g_strv_builder_new ();

  if (self->wanted == NULL)
    return NULL;
  for (guint i = 0; i < self->wanted->len; i++)
    g_strv_builder_add (words, g_ptr_array_index (self->wanted, i));
  return g_strv_builder_end (words);
}

static void
close_desk (AnnexApplication *self)
{
  g_autoptr (DexFuture) closing = NULL;
  g_autoptr (GError) error = NULL;

  /* One that is just being opened is waited for: it may have begun to repair something. */
  while (self->opening != NULL && dex_future_is_pending (self->opening))
    g_main_context_iteration (NULL, TRUE);
  if (self->desk == NULL)
    return;
  g_signal_handlers_disconnect_by_data (self->desk, self);
  closing =
      annex_future_with_timeout (self->close_desk (self->desk, self->user_data), CLOSE_LIMIT_MS);
  while (dex_future_is_pending (closing))
    g_main_context_iteration (NULL, TRUE);
  if (dex_future_get_value (closing, &error) == NULL)
    g_warning ("Annex did not end cleanly: %s", error->message);
  g_clear_object (&self->desk);
}

/* ---- the window */

static gboolean
first_frame_cb (gpointer data)
{
  gtk_window_set_default_icon_name (ANNEX_APPLICATION_ID); /* reads the icon in every size */
  dex_future_disown (annex_application_await_desk (data));
  return G_SOURCE_REMOVE;
}

static void
painted_cb (GdkFrameClock *clock, AnnexApplication *self)
{
  g_signal_handlers_disconnect_by_func (clock, painted_cb, self);
  g_idle_add_full (G_PRIORITY_DEFAULT_IDLE, first_frame_cb, g_object_ref (self), g_object_unref);
}

AnnexWindow *
annex_application_present (AnnexApplication *self)
{
  GtkWindow *window = NULL;
  gboolean is_new;

  for (GList *l = gtk_application_get_windows (GTK_APPLICATION (self)); l != NULL && window == NULL;
       l = l->next)
    if (ANNEX_IS_WINDOW (l->data))
      window = l->data;
  is_new = window == NULL;
  if (is_new)
    {
      annex_application_leave_background (self);
      window = GTK_WINDOW (annex_window_new (GTK_APPLICATION (self)));
    }
  if (is_new)
    {
      /* What takes time begins when the window is there to be seen. */
      gtk_widget_realize (GTK_WIDGET (window));
      g_signal_connect_object (gtk_widget_get_frame_clock (GTK_WIDGET (window)), "after-paint",
                               G_CALLBACK (painted_cb), self, 0);
    }
  gtk_window_present (window);
  if (is_new)
    hand_over (self);
  return ANNEX_WINDOW (window);
}

static void
annex_application_activate (GApplication *application)
{
  AnnexApplication *self = ANNEX_APPLICATION (application);

  if (!annex_application_put_off (self, NULL))
    annex_application_present (self);
}

/* ---- actions */

static void
new_task_action (GSimpleAction *action, GVariant *target, gpointer data)
{
  if (!annex_application_put_off (data, "--new-task"))
    annex_window_show_new_task (annex_application_present (data));
}

void
annex_application_open_task (AnnexApplication *self, const char *task_id)
{
  if (!put_off_link (self, "task", task_id))
    annex_window_open_task (annex_application_present (self), task_id, NULL);
}

static void
open_task_action (GSimpleAction *action, GVariant *target, gpointer data)
{
  annex_application_open_task (data, g_variant_get_string (target, NULL));
}

static void
open_ask_action (GSimpleAction *action, GVariant *target, gpointer data)
{
  const char *task_id;
  const char *ask_id;

  g_variant_get (target, "(&s&s)", &task_id, &ask_id);
  if (!put_off_link (data, "ask", ask_id))
    annex_window_open_task (annex_application_present (data), task_id, ask_id);
}

static void
open_again_action (GSimpleAction *action, GVariant *target, gpointer data)
{
  open_again (data);
}

static void
quit_action (GSimpleAction *action, GVariant *target, gpointer data)
{
  GtkApplication *self = data;
  GList *windows = g_list_copy (gtk_application_get_windows (self));

  ANNEX_APPLICATION (data)->closing = TRUE;
  for (GList *l = windows; l != NULL; l = l->next)
    gtk_window_close (l->data);
  g_list_free (windows);
  g_application_quit (G_APPLICATION (self));
}

/* ---- what is asked by an ask's id alone */

typedef struct
{
  AnnexApplication *application;
  char *ask_id;
  char *label; /* NULL: show it */
} AskRequest;

static void
ask_request_free (gpointer data)
{
  AskRequest *request = data;

  g_object_unref (request->application);
  g_free (request->ask_id);
  g_free (request->label);
  g_free (request);
}

/* (transfer full) */
static AnnexAsk *
find_ask (GPtrArray *events, const char *ask_id)
{
  for (guint i = 0; events != NULL && i < events->len; i++)
    {
      JsonObject *data = annex_event_get_data (g_ptr_array_index (events, i));
      JsonObject *json = json_object_get_object_member (data, "ask");
      AnnexAsk *ask = annex_ask_new_from_json (json_object_ref (json), NULL);

      if (ask != NULL && g_str_equal (annex_ask_get_id (ask), ask_id))
        return ask;
      g_clear_pointer (&ask, annex_ask_unref);
    }
  return NULL;
}

static DexFuture *
ask_found_cb (DexFuture *future, gpointer data)
{
  AskRequest *request = data;
  AnnexApplication *self = request->application;
  const GValue *value = dex_future_get_value (future, NULL);
  g_autoptr (AnnexAsk) ask =
      find_ask (value != NULL ? g_value_get_boxed (value) : NULL, request->ask_id);

  if (put_off_link (self, "ask", request->ask_id))
    return dex_future_new_true ();
  if (request->label == NULL)
    {
      AnnexWindow *window = annex_application_present (self);

      if (ask != NULL)
        annex_window_open_task (window, annex_ask_get_task_id (ask), annex_ask_get_id (ask));
      else
        annex_window_show_inbox (window); /* it was answered meanwhile; it may be reopened there */
      return dex_future_new_true ();
    }
  if (ask == NULL)
    return dex_future_new_true ();
  return annex_desk_answer_text (self->desk, ask, request->label);
}

static DexFuture *
list_asks_cb (DexFuture *future, gpointer data)
{
  AskRequest *request = data;

  return annex_store_list_open_asks (annex_desk_get_store (request->application->desk));
}

/* With @label the ask is answered, else it is shown. */
static void
handle_ask (AnnexApplication *self, const char *ask_id, const char *label)
{
  AskRequest *first;
  AskRequest *second;

  if (put_off_link (self, "ask", ask_id))
    return;
  first = g_new0 (AskRequest, 1);
  second = g_new0 (AskRequest, 1);
  first->application = g_object_ref (self);
  second->application = g_object_ref (self);
  second->ask_id = g_strdup (ask_id);
  second->label = g_strdup (label);
  dex_future_disown (dex_future_finally (
      dex_future_then (annex_application_await_desk (self), list_asks_cb, first, ask_request_free),
      ask_found_cb, second, ask_request_free));
}

static void
answer_action (GSimpleAction *action, GVariant *target, gpointer data)
{
  const char *ask_id;
  const char *label;

  g_variant_get (target, "(&s&s)", &ask_id, &label);
  handle_ask (data, ask_id, label);
}

/* ---- files and links */

typedef struct
{
  AnnexApplication *application;
  GFile *file;
} Import;

static void
import_free (gpointer data)
{
  Import *import = data;

  g_object_unref (import->application);
  g_object_unref (import->file);
  g_free (import);
}

static DexFuture *
import_cb (DexFuture *future, gpointer data)
{
  Import *import = data;

  if (!annex_application_put_off (import->application, g_file_peek_path (import->file)))
    annex_window_import (annex_application_present (import->application), import->file);
  return dex_future_new_true ();
}

static void
open_one (AnnexApplication *self, GFile *file)
{
  g_autofree char *uri = g_file_get_uri (file);
  g_autofree char *id = NULL;
  Import *import;

  if (annex_application_put_off (self, uri))
    return;
  switch (annex_link_parse (uri, &id))
    {
    case ANNEX_LINK_TASK:
      annex_application_open_task (self, id);
      return;
    case ANNEX_LINK_ASK:
      handle_ask (self, id, NULL);
      return;
    case ANNEX_LINK_SKILLS:
      annex_window_show_skill (annex_application_present (self), id);
      return;
    case ANNEX_LINK_CONNECTORS:
      annex_window_show_connector (annex_application_present (self), id);
      return;
    case ANNEX_LINK_NONE:
      break;
    }
  if (g_file_peek_path (file) != NULL && g_str_has_suffix (g_file_peek_path (file), ".skill"))
    {
      annex_window_open_skill (annex_application_present (self), file);
      return;
    }
  if (g_file_peek_path (file) != NULL && !g_str_has_suffix (g_file_peek_path (file), ".annex"))
    {
      annex_window_give (annex_application_present (self), file);
      return;
    }
  annex_application_present (self);
  if (g_file_peek_path (file) == NULL)
    return; /* a link that means nothing: the window is all there is to show */
  import = g_new0 (Import, 1);
  import->application = g_object_ref (self);
  import->file = g_object_ref (file);
  dex_future_disown (
      dex_future_then (annex_application_await_desk (self), import_cb, import, import_free));
}

static void
annex_application_open (GApplication *application, GFile **files, int n_files, const char *hint)
{
  for (int i = 0; i < n_files; i++)
    open_one (ANNEX_APPLICATION (application), files[i]);
}

static int
annex_application_handle_local_options (GApplication *application, GVariantDict *options)
{
  g_autoptr (GError) error = NULL;

  if (!g_variant_dict_contains (options, "new-task"))
    return -1;
  if (!g_application_register (application, NULL, &error))
    {
      g_printerr ("%s\n", error->message);
      return 1;
    }
  g_action_group_activate_action (G_ACTION_GROUP (application), "new-task", NULL);
  return -1; /* what is to be given to it follows */
}

/* ---- the type */

static gboolean
signal_cb (gpointer data)
{
  g_action_group_activate_action (G_ACTION_GROUP (data), "quit", NULL);
  return G_SOURCE_CONTINUE;
}

static void
annex_application_startup (GApplication *application)
{
  AnnexApplication *self = ANNEX_APPLICATION (application);
  guint n_shortcuts;
  const AnnexShortcut *shortcuts = annex_window_get_shortcuts (&n_shortcuts);

  G_APPLICATION_CLASS (annex_application_parent_class)->startup (application);
  annex_ui_init ();
  for (guint i = 0; i < n_shortcuts; i++)
    if (shortcuts[i].action != NULL)
      gtk_application_set_accels_for_action (GTK_APPLICATION (self), shortcuts[i].action,
                                             shortcuts[i].accels);
  g_unix_signal_add (SIGTERM, signal_cb, self);
  g_unix_signal_add (SIGINT, signal_cb, self);
  if ((g_application_get_flags (application) & G_APPLICATION_IS_SERVICE) != 0)
    dex_future_disown (annex_application_await_desk (self));
}

static void
annex_application_shutdown (GApplication *application)
{
  AnnexApplication *self = ANNEX_APPLICATION (application);

  self->closing = TRUE;
  annex_application_leave_background (self);
  close_desk (self);
  G_APPLICATION_CLASS (annex_application_parent_class)->shutdown (application);
}

static gboolean
annex_application_dbus_register (GApplication *application,
                                 GDBusConnection *bus,
                                 const char *path,
                                 GError **error)
{
  return G_APPLICATION_CLASS (annex_application_parent_class)
             ->dbus_register (application, bus, path, error) &&
         annex_application_export_search (ANNEX_APPLICATION (application), bus, error);
}

static void
annex_application_dbus_unregister (GApplication *application,
                                   GDBusConnection *bus,
                                   const char *path)
{
  annex_application_unexport_search (ANNEX_APPLICATION (application));
  G_APPLICATION_CLASS (annex_application_parent_class)->dbus_unregister (application, bus, path);
}

static void
annex_application_finalize (GObject *object)
{
  AnnexApplication *self = ANNEX_APPLICATION (object);

  dex_clear (&self->opening);
  g_clear_object (&self->desk);
  g_clear_object (&self->doctor);
  g_clear_object (&self->settings);
  g_clear_object (&self->search);
  g_clear_error (&self->failure);
  g_clear_pointer (&self->wanted, g_ptr_array_unref);
  G_OBJECT_CLASS (annex_application_parent_class)->finalize (object);
}

static void
annex_application_class_init (AnnexApplicationClass *klass)
{
  GApplicationClass *application_class = G_APPLICATION_CLASS (klass);

  G_OBJECT_CLASS (klass)->finalize = annex_application_finalize;
  application_class->startup = annex_application_startup;
  application_class->activate = annex_application_activate;
  application_class->open = annex_application_open;
  application_class->shutdown = annex_application_shutdown;
  application_class->handle_local_options = annex_application_handle_local_options;
  application_class->dbus_register = annex_application_dbus_register;
  application_class->dbus_unregister = annex_application_dbus_unregister;
  GTK_APPLICATION_CLASS (klass)->window_removed = annex_application_window_removed;
}

static void
annex_application_init (AnnexApplication *self)
{
  static const GActionEntry entries[] = {
    { .name = "new-task", .activate = new_task_action },
    { .name = "open-task", .activate = open_task_action, .parameter_type = "s" },
    { .name = "open-ask", .activate = open_ask_action, .parameter_type = "(ss)" },
    { .name = "answer", .activate = answer_action, .parameter_type = "(ss)" },
    { .name = "open-again", .activate = open_again_action },
    { .name = "quit", .activate = quit_action },
  };

  self->settings = annex_ui_dup_settings ();
  if (self->settings != NULL)
    g_signal_connect_object (self->settings, "changed", G_CALLBACK (update_running), self,
                             G_CONNECT_SWAPPED);
  g_action_map_add_action_entries (G_ACTION_MAP (self), entries, G_N_ELEMENTS (entries), self);
  g_application_add_main_option (G_APPLICATION (self), "new-task", 0, G_OPTION_FLAG_NONE,
                                 G_OPTION_ARG_NONE, _ ("Show a new task, with the folders named"),
                                 NULL);
}

AnnexApplication *
annex_application_new (AnnexDeskOpenFunc open, AnnexDeskCloseFunc close, gpointer user_data)
{
  AnnexApplication *self =
      g_object_new (ANNEX_TYPE_APPLICATION, "application-id", ANNEX_APPLICATION_ID, "flags",
                    G_APPLICATION_HANDLES_OPEN, NULL);

  self->open_desk = open;
  self->close_desk = close;
  self->user_data = user_data;
  return self;
}

void
annex_application_set_doctor_func (AnnexApplication *self, AnnexDoctorOpenFunc func)
{
  g_return_if_fail (ANNEX_IS_APPLICATION (self));

  self->open_doctor = func;
}
