/* test-skills.c
 *
 * The pages of skills on a real library: none, very many, one that is broken, one by somebody who
 * means ill; installing, passing on, editing; roles and names.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-plugins-page.h"
#include "annex-shot.h"
#include "annex-skill-editor.h"
#include "annex-skill-export.h"
#include "annex-skill-install.h"
#include "annex-skill-keeper.h"
#include "annex-skill-row.h"
#include "annex-skills-page.h"
#include "plain.h"
#include "shots-skills.h"

#define WAIT_MS 30000

typedef struct
{
  AnnexFakeDesk *desk;
  GtkWindow *window;
  GtkWidget *page;
} Case;

/* ---- what a test has */

static void
set_up (Case *self, gconstpointer data)
{
  self->desk = annex_fake_desk_new ();
}

static void
show_page (Case *self, int width)
{
  self->page = annex_skills_page_new (ANNEX_DESK (self->desk));
  self->window = annex_shot_window (self->page, width, 900);
}

/* Nothing of it is left behind. */
static void
tear_down (Case *self, gconstpointer data)
{
  gpointer weak = self->page;

  if (self->page != NULL)
    g_object_add_weak_pointer (G_OBJECT (self->page), &weak);
  if (self->window != NULL)
    gtk_window_destroy (self->window);
  annex_shot_settle (100);
  if (self->page != NULL)
    g_assert_null (weak);
  annex_fake_desk_close (self->desk);
  g_object_unref (self->desk);
}

typedef struct
{
  GtkWidget *root;
  AnnexFindFunc func;
  const char *text;
  GtkWidget *found;
} Awaited;

static gboolean
is_there (gpointer data)
{
  Awaited *awaited = data;

  awaited->found = annex_find (awaited->root, awaited->func, awaited->text);
  return awaited->found != NULL;
}

static GtkWidget *
await (Case *self, AnnexFindFunc func, const char *text)
{
  Awaited awaited = { GTK_WIDGET (self->window), func, text, NULL };

  if (!annex_shot_wait (is_there, &awaited, WAIT_MS))
    g_error ("“%s” did not come", text);
  return awaited.found;
}

static GtkWidget *
await_text (Case *self, const char *text)
{
  return await (self, annex_is_label_with, text);
}

static AnnexSkillKeeper *
get_keeper (Case *self)
{
  return ANNEX_SKILL_KEEPER (annex_desk_get_skills (ANNEX_DESK (self->desk)));
}

/* A skill of the library as a folder of it holds it. */
static void
put_skill (Case *self, const char *name, const char *description)
{
  g_autofree char *folder =
      g_build_filename (annex_fake_desk_get_folder (self->desk), "skills", name, NULL);
  g_autofree char *text =
      g_strdup_printf ("---\nname: %s\ndescription: %s\n---\nDo it.\n", name, description);

  shots_write (folder, "1/SKILL.md", text);
  shots_write (folder, "state.json",
               "{\"current\":\"1\",\"versions\":[{\"id\":\"1\",\"source\":\"Test.skill\","
               "\"installed_us\":1700000000000000}]}");
}

static guint
count_type (GtkWidget *root, GType type)
{
  guint n = g_type_is_a (G_OBJECT_TYPE (root), type);

  for (GtkWidget *child = gtk_widget_get_first_child (root); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    n += count_type (child, type);
  return n;
}

static void
assert_role (GtkWidget *widget, GtkAccessibleRole role)
{
  g_assert_nonnull (widget);
  g_assert_cmpint (gtk_accessible_get_accessible_role (GTK_ACCESSIBLE (widget)), ==, role);
}

static gboolean
is_entry_row (GtkWidget *widget, const char *title)
{
  return ADW_IS_PREFERENCES_ROW (widget) && GTK_IS_EDITABLE (widget) &&
         g_str_equal (adw_preferences_row_get_title (ADW_PREFERENCES_ROW (widget)), title);
}

/* ---- the library */

static void
test_empty (Case *self, gconstpointer data)
{
  show_page (self, 360);
  await_text (self, "No Skills Yet");
  assert_role (annex_find_button (self->page, "_Write One"), GTK_ACCESSIBLE_ROLE_BUTTON);
  assert_role (annex_find_button (self->page, "Search Skills"), GTK_ACCESSIBLE_ROLE_TOGGLE_BUTTON);
  annex_press (self->page, "_Write One");
  await (self, annex_is_type, "AnnexSkillEditor");
  await (self, is_entry_row, "Name");
}

/* A thousand: only those in sight are made, and one of them is found by its words. */
static void
test_many (Case *self, gconstpointer data)
{
  GtkWidget *search;

  for (guint i = 0; i < 1000; i++)
    {
      g_autofree char *name = g_strdup_printf ("skill-%04u", i);
      g_autofree char *description = g_strdup_printf ("Does the work number %04u", i);

      put_skill (self, name, description);
    }
  show_page (self, 1000);
  await_text (self, "Does the work number 0000");
  g_assert_cmpuint (count_type (self->page, ANNEX_TYPE_SKILL_ROW), <, 400);
  assert_role (await (self, annex_is_type, "GtkListView"), GTK_ACCESSIBLE_ROLE_LIST);
  gtk_search_bar_set_search_mode (
      GTK_SEARCH_BAR (annex_find (self->page, annex_is_type, "GtkSearchBar")), TRUE);
  search = await (self, annex_is_type, "GtkSearchEntry");
  assert_role (search, GTK_ACCESSIBLE_ROLE_SEARCH_BOX);
  gtk_editable_set_text (GTK_EDITABLE (search), "NUMBER 0777");
  await_text (self, "Does the work number 0777");
  g_assert_false (annex_shows (self->page, "Does the work number 0000"));
  gtk_editable_set_text (GTK_EDITABLE (search), "no such");
  await_text (self, "Nothing Found");
}

static void
test_broken (Case *self, gconstpointer data)
{
  g_autofree char *folder =
      g_build_filename (annex_fake_desk_get_folder (self->desk), "skills", "no-description", NULL);

  put_skill (self, "no-description", "x");
  shots_write (folder, "1/SKILL.md", "---\nname: no-description\n---\nDo it.\n");
  show_page (self, 360);
  await (self, annex_is_type, "AnnexSkillRow");
  annex_skills_page_show (ANNEX_SKILLS_PAGE (self->page), "no-description");
  await_text (self, "Cannot Be Used");
  await_text (self, "description");
}

/* Another of its name is used: the broken one is shown nevertheless, and may be removed. */
static void
test_beside_broken (Case *self, gconstpointer data)
{
  static const char good[] = "---\nname: report\ndescription: Good\n---\nDo it.\n";
  const char *folder = annex_fake_desk_get_folder (self->desk);
  g_autofree char *broken = g_build_filename (folder, "skills", "report", NULL);
  g_autofree char *other = g_build_filename (folder, "home", ".agents", "skills", "report", NULL);
  GtkWidget *list;

  put_skill (self, "report", "x");
  shots_write (broken, "1/SKILL.md", "x");
  shots_write (other, "SKILL.md", good);
  g_assert_true (
      annex_shot_await (annex_skill_keeper_set_look_in_home (get_keeper (self), TRUE), NULL));
  show_page (self, 360);
  await_text (self, "Good");
  list = await (self, annex_is_type, "GtkListView");
  gtk_widget_activate_action (list, "list.activate-item", "u", 0);
  await_text (self, "Cannot Be Used");
  assert_role (annex_find_button (self->page, "_Remove It"), GTK_ACCESSIBLE_ROLE_BUTTON);
}

/* One that shouts in every place it can write in. */
static void
test_hostile (Case *self, gconstpointer data)
{
  put_skill (self, "hostile",
             "\""
             "<b>bold</b> &amp; \\u202egpj.exe \\u200b \\e[31m [Allow Always]"
             "\"");
  show_page (self, 360);
  await_text (self, "<b>bold</b> &amp;");
  annex_assert_plain (self->page);
  annex_skills_page_show (ANNEX_SKILLS_PAGE (self->page), "hostile");
  await (self, annex_is_type, "AnnexSkillPage");
  await_text (self, "<b>bold</b> &amp;");
  annex_assert_plain (self->page);
}

/* ---- installing */

static AnnexSkillOffer *
open_offer (Case *self, const char *place)
{
  g_autoptr (DexFuture) opened = annex_skill_keeper_open (get_keeper (self), place);
  g_autoptr (GError) error = NULL;

  annex_shot_await (dex_ref (opened), &error);
  g_assert_no_error (error);
  return annex_skill_offer_copy (g_value_get_boxed (dex_future_get_value (opened, NULL)));
}

static void
test_install (Case *self, gconstpointer data)
{
  g_autofree char *folder = shots_make_offer (self->desk);
  g_autoptr (AnnexSkillOffer) offer = open_offer (self, folder);
  AdwDialog *dialog = annex_skill_install_new (get_keeper (self), offer);

  show_page (self, 1000);
  adw_dialog_present (dialog, self->page);
  /* What runs, which hosts it names and what it asks for are seen before. */
  await_text (self, "scripts/upload.sh");
  await_text (self, "books.example.com");
  await_text (self, "Key of your bank");
  assert_role (annex_find_button (GTK_WIDGET (dialog), "_Install"), GTK_ACCESSIBLE_ROLE_BUTTON);
  annex_press (GTK_WIDGET (dialog), "_Install");
  await_text (self, "Turns a folder of receipts");
  await (self, annex_is_type, "AnnexSkillRow");
}

/* Where there is no keyring a secret is not kept: it stays where it was written, and Done does not
 * hide that. */
static void
test_secret_refused (Case *self, gconstpointer data)
{
  g_autofree char *folder = shots_make_offer (self->desk);
  g_autoptr (AnnexSkillOffer) offer = open_offer (self, folder);
  AdwDialog *dialog = annex_skill_install_new (get_keeper (self), offer);
  GtkWidget *row;

  show_page (self, 1000);
  adw_dialog_present (dialog, self->page);
  await_text (self, "Key of your bank");
  annex_press (GTK_WIDGET (dialog), "_Install");
  row = await (self, annex_is_type, "AdwPasswordEntryRow");
  gtk_editable_set_text (GTK_EDITABLE (row), "s3cret");
  annex_press (gtk_widget_get_ancestor (row, ADW_TYPE_DIALOG), "_Done");
  g_assert_false (gtk_widget_is_sensitive (row));
  for (guint i = 0; i < 100 && !gtk_widget_is_sensitive (row); i++)
    annex_shot_settle (100);
  g_assert_true (gtk_widget_is_sensitive (row));
  g_assert_cmpstr (gtk_editable_get_text (GTK_EDITABLE (row)), ==, "s3cret");
  g_assert_null (strstr (adw_preferences_row_get_title (ADW_PREFERENCES_ROW (row)), "keyring"));
  adw_dialog_force_close (ADW_DIALOG (gtk_widget_get_ancestor (row, ADW_TYPE_DIALOG)));
}

/* Names of files are whatever somebody made them. */
static void
test_install_hostile (Case *self, gconstpointer data)
{
  g_autofree char *folder =
      g_build_filename (annex_fake_desk_get_folder (self->desk), "given", "hostile", NULL);
  g_autofree char *long_name = g_strnfill (200, 'x');
  g_autofree char *path = g_strconcat ("scripts/", long_name, ".py", NULL);
  g_autoptr (AnnexSkillOffer) offer = NULL;
  AdwDialog *dialog;

  shots_write (folder, "SKILL.md",
               "---\nname: hostile\ndescription: \"<b>bold</b> &amp; \\u202egpj.exe \\u200b\"\n"
               "metadata:\n  annex.key: secret\n  annex.key.label: \"<i>Your</i> \\u202ekey\"\n"
               "---\n# <script>x</script>\n\n![](https://evil.example/x.png) \xe2\x80\xae txt\n");
  shots_write (folder, "a<b>bold.sh", "#!/bin/sh\n");
  shots_write (folder, path, "#!/usr/bin/env python3\n");
  offer = open_offer (self, folder);
  dialog = annex_skill_install_new (get_keeper (self), offer);
  show_page (self, 360);
  adw_dialog_present (dialog, self->page);
  await_text (self, "<b>bold</b> &amp;");
  await_text (self, "a<b>bold.sh");
  await_text (self, "<i>Your</i>");
  annex_assert_plain (GTK_WIDGET (self->window));
  adw_dialog_force_close (dialog);
}

/* Every line that changes is seen, also one that looks like the head of a difference. */
static void
test_difference (Case *self, gconstpointer data)
{
  g_autofree char *folder = NULL;
  g_autoptr (AnnexSkillOffer) offer = NULL;
  GtkTextBuffer *buffer;
  GtkTextIter start, end;
  g_autofree char *shown = NULL;
  AdwDialog *dialog;

  shots_add_skills (self->desk);
  folder = shots_make_offer (self->desk);
  shots_write (folder, "scripts/report.py",
               "#!/usr/bin/env python3\nprint('a report')\n++ do evil\nand \xe2\x80\xae"
               "hide\n");
  offer = open_offer (self, folder);
  dialog = annex_skill_install_new (get_keeper (self), offer);
  show_page (self, 360);
  adw_dialog_present (dialog, self->page);
  await_text (self, "scripts/report.py");
  gtk_widget_activate_action (GTK_WIDGET (dialog), "facts.open", "(ss)", "expense-report",
                              "scripts/report.py");
  buffer = gtk_text_view_get_buffer (GTK_TEXT_VIEW (await (self, annex_is_type, "GtkTextView")));
  gtk_text_buffer_get_bounds (buffer, &start, &end);
  shown = gtk_text_buffer_get_text (buffer, &start, &end, TRUE);
  g_assert_nonnull (strstr (shown, "-print('report')"));
  g_assert_nonnull (strstr (shown, "+++ do evil"));
  g_assert_null (strstr (shown, "\xe2\x80\xae"));
  g_assert_null (strstr (shown, "--- "));
  adw_dialog_force_close (dialog);
}

/* A package of several: each is looked at on a page of its own. */
static void
test_install_several (Case *self, gconstpointer data)
{
  g_autofree char *folder = shots_make_plugin (self->desk);
  g_autoptr (AnnexSkillOffer) offer = NULL;
  AdwDialog *dialog;

  shots_write (folder, "skills/offer-letter/SKILL.md",
               "---\nname: offer-letter\ndescription: \"Writes <b>offers</b> &amp; \\u202emore\"\n"
               "---\nWrite it.\n");
  offer = open_offer (self, folder);
  dialog = annex_skill_install_new (get_keeper (self), offer);
  show_page (self, 360);
  adw_dialog_present (dialog, self->page);
  await_text (self, "Skills in It");
  await_text (self, "https://mcp.example.com");
  await_text (self, "Not Taken");
  gtk_widget_activate_action (GTK_WIDGET (dialog), "preview.open-skill", "s", "offer-letter");
  await_text (self, "Writes <b>offers</b> &amp;");
  annex_shot_settle (500);
  annex_assert_plain (GTK_WIDGET (self->window));
  adw_dialog_force_close (dialog);
}

/* ---- writing */

static AnnexSkillDraft *
read_draft (Case *self, const char *name)
{
  g_autoptr (DexFuture) read = annex_skill_keeper_edit (get_keeper (self), name);

  annex_shot_await (dex_ref (read), NULL);
  return dex_future_is_resolved (read)
             ? annex_skill_draft_copy (g_value_get_boxed (dex_future_get_value (read, NULL)))
             : NULL;
}

static gboolean
is_gone (gpointer data)
{
  return *(gpointer *) data == NULL;
}

/* What is written while it is being saved is neither saved nor lost. */
static void
test_write_on (Case *self, gconstpointer data)
{
  g_autoptr (AnnexSkillDraft) draft = annex_skill_draft_new ();
  g_autoptr (AnnexSkillDraft) kept = NULL;
  g_autoptr (AnnexSkillDraft) unsaved = NULL;
  AnnexSkillEditor *editor;
  GtkWidget *overlay;

  g_set_str (&draft->name, "letters");
  g_set_str (&draft->description, "Writes letters");
  g_set_str (&draft->body, "Write it.");
  self->page = annex_skills_page_new (ANNEX_DESK (self->desk));
  overlay = adw_toast_overlay_new ();
  adw_toast_overlay_set_child (ADW_TOAST_OVERLAY (overlay), self->page);
  self->window = annex_shot_window (overlay, 1000, 900);
  annex_skills_page_edit (ANNEX_SKILLS_PAGE (self->page), draft);
  editor = ANNEX_SKILL_EDITOR (await (self, annex_is_type, "AnnexSkillEditor"));
  annex_shot_settle (500);
  gtk_widget_activate_action (GTK_WIDGET (editor), "editor.save", NULL);
  gtk_editable_set_text (
      GTK_EDITABLE (await (self, is_entry_row, "What it is for, and when to use it")),
      "Writes offers");
  await_text (self, "Saved, without what you have written since");
  g_assert_true (gtk_widget_get_mapped (GTK_WIDGET (editor)));
  annex_shot_take (self->window, "skill-editor-write-on");
  unsaved = annex_skill_editor_dup_unsaved (editor);
  g_assert_nonnull (unsaved);
  g_assert_cmpstr (unsaved->description, ==, "Writes offers");
  kept = read_draft (self, "letters");
  g_assert_cmpstr (kept->description, ==, "Writes letters");
  /* Saved again, it is left. */
  gtk_widget_activate_action (GTK_WIDGET (editor), "editor.save", NULL);
  await (self, annex_is_type, "AnnexSkillPage");
  g_clear_pointer (&kept, annex_skill_draft_free);
  kept = read_draft (self, "letters");
  g_assert_cmpstr (kept->description, ==, "Writes offers");
}

/* Opened, looked at and left at any moment: while Markdown is read, its colours are found, what is
 * shown is laid out or fades, and the colours of the desktop change. */
static void
test_left_soon (Case *self, gconstpointer data)
{
  static const char *const views[] = { "raw", "preview", "form" };
  AdwStyleManager *style = adw_style_manager_get_default ();
  g_autoptr (AnnexSkillDraft) draft = NULL;
  GtkWidget *navigation;

  shots_add_skills (self->desk);
  show_page (self, 800);
  await_text (self, "Company letters");
  draft = read_draft (self, "company-letters");
  navigation = annex_find (self->page, annex_is_type, "AdwNavigationView");
  for (guint i = 0; i < 24; i++)
    {
      GtkWidget *editor;
      gpointer weak = NULL;

      g_object_set (gtk_settings_get_default (), "gtk-enable-animations", i % 2 == 0, NULL);
      annex_skills_page_edit (ANNEX_SKILLS_PAGE (self->page), draft);
      editor = await (self, annex_is_type, "AnnexSkillEditor");
      g_set_weak_pointer (&weak, editor);
      for (guint j = 0; j < 3; j++)
        {
          annex_shot_settle ((guint) g_test_rand_int_range (0, 40));
          adw_toggle_group_set_active_name (
              ADW_TOGGLE_GROUP (annex_find (editor, annex_is_type, "AdwToggleGroup")),
              views[g_test_rand_int_range (0, G_N_ELEMENTS (views))]);
        }
      annex_shot_settle ((guint) g_test_rand_int_range (0, 40));
      adw_style_manager_set_color_scheme (style, i % 3 == 0 ? ADW_COLOR_SCHEME_FORCE_DARK
                                                            : ADW_COLOR_SCHEME_FORCE_LIGHT);
      adw_navigation_view_pop (ADW_NAVIGATION_VIEW (navigation));
      if (i % 2 == 1)
        annex_shot_settle ((guint) g_test_rand_int_range (0, 40));
      g_assert_true (annex_shot_wait (is_gone, &weak, WAIT_MS));
    }
}

/* ---- passing on */

static void
collect_type (GtkWidget *root, GType type, GPtrArray *found)
{
  if (g_type_is_a (G_OBJECT_TYPE (root), type) && gtk_widget_get_mapped (root))
    g_ptr_array_add (found, root);
  for (GtkWidget *child = gtk_widget_get_first_child (root); child != NULL;
       child = gtk_widget_get_next_sibling (child))
    collect_type (child, type, found);
}

static void
test_export (Case *self, gconstpointer data)
{
  g_autoptr (GPtrArray) choices = g_ptr_array_new ();
  AdwDialog *dialog;
  GtkWidget *make;

  shots_add_skills (self->desk);
  dialog = annex_skill_export_new (get_keeper (self), "company-letters");
  show_page (self, 360);
  adw_dialog_present (dialog, self->page);
  await_text (self, "anna@lindgren-partner.eu");
  make = annex_find_button (GTK_WIDGET (dialog), "_Make the File");
  collect_type (GTK_WIDGET (dialog), GTK_TYPE_DROP_DOWN, choices);
  g_assert_cmpuint (choices->len, ==, 2);
  for (guint i = 0; i < choices->len; i++)
    {
      g_assert_false (gtk_widget_get_sensitive (make));
      /* What the choice is about is said where the focus is. */
      gtk_test_accessible_assert_property (
          gtk_widget_get_first_child (choices->pdata[i]), GTK_ACCESSIBLE_PROPERTY_LABEL,
          i == 0 ? "What to do with anna@lindgren-partner.eu: Decide…"
                 : "What to do with DE89 3704 0044 0532 0130 00: Decide…");
      gtk_drop_down_set_selected (choices->pdata[i], 3);
    }
  gtk_test_accessible_assert_property (gtk_widget_get_first_child (choices->pdata[0]),
                                       GTK_ACCESSIBLE_PROPERTY_LABEL,
                                       "What to do with anna@lindgren-partner.eu: Remove");
  g_assert_true (gtk_widget_get_sensitive (make));
  annex_press (GTK_WIDGET (dialog), "_Make the File");
  await_text (self, "company-letters.skill");
  adw_dialog_force_close (dialog);
}

/* Nothing was found, and not everything could be looked through: the user does that, and says so.
 */
static void
test_export_unseen (Case *self, gconstpointer data)
{
  g_autofree char *folder =
      g_build_filename (annex_fake_desk_get_folder (self->desk), "skills", "drawings", "1", NULL);
  AdwDialog *dialog;

  put_skill (self, "drawings", "Makes drawings");
  shots_write (folder, "assets/<b>logo.png", "\x89PNG");
  for (guint i = 0; i < 60; i++)
    {
      g_autofree char *path = g_strdup_printf ("assets/photos/%02u.jpg", i);

      shots_write (folder, path, "\xff\xd8\xff");
    }
  dialog = annex_skill_export_new (get_keeper (self), "drawings");
  show_page (self, 360);
  adw_dialog_present (dialog, self->page);
  await_text (self, "Please Look Yourself");
  await_text (self, "assets/<b>logo.png");
  await_text (self, "And 11 more files");
  g_assert_null (annex_find (GTK_WIDGET (dialog), annex_is_label_with, "Does This Look Private?"));
  annex_assert_plain (GTK_WIDGET (self->window));
  annex_shot_take (self->window, "skill-export-unseen");
  annex_press (GTK_WIDGET (dialog), "_Make the File");
  await_text (self, "drawings.skill");
  adw_dialog_force_close (dialog);
}

/* ---- plugins */

static void
test_plugins (Case *self, gconstpointer data)
{
  self->page = annex_plugins_page_new (get_keeper (self));
  self->window = annex_shot_window (adw_navigation_view_new (), 360, 700);
  adw_navigation_view_push (ADW_NAVIGATION_VIEW (annex_find (GTK_WIDGET (self->window),
                                                             annex_is_type, "AdwNavigationView")),
                            ADW_NAVIGATION_PAGE (self->page));
  await (self, annex_is_type, "AnnexPluginsPage");
  annex_shot_settle (300);
  annex_assert_plain (GTK_WIDGET (self->window));
}

#define ADD_CASE(name, func) g_test_add ("/ui/skills/" name, Case, NULL, set_up, func, tear_down)

int
main (int argc, char **argv)
{
  annex_shot_init (&argc, &argv);
  ADD_CASE ("empty", test_empty);
  ADD_CASE ("many", test_many);
  ADD_CASE ("broken", test_broken);
  ADD_CASE ("beside-broken", test_beside_broken);
  ADD_CASE ("hostile", test_hostile);
  ADD_CASE ("install", test_install);
  ADD_CASE ("secret-refused", test_secret_refused);
  ADD_CASE ("install-hostile", test_install_hostile);
  ADD_CASE ("difference", test_difference);
  ADD_CASE ("install-several", test_install_several);
  ADD_CASE ("write-on", test_write_on);
  ADD_CASE ("left-soon", test_left_soon);
  ADD_CASE ("export", test_export);
  ADD_CASE ("export-unseen", test_export_unseen);
  ADD_CASE ("plugins", test_plugins);
  return g_test_run ();
}
