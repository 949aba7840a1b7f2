/* annex-cli-advice.c
 *
 * What a person at a terminal can do about an error. Knows the errors of every module, and no task.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-cli.h"

static const char *
model_advice (AnnexModelError code)
{
  switch (code)
    {
    case ANNEX_MODEL_ERROR_NO_KEY:
      return "Give the key in the environment variable ANNEX_API_KEY, or try without one: annex "
             "run --model tour";
    case ANNEX_MODEL_ERROR_AUTH:
      return "Check the key in ANNEX_API_KEY or in your keyring; it must belong to this very "
             "server";
    case ANNEX_MODEL_ERROR_BILLING:
      return "Look at your account with the model's provider";
    case ANNEX_MODEL_ERROR_PERMISSION:
    case ANNEX_MODEL_ERROR_NOT_FOUND:
      return "Name another model: annex run --model PROVIDER:MODEL";
    case ANNEX_MODEL_ERROR_TOO_LARGE:
    case ANNEX_MODEL_ERROR_CONTEXT_FULL:
      return "Begin a new task for the rest of the work";
    case ANNEX_MODEL_ERROR_RATE_LIMITED:
    case ANNEX_MODEL_ERROR_OVERLOADED:
    case ANNEX_MODEL_ERROR_SERVER:
    case ANNEX_MODEL_ERROR_CUT:
    case ANNEX_MODEL_ERROR_TIMED_OUT:
      return "Try again later";
    case ANNEX_MODEL_ERROR_OFFLINE:
      return "Check the network, and the address if you gave one with --base-url";
    case ANNEX_MODEL_ERROR_PROTOCOL:
      return "Check the address given with --base-url: it is the server's, without /v1";
    case ANNEX_MODEL_ERROR_INVALID:
      break;
    }
  return NULL;
}

static const char *
computer_advice (AnnexComputerError code)
{
  switch (code)
    {
    case ANNEX_COMPUTER_ERROR_NO_IMAGE:
      return "Make it once, in some minutes: annex computer build";
    case ANNEX_COMPUTER_ERROR_IMAGE_DAMAGED:
      return "Make it anew: annex computer build";
    case ANNEX_COMPUTER_ERROR_NO_VIRTUALIZATION:
      return "Annex needs libvirt, QEMU and virtiofsd; annex computer status says what is missing";
    case ANNEX_COMPUTER_ERROR_NO_MEMORY:
      return "Close some programs, or other tasks, and try again";
    case ANNEX_COMPUTER_ERROR_DISK_LIMIT:
      return "annex computer status says what takes it; annex computer reset TASK frees it";
    case ANNEX_COMPUTER_ERROR_DISK_FULL:
      return "Make room on the disk, then go on";
    case ANNEX_COMPUTER_ERROR_BOOT_STALLED:
    case ANNEX_COMPUTER_ERROR_GUEST_LOST:
      return "Go on to start it again; its files are kept";
    case ANNEX_COMPUTER_ERROR_GUEST_DISK_FULL:
    case ANNEX_COMPUTER_ERROR_SHARE_REFUSED:
    case ANNEX_COMPUTER_ERROR_NOT_FOUND:
    case ANNEX_COMPUTER_ERROR_TOO_LARGE:
    case ANNEX_COMPUTER_ERROR_PROTOCOL:
    case ANNEX_COMPUTER_ERROR_FAILED:
      break;
    }
  return NULL;
}

static const char *
store_advice (AnnexStoreError code)
{
  switch (code)
    {
    case ANNEX_STORE_ERROR_OPEN:
      return "Tasks are kept in $XDG_DATA_HOME/annex (~/.local/share/annex); it must be yours to "
             "write";
    case ANNEX_STORE_ERROR_DAMAGED:
      return "Nothing was changed. Move tasks.db in $XDG_DATA_HOME/annex (~/.local/share/annex) "
             "out of the way to begin "
             "with an empty one";
    case ANNEX_STORE_ERROR_NEWER:
      return "Update Annex; nothing was changed";
    case ANNEX_STORE_ERROR_DISK_FULL:
      return "Make room on the disk, then go on; what was saved before is there";
    case ANNEX_STORE_ERROR_NOT_FOUND:
    case ANNEX_STORE_ERROR_FORMAT:
    case ANNEX_STORE_ERROR_FAILED:
      break;
    }
  return NULL;
}

const char *
annex_cli_advice (const GError *error)
{
  if (error->domain == ANNEX_MODEL_ERROR)
    return model_advice (error->code);
  if (error->domain == ANNEX_COMPUTER_ERROR)
    return computer_advice (error->code);
  if (error->domain == ANNEX_STORE_ERROR)
    return store_advice (error->code);
  if (g_error_matches (error, ANNEX_SECRETS_ERROR, ANNEX_SECRETS_ERROR_ABSENT))
    return "Nothing was kept. Start a keyring, such as gnome-keyring or KWallet, and try again";
  return NULL;
}
