/* annex-grant-facts.c
 *
 * See annex-grant-facts.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-grant-facts.h"

#include "annex-ask-words.h"
#include "annex-future.h"
#include "annex-text.h"

#include <glib/gi18n.h>

#define MAX_NAMES 12

static void
append_names (GString *out, const char *title, GPtrArray *names)
{
  if (names->len == 0)
    return;
  g_string_append_printf (out, "%s%s ", out->len > 0 ? "\n" : "", title);
  for (guint i = 0; i < names->len && i < MAX_NAMES; i++)
    g_string_append_printf (out, "%s%s", i > 0 ? ", " : "", (char *) g_ptr_array_index (names, i));
  if (names->len > MAX_NAMES)
    g_string_append_printf (out, ngettext (" and %u more", " and %u more", names->len - MAX_NAMES),
                            names->len - MAX_NAMES);
}

char *
annex_grant_facts_words (GPtrArray *shares, GPtrArray *ledger)
{
  g_autoptr (GPtrArray) folders = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GPtrArray) hosts = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);
  GString *out = g_string_new (NULL);
  guint64 sent = 0;

  for (guint i = 0; i < shares->len; i++)
    g_ptr_array_add (folders,
                     annex_text_for_display (annex_share_get_name (g_ptr_array_index (shares, i))));
  for (guint i = 0; i < ledger->len; i++)
    {
      AnnexLedgerEntry *entry = g_ptr_array_index (ledger, i);

      if (g_strcmp0 (entry->decision, "allowed") != 0 || entry->host == NULL)
        continue;
      sent += entry->bytes_up;
      if (g_hash_table_add (seen, entry->host))
        g_ptr_array_add (hosts, annex_ask_words_spell_host (entry->host));
    }
  append_names (out, _ ("This task can read:"), folders);
  append_names (out, _ ("It has been in touch with:"), hosts);
  if (sent > 0)
    {
      g_autofree char *size = annex_text_format_size (sent);

      g_string_append_c (out, '\n');
      g_string_append_printf (out, _ ("Sent so far: %s"), size);
    }
  if (out->len == 0)
    g_string_append (out, _ ("This task has read none of your folders and contacted nobody."));
  return g_string_free_and_steal (out);
}

typedef struct
{
  AnnexDesk *desk;
  char *task_id;
} Wanted;

static void
wanted_free (gpointer data)
{
  Wanted *wanted = data;

  g_object_unref (wanted->desk);
  g_free (wanted->task_id);
  g_free (wanted);
}

static DexFuture *
describe_fiber (gpointer data)
{
  Wanted *wanted = data;
  GError *error = NULL;
  g_autoptr (AnnexTask) task =
      dex_await_object (annex_desk_open_task (wanted->desk, wanted->task_id), &error);
  g_autoptr (GPtrArray) shares = NULL;
  g_autoptr (GPtrArray) ledger = NULL;

  if (task == NULL)
    return annex_future_new_error (error);
  ledger = dex_await_boxed (
      annex_store_list_ledger (annex_desk_get_store (wanted->desk), wanted->task_id), &error);
  if (ledger == NULL)
    return annex_future_new_error (error);
  shares = annex_task_dup_shares (task);
  return dex_future_new_take_string (annex_grant_facts_words (shares, ledger));
}

DexFuture *
annex_grant_facts_describe (AnnexDesk *desk, const char *task_id)
{
  Wanted *wanted = g_new0 (Wanted, 1);

  wanted->desk = g_object_ref (desk);
  wanted->task_id = g_strdup (task_id);
  return annex_fiber_run (describe_fiber, wanted, wanted_free);
}
