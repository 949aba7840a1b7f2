#!/usr/bin/env python3
# transcript.py: a transcript by speaker and time, and notes checked against it.
# SPDX-License-Identifier: GPL-3.0-or-later
import argparse
import html
import re
import sys

CUE = re.compile(r"(?:(\d+):)?(\d{1,2}):(\d{2})[.,]\d{1,3}\s+-->")
VOICE = re.compile(r"<v(?:\.[^ >]*)?\s+([^>]+)>")
NAME = r"[^\W\d_][\w .'’()-]{0,40}?"
LINE = re.compile(rf"(?:\[?(?:(\d+):)?(\d{{1,2}}):(\d{{2}})(?:[.,]\d+)?\]?\s*[-–]?\s*)?({NAME})\s*(?:\((?:(\d+):)?(\d{{1,2}}):(\d{{2}})\))?:\s+(.*)")
TIME = re.compile(r"\[(?:(\d+):)?(\d{1,2}):(\d{2})\]")


def seconds(hours, minutes, rest):
    return int(hours or 0) * 3600 + int(minutes) * 60 + int(rest)


def clock(at):
    return f"{at // 3600}:{at // 60 % 60:02}:{at % 60:02}" if at >= 3600 else f"{at // 60:02}:{at % 60:02}"


def read_cues(lines):
    """(time, speaker, text) of subtitles."""
    at, voice = None, ""
    for line in lines:
        found = CUE.search(line)
        if found:
            at, voice = seconds(*found.groups()), ""
        elif at is not None and line.strip() and not line.strip().isdigit() and not line.startswith(("NOTE", "STYLE", "WEBVTT")):
            named = VOICE.search(line)
            text = html.unescape(re.sub(r"<[^>]+>", "", line)).strip()
            spoken = re.fullmatch(rf"({NAME}):\s+(.*)", text)
            if named:
                voice = named[1].strip()
            elif spoken:
                voice, text = spoken[1].strip(), spoken[2]
            yield at, voice, text


def read_lines(lines):
    """The same of plain lines: “[12:05] Anna: …”, “Anna (12:05): …”, “Anna: …”."""
    at, voice = None, ""
    for line in lines:
        found = LINE.fullmatch(line.strip())
        if found:
            if found[3] or found[7]:
                at = seconds(*(found.group(1, 2, 3) if found[3] else found.group(5, 6, 7)))
            voice = found[4].strip()
            yield at, voice, found[8]
        elif line.strip():
            yield at, voice, line.strip()


def read(path):
    with open(path, encoding="utf-8-sig", errors="replace") as file:
        lines = file.read().splitlines()
    turns = []
    for at, voice, text in (read_cues if any(CUE.search(line) for line in lines) else read_lines)(lines):
        if turns and turns[-1][1] == voice:
            # Live captions say the end of the last line again.
            if not turns[-1][2].endswith(text):
                turns[-1][2] += " " + text
        else:
            turns.append([at, voice, text])
    if not turns:
        sys.exit(f"{path}: there is no speech in it")
    return turns


def parse_clock(text):
    found = re.fullmatch(r"(?:(\d+):)?(\d{1,2}):(\d{2})", text)
    if not found:
        raise argparse.ArgumentTypeError(f"{text} is not like 12:05")
    return seconds(*found.groups())


def check(turns, path):
    """Times of the notes that are not in the meeting, and owners who were not there."""
    with open(path, encoding="utf-8") as file:
        notes = file.read()
    times = [t[0] for t in turns if t[0] is not None]
    speakers = {t[1] for t in turns if t[1]}
    problems = []
    for found in TIME.finditer(notes):
        at = seconds(*found.groups())
        if not times or at > max(times) + 60 or min(abs(at - t) for t in times) > 60:
            problems.append(f"{found[0]}: nobody spoke at that time")
    if times and not TIME.search(notes):
        problems.append("no decision or task has its time, as [12:05]")
    for owner in re.findall(rf"^\s*[-*]\s*\*\*({NAME})\*\*\s*:", notes, re.M):
        known = any(owner.casefold() in s.casefold() or s.casefold() in owner.casefold() for s in speakers)
        if speakers and not known and owner.casefold() not in ("open", "all", "alle", "offen"):
            problems.append(f"{owner} did not speak: is this the right name?")
    for problem in problems:
        print(problem)
    print(f"{len(problems)} things to look at" if problems else "nothing wrong")
    sys.exit(1 if problems else 0)


def main():
    parser = argparse.ArgumentParser(description="A transcript by speaker and time.")
    parser.add_argument("file")
    parser.add_argument("--from", dest="begin", type=parse_clock, default=0)
    parser.add_argument("--to", dest="end", type=parse_clock)
    parser.add_argument("--check", metavar="NOTES")
    options = parser.parse_args()
    turns = read(options.file)
    if options.check:
        check(turns, options.check)
    words = {}
    for at, voice, text in turns:
        words[voice] = words.get(voice, 0) + len(text.split())
        if at is None or (at >= options.begin and (options.end is None or at <= options.end)):
            print(f"{f'[{clock(at)}] ' if at is not None else ''}{voice or 'Somebody'}: {text}")
    print("\nspoke: " + ", ".join(f"{v or 'Somebody'} {n} words" for v, n in sorted(words.items(), key=lambda p: -p[1])))


if __name__ == "__main__":
    main()
