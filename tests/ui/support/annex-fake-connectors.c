/* annex-fake-connectors.c
 *
 * See annex-fake-connectors.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-fake-connectors.h"

#include "annex-fake-desk-private.h"

#include <string.h>

struct _AnnexFakeConnectors
{
  GObject parent_instance;

  AnnexFakeDesk *desk; /* borrowed: it owns this */
  GPtrArray *infos;    /* AnnexConnectorInfo */
};

static void
connectors_init (AnnexConnectorsInterface *iface);

G_DEFINE_FINAL_TYPE_WITH_CODE (AnnexFakeConnectors,
                               annex_fake_connectors,
                               G_TYPE_OBJECT,
                               G_IMPLEMENT_INTERFACE (ANNEX_TYPE_CONNECTORS, connectors_init))

#define SELF(connectors) ANNEX_FAKE_CONNECTORS (connectors)
#define DESK(connectors) ANNEX_DESK (SELF (connectors)->desk)

static AnnexConnectorInfo *
find (AnnexConnectors *self, const char *id)
{
  for (guint i = 0; i < SELF (self)->infos->len; i++)
    {
      AnnexConnectorInfo *info = g_ptr_array_index (SELF (self)->infos, i);

      if (g_str_equal (info->id, id))
        return info;
    }
  return NULL;
}

static DexFuture *
answer (AnnexConnectors *self, const char *function)
{
  if (!fake_will_fail (DESK (self), function))
    annex_connectors_emit_changed (self);
  return fake_answer_true (DESK (self), function);
}

/* ---- the port */

static DexFuture *
list (AnnexConnectors *self, const char *task_id)
{
  GPtrArray *copy = g_ptr_array_new_with_free_func ((GDestroyNotify) annex_connector_info_free);

  for (guint i = 0; i < SELF (self)->infos->len; i++)
    g_ptr_array_add (copy, annex_connector_info_copy (g_ptr_array_index (SELF (self)->infos, i)));
  return fake_answer_with (DESK (self), "list_connectors", fake_boxed (G_TYPE_PTR_ARRAY, copy));
}

static GPtrArray *
preview (AnnexConnectors *self, const char *text, const char *title, GError **error)
{
  g_autoptr (GPtrArray) infos =
      g_ptr_array_new_with_free_func ((GDestroyNotify) annex_connector_info_free);
  gboolean is_address = g_str_has_prefix (text, "https://");
  AnnexConnectorInfo *info;

  fake_record (DESK (self), "preview_connector:%s:%s", text, title != NULL ? title : "");
  if (strchr (text, '?') != NULL)
    {
      g_set_error_literal (error, ANNEX_CONNECTOR_ERROR, ANNEX_CONNECTOR_ERROR_INVALID,
                           "That is neither an address nor a command, and no JSON block either.");
      return NULL;
    }
  info = annex_connector_info_new ("added", title != NULL ? title : "Added",
                                   is_address ? ANNEX_CONNECTOR_ADDRESS : ANNEX_CONNECTOR_COMMAND);
  g_set_str (&info->where, *text == '{' ? "npx -y notes-server" : text);
  if (*text == '{')
    annex_fake_connector_add_need (info, "NOTES_KEY", NULL, TRUE, FALSE);
  g_ptr_array_add (infos, info);
  return g_steal_pointer (&infos);
}

static DexFuture *
add (AnnexConnectors *self, const char *text, const char *title)
{
  const char *ids[] = { "added", NULL };
  g_auto (GValue) value = G_VALUE_INIT;
  GPtrArray *infos;

  fake_record (DESK (self), "add_connector:%s", text);
  if (fake_will_fail (DESK (self), "add_connector"))
    return fake_answer_true (DESK (self), "add_connector");
  infos = preview (self, text, title, NULL);
  g_ptr_array_add (SELF (self)->infos, g_ptr_array_steal_index (infos, 0));
  g_ptr_array_unref (infos);
  annex_connectors_emit_changed (self);
  g_value_init (&value, G_TYPE_STRV);
  g_value_set_boxed (&value, ids);
  return fake_answer_with (DESK (self), "add_connector", dex_future_new_for_value (&value));
}

static DexFuture *
remove_one (AnnexConnectors *self, const char *id)
{
  fake_record (DESK (self), "remove_connector:%s", id);
  if (!fake_will_fail (DESK (self), "remove_connector"))
    g_ptr_array_remove (SELF (self)->infos, find (self, id));
  return answer (self, "remove_connector");
}

static DexFuture *
set_enabled (AnnexConnectors *self, const char *id, gboolean enabled)
{
  AnnexConnectorInfo *info = find (self, id);

  fake_record (DESK (self), "enable_connector:%s:%d", id, enabled);
  if (!fake_will_fail (DESK (self), "enable_connector"))
    {
      info->enabled = enabled;
      info->state = enabled ? ANNEX_CONNECTOR_STATE_IDLE : ANNEX_CONNECTOR_STATE_OFF;
    }
  return answer (self, "enable_connector");
}

static DexFuture *
set_rule (AnnexConnectors *self, const char *id, const char *tool, AnnexConnectorRule rule)
{
  GPtrArray *tools = find (self, id)->tools;

  fake_record (DESK (self), "rule:%s:%s:%s", id, tool, annex_connector_rule_to_name (rule));
  for (guint i = 0; i < tools->len; i++)
    if (g_str_equal (((AnnexConnectorTool *) g_ptr_array_index (tools, i))->name, tool))
      ((AnnexConnectorTool *) g_ptr_array_index (tools, i))->rule = rule;
  return answer (self, "rule");
}

static DexFuture *
set_value (AnnexConnectors *self,
           const char *id,
           const char *name,
           const char *text,
           gboolean secret)
{
  AnnexConnectorInfo *info = find (self, id);

  fake_record (DESK (self), "value:%s:%s:%s:%d", id, name, text != NULL ? text : "", secret);
  for (guint i = 0; i < info->needs->len; i++)
    ((AnnexConnectorNeed *) g_ptr_array_index (info->needs, i))->missing = FALSE;
  info->state = ANNEX_CONNECTOR_STATE_IDLE;
  return answer (self, "value");
}

static DexFuture *
approve (AnnexConnectors *self, const char *id, const char *tool)
{
  AnnexConnectorInfo *info = find (self, id);

  fake_record (DESK (self), "approve:%s:%s", id, tool != NULL ? tool : "*");
  for (guint i = 0; i < info->tools->len; i++)
    {
      AnnexConnectorTool *each = g_ptr_array_index (info->tools, i);

      if (tool == NULL || g_str_equal (each->name, tool))
        each->unapproved = FALSE;
    }
  info->n_unapproved = 0;
  return answer (self, "approve");
}

static DexFuture *
test (AnnexConnectors *self, const char *id, DexFuture *cancel)
{
  AnnexConnectorInfo *info = find (self, id);

  fake_record (DESK (self), "test_connector:%s", id);
  info->state = ANNEX_CONNECTOR_STATE_READY;
  g_set_str (&info->sentence, "It answers.");
  return fake_answer_with (
      DESK (self), "test_connector",
      fake_boxed (ANNEX_TYPE_CONNECTOR_INFO, annex_connector_info_copy (info)));
}

static DexFuture *
signed_in_cb (DexFuture *future, gpointer data)
{
  return dex_future_new_true ();
}

static DexFuture *
sign_in (AnnexConnectors *self,
         const char *id,
         AnnexConnectorOpenFunc open,
         gpointer data,
         GDestroyNotify free_data,
         DexFuture *cancel)
{
  DexFuture *opened;

  fake_record (DESK (self), "sign_in:%s", id);
  opened = open ("https://sign-in.example.com/authorize?client=annex", "sign-in.example.com", data);
  return dex_future_then (opened, signed_in_cb, data, free_data);
}

static DexFuture *
sign_out (AnnexConnectors *self, const char *id)
{
  fake_record (DESK (self), "sign_out:%s", id);
  find (self, id)->signed_in = FALSE;
  return answer (self, "sign_out");
}

static void
connectors_init (AnnexConnectorsInterface *iface)
{
  iface->list = list;
  iface->preview = preview;
  iface->add = add;
  iface->remove = remove_one;
  iface->set_enabled = set_enabled;
  iface->set_rule = set_rule;
  iface->set_value = set_value;
  iface->approve = approve;
  iface->test = test;
  iface->sign_in = sign_in;
  iface->sign_out = sign_out;
}

/* ---- the object */

static void
annex_fake_connectors_finalize (GObject *object)
{
  g_ptr_array_unref (SELF (object)->infos);
  G_OBJECT_CLASS (annex_fake_connectors_parent_class)->finalize (object);
}

static void
annex_fake_connectors_class_init (AnnexFakeConnectorsClass *klass)
{
  G_OBJECT_CLASS (klass)->finalize = annex_fake_connectors_finalize;
}

static void
annex_fake_connectors_init (AnnexFakeConnectors *self)
{
  self->infos = g_ptr_array_new_with_free_func ((GDestroyNotify) annex_connector_info_free);
}

AnnexFakeConnectors *
annex_fake_connectors_new (AnnexFakeDesk *desk)
{
  AnnexFakeConnectors *self = g_object_new (ANNEX_TYPE_FAKE_CONNECTORS, NULL);

  self->desk = desk;
  return self;
}

AnnexConnectorInfo *
annex_fake_connectors_add (AnnexFakeConnectors *self,
                           const char *id,
                           const char *title,
                           AnnexConnectorKind kind,
                           const char *where)
{
  AnnexConnectorInfo *info = annex_connector_info_new (id, title, kind);

  g_set_str (&info->where, where);
  g_set_str (&info->sentence, "Starts when a task needs it.");
  info->enabled = TRUE;
  info->state = ANNEX_CONNECTOR_STATE_IDLE;
  info->can_sign_in = kind == ANNEX_CONNECTOR_ADDRESS;
  g_ptr_array_add (self->infos, info);
  return info;
}

AnnexConnectorTool *
annex_fake_connector_add_tool (AnnexConnectorInfo *info,
                               const char *name,
                               const char *title,
                               const char *summary,
                               AnnexConnectorEffect effect)
{
  AnnexConnectorTool *tool = g_new0 (AnnexConnectorTool, 1);

  tool->name = g_strdup (name);
  tool->model_name = g_strconcat (info->id, "__", name, NULL);
  tool->title = g_strdup (title);
  tool->summary = g_strdup (summary);
  tool->description = g_strdup (summary);
  tool->effect = effect;
  g_ptr_array_add (info->tools, tool);
  return tool;
}

AnnexConnectorNeed *
annex_fake_connector_add_need (AnnexConnectorInfo *info,
                               const char *name,
                               const char *text,
                               gboolean secret,
                               gboolean missing)
{
  AnnexConnectorNeed *need = g_new0 (AnnexConnectorNeed, 1);

  need->name = g_strdup (name);
  need->text = g_strdup (text);
  need->secret = secret;
  need->missing = missing;
  g_ptr_array_add (info->needs, need);
  return need;
}

void
annex_fake_connectors_clear (AnnexFakeConnectors *self)
{
  g_ptr_array_set_size (self->infos, 0);
  annex_connectors_emit_changed (ANNEX_CONNECTORS (self));
}
