/* annex-guest.c
 *
 * See annex-guest.h. Drafts are in annex-guest-draft.c.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-guest-private.h"

#include "annex-future.h"
#include "annex-json.h"

#include <glib/gi18n.h>
#include <string.h>
#include <sys/random.h>

#define MAX_TOLD 5
/* How long the guest may take to begin a command, and to end one whose time is over. */
#define SPAWN_MS 30000
#define GRACE_MS 5000

static void
computer_iface_init (AnnexComputerInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (AnnexGuest,
                               annex_guest,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (ANNEX_TYPE_COMPUTER, computer_iface_init))

/* ---------------------------------------------------------------- commands */

static char *
quote_all (const char *const *argv)
{
  g_autoptr (GString) line = g_string_new ("exec");

  for (; *argv != NULL; argv++)
    {
      g_autofree char *quoted = g_shell_quote (*argv);

      g_string_append_c (line, ' ');
      g_string_append (line, quoted);
    }
  return g_string_free (g_steal_pointer (&line), FALSE);
}

AnnexCommand *
annex_guest_root_command (const char *const *argv)
{
  g_autofree char *line = quote_all (argv);
  AnnexCommand *command = annex_command_new (line);

  command->as_root = TRUE;
  return command;
}

static DexFuture *
new_late (void)
{
  return annex_future_new_errorf (G_IO_ERROR, G_IO_ERROR_TIMED_OUT,
                                  _ ("Annex’s computer did not answer in time"));
}

static DexFuture *
check_output_cb (DexFuture *future, gpointer data)
{
  const GValue *value = dex_future_get_value (future, NULL);
  AnnexOutput *output = g_value_get_boxed (value);
  g_autofree char *words = NULL;
  gsize size;
  const char *bytes;

  if (output->timed_out)
    return new_late ();
  if (output->status == 0)
    return dex_ref (future);
  bytes = g_bytes_get_data (output->err, &size);
  words = annex_text_make_valid (bytes != NULL ? bytes : "", (gssize) MIN (size, 1000));
  g_strstrip (words);
  return annex_future_new_errorf (
      ANNEX_COMPUTER_ERROR,
      strstr (words, "No space left on device") != NULL ? ANNEX_COMPUTER_ERROR_GUEST_DISK_FULL
                                                        : ANNEX_COMPUTER_ERROR_FAILED,
      "In Annex’s computer: %s", *words != '\0' ? words : "a command failed without a word");
}

/* Whatever was not done in time, it is told in the same words. */
static DexFuture *
late_cb (DexFuture *future, gpointer data)
{
  g_autoptr (GError) error = NULL;

  dex_future_get_value (future, &error);
  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT))
    return new_late ();
  return dex_future_new_for_error (g_steal_pointer (&error));
}

/* Nothing of the guest's is waited for longer than the limit and GRACE_MS: root in there can keep
 * what ends a command from ending. What is left of it then goes on to its own limits by itself. */
DexFuture *
annex_guest_call (AnnexGuest *self,
                  const char *const *argv,
                  GBytes *input,
                  gsize max_bytes,
                  guint timeout_ms)
{
  g_autoptr (AnnexCommand) command = annex_guest_root_command (argv);
  DexFuture *run;

  run = annex_computer_run (ANNEX_COMPUTER (self), command, input, max_bytes, timeout_ms, NULL);
  return dex_future_then (dex_future_catch (annex_future_with_timeout (run, timeout_ms + GRACE_MS),
                                            late_cb, NULL, NULL),
                          check_output_cb, NULL, NULL);
}

static DexFuture *
to_true_cb (DexFuture *future, gpointer data)
{
  return dex_future_new_true ();
}

/* ---------------------------------------------------------------- waking */

/* The kernel itself takes fresh randomness when the generation id changes; this adds the host's.
 * Each command of the agent's is counted for itself (annex-guest-command.c). What is put in place of
 * the template's identity is on the disk before: with the new names and not yet their content, a
 * computer that is killed then would never answer again. */
#define WAKE_SCRIPT                                                                                \
  "{ echo '+memory +pids' >/sys/fs/cgroup/agent/cgroup.subtree_control; } 2>/dev/null; "           \
  "cat >/dev/urandom; date -s @\"$0\" >/dev/null; "                                                \
  "[ -z \"$1\" ] || { m=/etc/machine-id; printf '%s\\n' \"$1\" >$m.new && chmod 444 $m.new && "    \
  "sync $m.new && mv $m.new $m || exit 1; "                                                        \
  "k=/etc/annex/ssh_host_ed25519_key; rm -f $k.new $k.new.pub; "                                   \
  "ssh-keygen -q -t ed25519 -N '' -C annex -f $k.new && sync $k.new $k.new.pub && "                \
  "mv $k.new.pub $k.pub && mv $k.new $k; }"

DexFuture *
annex_guest_wake (AnnexGuest *self, gboolean new_identity)
{
  guint8 noise[64 + 16];
  g_autoptr (GBytes) input = NULL;
  g_autofree char *machine_id = NULL;
  g_autofree char *now = NULL;
  gint64 now_us;

  if (getrandom (noise, sizeof noise, 0) != sizeof noise)
    return annex_future_new_errorf (ANNEX_COMPUTER_ERROR, ANNEX_COMPUTER_ERROR_FAILED,
                                    "This machine gives no random numbers");
  input = g_bytes_new (noise, 64);
  if (new_identity)
    {
      g_autoptr (GString) hex = g_string_new (NULL);

      for (guint i = 64; i < sizeof noise; i++)
        g_string_append_printf (hex, "%02x", noise[i]);
      machine_id = g_string_free (g_steal_pointer (&hex), FALSE);
    }
  now_us = g_get_real_time ();
  now = g_strdup_printf ("%" G_GINT64_FORMAT ".%06d", now_us / G_USEC_PER_SEC,
                         (int) (now_us % G_USEC_PER_SEC));

  const char *argv[] = { "sh", "-c", WAKE_SCRIPT, now, machine_id != NULL ? machine_id : "", NULL };
  return dex_future_then (annex_guest_call (self, argv, input, 4096, 30000), to_true_cb, NULL,
                          NULL);
}

/* A file of each certificate, as update-ca-certificates wants them. Nothing runs when the same were
 * handed over before. The first time, what that program would do is done for these files alone: it
 * takes half a minute where the computer is emulated. */
#define TRUST_SCRIPT                                                                               \
  "mark=/etc/annex/certificates; d=/usr/local/share/ca-certificates; e=/etc/ssl/certs; "           \
  "if [ \"$(cat $mark 2>/dev/null)\" = \"$0\" ]; then cat >/dev/null; exit 0; fi; "                \
  "set -e; mkdir -p $d $e /etc/annex; old=$(ls $d/annex-*.crt 2>/dev/null || :); "                 \
  "rm -f $d/annex-*.crt; "                                                                         \
  "awk -v d=$d '/^-----BEGIN CERTIFICATE-----/ { n++ } n { print > (d \"/annex-\" n \".crt\") "    \
  "}'; "                                                                                           \
  "if [ -n \"$old\" ]; then update-ca-certificates >/dev/null 2>&1; else "                         \
  "for f in $d/annex-*.crt; do [ -e $f ] || continue; b=${f##*/}; p=${b%.crt}.pem; "               \
  "cat $f >>$e/ca-certificates.crt; ln -sf $f $e/$p; "                                             \
  "h=$(openssl x509 -hash -noout -in $f 2>/dev/null) && ln -sf $p $e/$h.0 || :; done; fi; "        \
  "sync; printf %s \"$0\" >$mark"

DexFuture *
annex_guest_trust (AnnexGuest *self, GBytes *certificates)
{
  g_autofree char *sum = g_compute_checksum_for_bytes (G_CHECKSUM_SHA256, certificates);
  /* None given and none ever given is the same to the guest. */
  const char *argv[] = { "sh", "-c", TRUST_SCRIPT, g_bytes_get_size (certificates) > 0 ? sum : "",
                         NULL };

  return dex_future_then (annex_guest_call (self, argv, certificates, 4096, 120000), to_true_cb,
                          NULL, NULL);
}

/* ---------------------------------------------------------------- shares */

static DexFuture *
refused_cb (DexFuture *future, gpointer data)
{
  g_autoptr (GError) error = NULL;

  dex_future_get_value (future, &error);
  if (g_error_matches (error, ANNEX_COMPUTER_ERROR, ANNEX_COMPUTER_ERROR_FAILED))
    error->code = ANNEX_COMPUTER_ERROR_SHARE_REFUSED;
  return dex_future_new_for_error (g_steal_pointer (&error));
}

/* The helper's option that goes with the share's mode, or NULL, which ends the words. */
static const char *
mode_option (AnnexShare *share)
{
  return annex_share_get_mode (share) == ANNEX_SHARE_READ_ONLY ? "--read-only" : NULL;
}

DexFuture *
annex_guest_mount (AnnexGuest *self, AnnexShare *share)
{
  const char *argv[] = { ANNEX_GUEST_HELPER,         "mount",  "--tag",
                         annex_share_get_id (share), "--name", annex_share_get_name (share),
                         mode_option (share),        NULL };

  return dex_future_catch (
      dex_future_then (annex_guest_call (self, argv, NULL, 4096, 60000), to_true_cb, NULL, NULL),
      refused_cb, NULL, NULL);
}

DexFuture *
annex_guest_unmount (AnnexGuest *self, AnnexShare *share, guint limit_ms)
{
  const char *argv[] = {
    ANNEX_GUEST_HELPER,           "unmount", "--tag", annex_share_get_id (share), "--name",
    annex_share_get_name (share), NULL
  };

  annex_guest_draft_forget_servers (self, share);
  return dex_future_then (annex_guest_call (self, argv, NULL, 4096, limit_ms), to_true_cb, NULL,
                          NULL);
}

/* Fields of a line: word, share's name, PID, command, path; "\ooo" stands for a byte. They are
 * shown to the model only, as text. */
static void
describe_line (GString *text, guint *n_told, const char *line)
{
  g_auto (GStrv) fields = g_strsplit (line, "\t", 5);
  gboolean ended = g_strcmp0 (fields[0], "ended") == 0;

  if (g_strv_length (fields) < 4 || (!ended && g_strcmp0 (fields[0], "held") != 0))
    return;
  if (++*n_told > MAX_TOLD)
    return;
  g_string_append_printf (
      text,
      ended ? "Process %s (%s) held an old view of /folders/%s and was ended.\n"
            : "Process %s (%s) still uses /folders/%s as it was before; start it again to see the "
              "folder as it is now.\n",
      fields[2], fields[3], fields[1]);
}

char *
annex_guest_describe_report (const char *lines, gsize length)
{
  g_autofree char *valid = annex_text_make_valid (lines != NULL ? lines : "", (gssize) length);
  g_auto (GStrv) each = g_strsplit (valid, "\n", -1);
  g_autoptr (GString) text = g_string_new (NULL);
  guint n_told = 0;

  for (char **line = each; *line != NULL; line++)
    describe_line (text, &n_told, *line);
  if (n_told > MAX_TOLD)
    g_string_append_printf (text, "And %u more processes.\n", n_told - MAX_TOLD);
  if (text->len == 0)
    return NULL;
  g_string_truncate (text, text->len - 1);
  return g_string_free (g_steal_pointer (&text), FALSE);
}

DexFuture *
annex_guest_describe_cb (DexFuture *future, gpointer data)
{
  AnnexOutput *output = g_value_get_boxed (dex_future_get_value (future, NULL));
  gsize size;
  const char *bytes = g_bytes_get_data (output->out, &size);

  return dex_future_new_take_string (annex_guest_describe_report (bytes, size));
}

DexFuture *
annex_guest_change_mode (AnnexGuest *self, AnnexShare *share)
{
  const char *argv[] = { ANNEX_GUEST_HELPER,         "mode",   "--tag",
                         annex_share_get_id (share), "--name", annex_share_get_name (share),
                         mode_option (share),        NULL };

  return dex_future_then (annex_guest_call (self, argv, NULL, ANNEX_GUEST_MAX_REPORT_BYTES, 60000),
                          annex_guest_describe_cb, NULL, NULL);
}

DexFuture *
annex_guest_refresh (AnnexGuest *self)
{
  const char *argv[] = { ANNEX_GUEST_HELPER, "refresh", NULL };

  return dex_future_then (annex_guest_call (self, argv, NULL, ANNEX_GUEST_MAX_REPORT_BYTES, 60000),
                          annex_guest_describe_cb, NULL, NULL);
}

/* ---------------------------------------------------------------- the object */

AnnexSshChannel *
annex_guest_get_channel (AnnexGuest *self)
{
  return self->channel;
}

static DexFuture *
annex_guest_spawn (AnnexComputer *computer, const AnnexCommand *command)
{
  return annex_future_with_timeout (
      annex_ssh_channel_spawn (ANNEX_GUEST (computer)->channel, command), SPAWN_MS);
}

static void
computer_iface_init (AnnexComputerInterface *iface)
{
  iface->spawn = annex_guest_spawn;
}

static void
annex_guest_finalize (GObject *object)
{
  AnnexGuest *self = ANNEX_GUEST (object);

  g_hash_table_unref (self->servers);
  g_clear_object (&self->channel);
  G_OBJECT_CLASS (annex_guest_parent_class)->finalize (object);
}

static void
annex_guest_class_init (AnnexGuestClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = annex_guest_finalize;
}

static void
annex_guest_init (AnnexGuest *self)
{
  self->servers = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_object_unref);
}

AnnexGuest *
annex_guest_new (AnnexSshChannel *channel)
{
  AnnexGuest *self = g_object_new (ANNEX_TYPE_GUEST, NULL);

  self->channel = g_object_ref (channel);
  return self;
}
