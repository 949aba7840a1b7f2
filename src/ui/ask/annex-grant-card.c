/* annex-grant-card.c
 *
 * See annex-grant-card.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-grant-card.h"

#include "annex-arm.h"
#include "annex-ask-words.h"
#include "annex-grant-facts.h"
#include "annex-spoken.h"
#include "annex-then.h"
#include "annex-ui.h"
#include "annex-usual-mode.h"

#include <glib/gi18n.h>

#define MAX_REASON_LINES 40
#define MAX_REFUSED_CHARS 1000

struct _AnnexGrantCard
{
  AdwBin parent_instance;

  AnnexDesk *desk;
  AnnexAsk *ask;
  GSettings *settings; /* nullable */
  AnnexShareMode mode; /* how a folder is given; what the card says */
  gboolean busy;
  gboolean facts_wanted;
  GtkWidget *refuse; /* borrowed: where the focus goes first */

  GtkScrolledWindow *scroller;
  GtkLabel *question;
  GtkLabel *position;
  GtkWidget *target_frame;
  GtkLabel *target;
  GtkLabel *suggestion;
  GtkLabel *promise;
  GtkToggleButton *details_button;
  GtkLabel *reason_title;
  GtkWidget *reason_frame;
  GtkLabel *reason;
  GtkLabel *facts;
  GtkWidget *never_button;
  GtkLabel *failure;
  AdwWrapBox *buttons;
};

enum { PROP_DESK = 1, PROP_ASK, N_PROPS };

static GParamSpec *properties[N_PROPS];

G_DEFINE_FINAL_TYPE (AnnexGrantCard, annex_grant_card, ADW_TYPE_BIN)

/* ---- answering */

static gboolean
may_answer (AnnexGrantCard *self)
{
  return !self->busy && annex_arm_is_ready (GTK_WIDGET (self));
}

static void
set_busy (AnnexGrantCard *self, gboolean busy)
{
  self->busy = busy;
  gtk_widget_set_sensitive (GTK_WIDGET (self->buttons), !busy);
  gtk_widget_set_sensitive (self->never_button, !busy);
}

static void
show_failure (AnnexGrantCard *self, const char *message)
{
  g_autofree char *shown = message != NULL ? annex_ask_words_block (message, 4) : NULL;

  gtk_label_set_text (self->failure, shown != NULL ? shown : "");
  gtk_widget_set_visible (GTK_WIDGET (self->failure), shown != NULL);
}

static void
answered_cb (gpointer object, const GValue *value, GError *error)
{
  AnnexGrantCard *self = object;

  set_busy (self, FALSE);
  if (error != NULL)
    show_failure (self, annex_error_said (error));
}

static void
answer_text (AnnexGrantCard *self, const char *text)
{
  if (self->ask == NULL || self->desk == NULL)
    return;
  show_failure (self, NULL);
  set_busy (self, TRUE);
  annex_then (annex_desk_answer_text (self->desk, self->ask, text), self, answered_cb);
}

static void
label_clicked_cb (AnnexGrantCard *self, GtkButton *button)
{
  if (may_answer (self))
    answer_text (self, g_object_get_data (G_OBJECT (button), "annex-answer"));
}

/* For good, for every task: not beside the others, so that it is not pressed in passing. */
static void
never_clicked_cb (AnnexGrantCard *self)
{
  if (may_answer (self))
    answer_text (self, "never");
}

static void
folder_chosen_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (AnnexGrantCard) self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GFile) file =
      gtk_file_dialog_select_folder_finish (GTK_FILE_DIALOG (source), result, &error);
  g_autofree char *path = file != NULL ? g_file_get_path (file) : NULL;
  AnnexAsk *asked = g_object_get_data (source, "annex-ask");

  if (asked != self->ask)
    return; /* answered elsewhere meanwhile */
  if (path != NULL)
    {
      g_autofree char *answer =
          g_strdup_printf ("%s:%s", path, annex_share_mode_to_name (self->mode));

      answer_text (self, answer);
    }
  else if (file != NULL)
    show_failure (self, _ ("Only folders on this machine can be given."));
  else if (!g_error_matches (error, GTK_DIALOG_ERROR, GTK_DIALOG_ERROR_DISMISSED) &&
           !g_error_matches (error, GTK_DIALOG_ERROR, GTK_DIALOG_ERROR_CANCELLED))
    show_failure (self, annex_error_said (error));
}

static void
choose_clicked_cb (AnnexGrantCard *self)
{
  g_autoptr (GtkFileDialog) dialog = NULL;
  GtkRoot *root = gtk_widget_get_root (GTK_WIDGET (self));

  if (!may_answer (self) || self->ask == NULL)
    return;
  dialog = gtk_file_dialog_new ();
  gtk_file_dialog_set_title (dialog, _ ("Choose a Folder for This Task"));
  gtk_file_dialog_set_accept_label (dialog, _ ("Give This Folder"));
  g_object_set_data_full (G_OBJECT (dialog), "annex-ask", annex_ask_ref (self->ask),
                          (GDestroyNotify) annex_ask_unref);
  gtk_file_dialog_select_folder (dialog, GTK_IS_WINDOW (root) ? GTK_WINDOW (root) : NULL, NULL,
                                 folder_chosen_cb, g_object_ref (self));
}

/* ---- details */

static void
facts_cb (gpointer object, const GValue *value, GError *error)
{
  AnnexGrantCard *self = object;

  gtk_label_set_text (self->facts, value != NULL ? g_value_get_string (value)
                                                 : _ ("What it has read so far cannot be told."));
}

static void
load_facts (AnnexGrantCard *self)
{
  if (self->facts_wanted || self->ask == NULL || self->desk == NULL)
    return;
  self->facts_wanted = TRUE;
  gtk_label_set_text (self->facts, "");
  annex_then (annex_grant_facts_describe (self->desk, annex_ask_get_task_id (self->ask)), self,
              facts_cb);
}

static void
details_toggled_cb (AnnexGrantCard *self)
{
  if (gtk_toggle_button_get_active (self->details_button))
    load_facts (self);
}

/* ---- what is shown */

static const char *
get_promise (AnnexShareMode mode)
{
  switch (mode)
    {
    case ANNEX_SHARE_READ_ONLY:
      return _ ("Annex can read what is in it and cannot change it.");
    case ANNEX_SHARE_REVIEW:
      return _ ("Annex can read what is in it; nothing in it is changed until you keep it.");
    case ANNEX_SHARE_KEEP:
      return _ ("Annex can read and change it; you can undo what it changes.");
    }
  return "";
}

/* As the preferences say now: what is given is what stands here. */
static void
show_mode (AnnexGrantCard *self)
{
  self->mode = annex_usual_mode ();
  gtk_label_set_text (self->promise, get_promise (self->mode));
  gtk_widget_set_visible (GTK_WIDGET (self->promise),
                          self->ask != NULL && annex_ask_get_kind (self->ask) == ANNEX_ASK_FOLDER);
}

/* A long text scrolls in its frame; a short one needs no frame higher than it is. */
static void
set_framed (GtkWidget *frame, GtkLabel *label, const char *text)
{
  guint lines = 0;

  for (const char *p = text; (p = strchr (p, '\n')) != NULL; p++)
    lines++;
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (frame), GTK_POLICY_NEVER,
                                  lines > 4 || strlen (text) > 300 ? GTK_POLICY_AUTOMATIC
                                                                   : GTK_POLICY_NEVER);
  gtk_label_set_text (label, text);
}

static GtkWidget *
add_button (AnnexGrantCard *self, const char *label, const char *answer)
{
  GtkWidget *button = gtk_button_new_with_label (label);

  if (answer != NULL)
    {
      g_object_set_data_full (G_OBJECT (button), "annex-answer", g_strdup (answer), g_free);
      g_signal_connect_object (button, "clicked", G_CALLBACK (label_clicked_cb), self,
                               G_CONNECT_SWAPPED);
    }
  else
    g_signal_connect_object (button, "clicked", G_CALLBACK (choose_clicked_cb), self,
                             G_CONNECT_SWAPPED);
  adw_wrap_box_append (self->buttons, button);
  return button;
}

static void
add_buttons (AnnexGrantCard *self)
{
  JsonObject *json = annex_ask_get_json (self->ask);
  JsonArray *labels = annex_json_opt_array (json, "options");
  gboolean possible = annex_ask_words_can_allow (self->ask);
  guint n = labels != NULL ? json_array_get_length (labels) : 0;
  JsonObject *question;

  if (!possible)
    show_failure (self, _ ("This cannot be allowed: it is malformed, or too long to be judged."));
  switch (annex_ask_get_kind (self->ask))
    {
    case ANNEX_ASK_NETWORK:
    case ANNEX_ASK_SITE:
    case ANNEX_ASK_CONNECTOR:
      if (possible)
        {
          add_button (self, _ ("Allow Once"), "once");
          add_button (self, _ ("For This Task"), "task");
          add_button (self, _ ("Always"), "always");
        }
      self->refuse = add_button (self, C_ ("permission", "No"), "no");
      break;
    case ANNEX_ASK_FOLDER:
      add_button (self, _ ("Choose Folder…"), NULL);
      self->refuse = add_button (self, C_ ("permission", "No"), "no");
      break;
    case ANNEX_ASK_QUESTION: /* a consent: Annex's own labels, the refusing one last */
      question = json_array_get_object_element (annex_ask_words_questions (self->ask), 0);
      for (guint i = possible || n == 0 ? 0 : n - 1; i < n; i++)
        {
          const char *label = json_array_get_string_element (labels, i);

          self->refuse = add_button (self, annex_ask_words_own (question, label), label);
        }
      break;
    case ANNEX_ASK_DRAFT:
      break;
    }
}

/* A host has no places to break; what is read as sentences is broken between its words. */
static PangoWrapMode
get_wrap_mode (AnnexAskKind kind)
{
  return kind == ANNEX_ASK_NETWORK || kind == ANNEX_ASK_SITE ? PANGO_WRAP_CHAR
                                                             : PANGO_WRAP_WORD_CHAR;
}

static void
show_target (AnnexGrantCard *self)
{
  JsonObject *json = annex_ask_get_json (self->ask);
  JsonArray *questions = annex_ask_words_questions (self->ask);
  g_autofree char *target = NULL;
  g_autofree char *suggested = NULL;
  const char *suggestion = NULL;

  switch (annex_ask_get_kind (self->ask))
    {
    case ANNEX_ASK_NETWORK:
    case ANNEX_ASK_SITE:
      target = annex_ask_words_spell_host (annex_json_opt_string (json, "host", ""));
      suggested = annex_ask_words_taint (self->ask);
      break;
    case ANNEX_ASK_CONNECTOR:
      target = annex_ask_words_call (self->ask);
      suggested = annex_ask_words_effect (self->ask);
      break;
    case ANNEX_ASK_FOLDER:
      suggestion = annex_json_opt_string (json, "path", NULL);
      break;
    case ANNEX_ASK_QUESTION:
      target = annex_ask_words_spell_text (
          annex_json_opt_string (json_array_get_object_element (questions, 0), "question", ""));
      break;
    case ANNEX_ASK_DRAFT:
      break;
    }
  /* What cannot be allowed need not be read to its end; what can is never cut. */
  if (target != NULL && !annex_ask_words_can_allow (self->ask) &&
      g_utf8_strlen (target, -1) > MAX_REFUSED_CHARS)
    *g_utf8_offset_to_pointer (target, MAX_REFUSED_CHARS) = '\0';
  /* An address shows each of its letters; a sentence is for reading. */
  if (annex_ask_get_kind (self->ask) == ANNEX_ASK_QUESTION)
    gtk_widget_remove_css_class (GTK_WIDGET (self->target), "monospace");
  else
    gtk_widget_add_css_class (GTK_WIDGET (self->target), "monospace");
  gtk_label_set_wrap_mode (self->target, get_wrap_mode (annex_ask_get_kind (self->ask)));
  set_framed (self->target_frame, self->target, target != NULL ? target : "");
  gtk_widget_set_visible (self->target_frame, target != NULL);
  if (suggestion != NULL)
    {
      g_autofree char *shown = annex_ask_words_spell_path (suggestion);

      if (g_utf8_strlen (shown, -1) > 300) /* the agent's words, and no target: it may be cut */
        *g_utf8_offset_to_pointer (shown, 300) = '\0';
      suggested =
          g_strdup_printf (_ ("The agent suggests “%s”; the folder is for you to choose."), shown);
    }
  gtk_label_set_text (self->suggestion, suggested != NULL ? suggested : "");
  gtk_widget_set_visible (GTK_WIDGET (self->suggestion), suggested != NULL);
}

static gboolean
can_be_never (AnnexAskKind kind)
{
  return kind == ANNEX_ASK_NETWORK || kind == ANNEX_ASK_SITE || kind == ANNEX_ASK_CONNECTOR;
}

static void
show_ask (AnnexGrantCard *self)
{
  g_autofree char *question = NULL;
  g_autofree char *reason = NULL;
  const char *given;
  gboolean has_reason;
  GtkWidget *child;

  self->refuse = NULL;
  while ((child = gtk_widget_get_first_child (GTK_WIDGET (self->buttons))) != NULL)
    adw_wrap_box_remove (self->buttons, child);
  show_failure (self, NULL);
  gtk_toggle_button_set_active (self->details_button, FALSE);
  self->facts_wanted = FALSE;
  if (self->ask == NULL)
    return;
  question = annex_ask_words_permission (self->ask);
  gtk_label_set_text (self->question, question);
  show_target (self);
  show_mode (self);
  given = annex_json_opt_string (annex_ask_get_json (self->ask), "reason", NULL);
  has_reason = given != NULL && given[0] != '\0';
  reason = annex_ask_words_block (given, MAX_REASON_LINES);
  set_framed (self->reason_frame, self->reason, reason);
  gtk_widget_set_visible (self->never_button, can_be_never (annex_ask_get_kind (self->ask)));
  gtk_widget_set_visible (GTK_WIDGET (self->reason_title), has_reason);
  gtk_widget_set_visible (self->reason_frame, has_reason);
  add_buttons (self);
}

void
annex_grant_card_set_ask (AnnexGrantCard *self, AnnexAsk *ask)
{
  gboolean had_focus;

  g_return_if_fail (ANNEX_IS_GRANT_CARD (self));

  if (ask == self->ask || (ask != NULL && self->ask != NULL &&
                           g_str_equal (annex_ask_get_id (ask), annex_ask_get_id (self->ask))))
    return;
  had_focus = gtk_widget_get_focus_child (GTK_WIDGET (self)) != NULL;
  g_clear_pointer (&self->ask, annex_ask_unref);
  self->ask = ask != NULL ? annex_ask_ref (ask) : NULL;
  set_busy (self, FALSE);
  show_ask (self);
  annex_arm_again (GTK_WIDGET (self));
  if (had_focus && self->refuse != NULL)
    gtk_widget_grab_focus (self->refuse);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_ASK]);
}

AnnexAsk *
annex_grant_card_get_ask (AnnexGrantCard *self)
{
  g_return_val_if_fail (ANNEX_IS_GRANT_CARD (self), NULL);
  return self->ask;
}

void
annex_grant_card_set_position (AnnexGrantCard *self, guint position, guint n)
{
  g_autofree char *text = NULL;

  g_return_if_fail (ANNEX_IS_GRANT_CARD (self));
  /* Translators: the first of three requests */
  text = g_strdup_printf (_ ("%u of %u"), position, n);
  gtk_label_set_text (self->position, text);
  gtk_widget_set_visible (GTK_WIDGET (self->position), n > 1);
}

void
annex_grant_card_set_shrinks (AnnexGrantCard *self, gboolean shrinks)
{
  g_return_if_fail (ANNEX_IS_GRANT_CARD (self));

  gtk_scrolled_window_set_policy (self->scroller, GTK_POLICY_NEVER,
                                  shrinks ? GTK_POLICY_AUTOMATIC : GTK_POLICY_NEVER);
}

/* ---- the widget */

/* Who comes by keyboard comes to No first. */
static gboolean
annex_grant_card_focus (GtkWidget *widget, GtkDirectionType direction)
{
  AnnexGrantCard *self = ANNEX_GRANT_CARD (widget);

  if (gtk_widget_get_focus_child (widget) == NULL && self->refuse != NULL &&
      direction == GTK_DIR_TAB_FORWARD)
    return gtk_widget_grab_focus (self->refuse);
  return GTK_WIDGET_CLASS (annex_grant_card_parent_class)->focus (widget, direction);
}

static void
annex_grant_card_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  AnnexGrantCard *self = ANNEX_GRANT_CARD (object);

  if (id == PROP_DESK)
    g_value_set_object (value, self->desk);
  else
    g_value_set_boxed (value, self->ask);
}

static void
annex_grant_card_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  AnnexGrantCard *self = ANNEX_GRANT_CARD (object);

  if (id == PROP_ASK)
    annex_grant_card_set_ask (self, g_value_get_boxed (value));
  else if (g_set_object (&self->desk, g_value_get_object (value)))
    g_object_notify_by_pspec (object, pspec);
}

static void
annex_grant_card_dispose (GObject *object)
{
  AnnexGrantCard *self = ANNEX_GRANT_CARD (object);

  self->refuse = NULL;
  gtk_widget_dispose_template (GTK_WIDGET (self), ANNEX_TYPE_GRANT_CARD);
  g_clear_object (&self->settings);
  g_clear_object (&self->desk);
  g_clear_pointer (&self->ask, annex_ask_unref);
  G_OBJECT_CLASS (annex_grant_card_parent_class)->dispose (object);
}

static void
annex_grant_card_class_init (AnnexGrantCardClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->get_property = annex_grant_card_get_property;
  object_class->set_property = annex_grant_card_set_property;
  object_class->dispose = annex_grant_card_dispose;
  widget_class->focus = annex_grant_card_focus;
  properties[PROP_DESK] =
      g_param_spec_object ("desk", NULL, NULL, ANNEX_TYPE_DESK,
                           G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);
  properties[PROP_ASK] =
      g_param_spec_boxed ("ask", NULL, NULL, ANNEX_TYPE_ASK,
                          G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);
  g_object_class_install_properties (object_class, N_PROPS, properties);
  gtk_widget_class_set_template_from_resource (
      widget_class, "/io/github/annex_desktop/Annex/annex-grant-card.ui");
  gtk_widget_class_bind_template_child (widget_class, AnnexGrantCard, scroller);
  gtk_widget_class_bind_template_child (widget_class, AnnexGrantCard, question);
  gtk_widget_class_bind_template_child (widget_class, AnnexGrantCard, position);
  gtk_widget_class_bind_template_child (widget_class, AnnexGrantCard, target_frame);
  gtk_widget_class_bind_template_child (widget_class, AnnexGrantCard, target);
  gtk_widget_class_bind_template_child (widget_class, AnnexGrantCard, suggestion);
  gtk_widget_class_bind_template_child (widget_class, AnnexGrantCard, promise);
  gtk_widget_class_bind_template_child (widget_class, AnnexGrantCard, details_button);
  gtk_widget_class_bind_template_child (widget_class, AnnexGrantCard, reason_title);
  gtk_widget_class_bind_template_child (widget_class, AnnexGrantCard, reason_frame);
  gtk_widget_class_bind_template_child (widget_class, AnnexGrantCard, reason);
  gtk_widget_class_bind_template_child (widget_class, AnnexGrantCard, facts);
  gtk_widget_class_bind_template_child (widget_class, AnnexGrantCard, never_button);
  gtk_widget_class_bind_template_child (widget_class, AnnexGrantCard, failure);
  gtk_widget_class_bind_template_child (widget_class, AnnexGrantCard, buttons);
  gtk_widget_class_bind_template_callback (widget_class, details_toggled_cb);
  gtk_widget_class_bind_template_callback (widget_class, never_clicked_cb);
}

static void
annex_grant_card_init (AnnexGrantCard *self)
{
  g_autoptr (PangoAttrList) attributes = pango_attr_list_new ();

  gtk_widget_init_template (GTK_WIDGET (self));
  annex_arm_watch (GTK_WIDGET (self));
  /* A hyphen at the end of a line would stand in the target as if it were of it. */
  pango_attr_list_insert (attributes, pango_attr_insert_hyphens_new (FALSE));
  gtk_label_set_attributes (self->question, attributes);
  gtk_label_set_attributes (self->target, attributes);
  gtk_label_set_attributes (self->suggestion, attributes);
  gtk_label_set_attributes (self->reason, attributes);
  self->settings = annex_ui_dup_settings ();
  if (self->settings != NULL)
    g_signal_connect_object (self->settings, "changed::default-folder-mode", G_CALLBACK (show_mode),
                             self, G_CONNECT_SWAPPED);
}

GtkWidget *
annex_grant_card_new (AnnexDesk *desk)
{
  return g_object_new (ANNEX_TYPE_GRANT_CARD, "desk", desk, NULL);
}
