/* annex-application-notify.c
 *
 * What AnnexApplication tells while its window is not looked at: an ask, a task that came to its
 * end. A button in a notification never grants anything: one sees too little
 * there.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-application-private.h"

#include "annex-ask-words.h"
#include "annex-text.h"

#include <glib/gi18n.h>

#define BODY_CHARS_MAX 200
#define BUTTONS_MAX 3

/* Some desktops read markup in a notification: there is none in this. (transfer full) */
static char *
dup_plain (const char *text)
{
  static const struct
  {
    const char *mark;
    const char *instead;
  } marks[] = { { "&", "＆" }, { "<", "‹" }, { ">", "›" } };
  g_autofree char *shown = annex_text_for_display (text);
  GString *plain;

  if (g_utf8_strlen (shown, -1) > BODY_CHARS_MAX)
    {
      g_autofree char *head = g_utf8_substring (shown, 0, BODY_CHARS_MAX);

      g_free (shown);
      shown = g_strconcat (head, "…", NULL);
    }
  plain = g_string_new (shown);
  for (guint i = 0; i < G_N_ELEMENTS (marks); i++)
    g_string_replace (plain, marks[i].mark, marks[i].instead, 0);
  return g_string_free (plain, FALSE);
}

static gboolean
is_looked_at (AnnexApplication *self, const char *task_id)
{
  GtkWindow *window = gtk_application_get_active_window (GTK_APPLICATION (self));

  return window != NULL && ANNEX_IS_WINDOW (window) && gtk_window_is_active (window) &&
         g_strcmp0 (annex_window_get_task_id (ANNEX_WINDOW (window)), task_id) == 0;
}

/* ---- asks */

/* The only question, when its options can be answered by a button. (borrowed) */
static JsonObject *
get_simple_question (AnnexAsk *ask)
{
  JsonObject *json = annex_ask_get_json (ask);
  JsonArray *questions = json_object_has_member (json, "questions")
                             ? json_object_get_array_member (json, "questions")
                             : NULL;
  JsonObject *question;

  if (questions == NULL || json_array_get_length (questions) != 1)
    return NULL;
  question = json_array_get_object_element (questions, 0);
  if (json_object_get_boolean_member_with_default (question, "multi_select", FALSE) ||
      json_object_get_boolean_member_with_default (question, "secret", FALSE) ||
      !json_object_has_member (question, "options") ||
      json_array_get_length (json_object_get_array_member (question, "options")) > BUTTONS_MAX)
    return NULL;
  return question;
}

static void
add_answer (GNotification *notification, AnnexAsk *ask, const char *button, const char *label)
{
  g_autofree char *shown = dup_plain (button);

  g_notification_add_button_with_target (notification, shown, "app.answer", "(ss)",
                                         annex_ask_get_id (ask), label);
}

/* Of a consent only what refuses it, which stands last. */
static void
add_options (GNotification *notification, AnnexAsk *ask, JsonObject *question)
{
  JsonArray *options = json_object_get_array_member (question, "options");
  guint n = json_array_get_length (options);
  gboolean exact = annex_ask_is_exact (question);

  for (guint i = exact && n > 0 ? n - 1 : 0; i < n; i++)
    {
      JsonObject *option = json_array_get_object_element (options, i);
      const char *label = json_object_get_string_member_with_default (option, "label", "");

      add_answer (notification, ask, annex_ask_words_own (question, label), label);
    }
}

static void
add_buttons (GNotification *notification, AnnexAsk *ask)
{
  JsonObject *question;

  switch (annex_ask_get_kind (ask))
    {
    case ANNEX_ASK_NETWORK:
    case ANNEX_ASK_SITE:
    case ANNEX_ASK_FOLDER:
    case ANNEX_ASK_CONNECTOR:
      add_answer (notification, ask, _ ("No"), "no");
      break;
    case ANNEX_ASK_QUESTION:
      question = get_simple_question (ask);
      if (question != NULL)
        add_options (notification, ask, question);
      break;
    case ANNEX_ASK_DRAFT: /* to be looked at first */
      break;
    }
}

/* (transfer full) */
static char *
dup_ask_body (AnnexAsk *ask)
{
  JsonObject *json = annex_ask_get_json (ask);
  JsonArray *questions;
  g_autofree char *text = NULL;

  switch (annex_ask_get_kind (ask))
    {
    case ANNEX_ASK_NETWORK:
    case ANNEX_ASK_SITE: /* Translators: %s is the name of a server */
      text = g_strdup_printf (_ ("Asks to contact %s"),
                              json_object_get_string_member_with_default (json, "host", "?"));
      break;
    case ANNEX_ASK_CONNECTOR: /* Translators: %s is the name of a service of the user's */
      text = g_strdup_printf (_ ("Asks to use the connector %s"),
                              json_object_get_string_member_with_default (json, "title", "?"));
      break;
    case ANNEX_ASK_FOLDER:
      text = g_strdup (_ ("Asks for a folder"));
      break;
    case ANNEX_ASK_DRAFT:
      text = g_strdup (_ ("Changes wait for you to keep or discard them"));
      break;
    case ANNEX_ASK_QUESTION:
      questions = json_object_get_array_member (json, "questions");
      text = g_strdup (json_object_get_string_member_with_default (
          json_array_get_object_element (questions, 0), "question", ""));
      break;
    }
  return dup_plain (text);
}

/* (transfer full) */
static char *
dup_ask_notification_id (AnnexAsk *ask)
{
  return g_strconcat ("ask-", annex_ask_get_id (ask), NULL);
}

static void
ask_opened_cb (AnnexApplication *self, AnnexAsk *ask)
{
  g_autoptr (GNotification) notification = NULL;
  g_autofree char *body = NULL;
  g_autofree char *id = NULL;

  if (!annex_application_is_set (self, "notify") ||
      is_looked_at (self, annex_ask_get_task_id (ask)))
    return;
  notification = g_notification_new (_ ("Annex Needs You"));
  body = dup_ask_body (ask);
  id = dup_ask_notification_id (ask);
  g_notification_set_body (notification, body);
  g_notification_set_priority (notification, G_NOTIFICATION_PRIORITY_HIGH);
  g_notification_set_default_action_and_target (
      notification, "app.open-ask", "(ss)", annex_ask_get_task_id (ask), annex_ask_get_id (ask));
  add_buttons (notification, ask);
  g_application_send_notification (G_APPLICATION (self), id, notification);
}

static void
ask_closed_cb (AnnexApplication *self, AnnexAsk *ask)
{
  g_autofree char *id = dup_ask_notification_id (ask);

  g_application_withdraw_notification (G_APPLICATION (self), id);
}

/* ---- ends */

static void
task_state_cb (AnnexApplication *self, AnnexTask *task)
{
  AnnexTaskState state = annex_task_get_state (task);
  const char *task_id = annex_task_get_id (task);
  g_autofree char *id = g_strconcat ("task-", task_id, NULL);
  g_autoptr (GNotification) notification = NULL;
  g_autofree char *title = NULL;
  g_autofree char *shown = NULL;

  if (state != ANNEX_TASK_DONE && state != ANNEX_TASK_FAILED)
    {
      g_application_withdraw_notification (G_APPLICATION (self), id);
      return;
    }
  if (!annex_application_is_set (self, "notify") || is_looked_at (self, task_id))
    return;
  notification = g_notification_new (state == ANNEX_TASK_DONE ? _ ("A Task Is Done")
                                                              : _ ("A Task Could Not Finish"));
  title = annex_task_dup_title (task);
  shown = dup_plain (title);
  g_notification_set_body (notification, shown);
  g_notification_set_default_action_and_target (notification, "app.open-task", "s", task_id);
  g_application_send_notification (G_APPLICATION (self), id, notification);
}

void
annex_application_connect_notifications (AnnexApplication *self)
{
  g_signal_connect_object (self->desk, "ask-opened", G_CALLBACK (ask_opened_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->desk, "ask-closed", G_CALLBACK (ask_closed_cb), self,
                           G_CONNECT_SWAPPED);
  g_signal_connect_object (self->desk, "task-state", G_CALLBACK (task_state_cb), self,
                           G_CONNECT_SWAPPED);
}
