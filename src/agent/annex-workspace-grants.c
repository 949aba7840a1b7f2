/* annex-workspace-grants.c
 *
 * Carrying out what the user grants, changes and takes back: hosts, folders, answers that come
 * late. Each is an event first; the model hears of it.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-workspace.h"

#include "annex-admin-policy.h"
#include "annex-json-build.h"
#include "annex-site-rule.h"
#include "annex-spoken.h"

#include <glib/gi18n.h>
#include <string.h>

static gboolean
announce (AnnexWorkspace *self, const char *text, GError **error)
{
  return dex_await (annex_task_append (annex_workspace_get_task (self), ANNEX_EVENT_ANNOUNCEMENT,
                                       annex_json_build ("s", "text", text, NULL)),
                    error);
}

/* Folders */

/* "PATH:MODE", or a path alone, which the window never sends: what ends like a mode is one, unless
 * it is part of the only folder there is. */
AnnexShare *
annex_workspace_grant_answer (AnnexWorkspace *self, const char *answer, GError **error)
{
  g_autofree char *path = g_strdup (answer);
  AnnexShareMode mode = ANNEX_SHARE_REVIEW;
  char *colon = strrchr (path, ':');
  gboolean named = FALSE;
  g_autoptr (AnnexShare) share = NULL;

  if (colon != NULL && annex_share_mode_from_name (colon + 1, &mode, NULL))
    {
      *colon = '\0';
      named = g_file_test (path, G_FILE_TEST_EXISTS) || !g_file_test (answer, G_FILE_TEST_EXISTS);
      if (!named)
        {
          *colon = ':';
          mode = ANNEX_SHARE_REVIEW;
        }
    }
  share = annex_workspace_grant_folder (self, path, mode, error);
  if (share == NULL || !named || annex_share_get_mode (share) == mode)
    return g_steal_pointer (&share);
  /* The task had it with less, and the user has said what it shall be now. */
  return annex_workspace_set_share_mode (self, annex_share_get_id (share), mode, error)
             ? annex_share_with_mode (share, mode)
             : NULL;
}

static AnnexShare *
find_share (AnnexWorkspace *self, const char *share_id, GError **error)
{
  AnnexShare *share = annex_task_find_share (annex_workspace_get_task (self), share_id);

  if (share == NULL)
    annex_set_spoken (error, ANNEX_SHARE_ERROR, ANNEX_SHARE_ERROR_NOT_FOUND,
                      N_ ("The task no longer has this folder"));
  return share;
}

gboolean
annex_workspace_apply_shares (AnnexWorkspace *self, GError **error)
{
  g_autoptr (GPtrArray) shares = annex_task_dup_shares (annex_workspace_get_task (self));

  return dex_await (annex_computer_set_shares (annex_workspace_get_computer (self), shares), error);
}

gboolean
annex_workspace_set_share_mode (AnnexWorkspace *self,
                                const char *share_id,
                                AnnexShareMode mode,
                                GError **error)
{
  AnnexShare *share = find_share (self, share_id, error);
  g_autofree char *guest_path = NULL;
  g_autofree char *text = NULL;

  if (share == NULL)
    return FALSE;
  if (annex_share_get_mode (share) == mode)
    return TRUE;
  if (!annex_admin_policy_check_share (annex_admin_policy_get (), annex_share_get_home (share),
                                       mode, error))
    return FALSE;
  guest_path = annex_share_dup_guest_path (share);
  text = g_strdup_printf (
      "The user changed how you share the folder “%s” (%s). %s", annex_share_get_name (share),
      guest_path,
      mode == ANNEX_SHARE_READ_ONLY
          ? "It is read only now."
          : "You can change it now: your changes are a draft that the user keeps or discards.");
  return dex_await (annex_task_append (annex_workspace_get_task (self), ANNEX_EVENT_SHARE_MODE,
                                       annex_json_build ("s", "share", share_id, "s", "mode",
                                                         annex_share_mode_to_name (mode), "s",
                                                         "text", text, NULL)),
                    error) &&
         annex_workspace_apply_shares (self, error);
}

/* Whether its skills may be used is no question any more, and nobody may wait for an answer. */
static void
close_question (AnnexWorkspace *self, const char *home)
{
  g_autoptr (GPtrArray) shares = annex_task_dup_shares (annex_workspace_get_task (self));
  g_autofree char *name = g_strconcat (ANNEX_WORKSPACE_SKILLS_IN, home, NULL);

  for (guint i = 0; i < shares->len; i++)
    if (g_strcmp0 (annex_share_get_home (g_ptr_array_index (shares, i)), home) == 0)
      return;
  annex_workspace_drop_once (self, name);
}

gboolean
annex_workspace_revoke_share (AnnexWorkspace *self, const char *share_id, GError **error)
{
  AnnexShare *share = find_share (self, share_id, error);
  g_autofree char *home = NULL;
  g_autofree char *text = NULL;
  gboolean taken;

  if (share == NULL)
    return FALSE;
  home = g_strdup (annex_share_get_home (share));
  text = g_strdup_printf ("The user no longer shares the folder “%s” with you.",
                          annex_share_get_name (share));
  if (!dex_await (
          annex_task_append (annex_workspace_get_task (self), ANNEX_EVENT_SHARE_REVOKED,
                             annex_json_build ("s", "share", share_id, "s", "text", text, NULL)),
          error))
    return FALSE;
  taken = annex_workspace_apply_shares (self, error);
  close_question (self, home);
  return taken;
}

/* Hosts */

gboolean
annex_workspace_decide_host (AnnexWorkspace *self,
                             const char *host,
                             const char *label,
                             GError **error)
{
  AnnexTask *task = annex_workspace_get_task (self);
  gboolean once = g_str_equal (label, "no"); /* not this time: no rule stands afterwards */
  gboolean allow = !once && !g_str_equal (label, "never");

  if (!dex_await (
          annex_task_append (task, ANNEX_EVENT_NETWORK_DECIDED,
                             annex_json_build ("s", "host", host, "s", "decision",
                                               allow ? "allow" : "refuse", "s", "scope",
                                               once ? "once" : label, "s", "by", "user", NULL)),
          error))
    return FALSE;
  if (once)
    return TRUE;
  if ((g_str_equal (label, "always") || !allow) &&
      !dex_await (annex_store_set_rule (annex_task_get_store (task), host, allow), error))
    return FALSE;
  annex_network_policy_set (annex_workspace_get_policy (self), host, allow, label);
  return TRUE;
}

static gboolean
is_host_label (const char *label)
{
  return g_str_equal (label, "once") || g_str_equal (label, "task") ||
         g_str_equal (label, "always") || g_str_equal (label, "never") || g_str_equal (label, "no");
}

/* Late answers */

static gboolean
take_host (AnnexWorkspace *self, AnnexAsk *ask, const char *label, GError **error)
{
  const char *host = annex_json_opt_string (annex_ask_get_json (ask), "host", "");
  g_autofree char *text = NULL;

  if (!is_host_label (label))
    return TRUE;
  if (!annex_workspace_decide_host (self, host, label, error))
    return FALSE;
  if (g_str_equal (label, "never"))
    text = g_strdup_printf ("You asked before whether your computer may reach %s. The user looked "
                            "at it again: it may never. Go on without it.",
                            host);
  else if (g_str_equal (label, "no"))
    text = g_strdup_printf ("You asked before whether your computer may reach %s. The user looked "
                            "at it again: not this time. Go on without it.",
                            host);
  else
    text = g_strdup_printf ("You asked before whether your computer may reach %s. The user looked "
                            "at it again and allows it now (%s).",
                            host, label);
  return announce (self, text, error);
}

static gboolean
take_folder (AnnexWorkspace *self, const char *label, GError **error)
{
  g_autoptr (AnnexShare) share = NULL;
  g_autoptr (GError) refused = NULL;
  g_autofree char *text = NULL;

  if (g_ascii_strcasecmp (label, "no") == 0 || g_str_equal (label, "none") || label[0] == '\0')
    return announce (self, "You asked before for a folder. The user still does not share one.",
                     error);
  share = annex_workspace_grant_answer (self, label, &refused);
  if (share != NULL)
    return TRUE; /* granting it has told the model */
  if (refused->domain == ANNEX_STORE_ERROR)
    {
      g_propagate_error (error, g_steal_pointer (&refused));
      return FALSE;
    }
  text = g_strdup_printf ("You asked before for a folder. The user chose one that cannot be "
                          "shared: %s",
                          refused->message);
  return announce (self, text, error);
}

static gboolean
take_site (AnnexWorkspace *self, AnnexAsk *ask, const char *label, GError **error)
{
  const char *site = annex_json_opt_string (annex_ask_get_json (ask), "host", "");

  return !is_host_label (label) ||
         dex_await (annex_site_rule_decide (annex_workspace_get_task (self), site, label), error);
}

static gboolean
tell_answer (AnnexWorkspace *self, AnnexAsk *ask, JsonObject *answer, GError **error)
{
  g_autofree char *said = annex_ask_describe_answer (ask, answer);
  g_autofree char *text = g_strdup_printf ("You asked the user before: %s\nThe user looked at it "
                                           "again and answers now: %s",
                                           annex_ask_get_text (ask), said);

  return announce (self, text, error);
}

gboolean
annex_workspace_take_late_answer (AnnexWorkspace *self,
                                  AnnexAsk *ask,
                                  JsonObject *answer,
                                  GError **error)
{
  const char *label = annex_json_opt_string (answer, "answer", "");

  switch (annex_ask_get_kind (ask))
    {
    case ANNEX_ASK_NETWORK:
      return take_host (self, ask, label, error);
    case ANNEX_ASK_FOLDER:
      return take_folder (self, label, error);
    case ANNEX_ASK_SITE:
      return take_site (self, ask, label, error) && tell_answer (self, ask, answer, error);
    case ANNEX_ASK_CONNECTOR:
      return annex_workspace_decide_tool (self, ask, label, error) &&
             tell_answer (self, ask, answer, error);
    case ANNEX_ASK_QUESTION:
      return tell_answer (self, ask, answer, error);
    case ANNEX_ASK_DRAFT:
      break;
    }
  return TRUE;
}

char *
annex_workspace_settle_midway (AnnexWorkspace *self, const char *tool_use_id, GError **error)
{
  AnnexTask *task = annex_workspace_get_task (self);
  g_autoptr (AnnexAsk) open = NULL;
  g_autoptr (AnnexAsk) ask = NULL;
  g_autoptr (JsonObject) answer = NULL;
  const char *host;
  const char *label;

  open = annex_task_dup_ask_of_call (task, tool_use_id, &answer);
  if (answer == NULL)
    return NULL;
  ask = annex_task_dup_closed_ask_of_call (task, tool_use_id);
  if (ask == NULL)
    return NULL;
  host = annex_json_opt_string (annex_ask_get_json (ask), "host", "");
  label = annex_json_opt_string (answer, "answer", "");
  if (annex_ask_get_kind (ask) == ANNEX_ASK_SITE && is_host_label (label))
    {
      if (!dex_await (annex_site_rule_decide (task, host, label), error))
        return NULL;
      return g_strdup_printf ("It had asked the user for %s, and the answer is: %s.", host, label);
    }
  {
    g_autofree char *said = annex_ask_describe_answer (ask, answer);

    return g_strdup_printf ("It had asked the user: %s\nThe answer is: %s",
                            annex_ask_get_text (ask), said);
  }
}
