/* annex-skill-facts.c
 *
 * See annex-skill-facts.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-skill-facts.h"

#include "annex-preview.h"
#include "annex-row.h"
#include "annex-skill-words.h"
#include "annex-spoken.h"
#include "annex-text.h"
#include "annex-then.h"

#include <glib/gi18n.h>

#define GROUPS "annex-facts"
#define MAX_FILES 200

/* ---- groups */

static AdwPreferencesGroup *
add_group (AdwPreferencesPage *page, const char *title, const char *description)
{
  GPtrArray *groups = g_object_get_data (G_OBJECT (page), GROUPS);
  GtkWidget *group = adw_preferences_group_new ();

  if (groups == NULL)
    {
      groups = g_ptr_array_new ();
      g_object_set_data_full (G_OBJECT (page), GROUPS, groups, (GDestroyNotify) g_ptr_array_unref);
    }
  adw_preferences_group_set_title (ADW_PREFERENCES_GROUP (group), title);
  if (description != NULL)
    adw_preferences_group_set_description (ADW_PREFERENCES_GROUP (group), description);
  adw_preferences_page_add (page, ADW_PREFERENCES_GROUP (group));
  g_ptr_array_add (groups, group);
  return ADW_PREFERENCES_GROUP (group);
}

void
annex_skill_facts_clear (AdwPreferencesPage *page)
{
  GPtrArray *groups = g_object_get_data (G_OBJECT (page), GROUPS);

  for (guint i = 0; groups != NULL && i < groups->len; i++)
    adw_preferences_page_remove (page, g_ptr_array_index (groups, i));
  if (groups != NULL)
    g_ptr_array_set_size (groups, 0);
}

static void
add_faults (AdwPreferencesPage *page, const AnnexSkillView *view)
{
  AdwPreferencesGroup *group = NULL;

  for (guint k = 0; k < 2; k++)
    for (char **line = k == 0 ? view->problems : view->warnings; line != NULL && *line != NULL;
         line++)
      {
        GtkWidget *row = annex_row_new (*line, NULL);

        if (group == NULL)
          group = add_group (page, _ ("Please Look"), NULL);
        adw_action_row_set_subtitle_lines (ADW_ACTION_ROW (row), 0);
        annex_row_set_icon (row, "dialog-warning-symbolic", "warning", _ ("Warning"));
        adw_action_row_set_title_lines (ADW_ACTION_ROW (row), 0);
        adw_preferences_group_add (group, row);
      }
}

static char *
dup_programs (const AnnexSkillView *view)
{
  g_autoptr (GStrvBuilder) builder = g_strv_builder_new ();
  g_auto (GStrv) paths = NULL;

  for (guint i = 0; i < view->parts->len; i++)
    {
      const AnnexSkillPart *part = g_ptr_array_index (view->parts, i);

      if (part->runs && part->change != ANNEX_SKILL_FILE_REMOVED)
        g_strv_builder_add (builder, part->path);
    }
  paths = g_strv_builder_end (builder);
  return g_strjoinv (", ", paths);
}

static void
add_abilities (AdwPreferencesPage *page, const AnnexSkillView *view)
{
  AdwPreferencesGroup *group = add_group (page, _ ("What It May Do"), NULL);
  GtkWidget *row;

  if (annex_skill_view_runs (view))
    {
      g_autofree char *programs = dup_programs (view);

      row = annex_row_new (_ ("Runs programs, only in Annex’s computer"), programs);
      annex_row_set_icon (row, "utilities-terminal-symbolic", NULL, NULL);
    }
  else
    {
      row = annex_row_new (_ ("Runs nothing"), _ ("It is instructions only."));
      annex_row_set_icon (row, "annex-done-symbolic", "success", NULL);
    }
  adw_preferences_group_add (group, row);
  if (view->hosts != NULL && view->hosts[0] != NULL)
    {
      g_autofree char *hosts = g_strjoinv (", ", view->hosts);

      row = annex_row_new (_ ("Names addresses on the web"), hosts);
      annex_row_set_icon (row, "annex-web-symbolic", NULL, NULL);
      adw_action_row_set_subtitle_lines (ADW_ACTION_ROW (row), 0);
      adw_preferences_group_add (group, row);
    }
}

static const char *
need_words (const AnnexSkillNeed *need)
{
  switch (need->kind)
    {
    case ANNEX_NEED_TEXT:
      return _ ("A text");
    case ANNEX_NEED_CHOICE:
      return _ ("A choice");
    case ANNEX_NEED_FOLDER:
      return _ ("A folder of yours");
    case ANNEX_NEED_SECRET:
      return _ ("A secret, kept in your keyring");
    }
  return "";
}

static void
add_needs (AdwPreferencesPage *page, const AnnexSkillView *view)
{
  AdwPreferencesGroup *group;

  if (view->needs->len == 0)
    return;
  group = add_group (page, _ ("What It Asks You For"),
                     _ ("You are asked after it is installed. What you give stays on this machine "
                        "and is not part of the skill."));
  for (guint i = 0; i < view->needs->len; i++)
    {
      const AnnexSkillNeed *need = g_ptr_array_index (view->needs, i);
      g_autofree char *words = need->optional
                                   ? g_strdup_printf (_ ("%s (optional)"), need_words (need))
                                   : g_strdup (need_words (need));

      adw_preferences_group_add (group, annex_row_new (need->label, words));
    }
}

static void
add_instructions (AdwPreferencesPage *page, const AnnexSkillView *view)
{
  AdwPreferencesGroup *group = add_group (page, _ ("Instructions"), NULL);
  GtkWidget *row = g_object_new (ADW_TYPE_EXPANDER_ROW, "title", _ ("What Annex is told"), NULL);

  adw_expander_row_add_row (ADW_EXPANDER_ROW (row), annex_row_new_text (view->body, FALSE));
  adw_preferences_group_add (group, row);
  if (view->license != NULL)
    adw_preferences_group_add (group, annex_row_new_property (_ ("License"), view->license, FALSE));
  if (view->compatibility != NULL)
    adw_preferences_group_add (group,
                               annex_row_new_property (_ ("Made For"), view->compatibility, FALSE));
}

static GtkWidget *
make_part (const AnnexSkillView *view, const AnnexSkillPart *part, gboolean offered)
{
  g_autofree char *size = annex_text_format_size (part->size_bytes);
  g_autofree char *words = part->runs
                               ? g_strdup_printf ("%s · %s", size, _ ("runs in Annex’s computer"))
                               : g_strdup (size);
  gboolean removed = part->change == ANNEX_SKILL_FILE_REMOVED;
  GtkWidget *row = annex_row_new (part->path, words);

  if (offered && view->installed && part->change != ANNEX_SKILL_FILE_SAME)
    {
      GtkWidget *mark = gtk_label_new (annex_skill_change_words (part->change));

      gtk_widget_add_css_class (mark, "annex-chip-word");
      gtk_widget_add_css_class (mark, removed                                    ? "annex-removed"
                                      : part->change == ANNEX_SKILL_FILE_CHANGED ? "annex-changed"
                                                                                 : "annex-added");
      gtk_widget_set_valign (mark, GTK_ALIGN_CENTER);
      adw_action_row_add_suffix (ADW_ACTION_ROW (row), mark);
    }
  annex_row_set_icon (row, part->runs ? "utilities-terminal-symbolic" : "text-x-generic-symbolic",
                      NULL, NULL);
  if (!removed)
    {
      annex_row_make_link (row);
      gtk_actionable_set_action_name (GTK_ACTIONABLE (row), "facts.open");
      gtk_actionable_set_action_target (GTK_ACTIONABLE (row), "(ss)", view->name, part->path);
    }
  return row;
}

static void
add_parts (AdwPreferencesPage *page, const AnnexSkillView *view, gboolean offered)
{
  AdwPreferencesGroup *group = add_group (page, _ ("Files"), NULL);

  for (guint i = 0; i < MIN (view->parts->len, MAX_FILES); i++)
    adw_preferences_group_add (group,
                               make_part (view, g_ptr_array_index (view->parts, i), offered));
  if (view->parts->len > MAX_FILES)
    {
      guint n_more = view->parts->len - MAX_FILES;
      g_autofree char *text =
          g_strdup_printf (ngettext ("And %u more file", "And %u more files", n_more), n_more);

      adw_preferences_group_add (group, annex_row_new (text, NULL));
    }
}

void
annex_skill_facts_add (AdwPreferencesPage *page, const AnnexSkillView *view, gboolean offered)
{
  add_faults (page, view);
  add_abilities (page, view);
  if (offered)
    add_needs (page, view);
  add_instructions (page, view);
  add_parts (page, view, offered);
}

const AnnexSkillPart *
annex_skill_view_find_part (const AnnexSkillView *view, const char *path)
{
  for (guint i = 0; i < view->parts->len; i++)
    {
      const AnnexSkillPart *part = g_ptr_array_index (view->parts, i);

      if (g_str_equal (part->path, path))
        return part;
    }
  return NULL;
}

/* ---- one file */

static GtkWidget *
make_page (const char *path, GtkWidget *content)
{
  GtkWidget *view = adw_toolbar_view_new ();
  g_autofree char *title = annex_text_file_name (path);

  adw_toolbar_view_add_top_bar (ADW_TOOLBAR_VIEW (view), adw_header_bar_new ());
  adw_toolbar_view_set_content (ADW_TOOLBAR_VIEW (view), content);
  return GTK_WIDGET (adw_navigation_page_new (view, title));
}

static void
add_line (GtkTextBuffer *buffer, const char *line)
{
  static const struct
  {
    char mark;
    const char *tag;
  } marks[] = { { '+', "added" }, { '-', "removed" }, { '@', "gap" } };
  const char *tag = "same";
  g_autofree char *shown = annex_text_for_display_lines (line);
  GtkTextIter end;

  for (guint i = 0; i < G_N_ELEMENTS (marks); i++)
    if (*line == marks[i].mark)
      tag = marks[i].tag;
  gtk_text_buffer_get_end_iter (buffer, &end);
  gtk_text_buffer_insert_with_tags_by_name (buffer, &end, shown, -1, tag, NULL);
  gtk_text_buffer_insert (buffer, &end, "\n", 1);
}

GtkWidget *
annex_skill_diff_page_new (const char *path, const char *diff)
{
  GtkWidget *scroller = gtk_scrolled_window_new ();
  GtkWidget *text = gtk_text_view_new ();
  GtkTextBuffer *buffer = gtk_text_view_get_buffer (GTK_TEXT_VIEW (text));
  g_auto (GStrv) lines = g_strsplit (diff, "\n", -1);
  guint first = 0; /* after the names of both sides; what begins like them further below is text */

  /* see-through, for light and dark */
  gtk_text_buffer_create_tag (buffer, "added", "paragraph-background", "rgba(46,194,126,0.22)",
                              NULL);
  gtk_text_buffer_create_tag (buffer, "removed", "paragraph-background", "rgba(224,27,36,0.2)",
                              NULL);
  gtk_text_buffer_create_tag (buffer, "gap", "weight", PANGO_WEIGHT_BOLD, NULL);
  gtk_text_buffer_create_tag (buffer, "same", NULL);
  while (lines[first] != NULL &&
         (g_str_has_prefix (lines[first], "+++") || g_str_has_prefix (lines[first], "---")))
    first++;
  for (guint i = first; lines[i] != NULL; i++)
    if (*lines[i] != '\0' || lines[i + 1] != NULL)
      add_line (buffer, lines[i]);
  g_object_set (text, "editable", FALSE, "cursor-visible", FALSE, "monospace", TRUE, "wrap-mode",
                GTK_WRAP_WORD_CHAR, "top-margin", 12, "bottom-margin", 12, "left-margin", 12,
                "right-margin", 12, NULL);
  gtk_accessible_update_property (GTK_ACCESSIBLE (text), GTK_ACCESSIBLE_PROPERTY_LABEL,
                                  _ ("What changes"), -1);
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scroller), GTK_POLICY_NEVER,
                                  GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scroller), text);
  return make_page (path, scroller);
}

static void
file_loaded_cb (gpointer object, const GValue *value, GError *error)
{
  AnnexPreview *preview = object;
  const char *path = g_object_get_data (object, "annex-path");

  if (value != NULL)
    annex_preview_show_bytes (preview, path, g_value_get_boxed (value));
  else
    annex_preview_show_failure (preview, path, annex_error_said (error));
}

GtkWidget *
annex_skill_file_page_new (const char *path, DexFuture *bytes)
{
  GtkWidget *preview = g_object_new (ANNEX_TYPE_PREVIEW, NULL);

  g_object_set_data_full (G_OBJECT (preview), "annex-path", g_strdup (path), g_free);
  annex_then (bytes, preview, file_loaded_cb);
  return make_page (path, preview);
}
