/* shots-first.c
 *
 * The screens of the first start: no tasks, the welcome, consent, the computer being set up.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "shots-screens.h"

#include "annex-shot.h"

static GtkWidget *
welcome (ShotsStage *stage)
{
  if (adw_application_window_get_visible_dialog (ADW_APPLICATION_WINDOW (stage->window)) == NULL)
    annex_window_offer_welcome (stage->window);
  return GTK_WIDGET (shots_stage_await_dialog (stage));
}

static gboolean
is_row (GtkWidget *widget, const char *title)
{
  return ADW_IS_ACTION_ROW (widget) &&
         g_str_equal (adw_preferences_row_get_title (ADW_PREFERENCES_ROW (widget)), title);
}

static void
choose (ShotsStage *stage, const char *title)
{
  welcome (stage);
  shots_stage_press (stage, "_Get Started");
  if (title == NULL)
    return;
  adw_action_row_activate (ADW_ACTION_ROW (shots_stage_await (stage, is_row, title)));
  annex_shot_settle (300);
}

static void
open_empty (ShotsStage *stage)
{
}

static void
open_sidebar (ShotsStage *stage)
{
  GtkWidget *split =
      annex_find (GTK_WIDGET (stage->window), annex_is_type, "AdwNavigationSplitView");

  adw_navigation_split_view_set_show_content (ADW_NAVIGATION_SPLIT_VIEW (split), FALSE);
}

static void
open_welcome (ShotsStage *stage)
{
  welcome (stage);
}

static void
open_think (ShotsStage *stage)
{
  choose (stage, NULL);
}

static void
open_key (ShotsStage *stage)
{
  choose (stage, "A Hosted Model");
}

static void
open_consent (ShotsStage *stage)
{
  choose (stage, "The Tour");
}

static void
open_progress (ShotsStage *stage)
{
  choose (stage, "The Tour");
  annex_fake_desk_hold (stage->world->desk, "install_computer");
  shots_stage_press (stage, "_Set Up Now");
}

static void
open_ready (ShotsStage *stage)
{
  open_progress (stage);
  annex_shot_settle (100);
  annex_fake_desk_release (stage->world->desk, "install_computer");
}

static void
open_setup_failed (ShotsStage *stage)
{
  choose (stage, "The Tour");
  annex_fake_desk_fail (stage->world->desk, "install_computer",
                        g_error_new (G_IO_ERROR, G_IO_ERROR_NO_SPACE, "No space left on device"));
  shots_stage_press (stage, "_Set Up Now");
}

static void
open_full (ShotsStage *stage)
{
  AnnexComputerNeeds needs = { .download_bytes = 450 << 20,
                               .disk_bytes = 1000 << 20,
                               .disk_free_bytes = 100 << 20,
                               .memory_bytes = 1 << 30,
                               .metered = TRUE,
                               .folder = (char *) "/home/anna/.local/share/annex/computers",
                               .source = (char *) "Downloaded from example.org" };

  annex_fake_desk_set_needs (stage->world->desk, &needs);
  choose (stage, "The Tour");
}

static const ShotsScreen screens[] = {
  { "first-empty", open_empty, TRUE },
  { "first-sidebar", open_sidebar, FALSE },
  { "welcome-1-hello", open_welcome, TRUE },
  { "welcome-2-model", open_think, FALSE },
  { "welcome-3-key", open_key, FALSE },
  { "welcome-4-consent", open_consent, TRUE },
  { "welcome-5-progress", open_progress, FALSE },
  { "welcome-6-ready", open_ready, FALSE },
  { "welcome-7-failed", open_setup_failed, FALSE },
  { "welcome-8-no-room", open_full, FALSE },
};

const ShotsScreen *
shots_get_first_screens (guint *n_screens)
{
  *n_screens = G_N_ELEMENTS (screens);
  return screens;
}
