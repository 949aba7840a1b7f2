/* annex-composer-chip.h
 *
 * One thing that goes with a message: a folder with its mode, a file, a pasted image, or a skill.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-share.h"

#include <adwaita.h>

G_BEGIN_DECLS

typedef enum {
  ANNEX_CHIP_FOLDER,
  ANNEX_CHIP_FILE,
  ANNEX_CHIP_IMAGE,
  ANNEX_CHIP_SKILL,
} AnnexChipKind;

/* Signals: "removed" (): the user took it away; "mode-changed" (). */
#define ANNEX_TYPE_COMPOSER_CHIP (annex_composer_chip_get_type ())
G_DECLARE_FINAL_TYPE (AnnexComposerChip, annex_composer_chip, ANNEX, COMPOSER_CHIP, AdwBin)

GtkWidget *
annex_composer_chip_new_folder (const char *path, AnnexShareMode mode);
GtkWidget *
annex_composer_chip_new_file (const char *path);
GtkWidget *
annex_composer_chip_new_image (GdkTexture *texture, GBytes *png);
GtkWidget *
annex_composer_chip_new_skill (const char *name);
AnnexChipKind
annex_composer_chip_get_kind (AnnexComposerChip *self);
const char *
annex_composer_chip_get_path (AnnexComposerChip *self); /* of a skill its name; NULL of an image */
AnnexShareMode
annex_composer_chip_get_mode (AnnexComposerChip *self);
GBytes *
annex_composer_chip_get_png (AnnexComposerChip *self); /* NULL but of an image */

/* A mode in a word or two, and in a sentence. Translated, borrowed. */
const char *
annex_share_mode_words (AnnexShareMode mode);
const char *
annex_share_mode_sentence (AnnexShareMode mode);

G_END_DECLS
