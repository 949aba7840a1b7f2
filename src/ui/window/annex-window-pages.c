/* annex-window-pages.c
 *
 * The pages that are about no task: skills and connectors. Each is made when it is first shown.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-window-private.h"

#include "annex-connectors-page.h"
#include "annex-skills-page.h"
#include "annex-ui.h"

#include <glib/gi18n.h>

static GtkWidget *
take_page (AnnexWindow *self, AdwBin *slot, GType type)
{
  GtkWidget *page = adw_bin_get_child (slot);

  if (page != NULL)
    return page;
  page = g_object_new (type, NULL);
  g_object_bind_property (self, "desk", page, "desk", G_BINDING_SYNC_CREATE);
  adw_bin_set_child (slot, page);
  return page;
}

/* Into the page, as the eyes go. */
static void
show_page (AnnexWindow *self, const char *name, GtkWidget *page)
{
  annex_window_show_page (self, name);
  gtk_widget_child_focus (page, GTK_DIR_TAB_FORWARD);
}

/* ---- skills */

static void
try_skill_cb (AnnexWindow *self, const char *name)
{
  AnnexComposer *composer;

  annex_window_show_new_task (self);
  composer = annex_window_get_composer (self);
  annex_composer_add_skill (composer, name);
  annex_composer_focus (composer);
}

static AnnexSkillsPage *
show_skills (AnnexWindow *self)
{
  gboolean is_new = adw_bin_get_child (self->skills_slot) == NULL;
  GtkWidget *page = take_page (self, self->skills_slot, ANNEX_TYPE_SKILLS_PAGE);

  if (is_new)
    {
      g_signal_connect_object (page, "try-skill", G_CALLBACK (try_skill_cb), self,
                               G_CONNECT_SWAPPED);
      g_signal_connect_object (page, "add-connector", G_CALLBACK (annex_window_add_connector), self,
                               G_CONNECT_SWAPPED);
    }
  show_page (self, "skills", page);
  return ANNEX_SKILLS_PAGE (page);
}

void
annex_window_show_skill (AnnexWindow *self, const char *name)
{
  annex_skills_page_show (show_skills (self), name);
}

void
annex_window_open_skill (AnnexWindow *self, GFile *file)
{
  annex_skills_page_open (show_skills (self), file);
}

gboolean
annex_window_takes_skills (AnnexWindow *self)
{
  return g_strcmp0 (gtk_stack_get_visible_child_name (self->stack), "skills") == 0;
}

static void
skills_action (GtkWidget *widget, const char *name, GVariant *target)
{
  annex_window_show_skill (ANNEX_WINDOW (widget), NULL);
}

static void
skill_action (GtkWidget *widget, const char *name, GVariant *target)
{
  annex_window_show_skill (ANNEX_WINDOW (widget), g_variant_get_string (target, NULL));
}

static void
make_skill_action (GtkWidget *widget, const char *name, GVariant *target)
{
  annex_skills_page_make (show_skills (ANNEX_WINDOW (widget)), g_variant_get_string (target, NULL));
}

static void
open_skill_action (GtkWidget *widget, const char *name, GVariant *target)
{
  g_autoptr (GFile) file = g_file_new_for_path (g_variant_get_string (target, NULL));

  annex_window_open_skill (ANNEX_WINDOW (widget), file);
}

/* ---- connectors */

static AnnexConnectorsPage *
show_connectors (AnnexWindow *self)
{
  GtkWidget *page = take_page (self, self->connectors_slot, ANNEX_TYPE_CONNECTORS_PAGE);

  show_page (self, "connectors", page);
  return ANNEX_CONNECTORS_PAGE (page);
}

void
annex_window_show_connector (AnnexWindow *self, const char *id)
{
  annex_connectors_page_show (show_connectors (self), id);
}

void
annex_window_add_connector (AnnexWindow *self, const char *text)
{
  annex_connectors_page_add (show_connectors (self), text);
}

static void
connectors_action (GtkWidget *widget, const char *name, GVariant *target)
{
  annex_window_show_connector (ANNEX_WINDOW (widget), NULL);
}

static void
connector_action (GtkWidget *widget, const char *name, GVariant *target)
{
  annex_window_show_connector (ANNEX_WINDOW (widget), g_variant_get_string (target, NULL));
}

void
annex_window_install_page_actions (GtkWidgetClass *widget_class)
{
  gtk_widget_class_install_action (widget_class, "win.skills", NULL, skills_action);
  gtk_widget_class_install_action (widget_class, "win.skill", "s", skill_action);
  gtk_widget_class_install_action (widget_class, "win.make-skill", "s", make_skill_action);
  gtk_widget_class_install_action (widget_class, "win.open-skill", "s", open_skill_action);
  gtk_widget_class_install_action (widget_class, "win.connectors", NULL, connectors_action);
  gtk_widget_class_install_action (widget_class, "win.connector", "s", connector_action);
}
