/* annex-skills-page.c
 *
 * See annex-skills-page.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-skills-page.h"

#include "annex-plugins-page.h"
#include "annex-skill-editor.h"
#include "annex-skill-page.h"
#include "annex-skill-install.h"
#include "annex-skill-making.h"
#include "annex-skill-row.h"
#include "annex-skill-words.h"
#include "annex-spoken.h"
#include "annex-then.h"
#include "annex-ui.h"

#include <glib/gi18n.h>

struct _AnnexSkillsPage
{
  AdwBin parent_instance;

  AnnexDesk *desk;
  AnnexSkillLibrary *library; /* nullable */
  GListStore *items;          /* AnnexSkillItem */
  GtkFilter *filter;
  gboolean loading;
  gboolean again;
  char *wanted;       /* to be shown when there is a desk; nullable */
  GFile *wanted_file; /* to be opened then; nullable */

  AdwNavigationView *navigation;
  GtkSearchBar *search_bar;
  GtkEditable *search_entry;
  GtkStack *stack;
  AdwStatusPage *broken;
  GtkListView *list;
};

enum { PROP_DESK = 1, N_PROPS };
static GParamSpec *properties[N_PROPS];

enum { TRY_SKILL, ADD_CONNECTOR, N_SIGNALS };
static guint signals[N_SIGNALS];

G_DEFINE_FINAL_TYPE (AnnexSkillsPage, annex_skills_page, ADW_TYPE_BIN)

static void
load (AnnexSkillsPage *self);

/* NULL where there is none. */
static AnnexSkillKeeper *
get_keeper (AnnexSkillsPage *self)
{
  return self->library != NULL && ANNEX_IS_SKILL_KEEPER (self->library)
             ? ANNEX_SKILL_KEEPER (self->library)
             : NULL;
}

/* ---- the list */

static void
show_state (AnnexSkillsPage *self)
{
  GListModel *shown = G_LIST_MODEL (gtk_list_view_get_model (self->list));
  const char *name = "list";

  if (g_list_model_get_n_items (G_LIST_MODEL (self->items)) == 0)
    name = "empty";
  else if (g_list_model_get_n_items (shown) == 0)
    name = "nothing-found";
  gtk_stack_set_visible_child_name (self->stack, name);
}

static gboolean
match_cb (gpointer item, gpointer data)
{
  AnnexSkillsPage *self = data;

  return annex_skill_item_matches (item, gtk_editable_get_text (self->search_entry));
}

static void
search_changed_cb (AnnexSkillsPage *self)
{
  gtk_filter_changed (self->filter, GTK_FILTER_CHANGE_DIFFERENT);
  if (g_list_model_get_n_items (G_LIST_MODEL (self->items)) > 0)
    show_state (self);
}

static gboolean
is_same (const AnnexSkillInfo *a, const AnnexSkillInfo *b)
{
  return g_strcmp0 (a->name, b->name) == 0 && g_strcmp0 (a->description, b->description) == 0 &&
         a->origin == b->origin && g_strcmp0 (a->path, b->path) == 0 &&
         g_strcmp0 (a->source, b->source) == 0 && g_strcmp0 (a->fault, b->fault) == 0 &&
         a->enabled == b->enabled && a->shadowed == b->shadowed && a->n_versions == b->n_versions &&
         a->installed_us == b->installed_us && a->used_us == b->used_us;
}

/* Cards of what is the same stay, with the focus and where one has scrolled to. */
static void
set_infos (AnnexSkillsPage *self, GPtrArray *infos)
{
  GListModel *model = G_LIST_MODEL (self->items);
  AnnexSkillKeeper *keeper = get_keeper (self);

  for (guint i = 0; i < infos->len; i++)
    {
      const AnnexSkillInfo *info = g_ptr_array_index (infos, i);
      g_autoptr (AnnexSkillItem) item = g_list_model_get_item (model, i);
      g_autoptr (AnnexSkillItem) fresh = NULL;
      gboolean same_name =
          item != NULL && g_str_equal (annex_skill_item_get_info (item)->name, info->name);

      if (item != NULL && is_same (annex_skill_item_get_info (item), info))
        continue;
      fresh = annex_skill_item_new (keeper, info);
      if (same_name || g_list_model_get_n_items (model) == infos->len)
        g_list_store_splice (self->items, i, item != NULL, (gpointer *) &fresh, 1);
      else
        g_list_store_insert (self->items, i, fresh);
    }
  if (g_list_model_get_n_items (model) > infos->len)
    g_list_store_splice (self->items, infos->len, g_list_model_get_n_items (model) - infos->len,
                         NULL, 0);
}

static void
loaded_cb (gpointer object, const GValue *value, GError *error)
{
  AnnexSkillsPage *self = object;

  self->loading = FALSE;
  if (value != NULL)
    {
      set_infos (self, g_value_get_boxed (value));
      show_state (self);
    }
  else
    {
      annex_ui_describe (self->broken, annex_error_said (error));
      gtk_stack_set_visible_child_name (self->stack, "broken");
    }
  if (self->again)
    load (self);
}

static void
load (AnnexSkillsPage *self)
{
  self->again = self->loading;
  if (self->loading || self->library == NULL)
    return;
  self->loading = TRUE;
  annex_then (annex_skill_library_list (self->library, NULL), self, loaded_cb);
}

static void
reload_action (GtkWidget *widget, const char *name, GVariant *target)
{
  load (ANNEX_SKILLS_PAGE (widget));
}

/* ---- cards */

static void
switched_cb (gpointer object, const GValue *value, GError *error)
{
  if (error != NULL)
    annex_skill_tell (object, error);
  load (object);
}

static void
row_switched_cb (AnnexSkillsPage *self, const char *name, gboolean enabled)
{
  if (get_keeper (self) != NULL)
    annex_then (annex_skill_keeper_set_enabled (get_keeper (self), name, enabled), self,
                switched_cb);
}

static void
setup_cb (AnnexSkillsPage *self, GtkListItem *list_item)
{
  GtkWidget *row = annex_skill_row_new ();

  g_signal_connect_object (row, "switched", G_CALLBACK (row_switched_cb), self, G_CONNECT_SWAPPED);
  gtk_list_item_set_child (list_item, row);
}

static void
bind_cb (AnnexSkillsPage *self, GtkListItem *list_item)
{
  AnnexSkillRow *row = ANNEX_SKILL_ROW (gtk_list_item_get_child (list_item));
  g_autofree char *words = NULL;

  annex_skill_row_set_item (row, gtk_list_item_get_item (list_item));
  words = annex_skill_row_dup_words (row);
  gtk_list_item_set_accessible_label (list_item, words);
}

static void
unbind_cb (AnnexSkillsPage *self, GtkListItem *list_item)
{
  if (gtk_list_item_get_child (list_item) != NULL)
    annex_skill_row_set_item (ANNEX_SKILL_ROW (gtk_list_item_get_child (list_item)), NULL);
}

/* ---- going somewhere */

static void
push (AnnexSkillsPage *self, GtkWidget *page)
{
  adw_navigation_view_push (self->navigation, ADW_NAVIGATION_PAGE (page));
}

static void
activate_cb (AnnexSkillsPage *self, guint position)
{
  GListModel *shown = G_LIST_MODEL (gtk_list_view_get_model (self->list));
  g_autoptr (AnnexSkillItem) item = g_list_model_get_item (shown, position);

  if (item != NULL && get_keeper (self) != NULL)
    push (self, annex_skill_page_new (get_keeper (self), annex_skill_item_get_info (item)));
}

void
annex_skills_page_show (AnnexSkillsPage *self, const char *name)
{
  g_autoptr (AnnexSkillInfo) info = NULL;

  g_set_str (&self->wanted, name);
  if (get_keeper (self) == NULL)
    return;
  g_clear_pointer (&self->wanted, g_free);
  adw_navigation_view_pop_to_tag (self->navigation, "library");
  if (name == NULL)
    return;
  info = annex_skill_info_new (name, ANNEX_SKILL_ORIGIN_LIBRARY);
  push (self, annex_skill_page_new (get_keeper (self), info));
}

static void
try_action (GtkWidget *widget, const char *name, GVariant *target)
{
  g_signal_emit (widget, signals[TRY_SKILL], 0, g_variant_get_string (target, NULL));
}

/* ---- editing */

static void
saved_cb (AnnexSkillsPage *self, const char *name)
{
  annex_skills_page_show (self, name);
  annex_ui_toast (GTK_WIDGET (self), _ ("Saved as a new version"));
}

void
annex_skills_page_edit (AnnexSkillsPage *self, const AnnexSkillDraft *draft)
{
  GtkWidget *editor;

  if (get_keeper (self) == NULL)
    return;
  editor = annex_skill_editor_new (get_keeper (self), draft);
  g_signal_connect_object (editor, "saved", G_CALLBACK (saved_cb), self, G_CONNECT_SWAPPED);
  push (self, editor);
}

static void
edit_again_cb (AnnexSkillsPage *self, AdwToast *toast)
{
  annex_skills_page_edit (self, g_object_get_data (G_OBJECT (toast), "annex-draft"));
}

/* What was written and left is not gone. */
static void
popped_cb (AnnexSkillsPage *self, AdwNavigationPage *page)
{
  AnnexSkillDraft *draft = ANNEX_IS_SKILL_EDITOR (page)
                               ? annex_skill_editor_dup_unsaved (ANNEX_SKILL_EDITOR (page))
                               : NULL;
  AdwToast *toast;

  if (draft == NULL)
    return;
  toast = annex_ui_toast_with_action (GTK_WIDGET (self), _ ("Skill not saved"),
                                      _ ("_Go On Writing"), NULL, NULL);
  if (toast == NULL)
    {
      annex_skill_draft_free (draft);
      return;
    }
  adw_toast_set_timeout (toast, 15);
  g_object_set_data_full (G_OBJECT (toast), "annex-draft", draft,
                          (GDestroyNotify) annex_skill_draft_free);
  g_signal_connect_object (toast, "button-clicked", G_CALLBACK (edit_again_cb), self,
                           G_CONNECT_SWAPPED);
}

static void
drafted_cb (gpointer object, const GValue *value, GError *error)
{
  if (error != NULL)
    annex_skill_tell (object, error);
  else
    annex_skills_page_edit (object, g_value_get_boxed (value));
}

static void
edit_action (GtkWidget *widget, const char *name, GVariant *target)
{
  AnnexSkillsPage *self = ANNEX_SKILLS_PAGE (widget);

  if (get_keeper (self) != NULL)
    annex_then (annex_skill_keeper_edit (get_keeper (self), g_variant_get_string (target, NULL)),
                self, drafted_cb);
}

static void
new_action (GtkWidget *widget, const char *name, GVariant *target)
{
  g_autoptr (AnnexSkillDraft) draft = annex_skill_draft_new ();

  annex_skills_page_edit (ANNEX_SKILLS_PAGE (widget), draft);
}

/* In the place of the page that says that it is being written. */
static void
made_cb (AnnexSkillsPage *self, const AnnexSkillDraft *draft)
{
  adw_navigation_view_pop_to_tag (self->navigation, "library");
  annex_skills_page_edit (self, draft);
}

void
annex_skills_page_make (AnnexSkillsPage *self, const char *task_id)
{
  GtkWidget *page;

  if (self->desk == NULL)
    return;
  adw_navigation_view_pop_to_tag (self->navigation, "library");
  page = annex_skill_making_new (self->desk, task_id);
  g_signal_connect_object (page, "made", G_CALLBACK (made_cb), self, G_CONNECT_SWAPPED);
  push (self, page);
}

/* ---- what is about to be installed */

static void
installed_cb (AnnexSkillsPage *self, const char *const *names)
{
  load (self);
  if (names != NULL && names[0] != NULL && names[1] == NULL)
    annex_skills_page_show (self, names[0]);
}

static void
connector_cb (AnnexSkillsPage *self, const char *text)
{
  g_signal_emit (self, signals[ADD_CONNECTOR], 0, text);
}

static void
show_offer (AnnexSkillsPage *self, const AnnexSkillOffer *offer)
{
  AdwDialog *dialog = annex_skill_install_new (get_keeper (self), offer);

  g_signal_connect_object (dialog, "installed", G_CALLBACK (installed_cb), self, G_CONNECT_SWAPPED);
  g_signal_connect_object (dialog, "add-connector", G_CALLBACK (connector_cb), self,
                           G_CONNECT_SWAPPED);
  adw_dialog_present (dialog, GTK_WIDGET (self));
}

static void
opened_cb (gpointer object, const GValue *value, GError *error)
{
  if (error != NULL)
    annex_skill_tell (object, error);
  else
    show_offer (object, g_value_get_boxed (value));
}

void
annex_skills_page_open (AnnexSkillsPage *self, GFile *file)
{
  const char *path = g_file_peek_path (file);

  g_set_object (&self->wanted_file, file);
  if (get_keeper (self) == NULL)
    return;
  if (path != NULL)
    annex_then (annex_skill_keeper_open (get_keeper (self), path), self, opened_cb);
  else
    annex_ui_toast (GTK_WIDGET (self), _ ("Only what is on this machine can be opened"));
  g_clear_object (&self->wanted_file);
}

static void
chosen_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (AnnexSkillsPage) self = data;
  g_autoptr (GFile) file = gtk_file_dialog_open_finish (GTK_FILE_DIALOG (source), result, NULL);

  if (file != NULL) /* else the user closed it */
    annex_skills_page_open (self, file);
}

static void
folder_chosen_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (AnnexSkillsPage) self = data;
  g_autoptr (GFile) file =
      gtk_file_dialog_select_folder_finish (GTK_FILE_DIALOG (source), result, NULL);

  if (file != NULL)
    annex_skills_page_open (self, file);
}

static GListModel *
make_filters (void)
{
  GListStore *filters = g_list_store_new (GTK_TYPE_FILE_FILTER);
  g_autoptr (GtkFileFilter) filter = gtk_file_filter_new ();

  gtk_file_filter_set_name (filter, _ ("Skills"));
  gtk_file_filter_add_suffix (filter, "skill");
  gtk_file_filter_add_suffix (filter, "zip");
  g_list_store_append (filters, filter);
  return G_LIST_MODEL (filters);
}

static void
open_action (GtkWidget *widget, const char *name, GVariant *target)
{
  g_autoptr (GtkFileDialog) dialog = gtk_file_dialog_new ();
  GtkRoot *root = gtk_widget_get_root (widget);
  GtkWindow *parent = GTK_IS_WINDOW (root) ? GTK_WINDOW (root) : NULL;
  g_autoptr (GListModel) filters = make_filters ();

  gtk_file_dialog_set_title (dialog, _ ("Open a Skill"));
  if (g_str_equal (name, "skills.open-folder"))
    {
      gtk_file_dialog_select_folder (dialog, parent, NULL, folder_chosen_cb, g_object_ref (widget));
      return;
    }
  gtk_file_dialog_set_filters (dialog, filters);
  gtk_file_dialog_open (dialog, parent, NULL, chosen_cb, g_object_ref (widget));
}

static void
plugins_action (GtkWidget *widget, const char *name, GVariant *target)
{
  AnnexSkillsPage *self = ANNEX_SKILLS_PAGE (widget);
  GtkWidget *page;

  if (get_keeper (self) == NULL)
    return;
  page = annex_plugins_page_new (get_keeper (self));
  g_signal_connect_object (page, "offer", G_CALLBACK (show_offer), self, G_CONNECT_SWAPPED);
  push (self, page);
}

/* ---- the type */

static void
set_desk (AnnexSkillsPage *self, AnnexDesk *desk)
{
  AnnexSkillLibrary *library = desk != NULL ? annex_desk_get_skills (desk) : NULL;
  g_autoptr (GFile) file = g_steal_pointer (&self->wanted_file);
  g_autofree char *wanted = g_steal_pointer (&self->wanted);

  if (!g_set_object (&self->desk, desk))
    return;
  if (self->library != NULL)
    g_signal_handlers_disconnect_by_func (self->library, load, self);
  adw_navigation_view_pop_to_tag (self->navigation, "library");
  g_set_object (&self->library, library);
  if (library != NULL)
    g_signal_connect_object (library, "changed", G_CALLBACK (load), self, G_CONNECT_SWAPPED);
  load (self);
  if (wanted != NULL)
    annex_skills_page_show (self, wanted);
  if (file != NULL)
    annex_skills_page_open (self, file);
  g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_DESK]);
}

static void
annex_skills_page_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  g_value_set_object (value, ANNEX_SKILLS_PAGE (object)->desk);
}

static void
annex_skills_page_set_property (GObject *object, guint id, const GValue *value, GParamSpec *pspec)
{
  set_desk (ANNEX_SKILLS_PAGE (object), g_value_get_object (value));
}

static void
annex_skills_page_dispose (GObject *object)
{
  AnnexSkillsPage *self = ANNEX_SKILLS_PAGE (object);

  if (self->list != NULL)
    gtk_list_view_set_model (self->list, NULL);
  adw_bin_set_child (ADW_BIN (self), NULL); /* it is a child of the template's too */
  gtk_widget_dispose_template (GTK_WIDGET (self), ANNEX_TYPE_SKILLS_PAGE);
  g_clear_object (&self->items);
  g_clear_object (&self->library);
  g_clear_object (&self->desk);
  g_clear_object (&self->wanted_file);
  g_clear_pointer (&self->wanted, g_free);
  G_OBJECT_CLASS (annex_skills_page_parent_class)->dispose (object);
}

static void
install_actions (GtkWidgetClass *widget_class)
{
  gtk_widget_class_install_action (widget_class, "skills.new", NULL, new_action);
  gtk_widget_class_install_action (widget_class, "skills.edit", "s", edit_action);
  gtk_widget_class_install_action (widget_class, "skills.try", "s", try_action);
  gtk_widget_class_install_action (widget_class, "skills.open-file", NULL, open_action);
  gtk_widget_class_install_action (widget_class, "skills.open-folder", NULL, open_action);
  gtk_widget_class_install_action (widget_class, "skills.plugins", NULL, plugins_action);
  gtk_widget_class_install_action (widget_class, "skills.reload", NULL, reload_action);
}

static void
annex_skills_page_class_init (AnnexSkillsPageClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  object_class->get_property = annex_skills_page_get_property;
  object_class->set_property = annex_skills_page_set_property;
  object_class->dispose = annex_skills_page_dispose;
  properties[PROP_DESK] =
      g_param_spec_object ("desk", NULL, NULL, ANNEX_TYPE_DESK,
                           G_PARAM_READWRITE | G_PARAM_EXPLICIT_NOTIFY | G_PARAM_STATIC_STRINGS);
  g_object_class_install_properties (object_class, N_PROPS, properties);
  signals[TRY_SKILL] = g_signal_new ("try-skill", ANNEX_TYPE_SKILLS_PAGE, G_SIGNAL_RUN_LAST, 0,
                                     NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
  signals[ADD_CONNECTOR] = g_signal_new ("add-connector", ANNEX_TYPE_SKILLS_PAGE, G_SIGNAL_RUN_LAST,
                                         0, NULL, NULL, NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
  gtk_widget_class_set_template_from_resource (
      widget_class, "/io/github/annex_desktop/Annex/annex-skills-page.ui");
  gtk_widget_class_bind_template_child (widget_class, AnnexSkillsPage, navigation);
  gtk_widget_class_bind_template_child (widget_class, AnnexSkillsPage, search_bar);
  gtk_widget_class_bind_template_child (widget_class, AnnexSkillsPage, search_entry);
  gtk_widget_class_bind_template_child (widget_class, AnnexSkillsPage, stack);
  gtk_widget_class_bind_template_child (widget_class, AnnexSkillsPage, broken);
  gtk_widget_class_bind_template_child (widget_class, AnnexSkillsPage, list);
  gtk_widget_class_bind_template_callback (widget_class, setup_cb);
  gtk_widget_class_bind_template_callback (widget_class, bind_cb);
  gtk_widget_class_bind_template_callback (widget_class, unbind_cb);
  gtk_widget_class_bind_template_callback (widget_class, activate_cb);
  gtk_widget_class_bind_template_callback (widget_class, search_changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, popped_cb);
  install_actions (widget_class);
}

static void
annex_skills_page_init (AnnexSkillsPage *self)
{
  g_autoptr (GtkSelectionModel) selection = NULL;

  self->items = g_list_store_new (ANNEX_TYPE_SKILL_ITEM);
  gtk_widget_init_template (GTK_WIDGET (self));
  self->filter = GTK_FILTER (gtk_custom_filter_new (match_cb, self, NULL));
  selection = GTK_SELECTION_MODEL (gtk_no_selection_new (G_LIST_MODEL (
      gtk_filter_list_model_new (g_object_ref (G_LIST_MODEL (self->items)), self->filter))));
  gtk_list_view_set_model (self->list, selection);
  gtk_search_bar_connect_entry (self->search_bar, self->search_entry);
}

GtkWidget *
annex_skills_page_new (AnnexDesk *desk)
{
  return g_object_new (ANNEX_TYPE_SKILLS_PAGE, "desk", desk, NULL);
}
