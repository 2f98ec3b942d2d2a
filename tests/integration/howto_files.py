#!/usr/bin/env python3
"""The files that the how-to pages name exist, so that their lists stay true.

    python3 tests/integration/howto_files.py [--bin DIR]     (no program of the project is needed)

Parts of a path in capitals (NAME) or with a star stand for any name, and so does the file at the beginning of a list's item or
of a table's row that says "new" or what it will hold ("a class ...").
"""

import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
PATH = re.compile(r"`((?:src|include|tests|tools|configs|docs|data|cmake)/[\w./*+-]*)`")


def exists(path):
    parts = [re.sub(r"[A-Z_]{3,}", "*", part) for part in path.split("/")]
    if "*" not in "".join(parts):
        return (ROOT / path).exists()
    # Nothing of that name need be there yet, but the folder must.
    folder = []
    for part in parts:
        if "*" in part:
            break
        folder.append(part)
    return ROOT.joinpath(*folder).is_dir()


def main():
    missing, named = [], 0
    for page in sorted((ROOT / "docs").glob("howto_*.md")):
        for number, line in enumerate(page.read_text(encoding="utf-8").splitlines(), 1):
            for match in PATH.finditer(line):
                named += 1
                made = re.search(r"^(\d+\. |\| )`[^`]*`(: an? | \| new)", line) and match.start() < 6
                if not made and not exists(match.group(1)):
                    missing.append(f"{page.relative_to(ROOT)}:{number}: {match.group(1)} does not exist")
    print("\n".join(missing + [f"howto_files: {named} files named, {len(missing)} missing"]))
    sys.exit(1 if missing or named < 20 else 0)


if __name__ == "__main__":
    main()
