/* image-machine.h
 *
 * A computer started by QEMU directly from an image, without libvirt: for testing the image itself.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-image.h"

G_BEGIN_DECLS

typedef struct _ImageMachine ImageMachine;

/* Starts one with all layers of @image and a fresh disk over its template, and waits until its
 * first process says it is ready; a test failure when that takes longer than two minutes. */
ImageMachine *
image_machine_start (AnnexImage *image);

/* What the serial console said so far. (transfer full) */
char *
image_machine_dup_console (ImageMachine *self);

/* Connects, runs @command as root with bash, disconnects; one attempt. FALSE when the connection
 * could not be made or broke. @status: exit status; @output: stdout and stderr. (out) (transfer
 * full) */
gboolean
image_machine_run (ImageMachine *self, const char *command, int *status, char **output);

/* As image_machine_run, as the agent's user in its home, and must succeed. (transfer full) */
char *
image_machine_run_as_agent (ImageMachine *self, const char *command);

/* Connects, starts something that floods the channel, and drops the connection in the middle. */
void
image_machine_break_off (ImageMachine *self);

/* Waits until QEMU has ended by itself; FALSE when it has not within @limit_s. */
gboolean
image_machine_wait_end (ImageMachine *self, guint limit_s);

/* Ends it if it still runs and removes its files. */
void
image_machine_free (ImageMachine *self);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ImageMachine, image_machine_free)

G_END_DECLS
