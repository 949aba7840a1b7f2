/* annex-file-kind.c
 *
 * See annex-file-kind.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-file-kind.h"

#include <string.h>

#define MAX_SIDE 20000

static const struct
{
  const char *extension;
  AnnexFileKind kind;
  const char *icon;
} extensions[] = {
  { "csv", ANNEX_FILE_WORKBOOK, "x-office-spreadsheet-symbolic" },
  { "tsv", ANNEX_FILE_WORKBOOK, "x-office-spreadsheet-symbolic" },
  { "xlsx", ANNEX_FILE_WORKBOOK, "x-office-spreadsheet-symbolic" },
  { "xlsm", ANNEX_FILE_WORKBOOK, "x-office-spreadsheet-symbolic" },
  { "ods", ANNEX_FILE_WORKBOOK, "x-office-spreadsheet-symbolic" },
  { "xls", ANNEX_FILE_OTHER, "x-office-spreadsheet-symbolic" },
  { "docx", ANNEX_FILE_DOCUMENT, "x-office-document-symbolic" },
  { "odt", ANNEX_FILE_DOCUMENT, "x-office-document-symbolic" },
  { "doc", ANNEX_FILE_OTHER, "x-office-document-symbolic" },
  { "rtf", ANNEX_FILE_OTHER, "x-office-document-symbolic" },
  { "pptx", ANNEX_FILE_DOCUMENT, "x-office-presentation-symbolic" },
  { "odp", ANNEX_FILE_DOCUMENT, "x-office-presentation-symbolic" },
  { "pdf", ANNEX_FILE_PDF, "x-office-document-symbolic" },
  { "png", ANNEX_FILE_IMAGE, "image-x-generic-symbolic" },
  { "jpg", ANNEX_FILE_IMAGE, "image-x-generic-symbolic" },
  { "jpeg", ANNEX_FILE_IMAGE, "image-x-generic-symbolic" },
  { "gif", ANNEX_FILE_IMAGE, "image-x-generic-symbolic" },
  { "webp", ANNEX_FILE_IMAGE, "image-x-generic-symbolic" },
  { "svg", ANNEX_FILE_TEXT, "image-x-generic-symbolic" },
  { "html", ANNEX_FILE_TEXT, "annex-web-symbolic" },
  { "htm", ANNEX_FILE_TEXT, "annex-web-symbolic" },
  { "txt", ANNEX_FILE_TEXT, "text-x-generic-symbolic" },
  { "md", ANNEX_FILE_TEXT, "text-x-generic-symbolic" },
  { "zip", ANNEX_FILE_OTHER, "package-x-generic-symbolic" },
  { "gz", ANNEX_FILE_OTHER, "package-x-generic-symbolic" },
  { "xz", ANNEX_FILE_OTHER, "package-x-generic-symbolic" },
  { "tar", ANNEX_FILE_OTHER, "package-x-generic-symbolic" },
  { "mp3", ANNEX_FILE_OTHER, "audio-x-generic-symbolic" },
  { "ogg", ANNEX_FILE_OTHER, "audio-x-generic-symbolic" },
  { "flac", ANNEX_FILE_OTHER, "audio-x-generic-symbolic" },
  { "wav", ANNEX_FILE_OTHER, "audio-x-generic-symbolic" },
  { "mp4", ANNEX_FILE_OTHER, "video-x-generic-symbolic" },
  { "mkv", ANNEX_FILE_OTHER, "video-x-generic-symbolic" },
  { "webm", ANNEX_FILE_OTHER, "video-x-generic-symbolic" },
};

static int
find_extension (const char *name)
{
  const char *dot = strrchr (name, '.');

  for (guint i = 0; dot != NULL && i < G_N_ELEMENTS (extensions); i++)
    if (g_ascii_strcasecmp (dot + 1, extensions[i].extension) == 0)
      return (int) i;
  return -1;
}

static gboolean
starts (const guint8 *data, gsize length, const char *magic, gsize n)
{
  return length >= n && memcmp (data, magic, n) == 0;
}

static gboolean
is_image (const guint8 *data, gsize length)
{
  return starts (data, length, "\x89PNG\r\n\x1a\n", 8) ||
         starts (data, length, "\xff\xd8\xff", 3) || starts (data, length, "GIF8", 4) ||
         (starts (data, length, "RIFF", 4) && length >= 16 && memcmp (data + 8, "WEBP", 4) == 0);
}

static gboolean
is_text (const guint8 *data, gsize length)
{
  const char *end = NULL;
  gsize head = MIN (length, 64 * 1024);

  if (head == 0)
    return TRUE;
  if (memchr (data, '\0', head) != NULL)
    return FALSE;
  /* the head may end within a character */
  return g_utf8_validate_len ((const char *) data, head, &end) ||
         (head < length && (gsize) (end - (const char *) data) + 4 > head);
}

AnnexFileKind
annex_file_kind_guess (const char *name, GBytes *bytes)
{
  int known = find_extension (name);
  AnnexFileKind kind = known >= 0 ? extensions[known].kind : ANNEX_FILE_OTHER;
  gsize length;
  const guint8 *data;

  if (bytes == NULL)
    return kind;
  data = g_bytes_get_data (bytes, &length);
  if (starts (data, length, "%PDF-", 5))
    return ANNEX_FILE_PDF;
  if (is_image (data, length))
    return ANNEX_FILE_IMAGE;
  if (starts (data, length, "PK\x03\x04", 4))
    return kind == ANNEX_FILE_DOCUMENT || kind == ANNEX_FILE_WORKBOOK ? kind : ANNEX_FILE_OTHER;
  if (kind == ANNEX_FILE_WORKBOOK && (g_str_has_suffix (extensions[known].extension, "sv")))
    return kind;
  return is_text (data, length) ? ANNEX_FILE_TEXT : ANNEX_FILE_OTHER;
}

const char *
annex_file_kind_icon_name (const char *name, gboolean folder)
{
  int known = folder ? -1 : find_extension (name);

  if (folder)
    return "folder-symbolic";
  return known >= 0 ? extensions[known].icon : "text-x-generic-symbolic";
}

/* ---- sizes of pictures */

static guint
big16 (const guint8 *p)
{
  return (guint) p[0] << 8 | p[1];
}

static guint
little16 (const guint8 *p)
{
  return (guint) p[1] << 8 | p[0];
}

static guint
little24 (const guint8 *p)
{
  return (guint) p[2] << 16 | (guint) p[1] << 8 | p[0];
}

/* Frame headers SOF0–SOF15 but for DHT, JPG and DAC (ITU T.81, B.1.1.3). */
static gboolean
read_jpeg (const guint8 *data, gsize length, guint *width, guint *height)
{
  gsize at = 2;

  while (at + 9 < length)
    {
      guint8 marker;

      if (data[at] != 0xff)
        return FALSE;
      marker = data[at + 1];
      if (marker == 0xff)
        at++;
      else if (marker == 0x01 || (marker >= 0xd0 && marker <= 0xd8))
        at += 2;
      else if (marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 &&
               marker != 0xcc)
        {
          *height = big16 (data + at + 5);
          *width = big16 (data + at + 7);
          return TRUE;
        }
      else if (marker == 0xda || marker == 0xd9 || big16 (data + at + 2) < 2)
        return FALSE;
      else
        at += 2 + big16 (data + at + 2);
    }
  return FALSE;
}

static gboolean
read_webp (const guint8 *data, gsize length, guint *width, guint *height)
{
  if (length < 30)
    return FALSE;
  if (memcmp (data + 12, "VP8X", 4) == 0)
    {
      *width = little24 (data + 24) + 1;
      *height = little24 (data + 27) + 1;
    }
  else if (memcmp (data + 12, "VP8L", 4) == 0 && data[20] == 0x2f)
    {
      guint32 bits = little24 (data + 21) | (guint32) data[24] << 24;

      *width = (bits & 0x3fff) + 1;
      *height = (bits >> 14 & 0x3fff) + 1;
    }
  else if (memcmp (data + 12, "VP8 ", 4) == 0)
    {
      *width = little16 (data + 26) & 0x3fff;
      *height = little16 (data + 28) & 0x3fff;
    }
  else
    return FALSE;
  return TRUE;
}

gboolean
annex_image_read_size (GBytes *bytes, guint *width, guint *height)
{
  gsize length;
  const guint8 *data = g_bytes_get_data (bytes, &length);
  gboolean found = FALSE;

  *width = 0;
  *height = 0;
  if (starts (data, length, "\x89PNG\r\n\x1a\n", 8) && length >= 24)
    {
      found = data[16] == 0 && data[17] == 0 && data[20] == 0 && data[21] == 0;
      *width = big16 (data + 18);
      *height = big16 (data + 22);
    }
  else if (starts (data, length, "\xff\xd8\xff", 3))
    found = read_jpeg (data, length, width, height);
  else if (starts (data, length, "GIF8", 4) && length >= 10)
    {
      found = TRUE;
      *width = little16 (data + 6);
      *height = little16 (data + 8);
    }
  else if (starts (data, length, "RIFF", 4) && length >= 16 && memcmp (data + 8, "WEBP", 4) == 0)
    found = read_webp (data, length, width, height);
  return found && *width > 0 && *height > 0 && *width <= MAX_SIDE && *height <= MAX_SIDE &&
         (guint64) *width * *height <= ANNEX_IMAGE_MAX_PIXELS;
}
