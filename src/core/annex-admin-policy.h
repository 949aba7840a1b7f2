/* annex-admin-policy.h
 *
 * What an administrator does not want Annex to do on this machine: files NAME.json in folders that
 * only the administrator writes. They can only tighten: where several files speak of a thing, what
 * all of them allow is allowed; of limits the lowest counts. A file that cannot be read or is not
 * right allows nothing at all, and says why, with its line.
 *
 * A file is one JSON object; every member may be absent, and then it says nothing of the thing:
 *
 *   "providers":         ["anthropic", "openai", "tour"]   model providers
 *   "base_urls":         ["https://models.example.com"]    addresses of models, and what is below
 *   "network_hosts":     ["example.com", "*.example.org"]  the only hosts a task may be allowed
 *   "network_never":     ["files.example.net"]             hosts that no task may reach
 *   "share_roots":       ["~/Documents", "/srv/work"]      folders must lie in one of them
 *   "share_modes":       ["read-only", "review"]           how folders may be given
 *   "task_cost_usd":     5.0                               a task stops when it has cost as much
 *   "task_turns":        100                               and after so many rounds
 *   "skills":            ["spreadsheets", "report-*"]      names of skills
 *   "connectors":        ["*.example.com", "files"]        ids, or hosts, of connectors
 *   "computer_required": true                              the user cannot switch it off
 *   "audit_collectors":  ["https://logs.example.com"]      what Annex does is reported to these, as
 *                                                          OpenTelemetry logs (annex-audit.h)
 *
 * "*." at the beginning of a host stands for every host below it; "*" at the end of a name for every
 * ending. A list may be empty: then nothing of the kind is allowed.
 *
 * Immutable; of any thread.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-share.h"

#include <gio/gio.h>

G_BEGIN_DECLS

#define ANNEX_ADMIN_ERROR (annex_admin_error_quark ())

typedef enum {
  ANNEX_ADMIN_ERROR_BROKEN, /* a policy file is not right: nothing is allowed */
  ANNEX_ADMIN_ERROR_MODEL,  /* this provider, or this address of one */
  ANNEX_ADMIN_ERROR_HOST,
  ANNEX_ADMIN_ERROR_SHARE, /* this folder, or this way of giving it */
  ANNEX_ADMIN_ERROR_SKILL,
  ANNEX_ADMIN_ERROR_CONNECTOR,
} AnnexAdminError;

GQuark
annex_admin_error_quark (void);
/* Its word in events and on the command line. */
const char *
annex_admin_error_name (AnnexAdminError code);

typedef struct _AnnexAdminPolicy AnnexAdminPolicy;

AnnexAdminPolicy *
annex_admin_policy_ref (AnnexAdminPolicy *self);
void
annex_admin_policy_unref (AnnexAdminPolicy *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AnnexAdminPolicy, annex_admin_policy_unref)

/* Reads every *.json of @folders (NULL-terminated), in order of their names; a folder that is not
 * there says nothing. Never fails: what is wrong makes a policy that allows nothing. Blocking. */
AnnexAdminPolicy *
annex_admin_policy_load (const char *const *folders);
/* One file's text, @where for its name in sentences. */
AnnexAdminPolicy *
annex_admin_policy_parse (const char *where, const char *text, gssize length);

/* The machine's policy: read when first asked for, from /etc/annex/policy.d, the same below the
 * prefix Annex is installed in, the host's where a sandbox shows it, and $ANNEX_POLICY_DIR, which
 * like the others can only tighten. It stays the same until Annex ends. (borrowed) */
AnnexAdminPolicy *
annex_admin_policy_get (void);
/* For tests: another one; NULL: read it anew when it is asked for. */
void
annex_admin_policy_set (AnnexAdminPolicy *policy);

/* Is there any? */
gboolean
annex_admin_policy_is_empty (AnnexAdminPolicy *self);
/* What is wrong with it, a sentence with file and line; NULL: nothing. */
const char *
annex_admin_policy_get_fault (AnnexAdminPolicy *self);
/* What it says, a sentence each (strv), for people. (transfer full) */
char **
annex_admin_policy_dup_sentences (AnnexAdminPolicy *self);

/* FALSE with ANNEX_ADMIN_ERROR. @base_url: NULL for one that has no address. */
gboolean
annex_admin_policy_check_model (AnnexAdminPolicy *self,
                                const char *provider,
                                const char *base_url,
                                GError **error);
/* @host: normalised. */
gboolean
annex_admin_policy_check_host (AnnexAdminPolicy *self, const char *host, GError **error);
/* @path: absolute, without links. */
gboolean
annex_admin_policy_check_share (AnnexAdminPolicy *self,
                                const char *path,
                                AnnexShareMode mode,
                                GError **error);
/* The mode that a folder may be given with and that is @wanted, or else as near to it as is allowed,
 * with less first; @wanted where none is. */
AnnexShareMode
annex_admin_policy_nearest_mode (AnnexAdminPolicy *self, AnnexShareMode wanted);
gboolean
annex_admin_policy_check_skill (AnnexAdminPolicy *self, const char *name, GError **error);
/* @host: of its address; NULL: it is a command. */
gboolean
annex_admin_policy_check_connector (AnnexAdminPolicy *self,
                                    const char *id,
                                    const char *host,
                                    GError **error);
/* Where to report to, of all files (strv). (transfer full) */
char **
annex_admin_policy_dup_collectors (AnnexAdminPolicy *self);
gboolean
annex_admin_policy_requires_computer (AnnexAdminPolicy *self);
/* The lower one of what it allows and @cost_usd; 0 is no limit. */
double
annex_admin_policy_limit_cost (AnnexAdminPolicy *self, double cost_usd);
guint
annex_admin_policy_limit_turns (AnnexAdminPolicy *self, guint turns);

G_END_DECLS
