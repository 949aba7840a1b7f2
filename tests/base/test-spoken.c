/* test-spoken.c
 *
 * Errors that are told twice: English in the message, the user's language beside it, through all
 * that happens to an error on its way.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-spoken.h"

#include <gio/gio.h>
#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <locale.h>
#include <string.h>

#define TEST_ERROR (test_error_quark ())
static GQuark
test_error_quark (void);
ANNEX_DEFINE_SPOKEN_DOMAIN (test_error)

/* In the order that a catalogue must have. */
static const char *const catalogue[][2] = {
  { "", "Content-Type: text/plain; charset=UTF-8\n" },
  { "%s was refused", "%s wurde abgelehnt" },
  { "It failed: %s", "Misslungen: %s" },
  { "It has ended.", "Es ist zu Ende." },
  { "the line broke", "die Leitung brach" },
};

/* The catalogue in gettext's binary format, in the byte order of this machine. */
static void
write_catalogue (const char *path)
{
  const guint n = G_N_ELEMENTS (catalogue);
  guint32 head[7] = { 0x950412deu, 0, n, sizeof head, (guint32) sizeof head + 8 * n, 0, 0 };
  g_autoptr (GByteArray) tables = g_byte_array_new ();
  g_autoptr (GByteArray) texts = g_byte_array_new ();
  g_autoptr (GError) error = NULL;

  g_byte_array_append (tables, (guint8 *) head, sizeof head);
  for (guint column = 0; column < 2; column++)
    for (guint i = 0; i < n; i++)
      {
        const char *text = catalogue[i][column];
        guint32 place[2] = { (guint32) strlen (text),
                             (guint32) sizeof head + 16 * n + (guint32) texts->len };

        g_byte_array_append (tables, (guint8 *) place, sizeof place);
        g_byte_array_append (texts, (guint8 *) text, (guint) strlen (text) + 1);
      }
  g_byte_array_append (tables, texts->data, texts->len);
  g_assert_true (g_file_set_contents (path, (char *) tables->data, (gssize) tables->len, &error));
  g_assert_no_error (error);
}

static gboolean has_locale;

static gboolean
can_translate (void)
{
  if (!has_locale)
    g_test_skip ("There is no locale that is translated here");
  return has_locale;
}

static void
check (const GError *error, const char *message, const char *said)
{
  g_assert_nonnull (error);
  g_assert_cmpstr (error->message, ==, message);
  g_assert_cmpstr (annex_error_said (error), ==, said);
}

static void
test_both (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GError) made = annex_spoken_new (TEST_ERROR, 3, N_ ("%s was refused"), "host");
  g_autoptr (GError) unknown = annex_spoken_new (TEST_ERROR, 3, "Nobody translated %d", 7);

  if (!can_translate ())
    return;
  check (made, "host was refused", "host wurde abgelehnt");
  g_assert_true (g_error_matches (made, TEST_ERROR, 3));
  check (unknown, "Nobody translated 7", "Nobody translated 7");
  annex_set_spoken_literal (&error, TEST_ERROR, 1, N_ ("It has ended."));
  check (error, "It has ended.", "Es ist zu Ende.");
  g_clear_error (&error);
  annex_set_spoken (&error, TEST_ERROR, 1, N_ ("%s was refused"), "100 %s");
  check (error, "100 %s was refused", "100 %s wurde abgelehnt");
  annex_set_spoken (NULL, TEST_ERROR, 1, N_ ("%s was refused"), "nobody");
  annex_set_spoken_literal (NULL, TEST_ERROR, 1, N_ ("It has ended."));
  annex_set_spoken_detail (NULL, TEST_ERROR, 1, N_ ("It failed: %s"), "");
}

static void
test_detail (void)
{
  g_autoptr (GError) error = NULL;

  if (!can_translate ())
    return;
  annex_set_spoken_detail (&error, TEST_ERROR, 1, N_ ("It failed: %s"), N_ ("the line broke"));
  check (error, "It failed: the line broke", "Misslungen: die Leitung brach");
  g_clear_error (&error);
  annex_set_spoken_detail (&error, TEST_ERROR, 1, N_ ("It failed: %s"), "%s from elsewhere");
  check (error, "It failed: %s from elsewhere", "Misslungen: %s from elsewhere");
  g_clear_error (&error);
  /* An empty text has the head of the catalogue for a translation. */
  annex_set_spoken_detail (&error, TEST_ERROR, 1, N_ ("It failed: %s"), "");
  check (error, "It failed: ", "Misslungen: ");
}

static void
test_way (void)
{
  g_autoptr (GError) made = annex_spoken_new (TEST_ERROR, 3, N_ ("%s was refused"), "host");
  g_autoptr (GError) copy = g_error_copy (made);
  g_autoptr (GError) passed = NULL;
  g_autoptr (GError) rejected = NULL;
  g_autoptr (DexFuture) future = NULL;

  if (!can_translate ())
    return;
  check (copy, "host was refused", "host wurde abgelehnt");
  g_propagate_error (&passed, g_steal_pointer (&copy));
  check (passed, "host was refused", "host wurde abgelehnt");
  annex_spoken_take (passed, g_strdup ("other words"));
  check (passed, "host was refused", "other words");
  check (made, "host was refused", "host wurde abgelehnt");

  future = annex_future_new_spoken (TEST_ERROR, 3, N_ ("%s was refused"), "host");
  g_assert_null (dex_future_get_value (future, &rejected));
  check (rejected, "host was refused", "host wurde abgelehnt");
}

/* What has no words of its own says its message. */
static void
test_plain (void)
{
  g_autoptr (GError) plain = g_error_new (TEST_ERROR, 1, "Only English");
  g_autoptr (GError) foreign = g_error_new (G_IO_ERROR, G_IO_ERROR_FAILED, "From elsewhere");

  check (plain, "Only English", "Only English");
  check (foreign, "From elsewhere", "From elsewhere");
  g_assert_cmpuint (annex_spoken_domain ("test_error"), ==, TEST_ERROR);
}

int
main (int argc, char **argv)
{
  g_autofree char *folder = g_dir_make_tmp ("annex-spoken-XXXXXX", NULL);
  g_autofree char *language = g_build_filename (folder, "de", NULL);
  g_autofree char *messages = g_build_filename (language, "LC_MESSAGES", NULL);
  g_autofree char *path = g_build_filename (messages, "annex-spoken.mo", NULL);
  int status;

  g_assert_cmpint (g_mkdir_with_parents (messages, 0700), ==, 0);
  write_catalogue (path);
  g_setenv ("LANGUAGE", "de", TRUE);
  setlocale (LC_ALL, "C.UTF-8");
  /* The C library translates nothing in a C locale, whatever LANGUAGE says. */
  has_locale = setlocale (LC_MESSAGES, "de_DE.UTF-8") != NULL ||
               setlocale (LC_MESSAGES, "en_US.UTF-8") != NULL;
  bindtextdomain ("annex-spoken", folder);
  bind_textdomain_codeset ("annex-spoken", "UTF-8");
  textdomain ("annex-spoken");

  g_test_init (&argc, &argv, NULL);
  dex_init ();
  g_test_add_func ("/spoken/both", test_both);
  g_test_add_func ("/spoken/detail", test_detail);
  g_test_add_func ("/spoken/way", test_way);
  g_test_add_func ("/spoken/plain", test_plain);
  status = g_test_run ();
  g_unlink (path);
  g_rmdir (messages);
  g_rmdir (language);
  g_rmdir (folder);
  return status;
}
