/* annex-ask-taint.c
 *
 * See annex-ask-taint.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-ask-taint.h"

#include <string.h>

/* What the task has sent so far. */
static guint64
measure_sent (AnnexTask *task, gboolean with_browser)
{
  g_autoptr (GPtrArray) rows = dex_await_boxed (
      annex_store_list_ledger (annex_task_get_store (task), annex_task_get_id (task)), NULL);
  guint64 bytes = 0;

  for (guint i = 0; rows != NULL && i < rows->len; i++)
    {
      AnnexLedgerEntry *row = g_ptr_array_index (rows, i);

      if (g_strcmp0 (row->channel, "computer") == 0 ||
          (with_browser && g_strcmp0 (row->channel, "browser") == 0))
        bytes += row->bytes_up;
    }
  return bytes;
}

/* @ask (taken) with what @from says of the task. */
static AnnexAsk *
take_exposure (AnnexAsk *ask, AnnexAsk *from)
{
  static const char *const members[] = { "read", "holds", "files", "secrets", "sent_bytes" };
  g_autoptr (AnnexAsk) plain = ask;
  JsonObject *json = annex_json_object_copy (annex_ask_get_json (plain));
  AnnexAsk *told;

  for (guint i = 0; i < G_N_ELEMENTS (members); i++)
    json_object_set_member (json, members[i],
                            json_object_dup_member (annex_ask_get_json (from), members[i]));
  told = annex_ask_new_from_json (json, NULL);
  return told != NULL ? told : annex_ask_ref (plain);
}

AnnexAsk *
annex_ask_new_way_out (AnnexAskKind kind, AnnexTask *task, const char *host, const char *reason)
{
  const char *id = annex_task_get_id (task);
  g_autoptr (GPtrArray) shares = annex_task_dup_shares (task);
  g_auto (GStrv) read = annex_task_dup_untrusted (task);
  g_autoptr (GStrvBuilder) names = g_strv_builder_new ();
  g_autoptr (AnnexAsk) network = NULL;
  g_auto (GStrv) holds = NULL;
  AnnexAskTaint taint;

  if (annex_task_get_taint (task) != ANNEX_TAINT_BOTH)
    return kind == ANNEX_ASK_SITE ? annex_ask_new_site (id, host, reason)
                                  : annex_ask_new_network (id, host, reason);
  for (guint i = 0; i < shares->len; i++)
    g_strv_builder_add (names, annex_share_get_name (g_ptr_array_index (shares, i)));
  holds = g_strv_builder_end (names);
  taint =
      (AnnexAskTaint) { (const char *const *) read, (const char *const *) holds,
                        annex_task_count_given_files (task), annex_task_count_given_secrets (task),
                        measure_sent (task, kind == ANNEX_ASK_SITE) };
  network = annex_ask_new_network_tainted (id, host, reason, &taint);
  if (kind != ANNEX_ASK_SITE)
    return g_steal_pointer (&network);
  return take_exposure (annex_ask_new_site (id, host, reason), network);
}

/* Does @sources have the answers of the connector whose words of its tools @source is? */
static gboolean
is_told_by_another (JsonArray *sources, const char *source)
{
  g_autofree char *answers = NULL;

  if (!g_str_has_prefix (source, ANNEX_SOURCE_TOOLS))
    return FALSE;
  answers = g_strconcat (ANNEX_SOURCE_CONNECTOR, source + strlen (ANNEX_SOURCE_TOOLS), NULL);
  for (guint i = 0; i < json_array_get_length (sources); i++)
    if (g_str_equal (json_array_get_string_element (sources, i), answers))
      return TRUE;
  return FALSE;
}

char **
annex_ask_dup_read (AnnexAsk *ask)
{
  JsonArray *sources = annex_json_opt_array (annex_ask_get_json (ask), "read");
  g_autoptr (GStrvBuilder) told = g_strv_builder_new ();

  for (guint i = 0; sources != NULL && i < json_array_get_length (sources); i++)
    {
      const char *source = json_array_get_string_element (sources, i);

      if (!is_told_by_another (sources, source))
        g_strv_builder_add (told, source);
    }
  return g_strv_builder_end (told);
}
