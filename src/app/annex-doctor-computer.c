/* annex-doctor-computer.c
 *
 * Annex's computer: its system, the one that is ready to start, what dead processes left.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-doctor-private.h"

#include "annex-checkpoint-store.h"
#include "annex-computer-folder.h"
#include "annex-computer-kit.h"
#include "annex-domain-xml.h"
#include "annex-future.h"
#include "annex-image-origin.h"
#include "annex-paths.h"
#include "annex-spoken.h"
#include "annex-template.h"

#include <glib/gi18n.h>
#include <string.h>

/* The image */

/* The version that is offered in place of @current and is another one, which has not been tried in
 * vain; NULL where there is none.
 * What takes more than reading a file, only when @thorough. (transfer full) */
static char *
find_newer (AnnexDoctor *self, const char *current, gboolean thorough)
{
  AnnexImageOrigin origin = annex_image_origin_find ();
  g_autoptr (AnnexImageSource) source =
      annex_image_origin_create_source (origin, FALSE, annex_session_get_store (self->session));
  g_autofree char *version = NULL;
  g_autoptr (GError) error = NULL;
  AnnexImageEstimate *estimate;

  if (origin == ANNEX_IMAGE_ORIGIN_NONE || (origin != ANNEX_IMAGE_ORIGIN_EXTENSION && !thorough))
    return NULL;
  version = dex_await_string (annex_image_source_find_version (source, NULL), NULL);
  if (version == NULL || g_str_equal (version, current) ||
      annex_image_store_has_fallen (annex_session_get_images (self->session), version, NULL))
    return NULL;
  estimate = dex_await_boxed (
      annex_image_source_estimate (source, annex_session_get_images (self->session), NULL), &error);
  g_clear_pointer (&estimate, g_free);
  /* An older one is never taken in place of the present one. */
  return g_error_matches (error, ANNEX_IMAGE_ERROR, ANNEX_IMAGE_ERROR_DAMAGED)
             ? NULL
             : g_steal_pointer (&version);
}

/* In words for the button. */
static const char *
describe_repair (void)
{
  switch (annex_image_origin_find ())
    {
    case ANNEX_IMAGE_ORIGIN_EXTENSION:
      return _ ("Take It Again");
    case ANNEX_IMAGE_ORIGIN_DOWNLOAD:
      return _ ("Download It Again");
    case ANNEX_IMAGE_ORIGIN_BUILD:
      return _ ("Build It Again");
    case ANNEX_IMAGE_ORIGIN_NONE:
      return NULL;
    }
  g_assert_not_reached ();
}

static void
say_present (AnnexDoctor *self, AnnexCheckResult *result, AnnexImage *image, gboolean thorough)
{
  g_autofree char *newer = find_newer (self, annex_image_get_version (image), thorough);

  if (newer == NULL)
    {
      annex_doctor_say (result, ANNEX_CHECK_OK,
                        _ ("The system of Annex’s computer is here and whole."));
    }
  else
    {
      annex_doctor_say (
          result, ANNEX_CHECK_NOTICE,
          _ ("There is another system for Annex’s computer (%s). Tasks that were begun "
             "with the present one keep it."),
          newer);
      result->repair = g_strdup (_ ("Change to It"));
    }
  result->detail = g_strdup (annex_image_get_version (image));
}

static void
look_image (AnnexDoctor *self, AnnexCheckResult *result, gboolean thorough)
{
  g_autoptr (AnnexImage) image = NULL;
  g_autoptr (GError) error = NULL;
  AnnexImageStore *images;

  if (self->session == NULL)
    {
      annex_doctor_say (result, ANNEX_CHECK_UNKNOWN, _ ("This was not looked at."));
      return;
    }
  if (annex_doctor_is_out_of_reach (self, result))
    return;
  if (!annex_image_source_is_for_this_machine (&error))
    {
      annex_doctor_say (result, ANNEX_CHECK_FAILED, _ ("%s. Chat works without it."),
                        annex_error_said (error));
      return;
    }
  images = annex_session_get_images (self->session);
  image = dex_await_boxed (annex_image_store_open_current (images, NULL), &error);
  if (image != NULL)
    {
      say_present (self, result, image, thorough);
      return;
    }
  if (!g_error_matches (error, ANNEX_IMAGE_ERROR, ANNEX_IMAGE_ERROR_NOT_FOUND))
    {
      annex_doctor_say_error (
          result, ANNEX_CHECK_FAILED, error,
          _ ("The system of Annex’s computer is damaged and must be made again. "
             "Tasks and files are not touched."));
      result->repair = g_strdup (describe_repair ());
    }
  else if (annex_image_origin_find () == ANNEX_IMAGE_ORIGIN_NONE)
    {
      annex_doctor_say (
          result, ANNEX_CHECK_FAILED,
          _ ("Annex’s computer has not been set up, and this Annex has no address to "
             "fetch its system from: install the image from where you have Annex. Chat "
             "works without it."));
    }
  else
    {
      annex_doctor_say (result, ANNEX_CHECK_FAILED,
                        _ ("Annex’s computer has not been set up yet. Chat works without it."));
      result->repair = g_strdup (_ ("Set It Up"));
    }
}

static gboolean
repair_image (AnnexDoctor *self, GError **error)
{
  g_autoptr (AnnexImageSource) source = NULL;
  g_autoptr (AnnexImage) image = NULL;

  if (self->session == NULL)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_FAILED,
                           _ ("The task database must be mended "
                              "first"));
      return FALSE;
    }
  source = annex_image_origin_create_source (annex_image_origin_find (), FALSE,
                                             annex_session_get_store (self->session));
  image = dex_await_boxed (
      annex_image_source_provide (source, annex_session_get_images (self->session), NULL), error);
  return image != NULL;
}

/* The template */

static AnnexComputerKit *
gather_kit (AnnexDoctor *self, GError **error)
{
  g_autoptr (AnnexVirt) virt = NULL;

  if (self->session == NULL)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_FAILED, _ ("Annex could not be opened"));
      return NULL;
    }
  virt = annex_virt_new (self->world.libvirt_uri);
  return dex_await_boxed (
      annex_computer_kit_gather (virt, annex_session_get_images (self->session), NULL), error);
}

static gboolean
boot_trial (AnnexDoctor *self, GError **error)
{
  return dex_await (annex_computers_prepare (annex_session_get_computers (self->session)), error);
}

/* Did the image of @kit give way to the one before, which has started? */
static gboolean
has_fallen_back (AnnexDoctor *self, AnnexComputerKit *kit, const GError *error)
{
  g_autofree char *current =
      annex_image_store_dup_current (annex_session_get_images (self->session));

  return g_error_matches (error, ANNEX_COMPUTER_ERROR, ANNEX_COMPUTER_ERROR_IMAGE_DAMAGED) &&
         g_strcmp0 (current, kit->image_version) != 0;
}

/* Why the next computer takes longer to start. */
static const char *
describe_template (AnnexTemplateState state)
{
  switch (state)
    {
    case ANNEX_TEMPLATE_NONE:
      return _ ("The first computer takes longer to start: none has been started with the present "
                "system yet.");
    case ANNEX_TEMPLATE_STALE:
      return _ (
          "The next computer takes longer to start: what computers start from was made before "
          "Annex, its computer’s system or this machine’s programs changed, and is made anew.");
    case ANNEX_TEMPLATE_CHANGED:
      return _ ("The next computer takes longer to start: what computers start from was changed by "
                "something else, so it is not used, and is made anew.");
    case ANNEX_TEMPLATE_READY:
      break;
    }
  return _ ("A computer is ready to start in a moment.");
}

static void
look_template (AnnexDoctor *self, AnnexCheckResult *result, gboolean thorough)
{
  g_autoptr (AnnexComputerKit) kit = NULL;
  g_autoptr (GError) error = NULL;
  AnnexTemplateState state;

  if (annex_doctor_is_out_of_reach (self, result))
    return;
  kit = gather_kit (self, &error);
  if (kit == NULL)
    {
      annex_doctor_say_error (result, ANNEX_CHECK_UNKNOWN, error,
                              _ ("A computer cannot start before what is named above is mended."));
      return;
    }
  state = annex_template_look (kit);
  if (state != ANNEX_TEMPLATE_READY && thorough)
    {
      if (!boot_trial (self, &error))
        {
          if (has_fallen_back (self, kit, error))
            {
              annex_doctor_say (result, ANNEX_CHECK_NOTICE, "%s.", annex_error_said (error));
              return;
            }
          annex_doctor_say_error (result, ANNEX_CHECK_FAILED, error,
                                  _ ("A trial computer did not start."));
          result->repair = g_strdup (_ ("Try Again"));
          return;
        }
      state = ANNEX_TEMPLATE_READY;
    }
  annex_doctor_say (result, state == ANNEX_TEMPLATE_READY ? ANNEX_CHECK_OK : ANNEX_CHECK_NOTICE,
                    "%s", describe_template (state));
  if (state != ANNEX_TEMPLATE_READY)
    result->repair = g_strdup (_ ("Prepare It Now"));
}

/* Leftovers */

/* Computers whose sockets or half-written files no living process owns. */
static DexFuture *
leftovers_work (gpointer data)
{
  g_autofree char *root = annex_paths_computer ("computers");
  g_autoptr (GDir) dir = g_dir_open (root, 0, NULL);
  const char *name;
  guint64 n = 0;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    {
      g_autoptr (AnnexComputerFolder) folder = NULL;
      g_autofree char *socket = NULL;
      gboolean left;

      if (!annex_computer_id_is_valid (name))
        continue;
      folder = annex_computer_folder_new (name);
      socket = annex_computer_folder_dup_socket (folder, "ssh.sock");
      left = annex_computer_folder_has (folder, "memory.save.part") ||
             annex_computer_folder_has (folder, "template.save") ||
             annex_checkpoint_store_has_leftovers (folder) || g_str_has_prefix (name, "template") ||
             g_file_test (socket, G_FILE_TEST_EXISTS);
      if (!left || !annex_computer_folder_lock (folder, NULL))
        continue; /* nothing left, or its owner lives */
      annex_computer_folder_unlock (folder);
      n++;
    }
  return dex_future_new_for_uint64 (n);
}

static void
look_leftovers (AnnexDoctor *self, AnnexCheckResult *result, gboolean thorough)
{
  g_autoptr (GError) error = NULL;
  guint n = 0;

  if (annex_doctor_is_out_of_reach (self, result))
    return;
  n = (guint) dex_await_uint64 (annex_doctor_ask_disk ("leftovers", leftovers_work, NULL, NULL,
                                                       ANNEX_DOCTOR_MEASURE_LIMIT_MS),
                                &error);
  if (error != NULL)
    {
      annex_doctor_say (result, ANNEX_CHECK_UNKNOWN, _ ("This was not looked at."));
      return;
    }
  if (n == 0)
    {
      annex_doctor_say (result, ANNEX_CHECK_OK, _ ("Nothing was left behind."));
      return;
    }
  annex_doctor_say (result, ANNEX_CHECK_NOTICE,
                    ngettext ("%u computer was left behind when Annex ended unexpectedly. It takes "
                              "memory or room for nothing.",
                              "%u computers were left behind when Annex ended unexpectedly. They "
                              "take memory or room for nothing.",
                              n),
                    n);
  result->repair = g_strdup (_ ("Clear Up"));
}

static gboolean
repair_leftovers (AnnexDoctor *self, GError **error)
{
  if (self->session == NULL)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_FAILED,
                           _ ("The task database must be mended "
                              "first"));
      return FALSE;
    }
  return dex_await (annex_computers_clean (annex_session_get_computers (self->session)), error);
}

const AnnexDoctorCheck annex_doctor_computer_checks[] = {
  { "image", N_ ("The computer’s system"), look_image, repair_image },
  { "template", N_ ("Starting a computer"), look_template, boot_trial },
  { "leftovers", N_ ("Leftovers"), look_leftovers, repair_leftovers },
  { NULL, NULL, NULL, NULL },
};
