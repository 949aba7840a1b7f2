/* annex-zip.h
 *
 * Reading ZIP archives of strangers, strictly, and writing plain ones. Anything an honest archive
 * does not hold is refused before a byte is unpacked: names that leave the target, links, devices,
 * twins, entries that overlap or lie about themselves, what stands before or behind the archive,
 * several disks, encryption, ZIP64. Sizes count as they really are. APPNOTE.TXT 6.3.10 of PKWARE.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

#define ANNEX_ZIP_ERROR (annex_zip_error_quark ())

/* FORMAT: no ZIP archive, or a damaged one; HOSTILE: see above; LIMIT: too large, deep or slow. */
typedef enum {
  ANNEX_ZIP_ERROR_FORMAT,
  ANNEX_ZIP_ERROR_HOSTILE,
  ANNEX_ZIP_ERROR_LIMIT,
} AnnexZipError;

GQuark
annex_zip_error_quark (void);

#define ANNEX_ZIP_MAX_ARCHIVE_BYTES (64u * 1024u * 1024u)
#define ANNEX_ZIP_MAX_ENTRIES 4000
#define ANNEX_ZIP_MAX_FILE_BYTES (64u * 1024u * 1024u)
#define ANNEX_ZIP_MAX_BYTES (128u * 1024u * 1024u) /* of all files */
#define ANNEX_ZIP_MAX_RATIO 200                    /* of a file beyond 1 MiB */
#define ANNEX_ZIP_MAX_DEPTH 12
#define ANNEX_ZIP_MAX_SECONDS 30

typedef struct
{
  char *path; /* relative, clean, UTF-8, no "/" at its end */
  gboolean is_folder;
  gboolean executable;
  guint64 size_bytes; /* as the archive says; unpacking fails where it is not true */
  /* private */
  guint16 method;
  guint32 crc;
  gsize data_offset;
  gsize packed_bytes;
} AnnexZipEntry;

#define ANNEX_TYPE_ZIP (annex_zip_get_type ())
typedef struct _AnnexZip AnnexZip;
GType
annex_zip_get_type (void) G_GNUC_CONST;

/* Reads the directory of @bytes and checks all of it. ANNEX_ZIP_ERROR. (transfer full) */
AnnexZip *
annex_zip_open (GBytes *bytes, GError **error);
AnnexZip *
annex_zip_ref (AnnexZip *self);
void
annex_zip_unref (AnnexZip *self);
/* AnnexZipEntry elements, in the archive's order. (borrowed) */
GPtrArray *
annex_zip_get_entries (AnnexZip *self);
/* The bytes of a file of it. (transfer full) */
GBytes *
annex_zip_read (AnnexZip *self, const AnnexZipEntry *entry, GError **error);
/* Unpacks all of it into the empty folder @target, mode 0700, files 0600 or 0700. What a failure
 * leaves there is the caller's to remove. Blocking. */
gboolean
annex_zip_unpack (AnnexZip *self, const char *target, GCancellable *cancellable, GError **error);

/* Writing: the same files give the same bytes. */
typedef struct _AnnexZipWriter AnnexZipWriter;
AnnexZipWriter *
annex_zip_writer_new (void);
/* @path: clean and relative. */
void
annex_zip_writer_add (AnnexZipWriter *self, const char *path, GBytes *bytes, gboolean executable);
/* Frees @self. (transfer full) */
GBytes *
annex_zip_writer_end (AnnexZipWriter *self);
void
annex_zip_writer_free (AnnexZipWriter *self);

/* Is @path a name that may be unpacked: relative, UTF-8, no empty, "." and ".." components, no
 * backslash, colon or control character, within the limits? */
gboolean
annex_zip_is_clean_path (const char *path);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AnnexZip, annex_zip_unref)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AnnexZipWriter, annex_zip_writer_free)

G_END_DECLS
