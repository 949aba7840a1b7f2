/* annex-computer-kit.c
 *
 * See annex-computer-kit.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-computer-kit.h"

#include "annex-accelerator.h"
#include "annex-computer-folder.h"
#include "annex-future.h"
#include "annex-paths.h"
#include "annex-spoken.h"

#include <string.h>
#include <unistd.h>

#define MAX_CERTIFICATE_BYTES (2u << 20)
#define MEMORY_MIB 2048u
#define SMALL_MEMORY_MIB 1280u
#define SMALL_HOST_MIB 4096u
#define MAX_VCPUS 2u

G_DEFINE_BOXED_TYPE (AnnexComputerKit,
                     annex_computer_kit,
                     annex_computer_kit_ref,
                     annex_computer_kit_unref)

AnnexComputerKit *
annex_computer_kit_ref (AnnexComputerKit *self)
{
  return g_atomic_rc_box_acquire (self);
}

static void
kit_clear (gpointer data)
{
  AnnexComputerKit *self = data;

  g_free (self->image_version);
  g_free (self->image_sha256);
  g_free (self->kernel);
  g_free (self->initramfs);
  g_free (self->disk);
  g_free (self->command_line);
  g_clear_pointer (&self->layers, g_ptr_array_unref);
  g_free (self->accelerator_reason);
  g_clear_pointer (&self->certificates, g_bytes_unref);
}

void
annex_computer_kit_unref (AnnexComputerKit *self)
{
  g_atomic_rc_box_release_full (self, kit_clear);
}

/* ---------------------------------------------------------------- certificates */

/* Appends each certificate of @text to @all, unless it is there already. */
static void
take_certificates (GString *all, const char *text)
{
  static const char begin_mark[] = "-----BEGIN CERTIFICATE-----";
  static const char end_mark[] = "-----END CERTIFICATE-----";
  const char *begin = text;

  while ((begin = strstr (begin, begin_mark)) != NULL)
    {
      const char *end = strstr (begin, end_mark);
      g_autofree char *one = NULL;

      if (end == NULL)
        return;
      end += strlen (end_mark);
      one = g_strndup (begin, (gsize) (end - begin));
      begin = end;
      if (strstr (all->str, one) == NULL && all->len + strlen (one) < MAX_CERTIFICATE_BYTES)
        g_string_append_printf (all, "%s\n", one);
    }
}

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

GBytes *
annex_certificates_collect (const char *const *folders)
{
  g_autoptr (GString) all = g_string_new (NULL);

  for (; *folders != NULL; folders++)
    {
      g_autoptr (GDir) dir = g_dir_open (*folders, 0, NULL);
      g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
      const char *name;

      while (dir != NULL && names->len < 1000 && (name = g_dir_read_name (dir)) != NULL)
        if (g_str_has_suffix (name, ".crt") || g_str_has_suffix (name, ".pem"))
          g_ptr_array_add (names, g_build_filename (*folders, name, NULL));
      g_ptr_array_sort (names, compare_names);
      for (guint i = 0; i < names->len; i++)
        {
          g_autofree char *text = NULL;
          gsize length;

          if (g_file_get_contents (g_ptr_array_index (names, i), &text, &length, NULL) &&
              strlen (text) == length)
            take_certificates (all, text);
        }
    }
  return g_string_free_to_bytes (g_steal_pointer (&all));
}

/* ---------------------------------------------------------------- gathering */

static DexFuture *
certificates_worker (gpointer data)
{
  static const char *const folders[] = { "/usr/local/share/ca-certificates",
                                         "/etc/pki/ca-trust/source/anchors", NULL };

  return dex_future_new_take_boxed (G_TYPE_BYTES, annex_certificates_collect (folders));
}

static guint
host_memory_mib (void)
{
  gint64 pages = sysconf (_SC_PHYS_PAGES);
  gint64 page_size = sysconf (_SC_PAGESIZE);

  return (guint) (pages * page_size >> 20);
}

guint
annex_computer_kit_memory_mib (void)
{
  return host_memory_mib () < SMALL_HOST_MIB ? SMALL_MEMORY_MIB : MEMORY_MIB;
}

/* The processor, as far as a saved memory depends on it. Emulated ones are QEMU's own. */
static char *
dup_processor (gboolean kvm)
{
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;
  g_autoptr (GString) facts = g_string_new (NULL);

  if (!kvm || !g_file_get_contents ("/proc/cpuinfo", &text, NULL, NULL))
    return g_strdup ("emulated");
  lines = g_strsplit (text, "\n", 60);
  for (char **line = lines; *line != NULL && **line != '\0'; line++)
    if (g_str_has_prefix (*line, "model name") || g_str_has_prefix (*line, "microcode") ||
        g_str_has_prefix (*line, "flags"))
      g_string_append (facts, *line);
  return g_string_free (g_steal_pointer (&facts), FALSE);
}

static void
take_image (AnnexComputerKit *kit, AnnexImage *image)
{
  g_auto (GStrv) names = annex_image_dup_layer_names (image);
  g_autoptr (AnnexDomainSpec) holder = annex_domain_spec_new ("image");

  kit->image_version = g_strdup (annex_image_get_version (image));
  kit->image_sha256 = g_strdup (annex_image_get_sha256 (image));
  kit->kernel = g_strdup (annex_image_get_kernel (image));
  kit->initramfs = g_strdup (annex_image_get_initramfs (image));
  kit->disk = g_strdup (annex_image_get_disk (image));
  kit->command_line = g_strdup (annex_image_get_command_line (image));
  for (char **name = names; *name != NULL; name++)
    {
      g_autofree char *serial = g_strconcat ("annex-", *name, NULL);

      annex_domain_spec_add_layer (holder, serial, annex_image_get_layer (image, *name));
    }
  kit->layers = g_ptr_array_ref (holder->layers);
}

/* The image's own errors in the port's words. */
static GError *
image_error (GError *error)
{
  g_autoptr (GError) cause = error;
  GError *told;

  if (cause->domain != ANNEX_IMAGE_ERROR)
    return g_steal_pointer (&cause);
  told = g_error_new_literal (ANNEX_COMPUTER_ERROR,
                              cause->code == ANNEX_IMAGE_ERROR_NOT_FOUND
                                  ? ANNEX_COMPUTER_ERROR_NO_IMAGE
                                  : ANNEX_COMPUTER_ERROR_IMAGE_DAMAGED,
                              cause->message);
  annex_spoken_take (told, g_strdup (annex_error_said (cause)));
  return told;
}

typedef struct
{
  AnnexVirt *virt;
  AnnexImageStore *store;
  char *version;
} Gather;

static void
gather_free (gpointer data)
{
  Gather *gather = data;

  g_object_unref (gather->virt);
  g_object_unref (gather->store);
  g_free (gather->version);
  g_free (gather);
}

static DexFuture *
gather_fiber (gpointer data)
{
  Gather *gather = data;
  g_autoptr (AnnexComputerKit) kit = g_atomic_rc_box_new0 (AnnexComputerKit);
  g_autoptr (AnnexVirtFacts) facts = NULL;
  g_autoptr (AnnexAccelerator) accelerator = NULL;
  g_autoptr (AnnexImage) image = NULL;
  g_autoptr (GError) error = NULL;

  image =
      dex_await_boxed (gather->version != NULL
                           ? annex_image_store_open_version (gather->store, gather->version, NULL)
                           : annex_image_store_open_current (gather->store, NULL),
                       &error);
  if (image == NULL)
    return annex_future_new_error (image_error (g_steal_pointer (&error)));
  take_image (kit, image);
  facts = dex_await_boxed (annex_virt_facts (gather->virt), &error);
  if (facts == NULL)
    return annex_future_new_error (g_steal_pointer (&error));
  kit->qemu_version = facts->qemu_version;
  accelerator = dex_await_boxed (
      annex_accelerator_find (facts->emulator != NULL ? facts->emulator : "qemu-system-x86_64",
                              facts->qemu_version, kit->kernel),
      &error);
  if (accelerator == NULL)
    return annex_future_new_error (g_steal_pointer (&error));
  kit->kvm_works = accelerator->kvm;
  kit->kvm = accelerator->kvm && facts->kvm_listed;
  kit->accelerator_reason = g_strdup (accelerator->reason);
  kit->certificates = dex_await_boxed (
      annex_worker_run ("annex-certificates", certificates_worker, NULL, NULL), &error);
  if (kit->certificates == NULL)
    return annex_future_new_error (g_steal_pointer (&error));
  kit->memory_mib = annex_computer_kit_memory_mib ();
  /* Emulated, a guest of several processors now and then loses an interrupt, and stands still. */
  kit->vcpus = kit->kvm ? CLAMP (g_get_num_processors (), 1u, MAX_VCPUS) : 1;
  return dex_future_new_take_boxed (ANNEX_TYPE_COMPUTER_KIT, g_steal_pointer (&kit));
}

DexFuture *
annex_computer_kit_gather (AnnexVirt *virt, AnnexImageStore *store, const char *version)
{
  Gather *gather = g_new0 (Gather, 1);

  gather->virt = g_object_ref (virt);
  gather->store = g_object_ref (store);
  gather->version = g_strdup (version);
  return annex_fiber_run (gather_fiber, gather, gather_free);
}

/* ---------------------------------------------------------------- the key */

char *
annex_computer_kit_dup_facts (const AnnexComputerKit *self)
{
  g_autoptr (GString) facts = g_string_new (NULL);
  g_autofree char *processor = dup_processor (self->kvm);
  g_autofree char *data = annex_paths_data (NULL);
  g_autofree char *runtime = annex_paths_runtime (NULL);
  g_autofree char *certificates =
      g_compute_checksum_for_bytes (G_CHECKSUM_SHA256, self->certificates);

  g_string_append_printf (facts, "format 1\naccelerator %s\nprocessor %s\n",
                          self->kvm ? "kvm" : "tcg", processor);
  g_string_append_printf (facts, "qemu %" G_GUINT64_FORMAT "\nmemory %u\nvcpus %u\n",
                          self->qemu_version, self->memory_mib, self->vcpus);
  g_string_append_printf (facts, "image %s\n", self->image_sha256);
  for (guint i = 0; i < self->layers->len; i++)
    {
      const AnnexDomainLayer *layer = g_ptr_array_index (self->layers, i);

      g_string_append_printf (facts, "layer %s %s\n", layer->serial, layer->path);
    }
  /* The save names these folders; another home needs another template. */
  g_string_append_printf (facts, "certificates %s\ndata %s\nruntime %s\n", certificates, data,
                          runtime);
  return g_string_free (g_steal_pointer (&facts), FALSE);
}

char *
annex_computer_kit_dup_key (const AnnexComputerKit *self)
{
  g_autofree char *facts = annex_computer_kit_dup_facts (self);
  g_autofree char *sum = g_compute_checksum_for_string (G_CHECKSUM_SHA256, facts, -1);

  return g_strndup (sum, 18);
}

void
annex_computer_kit_fill (const AnnexComputerKit *self, AnnexDomainSpec *spec)
{
  spec->kvm = self->kvm;
  spec->memory_mib = self->memory_mib;
  spec->vcpus = self->vcpus;
  g_set_str (&spec->kernel, self->kernel);
  g_set_str (&spec->initramfs, self->initramfs);
  g_set_str (&spec->command_line, self->command_line);
  for (guint i = 0; i < self->layers->len; i++)
    {
      const AnnexDomainLayer *layer = g_ptr_array_index (self->layers, i);

      annex_domain_spec_add_layer (spec, layer->serial, layer->path);
    }
}
