/* test-channel-wire.c
 *
 * What can be tested without a guest: the SFTP wire format against hostile bytes, the command
 * lines, and a file service that lies.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-guest-command.h"
#include "annex-sftp.h"

#include <gio/gunixinputstream.h>
#include <gio/gunixoutputstream.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static AnnexSftpReply *
parse (const char *bytes, gsize length)
{
  g_autoptr (GError) error = NULL;
  AnnexSftpReply *reply = annex_sftp_reply_parse ((const guint8 *) bytes, length, &error);

  if (reply == NULL)
    g_assert_error (error, ANNEX_COMPUTER_ERROR, ANNEX_COMPUTER_ERROR_PROTOCOL);
  return reply;
}

#define PARSE(text) parse (text, sizeof text - 1)

static void
test_replies (void)
{
  AnnexSftpReply *reply = PARSE ("\x65\0\0\0\x07\0\0\0\x02\0\0\0\x04nope\0\0\0\0");

  g_assert_cmpint (reply->type, ==, ANNEX_SFTP_STATUS);
  g_assert_cmpuint (reply->id, ==, 7);
  g_assert_cmpuint (reply->status, ==, ANNEX_SFTP_STATUS_NO_SUCH_FILE);
  annex_sftp_reply_free (reply);
  reply = PARSE ("\x67\0\0\1\0\0\0\0\3a\0c");
  g_assert_cmpuint (reply->id, ==, 256);
  g_assert_cmpmem (g_bytes_get_data (reply->data, NULL), g_bytes_get_size (reply->data), "a\0c", 3);
  annex_sftp_reply_free (reply);
  reply =
      PARSE ("\x69\0\0\0\1\0\0\0\x0f\0\0\0\1\0\0\0\2\0\0\0\3\0\0\0\4\0\0\x81\xa4\0\0\0\5\0\0\0\6");
  g_assert_cmpuint (reply->attributes.size, ==, 0x100000002);
  g_assert_cmpuint (reply->attributes.mode, ==, 0100644);
  g_assert_cmpuint (reply->attributes.mtime, ==, 6);
  annex_sftp_reply_free (reply);
  reply = PARSE ("\x68\0\0\0\1\0\0\0\1\0\0\0\2/a\0\0\0\0\0\0\0\0");
  g_assert_cmpstr (reply->name, ==, "/a");
  annex_sftp_reply_free (reply);
}

static void
test_refused_replies (void)
{
  /* Nothing, cut, lying lengths, bytes after the end, kinds that are no replies, bad names. */
  g_assert_null (PARSE (""));
  g_assert_null (PARSE ("\x65"));
  g_assert_null (PARSE ("\x65\0\0\0\1\0\0\0"));
  g_assert_null (PARSE ("\x67\0\0\0\1\xff\xff\xff\xff"
                        "a"));
  g_assert_null (PARSE ("\x67\0\0\0\1\0\0\0\2"
                        "a"));
  g_assert_null (PARSE ("\x67\0\0\0\1\0\0\0\1"
                        "ab"));
  g_assert_null (PARSE ("\x03\0\0\0\1"));
  g_assert_null (PARSE ("\0\0\0\0\1"));
  g_assert_null (PARSE ("\x68\0\0\0\1\0\0\0\0"));
  g_assert_null (PARSE ("\x68\0\0\0\1\0\0\0\1\0\0\0\0"));
  g_assert_null (PARSE ("\x68\0\0\0\1\0\0\0\1\0\0\0\2"
                        "a\0"));
  g_assert_null (PARSE ("\x69\0\0\0\1\x80\0\0\0\xff\xff\xff\xff"));
  g_assert_null (PARSE ("\x69\0\0\0\1\0\0\0\1\0\0\0"));
}

static void
test_random_replies (void)
{
  guint8 bytes[80];
  guint round, i;

  for (round = 0; round < 200000; round++)
    {
      gsize length = g_test_rand_int_range (0, sizeof bytes);
      g_autofree guint8 *exact = NULL;

      for (i = 0; i < length; i++)
        bytes[i] = g_test_rand_bit () ? 0 : (guint8) g_test_rand_int ();
      if (length > 0 && g_test_rand_bit ())
        bytes[0] = (guint8) g_test_rand_int_range (101, 106);
      /* Of the exact size, so that a read past the end is found. */
      exact = g_memdup2 (bytes, length);
      annex_sftp_reply_free (annex_sftp_reply_parse (exact, length, NULL));
    }
}

static void
test_requests (void)
{
  GByteArray *request = annex_sftp_request_begin (ANNEX_SFTP_OPEN);
  g_autoptr (GBytes) bytes = NULL;

  annex_sftp_request_add_text (request, "/x");
  annex_sftp_request_add_u32 (request, 0x1a);
  annex_sftp_request_add_permissions (request, 0644);
  annex_sftp_request_add_u64 (request, 0x100000002);
  bytes = annex_sftp_request_end (request, 9);
  g_assert_cmpmem (g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes),
                   "\0\0\0\x1f\3\0\0\0\x09\0\0\0\2/x\0\0\0\x1a\0\0\0\4\0\0\1\xa4\0\0\0\1\0\0\0\2",
                   35);
}

static void
test_statvfs (void)
{
  guint8 bytes[88] = { 0 };
  g_autoptr (GBytes) good = NULL;
  g_autoptr (GBytes) cut = NULL;
  g_autoptr (GBytes) huge = NULL;
  guint64 available = 0;

  bytes[14] = 0x10; /* f_frsize 4096 */
  bytes[39] = 5;    /* f_bavail */
  good = g_bytes_new (bytes, sizeof bytes);
  g_assert_true (annex_sftp_parse_statvfs (good, &available));
  g_assert_cmpuint (available, ==, 5 * 4096);
  cut = g_bytes_new (bytes, 39);
  g_assert_false (annex_sftp_parse_statvfs (cut, &available));
  memset (bytes + 32, 0xff, 8);
  huge = g_bytes_new (bytes, sizeof bytes);
  g_assert_false (annex_sftp_parse_statvfs (huge, &available));
}

static void
test_command_lines (void)
{
  g_autoptr (AnnexCommand) command = annex_command_new ("echo 'it'; rm -rf \"$x\"");
  g_autoptr (GError) error = NULL;
  g_autofree char *line = NULL;
  g_autofree char *text = NULL;
  const char *const bad[] = { "", "=x", "A B=1", "A;id=1", "1A=1", "A", "Ü=1" };
  g_auto (GStrv) words = NULL;
  guint i;

  command->cwd = g_strdup ("/a'b");
  line = annex_guest_command_start (ANNEX_GUEST_TREE_CGROUP, "abc-1", command, &error);
  g_assert_no_error (error);
  g_assert_nonnull (strstr (line, "c=/sys/fs/cgroup/agent/abc-1\n"));
  g_assert_nonnull (strstr (line, "exec setpriv --reuid=agent --regid=agent --init-groups -- sh"));
  /* Read back by a shell's own rules: the last three words are as they were given. */
  g_assert_true (g_shell_parse_argv (strstr (line, "exec setpriv"), NULL, &words, &error));
  i = g_strv_length (words);
  g_assert_cmpstr (words[i - 3], ==, "annex");
  g_assert_cmpstr (words[i - 2], ==, "/a'b");
  g_assert_cmpstr (words[i - 1], ==, "echo 'it'; rm -rf \"$x\"");

  g_clear_pointer (&line, g_free);
  command->as_root = TRUE;
  line = annex_guest_command_start (ANNEX_GUEST_TREE_CGROUP, "abc-2", command, &error);
  g_assert_null (strstr (line, "setpriv"));
  g_assert_nonnull (strstr (line, "c=/sys/fs/cgroup/annex/abc-2\n"));

  for (i = 0; i < G_N_ELEMENTS (bad); i++)
    {
      const char *const env[] = { "GOOD=1", bad[i], NULL };

      g_assert_false (annex_guest_command_environment (env, &text, &error));
      g_assert_error (error, ANNEX_COMPUTER_ERROR, ANNEX_COMPUTER_ERROR_FAILED);
      g_clear_error (&error);
      g_assert_null (text);
    }
  {
    const char *const env[] = { "A=x'y", "B=", NULL };

    g_assert_true (annex_guest_command_environment (env, &text, &error));
    g_assert_cmpstr (text, ==, "export A='x'\\''y'\nexport B=''\n");
  }
}

/* ---- a file service that lies */

#define FAKE_TYPE_PROCESS (fake_process_get_type ())
G_DECLARE_FINAL_TYPE (FakeProcess, fake_process, FAKE, PROCESS, GObject)
struct _FakeProcess
{
  GObject parent_instance;
  GOutputStream *in;
  GInputStream *out;
};
static void
fake_process_iface_init (AnnexProcessInterface *iface);
G_DEFINE_FINAL_TYPE_WITH_CODE (FakeProcess,
                               fake_process,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (ANNEX_TYPE_PROCESS, fake_process_iface_init))

static GOutputStream *
fake_get_stdin (AnnexProcess *process)
{
  return FAKE_PROCESS (process)->in;
}

static GInputStream *
fake_get_stdout (AnnexProcess *process)
{
  return FAKE_PROCESS (process)->out;
}

static void
fake_process_iface_init (AnnexProcessInterface *iface)
{
  iface->get_stdin = fake_get_stdin;
  iface->get_stdout = fake_get_stdout;
}

static void
fake_process_finalize (GObject *object)
{
  FakeProcess *self = FAKE_PROCESS (object);

  g_clear_object (&self->in);
  g_clear_object (&self->out);
  G_OBJECT_CLASS (fake_process_parent_class)->finalize (object);
}

static void
fake_process_class_init (FakeProcessClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = fake_process_finalize;
}

static void
fake_process_init (FakeProcess *self)
{
}

static GMainLoop *loop;
static int expected_code;

static DexFuture *
lied_to_fiber (gpointer data)
{
  AnnexSftp *sftp = data;
  g_autoptr (GError) error = NULL;

  g_assert_null (dex_await_boxed (annex_sftp_read (sftp, "/x", 0, 100), &error));
  g_assert_error (error, ANNEX_COMPUTER_ERROR, expected_code);
  g_main_loop_quit (loop);
  return dex_future_new_true ();
}

/* Sends @answer (the version included) and ends. */
static void
lie (const char *answer, gsize length, int code)
{
  FakeProcess *process = g_object_new (FAKE_TYPE_PROCESS, NULL);
  AnnexSftp *sftp;
  int pair[2];

  expected_code = code;
  g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair), ==, 0);
  process->in = g_unix_output_stream_new (dup (pair[0]), TRUE);
  process->out = g_unix_input_stream_new (pair[0], TRUE);
  g_assert_cmpint (write (pair[1], answer, length), ==, length);
  shutdown (pair[1], SHUT_WR);
  sftp = annex_sftp_new (ANNEX_PROCESS (process));
  loop = g_main_loop_new (NULL, FALSE);
  dex_future_disown (
      dex_scheduler_spawn (NULL, 0, lied_to_fiber, g_object_ref (sftp), g_object_unref));
  g_main_loop_run (loop);
  g_main_loop_unref (loop);
  g_assert_true (annex_sftp_is_broken (sftp) || code == ANNEX_COMPUTER_ERROR_FAILED);
  annex_sftp_close (sftp);
  g_object_unref (sftp);
  while (g_main_context_iteration (NULL, FALSE))
    ;
  g_object_unref (process);
  close (pair[1]);
}

#define LIE(text, code) lie (text, sizeof text - 1, code)
#define VERSION "\0\0\0\5\2\0\0\0\3"

static void
test_lies (void)
{
  LIE ("", ANNEX_COMPUTER_ERROR_GUEST_LOST);
  LIE ("\0\0", ANNEX_COMPUTER_ERROR_GUEST_LOST);
  LIE (VERSION, ANNEX_COMPUTER_ERROR_GUEST_LOST);
  LIE ("\xff\xff\xff\xff", ANNEX_COMPUTER_ERROR_PROTOCOL);
  LIE ("\0\0\0\0", ANNEX_COMPUTER_ERROR_PROTOCOL);
  LIE (VERSION "\0\4\0\1xxxx", ANNEX_COMPUTER_ERROR_PROTOCOL);
  /* An answer to nothing, a second greeting, the right answer of the wrong kind. */
  LIE (VERSION "\0\0\0\x09\x65\0\0\0\x63\0\0\0\0", ANNEX_COMPUTER_ERROR_PROTOCOL);
  LIE (VERSION VERSION, ANNEX_COMPUTER_ERROR_PROTOCOL);
  /* No mode at all: not taken for a regular file. */
  LIE (VERSION "\0\0\0\x09\x69\0\0\0\1\0\0\0\0", ANNEX_COMPUTER_ERROR_FAILED);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  dex_init ();
  g_type_class_unref (g_type_class_ref (G_TYPE_SOCKET)); /* ignores SIGPIPE */
  g_test_add_func ("/channel/wire/replies", test_replies);
  g_test_add_func ("/channel/wire/refused-replies", test_refused_replies);
  g_test_add_func ("/channel/wire/random-replies", test_random_replies);
  g_test_add_func ("/channel/wire/requests", test_requests);
  g_test_add_func ("/channel/wire/statvfs", test_statvfs);
  g_test_add_func ("/channel/wire/command-lines", test_command_lines);
  g_test_add_func ("/channel/wire/lies", test_lies);
  return g_test_run ();
}
