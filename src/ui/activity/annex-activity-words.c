/* annex-activity-words.c
 *
 * See annex-activity-words.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-activity-words.h"

#include "annex-ask-words.h"
#include "annex-keep.h"
#include "annex-share.h"
#include "annex-site-rule.h"
#include "annex-store-begun.h"
#include "annex-text.h"

#include <glib/gi18n.h>

static gboolean
is (const char *text, const char *word)
{
  return g_strcmp0 (text, word) == 0;
}

/* ---- the ledger */

static char *
with_sizes (char *sentence, const AnnexLedgerEntry *entry)
{
  g_autofree char *taken = sentence;
  g_autofree char *up = annex_text_format_size (entry->bytes_up);
  g_autofree char *down = annex_text_format_size (entry->bytes_down);

  if (entry->bytes_up > 1024 && entry->bytes_down > 0)
    return g_strdup_printf (_ ("%s · %s received, %s sent"), taken, down, up);
  if (entry->bytes_down > 0)
    return g_strdup_printf ("%s · %s", taken, down);
  if (entry->bytes_up > 0)
    return g_strdup_printf (_ ("%s · %s sent"), taken, up);
  return g_steal_pointer (&taken);
}

static char *
refused_words (const AnnexLedgerEntry *entry, const char *host, guint count)
{
  if (is (entry->by, "user") || is (entry->by, "never"))
    return count == 1
               ? g_strdup_printf (_ ("Asked to contact %s: you said no"), host)
               : g_strdup_printf (ngettext ("Asked %u time to contact %s: you said no",
                                            "Asked %u times to contact %s: you said no", count),
                                  count, host);
  return count == 1 ? g_strdup_printf (_ ("Was kept from contacting %s"), host)
                    : g_strdup_printf (ngettext ("Was kept %u time from contacting %s",
                                                 "Was kept %u times from contacting %s", count),
                                       count, host);
}

static char *
allowed_words (const AnnexLedgerEntry *entry, const char *host, guint count)
{
  if (is (entry->channel, "model"))
    return count == 1 ? g_strdup_printf (_ ("Asked the model at %s"), host)
                      : g_strdup_printf (ngettext ("Asked the model at %2$s %1$u time",
                                                   "Asked the model at %2$s %1$u times", count),
                                         count, host);
  if (is (entry->channel, "image"))
    return g_strdup_printf (_ ("Downloaded Annex’s computer from %s"), host);
  if (is (entry->channel, "skill"))
    return g_strdup_printf (_ ("Downloaded a skill from %s"), host);
  if (is (entry->channel, "browser"))
    return g_strdup_printf (_ ("Visited %s in the browser"), host);
  if (is (entry->channel, "connector"))
    return g_strdup_printf (_ ("Used a connector at %s"), host);
  if (is (entry->by, "package-hosts"))
    return count == 1 ? g_strdup_printf (_ ("Fetched a package from %s"), host)
                      : g_strdup_printf (ngettext ("Fetched packages from %2$s, %1$u time",
                                                   "Fetched packages from %2$s, %1$u times", count),
                                         count, host);
  return count == 1 ? g_strdup_printf (_ ("Contacted %s"), host)
                    : g_strdup_printf (
                          ngettext ("Contacted %2$s %1$u time", "Contacted %2$s %1$u times", count),
                          count, host);
}

char *
annex_activity_words_ledger (const AnnexLedgerEntry *entry, guint count)
{
  g_autofree char *spelled = annex_ask_words_spell_host (entry->host);
  g_autofree char *host = annex_text_for_display (spelled);

  if (is (entry->decision, "refused"))
    return refused_words (entry, host, count);
  if (is (entry->decision, "failed"))
    return g_strdup_printf (_ ("Could not reach %s"), host);
  return with_sizes (allowed_words (entry, host, count), entry);
}

/* Why it was refused. What the row says itself was written for the model. */
static char *
why_refused (const AnnexLedgerEntry *entry)
{
  if (is (entry->by, "default"))
    return g_strdup (_ ("Nobody allowed it"));
  if (is (entry->by, "never"))
    return g_strdup (_ ("You never allow it"));
  if (is (entry->by, "exposure"))
    return g_strdup (
        _ ("The task has read what others wrote, and holds data of yours: it has to ask "
           "you anew"));
  if (is (entry->by, "address"))
    return g_strdup (_ ("Only names on the internet can be reached, no private addresses"));
  if (is (entry->by, "quota"))
    return g_strdup (_ ("There were too many connections at once"));
  if (is (entry->by, "policy") || is (entry->by, "filter"))
    return g_strdup (_ ("Connections of this kind are never allowed"));
  return NULL;
}

char *
annex_activity_words_by (const AnnexLedgerEntry *entry)
{
  if (annex_ledger_entry_is_under_way (entry))
    return g_strdup (_ ("Under way"));
  if (is (entry->reason, ANNEX_LEDGER_CUT_OFF))
    return g_strdup (_ ("Annex ended while this was under way: how much more went is not known"));
  if (is (entry->decision, "refused") && is (entry->channel, "computer"))
    return why_refused (entry);
  if (entry->reason != NULL && entry->reason[0] != '\0')
    return annex_text_for_display (entry->reason);
  if (is (entry->by, "package-hosts"))
    return g_strdup (_ ("Sources of packages are always allowed"));
  if (is (entry->by, "once"))
    return g_strdup (_ ("You allowed it once"));
  if (is (entry->by, "task"))
    return g_strdup (_ ("You allowed it for this task"));
  if (is (entry->by, "always") || is (entry->by, "rule"))
    return g_strdup (_ ("You always allow it"));
  return NULL;
}

const char *
annex_activity_words_ledger_icon (const AnnexLedgerEntry *entry)
{
  if (is (entry->decision, "refused"))
    return "action-unavailable-symbolic";
  if (is (entry->decision, "failed"))
    return "dialog-warning-symbolic";
  if (is (entry->channel, "model"))
    return "send-to-symbolic";
  if (is (entry->by, "package-hosts"))
    return "package-x-generic-symbolic";
  return "annex-web-symbolic";
}

/* ---- events */

static guint
length (JsonObject *data, const char *name)
{
  JsonArray *array = annex_json_opt_array (data, name);

  return array != NULL ? json_array_get_length (array) : 0;
}

static const char *
mode_words (const char *name)
{
  AnnexShareMode mode;

  return annex_ask_words_mode (annex_share_mode_from_name (name, &mode, NULL) ? mode
                                                                              : ANNEX_SHARE_REVIEW);
}

static char *
network_words (JsonObject *data)
{
  const char *scope = annex_json_opt_string (data, "scope", "");
  const char *decision = annex_json_opt_string (data, "decision", "");
  const char *name = annex_json_opt_string (data, "host", "");
  const char *site = annex_site_rule_get_site (name);
  g_autofree char *spelled = annex_ask_words_spell_host (site != NULL ? site : name);
  g_autofree char *shown = annex_text_for_display (spelled);
  /* Translators: %s is a web site, in “You allowed %s once” and the like */
  g_autofree char *host =
      site != NULL ? g_strdup_printf (_ ("%s in the browser"), shown) : g_strdup (shown);

  if (is (decision, "ask"))
    return g_strdup_printf (_ ("You took your decision about %s back"), host);
  if (!is (decision, "allow") && is (scope, "never"))
    return g_strdup_printf (_ ("You said no to %s, for good"), host);
  if (!is (decision, "allow"))
    return g_strdup_printf (_ ("You said no to %s"), host);
  if (is (scope, "once"))
    return g_strdup_printf (_ ("You allowed %s once"), host);
  if (is (scope, "always"))
    return g_strdup_printf (_ ("You allowed %s for good"), host);
  return g_strdup_printf (_ ("You allowed %s for this task"), host);
}

static char *
changes_words (AnnexEventType type, guint n, const char *folder)
{
  if (type == ANNEX_EVENT_DRAFT_KEPT)
    return g_strdup_printf (ngettext ("%u change was kept in %s", "%u changes were kept in %s", n),
                            n, folder);
  if (type == ANNEX_EVENT_DRAFT_UNDONE && n == 0)
    return g_strdup (_ ("There was nothing left to take back"));
  if (type == ANNEX_EVENT_DRAFT_UNDONE)
    return g_strdup_printf (
        ngettext ("You took %u kept change back", "You took %u kept changes back", n), n);
  if (n == 0)
    return g_strdup_printf (_ ("You discarded the changes in %s"), folder);
  return g_strdup_printf (
      ngettext ("You discarded %u change in %s", "You discarded %u changes in %s", n), n, folder);
}

/* What was kept or taken back, and how many of it were not. */
static char *
settled_words (AnnexEventType type, JsonArray *entries, const char *folder)
{
  guint n = annex_kept_count_done (entries);
  guint left = entries != NULL ? json_array_get_length (entries) - n : 0;
  g_autofree char *plain = NULL;

  if (n == 0 && left > 0 && type == ANNEX_EVENT_DRAFT_UNDONE)
    return g_strdup_printf (ngettext ("%u kept change could not be taken back",
                                      "%u kept changes could not be taken back", left),
                            left);
  if (n == 0 && left > 0)
    return g_strdup_printf (
        ngettext ("%u change in %s was not kept", "%u changes in %s were not kept", left), left,
        folder);
  plain = changes_words (type, n, folder);
  if (left == 0)
    return g_steal_pointer (&plain);
  return g_strdup_printf (ngettext ("%s, but not %u of them", "%s, but not %u of them", left),
                          plain, left);
}

/* Answers that no other event tells of. */
static char *
answer_words (AnnexEvent *event, AnnexAsk *ask)
{
  gboolean expired = annex_event_get_event_type (event) == ANNEX_EVENT_ASK_EXPIRED;
  JsonObject *answer = annex_json_opt_object (annex_event_get_data (event), "answer");
  g_autofree char *summary = NULL;
  g_autofree char *words = NULL;

  if (ask == NULL || !annex_ask_words_is_permission (ask))
    return NULL;
  if (!expired &&
      (annex_ask_get_kind (ask) == ANNEX_ASK_NETWORK || annex_ask_get_kind (ask) == ANNEX_ASK_SITE))
    return NULL; /* network-decided */
  if (!expired && annex_ask_get_kind (ask) == ANNEX_ASK_FOLDER && answer != NULL &&
      annex_json_opt_string (answer, "answer", "")[0] == '/')
    return NULL; /* share-granted */
  summary = annex_ask_words_summary (ask);
  words = annex_ask_words_answer (ask, answer, expired);
  return g_strdup_printf ("%s: %s", summary, words);
}

/* The events of an audit, and no others: a switch would only list what is left out. */
char *
annex_activity_words_event (AnnexEvent *event, const char *share_name, AnnexAsk *ask)
{
  AnnexEventType type = annex_event_get_event_type (event);
  JsonObject *data = annex_event_get_data (event);
  JsonObject *share = annex_json_opt_object (data, "share");
  const char *name = share != NULL ? annex_json_opt_string (share, "name", NULL) : share_name;
  g_autofree char *folder = annex_text_for_display (name != NULL ? name : _ ("a folder"));

  if (type == ANNEX_EVENT_SHARE_GRANTED)
    return g_strdup_printf (
        _ ("You gave the folder %s: %s"), folder,
        mode_words (share != NULL ? annex_json_opt_string (share, "mode", "") : ""));
  if (type == ANNEX_EVENT_SHARE_MODE)
    return g_strdup_printf (_ ("You changed the folder %s: %s"), folder,
                            mode_words (annex_json_opt_string (data, "mode", "")));
  if (type == ANNEX_EVENT_SHARE_REVOKED)
    return g_strdup_printf (_ ("You took the folder %s back"), folder);
  if (type == ANNEX_EVENT_DRAFT_KEPT || type == ANNEX_EVENT_DRAFT_UNDONE)
    return settled_words (type, annex_json_opt_array (data, "entries"), folder);
  if (type == ANNEX_EVENT_DRAFT_DISCARDED)
    return changes_words (type, length (data, "paths"), folder);
  if (type == ANNEX_EVENT_NETWORK_DECIDED)
    return network_words (data);
  if (type == ANNEX_EVENT_ASK_ANSWERED || type == ANNEX_EVENT_ASK_EXPIRED)
    return answer_words (event, ask);
  if (type == ANNEX_EVENT_ROLLED_BACK && !json_object_has_member (data, "error"))
    return g_strdup (_ ("You set the computer back to a checkpoint"));
  if (type == ANNEX_EVENT_FORKED)
    return g_strdup (_ ("The task is a copy; what is above happened in the other task"));
  if (type == ANNEX_EVENT_IMPORTED)
    return g_strdup (
        _ ("The task came from an export; what was allowed before does not count here"));
  return NULL;
}

const char *
annex_activity_words_event_icon (AnnexEvent *event)
{
  AnnexEventType type = annex_event_get_event_type (event);

  if (type == ANNEX_EVENT_SHARE_GRANTED || type == ANNEX_EVENT_SHARE_MODE ||
      type == ANNEX_EVENT_SHARE_REVOKED)
    return "folder-symbolic";
  if (type == ANNEX_EVENT_DRAFT_KEPT)
    return "object-select-symbolic";
  if (type == ANNEX_EVENT_DRAFT_DISCARDED)
    return "user-trash-symbolic";
  if (type == ANNEX_EVENT_DRAFT_UNDONE)
    return "edit-undo-symbolic";
  if (type == ANNEX_EVENT_ROLLED_BACK)
    return "edit-undo-symbolic";
  if (type == ANNEX_EVENT_FORKED)
    return "edit-copy-symbolic";
  if (type == ANNEX_EVENT_IMPORTED)
    return "document-open-symbolic";
  if (type == ANNEX_EVENT_NETWORK_DECIDED)
    return is (annex_json_opt_string (annex_event_get_data (event), "decision", ""), "refuse")
               ? "action-unavailable-symbolic"
               : "object-select-symbolic";
  return "annex-needs-you-symbolic";
}

const char *
annex_activity_words_rule (const char *scope, gboolean allow, gboolean is_site)
{
  if (is_site && (is (scope, "always") || is (scope, "never")))
    return allow ? _ ("In the browser: always allowed") : _ ("In the browser: never allowed");
  if (is_site)
    return allow ? _ ("In the browser: allowed for this task")
                 : _ ("In the browser: not allowed in this task");
  if (is (scope, "always") || is (scope, "never"))
    return allow ? _ ("Always allowed") : _ ("Never allowed");
  return allow ? _ ("Allowed for this task") : _ ("Not allowed in this task");
}
