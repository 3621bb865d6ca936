#!/usr/bin/env python3
"""Counts the lines of text files below a directory and prints each folder as soon as it is done."""

import os
import sys
import time

IGNORED = {".git", "build", "dist", "node_modules"}


def lines_of(path):
    try:
        with open(path, encoding="utf-8") as file:
            return sum(1 for _ in file)
    except (OSError, UnicodeDecodeError):
        return 0  # not a text file


def main():
    top = sys.argv[1]
    pause = float(sys.argv[2]) if len(sys.argv) > 2 else 0.0
    total = 0
    for folder, folders, files in os.walk(top):
        folders[:] = sorted(name for name in folders if name not in IGNORED)
        count = sum(lines_of(os.path.join(folder, name)) for name in files)
        total += count
        print(f"{count:>8} lines in {os.path.relpath(folder, top)}", flush=True)
        time.sleep(pause)
    print(f"{total:>8} lines in all", flush=True)
    print("tally: done", file=sys.stderr)


main()
