/* annex-chat-find.c
 *
 * See annex-chat-find.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-chat-find.h"

#include "annex-chat-row.h"

#include <string.h>

static guint last_serial;

struct _AnnexChatFind
{
  GListModel *rows;
  char *words;       /* folded; nullable */
  guint serial;      /* of the words, among all that were ever searched for */
  AnnexChatRow *row; /* the present match's; nullable */
  guint in_row;      /* which of its matches */
};

AnnexChatFind *
annex_chat_find_new (GListModel *rows)
{
  AnnexChatFind *self = g_new0 (AnnexChatFind, 1);

  self->rows = g_object_ref (rows);
  return self;
}

void
annex_chat_find_free (AnnexChatFind *self)
{
  g_clear_object (&self->row);
  g_object_unref (self->rows);
  g_free (self->words);
  g_free (self);
}

void
annex_chat_find_set_words (AnnexChatFind *self, const char *words)
{
  g_autofree char *folded = words != NULL && words[0] != '\0' ? g_utf8_strdown (words, -1) : NULL;

  if (!g_set_str (&self->words, folded))
    return;
  self->serial = ++last_serial;
  g_clear_object (&self->row);
  self->in_row = 0;
}

/* Once for the same words and text: each step and each older part asks for all rows. */
static guint
count_in (AnnexChatFind *self, AnnexChatRow *row)
{
  g_autofree char *text = NULL;
  g_autofree char *folded = NULL;
  gsize length = strlen (self->words);

  if (row->found_serial == self->serial)
    return row->found;
  text = annex_chat_row_dup_text (row);
  folded = g_utf8_strdown (text, -1);
  row->found = 0;
  row->found_serial = self->serial;
  for (const char *p = folded; (p = strstr (p, self->words)) != NULL; p += length)
    row->found++;
  return row->found;
}

/* The rows that hold the words, and how often. (transfer full) */
static GArray *
list_counts (AnnexChatFind *self)
{
  guint n = g_list_model_get_n_items (self->rows);
  GArray *counts = g_array_sized_new (FALSE, TRUE, sizeof (guint), n);

  for (guint i = 0; i < n; i++)
    {
      g_autoptr (AnnexChatRow) row = g_list_model_get_item (self->rows, i);
      guint count = self->words != NULL ? count_in (self, row) : 0;

      g_array_append_val (counts, count);
    }
  return counts;
}

static gboolean
find_present (AnnexChatFind *self, guint *position)
{
  for (guint i = g_list_model_get_n_items (self->rows); self->row != NULL && i > 0; i--)
    {
      g_autoptr (AnnexChatRow) row = g_list_model_get_item (self->rows, i - 1);

      *position = i - 1;
      if (row == self->row)
        return TRUE;
    }
  return FALSE;
}

gboolean
annex_chat_find_step (AnnexChatFind *self, gboolean forward, guint *row)
{
  g_autoptr (GArray) counts = list_counts (self);
  guint n = counts->len;
  guint at;

  if (find_present (self, &at) && forward && self->in_row + 1 < g_array_index (counts, guint, at))
    {
      self->in_row++;
      *row = at;
      return TRUE;
    }
  if (self->row != NULL && find_present (self, &at) && !forward && self->in_row > 0)
    {
      self->in_row--;
      *row = at;
      return TRUE;
    }
  if (!find_present (self, &at))
    at = forward ? n - 1 : 0; /* forward begins at the top, backward at the end */
  for (guint i = 1; i <= n; i++)
    {
      guint candidate = forward ? (at + i) % n : (at + n - i % n) % n;

      if (g_array_index (counts, guint, candidate) == 0)
        continue;
      g_clear_object (&self->row);
      self->row = g_list_model_get_item (self->rows, candidate);
      self->in_row = forward ? 0 : g_array_index (counts, guint, candidate) - 1;
      *row = candidate;
      return TRUE;
    }
  return FALSE;
}

guint
annex_chat_find_count (AnnexChatFind *self, guint *present)
{
  g_autoptr (GArray) counts = list_counts (self);
  guint at;
  gboolean has = find_present (self, &at);
  guint sum = 0;

  *present = 0;
  for (guint i = 0; i < counts->len; i++)
    {
      if (has && i == at)
        *present = sum + self->in_row + 1;
      sum += g_array_index (counts, guint, i);
    }
  return sum;
}
