/* annex-skill-editor.c
 *
 * See annex-skill-editor.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-skill-editor.h"

#include "annex-code-language.h"
#include "annex-markdown-box.h"
#include "annex-row.h"
#include "annex-skill-facts.h"
#include "annex-skill-words.h"
#include "annex-text.h"
#include "annex-then.h"
#include "annex-ui.h"

#include <glib/gi18n.h>
#include <gtksourceview/gtksource.h>

#define CHECK_DELAY_MS 400

struct _AnnexSkillEditor
{
  AdwNavigationPage parent_instance;

  AnnexSkillKeeper *keeper;
  AnnexSkillDraft *draft;
  gboolean updating;
  gboolean touched; /* something was written: faults of what is still empty may be said */
  gboolean saving;
  gboolean unsaved; /* there is something that would be lost */
  guint serial;     /* of what is written: another one with each change */
  guint saving_serial;
  guint check_source;
  char *view; /* the name of what is shown */

  AdwBanner *banner;
  AdwToggleGroup *views;
  GtkStack *stack;
  AdwEntryRow *name_row;
  AdwEntryRow *description_row;
  GtkSourceView *body;
  AdwPreferencesGroup *needs_group;
  GtkPopover *need_popover;
  GtkEditable *need_entry;
  GtkDropDown *need_kind;
  GtkEditable *need_options;
  AdwPreferencesGroup *files_group;
  GtkBox *preview;
  GtkSourceView *raw;
};

static guint saved_signal;

G_DEFINE_FINAL_TYPE (AnnexSkillEditor, annex_skill_editor, ADW_TYPE_NAVIGATION_PAGE)

/* (transfer full) */
static char *
dup_text (GtkSourceView *view)
{
  GtkTextBuffer *buffer = gtk_text_view_get_buffer (GTK_TEXT_VIEW (view));
  GtkTextIter start;
  GtkTextIter end;

  gtk_text_buffer_get_bounds (buffer, &start, &end);
  return gtk_text_buffer_get_text (buffer, &start, &end, FALSE);
}

static void
set_text (GtkSourceView *view, const char *text)
{
  gtk_text_buffer_set_text (gtk_text_view_get_buffer (GTK_TEXT_VIEW (view)),
                            text != NULL ? text : "", -1);
}

/* ---- faults */

static void
mark (GtkWidget *row, gboolean wrong)
{
  if (wrong)
    gtk_widget_add_css_class (row, "error");
  else
    gtk_widget_remove_css_class (row, "error");
  gtk_accessible_update_state (GTK_ACCESSIBLE (row), GTK_ACCESSIBLE_STATE_INVALID,
                               wrong ? GTK_ACCESSIBLE_INVALID_TRUE : GTK_ACCESSIBLE_INVALID_FALSE,
                               -1);
}

/* Every fault is marked where it is; the first is said. */
static void
show_faults (AnnexSkillEditor *self, GPtrArray *faults)
{
  gboolean name = FALSE;
  gboolean description = FALSE;
  g_autofree char *text = NULL;

  for (guint i = 0; i < faults->len; i++)
    {
      const AnnexSkillFault *fault = g_ptr_array_index (faults, i);

      name |= g_str_equal (fault->field, "name");
      description |= g_str_equal (fault->field, "description");
      if (text == NULL)
        text = annex_text_for_display (fault->message);
    }
  gtk_widget_action_set_enabled (GTK_WIDGET (self), "editor.save",
                                 faults->len == 0 && !self->saving);
  if (!self->touched)
    return;
  mark (GTK_WIDGET (self->name_row), name);
  mark (GTK_WIDGET (self->description_row), description);
  if (text != NULL)
    adw_banner_set_title (self->banner, text);
  adw_banner_set_revealed (self->banner, text != NULL);
}

static void
take_form (AnnexSkillEditor *self)
{
  g_free (self->draft->body);
  self->draft->body = dup_text (self->body);
  g_set_str (&self->draft->name, gtk_editable_get_text (GTK_EDITABLE (self->name_row)));
  g_set_str (&self->draft->description,
             gtk_editable_get_text (GTK_EDITABLE (self->description_row)));
}

static void
show_form (AnnexSkillEditor *self);

/* FALSE: the text cannot be read; what is wrong with it is shown. */
static gboolean
take_raw (AnnexSkillEditor *self)
{
  g_autofree char *text = dup_text (self->raw);
  g_autoptr (GPtrArray) faults = NULL;

  if (!annex_skill_keeper_from_text (self->keeper, self->draft, text, &faults))
    {
      if (faults != NULL)
        show_faults (self, faults);
      return FALSE;
    }
  show_form (self);
  return TRUE;
}

static gboolean
check_cb (gpointer data)
{
  AnnexSkillEditor *self = data;
  g_autoptr (GPtrArray) faults = NULL;

  self->check_source = 0;
  if (g_strcmp0 (self->view, "raw") == 0)
    {
      if (!take_raw (self))
        return G_SOURCE_REMOVE;
    }
  else
    take_form (self);
  faults = annex_skill_keeper_check (self->keeper, self->draft);
  show_faults (self, faults);
  return G_SOURCE_REMOVE;
}

static void
changed_cb (AnnexSkillEditor *self)
{
  if (self->updating || self->keeper == NULL)
    return;
  self->touched = TRUE;
  self->unsaved = TRUE;
  self->serial++;
  g_clear_handle_id (&self->check_source, g_source_remove);
  self->check_source = g_timeout_add (CHECK_DELAY_MS, check_cb, self);
}

static void
check_now (AnnexSkillEditor *self)
{
  g_clear_handle_id (&self->check_source, g_source_remove);
  check_cb (self);
}

/* ---- what it asks for */

static const AnnexNeedKind kinds[] = { ANNEX_NEED_TEXT, ANNEX_NEED_CHOICE, ANNEX_NEED_FOLDER,
                                       ANNEX_NEED_SECRET };

static const char *
kind_words (AnnexNeedKind kind)
{
  switch (kind)
    {
    case ANNEX_NEED_TEXT:
      return _ ("Text");
    case ANNEX_NEED_CHOICE:
      return _ ("Choice");
    case ANNEX_NEED_FOLDER:
      return _ ("Folder");
    case ANNEX_NEED_SECRET:
      return _ ("Secret");
    }
  return "";
}

static void
show_needs (AnnexSkillEditor *self);

static void
remove_need_cb (GtkButton *button, AnnexSkillEditor *self)
{
  annex_skill_draft_remove_need (self->draft, g_object_get_data (G_OBJECT (button), "annex-need"));
  show_needs (self);
  changed_cb (self);
}

static void
add_need (AnnexSkillEditor *self, const char *key, const char *kind)
{
  const char *id = key + strlen ("annex.");
  g_autofree char *label_key = g_strconcat (key, ".label", NULL);
  const char *label = json_object_has_member (self->draft->metadata, label_key)
                          ? json_object_get_string_member (self->draft->metadata, label_key)
                          : id;
  g_autofree char *place = g_strdup_printf ("{{annex.%s}}", id);
  g_autofree char *words = g_strdup (place);
  g_autofree char *name = g_strdup_printf (_ ("Remove %s"), label);
  GtkWidget *row;
  GtkWidget *button;

  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    if (g_str_equal (kind, annex_need_kind_to_name (kinds[i])))
      {
        g_free (words);
        words = g_strdup_printf ("%s · %s", kind_words (kinds[i]), place);
      }
  row = annex_row_new (label, words);
  button = gtk_button_new_from_icon_name ("user-trash-symbolic");
  gtk_widget_set_valign (button, GTK_ALIGN_CENTER);
  gtk_widget_add_css_class (button, "flat");
  gtk_widget_set_tooltip_text (button, _ ("Remove"));
  gtk_accessible_update_property (GTK_ACCESSIBLE (button), GTK_ACCESSIBLE_PROPERTY_LABEL, name, -1);
  g_object_set_data_full (G_OBJECT (button), "annex-need", g_strdup (id), g_free);
  g_signal_connect_object (button, "clicked", G_CALLBACK (remove_need_cb), self, 0);
  adw_action_row_add_suffix (ADW_ACTION_ROW (row), button);
  annex_group_add (self->needs_group, row);
}

static void
show_needs (AnnexSkillEditor *self)
{
  g_autoptr (GList) members =
      self->draft->metadata != NULL ? json_object_get_members (self->draft->metadata) : NULL;

  annex_group_clear (self->needs_group);
  gtk_widget_set_visible (GTK_WIDGET (self->needs_group), TRUE);
  for (GList *l = members; l != NULL; l = l->next)
    {
      const char *key = l->data;
      JsonNode *node = json_object_get_member (self->draft->metadata, key);

      if (g_str_has_prefix (key, "annex.") && strchr (key + strlen ("annex."), '.') == NULL &&
          JSON_NODE_HOLDS_VALUE (node) && json_node_get_value_type (node) == G_TYPE_STRING)
        add_need (self, key, json_node_get_string (node));
    }
}

/* "Name of your company" → "name_of_your_company"; never empty. (transfer full) */
static char *
make_id (const char *label)
{
  g_autofree char *ascii = g_str_to_ascii (label, NULL);
  g_autoptr (GString) id = g_string_new (NULL);

  for (const char *p = ascii; *p != '\0' && id->len < 32; p++)
    if (g_ascii_isalnum (*p) && (id->len > 0 || g_ascii_isalpha (*p)))
      g_string_append_c (id, g_ascii_tolower (*p));
    else if (id->len > 0 && id->str[id->len - 1] != '_')
      g_string_append_c (id, '_');
  while (id->len > 0 && id->str[id->len - 1] == '_')
    g_string_truncate (id, id->len - 1);
  return g_strdup (id->len > 0 ? id->str : "answer");
}

static void
add_need_cb (AnnexSkillEditor *self)
{
  guint kind = gtk_drop_down_get_selected (self->need_kind);
  g_autofree char *label = g_strdup (gtk_editable_get_text (self->need_entry));
  g_autofree char *id = NULL;
  g_autoptr (AnnexSkillNeed) need = NULL;

  if (*g_strstrip (label) == '\0' || kind >= G_N_ELEMENTS (kinds))
    return;
  id = make_id (label);
  need = g_new0 (AnnexSkillNeed, 1);
  need->id = g_steal_pointer (&id);
  need->label = g_steal_pointer (&label);
  need->kind = kinds[kind];
  if (need->kind == ANNEX_NEED_CHOICE)
    {
      need->options = g_strsplit (gtk_editable_get_text (self->need_options), ",", -1);
      for (char **option = need->options; *option != NULL; option++)
        g_strstrip (*option);
    }
  else if (need->kind == ANNEX_NEED_SECRET)
    need->env = g_ascii_strup (need->id, -1);
  annex_skill_draft_set_need (self->draft, need);
  gtk_editable_set_text (self->need_entry, "");
  gtk_editable_set_text (self->need_options, "");
  gtk_popover_popdown (self->need_popover);
  show_needs (self);
  changed_cb (self);
}

static void
kind_cb (AnnexSkillEditor *self)
{
  guint kind = gtk_drop_down_get_selected (self->need_kind);

  gtk_widget_set_visible (GTK_WIDGET (self->need_options),
                          kind < G_N_ELEMENTS (kinds) && kinds[kind] == ANNEX_NEED_CHOICE);
}

/* ---- views */

static void
show_form (AnnexSkillEditor *self)
{
  AnnexSkillDraft *draft = self->draft;

  self->updating = TRUE;
  gtk_editable_set_text (GTK_EDITABLE (self->name_row), draft->name != NULL ? draft->name : "");
  gtk_editable_set_text (GTK_EDITABLE (self->description_row),
                         draft->description != NULL ? draft->description : "");
  set_text (self->body, draft->body);
  show_needs (self);
  self->updating = FALSE;
}

static void
view_changed_cb (AnnexSkillEditor *self)
{
  const char *view = adw_toggle_group_get_active_name (self->views);

  if (self->keeper == NULL || view == NULL || g_strcmp0 (view, self->view) == 0)
    return;
  /* What cannot be read is not thrown away: it stays to be mended. */
  if (g_strcmp0 (self->view, "raw") == 0 && !take_raw (self))
    {
      adw_toggle_group_set_active_name (self->views, "raw");
      return;
    }
  if (g_strcmp0 (self->view, "form") == 0)
    take_form (self);
  g_set_str (&self->view, view);
  if (g_str_equal (view, "raw"))
    {
      g_autofree char *text = annex_skill_keeper_to_text (self->keeper, self->draft);

      self->updating = TRUE;
      set_text (self->raw, text);
      self->updating = FALSE;
    }
  else if (g_str_equal (view, "preview"))
    annex_markdown_box_fill (self->preview, self->draft->body != NULL ? self->draft->body : "");
  gtk_stack_set_visible_child_name (self->stack, view);
}

/* ---- saving */

static void
saved_cb (gpointer object, const GValue *value, GError *error)
{
  AnnexSkillEditor *self = object;

  self->saving = FALSE;
  if (error != NULL)
    {
      annex_skill_tell (GTK_WIDGET (self), error);
      check_now (self);
      return;
    }
  /* Whoever writes on while it is saved is not sent away from it. */
  if (self->serial != self->saving_serial)
    {
      annex_ui_toast (GTK_WIDGET (self), _ ("Saved, without what you have written since"));
      check_now (self);
      return;
    }
  self->unsaved = FALSE;
  g_signal_emit (self, saved_signal, 0, g_value_get_string (value));
}

static void
save_action (GtkWidget *widget, const char *name, GVariant *target)
{
  AnnexSkillEditor *self = ANNEX_SKILL_EDITOR (widget);

  self->touched = TRUE;
  check_now (self);
  if (g_strcmp0 (self->view, "raw") == 0 && !take_raw (self))
    return;
  self->saving = TRUE;
  self->saving_serial = self->serial;
  gtk_widget_action_set_enabled (widget, "editor.save", FALSE);
  annex_then (annex_skill_keeper_write (self->keeper, self->draft), self, saved_cb);
}

/* ---- its other files, to be looked at */

static void
open_file_action (GtkWidget *widget, const char *name, GVariant *target)
{
  AnnexSkillEditor *self = ANNEX_SKILL_EDITOR (widget);
  GtkWidget *view = gtk_widget_get_ancestor (widget, ADW_TYPE_NAVIGATION_VIEW);
  const char *path = g_variant_get_string (target, NULL);
  GBytes *bytes = g_hash_table_lookup (self->draft->files, path);

  if (view != NULL && bytes != NULL)
    adw_navigation_view_push (
        ADW_NAVIGATION_VIEW (view),
        ADW_NAVIGATION_PAGE (annex_skill_file_page_new (
            path, dex_future_new_take_boxed (G_TYPE_BYTES, g_bytes_ref (bytes)))));
}

AnnexSkillDraft *
annex_skill_editor_dup_unsaved (AnnexSkillEditor *self)
{
  if (!self->unsaved)
    return NULL;
  /* Of a text that cannot be read, what could be read last. */
  if (g_strcmp0 (self->view, "raw") == 0)
    take_raw (self);
  else
    take_form (self);
  return annex_skill_draft_copy (self->draft);
}

/* ---- the type */

static void
annex_skill_editor_dispose (GObject *object)
{
  AnnexSkillEditor *self = ANNEX_SKILL_EDITOR (object);

  g_clear_handle_id (&self->check_source, g_source_remove);
  self->updating = TRUE;
  adw_navigation_page_set_child (ADW_NAVIGATION_PAGE (self),
                                 NULL); /* it is a child of the template's too */
  gtk_widget_dispose_template (GTK_WIDGET (self), ANNEX_TYPE_SKILL_EDITOR);
  g_clear_object (&self->keeper);
  g_clear_pointer (&self->draft, annex_skill_draft_free);
  g_clear_pointer (&self->view, g_free);
  G_OBJECT_CLASS (annex_skill_editor_parent_class)->dispose (object);
}

static void
annex_skill_editor_class_init (AnnexSkillEditorClass *klass)
{
  GtkWidgetClass *widget_class = GTK_WIDGET_CLASS (klass);

  G_OBJECT_CLASS (klass)->dispose = annex_skill_editor_dispose;
  saved_signal = g_signal_new ("saved", ANNEX_TYPE_SKILL_EDITOR, G_SIGNAL_RUN_LAST, 0, NULL, NULL,
                               NULL, G_TYPE_NONE, 1, G_TYPE_STRING);
  g_type_ensure (GTK_SOURCE_TYPE_VIEW);
  gtk_widget_class_set_template_from_resource (
      widget_class, "/io/github/annex_desktop/Annex/annex-skill-editor.ui");
  gtk_widget_class_bind_template_child (widget_class, AnnexSkillEditor, banner);
  gtk_widget_class_bind_template_child (widget_class, AnnexSkillEditor, views);
  gtk_widget_class_bind_template_child (widget_class, AnnexSkillEditor, stack);
  gtk_widget_class_bind_template_child (widget_class, AnnexSkillEditor, name_row);
  gtk_widget_class_bind_template_child (widget_class, AnnexSkillEditor, description_row);
  gtk_widget_class_bind_template_child (widget_class, AnnexSkillEditor, body);
  gtk_widget_class_bind_template_child (widget_class, AnnexSkillEditor, needs_group);
  gtk_widget_class_bind_template_child (widget_class, AnnexSkillEditor, need_popover);
  gtk_widget_class_bind_template_child (widget_class, AnnexSkillEditor, need_entry);
  gtk_widget_class_bind_template_child (widget_class, AnnexSkillEditor, need_kind);
  gtk_widget_class_bind_template_child (widget_class, AnnexSkillEditor, need_options);
  gtk_widget_class_bind_template_child (widget_class, AnnexSkillEditor, files_group);
  gtk_widget_class_bind_template_child (widget_class, AnnexSkillEditor, preview);
  gtk_widget_class_bind_template_child (widget_class, AnnexSkillEditor, raw);
  gtk_widget_class_bind_template_callback (widget_class, changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, view_changed_cb);
  gtk_widget_class_bind_template_callback (widget_class, add_need_cb);
  gtk_widget_class_install_action (widget_class, "editor.save", NULL, save_action);
  gtk_widget_class_install_action (widget_class, "editor.open-file", "s", open_file_action);
  gtk_widget_class_add_binding_action (widget_class, GDK_KEY_s, GDK_CONTROL_MASK, "editor.save",
                                       NULL);
}

/* Markdown with the colours of the style. */
static void
init_source (AnnexSkillEditor *self, GtkSourceView *view)
{
  GtkTextBuffer *buffer = gtk_text_view_get_buffer (GTK_TEXT_VIEW (view));
  GtkSourceLanguage *markdown = annex_code_language_find ("markdown");
  GtkSourceStyleSchemeManager *schemes = gtk_source_style_scheme_manager_get_default ();
  gboolean dark = adw_style_manager_get_dark (adw_style_manager_get_default ());

  if (markdown != NULL)
    annex_code_language_apply (markdown, GTK_SOURCE_BUFFER (buffer));
  gtk_source_buffer_set_style_scheme (
      GTK_SOURCE_BUFFER (buffer),
      gtk_source_style_scheme_manager_get_scheme (schemes, dark ? "Adwaita-dark" : "Adwaita"));
  g_signal_connect_object (buffer, "changed", G_CALLBACK (changed_cb), self, G_CONNECT_SWAPPED);
}

static void
dark_cb (AnnexSkillEditor *self)
{
  GtkSourceStyleSchemeManager *schemes = gtk_source_style_scheme_manager_get_default ();
  gboolean dark = adw_style_manager_get_dark (adw_style_manager_get_default ());
  GtkSourceStyleScheme *scheme =
      gtk_source_style_scheme_manager_get_scheme (schemes, dark ? "Adwaita-dark" : "Adwaita");

  if (self->body == NULL)
    return;
  gtk_source_buffer_set_style_scheme (
      GTK_SOURCE_BUFFER (gtk_text_view_get_buffer (GTK_TEXT_VIEW (self->body))), scheme);
  gtk_source_buffer_set_style_scheme (
      GTK_SOURCE_BUFFER (gtk_text_view_get_buffer (GTK_TEXT_VIEW (self->raw))), scheme);
}

static void
annex_skill_editor_init (AnnexSkillEditor *self)
{
  g_autoptr (GtkStringList) words = gtk_string_list_new (NULL);

  self->view = g_strdup ("form");
  gtk_widget_init_template (GTK_WIDGET (self));
  for (guint i = 0; i < G_N_ELEMENTS (kinds); i++)
    gtk_string_list_append (words, kind_words (kinds[i]));
  gtk_drop_down_set_model (self->need_kind, G_LIST_MODEL (words));
  g_signal_connect_object (self->need_kind, "notify::selected", G_CALLBACK (kind_cb), self,
                           G_CONNECT_SWAPPED);
  init_source (self, self->body);
  init_source (self, self->raw);
  g_signal_connect_object (adw_style_manager_get_default (), "notify::dark", G_CALLBACK (dark_cb),
                           self, G_CONNECT_SWAPPED);
}

static void
show_files (AnnexSkillEditor *self)
{
  GHashTableIter iter;
  gpointer path;
  gpointer bytes;

  g_hash_table_iter_init (&iter, self->draft->files);
  while (g_hash_table_iter_next (&iter, &path, &bytes))
    if (bytes != NULL)
      {
        g_autofree char *size = annex_text_format_size (g_bytes_get_size (bytes));
        GtkWidget *row = annex_row_new_link (path, size);

        gtk_actionable_set_action_name (GTK_ACTIONABLE (row), "editor.open-file");
        gtk_actionable_set_action_target (GTK_ACTIONABLE (row), "s", path);
        annex_group_add (self->files_group, row);
      }
}

GtkWidget *
annex_skill_editor_new (AnnexSkillKeeper *keeper, const AnnexSkillDraft *draft)
{
  AnnexSkillEditor *self = g_object_new (ANNEX_TYPE_SKILL_EDITOR, NULL);

  self->draft = annex_skill_draft_copy (draft);
  show_form (self);
  show_files (self);
  if (draft->name != NULL && *draft->name != '\0')
    {
      g_autofree char *title = annex_skill_dup_title (draft->name);

      adw_navigation_page_set_title (ADW_NAVIGATION_PAGE (self), title);
    }
  self->keeper = g_object_ref (keeper);
  /* What was drafted out of a task lies nowhere else. */
  self->unsaved = draft->base == NULL && *draft->body != '\0';
  check_now (self);
  return GTK_WIDGET (self);
}
