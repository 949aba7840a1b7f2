/* annex-task-words.c
 *
 * See annex-task-words.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-task-words.h"

#include "annex-text.h"

#include <glib/gi18n.h>

/* The step in progress; "" when there is none. (transfer full) */
static char *
dup_step (AnnexTask *task)
{
  AnnexPlan *plan = annex_task_get_plan (task);

  for (guint i = 0; plan != NULL && i < annex_plan_get_n_steps (plan); i++)
    {
      const AnnexStep *step = annex_plan_get_step (plan, i);

      if (step->state == ANNEX_STEP_IN_PROGRESS)
        return annex_text_for_display (step->title);
    }
  return g_strdup ("");
}

static char *
dup_running (AnnexTask *task, AnnexComputer *computer)
{
  AnnexComputerState state =
      computer != NULL ? annex_computer_get_state (computer) : ANNEX_COMPUTER_READY;
  g_autofree char *step = dup_step (task);

  if (state == ANNEX_COMPUTER_STARTING)
    return g_strdup (_ ("Starting Annex’s computer…"));
  if (state == ANNEX_COMPUTER_WAITING)
    return g_strdup (_ ("Waiting for free memory…"));
  if (*step == '\0')
    return g_strdup (_ ("Working…"));
  /* Translators: %s is the step of the plan that is being worked on */
  return g_strdup_printf (_ ("Working: %s"), step);
}

char *
annex_task_words_now (AnnexTask *task, AnnexComputer *computer, gboolean running)
{
  g_autoptr (GPtrArray) asks = annex_task_dup_open_asks (task);

  if (asks->len > 0)
    return g_strdup (_ ("Waiting for your answer"));
  if (running)
    return dup_running (task, computer);
  switch (annex_task_get_state (task))
    {
    case ANNEX_TASK_RUNNING:
      return g_strdup (_ ("Working elsewhere")); /* another process has it */
    case ANNEX_TASK_WAITING:
      return g_strdup (_ ("Waiting for you"));
    case ANNEX_TASK_DONE:
      return g_strdup (_ ("Done"));
    case ANNEX_TASK_FAILED:
      return g_strdup (_ ("Could not finish"));
    case ANNEX_TASK_STOPPED:
      return g_strdup (_ ("Stopped"));
    }
  return g_strdup ("");
}

const char *
annex_computer_words (AnnexComputer *computer)
{
  switch (computer != NULL ? annex_computer_get_state (computer) : ANNEX_COMPUTER_OFF)
    {
    case ANNEX_COMPUTER_OFF:
      return _ ("Computer off");
    case ANNEX_COMPUTER_WAITING:
      return _ ("Computer waiting");
    case ANNEX_COMPUTER_STARTING:
      return _ ("Computer starting");
    case ANNEX_COMPUTER_READY:
      return _ ("Computer ready");
    case ANNEX_COMPUTER_SAVING:
      return _ ("Falling asleep");
    case ANNEX_COMPUTER_SAVED:
      return _ ("Computer asleep");
    case ANNEX_COMPUTER_FAILED:
      return _ ("Computer trouble");
    }
  return "";
}
