#!/usr/bin/env python3
"""Trains the demo for a few hundred steps with weights in float32 and in bfloat16, several seeds each, and compares the
mean loss of the last steps.

    tools/bench/weights_compare.py OUT [--bin DIR] [--data DIR] [--steps N] [--last N] [--seeds 1 2 3]

A call that was interrupted is continued by the next one. The data set is written when it is not there. Prints the table of docs/results.md.
"""

import argparse
import json
import pathlib
import statistics
import subprocess
import sys

REPOSITORY = pathlib.Path(__file__).resolve().parents[2]


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=pathlib.Path)
    parser.add_argument("--bin", type=pathlib.Path, default=REPOSITORY / "build/release/bin")
    parser.add_argument("--data", type=pathlib.Path, help="default: OUT/data")
    parser.add_argument("--steps", type=int, default=300)
    parser.add_argument("--last", type=int, default=20)
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    return parser.parse_args()


def train(arguments, weights, seed):
    """The log of a run, made when it is not there yet."""
    folder = arguments.out / f"{weights}_{seed}"
    settings = {
        "output_dir": folder,
        "data.root": (arguments.data or arguments.out / "data").resolve(),
        "dtype": "bf16",
        "device": "cpu",
        "threads": 1,
        "train.weights": weights,
        "train.seed": seed,
        "train.steps": arguments.steps,
        "train.eval_every": 0,
        "train.checkpoint_every": 100,
    }
    command = [arguments.bin / "pixelsail-train", REPOSITORY / "configs/train/shapes.yaml", "--resume"]
    for key, value in settings.items():
        command += ["--set", f"{key}={value}"]
    subprocess.run([str(part) for part in command], check=True, cwd=REPOSITORY, stdout=sys.stderr)
    return [json.loads(line) for line in (folder / "log.jsonl").read_text().splitlines()]


def main():
    arguments = parse_arguments()
    arguments.out = arguments.out.resolve()
    arguments.out.mkdir(parents=True, exist_ok=True)
    finals, seconds, logs = {}, {}, {}
    print("| weights | " + " | ".join(f"seed {seed}" for seed in arguments.seeds) + " | mean | s a step |")
    print("|---|" + "---|" * (len(arguments.seeds) + 2))
    for seed in arguments.seeds:
        for weights in ("f32", "bf16"):
            logs[weights, seed] = train(arguments, weights, seed)
    for weights in ("f32", "bf16"):
        runs = [logs[weights, seed] for seed in arguments.seeds]
        finals[weights] = [statistics.mean(line["loss"] for line in run[-arguments.last :]) for run in runs]
        seconds[weights] = statistics.median(line["step_s"] for run in runs for line in run)
        row = [f"{value:.4f}" for value in finals[weights]]
        row += [f"{statistics.mean(finals[weights]):.4f}", f"{seconds[weights]:.2f}"]
        print(f"| {weights} | " + " | ".join(row) + " |")
    difference = statistics.mean(finals["bf16"]) - statistics.mean(finals["f32"])
    error = sum(statistics.variance(values) / len(values) for values in finals.values()) ** 0.5
    paired = [b - a for a, b in zip(finals["f32"], finals["bf16"])]
    paired_error = statistics.stdev(paired) / len(paired) ** 0.5
    print(f"\nbf16 - f32: {difference:+.4f}; standard error {error:.4f} of two means, {paired_error:.4f} of pairs of a seed")


if __name__ == "__main__":
    main()
