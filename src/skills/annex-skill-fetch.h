/* annex-skill-fetch.h
 *
 * The files of one commit of a git repository, fetched by a program of its own
 * (fetch/annex-fetch.c) into a new folder. Blocking.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gio/gio.h>

G_BEGIN_DECLS

typedef struct
{
  char *url;    /* https only */
  char *ref;    /* a branch or a tag; nullable: the default branch */
  char *sha;    /* counts instead of ref; nullable */
  char *folder; /* in the repository; nullable: all of it */
} AnnexGitSource;

void
annex_git_source_free (AnnexGitSource *self);
/* What a person typed or pasted: an https address, also one of a page at a well-known host, or
 * "owner/name" of GitHub. NULL where it is none; then @error (nullable) says what is wrong.
 * (transfer full) */
AnnexGitSource *
annex_git_source_parse (const char *text, GError **error);
/* The host and port of @self; *@host transfer full. FALSE where it is no https address. */
gboolean
annex_git_source_get_host (const AnnexGitSource *self, char **host, guint *port);
/* An address of the open internet, so far as its name tells: what a stranger's list may name. */
gboolean
annex_git_source_is_public (const AnnexGitSource *self);

/* Fetches @source into the new folder @target; @target.git is left for the caller to remove, too.
 * *@bytes: received, also on failure. *@left_out: what was not written. ANNEX_SKILL_ERROR.
 * Returns the commit. (transfer full; *@left_out transfer full, NULL-terminated) */
char *
annex_skill_fetch (const AnnexGitSource *source,
                   const char *target,
                   guint64 *bytes,
                   char ***left_out,
                   GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AnnexGitSource, annex_git_source_free)

G_END_DECLS
