/* annex-change-words.h
 *
 * The words, marks and icons of changes, keeps and modes, in one place.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-draft.h"
#include "annex-share.h"

G_BEGIN_DECLS

/* "Added", "Changed", "Moved", "Deleted", "Not Kept". Static, translated. */
const char *
annex_change_kind_to_words (AnnexChangeKind kind);
/* A symbolic icon that says the same. Static. */
const char *
annex_change_kind_to_icon (AnnexChangeKind kind);
/* The style class of the mark. Static. */
const char *
annex_change_kind_to_style (AnnexChangeKind kind);
/* One line on what happened: "Changed · 1.2 MB, was 1.0 MB". (transfer full) */
char *
annex_change_describe (const AnnexChange *change);
/* What one must know before keeping it: where it was, why it cannot be kept, that the user's file
 * changed too; NULL when there is nothing to say. (transfer full, nullable) */
char *
annex_change_dup_remark (const AnnexChange *change);

/* "Read Only", "Review", "Keep Right Away", and a sentence that says what that means. Static. */
const char *
annex_share_mode_to_words (AnnexShareMode mode);
const char *
annex_share_mode_to_sentence (AnnexShareMode mode);

/* An AnnexChange from an element of `entries` of draft-changed; NULL when it is none.
 * (transfer full, nullable) */
AnnexChange *
annex_change_new_from_json (JsonObject *json);

G_END_DECLS
