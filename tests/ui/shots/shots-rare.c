/* shots-rare.c
 *
 * The screens that are seldom seen: every kind of permission, files that programs obey by
 * themselves, lasting conditions, and much of everything.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "shots-screens.h"

#include "annex-shot.h"
#include "shots-skills.h"

#define INBOX_SIZE 100

/* ---- permissions */

/* Of a task of its own, in which nothing else waits. */
static void
show_ask (ShotsStage *stage, const char *title, AnnexAsk *(*new_ask) (const char *task_id))
{
  AnnexFakeDesk *desk = stage->world->desk;
  AnnexTask *task = annex_fake_desk_add_task (desk, title);

  annex_fake_desk_user (desk, task, "Compare these contracts with the public template.");
  annex_fake_desk_text (desk, task, "The template is on the web. I have asked for it.");
  annex_fake_desk_ask (desk, task, new_ask (annex_task_get_id (task)));
  annex_fake_desk_set_state (desk, task, ANNEX_TASK_WAITING);
  shots_stage_open_task (stage, task);
  annex_shot_settle (800); /* its buttons wait a moment */
}

static AnnexAsk *
new_tainted (const char *task_id)
{
  static const char *const read[] = { "web",
                                      "host:templates.example.org",
                                      "connector:bookkeeping",
                                      "tools:bookkeeping",
                                      "tools:calendar",
                                      NULL };
  static const char *const holds[] = { "Contracts 2026", "Letters to the town council and others",
                                       NULL };
  const AnnexAskTaint taint = { read, holds, 3, 1, 184000 };

  return annex_ask_new_network_tainted (task_id, "files.example.net",
                                        "The list of clauses is there.", &taint);
}

static void
open_tainted (ShotsStage *stage)
{
  show_ask (stage, "Contract comparison", new_tainted);
}

static AnnexAsk *
new_long_host (const char *task_id)
{
  return annex_ask_new_network (
      task_id,
      "a-very-long-name-of-a-host-that-somebody-made.in-the-department-for-long-names-of-hosts."
      "and-their-administration.example.org",
      "The template is there.");
}

static void
open_long_host (ShotsStage *stage)
{
  show_ask (stage, "A host with a long name", new_long_host);
}

static AnnexAsk *
new_site (const char *task_id)
{
  return annex_ask_new_site (task_id, "travel.example.org", "The form is filled in there.");
}

static void
open_site (ShotsStage *stage)
{
  show_ask (stage, "Travel expenses", new_site);
}

static AnnexAsk *
new_connector (const char *task_id)
{
  AnnexConnectorTool tool = { .name = (char *) "delete_page",
                              .model_name = (char *) "notes__delete_page",
                              .title = (char *) "Delete a page",
                              .effect = ANNEX_CONNECTOR_EFFECT_WRITE,
                              .destructive = TRUE };
  const AnnexConnectorMatch match = { .connector = (char *) "notes",
                                      .connector_title = (char *) "Notes",
                                      .tool = &tool,
                                      .digest = (char *) "0" };
  g_autoptr (JsonObject) arguments = json_object_new ();

  json_object_set_string_member (arguments, "page", "Minutes of the board, 12 June");
  json_object_set_string_member (arguments, "why", "It is there twice.\nThe other one is newer.");
  return annex_ask_new_connector (task_id, &match, arguments);
}

static void
open_connector (ShotsStage *stage)
{
  show_ask (stage, "Tidy up the notes", new_connector);
}

static AnnexAsk *
new_changed_tool (const char *task_id)
{
  AnnexConnectorTool tool = {
    .name = (char *) "share_page",
    .model_name = (char *) "notes__share_page",
    .title = (char *) "Share a page",
    .effect = ANNEX_CONNECTOR_EFFECT_UNKNOWN,
    .unapproved = TRUE,
    .before = (char *) "Shares a page with members of the workspace.\n\npage: text",
    .after = (char *) "Shares a page with anybody on the web.\n\npage: text\npublic: yes or no"
  };
  const AnnexConnectorMatch match = { .connector = (char *) "notes",
                                      .connector_title = (char *) "Notes",
                                      .tool = &tool,
                                      .digest = (char *) "0" };
  g_autoptr (JsonObject) arguments = json_object_new ();

  json_object_set_string_member (arguments, "page", "Minutes of the board, 12 June");
  return annex_ask_new_connector (task_id, &match, arguments);
}

static void
open_changed_tool (ShotsStage *stage)
{
  show_ask (stage, "Share the minutes", new_changed_tool);
}

static AnnexAsk *
new_folder (const char *task_id)
{
  return annex_ask_new_folder (task_id, "Last year’s contract is not in this folder.",
                               "~/Documents/Contracts 2025");
}

static void
open_folder (ShotsStage *stage)
{
  show_ask (stage, "Contracts of last year", new_folder);
}

static AnnexAsk *
new_secret (const char *task_id)
{
  return annex_ask_new_consent (task_id, "Secret",
                                "Give “Key of the post office” to this command?\n\npython3 send.py "
                                "--letter 'To the landlord'",
                                "Allow once", "Do not allow");
}

static void
open_secret (ShotsStage *stage)
{
  show_ask (stage, "Send the letter", new_secret);
}

/* ---- drafts */

/* What needs a second look: files that programs obey by themselves, and what the user changed. */
static void
open_remarks (ShotsStage *stage)
{
  static const char *const active[] = { ".bashrc", ".git/hooks/pre-commit",
                                        "Start the weekly report.desktop" };
  AnnexFakeDesk *desk = stage->world->desk;
  AnnexTask *task = annex_fake_desk_add_task (desk, "Set up the project");
  g_autofree char *folder =
      annex_fake_desk_make_folder (desk, "Project", (const char *[]) { "Notes.txt", NULL });
  g_autofree char *share = annex_fake_desk_share (desk, task, folder, ANNEX_SHARE_KEEP);
  GPtrArray *changes = g_ptr_array_new_with_free_func ((GDestroyNotify) annex_change_free);
  AnnexChange *change;

  annex_fake_desk_user (desk, task, "Set up this project.");
  annex_fake_desk_text (desk, task, "It is set up.");
  for (guint i = 0; i < G_N_ELEMENTS (active); i++)
    {
      change = annex_change_new (i == 0 ? ANNEX_CHANGE_CHANGED : ANNEX_CHANGE_ADDED, active[i]);
      change->active = TRUE;
      change->size_bytes = 240 + i;
      g_ptr_array_add (changes, change);
    }
  change = annex_change_new (ANNEX_CHANGE_CHANGED, "Notes.txt");
  change->conflict = TRUE;
  change->size_bytes = 512;
  g_ptr_array_add (changes, change);
  change = annex_change_new (ANNEX_CHANGE_REFUSED, "to the outside");
  change->reason = g_strdup ("it is a link out of the folder");
  g_ptr_array_add (changes, change);
  change = annex_change_new (ANNEX_CHANGE_MODE, "run.sh");
  g_ptr_array_add (changes, change);
  annex_fake_desk_set_draft (desk, task, share, changes);
  annex_fake_desk_set_before (desk, share, ".bashrc", "export EDITOR=nano\n", -1);
  annex_fake_desk_set_after (desk, share, ".bashrc",
                             "export EDITOR=nano\nexport PATH=$HOME/Project/bin:$PATH\n", -1);
  annex_fake_desk_set_state (desk, task, ANNEX_TASK_DONE);
  shots_stage_show_pane (stage, task, "files");
  annex_shot_settle (400);
}

/* ---- the computer */

static void
open_checkpoints (ShotsStage *stage)
{
  static const struct
  {
    const char *name;
    AnnexCheckpointKind kind;
    gint64 hours_ago;
    gboolean memory;
  } all[] = {
    { NULL, ANNEX_CHECKPOINT_AUTOMATIC, 50, FALSE },
    { "Before the big clean-up of everything that was in the folder", ANNEX_CHECKPOINT_MANUAL, 26,
      TRUE },
    { NULL, ANNEX_CHECKPOINT_COPY, 3, TRUE },
    { NULL, ANNEX_CHECKPOINT_BEFORE, 1, TRUE },
  };

  for (guint i = 0; i < G_N_ELEMENTS (all); i++)
    {
      AnnexCheckpoint *one = annex_checkpoint_new (all[i].name, all[i].kind, 3);

      one->time_us -= all[i].hours_ago * 3600 * G_USEC_PER_SEC;
      one->memory = all[i].memory;
      one->size_bytes = (all[i].memory ? 412u : 96u) << 20;
      annex_fake_desk_add_checkpoint (stage->world->desk, one);
    }
  shots_stage_show_pane (stage, stage->world->done, "computer");
}

/* ---- lasting conditions */

static void
show_condition (ShotsStage *stage, const char *id, AnnexCheckState state)
{
  static const char *const ids[] = { "disk", "network", "model", "image" };

  for (guint i = 0; i < G_N_ELEMENTS (ids); i++)
    annex_fake_desk_set_check (stage->world->desk, ids[i], ANNEX_CHECK_OK, "It", "Fine.", NULL,
                               NULL);
  annex_fake_desk_set_check (stage->world->desk, id, state, "It", "It is so.", NULL, NULL);
  shots_stage_open_task (stage, stage->world->working);
}

static void
open_disk (ShotsStage *stage)
{
  show_condition (stage, "disk", ANNEX_CHECK_FAILED);
}

static void
open_offline (ShotsStage *stage)
{
  show_condition (stage, "network", ANNEX_CHECK_FAILED);
}

static void
open_key (ShotsStage *stage)
{
  show_condition (stage, "model", ANNEX_CHECK_FAILED);
}

static void
open_no_image (ShotsStage *stage)
{
  show_condition (stage, "image", ANNEX_CHECK_FAILED);
}

/* ---- skills and connectors */

static void
open_starting (ShotsStage *stage)
{
  AnnexFakeConnectors *connectors = annex_fake_desk_get_connectors (stage->world->desk);
  AnnexConnectorInfo *info;

  shots_add_connectors (stage->world->desk);
  info = annex_fake_connectors_add (connectors, "minutes", "Minutes", ANNEX_CONNECTOR_COMMAND,
                                    "uvx minutes-server");
  info->state = ANNEX_CONNECTOR_STATE_STARTING;
  g_set_str (&info->sentence, "Starting in Annex’s computer…");
  annex_connectors_emit_changed (ANNEX_CONNECTORS (connectors));
  annex_window_show_connector (stage->window, "minutes");
  shots_stage_await (stage, annex_is_label_with, "uvx minutes-server");
  annex_shot_settle (500);
}

static void
add_market (ShotsStage *stage)
{
  AnnexSkillKeeper *keeper =
      ANNEX_SKILL_KEEPER (annex_desk_get_skills (ANNEX_DESK (stage->world->desk)));
  g_autofree char *folder =
      g_build_filename (annex_fake_desk_get_folder (stage->world->desk), "office-tools", NULL);
  g_autoptr (DexFuture) opened = NULL;
  g_autoptr (GError) error = NULL;

  shots_write (
      folder, ".claude-plugin/marketplace.json",
      "{\"name\":\"office-tools\",\"owner\":{\"name\":\"Lindgren & Partner\"},\"plugins\":["
      "{\"name\":\"letters\",\"source\":\"./letters\",\"description\":\"Letters, offers "
      "and reminders in the style of the house.\"},"
      "{\"name\":\"travel\",\"source\":\"./travel\",\"description\":\"Everything for a "
      "journey: the way there, the hotel, and the report of what it cost, by day and in "
      "the currency of the company, with the rates of the day.\"},"
      "{\"name\":\"charts\",\"source\":{\"source\":\"npm\",\"package\":\"charts\"}}]}");
  shots_write (folder, "letters/skills/offer-letter/SKILL.md",
               "---\nname: offer-letter\ndescription: Writes an offer.\n---\nWrite it.\n");
  shots_write (folder, "travel/skills/travel-report/SKILL.md",
               "---\nname: travel-report\ndescription: Writes a report of a journey.\n---\nDo.\n");
  annex_shot_await (annex_skill_keeper_add_market (keeper, folder), &error);
  g_assert_no_error (error);
  opened = annex_skill_keeper_open_plugin (keeper, "office-tools", "letters");
  annex_shot_await (dex_ref (opened), &error);
  g_assert_no_error (error);
  annex_shot_await (annex_skill_keeper_install (
                        keeper, g_value_get_boxed (dex_future_get_value (opened, NULL)), NULL),
                    &error);
  g_assert_no_error (error);
}

static gboolean
is_market (GtkWidget *widget, const char *text)
{
  return ADW_IS_EXPANDER_ROW (widget) && annex_shows (widget, text);
}

static void
open_market (ShotsStage *stage)
{
  add_market (stage);
  annex_window_show_skill (stage->window, NULL);
  gtk_widget_activate_action (shots_stage_await (stage, annex_is_type, "AnnexSkillsPage"),
                              "skills.plugins", NULL);
  adw_expander_row_set_expanded (
      ADW_EXPANDER_ROW (shots_stage_await (stage, is_market, "Office tools")), TRUE);
  annex_shot_settle (500);
}

/* ---- much of everything */

static void
open_inbox_full (ShotsStage *stage)
{
  AnnexFakeDesk *desk = stage->world->desk;

  for (guint i = 0; i < INBOX_SIZE; i++)
    {
      g_autofree char *title = g_strdup_printf ("Receipts, part %u", i + 1);
      AnnexTask *task = annex_fake_desk_add_task (desk, title);
      const char *id = annex_task_get_id (task);

      annex_fake_desk_ask (desk, task,
                           i % 3 == 0   ? new_tainted (id)
                           : i % 3 == 1 ? new_folder (id)
                                        : new_site (id));
      annex_fake_desk_set_state (desk, task, ANNEX_TASK_WAITING);
    }
  annex_shot_settle (1000); /* until they are in its list */
  annex_window_show_inbox (stage->window);
  annex_shot_settle (500);
}

static void
open_plan_long (ShotsStage *stage)
{
  g_autoptr (GString) steps = g_string_new ("[");
  AnnexFakeDesk *desk = stage->world->desk;
  AnnexTask *task = annex_fake_desk_add_task (desk, "Everything at once");

  for (guint i = 0; i < 40; i++)
    g_string_append_printf (
        steps, "%s{\"title\":\"%s\",\"state\":\"%s\"}", i > 0 ? "," : "",
        i % 5 == 1 ? "Compare each receipt with the statement of the bank, and write down the ones "
                     "that are not on it, with the reason where there is one"
                   : "Read the receipts of another month",
        i < 6    ? "completed"
        : i == 6 ? "in_progress"
                 : "pending");
  g_string_append_c (steps, ']');
  annex_fake_desk_user (desk, task, "Do everything.");
  annex_fake_desk_plan (desk, task, steps->str);
  for (guint i = 0; i < 3; i++)
    {
      g_autofree char *goal = g_strdup_printf ("{\"goal\":\"Check the sums of part %u\"}", i + 1);
      g_autofree char *delegate = annex_fake_desk_call (desk, task, "delegate", goal);
      g_autofree char *child = annex_fake_desk_sub_call (desk, task, delegate, "read_file",
                                                         "{\"path\":\"/folders/a/1.pdf\"}");

      if (i == 0)
        annex_fake_desk_result (desk, task, delegate, "delegate", "They are right.", FALSE, 42000);
    }
  annex_fake_desk_set_state (desk, task, ANNEX_TASK_RUNNING);
  shots_stage_show_pane (stage, task, "plan");
}

static const ShotsScreen screens[] = {
  { "rare-grant-tainted", open_tainted, TRUE },
  { "rare-grant-long-host", open_long_host, FALSE },
  { "rare-grant-site", open_site, FALSE },
  { "rare-grant-connector", open_connector, TRUE },
  { "rare-grant-changed-tool", open_changed_tool, FALSE },
  { "rare-grant-folder", open_folder, FALSE },
  { "rare-grant-secret", open_secret, TRUE },
  { "rare-files-remarks", open_remarks, TRUE },
  { "rare-checkpoints", open_checkpoints, FALSE },
  { "rare-banner-disk", open_disk, FALSE },
  { "rare-banner-offline", open_offline, FALSE },
  { "rare-banner-key", open_key, FALSE },
  { "rare-banner-image", open_no_image, FALSE },
  { "rare-connector-starting", open_starting, FALSE },
  { "rare-marketplace", open_market, TRUE },
  { "rare-plan-long", open_plan_long, FALSE },
  { "rare-inbox-full", open_inbox_full, FALSE },
};

const ShotsScreen *
shots_get_rare_screens (guint *n_screens)
{
  *n_screens = G_N_ELEMENTS (screens);
  return screens;
}
