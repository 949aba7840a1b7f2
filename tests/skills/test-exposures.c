/* test-exposures.c
 *
 * Skills are passed on without what is private, and with word of what was not looked through.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-json.h"
#include "annex-skill-exposure.h"
#include "annex-skill-files.h"
#include "annex-skill-package.h"
#include "annex-zip.h"
#include "places-fixture.h"

#include <string.h>

static const char private_skill[] =
    "---\nname: report\ndescription: The report\nmetadata:\n  author: me\n---\n"
    "Write to anna.beispiel@firma-gmbh.de or info@example.org.\n"
    "IBAN DE89 3704 0044 0532 0130 00, not DE89 3704 0044 0532 0130 01.\n"
    "Card 4111 1111 1111 1111, order 4111 1111 1111 1112.\n"
    "Call +49 30 1234567. Lindenstraße 12. Folder Receipts, /home/anna/Receipts, /home/agent/x\n"
    "Again anna.beispiel@firma-gmbh.de by Anna Beispiel.\n";

static void
test_exposures (PlacesFixture *f, gconstpointer data)
{
  static const struct
  {
    const char *kind;
    const char *text;
    guint line;
    guint column;
  } expected[] = {
    { "mail", "anna.beispiel@firma-gmbh.de", 7, 10 },
    { "account", "DE89 3704 0044 0532 0130 00", 8, 6 },
    { "account", "4111 1111 1111 1111", 9, 6 },
    { "phone", "+49 30 1234567", 10, 6 },
    { "street", "Lindenstraße 12", 10, 22 },
    { "share", "Receipts", 10, 46 },
    { "path", "/home/anna/Receipts", 10, 56 },
    { "mail", "anna.beispiel@firma-gmbh.de", 11, 7 },
    { "name", "Anna Beispiel", 11, 38 },
    { "key", "sk-ant-abcdefghijklmnop1234", 1, 5 },
    { "key", "hunter2hunter2", 2, 12 },
  };
  const char *names[] = { "Anna Beispiel", NULL };
  const char *shares[] = { "Receipts", NULL };
  g_autofree char *folder = g_build_filename (f->dir, "new", "report", NULL);
  g_autoptr (GError) error = NULL;
  g_autoptr (AnnexExposures) exposures = NULL;
  GPtrArray *found;
  g_autoptr (GHashTable) texts = NULL;
  g_autoptr (GBytes) archive = NULL;
  g_autoptr (AnnexZip) zip = NULL;

  places_put (f, "new/report/SKILL.md", private_skill);
  places_put (f, "new/report/run.sh",
              "KEY=sk-ant-abcdefghijklmnop1234\npassword = hunter2hunter2\n");
  exposures = annex_exposures_find (folder, names, shares, NULL, &error);
  g_assert_no_error (error);
  g_assert_null (exposures->unseen[0]);
  found = exposures->list;
  for (guint i = 0; i < found->len; i++)
    {
      AnnexExposure *one = found->pdata[i];

      g_test_message ("%s:%u:%u %s “%s” → %s", one->path, one->line, one->column,
                      annex_exposure_kind_to_name (one->kind), one->text, one->need_id);
      g_assert_cmpuint (i, <, G_N_ELEMENTS (expected));
      g_assert_cmpstr (annex_exposure_kind_to_name (one->kind), ==, expected[i].kind);
      g_assert_cmpstr (one->text, ==, expected[i].text);
      g_assert_cmpuint (one->line, ==, expected[i].line);
      g_assert_cmpuint (one->column, ==, expected[i].column);
    }
  g_assert_cmpuint (found->len, ==, G_N_ELEMENTS (expected));
  for (guint i = 0; i < found->len; i++)
    ((AnnexExposure *) found->pdata[i])->choice = i == 4   ? ANNEX_EXPOSURE_REMOVE
                                                  : i == 5 ? ANNEX_EXPOSURE_KEEP
                                                           : ANNEX_EXPOSURE_ASK;
  texts = annex_exposures_apply (folder, "report", exposures, &error);
  g_assert_no_error (error);
  archive = annex_skill_package_make (folder, texts, &error);
  g_assert_no_error (error);
  zip = annex_zip_open (archive, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < annex_zip_get_entries (zip)->len; i++)
    {
      AnnexZipEntry *entry = annex_zip_get_entries (zip)->pdata[i];
      g_autoptr (GBytes) bytes = annex_zip_read (zip, entry, &error);
      g_autofree char *text = g_strndup (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));

      g_assert_true (g_str_has_prefix (entry->path, "report/"));
      for (guint j = 0; j < G_N_ELEMENTS (expected); j++)
        if (j != 5)
          g_assert_null (strstr (text, expected[j].text));
      if (g_str_has_suffix (entry->path, "SKILL.md"))
        {
          g_autoptr (AnnexSkill) skill = annex_skill_parse (text, strlen (text), "report", NULL);

          g_assert_cmpuint (annex_skill_get_needs (skill)->len, ==, 8);
          g_assert_nonnull (strstr (text, "Write to {{annex.mail}} or info@example.org."));
          g_assert_nonnull (strstr (text, "Folder Receipts"));
          g_assert_cmpstr (annex_skill_get_metadata (skill, "author"), ==, "me");
        }
    }
}

/* A question for something found is not one that the skill asks already. */
static void
test_exposure_ids (PlacesFixture *f, gconstpointer data)
{
  g_autofree char *folder = g_build_filename (f->dir, "new", "report", NULL);
  g_autoptr (AnnexExposures) exposures = NULL;
  GPtrArray *found;

  places_put (f, "new/report/SKILL.md",
              "---\nname: report\ndescription: D\nmetadata:\n  annex.mail: text\n---\n"
              "From {{annex.mail}} to a@firm.de, b@firm.de and a@firm.de.\n");
  exposures = annex_exposures_find (folder, NULL, NULL, NULL, NULL);
  found = exposures->list;
  g_assert_cmpuint (found->len, ==, 3);
  g_assert_cmpstr (((AnnexExposure *) found->pdata[0])->need_id, ==, "mail_2");
  g_assert_cmpstr (((AnnexExposure *) found->pdata[1])->need_id, ==, "mail_3");
  g_assert_cmpstr (((AnnexExposure *) found->pdata[2])->need_id, ==, "mail_2");
}

/* However many addresses a file holds: no key is hidden behind them, and that there are more than
 * are listed is said. */
static void
test_many (PlacesFixture *f, gconstpointer data)
{
  g_autofree char *folder = g_build_filename (f->dir, "new", "report", NULL);
  g_autoptr (GString) contacts = g_string_new (NULL);
  g_autoptr (AnnexExposures) few = NULL;
  g_autoptr (AnnexExposures) many = NULL;
  guint n_keys = 0;

  for (guint i = 0; i < 1000; i++)
    g_string_append_printf (contacts, "n%u@firm.de\n", i);
  places_put_skill (f, "new/report", "D");
  places_put (f, "new/report/assets/contacts.csv", contacts->str);
  places_put (f, "new/report/run.py",
              "KEY = 'sk-ant-abcdefghijklmnop1234'\nmail ('anna@firm.de')\n");
  few = annex_exposures_find (folder, NULL, NULL, NULL, NULL);
  g_assert_cmpuint (g_strv_length (few->unseen), ==, 1);
  g_assert_cmpstr (few->unseen[0], ==, "assets/contacts.csv");
  g_assert_cmpstr (((AnnexExposure *) few->list->pdata[few->list->len - 1])->text, ==,
                   "anna@firm.de");
  for (guint i = 0; i < 10; i++)
    {
      g_autofree char *path = g_strdup_printf ("new/report/assets/%u.csv", i);

      places_put (f, path, contacts->str);
    }
  many = annex_exposures_find (folder, NULL, NULL, NULL, NULL);
  for (guint i = 0; i < many->list->len; i++)
    n_keys += ((AnnexExposure *) many->list->pdata[i])->kind == ANNEX_EXPOSURE_KEY;
  g_assert_cmpuint (n_keys, ==, 1);
  g_assert_true (g_strv_contains ((const char *const *) many->unseen, "run.py"));
}

/* One name is one question, however often it stands there. */
static void
test_often (PlacesFixture *f, gconstpointer data)
{
  const char *names[] = { "Anna Berg", NULL };
  g_autofree char *folder = g_build_filename (f->dir, "new", "report", NULL);
  g_autoptr (GString) text = g_string_new (NULL);
  g_autoptr (AnnexExposures) found = NULL;

  for (guint i = 0; i < 2000; i++)
    g_string_append (text, "By Anna Berg\n");
  places_put_skill (f, "new/report", "D");
  places_put (f, "new/report/log.txt", text->str);
  found = annex_exposures_find (folder, names, NULL, NULL, NULL);
  g_assert_cmpuint (found->list->len, ==, 2000);
  g_assert_null (found->unseen[0]);
}

/* What is no text is named. */
static void
test_unseen (PlacesFixture *f, gconstpointer data)
{
  static const char *const expected[] = { "assets/large.txt", "assets/old.txt", NULL };
  g_autofree char *folder = g_build_filename (f->dir, "new", "report", NULL);
  g_autofree char *large = g_strnfill (2 * 1024 * 1024, 'x');
  g_autoptr (AnnexExposures) found = NULL;

  places_put_skill (f, "new/report", "D");
  places_put (f, "new/report/assets/empty.txt", "");
  places_put (f, "new/report/assets/large.txt", large);
  places_put (f, "new/report/assets/old.txt",
              "An anna@firm.de, Stra\xdf"
              "e\n");
  found = annex_exposures_find (folder, NULL, NULL, NULL, NULL);
  g_assert_cmpuint (found->list->len, ==, 0);
  g_assert_cmpstrv (found->unseen, expected);
}

/* A name that goes on in the next line is still one. */
static void
test_lines (PlacesFixture *f, gconstpointer data)
{
  const char *names[] = { "Anna Berg", NULL };
  g_autofree char *folder = g_build_filename (f->dir, "new", "report", NULL);
  g_autoptr (AnnexExposures) found = NULL;
  g_autoptr (GHashTable) texts = NULL;
  g_autofree char *text = NULL;
  GBytes *bytes;

  places_put (f, "new/report/SKILL.md",
              "---\nname: report\ndescription: >\n  As it is done by Anna\n  Berg.\n---\nAsk "
              "Anna\nBerg.\n");
  found = annex_exposures_find (folder, names, NULL, NULL, NULL);
  for (guint i = 0; i < found->list->len; i++)
    ((AnnexExposure *) found->list->pdata[i])->choice = ANNEX_EXPOSURE_REMOVE;
  texts = annex_exposures_apply (folder, "report", found, NULL);
  bytes = g_hash_table_lookup (texts, "SKILL.md");
  text = g_strndup (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes));
  g_assert_null (strstr (text, "Anna"));
  g_assert_null (strstr (text, "Berg"));
}

/* Of two that overlap nothing is left that was found. */
static void
test_overlap (PlacesFixture *f, gconstpointer data)
{
  const char *names[] = { "Anna Berg", NULL };
  const char *shares[] = { "Berg & Co", NULL };
  g_autofree char *folder = g_build_filename (f->dir, "new", "report", NULL);
  g_autoptr (AnnexExposures) found = NULL;
  g_autoptr (GHashTable) texts = NULL;
  g_autoptr (AnnexSkill) skill = NULL;
  GBytes *bytes;
  AnnexExposure *one;

  places_put (f, "new/report/SKILL.md",
              "---\nname: report\ndescription: D\n---\nFor Anna Berg & Co.\n");
  found = annex_exposures_find (folder, names, shares, NULL, NULL);
  g_assert_cmpuint (found->list->len, ==, 1);
  one = found->list->pdata[0];
  g_assert_cmpstr (one->text, ==, "Anna Berg & Co");
  one->choice = ANNEX_EXPOSURE_REMOVE;
  texts = annex_exposures_apply (folder, "report", found, NULL);
  bytes = g_hash_table_lookup (texts, "SKILL.md");
  skill = annex_skill_parse (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes), NULL, NULL);
  g_assert_cmpstr (annex_skill_get_body (skill), ==, "For .");
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
#define ADD(path, func)                                                                            \
  g_test_add ("/exposures/" path, PlacesFixture, NULL, places_set_up, func, places_tear_down)
  ADD ("found", test_exposures);
  ADD ("ids", test_exposure_ids);
  ADD ("many", test_many);
  ADD ("often", test_often);
  ADD ("unseen", test_unseen);
  ADD ("lines", test_lines);
  ADD ("overlap", test_overlap);
  return g_test_run ();
}
