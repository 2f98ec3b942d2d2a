#!/usr/bin/env python3
"""Whether memory stays flat: an evaluation as large as RefCOCO's val (10,834 expressions) beside one of a tenth.

    eval_memory.py --bin build/release/bin [--root DIR] [--checkpoint data/demo_model] [--expressions 10834]

Writes synthetic scenes in RefCOCO's layout, checks the data (`pixelsail-eval --check`, `pixelsail-data check`) and evaluates
them by two processes at once that share the work. Prints seconds and the most memory of each program, at a tenth of the size
and at the whole. DIR keeps the scenes and the reports.
"""
import argparse
import contextlib
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
PER_SCENE = 6.02  # expressions


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", type=pathlib.Path, required=True)
    parser.add_argument("--root", type=pathlib.Path)
    parser.add_argument("--checkpoint", type=pathlib.Path, default=ROOT / "data" / "demo_model")
    parser.add_argument("--expressions", type=int, default=10834)
    return parser.parse_args()


def measured(commands):
    """Runs them side by side: seconds of all, and MiB of the one that had most."""
    begin, most = time.monotonic(), 0
    running = [subprocess.Popen([str(part) for part in command], cwd=ROOT, stdout=subprocess.DEVNULL) for command in commands]
    for process in running:
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        most = max(most, usage.ru_maxrss // 1024)
    if any(process.returncode for process in running):
        sys.exit(f"eval_memory: {commands[0][0]} ended with {[process.returncode for process in running]}")
    return time.monotonic() - begin, most


def run_size(args, folder, expressions):
    """(what, seconds, MiB) of each step."""
    scenes = int(expressions / PER_SCENE * 1.05) + 2
    if not (folder / "data").exists():
        measured([[args.bin / "pixelsail-synth", "--out", folder / "data", "--seed", 5, "--train", 1, "--val", scenes, "--test-a",
                   1, "--test-b", 1]])
    config = folder / "eval.yaml"
    config.write_text(f"benchmarks:\n  - {{benchmark: refcoco, split: val, root: {folder / 'data'}, limit: {expressions}}}\n"
                      "max_new_tokens: 32\nbatch_size: 16\n")
    evaluate = [args.bin / "pixelsail-eval", config]
    settings = [f"data.root={folder / 'data'}", "synth.write_if_missing=false", "data.teachers=[]",
                "loss.distill.mask2former_channels=0", 'data.datasets=[{"kind": "refcoco", "split": "val"}]']
    check = [args.bin / "pixelsail-data", "check", ROOT / "configs" / "train" / "shapes.yaml", "--threads", 2]
    check += [part for setting in settings for part in ("--set", setting)]
    shards = [[*evaluate, "--checkpoint", args.checkpoint, "--out", folder / "run", "--threads", 1, "--shard", f"{i}/2"]
              for i in range(2)]
    rows = [("pixelsail-eval --check", *measured([[*evaluate, "--check"]])),
            ("pixelsail-data check", *measured([check])), ("pixelsail-eval, two shards", *measured(shards))]
    (job,) = json.loads((folder / "run" / "report.json").read_text())["jobs"]
    return rows, job


def main():
    args = arguments()
    with contextlib.ExitStack() as stack:
        root = (args.root or pathlib.Path(stack.enter_context(tempfile.TemporaryDirectory()))).resolve()
        sizes = [args.expressions // 10, args.expressions]
        found = []
        for size in sizes:
            (root / str(size)).mkdir(parents=True, exist_ok=True)
            found.append(run_size(args, root / str(size), size))
        print(f"| step | {sizes[0]:,} expressions | | {sizes[1]:,} expressions | |\n|---|---|---|---|---|")
        for (what, seconds, mib), (_, all_seconds, all_mib) in zip(found[0][0], found[1][0]):
            print(f"| {what} | {seconds:.1f} s | {mib} MiB | {all_seconds:.1f} s | {all_mib} MiB |")
        print(json.dumps({m["name"]: m["value"] for m in found[1][1]["metrics"]}))


if __name__ == "__main__":
    main()
