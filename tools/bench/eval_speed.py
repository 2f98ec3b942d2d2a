#!/usr/bin/env python3
"""What answering in batches and sharing images gain, and whether the scores stay the same.

    tools/bench/eval_speed.py --bin build/release/bin [--config configs/eval/paper_synth.yaml] [--benchmark 5]
                              [--runs 3] [--batch-size 32]

Runs pixelsail-eval on one benchmark of a configuration (by its place, from 0) with one question at a time, in batches,
and in batches whose questions do not share their image; the three alternate --runs times. Prints the seconds that
answering took (timing.json; the fastest run counts), their ratios, and the largest difference of any metric.
"""
import argparse
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile

VARIANTS = (
    ("one at a time", "batch_size=1", "share_images=false"),
    ("batch, images apart", "batch_size={batch}", "share_images=false"),
    ("batch, images shared", "batch_size={batch}", "share_images=true"),
)


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", type=pathlib.Path, required=True)
    parser.add_argument("--config", default="configs/eval/paper_synth.yaml")
    parser.add_argument("--benchmark", type=int, default=5)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--batch-size", type=int, default=32)
    parser.add_argument("--threads", type=int, default=2)
    return parser.parse_args()


def config_with_one_benchmark(path, place, target):
    """The configuration with one entry of its list of benchmarks left: entries begin with "  - benchmark:"."""
    head, _, tail = pathlib.Path(path).read_text().partition("\nbenchmarks:\n")
    entries = ["  - benchmark:" + entry for entry in tail.split("  - benchmark:")[1:]]
    target.write_text(head.replace("baselines: [blind]", "baselines: []") + "\nbenchmarks:\n" + entries[place])
    return entries[place].split()[2]


def evaluate(args, config, settings, out):
    command = [args.bin / "pixelsail-eval", config, "--out", out, "--restart", "--threads", str(args.threads)]
    for setting in settings + ["bootstrap=0", "examples=0", "contact_sheet=''"]:
        command += ["--set", setting]
    done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    if done.returncode != 0:
        sys.exit(done.stderr)
    (timing,) = json.loads((out / "timing.json").read_text()).values()
    (job,) = json.loads((out / "report.json").read_text())["jobs"]
    return timing["seconds"], timing["questions"], {m["name"]: m["value"] for m in job["metrics"]}


def main():
    args = arguments()
    folder = pathlib.Path(tempfile.mkdtemp())
    try:
        name = config_with_one_benchmark(args.config, args.benchmark, folder / "eval.yaml")
        best, metrics, questions = {}, {}, 0
        for run in range(args.runs):
            for label, *settings in VARIANTS:
                settings = [setting.format(batch=args.batch_size) for setting in settings]
                seconds, questions, metrics[label] = evaluate(args, folder / "eval.yaml", settings, folder / f"out{run}")
                best[label] = min(best.get(label, seconds), seconds)
        print(f"{name}: {questions} questions, batch size {args.batch_size}, {args.threads} threads, best of {args.runs}")
        print("| | seconds | questions/s | ratio to one at a time |\n|---|---:|---:|---:|")
        for label, seconds in best.items():
            print(f"| {label} | {seconds:.2f} | {questions / seconds:.1f} | {best[VARIANTS[0][0]] / seconds:.2f} |")
        apart, shared = (best[v[0]] for v in VARIANTS[1:])
        print(f"sharing images: {apart / shared:.2f} times as fast")
        reference = metrics[VARIANTS[0][0]]
        worst = max(abs(values[key] - reference[key]) for values in metrics.values() for key in reference)
        print(f"largest difference of a metric: {worst:.2e}")
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
