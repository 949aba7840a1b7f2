/* zip-builder.h
 *
 * Builds ZIP archives that lie, for tests.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include <gio/gio.h>

typedef struct
{
  const char *name;
  gsize name_length;      /* 0: strlen */
  const char *local_name; /* NULL: the same */
  const char *data;
  gsize length; /* 0: strlen */
  guint32 mode;
  guint32 flags;
  guint32 claimed_size; /* 0: the true one */
  guint32 local_size;   /* 0: as claimed */
  gboolean deflated;
  gboolean described; /* sums follow the data */
  gboolean wrong_sum;
} ZipMember;

typedef struct _ZipBuilder ZipBuilder;

ZipBuilder *
zip_builder_new (void);
void
zip_builder_add (ZipBuilder *self, const ZipMember *member);
/* Another name for the data of the last one. */
void
zip_builder_add_alias (ZipBuilder *self, const char *name);
/* Takes the first entry out of the directory; its data stay. */
void
zip_builder_forget_first (ZipBuilder *self);
/* A small entry whose header and data lie in the data of a larger one. */
void
zip_builder_add_nested (ZipBuilder *self, const char *outer, const char *inner);
GBytes *
zip_builder_end (ZipBuilder *self);
