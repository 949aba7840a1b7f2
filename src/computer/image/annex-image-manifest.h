/* annex-image-manifest.h
 *
 * What an image of the computer consists of, as manifest.json beside it says. The text is
 * untrusted: it may come from the network. Knows no files.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib-object.h>

G_BEGIN_DECLS

#define ANNEX_IMAGE_ERROR (annex_image_error_quark ())

typedef enum {
  ANNEX_IMAGE_ERROR_NOT_FOUND,    /* there is no image, or none at the address */
  ANNEX_IMAGE_ERROR_DAMAGED,      /* manifest or files are not what they should be */
  ANNEX_IMAGE_ERROR_NO_SPACE,     /* the disk is full, or would be */
  ANNEX_IMAGE_ERROR_NO_TOOLS,     /* a tool to build with is missing or not allowed here */
  ANNEX_IMAGE_ERROR_BUILD_FAILED, /* the recipe failed; the message says where its log is */
  ANNEX_IMAGE_ERROR_NETWORK,      /* the address does not answer, or broke off too often */
  ANNEX_IMAGE_ERROR_FAILED,       /* files could not be written or moved */
} AnnexImageError;

GQuark
annex_image_error_quark (void);
/* "not-found", "damaged", …: for logs and JSON. Never NULL. */
const char *
annex_image_error_name (AnnexImageError code);

/* The only format this program reads. */
#define ANNEX_IMAGE_FORMAT 1
/* A manifest is never larger. */
#define ANNEX_IMAGE_MANIFEST_MAX_BYTES (1024 * 1024)
/* The manifest's own name. */
#define ANNEX_IMAGE_MANIFEST_NAME "manifest.json"

typedef struct
{
  char *name; /* one path component of [A-Za-z0-9._-], no leading dot */
  guint64 size_bytes;
  char *sha256; /* 64 lower-case hex digits */
} AnnexImageFile;

typedef struct
{
  char *name; /* "base", "office": [a-z0-9-], at most 14 bytes; the disk's serial is annex-<name> */
  char *file; /* one of the files */
} AnnexImageLayer;

typedef struct
{
  char *host;    /* lower-case host name */
  char *manager; /* "apt", "npm", "pip" */
} AnnexImagePackageHost;

/* Immutable once parsed; safe to read from any thread. */
typedef struct
{
  gatomicrefcount ref_count;
  char *version;      /* one path component, usable as a folder's name */
  char *architecture; /* as uname -m says */
  char *created;      /* ISO 8601, for people */
  char *recipe;       /* sha256 of the recipe, hex */
  char *command_line; /* for the kernel */
  char *kernel;       /* names of files */
  char *initramfs;
  char *disk;
  GPtrArray *layers;        /* of AnnexImageLayer, base first */
  GPtrArray *package_hosts; /* of AnnexImagePackageHost */
  GPtrArray *files;         /* of AnnexImageFile */
  GStrv missing;            /* wanted packages that the build could not get; for people */
  guint64 size_bytes;       /* of all files together */
  char *sha256;             /* over names and hashes of all files: the image's identity */
} AnnexImageManifest;

#define ANNEX_TYPE_IMAGE_MANIFEST (annex_image_manifest_get_type ())
GType
annex_image_manifest_get_type (void) G_GNUC_CONST;

/* Parses manifest.json. Everything in it is checked: names are single path components, hashes are
 * hashes, what boots names listed files, nothing is listed twice. NULL with
 * ANNEX_IMAGE_ERROR_DAMAGED. (transfer full) */
AnnexImageManifest *
annex_image_manifest_parse (const char *text, gssize length, GError **error);

AnnexImageManifest *
annex_image_manifest_ref (AnnexImageManifest *self);
void
annex_image_manifest_unref (AnnexImageManifest *self);

/* The listed file of that name, or NULL. (transfer none) */
const AnnexImageFile *
annex_image_manifest_find_file (const AnnexImageManifest *self, const char *name);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AnnexImageManifest, annex_image_manifest_unref)

G_END_DECLS
