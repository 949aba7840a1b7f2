/* test-plugins.c
 *
 * What plugins put into the library, and that nothing but that goes with them: the user's own
 * skills of the same names stay, and so do those of another plugin that calls itself the same.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-skill-author.h"
#include "annex-skill-files.h"
#include "annex-skill-market.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

typedef struct
{
  char *dir;
  AnnexSkillPlaces *places;
} Fixture;

/* When this many versions were put on the disk, it is full. */
static guint n_left = G_MAXUINT;

static void
set_full (gboolean full)
{
  struct rlimit limit;

  g_assert_cmpint (getrlimit (RLIMIT_FSIZE, &limit), ==, 0);
  limit.rlim_cur = full ? 0 : limit.rlim_max;
  g_assert_cmpint (setrlimit (RLIMIT_FSIZE, &limit), ==, 0);
}

/* The library calls it before a state names the new version. */
int
syncfs (int fd)
{
  if (n_left != G_MAXUINT && --n_left == 0)
    set_full (TRUE);
  return 0;
}

static void
set_up (Fixture *f, gconstpointer data)
{
  f->dir = g_dir_make_tmp ("annex-plugins-XXXXXX", NULL);
  f->places = g_new0 (AnnexSkillPlaces, 1);
  f->places->data = g_build_filename (f->dir, "data", NULL);
  f->places->config = g_build_filename (f->dir, "config", NULL);
  f->places->built_in = g_build_filename (f->dir, "built-in", NULL);
  f->places->home = g_build_filename (f->dir, "home", NULL);
}

static void
tear_down (Fixture *f, gconstpointer data)
{
  g_assert_true (annex_skill_files_remove (f->dir));
  g_free (f->dir);
  annex_skill_places_free (f->places);
}

static void
put (Fixture *f, const char *path, const char *text)
{
  g_autofree char *whole = g_build_filename (f->dir, path, NULL);
  g_autofree char *parent = g_path_get_dirname (whole);

  g_assert_cmpint (g_mkdir_with_parents (parent, 0700), ==, 0);
  g_assert_true (g_file_set_contents (whole, text, -1, NULL));
}

/* The folder @folder is a plugin called @name, with @skills, which all say @description. */
static void
put_plugin (Fixture *f,
            const char *folder,
            const char *name,
            const char *const *skills,
            const char *description)
{
  g_autofree char *whole = g_build_filename (f->dir, folder, NULL);
  g_autofree char *manifest = g_build_filename (folder, ".claude-plugin", "plugin.json", NULL);
  g_autofree char *json = g_strdup_printf ("{\"name\":\"%s\",\"version\":\"1\"}", name);

  annex_skill_files_remove (whole);
  put (f, manifest, json);
  for (; *skills != NULL; skills++)
    {
      g_autofree char *path = g_build_filename (folder, "skills", *skills, "SKILL.md", NULL);
      g_autofree char *text =
          g_strdup_printf ("---\nname: %s\ndescription: %s\n---\nDo it.\n", *skills, description);

      put (f, path, text);
    }
}

static AnnexSkillOffer *
open_plugin (Fixture *f, const char *folder, const char *market)
{
  g_autofree char *whole = g_build_filename (f->dir, folder, NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (AnnexSkillPackage) package = annex_skill_package_open (f->places, whole, &error);

  g_assert_no_error (error);
  return annex_skill_offer_new (f->places, package, market, NULL);
}

static void
install (Fixture *f, const char *folder, const char *market)
{
  g_autoptr (AnnexSkillOffer) offer = open_plugin (f, folder, market);
  g_autoptr (GError) error = NULL;

  annex_skill_offer_install (f->places, offer, NULL, &error);
  g_assert_no_error (error);
}

/* The user's own skill. */
static void
write_own (Fixture *f, const char *name, const char *description)
{
  g_autoptr (AnnexSkillDraft) draft = annex_skill_draft_new ();
  g_autoptr (GError) error = NULL;

  g_set_str (&draft->name, name);
  g_set_str (&draft->description, description);
  g_set_str (&draft->body, "My own steps.");
  annex_skill_author_install (f->places, draft, &error);
  g_assert_no_error (error);
}

/* "name=description" of the library. (transfer full) */
static char *
library (Fixture *f)
{
  g_autoptr (GPtrArray) infos = annex_skill_shelf_scan (f->places, NULL);
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < infos->len; i++)
    {
      AnnexSkillInfo *info = g_ptr_array_index (infos, i);

      g_string_append_printf (text, "%s%s=%s", text->len > 0 ? " " : "", info->name,
                              info->fault != NULL ? info->fault : info->description);
    }
  return g_string_free (text, FALSE);
}

#define assert_library(f, expected)                                                                \
  G_STMT_START                                                                                     \
  {                                                                                                \
    g_autofree char *found_ = library (f);                                                         \
    g_assert_cmpstr (found_, ==, expected);                                                        \
  }                                                                                                \
  G_STMT_END

#define SKILLS(...)                                                                                \
  ((const char *const[]) {                                                                         \
      __VA_ARGS__,                                                                                 \
      NULL,                                                                                        \
  })

static void
remove_plugin (Fixture *f, const char *name)
{
  g_autoptr (GError) error = NULL;

  annex_skill_plugins_remove (f->places, name, &error);
  g_assert_no_error (error);
}

static guint
count_versions (Fixture *f, const char *name)
{
  g_autoptr (GPtrArray) versions = annex_skill_shelf_list_versions (f->places, name);

  return versions->len;
}

/* ---- the user's own */

static void
test_remove (Fixture *f, gconstpointer data)
{
  g_autoptr (GError) error = NULL;

  write_own (f, "report", "Mine");
  write_own (f, "report", "Mine-too");
  put_plugin (f, "office", "office", SKILLS ("report", "sums"), "Theirs");
  install (f, "office", NULL);
  put_plugin (f, "office", "office", SKILLS ("report", "sums"), "Newer");
  install (f, "office", NULL);
  assert_library (f, "report=Newer sums=Newer");
  remove_plugin (f, "office");
  assert_library (f, "report=Mine-too");
  g_assert_cmpuint (count_versions (f, "report"), ==, 2);
  g_assert_true (annex_skill_shelf_undo (f->places, "report", NULL));
  assert_library (f, "report=Mine");
  g_assert_false (annex_skill_plugins_remove (f->places, "office", &error));
  g_assert_error (error, ANNEX_SKILL_ERROR, ANNEX_SKILL_ERROR_NOT_FOUND);
}

/* What the user made of a plugin's skill is the user's. */
static void
test_changed (Fixture *f, gconstpointer data)
{
  put_plugin (f, "office", "office", SKILLS ("report", "sums"), "Theirs");
  install (f, "office", NULL);
  write_own (f, "report", "Changed");
  remove_plugin (f, "office");
  assert_library (f, "report=Changed");
  g_assert_cmpuint (count_versions (f, "report"), ==, 1);
}

static void
test_update (Fixture *f, gconstpointer data)
{
  g_autoptr (AnnexSkillOffer) offer = NULL;

  write_own (f, "report", "Mine");
  put_plugin (f, "office-1.0", "office", SKILLS ("letters", "report", "sums"), "Theirs");
  install (f, "office-1.0", NULL);
  put_plugin (f, "office-1.1", "office", SKILLS ("letters", "sums"), "Newer");
  offer = open_plugin (f, "office-1.1", NULL);
  g_assert_cmpuint (g_strv_length (offer->gone), ==, 1);
  g_assert_cmpstr (offer->gone[0], ==, "report");
  /* One of two is taken; the other is still the plugin's. */
  g_assert_true (annex_skill_offer_install (f->places, offer, SKILLS ("letters"), NULL));
  assert_library (f, "letters=Newer report=Mine sums=Theirs");
  remove_plugin (f, "office");
  assert_library (f, "report=Mine");
}

/* However often a plugin is updated. */
static void
test_many_updates (Fixture *f, gconstpointer data)
{
  write_own (f, "report", "Mine");
  for (guint i = 0; i < ANNEX_SKILL_MAX_VERSIONS + 3; i++)
    {
      g_autofree char *description = g_strdup_printf ("Theirs-%u", i);

      put_plugin (f, "office", "office", SKILLS ("report"), description);
      install (f, "office", NULL);
    }
  g_assert_cmpuint (count_versions (f, "report"), ==, ANNEX_SKILL_MAX_VERSIONS);
  remove_plugin (f, "office");
  assert_library (f, "report=Mine");
}

/* ---- another's */

static void
test_same_name (Fixture *f, gconstpointer data)
{
  static const char *const markets[][2] = {
    { "shop", "stall" }, { "shop", NULL }, { NULL, "stall" }, { NULL, NULL }
  };

  put_plugin (f, "office", "office", SKILLS ("letters", "sums"), "First");
  put_plugin (f, "elsewhere", "office", SKILLS ("letters"), "Second");
  for (guint i = 0; i < G_N_ELEMENTS (markets); i++)
    {
      g_autoptr (AnnexSkillOffer) offer = NULL;

      install (f, "office", markets[i][0]);
      offer = open_plugin (f, "elsewhere", markets[i][1]);
      g_assert_cmpuint (g_strv_length (offer->gone), ==, 0);
      g_assert_true (annex_skill_offer_install (f->places, offer, NULL, NULL));
      assert_library (f, "letters=Second sums=First");
      remove_plugin (f, "office");
      assert_library (f, "letters=First sums=First");
      g_assert_true (annex_skill_shelf_remove (f->places, "letters", NULL));
      g_assert_true (annex_skill_shelf_remove (f->places, "sums", NULL));
    }
}

/* Earlier releases noted the names alone. */
static void
note_names (Fixture *f, const char *names)
{
  g_autofree char *json = g_strdup_printf (
      "{\"office\":{\"version\":\"1\",\"installed_us\":%" G_GINT64_FORMAT ",\"skills\":[%s]}}",
      g_get_real_time (), names);

  put (f, "data/.plugins.json", json);
}

static void
test_names_alone (Fixture *f, gconstpointer data)
{
  g_autoptr (AnnexSkillOffer) offer = NULL;

  write_own (f, "report", "Mine");
  put_plugin (f, "office", "office", SKILLS ("letters", "report", "sums"), "Theirs");
  install (f, "office", NULL);
  note_names (f, "\"letters\",\"report\",\"sums\",\"../evil\",1");
  write_own (f, "sums", "Changed");
  put_plugin (f, "office", "office", SKILLS ("letters", "report"), "Newer");
  offer = open_plugin (f, "office", NULL);
  g_assert_cmpuint (g_strv_length (offer->gone), ==, 1);
  g_assert_cmpstr (offer->gone[0], ==, "sums");
  g_assert_true (annex_skill_offer_install (f->places, offer, NULL, NULL));
  assert_library (f, "letters=Newer report=Newer sums=Changed");
  note_names (f, "\"letters\",\"report\"");
  remove_plugin (f, "office");
  assert_library (f, "report=Mine sums=Changed");
  g_assert_cmpuint (count_versions (f, "sums"), ==, 1);
}

/* It was gone back from and written over: what is there is not the plugin's. */
static void
test_names_of_own (Fixture *f, gconstpointer data)
{
  write_own (f, "report", "Mine");
  put_plugin (f, "office", "office", SKILLS ("report"), "Theirs");
  install (f, "office", NULL);
  note_names (f, "\"report\"");
  g_assert_true (annex_skill_shelf_undo (f->places, "report", NULL));
  write_own (f, "report", "Mine-too");
  remove_plugin (f, "office");
  assert_library (f, "report=Mine-too");
  g_assert_cmpuint (count_versions (f, "report"), ==, 2);
}

/* ---- failures */

static void
test_taken_back (Fixture *f, gconstpointer data)
{
  g_autofree char *registry = g_build_filename (f->places->data, ".plugins.json", NULL);
  g_autoptr (AnnexSkillOffer) offer = NULL;
  g_autoptr (GError) error = NULL;
  GLogLevelFlags fatal;

  write_own (f, "report", "Mine");
  put_plugin (f, "office", "office", SKILLS ("letters", "report"), "Theirs");
  g_assert_cmpint (g_mkdir_with_parents (registry, 0700), ==, 0);
  fatal = g_log_set_always_fatal (G_LOG_FATAL_MASK); /* it warns */
  offer = open_plugin (f, "office", NULL);
  g_assert_false (annex_skill_offer_install (f->places, offer, NULL, &error));
  g_assert_nonnull (error);
  g_log_set_always_fatal (fatal);
  assert_library (f, "report=Mine");
  /* What was in the way is gone: the same offer still holds what was shown. */
  g_assert_cmpint (g_rmdir (registry), ==, 0);
  g_assert_true (annex_skill_offer_install (f->places, offer, NULL, NULL));
  assert_library (f, "letters=Theirs report=Theirs");
}

/* What is installed is not known: nothing is noted in its place. */
static void
test_damaged (Fixture *f, gconstpointer data)
{
  const char *damaged = "{\"other\":{\"skills\":[\"sums\"]}";
  g_autofree char *registry = g_build_filename (f->places->data, ".plugins.json", NULL);
  g_autofree char *text = NULL;
  g_autoptr (AnnexSkillOffer) offer = NULL;
  g_autoptr (GError) error = NULL;
  GLogLevelFlags fatal = g_log_set_always_fatal (G_LOG_FATAL_MASK); /* it warns */

  write_own (f, "report", "Mine");
  put_plugin (f, "office", "office", SKILLS ("letters", "report"), "Theirs");
  put (f, "data/.plugins.json", damaged);
  offer = open_plugin (f, "office", NULL);
  g_assert_false (annex_skill_offer_install (f->places, offer, NULL, &error));
  g_assert_nonnull (strstr (error->message, registry));
  g_clear_error (&error);
  g_assert_false (annex_skill_plugins_remove (f->places, "other", &error));
  g_assert_nonnull (strstr (error->message, registry));
  g_log_set_always_fatal (fatal);
  g_assert_true (g_file_get_contents (registry, &text, NULL, NULL));
  g_assert_cmpstr (text, ==, damaged);
  assert_library (f, "report=Mine");
}

/* Nothing can be written any more after the first of two skills: what is there stays there. */
static void
test_full (Fixture *f, gconstpointer data)
{
  g_autoptr (AnnexSkillOffer) offer = NULL;
  g_autoptr (GError) error = NULL;

  write_own (f, "letters", "Mine");
  write_own (f, "report", "Mine");
  put_plugin (f, "office", "office", SKILLS ("letters", "report"), "Theirs");
  offer = open_plugin (f, "office", NULL);
  n_left = 2;
  annex_skill_offer_install (f->places, offer, NULL, &error);
  set_full (FALSE);
  g_assert_cmpuint (n_left, ==, 0);
  n_left = G_MAXUINT;
  g_assert_error (error, G_IO_ERROR, g_io_error_from_errno (EFBIG));
  assert_library (f, "letters=Theirs report=Mine");
  g_assert_nonnull (strstr (error->message, "letters"));
  g_assert_true (annex_skill_shelf_undo (f->places, "letters", NULL));
  assert_library (f, "letters=Mine report=Mine");
}

int
main (int argc, char **argv)
{
  signal (SIGXFSZ, SIG_IGN);
  g_test_init (&argc, &argv, NULL);
#define ADD(path, func) g_test_add ("/plugins/" path, Fixture, NULL, set_up, func, tear_down)
  ADD ("remove", test_remove);
  ADD ("changed", test_changed);
  ADD ("update", test_update);
  ADD ("many-updates", test_many_updates);
  ADD ("same-name", test_same_name);
  ADD ("names-alone", test_names_alone);
  ADD ("names-of-own", test_names_of_own);
  ADD ("taken-back", test_taken_back);
  ADD ("damaged", test_damaged);
  ADD ("full", test_full);
  return g_test_run ();
}
