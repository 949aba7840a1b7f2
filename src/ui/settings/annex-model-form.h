/* annex-model-form.h
 *
 * One model to be set up or changed: provider, address, key, model, name. Nothing is saved before
 * the model was really asked, unless the user says so. The key goes to the desk and is not kept
 * here.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-desk.h"

#include <adwaita.h>

G_BEGIN_DECLS

/* Properties: "desk" (AnnexDesk, nullable); "busy" (read only: a check or saving is running).
 * Signal "saved" (profile id). */
#define ANNEX_TYPE_MODEL_FORM (annex_model_form_get_type ())
G_DECLARE_FINAL_TYPE (AnnexModelForm, annex_model_form, ANNEX, MODEL_FORM, AdwBin)

GtkWidget *
annex_model_form_new (AnnexDesk *desk);
/* Begins with @profile (nullable: an empty new one). @roles: also whether it is the default and the
 * helpers' one; without them a new one becomes the default. */
void
annex_model_form_begin (AnnexModelForm *self, const AnnexModelProfile *profile, gboolean roles);
/* "Check and Continue" */
void
annex_model_form_set_button_label (AnnexModelForm *self, const char *label);
/* What it would save, as it stands now. (transfer full) */
AnnexModelProfile *
annex_model_form_dup_profile (AnnexModelForm *self);
/* The same as its button. */
void
annex_model_form_save (AnnexModelForm *self, gboolean check_first);

G_END_DECLS
