#!/usr/bin/env python3
"""Checks that every file and folder of the repository that the documentation names is there.

    tools/check_docs.py

Read are README.md, CONTRIBUTING.md, docs/*.md and the READMEs below data and tests: words in backticks and targets of
links. A word counts when it begins with a folder of the repository (src/, tests/, tools/, ...); src/*.cpp may stand for
many, and words with <name> or a capital placeholder (DIR) stand for something of the reader's. Prints each name that is
not there; exit code 1 then. Standard library only.
"""

import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
TOP = ("src/", "include/", "tests/", "tools/", "configs/", "docs/", "cmake/", "data/")
# Folders that programs write or users bring, named like one of ours.
OUTSIDE = ("data/coco", "data/refcoco", "data/my")


def pages():
    yield from (ROOT / name for name in ("README.md", "CONTRIBUTING.md"))
    for pattern in ("docs/*.md", "data/**/README.md", "tests/**/README.md"):
        yield from sorted(ROOT.glob(pattern))


def words_of(line):
    for quoted in re.findall(r"`([^`]+)`", line):
        yield from quoted.split()
    for target in re.findall(r"\]\(([^)#]+)", line):
        yield target


def named_paths(page):
    for number, line in enumerate(page.read_text().splitlines(), 1):
        for word in words_of(line):
            word = word.strip(".,;:()'\"")
            if re.search(r"[<>$={}]|[A-Z]{3,}(?!\.md)", word) or "://" in word:
                continue
            base = page.parent if f"]({word}" in line else ROOT
            if base == ROOT and not word.startswith(TOP) or word.startswith(OUTSIDE):
                continue
            yield number, word, base


def exists(word, base):
    path = word.rstrip("/").split(":")[0]
    if any(mark in path for mark in "*?["):
        return any(base.glob(path))
    return (base / path).exists()


def main():
    missing = checked = 0
    for page in pages():
        for number, word, base in named_paths(page):
            checked += 1
            if not exists(word, base):
                print(f"{page.relative_to(ROOT)}:{number}: {word} is not there")
                missing += 1
    if checked == 0:
        sys.exit("no page names a file: the check itself is broken")
    sys.exit(1 if missing else 0)


if __name__ == "__main__":
    main()
