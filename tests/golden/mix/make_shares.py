#!/usr/bin/env python3
"""Makes shares.json of published.json and counts.json: the share of each data set in each published training.

    make_shares.py [--check]      --check: compare with shares.json instead of writing it
"""

import json
import pathlib
import sys
from fractions import Fraction

HERE = pathlib.Path(__file__).parent


def read(name):
    return json.loads((HERE / name).read_text(encoding="utf-8"))


def shares_of(mix, counts):
    epoch = {kind: copies * repeats * counts[kind]["records"] for kind, (copies, repeats) in mix.items()}
    total = sum(epoch.values())
    return {"samples": total, "shares": {kind: float(Fraction(n, total)) for kind, n in epoch.items()}}


def main():
    counts = read("counts.json")
    made = {name: shares_of(one["mix"], counts) for name, one in read("published.json").items()}
    lines = ",\n".join(f" {json.dumps(name)}: {json.dumps(one)}" for name, one in made.items())
    text = "{\n" + lines + "\n}\n"
    file = HERE / "shares.json"
    if "--check" not in sys.argv[1:]:
        file.write_text(text, encoding="utf-8")
    elif file.read_text(encoding="utf-8") != text:
        sys.exit("shares.json is not what published.json and counts.json give: run make_shares.py")


if __name__ == "__main__":
    main()
