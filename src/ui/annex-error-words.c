/* annex-error-words.c
 *
 * What each error is called in the window, what to do about it and which button does it. Only
 * words: a title says what happened, the advice why and what next.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-error-words-private.h"

#include <glib/gi18n.h>

static const AnnexErrorWords entries[] = {
  /* ---- the model */
  { "annex_model_error", "no-key", N_ ("A Key Is Missing"),
    N_ ("This model needs a key from its provider. Add it in the preferences, or use a model on "
        "this machine."),
    ANNEX_REPAIR_KEY },
  { "annex_model_error", "auth", N_ ("The Key Was Refused"),
    N_ ("The provider does not accept this key. It may be mistyped, withdrawn or from another "
        "provider."),
    ANNEX_REPAIR_KEY },
  { "annex_model_error", "billing", N_ ("The Provider Wants to Be Paid"),
    N_ ("The account behind the key has no credit left. Look at it on the provider’s site, then "
        "continue."),
    ANNEX_REPAIR_RESUME },
  { "annex_model_error", "permission", N_ ("This Model Is Not Open to You"),
    N_ ("The key is valid, but may not use this model. Choose another one."), ANNEX_REPAIR_MODEL },
  { "annex_model_error", "not-found", N_ ("There Is No Such Model"),
    N_ ("The provider does not know this model, or does not offer it any more. Choose another "
        "one."),
    ANNEX_REPAIR_MODEL },
  { "annex_model_error", "too-large", N_ ("The Message Is Too Large"),
    N_ ("It is more than the provider takes at once. Give large files as a folder instead of "
        "attaching them."),
    ANNEX_REPAIR_NEW_TASK },
  { "annex_model_error", "context-full", N_ ("The Conversation Has Become Too Long"),
    N_ ("The model cannot take in more of it. Begin a new task for the rest of the work."),
    ANNEX_REPAIR_NEW_TASK },
  { "annex_model_error", "rate-limited", N_ ("Too Many Questions in a Short Time"),
    N_ ("The provider asks for a pause. Wait a few minutes, then continue."), ANNEX_REPAIR_RESUME },
  { "annex_model_error", "overloaded", N_ ("The Provider Is Busy"),
    N_ ("It has more work than it can do just now. Wait a few minutes, then continue."),
    ANNEX_REPAIR_RESUME },
  { "annex_model_error", "server", N_ ("The Provider Has a Problem"),
    N_ ("The fault is on its side. Wait a few minutes, then continue."), ANNEX_REPAIR_RESUME },
  { "annex_model_error", "invalid", N_ ("The Provider Did Not Accept the Message"),
    N_ ("Its own words are in the details. Often another model helps."), ANNEX_REPAIR_MODEL },
  { "annex_model_error", "offline", N_ ("The Model Cannot Be Reached"),
    N_ ("Check the network and, for a model on this machine, whether its server is running. Then "
        "continue."),
    ANNEX_REPAIR_RESUME },
  { "annex_model_error", "cut", N_ ("The Answer Broke Off"),
    N_ ("The connection ended in the middle of it, several times. Nothing is lost; continue."),
    ANNEX_REPAIR_RESUME },
  { "annex_model_error", "timed-out", N_ ("The Model Does Not Answer"),
    N_ ("Nothing came for a long time. Wait a few minutes, then continue."), ANNEX_REPAIR_RESUME },
  { "annex_model_error", "protocol", N_ ("This Is Not a Model’s Address"),
    N_ ("Something answers there, but not as a model does. Check the address in the preferences."),
    ANNEX_REPAIR_MODEL },
  { "annex_model_error", NULL, N_ ("The Model Could Not Answer"),
    N_ ("The reason is in the details. Continue to try again."), ANNEX_REPAIR_RESUME },

  /* ---- the computer */
  { "annex_computer_error", "no-virtualization", N_ ("Annex’s Computer Cannot Run Here Yet"),
    N_ ("A part that virtual machines need is missing or does not start. Doctor says which one."),
    ANNEX_REPAIR_DOCTOR },
  { "annex_computer_error", "no-image", N_ ("Annex’s Computer Is Not Set Up"),
    N_ ("It is made once and takes a few minutes. Until then Annex can talk, but not work on "
        "files."),
    ANNEX_REPAIR_DOCTOR },
  { "annex_computer_error", "image-damaged", N_ ("Annex’s Computer Is Damaged"),
    N_ ("Its files are not what they should be. Doctor can make it anew; your tasks are not "
        "affected."),
    ANNEX_REPAIR_DOCTOR },
  { "annex_computer_error", "no-memory", N_ ("There Is Not Enough Free Memory"),
    N_ ("Close some applications or stop another task, then continue."), ANNEX_REPAIR_RESUME },
  { "annex_computer_error", "boot-stalled", N_ ("Annex’s Computer Did Not Start"),
    N_ ("It began, and then did not get any further. Continue to start it again."),
    ANNEX_REPAIR_RESUME },
  { "annex_computer_error", "guest-lost", N_ ("Annex’s Computer Stopped"),
    N_ ("It ended while it was working. Its files are there; continue to start it again."),
    ANNEX_REPAIR_RESUME },
  { "annex_computer_error", "disk-full", N_ ("Your Disk Is Full"),
    N_ ("Make room, for example by freeing the space of old computers, then continue."),
    ANNEX_REPAIR_COMPUTER },
  { "annex_computer_error", "disk-limit", N_ ("Annex’s Disk Space Is Used Up"),
    N_ ("It takes as much of your disk as you let it. Free the space of old tasks, or raise the "
        "limit."),
    ANNEX_REPAIR_SPACE },
  { "annex_computer_error", "guest-disk-full", N_ ("The Disk of Annex’s Computer Is Full"),
    N_ ("Ask Annex to remove what it no longer needs, or free the computer’s space."),
    ANNEX_REPAIR_COMPUTER },
  { "annex_computer_error", "share-refused", N_ ("A Folder Could Not Be Opened"),
    N_ ("Annex’s computer cannot see a folder you gave it. It may have been moved, or sharing does "
        "not work here."),
    ANNEX_REPAIR_DOCTOR },
  { "annex_computer_error", "not-found", N_ ("The File Is Gone"),
    N_ ("It is no longer in Annex’s computer."), ANNEX_REPAIR_NONE },
  { "annex_computer_error", "too-large", N_ ("The File Is Too Large"),
    N_ ("It is larger than what can be shown or moved at once."), ANNEX_REPAIR_NONE },
  { "annex_computer_error", "protocol", N_ ("Annex’s Computer Answers Nonsense"),
    N_ ("Something in it is broken. Continue to start it again, or free its space to begin with a "
        "fresh one."),
    ANNEX_REPAIR_COMPUTER },
  { "annex_computer_error", "failed", N_ ("Annex’s Computer Has a Problem"),
    N_ ("Doctor finds out what is missing."), ANNEX_REPAIR_DOCTOR },
  { "annex_computer_error", NULL, N_ ("Annex’s Computer Has a Problem"),
    N_ ("Doctor finds out what is missing."), ANNEX_REPAIR_DOCTOR },

  /* ---- its image */
  { "annex_image_error", "not-found", N_ ("Annex’s Computer Is Not Set Up"),
    N_ ("It is not where it should come from. The details say what to do; chat works without it."),
    ANNEX_REPAIR_DOCTOR },
  { "annex_image_error", "damaged", N_ ("What Was Downloaded Is Not Right"),
    N_ ("It is not what it should be, so Annex does not use it. The details say why."),
    ANNEX_REPAIR_DOCTOR },
  { "annex_image_error", "no-space", N_ ("The Disk Is Too Full for Annex’s Computer"),
    N_ ("Make room, or let it live on another disk."), ANNEX_REPAIR_DOCTOR },
  { "annex_image_error", "no-tools", N_ ("Annex’s Computer Cannot Be Built Here"),
    N_ ("A tool for it is missing, or may not be used. Doctor says which one."),
    ANNEX_REPAIR_DOCTOR },
  { "annex_image_error", "build-failed", N_ ("Building Annex’s Computer Failed"),
    N_ ("The details say where its log is. Check the network and try again."),
    ANNEX_REPAIR_DOCTOR },
  { "annex_image_error", "network", N_ ("The Download Broke Off"),
    N_ ("What has arrived is kept. Check the network and try again: it goes on from there."),
    ANNEX_REPAIR_DOCTOR },
  { "annex_image_error", "failed", N_ ("Annex’s Computer Could Not Be Set Up"),
    N_ ("Its files could not be written. Check where it lives and try again."),
    ANNEX_REPAIR_DOCTOR },
  { "annex_image_error", NULL, N_ ("Annex’s Computer Could Not Be Set Up"),
    N_ ("The reason is in the details. Try again."), ANNEX_REPAIR_DOCTOR },

  /* ---- the agent */
  { "annex_agent_error", "refused", N_ ("The Model Declined"),
    N_ ("It does not want to do this. Say it in other words, or choose another model."),
    ANNEX_REPAIR_MODEL },
  { "annex_agent_error", "turn-limit", N_ ("Annex Stopped Itself"),
    N_ ("It has taken very many steps without coming to an end. Look at what it did, then continue "
        "if it is on the right way."),
    ANNEX_REPAIR_RESUME },
  { "annex_agent_error", "cost-limit", N_ ("The Cost Limit Is Reached"),
    N_ ("This task has cost as much as you allow one task to cost. Raise the limit in the "
        "preferences to go on."),
    ANNEX_REPAIR_MODEL },
  { "annex_agent_error", "silent", N_ ("The Model Said Nothing"),
    N_ ("It ended its answers without a word. Continue to try again; where that happens often, "
        "another model helps."),
    ANNEX_REPAIR_RESUME },
  { "annex_agent_error", "busy", N_ ("This Task Is Running Already"),
    N_ ("It runs in another window or in a terminal. Stop it there to go on here."),
    ANNEX_REPAIR_NONE },

  /* ---- what is stored */
  { "annex_store_error", "open", N_ ("Your Tasks Cannot Be Opened"),
    N_ ("The place where Annex keeps them cannot be written. Doctor says where it is and why."),
    ANNEX_REPAIR_DOCTOR },
  { "annex_store_error", "damaged", N_ ("Your Tasks Are Damaged"),
    N_ ("The file that holds them is not whole. Nothing was changed; Doctor says what can be "
        "done."),
    ANNEX_REPAIR_DOCTOR },
  { "annex_store_error", "newer", N_ ("This Annex Is Too Old"),
    N_ ("Your tasks were written by a newer version. Update Annex; nothing was changed."),
    ANNEX_REPAIR_NONE },
  { "annex_store_error", "disk-full", N_ ("Your Disk Is Full"),
    N_ ("Nothing more can be stored, so Annex stopped. Make room, then continue; what was shown "
        "before is there."),
    ANNEX_REPAIR_RESUME },
  { "annex_store_error", "not-found", N_ ("This Task Is Gone"),
    N_ ("It was deleted, here or in another window."), ANNEX_REPAIR_NEW_TASK },
  { "annex_store_error", "format", N_ ("This Is Not an Exported Task"),
    N_ ("The file is damaged, or something else. Nothing was taken from it."), ANNEX_REPAIR_NONE },
  { "annex_store_error", "failed", N_ ("Your Tasks Could Not Be Stored"),
    N_ ("Doctor looks for the reason."), ANNEX_REPAIR_DOCTOR },

  /* ---- keeping and undoing */
  { "annex_keep_error", "not-found", N_ ("There Is Nothing to Keep"),
    N_ ("These changes were kept or discarded before."), ANNEX_REPAIR_NONE },
  { "annex_keep_error", "disk-full", N_ ("Your Disk Is Full"),
    N_ ("The changes were not kept, and your folder is as it was. Make room and keep them again."),
    ANNEX_REPAIR_NONE },
  { "annex_keep_error", "root-gone", N_ ("The Folder Is Gone"),
    N_ ("It was moved, renamed or is on a disk that is not there. Bring it back and try again."),
    ANNEX_REPAIR_NONE },
  { "annex_keep_error", "read-only", N_ ("The Folder Cannot Be Changed"),
    N_ ("You may not write to it, or its disk is read only. Your folder is as it was."),
    ANNEX_REPAIR_NONE },
  { "annex_keep_error", "failed", N_ ("The Changes Could Not Be Kept"),
    N_ ("The reason is in the details. What could not be kept is still in the draft."),
    ANNEX_REPAIR_NONE },

  /* ---- folders */
  { "annex_share_error", "not-found", N_ ("The Folder Is Gone"),
    N_ ("It was moved, renamed or is on a disk that is not there."), ANNEX_REPAIR_FOLDER },
  { "annex_share_error", "not-a-folder", N_ ("This Is Not a Folder"),
    N_ ("Choose the folder that it is in, or attach it as a file."), ANNEX_REPAIR_FOLDER },
  { "annex_share_error", "unreadable", N_ ("You May Not Read This Folder"),
    N_ ("It belongs to someone else. Choose another one."), ANNEX_REPAIR_FOLDER },
  { "annex_share_error", "not-allowed", N_ ("This Folder Cannot Be Given to Annex"),
    N_ ("It holds your keys, Annex’s own files or the whole system. Choose a folder with the work "
        "in it."),
    ANNEX_REPAIR_FOLDER },
  { "annex_share_error", "bad-mode", N_ ("This Folder Cannot Be Used Like That"),
    N_ ("Choose whether Annex may only read it, works on a draft, or keeps changes."),
    ANNEX_REPAIR_FOLDER },

  /* ---- keys */
  { "annex_secrets_error", "not-found", N_ ("A Key Is Missing"),
    N_ ("It is not in your keyring. Add it in the preferences."), ANNEX_REPAIR_KEY },
  { "annex_secrets_error", "locked", N_ ("Your Keyring Is Locked"),
    N_ ("Unlock it when you are asked, then try again."), ANNEX_REPAIR_RESUME },
  { "annex_secrets_error", "absent", N_ ("There Is No Keyring Here"),
    N_ ("Keys are kept until Annex is closed, and must be given again then. Doctor says how to "
        "change that."),
    ANNEX_REPAIR_DOCTOR },
  { "annex_secrets_error", "failed", N_ ("Your Keyring Did Not Answer"),
    N_ ("Doctor looks for the reason."), ANNEX_REPAIR_DOCTOR },

  /* ---- the network of a computer */
  { "annex_policy_error", "bad-host", N_ ("This Is Not an Address"),
    N_ ("Write it like example.org, without a path."), ANNEX_REPAIR_NONE },
  { "annex_policy_error", "address", N_ ("Numbers Are Not Allowed Here"),
    N_ ("Annex’s computer reaches sites by name only. Write it like example.org."),
    ANNEX_REPAIR_NONE },
  { "annex_policy_error", "private", N_ ("This Is Inside Your Own Network"),
    N_ ("Annex’s computer may never reach this machine or the network around it."),
    ANNEX_REPAIR_NONE },
  { "annex_policy_error", "port", N_ ("Only Web Sites Can Be Reached"),
    N_ ("Annex’s computer may use the web, and no other service."), ANNEX_REPAIR_NONE },
  { "annex_policy_error", "not-allowed", N_ ("Nobody Allowed This Site"),
    N_ ("Annex has to ask you first."), ANNEX_REPAIR_NONE },
  { "annex_policy_error", "never", N_ ("You Said Never"),
    N_ ("You can take that back in the preferences, under Network."), ANNEX_REPAIR_MODEL },
  { "annex_policy_error", "exposed", N_ ("This Task Has to Ask You Again"),
    N_ ("It has read what others wrote and has data of yours, so rules for all tasks do not count "
        "for new hosts."),
    ANNEX_REPAIR_NONE },
  { "annex_policy_error", "model-host", N_ ("Only Annex Itself Speaks to Its Model"),
    N_ ("A task could carry your data out there. Use your own browser for this site."),
    ANNEX_REPAIR_NONE },

  /* ---- the administrator's rules */
  { "annex_admin_error", "broken", N_ ("Your Administrator’s Rules Are Broken"),
    N_ ("Annex does nothing until they are mended. Doctor names the file and the line for your "
        "administrator."),
    ANNEX_REPAIR_DOCTOR },
  { "annex_admin_error", "model", N_ ("This Model Is Not Allowed Here"),
    N_ ("Your administrator decides which models may be used. Choose another one."),
    ANNEX_REPAIR_MODEL },
  { "annex_admin_error", "host", N_ ("This Site Is Not Allowed Here"),
    N_ ("Your administrator decides which sites may be reached."), ANNEX_REPAIR_DOCTOR },
  { "annex_admin_error", "share", N_ ("This Folder Is Not Allowed Here"),
    N_ ("Your administrator decides which folders may be given, and how. Doctor shows the rules."),
    ANNEX_REPAIR_DOCTOR },
  { "annex_admin_error", "skill", N_ ("This Skill Is Not Allowed Here"),
    N_ ("Your administrator decides which skills may be used."), ANNEX_REPAIR_DOCTOR },
  { "annex_admin_error", "connector", N_ ("This Connector Is Not Allowed Here"),
    N_ ("Your administrator decides which services may be used."), ANNEX_REPAIR_DOCTOR },

  { "annex_egress_error", "unknown-host", N_ ("There Is No Such Site"),
    N_ ("Its name is not known. It may be mistyped, or the network is away."), ANNEX_REPAIR_NONE },
  { "annex_egress_error", "unreachable", N_ ("The Site Does Not Answer"), N_ ("Try again later."),
    ANNEX_REPAIR_NONE },
  { "annex_egress_error", "timed-out", N_ ("The Site Does Not Answer"),
    N_ ("Nothing came for a long time. Try again later."), ANNEX_REPAIR_NONE },
  { "annex_egress_error", "proxy", N_ ("Your Proxy Refused"),
    N_ ("The proxy of your system does not let Annex out. Look at the network settings of your "
        "system."),
    ANNEX_REPAIR_DOCTOR },
  { "annex_egress_error", "busy", N_ ("Too Many Connections at Once"),
    N_ ("The task has opened more than Annex allows one task. It goes on when some have ended."),
    ANNEX_REPAIR_NONE },
  { "annex_egress_error", "tunnel", N_ ("The Connection Is Not What It Says"),
    N_ ("It leads to another site than the one you allowed, so Annex ended it."),
    ANNEX_REPAIR_NONE },
  { "annex_egress_error", "body", N_ ("The Site Sent Something Broken"),
    N_ ("Annex ended the connection."), ANNEX_REPAIR_NONE },
  { "annex_egress_error", "credentials", N_ ("A Program Tried to Get Out by Itself"),
    N_ ("It did not show the task’s own password, so Annex refused it."), ANNEX_REPAIR_NONE },
  { "annex_egress_error", "ledger", N_ ("Nothing Can Leave Just Now"),
    N_ ("What leaves is written down first, and that is not possible: the disk may be full."),
    ANNEX_REPAIR_DOCTOR },
  { "annex_egress_error", "cut", N_ ("Annex Ended the Connection"),
    N_ ("It was idle, or you took the permission back."), ANNEX_REPAIR_NONE },

  /* ---- files of this machine */
  { "g-io-error-quark", "cancelled", N_ ("Cancelled"), N_ ("Nothing more was done."),
    ANNEX_REPAIR_NONE },
  { "g-io-error-quark", "not-found", N_ ("It Is Not There"),
    N_ ("A file or folder was moved, renamed or deleted."), ANNEX_REPAIR_NONE },
  { "g-io-error-quark", "exists", N_ ("There Is One Already"),
    N_ ("Choose another name or another place."), ANNEX_REPAIR_NONE },
  { "g-io-error-quark", "no-space", N_ ("There Is Not Enough Room"),
    N_ ("Make room on the disk and try again."), ANNEX_REPAIR_NONE },
  { "g-io-error-quark", "permission-denied", N_ ("You May Not Do That Here"),
    N_ ("The file or folder belongs to someone else. Choose another place."), ANNEX_REPAIR_NONE },
  { "g-io-error-quark", "read-only", N_ ("This Place Cannot Be Changed"),
    N_ ("Its disk is read only. Choose another place."), ANNEX_REPAIR_NONE },
  { "g-io-error-quark", "timed-out", N_ ("It Took Too Long"),
    N_ ("Nothing came for a long time. Try again."), ANNEX_REPAIR_NONE },
  { "g-io-error-quark", "not-supported", N_ ("That Is Not Possible Here"),
    N_ ("This machine or this disk cannot do it."), ANNEX_REPAIR_DOCTOR },
  { "g-io-error-quark", "invalid-data", N_ ("The File Is Damaged"),
    N_ ("It is not what its name says."), ANNEX_REPAIR_NONE },
  { "g-io-error-quark", "offline", N_ ("The Network Is Away"),
    N_ ("Check the connection and try again."), ANNEX_REPAIR_DOCTOR },

  { NULL, NULL, N_ ("Something Went Wrong"),
    N_ ("The reason is in the details. Try again; if it stays, Doctor looks for the cause."),
    ANNEX_REPAIR_DOCTOR },
};

const AnnexErrorWords *
annex_error_words_find (const char *domain, const char *code)
{
  const AnnexErrorWords *found = &entries[G_N_ELEMENTS (entries) - 1];

  for (guint i = 0; i < G_N_ELEMENTS (entries); i++)
    {
      if (entries[i].domain == NULL || g_strcmp0 (domain, entries[i].domain) != 0)
        continue;
      if (entries[i].code == NULL)
        found = &entries[i];
      else if (g_strcmp0 (code, entries[i].code) == 0)
        return &entries[i];
    }
  return found;
}
