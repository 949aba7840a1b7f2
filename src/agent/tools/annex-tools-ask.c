/* annex-tools-ask.c
 *
 * The tools that only ask the user: ask_user, request_folder, request_network.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-tool-util.h"

#include "annex-ask-taint.h"

static AnnexBlock *
ask_user (AnnexWorkspace *workspace, const AnnexToolCall *call, GError **error)
{
  const char *task_id = annex_task_get_id (annex_workspace_get_task (workspace));
  g_autoptr (AnnexAsk) ask = annex_ask_new_question (task_id, call->input, error);
  g_autoptr (JsonObject) answer = NULL;
  g_autofree char *text = NULL;

  if (ask == NULL)
    return NULL;
  answer = annex_workspace_ask (workspace, annex_ask_ref (ask), call->id, call->cancel, error);
  if (answer == NULL)
    return NULL;
  text = annex_json_object_to_string (answer);
  return annex_tool_text (call, text);
}

const AnnexSimpleToolSpec annex_tool_ask_user = {
  "ask_user",
  "Ask the user one to four questions and wait for the answers. Use it only for decisions that are "
  "the user's to make and that you cannot find out yourself; not to ask whether your plan is good. "
  "Give "
  "two to four options where you can, the one you recommend first; the user can always type "
  "something "
  "else. Set secret for passwords and keys: you then get a reference to use with shell's secrets, "
  "never "
  "the text itself.",
  "{\"type\":\"object\",\"properties\":{\"questions\":{\"type\":\"array\",\"minItems\":1,"
  "\"maxItems\":4,"
  "\"items\":{\"type\":\"object\",\"properties\":{"
  "\"id\":{\"type\":\"string\",\"description\":\"Names the answer; unique in the call\"},"
  "\"header\":{\"type\":\"string\",\"description\":\"At most 12 characters\"},"
  "\"question\":{\"type\":\"string\"},"
  "\"options\":{\"type\":\"array\",\"maxItems\":4,\"items\":{\"type\":\"object\",\"properties\":{"
  "\"label\":{\"type\":\"string\"},\"description\":{\"type\":\"string\"},"
  "\"preview\":{\"type\":\"string\"}},\"required\":[\"label\"]}},"
  "\"multi_select\":{\"type\":\"boolean\"},\"secret\":{\"type\":\"boolean\"}},"
  "\"required\":[\"header\",\"question\"]}}},\"required\":[\"questions\"]}",
  ANNEX_TOOL_ASKS,
  ask_user,
};

static AnnexBlock *
request_folder (AnnexWorkspace *workspace, const AnnexToolCall *call, GError **error)
{
  const char *task_id = annex_task_get_id (annex_workspace_get_task (workspace));
  const char *reason = annex_tool_get_string (call, "reason", error);
  g_autoptr (JsonObject) answer = NULL;
  g_autoptr (AnnexShare) share = NULL;
  g_autoptr (GError) refused = NULL;
  g_autofree char *guest_path = NULL;
  const char *text;

  if (reason == NULL)
    return NULL;
  answer = annex_workspace_ask (
      workspace,
      annex_ask_new_folder (task_id, reason,
                            annex_json_opt_string (call->input, "suggestion", NULL)),
      call->id, call->cancel, error);
  if (answer == NULL)
    return NULL;
  text = annex_json_opt_string (answer, "answer", "no");
  if (g_ascii_strcasecmp (text, "no") == 0)
    return annex_tool_text (
        call, "The user did not share a folder. Go on without it, or ask what to do.");
  share = annex_workspace_grant_answer (workspace, text, &refused);
  if (share == NULL)
    {
      if (refused->domain == ANNEX_STORE_ERROR)
        {
          g_propagate_error (error, g_steal_pointer (&refused));
          return NULL;
        }
      return annex_tool_textf (call, "The user chose a folder that cannot be shared: %s",
                               refused->message);
    }
  guest_path = annex_share_dup_guest_path (share);
  return annex_tool_textf (call, "The user shared the folder “%s”: %s (%s).",
                           annex_share_get_name (share), guest_path,
                           annex_share_mode_to_name (annex_share_get_mode (share)));
}

const AnnexSimpleToolSpec annex_tool_request_folder = {
  "request_folder",
  "Ask the user for a folder of their machine that the work needs and that is not below /folders "
  "yet.",
  "{\"type\":\"object\",\"properties\":{\"reason\":{\"type\":\"string\",\"description\":\"Why it "
  "is "
  "needed, in one sentence for the "
  "user\"},\"suggestion\":{\"type\":\"string\",\"description\":\"Which "
  "folder it may be\"}},\"required\":[\"reason\"]}",
  ANNEX_TOOL_ASKS,
  request_folder,
};

/* Who said Never is not asked again and again; the inbox opens it again. What this call has asked
 * already is answered all the same, whatever was said elsewhere meanwhile. */
static gboolean
is_ruled_out (AnnexWorkspace *workspace,
              const AnnexToolCall *call,
              const char *host,
              GError **error)
{
  g_autoptr (GError) refused = NULL;
  g_autoptr (JsonObject) answer = NULL;
  g_autoptr (AnnexAsk) open = NULL;

  if (annex_network_policy_peek (annex_workspace_get_policy (workspace), host, 443, NULL,
                                 &refused) ||
      !g_error_matches (refused, ANNEX_POLICY_ERROR, ANNEX_POLICY_ERROR_NEVER))
    return FALSE;
  open = annex_task_dup_ask_of_call (annex_workspace_get_task (workspace), call->id, &answer);
  if (open != NULL || answer != NULL)
    return FALSE;
  g_propagate_error (error, g_steal_pointer (&refused));
  return TRUE;
}

static AnnexBlock *
request_network (AnnexWorkspace *workspace, const AnnexToolCall *call, GError **error)
{
  AnnexTask *task = annex_workspace_get_task (workspace);
  const char *text = annex_tool_get_string (call, "host", error);
  const char *reason = text != NULL ? annex_tool_get_string (call, "reason", error) : NULL;
  g_autoptr (JsonObject) answer = NULL;
  g_autofree char *host = NULL;
  const char *label;

  if (reason == NULL)
    return NULL;
  host = annex_host_normalise (text, -1, error);
  if (host == NULL || !annex_policy_may_ask (host, error) ||
      is_ruled_out (workspace, call, host, error))
    return NULL;
  answer =
      annex_workspace_ask (workspace, annex_ask_new_way_out (ANNEX_ASK_NETWORK, task, host, reason),
                           call->id, call->cancel, error);
  if (answer == NULL)
    return NULL;
  label = annex_json_opt_string (answer, "answer", "");
  if (!g_str_equal (label, "once") && !g_str_equal (label, "task") &&
      !g_str_equal (label, "always") && !g_str_equal (label, "never") && !g_str_equal (label, "no"))
    return annex_tool_textf (
        call, "The user did not allow %s. Find another way, or go on without it.", host);
  if (!annex_workspace_decide_host (workspace, host, label, error))
    return NULL;
  if (g_str_equal (label, "no"))
    return annex_tool_textf (call,
                             "The user did not allow %s this time. Find another way, or go on "
                             "without it; ask again only when something has changed.",
                             host);
  if (g_str_equal (label, "never"))
    return annex_tool_textf (
        call, "The user never allows %s. Find another way, or go on without it.", host);
  return annex_tool_textf (
      call,
      "The user allowed %s (%s). Ports 80 and 443 work through the proxy that is "
      "already set in your environment.",
      host, label);
}

const AnnexSimpleToolSpec annex_tool_request_network = {
  "request_network",
  "Ask the user to let your computer reach one host on the internet. Package mirrors are allowed "
  "already; every other host is refused until the user allows it.",
  "{\"type\":\"object\",\"properties\":{\"host\":{\"type\":\"string\",\"description\":\"A host "
  "name, "
  "without scheme, port or path\"},\"reason\":{\"type\":\"string\",\"description\":\"Why, in one "
  "sentence "
  "for the user\"}},\"required\":[\"host\",\"reason\"]}",
  ANNEX_TOOL_ASKS,
  request_network,
};
