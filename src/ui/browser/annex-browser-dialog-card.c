/* annex-browser-dialog-card.c
 *
 * See annex-browser-dialog-card.h. The page's words are shown as text of the page's, below a
 * heading of ours.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-browser-dialog-card.h"

#include "annex-arm.h"
#include "annex-site-policy.h"
#include "annex-text.h"

#include <glib/gi18n.h>

struct _AnnexBrowserDialogCard
{
  AdwBin parent_instance;

  AnnexBrowserPane *pane;
  AnnexBrowserTab *tab;
  AnnexBrowserDialogKind kind;
  gboolean is_many;

  GtkLabel *heading;
  GtkLabel *message;
  GtkEditable *text_entry;
  GtkEditable *user_entry;
  GtkEditable *password_entry;
  GtkButton *refuse_button;
  GtkButton *accept_button;
};

G_DEFINE_FINAL_TYPE (AnnexBrowserDialogCard, annex_browser_dialog_card, ADW_TYPE_BIN)

/* ---------------------------------------------------------------- words */

/* Translators: in the following sentences %s is a web site, like example.org */
static char *
permission_question (const char *word, const char *site)
{
  if (g_str_equal (word, "location"))
    return g_strdup_printf (_ ("%s wants to know where you are"), site);
  if (g_str_equal (word, "notifications"))
    return g_strdup_printf (_ ("%s wants to show notifications"), site);
  if (g_str_equal (word, "clipboard"))
    return g_strdup_printf (_ ("%s wants to read what you copied"), site);
  return g_strdup_printf (_ ("%s wants to use the cookies of another site"), site);
}

static char *
dup_heading (AnnexBrowserDialogCard *self, const AnnexBrowserDialog *dialog)
{
  g_autofree char *site = NULL;

  annex_site_policy_judge_address (annex_browser_tab_get_page_uri (self->tab), &site);
  if (site == NULL)
    site = g_strdup (_ ("The page"));
  switch (dialog->kind)
    {
    case ANNEX_DIALOG_ALERT:
    case ANNEX_DIALOG_CONFIRM:
    case ANNEX_DIALOG_PROMPT:
      /* Translators: %s is a web site; what it says follows */
      return g_strdup_printf (_ ("%s says"), site);
    case ANNEX_DIALOG_BEFORE_UNLOAD:
      return g_strdup (_ ("Leave this page? What was entered may be lost."));
    case ANNEX_DIALOG_FILES:
      return g_strdup_printf (
          dialog->is_many ? _ ("%s wants files of yours") : _ ("%s wants a file of yours"), site);
    case ANNEX_DIALOG_PERMISSION:
      return permission_question (dialog->message, site);
    case ANNEX_DIALOG_SIGN_IN:
      /* Translators: %s is a web site */
      return g_strdup_printf (_ ("Sign in to %s"), dialog->message);
    }
  return g_strdup ("");
}

static const char *
accept_label (AnnexBrowserDialogKind kind)
{
  switch (kind)
    {
    case ANNEX_DIALOG_BEFORE_UNLOAD:
      return _ ("_Leave");
    case ANNEX_DIALOG_FILES:
      return _ ("_Choose…");
    case ANNEX_DIALOG_PERMISSION:
      return _ ("_Allow");
    case ANNEX_DIALOG_SIGN_IN:
      return _ ("_Sign In");
    case ANNEX_DIALOG_ALERT:
    case ANNEX_DIALOG_CONFIRM:
    case ANNEX_DIALOG_PROMPT:
      break;
    }
  return _ ("_OK");
}

static const char *
refuse_label (AnnexBrowserDialogKind kind)
{
  return kind == ANNEX_DIALOG_PERMISSION ? _ ("_Don’t Allow") : _ ("_Cancel");
}

/* The page's words, line by line as they are shown anywhere. */
static char *
dup_lines (const char *message)
{
  g_auto (GStrv) lines = g_strsplit (message, "\n", -1);

  for (guint i = 0; lines[i] != NULL; i++)
    {
      char *shown = annex_text_for_display (lines[i]);

      g_free (lines[i]);
      lines[i] = shown;
    }
  return g_strjoinv ("\n", lines);
}

static void
fill (AnnexBrowserDialogCard *self)
{
  const AnnexBrowserDialog *dialog = annex_browser_tab_get_dialog (self->tab);
  gboolean has_message = dialog->kind <= ANNEX_DIALOG_PROMPT;
  g_autofree char *heading = dup_heading (self, dialog);
  g_autofree char *shown = annex_text_for_display (heading);

  self->kind = dialog->kind;
  self->is_many = dialog->is_many;
  gtk_label_set_text (self->heading, shown);
  gtk_widget_set_visible (GTK_WIDGET (self->message), has_message);
  if (has_message)
    {
      g_autofree char *message = dup_lines (dialog->message);

      gtk_label_set_text (self->message, message);
    }
  gtk_widget_set_visible (GTK_WIDGET (self->text_entry), dialog->kind == ANNEX_DIALOG_PROMPT);
  if (dialog->preset != NULL)
    gtk_editable_set_text (self->text_entry, dialog->preset);
  gtk_widget_set_visible (GTK_WIDGET (self->user_entry), dialog->kind == ANNEX_DIALOG_SIGN_IN);
  gtk_widget_set_visible (GTK_WIDGET (self->password_entry), dialog->kind == ANNEX_DIALOG_SIGN_IN);
  gtk_widget_set_visible (GTK_WIDGET (self->refuse_button), dialog->kind != ANNEX_DIALOG_ALERT);
  gtk_button_set_label (self->refuse_button, refuse_label (dialog->kind));
  gtk_button_set_label (self->accept_button, accept_label (dialog->kind));
  /* Annex does not advise to allow anything. */
  if (dialog->kind == ANNEX_DIALOG_PERMISSION)
    gtk_widget_remove_css_class (GTK_WIDGET (self->accept_button), "suggested-action");
  gtk_accessible_update_property (GTK_ACCESSIBLE (self), GTK_ACCESSIBLE_PROPERTY_LABEL, shown, -1);
}

/* ---------------------------------------------------------------- answers */

static void
files_chosen_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (AnnexBrowserTab) tab = data;
  g_autoptr (GListModel) files =
      gtk_file_dialog_open_multiple_finish (GTK_FILE_DIALOG (source), result, NULL);
  g_autoptr (GStrvBuilder) paths = g_strv_builder_new ();
  g_auto (GStrv) list = NULL;

  /* Closed without a choice: the card is still there. */
  if (files == NULL)
    return;
  for (guint i = 0; i < g_list_model_get_n_items (files); i++)
    {
      g_autoptr (GFile) file = g_list_model_get_item (files, i);

      if (g_file_peek_path (file) != NULL)
        g_strv_builder_add (paths, g_file_peek_path (file));
    }
  list = g_strv_builder_end (paths);
  annex_browser_tab_answer_files (tab, (const char *const *) list, NULL);
}

static void
file_chosen_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (AnnexBrowserTab) tab = data;
  g_autoptr (GFile) file = gtk_file_dialog_open_finish (GTK_FILE_DIALOG (source), result, NULL);
  const char *paths[] = { file != NULL ? g_file_peek_path (file) : NULL, NULL };

  if (paths[0] != NULL)
    annex_browser_tab_answer_files (tab, paths, NULL);
}

static void
choose_files (AnnexBrowserDialogCard *self)
{
  g_autoptr (GtkFileDialog) dialog = gtk_file_dialog_new ();
  GtkRoot *root = gtk_widget_get_root (GTK_WIDGET (self));
  GtkWindow *window = GTK_IS_WINDOW (root) ? GTK_WINDOW (root) : NULL;

  if (self->is_many)
    gtk_file_dialog_open_multiple (dialog, window, NULL, files_chosen_cb, g_object_ref (self->tab));
  else
    gtk_file_dialog_open (dialog, window, NULL, file_chosen_cb, g_object_ref (self->tab));
}

static void
accept_cb (AnnexBrowserDialogCard *self)
{
  g_autoptr (AnnexBrowserTab) tab = g_object_ref (self->tab);

  if (!annex_arm_is_ready (GTK_WIDGET (self)))
    return;
  annex_browser_pane_take_over (self->pane);
  if (self->kind == ANNEX_DIALOG_FILES)
    choose_files (self);
  else if (self->kind == ANNEX_DIALOG_SIGN_IN)
    annex_browser_tab_answer_sign_in (tab, gtk_editable_get_text (self->user_entry),
                                      gtk_editable_get_text (self->password_entry));
  else
    annex_browser_tab_answer_dialog (tab, TRUE, gtk_editable_get_text (self->text_entry), NULL);
}

static void
refuse_cb (AnnexBrowserDialogCard *self)
{
  g_autoptr (AnnexBrowserTab) tab = g_object_ref (self->tab);

  if (!annex_arm_is_ready (GTK_WIDGET (self)))
    return;
  annex_browser_pane_take_over (self->pane);
  annex_browser_tab_answer_dialog (tab, FALSE, NULL, NULL);
}

/* ---------------------------------------------------------------- class */

static void
annex_browser_dialog_card_dispose (GObject *object)
{
  AnnexBrowserDialogCard *self = ANNEX_BROWSER_DIALOG_CARD (object);

  gtk_widget_dispose_template (GTK_WIDGET (self), ANNEX_TYPE_BROWSER_DIALOG_CARD);
  g_clear_object (&self->tab);
  g_clear_object (&self->pane);
  G_OBJECT_CLASS (annex_browser_dialog_card_parent_class)->dispose (object);
}

static void
annex_browser_dialog_card_class_init (AnnexBrowserDialogCardClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = annex_browser_dialog_card_dispose;
  gtk_widget_class_set_accessible_role (widget_class, GTK_ACCESSIBLE_ROLE_GROUP);
  gtk_widget_class_set_template_from_resource (
      widget_class, "/io/github/annex_desktop/Annex/annex-browser-dialog-card.ui");
  gtk_widget_class_bind_template_child (widget_class, AnnexBrowserDialogCard, heading);
  gtk_widget_class_bind_template_child (widget_class, AnnexBrowserDialogCard, message);
  gtk_widget_class_bind_template_child (widget_class, AnnexBrowserDialogCard, text_entry);
  gtk_widget_class_bind_template_child (widget_class, AnnexBrowserDialogCard, user_entry);
  gtk_widget_class_bind_template_child (widget_class, AnnexBrowserDialogCard, password_entry);
  gtk_widget_class_bind_template_child (widget_class, AnnexBrowserDialogCard, refuse_button);
  gtk_widget_class_bind_template_child (widget_class, AnnexBrowserDialogCard, accept_button);
  gtk_widget_class_bind_template_callback (widget_class, accept_cb);
  gtk_widget_class_bind_template_callback (widget_class, refuse_cb);
}

static void
annex_browser_dialog_card_init (AnnexBrowserDialogCard *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  annex_arm_watch (GTK_WIDGET (self));
}

GtkWidget *
annex_browser_dialog_card_new (AnnexBrowserPane *pane, AnnexBrowserTab *tab)
{
  AnnexBrowserDialogCard *self = g_object_new (ANNEX_TYPE_BROWSER_DIALOG_CARD, NULL);

  self->pane = g_object_ref (pane);
  self->tab = g_object_ref (tab);
  fill (self);
  return GTK_WIDGET (self);
}
