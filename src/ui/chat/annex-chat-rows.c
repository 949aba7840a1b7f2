/* annex-chat-rows.c
 *
 * See annex-chat-rows.h.
 *
 * Each item that is shown belongs to a section; a section has the rows of one item, or one row for
 * a run of steps. A change of the transcript makes anew the sections it touches, and their
 * neighbours' where a run may have joined or split.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-chat-rows.h"

#include "annex-future.h"
#include "annex-step-phrase.h"

#include <string.h>

/* Longer texts are read in a worker thread; so is what exceeds this in one change of the list. */
#define MAX_BYTES_NOW (64 * 1024)
#define UPDATE_MS 40
#define MAX_UPDATE_MS 500

typedef struct
{
  AnnexTranscriptItem *item; /* of a run: the first */
  GPtrArray *items;          /* of a run, else NULL */
  GPtrArray *rows;           /* AnnexChatRow */
  AnnexMarkdownStream *stream;
  gboolean dirty;
  gboolean reading; /* in a worker thread */
  gboolean used;    /* while sections are made anew */
} Section;

struct _AnnexChatRows
{
  GObject parent_instance;

  AnnexTranscript *transcript;
  GPtrArray *items;       /* AnnexTranscriptItem, as the transcript has them */
  GPtrArray *sections;    /* Section, in order */
  GHashTable *section_of; /* AnnexTranscriptItem → Section */
  GPtrArray *rows;        /* AnnexChatRow */
  guint update_id;
  guint update_ms;
  guint n_reading;
  gsize bytes_now; /* that may still be read at once in this change */
  gboolean results_below;
};

static void
list_model_iface_init (GListModelInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (AnnexChatRows,
                               annex_chat_rows,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (G_TYPE_LIST_MODEL, list_model_iface_init))

/* The list */

static GType
rows_get_item_type (GListModel *model)
{
  return ANNEX_TYPE_CHAT_ROW;
}

static guint
rows_get_n_items (GListModel *model)
{
  return ANNEX_CHAT_ROWS (model)->rows->len;
}

static gpointer
rows_get_item (GListModel *model, guint position)
{
  AnnexChatRows *self = ANNEX_CHAT_ROWS (model);

  return position < self->rows->len ? g_object_ref (self->rows->pdata[position]) : NULL;
}

static void
list_model_iface_init (GListModelInterface *iface)
{
  iface->get_item_type = rows_get_item_type;
  iface->get_n_items = rows_get_n_items;
  iface->get_item = rows_get_item;
}

/* Sections */

static void
section_free (gpointer data)
{
  Section *section = data;

  g_object_unref (section->item);
  g_clear_pointer (&section->items, g_ptr_array_unref);
  g_ptr_array_unref (section->rows);
  g_clear_pointer (&section->stream, annex_markdown_stream_free);
  g_free (section);
}

static AnnexRowKind
row_kind (AnnexItemKind kind)
{
  switch (kind)
    {
    case ANNEX_ITEM_USER:
      return ANNEX_ROW_USER;
    case ANNEX_ITEM_TEXT:
      return ANNEX_ROW_BLOCK;
    case ANNEX_ITEM_THINKING:
      return ANNEX_ROW_THINKING;
    case ANNEX_ITEM_STEP:
      return ANNEX_ROW_STEPS;
    case ANNEX_ITEM_ASK:
      return ANNEX_ROW_ASK;
    case ANNEX_ITEM_RESULT:
      return ANNEX_ROW_RESULT;
    case ANNEX_ITEM_DRAFT:
      return ANNEX_ROW_DRAFT;
    case ANNEX_ITEM_NOTICE:
      return ANNEX_ROW_NOTICE;
    case ANNEX_ITEM_ERROR:
      return ANNEX_ROW_ERROR;
    }
  return ANNEX_ROW_NOTICE;
}

/* What another row, or another part of the window, shows already. */
static gboolean
is_hidden (AnnexTranscriptItem *item)
{
  AnnexItemKind kind = annex_transcript_item_get_kind (item);

  if (kind == ANNEX_ITEM_STEP)
    return annex_step_is_shown_elsewhere (item);
  if (kind == ANNEX_ITEM_ASK)
    return annex_ask_get_kind (annex_transcript_item_get_ask (item)) == ANNEX_ASK_DRAFT;
  return FALSE;
}

static void
add_row (Section *section, AnnexRowKind kind, AnnexMarkdownBlock *block)
{
  AnnexChatRow *row = annex_chat_row_new (kind, section->item);

  row->first = section->rows->len == 0;
  if (block != NULL)
    annex_chat_row_set_block (row, block);
  g_ptr_array_add (section->rows, row);
}

/* Splices the flat list; what is the same at both ends is left alone. */
static void
replace_rows (AnnexChatRows *self, guint position, guint n_old, GPtrArray *rows)
{
  guint before = 0, after = 0;
  guint n_new = rows->len;

  while (before < n_old && before < n_new &&
         self->rows->pdata[position + before] == rows->pdata[before])
    before++;
  while (after < n_old - before && after < n_new - before &&
         self->rows->pdata[position + n_old - 1 - after] == rows->pdata[n_new - 1 - after])
    after++;
  if (n_old == n_new && before == n_new)
    return;
  if (n_old - before - after > 0)
    g_ptr_array_remove_range (self->rows, position + before, n_old - before - after);
  for (guint i = before; i < n_new - after; i++)
    g_ptr_array_insert (self->rows, (int) (position + i), g_object_ref (rows->pdata[i]));
  g_list_model_items_changed (G_LIST_MODEL (self), position + before, n_old - before - after,
                              n_new - before - after);
}

static guint
rows_before (AnnexChatRows *self, guint section)
{
  guint n = 0;

  if (section > self->sections->len / 2)
    {
      for (guint i = section; i < self->sections->len; i++)
        n += ((Section *) self->sections->pdata[i])->rows->len;
      return self->rows->len - n;
    }
  for (guint i = 0; i < section; i++)
    n += ((Section *) self->sections->pdata[i])->rows->len;
  return n;
}

static gboolean
find_section (AnnexChatRows *self, Section *section, guint *index)
{
  for (guint i = self->sections->len; i > 0; i--)
    if (self->sections->pdata[i - 1] == section)
      {
        *index = i - 1;
        return TRUE;
      }
  return FALSE;
}

/* Prose */

/* Makes the rows of @section those of @blocks: the first @same are as they were. Returns the old
 * rows as they were in the list, to be replaced. */
static void
take_blocks (Section *section, GPtrArray *blocks, guint same)
{
  for (guint i = MIN (same, section->rows->len); i < blocks->len; i++)
    {
      AnnexMarkdownBlock *block = blocks->pdata[i];
      AnnexChatRow *row = i < section->rows->len ? section->rows->pdata[i] : NULL;

      if (row == NULL)
        add_row (section, ANNEX_ROW_BLOCK, block);
      else if (!annex_markdown_block_equal (row->block, block))
        {
          annex_chat_row_set_block (row, block);
          annex_chat_row_changed (row);
        }
    }
  if (section->rows->len > blocks->len)
    g_ptr_array_set_size (section->rows, (int) blocks->len);
}

static void
show_blocks (AnnexChatRows *self, Section *section, GPtrArray *blocks, guint same)
{
  guint n_old = section->rows->len;
  guint index;

  if (!find_section (self, section, &index))
    return;
  index = rows_before (self, index);
  take_blocks (section, blocks, same);
  replace_rows (self, index, n_old, section->rows);
}

typedef struct
{
  GWeakRef rows;
  AnnexTranscriptItem *item;
} Reading;

static void
reading_free (gpointer data)
{
  Reading *reading = data;

  g_weak_ref_clear (&reading->rows);
  g_object_unref (reading->item);
  g_free (reading);
}

static DexFuture *
read_worker (gpointer data)
{
  g_autoptr (GPtrArray) blocks =
      g_ptr_array_new_with_free_func ((GDestroyNotify) annex_markdown_block_unref);

  annex_markdown_parse (data, strlen (data), blocks, NULL, NULL);
  return dex_future_new_take_boxed (G_TYPE_PTR_ARRAY, g_steal_pointer (&blocks));
}

static DexFuture *
read_cb (DexFuture *future, gpointer data)
{
  Reading *reading = data;
  g_autoptr (AnnexChatRows) self = g_weak_ref_get (&reading->rows);
  const GValue *value = dex_future_get_value (future, NULL); /* it cannot fail */
  Section *section;

  if (self == NULL || value == NULL)
    return dex_future_new_true ();
  self->n_reading--;
  section = g_hash_table_lookup (self->section_of, reading->item);
  if (section == NULL || !section->reading)
    return dex_future_new_true ();
  section->reading = FALSE;
  show_blocks (self, section, g_value_get_boxed (value), 0);
  return dex_future_new_true ();
}

static void
read_in_worker (AnnexChatRows *self, Section *section, const char *text)
{
  Reading *reading = g_new0 (Reading, 1);

  g_weak_ref_init (&reading->rows, self);
  reading->item = g_object_ref (section->item);
  section->reading = TRUE;
  self->n_reading++;
  dex_future_disown (
      dex_future_finally (annex_worker_run ("annex-markdown", read_worker, g_strdup (text), g_free),
                          read_cb, reading, reading_free));
}

/* Of a section that is not in the list yet. */
static void
begin_text (AnnexChatRows *self, Section *section)
{
  const char *text = annex_transcript_item_get_text (section->item);
  gboolean finished = annex_transcript_item_is_finished (section->item);
  gsize length = strlen (text);

  if (finished && length > self->bytes_now)
    {
      read_in_worker (self, section, text);
      return;
    }
  self->bytes_now -= MIN (length, self->bytes_now);
  section->stream = annex_markdown_stream_new ();
  annex_markdown_stream_update (section->stream, text, length, finished);
  take_blocks (section, annex_markdown_stream_get_blocks (section->stream), 0);
}

static void
update_text (AnnexChatRows *self, Section *section)
{
  const char *text = annex_transcript_item_get_text (section->item);
  guint same;

  if (section->stream == NULL)
    return;
  same = annex_markdown_stream_update (section->stream, text, strlen (text),
                                       annex_transcript_item_is_finished (section->item));
  show_blocks (self, section, annex_markdown_stream_get_blocks (section->stream), same);
}

/* Making sections anew */

static Section *
section_new (AnnexChatRows *self, AnnexTranscriptItem *item)
{
  Section *section = g_new0 (Section, 1);
  AnnexItemKind kind = annex_transcript_item_get_kind (item);

  section->item = g_object_ref (item);
  section->rows = g_ptr_array_new_with_free_func (g_object_unref);
  if (kind == ANNEX_ITEM_TEXT)
    begin_text (self, section);
  else
    add_row (section, row_kind (kind), NULL);
  return section;
}

static void
set_run (Section *section, GPtrArray *items)
{
  AnnexChatRow *row = section->rows->pdata[0];
  gboolean same = section->items != NULL && section->items->len == items->len;

  for (guint i = 0; same && i < items->len; i++)
    same = section->items->pdata[i] == items->pdata[i];
  if (same)
    return;
  g_clear_pointer (&section->items, g_ptr_array_unref);
  section->items = g_ptr_array_ref (items);
  g_set_object (&section->item, items->pdata[0]);
  g_clear_pointer (&row->items, g_ptr_array_unref);
  row->items = g_ptr_array_ref (items);
  g_set_object (&row->item, items->pdata[0]);
  annex_chat_row_changed (row);
}

/* The section of @items, an old one if there is one that was not taken yet. */
static Section *
take_section (AnnexChatRows *self, GPtrArray *items)
{
  Section *section = NULL;

  for (guint i = 0; i < items->len && section == NULL; i++)
    {
      section = g_hash_table_lookup (self->section_of, items->pdata[i]);
      if (section != NULL && section->used)
        section = NULL;
    }
  if (section == NULL)
    section = section_new (self, items->pdata[0]);
  section->used = TRUE;
  if (annex_transcript_item_get_kind (items->pdata[0]) == ANNEX_ITEM_STEP)
    set_run (section, items);
  return section;
}

/* Sections for items [from, to). (transfer full) */
static GPtrArray *
make_sections (AnnexChatRows *self, guint from, guint to)
{
  GPtrArray *sections = g_ptr_array_new ();

  for (guint i = from; i < to;)
    {
      AnnexTranscriptItem *item = self->items->pdata[i++];
      g_autoptr (GPtrArray) run = NULL;

      if (is_hidden (item))
        continue;
      run = g_ptr_array_new_with_free_func (g_object_unref);
      g_ptr_array_add (run, g_object_ref (item));
      while (annex_transcript_item_get_kind (item) == ANNEX_ITEM_STEP && i < to)
        {
          AnnexTranscriptItem *next = self->items->pdata[i];

          if (!is_hidden (next) && !annex_step_is_same_kind (item, next))
            break;
          if (!is_hidden (next))
            g_ptr_array_add (run, g_object_ref (next));
          i++;
        }
      g_ptr_array_add (sections, take_section (self, run));
    }
  return sections;
}

static gboolean
may_join (AnnexTranscriptItem *item)
{
  return annex_transcript_item_get_kind (item) == ANNEX_ITEM_STEP || is_hidden (item);
}

/* Adds the sections that @item was in, in order. */
static void
add_old (AnnexChatRows *self, GPtrArray *old, AnnexTranscriptItem *item)
{
  Section *section = g_hash_table_lookup (self->section_of, item);

  if (section != NULL && !section->used)
    {
      section->used = TRUE;
      g_ptr_array_add (old, section);
    }
}

/* Puts sections of items [from, to) in the place of @old, whose first is at @index. */
static void
replace_sections (AnnexChatRows *self, GPtrArray *old, guint index, guint from, guint to)
{
  g_autoptr (GPtrArray) sections = NULL;
  g_autoptr (GPtrArray) rows = g_ptr_array_new ();
  guint first_row = rows_before (self, index);
  guint n_old = 0;

  for (guint i = 0; i < old->len; i++)
    {
      Section *section = old->pdata[i];

      n_old += section->rows->len;
      section->used = FALSE;
    }
  sections = make_sections (self, from, to);
  for (guint i = 0; i < old->len; i++)
    {
      Section *section = old->pdata[i];

      g_hash_table_remove (self->section_of, section->item);
      for (guint j = 0; section->items != NULL && j < section->items->len; j++)
        g_hash_table_remove (self->section_of, section->items->pdata[j]);
    }
  if (old->len > 0)
    g_ptr_array_remove_range (self->sections, index, old->len);
  for (guint i = 0; i < sections->len; i++)
    {
      Section *section = sections->pdata[i];

      g_ptr_array_insert (self->sections, (int) (index + i), section);
      g_hash_table_insert (self->section_of, section->item, section);
      for (guint j = 0; section->items != NULL && j < section->items->len; j++)
        g_hash_table_insert (self->section_of, section->items->pdata[j], section);
      for (guint j = 0; j < section->rows->len; j++)
        g_ptr_array_add (rows, section->rows->pdata[j]);
    }
  replace_rows (self, first_row, n_old, rows);
  for (guint i = 0; i < old->len; i++)
    if (!((Section *) old->pdata[i])->used)
      section_free (old->pdata[i]);
  for (guint i = 0; i < sections->len; i++)
    ((Section *) sections->pdata[i])->used = FALSE;
}

/* Where the sections of items from @from on begin, when none of them has one. */
static guint
index_before (AnnexChatRows *self, guint from)
{
  guint index;

  for (guint i = from; i > 0; i--)
    {
      Section *section = g_hash_table_lookup (self->section_of, self->items->pdata[i - 1]);

      if (section != NULL && find_section (self, section, &index))
        return index + 1;
    }
  return 0;
}

/* Results of the last request are below the conversation, those of the one before are not any more.
 */
static void
place_results (AnnexChatRows *self)
{
  guint requests = 0;

  for (guint i = self->sections->len; i > 0 && requests < 2; i--)
    {
      Section *section = self->sections->pdata[i - 1];
      gboolean below = self->results_below && requests == 0;
      AnnexChatRow *row;

      requests += annex_transcript_item_get_kind (section->item) == ANNEX_ITEM_USER;
      if (annex_transcript_item_get_kind (section->item) != ANNEX_ITEM_RESULT)
        continue;
      row = section->rows->pdata[0];
      if (row->below == below)
        continue;
      row->below = below;
      annex_chat_row_changed (row);
    }
}

void
annex_chat_rows_set_results_below (AnnexChatRows *self, gboolean below)
{
  self->results_below = below;
  place_results (self);
}

/* @gone: items that were at @from, not in the list any more; @to: the end of what is new there. */
static void
redo (AnnexChatRows *self, GPtrArray *gone, guint from, guint to)
{
  g_autoptr (GPtrArray) old = g_ptr_array_new ();
  guint n_new = to - from;
  guint start = from;
  guint index;

  while (start > 0 && may_join (self->items->pdata[start - 1]))
    start--;
  while (to < self->items->len && may_join (self->items->pdata[to]))
    to++;
  self->bytes_now = MAX_BYTES_NOW;
  for (guint i = start; i < from; i++)
    add_old (self, old, self->items->pdata[i]);
  for (guint i = 0; gone != NULL && i < gone->len; i++)
    add_old (self, old, gone->pdata[i]);
  for (guint i = gone != NULL ? from + n_new : from; i < to; i++)
    add_old (self, old, self->items->pdata[i]);
  if (old->len == 0 || !find_section (self, old->pdata[0], &index))
    index = index_before (self, start);
  replace_sections (self, old, index, start, to);
  place_results (self);
}

/* Changes */

static gboolean
update_cb (gpointer data)
{
  AnnexChatRows *self = data;
  gint64 began = g_get_monotonic_time ();

  self->update_id = 0;
  for (guint i = 0; i < self->sections->len; i++)
    {
      Section *section = self->sections->pdata[i];

      if (!section->dirty)
        continue;
      section->dirty = FALSE;
      if (annex_transcript_item_get_kind (section->item) == ANNEX_ITEM_TEXT)
        update_text (self, section);
      else if (section->rows->len > 0)
        annex_chat_row_changed (section->rows->pdata[0]);
    }
  /* What takes long is done less often. */
  self->update_ms =
      (guint) CLAMP ((g_get_monotonic_time () - began) / 250, UPDATE_MS, MAX_UPDATE_MS);
  return G_SOURCE_REMOVE;
}

void
annex_chat_rows_flush (AnnexChatRows *self)
{
  g_clear_handle_id (&self->update_id, g_source_remove);
  update_cb (self);
}

gboolean
annex_chat_rows_is_busy (AnnexChatRows *self)
{
  return self->n_reading > 0;
}

static void
item_changed_cb (AnnexChatRows *self, GParamSpec *pspec, AnnexTranscriptItem *item)
{
  Section *section = g_hash_table_lookup (self->section_of, item);
  guint index;

  if (annex_transcript_item_get_kind (item) == ANNEX_ITEM_STEP &&
      is_hidden (item) != (section == NULL) && g_ptr_array_find (self->items, item, &index))
    {
      redo (self, NULL, index, index + 1);
      return;
    }
  if (section == NULL)
    return;
  section->dirty = TRUE;
  if (self->update_id == 0)
    self->update_id = g_timeout_add (self->update_ms, update_cb, self);
}

static void
items_changed_cb (AnnexChatRows *self, guint position, guint removed, guint added)
{
  g_autoptr (GPtrArray) gone = g_ptr_array_new_with_free_func (g_object_unref);

  for (guint i = 0; i < removed; i++)
    {
      AnnexTranscriptItem *item = self->items->pdata[position + i];

      g_signal_handlers_disconnect_by_func (item, item_changed_cb, self);
      g_ptr_array_add (gone, g_object_ref (item));
    }
  if (removed > 0)
    g_ptr_array_remove_range (self->items, position, removed);
  for (guint i = 0; i < added; i++)
    {
      AnnexTranscriptItem *item =
          g_list_model_get_item (G_LIST_MODEL (self->transcript), position + i);

      g_signal_connect_object (item, "notify::revision", G_CALLBACK (item_changed_cb), self,
                               G_CONNECT_SWAPPED);
      g_ptr_array_insert (self->items, (int) (position + i), item);
    }
  redo (self, gone, position, position + added);
}

/* The object */

static void
annex_chat_rows_finalize (GObject *object)
{
  AnnexChatRows *self = ANNEX_CHAT_ROWS (object);

  g_clear_handle_id (&self->update_id, g_source_remove);
  g_ptr_array_unref (self->rows);
  g_hash_table_unref (self->section_of);
  g_ptr_array_set_free_func (self->sections, section_free);
  g_ptr_array_unref (self->sections);
  g_ptr_array_unref (self->items);
  g_clear_object (&self->transcript);
  G_OBJECT_CLASS (annex_chat_rows_parent_class)->finalize (object);
}

static void
annex_chat_rows_class_init (AnnexChatRowsClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = annex_chat_rows_finalize;
}

static void
annex_chat_rows_init (AnnexChatRows *self)
{
  self->items = g_ptr_array_new_with_free_func (g_object_unref);
  self->sections = g_ptr_array_new ();
  self->section_of = g_hash_table_new (NULL, NULL);
  self->rows = g_ptr_array_new_with_free_func (g_object_unref);
  self->update_ms = UPDATE_MS;
}

AnnexChatRows *
annex_chat_rows_new (AnnexTranscript *transcript)
{
  AnnexChatRows *self = g_object_new (ANNEX_TYPE_CHAT_ROWS, NULL);
  guint n = g_list_model_get_n_items (G_LIST_MODEL (transcript));

  self->transcript = g_object_ref (transcript);
  g_signal_connect_object (transcript, "items-changed", G_CALLBACK (items_changed_cb), self,
                           G_CONNECT_SWAPPED);
  items_changed_cb (self, 0, 0, n);
  return self;
}
