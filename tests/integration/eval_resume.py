#!/usr/bin/env python3
"""An evaluation gives the same files whether it runs in one piece, is killed and resumed, or is shared by processes.

    tests/integration/eval_resume.py --bin build/release/bin [--kills 6] [--seed 1]

On a small synthetic data set, with the model that ships: one benchmark of each kind of answer. Compares
predictions.jsonl of each benchmark, eval_config.yaml, report.json, report.md and report.html byte for byte. Exit code 0 when
all are equal, 1 otherwise.
"""
import argparse
import pathlib
import random
import signal
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
BENCHMARKS = ("refcoco", "grefcoco", "refcocog_caption", "perbench_vtres", "mme", "mmbench", "gcg")


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", type=pathlib.Path, required=True)
    parser.add_argument("--kills", type=int, default=6)
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args()


def write_config(folder):
    lines = ["title: resume", f"paper_tables: {ROOT}/data/paper_tables.json", "baselines: [blind]", "max_new_tokens: 48",
             "batch_size: 8", "bootstrap: 50", "examples: 2", "contact_sheet: samples.png", "device: cpu", "threads: 1",
             "checkpoints:", f"  - dir: {ROOT}/data/demo_model", "synth:", "  write_if_missing: true",
             f"  root: {folder}/data", "  seed: 5", "  world: things",
             f"  things: [{ROOT}/data/things]", "  max_side: 192", "  train: 4", "  val: 20", "  test_a: 0", "  test_b: 0",
             "  benchmarks:", "    names: [perbench, mme, mmbench, gcg]", "    scenes: 12", "benchmarks:"]
    for name in BENCHMARKS:
        lines += [f"  - benchmark: {name}", f"    root: {folder}/data"]
    config = folder / "eval.yaml"
    config.write_text("\n".join(lines) + "\n")
    return config


def start(args, config, out, *options):
    command = [args.bin / "pixelsail-eval", config, "--out", out, *options]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)


def finish(process):
    _, errors = process.communicate()
    if process.returncode != 0:
        sys.exit(f"pixelsail-eval ended with {process.returncode}:\n{errors}")


def files_of(out):
    names = ["eval_config.yaml", "report.json", "report.md", "report.html", "samples.png"]
    names += sorted(str(path.relative_to(out)) for path in out.glob("predictions/*/predictions.jsonl"))
    return {name: (out / name).read_bytes() for name in names}


def compare(label, expected, out):
    found = files_of(out)
    different = sorted(name for name in expected.keys() | found.keys() if expected.get(name) != found.get(name))
    print(f"{label}: {len(found)} files, {len(different)} differ {' '.join(different)}".rstrip())
    return not different


def run_killed(args, config, out, seconds):
    """Kills the run at random moments, then lets it end; returns how often it was killed."""
    rng = random.Random(args.seed)
    killed = 0
    while True:
        process = start(args, config, out)
        if killed == args.kills:
            finish(process)
            return killed
        time.sleep(rng.uniform(0.05, seconds / 3))
        if process.poll() is not None:
            finish(process)
            return killed
        process.send_signal(signal.SIGKILL)
        process.communicate()
        killed += 1


def main():
    args = arguments()
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        config = write_config(folder)
        finish(start(args, config, folder / "first"))
        begin = time.monotonic()
        finish(start(args, config, folder / "whole"))
        seconds = time.monotonic() - begin
        expected = files_of(folder / "whole")
        equal = compare("a second run", expected, folder / "first")
        shards = [start(args, config, folder / "shards", "--shard", f"{i}/2") for i in range(2)]
        for shard in shards:
            finish(shard)
        equal &= compare("two processes", expected, folder / "shards")
        killed = run_killed(args, config, folder / "killed", seconds)
        equal &= compare(f"killed {killed} times", expected, folder / "killed")
    return 0 if equal else 1


if __name__ == "__main__":
    sys.exit(main())
