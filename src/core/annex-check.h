/* annex-check.h
 *
 * One thing Annex needs, as doctor found it: immutable. The app makes them; the command line and the
 * window show them.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-json.h"

#include <glib-object.h>

G_BEGIN_DECLS

typedef enum
{
  ANNEX_CHECK_OK,
  ANNEX_CHECK_NOTICE,  /* works, with a lasting limit: no KVM, so it is slower */
  ANNEX_CHECK_FAILED,
  ANNEX_CHECK_UNKNOWN, /* not looked at yet, or it could not be told */
} AnnexCheckState;

typedef struct
{
  char *id;         /* kvm, qemu, libvirt, virtiofsd, sub-ids, image, template, disk, keyring, model,
                     * network, leftovers, store … */
  AnnexCheckState state;
  char *title;      /* "Fast virtual machines (KVM)" */
  char *sentence;   /* what is, and why, in plain words */
  char *repair;     /* nullable: the repair's button label, "Build It Again" */
  char *admin_text; /* nullable: what an administrator must do; for Copy for Your Administrator */
  char *detail;     /* nullable: codes, versions, paths */
} AnnexCheckResult;
#define ANNEX_TYPE_CHECK_RESULT (annex_check_result_get_type ())
GType annex_check_result_get_type (void) G_GNUC_CONST;
AnnexCheckResult *annex_check_result_new (const char *id, AnnexCheckState state, const char *title);
AnnexCheckResult *annex_check_result_copy (const AnnexCheckResult *self);
void annex_check_result_free (AnnexCheckResult *self);
/* {id, state, title, sentence, repair?, admin_text?, detail?} on one line. (transfer full) */
char *annex_check_result_to_json_line (const AnnexCheckResult *self);
const char *annex_check_state_to_name (AnnexCheckState state); /* ok, notice, failed, unknown */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AnnexCheckResult, annex_check_result_free)

/* A sentence in plain words and a fraction done, < 0 when it is not known. Main thread. */
typedef void (*AnnexProgressFunc) (const char *sentence, double fraction, gpointer user_data);

G_END_DECLS
