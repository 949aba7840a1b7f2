/* annex-cli-doctor.c
 *
 * `annex doctor`: what Annex needs, what is missing, and mending it.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-cli.h"

#include "annex-doctor.h"
#include "annex-future.h"

#include <stdio.h>
#include <string.h>

static void
print_indented (const char *lead, const char *text)
{
  g_autofree char *clean = annex_cli_clean (text);
  g_auto (GStrv) lines = g_strsplit (clean, "\n", -1);

  for (guint i = 0; lines[i] != NULL; i++)
    annex_cli_print ("     %s%s\n", i == 0 ? lead : "", lines[i]);
}

static void
print_result (const AnnexCheckResult *result, gboolean json)
{
  static const char *const marks[] = { "ok  ", "note", "FAIL", "?   " };

  if (json)
    {
      g_autofree char *line = annex_check_result_to_json_line (result);

      annex_cli_print ("%s\n", line);
      return;
    }
  annex_cli_print ("%s %s\n", marks[result->state], result->title);
  print_indented ("", result->sentence);
  if (result->state == ANNEX_CHECK_OK)
    return;
  if (result->detail != NULL)
    print_indented ("Details: ", result->detail);
  if (result->admin_text != NULL)
    print_indented ("For an administrator: ", result->admin_text);
  if (result->repair != NULL)
    print_indented ("", "Annex can mend this: annex doctor --fix");
}

/* Tries every repair there is; what is mended replaces its result. The exit status. */
static int
fix (AnnexDoctor *doctor, GPtrArray *results)
{
  int status = ANNEX_EXIT_DONE;

  for (guint i = 0; i < results->len; i++)
    {
      AnnexCheckResult *result = g_ptr_array_index (results, i);
      g_autoptr (GError) error = NULL;
      AnnexCheckResult *mended;

      if (result->state == ANNEX_CHECK_OK || result->repair == NULL)
        continue;
      fprintf (stderr, "%s: %s…\n", result->title, result->repair);
      mended = dex_await_boxed (annex_doctor_repair (doctor, result->id), &error);
      if (mended == NULL)
        {
          annex_error_normalise (&error);
          annex_cli_fail (error);
          status = ANNEX_EXIT_MISSING;
          continue;
        }
      results->pdata[i] = mended;
      annex_check_result_free (result);
    }
  return status;
}

static int
print_all (GPtrArray *results, gboolean json)
{
  int status = ANNEX_EXIT_DONE;

  for (guint i = 0; i < results->len; i++)
    {
      const AnnexCheckResult *result = g_ptr_array_index (results, i);

      print_result (result, json);
      if (result->state == ANNEX_CHECK_FAILED)
        status = ANNEX_EXIT_MISSING;
    }
  return status;
}

int
annex_cli_doctor (char **argv)
{
  gboolean json = FALSE;
  gboolean mend = FALSE;
  gboolean thorough = FALSE;
  const GOptionEntry entries[] = {
    { "json", 0, 0, G_OPTION_ARG_NONE, &json, NULL, NULL },
    { "fix", 0, 0, G_OPTION_ARG_NONE, &mend, NULL, NULL },
    { "thorough", 0, 0, G_OPTION_ARG_NONE, &thorough, NULL, NULL },
    G_OPTION_ENTRY_NULL,
  };
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) closing = NULL;
  g_autoptr (AnnexSession) session = NULL;
  g_autoptr (AnnexDoctor) doctor = NULL;
  g_autoptr (GPtrArray) results = NULL;
  int fixed = ANNEX_EXIT_DONE;
  int found;
  int status;

  if (!annex_cli_parse ("doctor", entries, &argv, &status))
    return status;
  if (argv[0] != NULL)
    return annex_cli_usage ("doctor", "there is nothing to say after “doctor”");
  /* Without a database the doctor is needed most. */
  session = dex_await_object (annex_session_open (), &error);
  if (session == NULL)
    annex_error_normalise (&error);
  doctor = annex_doctor_new (session, error, NULL);
  g_clear_error (&error);
  results = dex_await_boxed (annex_doctor_run (doctor, thorough), &error);
  if (results != NULL && mend)
    fixed = fix (doctor, results);
  if (results != NULL && mend && session == NULL && annex_doctor_get_session (doctor) != NULL)
    {
      /* What could not be looked at without the tasks. */
      g_clear_pointer (&results, g_ptr_array_unref);
      results = dex_await_boxed (annex_doctor_run (doctor, thorough), &error);
      if (results != NULL && fix (doctor, results) != ANNEX_EXIT_DONE)
        fixed = ANNEX_EXIT_MISSING;
    }
  found = results != NULL ? print_all (results, json) : annex_cli_fail (error);
  status = MAX (found, fixed);
  g_set_object (&session, annex_doctor_get_session (doctor)); /* one may have been opened */
  if (session != NULL && !dex_await (annex_session_close (session), &closing))
    {
      annex_error_normalise (&closing);
      return annex_cli_fail (closing);
    }
  return status;
}
