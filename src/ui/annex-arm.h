/* annex-arm.h
 *
 * What grants something takes no answer in the moment after it has come, so that nobody presses it
 * by accident: it comes unasked, where the pointer or the focus may just be.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gtk/gtk.h>

G_BEGIN_DECLS

#define ANNEX_ARM_DELAY_MS 500

/* From now on @widget is not ready until ANNEX_ARM_DELAY_MS after it is mapped; so long it carries
 * the class "unarmed". Once for each widget, before it is shown. */
void
annex_arm_watch (GtkWidget *widget);
/* What is asked has changed: the delay begins anew. */
void
annex_arm_again (GtkWidget *widget);
/* Whether an answer may be taken. */
gboolean
annex_arm_is_ready (GtkWidget *widget);

G_END_DECLS
