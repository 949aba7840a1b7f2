/* annex-draft.c
 *
 * The values a draft is made of, and their public form. Working a draft out is in
 * annex-draft-compute.c.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-draft.h"

#include "annex-beneath.h"

#include <string.h>

G_DEFINE_BOXED_TYPE (AnnexUpperEntry,
                     annex_upper_entry,
                     annex_upper_entry_copy,
                     annex_upper_entry_free)
G_DEFINE_BOXED_TYPE (AnnexChange, annex_change, annex_change_copy, annex_change_free)

AnnexUpperEntry *
annex_upper_entry_new (const char *path, AnnexUpperKind kind)
{
  AnnexUpperEntry *self = g_new0 (AnnexUpperEntry, 1);

  self->path = g_strdup (path);
  self->kind = kind;
  return self;
}

AnnexUpperEntry *
annex_upper_entry_copy (const AnnexUpperEntry *self)
{
  AnnexUpperEntry *copy = g_memdup2 (self, sizeof *self);

  copy->path = g_strdup (self->path);
  copy->sha256 = g_strdup (self->sha256);
  copy->target = g_strdup (self->target);
  copy->problem = g_strdup (self->problem);
  return copy;
}

void
annex_upper_entry_free (AnnexUpperEntry *self)
{
  g_free (self->path);
  g_free (self->sha256);
  g_free (self->target);
  g_free (self->problem);
  g_free (self);
}

AnnexChange *
annex_change_new (AnnexChangeKind kind, const char *path)
{
  AnnexChange *self = g_new0 (AnnexChange, 1);

  self->kind = kind;
  self->path = g_strdup (path);
  return self;
}

AnnexChange *
annex_change_copy (const AnnexChange *self)
{
  AnnexChange *copy = g_memdup2 (self, sizeof *self);

  copy->path = g_strdup (self->path);
  copy->old_path = g_strdup (self->old_path);
  copy->target = g_strdup (self->target);
  copy->sha256 = g_strdup (self->sha256);
  copy->reason = g_strdup (self->reason);
  return copy;
}

void
annex_change_free (AnnexChange *self)
{
  g_free (self->path);
  g_free (self->old_path);
  g_free (self->target);
  g_free (self->sha256);
  g_free (self->reason);
  g_free (self);
}

const char *
annex_change_kind_to_name (AnnexChangeKind kind)
{
  switch (kind)
    {
    case ANNEX_CHANGE_ADDED:
      return "added";
    case ANNEX_CHANGE_CHANGED:
      return "changed";
    case ANNEX_CHANGE_RENAMED:
      return "renamed";
    case ANNEX_CHANGE_DELETED:
      return "deleted";
    case ANNEX_CHANGE_MODE:
      return "mode";
    case ANNEX_CHANGE_REFUSED:
      return "refused";
    }
  return "unknown";
}

static void
set_text (JsonObject *json, const char *name, const char *bytes)
{
  g_autofree char *valid = annex_text_make_valid (bytes, -1);

  json_object_set_string_member (json, name, valid);
}

/* A name is bytes; what is no text of it is told as %XX beside the text. */
static void
set_path (JsonObject *json, const char *name, const char *bytes_name, const char *path)
{
  set_text (json, name, path);
  if (!g_utf8_validate (path, -1, NULL))
    {
      g_autofree char *bytes = annex_beneath_path_to_text (path);

      json_object_set_string_member (json, bytes_name, bytes);
    }
}

JsonObject *
annex_change_to_json (const AnnexChange *self)
{
  JsonObject *json = json_object_new ();

  json_object_set_string_member (json, "kind", annex_change_kind_to_name (self->kind));
  set_path (json, "path", "path_bytes", self->path);
  if (self->old_path != NULL)
    set_path (json, "old_path", "old_path_bytes", self->old_path);
  if (self->folder)
    json_object_set_boolean_member (json, "folder", TRUE);
  if (self->target != NULL)
    set_text (json, "target", self->target);
  json_object_set_int_member (json, "size", (gint64) self->size_bytes);
  if (self->kind != ANNEX_CHANGE_ADDED)
    json_object_set_int_member (json, "old_size", (gint64) self->old_size_bytes);
  if (self->sha256 != NULL)
    json_object_set_string_member (json, "sha256", self->sha256);
  if (self->conflict)
    json_object_set_boolean_member (json, "conflict", TRUE);
  if (self->active)
    json_object_set_boolean_member (json, "active", TRUE);
  if (self->reason != NULL)
    set_text (json, "reason", self->reason);
  return json;
}

gboolean
annex_draft_link_stays (const char *path, const char *target)
{
  g_auto (GStrv) parts = NULL;
  gboolean is_down = FALSE;
  int depth = 0;

  if (target == NULL || *target == '\0' || *target == '/')
    return FALSE;
  for (const char *c = path; *c != '\0'; c++)
    depth += *c == '/';
  parts = g_strsplit (target, "/", -1);
  for (guint i = 0; parts[i] != NULL; i++)
    {
      if (*parts[i] == '\0' || g_str_equal (parts[i], "."))
        continue;
      if (!g_str_equal (parts[i], ".."))
        is_down = TRUE;
      else if (is_down || --depth < 0)
        return FALSE;
    }
  return TRUE;
}
