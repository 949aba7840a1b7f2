/* annex-keep-private.h
 *
 * What the parts of keeping and undoing share: the store of one keep with its journal, and the
 * steps a keep is made of.
 *
 * A keep's folder holds `journal` and `objects/<number>`: the original a step replaced or removed.
 * Every step is announced in the journal, with what is needed to tell later whether it took effect,
 * and the journal is on the disk, before the step is taken. New files are made under a temporary
 * name beside their place first; the step itself is one rename.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-keep.h"

G_BEGIN_DECLS

/* PUT: a new file or symlink appears. SWAP: something is replaced. REMOVE: something goes. MOVE: it
 * gets another name. MODE: permissions and time change. MKDIR: a folder appears. */
typedef enum {
  ANNEX_KEEP_PUT,
  ANNEX_KEEP_SWAP,
  ANNEX_KEEP_REMOVE,
  ANNEX_KEEP_MOVE,
  ANNEX_KEEP_MODE,
  ANNEX_KEEP_MKDIR,
} AnnexKeepKind;

typedef struct
{
  guint number; /* also the object's name */
  AnnexKeepKind kind;
  char *path;       /* where it takes effect */
  char *old_path;   /* of MOVE */
  char *told_path;  /* the change's path, NULL for a parent folder made on the way */
  gboolean staged;  /* a temporary may exist */
  guint64 inode;    /* of the temporary, 0 when there is none */
  gboolean object;  /* objects/<number> holds the original */
  gboolean moved;   /* of REMOVE: the original itself becomes the object */
  gboolean trash;   /* of REMOVE: the Trash is tried */
  gboolean stale;   /* what is there is not `before` any more; never stored */
  char *beside;     /* where somebody's newer version is that was in the way; never stored */
  char *original;   /* fingerprint of what is replaced or removed */
  char *sha256;     /* of the file that was put */
  guint32 mode;     /* of MODE, MKDIR and new files */
  gint64 mtime_ns;  /* of MODE and new files */
  AnnexStat before; /* of MODE, MOVE, SWAP, REMOVE */
  AnnexStat after;  /* once done */
  gboolean planned;
  gboolean done;
  gboolean skipped;

  gboolean undo_staged;
  gboolean undo_planned;
  char *undo_path; /* where the original comes back */
  guint64 undo_inode;
  gboolean undone;
} AnnexKeepStep;

AnnexKeepStep *
annex_keep_step_new (AnnexKeepKind kind, const char *path);
void
annex_keep_step_free (AnnexKeepStep *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AnnexKeepStep, annex_keep_step_free)
/* The names of the step's temporaries, beside its path. (transfer full) */
char *
annex_keep_step_temporary (AnnexKeepStep *self, const char *keep_id);
char *
annex_keep_step_undo_temporary (AnnexKeepStep *self, const char *keep_id);

/* A folder whose time a keep changes, and what it was before and after. */
typedef struct
{
  char *path;
  gint64 mtime_ns;
  gint64 after_ns; /* 0: not known, or the folder was gone */
  gboolean restore;
} AnnexKeepFolder;

typedef struct
{
  char *keep_id;
  char *folder;
  char *root;
  guint64 root_inode;
  int folder_fd;
  int objects_fd;
  int root_fd;
  int journal_fd;
  off_t journal_bytes;   /* of it, what was committed */
  GString *pending;      /* journal lines not yet on the disk */
  GPtrArray *steps;      /* AnnexKeepStep, index = number */
  GPtrArray *folders;    /* AnnexKeepFolder */
  GHashTable *folder_of; /* path → AnnexKeepFolder */
  gboolean begun;        /* the journal's head is there */
  gboolean ended;
  gboolean undoing;
  gboolean undo_left; /* told that not all could be undone: it waits to be asked again */
  gboolean undo_ended;
} AnnexKeepStore;

/* ---- annex-keep-store.c: reading and writing */

/* Makes the keep's folder and journal; ROOT_GONE, DISK_FULL, FAILED. */
AnnexKeepStore *
annex_keep_store_create (const char *undo_dir,
                         const char *keep_id,
                         const char *root,
                         GError **error);
/* Opens a keep that is there and reads its journal; NOT_FOUND; G_IO_ERROR_BUSY while another
 * process works on it. root_fd is -1 until annex_keep_store_open_root. */
AnnexKeepStore *
annex_keep_store_open (const char *undo_dir, const char *keep_id, GError **error);
/* ROOT_GONE when the folder is not there, or another one. */
gboolean
annex_keep_store_open_root (AnnexKeepStore *self, GError **error);
void
annex_keep_store_free (AnnexKeepStore *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AnnexKeepStore, annex_keep_store_free)
/* Forgets the keep for good. */
gboolean
annex_keep_store_remove (AnnexKeepStore *self);

/* Sets ANNEX_KEEP_ERROR from errno: DISK_FULL or FAILED. Returns FALSE. */
gboolean
annex_keep_set_error (GError **error, const char *what);
/* Brings to the disk what @steps (AnnexKeepStep) have made: objects, temporaries, folders. */
void
annex_keep_store_sync (AnnexKeepStore *self, GPtrArray *steps);

/* ---- annex-keep-journal.c */

/* Reads the journal of a store that was opened; a torn last line is cut off. */
gboolean
annex_keep_store_read (AnnexKeepStore *self, GError **error);
/* Records; each is on the disk after annex_keep_store_commit. */
void
annex_keep_store_note_keep (AnnexKeepStore *self);
void
annex_keep_store_note_stage (AnnexKeepStore *self, AnnexKeepStep *step);
void
annex_keep_store_note_plan (AnnexKeepStore *self, AnnexKeepStep *step);
void
annex_keep_store_note_done (AnnexKeepStore *self, AnnexKeepStep *step);
void
annex_keep_store_note_skip (AnnexKeepStore *self, AnnexKeepStep *step);
void
annex_keep_store_note_folder (AnnexKeepStore *self, const char *path);
void
annex_keep_store_note_end (AnnexKeepStore *self);
void
annex_keep_store_note_undo (AnnexKeepStore *self);
void
annex_keep_store_note_undo_stage (AnnexKeepStore *self, AnnexKeepStep *step);
void
annex_keep_store_note_undo_plan (AnnexKeepStore *self, AnnexKeepStep *step);
void
annex_keep_store_note_undone (AnnexKeepStore *self, AnnexKeepStep *step);
void
annex_keep_store_note_undo_left (AnnexKeepStore *self, gboolean left);
void
annex_keep_store_note_undo_end (AnnexKeepStore *self);
/* DISK_FULL, FAILED: then the records are still to be written, before any later one. */
gboolean
annex_keep_store_commit (AnnexKeepStore *self, GError **error);

/* ---- annex-keep-steps.c: taking steps */

typedef enum {
  ANNEX_KEEP_RESULT_DONE,
  ANNEX_KEEP_RESULT_CONFLICT, /* nothing was changed; the host's file is not the expected one */
  ANNEX_KEEP_RESULT_FAILED,   /* nothing was changed; error is set */
} AnnexKeepResult;

/* rename that never replaces: EEXIST. */
int
annex_keep_rename_new (int from_fd, const char *from, int to_fd, const char *to);
/* Swaps two names of one folder; without the kernel's help in two steps. */
int
annex_keep_exchange (int folder_fd, const char *temporary, const char *name);
AnnexKeepResult
annex_keep_take_step (AnnexKeepStore *store, AnnexKeepStep *step, GError **error);
/* After a crash: did the planned step take effect? Tidies its temporaries either way. */
gboolean
annex_keep_settle_step (AnnexKeepStore *store, AnnexKeepStep *step);
/* Removes the temporary and the object of a step that is not taken. What is not Annex's own there
 * gets its name back, or one beside it. FALSE when it cannot: the step counts as taken then, so
 * that nothing that is saved of it goes. */
gboolean
annex_keep_drop_step (AnnexKeepStore *store, AnnexKeepStep *step);
/* Is the file at @name what @print (fingerprint) says? */
gboolean
annex_keep_is_original (int folder_fd, const char *name, const char *print);

/* ---- annex-keep-undo.c */

/* Is there a step of which the journal says neither that it was taken nor that it was left out? */
gboolean
annex_keep_has_open_steps (AnnexKeepStore *store);
/* Settles the steps of an interrupted keep and ends it. Returns FALSE when nothing was changed and
 * the keep was removed. */
gboolean
annex_keep_finish (AnnexKeepStore *store);
/* Takes all steps back. Returns AnnexKept elements. */
GPtrArray *
annex_keep_undo_store (AnnexKeepStore *store, GCancellable *cancellable, GError **error);

/* ---- for tests: called before and after every system call that changes something */
typedef void (*AnnexKeepHook) (const char *what);
void
annex_keep_set_hook (AnnexKeepHook hook);
void
annex_keep_point (const char *what);

G_END_DECLS
