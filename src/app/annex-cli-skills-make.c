/* annex-cli-skills-make.c
 *
 * `annex skills make`: a draft of a skill out of a task.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-cli-skills-private.h"

#include "annex-json-build.h"
#include "annex-skill-author.h"
#include "annex-skill-maker.h"

#include <stdio.h>
#include <string.h>

/* In a fiber. (transfer full) */
static AnnexSkillDraft *
make (AnnexSession *session, AnnexTask *task, GError **error)
{
  g_autofree char *base_url = NULL;
  g_autoptr (AnnexModel) model = NULL;
  g_autoptr (AnnexWorkspace) workspace = NULL;

  model = annex_session_create_model (session, annex_task_get_provider (task),
                                      annex_task_get_model (task), annex_task_get_base_url (task),
                                      error);
  if (model != NULL)
    workspace = annex_session_create_workspace (session, task, model, error);
  if (workspace == NULL)
    return NULL;
  return dex_await_boxed (
      annex_skill_maker_run (workspace, ANNEX_SKILL_KEEPER (annex_session_get_skills (session)),
                             NULL),
      error);
}

static void
print_draft (AnnexSkillKeeper *keeper, const AnnexSkillDraft *draft)
{
  g_autofree char *text = annex_skill_keeper_to_text (keeper, draft);
  g_autofree char *clean = annex_cli_clean (text);
  GHashTableIter iter;
  gpointer path;

  annex_cli_print ("%s", clean);
  g_hash_table_iter_init (&iter, draft->files);
  while (g_hash_table_iter_next (&iter, &path, NULL))
    {
      g_autofree char *name = annex_cli_clean_line (path);

      fprintf (stderr, "annex: With the file %s; --output writes it, too\n", name);
    }
}

/* Says what is wrong with @draft. TRUE when nothing is. */
static gboolean
print_faults (AnnexSkillKeeper *keeper, const AnnexSkillDraft *draft)
{
  g_autoptr (GPtrArray) faults = annex_skill_keeper_check (keeper, draft);

  for (guint i = 0; i < faults->len; i++)
    {
      g_autofree char *message =
          annex_cli_clean_line (((AnnexSkillFault *) g_ptr_array_index (faults, i))->message);

      fprintf (stderr, "annex: Not as the format says: %s\n", message);
    }
  return faults->len == 0;
}

static int
write_draft (const AnnexSkillDraft *draft, const char *output)
{
  g_autoptr (AnnexSkillPlaces) places = annex_skill_places_new ();
  g_autofree char *folder = g_build_filename (output, draft->name, NULL);
  g_autoptr (GError) error = NULL;

  if (g_file_test (folder, G_FILE_TEST_EXISTS))
    g_set_error (&error, ANNEX_SKILL_ERROR, ANNEX_SKILL_ERROR_EXISTS, "There is “%s” already",
                 folder);
  if (error != NULL || !annex_skill_author_write_folder (places, draft, folder, &error))
    return annex_cli_fail (error);
  annex_cli_print ("%s\n", folder);
  return ANNEX_EXIT_DONE;
}

static int
make_of (AnnexSession *session, const char *id, const char *output)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (AnnexSkillDraft) draft = NULL;
  g_autoptr (AnnexTask) task = NULL;
  AnnexSkillKeeper *keeper = ANNEX_SKILL_KEEPER (annex_session_get_skills (session));
  int status = ANNEX_EXIT_FAILED;

  task = annex_cli_load_task (session, id, &status);
  if (task == NULL)
    return status;
  draft = make (session, task, &error);
  if (draft == NULL)
    return annex_cli_fail (error);
  if (!print_faults (keeper, draft))
    {
      print_draft (keeper, draft);
      return ANNEX_EXIT_FAILED;
    }
  if (output != NULL)
    return write_draft (draft, output);
  print_draft (keeper, draft);
  return ANNEX_EXIT_DONE;
}

int
annex_cli_skills_make (char **words, const char *output, gboolean json)
{
  AnnexSession *session;
  int status;

  if (g_strv_length (words) != 1 || json)
    return annex_cli_usage ("skills", "make needs one task");
  session = annex_cli_open (&status);
  if (session == NULL)
    return status;
  status = make_of (session, words[0], output);
  return annex_cli_close (session, status);
}
