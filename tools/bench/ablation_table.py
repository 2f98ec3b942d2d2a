"""Table of the ablation: what each part of the method adds, as mean and deviation over seeds.

    python3 tools/bench/ablation_table.py RUNS [--seeds "1 2 3"] [--command TEXT]    the table, from RUNS/<variant>_<seed>
    python3 tools/bench/ablation_table.py --check FOLDER                             only compares FOLDER/<variant>.yaml

A run's folder holds config.yaml (written by pixelsail-train, every value in it) and report.json (of pixelsail-eval). Each
variant may differ from the one before it in the keys of its step alone, and must; runs of one variant differ in their
seed alone. Anything else is an error, and no table is printed. A score that is not there is shown as "-" and named below
the table. Standard library only.
"""

import argparse
import json
import os
import re
import statistics
import sys

# Variants in order, what each is called, and the keys that make it another than the one before.
VARIANTS = [
    ("plain", "plain", ()),
    ("upsampler", "+ upsampler", ("model.mask_stride",)),
    ("injection", "+ prompt injection", ("model.prompt_injection",)),
    ("distillation", "+ distillation", ("data.teachers", "loss.distill")),
]
PER_RUN = ("output_dir", "train.seed")

# Columns: title, benchmark, metric; of the val splits.
COLUMNS = [
    ("referring cIoU", "refcoco", "ciou"),
    ("referring gIoU", "refcoco", "giou"),
    ("caption METEOR", "refcocog_caption", "meteor"),
    ("caption CIDEr", "refcocog_caption", "cider"),
    ("gRefCOCO gIoU", "grefcoco", "giou"),
    ("gRefCOCO N-acc", "grefcoco", "n_acc"),
]
SPLIT = "val"


class Refused(Exception):
    """What is compared does not belong together, or cannot be read."""


def flatten(path):
    """Key path -> value of a configuration in block style, as the files here and pixelsail-train write it, laid over its
    base: keys replace keys, a list the whole list."""
    values, items, stack = {}, {}, []  # stack: indentation and key of what is open
    with open(path, encoding="utf-8") as file:
        lines = file.read().splitlines()
    for line in lines:
        text = re.sub(r"(^|\s)#.*", "", line).rstrip()
        if not text:
            continue
        indent = len(text) - len(text.lstrip())
        text = text.lstrip()
        while stack and stack[-1][0] >= indent:
            stack.pop()
        if text.startswith("- "):
            owner = ".".join(key for _, key in stack)
            stack.append((indent, str(items.get(owner, 0))))
            items[owner] = items.get(owner, 0) + 1
            indent, text = indent + 2, text[2:]
        key, colon, value = text.partition(":")
        where = ".".join([part for _, part in stack] + ([key] if colon else []))
        if colon and not value.strip():
            stack.append((indent, key))
        else:
            values[where] = value.strip() if colon else text
    if "base" in values:
        below = flatten(os.path.join(os.path.dirname(path), values.pop("base")))
        values = {key: value for key, value in below.items() if not under(key, items)} | values
    return values


def under(key, prefixes):
    return any(key == prefix or key.startswith(prefix + ".") for prefix in prefixes)


def differences(a, b):
    return sorted(key for key in a.keys() | b.keys() if a.get(key) != b.get(key))


def check_steps(configs):
    """`configs`: flattened, in the order of VARIANTS."""
    for (before, _, _), (name, _, own), a, b in zip(VARIANTS, VARIANTS[1:], configs, configs[1:]):
        found = [key for key in differences(a, b) if not under(key, PER_RUN)]
        stray = [key for key in found if not under(key, own)]
        if stray:
            lines = "".join(f"\n  {key}: {a.get(key, '(absent)')} -> {b.get(key, '(absent)')}" for key in stray)
            raise Refused(f"{before} and {name} differ in more than {', '.join(own)}:{lines}")
        for key in own:
            if not any(under(other, (key,)) for other in found):
                raise Refused(f"{before} and {name} do not differ in {key}")


def check_seeds(folders, configs):
    for folder, config in zip(folders[1:], configs[1:]):
        stray = [key for key in differences(configs[0], config) if not under(key, PER_RUN)]
        if stray:
            raise Refused(f"{folders[0]} and {folder} differ in {', '.join(stray)}")
    seeds = [config.get("train.seed") for config in configs]
    if len(set(seeds)) != len(seeds):
        raise Refused(f"{', '.join(folders)}: two have the same seed")


def scores(folder):
    """(benchmark, metric) -> value in points; what the report does not hold is not there."""
    path = os.path.join(folder, "report.json")
    try:
        with open(path, encoding="utf-8") as file:
            report = json.load(file)
    except OSError as error:
        raise Refused(f"{path}: {error.strerror}") from error
    except ValueError as error:
        raise Refused(f"{path}: not JSON: {error}") from error
    found = {}
    for job in report.get("jobs", []):
        if job.get("split") != SPLIT:
            continue
        scale = 100 if job.get("unit", "fraction") == "fraction" else 1
        for metric in job.get("metrics", []):
            key = (job["benchmark"], metric["name"])
            if key in found:
                raise Refused(f"{path}: {job['benchmark']} {SPLIT} was scored twice")
            if metric.get("value") is not None:
                found[key] = scale * metric["value"]
    return found


def cell(values):
    if any(value is None for value in values):
        return "-"
    text = f"{statistics.mean(values):.1f}"
    return text + (f" ± {statistics.stdev(values):.1f}" if len(values) > 1 else "")


def table(runs, seeds, command):
    by_variant = {name: [os.path.join(runs, f"{name}_{seed}") for seed in seeds] for name, _, _ in VARIANTS}
    configs = {}
    for name, folders in by_variant.items():
        configs[name] = [flatten(os.path.join(folder, "config.yaml")) for folder in folders]
        check_seeds(folders, configs[name])
    check_steps([configs[name][0] for name, _, _ in VARIANTS])

    missing = {}
    lines = ["| | " + " | ".join(title for title, _, _ in COLUMNS) + " |", "|---" * (1 + len(COLUMNS)) + "|"]
    for name, label, _ in VARIANTS:
        found = {folder: scores(folder) for folder in by_variant[name]}
        cells = []
        for title, benchmark, metric in COLUMNS:
            values = [found[folder].get((benchmark, metric)) for folder in by_variant[name]]
            lacking = [os.path.basename(run) for run, value in zip(by_variant[name], values) if value is None]
            if lacking:
                missing.setdefault(title, []).extend(lacking)
            cells.append(cell(values))
        lines.append(f"| {label} | " + " | ".join(cells) + " |")
    steps = configs["plain"][0].get("train.steps", "an unknown number of")
    spread = "mean ± sample standard deviation over seeds" if len(seeds) > 1 else "one seed, so no deviation"
    lines += ["", f"Points (hundredths; CIDEr likewise), val; {spread}: {', '.join(seeds)} ({len(seeds)}); "
              f"{steps} steps each."]
    if missing:
        lines += ["", "Not scored:"] + [f"* {title}: {', '.join(names)}" for title, names in missing.items()]
    return "\n".join(lines + ["", f"`{command}`"])


def main():
    parser = argparse.ArgumentParser(description="Table of the ablation.")
    parser.add_argument("folder", help="where the runs are, or the configurations with --check")
    parser.add_argument("--seeds", default="1 2 3")
    parser.add_argument("--command", default="tools/ablation.sh", help="named below the table")
    parser.add_argument("--check", action="store_true", help="only compare the configurations of the variants")
    args = parser.parse_args()
    try:
        if args.check:
            check_steps([flatten(os.path.join(args.folder, f"{name}.yaml")) for name, _, _ in VARIANTS])
        else:
            print(table(args.folder, args.seeds.split(), args.command))
    except (Refused, OSError) as error:
        print(f"ablation_table: {error}", file=sys.stderr)
        sys.exit(2)


if __name__ == "__main__":
    main()
