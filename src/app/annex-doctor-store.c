/* annex-doctor-store.c
 *
 * Where Annex keeps what it knows: its folder, the task database, the settings.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-doctor-private.h"

#include "annex-admin-policy.h"
#include "annex-future.h"
#include "annex-paths.h"

#include <glib/gi18n.h>
#include <errno.h>
#include <glib/gstdio.h>
#include <sys/stat.h>
#include <unistd.h>

/* The data folder */

/* A full disk takes an empty file, and a few bytes that it keeps beside a file's name. */
#define TRIAL_BYTES (64 * 1024)
#define TRIAL_LIMIT_MS 10000

/* Nothing that a file system makes smaller. */
static DexFuture *
write_work (gpointer trial)
{
  g_autofree guint32 *bytes = g_malloc (TRIAL_BYTES);
  GError *error = NULL;

  for (guint i = 0; i < TRIAL_BYTES / sizeof *bytes; i++)
    bytes[i] = g_random_int ();
  if (!annex_file_write_atomic (trial, bytes, TRIAL_BYTES, 0600, &error))
    return annex_future_new_error (error);
  g_unlink (trial);
  return dex_future_new_true ();
}

static void
look_folder (AnnexDoctor *self, AnnexCheckResult *result, gboolean thorough)
{
  g_autofree char *folder = annex_paths_data (NULL);
  g_autofree char *trial = g_build_filename (folder, ".doctor", NULL);
  g_autoptr (GError) error = NULL;
  struct stat info;

  result->detail = g_strdup (folder);
  if (!annex_paths_make (folder, &error))
    {
      annex_doctor_say_error (result, ANNEX_CHECK_FAILED, error,
                              _ ("Annex’s folder cannot be made, so nothing can be kept."));
      return;
    }
  if (!dex_await (annex_future_with_timeout (
                      annex_worker_run ("annex-trial", write_work, g_strdup (trial), g_free),
                      TRIAL_LIMIT_MS),
                  &error))
    {
      annex_error_normalise (&error);
      if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT))
        {
          annex_doctor_say (result, ANNEX_CHECK_FAILED,
                            _ ("The disk of the folder %s does not answer. If it is on another "
                               "machine, check the network."),
                            folder);
          return;
        }
      if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_NO_SPACE))
        annex_doctor_say_error (result, ANNEX_CHECK_FAILED, error,
                                _ ("The disk that Annex keeps its tasks on is full."));
      else
        annex_doctor_say_error (
            result, ANNEX_CHECK_FAILED, error,
            _ ("Annex cannot write to its folder. It belongs to somebody else, or "
               "its disk is read only."));
      result->admin_text =
          g_strdup_printf (_ ("Please let the user “%s” write to the folder %s and what is in it."),
                           self->world.user, folder);
      return;
    }
  if (stat (folder, &info) == 0 && (info.st_mode & 0077) != 0)
    {
      annex_doctor_say (result, ANNEX_CHECK_NOTICE,
                        _ ("Other users of this machine can look into Annex’s folder."));
      result->repair = g_strdup (_ ("Make It Private"));
      return;
    }
  annex_doctor_say (result, ANNEX_CHECK_OK,
                    _ ("Annex’s folder is yours alone, and can be written."));
}

static gboolean
repair_folder (AnnexDoctor *self, GError **error)
{
  g_autofree char *folder = annex_paths_data (NULL);

  if (g_chmod (folder, 0700) == 0)
    return TRUE;
  g_set_error (error, G_IO_ERROR, g_io_error_from_errno (errno),
               _ ("The folder’s permissions cannot be changed: %s"), g_strerror (errno));
  return FALSE;
}

/* The database */

static void
say_store_error (AnnexCheckResult *result, const GError *error)
{
  const char *sentence = _ ("The list of tasks cannot be opened.");

  if (g_error_matches (error, ANNEX_STORE_ERROR, ANNEX_STORE_ERROR_DAMAGED))
    {
      sentence =
          _ ("The list of tasks is damaged. Annex can put it aside and begin with an empty one; "
             "your folders are not touched.");
      result->repair = g_strdup (_ ("Put It Aside"));
    }
  else if (g_error_matches (error, ANNEX_STORE_ERROR, ANNEX_STORE_ERROR_NEWER))
    sentence =
        _ ("The list of tasks was made by a newer Annex. Update Annex; nothing was changed.");
  else if (g_error_matches (error, ANNEX_STORE_ERROR, ANNEX_STORE_ERROR_DISK_FULL))
    sentence = _ ("The list of tasks cannot be opened because the disk is full.");
  annex_doctor_say_error (result, ANNEX_CHECK_FAILED, error, sentence);
}

static void
look_store (AnnexDoctor *self, AnnexCheckResult *result, gboolean thorough)
{
  g_autoptr (GError) error = NULL;

  if (self->session == NULL)
    {
      say_store_error (result, self->store_error);
      return;
    }
  if (thorough && !dex_await (annex_store_check (annex_session_get_store (self->session)), &error))
    {
      say_store_error (result, error);
      return;
    }
  annex_doctor_say (result, ANNEX_CHECK_OK, _ ("The list of tasks is whole."));
}

/* Only what cannot be opened now is put aside: one in use, or that somebody else has mended since
 * it was looked at, is not moved from under its readers. */
static gboolean
repair_store (AnnexDoctor *self, GError **error)
{
  static const char *const ends[] = { "", "-wal", "-shm" };
  g_autofree char *unique = annex_identifier_new ();

  if (self->session != NULL)
    {
      g_set_error_literal (
          error, G_IO_ERROR, G_IO_ERROR_BUSY,
          _ ("The list of tasks is in use. Close Annex, then run: annex doctor --fix"));
      return FALSE;
    }
  g_clear_error (&self->store_error);
  self->session = dex_await_object (annex_session_open (), &self->store_error);
  if (self->session != NULL)
    return TRUE;
  annex_error_normalise (&self->store_error);
  if (!g_error_matches (self->store_error, ANNEX_STORE_ERROR, ANNEX_STORE_ERROR_DAMAGED))
    {
      g_propagate_error (error, g_error_copy (self->store_error));
      return FALSE;
    }
  for (guint i = 0; i < G_N_ELEMENTS (ends); i++)
    {
      g_autofree char *name = g_strconcat ("tasks.db", ends[i], NULL);
      g_autofree char *from = annex_paths_data (name);
      g_autofree char *to = g_strdup_printf ("%s.damaged-%s", from, unique);

      if (g_rename (from, to) != 0 && errno != ENOENT)
        {
          g_set_error (error, G_IO_ERROR, g_io_error_from_errno (errno),
                       _ ("The list of tasks cannot be put aside: %s"), g_strerror (errno));
          return FALSE;
        }
    }
  self->session = dex_await_object (annex_session_open (), error);
  if (self->session == NULL)
    return FALSE;
  g_clear_error (&self->store_error);
  return TRUE;
}

/* The settings */

static void
look_settings (AnnexDoctor *self, AnnexCheckResult *result, gboolean thorough)
{
  g_autoptr (AnnexConfig) config = annex_config_new (NULL);
  const char *problem = annex_config_get_problem (config);

  if (problem == NULL)
    annex_doctor_say (result, ANNEX_CHECK_OK, _ ("Your settings can be read."));
  else
    {
      annex_doctor_say (
          result, ANNEX_CHECK_FAILED,
          _ ("Your settings cannot be read, so the models you set up are missing. The "
             "next change puts the file aside."));
      result->detail = g_strdup (problem);
    }
}

/* The administrator's rules */

static void
look_policy (AnnexDoctor *self, AnnexCheckResult *result, gboolean thorough)
{
  AnnexAdminPolicy *policy = annex_admin_policy_get ();
  const char *fault = annex_admin_policy_get_fault (policy);
  g_auto (GStrv) sentences = annex_admin_policy_dup_sentences (policy);

  if (fault != NULL)
    {
      annex_doctor_say (
          result, ANNEX_CHECK_FAILED,
          _ ("Your administrator’s rules for Annex are not right, so it does nothing at "
             "all."));
      result->detail = g_strdup (fault);
      result->admin_text = g_strdup_printf (_ ("Please mend Annex’s policy file. %s"), fault);
    }
  else if (annex_admin_policy_is_empty (policy))
    annex_doctor_say (result, ANNEX_CHECK_OK, _ ("There are no rules of an administrator here."));
  else
    {
      annex_doctor_say (result, ANNEX_CHECK_OK, _ ("Your administrator has set rules for Annex."));
      result->detail = g_strjoinv ("\n", sentences);
    }
}

const AnnexDoctorCheck annex_doctor_store_checks[] = {
  { "folder", N_ ("Annex’s own folder"), look_folder, repair_folder },
  { "store", N_ ("The list of tasks"), look_store, repair_store },
  { "settings", N_ ("Your settings"), look_settings, NULL },
  { "policy", N_ ("Your administrator’s rules"), look_policy, NULL },
  { NULL, NULL, NULL, NULL },
};
