/* attack-fixture.c
 *
 * See attack-fixture.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "attack-fixture.h"

#include <fcntl.h>
#include <gio/gunixsocketaddress.h>
#include <glib/gstdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#define GUEST_SCRIPT "/var/lib/annex/guest-attacks.py"
#define CANARY "canary-7f3a9c51"
#define N_FOLDERS 3

static const struct
{
  const char *name;
  AnnexShareMode mode;
} folders[N_FOLDERS] = {
  { "Attack", ANNEX_SHARE_REVIEW },
  { "Fixed", ANNEX_SHARE_READ_ONLY },
  { "Revoked", ANNEX_SHARE_REVIEW },
};

static AnnexStore *store;
static AnnexTask *task;
static AnnexWorkspace *workspace;
static AnnexComputer *computer;
static GSocketService *listener;
static guint16 port;
static guint n_visits;
static char *base;      /* everything of the host's */
static char *folder;    /* "Attack" */
static char *untouched; /* how the rest was at the start */

AnnexWorkspace *
attack_get_workspace (void)
{
  return workspace;
}

AnnexDrafts *
attack_get_drafts (void)
{
  return annex_workspace_get_drafts (workspace);
}

AnnexComputer *
attack_get_computer (void)
{
  return computer;
}

const char *
attack_get_folder (void)
{
  return folder;
}

char *
attack_dup_share (const char *name)
{
  g_autoptr (GPtrArray) shares = annex_task_dup_shares (task);

  for (guint i = 0; i < shares->len; i++)
    if (g_str_equal (annex_share_get_name (g_ptr_array_index (shares, i)), name))
      return g_strdup (annex_share_get_id (g_ptr_array_index (shares, i)));
  return NULL;
}

/* ---------------------------------------------------------------- the host */

static void
put (const char *path, const char *text)
{
  g_autofree char *full = g_build_filename (base, path, NULL);
  g_autofree char *parent = g_path_get_dirname (full);

  g_assert_cmpint (g_mkdir_with_parents (parent, 0755), ==, 0);
  g_assert_true (g_file_set_contents (full, text, -1, NULL));
}

void
attack_put_canary (const char *path)
{
  g_assert_true (g_file_set_contents (path, CANARY, -1, NULL));
}

static void
put_link (const char *path, const char *target)
{
  g_autofree char *full = g_build_filename (base, path, NULL);

  g_assert_cmpint (symlink (target, full), ==, 0);
}

static void
make_folders (void)
{
  g_autofree char *canary = NULL;
  g_autofree char *hard = NULL;
  g_autofree char *inode = NULL;

  base = g_build_filename (fixture_root (), "shared", NULL);
  folder = g_build_filename (base, "Attack", NULL);
  canary = g_build_filename (base, "outside", "canary", NULL);
  put ("outside/canary", CANARY);
  put ("outside/inode", "the same as in the folder");
  for (guint i = 0; i < N_FOLDERS; i++)
    {
      g_autofree char *name = g_build_filename (folders[i].name, "file", NULL);

      put (name, "of the user");
    }
  put ("Attack/dir/inner", "of the user, too");
  put_link ("Attack/link-absolute", canary);
  put_link ("Attack/link-up", "../outside/canary");
  put_link ("Attack/chain", "link-up");
  inode = g_build_filename (base, "outside", "inode", NULL);
  hard = g_build_filename (folder, "hard", NULL);
  g_assert_cmpint (link (inode, hard), ==, 0);
}

static gboolean
visited_cb (void)
{
  n_visits++;
  return FALSE;
}

/* Nothing is allowed, so whatever is let out is too much. */
static void
recorded_cb (AnnexEgressProxy *proxy, AnnexLedgerEntry *entry)
{
  n_visits += !g_str_equal (entry->decision, "refused");
}

/* On loopback, and at two local sockets. */
static void
start_listener (void)
{
  g_autofree char *path = NULL;
  g_autoptr (GSocketAddress) abstract =
      g_unix_socket_address_new_with_type ("annex-attack", -1, G_UNIX_SOCKET_ADDRESS_ABSTRACT);
  g_autoptr (GSocketAddress) local = NULL;

  listener = g_socket_service_new ();
  port = g_socket_listener_add_any_inet_port (G_SOCKET_LISTENER (listener), NULL, NULL);
  g_assert_cmpuint (port, >, 0);
  path = g_strdup_printf ("/tmp/annex-attack-%u", port);
  local = g_unix_socket_address_new (path);
  g_assert_true (g_socket_listener_add_address (G_SOCKET_LISTENER (listener), abstract,
                                                G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_DEFAULT,
                                                NULL, NULL, NULL));
  g_assert_true (g_socket_listener_add_address (G_SOCKET_LISTENER (listener), local,
                                                G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_DEFAULT,
                                                NULL, NULL, NULL));
  g_signal_connect (listener, "incoming", G_CALLBACK (visited_cb), NULL);
}

/* ---------------------------------------------------------------- looking */

static int
compare_names (gconstpointer a, gconstpointer b)
{
  return strcmp (*(char *const *) a, *(char *const *) b);
}

static GPtrArray *
list_names (const char *path)
{
  GPtrArray *names = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    g_ptr_array_add (names, g_strdup (name));
  g_ptr_array_sort (names, compare_names);
  return names;
}

static void
describe_into (GString *text, const char *path, const char *shown, const char *left_out)
{
  g_autoptr (GPtrArray) names = NULL;
  g_autofree char *content = NULL;
  char attributes[4096];
  char target[4096] = "";
  struct stat info;
  gsize length = 0;

  g_assert_cmpint (lstat (path, &info), ==, 0);
  if (S_ISLNK (info.st_mode))
    g_assert_cmpint (readlink (path, target, sizeof target - 1), >, 0);
  else if (S_ISREG (info.st_mode))
    g_assert_true (g_file_get_contents (path, &content, &length, NULL));
  g_string_append_printf (text, "%s %o %u %ld %ld.%ld “%.*s” %s %zd\n", shown, info.st_mode,
                          info.st_uid, S_ISREG (info.st_mode) ? (long) info.st_size : 0,
                          (long) info.st_mtim.tv_sec, info.st_mtim.tv_nsec, (int) MIN (length, 99),
                          content != NULL ? content : "", target,
                          llistxattr (path, attributes, sizeof attributes));
  if (!S_ISDIR (info.st_mode))
    return;
  names = list_names (path);
  for (guint i = 0; i < names->len; i++)
    {
      g_autofree char *child = g_build_filename (path, g_ptr_array_index (names, i), NULL);
      g_autofree char *child_shown = g_build_filename (shown, g_ptr_array_index (names, i), NULL);

      if (g_strcmp0 (child_shown, left_out) != 0)
        describe_into (text, child, child_shown, left_out);
    }
}

char *
attack_describe (const char *path)
{
  GString *text = g_string_new (NULL);

  describe_into (text, path, ".", NULL);
  return g_string_free_and_steal (text);
}

static char *
describe_rest (void)
{
  GString *text = g_string_new (NULL);

  describe_into (text, base, ".", "./Attack");
  return g_string_free_and_steal (text);
}

void
attack_note_rest (void)
{
  g_free (untouched);
  untouched = describe_rest ();
}

void
attack_assert_untouched (void)
{
  g_autofree char *now = describe_rest ();

  g_assert_cmpstr (now, ==, untouched);
  g_assert_cmpuint (n_visits, ==, 0);
}

/* The links that the user made may lead where they like. */
static gboolean
is_users_link (const char *name)
{
  return g_str_equal (name, "link-absolute") || g_str_equal (name, "link-up") ||
         g_str_equal (name, "chain");
}

static void
assert_safe_below (const char *path)
{
  g_autoptr (GPtrArray) names = list_names (path);

  for (guint i = 0; i < names->len; i++)
    {
      const char *name = g_ptr_array_index (names, i);
      g_autofree char *child = g_build_filename (path, name, NULL);
      char attributes[4096];
      struct stat info;

      g_assert_cmpint (lstat (child, &info), ==, 0);
      g_assert_true (S_ISREG (info.st_mode) || S_ISDIR (info.st_mode) || S_ISLNK (info.st_mode));
      g_assert_cmpuint (info.st_uid, ==, getuid ());
      if (S_ISLNK (info.st_mode))
        {
          char *real = realpath (child, NULL);

          if (real != NULL && !is_users_link (name) && !g_str_has_prefix (real, folder))
            g_error ("%s leads to %s", child, real);
          free (real);
          continue;
        }
      g_assert_cmpuint (info.st_mode & 07000, ==, 0);
      g_assert_cmpint (listxattr (child, attributes, sizeof attributes), ==, 0);
      if (S_ISDIR (info.st_mode))
        assert_safe_below (child);
    }
}

void
attack_assert_safe (void)
{
  assert_safe_below (folder);
}

/* ---------------------------------------------------------------- the guest */

static char *
await_guest (const char *row)
{
  /* Asked for before it is taken back: afterwards the task knows it no more, and its guest does. */
  static char *revoked;
  const gboolean is_revoked = g_str_has_prefix (row, "F30");
  g_autofree char *share = attack_dup_share (is_revoked ? "Revoked" : "Attack");
  g_autofree char *text = NULL;
  g_autoptr (AnnexCommand) command = NULL;
  g_autoptr (AnnexOutput) output = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GString) all = g_string_new (NULL);

  if (is_revoked && share != NULL)
    g_set_str (&revoked, share);
  else if (is_revoked)
    g_set_str (&share, revoked);
  g_assert_nonnull (share);
  text = g_strdup_printf ("python3 " GUEST_SCRIPT " %s %u %s", row, port, share);
  command = annex_command_new (text);
  command->as_root = TRUE;
  g_set_str (&command->cwd, "/");
  output =
      dex_await_boxed (annex_computer_run (computer, command, NULL, 1 << 20, 400000, NULL), &error);
  g_assert_no_error (error);
  g_assert_false (output->timed_out);
  g_string_append_len (all, g_bytes_get_data (output->out, NULL),
                       (gssize) g_bytes_get_size (output->out));
  g_string_append_len (all, g_bytes_get_data (output->err, NULL),
                       (gssize) g_bytes_get_size (output->err));
  g_test_message ("%s: status %d\n%s", row, output->status, all->str);
  if (output->status != 0)
    g_error ("%s ended with %d:\n%s", row, output->status, all->str);
  return g_string_free_and_steal (g_steal_pointer (&all));
}

void
attack_run (const char *row)
{
  g_autofree char *said = await_guest (row);

  g_assert_null (strstr (said, "REACHED"));
  g_assert_null (strstr (said, CANARY));
}

void
attack_clean (void)
{
  g_autofree char *said = await_guest ("end");
}

/* ---------------------------------------------------------------- beginning and end */

static void
send_script (void)
{
  g_autofree char *path = g_test_build_filename (G_TEST_DIST, "attacks", "guest-attacks.py", NULL);
  g_autoptr (AnnexCommand) command = annex_command_new ("cat >" GUEST_SCRIPT);
  g_autoptr (AnnexOutput) output = NULL;
  g_autoptr (GBytes) bytes = NULL;
  g_autoptr (GError) error = NULL;
  char *text = NULL;
  gsize length;

  g_assert_true (g_file_get_contents (path, &text, &length, &error));
  bytes = g_bytes_new_take (text, length);
  command->as_root = TRUE;
  output =
      dex_await_boxed (annex_computer_run (computer, command, bytes, 1000, 60000, NULL), &error);
  g_assert_no_error (error);
  g_assert_cmpint (output->status, ==, 0);
}

void
attack_start (void)
{
  g_autofree char *db = g_build_filename (fixture_root (), "tasks.db", NULL);
  g_autoptr (AnnexNetworkPolicy) policy = annex_network_policy_new ();
  g_autoptr (AnnexInbox) inbox = NULL;

  make_folders ();
  start_listener ();
  store = dex_await_object (annex_store_open (db), NULL);
  g_assert_nonnull (store);
  inbox = annex_inbox_new (store);
  task =
      dex_await_object (annex_task_create (store, "Attacks", "tour", "m", NULL, "s", "[]"), NULL);
  g_assert_nonnull (task);
  computer = annex_computers_get (fixture_computers (), annex_task_get_id (task), policy);
  workspace = annex_workspace_new (task, computer, inbox, policy, NULL, NULL, NULL);
  for (guint i = 0; i < N_FOLDERS; i++)
    {
      g_autofree char *path = g_build_filename (base, folders[i].name, NULL);
      g_autoptr (AnnexShare) share = NULL;
      g_autoptr (GError) error = NULL;

      share = annex_workspace_grant_folder (workspace, path, folders[i].mode, &error);
      g_assert_no_error (error);
    }
  await_started (computer);
  g_signal_connect (annex_computers_get_egress (fixture_computers (), annex_task_get_id (task)),
                    "recorded", G_CALLBACK (recorded_cb), NULL);
  send_script ();
  attack_note_rest ();
}

void
attack_end (void)
{
  await_true (annex_computer_reset (computer));
  g_clear_object (&workspace);
  g_clear_object (&computer);
  g_clear_object (&task);
  g_clear_object (&store);
  g_socket_service_stop (listener);
  g_clear_object (&listener);
  g_clear_pointer (&base, g_free);
  g_clear_pointer (&folder, g_free);
  g_clear_pointer (&untouched, g_free);
}
