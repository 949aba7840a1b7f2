/* annex-given-files.c
 *
 * See annex-given-files.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-given-files.h"

#include "annex-future.h"
#include "annex-json-build.h"
#include "annex-paths.h"
#include "annex-picture-head.h"

#include <errno.h>
#include <fcntl.h>
#include <glib/gi18n.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Of one message, so that the conversation has room for more; what is not shown is in the computer,
 * where it can be read in parts. */
#define MAX_SHOWN 20
#define MAX_SHOWN_BYTES (10u << 20)
/* Of a few, a model takes larger pictures, too; pixels. */
#define FEW_PICTURES 5
#define FEW_MAX_SIDE 8000
#define PASTED "pasted.png"
#define MAX_FILES 100

/* Of a task: what waits for the computer, and what it has got. That is kept as long as the task is:
 * so a later file of that name gets another one, and the task can be tried again. */
#define WAITING "given"
#define DELIVERED "given-delivered"

static char *
dup_folder (const char *task_id, const char *name)
{
  g_autofree char *rest = g_build_filename ("tasks", task_id, name, NULL);

  return annex_paths_data (rest);
}

/* Reading, in a worker thread */

typedef struct
{
  char *folder;
  char *delivered;
  char **paths;
  GPtrArray *pasted; /* GBytes: of those that are not shown */
} Stage;

typedef struct
{
  char *name; /* in the computer */
  GBytes *bytes;
} Given;

static void
given_free (gpointer data)
{
  Given *given = data;

  g_free (given->name);
  g_clear_pointer (&given->bytes, g_bytes_unref);
  g_free (given);
}

static void
stage_free (gpointer data)
{
  Stage *stage = data;

  g_free (stage->folder);
  g_free (stage->delivered);
  g_strfreev (stage->paths);
  g_ptr_array_unref (stage->pasted);
  g_free (stage);
}

/* A pipe would block, a device never end; both are refused. */
static GBytes *
read_regular (const char *path, GError **error)
{
  g_autofd int fd = open (path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  g_autofree char *name = g_path_get_basename (path);
  g_autofree char *buffer = NULL;
  struct stat info;
  gsize done = 0;

  if (fd < 0 || fstat (fd, &info) != 0)
    {
      g_set_error (error, G_IO_ERROR, g_io_error_from_errno (errno), _ ("“%s” cannot be read: %s"),
                   name, g_strerror (errno));
      return NULL;
    }
  if (!S_ISREG (info.st_mode))
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_NOT_REGULAR_FILE,
                   _ ("“%s” is not a file that can be copied"), name);
      return NULL;
    }
  if ((guint64) info.st_size > ANNEX_GIVEN_FILES_MAX_BYTES)
    {
      g_set_error (error, G_IO_ERROR, G_IO_ERROR_NO_SPACE,
                   _ ("“%s” is too large to be handed over by itself; share its folder instead"),
                   name);
      return NULL;
    }
  buffer = g_malloc ((gsize) info.st_size + 1);
  while (done < (gsize) info.st_size)
    {
      gssize n = read (fd, buffer + done, (gsize) info.st_size - done);

      if (n < 0 && errno == EINTR)
        continue;
      if (n < 0)
        {
          g_set_error (error, G_IO_ERROR, g_io_error_from_errno (errno),
                       _ ("“%s” cannot be read: %s"), name, g_strerror (errno));
          return NULL;
        }
      if (n == 0)
        break;
      done += (gsize) n;
    }
  return g_bytes_new_take (g_steal_pointer (&buffer), done);
}

/* A name of its own in the folder: of two files of one name the second gets a number. The name goes
 * into a sentence and a guest's folder: valid text on one line. (transfer full) */
static char *
choose_name (const char *path, const char *folder, const char *delivered)
{
  g_autofree char *base = g_path_get_basename (path);
  g_autofree char *name = annex_text_make_valid (base, -1);
  const char *dot;

  for (char *p = name; *p != '\0'; p++)
    if (g_ascii_iscntrl (*p))
      *p = '_';
  dot = strrchr (name, '.');
  for (guint i = 1; i < 10000; i++)
    {
      g_autofree char *other = i == 1 ? g_strdup (name)
                               : dot != NULL && dot != name
                                   ? g_strdup_printf ("%.*s-%u%s", (int) (dot - name), name, i, dot)
                                   : g_strdup_printf ("%s-%u", name, i);
      g_autofree char *full = g_build_filename (folder, other, NULL);
      g_autofree char *taken = g_build_filename (delivered, other, NULL);

      if (!g_file_test (full, G_FILE_TEST_EXISTS) && !g_file_test (taken, G_FILE_TEST_EXISTS))
        return g_steal_pointer (&other);
    }
  return annex_identifier_new ();
}

/* @bytes under a name like that of @path. */
static gboolean
stage_one (const Stage *stage, const char *path, GBytes *bytes, GPtrArray *all, GError **error)
{
  Given *given = g_new0 (Given, 1);
  g_autofree char *full = NULL;

  g_ptr_array_add (all, given);
  given->bytes = g_bytes_ref (bytes);
  given->name = choose_name (path, stage->folder, stage->delivered);
  full = g_build_filename (stage->folder, given->name, NULL);
  return annex_file_write_atomic (full, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes),
                                  0600, error);
}

static DexFuture *
stage_work (gpointer data)
{
  Stage *stage = data;
  g_autoptr (GPtrArray) all = g_ptr_array_new_with_free_func (given_free);
  GError *error = NULL;

  if (!annex_paths_make (stage->folder, &error))
    return annex_future_new_error (error);
  for (guint i = 0; stage->paths[i] != NULL; i++)
    {
      g_autoptr (GBytes) bytes = read_regular (stage->paths[i], &error);

      if (bytes == NULL || !stage_one (stage, stage->paths[i], bytes, all, &error))
        return annex_future_new_error (error);
    }
  for (guint i = 0; i < stage->pasted->len; i++)
    if (!stage_one (stage, PASTED, g_ptr_array_index (stage->pasted, i), all, &error))
      return annex_future_new_error (error);
  return dex_future_new_take_boxed (G_TYPE_PTR_ARRAY, g_steal_pointer (&all));
}

/* The message */

static void
add_block (JsonArray *blocks, AnnexBlock *block)
{
  g_autoptr (AnnexBlock) taken = block;

  json_array_add_object_element (blocks, annex_json_object_copy (annex_block_get_json (taken)));
}

/* What of a message is shown to the model already. */
typedef struct
{
  guint n_files;
  guint n_pictures;
  gsize bytes;
} Shown;

static gboolean
has_room (const Shown *shown, gsize size)
{
  return shown->n_files < MAX_SHOWN && size <= MAX_SHOWN_BYTES - shown->bytes;
}

/* By what it holds, for a model refuses the whole conversation for a picture of another kind than
 * its name says. */
static gboolean
show_picture (JsonArray *blocks, GBytes *bytes, Shown *shown)
{
  gsize size = g_bytes_get_size (bytes);
  AnnexPictureHead head;
  guint max_side = shown->n_pictures < FEW_PICTURES ? FEW_MAX_SIDE : ANNEX_PICTURE_MAX_SIDE;

  if (!annex_picture_head_read (bytes, &head) || !head.whole || head.width > max_side ||
      head.height > max_side || size > ANNEX_PICTURE_MAX_BYTES || !has_room (shown, size))
    return FALSE;
  add_block (blocks, annex_block_new_image (head.media_type, bytes));
  shown->n_files++;
  shown->n_pictures++;
  shown->bytes += size;
  return TRUE;
}

/* One with a password is refused, too. */
static void
show_document (JsonArray *blocks, const Given *given, Shown *shown)
{
  gsize size;
  const char *data = g_bytes_get_data (given->bytes, &size);

  if (size < 5 || memcmp (data, "%PDF-", 5) != 0 || memmem (data, size, "/Encrypt", 8) != NULL ||
      !has_room (shown, size))
    return;
  add_block (blocks, annex_block_new_document ("application/pdf", given->bytes, given->name));
  shown->n_files++;
  shown->bytes += size;
}

static GPtrArray *
copy_files (AnnexTask *task, const AnnexNewTask *message, GPtrArray *pasted, GError **error)
{
  Stage *stage;

  if (message->files->len == 0 && pasted->len == 0)
    return g_ptr_array_new_with_free_func (given_free);
  if (message->files->len > MAX_FILES)
    {
      g_set_error_literal (error, G_IO_ERROR, G_IO_ERROR_NO_SPACE,
                           _ ("These are too many single files; share their folder instead"));
      return NULL;
    }
  stage = g_new0 (Stage, 1);
  stage->folder = dup_folder (annex_task_get_id (task), WAITING);
  stage->delivered = dup_folder (annex_task_get_id (task), DELIVERED);
  stage->pasted = g_ptr_array_ref (pasted);
  stage->paths = g_new0 (char *, message->files->len + 1);
  for (guint i = 0; i < message->files->len; i++)
    stage->paths[i] = g_strdup (g_ptr_array_index (message->files, i));
  return dex_await_boxed (annex_worker_run ("annex-given", stage_work, stage, stage_free), error);
}

JsonArray *
annex_given_files_stage (AnnexTask *task, const AnnexNewTask *message, GError **error)
{
  g_autoptr (AnnexNewTask) own = annex_new_task_copy (message);
  g_autoptr (GPtrArray) hidden = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  g_autoptr (JsonArray) blocks = json_array_new ();
  g_autoptr (GPtrArray) all = NULL;
  g_autoptr (GString) text = NULL;
  Shown shown = { 0 };

  for (guint i = 0; i < own->images->len; i++)
    if (!show_picture (blocks, g_ptr_array_index (own->images, i), &shown))
      g_ptr_array_add (hidden, g_bytes_ref (g_ptr_array_index (own->images, i)));
  all = copy_files (task, own, hidden, error);
  if (all == NULL)
    return NULL;
  text = g_string_new (own->prompt != NULL ? own->prompt : "");
  for (guint i = 0; i < all->len; i++)
    {
      const Given *given = g_ptr_array_index (all, i);

      if (!show_picture (blocks, given->bytes, &shown))
        show_document (blocks, given, &shown);
    }
  if (all->len > 0)
    g_string_append (text, text->len > 0 ? "\n\nFiles handed over:" : "Files handed over:");
  for (guint i = 0; i < all->len; i++)
    g_string_append_printf (text, "\n- " ANNEX_GIVEN_FILES_FOLDER "/%s",
                            ((Given *) g_ptr_array_index (all, i))->name);
  if (text->len > 0)
    add_block (blocks, annex_block_new_text (text->str));
  return g_steal_pointer (&blocks);
}

gboolean
annex_given_files_note (AnnexTask *task, guint n, GError **error)
{
  return n == 0 || dex_await (annex_task_append (task, ANNEX_EVENT_DATA_GIVEN,
                                                 annex_json_build ("s", "what", ANNEX_GIVEN_FILES,
                                                                   "i", "count", (gint64) n, NULL)),
                              error);
}

/* Into the computer */

static GPtrArray *
list_files (const char *folder)
{
  GPtrArray *names = g_ptr_array_new_with_free_func (g_free);
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL)
    g_ptr_array_add (names, g_strdup (name));
  return names;
}

gboolean
annex_given_files_are_waiting (AnnexTask *task)
{
  g_autofree char *folder = dup_folder (annex_task_get_id (task), WAITING);
  g_autoptr (GPtrArray) names = list_files (folder);

  return names->len > 0;
}

static DexFuture *
read_work (gpointer path)
{
  GError *error = NULL;
  GBytes *bytes = read_regular (path, &error);

  if (bytes == NULL)
    return annex_future_new_error (error);
  return dex_future_new_take_boxed (G_TYPE_BYTES, bytes);
}

static gboolean
deliver_one (AnnexComputer *computer,
             const char *folder,
             const char *delivered,
             const char *name,
             GError **error)
{
  g_autofree char *kept = g_build_filename (delivered, name, NULL);
  g_autofree char *from = g_build_filename (folder, name, NULL);
  g_autofree char *to = g_build_filename (ANNEX_GIVEN_FILES_FOLDER, name, NULL);
  g_autoptr (GBytes) bytes =
      dex_await_boxed (annex_worker_run ("annex-given", read_work, g_strdup (from), g_free), error);

  if (bytes == NULL || !dex_await (annex_computer_write_file (computer, to, bytes), error))
    return FALSE;
  if (!annex_paths_make (delivered, NULL) || g_rename (from, kept) != 0)
    g_unlink (from); /* it is in the computer, where a later one of that name would replace it */
  return TRUE;
}

gboolean
annex_given_files_deliver (AnnexTask *task, AnnexComputer *computer, GError **error)
{
  g_autofree char *folder = dup_folder (annex_task_get_id (task), WAITING);
  g_autoptr (GPtrArray) names = list_files (folder);
  g_autofree char *delivered = dup_folder (annex_task_get_id (task), DELIVERED);
  g_autoptr (GString) lost = g_string_new (NULL);
  g_autofree char *text = NULL;

  /* Annex ended when they were here and nothing said so. */
  if ((annex_task_get_taint (task) & ANNEX_TAINT_PRIVATE) == 0 &&
      !annex_given_files_note (task, names->len, error))
    return FALSE;
  for (guint i = 0; i < names->len; i++)
    {
      const char *name = g_ptr_array_index (names, i);
      g_autoptr (GError) failure = NULL;

      if (deliver_one (computer, folder, delivered, name, &failure))
        continue;
      annex_error_normalise (&failure);
      g_string_append_printf (lost, "\n- %s: %s", name, failure->message);
      /* Without a computer the others fail alike; they wait for the next attempt. */
      if (failure->domain == ANNEX_COMPUTER_ERROR)
        break;
    }
  if (lost->len == 0)
    {
      g_rmdir (folder);
      return TRUE;
    }
  text = g_strdup_printf ("Not all files that the user handed over could be put into your computer "
                          "yet. Go on without them as far as you can, and say so.%s",
                          lost->str);
  return dex_await (annex_task_append (task, ANNEX_EVENT_ANNOUNCEMENT,
                                       annex_json_build ("s", "text", text, NULL)),
                    error);
}

/* Once more */

typedef struct
{
  char *from[2];
  char *to;
} Copies;

static void
copies_free (gpointer data)
{
  Copies *copies = data;

  for (guint i = 0; i < G_N_ELEMENTS (copies->from); i++)
    g_free (copies->from[i]);
  g_free (copies->to);
  g_free (copies);
}

static gboolean
copy_one (const char *from, const char *to, const char *name, GError **error)
{
  g_autofree char *source = g_build_filename (from, name, NULL);
  g_autofree char *target = g_build_filename (to, name, NULL);
  g_autoptr (GBytes) bytes = read_regular (source, error);

  return bytes != NULL && annex_paths_make (to, error) &&
         annex_file_write_atomic (target, g_bytes_get_data (bytes, NULL), g_bytes_get_size (bytes),
                                  0600, error);
}

static DexFuture *
copies_work (gpointer data)
{
  Copies *copies = data;
  GError *error = NULL;
  guint n = 0;

  for (guint i = 0; i < G_N_ELEMENTS (copies->from); i++)
    {
      g_autoptr (GPtrArray) names = list_files (copies->from[i]);

      for (guint j = 0; j < names->len; j++, n++)
        if (!copy_one (copies->from[i], copies->to, g_ptr_array_index (names, j), &error))
          return annex_future_new_error (error);
    }
  return dex_future_new_for_uint (n);
}

gboolean
annex_given_files_give_again (AnnexTask *task, const char *from_task, guint *n, GError **error)
{
  Copies *copies = g_new0 (Copies, 1);
  g_autoptr (DexFuture) done = NULL;

  copies->from[0] = dup_folder (from_task, WAITING);
  copies->from[1] = dup_folder (from_task, DELIVERED);
  copies->to = dup_folder (annex_task_get_id (task), WAITING);
  done = annex_worker_run ("annex-given", copies_work, copies, copies_free);
  if (!dex_await (dex_ref (done), error))
    return FALSE;
  *n = g_value_get_uint (dex_future_get_value (done, NULL));
  return TRUE;
}

void
annex_given_files_remove (const char *task_id)
{
  static const char *const folders[] = { WAITING, DELIVERED };

  for (guint i = 0; i < G_N_ELEMENTS (folders); i++)
    {
      g_autofree char *folder = dup_folder (task_id, folders[i]);
      g_autoptr (GPtrArray) names = list_files (folder);

      for (guint j = 0; j < names->len; j++)
        {
          g_autofree char *path = g_build_filename (folder, g_ptr_array_index (names, j), NULL);

          g_unlink (path);
        }
      g_rmdir (folder);
    }
}
