/* annex-domain-xml.h
 *
 * The definition of a computer as libvirt wants it. Pure: text in, text out; no libvirt call, no
 * file is touched.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <glib.h>

G_BEGIN_DECLS

/* Every computer's identifier has this many characters, [0-9a-z] only: a task's (a ULID) or a
 * template's. That names and paths of two computers have the same length lets a saved memory be
 * given to another one by replacing bytes in its head (annex-save-file.h). */
#define ANNEX_COMPUTER_ID_LENGTH 26

/* The guest's port for the channel, as vm/init expects it. */
#define ANNEX_CHANNEL_PORT_NAME "io.github.annex_desktop.ssh"

/* How many shares can be plugged in at once: spare PCI Express ports. */
#define ANNEX_MAX_SHARES 8

/* A read-only layer: the guest mounts it by its serial, of at most 20 bytes. */
typedef struct
{
  char *serial;
  char *path;
} AnnexDomainLayer;

typedef struct
{
  char *id;
  gboolean kvm; /* else emulated (TCG) */
  guint memory_mib;
  guint vcpus;
  char *kernel;
  char *initramfs;
  char *command_line;   /* the kernel's, as the image wants it */
  GPtrArray *layers;    /* AnnexDomainLayer, the base first */
  char *disk;           /* qcow2, the task's own */
  char *channel_socket; /* at most 107 bytes */
  char *serial_log;
} AnnexDomainSpec;

AnnexDomainSpec *
annex_domain_spec_new (const char *id);
void
annex_domain_spec_add_layer (AnnexDomainSpec *self, const char *serial, const char *path);
void
annex_domain_spec_free (AnnexDomainSpec *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AnnexDomainSpec, annex_domain_spec_free)

/* 26 characters of [0-9a-z]? */
gboolean
annex_computer_id_is_valid (const char *id);
/* "annex-<id>". (transfer full) */
char *
annex_domain_name (const char *id);
/* The id of a domain's name, borrowed from @name; NULL when it is not one of ours. */
const char *
annex_domain_id_of_name (const char *name);
/* A UUID (RFC 9562, version 8) that follows from @id. (transfer full) */
char *
annex_domain_uuid (const char *id);

/* The whole domain. NULL when @spec is incomplete or a path cannot be written in XML (control
 * characters, invalid UTF-8) or is too long for a socket. (transfer full) */
char *
annex_domain_xml_build (const AnnexDomainSpec *spec);
/* A virtiofs device served at @socket, to be plugged in. (transfer full) */
char *
annex_domain_xml_filesystem (const char *tag, const char *socket);
/* Its alias in libvirt: "ua-fs-<tag>". (transfer full) */
char *
annex_domain_filesystem_alias (const char *tag);

G_END_DECLS
