/* annex-composer-private.h
 *
 * Shared by the files of AnnexComposer.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-composer-chip.h"
#include "annex-composer.h"

G_BEGIN_DECLS

struct _AnnexComposer
{
  AdwBin parent_instance;

  AnnexDesk *desk;
  AnnexTask *task; /* that is gone on with; nullable */
  char *profile;   /* nullable: the default one */
  gboolean busy;
  gboolean show_profiles;
  gboolean show_stop;
  gboolean can_send;
  GSimpleActionGroup *actions;
  GtkWidget *skill_popover; /* NULL until one is needed */
  GtkListBox *skill_list;   /* in it */
  gboolean listing_skills;
  char *words;           /* of the placeholder */
  char *sent_text;       /* what is on its way, and may come back; NULL when nothing is */
  GPtrArray *sent_chips; /* with it */

  AdwWrapBox *chips;
  GtkScrolledWindow *scroller;
  GtkTextView *text;
  GtkLabel *placeholder;
  GtkMenuButton *profile_button;
  GtkLabel *profile_label;
  GtkButton *stop_button;
  GtkButton *send_button;
};

/* annex-composer.c */
void
annex_composer_add_chip (AnnexComposer *self, GtkWidget *chip);
/* annex-composer-attach.c: paste, drop and the dialogs. */
gboolean
annex_composer_paste (AnnexComposer *self);
/* annex-composer-skills.c: the skills that fit what is being written. */
void
annex_composer_update_skills (AnnexComposer *self);
/* Was @key for their list? */
gboolean
annex_composer_skills_key (AnnexComposer *self, guint key);
void
annex_composer_drop_skills (AnnexComposer *self);
/* annex-composer-profiles.c: the menu of models. */
void
annex_composer_update_profiles (AnnexComposer *self);
void
annex_composer_init_profiles (AnnexComposer *self);

G_END_DECLS
