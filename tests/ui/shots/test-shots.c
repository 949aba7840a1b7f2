/* test-shots.c
 *
 * Every screen of Annex at one width: that it fits into it, has names and ways by keyboard, and
 * pictures of it. "./dev shots" runs it at three widths, in light, dark and high contrast, the main
 * screens also with text twice as large and from right to left. As a test it looks at each screen
 * once.
 *
 * test-shots WIDTH
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "shots-screens.h"

#include "annex-shot.h"
#include "annex-ui.h"

#include <glib/gi18n.h>
#include <stdlib.h>
#include <string.h>

static int shots_width = 360;

static int
get_height (void)
{
  return shots_width >= 1600 ? 960 : shots_width >= 800 ? 640 : 720;
}

/* What does not fit is told by annex_shot_take_styles, with its cause. */
static gboolean
is_fatal_cb (const char *domain, GLogLevelFlags level, const char *message, gpointer data)
{
  return g_strcmp0 (domain, "Adwaita") != 0 || strstr (message, "exceeds") == NULL;
}

static void
open_window (ShotsStage *stage)
{
  stage->window = ANNEX_WINDOW (annex_window_new (NULL));
  stage->width = shots_width;
  gtk_window_set_default_size (GTK_WINDOW (stage->window), shots_width, get_height ());
  gtk_window_present (GTK_WINDOW (stage->window));
  annex_window_set_desk (stage->window, ANNEX_DESK (stage->world->desk));
  annex_shot_settle (500);
}

static void
close_window (ShotsStage *stage)
{
  shots_stage_reset (stage);
  gtk_window_destroy (GTK_WINDOW (stage->window));
  annex_shot_settle (100);
}

static void
look (ShotsStage *stage, const ShotsScreen *screen)
{
  const char *only = g_getenv ("ANNEX_SHOTS_ONLY");

  if (only != NULL && !g_pattern_match_simple (only, screen->name))
    return;
  shots_stage_reset (stage);
  screen->open (stage);
  annex_shot_take_styles (stage->other != NULL ? stage->other : GTK_WINDOW (stage->window),
                          screen->name, shots_width, screen->main);
  /* within a web page WebKit moves the focus, in its own time */
  if (g_getenv ("ANNEX_SHOTS") == NULL && shots_stage_find (stage, "WebKitWebView") == NULL)
    shots_stage_check_reach (stage, screen->name);
}

static void
look_at_all (const ShotsScreen *screens, guint n_screens)
{
  g_autoptr (ShotsWorld) world = shots_world_new ();
  ShotsStage stage = { .world = world };

  g_test_log_set_fatal_handler (is_fatal_cb, NULL);
  open_window (&stage);
  for (guint i = 0; i < n_screens; i++)
    look (&stage, &screens[i]);
  close_window (&stage);
}

static void
test_screens (void)
{
  guint n_screens;
  const ShotsScreen *screens = shots_get_screens (&n_screens);

  look_at_all (screens, n_screens);
}

static void
test_library (void)
{
  guint n_screens;
  const ShotsScreen *screens = shots_get_library_screens (&n_screens);

  look_at_all (screens, n_screens);
}

static void
test_again (void)
{
  guint n_screens;
  const ShotsScreen *screens = shots_get_again_screens (&n_screens);

  look_at_all (screens, n_screens);
}

static void
test_rare (void)
{
  guint n_screens;
  const ShotsScreen *screens = shots_get_rare_screens (&n_screens);

  look_at_all (screens, n_screens);
}

static void
test_first (void)
{
  g_autoptr (GSettings) settings = annex_ui_dup_settings ();
  guint n_screens;
  const ShotsScreen *screens = shots_get_first_screens (&n_screens);

  g_test_log_set_fatal_handler (is_fatal_cb, NULL);
  for (guint i = 0; i < n_screens; i++)
    {
      ShotsWorld world = { .desk = annex_fake_desk_new () };
      ShotsStage stage = { .world = &world };

      annex_fake_desk_add_local (world.desk,
                                 annex_model_profile_new ("openai", "Ollama on this machine"));
      g_settings_reset (settings, "first-run-done");
      open_window (&stage);
      look (&stage, &screens[i]);
      close_window (&stage);
      annex_fake_desk_close (world.desk);
      g_object_unref (world.desk);
    }
}

static void
test_thousand (void)
{
  ShotsWorld world = { .desk = annex_fake_desk_new () };
  ShotsStage stage = { .world = &world };
  const ShotsScreen screen = { "sidebar-thousand", NULL, FALSE };

  g_test_log_set_fatal_handler (is_fatal_cb, NULL);
  annex_fake_desk_add_tasks (world.desk, 1000);
  open_window (&stage);
  annex_shot_settle (500);
  adw_navigation_split_view_set_show_content (
      ADW_NAVIGATION_SPLIT_VIEW (shots_stage_find (&stage, "AdwNavigationSplitView")), FALSE);
  annex_shot_take_styles (GTK_WINDOW (stage.window), screen.name, shots_width, screen.main);
  close_window (&stage);
  annex_fake_desk_close (world.desk);
  g_object_unref (world.desk);
}

int
main (int argc, char **argv)
{
  g_autofree char *cache = g_dir_make_tmp ("annex-shots-XXXXXX", NULL);

  g_setenv ("XDG_CACHE_HOME", cache, TRUE);
  if (g_getenv ("ANNEX_SHOTS") != NULL)
    {
      bindtextdomain ("annex", g_getenv ("ANNEX_SHOTS_LOCALE"));
      bind_textdomain_codeset ("annex", "UTF-8");
      textdomain ("annex");
    }
  annex_shot_init (&argc, &argv);
  if (argc > 1)
    shots_width = atoi (argv[1]);
  g_test_add_func ("/ui/shots/screens", test_screens);
  g_test_add_func ("/ui/shots/library", test_library);
  g_test_add_func ("/ui/shots/again", test_again);
  g_test_add_func ("/ui/shots/rare", test_rare);
  g_test_add_func ("/ui/shots/first", test_first);
  g_test_add_func ("/ui/shots/thousand", test_thousand);
  return g_test_run ();
}
