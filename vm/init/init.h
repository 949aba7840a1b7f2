/* init.h
 *
 * What the parts of the computer's first process share. It runs as process 1 of the guest, static
 * and alone: no libraries beside libc, no configuration beside the kernel's command line.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* The channel's port, as the host names it in the machine's definition. */
#define PORT_NAME "io.github.annex_desktop.ssh"

/* Where the task's own disk is mounted in the running system: the root's upper side lies there, and
 * whatever must not lie on an overlay, such as the upper sides of shares. */
#define DISK_DIR "/var/lib/annex"

/* Where the helper that ships in the initramfs appears in the running system. */
#define HELPER_DIR "/usr/lib/annex"

/* Writes "annex-init: …" to the serial console, one line; the host's watchdog reads these. */
void
say (const char *format, ...) __attribute__ ((format (printf, 1, 2)));

/* Says "failed: …" and turns the machine off. */
void
fail (const char *format, ...) __attribute__ ((format (printf, 1, 2), noreturn));

/* Writes @text to the file @path, creating nothing. False when that failed. */
bool
write_file (const char *path, const char *text);

/* Reads the first line of @path into @line, without its line end. False when there is none. */
bool
read_line (const char *path, char *line, size_t size);

/* mkdir -p for one level, an existing folder is fine. */
void
make_dir (const char *path, mode_t mode);

/* mount(2) that fails the boot with a sentence when it does not work. */
void
mount_or_fail (const char *source,
               const char *target,
               const char *type,
               unsigned long flags,
               const char *data);

/* Loads the modules named in /modules/order, mounts layers and disk, and makes the overlay of them
 * the root of this process. Returns with the new root in place. */
void
boot_into_root (void);

/* Host name, kernel file systems, loopback, cgroups, entropy: what a running system expects. */
void
prepare_system (void);

/* Runs sshd on the port for ever, a fresh one after every hang-up; returns when the machine is to
 * be turned off. */
void
serve_channel (void);
