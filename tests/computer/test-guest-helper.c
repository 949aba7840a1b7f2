/* test-guest-helper.c
 *
 * The guest helper without a computer: real overlays in a user namespace, its draft read by the
 * real reader, forgetting, refreshing, contents.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-upper-reader.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct
{
  char *base;
  char *helper;
} Fixture;

static const char *helper_path;

/* Runs @script in a namespace where this user is root and may mount. $H is the helper with its
 * options, $L the host's folder, $F the share's. */
static char *
run (Fixture *self, const char *script)
{
  g_autofree char *whole = g_strdup_printf (
      "set -e; cd '%s'; L=$PWD/lower; P=\"--prefix $PWD --userxattr\"; F=$PWD/folders/S; "
      "U=$PWD/var/lib/annex/"
      "shares/t1/upper; H='%s'; m () { $H mount $P --tag t1 --name S --lower $L; }\n"
      "d () { $H draft $P --tag t1 \"$@\"; }; f () { $H forget $P --tag t1 --name S --lower $L "
      "\"$@\"; }\n%s",
      self->base, self->helper, script);
  const char *argv[] = { "unshare", "--user", "--map-root-user", "--mount", "bash", "-c",
                         whole,     NULL };
  g_autofree char *out = NULL;
  g_autofree char *err = NULL;
  g_autoptr (GError) error = NULL;
  int status;

  g_spawn_sync (NULL, (char **) argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, &out, &err, &status,
                &error);
  g_assert_no_error (error);
  if (!g_spawn_check_wait_status (status, &error))
    g_error ("%s\n%s\n%s", error->message, out, err);
  return g_steal_pointer (&out);
}

static void
set_up (Fixture *self, gconstpointer data)
{
  g_autofree char *lower = NULL;

  self->base = g_dir_make_tmp ("annex-guest-XXXXXX", NULL);
  lower = g_build_filename (self->base, "lower", NULL);
  g_assert_cmpint (g_mkdir (lower, 0755), ==, 0);
  self->helper = g_strdup (helper_path);
}

static void
tear_down (Fixture *self, gconstpointer data)
{
  g_autofree char *command =
      g_strdup_printf ("chmod -R u+rwx '%s'; rm -rf '%s'", self->base, self->base);
  const char *argv[] = { "unshare", "--user", "--map-root-user", "sh", "-c", command, NULL };

  g_spawn_sync (NULL, (char **) argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL, NULL,
                NULL);
  g_free (self->base);
  g_free (self->helper);
}

static gboolean
can_mount (void)
{
  const char *argv[] = { "unshare", "--user", "--map-root-user", "--mount", "true", NULL };
  int status;

  return g_spawn_sync (NULL, (char **) argv, NULL, G_SPAWN_SEARCH_PATH | G_SPAWN_STDERR_TO_DEV_NULL,
                       NULL, NULL, NULL, NULL, &status, NULL) &&
         g_spawn_check_wait_status (status, NULL);
}

/* The draft in `draft.bin` as "kind path" lines. */
static char *
describe (Fixture *self, GPtrArray **entries_out)
{
  g_autofree char *path = g_build_filename (self->base, "draft.bin", NULL);
  g_autofree char *bytes = NULL;
  g_autoptr (AnnexUpperReader) reader = annex_upper_reader_new ();
  g_autoptr (GPtrArray) entries = NULL;
  GString *text = g_string_new (NULL);
  GError *error = NULL;
  gsize length;

  g_assert_true (g_file_get_contents (path, &bytes, &length, NULL));
  g_assert_true (annex_upper_reader_feed (reader, bytes, length, &error));
  entries = annex_upper_reader_finish (reader, &error);
  g_assert_no_error (error);
  for (guint i = 0; i < entries->len; i++)
    {
      const AnnexUpperEntry *entry = g_ptr_array_index (entries, i);
      static const char *const kinds[] = { "file", "folder", "link", "whiteout", "other" };

      g_string_append_printf (text, "%s%s%s %s", i > 0 ? "\n" : "", kinds[entry->kind],
                              entry->opaque ? "!" : "", entry->path);
      if (entry->problem != NULL)
        g_string_append_printf (text, " (%s)", entry->problem);
    }
  if (entries_out != NULL)
    *entries_out = g_ptr_array_ref (entries);
  return g_string_free (text, FALSE);
}

static void
test_draft (Fixture *self, gconstpointer data)
{
  g_autofree char *out = run (
      self, "cd lower; echo 1 >a; echo 2 >b; mkdir -p d/sub e; echo 3 >d/x; echo 4 >d/sub/y; echo "
            "5 >e/z\n"
            "m; cd $F; echo new >n; echo more >>a; rm b; rm -r d; mkdir d; echo 9 >d/fresh\n"
            "chmod 600 e/z; ln -s ../../../etc/passwd l; mkfifo p; mkdir -p q/r; : >q/r/empty\n"
            "truncate -s 5G giant; printf 'x' >$'odd\\n\\x1b\\xff name'; cd $F/../..\n"
            "d >draft.bin; d >again.bin; cmp draft.bin again.bin");
  g_autoptr (GPtrArray) entries = NULL;
  g_autofree char *text = describe (self, &entries);

  g_assert_cmpstr (
      text, ==,
      "file a\nwhiteout b\nfolder! d\nfile d/fresh\nfolder e\nfile e/z\n"
      "file giant (It is too large to be kept)\nlink l\nfile n\nfile odd\n\x1b\xff name\n"
      "other p\nfolder q\nfolder q/r\nfile q/r/empty");
  for (guint i = 0; i < entries->len; i++)
    {
      const AnnexUpperEntry *entry = g_ptr_array_index (entries, i);
      g_autofree char *sum = NULL;

      if (g_str_equal (entry->path, "a"))
        {
          sum = g_compute_checksum_for_string (G_CHECKSUM_SHA256, "1\nmore\n", -1);
          g_assert_cmpstr (entry->sha256, ==, sum);
          g_assert_cmpuint (entry->size_bytes, ==, 7);
        }
      if (g_str_equal (entry->path, "l"))
        g_assert_cmpstr (entry->target, ==, "../../../etc/passwd");
      if (g_str_equal (entry->path, "e/z"))
        g_assert_cmpuint (entry->mode, ==, 0600);
    }
}

/* Against GLib's, at every length around the block size, and a long one. */
static void
test_sha256 (Fixture *self, gconstpointer data)
{
  g_autofree char *out = run (self, "m; cd $F; for i in $(seq 0 130) 1000 65536 131072 300001; do\n"
                                    "head -c $i /dev/urandom >f$i; done; cd ../..; d >draft.bin");
  g_autoptr (GPtrArray) entries = NULL;
  g_autofree char *text = describe (self, &entries);

  g_assert_cmpuint (entries->len, ==, 135);
  for (guint i = 0; i < entries->len; i++)
    {
      const AnnexUpperEntry *entry = g_ptr_array_index (entries, i);
      g_autofree char *path =
          g_build_filename (self->base, "var/lib/annex/shares/t1/upper", entry->path, NULL);
      g_autofree char *bytes = NULL;
      g_autofree char *sum = NULL;
      gsize length;

      g_assert_true (g_file_get_contents (path, &bytes, &length, NULL));
      sum = g_compute_checksum_for_data (G_CHECKSUM_SHA256, (const guchar *) bytes, length);
      g_assert_cmpstr (entry->sha256, ==, sum);
    }
}

/* The remembered hashes notice every change. */
static void
test_sums (Fixture *self, gconstpointer data)
{
  g_autofree char *out =
      run (self, "mkdir -p run/annex; m; echo one >$F/a; echo two >$F/b; touch -d 2020-01-01 $F/a "
                 "$F/b; sleep 2.1\n"
                 /* the last number is of the bytes that were hashed */
                 "d >1; d >2; ! cmp -s 1 2; head -c -8 1 >3; head -c -8 2 >4; cmp 3 4; test -s "
                 "run/annex/draft-t1.sums; printf uno\\\\n >$F/a\n"
                 "touch -d 2020-01-01 $F/a; d >draft.bin; mv $F/b $F/c; printf x "
                 ">run/annex/draft-t1.sums; d >/dev/null");
  g_autoptr (GPtrArray) entries = NULL;
  g_autofree char *text = describe (self, &entries);
  g_autofree char *sum = g_compute_checksum_for_string (G_CHECKSUM_SHA256, "uno\n", -1);

  g_assert_cmpstr (text, ==, "file a\nfile b");
  g_assert_cmpstr (((AnnexUpperEntry *) g_ptr_array_index (entries, 0))->sha256, ==, sum);
}

static void
test_limits (Fixture *self, gconstpointer data)
{
  g_autofree char *out = run (
      self,
      "m; cd $F; for i in $(seq 20); do echo $i >$i; done; cd ../..; d --max-entries 5 >cut.bin\n"
      "cd $F; for i in $(seq 230); do mkdir deep; cd deep; done; cd $F/../..; rm $F/[0-9]*; d "
      ">draft.bin");
  g_autofree char *path = g_build_filename (self->base, "cut.bin", NULL);
  g_autofree char *bytes = NULL;
  g_autoptr (AnnexUpperReader) reader = annex_upper_reader_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) entries = NULL;
  g_autofree char *text = NULL;
  gsize length;

  g_assert_true (g_file_get_contents (path, &bytes, &length, NULL));
  g_assert_true (annex_upper_reader_feed (reader, bytes, length, NULL));
  g_assert_null (annex_upper_reader_finish (reader, &error));
  g_assert_nonnull (error);
  text = describe (self, &entries);
  g_assert_cmpuint (entries->len, ==, 201);
  g_assert_nonnull (((AnnexUpperEntry *) g_ptr_array_index (entries, 200))->problem);
}

/* What is forgotten shows the host's again, and nothing else goes. */
static void
test_forget (Fixture *self, gconstpointer data)
{
  g_autofree char *out = run (
      self,
      "cd lower; echo 1 >a; echo 2 >b; mkdir -p d/sub; echo 3 >d/sub/x; echo 4 >d/sub/y; cd ..\n"
      "m; cd $F; echo agent >a; rm b; echo agent >d/sub/x; mkdir -p new/in; echo k >new/in/k; echo "
      "u >new/u; cd $F/../..\n"
      "printf 'a\\0d/sub/x\\0' | f; cat $F/a $F/d/sub/x; ls $U; echo --\n"
      /* the host now has new/in/k, and something else there */
      "mkdir -p lower/new/in; echo kept >lower/new/in/k; echo later >lower/new/h; printf "
      "'new/in/k\\0' | f\n"
      "cat $F/new/in/k $F/new/u; ls $F/new; echo --\n"
      "printf '../lower/a\\0/etc/passwd\\0' | f 2>&1 || echo refused; cat lower/a\n"
      "f --all </dev/null; ls -A $U; cat $F/b; echo --; $H unmount $P --tag t1 --name S --lower "
      "$L; ls folders");

  g_assert_cmpstr (
      out, ==,
      "1\n3\nb\nnew\n--\nkept\nu\nh\nin\nu\n--\nannex-guest: a path is not below the share\n"
      "annex-guest: a path is not below the share\nrefused\n1\n2\n--\n");
}

/* A folder the agent emptied and filled anew stays so when one file of it is forgotten. */
static void
test_forget_in_opaque (Fixture *self, gconstpointer data)
{
  g_autofree char *out =
      run (self, "mkdir -p lower/d/sub; echo 1 >lower/d/gone; echo 2 >lower/d/sub/gone; m; cd $F; "
                 "rm -r d; mkdir -p d/sub\n"
                 "echo a >d/a; echo b >d/sub/b; cd $F/../..; echo kept >lower/d/a; printf 'd/a\\0' "
                 "| f; (cd $F; find . | sort); cat $F/d/a");

  g_assert_cmpstr (out, ==, ".\n./d\n./d/a\n./d/sub\n./d/sub/b\nkept\n");
}

static void
test_contents (Fixture *self, gconstpointer data)
{
  g_autofree char *out = run (
      self, "echo secret >secret; m; cd $F; printf hello >a; ln -s ../../../../../../secret l; "
            "mkfifo p; mkdir d; cd $F/../..\n"
            "$H cat $P --tag t1 a; echo; for i in l p d ../../../secret /etc/passwd none; do $H "
            "cat $P --tag t1 $i 2>/dev/null && echo BAD; done\n"
            "printf 'a\\0l\\0p\\0none\\0a\\0' | $H serve $P --tag t1 | od -An -c | tr -d ' \\n'");

  g_assert_cmpstr (out, ==,
                   "hello\nF005\\0\\0\\0hello\\0\\0\\0\\0X("
                   "\\0\\0\\0X026\\0\\0\\0X002\\0\\0\\0F005\\0\\0\\0hello\\0\\0\\0\\0");
}

static void
test_refresh (Fixture *self, gconstpointer data)
{
  g_autofree char *out = run (
      self, "echo 1 >lower/a; m; for i in 1 2 3; do $H refresh $P >/dev/null; done\n"
            /* asking whether it is held must not take it away */
            "test -e $F/a; $H refresh $P; (cd $F; exec sleep 30) & P1=$!; sleep 0.2; $H "
            "refresh $P S\n"
            "exec 5<$F; $H refresh $P | cut -f1,2; $H refresh $P; exec 5<&-; (exec sleep 30 <$F/a) "
            "& P2=$!; sleep 0.2\n"
            "f --end-holders --all </dev/null | cut -f1,2; wait $P2 || echo ended $?; kill $P1");

  g_assert_true (g_str_has_prefix (out, "ok\tS\nok\tS\nheld\tS\n"));
  g_assert_true (g_str_has_suffix (out, "fresh\tS\nok\tS\nended\tS\nended 143\n"));
}

/* Nothing is written to a share that is read only: not when it is mounted, not after a refresh or
 * after something was forgotten, and not by what had a file open before. */
static void
test_read_only (Fixture *self, gconstpointer data)
{
  g_autofree char *out = run (
      self,
      "w () { for i in \"echo x >$F/new\" \"echo x >>$F/a\" \"rm $F/a\" \"mkdir $F/d\" \"mv $F/a "
      "$F/b\" \"chmod 600 $F/a\"; do LC_ALL=C sh -c \"$i\" 2>&1 | grep -o 'Read-only file system' "
      "|| echo WROTE; done | sort -u; }\n"
      "r () { $H mode $P --tag t1 --name S --lower $L \"$@\"; }\n"
      "echo 1 >lower/a; $H mount $P --tag t1 --name S --lower $L --read-only; w; cat $F/a; ls -A "
      "$U\n"
      "exec 5<$F; $H refresh $P | cut -f1 | sort -u; exec 5<&-; w; f --all </dev/null; w; echo --\n"
      "r; echo draft >$F/kept; cat $F/kept; exec 5<$F; $H refresh $P | cut -f1 | sort -u; exec "
      "5<&-\n"
      "echo two >>$F/kept; f --all </dev/null; echo draft >$F/kept; r; echo --\n"
      /* with its working folder there it lives on, with a file open for writing it does not */
      "(cd $F; exec sleep 30) & P1=$!; sleep 0.2; r --read-only; w; cat $F/kept; kill -0 $P1\n"
      "(cd /proc/$P1/cwd && echo x >new) 2>/dev/null || echo kept out\n"
      "r; echo more >>$F/kept; (exec sleep 30 >>$F/kept) & P2=$!; sleep 0.2\n"
      "r --read-only | cut -f1,2 | sort -u; w; wait $P2 || echo ended $?; cat $F/kept; ls $U\n"
      "$H mode $P --tag t2 --name T --lower $L 2>/dev/null || echo unknown");

  g_assert_cmpstr (out, ==,
                   "Read-only file system\n1\nfresh\nheld\nRead-only file system\nRead-only file "
                   "system\n--\ndraft\nfresh\nheld\n--\nRead-only file system\ndraft\n"
                   "kept out\nended\tS\nRead-only file system\nended 143\ndraft\nmore\nkept\n"
                   "unknown\n");
}

static void
test_bad_arguments (Fixture *self, gconstpointer data)
{
  g_autofree char *out = run (self, "for t in '' ../x A a/b a,b; do $H mount $P --tag \"$t\" "
                                    "--name S --lower $L 2>/dev/null && echo BAD; done\n"
                                    "for n in '' . .. a/b; do $H mount $P --tag t1 --name \"$n\" "
                                    "--lower $L 2>/dev/null && echo BAD; done\n"
                                    "$H nonsense 2>/dev/null && echo BAD; $H mount $P --tag t1 "
                                    "--name 'My, folder #1: \\x' --lower $L; $H refresh $P");

  g_assert_cmpstr (out, ==, "ok\tMy, folder #1: \\134x\n");
}

static void
add (const char *name, void (*func) (Fixture *, gconstpointer))
{
  g_test_add (name, Fixture, NULL, set_up, func, tear_down);
}

static void
skip (void)
{
  g_test_skip ("User namespaces are not allowed here");
}

int
main (int argc, char **argv)
{
  g_autofree char *helper = NULL;

  g_test_init (&argc, &argv, NULL);
  helper = argc > 1 ? g_canonicalize_filename (argv[1], NULL) : NULL;
  helper_path = helper;
  if (helper_path == NULL || !can_mount ())
    {
      g_test_add_func ("/guest-helper/none", skip);
      return g_test_run ();
    }
  add ("/guest-helper/draft", test_draft);
  add ("/guest-helper/sha256", test_sha256);
  add ("/guest-helper/sums", test_sums);
  add ("/guest-helper/limits", test_limits);
  add ("/guest-helper/forget", test_forget);
  add ("/guest-helper/forget-in-opaque", test_forget_in_opaque);
  add ("/guest-helper/contents", test_contents);
  add ("/guest-helper/refresh", test_refresh);
  add ("/guest-helper/read-only", test_read_only);
  add ("/guest-helper/bad-arguments", test_bad_arguments);
  return g_test_run ();
}
