/* chat-fixture.h
 *
 * Conversations for the tests of the chat view.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-chat-view.h"
#include "annex-fake-desk.h"
#include "annex-row-list.h"
#include "annex-shot.h"

/* A task with everything a conversation can show. */
AnnexTask *
chat_fixture_add_sample (AnnexFakeDesk *desk);
/* "Question 0", "Answer 0 begins." … "The end of 0.", and so on: @n of them, the first with @from.
 */
void
chat_fixture_add_exchange (AnnexFakeDesk *desk, AnnexTask *task, guint from, guint n);
/* In a window; ready when it returns. The window owns the view. */
AnnexChatView *
chat_fixture_show (AnnexFakeDesk *desk, AnnexTask *task, int width, int height, GtkWindow **window);
/* Runs the main loop until the transcript has been read and its texts are shown. */
void
chat_fixture_settle (AnnexChatView *view);
AnnexRowList *
chat_fixture_get_list (AnnexChatView *view);
GtkAdjustment *
chat_fixture_get_adjustment (AnnexChatView *view);
/* The first widget of @type below @root whose text (of a label or button) is @text (NULL: any). */
GtkWidget *
chat_fixture_find (GtkWidget *root, GType type, const char *text);
/* The line of steps that says @words; nullable. */
GtkWidget *
chat_fixture_find_steps (GtkWidget *root, const char *words);
/* Is @part in a text view below @root that is on screen? */
gboolean
chat_fixture_shows_text (GtkWidget *root, const char *part);
/* Removes what the display holds of it, and closes the desk. */
void
chat_fixture_close (AnnexFakeDesk *desk, GtkWindow *window);
