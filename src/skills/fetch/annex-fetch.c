/* annex-fetch.c
 *
 * A program of its own that fetches one commit of a git repository and writes its files into a new
 * folder. What comes is a stranger's: this process has limits on memory, time and files, reads no
 * configuration, and nothing of the repository is carried out. No checkout is made: no hooks, no
 * filters, no submodules; symbolic links are named and not written.
 *
 *   annex-fetch URL TARGET [REF [SHA]]       REF "-": the default branch
 *
 * Prints one line of JSON: {"commit", "bytes", "left_out"} or {"error", "bytes"}.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-zip.h"

#include <errno.h>
#include <git2.h>
#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <json-glib/json-glib.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#define MAX_RECEIVED_BYTES (192u * 1024u * 1024u)
#define MAX_OBJECTS 200000
#define MAX_FILES ANNEX_ZIP_MAX_ENTRIES
#define MAX_BYTES ANNEX_ZIP_MAX_BYTES
#define MAX_LEFT_OUT 100
#define MAX_SECONDS 240
#define MAX_CPU_SECONDS 120
#define MAX_MEMORY (1536ull * 1024u * 1024u)
#define SERVER_TIMEOUT_MS 30000

typedef struct
{
  git_repository *repository;
  guint64 received;
  guint64 bytes;
  guint n_files;
  GPtrArray *left_out;
  char *error;
} Fetch;

static gboolean
fail (Fetch *self, const char *message)
{
  if (self->error == NULL)
    self->error = g_strdup (message);
  return FALSE;
}

static gboolean
fail_git (Fetch *self, const char *what)
{
  const git_error *error = git_error_last ();
  g_autofree char *message =
      g_strdup_printf ("%s: %s", what, error != NULL ? error->message : "no reason was given");

  return fail (self, message);
}

/* ---- fetching */

static int
on_progress (const git_indexer_progress *stats, void *data)
{
  Fetch *self = data;

  self->received = stats->received_bytes;
  if (stats->received_bytes <= MAX_RECEIVED_BYTES && stats->total_objects <= MAX_OBJECTS)
    return 0;
  fail (self, N_ ("The repository is too large"));
  return -1;
}

static int
on_credentials (git_credential **out,
                const char *url,
                const char *user,
                unsigned int types,
                void *data)
{
  fail (data,
        N_ ("The address wants a sign-in, or there is no such repository. Annex fetches public "
            "repositories only"));
  return -1;
}

/* The name to ask for: a branch or a tag of @ref, or the default branch. (transfer full) */
static char *
find_ref (Fetch *self, git_remote *remote, const char *ref)
{
  const git_remote_head **heads = NULL;
  size_t n = 0;
  git_buf branch = GIT_BUF_INIT;
  g_autofree char *as_branch = g_strconcat ("refs/heads/", ref, NULL);
  g_autofree char *as_tag = g_strconcat ("refs/tags/", ref, NULL);
  char *found = NULL;

  if (ref == NULL)
    {
      if (git_remote_default_branch (&branch, remote) == 0)
        found = g_strdup (branch.ptr);
      git_buf_dispose (&branch);
      return found;
    }
  if (git_remote_ls (&heads, &n, remote) != 0)
    return NULL;
  for (size_t i = 0; i < n && found == NULL; i++)
    if (g_str_equal (heads[i]->name, as_branch) || g_str_equal (heads[i]->name, as_tag) ||
        g_str_equal (heads[i]->name, ref))
      found = g_strdup (heads[i]->name);
  return found;
}

static gboolean
fetch (Fetch *self, const char *url, const char *ref, const char *sha, git_oid *commit)
{
  git_fetch_options options = GIT_FETCH_OPTIONS_INIT;
  git_remote *remote = NULL;
  g_autofree char *name = NULL;
  g_autofree char *spec = NULL;
  char *specs[1];
  git_strarray list = { specs, 1 };
  gboolean done = FALSE;

  options.callbacks.transfer_progress = on_progress;
  options.callbacks.credentials = on_credentials;
  options.callbacks.payload = self;
  options.download_tags = GIT_REMOTE_DOWNLOAD_TAGS_NONE;
  options.follow_redirects = GIT_REMOTE_REDIRECT_NONE;
  options.update_fetchhead = 0;
  options.proxy_opts.type = GIT_PROXY_AUTO;
  options.depth = g_str_has_prefix (url, "file://") ? 0 : 1;
  if (git_remote_create_anonymous (&remote, self->repository, url) != 0)
    return fail_git (self, N_ ("The address cannot be used"));
  if (git_remote_connect (remote, GIT_DIRECTION_FETCH, &options.callbacks, &options.proxy_opts,
                          NULL) != 0)
    fail_git (self, N_ ("The repository cannot be reached"));
  else if (sha == NULL && (name = find_ref (self, remote, ref)) == NULL)
    fail (self, ref != NULL ? N_ ("The repository has no such branch or tag")
                            : N_ ("The repository is empty"));
  else
    {
      spec = g_strdup_printf ("+%s:refs/annex/fetched", sha != NULL ? sha : name);
      specs[0] = spec;
      done = git_remote_fetch (remote, &list, &options, NULL) == 0 &&
             git_reference_name_to_id (commit, self->repository, "refs/annex/fetched") == 0;
      if (!done)
        fail_git (self, N_ ("The repository could not be fetched"));
    }
  git_remote_free (remote);
  return done;
}

/* ---- writing */

static void
leave_out (Fetch *self, const char *path)
{
  if (self->left_out->len < MAX_LEFT_OUT)
    g_ptr_array_add (self->left_out, g_utf8_make_valid (path, -1));
}

static gboolean
write_blob (Fetch *self, const git_oid *id, const char *target, gboolean executable)
{
  git_odb *odb = NULL;
  git_blob *blob = NULL;
  git_object_t type;
  size_t size = 0;
  gboolean done;

  /* What it says of its size is read first: it may be anything. */
  if (git_repository_odb (&odb, self->repository) != 0)
    return fail_git (self, N_ ("The repository cannot be read"));
  done = git_odb_read_header (&size, &type, odb, id) == 0;
  git_odb_free (odb);
  if (!done || type != GIT_OBJECT_BLOB)
    return fail_git (self, N_ ("A file is missing in the repository"));
  self->bytes += size;
  if (size > ANNEX_ZIP_MAX_FILE_BYTES || self->bytes > MAX_BYTES || ++self->n_files > MAX_FILES)
    return fail (self, N_ ("The repository is too large"));
  if (git_blob_lookup (&blob, self->repository, id) != 0)
    return fail_git (self, N_ ("A file cannot be read"));
  done = g_file_set_contents_full (target, git_blob_rawcontent (blob), (gssize) size,
                                   G_FILE_SET_CONTENTS_NONE, executable ? 0700 : 0600, NULL);
  git_blob_free (blob);
  return done || fail (self, N_ ("A file cannot be written"));
}

static gboolean
write_tree (Fetch *self, const git_oid *id, const char *prefix, const char *target, guint depth)
{
  git_tree *tree = NULL;
  gboolean done = TRUE;

  if (depth > ANNEX_ZIP_MAX_DEPTH)
    return fail (self, N_ ("Its folders are too deep"));
  if (git_tree_lookup (&tree, self->repository, id) != 0)
    return fail_git (self, N_ ("A folder cannot be read"));
  for (size_t i = 0; done && i < git_tree_entrycount (tree); i++)
    {
      const git_tree_entry *entry = git_tree_entry_byindex (tree, i);
      const char *name = git_tree_entry_name (entry);
      g_autofree char *path =
          *prefix != '\0' ? g_strconcat (prefix, "/", name, NULL) : g_strdup (name);
      g_autofree char *place = g_build_filename (target, path, NULL);
      git_filemode_t mode = git_tree_entry_filemode (entry);

      if (strchr (name, '/') != NULL || !annex_zip_is_clean_path (path) ||
          (mode != GIT_FILEMODE_TREE && mode != GIT_FILEMODE_BLOB &&
           mode != GIT_FILEMODE_BLOB_EXECUTABLE))
        leave_out (self, path);
      else if (g_ascii_strcasecmp (name, ".git") == 0)
        leave_out (self, path);
      else if (mode == GIT_FILEMODE_TREE)
        /* Folders count like files: a few objects can unfold into millions of them. An entry that
         * is there twice must not become a way through another. */
        done = (++self->n_files <= MAX_FILES || fail (self, N_ ("The repository is too large"))) &&
               (g_mkdir (place, 0700) == 0 || fail (self, N_ ("A folder is there twice"))) &&
               write_tree (self, git_tree_entry_id (entry), path, target, depth + 1);
      else if (g_file_test (place, G_FILE_TEST_EXISTS))
        done = fail (self, N_ ("A file is there twice"));
      else
        done = write_blob (self, git_tree_entry_id (entry), place,
                           mode == GIT_FILEMODE_BLOB_EXECUTABLE);
    }
  git_tree_free (tree);
  return done;
}

static gboolean
write_commit (Fetch *self, const git_oid *id, const char *target)
{
  git_object *object = NULL;
  git_object *tree = NULL;
  gboolean done = FALSE;

  /* A tag leads to its commit. */
  if (git_object_lookup (&object, self->repository, id, GIT_OBJECT_ANY) != 0 ||
      git_object_peel (&tree, object, GIT_OBJECT_TREE) != 0)
    fail_git (self, N_ ("The commit cannot be read"));
  else if (g_mkdir (target, 0700) != 0)
    fail (self, N_ ("The folder to write to cannot be made"));
  else
    done = write_tree (self, git_object_id (tree), "", target, 1);
  git_object_free (tree);
  git_object_free (object);
  return done;
}

/* ---- the process */

static void
limit (int what, rlim_t most)
{
  struct rlimit value = { most, most };

  setrlimit (what, &value);
}

static void
confine (void)
{
  umask (077);
  alarm (MAX_SECONDS);
  prctl (PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  limit (RLIMIT_CORE, 0);
  limit (RLIMIT_CPU, MAX_CPU_SECONDS);
  limit (RLIMIT_NOFILE, 256);
  limit (RLIMIT_FSIZE, 2ull * MAX_RECEIVED_BYTES);
#ifndef __SANITIZE_ADDRESS__ /* which needs address space by the terabyte */
  limit (RLIMIT_AS, MAX_MEMORY);
#endif
}

static void
configure (void)
{
  static const int levels[] = { GIT_CONFIG_LEVEL_PROGRAMDATA, GIT_CONFIG_LEVEL_SYSTEM,
                                GIT_CONFIG_LEVEL_XDG, GIT_CONFIG_LEVEL_GLOBAL };
  const char *certificates = g_getenv ("SSL_CERT_FILE");

  git_libgit2_init ();
  for (guint i = 0; i < G_N_ELEMENTS (levels); i++)
    git_libgit2_opts (GIT_OPT_SET_SEARCH_PATH, levels[i], "");
  git_libgit2_opts (GIT_OPT_SET_PACK_MAX_OBJECTS, (size_t) MAX_OBJECTS);
  git_libgit2_opts (GIT_OPT_ENABLE_STRICT_HASH_VERIFICATION, 1);
  git_libgit2_opts (GIT_OPT_SET_SERVER_TIMEOUT, SERVER_TIMEOUT_MS);
  git_libgit2_opts (GIT_OPT_SET_SERVER_CONNECT_TIMEOUT, SERVER_TIMEOUT_MS);
  if (certificates != NULL)
    git_libgit2_opts (GIT_OPT_SET_SSL_CERT_LOCATIONS, certificates, NULL);
}

static void
print (Fetch *self, const char *commit)
{
  g_autoptr (JsonBuilder) builder = json_builder_new ();
  g_autoptr (JsonNode) root = NULL;
  g_autofree char *text = NULL;

  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, commit != NULL ? "commit" : "error");
  json_builder_add_string_value (builder, commit != NULL ? commit : self->error);
  json_builder_set_member_name (builder, "bytes");
  json_builder_add_int_value (builder, (gint64) self->received);
  json_builder_set_member_name (builder, "left_out");
  json_builder_begin_array (builder);
  for (guint i = 0; i < self->left_out->len; i++)
    json_builder_add_string_value (builder, g_ptr_array_index (self->left_out, i));
  json_builder_end_array (builder);
  json_builder_end_object (builder);
  root = json_builder_get_root (builder);
  text = json_to_string (root, FALSE);
  printf ("%s\n", text);
}

int
main (int argc, char **argv)
{
  Fetch self = { .left_out = g_ptr_array_new_with_free_func (g_free) };
  const char *ref = argc > 3 && !g_str_equal (argv[3], "-") ? argv[3] : NULL;
  const char *sha = argc > 4 ? argv[4] : NULL;
  g_autofree char *store = argc > 2 ? g_strconcat (argv[2], ".git", NULL) : NULL;
  char commit[GIT_OID_MAX_HEXSIZE + 1] = "";
  git_oid id;
  gboolean done = FALSE;

  if (argc < 3 || argc > 5)
    return 2;
  confine ();
  configure ();
  /* file:// is for tests: nobody but who calls this program decides. */
  if (!g_str_has_prefix (argv[1], "https://") && g_getenv ("ANNEX_FETCH_ANYTHING") == NULL)
    fail (&self, N_ ("Only https addresses are fetched"));
  else if (git_repository_init (&self.repository, store, TRUE) != 0)
    fail_git (&self, N_ ("There is no place to fetch to"));
  else
    done = fetch (&self, argv[1], ref, sha, &id) && write_commit (&self, &id, argv[2]);
  if (done)
    git_oid_tostr (commit, sizeof commit, &id);
  print (&self, done ? commit : NULL);
  git_repository_free (self.repository);
  g_ptr_array_unref (self.left_out);
  g_free (self.error);
  git_libgit2_shutdown ();
  return done ? 0 : 1;
}
