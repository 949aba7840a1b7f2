/* annex-checkpoint.c
 *
 * See annex-checkpoint.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-checkpoint.h"

#include "annex-event.h"
#include "annex-paths.h"

#include <string.h>

G_DEFINE_BOXED_TYPE (AnnexCheckpoint,
                     annex_checkpoint,
                     annex_checkpoint_copy,
                     annex_checkpoint_free)

static const char *const kind_names[] = {
  [ANNEX_CHECKPOINT_MANUAL] = "manual",
  [ANNEX_CHECKPOINT_AUTOMATIC] = "automatic",
  [ANNEX_CHECKPOINT_BEFORE] = "before",
  [ANNEX_CHECKPOINT_COPY] = "copy",
};

const char *
annex_checkpoint_kind_to_name (AnnexCheckpointKind kind)
{
  return kind_names[kind];
}

static gboolean
kind_from_name (const char *name, AnnexCheckpointKind *kind)
{
  for (guint i = 0; i < G_N_ELEMENTS (kind_names); i++)
    if (g_strcmp0 (kind_names[i], name) == 0)
      {
        *kind = i;
        return TRUE;
      }
  return FALSE;
}

/* One line of at most so many characters; NULL when nothing is left. (transfer full) */
static char *
clean_name (const char *name)
{
  g_autofree char *valid = annex_text_make_valid (name != NULL ? name : "", -1);

  for (char *at = valid; *at != '\0'; at++)
    if ((guchar) *at < 0x20 || *at == 0x7f)
      *at = ' ';
  g_strstrip (valid);
  if (valid[0] == '\0')
    return NULL;
  return g_utf8_substring (valid, 0,
                           MIN (g_utf8_strlen (valid, -1), ANNEX_CHECKPOINT_MAX_NAME_CHARS));
}

AnnexCheckpoint *
annex_checkpoint_new (const char *name, AnnexCheckpointKind kind, gint64 seq)
{
  AnnexCheckpoint *self = g_new0 (AnnexCheckpoint, 1);

  self->id = annex_identifier_new ();
  self->name = clean_name (name);
  self->kind = kind;
  self->time_us = g_get_real_time ();
  self->seq = seq;
  return self;
}

AnnexCheckpoint *
annex_checkpoint_copy (const AnnexCheckpoint *self)
{
  AnnexCheckpoint *copy = g_new0 (AnnexCheckpoint, 1);

  *copy = *self;
  copy->id = g_strdup (self->id);
  copy->name = g_strdup (self->name);
  return copy;
}

void
annex_checkpoint_free (AnnexCheckpoint *self)
{
  g_free (self->id);
  g_free (self->name);
  g_free (self);
}

JsonObject *
annex_checkpoint_to_json (const AnnexCheckpoint *self)
{
  JsonObject *json = json_object_new ();
  g_autofree char *time = annex_time_to_text (self->time_us);

  json_object_set_string_member (json, "id", self->id);
  if (self->name != NULL)
    json_object_set_string_member (json, "name", self->name);
  json_object_set_string_member (json, "kind", kind_names[self->kind]);
  json_object_set_string_member (json, "time", time);
  json_object_set_int_member (json, "seq", self->seq);
  json_object_set_boolean_member (json, "memory", self->memory);
  json_object_set_int_member (json, "size", (gint64) self->size_bytes);
  return json;
}

/* 26 characters of [0-9a-z]: it is a folder's name. */
static gboolean
id_is_valid (const char *id)
{
  return strlen (id) == 26 && strspn (id, "0123456789abcdefghijklmnopqrstuvwxyz") == 26;
}

AnnexCheckpoint *
annex_checkpoint_new_from_json (JsonObject *json, GError **error)
{
  g_autoptr (AnnexCheckpoint) self = g_new0 (AnnexCheckpoint, 1);
  const char *id = annex_json_get_string (json, "id", error);
  const char *time = id != NULL ? annex_json_get_string (json, "time", error) : NULL;
  gint64 size = annex_json_opt_int (json, "size", 0);

  if (time == NULL || !annex_json_get_int (json, "seq", &self->seq, error))
    return NULL;
  if (!id_is_valid (id) || !annex_time_from_text (time, &self->time_us) || self->seq < 0 ||
      !kind_from_name (annex_json_opt_string (json, "kind", "manual"), &self->kind))
    {
      g_set_error_literal (error, ANNEX_JSON_ERROR, ANNEX_JSON_ERROR_VALUE,
                           "this is no checkpoint");
      return NULL;
    }
  self->id = g_strdup (id);
  self->name = clean_name (annex_json_opt_string (json, "name", NULL));
  self->memory = annex_json_opt_boolean (json, "memory", FALSE);
  self->size_bytes = size > 0 ? (guint64) size : 0;
  return g_steal_pointer (&self);
}

/* The oldest one that may go, those that nobody asked for first. NULL: none. */
static AnnexCheckpoint *
oldest (GPtrArray *all, const char *spared, gboolean manual)
{
  for (guint i = 0; i + 1 < all->len; i++)
    {
      AnnexCheckpoint *one = g_ptr_array_index (all, i);

      if ((one->kind == ANNEX_CHECKPOINT_MANUAL) == manual && g_strcmp0 (one->id, spared) != 0)
        return one;
    }
  return NULL;
}

GPtrArray *
annex_checkpoints_choose_excess (GPtrArray *all, guint max, const char *spared)
{
  GPtrArray *excess = g_ptr_array_new_with_free_func ((GDestroyNotify) annex_checkpoint_free);
  g_autoptr (GPtrArray) left = g_ptr_array_copy (all, NULL, NULL);

  g_ptr_array_set_free_func (left, NULL);
  while (left->len > max)
    {
      AnnexCheckpoint *one = oldest (left, spared, FALSE);

      if (one == NULL)
        one = oldest (left, spared, TRUE);
      if (one == NULL)
        break;
      g_ptr_array_remove (left, one);
      g_ptr_array_add (excess, annex_checkpoint_copy (one));
    }
  return excess;
}

AnnexCheckpoint *
annex_checkpoints_find (GPtrArray *all, const char *text)
{
  AnnexCheckpoint *named = NULL;
  AnnexCheckpoint *begun = NULL;
  guint n_begun = 0;

  if (all->len == 0)
    return NULL;
  if (text == NULL)
    return g_ptr_array_index (all, all->len - 1);
  for (guint i = 0; i < all->len; i++)
    {
      AnnexCheckpoint *one = g_ptr_array_index (all, i);

      if (g_str_equal (one->id, text))
        return one;
      if (g_strcmp0 (one->name, text) == 0)
        named = one;
      if (text[0] != '\0' && g_str_has_prefix (one->id, text))
        {
          begun = one;
          n_begun++;
        }
    }
  if (named != NULL)
    return named;
  return n_begun == 1 ? begun : NULL;
}
