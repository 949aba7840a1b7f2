/* annex-row-list-private.h
 *
 * Shared by the files of AnnexRowList.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-row-list.h"

G_BEGIN_DECLS

typedef struct
{
  GtkWidget *widget; /* nullable */
  int height;
  gboolean known;  /* height is measured, for the present width */
  gboolean placed; /* it has been laid out: its height is final */
} AnnexListRow;

struct _AnnexRowList
{
  GtkWidget parent_instance;

  GListModel *model;
  AnnexRowListFunc create;
  gpointer user_data;
  AnnexRowListKeepFunc keep; /* nullable */
  int max_width;
  int width; /* the rows' now */

  GArray *rows; /* AnnexListRow */
  gint64 total; /* of all heights */
  guint n_widgets;
  guint n_made;        /* in this allocation */
  gint64 deadline_us;  /* for making them, once one was made */
  gboolean unfinished; /* there was no time for all of them */
  gboolean deferred;   /* the last allocation made none */

  gboolean at_end;
  gboolean was_at_end; /* in the last allocation */
  guint anchor; /* a row */
  int above;    /* pixels of it above the top */
  double value; /* the adjustment's, as last seen; differs from where the anchor is by the drift */
  gboolean settle; /* put the drift right now */
  guint settle_id;
  guint again_id;
  guint first, last; /* the rows near the view, in the last allocation */
  guint end;         /* of the rows that are shown: later ones were not made yet */
  guint drop_id;     /* an idle source: far rows still have widgets */

  GtkAdjustment *adjustments[2]; /* horizontal, vertical */
  gboolean configuring;
};

/* annex-row-list-layout.c */
AnnexListRow *
annex_row_list_get_row (AnnexRowList *self, guint i);
void
annex_row_list_drop_widget (AnnexRowList *self, AnnexListRow *row);
/* Makes, measures and places the rows near the anchor, and configures the vertical adjustment. Is
 * the first row near? */
gboolean
annex_row_list_lay_out (AnnexRowList *self, int width, int height);

G_END_DECLS
