/* shots-again.c
 *
 * The screens of a task that is tried again.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "shots-screens.h"

#include "annex-json-build.h"
#include "annex-shot.h"

static GPtrArray *
make_changes (gboolean second)
{
  static const char *const paths[] = {
    "Expense report.xlsx", "Summary.txt", "2026-06/Hotel.pdf",
    "2026-06/A receipt whose name somebody made very long indeed, "
    "with a date and a place in it.pdf"
  };
  GPtrArray *changes = g_ptr_array_new_with_free_func ((GDestroyNotify) annex_change_free);

  for (guint i = 0; i < G_N_ELEMENTS (paths); i++)
    {
      AnnexChange *change = annex_change_new (ANNEX_CHANGE_ADDED, paths[i]);
      g_autofree char *text = g_strdup_printf ("%s%d", paths[i], i < 2 && second);

      change->size_bytes = 24600 + (i < 2 && second ? 1800 : 0);
      change->sha256 = g_compute_checksum_for_string (G_CHECKSUM_SHA256, text, -1);
      if (i != 2 || second)
        g_ptr_array_add (changes, change);
      else
        annex_change_free (change);
    }
  return changes;
}

static void
work (ShotsStage *stage, AnnexTask *task, gboolean second)
{
  AnnexFakeDesk *desk = stage->world->desk;
  g_autofree char *folder = annex_fake_desk_make_folder (
      desk, second ? "second/Receipts" : "first/Receipts", (const char *[]) { "a.pdf", NULL });
  g_autofree char *share = annex_fake_desk_share (desk, task, folder, ANNEX_SHARE_REVIEW);
  g_autofree char *list = NULL;
  g_autofree char *script = NULL;

  annex_fake_desk_user (desk, task, "Turn this folder into an expense report");
  list = annex_fake_desk_call (desk, task, "shell", "{\"command\":\"ls -l /folders/Receipts\"}");
  annex_fake_desk_result (desk, task, list, "shell", "24 files", FALSE, 900);
  script = annex_fake_desk_call (
      desk, task, "shell",
      second ? "{\"command\":\"python3 /skills/expense-report/scripts/report.py\"}"
             : "{\"command\":\"python3 make.py\"}");
  annex_fake_desk_result (desk, task, script, "shell", "made", !second, 41000);
  annex_fake_desk_text (desk, task,
                        second
                            ? "The report has **24 receipts** in three currencies, with the rate "
                              "of each day. Two have no date and stand at the end."
                            : "I made the report of 23 receipts. One could not be read.");
  annex_fake_desk_set_draft (desk, task, share, make_changes (second));
  annex_fake_desk_set_state (desk, task, ANNEX_TASK_DONE);
}

/* The second try; both are made when one of these screens is opened first. */
static AnnexTask *
get_again (ShotsStage *stage)
{
  AnnexFakeDesk *desk = stage->world->desk;
  AnnexTask *first;

  if (stage->world->again != NULL)
    return stage->world->again;
  first = annex_fake_desk_add_task (desk, "Expense report, July");
  work (stage, first, FALSE);
  stage->world->again = annex_fake_desk_add_task (desk, "Again: Expense report, July");
  annex_fake_desk_append (desk, stage->world->again, ANNEX_EVENT_TRIES_AGAIN,
                          annex_json_build ("s", "task", annex_task_get_id (first), NULL));
  work (stage, stage->world->again, TRUE);
  return stage->world->again;
}

static void
open_task (ShotsStage *stage)
{
  shots_stage_open_task (stage, get_again (stage));
}

static void
activate (ShotsStage *stage, const char *action)
{
  shots_stage_open_task (stage, get_again (stage));
  gtk_widget_activate_action (GTK_WIDGET (stage->window), action, "s",
                              annex_task_get_id (stage->world->again));
  shots_stage_await_dialog (stage);
}

static void
open_dialog (ShotsStage *stage)
{
  activate (stage, "win.try-again-task");
  shots_stage_await (stage, annex_is_label_with, "Model");
  annex_shot_settle (300);
}

static void
open_gone (ShotsStage *stage)
{
  open_dialog (stage);
  annex_fake_desk_fail (stage->world->desk, "try_again",
                        g_error_new_literal (ANNEX_AGAIN_ERROR, ANNEX_AGAIN_ERROR_FOLDER_GONE,
                                             "The folder “Receipts” is not there any more"));
  shots_stage_press (stage, "_Try Again");
  shots_stage_await (stage, annex_is_label_with, "is not there any more");
}

static void
open_compare (ShotsStage *stage)
{
  activate (stage, "win.compare-task");
  shots_stage_await (stage, annex_is_label_with, "Second Try");
  annex_shot_settle (300);
}

static const ShotsScreen screens[] = {
  { "task-again", open_task, FALSE },
  { "again", open_dialog, TRUE },
  { "again-folder-gone", open_gone, FALSE },
  { "compare", open_compare, TRUE },
};

const ShotsScreen *
shots_get_again_screens (guint *n_screens)
{
  *n_screens = G_N_ELEMENTS (screens);
  return screens;
}
