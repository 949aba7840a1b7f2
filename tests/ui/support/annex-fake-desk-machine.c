/* annex-fake-desk-machine.c
 *
 * The calls of the fake desk about this machine: the computer, the models, the doctor.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-fake-desk-private.h"

#include "annex-fake-connectors.h"
#include "annex-future.h"
#include "annex-skill-store.h"

#define SELF(desk) ANNEX_FAKE_DESK (desk)

/* The computer */

static AnnexComputer *
get_computer (AnnexDesk *desk, AnnexTask *task)
{
  return SELF (desk)->computer;
}

static AnnexSkillLibrary *
get_skills (AnnexDesk *desk)
{
  AnnexFakeDesk *self = ANNEX_FAKE_DESK (desk);

  if (self->skills == NULL)
    {
      AnnexSkillPlaces places = {
        .data = g_build_filename (self->folder, "skills", NULL),
        .config = g_build_filename (self->folder, "config", NULL),
        .home = g_build_filename (self->folder, "home", NULL),
      };

      self->skills = annex_skill_store_new (&places);
      g_free (places.data);
      g_free (places.config);
      g_free (places.home);
    }
  return self->skills;
}

/* As a model would have written it. */
static DexFuture *
make_skill (AnnexDesk *desk, AnnexTask *task, GCancellable *cancellable)
{
  AnnexSkillDraft *draft = annex_skill_draft_new ();
  AnnexSkillNeed need = { .id = (char *) "company", .label = (char *) "Company on the report" };
  g_autoptr (GBytes) script = g_bytes_new_static ("print (1)\n", 10);

  fake_record (desk, "make_skill");
  g_set_str (&draft->name, "expense-report");
  g_set_str (&draft->description, "Turns a folder of receipts into an expense report. Use it when "
                                  "the user has receipts.");
  g_set_str (&draft->body, "1. Run `scripts/report.py`.\n2. Name {{annex.company}}.\n");
  annex_skill_draft_set_need (draft, &need);
  annex_skill_draft_set_file (draft, "scripts/report.py", script);
  return fake_answer_with (desk, "make_skill", fake_boxed (ANNEX_TYPE_SKILL_DRAFT, draft));
}

static AnnexConnectors *
get_connectors (AnnexDesk *desk)
{
  AnnexFakeDesk *self = ANNEX_FAKE_DESK (desk);

  if (self->connectors == NULL)
    self->connectors = ANNEX_CONNECTORS (annex_fake_connectors_new (self));
  return self->connectors;
}

AnnexFakeConnectors *
annex_fake_desk_get_connectors (AnnexFakeDesk *desk)
{
  return ANNEX_FAKE_CONNECTORS (get_connectors (ANNEX_DESK (desk)));
}

static AnnexBrowser *
get_browser (AnnexDesk *desk, AnnexTask *task)
{
  return SELF (desk)->browser;
}

static DexFuture *
open_browser (AnnexDesk *desk, AnnexTask *task)
{
  fake_record (desk, "open_browser");
  if (SELF (desk)->browser == NULL)
    return fake_answer_with (desk, "open_browser",
                             annex_future_new_errorf (ANNEX_BROWSER_ERROR,
                                                      ANNEX_BROWSER_ERROR_NO_DISPLAY,
                                                      "There is no display here"));
  return fake_answer_with (desk, "open_browser",
                           dex_future_new_take_object (g_object_ref (SELF (desk)->browser)));
}

void
annex_fake_desk_set_browser (AnnexFakeDesk *self, AnnexTask *task, AnnexBrowser *browser)
{
  if (g_set_object (&self->browser, browser) && browser != NULL)
    annex_desk_emit_browser_opened (ANNEX_DESK (self), task);
}

static DexFuture *
get_use (AnnexDesk *desk, AnnexTask *task)
{
  fake_record (desk, "get_use");
  return fake_answer_with (
      desk, "get_use",
      fake_boxed (ANNEX_TYPE_COMPUTER_USE, annex_computer_use_copy (SELF (desk)->use)));
}

static DexFuture *
start_computer (AnnexDesk *desk, AnnexTask *task)
{
  fake_record (desk, "start_computer");
  return fake_answer_true (desk, "start_computer");
}

static DexFuture *
reset_computer (AnnexDesk *desk, AnnexTask *task)
{
  fake_record (desk, "reset_computer");
  return fake_answer_true (desk, "reset_computer");
}

static DexFuture *
list_checkpoints (AnnexDesk *desk, AnnexTask *task)
{
  return fake_boxed (G_TYPE_PTR_ARRAY, g_ptr_array_copy (SELF (desk)->checkpoints,
                                                         (GCopyFunc) annex_checkpoint_copy, NULL));
}

/* The one of that id, or -1. */
static int
find_checkpoint (AnnexDesk *desk, const char *id)
{
  GPtrArray *all = SELF (desk)->checkpoints;

  for (guint i = 0; i < all->len; i++)
    if (g_strcmp0 (((AnnexCheckpoint *) g_ptr_array_index (all, i))->id, id) == 0)
      return (int) i;
  return -1;
}

static DexFuture *
checkpoint (AnnexDesk *desk, AnnexTask *task, const char *name)
{
  AnnexCheckpoint *one =
      annex_checkpoint_new (name, ANNEX_CHECKPOINT_MANUAL, annex_task_get_last_seq (task));

  fake_record (desk, "checkpoint:%s", name != NULL ? name : "");
  if (fake_will_fail (desk, "checkpoint"))
    annex_checkpoint_free (one);
  else
    {
      one->memory = TRUE;
      one->size_bytes = 300u << 20;
      g_ptr_array_add (SELF (desk)->checkpoints, one);
    }
  return fake_answer_true (desk, "checkpoint");
}

static DexFuture *
roll_back (AnnexDesk *desk, AnnexTask *task, const char *checkpoint_id)
{
  AnnexCheckpoint *before;

  fake_record (desk, "roll_back:%s", checkpoint_id);
  if (fake_will_fail (desk, "roll_back"))
    return fake_answer_true (desk, "roll_back");
  before = annex_checkpoint_new (NULL, ANNEX_CHECKPOINT_BEFORE, annex_task_get_last_seq (task));
  before->memory = TRUE;
  before->size_bytes = 300u << 20;
  g_ptr_array_add (SELF (desk)->checkpoints, before);
  return fake_answer_with (desk, "roll_back", dex_future_new_take_string (g_strdup (before->id)));
}

static DexFuture *
fork_task (AnnexDesk *desk, AnnexTask *task, const char *checkpoint_id, const char *title)
{
  fake_record (desk, "fork:%s:%s", checkpoint_id != NULL ? checkpoint_id : "",
               title != NULL ? title : "");
  return fake_answer_with (desk, "fork", dex_future_new_take_object (g_object_ref (task)));
}

static DexFuture *
remove_checkpoint (AnnexDesk *desk, AnnexTask *task, const char *checkpoint_id)
{
  int index = find_checkpoint (desk, checkpoint_id);

  fake_record (desk, "remove_checkpoint:%s", checkpoint_id);
  if (index >= 0)
    g_ptr_array_remove_index (SELF (desk)->checkpoints, (guint) index);
  return fake_answer_true (desk, "remove_checkpoint");
}

/* Of every task that the store has: the newer, the more. */
static DexFuture *
space_cb (DexFuture *future, gpointer data)
{
  GPtrArray *tasks = g_value_get_boxed (dex_future_get_value (future, NULL));
  AnnexSpace *space = annex_space_measure (); /* of an empty home */

  g_ptr_array_set_size (space->uses, 0);
  space->system_bytes = G_GUINT64_CONSTANT (712) << 20;
  space->undo_bytes = 3 << 20;
  space->total_bytes = space->system_bytes + space->undo_bytes;
  for (guint i = 0; i < tasks->len; i++)
    {
      AnnexSpaceUse *use = g_new0 (AnnexSpaceUse, 1);

      use->task_id = g_strdup (((AnnexTaskSummary *) g_ptr_array_index (tasks, i))->id);
      use->computer_bytes = G_GUINT64_CONSTANT (420) << 20;
      use->checkpoint_bytes = i % 2 == 0 ? G_GUINT64_CONSTANT (180) << 20 : 0;
      space->total_bytes += use->computer_bytes + use->checkpoint_bytes;
      g_ptr_array_add (space->uses, use);
    }
  return fake_boxed (ANNEX_TYPE_SPACE, space);
}

static DexFuture *
list_space (AnnexDesk *desk)
{
  fake_record (desk, "list_space");
  return dex_future_then (annex_store_list_tasks (SELF (desk)->store), space_cb, NULL, NULL);
}

static DexFuture *
get_needs (AnnexDesk *desk)
{
  fake_record (desk, "get_needs");
  return fake_answer_with (
      desk, "get_needs",
      fake_boxed (ANNEX_TYPE_COMPUTER_NEEDS, annex_computer_needs_copy (SELF (desk)->needs)));
}

static DexFuture *
install_computer (AnnexDesk *desk,
                  AnnexProgressFunc progress,
                  gpointer user_data,
                  GCancellable *cancellable)
{
  fake_record (desk, "install_computer");
  if (progress != NULL)
    progress ("Downloading Annex's computer", 0.4, user_data);
  return fake_answer_true (desk, "install_computer");
}

static DexFuture *
move_computers (AnnexDesk *desk,
                const char *folder,
                AnnexProgressFunc progress,
                gpointer user_data,
                GCancellable *cancellable)
{
  fake_record (desk, "move_computers:%s", folder);
  if (progress != NULL)
    progress ("Copying", 0.5, user_data);
  return fake_answer_true (desk, "move_computers");
}

static char **
dup_package_hosts (AnnexDesk *desk)
{
  static const char *const HOSTS[] = { "packages.example.org", "index.example.org", NULL };

  return g_strdupv ((char **) HOSTS);
}

/* Models */

static GPtrArray *
copy_profiles (GPtrArray *profiles)
{
  return g_ptr_array_copy (profiles, (GCopyFunc) annex_model_profile_copy, NULL);
}

static GPtrArray *
dup_profiles (AnnexDesk *desk)
{
  return copy_profiles (SELF (desk)->profiles);
}

static DexFuture *
find_local (AnnexDesk *desk)
{
  fake_record (desk, "find_local");
  return fake_answer_with (desk, "find_local",
                           fake_boxed (G_TYPE_PTR_ARRAY, copy_profiles (SELF (desk)->local)));
}

static DexFuture *
check_profile (AnnexDesk *desk, const AnnexModelProfile *profile, const char *key)
{
  fake_record (desk, "check_profile:%s:%s", profile->provider, key != NULL ? "key" : "");
  return fake_answer_true (desk, "check_profile");
}

static void
drop_profile (AnnexFakeDesk *self, const char *id)
{
  for (guint i = 0; i < self->profiles->len; i++)
    if (g_str_equal (((AnnexModelProfile *) g_ptr_array_index (self->profiles, i))->id, id))
      g_ptr_array_remove_index (self->profiles, i--);
}

static DexFuture *
save_profile (AnnexDesk *desk, const AnnexModelProfile *profile, const char *key)
{
  AnnexFakeDesk *self = SELF (desk);

  fake_record (desk, "save_profile:%s:%s:%s", profile->provider, profile->name,
               key != NULL ? "key" : "");
  if (fake_will_fail (desk, "save_profile"))
    return fake_answer_true (desk, "save_profile");
  drop_profile (self, profile->id);
  for (guint i = 0; i < self->profiles->len; i++)
    {
      AnnexModelProfile *other = g_ptr_array_index (self->profiles, i);

      other->is_default = other->is_default && !profile->is_default;
      other->is_helper = other->is_helper && !profile->is_helper;
    }
  g_ptr_array_insert (self->profiles, profile->is_default ? 0 : -1,
                      annex_model_profile_copy (profile));
  annex_desk_emit_profiles_changed (desk);
  return fake_answer_true (desk, "save_profile");
}

static DexFuture *
remove_profile (AnnexDesk *desk, const char *profile_id)
{
  fake_record (desk, "remove_profile:%s", profile_id);
  if (fake_will_fail (desk, "remove_profile"))
    return fake_answer_true (desk, "remove_profile");
  drop_profile (SELF (desk), profile_id);
  annex_desk_emit_profiles_changed (desk);
  return fake_answer_true (desk, "remove_profile");
}

static DexFuture *
list_models (AnnexDesk *desk, const AnnexModelProfile *profile, const char *key)
{
  const char *const models[] = { "small", "large", NULL };

  fake_record (desk, "list_models:%s", profile->provider);
  return fake_answer_with (desk, "list_models",
                           fake_boxed (G_TYPE_STRV, g_strdupv ((char **) models)));
}

/* Doctor */

static GPtrArray *
dup_checks (AnnexDesk *desk)
{
  return g_ptr_array_copy (SELF (desk)->checks, (GCopyFunc) annex_check_result_copy, NULL);
}

static DexFuture *
run_checks (AnnexDesk *desk, gboolean thorough)
{
  fake_record (desk, "run_checks:%s", thorough ? "thorough" : "");
  return fake_answer_with (desk, "run_checks", fake_boxed (G_TYPE_PTR_ARRAY, dup_checks (desk)));
}

static DexFuture *
repair (AnnexDesk *desk, const char *check_id)
{
  GPtrArray *checks = SELF (desk)->checks;

  fake_record (desk, "repair:%s", check_id);
  for (guint i = 0; i < checks->len; i++)
    {
      AnnexCheckResult *check = g_ptr_array_index (checks, i);

      if (!g_str_equal (check->id, check_id) || fake_will_fail (desk, "repair"))
        continue;
      check->state = ANNEX_CHECK_OK;
      g_set_str (&check->sentence, "This works now.");
      g_set_str (&check->repair, NULL);
      annex_desk_emit_checks_changed (desk);
      return fake_answer_with (
          desk, "repair", fake_boxed (ANNEX_TYPE_CHECK_RESULT, annex_check_result_copy (check)));
    }
  return fake_answer_with (
      desk, "repair", annex_future_new_errorf (G_IO_ERROR, G_IO_ERROR_NOT_FOUND, "No such check"));
}

void
annex_fake_desk_machine_init (AnnexDeskInterface *iface)
{
  iface->get_computer = get_computer;
  iface->get_browser = get_browser;
  iface->get_skills = get_skills;
  iface->make_skill = make_skill;
  iface->get_connectors = get_connectors;
  iface->open_browser = open_browser;
  iface->start_computer = start_computer;
  iface->get_use = get_use;
  iface->reset_computer = reset_computer;
  iface->list_checkpoints = list_checkpoints;
  iface->checkpoint = checkpoint;
  iface->roll_back = roll_back;
  iface->fork = fork_task;
  iface->remove_checkpoint = remove_checkpoint;
  iface->get_needs = get_needs;
  iface->list_space = list_space;
  iface->install_computer = install_computer;
  iface->move_computers = move_computers;
  iface->dup_package_hosts = dup_package_hosts;
  iface->dup_profiles = dup_profiles;
  iface->find_local = find_local;
  iface->check_profile = check_profile;
  iface->save_profile = save_profile;
  iface->remove_profile = remove_profile;
  iface->list_models = list_models;
  iface->dup_checks = dup_checks;
  iface->run_checks = run_checks;
  iface->repair = repair;
}
