/* annex-new-task-page.c
 *
 * See annex-new-task-page.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-new-task-page.h"

#include "annex-computer-setup.h"
#include "annex-spoken.h"
#include "annex-suggestions.h"
#include "annex-tour-folder.h"
#include "annex-ui.h"

#include <glib/gi18n.h>

struct _AnnexNewTaskPage
{
  AdwBin parent_instance;

  AnnexDesk *desk;
  guint look_serial;
  gboolean has_folders;
  AnnexSuggestion shown[ANNEX_SUGGESTIONS];

  AnnexComposer *composer;
  GtkWidget *suggestions;
  GtkButton *tour_button;
};

G_DEFINE_FINAL_TYPE (AnnexNewTaskPage, annex_new_task_page, ADW_TYPE_BIN)

enum { PROP_DESK = 1, N_PROPERTIES };
static GParamSpec *properties[N_PROPERTIES];

static guint task_created_signal;

/* ---- starting a task */

static GWeakRef *
weak_new (gpointer object)
{
  GWeakRef *ref = g_new0 (GWeakRef, 1);

  g_weak_ref_init (ref, object);
  return ref;
}

static void
weak_free (gpointer data)
{
  g_weak_ref_clear (data);
  g_free (data);
}

typedef struct
{
  GWeakRef page;
  gboolean sends; /* what is in the composer; the tour brings its own words */
} Creation;

static void
creation_free (gpointer data)
{
  Creation *creation = data;

  g_weak_ref_clear (&creation->page);
  g_free (creation);
}

static DexFuture *
created_cb (DexFuture *future, gpointer data)
{
  Creation *creation = data;
  g_autoptr (AnnexNewTaskPage) self = g_weak_ref_get (&creation->page);
  g_autoptr (GError) error = NULL;
  const GValue *value = dex_future_get_value (future, &error);

  if (self == NULL || self->composer == NULL)
    return dex_future_new_true ();
  if (creation->sends)
    annex_composer_end_send (self->composer, value != NULL);
  gtk_widget_set_sensitive (GTK_WIDGET (self->tour_button), TRUE);
  if (value == NULL)
    annex_ui_toast (GTK_WIDGET (self), annex_error_said (error));
  else
    g_signal_emit (self, task_created_signal, 0, g_value_get_object (value));
  return dex_future_new_true ();
}

static void
create (AnnexNewTaskPage *self, const AnnexNewTask *request, gboolean sends)
{
  Creation *creation = g_new0 (Creation, 1);

  g_weak_ref_init (&creation->page, self);
  creation->sends = sends;
  gtk_widget_set_sensitive (GTK_WIDGET (self->tour_button), FALSE);
  dex_future_disown (dex_future_finally (annex_desk_create_task (self->desk, request), created_cb,
                                         creation, creation_free));
}

static void
send_cb (AnnexNewTaskPage *self)
{
  g_autoptr (AnnexNewTask) request =
      self->desk != NULL ? annex_composer_begin_send (self->composer) : NULL;

  if (request != NULL)
    create (self, request, TRUE);
}

/* ---- suggestions */

static void
show_suggestions (AnnexNewTaskPage *self, const AnnexFolderContents *contents)
{
  guint i = 0;

  annex_suggestions_choose (contents, self->shown);
  for (GtkWidget *child = gtk_widget_get_first_child (self->suggestions); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    {
      GtkWidget *box = gtk_button_get_child (GTK_BUTTON (child));
      GtkWidget *icon = gtk_widget_get_first_child (box);
      GtkWidget *label = gtk_widget_get_next_sibling (icon);

      gtk_image_set_from_icon_name (GTK_IMAGE (icon), self->shown[i].icon);
      gtk_label_set_text (GTK_LABEL (label), self->shown[i].title);
      gtk_accessible_update_property (GTK_ACCESSIBLE (child), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                      self->shown[i].title, GTK_ACCESSIBLE_PROPERTY_DESCRIPTION,
                                      self->shown[i].prompt, -1);
      gtk_widget_set_tooltip_text (child, self->shown[i].prompt);
      i++;
    }
}

typedef struct
{
  GWeakRef page;
  guint serial;
} Look;

static void
look_free (gpointer data)
{
  Look *look = data;

  g_weak_ref_clear (&look->page);
  g_free (look);
}

static DexFuture *
looked_cb (DexFuture *future, gpointer data)
{
  Look *look = data;
  g_autoptr (AnnexNewTaskPage) self = g_weak_ref_get (&look->page);
  const GValue *value = dex_future_get_value (future, NULL);

  if (self != NULL && value != NULL && look->serial == self->look_serial)
    show_suggestions (self, g_bytes_get_data (g_value_get_boxed (value), NULL));
  return dex_future_new_true ();
}

static void
attachments_changed_cb (AnnexNewTaskPage *self)
{
  g_auto (GStrv) folders = annex_composer_dup_folders (self->composer);
  Look *look;

  self->look_serial++;
  self->has_folders = folders[0] != NULL;
  if (!self->has_folders)
    {
      show_suggestions (self, NULL);
      return;
    }
  look = g_new0 (Look, 1);
  g_weak_ref_init (&look->page, self);
  look->serial = self->look_serial;
  dex_future_disown (dex_future_finally (annex_suggestions_look ((const char *const *) folders),
                                         looked_cb, look, look_free));
}

/* The words go into the composer, where they can be changed; without a folder one is asked for. */
static void
suggestion_cb (AnnexNewTaskPage *self, GtkWidget *button)
{
  guint index = 0;

  for (GtkWidget *child = gtk_widget_get_first_child (self->suggestions); child != button;
       child = gtk_widget_get_next_sibling (child))
    index++;
  annex_composer_set_text (self->composer, self->shown[index].prompt);
  if (!self->has_folders)
    annex_composer_choose (self->composer, TRUE);
  annex_composer_focus (self->composer);
}

/* ---- the tour */

static DexFuture *
tour_folder_cb (DexFuture *future, gpointer data)
{
  g_autoptr (AnnexNewTaskPage) self = g_weak_ref_get (data);
  g_autoptr (AnnexNewTask) request = NULL;
  g_autoptr (GError) error = NULL;
  const GValue *value = dex_future_get_value (future, &error);

  if (self == NULL)
    return dex_future_new_true ();
  if (value == NULL || self->desk == NULL)
    {
      gtk_widget_set_sensitive (GTK_WIDGET (self->tour_button), TRUE);
      annex_ui_toast (GTK_WIDGET (self),
                      value == NULL ? annex_error_said (error) : _ ("Annex is still starting"));
      return dex_future_new_true ();
    }
  request = annex_new_task_new ();
  g_set_str (&request->prompt, _ ("Turn this folder of receipts into an expense report"));
  g_set_str (&request->profile, "tour");
  annex_new_task_add_folder (request, g_value_get_string (value), ANNEX_SHARE_REVIEW);
  create (self, request, FALSE);
  return dex_future_new_true ();
}

static void
begin_tour (AnnexNewTaskPage *self)
{
  gtk_widget_set_sensitive (GTK_WIDGET (self->tour_button), FALSE);
  dex_future_disown (dex_future_finally (annex_tour_folder_make (NULL, NULL), tour_folder_cb,
                                         weak_new (self), weak_free));
}

static void
set_up_cb (AnnexNewTaskPage *self, gboolean installed)
{
  if (installed)
    begin_tour (self);
}

/* The tour's words are recorded, its work is real: it needs a computer. */
static DexFuture *
needs_cb (DexFuture *future, gpointer data)
{
  g_autoptr (AnnexNewTaskPage) self = g_weak_ref_get (data);
  const GValue *value = dex_future_get_value (future, NULL);
  const AnnexComputerNeeds *needs = value != NULL ? g_value_get_boxed (value) : NULL;

  if (self == NULL)
    return dex_future_new_true ();
  gtk_widget_set_sensitive (GTK_WIDGET (self->tour_button), self->desk != NULL);
  if (self->desk == NULL || needs == NULL || needs->installed)
    begin_tour (self);
  else
    g_signal_connect_object (annex_computer_setup_present (self->desk, GTK_WIDGET (self)),
                             "finished", G_CALLBACK (set_up_cb), self, G_CONNECT_SWAPPED);
  return dex_future_new_true ();
}

void
annex_new_task_page_start_tour (AnnexNewTaskPage *self)
{
  if (self->desk == NULL)
    return;
  gtk_widget_set_sensitive (GTK_WIDGET (self->tour_button), FALSE);
  dex_future_disown (
      dex_future_finally (annex_desk_get_needs (self->desk), needs_cb, weak_new (self), weak_free));
}

/* ---- the type */

AnnexComposer *
annex_new_task_page_get_composer (AnnexNewTaskPage *self)
{
  return self->composer;
}

static void
annex_new_task_page_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  g_value_set_object (value, ANNEX_NEW_TASK_PAGE (object)->desk);
}

static void
annex_new_task_page_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  AnnexNewTaskPage *self = ANNEX_NEW_TASK_PAGE (object);

  if (!g_set_object (&self->desk, g_value_get_object (value)))
    return;
  gtk_widget_set_sensitive (GTK_WIDGET (self->tour_button), self->desk != NULL);
  g_object_notify_by_pspec (object, pspec);
}

static gboolean
annex_new_task_page_grab_focus (GtkWidget *widget)
{
  annex_composer_focus (ANNEX_NEW_TASK_PAGE (widget)->composer);
  return TRUE;
}

static void
annex_new_task_page_dispose (GObject *object)
{
  AnnexNewTaskPage *self = ANNEX_NEW_TASK_PAGE (object);

  gtk_widget_dispose_template (GTK_WIDGET (self), ANNEX_TYPE_NEW_TASK_PAGE);
  g_clear_object (&self->desk);
  G_OBJECT_CLASS (annex_new_task_page_parent_class)->dispose (object);
}

static void
annex_new_task_page_class_init (AnnexNewTaskPageClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->get_property = annex_new_task_page_get_property;
  object_class->set_property = annex_new_task_page_set_property;
  object_class->dispose = annex_new_task_page_dispose;
  widget_class->grab_focus = annex_new_task_page_grab_focus;
  properties[PROP_DESK] =
      g_param_spec_object ("desk", NULL, NULL, ANNEX_TYPE_DESK,
                           G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | G_PARAM_EXPLICIT_NOTIFY);
  g_object_class_install_properties (object_class, N_PROPERTIES, properties);
  task_created_signal = g_signal_new ("task-created", ANNEX_TYPE_NEW_TASK_PAGE, G_SIGNAL_RUN_LAST,
                                      0, NULL, NULL, NULL, G_TYPE_NONE, 1, ANNEX_TYPE_TASK);
  g_type_ensure (ANNEX_TYPE_COMPOSER);
  gtk_widget_class_set_template_from_resource (
      widget_class, "/io/github/annex_desktop/Annex/annex-new-task-page.ui");
  gtk_widget_class_bind_template_child (widget_class, AnnexNewTaskPage, composer);
  gtk_widget_class_bind_template_child (widget_class, AnnexNewTaskPage, suggestions);
  gtk_widget_class_bind_template_child (widget_class, AnnexNewTaskPage, tour_button);
  gtk_widget_class_bind_template_callback (widget_class, send_cb);
  gtk_widget_class_bind_template_callback (widget_class, attachments_changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, suggestion_cb);
  gtk_widget_class_bind_template_callback (widget_class, annex_new_task_page_start_tour);
}

static void
annex_new_task_page_init (AnnexNewTaskPage *self)
{
  gtk_widget_init_template (GTK_WIDGET (self));
  g_object_bind_property (self, "desk", self->composer, "desk", G_BINDING_SYNC_CREATE);
  show_suggestions (self, NULL);
}
