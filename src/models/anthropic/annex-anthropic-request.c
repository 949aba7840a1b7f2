/* annex-anthropic-request.c
 *
 * See annex-anthropic-request.h. The API looks back at most 20 blocks from a breakpoint for a
 * prefix it knows, so besides the newest turn the one before it (the end of the last request) and
 * one some 15 blocks earlier are marked: with the system text these are the four it allows.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-anthropic-request.h"

#include "annex-spoken.h"

#include <glib/gi18n.h>
#include <string.h>

#define MAX_MARKED_TURNS 3
#define BLOCKS_BETWEEN_MARKS 15
#define MAX_TOKENS_NEW 64000
#define MAX_TOKENS_OLD 32000
#define MAX_TOKENS_OTHER 16000

static void
append_string (GString *out, const char *text)
{
  g_autoptr (JsonNode) node = json_node_new (JSON_NODE_VALUE);
  g_autofree char *json = NULL;

  json_node_set_string (node, text);
  json = annex_json_to_string (node);
  g_string_append (out, json);
}

/* ---- what a model takes */

/* Reads "claude-<family>-<major>[-<minor>…]"; a date is not a minor version. */
static gboolean
read_version (const char *model, int *major, int *minor)
{
  g_auto (GStrv) parts = g_strsplit (model, "-", -1);
  guint n = g_strv_length (parts);

  *major = 0;
  *minor = 0;
  if (n < 3 || !g_str_equal (parts[0], "claude") || strlen (parts[2]) > 2 ||
      !g_ascii_isdigit (parts[2][0]))
    return FALSE;
  *major = atoi (parts[2]);
  if (n > 3 && strlen (parts[3]) <= 2 && g_ascii_isdigit (parts[3][0]))
    *minor = atoi (parts[3]);
  return TRUE;
}

gboolean
annex_anthropic_thinks_adaptively (const char *model)
{
  int major;
  int minor;

  return read_version (model, &major, &minor) && (major > 4 || (major == 4 && minor >= 6));
}

static guint
default_max_tokens (const char *model)
{
  if (annex_anthropic_thinks_adaptively (model))
    return MAX_TOKENS_NEW;
  return g_str_has_prefix (model, "claude-") ? MAX_TOKENS_OLD : MAX_TOKENS_OTHER;
}

/* ---- blocks */

static gboolean
is_blank (const char *text)
{
  return text[strspn (text, " \t\r\n")] == '\0';
}

static gboolean
is_sent (AnnexBlock *block, gboolean without_thinking)
{
  switch (annex_block_get_kind (block))
    {
    case ANNEX_BLOCK_TEXT:
      return !is_blank (annex_block_get_text (block));
    case ANNEX_BLOCK_THINKING:
      return !without_thinking &&
             *annex_json_opt_string (annex_block_get_json (block), "signature", "") != '\0';
    case ANNEX_BLOCK_REDACTED_THINKING:
      return !without_thinking;
    case ANNEX_BLOCK_IMAGE:
    case ANNEX_BLOCK_DOCUMENT:
    case ANNEX_BLOCK_TOOL_USE:
    case ANNEX_BLOCK_TOOL_RESULT:
    case ANNEX_BLOCK_UNKNOWN:
      break;
    }
  return TRUE;
}

static gboolean
takes_mark (AnnexBlock *block)
{
  switch (annex_block_get_kind (block))
    {
    case ANNEX_BLOCK_TEXT:
    case ANNEX_BLOCK_IMAGE:
    case ANNEX_BLOCK_DOCUMENT:
    case ANNEX_BLOCK_TOOL_RESULT:
      return TRUE;
    case ANNEX_BLOCK_THINKING:
    case ANNEX_BLOCK_REDACTED_THINKING:
    case ANNEX_BLOCK_TOOL_USE:
    case ANNEX_BLOCK_UNKNOWN:
      break;
    }
  return FALSE;
}

/* Strips a mark a block may have come with: the API allows four, and they are ours. */
static void
append_block (GString *out, AnnexBlock *block, gboolean marked)
{
  JsonObject *json = annex_block_get_json (block);
  g_autoptr (JsonObject) copy = NULL;
  g_autofree char *text = NULL;

  if (json_object_has_member (json, "cache_control"))
    {
      copy = annex_json_object_copy (json);
      json_object_remove_member (copy, "cache_control");
      json = copy;
    }
  text = annex_json_object_to_string (json);
  if (marked)
    {
      text[strlen (text) - 1] = '\0';
      g_string_append_printf (out, "%s,\"cache_control\":{\"type\":\"ephemeral\"}}", text);
    }
  else
    g_string_append (out, text);
}

/* ---- messages */

/* The blocks of @message that are sent (AnnexBlock, borrowed). */
static GPtrArray *
sent_blocks (AnnexMessage *message, gboolean without_thinking)
{
  GPtrArray *all = annex_message_get_blocks (message);
  GPtrArray *sent = g_ptr_array_new ();

  for (guint i = 0; i < all->len; i++)
    if (is_sent (g_ptr_array_index (all, i), without_thinking))
      g_ptr_array_add (sent, g_ptr_array_index (all, i));
  return sent;
}

/* Which messages carry a mark on their last block that takes one: a gboolean each. */
static GArray *
choose_marks (GPtrArray *messages)
{
  GArray *marks = g_array_sized_new (FALSE, TRUE, sizeof (gboolean), messages->len);
  guint blocks_since = 0;
  guint marked = 0;

  g_array_set_size (marks, messages->len);
  for (guint i = messages->len; i > 0 && marked < MAX_MARKED_TURNS; i--)
    {
      AnnexMessage *message = g_ptr_array_index (messages, i - 1);
      gboolean far = marked < 2 || blocks_since >= BLOCKS_BETWEEN_MARKS;

      if (annex_message_get_role (message) == ANNEX_ROLE_USER && far)
        {
          g_array_index (marks, gboolean, i - 1) = TRUE;
          marked++;
          blocks_since = 0;
        }
      blocks_since += annex_message_get_blocks (message)->len;
    }
  return marks;
}

static void
append_message (GString *out, AnnexRole role, GPtrArray *blocks, gboolean marked)
{
  guint mark = blocks->len;

  for (guint i = blocks->len; marked && i > 0 && mark == blocks->len; i--)
    if (takes_mark (g_ptr_array_index (blocks, i - 1)))
      mark = i - 1;

  g_string_append_printf (out, "{\"role\":\"%s\",\"content\":[",
                          role == ANNEX_ROLE_USER ? "user" : "assistant");
  for (guint i = 0; i < blocks->len; i++)
    {
      if (i > 0)
        g_string_append_c (out, ',');
      append_block (out, g_ptr_array_index (blocks, i), i == mark);
    }
  g_string_append (out, "]}");
}

static void
append_messages (GString *out, GPtrArray *messages, gboolean without_thinking)
{
  g_autoptr (GArray) marks = choose_marks (messages);
  gboolean first = TRUE;

  for (guint i = 0; i < messages->len; i++)
    {
      AnnexMessage *message = g_ptr_array_index (messages, i);
      g_autoptr (GPtrArray) blocks = sent_blocks (message, without_thinking);

      /* An assistant turn may be empty (a refusal); the API joins the user turns around it. */
      if (blocks->len == 0)
        continue;
      if (!first)
        g_string_append_c (out, ',');
      first = FALSE;
      append_message (out, annex_message_get_role (message), blocks,
                      g_array_index (marks, gboolean, i));
    }
}

/* ---- the body */

static gboolean
check_tools (const char *tools, gboolean *empty, GError **error)
{
  g_autoptr (JsonNode) node = NULL;

  *empty = tools == NULL || is_blank (tools);
  if (*empty)
    return TRUE;
  node = annex_json_parse (tools, -1, NULL);
  if (node == NULL || !JSON_NODE_HOLDS_ARRAY (node))
    {
      annex_set_spoken (error, ANNEX_MODEL_ERROR, ANNEX_MODEL_ERROR_INVALID,
                        N_ ("The task’s stored tools are damaged"));
      return FALSE;
    }
  *empty = json_array_get_length (json_node_get_array (node)) == 0;
  return TRUE;
}

char *
annex_anthropic_build_body (const AnnexModelRequest *request,
                            const char *model,
                            gboolean without_thinking,
                            GError **error)
{
  g_autoptr (GString) out = g_string_new ("{\"model\":");
  gboolean no_tools;

  if (!check_tools (request->tools, &no_tools, error))
    return NULL;
  append_string (out, model);
  g_string_append_printf (out, ",\"max_tokens\":%u,\"stream\":true",
                          request->max_tokens > 0 ? request->max_tokens
                                                  : default_max_tokens (model));
  if (annex_anthropic_thinks_adaptively (model))
    g_string_append (out, ",\"thinking\":{\"type\":\"adaptive\",\"display\":\"summarized\"}");
  if (!no_tools)
    g_string_append_printf (out, ",\"tools\":%s", request->tools);
  if (request->system != NULL && !is_blank (request->system))
    {
      g_string_append (out, ",\"system\":[{\"type\":\"text\",\"text\":");
      append_string (out, request->system);
      g_string_append (out, ",\"cache_control\":{\"type\":\"ephemeral\"}}]");
    }
  g_string_append (out, ",\"messages\":[");
  if (request->messages != NULL)
    append_messages (out, request->messages, without_thinking);
  g_string_append (out, "]}");
  if (out->len > ANNEX_ANTHROPIC_MAX_BODY_BYTES)
    {
      annex_set_spoken (
          error, ANNEX_MODEL_ERROR, ANNEX_MODEL_ERROR_TOO_LARGE,
          N_ ("The conversation with its pictures and documents is %u MB; 32 MB is the most"),
          (guint) (out->len / (1024 * 1024)));
      return NULL;
    }
  return g_string_free_and_steal (g_steal_pointer (&out));
}
