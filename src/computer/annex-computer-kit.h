/* annex-computer-kit.h
 *
 * What every new computer is made from here and now: the image, the machine's size, how it is run,
 * which certificate authorities it trusts. Two kits of one key make computers of which a saved
 * memory fits the other.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-domain-xml.h"
#include "annex-image-store.h"
#include "annex-virt.h"

G_BEGIN_DECLS

typedef struct
{
  char *image_version;
  char *image_sha256;
  char *kernel;
  char *initramfs;
  char *disk; /* the formatted, empty one to copy */
  char *command_line;
  GPtrArray *layers; /* AnnexDomainLayer */

  guint memory_mib;
  guint vcpus;
  guint64 qemu_version;
  gboolean kvm;
  gboolean kvm_works;       /* a trial guest started on it; libvirt may not offer it all the same */
  char *accelerator_reason; /* plain words, see AnnexAccelerator */
  GBytes *certificates;     /* PEM: the host's extra certificate authorities */
} AnnexComputerKit;

#define ANNEX_TYPE_COMPUTER_KIT (annex_computer_kit_get_type ())
GType
annex_computer_kit_get_type (void) G_GNUC_CONST;
/* Reference counted; immutable once made. */
AnnexComputerKit *
annex_computer_kit_ref (AnnexComputerKit *self);
void
annex_computer_kit_unref (AnnexComputerKit *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AnnexComputerKit, annex_computer_kit_unref)

/* Looks around: libvirt and QEMU, the image, the accelerator, this machine's size. Resolves to an
 * AnnexComputerKit (boxed); rejects NO_VIRTUALIZATION, NO_IMAGE, IMAGE_DAMAGED. @version NULL: the
 * current image, else that one. */
DexFuture *
annex_computer_kit_gather (AnnexVirt *virt,
                           AnnexImageStore *store,
                           const char *version) G_GNUC_WARN_UNUSED_RESULT;

/* The memory a computer gets on this machine. */
guint
annex_computer_kit_memory_mib (void);

/* The text all of it goes into, one fact a line, and its short name: 18 hex digits.
 * (transfer full) */
char *
annex_computer_kit_dup_facts (const AnnexComputerKit *self);
char *
annex_computer_kit_dup_key (const AnnexComputerKit *self);
/* Adds image, size and accelerator to @spec. */
void
annex_computer_kit_fill (const AnnexComputerKit *self, AnnexDomainSpec *spec);

/* The PEM certificates found in @folders (NULL-terminated), each once, in a fixed order, at most
 * 2 MiB; what is no certificate is left out. Blocking. (transfer full) */
GBytes *
annex_certificates_collect (const char *const *folders);

G_END_DECLS
