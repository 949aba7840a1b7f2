/* annex-image-builder.c
 *
 * See annex-image-builder.h. Runs vm/build-image in a worker thread, in a process group of its own,
 * so that a cancel ends all of it. Knows the recipe only by its command line and exit status.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-image-builder.h"

#include "annex-descriptors.h"
#include "annex-future.h"
#include "annex-image-work.h"
#include "annex-spoken.h"

#include <fcntl.h>
#include <glib/gi18n.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#define PREFIX "annex-image: "
#define FAILED PREFIX "failed: "
#define LOCK_DESCRIPTOR 9
/* Exit statuses of build-image. */
#define STATUS_NO_TOOLS 3
#define STATUS_NO_SPACE 4

/* Measured; a test compares them with the image that is there. Packages come compressed. */
#define DOWNLOAD_BYTES (G_GUINT64_CONSTANT (450) << 20)
#define IMAGE_BYTES (G_GUINT64_CONSTANT (426) << 20)
#define OFFICE_DOWNLOAD_BYTES (G_GUINT64_CONSTANT (220) << 20)
#define OFFICE_BYTES (G_GUINT64_CONSTANT (112) << 20)

struct _AnnexImageBuilder
{
  GObject parent_instance;
  char *recipe;
  gboolean with_office;
};

static void
source_iface_init (AnnexImageSourceInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (AnnexImageBuilder,
                               annex_image_builder,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (ANNEX_TYPE_IMAGE_SOURCE, source_iface_init))

typedef struct
{
  AnnexImageWork base;
  gboolean has_fetched; /* packages, not only taken the layers of the image before */
} Work;

static Work *
work_new (AnnexImageSource *source, AnnexImageStore *store, GCancellable *cancellable)
{
  return annex_image_work_new (sizeof (Work), source, store, cancellable);
}

static AnnexImageBuilder *
builder_of (Work *work)
{
  return ANNEX_IMAGE_BUILDER (work->base.source);
}

/* The steps as build-image names them, in words for people; also how far the whole is by then. */
static const char *
describe_step (const char *line, double *fraction)
{
  static const struct
  {
    const char *step;
    double fraction;
    const char *sentence;
  } steps[] = {
    { "installing Debian packages", 0.05,
      N_ ("Downloading and installing the computer’s programs…") },
    { "packing the base layer", 0.4, N_ ("Packing the computer’s programs…") },
    { "installing LibreOffice", 0.7, N_ ("Downloading and installing LibreOffice…") },
    { "packing the office layer", 0.8, N_ ("Packing LibreOffice…") },
    { "taking the layers", 0.9, N_ ("Using the programs of the image before…") },
    { "making the initramfs", 0.93, N_ ("Preparing the computer’s start…") },
    { "writing the manifest", 0.95, N_ ("Computing checksums…") },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (steps); i++)
    if (g_str_has_prefix (line, steps[i].step))
      {
        *fraction = steps[i].fraction;
        return _ (steps[i].sentence);
      }
  return NULL;
}

static void
become_group_leader (gpointer data)
{
  setpgid (0, 0);
  /* It is nobody's any more when Annex is killed. */
  prctl (PR_SET_PDEATHSIG, SIGTERM);
  annex_descriptors_restore (NULL);
}

static void
end_group (GCancellable *cancellable, gpointer data)
{
  kill (-GPOINTER_TO_INT (data), SIGTERM);
}

/* Starts build-image with @arguments (after the program's name). It holds @lock (-1: none) with
 * Annex, and longer where that is killed: another build waits until the last of its programs is
 * gone. */
static GSubprocess *
spawn_recipe (AnnexImageBuilder *self, const char *const *arguments, int lock, GError **error)
{
  g_autoptr (GSubprocessLauncher) launcher =
      g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_MERGE);
  g_autoptr (GPtrArray) argv = g_ptr_array_new_null_terminated (8, g_free, TRUE);
  g_autoptr (GError) local = NULL;
  GSubprocess *process;

  g_subprocess_launcher_set_child_setup (launcher, become_group_leader, NULL, NULL);
  if (lock >= 0)
    g_subprocess_launcher_take_fd (launcher, fcntl (lock, F_DUPFD_CLOEXEC, LOCK_DESCRIPTOR),
                                   LOCK_DESCRIPTOR);
  g_ptr_array_add (argv, g_build_filename (self->recipe, "build-image", NULL));
  for (; *arguments != NULL; arguments++)
    g_ptr_array_add (argv, g_strdup (*arguments));
  process = g_subprocess_launcher_spawnv (launcher, (const char *const *) argv->pdata, &local);
  if (process == NULL)
    annex_set_spoken (error, ANNEX_IMAGE_ERROR, ANNEX_IMAGE_ERROR_NO_TOOLS,
                      N_ ("The recipe of the computer’s image cannot be run: %s"), local->message);
  return process;
}

/* ---- whose packages it was made of */

static void
report_address (Work *work,
                GHashTable *told,
                gboolean ended,
                const char *address,
                const char *failure)
{
  g_autoptr (GUri) uri = g_uri_parse (address, G_URI_FLAGS_SCHEME_NORMALIZE, NULL);
  const char *host = uri != NULL ? g_uri_get_host (uri) : NULL;
  int port = uri != NULL ? g_uri_get_port (uri) : 0;

  if (host == NULL || host[0] == '\0' || !g_hash_table_add (told, g_strdup (host)))
    return; /* none, or a folder of this machine */
  if (ended)
    annex_image_work_report_transfer (&work->base, host, port > 0 ? (guint) port : 443, 0, failure);
  else
    annex_image_work_report_request (&work->base, host, port > 0 ? (guint) port : 443);
}

/* The mirrors that this machine's package manager uses. */
static void
report_mirrors (Work *work, GHashTable *told, gboolean ended, const char *failure)
{
  static const char *const list[] = { "apt-get", "--print-uris", "update", NULL };
  g_autoptr (GSubprocess) process = g_subprocess_newv (
      list, G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_SILENCE, NULL);
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;

  if (process != NULL && g_subprocess_communicate_utf8 (process, NULL, NULL, &text, NULL, NULL) &&
      text != NULL)
    lines = g_strsplit (text, "\n", -1);
  for (guint i = 0; lines != NULL && lines[i] != NULL; i++)
    if (lines[i][0] == '\'')
      {
        g_autofree char *address = g_strndup (lines[i] + 1, strcspn (lines[i] + 1, "'"));

        report_address (work, told, ended, address, failure);
      }
}

/* From now on it fetches. */
static void
note_fetching (Work *work)
{
  g_autoptr (GHashTable) told = NULL;

  if (work->has_fetched)
    return;
  work->has_fetched = TRUE;
  told = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  report_mirrors (work, told, FALSE, NULL);
}

/* ---- the recipe */

/* Reads what the recipe says to its end; the last "failed" line is returned. */
static char *
follow_output (Work *work, GSubprocess *process)
{
  g_autoptr (GDataInputStream) lines =
      g_data_input_stream_new (g_subprocess_get_stdout_pipe (process));
  g_autofree char *failure = NULL;
  char *raw;

  while ((raw = g_data_input_stream_read_line (lines, NULL, NULL, NULL)) != NULL)
    {
      g_autofree char *line = g_utf8_make_valid (raw, -1);
      const char *sentence;
      double fraction = 0;

      g_free (raw);
      if (g_str_has_prefix (line, FAILED))
        {
          g_free (failure);
          failure = g_strdup (line + strlen (FAILED));
        }
      else if (g_str_has_prefix (line, PREFIX) &&
               (sentence = describe_step (line + strlen (PREFIX), &fraction)) != NULL)
        {
          if (g_str_has_prefix (line, PREFIX "installing "))
            note_fetching (work);
          annex_image_work_report_progress (&work->base, sentence, fraction);
        }
    }
  return g_steal_pointer (&failure);
}

static gboolean
judge (GSubprocess *process, const char *failure, GError **error)
{
  int status = g_subprocess_get_if_exited (process) ? g_subprocess_get_exit_status (process) : -1;
  AnnexImageError code = ANNEX_IMAGE_ERROR_BUILD_FAILED;

  if (status == 0)
    return TRUE;
  if (status == STATUS_NO_TOOLS)
    code = ANNEX_IMAGE_ERROR_NO_TOOLS;
  else if (status == STATUS_NO_SPACE)
    code = ANNEX_IMAGE_ERROR_NO_SPACE;
  if (failure != NULL)
    annex_set_spoken (error, ANNEX_IMAGE_ERROR, code,
                      N_ ("The computer’s image could not be built: %s"), failure);
  else
    annex_set_spoken (error, ANNEX_IMAGE_ERROR, code,
                      N_ ("The computer’s image could not be built: its recipe ended early"));
  return FALSE;
}

/* Runs the recipe to its end, or, on cancel, until all of its processes have ended. */
static gboolean
run_recipe (Work *work, const char *const *arguments, GError **error)
{
  g_autoptr (GSubprocess) process =
      spawn_recipe (builder_of (work), arguments, work->base.lock, error);
  g_autofree char *failure = NULL;
  const char *identifier;
  gulong handler = 0;

  if (process == NULL)
    return FALSE;
  identifier = g_subprocess_get_identifier (process);
  if (work->base.cancellable != NULL && identifier != NULL)
    handler = g_cancellable_connect (work->base.cancellable, G_CALLBACK (end_group),
                                     GINT_TO_POINTER ((int) g_ascii_strtoll (identifier, NULL, 10)),
                                     NULL);
  failure = follow_output (work, process);
  g_subprocess_wait (process, NULL, NULL);
  g_cancellable_disconnect (work->base.cancellable, handler);
  return !g_cancellable_set_error_if_cancelled (work->base.cancellable, error) &&
         judge (process, failure, error);
}

/* What `build-image --version` says. */
static char *
read_version (AnnexImageBuilder *self, GError **error)
{
  const char *const arguments[] = { "--version", NULL };
  g_autoptr (GSubprocess) process = spawn_recipe (self, arguments, -1, error);
  g_autofree char *text = NULL;

  if (process == NULL)
    return NULL;
  if (!g_subprocess_communicate_utf8 (process, NULL, NULL, &text, NULL, NULL) || text == NULL ||
      !judge (process, NULL, error))
    {
      if (error != NULL && *error == NULL)
        annex_set_spoken (error, ANNEX_IMAGE_ERROR, ANNEX_IMAGE_ERROR_BUILD_FAILED,
                          N_ ("The recipe of the computer’s image does not tell its version"));
      return NULL;
    }
  return g_strdup (g_strstrip (text));
}

static DexFuture *
find_version_work (gpointer data)
{
  Work *work = data;
  GError *error = NULL;
  char *version = read_version (builder_of (work), &error);

  return version != NULL ? dex_future_new_take_string (version) : dex_future_new_for_error (error);
}

static DexFuture *
annex_image_builder_find_version (AnnexImageSource *source, GCancellable *cancellable)
{
  return annex_worker_run ("image-version", find_version_work, work_new (source, NULL, cancellable),
                           annex_image_work_free);
}

/* The largest image that was ever built here tells more than what was measured elsewhere. */
static DexFuture *
estimate_cb (DexFuture *future, gpointer data)
{
  Work *work = data;
  const GValue *value = dex_future_get_value (future, NULL);
  GPtrArray *entries = value != NULL ? g_value_get_boxed (value) : NULL;
  AnnexImageEstimate estimate = { .download_bytes = DOWNLOAD_BYTES, .disk_bytes = IMAGE_BYTES };
  guint64 largest = 0;

  if (builder_of (work)->with_office)
    {
      estimate.download_bytes += OFFICE_DOWNLOAD_BYTES;
      estimate.disk_bytes += OFFICE_BYTES;
    }
  for (guint i = 0; entries != NULL && i < entries->len; i++)
    largest = MAX (largest, ((AnnexImageEntry *) g_ptr_array_index (entries, i))->size_bytes);
  if (largest > 0)
    estimate.disk_bytes = largest;
  return annex_image_estimate_new_future (&estimate);
}

static DexFuture *
annex_image_builder_estimate (AnnexImageSource *source,
                              AnnexImageStore *store,
                              GCancellable *cancellable)
{
  return dex_future_finally (annex_image_store_list (store), estimate_cb,
                             work_new (source, store, cancellable), annex_image_work_free);
}

/* ---- what it has asked */

/* What the computer's own package managers use, as the recipe left them: pip's, and Debian's where
 * this machine has no mirror of its own. */
static void
report_package_hosts (Work *work, GHashTable *told, const char *staging, const char *failure)
{
  g_autofree char *path = g_build_filename (staging, "package-hosts.txt", NULL);
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;
  gboolean has_mirror = g_hash_table_size (told) > 0;

  if (!g_file_get_contents (path, &text, NULL, NULL))
    return;
  lines = g_strsplit (text, "\n", -1);
  for (guint i = 0; lines[i] != NULL; i++)
    if (g_str_has_suffix (lines[i], "\tpip") ||
        (!has_mirror && g_str_has_suffix (lines[i], "\tapt")))
      {
        g_autofree char *host = g_strndup (lines[i], strcspn (lines[i], "\t"));
        g_autofree char *address = g_strconcat ("https://", host, NULL);

        report_address (work, told, TRUE, address, failure);
      }
}

static void
report_hosts (Work *work, const char *staging, const GError *failure)
{
  g_autoptr (GHashTable) told = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  const char *why = failure != NULL ? failure->message : NULL;

  if (!work->has_fetched)
    return;
  report_mirrors (work, told, TRUE, why);
  report_package_hosts (work, told, staging, why);
}

/* The image that is there already, if it is the wanted one and whole. Where another one was put in
 * its place, it is the current one again. */
static AnnexImage *
open_present (Work *work, const char *version)
{
  g_autofree char *path =
      g_build_filename (annex_image_store_get_folder (work->base.store), version, NULL);
  g_autoptr (AnnexImage) image = annex_image_open_blocking (path, work->base.cancellable, NULL);

  if (image == NULL ||
      (builder_of (work)->with_office && annex_image_get_layer (image, "office") == NULL))
    return NULL;
  return annex_image_store_set_current_blocking (work->base.store, version, work->base.cancellable,
                                                 NULL);
}

/* With the store's lock held. */
static AnnexImage *
build_locked (gpointer data, GError **error)
{
  Work *work = data;
  g_autoptr (AnnexImage) present = NULL;
  g_autoptr (GPtrArray) arguments = g_ptr_array_new ();
  g_autofree char *version = read_version (builder_of (work), error);
  g_autofree char *current = NULL, *staging = NULL, *reuse = NULL;
  g_autoptr (GError) failure = NULL;

  if (version == NULL || g_cancellable_set_error_if_cancelled (work->base.cancellable, error))
    return NULL;
  present = open_present (work, version);
  if (present != NULL)
    return g_steal_pointer (&present);
  staging = annex_image_store_stage (work->base.store, version, error);
  if (staging == NULL)
    return NULL;

  g_ptr_array_add (arguments, (gpointer) "--clean");
  g_ptr_array_add (arguments, (gpointer) "--output");
  g_ptr_array_add (arguments, staging);
  current = annex_image_store_dup_current (work->base.store);
  if (current != NULL)
    {
      reuse = g_build_filename (annex_image_store_get_folder (work->base.store), current, NULL);
      g_ptr_array_add (arguments, (gpointer) "--reuse");
      g_ptr_array_add (arguments, reuse);
    }
  if (builder_of (work)->with_office)
    g_ptr_array_add (arguments, (gpointer) "--office");
  g_ptr_array_add (arguments, NULL);
  run_recipe (work, (const char *const *) arguments->pdata, &failure);
  report_hosts (work, staging, failure);
  if (failure != NULL)
    {
      g_propagate_error (error, g_steal_pointer (&failure));
      return NULL;
    }
  annex_image_work_report_progress (&work->base, _ ("Checking the computer’s image…"), 0.97);
  return annex_image_store_install_blocking (work->base.store, staging, work->base.cancellable,
                                             error);
}

static DexFuture *
build_work (gpointer data)
{
  return annex_image_work_provide (data, build_locked);
}

static DexFuture *
annex_image_builder_provide (AnnexImageSource *source,
                             AnnexImageStore *store,
                             GCancellable *cancellable)
{
  return annex_worker_run ("image-build", build_work, work_new (source, store, cancellable),
                           annex_image_work_free);
}

static void
source_iface_init (AnnexImageSourceInterface *iface)
{
  iface->find_version = annex_image_builder_find_version;
  iface->estimate = annex_image_builder_estimate;
  iface->provide = annex_image_builder_provide;
}

static void
annex_image_builder_finalize (GObject *object)
{
  AnnexImageBuilder *self = ANNEX_IMAGE_BUILDER (object);

  g_free (self->recipe);
  G_OBJECT_CLASS (annex_image_builder_parent_class)->finalize (object);
}

static void
annex_image_builder_class_init (AnnexImageBuilderClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = annex_image_builder_finalize;
}

static void
annex_image_builder_init (AnnexImageBuilder *self)
{
}

AnnexImageBuilder *
annex_image_builder_new (const char *recipe, gboolean with_office)
{
  AnnexImageBuilder *self = g_object_new (ANNEX_TYPE_IMAGE_BUILDER, NULL);

  if (recipe != NULL)
    self->recipe = g_strdup (recipe);
  else if (g_file_test (ANNEX_VM_DIR "/build-image", G_FILE_TEST_IS_EXECUTABLE))
    self->recipe = g_strdup (ANNEX_VM_DIR);
  else
    self->recipe = g_strdup (ANNEX_VM_INSTALLED_DIR);
  self->with_office = with_office;
  return self;
}
