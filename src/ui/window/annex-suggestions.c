/* annex-suggestions.c
 *
 * See annex-suggestions.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-suggestions.h"

#include "annex-future.h"

#include <glib/gi18n.h>
#include <string.h>

#define FILES_MAX 3000
#define DEPTH_MAX 3

typedef enum {
  KIND_RECEIPTS,
  KIND_SPREADSHEETS,
  KIND_PICTURES,
  KIND_DOCUMENTS,
  KIND_PRESENTATIONS,
  KIND_SOUNDS,
  KIND_ANY,
} Kind;

/* The order is the order of preference within a kind. */
static const struct
{
  Kind kind;
  AnnexSuggestion suggestion;
} table[] = {
  { KIND_RECEIPTS,
    { "x-office-spreadsheet-symbolic", N_ ("Make an expense report"),
      N_ ("Turn these receipts into an expense report: a spreadsheet with date, shop, amount and "
          "currency of each, sums by month and category, and a chart.") } },
  { KIND_RECEIPTS,
    { "folder-symbolic", N_ ("File them by month"),
      N_ ("Rename these receipts to date, shop and amount, and sort them into one folder per "
          "month.") } },
  { KIND_RECEIPTS,
    { "edit-find-symbolic", N_ ("Find what is missing or double"),
      N_ ("Check these receipts: which are there twice, which have no date or no amount, and which "
          "months look incomplete?") } },
  { KIND_SPREADSHEETS,
    { "x-office-spreadsheet-symbolic", N_ ("Sum up the spreadsheets"),
      N_ ("Look at the spreadsheets in this folder and write a one-page summary of what they say, "
          "with "
          "the most important figures in a table and a chart.") } },
  { KIND_SPREADSHEETS,
    { "edit-clear-all-symbolic", N_ ("Clean them up"),
      N_ ("Find mistakes in these spreadsheets: double rows, mixed formats of dates and numbers, "
          "empty "
          "columns. Correct them and list what you changed.") } },
  { KIND_SPREADSHEETS,
    { "view-dual-symbolic", N_ ("Merge them into one"),
      N_ ("Merge the tables in this folder into one spreadsheet, with one column that says which "
          "file "
          "each row is from.") } },
  { KIND_PICTURES,
    { "folder-pictures-symbolic", N_ ("Sort pictures by day"),
      N_ ("Sort these pictures into folders by the day they were taken, and set those aside that "
          "are "
          "there twice.") } },
  { KIND_PICTURES,
    { "document-edit-symbolic", N_ ("Give them telling names"),
      N_ ("Look at each picture and give it a short name that says what is in it, with the date "
          "first.") } },
  { KIND_PICTURES,
    { "x-office-presentation-symbolic", N_ ("Make a contact sheet"),
      N_ ("Make a PDF with small versions of all these pictures, with their names and dates.") } },
  { KIND_DOCUMENTS,
    { "x-office-document-symbolic", N_ ("Sum up the documents"),
      N_ ("Read the documents in this folder and write a summary: what each is about, what "
          "matters, and "
          "what has to be done by when.") } },
  { KIND_DOCUMENTS,
    { "view-list-bullet-symbolic", N_ ("Make an index"),
      N_ ("Make a table of all documents in this folder with title, date, who it is from and one "
          "sentence on its content.") } },
  { KIND_DOCUMENTS,
    { "folder-symbolic", N_ ("Name and file them"),
      N_ ("Rename these documents so that their names say date, sender and subject, and sort them "
          "into "
          "folders by subject.") } },
  { KIND_PRESENTATIONS,
    { "x-office-presentation-symbolic", N_ ("Write speaker’s notes"),
      N_ ("Read the presentations in this folder and write notes for the speaker to each slide, in "
          "a "
          "document.") } },
  { KIND_SOUNDS,
    { "audio-x-generic-symbolic", N_ ("List the recordings"),
      N_ ("Make a table of the recordings in this folder with name, date and length, and sort them "
          "into "
          "folders by month.") } },
  { KIND_ANY,
    { "folder-symbolic", N_ ("Tidy up this folder"),
      N_ ("Look at everything in this folder and tidy it up: sort the files into folders by "
          "subject, and "
          "set aside what is there twice. Delete nothing.") } },
  { KIND_ANY,
    { "view-list-bullet-symbolic", N_ ("Say what is in it"),
      N_ ("Look at everything in this folder and tell me what is in it, what is important and what "
          "could "
          "go.") } },
  { KIND_ANY,
    { "edit-find-symbolic", N_ ("Find what is there twice"),
      N_ ("Find files in this folder that are there twice or nearly so, and list them in a "
          "table.") } },
};

/* For who has given nothing yet: each asks for a folder. */
static const AnnexSuggestion starters[ANNEX_SUGGESTIONS] = {
  { "x-office-spreadsheet-symbolic", N_ ("Turn receipts into an expense report"),
    N_ ("Turn this folder of receipts into an expense report: a spreadsheet with date, shop, "
        "amount and "
        "currency of each, sums by month and category, and a chart.") },
  { "x-office-document-symbolic", N_ ("Sum up a folder of documents"),
    N_ ("Read the documents in this folder and write a summary: what each is about, what matters, "
        "and "
        "what has to be done by when.") },
  { "folder-symbolic", N_ ("Tidy up a folder"),
    N_ ("Look at everything in this folder and tidy it up: sort the files into folders by subject, "
        "and "
        "set aside what is there twice. Delete nothing.") },
};

/* ---- names */

static gboolean
has_ending (const char *lower, const char *const *endings)
{
  const char *dot = strrchr (lower, '.');

  return dot != NULL && dot != lower && g_strv_contains (endings, dot + 1);
}

static gboolean
sounds_like_receipt (const char *lower)
{
  static const char *const words[] = { "receipt",  "invoice", "expense", "beleg",  "quittung",
                                       "rechnung", "spesen",  "facture", "recibo", "factura",
                                       "ricevuta", "fattura", "bon",     NULL };

  for (guint i = 0; words[i + 1] != NULL; i++) /* "bon" alone is only a beginning, see below */
    if (strstr (lower, words[i]) != NULL)
      return TRUE;
  return g_str_has_prefix (lower, "bon-") || g_str_has_prefix (lower, "bon_");
}

void
annex_folder_contents_add (AnnexFolderContents *self, const char *folder, const char *name)
{
  static const char *const spreadsheets[] = { "xlsx", "xls", "ods", "csv", "tsv", NULL };
  static const char *const pictures[] = { "jpg",  "jpeg", "png",  "heic", "webp", "tif",
                                          "tiff", "gif",  "avif", "jxl",  NULL };
  static const char *const documents[] = { "pdf", "docx", "doc",  "odt", "rtf",
                                           "txt", "md",   "html", NULL };
  static const char *const presentations[] = { "pptx", "ppt", "odp", NULL };
  static const char *const sounds[] = { "mp3", "ogg", "opus", "flac", "wav", "m4a", NULL };
  g_autofree char *valid = g_utf8_make_valid (name, -1);
  g_autofree char *lower = g_utf8_strdown (valid, -1);
  g_autofree char *valid_folder = g_utf8_make_valid (folder, -1);
  g_autofree char *lower_folder = g_utf8_strdown (valid_folder, -1);
  gboolean picture = has_ending (lower, pictures);
  gboolean document = has_ending (lower, documents);

  self->files++;
  if ((picture || document) && (sounds_like_receipt (lower) || sounds_like_receipt (lower_folder)))
    self->receipts++;
  else if (has_ending (lower, spreadsheets))
    self->spreadsheets++;
  else if (picture)
    self->pictures++;
  else if (document)
    self->documents++;
  else if (has_ending (lower, presentations))
    self->presentations++;
  else if (has_ending (lower, sounds))
    self->sounds++;
}

/* ---- choosing */

static AnnexSuggestion
translated (const AnnexSuggestion *suggestion)
{
  return (AnnexSuggestion) { suggestion->icon, _ (suggestion->title), _ (suggestion->prompt) };
}

void
annex_suggestions_choose (const AnnexFolderContents *contents,
                          AnnexSuggestion chosen[ANNEX_SUGGESTIONS])
{
  gboolean used[G_N_ELEMENTS (table)] = { FALSE };
  guint counts[KIND_ANY + 1];
  guint n_chosen = 0;

  if (contents == NULL)
    {
      for (guint i = 0; i < ANNEX_SUGGESTIONS; i++)
        chosen[i] = translated (&starters[i]);
      return;
    }
  counts[KIND_RECEIPTS] = contents->receipts;
  counts[KIND_SPREADSHEETS] = contents->spreadsheets;
  counts[KIND_PICTURES] = contents->pictures;
  counts[KIND_DOCUMENTS] = contents->documents;
  counts[KIND_PRESENTATIONS] = contents->presentations;
  counts[KIND_SOUNDS] = contents->sounds;
  counts[KIND_ANY] = 1; /* always, and after all that is there */
  while (n_chosen < ANNEX_SUGGESTIONS)
    {
      guint best = G_N_ELEMENTS (table);

      for (guint i = 0; i < G_N_ELEMENTS (table); i++)
        if (!used[i] && counts[table[i].kind] > 0 &&
            (best == G_N_ELEMENTS (table) ||
             (table[best].kind == KIND_ANY && table[i].kind != KIND_ANY) ||
             (table[i].kind != KIND_ANY && counts[table[i].kind] > counts[table[best].kind])))
          best = i;
      used[best] = TRUE;
      chosen[n_chosen++] = translated (&table[best].suggestion);
      /* A second kind that is there as well gets its turn. */
      counts[table[best].kind] =
          table[best].kind == KIND_ANY ? 1 : (counts[table[best].kind] + 1) / 2;
    }
}

/* ---- looking */

static void
look_into (AnnexFolderContents *contents, const char *path, guint depth)
{
  g_autoptr (GDir) folder = g_dir_open (path, 0, NULL); /* unreadable: nothing to suggest from it */
  g_autofree char *folder_name = g_path_get_basename (path);
  const char *name;

  while (folder != NULL && contents->files < FILES_MAX && (name = g_dir_read_name (folder)) != NULL)
    {
      g_autofree char *child = g_build_filename (path, name, NULL);

      if (*name == '.' || g_file_test (child, G_FILE_TEST_IS_SYMLINK))
        continue;
      if (!g_file_test (child, G_FILE_TEST_IS_DIR))
        annex_folder_contents_add (contents, folder_name, name);
      else if (depth < DEPTH_MAX)
        look_into (contents, child, depth + 1);
    }
}

static DexFuture *
look_work (gpointer data)
{
  const char *const *folders = data;
  AnnexFolderContents contents = { 0 };

  for (guint i = 0; folders[i] != NULL; i++)
    look_into (&contents, folders[i], 0);
  return dex_future_new_take_boxed (G_TYPE_BYTES, g_bytes_new (&contents, sizeof contents));
}

DexFuture *
annex_suggestions_look (const char *const *folders)
{
  return annex_worker_run ("annex-suggestions", look_work, g_strdupv ((char **) folders),
                           (GDestroyNotify) g_strfreev);
}
