/* annex-computer-setup.c
 *
 * See annex-computer-setup.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-computer-setup.h"

#include "annex-error-text.h"
#include "annex-text.h"
#include "annex-then.h"

#include <glib/gi18n.h>

struct _AnnexComputerSetup
{
  AdwBin parent_instance;

  AnnexDesk *desk;
  GCancellable *cancellable; /* nullable: while something runs */
  gboolean changes;
  gboolean moving;
  gint64 started_us;     /* of the estimate */
  double start_fraction; /* where it stood then */
  double fraction;

  GtkStack *stack;
  GtkLabel *consent_title;
  GtkLabel *consent_body;
  GtkWidget *not_now;
  AdwActionRow *download;
  AdwActionRow *disk;
  AdwActionRow *memory;
  AdwActionRow *folder;
  GtkWidget *change_folder;
  GtkWidget *warning_group;
  GtkLabel *warning;
  GtkWidget *install;
  GtkLabel *sentence;
  GtkProgressBar *bar;
  GtkWidget *cancel;
  GtkLabel *remaining;
  GtkImage *stopped_icon;
  GtkLabel *stopped_title;
  GtkLabel *stopped_advice;
  GtkWidget *stopped_more;
  GtkLabel *stopped_details;
  GtkButton *resume;
  GtkWidget *begin;
};

enum { PROP_DESK = 1, PROP_CHANGES, N_PROPS };

static GParamSpec *properties[N_PROPS];
static guint finished_signal;

G_DEFINE_FINAL_TYPE (AnnexComputerSetup, annex_computer_setup, ADW_TYPE_BIN)

static void
load (AnnexComputerSetup *self);

static void
finish (AnnexComputerSetup *self, gboolean installed)
{
  g_signal_emit (self, finished_signal, 0, installed);
}

/* The page, and the focus on what one most likely does there: it must not be left where it was, on
 * the button of a page that is gone, or on Back. */
static void
show_page (AnnexComputerSetup *self, const char *name, GtkWidget *focus)
{
  gtk_stack_set_visible_child_name (self->stack, name);
  if (gtk_widget_get_mapped (GTK_WIDGET (self)))
    gtk_widget_grab_focus (focus);
}

/* ---- stopped */

static void
show_stopped (AnnexComputerSetup *self, const GError *error)
{
  g_autoptr (AnnexErrorText) text = NULL;
  gboolean cancelled = g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);

  if (!cancelled)
    text = annex_error_text_new (error);
  gtk_image_set_from_icon_name (self->stopped_icon,
                                cancelled ? "computer-symbolic" : "dialog-warning-symbolic");
  gtk_label_set_text (self->stopped_title, cancelled ? _ ("Setting Up Was Stopped") : text->title);
  gtk_label_set_text (self->stopped_advice,
                      cancelled ? _ ("What is there already is kept. You can go on at any time.")
                                : text->advice);
  gtk_label_set_text (self->stopped_details, cancelled ? "" : text->details);
  gtk_widget_set_visible (self->stopped_more, !cancelled);
  gtk_button_set_label (self->resume, cancelled ? _ ("_Go On") : _ ("_Try Again"));
  show_page (self, "stopped", GTK_WIDGET (self->resume));
}

/* ---- progress */

char *
annex_computer_setup_format_remaining (double fraction, gint64 elapsed_ms)
{
  guint minutes;
  double left_s;

  if (fraction < 0.02 || fraction > 1 || elapsed_ms < 3000)
    return NULL;
  left_s = elapsed_ms / 1000.0 * (1 - fraction) / fraction;
  if (left_s < 50)
    return g_strdup (_ ("Less than a minute left"));
  minutes = (guint) MIN (left_s / 60 + 0.5, 600);
  return g_strdup_printf (ngettext ("About %u minute left", "About %u minutes left", minutes),
                          minutes);
}

static void
show_progress (AnnexComputerSetup *self, const char *sentence, double fraction)
{
  gint64 now = g_get_monotonic_time ();
  g_autofree char *text = annex_text_for_display (sentence);
  g_autofree char *left = NULL;

  gtk_label_set_text (self->sentence, text);
  if (fraction < 0)
    {
      gtk_progress_bar_pulse (self->bar);
      gtk_label_set_text (self->remaining, "");
      return;
    }
  /* A new part begins at its own beginning. */
  if (self->started_us == 0 || fraction < self->fraction)
    {
      self->started_us = now;
      self->start_fraction = fraction;
    }
  self->fraction = MIN (fraction, 1);
  gtk_progress_bar_set_fraction (self->bar, self->fraction);
  if (self->start_fraction < 1)
    left = annex_computer_setup_format_remaining ((self->fraction - self->start_fraction) /
                                                      (1 - self->start_fraction),
                                                  (now - self->started_us) / 1000);
  gtk_label_set_text (self->remaining, left != NULL ? left : "");
}

/* What a running call holds: the widget may be gone before it. */
typedef struct
{
  GWeakRef widget;
} Run;

static void
run_free (gpointer data)
{
  g_weak_ref_clear (&((Run *) data)->widget);
  g_free (data);
}

static void
progress_cb (const char *sentence, double fraction, gpointer data)
{
  g_autoptr (AnnexComputerSetup) self = g_weak_ref_get (&((Run *) data)->widget);

  if (self != NULL && self->cancellable != NULL)
    show_progress (self, sentence, fraction);
}

/* Only keeps @run until the call is done. */
static DexFuture *
pass_cb (DexFuture *future, gpointer run)
{
  return dex_ref (future);
}

static void
done_cb (gpointer object, const GValue *value, GError *error)
{
  AnnexComputerSetup *self = object;
  gboolean moved = self->moving;

  g_clear_object (&self->cancellable);
  self->moving = FALSE;
  if (error != NULL)
    show_stopped (self, error);
  else if (moved)
    load (self);
  else
    show_page (self, "done", self->begin);
}

/* @folder: moves there; NULL: sets up. */
static void
start (AnnexComputerSetup *self, const char *folder)
{
  Run *run;
  DexFuture *future;

  if (self->cancellable != NULL || self->desk == NULL)
    return;
  run = g_new0 (Run, 1);
  g_weak_ref_init (&run->widget, self);
  self->cancellable = g_cancellable_new ();
  self->moving = folder != NULL;
  self->started_us = 0;
  self->fraction = 0;
  gtk_progress_bar_set_fraction (self->bar, 0);
  show_progress (self, _ ("Beginning…"), -1);
  show_page (self, "progress", self->cancel);
  future = folder != NULL
               ? annex_desk_move_computers (self->desk, folder, progress_cb, run, self->cancellable)
               : annex_desk_install_computer (self->desk, progress_cb, run, self->cancellable);
  annex_then (dex_future_finally (future, pass_cb, run, run_free), self, done_cb);
}

static void
install_cb (AnnexComputerSetup *self)
{
  start (self, NULL);
}

static void
cancel_cb (AnnexComputerSetup *self)
{
  if (self->cancellable != NULL)
    g_cancellable_cancel (self->cancellable);
  gtk_label_set_text (self->sentence, _ ("Stopping…"));
}

static void
not_now_cb (AnnexComputerSetup *self)
{
  finish (self, FALSE);
}

static void
begin_cb (AnnexComputerSetup *self)
{
  finish (self, TRUE);
}

/* ---- consent */

static void
show_needs (AnnexComputerSetup *self, const AnnexComputerNeeds *needs)
{
  g_autofree char *download = annex_text_format_size (needs->download_bytes);
  g_autofree char *disk = annex_text_format_size (needs->disk_bytes);
  g_autofree char *disk_free = annex_text_format_size (needs->disk_free_bytes);
  g_autofree char *memory = annex_text_format_size (needs->memory_bytes);
  g_autofree char *folder = annex_text_for_display (needs->folder);
  g_autofree char *source = annex_text_for_display (needs->source);
  g_autofree char *from = NULL;
  /* Translators: both are sizes */
  g_autofree char *of = g_strdup_printf (_ ("About %s of the %s that are free"), disk, disk_free);
  g_autofree char *runs =
      g_strdup_printf (_ ("Up to %s while a task runs, none otherwise"), memory);
  gboolean full = needs->disk_bytes + needs->download_bytes > needs->disk_free_bytes;

  if (needs->download_bytes == 0)
    from = *source != '\0' ? g_strdup (source) : g_strdup (_ ("None: it is built on this machine"));
  else if (*source != '\0')
    /* Translators: a size, and where it comes from */
    from = g_strdup_printf (_ ("About %s · %s"), download, source);
  else /* Translators: a size */
    from = g_strdup_printf (_ ("About %s"), download);
  adw_action_row_set_subtitle (self->download, from);
  adw_action_row_set_subtitle (self->disk, of);
  adw_action_row_set_subtitle (self->memory, runs);
  adw_action_row_set_subtitle (self->folder, folder);
  gtk_label_set_text (
      self->warning,
      full ? _ ("There is not enough room here. Make room, or let it live on another disk.")
           : _ ("You are on a metered connection: the download may cost you something."));
  gtk_widget_set_visible (self->warning_group,
                          full || (needs->metered && needs->download_bytes > 0));
  gtk_widget_set_sensitive (self->install, !full);
  show_page (self, "consent", full ? self->change_folder : self->install);
}

static void
needs_cb (gpointer object, const GValue *value, GError *error)
{
  AnnexComputerSetup *self = object;
  const AnnexComputerNeeds *needs = value != NULL ? g_value_get_boxed (value) : NULL;

  if (error != NULL)
    show_stopped (self, error);
  else if (needs->installed && !self->changes)
    finish (self, TRUE);
  else
    show_needs (self, needs);
}

static void
load (AnnexComputerSetup *self)
{
  gtk_stack_set_visible_child_name (self->stack, "loading");
  if (self->desk != NULL)
    annex_then (annex_desk_get_needs (self->desk), self, needs_cb);
}

static void
folder_chosen_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (AnnexComputerSetup) self = data;
  g_autoptr (GFile) file =
      gtk_file_dialog_select_folder_finish (GTK_FILE_DIALOG (source), result, NULL);
  g_autofree char *path = file != NULL ? g_file_get_path (file) : NULL;

  if (path != NULL)
    start (self, path);
}

static void
change_folder_cb (AnnexComputerSetup *self)
{
  g_autoptr (GtkFileDialog) dialog = gtk_file_dialog_new ();
  GtkRoot *root = gtk_widget_get_root (GTK_WIDGET (self));

  gtk_file_dialog_set_title (dialog, _ ("Where Should Annex’s Computer Live?"));
  gtk_file_dialog_set_accept_label (dialog, _ ("_Choose"));
  gtk_file_dialog_select_folder (dialog, GTK_IS_WINDOW (root) ? GTK_WINDOW (root) : NULL, NULL,
                                 folder_chosen_cb, g_object_ref (self));
}

/* What is there is not set up for the first time, and goes on working. */
static void
say_change (AnnexComputerSetup *self)
{
  gtk_label_set_text (self->consent_title, _ ("Another System for the Computer"));
  gtk_label_set_text (self->consent_body,
                      _ ("New tasks work with it; tasks that were begun with the present one keep "
                         "that. This is what it takes:"));
  gtk_button_set_label (GTK_BUTTON (self->install), _ ("Change to It"));
  gtk_widget_set_tooltip_text (self->not_now, NULL);
}

/* ---- object */

/* Asked for the focus by the page it is on. */
static gboolean
annex_computer_setup_grab_focus (GtkWidget *widget)
{
  AnnexComputerSetup *self = ANNEX_COMPUTER_SETUP (widget);
  const char *page = gtk_stack_get_visible_child_name (self->stack);

  if (g_strcmp0 (page, "consent") == 0)
    return gtk_widget_grab_focus (gtk_widget_is_sensitive (self->install) ? self->install
                                                                          : self->change_folder);
  return GTK_WIDGET_CLASS (annex_computer_setup_parent_class)->grab_focus (widget);
}

static void
annex_computer_setup_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  if (id == PROP_DESK)
    g_value_set_object (value, ANNEX_COMPUTER_SETUP (object)->desk);
  else if (id == PROP_CHANGES)
    g_value_set_boolean (value, ANNEX_COMPUTER_SETUP (object)->changes);
  else
    G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
}

static void
annex_computer_setup_set_property (GObject *object,
                                   guint id,
                                   const GValue *value,
                                   GParamSpec *pspec)
{
  AnnexComputerSetup *self = ANNEX_COMPUTER_SETUP (object);

  if (id == PROP_CHANGES)
    {
      self->changes = g_value_get_boolean (value);
      if (self->changes)
        say_change (self);
      return;
    }
  if (id != PROP_DESK)
    {
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
      return;
    }
  if (!g_set_object (&self->desk, g_value_get_object (value)))
    return;
  load (self);
  g_object_notify_by_pspec (object, pspec);
}

static void
annex_computer_setup_dispose (GObject *object)
{
  AnnexComputerSetup *self = ANNEX_COMPUTER_SETUP (object);

  if (self->cancellable != NULL)
    g_cancellable_cancel (self->cancellable); /* it goes on from there another time */
  g_clear_object (&self->cancellable);
  g_clear_object (&self->desk);
  adw_bin_set_child (ADW_BIN (self),
                     NULL); /* else the template lets go of it behind AdwBin's back */
  gtk_widget_dispose_template (GTK_WIDGET (self), ANNEX_TYPE_COMPUTER_SETUP);
  G_OBJECT_CLASS (annex_computer_setup_parent_class)->dispose (object);
}

static void
annex_computer_setup_class_init (AnnexComputerSetupClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->get_property = annex_computer_setup_get_property;
  object_class->set_property = annex_computer_setup_set_property;
  object_class->dispose = annex_computer_setup_dispose;
  widget_class->grab_focus = annex_computer_setup_grab_focus;
  properties[PROP_DESK] =
      g_param_spec_object ("desk", NULL, NULL, ANNEX_TYPE_DESK,
                           G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  properties[PROP_CHANGES] =
      g_param_spec_boolean ("changes", NULL, NULL, FALSE,
                            G_PARAM_READWRITE | G_PARAM_CONSTRUCT_ONLY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);
  finished_signal = g_signal_new ("finished", ANNEX_TYPE_COMPUTER_SETUP, G_SIGNAL_RUN_LAST, 0, NULL,
                                  NULL, NULL, G_TYPE_NONE, 1, G_TYPE_BOOLEAN);
  gtk_widget_class_set_template_from_resource (
      widget_class, "/io/github/annex_desktop/Annex/annex-computer-setup.ui");
  gtk_widget_class_bind_template_child (widget_class, AnnexComputerSetup, stack);
  gtk_widget_class_bind_template_child (widget_class, AnnexComputerSetup, consent_title);
  gtk_widget_class_bind_template_child (widget_class, AnnexComputerSetup, consent_body);
  gtk_widget_class_bind_template_child (widget_class, AnnexComputerSetup, not_now);
  gtk_widget_class_bind_template_child (widget_class, AnnexComputerSetup, download);
  gtk_widget_class_bind_template_child (widget_class, AnnexComputerSetup, disk);
  gtk_widget_class_bind_template_child (widget_class, AnnexComputerSetup, memory);
  gtk_widget_class_bind_template_child (widget_class, AnnexComputerSetup, folder);
  gtk_widget_class_bind_template_child (widget_class, AnnexComputerSetup, change_folder);
  gtk_widget_class_bind_template_child (widget_class, AnnexComputerSetup, warning_group);
  gtk_widget_class_bind_template_child (widget_class, AnnexComputerSetup, warning);
  gtk_widget_class_bind_template_child (widget_class, AnnexComputerSetup, install);
  gtk_widget_class_bind_template_child (widget_class, AnnexComputerSetup, cancel);
  gtk_widget_class_bind_template_child (widget_class, AnnexComputerSetup, begin);
  gtk_widget_class_bind_template_child (widget_class, AnnexComputerSetup, sentence);
  gtk_widget_class_bind_template_child (widget_class, AnnexComputerSetup, bar);
  gtk_widget_class_bind_template_child (widget_class, AnnexComputerSetup, remaining);
  gtk_widget_class_bind_template_child (widget_class, AnnexComputerSetup, stopped_icon);
  gtk_widget_class_bind_template_child (widget_class, AnnexComputerSetup, stopped_title);
  gtk_widget_class_bind_template_child (widget_class, AnnexComputerSetup, stopped_advice);
  gtk_widget_class_bind_template_child (widget_class, AnnexComputerSetup, stopped_more);
  gtk_widget_class_bind_template_child (widget_class, AnnexComputerSetup, stopped_details);
  gtk_widget_class_bind_template_child (widget_class, AnnexComputerSetup, resume);
  gtk_widget_class_bind_template_callback (widget_class, install_cb);
  gtk_widget_class_bind_template_callback (widget_class, cancel_cb);
  gtk_widget_class_bind_template_callback (widget_class, not_now_cb);
  gtk_widget_class_bind_template_callback (widget_class, begin_cb);
  gtk_widget_class_bind_template_callback (widget_class, change_folder_cb);
}

static void
annex_computer_setup_init (AnnexComputerSetup *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
}

GtkWidget *
annex_computer_setup_new (AnnexDesk *desk)
{
  return g_object_new (ANNEX_TYPE_COMPUTER_SETUP, "desk", desk, NULL);
}

static void
close_cb (AdwDialog *dialog)
{
  adw_dialog_close (dialog);
}

static GtkWidget *
present (AnnexDesk *desk, GtkWidget *parent, gboolean changes)
{
  AdwDialog *dialog = adw_dialog_new ();
  GtkWidget *view = adw_toolbar_view_new ();
  GtkWidget *setup =
      g_object_new (ANNEX_TYPE_COMPUTER_SETUP, "desk", desk, "changes", changes, NULL);

  g_signal_connect_object (setup, "finished", G_CALLBACK (close_cb), dialog, G_CONNECT_SWAPPED);
  adw_toolbar_view_add_top_bar (ADW_TOOLBAR_VIEW (view), adw_header_bar_new ());
  adw_toolbar_view_set_content (ADW_TOOLBAR_VIEW (view), setup);
  adw_dialog_set_title (dialog, _ ("Annex’s Computer"));
  adw_dialog_set_content_width (dialog, 560);
  adw_dialog_set_content_height (dialog, 680);
  adw_dialog_set_child (dialog, view);
  adw_dialog_present (dialog, parent);
  return setup;
}

GtkWidget *
annex_computer_setup_present (AnnexDesk *desk, GtkWidget *parent)
{
  return present (desk, parent, FALSE);
}

GtkWidget *
annex_computer_setup_present_change (AnnexDesk *desk, GtkWidget *parent)
{
  return present (desk, parent, TRUE);
}
