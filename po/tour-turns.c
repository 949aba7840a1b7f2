/* Written by ./dev update po out of data/samples/tour/turns.json; never compiled. */
/* Translators: keep what stands in {{…}} as it is */
_("Look at the folder");
/* Translators: keep what stands in {{…}} as it is */
_("Write a script that reads every receipt, and try it");
/* Translators: keep what stands in {{…}} as it is */
_("Ask what only you can decide");
/* Translators: keep what stands in {{…}} as it is */
_("Make the report and the chart, file the receipts by month");
/* Translators: keep what stands in {{…}} as it is */
_("Open the report again and check its sums");
/* Translators: keep what stands in {{…}} as it is */
_("Turns a folder of receipts (text, CSV, mail, PDF) into an expense report with a chart, and files them by month. Use it when there are receipts, expenses or travel costs to report.");
/* Translators: keep what stands in {{…}} as it is */
_("# Receipts to report\n\n1. Run `python3 /skills/receipts-to-report/scripts/expense_report.py FOLDER --look`, with the folder of receipts. It changes nothing. Its last line is `RESULT` and JSON: what it found, and what it cannot read and why.\n2. Run it without `--look`, with `--undated=\"{{annex.undated}}\"` and `--filing=months`. It writes *Expense report.xlsx* and *Expense chart.png*, and files the receipts by month; no receipt is changed or deleted.\n3. Run it with `--check`. It opens the report again and adds it up; if `agrees` is not `yes`, say so and hand nothing over.\n4. Present the report and the chart. Say what {{annex.company}} spent in each currency, which receipts are there twice, which have no date, and which could not be read.\n");
/* Translators: keep what stands in {{…}} as it is */
_("Whose expenses these are");
/* Translators: keep what stands in {{…}} as it is */
_("As it shall be named when the report is handed over");
/* Translators: keep what stands in {{…}} as it is */
_("Receipts without a date");
/* Translators: keep what stands in {{…}} as it is */
_("Put them under “No date”");
/* Translators: keep what stands in {{…}} as it is */
_("Use the file’s date");
/* Translators: keep what stands in {{…}} as it is */
_("This is Annex’s tour. **My words are recorded; there is no model behind them. The work is real**: it is done in a computer of your task’s own, on the folder you give me.\n\nI need the folder with the receipts first.");
/* Translators: keep what stands in {{…}} as it is */
_("The receipts to turn into an expense report: text, CSV, mail and PDF files.");
/* Translators: keep what stands in {{…}} as it is */
_("Without a folder there is nothing to do, so I stop here. Drop a folder of receipts on the window and say “try again” whenever you like.");
/* Translators: keep what stands in {{…}} as it is */
_("This is Annex’s tour. **My words are recorded; there is no model behind them. The work is real**: the plan, the question, the scripts and their results happen now, in a computer of your task’s own, on the files in your folder “{{folder_name}}”.\n\nI will turn its receipts into an expense report. First I look at what is there.");
/* Translators: keep what stands in {{…}} as it is */
_("Thank you. First I look at what is in “{{folder_name}}”.");
/* Translators: keep what stands in {{…}} as it is */
_("Receipts come in many forms, so I write a Python script that reads text, CSV, mail and PDF files, with whatever date format, decimal mark and currency they use.");
/* Translators: keep what stands in {{…}} as it is */
_("A first run only reads; it changes nothing.");
/* Translators: keep what stands in {{…}} as it is */
_("I found {{look.files_text}} ({{look.kinds_text}}) and can read {{look.receipts_text}}, in {{look.currencies_text}}.");
/* Translators: keep what stands in {{…}} as it is */
_(" Some are there twice: {{look.duplicates_text}}; each counts once.");
/* Translators: keep what stands in {{…}} as it is */
_(" I cannot read: {{look.not_read_text}}.");
/* Translators: keep what stands in {{…}} as it is */
_("\n\nThese have no date: {{look.undated_text}}. Only you can know when they were.");
/* Translators: keep what stands in {{…}} as it is */
_("No date");
/* Translators: keep what stands in {{…}} as it is */
_("What shall I do with receipts that have no date? ({{look.undated_text}})");
/* Translators: keep what stands in {{…}} as it is */
_("They count, with an empty date, and go into a folder “No date”.");
/* Translators: keep what stands in {{…}} as it is */
_("The day the file was last changed counts as the receipt’s date.");
/* Translators: keep what stands in {{…}} as it is */
_("I found {{look.files_text}} ({{look.kinds_text}}) and can read {{look.receipts_text}}, in {{look.currencies_text}}; each has a date.");
/* Translators: keep what stands in {{…}} as it is */
_("Filing");
/* Translators: keep what stands in {{…}} as it is */
_("Shall I file the receipts into a folder for each month?");
/* Translators: keep what stands in {{…}} as it is */
_("File them by month");
/* Translators: keep what stands in {{…}} as it is */
_("Folders such as 2026-03 in your folder; names stay as they are.");
/* Translators: keep what stands in {{…}} as it is */
_("Leave them where they are");
/* Translators: keep what stands in {{…}} as it is */
_("Only the report and the chart are added.");
/* Translators: keep what stands in {{…}} as it is */
_("Then I make the report.");
/* Translators: keep what stands in {{…}} as it is */
_("The report is written. I open it again and add up its rows, to see that it says what the receipts say.");
/* Translators: keep what stands in {{…}} as it is */
_("The expense report is ready: **{{run.totals_text}}**, from {{run.receipts_text}} in {{run.months_text}}. Currencies are kept apart.\n\n");
/* Translators: keep what stands in {{…}} as it is */
_("- The sheet *Receipts* lists each one, *Summary* adds them up per currency, category and month. Its sums agree with its rows.\n");
/* Translators: keep what stands in {{…}} as it is */
_("- There is no chart: it could not be drawn ({{run.chart_problem}}).\n");
/* Translators: keep what stands in {{…}} as it is */
_("- Without a date: {{run.undated_text}}.\n");
/* Translators: keep what stands in {{…}} as it is */
_("- Duplicates, counted once: {{run.duplicates_text}}.\n");
/* Translators: keep what stands in {{…}} as it is */
_("- Not read, and left where they are: {{run.not_read_text}}.\n");
/* Translators: keep what stands in {{…}} as it is */
_("- Please check: {{run.notes_text}}.\n");
/* Translators: keep what stands in {{…}} as it is */
_("- I filed {{run.moved_text}} by month.\n");
/* Translators: keep what stands in {{…}} as it is */
_("\nAll of it is a draft: nothing in your folder changes until you keep it, and you can undo that afterwards. To work with me on anything else, set up a model of your own; these words were recorded.");
/* Translators: keep what stands in {{…}} as it is */
_("I found {{look.files_text}} in “{{folder_name}}”, but no receipt I can read.");
/* Translators: keep what stands in {{…}} as it is */
_("So there is nothing to report, and I made no files.");
/* Translators: keep what stands in {{…}} as it is */
_(" This is why: {{look.not_read_text}}.");
/* Translators: keep what stands in {{…}} as it is */
_(" I can read .txt, .csv, .eml and .pdf files that hold a total. Put some into the folder and say “try again”; Annex brings samples of its own.");
/* Translators: keep what stands in {{…}} as it is */
_("I could not write my script into the computer, so I stop here. Nothing was changed.");
/* Translators: keep what stands in {{…}} as it is */
_("My script did not work, and I will not pretend it did. Nothing was changed. It said:\n\n```\n{{error:look}}\n```");
/* Translators: keep what stands in {{…}} as it is */
_("Making the report failed, and I will not pretend it worked. It said:\n\n```\n{{error:run}}\n```");
/* Translators: keep what stands in {{…}} as it is */
_("The report was written, but checking it failed, so do not trust it yet. The check said:\n\n```\n{{error:check}}\n```");
/* Translators: keep what stands in {{…}} as it is */
_("Whatever was written is a draft you can discard. Say “try again” to let me repeat it; as my words are recorded, I cannot look for the cause myself. A model of your own could.");
/* Translators: keep what stands in {{…}} as it is */
_("These are recorded words: no model is set up, so I cannot answer that. All I can do is the tour: turn a folder of receipts into an expense report, with real work on your real files. Drop a folder and write “turn this folder of receipts into an expense report”.\n\nFor anything else, set up a model of your own: Anthropic with your key, or any OpenAI-compatible server, also one on your own machine such as Ollama.");
/* Translators: keep what stands in {{…}} as it is */
_("The tour ends here; its words were recorded, so I cannot answer that. Your report and its draft stay. To go on with this or anything else, set up a model of your own: Anthropic with your key, or any OpenAI-compatible server, also one on your own machine such as Ollama.");
/* Translators: keep what stands in {{…}} as it is */
_("The recorded tour cannot go on from here. Say “try again” to start it anew.");
