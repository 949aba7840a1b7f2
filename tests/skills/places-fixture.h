/* places-fixture.h
 *
 * Places of skills in a folder of their own, and what is put there.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#pragma once

#include "annex-skill-files.h"
#include "annex-skill-shelf.h"

#include <glib.h>

typedef struct
{
  char *dir;
  AnnexSkillPlaces *places;
} PlacesFixture;

void
places_set_up (PlacesFixture *f, gconstpointer data);
void
places_tear_down (PlacesFixture *f, gconstpointer data);
/* Writes @text to the file @path below the folder. */
void
places_put (PlacesFixture *f, const char *path, const char *text);
/* A skill of the folder's name. */
void
places_put_skill (PlacesFixture *f, const char *folder, const char *description);
