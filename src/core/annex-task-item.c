/* annex-task-item.c
 *
 * One line of the task list: what the store's summary of a task says, as properties.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-task-list-private.h"

struct _AnnexTaskItem
{
  GObject parent_instance;

  char *id;
  char *title;
  AnnexTaskState state;
  gint64 created_us;
  gint64 updated_us;
  gboolean archived;
  int open_asks;
};

G_DEFINE_FINAL_TYPE (AnnexTaskItem, annex_task_item, G_TYPE_OBJECT)

enum {
  PROP_0,
  PROP_ID,
  PROP_TITLE,
  PROP_STATE,
  PROP_CREATED_US,
  PROP_UPDATED_US,
  PROP_ARCHIVED,
  PROP_OPEN_ASKS,
  N_PROPS,
};

static GParamSpec *properties[N_PROPS];

static void
annex_task_item_get_property (GObject *object, guint id, GValue *value, GParamSpec *pspec)
{
  AnnexTaskItem *self = ANNEX_TASK_ITEM (object);

  switch (id)
    {
    case PROP_ID:
      g_value_set_string (value, self->id);
      break;
    case PROP_TITLE:
      g_value_set_string (value, self->title);
      break;
    case PROP_STATE:
      g_value_set_int (value, (int) self->state);
      break;
    case PROP_CREATED_US:
      g_value_set_int64 (value, self->created_us);
      break;
    case PROP_UPDATED_US:
      g_value_set_int64 (value, self->updated_us);
      break;
    case PROP_ARCHIVED:
      g_value_set_boolean (value, self->archived);
      break;
    case PROP_OPEN_ASKS:
      g_value_set_int (value, self->open_asks);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, pspec);
    }
}

static void
annex_task_item_finalize (GObject *object)
{
  AnnexTaskItem *self = ANNEX_TASK_ITEM (object);

  g_free (self->id);
  g_free (self->title);
  G_OBJECT_CLASS (annex_task_item_parent_class)->finalize (object);
}

static void
annex_task_item_class_init (AnnexTaskItemClass *klass)
{
  GObjectClass *object_class = G_OBJECT_CLASS (klass);
  const GParamFlags flags = G_PARAM_READABLE | G_PARAM_STATIC_STRINGS;

  object_class->get_property = annex_task_item_get_property;
  object_class->finalize = annex_task_item_finalize;
  properties[PROP_ID] = g_param_spec_string ("id", NULL, NULL, NULL, flags);
  properties[PROP_TITLE] = g_param_spec_string ("title", NULL, NULL, NULL, flags);
  properties[PROP_STATE] = g_param_spec_int ("state", NULL, NULL, ANNEX_TASK_RUNNING,
                                             ANNEX_TASK_STOPPED, ANNEX_TASK_RUNNING, flags);
  properties[PROP_CREATED_US] =
      g_param_spec_int64 ("created-us", NULL, NULL, 0, G_MAXINT64, 0, flags);
  properties[PROP_UPDATED_US] =
      g_param_spec_int64 ("updated-us", NULL, NULL, 0, G_MAXINT64, 0, flags);
  properties[PROP_ARCHIVED] = g_param_spec_boolean ("archived", NULL, NULL, FALSE, flags);
  properties[PROP_OPEN_ASKS] = g_param_spec_int ("open-asks", NULL, NULL, 0, G_MAXINT, 0, flags);
  g_object_class_install_properties (object_class, N_PROPS, properties);
}

static void
annex_task_item_init (AnnexTaskItem *self)
{
}

AnnexTaskItem *
annex_task_item_new (const AnnexTaskSummary *summary)
{
  AnnexTaskItem *self = g_object_new (ANNEX_TYPE_TASK_ITEM, NULL);

  self->id = g_strdup (summary->id);
  self->title = g_strdup (summary->title);
  self->state = annex_task_state_from_name (summary->state);
  self->created_us = summary->created_us;
  self->updated_us = summary->updated_us;
  self->archived = summary->archived;
  self->open_asks = summary->open_asks;
  return self;
}

void
annex_task_item_update (AnnexTaskItem *self, const AnnexTaskSummary *summary)
{
  AnnexTaskState state = annex_task_state_from_name (summary->state);

  g_object_freeze_notify (G_OBJECT (self));
  if (g_set_str (&self->title, summary->title))
    g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_TITLE]);
  if (self->state != state)
    {
      self->state = state;
      g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_STATE]);
    }
  if (self->updated_us != summary->updated_us)
    {
      self->updated_us = summary->updated_us;
      g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_UPDATED_US]);
    }
  if (self->archived != summary->archived)
    {
      self->archived = summary->archived;
      g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_ARCHIVED]);
    }
  if (self->open_asks != summary->open_asks)
    {
      self->open_asks = summary->open_asks;
      g_object_notify_by_pspec (G_OBJECT (self), properties[PROP_OPEN_ASKS]);
    }
  g_object_thaw_notify (G_OBJECT (self));
}

const char *
annex_task_item_get_id (AnnexTaskItem *self)
{
  return self->id;
}

const char *
annex_task_item_get_title (AnnexTaskItem *self)
{
  return self->title;
}

AnnexTaskState
annex_task_item_get_state (AnnexTaskItem *self)
{
  return self->state;
}

gint64
annex_task_item_get_created_us (AnnexTaskItem *self)
{
  return self->created_us;
}

gint64
annex_task_item_get_updated_us (AnnexTaskItem *self)
{
  return self->updated_us;
}

gboolean
annex_task_item_get_archived (AnnexTaskItem *self)
{
  return self->archived;
}

int
annex_task_item_get_open_asks (AnnexTaskItem *self)
{
  return self->open_asks;
}
