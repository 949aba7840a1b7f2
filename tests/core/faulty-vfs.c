/* faulty-vfs.c
 *
 * See faulty-vfs.h. What changes a file is counted: writing, setting its length, syncing it, and
 * making room for the index of the log. All else goes to SQLite's own.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "faulty-vfs.h"

#include <errno.h>
#include <sqlite3.h>
#include <string.h>

typedef struct
{
  sqlite3_file base;
  sqlite3_file *real; /* behind this */
} File;

static sqlite3_vfs *real_vfs;
static sqlite3_vfs faulty;
/* The store has its own thread. */
static GMutex lock;
static int fault;  /* errno; 0: none */
static guint left; /* changes until it comes */
static gboolean only_once;
static guint n_failed;
static int last_errno;

void
faulty_vfs_arm (int code, guint nth, gboolean once)
{
  g_mutex_lock (&lock);
  fault = code;
  left = nth;
  only_once = once;
  n_failed = 0;
  last_errno = 0;
  g_mutex_unlock (&lock);
}

gboolean
faulty_vfs_disarm (void)
{
  gboolean failed;

  g_mutex_lock (&lock);
  failed = n_failed > 0;
  fault = 0;
  last_errno = 0;
  g_mutex_unlock (&lock);
  return failed;
}

/* Does this change fail? */
static gboolean
fails (void)
{
  gboolean now = FALSE;

  g_mutex_lock (&lock);
  if (fault != 0)
    {
      if (left > 0)
        left--;
      now = left == 0 && (!only_once || n_failed == 0);
      if (now)
        {
          n_failed++;
          last_errno = fault;
        }
    }
  g_mutex_unlock (&lock);
  return now;
}

/* What SQLite's own says where a write finds no room. */
static int
write_error (void)
{
  return last_errno == ENOSPC ? SQLITE_FULL : SQLITE_IOERR_WRITE;
}

static sqlite3_file *
real_of (sqlite3_file *file)
{
  return ((File *) file)->real;
}

/* ---------------------------------------------------------------- what may fail */

static int
file_write (sqlite3_file *file, const void *bytes, int amount, sqlite3_int64 offset)
{
  return fails () ? write_error ()
                  : real_of (file)->pMethods->xWrite (real_of (file), bytes, amount, offset);
}

static int
file_truncate (sqlite3_file *file, sqlite3_int64 size)
{
  return fails () ? SQLITE_IOERR_TRUNCATE
                  : real_of (file)->pMethods->xTruncate (real_of (file), size);
}

/* Nobody pulls the plug here: what is not lost by an error is not lost, and the rounds are many. */
static int
file_sync (sqlite3_file *file, int flags)
{
  return fails () ? SQLITE_IOERR_FSYNC : SQLITE_OK;
}

static int
file_shm_map (sqlite3_file *file, int page, int size, int extend, void volatile **memory)
{
  return extend && fails ()
             ? SQLITE_IOERR_SHMSIZE
             : real_of (file)->pMethods->xShmMap (real_of (file), page, size, extend, memory);
}

/* ---------------------------------------------------------------- what does not */

static int
file_close (sqlite3_file *file)
{
  return real_of (file)->pMethods->xClose (real_of (file));
}

static int
file_read (sqlite3_file *file, void *bytes, int amount, sqlite3_int64 offset)
{
  return real_of (file)->pMethods->xRead (real_of (file), bytes, amount, offset);
}

static int
file_size (sqlite3_file *file, sqlite3_int64 *size)
{
  return real_of (file)->pMethods->xFileSize (real_of (file), size);
}

static int
file_lock (sqlite3_file *file, int level)
{
  return real_of (file)->pMethods->xLock (real_of (file), level);
}

static int
file_unlock (sqlite3_file *file, int level)
{
  return real_of (file)->pMethods->xUnlock (real_of (file), level);
}

static int
file_check_reserved (sqlite3_file *file, int *result)
{
  return real_of (file)->pMethods->xCheckReservedLock (real_of (file), result);
}

static int
file_control (sqlite3_file *file, int operation, void *data)
{
  return real_of (file)->pMethods->xFileControl (real_of (file), operation, data);
}

static int
file_sector_size (sqlite3_file *file)
{
  return real_of (file)->pMethods->xSectorSize (real_of (file));
}

static int
file_characteristics (sqlite3_file *file)
{
  return real_of (file)->pMethods->xDeviceCharacteristics (real_of (file));
}

static int
file_shm_lock (sqlite3_file *file, int offset, int n, int flags)
{
  return real_of (file)->pMethods->xShmLock (real_of (file), offset, n, flags);
}

static void
file_shm_barrier (sqlite3_file *file)
{
  real_of (file)->pMethods->xShmBarrier (real_of (file));
}

static int
file_shm_unmap (sqlite3_file *file, int remove)
{
  return real_of (file)->pMethods->xShmUnmap (real_of (file), remove);
}

static const sqlite3_io_methods methods = {
  .iVersion = 2, /* without what maps the file itself */
  .xClose = file_close,
  .xRead = file_read,
  .xWrite = file_write,
  .xTruncate = file_truncate,
  .xSync = file_sync,
  .xFileSize = file_size,
  .xLock = file_lock,
  .xUnlock = file_unlock,
  .xCheckReservedLock = file_check_reserved,
  .xFileControl = file_control,
  .xSectorSize = file_sector_size,
  .xDeviceCharacteristics = file_characteristics,
  .xShmMap = file_shm_map,
  .xShmLock = file_shm_lock,
  .xShmBarrier = file_shm_barrier,
  .xShmUnmap = file_shm_unmap,
};

/* ---------------------------------------------------------------- the disk */

static int
disk_open (sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags, int *out_flags)
{
  File *self = (File *) file;
  int code;

  self->real = (sqlite3_file *) (self + 1);
  code = real_vfs->xOpen (real_vfs, name, self->real, flags, out_flags);
  file->pMethods = self->real->pMethods != NULL ? &methods : NULL;
  return code;
}

static int
disk_last_error (sqlite3_vfs *vfs, int length, char *text)
{
  return last_errno != 0 ? last_errno : real_vfs->xGetLastError (real_vfs, length, text);
}

void
faulty_vfs_register (void)
{
  real_vfs = sqlite3_vfs_find (NULL);
  faulty = *real_vfs; /* its functions take their names from the one they are called with */
  faulty.zName = "faulty";
  faulty.pNext = NULL;
  faulty.szOsFile = (int) sizeof (File) + real_vfs->szOsFile;
  faulty.xOpen = disk_open;
  faulty.xGetLastError = disk_last_error;
  g_assert_cmpint (sqlite3_vfs_register (&faulty, TRUE), ==, SQLITE_OK);
}
