/* annex-domain-xml.c
 *
 * See annex-domain-xml.h. What is left out is left out on purpose: no network card, no video, no
 * USB, no sound. The generation id makes the guest's kernel take fresh randomness after a restore.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-domain-xml.h"

#include <string.h>

/* sun_path holds 108 bytes with the NUL (unix(7)). */
#define MAX_SOCKET_PATH 107

static void
layer_free (gpointer data)
{
  AnnexDomainLayer *layer = data;

  g_free (layer->serial);
  g_free (layer->path);
  g_free (layer);
}

AnnexDomainSpec *
annex_domain_spec_new (const char *id)
{
  AnnexDomainSpec *self = g_new0 (AnnexDomainSpec, 1);

  self->id = g_strdup (id);
  self->layers = g_ptr_array_new_with_free_func (layer_free);
  return self;
}

void
annex_domain_spec_add_layer (AnnexDomainSpec *self, const char *serial, const char *path)
{
  AnnexDomainLayer *layer = g_new0 (AnnexDomainLayer, 1);

  layer->serial = g_strdup (serial);
  layer->path = g_strdup (path);
  g_ptr_array_add (self->layers, layer);
}

void
annex_domain_spec_free (AnnexDomainSpec *self)
{
  g_free (self->id);
  g_free (self->kernel);
  g_free (self->initramfs);
  g_free (self->command_line);
  g_ptr_array_unref (self->layers);
  g_free (self->disk);
  g_free (self->channel_socket);
  g_free (self->serial_log);
  g_free (self);
}

gboolean
annex_computer_id_is_valid (const char *id)
{
  gsize length = 0;

  for (; id != NULL && id[length] != '\0'; length++)
    if (!g_ascii_isdigit (id[length]) && !g_ascii_islower (id[length]))
      return FALSE;
  return length == ANNEX_COMPUTER_ID_LENGTH;
}

char *
annex_domain_name (const char *id)
{
  return g_strconcat ("annex-", id, NULL);
}

const char *
annex_domain_id_of_name (const char *name)
{
  if (name == NULL || !g_str_has_prefix (name, "annex-"))
    return NULL;
  name += strlen ("annex-");
  return annex_computer_id_is_valid (name) ? name : NULL;
}

char *
annex_domain_uuid (const char *id)
{
  g_autofree char *text = g_strconcat ("io.github.annex_desktop.Annex computer ", id, NULL);
  g_autofree char *hex = g_compute_checksum_for_string (G_CHECKSUM_SHA256, text, -1);

  return g_strdup_printf ("%.8s-%.4s-8%.3s-%c%.3s-%.12s", hex, hex + 8, hex + 13,
                          "89ab"[g_ascii_xdigit_value (hex[16]) & 3], hex + 17, hex + 20);
}

static gboolean
text_is_writable_in_xml (const char *text)
{
  if (text == NULL || !g_utf8_validate (text, -1, NULL))
    return FALSE;
  for (; *text != '\0'; text++)
    if ((guchar) *text < 0x20 || *text == 0x7f)
      return FALSE;
  return TRUE;
}

static gboolean
path_is_writable_in_xml (const char *path)
{
  return text_is_writable_in_xml (path) && path[0] == '/';
}

static gboolean
spec_is_complete (const AnnexDomainSpec *spec)
{
  if (!annex_computer_id_is_valid (spec->id) || spec->memory_mib == 0 || spec->vcpus == 0 ||
      spec->layers->len == 0 || !text_is_writable_in_xml (spec->command_line) ||
      spec->layers->len > 20 || !path_is_writable_in_xml (spec->kernel) ||
      !path_is_writable_in_xml (spec->initramfs) || !path_is_writable_in_xml (spec->disk) ||
      !path_is_writable_in_xml (spec->serial_log) ||
      !path_is_writable_in_xml (spec->channel_socket) ||
      strlen (spec->channel_socket) > MAX_SOCKET_PATH)
    return FALSE;
  for (guint i = 0; i < spec->layers->len; i++)
    {
      const AnnexDomainLayer *layer = g_ptr_array_index (spec->layers, i);

      if (!path_is_writable_in_xml (layer->path) || layer->serial == NULL ||
          strlen (layer->serial) > 20)
        return FALSE;
    }
  return TRUE;
}

G_GNUC_PRINTF (2, 3)
static void
add (GString *xml, const char *format, ...)
{
  g_autofree char *text = NULL;
  va_list args;

  va_start (args, format);
  text = g_markup_vprintf_escaped (format, args);
  va_end (args);
  g_string_append (xml, text);
}

static void
add_head (GString *xml, const AnnexDomainSpec *spec)
{
  g_autofree char *name = annex_domain_name (spec->id);
  g_autofree char *uuid = annex_domain_uuid (spec->id);

  add (xml, "<domain type='%s'>\n  <name>%s</name>\n  <uuid>%s</uuid>\n  <genid/>\n",
       spec->kvm ? "kvm" : "qemu", name, uuid);
  add (xml, "  <memory unit='MiB'>%u</memory>\n  <vcpu>%u</vcpu>\n", spec->memory_mib, spec->vcpus);
  add (xml, "  <memoryBacking>\n    <source type='memfd'/>\n    <access mode='shared'/>\n"
            "  </memoryBacking>\n");
  add (xml,
       "  <os>\n    <type arch='x86_64' machine='q35'>hvm</type>\n    <kernel>%s</kernel>\n"
       "    <initrd>%s</initrd>\n    <cmdline>%s</cmdline>\n  </os>\n",
       spec->kernel, spec->initramfs, spec->command_line);
  add (xml, "  <features>\n    <acpi/>\n    <apic/>\n  </features>\n");
  /* Emulated, "maximum" is what one QEMU version offers; a save is only ever read by the same. */
  g_string_append (xml, spec->kvm ? "  <cpu mode='host-passthrough' migratable='on'/>\n"
                                  : "  <cpu mode='maximum'/>\n");
  add (xml, "  <clock offset='utc'/>\n  <on_poweroff>destroy</on_poweroff>\n"
            "  <on_reboot>destroy</on_reboot>\n  <on_crash>destroy</on_crash>\n");
}

static void
add_disks (GString *xml, const AnnexDomainSpec *spec)
{
  char target = 'a';

  for (guint i = 0; i < spec->layers->len; i++)
    {
      const AnnexDomainLayer *layer = g_ptr_array_index (spec->layers, i);

      add (xml,
           "    <disk type='file' device='disk'>\n      <driver name='qemu' type='raw'/>\n"
           "      <source file='%s'/>\n      <target dev='vd%c' bus='virtio'/>\n"
           "      <readonly/>\n      <serial>%s</serial>\n    </disk>\n",
           layer->path, target++, layer->serial);
    }
  /* A full disk of the host pauses the computer instead of giving the guest write errors. */
  add (xml,
       "    <disk type='file' device='disk'>\n"
       "      <driver name='qemu' type='qcow2' discard='unmap' error_policy='enospace'/>\n"
       "      <source file='%s'/>\n      <target dev='vd%c' bus='virtio'/>\n"
       "      <serial>annex-disk</serial>\n    </disk>\n",
       spec->disk, target);
}

char *
annex_domain_xml_build (const AnnexDomainSpec *spec)
{
  g_autoptr (GString) xml = g_string_sized_new (4096);

  if (!spec_is_complete (spec))
    return NULL;
  add_head (xml, spec);
  add (xml, "  <devices>\n");
  add_disks (xml, spec);
  add (xml, "    <controller type='usb' model='none'/>\n"
            "    <controller type='pci' index='0' model='pcie-root'/>\n");
  /* Six ports for what is always there and one for each share. */
  for (int i = 1; i <= 6 + ANNEX_MAX_SHARES; i++)
    add (xml, "    <controller type='pci' index='%d' model='pcie-root-port'/>\n", i);
  add (xml,
       "    <channel type='unix'>\n      <source mode='bind' path='%s'/>\n"
       "      <target type='virtio' name='" ANNEX_CHANNEL_PORT_NAME "'/>\n    </channel>\n",
       spec->channel_socket);
  /* Appended, so that what is taken from its beginning stays taken: see annex_machine_trim_log. */
  add (xml,
       "    <serial type='file'>\n      <source path='%s' append='on'/>\n"
       "      <target port='0'/>\n"
       "    </serial>\n",
       spec->serial_log);
  add (xml, "    <video>\n      <model type='none'/>\n    </video>\n"
            "    <memballoon model='virtio' freePageReporting='on'/>\n"
            "    <rng model='virtio'>\n      <backend model='random'>/dev/urandom</backend>\n"
            "    </rng>\n  </devices>\n</domain>\n");
  return g_string_free (g_steal_pointer (&xml), FALSE);
}

char *
annex_domain_filesystem_alias (const char *tag)
{
  return g_strconcat ("ua-fs-", tag, NULL);
}

char *
annex_domain_xml_filesystem (const char *tag, const char *socket)
{
  g_autofree char *alias = annex_domain_filesystem_alias (tag);

  return g_markup_printf_escaped (
      "<filesystem type='mount'>\n  <driver type='virtiofs' queue='1024'/>\n"
      "  <source socket='%s'/>\n  <target dir='%s'/>\n  <alias name='%s'/>\n</filesystem>\n",
      socket, tag, alias);
}
