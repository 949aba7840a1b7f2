/* annex-egress-hosts.h
 *
 * The package hosts a task may always reach. They come with the computer's image, which read them
 * from the configuration of its own package managers; none is written in Annex.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-policy.h"

G_BEGIN_DECLS

/* The hosts of the image's package-hosts.txt at @path, as annex_egress_load_package_hosts takes
 * them. NULL with its errors. (transfer full) */
char **
annex_egress_read_package_hosts (const char *path, GError **error);
/* Reads the image's package-hosts.txt at @path, one `host<TAB>manager` a line ('#' begins a
 * comment), into @policy with scope package-hosts. A line that is malformed, or names a host inside
 * a local network, is skipped with a warning. Blocking, but the file is small: at most 256 KiB and
 * 1,000 hosts are taken. Fails with G_IO_ERROR or G_FILE_ERROR when it cannot be read; @policy is
 * then as before. */
gboolean
annex_egress_load_package_hosts (const char *path, AnnexNetworkPolicy *policy, GError **error);

G_END_DECLS
