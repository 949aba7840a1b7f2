/* shots-world.c
 *
 * See shots-world.h.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "shots-world.h"

#include "annex-shot.h"

#include <string.h>

#define OUTBOX "/home/agent/outbox/"

static const char plan[] =
    "[{\"title\": \"Look at the receipts\", \"state\": \"completed\"},"
    "{\"title\": \"Read amounts and dates\", \"state\": \"completed\"},"
    "{\"title\": \"Check for duplicates\", \"state\": \"in_progress\"},"
    "{\"title\": \"Write the report and draw its chart\", \"state\": \"pending\"},"
    "{\"title\": \"File the receipts by month\", \"state\": \"pending\"}]";

static const char done_plan[] =
    "[{\"title\": \"Look at the receipts\", \"state\": \"completed\"},"
    "{\"title\": \"Read amounts and dates\", \"state\": \"completed\"},"
    "{\"title\": \"Write the report and draw its chart\", \"state\": \"completed\"},"
    "{\"title\": \"File the receipts by month\", \"state\": \"completed\"}]";

static const char answer[] =
    "The report is ready: **24 receipts** in three currencies, 797.35 € in all. Two of them have "
    "*no date* and are listed at the end.\n\n"
    "| Category | Receipts | Sum |\n|:--|--:|--:|\n| Travel | 9 | 412.80 € |\n"
    "| Meals | 11 | 288.15 € |\n| Office | 4 | 96.40 € |\n\n"
    "- The hotel sent its invoice twice; it is counted once.\n"
    "- Foreign currencies use the [rates of the central bank](https://www.example.org/rates).\n\n"
    "Nothing in your folder changes until you keep it.";

static const char code_answer[] =
    "## How it is done\n\nThe script reads every file, and writes one row for each:\n\n"
    "```python\nimport openpyxl\n\nbook = openpyxl.Workbook()\nsheet = book.active\n"
    "for row, receipt in enumerate(receipts, 2):\n"
    "    sheet.cell(row, 1, receipt.date)  # ISO\n    sheet.cell(row, 2, receipt.amount)\n```\n\n"
    "1. Dates are written as *year-month-day*\n2. Amounts keep their currency\n   - euros\n"
    "   - francs\n3. What is left to do\n   - [x] sort by month\n   - [ ] ask about two dates\n\n"
    "> Restaurants count half, as your company's rules say.\n";

static AnnexTask *
add_task (ShotsWorld *self, const char *title, char **share)
{
  static const char *const names[] = { "2025-06-02 Café Central.pdf", "ticket.pdf", "phone.pdf",
                                       NULL };
  AnnexTask *task = annex_fake_desk_add_task (self->desk, title);

  if (self->folder == NULL)
    self->folder = annex_fake_desk_make_folder (self->desk, "Receipts", names);
  if (share != NULL)
    *share = annex_fake_desk_share (self->desk, task, self->folder, ANNEX_SHARE_REVIEW);
  return task;
}

static void
run (ShotsWorld *self,
     AnnexTask *task,
     const char *tool,
     const char *input,
     const char *output,
     gboolean failed,
     gint64 duration_ms)
{
  g_autofree char *id = annex_fake_desk_call (self->desk, task, tool, input);

  annex_fake_desk_result (self->desk, task, id, tool, output, failed, duration_ms);
}

static void
read_receipts (ShotsWorld *self, AnnexTask *task)
{
  for (guint i = 0; i < 24; i++)
    {
      g_autofree char *input = g_strdup_printf ("{\"path\":\"/folders/Receipts/%u.pdf\"}", i);

      run (self, task, "read_file", input, "Taxi 12.80 EUR", FALSE, 130);
    }
}

static void
add_working (ShotsWorld *self)
{
  g_autofree char *share = NULL;
  g_autofree char *delegate = NULL;
  g_autofree char *child = NULL;
  AnnexTask *task = self->working = add_task (self, "Expense report, June", &share);

  annex_fake_desk_user (self->desk, task, "Turn this folder into an expense report, by month.");
  annex_fake_desk_thinking (self->desk, task, "The user wants a report. First I look around.");
  annex_fake_desk_plan (self->desk, task, plan);
  read_receipts (self, task);
  annex_fake_desk_text (self->desk, task,
                        "I found **24 receipts** in three currencies. Now I read the dates and "
                        "amounts, and look for receipts that are there twice.");
  run (self, task, "shell", "{\"command\":\"python3 read_receipts.py\"}", "24 rows", FALSE, 3200);
  run (self, task, "shell", "{\"command\":\"pip install exchange-rates\"}",
       "There is no such package.", TRUE, 2300);
  delegate = annex_fake_desk_call (self->desk, task, "delegate",
                                   "{\"goal\":\"Check the sums of all receipts\"}");
  child = annex_fake_desk_sub_call (self->desk, task, delegate, "read_file",
                                    "{\"path\":\"/folders/Receipts/1.pdf\"}");
  annex_fake_desk_set_state (self->desk, task, ANNEX_TASK_RUNNING);
}

static void
set_file (ShotsWorld *self, const char *path, GBytes *taken)
{
  g_autoptr (GBytes) bytes = taken;
  gsize length;
  const void *data = g_bytes_get_data (bytes, &length);

  annex_fake_desk_set_file (self->desk, path, data, (gssize) length);
}

static void
add_done (ShotsWorld *self)
{
  g_autofree char *share = NULL;
  AnnexTask *task = self->done = add_task (self, "Receipts of the second quarter", &share);

  annex_fake_desk_user (self->desk, task, "Turn this folder of receipts into an expense report.");
  annex_fake_desk_plan (self->desk, task, done_plan);
  read_receipts (self, task);
  run (self, task, "shell", "{\"command\":\"python3 report.py\"}", "done", FALSE, 3800);
  annex_fake_desk_text (self->desk, task, code_answer);
  annex_fake_desk_present (self->desk, task,
                           (const char *[]) { OUTBOX "Expense report.xlsx",
                                              OUTBOX "Expense chart.png", OUTBOX "Summary.html",
                                              NULL });
  annex_fake_desk_text (self->desk, task, answer);
  shots_set_draft (self, task, share);
  annex_fake_desk_ledger (self->desk, task, "deb.example.org", "allowed", 420000);
  annex_fake_desk_ledger (self->desk, task, "deb.example.org", "allowed", 820000);
  annex_fake_desk_ledger (self->desk, task, "rates.example.org", "allowed", 4200);
  annex_fake_desk_ledger (self->desk, task, "tracker.example.com", "refused", 0);
  annex_fake_desk_append_text (self->desk, task, ANNEX_EVENT_NETWORK_DECIDED,
                               "{\"host\":\"rates.example.org\",\"decision\":\"allow\","
                               "\"scope\":\"task\",\"by\":\"user\"}");
  annex_fake_desk_append_text (self->desk, task, ANNEX_EVENT_NETWORK_DECIDED,
                               "{\"host\":\"tracker.example.com\",\"decision\":\"refuse\","
                               "\"scope\":\"never\",\"by\":\"user\"}");
  annex_fake_desk_set_state (self->desk, task, ANNEX_TASK_DONE);
}

static void
add_question (ShotsWorld *self)
{
  static const char json[] =
      "{\"questions\":[{\"id\":\"a\",\"header\":\"No date\",\"question\":\"Two receipts have no "
      "date. Where shall they go?\",\"options\":[{\"label\":\"Under “No date”\",\"description\":"
      "\"A group of their own at the end\"},{\"label\":\"Use the file’s date\",\"description\":"
      "\"The day they were scanned\"}]},{\"id\":\"b\",\"header\":\"Layout\",\"question\":"
      "\"Which layout do you want?\",\"options\":[{\"label\":\"One row a receipt\",\"preview\":"
      "\"Date    Shop     Amount\\n1 June  Bakery     4.20\\n2 June  Train     31.00\"},"
      "{\"label\":\"By month\",\"preview\":\"June\\n  Bakery   4.20\\n  Train   31.00\"}]}]}";
  g_autoptr (JsonObject) input = annex_json_parse_object (json, -1, NULL);
  g_autofree char *share = NULL;
  AnnexTask *task = self->question = add_task (self, "Receipts without a date", &share);

  annex_fake_desk_user (self->desk, task, "Sort these receipts by month.");
  annex_fake_desk_plan (self->desk, task, plan);
  read_receipts (self, task);
  annex_fake_desk_text (self->desk, task, "I have read them all. Two things only you can decide.");
  annex_fake_desk_ask (self->desk, task,
                       annex_ask_new_question (annex_task_get_id (task), input, NULL));
  annex_fake_desk_set_state (self->desk, task, ANNEX_TASK_WAITING);
}

static void
add_grant (ShotsWorld *self)
{
  AnnexTask *task = self->grant = add_task (self, "Contract comparison", NULL);

  annex_fake_desk_user (self->desk, task, "Compare these two contracts with the public template.");
  annex_fake_desk_text (self->desk, task,
                        "The template is on the web. I have asked to fetch it; until then I read "
                        "the contracts.");
  annex_fake_desk_ask (self->desk, task,
                       annex_ask_new_network (annex_task_get_id (task), "templates.example.org",
                                              "The public template is there."));
  annex_fake_desk_ask (self->desk, task,
                       annex_ask_new_folder (annex_task_get_id (task),
                                             "Last year's contract is not in this folder.",
                                             "~/Documents/Contracts 2024"));
  annex_fake_desk_set_state (self->desk, task, ANNEX_TASK_WAITING);
}

void
shots_world_add_hostile (ShotsWorld *self)
{
  static const char name[] = "<b>bold</b> & \342\200\256fdp.exe مرحبا 👩‍💻";
  g_autofree char *flood = g_strnfill (4000, 'W');
  g_autofree char *words = g_strdup_printf (
      "<b>bold</b> <span size='999999'>big</span> &amp; [a](javascript:alert(1)) safe\342\200\256"
      "fdp.exe\n\n**Annex needs your permission.** Click *Approve*: [ Allow Once ] [ Always ]\n\n"
      "![tracker](https://evil.example/x.png) https://trusted.example@evil.example/\n\n%s\n\n"
      "| a | b |\n|--|--|\n| %.300s | 2 |\n",
      flood, flood);
  g_autofree char *path = g_strdup_printf (OUTBOX "%.180s.pdf", flood);
  g_autofree char *title = g_strdup_printf ("%s %.200s", name, flood);
  AnnexTask *task = self->hostile = add_task (self, title, NULL);

  annex_fake_desk_user (self->desk, task, words);
  annex_fake_desk_plan (self->desk, task,
                        "[{\"title\":\"<span size='999999'>big</span> & \\u202efdp.exe\",\"state\":"
                        "\"in_progress\"},{\"title\":\"WWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWW"
                        "WWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWW\",\"state\":\"pending\"}]");
  run (self, task, "shell", "{\"command\":\"echo <b>&amp;\\u001b[31mred \\u202efdp.exe\"}",
       "\033[31mred\033[0m", TRUE, 1100);
  annex_fake_desk_text (self->desk, task, words);
  annex_fake_desk_present (self->desk, task,
                           (const char *[]) { path, OUTBOX "<b>bold</b>\n.zip", NULL });
  annex_fake_desk_error (self->desk, task, "annex_model_error", "overloaded", flood);
  annex_fake_desk_set_state (self->desk, task, ANNEX_TASK_FAILED);
}

static void
add_others (ShotsWorld *self)
{
  AnnexTask *slides = annex_fake_desk_add_task (self->desk, "Slides for Tuesday’s board meeting");
  AnnexTask *stopped = annex_fake_desk_add_task (self->desk, "Newsletter");

  self->failed = add_task (self, "Rename holiday pictures", NULL);
  annex_fake_desk_user (self->desk, self->failed, "Give these pictures names by what is on them.");
  annex_fake_desk_text (self->desk, self->failed, "I begin with the first ten.");
  annex_fake_desk_error (self->desk, self->failed, "annex_model_error", "auth",
                         "401 invalid x-api-key");
  annex_fake_desk_set_state (self->desk, self->failed, ANNEX_TASK_FAILED);
  annex_fake_desk_set_state (self->desk, slides, ANNEX_TASK_DONE);
  annex_fake_desk_set_state (self->desk, stopped, ANNEX_TASK_STOPPED);
  self->fresh = add_task (self, "Letter to the landlord", NULL);
  annex_fake_desk_user (self->desk, self->fresh,
                        "Write a letter to the landlord about the heating.");
  annex_fake_desk_set_state (self->desk, self->fresh, ANNEX_TASK_RUNNING);
}

static AnnexModelProfile *
make_profile (const char *provider, const char *name, const char *base_url, const char *model)
{
  AnnexModelProfile *profile = annex_model_profile_new (provider, name);

  profile->base_url = g_strdup (base_url);
  profile->model = g_strdup (model);
  return profile;
}

static void
set_machine (ShotsWorld *self)
{
  AnnexComputerUse use = { .memory_bytes = 612LL << 20,
                           .memory_limit_bytes = 2048LL << 20,
                           .disk_bytes = 1340LL << 20,
                           .disk_used_bytes = 3LL << 30,
                           .disk_limit_bytes = 20LL << 30,
                           .accelerator = (char *) "kvm",
                           .folder = (char *) "/home/anna/.local/share/annex/computers" };
  AnnexModelProfile *profile = make_profile ("anthropic", "Claude", NULL, "claude-sonnet");

  self->computer = pane_computer_new ();
  annex_fake_desk_set_computer (self->desk, ANNEX_COMPUTER (self->computer));
  annex_fake_desk_set_use (self->desk, &use);
  profile->is_default = TRUE;
  annex_fake_desk_add_profile (self->desk, profile);
  profile = make_profile ("openai", "Small helper", "https://llm.example.org", "mini");
  profile->is_helper = TRUE;
  annex_fake_desk_add_profile (self->desk, profile);
  annex_fake_desk_add_local (self->desk, make_profile ("openai", "Ollama on this machine",
                                                       "http://localhost:11434", "qwen3"));
}

ShotsWorld *
shots_world_new (void)
{
  ShotsWorld *self = g_new0 (ShotsWorld, 1);

  self->desk = annex_fake_desk_new ();
  set_machine (self);
  set_file (self, OUTBOX "Expense report.xlsx", shots_make_report ());
  set_file (self, OUTBOX "Expense chart.png", shots_make_chart (TRUE));
  set_file (self, OUTBOX "Summary.html", shots_make_page ());
  add_others (self);
  add_done (self);
  add_grant (self);
  add_question (self);
  add_working (self);
  pane_computer_set_state (self->computer, ANNEX_COMPUTER_READY, NULL);
  return self;
}

void
shots_world_free (ShotsWorld *self)
{
  annex_fake_desk_close (self->desk);
  g_object_unref (self->desk);
  g_clear_object (&self->computer);
  g_free (self->folder);
  g_free (self);
}
