/* annex-cli-help.c
 *
 * The manual of the command line.
 *
 * SPDX-License-Identifier: GPL-3.0-or-later
 */
#include "annex-cli.h"

static const char main_help[] =
    "annex – an AI coworker with a computer of its own\n"
    "\n"
    "USAGE\n"
    "  annex COMMAND [OPTIONS]\n"
    "\n"
    "COMMANDS\n"
    "  run        hand over a task and see it through\n"
    "  tasks      stored tasks: list, show, draft, keep, discard, undo, ledger, export, import\n"
    "  inbox      what waits for you, across all tasks: list, answer, reopen\n"
    "  computer   the agent's computer: build, status, start, shell, exec, stop, reset\n"
    "  doctor     what Annex needs, what is missing, and mending it\n"
    "\n"
    "  annex COMMAND --help is the manual of a command; annex --version prints the version.\n"
    "\n"
    "EXIT STATUS\n"
    "  0  done\n"
    "  1  failed; the reason is on stderr\n"
    "  2  wrong usage\n"
    "  3  stopped because it needs you: answer, then annex run --resume TASK\n"
    "  4  something is missing: a key, the computer's image, virtualization\n"
    "\n"
    "ENVIRONMENT\n"
    "  ANNEX_API_KEY       the model's key, for scripts; otherwise it comes from your keyring\n"
    "  XDG_DATA_HOME       tasks, undo data and the computer's image: …/annex\n"
    "  XDG_CACHE_HOME      what can be made again: …/annex\n";

static const char run_help[] =
    "annex run – hand over a task and see it through\n"
    "\n"
    "USAGE\n"
    "  annex run [OPTIONS] [PROMPT]\n"
    "  annex run --resume TASK [OPTIONS] [PROMPT]\n"
    "\n"
    "  The agent works in a computer of its own. It sees the folders you name below /folders; what "
    "it changes\n"
    "  there is a draft, and your files stay as they are until you keep it. Without PROMPT the "
    "task is read\n"
    "  from stdin, if that is not a terminal.\n"
    "\n"
    "OPTIONS\n"
    "  --model PROVIDER[:MODEL]  anthropic, openai (any compatible server: Ollama, llama.cpp, "
    "vLLM, LM Studio),\n"
    "                            or tour: recorded words, real work, no model needed. Left out: "
    "the "
    "default set up\n"
    "                            in the preferences, else anthropic where there is a key, else the "
    "tour.\n"
    "  --base-url URL            the provider's address, without /v1. Without --model it is an "
    "openai\n"
    "                            server's. Left out with openai and no key: the first server found "
    "on\n"
    "                            this machine's usual ports\n"
    "  --folder DIR[:MODE]       share a folder; may be given several times. MODE is\n"
    "                              read-only  the agent cannot change it\n"
    "                              review     its changes are a draft (the default)\n"
    "                              keep       the draft is kept when the task is done; undo takes "
    "it back\n"
    "  --answers FILE            answers to what Annex may ask: a JSON list, tried in order, of\n"
    "                              {\"ask\": \"question|network|folder|site|draft\",\n"
    "                               \"match\": \"part of the text or host\", \"answer\": \"label "
    "or own words\"}\n"
    "                            Labels: draft keep, discard; network and site once, task, always, "
    "never;\n"
    "                            a folder's answer is its whole path, with :MODE if you like, or "
    "no.\n"
    "                            Several questions of one ask: \"a | b\"; a bar within an answer "
    "is \\|\n"
    "  --unattended              nobody is there: what is not answered takes its safe default\n"
    "  --json                    print every event as it is committed, one object a line\n"
    "  --timeout SECONDS         stop after that time; the task can be taken up again\n"
    "  --resume TASK             go on with a stored task and its model, exactly where it was\n"
    "\n"
    "  An ask that no answer fits is put to you at the terminal. Without a terminal the run ends "
    "with status 3\n"
    "  and the ask stays open.\n"
    "\n"
    "EXIT STATUS\n"
    "  0 done (a draft may be open), 1 failed, 2 wrong usage, 3 needs you, 4 something is missing\n"
    "\n"
    "EXAMPLES\n"
    "  annex run --model tour --folder ~/Receipts \"Turn this folder of receipts into an expense "
    "report\"\n"
    "  annex run --model openai:qwen3 --base-url http://127.0.0.1:11434 --folder ~/Notes:read-only "
    "\\\n"
    "    \"What did we decide about the venue?\"\n";

static const char tasks_help[] =
    "annex tasks – stored tasks, their drafts, and what left the machine\n"
    "\n"
    "USAGE\n"
    "  annex tasks list [--json] [--archived] [--search WORDS]\n"
    "  annex tasks show TASK [--json]\n"
    "  annex tasks draft TASK [--folder NAME] [--diff] [--json]\n"
    "  annex tasks keep TASK [--folder NAME] [--json] [PATH]…\n"
    "  annex tasks discard TASK [--folder NAME] [PATH]…\n"
    "  annex tasks undo TASK [KEEP] [--json]\n"
    "  annex tasks ledger TASK [--json]\n"
    "  annex tasks export TASK FILE\n"
    "  annex tasks import FILE\n"
    "\n"
    "  TASK is a task's identifier, the beginning of one, or its title.\n"
    "\n"
    "COMMANDS\n"
    "  list     all tasks, the newest first. --search looks into titles, messages and results\n"
    "  show     everything that happened in a task\n"
    "  draft    what the agent changed and you have not kept yet; --diff shows text changes\n"
    "  keep     put the changes into your folder: all, or those at PATH (relative to the folder). "
    "A file that\n"
    "           you changed meanwhile is not touched: the agent's version is written beside it\n"
    "  discard  throw the changes away\n"
    "  undo     take back what was kept, byte for byte, with times and permissions\n"
    "  ledger   what left the machine, or tried to: host, amount, who allowed it\n"
    "  export   write a task to a file, one event a line; import reads one\n"
    "\n"
    "JSON\n"
    "  list prints {id, title, state, created, updated}; show prints events {id, task, seq, time, "
    "type, data}.\n";

static const char inbox_help[] =
    "annex inbox – what waits for you, across all tasks\n"
    "\n"
    "USAGE\n"
    "  annex inbox list [--all] [--json]\n"
    "  annex inbox answer ASK ANSWER\n"
    "  annex inbox reopen ASK\n"
    "\n"
    "  ASK is an ask's identifier or the beginning of one. ANSWER is one of the labels, or your "
    "own "
    "words where\n"
    "  the ask is a question. Then annex run --resume TASK goes on.\n"
    "\n"
    "COMMANDS\n"
    "  list    what is open, the newest first; --all also what you refused or dismissed, and what "
    "expired\n"
    "  answer  give the answer; that of a draft (keep, discard) is carried out at once\n"
    "  reopen  ask again what was refused, dismissed or expired\n"
    "\n"
    "JSON\n"
    "  list prints each ask with its state (open, refused, dismissed, expired), task_title, opened "
    "and closed.\n";

static const char doctor_help[] =
    "annex doctor – what Annex needs, what is missing, and mending it\n"
    "\n"
    "USAGE\n"
    "  annex doctor [--fix] [--thorough] [--json]\n"
    "\n"
    "OPTIONS\n"
    "  --fix       carry out every repair Annex can do by itself; building the computer's system "
    "takes minutes\n"
    "  --thorough  also start a trial computer and read the whole task database\n"
    "  --json      one object a line: {id, state, title, sentence, repair?, admin_text?, detail?}; "
    "state is ok,\n"
    "              notice (works, with a limit), failed or unknown\n"
    "\n"
    "EXIT STATUS\n"
    "  0 nothing is missing, 4 something is\n";

static const char computer_help[] =
    "annex computer – the computer the agent works in\n"
    "\n"
    "USAGE\n"
    "  annex computer build [--office]\n"
    "  annex computer status [--json]\n"
    "  annex computer start [TASK]\n"
    "  annex computer shell [TASK]\n"
    "  annex computer exec [TASK] -- COMMAND [ARG]…\n"
    "  annex computer stop [TASK]\n"
    "  annex computer reset [TASK] [--force]\n"
    "\n"
    "  Every task has a computer of its own, a small virtual machine without a network card. "
    "Without TASK the\n"
    "  commands use a scratch computer that belongs to no task.\n"
    "\n"
    "COMMANDS\n"
    "  build   build the image from Debian packages (some minutes, once; about 450 MB); --office "
    "adds LibreOffice\n"
    "  status  the image, how machines run here (KVM or emulated, and why), and the computers "
    "there are\n"
    "  start   make it ready and put it to sleep, so that its next use is quick\n"
    "  shell   a terminal in it, as the agent's user\n"
    "  exec    run a command in it; stdin, stdout, stderr and the exit status are the command's\n"
    "  stop    shut it down; its disk stays\n"
    "  reset   throw its disk away; the next use begins fresh. Refused while it holds a draft; "
    "--force insists\n";

const char *
annex_cli_help (const char *command)
{
  static const struct
  {
    const char *command;
    const char *text;
  } table[] = {
    { "run", run_help },           { "tasks", tasks_help },   { "inbox", inbox_help },
    { "computer", computer_help }, { "doctor", doctor_help },
  };

  if (command == NULL)
    return main_help;
  for (guint i = 0; i < G_N_ELEMENTS (table); i++)
    if (g_str_equal (command, table[i].command))
      return table[i].text;
  return NULL;
}
