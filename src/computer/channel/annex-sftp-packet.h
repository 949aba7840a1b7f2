/* annex-sftp-packet.h
 *
 * The wire format of SFTP version 3 (draft-ietf-secsh-filexfer-02), as far as Annex uses it:
 * requests are built, replies are read strictly. Pure; replies are hostile bytes.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib-object.h>

G_BEGIN_DECLS

/* Replies longer than this are refused; OpenSSH's limit for a packet is 256 KiB. */
#define ANNEX_SFTP_MAX_PACKET (256u * 1024u)

typedef enum {
  ANNEX_SFTP_INIT = 1,
  ANNEX_SFTP_VERSION = 2,
  ANNEX_SFTP_OPEN = 3,
  ANNEX_SFTP_CLOSE = 4,
  ANNEX_SFTP_READ = 5,
  ANNEX_SFTP_WRITE = 6,
  ANNEX_SFTP_LSTAT = 7,
  ANNEX_SFTP_FSTAT = 8,
  ANNEX_SFTP_FSETSTAT = 10,
  ANNEX_SFTP_REMOVE = 13,
  ANNEX_SFTP_MKDIR = 14,
  ANNEX_SFTP_REALPATH = 16,
  ANNEX_SFTP_STAT = 17,
  ANNEX_SFTP_STATUS = 101,
  ANNEX_SFTP_HANDLE = 102,
  ANNEX_SFTP_DATA = 103,
  ANNEX_SFTP_NAME = 104,
  ANNEX_SFTP_ATTRS = 105,
  ANNEX_SFTP_EXTENDED = 200,
  ANNEX_SFTP_EXTENDED_REPLY = 201,
} AnnexSftpType;

typedef enum {
  ANNEX_SFTP_STATUS_OK = 0,
  ANNEX_SFTP_STATUS_EOF = 1,
  ANNEX_SFTP_STATUS_NO_SUCH_FILE = 2,
  ANNEX_SFTP_STATUS_PERMISSION_DENIED = 3,
  ANNEX_SFTP_STATUS_FAILURE = 4,
} AnnexSftpStatus;

/* Flags of ANNEX_SFTP_OPEN. */
#define ANNEX_SFTP_FLAG_READ 0x01u
#define ANNEX_SFTP_FLAG_WRITE 0x02u
#define ANNEX_SFTP_FLAG_CREATE 0x08u
#define ANNEX_SFTP_FLAG_EXCLUSIVE 0x20u

typedef struct
{
  gboolean has_size;
  gboolean has_mode;
  guint64 size;
  guint32 mode; /* type and permissions, as st_mode */
  guint32 mtime;
} AnnexSftpAttributes;
#define ANNEX_TYPE_SFTP_ATTRIBUTES (annex_sftp_attributes_get_type ())
GType
annex_sftp_attributes_get_type (void) G_GNUC_CONST;

/* One reply. Which members are set depends on @type. */
typedef struct
{
  AnnexSftpType type;
  guint32 id;                     /* of VERSION: the version */
  guint32 status;                 /* STATUS */
  GBytes *data;                   /* DATA, HANDLE, EXTENDED_REPLY */
  char *name;                     /* NAME: the first; valid as a path, never empty */
  AnnexSftpAttributes attributes; /* ATTRS */
} AnnexSftpReply;
#define ANNEX_TYPE_SFTP_REPLY (annex_sftp_reply_get_type ())
GType
annex_sftp_reply_get_type (void) G_GNUC_CONST;
AnnexSftpReply *
annex_sftp_reply_copy (const AnnexSftpReply *self);
void
annex_sftp_reply_free (AnnexSftpReply *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AnnexSftpReply, annex_sftp_reply_free)

/* Reads one packet's payload (after the length). Returns NULL with ANNEX_COMPUTER_ERROR_PROTOCOL.
 * (transfer full) */
AnnexSftpReply *
annex_sftp_reply_parse (const guint8 *bytes, gsize length, GError **error);

/* A request: begin, add its fields in order, end with its number. (transfer full) */
GByteArray *
annex_sftp_request_begin (AnnexSftpType type);
void
annex_sftp_request_add_u32 (GByteArray *request, guint32 value);
void
annex_sftp_request_add_u64 (GByteArray *request, guint64 value);
void
annex_sftp_request_add_data (GByteArray *request, const void *bytes, gsize length);
void
annex_sftp_request_add_text (GByteArray *request, const char *text);
/* Attributes that hold permissions only, or nothing when @permissions is negative. */
void
annex_sftp_request_add_permissions (GByteArray *request, int permissions);
/* Takes @request. For ANNEX_SFTP_INIT @id is the version. */
GBytes *
annex_sftp_request_end (GByteArray *request, guint32 id);

/* The space left for the user from the payload of a statvfs@openssh.com reply. */
gboolean
annex_sftp_parse_statvfs (GBytes *payload, guint64 *available_bytes);

G_END_DECLS
