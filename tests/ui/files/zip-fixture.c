/* zip-fixture.c
 *
 * See zip-fixture.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "zip-fixture.h"

#include <archive.h>
#include <archive_entry.h>
#include <string.h>

typedef struct
{
  struct archive *archive;
  char *buffer;
  size_t used;
  size_t size;
} Zip;

static void
zip_open (Zip *zip, gsize content)
{
  zip->size = content + 64 * 1024;
  zip->used = 0;
  zip->buffer = g_malloc (zip->size);
  zip->archive = archive_write_new ();
  archive_write_set_format_zip (zip->archive);
  g_assert_cmpint (archive_write_open_memory (zip->archive, zip->buffer, zip->size, &zip->used), ==,
                   ARCHIVE_OK);
}

static void
zip_add (Zip *zip, const char *name, const char *text, gsize length)
{
  struct archive_entry *entry = archive_entry_new ();

  archive_entry_set_pathname (entry, name);
  archive_entry_set_size (entry, (la_int64_t) length);
  archive_entry_set_filetype (entry, AE_IFREG);
  archive_entry_set_perm (entry, 0644);
  g_assert_cmpint (archive_write_header (zip->archive, entry), ==, ARCHIVE_OK);
  g_assert_cmpint (archive_write_data (zip->archive, text, length), ==, (gssize) length);
  archive_entry_free (entry);
}

static GBytes *
zip_close (Zip *zip)
{
  GBytes *bytes;

  g_assert_cmpint (archive_write_close (zip->archive), ==, ARCHIVE_OK);
  archive_write_free (zip->archive);
  bytes = g_bytes_new (zip->buffer, zip->used);
  g_free (zip->buffer);
  return bytes;
}

GBytes *
zip_fixture_new (const char *name, ...)
{
  Zip zip;
  va_list args;
  gsize content = 0;

  va_start (args, name);
  for (const char *each = name; each != NULL; each = va_arg (args, const char *))
    content += strlen (each) * 2 + strlen (va_arg (args, const char *));
  va_end (args);
  zip_open (&zip, content);
  va_start (args, name);
  for (; name != NULL; name = va_arg (args, const char *))
    {
      const char *text = va_arg (args, const char *);

      zip_add (&zip, name, text, strlen (text));
    }
  va_end (args);
  return zip_close (&zip);
}

GBytes *
zip_fixture_new_repeated (const char *name,
                          const char *head,
                          const char *unit,
                          gsize size,
                          const char *tail)
{
  g_autoptr (GString) text = g_string_sized_new (size + 1024);
  Zip zip;

  g_string_append (text, head);
  while (text->len < size)
    g_string_append (text, unit);
  g_string_append (text, tail);
  zip_open (&zip, text->len);
  zip_add (&zip, name, text->str, text->len);
  return zip_close (&zip);
}

GBytes *
zip_fixture_new_xlsx (const char *rows, const char *styles, const char *strings)
{
  g_autofree char *sheet = g_strdup_printf ("<?xml version=\"1.0\" encoding=\"UTF-8\"?><worksheet "
                                            "xmlns=\"x\"><sheetData>%s</sheetData></worksheet>",
                                            rows);
  g_autofree char *style_part =
      g_strdup_printf ("<styleSheet>%s</styleSheet>", styles != NULL ? styles : "");
  g_autofree char *string_part = g_strdup_printf ("<sst>%s</sst>", strings != NULL ? strings : "");

  return zip_fixture_new (
      "[Content_Types].xml", "<Types/>", "xl/workbook.xml",
      "<workbook xmlns:r=\"r\"><sheets><sheet name=\"Sheet\" sheetId=\"1\" "
      "r:id=\"rId1\"/></sheets></workbook>",
      "xl/_rels/workbook.xml.rels",
      "<Relationships><Relationship Id=\"rId1\" Target=\"worksheets/sheet1.xml\"/></Relationships>",
      "xl/styles.xml", style_part, "xl/sharedStrings.xml", string_part, "xl/worksheets/sheet1.xml",
      sheet, NULL);
}
