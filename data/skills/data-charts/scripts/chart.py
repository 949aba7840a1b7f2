#!/usr/bin/env python3
# chart.py: looks at a table, and draws one chart of it.
# SPDX-License-Identifier: GPL-3.0-or-later
import argparse
import os
import sys

import matplotlib
matplotlib.use("Agg")
import matplotlib.pyplot as plt  # noqa: E402
import pandas as pd  # noqa: E402

# Okabe and Ito: told apart by colour-blind people, too.
COLOURS = ["#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#000000"]
GREY = "#B0B0B0"
MAX_BARS, MAX_SERIES = 40, len(COLOURS)


def read(path, sheet):
    try:
        if os.path.splitext(path)[1].lower() in (".xlsx", ".xlsm"):
            return pd.read_excel(path, sheet_name=sheet or 0)
        return pd.read_csv(path, sep=None, engine="python", encoding="utf-8-sig")
    except (OSError, ValueError, UnicodeDecodeError, pd.errors.ParserError) as error:
        sys.exit(f"{path}: {error}")


def as_numbers(column):
    return column if pd.api.types.is_numeric_dtype(column) else pd.to_numeric(column, errors="coerce")


def as_dates(column):
    """The column as dates, if nearly all of it is text that tells year, month and day; else None."""
    if pd.api.types.is_datetime64_any_dtype(column):
        return column
    if not (column.dtype == object and column.dropna().astype(str).str.match(r"\d{4}-\d{2}(-\d{2})?").mean() > 0.9):
        return None
    return pd.to_datetime(column, errors="coerce")


def look(table):
    print(f"{len(table)} rows, {table.duplicated().sum()} of them twice")
    for name in table.columns:
        column, numbers = table[name], as_numbers(table[name])
        gaps = f", {column.isna().sum()} empty" if column.isna().any() else ""
        if pd.api.types.is_numeric_dtype(column):
            print(f"{name}: numbers {column.min():g} to {column.max():g}{gaps}")
        elif as_dates(column) is not None:
            dates = as_dates(column)
            print(f"{name}: dates {dates.min():%Y-%m-%d} to {dates.max():%Y-%m-%d}{gaps}")
        else:
            mixed = f", {numbers.notna().sum()} look like numbers" if numbers.notna().any() else ""
            print(f"{name}: text, {column.nunique()} different{gaps}{mixed}")


def prepare(table, options):
    """The x and the columns to draw, cleaned; says what is left out."""
    names = options.y.split(",")
    for name in [options.x, *names] if options.x else names:
        if name not in table.columns:
            sys.exit(f"there is no column “{name}”; there are: {', '.join(map(str, table.columns))}")
    if len(names) > MAX_SERIES:
        sys.exit(f"{len(names)} series are too many to tell apart; draw at most {MAX_SERIES}")
    frame = pd.DataFrame({n: table[n] if options.group == "count" else as_numbers(table[n]) for n in names})
    if options.x:
        dates = as_dates(table[options.x])
        frame.insert(0, "\0x", dates if dates is not None else table[options.x])
    whole = len(frame)
    frame = frame.dropna(subset=["\0x"] if options.x and options.group == "count" else None, how="any")
    if len(frame) < whole:
        print(f"left out: {whole - len(frame)} rows with a gap or no number")
    if frame.empty:
        sys.exit("there is nothing to draw: no row has all of these as numbers")
    if not options.x:
        return None, frame
    if options.group:
        frame = frame.groupby("\0x", sort=True)[names].agg(options.group).reset_index()
    elif options.kind in ("line", "bar", "barh") and frame["\0x"].duplicated().any():
        sys.exit(f"“{options.x}” has several rows of the same value; say --group sum, mean or count")
    return frame["\0x"], frame[names]


def order(x, frame, options):
    """For bars: the largest first where wanted, and the small ones as one."""
    if options.sort:
        at = frame.iloc[:, 0].sort_values(ascending=False).index
        x, frame = x.loc[at], frame.loc[at]
    if options.top and len(frame) > options.top:
        at = frame.iloc[:, 0].sort_values(ascending=False).index
        big, rest = at[:options.top], at[options.top:]
        other = frame.loc[rest].sum()
        print(f"Other: {len(rest)} values")
        x = pd.concat([x.loc[big].astype(str), pd.Series(["Other"])], ignore_index=True)
        frame = pd.concat([frame.loc[big], other.to_frame().T], ignore_index=True)
    if options.kind in ("bar", "barh") and len(frame) > MAX_BARS:
        sys.exit(f"{len(frame)} bars cannot be read; say --top {MAX_BARS // 2}, or draw a line")
    return x.reset_index(drop=True), frame.reset_index(drop=True)


def draw_bars(axes, x, frame, options):
    labels = [f"{v:%Y-%m-%d}" if hasattr(v, "strftime") else str(v) for v in x]
    width = 0.8 / len(frame.columns)
    for index, name in enumerate(frame.columns):
        places = [i + (index - (len(frame.columns) - 1) / 2) * width for i in range(len(frame))]
        colours = [COLOURS[index] if options.highlight in (None, label) else GREY for label in labels]
        bars = (axes.barh if options.kind == "barh" else axes.bar)(places, frame[name], width, color=colours, label=name)
        if len(frame) * len(frame.columns) <= 15:
            axes.bar_label(bars, fmt="{:,.6g}", padding=2, fontsize=8)
    if options.kind == "barh":
        axes.set_yticks(range(len(labels)), labels)
        axes.invert_yaxis()
    else:
        axes.set_xticks(range(len(labels)), labels, rotation=45 if max(map(len, labels)) * len(labels) > 70 else 0,
                        ha="right" if max(map(len, labels)) * len(labels) > 70 else "center")


def draw(table, options):
    x, frame = prepare(table, options)
    if x is None and options.kind != "hist":
        sys.exit("--x is missing")
    if options.kind in ("bar", "barh"):
        x, frame = order(x, frame, options)
    elif options.kind == "line":
        at = x.sort_values().index if options.sort or as_dates(x) is not None else x.index
        x, frame = x.loc[at], frame.loc[at]
    figure, axes = plt.subplots(figsize=(8, max(4.5, 0.3 * len(frame)) if options.kind == "barh" else 4.5), layout="constrained")
    if options.kind in ("bar", "barh"):
        draw_bars(axes, x, frame, options)
    for index, name in enumerate(frame.columns if options.kind not in ("bar", "barh") else []):
        colour = COLOURS[index] if options.highlight in (None, name) else GREY
        if options.kind == "line":
            axes.plot(x, frame[name], color=colour, linewidth=2, marker="o" if len(frame) <= 20 else None, markersize=4, label=name)
        elif options.kind == "scatter":
            axes.scatter(as_numbers(x) if as_dates(x) is None else x, frame[name], color=colour, alpha=0.7, s=25, label=name)
        else:
            axes.hist(frame[name], bins="auto", color=colour, alpha=0.7, label=name)
    value_axis = axes.xaxis if options.kind == "barh" else axes.yaxis
    value_axis.set_major_formatter(matplotlib.ticker.FuncFormatter(lambda v, _: f"{v:,.10g}"))
    (axes.set_xlabel if options.kind in ("barh", "hist") else axes.set_ylabel)(options.unit or "")
    if options.kind == "scatter":
        axes.set_xlabel(options.x)
    axes.set_title(options.title, loc="left", fontsize=13, fontweight="bold", wrap=True)
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(axis="x" if options.kind == "barh" else "y", color="#E0E0E0", linewidth=0.7)
    axes.set_axisbelow(True)
    if len(frame.columns) > 1:
        axes.legend(frameon=False)
    if options.source:
        figure.supxlabel(f"Source: {options.source}", x=0.01, ha="left", fontsize=8, color="#606060")
    figure.savefig(options.out, dpi=150)
    for name in frame.columns:
        values = frame[name]
        where = "" if x is None else f", from {x.iloc[0]} to {x.iloc[-1]}"
        print(f"{name}: {len(values)} points{where}, {values.iloc[0]:g} … {values.iloc[-1]:g}, "
              f"least {values.min():g}, most {values.max():g}, sum {values.sum():.10g}")


def main():
    parser = argparse.ArgumentParser(description="Looks at a table, and draws one chart of it.")
    parser.add_argument("what", choices=["look", "draw"])
    parser.add_argument("table")
    parser.add_argument("out", nargs="?")
    parser.add_argument("--kind", choices=["line", "bar", "barh", "scatter", "hist"], default="line")
    parser.add_argument("--x")
    parser.add_argument("--y")
    parser.add_argument("--title", default="")
    parser.add_argument("--unit")
    parser.add_argument("--source")
    parser.add_argument("--group", choices=["sum", "mean", "count"])
    parser.add_argument("--sort", action="store_true")
    parser.add_argument("--top", type=int)
    parser.add_argument("--highlight")
    parser.add_argument("--sheet")
    options = parser.parse_args()
    table = read(options.table, options.sheet)
    if options.what == "look":
        look(table)
    elif not options.out or not options.y:
        parser.error("draw needs a file to write and --y")
    else:
        draw(table, options)


if __name__ == "__main__":
    main()
