/* annex-try-card.c
 *
 * See annex-try-card.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-try-card.h"

#include "annex-comparison-words.h"
#include "annex-markdown-box.h"
#include "annex-ui.h"

#include <glib/gi18n.h>
#include <string.h>

#define MAX_WORDS_CHARS 800

struct _AnnexTryCard
{
  AdwBin parent_instance;

  gboolean undoes; /* the button takes back */

  GtkLabel *title;
  GtkLabel *model;
  GtkLabel *time;
  GtkLabel *steps;
  GtkLabel *tokens;
  GtkLabel *cost;
  GtkLabel *files;
  GtkBox *words;
  GtkButton *open_button;
  GtkButton *keep_button;
};

enum {
  SIGNAL_OPEN,
  SIGNAL_KEEP,
  SIGNAL_UNDO,
  N_SIGNALS,
};
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (AnnexTryCard, annex_try_card, ADW_TYPE_BIN)

static void
open_cb (AnnexTryCard *self)
{
  g_signal_emit (self, signals[SIGNAL_OPEN], 0);
}

static void
keep_cb (AnnexTryCard *self)
{
  g_signal_emit (self, signals[self->undoes ? SIGNAL_UNDO : SIGNAL_KEEP], 0);
}

static void
show_words (AnnexTryCard *self, const char *words)
{
  glong length = g_utf8_strlen (words, -1);
  g_autofree char *cut = g_utf8_substring (words, 0, MIN (length, MAX_WORDS_CHARS));
  g_autofree char *shown = g_strconcat (cut, length > MAX_WORDS_CHARS ? "…" : "", NULL);

  annex_markdown_box_fill (self->words, length > 0 ? shown : _ ("It said nothing in the end."));
}

/* The label, and what a screen reader says, which has both cards in one list of buttons. */
static void
name_button (GtkButton *button, const char *label, const char *title)
{
  g_autofree char *plain = g_strdup (label);
  g_autofree char *name = NULL;
  char *line = strchr (plain, '_');

  if (line != NULL)
    memmove (line, line + 1, strlen (line));
  name = g_strdup_printf ("%s: %s", title, plain);
  gtk_button_set_use_underline (button, TRUE);
  gtk_button_set_label (button, label);
  annex_ui_name_button (GTK_WIDGET (button), name);
}

static void
set_text (GtkLabel *label, char *text)
{
  gtk_label_set_text (label, text);
  g_free (text);
}

void
annex_try_card_show (AnnexTryCard *self, const char *title, const AnnexTry *try, gboolean suggested)
{
  gboolean can_keep = annex_try_count (try, ANNEX_MADE_DRAFT) > 0;

  self->undoes = !can_keep && annex_try_count (try, ANNEX_MADE_KEPT) > 0;
  gtk_label_set_text (self->title, title);
  set_text (self->model, annex_try_dup_model (try));
  set_text (self->time, annex_try_dup_time (try));
  set_text (self->steps, annex_try_dup_steps (try));
  set_text (self->tokens, annex_try_dup_tokens (try));
  set_text (self->cost, annex_try_dup_cost (try));
  set_text (self->files, annex_try_dup_files (try));
  show_words (self, try->words);
  name_button (self->open_button, _ ("_Open Task"), title);
  name_button (self->keep_button, self->undoes ? _ ("_Undo") : _ ("_Keep This One"), title);
  gtk_widget_set_visible (GTK_WIDGET (self->keep_button), can_keep || self->undoes);
  if (suggested && can_keep)
    gtk_widget_add_css_class (GTK_WIDGET (self->keep_button), "suggested-action");
  else
    gtk_widget_remove_css_class (GTK_WIDGET (self->keep_button), "suggested-action");
}

static void
annex_try_card_dispose (GObject *object)
{
  gtk_widget_dispose_template (GTK_WIDGET (object), ANNEX_TYPE_TRY_CARD);
  G_OBJECT_CLASS (annex_try_card_parent_class)->dispose (object);
}

/* Not to the words, which can be selected. */
static gboolean
annex_try_card_grab_focus (GtkWidget *widget)
{
  return gtk_widget_grab_focus (GTK_WIDGET (ANNEX_TRY_CARD (widget)->open_button));
}

static void
annex_try_card_class_init (AnnexTryCardClass *klass)
{
  static const char *const names[] = { "open", "keep", "undo" };
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = annex_try_card_dispose;
  widget_class->grab_focus = annex_try_card_grab_focus;
  for (guint i = 0; i < N_SIGNALS; i++)
    signals[i] = g_signal_new (names[i], ANNEX_TYPE_TRY_CARD, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                               NULL, G_TYPE_NONE, 0);
  gtk_widget_class_set_template_from_resource (widget_class,
                                               "/io/github/annex_desktop/Annex/annex-try-card.ui");
  gtk_widget_class_bind_template_child (widget_class, AnnexTryCard, title);
  gtk_widget_class_bind_template_child (widget_class, AnnexTryCard, model);
  gtk_widget_class_bind_template_child (widget_class, AnnexTryCard, time);
  gtk_widget_class_bind_template_child (widget_class, AnnexTryCard, steps);
  gtk_widget_class_bind_template_child (widget_class, AnnexTryCard, tokens);
  gtk_widget_class_bind_template_child (widget_class, AnnexTryCard, cost);
  gtk_widget_class_bind_template_child (widget_class, AnnexTryCard, files);
  gtk_widget_class_bind_template_child (widget_class, AnnexTryCard, words);
  gtk_widget_class_bind_template_child (widget_class, AnnexTryCard, open_button);
  gtk_widget_class_bind_template_child (widget_class, AnnexTryCard, keep_button);
  gtk_widget_class_bind_template_callback (widget_class, open_cb);
  gtk_widget_class_bind_template_callback (widget_class, keep_cb);
}

static void
annex_try_card_init (AnnexTryCard *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}
